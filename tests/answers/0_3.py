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
# %% prelude
import numpy as np
import torch


def shares(scores):
    return scores / scores.sum()


spanish = ["el", "gato", "negro", "duerme"]
words = ["the", "black", "cat", "sleeps"]
keys = np.array([[2, 0, 0, 0], [0, 2, 1, 0], [0, 1, 2, 0], [0, 0, 1, 2]])
queries = np.array([[2, 0, 1, 0], [0, 0, 2, 0], [0, 2, 0, 0], [0, 0, 0, 2]])
fit = queries @ keys.T
# %% wrong: the loop variable is rebound, the table stays
def shares_by_row(scores):
    for row in scores:
        row = row / row.sum()
    return scores
# %% wrong: return inside the loop
def shares_by_row(scores):
    result = []
    for row in scores:
        result.append(shares(row))
        return np.array(result)
# %% wrong: both loops over the number of rows
def shares_by_row(scores):
    n = len(scores)
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = scores[i, j] / scores[i].sum()
    return result
# %% wrong: shares of the whole table (again)
def shares_by_row(scores):
    return shares(scores)
# %% wrong: torch's keepdim
def shares_by_row(scores):
    return scores / scores.sum(axis=1, keepdim=True)
# %% wrong: transposed for the division and not back
def shares_by_row(scores):
    return scores.T / scores.sum(axis=1)
# %% wrong: axis 0, "row by row"
def shares_by_row(scores):
    totals = scores.sum(axis=0, keepdims=True)
    return scores / totals
# %% wrong: floor division keeps whole numbers
def shares_by_row(scores):
    total = scores.sum(axis=1, keepdims=True)
    return scores // total
# %% right: stack the shares of each row
def shares_by_row(scores):
    return np.stack([shares(row) for row in scores])
# %% right: transpose there and back
def shares_by_row(scores):
    return (scores.T / scores.T.sum(axis=0)).T
# %% right: new axis with None, einsum for the totals
def shares_by_row(scores):
    totals = np.einsum("ij->i", scores)
    return scores / totals[:, None]

# %% prelude
import numpy as np
# %% wrong: divided by the total of the whole table
def shares_by_row(scores):
    total = scores.sum()
    return scores / total
# %% wrong: keepdims forgotten, once more
def shares_by_row(scores):
    row_sums = scores.sum(axis=1)
    return scores / row_sums
# %% wrong: changes the table that it was given
def shares_by_row(scores):
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
# %% wrong: results put into an array of the dtype of scores, whole numbers are cut off
def shares_by_row(scores):
    result = np.zeros_like(scores)
    for i in range(scores.shape[0]):
        result[i] = scores[i] / scores[i].sum()
    return result
# %% right: einsum with the reciprocals of the row sums
def shares_by_row(scores):
    one_over = 1 / np.einsum("qk->q", scores)
    return np.einsum("qk,q->qk", scores, one_over)
# %% prelude
import math

import numpy as np
import torch
# %% wrong: shares of the whole table, once more
def shares_by_row(scores):
    return scores / np.sum(scores)
# %% wrong: the first row's total for all
def shares_by_row(scores):
    return scores / scores[0].sum()
# %% wrong: square table, as many columns as rows
def shares_by_row(scores):
    n = len(scores)
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = scores[i, j] / sum(scores[i])
    return result
# %% wrong: returns after the first row
def shares_by_row(scores):
    for row in scores:
        return row / row.sum()
# %% wrong: list of rows
def shares_by_row(scores):
    return [row / row.sum() for row in scores]
# %% wrong: rows concatenated to one long row
def shares_by_row(scores):
    return np.concatenate([row / row.sum() for row in scores])
# %% wrong: softmax of each row
def shares_by_row(scores):
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)
# %% wrong: axis=-2 with keepdims
def shares_by_row(scores):
    return scores / scores.sum(-2, keepdims=True)
