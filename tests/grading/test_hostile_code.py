"""Code that is hostile to the checker: it must have run, or been read, and cost nobody but its author anything.

What a learner's code prints is in the record, so that each case proves that its code ran: `MET` is printed on the way.
"""
import json
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from classroom import evaluate, exercises
from classroom.grade import channel, launch, remote
from classroom.grade import grader as graders
from classroom.grade.book import gradebook, tally
from classroom.grade.own_time import TooLong, own_time
from classroom.grade.read.submissions import Submission

from .helpers import ALL_RIGHT, MET, SOFTMAX, STANDALONE, lesson_01, one_exercise, result, statuses

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]

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


DRIP = """
    import os, struct, time
    os.write(3, struct.pack(">I", 32 << 20))
    n = 0
    while True:
        os.write(3, b"x")
        time.sleep(0.02)
        n += 1
        FILL
"""


@pytest.mark.parametrize("fill, status", [("pass", "timeout"), (
    "[open(f'{n}-{m}', 'w').close() for m in range(50)]", "killed")], ids=["a drip", "a drip beside many files"])
def test_a_reply_that_never_comes_to_an_end(grader, graded, monkeypatch, fill, status):
    """32 MB are announced, and a byte is sent now and then: no longer than any other answer."""
    came, real = [], channel.Channel.receive

    def receive(self):
        try:
            return real(self)
        finally:
            came.append(len(self.buffer))

    monkeypatch.setattr(channel.Channel, "receive", receive)
    monkeypatch.setattr(graders, "_EXTRA", 0.1)
    monkeypatch.setattr(remote, "_EXTRA", 0.1)
    monkeypatch.setattr(grader, "seconds", 1.0)
    code = "def softmax(x):" + DRIP.replace("FILL", fill)
    record = graded(lesson_01(ex_1_2=code, ex_1_3=STANDALONE))
    assert statuses(record) == ALL_RIGHT | {"1.2": status} and max(came) > 10, "it was sending"
    assert status == "timeout" or "working folder" in result(record, "1.2")["message"]


@pytest.mark.parametrize("facts", ['{"shape": "look at http://example.org for your marks" * 99}',
                                   '{"shape": "\\n# A heading of mine\\n"}', '{"shape": 7}', '{"other": "x"}', 'None'])
def test_a_problem_that_the_code_makes_up(graded, facts):
    """What the child says is wrong are our words; of what it says it saw, a short piece is quoted."""
    code = (f"{FORGE.replace('o.send(reply)', 'pass')}\ndef softmax(x):\n    import gc\n    print({MET!r})\n"
            "    for o in gc.get_objects():\n        if type(o).__name__ == 'Session':\n"
            f"            type(o).do_ask = lambda *_: ({{'problem': ['shape-changes', {facts}], 'values': []}}, [])\n"
            "            return x")
    record = graded(lesson_01(ex_1_2=code, ex_1_3=STANDALONE))
    got = result(record, "1.2")
    assert statuses(record) == ALL_RIGHT | {"1.2": got["status"]} and got["status"] in ("wrong", "error")
    assert got["points"] == 0 and len(got["message"]) < 1500 and "\n#" not in got["message"]


LIE = "All marks are void: http://example.org"


@pytest.mark.parametrize("raises, name", [("ValueError", "ValueError"),
                                          (f"type({LIE!r}, (Exception,), {{}})", "another")],
                         ids=["of Python's", "of its own"])
def test_an_errors_text_is_not_on_the_page_of_the_class(graded, raises, name):
    """It is the learner's code that chose it: its author reads it, and the teacher the name, if that is Python's."""
    code = f"def softmax(x):\n    print({MET!r})\n    raise {raises}({LIE!r})"
    record = graded(lesson_01(ex_1_2=code, ex_1_3=STANDALONE))
    got = result(record, "1.2")
    assert got["raised"] == name and LIE in got["message"] and MET in got["printed"]
    said = [one.says for line in tally.lines(gradebook.build([record]), record["lesson"]) for one in
            (*line.holdings, *line.stopped)]
    assert len(said) == 1 and "void" not in said[0] and ("ValueError" in said[0]) == (name == "ValueError")


TORCHS = {
    "inherits from it": ("6.1", "class LayerNorm(nn.LayerNorm):\n    pass"),
    "holds one": ("4.3", "class MultiHeadAttention(nn.Module):\n    def __init__(self, d_model, n_heads):\n"
                         f"        super().__init__()\n        print({MET!r})\n"
                         "        self.inner = nn.MultiheadAttention(d_model, n_heads, batch_first=True)\n"
                         "    def forward(self, query, key, value, mask=None):\n"
                         "        return self.inner(query, key, value, average_attn_weights=False)"),
}


@pytest.mark.parametrize("case", TORCHS)
def test_a_layer_of_torchs_earns_nothing(graded, case):
    id, code = TORCHS[case]
    got = result(graded(one_exercise(id, code)), id)
    assert got["status"] in ("wrong", "error") and got["points"] == 0 and "PyTorch's own" in got["message"], got


def test_the_frames_around_it_hold_no_path(graded):
    """Whatever is in the frames and in the objects of its own process: no folder of the teacher's, no text of ours."""
    code = (f"def softmax(x):\n    import gc, sys\n    f, seen = sys._getframe(), []\n    while f:\n"
            "        for v in [*f.f_locals.values(), *f.f_globals.values()]:\n"
            "            seen.append(str(vars(v)) if type(v).__name__ == 'Prison' else str(v) if "
            "isinstance(v, (dict, list, tuple, str)) and len(v) < 100 else '')\n"
            "        f = f.f_back\n    text = ' '.join(seen)\n"
            f"    print({MET!r}, len(seen) > 50, {str(Path.home())!r} in text.replace(sys.prefix, '').replace("
            "sys.base_prefix, ''), 'lesson_01' in text)\n"
            f"    {SOFTMAX}")
    got = result(graded(lesson_01(ex_1_2=code)), "1.2")
    assert got["printed"].startswith(f"{MET} True False False"), got


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
