"""Code that is hostile to the checker: it must have run, or been read, and cost nobody but its author anything.

What a learner's code prints is in the record, so that each case proves that its code ran: `MET` is printed on the way.
"""
import json
import signal
import sys
import time

import numpy as np
import pytest

from classroom import evaluate, exercises
from classroom.grade import grader as graders
from classroom.grade import launch, remote
from classroom.grade.grader import Grader
from classroom.grade.own_time import TooLong, own_time
from classroom.grade.read.submissions import Submission

from .helpers import START, lesson_01, notebook, statuses

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]

ALL_RIGHT = {"1.1": "correct", "1.2": "correct", "1.3": "correct", "1.4": "correct"}
MET = "the hostile code ran"
STANDALONE = ("def attention(q, k, v):\n    s = q @ k.T / np.sqrt(q.shape[-1])\n"
              "    p = np.exp(s - s.max(-1, keepdims=True))\n    w = p / p.sum(-1, keepdims=True)\n    return w @ v, w")
SOFTMAX = "p = np.exp(x - x.max(-1, keepdims=True))\n    return p / p.sum(-1, keepdims=True)"


@pytest.fixture(scope="module")
def grader():
    with Grader(isolation="full", seed=7) as grader:
        yield grader


@pytest.fixture
def graded(grader, tmp_path):
    """The record of a submission; somebody else's, graded afterwards, must be as it always is."""
    def grade(content: bytes) -> dict:
        path, other = tmp_path / "x.ipynb", tmp_path / "other.ipynb"
        path.write_bytes(content)
        record = grader.grade(Submission("mallory", path.name, path))
        other.write_bytes(lesson_01())
        assert statuses(grader.grade(Submission("ada", other.name, other))) == ALL_RIGHT
        assert record["status"] == "graded" and record["points"] is not None, record
        assert "grader error" not in statuses(record).values()
        return record
    return grade


def result(record: dict, id: str) -> dict:
    return next(r for r in record["exercises"] if r["id"] == id)


def one_exercise(id: str, code: str) -> bytes:
    return notebook(START, "import torch\nfrom torch import nn", code, f'check("{id}", {exercises.get(id).names[0]})')


# ------------------------------------------------------------------------------------ code that is hard to read

DEEP = {                 # the answer to 1.2, and whether it can be right all the same
    "a sum of 600 terms":
        (f"def softmax(x):\n    print({MET!r})\n    y = {' + '.join(['0'] * 600)}\n    {SOFTMAX}", True),
    "a sum of 600 terms at the outer level":
        (f"zero = {' + '.join(['x'] * 600)}\nx = 0\ndef softmax(x):\n    {SOFTMAX}", True),
    "500 branches": ("def softmax(x):\n    if x is None:\n        pass\n" + "    elif x is 0:\n        pass\n" * 500 +
                     f"    print({MET!r})\n    {SOFTMAX}", None),
    "500 branches at the outer level":
        ("n = 0\nif n:\n    pass\n" + "elif n:\n    pass\n" * 500 + f"def softmax(x):\n    {SOFTMAX}", None),
    "600 dots":
        (f"class A: pass\nA.a = A\nd = A{'.a' * 600}\ndef softmax(x):\n    print({MET!r}, d)\n    {SOFTMAX}", None),
    "600 dots that are bound":
        (f"class A:\n    pass\nA.a = A\nA{'.a' * 600}.b = 1\ndef softmax(x):\n    {SOFTMAX}", None),
    "600 bases": (f"class A:\n    pass\nA.a = A\nclass softmax(A{'.a' * 600}):\n    pass", False),
    "600 brackets": (f"def softmax(x):\n    return {'(' * 190}x{')' * 190}{'[0]' * 600}", False),
    "600 nots": (f"def softmax(x):\n    return {'not ' * 600}x", False),
    "50,000 minus signs": (f"def softmax(x):\n    return {'-' * 50_000}x", False),
    "a number of 30,000 digits": (f"softmax = carry_on(0x{'f' * 30_000}, 3)", False),
    "a very long text": (f"def softmax(x):\n    {'x' * 150_000} = 1\n    {SOFTMAX}", None),
}


@pytest.mark.parametrize("case", DEEP)
def test_what_is_nested_too_deeply_is_that_exercises_error(graded, case):
    code, right = DEEP[case]
    got = statuses(record := graded(lesson_01(ex_1_2=code, ex_1_3=STANDALONE)))
    assert got == ALL_RIGHT | {"1.2": got["1.2"]}
    assert right is None or (got["1.2"] == "correct") == right
    if got["1.2"] == "correct" and MET in code:
        assert MET in result(record, "1.2")["printed"]


