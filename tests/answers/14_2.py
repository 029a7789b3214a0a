# %% prelude
import copy
import math

import torch

# %% wrong: no new axis, scales go along the columns
def dequantise(q, scale):
    """The numbers that are meant: int8 (out, in), scale (out,) -> (out, in)."""
    return q * scale

# %% wrong: always float32
def dequantise(q, scale):
    return q.float() * scale.float().unsqueeze(1)

# %% wrong: divided by 127 once more
def dequantise(q, scale):
    return q / 127 * scale.unsqueeze(1)

# %% wrong: transposed for the product and not back
def dequantise(q, scale):
    return q.T * scale

# %% wrong: in place on int8, RuntimeError
def dequantise(q, scale):
    q *= scale.unsqueeze(1)
    return q

# %% wrong: scale cast to the dtype of q
def dequantise(q, scale):
    return q * scale.unsqueeze(1).to(q.dtype)

# %% wrong: return forgotten
def dequantise(q, scale):
    w = q.to(scale.dtype) * scale.unsqueeze(1)

# %% wrong: divided by the scale
def dequantise(q, scale):
    return q.to(scale.dtype) / scale[:, None]

# %% right: one line
def dequantise(q, scale):
    """The numbers that are meant: int8 (out, in), scale (out,) -> (out, in)."""
    return q * scale[:, None]

# %% right: diagonal matrix
def dequantise(q, scale):
    return torch.diag(scale) @ q.to(scale.dtype)

# %% right: row by row
def dequantise(q, scale):
    rows = []
    for numbers, step in zip(q, scale):
        rows.append(numbers.to(scale.dtype) * step)
    return torch.stack(rows)
