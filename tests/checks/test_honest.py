"""Nothing is claimed that was not established, and nothing refused for a reason that is not the answer's."""
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import carry_on, check, evaluate, exercises
from classroom.ask import compare, limits
from classroom.exercises.lesson_03 import tasks
from classroom.exercises.lesson_08 import tasks as lesson_08
from classroom.judge import record
from course.attention import scaled_dot_product_attention


def shares(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


# ------------------------------------------------------------------------------------- numbers

def test_only_infinity_equals_infinity():
    infinite, finite = np.array([1.0, np.inf, -np.inf, np.nan]), np.array([1.0, 5.0, 5.0, 5.0])
    assert compare.differs(finite, infinite).tolist() == [False, True, True, True]
    assert compare.differs(infinite, finite).tolist() == [False, True, True, True]
    assert not compare.differs(infinite, infinite).any()


def test_a_size_of_zero_among_the_inputs_is_no_factor():
    def double(logits, targets, pad_id, smoothing):
        return 2 * lesson_08.label_smoothing_loss(logits, targets, pad_id, smoothing)

    verdict = evaluate("8.1", double)
    assert verdict.mistake == "off-by-a-factor" and "Your loss is right up to a factor" in verdict.message


@pytest.mark.parametrize("wrong", [
    lambda x: np.exp(x - np.ptp(x)) / np.exp(x - np.ptp(x)).sum(-1, keepdims=True),
    lambda x: np.exp(x - x.std()) / np.exp(x - x.std()).sum(-1, keepdims=True),
])
def test_nan_alone_names_no_mistake(wrong):
    verdict = evaluate("1.2", wrong)
    assert verdict.mistakes == ("not-finite",)


def test_yes_and_no_in_one_case_prove_no_pair():
    def last_column_closed(ids, pad_id):
        mask = torch.ones_like(ids, dtype=torch.bool)
        mask[:, -1] = False
        return mask.unsqueeze(1)

    assert evaluate("2.3", last_column_closed).mistakes == ("input-ignored",)


@pytest.mark.slow
@pytest.mark.parametrize("more", [3.3, 1.2])
def test_scores_off_by_a_factor(more):
    def attention(q, k, v):
        weights = shares(q @ k.T / np.sqrt(q.shape[1] + more))
        return weights @ v, weights

    verdict = evaluate("1.3", attention)
    assert verdict.mistake == "scores-off-by-a-factor" and "multiplied by" in verdict.message


def test_single_precision_on_the_way_is_seen_beside_wrong_numbers():
    def attention(q, k, v, mask=None):
        return tuple(x.float() for x in exercises.get("2.1").reference(q.float(), k.float(), v.float(), mask))

    verdict = evaluate("2.1", attention)
    assert verdict.mistake == "dtype-lost" and "float64 is expected" in verdict.message


# ------------------------------------------------------------------------------------- layers

class Projections(tasks.SelfAttention):
    def __init__(self, d_model, d_k, d_v):
        super().__init__(d_model, d_k, d_v)
        self.w_o = nn.Linear(d_v, d_v)


@pytest.mark.slow
def test_a_layer_that_nobody_asked_for_is_named():
    class SelfAttention(Projections):
        def forward(self, x, mask=None):
            output, weights = super().forward(x, mask)
            return self.w_o(output), weights

    verdict = evaluate("3.1", SelfAttention)
    assert verdict.mistake == "unexpected-layer" and "`w_o.weight` (3, 3)" in verdict.message


def test_a_layer_that_is_never_used_does_no_harm():
    assert evaluate("3.1", Projections).status == "correct"


@pytest.mark.slow
def test_dropout_left_on_in_a_block_is_no_unexpected_layer():
    class EncoderLayer(exercises.get("6.3").reference):
        def forward(self, x, mask=None):
            return torch.dropout(super().forward(x, mask), 0.1, train=True)

    assert evaluate("6.3", EncoderLayer).mistake == "not-repeatable"


@pytest.mark.slow
def test_pytorchs_own_layer_is_no_answer_and_its_own_attention_is_explained():
    class EncoderLayer(nn.Module):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__()
            self.layer = nn.TransformerEncoderLayer(d_model, n_heads, d_ff, batch_first=True, norm_first=True)
            self.n_heads = n_heads

        def forward(self, x, mask=None):
            if mask is not None:
                mask = ~mask.expand(-1, x.shape[1], -1).repeat_interleave(self.n_heads, dim=0)
            return self.layer(x, src_mask=mask)

    assert evaluate("6.3", EncoderLayer).mistake == "torchs-own"

    class MultiHeadAttention(nn.Module):
        def __init__(self, d_model, n_heads):
            super().__init__()
            self.inner = nn.MultiheadAttention(d_model, n_heads, batch_first=True)

        def forward(self, query, key, value, mask=None):
            return self.inner(query, key, value)

    verdict = evaluate("4.3", MultiHeadAttention)
    assert verdict.mistake == "missing-layer" and "PyTorch's own attention" in verdict.message


@pytest.mark.slow
def test_projections_in_one_matrix_are_explained_where_the_names_are_given():
    class MultiHeadAttention(exercises.get("4.3").reference):
        def __init__(self, d_model, n_heads):
            super().__init__(d_model, n_heads)
            del self.w_q, self.w_k, self.w_v
            self.all_three = nn.Linear(d_model, 3 * d_model)

    verdict = evaluate("4.3", MultiHeadAttention)
    assert verdict.mistake == "missing-layer"
    assert "That computes the same" in verdict.message and "`all_three.weight` (12, 4)" in verdict.message


def test_one_product_for_three_layers_is_right():
    class MultiHeadAttention(exercises.get("4.3").reference):
        def forward(self, query, key, value, mask=None):
            layers = self.w_q, self.w_k, self.w_v
            weight, bias = (torch.cat([getattr(layer, name) for layer in layers]) for name in ("weight", "bias"))
            size = len(bias) // 3
            q, k, v = (F.linear(x, weight, bias)[..., n * size : (n + 1) * size].unflatten(-1, (self.n_heads, -1))
                       .transpose(1, 2) for n, x in enumerate((query, key, value)))
            mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
            return self.w_o(mixed.transpose(1, 2).flatten(2)), weights

    assert evaluate("4.3", MultiHeadAttention).status == "correct"


@pytest.mark.slow
@pytest.mark.parametrize("id", ["2.1", "3.1", "4.3", "6.3", "7.1", "8.4"])
def test_modules_are_judged_outside_the_main_thread_as_well(id):
    found = []
    thread = threading.Thread(target=lambda: found.append(evaluate(id, exercises.get(id).reference).status))
    thread.start()
    thread.join()
    assert found == ["correct"]


# --------------------------------------------------------------------------------- borrowed answers

def test_what_carry_on_lends_is_no_attempt(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))
    for id in ("1.1", "4.3", "4.4"):
        lent = carry_on(id, None)
        capsys.readouterr()
        assert check(id, lent).status == "not attempted"
        assert "the course's own version" in capsys.readouterr().out
        assert carry_on(id, lent) is lent and "use the course's" in capsys.readouterr().out
        assert evaluate(id, lent).status == "correct"        # as such it is right
        assert record.load().get(id, {"attempts": 0})["attempts"] == 0


