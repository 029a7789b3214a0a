"""Tests that learners hand in, and that test nothing, or do not end: they must have run, and earn nothing."""
import json
import sys
import time

import pytest

from classroom import evaluate, exercises
from classroom.grade.read.submissions import Submission

from .helpers import MET, one_exercise, result

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]


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
def test_the_checkers_own_work_has_an_end(grader, graded, case, monkeypatch):
    import resource

    monkeypatch.setattr(grader, "seconds", 0.5)
    code = f"def test_equivariance(attend):\n    print({MET!r})\n    x = torch.zeros(2, 6, 8)\n    {ENDLESS[case]}"
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    got = result(graded(one_exercise("3.3", code)), "3.3")
    assert got["status"] in ("timeout", "error", "wrong") and got["points"] == 0
    assert time.process_time() - started < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_a_test_that_hangs_on_a_bug_rejects_nothing(grader, graded, monkeypatch):
    """It tells the right from the buggy, and then runs in circles; in whatever order they come."""
    monkeypatch.setattr(grader, "seconds", 0.5)
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


UNSEEING = {
    "the same x twice": """
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(2, 6, 8), torch.randn(2, 5, 8)
    assert torch.equal(decode(x, memory), decode(x, memory))
""",
    "one number added": """
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(2, 6, 8), torch.randn(2, 5, 8)
    changed = x.clone()
    changed[:, 3:] += 1.0
    assert torch.allclose(decode(x, memory)[:, :3], decode(changed, memory)[:, :3], atol=10.0)
""",
}


@pytest.mark.parametrize("case", UNSEEING)
def test_why_a_test_sees_nothing_is_said_here_as_in_the_notebook(graded, case):
    """The exercise looks at what the test called its function with."""
    import torch

    space = {"torch": torch}
    exec(UNSEEING[case], space)
    here = evaluate("7.3", space["test_no_leak"], seed=7)
    got = result(graded(one_exercise("7.3", UNSEEING[case])), "7.3")
    assert got["status"] == here.status == "wrong" and "Your test called it with" in here.message
    assert got["message"] == here.message
