"""Lesson 09, decoding: what learners write instead, and what it means. Used by `lesson_09`."""
from functools import partial

from classroom.judge.evidence import Sight, commas, shape
from classroom.judge.exercise import Misconception
from course._words import later, say

from . import decoders
from .decoders import BOS, EOS, PAD

# -------------------------------------------------------------------------- evidence in words


def source_of(inputs: dict) -> str:
    """The case as the learner knows it."""
    settings = commas([f"{name} = {inputs[name]}" for name in ("bos_id", "eos_id", "pad_id", "max_len")])
    return say("`source` {source} with {settings}", source=shape(inputs['source']), settings=settings)


def as_ids(sight: Sight) -> str:
    got, want = sight.got.values["ids"], sight.want.values["ids"]
    if got.ndim != 2 or len(got) != len(want):
        return say("On {source_of} your ids have the shape {got}; {want} is expected.",
                   source_of=source_of(sight.inputs), got=shape(got), want=shape(want))
    pad = sight.inputs["pad_id"]
    row = next(i for i in range(len(want)) if _written(got[i], pad) != _written(want[i], pad))
    ids = commas([f"{name} {sight.inputs[f'{name}_id']}" for name in ("bos", "eos", "pad")])
    rows = say("On the case “{about}” ({ids}, max_len {max_len}), sentence {row}:\n\n    yours     {tolist}\n    "
               "expected  {tolist2}", about=say(sight.got.case.about), ids=ids, max_len=sight.inputs['max_len'],
               row=row, tolist=got[row].tolist() or say("no ids beside padding"), tolist2=want[row].tolist())
    return rows + _left_out(sight)


def _left_out(sight: Sight) -> str:
    """The columns of padding at the end are cut off before ids are read: there may have been some."""
    if sight.got.values["ids"].shape[1] >= sight.inputs["max_len"]:
        return ""
    return "\n\n" + say("Columns at the end that are pad in all sentences do not count, and are left out here.")


def _written(row, pad: int) -> list[int]:
    """A row of ids without the padding at its end, which may be of any length."""
    ids = row.tolist()
    while ids and ids[-1] == pad:
        ids.pop()
    return ids


# -------------------------------------------------------------------------------- 9.4 decoding

