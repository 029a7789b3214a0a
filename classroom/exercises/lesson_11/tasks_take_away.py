"""Lesson 11: one edit of attention, words taken away."""
import numpy as np

from classroom.ask.alignments import Edit
from classroom.ask.case import Case
from classroom.judge.exercise import Exercise

from .mistakes_take_away import TAKING


def take_away(weights, lost):
    """Weights (B, n_heads, T_q, T_k) without the tokens that are lost (B, T_k): what is left grows to sum to 1."""
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    total = left.sum(dim=-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)         # a row of which nothing is left stays 0


def _weights(rng):
    """Everything for 11.5."""
    def of(about, b, n_heads, t_q, t_k, lost, dtype="float32", left=None, one_hot=()):
        """`left`: what the rows hold where nothing is lost. What small numbers do to it must not depend on chance."""
        powers = np.exp(1.5 * rng.normal(size=(b, n_heads, t_q, t_k)))
        weights = powers / powers.sum(-1, keepdims=True)
        if left is not None:
            off = np.asarray(lost)[:, None, None, :]
            weights = np.where(off, weights / np.where(off, weights, 0).sum(-1, keepdims=True) * (1 - left),
                               weights / np.where(off, 0, weights).sum(-1, keepdims=True) * left)
        for place, column in one_hot:
            weights[place] = np.eye(t_k)[column]
        return Case(about, weights=weights.astype(dtype), lost=np.array(lost, dtype=bool))
    some = rng.permuted(np.array([[True, True, False, False, False], [True, False, False, False, False]]), axis=1)
    yield Case("one word of four", lost=np.array([[True, False, False, False]]), weights=np.array(
        [[[[0.5, 0.25, 0.125, 0.125], [0.2, 0.4, 0.3, 0.1]]]]))
    yield of("sizes that all differ", 2, 3, 4, 5, some)
    yield of("nothing is lost", 2, 2, 3, 4, np.zeros((2, 4)))
    yield of("all but one is lost", 1, 3, 2, 4, [[True, True, False, True]])
    yield of("copies of a sentence that lose one word each", 4, 2, 3, 4, np.eye(4))
    yield of("as many sentences as heads", 2, 2, 3, 5, some, "float64")
    yield of("as many sentences as queries", 2, 3, 2, 5, some)
    yield of("everything square", 3, 3, 3, 3, [[True, False, False], [False, True, False], [False, False, False]])
    yield of("one query", 2, 3, 1, 5, some)
    yield of("one head", 2, 1, 3, 5, some, "float64")
    yield of("one token", 2, 2, 3, 1, [[False], [True]])
    yield of("very sharp weights", 2, 2, 3, 5, some, "float64", left=0.002)
    few = 2.0 ** -16 * np.array([[2 ** 16 - 4, 2, 1, 1], [2 ** 15, 2 ** 14, 2 ** 13, 2 ** 13]])    # exact in float32
    yield Case("a row of which hardly anything is left", weights=few[None, None].astype("float32"),
               lost=np.array([[True, False, False, False]]))
    less = np.array([[1 - 1.3e-5, 0.7e-5, 0.6e-5], [1 - 6e-8, 1e-8, 5e-8], [1, 4e-11, 6e-11]])    # rounded in float32
    yield Case("rows of which next to nothing is left", weights=less[None, None].astype("float32"),
               lost=np.array([[True, False, False]]))
    yield of("a sentence that loses all", 2, 2, 3, 4, [[False, True, False, True], [True] * 4])
    yield of("a row whose weight lies on a lost token", 1, 2, 3, 4, [[False, True, False, False]],
             one_hot=(((0, 0, 1), 1), ((0, 1, 2), 0)))


EXERCISES = [
    Exercise(
        id="11.5", title="take words away", names=("take_away",), points=2, minutes=10, difficulty=2,
        takes={"weights": "B n_heads T_q T_k", "lost": "B T_k"}, gives={"new": "B n_heads T_q T_k"}, shares=("new",),
        framework="torch", reference=take_away, cases=_weights, probe=Edit(), misconceptions=TAKING,
        hints=(
            "Two steps: zeros in the columns of the lost tokens; then each row is made to sum to 1 again, and keeps "
            "its proportions.",
            "`lost` is (B, T_k), the weights are (B, n_heads, T_q, T_k): two axes of length 1 make the shapes line up. "
            "`masked_fill` returns a copy. After it, what is the sum of a row, and what has it to be divided by?",
            "`lost[:, None, None, :]` lines up. Divide by the sum along the last axis, with `keepdim=True`. Where that "
            "sum is 0, divide by 1: `masked_fill(total == 0, 1.0)`."),
        moral="An edit like this says what would happen, not what it looks like.",
    ),
]
