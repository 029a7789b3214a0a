"""The same mistakes as in the catalogues, as other people would write them: recognised by what they compute."""
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate

# ---------------------------------------------------------------------------------- lesson 01


def scores_with_a_counter(q, k):
    result, s = np.empty((q.shape[0], k.shape[0])), 0
    for i in range(q.shape[0]):
        for j in range(k.shape[0]):
            for a, b in zip(q[i], k[j], strict=True):
                s += a * b
            result[i, j] = s
    return result


def scores_into_integers(q, k):
    result = np.zeros((q.shape[0], k.shape[0]), dtype=int)
    for i, j in np.ndindex(result.shape):
        result[i, j] = np.dot(q[i], k[j])
    return result


def scores_overwritten(q, k):
    result = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                result[i, j] = q[i][d] * k[j][d]
    return result


def scores_by_einsum_of_keys(q, k):
    return np.einsum("qd,kd->kq", q, k)


def scores_of_unit_vectors(q, k):
    return np.einsum("id,jd->ij", q, k) / np.sqrt((q**2).sum(1))[:, None] / np.sqrt((k**2).sum(1))


def softmax_of_columns(x):
    x = np.asarray(x, dtype=float)
    return np.exp(x - np.max(x, axis=0)) / np.sum(np.exp(x - np.max(x, axis=0)), axis=0)


def softmax_of_all(x):
    shifted = np.exp(x - np.amax(x))
    return shifted / np.add.reduce(shifted.ravel())


def softmax_into_its_own_dtype(x):
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape[:-1]):
        powers = np.exp(x[index] - x[index].max())
        out[index] = powers / powers.sum()
    return out


def softmax_unprotected(x):
    return np.e**x / np.sum(np.e**x, axis=-1, keepdims=True)


def softmax_columns_unprotected(x):
    return np.exp(x) / np.exp(x).sum(axis=0)


def shares(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def attention_by_rows(q, k, v):
    weights = np.stack([shares(k @ row) for row in q])
    return np.stack([(w[:, None] * v).sum(0) for w in weights]), weights


def attention_with_columns(q, k, v):
    weights = shares(k @ q.T / math.sqrt(k.shape[1])).T
    return weights @ v, weights


def attention_divided_late(q, k, v):
    weights = shares(q @ k.T)
    weights /= q.shape[1] ** 0.5
    return np.dot(weights, v), weights


def attention_scaled_by_length(q, k, v):
    weights = shares((q @ k.T) * len(k) ** -0.5)
    return weights @ v, weights


def attention_of_keys(q, k, v):
    weights = shares(np.inner(q, k) / np.sqrt(len(q[0])))
    return np.einsum("ij,jd->id", weights, k), weights


def attention_without_root_over_queries(q, k, v):
    weights = shares(q @ k.T, axis=0)
    return weights @ v, weights


def attention_of_raw_powers(q, k, v):
    powers = np.exp(q @ k.T / q.shape[1])
    weights = powers / powers.sum(1, keepdims=True)
    return weights @ v, weights


# ---------------------------------------------------------------------------------- lesson 04


def split_by_view(x, n_heads):
    return x.view(x.size(0), n_heads, x.size(1), -1)


def split_by_stride(x, n_heads):
    return torch.stack([x[:, :, h::n_heads] for h in range(n_heads)], dim=1)


def split_only_cut(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=2)


def merge_by_view(x):
    batch, n_heads, length, d_head = x.shape
    return x.contiguous().view(batch, length, n_heads * d_head)


def merge_by_stack(x):
    return torch.stack(x.unbind(1), dim=-1).flatten(2)


class Attention(nn.Module):
    """Multi-head attention from scratch, with the usual hooks for mistakes."""

    low = float("-inf")

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("not divisible")
        self.h = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.h, -1).permute(0, 2, 1, 3)

    def join(self, x):
        return x.permute(0, 2, 1, 3).flatten(2)

    def scale(self, q, query):
        return math.sqrt(q.shape[-1])

    def shares(self, scores):
        return F.softmax(scores, dim=-1)

    def masked(self, scores, mask):
        return scores.masked_fill(~mask.unsqueeze(1), self.low)

    def weigh(self, q, k, mask, query):
        scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / self.scale(q, query)
        if mask is not None:
            scores = self.masked(scores, mask)
        return torch.nan_to_num(self.shares(scores), 0.0) if self.low == float("-inf") else self.shares(scores)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.split(self.w_q(query)), self.split(self.w_k(key)), self.split(self.w_v(value))
        weights = self.weigh(q, k, mask, query)
        return self.w_o(self.join(weights @ v)), weights


