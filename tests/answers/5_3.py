# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :d_model]

# %% wrong: not multiplied
def add_positions(embedded):
    return embedded + sinusoidal_encoding(embedded.shape[1], embedded.shape[2])

# %% wrong: sum multiplied
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return (embedded + sinusoidal_encoding(T, d_model)) * math.sqrt(d_model)

# %% wrong: positions multiplied instead of words
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded + sinusoidal_encoding(T, d_model) * math.sqrt(d_model)

# %% wrong: divided
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded / math.sqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% wrong: times d_model
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * d_model + sinusoidal_encoding(T, d_model)

# %% wrong: root of the length
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(T) + sinusoidal_encoding(T, d_model)

# %% wrong: first position is 1
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(T + 1, d_model)[1:]

# %% wrong: positions counted on through the batch
def add_positions(embedded):
    B, T, d_model = embedded.shape
    table = sinusoidal_encoding(B * T, d_model).reshape(B, T, d_model)
    return embedded * math.sqrt(d_model) + table

# %% wrong: PyTorch tutorial, length first
def add_positions(embedded):
    d_model = embedded.size(-1)
    pe = sinusoidal_encoding(5000, d_model).unsqueeze(1)
    x = embedded * math.sqrt(d_model)
    return x + pe[: x.size(0)]

# %% wrong: a table of four positions
def add_positions(embedded):
    d_model = embedded.shape[-1]
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(4, d_model)

# %% wrong: d_model of the page
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    return embedded * 2 + sinusoidal_encoding(T, d_model)

# %% wrong: concatenated
def add_positions(embedded):
    B, T, d_model = embedded.shape
    table = sinusoidal_encoding(T, d_model).expand(B, T, d_model)
    return torch.cat([embedded * math.sqrt(d_model), table], dim=-1)

# %% wrong: multiplied by the encoding
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(d_model) * sinusoidal_encoding(T, d_model)

# %% wrong: dropout as in the paper
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return F.dropout(embedded * math.sqrt(d_model) + sinusoidal_encoding(T, d_model), p=0.1)

# %% wrong: arguments exchanged
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(d_model, T)

# %% right: one line
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% right: long table, cut
def add_positions(x):
    pe = sinusoidal_encoding(max_len=max(512, x.size(1)), d_model=x.size(2))
    return x * x.size(-1) ** 0.5 + pe[None, : x.size(1), :]

# %% right: word by word
def add_positions(embedded):
    table = sinusoidal_encoding(embedded.shape[1], embedded.shape[2])
    root = math.sqrt(embedded.shape[2])
    return torch.stack([torch.stack([word * root + table[t] for t, word in enumerate(sentence)])
                        for sentence in embedded])

# %% right: torch.add with alpha
def add_positions(embedded):
    length, size = embedded.shape[-2:]
    return torch.add(sinusoidal_encoding(length, size), embedded, alpha=math.sqrt(size))
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention

d_model = 128

def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table
# %% wrong: the notebook's d_model (128)
def add_positions(embedded):
    T = embedded.shape[1]
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(T, embedded.shape[-1])
# %% wrong: positions go on in the next sentence
def add_positions(embedded):
    B, T, d = embedded.shape
    positions = sinusoidal_encoding(B * T, d).view(B, T, d)
    return embedded * math.sqrt(d) + positions
# %% wrong: table for 100 words
def add_positions(embedded):
    pe = sinusoidal_encoding(100, embedded.size(-1))
    return embedded * math.sqrt(embedded.size(-1)) + pe[:embedded.size(1)]
# %% wrong: table for 1000 words, not cut
def add_positions(embedded):
    d = embedded.shape[2]
    return embedded * d ** 0.5 + sinusoidal_encoding(1000, d)
# %% wrong: divided by the root
def add_positions(embedded):
    B, T, d = embedded.shape
    return embedded / math.sqrt(d) + sinusoidal_encoding(T, d)
