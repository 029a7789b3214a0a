"""`results.jsonl`: a line for each submission, written as soon as it is graded, so that a run can be continued."""
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from classroom.grade.read.submissions import Submission
from course._paths import atomic_path

from . import batch, grader

Record = dict[str, Any]


class JournalError(OSError):
    """The results cannot be written, or another run writes them."""


class Journal:
    """The results of one batch, open for writing.

    Args:
        path: of the file. What it holds of these submissions is kept, except for grader errors, for notebooks
            that have changed since and for what was graded with another lesson or seed than is asked for now.
            Half a line at the end, from a run that was killed, is dropped.
        submissions: of the batch.
        lesson: "04" or None.
        seed: or None.

    Attributes:
        open: submissions that are still to be graded.
        seed: as given, or that of the results that are there, so that all get the same cases; else None.
    """

    def __init__(self, path: Path, submissions: Sequence[Submission], lesson: str | None = None,
                 seed: int | None = None):
        self.path, self.submissions = Path(path), list(submissions)
        found, own = self._read(), {_key(submission.learner, submission.name) for submission in submissions}
        self._others = [record for key, record in found.items() if key not in own]
        kept = {key: found[key] for key in own & found.keys() if seed in (None, found[key].get("seed"))}
        self.seed = seed if seed is not None else next((r["seed"] for r in kept.values() if r.get("seed")), None)
        self._records: dict[tuple[str, str], Record] = {}
        self.open = []
        for submission in self.submissions:
            record = kept.get(_key(submission.learner, submission.name))
            if record is not None and _still_holds(record, submission, lesson):
                self._records[_key(submission.learner, submission.name)] = record
            else:
                self.open.append(submission)

    def __enter__(self) -> "Journal":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(f"{self.path}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise JournalError(f"{self.path} is being written by another run; wait for it, or choose another --out"
                               ) from None
        self._rewrite()
        self._file = self.path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        self._rewrite()
        self._lock.release()

    def write(self, submission: Submission, record: Record) -> None:
        """Keep a record: it is on the disk when this returns. A second one for the same submission is not kept."""
        key = _key(submission.learner, submission.name)
        if key in self._records:
            return
        self._records[key] = record
        self._file.write(_line(record))
        self._file.flush()
        os.fsync(self._file.fileno())

    def records(self) -> list[Record]:
        """Those there are, in the order of the submissions."""
        keys = [_key(submission.learner, submission.name) for submission in self.submissions]
        return [self._records[key] for key in dict.fromkeys(keys) if key in self._records]

    def _rewrite(self) -> None:
        """One line for each submission of the batch, in its order, after those of other batches."""
        with atomic_path(self.path) as temporary:
            temporary.write_text("".join(map(_line, [*self._others, *self.records()])), encoding="utf-8")

    def _read(self) -> dict[tuple[str, str], Record]:
        return {_key(record["learner"], record["submission"]): record for record in batch.read_results(self.path)}


def forget_less_isolated(path: Path, isolation: str) -> int:
    """Take out of a file of results what was run with less isolation than is required now; how many that were.

    What was never run, an unreadable file, stays.
    """
    records = batch.read_results(path)
    least = grader.LEVELS.index(isolation)
    kept = [record for record in records if not record.get("exercises")
            or record.get("isolation") in grader.LEVELS[least:]]
    if len(kept) < len(records):
        with atomic_path(path) as temporary:
            temporary.write_text("".join(map(_line, kept)), encoding="utf-8")
    return len(records) - len(kept)


def _still_holds(record: Record, submission: Submission, lesson: str | None) -> bool:
    return (record["status"] != "grader error" and batch._same_lesson(record, lesson)
            and record.get("sha256") is not None and record["sha256"] == batch._digest(Path(submission.path)))


def _key(learner: str, name: str) -> tuple[str, str]:
    return learner, name


def _line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=True) + "\n"
