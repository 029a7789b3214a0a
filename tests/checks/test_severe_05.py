"""Lesson 05: digits in float64, searches in many dimensions, tables that end, what is kept between two calls."""
import math

import numpy as np
import pytest
import torch

from classroom import evaluate
from course.transformer import sinusoidal_encoding

from .told import accepted, refused

pytestmark = pytest.mark.slow


# ------------------------------------------------------------------------------------------------- 5.4


def turned(x, frequency, place=None):
    place = torch.arange(x.shape[-2], dtype=x.dtype) if place is None else place
    angle = place.unsqueeze(1) * frequency
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()), -1).flatten(-2)


def exact(x):
    return 10000.0 ** (-torch.arange(0, x.shape[-1], 2, dtype=x.dtype) / x.shape[-1])


COARSE = [
    (lambda d, dtype: 10000.0 ** (-torch.arange(0, d, 2) / d), "but the frequencies are float32"),
    (lambda d, dtype: torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d)), "but the frequencies are float32"),
    (lambda d, dtype: (1.0 / 10000 ** (torch.arange(0, d, 2).float() / d)).to(dtype), "but the frequencies are"),
    (lambda d, dtype: 10000.0 ** (-(torch.arange(0, d, 2) / d).to(dtype)), "but the exponents of the frequencies are"),
    (lambda d, dtype: exact(torch.zeros(1, d, dtype=dtype)) * (1 + 1e-10), "fewer right digits"),
]


@pytest.mark.parametrize("n", range(len(COARSE)))
def test_positions_alone_in_float64_are_not_enough(n):
    frequency, says = COARSE[n]
    refused("5.4", lambda x: turned(x, frequency(x.shape[-1], x.dtype)), "single-precision", [says, "float64"])


