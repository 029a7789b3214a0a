# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: columns of W_o instead of rows
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = []
    for h in range(n_heads):
        block = W_o[:, h * d_head:(h + 1) * d_head]      # what belongs to head h
        parts.append(heads[:, h] @ block.T)
    return torch.stack(parts, dim=1)

# %% wrong: every n_heads-th row of W_o
def head_parts(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    blocks = W_o.reshape(d_head, n_heads, -1).transpose(0, 1)
    return heads @ blocks

# %% wrong: the output cut into heads again
def head_parts(heads, W_o):
    output = merge_heads(heads) @ W_o
    return split_heads(output, heads.shape[1])

# %% wrong: the output shared out equally
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    output = merge_heads(heads) @ W_o
    return output.unsqueeze(1).expand(-1, n_heads, -1, -1) / n_heads

# %% wrong: each head gets its own columns of the output, the rest 0
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = merge_heads(heads) @ W_o
    parts = torch.zeros(B, n_heads, T, W_o.shape[1], dtype=output.dtype)
    for h in range(n_heads):
        s = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, s] = output[:, :, s]
    return parts

# %% wrong: earlier heads not set back to 0
def head_parts(heads, W_o):
    only = torch.zeros_like(heads)
    parts = []
    for h in range(heads.shape[1]):
        only[:, h] = heads[:, h]
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% wrong: sets the other heads to 0 in the input itself
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    parts = []
    for h in range(n_heads):
        x = heads
        for other in range(n_heads):
            if other != h:
                x[:, other] = 0
        parts.append(merge_heads(x) @ W_o)
    return torch.stack(parts, dim=1)

# %% wrong: stacked at the front, heads before sentences
def head_parts(heads, W_o):
    d_head = heads.shape[-1]
    rows = W_o.split(d_head, dim=0)
    return torch.stack([heads[:, h] @ rows[h] for h in range(heads.shape[1])])

# %% wrong: T and n_heads exchanged when reading the shape
def head_parts(heads, W_o):
    B, T, n_heads, d_head = heads.shape
    blocks = W_o.reshape(n_heads, d_head, W_o.shape[1])
    return heads @ blocks

# %% right: W_o cut into rows, one block for each head
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    return heads @ W_o.reshape(n_heads, d_head, -1)

# %% right: a copy with all other heads 0, through merge_heads
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = torch.zeros_like(heads)
        only[:, h] = heads[:, h]
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: einsum over the dimensions of a head
def head_parts(heads, W_o):
    blocks = torch.stack(W_o.chunk(heads.shape[1], dim=0))
    return torch.einsum("bhtd,hdm->bhtm", heads, blocks)
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
# %% wrong: cuts the finished output into heads
def head_parts(heads, W_o):
    return split_heads(merge_heads(heads) @ W_o, heads.shape[1])
# %% wrong: an equal part of the output for every head
def head_parts(heads, W_o):
    n = heads.shape[1]
    out = merge_heads(heads) @ W_o
    return out.unsqueeze(1).expand(-1, n, -1, -1) / n
# %% wrong: columns of W_o in place of rows, transposed to fit
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    return torch.stack([heads[:, h] @ W_o[:, h * d : (h + 1) * d].T for h in range(n)], dim=1)
# %% wrong: all heads up to this one
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    parts = []
    for h in range(n):
        parts.append(merge_heads(heads[:, : h + 1]) @ W_o[: (h + 1) * d])
    return torch.stack(parts, dim=1)
# %% wrong: output minus the part of the head (all the others)
def head_parts(heads, W_o):
    out = merge_heads(heads) @ W_o
    parts = []
    for h in range(heads.shape[1]):
        only = torch.zeros_like(heads)
        only[:, h] = heads[:, h]
        parts.append(out - merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)
# %% wrong: rows of W_o dealt out in turn
def head_parts(heads, W_o):
    n = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h::n] for h in range(n)], dim=1)
# %% wrong: the axis of the heads at the front
def head_parts(heads, W_o):
    d = heads.shape[-1]
    return torch.stack([heads[:, h] @ W_o[h * d : (h + 1) * d] for h in range(heads.shape[1])])
# %% right: what the output loses without the head
def head_parts(heads, W_o):
    out = merge_heads(heads) @ W_o
    parts = []
    for h in range(heads.shape[1]):
        without = heads.clone()
        without[:, h] = 0
        parts.append(out - merge_heads(without) @ W_o)
    return torch.stack(parts, 1)
# %% right: einsum over a table cut by rows
def head_parts(heads, W_o):
    return torch.einsum("bhtd,hdm->bhtm", heads, W_o.unflatten(0, (heads.size(1), heads.size(3))))
# %% wrong: the vectors with other heads set to zero, never times W_o
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    parts = torch.zeros(B, n, T, n * d, dtype=heads.dtype)
    for h in range(n):
        parts[:, h, :, h * d : (h + 1) * d] = heads[:, h]
    return parts
# %% wrong: first rows of W_o for every head
def head_parts(heads, W_o):
    return heads @ W_o[: heads.shape[-1]]
# %% wrong: nn.Linear habit, W_o transposed
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    return heads @ W_o.T.reshape(n, d, n * d)
# %% wrong: the sum already taken
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    return sum(heads[:, h] @ W_o[h * d : (h + 1) * d] for h in range(n))
# %% wrong: slice by n_heads instead of d_head
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    return torch.stack([heads[:, h] @ W_o[h * n : (h + 1) * n] for h in range(n)], dim=1)
# %% right: zero all rows of W_o but the head's
def head_parts(heads, W_o):
    x, d = merge_heads(heads), heads.shape[-1]
    rows = torch.arange(len(W_o)) // d
    return torch.stack([x @ (W_o * (rows == h)[:, None]) for h in range(heads.shape[1])], dim=-3)
