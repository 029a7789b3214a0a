"""Lesson 02, the padding mask: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later


def added(mask, low):
    """The mask that is added to scores: 0 where `mask` allows, `low` where not."""
    return torch.zeros(mask.shape).masked_fill(~mask, low)


LOW = (float("-inf"), -1e9, torch.finfo(torch.float32).min)
TO_BE_ADDED = {
    "says": "Your mask is exactly the kind that is added to the scores: 0 where attention is allowed, −∞ or a very low "
            "number where it is not.",
    "look": "Which dtype does your mask have?"}

CUTS = (("last", slice(0, -1)), ("first", slice(1, None)))
DROPPED = ("All ids that come in are places of the mask. (In training the target is cut by one token, and that happens "
           "before the mask is made.)")
ZERO_TOO = {
    "says": "Your mask is exactly the right one, except that words with the id 0 are closed as well, whatever `pad_id` "
            "is.",
    "why": "Only `pad_id` says which id stands for padding. Where that is 3, 0 is the id of a word.",
    "look": "Which ids does your code compare with?"}
ALL_PADDING = ("Attention of this course gives zero weights to a query that may attend to nothing, so that such a "
               "sentence needs no exception. A mask that opens it says that its padding is words.")

# ------------------------------------------------------------------------- 2.3 padding mask


def _padding(ids, pad_id, invert=False, axis=1, only_first=False, kind=torch.bool, pad=None, cut=slice(None)):
    ids = ids[:, cut]
    real = ids != (pad_id if pad is None else pad)
    real = real[:1].expand_as(real) if only_first else real
    real = ~real if invert else real
    real = {1: lambda: real.unsqueeze(1), 2: lambda: real.unsqueeze(2), 0: lambda: real.unsqueeze(0),
            "none": lambda: real, "two": lambda: real[:, None, None], "pairs": lambda: real[:, None] & real[..., None],
            "square": lambda: real[:, None].expand(-1, ids.shape[1], -1), "flat": lambda: real.flatten(),
            "one row": lambda: real.reshape(1, 1, -1), "one column": lambda: real.reshape(-1, 1, 1),
            "turned": lambda: real.T, "turned, one": lambda: real.T.unsqueeze(1),
            "past": lambda: real[:, None].expand(-1, ids.shape[1], -1).tril(),
            "first": lambda: real[:1].unsqueeze(1)}[axis]()
    return real.to(kind)


def _of_numpy(ids, pad_id, name):
    """What an array has, and a tensor has not."""
    return getattr(ids != pad_id, name)


def between(ids, pad_id, first=False, last=False):
    """True from the first real token on, up to the last one, or both: (B, T)."""
    real = (ids != pad_id).int()
    so_far, to_come = real.cummax(1).values.bool(), real.flip(1).cummax(1).values.flip(1).bool()
    return (so_far if first else torch.ones_like(so_far)) & (to_come if last else torch.ones_like(so_far))


def _lengths(ids, pad_id):
    return (torch.arange(ids.shape[1]) < (ids != pad_id).sum(-1, keepdim=True)).unsqueeze(1)


_COLUMNS = ("The mask is laid over weights (B, T_q, T_k). Padding must not be looked at, so it is columns, keys, "
            "that are to be closed, for every query alike.")

def _to_the_first_padding(ids, pad_id):
    first = (ids == pad_id).int().argmax(-1, keepdim=True)
    return (torch.arange(ids.shape[1]) < first).unsqueeze(1)


PADDING = [
    Misconception(
        "inverted", partial(_padding, invert=True),
        "Your mask is exactly the right one with True and False exchanged: True where there is padding.",
        "In this course True means: may attend. With your mask, words look at nothing but padding.",
        "Compare with `==` or with `!=`?"),
    Misconception(
        "no-query-axis", partial(_padding, axis="none"),
        "Your mask is exactly (B, T), without an axis for the queries.",
        "Axes are lined up from the right. Against weights (B, T_q, T_k), your sentences meet the queries. That is "
        "an error on most sizes; with as many sentences as words, or one word each, it is no error, and a wrong "
        "result.",
        "Where does an axis of length 1 have to go?"),
    Misconception(
        "rows-instead-of-columns", partial(_padding, axis=2), "Your mask is exactly (B, T, 1): it closes rows.",
        later("{columns} Yours forbids the padding to look, and lets all words look at the padding.", columns=_COLUMNS),
        "Which axis of the weights belongs to the keys, and which of your axes meets it?"),
    Misconception(
        "batch-axis-last", partial(_padding, axis=0), "Your mask is exactly the right one, as (1, B, T).",
        "Your sentences meet the queries. The first axis must be that of the sentences.",
        "Where does the axis of length 1 have to go?"),
    Misconception(
        "head-axis-added", partial(_padding, axis="two"), "Your mask is exactly (B, 1, 1, T), with an axis for heads.",
        "That will be needed from lesson 04 on, and will be added there. Without heads, weights have three axes.",
        "How many axes of length 1 do you add?"),
    Misconception(
        "rows-and-columns", partial(_padding, axis="pairs"),
        "Your mask is exactly (B, T, T) and closes the rows of padding as well as its columns.",
        later("{columns} The queries stay as they are: in cross-attention they are words of another sentence.",
              columns=_COLUMNS), "Which shape is asked for?"),
    Misconception(
        "repeated-for-each-query", partial(_padding, axis="square"),
        "Your mask is exactly the right one, repeated for each of T queries.",
        "That works as long as there are as many queries as keys. An axis of length 1 works always, and costs nothing.",
        "Which shape is asked for?"),
    Misconception(
        "mask-of-first-sentence", partial(_padding, only_first=True),
        "Your mask is exactly that of sentence 0, for every sentence.", "Each sentence has its own padding.",
        "Is there an index 0?"),
    Misconception(
        "only-the-first-sentence", partial(_padding, axis="first"), "Your mask is exactly that of sentence 0 alone.",
        "Each sentence has its own padding.", "Is there an index 0, or a `return` inside a loop?"),
    *(Misconception(
        "transposed", partial(_padding, axis=axis), later("Your mask is exactly the right one {words}.", words=words),
        "Sentences come first, keys last.", "Is there a transpose too many?")
      for axis, words in (("turned", "transposed, (T, B)"), ("turned, one", "with sentences and keys exchanged"))),
    Misconception(
        "flattened", partial(_padding, axis="flat"), "Your mask is exactly the right one, all in one row.",
        "Each sentence has a row of its own.",
        "How are the rows put together: behind each other, or under each other?"),
    Misconception(
        "causal-as-well", partial(_padding, axis="past"),
        "Your mask is exactly the padding mask and the causal mask together, (B, T, T).",
        "The encoder reads the whole sentence, and needs the padding mask alone. Both together come in exercise 2.4.",
        "What does this mask have to hide, and what not?"),
    *(Misconception(
        "counted", lambda ids, pad_id, keep=keep: (ids != pad_id).sum(1, keepdim=keep),
        "What you return is exactly how many real tokens each sentence has.",
        "A mask has a yes or a no for every place.", "Which step makes one number of a sentence?")
      for keep in (True, False)),
    Misconception(
        "reshaped-not-transposed", lambda ids, pad_id: (ids != pad_id).reshape(ids.shape[1], 1, ids.shape[0]),
        "Your mask is exactly the right one, reshaped to (T, 1, B).",
        "Sentences come first, keys last; `reshape` to other sizes cuts the rows anew.",
        "In which order do your sizes stand?"),
    Misconception(
        "places-compared", lambda ids, pad_id: (torch.arange(ids.shape[1]) != pad_id).expand(len(ids), 1, -1),
        "Your mask is exactly True where the number of the place, 0, 1, 2 and so on, is not `pad_id`.",
        "The ids say which words are real, and not where they stand.", "What do you compare with `pad_id`?"),
    *(Misconception(
        "padding-removed", lambda ids, pad_id, shape=shape: (ids[ids != pad_id]).reshape(shape),
        "What you return is exactly the ids of all real tokens, one behind the other.",
        "A mask has a yes or a no for every place, and leaves the ids where they are.",
        "What does a comparison in square brackets do?") for shape in ((-1,), (-1, 1), (1, -1), (1, 1, -1))),
    Misconception(
        "places-returned", lambda ids, pad_id: (ids != pad_id).nonzero(),
        "What you return is exactly the list of the places where real tokens stand.",
        "A mask has a yes or a no for every place.", "Which step makes a list of places?"),
    *(Misconception(
        "padding-read-off", lambda ids, pad_id, which=which: (ids != which(ids)).unsqueeze(1),
        later("Your mask is exactly the one for padding with the id {words}, whatever `pad_id` is.", words=words),
        "A batch may have no padding at all, or padding elsewhere.", "Does `pad_id` occur in your code?")
      for which, words in ((lambda ids: ids[:, -1:], "at the end of each sentence"),
                           (lambda ids: ids[-1, -1], "at the end of the last sentence"),
                           (torch.max, "that is the largest of all"), (torch.min, "that is the smallest of all"),
                           (lambda ids: ids.amax(1, keepdim=True), "that is the largest of each sentence"),
                           (lambda ids: ids.amin(1, keepdim=True), "that is the smallest of each sentence"))),
    *(Misconception(
        "is-in-place-of-equals", wrong,
        "Your code does exactly what `is` makes of a whole tensor: one single yes or no.",
        "`is` asks whether two names mean the same thing; it does not look at the numbers.",
        "With which sign do you compare?")
      for wrong in (lambda ids, pad_id: (ids is not pad_id).unsqueeze(1),
                    lambda ids, pad_id: (ids is not pad_id)[:, None])),
    *(Misconception(
        "numpys-name", partial(_of_numpy, name=name),
        later("Your code stops, since PyTorch's tensors have no `{name}`.", name=name),
        later("That is NumPy's. {why}", why=why), "Which line has NumPy's word?")
      for name, why in (
          ("expand_dims", "In PyTorch an axis of length 1 comes from `unsqueeze`, or from `None` in an index."),
          ("astype", "In PyTorch another dtype comes from `.to(...)`, `.bool()`, `.long()` or `.float()`."))),
    *(Misconception(
        "pad-id-fixed", partial(_padding, pad=pad),
        later("Your mask is exactly the one for padding with the id {pad}, whatever `pad_id` is.", pad=pad),
        later("Which id stands for padding depends on the vocabulary.{truth}",
              truth=truth), "Does `pad_id` occur in your code?")
      for pad, truth in ((0, " (As a yes or no, every number but 0 is a yes.)"), (1, ""))),
    Misconception(
        "zero-is-padding-too", lambda ids, pad_id: ((ids != pad_id) & (ids != 0)).unsqueeze(1), **ZERO_TOO),
    Misconception(
        "larger-than-pad", lambda ids, pad_id: (ids > pad_id).unsqueeze(1),
        "Your mask is exactly True where the id is larger than `pad_id`.",
        "That is right while padding has the smallest id of all. Nothing guarantees it.",
        "With which sign do you compare?"),
    *(Misconception(
        "larger-than-pad" if sign == "≥" else "smaller-than-pad",
        lambda ids, pad_id, holds=holds: holds(ids, pad_id).unsqueeze(1),
        later("Your mask is exactly True where the id is {words} `pad_id`, or `pad_id` itself.", words=words),
        "The padding itself is then let in, and whether a word is depends on its number.",
        "With which sign do you compare?")
      for sign, holds, words in (("≥", torch.ge, "larger than"), ("≤", torch.le, "smaller than"))),
    Misconception(
        "smaller-than-pad", lambda ids, pad_id: (ids < pad_id).unsqueeze(1),
        "Your mask is exactly True where the id is smaller than `pad_id`.",
        "That is right while padding has the largest id of all.", "With which sign do you compare?"),
    Misconception(
        "lengths-counted", _lengths,
        "Your mask is exactly what comes out when the real tokens are counted and that many places opened from the "
        "left.", "That is right while all padding stands at the end. Some batches are filled up at the front.",
        "Does your mask look at where the padding stands?"),
    Misconception(
        "closed-after-the-first-padding", lambda ids, pad_id: ((ids == pad_id).cumsum(1) == 0).unsqueeze(1),
        "Your mask is exactly True up to the first padding of each sentence, and False from there on.",
        "That is right while all padding stands at the end. Some batches are filled up at the front.",
        "What becomes of a word that stands behind padding?"),
    *(Misconception(
        "open-between-real-tokens", lambda ids, pad_id, ends=ends: between(ids, pad_id, **ends).unsqueeze(1),
        later("Your mask is exactly True {words}, and False in all other places.", words=words), why,
        "Is there a `flip`, or a function that begins with `cum`? What does a place learn from its neighbours there?")
      for ends, words, why in (
          ({"last": True}, "up to the last real token of each sentence",
           "That closes padding at the end alone; in front of words, or between them, it stays open."),
          ({"first": True}, "from the first real token of each sentence on",
           "That closes padding in front alone; behind words, or between them, it stays open."),
          ({"first": True, "last": True}, "from the first real token of each sentence to its last",
           "Padding that stands between words stays open."))),
    Misconception(
        "everything-allowed", lambda ids, pad_id: torch.ones_like(ids, dtype=torch.bool).unsqueeze(1),
        "Your mask is exactly True everywhere.",
        "Padding is then looked at like a word. (`~` turns every bit round: of the whole numbers 0 and 1 it makes −1 "
        "and −2, and both of them count as True.)",
        "What is compared with what? And if there is a `~`, which dtype has the tensor behind it?"),
    Misconception(
        "nothing-allowed", lambda ids, pad_id: torch.zeros_like(ids, dtype=torch.bool).unsqueeze(1),
        "Your mask is exactly False everywhere.", "Nobody may look at anything then: True means, may attend.",
        "What is compared with what, and is it the id, or something that never equals it?"),
    Misconception(
        "open-to-the-first-padding", _to_the_first_padding,
        "Your mask is exactly True up to the first padding of a sentence, and False everywhere where there is none.",
        "Where nothing in a row is True, `argmax` finds place 0: a sentence without padding seems to begin with it. "
        "And "
        "words may stand behind padding.", "What does `argmax` return for a row of zeros?"),
    Misconception(
        "first-place-opened", lambda ids, pad_id: ((ids != pad_id) | (torch.arange(ids.shape[1]) == 0)).unsqueeze(1),
        "Your mask is exactly the right one with the first place open in every sentence.",
        "Padding may stand in the first place, too. (A sentence of nothing but padding needs no exception: attention "
        "of this course gives zero weights to a query that may attend to nothing.)",
        "What is written into the first place, and why?"),
    Misconception(
        "ids-as-mask", lambda ids, pad_id: ids.masked_fill(ids == pad_id, 0).unsqueeze(1),
        "Your mask is exactly the ids with 0 for the padding.",
        "A mask says yes or no. Numbers that stand for words will be taken for something else.",
        "Which dtype does your mask have?"),
    *(Misconception(
        "mask-to-be-added", lambda ids, pad_id, low=low: added(_padding(ids, pad_id), low), **TO_BE_ADDED,
        why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.") for low in LOW),
    *(Misconception(
        "sentences-joined", partial(_padding, axis=axis),
        later("Your mask is exactly {shape}, with all sentences behind each other.", shape=shape),
        "Each sentence has a row of its own, and its own padding.",
        "Which size stands first in your `view` or `reshape`?")
      for axis, shape in (("one row", "(1, 1, B · T)"), ("one column", "(B · T, 1, 1)"))),
    *(Misconception(
        f"{which}-token-dropped", partial(_padding, cut=cut),
        later("Your mask is exactly the right one for sentences without their {which} token.", which=which), DROPPED,
        "Is there a slice of `ids`, or a number taken from their length?") for which, cut in CUTS),
    Misconception(
        "all-padding-opened", lambda ids, pad_id: ((ids != pad_id) | (ids == pad_id).all(1, keepdim=True)).unsqueeze(1),
        "Your mask is exactly the right one, except that a sentence of nothing but padding is open in all its places.",
        ALL_PADDING, "What does your code do with a sentence that has no real token?"),
]
