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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

vocabulary = ["<pad>", "the", "black", "cat", "sleeps"]
pad_id = 0
ids = torch.tensor([[1, 2, 3, 4], [3, 4, 0, 0]])
# %% wrong: from the lengths, padding at the end assumed
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1)
    mask = torch.arange(ids.shape[1]) < lengths.unsqueeze(1)
    return mask.unsqueeze(1)
# %% wrong: padding taken as the smallest id
def padding_mask(ids, pad_id):
    return (ids > pad_id).unsqueeze(1)
# %% wrong: every id but 0 is real
def padding_mask(ids, pad_id):
    return ids.bool().unsqueeze(1)
# %% wrong: two new axes, as for heads
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1).unsqueeze(2)
# %% wrong: "is not" in place of "!="
def padding_mask(ids, pad_id):
    return (ids is not pad_id).unsqueeze(1)
# %% wrong: floats to be added
def padding_mask(ids, pad_id):
    mask = torch.zeros(ids.shape)
    mask[ids == pad_id] = float("-inf")
    return mask.unsqueeze(1)
# %% wrong: rows closed as well, (B, T, T)
def padding_mask(ids, pad_id):
    real = ids != pad_id
    return real.unsqueeze(1) & real.unsqueeze(2)
# %% wrong: axis put in front of the batch
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(0)
# %% right: not equal by torch.ne, None index
def padding_mask(ids, pad_id):
    return torch.ne(ids, pad_id)[:, None, :]
# %% right: list comprehension, stacked
def padding_mask(ids, pad_id):
    rows = [[[token != pad_id for token in sentence]] for sentence in ids.tolist()]
    return torch.tensor(rows, dtype=torch.bool)
# %% right: start from ones and close
def padding_mask(ids, pad_id):
    mask = torch.ones_like(ids, dtype=torch.bool)
    mask[ids == pad_id] = False
    return mask.reshape(ids.size(0), 1, ids.size(1))

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: compares with 0 whatever pad_id is
def padding_mask(ids, pad_id):
    return (ids != 0).unsqueeze(1)
# %% wrong: (B, 1, 1, T) as in a tutorial with heads
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1).unsqueeze(2)
# %% wrong: from the lengths, so padding is taken to stand at the end
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1, keepdim=True)
    positions = torch.arange(ids.shape[1])
    return (positions < lengths).unsqueeze(1)
# %% wrong: not in front of a tensor
def padding_mask(ids, pad_id):
    mask = not ids == pad_id
    return mask.unsqueeze(1)
# %% right: difference as a boolean, None for the new axis
def padding_mask(ids, pad_id):
    return ids.sub(pad_id).to(torch.bool)[:, None, :]
