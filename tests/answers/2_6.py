# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)

# %% wrong: squeeze without a number
def to_key_padding_mask(mask):
    return ~mask.squeeze()

# %% wrong: not negated
def to_key_padding_mask(mask):
    return mask.squeeze(1)

# %% wrong: the axis is kept
def to_key_padding_mask(mask):
    return ~mask

# %% wrong: first axis squeezed
def to_key_padding_mask(mask):
    return ~mask.squeeze(0)

# %% wrong: first sentence only
def to_key_padding_mask(mask):
    return ~mask[0]

# %% wrong: one minus a boolean
def to_key_padding_mask(mask):
    return (1 - mask).squeeze(1)

# %% wrong: one minus numbers
def to_key_padding_mask(mask):
    return 1 - mask.squeeze(1).int()

# %% wrong: Python's not
def to_key_padding_mask(mask):
    return not mask.squeeze(1)

# %% wrong: bits of whole numbers turned round
def to_key_padding_mask(mask):
    return ~mask.int().squeeze(1)

# %% wrong: zeros and minus infinity
def to_key_padding_mask(mask):
    return torch.zeros(mask.shape).masked_fill(~mask, float("-inf")).squeeze(1)

# %% wrong: negated twice
def to_key_padding_mask(mask):
    mask = ~mask
    return mask.squeeze(1) == False  # noqa: E712

# %% wrong: first column of each sentence
def to_key_padding_mask(mask):
    return ~mask[:, :, 0]

# %% wrong: flattened to one row
def to_key_padding_mask(mask):
    return ~mask.flatten()

# %% right: squeeze(1)
def to_key_padding_mask(mask):
    return ~mask.squeeze(1)

# %% right: index in the middle
def to_key_padding_mask(mask):
    return mask[:, 0, :].logical_not()

# %% right: compared with zero
def to_key_padding_mask(mask):
    return mask.reshape(mask.shape[0], mask.shape[-1]) == 0

# %% right: exclusive or
def to_key_padding_mask(mask):
    return torch.logical_xor(mask.flatten(1), torch.tensor(True))
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)


pad_id = 0
ids = torch.tensor([[1, 2, 3, 4], [3, 4, 0, 0]])
ours = padding_mask(ids, pad_id)
# %% wrong: one minus a boolean tensor
def to_key_padding_mask(mask):
    return (1 - mask).squeeze(1)
# %% wrong: bitwise not of whole numbers
def to_key_padding_mask(mask):
    return ~mask.squeeze(1).int()
# %% wrong: squeeze without a number (again)
def to_key_padding_mask(mask):
    return ~mask.squeeze()
# %% wrong: Python's not (again)
def to_key_padding_mask(mask):
    return not mask.squeeze(1)
# %% wrong: last axis squeezed
def to_key_padding_mask(mask):
    return torch.logical_not(mask.squeeze(-1))
# %% wrong: floats with minus infinity
def to_key_padding_mask(mask):
    closed = ~mask[:, 0]
    return torch.zeros(closed.shape).masked_fill(closed, float("-inf"))
# %% wrong: shape changed, meaning kept
def to_key_padding_mask(mask):
    batch, _, length = mask.shape
    return mask.reshape(batch, length)
# %% wrong: sentences taken for the axis of length 1
def to_key_padding_mask(mask):
    return ~mask[0]
# %% right: logical_not and flatten
def to_key_padding_mask(mask):
    return torch.logical_not(mask).flatten(start_dim=1)
# %% right: compared with False, first row
def to_key_padding_mask(mask):
    return mask[:, 0, :] == False
# %% right: where with two values
def to_key_padding_mask(mask):
    open_, shut = torch.tensor(False), torch.tensor(True)
    return torch.where(mask, open_, shut).view(mask.size(0), mask.size(2))
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: only the shape is changed, True still means may attend
def to_key_padding_mask(mask):
    return mask[:, 0]
# %% wrong: turned round in place, so the caller's mask is changed
def to_key_padding_mask(mask):
    return mask.logical_not_().squeeze(1)
# %% wrong: floats of 0 and minus infinity instead of booleans
def to_key_padding_mask(mask):
    m = mask.squeeze(1)
    return torch.zeros(m.shape).masked_fill(~m, float("-inf"))
# %% wrong: ~ on whole numbers gives -1 and -2, so everything becomes True
def to_key_padding_mask(mask):
    numbers = mask.squeeze(1).int()
    return (~numbers).bool()
# %% wrong: (T, B) instead of (B, T)
def to_key_padding_mask(mask):
    return (mask == False).squeeze(1).T
