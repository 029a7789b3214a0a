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
# %% prelude
import torch
# %% wrong: rounds by adding 0.5 and cutting off, which is wrong below 0
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None] + 0.5).to(torch.int8), scale
# %% wrong: the largest magnitude is put at 128 steps, and clamped to 127
def quantise(w):
    scale = w.abs().amax(dim=1) / 128
    scale[scale == 0] = 1
    q = (w / scale.unsqueeze(1)).round().clamp(-127, 127)
    return q.to(torch.int8), scale
# %% wrong: a row of zeros gets the scale 1e-8 instead of 1 (clamp)
def quantise(w):
    scale = (w.abs().amax(dim=-1) / 127).clamp(min=1e-8)
    q = torch.round(w / scale[:, None]).to(torch.int8)
    return q, scale
# %% wrong: a scale for each column instead of each row
def quantise(w):
    scale = w.abs().amax(dim=0) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    return (w / scale).round().to(torch.int8), scale
# %% wrong: the scales keep an axis of length 1, (out, 1) instead of (out,)
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale = torch.where(scale > 0, scale, 1.0)
    return (w / scale).round().to(torch.int8), scale
# %% wrong: returns 127 / largest, how many steps a unit has, instead of the length of a step
def quantise(w):
    largest = w.abs().amax(dim=1)
    factor = torch.where(largest == 0, torch.ones_like(largest), 127 / largest)
    q = torch.round(w * factor.unsqueeze(-1)).to(torch.int8)
    return q, factor
# %% wrong: the scale is set to 1 only where the whole table is 0, not for a single row of zeros
def quantise(w):
    if not w.any():
        return torch.zeros_like(w, dtype=torch.int8), torch.ones(len(w), dtype=w.dtype)
    scale = w.abs().amax(dim=1) / 127
    return (w / scale[:, None]).round().to(torch.int8), scale
# %% wrong: the scales are float32, whatever the dtype of w
def quantise(w):
    out, n = w.shape
    q, scale = torch.zeros(out, n, dtype=torch.int8), torch.ones(out)
    for r in range(out):
        largest = w[r].abs().max()
        if largest > 0:
            scale[r] = largest / 127
            q[r] = (w[r] / (largest / 127)).round().to(torch.int8)
    return q, scale
# %% wrong: asymmetric, from smallest to largest in 255 steps with a zero point that is thrown away
def quantise(w):
    low, high = w.amin(dim=1, keepdim=True), w.amax(dim=1, keepdim=True)
    scale = (high - low) / 255
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = ((w - low) / scale).round() - 128
    return q.to(torch.int8), scale.squeeze(1)
# %% right: row by row in a loop, by the extremes of each row
def quantise(w):
    rows, scales = [], []
    for row in w:
        largest = torch.maximum(row.max(), -row.min())
        step = largest / 127 if largest > 0 else torch.ones_like(largest)
        scales.append(step)
        rows.append(torch.round(row / step).to(torch.int8))
    return torch.stack(rows), torch.stack(scales)
# %% right: infinity norm, and floor(x + 0.5) as rounding
def quantise(w):
    scale = torch.linalg.vector_norm(w, ord=float("inf"), dim=1) / 127
    scale = scale + (scale == 0).to(w.dtype)
    steps = torch.floor(torch.einsum("oi,o->oi", w, 1 / scale) + 0.5).clamp(-127, 127)
    return steps.char(), scale
# %% prelude
import torch
# %% wrong: divides by 128, so that the largest number becomes 128 and wraps around to -128
def quantise(w):
    """Rows of whole numbers from -127 to 127, and their scales: (out, in) -> int8 (out, in), (out,)."""
    scale = w.abs().amax(dim=1) / 128
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None]).round().to(torch.int8), scale
# %% wrong: a row of zeros gets 1 as largest magnitude, and so the scale 1/127 instead of 1
def quantise(w):
    largest = w.abs().amax(dim=1)
    largest[largest == 0] = 1.0
    scale = largest / 127
    q = torch.round(w / scale.unsqueeze(1)).to(torch.int8)
    return q, scale
# %% wrong: divides and rounds w in place, so that the weights of the model are changed
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    w.div_(scale.unsqueeze(1)).round_()
    return w.to(torch.int8), scale
# %% wrong: the scales come back as (out, 1) (keepdim)
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    q = (w / scale).round().to(torch.int8)
    return q, scale
