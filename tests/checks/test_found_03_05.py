"""Lessons 03 and 04: answers as learners write them. Right ones pass; wrong ones are refused, by their name."""
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

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


# ------------------------------------------------------------------------------------------ 3.1 and 3.2

class Projected(nn.Module):
    """With other names for the sizes than the page has."""

    def __init__(self, d_in, d_keys, d_out):
        super().__init__()
        self.w_q = nn.Linear(d_in, d_keys, bias=False)
        self.w_k = nn.Linear(d_in, d_keys, bias=False)
        self.w_v = nn.Linear(d_in, d_out, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)


class ScaledOnceMore(Projected):
    def forward(self, x, mask=None):
        q = self.w_q(x) / math.sqrt(self.w_q.out_features)
        return scaled_dot_product_attention(q, self.w_k(x), self.w_v(x), mask)


class OtherNameForTheMask(Projected):
    def forward(self, x, m=None):
        return super().forward(x, m)


class MaskByName(Projected):
    def forward(self, x, *, mask=None):
        return super().forward(x, mask)


class ScaledOnceMoreAcross(Projected):
    def forward(self, x, memory, mask=None):
        q = self.w_q(x) / math.sqrt(self.w_q.out_features)
        return scaled_dot_product_attention(q, self.w_k(memory), self.w_v(memory), mask)


@pytest.mark.parametrize("id, answer, expected", [
    ("3.1", Projected, "correct"), ("3.1", ScaledOnceMore, "scaled-twice"),
    ("3.1", OtherNameForTheMask, "correct"), ("3.1", MaskByName, "correct"),
    ("3.2", ScaledOnceMoreAcross, "scaled-twice"),
])
def test_projections(id, answer, expected):
    judged(id, answer, expected)


def test_dividing_twice_is_told_as_that():
    assert "twice" in evaluate("3.1", ScaledOnceMore).message


# ------------------------------------------------------------------------------------ tests: 3.3 and 4.4

ORDER = torch.tensor([2, 5, 0, 3, 1, 4])


def both(attend, order=ORDER, batch=3):
    x = torch.randn(batch, len(order), 8)
    return attend(x[:, order]), attend(x)[:, order]


def returns_allclose(attend):
    return torch.allclose(*both(attend), atol=1e-5)


def returns_a_tensor(attend):
    a, b = both(attend)
    return ((a - b).abs() < 1e-4).all()


def raises_value_error(attend):
    a, b = both(attend)
    if (a - b).abs().max() > 1e-4:
        raise ValueError("it knows about order")


def asserts_and_returns_something(attend):
    a, b = both(attend)
    assert torch.allclose(a, b, atol=1e-4)
    return a


def forgets_assert(attend):
    torch.allclose(*both(attend), atol=1e-5)


def leaves_the_order(attend):
    assert torch.allclose(*both(attend, torch.arange(6)), atol=1e-5)


def leaves_the_last_word(attend):
    assert torch.allclose(*both(attend, torch.tensor([2, 4, 0, 3, 1, 5])), atol=1e-5)


def looks_at_the_first_sentence(attend):
    a, b = both(attend)
    assert torch.allclose(a[0], b[0], atol=1e-5)


def looks_at_the_second_sentence(attend):
    a, b = both(attend)
    assert torch.allclose(a[1], b[1], atol=1e-5)


def has_one_sentence(attend):
    assert torch.allclose(*both(attend, batch=1), atol=1e-5)


def within(tolerance):
    def test(attend):
        assert torch.allclose(*both(attend), atol=tolerance)
    return test


@pytest.mark.parametrize("answer, expected", [
    (returns_allclose, "correct"), (returns_a_tensor, "correct"), (raises_value_error, "correct"),
    (asserts_and_returns_something, "correct"), (within(1e-5), "correct"), (within(1e-4), "correct"),
    (within(1e-3), "correct"), (within(0.1), "misses-small-difference"), (within(1.0), "misses-small-difference"),
    (forgets_assert, "misses-noise"), (leaves_the_order, "misses-positions-added"),
    (leaves_the_last_word, "misses-last-word-favoured"), (has_one_sentence, "misses-later-sentences-only"),
    (looks_at_the_first_sentence, "misses-later-sentences-only"),
    (looks_at_the_second_sentence, "misses-first-sentence-only"),
])
def test_tests_of_equivariance(answer, expected):
    judged("3.3", answer, expected)


def test_a_forgotten_assert_is_told_as_that():
    for id, answer in (("3.3", forgets_assert), ("4.4", computes_and_forgets)):
        assert "`assert`" in evaluate(id, answer).message


