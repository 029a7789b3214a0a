"""Marking a class: who handed in which sheet, workers that mark them, and what is written of it."""
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classroom.grade.batch import graded
from classroom.grade.journal import Journal
from classroom.grade.launch import need_fork
from classroom.grade.read import roster
from classroom.grade.read.submissions import Submission
from classroom.grade.record import Record
from course._words import say

from . import report
from .marking import ExamGrader
from .sheet import Exam, ExamError

__all__ = ["ROSTER", "grade", "learners_of"]

ROSTER = "class.csv"       # in the exam's folder: the roster that its sheets were made from


def learners_of(folder: Path) -> list[str]:
    """Everybody who has a sheet of the exam in this folder. Raises ExamError."""
    try:
        return json.loads((folder / "learners.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExamError(say("{path} cannot be read ({kind}): it holds the names of everybody who has a sheet",
                            path=folder / "learners.json", kind=type(error).__name__)) from error


def grade(folder: Path, submissions: Sequence[Submission], out: Path, *, workers: int = 2, isolation: str = "none",
          progress: bool = True) -> list[Record]:
    """Mark what was handed in, each against its own sheet, and write the reports; returns the records.

    Args:
        folder: of the exam.
        out: for marks and reports; it is the owner's alone.
        workers: processes; with 0, this one marks them.
        isolation: the least that is accepted: "full", "partial" or "none".
    """
    need_fork()
    exam, learners = Exam.read(folder), learners_of(folder)
    out.mkdir(parents=True, exist_ok=True)
    out.chmod(0o700)
    own = _whose(folder, submissions, learners)
    setting: dict[str, Any] = {"exam": str(folder.resolve()), "learners": learners, "isolation": isolation}
    with Journal(out / "results.jsonl", own, None, None, isolation) as journal:       # type: ignore[arg-type]
        setting["seed"] = journal.seed
        with tqdm(total=len(own), initial=len(own) - len(journal.open), unit=say("sheet"),
                  desc=say("Marking"), disable=not progress) as bar:
            for submission, record in _marked(journal.open, setting, min(workers, len(journal.open))):
                journal.write(submission, record)
                bar.update()
        records = journal.records()
    report.write(out, exam, _best(records), learners)
    return records


def _marked(todo: list[Submission], setting: dict[str, Any], workers: int) -> Iterator[tuple[Submission, Record]]:
    if workers > 0:
        yield from graded(todo, setting, workers, "classroom.exam.worker")
    elif todo:
        with ExamGrader(**setting) as grader:
            for submission in todo:
                yield submission, grader.grade(submission)


def _whose(folder: Path, submissions: Sequence[Submission], learners: Sequence[str]) -> list[Submission]:
    """The submissions, by the learner's name as the sheets have it. The roster tells it, or a file's name."""
    files = {report.file_name(learner): learner for learner in learners}
    known = [roster.read(folder / ROSTER)] if (folder / ROSTER).exists() else []
    known.append(roster.of_learners(learners))
    found = []
    for submission in submissions:
        person = next((person for list_ in known if (person := list_.find(submission.learner))), None)
        learner = person.learner if person and person.learner in learners else files.get(
            Path(submission.name).stem, submission.learner)
        found.append(replace(submission, learner=learner))
    return found


def _best(records: Sequence[Record]) -> list[Record]:
    """One record for each learner: the one with the most points. A note says that there are more."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record["learner"], []).append(record)
    best = []
    for several in found.values():
        record = max(several, key=lambda record: (record["points"] or 0, bool(record["exercises"])))
        if len(several) > 1:
            record = record | {"notes": [*record["notes"], say(
                "{n} notebooks were handed in; this is the one with the most points, {name}.", n=len(several),
                name=record["submission"])]}
        best.append(record)
    return best
