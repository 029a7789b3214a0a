"""Whose a submission is: by the class's list, by what a system says, by groups."""
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from classroom.grade.read.roster import Person, Roster

from . import gradescope_export, groups
from .mark import Record

_REPOSITORY = "student_repository_name"        # of GitHub Classroom's list of grades


def sorted_out(records: Iterable[Record], roster: Roster | None, export: gradescope_export.Export | None = None
               ) -> tuple[dict[str, list[Record]], list[Person]]:
    """Records by the learner whose they are, and the people among these who are not on the roster.

    Args:
        records: of each, `learner` and `submission` are read.
        roster: the class.
        export: what Gradescope says of its folders: one submission may be several people's.
    """
    records = list(records)
    by_person: dict[str, list[Record]] = {}
    strangers: dict[str, Person] = {}
    taken = {person.learner for person in roster.people} if roster else set()
    tops = [top_of(record) for record in records]
    clones = roster.clones(tops) if roster else {}
    repositories = _repositories(roster)
    for record, top in zip(records, tops, strict=True):
        learner = str(record["learner"])
        submitters = export.submitters.get(top, []) if export else []
        whose: list[Person] = list(repositories.get(top.casefold(), ()))
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


def submissions_of(names: Sequence[str], records: Iterable[Record], roster: Roster | None,
                   export: gradescope_export.Export | None, grouped: groups.Groups) -> tuple[set[tuple[str, str]],
                                                                                             list[str]]:
    """What these learners, or their groups, handed in, as pairs of `learner` and `submission`; and the names that
    nobody who handed in something has."""
    by_person, strangers = sorted_out(records, roster, export)
    people = (*(roster.people if roster else ()), *strangers)
    together, everybody = groups.members(grouped, people)[0], Roster(people)
    wanted: set[tuple[str, str]] = set()
    nobody = []
    for name in names:
        person = everybody.find(name)
        mates = together.get(person.learner, ("", [person]))[1] if person else []
        mine = {(str(record["learner"]), str(record["submission"])) for mate in mates
                for record in by_person.get(mate.learner, ())}
        wanted |= mine
        nobody += [] if mine else [name]
    return wanted, nobody


def by_person(given: Mapping[tuple[str, str | None], Any], people: Sequence[Person]
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


def top_of(record: Record) -> str:
    """The entry of the class's folder that a submission is, or lies in."""
    return str(record.get("submission") or "").partition("/")[0]


def _repositories(roster: Roster | None) -> dict[str, list[Person]]:
    """Whose a clone is, by its name without case, where GitHub Classroom's list of grades is the roster."""
    found: dict[str, list[Person]] = {}
    for person in roster.people if roster else ():
        if name := person.row.get(_REPOSITORY, "").strip().casefold():
            found.setdefault(name, []).append(person)
    return found
