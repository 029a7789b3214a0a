"""Lesson 05: answers as learners write them. Right ones pass; wrong ones are refused, by their name."""
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from classroom import evaluate
from course.transformer import sinusoidal_encoding

pytestmark = pytest.mark.slow          # many answers, each on several cases

SEEDS = (None, 3, 4)


def judged(id, answer, expected):
    """The same on several draws: accepted, or refused by the name expected."""
    for seed in SEEDS:
        verdict = evaluate(id, answer, seed=seed)
        if expected == "correct":
            assert verdict.status == "correct", verdict.message
        else:
            assert verdict.status != "correct" and expected in verdict.mistakes, (verdict.mistakes, verdict.message)
            assert verdict.points == 0


# ------------------------------------------------------------------------------------------ 5.1 and 5.3


def kept(make):
    """The table of the first call with some d_model, cut to the length that is asked for."""
    tables = {}

    def table(max_len, d_model):
        if d_model not in tables:
            tables[d_model] = make(max_len, d_model)
        return tables[d_model][:max_len]
    return table


def add_cut(rows):
    return lambda x: x * math.sqrt(x.shape[-1]) + sinusoidal_encoding(rows, x.shape[-1])[:x.shape[1]]


def add_kept():
    table = kept(sinusoidal_encoding)
    return lambda x: x * math.sqrt(x.shape[-1]) + table(x.shape[1], x.shape[2])


