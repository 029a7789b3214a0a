"""Lesson 01, scores and softmax: what learners write instead, and what it means. Used by `lesson_01`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception

# ------------------------------------------------------------------------------- 1.1 scores


def _loops(q, k, start="each", stop=0, add=True, keys=None, kind=float, square=False):
    """Scores by three loops, with what goes wrong in loops."""
    t_q, t_k, d_k = len(q), len(k), q.shape[1]
    scores = np.zeros((t_q, t_q if square else t_k), dtype=kind)
    total = 0.0
    for i in range(t_q):
        total = 0.0 if start == "row" else total
        for j in range(t_q if keys == "queries" else t_k):
            total = 0.0 if start == "each" else total
            for d in range(d_k - stop):
                total = total + q[i, d] * k[j, d] if add else q[i, d] * k[j, d]
            scores[i, j] = total
    return scores


def _cosine(q, k):
    return (q / np.linalg.norm(q, axis=1, keepdims=True)) @ (k / np.linalg.norm(k, axis=1, keepdims=True)).T


def _stable(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


SCORES = [
    Misconception(
        "no-transpose", lambda q, k: q @ k,
        "Your scores are exactly what comes out when the rows of q meet the columns of k.",
        "A score compares one query with one key, number by number: the axes that meet must both be d_k. Here d_k of "
        "q meets T_k of k, which fails for most sizes, and where it does not fail it compares the wrong things.",
        "Write the shapes of both factors beside your product. Which axes stand next to each other?"),
    Misconception(
        "keys-as-rows", lambda q, k: k @ q.T,
        "Your scores are exactly the expected ones with rows and columns exchanged.",
        "Everywhere in the course a row belongs to a query and a column to a key; the softmax of the next exercise "
        "runs along rows.", "Which of the two comes first in your product?"),
    Misconception(
        "multiplied-in-pairs", lambda q, k: q * k,
        "Your scores are exactly the product number by number, query 0 with key 0, query 1 with key 1, without a sum.",
        "A score is one number for one query and one key, and every query meets every key.",
        "Compute the score of query 0 and key 1 on paper. Where would it stand in your result?"),
    Misconception(
        "only-matching-pairs", lambda q, k: (q * k).sum(-1),
        "Your scores are exactly those of query 0 with key 0, query 1 with key 1, and so on.",
        "Every query is compared with every key, so that each word can look at all words.",
        "How many scores are there for 2 queries and 3 keys?"),
    Misconception(
        "scaled-already", lambda q, k: q @ k.T / np.sqrt(q.shape[-1]),
        "Your scores are exactly the dot products divided by √d_k.",
        "The scaling belongs to attention, in exercise 1.3; done here as well, it would happen twice.",
        "What does the exercise ask you to return?"),
    Misconception(
        "mean-instead-of-sum", lambda q, k: q @ k.T / q.shape[-1],
        "Your scores are exactly the dot products divided by d_k: a mean where a sum is asked for.",
        "A dot product adds the products up.", "How do you put the d_k products together?"),
    Misconception(
        "cosine", _cosine,
        "Your scores are exactly the cosines of the angles: the dot products after every vector got length 1.",
        "A dot product also counts how long the vectors are; a long key may draw more attention than a short one.",
        "Is anything divided by a length or a norm?"),
    Misconception(
        "reshaped-not-transposed", lambda q, k: q @ k.reshape(k.shape[1], k.shape[0]),
        "Your scores are exactly what comes out when k is reshaped to (d_k, T_k).",
        "That shape fits the product, but `reshape` reads the numbers on in their old order and cuts them anew: the "
        "columns are no longer the keys.", "Write down a key of your k after the step. Is it still a column?"),
    Misconception(
        "distance", lambda q, k: np.linalg.norm(q[:, None] - k[None], axis=-1),
        "Your scores are exactly the distances between queries and keys.",
        "A distance is smallest for the best fit; a score is largest for it.",
        "Is there a difference of vectors where a product should be?"),
    Misconception(
        "distance", lambda q, k: -((q[:, None] - k[None]) ** 2).sum(-1),
        "Your scores are exactly the squared distances between queries and keys, with a minus.",
        "That too is largest for the best fit, and some models use it. A dot product multiplies; it also counts how "
        "long the vectors are.", "Is there a difference of vectors where a product should be?"),
    Misconception(
        "summed-over-tokens", lambda q, k: q.T @ k,
        "Your scores are exactly what comes out when the sum runs over the tokens.",
        "The sum in a dot product runs over the d_k numbers of one query and one key. The result has one row for each "
        "query and one column for each key.", "Which axis is gone from your result, and which should be?"),
    Misconception(
        "first-query-only", lambda q, k: q[0] @ k.T,
        "Your scores are exactly the row of query 0.", "There is one such row for every query.",
        "Does an index 0, or a `return` inside a loop, keep the other queries out?"),
    Misconception(
        "already-softmaxed", lambda q, k: _stable(q @ k.T),
        "Your scores are exactly the softmax of the dot products.",
        "Scores come first, shares second; `attention` will apply the softmax itself.",
        "What does the exercise ask you to return?"),
    Misconception(
        "loop-stops-early", partial(_loops, stop=1),
        "Your scores are exactly the dot products without the last number of each vector.",
        "Every number counts, the last one as well.", "Where does the innermost loop, or the slice, end?"),
    Misconception(
        "last-product-only", partial(_loops, add=False),
        "Your scores are exactly the products of the last numbers of each vector.",
        "Each product replaced the one before, where all of them should be added up.",
        "What happens to the total at each turn of the innermost loop?"),
    *(Misconception(
        "running-total", partial(_loops, start=start),
        "Your scores are exactly a running total: each holds the dot products before it as well.",
        "Every score starts from zero.", "At which level of your loops is the total set to zero?")
      for start in ("row", "never")),
    Misconception(
        "truncated", partial(_loops, kind=int),
        "Your scores are exactly the right ones with everything after the decimal point cut off.",
        "An array of integers cuts off what is written into it, without a word.",
        "Which dtype has the array that you fill?"),
    *(Misconception(
        "lengths-confused", partial(_loops, **switches),
        "Your scores are exactly what comes out when the number of queries is also taken for the number of keys.",
        "The two lengths differ as soon as one sentence looks at another.",
        "Which length does each loop, and each axis of the result, take?")
      for switches in ({"keys": "queries"}, {"keys": "queries", "square": True})),
]

# ------------------------------------------------------------------------------- 1.2 softmax


def softmax(x, axis=-1, shift="max", keep=True, base=np.e, sign=1, divide="sum", out=None):
    """Softmax with switches."""
    x = sign * x
    if shift == "max":
        moved = x - x.max(axis, keepdims=keep)
    else:
        moved = x - {"none": lambda: 0, "global": x.max, "min": lambda: x.min(axis, keepdims=True),
                     "mean": lambda: x.mean(axis, keepdims=True)}[shift]()
    powers = np.exp(moved * np.log(base))
    if divide == "sum":
        powers = powers / powers.sum(axis, keepdims=keep)
    elif divide == "count":
        powers = powers / x.shape[-1]
    return powers.astype(x.dtype) if out == "like" else powers


def _clipped(x, limit):
    return softmax(x.clip(-limit, limit))


def _only_division_loses_axis(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1)


_STABILITY = ("The shift that keeps `exp` in range has to fit every row by itself: then the largest exponent of each "
              "row is 0, nothing overflows, and no row becomes 0/0.")

SOFTMAX = [
    Misconception(
        "first-axis", partial(softmax, axis=0),
        "Your shares are exactly those taken along the first axis.",
        "With one row the first axis is also the last, so that looks right; with more, every column sums to 1 where "
        "every row should.", "Which `axis` do your maximum and your sum run over?", sums("shares")),
    Misconception(
        "over-everything", partial(softmax, axis=None),
        "Your shares are exactly those of all numbers together: the whole array sums to 1.",
        "Each row is a choice of its own, with 1 to give away.",
        "What do `sum` and `max` do when they are not told an axis?", sums("shares")),
    Misconception(
        "second-axis", partial(softmax, axis=1),
        "Your shares are exactly those taken along axis 1.",
        "In a table that is the last axis; in a single row there is no axis 1, and in a batch of tables it is the "
        "wrong one.", "How do you name the last axis, whatever the number of axes?"),
    *(Misconception(
        "axis-lost", wrong,
        "Your shares are exactly what comes out when the sum loses its axis before the division.",
        "NumPy then lines the sums of the rows up with the columns. For most sizes that fails; for square tables it "
        "divides each column by the sum of some row.",
        "Which shape does your sum have, and which would line up with the rows?")
      for wrong in (partial(softmax, keep=False), _only_division_loses_axis)),
    Misconception(
        "no-shift", partial(softmax, shift="none"),
        "Your shares are exactly what exp divided by its sum gives, on the numbers as they come.",
        "That is the right formula, and it fails for large numbers: exp(1000) is infinity, infinity divided by "
        "infinity is NaN, and one NaN spreads through the whole model.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?"),
    Misconception(
        "global-maximum", partial(softmax, shift="global"),
        "Your shares are exactly what comes out when one maximum, that of the whole array, is subtracted.",
        f"A row far below that maximum underflows: all its powers are 0, and 0/0 is NaN. {_STABILITY}",
        "Over which axis is your maximum taken?"),
    Misconception(
        "minimum-subtracted", partial(softmax, shift="min"),
        "Your shares are exactly what comes out when the minimum of each row is subtracted.",
        f"That leaves the largest number largest: `exp` overflows as soon as a row is spread wide. {_STABILITY}",
        "Which number of a row is the one that may overflow?"),
    Misconception(
        "mean-subtracted", partial(softmax, shift="mean"),
        "Your shares are exactly what comes out when the mean of each row is subtracted.",
        f"A number far above the mean still overflows. {_STABILITY}",
        "Which number of a row is the one that may overflow?"),
    *(Misconception(
        "not-normalised", partial(softmax, **switches),
        "Your shares are exactly the powers, not divided by their sum.",
        "Shares of a row sum to 1; that is what makes them shares.", "Which step is still missing?", sums("shares"))
      for switches in ({"divide": "nothing"}, {"divide": "nothing", "shift": "none"})),
    Misconception(
        "divided-by-count", partial(softmax, divide="count"),
        "Your shares are exactly the powers divided by how many there are.",
        "That is a mean; shares of a row sum to 1.", "What are the powers divided by?", sums("shares")),
    Misconception(
        "no-exponential", lambda x: x / x.sum(-1, keepdims=True),
        "Your shares are exactly the numbers divided by their sum, without `exp`.",
        "Negative numbers then give negative shares, and a sum near 0 gives huge ones. `exp` makes everything positive "
        "first.", "Which function comes before the sum?"),
    Misconception(
        "sign-reversed", partial(softmax, sign=-1),
        "Your shares are exactly those of −x: the smallest number gets the largest share.",
        "The best fit should draw the most attention.", "Look at the signs inside `exp`."),
    Misconception(
        "logarithm", lambda x: x - x.max(-1, keepdims=True) - np.log(
            np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)),
        "What you return is exactly the logarithm of the shares.",
        "Log-softmax is of use in a loss; attention needs the shares themselves.", "Is there a `log` at the end?"),
    Misconception(
        "another-base", partial(softmax, base=2),
        "Your shares are exactly those of powers of 2.",
        "Powers of another base give a flatter choice; softmax takes powers of e.",
        "Which function makes your powers?"),
    Misconception(
        "sigmoid", lambda x: 1 / (1 + np.exp(-x)),
        "Your shares are exactly the sigmoid of each number by itself.",
        "A sigmoid decides about one number alone; shares compare the numbers of a row with each other.",
        "Does your result for one number depend on its neighbours?", sums("shares")),
    Misconception(
        "hard-maximum", lambda x: (x == x.max(-1, keepdims=True)).astype(float),
        "Your shares are exactly 1 for the largest number and 0 for all others.",
        "That is a hard choice; it has no slope that a model could learn from. Softmax gives every number its part.",
        "How much should the second largest number get?"),
    *(Misconception(
        "clipped", partial(_clipped, limit=limit),
        f"Your shares are exactly those of numbers that have been clipped to ±{limit} first.",
        "Clipping keeps `exp` from overflowing, but it makes all numbers beyond the limit equal. Softmax depends on "
        "differences alone, so that there is a shift which changes nothing.",
        "What can be subtracted from a whole row without changing its shares?")
      for limit in (20, 50, 100, 500, 700)),
    Misconception(
        "softmax-twice", lambda x: softmax(softmax(x)),
        "Your shares are exactly those of a softmax applied to a softmax.",
        "The second one gets numbers between 0 and 1 and makes nearly equal shares of them.",
        "Is the function applied again to its own result?"),
    *(Misconception(
        "whole-numbers-truncated", partial(softmax, out="like", **switches),
        "For whole numbers, your shares are exactly the right ones with everything after the decimal point cut off.",
        "An array like an array of integers holds integers, and cuts off what is written into it, without a word.",
        "Which dtype has the array that you fill?")
      for switches in ({}, {"shift": "none"})),
]
