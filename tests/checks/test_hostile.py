"""Answers that raise, loop, exit, print or return nonsense: a calm verdict, and nothing left changed."""
import os
import random
import signal
import sys
import threading
import warnings

import numpy as np
import pytest
import torch

from classroom import evaluate, exercises
from classroom.judge import judgement

pytestmark = pytest.mark.slow          # they wait, on purpose


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


@pytest.fixture
def short(monkeypatch):
    """A time limit that tests can wait for."""
    import dataclasses
    for id in ("1.2", "4.3"):
        monkeypatch.setitem(exercises._known, id, dataclasses.replace(exercises.get(id), seconds=0.3))


class Rude(BaseException):
    def __str__(self):
        raise RuntimeError("no text for you")


@pytest.mark.parametrize("error, words", [
    (ValueError("axis 3?"), "ValueError: axis 3?"), (SystemExit(1), "SystemExit"), (KeyboardInterrupt(), "interrupted"),
    (NameError("name 'e' is not defined"), "misspelt"), (RecursionError("deep"), "calls itself"), (Rude(), "Rude"),
    (GeneratorExit(), "GeneratorExit"), (StopIteration(3), "StopIteration"),
])
def test_exceptions_are_reported_with_their_line(error, words):
    def answer(x):
        value = x + 1  # noqa: F841
        raise error

    verdict = evaluate("1.2", answer)
    assert verdict.status == "error" and verdict.points == 0
    assert words in verdict.message and "line 3 of answer: raise error" in verdict.message


def test_exit_is_caught():
    verdict = evaluate("1.2", lambda x: sys.exit(0))
    assert verdict.status == "error" and "`exit`" in verdict.message


def forever(x):
    while True:
        pass


def forever_catching_everything(x):
    while True:
        try:
            x = x + 1
        except BaseException:  # noqa: B902
            pass


def forever_recursive(x):
    return forever_recursive(x)


@pytest.mark.parametrize("answer", [forever, forever_catching_everything])
def test_endless_loops_are_stopped(answer, short):
    verdict = evaluate("1.2", answer)
    assert (verdict.status, verdict.mistake) == ("error", "time-limit")
    assert "had not finished after 0.300 seconds" in verdict.message and answer.__name__ in verdict.message


def test_endless_loops_are_stopped_outside_the_main_thread(short):
    found = []
    thread = threading.Thread(target=lambda: found.append(evaluate("1.2", forever)))
    thread.start()
    thread.join(60)
    assert found and found[0].mistake == "time-limit"


def test_endless_recursion_is_an_error():
    verdict = evaluate("1.2", forever_recursive)
    assert verdict.status == "error" and "calls itself without end" in verdict.message


def test_an_endless_module_is_stopped(short):
    class MultiHeadAttention(torch.nn.Module):
        def __init__(self, d_model, n_heads):
            super().__init__()
            self.w_q = torch.nn.Linear(d_model, d_model)
            while True:
                pass

    assert evaluate("4.3", MultiHeadAttention).mistake == "time-limit"


@pytest.mark.parametrize("value, mistake", [
    (None, "returns-nothing"), ({"shares": 1}, "returns-a-dict"), ((1, 2), "returns-a-tuple"),
    ([0.5, 0.5], "not-an-array"), ("half", "wrong-type"), (torch.ones(3), "not-an-array"), (lambda: 1, "wrong-type"),
    (np.array(["a"]), "wrong-type"), (np.array([None]), "wrong-type"), (3 + 4j, "wrong-type"), (object(), "wrong-type"),
    ((np.ones(3),), "trailing-comma"), (float("nan"), "wrong-shape"), (np.zeros(0), "empty"),
])
def test_values_of_a_wrong_kind_are_named(value, mistake):
    def answer(x):
        return value

    verdict = evaluate("1.2", answer)
    assert (verdict.status, verdict.mistake) == ("wrong", mistake), verdict.message


@pytest.mark.parametrize("answer, mistake", [
    (lambda q, k, v: v, "returns-one-thing"), (lambda q, k, v: (v, v, v), "returns-another-number-of-things"),
    (lambda q, k, v: (v, None), "returns-nothing"), (lambda q, k, v: (v, [[1.0]]), "not-an-array"),
])
def test_two_things_are_expected_where_two_are(answer, mistake):
    assert evaluate("1.3", answer).mistake == mistake


