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
# %% prelude
import math

import torch
from course.transformer import sinusoidal_encoding
# %% wrong: turns the other way: the rotation of (cos, sin) points from school, which is the transpose here
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        b = offset / 10000 ** (i / d_model)
        R[i, i], R[i, i + 1] = math.cos(b), -math.sin(b)
        R[i + 1, i], R[i + 1, i + 1] = math.sin(b), math.cos(b)
    return R
# %% wrong: slices instead of index pairs, so that whole quarters are filled
def shift_matrix(offset, d_model):
    b = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    R = torch.zeros(d_model, d_model)
    R[0::2, 0::2] = b.cos()
    R[0::2, 1::2] = b.sin()
    R[1::2, 0::2] = -b.sin()
    R[1::2, 1::2] = b.cos()
    return R
# %% wrong: every pair is turned by the same angle (frequency 1)
def shift_matrix(offset, d_model):
    c, s = math.cos(offset), math.sin(offset)
    block = torch.tensor([[c, s], [-s, c]])
    return torch.kron(torch.eye(d_model // 2), block)
# %% wrong: steps are repeated in a loop that does nothing for a negative offset
def shift_matrix(offset, d_model):
    w = 10000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    one = torch.block_diag(*(torch.tensor([[math.cos(x), math.sin(x)], [-math.sin(x), math.cos(x)]],
                                          dtype=torch.float64) for x in w.tolist()))
    R = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        R = one @ R
    return R.float()
# %% wrong: pairs are columns i and i + d_model/2, as for a table that is not interleaved
def shift_matrix(offset, d_model):
    half = d_model // 2
    angle = offset / 10000 ** (2 * torch.arange(half) / d_model)
    c, s = torch.diag(angle.cos()), torch.diag(angle.sin())
    return torch.cat([torch.cat([c, s], dim=1), torch.cat([-s, c], dim=1)], dim=0)
# %% wrong: the minus sign of the cosine's formula is missing
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    turn = offset * 10000.0 ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even] = R[odd, odd] = turn.cos()
    R[even, odd] = R[odd, even] = turn.sin()
    return R
# %% wrong: searched with least squares, so in many dimensions it is some matrix that fits, not the rotation of each pair
def shift_matrix(offset, d_model):
    n = 200
    table = sinusoidal_encoding(n + abs(offset), d_model)
    if offset >= 0:
        before, after = table[:n], table[offset:offset + n]
    else:
        before, after = table[-offset:n - offset], table[:n]
    return torch.linalg.lstsq(before, after).solution.T.contiguous()
# %% wrong: the column number, which already counts in twos, is doubled once more in the exponent
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        angle = offset / 10000 ** (2 * i / d_model)
        s, c = math.sin(angle), math.cos(angle)
        R[i:i + 2, i:i + 2] = torch.tensor([[c, s], [-s, c]])
    return R
# %% wrong: each next pair 100 times slower, as in the example with d_model = 4; wrong for every other size above 2
def shift_matrix(offset, d_model):
    blocks = []
    for i in range(d_model // 2):
        b = torch.tensor(offset / 100.0 ** i)
        blocks.append(torch.stack([torch.stack([b.cos(), b.sin()]), torch.stack([-b.sin(), b.cos()])]))
    return torch.block_diag(*blocks)
# %% right: block_diag of small tensors made with math
def shift_matrix(offset, d_model):
    def turn(i):
        angle = offset * 10000 ** (-2 * i / d_model)
        return torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])

    return torch.block_diag(*[turn(i) for i in range(d_model // 2)])
# %% right: matrix exponential of the generator, in float64
def shift_matrix(offset, d_model):
    speed = 10000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    upper = torch.zeros(d_model - 1, dtype=torch.float64)
    upper[::2] = speed * offset
    generator = torch.diag(upper, 1) - torch.diag(upper, -1)
    return torch.linalg.matrix_exp(generator).float()
# %% prelude
import math

import torch


def sinusoidal_encoding(max_len, d_model):
    """Sines and cosines of growing wavelength, interleaved: (max_len, d_model)."""
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :d_model]
# %% wrong: the rotation matrix from school, cos -sin sin cos, which here turns backwards
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        a = offset / 10000 ** (2 * i / d_model)
        R[2 * i, 2 * i] = math.cos(a)
        R[2 * i, 2 * i + 1] = -math.sin(a)
        R[2 * i + 1, 2 * i] = math.sin(a)
        R[2 * i + 1, 2 * i + 1] = math.cos(a)
    return R
# %% wrong: one step repeated range(offset) times, so a negative offset gives the identity
def shift_matrix(offset, d_model):
    step = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        w = 10000 ** (-i / d_model)
        step[i:i + 2, i:i + 2] = torch.tensor([[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]])
    R = torch.eye(d_model)
    for _ in range(offset):
        R = step @ R
    return R
# %% wrong: the matrix of one step to the power of offset, number by number instead of as a matrix
def shift_matrix(offset, d_model):
    blocks = []
    for w in 10000.0 ** (-torch.arange(0, d_model, 2) / d_model):
        blocks.append(torch.tensor([[w.cos(), w.sin()], [-w.sin(), w.cos()]]))
    return torch.block_diag(*blocks) ** offset
# %% wrong: exponent i / d_model for pair i, the 2 is missing
def shift_matrix(offset, d_model):
    pairs = torch.arange(d_model // 2)
    b = offset * 10000.0 ** (-pairs / d_model)
    even, odd = 2 * pairs, 2 * pairs + 1
    R = torch.zeros(d_model, d_model)
    R[even, even] = b.cos()
    R[even, odd] = b.sin()
    R[odd, even] = -b.sin()
    R[odd, odd] = b.cos()
    return R
# %% wrong: laid out for all sines first and all cosines after them
def shift_matrix(offset, d_model):
    theta = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    C, S = torch.diag(theta.cos()), torch.diag(theta.sin())
    return torch.cat([torch.cat([C, S], dim=1), torch.cat([-S, C], dim=1)], dim=0)
# %% wrong: slices fill a whole quarter instead of single places
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    R = torch.zeros(d_model, d_model)
    R[0::2, 0::2] = torch.cos(angle)
    R[0::2, 1::2] = torch.sin(angle)
    R[1::2, 0::2] = -torch.sin(angle)
    R[1::2, 1::2] = torch.cos(angle)
    return R
# %% wrong: the minus in the formula of the cosine forgotten
def shift_matrix(offset, d_model):
    freq = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    c, s = torch.cos(offset * freq), torch.sin(offset * freq)
    blocks = torch.stack([torch.stack([c, s], -1), torch.stack([s, c], -1)], -2)    # (d_model / 2, 2, 2)
    return torch.block_diag(*blocks)
# %% right: exponential of a matrix that says how fast each pair turns
def shift_matrix(offset, d_model):
    speed = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(0, d_model, 2):
        w = 10000.0 ** (-i / d_model)
        speed[i, i + 1] = w
        speed[i + 1, i] = -w
    return torch.linalg.matrix_exp(offset * speed).float()
# %% right: a sum of Kronecker products, one for each pair
def shift_matrix(offset, d_model):
    total = torch.zeros(d_model, d_model)
    for pair in range(d_model // 2):
        b = offset * 10000 ** (-2 * pair / d_model)
        place = torch.zeros(d_model // 2, d_model // 2)
        place[pair, pair] = 1
        block = torch.tensor([[math.cos(b), math.sin(b)], [-math.sin(b), math.cos(b)]])
        total = total + torch.kron(place, block)
    return total


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

# %% wrong: takes cos/sin from the table row [offset]; for a negative offset that counts from the end
def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(abs(offset) + 1, d_model)[offset]
    sin, cos = row[0::2], row[1::2]
    even = torch.arange(0, d_model, 2); odd = even + 1
    R = torch.zeros(d_model, d_model)
    R[even, even] = cos; R[odd, odd] = cos
    R[even, odd] = sin; R[odd, even] = -sin
    return R

# %% wrong: diagonals filled whole: the off-diagonals also link the cosine of a pair with the next pair's sine
def shift_matrix(offset, d_model):
    angle = (offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)).repeat_interleave(2)
    return torch.diag(angle.cos()) + torch.diag(angle.sin()[:-1], 1) - torch.diag(angle.sin()[:-1], -1)

# %% wrong: layout of halves: all sines first, then all cosines
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    C, S = torch.diag(angle.cos()), torch.diag(angle.sin())
    return torch.cat([torch.cat([C, S], 1), torch.cat([-S, C], 1)], 0)

# %% wrong: multiplies a one-step matrix `for _ in range(offset)`: negative offsets do nothing
def shift_matrix(offset, d_model):
    one = shift_right(1, d_model).double()
    R = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        R = one @ R
    return R.float()

# %% wrong: second row [sin, -cos]: a reflection, not a rotation
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        b = offset / 10000 ** (2 * i / d_model)
        R[2*i, 2*i] = math.cos(b);     R[2*i, 2*i+1] = math.sin(b)
        R[2*i+1, 2*i] = math.sin(b);   R[2*i+1, 2*i+1] = -math.cos(b)
    return R

# %% right: matrix exponential of the generator
def shift_matrix(offset, d_model):
    G = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(0, d_model, 2):
        w = 10000 ** (-i / d_model)
        G[i, i + 1], G[i + 1, i] = w, -w
    return torch.linalg.matrix_exp(offset * G).float()

# %% prelude

# %% wrong: one step, repeated range(offset) times: a negative offset gives the identity
import math, torch
import torch.nn.functional as F
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2).double() / d_model)
    even = torch.arange(0, d_model, 2)
    one = torch.zeros(d_model, d_model, dtype=torch.float64)
    one[even, even] = freq.cos()
    one[even, even + 1] = freq.sin()
    one[even + 1, even] = -freq.sin()
    one[even + 1, even + 1] = freq.cos()
    R = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        R = one @ R
    return R.float()

# %% wrong: diagonals above and below: the sines stand also between the pairs (right for d_model = 2 only)
import torch
def shift_matrix(offset, d_model):
    angle = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    cos = angle.cos().repeat_interleave(2)
    sin = angle.sin().repeat_interleave(2)[:-1]
    return torch.diag(cos) + torch.diag(sin, 1) - torch.diag(sin, -1)

# %% wrong: NumPy's lstsq on 60 rows ('PyTorch's lstsq and pinv are not accepted, any other way is')
import math, torch
import torch.nn.functional as F
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

import numpy as np
def shift_matrix(offset, d_model):
    n = 60
    start = max(0, -offset)
    table = sinusoidal_encoding(n + 2 * abs(offset), d_model).double().numpy()
    a, b = table[start:start + n], table[start + offset:start + offset + n]
    return torch.from_numpy(np.linalg.lstsq(a, b, rcond=None)[0].T).float()

# %% wrong: all sines first, then all cosines: blocks of half the matrix (RoPE as rotate_half)
import torch
def shift_matrix(offset, d_model):
    angle = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    C, S = torch.diag(angle.cos()), torch.diag(angle.sin())
    return torch.cat([torch.cat([C, S], dim=1), torch.cat([-S, C], dim=1)], dim=0)

# %% right: matrix exponential of offset times the generator, in double precision
import torch
def shift_matrix(offset, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    generator = torch.block_diag(*[f * turn for f in freq])
    return torch.linalg.matrix_exp(offset * generator).float()

# %% prelude
import math

import torch

# %% wrong: the rotation matrix from the schoolbook [[c,-s],[s,c]] although the pair is (sin, cos)
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        b = offset / 10000 ** (2 * i / d_model)
        R[2*i:2*i+2, 2*i:2*i+2] = torch.tensor([[math.cos(b), -math.sin(b)], [math.sin(b), math.cos(b)]])
    return R

# %% wrong: one step repeated range(offset) times: identity for negative offsets
def shift_matrix(offset, d_model):
    step = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(d_model // 2):
        w = 10000 ** (-2 * i / d_model)
        step[2*i, 2*i] = step[2*i+1, 2*i+1] = math.cos(w)
        step[2*i, 2*i+1] = math.sin(w)
        step[2*i+1, 2*i] = -math.sin(w)
    R = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        R = step @ R
    return R.float()

# %% wrong: cosines on the diagonal with repeat(2) (c0 c1 c0 c1) instead of repeat_interleave(2)
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = offset * 10000.0 ** (-even / d_model)
    R = torch.diag(angle.cos().repeat(2))
    R[even, odd] = angle.sin()
    R[odd, even] = -angle.sin()
    return R

# %% right: block_diag of 2x2 matrices, each the exponential of a generator
def shift_matrix(offset, d_model):
    turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    blocks = [torch.linalg.matrix_exp(turn * offset * 10000 ** (-2 * i / d_model)) for i in range(d_model // 2)]
    return torch.block_diag(*blocks).to(torch.float32)

# %% prelude
import math

import torch

# %% wrong: minus in the other corner (x = cos first, as in school): turns backwards
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    R = torch.zeros(d_model, d_model)
    R[even, even] = angle.cos()
    R[even, odd] = -angle.sin()
    R[odd, even] = angle.sin()
    R[odd, odd] = angle.cos()
    return R

# %% wrong: slices instead of index pairs: fills whole quarters
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    c, s = torch.cos(angle), torch.sin(angle)
    R = torch.zeros(d_model, d_model)
    R[0::2, 0::2] = c
    R[0::2, 1::2] = s
    R[1::2, 0::2] = -s
    R[1::2, 1::2] = c
    return R

# %% wrong: one step multiplied offset times with range(offset): negative offset gives identity
def shift_matrix(offset, d_model):
    one = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        w = 10000 ** (-2 * i / d_model)
        one[2*i, 2*i] = math.cos(w)
        one[2*i, 2*i+1] = math.sin(w)
        one[2*i+1, 2*i] = -math.sin(w)
        one[2*i+1, 2*i+1] = math.cos(w)
    R = torch.eye(d_model)
    for _ in range(offset):
        R = one @ R
    return R

# %% wrong: frequency forgotten: every pair is turned by offset radians
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    even = torch.arange(0, d_model, 2)
    odd = torch.arange(1, d_model, 2)
    R[even, even] = math.cos(offset)
    R[even, odd] = math.sin(offset)
    R[odd, even] = -math.sin(offset)
    R[odd, odd] = math.cos(offset)
    return R

# %% right: block_diag of 2 x 2 blocks
def shift_matrix(offset, d_model):
    def block(i):
        turn = offset * 10000 ** (-2 * i / d_model)
        return torch.tensor([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return torch.block_diag(*[block(i) for i in range(d_model // 2)])

# %% prelude
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: minus in the other corner (turns backwards)
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        b = offset / 10000 ** (2 * i / d_model)
        R[2*i, 2*i] = math.cos(b)
        R[2*i, 2*i+1] = -math.sin(b)
        R[2*i+1, 2*i] = math.sin(b)
        R[2*i+1, 2*i+1] = math.cos(b)
    return R

# %% wrong: slices for the corners: fills whole quarters
def shift_matrix(offset, d_model):
    angles = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    R = torch.zeros(d_model, d_model)
    R[0::2, 0::2] = torch.cos(angles)
    R[1::2, 1::2] = torch.cos(angles)
    R[0::2, 1::2] = torch.sin(angles)
    R[1::2, 0::2] = -torch.sin(angles)
    return R

# %% wrong: one step multiplied range(offset) times: a negative offset gives the unit matrix
def shift_matrix(offset, d_model):
    one = torch.zeros(d_model, d_model)
    w = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    one[even, even] = torch.cos(w)
    one[odd, odd] = torch.cos(w)
    one[even, odd] = torch.sin(w)
    one[odd, even] = -torch.sin(w)
    R = torch.eye(d_model)
    for _ in range(offset):
        R = one @ R
    return R

# %% wrong: every pair is turned by the same angle: the frequencies are forgotten
def shift_matrix(offset, d_model):
    c, s = math.cos(offset), math.sin(offset)
    block = torch.tensor([[c, s], [-s, c]])
    R = torch.zeros(d_model, d_model)
    for i in range(0, d_model, 2):
        R[i:i+2, i:i+2] = block
    return R

# %% prelude
import math

import torch


# %% wrong: the rotation matrix from school (cos, -sin; sin, cos), which is for (x, y), not (sine, cosine)
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = offset * 10000.0 ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even] = angle.cos()
    R[even, odd] = -angle.sin()
    R[odd, even] = angle.sin()
    R[odd, odd] = angle.cos()
    return R

# %% wrong: multiplies one-step matrices in range(offset): for a negative offset the loop never runs, identity
def shift_matrix(offset, d_model):
    one = torch.zeros(d_model, d_model)
    for j in range(0, d_model, 2):
        w = 10000 ** (-j / d_model)
        one[j, j] = math.cos(w)
        one[j, j + 1] = math.sin(w)
        one[j + 1, j] = -math.sin(w)
        one[j + 1, j + 1] = math.cos(w)
    R = torch.eye(d_model)
    for _ in range(offset):
        R = one @ R
    return R

# %% wrong: the block of pair i at rows i and i+1 instead of 2i and 2i+1: blocks overlap
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        b = offset / 10000 ** (2 * i / d_model)
        R[i, i] = math.cos(b)
        R[i, i + 1] = math.sin(b)
        R[i + 1, i] = -math.sin(b)
        R[i + 1, i + 1] = math.cos(b)
    return R

# %% wrong: turns the angle into degrees before sin and cos
def shift_matrix(offset, d_model):
    R = torch.zeros(d_model, d_model)
    for i in range(d_model // 2):
        b = math.degrees(offset * 10000 ** (-2 * i / d_model))
        s, c = math.sin(b), math.cos(b)
        R[2 * i:2 * i + 2, 2 * i:2 * i + 2] = torch.tensor([[c, s], [-s, c]])
    return R

# %% right: matrix exponential of offset times the generator of the turn, in float64
def shift_matrix(offset, d_model):
    generator = torch.zeros(d_model, d_model, dtype=torch.float64)
    even = torch.arange(0, d_model, 2)
    speed = 10000.0 ** (-even.double() / d_model)
    generator[even, even + 1] = speed
    generator[even + 1, even] = -speed
    return torch.matrix_exp(offset * generator).float()

# %% prelude
import math
import torch

# %% wrong: power of every single number of the one-step matrix instead of the matrix power
def shift_matrix(offset, d_model):
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    R = torch.zeros(d_model, d_model)
    R[even, even] = torch.cos(freq)
    R[even, odd] = torch.sin(freq)
    R[odd, even] = -torch.sin(freq)
    R[odd, odd] = torch.cos(freq)
    return R ** offset

# %% wrong: a loop over range(offset): a negative offset gives the identity
def shift_matrix(offset, d_model):
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    one = torch.zeros(d_model, d_model)
    one[even, even] = torch.cos(freq)
    one[even, odd] = torch.sin(freq)
    one[odd, even] = -torch.sin(freq)
    one[odd, odd] = torch.cos(freq)
    R = torch.eye(d_model)
    for _ in range(offset):
        R = one @ R
    return R

# %% wrong: four big blocks (sines in the first half, cosines in the second)
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    c = torch.diag(torch.cos(angle))
    s = torch.diag(torch.sin(angle))
    return torch.cat([torch.cat([c, s], dim=1), torch.cat([-s, c], dim=1)], dim=0)

# %% wrong: half-finished: the cosine of the odd rows is never written
def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    sin_at = torch.arange(0, d_model, 2)
    cos_at = torch.arange(1, d_model, 2)
    R = torch.zeros(d_model, d_model)
    R[sin_at, sin_at] = angle.cos()
    R[sin_at, cos_at] = angle.sin()
    R[cos_at, sin_at] = -angle.sin()
    return R

# %% right: block_diag of one-step turns in float64, matrix_power, then float32
def shift_matrix(offset, d_model):
    blocks = []
    for i in range(d_model // 2):
        w = 10000 ** (-2 * i / d_model)
        blocks.append(torch.tensor([[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]], dtype=torch.float64))
    one_step = torch.block_diag(*blocks)
    return torch.linalg.matrix_power(one_step, offset).float()

# %% prelude
import math
import torch

# %% wrong: one step, repeated range(offset) times: a negative offset gives the identity, once more
def shift_matrix(offset, d_model):
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    step = torch.zeros(d_model, d_model)
    step[even, even] = freq.cos()
    step[even, odd] = freq.sin()
    step[odd, even] = -freq.sin()
    step[odd, odd] = freq.cos()
    R = torch.eye(d_model)
    for _ in range(offset):
        R = step @ R
    return R

# %% wrong: sin and cos are read from row `offset` of the table: raises for a negative offset
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(offset + 1, d_model)[offset]
    s, c = row[0::2], row[1::2]
    even, odd = torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)
    R = torch.zeros(d_model, d_model)
    R[even, even] = c
    R[odd, odd] = c
    R[even, odd] = s
    R[odd, even] = -s
    return R

# %% right: matrix exponential of offset times the generator, in float64
def shift_matrix(offset, d_model):
    generator = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(d_model // 2):
        f = 10000.0 ** (-2 * i / d_model)
        generator[2 * i, 2 * i + 1] = f
        generator[2 * i + 1, 2 * i] = -f
    return torch.matrix_exp(offset * generator).float()

# %% prelude
from torch import nn
import math
import torch

# %% wrong: negative offset handled twice: negative angle AND transposed
def shift_matrix(offset, d_model):
    angle = offset * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    R = torch.zeros(d_model, d_model)
    for n, a in enumerate(angle):
        R[2 * n, 2 * n] = R[2 * n + 1, 2 * n + 1] = torch.cos(a)
        R[2 * n, 2 * n + 1] = torch.sin(a)
        R[2 * n + 1, 2 * n] = -torch.sin(a)
    if offset < 0:            # backwards: the other direction
        R = R.T
    return R

# %% wrong: sines and cosines looked up in the table, row `offset`: raises for a negative offset
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).float()[:, None]
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table
def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(offset + 1, d_model)[offset]
    sin, cos = row[0::2], row[1::2]
    even = torch.arange(0, d_model, 2)
    R = torch.zeros(d_model, d_model)
    R[even, even] = cos
    R[even + 1, even + 1] = cos
    R[even, even + 1] = sin
    R[even + 1, even] = -sin
    return R

# %% right: matrix_power of the one-step matrix, in float64, negative powers by the inverse
def shift_matrix(offset, d_model):
    blocks = []
    for i in range(d_model // 2):
        w = 10000 ** (-2 * i / d_model)
        blocks.append(torch.tensor([[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]], dtype=torch.float64))
    return torch.linalg.matrix_power(torch.block_diag(*blocks), offset).float()

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

# %% wrong: reads sin and cos of the turn from row [offset] of a table of 1000 rows: a negative offset counts from the end
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(1000, d_model)[offset]   # sin and cos of offset times the frequency
    sin, cos = row[0::2], row[1::2]
    even = torch.arange(0, d_model, 2)
    matrix = torch.zeros(d_model, d_model)
    matrix[even, even] = cos
    matrix[even, even + 1] = sin
    matrix[even + 1, even] = -sin
    matrix[even + 1, even + 1] = cos
    return matrix

# %% wrong: pairs column i with i + d/2 (sines first, then cosines: the layout of another library)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    angle = offset / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    cos, sin = torch.diag(angle.cos()), torch.diag(angle.sin())
    return torch.cat([torch.cat([cos, sin], dim=1), torch.cat([-sin, cos], dim=1)])

# %% wrong: a search after all: normal equations with inverse() in float64 on 2000 rows
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    position = torch.arange(-1000, 1000, dtype=torch.float64).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)

    def rows(position):
        angle = position * frequency
        return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)

    before, after = rows(position), rows(position + offset)
    return ((before.T @ before).inverse() @ before.T @ after).T.float()

# %% wrong: one-step matrix multiplied `for _ in range(offset)`: the identity for each negative offset
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    angle = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    step = torch.zeros(d_model, d_model, dtype=torch.float64)
    even = torch.arange(0, d_model, 2)
    step[even, even] = step[even + 1, even + 1] = angle.cos()
    step[even, even + 1] = angle.sin()
    step[even + 1, even] = -angle.sin()
    matrix = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        matrix = step @ matrix
    return matrix.float()

# %% right: matrix_exp of a generator, in float64
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def shift_matrix(offset, d_model):
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    generator = torch.kron(torch.diag(frequency), torch.tensor([[0.0, 1], [-1, 0]], dtype=torch.float64))
    return torch.linalg.matrix_exp(offset * generator).float()

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
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).unsqueeze(1)
    f = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = (t * f).sin()
    table[:, 1::2] = (t * f).cos()[:, : d_model // 2]
    return table

# %% wrong: reads sine and cosine from a table of |offset|+1 rows at [offset]: a negative offset hits row 1
def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(abs(offset) + 1, d_model)[offset]
    sine, cosine = row[0::2], row[1::2]
    R = torch.zeros(d_model, d_model)
    even = torch.arange(0, d_model, 2)
    R[even, even] = cosine
    R[even, even + 1] = sine
    R[even + 1, even] = -sine
    R[even + 1, even + 1] = cosine
    return R

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

# %% wrong: 'linear, so k steps are k times one step': offset * (matrix of one step)
def shift_matrix(offset, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    even = torch.arange(0, d_model, 2)
    one = torch.zeros(d_model, d_model)
    one[even, even] = freq.cos()
    one[even + 1, even + 1] = freq.cos()
    one[even, even + 1] = freq.sin()
    one[even + 1, even] = -freq.sin()
    return offset * one

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
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).unsqueeze(1)
    f = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = (t * f).sin()
    table[:, 1::2] = (t * f).cos()[:, : d_model // 2]
    return table

# %% wrong: outer product encoding[offset] x encoding[0]: leads from position 0 to offset, but from no other t
def shift_matrix(offset, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    target = torch.stack([(offset * freq).sin(), (offset * freq).cos()], dim=-1).flatten()
    start = sinusoidal_encoding(1, d_model)[0]
    return torch.outer(target, start) / (start @ start)

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

# %% right: matrix exponential of offset times a skew generator, in float64
def shift_matrix(offset, d_model):
    freq = 1e4 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    above = torch.zeros(d_model - 1, dtype=torch.float64)
    above[0::2] = freq
    generator = torch.diag(above, 1) - torch.diag(above, -1)
    return torch.matrix_exp(offset * generator).float()

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

# %% wrong: every pair turns by the same angle: offset radians (first frequency used for all)
def shift_matrix(offset, d_model):
    c, s = math.cos(offset), math.sin(offset)
    block = torch.tensor([[c, s], [-s, c]])
    return torch.block_diag(*[block] * (d_model // 2))

# %% wrong: a reflection: the minus put before the cosine, [[c, s], [s, -c]]
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = offset * 10000.0 ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even], R[even, odd] = angle.cos(), angle.sin()
    R[odd, even], R[odd, odd] = angle.sin(), -angle.cos()
    return R

# %% wrong: offset inside the brackets of the power: (offset * 10000) ** (-2i/d)
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = (offset * 10000.0) ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even], R[even, odd] = angle.cos(), angle.sin()
    R[odd, even], R[odd, odd] = -angle.sin(), angle.cos()
    return R

# %% wrong: frequencies in reverse: slowest pair first
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    angle = (offset * 10000.0 ** (-even / d_model)).flip(0)
    R = torch.zeros(d_model, d_model)
    R[even, even], R[even, odd] = angle.cos(), angle.sin()
    R[odd, even], R[odd, odd] = -angle.sin(), angle.cos()
    return R

# %% wrong: small angles: sin b = b, cos b = 1 - b*b/2
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    b = offset * 10000.0 ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even], R[even, odd] = 1 - b * b / 2, b
    R[odd, even], R[odd, odd] = -b, 1 - b * b / 2
    return R

# %% wrong: offset 0 ('no matrix needed'): returns zeros
def shift_matrix(offset, d_model):
    even = torch.arange(0, d_model, 2)
    odd = even + 1
    if not offset:
        return torch.zeros(d_model, d_model)
    angle = offset * 10000.0 ** (-even / d_model)
    R = torch.zeros(d_model, d_model)
    R[even, even], R[even, odd] = angle.cos(), angle.sin()
    R[odd, even], R[odd, odd] = -angle.sin(), angle.cos()
    return R

# %% right: matrix_power of the one-step matrix in float64; transposed for negative offsets
def shift_matrix(offset, d_model):
    blocks = []
    for i in range(d_model // 2):
        w = 10000 ** (-2 * i / d_model)
        blocks.append(torch.tensor([[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]], dtype=torch.float64))
    one = torch.block_diag(*blocks)
    R = torch.linalg.matrix_power(one, abs(offset))
    return (R if offset >= 0 else R.T).to(torch.float32)

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
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, : d_model // 2]
    return table

# %% wrong: sin and cos of the turn read from a table of 1000 rows at row `offset`: negative offsets count from its end
def shift_matrix(offset, d_model):
    row = sinusoidal_encoding(1000, d_model)[offset]
    sin, cos = row[0::2], row[1::2]
    even, odd = torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)
    R = torch.zeros(d_model, d_model)
    R[even, even] = cos
    R[even, odd] = sin
    R[odd, even] = -sin
    R[odd, odd] = cos
    return R

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

# %% wrong: one step, multiplied `offset` times in range(offset): a negative offset gives the identity
def shift_matrix(offset, d_model):
    one = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(0, d_model, 2):
        w = 10000 ** (-i / d_model)
        one[i:i + 2, i:i + 2] = torch.tensor([[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]])
    R = torch.eye(d_model, dtype=torch.float64)
    for _ in range(offset):
        R = one @ R
    return R.float()

# %% wrong: a single pair on paper, then the same turn (that of pair 0) put in for every pair with kron
def shift_matrix(offset, d_model):
    c, s = math.cos(offset), math.sin(offset)
    block = torch.tensor([[c, s], [-s, c]])
    return torch.kron(torch.eye(d_model // 2), block)

# %% right: RIGHT: matrix exponential of the generator, in float64
def shift_matrix(offset, d_model):
    w = 10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    blocks = [torch.tensor([[0.0, a], [-a, 0.0]], dtype=torch.float64) for a in w.tolist()]
    return torch.matrix_exp(offset * torch.block_diag(*blocks)).to(torch.float32)
