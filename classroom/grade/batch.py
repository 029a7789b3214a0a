"""A class of any size on one machine: several Graders in processes of their own."""
import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from classroom.grade.read.submissions import Submission
from course._words import language, say

from .journal import Journal
from .launch import need_fork
from .record import Level, Record, lost

__all__ = ["grade_all", "graded"]

_TRIES = 2                 # how often a submission is begun, if the worker itself is lost
_LOST = "The process that graded this was lost, twice."


def grade_all(submissions: Iterable[Submission], results: Path | str, *, lesson: str | None = None, workers: int = 2,
              isolation: Level = "none", seed: int | None = None, progress: bool = True) -> list[Record]:
    """Grade many submissions; returns their records in the same order.

    Each record is in `results` (JSON lines) as soon as it is there. A later call with the same file goes on where this
    one stopped: see `journal.Journal`, which says what of it is kept, and which seed is used.

    Raises:
        RuntimeError: if no worker can be started: with too little isolation, for instance.
        journal.JournalError: if another run writes to the file.
    """
    need_fork()
    with Journal(results, submissions, lesson, seed, isolation) as journal:
        if journal.notice():
            print(journal.notice())
        setting = {"lesson": lesson, "isolation": isolation, "seed": journal.seed}
        done = len(journal.records())
        with tqdm(total=done + len(journal.open), initial=done, unit=say("submission"),
                  desc=say("Grading"), disable=not progress) as bar:
            for submission, record in graded(journal.open, setting, max(1, min(workers, len(journal.open)))):
                journal.write(submission, record)
                bar.update()
        return journal.records()


def graded(todo: list[Submission], setting: dict[str, Any], workers: int,
           module: str = "classroom.grade.worker") -> Iterator[tuple[Submission, Record]]:
    """Records in the order in which they are ready. A worker that is lost costs nobody anything but time."""
    queue = [(submission, 1) for submission in reversed(todo)]
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        def start() -> None:
            worker = stack.enter_context(_Worker(setting, module))
            selector.register(worker.answers, selectors.EVENT_READ, worker)

        for _ in range(workers if todo else 0):
            start()
        busy = workers if todo else 0
        while busy:
            for chosen, _ in selector.select():
                worker = chosen.data
                for message in worker.messages():
                    if message is None or "failed" in message:
                        selector.unregister(worker.answers)
                        busy -= 1
                        if message is not None or not worker.ready:
                            raise RuntimeError((message or {}).get("failed", "A worker of the grader did not start."))
                        if worker.current is not None:
                            submission, tries = worker.current
                            if tries < _TRIES:
                                queue.append((submission, tries + 1))
                            else:
                                yield submission, lost(submission, _LOST, setting["seed"])
                        if queue:
                            start()
                            busy += 1
                        break
                    if "ready" in message:
                        worker.ready = True
                    elif worker.current is not None:
                        yield worker.current[0], message
                        worker.current = None
                    if queue:
                        worker.send(queue.pop())
                    else:
                        selector.unregister(worker.answers)
                        worker.requests.close()
                        busy -= 1
                        break


class _Worker(contextlib.AbstractContextManager):
    """A process that runs `classroom.grade.worker`, or another module like it."""

    def __init__(self, setting: dict[str, Any], module: str):
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": path,
                                    "COURSE_LANG": language()}
        self.process = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=environment)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.requests: IO[bytes] = self.process.stdin
        self.answers: IO[bytes] = self.process.stdout
        self.ready = False
        self.current: tuple[Submission, int] | None = None
        self.rest = b""
        self._write(setting)

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(OSError):
            self.requests.close()
        with contextlib.suppress(OSError):
            self.answers.close()
        if error[0] is not None:
            self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(self, work: tuple[Submission, int]) -> None:
        """Have it grade a submission."""
        self.current = work
        submission = work[0]
        self._write({"learner": submission.learner, "name": submission.name, "notes": list(submission.notes),
                     "path": os.fsencode(submission.path).hex(), "unreadable": submission.unreadable})

    def messages(self) -> list[dict | None]:
        """What it has said; None at the end, if it is lost."""
        part = os.read(self.answers.fileno(), 1 << 20)
        if not part:
            return [None]
        *lines, self.rest = (self.rest + part).split(b"\n")
        return [json.loads(line) for line in lines]

    def _write(self, message: dict) -> None:
        with contextlib.suppress(OSError):              # a lost worker shows itself when it is read
            self.requests.write(json.dumps(message).encode() + b"\n")
            self.requests.flush()
