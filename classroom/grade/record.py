"""A record: what the grader says of one submission, as plain JSON. Its results: what it says of each exercise in it."""
from typing import Any, Literal, get_args

from classroom.grade.read.submissions import Submission
from classroom.judge.verdict import Status

__all__ = ["LEVELS", "Level", "Record", "RecordStatus", "ResultStatus", "lost", "new"]

Record = dict[str, Any]
RecordStatus = Literal["graded", "missing", "unreadable", "grader error"]
# A verdict's, and how an answer that runs in a process of its own can come to an end without one.
ResultStatus = Literal[Status, "timeout", "memory", "killed", "missing", "grader error"]
Level = Literal["none", "partial", "full"]
LEVELS: tuple[Level, ...] = get_args(Level)          # of isolation, from the least


def new(submission: Submission, *, status: RecordStatus, seed: int | None, lesson: str | None = None,
        max_points: int | None = None, isolation: Level = "none", details: list[str] | None = None) -> Record:
    """A record without an exercise in it, worth 0 points."""
    return {"learner": submission.learner, "submission": submission.name, "lesson": lesson, "sha256": None,
            "status": status, "message": "", "isolation": isolation, "isolation_details": list(details or ()),
            "seed": seed, "seconds": 0.0, "notes": list(submission.notes), "points": 0, "max_points": max_points,
            "exercises": []}


def lost(submission: Submission, message: str, seed: int | None) -> Record:
    """Of a submission that no worker could finish: the grader's failure, and so no mark, not even a zero."""
    return new(submission, status="grader error", seed=seed) | {"message": message[:500], "points": None}
