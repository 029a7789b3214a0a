"""The learner's record: one small JSON file that survives interruption, corruption and two notebooks at once."""
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course._paths import atomic_path, state_dir

from .verdict import Verdict

Entry = dict[str, Any]
EMPTY: Entry = {"attempts": 0, "hints": 0, "solution": False, "points": 0, "status": "not attempted", "passed": None}


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


def record_hint(id: str, opened: int) -> bool:
    """Note that hints 1 to `opened` are open. False if that could not be saved."""
    return _update(id, lambda entry: entry.update(hints=max(entry["hints"], opened)))


def record_solution(id: str) -> None:
    """Note that the solution was shown."""
    _update(id, lambda entry: entry.update(solution=True))


def opened_hints(id: str) -> int:
    """How many hints of an exercise have been opened."""
    return load().get(id, EMPTY)["hints"]


def _checked(entry: Entry) -> Entry:
    entry = {name: entry.get(name, default) for name, default in EMPTY.items()}
    for name in ("attempts", "hints", "points"):
        entry[name] = int(entry[name])
    return entry


def _update(id: str, change: Callable[[Entry], None]) -> bool:
    """Read, change, write, while nobody else does. Progress that cannot be kept never stops a check."""
    try:
        with FileLock(f"{path()}.lock", timeout=5):
            content = load()
            change(content.setdefault(id, dict(EMPTY)))
            with atomic_path(path()) as temporary:
                temporary.write_text(json.dumps({"version": 1, "exercises": content}, indent=1), encoding="utf-8")
    except (OSError, Timeout) as error:
        _say(f"Your progress could not be saved: {error}")
        return False
    return True


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
