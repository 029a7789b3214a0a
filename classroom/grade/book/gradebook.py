"""From records to marks: one for each learner and lesson, also where nothing could be graded."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from classroom.grade.read.roster import Person, Roster, of_learners

from . import adjust, decisions, due, gradescope_export
from .mark import Mark, Record
from .sheets import Sheet

UNKNOWN = "unknown lesson"


@dataclass(frozen=True)
class Learner:
    """A person and their marks by lesson. `expected` is False for who is not on the roster."""

    person: Person
    marks: Mapping[str, Mark]
    expected: bool = True


@dataclass(frozen=True)
class Gradebook:
    """Every learner of the class, in the roster's order, then those who are not on it.

    Attributes:
        sheet: what the roster is besides its people.
        untimed: learners with a mark for a lesson that is due, of whom it is not known when they handed it in.
    """

    learners: tuple[Learner, ...]
    lessons: tuple[str, ...]
    max_points: Mapping[str, float]
    has_roster: bool
    sheet: Sheet = field(default_factory=Sheet)
    untimed: tuple[str, ...] = ()

    def marks(self, lesson: str | None = None) -> list[Mark]:
        return [mark for learner in self.learners for mark in learner.marks.values() if lesson in (None, mark.lesson)]


def build(records: Iterable[Record], roster: Roster | None = None, *, lesson: str | None = None,
          points: adjust.Points | None = None, late: adjust.Late | None = None,
          decided: Sequence[decisions.Decision] = (), deadlines: due.Deadlines | None = None,
          export: gradescope_export.Export | None = None) -> Gradebook:
    """Bring the records of a batch together.

    Where a learner handed in one lesson more than once, the best graded submission counts, and a
    note says so.

    Args:
        records: what the grader wrote, in any order.
        roster: the class; without one, those who handed in something.
        lesson: the lesson that everybody was to hand in ("04_multi_head_attention"), if it was one.
        points: other points, by exercise id.
        late: per cent to take off, by learner and lesson number. It counts before `deadlines`.
        decided: the teacher's decisions about single learners; they come last.
        deadlines: what lateness costs where it is known when work was handed in.
        export: whose Gradescope's folders are.
    """
    records = [adjust.with_points(record, points or {}) for record in records]
    known = sorted({record["lesson"] for record in records if record.get("lesson")} | ({lesson} if lesson else set()))
    only = known[0] if len(known) == 1 else UNKNOWN
    by_person, strangers = _sorted_out(records, roster, export)
    people = (roster or of_learners(())).people + tuple(strangers)
    sheet = roster.sheet if roster else Sheet()
    max_points = _max_points(records)
    clock = _Clock(deadlines, people, sheet if len(known) == 1 else Sheet(), export)
    percents, _ = _by_person(late or {}, people)
    mine_decided = _decided(decided, people)
    learners, untimed = [], []
    nothing: list[Record | None] = [None]
    for person in people:
        mine: dict[str, list[Record]] = {name: [] for name in known}
        for record in by_person.get(person.learner, ()):
            mine.setdefault(record.get("lesson") or only, []).append(record)
        marks = {}
        for name, found in mine.items():
            fixed = percents.get((person.learner, name[:2]), percents.get((person.learner, None)))
            mark = max((clock.mark(person, name, record, fixed, max_points.get(name)) for record in found or nothing),
                       key=_worth)
            if len(found) > 1:
                mark = replace(mark, notes=(*mark.notes, f"{len(found)} submissions; the best counts: "
                                                         f"{(mark.record or {}).get('submission')}"))
            if clock.rule(name) and mark.status == "graded" and mark.time is None and fixed is None:
                untimed.append(person.learner)
            marks[name] = decisions.applied(mark, mine_decided.get((person.learner, name[:2]), ()))
        learners.append(Learner(person, marks, roster is None or person not in strangers))
    lessons = [*known, *([UNKNOWN] if any(UNKNOWN in learner.marks for learner in learners) else [])]
    return Gradebook(tuple(learners), tuple(lessons), max_points, roster is not None, sheet, tuple(untimed))


def unmatched(late: Mapping[tuple[str, str | None], Any], book: Gradebook) -> list[str]:
    """Learners in a list (of late work, of times) whom the class does not have: surely a slip."""
    return _by_person(late, [learner.person for learner in book.learners])[1]


def undecided(decided: Sequence[decisions.Decision], book: Gradebook) -> list[str]:
    """Of decisions, the learners whom the class does not have, and lessons that nobody handed in."""
    everybody, numbers = Roster(tuple(learner.person for learner in book.learners)), {n[:2] for n in book.lessons}
    return list(dict.fromkeys(
        d.learner if everybody.find(d.learner) is None else f"{d.learner} (lesson {d.lesson})"
        for d in decided if everybody.find(d.learner) is None or d.lesson not in numbers))


def status_of(record: Record) -> str:
    """A record's status; "grader error" also where one exercise alone could not be judged."""
    if any(exercise["status"] == "grader error" for exercise in record.get("exercises") or ()):
        return "grader error"
    return record["status"]


