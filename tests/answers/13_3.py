# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: written into an expanded mask, all sentences share memory
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    causal = torch.ones(size, size).tril().bool()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, n in enumerate(prefix_lengths):
        mask[b, :, :n] = True
    return mask

# %% wrong: and instead of or
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1)
    prefix = place < prefix_lengths.unsqueeze(1)
    return causal & prefix.unsqueeze(1)

# %% wrong: the Python word or
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = (place < prefix_lengths.unsqueeze(1)).unsqueeze(1)
    not_future = place <= place.unsqueeze(1)
    return in_prefix or not_future

# %% wrong: True = forbidden, PyTorch's way
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size).view(1, size, 1)
    s = torch.arange(size).view(1, 1, size)
    allowed = (s < prefix_lengths.view(-1, 1, 1)) | (s <= t)
    return ~allowed

# %% wrong: 0 and minus infinity, to be added to the scores
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size)[:, None]
    s = torch.arange(size)[None, :]
    ok = (s < prefix_lengths[:, None, None]) | (s <= t)
    return torch.zeros(ok.shape).masked_fill(~ok, float("-inf"))

# %% wrong: future instead of past (triu)
def prefix_mask(prefix_lengths, size):
    causal = torch.triu(torch.ones(size, size, dtype=torch.bool))
    prefix = torch.arange(size) < prefix_lengths[:, None]
    return prefix[:, None, :] | causal

# %% wrong: places counted from 1, prefix one short
def prefix_mask(prefix_lengths, size):
    place = torch.arange(1, size + 1)
    rows, columns = place.unsqueeze(1), place.unsqueeze(0)
    return (columns < prefix_lengths.view(-1, 1, 1)) | (columns <= rows)

# %% wrong: an axis for the heads added
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    prefix = place < prefix_lengths.view(-1, 1, 1, 1)
    return prefix | (place <= place.unsqueeze(1))

# %% right: broadcasting in one line
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    s = torch.arange(size)
    return (s < prefix_lengths[:, None, None]) | (s <= s[:, None])

# %% right: a loop, the square of the prefix opened
def prefix_mask(prefix_lengths, size):
    masks = []
    for n in prefix_lengths.tolist():
        m = torch.tril(torch.ones(size, size, dtype=torch.bool))
        m[:n, :n] = True          # below these rows the prefix is in the past anyway
        masks.append(m)
    return torch.stack(masks)

# %% right: how many places each row sees
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    seen = torch.maximum(prefix_lengths.unsqueeze(1), place + 1)          # (B, size)
    return seen.unsqueeze(2).gt(place)
