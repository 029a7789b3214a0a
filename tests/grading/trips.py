"""From what a system exports to what it imports: the command, with everything but the grading itself."""
import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

from classroom.app import main
from classroom.grade import batch
from classroom.grade.record import new

from .helpers import RIGHT, lesson_01

LESSON = "01_dot_product_attention"
WORTH = {"1.1": 1, "1.2": 2, "1.3": 3, "1.4": 1}
WRONG = lesson_01(ex_1_3="def attention(q, k, v):\n    return v, softmax(q @ k.T)")       # gets 4 of 7
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


def _as_graded(found, path, **settings):
    """Records as the grader would write them: which of the two notebooks it is, is read from the text."""
    records = []
    for submission in found:
        content = submission.path.read_bytes() if submission.path.is_file() else b""
        status = "graded" if b'"cells"' in content else "unreadable" if content else "missing"
        record = new(submission, status=status, seed=1, lesson=LESSON, max_points=7, isolation="full")
        record["sha256"] = hashlib.sha256(content).hexdigest() if content else None
        if status == "graded":
            wrong = "return v, softmax" in content.decode()
            record["exercises"] = [
                {"id": id, "title": f"title of {id}", "status": "wrong" if wrong and id == "1.3" else "correct",
                 "points": 0 if wrong and id == "1.3" else worth, "max_points": worth, "message": "What was seen.",
                 "mistake": None, "mistakes": [], "printed": "", "seconds": 0.0} for id, worth in WORTH.items()]
            record["points"] = sum(exercise["points"] for exercise in record["exercises"])
        records.append(record)
    path.write_text("")
    return records


def trip(monkeypatch, submissions: Path, out: Path, roster: Path, *arguments: str) -> int:
    """Give the command; returns its exit code."""
    assert set(WORTH) == set(RIGHT)
    monkeypatch.setattr(batch, "grade_all", _as_graded)
    return main(["grade", str(submissions), "--out", str(out), "--lesson", "01", "--roster", str(roster),
                 "--no-progress", *arguments])


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def points(out: Path) -> dict[str, tuple[str, str]]:
    """Status and points in `grades.csv`, by learner."""
    return {row["learner"]: (row["status"], row["points"]) for row in table(out / "grades.csv")}
