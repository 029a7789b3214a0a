"""The same verdict whatever the session has set, the session left as it was, and no verdict where there can be none."""
import contextlib
import os
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
import torch

from classroom import carry_on, check, evaluate, exercises, hint
from classroom.judge import record
from classroom.judge.judgement import remembering
from classroom.judge.verdict import CheckError

pytestmark = pytest.mark.slow          # processes of their own


@contextlib.contextmanager
def setting(get, put, value):
    before = get()
    put(value)
    try:
        yield
    finally:
        put(before)


def default_device():
    return setting(lambda: None, torch.set_default_device, "meta")


def both_printed():
    stack = contextlib.ExitStack()
    stack.enter_context(np.printoptions(precision=1, threshold=2, legacy="1.13"))
    stack.enter_context(setting(lambda: 4, lambda n: torch.set_printoptions(precision=n), 1))
    return stack


@contextlib.contextmanager
def strict():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


SESSIONS = {
    "default dtype": lambda: setting(torch.get_default_dtype, torch.set_default_dtype, torch.float64),
    "half precision": lambda: setting(torch.get_default_dtype, torch.set_default_dtype, torch.float16),
    "default device": default_device,
    "with a device": lambda: torch.device("meta"),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "anomaly mode": lambda: torch.autograd.set_detect_anomaly(True),
    "warnings are errors": strict,
    "print options": both_printed,
    "deterministic": lambda: setting(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, "error"),
    "low matmul precision": lambda: setting(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision,
                                            "medium"),
    "several threads": lambda: setting(torch.get_num_threads, torch.set_num_threads, 2),
}


def state():
    """What `undisturbed` puts in order."""
    return {
        "dtype": torch.get_default_dtype(), "device": torch.get_default_device().type,
        "threads": torch.get_num_threads(), "deterministic": torch.get_deterministic_debug_mode(),
        "matmul": torch.get_float32_matmul_precision(), "anomaly": torch.is_anomaly_enabled(),
        "inference": torch.is_inference_mode_enabled(), "autocast": torch.is_autocast_enabled("cpu"),
        "grad": torch.is_grad_enabled(), "printed": dict(vars(torch._tensor_str.PRINT_OPTS)),
        "numpy": np.get_printoptions(), "errors": np.geterr(), "filters": list(warnings.filters),
        "random": torch.random.get_rng_state().tolist(),
    }


