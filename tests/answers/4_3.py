# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention


def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: no error for sizes that do not fit
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: assert as in the Annotated Transformer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: remainder the wrong way round
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads % d_model != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: the error is printed, not raised
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            print("ValueError: n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: mask without an axis for the heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: axis for the heads at place 2
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(2)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: mask not handed on
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        output, weights = scaled_dot_product_attention(q, k, v)
        return self.w_o(merge_heads(output)), weights

# %% wrong: mask needed always
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: masked as PyTorch's layer, True is forbidden
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = ~mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: no output projection
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return merge_heads(output), weights

# %% wrong: merged without the swap
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(output.reshape(query.shape)), weights

# %% wrong: everything from the query
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(query), self.n_heads)
        v = split_heads(self.w_v(query), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: value taken from key
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: four names, one layer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = self.w_k = self.w_v = self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: linears in a list, as in the Annotated Transformer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.linears = nn.ModuleList([nn.Linear(d_model, d_model) for _ in range(4)])

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.linears[0](query), self.n_heads)
        k = split_heads(self.linears[1](key), self.n_heads)
        v = split_heads(self.linears[2](value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.linears[-1](merge_heads(output)), weights

# %% wrong: weights averaged over the heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights.mean(dim=1)

# %% wrong: length of the query for the keys, too
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, T, d_model = query.shape
        d_head = d_model // self.n_heads
        q = self.w_q(query).view(B, T, self.n_heads, d_head).transpose(1, 2)
        k = self.w_k(key).view(B, T, self.n_heads, d_head).transpose(1, 2)
        v = self.w_v(value).view(B, T, self.n_heads, d_head).transpose(1, 2)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: heads by view, merged the same way
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, _, d_model = query.shape
        q, k, v = (m(x).view(B, self.n_heads, -1, d_model // self.n_heads)
                   for m, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(output.reshape(B, -1, d_model)), weights

# %% wrong: divided by the root of d_model
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask.unsqueeze(1), 0.0)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: split before the projection
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(query, self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: output detached
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output.detach())), weights

# %% wrong: residual connection inside
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(output)), weights

# %% wrong: keys and queries exchanged
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_k(query), self.n_heads)
        k = split_heads(self.w_q(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% right: the plain one
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% right: one head after another
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        d_head = q.shape[-1] // self.n_heads
        outputs, weights = [], []
        for h in range(self.n_heads):
            mine = slice(h * d_head, (h + 1) * d_head)
            o, w = scaled_dot_product_attention(q[..., mine], k[..., mine], v[..., mine], mask)
            outputs.append(o)
            weights.append(w)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(weights, dim=1)

# %% right: einsum, heads on axis 2
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B = query.size(0)
        q = self.w_q(query).view(B, -1, self.n_heads, self.d_head)
        k = self.w_k(key).view(B, -1, self.n_heads, self.d_head)
        v = self.w_v(value).view(B, -1, self.n_heads, self.d_head)
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / self.d_head ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None], float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = torch.nan_to_num(weights, nan=0.0)
        output = torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(start_dim=2)
        return self.w_o(output), weights

# %% right: d2l, heads in the batch
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads * (d_model // n_heads) != d_model:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def to_batch(self, x):
        return split_heads(x, self.n_heads).flatten(0, 1)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.to_batch(self.w_q(query)), self.to_batch(self.w_k(key)), self.to_batch(self.w_v(value))
        if mask is not None:
            mask = torch.repeat_interleave(mask, repeats=self.n_heads, dim=0)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        output = output.unflatten(0, (-1, self.n_heads))
        return self.w_o(merge_heads(output)), weights.unflatten(0, (-1, self.n_heads))

# %% right: typed, layers in a loop
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{d_model} numbers cannot be cut into {n_heads} heads")
        self.n_heads = n_heads
        for letter in "qkvo":
            self.add_module(f"w_{letter}", nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask: torch.Tensor | None = None):
        q, k, v = (split_heads(layer(x), self.n_heads)
                   for layer, x in zip((self.w_q, self.w_k, self.w_v), (query, key, value)))
        output, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None, :, :])
        joined = output.permute(0, 2, 1, 3).reshape(query.shape)
        return self.w_o(joined), weights
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention

def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: values made from the keys
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: remainder the wrong way round (again)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads % d_model != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads)
                   for w, x in [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: assert instead of ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0
        self.d_k = d_model // n_heads
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        nbatches = query.size(0)
        query, key, value = [
            lin(x).view(nbatches, -1, self.n_heads, self.d_k).transpose(1, 2)
            for lin, x in zip((self.w_q, self.w_k, self.w_v), (query, key, value))
        ]
        x, attn = scaled_dot_product_attention(query, key, value, mask)
        x = x.transpose(1, 2).contiguous().view(nbatches, -1, self.n_heads * self.d_k)
        return self.w_o(x), attn
# %% wrong: only a mask with one row gets the axis for the heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{d_model} is not divisible by {n_heads}")
        self.h = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        if mask is not None and mask.shape[1] == 1:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(
            split_heads(self.w_q(query), self.h), split_heads(self.w_k(key), self.h),
            split_heads(self.w_v(value), self.h), mask)
        return self.w_o(merge_heads(heads)), weights
# %% wrong: the mask needs an axis even when there is none
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("does not divide")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        output, weights = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        return self.w_o(merge_heads(output)), weights
# %% wrong: residual and layer norm inside, as in a popular repository
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads does not divide d_model")
        self.n_head = n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_model, bias=False)
        self.w_v = nn.Linear(d_model, d_model, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
        self.layer_norm = nn.LayerNorm(d_model, eps=1e-6)

    def forward(self, query, key, value, mask=None):
        residual = query
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        q, k, v = (split_heads(t, self.n_head) for t in (q, k, v))
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, attn = scaled_dot_product_attention(q, k, v, mask)
        out = self.w_o(merge_heads(out))
        return self.layer_norm(out + residual), attn
# %% wrong: length of the query used for the keys
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("d_model must be divisible by n_heads")
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, T, _ = query.shape
        q = self.w_q(query).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        k = self.w_k(key).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        v = self.w_v(value).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        if mask is not None:
            mask = mask[:, None]
        o, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(o)), w
# %% wrong: head size and number of heads exchanged
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("not divisible")
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.d_head)
        k = split_heads(self.w_k(key), self.d_head)
        v = split_heads(self.w_v(value), self.d_head)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights
# %% right: einsum, written out, with dropout
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(0.1)

    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, (self.n_heads, -1))
        k = self.w_k(key).unflatten(-1, (self.n_heads, -1))
        v = self.w_v(value).unflatten(-1, (self.n_heads, -1))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.shape[-1])
        if mask is not None:
            forbidden = ~mask.unsqueeze(1)
            scores = scores.masked_fill(forbidden, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(forbidden, 0.0)
        heads = torch.einsum("bhqk,bkhd->bqhd", self.dropout(weights), v)
        return self.w_o(heads.flatten(2)), weights
# %% right: head after head, output as a sum over heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        if d_model % n_heads != 0:
            raise ValueError("n_heads has to divide d_model")
        super().__init__()
        self.heads, self.size = n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_model, bias=False)
        self.w_v = nn.Linear(d_model, d_model, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        total, weights = 0, []
        Q, K, V = self.w_q(query), self.w_k(key), self.w_v(value)
        for h in range(self.heads):
            part = slice(h * self.size, (h + 1) * self.size)
            o, w = scaled_dot_product_attention(Q[..., part], K[..., part], V[..., part], mask)
            total = total + o @ self.w_o.weight[:, part].T
            weights.append(w)
        return total, torch.stack(weights, dim=1)
# %% right: heads folded into the batch
class MultiHeadAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        if width // heads * heads != width:
            raise ValueError("heads")
        self.heads = heads
        for name in "qkvo":
            self.add_module(f"w_{name}", nn.Linear(width, width))

    def fold(self, x):
        b, t, d = x.shape
        return x.view(b, t, self.heads, d // self.heads).transpose(1, 2).reshape(b * self.heads, t, -1)

    def forward(self, query, key, value, mask=None):
        b = query.shape[0]
        if mask is not None:
            mask = mask.repeat_interleave(self.heads, dim=0)
        out, w = scaled_dot_product_attention(
            self.fold(self.w_q(query)), self.fold(self.w_k(key)), self.fold(self.w_v(value)), mask)
        out = out.unflatten(0, (b, self.heads))
        return self.w_o(merge_heads(out)), w.unflatten(0, (b, self.heads))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention

def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: w_o is made and never used
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError(f"n_heads={n_heads} does not divide d_model={d_model}")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        output = merge_heads(heads)
        return output, weights
# %% wrong: values made from the keys' input
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("d_model must be divisible by n_heads")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        mask = mask.unsqueeze(1) if mask is not None else None
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights
# %% wrong: mask's new axis at place 2
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{d_model} / {n_heads}")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(2)
        out, weights = scaled_dot_product_attention(
            split_heads(self.w_q(query), self.n_heads),
            split_heads(self.w_k(key), self.n_heads),
            split_heads(self.w_v(value), self.n_heads),
            mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: residual connection inside the layer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads does not divide d_model")
        self.h = n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_model, bias=False)
        self.w_v = nn.Linear(d_model, d_model, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        residual = query
        q = split_heads(self.w_q(query), self.h)
        k = split_heads(self.w_k(key), self.h)
        v = split_heads(self.w_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)) + residual, weights
# %% right: one head after another, output as a sum over heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{n_heads} heads do not fit into {d_model} numbers")
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        pieces = [layer(x).split(self.d_head, dim=-1)
                  for layer, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))]
        total, pictures = self.w_o.bias, []
        for q, k, v, columns in zip(*pieces, self.w_o.weight.split(self.d_head, dim=1)):
            head, picture = scaled_dot_product_attention(q, k, v, mask)
            total = total + head @ columns.T
            pictures.append(picture)
        return total, torch.stack(pictures, dim=1)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention


def split_heads(x, n_heads):
    return x.reshape(x.shape[0], x.shape[1], n_heads, -1).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: scales the queries, and lets the function scale again
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h, self.d_head = n_heads, d_model // n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.h) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.h)
        v = split_heads(self.w_v(value), self.h)
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% wrong: adds the query to the output, as in an encoder layer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return query + self.w_o(merge_heads(out)), w
# %% wrong: the division test the wrong way round
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads % d_model != 0:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% wrong: mask repeated for each head along the sentences
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask.repeat(self.h, 1, 1).reshape(len(mask), self.h, mask.shape[1], mask.shape[2])
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w
# %% wrong: heads are only split in q and k, the values stay whole and are averaged
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k = split_heads(self.w_q(query), self.h), split_heads(self.w_k(key), self.h)
        v = self.w_v(value).unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(out.mean(dim=1)), w
# %% wrong: splits before projecting, one w_q for pieces put together again in the wrong order
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(x, self.h) for x in (query, key, value))
        out, w = scaled_dot_product_attention(self.w_q(q), self.w_k(k), self.w_v(v), mask)
        return self.w_o(merge_heads(out)), w
# %% wrong: the mask only when it has a row for every query
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None and mask.shape[1] == query.shape[1]:
            out, w = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        else:
            out, w = scaled_dot_product_attention(q, k, v)
        return self.w_o(merge_heads(out)), w
# %% wrong: forgets super().__init__()
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% right: a loop over the heads, each with its slice of columns
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads * (d_model // n_heads) != d_model:
            raise ValueError(f"{n_heads} heads do not fit into {d_model}")
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        outs, ws = [], []
        for h in range(self.n_heads):
            s = slice(h * self.d_head, (h + 1) * self.d_head)
            o, w = scaled_dot_product_attention(q[..., s], k[..., s], v[..., s], mask)
            outs.append(o)
            ws.append(w)
        return self.w_o(torch.cat(outs, dim=-1)), torch.stack(ws, dim=1)
# %% right: einsum, heads folded into the batch, own softmax with zero rows
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads > 0:
            raise ValueError
        self.n = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = [nn.Linear(d_model, d_model) for _ in "qkvo"]

    def forward(self, query, key, value, mask=None):
        cut = lambda t: torch.cat(t.chunk(self.n, dim=-1), dim=0)
        q, k, v = cut(self.w_q(query)), cut(self.w_k(key)), cut(self.w_v(value))
        if mask is not None:
            mask = mask.repeat(self.n, 1, 1)
        o, w = scaled_dot_product_attention(q, k, v, mask)
        o = torch.cat(o.chunk(self.n, dim=0), dim=-1)
        w = torch.stack(w.chunk(self.n, dim=0), dim=1)
        return self.w_o(o), w
# %% wrong: keys and values change places in one line
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, v, k = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% wrong: mask reshaped as padding only, breaks for a row for each query
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask.reshape(mask.shape[0], 1, 1, -1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w
# %% wrong: only the first row of the mask
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask[:, :1].unsqueeze(1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), w
# %% wrong: own attention, NaN in rows with nothing to look at
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        s = q @ k.mT / k.shape[-1] ** 0.5
        if mask is not None:
            s = s.masked_fill(mask.unsqueeze(1) == 0, float("-inf"))
        w = s.softmax(-1)
        return self.w_o(merge_heads(w @ v)), w
# %% wrong: own attention, scale by the number of heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        s = q @ k.mT / math.sqrt(q.shape[1])
        if mask is None:
            mask = torch.ones(1, 1, k.shape[2], dtype=torch.bool)
        m = mask.unsqueeze(1)
        w = s.masked_fill(~m, -torch.inf).softmax(-1).nan_to_num()
        return self.w_o(merge_heads(w @ v)), w
# %% wrong: weights multiplied by the mask after the softmax
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        _, w = scaled_dot_product_attention(q, k, v)
        if mask is not None:
            w = w * mask.unsqueeze(1)
        return self.w_o(merge_heads(w @ v)), w
# %% wrong: merge_heads applied to the weights as well
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), merge_heads(w)
# %% wrong: w_q applied to all three
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.h)
        k = split_heads(self.w_q(key), self.h)
        v = split_heads(self.w_q(value), self.h)
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% wrong: ValueError made, not raised
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% wrong: assert in place of ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.h) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        out, w = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(out)), w
# %% right: output from F.scaled_dot_product_attention, weights from the course's
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (w(x).unflatten(-1, (self.h, -1)).transpose(1, 2) for w, x in
                   zip((self.w_q, self.w_k, self.w_v), (query, key, value)))
        allowed = torch.ones(1, 1, 1, key.shape[1], dtype=torch.bool) if mask is None else mask[:, None]
        weights = scaled_dot_product_attention(q, k, v, allowed)[1]
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        out = torch.where(allowed.any(-1, keepdim=True), out, torch.zeros_like(out))
        return self.w_o(out.transpose(1, 2).flatten(2)), weights
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention


def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: divided by the root of d_model instead of d_head
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.d_model = d_model
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_model)
        if mask is not None:
            mask = mask.unsqueeze(1)
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return self.w_o(merge_heads(weights @ v)), weights
# %% wrong: the mask's axis for the heads is put at place 2: right for (B, 1, T_k), not for (B, T_q, T_k)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} does not divide {d_model}")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads)
                   for w, x in [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask.unsqueeze(2)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights
# %% wrong: the mask is repeated for the heads in the wrong order (repeat, then cut): sentences get each other's masks
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("d_model must be a multiple of n_heads")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = [nn.Linear(d_model, d_model) for _ in range(4)]

    def forward(self, query, key, value, mask=None):
        B = query.shape[0]
        q = split_heads(self.w_q(query), self.h)
        k = split_heads(self.w_k(key), self.h)
        v = split_heads(self.w_v(value), self.h)
        if mask is not None:
            mask = mask.repeat(self.h, 1, 1).reshape(B, self.h, mask.shape[1], mask.shape[2])
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: the values are made from key: the argument value is never used
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask[:, None]
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights
# %% wrong: the test of the sizes uses // in place of %: 12 and 5 raise no ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model // n_heads == 0:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        mask = mask if mask is None else mask.unsqueeze(1)
        x, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(x)), weights
# %% wrong: F.dropout without training=self.training drops weights in evaluation mode, too
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        _, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        weights = F.dropout(weights, 0.1)
        return self.w_o(merge_heads(weights @ v)), weights
# %% wrong: a loop over the heads, and the weights are stacked with the heads first: (n_heads, B, T_q, T_k)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        outputs, weights = [], []
        for h in range(self.n_heads):
            part = slice(h * self.d_head, (h + 1) * self.d_head)
            o, w = scaled_dot_product_attention(q[..., part], k[..., part], v[..., part], mask)
            outputs.append(o)
            weights.append(w)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(weights)
# %% wrong: keys and values are cut with the length of the query: an error if T_k differs from T_q
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("d_model % n_heads != 0")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, T, d_model = query.shape

        def heads(x):
            return x.view(B, T, self.n_heads, self.d_head).transpose(1, 2)

        q, k, v = heads(self.w_q(query)), heads(self.w_k(key)), heads(self.w_v(value))
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out = out.transpose(1, 2).contiguous().view(B, T, d_model)
        return self.w_o(out), weights
# %% wrong: two mistakes: w_o is made and never used, and the weights are averaged over the heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return merge_heads(heads), weights.mean(dim=1)
# %% right: heads and sentences in one axis, the mask repeated for each head
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"d_model = {d_model} cannot be divided by n_heads = {n_heads}")
        self.n_heads = n_heads
        for name in "qkvo":
            self.add_module(f"w_{name}", nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        B, h = len(query), self.n_heads
        q, k, v = (split_heads(layer(x), h).flatten(0, 1)
                   for layer, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.repeat_interleave(h, dim=0)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out.unflatten(0, (B, h)))), weights.unflatten(0, (B, h))
# %% right: a loop over heads with slices of the weight matrices, the parts of the output added up
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head, rest = divmod(d_model, n_heads)
        if rest != 0:
            raise ValueError("n_heads must divide d_model")
        self.slices = [slice(h * d_head, (h + 1) * d_head) for h in range(n_heads)]
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    @staticmethod
    def _part(layer, x, rows):
        return F.linear(x, layer.weight[rows], layer.bias[rows])

    def forward(self, query, key, value, mask=None):
        output, all_weights = self.w_o.bias, []
        for rows in self.slices:
            mixture, weights = scaled_dot_product_attention(
                self._part(self.w_q, query, rows), self._part(self.w_k, key, rows), self._part(self.w_v, value, rows),
                mask)
            output = output + mixture @ self.w_o.weight[:, rows].T
            all_weights.append(weights)
        return output, torch.stack(all_weights, dim=1)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import scaled_dot_product_attention


def split_heads(x, n_heads):
    """Cut every vector into one piece per head: (B, T, d_model) -> (B, n_heads, T, d_head)."""
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x):
    """Join the pieces of every vector again: (B, n_heads, T, d_head) -> (B, T, d_model)."""
    return x.transpose(1, 2).flatten(2)
# %% wrong: an assert instead of the ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "d_model must be divisible by n_heads"
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights
# %% wrong: the values are made from the key, `value` is not used
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = [split_heads(f(t), self.n_heads)
                   for f, t in [(self.w_q, query), (self.w_k, key), (self.w_v, key)]]
        output, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.w_o(merge_heads(output)), weights
# %% wrong: heads folded into the batch, but the mask repeated in the other order (repeat, not repeat_interleave)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError(f"{d_model} % {n_heads} != 0")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, T_q, T_k, h = query.size(0), query.size(1), key.size(1), self.n_heads
        q = split_heads(self.w_q(query), h).flatten(0, 1)      # (B * h, T_q, d_head)
        k = split_heads(self.w_k(key), h).flatten(0, 1)
        v = split_heads(self.w_v(value), h).flatten(0, 1)
        if mask is not None:
            mask = mask.repeat(h, 1, 1)
        out, w = scaled_dot_product_attention(q, k, v, mask)
        out = merge_heads(out.reshape(B, h, T_q, -1))
        return self.w_o(out), w.reshape(B, h, T_q, T_k)
