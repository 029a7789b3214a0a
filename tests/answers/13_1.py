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
# %% prelude
import torch
# %% wrong: divides by the standard deviation, in which the mean is subtracted
def rms_norm(x, weight, eps=1e-6):
    var = x.var(dim=-1, keepdim=True, unbiased=False)
    return x / torch.sqrt(var + eps) * weight
# %% wrong: eps is added to the root instead of under it
def rms_norm(x, weight, eps=1e-6):
    rms = x.pow(2).mean(-1, keepdim=True).sqrt()
    return weight * x / (rms + eps)
# %% wrong: the sum of the squares in place of their mean (the length of the vector)
def rms_norm(x, weight, eps=1e-6):
    return x * torch.rsqrt((x * x).sum(dim=-1, keepdim=True) + eps) * weight
# %% wrong: computes in float32 and returns float32, whatever the dtype of x
def rms_norm(x, weight, eps=1e-6):
    h = x.float()
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return h * weight.float()
# %% wrong: mean along dim 1, which is the last axis only where x has two
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.mean(x ** 2, dim=1, keepdim=True)
    return x / torch.sqrt(mean_square + eps) * weight
# %% wrong: scales by 1 + weight, as Gemma does
def rms_norm(x, weight, eps=1e-6):
    normed = x * (x.square().mean(dim=-1, keepdim=True) + eps).rsqrt()
    return normed * (1 + weight)
# %% wrong: eps is fixed at 1e-6, the argument is ignored
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return x / (mean_square + 1e-6).sqrt().unsqueeze(-1) * weight
# %% wrong: eps is a lower bound of the mean square instead of being added
def rms_norm(x, weight, eps=1e-6):
    mean_square = x.square().mean(-1, keepdim=True).clamp(min=eps)
    return x / mean_square.sqrt() * weight
# %% wrong: scales by weight first, and divides by the root mean square of the scaled vector
def rms_norm(x, weight, eps=1e-6):
    y = x * weight
    return y / (y.square().mean(dim=-1, keepdim=True) + eps).sqrt()
# %% right: by the length of the vector
def rms_norm(x, weight, eps=1e-6):
    d_model = x.shape[-1]
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x * weight * (length ** 2 / d_model + eps) ** -0.5
# %% right: einsum, vector by vector in one flat table
def rms_norm(x, weight, eps=1e-6):
    flat = x.reshape(-1, x.shape[-1])
    mean_square = torch.einsum("nd,nd->n", flat, flat) / flat.shape[1]
    factor = 1 / torch.sqrt(mean_square + eps)
    return torch.einsum("nd,n,d->nd", flat, factor, weight).reshape(x.shape)
# %% prelude
import math
import torch
# %% wrong: divides by the length of the vector (root of the sum of squares), the mean is missing
def rms_norm(x, weight, eps=1e-6):
    ss = (x * x).sum(dim=-1, keepdim=True)
    return x / torch.sqrt(ss + eps) * weight
