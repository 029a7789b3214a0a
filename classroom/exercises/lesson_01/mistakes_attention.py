"""Lesson 01, attention: what learners write instead, and what it means. Used by `lesson_01`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception

from .mistakes import softmax


def _attention(q, k, v, scale="sqrt d_k", axis=-1, shift="max", values="v", gives="weights", roles="qk", mix="weights"):
    """Attention with switches."""
    root = {"sqrt d_k": np.sqrt(q.shape[-1]), "none": 1.0, "d_k": q.shape[-1], "after": 1.0,
            "T_k": np.sqrt(k.shape[0]), "T_q": np.sqrt(q.shape[0]), "d_v": np.sqrt(v.shape[-1]),
            "up": 1 / np.sqrt(q.shape[-1]), "rounded": int(np.sqrt(q.shape[-1])), "fixed": 2.0}[scale]
    a, b = {"qk": (q, k), "kq": (k, q), "qq": (q, q), "kk": (k, k)}[roles]
    scores = a @ b.T / root
    if gives == "no softmax":
        weights = scores
    elif gives == "no exp":
        weights = scores / scores.sum(-1, keepdims=True)
    elif gives == "twice":
        weights = softmax(softmax(scores))
    elif gives == "one":
        weights = np.eye(scores.shape[1], dtype=scores.dtype)[scores.argmax(-1)]
    elif gives == "equal":
        weights = np.full_like(scores, 1 / scores.shape[1])
    else:
        weights = softmax(scores, axis=axis, shift=shift)
    if scale == "after":
        weights = weights / np.sqrt(q.shape[-1])
    v = {"v": v, "k": k, "q": q}[values]
    output = {"weights": weights, "scores": scores, "transposed": weights.T}[mix] @ v
    if gives == "swapped":
        return weights, output
    shown = {"scores": scores, "raw scores": a @ b.T, "transposed": weights.T}.get(gives, weights)
    return output, shown


_WHY_SCALE = ("A dot product of d_k numbers spreads about √d_k wide. Dividing by just that keeps the softmax equally "
              "sharp for long and for short vectors.")


def _divided(by: str, words: str) -> Misconception:
    return Misconception(
        f"divided-by-root-of-{by.lower().replace('_', '-')}", partial(_attention, scale=by),
        f"Your weights are exactly what comes out when the scores are divided by √{by}, {words}.",
        _WHY_SCALE, "Which axis does the size under your root come from?")


ATTENTION = [
    Misconception(
        "no-scaling", partial(_attention, scale="none"),
        "Your weights are exactly what comes out when the scores are not divided by anything.",
        f"{_WHY_SCALE} Without it the largest share is close to 1 early on, and the others learn nothing.",
        "Which step stands between the scores and the softmax?"),
    Misconception(
        "divided-by-d-k", partial(_attention, scale="d_k"),
        "Your weights are exactly what comes out when the scores are divided by d_k, without the root.",
        f"{_WHY_SCALE} Divided by d_k itself, long vectors give nearly equal shares.",
        "What are the scores divided by?"),
    Misconception(
        "scaled-after-softmax", partial(_attention, scale="after"),
        "Your weights are exactly what comes out when the division by √d_k happens after the softmax.",
        "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it smaller.",
        "Look at the order of the two steps in your line.", sums("weights")),
    Misconception(
        "multiplied-by-root", partial(_attention, scale="up"),
        "Your weights are exactly what comes out when the scores are multiplied by √d_k.",
        f"{_WHY_SCALE} Multiplying makes the choice sharper still.", "Is the root above or below the fraction line?"),
    _divided("T_k", "the number of keys"),
    _divided("T_q", "the number of queries"),
    _divided("d_v", "the size of the values"),
    Misconception(
        "root-rounded", partial(_attention, scale="rounded"),
        "Your weights are exactly what comes out when √d_k is rounded down to a whole number.",
        "√7 is 2.65, not 2; only for square numbers it makes no difference.",
        "Is there an `int` or a `//` near the root?"),
    Misconception(
        "root-of-a-fixed-size", partial(_attention, scale="fixed"),
        "Your weights are exactly what comes out when the scores are always divided by 2.",
        "That is √d_k for the vectors of this lesson, which have 4 numbers, and for no other size.",
        "Where does your d_k come from?"),
    Misconception(
        "softmax-over-queries", partial(_attention, axis=0),
        "Your weights are exactly what comes out when the softmax runs over the queries.",
        "Each query has 1 to give away among the keys. Yours lets the queries compete for each key instead.",
        "Along which axis does your softmax run? Rows are queries.", sums("weights")),
    Misconception(
        "softmax-over-everything", partial(_attention, axis=None),
        "Your weights are exactly what comes out when one softmax runs over the whole table.",
        "Each query has 1 to give away, whatever the other queries do.", "Along which axis does your softmax run?",
        sums("weights")),
    Misconception(
        "outputs-swapped", partial(_attention, gives="swapped"),
        "You return exactly the right two arrays in the wrong order: the weights first.",
        "All functions of the course return (output, weights).", "Look at your `return` line."),
    *(Misconception(
        "scores-returned", partial(_attention, gives=gives),
        "In place of the weights you return exactly the scores.",
        "The weights are what the values were mixed with: shares, each row summing to 1.",
        "Which name stands second in your `return` line?", sums("weights"))
      for gives in ("scores", "raw scores")),
    Misconception(
        "weights-transposed", partial(_attention, gives="transposed"),
        "The weights you return are exactly the right ones with rows and columns exchanged.",
        "Rows are queries and columns are keys, everywhere in the course.", "Is there a `.T` too many?"),
    Misconception(
        "mixed-by-scores", partial(_attention, mix="scores"),
        "Your output is exactly what comes out when the values are mixed with the scores.",
        "Scores can be negative and sum to anything; the shares are made so that the output is an average of values.",
        "Which of your two tables meets `v`?"),
    Misconception(
        "no-softmax", partial(_attention, gives="no softmax"),
        "Your weights are exactly the scaled scores: no softmax has been applied.",
        "Scores can be negative and sum to anything. Shares of 1 make the output an average of the values.",
        "Which step turns scores into shares?", sums("weights")),
    Misconception(
        "no-exponential", partial(_attention, gives="no exp"),
        "Your weights are exactly the scaled scores divided by their sum, without `exp`.",
        "Negative scores give negative shares, and a sum near 0 gives huge ones.",
        "Which step makes everything positive?"),
    Misconception(
        "softmax-twice", partial(_attention, gives="twice"),
        "Your weights are exactly what comes out when the softmax is applied twice.",
        "The second one gets numbers between 0 and 1 and makes nearly equal shares of them.",
        "Does one of the functions you call apply a softmax already?"),
    Misconception(
        "all-to-the-best-key", partial(_attention, gives="one"),
        "Your weights are exactly 1 for the key with the largest score and 0 for all others.",
        "That is a hard choice, with no slope that a model could learn from. Attention gives every key its share.",
        "Where do you use `argmax` or `max`, and what should stand there?"),
    Misconception(
        "equal-shares", partial(_attention, gives="equal"),
        "Your weights are exactly the same for all keys.",
        "Then the output is the plain mean of the values, whatever the query asks for.",
        "Do the scores reach your softmax? If all its numbers are equal, so are the shares."),
    Misconception(
        "keys-as-values", partial(_attention, values="k"),
        "Your output is exactly a mixture of the keys.",
        "Keys say what a word can be found by; values say what it hands over.",
        "What do your weights multiply?"),
    Misconception(
        "queries-as-values", partial(_attention, values="q"),
        "Your output is exactly a mixture of the queries.",
        "Queries only ask. What is handed over are the values.", "What do your weights multiply?"),
    Misconception(
        "roles-swapped", partial(_attention, roles="kq"),
        "Your weights are exactly what comes out when queries and keys change places.",
        "Rows are queries: each query spreads its attention over the keys, and there is one output for each query.",
        "In which order do you pass q and k to your scores?"),
    Misconception(
        "queries-as-keys", partial(_attention, roles="qq"),
        "Your weights are exactly what comes out when the queries are compared with themselves.",
        "Each query is compared with the keys.", "Which two arrays go into your scores?"),
    Misconception(
        "keys-as-queries", partial(_attention, roles="kk"),
        "Your weights are exactly what comes out when the keys are compared with themselves.",
        "Each query is compared with the keys.", "Which two arrays go into your scores?"),
    Misconception(
        "mixed-by-transposed", partial(_attention, mix="transposed"),
        "Your output is exactly what the transposed weights give.",
        "Row i of the weights says how the values are mixed for query i.", "Is there a `.T` too many?"),
    # Last: made together with another mistake, the other is named first.
    Misconception(
        "no-shift", partial(_attention, shift="none"),
        "Your weights are exactly what an unprotected softmax gives: exp divided by its sum.",
        "It is right until the scores get large; then exp is infinity, and infinity divided by infinity is NaN.",
        "Does your softmax pass exercise 1.2? Is it the one you call here?"),
]
