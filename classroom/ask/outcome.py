"""One answer put to one case: what came back."""
import contextvars
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeGuard

import numpy as np

from . import compare, limits, memory
from .asked import Asked
from .call import dtype_name, to_framework, to_numpy
from .case import Case


@dataclass
class Outcome:
    """Values by name, or a problem in what was returned, or an exception."""

    case: Case
    values: dict[str, np.ndarray] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    problem: limits.Problem | None = None
    error: limits.Raised | None = None
    changed: list[str] = field(default_factory=list)
    shares: Sequence[str] = ()

    @property
    def returned(self) -> bool:
        return self.problem is None and self.error is None


class Elsewhere(Protocol):
    """An answer that lives in another process: it is asked by sending it the case. See `classroom.grade.remote`."""

    __name__: str

    def ask(self, task: Any, case: Case) -> Outcome:
        """As the function `ask` below."""
        ...

    def suit(self, task: Any, case: Case) -> Callable[[Case], Case]:
        """How cases are changed to suit the answer, as `Module.prepare`."""
        ...

    def pull(self, task: Any, case: Case) -> tuple[dict | None, limits.Raised | None]:
        """As `autograd.pull`, and what was raised on the way."""
        ...

    def stays_on_device(self, task: Any, case: Case) -> tuple[bool, limits.Raised | None]:
        """As `autograd.stays_on_device`."""
        ...

    def trial(self, task: Any, implementation: Callable) -> Any:
        """Put the learner's test to an implementation that stays here."""
        ...


def elsewhere(answer: Any) -> TypeGuard[Elsewhere]:
    """Whether an answer lives in another process."""
    return getattr(type(answer), "lives_elsewhere", False) is True


_SUITS = 64           # kinds of cases that are kept, for modules with and without biases


class KnownOutcomes:
    """What our own implementations returned, kept so that many answers to the same cases can be judged quickly.

    Only what is asked of the given cases and implementations is kept.

    Args:
        answers: implementations of ours: the reference, and known mistakes.
        cases: what all answers are asked.
    """

    def __init__(self, answers: Iterable[Any], cases: Sequence[Case]):
        self.answers = {id(answer): answer for answer in answers}
        self.together: dict[tuple[int, int], tuple] = {}
        self.own = list(cases)
        self.cases = {id(case): case for case in cases}
        self.suits: dict[tuple, Case] = {}
        self.found: dict[tuple, Any] = {}

    def recall(self, what: str, answer: Any, case: Case, make: Callable[[], Any]) -> Any:
        """The value of `make()`, made now or before."""
        if id(answer) not in self.answers or id(case) not in self.cases:
            return make()
        key = what, id(answer), id(case)
        if key not in self.found:
            self.found[key] = make()
        return self.found[key]

    def combined(self, first: Any, second: Any, make: Callable[[], Any]) -> Any:
        """Two of our implementations made one by `make`: the same one each time, so that what it returns is kept."""
        key = id(first), id(second)
        if key not in self.together:
            made = make()
            self.together[key] = made, first, second       # an id holds as long as its object
            if made is not None:
                self.answers[id(made)] = made
        return self.together[key][0]

    def suited(self, case: Case, made: Case) -> Case:
        """The same changed case for every answer that needs the same change, so that it is asked of ours once."""
        if made is case or id(case) not in self.cases:
            return made
        key = id(case), tuple(sorted(made.inputs.get("weights", {})))
        if key not in self.suits and len(self.suits) < _SUITS * len(self.own):
            self.suits[key] = self.cases[id(made)] = made
        return self.suits.get(key, made)


known_outcomes: contextvars.ContextVar[KnownOutcomes | None] = contextvars.ContextVar("known_outcomes", default=None)


def recall(what: str, answer: Any, case: Case, make: Callable[[], Any]) -> Any:
    """The value of `make()`, from the outcomes that are known already if there are any."""
    kept = known_outcomes.get()
    return make() if kept is None else kept.recall(what, answer, case, make)


def combined(first: Any, second: Any, make: Callable[[], Any]) -> Any:
    """The value of `make()`, which makes one implementation of these two; the same one where outcomes are kept."""
    kept = known_outcomes.get()
    return make() if kept is None else kept.combined(first, second, make)


def ask(task: Asked, answer: Any, case: Case, run: Callable) -> Outcome:
    """Put the answer to a case. `run(call)` returns (value, None) or (None, what was raised)."""
    if elsewhere(answer):
        return answer.ask(task, case)
    if run is bare:
        return recall("ask", answer, case, lambda: _ask(task, answer, case, run))
    return _ask(task, answer, case, run)


def _ask(task: Asked, answer: Any, case: Case, run: Callable) -> Outcome:
    inputs = to_framework(case.inputs, task.framework)
    outcome = Outcome(case, shares=task.shares)
    if run is not bare:
        memory.soil(inputs.values())

    def call():
        raw = task.probe(answer, inputs, task)
        return {name: (to_numpy(value), dtype_name(value)) for name, value in raw.items()}

    try:
        found, outcome.error = run(call)
        if outcome.error is None:
            outcome.values = {name: value for name, (value, _) in found.items()}
            outcome.dtypes = {name: dtype for name, (_, dtype) in found.items()}
    except limits.Problem as problem:
        outcome.problem = problem
    outcome.changed = [
        name for name, value in case.inputs.items()
        if isinstance(value, np.ndarray) and name not in task.may_change and not _same(value, inputs[name])
    ]
    return outcome


def bare(call: Callable) -> tuple[Any, limits.Raised | None]:
    """`run` for our own code, which needs no time limit. An answer asked before may have called `np.seterr`."""
    try:
        with np.errstate(all="ignore"):
            return call(), None
    except limits.Problem:
        raise
    except Exception as error:
        return None, limits.Raised(type(error).__name__, limits.shorten(str(error)), "", "", False)


def agree(a: Outcome, b: Outcome) -> bool:
    """Whether two answers did the same on a case."""
    if a.error or b.error:
        return a.error is not None and b.error is not None and a.error.kind == b.error.kind
    if a.problem or b.problem:
        return a.problem is not None and b.problem is not None and a.problem.slug == b.problem.slug
    return not wrong_outputs(a, b)


def wrong_outputs(got: Outcome, want: Outcome) -> list[str]:
    """Names of the outputs that differ in shape or value."""
    within = tolerance(got, want)
    return [name for name, value in want.values.items() if not compare.equal(got.values[name], value, within)
            or name in got.shares and compare.leaks(got.values[name], value, within).any()]


_name = functools.cache(str)           # of a dtype, which NumPy puts together anew each time


def tolerance(got: Outcome, want: Outcome) -> float:
    """How far apart two numbers may be here: that of the coarsest dtype among inputs and outputs, or of the case."""
    floats = [_name(x.dtype) for x in got.case.inputs.values() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    return max(compare.tolerance(*floats, *got.dtypes.values(), *want.dtypes.values()), want.case.within)


def sizes(task: Asked, outcome: Outcome) -> dict[str, int]:
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
    if dtype_name(after) != _name(before.dtype):
        return False
    after = to_numpy(after).astype(before.dtype, copy=False)       # float16 has been read as float32
    return before.shape == after.shape and before.tobytes() == after.tobytes()
