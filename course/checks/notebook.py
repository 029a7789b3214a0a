"""What a learner calls: `check`, `hint`, `solution`, `carry_on`. They draw, and they keep the record."""
import os
from typing import Any

from . import panel, progress
from .verdict import CheckFailed, Verdict

_latest: dict[str, tuple[Any, Verdict]] = {}


def check(id: str, *answer: Any, seed: int | None = None) -> Verdict:
    """Judge an answer and show what was found: `check("1.3", attention)`.

    Pass the function or class itself; after changing it, run its cell and this one again.
    Returns the Verdict. Raises CheckFailed, an AssertionError, if the answer is wrong or stops with
    an error, so that "Run all" stops here; an exercise that is not attempted raises nothing, except
    under nbgrader, which takes a cell without an error for a solved exercise.
    """
    from .engine import evaluate
    verdict = evaluate(id, *answer, seed=seed)
    progress.record(id, verdict)
    _latest[id] = (answer, verdict)
    drawn = panel.show(verdict)
    if verdict.status in ("wrong", "error") or verdict.status != "correct" and "NBGRADER_EXECUTION" in os.environ:
        raise CheckFailed(verdict, shown=drawn)
    verdict._shown = drawn
    return verdict


def hint(id: str) -> None:
    """Open the next hint of an exercise, below those that are open already."""
    from . import exercises
    task = exercises.get(id)
    opened = min(progress.opened_hints(id) + 1, len(task.hints))
    progress.record_hint(id, opened)
    panel.show_hints(task, opened)


def solution(id: str) -> None:
    """Show the course's solution. The record keeps that it was shown."""
    from . import exercises
    task = exercises.get(id)
    progress.record_solution(id)
    panel.show_solution(task)


def carry_on(id: str, *answer: Any) -> Any:
    """The answer if it is right, else, after one line that says so, the library's version.

    `attention = carry_on("1.3", attention)` lets the cells below run either way.
    """
    from . import exercises
    from .engine import evaluate
    task = exercises.get(id)
    before, verdict = _latest.get(id, (None, None))
    if verdict is None or len(before) != len(answer) or any(a is not b for a, b in zip(before, answer, strict=True)):
        verdict = evaluate(id, *answer)
    if verdict.status == "correct":
        return answer[0] if len(answer) == 1 else answer
    names = " and ".join(f"`{name}`" for name in task.names)
    print(f"Exercise {id} is not solved yet: the cells below use the course's {names}.")
    return task.fallback()
