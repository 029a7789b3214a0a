"""The CSV files for the teacher, and how any of ours is written."""
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from classroom.judge.prose import spaced
from classroom.judge.status import status_name
from course._paths import atomic_path
from course._words import later, listed, say

from . import decisions, due
from .gradebook import Gradebook
from .mark import Mark, Record
from .safe import cell, line

# Why a journal says that a record no longer counts. Records are English: it is said when it is read.
_WHY = (later("the grader had failed"), later("nothing counted"), later("another seed"), later("another lesson"),
        later("the notebook has changed"), later("less isolation than was asked for"))
_FOR_EXCEL = "utf-8-sig"      # without the mark, Excel reads accents wrong


def write_grades(path: Path, book: Gradebook) -> None:
    """One row for each learner and lesson. The column `status` says why a row has no points."""
    write(path, ("learner", "name", "email", "lesson", "status", "points", "max_points", "late_percent", "handed_in",
                 "by_hand", "comment", "on_roster", "group", "submission", "isolation", "course", "graded", "notes"), (
        (learner.person.learner, learner.person.name, learner.person.email, mark.lesson, mark.status, mark.points,
         mark.max_points, mark.late or None, mark.time and due.said(mark.time), "yes" if mark.by_hand else "",
         "; ".join(decisions.comments(mark)), "" if not book.has_roster else "yes" if learner.expected else "no",
         mark.group,
         *((mark.record or {}).get(name) for name in ("submission", "isolation", "course", "time")),
         "; ".join(_notes(mark)))
        for learner in book.learners for mark in learner.marks.values()), _FOR_EXCEL)


def write_exercises(path: Path, book: Gradebook) -> None:
    """One row for each learner and exercise."""
    write(path, ("learner", "lesson", "exercise", "title", "status", "points", "max_points", "by_hand", "comment",
                 "mistakes"), (
        (learner.person.learner, mark.lesson, exercise["id"], exercise["title"],
         decisions.EXCUSED if exercise.get("excused") else exercise["status"],
         exercise["points"] if exercise["status"] != "grader error" and not exercise.get("excused") else None,
         exercise["max_points"], "yes" if "before" in exercise else "", exercise.get("comment"),
         " ".join(exercise.get("mistakes") or ()))
        for learner in book.learners for mark in learner.marks.values() for exercise in mark.exercises), _FOR_EXCEL)


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> None:
    """A CSV file whose every cell is safe to open in a spreadsheet; old or new, never half of it."""
    with atomic_path(path) as temporary, temporary.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([cell(value) for value in header])
        writer.writerows([cell(number(value)) for value in row] for row in rows)


def summary(mark: Mark) -> str:
    """A learner's lesson in some lines, for a comment box."""
    lines = [line(mark.comment, 2000)] if mark.comment else []
    if mark.status != "graded":
        return spaced("\n".join([*lines, mark.why]))
    lines.append(say("{points} of {max_points} points.", points=number(mark.points),
                     max_points=number(mark.max_points)))
    if mark.late:
        lines.append(say("{late} % taken off: late.", late=number(mark.late)))
    for exercise in mark.exercises:
        comment = f" {line(exercise['comment'], 2000)}" if exercise.get("comment") else ""
        named = {"id": exercise["id"], "title": say(exercise["title"])}
        if exercise.get("excused"):
            lines.append(say("{id} {title}: excused.", **named) + comment)
            continue
        verdict = "" if exercise["status"] == "correct" else f" {line(exercise['message'].split(chr(10) * 2)[0], 300)}"
        by_hand = " " + say("{points} points by your teacher.", points=number(exercise["points"])) \
            if "before" in exercise else ""
        status = say("{id} {title}: {status}.", **named, status=status_name(exercise["status"]))
        lines.append(status + verdict + by_hand + comment)
    return spaced("\n".join(lines))


def _notes(mark: Mark) -> Sequence[str]:
    message = (mark.record or {}).get("message") or mark.why
    why = [] if mark.status == "graded" else [line(message)]
    if missing := (mark.record or {}).get("not_installed"):
        why.append(say("not installed where it was graded: {packages}", packages=line(listed(map(str, missing)))))
    return [*why, *(line(note, 600) for note in mark.notes), *map(before, mark.earlier)]


def before(record: Record) -> str:
    """What an earlier grading of the same submission said."""
    result = say("{points} of {max_points} points", points=number(record["points"]),
                 max_points=number(record["max_points"])) if record.get("points") is not None else \
        status_name(str(record.get("status")))
    told, time = record.get("superseded") or {}, record.get("time") or say("at an unknown time")
    return line(say("before it was graded anew ({why}): {result}, graded {time} with course {version}",
                    why=say(str(told.get("why") or "unknown")), result=result, time=time,
                    version=record.get("course") or say("unknown")), 400)


def number(value: object) -> object:
    """Whole numbers without ".0"."""
    return int(value) if isinstance(value, float) and value == int(value) else value
