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
# %% prelude
import math

import torch
from torch import nn
# %% wrong: view after transpose: an error as soon as there are several heads and words
def merge_heads(x):
    B, h, T, d = x.shape
    return x.transpose(1, 2).view(B, T, h * d)
# %% wrong: the heads are laid between the numbers (stack along the last axis), not side by side
def merge_heads(x):
    return torch.stack(x.unbind(1), dim=-1).flatten(2)
# %% wrong: the heads are added up instead of put side by side
def merge_heads(x):
    return x.transpose(1, 2).sum(dim=2)
# %% wrong: heads and words are taken for one another when the sizes are read: (B, n_heads, T * d_head)
def merge_heads(x):
    B, T, n_heads, d_head = x.shape
    return x.reshape(B, T, n_heads * d_head)
# %% wrong: squeeze() without a number: axes of length 1 are lost
def merge_heads(x):
    heads = x.split(1, dim=1)
    return torch.cat([head.squeeze() for head in heads], dim=-1)
# %% wrong: transpose_ swaps the axes of the input itself: afterwards x has another shape
def merge_heads(x):
    x.transpose_(1, 2)
    return x.flatten(2)
# %% wrong: contiguous() in place of the swap, as a remedy for the error of view: right shape, words mixed up
def merge_heads(x):
    b, n_heads, t, d_head = x.shape
    return x.contiguous().view(b, t, n_heads * d_head)
# %% right: a new tensor, filled by slices
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    out = x.new_zeros((B, T, n_heads * d_head))
    for h in range(n_heads):
        out[:, :, h * d_head:h * d_head + d_head] = x[:, h]
    return out
# %% prelude
import torch
# %% wrong: reshape without swapping heads and words first
def merge_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)
# %% wrong: contiguous before the transpose, so view fails after it
def merge_heads(x):
    batch, heads, length, d_head = x.shape
    return x.contiguous().transpose(1, 2).view(batch, length, heads * d_head)
# %% wrong: squeeze takes away every axis of size 1
def merge_heads(x):
    b, h, t, d = x.size()
    return x.transpose(1, 2).reshape(b, t, h * d).squeeze()
# %% wrong: transposes in place, so the input has another shape afterwards
def merge_heads(x):
    x.transpose_(1, 2)
    return x.flatten(start_dim=2)
# %% wrong: only the first sentence of the batch
def merge_heads(x):
    heads = []
    for h in range(x.shape[1]):
        heads.append(x[0, h])
    return torch.cat(heads, dim=-1).unsqueeze(0)
# %% right: copied head by head into an empty tensor like x
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    joined = x.new_empty(B, T, n_heads * d_head)
    for h in range(n_heads):
        start = h * d_head
        joined[:, :, start:start + d_head] = x[:, h, :, :]
    return joined


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

# %% wrong: B, T = x.shape[:2]: reads the number of heads as the number of words
def merge_heads(x):
    B, T = x.shape[:2]
    return x.transpose(1, 2).reshape(B, T, -1)

# %% wrong: loops over x.shape[0] (sentences) in place of x.shape[1] (heads)
def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.shape[0])], dim=-1)

# %% wrong: goes through numpy: values right, gradient lost
def merge_heads(x):
    import numpy as np
    return torch.from_numpy(np.concatenate(list(x.detach().numpy().swapaxes(0, 1)), axis=-1))

# %% prelude

# %% wrong: sizes taken from x before the swap: x.shape[1] is n_heads, not T
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

def merge_heads(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1)

# %% prelude
import torch

# %% wrong: heads innermost: (B, T, d_head, n_heads) flattened, so numbers of the heads interleave
def merge_heads(x):
    B, h, T, d = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, h * d)

# %% prelude
import torch

# %% wrong: squeeze() without a number: a size of 1 loses an axis
def merge_heads(x):
    return torch.cat([head.squeeze() for head in x.split(1, dim=1)], dim=-1)

# %% prelude
import torch

# %% wrong: permute(0,2,3,1): numbers of the heads interleaved
def merge_heads(x):
    B, H, T, D = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, H * D)

# %% wrong: view after transpose: raises on a fresh tape
def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).view(B, T, H * D)

# %% wrong: loops over x.shape[0] (sentences) instead of x.shape[1] (heads)
def merge_heads(x):
    n_heads = x.shape[0]
    return torch.cat([x[:, h] for h in range(n_heads)], dim=-1)

# %% prelude
import torch

# %% wrong: loop over range(B) instead of range(n_heads)
def merge_heads(x):
    n = x.shape[0]
    return torch.cat([x[:, h] for h in range(n)], dim=-1)

# %% prelude
import torch

# %% wrong: index bug: the slots of the heads are T wide, not d_head
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    out = torch.zeros(B, T, n_heads * d_head, dtype=x.dtype)
    for h in range(n_heads):
        out[:, :, h * T : h * T + d_head] = x[:, h]
    return out

# %% prelude
import torch

# %% wrong: result of transpose thrown away (believed to be in place)
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    x.transpose(1, 2)
    return x.reshape(B, T, n_heads * d_head)

# %% prelude
import torch

# %% wrong: squeeze() without a number: B = 1, T = 1 or d_head = 1 loses an axis
def merge_heads(x):
    n_heads = x.shape[1]
    pieces = [x[:, h:h + 1].squeeze() for h in range(n_heads)]
    return torch.cat(pieces, dim=-1)

# %% prelude
import torch

# %% wrong: cat over heads, but loops over range(x.shape[0]), the number of sentences
def merge_heads(x):
    n = x.shape[0]
    return torch.cat([x[:, h % x.shape[1]] for h in range(n)], dim=-1)

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

# %% wrong: cat of heads along dim=1: heads below each other
def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=1)

# %% wrong: names the axes B, T, n_heads, d_head before the swap (right where T == n_heads)
def merge_heads(x):
    B, T, n_heads, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, n_heads * d_head)

# %% right: fills an empty tensor head by head
def merge_heads(x):
    B, n, T, d = x.shape
    out = x.new_empty((B, T, n * d))
    for h in range(n):
        out[..., h * d:(h + 1) * d] = x[:, h]
    return out

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

# %% wrong: swapped rightly, but the shape is read from x before the swap (n_heads taken for T)
def merge_heads(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1)

# %% wrong: special case for one word loses the axis of words: (B, d_model)
def merge_heads(x):
    if x.shape[2] == 1:                     # only one word: nothing to swap
        return x.flatten(1)
    return x.transpose(1, 2).flatten(2)

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

# %% wrong: joined dimension by dimension: permute(0,2,3,1).flatten(2), heads alternate within a word
def merge_heads(x):
    return x.permute(0, 2, 3, 1).flatten(2)

# %% wrong: swaps rightly, then takes T from x.shape[1], which is still n_heads
def merge_heads(x):
    swapped = x.transpose(1, 2)
    return swapped.reshape(x.shape[0], x.shape[1], -1)

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

# %% wrong: moves heads to the very end: (B,T,d_head,n_heads) then flatten: interleaved
def merge_heads(x):
    return x.permute(0, 2, 3, 1).flatten(2)

# %% wrong: transpose_ in place: the result is right, but the caller's tensor has its axes swapped
def merge_heads(x):
    x.transpose_(1, 2)
    return x.flatten(2)

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

# %% wrong: hstack joins along axis 1 (positions), then reshape to the right shape
def merge_heads(x):
    B, n_heads, T, d_head = x.shape
    return torch.hstack(x.unbind(1)).reshape(B, T, n_heads * d_head)

# %% wrong: after the transpose keeps x.shape[1] of the old x as T
def merge_heads(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1)
