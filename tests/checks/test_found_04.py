"""Lesson 04, once more: answers as learners write them, and what they are told."""
import pytest
import torch
from torch import nn

from classroom import evaluate
from course import attention as library
from course.attention import merge_heads

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ------------------------------------------------------------------------------------------- 4.1 and 4.2


def poured(x, n_heads):
    heads = torch.stack(x.chunk(n_heads, dim=-1))
    return heads.reshape(x.shape[0], n_heads, x.shape[1], -1)


def stops_early(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return torch.stack([x[:, :, i:i + d_head] for i in range(0, x.shape[-1] - d_head, d_head)], dim=1)


def side_by_side(count):
    return lambda x: torch.cat([x[:, h] for h in range(count(x))], dim=-1)


@pytest.mark.parametrize("id, answer, expected", [
    ("4.1", poured, "poured-from-heads-first"), ("4.1", stops_early, "last-head-missing"),
    ("4.1", lambda x, n_heads: x.reshape(*x.shape[:2], 2, -1).transpose(1, 2), "fixed-number-of-heads"),
    ("4.2", side_by_side(len), "heads-counted-by-sentences"),
    ("4.2", side_by_side(lambda x: x.shape[1] - 1), "last-head-missing"),
    ("4.2", side_by_side(lambda x: 2), "fixed-number-of-heads"),
    ("4.2", lambda x: x.mT.mT.transpose(1, 2).reshape(len(x), -1, x.shape[1] * x.shape[2]), "positions-for-numbers"),
    ("4.5", lambda heads, W_o: heads.repeat(1, 1, 1, heads.shape[1]) @ W_o, "all-rows-for-every-head"),
    ("4.5", lambda heads, W_o: torch.einsum("bhtd,hem->bhtm", heads, W_o.unflatten(0, (heads.shape[1], -1))),
     "numbers-added-up"),
])
def test_the_slip_alone_is_named(id, answer, expected):
    for seed in (None, 3):
        verdict = evaluate(id, answer, seed=seed)
        assert verdict.mistakes == (expected,), verdict.message


# ------------------------------------------------------------------------------------------------- 4.3


class Heads(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        for name in "qkvo":
            setattr(self, f"w_{name}", nn.Linear(d_model, d_model, bias=False))


class KeepsItsMask(Heads):
    last = None

    def forward(self, query, key, value, mask=None):
        self.last = self.last if mask is None else mask
        return super().forward(query, key, value, self.last)


class ReturnsTheError(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        if d_model % n_heads:
            return ValueError("n_heads must divide d_model")
        super().__init__(d_model, n_heads)


class AnotherError(library.MultiHeadAttention):
    def __init__(self, d_model, n_heads):
        if d_model % n_heads:
            raise RuntimeError("n_heads must divide d_model")
        super().__init__(d_model, n_heads)


def test_a_mask_that_is_kept_is_found():
    assert evaluate("4.3", Heads).status == "correct"
    assert evaluate("4.3", KeepsItsMask).mistakes == ("not-repeatable",)


def test_an_error_is_told_by_its_kind():
    returned, other = (evaluate("4.3", answer) for answer in (ReturnsTheError, AnotherError))
    assert returned.mistakes == ("error-returned",) and "should return None" in returned.message
    assert other.mistakes == ("not-a-value-error",) and "assert" not in other.message


# ------------------------------------------------------------------------------------------------- 4.4


def compares_with(make, heads=3, tolerance=0.0):
    """A test with an x of its own."""
    def test(split):
        x = make()
        for h, piece in enumerate(x.chunk(heads, dim=-1)):
            assert torch.allclose(split(x, heads)[:, h], piece, atol=tolerance)
    return test


def puts_them_back(split):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    assert torch.equal(merge_heads(split(x, 3)), x)


def forgets_abs(sign):
    def test(split):
        x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
        assert all((sign * (split(x, 3)[:, h] - piece)).max() <= 0 for h, piece in enumerate(x.chunk(3, dim=-1)))
    return test


@pytest.mark.parametrize("answer, said", [
    (compares_with(lambda: torch.ones(2, 5, 12)), "how many different ones"),
    (compares_with(lambda: torch.randn(2, 1, 12)), "which of the four sizes b, t, n_heads and d_head is 1"),
    (compares_with(lambda: torch.randn(2, 5, 9)), "which of the four sizes b, t, n_heads and d_head are equal"),
    (compares_with(lambda: torch.arange(120.0).reshape(2, 5, 12) / 1000, tolerance=0.05), "how far apart"),
    (puts_them_back, "does your test look at the shape"),
    (forgets_abs(1), "in either direction"), (forgets_abs(-1), "in either direction"),
])
def test_a_weak_test_is_told_what_it_cannot_see(answer, said):
    assert said in evaluate("4.4", answer).message.lower()
