"""Lesson 00: one small exercise, to see how a check speaks."""
from functools import partial

import numpy as np

from ..evidence import place, sums
from ..exercise import Case, Exercise, Misconception


def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    return scores / scores.sum()


def _cases(rng):
    yield Case("the scores of this page", scores=np.array([1, 2, 6, 3]))
    yield Case("a score of 0", scores=np.array([4, 0, 1]))
    yield Case("equal scores", scores=np.full(5, 2))
    yield Case("one score", scores=np.array([7]))
    yield Case("fractions", scores=rng.uniform(0.1, 3.0, size=6))
    yield Case("more scores, not in order", scores=rng.integers(1, 30, size=9))
    yield Case("float32", scores=rng.uniform(0.5, 9.0, size=7).astype(np.float32))


def _slip(scores, divisor="sum", whole=False, times=1, digits=None):
    """`shares` with one thing done differently."""
    by = {
        "sum": np.sum, "largest": np.max, "smallest": np.min, "range": np.ptp, "count": len, "mean": np.mean,
        "length": np.linalg.norm, "nothing": lambda scores: 1, "page": lambda scores: 12,
    }[divisor](scores)
    with np.errstate(all="ignore"):
        result = times * (scores // by if whole else scores / by)
    return result if digits is None else result.round(digits)


def _softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _upside_down(scores):
    with np.errstate(all="ignore"):
        return np.sum(scores) / scores


def _all_digits(sight):
    """Evidence: one number, with more digits than are usually shown."""
    got, want = sight.got.values["shares"], sight.want.values["shares"]
    index = int(np.argmax(np.abs(got - want)))
    return f"{place(sight)}, `shares[{index}]` is {got[index]:.6f}, and {want[index]:.6f} is expected."


def _by_loop(scores):
    total = 0
    for score in scores:
        total = total + score
    return np.array([score / total for score in scores])


_NOT_ONE = "Shares of one whole sum to 1, whatever the scores were."
_DIVISOR = "Look at what you divide by."

EXERCISES = [
    Exercise(
        id="0.1", title="shares", names=("shares",), points=1, minutes=5, difficulty=1,
        takes={"scores": "n"}, gives={"shares": "n"}, shares=("shares",),
        reference=shares, cases=_cases,
        valid_variants=[
            _by_loop,
            lambda scores: np.divide(scores, np.sum(scores)),
            lambda scores: scores * (1 / scores.sum()),
            lambda scores: np.asarray([float(score) / sum(scores) for score in scores]),
            lambda scores: scores / (scores @ np.ones(len(scores))),
        ],
        moral="Lesson 01 starts from this line, and finds the kind of scores for which it is not enough.",
        hints=("Add up the four scores of the example on paper. Which fraction of that number is the 6?",
               "Every share is its score divided by one and the same number. A NumPy array can be divided by a number "
               "as a whole, without a loop.",
               "An array knows its total: `scores.sum()`."),
        misconceptions=[
            Misconception(
                "divided-by-the-largest", partial(_slip, divisor="largest"),
                "Your shares are exactly the scores divided by the largest of them.",
                "The largest score then always gets 1, which is everything, and nothing would be left for the others.",
                _DIVISOR, sums("shares")),
            Misconception(
                "divided-by-their-number", partial(_slip, divisor="count"),
                "Your shares are exactly the scores divided by how many there are.", _NOT_ONE, _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-mean", partial(_slip, divisor="mean"),
                "Your shares are exactly the scores divided by their mean.",
                "They tell how many times the average a score is, and sum to the number of scores.", _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-length", partial(_slip, divisor="length"),
                "Your shares are exactly the scores divided by their length as a vector, √(s₁² + s₂² + …).",
                "Their squares sum to 1 then; shares themselves should.", _DIVISOR, sums("shares")),
            Misconception(
                "divided-by-the-smallest", partial(_slip, divisor="smallest"),
                "Your shares are exactly the scores divided by the smallest of them.", _NOT_ONE, _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-range", partial(_slip, divisor="range"),
                "Your shares are exactly the scores divided by the distance from the smallest to the largest.",
                _NOT_ONE, _DIVISOR, sums("shares")),
            Misconception(
                "divisor-typed-in", partial(_slip, divisor="page"),
                "Your shares are exactly the scores divided by 12, whatever the scores are.",
                "12 is right for the four scores on the page and for no others.",
                "Have the function compute that number from `scores`.", sums("shares")),
            Misconception(
                "not-divided", partial(_slip, divisor="nothing"),
                "Your function returns the scores as they came in.", _NOT_ONE,
                "Look at what the function should do to them before it returns them."),
            Misconception(
                "whole-number-division", partial(_slip, whole=True),
                "Your shares are exactly what comes out when the division keeps whole numbers only.",
                "A share is a fraction; cut down to a whole number nearly all of them are 0.",
                "Python has two signs for division. Look at which one you use.", sums("shares")),
            Misconception(
                "in-percent", partial(_slip, times=100),
                "Your shares are exactly 100 times too large: they are percentages.",
                "The course counts shares as parts of 1, since they will be multiplied with other numbers.",
                "Leave the factor out.", sums("shares")),
            *(Misconception(
                f"rounded-to-{digits}", partial(_slip, digits=digits),
                f"Your shares are rounded to {digits} decimals.",
                "Rounded shares no longer sum to 1 exactly, and what is lost here is lost in every step after it. "
                "Round when you print, not when you compute.", "Look at the last thing done to the result.",
                _all_digits) for digits in (2, 3, 4)),
            Misconception(
                "upside-down", _upside_down,
                "Your shares are exactly the total divided by each score.",
                "The smallest score gets the most that way.", "Look at which number is divided by which."),
            Misconception(
                "softmax", _softmax,
                "Your shares are exactly those of a softmax: exponentials first, then shares.",
                "That is where lesson 01 is going. Here the shares are to be those of the scores themselves, so that "
                "a score twice as large gets twice the share.",
                "Look at what happens to the scores before the division."),
        ],
    ),
]
