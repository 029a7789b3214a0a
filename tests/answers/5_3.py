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
