"""Answers as learners write them in lessons 07, 08, 13 and 14, and where the text decides what counts as right."""
import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from tests.variants.lesson_07 import _TiedLinear

pytestmark = pytest.mark.slow          # many answers, each on several cases


def told(id, answer):
    verdict = evaluate(id, answer, seed=None)
    assert verdict.status in ("wrong", "error"), verdict.message
    return verdict


def with_layer(x, weight, eps=1e-6):
    layer = nn.RMSNorm(x.shape[-1], eps=eps, dtype=x.dtype)
    layer.weight = nn.Parameter(weight)
    return layer(x)


@pytest.mark.parametrize("answer", [
    with_layer, lambda x, weight, eps=1e-6: F.rms_norm(x, weight.shape, weight, eps),
    lambda x, weight, eps=1e-6: torch.rms_norm(x, weight.shape, weight, eps)])
def test_pytorchs_finished_norm_is_no_answer_to_13_1(answer):
    verdict = told("13.1", answer)
    assert verdict.mistake == "torchs-own" and "rms_norm" in verdict.message


@pytest.mark.parametrize("deviation", [1 / 64, 0.02, 1.0])
def test_a_table_that_begins_with_other_numbers_is_refused(deviation):
    class Transformer(_TiedLinear):
        def __init__(self, *sizes, **more):
            super().__init__(*sizes, **more)
            nn.init.normal_(self.embedding.weight, std=deviation)

    assert told("7.6", Transformer).mistake == "table-begins-too-large-or-small"


def until(model, step, batches, validate, patience, max_epochs, again=False, once_more=False):
    losses, best, waited = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        loss = validate(model) if again else losses[-1]
        if loss < best:
            best, waited, kept = loss, 0, copy.deepcopy(model.state_dict())
        elif (waited := waited + 1) == patience:
            break
    model.load_state_dict(kept)
    if once_more:
        validate(model)
    return losses


def test_measuring_twice_in_every_epoch_is_told_and_a_last_look_is_not():
    def twice(*given):
        return until(*given, again=True)

    def at_the_end(*given):
        return until(*given, once_more=True)

    verdict = told("8.10", twice)
    assert verdict.mistake == "measured-again" and "once in every epoch" in verdict.message
    assert evaluate("8.10", at_the_end, seed=None).status == "correct"


def turned_by(frequencies):
    def rotate(x, positions):
        angle = positions.unsqueeze(-1) * frequencies(x.shape[-1])
        a, b = x.chunk(2, -1)
        return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1)
    return rotate


@pytest.mark.parametrize("frequencies", [
    lambda d: 1.0 / 10000 ** (torch.arange(0, d, 2).float() / d),
    lambda d: torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d)),
    lambda d: torch.tensor([10000 ** (-2 * i / d) for i in range(d // 2)])])
def test_frequencies_in_float32_are_told_however_they_are_written(frequencies):
    assert told("13.5", turned_by(frequencies)).mistake == "single-precision"


def test_errors_of_lesson_14_are_explained():
    verdict = told("14.1", lambda w: (torch.int8(w), w[:, 0]))
    assert verdict.mistake == "dtype-called" and "names of dtypes" in verdict.message

    def in_place(q, scale):
        q *= scale.unsqueeze(1)
        return q

    assert told("14.2", in_place).mistake == "in-place-on-integers"

    class Sloppy(nn.Module):
        def __init__(self, d_model, d_ff):
            super().__init__()
            self.w_gate, self.w_up = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
            self.w_down = nn.Linear(d_ff, d_model, bias=False)

        def forward(self, x):
            return self.w_down(nn.SiLU(self.w_gate(x)) * self.w_up(x))

    assert told("13.2", Sloppy).mistake == "layer-not-called"
