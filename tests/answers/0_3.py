# %% prelude
import numpy as np
import torch


def shares(scores):
    return scores / scores.sum()

# %% wrong: shares of the whole table
def shares_by_row(scores):
    return shares(scores)

# %% wrong: sum along axis 0, kept
def shares_by_row(scores):
    return scores / scores.sum(axis=0, keepdims=True)

# %% wrong: keepdims forgotten
def shares_by_row(scores):
    return scores / scores.sum(axis=1)

# %% wrong: sums with an axis in front
def shares_by_row(scores):
    return scores / scores.sum(axis=1)[None, :]

# %% wrong: transposed, and never back
def shares_by_row(scores):
    return (scores.T / scores.sum(axis=1))

# %% wrong: sums reshaped to four rows
def shares_by_row(scores):
    sums = scores.sum(axis=1).reshape(4, 1)
    return scores / sums

# %% wrong: by the largest of each row
def shares_by_row(scores):
    return scores / scores.max(axis=1, keepdims=True)

# %% wrong: loop over the columns' number
def shares_by_row(scores):
    result = np.zeros(scores.shape)
    for i in range(scores.shape[1]):
        result[i] = scores[i] / scores[i].sum()
    return result

# %% wrong: loop writes into whole numbers
def shares_by_row(scores):
    result = scores.copy()
    for i, row in enumerate(scores):
        result[i] = row / row.sum()
    return result

# %% wrong: mean of the row
def shares_by_row(scores):
    return scores / scores.mean(axis=1, keepdims=True)

# %% wrong: exponentials first
def shares_by_row(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: PyTorch's keywords
def shares_by_row(scores):
    return scores / scores.sum(dim=-1, keepdim=True)

# %% right: axis=1 and None
def shares_by_row(scores):
    return scores / scores.sum(axis=1)[:, None]

# %% right: transposed there and back
def shares_by_row(scores):
    return (scores.T / scores.T.sum(axis=0)).T

# %% right: row by row with shares
def shares_by_row(scores):
    return np.stack([shares(row) for row in scores])

# %% right: apply_along_axis
def shares_by_row(table):
    return np.apply_along_axis(lambda row: row / row.sum(), 1, table)

# %% right: sums by a product with ones
def shares_by_row(scores):
    ones = np.ones((scores.shape[1], 1))
    return scores / (scores @ ones)
