"""What the teacher decides after the grading: points by hand, a bonus, an excuse, a comment."""
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classroom import exercises
from course._words import say

from . import adjust
from .mark import EXCUSED, Mark


@dataclass(frozen=True)
class Decision:
    """One row of the teacher's. `points` None and not `excused`: a comment alone.

    Attributes:
        lesson: its number, "04".
        exercise: its id; "" for the whole lesson.
        added: `points` are added to what there is, or taken off if they are negative.
    """

    learner: str
    lesson: str
    exercise: str
    points: float | None
    added: bool
    excused: bool
    comment: str


def read(path: Path) -> list[Decision]:
    """From a CSV file with the columns `learner`, `points`, and `lesson` or `exercise`, and `comment` if need be.

    `points` is a number, `+1` or `-0.5` to add or take off, `EX` to excuse, or empty for a comment alone.

    Raises:
        SettingsError: if a row names no lesson and no exercise, one that there is not, or points that are none; if two
            rows decide the same.
    """
    found: dict[tuple[str, str, str], Decision] = {}
    for row in adjust.rows(path, "learner", "points"):
        learner, exercise = row["learner"].strip(), (row.get("exercise") or "").strip()
        lesson, points = (row.get("lesson") or "").strip(), (row.get("points") or "").strip()
        comment = (row.get("comment") or "").strip()
        if exercise:
            try:
                exercises.get(exercise)
            except exercises.UnknownExercise as error:
                raise adjust.SettingsError(f"{path}: {error}") from None
            of = f"{int(exercise.split('.')[0]):02d}"
            if lesson and adjust.lesson_number(path, lesson) != of:
                raise adjust.SettingsError(say("{file}: exercise {id} is in lesson {of}, not in {lesson}", file=path,
                                               id=exercise, of=of, lesson=lesson))
            lesson = of
        elif not lesson:
            raise adjust.SettingsError(say("{file}: learner {learner}: a lesson or an exercise is needed", file=path,
                                           learner=learner))
        else:
            lesson = adjust.lesson_number(path, lesson)
        key = learner, lesson, exercise
        if not points and not comment or not learner:
            raise adjust.SettingsError(say("{file}: learner {learner}: this row decides nothing", file=path,
                                           learner=learner or say("(nobody)")))
        if key in found:
            raise adjust.SettingsError(say("{file}: {learner}, {what}: there are two rows", file=path, learner=learner,
                                           what=exercise or say("lesson {lesson}", lesson=lesson)))
        excused, added = points.upper() == "EX", points[:1] in ("+", "-", "\N{MINUS SIGN}")
        number = None if excused or not points else _points(path, learner, points)
        found[key] = Decision(learner, lesson, exercise, number, added, excused, comment)
    return list(found.values())


def applied(mark: Mark, decisions: Sequence[Decision]) -> Mark:
    """The mark after the teacher's decisions about it. What was taken off for lateness is not taken off those again."""
    for_exercises = {d.exercise: d for d in decisions if d.exercise}
    if for_exercises:
        mark = _exercises(mark, for_exercises)
    for decision in decisions:
        if decision.exercise:
            continue
        mark = replace(mark, comment=decision.comment)
        if decision.excused:
            mark = replace(mark, status=EXCUSED, points=None, by_hand=True)
        elif decision.points is not None and not (decision.added and mark.points is None):
            most = mark.max_points or adjust.points_of(mark.lesson)
            points = max(0, decision.points + (mark.points or 0) * decision.added)
            mark = replace(mark, status="graded", points=round(points, 2), max_points=most, by_hand=True)
    return mark


def comments(mark: Mark) -> list[str]:
    """What the teacher wrote about it, as lines of text."""
    return [*filter(None, [mark.comment]), *(f"{e['id']}: {e['comment']}" for e in mark.exercises if e.get("comment"))]


def _exercises(mark: Mark, decisions: Mapping[str, Decision]) -> Mark:
    found = list(mark.exercises) or [_not_there(id) for id in adjust.exercises_of(mark.lesson)]
    found += [_not_there(id) for id in decisions if id not in {e["id"] for e in found}]
    done = [_decided(exercise, decisions.get(exercise["id"])) for exercise in found]
    record = {"status": mark.status, "message": "", **(mark.record or {}), "exercises": done}
    mark = replace(mark, record=record)
    counted = [e for e in done if not e.get("excused")]
    if not counted:
        return replace(mark, status=EXCUSED, points=None, by_hand=True)
    if not any(d.points is not None or d.excused for d in decisions.values()) or any(
            e["status"] == "grader error" for e in counted):
        return mark
    points = sum((e["points"] or 0) * (1 if "before" in e else 1 - mark.late / 100) for e in counted)
    return replace(mark, status="graded", points=round(points, 2), by_hand=True,
                   max_points=sum(e["max_points"] for e in counted))


def _decided(exercise: Mapping[str, Any], decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return dict(exercise)
    changed = {**exercise, "comment": decision.comment}
    before = exercise["points"] if exercise["status"] != "grader error" else None
    if decision.excused:
        return changed | {"excused": True, "points": 0, "max_points": 0, "before": before}
    if decision.points is None:
        return changed
    points = max(0, decision.points + (before or 0) * decision.added)
    if exercise["status"] == "grader error":
        changed["status"] = "correct" if points >= exercise["max_points"] else "wrong"
    return changed | {"points": points, "before": before}


def _not_there(id: str) -> dict[str, Any]:
    task = exercises.get(id)
    return {"id": id, "title": task.title, "status": "not attempted", "points": 0, "max_points": task.points,
            "message": "", "mistake": None, "mistakes": [], "printed": "", "seconds": 0.0}


def _points(path: Path, learner: str, text: str) -> float:
    text = text.replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?\d+([.,]\d+)?", text) or not math.isfinite(number := float(text.replace(",", "."))):
        raise adjust.SettingsError(say("{file}: learner {learner}: expected points, +points, -points, EX or nothing, "
                                       "got {given}", file=path, learner=learner, given=repr(text)))
    return int(number) if number == int(number) else number
