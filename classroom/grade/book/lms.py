"""What goes back to Canvas and Moodle: rows for those who have a mark, and nothing that deletes what is there."""
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classroom.judge.prose import spaced
from course._words import listed, say

from .decisions import EXCUSED
from .gradebook import UNKNOWN, Gradebook, Learner
from .mark import Mark
from .tables import number, summary, write

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# In front of what the grader says in a comment. What a teacher wrote stands before it, and stays.
_OURS = "From the grader:"


@dataclass
class Written:
    """Files that are there now; what the teacher should know of them; and why a file was not written."""

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def write_canvas(folder: Path, book: Gradebook, columns: Mapping[str, str] | None = None,
                 scale: bool = False) -> Written:
    """For Canvas' *Grades > Import*: `canvas.csv`, or one file for each lesson if there are several.

    An empty cell would delete the score that Canvas has. So a learner without a mark has no row; `grades.csv` says
    why. Neither has one whom Canvas holds as excused ("EX") or as not assigned ("N/A").

    Args:
        columns: the assignment's name in Canvas, "Homework 4 (12345)", by lesson. By default it is a
            column of the roster that begins with the lesson's name, else that name: Canvas then offers
            to create the assignment.
        scale: if the assignment is worth other points than the lesson, convert; else that file is refused.
    """
    written = Written()
    with_ids = any(any(learner.person.row.get(column) for column in _CANVAS[1:4]) for learner in book.learners)
    about = book.sheet.about if book.sheet.system == "canvas" else _CANVAS
    for lesson, path in _paths(folder, book, "canvas").items():
        column = _canvas_column(book, lesson, columns or {})
        if book.sheet.system == "canvas" and column not in book.sheet.columns and columns:
            written.notes.append(say("{file}: the list of the class has no column {column}; Canvas would make a new "
                                     "assignment of that name.", file=path.name, column=repr(column)))
        factor = _factor(written, path, book, lesson, column, scale, say(
            "Canvas' column {column}", column=repr(column)))
        if factor is None:
            continue
        rows, kept = [], []
        for learner in book.learners:
            mark = learner.marks.get(lesson)
            value = EXCUSED if mark and mark.status == EXCUSED else points(mark, book, factor)
            there = learner.person.row.get(column, "").strip().upper()
            if value is None or with_ids and not learner.expected:
                continue
            if there in ("EX", "N/A") and value != EXCUSED:
                kept.append(f"{learner.person.learner} ({there})")
                continue
            rows.append([*_about(learner, about), "EX" if value == EXCUSED else value])
        if kept:
            written.notes.append(say("{file}: left as they are in Canvas: {learners}.", file=path.name,
                                     learners=listed(kept)))
        possible = round(book.max_points.get(lesson, 0) * factor, 2)
        write(path, (*about, column), [["    Points Possible", *[""] * (len(about) - 1), possible], *rows])
        written.paths.append(path)
    return written


def write_moodle(folder: Path, book: Gradebook, scale: bool = False) -> Written:
    """For Moodle: `moodle.csv`, or one file for each lesson if there are several.

    With Moodle's own grading worksheet as the roster: the rows of it that have a mark, filled in, for *Upload grading
    worksheet*. Otherwise for the gradebook's *Import > CSV file*, by email address. Who has no mark has no row.

    Args:
        scale: if the assignment's maximum is other than the lesson's, convert; else that file is refused.
    """
    written, roles = Written(), book.sheet.roles
    for lesson, path in _paths(folder, book, "moodle").items():
        marked = [learner for learner in book.learners if points(learner.marks.get(lesson), book) is not None]
        if book.sheet.system != "moodle":
            write(path, ("Email address", "Full name", lesson, f"{lesson} (feedback)"), (
                (_email(learner), learner.person.name or learner.person.learner, points(learner.marks[lesson], book),
                 _html(learner.marks[lesson])) for learner in marked))
        elif "grade" not in roles:
            written.refused.append(say("{file} is not written: no column of Moodle's worksheet was found that takes "
                                       "points. Is the assignment marked with a scale? Set its grade type to points.",
                                       file=path.name))
            continue
        else:
            factor = _factor(written, path, book, lesson, roles["grade"], scale,
                             say("Moodle's assignment"))
            if factor is None:
                continue
            write(path, book.sheet.columns, (
                _filled_in(learner, learner.marks[lesson], book, factor) for learner in marked if learner.person.row))
        written.paths.append(path)
    return written


