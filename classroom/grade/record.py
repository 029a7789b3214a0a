"""A record: what the grader says of one submission, as plain JSON. Its results: what it says of each exercise in it."""
import functools
import hashlib
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, get_args

from classroom.grade.read.submissions import Submission
from classroom.judge.verdict import Status
from course import __version__

__all__ = ["LEVELS", "OTHER", "Level", "Record", "RecordStatus", "ResultStatus", "lost", "new"]

Record = dict[str, Any]
RecordStatus = Literal["graded", "missing", "unreadable", "grader error"]
# A verdict's, and how an answer that runs in a process of its own can come to an end without one.
ResultStatus = Literal[Status, "timeout", "memory", "killed", "missing", "grader error"]
Level = Literal["none", "partial", "full"]
OTHER = "another"          # a result's `raised`, in place of an exception's name that the learner's code has chosen
LEVELS: tuple[Level, ...] = get_args(Level)          # of isolation, from the least


def new(submission: Submission, *, status: RecordStatus, seed: int | None, lesson: str | None = None,
        max_points: int | None = None, isolation: Level = "none", details: list[str] | None = None) -> Record:
    """A record without an exercise in it, worth 0 points."""
    return {"learner": submission.learner, "submission": submission.name, "lesson": lesson, "sha256": None,
            "status": status, "message": "", "isolation": isolation, "isolation_details": list(details or ()),
            "seed": seed, "seconds": 0.0, "notes": list(submission.notes), "points": 0, "max_points": max_points,
            "exercises": [], **versions(), "time": datetime.now(UTC).isoformat(timespec="seconds")}


@functools.cache
def versions() -> dict[str, str]:
    """What a mark can depend on: `course` (its version, and a digest of all its code), `python` and `torch`."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for package in ("course", "classroom"):
        for file in sorted((root / package).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return {"course": f"{__version__} ({digest.hexdigest()[:10]})", "python": platform.python_version(),
            "torch": metadata.version("torch")}


def lost(submission: Submission, message: str, seed: int | None) -> Record:
    """Of a submission that no worker could finish: the grader's failure, and so no mark, not even a zero."""
    return new(submission, status="grader error", seed=seed) | {"message": message[:500], "points": None}
