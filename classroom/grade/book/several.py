"""Which one counts, where somebody handed in several notebooks for a lesson: the teacher's choice."""
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from classroom.judge.status import status_name
from course._words import listed, say

from .mark import UNDECIDED, Mark
from .safe import line

Rule = Literal["best", "latest", "refuse"]
RULES: tuple[Rule, ...] = get_args(Rule)
_CANVAS = re.compile(r"[^_/]+_(?:LATE_)?\d+_(\d+)_", re.I)        # the second number grows with each upload


@dataclass(frozen=True)
class Handed:
    """One notebook of a learner's for a lesson.

    Attributes:
        mark: what it alone would give.
        time: when this file was handed in, where that is known of the file and not only of the learner.
    """

    mark: Mark
    time: datetime | None = None

    @property
    def name(self) -> str:
        """Its path in what was handed in."""
        return str((self.mark.record or {}).get("submission") or "")


def choose(handed: Sequence[Handed], rule: Rule = "best") -> Mark:
    """The mark that counts; its `chosen` says so where there was something to choose.

    What is no notebook, or none of the lesson, or not the learner's own work, has no part in it. The same file twice is
    one.

    Args:
        handed: at least one.
        rule: "best" takes most points, "latest" the last one, "refuse" none: the mark is then `UNDECIDED`. So it is
            where it cannot be told which was the last: by the times that Gradescope and nbgrader give for each
            submission, or by the numbers of Canvas' files.
    """
    best = max(handed, key=_worth)
    there = {(one.mark.record or {}).get("sha256") or n: one for n, one in enumerate(handed) if _is_one(one)}
    if len(there) < 2:
        return best.mark
    candidates = list(there.values())
    if rule == "best":
        return _chosen(max(candidates, key=_worth), candidates, rule)
    last = _latest(candidates) if rule == "latest" else None
    if last is not None:
        return _chosen(last, candidates, rule)
    record: dict[str, Any] = {**(best.mark.record or {}), "exercises": [], "message": ""}
    said = say("{n} notebooks; which was the latest is not known: {notebooks}" if rule == "latest" else
               "{n} notebooks; none counts until you have decided: {notebooks}", n=len(candidates),
               notebooks=listed(map(_said, candidates[:5])))
    return replace(best.mark, status=UNDECIDED, points=None, record=record, chosen=said)


def _chosen(one: Handed, all_: Sequence[Handed], rule: Rule) -> Mark:
    others = [_said(other) for other in all_ if other is not one]
    named = listed(others[:4])
    if len(others) > 4:
        named = say("{names} and {n} more", names=named, n=len(others) - 4)
    return replace(one.mark, chosen=say("{n} notebooks; the best counts: {counted}. Not counted: {others}"
                                        if rule == "best" else
                                        "{n} notebooks; the latest counts: {counted}. Not counted: {others}",
                                        n=len(all_), counted=_said(one), others=named))


def _latest(candidates: Sequence[Handed]) -> Handed | None:
    """The last one, if one alone can be it."""
    times = [one.time and one.time.astimezone() for one in candidates]
    uploads = [int(match[1]) if (match := _CANVAS.match(one.name)) else None for one in candidates]
    for order in (times, uploads):
        known: list[Any] = [value for value in order if value is not None]
        if len(known) == len(candidates) and known.count(max(known)) == 1:
            return candidates[known.index(max(known))]
    return None


def _is_one(one: Handed) -> bool:
    """A notebook, be it a broken one; not the PDF or the text that was handed in beside it."""
    return one.mark.status != "missing" and not (
        one.mark.status == "unreadable" and not one.name.lower().endswith((".ipynb", ".ipynb.txt", ".json")))


def _said(one: Handed) -> str:
    mark = one.mark
    result = status_name(mark.status) if mark.points is None else \
        say("{points} of {max_points}", points=f"{mark.points:g}", max_points=f"{mark.max_points or 0:g}")
    name, when = line(one.name, 120), f"{one.time:%Y-%m-%d %H:%M}" if one.time else ""
    return say("{name} ({result}, {when})", name=name, result=result, when=when) if when else \
        say("{name} ({result})", name=name, result=result)


def _worth(one: Handed) -> tuple[bool, float, bool]:
    return one.mark.status == "graded", one.mark.points or 0, one.mark.status != "missing"
