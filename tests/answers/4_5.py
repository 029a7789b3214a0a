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
# %% prelude
import torch
from torch import nn


def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: columns of W_o are taken in place of rows (and turned round so that the shapes fit)
def head_parts(heads, W_o):
    d_head = heads.shape[-1]
    parts = []
    for h in range(heads.shape[1]):
        block = W_o[:, h * d_head:(h + 1) * d_head]
        parts.append(heads[:, h] @ block.T)
    return torch.stack(parts, dim=1)
# %% wrong: the rows of W_o are dealt out to the heads in turn (reshape to d_head, n_heads)
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    blocks = W_o.reshape(d_head, n_heads, -1)
    return torch.einsum("bhtd,dhm->bhtm", heads, blocks)
# %% wrong: the output is shared out equally among the heads
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    output = merge_heads(heads) @ W_o
    return (output / n_heads).unsqueeze(1).repeat(1, n_heads, 1, 1)
# %% wrong: cuts the output into pieces, with zeros around them: their sum is right, but each depends on all heads
def head_parts(heads, W_o):
    output = merge_heads(heads) @ W_o
    n_heads, d_head = heads.shape[1], heads.shape[-1]
    parts = torch.zeros(output.shape[0], n_heads, output.shape[1], output.shape[2], dtype=output.dtype)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = output[:, :, mine]
    return parts
# %% wrong: switches the head off in the input itself: heads is changed, and later heads are computed from the rest
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        before = merge_heads(heads) @ W_o
        heads[:, h] = 0
        parts.append(before - merge_heads(heads) @ W_o)
    return torch.stack(parts, dim=1)
# %% wrong: every head goes through the first rows of W_o
def head_parts(heads, W_o):
    d_head = heads.size(-1)
    return heads @ W_o[:d_head]
# %% wrong: returns the output without the head, not what the head adds
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = []
    for h in range(n_heads):
        others = heads.clone()
        others[:, h] = 0.0
        parts.append(merge_heads(others) @ W_o)
    return torch.stack(parts, 1)
# %% wrong: two mistakes: the heads are stacked along the first axis, and W_o is transposed
def head_parts(heads, W_o):
    blocks = W_o.T.chunk(heads.shape[1], dim=0)
    return torch.stack([heads[:, h] @ block for h, block in enumerate(blocks)])
# %% right: einsum with the blocks of rows
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    return torch.einsum("bhtd,hdm->bhtm", heads, W_o.unflatten(0, (n_heads, -1)))
# %% right: each head in a long vector that is zero elsewhere, through the whole of W_o
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    alone = torch.stack([
        torch.cat([heads[:, g] if g == h else torch.zeros_like(heads[:, g]) for g in range(n_heads)], dim=-1)
        for h in range(n_heads)
    ], dim=1)
    return alone @ W_o
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn


def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: takes the columns of W_o that belong to the head, as if W_o were the weight of nn.Linear
def head_parts(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    parts = []
    for h in range(n_heads):
        block = W_o[:, h * d_head:(h + 1) * d_head]          # (d_model, d_head)
        parts.append(F.linear(heads[:, h], block))
    return torch.stack(parts, dim=1)
# %% wrong: the rows of W_o are cut with the heads innermost, so each head gets every n_heads-th row
def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    blocks = W_o.reshape(D, H, -1).transpose(0, 1)          # (H, D, d_model)
    return heads @ blocks
# %% wrong: the output without the head, instead of what the head adds
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.size(1)):
        without = heads.clone()
        without[:, h] = 0
        parts.append(merge_heads(without) @ W_o)
    return torch.stack(parts, dim=1)
# %% wrong: sets the other heads to 0 in the input itself, so it is changed and nothing is left for the next head
def head_parts(heads, W_o):
    result = []
    for h in range(heads.shape[1]):
        only = heads
        for other in range(heads.shape[1]):
            if other != h:
                only[:, other] = 0
        result.append(merge_heads(only) @ W_o)
    return torch.stack(result, 1)
# %% wrong: cuts the output's columns into heads and fills up with zeros; every column is made from all heads
def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    output = merge_heads(heads) @ W_o
    parts = output.new_zeros(B, H, T, H * D)
    for h in range(H):
        mine = slice(h * D, (h + 1) * D)
        parts[:, h, :, mine] = output[:, :, mine]
    return parts