def test_an_order_that_moves_nothing_is_told_as_that():
    assert "the same `x`" in evaluate("3.3", leaves_the_order).message
    assert "the same `x`" not in evaluate("3.3", leaves_the_last_word).message


def heads_and_wanted(split, h, batch=2, heads=3, dtype=torch.float32):
    x = torch.randn(batch, 5, 4 * heads, dtype=dtype)
    assert len((found := split(x, heads))[0]) == heads
    return found[:, h], x[:, :, 4 * h:4 * h + 4]


def returns_equal(split):
    return all(torch.equal(*heads_and_wanted(split, h)) for h in range(3))


def returns_a_list_of_tensors_at_once(split):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    return (split(x, 3) == torch.stack([x[..., :4], x[..., 4:8], x[..., 8:]], dim=1)).all()


def raises_assertion_by_hand(split):
    for h in range(3):
        found, wanted = heads_and_wanted(split, h, dtype=torch.float64)
        if not torch.allclose(found, wanted):
            raise ValueError(f"head {h} is wrong")


def computes_and_forgets(split):
    [torch.equal(*heads_and_wanted(split, h)) for h in range(3)]


def part_of(positions=slice(None), sentences=slice(None), heads=3, tolerance=0.0):
    def test(split):
        for h in range(heads):
            found, wanted = heads_and_wanted(split, h, batch=2)
            assert torch.allclose(found[sentences, positions], wanted[sentences, positions], atol=tolerance)
    return test


def only_one_sentence(split):
    for h in range(3):
        assert torch.equal(*heads_and_wanted(split, h, batch=1))


def three_heads_of_three(split):
    x = torch.arange(2 * 5 * 9).reshape(2, 5, 9)
    assert all(torch.equal(split(x, 3)[:, h], x[..., 3 * h:3 * h + 3]) for h in range(3))


@pytest.mark.parametrize("answer, expected", [
    (returns_equal, "correct"), (returns_a_list_of_tensors_at_once, "correct"), (raises_assertion_by_hand, "correct"),
    (part_of(), "correct"), (computes_and_forgets, "misses-noise"),
    (part_of(tolerance=1.0), "misses-numbers-changed"),
    (part_of(positions=slice(0, -1)), "misses-only-last-position-wrong"),
    (part_of(positions=slice(1, None)), "misses-only-first-position-wrong"),
    (part_of(sentences=slice(0, 1)), "misses-only-last-sentence-wrong"),
    (part_of(sentences=slice(1, None)), "misses-only-first-sentence-wrong"),
    (part_of(heads=1), "misses-first-piece-everywhere"),
    (only_one_sentence, "misses-only-last-sentence-wrong"), (three_heads_of_three, "misses-size-and-count-swapped"),
])
def test_tests_of_split_heads(answer, expected):
    judged("4.4", answer, expected)


# ------------------------------------------------------------------------------------------------- 3.4


@pytest.mark.parametrize("answer, expected", [
    (("decoder", "encoder", "encoder"), "correct"), (["Decoder", "encoder", "encoder"], "correct"),
    (("target", "source", "source"), "in-other-words"), (("source", "target", "target"), "in-other-words"),
    (("decoder", "encoder", "decoder"), "supplied-by-decoder-encoder-decoder"),
])
def test_suppliers(answer, expected):
    judged("3.4", answer, expected)


def test_the_right_answer_in_other_words_is_told_so():
    message = evaluate("3.4", ("target", "source", "source")).message
    assert "understood" in message and "one of" not in message


# ------------------------------------------------------------------------------------------ 4.1 and 4.2


@pytest.mark.parametrize("id, answer, expected", [
    ("4.1", lambda x, n_heads: split_heads(x, n_heads).squeeze(), "squeezed"),
    ("4.1", lambda x, n_heads: torch.stack(x.chunk(n_heads, dim=-1)), "heads-before-sentences"),
    ("4.1", lambda x, n_heads: x.mT.reshape(*x.shape[:2], n_heads, -1).transpose(1, 2), "transposed-before-cutting"),
    ("4.1", lambda x, n_heads: torch.stack([x.chunk(n_heads, -1)[0]] * n_heads, 1), "one-piece-for-all-heads"),
    ("4.2", lambda x: x.max(dim=1)[0], "largest-of-the-heads"), ("4.2", lambda x: x, "nothing-merged"),
    ("4.2", lambda x: x.transpose(0, 1).flatten(2), "sentences-exchanged-with-heads"),
    ("4.2", lambda x: x.transpose(0, 2, 1, 3).flatten(2), "numpys-transpose"),
    ("4.2", lambda x: x.squeeze() if x.shape[1] == 1 else merge_heads(x), "squeezed"),
    ("4.2", lambda x: merge_heads(x).squeeze(), "squeezed"),
    ("4.2", lambda x: x.squeeze(1) if x.shape[1] == 1 else merge_heads(x), "correct"),
])
def test_squeezing(id, answer, expected):
    judged(id, answer, expected)