# %% wrong: cuts into d_head heads instead of n_heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.d_head)
        k = split_heads(self.w_k(key), self.d_head)
        v = split_heads(self.w_v(value), self.d_head)
        if mask is not None:
            mask = mask.unsqueeze(1)
        o, w = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(o)), w
# %% wrong: the mask gets no axis for the heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("d_model % n_heads")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_model, bias=False)
        self.w_v = nn.Linear(d_model, d_model, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        heads, weights = scaled_dot_product_attention(
            split_heads(self.w_q(query), self.n_heads),
            split_heads(self.w_k(key), self.n_heads),
            split_heads(self.w_v(value), self.n_heads),
            mask,
        )
        return self.w_o(merge_heads(heads)), weights
# %% wrong: scores divided by the root of d_model, not of d_head
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("d_model must be a multiple of n_heads")
        self.d_model, self.h, self.d = d_model, n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B = query.shape[0]
        q = self.w_q(query).reshape(B, -1, self.h, self.d)
        k = self.w_k(key).reshape(B, -1, self.h, self.d)
        v = self.w_v(value).reshape(B, -1, self.h, self.d)
        energy = torch.einsum("nqhd,nkhd->nhqk", [q, k]) / (self.d_model ** 0.5)
        if mask is not None:
            energy = energy.masked_fill(~mask.unsqueeze(1), -1e9)
        attention = torch.softmax(energy, dim=3)
        if mask is not None:
            attention = attention * mask.unsqueeze(1)
        out = torch.einsum("nhql,nlhd->nqhd", [attention, v]).reshape(B, query.shape[1], self.d_model)
        return self.w_o(out), attention
# %% wrong: returns the weights averaged over the heads, as PyTorch does by default
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        self.num_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(p, self.num_heads) for p in (self.w_q(query), self.w_k(key), self.w_v(value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        attn_output, attn_weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(attn_output)), attn_weights.mean(dim=1)
# %% right: a loop over the heads, each with its rows of the weights
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        if n_heads * (d_model // n_heads) != d_model:
            raise ValueError(f"cannot cut {d_model} numbers into {n_heads} equal heads")
        super().__init__()
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            self.add_module(name, nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        results = []
        for h in range(self.n_heads):
            rows = slice(h * self.d_head, (h + 1) * self.d_head)
            results.append(scaled_dot_product_attention(
                query @ self.w_q.weight[rows].T,
                key @ self.w_k.weight[rows].T,
                value @ self.w_v.weight[rows].T,
                mask,
            ))
        side_by_side = torch.cat([o for o, _ in results], dim=-1)
        return self.w_o(side_by_side), torch.stack([w for _, w in results], dim=1)
# %% right: einsum over (B, T, n_heads, d_head), own softmax with the mask
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError("n_heads must divide d_model")
        self.shape = (n_heads, d_head)
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(0.1)

    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, self.shape)
        k = self.w_k(key).unflatten(-1, self.shape)
        v = self.w_v(value).unflatten(-1, self.shape)
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * self.shape[1] ** -0.5
        if mask is None:
            weights = F.softmax(scores, dim=-1)
        else:
            keep = mask[:, None]
            low = torch.finfo(scores.dtype).min
            weights = F.softmax(torch.where(keep, scores, low), dim=-1) * keep
        mixed = torch.einsum("bhqk,bkhd->bqhd", self.dropout(weights), v)
        return self.w_o(mixed.flatten(-2)), weights


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
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: chained assignment: one Linear under four names
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("no")
        self.n_heads = n_heads
        self.w_q = self.w_k = self.w_v = self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in zip((self.w_q, self.w_k, self.w_v), (query, key, value)))
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: mask.repeat(n_heads, 1, 1).view(B, n_heads, ...): tiles sentence 0, 1, 0, 1 across the heads (repeat_interleav
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).view(mask.shape[0], self.n_heads, mask.shape[1], mask.shape[2])
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: gives the axis of the heads only to a mask (B, 1, T_k), forgets (B, T_q, T_k)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None and mask.shape[1] == 1:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: F.dropout without training=self.training: on in eval as well
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, p=0.1):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads, self.p = n_heads, p
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return F.dropout(self.w_o(merge_heads(out)), self.p), weights

# %% wrong: keeps the mask in self: a call without mask uses the one of the call before
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads = n_heads
        self.mask = None
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            self.mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, self.mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: adds the query to the output (residual, as in a block)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(out)), weights

# %% wrong: gives split_heads the head SIZE in place of the number of heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.d_head)
        k = split_heads(self.w_k(key), self.d_head)
        v = split_heads(self.w_v(value), self.d_head)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: two: the values go through w_k (copied line), and the test of divisibility is d_model // n_heads == 0
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model // n_heads == 0:
            raise ValueError("no")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_k(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: right: head by head, output as a sum over heads, mask by keyword only, no biases, own softmax
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{d_model} is not a multiple of {n_heads}")
        for name in "qkvo":
            setattr(self, f"w_{name}", nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, *, mask=None):
        output, all_weights = 0, []
        for rows in torch.arange(query.shape[-1]).split(self.d_head):
            q, k, v = (x @ w.weight[rows].T for x, w in [(query, self.w_q), (key, self.w_k), (value, self.w_v)])
            mixed, weights = scaled_dot_product_attention(q, k, v, mask)
            output = output + mixed @ self.w_o.weight[:, rows].T
            all_weights.append(weights)
        return output, torch.stack(all_weights, dim=1)

# %% prelude

# %% wrong: F.dropout without training=self.training: drops in eval mode too
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        output = F.dropout(self.w_o(merge_heads(output)), p=0.1)
        return output, weights

# %% wrong: mask.unsqueeze(2): right for (B, 1, T_k), wrong for (B, T_q, T_k)
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(2)         # (B, 1, T_k) -> (B, 1, 1, T_k)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: mask copied with repeat in the place of repeat_interleave: sentences and heads mixed
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B = query.shape[0]
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).reshape(B, self.n_heads, *mask.shape[1:])
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: Keras order: forward(query, value, key, mask)
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, value, key, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: n_heads kept on the class: a second layer changes the first
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        MultiHeadAttention.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: weights.detach() @ v: w_q and w_k get no gradient
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.unsqueeze(1)
        _, weights = scaled_dot_product_attention(q, k, v, mask)
        weights = weights.detach()           # only to look at
        return self.w_o(merge_heads(weights @ v)), weights

