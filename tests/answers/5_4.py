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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention

d_model = 4

def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table
# %% wrong: halves turned, as in Llama code
def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 1.0 / (10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d))
    freqs = torch.outer(torch.arange(T, dtype=x.dtype), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    x1, x2 = x[..., : d // 2], x[..., d // 2:]
    rotated = torch.cat((-x2, x1), dim=-1)
    return x * emb.cos() + rotated * emb.sin()
# %% wrong: views of what is being overwritten
def apply_rotary(x):
    T, d = x.shape[-2:]
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out
# %% wrong: pairs not put back side by side
def apply_rotary(x):
    d = x.shape[-1]
    pos = torch.arange(x.shape[-2], dtype=x.dtype)[:, None]
    theta = pos * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * theta.cos() - b * theta.sin(), a * theta.sin() + b * theta.cos()], dim=-1)
# %% wrong: repeat where repeat_interleave is needed
def apply_rotary(x):
    d = x.shape[-1]
    angles = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)
    turned = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
    return x * cos + turned * sin
# %% wrong: length taken from axis 1
def apply_rotary(x):
    T, d = x.shape[1], x.shape[-1]
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()), dim=-1).flatten(-2)
# %% wrong: the encoding of 5.1 used for the sines and cosines, in float32
def apply_rotary(x):
    pe = sinusoidal_encoding(x.shape[-2], x.shape[-1])
    sin, cos = pe[:, 0::2], pe[:, 1::2]
    out = torch.zeros_like(x)
    out[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
    out[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
    return out
# %% wrong: turned backwards (again)
def apply_rotary(x):
    d = x.shape[-1]
    angle = torch.arange(x.shape[-2], dtype=x.dtype).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    even, odd = x[..., ::2], x[..., 1::2]
    y = torch.empty_like(x)
    y[..., ::2] = even * angle.cos() + odd * angle.sin()
    y[..., 1::2] = odd * angle.cos() - even * angle.sin()
    return y
# %% wrong: columns already count in twos, doubled again
def apply_rotary(x):
    d = x.size(-1)
    i = torch.arange(0, d, 2, dtype=x.dtype)
    angle = torch.arange(x.size(-2), dtype=x.dtype).view(-1, 1) * 10000.0 ** (-2 * i / d)
    a, b = x[..., 0::2], x[..., 1::2]
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([a * c - b * s, a * s + b * c], -1).reshape(x.shape)
# %% right: complex numbers
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.outer(torch.arange(T, dtype=x.dtype), 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))
    z = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2))
    return torch.view_as_real(z * torch.polar(torch.ones_like(angle), angle)).flatten(-2)
# %% right: each word times its own block matrix
def apply_rotary(x):
    T, d = x.shape[-2:]
    rotations = []
    for t in range(T):
        blocks = []
        for i in range(d // 2):
            phi = t * 10000 ** (-2 * i / d)
            blocks.append(torch.tensor([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]], dtype=x.dtype))
        rotations.append(torch.block_diag(*blocks))
    return torch.einsum("tij,...tj->...ti", torch.stack(rotations), x)
# %% right: rotate every two, repeat_interleave
def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).reshape(x.shape)

def apply_rotary(x):
    d = x.size(-1)
    exponent = torch.arange(0, d, 2).to(x.dtype) / d
    angle = torch.arange(x.size(-2)).to(x.dtype)[:, None] * torch.exp(-math.log(10000.0) * exponent)
    angle = angle.repeat_interleave(2, dim=-1)
    return x * angle.cos() + rotate_every_two(x) * angle.sin()

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.transformer import sinusoidal_encoding
# %% wrong: pairs a number with the one half a vector away, as in LLaMA code
def apply_rotary(x):
    d = x.shape[-1]
    freqs = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.arange(x.shape[-2], dtype=x.dtype).unsqueeze(1) * freqs
    emb = torch.cat([angles, angles], dim=-1)
    rotated = torch.cat([-x[..., d // 2:], x[..., : d // 2]], dim=-1)
    return x * emb.cos() + rotated * emb.sin()
# %% wrong: turned the other way
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype)[:, None] * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() + b * angle.sin()
    out[..., 1::2] = b * angle.cos() - a * angle.sin()
    return out
# %% wrong: the halves joined by cat, no longer interleaved
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype)[:, None] * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
# %% wrong: a is a view and has changed when b is computed
def apply_rotary(x):
    x = x.clone()
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype)[:, None] * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    x[..., 0::2] = a * angle.cos() - b * angle.sin()
    x[..., 1::2] = a * angle.sin() + b * angle.cos()
    return x