DECODING = [
    *(Misconception(
        slug, partial(decoders.decode, **switch), later("Your ids are exactly what comes out when {words}.",
                                                words=words), why, look, as_ids)
      for slug, switch, words, why, look in (
          ("as-many-rounds-as-source-tokens", {"rounds": "source"}, "there are as many rounds as source tokens",
           "A translation may be longer than its source. `max_len` says how long it may be.", "How often does your "
           "loop run?"),
          ("bos-not-read", {"feed": "no bos"}, "the model no longer reads bos after the first round",
           "In training every target began with bos, and each token has its own position.",
           "What does the model get in the second round?"),
          ("softmax-over-sentences", {"over": 0}, "a softmax runs over the sentences, before the best token is chosen",
           "The tokens of one sentence compete with each other, not the sentences of a batch.",
           "Along which axis? (The argmax needs no softmax at all.)"),
          ("softmax-over-positions", {"over": 1}, "a softmax runs over the positions, before the best token is chosen",
           "The tokens of one position compete with each other.", "Along which axis? (The argmax needs no softmax.)"),
          ("first-sentence-for-all", {"of": 0}, "the best token of the first sentence is written for all",
           "Each sentence of the batch has its own best token.", "Where does your code take the first row alone, with "
           "an index 0 or a slice?"),
          ("second-best", {"rank": 1}, "the second best token is taken", "Greedy decoding takes the best.",
           "Which place of your order do you take?"))),
    Misconception(
        "first-sentence-only", decoders.decode_first_only,
        "Your ids are exactly those of the first sentence; the others are missing.",
        "`source` is a batch: each of its rows is a sentence.", "With how many rows does your target begin?", as_ids),
    Misconception(
        "positions-first", lambda *given: decoders.decode(*given).T,
        "Your ids are exactly the expected ones transposed, (T, B): each column is a sentence.",
        "They are to be (B, T), with a sentence in each row, as in `source`.",
        "Along which axis are your tokens put together?", as_ids),
    Misconception(
        "keeps-writing-after-eos", partial(decoders.decode, after="babble"),
        "Your ids are exactly what comes out when a sentence that has ended goes on until all have.",
        "The model writes something after eos, too; it means nothing. In a batch the short sentences would end in "
        "noise.", "What is appended to a sentence that has ended already?", as_ids),
    Misconception(
        "no-stop-at-all", partial(decoders.decode, after="babble", stop="never"),
        "Your ids are exactly what comes out when nothing ever stops a sentence but `max_len`.",
        "The model writes something after eos, too; it means nothing, and every round costs time.",
        "Does your code look for `eos_id`? If it does, how is what it finds joined with what it knew: which sentences "
        "had ended?", as_ids),
    Misconception(
        "stops-only-if-all-end-together", partial(decoders.decode, after="babble", memory=False),
        "Your ids are exactly what comes out when the loop ends only if all sentences write eos in the same round.",
        "The model writes something after eos, too; it means nothing. Which sentences have ended must be remembered "
        "from round to round.", "What is appended to a sentence that has ended already?", as_ids),
    *(Misconception(
        "ended-forgotten", partial(decoders.decode, memory=memory, stop=stop),
        "Your ids are exactly what comes out when it is remembered for one round only that a sentence has ended.",
        "After one pad the sentence goes on. A sentence that has ended stays ended.",
        "How do you join what you knew (which sentences had ended) with what is new?", as_ids)
      for memory in (False, "as written") for stop in ("all", "all, each in its round", "never")),
    *(Misconception(
        f"{name}-typed-in", partial(decoders.decode, typed=(name,)),
        later("Your ids are exactly what comes out when {name}_id is {usual}, whatever it is given as.", name=name,
              usual=usual),
        "Another vocabulary has other ids. The function is told which ones.",
        later("Where does `{name}_id` stand in your code, and where a number?", name=name), as_ids)
      for name, usual in (("pad", PAD), ("bos", BOS), ("eos", EOS))),
    Misconception(
        "padding-ends-a-sentence", partial(decoders.decode, pad_ends=True),
        "Your ids are exactly what comes out when a sentence counts as ended after a padding token, too.",
        "Only eos ends a sentence. A padding token that the *model* writes, as it may in its first steps of training, "
        "is a token like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "bos-ends-a-sentence", partial(decoders.decode, also_ends=("bos",)),
        "Your ids are exactly what comes out when a sentence counts as ended after a bos, too.",
        "Only eos ends a sentence. A bos that the *model* writes, as it may in its first steps of training, is a token "
        "like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "padding-and-bos-end-a-sentence", partial(decoders.decode, also_ends=("pad", "bos")),
        "Your ids are exactly what comes out when a sentence counts as ended after a padding token or a bos, too.",
        "Only eos ends a sentence. What else the *model* writes, as it may in its first steps of training, is a token "
        "like any other.", "By which token do you find out that a sentence has ended?", as_ids),
    Misconception(
        "source-and-target-swapped", partial(decoders.decode, swapped=True),
        "Your ids are exactly what comes out when the model gets the target for its source, and the source for its "
        "target.",
        "The encoder reads the sentence to be translated, the decoder what has been written so far.",
        "In which order does `model` take the two?", as_ids),
    Misconception(
        "training-mode", partial(decoders.decode, training=True),
        "Your ids are exactly what comes out when the model is in training mode.",
        "There a model with dropout drops numbers at random, so that the same sentence gets another translation each "
        "time. The model is in eval mode when your function gets it.",
        "What does your code do with the model besides calling it?", as_ids),
    Misconception(
        "another-source", partial(decoders.decode, part_of_source=True),
        "Your ids are exactly what comes out when the model gets another source than the one that your function was "
        "given, a part of it for example.",
        "Each word of the sentence to be translated may change the translation.",
        "Which rows and columns of `source` does the model get?", as_ids),
    *(Misconception(
        "one-sentence-decides", partial(decoders.decode, stop=which),
        later("Your ids are exactly what comes out when the loop ends as soon as the {which} sentence of the batch "
              "has ended.", which=name),
        "The others may not have ended yet, and are cut off in the middle.",
        "Of which sentences does your condition ask whether they have ended?", as_ids)
      for which, name in (("first", "first"), ("last", "last"))),
    Misconception(
        "most-decide", partial(decoders.decode, stop="most"),
        "Your ids are exactly what comes out when the loop ends as soon as more than half of the sentences have ended.",
        "The others may not have ended yet, and are cut off in the middle.",
        "Of how many sentences does your condition ask whether they have ended?", as_ids),
    Misconception(
        "eos-counted", decoders.decode_counting,
        "Your ids are exactly what comes out when the loop ends as soon as there are as many eos as sentences.",
        "A sentence that goes on after its end may write eos once more. Then the count is full before the others have "
        "ended, and they are cut off in the middle.",
        "What do you count: eos, or the sentences that have one?", as_ids),
    Misconception(
        "no-eos-taken-for-the-first-place", decoders.decode_and_cut,
        "Your ids are exactly what comes out when a sentence without eos is taken for one that ends with its first "
        "token.",
        "Where nothing in a row is true, `argmax` finds the first place, 0. A sentence that was cut off at `max_len` "
        "has no eos, and all of its tokens belong to the answer.",
        "What does your search for the end find in a row that has no eos?", as_ids),
    *(Misconception(
        "new-token-in-front", partial(decoders.decode, front=True, **kept),
        "Your ids are exactly what comes out when each new token is put *before* the target, not behind it.",
        "bos is then the last token in every round, and the logits behind it are read each time.",
        "In which order are the target and the new token joined?", as_ids)
      for kept in ({}, {"keep_bos": True, "cut": 1})),
    *(Misconception(
        "tokens-forbidden", partial(decoders.decode, never=never),
        later("Your ids are exactly what comes out when the model may not write {names}.", names=names),
        "The exercise asks for the most likely token, whichever it is. A trained model hardly ever writes these; one "
        "that does shows that something is wrong, and so it should be seen.",
        "What happens to the logits before you take the largest?", as_ids)
      for never, names in ((("pad",), "pad"), (("bos",), "bos"), (("pad", "bos"), "pad and bos"))),
    Misconception(
        "no-token-twice", partial(decoders.decode, repeats=False),
        "Your ids are exactly what comes out when a token may not be written twice in a row.",
        "The exercise asks for the most likely token, also where it is the same as the last one.",
        "What happens to the logits before you take the largest?", as_ids),
    Misconception(
        "eos-put-at-the-end", partial(decoders.decode, last_is_eos=True),
        "Your ids are exactly the expected ones, with eos as the last token of a sentence that has not ended.",
        "It was cut off at `max_len`, and without an eos one can see that.", "What is done after the loop, or in its "
        "last round?", as_ids),
    Misconception(
        "last-column-dropped", partial(decoders.decode, cut=1),
        "Your ids are exactly the expected ones without the last column.",
        "It holds the eos of the longest sentence, or the last token before `max_len`: both belong to the answer.",
        "Where does the slice that you return begin, and where does it end?", as_ids),
    Misconception(
        "last-column-dropped-for-the-first", partial(decoders.decode, cut=1, keep_bos=True),
        "Your ids are exactly the expected ones with bos in front, and without the last column.",
        "bos only starts the model and is no part of the translation; the last column is.",
        "Which column does your slice leave out?", as_ids),
    *(Misconception(
        "read-behind-the-padding", partial(decoders.decode_in_a_buffer, width=width),
        "Your ids are exactly what comes out when the target has its full length from the first round on, filled up "
        "with pad, and its last position is read.",
        "What stands there says what comes after a padding token. The logits at position t say what follows the tokens "
        "up to t.", "In round t, at which position is the newest token?", as_ids)
      for width in (1, 0)),
    Misconception(
        "read-one-place-ahead", partial(decoders.decode_in_a_buffer, ahead=True),
        "Your ids are exactly what comes out when the target has its full length from the first round on, filled up "
        "with pad, and the logits are read at the place into which the next token is written.",
        "What stands there says what comes after a padding token. The logits at position t say what follows the tokens "
        "up to t.", "In round t, at which position is the newest token?", as_ids),
    Misconception(
        "argmax-over-positions", decoders.decode_over_positions,
        "Your ids are exactly what comes out when the largest logit is looked for over the positions, axis 1 of "
        "(B, T, vocab_size).",
        "What is found then is a position, and no id of a token.", "Which axis counts the tokens to choose from?",
        as_ids),
    Misconception(
        "source-not-cut", partial(decoders.decode_leaving, source_too=False),
        "Your ids are exactly what comes out when sentences that have ended leave the target, and the first rows of "
        "the source go on, whichever they are.",
        "Then a sentence is continued with another one's source.",
        "Are the same rows taken from the source as from the target?", as_ids),
    Misconception(
        "rows-not-followed", partial(decoders.decode_leaving, remembered=False),
        "Your ids are exactly what comes out when sentences that have ended leave the batch, and the tokens of the "
        "others are written into the first rows of the result.",
        "After that, row i of the batch is no longer sentence i.",
        "How do you find out to which sentence a row of the smaller batch belongs?", as_ids),
    Misconception(
        "rows-in-order-of-ending", decoders.decode_in_order_of_ending,
        "Your ids are exactly the expected rows, in the order in which the sentences end.",
        "Row i belongs to sentence i of `source`: the code that reads your ids relies on that.",
        "To which sentence does the first row of your result belong?", as_ids),
    Misconception(
        "last-eos-lost", partial(decoders.decode, stop="all, before it is appended"),
        "Your ids are exactly what comes out when the loop ends before the last column is appended.",
        "The eos of the longest sentence is in that column, and it is part of the answer.",
        "Which comes first in your loop, the `break` or the appending?", as_ids),
    Misconception(
        "filled-with-eos", partial(decoders.decode, after="eos"),
        "Your ids are exactly the expected ones, with eos instead of pad after the end of a sentence.",
        "The exercise asks for pad there, so that the end of a sentence can be told from what fills it up.",
        "With which id do you fill up?", as_ids),
    Misconception(
        "stops-at-the-first-eos", partial(decoders.decode, stop="any"),
        "Your ids are exactly what comes out when the loop ends as soon as one sentence has ended.",
        "The others of the batch are cut off in the middle.", "`any` or `all`?", as_ids),
    Misconception(
        "eos-left-out", partial(decoders.decode, keep_eos=False),
        "Your ids are exactly the expected ones without the eos.",
        "The eos is part of the answer: it says that the model itself has ended the sentence.",
        "When does a sentence count as ended: before its eos is written, or after?", as_ids),
    Misconception(
        "bos-kept", partial(decoders.decode, keep_bos=True),
        "Your ids are exactly the expected ones with bos in front.",
        "bos only starts the model; it is not part of the translation.", "What do you return?", as_ids),
    Misconception(
        "starts-with-padding", partial(decoders.decode, start="pad"),
        "Your ids are exactly what comes out when the target begins with pad instead of bos.",
        "In training every target began with bos; any other beginning is one that the model has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "starts-with-eos", partial(decoders.decode, start="eos"),
        "Your ids are exactly what comes out when the target begins with eos instead of bos.",
        "In training every target began with bos; any other beginning is one that the model has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "starts-with-the-source", partial(decoders.decode, start="source"),
        "Your ids are exactly what comes out when the target begins with the first token of the source instead of bos.",
        "In training every target began with bos; any other beginning is one that the model has never seen.",
        "What stands in the first column?", as_ids),
    Misconception(
        "first-position", partial(decoders.decode, at=0),
        "Your ids are exactly what comes out when the logits of the *first* position are read in every round.",
        "The logits at position t say what follows the tokens up to t. What is new is at the end.",
        "At which position do you read the logits?", as_ids),
    Misconception(
        "only-the-last-token-fed", partial(decoders.decode, feed="last"),
        "Your ids are exactly what comes out when the model is given the last token alone.",
        "The next word depends on all words before it, and the model tells positions by counting from the start of "
        "what it is given.", "What do you hand to the model in each round?", as_ids),
    Misconception(
        "one-round-too-many", partial(decoders.decode, extra=1),
        "Your ids are exactly what comes out when one token more than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "one-round-too-few", partial(decoders.decode, extra=-1),
        "Your ids are exactly what comes out when one token less than `max_len` may be written.",
        "`max_len` counts the tokens that are returned; bos is none of them.", "How often does your loop run?",
        as_ids),
    Misconception(
        "least-likely", partial(decoders.decode, worst=True),
        "Your ids are exactly those of the *least* likely tokens.",
        "Greedy decoding takes the most likely one each time.", "Which end of the logits do you take?", as_ids),
    *(Misconception(
        "one-argmax-for-all", wrong,
        "Your code does exactly what it does when `argmax` is given no axis: it finds one place in the whole table "
        "(B, vocab_size), not one in each row.",
        "For one sentence both are the same. For several, the place counts through all rows and is no id of a token.",
        "Which axis of (B, vocab_size) counts the tokens to choose from?", as_ids)
      for wrong in (decoders.decode_by_one_argmax, partial(decoders.decode_by_one_argmax, set_ended=True))),
    Misconception(
        "argmax-over-sentences", decoders.decode_over_sentences,
        "Your ids are exactly what comes out when the maximum is taken over the sentences, for each token of the "
        "vocabulary, and the first of these numbers are used.",
        "What `argmax` finds along axis 0 is the number of a sentence, and no id of a token.",
        "Which axis of (B, vocab_size) counts the tokens to choose from?", as_ids),
    Misconception(
        "predicted-in-one-go", decoders.decode_in_one_go,
        "Your ids are exactly the model's predictions for every position of the finished target, one more than needed.",
        "After the loop the translation is already there; the model need not be asked again.", "What do you return?",
        as_ids),
    *(Misconception(
        "bos-taken-for-eos", partial(decoders.decode, bos_too=written),
        "Your ids are exactly what comes out when the bos at the beginning counts as an eos, if both have the same "
        "id.",
        "Only an eos that the model writes ends a sentence. Some models have one id for both: they begin with the "
        "token that ends a sentence.", "In which columns of the target does your code look for `eos_id`?", as_ids)
      for written in (1, 0)),
]
