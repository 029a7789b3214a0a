"""Lesson 11: right answers, written otherwise than the solutions."""
from fractions import Fraction

import numpy as np
import torch


def _rate_by_loops(predicted, sure, possible):
    right = 0
    for link in predicted:
        if link in sure:
            right += 1
        if link in possible or link in sure:
            right += 1
    return Fraction(len(predicted) + len(sure) - right, len(predicted) + len(sure))


def _rate_by_intersection(predicted, sure, possible):
    return np.float64(1.0) - (len(sure.intersection(predicted)) + len((possible | sure).intersection(predicted))) / (
        len(sure) + len(predicted))


def _rate_by_parts(predicted, sure, possible):
    """The weighted mean of 1 - precision and 1 - recall."""
    n_a, n_s = len(predicted), len(sure)
    precision, recall = len(predicted & possible) / max(n_a, 1), len(predicted & sure) / max(n_s, 1)
    return 1 - (n_a * precision + n_s * recall) / (n_a + n_s)


def _align_by_loops(weights):
    found = []
    for t in range(weights.shape[1] - 1):
        shares = [sum(float(head[t, s]) for head in weights) for s in range(weights.shape[2] - 1)]
        found.append(shares.index(max(shares)))
    return torch.tensor(found)


def _align_in_numpy(weights):
    return weights.numpy().mean(0)[:-1, :-1].argmax(1)


def _align_as_int32(weights):
    return weights.mean(0)[:-1, :-1].argmax(1).int()


def _align_by_masking(weights):
    total = weights.sum(0).clone()
    total[:, -1] = -torch.inf
    return total.max(-1).indices[:-1]


def _align_by_slices(weights):
    _, t_q, t_k = weights.shape
    inner = weights[:, : t_q - 1, : t_k - 1]
    return torch.topk((inner / len(weights)).sum(0), 1, dim=-1).indices.squeeze(-1)


def _align_renormalised(weights):
    inner = weights.double().mean(0)[:-1, :-1]
    return (inner / inner.sum(-1, keepdim=True)).argmax(1)


def _em_by_matrices(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        part = t[np.ix_(source, target)]
        np.add.at(counts, (np.array(source)[:, None], np.array(target)[None]), part / part.sum(0))
    return counts / counts.sum(1)[:, None]


def _em_by_incidence(t, pairs):
    """Sentences as vectors of word counts."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        e, f = np.bincount(source, minlength=len(t)), np.bincount(target, minlength=t.shape[1])
        joint = e[:, None] * t
        counts = counts + f * joint / joint.sum(0)
    return counts / counts.sum(-1, keepdims=True)


def _em_with_dictionaries(t, pairs):
    counts, totals = {}, {}
    for source, target in pairs:
        for j in target:
            shares = [t[i][j] for i in source]
            for i, share in zip(source, shares, strict=True):
                counts[i, j] = counts.get((i, j), 0.0) + share / sum(shares)
                totals[i] = totals.get(i, 0.0) + share / sum(shares)
    return np.array([[counts.get((i, j), 0.0) / totals[i] for j in range(t.shape[1])] for i in range(t.shape[0])])


def _taken_by_product(weights, lost):
    left = weights * (~lost).to(weights.dtype).unsqueeze(1).unsqueeze(1)
    return left / left.sum(-1, keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)


def _taken_one_by_one(weights, lost):
    new = weights.clone()
    for b in range(len(new)):
        new[b][..., lost[b]] = 0
        total = new[b].sum(-1, keepdim=True)
        new[b] = torch.where(total > 0, new[b] / torch.where(total > 0, total, 1), 0)
    return new


def _taken_by_einsum(weights, lost):
    left = torch.einsum("bhqk,bk->bhqk", weights, (~lost).to(weights.dtype))
    total = left.sum(dim=3)
    return left * torch.where(total == 0, 0.0, 1 / total.masked_fill(total == 0, 1))[..., None]


def _taken_with_a_tiny_number(weights, lost):
    left = torch.where(lost.view(len(lost), 1, 1, -1), 0.0, weights)
    return left / (left.sum(-1, keepdim=True) + 1e-20)


def _taken_by_what_is_gone(weights, lost):
    """Divided by what is left of 1, in float64."""
    gone = lost[:, None, None].expand_as(weights)
    left = weights.double().masked_fill(gone, 0)
    rest = left.sum(-1, keepdim=True)
    return left.div(rest + (rest == 0)).to(weights.dtype)


def _patched_by_heads(mixed, other, head, n_heads):
    """With an axis for the heads."""
    new = mixed.clone().unflatten(-1, (n_heads, -1))
    new[:, :, head] = other.unflatten(-1, (n_heads, -1))[:, :, head]
    return new.flatten(-2)


def _patched_by_where(mixed, other, head, n_heads):
    owner = torch.arange(mixed.shape[-1]) // (mixed.shape[-1] // n_heads)
    return torch.where(owner == head, other, mixed)


def _patched_by_cat(mixed, other, head, n_heads):
    parts = list(mixed.chunk(n_heads, dim=-1))
    parts[head] = other.chunk(n_heads, dim=-1)[head].expand_as(parts[head])
    return torch.cat(parts, dim=-1)


def _patched_by_product(mixed, other, head, n_heads):
    chosen = torch.zeros(n_heads, dtype=mixed.dtype)
    chosen[head] = 1
    chosen = chosen.repeat_interleave(mixed.size(2) // n_heads)
    return mixed * (1 - chosen) + other * chosen


def _patched_one_by_one(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    d_head = d_model // n_heads
    new = torch.empty_like(mixed)
    for b in range(B):
        for t in range(T):
            row = other[min(b, other.shape[0] - 1), min(t, other.shape[1] - 1)]
            for i in range(d_model):
                new[b, t, i] = row[i] if i // d_head == head else mixed[b, t, i]
    return new


VARIANTS = {
    "11.1": [_rate_by_loops, _rate_by_intersection, _rate_by_parts],
    "11.2": [_align_by_loops, _align_in_numpy, _align_as_int32, _align_by_masking, _align_by_slices,
             _align_renormalised],
    "11.3": [_em_by_matrices, _em_by_incidence, _em_with_dictionaries],
    "11.5": [_taken_by_product, _taken_one_by_one, _taken_by_einsum, _taken_with_a_tiny_number, _taken_by_what_is_gone],
    "11.6": [_patched_by_heads, _patched_by_where, _patched_by_cat, _patched_by_product, _patched_one_by_one],
}
