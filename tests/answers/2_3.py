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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: counts the real tokens and opens as many places from the front, as if padding stood at the end only
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1)
    positions = torch.arange(ids.shape[1])
    return (positions[None, :] < lengths[:, None]).unsqueeze(1)
# %% wrong: > instead of !=, so ids below pad_id count as padding
def padding_mask(ids, pad_id):
    return (ids > pad_id)[:, None]
# %% wrong: the new axis is in front, (1, B, T) instead of (B, 1, T)
def padding_mask(ids, pad_id):
    real = ids != pad_id
    return real.unsqueeze(0)
# %% wrong: B and T exchanged, with a view that hides it when they are equal
def padding_mask(ids, pad_id):
    T, B = ids.shape
    return ids.ne(pad_id).view(B, 1, T)
# %% wrong: subtracts pad_id in place and so changes the ids of the caller
def padding_mask(ids, pad_id):
    ids -= pad_id
    return (ids != 0).unsqueeze(1)
# %% wrong: two mistakes: True and False exchanged, and whole numbers instead of booleans
def padding_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.zeros(B, 1, T, dtype=torch.long)
    for b in range(B):
        for t in range(T):
            if ids[b, t] == pad_id:
                mask[b, 0, t] = 1
    return mask
# %% right: loops over sentences and places
def padding_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.ones(B, 1, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            if ids[b, t].item() == pad_id:
                mask[b, 0, t] = False
    return mask
# %% right: difference to the padding as a boolean, stacked along axis 1
def padding_mask(tokens, pad):
    is_padding = torch.eq(tokens, pad)
    return torch.stack([is_padding], dim=1).logical_not()
# %% prelude
import math
import torch
# %% wrong: True at the padding instead of at the real tokens
def padding_mask(ids, pad_id):
    is_pad = ids == pad_id
    return is_pad.unsqueeze(1)
# %% wrong: axis of length 1 at the end, (B, T, 1) instead of (B, 1, T)
def padding_mask(ids, pad_id):
    """Every query may attend to the real tokens only: ids (B, T) -> bool (B, 1, T)."""
    return torch.ne(ids, pad_id).unsqueeze(-1)
# %% wrong: ids > pad_id, which takes ids below the padding's for padding (right when pad_id is 0)
def padding_mask(ids, pad_id):
    return (ids > pad_id)[:, None, :]
# %% wrong: one axis too many, (B, 1, 1, T), as for several heads
def padding_mask(ids, pad_id):
    mask = (ids != pad_id).unsqueeze(1).unsqueeze(2)
    return mask
# %% wrong: shifts the ids in place so that the padding is 0, and so changes its input
def padding_mask(ids, pad_id):
    ids -= pad_id
    return ids.bool().unsqueeze(1)
# %% wrong: repeated for all queries, (B, T, T) instead of (B, 1, T)
def padding_mask(ids, pad_id):
    B, T = ids.shape
    real = ids != pad_id
    return real.unsqueeze(1).expand(B, T, T)
# %% right: nested lists
def padding_mask(ids, pad_id):
    return torch.tensor([[[token != pad_id for token in sentence]] for sentence in ids.tolist()])
# %% right: filled in place in a new table of True
def padding_mask(ids, pad_id):
    n, length = ids.size()
    mask = torch.ones(n, 1, length, dtype=torch.bool)
    where_pad = torch.eq(ids, pad_id)
    mask[:, 0][where_pad] = False
    return mask

# %% prelude

# %% wrong: from the lengths: right only if the padding stands at the end
import torch
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=-1)
    return (torch.arange(ids.shape[1]) < lengths.unsqueeze(-1)).unsqueeze(1)

# %% prelude

# %% wrong: positions below the number of real tokens: assumes that padding stands at the end
import torch
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1)                 # (B,)
    positions = torch.arange(ids.shape[1])               # (T,)
    return (positions[None, :] < lengths[:, None]).unsqueeze(1)

# %% prelude
import torch

# %% wrong: counts real tokens and opens the first n places: wrong when padding is in front/middle
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1, keepdim=True)
    return (torch.arange(ids.shape[1]) < lengths).unsqueeze(1)

# %% prelude
import torch

# %% wrong: counts the real tokens and opens the first n: padding in front is not seen
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1, keepdim=True)       # (B, 1)
    return (torch.arange(ids.shape[1]) < lengths).unsqueeze(1)

# %% wrong: expanded to (B, T, T)
def padding_mask(ids, pad_id):
    T = ids.shape[1]
    return (ids != pad_id).unsqueeze(1).expand(-1, T, -1)

# %% prelude
import torch

# %% wrong: by lengths: assumes that the padding stands at the end
def padding_mask(ids, pad_id):
    lengths = (ids != pad_id).sum(dim=1)
    return (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).unsqueeze(1)

# %% wrong: unsqueeze(0): (1, B, T) and not (B, 1, T)
def padding_mask(ids, pad_id):
    return ids.ne(pad_id).unsqueeze(0)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: ids > pad_id: right only if the padding has the smallest id
def padding_mask(ids, pad_id):
    return (ids > pad_id).unsqueeze(1)

# %% wrong: cumprod: everything after the first padding is closed (wrong if padding is in front or in the middle)
def padding_mask(ids, pad_id):
    real = (ids != pad_id).int().cumprod(dim=-1).bool()
    return real[:, None, :]

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: everything from the first padding on is closed: real words after padding in front are lost
def padding_mask(ids, pad_id):
    paddings_so_far = (ids == pad_id).cumsum(dim=-1)
    return (paddings_so_far == 0).unsqueeze(1)

# %% wrong: argmax as place of the first padding: 0 where there is none, so full sentences are all closed
def padding_mask(ids, pad_id):
    length = (ids == pad_id).int().argmax(dim=-1, keepdim=True)
    return (torch.arange(ids.shape[1]) < length).unsqueeze(1)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: all places from the first padding on are closed: padding in front closes everything
def padding_mask(ids, pad_id):
    return ((ids == pad_id).cumsum(dim=-1) == 0).unsqueeze(1)

# %% wrong: repeated for all queries already: (B, T, T)
def padding_mask(ids, pad_id):
    real = ids != pad_id
    return real.unsqueeze(1).repeat(1, ids.shape[1], 1)
