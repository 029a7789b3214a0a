"""What the grader looks up about lessons and their exercises."""
import functools
import inspect
import json
import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from classroom import exercises
from classroom.grade.read import reading
from classroom.grade.read.notebooks import cells_of, digest

__all__ = ["before", "described", "lesson_name", "lesson_number", "majority", "most_points", "names", "solutions",
           "source", "tasks"]

_NAMES: dict[int, str] = {}
_ROOT = Path(__file__).resolve().parents[2]
_PACKAGED = _ROOT / "classroom" / "lessons"          # in an installed wheel


def lesson_name(lesson: int) -> str:
    """"04_multi_head_attention" where the lessons are at hand, else "04"."""
    return _names().get(lesson, f"{lesson:02d}")


def _names() -> dict[int, str]:
    if not _NAMES:
        paths = [*_PACKAGED.glob("[0-9][0-9]_*.ipynb"), *(_ROOT / "solutions").glob("[0-9][0-9]_*.py")]
        _NAMES.update({int(path.stem[:2]): path.stem for path in paths})
    return _NAMES


@functools.cache
def solutions() -> frozenset[str]:
    """The digests of the course's own solved notebooks, from the repository or as the wheel lists them."""
    listed = _PACKAGED / "solutions.json"
    known = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
    paths = (_ROOT / "solutions").rglob("*.ipynb")
    return frozenset([*known, *(digest(cells_of(path.read_bytes())) for path in paths)])


def lesson_number(lesson: str | int) -> int:
    """4 for 4, "04" and "04_multi_head_attention". Raises ValueError if there is no such lesson."""
    match = re.match(r"\d+", str(lesson))
    if not match or int(match[0]) not in exercises.lessons():
        known = ", ".join(lesson_name(n) for n in exercises.lessons())
        raise ValueError(f"there is no lesson {lesson!r}; there are: {known}")
    return int(match[0])


def tasks(lesson: int) -> list:
    """The exercises of a lesson, in its order."""
    return [exercises.get(id) for id in names() if int(id.split(".")[0]) == lesson]


def most_points(lesson: int | None) -> int | None:
    """All points that a lesson gives."""
    return None if lesson is None else sum(task.points for task in tasks(lesson))


def majority(ids: list[str]) -> int | None:
    """The lesson that most of these exercises belong to."""
    return reading.majority(ids, list(names()))


@functools.cache
def names() -> dict[str, list[str]]:
    """Of each exercise of the course, in its order, what its answer is called."""
    return {id: list(exercises.get(id).names) for id in exercises.all_ids()}


def before(id: str, other: str) -> bool:
    """Whether exercise `id` comes before `other` in the course."""
    return _order(id) < _order(other)


def _order(id: str) -> list[int]:
    return [int(part) for part in id.split(".")] if re.fullmatch(r"\d+\.\d+", id) else [99]


def described(task: Any) -> dict[str, Any]:
    """What probes need to know of an exercise, and nothing that tells its answer."""
    probe = getattr(task, "probe", None)
    return {
        "id": task.id, "names": list(task.names), "framework": task.framework, "seconds": task.seconds,
        "takes": dict(getattr(task, "takes", {})), "gives": dict(getattr(task, "gives", {})),
        "shares": list(getattr(task, "shares", ())), "may_change": list(getattr(task, "may_change", ())),
        "probe": None if probe is None else [type(probe).__module__, type(probe).__name__,
                                             {f.name: getattr(probe, f.name) for f in fields(probe)}]}


def source(probe: type) -> str:
    """The module of a probe's class, as text."""
    return inspect.getsource(sys.modules[probe.__module__])