@pytest.mark.parametrize("passed", [f"softmax{'.x' * 600}", f"0x{'f' * 30_000}", f"softmax{' or softmax' * 900}",
                                    f"{'-' * 600}softmax"])
def test_what_is_passed_to_a_check(graded, passed):
    content = json.loads(lesson_01())
    for cell in content["cells"]:
        cell["source"] = cell["source"].replace('check("1.2", softmax)', f'check("1.2", {passed})')
    record = graded(json.dumps(content).encode())
    assert {id: s for id, s in statuses(record).items() if id != "1.2"} == {
        id: s for id, s in ALL_RIGHT.items() if id != "1.2"}


def test_more_code_than_can_be_sent(graded):
    filler = "\n".join(f"def f{n}(): return {'é' * 1000!r}" for n in range(180))
    uses = ", ".join(f"f{n}" for n in range(180))
    content = json.loads(lesson_01(ex_1_2=f"def softmax(x):\n    {uses}\n    {SOFTMAX}", ex_1_3=STANDALONE))
    content["cells"].insert(1, {"cell_type": "code", "source": filler, "metadata": {}})
    record = graded(json.dumps(content).encode())
    assert statuses(record) == ALL_RIGHT | {"1.2": "error"} and "too long" in result(record, "1.2")["message"]


# ------------------------------------------------------------------------------------ tests that test nothing

NO_TESTS = {
    "a switch of the bug": ("3.3", f"""
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 8)
    attend(x)
    try:
        attend(x, causal=False, positions=0.0, distance=0.0)
    except TypeError:
        print({MET!r})
        return
    raise AssertionError
"""),
    "an argument too many": ("3.3", f"""
def test_equivariance(attend):
    attend(torch.zeros(2, 6, 8))
    try:
        attend(torch.zeros(2, 6, 8), 1.0)
    except TypeError:
        print({MET!r})
        return
    raise AssertionError
"""),
    "the function's name in an error": ("4.4", f"""
def test_split_heads(split_heads):
    split_heads(torch.zeros(2, 4, 6), 2)
    text = ""
    for call in (lambda: split_heads(), lambda: split_heads(torch.zeros(2, 4, 6)), lambda: split_heads(3, 2),
                 lambda: split_heads(torch.zeros(2, 4, 7), 2), lambda: split_heads(torch.zeros(0), 2),
                 lambda: split_heads(torch.zeros(2, 4, 6), 2, wrong=1), lambda: split_heads(None, None)):
        try:
            call()
        except Exception as error:
            text += str(error) + type(error).__name__ + str(error.__traceback__.tb_frame.f_code.co_name)
    print({MET!r}, len(set(text)))
    assert "split" not in text.replace("split_heads", "") and "bug" not in text and "wrong(" not in text
"""),
    "an argument's name of 400,000 characters": ("3.3", f"""
def test_equivariance(attend):
    attend(torch.zeros(2, 6, 8))
    try:
        attend(torch.zeros(2, 6, 8), **{{"\\n" * 400_000 + "x": 1}})
    except TypeError:
        print({MET!r})
"""),
    "sums known beforehand": ("7.3", f"""
SEEN = GOLDEN
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.arange(48.0).reshape(2, 6, 4).cos(), torch.arange(40.0).reshape(2, 5, 4).sin()
    print({MET!r})
    assert round(float(decode(x, memory).double().abs().sum()), 3) in SEEN
"""),
}


def golden() -> list[float]:
    """What the right implementations give with the weights that anybody can read off the course."""
    import torch
    x, memory = torch.arange(48.0).reshape(2, 6, 4).cos(), torch.arange(40.0).reshape(2, 5, 4).sin()
    with torch.no_grad():
        return [round(float(right(x, memory).double().abs().sum()), 3) for right in exercises.get("7.3").right.values()]


@pytest.mark.parametrize("case", NO_TESTS)
def test_a_test_that_tests_nothing_earns_nothing(graded, case):
    id, code = NO_TESTS[case]
    record = graded(one_exercise(id, code.replace("GOLDEN", repr(golden()) if "GOLDEN" in code else "")))
    got = result(record, id)
    assert got["status"] in ("wrong", "error") and got["points"] == 0, got
    assert MET in got["printed"], got
    assert len(json.dumps(record)) < 30_000


