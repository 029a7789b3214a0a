# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: the new a used to compute b
def rotate(x, positions):
    """Turn the pairs (i, i + d_head/2) of x (..., T, d_head) by their positions (T,) times their frequencies."""
    d_head = x.shape[-1]
    half = d_head // 2
    i = torch.arange(half, dtype=x.dtype)
    angle = positions.unsqueeze(1) * 10000 ** (-2 * i / d_head)
    a, b = x[..., :half], x[..., half:]
    a = a * angle.cos() - b * angle.sin()
    b = a * angle.sin() + b * angle.cos()
    return torch.cat([a, b], dim=-1)

# %% wrong: neighbours read, halves written
def rotate(x, positions):
    d_head = x.shape[-1]
    freq = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = positions[:, None] * freq
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: angles in float32 for every x
def rotate(x, positions):
    d_head = x.shape[-1]
    inv_freq = 1.0 / (10000 ** (torch.arange(0, d_head, 2).float() / d_head))
    angles = torch.outer(positions.float(), inv_freq)
    cos, sin = angles.cos(), angles.sin()
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)

# %% wrong: only the first position used, then counted on
def rotate(x, positions):
    T, d_head = x.shape[-2:]
    half = d_head // 2
    p = positions[0] + torch.arange(T, dtype=x.dtype)
    phi = p.unsqueeze(1) * 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / d_head)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)

# %% wrong: rotate_half with the minus on the other half
def rotate(x, positions):
    d_head = x.shape[-1]
    theta = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = positions.to(x.dtype)[:, None] * theta
    angle = torch.cat([angle, angle], dim=-1)
    x1, x2 = x[..., : d_head // 2], x[..., d_head // 2 :]
    rotated = torch.cat([x2, -x1], dim=-1)
    return x * angle.cos() + rotated * angle.sin()

# %% wrong: angles doubled for neighbours, numbers paired by halves
def rotate(x, positions):
    d_head = x.shape[-1]
    theta = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = (positions.to(x.dtype)[:, None] * theta).repeat_interleave(2, dim=-1)
    x1, x2 = x.chunk(2, dim=-1)
    return x * angle.cos() + torch.cat([-x2, x1], dim=-1) * angle.sin()

# %% wrong: minus in the exponent forgotten
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    phi = positions.unsqueeze(-1) * 10000 ** (2 * i / d)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat((a * torch.cos(phi) - b * torch.sin(phi), a * torch.sin(phi) + b * torch.cos(phi)), -1)

# %% wrong: positions times frequencies without a new axis (RuntimeError unless T = d_head/2)
def rotate(x, positions):
    d_head = x.shape[-1]
    half = d_head // 2
    freq = 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / d_head)
    angle = positions * freq
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% right: by the formula, result written into an empty tensor
def rotate(x, positions):
    """Turn the pairs (i, i + d_head/2) of x (..., T, d_head) by their positions (T,) times their frequencies."""
    d_head = x.shape[-1]
    half = d_head // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions.to(x.dtype).unsqueeze(1) * 10000 ** (-2 * i / d_head)     # (T, half)
    a, b = x[..., :half], x[..., half:]
    y = torch.empty_like(x)
    y[..., :half] = a * phi.cos() - b * phi.sin()
    y[..., half:] = a * phi.sin() + b * phi.cos()
    return y

# %% right: complex numbers
def rotate(x, positions):
    half = x.shape[-1] // 2
    angle = torch.outer(positions.to(x.dtype), torch.exp(-math.log(10000.0) * torch.arange(half, dtype=x.dtype) / half))
    z = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous()) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([z.real, z.imag], dim=-1)

# %% right: rotate_half, as in Hugging Face
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)

def rotate(x, positions):
    dim = x.size(-1)
    inv_freq = 1.0 / (10000.0 ** (torch.arange(0, dim, 2, dtype=x.dtype) / dim))
    freqs = positions.type_as(x)[:, None] @ inv_freq[None, :]
    emb = torch.cat((freqs, freqs), dim=-1)
    return (x * emb.cos()) + (rotate_half(x) * emb.sin())
# %% prelude
import math

