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
