# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: repeated n_kv_heads times instead of the size of a group
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups: (B, T, d_model) and weights (B, n_heads, T, T)."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: numbers repeated on the last axis before the heads are split
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads = n_heads
        self.group = n_heads // n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        k = self.w_k(x).repeat_interleave(self.group, dim=-1)
        v = self.w_v(x).repeat_interleave(self.group, dim=-1)
        q, k, v = (split_heads(part, self.n_heads) for part in (self.w_q(x), k, v))
        mask = None if mask is None else mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights

# %% wrong: weights averaged over the heads, as nn.MultiheadAttention does
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask[:, None]
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w.mean(dim=1)

# %% wrong: mask without an axis for the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: the pair (output, weights) not unpacked, AttributeError
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), heads

# %% wrong: queries scaled before a function that scales them again
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads) / self.d_head ** 0.5
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: the output layer keeps its bias
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: values made by w_k (copied line)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w

# %% right: repeat_interleave, as suggested
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups: (B, T, d_model) and weights (B, n_heads, T, T)."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
        self.w_k, self.w_v = (nn.Linear(d_model, d_kv, bias=False) for _ in range(2))

    def forward(self, x, mask=None):
        def shared(y):
            return split_heads(y, self.n_kv_heads).repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)

        q, k, v = split_heads(self.w_q(x), self.n_heads), shared(self.w_k(x)), shared(self.w_v(x))
        output, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(output)), weights

# %% right: queries in groups, nothing repeated
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.g, self.d = n_heads, n_kv_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, self.g * self.d, bias=False)
        self.w_v = nn.Linear(d_model, self.g * self.d, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.h).unflatten(1, (self.g, -1))          # (B, kv, group, T, d_head)
        k = split_heads(self.w_k(x), self.g).unsqueeze(2)                        # (B, kv, 1, T, d_head)
        v = split_heads(self.w_v(x), self.g).unsqueeze(2)
        if mask is not None:
            mask = mask[:, None, None]
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out.flatten(1, 2))), w.flatten(1, 2)

# %% right: head by head in a loop
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.d_head = d_model // n_heads
        self.n_heads = n_heads
        self.per_group = n_heads // n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        queries = self.w_q(x).split(self.d_head, dim=-1)
        keys = self.w_k(x).split(self.d_head, dim=-1)
        values = self.w_v(x).split(self.d_head, dim=-1)
        outs, all_weights = [], []
        for h in range(self.n_heads):
            g = h // self.per_group
            out, w = scaled_dot_product_attention(queries[h], keys[g], values[g], mask)
            outs.append(out)
            all_weights.append(w)
        return self.w_o(torch.cat(outs, dim=-1)), torch.stack(all_weights, dim=1)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads
# %% wrong: the keys are dealt out in turn: queries are grouped as (group, n_kv_heads) in einsum, so that head h uses key h % n_kv_heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        b, t, d_model = x.shape
        group, d_head = self.n_heads // self.n_kv_heads, d_model // self.n_heads
        q = self.w_q(x).view(b, t, group, self.n_kv_heads, d_head)
        k = self.w_k(x).view(b, t, self.n_kv_heads, d_head)
        v = self.w_v(x).view(b, t, self.n_kv_heads, d_head)
        scores = torch.einsum("btgnd,bsnd->bgnts", q, k) / math.sqrt(d_head)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~mask[:, None, None], 0.0)
        out = torch.einsum("bgnts,bsnd->btgnd", weights, v).reshape(b, t, d_model)
        return self.w_o(out), weights.reshape(b, self.n_heads, t, t)
