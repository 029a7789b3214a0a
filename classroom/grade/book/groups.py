"""Groups: what one member hands in counts for all of them."""
from collections.abc import Mapping, Sequence
from pathlib import Path

from classroom.grade.read.roster import Person, Roster

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
            raise adjust.SettingsError(f"{path}: a row has group {group!r} and learner {learner!r}; both are needed. "
                                       "Leave out who works alone.")
        if learner in of:
            raise adjust.SettingsError(f"{path}: {learner} is in {of[learner]} and in {group}; a learner can be in one "
                                       "group only")
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
                raise adjust.SettingsError(f"The list of groups has {learner} in {found[learner][0]} and in {group}; a "
                                           "learner can be in one group only.")
            found[learner] = group, list(persons.values())
    return found, nobody
