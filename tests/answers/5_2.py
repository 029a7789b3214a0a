# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :d_model]

# %% wrong: rotation matrix of the school book
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset / 10000 ** (i / d_model)
        R[i, i], R[i, i + 1] = math.cos(a), -math.sin(a)
        R[i + 1, i], R[i + 1, i + 1] = math.sin(a), math.cos(a)
    return R

# %% wrong: both signs plus
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset / 10000 ** (i / d_model)
        R[i, i], R[i, i + 1] = math.cos(a), math.sin(a)
        R[i + 1, i], R[i + 1, i + 1] = math.sin(a), math.cos(a)
    return R

# %% wrong: sines on the diagonal
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset / 10000 ** (i / d_model)
        R[i, i], R[i, i + 1] = math.sin(a), math.cos(a)
        R[i + 1, i], R[i + 1, i + 1] = -math.cos(a), math.sin(a)
    return R

# %% wrong: the same angle for all pairs
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    c, s = math.cos(offset), math.sin(offset)
    for i in range(0, d_model, 2):
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: first pair only
def shift_matrix(offset, d_model):
    R = torch.eye(d_model)
    c, s = math.cos(offset), math.sin(offset)
    R[:2, :2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: multiplied by the power
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset * 10000 ** (i / d_model)
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: exponent doubled again
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset * 10000 ** (-2 * i / d_model)
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: pair's number in the exponent, not doubled
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        a = offset * 10000 ** (-i / d_model)
        c, s = math.cos(a), math.sin(a)
        R[2 * i:2 * i + 2, 2 * i:2 * i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: sign of the offset lost
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = abs(offset) / 10000 ** (i / d_model)
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: halves instead of neighbours
def shift_matrix(offset, d_model):
    half = d_model // 2
    a = offset * 10000.0 ** (-torch.arange(half) / half)
    c, s = torch.diag(a.cos()), torch.diag(a.sin())
    return torch.cat([torch.cat([c, s], dim=1), torch.cat([-s, c], dim=1)], dim=0)

# %% wrong: every column its own angle
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model):
        a = offset / 10000 ** (i / d_model)
        R[i, i] = math.cos(a)
        if i % 2 == 0:
            R[i, i + 1] = math.sin(a)
        else:
            R[i, i - 1] = -math.sin(a)
    return R

# %% wrong: four numbers, whatever d_model
def shift_matrix(offset, d_model):
    R = torch.zeros(4, 4)
    for i in (0, 2):
        a = offset / 10000 ** (i / 4)
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: degrees
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = math.degrees(offset / 10000 ** (i / d_model))
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% wrong: one step only, repeated by range
def shift_matrix(offset, d_model):
    step = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = 1 / 10000 ** (i / d_model)
        c, s = math.cos(a), math.sin(a)
        step[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    R = torch.eye(d_model)
    for _ in range(offset):
        R = step @ R
    return R

# %% right: blocks in a loop
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = offset / 10000 ** (i / d_model)
        c, s = math.cos(a), math.sin(a)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% right: block_diag
def shift_matrix(offset, d_model):
    angles = [offset * 10000 ** (-2 * i / d_model) for i in range(d_model // 2)]
    blocks = [torch.tensor([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]) for a in angles]
    return torch.block_diag(*blocks)

# %% right: strided diagonals
def shift_matrix(offset, d_model):
    angle = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    R = torch.zeros(d_model, d_model)
    even, odd = torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)
    R[even, even] = R[odd, odd] = angle.cos()
    R[even, odd] = angle.sin()
    R[odd, even] = -angle.sin()
    return R

# %% right: matrix exponential, in 64 bits first
def shift_matrix(offset, d_model):
    G = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(0, d_model, 2):
        w = 10000 ** (-i / d_model)
        G[i, i + 1], G[i + 1, i] = w, -w
    return torch.linalg.matrix_exp(offset * G).float()
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
# %% wrong: rotation matrix from Wikipedia (for cosine first)
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        angle = offset / 10000 ** (2 * i / d_model)
        c, s = math.cos(angle), math.sin(angle)
        R[2 * i, 2 * i] = c
        R[2 * i, 2 * i + 1] = -s
        R[2 * i + 1, 2 * i] = s
        R[2 * i + 1, 2 * i + 1] = c
    return R
# %% wrong: one step repeated, nothing for negative offsets
def shift_matrix(offset, d_model):
    one = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        a = 10000 ** (-i / d_model)
        one[i:i + 2, i:i + 2] = torch.tensor([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    R = torch.eye(d_model)
    for _ in range(offset):
        R = one @ R
    return R
# %% wrong: identity rolled by the offset
def shift_matrix(offset, d_model):
    return torch.roll(torch.eye(d_model), shifts=offset, dims=0)
# %% wrong: sines in the first half, cosines in the second
def shift_matrix(offset, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    c, s = torch.diag((offset * freq).cos()), torch.diag((offset * freq).sin())
    return torch.cat([torch.cat([c, s], dim=1), torch.cat([-s, c], dim=1)], dim=0)
# %% wrong: pairs that overlap
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model - 1):
        angle = torch.tensor(offset / 10000 ** (i / d_model))
        R[i, i] = torch.cos(angle)
        R[i, i + 1] = torch.sin(angle)
        R[i + 1, i] = -torch.sin(angle)
        R[i + 1, i + 1] = torch.cos(angle)
    return R
# %% wrong: least squares after all
def shift_matrix(offset, d_model):
    n = 4 * d_model
    table = sinusoidal_encoding(n + abs(offset), d_model)
    here, there = (table[:n], table[offset:offset + n]) if offset >= 0 else (table[-offset:-offset + n], table[:n])
    return torch.linalg.lstsq(here, there).solution.T
# %% wrong: the factor 2 of the exponent forgotten
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    i = torch.arange(d_model // 2)
    angle = offset * 10000.0 ** (-i / d_model)
    R[2 * i, 2 * i] = angle.cos()
    R[2 * i + 1, 2 * i + 1] = angle.cos()
    R[2 * i, 2 * i + 1] = angle.sin()
    R[2 * i + 1, 2 * i] = -angle.sin()
    return R
# %% wrong: math.cos of a tensor of angles
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angles = offset / 10000 ** (even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even] = math.cos(angles)
    R[odd, odd] = math.cos(angles)
    R[even, odd] = math.sin(angles)
    R[odd, even] = -math.sin(angles)
    return R
# %% right: block_diag (again)
def shift_matrix(offset, d_model):
    blocks = []
    for i in range(d_model // 2):
        b = offset * 10000 ** (-2 * i / d_model)
        blocks.append(torch.tensor([[math.cos(b), math.sin(b)], [-math.sin(b), math.cos(b)]]))
    return torch.block_diag(*blocks)
# %% right: kron and diag
def shift_matrix(offset, d_model):
    turn = offset * 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    keep = torch.kron(torch.diag(turn.cos()), torch.eye(2, dtype=torch.float64))
    cross = torch.kron(torch.diag(turn.sin()), torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64))
    return (keep + cross).float()
# %% right: matrix exponential of a generator
def shift_matrix(offset, d_model):
    G = torch.zeros(d_model, d_model, dtype=torch.float64)
    even = torch.arange(0, d_model, 2)
    speed = 10000.0 ** (-even.double() / d_model)
    G[even, even + 1] = speed
    G[even + 1, even] = -speed
    return torch.matrix_exp(offset * G).float()
