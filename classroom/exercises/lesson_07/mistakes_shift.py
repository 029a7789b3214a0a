"""Exercise 7.2: what learners write instead, and what it means. Used by `lesson_07`."""
from functools import partial

import torch

from classroom.judge.evidence import Sight, first_difference, listing
from classroom.judge.exercise import Misconception
from course._words import later, say


def _both(sight: Sight) -> str:
    """Ids are read more easily as rows than as differences."""
    if any(sight.got.values[name].ndim != 2 for name in sight.want.values):
        return first_difference(sight)
    sentence = _first_that_differs(sight)
    rows = []
    for name in ("decoder_input", "labels"):
        got, want = (o.values[name] for o in (sight.got, sight.want))
        row = got[sentence].tolist() if len(got) > sentence else []
        rows.append(f"{row}" if row == want[sentence].tolist() else say("{row}   ← differs", row=row))
    return say("For sentence {sentence} of the case “{about}” yours gives\n\n    ids        {ids}\n    reads      "
               "{reads}\n    asked for  {labels}\n\n({shapes})", sentence=sentence, about=say(sight.got.case.about),
               ids=sight.inputs["ids"][sentence].tolist(), reads=rows[0], labels=rows[1],
               shapes=listing([f"{name} {tuple(v.shape)}" for name, v in sight.got.values.items()]))


def _first_that_differs(sight: Sight) -> int:
    """The first sentence for which anything is not as expected."""
    pairs = [(sight.got.values[name].tolist(), want.tolist()) for name, want in sight.want.values.items()]
    return next((n for n in range(len(sight.inputs["ids"])) if any(got[n:n + 1] != want[n:n + 1]
                                                                  for got, want in pairs)), 0)


def sloppy_shift(ids, inputs=(0, -1), labels=(1, 0), swapped=False, axis=1, roll="", flip=False, marked=None,
                 ends=True, both=False, row="", of_rows=""):
    """`shift_targets` with one thing done differently: (start, end) of each slice, end 0 for no cut."""
    def cut(start, end, axis=axis):
        stop = ids.shape[axis] + end
        return ids.narrow(axis, start, max(stop - start, 0))
    a = cut(*inputs, axis=0) if of_rows == "inputs" else cut(*inputs)
    b = cut(*labels, axis=0) if of_rows == "labels" else cut(*labels)
    if roll:
        rolled = ids.roll(-1 if roll.startswith("left") else 1, 1)
        a, b = {"left": (ids, rolled), "right": (ids, rolled), "right, cut": (a, rolled[:, :-1]),
                "right, read": (rolled, ids), "right, begun": (torch.cat([ids[:, :1], rolled[:, 1:]], 1), ids),
                "right, begun, cut": (torch.cat([ids[:, :1], rolled[:, 1:-1]], 1), a),
                "left, cut": (a, rolled[:, 1:]), "right, cut, read": (rolled[:, :-1], b)}[roll]
    if flip:
        b = b.flip(1)
    if marked is not None:
        b = b.masked_fill(b == 0, marked)
        a = torch.cat([a[:, :1], b], 1)[:, :-1] if both else a         # written into `ids`, of which both are views
    if not ends:
        a = a.masked_fill(a == 3, 0)
        b = torch.cat([a[:, 1:], b[:, -1:]], 1) if both else b
    if row:                                                            # all sentences after one another
        b = b.reshape(1, -1) if row == "one row" else b.reshape(-1)
        a = a.reshape(-1) if row == "both" else a
    return (b, a) if swapped else (a, b)


def _shift(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_shift, **slip), says, why, look, _both)


_EACH = "At each position the decoder has read one token and is asked for the next."
_ROWS = ("Each sentence keeps its own row: B rows of T − 1 tokens. A function that takes the labels without their "
         "rows, `F.cross_entropy` perhaps, is called later.")