# %% right: turned, divided, turned back
def shares_by_row(scores):
    return (scores.T / scores.sum(axis=1)).T
# %% right: apply_along_axis, once more
def shares_by_row(scores):
    return np.apply_along_axis(lambda r: r / r.sum(), 1, scores)
# %% right: a diagonal matrix of reciprocals
def shares_by_row(scores):
    return np.diag(1 / scores.sum(1)) @ scores
# %% wrong: Python's sum, which adds the rows up
def shares_by_row(scores):
    return scores / sum(scores)
# %% wrong: row sums turned with .T, which does nothing
def shares_by_row(scores):
    return scores / scores.sum(axis=1).T
# %% wrong: new axis put into the scores
def shares_by_row(scores):
    return scores[:, np.newaxis] / scores.sum(axis=1)
# %% wrong: axis 2
def shares_by_row(scores):
    return scores / scores.sum(axis=2, keepdims=True)
# %% wrong: changes the table that came in, as floats
def shares_by_row(scores):
    result = scores.astype(float, copy=False)
    for i in range(len(result)):
        result[i] = result[i] / result[i].sum()
    return result
# %% wrong: keepdims, and no axis
def shares_by_row(scores):
    return scores / scores.sum(keepdims=True)
# %% wrong: running total not reset between rows
def shares_by_row(scores):
    total = 0
    result = np.zeros(scores.shape)
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            total += scores[i, j]
        for j in range(scores.shape[1]):
            result[i, j] = scores[i, j] / total
    return result
# %% wrong: indices of row and column exchanged when writing
def shares_by_row(scores):
    T_q, T_k = scores.shape
    result = np.zeros((T_k, T_q))
    for i in range(T_q):
        for j in range(T_k):
            result[j, i] = scores[i, j] / scores[i].sum()
    return result
# %% prelude
import numpy as np
import torch

def shares(scores):
    return scores / scores.sum()
# %% wrong: sums down the columns (apply_along_axis with axis 0), so columns sum to 1
def shares_by_row(scores):
    return np.apply_along_axis(shares, 0, scores)
# %% wrong: np.asarray is no copy, so a float table that is passed in is changed
def shares_by_row(scores):
    result = np.asarray(scores, dtype=float)
    for row in result:
        row /= row.sum()
    return result
# %% wrong: the total is not set back to 0 for each row
def shares_by_row(scores):
    T_q, T_k = scores.shape
    result = np.zeros((T_q, T_k))
    total = 0
    for i in range(T_q):
        for j in range(T_k):
            total += scores[i, j]
        for j in range(T_k):
            result[i, j] = scores[i, j] / total
    return result
# %% wrong: the number of rows is used for the columns too (square tables only)
def shares_by_row(scores):
    n = len(scores)
    result = np.zeros(scores.shape)
    for i in range(n):
        total = sum(float(scores[i, j]) for j in range(n))
        for j in range(n):
            result[i, j] = scores[i, j] / total
    return result
# %% wrong: return inside the loop, so only the first row comes back
def shares_by_row(scores):
    rows = []
    for row in scores:
        rows.append(row / row.sum())
        return np.array(rows)
# %% wrong: two mistakes: a softmax instead of plain shares, and along the columns
def shares_by_row(scores):
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
# %% right: row sums as a matrix product with a column of ones
def shares_by_row(table):
    totals = table @ np.ones((table.shape[1], 1))
    return np.divide(table, totals)
# %% prelude
import math
import numpy as np
words = ["the", "black", "cat", "sleeps"]
spanish = ["el", "gato", "negro", "duerme"]
keys = np.array([[2, 0, 0, 0], [0, 2, 1, 0], [0, 1, 2, 0], [0, 0, 1, 2]])
queries = np.array([[2, 0, 1, 0], [0, 0, 2, 0], [0, 2, 0, 0], [0, 0, 0, 2]])
fit = queries @ keys.T
def shares(scores):
    return scores / scores.sum()
