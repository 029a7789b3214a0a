"""Answers as learners write them in lessons 07, 08, 13 and 14, and where the text decides what counts as right."""
import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.page.rounding import dequantise, quantise
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

    verdict = told("7.6", Transformer)
    assert verdict.mistake == "table-begins-too-large-or-small"
    assert ("numbers of size 1, which are" in verdict.message) == (deviation == 1.0)
    assert ("short beside the position" in verdict.message) == (deviation < 1)


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


@pytest.mark.parametrize("frequencies", [
    lambda d: 10000 ** (torch.arange(0, d, 2) / d),
    lambda d: 1 / 10000.0 ** (-2 * torch.arange(d // 2) / d),
    lambda d: torch.exp(torch.arange(0, d, 2) * (math.log(10000.0) / d)),
    lambda d: torch.tensor([10000 ** (2 * i / d) for i in range(d // 2)])])
def test_a_minus_missing_in_the_exponent_is_told_however_it_is_written(frequencies):
    verdict = told("13.5", turned_by(frequencies))
    assert verdict.mistake == "divided-for-multiplied" and "exactly" in verdict.message


@pytest.mark.parametrize("id, answer", [
    ("13.1", lambda x, weight, eps=1e-6: (x.float() * torch.rsqrt(x.float().square().mean(-1, keepdim=True) + eps)
                                          ).type_as(x) * weight),
    ("13.1", lambda x, weight, eps=1e-6: x * torch.rsqrt(x.float().square().mean(-1, keepdim=True) + eps) * weight),
    ("13.5", lambda x, positions: turned_by(lambda d: 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))(
        x, positions).float().to(x.dtype))])
def test_digits_that_are_lost_on_the_way_through_float32_are_told(id, answer):
    verdict = told(id, answer)
    assert verdict.mistake == "single-precision" and "In float64" in verdict.message


def test_halves_exchanged_when_x_is_cut_are_one_mistake():
    def rotate(x, positions):
        return turned_by(lambda d: 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))(
            torch.cat(x.chunk(2, -1)[::-1], -1), positions)

    assert told("13.5", rotate).mistakes == ("halves-exchanged",)


def test_a_mask_that_all_sentences_write_into_is_told():
    def expanded(prefix_lengths, size):
        mask = torch.ones(size, size).bool().tril().expand(len(prefix_lengths), -1, -1)
        for n, length in enumerate(prefix_lengths.tolist()):
            mask[n, :, :length] = True
        return mask

    verdict = told("13.3", expanded)
    assert verdict.mistake == "one-length-for-all" and "`expand`" in verdict.message


def test_what_is_left_of_rms_norm_without_x_is_told():
    verdict = told("13.1", lambda x, weight, eps=1e-6: (x.square().mean(-1, keepdim=True) + eps).rsqrt() * weight)
    assert verdict.mistake == "only-the-root-mean-square" and "times the weight" in verdict.message


@pytest.mark.parametrize("frequencies", [
    lambda d: torch.full((d // 2,), 0.5) ** torch.arange(d // 2), lambda d: 1 / (1 + torch.arange(d // 2))])
def test_what_is_right_for_one_pair_alone_does_not_point_to_a_size(frequencies):
    assert "in the place of d_head" not in told("13.5", turned_by(frequencies)).message


def test_brackets_missing_around_a_comparison_are_told():
    def causal(prefix_lengths, size):
        t = torch.arange(size)
        return t <= t[:, None] | (t < prefix_lengths[:, None])[:, None]

    def prefix(prefix_lengths, size):
        t = torch.arange(size)
        return (t <= t[:, None]) | t < prefix_lengths[:, None, None]

    assert {told("13.3", answer).mistake for answer in (causal, prefix)} == {"brackets-missing"}


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


def counted(w, largest, condition, count=torch.round):
    scale = largest(w) / 127
    scale = torch.where(condition(w, scale), torch.ones_like(scale), scale)
    return count(w / scale[:, None]).to(torch.int8), scale


@pytest.mark.parametrize("condition, mistake", [
    (lambda w, scale: (w == 0).any(1), "not-all-zeros"), (lambda w, scale: w[:, 0] == 0, "not-all-zeros"),
    (lambda w, scale: w.sum(1) == 0, "not-all-zeros"), (lambda w, scale: w.prod(1) == 0, "not-all-zeros"),
    (lambda w, scale: w.amin(1) == 0, "not-all-zeros"), (lambda w, scale: w.amax(1) == 0, "not-all-zeros"),
    (lambda w, scale: scale < 1e-3, "small-not-zero"), (lambda w, scale: scale < 1, "small-not-zero"),
    (lambda w, scale: torch.isclose(scale, torch.zeros_like(scale)), "small-not-zero")])
def test_only_a_row_of_zeros_has_the_scale_one(condition, mistake):
    assert told("14.1", lambda w: counted(w, lambda w: w.abs().amax(1), condition)).mistake == mistake


def test_the_largest_number_and_no_rounding_are_both_named():
    verdict = told("14.1", lambda w: counted(w, lambda w: w.amax(1), lambda w, scale: scale == 0, torch.trunc))
    assert verdict.mistakes == ("largest-not-magnitude", "cut-off")


@pytest.mark.parametrize("answer, mistake, says", [
    (lambda q, scale: (q * scale.unsqueeze(1).to(q.dtype)).to(scale.dtype), "scale-made-whole", "0.01 becomes 0"),
    (lambda q, scale: (q * scale.unsqueeze(1)).to(q.dtype), "rounded-again", "above 127 turns into another number")])
def test_what_goes_through_int8_is_told(answer, mistake, says):
    verdict = told("14.2", answer)
    assert verdict.mistake == mistake and says in verdict.message


def test_an_error_of_the_table_that_was_not_shaped_back_is_told():
    def errors(w):
        whole = w.reshape(1, -1)
        return [(dequantise(*quantise(x)) - x).square().mean(1).sqrt() for x in (whole, w)]

    assert told("14.4", errors).mistake == "one-error-for-all"


@pytest.mark.parametrize("id, answer, mistake, says", [
    ("14.5", lambda q: ((q[:, ::2].int() + 8 << 4) & q[:, 1::2] + 8).to(torch.uint8), "nothing-left", "all 0"),
    ("14.5", lambda q: torch.tensor([[16, 1]]).mul((q.int().abs() + 8).reshape(-1, 2)).sum(1).reshape(
        len(q), -1).to(torch.uint8), "signs-lost", "each plus 8"),
    ("14.5", lambda q: (q[:, ::2].int() + 8 >> 4 | q[:, 1::2] + 8).to(torch.uint8), "pushed-out", "in which direction"),
    ("14.5", lambda q: (16 * (q[:, ::2] + 8) + q[:, 1::2] + 8).clamp(0, 255), "overflowed", "still int8"),
    ("14.4", lambda w: (torch.zeros_like(w[:, 0]), (dequantise(*quantise(w)) - w).square().mean(1).sqrt()),
     "no-error-at-all", "is 0 for every row"),
    ("14.1", lambda w: (quantise(w)[0], w.abs().amax(1) + 1.0 * (w == 0).all(1)), "scale-not-divided", "1 for rows"),
    ("14.1", lambda w: (torch.zeros_like(w).to(torch.int8), quantise(w)[1]), "nothing-left", "all 0"),
    ("14.2", lambda q, scale: q.to(torch.uint8) * scale[:, None], "unsigned", "no numbers below 0")])
def test_one_mistake_is_not_taken_for_two_or_for_another(id, answer, mistake, says):
    verdict = told(id, answer)
    assert verdict.mistakes == (mistake,) and says in verdict.message
