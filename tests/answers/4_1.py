# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention

# %% wrong: view in one go
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.view(B, n_heads, T, d_model // n_heads)

# %% wrong: cut, but never swapped
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads)

# %% wrong: heads take every n-th number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // n_heads, n_heads).permute(0, 3, 1, 2)

# %% wrong: d2l, heads joined to the batch
def split_heads(x, n_heads):
    x = x.reshape(x.shape[0], x.shape[1], n_heads, -1)
    x = x.permute(0, 2, 1, 3)
    return x.reshape(-1, x.shape[2], x.shape[3])

# %% wrong: numbers and words exchanged at the end
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).permute(0, 2, 3, 1)

# %% wrong: pieces of n_heads numbers
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: stacked in front of the batch
def split_heads(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=0)

# %% wrong: words cut instead of vectors
def split_heads(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=1), dim=1)

# %% wrong: division with a point
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model / n_heads).transpose(1, 2)

# %% wrong: head size of the page
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, 2).transpose(1, 2)

# %% wrong: swapped first, cut afterwards
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.transpose(1, 2).reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: batch and length exchanged
def split_heads(x, n_heads):
    T, B, d_model = x.shape
    return x.reshape(T * B, n_heads, -1).reshape(B, T, n_heads, -1).transpose(1, 2)

# %% wrong: a head size too many, all heads the same
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return x[..., :d_head].unsqueeze(1).repeat(1, n_heads, 1, 1)

# %% wrong: batch of one squeezed
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2).squeeze()

# %% wrong: zero-padded copies instead of pieces
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    out = torch.zeros(B, n_heads, T, d_model, dtype=x.dtype)
    for h in range(n_heads):
        out[:, h, :, h * d_head:(h + 1) * d_head] = x[:, :, h * d_head:(h + 1) * d_head]
    return out

# %% right: reshape and transpose
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

# %% right: unflatten and permute
def split_heads(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).permute(0, 2, 1, 3)

# %% right: chunk and stack
def split_heads(x, n_heads):
    return torch.stack(torch.chunk(x, n_heads, dim=-1), dim=1)

# %% right: slices in a loop
def split_heads(x, n_heads):
    batch, length, size = x.shape
    piece = size // n_heads
    result = x.new_empty(batch, n_heads, length, piece)
    for h in range(n_heads):
        result[:, h] = x[:, :, h * piece : (h + 1) * piece]
    return result

# %% right: unfold
def split_heads(x, n_heads):
    d_head = x.size(-1) // n_heads
    return x.unfold(-1, d_head, d_head).transpose(-3, -2)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
# %% wrong: true division
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model / n_heads
    return x.reshape(B, T, n_heads, d_head).transpose(1, 2)