# %% wrong: sums down the columns (axis 0) instead of along the rows
def shares_by_row(scores):
    """Each score's part of its row: (T_q, T_k) -> (T_q, T_k), every row summing to 1."""
    return scores / np.sum(scores, axis=0, keepdims=True)
# %% wrong: keepdims forgotten, so the row sums line up with the columns (an error unless square)
def shares_by_row(scores):
    row_totals = scores.sum(axis=1)
    return scores / row_totals
# %% wrong: calls shares on the whole table, so the whole table sums to 1
def shares_by_row(scores):
    """Each score's part of its row: (T_q, T_k) -> (T_q, T_k), every row summing to 1."""
    return shares(scores)
# %% wrong: the inner loop runs over the number of rows, so it is right for square tables only
def shares_by_row(scores):
    n = len(scores)
    out = np.zeros(scores.shape)
    for i in range(n):
        total = sum(scores[i])
        for j in range(n):
            out[i, j] = scores[i, j] / total
    return out
# %% wrong: divides the rows in place; astype(copy=False) hands back the caller's own array if it is of floats
def shares_by_row(scores):
    table = scores.astype(float, copy=False)
    for row in table:
        row /= row.sum()
    return table
# %% wrong: transposes to divide, and forgets to transpose back (T_k, T_q)
def shares_by_row(scores):
    columns = scores.T                       # now one column for each word that looks
    return columns / columns.sum(axis=0)
# %% wrong: the total is not reset to 0 for each row, it goes on growing
def shares_by_row(scores):
    result = []
    total = 0
    for row in scores:
        for x in row:
            total += x
        result.append([x / total for x in row])
    return np.array(result)
# %% right: einsum for the row sums, None for the axis
def shares_by_row(scores):
    per_row = np.einsum("qk->q", scores)
    return scores / per_row[:, None]
# %% right: a list of rows, stacked
def shares_by_row(table):
    rows = []
    for r in table:
        rows.append(shares(r))
    return np.stack(rows)


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

# %% wrong: fills zeros_like(scores): an integer table, all fractions cut to 0
def shares_by_row(scores):
    out = np.zeros_like(scores)
    for i in range(len(scores)): out[i] = scores[i] / scores[i].sum()
    return out

# %% right: transposes, with the learner's own `shares` per row by apply_along_axis
def shares_by_row(scores):
    return np.apply_along_axis(lambda row: row / row.sum(), 1, scores)

# %% prelude
import numpy as np

# %% wrong: calls shares of 0.1 on the table: whole table sums to 1
def shares(scores):
    return scores / scores.sum()
def shares_by_row(scores):
    return shares(scores)

# %% wrong: loops over the number of columns, not of rows (range(shape[1]))
def shares_by_row(scores):
    out = np.zeros(scores.shape)
    for i in range(scores.shape[1]):
        out[i] = scores[i] / scores[i].sum()
    return out

# %% right: stack of rows by 0.1's function
def shares(scores):
    return scores / scores.sum()
def shares_by_row(table):
    return np.stack([shares(row) for row in table])

# %% right: einsum and None
def shares_by_row(scores):
    total = np.einsum("qk->q", scores)
    return np.divide(scores, total[:, None])

# %% prelude
import numpy as np

def shares(scores):
    return scores / scores.sum()

# %% wrong: the total of the whole table, by the method
def shares_by_row(scores):
    return scores / scores.sum()

# %% wrong: totals reshaped to a fixed 4 rows, as on the page
def shares_by_row(scores):
    totals = scores.sum(axis=1).reshape(4, 1)
    return scores / totals

# %% wrong: half finished: the shares of each row are computed and thrown away
def shares_by_row(scores):
    result = scores.copy()
    for row in result:
        row = row / row.sum()
    return result

# %% right: transposed, divided, transposed back, the axis by its place
def shares_by_row(scores):
    return (scores.T / scores.sum(1)).T

# %% right: apply_along_axis with the function of 0.1
def shares_by_row(table):
    return np.apply_along_axis(shares, 1, table)