# %% wrong: positions joined instead of added
def add_positions(embedded):
    B, T, d = embedded.shape
    pe = sinusoidal_encoding(T, d).unsqueeze(0).expand(B, T, d)
    return torch.cat([embedded * math.sqrt(d), pe], dim=-1)
# %% wrong: root of the length of the sentence
def add_positions(embedded):
    x = embedded * math.sqrt(embedded.shape[1])
    return x + sinusoidal_encoding(embedded.shape[1], embedded.shape[2])
# %% wrong: axis for the batch in the middle
def add_positions(embedded):
    T, d = embedded.shape[1], embedded.shape[2]
    pe = sinusoidal_encoding(T, d).unsqueeze(1)
    return embedded * math.sqrt(d) + pe
# %% right: torch.add with alpha (again)
def add_positions(embedded):
    *_, T, d = embedded.shape
    return torch.add(sinusoidal_encoding(T, d), embedded, alpha=math.sqrt(d))
# %% wrong: table of 1000, cut
def add_positions(embedded):
    pe = sinusoidal_encoding(1000, embedded.shape[-1])
    x = embedded * embedded.shape[-1] ** 0.5
    return x + pe[: x.size(1), :].unsqueeze(0).expand_as(x)
# %% right: sentence by sentence, word by word
def add_positions(embedded):
    root = math.sqrt(embedded.size(2))
    table = sinusoidal_encoding(embedded.size(1), embedded.size(2))
    return torch.stack([torch.stack([word * root + row for word, row in zip(sentence, table)]) for sentence in embedded])

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.transformer import sinusoidal_encoding
# %% wrong: multiplies the vectors that were given, in place
def add_positions(embedded):
    _, T, d_model = embedded.shape
    embedded *= math.sqrt(d_model)
    embedded += sinusoidal_encoding(T, d_model)
    return embedded
# %% wrong: divided by the root as in attention
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    return embedded / math.sqrt(d_model) + sinusoidal_encoding(T, d_model)
# %% wrong: sizes of the table in the wrong order
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(d_model, T)
# %% wrong: root of the length in place of the root of d_model
def add_positions(embedded):
    B, T, d_model = embedded.shape
    pe = sinusoidal_encoding(T, d_model).unsqueeze(0)
    return embedded * math.sqrt(embedded.size(1)) + pe
# %% right: torch.add with alpha, once more
def add_positions(embedded):
    return torch.add(sinusoidal_encoding(*embedded.shape[-2:]), embedded, alpha=embedded.shape[-1] ** 0.5)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
from course.transformer import sinusoidal_encoding
# %% wrong: the factor √d_model is forgotten
def add_positions(embedded):
    _, length, d_model = embedded.shape
    return embedded + sinusoidal_encoding(length, d_model)
# %% wrong: √d_model is given to the positions as well (and so to the sum)
def add_positions(embedded):
    T, d_model = embedded.shape[-2:]
    x = embedded + sinusoidal_encoding(T, d_model).unsqueeze(0)
    return x * math.sqrt(d_model)
# %% wrong: the root of T instead of the root of d_model
def add_positions(embedded):
    pos = sinusoidal_encoding(embedded.size(1), embedded.size(2))
    return embedded * embedded.size(1) ** 0.5 + pos
# %% wrong: divides by √d_model, as in attention
def add_positions(embedded):
    B, T, D = embedded.shape
    return embedded / math.sqrt(D) + sinusoidal_encoding(T, D).expand(B, T, D)
# %% wrong: right numbers, but the input itself is changed (in place)
def add_positions(embedded):
    embedded *= math.sqrt(embedded.shape[-1])
    embedded += sinusoidal_encoding(embedded.shape[1], embedded.shape[2])
    return embedded
# %% wrong: a table for at most 512 words, so that a longer sentence fails
def add_positions(embedded):
    d_model = embedded.shape[2]
    pe = sinusoidal_encoding(512, d_model)
    return embedded * math.sqrt(d_model) + pe[: embedded.shape[1]]