# %% wrong: the axes of words and heads exchanged in the result
def head_parts(heads, W_o):
    h, d = heads.shape[1], heads.shape[3]
    return torch.einsum("bhtd,hdm->bthm", heads, W_o.view(h, d, h * d))
# %% right: every head alone among zeros, through the whole layer
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    select = torch.eye(n_heads, dtype=heads.dtype, device=heads.device)
    alone = heads.unsqueeze(1) * select[None, :, :, None, None]     # (B, n_heads, n_heads, T, d_head)
    joined = alone.transpose(2, 3).flatten(3)                       # (B, n_heads, T, d_model)
    return torch.matmul(joined, W_o)
# %% right: zip of heads and blocks of rows
def head_parts(heads, W_o):
    rows = W_o.split(heads.size(-1), dim=0)
    return torch.stack([torch.tensordot(head, block, dims=1) for head, block in zip(heads.unbind(1), rows)], dim=1)


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

# %% wrong: cuts W_o with split_heads (its columns), then transposes to make shapes fit: uses W_o.T
def head_parts(heads, W_o):
    pieces = split_heads(W_o.unsqueeze(0), heads.shape[1])
    return heads @ pieces.transpose(-2, -1)

# %% wrong: buffer not reset: part h holds heads 0..h (cumulative)
def head_parts(heads, W_o):
    kept, parts = torch.zeros_like(heads), []
    for h in range(heads.shape[1]):
        kept[:, h] = heads[:, h]
        parts.append(merge_heads(kept) @ W_o)
    return torch.stack(parts, dim=1)

# %% wrong: clone forgotten: sets the other heads to zero in heads itself, so after the first head all is zero
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = heads
        only[:, :h] = 0
        only[:, h + 1:] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% wrong: two: rows of W_o dealt out in turn (row i to head i % n_heads), and W_o transposed
def head_parts(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    pieces = W_o.T.reshape(d_head, n_heads, -1).transpose(0, 1)
    return heads @ pieces

# %% right: right: leave one out, the whole minus the whole without head h
def head_parts(heads, W_o):
    whole = merge_heads(heads) @ W_o
    here = torch.eye(heads.shape[1], dtype=torch.bool)
    return torch.stack([whole - merge_heads(heads.masked_fill(h[:, None, None], 0)) @ W_o for h in here], dim=1)

# %% prelude

# %% wrong: cuts the finished output in columns: the sum is right, but each part comes from all heads
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

def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    output = merge_heads(heads) @ W_o
    parts = output.new_zeros(B, H, T, H * D)
    for h in range(H):
        parts[:, h, :, h * D:(h + 1) * D] = output[:, :, h * D:(h + 1) * D]
    return parts

# %% wrong: sets the other heads to zero in the input itself: from the second head on everything is zero
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

def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = heads
        for other in range(heads.shape[1]):
            if other != h:
                only[:, other] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% prelude
import torch

# %% wrong: W_o taken as stored in nn.Linear: transposed before it is cut
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    W = W_o.T.reshape(n_heads, d_head, -1)
    return heads @ W

# %% wrong: shares the finished output equally: product / n_heads for each head
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = heads.transpose(1, 2).flatten(2) @ W_o
    return (output / n_heads).unsqueeze(1).expand(B, n_heads, T, -1)

# %% wrong: rows of W_o cut as (d_head, n_heads): head h gets the rows h, h + n_heads, ...
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    W = W_o.reshape(d_head, n_heads, -1)
    return torch.einsum("bhtd,dhm->bhtm", heads, W)

# %% right: zero all other heads, join, multiply
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        alone = torch.zeros_like(heads)
        alone[:, h] = heads[:, h]
        parts.append(alone.transpose(1, 2).flatten(2) @ W_o)
    return torch.stack(parts, dim=1)

# %% prelude
import torch

# %% wrong: the whole output divided by n_heads for each head
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    whole = heads.transpose(1, 2).flatten(2) @ W_o
    return (whole / n_heads).unsqueeze(1).expand(B, n_heads, T, -1)

# %% wrong: rows of W_o taken interleaved: h, h + n_heads, ...
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h::n_heads] for h in range(n_heads)], dim=1)