# %% wrong: the mask has no axis for the heads, so that its sentences fall on the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: each key is repeated n_kv_heads times instead of n_heads // n_kv_heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: heads are merged by reshape without the transpose
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k, v = (split_heads(w(x), self.n_kv_heads).repeat_interleave(n, dim=1) for w in (self.w_k, self.w_v))
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(out.reshape(x.shape)), weights
# %% wrong: returns the mean of the weights over the heads, as nn.MultiheadAttention does
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        mask = mask.unsqueeze(1) if mask is not None else None
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights.mean(dim=1)
# %% wrong: attention written by hand with -inf, so that rows which see no key are NaN
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        weights = scores.softmax(dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights
# %% wrong: keys are repeated in a row, values as a whole (repeat): they do not belong together
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        if mask is not None:
            mask = mask[:, None, :, :]
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: w_o has a bias
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.g = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.h)
        k = split_heads(self.w_k(x), self.g).repeat_interleave(self.h // self.g, dim=1)
        v = split_heads(self.w_v(x), self.g).repeat_interleave(self.h // self.g, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, mask if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights
# %% wrong: scores are divided by the root of d_model instead of d_head
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        b, t, d_model = x.shape
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / d_model ** 0.5
        if mask is not None:
            allowed = mask.unsqueeze(1)
            weights = scores.masked_fill(~allowed, -1e9).softmax(-1).masked_fill(~allowed, 0.0)
        else:
            weights = scores.softmax(-1)
        return self.w_o(merge_heads(weights @ v)), weights
# %% right: queries grouped as (n_kv_heads, group), einsum, nothing is repeated
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        b, t, d_model = x.shape
        kv, group = self.n_kv_heads, self.n_heads // self.n_kv_heads
        q = self.w_q(x).view(b, t, kv, group, -1)
        k, v = self.w_k(x).view(b, t, kv, -1), self.w_v(x).view(b, t, kv, -1)
        scores = torch.einsum("btngd,bsnd->bngts", q, k) / math.sqrt(q.shape[-1])
        if mask is None:
            mask = torch.ones(b, t, t, dtype=torch.bool, device=x.device)
        closed = ~mask[:, None, None]
        weights = scores.masked_fill(closed, torch.finfo(scores.dtype).min).softmax(-1).masked_fill(closed, 0.0)
        out = torch.einsum("bngts,bsnd->btngd", weights, v).reshape(b, t, d_model)
        return self.w_o(out), weights.reshape(b, self.n_heads, t, t)
# %% right: head by head in a loop (2)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k, v = split_heads(self.w_k(x), self.n_kv_heads), split_heads(self.w_v(x), self.n_kv_heads)
        outs, shares = [], []
        for head in range(self.n_heads):
            its_key = head * self.n_kv_heads // self.n_heads
            out, share = scaled_dot_product_attention(q[:, head], k[:, its_key], v[:, its_key], mask)
            outs.append(out)
            shares.append(share)
        return self.w_o(torch.cat(outs, dim=-1)), torch.stack(shares, dim=1)
# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
# %% wrong: repeat instead of repeat_interleave, the heads of a group are dealt out in turn
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups: (B, T, d_model) and weights (B, n_heads, T, T)."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        d_head = d_model // n_heads
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat(1, n, 1, 1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights
# %% wrong: each key is repeated n_kv_heads times instead of n_heads // n_kv_heads times (right for 4 heads and 2 keys)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads = n_heads
        self.n_kv = n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, n_heads * self.d_head, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(n_heads * self.d_head, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv).repeat_interleave(self.n_kv, dim=1)
        v = split_heads(self.w_v(x), self.n_kv).repeat_interleave(self.n_kv, dim=1)
        if mask is not None:
            mask = mask[:, None]
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights
# %% wrong: the mask is repeated for the heads in the wrong order, so that heads get the mask of another sentence
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        kv_size = n_kv_heads * (d_model // n_heads)
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, kv_size, bias=False)
        self.w_v = nn.Linear(d_model, kv_size, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        group = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, T, T)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: own softmax with -inf, NaN for a query to which every key is forbidden
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.g, self.d = n_heads, n_heads // n_kv_heads, d_model // n_heads
        self.n_kv_heads = n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.h)
        k = torch.repeat_interleave(split_heads(self.w_k(x), self.n_kv_heads), self.g, dim=1)
        v = torch.repeat_interleave(split_heads(self.w_v(x), self.n_kv_heads), self.g, dim=1)
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d)
        if mask is not None:
            scores = scores.masked_fill(mask.unsqueeze(1) == 0, float("-inf"))
        attn = F.softmax(scores, dim=-1)
        return self.w_o(merge_heads(torch.matmul(attn, v))), attn
# %% wrong: returns the weights averaged over the heads (B, T, T)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        d_head = d_model // n_heads
        self.n_heads = n_heads
        self.n_kv_heads = n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        times = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k, v = (split_heads(layer(x), self.n_kv_heads).repeat_interleave(times, dim=1)
                for layer in (self.w_k, self.w_v))
        mixed, weights = scaled_dot_product_attention(q, k, v, mask if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(mixed)), weights.mean(dim=1)
# %% wrong: heads are merged by reshape alone, without moving the heads behind the positions first
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.d_model, self.n_heads, self.n_kv_heads = d_model, n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q = self.w_q(x).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        k = self.w_k(x).view(B, T, self.n_kv_heads, self.d_head).transpose(1, 2)
        v = self.w_v(x).view(B, T, self.n_kv_heads, self.d_head).transpose(1, 2)
        k = k.repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)
        v = v.repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out = out.contiguous().view(B, T, self.d_model)
        return self.w_o(out), weights