import torch
# %% wrong: neighbours are paired (lesson 05) instead of halves
def rotate(x, positions):
    d = x.shape[-1]
    frequencies = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = positions.to(x.dtype)[:, None] * frequencies
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out
# %% wrong: the exponent is -i / d_head, the 2 is forgotten
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions.unsqueeze(1) * 10000 ** (-i / x.shape[-1])
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)
# %% wrong: only the first position is used, the others are taken to follow it one by one
def rotate(x, positions):
    t, d = x.shape[-2:]
    at = positions[0] + torch.arange(t)
    phi = at[:, None].to(x.dtype) * 10000 ** (-2 * torch.arange(d // 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    cos, sin = phi.cos(), phi.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
# %% wrong: the angles are made in float32, also for x in float64
def rotate(x, positions):
    d = x.shape[-1]
    inv_freq = 1.0 / 10000 ** (torch.arange(0, d, 2).float() / d)
    phi = torch.outer(positions.float(), inv_freq)
    cos, sin = phi.cos().to(x.dtype), phi.sin().to(x.dtype)
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)
# %% wrong: angles repeated for neighbours (repeat_interleave), numbers paired by halves
def rotate(x, positions):
    d = x.shape[-1]
    theta = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = (positions.to(x.dtype)[:, None] * theta).repeat_interleave(2, dim=-1)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    turned = torch.cat([-b, a], dim=-1)
    return x * phi.cos() + turned * phi.sin()
# %% wrong: the first half is overwritten before the second half is computed from it
def rotate(x, positions):
    out = x.clone()
    h = x.shape[-1] // 2
    phi = positions[:, None] * 10000.0 ** (-2 * torch.arange(h, dtype=x.dtype) / x.shape[-1])
    a, b = out[..., :h], out[..., h:]
    out[..., :h] = a * phi.cos() - b * phi.sin()
    out[..., h:] = a * phi.sin() + b * phi.cos()
    return out
# %% wrong: turns the other way, by minus the angle
def rotate(x, positions):
    d = x.shape[-1]
    phi = positions.to(x.dtype).unsqueeze(-1) * 10000.0 ** (-2 * torch.arange(d // 2, dtype=x.dtype) / d)
    a, b = x.split(d // 2, dim=-1)
    return torch.cat([a * phi.cos() + b * phi.sin(), -a * phi.sin() + b * phi.cos()], dim=-1)
# %% wrong: the frequencies are counted from i = 1, so that the first pair does not turn by the position itself
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(1, d // 2 + 1, dtype=x.dtype)
    phi = positions[:, None] * torch.exp(-2 * i / d * math.log(10000.0))
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)
# %% wrong: pairs of halves are turned, but written back as neighbours
def rotate(x, positions):
    d = x.shape[-1]
    phi = positions[:, None] * 10000.0 ** (-2 * torch.arange(d // 2, dtype=x.dtype) / d)
    a, b = x.chunk(2, dim=-1)
    pairs = torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)
    return pairs.flatten(-2)
# %% right: multiplication of complex numbers
def rotate(x, positions):
    half = x.shape[-1] // 2
    phi = torch.outer(positions.to(x.dtype), 10000.0 ** (-torch.arange(half, dtype=x.dtype) / half))
    z = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous()) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([z.real, z.imag], dim=-1)
# %% right: 2 by 2 rotation matrices and einsum
def rotate(x, positions):
    d = x.shape[-1]
    phi = positions[:, None].to(x.dtype) * torch.exp(torch.arange(0, d, 2, dtype=x.dtype) * (-math.log(10000.0) / d))
    c, s = torch.cos(phi), torch.sin(phi)
    matrix = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])       # (2, 2, T, d / 2)
    pairs = x.unflatten(-1, (2, d // 2))                                    # (..., T, 2, d / 2)
    return torch.einsum("mnti,...tni->...tmi", matrix, pairs).flatten(-2)
# %% prelude
import torch
# %% wrong: pairs neighbours (0, 1), (2, 3), ... as in lesson 05 instead of halves
def rotate(x, positions):
    """Turn the pairs (i, i + d_head/2) of x (..., T, d_head) by their positions (T,) times their frequencies."""
    d_head = x.shape[-1]
    i = torch.arange(d_head // 2, dtype=x.dtype)
    phi = positions.to(x.dtype).unsqueeze(1) * 10000 ** (-2 * i / d_head)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * phi.cos() - b * phi.sin()
    out[..., 1::2] = a * phi.sin() + b * phi.cos()
    return out
# %% wrong: the factor 2 is missing in the exponent of the frequency
def rotate(x, positions):
    d = x.shape[-1]
    freq = 10000.0 ** (-torch.arange(d // 2, dtype=x.dtype) / d)
    phi = torch.outer(positions.to(x.dtype), freq)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)
# %% wrong: angles in float32 whatever the dtype of x
def rotate(x, positions):
    dim = x.shape[-1]
    inv_freq = 1.0 / (10000 ** (torch.arange(0, dim, 2).float() / dim))
    freqs = torch.einsum("t,f->tf", positions.float(), inv_freq)
    cos, sin = freqs.cos().to(x.dtype), freqs.sin().to(x.dtype)
    x1, x2 = x[..., : dim // 2], x[..., dim // 2 :]
    return torch.cat((x1 * cos - x2 * sin, x1 * sin + x2 * cos), dim=-1)
# %% wrong: writes into x in place, and the second half is turned with the first half's new numbers
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions[:, None] * 10000 ** (-2 * i / x.shape[-1])
    a, b = x[..., :half], x[..., half:]
    x[..., :half] = a * torch.cos(phi) - b * torch.sin(phi)
    x[..., half:] = a * torch.sin(phi) + b * torch.cos(phi)
    return x
# %% wrong: angles repeated for neighbours (repeat_interleave) while the pairs are halves
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)

def rotate(x, positions):
    d = x.shape[-1]
    theta = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = (positions[:, None].to(x.dtype) * theta).repeat_interleave(2, dim=-1)     # (T, d)
    return x * angles.cos() + rotate_half(x) * angles.sin()
# %% wrong: turns in the other direction (signs of the sines exchanged)
def rotate(x, positions):
    d = x.shape[-1]
    h = d // 2
    phi = positions.to(x.dtype)[:, None] * torch.pow(10000, -2 * torch.arange(h, dtype=x.dtype) / d)[None]
    a = x[..., :h]
    b = x[..., h:]
    first = a * phi.cos() + b * phi.sin()
    second = b * phi.cos() - a * phi.sin()
    return torch.cat([first, second], dim=-1)
# %% wrong: positions are taken to be 0, 1, 2, ... and those that are given are not used
def rotate(x, positions):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype)
    phi = t[:, None] * 10000 ** (-2 * torch.arange(d // 2, dtype=x.dtype) / d)
    a, b = x.split(d // 2, dim=-1)
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)
# %% right: a + ib as complex numbers, times a number on the unit circle
def rotate(x, positions):
    d = x.shape[-1]
    exponent = torch.arange(0, d, 2, dtype=x.dtype) / d
    angle = positions.to(x.dtype).unsqueeze(-1) / torch.pow(torch.tensor(10000, dtype=x.dtype), exponent)
    turned = torch.complex(x[..., : d // 2].contiguous(), x[..., d // 2 :].contiguous()) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], dim=-1)
# %% right: one pair after the other
def rotate(x, positions):
    d_head = x.shape[-1]
    half = d_head // 2
    result = torch.zeros_like(x)
    for i in range(half):
        phi = positions.to(x.dtype) * 10000 ** (-2 * i / d_head)         # (T,)
        c, s = phi.cos(), phi.sin()
        result[..., i] = x[..., i] * c - x[..., i + half] * s
        result[..., i + half] = x[..., i] * s + x[..., i + half] * c
    return result


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

# %% wrong: 2 missing in the exponent: 10000^(-i/d_head)
def rotate(x, positions):
    d = x.shape[-1]
    f = 10000 ** (-torch.arange(d // 2, dtype=x.dtype) / d)
    phi = positions[:, None] * f
    a, b = x[..., :d // 2], x[..., d // 2:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)

# %% wrong: a (a view of the copy) is overwritten before b uses it
def rotate(x, positions):
    half = x.shape[-1] // 2
    f = 10000 ** (-torch.arange(half, dtype=x.dtype) / half)
    phi = positions[:, None] * f
    y = x.clone()
    a, b = y[..., :half], y[..., half:]
    y[..., :half] = a * phi.cos() - b * phi.sin()
    y[..., half:] = a * phi.sin() + b * phi.cos()
    return y

# %% wrong: positions counted from the first one (positions - positions[0])
def rotate(x, positions):
    half = x.shape[-1] // 2
    f = 10000 ** (-torch.arange(half, dtype=x.dtype) / half)
    phi = (positions - positions[0])[:, None] * f
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)

# %% wrong: results stacked as neighbours instead of halves
def rotate(x, positions):
    half = x.shape[-1] // 2
    f = 10000 ** (-torch.arange(half, dtype=x.dtype) / half)
    phi = positions[:, None] * f
    a, b = x[..., :half], x[..., half:]
    return torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1).flatten(-2)

# %% wrong: turned the other way AND 10000^(-4i/d) (2i divided by half)
def rotate(x, positions):
    half = x.shape[-1] // 2
    f = 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / half)
    phi = positions[:, None] * f
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() + b * phi.sin(), b * phi.cos() - a * phi.sin()], -1)

# %% right: complex numbers (again)
def rotate(x, positions):
    a, b = x.chunk(2, dim=-1)
    i = torch.arange(a.shape[-1], dtype=x.dtype)
    phi = torch.outer(positions.to(x.dtype), torch.exp(-2 * i / x.shape[-1] * math.log(10000)))
    z = torch.complex(a.contiguous(), b.contiguous()) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat((z.real, z.imag), dim=-1)


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

# %% wrong: writes into a clone half by half; a is a view of it, so the second half uses the new a
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions[:, None].to(x.dtype) * 10000 ** (-i / half)
    out = x.clone()
    a, b = out[..., :half], out[..., half:]
    out[..., :half] = a * phi.cos() - b * phi.sin()
    out[..., half:] = a * phi.sin() + b * phi.cos()
    return out

# %% wrong: halves go in, but the results are written next to each other (stack, flatten)
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions.unsqueeze(-1) * 10000 ** (-2 * i / x.shape[-1])
    a, b = x.chunk(2, dim=-1)
    return torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1).flatten(-2)

# %% wrong: turned the other way round AND positions 0, 1, 2 ... instead of those given
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = torch.arange(x.shape[-2], dtype=x.dtype).unsqueeze(1) * 10000 ** (-2 * i / x.shape[-1])
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * phi.cos() + b * phi.sin(), b * phi.cos() - a * phi.sin()], dim=-1)

# %% right: complex numbers, polar
def rotate(x, positions):
    a, b = x.unflatten(-1, (2, -1)).unbind(-2)
    d = x.shape[-1]
    phi = torch.outer(positions.to(x.dtype), torch.pow(10000.0, -torch.arange(0, d, 2, dtype=x.dtype) / d))
    z = torch.complex(a, b) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([z.real, z.imag], dim=-1)


# %% prelude
import torch

# %% wrong: turned the other way: signs of the two sines exchanged
def rotate(x, positions):
    d = x.shape[-1]
    half = d // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000 ** (-2 * i / d)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() + b * phi.sin(), b * phi.cos() - a * phi.sin()], dim=-1)

# %% wrong: update in place: the second half is made of the first half after its turn
def rotate(x, positions):
    d = x.shape[-1]
    half = d // 2
    phi = positions.unsqueeze(-1) * 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / d)
    cos, sin = torch.cos(phi), torch.sin(phi)
    out = x.clone()
    a, b = out[..., :half], out[..., half:]
    out[..., :half] = a * cos - b * sin
    out[..., half:] = a * sin + b * cos
    return out

# %% wrong: pairs taken from the halves, but put back as neighbours (lesson 05's stack and flatten)
def rotate(x, positions):
    d = x.shape[-1]
    a, b = x.chunk(2, dim=-1)
    phi = torch.outer(positions.to(x.dtype), 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))
    pairs = torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)
    return pairs.flatten(-2)

# %% right: complex numbers, of the two halves
def rotate(x, positions):
    a, b = x.chunk(2, dim=-1)
    d = x.shape[-1]
    angle = positions.to(x.dtype).unsqueeze(1) / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    turned = torch.complex(a, b) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], dim=-1)

