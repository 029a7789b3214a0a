"""Lesson 04: right answers, written otherwise than the solutions."""
import torch
import torch.nn.functional as F
from torch import nn

from classroom.exercises.lesson_04.tasks import _split_by_chunks, _split_by_slices, _split_by_view
from course import attention as library
from course.attention import scaled_dot_product_attention


def _merge_by_loop(x):
    return torch.stack([torch.cat([x[:, h, t] for h in range(x.shape[1])], -1) for t in range(x.shape[2])], 1)


def _merge_by_view(x):
    batch, n_heads, length, d_head = x.size()
    return x.permute(0, 2, 1, 3).contiguous().view(batch, length, n_heads * d_head)


class _Base(nn.Module):
    """The layers, for the variants below."""

    def __init__(self, d_model, n_heads, bias=True, dropout=0.1):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.d_head = d_model // n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model, bias=bias) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def scores(self, query, key):
        q, k = (w(x).unflatten(-1, (-1, self.d_head)) for w, x in ((self.w_q, query), (self.w_k, key)))
        return torch.einsum("bqhd,bkhd->bhqk", q, k) * self.d_head ** -0.5

    def finish(self, weights, value):
        v = self.w_v(value).unflatten(-1, (-1, self.d_head))
        return self.w_o(torch.einsum("bhqk,bkhd->bqhd", self.dropout(weights), v).flatten(2)), weights


class _MinusInfinity(_Base):
    def forward(self, query, key, value, mask=None):
        scores = self.scores(query, key)
        if mask is not None:
            scores = scores.masked_fill(mask[:, None] == 0, float("-inf"))
        return self.finish(F.softmax(scores, dim=-1).nan_to_num(0.0), value)


class _MinusBillion(_Base):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads, bias=False)

    def forward(self, query, key, value, mask=None):
        scores = self.scores(query, key)
        if mask is None:
            return self.finish(scores.softmax(-1), value)
        mask = mask.unsqueeze(1).expand_as(scores)
        weights = torch.where(mask, scores, -1e9).softmax(-1)
        return self.finish(weights * mask, value)


class _OwnSoftmax(_Base):
    """Exponentials of what the allowed scores lack to the largest of them."""

    def forward(self, query, key, value, mask=None):
        scores = self.scores(query, key)
        mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.unsqueeze(1).expand_as(scores)
        low = torch.finfo(scores.dtype).min
        powers = (scores - scores.masked_fill(~mask, low).amax(-1, keepdim=True)).clamp(max=0).exp() * mask
        return self.finish(powers / (powers.sum(-1, keepdim=True) + 1e-9), value)


class _MaskByName(library.MultiHeadAttention):
    def forward(self, query, key, value, *, mask=None):
        return super().forward(query, key, value, mask)


class _HeadByHead(_Base):
    def forward(self, q, k, v, m=None):
        q, k, v = self.w_q(q), self.w_k(k), self.w_v(v)
        outputs, shares = [], []
        for start in range(0, q.shape[-1], self.d_head):
            piece = slice(start, start + self.d_head)
            output, weights = scaled_dot_product_attention(q[..., piece], k[..., piece], v[..., piece], m)
            outputs.append(output)
            shares.append(weights)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(shares, dim=1)


class _BiasForSome(_Base):
    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.w_k = nn.Linear(d_model, d_model, bias=False)

    forward = _MinusInfinity.forward


def _test_each_number(split_heads):
    x = torch.randn(2, 5, 12)
    heads = split_heads(x, 3)
    if heads.shape[1] != 3:
        return False
    for sentence in range(2):
        for position in range(5):
            for number in range(12):
                if heads[sentence, number // 4, position, number % 4] != x[sentence, position, number]:
                    return False
    return True


def _test_against_loop(split_heads):
    x = torch.randn(5, 4, 6, dtype=torch.float64)
    wanted = torch.stack([torch.stack([sentence[:, 3 * h:3 * h + 3] for h in range(2)]) for sentence in x])
    if not torch.allclose(split_heads(x, 2), wanted, atol=1e-6):
        raise ValueError("the heads hold other numbers")


def _parts_one_by_one(heads, W_o):
    d_head = heads.shape[-1]
    return torch.stack([heads[:, h] @ W_o[h * d_head : (h + 1) * d_head] for h in range(heads.shape[1])], dim=1)


def _parts_with_zeros(heads, W_o):
    """Head h alone: all others are 0."""
    alone = []
    for h in range(heads.shape[1]):
        kept = torch.zeros_like(heads)
        kept[:, h] = heads[:, h]
        alone.append(kept.transpose(1, 2).flatten(2) @ W_o)
    return torch.stack(alone, 1)


VARIANTS = {
    "4.1": [_split_by_slices, _split_by_chunks, _split_by_view,
            lambda x, n_heads: x.unflatten(-1, (n_heads, -1)).movedim(2, 1)],
    "4.2": [_merge_by_loop, _merge_by_view, lambda x: torch.cat(x.unbind(1), dim=-1),
            lambda x: x.transpose(1, 2).reshape(x.size(0), x.size(2), -1)],
    "4.3": [_MinusInfinity, _MinusBillion, _OwnSoftmax, _HeadByHead, _BiasForSome, _MaskByName,
            library.MultiHeadAttention],
    "4.4": [_test_each_number, _test_against_loop],
    "4.5": [_parts_one_by_one, _parts_with_zeros,
            lambda heads, W_o: torch.einsum("bhtd,hdm->bhtm", heads, W_o.view(heads.size(1), heads.size(3), -1)),
            lambda heads, W_o: torch.matmul(heads, torch.stack(W_o.chunk(heads.shape[1]))),
            lambda heads, W_o: torch.stack([F.linear(heads[:, h], rows.T) for h, rows in
                                            enumerate(W_o.split(heads.shape[-1]))]).transpose(0, 1)],
}