def test_waves_of_the_table_of_5_1_are_float32():
    def from_the_table(x):
        table = sinusoidal_encoding(*x.shape[-2:]).to(x.dtype)
        a, b, sin, cos = x[..., 0::2], x[..., 1::2], table[:, 0::2], table[:, 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    refused("5.4", from_the_table, "single-precision")


@pytest.mark.parametrize("most", [500, 1024, 2048])
def test_rotary_tables_end(most):
    def cut(x):
        return turned(x, exact(x), torch.arange(most, dtype=x.dtype)[:x.shape[-2]])

    def clamped(x):
        return turned(x, exact(x), torch.arange(x.shape[-2], dtype=x.dtype).clamp(max=most - 1))

    refused("5.4", cut, "table-of-fixed-length", [f"{most} rows"])
    refused("5.4", clamped, "table-of-fixed-length", [f"{most} rows", "the last one"])


def test_heads_taken_for_positions():
    def over_heads(x):
        return turned(x.transpose(1, 2), exact(x)).transpose(1, 2) if x.dim() == 4 else turned(x, exact(x))
    refused("5.4", over_heads, "time-on-another-axis", ["With two axes before T"], ["now and then"])


# ------------------------------------------------------------------------------------------------- 5.2


def rows(n, d, start=0):
    angle = (np.arange(n) + start)[:, None] * 10000.0 ** (-np.arange(0, d, 2) / d)
    return np.stack((np.sin(angle), np.cos(angle)), -1).reshape(n, d)


def searched(n):
    return lambda offset, d: torch.from_numpy(np.linalg.lstsq(rows(n, d), rows(n, d, offset), rcond=None)[0].T).float()


@pytest.mark.parametrize("n", [60, 1000])
def test_a_search_finds_another_matrix(n):
    refused("5.2", searched(n), "searched-for", ["your matrix is another one", "outside of the blocks"])


def waves(offset, d, factor=lambda even, d: 10000.0 ** (-even / d)):
    angle = offset * factor(torch.arange(0, d, 2), d)
    matrix = torch.zeros(d, d)
    even = torch.arange(0, d, 2)
    matrix[even, even], matrix[even, even + 1] = angle.cos(), angle.sin()
    matrix[even + 1, even], matrix[even + 1, even + 1] = -angle.sin(), angle.cos()
    return matrix


def test_any_offset():
    def from_a_table(offset, d):
        if abs(offset) > 100:
            raise IndexError("index 600 is out of bounds")
        return waves(offset, d)
    refused("5.2", from_a_table, "table-of-fixed-length", ["offset of 600", "IndexError"])
    refused("5.2", lambda k, d: waves(max(k, -100), d), "table-of-fixed-length", ["offset of -600", "not right"])


def test_one_step_after_the_other_is_right():
    def recursive(offset, d):
        if offset == 0:
            return torch.eye(d)
        sign = 1 if offset > 0 else -1
        return (waves(sign, d).double() @ recursive(offset - sign, d).double()).float()
    accepted("5.2", recursive)


@pytest.mark.parametrize("factor", [lambda even, d: 10000.0 ** (even / d),
                                    lambda even, d: torch.exp(even * (math.log(10000.0) / d))])
def test_multiplied_in_float32(factor):
    refused("5.2", lambda k, d: waves(k, d, factor), "divided-for-multiplied", ["exactly"])


def test_pairs_that_overlap_without_a_loop():
    def diagonals(offset, d):
        angle = offset * 10000.0 ** (-torch.arange(0, d, 2) / d)
        cos, sin = angle.cos().repeat_interleave(2), angle.sin().repeat_interleave(2)[:-1]
        return torch.diag(cos) + torch.diag(sin, 1) - torch.diag(sin, -1)
    refused("5.2", diagonals, "pairs-overlap", ["zeros", "row 1, column 2"], ["writes over"])


@pytest.mark.parametrize("rest", [torch.zeros, torch.eye])
@pytest.mark.parametrize("in_a_loop", [True, False])
def test_the_block_of_pair_i_begins_at_row_i(rest, in_a_loop):
    def crowded(offset, d):
        matrix, pairs = rest(d, d), torch.arange(d // 2)
        for i in pairs if in_a_loop else [pairs]:
            b = offset / 10000 ** (2 * i / d)
            matrix[i, i], matrix[i, i + 1] = b.cos(), b.sin()
            matrix[i + 1, i], matrix[i + 1, i + 1] = -b.sin(), b.cos()
        return matrix
    refused("5.2", crowded, "pairs-overlap", ["exactly", "rows and columns i and i + 1", "belong to pair 1?"])


def test_the_score_of_rotary_encoding_knows_before_from_after():
    message = evaluate("5.4", lambda x: turned(x, exact(x))).message
    assert "before or after the query" in message and "how far apart" not in message


# ------------------------------------------------------------------------------------------- 5.1 and 5.5


def test_frequencies_kept_between_calls():
    def kept():
        known = {}

        def table(n, d):
            frequency = known.setdefault((d + 1) // 2, 10000.0 ** (-torch.arange(0, d, 2) / d))
            angle = torch.arange(n).unsqueeze(1) * frequency
            return torch.stack((angle.sin(), angle.cos()), -1).flatten(1)[:, :d]
        return table
    verdict = evaluate("5.1", kept())
    assert verdict.mistake == "frequencies-kept-from-first-call" and "between two calls" in verdict.message


@pytest.mark.parametrize("size, slug", [(lambda d: d - d % 2, "odd-size-rounded-down"),
                                        (lambda d: d + d % 2, "odd-size-rounded-up")])
def test_odd_sizes_made_even(size, slug):
    def table(n, d):
        angle = torch.arange(n).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / size(d))
        return torch.stack((angle.sin(), angle.cos()), -1).flatten(1)[:, :d]
    refused("5.1", table, slug, ["exactly"], ["now and then"])


def test_the_hands_stand_in_combinations():
    assert "combinations" in evaluate("5.5", "sinusoidal").message
    assert "bag of words" in evaluate("5.5", "no positions").message
    assert "no positions" in evaluate("5.5", "none").message


# ----------------------------------------------------------------------------- what a new user was told


def powers(d):
    return 10000.0 ** (-torch.arange(0, d, 2) / d)


def columns_repeated(n, d):
    angle = torch.arange(n).unsqueeze(1) * powers(d).repeat(2)[:d]
    return torch.where(torch.arange(d) % 2 == 0, angle.sin(), angle.cos())


def cosines_repeated(offset, d):
    angle, even = offset * powers(d), torch.arange(0, d, 2)
    matrix = torch.diag(angle.cos().repeat(2))
    matrix[even, even + 1], matrix[even + 1, even] = angle.sin(), -angle.sin()
    return matrix


def rows_repeated(offset, d):
    angle = (offset * powers(d)).repeat(2)
    quarter = torch.block_diag(*[torch.tensor([[0.0, 1.0], [-1.0, 0.0]])] * (d // 2))
    return torch.diag(angle.cos()) + torch.diag(angle.sin()) @ quarter


@pytest.mark.parametrize("id, answer, what", [
    ("5.1", columns_repeated, "the angles of the columns"), ("5.2", cosines_repeated, "the cosines on the diagonal"),
    ("5.2", rows_repeated, "the angles of the rows")])
def test_repeat_for_repeat_interleave(id, answer, what):
    refused(id, answer, "angles-repeated", ["exactly", f"{what} stand in the order 0 1 … 0 1 …", "repeat_interleave"])


@pytest.mark.parametrize("make", [lambda n: torch.arange(n), lambda n: torch.zeros(n, 4)])
def test_no_table_of_negative_length(make):
    def from_a_table(offset, d):
        make(offset + 1)
        return waves(offset, d)
    refused("5.2", from_a_table, "no-step-back", ["a tensor of negative length"], ["stops-by-itself"])


def test_the_minus_of_5_2_is_in_the_other_corner():
    def by_shift_matrix(x):
        angle = torch.arange(x.shape[-2], dtype=x.dtype).unsqueeze(1) * exact(x)
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()), -1).flatten(-2)
    refused("5.4", by_shift_matrix, "turned-backwards", ["In exercise 5.2 the minus stands in the other corner"])


def test_what_the_table_is_told_is_true():
    refused("5.1", lambda n, d: sinusoidal_encoding(n, d).unsqueeze(0), "batch-axis", ["`table[t]`"],
            ["Nothing is lost"])
    refused("5.1", lambda n, d: waves_of(n, 10000.0 ** (torch.arange(0, d, 2) / d))[:, :d], "divided-for-multiplied",
            ["thousands of radians"], ["thousands of turns"])
    refused("5.1", lambda n, d: waves_of(n, torch.deg2rad(powers(d)))[:, :d], "degrees", ["a function that converts"])


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("slug, factor", [("sizes-misread", -2), ("sizes-exchanged", -1)])
def test_sizes_taken_in_another_order(slug, factor, cut):
    def add(x):
        batch, d_model, length = x.shape
        return x * math.sqrt(x.shape[factor]) + sinusoidal_encoding(length, d_model)[:x.shape[1] if cut else length]
    refused("5.3", add, slug, ["exactly", "T and d_model are equal"])


def test_an_embedding_is_a_parameter():
    refused("5.1", lambda n, d: torch.nn.Embedding(n, d).weight, "trainable", ["`nn.Embedding`, whose weight is one"])


def waves_of(n, frequency):
    angle = torch.arange(n).unsqueeze(1) * frequency
    return torch.stack((angle.sin(), angle.cos()), -1).flatten(1)


@pytest.mark.parametrize("into_place", [True, False])
def test_positions_counted_along_axis_1_where_that_stops(into_place):
    def apply_rotary(x):
        length, d = x.shape[1], x.shape[-1]
        frequency = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
        angle = torch.arange(length, dtype=x.dtype).unsqueeze(1) * frequency
        a, b, y = x[..., 0::2], x[..., 1::2], torch.zeros_like(x)
        first, second = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
        if not into_place:
            return torch.stack((first, second), dim=-1).reshape(x.shape)
        y[..., 0::2], y[..., 1::2] = first, second
        return y

    refused("5.4", apply_rotary, "time-on-another-axis", says=("axis 1, counted from the front",))
