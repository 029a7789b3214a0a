"""Exercise 13.3: what learners write instead, and what it means. Used by `lesson_13`."""
from functools import partial

import torch

from classroom.exercises.lesson_02.mistakes_masks import LOW, TO_BE_ADDED, added
from classroom.judge.exercise import Misconception
from course._words import later

# ------------------------------------------------------------------------------- 13.3 prefix_mask


def sloppy_prefix(prefix_lengths, size, join="or", start=0, more=0, invert=False, of="each", columns=True, side="first",
                  kind=torch.bool, axes="", square=False, low=None, causal_turned=False, unbracketed="", edge=""):
    """`prefix_mask` with switches."""
    lengths = {"each": prefix_lengths, "first": prefix_lengths[:1].expand_as(prefix_lengths),
               "last": prefix_lengths[-1:].expand_as(prefix_lengths),
               "longest": prefix_lengths.max().expand_as(prefix_lengths),
               "shortest": prefix_lengths.min().expand_as(prefix_lengths)}[of] + more
    place = torch.arange(size)
    causal = place >= place.unsqueeze(1) - start if causal_turned else place <= place.unsqueeze(1) + start
    inside = place < lengths.unsqueeze(1) if side == "first" else place >= size - lengths.unsqueeze(1)
    if side == "diagonal":                           # the length of the prefix taken for steps ahead
        lengths = lengths.clamp(min=0) if edge == "not back" else lengths
        return place <= place.unsqueeze(1) + lengths.view(-1, 1, 1)
    if side == "target":
        inside = place >= lengths.unsqueeze(1)
    if axes in ("lined up", "lined up, batch in front"):
        mask = causal | inside                       # (size, size) and (B, size), as they are
        return mask if axes == "lined up" else mask.unsqueeze(0)
    if unbracketed:                                  # `|` comes before every comparison
        inside, lengths = inside.unsqueeze(1), lengths.unsqueeze(1).unsqueeze(2)
        return {"causal": lambda: place <= (place.unsqueeze(1) | inside), "prefix": lambda: (causal | place) < lengths,
                "causal, s": lambda: (inside | place) <= place.unsqueeze(1),
                "prefix, length": lambda: place < (lengths | causal)}[unbracketed]()
    if edge:                                         # `[:-n]` and `[-n:]` with n = 0
        inside = inside & (lengths < size).unsqueeze(1) if edge == "full" else inside | (lengths == 0).unsqueeze(1)
    inside = inside.unsqueeze(1) if columns else inside.unsqueeze(2)
    if square:
        inside = inside & inside.transpose(1, 2)
    both = inside.expand(-1, size, -1) if columns else inside.expand(-1, -1, size)
    mask = {"or": causal | both, "and": causal & both, "prefix": both, "xor": causal ^ both,
            "itself": both | torch.eye(size, dtype=torch.bool), "causal": causal.expand(len(lengths), -1, -1),
            "not": causal & ~both,
            "apart": causal & ~both | both & both.transpose(1, 2)}[join]
    mask = ~mask if invert else mask
    if axes == "heads":
        mask = mask.unsqueeze(1)
    elif axes == "turned":
        mask = mask.transpose(1, 2)
    elif axes == "no batch":
        mask = mask[0]
    elif axes == "flat":
        mask = mask.flatten(1)
    return added(mask, low) if low is not None else mask.to(kind)


def _prefix(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(sloppy_prefix, **switches), later(
        "Your mask is exactly {says}.", says=says), why, look)


_TWO = ("A place is open for one of two reasons: the key lies in the prefix, which everybody may see, or it does not "
        "lie in the future.")
_ONE_LENGTH = "Where does a single number stand for all prefix lengths?"

