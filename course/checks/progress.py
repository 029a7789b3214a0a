"""The learner's record: one small JSON file that survives interruption, corruption and two notebooks at once."""
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course.paths import atomic_path, state_dir

from .verdict import Verdict

_EMPTY = {"attempts": 0, "hints": 0, "solution": False, "points": 0, "status": "not attempted", "passed": None}


def path() -> Path:
    return state_dir() / "progress.json"


def load() -> dict[str, dict[str, Any]]:
    """The record by exercise id: attempts, hints, solution, points (the best), status (the last), passed (when)."""
    file = path()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {str(id): {**_EMPTY, **entry} for id, entry in content["exercises"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def record(id: str, verdict: Verdict) -> None:
    """Note an attempt."""
    def change(entry: dict[str, Any]) -> None:
        entry["status"] = verdict.status if not entry["passed"] else "correct"
        if verdict.status == "not attempted":
            return
        entry["attempts"] += 1
        entry["points"] = max(entry["points"], verdict.points)
        if verdict.status == "correct" and not entry["passed"]:
            entry["passed"] = datetime.now(UTC).isoformat(timespec="seconds")
            entry["status"] = "correct"
    _update(id, change)


def record_hint(id: str, opened: int) -> None:
    _update(id, lambda entry: entry.update(hints=max(entry["hints"], opened)))


def record_solution(id: str) -> None:
    _update(id, lambda entry: entry.update(solution=True))


def opened_hints(id: str) -> int:
    return load().get(id, _EMPTY)["hints"]


def _update(id: str, change) -> None:
    try:
        with FileLock(f"{path()}.lock", timeout=2):
            content = load()
            entry = content.setdefault(id, dict(_EMPTY))
            change(entry)
            with atomic_path(path()) as temporary:
                temporary.write_text(json.dumps({"version": 1, "exercises": content}, indent=1), encoding="utf-8")
    except (OSError, Timeout) as error:
        print(f"(Progress could not be saved: {error})", file=sys.stderr)
