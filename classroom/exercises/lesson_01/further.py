"""Lesson 01: what one more call, or the numbers of all cases together, say of an answer. Used by `tasks`."""
from collections.abc import Callable, Sequence

import numpy as np

from classroom.ask import compare
from classroom.ask.outcome import agree, tolerance, wrong_outputs
from classroom.judge.evidence import Sight, first_difference, number
from classroom.judge.exercise import Property
from course._words import say

from .switches import attention


def left_alone(**inputs: np.ndarray) -> Property:
    """A later call, with other numbers of the same shapes, must not change what an earlier one has returned."""
    def broken(ask: Callable) -> str | None:
        alone = ask("a call", **inputs)
        followed = ask("a call, and a later one", **inputs, later={name: 0.25 - x for name, x in inputs.items()})
        if not alone.returned or not followed.returned or agree(alone, followed):
            return None
        return say("Your numbers are right until your function is called again: a later call changes what an earlier "
                   "one has returned.")
    return Property(
        "result-overwritten", broken,
        "Both calls return the same array, and the second one writes into it. Whoever compares two results then "
        "compares the second one with itself.", "Is the array that you fill made anew in each call?")


def always_the_same_divisor(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """Scores that are divided by the same number in all cases: which one?"""
    divisor = next(filter(None, map(_divisor_of, sights)), 0.0)
    if divisor <= 0:
        return None
    for sight in sights:
        q, k, v = (sight.inputs[name] for name in "qkv")
        values = zip(sight.want.values, attention(q, k, v, scale=divisor), strict=True)
        if not all(compare.equal(sight.got.values[name], value, tolerance(sight.got, sight.want))
                   for name, value in values):
            return None
    wrong = next(sight for sight in sights if wrong_outputs(sight.got, sight.want))
    return "root-of-a-fixed-size", "\n\n".join((
        say("Your weights are exactly what comes out when the scores are always divided by {n}.",
            n=number(round(divisor, 6))), first_difference(wrong),
        say("The divisor is √d_k, and vectors of another size have another d_k. Where does your divisor come from?")))


def right_in_64_bits_alone(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """Shares that are NaN for some large numbers of 32 bits, and right everywhere else."""
    wrong = [sight for sight in sights if wrong_outputs(sight.got, sight.want)]
    for sight in wrong:
        got, want = sight.got.values["shares"], sight.want.values["shares"]
        if sight.inputs["x"].dtype != np.float32 or got.shape != want.shape:
            return None
        if (compare.differs(got, want, tolerance(sight.got, sight.want)) & ~np.isnan(got)).any():
            return None
    return ("too-large-for-32-bits", "\n\n".join((
        say("Your shares are right for all numbers of 64 bits, and NaN for large ones of 32 bits."),
        first_difference(wrong[0]),
        say("In 32 bits exp(89) is infinite already. If you subtract something only above a limit, this limit is too "
            "high there. Subtracting the largest number harms no row: does it need a condition?")))) if wrong else None


def _divisor_of(sight: Sight) -> float:
    """What the scores of this case were divided by, if anything; else 0."""
    got, scores = sight.got.values["weights"].astype(float), sight.inputs["q"] @ sight.inputs["k"].T
    if got.shape != scores.shape or scores.shape[1] < 2 or scores.dtype != np.float64 or not (got > 0).all():
        return 0.0
    a, b = np.log(got), scores - scores.mean(-1, keepdims=True)
    slope = ((a - a.mean(-1, keepdims=True)) * b).sum()
    return float((b * b).sum() / slope) if np.isfinite(slope) and slope > 0 else 0.0
