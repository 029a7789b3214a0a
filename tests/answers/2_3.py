# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()

# %% wrong: True where the padding is
def padding_mask(ids, pad_id):
    return (ids == pad_id).unsqueeze(1)

# %% wrong: padding is always 0
def padding_mask(ids, pad_id):
    return (ids != 0).unsqueeze(1)

# %% wrong: greater than the padding
def padding_mask(ids, pad_id):
    return (ids > pad_id).unsqueeze(1)

# %% wrong: no axis put in
def padding_mask(ids, pad_id):
    return ids != pad_id

# %% wrong: axis at the end
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(-1)

# %% wrong: two axes put in
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1).unsqueeze(2)

# %% wrong: axis in front
def padding_mask(ids, pad_id):
    return (ids != pad_id)[None]

# %% wrong: ones and zeros
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1).long()

# %% wrong: by lengths, as if padding stood at the end
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1)
    places = torch.arange(ids.shape[1])
    return (places[None, :] < lengths[:, None]).unsqueeze(1)

# %% wrong: everything after the first padding is closed
def padding_mask(ids, pad_id):
    real = (ids != pad_id).int().cumprod(dim=1).bool()
    return real.unsqueeze(1)

# %% wrong: a full table for each sentence
def padding_mask(ids, pad_id):
    B, T = ids.shape
    return (ids != pad_id).unsqueeze(1).expand(B, T, T)

# %% wrong: NumPy's name for the axis
def padding_mask(ids, pad_id):
    return (ids != pad_id).expand_dims(axis=1)

# %% wrong: batch of two typed in
def padding_mask(ids, pad_id):
    return (ids != pad_id).view(2, 1, -1)

# %% wrong: truth value of an id
def padding_mask(ids, pad_id):
    return ids.bool()[:, None, :]

# %% right: None in the middle
def padding_mask(ids, pad_id):
    return (ids != pad_id)[:, None, :]

# %% right: not equal, negated
def padding_mask(ids, pad_id):
    is_pad = torch.eq(ids, pad_id)
    return ~is_pad.unsqueeze(-2)

# %% right: ne and view
def padding_mask(ids, pad_id):
    batch, length = ids.size()
    return ids.ne(pad_id).view(batch, 1, length)

# %% right: sentence by sentence
def padding_mask(ids, pad_id):
    rows = [[token != pad_id for token in sentence] for sentence in ids.tolist()]
    return torch.stack([torch.tensor([row]) for row in rows])
