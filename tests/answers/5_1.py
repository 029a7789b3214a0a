# %% prelude
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: Annotated Transformer, stops at an odd d_model
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(max_len, d_model)
    position = torch.arange(0, max_len).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe

# %% wrong: an axis in front for the batch
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(1, max_len, d_model)
    position = torch.arange(max_len, dtype=torch.float32).reshape(-1, 1)
    angles = position / torch.pow(10000, torch.arange(0, d_model, 2, dtype=torch.float32) / d_model)
    pe[:, :, 0::2] = torch.sin(angles)
    pe[:, :, 1::2] = torch.cos(angles[:, : d_model // 2])
    return pe

# %% wrong: tensor2tensor, sines first and then cosines
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len, dtype=torch.float32).unsqueeze(1)
    angles = position / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model]

# %% wrong: sines and cosines exchanged
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = angles.cos()
    table[:, 1::2] = angles.sin()[:, : d_model // 2]
    return table

# %% wrong: an exponent for every column
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(d_model) / d_model)
    table[:, 0::2] = angles[:, 0::2].sin()
    table[:, 1::2] = angles[:, 1::2].cos()
    return table

# %% wrong: the index doubled twice
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    i = torch.arange(0, d_model, 2)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (2 * i / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: exponents i instead of 2i
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    i = torch.arange((d_model + 1) // 2)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (i / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: whole-number division in the exponent
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, d_model, 2) // d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: positions from 1
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    position = torch.arange(1, max_len + 1).unsqueeze(1)
    angles = position / 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: 1000 in the place of 10000
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    freq = torch.exp(-math.log(1000.0) * torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(max_len).unsqueeze(1) * freq
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: 64 bits
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model, dtype=torch.float64)
    position = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
    angles = position / 10000.0 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: a NumPy table
def sinusoidal_encoding(max_len, d_model):
    P = np.zeros((max_len, d_model), dtype=np.float32)
    for k in range(max_len):
        for i in np.arange((d_model + 1) // 2):
            denominator = np.power(10000, 2 * i / d_model)
            P[k, 2 * i] = np.sin(k / denominator)
            if 2 * i + 1 < d_model:
                P[k, 2 * i + 1] = np.cos(k / denominator)
    return P

# %% wrong: a parameter
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return nn.Parameter(table)

# %% wrong: whole numbers in the table
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model, dtype=torch.long)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: odd d_model cut down to an even one
def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, d_model - 1, 2) / d_model)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)

# %% wrong: odd d_model divided as if it were one more
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, even, 2) / even)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :d_model]

# %% wrong: last cosine has the frequency of its neighbour
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    exponents = torch.linspace(0, 1, (d_model + 1) // 2)
    angles = torch.arange(max_len).unsqueeze(1) / 10000.0 ** exponents
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% right: columns filled, cosines cut
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    position = torch.arange(max_len).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = position * frequency
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

# %% right: stacked, flattened and cut, in 64 bits first
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.double)
    f = torch.pow(10000.0, -torch.arange(0, d_model, 2, dtype=torch.double) / d_model)
    angles = torch.outer(t, f)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :d_model].float()

# %% right: plain Python
def sinusoidal_encoding(max_len: int, d_model: int) -> torch.Tensor:
    table = torch.empty(max_len, d_model)
    for t in range(max_len):
        for column in range(d_model):
            angle = t / 10000 ** (2 * (column // 2) / d_model)
            table[t, column] = math.cos(angle) if column % 2 else math.sin(angle)
    return table

# %% right: sine everywhere, a quarter turn for the cosines
def sinusoidal_encoding(max_len, d_model):
    column = torch.arange(d_model)
    rate = torch.exp(-(column - column % 2) * math.log(10000.0) / d_model)
    turn = (column % 2) * math.pi / 2
    return torch.sin(torch.arange(max_len)[:, None] * rate + turn)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention

d_model = 4
# %% wrong: sines in the first half, cosines in the second
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len).unsqueeze(1).float()
    freq = 10000 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angles = pos * freq
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model]
# %% wrong: the first position is 1
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(max_len, d_model)
    position = torch.arange(1, max_len + 1).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, :d_model // 2]
    return pe