# %% prelude
import numpy as np

# %% wrong: axis=1 without keepdims
def shares_by_row(scores):
    total = scores.sum(axis=1)
    return scores / total

# %% wrong: reuses shares of 0.1 on the whole table: total of the table
def shares(scores):
    return scores / scores.sum()

def shares_by_row(scores):
    return shares(scores)

# %% wrong: return inside the loop: only the first row is written
def shares_by_row(scores):
    result = np.zeros(scores.shape)
    for i in range(scores.shape[0]):
        result[i] = scores[i] / scores[i].sum()
        return result

# %% wrong: double loop takes len(scores) for the number of columns, too
def shares_by_row(scores):
    n = len(scores)
    out = np.zeros(scores.shape)
    for i in range(n):
        for j in range(n):
            out[i, j] = scores[i, j] / scores[i].sum()
    return out

# %% right: a stack of rows
def shares_by_row(scores):
    return np.stack([row / sum(row) for row in scores])

# %% right: transpose, divide, transpose back
def shares_by_row(scores):
    return (scores.T / np.sum(scores, 1)).T

# %% prelude
import numpy as np

# %% wrong: np.zeros_like keeps whole numbers: shares cut to 0
def shares_by_row(scores):
    out = np.zeros_like(scores)
    for i in range(scores.shape[0]):
        out[i] = scores[i] / scores[i].sum()
    return out

# %% wrong: number of rows taken from shape[1]: loops over columns count
def shares_by_row(scores):
    T_k, T_q = scores.shape
    out = np.zeros((T_q, T_k))
    for i in range(T_q):
        out[i] = scores[i] / np.sum(scores[i])
    return out

# %% right: list comprehension over rows with the function of 0.1, stacked
def shares(scores):
    return scores / scores.sum()

def shares_by_row(scores):
    return np.array([shares(row) for row in scores])

# %% right: einsum for the sums, then [:, None]
def shares_by_row(scores):
    table = scores.astype(float)
    total = np.einsum("qk->q", table)
    table /= total[:, None]
    return table

# %% prelude
import numpy as np

# %% wrong: transposes so that the division broadcasts, forgets to transpose back
def shares_by_row(scores):
    totals = scores.sum(axis=1)
    return scores.T / totals

# %% wrong: return stands inside the loop: only the first row is done
def shares_by_row(scores):
    out = np.zeros(scores.shape)
    for i in range(scores.shape[0]):
        out[i] = scores[i] / scores[i].sum()
        return out

# %% wrong: normalises twice: after the rows also the whole table
def shares_by_row(scores):
    scores = scores / scores.sum(axis=1, keepdims=True)
    return scores / scores.sum()

# %% wrong: uses the notebook's fit instead of the argument
keys = np.array([[2, 0, 0, 0], [0, 2, 1, 0], [0, 1, 2, 0], [0, 0, 1, 2]])
queries = np.array([[2, 0, 1, 0], [0, 0, 2, 0], [0, 2, 0, 0], [0, 0, 0, 2]])
fit = queries @ keys.T
def shares_by_row(scores):
    return fit / fit.sum(axis=1, keepdims=True)

# %% right: einsum with the reciprocal of each row's total
def shares_by_row(scores):
    one_over = 1.0 / scores.sum(-1)
    return np.einsum("qk,q->qk", scores, one_over)

# %% right: the function of 0.1 for each row, collected in an array
def shares(scores):
    return scores / scores.sum()
def shares_by_row(scores):
    return np.array([shares(row) for row in scores])

# %% prelude
import numpy as np

# %% wrong: loops over len(scores) for the columns too: assumes a square table
def shares_by_row(scores):
    n = len(scores)
    out = np.zeros(scores.shape)
    for i in range(n):
        total = scores[i].sum()
        for j in range(n):
            out[i, j] = scores[i, j] / total
    return out

