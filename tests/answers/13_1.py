# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.transformer import layer_norm

# %% wrong: eps outside the root
def rms_norm(x, weight, eps=1e-6):
    """Divide each vector x (..., d_model) by its root mean square, then scale it by weight (d_model,)."""
    rms = x.pow(2).mean(-1, keepdim=True).sqrt()
    return x / (rms + eps) * weight

# %% wrong: length of the vector (sum instead of mean)
def rms_norm(x, weight, eps=1e-6):
    length = torch.sqrt((x ** 2).sum(dim=-1, keepdim=True) + eps)
    return x / length * weight

# %% wrong: one mean over all vectors
def rms_norm(x, weight, eps=1e-6):
    return x / torch.sqrt(x.square().mean() + eps) * weight

# %% wrong: keepdim forgotten
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt(x.square().mean(dim=-1) + eps)
    return x / rms * weight

# %% wrong: weight counted from 1, as in Gemma
def rms_norm(x, weight, eps=1e-6):
    x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return x * (1 + weight)

# %% wrong: eps written as a number, the argument ignored
def rms_norm(x, weight, eps=1e-6):
    mean_square = (x * x).mean(dim=-1, keepdim=True)
    return weight * x / (mean_square + 1e-6).sqrt()

# %% wrong: math.sqrt of a tensor
def rms_norm(x, weight, eps=1e-6):
    mean_square = x.square().mean(-1, keepdim=True)
    return x / math.sqrt(mean_square + eps) * weight

# %% wrong: divided by rsqrt, so multiplied by the root
def rms_norm(x, weight, eps=1e-6):
    return weight * (x / torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))

# %% right: rsqrt, as in Llama's code
def rms_norm(x, weight, eps=1e-6):
    """Divide each vector x (..., d_model) by its root mean square, then scale it by weight (d_model,)."""
    return weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))

# %% right: step by step
def rms_norm(x, weight, eps=1e-6):
    squares = x ** 2
    mean = squares.mean(dim=-1)
    root = torch.sqrt(mean + eps)
    y = x / root.unsqueeze(-1)
    return y * weight

# %% right: einsum and a power
def rms_norm(x, weight, eps=1e-6):
    d_model = weight.shape[0]
    ms = torch.einsum("...d,...d->...", x, x) / d_model
    return torch.einsum("...d,d,...->...d", x, weight, (ms + eps) ** -0.5)