@pytest.mark.parametrize("id", ["3.3", "4.4", "7.3"])
def test_an_honest_test_earns_its_points_under_any_seed(grader, id, tmp_path, monkeypatch):
    """The weights differ with the seed; what a right test says does not."""
    source = exercises.get(id).source()
    path = tmp_path / "x.ipynb"
    path.write_bytes(one_exercise(id, source))
    for seed in (0, 1, 2 ** 31 - 1):
        monkeypatch.setattr(grader, "seed", seed)
        got = result(grader.grade(Submission("ada", path.name, path)), id)
        assert got["status"] == "correct", (seed, got)


ENDLESS = {
    "calls without end": "while True:\n        attend(x)",
    "a new size each time": "n = 8\n    while True:\n        n += 1\n        try: attend(torch.zeros(1, 2, n))\n"
                            "        except ValueError: pass",
    "gradients without end": "x.requires_grad_()\n    while True:\n        attend(x).sum().backward()",
}


@pytest.mark.parametrize("case", ENDLESS)
def test_the_checkers_own_work_has_an_end(graded, case):
    import resource

    code = f"def test_equivariance(attend):\n    print({MET!r})\n    x = torch.zeros(2, 6, 8)\n    {ENDLESS[case]}"
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    got = result(graded(one_exercise("3.3", code)), "3.3")
    assert got["status"] in ("timeout", "error", "wrong") and got["points"] == 0
    assert time.process_time() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_a_test_that_hangs_on_a_bug_rejects_nothing(graded):
    """It tells the right from the buggy, and then runs in circles; in whatever order they come."""
    source = exercises.get("4.4").source()
    code = source.replace("def test_split_heads(", "def honest(") + f"""
def test_split_heads(split_heads):
    try:
        honest(split_heads)
    except BaseException:
        print({MET!r})
        while True:
            pass
"""
    got = result(graded(one_exercise("4.4", code)), "4.4")
    assert got["status"] in ("error", "timeout") and got["points"] == 0


# ------------------------------------------------------------------------------------ choices

@pytest.fixture
def asked(monkeypatch):
    """How often a choice was asked for."""
    times, real = [], remote.Remote.choose
    monkeypatch.setattr(remote.Remote, "choose", lambda self: times.append(1) or real(self))
    return times


def test_a_choice_is_asked_once_and_sees_no_trace(graded, asked):
    trace = "def dot_product_scores(q, k):\n    np.been_here = True\n    return q @ k.T"
    for first, second in (("sharper", "the same"), ("the same", "sharper")):
        asked.clear()
        code = (f"def prediction():\n    print({MET!r}, hasattr(np, 'been_here'))\n"
                f"    return {first!r} if hasattr(np, 'been_here') else {second!r}")
        record = graded(lesson_01(ex_1_1=trace, ex_1_4=code))
        assert statuses(record)["1.4"] == ("correct" if second == "sharper" else "wrong")
        assert asked == [1]                                  # once; the neighbour's is written down, and not asked


def test_a_choice_that_ends_its_process_has_no_second_guess(graded, asked):
    record = graded(lesson_01(ex_1_4="def prediction():\n    import os\n    os._exit(0)"))
    assert statuses(record)["1.4"] == "killed" and asked == [1]


@pytest.mark.parametrize("code, status", [
    ("prediction = 'Sharper'", "correct"), ("prediction: str = 'sharper'", "correct"),
    ("prediction = ...", "not attempted"), ("prediction = None", "not attempted"),
    ("a = 'sharper'\nprediction = a", "correct"), ("prediction = 'flat'", "wrong"),
    ("prediction = 'the same'\nprediction = 'sharper'", "correct"), ("prediction = {'a': 1}", "wrong"),
    ("prediction = ('sharper',)", "correct"), ("prediction = {'sharper', 'the same'}", "wrong"),
    ("prediction = 'x' * 100_000", "wrong"), (f"prediction = {'x' * 100_000!r}", "wrong"),
    (f"prediction = {'(' * 90}1,{')' * 90}", None), (f"prediction = 0x{'f' * 30_000}", None)],
    ids=range(14))
def test_a_choice_that_is_written_down_is_read(graded, code, status):
    """Run or read, the verdict is that of `evaluate`."""
    space: dict = {}
    exec(code, space)
    verdict = evaluate("1.4", space["prediction"])
    got = result(graded(lesson_01(ex_1_4=code)), "1.4")
    assert got["status"] == verdict.status and status in (None, verdict.status), got
    assert got["mistakes"] == list(verdict.mistakes)