# %% wrong: zeroes the other heads in place (no clone)
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = heads
        for other in range(heads.shape[1]):
            if other != h:
                only[:, other] = 0
        parts.append(only.transpose(1, 2).flatten(2) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: einsum with W_o cut into blocks of rows
def head_parts(heads, W_o):
    return torch.einsum("bhtd,hdm->bhtm", heads, W_o.unflatten(0, (heads.shape[1], -1)))

# %% prelude
import torch


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: W_o transposed first (as if it were the weight of an nn.Linear)
def head_parts(heads, W_o):
    B, H, T, d = heads.shape
    parts = []
    for h in range(H):
        rows = W_o.T[h * d : (h + 1) * d]
        parts.append(heads[:, h] @ rows)
    return torch.stack(parts, dim=1)

# %% wrong: sets the other heads to 0 in place, without a clone: from the second head on all is 0
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    parts = []
    for h in range(n_heads):
        only = heads
        for other in range(n_heads):
            if other != h:
                only[:, other] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: einsum over W_o cut into blocks of rows
def head_parts(heads, W_o):
    blocks = W_o.unflatten(0, heads.shape[1:4:2])
    return torch.einsum("bhtd,hdm->bhtm", heads, blocks)

# %% prelude
import torch

# %% wrong: columns of W_o instead of rows: heads @ W_o[:, mine].T
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = []
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts.append(heads[:, h] @ W_o[:, mine].T)
    return torch.stack(parts, dim=1)

# %% wrong: splits the output: merge_heads(heads) @ W_o, then split_heads, padded with zeros (columns): sum right, but every part has all heads in it
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = heads.transpose(1, 2).flatten(2) @ W_o
    parts = torch.zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = output[:, :, mine]
    return parts

# %% wrong: zeroes the other heads in place in the caller's tensor: after the first head all is gone
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    parts = []
    for h in range(n_heads):
        only = heads
        for other in range(n_heads):
            if other != h:
                only[:, other] = 0
        parts.append(only.transpose(1, 2).flatten(2) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: one broadcast product with the rows of W_o cut into heads
def head_parts(heads, W_o):
    h, d = heads.shape[1], heads.shape[3]
    return torch.einsum("bhtd,hdm->bhtm", heads, W_o.view(h, d, -1))

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: takes columns of W_o for each head in place of rows (padded product raises/shape wrong)
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    parts = []
    for h in range(H):
        W_h = W_o[:, h * D:(h + 1) * D]        # (d_model, d_head)
        parts.append(heads[:, h] @ W_h.T)
    return torch.stack(parts, dim=1)

# %% wrong: output divided evenly by number of heads
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    whole = merge_heads(heads) @ W_o
    return whole.unsqueeze(1).repeat(1, n_heads, 1, 1) / n_heads

# %% wrong: zeroes the other heads in place in the argument's view, so that heads is destroyed
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    parts = torch.zeros(B, H, T, H * D)
    for h in range(H):
        only = heads
        for other in range(H):
            if other != h:
                only[:, other] = 0
        parts[:, h] = merge_heads(only) @ W_o
    return parts

# %% right: einsum with W_o unflattened
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    return torch.einsum("bhtd,hdm->bhtm", heads, W_o.unflatten(0, (heads.shape[1], -1)))

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

# %% wrong: zeroes the other heads in place, without a copy
def head_parts(heads, W_o):
    parts = []
    n_heads = heads.shape[1]
    for h in range(n_heads):
        only = heads
        for other in range(n_heads):
            if other != h:
                only[:, other] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: einsum
def head_parts(heads, W_o):
    W = W_o.unflatten(0, (heads.shape[1], heads.shape[3]))
    return torch.einsum("bhtd,hdm->bhtm", heads, W)

# %% prelude
import torch

# %% wrong: the whole output divided evenly among the heads: the sum is right, the parts are not
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    whole = heads.transpose(1, 2).flatten(2) @ W_o
    return (whole / n_heads).unsqueeze(1).repeat(1, n_heads, 1, 1)

# %% wrong: other heads set to 0 in place, without clone: after the first round all is 0
def head_parts(heads, W_o):
    parts = []
    n_heads = heads.shape[1]
    for h in range(n_heads):
        only = heads
        for other in range(n_heads):
            if other != h:
                only[:, other] = 0
        parts.append(only.transpose(1, 2).flatten(2) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: other heads filled with zeros, in a fresh tensor for each head
def head_parts(heads, W_o):
    B, H, T, D = heads.shape
    result = []
    for h in range(H):
        row = torch.zeros(B, T, H * D, dtype=heads.dtype)
        row[:, :, h * D:(h + 1) * D] = heads[:, h]
        result.append(row @ W_o)
    return torch.stack(result, 1)

# %% prelude
import torch

# %% wrong: habit from nn.Linear: W_o taken transposed
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = []
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts.append(heads[:, h] @ W_o.T[mine])
    return torch.stack(parts, dim=1)

# %% wrong: sets the other heads to 0 in place, without a clone: after the first head nothing is left
def merge_heads(x):
    return x.transpose(1, 2).flatten(-2)
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    parts = []
    for h in range(n_heads):
        only = heads
        for other in range(n_heads):
            if other != h:
                only[:, other] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: other style: each head alone in a vector of zeros, then the whole W_o
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    alone = heads.new_zeros(B, n_heads, T, n_heads, d_head)
    for h in range(n_heads):
        alone[:, h, :, h] = heads[:, h]
    return alone.flatten(-2) @ W_o

# %% prelude
from course.attention import merge_heads
import torch

# %% wrong: rows of W_o interleaved: reshape(d_head, n_heads, d_model)
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    W = W_o.reshape(d_head, n_heads, -1).transpose(0, 1)
    return heads @ W

# %% wrong: only the diagonal block of W_o: each head writes into its own dimensions of the output only
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = torch.zeros(B, n_heads, T, n_heads * d_head, dtype=heads.dtype)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = heads[:, h] @ W_o[mine, mine]
    return parts

# %% right: einsum with W_o cut by its rows
def head_parts(heads, W_o):
    W = torch.stack(W_o.chunk(heads.shape[1], dim=0))
    return torch.einsum("bhtd,hdm->bhtm", heads, W)

# %% prelude
from course.attention import causal_mask, scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: uses W_o transposed, as an nn.Linear stores it
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    parts = []
    for h in range(n_heads):
        rows = W_o.T[h * d_head:(h + 1) * d_head]
        parts.append(heads[:, h] @ rows)
    return torch.stack(parts, dim=1)

# %% wrong: zeroes the other heads in place, without clone
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = heads
        only[:, :h] = 0
        only[:, h + 1:] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% right: each head on its own columns of a table of zeros, then one product
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    wide = torch.zeros(B, n_heads, T, n_heads * d_head, dtype=heads.dtype)
    for h in range(n_heads):
        wide[:, h, :, h * d_head:(h + 1) * d_head] = heads[:, h]
    return torch.matmul(wide, W_o)

# %% prelude
from course.attention import scaled_dot_product_attention
from torch import nn
import math
import torch

# %% wrong: takes W_o for the weight of an nn.Linear and transposes it
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    d_head = heads.shape[-1]
    parts = []
    for h in range(heads.shape[1]):
        rows = W_o.T[h * d_head:(h + 1) * d_head]
        parts.append(heads[:, h] @ rows)
    return torch.stack(parts, dim=1)

# %% wrong: cuts the finished output into pieces, one per head, zeros elsewhere: the sum is right, parts depend on other heads
def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = merge_heads(heads) @ W_o
    parts = torch.zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = output[:, :, mine]
    return parts

# %% right: zeros with one head filled in, times W_o
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    alone = heads.new_zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        alone[:, h, :, h * d_head:(h + 1) * d_head] = heads[:, h]
    return alone @ W_o

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

# %% wrong: zeroes the other heads in the input itself (no clone): later heads are lost, input changed
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.shape[1]):
        only = heads
        for other in range(heads.shape[1]):
            if other != h:
                only[:, other] = 0
        parts.append(merge_heads(only) @ W_o)
    return torch.stack(parts, dim=1)

# %% wrong: thinks that head h makes the h-th piece of the output: splits the product, the rest 0
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = merge_heads(heads) @ W_o
    parts = torch.zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = output[..., mine]
    return parts

# %% wrong: rows of W_o dealt out to heads in turn (W_o[h::n_heads]) in place of blocks
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h::n_heads] for h in range(n_heads)], dim=1)

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