# %% right: complex numbers, once more
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.outer(torch.arange(T, dtype=x.dtype), 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))
    turn = torch.polar(torch.ones_like(angle), angle)
    z = torch.complex(x[..., 0::2].contiguous(), x[..., 1::2].contiguous()) * turn
    return torch.view_as_real(z).flatten(-2)
# %% prelude
import math

import torch
# %% wrong: turns column i with column i + d_head/2 (rotate_half of GPT-NeoX and Llama in Hugging Face), not neighbours
def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.outer(torch.arange(T, dtype=x.dtype), inv_freq)
    cos, sin = torch.cat([angles, angles], dim=-1).cos(), torch.cat([angles, angles], dim=-1).sin()
    x1, x2 = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-x2, x1], dim=-1) * sin
# %% wrong: turned the other way (signs of the sines exchanged)
def apply_rotary(x):
    *_, T, d = x.shape
    phi = torch.arange(T, dtype=x.dtype)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * phi.cos() + b * phi.sin()
    out[..., 1::2] = b * phi.cos() - a * phi.sin()
    return out
# %% wrong: with heads, the position is taken from the axis of the heads (layout B, T, heads, d_head)
def apply_rotary(x):
    d = x.shape[-1]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    if x.dim() == 4:
        angle = (torch.arange(x.shape[1], dtype=x.dtype)[:, None] * freq)[:, None, :]
    else:
        angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * freq
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack((even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos()), -1).flatten(-2)
# %% wrong: computed in float32 and only then changed to the dtype of x, too coarse for float64
def apply_rotary(x):
    seq_len, d_head = x.shape[-2], x.shape[-1]
    freqs = 1.0 / (10000.0 ** (torch.arange(0, d_head, 2).float() / d_head))
    freqs = torch.outer(torch.arange(seq_len).float(), freqs)
    freqs_cis = torch.polar(torch.ones_like(freqs), freqs)
    x_ = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(x_ * freqs_cis).flatten(-2).type_as(x)
# %% wrong: b is computed from the a that has already been turned (a is a view of the output)
def apply_rotary(x):
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(-1) * 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out
# %% wrong: right numbers, but written into the input
def apply_rotary(x):
    length, size = x.shape[-2:]
    for i in range(size // 2):
        angle = torch.arange(length, dtype=x.dtype) * 10000.0 ** (-2 * i / size)
        a, b = x[..., 2 * i].clone(), x[..., 2 * i + 1].clone()
        x[..., 2 * i] = a * angle.cos() - b * angle.sin()
        x[..., 2 * i + 1] = a * angle.sin() + b * angle.cos()
    return x
# %% wrong: turned pairs are put one half after the other instead of interleaved again
def apply_rotary(x):
    t = torch.arange(x.shape[-2], dtype=x.dtype).view(-1, 1)
    d = x.shape[-1]
    w = torch.exp(torch.arange(0, d, 2, dtype=x.dtype) * (-math.log(10000) / d))
    cos, sin = torch.cos(t * w), torch.sin(t * w)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)
# %% wrong: axes before T are flattened into it, so positions go on counting over sentences and heads
def apply_rotary(x):
    shape = x.shape
    d = shape[-1]
    flat = x.reshape(-1, d // 2, 2)
    angle = torch.arange(flat.shape[0], dtype=x.dtype)[:, None] * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = flat.unbind(-1)
    turned = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)
    return turned.reshape(shape)
# %% wrong: exponent i/d_head instead of 2i/d_head
def apply_rotary(x):
    T, d = x.shape[-2], x.shape[-1]
    i = torch.arange(d // 2, dtype=x.dtype)
    angles = torch.einsum("t,i->ti", torch.arange(T, dtype=x.dtype), 10000 ** (-i / d))
    c, s = angles.cos(), angles.sin()
    out = torch.zeros_like(x)
    out[..., 0::2] = x[..., 0::2] * c - x[..., 1::2] * s
    out[..., 1::2] = x[..., 0::2] * s + x[..., 1::2] * c
    return out
# %% right: as complex numbers
def apply_rotary(x):
    T, d = x.shape[-2:]
    frequency = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * frequency
    hands = torch.complex(x[..., 0::2], x[..., 1::2])
    turned = hands * torch.complex(angle.cos(), angle.sin())
    return torch.view_as_real(turned).reshape(x.shape)
# %% right: a table of 2 x 2 rotations and einsum
def apply_rotary(x):
    T, d = x.shape[-2:]
    pairs = x.unflatten(-1, (d // 2, 2))
    angle = torch.outer(torch.arange(T, dtype=x.dtype), 1 / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d))
    c, s = angle.cos(), angle.sin()
    R = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)      # (T, d/2, 2, 2)
    return torch.einsum("tpij,...tpj->...tpi", R, pairs).flatten(-2)
# %% prelude
import math

import torch
# %% wrong: pairs column i with column i + d_head/2 (rotate_half) instead of neighbours
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)