SHIFT = [
    _shift("no-shift", "Your decoder input and labels are exactly the same: all of `ids`.",
           "Asked for the very token it has just read, the model learns to copy, and cannot write a word.",
           "What should be asked for at the position that has read `<bos>`?", inputs=(0, 0), labels=(0, 0)),
    _shift("no-shift", "Your decoder input and labels are exactly the same: `ids` without its last column.",
           "Asked for the very token it has just read, the model learns to copy, and cannot write a word.",
           "What should be asked for at the position that has read `<bos>`?", labels=(0, -1)),
    _shift("no-shift", "Your decoder input and labels are exactly the same: `ids` without its first column.",
           "Asked for the very token it has just read, the model learns to copy, and cannot write a word.",
           "What should be asked for at the position that has read `<bos>`?", inputs=(1, 0)),
    _shift("outputs-swapped", "You return exactly the right two in the wrong order: the labels first.",
           "The model would read `<eos>`, and be asked for `<bos>`.", "Look at your `return` line.", swapped=True),
    _shift("bos-among-the-labels", "Your labels are exactly all of `ids`, with `<bos>` among them.",
           "Nobody asks the decoder for `<bos>`: it is what it starts from. The two also differ in length.",
           "Which column has to go from the labels?", labels=(0, 0)),
    _shift("last-column-kept", "Your decoder input is exactly all of `ids`, its last column included.",
           "After the last token there is nothing left to ask for. The two also differ in length.",
           "Which column has to go from the decoder input?", inputs=(0, 0)),
    _shift("shifted-by-two", "Your labels are exactly the token after the next.", _EACH, "By how much do you shift?",
           inputs=(0, -2), labels=(2, 0)),
    _shift("shifted-by-two", "Your labels are exactly the token after the next, and at the end of each row `<bos>`, "
           "which a `roll` brings there.", _EACH, "Which column of `ids` do your labels begin with?", roll="left, cut"),
    _shift("shifted-by-two", "Your decoder input is exactly `ids` rolled by one to the right, without its last column, "
           "so that the labels are two tokens ahead of it.", _EACH,
           "What has the decoder read when it is asked for the first word?", roll="right, cut, read"),
    _shift("eos-never-asked-for", "Your labels are exactly the right ones without the last column.",
           "Where a sentence fills its row, the model is then never asked for `<eos>`, and never learns to stop.",
           "Which column has to go from the labels?", inputs=(0, -2), labels=(1, -1)),
    _shift("eos-never-asked-for", "Your labels are exactly the right ones without the last column.",
           "Where a sentence fills its row, the model is then never asked for `<eos>`. And the two differ in length.",
           "Which column has to go from the labels?", labels=(1, -1)),
    _shift("bos-cut-from-both", "Your decoder input is exactly `ids` without its first and last column.",
           "Without `<bos>` there is nothing from which the first word could be predicted.",
           "What has the decoder read when it is asked for the first word?", inputs=(1, -1), labels=(2, 0)),
    _shift("sentences-cut", "You cut off exactly a sentence of the batch, where a token of each sentence is asked for.",
           "The first axis of `ids` counts sentences.", "How do you slice the second axis and leave the first alone?",
           axis=0),
    *(_shift("sentences-cut", says, "The first axis of `ids` counts sentences.",
             "How do you slice the second axis and leave the first alone?", of_rows=which)
      for says, which in (("Your labels are exactly `ids` without the first sentence, where every sentence is to lose "
                           "its first token.", "labels"),
                          ("Your decoder input is exactly `ids` without the last sentence, where every sentence is to "
                           "lose its last token.", "inputs"))),
    _shift("rolled-around", "Your labels are exactly `ids` rolled by one to the left, so that `<bos>` comes last.",
           "A row without padding is then asked for `<bos>` at its end.", "`roll` moves in a circle, and makes nothing "
           "shorter. How many columns should the two have?", roll="left"),
    *(_shift("rolled-the-wrong-way", later("Your labels are exactly `ids` rolled by one to the right{words}: the "
                                           "token *before* the one that is read.",
                                           words=words), _EACH, "In which direction does `roll` move?", roll=roll)
      for roll, words in (("right", ""), ("right, cut", " and cut at the end"))),
    _shift("rolled-around", "Your decoder input is exactly `ids` rolled by one to the right, so that the last token "
           "comes first, and your labels are all of `ids`.", "Nobody asks the decoder for `<bos>`.",
           "`roll` moves in a circle.", roll="right, read"),
    _shift("padding-marked", "Your labels are exactly the right ones with −100 in place of padding.",
           "That is what `F.cross_entropy` leaves out unless told otherwise. The loss of lesson 08 is told the id of "
           "padding, and looks for that.", "What does your function do besides cutting?", marked=-100),
    _shift("padding-marked", "Your labels are exactly the right ones with −100 in place of padding, and so is your "
           "decoder input: both are views of `ids`, into which you write.", "The decoder would look up token −100, "
           "which there is not.", "What does your function do besides cutting?", marked=-100, both=True),
    _shift("begins-twice", "Your decoder input is exactly `ids` moved by one to the right with `<bos>` in front, and "
           "your labels are all of `ids`.", "`ids` begin with `<bos>` already: it is read twice, and asked for once.",
           "How many `<bos>` does your decoder read?", roll="right, begun"),
    _shift("begins-twice", "Your decoder input is exactly `ids` moved by one to the right with `<bos>` in front, and "
           "your labels are `ids`, both without the last column.",
           "`ids` begin with `<bos>` already: it is read twice, and asked for once.",
           "How many `<bos>` does your decoder read?", roll="right, begun, cut"),
    _shift("eos-taken-out", "Your decoder input is exactly the right one with padding in place of `<eos>`.",
           "In a longer batch a short sentence is read to its `<eos>`. It does no harm: what is asked for there is "
           "padding, which the loss leaves out.", "What does your function do besides cutting?", ends=False),
    _shift("eos-taken-out", "Your decoder input and your labels have padding in place of `<eos>`, but for the last "
           "column.", "Both are views of `ids`, into which you write. So in the shorter sentences the model is not "
           "asked for `<eos>` either.",
           "What does your function do besides cutting?", ends=False, both=True),
    _shift("labels-reversed", "Your labels are exactly the right ones in reverse order.", _EACH,
           "Is there a flip too many?", flip=True),
    _shift("sentences-joined", "Your labels are exactly the right ones with all sentences joined to one, so that they "
           "have a single axis.", _ROWS, "What does your function do besides cutting?", row="labels"),
    _shift("sentences-joined", "Your decoder input and your labels are exactly the right ones with all sentences "
           "joined to one, so that each has a single axis.", _ROWS, "What does your function do besides cutting?",
           row="both"),
    _shift("sentences-joined", "Your labels are exactly the right ones with all sentences joined to one, in a single "
           "row.", _ROWS, "What does your function do besides cutting?", row="one row"),
]
