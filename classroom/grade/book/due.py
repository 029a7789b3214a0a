"""Deadlines: what lateness costs where it is known when work was handed in."""
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from classroom.grade.read.submissions import Submission
from course._words import say

from . import adjust

Times = Mapping[tuple[str, str | None], datetime]
_DAY = timedelta(days=1)
_STAMP = 200                   # bytes of a file that holds a time, at most
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?")
_WORDS = re.compile(r"(\d{1,2})\.?\s+(?:de\s+)?(\w+)\.?,?\s+(?:de\s+)?(\d{4})\D+(\d{1,2})[:.](\d\d)\s*([AP]M)?", re.I)
_MONTHS = {name: n for n, names in enumerate(("jan ene", "feb", "mar", "apr abr", "mai may", "jun", "jul", "aug ago",
                                               "sep", "oct okt", "nov", "dec dez dic"), 1) for name in names.split()}


@dataclass(frozen=True)
class Rule:
    """When a lesson is due. `grace` costs nothing; after it each day that has begun since `due` costs `per_day` %."""

    due: datetime
    grace: timedelta = timedelta()
    per_day: float = 0

    def percent(self, handed_in: datetime, due: datetime | None = None) -> float:
        """What is to be taken off, from 0 to 100. `due` is a learner's own date."""
        late = _comparable(handed_in) - _comparable(due or self.due)
        return 0 if late <= self.grace else min(100, math.ceil(late / _DAY) * self.per_day)


@dataclass(frozen=True)
class Deadlines:
    """Rules by lesson number, extensions by learner and lesson number, and times by learner and lesson number."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    extensions: Times = field(default_factory=dict)
    times: Times = field(default_factory=dict)


def read(path: Path, times: Path | None = None) -> Deadlines:
    """Deadlines from a CSV file.

    Args:
        path: with the columns `lesson` and `due`, and `learner`, `grace_hours`, `percent_per_day` if need be. A row
            with a learner is an extension: that learner's own due date.
        times: a CSV file with the columns `learner`, `time` and, if need be, `lesson`: when work was handed in.

    Raises:
        SettingsError: if something cannot be read, or an extension has no lesson that is due.
    """
    rules: dict[str, Rule] = {}
    extensions: dict[tuple[str, str | None], datetime] = {}
    for row in adjust.rows(path, "lesson", "due"):
        lesson, learner = adjust.lesson_number(path, row["lesson"]), (row.get("learner") or "").strip()
        due = _read_time(path, say("lesson {lesson}", lesson=lesson), row["due"], end_of_day=True)
        if learner:
            extensions[learner, lesson] = due
            continue
        if lesson in rules:
            raise adjust.SettingsError(say("{file}: lesson {lesson} is there twice; an extension needs `learner`",
                                           file=path, lesson=lesson))
        grace, per_day = (adjust.number(path, say("lesson {lesson}, {name}", lesson=lesson, name=name),
                                        (row.get(name) or "0").strip(" %"), most)
                          for name, most in (("grace_hours", 24 * 365), ("percent_per_day", 100)))
        rules[lesson] = Rule(due, timedelta(hours=grace), per_day)
    for learner, number in extensions:
        if number not in rules:
            raise adjust.SettingsError(say("{file}: {learner} has an extension for lesson {lesson}, but no row says "
                                           "when the lesson is due for everybody", file=path, learner=learner,
                                           lesson=number))
    return Deadlines(rules, extensions, read_times(times) if times else {})


def read_times(path: Path) -> dict[tuple[str, str | None], datetime]:
    """When work was handed in, by learner and lesson number (None: every lesson)."""
    found: dict[tuple[str, str | None], datetime] = {}
    for row in adjust.rows(path, "learner", "time"):
        lesson = (row.get("lesson") or "").strip()
        found[row["learner"].strip(), adjust.lesson_number(path, lesson) if lesson else None] = _read_time(
            path, say("learner {learner}", learner=row["learner"]), row["time"])
    return found


def nbgrader(path: Path, submissions: Iterable[Submission]) -> dict[str, datetime]:
    """When submissions were handed in, by name, from the files `timestamp.txt` of nbgrader.

    Only in nbgrader's own folder, called `submitted`: elsewhere a file of that name may be a learner's.
    """
    if path.name != "submitted" and not (path / "submitted").is_dir():
        return {}
    found: dict[str, datetime] = {}
    for submission in submissions:
        stamp = submission.path.parent / "timestamp.txt"
        if submission.name.count("/") == 2 and stamp.is_file() and not stamp.is_symlink() and (
                stamp.stat().st_size <= _STAMP):
            time = parse(stamp.read_text(encoding="utf-8", errors="replace"))
            found |= {submission.name: time} if time else {}
    return found


def parse(text: str) -> datetime | None:
    """A time as ISO 8601, as Gradescope, or as Moodle writes it in English, German or Spanish; None if it is no time.

    A time without a zone is this machine's.
    """
    found = _parsed(text.strip())
    return found if found and 1970 < found.year < 2200 else None


def said(time: datetime) -> str:
    """A time for people to read."""
    return time.isoformat(" ", "minutes")


def _parsed(text: str) -> datetime | None:
    if match := _ISO.fullmatch(text):
        zone = {"Z": "+00:00", "UTC": "+00:00", None: ""}.get(match[3], match[3])
        try:
            return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
        except ValueError:
            return None
    if not (match := _WORDS.search(text)):
        return None
    word = "".join(c for c in unicodedata.normalize("NFKD", match[2]).casefold() if not unicodedata.combining(c))
    hour = int(match[4])
    if match[6]:
        hour = hour % 12 + 12 * (match[6].upper() == "PM")
    try:
        return datetime(int(match[3]), _MONTHS[word[:3]], int(match[1]), hour, int(match[5]))
    except (KeyError, ValueError):
        return None


def _read_time(path: Path, what: str, text: str, end_of_day: bool = False) -> datetime:
    day = re.fullmatch(r"\s*(\d{4}-\d\d-\d\d)\s*", text)
    found = parse(f"{day[1]} 23:59:59" if day and end_of_day else text)
    if found is None:
        raise adjust.SettingsError(say("{file}: {what}: expected a time such as 2026-05-04 18:00, or with its zone "
                                       "2026-05-04 18:00+02:00, got {given}", file=path, what=what, given=repr(text)))
    return found


def _comparable(time: datetime) -> datetime:
    return time.astimezone()             # one without a zone is taken for this machine's