# %% wrong: rows of W_o dealt out in turn (head h gets rows h, h + n_heads, ...)
def head_parts(heads, W_o):
    n_heads, d_head = heads.shape[1], heads.shape[3]
    blocks = W_o.reshape(d_head, n_heads, -1).transpose(0, 1)
    return heads @ blocks

# %% wrong: block of head h begins at row h, not at row h * d_head
def head_parts(heads, W_o):
    d_head = heads.shape[-1]
    return torch.stack([heads[:, h] @ W_o[h : h + d_head] for h in range(heads.shape[1])], dim=1)

# %% wrong: the OUTPUT is cut: head h gets piece h of the product, 0 elsewhere (sum is right)
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = merge_heads(heads) @ W_o
    parts = output.new_zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        piece = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, piece] = output[..., piece]
    return parts

# %% right: all other heads set to 0, then joined and multiplied by the whole W_o
def head_parts(heads, W_o):
    parts = []
    for h in range(heads.size(1)):
        alone = torch.zeros_like(heads)
        alone[:, h] = heads[:, h]
        parts.append(merge_heads(alone) @ W_o)
    return torch.stack(parts, dim=1)

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

# %% wrong: W_o taken as nn.Linear's weight: columns instead of rows (the transpose)
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    mine = W_o.reshape(-1, n_heads, d_head)
    return torch.einsum("bhtd,ohd->bhto", heads, mine)

