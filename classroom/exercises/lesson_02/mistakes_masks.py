"""Lesson 02, the masks: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception

# -------------------------------------------------------------------------- 2.2 causal mask


def _causal(size, start=0, invert=False, turn=False, kind=torch.bool, shape=None, fixed=None):
    size = fixed or size
    mask = torch.ones(size, size, dtype=torch.bool).tril(start)
    mask = ~mask if invert else mask
    mask = mask.flip(-1) if turn else mask
    mask = mask.reshape(shape or mask.shape) if not isinstance(shape, int) else mask[None]
    return mask.to(kind)


def _added(size):
    return torch.zeros(size, size).masked_fill(~_causal(size), float("-inf"))


_PAST = "Row t is the query at position t. It may look at positions 0 to t: itself and what came before."

CAUSAL = [
    Misconception(
        "future-instead-of-past", lambda size: torch.ones(size, size, dtype=torch.bool).triu(),
        "Your mask is exactly the upper triangle: every position sees itself and its future.",
        f"{_PAST} A translator with your mask reads the next word instead of predicting it.",
        "Which words does row 0 of your mask allow?"),
    Misconception(
        "inverted", partial(_causal, invert=True),
        "Your mask is exactly the right one with True and False exchanged.",
        f"{_PAST} In this course True means: may attend. A mask that says what is forbidden is PyTorch's layers' "
        "convention.", "What is `mask[0, 0]`, and what should it be?"),
    Misconception(
        "not-even-itself", partial(_causal, start=-1),
        "Your mask is exactly the lower triangle without its diagonal.",
        f"{_PAST} Row 0 of yours has nothing to attend to at all.", "What is `mask[0, 0]`, and what should it be?"),
    Misconception(
        "one-step-ahead", partial(_causal, start=1),
        "Your mask is exactly the lower triangle and one diagonal more: every position sees the next one as well.",
        f"{_PAST} One step ahead is precisely the word that is to be predicted.", "What is `mask[0, 1]`?"),
    Misconception(
        "everything-allowed", lambda size: torch.ones(size, size, dtype=torch.bool),
        "Your mask is exactly True everywhere.", f"{_PAST} Nothing is hidden by yours.",
        "Is the result of `tril` kept? It returns a new tensor."),
    Misconception(
        "only-itself", lambda size: torch.eye(size, dtype=torch.bool),
        "Your mask is exactly the diagonal: every position sees only itself.", _PAST, "What is `mask[2, 0]`?"),
    Misconception(
        "only-the-last", lambda size: torch.ones(size, size, dtype=torch.bool).tril().triu(-1),
        "Your mask is exactly the diagonal and the one below: every position sees itself and one before.", _PAST,
        "What is `mask[2, 0]`?"),
    Misconception(
        "mirrored", partial(_causal, turn=True), "Your mask is exactly the right one, mirrored left to right.",
        f"{_PAST} Keys run from left to right.", "Which word does row 0 of your mask allow?"),
    Misconception(
        "mask-to-be-added", _added,
        "Your mask is exactly the kind that is added to the scores: 0 where allowed, −∞ where not.",
        "PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.",
        "Which dtype does your mask have?"),
    Misconception(
        "batch-axis-added", partial(_causal, shape=1), "Your mask is exactly the right one with an axis in front.",
        "It is the same for all sentences; broadcasting adds axes in front where they are needed.",
        "Which shape is asked for?"),
    Misconception(
        "fixed-size", partial(_causal, fixed=4), "Your mask is exactly the one for 4 words, whatever the size.",
        "The size is an argument.", "Is there a number in your code that should be `size`?"),
    Misconception(
        "one-row-only", lambda size: torch.ones(size, dtype=torch.bool),
        "Your mask is exactly a single row of True.", "Every query has a row of its own.",
        "How many axes should the mask have?"),
]

# ------------------------------------------------------------------------- 2.3 padding mask


def _padding(ids, pad_id, invert=False, axis=1, only_first=False, kind=torch.bool, pad=None):
    real = ids != (pad_id if pad is None else pad)
    real = real[:1].expand_as(real) if only_first else real
    real = ~real if invert else real
    real = {1: lambda: real.unsqueeze(1), 2: lambda: real.unsqueeze(2), 0: lambda: real.unsqueeze(0),
            "none": lambda: real, "two": lambda: real[:, None, None], "pairs": lambda: real[:, None] & real[..., None],
            "square": lambda: real[:, None].expand(-1, ids.shape[1], -1)}[axis]()
    return real.to(kind)


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
        f"{_COLUMNS} Yours forbids the padding to look, and lets all words look at the padding.",
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
        f"{_COLUMNS} What the padding itself looks at does no harm, since nobody looks at it; and in cross-attention "
        "queries and keys are different sentences.", "Which shape is asked for?"),
    Misconception(
        "repeated-for-each-query", partial(_padding, axis="square"),
        "Your mask is exactly the right one, repeated for each of T queries.",
        "That works as long as there are as many queries as keys. An axis of length 1 works always, and costs nothing.",
        "Which shape is asked for?"),
    Misconception(
        "mask-of-first-sentence", partial(_padding, only_first=True),
        "Your mask is exactly that of sentence 0, for every sentence.", "Each sentence has its own padding.",
        "Is there an index 0?"),
    *(Misconception(
        "pad-id-fixed", partial(_padding, pad=pad),
        f"Your mask is exactly the one for padding with the id {pad}, whatever `pad_id` is.",
        "Which id stands for padding depends on the vocabulary.", "Does `pad_id` occur in your code?")
      for pad in (0, 1)),
    Misconception(
        "larger-than-pad", lambda ids, pad_id: (ids > pad_id).unsqueeze(1),
        "Your mask is exactly True where the id is larger than `pad_id`.",
        "That is right while padding has the smallest id of all. Nothing guarantees it.",
        "With which sign do you compare?"),
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
            "inverted": ~columns, "none": torch.ones_like(columns)}[padding]
    mask = {"and": seen & past, "or": seen | past, "xor": seen ^ past}[join]
    mask = mask | torch.eye(ids.shape[1], dtype=torch.bool) if own else mask
    mask = ~mask if turned else mask
    return mask[:, None] if head else mask


_BOTH = "A target word may look at what is real and not in the future: both conditions at once."

DECODER = [
    Misconception(
        "causal-only", partial(_decoder, padding="none"),
        "Your mask is exactly the causal one, the same for every sentence: it lets words look at padding.",
        f"{_BOTH} Where padding stands in front of words, it is in their past.",
        "Where does `pad_id` come in?"),
    Misconception(
        "causal-only", lambda ids, pad_id: torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your mask is exactly the causal one, (T, T): it lets words look at padding.",
        f"{_BOTH} Each sentence has padding of its own, so that there is a mask for each.",
        "Where does `pad_id` come in?"),
    Misconception(
        "padding-only", partial(_decoder, causal="none"),
        "Your mask is exactly the padding mask for every query: it lets words look at the future.",
        f"{_BOTH} A model that sees the next word learns to copy it.", "Where does the causal mask come in?"),
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
        f"Your mask is exactly the one for padding with the id {pad}, whatever `pad_id` is.",
        "Which id stands for padding depends on the vocabulary.", "Does `pad_id` occur in your code?")
      for pad in (0, 1)),
    Misconception(
        "padding-sees-itself", partial(_decoder, own=True),
        "Your mask is exactly the right one with the whole diagonal open, padding included.",
        f"{_BOTH} A row with nothing open does no harm here: attention gives it zero weights.",
        "Is something added so that no row is empty?"),
    Misconception(
        "head-axis-added", partial(_decoder, head=True), "Your mask is exactly the right one with an axis for heads.",
        "That will be needed from lesson 04 on, and will be added there.", "Which shape is asked for?"),
    Misconception(
        "size-of-the-batch", lambda ids, pad_id: (ids != pad_id)[:, None]
        & torch.ones(len(ids), len(ids), dtype=torch.bool).tril(),
        "Your code does exactly what happens when the causal mask gets the number of sentences as its size.",
        "The causal mask is as large as a sentence is long.", "Which axis of `ids` counts the words?"),
    Misconception(
        "no-query-axis", lambda ids, pad_id: (ids != pad_id) & torch.ones(
            ids.shape[1], ids.shape[1], dtype=torch.bool).tril(),
        "Your code does exactly what happens when a padding mask (B, T) meets the causal mask (T, T).",
        "Axes are lined up from the right: your sentences meet the queries. That is an error, or with one sentence, or "
        "as many sentences as words, no error and the wrong shape.", "Is it your `padding_mask` that you use?"),
]

# ---------------------------------------------------------------------- 2.6 key_padding_mask


def _handed_over(mask, invert=True, shape="row", kind=torch.bool):
    mask = ~mask if invert else mask
    out = {"row": lambda: mask[:, 0], "same": lambda: mask, "squeezed": lambda: mask.squeeze(),
           "first": lambda: mask[0], "column": lambda: mask[:, :, 0], "turned": lambda: mask[:, 0].T,
           "heads": lambda: mask.unsqueeze(1)}[shape]()
    return out.to(kind)


_OPPOSITE = "For `key_padding_mask`, True means: ignore this key. It is the opposite of ours."

KEY_PADDING = [
    Misconception(
        "not-inverted", partial(_handed_over, invert=False),
        "Your mask is exactly ours without its middle axis: True where a key may be attended to.",
        f"{_OPPOSITE} With yours, every word looks at nothing but padding, and a sentence without padding gives NaN.",
        "What should a real word's entry be?"),
    Misconception(
        "axis-kept", partial(_handed_over, shape="same"), "Your mask is exactly the right one, still (B, 1, T).",
        "PyTorch wants (B, T) here and adds the axes for heads and queries by itself.",
        "How do you get rid of an axis of length 1?"),
    Misconception(
        "all-single-axes-dropped", partial(_handed_over, shape="squeezed"),
        "Your mask is exactly what `squeeze()` gives: every axis of length 1 is gone.",
        "With one sentence the axis of sentences is lost, too, and with one word that of words.",
        "Which axis is to go? `squeeze` takes its number."),
    Misconception(
        "first-sentence-only", partial(_handed_over, shape="first"), "Your mask is exactly that of sentence 0.",
        "Each sentence has its own padding.", "On which axis is your index 0?"),
    Misconception(
        "one-key-only", partial(_handed_over, shape="column"), "Your mask is exactly the entry of word 0.",
        "Every key has its own entry.", "On which axis is your index 0?"),
    Misconception(
        "transposed", partial(_handed_over, shape="turned"), "Your mask is exactly the right one, transposed.",
        "Sentences come first here, keys second.", "Is there a transpose too many?"),
    Misconception(
        "head-axis-added", partial(_handed_over, shape="heads"), "Your mask is exactly inverted, with one axis more.",
        "PyTorch adds the axes for heads and queries by itself: it wants (B, T).", "Which shape is asked for?"),
]
