"""All exercises, by id. A lesson's module is imported when one of its exercises is first asked for."""
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from course._words import say

if TYPE_CHECKING:
    from classroom.judge.exercise import Task

__all__ = ["all_ids", "get", "lessons"]

_known: "dict[str, Task]" = {}


def get(id: str) -> "Task":
    """The exercise with this id, for example "1.3". Raises KeyError, naming those there are."""
    if id not in _known:
        lesson = str(id).split(".")[0]
        if lesson.isdigit() and int(lesson) in lessons():
            _load(int(lesson))
    if id not in _known:
        raise UnknownExercise(say("there is no exercise {id!r}; there are: {known}", id=id, known=", ".join(all_ids())))
    return _known[id]


def all_ids() -> list[str]:
    """Every id, in the order of the course. Imports all lessons' exercises, and so torch."""
    for lesson in lessons():
        _load(lesson)
    return sorted(_known, key=lambda id: [int(part) for part in id.split(".")])


def lessons() -> list[int]:
    """Numbers of the lessons that have exercises."""
    folders = (path.parent.name for path in Path(__file__).parent.glob("lesson_*/tasks.py"))
    return sorted(int(name.removeprefix("lesson_")) for name in folders)


class UnknownExercise(KeyError):
    """A KeyError whose text is a sentence, without quotes around it."""

    def __str__(self) -> str:
        return self.args[0]


def _load(lesson: int) -> None:
    if f"{lesson}.1" in _known:                    # each lesson has a first exercise
        return
    from classroom.ask.room import undisturbed
    with undisturbed():                            # an exercise may make tensors of its own
        module = importlib.import_module(f"{__name__}.lesson_{lesson:02d}.tasks")
    for exercise in module.EXERCISES:
        _known[exercise.id] = exercise