def no_scale(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(-1)
    weights = weights if mask is None else weights * mask
    return weights @ v, weights


def leaks(x, n_heads=3):
    return x.reshape(len(x), n_heads, -1, x.shape[-1] // n_heads)


def two_errors(model, optimiser, source, target, pad_id, smoothing=0.0):
    raise RuntimeError("this step raises")


TRIED = {"2.1": no_scale, "8.4": two_errors, "1.2": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)}
RIGHT = ("2.1", "3.1", "4.3", "5.1", "5.3", "6.1", "8.1", "8.4", "1.2")


@pytest.fixture(scope="module")
def expected():
    with remembering():
        return {("wrong", id): evaluate(id, answer) for id, answer in TRIED.items()}


@pytest.mark.parametrize("session", SESSIONS)
def test_the_session_decides_nothing_and_is_left_as_it_was(session, expected):
    with SESSIONS[session]():
        before = state()
        with remembering():                                  # nothing of the reference's is known from before
            for id in RIGHT:
                verdict = evaluate(id, exercises.get(id).reference)
                assert verdict.status == "correct", (id, verdict.message)
            for id, answer in TRIED.items():
                assert evaluate(id, answer) == expected["wrong", id], id
        assert state() == before


def test_in_another_thread_too(expected):
    found, before = {}, state()

    def work():
        with torch.inference_mode(), torch.device("meta"), remembering():
            found.update({id: evaluate(id, answer) for id, answer in TRIED.items()})

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == {id: expected["wrong", id] for id in TRIED} and state() == before


@pytest.mark.parametrize("put", [
    lambda: torch.set_default_dtype(torch.float64), lambda: torch.set_default_device("meta"),
    lambda: torch.set_num_threads(2), lambda: torch.set_printoptions(precision=1),
    lambda: torch.autograd.set_detect_anomaly(True), lambda: torch.set_deterministic_debug_mode(1),
    lambda: np.set_printoptions(precision=1), lambda: np.seterr(all="raise"), lambda: torch.set_grad_enabled(False),
    lambda: torch.manual_seed(3), lambda: warnings.simplefilter("error"),
], ids=["dtype", "device", "threads", "print", "anomaly", "deterministic", "numpy", "errstate", "grad", "seed", "warn"])
def test_what_an_answer_sets_is_gone_afterwards(put):
    def answer(x):
        put()
        return x.softmax(-1)

    before = state()
    evaluate("4.1", answer)
    assert state() == before


def test_exercises_are_read_in_the_same_room(monkeypatch):
    monkeypatch.setattr(exercises, "_known", {})
    for name in [name for name in sys.modules if name.startswith("classroom.exercises.lesson_04")]:
        monkeypatch.delitem(sys.modules, name)
    with torch.device("meta"):
        assert evaluate("4.2", exercises.get("4.2").reference).status == "correct"


# ------------------------------------------------------------------------------------------------ no verdict

def broken(q, k, v, mask=None):
    raise FloatingPointError("broken on purpose")


@pytest.fixture
def breaks(monkeypatch):
    import dataclasses
    monkeypatch.setitem(exercises._known, "2.1", dataclasses.replace(exercises.get("2.1"), reference=broken))


def test_a_reference_that_fails_is_no_agreement(breaks, capsys):
    before = record.load().get("2.1")
    for answer in (broken, no_scale):
        with pytest.raises(CheckError, match="solution raised FloatingPointError: broken on purpose"):
            check("2.1", answer)
        with pytest.raises(CheckError, match="says nothing about your code"):
            evaluate("2.1", answer)
    assert record.load().get("2.1") == before
    assert carry_on("2.1", no_scale) is exercises.get("2.1").fallback()
    assert "has failed itself" in capsys.readouterr().out


def test_cases_that_cannot_be_made(monkeypatch):
    import dataclasses

    def cases(rng):
        raise LookupError("none found")
    monkeypatch.setitem(exercises._known, "2.1", dataclasses.replace(exercises.get("2.1"), cases=cases))
    with remembering(), pytest.raises(CheckError, match="cases could not be made: LookupError: none found"):
        evaluate("2.1", no_scale)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX signals")
@pytest.mark.parametrize("catches", [False, True])
def test_an_interrupt_interrupts(catches):
    asked = []

    def answer(x):
        asked.append(1)
        try:
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                pass
        except BaseException:
            if not catches:
                raise
        return x

    before = record.load().get("1.2")
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)      # it may be ignored, as behind `nohup`
    try:
        with pytest.raises(KeyboardInterrupt):
            check("1.2", answer)
        assert len(asked) == 1 and record.load().get("1.2") == before
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_keyboard_interrupt_that_the_answer_raises_is_its_own():
    def answer(x):
        raise KeyboardInterrupt
    assert evaluate("1.2", answer).status == "error"