# %% wrong: int8 first and round afterwards, which cuts off the fraction
def quantise(w):
    step = w.abs().amax(dim=1) / 127
    step = torch.where(step > 0, step, 1.0)
    return (w / step.unsqueeze(1)).to(torch.int8).round(), step
# %% wrong: scale is kept from being 0 by clamp(min=1e-5): rows of zeros do not get 1, and small rows lose their steps
def quantise(w):
    scale = (w.abs().amax(dim=-1) / 127).clamp(min=1e-5)
    q = torch.clamp(torch.round(w / scale[:, None]), -127, 127).to(torch.int8)
    return q, scale
# %% wrong: a scale for each column (amax over dim 0)
def quantise(w):
    max_abs = w.abs().amax(dim=0)
    scale = max_abs / 127
    scale[scale == 0] = 1.0
    q = (w / scale).round().to(torch.int8)
    return q, scale
# %% right: row by row, rounded by floor(x + 0.5)
def quantise(w):
    rows, scales = [], []
    for row in w:
        largest = max(row.max(), -row.min())
        scale = largest / 127 if largest > 0 else torch.ones((), dtype=w.dtype)
        rows.append(torch.floor(row / scale + 0.5).clamp(-127, 127).to(torch.int8))
        scales.append(scale)
    return torch.stack(rows), torch.stack(scales)
# %% right: the infinity norm of each row, division of the transposed table
def quantise(w):
    magnitude = torch.linalg.vector_norm(w, ord=float("inf"), dim=1)
    scale = torch.where(magnitude.bool(), magnitude.div(127), torch.ones_like(magnitude))
    steps = w.t().div(scale).t()
    return steps.round().clamp(-127, 127).char(), scale


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import numpy as np, torch
def Q(w):
    s = w.abs().amax(dim=1) / 127
    s = torch.where(s == 0, torch.ones_like(s), s)
    return (w / s.unsqueeze(1)).round().to(torch.int8), s
def D(q, s): return q * s.unsqueeze(1)

# %% wrong: divides by 128 in place of 127 (2**7), the largest wraps
def quantise(w):
    s = w.abs().amax(dim=1) / 128
    s[s == 0] = 1
    return (w / s[:, None]).round().to(torch.int8), s

# %% wrong: scale is left (out, 1) from keepdim
def quantise(w):
    s = w.abs().amax(dim=1, keepdim=True) / 127
    s[s == 0] = 1
    return (w / s).round().to(torch.int8), s

# %% wrong: zero row: the LARGEST is set to 1, so its scale is 1/127
def quantise(w):
    m = w.abs().amax(dim=1)
    m[m == 0] = 1
    s = m / 127
    return (w / s.unsqueeze(1)).round().to(torch.int8), s

# %% wrong: zero row: clamp(min=1e-8) as in production code, scale not 1
def quantise(w):
    s = (w.abs().amax(dim=1) / 127).clamp(min=1e-8)
    return (w / s.unsqueeze(1)).round().to(torch.int8), s

# %% wrong: scale from the range (max-min)/255, the asymmetric recipe
def quantise(w):
    s = (w.amax(dim=1) - w.amin(dim=1)) / 255
    s[s == 0] = 1
    return (w / s.unsqueeze(1)).round().to(torch.int8), s

# %% wrong: scale always float32, not the dtype of w
def quantise(w):
    s = (w.abs().amax(dim=1) / 127).to(torch.float32)
    s[s == 0] = 1
    return (w / s.unsqueeze(1)).round().to(torch.int8), s

# %% wrong: no round: truncates
def quantise(w):
    s = w.abs().amax(dim=1) / 127
    s[s == 0] = 1
    return (w / s.unsqueeze(1)).to(torch.int8), s

# %% wrong: scale 1 for zeros by adding a bool everywhere: s + (w==0).any(1): any row that HAS a zero
def quantise(w):
    s = w.abs().amax(dim=1) / 127
    s = torch.where((w == 0).any(dim=1), torch.ones_like(s), s)
    return (w / s.unsqueeze(1)).round().to(torch.int8), s

# %% wrong: scales along the columns (amax dim=0, square-only) AND no round -> here: max without abs AND truncated
def quantise(w):
    s = w.amax(dim=1) / 127
    s[s == 0] = 1
    return (w / s.unsqueeze(1)).to(torch.int8), s