# %% wrong: fails without a mask (None has no unsqueeze)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        output, weights = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        return self.w_o(merge_heads(output)), weights
# %% right: an axis for the group, keys and values broadcast over it
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        narrow = d_model // n_heads * n_kv_heads
        self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
        self.w_k, self.w_v = (nn.Linear(d_model, narrow, bias=False) for _ in range(2))

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads).unflatten(1, (self.n_kv_heads, -1))     # (B, n_kv, group, T, d_head)
        k = split_heads(self.w_k(x), self.n_kv_heads).unsqueeze(2)
        v = split_heads(self.w_v(x), self.n_kv_heads).unsqueeze(2)
        where = None if mask is None else mask[:, None, None]
        out, weights = scaled_dot_product_attention(q, k, v, where)
        return self.w_o(merge_heads(out.flatten(1, 2))), weights.flatten(1, 2)
# %% right: a loop over the heads, key number head // group for each
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.group, self.d_head = n_heads, n_heads // n_kv_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        queries, keys, values = self.w_q(x), self.w_k(x), self.w_v(x)
        outputs, all_weights = [], []
        for head in range(self.n_heads):
            mine = slice(head * self.d_head, (head + 1) * self.d_head)
            shared = slice(head // self.group * self.d_head, (head // self.group + 1) * self.d_head)
            o, w = scaled_dot_product_attention(queries[..., mine], keys[..., shared], values[..., shared], mask)
            outputs.append(o)
            all_weights.append(w)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(all_weights, dim=1)


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
class _GQA(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def qkv(self, x):
        return (split_heads(self.w_q(x), self.n_heads), split_heads(self.w_k(x), self.n_kv_heads),
                split_heads(self.w_v(x), self.n_kv_heads))
class _Sw(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
def _rot(x, phi):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)
def _freq(x):
    half = x.shape[-1] // 2
    return 10000 ** (-torch.arange(half, dtype=x.dtype) / half)

# %% wrong: queries divided by sqrt(d_head) although the function does it
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        q, k, v = self.qkv(x)
        n = self.n_heads // self.n_kv_heads
        q = q / math.sqrt(q.shape[-1])
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1), mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: repeated n_kv_heads times instead of n_heads // n_kv_heads
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        q, k, v = self.qkv(x)
        n = self.n_kv_heads
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1), mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: heads merged by reshape without transpose
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        q, k, v = self.qkv(x)
        n = self.n_heads // self.n_kv_heads
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1), mask)
        return self.w_o(out.reshape(x.shape)), w

# %% wrong: mask.unsqueeze(0) instead of unsqueeze(1)
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        q, k, v = self.qkv(x)
        n = self.n_heads // self.n_kv_heads
        if mask is not None:
            mask = mask.unsqueeze(0)
        out, w = scaled_dot_product_attention(q, k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1), mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: repeat for repeat_interleave AND no w_o applied
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        q, k, v = self.qkv(x)
        n = self.n_heads // self.n_kv_heads
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k.repeat(1, n, 1, 1), v.repeat(1, n, 1, 1), mask)
        return merge_heads(out), w

# %% right: no repeat: queries grouped, expand by broadcasting over a fifth axis
class GroupedQueryAttention(_GQA):
    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q, k, v = self.qkv(x)
        q = q.unflatten(1, (self.n_kv_heads, -1))
        m = mask if mask is None else mask[:, None, None]
        out, w = scaled_dot_product_attention(q, k.unsqueeze(2), v.unsqueeze(2), m)
        return self.w_o(merge_heads(out.flatten(1, 2))), w.flatten(1, 2)


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, fused_attention, merge_heads, scaled_dot_product_attention, split_heads
# Each answer: "#== id | exercise | wrong/right/double | what is wrong", then code; the last name is given to the check.

