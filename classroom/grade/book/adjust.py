"""Changing what exercises are worth, and taking points off late work: done to results, not to the grading."""
import csv
import io
import itertools
import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classroom import exercises
from course._words import listed, say

Points = Mapping[str, float]
Late = Mapping[tuple[str, str | None], float]


class SettingsError(ValueError):
    """A file of the teacher's that cannot be used. The message names the file and what to do."""


def read_points(path: Path) -> dict[str, float]:
    """Points by exercise id.

    Args:
        path: a CSV file with the columns `exercise` and `points`, or a TOML file of lines `"4.3" = 6`.

    Raises:
        SettingsError: if an exercise is unknown or its points are not a number of 0 or more.
    """
    if path.suffix.lower() == ".toml":
        try:
            content = tomllib.loads(_text(path))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(say("{file}: not TOML: {error}", file=path, error=error)) from None
        if any(isinstance(value, dict) for value in content.values()):
            raise SettingsError(say("{file}: write each exercise in quotes, {example}: a dot without them means a "
                                    "table", file=path, example='"4.3" = 6'))
        pairs = list(content.items())
    else:
        pairs = [(row["exercise"], row["points"]) for row in rows(path, "exercise", "points")]
    changed: dict[str, float] = {}
    for id, points in pairs:
        try:
            exercises.get(id)
        except exercises.UnknownExercise as error:
            raise SettingsError(f"{path}: {error}") from None
        if id in changed:
            raise SettingsError(say("{file}: exercise {id} is there twice", file=path, id=id))
        changed[id] = number(path, say("exercise {id}", id=id), points, math.inf)
    return changed


def read_late(path: Path) -> dict[tuple[str, str | None], float]:
    """Per cent to take off, by learner and lesson (None: every lesson).

    Args:
        path: a CSV file with the columns `learner` and `percent`, and `lesson` ("04") if it is for one only.

    Raises:
        SettingsError: if a percentage is not a number from 0 to 100.
    """
    late = {}
    for row in rows(path, "learner", "percent"):
        lesson = (row.get("lesson") or "").strip()
        late[row["learner"], lesson_number(path, lesson) if lesson else None] = number(
            path, say("learner {learner}", learner=row["learner"]), row["percent"].strip().removesuffix("%"), 100)
    return late


def with_points(record: Mapping[str, Any], points: Points) -> dict[str, Any]:
    """The record with other points: each exercise keeps its share of what it is worth."""
    record = dict(record)
    if not points:
        return record
    if not record.get("exercises"):
        return record | ({"max_points": points_of(record["lesson"], points)} if record.get("lesson") else {})
    record["exercises"] = [_worth(exercise, points.get(exercise["id"])) for exercise in record["exercises"]]
    for name in ("points", "max_points"):
        record[name] = sum(exercise[name] or 0 for exercise in record["exercises"])
    return record


def points_of(lesson: str, points: Points | None = None) -> float:
    """What a lesson's exercises are worth together; "04_multi_head_attention", or "04"."""
    return sum((points or {}).get(id, exercises.get(id).points) for id in exercises_of(lesson))


def exercises_of(lesson: str) -> list[str]:
    """The ids of a lesson's exercises."""
    return [id for id in exercises.all_ids() if lesson[:2].isdigit() and id.startswith(f"{int(lesson[:2])}.")]


def rows(path: Path, *needed: str) -> list[dict[str, str]]:
    """The rows of a CSV file with a header, as dicts; commas, semicolons or tabs between the cells.

    Raises:
        SettingsError: if it cannot be read or a needed column is not there.
    """
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        raise SettingsError(say("{file}: not a CSV file with a header: {error}", file=path, error=error)) from None
    header = [name.strip() for name in header]
    found = [dict(itertools.zip_longest(header, cells[: len(header)], fillvalue="")) for cells in lines if any(cells)]
    for name in needed:
        if name not in header or not found:
            raise SettingsError(say("{file}: a column named {name} is needed, and at least one row below it; the "
                                    "columns are: {columns}", file=path, name=repr(name),
                                    columns=listed(header)[:200]))
    return found


def _worth(exercise: Mapping[str, Any], points: float | None) -> dict[str, Any]:
    if points is None:
        return dict(exercise)
    share = exercise["points"] / exercise["max_points"] if exercise["max_points"] else 0
    if exercise["max_points"] == 0 and exercise["status"] == "correct":
        share = 1
    return {**exercise, "points": share * points, "max_points": points}


def number(path: Path, what: str, value: Any, most: float) -> float:
    """A number from 0 to `most`, whole if it is. Raises SettingsError."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if isinstance(value, bool) or not 0 <= found <= most or math.isinf(found):
        given: dict[str, Any] = {"file": path, "what": what, "given": repr(value)}
        raise SettingsError(say("{file}: {what}: expected a number of 0 or more, got {given}", **given)
                            if math.isinf(most) else
                            say("{file}: {what}: expected a number from 0 to {most}, got {given}",
                                most=f"{most:g}", **given))
    return int(found) if found == int(found) else found


def lesson_number(path: Path, lesson: str) -> str:
    """"04" for "4", "04" and "04_multi_head_attention". Raises SettingsError if there is no such lesson."""
    digits = re.match(r"\d{1,2}(?!\d)", lesson.strip())
    if not digits or int(digits[0]) not in exercises.lessons():
        raise SettingsError(say("{file}: there is no lesson {lesson}", file=path, lesson=repr(lesson)))
    return f"{int(digits[0]):02d}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(say("{file}: cannot be read: {error}", file=path, error=error.strerror)) from None
    except UnicodeDecodeError:
        raise SettingsError(say("{file}: not UTF-8 text; save it as CSV UTF-8", file=path)) from None
