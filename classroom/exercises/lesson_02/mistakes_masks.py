"""Lesson 02, padding and the decoder's mask: what learners write instead, and what it means. Used by `lesson_02`."""
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

# ------------------------------------------------------------------------- 2.3 padding mask


def _padding(ids, pad_id, invert=False, axis=1, only_first=False, kind=torch.bool, pad=None):
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


def _lengths(ids, pad_id):
    return (torch.arange(ids.shape[1]) < (ids != pad_id).sum(-1, keepdim=True)).unsqueeze(1)


_COLUMNS = ("The mask is laid over weights (B, T_q, T_k). Padding must not be looked at, so it is columns, keys, "
            "that are to be closed, for every query alike.")

PADDING = [
    Misconception(
        "inverted", partial(_padding, invert=True),
        "Your mask is exactly the right one with True and False exchanged: True where there is padding.",
        "In this course True means: may attend. With your mask, words look at nothing but padding.",
        "Compare with `==` or with `!=`?"),
    Misconception(
        "no-query-axis", partial(_padding, axis="none"),
        "Your mask is exactly (B, T), without an axis for the queries.",
        "Axes are lined up from the right. Against weights (B, T_q, T_k), your sentences meet the queries: an error, "
        "or with as many sentences as words, no error and the wrong mask.",
        "Where does an axis of length 1 have to go?"),
    Misconception(
        "rows-instead-of-columns", partial(_padding, axis=2), "Your mask is exactly (B, T, 1): it closes rows.",
        later("{columns} Yours forbids the padding to look, and lets all words look at the padding.", columns=_COLUMNS),
        "Which axis of the weights belongs to the keys, and which of your axes meets it?"),
    Misconception(
        "batch-axis-last", partial(_padding, axis=0), "Your mask is exactly (1, B, T).",
        "Your sentences meet the queries. The first axis must be that of the sentences.",
        "Where does the axis of length 1 have to go?"),
    Misconception(
        "head-axis-added", partial(_padding, axis="two"), "Your mask is exactly (B, 1, 1, T), with an axis for heads.",
        "That will be needed from lesson 04 on, and will be added there. Without heads, weights have three axes.",
        "How many axes of length 1 do you add?"),
    Misconception(
        "rows-and-columns", partial(_padding, axis="pairs"),
        "Your mask is exactly (B, T, T) and closes the rows of padding as well as its columns.",
        later("{columns} What the padding itself looks at does no harm, since nobody looks at it; and in "
              "cross-attention queries and keys are different sentences.",
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
                           (lambda ids: ids[-1, -1], "at the end of the last sentence"))),
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
    Misconception(
        "ids-as-mask", lambda ids, pad_id: ids.masked_fill(ids == pad_id, 0).unsqueeze(1),
        "Your mask is exactly the ids with 0 for the padding.",
        "A mask says yes or no. Numbers that stand for words will be taken for something else.",
        "Which dtype does your mask have?"),
    *(Misconception(
        "mask-to-be-added", lambda ids, pad_id, low=low: added(_padding(ids, pad_id), low), **TO_BE_ADDED,
        why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.") for low in LOW),
]

# ------------------------------------------------------------------------- 2.4 decoder mask


def _decoder(ids, pad_id, causal="past", padding="columns", join="and", first=False, head=False, pad=None, own=False,
             turned=False):
    past = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    past = {"past": past, "future": past.T, "inverted": ~past, "strict": past.tril(-1), "ahead": ~past.T | past
            | torch.ones_like(past).tril(1), "none": torch.ones_like(past)}[causal]
    real = ids != (pad_id if pad is None else pad)
    real = real[:1].expand_as(real) if first else real
    columns = real.unsqueeze(1).expand(-1, ids.shape[1], -1)
    seen = {"columns": columns, "rows": columns.transpose(1, 2), "both": columns & columns.transpose(1, 2),
            "inverted": ~columns, "none": torch.ones_like(columns), "first axis": real.unsqueeze(0)}[padding]
    mask = {"and": seen & past, "or": seen | past, "xor": seen ^ past}[join]
    mask = mask | torch.eye(ids.shape[1], dtype=torch.bool) if own else mask
    mask = ~mask if turned else mask
    return mask[:, None] if head else mask


_BOTH = "A target word may look at what is real and not in the future: both conditions at once."

def _square_of(make):
    """The decoder's mask, with a causal mask that is given the ids in place of their length."""
    return lambda ids, pad_id: _padding(ids, pad_id) & make(ids)


PADDING += [
    Misconception(
        "sentences-joined", partial(_padding, axis=axis),
        later("Your mask is exactly {shape}, with all sentences behind each other.", shape=shape),
        "Each sentence has a row of its own, and its own padding.",
        "Which size stands first in your `view` or `reshape`?")
    for axis, shape in (("one row", "(1, 1, B · T)"), ("one column", "(B · T, 1, 1)"))]
DECODER = [
    *(Misconception(
        "shape-for-the-size", _square_of(make),
        "Your code does exactly what happens when `causal_mask` is given the ids themselves.",
        "`causal_mask` asks for a size, one whole number: how many positions there are. The ids are a whole table.",
        "How long are the sentences of `ids`, and where does a tensor say so?")
      for make in (lambda ids: torch.ones(ids, ids, dtype=torch.bool).tril(),
                   lambda ids: torch.ones((ids, ids), dtype=torch.bool).tril(),
                   lambda ids: torch.arange(ids) <= torch.arange(ids)[:, None],
                   lambda ids: torch.tensor([[j <= i for j in range(ids)] for i in range(ids)]))),
    Misconception(
        "causal-only", partial(_decoder, padding="none"),
        "Your mask is exactly the causal one, the same for every sentence: it lets words look at padding.",
        later("{both} Where padding stands in front of words, it is in their past.", both=_BOTH),
        "Where does `pad_id` come in?"),
    Misconception(
        "causal-only", lambda ids, pad_id: torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your mask is exactly the causal one, (T, T): it lets words look at padding.",
        later("{both} Each sentence has padding of its own, so that there is a mask for each.", both=_BOTH),
        "Where does `pad_id` come in?"),
    Misconception(
        "padding-only", partial(_decoder, causal="none"),
        "Your mask is exactly the padding mask for every query: it lets words look at the future.",
        later("{both} A model that sees the next word learns to copy it.",
              both=_BOTH), "Where does the causal mask come in?"),
    Misconception(
        "or-instead-of-and", partial(_decoder, join="or"),
        "Your mask is exactly True where either condition holds.", _BOTH,
        "Which operator joins the two masks? A sum of booleans is an *or*, too."),
    Misconception(
        "one-of-the-two", partial(_decoder, join="xor"), "Your mask is exactly True where only one condition holds.",
        _BOTH, "Which operator joins the two masks?"),
    Misconception(
        "future-instead-of-past", partial(_decoder, causal="future"),
        "Your mask is exactly what comes out with the upper triangle: every word sees itself and its future.", _BOTH,
        "Is it your `causal_mask` of exercise 2.2 that you use, and untransposed?"),
    Misconception(
        "inverted", partial(_decoder, turned=True),
        "Your mask is exactly the right one with True and False exchanged.",
        "In this course True means: may attend. PyTorch's layers take masks that say what is forbidden.",
        "What should entry (0, 0) of a sentence without padding be?"),
    Misconception(
        "causal-inverted", partial(_decoder, causal="inverted"),
        "Your mask is exactly what comes out when True and False of the causal mask are exchanged.", _BOTH,
        "Is there a `~` too many?"),
    Misconception(
        "not-even-itself", partial(_decoder, causal="strict"),
        "Your mask is exactly the right one without its diagonal: no word sees itself.",
        "Position t may look at 0 to t. Without itself, position 0 has nothing to look at.",
        "What is `mask[0, 0, 0]`?"),
    Misconception(
        "one-step-ahead", partial(_decoder, causal="ahead"),
        "Your mask is exactly what comes out when every word may also see the next one.",
        "That is precisely the word that is to be predicted.", "What is `mask[0, 0, 1]`?"),
    Misconception(
        "padding-inverted", partial(_decoder, padding="inverted"),
        "Your mask is exactly what comes out when True and False of the padding mask are exchanged.", _BOTH,
        "Compare with `==` or with `!=`?"),
    Misconception(
        "rows-instead-of-columns", partial(_decoder, padding="rows"),
        "Your mask is exactly what comes out when the rows of padding are closed instead of its columns.",
        "Columns are keys: padding must not be looked at. What it looks at itself does no harm.",
        "Along which axis does your padding mask have length 1?"),
    Misconception(
        "rows-and-columns", partial(_decoder, padding="both"),
        "Your mask is exactly the right one with the rows of padding closed as well as its columns.",
        "What padding looks at does no harm, since nobody looks at it. The contract is: real keys that are not in the "
        "future, for every query.", "Is there one padding mask too many?"),
    Misconception(
        "mask-of-first-sentence", partial(_decoder, first=True),
        "Your mask is exactly what comes out when the padding of sentence 0 is used for all.",
        "Each sentence has its own padding.", "Is there an index 0?"),
    *(Misconception(
        "pad-id-fixed", partial(_decoder, pad=pad),
        later("Your mask is exactly the one for padding with the id {pad}, whatever `pad_id` is.", pad=pad),
        "Which id stands for padding depends on the vocabulary.", "Does `pad_id` occur in your code?")
      for pad in (0, 1)),
    Misconception(
        "batch-axis-last", partial(_decoder, padding="first axis"),
        "Your code does exactly what happens when a padding mask (1, B, T) meets the causal mask: your sentences meet "
        "the queries.", "The first axis must be that of the sentences. That is an error, or with one sentence, or as "
        "many sentences as words, no error and the wrong mask.",
        "Is it your `padding_mask` that you use? Where is its axis of length 1?"),
    Misconception(
        "triangle-of-one-row", lambda ids, pad_id: (ids != pad_id).unsqueeze(1).tril(),
        "Your mask is exactly what `tril` makes of the padding mask (B, 1, T): only column 0 of one row is left.",
        "A triangle needs a row for each query, and the padding mask has one row for all.",
        "Which shape has the tensor before `tril`?"),
    Misconception(
        "only-the-first-sentence", lambda ids, pad_id: _decoder(ids, pad_id)[0],
        "Your mask is exactly that of sentence 0 alone, (T, T).", "Each sentence has its own padding.",
        "Is there an index 0 too many?"),
    Misconception(
        "padding-sees-itself", partial(_decoder, own=True),
        "Your mask is exactly the right one with the whole diagonal open, padding included.",
        later("{both} A row with nothing open does no harm here: attention gives it zero weights.", both=_BOTH),
        "Is something added so that no row is empty?"),
    Misconception(
        "head-axis-added", partial(_decoder, head=True), "Your mask is exactly the right one with an axis for heads.",
        "That will be needed from lesson 04 on, and will be added there.", "Which shape is asked for?"),
    Misconception(
        "size-of-the-batch", lambda ids, pad_id: (ids != pad_id)[:, None]
        & torch.ones(len(ids), len(ids), dtype=torch.bool).tril(),
        "Your code does exactly what happens when the causal mask gets the number of sentences as its size.",
        "The causal mask is as large as a sentence is long.", "Which axis of `ids` counts the words?"),
    *(Misconception(
        "shape-for-the-size", lambda ids, pad_id, made=made, given=given: made(given(ids)),
        later("Your code stops, as `causal_mask` does when it is given {words} in place of one number.", words=words),
        "The causal mask is square: its size is one number, how many words a sentence has.",
        "What does the call of `causal_mask` have in its brackets?")
      for given, words in ((lambda ids: ids.shape, "the whole shape of `ids`"),
                           (lambda ids: ids, "`ids`, or a sentence of them,"))
      for made in (lambda size: torch.ones(size, size, dtype=torch.bool), lambda size: torch.ones(size, size),
                   torch.arange)),
    *(Misconception(
        "stacked", lambda ids, pad_id, dim=dim: torch.stack([_decoder(ids, pad_id, causal="none"),
                                                             _decoder(ids, pad_id, padding="none")], dim),
        "What you return is exactly both masks, one beside the other.", _BOTH,
        "How do two masks become one, place by place?") for dim in (0, 1)),
    Misconception(
        "as-long-as-the-longest", lambda ids, pad_id: _decoder(*(lambda n: (ids[:, :n], pad_id))(
            int((ids != pad_id).sum(1).max()))),
        "Your mask is exactly the right one, cut to as many places as the longest sentence has real tokens.",
        "Padding may stand in front, and it has its place in the mask.", "Where does your size come from?"),
    *(Misconception(
        "matrix-product", wrong,
        later("Your code does exactly what `@`, the matrix product, makes of the two masks: {words}.",
              words=words), _BOTH,
        "Which operator joins the two masks, place by place?")
      for wrong, words in (
          (lambda ids, pad_id: (ids != pad_id).unsqueeze(1) @ torch.ones(ids.shape[1], ids.shape[1]).bool().tril(),
           "it stops, since there is none for True and False"),
          (lambda ids, pad_id: (ids != pad_id).unsqueeze(1).float() @ torch.ones(ids.shape[1], ids.shape[1]).tril(),
           "sums, with one row for each sentence"))),
    Misconception(
        "no-query-axis", lambda ids, pad_id: (ids != pad_id) & torch.ones(
            ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your code does exactly what happens when a padding mask (B, T) meets the causal mask (T, T).",
        "Axes are lined up from the right: your sentences meet the queries. That is an error, or with one sentence, or "
        "as many sentences as words, no error and the wrong shape.", "Is it your `padding_mask` that you use?"),
    *(Misconception(
        "mask-to-be-added", lambda ids, pad_id, low=low: added(_decoder(ids, pad_id), low), **TO_BE_ADDED,
        why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.") for low in LOW),
]