# %% wrong: positions go on counting in the next sentence of the batch
def add_positions(embedded):
    batch, length, d_model = embedded.shape
    flat = embedded.reshape(batch * length, d_model) * math.sqrt(d_model)
    flat = flat + sinusoidal_encoding(batch * length, d_model)
    return flat.reshape(batch, length, d_model)
# %% wrong: the first word gets position 1
def add_positions(embedded):
    length, d_model = embedded.shape[1:]
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(length + 1, d_model)[1:]
# %% wrong: dropout on the sum, as in the PyTorch tutorial, always on
def add_positions(embedded):
    d_model = embedded.size(-1)
    x = embedded * math.sqrt(d_model) + sinusoidal_encoding(embedded.size(1), d_model)
    return F.dropout(x, p=0.1)
# %% right: a loop over sentences and words
def add_positions(embedded):
    batch, length, d_model = embedded.shape
    table = sinusoidal_encoding(length, d_model).to(embedded.dtype)
    factor = d_model ** 0.5
    sentences = []
    for sentence in embedded:
        sentences.append(torch.stack([word * factor + table[t] for t, word in enumerate(sentence)]))
    return torch.stack(sentences)
# %% right: torch.add with alpha (2)
def add_positions(embedded):
    pe = sinusoidal_encoding(*embedded.shape[-2:])
    return torch.add(pe, embedded, alpha=math.sqrt(pe.shape[-1]))
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def sinusoidal_encoding(max_len, d_model):
    """Sines and cosines of growing wavelength, interleaved: (max_len, d_model)."""
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :d_model]
# %% wrong: multiplies in place and so changes the vectors it was given
def add_positions(embedded):
    _, length, d_model = embedded.shape
    embedded *= d_model ** 0.5
    return embedded + sinusoidal_encoding(length, d_model)
# %% wrong: the root rounded to a whole number, right only for squares
def add_positions(embedded):
    seq_len, d_model = embedded.size(1), embedded.size(2)
    factor = math.isqrt(d_model)
    pe = sinusoidal_encoding(seq_len, d_model)
    return factor * embedded + pe.unsqueeze(0)
# %% wrong: positions count on through the batch, the second sentence does not begin at 0
def add_positions(embedded):
    flat = embedded.reshape(-1, embedded.shape[-1])
    flat = flat * math.sqrt(flat.shape[1]) + sinusoidal_encoding(flat.shape[0], flat.shape[1])
    return flat.reshape(embedded.shape)
# %% wrong: adds dropout, as the paper does after the sum, so the numbers are random
def add_positions(embedded):
    d_model = embedded.shape[-1]
    x = embedded * math.sqrt(d_model)
    x = x + sinusoidal_encoding(embedded.shape[1], d_model)[None]
    return F.dropout(x, p=0.1)
# %% wrong: a table of 512 positions, too short for a sentence of 1,000 words
PE = {}
def add_positions(embedded):
    d = embedded.size(-1)
    if d not in PE:
        PE[d] = sinusoidal_encoding(512, d)        # compute only once
    return embedded * math.sqrt(d) + PE[d][:embedded.size(1)]
# %% wrong: the first word gets position 1 (2)
def add_positions(embedded):
    result = torch.zeros_like(embedded)
    T, d_model = embedded.shape[1:]
    table = sinusoidal_encoding(T + 1, d_model)
    for t in range(T):
        result[:, t] = embedded[:, t] * math.sqrt(d_model) + table[t + 1]
    return result
# %% right: torch.add with a factor
def add_positions(embedded):
    positions = sinusoidal_encoding(*embedded.shape[-2:]).to(embedded)
    return torch.add(positions, embedded, alpha=math.sqrt(embedded.shape[-1]))
# %% right: sentence by sentence in a loop
def add_positions(embedded):
    out = []
    for sentence in embedded.unbind(0):
        n, d = sentence.shape
        rows = [math.pow(d, 0.5) * w + p for w, p in zip(sentence, sinusoidal_encoding(n, d))]
        out.append(torch.stack(rows))
    return torch.stack(out)


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

