"""What a class's list is: which system made it, which columns say what, and which rows are no learners.

Canvas names the columns of its gradebook in English everywhere. Moodle names those of a grading worksheet in the
user's language; they are found by their order and by what they hold.
"""
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, str]
_CANVAS_ABOUT = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID",
                 "Root Account", "Section")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_PARTICIPANT = re.compile(r"(\D*[^\W\d]\D*?)\s*(\d+)")


@dataclass(frozen=True)
class Sheet:
    """A class's list without its people.

    Attributes:
        system: "canvas", "moodle", or "" for a list that goes back to no system.
        columns: in the order of the file.
        roles: for Moodle: the column that is `identifier`, `name`, `email`, `grade`, `max`, `submitted`, `modified` or
            `feedback`. A role that the file lacks is left out.
        possible: the most points that the system gives, by column.
        comma: the system writes 2,5 for two and a half.
    """

    system: str = ""
    columns: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    possible: Mapping[str, float] = field(default_factory=dict)
    comma: bool = False

    @property
    def about(self) -> tuple[str, ...]:
        """Canvas' columns that say who a row is about."""
        return tuple(name for name in self.columns if name in _CANVAS_ABOUT)


def read(rows: Sequence[Row]) -> tuple[Sheet, list[Row]]:
    """What a list is, and the rows of it that are learners."""
    columns = tuple(rows[0]) if rows else ()
    if "SIS Login ID" in columns or {"ID", "Section"} <= {*columns} and {"Student", "LastName"} & {*columns}:
        return _canvas(columns, rows)
    roles = _moodle(columns, rows)
    if roles:
        most = {n for row in rows if (n := number(row.get(roles.get("max", ""), ""))) is not None}
        possible = {roles["grade"]: most.pop()} if len(most) == 1 and "grade" in roles else {}
        comma = any("," in row.get(roles.get(role, ""), "") for row in rows for role in ("max", "grade"))
        return Sheet("moodle", columns, roles, possible, comma), list(rows)
    return Sheet("", columns), list(rows)


def number(text: str) -> float | None:
    """A number as the systems write it, with a point or a comma; None for anything else."""
    text = text.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def participant(text: str) -> str:
    """The number in "Participant 4711", "Teilnehmer/in4711"; "" if there is none."""
    match = _PARTICIPANT.fullmatch(text.strip())
    return match[2] if match else ""


def _canvas(columns: tuple[str, ...], rows: Sequence[Row]) -> tuple[Sheet, list[Row]]:
    """Above the learners: a row with "Manual Posting" under assignments, if any is, and one of possible points."""
    possible: dict[str, float] = {}
    people = []
    for row in rows:
        name = row.get("Student") or row.get("LastName") or ""
        if name.strip().casefold() == "points possible":
            possible = {column: n for column in columns if column not in _CANVAS_ABOUT
                        and (n := number(row[column])) is not None}
        elif any(row.get(column, "").strip() for column in _CANVAS_ABOUT) and not _test_student(row):
            people.append(row)
    return Sheet("canvas", columns, {}, possible), people


def _test_student(row: Row) -> bool:
    return row.get("Student", "").startswith("Student, Test") or (
        row.get("LastName"), row.get("FirstName")) == ("Student", "Test")


def _moodle(columns: tuple[str, ...], rows: Sequence[Row]) -> dict[str, str]:
    """The roles of a grading worksheet's columns; none if it is something else.

    The order is: identifier, full name, (id number,) email, status, (group, marker, ...) grade, maximum, whether the
    grade can be changed, last modified (submission), (text,) last modified (grade), comments. A worksheet of an
    anonymous assignment has neither name nor email.
    """
    if len(columns) < 5 or not rows:
        return {}
    cells = {name: [row[name].strip() for row in rows] for name in columns}
    words = {match[1].strip() for value in cells[columns[0]] if (match := _PARTICIPANT.fullmatch(value))}
    if len(words) != 1 or not all(participant(value) for value in cells[columns[0]]):
        return {}
    roles = {"identifier": columns[0]}
    email = next((name for name in columns if _most(cells[name], lambda value: "@" in value)), None)
    if email:
        roles |= {"name": columns[1], "email": email}
    rest = columns[columns.index(email) + 1 if email else 1:]
    for grade, most in zip(rest, rest[1:], strict=False):
        if len({number(value) for value in cells[most]} - {None}) == 1 and all(map(number, cells[most])) and all(
                value == "" or number(value) is not None for value in cells[grade]):
            roles |= {"grade": grade, "max": most}
    if "grade" not in roles and "Grade" in columns:
        roles["grade"] = "Grade"
    last = roles.get("max") or roles.get("grade")
    dates = [name for name in columns[columns.index(last) + 1:] if all(map(_date, cells[name]))] if last else []
    if dates:
        roles |= {"modified": dates[-1]} | ({"submitted": dates[0]} if len(dates) > 1 else {})
        after = columns[columns.index(dates[-1]) + 1:]
        roles |= {"feedback": after[0]} if after else {}
    if dates:
        return roles
    return {"identifier": columns[0]} if email else {}           # a worksheet whose marks are no numbers


def _most(values: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return 2 * sum(map(holds, values)) > len(values)


def _date(value: str) -> bool:
    """Moodle writes "-" where there is no date yet."""
    return value == "-" or bool(re.search(r"\d{4}\D+\d{1,2}[:.]\d\d", value))
