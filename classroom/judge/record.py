"""The learner's record: one small JSON file that survives interruption, corruption and two notebooks at once."""
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course._paths import FolderError, atomic_path, state_dir
from course._system import replace
from course._words import say

from .verdict import Verdict

Entry = dict[str, Any]
EMPTY: Entry = {"attempts": 0, "hints": 0, "solution": False, "points": 0, "status": "not attempted", "passed": None}


# What could not be written, for as long as this process lives.
_in_memory: dict[str, Entry] = {}
_said: set[str] = set()


def path() -> Path:
    """Where the record is kept: `progress.json` in the folder for the course's state."""
    return state_dir() / "progress.json"


def load() -> dict[str, Entry]:
    """The record by exercise id.

    Each entry has `attempts`, `hints` (how many are open), `solution` (whether it was shown),
    `points` (the best so far), `status` (once "correct", it stays so) and `passed` (the time of the
    first pass, UTC, or None). A file that cannot be read is moved aside, and a line says where to.
    What could not be written is known until this process ends.
    """
    return _written() | _in_memory


def _written() -> dict[str, Entry]:
    try:
        content = json.loads(path().read_text(encoding="utf-8"))
        return {str(id): _checked(entry) for id, entry in content["exercises"].items()}
    except (FileNotFoundError, FolderError, NotADirectoryError):
        return {}
    except OSError as error:
        _say(say("Your progress could not be read: {error}", error=error))
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
    return load().get(id, EMPTY)["hints"]


def _checked(entry: Entry) -> Entry:
    entry = {name: entry.get(name, default) for name, default in EMPTY.items()}
    for name in ("attempts", "hints", "points"):
        entry[name] = int(entry[name])
    return entry


def _update(id: str, change: Callable[[Entry], None]) -> None:
    """Read, change, write, while nobody else does. Progress that cannot be kept never stops a check."""
    try:
        with FileLock(f"{path()}.lock", timeout=5):
            content = load()
            change(content.setdefault(id, dict(EMPTY)))
            with atomic_path(path()) as temporary:
                temporary.write_text(json.dumps({"version": 1, "exercises": content}, indent=1), encoding="utf-8")
            _in_memory.clear()
    except (OSError, Timeout) as error:
        if id not in _in_memory:
            _in_memory[id] = load().get(id, dict(EMPTY))
        change(_in_memory[id])
        _say(say("Your progress could not be saved: {error} It is remembered until this notebook is closed.",
                 error=error) if isinstance(error, FolderError) else
             say("Your progress could not be saved: {error}. Name another folder in the variable COURSE_STATE. It is "
                 "remembered until this notebook is closed.", error=error))


def _move_aside() -> None:
    n = 1
    while (aside := path().with_name(f"progress.unreadable-{n}.json")).exists():
        n += 1
    try:
        replace(path(), aside)
        _say(say("The record of your progress could not be read. It was moved to {aside}; a new one begins.",
                 aside=aside))
    except OSError:                        # another notebook was faster
        pass


def _say(text: str) -> None:
    """On the error stream, the same line once."""
    if text not in _said:
        _said.add(text)
        print(text, file=sys.stderr)
