"""The verdicts: how they are reached and what they hold."""
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

from classroom import Verdict, evaluate
from classroom.exercises.lesson_04.tasks import EXERCISES, MultiHeadAttention
from classroom.judge import evidence


def test_the_message_of_the_style_guide():
    def softmax(x):
        powers = np.exp(x - x.max(-1, keepdims=True))
        return powers / powers.sum(-1, keepdims=True)

    def attention(q, k, v):
        weights = softmax(q @ k.T) / np.sqrt(q.shape[-1])
        return weights @ v, weights

    verdict = evaluate("1.3", attention)
    assert isinstance(verdict, Verdict)
    assert (verdict.status, verdict.points, verdict.max_points) == ("wrong", 0, 3)
    assert verdict.mistake == "scaled-after-softmax" and verdict.mistakes == ("scaled-after-softmax",)
    assert verdict.message.startswith("Your weights are exactly what comes out when the division by √d_k happens after")
    assert "sums to 0.5" in verdict.message                      # 1/√4, computed
    assert verdict.as_dict()["mistake"] == "scaled-after-softmax" and "_shown" not in verdict.as_dict()


@pytest.mark.slow
def test_verdicts_are_the_same_every_time_and_differ_with_the_seed():
    def answer(q, k):
        return q @ k.T + 1

    assert evaluate("1.1", answer) == evaluate("1.1", answer)
    assert evaluate("1.1", answer).message != evaluate("1.1", answer, seed=4).message


def test_a_shape_is_told_with_its_axes():
    verdict = evaluate("1.1", lambda q, k: (q @ k.T)[:, :-1])
    assert verdict.mistake == "entries-missing"
    assert "(2, 2); (2, 3) = (T_q, T_k) is expected" in verdict.message and "Axis 1 (T_k)" in verdict.message


@pytest.mark.slow
@pytest.mark.parametrize("id, answer, slug, words", [
    ("1.1", lambda q, k: 3 * (q @ k.T), "off-by-a-factor", "3 times"),
    ("1.1", lambda q, k: np.sqrt(len(k)) * (q @ k.T), "off-by-a-factor", "√T_k"),
    ("1.1", lambda q, k: np.sort(q @ k.T), "reordered", "in other places"),
    ("1.1", lambda q, k: q @ k.T + 1e-5, "imprecise", "nearly right"),
    ("1.2", lambda x: np.log(x), "not-finite", "NaN"),
    ("1.2", lambda x: np.exp(x - x.max(-1, keepdims=True)) ** 0.5, "rows-do-not-sum-to-one", "sums to"),
    ("1.2", lambda x: np.sin(x * 3.0), "negative-shares", "negative"),
    ("1.1", lambda q, k: q @ k.T + (q.dtype.kind == "i"), None, "with numbers that are not whole"),
])
def test_what_can_be_said_about_unknown_mistakes(id, answer, slug, words):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == ("wrong", slug), verdict.message
    assert words in verdict.message


@pytest.mark.slow
def test_right_without_a_mask():
    class Answer(MultiHeadAttention):
        def forward(self, query, key, value, mask=None):
            output, weights = super().forward(query, key, value, mask)
            return (output if mask is None else output + 1), weights

    message = evaluate("4.3", Answer).message
    assert "right in every case without a mask" in message and "Your weights are right in this case" in message


def test_a_mistake_in_most_cases_is_named_with_their_number():
    def answer(q, k):
        return q @ k.T / np.sqrt(q.shape[1]) if len(q) < 5 else np.zeros((len(q), len(k)))

    verdict = evaluate("1.1", answer)
    assert verdict.mistake == "scaled-already"
    assert "of the 8 cases: Your scores" in verdict.message and "or there is a second mistake" in verdict.message


def test_names_of_cases_stay_apart():
    assert evidence.series(["one key", "a batch"]) == "one key, a batch"
    assert evidence.series(["one key", "a mask, no batch"]) == "one key; a mask, no batch"


def test_an_exception_in_one_case_names_the_case_and_counts_the_rest():
    def answer(q, k):
        assert len(q) > 1, "no queries?"
        return q @ k.T

    verdict = evaluate("1.1", answer)
    assert verdict.status == "error"
    assert "`q` (1, 7)" in verdict.message and "The other 7 cases ran." in verdict.message


def test_multi_head_attention_equals_that_of_pytorch():
    """What the checks expect in 4.3 is what PyTorch computes from the same weights."""
    from classroom.ask.outcome import ask, bare
    task = next(task for task in EXERCISES if task.id == "4.3")
    compared = 0
    for case in task.cases(np.random.default_rng(3)):
        inputs = {name: torch.from_numpy(x) for name, x in case.inputs.items() if isinstance(x, np.ndarray)}
        weights = {name: torch.from_numpy(w) for name, w in case.inputs["weights"].items()}
        mask = inputs.get("mask")
        if mask is not None and not mask.any(-1).all():
            continue                                       # PyTorch returns NaN there
        n_heads, dtype = case.inputs["n_heads"], inputs["query"].dtype
        theirs = torch.nn.MultiheadAttention(case.inputs["d_model"], n_heads, batch_first=True, dtype=dtype)
        theirs.load_state_dict({
            "in_proj_weight": torch.cat([weights[f"w_{n}.weight"] for n in "qkv"]),
            "in_proj_bias": torch.cat([weights[f"w_{n}.bias"] for n in "qkv"]),
            "out_proj.weight": weights["w_o.weight"], "out_proj.bias": weights["w_o.bias"]})
        if mask is not None:
            shape = (len(mask), inputs["query"].shape[1], inputs["key"].shape[1])
            mask = ~mask.expand(shape).repeat_interleave(n_heads, 0)
        output, shares = theirs(inputs["query"], inputs["key"], inputs["value"], attn_mask=mask,
                                average_attn_weights=False)
        ours = ask(task, MultiHeadAttention, case, bare).values
        tolerance = 1e-4 if dtype == torch.float32 else 1e-7
        np.testing.assert_allclose(ours["output"], output.detach().numpy(), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(ours["weights"], shares.detach().numpy(), rtol=tolerance, atol=tolerance)
        compared += 1
    assert compared >= 10


def test_importing_the_checks_and_lesson_01_does_not_import_torch():
    code = ("import sys\nimport classroom as checks\n"
            "assert not {'torch', 'matplotlib', 'IPython'} & set(sys.modules)\n"
            "assert checks.evaluate('1.1', lambda q, k: q @ k.T).status == 'correct'\n"
            "assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_verdicts_do_not_depend_on_the_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(evaluate("1.1", lambda q, k: q @ k.T)))
    thread.start()
    thread.join()
    assert found[0].status == "correct"


def test_gradients_are_checked_even_where_they_are_switched_off():
    with torch.no_grad():
        assert evaluate("4.3", MultiHeadAttention).status == "correct"
    torch.set_default_dtype(torch.float64)
    try:
        assert evaluate("4.3", MultiHeadAttention).status == "correct"
    finally:
        torch.set_default_dtype(torch.float32)
