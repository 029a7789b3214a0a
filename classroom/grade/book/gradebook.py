"""From records to marks: one for each learner and lesson, also where nothing could be graded."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classroom.grade.read.roster import Person, Roster, of_learners

from . import adjust

Record = Mapping[str, Any]
UNKNOWN = "unknown lesson"
# What is said where there is no mark. Never a zero: a teacher decides what becomes of it.
WITHOUT_A_MARK = {
    "missing": "Nothing was handed in.",
    "unreadable": "The file could not be read as a notebook.",
    "grader error": "The grader failed, not the learner. Grade it again, or by hand.",
}


@dataclass(frozen=True)
class Mark:
    """What one learner got for one lesson.

    Attributes:
        status: "graded", or why there is no mark: a key of `WITHOUT_A_MARK`.
        points: None unless graded; what was taken off for lateness is off.
        late: per cent taken off.
        record: what the grader said of the submission that counts; None if nothing was handed in.
        notes: for the teacher.
    """

    lesson: str
    status: str
    points: float | None
    max_points: float | None
    late: float = 0
    record: Record | None = None
    notes: tuple[str, ...] = ()

    @property
    def exercises(self) -> Sequence[Record]:
        return (self.record or {}).get("exercises") or ()

    @property
    def share(self) -> float | None:
        """Of the points, from 0 to 1."""
        return self.points / self.max_points if self.points is not None and self.max_points else None


@dataclass(frozen=True)
class Learner:
    """A person and their marks by lesson. `expected` is False for who is not on the roster."""

    person: Person
    marks: Mapping[str, Mark]
    expected: bool = True


@dataclass(frozen=True)
class Gradebook:
    """Every learner of the class, in the roster's order, then those who are not on it."""

    learners: tuple[Learner, ...]
    lessons: tuple[str, ...]
    max_points: Mapping[str, float]
    has_roster: bool

    def marks(self, lesson: str | None = None) -> list[Mark]:
        return [mark for learner in self.learners for mark in learner.marks.values() if lesson in (None, mark.lesson)]


def build(records: Iterable[Record], roster: Roster | None = None, *, lesson: str | None = None,
          points: adjust.Points | None = None, late: adjust.Late | None = None) -> Gradebook:
    """Bring the records of a batch together.

    Where a learner handed in one lesson more than once, the best graded submission counts, and a
    note says so.

    Args:
        records: what the grader wrote, in any order.
        roster: the class; without one, those who handed in something.
        lesson: the lesson that everybody was to hand in ("04_multi_head_attention"), if it was one.
        points: other points, by exercise id.
        late: per cent to take off, by learner and lesson number.
    """
    records = [adjust.with_points(record, points or {}) for record in records]
    known = sorted({record["lesson"] for record in records if record.get("lesson")} | ({lesson} if lesson else set()))
    only = known[0] if len(known) == 1 else UNKNOWN
    by_person, strangers = _sorted_out(records, roster)
    people = (roster or of_learners(())).people + tuple(strangers)
    max_points = _max_points(records)
    percents, _ = _by_person(late or {}, people)
    learners = []
    for person in people:
        mine: dict[str, list[Record]] = {name: [] for name in known}
        for record in by_person.get(person.learner, ()):
            mine.setdefault(record.get("lesson") or only, []).append(record)
        marks = {name: _mark(name, found, _percent(percents, person, name), max_points.get(name))
                 for name, found in mine.items()}
        learners.append(Learner(person, marks, roster is None or person not in strangers))
    lessons = [*known, *([UNKNOWN] if any(UNKNOWN in learner.marks for learner in learners) else [])]
    return Gradebook(tuple(learners), tuple(lessons), max_points, roster is not None)


def unmatched(late: adjust.Late, book: Gradebook) -> list[str]:
    """Learners in the list of late work whom the class does not have: surely a slip."""
    return _by_person(late, [learner.person for learner in book.learners])[1]


def _sorted_out(records: Iterable[Record], roster: Roster | None) -> tuple[dict[str, list[Record]], list[Person]]:
    """Records by whose they are, and the people among them who are not on the roster."""
    by_person: dict[str, list[Record]] = {}
    strangers: dict[str, Person] = {}
    taken = {person.learner for person in roster.people} if roster else set()
    for record in records:
        learner = str(record["learner"])
        path = str(record.get("submission") or "").partition("/")[0].removesuffix(".ipynb")
        person = (roster.find(learner) or roster.find(path)) if roster else None
        if person is None:                # a name that is taken by someone else whom it does not clearly mean
            person = strangers.setdefault(learner, Person(f"{learner} (?)" if learner in taken else learner))
        by_person.setdefault(person.learner, []).append(record)
    return by_person, sorted(strangers.values(), key=lambda person: person.learner.casefold())


def _mark(lesson: str, records: Sequence[Record], late: float, most: float | None) -> Mark:
    if not records:
        return Mark(lesson, "missing", None, most)
    record = max(records, key=lambda r: (status_of(r) == "graded", r.get("points") or 0, status_of(r) != "missing"))
    notes = list(map(str, record.get("notes") or ()))
    if len(records) > 1:
        notes.append(f"{len(records)} submissions; the best counts: {record.get('submission')}")
    status = status_of(record)
    if status != "graded":
        return Mark(lesson, status, None, record.get("max_points") or most, late, record, tuple(notes))
    points = round(record["points"] * (1 - late / 100), 2)
    return Mark(lesson, status, points, record["max_points"], late, record, tuple(notes))


def status_of(record: Record) -> str:
    """A record's status; "grader error" also where one exercise alone could not be judged."""
    if any(exercise["status"] == "grader error" for exercise in record.get("exercises") or ()):
        return "grader error"
    return record["status"]


def _by_person(late: adjust.Late, people: Sequence[Person]) -> tuple[dict[tuple[str, str | None], float], list[str]]:
    """The same by the class's own names, and the names that nobody has."""
    everybody, found, nobody = Roster(tuple(people)), {}, []
    for (name, number), percent in late.items():
        person = everybody.find(name)
        if person is None:
            nobody.append(name)
        else:
            found[person.learner, number] = percent
    return found, nobody


def _percent(percents: adjust.Late, person: Person, lesson: str) -> float:
    return percents.get((person.learner, lesson[:2]), percents.get((person.learner, None), 0))


def _max_points(records: Iterable[Record]) -> dict[str, float]:
    most: dict[str, float] = {}
    for record in records:
        if record.get("lesson") and record.get("max_points"):
            most[record["lesson"]] = max(record["max_points"], most.get(record["lesson"], 0))
    return most
