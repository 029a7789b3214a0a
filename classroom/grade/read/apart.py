"""Having what learners handed in looked at elsewhere: by the reader (`reader.py`), a process with limits.

One reader serves this whole process and looks at one hand-in after the other. A hand-in that asks for more than the
limits allow ends its reader, is named for it, and costs nobody else more than the start of the next reader.
"""
import atexit
import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course import _system
from course._words import language, say

from . import archives
from .notebooks import NoFile, Unreadable
from .reading import Notebook

__all__ = ["MEMORY", "SECONDS", "Reader", "TooMuch", "answers", "notebook", "shared"]

SECONDS = 30.0             # of computing, for all that is looked at for one request
MEMORY = 1 << 30           # bytes, beyond what a reader has at its start
_PATIENCE = 4              # waiting may take this many times as long as computing
_REPLY = 64 << 20          # bytes of an answer: a notebook's code is shorter


class TooMuch(Exception):
    """A hand-in took more than the reader may use; the text says of what. `certain`: nothing else ended the reader."""

    def __init__(self, text: str, certain: bool):
        super().__init__(text)
        self.certain = certain


class Reader:
    """The reader's process: started when it is first asked, and again when it has ended."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.lock = threading.RLock()
        self.started = 0                                     # how often

    def ask(self, op: str, tries: int = 2, **given: Any) -> dict[str, Any]:
        """One request and its answer. Raises TooMuch, and RuntimeError where the reader itself fails."""
        with self.lock:
            while True:
                try:
                    return self._ask(op, given)
                except TooMuch as error:
                    tries -= 1
                    if error.certain or not tries:
                        raise

    def close(self) -> None:
        """End the process."""
        with self.lock:
            if self.process is not None:
                self.process.kill()
                self.process.wait()
                for stream in (self.process.stdin, self.process.stdout):
                    with contextlib.suppress(OSError):
                        stream.close()                       # type: ignore[union-attr]
                self.process = None

    def _ask(self, op: str, given: dict[str, Any]) -> dict[str, Any]:
        if self.process is None:
            self._start()
        assert self.process is not None and self.process.stdin is not None
        request = given | {"op": op, "cwd": os.getcwd(), "seconds": SECONDS, "most": [
            archives.MAX_MEMBERS, archives.MAX_UNPACKED, archives.MAX_NOTEBOOKS]}
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            reply = json.loads(self._line())
        except (OSError, EOFError, ValueError):
            raise self._lost() from None
        if reply.pop("last", False):
            self.close()
        if "too much" in reply:
            raise TooMuch(f"more than {MEMORY >> 20} MB of memory", True)
        if "failed" in reply:
            raise RuntimeError(f"The reader failed: {reply['failed']}")
        return reply

    def _start(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path,
                                    "COURSE_LANG": language()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "classroom.grade.read.reader", str(os.getpid()), str(MEMORY)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.started += 1

    def _line(self) -> bytes:
        assert self.process is not None and self.process.stdout is not None
        parts, size, until = [], 0, time.monotonic() + _PATIENCE * SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(max(until - time.monotonic(), 0)):
                    _system.end_overdue(self.process)
                    raise EOFError
                parts.append(os.read(self.process.stdout.fileno(), 1 << 20))
                size += len(parts[-1])
                if not parts[-1] or size > _REPLY:
                    raise EOFError
                if parts[-1].endswith(b"\n"):
                    return b"".join(parts)

    def _lost(self) -> TooMuch:
        """Why it is gone. That its computing time was up is certain; what else ends a process is seen twice first."""
        assert self.process is not None
        try:
            status = self.process.wait(1)
        except subprocess.TimeoutExpired:
            status = None
        self.close()
        if _system.overdue(status):
            return TooMuch(say("more than {seconds:g} seconds of computing", seconds=SECONDS), True)
        how = "gave no answer" if status is None or status >= 0 else _system.ending(status).removeprefix("it ")
        return TooMuch(f"more than can be read: the process that read it {how}", False)


_shared = Reader()
atexit.register(_shared.close)


def shared() -> Reader:
    """The reader of this process."""
    return _shared


def notebook(path: Path, name: str, lesson: int | None, exercises: list[tuple[str, list[str]]]) -> Notebook:
    """As `reading.read`, in the reader. Raises NoFile, Unreadable, and RuntimeError where the reader itself fails."""
    try:
        reply = _shared.ask("read", path=str(path), name=name, lesson=lesson, exercises=exercises)
    except TooMuch as error:
        raise Unreadable(say("Reading the file took {what}. Is there a cell with very much or very deeply nested code? "
                             "Take it out and hand the notebook in again.", what=error)) from None
    if "no file" in reply:
        raise NoFile(reply["no file"])
    if "unreadable" in reply:
        raise Unreadable(reply["unreadable"])
    return Notebook.of(reply)


def answers(path: Path, names: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, Counter[str]]]:
    """As `alike.answers`, in the reader, and of each answer its statements. Nothing of a file that cannot be read."""
    try:
        reply = _shared.ask("alike", path=str(path), names={id: list(given) for id, given in names.items()})
    except TooMuch:
        return {}
    return {id: (code, Counter(dict(statements))) for id, (code, statements) in reply["answers"].items()}
