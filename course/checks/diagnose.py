"""What can be said about a wrong answer that is no known mistake: only what has been established."""
from . import guard
from .evidence import first_difference, smallest
from .exercise import Exercise
from .outcome import Outcome


def error(task: Exercise, got: list[Outcome], want: list[Outcome], clock: guard.Clock) -> str:
    """The answer raised something."""
    failed = next(g for g in got if g.error)
    return briefly(task, failed)


def values(task: Exercise, got: list[Outcome], want: list[Outcome]) -> tuple[str | None, str]:
    """The answer returned other numbers: a slug if the kind of difference has a name, and a message."""
    sight = smallest(task, got, want)
    return None, first_difference(sight)


def briefly(task: Exercise, outcome: Outcome) -> str:
    raised = outcome.error
    return f"On the case “{outcome.case.about}” your code raised {raised.kind}: {raised.text} ({raised.where})" \
        if raised else ""
