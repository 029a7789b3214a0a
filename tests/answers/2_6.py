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
