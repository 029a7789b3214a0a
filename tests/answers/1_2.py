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
