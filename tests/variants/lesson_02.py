"""Lesson 02: right answers, written otherwise than the solutions."""
import math

import numpy as np
import torch

from classroom.exercises.lesson_02.tasks import causal_mask, padding_mask, scaled_dot_product_attention
from course import attention as library


def _minus_infinity(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * k.size(-1) ** -0.5
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
    return torch.einsum("...qk,...kd->...qd", weights, v), weights


def _minus_billion(q, k, v, mask=None):
    scores = torch.matmul(q, k.mT).div(math.sqrt(k.shape[-1]))
    if mask is None:
        weights = scores.softmax(-1)
    else:
        weights = scores.masked_fill(mask == 0, -1e9).softmax(-1) * mask
    return torch.matmul(weights, v), weights


def _clamped(q, k, v, mask=None):
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    top = scores.masked_fill(~mask, -torch.inf).amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
    powers = (scores - top).clamp(max=1).exp() * mask
    weights = powers / powers.sum(-1, keepdim=True).clamp(min=1e-9)
    return weights @ v, weights


def _empty_rows_apart(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if mask is None:
        weights = scores.softmax(-1)
        return weights @ v, weights
    nothing = ~mask.any(dim=-1, keepdim=True)
    weights = scores.masked_fill(~(mask | nothing), float("-inf")).softmax(-1).masked_fill(nothing, 0)
    return [weights @ v, weights]


def _one_by_one(q, k, v, mask=None):
    if q.dim() == 2:
        return scaled_dot_product_attention(q, k, v, mask)
    if mask is not None:
        mask = mask.expand(*q.shape[:-1], k.shape[-2])
    parts = [_one_by_one(q[i], k[i], v[i], None if mask is None else mask[i]) for i in range(len(q))]
    return torch.stack([output for output, _ in parts]), torch.stack([weights for _, weights in parts])


def _causal_by_loop(size):
    mask = torch.zeros(size, size, dtype=torch.bool)
    for t in range(size):
        mask[t, :t + 1] = True
    return mask


def _causal_by_positions(size):
    position = torch.arange(size)
    return position[None, :] <= position[:, None]


def _padding_by_loop(ids, pad_id):
    return torch.tensor([[[token != pad_id for token in sentence]] for sentence in ids.tolist()])


def _decoder_by_loop(ids, pad_id):
    batch, length = ids.shape
    mask = torch.zeros(batch, length, length, dtype=torch.bool)
    for b in range(batch):
        for i in range(length):
            for j in range(i + 1):
                mask[b, i, j] = ids[b, j] != pad_id
    return mask


def _decoder_by_product(ids, pad_id):
    return (padding_mask(ids, pad_id).int() * causal_mask(ids.size(-1)).int()).bool()


def _slopes_by_loop(w):
    rows = w.reshape(-1, w.shape[-1])
    found = torch.zeros(*rows.shape, rows.shape[1], dtype=w.dtype)
    for n, row in enumerate(rows):
        for i, one in enumerate(row):
            for j, other in enumerate(row):
                found[n, i, j] = one * (1 - one) if i == j else -one * other
    return found.reshape(*w.shape, w.shape[-1])


def _slopes_that_sum_to_0(w):
    """The others first; each share's own slope is what makes its row sum to 0."""
    others = -w.unsqueeze(-1) * w.unsqueeze(-2) * (1 - torch.eye(w.shape[-1], dtype=w.dtype))
    return others - torch.diag_embed(others.sum(-1))


def _slopes_by_what_the_column_lacks(w):
    eye = torch.eye(w.shape[-1], dtype=torch.bool)
    others = (-w[..., :, None] * w[..., None, :]).masked_fill(eye, 0)
    return torch.where(eye, -others.sum(-2, keepdim=True), others)


def _slopes_of_shares_of_products(w):
    pairs = torch.einsum("...i,...j->...ij", w, w)
    return torch.diag_embed(pairs.sum(-1)) - pairs


def _variance_by_loop(d_k, mean_q, var_q, mean_k, var_k):
    total = 0.0
    for _ in range(d_k):
        total += var_q * var_k
        total += mean_q ** 2 * var_k + mean_k ** 2 * var_q
    return total


def _variance_counted(d_k, mean_q, var_q, mean_k, var_k):
    """Numbers that lie one standard deviation above or below their mean, all four pairs of them."""
    q = mean_q + math.sqrt(var_q) * np.array([1, -1])
    k = mean_k + math.sqrt(var_k) * np.array([1, -1])
    return d_k * np.outer(q, k).var()


def _variance_by_steps(d_k, mean_q, var_q, mean_k, var_k):
    mean = mean_q * mean_k
    square_q, square_k = var_q + mean_q * mean_q, var_k + mean_k * mean_k
    of_one = square_q * square_k - mean * mean
    return np.float64(of_one) * d_k


def _variance_given_q(d_k, mean_q, var_q, mean_k, var_k):
    """First for queries that are known, then over the queries."""
    return np.array(var_k * d_k * (var_q + mean_q ** 2) + mean_k ** 2 * d_k * var_q)


VARIANTS = {
    "2.1": [_minus_infinity, _minus_billion, _clamped, _empty_rows_apart, _one_by_one,
            library.scaled_dot_product_attention],
    "2.2": [_causal_by_loop, _causal_by_positions, lambda size: torch.tril(torch.ones(size, size)) == 1,
            lambda size: ~torch.triu(torch.ones(size, size, dtype=torch.bool), diagonal=1),
            lambda size: torch.from_numpy(np.tri(size, dtype=bool))],
    "2.3": [_padding_by_loop, lambda ids, pad_id: ids[:, None, :] != pad_id,
            lambda ids, pad_id: ids.ne(pad_id).view(ids.shape[0], 1, -1),
            lambda ids, pad_id: ~(ids == pad_id).unsqueeze(-2)],
    "2.4": [_decoder_by_loop, _decoder_by_product,
            lambda ids, pad_id: causal_mask(ids.shape[-1])[None] & (ids != pad_id)[:, None, :],
            lambda ids, pad_id: (ids != pad_id)[:, None].expand(-1, ids.shape[1], -1).tril()],
    "2.6": [lambda mask: ~mask[:, 0], lambda mask: torch.logical_not(mask).flatten(1),
            lambda mask: mask.squeeze(-2) == 0, lambda mask: ~mask.reshape(len(mask), -1)],
    "2.7": [_slopes_by_loop, _slopes_that_sum_to_0, _slopes_by_what_the_column_lacks, _slopes_of_shares_of_products,
            lambda w: w[..., None] * (torch.eye(w.shape[-1], dtype=w.dtype) - w[..., None, :]),
            lambda w: torch.diag_embed(w) - torch.einsum("...i,...j->...ij", w, w),
            lambda w: w.diag_embed() - w.unsqueeze(-1) @ w.unsqueeze(-2),
            lambda w: torch.where(torch.eye(w.shape[-1], dtype=torch.bool), (w - w ** 2).unsqueeze(-1),
                                  -w.unsqueeze(-2) * w.unsqueeze(-1))],
    "2.8": [_variance_by_loop, _variance_counted, _variance_by_steps, _variance_given_q,
            lambda d_k, mean_q, var_q, mean_k, var_k: d_k * (var_q * (var_k + mean_k ** 2) + var_k * mean_q ** 2),
            lambda d_k, mean_q, var_q, mean_k, var_k: sum([(var_q + mean_q ** 2) * (var_k + mean_k ** 2)
                                                           - mean_q ** 2 * mean_k ** 2] * d_k)],
}