# %% wrong: queries folded as (group, n_kv): heads dealt out in turn (without repeat)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.kv = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q = split_heads(self.w_q(x), self.h)
        k = split_heads(self.w_k(x), self.kv).unsqueeze(1)
        v = split_heads(self.w_v(x), self.kv).unsqueeze(1)
        q = q.view(B, self.h // self.kv, self.kv, T, q.shape[-1])
        m = None if mask is None else mask[:, None, None]
        out, w = scaled_dot_product_attention(q, k, v, m)
        return self.w_o(merge_heads(out.flatten(1, 2))), w.flatten(1, 2)

# %% wrong: mask (B, T, T) handed on without an axis for the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w

# %% wrong: copy and paste: v made by w_k
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w

# %% wrong: own softmax with -1e9: a query without any key gets uniform weights
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        scores = q @ k.transpose(-2, -1) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
        w = scores.softmax(-1)
        return self.w_o(merge_heads(w @ v)), w

# %% right: 5-D: queries folded as (n_kv, group), keys broadcast, nothing repeated
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        for name, out in (("w_q", n_heads), ("w_k", n_kv_heads), ("w_v", n_kv_heads), ("w_o", n_heads)):
            setattr(self, name, nn.Linear(d_model, out * (d_model // n_heads), bias=False))
    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads).unflatten(1, (self.n_kv_heads, -1))
        k, v = (split_heads(w(x), self.n_kv_heads).unsqueeze(2) for w in (self.w_k, self.w_v))
        mask = mask if mask is None else mask[:, None, None]
        heads, weights = (t.flatten(1, 2) for t in scaled_dot_product_attention(q, k, v, mask))
        return self.w_o(merge_heads(heads)), weights


# %% prelude
import torch
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: mask (B, T, T) given without an axis for the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.d_head = d_head
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: own softmax with -1e9: a query without keys gets equal weights, not 0
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.d_head = d_head
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        scores = q @ k.transpose(-2, -1) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
        weights = scores.softmax(dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: each key repeated n_kv_heads times instead of n_heads // n_kv_heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.d_head = d_head
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: repeated n_kv_heads times, not n_heads // n_kv_heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads)
        v = split_heads(self.w_v(x), self.n_kv_heads)

        k = k.repeat_interleave(self.n_kv_heads, dim=1)
        v = v.repeat_interleave(self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: mask (B, T, T) given without a dimension for the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads)
        v = split_heads(self.w_v(x), self.n_kv_heads)

        n = self.n_heads // self.n_kv_heads
        k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: values not taken from w_v: k in both places
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads)
        v = split_heads(self.w_v(x), self.n_kv_heads)

        n = self.n_heads // self.n_kv_heads
        k = k.repeat_interleave(n, dim=1)
        v = k.repeat_interleave(1, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: no repetition: queries in groups, five dimensions
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads)
        v = split_heads(self.w_v(x), self.n_kv_heads)

        B, H, T, d = q.shape
        q = q.reshape(B, self.n_kv_heads, H // self.n_kv_heads, T, d)
        scores = torch.einsum("bghtd,bgsd->bghts", q, k) / d ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], float("-inf"))
        weights = torch.nan_to_num(scores.softmax(-1), nan=0.0)
        out = torch.einsum("bghts,bgsd->bghtd", weights, v).reshape(B, H, T, d)
        return self.w_o(out.transpose(1, 2).reshape(B, T, H * d)), weights.reshape(B, H, T, T)

# %% prelude
import torch
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: keys repeated, values repeated by .repeat (dealt out in turn)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, n_heads * d_head, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(n_heads * d_head, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        mask = None if mask is None else mask[:, None]
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: no repeat: five axes (B, groups, heads of a group, T, d_head) and broadcasting
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.g, self.d = n_heads, n_kv_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, self.g * self.d, bias=False)
        self.w_v = nn.Linear(d_model, self.g * self.d, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q = self.w_q(x).view(B, T, self.g, self.h // self.g, self.d).permute(0, 2, 3, 1, 4)
        k = self.w_k(x).view(B, T, self.g, 1, self.d).permute(0, 2, 3, 1, 4)
        v = self.w_v(x).view(B, T, self.g, 1, self.d).permute(0, 2, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) / self.d ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], float("-inf"))
        weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
        out = (weights @ v).permute(0, 3, 1, 2, 4).reshape(B, T, self.h * self.d)
        return self.w_o(out), weights.flatten(1, 2)

# %% prelude
import torch
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: repeats before split_heads, on the flat vectors (B,T,kv*d_head), dim=-1
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)


    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x).repeat_interleave(n, dim=-1), self.n_heads)
        v = split_heads(self.w_v(x).repeat_interleave(n, dim=-1), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: repeats n_kv_heads times instead of n_heads // n_kv_heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)


    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(self.n_kv_heads, dim=1)
        if mask is not None:
            mask = mask[:, None]
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% prelude
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from torch import nn

# %% wrong: repeat instead of repeat_interleave
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat(1, n, 1, 1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: weights averaged over the heads, as nn.MultiheadAttention returns them
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        output, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(merge_heads(output)), weights.mean(dim=1)

# %% wrong: the mask gets no axis for the heads
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% right: expand and reshape instead of repeat_interleave
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.h, self.kv = n_heads, n_kv_heads
        self.d = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, self.kv * self.d, bias=False)
        self.w_v = nn.Linear(d_model, self.kv * self.d, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def shared(self, z):
        B, T, _ = z.shape
        z = split_heads(z, self.kv)[:, :, None]
        return z.expand(B, self.kv, self.h // self.kv, T, self.d).reshape(B, self.h, T, self.d)

    def forward(self, x, mask=None):
        m = mask[:, None] if mask is not None else None
        q = split_heads(self.w_q(x), self.h)
        y, weights = scaled_dot_product_attention(q, self.shared(self.w_k(x)), self.shared(self.w_v(x)), m)
        return self.w_o(merge_heads(y)), weights

# %% prelude
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.attention import merge_heads, split_heads
from torch import nn
import torch

# %% wrong: own softmax with -1e9: a query with no open key gets equal shares
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads, self.d_head = n_heads, n_kv_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        group = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        scores = q @ k.transpose(-2, -1) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
        weights = scores.softmax(dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% right: queries in groups (B, kv, group, T, d), einsum, nothing is repeated
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.kv, self.group, self.d = n_kv_heads, n_heads // n_kv_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, n_heads * self.d, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d, bias=False)
        self.w_o = nn.Linear(n_heads * self.d, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q = self.w_q(x).view(B, T, self.kv, self.group, self.d)
        k = self.w_k(x).view(B, T, self.kv, self.d)
        v = self.w_v(x).view(B, T, self.kv, self.d)
        scores = torch.einsum("btkgd,bskd->bkgts", q, k) * self.d ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], float("-inf"))
        weights = torch.nan_to_num(torch.softmax(scores, dim=-1), nan=0.0)
        out = torch.einsum("bkgts,bskd->btkgd", weights, v).reshape(B, T, -1)
        return self.w_o(out), weights.reshape(B, self.kv * self.group, T, T)

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: repeats the numbers of w_k(x) and w_v(x) (dim=-1) before splitting
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x).repeat_interleave(n, dim=-1), self.n_heads)
        v = split_heads(self.w_v(x).repeat_interleave(n, dim=-1), self.n_heads)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(merge_heads(out)), weights

# %% wrong: keys by repeat_interleave, values by repeat
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(merge_heads(out)), weights

# %% wrong: without a mask it takes the causal one (decoder-only, after all)
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        n, T = self.n_heads // self.n_kv_heads, x.shape[1]
        if mask is None:
            mask = torch.ones(T, T, dtype=torch.bool).tril().expand(len(x), T, T)
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights

# %% right: queries in (B, kv, group, T, d), einsum, nothing repeated
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):

        B, T, d_model = x.shape
        d = d_model // self.n_heads
        q = self.w_q(x).view(B, T, self.n_kv_heads, -1, d)
        k = self.w_k(x).view(B, T, self.n_kv_heads, d)
        v = self.w_v(x).view(B, T, self.n_kv_heads, d)
        scores = torch.einsum("btkgd,bskd->bkgts", q, k) * d ** -0.5
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not()[:, None, None], -torch.inf)
        weights = scores.softmax(-1).nan_to_num(0.0)
        out = torch.einsum("bkgts,bskd->btkgd", weights, v).flatten(2)
        return self.w_o(out), weights.flatten(1, 2)

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: n_kv_heads taken for the number of heads in a group (n_heads // n_kv_heads keys, each repeated n_kv_heads times)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        d_head = d_model // n_heads
        self.n_heads, self.share = n_heads, n_kv_heads
        self.n_keys = n_heads // n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, self.n_keys * d_head, bias=False)
        self.w_v = nn.Linear(d_model, self.n_keys * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_keys).repeat_interleave(self.share, dim=1)
        v = split_heads(self.w_v(x), self.n_keys).repeat_interleave(self.share, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights

# %% wrong: keys with repeat_interleave, values with repeat: head 1 uses key 0 but value 1
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = n_kv_heads * (d_model // n_heads)
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, n, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights

# %% wrong: the mask is copied for the heads with repeat(n_heads, 1, 1).view(B, n_heads, T, T): heads get the masks of other sentences
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = n_kv_heads * (d_model // n_heads)
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        n = self.n_heads // self.n_kv_heads
        B, T, _ = x.shape
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(n, dim=1)
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, T, T)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: nothing is repeated: the queries are laid out by groups, einsum, softmax by hand
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.g, self.n, self.d = n_kv_heads, n_heads // n_kv_heads, d_model // n_heads
        self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
        self.w_k, self.w_v = (nn.Linear(d_model, n_kv_heads * self.d, bias=False) for _ in range(2))

    def forward(self, x, mask=None):
        q = self.w_q(x).unflatten(-1, (self.g, self.n, self.d))          # (B, T, g, n, d)
        k, v = (w(x).unflatten(-1, (self.g, self.d)) for w in (self.w_k, self.w_v))
        scores = torch.einsum("btgnd,bsgd->bgnts", q, k) / self.d ** 0.5
        if mask is None:
            weights = scores.softmax(-1)
        else:
            closed = ~mask[:, None, None]
            weights = scores.masked_fill(closed, torch.finfo(scores.dtype).min).softmax(-1).masked_fill(closed, 0.0)
        out = torch.einsum("bgnts,bsgd->btgnd", weights, v).flatten(2)
        return self.w_o(out), weights.flatten(1, 2)

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: keys in groups (repeat_interleave), values dealt out in turn (repeat)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        group = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat(1, group, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(merge_heads(out)), weights

# %% wrong: own softmax with -1e9: a query that may see nothing gets equal weights, not 0
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        group = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = split_heads(self.w_k(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        v = split_heads(self.w_v(x), self.n_kv_heads).repeat_interleave(group, dim=1)
        scores = q @ k.transpose(-2, -1) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None], -1e9)
        weights = scores.softmax(-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: keys and values cut as (d_head, n_kv_heads) instead of (n_kv_heads, d_head)
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        group = self.n_heads // self.n_kv_heads
        q = split_heads(self.w_q(x), self.n_heads)
        k = self.w_k(x).view(B, T, self.d_head, self.n_kv_heads).permute(0, 3, 1, 2)
        v = self.w_v(x).view(B, T, self.d_head, self.n_kv_heads).permute(0, 3, 1, 2)
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        out, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), weights

# %% right: right: five-dimensional einsum, nothing repeated; nan_to_num for rows that see nothing
class GroupedQueryAttention(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * self.d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.w_q(x).unflatten(-1, (self.n_kv_heads, -1, self.d_head))
        k = self.w_k(x).unflatten(-1, (self.n_kv_heads, self.d_head))
        v = self.w_v(x).unflatten(-1, (self.n_kv_heads, self.d_head))
        scores = torch.einsum("btngd,bsnd->bngts", q, k) * self.d_head ** -0.5
        if mask is not None:
            open_ = mask[:, None, None]
            scores = scores.where(open_, torch.finfo(scores.dtype).min)
            weights = scores.softmax(-1) * open_
        else:
            weights = scores.softmax(-1)
        mixed = torch.einsum("bngts,bsnd->btngd", weights, v).reshape(B, T, D)
        return self.w_o(mixed), weights.flatten(1, 2)
