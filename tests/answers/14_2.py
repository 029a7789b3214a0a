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
# %% prelude
import torch
# %% wrong: the scales are multiplied along the columns (no new axis)
def dequantise(q, scale):
    return q * scale
# %% wrong: written into a buffer like q, so that everything is cut to int8
def dequantise(q, scale):
    w = torch.empty_like(q)
    for r in range(len(q)):
        w[r] = q[r] * scale[r]
    return w
# %% wrong: one scale for all rows, the largest
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.max()
# %% wrong: repeat deals the scales out in turn, each row needs its own in a row (repeat_interleave)
def dequantise(q, scale):
    table = scale.repeat(q.shape[1]).reshape(q.shape)
    return q * table
# %% wrong: divides by 127 once more
def dequantise(q, scale):
    return q / 127 * scale.view(-1, 1)
# %% wrong: the row is summed up, as in a product of matrix and vector
def dequantise(q, scale):
    return torch.einsum("oi,o->o", q.to(scale.dtype), scale)
# %% right: row by row (2)
def dequantise(q, scale):
    return torch.stack([step * row.to(scale.dtype) for row, step in zip(q, scale)])
# %% prelude
import torch
# %% wrong: writes the products into an int8 tensor, which cuts off their fractions
def dequantise(q, scale):
    w = torch.zeros_like(q)
    for i in range(len(q)):
        w[i] = q[i] * scale[i]
    return w
# %% wrong: always float32, whatever the dtype of scale
def dequantise(q, scale):
    return q.to(torch.float32) * scale.to(torch.float32).unsqueeze(1)
# %% wrong: divides by 127 once more, as if scale were the largest magnitude
def dequantise(q, scale):
    return (q.to(scale.dtype) / 127) * scale[:, None]
# %% wrong: takes off a zero point of 128, as for unsigned numbers
def dequantise(q, scale):
    zero_point = 128
    return (q.to(scale.dtype) - zero_point) * scale.view(-1, 1)
# %% wrong: scale.repeat and reshape puts the scales one after the other along the rows
def dequantise(q, scale):
    out, n_in = q.shape
    scales = scale.repeat(n_in).reshape(out, n_in)
    return q.to(scale.dtype) * scales
# %% wrong: unsqueeze_ in place, by which the caller's scale becomes (out, 1)
def dequantise(q, scale):
    scale.unsqueeze_(1)
    return q * scale
# %% right: a list of rows
def dequantise(q, scale):
    return torch.stack([row.to(scale.dtype) * step for row, step in zip(q, scale, strict=True)])


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

# %% wrong: q * scale without an axis: scale along the columns
def dequantise(q, scale): return q * scale

# %% wrong: result collected in empty_like(q): int8, cut
def dequantise(q, scale):
    out = torch.empty_like(q)
    for i in range(len(q)): out[i] = q[i] * scale[i]
    return out

# %% wrong: takes scale for the largest magnitude: q / 127 * scale
def dequantise(q, scale): return q / 127 * scale.unsqueeze(1)


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

# %% wrong: 7 always float32, not the dtype of scale
def dequantise(q, scale):
    return (q * scale[:, None]).float()

# %% wrong: 8 divides by 127 a second time
def dequantise(q, scale):
    return q / 127 * scale.unsqueeze(1)

# %% wrong: 9 brings scale to the dtype of q: the steps are cut to whole numbers
def dequantise(q, scale):
    return (q * scale.to(q.dtype).unsqueeze(1)).to(scale.dtype)

# %% right: 22 RIGHT: a diagonal matrix times q
def dequantise(q, scale):
    return torch.diag(scale) @ q.to(scale.dtype)


# %% prelude
import torch

# %% wrong: takes scale for the row's largest magnitude: divides by 127 again
def dequantise(q, scale):
    return q / 127 * scale[:, None]

# %% wrong: mul_ into the int8 tensor: raises
def dequantise(q, scale):
    q.mul_(scale.unsqueeze(1))
    return q.to(scale.dtype)

# %% right: einsum
def dequantise(q, scale):
    return torch.einsum("oi,o->oi", q.to(scale.dtype), scale)


# %% prelude
import torch

# %% wrong: q.float(): half-precision scales give float32
def dequantise(q, scale):
    return q.float() * scale[:, None]


# %% prelude
import torch

# %% wrong: always float32, whatever dtype scale has
def dequantise(q, scale):
    return q.float() * scale.float()[:, None]

# %% wrong: divides by the scale
def dequantise(q, scale):
    return q / scale.unsqueeze(-1)


# %% prelude
import torch

# %% wrong: multiplies in int8: scale cast to q's dtype
def dequantise(q, scale):
    return (q * scale.unsqueeze(1)).to(q.dtype)

# %% wrong: divides by 127 once more, thinking scale is the largest magnitude
def dequantise(q, scale):
    return q.to(scale.dtype) / 127 * scale.unsqueeze(1)

# %% right: transpose, multiply, transpose back
def dequantise(q, scale):
    return (q.T.to(scale.dtype) * scale).T.contiguous()

# %% prelude
import torch

# %% wrong: q.float() * scale: float32 for scales of float16 / bfloat16
def dequantise(q, scale):
    return q.float() * scale.unsqueeze(1)

# %% right: a list of rows, each times its scale, stacked
def dequantise(q, scale):
    return torch.stack([row.to(s.dtype) * s for row, s in zip(q, scale)])

# %% prelude
import torch

# %% wrong: always float32, not the dtype of scale
def dequantise(q, scale):
    return q.float() * scale[:, None].float()

# %% wrong: result written into zeros_like(q), which is int8: cut to whole numbers
def dequantise(q, scale):
    out = torch.zeros_like(q)
    for i in range(len(q)):
        out[i] = q[i] * scale[i]
    return out

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

# %% wrong: takes the scale for the largest magnitude: q / 127 * scale
def dequantise(q, scale):
    return q / 127 * scale.unsqueeze(1)

# %% wrong: q.float(): for scales in float16 the result is float32
def dequantise(q, scale):
    return q.float() * scale[:, None]

# %% right: diagonal matrix of the scales times q
def dequantise(q, scale):
    return torch.diag(scale) @ q.to(scale)

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

# %% wrong: gives the middle of a step, (q + 0.5) * scale, as if numbers had been cut off and not rounded
def dequantise(q, scale):
    return (q.to(scale.dtype) + 0.5) * scale.unsqueeze(1)

# %% wrong: scale.repeat(in).reshape(...): no error at any shape, but repeat and not repeat_interleave
def dequantise(q, scale):
    return q * scale.repeat(q.shape[1]).reshape(q.shape)

# %% wrong: takes the scale for the row's largest magnitude: q / 127 * scale
def dequantise(q, scale):
    return q.to(scale.dtype) / 127 * scale.unsqueeze(1)

# %% right: matrix product with a diagonal matrix of the scales
def dequantise(q, scale):
    return torch.diag(scale) @ q.to(scale.dtype)
