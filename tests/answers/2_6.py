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
