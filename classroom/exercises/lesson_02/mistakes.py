"""Lesson 02, attention: what learners write instead, and what it means. Used by `lesson_02`."""
import math
from functools import partial

import torch

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception

# ---------------------------------------------------------------------------- 2.1 attention


def _softmax(scores, axis=-1, stable=True):
    if axis == "everything":
        return scores.flatten().softmax(0).reshape(scores.shape)
    if axis == "best":
        return torch.zeros_like(scores).scatter(-1, scores.argmax(-1, keepdim=True), 1)
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
    if how == "causal":
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
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
    low = {"zero": 0.0, "weak": -1e4, "weak, closed": -1e4,
           "high": torch.finfo(scores.dtype).max}.get(how, torch.finfo(scores.dtype).min)
    filled = scores.masked_fill(~mask, float("-inf") if empty == "nan" and low < 0 else low)
    if empty == "added":
        filled = scores + (~mask) * -1e9
    weights = _softmax(filled, axis, stable)
    if how == "weak, closed":
        return weights * mask
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
        "hard-maximum", partial(sloppy_attention, axis="best"),
        "Your weights are exactly 1 for the best allowed key of each query and 0 for all others.",
        "That is a hard choice; it has no slope that a model could learn from. Softmax gives every key its part.",
        "How much should the second best key get?", sums("weights")),
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
    *(Misconception(
        "fill-not-low-enough", partial(sloppy_attention, how=how),
        "For large scores, your weights are exactly what comes out when forbidden places get −10000 or a similar "
        f"number{then}.", "Scores can be lower than that; then the forbidden places win.",
        "Which number is below every score there can be?")
      for how, then in (("weak", ""), ("weak, closed", ", and their shares are set to 0 afterwards"))),
    Misconception(
        "causal-whatever-the-mask", partial(sloppy_attention, how="causal"),
        "Your weights are exactly what comes out with a causal mask, whatever mask is given.",
        "The function is told by `mask` what is forbidden: padding, the future, or nothing.",
        "Which mask does your code use if `mask` is None?"),
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