class _Clock:
    """Marks with what lateness costs."""

    def __init__(self, deadlines: due.Deadlines | None, people: Sequence[Person], sheet: Sheet,
                 export: gradescope_export.Export | None):
        self.rules = deadlines.rules if deadlines else {}
        self.extensions, _ = _by_person(deadlines.extensions if deadlines else {}, people)
        self.times, _ = _by_person(deadlines.times if deadlines else {}, people)
        self.column = sheet.roles.get("submitted")
        self.export = export.times if export else {}

    def rule(self, lesson: str) -> due.Rule | None:
        return self.rules.get(lesson[:2])

    def mark(self, person: Person, lesson: str, record: Record | None, fixed: float | None,
             most: float | None) -> Mark:
        """One submission's, or of one that there is not."""
        if record is None:
            return Mark(lesson, "missing", None, most)
        time, status, notes = self._time(person, lesson, record), status_of(record), map(str, record.get("notes") or ())
        rule, late = self.rule(lesson), fixed or 0
        if fixed is None and rule and time:
            late = rule.percent(time, self.extensions.get((person.learner, lesson[:2])))
        mark = Mark(lesson, status, None, record.get("max_points") or most, late, record, tuple(notes), time=time)
        if status != "graded":
            return mark
        return replace(mark, points=round(record["points"] * (1 - late / 100), 2), max_points=record["max_points"])

    def _time(self, person: Person, lesson: str, record: Record) -> datetime | None:
        """The teacher's word, then the record's, Gradescope's, Moodle's."""
        given = self.times.get((person.learner, lesson[:2]), self.times.get((person.learner, None)))
        top = str(record.get("submission") or "").partition("/")[0]
        return given or due.parse(str(record.get("handed_in") or "")) or self.export.get(top) or due.parse(
            person.row.get(self.column or "", ""))


def _worth(mark: Mark) -> tuple[bool, float, bool]:
    return mark.status == "graded", mark.points or 0, mark.status != "missing"


def _sorted_out(records: Sequence[Record], roster: Roster | None, export: gradescope_export.Export | None
                ) -> tuple[dict[str, list[Record]], list[Person]]:
    """Records by whose they are, and the people among them who are not on the roster."""
    by_person: dict[str, list[Record]] = {}
    strangers: dict[str, Person] = {}
    taken = {person.learner for person in roster.people} if roster else set()
    tops = [str(record.get("submission") or "").partition("/")[0] for record in records]
    clones = roster.clones(tops) if roster else {}
    for record, top in zip(records, tops, strict=True):
        learner = str(record["learner"])
        submitters = export.submitters.get(top, []) if export else []
        whose: list[Person] = []
        for submitter in submitters:
            person = next(filter(None, map(roster.find, submitter.keys)), None) if roster else None
            if person is None and submitter.keys:
                key = submitter.keys[0]
                person = strangers.setdefault(key, Person(f"{key} (?)" if key in taken else key, submitter.name,
                                                          submitter.email))
            whose += [person] if person else []
        if not whose:
            found = (roster.find(learner) or roster.find(top.removesuffix(".ipynb")) or clones.get(top)
                     ) if roster else None
            if found is None:             # a name that is taken by someone else whom it does not clearly mean
                found = strangers.setdefault(learner, Person(f"{learner} (?)" if learner in taken else learner))
            whose = [found]
        for person in dict.fromkeys(whose):
            by_person.setdefault(person.learner, []).append(record)
    return by_person, sorted(strangers.values(), key=lambda person: person.learner.casefold())


def _by_person(given: Mapping[tuple[str, str | None], Any], people: Sequence[Person]
               ) -> tuple[dict[tuple[str, str | None], Any], list[str]]:
    """The same by the class's own names, and the names that nobody has."""
    everybody, found, nobody = Roster(tuple(people)), {}, []
    for (name, number), value in given.items():
        person = everybody.find(name)
        if person is None:
            nobody.append(name)
        else:
            found[person.learner, number] = value
    return found, list(dict.fromkeys(nobody))


def _decided(decided: Sequence[decisions.Decision], people: Sequence[Person]
             ) -> dict[tuple[str, str], list[decisions.Decision]]:
    everybody, found = Roster(tuple(people)), dict[tuple[str, str], list[decisions.Decision]]()
    for decision in decided:
        person = everybody.find(decision.learner)
        if person is not None:
            found.setdefault((person.learner, decision.lesson), []).append(decision)
    return found


def _max_points(records: Iterable[Record]) -> dict[str, float]:
    """Of what was graded, or else of what could not be."""
    most: dict[str, tuple[bool, float]] = {}
    for record in records:
        if record.get("lesson") and record.get("max_points"):
            found = bool(record.get("exercises")), record["max_points"]
            most[record["lesson"]] = max(found, most.get(record["lesson"], found))
    return {lesson: points for lesson, (_, points) in most.items()}