# %% wrong: cuts the product itself: head h gets its own d_head columns of the output, the rest 0; the sum is right, but a part depends on the other heads
def head_parts(heads, W_o):
    B, n_heads, T, d_head = heads.shape
    output = merge_heads(heads) @ W_o
    parts = torch.zeros(B, n_heads, T, n_heads * d_head)
    for h in range(n_heads):
        mine = slice(h * d_head, (h + 1) * d_head)
        parts[:, h, :, mine] = output[..., mine]
    return parts

# %% wrong: every n_heads-th row for a head, W_o[h::n_heads], instead of d_head rows in a block
def head_parts(heads, W_o):
    n_heads = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h::n_heads] for h in range(n_heads)], dim=1)

# %% right: RIGHT: the product minus the product without this head (leave one out)
def head_parts(heads, W_o):
    def product(h):
        return h.transpose(1, 2).flatten(2) @ W_o
    parts = []
    for h in range(heads.size(1)):
        others = heads.clone()
        others[:, h] = 0
        parts.append(product(heads) - product(others))
    return torch.stack(parts, 1)

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

# %% wrong: every head gets total / n_heads: sum right, but a part changes with other heads
def head_parts(heads, W_o):
    n = heads.shape[1]
    total = merge_heads(heads) @ W_o
    return (total / n).unsqueeze(1).repeat(1, n, 1, 1)

# %% wrong: interleaved rows: W_o.reshape(d_head, n_heads, d_model), head h meets rows h, h+n, 
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    return heads @ W_o.reshape(d, n, -1).transpose(0, 1)

# %% wrong: removes head after head in place: parts right, but `heads` is all 0 afterwards
def head_parts(heads, W_o):
    parts, total = [], merge_heads(heads) @ W_o
    for h in range(heads.shape[1]):
        heads[:, h] = 0
        rest = merge_heads(heads) @ W_o
        parts.append(total - rest)
        total = rest
    return torch.stack(parts, dim=1)

# %% right: a block-diagonal copy: each head alone in a zero tensor, then merged and multiplied
def head_parts(heads, W_o):
    n = heads.shape[1]
    alone = torch.einsum("bhtd,hg->bhgtd", heads, torch.eye(n, dtype=heads.dtype))
    return alone.transpose(2, 3).flatten(3) @ W_o

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

# %% wrong: rows of W_o dealt out: head h takes rows h, h+n, h+2n 
def head_parts(heads, W_o):
    n = heads.shape[1]
    return torch.stack([heads[:, h] @ W_o[h::n] for h in range(n)], dim=1)

# %% wrong: sum is right, parts are not: all of the product put on head 0, others 0
def head_parts(heads, W_o):
    whole = merge_heads(heads) @ W_o
    parts = torch.zeros(heads.shape[0], heads.shape[1], *whole.shape[1:], dtype=whole.dtype)
    parts[:, 0] = whole
    return parts

# %% wrong: running sums (cumsum over heads): last one is the whole
def head_parts(heads, W_o):
    pieces = W_o.unflatten(0, (heads.shape[1], -1))
    return (heads @ pieces).cumsum(dim=1)

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

# %% right: bmm over heads with batch and words flattened together
def head_parts(heads, W_o):
    B, n, T, d = heads.shape
    flat = heads.movedim(1, 0).reshape(n, B * T, d)
    return torch.bmm(flat, W_o.reshape(n, d, -1)).unflatten(1, (B, T)).movedim(0, 1)
