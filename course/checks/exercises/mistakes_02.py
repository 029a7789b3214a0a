"""Lesson 02: what learners write instead, and what it means. Used by `lesson_02`."""
import math
from functools import partial

import torch

from ..evidence import sums
from ..exercise import Misconception

# ---------------------------------------------------------------------------- 2.1 attention


def _softmax(scores, axis=-1, stable=True):
    if axis == "everything":
        return scores.flatten().softmax(0).reshape(scores.shape)
    if stable:
        return scores.softmax(axis)
    return scores.exp() / scores.exp().sum(axis, keepdim=True)


def _mask_as_used(mask, how):
    """The mask after something was done to it that should not have been."""
    if how == "inverted":
        return ~mask
    if how == "first sentence":
        return mask[:1] if mask.dim() > 2 else mask
    if how == "first query":
        return mask[..., :1, :]
    if how == "some key":
        return mask.any(-1, keepdim=True)
    return mask.transpose(-1, -2) if how == "transposed" else mask


def _weights(scores, mask, axis, stable, how, empty):
    if mask is None and how == "always there":
        raise TypeError("bad operand type for unary ~: 'NoneType'")
    if mask is None or how == "ignored":
        return _softmax(scores, axis, stable)
    mask = _mask_as_used(mask, how)
    if how == "after":
        return _softmax(scores, axis, stable).masked_fill(~mask, 0)
    if how == "times":
        return _softmax(scores * mask, axis, stable)
    if how == "added":
        return _softmax(scores + mask.to(scores.dtype), axis, stable)
    if how == "times -inf":
        return _softmax(scores + (~mask) * float("-inf"), axis, stable)
    low = {"zero": 0.0, "weak": -1e4, "high": torch.finfo(scores.dtype).max}.get(how, torch.finfo(scores.dtype).min)
    filled = scores.masked_fill(~mask, float("-inf") if empty == "nan" and low < 0 else low)
    if empty == "added":
        filled = scores + (~mask) * -1e9
    weights = _softmax(filled, axis, stable)
    if empty == "renormalised":
        weights = _softmax(scores, axis, stable) * mask
        return weights / weights.sum(-1, keepdim=True)
    return weights.masked_fill(~mask.any(-1, keepdim=True), 0) if empty == "zero" else weights


def sloppy_attention(q, k, v, mask=None, scale="sqrt d_k", axis=-1, stable=True, how="", empty="zero", keys="last two",
               values="v", gives="", roles="qk"):
    """Attention with switches."""
    a, b = {"qk": (q, k), "kq": (k, q), "qq": (q, q), "kk": (k, k)}[roles]
    turned = {"last two": lambda: b.transpose(-2, -1), "all": lambda: b.permute(*reversed(range(b.dim()))),
              "first two": lambda: b.transpose(0, 1), "middle two": lambda: b.transpose(1, 2),
              "none": lambda: b}[keys]()
    d_k = q.shape[-1]
    divisor = {"sqrt d_k": math.sqrt(d_k), "d_k": d_k, "T_k": math.sqrt(k.shape[-2]), "first": math.sqrt(q.shape[0]),
               "second": math.sqrt(q.shape[1]), "T_q": math.sqrt(q.shape[-2]), "d_v": math.sqrt(v.shape[-1]),
               "up": 1 / math.sqrt(d_k), "fixed": 2.0, "rounded": int(math.sqrt(d_k))}.get(scale, 1.0)
    scores = a @ turned / divisor
    weights = _weights(scores, mask, axis, stable, how, empty)
    if scale == "after":
        weights = weights / math.sqrt(d_k)
    output = weights @ {"v": v, "k": k, "q": q}[values]
    if gives == "swapped":
        return weights, output
    if gives == "unmasked output":
        return _softmax(scores) @ v, weights
    shown = {"scores": scores, "transposed": weights.transpose(-2, -1)}.get(gives, weights)
    if gives == "unmasked weights":
        shown = _softmax(scores)
    return output, shown


_ROOT = ("A dot product of d_k numbers spreads about √d_k wide. Dividing by just that keeps the softmax equally sharp "
         "for short and for long keys.")
_SHARES = "Each query has 1 to give away among its keys."
_EMPTY = ("A query that may attend to nothing, in a sentence that is all padding for instance, gets zero weights and "
          "adds nothing: that is the course's convention.")