# %% right: inf norm, half up by floor(x + .5), masked_fill
def quantise(w):
    s = torch.linalg.vector_norm(w, ord=float("inf"), dim=1).div(127)
    s = s.masked_fill(~w.bool().any(dim=1), 1)
    return torch.floor(w / s[:, None] + 0.5).clamp(-127, 127).to(dtype=torch.int8), s


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import torch
def _q(w):
    s = w.abs().amax(dim=1) / 127
    s = torch.where(s == 0, torch.ones_like(s), s)
    return (w / s.unsqueeze(1)).round().to(torch.int8), s
def _d(q, s):
    return q * s.unsqueeze(1)
quantise, dequantise = _q, _d

# %% wrong: 1 adds 1e-8 to every scale against 0/0 (zero row gets 1e-8, not 1)
def quantise(w):
    scale = w.abs().amax(dim=1) / 127 + 1e-8
    return (w / scale[:, None]).round().to(torch.int8), scale

# %% wrong: 2 scale from the width (max - min) / 254, as for a ruler with a zero point
def quantise(w):
    scale = (w.amax(dim=1) - w.amin(dim=1)) / 254
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None]).round().to(torch.int8), scale

# %% wrong: 3 divides by 128 and clamps to 127
def quantise(w):
    scale = w.abs().amax(dim=1) / 128
    scale[scale == 0] = 1
    return (w / scale[:, None]).round().clamp(-127, 127).to(torch.int8), scale

# %% wrong: 4 divides in place: the caller's weights are changed
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    w /= scale[:, None]
    return w.round().to(torch.int8), scale

# %% wrong: 5 recognises a row of zeros by its sum: rows such as 1, -1 get scale 1, too
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(w.sum(dim=1) == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None]).round().to(torch.int8), scale

# %% wrong: 6 rounds as in C, + 0.5 and cut off: negative numbers go one too high
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = scale.masked_fill(scale == 0, 1)
    return (w / scale[:, None] + 0.5).to(torch.int8), scale

# %% wrong: 19 TWO: 128 without a clamp (the largest becomes -128), and scales of shape (out, 1)
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 128
    scale[scale == 0] = 1
    return (w / scale).round().to(torch.int8), scale

# %% right: 21 RIGHT: infinity norm, floor(x + 0.5), row by row with unbind
def quantise(w):
    scale = torch.linalg.vector_norm(w, ord=float("inf"), dim=1).div(127)
    scale = scale.masked_fill(~w.bool().any(dim=1), 1.0)
    return torch.stack([torch.floor(r / s + 0.5) for r, s in zip(w.unbind(), scale.unbind())]).char(), scale


# %% prelude
import torch

# %% wrong: rounds as in C, + 0.5 and cut off: wrong for numbers below 0
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale.unsqueeze(1) + 0.5).to(torch.int8)
    return q, scale

# %% wrong: a safe scale for the division, but the raw scale (0 for a row of zeros) is returned
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    safe = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / safe[:, None]).round().to(torch.int8)
    return q, scale

# %% wrong: divides w in place: the model's weights are changed
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    w /= scale.unsqueeze(1)
    return w.round().to(torch.int8), scale

# %% wrong: scale from the range (max - min) / 254, and clamped: rows that lie off 0 are cut
def quantise(w):
    scale = (w.amax(dim=1) - w.amin(dim=1)) / 254
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale.unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
    return q, scale

# %% wrong: any() in the place of all(): a row with one zero in it gets the scale 1
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    zero_row = (w == 0).any(dim=1)
    scale = scale.masked_fill(zero_row, 1.0)
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% right: row by row in plain Python
def quantise(w):
    numbers, scales = [], []
    for row in w.tolist():
        largest = max(abs(x) for x in row)
        step = largest / 127 if largest > 0 else 1.0
        numbers.append([round(x / step) for x in row])
        scales.append(step)
    return torch.tensor(numbers, dtype=torch.int8), torch.tensor(scales, dtype=w.dtype)


# %% prelude
import torch

# %% wrong: rounds with +0.5 and cut off: right for positive numbers, wrong below 0
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = largest / 127
    scale[largest == 0] = 1
    q = (w / scale[:, None] + 0.5).to(torch.int8)
    return q, scale

# %% wrong: zero row guarded with clamp(min=1e-8), the row's scale is not 1
def quantise(w):
    scale = w.abs().amax(dim=1).clamp(min=1e-8) / 127
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: divides w in place: the caller's weights are changed
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1.0
    w /= scale.unsqueeze(1)
    return w.round().to(torch.int8), scale