# %% wrong: heads take turns (d_head before n_heads)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // n_heads, n_heads).permute(0, 3, 1, 2)
# %% wrong: torch.split given the number of pieces
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)
# %% wrong: length first, from old PyTorch code
def split_heads(x, n_heads):
    T, B, d_model = x.shape
    return x.reshape(T, B, n_heads, d_model // n_heads).permute(1, 2, 0, 3)
# %% wrong: swapped first, then cut
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.transpose(1, 2).reshape(B, n_heads, T, d_model // n_heads)
# %% wrong: heads folded into the batch
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, n_heads, -1)
    x = x.permute(0, 2, 1, 3)
    return x.reshape(B * n_heads, T, -1)
# %% wrong: transpose not kept
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, n_heads, d_model // n_heads)
    x.transpose(1, 2)
    return x
# %% wrong: stacked along a new first axis
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    heads = [x[:, :, h * d_head:(h + 1) * d_head] for h in range(n_heads)]
    return torch.stack(heads)
# %% right: stack of slices
def split_heads(x, n_heads):
    size = x.size(-1) // n_heads
    return torch.stack([x[..., start:start + size] for start in range(0, x.size(-1), size)], dim=1)
# %% right: unflatten and movedim
def split_heads(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).movedim(2, 1)
# %% right: number by number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    out = torch.empty(B, n_heads, T, d_head, dtype=x.dtype)
    for d in range(d_model):
        out[:, d // d_head, :, d % d_head] = x[:, :, d]
    return out

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: cut with the heads last, every head gets each n-th number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, d_model // n_heads, n_heads)
    return x.permute(0, 3, 1, 2)
# %% wrong: heads folded into the batch as in Dive into Deep Learning
def split_heads(X, num_heads):
    X = X.reshape(X.shape[0], X.shape[1], num_heads, -1)
    X = X.permute(0, 2, 1, 3)
    return X.reshape(-1, X.shape[2], X.shape[3])
# %% wrong: divided with one stroke, the size is no whole number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model / n_heads
    return x.reshape(B, T, n_heads, d_head).transpose(1, 2)
# %% wrong: swaps the last two axes
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, n_heads, d_model // n_heads)
    return x.transpose(2, 3)
# %% right: chunks of the last axis stacked on a new one
def split_heads(x, n_heads):
    return torch.stack(torch.chunk(x, n_heads, dim=2), dim=1)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
# %% wrong: every head gets the first piece
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return torch.stack([x[:, :, :d_head] for h in range(n_heads)], dim=1)
# %% wrong: a Python list of the heads
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return [x[:, :, h * d_head : (h + 1) * d_head] for h in range(n_heads)]
# %% wrong: heads are views of the whole vector
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.unsqueeze(1).expand(B, n_heads, T, d_model)
# %% wrong: slices overlap, start h instead of h * d_head
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return torch.stack([x[..., h : h + d_head] for h in range(n_heads)], dim=1)
# %% wrong: transpose by hand-counted negative axes, swaps T with d_head
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(-3, -1)
# %% right: fills an empty tensor word by word, head by head
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d = d_model // n_heads
    out = torch.empty(B, n_heads, T, d, dtype=x.dtype)
    for t in range(T):
        for h in range(n_heads):
            out[:, h, t] = x[:, t, h * d : h * d + d]
    return out
# %% right: unfold with a step
def split_heads(x, n_heads):
    d = x.size(2) // n_heads
    return x.unfold(2, d, d).movedim(2, 1)
# %% wrong: permutes with the heads in front of the sentences
def split_heads(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).permute(2, 0, 1, 3)
# %% wrong: chunk into d_head pieces instead of n_heads
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return torch.stack(x.chunk(d_head, dim=-1), dim=1)
# %% wrong: transpose called, its result not kept
def split_heads(x, n_heads):
    x = x.reshape(x.shape[0], x.shape[1], n_heads, -1)
    x.transpose(1, 2)
    return x
# %% wrong: misspelt name
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_head, d_model // n_heads).transpose(1, 2)
# %% prelude
import math

import torch
from torch import nn
# %% wrong: the swap is forgotten: (B, T, n_heads, d_head) is returned
def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    d_head = d_model // n_heads
    return x.reshape(batch, length, n_heads, d_head)
# %% wrong: the swap is made by a second reshape
def split_heads(x, n_heads):
    B, T, D = x.shape
    cut = x.reshape(B, T, n_heads, D // n_heads)
    return cut.reshape(B, n_heads, T, D // n_heads)
# %% wrong: the axis of the heads comes first, before that of the sentences
def split_heads(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1))
# %% wrong: slices begin at h instead of h * d_head: the heads overlap
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    heads = []
    for h in range(n_heads):
        heads.append(x[:, :, h:h + d_head])
    return torch.stack(heads, dim=1)
# %% wrong: squeeze() at the end takes away every axis of length 1 (one sentence, one head, one word)
def split_heads(x, n_heads):
    b, t, d = x.size()
    return x.view(b, t, n_heads, d // n_heads).transpose(1, 2).squeeze()
# %% wrong: heads and sentences are joined into one axis, (B * n_heads, T, d_head), as in other tutorials
def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    x = x.reshape(batch, length, n_heads, -1)
    x = x.permute(0, 2, 1, 3)
    return x.reshape(batch * n_heads, length, -1)
# %% wrong: two mistakes: n_heads and d_head are exchanged when the last axis is cut, and the permutation puts the words last: (B, d_head, n_heads, T)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, -1, n_heads).permute(0, 2, 3, 1)
# %% right: unfold makes the windows
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return x.unfold(-1, d_head, d_head).movedim(2, 1)
# %% right: filled head by head, in a loop over slices
def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    d_head = d_model // n_heads
    result = x.new_empty(batch, n_heads, length, d_head)
    for h in range(n_heads):
        result[:, h] = x[..., h * d_head:(h + 1) * d_head]
    return result
# %% prelude
import torch
# %% wrong: every n_heads-th number goes to the same head, instead of neighbours
def split_heads(x, n_heads):
    return torch.stack([x[..., h::n_heads] for h in range(n_heads)], dim=1)
# %% wrong: split takes the size of a piece, not the number of pieces
def split_heads(x, n_heads):
    pieces = x.split(n_heads, dim=-1)
    return torch.stack(pieces, dim=1)
# %% wrong: a batch of one: all sentences become one long sentence
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return x.reshape(1, -1, n_heads, d_head).transpose(1, 2)
# %% wrong: copies into zeros of float32, whatever the dtype of x
def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    d_head = d_model // n_heads
    result = torch.zeros(batch, n_heads, length, d_head)
    for h in range(n_heads):
        result[:, h] = x[:, :, h * d_head:(h + 1) * d_head]
    return result
# %% wrong: heads folded into the axis of the sentences, (B * n_heads, T, d_head)
def split_heads(x, n_heads):
    bsz, seq_len, embed_dim = x.shape
    head_dim = embed_dim // n_heads
    return (x.contiguous()
             .view(bsz, seq_len, n_heads, head_dim)
             .transpose(1, 2)
             .reshape(bsz * n_heads, seq_len, head_dim))
# %% wrong: d_model / n_heads is a float, so reshape fails
def split_heads(x, n_heads):
    d_head = x.shape[2] / n_heads
    x = x.reshape(x.shape[0], x.shape[1], n_heads, d_head)
    return x.transpose(1, 2)
# %% right: chunk and stack (2)
def split_heads(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=1)
# %% right: swap first, then cut the rows, then swap back
def split_heads(x, n_heads):
    columns = x.mT                                            # (B, d_model, T)
    cut = columns.unflatten(1, (n_heads, x.size(-1) // n_heads))   # (B, n_heads, d_head, T)
    return cut.swapaxes(-1, -2)


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

# %% wrong: split's number is the SIZE of a piece, not how many: gives d_head heads of n_heads numbers
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: stacks the heads in front (h, B, T, d), then gets the shape with reshape in place of a swap (wrong only when B
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    heads = torch.stack(x.chunk(n_heads, dim=-1))
    return heads.reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: fencepost: range(0, d_model - d_head, d_head) leaves out the last head
def split_heads(x, n_heads):
    d_model = x.shape[-1]
    d_head = d_model // n_heads
    return torch.stack([x[:, :, i:i + d_head] for i in range(0, d_model - d_head, d_head)], dim=1)

# %% right: right: through the transposed table, x.mT cut in blocks of rows
def split_heads(x, n_heads):
    return x.mT.unflatten(1, (n_heads, -1)).mT

# %% prelude

# %% wrong: a fresh float32 tensor is filled: whole numbers become floats, doubles are rounded
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

def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    out = torch.zeros(B, n_heads, T, d_head)
    for h in range(n_heads):
        out[:, h] = x[:, :, h * d_head:(h + 1) * d_head]
    return out

# %% wrong: n_heads == 1 returns x itself, without the axis for the heads
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

def split_heads(x, n_heads):
    if n_heads == 1:
        return x                     # nothing to split
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

# %% wrong: goes through numpy: the result is cut off from the gradient
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

import numpy as np
def split_heads(x, n_heads):
    pieces = np.split(x.detach().numpy(), n_heads, axis=-1)
    return torch.from_numpy(np.stack(pieces, axis=1))

# %% right: unfold cuts windows of d_head, step d_head
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

def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return x.unfold(-1, d_head, d_head).transpose(1, 2)

# %% prelude
import torch

# %% wrong: cuts into (d_head, n_heads) instead of (n_heads, d_head): head gets every n-th number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    return x.reshape(B, T, d_head, n_heads).permute(0, 3, 1, 2)

# %% wrong: seq-first habit of PyTorch source: reshape(T, B*h, d) on a batch-first x; right only for B = 1
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    return x.reshape(T, B * n_heads, d_head).transpose(0, 1).reshape(B, n_heads, T, d_head)

# %% prelude
import torch

# %% wrong: swaps first, cuts afterwards
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.transpose(1, 2)
    return x.reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: NumPy's transpose with all axes (raises)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(0, 2, 1, 3)

# %% prelude
import torch

# %% wrong: torch.split(n) cuts pieces of size n, taken for n pieces (numpy habit)
def split_heads(x, n_heads):
    return torch.stack(torch.split(x, n_heads, dim=-1), dim=1)

# %% wrong: slices start at h instead of h * d_head
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    pieces = []
    for h in range(n_heads):
        pieces.append(x[:, :, h : h + d_head])
    return torch.stack(pieces, dim=1)

# %% prelude
import torch

# %% wrong: d_head before n_heads: cut in the wrong order, pieces are interleaved (dims 0,2,.. to head 0)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    x = x.reshape(B, T, d_head, n_heads)
    x = x.transpose(2, 3)
    return x.transpose(1, 2)

# %% wrong: batch folded into the heads' axis as in old seq2seq code: (B*n_heads, T, d_head)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    x = x.reshape(B, T, n_heads, d_head).transpose(1, 2)
    return x.reshape(B * n_heads, T, d_head)

# %% right: unflatten and permute / movedim
def split_heads(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).movedim(-2, 1)

# %% prelude
import torch

# %% wrong: last axis cut as (d_head, n_heads): head h gets every n_heads-th number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, d_model // n_heads, n_heads)
    return x.transpose(1, 3).transpose(2, 3)

# %% wrong: reshape makes (B, n_heads, T, d_head) in one go, then swaps the last two axes twice (reads 'two steps' badly): reshape(B, n_heads, d_head, T).transpose(2, 3)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    return x.reshape(B, n_heads, d_head, T).transpose(2, 3)

# %% right: split and stack
def split_heads(x, n_heads):
    return torch.stack(x.split(x.size(-1) // n_heads, dim=-1), dim=1)

# %% prelude
import torch

# %% wrong: torch.split(x, n_heads): second argument is the size of a piece, not the number
def split_heads(x, n_heads):
    """Cut every vector into one piece per head."""
    return torch.stack(torch.split(x, n_heads, dim=-1), dim=1)

# %% wrong: cut as (d_head, n_heads): interleaved dimensions
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    x = x.reshape(B, T, d_head, n_heads)
    return x.transpose(2, 3).transpose(1, 2)

# %% wrong: swaps the wrong pair of axes (1,2) and then (2,3) again: (B,h,d,T)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.reshape(B, T, n_heads, d_model // n_heads)
    x = x.transpose(1, 3)
    return x.transpose(1, 2)

# %% prelude
import torch

# %% wrong: d_head and n_heads exchanged in the reshape: heads get interleaved dimensions
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    cut = x.reshape(B, T, d_head, n_heads)
    return cut.transpose(2, 3).transpose(1, 2)

# %% wrong: numpy habit: torch.split takes the size of a piece, not the number of pieces
def split_heads(x, n_heads):
    pieces = torch.split(x, n_heads, dim=-1)
    return torch.stack(pieces, dim=1)

# %% right: unfold and permute
def split_heads(x, n_heads):
    size = x.size(-1) // n_heads
    return x.unfold(-1, size, size).permute(0, 2, 1, 3)

# %% prelude
import torch

# %% wrong: heads' axis put before the batch: (n_heads, B, T, d_head)
def split_heads(x, n_heads):
    heads = x.chunk(n_heads, dim=-1)
    return torch.stack(heads)

# %% right: other style: .mT, unflatten, .mT
def split_heads(x, n_heads):
    return x.mT.unflatten(1, (n_heads, x.shape[-1] // n_heads)).mT

# %% prelude
import torch

# %% wrong: cut as (d_head, n_heads): head h gets every n_heads-th dimension (interleaved)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    x = x.reshape(B, T, d_head, n_heads)
    return x.permute(0, 3, 1, 2)

# %% wrong: chunks stacked on axis 0, then reshaped to the wanted shape: sentences and heads are mixed
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    pieces = x.chunk(n_heads, dim=-1)
    return torch.stack(pieces).reshape(B, n_heads, T, d_model // n_heads)

# %% right: unfold cuts, movedim moves
def split_heads(x, n_heads):
    d_head = x.size(-1) // n_heads
    return x.unfold(-1, d_head, d_head).movedim(2, 1)

# %% prelude
import torch

# %% wrong: the two steps in the wrong order: first transpose, then reshape
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.transpose(1, 2)
    return x.reshape(B, n_heads, d_model // n_heads, T).reshape(B, n_heads, T, d_model // n_heads)

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

# %% wrong: torch.split takes a SIZE, learner gives the number of heads (right when d_head == n_heads)
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: last axis cut as (d_head, n_heads): head h gets dims h, h+n, h+2n 
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    return x.reshape(B, T, d_head, n_heads).permute(0, 3, 1, 2)

# %% wrong: swaps first (T with d_model), then cuts to the wanted shape
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    x = x.transpose(1, 2)
    return x.reshape(B, n_heads, T, d_model // n_heads)

# %% right: unfold + movedim
def split_heads(x, n_heads):
    d_head = x.size(-1) // n_heads
    return x.unfold(-1, d_head, d_head).movedim(-2, 1)

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

# %% wrong: x.split(n_heads): split takes the SIZE of a piece, not their number (chunk would)
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: pieces stacked along the batch axis, then reshaped with B first: sentences mixed
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    pieces = torch.cat(x.chunk(n_heads, dim=-1), dim=0)      # (n_heads * B, T, d_head)
    return pieces.reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: right numbers, but x.unsqueeze_ changes the shape of the input
def split_heads(x, n_heads):
    x.unsqueeze_(1)
    return torch.cat(x.chunk(n_heads, dim=-1), dim=1)

# %% right: unfold with a window and a step of d_head, then permute
def split_heads(x, n_heads):
    d_head = x.size(-1) // n_heads
    return x.unfold(2, d_head, d_head).permute(0, 2, 1, 3)

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

# %% wrong: pieces stacked along the batch (torch.cat dim=0), then viewed as (B, n_heads, ..): right only for B=1 or n_heads=1
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    pieces = torch.cat(x.chunk(n_heads, dim=-1), dim=0)
    return pieces.reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: np.split's convention: torch.split(n_heads) taken as number of pieces (it is the size); right where d_head == n_heads
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: special case n_heads == 1: axis of length 1 put at 2 (B, T, 1, d) instead of 1
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    if n_heads == 1:
        return x.unsqueeze(2)
    d_head = d_model // n_heads
    return x.reshape(B, T, n_heads, d_head).transpose(1, 2)

# %% right: RIGHT: unfold along the last axis, movedim
def split_heads(x, n_heads):
    d_head = x.size(-1) // n_heads
    return x.unfold(-1, d_head, d_head).movedim(2, 1)

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

# %% wrong: interleaved: cut as (d_head, n_heads), so head h gets every n_heads-th number
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // n_heads, n_heads).permute(0, 3, 1, 2)

# %% wrong: torch.split takes the size of a piece, not the number of pieces: split(n_heads)
def split_heads(x, n_heads):
    return torch.stack(x.split(n_heads, dim=-1), dim=1)

# %% wrong: heads folded into the batch axis as in PyTorch's own code: (B*n_heads, T, d_head)
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2).reshape(B * n_heads, T, -1)

# %% right: mT, unflatten axis 1, mT
def split_heads(x, n_heads):
    return x.mT.unflatten(1, (n_heads, x.shape[-1] // n_heads)).mT

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

# %% wrong: deals the dimensions out like cards: head h gets dimensions h, h+n, h+2n 
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // n_heads, n_heads).permute(0, 3, 1, 2)

# %% wrong: chunks right, but stacks the pieces on axis 0 and reshapes: sentences and heads are mixed
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return torch.stack(x.chunk(n_heads, dim=-1)).reshape(B, n_heads, T, d_model // n_heads)

# %% wrong: fills torch.empty: dtype is float32 whatever x is
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    d_head = d_model // n_heads
    out = torch.empty(B, n_heads, T, d_head)
    for h in range(n_heads):
        out[:, h] = x[..., h * d_head : (h + 1) * d_head]
    return out

# %% wrong: resize_ changes the shape of the caller's x in place
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.resize_(B, T, n_heads, d_model // n_heads).transpose(1, 2)

# %% right: unfold with windows of d_head, then movedim
def split_heads(x, n_heads):
    d_head = x.shape[-1] // n_heads
    return x.unfold(-1, d_head, d_head).movedim(2, 1)