# %% right: einsum, weights cut instead of vectors, mask by keyword only, fused projection built on the fly
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h = n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, *, mask=None):
        def project(lin, x):
            return torch.einsum("btm,hdm->bhtd", x, lin.weight.unflatten(0, (self.h, self.d_head)))
        q, k, v = project(self.w_q, query), project(self.w_k, key), project(self.w_v, value)
        out, shares = scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return torch.einsum("bhtd,mhd->btm", out, self.w_o.weight.unflatten(1, (self.h, self.d_head))), shares

# %% prelude
import math, torch
from torch import nn
from course.attention import scaled_dot_product_attention
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
class Base(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

# %% wrong: mask.unsqueeze(2) instead of unsqueeze(1): right for (B, 1, T_k), wrong for (B, T_q, T_k)
class MultiHeadAttention(Base):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(2)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: copy and paste: value is projected with w_k
class MultiHeadAttention(Base):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_k(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: residual habit: returns query + w_o(...)
class MultiHeadAttention(Base):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(out)), weights

# %% wrong: mask only handled for padding: mask[:, 0] taken (first row for all queries)
class MultiHeadAttention(Base):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask[:, 0].view(mask.shape[0], 1, 1, mask.shape[-1])
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: einsum, no biases, own softmax, finfo.min then * mask
import torch
from torch import nn
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h, self.d = n_heads, d_model // n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, (self.h, self.d))
        k = self.w_k(key).unflatten(-1, (self.h, self.d))
        v = self.w_v(value).unflatten(-1, (self.h, self.d))
        s = torch.einsum("bqhd,bkhd->bhqk", q, k) * self.d ** -0.5
        if mask is not None:
            m = mask[:, None]
            s = s.masked_fill(m.logical_not(), torch.finfo(s.dtype).min)
            w = s.softmax(-1) * m
        else:
            w = s.softmax(-1)
        o = torch.einsum("bhqk,bkhd->bqhd", w, v).flatten(2)
        return self.w_o(o), w

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math, torch
import torch

# %% wrong: mask.unsqueeze(2): right for (B,1,T_k) only
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(2)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: masks after the softmax, shares no longer sum to 1
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        _, weights = scaled_dot_product_attention(q, k, v, None)
        if mask is not None:
            weights = weights * mask.unsqueeze(1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: scales twice (q is divided before scaled_dot_product_attention)
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        q = q / math.sqrt(q.shape[-1])
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: assert in place of ValueError, once more
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: no biases, einsum, own masked softmax with nan_to_num
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.h, rest = n_heads, d_model % n_heads
        if rest != 0:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, mask=None):
        q, k, v = (lin(x).unflatten(-1, (self.h, -1))
                   for lin, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = torch.where(mask[:, None], scores, float("-inf"))
        weights = torch.nan_to_num(scores.softmax(-1), nan=0.0)
        out = torch.einsum("bhij,bjhd->bihd", weights, v)
        return self.w_o(out.flatten(-2)), weights

# %% prelude
import math, torch
from torch import nn
from course.attention import scaled_dot_product_attention
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: mask inverted (PyTorch's habit: True = forbidden)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = ~mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: scaled twice: q / sqrt(d_head) before a function that scales
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: assert in place of raise ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: heads folded into the batch, mask copied with repeat instead of repeat_interleave
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        B = query.shape[0]
        def fold(x):
            x = split_heads(x, self.n_heads)
            return x.reshape(B * self.n_heads, x.shape[2], self.d_head)
        q, k, v = fold(self.w_q(query)), fold(self.w_k(key)), fold(self.w_v(value))
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out = out.reshape(B, self.n_heads, *out.shape[1:])
        weights = weights.reshape(B, self.n_heads, *weights.shape[1:])
        return self.w_o(merge_heads(out)), weights

# %% right: einsum, no helper functions, no biases, own softmax and mask
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h, self.d = n_heads, d_model // n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, (self.h, self.d))
        k = self.w_k(key).unflatten(-1, (self.h, self.d))
        v = self.w_v(value).unflatten(-1, (self.h, self.d))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * self.d ** -0.5
        if mask is not None:
            m = mask[:, None]
            weights = scores.masked_fill(~m, -1e9).softmax(-1).masked_fill(~m, 0.0)
        else:
            weights = scores.softmax(-1)
        out = torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)
        return self.w_o(out), weights

# %% prelude
import math, torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: w_v gets the key: self.w_v(key)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: mask[:, None, None, :] of a habit from (B, T_k) key masks: takes first row only for T_q masks via mask[:, 0]
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("d_model must be divisible by n_heads")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(z), self.n_heads) for w, z in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask[:, 0][:, None, None, :]      # (B, 1, T_k) -> (B, 1, 1, T_k)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: ValueError only in forward, not in __init__ (raises there too late)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_model, self.n_heads = d_model, n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        if self.d_model % self.n_heads != 0:
            raise ValueError("n_heads does not divide d_model")
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        mask = mask.unsqueeze(1) if mask is not None else None
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: scales twice: divides q by sqrt(d_head) although scaled_dot_product_attention scales
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: k and v reshaped with the T of the query (T_k forgotten): raises in cross attention
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("no")
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        B, T, d_model = query.shape
        q = self.w_q(query).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        k = self.w_k(key).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        v = self.w_v(value).view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(out.transpose(1, 2).reshape(B, T, d_model)), weights

# %% right: own einsum, keyword-only mask, w/o biases, empty rows by nan_to_num
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h = n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, *, mask=None):
        q = self.w_q(query).unflatten(-1, (self.h, -1))
        k = self.w_k(key).unflatten(-1, (self.h, -1))
        v = self.w_v(value).unflatten(-1, (self.h, -1))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None], float("-inf"))
        weights = scores.softmax(-1).nan_to_num(0.0)
        out = torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)
        return self.w_o(out), weights

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: the mask gets its axis only if it has one row (B,1,T_k); the (B,T_q,T_k) one goes in as it is
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None and mask.shape[1] == 1:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: splits first, without projecting; w_q etc. only made, never used (w_o used)
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads does not divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = [nn.Linear(d_model, d_model) for _ in range(4)]
    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(t, self.n_heads) for t in (query, key, value))
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: copy-paste: w_v applied to key
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        Q = split_heads(self.w_q(query), self.n_heads)
        K = split_heads(self.w_k(key), self.n_heads)
        V = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask[:, None]
        y, w = scaled_dot_product_attention(Q, K, V, mask)
        return self.w_o(merge_heads(y)), w