class NoScale(Attention):
    def scale(self, q, query):
        return 1.0


class ModelScale(Attention):
    def scale(self, q, query):
        return query.shape[-1] ** 0.5


class ViewSplit(Attention):
    def split(self, x):
        return x.view(x.shape[0], self.h, x.shape[1], -1)


class ViewBoth(ViewSplit):
    def join(self, x):
        return x.reshape(x.shape[0], x.shape[2], -1)


class ViewJoin(Attention):
    def join(self, x):
        return x.contiguous().view(x.shape[0], x.shape[2], -1)


class OverQueries(Attention):
    def shares(self, scores):
        return F.softmax(scores, dim=2)


class OverHeads(Attention):
    low = -1e9

    def shares(self, scores):
        return F.softmax(scores, dim=1)


class Inverted(Attention):
    def masked(self, scores, mask):
        return scores.masked_fill(mask[:, None], self.low)


class ThrownAway(Attention):
    def masked(self, scores, mask):
        scores.masked_fill(mask.unsqueeze(1), self.low)
        return scores


class FilledWithZero(Attention):
    low = 0.0


class Multiplied(Attention):
    low = 0.0

    def masked(self, scores, mask):
        return scores * mask.unsqueeze(1).float().to(scores.dtype)


class NanRows(Attention):
    def shares(self, scores):
        powers = torch.exp(scores - scores.amax(-1, keepdim=True))
        return powers / powers.sum(-1, keepdim=True)

    def weigh(self, q, k, mask, query):
        scores = q @ k.mT / self.scale(q, query)
        return self.shares(scores if mask is None else self.masked(scores, mask))


class UniformRows(Attention):
    low = -1e9


class NoProjection(Attention):
    def forward(self, query, key, value, mask=None):
        q, k, v = self.split(self.w_q(query)), self.split(self.w_k(key)), self.split(self.w_v(value))
        weights = self.weigh(q, k, mask, query)
        return self.join(weights @ v), weights


class SharedProjection(Attention):
    def forward(self, query, key, value, mask=None):
        q, k, v = (self.split(self.w_q(x)) for x in (query, key, value))
        weights = self.weigh(q, k, mask, query)
        return self.w_o(self.join(weights @ v)), weights


class MaskWithoutHeads(Attention):
    def masked(self, scores, mask):
        return scores.masked_fill(~mask, self.low)


class MeanWeights(Attention):
    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return output, weights.sum(1) / self.h


class Swapped(Attention):
    def forward(self, *args, **kwargs):
        return tuple(reversed(super().forward(*args, **kwargs)))


class AfterSoftmax(Attention):
    def weigh(self, q, k, mask, query):
        weights = super().weigh(q, k, None, query)
        return weights if mask is None else weights * mask.unsqueeze(1)


class NoScaleNanRows(NanRows):
    def scale(self, q, query):
        return 1.0