# %% wrong: positions run on from one sentence to the next: encoding(B*T) cut into sentences
def add_positions(embedded):
    B, T, d = embedded.shape
    return embedded * math.sqrt(d) + sinusoidal_encoding(B * T, d).view(B, T, d)

# %% wrong: math.isqrt: whole root, right only for square d_model
def add_positions(embedded):
    B, T, d = embedded.shape
    return embedded * math.isqrt(d) + sinusoidal_encoding(T, d)

# %% wrong: `*=` in place: changes the caller's tensor
def add_positions(embedded):
    embedded *= math.sqrt(embedded.size(-1))
    return embedded + sinusoidal_encoding(embedded.size(1), embedded.size(2))

# %% wrong: with torch.no_grad(): the word vectors can no longer learn
def add_positions(embedded):
    with torch.no_grad():
        return embedded * embedded.shape[-1] ** 0.5 + sinusoidal_encoding(*embedded.shape[1:])

# %% right: torch.add with alpha (again, 2)
def add_positions(embedded):
    _, T, d = embedded.shape
    return torch.add(sinusoidal_encoding(T, d), embedded, alpha=d ** 0.5)

# %% prelude

# %% wrong: d_model ** 1/2 without brackets: d_model / 2, right only for d_model = 4
import math, torch
import torch.nn.functional as F
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    _, T, d_model = embedded.shape
    return embedded * d_model ** 1/2 + sinusoidal_encoding(T, d_model)

# %% wrong: PyTorch tutorial: dropout at the end, always on
import math, torch
import torch.nn.functional as F
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    _, T, d_model = embedded.shape
    x = embedded * math.sqrt(d_model) + sinusoidal_encoding(T, d_model)
    return F.dropout(x, 0.1)

# %% wrong: squeeze at the end: a batch of one sentence, or a sentence of one word, loses an axis
import math, torch
import torch.nn.functional as F
def sinusoidal_encoding(max_len, d_model):
    angle = torch.arange(max_len).unsqueeze(1) * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    pe = sinusoidal_encoding(T, d_model).unsqueeze(0).expand(B, T, d_model)
    return (embedded * math.sqrt(d_model) + pe).squeeze()

# %% prelude
import math

import torch

def sinusoidal_encoding(max_len, d_model):
    freq = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(max_len).unsqueeze(1) * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: in place: changes the tensor it was given
def add_positions(embedded):
    B, T, d_model = embedded.shape
    embedded *= math.sqrt(d_model)
    embedded += sinusoidal_encoding(T, d_model)
    return embedded

# %% wrong: fixed table of 512 positions: raises for a sentence of 1000 words
MAX_LEN = 512
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    table = sinusoidal_encoding(MAX_LEN, d_model)
    return embedded * d_model ** 0.5 + table[:T]

# %% right: torch.add with alpha, table expanded to the batch first
def add_positions(embedded):
    pos = sinusoidal_encoding(embedded.size(-2), embedded.size(-1)).expand_as(embedded)
    return torch.add(pos, embedded, alpha=embedded.size(-1) ** 0.5)

# %% prelude
import math
import torch


def sinusoidal_encoding(max_len, d_model):
    angles = torch.arange(max_len).unsqueeze(1) / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: fixed table of 512 rows: a sentence of 1,000 words crashes
def add_positions(embedded):
    d_model = embedded.shape[-1]
    T = embedded.shape[1]
    pe = sinusoidal_encoding(512, d_model)
    return embedded * d_model ** 0.5 + pe[:T]

# %% right: torch.add with alpha, a third author
def add_positions(embedded):
    *_, length, width = embedded.size()
    return torch.add(sinusoidal_encoding(length, width), embedded, alpha=math.sqrt(width))