def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 1.0 / (10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d))
    freqs = torch.outer(torch.arange(T, dtype=x.dtype), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    return x * emb.cos() + rotate_half(x) * emb.sin()
# %% wrong: turns backwards, the sign of the sines exchanged
def apply_rotary(x):
    T, d_head = x.shape[-2], x.shape[-1]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()], dim=-1).flatten(-2)
# %% wrong: takes the first axis for T, right only without sentences and heads
def apply_rotary(x):
    length = x.shape[0]
    d_head = x.shape[-1]
    positions = torch.arange(length, dtype=x.dtype)
    freqs = 10000.0 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angles = positions[:, None] * freqs[None, :]
    result = torch.empty_like(x)
    result[..., 0::2] = x[..., 0::2] * angles.cos() - x[..., 1::2] * angles.sin()
    result[..., 1::2] = x[..., 0::2] * angles.sin() + x[..., 1::2] * angles.cos()
    return result
# %% wrong: the second formula uses the even columns after they have been overwritten
def apply_rotary(x):
    out = x.clone()
    d = x.shape[-1]
    phi = torch.arange(x.shape[-2], dtype=x.dtype).view(-1, 1) / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    a = out[..., 0::2]
    b = out[..., 1::2]
    out[..., 0::2] = a * torch.cos(phi) - b * torch.sin(phi)
    out[..., 1::2] = a * torch.sin(phi) + b * torch.cos(phi)
    return out
# %% wrong: puts all first numbers before all second numbers, instead of interleaving them again
def apply_rotary(x):
    n, d = x.size(-2), x.size(-1)
    w = torch.exp(-math.log(10000.0) * torch.arange(0, d, 2, dtype=x.dtype) / d)
    theta = torch.einsum("t,f->tf", torch.arange(n, dtype=x.dtype), w)
    cos, sin = theta.cos(), theta.sin()
    x_even, x_odd = x[..., ::2], x[..., 1::2]
    return torch.cat([x_even * cos - x_odd * sin, x_even * sin + x_odd * cos], dim=-1)
