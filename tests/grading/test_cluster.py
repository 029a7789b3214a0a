"""A real Dask scheduler and two workers in processes of their own, one of which is killed in the middle."""
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from classroom.grade import cluster
from classroom.grade.journal import Journal
from classroom.grade.read.submissions import Submission

from . import helpers

ROOT = Path(__file__).parents[2]
NOTEBOOK = helpers.handed_in(ROOT / "solutions" / "01_dot_product_attention.ipynb").decode()
WRONG = NOTEBOOK.replace("dot_product_scores(q, k) / np.sqrt(q.shape[-1])", "dot_product_scores(q, k)")


def handed_in(folder, count):
    """Every third is wrong in one exercise, every fifth is no notebook."""
    submissions = []
    for n in range(count):
        path = folder / f"learner{n:02d}" / "01.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("no notebook" if n % 5 == 4 else WRONG if n % 3 == 2 else NOTEBOOK, encoding="utf-8")
        submissions.append(Submission(learner=f"learner{n:02d}", name=f"learner{n:02d}/01.ipynb", path=path))
    return submissions


def expected(count):
    return [None if n % 5 == 4 else 4 if n % 3 == 2 else 7 for n in range(count)]


def marks(records):
    return [record["points"] if record["status"] == "graded" else None for record in records]


class Machines:
    """A scheduler and workers, as a teacher starts them."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        self.environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(folder)}
        scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        self.address = self.wait_for(scheduler, r"Scheduler at:\s+(tcp://\S+)")
        self.workers = [self.start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                                   "--local-directory", str(folder / f"worker{n}")) for n in range(2)]
        for worker in self.workers:
            self.wait_for(worker, r"Registered to:\s+(\S+)")

    def start(self, *arguments):
        log = self.folder / f"log{len(self.started)}"
        with log.open("wb") as output:
            process = subprocess.Popen([sys.executable, "-m", "dask", *arguments], cwd=self.folder,
                                       env=self.environment, stdout=output, stderr=output, start_new_session=True)
        process.log = log
        self.started.append(process)
        return process

    def wait_for(self, process, pattern):
        while not (found := re.search(pattern, process.log.read_text())):
            assert process.poll() is None, process.log.read_text()
            time.sleep(0.05)
        return found[1]

    def stop(self):
        for process in reversed(self.started):
            process.kill()
            process.wait()


@pytest.fixture
def machines(tmp_path):
    running = Machines(tmp_path)
    yield running
    running.stop()


@pytest.mark.slow
def test_a_worker_is_killed_and_nothing_is_lost(machines, tmp_path, monkeypatch):
    count = 24
    submissions, results = handed_in(tmp_path / "submitted", count), tmp_path / "out" / "results.jsonl"
    submissions[9].path.unlink()
    submissions[9].path.symlink_to(submissions[0].path)
    written = []
    write = Journal.write

    def killing(journal, submission, record):
        write(journal, submission, record)
        written.append(submission.name)
        if len(written) == 4:
            machines.workers[0].send_signal(signal.SIGKILL)

    monkeypatch.setattr(Journal, "write", killing)
    records = cluster.grade_all(submissions, results, machines.address, lesson="01", seed=3, progress=False)
    assert machines.workers[0].wait() == -signal.SIGKILL and machines.workers[1].poll() is None
    assert marks(records) == expected(count)
    assert Counter(written) == Counter(submission.name for submission in submissions), "each written once"
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert [line["submission"] for line in lines] == [submission.name for submission in submissions]
    assert {line["seed"] for line in lines} == {3}
    assert records[9]["status"] == "unreadable", "links are not followed"

    # Again: nothing is to be done, and one notebook that has changed is graded again.
    cluster.grade_all(submissions, results, machines.address, lesson="01", progress=False)
    assert written[count:] == [submissions[9].name], "it has no content by which it could be known"
    submissions[4].path.write_text(NOTEBOOK, encoding="utf-8")
    records = cluster.grade_all(submissions, results, machines.address, lesson="01", progress=False)
    assert set(written[count:]) == {submissions[9].name, submissions[4].name}
    assert (records[4]["points"], records[4]["seed"]) == (7, 3)


def test_what_no_worker_finishes_has_no_mark(tmp_path, monkeypatch):
    """Three workers were lost, one after the other: the grader's failure, as on one machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as local:
        monkeypatch.setattr(cluster, "_grade", fails)
        [submission] = handed_in(tmp_path, 1)
        [record] = cluster.grade_all([submission], tmp_path / "results.jsonl", local.scheduler_address, seed=3,
                                     progress=False)
    assert (record["status"], record["points"], record["seed"]) == ("grader error", None, 3)
    assert record["message"] == "No worker could grade it: MemoryError: none left"


def fails(*arguments):
    raise MemoryError("none left")


@pytest.mark.slow
def test_no_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_ANSWERS", 1)
    with pytest.raises(cluster.ClusterError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        cluster.grade_all(handed_in(tmp_path, 1), tmp_path / "results.jsonl", "tcp://127.0.0.1:9", progress=False)
