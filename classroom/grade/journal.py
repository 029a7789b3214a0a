"""`results.jsonl`: a line for each submission, on the disk as soon as it is graded, so that a run can be continued.

Everything that grades many submissions, here or on a cluster, reads and writes its results through a `Journal`.
"""
import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

from classroom.grade.read.notebooks import NoFile, Unreadable, content_of
from classroom.grade.read.submissions import Submission
from course._paths import atomic_path
from course._words import say

from .record import LEVELS, Level, Record

__all__ = ["Journal", "JournalError", "read_results", "supersede", "superseded"]

Key = tuple[str, str]
_LESS = "less isolation than was asked for"


class JournalError(OSError):
    """The results cannot be written: another run writes them."""


class Journal:
    """The results of one batch. As a context manager it is theirs alone: nothing is read or written before that.

    What the file holds of these submissions is kept, except for grader errors, for what did not count, for notebooks
    that have changed since, and for what was graded with another lesson or seed, or with less isolation, than is asked
    for now. Half a line at the end, from a run that was killed, is dropped. Records of other batches stay as they are.
    Of several records of one submission the last counts. A mark that is replaced stays in the file: its record gets
    `superseded`, which says when and why, and counts no more; see `superseded`.

    Args:
        path: of the file.
        submissions: of the batch; the first of each learner and name.
        lesson: "04", "4" or "04_multi_head_attention"; None takes records of any.
        seed: None takes that of the results that are kept, so that all get the same cases, or else that of results
            which are replaced, or else draws one.
        isolation: the least that is accepted.

    Attributes:
        open: submissions that are still to be graded.
        seed: of the cases.
        less_isolated: how many are graded again because they ran with less isolation.

    Raises:
        JournalError: on entering, if another run writes to the file. The file beside it whose name ends in ".lock"
            says so, and stays when the run is over: if it were removed, two more runs could hold one each.
    """

    def __init__(self, path: Path | str, submissions: Iterable[Submission], lesson: str | None = None,
                 seed: int | None = None, isolation: Level = "none"):
        self.path, self.lesson, self.isolation = Path(path), lesson, isolation
        self._wanted: dict[Key, Submission] = {}
        for submission in submissions:
            self._wanted.setdefault((submission.learner, submission.name), submission)
        self._given = seed
        self.seed = 0 if seed is None else seed
        self.open: list[Submission] = []
        self.less_isolated = 0
        self._others: list[Record] = []
        self._old: list[Record] = []
        self._records: dict[Key, Record] = {}
        self._lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        self._file: TextIO | None = None

    def __enter__(self) -> "Journal":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise JournalError(say("{path} is being written by another run; wait for it, or choose another --out",
                                   path=self.path)) from None
        try:
            self._read()
            self._rewrite()
            self._file = self.path.open("a", encoding="utf-8")
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self._file is not None:
                self._file.close()
                self._file = None
                self._rewrite()
        finally:
            self._lock.release()

    def write(self, submission: Submission, record: Record) -> None:
        """Keep a record: it is on the disk when this returns. A second one for the same submission is not kept."""
        key = submission.learner, submission.name
        if self._file is None:
            raise ValueError("the journal is not open")
        if key not in self._records:
            self._records[key] = record
            self._file.write(_line(record))
            _sync(self._file)

    def records(self) -> list[Record]:
        """Those there are, in the order of the submissions."""
        return [self._records[key] for key in self._wanted if key in self._records]

    def notice(self) -> str:
        """What is to be said before the grading begins; often nothing."""
        if not self.less_isolated:
            return ""
        return say("{n} submissions were graded with less isolation than {level}, and are graded again.",
                   n=self.less_isolated, level=self.isolation)

    def _read(self) -> None:
        found, self._old = _read(self.path)
        self._others = [record for key, record in found.items() if key not in self._wanted]
        self._records, self.open, self.less_isolated = {}, [], 0
        for key, submission in self._wanted.items():
            record = found.get(key)
            why = "" if record is None else self._replaced(record, submission)
            if record is not None and not why:
                self._records[key] = record
                continue
            self.open.append(submission)
            if record is not None:
                self.less_isolated += why == _LESS
                self._old += _put_by(record, why)
        if self._given is None:
            ours = [record for record in self._old if _key(record) in self._wanted]
            seeds = [seed for record in [*self.records(), *reversed(ours)] if type(seed := record.get("seed")) is int]
            self.seed = seeds[0] if seeds else secrets.randbits(31)

    def _replaced(self, record: Record, submission: Submission) -> str:
        """Why a record does not hold any more; "" if it does."""
        if record["status"] == "grader error":
            return "the grader had failed"
        if record["status"] == "missing":         # of another lesson than that run asked for, say; and soon looked at
            return "nothing counted"
        if self._given not in (None, record.get("seed")):
            return "another seed"
        if self.lesson is not None and _number(record.get("lesson")) != _number(self.lesson):
            return "another lesson"
        if record.get("sha256") is None or record["sha256"] != _digest(Path(submission.path)):
            return "the notebook has changed"
        return _LESS if _less_isolated(record, self.isolation) else ""

    def _rewrite(self) -> None:
        """One line for each submission of the batch, in its order, after those of other batches."""
        with atomic_path(self.path) as fresh:
            with fresh.open("w", encoding="utf-8") as file:
                file.writelines(map(_line, [*self._old, *self._others, *self.records()]))
                _sync(file)
        with contextlib.suppress(OSError):           # Windows opens no folders
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def read_results(path: Path | str) -> list[Record]:
    """The records of a file of results that count; lines that are not whole, or no records, are left out."""
    return [record for record in _all(path) if not record.get("superseded")]