# %% wrong: own attention with masked_fill(-inf): NaN in rows where nothing is allowed
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("bad n_heads")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        weights = scores.softmax(-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: PyTorch habit: assert in place of ValueError
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "embed_dim must be divisible by num_heads"
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: loop over heads, slices of the projections
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError("n_heads must divide d_model")
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, mask=None):
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        outs, ws = [], []
        for start in range(0, q.shape[-1], self.d_head):
            s = slice(start, start + self.d_head)
            o, w = scaled_dot_product_attention(q[..., s], k[..., s], v[..., s], mask)
            outs.append(o)
            ws.append(w)
        return self.w_o(torch.cat(outs, -1)), torch.stack(ws, 1)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: mask gets its head axis only if it is a padding mask (B,1,T_k); the full one goes in as it is
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None and mask.shape[1] == 1:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: heads folded into the batch, mask.repeat(n_heads,1,1) instead of repeat_interleave
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        B = query.shape[0]
        q, k, v = (split_heads(w(x), self.h).flatten(0, 1)
                   for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.repeat(self.h, 1, 1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out, weights = out.unflatten(0, (B, self.h)), weights.unflatten(0, (B, self.h))
        return self.w_o(merge_heads(out)), weights

# %% wrong: own attention with masked_fill(-1e9): a query that may attend to nothing gets 1/T_k, not 0
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None], -1e9)
        weights = torch.softmax(scores, dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% right: a loop over the heads with slices, mask per head as it is
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError("n_heads does not divide d_model")
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        parts = zip(*(w(x).split(self.d_head, dim=-1) for w, x in
                      ((self.w_q, query), (self.w_k, key), (self.w_v, value))))
        out, weights = zip(*(scaled_dot_product_attention(q, k, v, mask) for q, k, v in parts))
        return self.w_o(torch.cat(out, dim=-1)), torch.stack(weights, dim=1)

# %% prelude
import math
import torch
from torch import nn
from course.attention import scaled_dot_product_attention
def split_heads(x, n_heads):
    return x.reshape(x.shape[0], x.shape[1], n_heads, -1).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: scaled twice: queries divided by sqrt(d_head) before scaled_dot_product_attention
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads, self.d_head = n_heads, d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: assert in place of a ValueError
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: residual added: query + output, as in the blocks of a Transformer
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(out)), weights

# %% wrong: own attention with -1e9: a query that may attend to nothing gets equal weights, not 0
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_head)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
        weights = scores.softmax(dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: mask.unsqueeze(2): right for (B, 1, T_k), but (B, T_q, T_k) gets its queries on the heads' axis
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(2)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: all in einsum, no biases, own softmax with the smallest float, weights times mask
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        if d_model % n_heads:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        super().__init__()
        self.h = n_heads
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))
    def forward(self, query, key, value, mask=None):
        q, k, v = (linear(x).unflatten(-1, (self.h, -1))
                   for linear, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.where(mask[:, None], torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights * mask[:, None]
        return self.w_o(torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)), weights

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: mask repeated along the wrong axis and cut again: right for (B, 1, T_k), mixed up for (B, T_q, T_k)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        B, T_k = key.shape[0], key.shape[1]
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.repeat_interleave(self.n_heads, dim=1).reshape(B, self.n_heads, -1, T_k)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: copy and paste: the values are projected from key
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: scaled twice: q divided by sqrt(d_head) before a function that scales
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        q = q / math.sqrt(q.shape[-1])
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: assert in place of raise ValueError, once more
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = [nn.Linear(d_model, d_model) for _ in range(4)]

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(y), self.n_heads) for w, y in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        mask = None if mask is None else mask[:, None]
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: F.dropout without training=self.training: drops after .eval(), too
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out = F.dropout(merge_heads(out), 0.1)
        return self.w_o(out), weights

# %% right: other style: einsum on views (B, T, h, d), no helpers, no biases, -inf and nan_to_num
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.shape = (n_heads, d_head)
        for name in "qkvo":
            setattr(self, "w_" + name, nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, self.shape)
        k = self.w_k(key).unflatten(-1, self.shape)
        v = self.w_v(value).unflatten(-1, self.shape)
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * self.shape[1] ** -0.5
        if mask is not None:
            scores = torch.where(mask[:, None], scores, -torch.inf)
        weights = torch.softmax(scores, -1).nan_to_num(0.0)
        mixed = torch.einsum("bhqk,bkhd->bqhd", weights, v)
        return self.w_o(mixed.flatten(2)), weights

# %% prelude
from course.attention import scaled_dot_product_attention, split_heads, merge_heads
from torch import nn
import math, torch

# %% wrong: head axis given to the padding mask (B, 1, T_k) only, not to (B, T_q, T_k)
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)

        if mask is not None and mask.shape[1] == 1:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: own attention with -inf: a query that may attend to nothing gets NaN
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)

        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: assert in place of raise ValueError, a third time
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "d_model must be divisible by n_heads"
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)

        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: q divided by sqrt(d_head), and scaled_dot_product_attention divides again
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)

        q = q / math.sqrt(q.shape[-1])
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: one Linear shared by w_q, w_k and w_v (chained assignment)
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = self.w_k = self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)

        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% right: a loop over heads, no biases, einsum, own softmax
class MultiHeadAttention(nn.Module):

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{d_model} / {n_heads} leaves a rest")
        self.w_q, self.w_k, self.w_v, self.w_o = [nn.Linear(d_model, d_model, bias=False) for _ in range(4)]

    def forward(self, query, key, value, mask=None):
        outs, all_weights = [], []
        pieces = [w(t).split(self.d_head, dim=-1) for w, t in ((self.w_q, query), (self.w_k, key), (self.w_v, value))]
        for q, k, v in zip(*pieces):
            s = torch.einsum("bqd,bkd->bqk", q, k) * self.d_head ** -0.5
            if mask is not None:
                s = torch.where(mask, s, torch.full_like(s, torch.finfo(s.dtype).min))
            w = s.softmax(-1)
            if mask is not None:
                w = w * mask
            outs.append(torch.bmm(w, v))
            all_weights.append(w)
        return self.w_o(torch.cat(outs, -1)), torch.stack(all_weights, 1)

# %% prelude
from course.attention import causal_mask, scaled_dot_product_attention
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: mask.unsqueeze(2): right for (B, 1, T_k), wrong for (B, T_q, T_k), once more
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(2)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: copy and paste: the values are made from key
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: one Linear under four names: a chain of = makes one module
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = self.w_k = self.w_v = self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: mask=None forgotten: None has no unsqueeze
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        output, weights = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        return self.w_o(merge_heads(output)), weights

# %% wrong: assert in place of ValueError (raises AssertionError)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% wrong: scaled twice: q is divided by sqrt(d_head), and the library scales again
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(output)), weights

