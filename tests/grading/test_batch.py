"""Many submissions: results that survive, and the same marks whoever is graded beside."""
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from classroom.grade.batch import grade_all
from classroom.grade.grader import Grader, IsolationError
from classroom.grade.journal import read_results
from classroom.grade.read.submissions import Submission, find
from classroom.grade.record import LEVELS

from .helpers import lesson_01, notebook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


@pytest.fixture
def school(tmp_path):
    """Five learners: two right, one wrong, one broken, one who handed in nothing."""
    for name, content in {"anna": lesson_01(), "bert": lesson_01(ex_1_1="def dot_product_scores(q, k):\n"
        "    return k @ q.T"),
                          "carl": b'{"cells": [', "dora": lesson_01(before="# the same\n")}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "x.ipynb").write_bytes(content)
    (tmp_path / "class" / "eva").mkdir()
    return tmp_path / "class"


def marks(records):
    return {r["learner"]: (r["status"], r["points"]) for r in records}


EXPECTED = {"anna": ("graded", 7), "bert": ("graded", 6), "carl": ("unreadable", 0), "dora": ("graded", 7),
            "eva": ("missing", 0)}


# What a worker does that runs nothing, and so needs neither PyTorch nor a server: the marks are read off the text. How
# submissions are handed to workers, and what becomes of them when a worker is lost, is the same.
LIGHT = """
import os, sys
if '-m' in sys.orig_argv and 'classroom.grade.worker' in sys.orig_argv:
    from classroom.grade import grader as g
    from classroom.grade.read.notebooks import cells_of, content_of
    def read(self, submission, record):
        if submission.unreadable:
            raise g.Unreadable(submission.unreadable)
        content = content_of(submission.path)
        cells_of(content)
        record.update(sha256=g.hashlib.sha256(content).hexdigest(), points=6 if b'k @ q.T' in content else 7)
    def grade(self, submission):
        if submission.learner == 'bert' and os.listdir(DEATHS):
            os.unlink(os.path.join(DEATHS, os.listdir(DEATHS)[0]))
            os._exit(3)
        return real(self, submission)
    real, g.Grader.grade, g.Grader._grade = g.Grader.grade, grade, read
    g.Grader.__enter__ = lambda self: self
"""


@pytest.fixture
def light(tmp_path, monkeypatch):
    """Workers that run nothing. They die while they grade bert: as often as there are files in the folder."""
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    (tmp_path / "patched").mkdir()
    (tmp_path / "patched" / "sitecustomize.py").write_text(LIGHT.replace("DEATHS", repr(str(deaths))))
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path / "patched")])
    return lambda: monkeypatch.setenv("PYTHONPATH", path) or deaths


def test_a_run_goes_on_where_it_stopped(school, tmp_path, light):
    results = tmp_path / "out" / "results.jsonl"
    first = grade_all(find(school), results, workers=2, seed=4, progress=False)
    assert marks(first) == EXPECTED and [r["learner"] for r in first] == list(EXPECTED)
    assert sorted(read_results(results), key=lambda r: r["learner"]) == first
    lines = results.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if json.loads(line)["learner"] in ("anna", "bert")]
    results.write_bytes(b"".join(whole) + lines[0][:100])                # killed in the middle of a line
    (school / "bert" / "x.ipynb").write_bytes(lesson_01())               # and handed in again
    light()
    second = grade_all(find(school), results, workers=1, progress=False)
    assert marks(second) == EXPECTED | {"bert": ("graded", 7)}
    anna = [json.loads(line) for line in whole if json.loads(line)["learner"] == "anna"]
    assert [r for r in second if r["learner"] == "anna"] == anna, "graded twice"
    assert {r["seed"] for r in second} == {4}
    assert Counter(r["learner"] for r in read_results(results)) == dict.fromkeys(EXPECTED, 1)
    assert sorted(os.listdir(results.parent)) == [".results.jsonl.lock", "results.jsonl"]


def test_a_killed_run_loses_nothing(school, tmp_path, light):
    light()
    results = tmp_path / "results.jsonl"
    program = ("import sys\nfrom classroom.grade.batch import grade_all\n"
               "from classroom.grade.read.submissions import find\n"
               "grade_all(find(sys.argv[1]), sys.argv[2], workers=1, progress=False)")
    run = subprocess.Popen([sys.executable, "-c", program, str(school), str(results)])
    while run.poll() is None and not (results.exists() and results.read_bytes().count(b"\n") >= 2):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    kept = read_results(results)
    assert len(kept) >= 2
    records = grade_all(find(school), results, workers=1, progress=False)
    assert marks(records) == EXPECTED
    assert [r for r in records if r["learner"] == "anna"] == [r for r in kept if r["learner"] == "anna"]


def test_a_lost_worker_is_replaced(school, tmp_path, light):
    """A worker that dies in the middle: its submission is graded by another one."""
    dying = light()
    (dying / "1").touch()
    given_up = Submission("zoe", "zoe", tmp_path / "gone", unreadable="Looking through it took too much.")
    *records, zoe = grade_all([*find(school), given_up], tmp_path / "results.jsonl", workers=2, progress=False)
    assert not os.listdir(dying) and marks(records) == EXPECTED
    assert (zoe["status"], zoe["message"]) == ("unreadable", given_up.unreadable), "the reason travels to the worker"


