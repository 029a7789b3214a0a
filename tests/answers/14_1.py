# %% prelude
import copy
import math

import torch

# %% wrong: 128 steps, the largest number runs over
def quantise(w):
    """Rows of whole numbers from -127 to 127, and their scales: (out, in) -> int8 (out, in), (out,)."""
    scale = w.abs().amax(dim=1) / 128
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: row of zeros gets a tiny scale
def quantise(w):
    scale = w.abs().amax(dim=1).clamp(min=1e-8) / 127
    return (w / scale[:, None]).round().to(torch.int8), scale

# %% wrong: scales returned as a column (out, 1)
def quantise(w):
    largest = w.abs().amax(dim=1, keepdim=True)
    scale = largest / 127
    scale[scale == 0] = 1
    q = torch.round(w / scale).to(torch.int8)
    return q, scale

# %% wrong: steps per unit instead of the length of a step
def quantise(w):
    scale = 127 / w.abs().amax(dim=1)
    scale[torch.isinf(scale)] = 1
    return (w * scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: scales divide the columns, no new axis
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: comparison instead of assignment for rows of zeros
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] == 1
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: torch.int8 called like a function, TypeError
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    q = torch.int8((w / scale.unsqueeze(1)).round())
    return q, scale

# %% wrong: range of the row over 255 steps, without a zero point
def quantise(w):
    low, high = w.amin(dim=1), w.amax(dim=1)
    scale = (high - low) / 255
    scale[scale == 0] = 1
    q = (w / scale.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
    return q, scale

# %% right: torch.where and keepdim
def quantise(w):
    """Rows of whole numbers from -127 to 127, and their scales: (out, in) -> int8 (out, in), (out,)."""
    largest = w.abs().amax(dim=-1, keepdim=True)
    scale = torch.where(largest > 0, largest / 127, 1.0)
    return torch.round(w / scale).to(torch.int8), scale.squeeze(-1)

# %% right: row by row
def quantise(w):
    q, scales = torch.zeros(w.shape, dtype=torch.int8), torch.ones(len(w), dtype=w.dtype)
    for i, row in enumerate(w):
        biggest = max(row.max(), -row.min())
        if biggest == 0:
            continue
        scales[i] = biggest / 127
        q[i] = (row / scales[i]).round()
    return q, scales

# %% right: infinity norm, floor of one half more
def quantise(w):
    scale = torch.linalg.vector_norm(w, ord=math.inf, dim=1) / 127
    scale = scale + (scale == 0)
    steps = torch.floor(w / scale.view(-1, 1) + 0.5).clamp(-127, 127)
    return steps.type(torch.int8), scale