# %% right: a loop over the heads, slices, no biases, the mask as it is
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.slices = [slice(h * d_head, (h + 1) * d_head) for h in range(n_heads)]
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        q, k, v = self.w_q(query), self.w_k(key), self.w_v(value)
        results = [scaled_dot_product_attention(q[..., s], k[..., s], v[..., s], mask) for s in self.slices]
        outputs, weights = zip(*results)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(weights, dim=1)

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: values projected from key instead of value
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(key), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: keeps only the first row of the mask: every query gets query 0's row
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask[:, 0][:, None, None, :]      # (B, 1, 1, T_k)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(out)), weights

# %% wrong: scaled twice: q / sqrt(d_head) before scaled_dot_product_attention
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError(f"{n_heads} does not divide {d_model}")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads) / math.sqrt(self.d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights

# %% wrong: weights averaged over the heads (the habit of nn.MultiheadAttention): (B, T_q, T_k)
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights.mean(dim=1)

# %% wrong: assert in place of ValueError, a third time
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.h = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.h)
        k = split_heads(self.w_k(key), self.h)
        v = split_heads(self.w_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(1)
        heads, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(heads)), weights

# %% right: einsum, own softmax, no biases, empty rows by nan_to_num
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"d_model = {d_model} cannot be cut into {n_heads} heads")
        for name in "qkvo":
            setattr(self, f"w_{name}", nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).unflatten(-1, (-1, self.d_head))
        k = self.w_k(key).unflatten(-1, (-1, self.d_head))
        v = self.w_v(value).unflatten(-1, (-1, self.d_head))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) * self.d_head ** -0.5
        if mask is not None:
            scores = scores.where(mask[:, None], float("-inf"))
        weights = torch.nan_to_num(torch.softmax(scores, -1), nan=0.0)
        mixed = torch.einsum("bhij,bjhd->bihd", weights, v).flatten(-2)
        return self.w_o(mixed), weights

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import torch
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: a copy of the mask for each head made with repeat, not repeat_interleave: sentences' masks dealt to heads
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            B, rows, T_k = mask.shape
            mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, rows, T_k)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: chained assignment: w_q = w_k = w_v are one and the same Linear
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = self.w_k = self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: own softmax with masked_fill(-1e9) as in the lab: a query with no allowed key gets 1/T_k each
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e9)
        weights = scores.softmax(dim=-1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: adds the query to the output (residual of the paper's block)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(mixed)), weights

# %% wrong: divides q by sqrt(d_head) and scaled_dot_product_attention scales again
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        q = q / math.sqrt(q.shape[-1])
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% right: einsum with the weights cut per head, softmax over exp by hand, ModuleList-free
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head, rest = divmod(d_model, n_heads)
        if rest:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.h, self.d = n_heads, d_head
        for name in "qkvo":
            self.add_module(f"w_{name}", nn.Linear(d_model, d_model, bias=False))

    def forward(self, query, key, value, mask=None):
        Wq, Wk, Wv = (w.weight.unflatten(0, (self.h, self.d)) for w in (self.w_q, self.w_k, self.w_v))
        q = torch.einsum("btm,hdm->bthd", query, Wq)
        k = torch.einsum("bsm,hdm->bshd", key, Wk)
        v = torch.einsum("bsm,hdm->bshd", value, Wv)
        s = torch.einsum("bthd,bshd->bhts", q, k) * self.d ** -0.5
        if mask is not None:
            s = torch.where(mask[:, None], s, float("-inf"))
        a = torch.nan_to_num(torch.softmax(s, -1), nan=0.0)
        Wo = self.w_o.weight.unflatten(1, (self.h, self.d))
        return torch.einsum("bhts,bshd,mhd->btm", a, v, Wo), a

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
def split_heads(x, n_heads):
    return x.reshape(x.shape[0], x.shape[1], n_heads, x.shape[2] // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: F.dropout(weights, 0.1): on in evaluation mode, too (training=True by default)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   [(self.w_q, query), (self.w_k, key), (self.w_v, value)])
        if mask is not None:
            mask = mask.unsqueeze(1)
        _, weights = scaled_dot_product_attention(q, k, v, mask)
        weights = F.dropout(weights, 0.1)
        return self.w_o(merge_heads(weights @ v)), weights

# %% wrong: mask copied for the heads with repeat in place of repeat_interleave: sentences' masks mixed
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            B, rows, T_k = mask.shape
            mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, rows, T_k)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: output of a query that may attend to nothing set to 0 (should be the bias of w_o)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        output = self.w_o(merge_heads(mixed))
        if mask is not None:
            output = output.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
        return output, weights

# %% wrong: adds the query to the output (residual, as a whole encoder block does)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return query + self.w_o(merge_heads(mixed)), weights

# %% wrong: ValueError only if there are more heads than dimensions
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model < n_heads:
            raise ValueError("too many heads")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: loop over heads, weights stacked along axis 0: (n_heads, B, T_q, T_k)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = self.w_q(query).chunk(self.n_heads, dim=-1)
        k = self.w_k(key).chunk(self.n_heads, dim=-1)
        v = self.w_v(value).chunk(self.n_heads, dim=-1)
        outputs, all_weights = [], []
        for h in range(self.n_heads):
            output, weights = scaled_dot_product_attention(q[h], k[h], v[h], mask)
            outputs.append(output)
            all_weights.append(weights)
        return self.w_o(torch.cat(outputs, dim=-1)), torch.stack(all_weights)

# %% right: paper's way: small matrices of each head sliced from the weights, outputs summed head by head
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

        self.d_head = d_model // n_heads

    def forward(self, query, key, value, mask=None):
        def part(linear, x, rows):
            bias = None if linear.bias is None else linear.bias[rows]
            return F.linear(x, linear.weight[rows], bias)
        total, all_weights = 0, []
        for h in range(self.n_heads):
            rows = slice(h * self.d_head, (h + 1) * self.d_head)
            scores = torch.einsum("bqd,bkd->bqk", part(self.w_q, query, rows), part(self.w_k, key, rows))
            scores = scores * self.d_head ** -0.5
            if mask is not None:
                scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
            weights = scores.softmax(-1)
            if mask is not None:
                weights = torch.where(mask, weights, torch.zeros_like(weights))
            total = total + torch.bmm(weights, part(self.w_v, value, rows)) @ self.w_o.weight[:, rows].T
            all_weights.append(weights)
        if self.w_o.bias is not None:
            total = total + self.w_o.bias
        return total, torch.stack(all_weights, dim=1)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: mask (B,T_q,T_k) copied for heads with repeat(n_heads,1,1) and cut as (B,n_heads): sentences mixed up (repeat_interleave needed); (B,1,T_k) right
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            if mask.shape[1] == 1:
                mask = mask.unsqueeze(1)
            else:
                B, T_q, T_k = mask.shape
                mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, T_q, T_k)
        mixture, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixture)), weights