# %% wrong: zero row: q is mended with nan_to_num, but the scale stays 0
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    q = torch.nan_to_num(w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% right: a loop over rows, Python if, stack
def quantise(w):
    qs, scales = [], []
    for row in w:
        m = max(row.max(), -row.min())
        s = m / 127 if m > 0 else torch.ones((), dtype=w.dtype)
        scales.append(s)
        qs.append(torch.round(row / s).to(torch.int8))
    return torch.stack(qs), torch.stack(scales)


# %% prelude
import torch

# %% wrong: one scale per column: amax(dim=0)
def quantise(w):
    scale = w.abs().amax(dim=0) / 127
    scale[scale == 0] = 1.0
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: no round before to(int8)
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale.unsqueeze(1)).to(torch.int8)
    return q, scale

# %% wrong: clamp(min=1e-8) against 0/0 in place of scale 1 (habit from other libraries)
def quantise(w):
    scale = (w.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-8)
    q = (w / scale).round().to(torch.int8)
    return q, scale.squeeze(1)

# %% wrong: divides by 128 and clamps (uses -128..127)
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = torch.where(largest > 0, largest / 128, torch.ones_like(largest))
    q = (w / scale[:, None]).round().clamp(-128, 127).to(torch.int8)
    return q, scale

# %% right: row by row, in plain Python floats
def quantise(w):
    qs, scales = [], []
    for row in w.tolist():
        s = max(abs(v) for v in row) / 127
        if s == 0:
            s = 1.0
        qs.append([round(v / s) for v in row])
        scales.append(s)
    return torch.tensor(qs, dtype=torch.int8), torch.tensor(scales, dtype=w.dtype)


# %% prelude
import torch

# %% wrong: amax over dim 0: a scale for each column, cut to no shape problem by broadcasting
def quantise(w):
    scale = w.abs().amax(dim=0) / 127
    scale[scale == 0] = 1
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: keepdim left on: scales are (out, 1)
def quantise(w):
    largest = w.abs().amax(dim=1, keepdim=True)
    scale = largest / 127
    scale[largest == 0] = 1.0
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: clamp(min=1e-8) against 0/0: a zero row gets 1e-8, tiny rows a wrong scale
def quantise(w):
    scale = (w.abs().amax(dim=1) / 127).clamp(min=1e-8)
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: divides by 128 (8 bits = 128) and clamps
def quantise(w):
    scale = w.abs().amax(dim=-1) / 128
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale[:, None]).round().clamp(-128, 127).to(torch.int8)
    return q, scale

# %% wrong: round after the cast: trunc
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    q = (w / scale.unsqueeze(1)).to(torch.int8).round()
    return q, scale

# %% right: row by row with a Python loop, w / largest * 127
def quantise(w):
    rows, scales = [], []
    for row in w:
        largest = max(abs(row.max().item()), abs(row.min().item()))
        s = largest / 127 if largest > 0 else 1.0
        rows.append(torch.round(row / s).to(torch.int8))
        scales.append(s)
    return torch.stack(rows), torch.tensor(scales, dtype=w.dtype)

# %% prelude
import torch

