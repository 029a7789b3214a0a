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
