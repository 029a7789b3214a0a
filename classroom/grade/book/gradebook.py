"""From records to marks: one for each learner and lesson, also where nothing could be graded."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from classroom.grade.read.roster import Person, Roster, of_learners
from course._words import say

from . import adjust, decisions, due, gradescope_export, groups, owners, several
from .mark import Mark, Record
from .sheets import Sheet

UNKNOWN = "unknown lesson"
_GITHUB_TIME = "submission_timestamp"          # of GitHub Classroom's list of grades


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
        ungrouped: names in the list of groups that nobody has.
    """

    learners: tuple[Learner, ...]
    lessons: tuple[str, ...]
    max_points: Mapping[str, float]
    has_roster: bool
    sheet: Sheet = field(default_factory=Sheet)
    untimed: tuple[str, ...] = ()
    ungrouped: tuple[str, ...] = ()

    def marks(self, lesson: str | None = None) -> list[Mark]:
        return [mark for learner in self.learners for mark in learner.marks.values() if lesson in (None, mark.lesson)]


def build(records: Iterable[Record], roster: Roster | None = None, *, lesson: str | None = None,
          points: adjust.Points | None = None, late: adjust.Late | None = None,
          decided: Sequence[decisions.Decision] = (), deadlines: due.Deadlines | None = None,
          export: gradescope_export.Export | None = None, rule: several.Rule = "best",
          grouped: groups.Groups | None = None, stamps: Mapping[str, datetime] | None = None,
          earlier: Iterable[Record] = ()) -> Gradebook:
    """Bring the records of a batch together.

    Args:
        records: what the grader wrote, in any order.
        roster: the class; without one, those who handed in something.
        lesson: the lesson that everybody was to hand in ("04_multi_head_attention"), if it was one.
        points: other points, by exercise id.
        late: per cent to take off, by learner and lesson number. It counts before `deadlines`.
        decided: the teacher's decisions about single learners; they come last.
        deadlines: what lateness costs where it is known when work was handed in.
        export: whose Gradescope's folders are.
        rule: which of several notebooks of a learner for one lesson counts; see `several.choose`.
        grouped: whose notebooks count for whom.
        stamps: when single files were handed in, by their names as submissions.
        earlier: results that were superseded when the same submission was graded anew.

    Raises:
        SettingsError: if a learner is in two groups.
    """
    records = [adjust.with_points(record, points or {}) for record in records]
    known = sorted({record["lesson"] for record in records if record.get("lesson")} | ({lesson} if lesson else set()))
    only = known[0] if len(known) == 1 else UNKNOWN
    by_person, strangers = owners.sorted_out(records, roster, export)
    people = (roster or of_learners(())).people + tuple(strangers)
    together, ungrouped = groups.members(grouped or {}, people)
    sheet = roster.sheet if roster else Sheet()
    max_points = _max_points(records, lesson, points or {})
    clock = _Clock(deadlines, people, sheet if len(known) == 1 else Sheet(), export, stamps or {})
    before = _earlier(earlier, points or {})
    percents, _ = owners.by_person(late or {}, people)
    mine_decided = _decided(decided, people)
    learners, untimed = [], []
    for person in people:
        group, mates = together.get(person.learner, ("", [person]))
        mine: dict[str, list[tuple[Person, Record]]] = {name: [] for name in known}
        for mate in [person, *(mate for mate in mates if mate != person)]:
            for record in by_person.get(mate.learner, ()):
                mine.setdefault(record.get("lesson") or only, []).append((mate, record))
        marks = {}
        for name, found in mine.items():
            fixed = percents.get((person.learner, name[:2]), percents.get((person.learner, None)))
            handed = [several.Handed(replace(clock.mark(person, by, name, record, fixed, max_points.get(name)),
                                             group=group, own=by == person, earlier=before.get(_key(record), ())),
                                     clock.of_file(record)) for by, record in found]
            nothing = several.Handed(Mark(name, "missing", None, max_points.get(name), group=group))
            mark = several.choose(handed or [nothing], rule)
            mark = replace(mark, notes=(*filter(None, [mark.chosen, "" if mark.own else
                                                       say("handed in for the group {group}", group=group)]),
                                       *mark.notes))
            if clock.rule(name) and mark.status == "graded" and mark.time is None and fixed is None:
                untimed.append(person.learner)
            marks[name] = decisions.applied(mark, mine_decided.get((person.learner, name[:2]), ()))
        learners.append(Learner(person, marks, roster is None or person not in strangers))
    lessons = [*known, *([UNKNOWN] if any(UNKNOWN in learner.marks for learner in learners) else [])]
    return Gradebook(tuple(learners), tuple(lessons), max_points, roster is not None, sheet, tuple(untimed),
                     tuple(ungrouped))


