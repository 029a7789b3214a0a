"""Who is in the class: a CSV file of the teacher's, or as Canvas, Moodle, Gradescope or GitHub Classroom export it."""
import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classroom.grade.book import adjust, sheets
from course._words import listed, say

# Column names, without case, that say the same thing. The first that is there and filled counts.
_COLUMNS = {
    "learner": ("learner", "username", "github_username", "sis login id", "login", "student_id"),
    "name": ("name", "student", "full name", "full_name"),
    "email": ("email", "email address", "e-mail", "mail"),
    "ids": ("id", "identifier", "sid", "sis user id", "sis login id", "id number", "github_username", "student_id",
            "username", "login"),
}
_FIRST, _LAST = ("first name", "first_name", "firstname"), ("last name", "last_name", "lastname", "surname")


@dataclass(frozen=True)
class Person:
    """One learner. `row` is the roster's row as it was read; exports give its cells back."""

    learner: str
    name: str = ""
    email: str = ""
    ids: tuple[str, ...] = ()
    row: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Roster:
    """The class, in the order of the file. `sheet` is what the file is besides."""

    people: tuple[Person, ...]
    sheet: sheets.Sheet = sheets.Sheet()

    def find(self, learner: str) -> Person | None:
        """The one person that a submission's learner can only be, or None.

        Exact names count before names without case, accents and punctuation; then the number that LMSs
        write behind the name ("doejane_12345_", "Kim Lee (12345)"), if it is one person's id.
        """
        for simplify, index in self._indexes:
            found = index.get(simplify(learner), ())
            if found:
                return self.people[found[0]] if len(found) == 1 else None
        number = re.search(r"[_(](?:LATE_)?(\d+)(?=[_)]|$)", learner)
        found = self._numbers.get(number[1], ()) if number else ()
        return self.people[found[0]] if len(found) == 1 else None

    def clones(self, names: Iterable[str]) -> dict[str, Person]:
        """Whose the clones are that GitHub Classroom makes, called `assignment-username`; by name.

        Only for a list with the column `github_username`. An assignment's name is what several clones have in front:
        of "hw-ada" and "hw-ada-bob" the second is not bob's, unless there is an assignment "hw-ada".
        """
        users = {user.casefold(): person for person in self.people for column, user in person.row.items()
                 if column.strip().casefold() == "github_username" and user.strip()}
        found: dict[str, list[tuple[str, Person]]] = {}
        for name in dict.fromkeys(names):
            low = name.casefold()
            found[name] = [(low[: cut.start()], users[user]) for cut in re.finditer("-", low)
                           if cut.start() and (user := low[cut.end():]) in users]
        counts = Counter(prefix for pairs in found.values() for prefix, _ in pairs)
        clear = {}
        for name, pairs in found.items():
            good = [person for prefix, person in pairs if not any(
                prefix.startswith(f"{other}-") and counts[other] > counts[prefix] for other in counts)]
            if len(good) == 1:
                clear[name] = good[0]
        return clear

    @functools.cached_property
    def _indexes(self) -> list[tuple[Callable[[str], str], dict[str, list[int]]]]:
        return [(simplify, self._index(simplify)) for simplify in (str, _folded, _letters)]

    @functools.cached_property
    def _numbers(self) -> dict[str, list[int]]:
        return self._index(_number)

    def _index(self, simplify: Callable[[str], str]) -> dict[str, list[int]]:
        """Places in `people` by what a person may be called."""
        index: dict[str, list[int]] = {}
        for n, person in enumerate(self.people):
            for key in {simplify(key) for key in _keys(person)} - {""}:
                index.setdefault(key, []).append(n)
        return index


def read(path: Path) -> Roster:
    """The class from a CSV file.

    It needs a column that says who: `learner` (the name of the folder or file that they hand in),
    or what Canvas, Moodle, Gradescope and GitHub Classroom call it in their exports.

    Raises:
        SettingsError: if there is no such column, a row is empty in it, or two rows are the same.
    """
    sheet, rows = sheets.read(adjust.rows(path))
    people = [_person(row, sheet) for row in rows]
    nobody = next((n for n, person in enumerate(people, 1) if not person.learner), None)
    if not people or nobody:
        raise adjust.SettingsError(say(
            "{file}: entry {n} names nobody. A column `learner`, `name` or `email` is needed, filled in every row; the "
            "columns are: {columns}" if nobody else
            "{file}: nobody is in it. A column `learner`, `name` or `email` is needed, filled in every row; the "
            "columns are: {columns}", file=path, n=nobody, columns=listed(sheet.columns)))
    seen = set()
    for person in people:
        if person.learner in seen:
            raise adjust.SettingsError(say("{file}: {learner} is there twice; each learner needs a row of their own, "
                                           "told apart in the column `learner`", file=path,
                                           learner=repr(person.learner)))
        seen.add(person.learner)
    return Roster(tuple(people), sheet)


def of_learners(learners: Iterable[str]) -> Roster:
    """The class as far as submissions tell."""
    return Roster(tuple(Person(learner) for learner in learners))


def _person(row: Mapping[str, str], sheet: sheets.Sheet) -> Person:
    lower = {name.casefold(): value.strip() for name, value in row.items()}
    lower |= {role: row[column].strip() for role, column in sheet.roles.items() if role in ("name", "email")}

    def first(names: Iterable[str]) -> str:
        return next((lower[name] for name in names if lower.get(name)), "")

    given, family = first(_FIRST), first(_LAST)
    split = f"{family}, {given}" if sheet.system == "canvas" else f"{given} {family}"
    name = first(_COLUMNS["name"]) or split.strip(" ,")
    email = first(_COLUMNS["email"])
    identifier = row[sheet.roles["identifier"]].strip() if sheet.roles else ""
    ids = tuple(dict.fromkeys(filter(None, [
        *(lower.get(column, "") for column in _COLUMNS["ids"]), identifier, sheets.participant(identifier),
        f"{family} {given}".strip()])))
    learner = first(_COLUMNS["learner"]) or email or name or first(_COLUMNS["ids"]) or identifier
    return Person(learner, name, email, ids, row)


def _keys(person: Person) -> list[str]:
    """All that a learner's submission may be called by."""
    last, comma, first = person.name.partition(",")
    first_last = f"{first.strip()} {last.strip()}" if comma else person.name
    words = first_last.split()
    last_first = f"{last} {first}" if comma else " ".join([*words[-1:], *words[:-1]])
    keys = [person.learner, person.name, first_last, last_first, person.email, person.email.partition("@")[0],
            *person.ids]
    return [key for key in dict.fromkeys(keys) if key.strip()]


def _number(key: str) -> str:
    found = re.fullmatch(r"(?:participant)?\s*(\d+)", key.strip(), re.IGNORECASE)
    return found[1] if found else ""


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _letters(text: str) -> str:
    """Without case, accents, spaces and punctuation, as Canvas names files."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
