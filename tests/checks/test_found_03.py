"""Lesson 03: answers that look right. What is wrong with them is found, and called by its name."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.attention import scaled_dot_product_attention

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ------------------------------------------------------------------------------------------ 3.1 and 3.2


class Projected(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
        self.w_v, self.mask = nn.Linear(d_model, d_v, bias=False), None

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)


class KeepsTheMask(Projected):
    def forward(self, x, mask=None):
        self.mask = self.mask if mask is None else mask
        return super().forward(x, self.mask)


class KeepsTheMaskAcross(Projected):
    def forward(self, x, memory, mask=None):
        self.mask = self.mask if mask is None else mask
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), self.mask)


class ZerosArePadding(Projected):
    def forward(self, x, mask=None):
        words = (x != 0).any(-1).unsqueeze(1)
        return super().forward(x, words if mask is None else mask & words)


class Cosines(Projected):
    def forward(self, x, mask=None):
        q, k = F.normalize(self.w_q(x), dim=-1), F.normalize(self.w_k(x), dim=-1)
        return scaled_dot_product_attention(q, k, self.w_v(x), mask)


@pytest.mark.parametrize("id, answer, expected", [
    ("3.1", KeepsTheMask, "not-repeatable"), ("3.2", KeepsTheMaskAcross, "not-repeatable"),
    ("3.1", ZerosArePadding, "zeros-taken-for-padding"), ("3.1", Cosines, "cosine-for-dot-product"),
    ("3.4", ("x", "memory", "memory"), "in-other-words"),
])
def test_attention(id, answer, expected):
    assert evaluate(id, answer).mistake == expected


# ------------------------------------------------------------------------------------------ 3.3

ORDER = torch.tensor([2, 5, 0, 3, 1, 4])


def on(x, what=lambda y: y, **tolerance):
    """A test that compares outputs, or something made of them."""
    def test(attend):
        a, b = attend(x[:, ORDER]), attend(x)[:, ORDER]
        assert torch.allclose(what(a), what(b), **{"atol": 1e-5, **tolerance})
    return test


def found_somewhere(attend):
    x = torch.randn(3, 6, 8)
    assert (torch.cdist(attend(x), attend(x[:, ORDER])).amin(-1) < 1e-4).all()


SOME = torch.randn(4, 6, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("test, expected", [
    (on(SOME, lambda y: y.sort(dim=1).values), "misses-words-sorted"),
    (on(SOME, lambda y: y.std(1)), "misses-words-sorted"), (found_somewhere, "misses-words-sorted"),
    (on(SOME, lambda y: y.norm(dim=-1)), "misses-numbers-turned"),
    (on(SOME, lambda y: y.mean(-1)), "misses-numbers-turned"), (on(SOME, rtol=0.1), "misses-larger-by-place"),
])
def test_comparing_too_little(test, expected):
    assert evaluate("3.3", test).mistake == expected


def test_vectors_of_another_size_are_told_as_that():
    for times, sentence in ((0.01, "close to 0"), (100.0, "so far apart")):
        message = evaluate("3.3", on(times * SOME)).message
        assert sentence in message and "tears neighbours apart" not in message


def test_equal_words_are_told_as_that():
    message = evaluate("3.3", on(SOME[:, :1].expand(4, 6, 8))).message
    assert "are equal" in message and "leaves each word" not in message