# %% prelude
import torch

# %% wrong: factor 2 taken twice: arange(0, d, 2) and 2i
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(0, d, 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000.0 ** (-2 * i / d)
    a, b = x[..., : d // 2], x[..., d // 2:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)

# %% wrong: written into a clone in which a is a view: a already turned when b is made
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000.0 ** (-2 * i / d)
    out = x.clone()
    a, b = out[..., : d // 2], out[..., d // 2:]
    out[..., : d // 2] = a * phi.cos() - b * phi.sin()
    out[..., d // 2:] = a * phi.sin() + b * phi.cos()
    return out

# %% wrong: turned halves dealt out alternately at the end (stack + flatten)
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000.0 ** (-2 * i / d)
    a, b = x.chunk(2, dim=-1)
    return torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1).flatten(-2)

# %% right: complex numbers, frequencies by exp
def rotate(x, positions):
    half = x.shape[-1] // 2
    freq = torch.exp(-torch.log(torch.tensor(10000.0, dtype=x.dtype)) * torch.arange(half, dtype=x.dtype) / half)
    phi = torch.outer(positions.to(x.dtype), freq)
    z = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous()) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([z.real, z.imag], dim=-1)

# %% prelude
import torch

# %% wrong: neighbours paired, as in lesson 05
def rotate(x, positions):
    d_head = x.shape[-1]
    i = torch.arange(0, d_head, 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000 ** (-i / d_head)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * phi.cos() - b * phi.sin()
    out[..., 1::2] = a * phi.sin() + b * phi.cos()
    return out

# %% wrong: the 2 of the exponent taken twice: arange(0, d_head, 2) and then 2 * i
def rotate(x, positions):
    d_head = x.shape[-1]
    half = d_head // 2
    i = torch.arange(0, d_head, 2, dtype=x.dtype)
    freq = 10000 ** (-2 * i / d_head)
    angles = positions.unsqueeze(-1) * freq
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1)

# %% wrong: in place: the second half is computed from the first half that was already turned
def rotate(x, positions):
    x = x.clone()
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    phi = positions[:, None].to(x.dtype) / 10000 ** (2 * i / x.shape[-1])
    a, b = x[..., :half], x[..., half:]
    x[..., :half] = a * torch.cos(phi) - b * torch.sin(phi)
    x[..., half:] = a * torch.sin(phi) + b * torch.cos(phi)
    return x

# %% right: complex numbers: a + ib times e^(i phi)
def rotate(x, positions):
    half = x.shape[-1] // 2
    theta = torch.pow(10000.0, -torch.arange(half, dtype=x.dtype) / half)
    phi = torch.outer(positions.to(x.dtype), theta)
    z = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous()) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([z.real, z.imag], dim=-1)

# %% prelude
import torch

# %% wrong: pairs neighbours, as in lesson 05
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000.0 ** (-2 * i / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * phi.cos() - b * phi.sin()
    out[..., 1::2] = a * phi.sin() + b * phi.cos()
    return out

# %% wrong: the given positions ignored: 0..T-1
def rotate(x, positions):
    T, d = x.shape[-2:]
    half = d // 2
    freq = 10000.0 ** (-2 * torch.arange(half, dtype=x.dtype) / d)
    phi = torch.arange(T, dtype=x.dtype).unsqueeze(1) * freq
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)

# %% wrong: factor 2 of the exponent forgotten: 10000^(-i/d)
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    phi = positions[:, None] * 10000 ** (-i / d)
    cos, sin = phi.cos(), phi.sin()
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)

# %% right: complex numbers (2)
def rotate(x, positions):
    d = x.shape[-1]
    a, b = x.chunk(2, dim=-1)
    freq = torch.pow(torch.tensor(10000, dtype=x.dtype), -torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = torch.outer(positions.to(x.dtype), freq)
    z = torch.complex(a.contiguous(), b.contiguous()) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([z.real, z.imag], dim=-1)

# %% prelude
import torch

# %% wrong: positions 0, 1, 2, ... instead of those that are given
def rotate(x, positions):
    T, d_head = x.shape[-2:]
    half = d_head // 2
    freq = 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / d_head)
    phi = torch.arange(T, dtype=x.dtype)[:, None] * freq
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)