# %% prelude
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: a fixed table of 512 rows: crashes for 1000 words
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(pos * freq)
    table[:, 1::2] = torch.cos(pos * freq)[:, :d_model // 2]
    return table

TABLE = {}
def add_positions(embedded):
    B, T, d_model = embedded.shape
    if d_model not in TABLE:
        TABLE[d_model] = sinusoidal_encoding(512, d_model)
    return embedded * math.sqrt(d_model) + TABLE[d_model][:T]

# %% wrong: the factor is given to the positions as well
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(pos * freq)
    table[:, 1::2] = torch.cos(pos * freq)[:, :d_model // 2]
    return table

def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    x = embedded + sinusoidal_encoding(T, d_model)
    return x * d_model ** 0.5

# %% wrong: changes the input in place
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(pos * freq)
    table[:, 1::2] = torch.cos(pos * freq)[:, :d_model // 2]
    return table

def add_positions(embedded):
    embedded *= math.sqrt(embedded.shape[-1])
    embedded += sinusoidal_encoding(embedded.shape[1], embedded.shape[2])
    return embedded

# %% right: loop over sentences and stack
def sinusoidal_encoding(max_len, d_model):
    pos = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(pos * freq)
    table[:, 1::2] = torch.cos(pos * freq)[:, :d_model // 2]
    return table

def add_positions(embedded):
    pe = sinusoidal_encoding(embedded.size(1), embedded.size(2))
    out = []
    for sentence in embedded:
        out.append(sentence * math.sqrt(embedded.size(2)) + pe)
    return torch.stack(out)

# %% prelude
import math

import torch


def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).unsqueeze(1).float()
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table

# %% wrong: times the root of the number of words (shape[1]) instead of d_model
def add_positions(embedded):
    T = embedded.shape[1]
    d_model = embedded.shape[2]
    return embedded * T ** 0.5 + sinusoidal_encoding(T, d_model)

# %% wrong: a table of 512 rows made once: a sentence of 1,000 words raises
MAX_LEN = 512

def add_positions(embedded):
    d_model = embedded.size(-1)
    table = sinusoidal_encoding(MAX_LEN, d_model)
    return embedded * math.sqrt(d_model) + table[:embedded.size(1)].unsqueeze(0)

# %% right: torch.add with alpha, the table first
def add_positions(embedded):
    *_, length, width = embedded.shape
    return torch.add(sinusoidal_encoding(length, width).expand_as(embedded), embedded, alpha=width ** 0.5)

# %% prelude
from torch import nn
import math
import torch

# %% wrong: changes the caller's tensor (*= and +=)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table


def add_positions(embedded):
    batch, length, d_model = embedded.shape
    embedded *= math.sqrt(d_model)
    embedded += sinusoidal_encoding(length, d_model)
    return embedded

# %% wrong: the positions go on counting from sentence to sentence (table of B*T rows)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table


def add_positions(embedded):
    B, T, d_model = embedded.shape
    pe = sinusoidal_encoding(B * T, d_model).view(B, T, d_model)
    return embedded * d_model ** 0.5 + pe

# %% wrong: dropout of 0.1 on the sum, by habit
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table


def add_positions(embedded):
    d_model = embedded.size(-1)
    x = embedded * math.sqrt(d_model) + sinusoidal_encoding(embedded.size(1), d_model)
    return nn.Dropout(p=0.1)(x)

# %% wrong: a module with a table of 512 rows: raises for a sentence of 1,000 words
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table


class PositionalEncoding(nn.Module):
    def __init__(self, max_len=512):
        super().__init__()
        self.max_len = max_len

    def forward(self, x):
        d_model = x.shape[-1]
        pe = sinusoidal_encoding(self.max_len, d_model)
        return x * math.sqrt(d_model) + pe[:x.shape[1]]


add_positions = PositionalEncoding()

# %% right: torch.add with alpha, broadcast table
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angles = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, :d_model // 2]
    return table


def add_positions(embedded):
    *_, T, d = embedded.shape
    table = sinusoidal_encoding(T, d)[None].to(embedded)
    return torch.add(table, embedded, alpha=d ** 0.5)

# %% prelude
import math
import torch

# %% wrong: precedence: d_model ** 1/2 is d_model / 2
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * d_model ** 1/2 + sinusoidal_encoding(T, d_model)

# %% wrong: a fixed table of 512 rows: raises for a sentence of 1,000 words
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

MAX_LEN = 512

def add_positions(embedded):
    B, T, d_model = embedded.shape
    table = sinusoidal_encoding(MAX_LEN, d_model)
    return embedded * math.sqrt(d_model) + table[:T]

# %% wrong: positions go on through the batch: the second sentence begins at T instead of 0
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    positions = sinusoidal_encoding(B * T, d_model).reshape(B, T, d_model)
    return math.sqrt(d_model) * embedded + positions

# %% right: lookup of the rows with F.embedding, torch.add with alpha
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    freq = 1 / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    angle = position * freq
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = torch.sin(angle)
    table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
    return table

import torch.nn.functional as F

def add_positions(embedded):
    batch, length, width = embedded.shape
    ids = torch.arange(length).repeat(batch, 1)
    return torch.add(F.embedding(ids, sinusoidal_encoding(length, width)), embedded, alpha=width ** 0.5)

# %% prelude
import math
import torch

# %% wrong: update in place: the caller's embedded is changed
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).float()[:, None]
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    embedded *= math.sqrt(d_model)
    embedded += sinusoidal_encoding(T, d_model)
    return embedded

# %% wrong: divided by sqrt(d_model), as scores are in lesson 02
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).float()[:, None]
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

def add_positions(embedded):
    _, T, d_model = embedded.shape
    return embedded / math.sqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% wrong: one long count over the batch: the second sentence goes on at position T
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).float()[:, None]
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    positions = sinusoidal_encoding(B * T, d_model).view(B, T, d_model)
    return embedded * d_model ** 0.5 + positions

