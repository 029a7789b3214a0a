"""From an answer to a verdict."""
import functools
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from . import behaviour, exercises, guard, probes
from .evidence import series
from .exercise import Case, Choice, Exercise, TestTask
from .explain import explain
from .outcome import Elsewhere, Outcome, agree, ask, bare
from .stubs import is_module, is_stub
from .verdict import Verdict, named, not_attempted, ruling


def evaluate(id: str, *answer: Any, seed: int | None = None) -> Verdict:
    """Judge an answer to exercise `id`.

    Args:
        id: for example "1.3".
        answer: the function, class or value itself (several where an exercise asks for several).
        seed: of the random cases. None gives the same cases every time, so that a learner who
            corrects something sees the same numbers again.

    Returns:
        A Verdict. Nothing that the answer does comes out of here as an exception.

    Raises:
        KeyError: if there is no such exercise; lists those there are.
    """
    task = exercises.get(id)
    given = answer[0] if len(answer) == 1 else answer
    if task.framework == "torch":
        import torch  # noqa: F401 - before the clock starts, and so that its random state is kept
    if isinstance(task, Choice):
        from .choice import judge
    elif isinstance(task, TestTask):
        from .testing import judge
    else:
        cases = list(task.cases(np.random.default_rng(zlib.crc32(id.encode()) if seed is None else seed)))
        judge = functools.partial(_judge, cases=cases)
    with guard.undisturbed():
        guard.seed_all()
        try:
            return judge(task, given)
        except Exception as error:  # the answer found a way to trip the engine itself
            return ruling(task, "error", f"The check could not read what your code returned ({type(error).__name__}: "
                          f"{error}).", ("unreadable",))


def _judge(task: Exercise, answer: Any, cases: list[Case]) -> Verdict:
    if is_stub(answer):
        return not_attempted(task)
    if not callable(answer) or is_module(answer) and hasattr(task.probe, "prepare"):
        return ruling(task, "error", _not_callable(task, answer), ("not-a-function",))
    clock, printed = guard.Clock(task.seconds), guard.Printed()

    def run(call):
        return guard.run(call, clock, printed)

    got = _ask_all(task, answer, cases, run)
    last = got[-1].error
    if last and last.unwritten and len(got) == 1:
        return _unwritten(task, answer, last)
    want = [ask(task, task.reference, outcome.case, bare) for outcome in got]
    clock.left, on_the_way = clock.total, printed.kept
    if not all(agree(g, w) for g, w in zip(got, want, strict=True)):
        found = explain(task, answer, got, want, run, clock)
        return ruling(task, found.status, found.message, found.mistakes, on_the_way)
    finding = behaviour.examine(task, answer, got, want, run)
    if finding is not None:
        return ruling(task, finding.status, finding.message, (finding.slug,), on_the_way)
    remark = behaviour.remark(task, answer, got[-1].case, run)
    return ruling(task, "correct", f"Right on all {len(got)} cases: {series([g.case.about for g in got])}. "
                  f"{task.moral}\n\n{remark}", (), on_the_way)


def _ask_all(task: Exercise, answer: Any, cases: list[Case], run) -> list[Outcome]:
    """Put the answer to every case; stop early where it is not written yet or its time is up."""
    got: list[Outcome] = []
    suit = _suit(task, answer, cases[0], run)
    for case in cases:
        got.append(ask(task, answer, suit(case), run))
        error = got[-1].error
        if error and (error.timed_out or error.unwritten and len(got) == 1):
            break
    return got


def _suit(task: Exercise, answer: Any, case: Case, run) -> Callable[[Case], Case]:
    """How cases are changed to suit the answer (a module without biases, say)."""
    prepare = getattr(task.probe, "prepare", None)
    suit = None
    if prepare is not None:
        if isinstance(answer, Elsewhere):
            return answer.suit(task, case)
        try:
            suit, _ = run(lambda: prepare(answer, probes.to_framework(case.inputs, task.framework), task))
        except guard.Problem:                        # will show itself again on the case itself
            pass
    return suit or (lambda case: case)


def _unwritten(task: Exercise, answer: Any, error: guard.Raised) -> Verdict:
    own = {*task.names, getattr(answer, "__name__", ""), "forward", "__init__", "__call__", "<lambda>", ""}
    if error.function in own:
        return not_attempted(task)
    return not_attempted(task, f"{named(task)} calls `{error.function}`, which is still to be written.")


def _not_callable(task: Exercise, answer: Any) -> str:
    name = task.names[0]
    if isinstance(answer, tuple) or hasattr(answer, "shape"):
        return (f"`check` was given a result ({type(answer).__name__}), not what computes it. Pass the function "
                f"itself, without brackets: `check(\"{task.id}\", {name})`.")
    return f"`check` was given a {type(answer).__name__}. Pass `{name}` itself: `check(\"{task.id}\", {name})`."
