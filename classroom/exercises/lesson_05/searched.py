"""Exercise 5.2: a matrix that was searched for, told by what it does. Used by `lesson_05`."""
from collections.abc import Sequence

import numpy as np

from classroom.judge.evidence import Sight, place
from course._words import say
from course.transformer import sinusoidal_encoding

_ROWS = 20           # as many rows a matrix that was searched for has to fit, from one of these positions on
_FROM = (0, 50, 100)
_MANY = 32           # dimensions


def found_by_a_search(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """Does the matrix of each wrong case lead from row to row, though it is another one?"""
    if any(sight.got.values["matrix"].shape != sight.want.values["matrix"].shape for sight in sights):
        return None
    wrong = [sight for sight in sights if not np.allclose(sight.got.values["matrix"], sight.want.values["matrix"],
                                                          atol=1e-4)]
    if not wrong:
        return None
    outside = max(wrong, key=_outside)
    if not all(_fits(sight) for sight in wrong):
        return _in_many_dimensions(sights, wrong, outside)
    return "searched-for", say(
        "{place}, your matrix is another one, but it leads from row to row: it has numbers up to {size} where zeros "
        "must stand, outside of the blocks.\n\nA search finds such a matrix: it fits the rows that it has seen. With "
        "many dimensions the slow clocks hardly move, so that many different matrices fit nearly as well. The one that "
        "turns each pair by itself is asked for: build it from the two formulas above the exercise.",
        place=place(outside), size=f"{_outside(outside):.2g}")


def _in_many_dimensions(sights: Sequence[Sight], wrong: Sequence[Sight], outside: Sight) -> tuple[str, str] | None:
    """Is it right with few dimensions, and has it with many of them numbers outside of the blocks?"""
    few = min(int(sight.inputs["d_model"]) for sight in wrong)
    if len(wrong) == len(sights) or few < _MANY or _outside(outside) < 1e-4 or any(
            int(sight.inputs["d_model"]) >= few for sight in sights if all(sight is not one for one in wrong)):
        return None
    return "searched-for", say(
        "{place}, your matrix has numbers up to {size} where zeros must stand, outside of the blocks. With fewer "
        "dimensions it is right.\n\nIf your code solves equations: with many dimensions the slow clocks hardly move, "
        "so that many different matrices fit the rows nearly as well, and rounding decides which one comes out. Build "
        "the matrix from the two formulas above the exercise.",
        place=place(outside), size=f"{_outside(outside):.2g}")


def _fits(sight: Sight) -> bool:
    """Nearly right for some rows one after the other, and not by small numbers alone."""
    matrix, offset = sight.got.values["matrix"].astype(np.float64), int(sight.inputs["offset"])
    if not np.isfinite(matrix).all() or _outside(sight) < 1e-4:
        return False
    table = sinusoidal_encoding(max(_FROM) + _ROWS + 2 * abs(offset), matrix.shape[0]).double().numpy()
    starts = [start + max(0, -offset) for start in _FROM]
    return any(np.abs(table[t:t + _ROWS] @ matrix.T - table[t + offset:t + offset + _ROWS]).max() < 0.02
               for t in starts)


def _outside(sight: Sight) -> float:
    """The largest number outside of the blocks."""
    matrix = np.abs(sight.got.values["matrix"])
    pair = np.arange(len(matrix)) // 2
    return float(matrix[pair[:, None] != pair].max(initial=0))
