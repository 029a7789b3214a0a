"""What the engine says about an answer."""
import textwrap
from dataclasses import asdict, dataclass
from typing import Any, Literal

from course._words import later, plural, say

from .evidence import listing
from .exercise import Task
from .prose import spaced, wrapped

Status = Literal["correct", "wrong", "error", "not attempted"]
HEADINGS = {"correct": later("Correct."), "wrong": later("Not yet."), "error": later("It stopped with an error."),
            "not attempted": later("Not attempted yet.")}


@dataclass(frozen=True)
class Finding:
    """Right numbers, but something else is not."""

    slug: str
    message: str
    status: Status = "wrong"


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

    @property
    def heading(self) -> str:
        return say("Nothing was run.") if self.mistake == "not-a-function" else say(HEADINGS[self.status])

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    @property
    def score(self) -> str:
        """"2 of 3 points"."""
        return plural("{points} of {max_points} point", "{points} of {max_points} points", self.max_points,
                      points=self.points, max_points=self.max_points)

    def __str__(self) -> str:
        lines = [say("Exercise {id} · {title}: {score}", id=self.id, title=self.title,
                     score=self.score), "", wrapped(f"{self.heading} {self.message}")]
        if self.printed:
            lines += ["", say("Your code printed:"), textwrap.indent(beginning(self.printed), "    ")]
        return "\n".join(lines)


def beginning(printed: str, lines: int = 20) -> str:
    """The first lines of what an answer printed."""
    kept = printed.rstrip("\n").splitlines()
    return "\n".join(kept[:lines] + ["…"] * (len(kept) > lines))


def ruling(
    task: Task, status: Status, message: str, mistakes: tuple[str, ...] = (), printed: str = ""
) -> Verdict:
    """A verdict on an exercise: all of its points or none."""
    points = task.points if status == "correct" else 0
    return Verdict(task.id, say(task.title), status, points, task.points, spaced(message.strip()),
                   mistakes[0] if mistakes else None, tuple(mistakes), printed)


def not_attempted(task: Task, message: str = "") -> Verdict:
    """Nothing to judge."""
    return ruling(task, "not attempted", message or say("{named} is still to be written. `hint(\"{id}\")` opens a "
                                                        "first hint.", named=named(task), id=task.id))


def was_none(task: Task) -> str:
    """What to say where `check` was given None: what is not written yet, or what a call of it returned."""
    return say("`check` was given None. Is {named} still to be written, or was it called, and returned nothing? Pass "
               "the name alone, without brackets behind it: `check(\"{id}\", {names})`.", named=named(task),
               id=task.id, names=", ".join(task.names))


def named(task: Task) -> str:
    """The names that the exercise asks for, as code."""
    return listing([f"`{name}`" for name in task.names])


class CheckError(RuntimeError):
    """The check itself could not be made, whatever the answer is: there is no verdict, and nothing is recorded."""

    def _render_traceback_(self) -> list[str]:
        """What Jupyter and IPython print in place of a traceback."""
        return wrapped(str(self)).splitlines()


class CheckFailed(AssertionError):
    """An answer that is not right yet. Carries the verdict; its text is the verdict's message."""

    def __init__(self, verdict: Verdict, shown: bool = False):
        super().__init__(verdict)
        self.verdict = verdict
        self.shown = shown              # a panel has been drawn: the traceback need not repeat it

    def __str__(self) -> str:
        return str(self.verdict)

    def _render_traceback_(self) -> list[str]:
        """What Jupyter and IPython print in place of a traceback."""
        if self.shown:
            return [say("Exercise {id}: not right yet. See the panel above.", id=self.verdict.id)]
        return str(self).splitlines()