def test_hints_go_on_where_nothing_can_be_saved(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STATE", os.devnull + "/state")
    monkeypatch.setattr(record, "_in_memory", {})
    for _ in range(2):
        hint("1.2")
    assert "Hint 2 of 3" in capsys.readouterr().out


# ------------------------------------------------------------------------------------- in another process

IN_A_NOTEBOOK = """import torch
torch.set_default_dtype(torch.float64)
torch.inference_mode().__enter__()
"""
TRAINING_STEP = """
def training_step(model, optimiser, source, target, pad_id, smoothing):
    loss = torch.nn.functional.cross_entropy(model(source, target[:, :-1]).transpose(1, 2), target[:, 1:],
                                             ignore_index=pad_id, label_smoothing=smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the grader needs fork")
def test_in_the_graders_room_too(tmp_path):
    """What a notebook sets at its top decides nothing where it is graded, as it decides nothing where it is written."""
    from classroom.grade.grader import Grader
    from classroom.grade.read.submissions import Submission
    from tests.grading.helpers import notebook
    path = tmp_path / "x.ipynb"
    with Grader() as grader:
        for code, mistake in ((TRAINING_STEP, None),
                              (TRAINING_STEP.replace("    optimiser.zero_grad()\n", ""), "zero-grad-forgotten")):
            path.write_bytes(notebook("from classroom import check", IN_A_NOTEBOOK, code,
                                      'check("8.4", training_step)'))
            space = {"torch": torch}
            exec(code, space)
            expected = evaluate("8.4", space["training_step"])
            assert expected.mistake == mistake, expected.message
            record = grader.grade(Submission("ada", path.name, path))
            [got] = [result for result in record["exercises"] if result["id"] == "8.4"]
            assert (got["status"], got["points"], got["mistake"]) == (expected.status, expected.points, mistake)

PROGRAM = """
import sys
from classroom import carry_on, check
from classroom.judge import record
from classroom.judge.verdict import CheckError

def with_asserts(layer):
    assert layer is None

def empty(layer):
    raise NotImplementedError

for id in ("3.3", "4.4", "7.3"):
    for answer in (with_asserts, empty):
        try:
            print(id, check(id, answer).status)
        except CheckError as error:
            print(id, "CheckError", error)
    carry_on(id, with_asserts)
print("recorded", [id for id, entry in record.load().items() if entry["attempts"]])
"""


def run(program, *options, tmp_path, **environment):
    return subprocess.run([sys.executable, *options, "-c", program], capture_output=True, timeout=300, env={
        **os.environ, "COURSE_STATE": str(tmp_path), **environment})


@pytest.mark.parametrize("how", [("-O",), ()])
@pytest.mark.slow
def test_without_asserts_tests_are_not_judged(how, tmp_path):
    done = run(PROGRAM, *how, tmp_path=tmp_path, **({} if how else {"PYTHONOPTIMIZE": "2"}))
    said = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    for id in ("3.3", "4.4", "7.3"):
        assert f"{id} CheckError Exercise {id} cannot be checked here" in said
        assert f"{id} not attempted" in said
    assert "switches every `assert` off" in said and "recorded []" in said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_terminals_with_few_signs(encoding, tmp_path):
    program = """
import numpy as np
from classroom import CheckFailed, carry_on, check, hint, solution
from classroom.judge import record

def attention(q, k, v):
    weights = np.exp(q @ k.T) / np.exp(q @ k.T).sum(-1, keepdims=True)
    print("\\u2713 printed")
    return weights @ v, weights

try:
    check("1.3", attention)
except CheckFailed:
    print("refused", record.load()["1.3"]["attempts"])
hint("1.3"); solution("1.3"); carry_on("1.3", attention)
"""
    done = run(program, tmp_path=tmp_path, PYTHONIOENCODING=encoding)
    said = done.stdout.decode(encoding)
    assert done.returncode == 0, done.stderr.decode()
    assert "refused 1" in said and "Hint 1 of 3" in said and "Not yet." in said


@pytest.mark.parametrize("id", ["2.1", "4.3"])
@pytest.mark.slow
def test_the_first_verdict_does_not_wait_for_pytorchs_compiler(id, tmp_path):
    program = f"""
import sys, torch
from classroom import evaluate, exercises
assert evaluate({id!r}, exercises.get({id!r}).reference).status == "correct"
print([name for name in ("torch._dynamo", "torch._inductor", "sympy") if name in sys.modules])
"""
    done = run(program, tmp_path=tmp_path)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()
