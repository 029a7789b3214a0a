"""Lesson 02, attention: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import torch

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes_closed import CLOSED
from .mistakes_empty import EMPTY, NOTHING
from .mistakes_fixed import FIXED
from .mistakes_scale import ROOT, SCALES
from .switches import STYLES, in_style, sloppy_attention

__all__ = ["ATTENTION", "STYLES", "in_style", "sloppy_attention"]


def _asked_for_truth(q, k, v, mask=None):
    return sloppy_attention(q, k, v, mask if mask else None)


def _three_letters(q, k, v, mask=None):
    return (torch.einsum("bqd,bkd->bqk", q, k), sloppy_attention(q, k, v, mask))[1]


def _filled_for_64_bits(q, k, v, mask=None):
    if mask is not None:
        q.masked_fill(torch.zeros(1, dtype=torch.bool), torch.finfo(torch.float64).min)
    return sloppy_attention(q, k, v, mask)


_SHARES = "Each query has 1 to give away among its keys."
_AXES = "Sentences, and later heads, stand in front; only the last two axes, positions and dimensions, change places."


def _divided(by: str, words: str) -> Misconception:
    size = {"first": "first-axis", "second": "second-axis", "second of k": "second-axis"}.get(by, by)
    return Misconception(
        f"divided-by-root-of-{size.lower().replace('_', '-')}", partial(sloppy_attention, scale=by),
        later("Your weights are exactly what comes out when the scores are divided by the root of {words}.",
              words=words), ROOT, "Which axis does the size under your root come from? Count from the end.")


ATTENTION = [
    Misconception(
        "no-scaling", partial(sloppy_attention, scale="none"),
        "Your weights are exactly what comes out when the scores are not divided by anything.", ROOT,
        "Which step stands between the scores and the softmax?"),
    Misconception(
        "divided-by-d-k", partial(sloppy_attention, scale="d_k"),
        "Your weights are exactly what comes out when the scores are divided by d_k, without the root.", ROOT,
        "What are the scores divided by? And how often: dividing by √d_k twice is dividing by d_k."),
    *(Misconception(
        "root-as-one-half", partial(sloppy_attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are divided by {words}.", words=words),
        later("Python computes `**` before `/`: `d_k ** 1/2` is (d_k ** 1) / 2, half of d_k and not its root. {root}",
              root=ROOT),
        "If your root is an exponent 1/2: does this 1/2 stand in brackets of its own?")
      for scale, words in (("2 d_k", "d_k and then by 2"), ("d_k / 2", "half of d_k"))),
    _divided("T_k", "T_k, the number of keys"),
    _divided("T_q", "T_q, the number of queries"),
    _divided("first", "the size of the first axis"),
    _divided("second", "the size of the second axis, which is d_k only while there is no batch"),
    _divided("second of k", "the size of the second axis of `k`, which is d_k only while there is no batch"),
    _divided("d_v", "d_v, the size of the values"),
    Misconception(
        "multiplied-by-root", partial(sloppy_attention, scale="up"),
        "Your weights are exactly what comes out when the scores are multiplied by √d_k.", ROOT,
        "Is the root above or below the fraction line?"),
    Misconception(
        "root-of-a-fixed-size", partial(sloppy_attention, scale="fixed"),
        "Your weights are exactly what comes out when the scores are always divided by 2.",
        "That is √d_k for our sentence, whose keys have 4 numbers, and for no other size.",
        "Where does your d_k come from, and is it kept from an earlier call?"),
    Misconception(
        "root-of-a-fixed-size", partial(sloppy_attention, scale="fixed 8"),
        "Your weights are exactly what comes out when the scores are always divided by 8.",
        "That is √64, for the 64 numbers that the keys of the paper have, and for no other size.",
        "Where does your d_k come from, and is it kept from an earlier call?"),
    *(Misconception(
        slug, partial(sloppy_attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are {words}.",
              words=words), f"{why}{ROOT}", look)
      for slug, scale, words, why, look in (
          ("half-for-root", "d_k // 2", "divided by half of d_k, rounded down",
           "For keys of 4 numbers, half of d_k happens to be its root. ", "Which function makes your root?"),
          ("divided-by-number-of-keys", "keys", "divided by T_k, the number of keys", "",
           "Which axis does the size come from, and is its root taken?"),
          ("divided-by-size-of-values", "values", "divided by d_v, the size of the values", "",
           "Which tensor does the size come from, and is its root taken?"),
          ("multiplied-by-d-k", "up d_k", "multiplied by d_k", "",
           "Is the size above or below the fraction line, and is its root taken?"))),
    *(Misconception(
        "output-scaled", partial(sloppy_attention, **switches),
        later("Your output is exactly what comes out when it is divided by √d_k at the end, {words}.", words=words),
        "Dividing the scores changes how sharp the choice is; dividing the output only makes all of it smaller.",
        "Which of your lines divides, and what?")
      for switches, words in (({"scale": "output"}, "and the scores are not divided by anything"),
                              ({"values": "scaled"}, "besides the scores"))),
    *SCALES,
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
        later("{shares} Yours lets the queries compete for each key instead.",
              shares=_SHARES), "Along which axis does your softmax run?",
        sums("weights")),
    *(Misconception(
        f"softmax-over-axis-{axis}", partial(sloppy_attention, axis=axis),
        later("Your weights are exactly what comes out when the softmax runs along axis {axis}.", axis=axis),
        f"{_SHARES} {why}", "How do you name the last axis, whatever the number of axes?", sums("weights"))
      for axis, why in ((0, "Axis 0 counts the sentences."), (1, "Axis 1 is the last only while there is no batch."))),
    Misconception(
        "softmax-over-everything", partial(sloppy_attention, axis="everything"),
        "Your weights are exactly what comes out when one softmax runs over all scores together.", _SHARES,
        "Along which axis does your softmax run?", sums("weights")),
    Misconception(
        "softmax-over-everything", partial(sloppy_attention, axis="table"),
        "Your weights are exactly what comes out when one softmax runs over each whole table, (T_q, T_k).", _SHARES,
        "Along which axis does your softmax run?", sums("weights")),
    Misconception(
        "divided-by-the-sum-of-all", partial(sloppy_attention, axis="divided by all"),
        "Your weights are exactly the powers, shifted by the largest score of each row, and divided by the sum of "
        "*all* of them.", _SHARES, "Along which axis does your sum run, and does it keep that axis?", sums("weights")),
    Misconception(
        "not-normalised", partial(sloppy_attention, axis="no sum"),
        "Your weights are exactly the exponentials of the scaled scores, not divided by their sum.", _SHARES,
        "Which step makes the numbers of a row sum to 1?", sums("weights")),
    *(Misconception(
        slug, partial(sloppy_attention, axis=axis), later("Your weights are exactly {words}.",
                                                          words=words), _SHARES, look,
        sums("weights"))
      for slug, axis, words, look in (
          ("no-softmax", "nothing", "the scaled scores, with the mask: no softmax has been applied",
           "Which step turns scores into shares?"),
          ("logarithm", "logarithm", "what a logarithm makes of them at the end, as `log_softmax` does",
           "Which softmax do you call?"),
          ("softmax-twice", "twice", "what comes out when the softmax is applied twice",
           "Does one of the functions that you call apply a softmax already?"))),
    *(Misconception(
        "hard-maximum", partial(sloppy_attention, axis=axis),
        "Your weights are exactly 1 for the best allowed key of each query and 0 for all others.",
        "That is a hard choice; it has no slope that a model could learn from. Softmax gives every key its part.",
        "How much should the second best key get?", sums("weights")) for axis in ("best", "all that are best")),
    Misconception(
        "unstable-softmax", partial(sloppy_attention, stable=False),
        "Your weights are exactly what exp divided by its sum gives, on the scores as they come.",
        "It is right until the scores get large; then exp is infinity, and infinity divided by infinity is NaN.",
        "PyTorch's own softmax is protected against this, and so is yours of exercise 1.2."),
    Misconception(
        "all-axes-reversed", partial(sloppy_attention, keys="all"),
        "Your weights are exactly what comes out when all axes of k are reversed, as `.T` does.",
        later("Without a batch that is a transpose. {axes}", axes=_AXES), "What does `.T` do to the shape (2, 5, 7)?"),
    Misconception(
        "first-two-axes-swapped", partial(sloppy_attention, keys="first two"),
        "Your weights are exactly what comes out when axes 0 and 1 of k change places.",
        later("Without a batch that is a transpose. {axes}", axes=_AXES), "Count the two axes from the end."),
    Misconception(
        "three-axes-assumed", partial(sloppy_attention, keys="middle two"),
        "Your weights are exactly what comes out when axes 1 and 2 of k change places.",
        later("With one batch axis that is right, and with none or two it is not. {axes}", axes=_AXES),
        "Count the two axes from the end."),
    Misconception(
        "three-axes-assumed", _three_letters,
        "Your code stops where `einsum` gets tensors with another number of axes than there are letters.",
        later("With one batch axis it is right, and with none or two it is not. {axes}", axes=_AXES),
        "How does `einsum` write any number of axes in front? Or does `@` do what you need?"),
    Misconception(
        "keys-reshaped", partial(sloppy_attention, keys="reshaped"),
        "Your weights are exactly what comes out when k is reshaped to (..., d_k, T_k).",
        "That shape fits the product, but `reshape` and `view` read the numbers on in their old order and cut them "
        "anew: the columns are no longer the keys.",
        "Is there a `reshape` or a `view` where two axes should change places?"),
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
        "mask-asked-for-truth", _asked_for_truth,
        "Your code stops where it asks whether the whole mask is true.",
        "`if mask:` asks for one yes or no, and a mask has one for each place.",
        "What do you want to know of the mask at that point? It is there, or it is None."),
    Misconception(
        "mask-not-as-large-as-the-scores", partial(sloppy_attention, how="by index"),
        "Your code does exactly what happens when a mask is used as an index, as in `weights[~mask] = 0`: it stops "
        "unless the mask is as large as the scores.",
        "A mask may be smaller: one for all sentences, or one row for all queries. `masked_fill` and `torch.where` "
        "spread it over the scores; an index does not.", "Which line has the mask in square brackets?"),
    *(Misconception(
        "mask-not-as-large-as-the-scores", partial(sloppy_attention, how=f"by index, behind {how}"),
        later("Your code does exactly what happens when a mask is used as an index, as in `weights[{index}, ~mask] = "
              "0`: it stops unless the mask has just two axes, (T_q, T_k){more}.", index=index, more=more),
        "A mask may be smaller: one row for all queries; or larger: one for each sentence. `masked_fill` and "
        "`torch.where` spread it over the scores; an index does not.", "Which line has the mask in square brackets?")
      for how, index, more in (("one", ":", ", and the scores have three"), ("all", "...", ""))),
    *(Misconception(
        "axis-put-into-the-mask", partial(sloppy_attention, how=f"axis {axis}"),
        later("Your code does exactly what happens when the mask gets one more axis, at place {axis}.", axis=axis),
        "Axes are lined up from the right: with one axis more, those of the mask no longer stand below the axes of the "
        "scores that they belong to. The mask comes in as it is to be used.",
        "Which line changes the shape of the mask?")
      for axis in (1, 0, -2, -3)),
    *(Misconception(
        "mask-not-flattened", partial(sloppy_attention, gives=f"flattened, {which}"),
        "Your code does exactly what happens when the axes in front of q, k and v are made into one, and the mask "
        "keeps its own: where the mask has an axis for heads as well, the two do not line up.",
        "Axes are lined up from the right: the one axis of all sentences and heads meets that of the heads alone.",
        "Which shapes do the scores and the mask have where they meet?") for which in ("output", "weights")),
    Misconception(
        "causal-as-well", partial(sloppy_attention, how="causal as well"),
        "Your weights are exactly what comes out when a causal mask is added to whatever mask is given.",
        "The function is told by `mask` what is forbidden. The encoder, and padding alone, need the future open.",
        "Where does the triangle in your code come from?"),
    *(Misconception(
        "causal-without-a-mask", partial(sloppy_attention, how=how), says,
        "Without a mask everybody may attend to everything: the encoder will need that.",
        "What does your code do if `mask` is None?")
      for how, says in (
          ("causal without a mask",
           "Your weights are exactly what comes out when a causal mask is used wherever none is given."),
          ("causal if square", "Your weights are exactly what comes out when a causal mask is used where none is given "
           "and there are as many queries as keys."))),
    Misconception(
        "closed-by-a-single-place", partial(sloppy_attention, empty="all"),
        "Your weights are exactly what comes out when a query gets zeros as soon as one of its places is forbidden.",
        later("A forbidden place closes itself, and not its row. {empty}", empty=NOTHING),
        "Which rows do you set to 0: those without any True, or those with a False?", sums("weights")),
    Misconception(
        "mask-inverted", partial(sloppy_attention, how="inverted"),
        "Your weights are exactly what comes out when True and False of the mask are exchanged.",
        "In this course True means: may attend. A model with the mistake may look at nothing but what is forbidden.",
        "Which places does your code close? If it gives the mask to a function: what does True mean there?"),
    Misconception(
        "mask-after-softmax", partial(sloppy_attention, how="after"),
        "Your weights are exactly those without the mask, with zeros put in afterwards.",
        "The softmax had already given part of the attention to forbidden places; with zeros there, the rest no longer "
        "sums to 1.", "Where does the mask come in, before or after the softmax?", sums("weights")),
    Misconception(
        "mask-fills-zero", partial(sloppy_attention, how="zero"),
        "Your weights are exactly what comes out when forbidden scores are set to 0.",
        "exp(0) is 1, not 0: a score of 0 is an ordinary score, larger than every negative one. So is a number close "
        "to 0, such as 1e-9, or `torch.finfo(...).tiny`, the smallest *above* 0.",
        "Which score gives a share of 0?"),
    Misconception(
        "mask-fills-zero", partial(sloppy_attention, how="zero, closed"),
        "Your weights are exactly what comes out when forbidden scores are set to 0, or to a number close to 0, and "
        "their shares to 0 afterwards.",
        "exp(0) is 1, not 0: in the softmax the forbidden places take their part of the whole, and with zeros in their "
        "place the rest no longer sums to 1. (`torch.finfo(...).tiny` is such a number: the smallest *above* 0.)",
        "Which number do you fill in, and is it the lowest?", sums("weights")),
    *(Misconception(
        "filled-with-the-lowest-score", partial(sloppy_attention, how=f"lowest score{of}{closed}"),
        later("Your weights are exactly what comes out when forbidden places get the lowest score {words}.",
              words=words),
        "The lowest of the scores is an ordinary score, with a share of its own.",
        "Which number is below every score there can be?", sums("weights"))
      for of, where in (("", "of their row"), (", all", "of all"))
      for closed, words in (("", where), (", closed", f"{where}, and their shares are set to 0 afterwards"))),
    *(Misconception(
        "filled-with-the-lowest-score", partial(sloppy_attention, how=f"lowest score, twice{of}{closed}"),
        later("Your weights are exactly what comes out when forbidden places get two times the lowest score {words}.",
              words=words),
        "Two times the lowest score is an ordinary score, with a share of its own. And if all scores are positive, it "
        "is not even below them.", "Which number is below every score there can be?", sums("weights"))
      for of, where in (("", "of their row"), (", all", "of all"))
      for closed, words in (("", where), (", closed", f"{where}, and their shares are set to 0 afterwards"))),
    Misconception(
        "single-precision", partial(sloppy_attention, how="in 32 bits"),
        "Your weights are exactly what comes out when the softmax is computed in 32 bits.",
        "The result is to have the precision of `q`, which may have 64 bits.",
        "Where does your code name a dtype, and which one has `q`?"),
    Misconception(
        "mask-fills-high", partial(sloppy_attention, how="high"),
        "Your weights are exactly what comes out when forbidden scores are set to the highest number there is.",
        "The softmax gives everything to the highest score.", "Which sign does your fill have?"),
    Misconception(
        "mask-times-scores", partial(sloppy_attention, how="times"),
        "Your weights are exactly what comes out when forbidden scores become 0, or close to 0, by filling or by "
        "multiplying.",
        "exp(0) is 1: a score of 0, or close to 0, is larger than every negative one.",
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
        "zero-times-infinity", partial(sloppy_attention, how="times lowest", empty=empty),
        "Your weights are exactly what comes out when the lowest number of 64 bits is multiplied by the mask: NaN in "
        "float64.",
        "True and False times a number of Python's make a tensor of float32, and in 32 bits that number is −∞. And "
        "0 · (−∞) is not 0 but NaN.", "Where do you need a choice between two values, and use a product?")
      for empty in ("zero", "rows", "kept", "multiplied")),
    *FIXED,
    Misconception(
        "causal-whatever-the-mask", partial(sloppy_attention, how="causal"),
        "Your weights are exactly what comes out with a causal mask, whatever mask is given.",
        "`mask` alone says what may be looked at; with None, that is everything.",
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
    *CLOSED,
    *EMPTY,
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
        slug, partial(sloppy_attention, values=values), later("Your output is exactly {words}.", words=words), why,
        "What stands on the left of `v` in your last product?")
      for slug, values, words, why in (
          ("output-of-the-best-key", "of the best key", "the value of the best key of each query",
           "That is a hard choice, with no slope that a model could learn from. Every value comes in, by its weight."),
          ("mixed-by-transposed", "of weights transposed", "what the transposed weights give",
           "Row i of the weights says how the values are mixed for query i."),
          ("mixed-by-scores", "of scores", "what comes out when the values are mixed with the scores",
           "Scores can be negative and sum to anything; the shares make the output an average of values."))),
    *(Misconception(
        slug, partial(sloppy_attention, roles=roles), later("Your weights are exactly what comes out when {words}.",
                                                            words=words),
        "Each query is compared with the keys, and there is a row for each query.",
        "Which two tensors go into your scores, and in which order?")
      for slug, roles, words in (("roles-swapped", "kq", "queries and keys change places"),
                                 ("queries-as-keys", "qq", "the queries are compared with themselves"),
                                 ("keys-as-queries", "kk", "the keys are compared with themselves"))),
    Misconception(
        "fill-too-low-for-float32", _filled_for_64_bits,
        "Your code stops in float32: the number that you fill in is too low for 32 bits.",
        "Every dtype has a lowest number of its own, and tensors of both kinds come in.",
        "Where does the dtype of your fill come from?"),
    Misconception(
        "dtype-lost", partial(sloppy_attention, inside=torch.float32),
        "Your numbers are exactly those of 32 bits, float32, where tensors of 64 bits come in and float64 is expected.",
        "What is lost on the way does not come back when the result is turned into 64 bits.",
        "Is there a `.float()`, or a `torch.float32`, on the way?"),
]
