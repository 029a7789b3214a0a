# %% prelude
import math

import numpy as np


def dot_product_scores(q, k):
    return q @ k.T

# %% wrong: the naive one of the text, by rows
def softmax(x):
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: one maximum for the whole table
def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: CS231n's one, a single row
def softmax(x):
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum(axis=0)

# %% wrong: axis 1
def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

# %% wrong: keepdims only for the maximum
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)

# %% wrong: divided by the whole sum
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / np.sum(e)

# %% wrong: smallest subtracted
def softmax(x):
    e = np.exp(x - x.min(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: mean subtracted
def softmax(x):
    e = np.exp(x - x.mean(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: clipped before the exponential
def softmax(x):
    e = np.exp(np.clip(x, -500, 500))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: divided by the maximum
def softmax(x):
    e = np.exp(x / x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: buffer of the type of x
def softmax(x):
    result = np.empty_like(x)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    result[...] = e / e.sum(axis=-1, keepdims=True)
    return result

# %% wrong: rows of a table only
def softmax(x):
    out = []
    for row in x:
        e = np.exp(row - row.max())
        out.append(e / e.sum())
    return np.array(out)

# %% wrong: NaN replaced afterwards
def softmax(x):
    with np.errstate(all="ignore"):
        powers = np.exp(x)
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))

# %% wrong: logarithm of the shares
def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

# %% wrong: written into x
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x

# %% right: np.max and np.sum with keepdims
def softmax(x):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    exps = np.exp(shifted)
    return exps / np.sum(exps, axis=-1, keepdims=True)

# %% right: None in place of keepdims
def softmax(x):
    x = np.asarray(x, dtype=float)
    e = np.exp(x - x.max(-1)[..., None])
    return e / e.sum(-1)[..., None]

# %% right: by logaddexp
def softmax(x):
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

# %% right: flattened to rows, then a loop
def softmax(x):
    rows = np.reshape(x, (-1, x.shape[-1]))
    out = np.zeros(rows.shape)
    for i, row in enumerate(rows):
        powers = np.exp(row - row.max())
        out[i] = powers / powers.sum()
    return out.reshape(x.shape)

# %% right: apply_along_axis
def softmax(x):
    def one(row):
        p = np.exp(row - row.max())
        return p / p.sum()
    return np.apply_along_axis(one, -1, x)
# %% prelude
import math

import numpy as np

np.set_printoptions(precision=3, suppress=True)


def dot_product_scores(q, k):
    return q @ k.T


def naive_softmax(x):
    powers = np.exp(x)
    return powers / powers.sum()
# %% wrong: the largest number of the whole array is subtracted
def softmax(x):
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum(axis=-1, keepdims=True)
# %% wrong: the mean is subtracted
def softmax(x):
    shifted = x - x.mean(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: clipped so that exp does not overflow
def softmax(x):
    powers = np.exp(np.clip(x, -80, 80))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: math.exp on an array
def softmax(x):
    biggest = x.max(axis=-1, keepdims=True)
    powers = math.exp(x - biggest)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: axis=1 from a tutorial with tables
def softmax(x):
    z = x - np.max(x, axis=1, keepdims=True)
    numerator = np.exp(z)
    return numerator / np.sum(numerator, axis=1, keepdims=True)
# %% wrong: NaN replaced afterwards (again)
def softmax(x):
    with np.errstate(all="ignore"):
        powers = np.exp(x)
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))
# %% wrong: maximum minus x
def softmax(x):
    powers = np.exp(x.max(axis=-1, keepdims=True) - x)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: stable log-softmax, exponential forgotten
def softmax(x):
    m = x.max(axis=-1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=-1, keepdims=True))
# %% right: through the logarithm
def softmax(x):
    m = np.max(x, axis=-1, keepdims=True)
    log_total = m + np.log(np.sum(np.exp(x - m), axis=-1, keepdims=True))
    return np.exp((x - m) - (log_total - m))
# %% right: one row at a time with apply_along_axis
def softmax(x):
    def one_row(row):
        e = np.exp(row - row.max())
        return e / e.sum()
    return np.apply_along_axis(one_row, -1, x)
# %% right: None instead of keepdims
def softmax(x):
    powers = np.exp(x - np.amax(x, axis=-1)[..., None])
    return powers / np.add.reduce(powers, axis=-1)[..., None]

# %% prelude
import math
import numpy as np
# %% wrong: subtracts the mean in place of the maximum
def softmax(x):
    shifted = x - x.mean(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: one maximum for the whole array
def softmax(x):
    powers = np.exp(x - np.max(x))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: divides by the maximum against overflow
def softmax(x):
    biggest = x.max(axis=-1, keepdims=True)
    powers = np.exp(x / biggest)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: axis 1 as in a tutorial for tables
def softmax(X):
    X_exp = np.exp(X - X.max(axis=1, keepdims=True))
    partition = X_exp.sum(axis=1, keepdims=True)
    return X_exp / partition
# %% right: one over the sum of exp of differences
def softmax(x):
    differences = x[..., None, :] - x[..., :, None]      # (..., i, j): x_j - x_i
    with np.errstate(over="ignore"):
        return 1 / np.exp(differences).sum(axis=-1)

# %% prelude
import math
import time
import numpy as np
words = ["the", "black", "cat", "sleeps"]
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
q = Q[1]

# %% right: [..., None] for keepdims
def softmax(x):
    e = np.exp(x - np.max(x, axis=-1)[..., None])
    return e / e.sum(-1)[..., None]

# %% right: log-sum-exp
def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    return np.exp(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))

# %% right: apply_along_axis with inner function
def softmax(x):
    def one(row):
        e = np.exp(row - max(row))
        return e / sum(e)
    return np.apply_along_axis(one, -1, x)

# %% wrong: maximum of the whole table
def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: mean subtracted in place of max
def softmax(x):
    e = np.exp(x - x.mean(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: axis=1 in place of -1
def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

# %% wrong: x -= max: changes its input
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    x = np.exp(x)
    return x / x.sum(axis=-1, keepdims=True)

# %% wrong: clip to 700
def softmax(x):
    e = np.exp(np.clip(x, -700, 700))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: minimum subtracted
def softmax(x):
    e = np.exp(x - x.min(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% right: computed in 64 bits always, whatever comes in
def softmax(x):
    x = np.asarray(x, dtype=np.float64)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: half finished: division missing
def softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return np.exp(x)

# %% wrong: divided by the largest, not the sum
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.max(axis=-1, keepdims=True)

# %% wrong: rounded to 3 digits like the print
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).round(3)

# %% wrong: max without keepdims, sum with
def softmax(x):
    e = np.exp(x - x.max(axis=-1))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: torch spelling keepdim: TypeError
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdim=True)

# %% wrong: constant 1000 subtracted (visible example only)
def softmax(x):
    e = np.exp(x - 1000)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the largest absolute value
def softmax(x):
    e = np.exp(x - np.abs(x).max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: nan_to_num over the naive version
def softmax(x):
    e = np.exp(x)
    return np.nan_to_num(e / e.sum(axis=-1, keepdims=True))

# %% wrong: subtracts the max after exp
def softmax(x):
    e = np.exp(x)
    e = e - e.max(axis=-1, keepdims=True)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: forgotten return + divides by max of x
def softmax(x):
    x = x / x.max(axis=-1, keepdims=True)
    e = np.exp(x)
    e = e / e.sum(axis=-1, keepdims=True)

# %% wrong: divides by max in place of subtracting
def softmax(x):
    e = np.exp(x / x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: output array allocated like x: integer input gives zeros
def softmax(x):
    result = np.zeros_like(x)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    result[...] = e / e.sum(axis=-1, keepdims=True)
    return result

# %% wrong: 2-axis loop over rows: fails on (n,) and wrong on 3 axes
def softmax(x):
    rows = []
    for row in x:
        e = np.exp(row - row.max())
        rows.append(e / e.sum())
    return np.array(rows)

# %% wrong: float16 to "save memory"
def softmax(x):
    e = np.exp((x - x.max(axis=-1, keepdims=True)).astype(np.float16))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: python max(x)
def softmax(x):
    e = np.exp(x - max(x))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: reshape(-1, 1) for keepdims
def softmax(x):
    e = np.exp(x - x.max(-1).reshape(-1, 1))
    return e / e.sum(-1).reshape(-1, 1)

# %% wrong: math.exp on an array, once more
def softmax(x):
    e = math.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: 2.718 ** x
def softmax(x):
    e = 2.718 ** (x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: ndim 1 and 2 only, nothing returned for 3
def softmax(x):
    if x.ndim == 1:
        e = np.exp(x - x.max())
        return e / e.sum()
    if x.ndim == 2:
        return np.array([softmax(row) for row in x])

# %% right: recursion over the first axis
def softmax(x):
    if x.ndim > 1:
        return np.array([softmax(part) for part in x])
    e = np.exp(x - x.max())
    return e / e.sum()

# %% wrong: scaling put into softmax: / sqrt(x.shape[-1])
def softmax(x):
    x = x / math.sqrt(x.shape[-1])
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: sum of everything below the line
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum()

# %% wrong: float32 for all
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float32)

# %% wrong: squares in place of exp
def softmax(x):
    e = (x - x.max(axis=-1, keepdims=True)) ** 2
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: shift only when above 700 (32 bits overflow)
def softmax(x):
    if x.max() > 700:
        x = x - x.max(axis=-1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: if without brackets: x.max(axis=-1) > 700 ambiguous
def softmax(x):
    m = x.max(axis=-1, keepdims=True)
    if m > 700:
        x = x - m
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: returns the log of the shares
def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

# %% right: torch inside, NumPy out
def softmax(x):
    import torch
    return torch.softmax(torch.from_numpy(x.astype(float)), dim=-1).numpy()

# %% wrong: sigmoid: exp(x) / (1 + exp(x))
def softmax(x):
    return 1 / (1 + np.exp(-x))

# %% wrong: max + 1 off: exp(x - max) / (sum - 1)
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / (1 + e.sum(axis=-1, keepdims=True))

# %% wrong: last place gets the rest: x[..., :-1]
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e[..., :-1].sum(axis=-1, keepdims=True)

# %% wrong: first column used for the shift
def softmax(x):
    e = np.exp(x - x[..., :1])
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: argmax in place of max
def softmax(x):
    e = np.exp(x - x.argmax(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: uses scores, the page variable
def softmax(x):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: plus in place of minus: x + max
def softmax(x):
    e = np.exp(x + x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: TWO: axis=0 and no max
def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=0)
# %% prelude
import math
import time

import numpy as np
# %% wrong: subtracts the largest number of the whole array, not of each row (rows far below become 0/0)
def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e, axis=-1, keepdims=True)
# %% wrong: subtracts the largest absolute value, so rows of large negative numbers become 0/0
def softmax(x):
    biggest = np.abs(x).max(axis=-1, keepdims=True)
    powers = np.exp(x - biggest)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: subtracts in place and so changes its input
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    x_exp = np.exp(x)
    return x_exp / x_exp.sum(axis=-1, keepdims=True)
# %% wrong: subtracts the mean of each row instead of the maximum (overflows when one number stands out)
def softmax(x):
    shifted = x - x.mean(axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=-1, keepdims=True)
# %% wrong: axis 1 instead of the last axis (tables with two axes only)
def softmax(x):
    m = x.max(axis=1, keepdims=True)
    e = np.exp(x - m)
    return e / e.sum(axis=1, keepdims=True)
# %% wrong: loops over the first axis and takes each item whole (right for two axes only)
def softmax(x):
    def one_row(row):
        p = np.exp(row - row.max())
        return p / p.sum()
    return np.array([one_row(row) for row in x])
# %% wrong: subtracts the maximum only where the array has large numbers, so large negative rows become 0/0
def softmax(x):
    if x.max() > 50:
        x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: two mistakes: nothing is subtracted, and a small number is added to the denominator
def softmax(x, eps=1e-6):
    e = np.exp(x)
    return e / (e.sum(axis=-1, keepdims=True) + eps)
# %% right: recursion over the leading axes
def softmax(x):
    if x.ndim > 1:
        return np.stack([softmax(part) for part in x])
    powers = np.exp(x - x.max())
    return powers / powers.sum()
# %% right: exponential of the log-softmax, the logarithm of the sum subtracted after the maximum
def softmax(z):
    shifted = z - np.amax(z, axis=-1)[..., None]
    log_total = np.log(np.exp(shifted).sum(-1))[..., None]
    return np.exp(shifted - log_total)
# %% prelude
import math
import numpy as np
# %% wrong: clips the scores to -700..700 instead of subtracting the maximum (large scores become equal, 32 bits overflow)
def softmax(x):
    """Shares along the last axis, of any number of axes: positive, summing to 1."""
    powers = np.exp(np.clip(x, -700, 700))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: subtracts the mean of the row, not its maximum: overflows when a row is widely spread
def softmax(x):
    centered = x - x.mean(axis=-1, keepdims=True)
    powers = np.exp(centered)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: subtracts the maximum in place and so changes its input
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: subtracts the largest absolute value; a row of very negative scores underflows to 0/0
def softmax(x):
    biggest = np.abs(x).max(axis=-1, keepdims=True)
    e = np.exp(x - biggest)
    return e / np.sum(e, axis=-1, keepdims=True)
# %% wrong: axis=1 instead of the last axis, right for two axes only
def softmax(x):
    """Softmax over each row."""
    m = np.max(x, axis=1, keepdims=True)
    e = np.exp(x - m)
    return e / np.sum(e, axis=1, keepdims=True)
# %% wrong: maximum per row, but the sum is taken over the whole array
def softmax(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum()
# %% right: transposed, so that the last axis comes first and broadcasts by itself
def softmax(x):
    columns = x.T
    e = np.exp(columns - columns.max(axis=0))
    return (e / e.sum(axis=0)).T
# %% right: calls itself until one row is left
def softmax(x):
    if x.ndim > 1:
        return np.stack([softmax(part) for part in x])
    top = max(x)
    powers = np.exp(x - top)
    return powers / powers.sum()


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
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])


def dot_product_scores(q, k):
    return q @ k.T


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the largest absolute value: rows of large negative numbers become 0/0
def softmax(x):
    powers = np.exp(x - np.abs(x).max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: subtracts only when something is above 700: 32 bits overflow at 89
def softmax(x):
    if x.max() > 700:
        x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: fills zeros_like(x) row by row: an integer x gives integer zeros
def softmax(x):
    result = np.zeros_like(x)
    for place in np.ndindex(x.shape[:-1]):
        powers = np.exp(x[place] - x[place].max())
        result[place] = powers / powers.sum()
    return result

# %% wrong: 2.718 in place of e
def softmax(x):
    powers = 2.718 ** (x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: cuts the scores to -700..700 in place of subtracting
def softmax(x):
    powers = np.exp(np.clip(x, -700, 700))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: -= changes the caller's array
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: divides the exponentials by exp(max) in place of subtracting before: overflows all the same
def softmax(x):
    powers = np.exp(x) / np.exp(x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: one maximum for all rows, and [:, None] that is right for two axes only
def softmax(x):
    powers = np.exp(x - x.max())
    return powers / powers.sum(axis=-1)[:, None]

# %% right: log-sum-exp by logaddexp.reduce
def softmax(x):
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

# %% right: share i = 1 / sum_j exp(x_j - x_i); an infinite sum gives 0
def softmax(x):
    with np.errstate(over="ignore"):
        differences = x[..., None, :] - x[..., :, None]
        return 1 / np.exp(differences).sum(axis=-1)


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
import math
import numpy as np
Q = np.array([[0,-1,1,1],[0,1,2,1],[1,2,0,0],[1,0,2,0]])
K = np.array([[1,0,0,1],[0,2,0,0],[0,1,2,1],[1,1,1,0]])
V = np.array([[0,0,0],[0,4,0],[4,0,3],[0,0,2]])
d_k = 4
def dot_product_scores(q, k): return q @ k.T
def softmax(x):
    p = np.exp(x - x.max(axis=-1, keepdims=True)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the largest of the whole array, not of the row: a low row underflows to 0/0
def softmax(x):
    p = np.exp(x - x.max()); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the mean of the row instead of the largest
def softmax(x):
    p = np.exp(x - x.mean(axis=-1, keepdims=True)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: x -= max: changes the caller's array in place
def softmax(x):
    x -= x.max(axis=-1, keepdims=True)
    p = np.exp(x); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: cuts the scores off at 700 so that exp fits (1000.5 and 1003 become equal)
def softmax(x):
    p = np.exp(np.clip(x, -700, 700)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: divides by the largest instead of subtracting it
def softmax(x):
    p = np.exp(x / x.max(axis=-1, keepdims=True)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: axis=1 instead of -1
def softmax(x):
    p = np.exp(x - x.max(axis=1, keepdims=True)); return p / p.sum(axis=1, keepdims=True)

# %% wrong: max(x) built-in: for a table Python's max compares rows
def softmax(x):
    p = np.exp(x - max(x)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: no maximum subtracted, and the sum without keepdims
def softmax(x):
    p = np.exp(x); return p / p.sum(axis=-1)

# %% right: through the logarithm of the sum: exp(x - logaddexp.reduce)
def softmax(x): return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

# %% right: a row at a time through apply_along_axis
def softmax(x):
    def one(row):
        p = np.exp(row - row.max()); return p / p.sum()
    return np.apply_along_axis(one, -1, x)

# %% prelude

# %% wrong: hand-written maximum that starts at 0: very negative rows give 0/0
import numpy as np
def softmax(x):
    largest = np.maximum(x.max(axis=-1, keepdims=True), 0)
    powers = np.exp(x - largest)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the mean of the row, not the maximum: still overflows for one very large score
import numpy as np
def softmax(x):
    powers = np.exp(x - x.mean(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the maximum only when x.max() > 700: 32-bit arrays overflow from 89 on
import numpy as np
def softmax(x):
    if x.max() > 700:
        x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: result in zeros_like(x): for whole numbers (int x) all shares are truncated to 0
import numpy as np
def softmax(x):
    out = np.zeros_like(x)
    for index in np.ndindex(*x.shape[:-1]):
        powers = np.exp(x[index] - x[index].max())
        out[index] = powers / powers.sum()
    return out

# %% wrong: casts to 32 bits first: in 64 bits, 1e9 and 1e9 + 1 become equal
import numpy as np
def softmax(x):
    x = x.astype(np.float32)
    x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: naive, then np.nan_to_num: NaN becomes 0, rows do not sum to 1
import numpy as np
def softmax(x):
    with np.errstate(all="ignore"):
        powers = np.exp(x)
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))

# %% right: 1 / sum_j exp(x_j - x_i): overflow to inf gives share 0, right
import numpy as np
def softmax(x):
    with np.errstate(over="ignore"):
        return 1 / np.exp(x[..., None, :] - x[..., :, None]).sum(axis=-1)

# %% prelude
import numpy as np

# %% wrong: maximum of the whole array, so that a row far below it becomes 0/0
def softmax(x):
    powers = np.exp(x - x.max())
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: rows written into zeros_like(x), which cuts off all shares of whole numbers
def softmax(x):
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape[:-1]):
        row = x[index]
        powers = np.exp(row - row.max())
        out[index] = powers / powers.sum()
    return out

# %% wrong: clips to ±700 first, and differences beyond are lost
def softmax(x):
    x = np.clip(x, -700, 700)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: axis=1 for both steps, in three lines
def softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=1, keepdims=True)

# %% right: the logarithm of the sum, always in 64 bits
def softmax(x):
    x = np.asarray(x, dtype=np.float64)
    z = x - np.max(x, axis=-1)[..., None]
    log_sum = np.log(np.sum(np.exp(z), axis=-1))
    return np.exp(z - np.expand_dims(log_sum, -1))

# %% prelude
import math
import numpy as np

# %% wrong: result written into zeros_like(x): whole numbers give zeros
def softmax(x):
    if x.ndim == 1:
        powers = np.exp(x - x.max())
        return powers / powers.sum()
    result = np.zeros_like(x)
    for i in range(len(x)):
        result[i] = softmax(x[i])
    return result

# %% wrong: subtracts the mean of the row, not its largest
def softmax(x):
    x = x - x.mean(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% right: apply_along_axis on a row function
def softmax(x):
    def one_row(row):
        powers = np.exp(row - np.max(row))
        return powers / np.sum(powers)
    return np.apply_along_axis(one_row, -1, np.asarray(x))

# %% wrong: condition on the absolute value, limit of 64 bits; float32 overflows
def softmax(x):
    if np.abs(x).max() > 700:
        x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% prelude
import math
import numpy as np

# %% wrong: one maximum for the whole array: rows far below it underflow to 0/0
def softmax(x):
    x = x - x.max()
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: result array zeros_like(x): for whole numbers every share is cut to 0
def softmax(x):
    shares = np.zeros_like(x)
    for idx in np.ndindex(x.shape[:-1]):
        row = x[idx]
        powers = np.exp(row - row.max())
        shares[idx] = powers / powers.sum()
    return shares

# %% prelude
import numpy as np

# %% wrong: clips the scores so that exp cannot overflow
def softmax(x):
    e = np.exp(np.clip(x, -80, 80))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: result kept in empty_like(x): whole numbers cut to 0 for integer x
def softmax(x):
    out = np.empty_like(x)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    out[...] = e / e.sum(axis=-1, keepdims=True)
    return out

# %% wrong: casts to float32 first: differences of scores near 1e6 are lost
def softmax(x):
    x = np.asarray(x, dtype=np.float32)
    x = x - x.max(axis=-1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)

# %% right: exp(x - logsumexp(x))
def softmax(x):
    top = np.max(x, axis=-1, keepdims=True)
    below = x - top
    return np.exp(below - np.log(np.sum(np.exp(below), axis=-1, keepdims=True)))

# %% prelude
import numpy as np

# %% wrong: clips large scores at 700 instead of subtracting
def softmax(x):
    powers = np.exp(np.minimum(x, 700.0))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: works for two axes only ([:, None] in place of keepdims)
def softmax(x):
    biggest = np.max(x, axis=1)
    powers = np.exp(x - biggest[:, None])
    return powers / np.sum(powers, axis=1)[:, None]

# %% wrong: writes the shares into an array of the type of x: whole numbers give zeros
def softmax(x):
    shares = np.zeros_like(x)
    for place in np.ndindex(x.shape[:-1]):
        powers = np.exp(x[place] - x[place].max())
        shares[place] = powers / powers.sum()
    return shares

# %% right: by the logarithm of the sum, np.logaddexp.reduce
def softmax(x):
    x = np.asarray(x)
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

# %% prelude
import math
import time

import numpy as np

from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights

# %% wrong: subtracts the largest absolute value: very negative rows give 0/0
def softmax(x):
    powers = np.exp(x - np.abs(x).max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: fills np.empty_like(x) row by row: whole numbers come out as 0 or 1
def softmax(x):
    result = np.empty_like(x)
    for place in np.ndindex(x.shape[:-1]):
        row = x[place]
        powers = np.exp(row - row.max())
        result[place] = powers / powers.sum()
    return result

# %% wrong: 2.718 ** x, the rounded e of the page, instead of exp
def softmax(x):
    powers = 2.718 ** (x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: clips the scores to ±700 (±80 in 32 bits) instead of shifting them
def softmax(x):
    limit = 80 if x.dtype == np.float32 else 700
    powers = np.exp(np.clip(x, -limit, limit))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: rounds the shares to the three digits that the page prints
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.round(powers / powers.sum(axis=-1, keepdims=True), 3)

# %% right: exp(x - log-sum-exp) with logaddexp.reduce, in float64
def softmax(x):
    x = np.asarray(x, dtype=np.float64)
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

# %% prelude
import math
import time

import numpy as np

from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights
import math
import time

import numpy as np

from classroom import carry_on, check, evaluate, hint, own, solution
from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights
np.set_printoptions(precision=3, suppress=True)

words = ["the", "black", "cat", "sleeps"]
q = np.array([0, 1, 2, 1])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
scores = Q @ K.T
d_k = K.shape[1]
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: subtracts the largest absolute value: rows of large negative numbers underflow to 0/0
def softmax(x):
    powers = np.exp(x - np.abs(x).max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: writes into np.zeros_like(x): whole numbers in, shares cut to whole numbers
def softmax(x):
    result = np.zeros_like(x)
    for place in np.ndindex(x.shape[:-1]):
        powers = np.exp(x[place] - x[place].max())
        result[place] = powers / powers.sum()
    return result

# %% wrong: no shift; NaN (inf/inf) is replaced by 1
def softmax(x):
    with np.errstate(all="ignore"):
        powers = np.exp(x)
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True), nan=1.0)

# %% wrong: subtracts the row's maximum only if some score is above 700 (the 64-bit limit of the page)
def softmax(x):
    if x.max() > 700:
        x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: np.asarray(x, dtype=float) taken for a copy, then -= : float64 input is changed
def softmax(x):
    y = np.asarray(x, dtype=float)
    y -= y.max(axis=-1, keepdims=True)
    powers = np.exp(y)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% right: right: share_i = 1 / sum_j exp(x_j - x_i)
def softmax(x):
    with np.errstate(over="ignore"):
        return 1 / np.exp(x[..., None, :] - x[..., :, None]).sum(axis=-1)
