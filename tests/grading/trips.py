"""From what a system exports to what it imports: the command, with everything but the grading itself."""
import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

from classroom import exercises
from classroom.app import main
from classroom.grade import batch
from classroom.grade.lessons import lesson_name
from classroom.grade.read.submissions import Submission
from classroom.grade.record import new

from .helpers import lesson_01

WRONG = lesson_01(ex_1_3="def attention(q, k, v):\n    return v, softmax(q @ k.T)")       # 1.3 is wrong: 4 of 7
RIGHT_ONE = lesson_01()


def own(name: str, content: bytes = RIGHT_ONE) -> bytes:
    """The notebook of a learner of that name: no two are the same file."""
    cell = {"cell_type": "code", "metadata": {}, "source": f"# {name}", "outputs": [], "execution_count": None}
    return content.replace(b'"cells": [', b'"cells": [' + json.dumps(cell).encode() + b", ")


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def graded(submission: Submission, lesson: str | None, seed: int) -> dict:
    """A record as the grader would write it: which of the two notebooks it is, is read from the text."""
    content = submission.path.read_bytes() if submission.path.is_file() else b""
    status = "graded" if b'"cells"' in content else "unreadable" if content else "missing"
    number = int(lesson or "4")
    tasks = [exercises.get(id) for id in exercises.all_ids() if id.startswith(f"{number}.")]
    record = new(submission, status=status, seed=seed, lesson=lesson_name(number), isolation="full",
                 max_points=sum(task.points for task in tasks))
    record["sha256"] = hashlib.sha256(content).hexdigest() if content else None
    if status == "graded":
        wrong = f"{number}.3" if "return v, softmax" in content.decode() else ""
        record["exercises"] = [
            {"id": task.id, "title": task.title, "status": "wrong" if task.id == wrong else "correct",
             "points": 0 if task.id == wrong else task.points, "max_points": task.points, "message": "What was seen.",
             "mistake": None, "mistakes": [], "printed": "", "seconds": 0.0} for task in tasks]
        record["points"] = sum(exercise["points"] for exercise in record["exercises"])
    return record


def without_grading(monkeypatch) -> list[str]:
    """Have nothing really graded; returns the list that tells, as it grows, which submissions would be."""
    done: list[str] = []

    def each(todo, setting, *workers):
        for submission in todo:
            done.append(submission.name)
            yield submission, graded(submission, setting["lesson"], setting["seed"])

    monkeypatch.setattr(batch, "graded", each)
    return done


def trip(monkeypatch, submissions: Path, out: Path, roster: Path, *arguments: str) -> int:
    """Give the command; returns its exit code."""
    without_grading(monkeypatch)
    return main(["grade", str(submissions), "--out", str(out), "--lesson", "01", "--roster", str(roster),
                 "--no-progress", *arguments])


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def points(out: Path) -> dict[str, tuple[str, str]]:
    """Status and points in `grades.csv`, by learner."""
    return {row["learner"]: (row["status"], row["points"]) for row in table(out / "grades.csv")}