# %% wrong: exponent -i/d_head: the factor 2 is forgotten
def rotate(x, positions):
    d_head = x.shape[-1]
    a, b = x.chunk(2, dim=-1)
    i = torch.arange(d_head // 2, dtype=x.dtype)
    phi = positions.unsqueeze(-1) * 10000 ** (-i / d_head)
    cos, sin = phi.cos(), phi.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)

# %% wrong: halves are paired, but the angles are laid out for neighbours (repeat_interleave)
def rotate(x, positions):
    d_head = x.shape[-1]
    freq = 10000 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    phi = torch.outer(positions.to(x.dtype), freq).repeat_interleave(2, dim=-1)
    a, b = x.chunk(2, dim=-1)
    return x * phi.cos() + torch.cat([-b, a], dim=-1) * phi.sin()

# %% right: complex numbers, once more
def rotate(x, positions):
    a, b = x.chunk(2, dim=-1)
    d_head = x.shape[-1]
    exponent = torch.arange(0, d_head, 2, dtype=x.dtype) / d_head
    phi = positions.to(x.dtype)[:, None] / 10000.0 ** exponent
    turned = torch.complex(a, b) * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([turned.real, turned.imag], dim=-1)

# %% prelude
import torch

# %% wrong: writes the first half into x in place, b is then turned with the new a (views)
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype)
    angle = positions.to(x.dtype)[:, None] * 10000 ** (-2 * i / x.shape[-1])
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    x[..., :half] = a * cos - b * sin
    x[..., half:] = a * sin + b * cos
    return x