def test_a_result_or_a_string_is_not_a_function():
    for thing in (np.ones(3), "softmax", 3):
        verdict = evaluate("1.2", thing)
        assert (verdict.status, verdict.mistake) == ("error", "not-a-function")
        assert "check(\"1.2\", softmax)" in verdict.message


def test_a_wrong_signature_is_explained():
    verdict = evaluate("1.3", lambda q, k: q)
    assert verdict.status == "error" and "3 arguments: (q, k, v)" in verdict.message


def test_objects_that_misbehave_when_looked_at():
    class Nasty:
        def __getattr__(self, name):
            raise RuntimeError("hands off")

        __array__ = property(lambda self: 1 / 0)

    for answer in (lambda x: Nasty(), Nasty()):
        assert evaluate("1.2", answer).status == "error" or evaluate("1.2", answer).status == "wrong"


def test_prints_are_kept_back_and_shown_calmly(capsys):
    def answer(x):
        print("shape", x.shape)
        print("a warning", file=sys.stderr)
        return softmax(x)

    verdict = evaluate("1.2", answer)
    assert verdict.status == "correct" and verdict.printed.startswith("shape (2, 3)")
    assert capsys.readouterr() == ("", "")
    assert "Your code printed:" in str(verdict)


def test_a_flood_of_prints_is_cut():
    def answer(x):
        print("x" * 10_000_000)
        return softmax(x)

    verdict = evaluate("1.2", answer)
    assert verdict.status == "correct" and len(verdict.printed) <= 2000


def test_nothing_is_left_changed():
    def answer(x):
        warnings.warn("careful", stacklevel=1)
        np.seterr(all="raise")
        np.random.seed(1)
        random.seed(1)
        torch.manual_seed(1)
        return softmax(x)

    state = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), np.geterr()
    handler = signal.getsignal(signal.SIGALRM)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        evaluate("1.2", answer)
    assert not caught
    assert signal.getsignal(signal.SIGALRM) is handler and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert state == (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), np.geterr())


def test_settings_that_an_answer_leaves_behind_hide_no_mistake_of_the_next():
    def answer(x):
        np.seterr(all="raise")
        return softmax(x)

    def sums_without_their_axis(x):
        return np.exp(x - x.max(-1, keepdims=True)) / np.exp(x - x.max(-1, keepdims=True)).sum(-1)

    with judgement.remembering():           # nothing that another test has left
        evaluate("1.2", answer)
        assert evaluate("1.2", sums_without_their_axis).mistake == "axis-lost"


def test_an_alarm_that_was_running_goes_on_running():
    signal.setitimer(signal.ITIMER_REAL, 500.0)
    try:
        evaluate("1.2", softmax)
        assert 400 < signal.getitimer(signal.ITIMER_REAL)[0] <= 500
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_patched_comparisons_do_not_help(monkeypatch):
    monkeypatch.setattr(np, "allclose", lambda *args, **kwargs: True)
    monkeypatch.setattr(np, "array_equal", lambda *args, **kwargs: True)
    assert evaluate("1.2", lambda x: x * 0.0).status == "wrong"


def test_an_unwritten_part_is_named():
    def my_scores(q, k):
        raise NotImplementedError

    def attention(q, k, v):
        return my_scores(q, k) @ v, None

    verdict = evaluate("1.3", attention)
    assert verdict.status == "not attempted" and "`my_scores`, which is still to be written" in verdict.message


def test_a_kernel_that_torch_lacks_is_no_stub():
    def split_heads(x, n_heads):
        return torch.softmax(x.long(), -1)

    assert evaluate("4.1", split_heads).status == "error"


def test_unknown_exercises_are_an_error_that_lists_the_known_ones():
    for id in ("1.99", "99.1", "", "nonsense", "1"):
        with pytest.raises(KeyError, match=r"there are: .*1\.1, 1\.2, 1\.3"):
            evaluate(id, softmax)


def test_answers_that_only_wait_are_stopped(short):
    verdict = evaluate("1.2", lambda x: threading.Event().wait())
    assert (verdict.status, verdict.mistake) == ("error", "time-limit")


def test_an_alarm_that_rings_before_the_time_is_computed_away_stops_nothing():
    """As it does when a computer wakes up, or has been busy with other things."""
    def answer(x):
        os.kill(os.getpid(), signal.SIGALRM)
        return softmax(x)

    assert evaluate("1.2", answer).status == "correct"