def test_a_right_word_is_nobodys_own(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_STATE", str(tmp_path))
    assert check("5.5", "rotary").status == "correct"


# ---------------------------------------------------------------------------------------- time

def meter_with(monkeypatch, computed, seconds=1.0):
    """A meter whose thread has computed what `computed.now` says."""
    meter = limits._Meter(seconds)
    monkeypatch.setattr(meter, "_clock", lambda: meter._started + computed.now)
    return meter


def test_a_pause_of_an_hour_is_one_tick(monkeypatch):
    computed = SimpleNamespace(now=0.01)
    meter = meter_with(monkeypatch, computed)
    monkeypatch.setattr(time, "monotonic", lambda: 1e9)
    assert not meter.tick() and meter.used() < 0.1


def test_computing_counts_fully_and_waiting_a_quarter(monkeypatch):
    computed = SimpleNamespace(now=0.0)
    meter = meter_with(monkeypatch, computed)
    ticks = round(limits._PATIENCE / limits._TICK)
    assert [meter.tick() for _ in range(ticks)] == [False] * (ticks - 1) + [True]
    computed.now = 5.0
    assert meter.used() == pytest.approx(5.0)


def sleeping(x):
    while True:
        time.sleep(0.01)


@pytest.mark.slow
def test_a_loop_that_sleeps_is_stopped_in_every_thread(monkeypatch):
    import dataclasses
    monkeypatch.setitem(exercises._known, "1.2", dataclasses.replace(exercises.get("1.2"), seconds=0.2))
    found = [evaluate("1.2", sleeping)]
    thread = threading.Thread(target=lambda: found.append(evaluate("1.2", sleeping)))
    thread.start()
    thread.join()
    assert [verdict.mistake for verdict in found] == ["time-limit", "time-limit"]
    assert all("waits, such as `sleep`" in verdict.message for verdict in found)