# %% wrong: a batch axis, as in the Annotated Transformer
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(max_len, d_model)
    position = torch.arange(0, max_len).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term[:d_model // 2])
    return pe.unsqueeze(0)
# %% wrong: log10 with exp
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(max_len, d_model)
    position = torch.arange(max_len, dtype=torch.float).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log10(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, :d_model // 2]
    return pe
# %% wrong: the cosine's own column in the exponent
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    t = torch.arange(max_len).unsqueeze(1)
    table[:, 0::2] = torch.sin(t / 10000 ** (torch.arange(0, d_model, 2) / d_model))
    table[:, 1::2] = torch.cos(t / 10000 ** (torch.arange(1, d_model, 2) / d_model))
    return table
# %% wrong: sine and cosine exchanged
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    for t in range(max_len):
        for c in range(d_model):
            angle = t / 10000 ** ((c - c % 2) / d_model)
            table[t, c] = math.cos(angle) if c % 2 == 0 else math.sin(angle)
    return table
# %% wrong: spacing by the number of pairs minus one (tensor2tensor)
def sinusoidal_encoding(max_len, d_model):
    n = (d_model + 1) // 2
    step = math.log(10000.0) / max(n - 1, 1)
    inv = torch.exp(torch.arange(n).float() * -step)
    angles = torch.arange(max_len).float()[:, None] * inv[None, :]
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :d_model]
# %% wrong: NumPy table in 64 bits
def sinusoidal_encoding(max_len, d_model):
    import numpy as np
    pos = np.arange(max_len)[:, np.newaxis]
    i = np.arange(d_model)[np.newaxis, :]
    angle_rads = pos / np.power(10000, (2 * (i // 2)) / np.float32(d_model))
    angle_rads[:, 0::2] = np.sin(angle_rads[:, 0::2])
    angle_rads[:, 1::2] = np.cos(angle_rads[:, 1::2])
    return angle_rads
# %% right: every number by itself
def sinusoidal_encoding(max_len, d_model):
    def number(t, column):
        angle = t / 10000 ** (column // 2 * 2 / d_model)
        return math.cos(angle) if column % 2 else math.sin(angle)
    rows = [[number(t, c) for c in range(d_model)] for t in range(max_len)]
    return torch.tensor(rows, dtype=torch.float32).reshape(max_len, d_model)
# %% right: outer product and stack
def sinusoidal_encoding(max_len, d_model):
    exponents = torch.arange(0, d_model, 2, dtype=torch.float64) / d_model
    angles = torch.outer(torch.arange(max_len, dtype=torch.float64), 10000.0 ** -exponents)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2)[:, :d_model].float()
# %% right: a cosine is a shifted sine
def sinusoidal_encoding(max_len, d_model):
    column = torch.arange(d_model)
    divisor = torch.pow(10000.0, (column - column % 2).double() / d_model)
    angle = torch.arange(max_len).double().view(-1, 1) / divisor + (column % 2) * math.pi / 2
    return torch.sin(angle).to(torch.float32)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: sines in the left half, cosines in the right half
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = position * frequency
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model].float()
# %% wrong: positions counted from 1
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(1, max_len + 1, dtype=torch.float64).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table
# %% wrong: a table in float64
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len, dtype=torch.float64)[:, None]
    frequency = 1 / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    table = torch.zeros(max_len, d_model, dtype=torch.float64)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency[: d_model // 2])
    return table
# %% wrong: sine and cosine exchanged, once more
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len, dtype=torch.float64).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = position * frequency
    table = torch.empty(max_len, d_model)
    table[:, 0::2] = angles.cos()
    table[:, 1::2] = angles.sin()[:, : d_model // 2]
    return table
# %% right: cosine as a shifted sine, column by column
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.float64)
    columns = []
    for c in range(d_model):
        angle = t / 10000 ** ((c - c % 2) / d_model)
        columns.append(torch.cos(angle) if c % 2 else torch.sin(angle))
    return torch.stack(columns, dim=1).to(torch.float32)
# %% prelude
import math

import numpy as np
import torch
from torch import nn
# %% wrong: // in the exponent, so every divisor is 1
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    for t in range(max_len):
        for col in range(d_model):
            i = col // 2
            angle = t / 10000 ** (2 * i // d_model)
            table[t, col] = math.sin(angle) if col % 2 == 0 else math.cos(angle)
    return table
# %% wrong: all sines in the left half and all cosines in the right half, not interleaved
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len, dtype=torch.float).unsqueeze(1)
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = pos * freq
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model]
# %% wrong: frequencies spaced so that the last pair has exactly 1/10000 (tensor2tensor: divided by number of pairs − 1)
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    log_step = math.log(10000) / max(pairs - 1, 1)
    freq = torch.exp(-log_step * torch.arange(pairs, dtype=torch.float))
    angles = torch.arange(max_len, dtype=torch.float)[:, None] * freq[None, :]
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, : d_model // 2]
    return table
# %% wrong: for an odd d_model it computes the table of d_model + 1 (exponent with the wrong d_model) and cuts it
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2
    angle = torch.arange(max_len).unsqueeze(1) / 10000.0 ** (torch.arange(0, even, 2) / even)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :d_model]
# %% wrong: positions counted from 1 (2)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(1, max_len + 1, dtype=torch.float32).reshape(-1, 1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    pe = torch.zeros(max_len, d_model)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, : d_model // 2]
    return pe
# %% wrong: an exponent for every column: the cosines have angles of their own (2i + 1)/d_model
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.float).unsqueeze(1)
    columns = torch.arange(d_model)
    angles = t / 10000 ** (columns / d_model)
    return torch.where(columns % 2 == 0, angles.sin(), angles.cos())
# %% wrong: a table of 5000 rows is made once and cut, so more than 5000 positions are missing
_CACHE = {}