def points(mark: Mark | None, book: Gradebook, factor: float = 1) -> float | None:
    """What goes to the system, which knows one maximum: where an exercise is excused, the share of the others."""
    if mark is None or mark.status != "graded" or mark.points is None:
        return None
    whole = book.max_points.get(mark.lesson)
    excused = whole / mark.max_points if whole and mark.max_points and any(
        exercise.get("excused") for exercise in mark.exercises) else 1
    return round(mark.points * excused * factor, 2)


def _factor(written: Written, path: Path, book: Gradebook, lesson: str, column: str, scale: bool,
            name: str) -> float | None:
    """What our points are multiplied by; None if that is not clear, and then the file is refused."""
    theirs, ours = book.sheet.possible.get(column), book.max_points.get(lesson)
    if theirs is None or not ours or theirs == ours:
        return 1
    both = spaced(say("{name} is worth {theirs} points, the lesson {ours}", name=name, theirs=number(theirs),
                      ours=number(ours)))
    if not scale or not theirs:
        written.refused.append(say("{file} is not written: {both}. Change one of them (there, or here with --points), "
                                   "or give --scale, which converts.", file=path.name, both=both))
        return None
    written.notes.append(say("{file}: {both}. All points in it are multiplied by {factor}.", file=path.name, both=both,
                             factor=f"{theirs / ours:.4g}"))
    return theirs / ours


def _filled_in(learner: Learner, mark: Mark, book: Gradebook, factor: float) -> list[object]:
    """A row of Moodle's worksheet. What a teacher wrote there stays, in front of what the grader says."""
    row: dict[str, object] = dict(learner.person.row)
    value = number(points(mark, book, factor))
    row[book.sheet.roles["grade"]] = str(value).replace(".", ",") if book.sheet.comma else value
    if column := book.sheet.roles.get("feedback"):
        kept = learner.person.row[column].partition(_OURS)[0].strip()
        while kept.endswith("<br>"):
            kept = kept[:-4].rstrip()
        row[column] = "<br>".join(filter(None, [kept, _OURS, _html(mark)]))
    return [row[name] for name in book.sheet.columns]


def _html(mark: Mark) -> str:
    """Feedback as Moodle reads it."""
    return html.escape(summary(mark)).replace("\n", "<br>")


def _about(learner: Learner, about: Sequence[str]) -> list[str]:
    """Canvas' cells that say who; the name where there are none."""
    row = learner.person.row
    cells = [row.get(column, "") for column in about]
    if not row.get("Student") and "LastName" not in about:
        cells[0] = learner.person.name or learner.person.learner
    elif not any(cells):
        cells[0] = learner.person.learner
    return cells


def _paths(folder: Path, book: Gradebook, system: str) -> dict[str, Path]:
    lessons = [name for name in book.lessons if name != UNKNOWN]
    return {name: folder / (f"{system}.csv" if len(lessons) == 1 else f"{system}_{name}.csv") for name in lessons}


def _canvas_column(book: Gradebook, lesson: str, columns: Mapping[str, str]) -> str:
    if lesson in columns or lesson[:2] in columns:
        return columns.get(lesson) or columns[lesson[:2]]
    return next((name for name in book.sheet.columns if name.startswith(lesson)), lesson)


def _email(learner: Learner) -> str:
    return learner.person.email or (learner.person.learner if "@" in learner.person.learner else "")
