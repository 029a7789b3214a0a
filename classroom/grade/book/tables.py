"""The CSV files: for the teacher, for Canvas and for Moodle."""
import csv
import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from course._paths import atomic_path

from .gradebook import UNKNOWN, WITHOUT_A_MARK, Gradebook, Learner, Mark
from .safe import cell, line

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")     # what Moodle asks of a grading worksheet
_FOR_EXCEL = "utf-8-sig"      # without the mark, Excel reads accents wrong


def write_grades(path: Path, book: Gradebook) -> None:
    """One row for each learner and lesson. The column `status` says why a row has no points."""
    write(path, ("learner", "name", "email", "lesson", "status", "points", "max_points", "late_percent", "on_roster",
                 "submission", "isolation", "notes"), (
        (learner.person.learner, learner.person.name, learner.person.email, mark.lesson, mark.status, mark.points,
         mark.max_points, mark.late or None, "" if not book.has_roster else "yes" if learner.expected else "no",
         (mark.record or {}).get("submission"), (mark.record or {}).get("isolation"), "; ".join(_notes(mark)))
        for learner in book.learners for mark in learner.marks.values()), _FOR_EXCEL)


def write_exercises(path: Path, book: Gradebook) -> None:
    """One row for each learner and exercise."""
    write(path, ("learner", "lesson", "exercise", "title", "status", "points", "max_points", "mistakes"), (
        (learner.person.learner, mark.lesson, exercise["id"], exercise["title"], exercise["status"],
         exercise["points"] if exercise["status"] != "grader error" else None, exercise["max_points"],
         " ".join(exercise.get("mistakes") or ()))
        for learner in book.learners for mark in learner.marks.values() for exercise in mark.exercises), _FOR_EXCEL)


def write_canvas(path: Path, book: Gradebook, columns: Mapping[str, str] | None = None) -> None:
    """For Canvas' *Grades > Import*: its five columns, one for each lesson, and a row with the possible points.

    Where there is no mark the cell is empty, so that nobody gets a zero unasked; `grades.csv` says why.

    Args:
        columns: the assignment's name in Canvas, "Homework 4 (12345)", by lesson. By default it is a
            column of the roster that begins with the lesson's name, else that name: Canvas then offers
            to create the assignment.
    """
    names = {name: _canvas_column(book, name, columns or {}) for name in _lessons(book)}
    possible = ["    Points Possible", "", "", "", "", *(book.max_points.get(name) for name in names)]
    with_ids = any(any(learner.person.row.get(column) for column in _CANVAS[1:4]) for learner in book.learners)
    people = [learner for learner in book.learners if learner.expected or not with_ids]
    write(path, (*_CANVAS, *names.values()), [possible, *(
        (learner.person.row.get("Student") or learner.person.name or learner.person.learner,
         *(learner.person.row.get(column, "") for column in _CANVAS[1:]),
         *(learner.marks[name].points if name in learner.marks else None for name in names))
        for learner in people)])


def write_moodle(folder: Path, book: Gradebook) -> list[Path]:
    """For Moodle, and which files there are now.

    With Moodle's own grading worksheet as the roster: that worksheet, filled in, one for each lesson, for
    *Upload grading worksheet*. Otherwise `moodle.csv` for the gradebook's *Import > CSV file*, by email address.
    """
    columns = next((tuple(learner.person.row) for learner in book.learners if learner.person.row), ())
    if all(name in columns for name in _WORKSHEET):
        lessons = _lessons(book)
        paths = {name: folder / ("moodle.csv" if len(lessons) == 1 else f"moodle_{name}.csv") for name in lessons}
        for name, path in paths.items():
            write(path, columns, (_filled_in(learner, name) for learner in book.learners if learner.person.row))
        return list(paths.values())
    header = ["Email address", "Full name"]
    for name in _lessons(book):
        header += [name, f"{name} (feedback)"]
    write(folder / "moodle.csv", header, (
        [_email(learner), learner.person.name or learner.person.learner,
         *(value for name in _lessons(book) for value in _moodle_cells(learner, name))] for learner in book.learners))
    return [folder / "moodle.csv"]


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> None:
    """A CSV file whose every cell is safe to open in a spreadsheet; old or new, never half of it."""
    with atomic_path(path) as temporary, temporary.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([cell(value) for value in header])
        writer.writerows([cell(_number(value)) for value in row] for row in rows)


def summary(mark: Mark) -> str:
    """A learner's lesson in some lines, for a comment box."""
    if mark.status != "graded":
        return WITHOUT_A_MARK.get(mark.status, mark.status)
    lines = [f"{_number(mark.points)} of {_number(mark.max_points)} points."]
    if mark.late:
        lines.append(f"{_number(mark.late)} % taken off: late.")
    for exercise in mark.exercises:
        verdict = "" if exercise["status"] == "correct" else f" {line(exercise['message'].split(chr(10) * 2)[0], 300)}"
        lines.append(f"{exercise['id']} {exercise['title']}: {exercise['status']}.{verdict}")
    return "\n".join(lines)


def _filled_in(learner: Learner, lesson: str) -> list[object]:
    """A row of Moodle's worksheet. What it said before stays where there is no mark."""
    row: dict[str, object] = dict(learner.person.row)
    points, feedback = _moodle_cells(learner, lesson)
    if points is not None:
        row["Grade"] = points
    if "Feedback comments" in row:
        row["Feedback comments"] = feedback
    return list(row.values())


def _moodle_cells(learner: Learner, lesson: str) -> tuple[float | None, str]:
    """Points, and feedback as Moodle reads it, which is HTML."""
    mark = learner.marks.get(lesson)
    return (mark.points, html.escape(summary(mark)).replace("\n", "<br>")) if mark else (None, "")


def _canvas_column(book: Gradebook, lesson: str, columns: Mapping[str, str]) -> str:
    if lesson in columns or lesson[:2] in columns:
        return columns.get(lesson) or columns[lesson[:2]]
    there = next((learner.person.row for learner in book.learners if learner.person.row), {})
    return next((name for name in there if name.startswith(lesson)), lesson)


def _lessons(book: Gradebook) -> list[str]:
    return [name for name in book.lessons if name != UNKNOWN]


def _email(learner: Learner) -> str:
    return learner.person.email or (learner.person.learner if "@" in learner.person.learner else "")


def _notes(mark: Mark) -> Sequence[str]:
    why = [] if mark.status == "graded" else [line((mark.record or {}).get("message") or WITHOUT_A_MARK[mark.status])]
    return [*why, *map(line, mark.notes)]


def _number(value: object) -> object:
    """Whole numbers without ".0"."""
    return int(value) if isinstance(value, float) and value == int(value) else value