def sinusoidal_encoding(max_len, d_model):
    if d_model not in _CACHE:
        pos = torch.arange(5000, dtype=torch.float64).unsqueeze(1)
        w = 10000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        pe = torch.zeros(5000, d_model, dtype=torch.float64)
        pe[:, ::2] = torch.sin(pos * w)
        pe[:, 1::2] = torch.cos(pos * w[: d_model // 2])
        _CACHE[d_model] = pe.float()
    return _CACHE[d_model][:max_len].clone()
# %% wrong: made with numpy and returned as float64
def sinusoidal_encoding(max_len, d_model):
    pos = np.arange(max_len)[:, np.newaxis]
    i = np.arange(d_model)[np.newaxis, :]
    angles = pos / np.power(10000, 2 * (i // 2) / d_model)
    angles[:, 0::2] = np.sin(angles[:, 0::2])
    angles[:, 1::2] = np.cos(angles[:, 1::2])
    return torch.from_numpy(angles)
# %% wrong: for an odd d_model the last column is left at 0 instead of being a sine
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    position = torch.arange(max_len, dtype=torch.float)
    for i in range(d_model // 2):
        angle = position / 10000 ** (2 * i / d_model)
        table[:, 2 * i] = angle.sin()
        table[:, 2 * i + 1] = angle.cos()
    return table
# %% right: one number after the other, with math
def sinusoidal_encoding(max_len, d_model):
    table = torch.empty(max_len, d_model)
    divisors = [10000 ** ((col - col % 2) / d_model) for col in range(d_model)]
    for col, divisor in enumerate(divisors):
        wave = math.cos if col % 2 else math.sin
        table[:, col] = torch.tensor([wave(t / divisor) for t in range(max_len)])
    return table
# %% right: cosine as a sine that is a quarter of a turn ahead, all columns at once in float64
def sinusoidal_encoding(max_len, d_model):
    column = torch.arange(d_model, dtype=torch.float64)
    odd = column % 2
    frequency = torch.exp((column - odd) * (-math.log(10000) / d_model))
    angles = torch.outer(torch.arange(max_len, dtype=torch.float64), frequency)
    return torch.sin(angles + odd * math.pi / 2).float()
# %% prelude
import math

import numpy as np
import torch
from torch import nn
# %% wrong: all sines first, then all cosines, instead of interleaved
def sinusoidal_encoding(max_len, d_model):
    half = (d_model + 1) // 2
    freqs = torch.exp(-math.log(10000.0) * 2 * torch.arange(half) / d_model)
    args = torch.arange(max_len).float()[:, None] * freqs[None, :]
    return torch.cat([torch.sin(args), torch.cos(args)], dim=-1)[:, :d_model]
# %% wrong: an odd d_model is rounded up and the last column cut off, so all frequencies differ
def sinusoidal_encoding(max_len, d_model):
    odd = d_model % 2
    d = d_model + odd
    position = torch.arange(max_len, dtype=torch.float).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d, 2).float() * (-math.log(10000.0) / d))
    pe = torch.zeros(max_len, d)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe[:, :d_model]
# %% wrong: positions are counted from 1
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    for t in range(max_len):
        for j in range(d_model):
            angle = (t + 1) / 10000 ** (2 * (j // 2) / d_model)
            table[t, j] = math.sin(angle) if j % 2 == 0 else math.cos(angle)
    return table
# %% wrong: exponent i / (d_model/2 - 1), so that the slowest wave is exactly 10000, as in tensor2tensor
def sinusoidal_encoding(max_len, d_model):
    num_timescales = (d_model + 1) // 2
    log_timescale_increment = math.log(10000.0) / max(num_timescales - 1, 1)
    inv_timescales = torch.exp(torch.arange(num_timescales) * -log_timescale_increment)
    scaled_time = torch.arange(max_len).unsqueeze(1) * inv_timescales
    return torch.stack([scaled_time.sin(), scaled_time.cos()], dim=2).flatten(1)[:, :d_model]
# %% wrong: cut from a table of 5000 rows, too short for a larger max_len
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(5000, d_model)
    position = torch.arange(0, 5000).unsqueeze(1)
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    pe[:, 0::2] = torch.sin(position * freq)
    pe[:, 1::2] = torch.cos(position * freq)[:, :d_model // 2]
    return pe[:max_len]
# %% wrong: whole-number division in the exponent, which is then always 0
def sinusoidal_encoding(max_len, d_model):
    rows = []
    for t in range(max_len):
        row = []
        for i in range(0, d_model, 2):
            angle = t / 10000 ** (i // d_model)
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row[:d_model])
    return torch.tensor(rows)
# %% right: complex numbers on the circle, in 64 bits
def sinusoidal_encoding(max_len, d_model):
    i = torch.arange((d_model + 1) // 2, dtype=torch.float64)
    frequency = torch.pow(torch.tensor(10000.0, dtype=torch.float64), -2 * i / d_model)
    angle = torch.outer(torch.arange(max_len, dtype=torch.float64), frequency)
    points = torch.polar(torch.ones_like(angle), angle)              # cos + i sin
    pairs = torch.view_as_real(points).flip(-1)                      # sin, cos
    return pairs.reshape(max_len, 2 * ((d_model + 1) // 2))[:, :d_model].float()
# %% right: column by column, the cosine as a sine a quarter turn ahead
def sinusoidal_encoding(max_len, d_model):
    where = torch.arange(max_len, dtype=torch.float64)
    table = torch.empty(max_len, d_model)
    for column in range(d_model):
        pair, is_cosine = divmod(column, 2)
        wave = where / 10000 ** (2 * pair / d_model)
        table[:, column] = torch.sin(wave + is_cosine * math.pi / 2)
    return table


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

# %% wrong: cosine from Pythagoras, sqrt(1 - sin^2): loses its sign
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    positions = torch.arange(max_len).unsqueeze(1)
    angles = positions / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = (1 - angles.sin() ** 2).sqrt()[:, : d_model // 2]
    return table

# %% wrong: frequencies evenly from 1 to 1/10000 inclusive (linspace/logspace, as tensor2tensor)
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    freq = torch.logspace(0, -4, pairs)
    angles = torch.arange(max_len).unsqueeze(1) * freq
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)[:, :d_model]

# %% wrong: 2*pi in the angle (from 'wavelengths from 2π to 10000·2π')
def sinusoidal_encoding(max_len, d_model):
    wavelength = 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = 2 * math.pi * torch.arange(max_len).unsqueeze(1) / wavelength
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

# %% wrong: odd d_model: makes the table for d_model + 1 and cuts, so the exponent divides by d_model + 1
def sinusoidal_encoding(max_len, d_model):
    if d_model % 2:
        return f_even(max_len, d_model + 1)[:, :d_model]
    return f_even(max_len, d_model)

# %% wrong: cache by d_model only: a later, longer call gets too few rows
def sinusoidal_encoding(max_len, d_model):
    if d_model not in _cache:
        _cache[d_model] = sinusoidal_encoding(max_len, d_model)
    return _cache[d_model][:max_len]

# %% wrong: reduces angles modulo 6.28 instead of 2π (to keep them small)
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    angles = torch.arange(max_len).unsqueeze(1) / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = angles % 6.28
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, : d_model // 2]
    return table

# %% wrong: log10 for log in exp(-..), and columns in halves (all sines, then all cosines)
def sinusoidal_encoding(max_len, d_model):
    freq = torch.exp(-torch.arange(0, d_model, 2) / d_model * math.log10(10000))
    angles = torch.arange(max_len).unsqueeze(1) * freq
    return torch.cat((angles.sin(), angles.cos()), dim=1)[:, :d_model]

# %% right: complex numbers: polar, imag/real through view_as_real().flip
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.float64)
    freq = torch.pow(10000.0, -torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    z = torch.polar(torch.ones(1, dtype=torch.float64), torch.outer(t, freq))
    return torch.view_as_real(z).flip(-1).flatten(1)[:, :d_model].float()

# %% prelude

# %% wrong: tensor2tensor / fairseq time scales: log(10000) / (half - 1), so the last pair has exactly 1/10000
import math, torch
def sinusoidal_encoding(max_len, d_model):
    half = (d_model + 1) // 2
    step = math.log(10000.0) / max(half - 1, 1)
    freq = torch.exp(torch.arange(half) * -step)
    angle = torch.arange(max_len).unsqueeze(1) * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

# %% wrong: odd d_model: rounds up to even, computes, cuts the last column off: exponents 2i/(d+1)
import math, torch
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2
    pos = torch.arange(max_len, dtype=torch.float32).unsqueeze(1)
    div = torch.exp(torch.arange(0, even, 2).float() * (-math.log(10000.0) / even))
    table = torch.zeros(max_len, even)
    table[:, 0::2] = torch.sin(pos * div)
    table[:, 1::2] = torch.cos(pos * div)
    return table[:, :d_model]

# %% wrong: fairseq padding_idx=0: row 0 set to zeros
import math, torch
def sinusoidal_encoding(max_len, d_model, padding_idx=0):
    pos = torch.arange(max_len).unsqueeze(1)
    div = 10000.0 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(pos / div)
    table[:, 1::2] = torch.cos(pos / div[:d_model // 2])
    if padding_idx is not None:
        table[padding_idx, :] = 0
    return table

# %% wrong: state between calls: frequencies cached at the first call by their number, so d=7 after d=8 gets those of 8
import torch
_freqs = {}
def sinusoidal_encoding(max_len, d_model):
    n = (d_model + 1) // 2
    if n not in _freqs:
        _freqs[n] = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angle = torch.arange(max_len).unsqueeze(1) * _freqs[n]
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

# %% right: NumPy, Keras style: one angle for each column with i // 2, np.where, then torch
import numpy as np, torch
def sinusoidal_encoding(max_len, d_model):
    column = np.arange(d_model)[None, :]
    angle = np.arange(max_len)[:, None] / np.power(10000, (2 * (column // 2)) / d_model)
    table = np.where(column % 2 == 0, np.sin(angle), np.cos(angle))
    return torch.from_numpy(table).float()

# %% prelude
import math

import numpy as np
import torch

# %% wrong: tensor2tensor habit: frequencies spread over (pairs - 1), so the last is exactly 1/10000
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    step = math.log(10000) / max(pairs - 1, 1)
    freq = torch.exp(-step * torch.arange(pairs))
    angles = torch.arange(max_len).unsqueeze(1) * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: odd d_model: the last column (sine without cosine) is never written and stays 0
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    pos = torch.arange(max_len, dtype=torch.float32)
    for i in range(d_model // 2):
        angle = pos / 10000 ** (2 * i / d_model)
        table[:, 2 * i] = torch.sin(angle)
        table[:, 2 * i + 1] = torch.cos(angle)
    return table

# %% wrong: numpy: the tensor is float64
def sinusoidal_encoding(max_len, d_model):
    pos = np.arange(max_len)[:, None]
    col = np.arange(d_model)[None, :]
    angles = pos / np.power(10000, (2 * (col // 2)) / d_model)
    angles[:, 0::2] = np.sin(angles[:, 0::2])
    angles[:, 1::2] = np.cos(angles[:, 1::2])
    return torch.from_numpy(angles)

# %% wrong: exponent i/d_model instead of 2i/d_model (the 2 forgotten)
def sinusoidal_encoding(max_len, d_model):
    i = torch.arange((d_model + 1) // 2)
    freq = 1 / 10000 ** (i / d_model)
    angles = torch.arange(max_len)[:, None] * freq[None, :]
    table = torch.empty(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, :d_model // 2])
    return table

# %% wrong: all sines first, then all cosines (not interleaved)
def sinusoidal_encoding(max_len, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(max_len).float().unsqueeze(1) * freq
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model]

# %% right: one formula per column: sine with phase pi/2 for the odd ones, in float64, then float32
def sinusoidal_encoding(max_len, d_model):
    col = torch.arange(d_model, dtype=torch.float64)
    freq = torch.exp(-math.log(10000.0) * (col - col % 2) / d_model)
    pos = torch.arange(max_len, dtype=torch.float64)
    return torch.sin(torch.outer(pos, freq) + (col % 2) * math.pi / 2).float()

# %% prelude
import math

import numpy as np
import torch

# %% wrong: odd d_model crashes: all cosines assigned to one column fewer
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = positions * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table

# %% wrong: the index already counts in twos, and is doubled again
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).unsqueeze(1)
    i = torch.arange(0, d_model, 2)
    angles = positions / 10000 ** (2 * i / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: sines in the left half, cosines in the right half, not interleaved
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len, dtype=torch.float32)[:, None]
    frequencies = 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = positions * frequencies
    table = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
    return table[:, :d_model]

# %% wrong: odd d_model: made even (d_model + 1) before the exponent, last column cut
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2          # make room for the last cosine
    positions = torch.arange(max_len).unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, even, 2) / even)
    angles = positions * frequencies
    table = torch.zeros(max_len, even)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)
    return table[:, :d_model]

# %% wrong: numpy habit: table in float64
def sinusoidal_encoding(max_len, d_model):
    table = np.zeros((max_len, d_model))
    positions = np.arange(max_len)[:, None]
    frequencies = 1 / np.power(10000, np.arange(0, d_model, 2) / d_model)
    angles = positions * frequencies
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)[:, :d_model // 2]
    return torch.from_numpy(table)

# %% right: one sine for all columns, cosine as a sine a quarter turn ahead, in float64
def sinusoidal_encoding(max_len, d_model):
    column = torch.arange(d_model)
    pair = column // 2
    frequency = torch.exp(-math.log(10000.0) * 2 * pair.double() / d_model)
    phase = (column % 2) * (math.pi / 2)
    t = torch.arange(max_len, dtype=torch.float64).reshape(-1, 1)
    return torch.sin(t * frequency + phase).float()

# %% prelude
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: crashes for odd d_model (cosines have one column too many)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).float().unsqueeze(1)
    div = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(position * div)
    table[:, 1::2] = torch.cos(position * div)
    return table

# %% wrong: doubles an index which already counts in twos
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.float32).reshape(-1, 1)
    i = torch.arange(0, d_model, 2, dtype=torch.float32)
    freqs = 1.0 / (10000 ** (2 * i / d_model))
    angles = t * freqs
    table = torch.zeros((max_len, d_model))
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles[:, : d_model // 2].cos()
    return table

# %% wrong: sines in the left half, cosines in the right half (not interleaved)
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = t * freq
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)[:, :d_model]

# %% wrong: an own exponent for every column; cosine is not of the same angle as the sine
def sinusoidal_encoding(max_len, d_model):
    table = torch.zeros(max_len, d_model)
    for t in range(max_len):
        for j in range(d_model):
            angle = t / 10000 ** (j / d_model)
            if j % 2 == 0:
                table[t, j] = math.sin(angle)
            else:
                table[t, j] = math.cos(angle)
    return table

# %% wrong: a batch axis in front: (1, max_len, d_model), from the Annotated Transformer
def sinusoidal_encoding(max_len, d_model):
    pe = torch.zeros(max_len, d_model)
    position = torch.arange(0, max_len).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, :d_model // 2]
    pe = pe.unsqueeze(0)
    return pe

# %% right: two loops over positions and columns, list of lists, torch.tensor
def sinusoidal_encoding(max_len, d_model):
    rows = []
    for t in range(max_len):
        row = []
        for col in range(d_model):
            angle = t / 10000 ** ((col - col % 2) / d_model)
            row.append(math.cos(angle) if col % 2 else math.sin(angle))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float32).reshape(max_len, d_model)

# %% prelude
import math

import numpy as np
import torch


# %% wrong: positions counted from 1 instead of 0
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(1, max_len + 1).unsqueeze(1).float()
    frequencies = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = positions * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, :d_model // 2]
    return table

# %% wrong: frequencies spread evenly with BOTH ends (linspace 0..1): the last divisor is 10000 itself
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    positions = torch.arange(max_len).unsqueeze(1)
    frequencies = 1.0 / 10000 ** torch.linspace(0, 1, pairs)
    angles = positions * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: odd d_model: builds the table for d_model + 1 (divisors of d_model + 1, too) and cuts the last column
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2
    t = torch.arange(max_len).float()[:, None]
    freq = 10000 ** (-torch.arange(0, even, 2).float() / even)
    angles = t * freq
    table = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
    return table[:, :d_model]

# %% wrong: computed in NumPy and returned as float64
def sinusoidal_encoding(max_len, d_model):
    t = np.arange(max_len)[:, None]
    i = np.arange(0, d_model, 2)[None, :]
    angles = t / np.power(10000.0, i / d_model)
    table = np.zeros((max_len, d_model))
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)[:, :d_model // 2]
    return torch.from_numpy(table)

# %% right: nested loops with math.sin and math.cos, column by column
def sinusoidal_encoding(max_len, d_model):
    rows = []
    for t in range(max_len):
        row = []
        for column in range(d_model):
            angle = t / 10000 ** ((column - column % 2) / d_model)
            row.append(math.cos(angle) if column % 2 else math.sin(angle))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float32)

# %% prelude
import torch

# %% wrong: all sines first, then all cosines (not interleaved), once more
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).float().unsqueeze(1)
    i = torch.arange(0, d_model, 2).float()
    angles = position / 10000 ** (i / d_model)
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :d_model]

# %% wrong: frequencies from 1 to 1/10000 with both ends (logspace), as in another library
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    position = torch.arange(max_len).unsqueeze(1)
    freq = torch.logspace(0, -4, pairs)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, :d_model // 2]
    return table

# %% wrong: squeeze at the end: one position gives a vector, not a table with one row
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    both = torch.stack([angles.sin(), angles.cos()], dim=-1)
    return both.reshape(max_len, -1)[:, :d_model].squeeze()

# %% wrong: odd d_model: rounded up and cut, so the divisors are those of d_model + 1
def sinusoidal_encoding(max_len, d_model):
    wanted = d_model
    if d_model % 2 == 1:
        d_model = d_model + 1
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(position * freq)
    table[:, 1::2] = torch.cos(position * freq)
    return table[:, :wanted]

# %% right: complex exponentials in double, then float32
def sinusoidal_encoding(max_len, d_model):
    omega = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    z = torch.exp(1j * torch.outer(torch.arange(max_len, dtype=torch.float64), omega))
    points = torch.view_as_real(z).flip(-1)
    return points.flatten(1)[:, :d_model].float().contiguous()

# %% prelude
import math
import numpy as np
import torch

# %% wrong: operator precedence: 10000 ** arange / d_model is (10000 ** arange) / d_model, and the integers overflow
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).unsqueeze(1)
    frequencies = 1 / (10000 ** torch.arange(0, d_model, 2) / d_model)
    angles = positions * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, :d_model // 2]
    return table

# %% wrong: odd d_model rounded up, last column cut off: the exponents divide by d_model + 1
def sinusoidal_encoding(max_len, d_model):
    d = d_model + d_model % 2              # make it even, cut off the last column at the end
    positions = torch.arange(max_len).unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, d, 2) / d)
    angles = positions * frequencies
    table = torch.zeros(max_len, d)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)
    return table[:, :d_model]

# %% wrong: dtype: computed in numpy, from_numpy gives float64
def sinusoidal_encoding(max_len, d_model):
    pos = np.arange(max_len)[:, None]
    freq = 1 / 10000 ** (np.arange(0, d_model, 2) / d_model)
    angles = pos * freq
    table = np.zeros((max_len, d_model))
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)[:, :d_model // 2]
    return torch.from_numpy(table)

# %% wrong: habit of tensor2tensor: frequencies from 1 to exactly 1/10000, i divided by (number of pairs - 1)
def sinusoidal_encoding(max_len, d_model):
    n = (d_model + 1) // 2
    step = math.log(10000.0) / max(n - 1, 1)
    frequencies = torch.exp(-step * torch.arange(n))
    angles = torch.arange(max_len).unsqueeze(1) * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: positions by linspace(0, max_len, max_len): the end is included, the step is not 1
def sinusoidal_encoding(max_len, d_model):
    positions = torch.linspace(0, max_len, max_len)[:, None]
    i = torch.arange(0, d_model, 2)
    angles = positions / 10000 ** (i / d_model)
    table = torch.empty(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles[:, :d_model // 2].cos()
    return table

# %% right: no assignment: one sine, with a quarter turn added in the odd columns; computed in float64
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len, dtype=torch.float64)
    column = torch.arange(d_model)
    exponent = 2 * torch.div(column, 2, rounding_mode="floor").double() / d_model
    angle = torch.outer(t, torch.pow(10000.0, -exponent))
    return torch.sin(angle + (column % 2) * (math.pi / 2)).float()

# %% prelude
import numpy as np
import torch

# %% wrong: the 2 of the exponent forgotten: i counts pairs, exponent i/d_model
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).unsqueeze(1)
    i = torch.arange((d_model + 1) // 2)
    angles = t / 10000 ** (i / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles[:, : d_model // 2].cos()
    return table

# %% wrong: odd d_model: last column stays zero, because d_model // 2 pairs only
def sinusoidal_encoding(max_len, d_model):
    pairs = d_model // 2
    t = torch.arange(max_len, dtype=torch.float32).unsqueeze(1)
    freq = 10000 ** (-2 * torch.arange(pairs) / d_model)
    angles = t * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0:2 * pairs:2] = torch.sin(angles)
    table[:, 1:2 * pairs:2] = torch.cos(angles)
    return table

# %% wrong: positions counted from 1, once more
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(1, max_len + 1).float()[:, None]
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = t * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

# %% wrong: frequencies from 1 to 1/10000 inclusive with linspace (tensor2tensor habit), exponent i/(pairs-1)
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    freq = 10000 ** -torch.linspace(0, 1, pairs)
    angles = torch.outer(torch.arange(max_len).float(), freq)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

# %% wrong: numpy: table is float64, not float32
def sinusoidal_encoding(max_len, d_model):
    table = np.zeros((max_len, d_model))
    angles = np.arange(max_len)[:, None] / 10000 ** (np.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)[:, : d_model // 2]
    return torch.from_numpy(table)

# %% right: numpy complex: i * conj(e^{ia}) = sin + i cos, in float64, cut and cast
def sinusoidal_encoding(max_len, d_model):
    freq = np.power(10000.0, -np.arange(0, d_model, 2) / d_model)
    z = 1j * np.conj(np.exp(1j * np.outer(np.arange(max_len), freq)))
    both = np.stack([z.real, z.imag], axis=-1).reshape(max_len, 2 * len(freq))
    return torch.tensor(both[:, :d_model], dtype=torch.float32)

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

# %% wrong: odd d_model: builds d_model+1 columns with exponent 2i/(d_model+1), cuts the last off
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2                       # one more, if it is odd
    position = torch.arange(max_len).unsqueeze(1)
    angle = position / 10000 ** (torch.arange(0, even, 2) / even)
    table = torch.zeros(max_len, even)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)
    return table[:, :d_model]

# %% wrong: takes the angles for degrees (deg2rad before sin)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    frequency = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = torch.deg2rad(position * frequency)        # torch.sin wants radians
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, :d_model // 2])
    return table

# %% wrong: keeps tables in a dict by d_model alone: a longer table asked for later comes back too short
tables = {}

def sinusoidal_encoding(max_len, d_model):
    if d_model not in tables:                          # compute it only once
        position = torch.arange(max_len).unsqueeze(1)
        frequency = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
        angle = position * frequency
        table = torch.zeros(max_len, d_model)
        table[:, 0::2] = torch.sin(angle)
        table[:, 1::2] = torch.cos(angle[:, :d_model // 2])
        tables[d_model] = table
    return tables[d_model][:max_len]

# %% wrong: tensor2tensor's spacing: exponent i/(pairs-1), so that the last divisor is exactly 10000
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    frequency = torch.exp(-math.log(10000) * torch.arange(pairs) / max(pairs - 1, 1))
    angle = torch.arange(max_len).unsqueeze(1) * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, :d_model // 2])
    return table

# %% right: torch.polar, view_as_real, flip, flatten
def sinusoidal_encoding(max_len, d_model):
    exponents = torch.arange(0, d_model, 2, dtype=torch.float64) / d_model
    angle = torch.outer(torch.arange(max_len, dtype=torch.float64), torch.pow(10000.0, -exponents))
    hands = torch.polar(torch.ones_like(angle), angle)           # cos + i sin
    return torch.view_as_real(hands).flip(-1).flatten(1)[:, :d_model].float()

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

# %% wrong: exponent 2i/(d_model-2), so that the last pair has divisor exactly 10000 (tensor2tensor's convention)
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    exponent = torch.arange(pairs) / max(pairs - 1, 1)      # from 0 to 1
    angles = torch.arange(max_len).unsqueeze(1) / 10000 ** exponent
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

# %% wrong: odd d_model: rounds d_model up first, so the exponents divide by d_model + 1 (right for even)
def sinusoidal_encoding(max_len, d_model):
    even = d_model + d_model % 2
    freq = 10000.0 ** (-torch.arange(0, even, 2) / even)
    angles = torch.arange(max_len).unsqueeze(1) * freq
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :d_model]

# %% wrong: cosine computed as sqrt(1 - sin^2): never negative
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    sines = torch.sin(positions * freq)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = sines
    table[:, 1::2] = torch.sqrt(1 - sines ** 2)[:, : d_model // 2]     # sin^2 + cos^2 = 1
    return table

# %% wrong: keeps tables in a cache by d_model alone: a longer table asked for later comes out too short
def sinusoidal_encoding(max_len, d_model, cache={}):
    if d_model not in cache:
        positions = torch.arange(max_len).unsqueeze(1)
        freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
        table = torch.zeros(max_len, d_model)
        table[:, 0::2] = torch.sin(positions * freq)
        table[:, 1::2] = torch.cos(positions * freq)[:, : d_model // 2]
        cache[d_model] = table
    return cache[d_model][:max_len]

# %% wrong: right numbers, but an nn.Parameter(requires_grad=False) where a plain tensor is asked for
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = nn.Parameter(torch.zeros(max_len, d_model), requires_grad=False)     # not learned
    table[:, 0::2] = torch.sin(positions * freq)
    table[:, 1::2] = torch.cos(positions * freq)[:, : d_model // 2]
    return table

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
import numpy as np

# %% right: in NumPy float64: a sine everywhere, odd columns a quarter turn ahead
def sinusoidal_encoding(max_len, d_model):
    column = np.arange(d_model)
    angle = np.outer(np.arange(max_len), 1e4 ** (-(column - column % 2) / d_model))
    return torch.from_numpy(np.sin(angle + column % 2 * np.pi / 2)).float()

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

# %% wrong: pi/2 rounded to 1.57: cosine as sin(angle + 1.57)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    frequency = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.sin(angle + 1.57)[:, : d_model // 2]
    return table

# %% wrong: every row divided by its length (unit vectors)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    frequency = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, : d_model // 2])
    return F.normalize(table, dim=-1)

# %% wrong: base written 10.000 (thousands point): the base is 10
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    angle = position * 1 / 10.000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, : d_model // 2])
    return table

# %% wrong: brackets missing: position / 10000 ** arange / d_model (integers overflow, too)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    angle = position / 10000 ** torch.arange(0, d_model, 2) / d_model
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, : d_model // 2])
    return table

# %% wrong: positions by linspace(0, max_len, max_len): step is max_len/(max_len-1)
def sinusoidal_encoding(max_len, d_model):
    position = torch.linspace(0, max_len, max_len).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, : d_model // 2])
    return table

# %% wrong: positions in uint8: wrap at 256
def sinusoidal_encoding(max_len, d_model):
    position = (torch.arange(max_len).to(torch.uint8)).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle[:, : d_model // 2])
    return table

# %% wrong: odd d_model: last column is left 0
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    angle = position * 10000 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    for i in range(d_model // 2):
        table[:, 2 * i] = angle[:, i].sin()
        table[:, 2 * i + 1] = angle[:, i].cos()
    return table

# %% right: recurrence: each row is the one before, turned, in float64; a loop
def sinusoidal_encoding(max_len, d_model):
    w = [10000 ** (-2 * i / d_model) for i in range((d_model + 1) // 2)]
    s, c, rows = [0.0] * len(w), [1.0] * len(w), []
    for t in range(max_len):
        rows.append([v for pair in zip(s, c) for v in pair][:d_model])
        s, c = ([x * math.cos(u) + y * math.sin(u) for x, y, u in zip(s, c, w)],
                [y * math.cos(u) - x * math.sin(u) for x, y, u in zip(s, c, w)])
    return torch.tensor(rows)

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

# %% wrong: tensor2tensor's wavelengths: i/(pairs-1), so that the last pair has exactly 1/10000
def sinusoidal_encoding(max_len, d_model):
    pairs = (d_model + 1) // 2
    step = math.log(10000.0) / max(pairs - 1, 1)
    frequencies = torch.exp(torch.arange(pairs).float() * -step)
    angles = torch.arange(max_len).float().unsqueeze(1) * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles[:, : d_model // 2])
    return table

# %% wrong: column of positions made in float16: whole numbers above 2048 are rounded
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len, dtype=torch.float16).unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, d_model, 2).float() / d_model)
    angles = positions.float() * frequencies
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, : d_model // 2]
    return table

# %% wrong: takes whole turns off the angles with a turn of 6.28 (not 2 pi): exact only in the first turn
def sinusoidal_encoding(max_len, d_model):
    positions = torch.arange(max_len).float().unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, d_model, 2).float() / d_model)
    angles = (positions * frequencies) % 6.28
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, : d_model // 2]
    return table

# %% wrong: odd d_model: makes the table for d_model + 1 and cuts a column off (divisors of another d_model)
def sinusoidal_encoding(max_len, d_model):
    if d_model % 2:
        return sinusoidal_encoding(max_len, d_model + 1)[:, :-1]
    positions = torch.arange(max_len).float().unsqueeze(1)
    frequencies = 1 / 10000 ** (torch.arange(0, d_model, 2).float() / d_model)
    angles = positions * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(max_len, d_model)

# %% right: RIGHT: torch.polar in float64, view_as_real, cut for odd d_model
def sinusoidal_encoding(max_len, d_model):
    freq = torch.logspace(0, 1, 2, dtype=torch.float64)[:1].new_tensor(10000.0) ** (
        -torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angle = torch.outer(torch.arange(max_len, dtype=torch.float64), freq)
    clock = torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(clock).flip(-1).flatten(1)[:, :d_model].float().contiguous()
