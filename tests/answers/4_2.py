# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention


def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

# %% wrong: reshaped without the swap
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.reshape(B, T, n_heads * d_head)

# %% wrong: view after the transpose
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.transpose(1, 2).view(B, T, n_heads * d_head)

# %% wrong: contiguous too early
def merge_heads(x):
    B, h, T, d = x.shape
    return x.contiguous().transpose(1, 2).view(B, T, h * d)

# %% wrong: other two axes swapped
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.transpose(2, 3).reshape(B, T, n_heads * d_head)

# %% wrong: heads interleaved number by number
def merge_heads(x):
    return x.permute(0, 2, 3, 1).flatten(2)

# %% wrong: heads put one below the other
def merge_heads(x):
    return torch.cat(list(x.unbind(dim=1)), dim=1)

# %% wrong: sizes read before and after the swap mixed up
def merge_heads(x):
    x = x.transpose(1, 2)
    B, n_heads, T, d_head = x.shape
    return x.reshape(B, T, n_heads * d_head)

# %% wrong: mean of the heads
def merge_heads(x):
    return x.mean(dim=1)

# %% wrong: flattened to the end from axis 1
def merge_heads(x):
    return x.transpose(1, 2).flatten(1)

# %% wrong: swap inside the words of one sentence
def merge_heads(x):
    x = x.squeeze(0)
    h, T, d = x.shape
    return x.transpose(0, 1).reshape(1, T, h * d)

# %% wrong: four words of four numbers
def merge_heads(x):
    return x.transpose(1, 2).reshape(-1, 4, 4)

# %% wrong: split_heads used again
def merge_heads(x):
    return split_heads(x.flatten(2), x.shape[1])

# %% wrong: NumPy's transpose
def merge_heads(x):
    B, h, T, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B, T, h * d)

# %% wrong: heads from the last to the first
def merge_heads(x):
    return torch.cat([x[:, -h - 1] for h in range(x.shape[1])], dim=-1)

# %% right: transpose and flatten
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% right: contiguous and view
def merge_heads(x):
    b, h, t, d = x.size()
    return x.permute(0, 2, 1, 3).contiguous().view(b, t, h * d)

# %% right: heads joined by cat
def merge_heads(x):
    return torch.cat(x.unbind(dim=1), dim=-1)

# %% right: written into an empty tensor
def merge_heads(heads):
    B, n_heads, T, d_head = heads.shape
    out = torch.empty(B, T, n_heads * d_head, dtype=heads.dtype)
    for h in range(n_heads):
        out[..., h * d_head:(h + 1) * d_head] = heads[:, h]
    return out

# %% right: movedim
def merge_heads(x):
    return x.movedim(1, 2).reshape(x.shape[0], x.shape[2], -1)
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
# %% wrong: names of the axes in the wrong order
def merge_heads(x):
    B, T, n_heads, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, n_heads * d_head)
# %% wrong: dimensions before heads
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, n_heads * d_head)
# %% wrong: heads joined along the words
def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=1)
# %% wrong: flattened from the words on
def merge_heads(x):
    return x.transpose(1, 2).flatten(1)
# %% wrong: contiguous without parentheses
def merge_heads(x):
    B, h, T, d = x.shape
    return x.transpose(1, 2).contiguous.view(B, T, h * d)
# %% wrong: heads added up
def merge_heads(x):
    return x.sum(dim=1)
# %% wrong: squeezed at the end
def merge_heads(x):
    return x.transpose(1, 2).flatten(2).squeeze()
# %% wrong: last two axes swapped, then reshaped
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.transpose(2, 3).reshape(B, T, n_heads * d_head)
# %% right: cat over the last axis
def merge_heads(x):
    return torch.cat(list(x.unbind(dim=1)), dim=-1)
# %% right: permute, contiguous, view
def merge_heads(x):
    B, n_heads, T, d_head = x.size()
    return x.permute(0, 2, 1, 3).contiguous().view(B, -1, n_heads * d_head)
# %% right: columns first, then transposed
def merge_heads(x):
    b, h, t, d = x.shape
    columns = x.swapaxes(-1, -2).reshape(b, h * d, t)
    return columns.mT

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: numbers of the heads alternate
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, n_heads * d_head)
# %% wrong: flattened from axis 1 on
def merge_heads(x):
    return x.transpose(1, 2).flatten(1)
# %% wrong: one head below the other, along the words
def merge_heads(x):
    heads = [x[:, h] for h in range(x.shape[1])]
    return torch.cat(heads, dim=1)
# %% wrong: mean over the heads
def merge_heads(x):
    return x.mean(dim=1)
# %% right: heads joined by cat along the last axis
def merge_heads(x):
    return torch.cat(x.unbind(1), dim=-1)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
# %% wrong: swaps the last two axes as for K
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.transpose(-2, -1).reshape(B, T, n_heads * d_head)
# %% wrong: pieces taken from the last head to the first
def merge_heads(x):
    out = x[:, 0]
    for h in range(1, x.shape[1]):
        out = torch.cat([x[:, h], out], dim=-1)
    return out
# %% right: unbind and cat
def merge_heads(x):
    return torch.cat(x.unbind(1), -1)
# %% right: hstack sentence by sentence
def merge_heads(x):
    return torch.stack([torch.hstack([head for head in sentence]) for sentence in x])
# %% wrong: only the first two heads joined
def merge_heads(x):
    return torch.cat([x[:, 0], x[:, 1]], dim=-1)
# %% wrong: loop starts anew with every head
def merge_heads(x):
    for h in range(x.shape[1]):
        out = []
        out.append(x[:, h])
    return torch.cat(out, dim=-1)
# %% wrong: T and d_head both taken for the joined axis
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, n_heads, T * d_head)
# %% wrong: stack where cat is meant
def merge_heads(x):
    return torch.stack([x[:, h] for h in range(x.shape[1])], dim=-1)
