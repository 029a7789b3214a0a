"""What a notebook calls: `check`, `evaluate`, `hint`, `solution`, `carry_on`. They find the exercise, have an answer
judged, draw, and keep the record."""
import functools
import os
from typing import Any

from classroom import exercises
from classroom.judge import keep, panel, record
from classroom.judge.exercise import Exercise, Task
from classroom.judge.verdict import CheckError, CheckFailed, Verdict, named, not_attempted
from course._printing import printable
from course._words import say

__all__ = ["CheckError", "CheckFailed", "Verdict", "carry_on", "check", "evaluate", "hint", "own", "solution"]

_latest: dict[str, tuple[Any, Verdict]] = {}         # what was judged last, by exercise
_own: dict[str, Any] = {}                            # the learner's last attempt, by exercise


def evaluate(id: str, *answer: Any, seed: int | None = None) -> Verdict:
    """Judge an answer to exercise `id`; draws and records nothing, and never raises for what the answer does.

    Args:
        id: for example "1.3".
        answer: the function, class or value itself (several where an exercise asks for several).
        seed: of the random cases. None gives the same cases every time, so that a learner who
            corrects something sees the same numbers again.

    Raises:
        KeyError: if there is no such exercise; lists those there are.
        CheckError: if the check itself cannot be made, whatever the answer is.
    """
    from classroom.judge import judgement
    panel.drawn_as_value()
    return judgement.judge(exercises.get(id), answer[0] if len(answer) == 1 else answer, seed)


def check(id: str, *answer: Any, seed: int | None = None) -> Verdict:
    """Judge an answer and show what was found: `check("1.3", attention)`.

    Pass the function or class itself; after changing it, run its cell and this one again.
    Returns the Verdict. Raises CheckFailed, an AssertionError, if the answer is wrong or stops with
    an error, so that "Run all" stops here. An exercise that is not attempted raises nothing, except
    under nbgrader, which takes a cell without an error for a solved exercise. The course's own
    version, lent by `carry_on`, is no attempt. Where the check itself fails, CheckError says why, and nothing is
    recorded.
    """
    task = exercises.get(id)
    verdict = _no_attempt(task) if _lent(task, answer) else evaluate(id, *answer, seed=seed)
    record.record(id, verdict)
    if verdict.status == "correct" and isinstance(task, Exercise) and len(answer) == 1:
        keep.keep(id, answer[0])
    _remember(id, answer, verdict)
    drawn = panel.show(verdict)
    if verdict.status != "correct" and record.load().get(id, record.EMPTY)["points"]:
        print(printable(say("(Your record keeps what an earlier answer to this exercise has earned.)")))
    if verdict.status in ("wrong", "error") or verdict.status != "correct" and "NBGRADER_EXECUTION" in os.environ:
        raise CheckFailed(verdict, shown=drawn)
    return verdict


def hint(id: str) -> None:
    """Open the next hint of an exercise, below those that are open already."""
    task = exercises.get(id)
    opened = min(record.opened_hints(id) + 1, len(task.hints))
    record.record_hint(id, opened)
    panel.show_hints(task, opened)


def solution(id: str) -> None:
    """Show the course's solution. The record keeps that it was shown."""
    task = exercises.get(id)
    record.record_solution(id)
    panel.show_solution(task)


def carry_on(id: str, *answer: Any) -> Any:
    """The answer if it is right, else, after one line that says so, the library's version.

    `attention = carry_on("1.3", attention)` lets the cells below run either way.
    """
    task = exercises.get(id)
    if _lent(task, answer):
        _latest[id] = (answer, _no_attempt(task))
    latest = _latest.get(id)
    if latest is not None and len(latest[0]) == len(answer) and \
            all(a is b for a, b in zip(latest[0], answer, strict=True)):
        verdict = latest[1]
    else:
        try:
            verdict = evaluate(id, *answer)
        except CheckError as error:
            print(printable(str(error)))
            return task.fallback()
        _remember(id, answer, verdict)
    if verdict.status == "correct":
        return answer[0] if len(answer) == 1 else answer
    print(say("Exercise {id}: what you have here is still to be written, or not right yet. The cells below use the "
              "course's {named}.", id=id, named=named(task)))
    return task.fallback()


def own(id: str) -> Any:
    """Your function as it was judged last, right or wrong; the course's while you have not written one.

    After `attention = carry_on("1.3", attention)` the name may stand for the course's function. This is how the
    views show yours, also when it is wrong: `interactive.view(own("1.3"), Q, K, V)`.
    """
    task = exercises.get(id)
    if _own.get(id) is not None:
        return _own[id]

    @functools.wraps(task.fallback())
    def courses(*args: Any, **kwargs: Any) -> Any:
        return task.fallback()(*args, **kwargs)

    vars(courses)["of_the_course"] = True            # the views say so, and judge nothing
    return courses


def _remember(id: str, answer: tuple, verdict: Verdict) -> None:
    _latest[id] = (answer, verdict)
    if not _lent(exercises.get(id), answer):
        _own[id] = None if verdict.status == "not attempted" else answer[0] if len(answer) == 1 else answer


def _lent(task: Task, answer: tuple) -> bool:
    """Whether this is the course's own function or class. (A word or a number is nobody's own.)"""
    return any(given is task.fallback() for given in answer if callable(given))


def _no_attempt(task: Task) -> Verdict:
    names = named(task)
    return not_attempted(task, say("{names} is the course's own version just now: `carry_on` lends it while yours is "
                                   "not right. Run the cell with your code again, then this one.", names=names))