def test_what_no_worker_finishes_has_no_mark(school, tmp_path, light):
    dying = light()
    for name in "12":
        (dying / name).touch()
    records = grade_all(find(school), tmp_path / "results.jsonl", workers=1, progress=False, seed=4)
    assert not os.listdir(dying) and marks(records) == EXPECTED | {"bert": ("grader error", None)}
    assert records[1]["seed"] == 4 and "lost" in records[1]["message"]
    assert marks(grade_all(find(school), tmp_path / "results.jsonl", workers=1, progress=False)) == EXPECTED


def test_a_failure_of_the_grader_is_no_zero(tmp_path, monkeypatch):
    monkeypatch.setattr(Grader, "_grade", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    record = Grader(lesson="01", seed=3).grade(Submission("anna", "x.ipynb", tmp_path / "x.ipynb"))
    assert (record["status"], record["points"], record["message"]) == ("grader error", None, "OSError: no space left")


def test_too_little_isolation_is_refused(school, tmp_path, monkeypatch):
    monkeypatch.setattr(Grader, "_confined", lambda self, hello: (_ for _ in ()).throw(IsolationError("no")))
    with pytest.raises(IsolationError), Grader(isolation="full"):
        pass
    with pytest.raises(ValueError, match="isolation is 'total'"):
        Grader(isolation="total")
    with pytest.raises(ValueError, match="no lesson"):
        Grader(lesson="77")


def test_isolation_below_what_is_required_is_an_error():
    grader = Grader(isolation="full")
    with pytest.raises(IsolationError, match="'partial'"):
        grader._confined({"level": "partial", "details": ["limits"]})
    for level in LEVELS:
        Grader(isolation="none")._confined({"level": level, "details": []})


KINDS = {
    "right": (lesson_01(), 7), "wrong": (lesson_01(ex_1_2="def softmax(x):\n"
    "    return np.exp(x) / np.exp(x).sum(0)"), 5),
    "stub": (lesson_01(ex_1_3="def attention(q, k, v):\n    raise NotImplementedError"), 4),
    "raises": (lesson_01(ex_1_1="def dot_product_scores(q, k):\n    return q @ k"), 6),
    "exits": (lesson_01(ex_1_4="import os\nprediction = os._exit"), 6),
    "torn": (lesson_01()[:700], 0), "empty": (b"", 0), "nothing": (notebook("x = 1"), 0),
    "large": (lesson_01(ex_1_1="def dot_product_scores(q, k):\n    return np.zeros((900, 900))"), 6),
    "patches": (lesson_01(before="import numpy\nnumpy.allclose = lambda *a: True",
                          ex_1_2="def softmax(x):\n    return np.exp(x) / np.exp(x).sum(0)"), 5),
}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such promise")
def test_a_worker_in_the_middle_of_something_ends_with_its_parent(tmp_path, monkeypatch):
    """In a C function that never comes back, where no Python of ours could notice anything."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif '-m' in sys.orig_argv and 'classroom.grade.worker' in sys.orig_argv:\n"
        "    import re, classroom.grade.grader as g\n"
        f"    g.Grader.__init__ = lambda self, **_: open({str(tmp_path / 'begun')!r}, 'w').close() or "
        "re.match('(a+)+$', 'a' * 60 + 'b')\n")
    parent = ("import subprocess, sys, time\n"
              "w = subprocess.Popen([sys.executable, '-m', 'classroom.grade.worker'], stdin=subprocess.PIPE)\n"
              "w.stdin.write(b'{}\\n'); w.stdin.flush()\nprint(w.pid, flush=True)\ntime.sleep(1000)")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])}
    run = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env=environment)
    worker = Path("/proc", run.stdout.readline().strip(), "stat")

    def computed() -> int:
        return int(worker.read_text().rpartition(")")[2].split()[11])

    until = time.monotonic() + 200
    while time.monotonic() < until and not (tmp_path / "begun").exists():
        time.sleep(0.1)
    begun = computed()
    while time.monotonic() < until and computed() < begun + 50:   # half a second of computing: it is in there
        time.sleep(0.1)
    assert computed() >= begun + 50, "it is not at work"
    run.kill()
    run.wait()
    run.stdout.close()
    until = time.monotonic() + 10
    while worker.exists() and " Z " not in worker.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert not worker.exists() or " Z " in worker.read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_many_submissions_need_no_more_memory_than_a_few(tmp_path):
    """One Grader, two hundred submissions of ten kinds: every mark is right, and the memory stays.

    `benchmarks/grading.py` measures it for a thousand.
    """
    import resource

    made = []
    for n in range(200):
        kind = list(KINDS)[n % len(KINDS)]
        path = tmp_path / f"{kind}-{n}.ipynb"
        path.write_bytes(KINDS[kind][0] + b" " * n)
        made.append(Submission(f"{kind}-{n}", path.name, path))
    used = []
    with Grader(seed=1) as grader:
        for n, submission in enumerate(made):
            record = grader.grade(submission)
            assert record["points"] == KINDS[submission.learner.split("-")[0]][1], record
            if n in (60, 199):
                status = Path(f"/proc/{grader.server.process.pid}/status").read_text()
                server = int(status.split("VmRSS:")[1].split()[0])
                used.append((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, server))
    for before, after in zip(used[0], used[-1], strict=True):
        assert after - before < 8_000, used               # kilobytes