# %% wrong: rotate_half with the angles of neighbours (repeat_interleave for cat)
def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([-b, a], dim=-1)

def rotate(x, positions):
    d = x.shape[-1]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.outer(positions.to(x.dtype), freq).repeat_interleave(2, dim=-1)
    return x * angle.cos() + rotate_half(x) * angle.sin()

# %% wrong: the 2 of the exponent counted twice: arange(0, d, 2) and -2 * i
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(0, d, 2, dtype=x.dtype)
    phi = positions.unsqueeze(-1) * 10000 ** (-2 * i / d)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1)

# %% right: complex numbers: (a + bi) times e^(i phi)
def rotate(x, positions):
    half = x.shape[-1] // 2
    i = torch.arange(half, dtype=x.dtype, device=x.device)
    phi = positions.to(x.dtype)[:, None] * 10000.0 ** (-i / half)
    z = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous())
    turned = z * torch.polar(torch.ones_like(phi), phi)
    return torch.cat([turned.real, turned.imag], dim=-1)

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

# %% wrong: a is a view of the result: overwritten before b is computed from it
def rotate(x, positions):
    half = x.shape[-1] // 2
    frequencies = 10000.0 ** (-2 * torch.arange(half, dtype=x.dtype) / x.shape[-1])
    phi = positions[:, None] * frequencies
    out = x.clone()
    a, b = out[..., :half], out[..., half:]
    out[..., :half] = a * phi.cos() - b * phi.sin()
    out[..., half:] = a * phi.sin() + b * phi.cos()
    return out

