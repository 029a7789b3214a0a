"""What one learner got for one lesson."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course._words import later, say

__all__ = ["EXCUSED", "UNDECIDED", "WITHOUT_A_MARK", "Mark", "Record"]

Record = Mapping[str, Any]
EXCUSED = "excused"                    # the teacher's own status
UNDECIDED = "undecided"                # several notebooks, and the teacher has not said which counts
# What is said where there is no mark. Never a zero: a teacher decides what becomes of it.
WITHOUT_A_MARK = {
    "missing": later("Nothing was handed in."),
    "unreadable": later("The file could not be read as a notebook."),
    "grader error": later("The grader failed, not the learner. Grade it again, or by hand."),
    EXCUSED: later("Excused from this lesson."),
    UNDECIDED: later("Several notebooks were handed in, and it is not decided which of them counts."),
}


@dataclass(frozen=True)
class Mark:
    """What one learner got for one lesson.

    Attributes:
        status: "graded", or why there is no mark: a key of `WITHOUT_A_MARK`.
        points: None unless graded; what was taken off for lateness is off, and what the teacher decided is in.
        late: per cent taken off.
        record: what the grader said of the submission that counts; None if nothing was handed in.
        notes: for the teacher.
        comment: the teacher's, for the learner.
        by_hand: the teacher has changed the points.
        time: when it was handed in, where that is known.
        chosen: which of several notebooks counts, and what the others would give.
        group: whose notebook this is as well; "" for a learner alone.
        own: the learner handed it in, and not another member of the group.
        earlier: what the grader said of the same submission before it was graded anew, the oldest first.
    """

    lesson: str
    status: str
    points: float | None
    max_points: float | None
    late: float = 0
    record: Record | None = None
    notes: tuple[str, ...] = ()
    comment: str = ""
    by_hand: bool = False
    time: datetime | None = None
    chosen: str = ""
    group: str = ""
    own: bool = True
    earlier: tuple[Record, ...] = ()

    @property
    def exercises(self) -> Sequence[Record]:
        return (self.record or {}).get("exercises") or ()

    @property
    def share(self) -> float | None:
        """Of the points, from 0 to 1; None without a mark, or if nothing is to be had."""
        return self.points / self.max_points if self.points is not None and self.max_points else None

    @property
    def why(self) -> str:
        """Why there is no mark, in a sentence."""
        message = str((self.record or {}).get("message") or "") if self.status == "missing" else ""
        return message or say(WITHOUT_A_MARK.get(self.status, self.status))
