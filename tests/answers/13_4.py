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