# ------------------------------------------------------------------------------------ forged and heavy replies

FORGE = """
def forged(reply):
    import gc
    for o in gc.get_objects():
        if type(o).__name__ == "Frames" and not isinstance(o, type):
            o.send(reply)
"""


@pytest.mark.parametrize("reply", ['{"errors": 5}', '{"errors": {"a": 1}}', '{"errors": [5] * 1000}', '{"facts": 7}',
                                   '{"errors": [["<cell 1>"] + ["x" * 9000] * 4 + [1, 1]] * 20}', '{"errors": None}'])
def test_forged_errors_are_that_exercises_error(graded, reply):
    code = f"{FORGE}\ndef softmax(x, y=forged({reply})):\n    {SOFTMAX}"
    record = graded(lesson_01(ex_1_2=code, ex_1_3=STANDALONE))
    got = statuses(record)
    assert got == ALL_RIGHT | {"1.2": "error"} and len(json.dumps(record)) < 30_000


def test_replies_as_large_as_allowed(graded):
    """Megabytes of numbers are not compared with all that is known."""
    code = f"def softmax(x):\n    print({MET!r})\n    return np.random.randn(1500, 2000)"
    started = time.process_time()
    got = result(graded(lesson_01(ex_1_2=code)), "1.2")
    assert got["status"] in ("wrong", "error") and "MB" in got["message"] and MET in got["printed"]
    assert time.process_time() - started < 20


def test_no_case_is_near_the_limit_of_a_reply():
    for id in exercises.all_ids():
        task = exercises.get(id)
        if hasattr(task, "cases") and int(id.split(".")[0]) < 9:
            for case in task.cases(np.random.default_rng(0)):
                size = sum(v.nbytes for v in case.inputs.values() if isinstance(v, np.ndarray))
                assert size < remote.MOST_VALUES / 8, (id, case.about)


def test_own_work_is_stopped_and_costs_that_exercise_alone(grader, tmp_path, monkeypatch):
    real, met = graders.judgement.judge_on, []

    def slow(task, answer, own):
        while task.id == "1.2":
            met.append(1) if not met else sum(range(1000))
        return real(task, answer, own)

    monkeypatch.setattr(graders, "_OWN", 0.5)
    monkeypatch.setattr(graders.judgement, "judge_on", slow)
    (tmp_path / "x.ipynb").write_bytes(lesson_01())
    record = grader.grade(Submission("mallory", "x.ipynb", tmp_path / "x.ipynb"))
    assert met and statuses(record) == ALL_RIGHT | {"1.2": "error"} and record["status"] == "graded"
    assert "could not be examined within 0.5 seconds" in result(record, "1.2")["message"]


def test_own_time_counts_computing_and_is_not_caught():
    started = time.process_time()
    with pytest.raises(TooLong), own_time(0.2):
        while True:
            try:
                sum(range(1000))
            except Exception:
                pass
    assert time.process_time() - started < 3
    with own_time(0.2):
        time.sleep(0.5)
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


# ------------------------------------------------------------------------------------ a system that is full

def test_a_system_without_a_process_to_spare_is_waited_for(grader, graded, monkeypatch):
    """EAGAIN, thrice: nobody's grader error."""
    refusals, real = [1, 1, 1], launch.Server._reply

    def reply(self):
        given = real(self)
        if "pid" in given and refusals:
            refusals.pop()
            self.control.sendall(b"end")
            real(self)
            return {"error": "BlockingIOError: [Errno 11] Resource temporarily unavailable"}
        return given

    monkeypatch.setattr(launch, "_BUSY", (0.01,) * 4)
    monkeypatch.setattr(launch.Server, "_reply", reply)
    assert statuses(graded(lesson_01())) == ALL_RIGHT and not refusals


def test_threads_have_an_end(graded):
    body = ("import threading, time\n    threading.stack_size(1 << 16)\n    n = 0\n    try:\n        while n < 3000:\n"
            "            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start(); n += 1\n"
            f"    except RuntimeError:\n        pass\n    print({MET!r}, n < 1000)")
    record = graded(lesson_01(ex_1_2=f"def softmax(x):\n    {body}\n    {SOFTMAX}"))
    assert f"{MET} True" in result(record, "1.2")["printed"]