_AXES = "Sentences, and later heads, stand in front; only the last two axes, positions and dimensions, change places."


def _divided(by: str, words: str) -> Misconception:
    slug = {"first": "divided-by-root-of-first-axis", "second": "divided-by-root-of-second-axis"}.get(
        by, f"divided-by-root-of-{by.lower().replace('_', '-')}")
    return Misconception(slug, partial(sloppy_attention, scale=by), "Your weights are exactly what comes out when the "
                         f"scores are divided by the root of {words}.", _ROOT,
                         "Which axis does the size under your root come from? Count from the end.")


ATTENTION = [
    Misconception(
        "no-scaling", partial(sloppy_attention, scale="none"),
        "Your weights are exactly what comes out when the scores are not divided by anything.", _ROOT,
        "Which step stands between the scores and the softmax?"),
    Misconception(
        "divided-by-d-k", partial(sloppy_attention, scale="d_k"),
        "Your weights are exactly what comes out when the scores are divided by d_k, without the root.", _ROOT,
        "What are the scores divided by?"),
    _divided("T_k", "T_k, the number of keys"),
    _divided("T_q", "T_q, the number of queries"),
    _divided("first", "the size of the first axis"),
    _divided("second", "the size of the second axis, which is d_k only while there is no batch"),
    _divided("d_v", "d_v, the size of the values"),
    Misconception(
        "multiplied-by-root", partial(sloppy_attention, scale="up"),
        "Your weights are exactly what comes out when the scores are multiplied by √d_k.", _ROOT,
        "Is the root above or below the fraction line?"),
    Misconception(
        "root-of-a-fixed-size", partial(sloppy_attention, scale="fixed"),
        "Your weights are exactly what comes out when the scores are always divided by 2.",
        "That is √d_k for our sentence, whose keys have 4 numbers, and for no other size.",
        "Where does your d_k come from?"),
    Misconception(
        "root-rounded", partial(sloppy_attention, scale="rounded"),
        "Your weights are exactly what comes out when √d_k is rounded down to a whole number.",
        "√7 is 2.65, not 2; only for square numbers it makes no difference.",
        "Is there an `int` or a `//` near the root?"),
    Misconception(
        "scaled-after-softmax", partial(sloppy_attention, scale="after"),
        "Your weights are exactly what comes out when the division by √d_k happens after the softmax.",
        "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it smaller.",
        "Look at the order of the two steps.", sums("weights")),
    Misconception(
        "softmax-over-queries", partial(sloppy_attention, axis=-2),
        "Your weights are exactly what comes out when the softmax runs over the queries.",
        f"{_SHARES} Yours lets the queries compete for each key instead.", "Along which axis does your softmax run?",
        sums("weights")),
    *(Misconception(
        f"softmax-over-axis-{axis}", partial(sloppy_attention, axis=axis),
        f"Your weights are exactly what comes out when the softmax runs along axis {axis}.",
        f"{_SHARES} {why}", "How do you name the last axis, whatever the number of axes?", sums("weights"))
      for axis, why in ((0, "Axis 0 counts the sentences."), (1, "Axis 1 is the last only while there is no batch."))),
    Misconception(
        "softmax-over-everything", partial(sloppy_attention, axis="everything"),
        "Your weights are exactly what comes out when one softmax runs over all scores together.", _SHARES,
        "Along which axis does your softmax run?", sums("weights")),
    Misconception(
        "unstable-softmax", partial(sloppy_attention, stable=False),
        "Your weights are exactly what exp divided by its sum gives, on the scores as they come.",
        "It is right until the scores get large; then exp is infinity, and infinity divided by infinity is NaN.",
        "PyTorch's own softmax is protected against this, and so is yours of exercise 1.2."),
    Misconception(
        "all-axes-reversed", partial(sloppy_attention, keys="all"),
        "Your weights are exactly what comes out when all axes of k are reversed, as `.T` does.",
        f"Without a batch that is a transpose. {_AXES}", "What does `.T` do to the shape (2, 5, 7)?"),
    Misconception(
        "first-two-axes-swapped", partial(sloppy_attention, keys="first two"),
        "Your weights are exactly what comes out when axes 0 and 1 of k change places.",
        f"Without a batch that is a transpose. {_AXES}", "Count the two axes from the end."),
    Misconception(
        "three-axes-assumed", partial(sloppy_attention, keys="middle two"),
        "Your weights are exactly what comes out when axes 1 and 2 of k change places.",
        f"With one batch axis that is right, and with none or two it is not. {_AXES}",
        "Count the two axes from the end."),
    Misconception(
        "no-transpose", partial(sloppy_attention, keys="none"),
        "Your weights are exactly what comes out when the rows of q meet the columns of k as it is.",
        "A score compares one query with one key, number by number: the axes that meet must both be d_k.",
        "Write the shapes of both factors beside your product. Which axes stand next to each other?"),
    Misconception(
        "mask-ignored", partial(sloppy_attention, how="ignored"),
        "Your weights are exactly what comes out without the mask.",
        "Padding and future words then take part like all others.",
        "Does the mask reach the scores, and is the result of `masked_fill` kept? It returns a new tensor."),
    Misconception(
        "mask-always-expected", partial(sloppy_attention, how="always there"),
        "Your code does exactly what happens when the mask is used without looking whether there is one: it stops "
        "where `mask` is None.", "Without a mask everybody may attend to everything.",
        "What should happen to the scores when `mask` is None?"),
    Misconception(
        "mask-inverted", partial(sloppy_attention, how="inverted"),
        "Your weights are exactly what comes out when True and False of the mask are exchanged.",
        "In this course True means: may attend. A model with the mistake may look at nothing but what is forbidden.",
        "Which places does your `masked_fill` fill?"),
    Misconception(
        "mask-after-softmax", partial(sloppy_attention, how="after"),
        "Your weights are exactly those without the mask, with zeros put in afterwards.",
        "The softmax had already given part of the attention to forbidden places; with zeros there, the rest no longer "
        "sums to 1.", "Where does the mask come in, before or after the softmax?", sums("weights")),
    Misconception(
        "mask-fills-zero", partial(sloppy_attention, how="zero"),
        "Your weights are exactly what comes out when forbidden scores are set to 0.",
        "exp(0) is 1, not 0: a score of 0 is an ordinary score, larger than every negative one.",
        "Which score gives a share of 0?"),
    Misconception(
        "mask-fills-high", partial(sloppy_attention, how="high"),
        "Your weights are exactly what comes out when forbidden scores are set to the highest number there is.",
        "The softmax gives everything to the highest score.", "Which sign does your fill have?"),
    Misconception(
        "mask-times-scores", partial(sloppy_attention, how="times"),
        "Your weights are exactly what comes out when the scores are multiplied by the mask.",
        "That sets forbidden scores to 0, and exp(0) is 1: a score of 0 is larger than every negative one.",
        "Which score gives a share of 0?"),
    Misconception(
        "mask-added", partial(sloppy_attention, how="added"),
        "Your weights are exactly what comes out when the mask is added to the scores as 1 and 0.",
        "An allowed score that is larger by 1 is hardly noticed; forbidden places keep most of their share.",
        "What does a True become when you add it to a number?"),
    Misconception(
        "zero-times-infinity", partial(sloppy_attention, how="times -inf"),
        "Your weights are exactly what comes out when −∞ is multiplied by the mask: NaN.",
        "0 · (−∞) is not 0 but NaN, so that the allowed places are spoilt.",
        "Where do you need a choice between two values, and use a product?"),
    Misconception(
        "fill-not-low-enough", partial(sloppy_attention, how="weak"),
        "For large scores, your weights are exactly what comes out when forbidden places get −10000 or a similar "
        "number.", "Scores can be lower than that; then the forbidden places win.",
        "Which number is below every score there can be?"),
    Misconception(
        "mask-of-first-sentence", partial(sloppy_attention, how="first sentence"),
        "Your weights are exactly what comes out when the mask of sentence 0 is used for all.",
        "Sentences differ in length, so that each has its own padding.", "Is there an index 0 on the mask?"),
    Misconception(
        "mask-of-first-query", partial(sloppy_attention, how="first query"),
        "Your weights are exactly what comes out when the mask of query 0 is used for all.",
        "With a causal mask each query may see one place more than the one before.",
        "Is there an index 0 on the mask?"),
    Misconception(
        "mask-transposed", partial(sloppy_attention, how="transposed"),
        "Your weights are exactly what comes out when the mask is transposed.",
        "Rows of the mask are queries and columns are keys, as everywhere. Transposed, a causal mask shows the future.",
        "Is there a transpose too many?"),
    Misconception(
        "mask-for-queries-only", partial(sloppy_attention, how="some key"),
        "Your weights are exactly what comes out when the mask only decides which queries may look at all.",
        "The mask is to decide for each query and each key.", "Which axis of the mask did you sum up?"),
    Misconception(
        "empty-rows-nan", partial(sloppy_attention, empty="nan"),
        "Your weights are exactly what filling with −∞ gives: NaN for queries that may attend to nothing.",
        f"A row of nothing but −∞ is 0/0 after the softmax, and one NaN spreads through the whole model. {_EMPTY}",
        "What do the rows without any True need?"),
    Misconception(
        "empty-rows-nan", partial(sloppy_attention, empty="renormalised"),
        "Your weights are exactly what dividing by the sum of the rest gives: NaN for queries that may attend to "
        "nothing.", f"In such a row the rest is 0, and 0/0 is NaN. {_EMPTY}",
        "What do the rows without any True need?"),
    *(Misconception(
        "empty-rows-not-zero", partial(sloppy_attention, empty=how),
        "Queries that may attend to nothing get exactly the weights of a softmax over forbidden places.",
        f"However low all scores of a row are, the softmax makes shares of them. {_EMPTY}",
        "What do the rows without any True need after the softmax?", sums("weights"))
      for how in ("kept", "added")),
    Misconception(
        "output-unmasked", partial(sloppy_attention, gives="unmasked output"),
        "Your output is exactly the one without the mask, beside weights that have it.",
        "The values are to be mixed with the weights that are returned.", "Which weights meet `v`?"),
    Misconception(
        "weights-unmasked", partial(sloppy_attention, gives="unmasked weights"),
        "Your weights are exactly those without the mask, beside an output that has it.",
        "What is returned should be what the values were mixed with.", "Which name stands second in your `return`?"),
    Misconception(
        "outputs-swapped", partial(sloppy_attention, gives="swapped"),
        "You return exactly the right two tensors in the wrong order: the weights first.",
        "All attention of the course returns (output, weights).", "Look at your `return` line."),
    Misconception(
        "scores-returned", partial(sloppy_attention, gives="scores"),
        "In place of the weights you return exactly the scores before mask and softmax.",
        "The weights are what the values were mixed with.", "Which name stands second in your `return` line?"),
    Misconception(
        "weights-transposed", partial(sloppy_attention, gives="transposed"),
        "The weights you return are exactly the right ones with queries and keys exchanged.",
        "Rows are queries and columns are keys, everywhere in the course.", "Is there a transpose too many?"),
    Misconception(
        "keys-as-values", partial(sloppy_attention, values="k"), "Your output is exactly a mixture of the keys.",
        "Keys say what a word can be found by; values say what it hands over.", "What do your weights multiply?"),
    Misconception(
        "queries-as-values", partial(sloppy_attention, values="q"), "Your output is exactly a mixture of the queries.",
        "Queries only ask. What is handed over are the values.", "What do your weights multiply?"),
    *(Misconception(
        slug, partial(sloppy_attention, roles=roles), f"Your weights are exactly what comes out when {words}.",
        "Each query is compared with the keys, and there is a row for each query.",
        "Which two tensors go into your scores, and in which order?")
      for slug, roles, words in (("roles-swapped", "kq", "queries and keys change places"),
                                 ("queries-as-keys", "qq", "the queries are compared with themselves"),
                                 ("keys-as-queries", "kk", "the keys are compared with themselves"))),
]

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
        "ids-as-mask", lambda ids, pad_id: ids.masked_fill(ids == pad_id, 0).unsqueeze(1),
        "Your mask is exactly the ids with 0 for the padding.",
        "A mask says yes or no. Numbers that stand for words will be taken for something else.",
        "Which dtype does your mask have?"),
]

# ------------------------------------------------------------------------- 2.4 decoder mask


def _decoder(ids, pad_id, causal="past", padding="columns", join="and", first=False, head=False, pad=None, own=False):
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