# ------------------------------------------------------------------------------------------------- 4.3


class Heads(nn.Module):
    """Multi-head attention; what `check_sizes` does is up to the answers below."""

    bias = True

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.check_sizes(d_model, n_heads)
        self.n_heads, self.d_model = n_heads, d_model
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model, bias=self.bias) for _ in range(4))

    def check_sizes(self, d_model, n_heads):
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        output, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(output)), weights


class WithoutBiases(Heads):
    bias = False


class WithDropout(Heads):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.dropout = nn.Dropout(0.5)

    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return self.dropout(output), weights


class NeverChecks(Heads):
    def check_sizes(self, d_model, n_heads):
        pass


class RoundsDown(NeverChecks):
    def forward(self, query, key, value, mask=None):
        if self.d_model % self.n_heads:
            return query, torch.zeros(len(query), self.n_heads, query.shape[1], key.shape[1])
        return super().forward(query, key, value, mask)


class Asserts(Heads):
    def check_sizes(self, d_model, n_heads):
        assert d_model % n_heads == 0, "n_heads must divide d_model"


class RaisesTypeError(Heads):
    def check_sizes(self, d_model, n_heads):
        if d_model % n_heads:
            raise TypeError("n_heads must divide d_model")


class OnlyForTooManyHeads(Heads):
    def check_sizes(self, d_model, n_heads):
        if n_heads > d_model:
            raise ValueError("too many heads")


class OnlyForOddSizes(Heads):
    def check_sizes(self, d_model, n_heads):
        if d_model % 2 and d_model % n_heads:
            raise ValueError("odd")


class OnlyInForward(NeverChecks):
    def forward(self, query, key, value, mask=None):
        if self.d_model % self.n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        return super().forward(query, key, value, mask)


class ScaledTwice(Heads):
    def forward(self, query, key, value, mask=None):
        d_head = self.d_model // self.n_heads
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        mask = None if mask is None else mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q / math.sqrt(d_head), k, v, mask)
        return self.w_o(merge_heads(output)), weights


class OtherMask(Heads):
    def forward(self, query, key, value, attn_mask=None):
        return super().forward(query, key, value, attn_mask)


class MaskAlwaysThere(Heads):
    def forward(self, query, key, value, mask=None):
        return super().forward(query, key, value, mask[:, None].squeeze(1))


class SumWithTheInput(Heads):
    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return query + output, weights


class PyTorchsFunction(Heads):
    def forward(self, query, key, value, mask=None):
        weights = torch.cat([self.w_q.weight, self.w_k.weight, self.w_v.weight])
        biases = torch.cat([self.w_q.bias, self.w_k.bias, self.w_v.bias])
        if mask is not None:
            mask = ~mask.expand(-1, query.shape[1], -1).repeat_interleave(self.n_heads, dim=0)
        q, k, v = (x.transpose(0, 1) for x in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            q, k, v, self.d_model, self.n_heads, weights, biases, None, None, False, 0.0, self.w_o.weight,
            self.w_o.bias, attn_mask=mask, average_attn_weights=False)
        return output.transpose(0, 1), weights.nan_to_num(0.0)


class PyTorchsModule(Heads):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.inside = nn.MultiheadAttention(d_model, n_heads, batch_first=True)

    def forward(self, query, key, value, mask=None):
        return self.inside(query, key, value, average_attn_weights=False)


@pytest.mark.parametrize("answer, expected", [
    (Heads, "correct"), (WithoutBiases, "correct"), (WithDropout, "correct"), (NeverChecks, "no-divisibility-check"),
    (RoundsDown, "no-divisibility-check"), (OnlyForTooManyHeads, "no-divisibility-check"),
    (OnlyForOddSizes, "no-divisibility-check"), (OnlyInForward, "no-divisibility-check"),
    (Asserts, "not-a-value-error"), (RaisesTypeError, "not-a-value-error"), (ScaledTwice, "scaled-twice"),
    (MaskAlwaysThere, "mask-needed"), (SumWithTheInput, "residual-added"),
    (OtherMask, "correct"), (PyTorchsFunction, "torchs-own"), (PyTorchsModule, "torchs-own"),
])
def test_multi_head_attention(answer, expected):
    judged("4.3", answer, expected)


def test_a_late_value_error_is_told_as_that():
    assert "__init__" in evaluate("4.3", OnlyInForward).message
    assert "python -O" in evaluate("4.3", Asserts).message
