"""What the engine says about an answer."""
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .exercise import Exercise

Status = Literal["correct", "wrong", "error", "not attempted"]
HEADINGS = {"correct": "Correct.", "wrong": "Not yet.", "error": "It stopped with an error.",
            "not attempted": "Not attempted yet."}


@dataclass
class Verdict:
    """Status, points, the recognised mistake if any, and what the learner reads."""

    id: str
    title: str
    status: Status
    points: int
    max_points: int
    message: str
    mistake: str | None = None
    mistakes: tuple[str, ...] = ()          # all that were recognised; `mistake` is the first
    printed: str = ""                       # what the answer printed on the way
    _shown: bool = field(default=False, repr=False, compare=False)

    @property
    def heading(self) -> str:
        return HEADINGS[self.status]

    def as_dict(self) -> dict[str, Any]:
        """For a report: everything but how it is drawn."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}

    def __str__(self) -> str:
        from .panel import as_text
        return as_text(self)

    def _ipython_display_(self) -> None:
        if self._shown:                     # `check` has just drawn it: not twice under one cell
            self._shown = False
            return
        from .panel import show
        show(self)


def ruling(
    task: "Exercise", status: Status, message: str, mistakes: tuple[str, ...] = (), printed: str = ""
) -> Verdict:
    """A verdict on an exercise: all of its points or none."""
    points = task.points if status == "correct" else 0
    return Verdict(task.id, task.title, status, points, task.points, message.strip(),
                   mistakes[0] if mistakes else None, tuple(mistakes), printed)


def not_attempted(task: "Exercise", message: str = "") -> Verdict:
    """Nothing to judge."""
    return ruling(task, "not attempted", message or f"{named(task)} is still to be written. "
                  f"`hint(\"{task.id}\")` opens a first hint.")


def named(task: "Exercise") -> str:
    """The names that the exercise asks for, as code."""
    return " and ".join(f"`{name}`" for name in task.names)


class CheckFailed(AssertionError):
    """An answer that is not right yet. Carries the verdict; its text is the verdict's message."""

    def __init__(self, verdict: Verdict, shown: bool = False):
        super().__init__(verdict)
        self.verdict = verdict
        self._shown = shown

    def __str__(self) -> str:
        return str(self.verdict)

    def _render_traceback_(self) -> list[str]:
        """What Jupyter and IPython print in place of a traceback."""
        if self._shown:
            return [f"Exercise {self.verdict.id} is not solved yet: see the panel above."]
        return str(self).splitlines()