# %% wrong: affine habit: step = (max - min) / 254, no zero point, clamped
def quantise(w):
    low, high = w.amin(dim=1), w.amax(dim=1)
    scale = (high - low) / 254
    scale[scale == 0] = 1
    q = (w / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
    return q, scale

# %% wrong: the 1 put into the largest magnitude, before / 127: a row of zeros gets 1/127
def quantise(w):
    largest = w.abs().amax(dim=1)
    largest[largest == 0] = 1
    scale = largest / 127
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: w.abs().max(dim=1) gives values and indices: division raises
def quantise(w):
    scale = w.abs().max(dim=1) / 127
    scale = torch.where(scale == 0, 1.0, scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: scales always float32, not the dtype of w
def quantise(w):
    w = w.to(torch.float32)
    scale = w.abs().amax(dim=-1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return torch.round(w / scale[:, None]).to(torch.int8), scale

# %% wrong: w is divided in place: the caller's weights are spoilt
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale[scale == 0] = 1
    w /= scale
    return w.round().to(torch.int8), scale.squeeze(1)

# %% right: right: infinity norm, half away from zero by hand
def quantise(w):
    scale = torch.linalg.vector_norm(w, ord=float("inf"), dim=1) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    steps = w / scale.reshape(-1, 1)
    q = torch.sign(steps) * torch.floor(steps.abs() + 0.5)
    return q.to(torch.int8), scale

# %% prelude
import torch

# %% wrong: scale clamped from below (habit against 0/0): a row of zeros has scale 1e-5, rows of tiny numbers too
def quantise(w):
    scale = (w.abs().amax(dim=1) / 127).clamp(min=1e-5)
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: min-max with a zero point (habit from quint8): not symmetric, 0 does not stay 0
def quantise(w):
    low = w.amin(dim=1, keepdim=True)
    high = w.amax(dim=1, keepdim=True)
    scale = (high - low) / 255
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = ((w - low) / scale).round() - 128
    return q.to(torch.int8), scale.squeeze(1)

# %% wrong: abs after amax: |largest number|, not largest magnitude
def quantise(w):
    scale = w.amax(dim=1).abs() / 127
    scale[scale == 0] = 1
    q = (w / scale[:, None]).round().to(torch.int8)
    return q, scale

# %% wrong: w.float() first: float64 tables get float32 scales
def quantise(w):
    w = w.float()
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, 1.0, scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: divides and rounds w in place
def quantise(w):
    with torch.no_grad():
        scale = w.abs().amax(dim=1, keepdim=True) / 127
        scale[scale == 0] = 1
        w /= scale
        w.round_()
    return w.to(torch.int8), scale.squeeze(1)

# %% right: row by row, floor(x + 0.5), zeros by the largest magnitude
def quantise(w):
    rows, scales = [], []
    for row in w:
        largest = row.abs().max()
        scale = torch.ones_like(largest) if largest == 0 else largest / 127
        rows.append(torch.floor(row / scale + 0.5).clamp(-127, 127).to(torch.int8))
        scales.append(scale)
    return torch.stack(rows), torch.stack(scales)

# %% prelude
import torch

# %% wrong: rows of very small numbers count as rows of zeros (scale below 1e-8 -> 1)
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale < 1e-8, torch.ones_like(scale), scale)   # avoid dividing by zero
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% wrong: 128 steps instead of 127 (and clamped)
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = torch.where(largest == 0, 1.0, largest / 128).to(w.dtype)
    q = (w / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
    return q, scale

# %% wrong: asymmetric: range max - min over 254 steps, middle of the row subtracted
def quantise(w):
    low, high = w.amin(dim=1, keepdim=True), w.amax(dim=1, keepdim=True)
    scale = (high - low) / 254
    scale[scale == 0] = 1
    middle = (high + low) / 2
    q = ((w - middle) / scale).round().to(torch.int8)
    return q, scale.squeeze(1)

# %% wrong: scales are (out, 1) (keepdim left)
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale[scale == 0] = 1
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: rounds by +0.5 and cutting off: wrong for negative numbers
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    steps = w / scale.unsqueeze(1)
    q = (steps + 0.5).to(torch.int8)     # round half up
    return q, scale

# %% right: row by row in a loop, infinity norm, masked
def quantise(w):
    q = torch.zeros(w.shape, dtype=torch.int8)
    scale = torch.ones(w.shape[0], dtype=w.dtype)
    for i, row in enumerate(w):
        largest = torch.linalg.vector_norm(row, ord=float("inf"))
        if largest > 0:
            scale[i] = largest / 127
            q[i] = torch.round(row / scale[i]).to(torch.int8)
    return q, scale

# %% prelude
import torch

# %% wrong: scale kept as (out, 1) (keepdim), not squeezed
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (w / scale).round().to(torch.int8)
    return q, scale

# %% wrong: rows of very small numbers also get scale 1 (threshold 1e-6 in place of == 0)
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale < 1e-6] = 1
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: a row of zeros is recognised by its sum being 0: rows whose numbers cancel get scale 1
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    empty = w.sum(dim=1) == 0
    scale = scale.masked_fill(empty, 1.0)
    q = (w / scale[:, None]).round().to(torch.int8)
    return q, scale

# %% wrong: rounded before the division instead of after it
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    q = (w.round() / scale.unsqueeze(1)).to(torch.int8)
    return q, scale

# %% wrong: scale = largest / 128 and clamp to -128..127 (full int8 range)
def quantise(w):
    info = torch.iinfo(torch.int8)
    scale = w.abs().amax(dim=1) / -info.min
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    q = (w / scale.unsqueeze(1)).round().clamp(info.min, info.max).to(torch.int8)
    return q, scale

# %% wrong: w was overwritten by its magnitudes: the signs are lost
def quantise(w):
    w = w.abs()
    scale = w.amax(dim=1) / 127
    scale[scale == 0] = 1
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale

# %% right: row by row in a loop, max(max, -min)
def quantise(w):
    qs, scales = [], []
    for row in w:
        largest = torch.maximum(row.max(), -row.min())
        scale = largest / 127 if row.any() else torch.ones_like(largest)
        scales.append(scale)
        qs.append(torch.floor(row / scale + 0.5).to(torch.int8))
    return torch.stack(qs), torch.stack(scales)

# %% prelude
import copy
import warnings

import sacrebleu
import torch

from course.decoding import translate
from course.page import About, about_the_course, export_page, rounding, save_translator, score_of, show_page, source_of
from course.page.form import AboutForm
from course.translator import trained_translator
from course.views.figures import show_curves

# %% wrong: scale = (max - min) / 255, the step of affine quantisation, without a zero point
def quantise(w):
    span = w.amax(dim=1) - w.amin(dim=1)
    scale = span / 255
    scale = torch.where(span == 0, torch.ones_like(scale), scale)
    q = (w / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
    return q, scale

# %% wrong: scales always float32, also for w in float64
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    q = (w / scale.unsqueeze(1)).round().to(torch.int8)
    return q, scale.float()

# %% wrong: zero rows found with isclose: rows below 1e-8 get the scale 1, too
def quantise(w):
    largest = w.abs().amax(dim=1)
    empty = torch.isclose(largest, torch.zeros_like(largest))
    scale = torch.where(empty, torch.ones_like(largest), largest / 127)
    return (w / scale[:, None]).round().to(torch.int8), scale

# %% wrong: rounds as in C: adds 0.5 and cuts off, wrong for negative numbers
def quantise(w):
    scale = w.abs().amax(dim=1, keepdim=True) / 127
    scale = scale.masked_fill(scale == 0, 1.0)
    q = (w / scale + 0.5).to(torch.int8)
    return q, scale.squeeze(1)

# %% wrong: any zero in a row (not: all zeros) gives the row the scale 1
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[(w == 0).any(dim=1)] = 1.0
    q = (w / scale[:, None]).round().to(torch.int8)
    return q, scale

# %% right: row by row, max(largest, -smallest), rounding half away from 0 by sign and cut
def quantise(w):
    rows, scales = [], []
    for row in w.unbind(0):
        top = torch.maximum(row.max(), -row.min())
        step = top / 127 if top > 0 else torch.ones_like(top)
        count = row / step
        rows.append(torch.trunc(count + torch.copysign(torch.full_like(count, 0.5), count)).to(torch.int8))
        scales.append(step)
    return torch.stack(rows), torch.stack(scales)

# %% prelude
import copy
import warnings

import sacrebleu
import torch

from course.decoding import translate
from course.page import About, about_the_course, export_page, rounding, save_translator, score_of, show_page, source_of
from course.page.form import AboutForm
from course.translator import trained_translator
from course.views.figures import show_curves

# %% wrong: step = (max - min) / 254, as min-max quantisers have it; no shift, so that it does not fit
def quantise(w):
    span = w.amax(dim=1) - w.amin(dim=1)
    scale = span / 254
    scale = torch.where(w.abs().amax(dim=1) > 0, scale, torch.ones_like(scale))
    scale = torch.where(scale > 0, scale, w.abs().amax(dim=1) / 127)      # a row of equal numbers
    return (w / scale.unsqueeze(1)).round().long().to(torch.int8), scale

# %% wrong: zero row recognised by its largest number being 0: a row of numbers below 0 and a 0 gets scale 1
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = largest / 127
    scale = torch.where(w.amax(dim=1) == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: rounds by + 0.5 and cutting off, as for numbers above 0: wrong below 0
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    return (w / scale[:, None] + 0.5).to(torch.int8), scale

# %% wrong: magnitude of the row read as the length of the row as a vector (L2 norm)
def quantise(w):
    scale = w.norm(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

# %% wrong: the whole numbers right, but returns 127 / max as scale (the factor, as other libraries name it)
def quantise(w):
    largest = w.abs().amax(dim=1)
    factor = torch.where(largest > 0, 127 / largest, torch.ones_like(largest))
    return (w * factor.unsqueeze(1)).round().to(torch.int8), factor

# %% right: inf-norm, floor(x + 0.5), masked_fill, division by transposing
def quantise(w):
    scale = torch.linalg.vector_norm(w, ord=float("inf"), dim=-1).div(127)
    scale = scale.masked_fill(scale.eq(0), 1.0)
    return torch.floor((w.T / scale).T + 0.5).to(torch.int8).contiguous(), scale
