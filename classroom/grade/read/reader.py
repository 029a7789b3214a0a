"""The reader: a process that looks at what learners handed in, within limits, and says what it found.

Unzipping, parsing and slicing happen here, one hand-in after the other, and nowhere else. A hand-in that makes them
compute or grow without end ends this process, and is named by the one that asked (`apart.py`), which starts another. A
request is a line of JSON on standard input, its answer a line on standard output. No code of a learner's is run.
"""
import json
import os
import sys
from pathlib import Path
from typing import Any

from course import _system
from course._words import say

from . import alike, archives, reading, submissions
from .notebooks import NoFile, Unreadable
from .places import Place, Unpacked

__all__ = ["main"]

_LARGE = 400 << 20         # bytes that it has held: another one takes its place, so that memory stays flat


class _Class:
    """The entries of a class's folder or zip, which stay open while one after the other is looked at."""

    def __init__(self) -> None:
        self.tops: list[Place] = []
        self.unpacked: Unpacked | None = None

    def open(self, path: Path, kind: Any, folder: Path) -> dict[str, Any]:
        self.close()
        folder.mkdir(exist_ok=True)
        self.unpacked = Unpacked(folder)
        self.tops, note, left = submissions.entries_of(Place(path.name, kind, path), self.unpacked)
        return {"tops": [[top.name, top.kind in ("folder", "zip")] for top in self.tops], "note": note,
                "left": left}

    def owner(self, n: int) -> dict[str, Any]:
        assert self.unpacked is not None
        with Unpacked(self.unpacked.folder, self.unpacked.count) as open_zips:
            owner = submissions.owner_of(self.tops[n], open_zips)
        return {"owner": None if owner is None else owner.told()}

    def close(self) -> None:
        if self.unpacked is not None:
            self.unpacked.close()
        self.tops, self.unpacked = [], None


def _answer(class_: _Class, given: dict[str, Any]) -> dict[str, Any]:
    os.chdir(given["cwd"])
    archives.MAX_MEMBERS, archives.MAX_UNPACKED, archives.MAX_NOTEBOOKS = given["most"]
    if given["op"] == "read":
        try:
            return reading.read(Path(given["path"]), given["name"], given["lesson"], given["exercises"])
        except NoFile as error:
            return {"no file": str(error)}
        except Unreadable as error:
            return {"unreadable": str(error)}
    if given["op"] == "alike":
        found = alike.answers(Path(given["path"]), given["names"])
        return {"answers": {id: [code, list(alike.statements(code).items())] for id, code in found.items()}}
    if given["op"] == "class":
        return class_.open(Path(given["path"]), given["kind"], Path(given["folder"]))
    if given["op"] == "owner":
        return class_.owner(given["n"])
    class_.close()
    return {}


def main() -> None:
    """Answer until the other end hangs up."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)                                   # what a library prints does not get between the answers
    parent = int(sys.argv[1])
    class_ = _Class()
    say("The file is empty.")                       # the catalogue is read before there are limits
    _system.limit_memory(int(sys.argv[2]))
    _system.end_with(parent)
    for line in sys.stdin:
        given = json.loads(line)
        _system.end_after(given["seconds"])
        last = False
        try:
            reply = _answer(class_, given)
        except (MemoryError, RecursionError):
            reply, last = {"too much": "memory"}, True
        except Exception as error:
            reply = {"failed": f"{type(error).__name__}: {error}"[:500]}
        _system.end_after(0)
        last = last or _system.most_memory() > _LARGE
        answers.write(json.dumps(reply | {"last": last}) + "\n")
        answers.flush()
        if last:
            break
    os._exit(0)


if __name__ == "__main__":
    main()
