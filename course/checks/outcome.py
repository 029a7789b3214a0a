"""One answer put to one case: what came back."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import compare, guard, probes
from .exercise import Case, Exercise


@dataclass
class Outcome:
    """Values by name, or a problem in what was returned, or an exception."""

    case: Case
    values: dict[str, np.ndarray] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    problem: guard.Problem | None = None
    error: guard.Raised | None = None
    changed: list[str] = field(default_factory=list)
    shares: Sequence[str] = ()

    @property
    def returned(self) -> bool:
        return self.problem is None and self.error is None


def ask(task: Exercise, answer: Any, case: Case, run: Callable) -> Outcome:
    """Put the answer to a case. `run(call)` returns (value, None) or (None, what was raised)."""
    inputs = probes.to_framework(case.inputs, task.framework)
    outcome = Outcome(case, shares=task.shares)

    def call():
        raw = task.probe(answer, inputs, task)
        return {name: (probes.to_numpy(value), probes.dtype_name(value)) for name, value in raw.items()}

    try:
        found, outcome.error = run(call)
        if outcome.error is None:
            outcome.values = {name: value for name, (value, _) in found.items()}
            outcome.dtypes = {name: dtype for name, (_, dtype) in found.items()}
    except guard.Problem as problem:
        outcome.problem = problem
    outcome.changed = [
        name for name, value in case.inputs.items()
        if isinstance(value, np.ndarray) and name not in task.may_change and not _same(value, inputs[name])
    ]
    return outcome


def bare(call: Callable) -> tuple[Any, guard.Raised | None]:
    """`run` for our own code, which needs no time limit."""
    try:
        return call(), None
    except guard.Problem:
        raise
    except Exception as error:
        return None, guard.Raised(type(error).__name__, guard.shorten(str(error)), "", "", False)


def agree(a: Outcome, b: Outcome) -> bool:
    """Whether two answers did the same on a case."""
    if a.error or b.error:
        return bool(a.error and b.error) and a.error.kind == b.error.kind
    if a.problem or b.problem:
        return bool(a.problem and b.problem) and a.problem.slug == b.problem.slug
    return not wrong_outputs(a, b)


def wrong_outputs(got: Outcome, want: Outcome) -> list[str]:
    """Names of the outputs that differ in shape or value."""
    within = tolerance(got, want)
    return [name for name, value in want.values.items() if not compare.equal(got.values[name], value, within)
            or name in got.shares and compare.leaks(got.values[name], value, within).any()]


def tolerance(got: Outcome, want: Outcome) -> float:
    floats = [str(x.dtype) for x in got.case.inputs.values() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    return compare.tolerance(*floats, *got.dtypes.values(), *want.dtypes.values())


def sizes(task: Exercise, outcome: Outcome) -> dict[str, int]:
    """The size of each named axis in this case: {"T_q": 2, "d_k": 4}."""
    found: dict[str, int] = {}
    for name, axes in task.takes.items():
        value = outcome.case.inputs.get(name)
        if isinstance(value, np.ndarray):
            found |= dict(zip(axis_names(axes, value.ndim), value.shape, strict=True))
        elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            found[name] = int(value)
    return found


def axis_names(axes: str, ndim: int) -> list[str]:
    """One name for each axis of an array: "... T d" for 4 axes is ["axis 0", "axis 1", "T", "d"]."""
    names = axes.split()
    if "..." in names:
        names.remove("...")
    missing = ndim - len(names)
    return [f"axis {i}" for i in range(missing)] + (names if missing >= 0 else names[-ndim:] if ndim else [])


def _same(before: np.ndarray, after: Any) -> bool:
    after = probes.to_numpy(after)
    return before.shape == after.shape and before.dtype == after.dtype and before.tobytes() == after.tobytes()
