"""Lesson 13: answers that were told something that was not so, or nothing."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


@pytest.mark.parametrize("joined", [
    lambda s, t, p: (s < p) | s <= t, lambda s, t, p: s < p | (s <= t),
    lambda s, t, p: (s < p) | t >= s, lambda s, t, p: p > s | (s <= t),
    lambda s, t, p: (s <= t) | s < p, lambda s, t, p: s <= t | (s < p),
    lambda s, t, p: (s <= t) | p > s, lambda s, t, p: t >= s | (s < p)])
def test_missing_brackets_are_named_wherever_they_are_missing(joined):
    def prefix_mask(prefix_lengths, size):
        place = torch.arange(size)
        return joined(place[None, None], place[None, :, None], prefix_lengths[:, None, None])

    refused("13.3", prefix_mask, "brackets-missing", ["`|` is computed before"])


def test_both_brackets_are_right():
    accepted("13.3", lambda prefix_lengths, size: (torch.arange(size) < prefix_lengths[:, None, None])
             | (torch.arange(size) <= torch.arange(size)[:, None]))


def turned(sign, change=lambda positions: positions):
    def rotate(x, positions):
        a, b = x.chunk(2, dim=-1)
        i = torch.arange(a.shape[-1], dtype=x.dtype)
        angle = change(positions).unsqueeze(-1) * 10000 ** (-i / a.shape[-1])
        cos, sin = angle.cos(), sign * angle.sin()
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
    return rotate


def test_what_a_turn_backwards_changes_is_said_truly():
    refused("13.5", turned(-1), "turned-backwards", ["that for t − s is now the one for s − t"], ["come out the same"])
    q, k = torch.tensor([[1.0, 0, 2, 0]]), torch.tensor([[0.0, 1, 2, 1]])

    def score(rotate, t, s):
        return (rotate(q, torch.tensor([t])) @ rotate(k, torch.tensor([s])).T).item()

    assert score(turned(-1), 3, 2) == pytest.approx(score(turned(1), 2, 3), abs=1e-5)
    assert score(turned(-1), 3, 2) != pytest.approx(score(turned(1), 3, 2), abs=1e-2)


def test_no_sentences_are_spoken_of_where_there_is_one_row_of_positions():
    refused("13.5", turned(1, lambda positions: positions - positions[0]), "positions-from-zero",
            ["the first position is subtracted from all"], ["each sentence"])


def square(x):
    return x.square().mean(-1, keepdim=True)


@pytest.mark.parametrize("slug, factor, says", [
    ("eps-as-a-floor", lambda x, eps: x.shape[-1] ** 0.5 / x.norm(dim=-1, keepdim=True).clamp(min=eps),
     "that the length of a vector may have"),
    ("eps-as-a-floor", lambda x, eps: 1 / square(x).sqrt().clamp(min=eps), "that the root mean square may have"),
    ("eps-as-a-floor", lambda x, eps: 1 / square(x).clamp(min=eps).sqrt(), "that the mean square may have"),
    ("eps-as-a-floor", lambda x, eps: (x.shape[-1] / x.square().sum(-1, keepdim=True).clamp(min=eps)).sqrt(),
     "that the sum of the squares may have"),
    ("eps-at-another-place", lambda x, eps: x.shape[-1] ** 0.5 / (x.norm(dim=-1, keepdim=True) + eps),
     "added to the length"),
    ("eps-at-another-place", lambda x, eps: (x.shape[-1] / (x.square().sum(-1, keepdim=True) + eps)).sqrt(),
     "added to the sum of the squares"),
    ("no-eps", lambda x, eps: 1 / square(x).sqrt().clamp(min=1e-12), "and a vector of zeros stays one")])
def test_what_becomes_of_eps_is_told_by_the_values(slug, factor, says):
    refused("13.1", lambda x, weight, eps=1e-6: x * factor(x, eps) * weight, slug, ["exactly", says], ["NaN"])


@pytest.mark.parametrize("slug, answer", [
    ("eps-as-a-floor", lambda x, weight, eps=1e-6: F.normalize(x, dim=-1, eps=eps) * x.shape[-1] ** 0.5 * weight),
    ("no-eps", lambda x, weight, eps=1e-6: F.normalize(x, dim=-1) * x.shape[-1] ** 0.5 * weight),
    ("divided-by-the-length", lambda x, weight, eps=1e-6: F.normalize(x, dim=-1, eps=eps) * weight),
    ("divided-by-the-length", lambda x, weight, eps=1e-6: F.normalize(x, dim=-1) * weight)])
def test_a_finished_normalisation_is_told_by_the_values(slug, answer):
    refused("13.1", answer, slug, ["exactly"], ["NaN"])


def test_the_brackets_are_named_where_the_source_is_known():
    def prefix_mask(prefix_lengths, size):
        s = torch.arange(size)
        t = s.unsqueeze(1)
        p = prefix_lengths[:, None, None]
        return s < p | s <= t

    refused("13.3", prefix_mask, "brackets-around-comparisons", ["Put each comparison in brackets"])


def feed_forward(join):
    class SwiGLU(nn.Module):
        def __init__(self, d_model, d_ff):
            super().__init__()
            self.w_gate = nn.Linear(d_model, d_ff, bias=False)
            self.w_up = nn.Linear(d_model, d_ff, bias=False)
            self.w_down = nn.Linear(d_ff, d_model, bias=False)

        def forward(self, x):
            return self.w_down(join(F.silu(self.w_gate(x)), self.w_up(x)))

    return SwiGLU


@pytest.mark.parametrize("join", [lambda gate, up: gate @ up, lambda gate, up: gate @ up.transpose(-2, -1),
                                  lambda gate, up: gate.transpose(-2, -1) @ up])
def test_a_matrix_product_of_the_two_paths_is_named(join):
    refused("13.2", feed_forward(join), "matrix-product-of-the-paths", ["Which sign multiplies number by number"])


def grouped(keys, values):
    """Attention whose keys and values are made of those of the groups by `keys` and `values`."""
    class GroupedQueryAttention(nn.Module):
        def __init__(self, d_model, n_heads, n_kv_heads):
            super().__init__()
            self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
            d_kv = d_model // n_heads * n_kv_heads
            self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
            self.w_k, self.w_v = (nn.Linear(d_model, d_kv, bias=False) for _ in range(2))

        def forward(self, x, mask=None):
            n = self.n_heads // self.n_kv_heads
            q = split_heads(self.w_q(x), self.n_heads)
            k = keys(split_heads(self.w_k(x), self.n_kv_heads), n)
            v = values(split_heads(self.w_v(x), self.n_kv_heads), n)
            mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
            return self.w_o(merge_heads(mixed)), weights

    return GroupedQueryAttention


def no_dim(x, n):
    return x.repeat_interleave(n)


def heads(x, n):
    return x.repeat_interleave(n, 1)


@pytest.mark.parametrize("keys, values", [(no_dim, no_dim), (no_dim, heads), (heads, no_dim)])
def test_heads_repeated_without_dim_are_told_of_the_one_axis(keys, values):
    refused("13.4", grouped(keys, values), "one-axis-left", ["Something has a single axis there"])


def test_another_axis_is_not_told_so():
    verdict = evaluate("13.4", grouped(lambda x, n: x.repeat_interleave(n, 2), heads))
    assert verdict.status in ("wrong", "error") and "a single axis" not in verdict.message, verdict.message


def test_the_question_about_float32_fits_a_float_that_is_called():
    def rotate(x, positions):
        a, b = x.chunk(2, dim=-1)
        frequency = 1.0 / (10000 ** (torch.arange(0, x.shape[-1], 2).float() / x.shape[-1]))
        angle = torch.outer(positions.float(), frequency)
        return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1)

    refused("13.5", rotate, "single-precision", ["as `float()`, `torch.float32`"])
