"""The same work on a Dask cluster, for a class that outgrows one machine.

The cluster's machines have the course installed and share no files with this one: notebooks travel
there, records travel back, and only this process writes results. A worker that dies costs time; what
it was grading is graded elsewhere, and each submission is recorded once.
"""
import atexit
import itertools
import json
import secrets
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from classroom.grade.read.notebooks import Forbidden, NoFile, Unreadable, content_of
from classroom.grade.read.submissions import Submission
from course._words import language, say, speaking

from .grader import Grader
from .journal import Journal
from .record import Level, Record, lost

Settings = tuple[str | None, Level, int]         # lesson, isolation, seed
_OTHER_TRIES = 2
_ANSWERS = 20          # seconds for a scheduler to answer
_here = threading.local()


class ClusterError(OSError):
    """The cluster cannot be used (any more). What has been graded is kept."""


def grade_all(submissions: Sequence[Submission], results: Path, scheduler: str, *, lesson: str | None = None,
              isolation: Level = "none", seed: int | None = None, progress: bool = True) -> list[Record]:
    """Grade on the cluster of this scheduler; see `batch.grade_all`, whose results and resumption these are.

    Args:
        scheduler: its address, as "tcp://host:8786", or "tls://..." with certificates in Dask's configuration.

    Raises:
        journal.JournalError: if another run writes to the file.
        ClusterError: if no scheduler answers or the connection is lost; the same call goes on from there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(say("--scheduler needs Dask: pip install 'build-a-transformer[cluster]'")) from None
    with Journal(results, submissions, lesson, seed, isolation) as journal:
        if journal.notice():
            print(journal.notice())
        if not journal.open:
            return journal.records()
        try:
            client = Client(scheduler, timeout=_ANSWERS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(say("no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, "
                                   "and workers with `dask worker ADDRESS`", address=scheduler, error=error)) from None
        done = len(journal.records())
        with client, tqdm(total=done + len(journal.open), initial=done, unit=say("submission"),
                          desc=say("Grading"), disable=not progress) as bar:
            for submission, record in _graded(client, journal.open, (lesson, isolation, journal.seed)):
                journal.write(submission, record)
                bar.update()
        return journal.records()


def _graded(client: Any, submissions: Sequence[Submission], settings: Settings) -> Iterator[tuple[Submission, Record]]:
    """Submissions and their records as they are finished. Only so many are under way that memory stays flat."""
    from distributed import as_completed

    lesson, isolation, seed = settings
    here = [submission for submission in submissions if _content(submission) is None]
    for submission in here:                # no file that could be sent: a link, say; nothing is run for it
        yield submission, Grader(lesson=lesson, seed=seed).grade(submission)
    waiting = (submission for submission in submissions if submission not in here)
    run, under_way, numbers = secrets.token_hex(4), {}, itertools.count()

    def submit(submission: Submission, tries: int) -> Any:
        future = client.submit(_grade, submission.learner, submission.name, _content(submission),
                               tuple(submission.notes), settings, language(), pure=False,
                               key=f"grade-{run}-{next(numbers)}")
        under_way[future.key] = submission, tries
        return future

    at_once = 4 * max(2, sum(client.nthreads().values()))
    done = as_completed([submit(submission, 0) for submission in itertools.islice(waiting, at_once)], loop=client.loop)
    for future in done:
        submission, tries = under_way.pop(future.key)
        if future.status in ("cancelled", "lost"):
            raise ClusterError(say("the connection to the scheduler was lost; the same command goes on from there"))
        if future.status == "finished":
            yield submission, json.loads(future.result())
        elif tries < _OTHER_TRIES:          # its worker died, perhaps of something else that it was doing
            done.add(submit(submission, tries + 1))
            continue
        else:
            yield submission, lost(submission, _said(future.exception()), seed)
        future.release()
        following = next(waiting, None)
        if following is not None:
            done.add(submit(following, 0))


def _grade(learner: str, name: str, content: bytes, notes: tuple[str, ...], settings: Settings,
           spoken: str) -> str:
    """On a worker: grade one notebook and return its record as JSON."""
    with tempfile.TemporaryDirectory(prefix="course-grade-") as folder, speaking(spoken):
        path = Path(folder) / "submission.ipynb"
        path.write_bytes(content)
        return json.dumps(_grader(settings).grade(Submission(learner=learner, name=name, path=path, notes=notes)))


def _grader(settings: Settings) -> Grader:
    """This thread's grader, which holds the fork server; it is started once."""
    if getattr(_here, "settings", None) != settings:
        lesson, isolation, seed = settings
        grader = Grader(lesson=lesson, isolation=isolation, seed=seed)
        atexit.register(grader.close)
        _here.grader, _here.settings = grader.__enter__(), settings
    return _here.grader


def _content(submission: Submission) -> bytes | None:
    """The notebook, read as the grader reads it: links and devices are not."""
    try:
        return content_of(Path(submission.path))
    except (Unreadable, NoFile, Forbidden):
        return None


def _said(error: BaseException | None) -> str:
    return f"No worker could grade it: {type(error).__name__}: {error}"