REWRITTEN = [
    ("1.1", scores_with_a_counter, "running-total"), ("1.1", scores_into_integers, "truncated"),
    ("1.1", scores_overwritten, "last-product-only"), ("1.1", scores_by_einsum_of_keys, "keys-as-rows"),
    ("1.1", scores_of_unit_vectors, "cosine"), ("1.1", lambda q, k: np.dot(q, k), "no-transpose"),
    ("1.1", lambda q, k: np.einsum("id,jd->ij", q, k) / math.sqrt(len(q[0])), "scaled-already"),
    ("1.1", lambda q, k: np.mean(q[:, None] * k, axis=2), "mean-instead-of-sum"),
    ("1.2", softmax_of_columns, "first-axis"), ("1.2", softmax_of_all, "over-everything"),
    ("1.2", softmax_into_its_own_dtype, "whole-numbers-truncated"), ("1.2", softmax_unprotected, "no-shift"),
    ("1.2", softmax_columns_unprotected, "first-axis"), ("1.2", lambda x: shares(x, axis=1), "second-axis"),
    ("1.2", lambda x: np.exp(x - x.max(-1, keepdims=True)) / np.exp(x - x.max(-1, keepdims=True)).sum(-1), "axis-lost"),
    ("1.3", attention_by_rows, "no-scaling"), ("1.3", attention_with_columns, "softmax-over-queries"),
    ("1.3", attention_divided_late, "scaled-after-softmax"),
    ("1.3", attention_scaled_by_length, "divided-by-root-of-t-k"), ("1.3", attention_of_keys, "keys-as-values"),
    ("1.3", attention_without_root_over_queries, "no-scaling"), ("1.3", attention_of_raw_powers, "divided-by-d-k"),
    ("4.1", split_by_view, "view-without-transpose"), ("4.1", split_by_stride, "interleaved"),
    ("4.1", split_only_cut, "heads-after-positions"),
    ("4.2", merge_by_view, "merged-without-transpose"), ("4.2", merge_by_stack, "interleaved"),
    ("4.3", NoScale, "no-scaling"), ("4.3", ModelScale, "divided-by-root-of-d-model"),
    ("4.3", ViewSplit, "split-by-view"), ("4.3", ViewBoth, "split-by-view"),
    ("4.3", ViewJoin, "merged-without-transpose"), ("4.3", OverQueries, "softmax-over-queries"),
    ("4.3", OverHeads, "softmax-over-heads"), ("4.3", Inverted, "mask-inverted"),
    ("4.3", ThrownAway, "mask-ignored"), ("4.3", FilledWithZero, "forbidden-scores-zero"),
    ("4.3", Multiplied, "forbidden-scores-zero"), ("4.3", NanRows, "empty-rows-nan"),
    ("4.3", UniformRows, "empty-rows-not-zero"), ("4.3", NoProjection, "no-output-projection"),
    ("4.3", SharedProjection, "same-projection"), ("4.3", MaskWithoutHeads, "mask-without-head-axis"),
    ("4.3", MeanWeights, "weights-averaged"), ("4.3", Swapped, "outputs-swapped"),
    ("4.3", AfterSoftmax, "mask-after-softmax"), ("4.3", NoScaleNanRows, "no-scaling"),
]


@pytest.mark.slow
@pytest.mark.parametrize("id, answer, slug", REWRITTEN, ids=lambda x: getattr(x, "__name__", x))
def test_it_is_recognised_by_what_it_computes(id, answer, slug):
    verdict = evaluate(id, answer)
    assert verdict.status in ("wrong", "error")
    assert verdict.mistake == slug, f"{verdict.mistakes}\n{verdict.message}"


def test_without_a_mistake_it_is_right():
    assert evaluate("4.3", Attention).status == "correct"


@pytest.mark.parametrize("id, answer, slugs", [
    ("1.2", softmax_columns_unprotected, ("first-axis", "no-shift")),
    ("1.3", attention_without_root_over_queries, ("no-scaling", "softmax-over-queries")),
    ("1.3", attention_of_raw_powers, ("divided-by-d-k", "no-shift")),
    ("4.3", ViewBoth, ("split-by-view", "merged-without-transpose")),
    ("4.3", NoScaleNanRows, ("no-scaling", "empty-rows-nan")),
], ids=lambda x: getattr(x, "__name__", None))
def test_two_mistakes_at_once_are_both_named(id, answer, slugs):
    verdict = evaluate(id, answer)
    assert verdict.mistakes == slugs
    assert "Two things at once" in verdict.message and "2. " in verdict.message
