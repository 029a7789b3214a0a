"""Groups: what one member hands in counts for all of them."""
from collections.abc import Mapping, Sequence
from pathlib import Path

from classroom.grade.read.roster import Person, Roster
from course._words import say

from . import adjust

Groups = Mapping[str, Sequence[str]]


def read(path: Path) -> dict[str, list[str]]:
    """The members of each group, by the group's name.

    Args:
        path: a CSV file with the columns `group` and `learner`, a row for each member.

    Raises:
        SettingsError: if a row names no group or no learner, or a learner is in two groups.
    """
    groups: dict[str, list[str]] = {}
    of: dict[str, str] = {}
    for row in adjust.rows(path, "group", "learner"):
        group, learner = row["group"].strip(), row["learner"].strip()
        if not group or not learner:
            raise adjust.SettingsError(say("{file}: a row has group {group} and learner {learner}; both are needed. "
                                           "Leave out who works alone.", file=path, group=repr(group),
                                           learner=repr(learner)))
        if learner in of:
            raise adjust.SettingsError(say("{file}: {learner} is in {first} and in {second}; a learner can be in one "
                                           "group only", file=path, learner=learner, first=of[learner], second=group))
        of[learner] = group
        groups.setdefault(group, []).append(learner)
    return groups


def members(groups: Groups, people: Sequence[Person]) -> tuple[dict[str, tuple[str, list[Person]]], list[str]]:
    """For each learner of the class who is in a group, its name and all its members; and the names that nobody has.

    Raises:
        SettingsError: if two names in the file are one person, in two groups.
    """
    everybody, nobody = Roster(tuple(people)), []
    found: dict[str, tuple[str, list[Person]]] = {}
    for group, names in groups.items():
        persons: dict[str, Person] = {}
        for name in names:
            person = everybody.find(name)
            if person is None:
                nobody.append(name)
            else:
                persons[person.learner] = person
        for learner in persons:
            if learner in found:
                raise adjust.SettingsError(say("The list of groups has {learner} in {first} and in {second}; a learner "
                                               "can be in one group only.", learner=learner, first=found[learner][0],
                                               second=group))
            found[learner] = group, list(persons.values())
    return found, nobody