# %% wrong: sentences of nothing but padding are opened again, to avoid NaN
def to_key_padding_mask(mask):
    ignore = ~mask.squeeze(1)
    ignore[ignore.all(dim=1)] = False
    return ignore
# %% wrong: takes the first sentence only (index on the batch axis instead of axis 1)
def to_key_padding_mask(mask):
    return torch.logical_not(mask[0])
# %% wrong: whole numbers of 0 and 1 instead of booleans
def to_key_padding_mask(mask):
    return 1 - mask.squeeze(1).long()
# %% right: flattened after the batch axis, exclusive or with True
def to_key_padding_mask(mask):
    return mask.flatten(start_dim=1) ^ True
# %% right: a loop over the sentences
def to_key_padding_mask(mask):
    rows = []
    for sentence in mask:
        (row,) = sentence
        rows.append(torch.tensor([not may for may in row.tolist()], dtype=torch.bool))
    return torch.stack(rows)
# %% prelude
import math
import torch
# %% wrong: squeeze() removes every axis of length 1, also B or T when they are 1
def to_key_padding_mask(mask):
    """Our padding mask (B, 1, T), True = may attend -> PyTorch's (B, T), True = ignore."""
    return ~mask.squeeze()
# %% wrong: negates in place and so changes its input
def to_key_padding_mask(mask):
    mask.logical_not_()
    return mask[:, 0, :]
# %% wrong: a float mask of 0 and -inf instead of a boolean one
def to_key_padding_mask(mask):
    real = mask.squeeze(1)
    return torch.zeros(real.shape).masked_fill(~real, float("-inf"))
# %% wrong: ~ on whole numbers gives -2 and -1, neither boolean nor negated
def to_key_padding_mask(mask):
    m = mask.int().squeeze(1)
    return ~m
# %% wrong: mask[0] drops the axis of the sentences: the first sentence's padding for all
def to_key_padding_mask(mask):
    B, _, T = mask.shape
    return ~mask[0].expand(B, T)
# %% wrong: keeps the axis of length 1, (B, 1, T)
def to_key_padding_mask(mask):
    return torch.logical_not(mask)
# %% right: compared with False, then the middle axis indexed away
def to_key_padding_mask(mask):
    return (mask == False)[:, 0]
# %% right: a list of rows
def to_key_padding_mask(ours):
    batch, _, length = ours.shape
    ignore = torch.empty(batch, length, dtype=torch.bool)
    for b in range(batch):
        ignore[b] = ours[b].logical_not().reshape(length)
    return ignore

# %% prelude

# %% wrong: opens sentences of nothing but padding, to avoid the layer's NaN
import torch
def to_key_padding_mask(mask):
    ignore = ~mask.squeeze(1)
    return ignore & ~ignore.all(dim=-1, keepdim=True)

# %% prelude

# %% wrong: turned, then squeeze() without an axis: loses B or T when they are 1
import torch
def to_key_padding_mask(mask):
    return (~mask).squeeze()

# %% prelude
import torch

# %% right: index 0 and == False
def to_key_padding_mask(mask):
    B, _, T = mask.shape
    return mask.reshape(B, T) == False

# %% prelude
import torch

# %% right: logical_not and indexing
def to_key_padding_mask(mask):
    return torch.logical_not(mask[:, 0, :])

# %% prelude

# %% wrong: logical_not_ on a view of the caller's mask
def to_key_padding_mask(mask):
    return mask.squeeze(1).logical_not_()

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: opens the sentences of nothing but padding (to avoid NaN in the layer)
def to_key_padding_mask(mask):
    ignore = ~mask.squeeze(1)
    ignore[ignore.all(dim=-1)] = False
    return ignore

# %% wrong: mask ^ 1: whole numbers 0 and 1 (int64), not booleans
def to_key_padding_mask(mask):
    return mask[:, 0] ^ 1

# %% right: RIGHT: logical_not, and the axis of length 1 taken away by amax
def to_key_padding_mask(mask):
    return torch.logical_not(mask).amax(dim=-2)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: logical_not_() on a view: our own mask is inverted, too
def to_key_padding_mask(mask):
    flat = mask.squeeze(1)
    return flat.logical_not_()

# %% wrong: (T, B): PyTorch's layers want the batch second by default
def to_key_padding_mask(mask):
    return ~mask.squeeze(1).T

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: mask ^ 1: right values, but whole numbers (int64)
def to_key_padding_mask(mask):
    return mask[:, 0] ^ 1