def unmatched(late: Mapping[tuple[str, str | None], object], book: Gradebook) -> list[str]:
    """Learners in a list (of late work, of times) whom the class does not have: surely a slip."""
    return owners.by_person(late, [learner.person for learner in book.learners])[1]


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
                 export: gradescope_export.Export | None, stamps: Mapping[str, datetime]):
        self.rules = deadlines.rules if deadlines else {}
        self.extensions, _ = owners.by_person(deadlines.extensions if deadlines else {}, people)
        self.times, _ = owners.by_person(deadlines.times if deadlines else {}, people)
        self.column = sheet.roles.get("submitted")
        self.one_lesson = bool(sheet.columns)
        self.export, self.stamps = export.times if export else {}, stamps

    def rule(self, lesson: str) -> due.Rule | None:
        return self.rules.get(lesson[:2])

    def mark(self, person: Person, by: Person, lesson: str, record: Record, fixed: float | None,
             most: float | None) -> Mark:
        """What one submission gives a learner; `by` handed it in."""
        time, status, notes = self._time(by, lesson, record), status_of(record), map(str, record.get("notes") or ())
        rule, late = self.rule(lesson), fixed or 0
        if fixed is None and rule and time:
            late = rule.percent(time, self.extensions.get((person.learner, lesson[:2])))
        own = record.get("max_points")
        mark = Mark(lesson, status, None, (own if record.get("exercises") else most) or own or most, late, record,
                    tuple(notes), time=time)
        if status != "graded":
            return mark
        return replace(mark, points=round(record["points"] * (1 - late / 100), 2), max_points=record["max_points"])

    def of_file(self, record: Record) -> datetime | None:
        """When this very file was handed in, as a system says."""
        return (due.parse(str(record.get("handed_in") or "")) or self.stamps.get(str(record.get("submission")))
                or self.export.get(owners.top_of(record)))

    def _time(self, person: Person, lesson: str, record: Record) -> datetime | None:
        """The teacher's word, then the file's, Moodle's, GitHub's."""
        given = self.times.get((person.learner, lesson[:2]), self.times.get((person.learner, None)))
        row = person.row
        github = due.parse(row.get(_GITHUB_TIME, "")) if self.one_lesson else None
        if github and github.tzinfo is None:
            github = github.replace(tzinfo=UTC)
        return given or self.of_file(record) or due.parse(row.get(self.column or "", "")) or github


def _earlier(records: Iterable[Record], points: adjust.Points) -> dict[tuple[str, str], tuple[Record, ...]]:
    found: dict[tuple[str, str], tuple[Record, ...]] = {}
    for record in records:
        found[_key(record)] = (*found.get(_key(record), ()), adjust.with_points(record, points))
    return found


def _key(record: Record) -> tuple[str, str]:
    return str(record.get("learner")), str(record.get("submission"))


def _decided(decided: Sequence[decisions.Decision], people: Sequence[Person]
             ) -> dict[tuple[str, str], list[decisions.Decision]]:
    everybody, found = Roster(tuple(people)), dict[tuple[str, str], list[decisions.Decision]]()
    for decision in decided:
        person = everybody.find(decision.learner)
        if person is not None:
            found.setdefault((person.learner, decision.lesson), []).append(decision)
    return found


def _max_points(records: Iterable[Record], lesson: str | None, points: adjust.Points) -> dict[str, float]:
    """Of what was graded, or else of what could not be, or else what the lesson is worth."""
    most: dict[str, tuple[bool, float]] = {lesson: (False, adjust.points_of(lesson, points))} if lesson else {}
    for record in records:
        if record.get("lesson") and record.get("max_points"):
            found = bool(record.get("exercises")), record["max_points"]
            most[record["lesson"]] = max(found, most.get(record["lesson"], found))
    return {name: worth for name, (_, worth) in most.items()}