# %% wrong: scales by 1 + weight (another model's convention)
def rms_norm(x, weight, eps=1e-6):
    def _norm(x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return _norm(x) * (1 + weight)
# %% wrong: does not use the eps that is given, 1e-6 is written in
def rms_norm(x, weight, eps=1e-6):
    root_mean_square = (torch.mean(x ** 2, dim=-1, keepdim=True) + 1e-6) ** 0.5
    return weight * x / root_mean_square
# %% wrong: computes in float32 and does not go back to the dtype of x
def rms_norm(x, weight, eps=1e-6):
    hidden = x.to(torch.float32)
    variance = hidden.pow(2).mean(-1, keepdim=True)
    hidden = hidden * torch.rsqrt(variance + eps)
    return weight.to(torch.float32) * hidden
# %% wrong: mean over axis 1, which is the last one only for x with two axes
def rms_norm(x, weight, eps=1e-6):
    ms = x.square().mean(dim=1, keepdim=True)
    return x / (ms + eps).sqrt() * weight
# %% wrong: divides x in place and so changes the input
def rms_norm(x, weight, eps=1e-6):
    with torch.no_grad():
        x /= (x.square().mean(dim=-1, keepdim=True) + eps).sqrt()
    return x * weight
# %% right: einsum and rsqrt
def rms_norm(x, weight, eps=1e-6):
    mean_of_squares = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    scale = torch.rsqrt(mean_of_squares + eps)
    return (x * scale[..., None] * weight).to(x.dtype)
# %% right: one vector after the other
def rms_norm(x, weight, eps=1e-6):
    d = x.shape[-1]
    vectors = []
    for vector in x.reshape(-1, d):
        rms = torch.sqrt(torch.dot(vector, vector) / d + eps)
        vectors.append(vector / rms * weight)
    return torch.stack(vectors).reshape(x.shape).to(x.dtype)


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

# %% wrong: length (norm) instead of RMS: no mean, too small by sqrt(d)
def rms_norm(x, weight, eps=1e-6):
    return x / (x.norm(dim=-1, keepdim=True) + 0 * eps).clamp(min=eps) * weight

# %% wrong: eps argument ignored, 1e-6 hard-coded
def rms_norm(x, weight, eps=1e-6):
    return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * weight

# %% wrong: 1 + weight as in Gemma
def rms_norm(x, weight, eps=1e-6):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (1 + weight)

# %% wrong: works in place on x
def rms_norm(x, weight, eps=1e-6):
    x /= torch.sqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    x *= weight
    return x

# %% right: einsum and addcdiv style
def rms_norm(x, weight, eps=1e-6):
    ms = torch.einsum("...d,...d->...", x, x).div(x.size(-1)).unsqueeze(-1)
    return torch.mul(weight, x) * (ms + eps) ** -0.5


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

# %% wrong: weight multiplied in BEFORE the norm is taken, so RMS of x*weight
def rms_norm(x, weight, eps=1e-6):
    y = x * weight
    return y / torch.sqrt(y.pow(2).mean(-1, keepdim=True) + eps)

# %% wrong: mean over dim=1: right for (N, d), over positions for (B, T, d)
def rms_norm(x, weight, eps=1e-6):
    ms = (x ** 2).mean(dim=1, keepdim=True)
    return x / (ms + eps).sqrt() * weight

# %% wrong: Gemma habit: scales by (1 + weight)
def rms_norm(x, weight, eps=1e-6):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (1 + weight)

# %% wrong: divides x in place: the caller's x is changed
def rms_norm(x, weight, eps=1e-6):
    x /= torch.sqrt(x.square().mean(dim=-1, keepdim=True) + eps)
    return x * weight

# %% right: hypot of the rms and the root of eps
def rms_norm(x, weight, eps=1e-6):
    rms = torch.linalg.vector_norm(x, dim=-1, keepdim=True) / x.size(-1) ** 0.5
    return weight * (x / torch.hypot(rms, torch.full_like(rms, eps ** 0.5)))


# %% prelude
import torch

# %% wrong: divided by the vector's length (sum instead of mean of the squares)
def rms_norm(x, weight, eps=1e-6):
    length = (x ** 2).sum(dim=-1, keepdim=True)
    return x / (length + eps).sqrt() * weight

# %% wrong: habit from Gemma: scaled by (1 + weight)
def rms_norm(x, weight, eps=1e-6):
    ms = x.pow(2).mean(-1, keepdim=True)
    return x * torch.rsqrt(ms + eps) * (1 + weight)

# %% wrong: habit from Llama: computed in float32 and cast back, too coarse for float64
def rms_norm(x, weight, eps=1e-6):
    dtype = x.dtype
    x = x.to(torch.float32)
    x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return weight * x.to(dtype)

# %% right: einsum for the squares, rsqrt
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return torch.einsum("...d,...,d->...d", x, torch.rsqrt(mean_square + eps), weight)

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: eps added outside the root
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt((x ** 2).mean(-1, keepdim=True))
    return x / (rms + eps) * weight

# %% wrong: mean over dim=1 (habit of 2-d batches): other axis with 3 dimensions
def rms_norm(x, weight, eps=1e-6):
    ms = x.pow(2).mean(dim=1, keepdim=True)
    return x * torch.rsqrt(ms + eps) * weight

# %% wrong: Llama habit: computed in float32, cast back
def rms_norm(x, weight, eps=1e-6):
    h = x.float()
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return weight * h.to(x.dtype)

# %% right: einsum and rsqrt, weight first
def rms_norm(x, weight, eps=1e-6):
    ms = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return weight * (x * (ms + eps).rsqrt()[..., None])

# %% wrong: F.normalize times sqrt(d): eps is a lower bound of the norm, not under the root
def rms_norm(x, weight, eps=1e-6):
    return F.normalize(x, dim=-1, eps=eps) * x.shape[-1] ** 0.5 * weight

# %% prelude
import torch

# %% wrong: keepdim forgotten (again)
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt((x ** 2).mean(dim=-1) + eps)
    return x / rms * weight

# %% wrong: computed in float32, as in the Llama code, then cast back
def rms_norm(x, weight, eps=1e-6):
    h = x.to(torch.float32)
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return weight * h.to(x.dtype)

# %% wrong: weight multiplied in before the norm
def rms_norm(x, weight, eps=1e-6):
    x = x * weight
    rms = x.square().mean(-1, keepdim=True).add(eps).sqrt()
    return x / rms

# %% right: dot product of each vector with itself by einsum, divided by d_model; rsqrt
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return torch.einsum("...d,...,d->...d", x, (mean_square + eps) ** -0.5, weight)

# %% prelude
import torch

# %% wrong: weight multiplied onto x before the RMS is taken
def rms_norm(x, weight, eps=1e-6):
    x = x * weight
    return x / torch.sqrt((x ** 2).mean(dim=-1, keepdim=True) + eps)

# %% wrong: mean over the whole tensor, dim forgotten
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt((x ** 2).mean() + eps)
    return x / rms * weight

# %% wrong: as in Llama's code: computed in float32, cast back
def rms_norm(x, weight, eps=1e-6):
    h = x.float()
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return h.type_as(x) * weight

# %% right: rsqrt and einsum
def rms_norm(x, weight, eps=1e-6):
    ms = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return (ms + eps).rsqrt().unsqueeze(-1) * x * weight

# %% prelude
import torch

# %% wrong: eps added to the root instead of under it
def rms_norm(x, weight, eps=1e-6):
    rms = x.pow(2).mean(dim=-1, keepdim=True).sqrt()
    return x / (rms + eps) * weight

# %% wrong: changes x in place
def rms_norm(x, weight, eps=1e-6):
    x *= torch.rsqrt((x * x).mean(-1, keepdim=True) + eps)
    return x * weight

# %% right: einsum for the sum of the squares, power -1/2
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.einsum("...d,...d->...", x, x) / x.size(-1)
    return torch.einsum("...d,...,d->...d", x, (mean_square + eps) ** -0.5, weight)

# %% prelude
import torch

# %% wrong: eps outside the root: sqrt(mean) + eps
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt((x ** 2).mean(dim=-1, keepdim=True)) + eps
    return x / rms * weight

# %% wrong: default eps 1e-5, copied from layer_norm
def rms_norm(x, weight, eps=1e-5):
    mean_square = x.pow(2).mean(-1, keepdim=True)
    return weight * x * torch.rsqrt(mean_square + eps)

# %% wrong: Llama habit: computes in float32 and casts back, float64 is coarse
def rms_norm(x, weight, eps=1e-6):
    dtype = x.dtype
    h = x.to(torch.float32)
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return weight * h.to(dtype)

# %% right: einsum of x with itself, divided by d
def rms_norm(x, weight, eps=1e-6):
    d_model = x.shape[-1]
    mean_square = torch.einsum("...d,...d->...", x, x) / d_model
    scale = (mean_square + eps) ** -0.5
    return torch.einsum("...d,...,d->...d", x, scale, weight)

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

# %% wrong: Gemma's convention: scales by (1 + weight)
def rms_norm(x, weight, eps=1e-6):
    rms = torch.sqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return x / rms * (1 + weight)

# %% wrong: weight first: the RMS is taken of x * weight
def rms_norm(x, weight, eps=1e-6):
    x = x * weight
    return x * torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + eps)

