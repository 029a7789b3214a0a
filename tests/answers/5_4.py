# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :d_model]

# %% wrong: Llama, halves instead of neighbours
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)

def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 1.0 / 10000 ** (torch.arange(0, d, 2).float() / d)
    freqs = torch.outer(torch.arange(T).float(), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    return x * emb.cos() + rotate_half(x) * emb.sin()

# %% wrong: turned backwards
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()], dim=-1).flatten(-2)

# %% wrong: joined by cat, not interleaved
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: a overwritten before b needs it
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    out = x.clone()
    out[..., 0::2] = out[..., 0::2] * angle.cos() - out[..., 1::2] * angle.sin()
    out[..., 1::2] = out[..., 0::2] * angle.sin() + out[..., 1::2] * angle.cos()
    return out

# %% wrong: written into x itself
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    x[..., 0::2] = a * angle.cos() - b * angle.sin()
    x[..., 1::2] = a * angle.sin() + b * angle.cos()
    return x

# %% wrong: positions from 1
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(1, T + 1).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: sentences always three axes
def apply_rotary(x):
    B, T, d = x.shape
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: position from axis 1
def apply_rotary(x):
    T, d = x.shape[1], x.shape[-1]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    if x.dim() == 4:
        angle = angle.unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: flattened one axis too many
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(1)

# %% wrong: stacked on the wrong axis
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-2)
    return turned.reshape(x.shape)

# %% wrong: exponent of half the size
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(d // 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: encoding added
def apply_rotary(x):
    T, d = x.shape[-2:]
    return x + sinusoidal_encoding(T, d)

# %% wrong: encoding's columns taken for cosine and sine
def apply_rotary(x):
    T, d = x.shape[-2:]
    table = sinusoidal_encoding(T, d)
    cos, sin = table[:, 0::2], table[:, 1::2]
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)

# %% wrong: a turned, b left
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), b], dim=-1).flatten(-2)

# %% wrong: multiplied by the power
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: plus in both formulas
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() + b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% right: a small matrix for each position and pair
def apply_rotary(x):
    T, d = x.shape[-2:]
    rows = []
    for t in range(T):
        row = []
        for i in range(d // 2):
            phi = t * 10000 ** (-2 * i / d)
            R = torch.tensor([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]], dtype=x.dtype)
            row.append(x[..., t, 2 * i : 2 * i + 2] @ R.T)
        rows.append(torch.cat(row, dim=-1))
    return torch.stack(rows, dim=-2)