# %% wrong: rotate_half of halves, but angles repeated for neighbours (repeat_interleave(2))
def rotate(x, positions):
    d = x.shape[-1]
    frequencies = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = (positions[:, None] * frequencies).repeat_interleave(2, dim=-1)       # (T, d_head)
    a, b = x.chunk(2, dim=-1)
    turned = torch.cat([-b, a], dim=-1)
    return x * phi.cos() + turned * phi.sin()

# %% wrong: i runs 0, 2, 4 ... and is doubled once more in the exponent
def rotate(x, positions):
    d = x.shape[-1]
    i = torch.arange(0, d, 2, dtype=x.dtype)
    phi = positions.to(x.dtype)[:, None] * 10000 ** (-2 * i / d)
    a, b = x[..., :d // 2], x[..., d // 2:]
    return torch.cat((a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()), -1)

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
import math

# %% right: complex numbers: torch.complex(a, b) * torch.polar(1, angle)
def rotate(x, positions):
    a, b = x.unflatten(-1, (2, -1)).unbind(-2)
    speed = torch.exp(torch.arange(a.shape[-1], dtype=x.dtype) * (-math.log(10000.0) / a.shape[-1]))
    angle = torch.outer(positions.to(x.dtype), speed)
    z = torch.complex(a.contiguous(), b.contiguous()) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([z.real, z.imag], dim=-1)

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

# %% wrong: 'only differences count': the first position is subtracted from all
def rotate(x, positions):
    half = x.shape[-1] // 2
    freqs = 10000 ** (-2 * torch.arange(half, dtype=x.dtype) / x.shape[-1])
    angles = (positions - positions[0]).unsqueeze(-1) * freqs
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1)

