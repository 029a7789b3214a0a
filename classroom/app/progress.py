"""`python -m classroom progress`: which exercises are solved."""
from collections.abc import Sequence

from classroom import exercises
from classroom.judge import record
from course._words import say

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
        status = "open" if entry["status"] == "not attempted" else entry["status"]
        line = say("{id:>5}  {title:34.34} {status:8} {points:2} of {points2}  {how}", id=id, title=task.title,
                   status=status, points=entry['points'], points2=task.points, how=_how(entry))
        lines.append(line.rstrip())
    solved = sum(entry["status"] == "correct" for entry in known.values())
    return "\n".join([*lines, "", say("{solved} of {lines} exercises solved, {points} of {total} points.",
                                      solved=solved, lines=len(lines), points=points, total=total)])


def _how(entry: record.Entry) -> str:
    counts = {name: entry[name] for name in ("attempts", "hints") if entry[name]}
    parts = [f"{n} {name[:-1] if n == 1 else name}" for name, n in counts.items()]
    return ", ".join(parts + [say("solution shown")] * entry["solution"])