# %% wrong: PyTorch's names dim and keepdim on a NumPy array
def shares_by_row(scores):
    return scores / scores.sum(dim=1, keepdim=True)

# %% right: einsum with the reciprocals of the row totals
def shares_by_row(table):
    ones = np.ones(table.shape[1], dtype=table.dtype)
    return np.einsum("qk,q->qk", table, 1 / (table @ ones))

# %% prelude
import platform

import numpy as np
import torch

from course.views.figures import show_shares, show_weights

# %% wrong: W11 both loops over len(scores): takes the table for square
def shares_by_row(scores):
    n = len(scores)
    out = np.zeros(scores.shape)
    for i in range(n):
        for j in range(n):
            out[i, j] = scores[i, j] / scores[i].sum()
    return out

# %% wrong: W12 total not set back to 0 for each row
def shares_by_row(scores):
    out = np.zeros(scores.shape)
    total = 0
    for i, row in enumerate(scores):
        for number in row:
            total += number
        out[i] = row / total
    return out

# %% wrong: W13 transposes so that the division fits, does not transpose back
def shares_by_row(scores):
    return scores.T / scores.sum(axis=1)

# %% wrong: W14 float32 result from float64 input
def shares_by_row(scores):
    scores = scores.astype(np.float32)
    return scores / scores.sum(axis=1, keepdims=True)

# %% wrong: W15 whole total, times the number of rows (whole table sums to T_q, rows do not sum to 1)
def shares_by_row(scores):
    return scores / scores.sum() * len(scores)

# %% wrong: W16 rows first, then the columns too
def shares_by_row(scores):
    by_row = scores / scores.sum(axis=1, keepdims=True)
    return by_row / by_row.sum(axis=0, keepdims=True)

# %% right: R3 divide the transpose and transpose back (Fortran layout)
def shares_by_row(scores):
    columns = scores.T
    return (columns / columns.sum(axis=0)).T

# %% right: R4 diagonal matrix of 1/total times the table; totals by einsum
def shares_by_row(scores):
    totals = np.einsum("qk->q", scores)
    return np.diag(1 / totals) @ scores

# %% prelude
import platform

import numpy as np
import torch

from course.views.figures import show_shares, show_weights
import numpy as np
words = ["the", "black", "cat", "sleeps"]
scores = np.array([1, 2, 6, 3])

# %% wrong: zeros_like of whole numbers: the shares are cut to 0 there
def shares_by_row(scores):
    result = np.zeros_like(scores)
    for i, row in enumerate(scores):
        result[i] = row / row.sum()
    return result

# %% wrong: numbers right, but a float input is changed (astype copy=False and /=)
def shares_by_row(scores):
    table = scores.astype(np.float64, copy=False)
    table /= table.sum(axis=1, keepdims=True)
    return table

# %% wrong: total is not set back to 0 for each row
def shares_by_row(scores):
    result = np.empty(scores.shape)
    total = 0
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            total += scores[i, j]
        result[i] = scores[i] / total
    return result

# %% wrong: turned over to divide, not turned back
def shares_by_row(scores):
    return scores.T / scores.sum(axis=1)

# %% wrong: both loops run over len(scores): the columns past T_q stay 0, or IndexError
def shares_by_row(scores):
    n = len(scores)
    result = np.zeros(scores.shape)
    for i in range(n):
        total = scores[i].sum()
        for j in range(n):
            result[i, j] = scores[i, j] / total
    return result

# %% wrong: rounded to 3 places, as the page's print does
def shares_by_row(scores):
    return (scores / scores.sum(axis=1, keepdims=True)).round(3)

# %% right: product with a diagonal matrix of reciprocals
def shares_by_row(scores):
    totals = np.einsum("qk->q", scores)
    return np.diag(1 / totals) @ scores

# %% right: exercise 0.1's function along each row (apply_along_axis)
def shares(scores):
    return scores / scores.sum()

def shares_by_row(scores):
    return np.apply_along_axis(shares, 1, scores)