PREFIX = [
    _prefix("causal-everywhere", "the causal mask, whatever the prefix", later(
        "{two} With yours, the first word of the source never sees the second.",
        two=_TWO), "Where does your code use `prefix_lengths`, and which place does that open that was closed before?",
            join="causal"),
    _prefix("prefix-only", "open for the prefix and closed for all else", later(
        "{two} With yours, a word of the translation does not see the words before it, nor itself.",
        two=_TWO), "What may the last position see?",
            join="prefix"),
    _prefix("own-past-closed", "open for the prefix and for each position itself, and closed for all else", later(
        "{two} With yours, a word of the translation does not see the words of the translation before it.",
        two=_TWO), "Which positions may the last one see?", join="itself"),
    *(_prefix("prefix-as-a-diagonal", later("the one in which each position also sees the next {steps} positions",
                                            steps=steps),
              later("{two} How far ahead a position may look does not depend on the length of the prefix.", two=_TWO),
              "What does the length of the prefix change in your code: a column, or a diagonal?", side="diagonal",
              more=more, edge=edge) for steps, more, edge in (
                  ("prefix_length", 0, ""), ("prefix_length − 1", -1, ""),
                  ("prefix_length − 1 (none where there is no prefix)", -1, "not back"))),
    _prefix("both-reasons-needed", "open where the key lies in the prefix *and* not in the future", later(
        "{two} One of them is enough.", two=_TWO), "How do you join the two?", join="and"),
    _prefix("exactly-one-reason", "open where the key lies either in the prefix or in the past, but not in both",
            later("{two} Both may hold at once.", two=_TWO), "How do you join the two?", join="xor"),
    _prefix("past-without-the-prefix", "causal, with the prefix closed", later(
        "{two} Yours hides the source.", two=_TWO),
            "What does your code do with a key that lies in the prefix?", join="not"),
    _prefix("prefix-for-itself", "open for the prefix within the prefix, and causal behind it: what comes after the "
            "prefix does not see it", later("{two} With yours, the translation is written without a look at the "
                                            "source.", two=_TWO),
            "What may the first word behind the prefix see?", join="apart"),
    _prefix("rows-for-columns", "the one that is open in the *rows* of the prefix: its words see everything, also "
            "the translation",
            later("{two} It is the keys, the columns, that lie in the prefix. With yours, the source reads the "
                  "answer.", two=_TWO),
            "Which axis of your mask do the prefix lengths run along?", columns=False),
    _prefix("all-but-the-prefix-open", "causal, and open for all keys behind the prefix", later(
        "{two} With yours, the translation sees its own future and the source does not.",
        two=_TWO), "Which side of the prefix's end do you open?",
            side="target"),
    _prefix("all-but-the-prefix-open", "causal, and open for all keys whose position is larger than the length of the "
            "prefix", later("{two} With yours, the translation sees its own future and the source does not.",
                            two=_TWO), "Which side of the prefix's end do you open?", side="target", more=1),
    _prefix("future-for-past", "open for the prefix, and also for each position itself and all *behind* it", later(
        "{two} With yours, the translation sees the words that it is to predict, and of what it has written only "
        "itself.", two=_TWO), "What does your code say of row 2, column 3: is that the past?", causal_turned=True),
    _prefix("future-for-past", "open for the prefix, and also for all positions *behind* each one", later(
        "{two} With yours, the translation sees the words that it is to predict, and not what it has written.",
        two=_TWO), "What does your code say of row 2, column 3: is that the past?", causal_turned=True, start=-1),
    _prefix("empty-slice", "the right one, except where the prefix fills the whole row: there it is the causal mask",
            later("{two} A slice `[:-n]` with n = 0 is empty.", two=_TWO),
            "Does your slice count from the end, and how many places does it leave out there?", edge="full"),
    _prefix("empty-slice", "the right one, except where the prefix has the length 0: there everything is open",
            later("{two} `[-0:]`, `[:0 or None]` and the like are the whole row, not nothing of it.", two=_TWO),
            "What does your code do with a length of 0?", edge="none"),
    *(_prefix("brackets-missing", later("what comes out when `|` is computed before {what}", what=what),
              "Python computes `|` before `<` and `<=`. Between numbers it joins bits.",
              "What stands on the two sides of your `|`: two comparisons, each in its brackets?", unbracketed=part)
      for part, what in (
          ("causal", "`<=`: t is joined, bit by bit, with the mask of the prefix, and s is compared with the result"),
          ("causal, s", "`<=`: the mask of the prefix is joined, bit by bit, with s, and the result is compared "
                        "with t"),
          ("prefix", "`<`: the causal mask is joined, bit by bit, with s, and the result is compared with the length "
                     "of the prefix"),
          ("prefix, length", "`<`: the length of the prefix is joined, bit by bit, with the causal mask, and s is "
                             "compared with the result"))),
    _prefix("prefix-at-the-end", "right for a prefix that stands at the end of the sentence",
            "A prefix stands at the beginning: positions 0 to prefix_length − 1.", "Which positions do you open?",
            side="last"),
    _prefix("one-too-many", "the one for a prefix that is longer by one", "Positions count from 0: a prefix of 2 holds "
            "positions 0 and 1. The third is the first word that is to be written.", "Which is the last column that "
            "your code opens in row 0, for a prefix of 2?", more=1),
    _prefix("one-too-few", "the one for a prefix that is shorter by one", "Positions count from 0: a prefix of 2 holds "
            "positions 0 and 1.", "Which positions does a prefix of 1 open?", more=-1),
    _prefix("not-even-itself", "the right one without the diagonal behind the prefix", "A position may see itself: it "
            "predicts the next one.", "Which is the last column that your code opens in row 3?", start=-1),
    _prefix("one-step-ahead", "the right one with one diagonal more: every position sees the next one",
            "One step ahead is precisely the word that is to be predicted.", "Which is the last column that your "
            "code opens in row 0, without a prefix?", start=1),
    _prefix("inverted", "the right one with True and False exchanged", "In this course True means: may attend.",
            "What is `mask[0, 0, 0]`, and what should it be?", invert=True),
    _prefix("transposed", "the right one with queries and keys exchanged", "Rows are queries and columns are keys, "
            "everywhere in the course.", "Which axis of your mask are the queries, and which the keys?", axes="turned"),
    *(_prefix("one-length-for-all", later("the one that comes out when the {words} prefix is used for all sentences",
                                          words=words),
              "Each sentence has a prefix of its own.", look, of=of)
      for of, words, look in (
          ("first", "first sentence's", _ONE_LENGTH), ("last", "last sentence's", _ONE_LENGTH),
          ("longest", "longest", "Does one number stand for all prefix lengths? Or do all sentences write into the "
           "same mask, as they do after `expand`?"), ("shortest", "shortest", _ONE_LENGTH))),
    _prefix("no-batch-axis", "the one for the first sentence, without an axis for the sentences",
            "Prefixes differ, and so do the masks.", "Which shape is asked for?", axes="no batch"),
    *(Misconception("no-axis-for-the-queries", partial(sloppy_prefix, axes=axes), later(
        "Your code does exactly what happens when {words}.", words=words),
                    "PyTorch lines axes up from the right, so that the sentences of (B, size) meet the queries of "
                    "(size, size). With one sentence that goes through, with as many as positions it gives another "
                    "mask, and else it stops.", "Write the two shapes one below the other. Which axis does (B, size) "
                    "lack, and in which place?")
      for axes, words in (("lined up", "the causal mask (size, size) and the mask of the prefixes (B, size) are joined "
                                       "as they are"),
                          ("lined up, batch in front", "the causal mask and the mask of the prefixes are joined as "
                                                       "(size, size) and (B, size), with an axis for the batch put in "
                                                       "front, of length 1"))),
    _prefix("head-axis-added", "the right one with an axis more, for the heads", "The layers of this course add the "
            "axis for the heads themselves.", "Which shape is asked for?", axes="heads"),
    _prefix("flattened", "the right one with rows and columns in one", "Each query has a row, each key a column.",
            "Which shape is asked for?", axes="flat"),
    *(Misconception("mask-to-be-added", partial(sloppy_prefix, low=low), **TO_BE_ADDED,
                    why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.")
      for low in LOW),
]