# %% wrong: eps as a floor (clamp) of the mean square, not added to it
def rms_norm(x, weight, eps=1e-6):
    mean_square = (x * x).mean(-1, keepdim=True).clamp(min=eps)
    return x / mean_square.sqrt() * weight

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

# %% wrong: eps as a floor (clamp of the mean square at eps) instead of added under the root
def rms_norm(x, weight, eps=1e-6):
    mean_square = x.square().mean(-1, keepdim=True)
    return x / mean_square.clamp(min=eps).sqrt() * weight

# %% wrong: Gemma's convention: scaled by (1 + weight)
def rms_norm(x, weight, eps=1e-6):
    normed = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return normed * (1 + weight)

# %% wrong: Llama's convention: computed in float32, cast back; too coarse for float64
def rms_norm(x, weight, eps=1e-6):
    dtype = x.dtype
    x = x.to(torch.float32)
    x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return weight * x.to(dtype)

# %% right: einsum of x with itself, rsqrt, d_model from the shape
def rms_norm(x, weight, eps=1e-6):
    mean_square = torch.einsum("...d,...d->...", x, x) / x.shape[-1]
    return torch.einsum("...d,...,d->...d", x, (mean_square + eps).rsqrt(), weight)

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

# %% wrong: eps as a floor (clamp) instead of added under the root
def rms_norm(x, weight, eps=1e-6):
    mean_square = x.pow(2).mean(dim=-1, keepdim=True)
    return x / mean_square.clamp(min=eps).sqrt() * weight

# %% wrong: Gemma's convention: times (1 + weight)
def rms_norm(x, weight, eps=1e-6):
    y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    return y * (1 + weight)

# %% wrong: Llama's code: computed in float32, cast back to x.dtype (float64 too coarse)
def rms_norm(x, weight, eps=1e-6):
    dtype = x.dtype
    h = x.to(torch.float32)
    h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + eps)
    return weight * h.to(dtype)

# %% right: right: einsum for the squares and for the scaling
def rms_norm(x, weight, eps=1e-6):
    inverse = torch.einsum("...d,...d->...", x, x).div(x.size(-1)).add(eps).pow(-0.5)
    return torch.einsum("...d,...,d->...d", x, inverse, weight)