# %% wrong: computes everything in float32 and converts at the end, too coarse for float64
def apply_rotary(x):
    T, d = x.shape[-2:]
    freqs = 1.0 / (10000.0 ** (torch.arange(0, d, 2)[: (d // 2)].float() / d))
    freqs = torch.outer(torch.arange(T).float(), freqs)
    freqs_cis = torch.polar(torch.ones_like(freqs), freqs)
    x_ = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(x_ * freqs_cis).flatten(-2).type_as(x)
# %% wrong: positions counted from 1, so the first word is turned, too
def apply_rotary(x):
    T, d_head = x.shape[-2:]
    out = torch.zeros_like(x)
    position = torch.arange(1, T + 1, dtype=x.dtype)
    for i in range(d_head // 2):
        angle = position * 10000 ** (-2 * i / d_head)
        out[..., 2 * i] = x[..., 2 * i] * angle.cos() - x[..., 2 * i + 1] * angle.sin()
        out[..., 2 * i + 1] = x[..., 2 * i] * angle.sin() + x[..., 2 * i + 1] * angle.cos()
    return out
# %% right: complex numbers of the right precision
def apply_rotary(x):
    T, d = x.shape[-2:]
    rate = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    turn = torch.exp(1j * torch.outer(torch.arange(T, dtype=x.dtype), rate))
    z = torch.complex(x[..., 0::2].contiguous(), x[..., 1::2].contiguous()) * turn
    return torch.stack([z.real, z.imag], dim=-1).reshape(x.shape)
# %% right: one 2 by 2 matrix for each position and pair, with einsum
def apply_rotary(x):
    length, size = x.shape[-2], x.shape[-1]
    i = torch.arange(size // 2, dtype=x.dtype)
    phi = torch.arange(length, dtype=x.dtype)[:, None] * torch.pow(10000.0, -2 * i / size)
    c, s = phi.cos(), phi.sin()
    matrices = torch.stack([torch.stack([c, -s], dim=-1), torch.stack([s, c], dim=-1)], dim=-2)   # (T, d/2, 2, 2)
    pairs = x.reshape(*x.shape[:-1], size // 2, 2)
    return torch.einsum("tpij,...tpj->...tpi", matrices, pairs).reshape(x.shape)


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
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
def sinusoidal_encoding(max_len, d_model):      # right one, the learner's
    t = torch.zeros(max_len, d_model)
    ang = torch.arange(max_len).unsqueeze(1) / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    t[:, 0::2] = ang.sin(); t[:, 1::2] = ang.cos()[:, : d_model // 2]
    return t
def shift_right(offset, d_model):
    R = torch.zeros(d_model, d_model)
    f = 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    e = torch.arange(0, d_model, 2)
    R[e, e] = R[e + 1, e + 1] = (offset * f).cos()
    R[e, e + 1] = (offset * f).sin(); R[e + 1, e] = -(offset * f).sin()
    return R
def f_even(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)
_cache = {}
def base51(max_len, d_model, pos=None, freq=None):
    t = torch.zeros(max_len, d_model)
    pos = torch.arange(max_len) if pos is None else pos
    freq = 10000 ** (-torch.arange(0, d_model, 2) / d_model) if freq is None else freq
    ang = pos.unsqueeze(1) * freq
    t[:, 0::2] = ang.sin(); t[:, 1::2] = ang.cos()[:, : d_model // 2]
    return t
def rot(x, t=None, freq=None, sgn=1):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype) if t is None else t
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d) if freq is None else freq
    a, b = x[..., 0::2], x[..., 1::2]
    ang = sgn * t.unsqueeze(-1) * freq
    return torch.stack((a * ang.cos() - b * ang.sin(), a * ang.sin() + b * ang.cos()), -1).flatten(-2)

# %% wrong: a is a view of the output: b' is computed from the already turned a
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: the partner is taken with roll(1): even columns get the b of the pair before
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = angle.repeat_interleave(2, dim=-1)
    sign = torch.ones(d, dtype=x.dtype); sign[0::2] = -1
    return x * angle.cos() + sign * x.roll(1, dims=-1) * angle.sin()

# %% wrong: turns by shift_matrix(t) of 5.2 (computed in x.dtype): the other direction
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    def shift(t):
        e = torch.arange(0, d, 2)
        R = torch.zeros(d, d, dtype=x.dtype)
        R[e, e] = R[e+1, e+1] = (t * freq).cos()
        R[e, e+1] = (t * freq).sin(); R[e+1, e] = -(t * freq).sin()
        return R
    rotations = torch.stack([shift(t) for t in range(T)])
    return (rotations @ x.unsqueeze(-1)).squeeze(-1)

# %% wrong: uses 5.2's float32 shift_matrix(t) as it is: other direction and float32 angles
def apply_rotary(x):
    T, d = x.shape[-2:]
    rotations = torch.stack([shift_right(t, d) for t in range(T)]).to(x.dtype)
    return torch.einsum("tij,...tj->...ti", rotations, x)

# %% right: view_as_complex times polar
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    turn = torch.exp(1j * torch.outer(torch.arange(T, dtype=x.dtype), freq))
    z = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    return torch.view_as_real(z * turn).flatten(-2)

# %% prelude

# %% wrong: angles repeated block by block (0 1 0 1) instead of each twice (0 0 1 1), with pairs of neighbours
import torch
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * freq
    angle = torch.cat([angle, angle], dim=-1)
    swapped = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
    return x * angle.cos() + swapped * angle.sin()

# %% wrong: positions in x.dtype, frequencies still float32 (int / int): coarse only for float64
import torch
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * freq
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: a and b are views of the output: the second line uses the a that the first has already turned
import torch
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * freq
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% right: complex numbers, as in Llama
import torch
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 1.0 / 10000.0 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.outer(torch.arange(T, dtype=x.dtype), freq)
    turn = torch.polar(torch.ones_like(angle), angle)
    z = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    return torch.view_as_real(z * turn).flatten(-2)

# %% prelude
import math

import torch

# %% wrong: a is a view of the clone: the second line uses the already turned a
def apply_rotary(x):
    T, d = x.shape[-2:]
    pos = torch.arange(T, dtype=x.dtype)
    freq = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = pos[:, None] * freq
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: T = x.shape[1], as if x always had shape (B, T, d)
def apply_rotary(x):
    T, d = x.shape[1], x.shape[-1]
    pos = torch.arange(T, dtype=x.dtype)
    freq = 1.0 / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = pos.unsqueeze(1) * freq
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()), dim=-1).flatten(-2)

# %% wrong: rotate_half of LLaMA in Hugging Face: pairs i and i + d/2 instead of neighbours
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)
def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 1.0 / (10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d))
    freqs = torch.outer(torch.arange(T, dtype=x.dtype), inv_freq)
    emb = torch.cat((freqs, freqs), dim=-1)
    return x * emb.cos() + rotate_half(x) * emb.sin()

# %% right: complex numbers: multiply by exp(i angle)
def apply_rotary(x):
    *front, T, d = x.shape
    z = torch.view_as_complex(x.reshape(*front, T, d // 2, 2).contiguous())
    freq = torch.pow(torch.tensor(10000.0, dtype=x.dtype), -2 * torch.arange(d // 2, dtype=x.dtype) / d)
    angle = torch.outer(torch.arange(T, dtype=x.dtype), freq)
    return torch.view_as_real(z * torch.polar(torch.ones_like(angle), angle)).reshape(x.shape)

# %% prelude
import torch

# %% wrong: a is a view: b is turned with the new a
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = t * freq
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: new a and new b concatenated, not interleaved
def apply_rotary(x):
    T, d = x.shape[-2], x.shape[-1]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = t * freq
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: signs as in shift_matrix: turned the other way
def apply_rotary(x):
    T, d = x.shape[-2], x.shape[-1]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() + b * angle.sin()
    out[..., 1::2] = b * angle.cos() - a * angle.sin()
    return out

# %% right: complex multiplication
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.outer(torch.arange(T, dtype=x.dtype), freq)
    z = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    z = z * torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(z).flatten(-2)

# %% prelude
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: the new a overwrites the old a (view) before b is computed; copy of x kept
def apply_rotary(x):
    T, d = x.shape[-2], x.shape[-1]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = torch.cos(t * freq), torch.sin(t * freq)
    out = x.clone()
    a = out[..., 0::2]
    b = out[..., 1::2]
    out[..., 0::2] = a * cos - b * sin
    out[..., 1::2] = a * sin + b * cos
    return out

# %% wrong: pairs are column i and i + d/2 (rotate_half of LLaMA in Hugging Face)
def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)
def apply_rotary(x):
    T, d = x.shape[-2:]
    inv_freq = 1.0 / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.arange(T, dtype=x.dtype)[:, None] * inv_freq
    emb = torch.cat((angles, angles), dim=-1)
    return x * emb.cos() + rotate_half(x) * emb.sin()

# %% wrong: T is taken from axis 1, right only for (B, T, d)
def apply_rotary(x):
    T = x.shape[1]
    d_head = x.shape[-1]
    positions = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freqs = 1 / 10000 ** (torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angles = positions * freqs
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.zeros_like(x)
    out[..., 0::2] = a * angles.cos() - b * angles.sin()
    out[..., 1::2] = a * angles.sin() + b * angles.cos()
    return out

# %% right: complex numbers, once more (2)
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.outer(torch.arange(T, dtype=x.dtype), freq)
    turn = torch.polar(torch.ones_like(angles), angles)
    z = torch.view_as_complex(x.unflatten(-1, (d // 2, 2)).contiguous())
    return torch.view_as_real(z * turn).flatten(-2)

# %% prelude
import math

import torch


# %% wrong: pairs column i with column i + d/2 (rotate_half of other libraries)
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = t * freq
    cos = torch.cat([angles.cos(), angles.cos()], dim=-1)
    sin = torch.cat([angles.sin(), angles.sin()], dim=-1)
    half = torch.cat([-x[..., d // 2:], x[..., :d // 2]], dim=-1)
    return x * cos + half * sin

# %% wrong: second line uses the already turned a: a is overwritten before b is computed
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = (t * freq).cos(), (t * freq).sin()
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * cos - b * sin
    out[..., 1::2] = a * sin + b * cos
    return out

# %% wrong: turned a's and b's joined with cat: not interleaved again
def apply_rotary(x):
    T, d_head = x.shape[-2], x.shape[-1]
    positions = torch.arange(T, dtype=x.dtype)[:, None]
    frequencies = 10000 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    angle = positions * frequencies
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: length taken from axis 1: right for (B, T, d) only; raises for (T, d) and (B, heads, T, d)
def apply_rotary(x):
    T = x.size(1)
    d = x.size(-1)
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    w = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = t * w
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], dim=-1).flatten(-2)

# %% right: complex numbers: each pair is a + bi, times e^(i phi)
def apply_rotary(x):
    T, d = x.shape[-2:]
    speed = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = torch.outer(torch.arange(T, dtype=x.dtype), speed)
    turn = torch.polar(torch.ones_like(phi), phi)
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    return torch.view_as_real(pairs * turn).reshape(x.shape)

# %% prelude
import torch

# %% wrong: a and b are views of the result: b is turned with the new a
def apply_rotary(x):
    T, d = x.shape[-2:]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = position * freq
    out = x.clone()
    a = out[..., 0::2]
    b = out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: T taken from axis 1: with heads it is the number of heads, and (T, d) gives d
def apply_rotary(x):
    T = x.shape[1]
    d = x.shape[-1]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = position * freq
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: frequencies from integers divided: float32, though the positions have x's dtype
def apply_rotary(x):
    T, d = x.shape[-2], x.shape[-1]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d, 2) / d)
    angle = position * freq
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)
    return turned.flatten(-2)

# %% right: complex numbers: view_as_complex times polar
def apply_rotary(x):
    *lead, T, d = x.shape
    w = torch.pow(10000.0, -torch.arange(0, d, 2, dtype=x.dtype) / d)
    phi = torch.outer(torch.arange(T, dtype=x.dtype), w)
    turn = torch.polar(torch.ones_like(phi), phi)
    z = torch.view_as_complex(x.reshape(*lead, T, d // 2, 2).contiguous())
    return torch.view_as_real(z * turn).reshape(x.shape)

# %% prelude
import math
import torch

# %% wrong: a and b are views of the copy that is written to: b is computed from the new a
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    cos, sin = (t * freq).cos(), (t * freq).sin()
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * cos - b * sin
    out[..., 1::2] = a * sin + b * cos
    return out

# %% wrong: turned pairs are put together by cat: all a first, then all b, not interleaved
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = t * freq
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: sines and cosines are taken from the float32 table of 5.1, also for x in float64
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

def apply_rotary(x):
    table = sinusoidal_encoding(x.shape[-2], x.shape[-1]).to(x.dtype)
    sin, cos = table[:, 0::2], table[:, 1::2]
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * cos - b * sin
    out[..., 1::2] = a * sin + b * cos
    return out

# %% wrong: the 2 of 2i is forgotten: exponent i/d instead of 2i/d
def apply_rotary(x):
    *_, T, d = x.shape
    i = torch.arange(d // 2, dtype=x.dtype)
    angle = torch.arange(T, dtype=x.dtype)[:, None] * 10000 ** (-i / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)
    return out.flatten(-2)

# %% right: complex numbers: each pair is a + bi, times exp(i angle)
def apply_rotary(x):
    T, d = x.shape[-2:]
    angle = torch.outer(torch.arange(T, dtype=x.dtype), 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))
    pairs = torch.view_as_complex(x.unflatten(-1, (d // 2, 2)).contiguous())
    turned = pairs * torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(turned).flatten(-2)

# %% prelude
import torch

# %% wrong: rotate_half of Llama code: pairs are column i and column i + d/2, not neighbours
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.arange(T, dtype=x.dtype)[:, None] * freq
    angles = torch.cat((angles, angles), dim=-1)
    half1, half2 = x.chunk(2, dim=-1)
    rotated = torch.cat((-half2, half1), dim=-1)
    return x * angles.cos() + rotated * angles.sin()

# %% wrong: second line reads the even columns after they were overwritten
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    i = torch.arange(0, d, 2, dtype=x.dtype)
    phi = t / 10000 ** (i / d)
    out = x.clone()
    out[..., 0::2] = out[..., 0::2] * phi.cos() - out[..., 1::2] * phi.sin()
    out[..., 1::2] = out[..., 0::2] * phi.sin() + out[..., 1::2] * phi.cos()
    return out

# %% wrong: length taken from axis 1 (thinks of (B, T, d) only)
def apply_rotary(x):
    T, d = x.shape[1], x.shape[-1]
    phi = torch.arange(T, dtype=x.dtype)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * phi.cos() - b * phi.sin()
    out[..., 1::2] = a * phi.sin() + b * phi.cos()
    return out

# %% right: complex multiplication, once more
def apply_rotary(x):
    T, d = x.shape[-2:]
    freq = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.outer(torch.arange(T, dtype=x.dtype), freq)
    z = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    z = z * torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(z).flatten(-2)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands
import math
import torch

# %% wrong: a is a view of the copy that is written to: the new b is made of the NEW a
def apply_rotary(x):
    T, d = x.shape[-2:]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    turned = x.clone()
    a, b = turned[..., 0::2], turned[..., 1::2]
    turned[..., 0::2] = a * angle.cos() - b * angle.sin()
    turned[..., 1::2] = a * angle.sin() + b * angle.cos()
    return turned

# %% wrong: turns the right pairs, then cat: all a's first, then all b's
def apply_rotary(x):
    T, d = x.shape[-2:]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

# %% wrong: right numbers, but written into x itself
def apply_rotary(x):
    T, d = x.shape[-2:]
    position = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    x[..., 0::2], x[..., 1::2] = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return x

# %% wrong: positions in x.dtype, but frequencies from a list of Python floats in torch.tensor (float32), cast afterwards
def apply_rotary(x):
    T, d = x.shape[-2:]
    frequency = torch.tensor([10000 ** (-2 * i / d) for i in range(d // 2)]).to(x.dtype)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * frequency
    a, b = x[..., 0::2], x[..., 1::2]
    pairs = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)
    return pairs.flatten(-2)

# %% right: complex multiplication: view_as_complex times polar
def apply_rotary(x):
    T, d = x.shape[-2:]
    frequency = torch.exp(torch.arange(0, d, 2, dtype=x.dtype) * (-math.log(10000) / d))
    angle = torch.outer(torch.arange(T, dtype=x.dtype), frequency)
    points = torch.view_as_complex(x.unflatten(-1, (d // 2, 2)).contiguous())
    return torch.view_as_real(points * torch.polar(torch.ones_like(angle), angle)).flatten(-2)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands

# %% wrong: a and b are views of the result: b is turned with the already turned a
def apply_rotary(x):
    T, d_head = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    out = x.clone()
    a, b = out[..., 0::2], out[..., 1::2]
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% wrong: with two axes before T it counts the positions along axis 1, the heads (right for 2 and 3 axes)
def apply_rotary(x):
    d_head = x.shape[-1]
    freq = 10000 ** (-torch.arange(0, d_head, 2, dtype=x.dtype) / d_head)
    if x.ndim == 2:
        return apply_rotary(x.unsqueeze(0))[0]
    angle = torch.arange(x.shape[1], dtype=x.dtype).unsqueeze(1) * freq      # (T, d_head/2)
    if x.ndim == 4:
        angle = angle.unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: partial rotary: turns the first half of the columns only, leaves the rest (GPT-NeoX/Phi convention)
def apply_rotary(x):
    T, d_head = x.shape[-2:]
    pairs = d_head // 2
    turned = max(pairs // 2, 1)                       # so many pairs get a position
    freq = 10000 ** (-2 * torch.arange(turned, dtype=x.dtype) / d_head)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * freq
    a, b = x[..., 0:2 * turned:2], x[..., 1:2 * turned:2]
    new = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)
    return torch.cat([new, x[..., 2 * turned:]], dim=-1)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    e = torch.arange(0, d_model, 2)
    R = torch.zeros(d_model, d_model)
    R[e, e] = R[e + 1, e + 1] = angle.cos()
    R[e, e + 1] = angle.sin()
    R[e + 1, e] = -angle.sin()
    return R

# %% wrong: reuses shift_matrix(t) of 5.2: turns the other way (and float32 matrices cast to x's dtype)
def apply_rotary(x):
    T, d_head = x.shape[-2:]
    R = torch.stack([shift_matrix(t, d_head) for t in range(T)]).to(x.dtype)
    return (R @ x.unsqueeze(-1)).squeeze(-1)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands

# %% right: einsum with a (T, d/2, 2, 2) tensor of rotation matrices
def apply_rotary(x):
    n, d = x.shape[-2:]
    phi = torch.outer(torch.arange(n).to(x), torch.logspace(0, -4 * (d - 2) / d, d // 2, dtype=x.dtype))
    R = torch.stack((phi.cos(), -phi.sin(), phi.sin(), phi.cos()), -1).unflatten(-1, (2, 2))
    return torch.einsum("tpij,...tpj->...tpi", R, x.unflatten(-1, (-1, 2))).flatten(-2)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands

# %% wrong: multiplies by the sine-cosine table elementwise (a*sin, b*cos): no mixing of the pair
def apply_rotary(x):
    T, d = x.shape[-2:]
    frequency = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.arange(T, dtype=x.dtype).unsqueeze(1) * frequency
    table = torch.stack((angle.cos(), angle.sin()), dim=-1).flatten(-2)
    return x * table

# %% wrong: positions counted from the middle of the sentence (scores are the same, position 0 is turned)
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    t = t - T // 2
    cos, sin = (t * w).cos(), (t * w).sin()
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)

# %% wrong: second number a cos + b sin instead of a sin + b cos
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = (t * w).cos(), (t * w).sin()
    return torch.stack((a * cos - b * sin, a * cos + b * sin), dim=-1).flatten(-2)

# %% wrong: Llama's code: x.float(), view_as_complex, polar, type_as: float64 gets float32 numbers
def apply_rotary(x):
    T, d = x.shape[-2:]
    freqs = 1.0 / (10000.0 ** (torch.arange(0, d, 2).float() / d))
    freqs = torch.outer(torch.arange(T), freqs)
    cis = torch.polar(torch.ones_like(freqs), freqs)
    z = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(z * cis).flatten(-2).type_as(x)

# %% wrong: also times sqrt(d_head), as in 5.3
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    a, b = a * math.sqrt(d), b * math.sqrt(d)
    cos, sin = (t * w).cos(), (t * w).sin()
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)

# %% wrong: every second pair turned backwards (sign alternates): (-1)**i * w
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    w[1::2] *= -1
    cos, sin = (t * w).cos(), (t * w).sin()
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)

# %% wrong: axis -1 and -2 exchanged in the shape: T = x.shape[-1] sizes the positions, cut to fit
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = 10000.0 ** (-torch.arange(0, T, 2, dtype=x.dtype) / T)
    w = F.pad(w, (0, d))[: d // 2]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = (t * w).cos(), (t * w).sin()
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)

# %% right: x * cos + (x @ J) * sin with a constant matrix J, repeat_interleave
def apply_rotary(x):
    T, d = x.shape[-2:]
    J = torch.block_diag(*[torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=x.dtype)] * (d // 2))
    phi = torch.einsum("t,p->tp", torch.arange(T, dtype=x.dtype), 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d))
    phi = phi.repeat_interleave(2, dim=-1)
    return x * phi.cos() + (x @ J) * phi.sin()

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.views import interactive
from course.views.figures import show_curves, show_scores, show_weights
from course.views.positions import show_encoding, show_hands

# %% wrong: neighbours are turned, but the angles are laid out for halves: cat([angle, angle]) (two libraries mixed)
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    w = 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.cat([t * w, t * w], dim=-1)
    other = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
    return x * angle.cos() + other * angle.sin()

# %% wrong: with heads, takes x as (B, T, heads, d_head), as flash-attention has it: positions along axis 1
def apply_rotary(x):
    d = x.shape[-1]
    if x.dim() == 4:
        return apply_rotary(x.transpose(1, 2)).transpose(1, 2) if False else _turn(x, x.shape[1], True)
    return _turn(x, x.shape[-2], False)


def _turn(x, length, heads_after):
    d = x.shape[-1]
    t = torch.arange(length, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    if heads_after:
        angle = angle.unsqueeze(1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1).flatten(-2)

# %% wrong: a and b are views of the copy: a is overwritten before the second line reads it
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    turned = x.clone()
    a, b = turned[..., 0::2], turned[..., 1::2]
    turned[..., 0::2] = a * angle.cos() - b * angle.sin()
    turned[..., 1::2] = a * angle.sin() + b * angle.cos()
    return turned

# %% wrong: positions in x.dtype, frequencies left in float32 (dtype given once only)
def apply_rotary(x):
    T, d = x.shape[-2:]
    t = torch.arange(T, dtype=x.dtype).unsqueeze(1)
    angle = t * 10000 ** (-torch.arange(0, d, 2) / d)
    a, b = x[..., 0::2], x[..., 1::2]
    out = torch.empty_like(x)
    out[..., 0::2] = a * angle.cos() - b * angle.sin()
    out[..., 1::2] = a * angle.sin() + b * angle.cos()
    return out

# %% right: RIGHT: one block-diagonal matrix for each position, einsum
def apply_rotary(x):
    T, d = x.shape[-2:]
    w = [10000 ** (-2 * i / d) for i in range(d // 2)]
    turns = torch.stack([
        torch.block_diag(*[torch.tensor([[math.cos(t * v), -math.sin(t * v)], [math.sin(t * v), math.cos(t * v)]],
                                        dtype=x.dtype) for v in w])
        for t in range(T)
    ])
    return torch.einsum("tij,...tj->...ti", turns, x)