# %% right: sentence by sentence in a loop, torch.add with alpha
def sinusoidal_encoding(max_len, d_model):
    t = torch.arange(max_len).float()[:, None]
    angles = t / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : d_model // 2]
    return table

def add_positions(embedded):
    T, d_model = embedded.size(1), embedded.size(2)
    table = sinusoidal_encoding(T, d_model)
    return torch.stack([torch.add(table, sentence, alpha=d_model ** 0.5) for sentence in embedded])

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

# %% wrong: math.isqrt(d_model): right only where d_model is a square number
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    _, T, d_model = embedded.shape
    return embedded * math.isqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% wrong: makes every word exactly √d_model long (normalises first)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    _, T, d_model = embedded.shape
    words = embedded / embedded.norm(dim=-1, keepdim=True)       # length 1, as the lesson says
    return words * math.sqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% wrong: positions go on counting through the batch: sentence 2 begins at T
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    B, T, d_model = embedded.shape
    flat = embedded.reshape(B * T, d_model)
    return (flat * math.sqrt(d_model) + sinusoidal_encoding(B * T, d_model)).reshape(B, T, d_model)

# %% right: torch.add with alpha (3)
def sinusoidal_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1).float()
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2).float() / d_model)
    angle = position * frequency
    table = torch.zeros(max_len, d_model)
    table[:, 0::2] = angle.sin()
    table[:, 1::2] = angle.cos()[:, :d_model // 2]
    return table

def add_positions(embedded):
    *_, T, d_model = embedded.shape
    return torch.add(sinusoidal_encoding(T, d_model), embedded, alpha=d_model ** 0.5)

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

# %% wrong: positions go on from sentence to sentence: sentence 1 begins at T instead of 0
def add_positions(embedded):
    B, T, d_model = embedded.shape
    positions = sinusoidal_encoding(B * T, d_model).reshape(B, T, d_model)
    return embedded * math.sqrt(d_model) + positions

# %% wrong: makes every word's vector exactly √d_model long (normalises first)
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    return F.normalize(embedded, dim=-1) * math.sqrt(d_model) + sinusoidal_encoding(T, d_model)

# %% wrong: takes a vector of zeros for padding and gives it no position (edge case)
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    is_word = (embedded != 0).any(dim=-1, keepdim=True)
    return embedded * math.sqrt(d_model) + sinusoidal_encoding(T, d_model) * is_word

# %% right: torch.add with alpha, positions first
def add_positions(embedded):
    return torch.add(sinusoidal_encoding(*embedded.shape[-2:]).expand_as(embedded), embedded, alpha=embedded.size(2) ** 0.5)

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
    position = torch.arange(max_len).unsqueeze(1)
    frequency = 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
    angle = position * frequency
    encoding = torch.zeros(max_len, d_model)
    encoding[:, 0::2] = angle.sin()
    encoding[:, 1::2] = angle[:, : d_model // 2].cos()
    return encoding

# %% wrong: table of the wrong orientation: sinusoidal_encoding(d_model, T).T
def add_positions(embedded):
    _, T, d_model = embedded.shape
    return embedded * d_model ** 0.5 + sinusoidal_encoding(d_model, T).T

# %% wrong: dropout of 0.1 on the sum, as in the paper's 5.4, always on
def add_positions(embedded):
    _, T, d_model = embedded.shape
    return F.dropout(embedded * math.sqrt(d_model) + sinusoidal_encoding(T, d_model), 0.1)

# %% wrong: squeeze at the end: one sentence, or one word, loses its axis
def add_positions(embedded):
    B, T, d = embedded.shape
    return (embedded * math.sqrt(d) + sinusoidal_encoding(T, d).unsqueeze(0)).squeeze()

# %% wrong: the first half of the numbers for words, the second for positions
def add_positions(embedded):
    B, T, d = embedded.shape
    half = d // 2
    out = embedded * math.sqrt(d)
    out[..., half:] = sinusoidal_encoding(T, d)[:, : d - half]
    return out

# %% wrong: positions counted from the end of the sentence
def add_positions(embedded):
    B, T, d = embedded.shape
    return embedded * math.sqrt(d) + sinusoidal_encoding(T, d).flip(0)

# %% wrong: root forgotten: times d_model
def add_positions(embedded):
    B, T, d = embedded.shape
    return embedded * d + sinusoidal_encoding(T, d)

# %% wrong: no_grad around it: the embeddings get no gradient
def add_positions(embedded):
    B, T, d = embedded.shape
    with torch.no_grad():
        return embedded * math.sqrt(d) + sinusoidal_encoding(T, d)

# %% wrong: written into torch.zeros: float32 for float64
def add_positions(embedded):
    B, T, d = embedded.shape
    out = torch.zeros(B, T, d)
    table = sinusoidal_encoding(T, d)
    for b in range(B):
        out[b] = embedded[b] * d ** 0.5 + table
    return out

# %% right: the root taken out: (embedded + encoding / root) * root
def add_positions(embedded):
    root = torch.tensor(embedded.shape[2], dtype=embedded.dtype).sqrt()
    table = sinusoidal_encoding(embedded.shape[1], embedded.shape[2]).to(embedded.dtype)
    return (embedded + table / root) * root

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

# %% wrong: times the root of the length of the sentence, not of the vectors (axis 1 taken for d_model)
def add_positions(embedded):
    B, T, d_model = embedded.shape
    return embedded * T ** 0.5 + sinusoidal_encoding(T, d_model)

# %% wrong: positions run on from sentence to sentence: a table of B*T rows, cut into B
def add_positions(embedded):
    B, T, d_model = embedded.shape
    positions = sinusoidal_encoding(B * T, d_model).view(B, T, d_model)
    return math.sqrt(d_model) * embedded + positions

# %% wrong: a table of 512 rows; all later words get the last row (clamp)
def add_positions(embedded):
    d_model = embedded.size(-1)
    table = sinusoidal_encoding(512, d_model)
    places = torch.arange(embedded.size(1)).clamp(max=511)
    return embedded * d_model ** 0.5 + table[places]

# %% right: RIGHT: vmap over the sentences, torch.add with alpha
def add_positions(embedded):
    T, d_model = embedded.shape[1:]
    table = sinusoidal_encoding(T, d_model)
    return torch.func.vmap(lambda sentence: torch.add(table, sentence, alpha=math.sqrt(d_model)))(embedded)
