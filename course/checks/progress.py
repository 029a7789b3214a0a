"""The learner's record: one small JSON file that survives interruption, corruption and two notebooks at once."""
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course.paths import atomic_path, state_dir

from .verdict import Verdict

Entry = dict[str, Any]
_EMPTY: Entry = {"attempts": 0, "hints": 0, "solution": False, "points": 0, "status": "not attempted", "passed": None}


def path() -> Path:
    """Where the record is kept: `progress.json` in the folder for the course's state."""
    return state_dir() / "progress.json"


def load() -> dict[str, Entry]:
    """The record by exercise id.

    Each entry has `attempts`, `hints` (how many are open), `solution` (whether it was shown),
    `points` (the best so far), `status` (once "correct", it stays so) and `passed` (the time of the
    first pass, UTC, or None). A file that cannot be read is moved aside, and a line says where to.
    """
    try:
        content = json.loads(path().read_text(encoding="utf-8"))
        return {str(id): _checked(entry) for id, entry in content["exercises"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        _say(f"Your progress could not be read: {error}")
    except (ValueError, KeyError, TypeError, AttributeError):
        _move_aside()
    return {}


def record(id: str, verdict: Verdict) -> None:
    """Note an attempt and its verdict."""
    def change(entry: Entry) -> None:
        if verdict.status == "not attempted":
            return
        entry["attempts"] += 1
        entry["points"] = max(entry["points"], verdict.points)
        if verdict.status == "correct" and entry["passed"] is None:
            entry["passed"] = datetime.now(UTC).isoformat(timespec="seconds")
        entry["status"] = "correct" if entry["passed"] else verdict.status
    _update(id, change)


def record_hint(id: str, opened: int) -> None:
    """Note that hints 1 to `opened` are open."""
    _update(id, lambda entry: entry.update(hints=max(entry["hints"], opened)))


def record_solution(id: str) -> None:
    """Note that the solution was shown."""
    _update(id, lambda entry: entry.update(solution=True))


def opened_hints(id: str) -> int:
    """How many hints of an exercise have been opened."""
    return load().get(id, _EMPTY)["hints"]


def table() -> str:
    """The record of every exercise, as text."""
    from . import exercises
    known, lines, points, total = load(), [], 0, 0
    for id in exercises.all_ids():
        task, entry = exercises.get(id), known.get(id, _EMPTY)
        points, total = points + entry["points"], total + task.points
        status = "open" if entry["status"] == "not attempted" else entry["status"]
        line = f"{id:>5}  {task.title:34.34} {status:8} {entry['points']:2} of {task.points}  {_how(entry)}"
        lines.append(line.rstrip())
    solved = sum(entry["status"] == "correct" for entry in known.values())
    return "\n".join([*lines, "", f"{solved} of {len(lines)} exercises solved, {points} of {total} points."])


def main() -> None:
    """`python -m course progress`."""
    print(table())


def _how(entry: Entry) -> str:
    counts = {name: entry[name] for name in ("attempts", "hints") if entry[name]}
    parts = [f"{n} {name[:-1] if n == 1 else name}" for name, n in counts.items()]
    return ", ".join(parts + ["solution shown"] * entry["solution"])


def _checked(entry: Entry) -> Entry:
    entry = {name: entry.get(name, default) for name, default in _EMPTY.items()}
    for name in ("attempts", "hints", "points"):
        entry[name] = int(entry[name])
    return entry


def _update(id: str, change: Callable[[Entry], None]) -> None:
    """Read, change, write, while nobody else does. Progress that cannot be kept never stops a check."""
    try:
        with FileLock(f"{path()}.lock", timeout=5):
            content = load()
            change(content.setdefault(id, dict(_EMPTY)))
            with atomic_path(path()) as temporary:
                temporary.write_text(json.dumps({"version": 1, "exercises": content}, indent=1), encoding="utf-8")
    except (OSError, Timeout) as error:
        _say(f"Your progress could not be saved: {error}")


def _move_aside() -> None:
    n = 1
    while (aside := path().with_name(f"progress.unreadable-{n}.json")).exists():
        n += 1
    try:
        os.replace(path(), aside)
        _say(f"The record of your progress could not be read. It was moved to {aside}; a new one begins.")
    except OSError:                        # another notebook was faster
        pass


def _say(text: str) -> None:
    print(text, file=sys.stderr)