# %% wrong: output of a query that may attend to nothing set to 0 after w_o: the bias of w_o is lost there
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixture, weights = scaled_dot_product_attention(q, k, v, mask)
        output = self.w_o(merge_heads(mixture))
        if mask is not None:
            nothing = ~mask.squeeze(1).any(dim=-1, keepdim=True)
            output = output.masked_fill(nothing, 0.0)
        return output, weights

# %% wrong: scaled twice: q / sqrt(d_head) before scaled_dot_product_attention, which scales itself
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        q = q / math.sqrt(q.shape[-1])
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixture, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixture)), weights

# %% wrong: mask.unsqueeze_(1): changes the caller's mask in place; the second call with the same mask is wrong
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask.unsqueeze_(1)
        mixture, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixture)), weights

# %% wrong: the ValueError comes only in forward, not in __init__
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.d_model, self.n_heads = d_model, n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        if self.d_model % self.n_heads != 0:
            raise ValueError(f"{self.n_heads} heads do not divide {self.d_model}")
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixture, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixture)), weights

# %% right: RIGHT: head after head with F.linear on row slices of the weights, own softmax by exp, output as a sum over heads + bias; no biases on w_k
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model // n_heads * n_heads != d_model:
            raise ValueError("no")
        self.h, self.d = n_heads, d_model // n_heads
        self.w_o, self.w_v, self.w_q = (nn.Linear(d_model, d_model) for _ in range(3))
        self.w_k = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        output, all_weights = 0, []
        for h in range(self.h):
            rows = slice(h * self.d, (h + 1) * self.d)
            q = F.linear(query, self.w_q.weight[rows], self.w_q.bias[rows])
            k = F.linear(key, self.w_k.weight[rows])
            v = F.linear(value, self.w_v.weight[rows], self.w_v.bias[rows])
            scores = torch.einsum("bqd,bkd->bqk", q, k) * self.d ** -0.5
            if mask is not None:
                scores = scores.masked_fill(mask.logical_not(), float("-inf"))
            top = scores.amax(dim=-1, keepdim=True).nan_to_num(neginf=0.0)
            e = (scores - top).exp()
            weights = e / e.sum(dim=-1, keepdim=True).clamp(min=1e-30)
            all_weights.append(weights)
            output = output + torch.bmm(weights, v) @ self.w_o.weight[:, rows].T
        return output + self.w_o.bias, torch.stack(all_weights, dim=1)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import numpy as np
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: mask.repeat(n_heads,1,1) viewed as (B,n_heads,..): sentences and heads mixed
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        B, T_k = key.shape[0], key.shape[1]
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).view(B, self.n_heads, -1, T_k)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: queries and keys share one Linear: self.w_q = self.w_k = nn.Linear(...)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: ValueError raised in forward, not in __init__
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        if query.shape[-1] % self.n_heads:
            raise ValueError("n_heads must divide d_model")
        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: scales twice: q / sqrt(d_head) although scaled_dot_product_attention scales
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        q = split_heads(self.w_q(query), self.n_heads)
        q = q / math.sqrt(q.shape[-1])
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights

# %% wrong: sets the output (not the mixture) of a query without keys to 0, so w_o's bias is missing there
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        q = split_heads(self.w_q(query), self.n_heads)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is None:
            mixed, weights = scaled_dot_product_attention(q, k, v)
            return self.w_o(merge_heads(mixed)), weights
        mixed, weights = scaled_dot_product_attention(q, k, v, mask.unsqueeze(1))
        output = self.w_o(merge_heads(mixed))
        return output * mask.any(dim=-1, keepdim=True), weights

# %% right: einsum all through, own softmax, heads never transposed
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):

        H = self.n_heads
        q, k, v = (f(x).unflatten(-1, (H, -1)) for f, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        s = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
        if mask is not None:
            s = s.masked_fill(~mask[:, None], -torch.inf)
        w = torch.nan_to_num(torch.softmax(s, -1), nan=0.0)
        return self.w_o(torch.einsum("bhqk,bkhd->bqhd", w, v).flatten(-2)), w

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import torch
def split_heads(x, n_heads):
    return x.reshape(*x.shape[:2], n_heads, -1).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: mask.repeat(n_heads, 1, 1) (order 0 1 0 1) cut as (B, n_heads): sentences' masks change places
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None:
            mask = mask.repeat(self.n_heads, 1, 1).unflatten(0, (len(query), self.n_heads))
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        output = self.w_o(merge_heads(mixed))
        pass
        return output, weights

# %% wrong: output of a query that may attend to nothing set to 0, so bias of w_o missing there
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        mask = None if mask is None else mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        output = self.w_o(merge_heads(mixed))
        if mask is not None:
            output = output.masked_fill(~mask.squeeze(1).any(dim=-1, keepdim=True), 0.0)
        return output, weights

# %% wrong: assert in place of ValueError (2)
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0, "n_heads must divide d_model"
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        mask = None if mask is None else mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        output = self.w_o(merge_heads(mixed))
        pass
        return output, weights

# %% wrong: unsqueeze(1) only for a (B, T_q, T_k) mask; (B, 1, T_k) is believed to have its heads axis already
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("n_heads must divide d_model")
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        if mask is not None and mask.shape[1] != 1:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        output = self.w_o(merge_heads(mixed))
        pass
        return output, weights

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import torch

# %% right: no split/merge: weights viewed per head, einsum everywhere, softmax by hand, empty rows by nan_to_num
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if n_heads < 1 or d_model % n_heads != 0:
            raise ValueError(f"{n_heads} heads do not divide {d_model}")
        self.n, self.d = n_heads, d_model // n_heads
        for name in "qkvo":
            setattr(self, "w_" + name, nn.Linear(d_model, d_model, bias=name == "o"))

    def per_head(self, linear, x):
        return torch.einsum("btm,hdm->hbtd", x, linear.weight.unflatten(0, (self.n, self.d)))

    def forward(self, query, key, value, mask=None):
        q, k, v = self.per_head(self.w_q, query), self.per_head(self.w_k, key), self.per_head(self.w_v, value)
        scores = torch.einsum("hbqd,hbkd->hbqk", q, k) * self.d ** -0.5
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), -torch.inf)
        weights = scores.softmax(-1).nan_to_num(0.0)
        out = torch.einsum("hbqk,hbkd,mhd->bqm", weights, v, self.w_o.weight.unflatten(1, (self.n, self.d)))
        return out + self.w_o.bias, weights.transpose(0, 1)