def in_numpy(max_len, d_model):
    column = np.arange(d_model)
    angle = np.arange(max_len)[:, None] / 10000.0 ** (2 * (column // 2) / d_model)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


def encode(angle):
    """The table of `angle(position, even, d_model)`."""
    def table(n, d):
        angles = angle(torch.arange(n).unsqueeze(1), torch.arange(0, d, 2), d)
        return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :d]
    return table


def ends_in_the_loop(n, d):
    table = torch.zeros(n, d)
    table[:, :2] = sinusoidal_encoding(n, d)[:, :2]
    return table


def to_the_first(x):
    out = x * math.sqrt(x.shape[-1])
    return torch.cat((out[:1] + sinusoidal_encoding(*x.shape[1:]), out[1:]))


def not_at_zeros(x):
    real = (x != 0).any(-1, keepdim=True)
    return x * math.sqrt(x.shape[-1]) + real * sinusoidal_encoding(*x.shape[1:])


@pytest.mark.parametrize("id, answer, expected", [
    ("5.1", encode(lambda t, even, d: t / 10000 ** 2 * (even // 2) / d), "angles-stay-at-zero"),
    ("5.1", encode(lambda t, even, d: t / (10000 ** 2 * (even // 2) / d)), "exponent-without-brackets"),
    ("5.1", encode(lambda t, even, d: t / 10000.0 ** even / d), "power-before-division"),
    ("5.1", ends_in_the_loop, "only-the-first-pair"),
    ("5.3", lambda x: x * x.shape[-1] ** 1 / 2 + sinusoidal_encoding(*x.shape[1:]), "root-without-brackets"),
    ("5.3", lambda x: x * math.isqrt(x.shape[-1]) + sinusoidal_encoding(*x.shape[1:]), "root-made-whole"),
    ("5.3", not_at_zeros, "no-position-for-zeros"), ("5.3", to_the_first, "only-the-first-sentence"),
    ("5.1", lambda n, d: sinusoidal_encoding(8, d)[:n], "table-of-fixed-length"),
    ("5.1", lambda n, d: sinusoidal_encoding(10, d)[:n], "table-of-fixed-length"),
    ("5.1", lambda n, d: sinusoidal_encoding(100, d)[:n], "table-of-fixed-length"),
    ("5.1", lambda n, d: sinusoidal_encoding(512, d)[:n], "table-of-fixed-length"),
    ("5.1", lambda n, d: sinusoidal_encoding(n + 5, d)[:n], "correct"),
    ("5.1", lambda n, d: torch.from_numpy(in_numpy(n, d)).float(), "correct"),
    ("5.1", lambda n, d: torch.from_numpy(in_numpy(n, d)), "dtype-widened"),
    ("5.1", in_numpy, "not-a-tensor"),
    ("5.1", lambda n, d: torch.nn.Parameter(sinusoidal_encoding(n, d), requires_grad=False), "parameter"),
    ("5.3", add_cut(8), "table-of-fixed-length"), ("5.3", add_cut(10), "table-of-fixed-length"),
    ("5.3", add_cut(512), "table-of-fixed-length"), ("5.3", add_cut(1000), "table-of-fixed-length"),
    ("5.3", add_cut(5000), "table-of-fixed-length"),
])
def test_tables(id, answer, expected):
    judged(id, answer, expected)


def test_a_table_kept_from_the_first_call_is_refused_whatever_the_draw():
    for seed in range(6):
        assert evaluate("5.1", kept(sinusoidal_encoding), seed=seed).mistake == "table-kept-from-first-call"
        assert evaluate("5.3", add_kept(), seed=seed).mistake == "table-kept-from-first-call"


def test_one_missing_bracket_is_not_taken_for_two_mistakes():
    verdict = evaluate("5.1", encode(lambda t, even, d: t * 10000.0 ** -2 * (even // 2) / d))
    assert verdict.mistakes == ("angles-stay-at-zero",) and "`**` before `*`" in verdict.message
    assert evaluate("5.4", one_pair).mistakes == ("only-the-first-pair",)


# ------------------------------------------------------------------------------------------------- 5.2


def waves(offset, d):
    angle = offset * 10000.0 ** (-torch.arange(0, d, 2) / d)
    return angle.cos(), angle.sin()


def quarters(offset, d):
    cos, sin = waves(offset, d)
    matrix = torch.zeros(d, d)
    matrix[0::2, 0::2], matrix[0::2, 1::2], matrix[1::2, 0::2], matrix[1::2, 1::2] = cos, sin, -sin, cos
    return matrix


def blocks(offset, d, signs=(1, 1, -1, 1)):
    matrix = torch.zeros(d, d)
    for i, (c, s) in enumerate(zip(*waves(offset, d), strict=True)):
        entries = torch.stack([signs[0] * c, signs[1] * s, signs[2] * s, signs[3] * c])
        matrix[2 * i:2 * i + 2, 2 * i:2 * i + 2] = entries.reshape(2, 2)
    return matrix


def by_least_squares(offset, d):
    table = sinusoidal_encoding(1000, d).double()
    return torch.linalg.lstsq(table[100:160], table[100 + offset:160 + offset]).solution.T.float()


def inverse_for_a_step_back(offset, d):
    steps = torch.linalg.matrix_power(blocks(1, d).double(), abs(offset))
    return (steps if offset >= 0 else torch.linalg.inv(steps)).float()


def by_pseudo_inverse(offset, d):
    table = sinusoidal_encoding(1000, d).double()
    return (torch.linalg.pinv(table[100:400]) @ table[100 + offset:400 + offset]).T.float()


@pytest.mark.parametrize("answer, expected", [
    (blocks, "correct"), (inverse_for_a_step_back, "correct"),
    (quarters, "quarters-filled"), (by_least_squares, "searched-for"),
    (by_pseudo_inverse, "searched-for"), (lambda k, d: blocks(k, d, (1, 1, 1, -1)), "reflection"),
    (lambda k, d: blocks(k, d, (-1, 1, 1, 1)), "reflection"),
    (lambda k, d: blocks(k + 1, d), "one-step-off"), (lambda k, d: k * blocks(1, d), "multiplied-by-the-offset"),
    (lambda k, d: blocks(k * 180 / math.pi, d), "degrees"), (lambda k, d: blocks(max(k, 0), d), "no-step-back"),
    (lambda k, d: blocks(k, d, (1, -1, 1, 1)), "turned-backwards"),
    (lambda k, d: blocks(k, d).double(), "dtype-widened"),
    (lambda k, d: torch.eye(d) + blocks(k, d), "identity-added"),
    (lambda k, d: blocks(k % 1000, d), "index-from-the-end"),
    (lambda k, d: blocks(k if k >= 0 else 1, d), "index-from-the-end"),
])
def test_shifts(answer, expected):
    judged("5.2", answer, expected)


def test_a_search_is_told_why_it_fails():
    message = evaluate("5.2", by_least_squares).message
    assert "lstsq" in message and "slow clocks" in message


# ------------------------------------------------------------------------------------------------- 5.4


def turned(x, dtype=None, swapped=False):
    dtype = x.dtype if dtype is None else dtype
    frequency = 10000.0 ** (-torch.arange(0, x.shape[-1], 2, dtype=dtype) / x.shape[-1])
    angle = torch.arange(x.shape[-2], dtype=dtype)[:, None] * frequency
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    both = (a * sin + b * cos, a * cos - b * sin) if swapped else (a * cos - b * sin, a * sin + b * cos)
    return torch.stack(both, dim=-1).flatten(-2)


def first_of_each_pair(x):
    return torch.stack((turned(x)[..., 0::2], x[..., 1::2]), dim=-1).flatten(-2)


def one_pair(x):
    return torch.cat((turned(x)[..., :2], x[..., 2:]), dim=-1)


def hardly_turned(x):
    """`t * 10000 ** -2*i/d`."""
    even = torch.arange(0, x.shape[-1], 2, dtype=x.dtype)
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * 10000 ** -2 * (even / 2) / x.shape[-1]
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()), dim=-1).flatten(-2)


def with_another(x, partner):
    frequency = 10000.0 ** (-torch.arange(0, x.shape[-1], 2, dtype=x.dtype) / x.shape[-1])
    angle = (torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * frequency).repeat_interleave(2, -1)
    sign = torch.tensor([-1, 1]).repeat(x.shape[-1] // 2)
    return x * angle.cos() + sign * partner(x) * angle.sin()


def three_axes(x):
    batch, length, size = x.shape
    return turned(x.reshape(batch, length, size))


@pytest.mark.parametrize("answer, expected", [
    (turned, "correct"), (lambda x: turned(x.view(-1, *x.shape[-2:])).view(x.shape), "view-of-heads"),
    (lambda x: turned(x.double()).to(x.dtype), "correct"),
    (lambda x: turned(x, swapped=True), "pairs-swapped"), (lambda x: turned(x, torch.float32), "single-precision"),
    (lambda x: turned(x.float()).to(x.dtype), "single-precision"), (lambda x: turned(x.float()), "dtype-lost"),
    (first_of_each_pair, "half-of-the-pair-turned"), (lambda x: x + turned(x), "x-added"),
    (lambda x: turned(x.flip(-2)).flip(-2), "positions-reversed"), (three_axes, "number-of-axes"),
    (lambda x: with_another(x, lambda x: x.roll(1, -1)), "partner-of-another-pair"),
    (lambda x: with_another(x, lambda x: x.roll(-1, -1)), "partner-of-another-pair"),
    (lambda x: with_another(x, lambda x: x.flip(-1)), "partner-of-another-pair"),
    (lambda x: turned(turned(x)), "turned-twice"), (one_pair, "only-the-first-pair"), (hardly_turned, "not-turned"),
    (lambda x: turned(x.double()), "dtype-widened"), (lambda x: turned(F.pad(x, (0, 0, 0, 0))), "correct"),
])
def test_rotations(answer, expected):
    judged("5.4", answer, expected)


def test_swapped_pairs_have_one_name_only():
    assert evaluate("5.4", lambda x: turned(x, swapped=True)).mistakes == ("pairs-swapped",)
