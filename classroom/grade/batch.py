"""A class of any size: several Graders in processes of their own, and a file of results that survives a power cut."""
import contextlib
import hashlib
import json
import os
import secrets
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from tqdm import tqdm

from classroom.grade.read.notebooks import MAX_FILE
from classroom.grade.read.submissions import Submission
from course._paths import atomic_path

__all__ = ["grade_all", "read_results"]

_TRIES = 2                 # how often a submission is begun, if the worker itself is lost


def grade_all(submissions: Iterable[Submission], results: Path | str, *, lesson: str | None = None, workers: int = 2,
              isolation: str = "none", seed: int | None = None, progress: bool = True) -> list[dict[str, Any]]:
    """Grade many submissions; returns their records in the same order.

    Each record is added to `results` (JSON lines) as soon as it is there. A later call with the same file goes on
    where this one stopped: what is there with the same content is not graded again, a torn last line is. The seed of
    the records that are there is used again, unless another one is given.

    Raises:
        RuntimeError: if no worker can be started: with too little isolation, for instance.
    """
    submissions, results = list(submissions), Path(results)
    results.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{results}.lock", timeout=0):
            return _grade_all(submissions, results, lesson, workers, isolation, seed, progress)
    except Timeout:
        raise RuntimeError(f"{results}: another run is writing to this file") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(f"{results}.lock")


def read_results(path: Path | str) -> list[dict[str, Any]]:
    """The records of a file of results; lines that are not whole are left out."""
    found = []
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict) and {"learner", "submission", "status"} <= record.keys():
                    found.append(record)
    return found


def _grade_all(submissions, results, lesson, workers, isolation, seed, progress) -> list[dict]:
    old = {_key(record): record for record in read_results(results)}
    wanted = {(s.learner, s.name): s for s in submissions}
    done: dict[tuple, dict] = {}
    for key, submission in wanted.items():
        record = old.get(key)
        if record and record["status"] != "grader error" and record.get("sha256") \
                and record["sha256"] == _digest(submission.path) and _same_lesson(record, lesson) \
                and seed in (None, record.get("seed")):
            done[key] = record
    if seed is None:
        seeds = [record["seed"] for record in done.values() if isinstance(record.get("seed"), int)]
        seed = seeds[0] if seeds else secrets.randbits(31)
    with atomic_path(results) as fresh, open(fresh, "w", encoding="utf-8") as file:
        for key, record in old.items():
            if key not in wanted or key in done:
                file.write(json.dumps(record) + "\n")
    todo = [s for key, s in wanted.items() if key not in done]
    setting = {"lesson": lesson, "isolation": isolation, "seed": seed}
    with open(results, "a", encoding="utf-8") as file, tqdm(
            total=len(wanted), initial=len(done), unit="submission", desc="Grading", disable=not progress) as bar:
        for submission, record in _graded(todo, setting, max(1, min(workers, len(todo)))):
            file.write(json.dumps(record) + "\n")
            file.flush()
            done[submission.learner, submission.name] = record
            bar.update()
    return [done[s.learner, s.name] for s in submissions]


def _graded(todo: list[Submission], setting: dict, workers: int) -> Iterator[tuple[Submission, dict]]:
    """Records in the order in which they are ready. A worker that is lost costs nobody anything but time."""
    queue = [(submission, 1) for submission in reversed(todo)]
    busy = 0
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        def start() -> None:
            worker = stack.enter_context(_Worker(setting))
            selector.register(worker.process.stdout, selectors.EVENT_READ, worker)

        for _ in range(workers if todo else 0):
            start()
        busy = workers if todo else 0
        while busy:
            for chosen, _ in selector.select():
                worker = chosen.data
                for message in worker.messages():
                    if message is None or "failed" in message:
                        selector.unregister(worker.process.stdout)
                        busy -= 1
                        if message is not None or not worker.ready:
                            raise RuntimeError((message or {}).get("failed", "A worker of the grader did not start."))
                        submission, tries = worker.current
                        if submission is not None and tries < _TRIES:
                            queue.append((submission, tries + 1))
                        elif submission is not None:
                            yield submission, _lost(submission, setting)
                        if queue:
                            start()
                            busy += 1
                        break
                    if "ready" in message:
                        worker.ready = True
                    else:
                        yield worker.current[0], message
                        worker.current = (None, 0)
                    if queue:
                        worker.send(queue.pop())
                    else:
                        selector.unregister(worker.process.stdout)
                        worker.process.stdin.close()
                        busy -= 1
                        break


class _Worker(contextlib.AbstractContextManager):
    """A process that runs `classroom.grade.worker`."""

    def __init__(self, setting: dict):
        root = str(Path(__file__).resolve().parents[2])
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(
            filter(None, [root, os.environ.get("PYTHONPATH")]))}
        self.process = subprocess.Popen([sys.executable, "-m", "classroom.grade.worker"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=environment)
        self.ready = False
        self.current: tuple[Submission | None, int] = (None, 0)
        self.rest = b""
        self._write(setting)

    def __exit__(self, *error) -> None:
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(OSError):
            self.process.stdout.close()
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
                     "path": os.fsencode(submission.path).hex()})

    def messages(self) -> list[dict | None]:
        """What it has said; None at the end, if it is lost."""
        part = os.read(self.process.stdout.fileno(), 1 << 20)
        if not part:
            return [None]
        *lines, self.rest = (self.rest + part).split(b"\n")
        return [json.loads(line) for line in lines]

    def _write(self, message: dict) -> None:
        with contextlib.suppress(OSError):              # a lost worker shows itself when it is read
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()


def _lost(submission: Submission, setting: dict) -> dict[str, Any]:
    return {"learner": submission.learner, "submission": submission.name, "lesson": None, "sha256": None,
            "status": "grader error", "message": "The process that graded this was lost, twice.", "isolation": "none",
            "isolation_details": [], "seed": setting["seed"], "seconds": 0.0, "notes": list(submission.notes),
            "points": 0, "max_points": None, "exercises": []}


def _key(record: dict) -> tuple[str, str]:
    return record["learner"], record["submission"]


def _same_lesson(record: dict, lesson: str | None) -> bool:
    return lesson is None or str(record.get("lesson") or "").lstrip("0").split("_")[0] == \
        str(lesson).lstrip("0").split("_")[0]


def _digest(path: Path) -> str | None:
    try:
        if not path.is_file() or path.is_symlink():
            return None
        with open(path, "rb") as file:
            return hashlib.sha256(file.read(MAX_FILE + 1)).hexdigest()
    except OSError:
        return None