# %% wrong: written into one tensor through views: the second half uses the first half after it was overwritten
def rotate(x, positions):
    out = x.clone()
    a, b = out.chunk(2, dim=-1)
    freqs = 10000 ** (-2 * torch.arange(a.shape[-1], dtype=x.dtype) / x.shape[-1])
    angles = positions.unsqueeze(-1) * freqs
    a[...] = a * angles.cos() - b * angles.sin()
    b[...] = a * angles.sin() + b * angles.cos()
    return out

# %% wrong: frequencies from an integer arange, divided: float32, only then .to(x.dtype)
def rotate(x, positions):
    d_head = x.shape[-1]
    freqs = (10000 ** (-2 * torch.arange(d_head // 2) / d_head)).to(x.dtype)
    angles = positions.to(x.dtype)[:, None] * freqs
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], dim=-1)

# %% right: complex numbers: torch.polar times torch.complex(a, b)
def rotate(x, positions):
    half = x.shape[-1] // 2
    exponent = torch.linspace(0, 1, half + 1, dtype=x.dtype)[:-1]
    angles = torch.outer(positions.to(x.dtype), torch.exp(-exponent * np.log(10000.0)))
    turned = torch.complex(x[..., :half].contiguous(), x[..., half:].contiguous()) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], dim=-1)

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

# %% wrong: frequencies spaced with linspace(0, 1, half): the last is 1/10000, i.e. i/(half-1)
def rotate(x, positions):
    half = x.shape[-1] // 2
    frequency = 10000.0 ** -torch.linspace(0, 1, half, dtype=x.dtype)
    angle = positions[:, None].to(x.dtype) * frequency
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)

# %% wrong: a is a view of the result: the second half is made of the already turned a
def rotate(x, positions):
    half = x.shape[-1] // 2
    frequency = 10000.0 ** (-2 * torch.arange(half, dtype=x.dtype) / x.shape[-1])
    angle = positions[:, None] * frequency
    out = x.clone()
    a, b = out[..., :half], out[..., half:]
    out[..., :half] = a * angle.cos() - b * angle.sin()
    out[..., half:] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: base 500000 of Llama 3 instead of 10000
def rotate(x, positions):
    half = x.shape[-1] // 2
    inv_freq = 1.0 / 500000.0 ** (torch.arange(0, 2 * half, 2, dtype=x.dtype) / (2 * half))
    angle = torch.outer(positions.to(x.dtype), inv_freq)
    cos, sin = torch.cat([angle, angle], -1).cos(), torch.cat([angle, angle], -1).sin()
    turned = torch.cat([-x[..., half:], x[..., :half]], -1)
    return x * cos + turned * sin

# %% right: right: complex numbers, multiplied by torch.polar
def rotate(x, positions):
    a, b = x.chunk(2, dim=-1)
    exponent = torch.arange(0, x.shape[-1], 2, dtype=x.dtype) / x.shape[-1]
    angle = torch.outer(positions.to(x.dtype), torch.pow(torch.tensor(10000.0, dtype=x.dtype), -exponent))
    turned = torch.complex(a.contiguous(), b.contiguous()) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], dim=-1)
