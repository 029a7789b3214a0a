"""`python -m classroom progress`: which exercises are solved."""
from collections.abc import Sequence

from classroom import exercises
from classroom.judge import record
from classroom.judge.status import status_name
from course._printing import padded
from course._words import listed, plural, say

__all__ = ["main", "table"]



def main(arguments: Sequence[str] = ()) -> int:
    """Print the record."""
    print(table())
    return 0


def table() -> str:
    """The record of every exercise, as text."""
    known, lines, points, total = record.load(), [], 0, 0
    for id in exercises.all_ids():
        task, entry = exercises.get(id), known.get(id, record.EMPTY)
        points, total = points + entry["points"], total + task.points
        score = say("{points:2} of {max_points}", points=entry["points"], max_points=task.points)
        status = status_name("open" if entry["status"] == "not attempted" else entry["status"])
        lines.append(f"{id:>5}  {padded(say(task.title), 34)} {padded(status, 8)} {score}  {_how(entry)}".rstrip())
    solved = sum(entry["status"] == "correct" for entry in known.values())
    return "\n".join([*lines, "", say("{solved} of {lines} exercises solved, {points} of {total} points.",
                                      solved=solved, lines=len(lines), points=points, total=total)])


def _how(entry: record.Entry) -> str:
    attempts, hints = entry["attempts"], entry["hints"]
    return listed([*[plural("{n} attempt", "{n} attempts", attempts, n=attempts)] * bool(attempts),
                   *[plural("{n} hint", "{n} hints", hints, n=hints)] * bool(hints),
                   *[say("solution shown")] * bool(entry["solution"])])