def superseded(path: Path | str) -> list[Record]:
    """The records of marks that were replaced, the oldest first; `superseded` of each says when and why."""
    return [record for record in _all(path) if record.get("superseded")]


def supersede(path: Path | str, keys: Collection[Key], why: str) -> int:
    """Have the next batch grade these submissions anew, by `learner` and `submission`; returns how many have a mark.

    Raises:
        JournalError: if another run writes to the file.
    """
    count = 0
    with Journal(path, ()) as journal:
        kept = []
        for record in journal._others:
            if _key(record) in keys:
                count += record["status"] == "graded"
                journal._old += _put_by(record, why)
            else:
                kept.append(record)
        journal._others = kept
    return count


def _read(path: Path) -> tuple[dict[Key, Record], list[Record]]:
    """The records that count, by key, and those that were superseded."""
    return {_key(record): record for record in read_results(path)}, superseded(path)


def _put_by(record: Record, why: str) -> list[Record]:
    """What is kept of a record that counts no more: it, if it holds a mark."""
    if record["status"] != "graded" or not record.get("exercises"):
        return []
    return [record | {"superseded": {"time": datetime.now(UTC).isoformat(timespec="seconds"), "why": why}}]


def _key(record: Record) -> Key:
    return record["learner"], record["submission"]


def _all(path: Path | str) -> list[Record]:
    found = []
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            with contextlib.suppress(ValueError, RecursionError):
                record = json.loads(line)
                if isinstance(record, dict) and all(
                        isinstance(record.get(name), str) for name in ("learner", "submission", "status")):
                    found.append(record)
    return found


def _less_isolated(record: Record, isolation: Level) -> bool:
    """What was never run, an unreadable file, needed none."""
    return bool(record.get("exercises")) and record.get("isolation") not in LEVELS[LEVELS.index(isolation):]


def _number(lesson: object) -> int | None:
    match = re.match(r"\d+", str(lesson))
    return int(match[0]) if match else None


def _digest(path: Path) -> str | None:
    """Of what the grader would read; None where there is nothing to read."""
    try:
        return hashlib.sha256(content_of(path)).hexdigest()
    except (NoFile, Unreadable, OSError):
        return None


def _sync(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=True) + "\n"
