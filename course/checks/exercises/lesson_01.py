"""Lesson 01: scores, softmax and attention, in NumPy."""
from functools import partial

import numpy as np

from ..evidence import sums
from ..exercise import Case, Exercise, Misconception


def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    return q @ k.T


def softmax(x):
    """Shares along the last axis: all positive, summing to 1."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def attention(q, k, v):
    """Scaled dot-product attention: the output (T_q, d_v) and the weights (T_q, T_k)."""
    weights = softmax(dot_product_scores(q, k) / np.sqrt(q.shape[-1]))
    return weights @ v, weights


def _pairs(rng):
    def of(about, t_q, t_k, d_k, dtype="float64", scale=1.0):
        return Case(about, q=(scale * rng.normal(size=(t_q, d_k))).astype(dtype),
                    k=(scale * rng.normal(size=(t_k, d_k))).astype(dtype))
    yield Case("small whole numbers", q=rng.integers(-2, 4, (2, 4)), k=rng.integers(-2, 4, (3, 4)))
    yield of("float64", 4, 5, 7)
    yield of("float32", 5, 3, 8, "float32")
    yield of("as many queries as keys", 3, 3, 3)
    yield of("one query", 1, 5, 7)
    yield of("one key", 4, 1, 7)
    yield of("one dimension", 4, 5, 1)
    yield of("large numbers", 3, 4, 6, scale=300.0)


def _arrays(rng):
    yield Case("whole numbers", x=rng.integers(-2, 6, (2, 3)))
    yield Case("one row", x=rng.normal(size=5))
    yield Case("float64", x=3 * rng.normal(size=(4, 5)))


def _triples(rng):
    def of(about, t_q, t_k, d_k, d_v, dtype="float64", scale=1.0):
        return Case(about, q=(scale * rng.normal(size=(t_q, d_k))).astype(dtype),
                    k=(scale * rng.normal(size=(t_k, d_k))).astype(dtype), v=rng.normal(size=(t_k, d_v)).astype(dtype))
    yield Case("small whole numbers", q=rng.integers(0, 3, (2, 4)), k=rng.integers(0, 3, (3, 4)),
               v=rng.integers(-3, 9, (3, 2)))
    yield of("float64", 4, 5, 7, 6)
    yield of("float32", 5, 3, 8, 2, "float32")
    yield of("as many queries as keys", 4, 4, 9, 4)
    yield of("one query", 1, 5, 7, 6)
    yield of("one key", 4, 1, 7, 6)
    yield of("large scores", 3, 4, 6, 5, scale=30.0)


def _sloppy(q, k, v, scale="before"):
    scores = q @ k.T
    root = np.sqrt(q.shape[-1])
    if scale == "none":
        weights = softmax(scores)
    elif scale == "d_k":
        weights = softmax(scores / q.shape[-1])
    elif scale == "after":
        weights = softmax(scores) / root
    return weights @ v, weights


EXERCISES = [
    Exercise(
        id="1.1", title="dot-product scores", names=("dot_product_scores",), points=1, minutes=5, difficulty=1,
        takes={"q": "T_q d_k", "k": "T_k d_k"}, gives={"scores": "T_q T_k"},
        reference=dot_product_scores, cases=_pairs,
        hints=("One score is the dot product of one query with one key. Which axis disappears?",
               "A matrix product does all of them at once, if the axes that meet are the d_k ones.",
               "q is (T_q, d_k); for a matrix product, the other factor has to be (d_k, T_k). k is (T_k, d_k)."),
    ),
    Exercise(
        id="1.2", title="softmax", names=("softmax",), points=1, minutes=10, difficulty=1,
        takes={"x": "... n"}, gives={"shares": "... n"}, shares=("shares",),
        reference=softmax, cases=_arrays,
        hints=("...", "...", "..."),
    ),
    Exercise(
        id="1.3", title="attention", names=("attention",), points=3, minutes=15, difficulty=2,
        takes={"q": "T_q d_k", "k": "T_k d_k", "v": "T_k d_v"}, gives={"output": "T_q d_v", "weights": "T_q T_k"},
        shares=("weights",), reference=attention, cases=_triples,
        hints=("...", "...", "..."),
        misconceptions=[
            Misconception("scaled-after-softmax", partial(_sloppy, scale="after"),
                          "Your weights are exactly what comes out when the division by √d_k happens after the softmax.",
                          "Dividing before the softmax changes how sharp the choice is; dividing after only makes all "
                          "of it smaller.", "Look at the order of the two steps in your line.", sums("weights")),
        ],
    ),
]
