# %% prelude
import copy
import math

import torch

def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

# %% wrong: standard deviation of the difference
def rounding_errors(w):
    """Root mean square error of each row, with one scale for the table and with one a row: (out,), (out,)."""
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).std(dim=1), (rows - w).std(dim=1)

# %% wrong: counted with the scale of each row, read with the largest scale
def rounding_errors(w):
    q, scale = quantise(w)
    by_row = dequantise(q, scale)
    by_table = dequantise(q, scale.max().expand(len(w)))
    return (by_table - w).square().mean(dim=1).sqrt(), (by_row - w).square().mean(dim=1).sqrt()

# %% wrong: reshaped to one column, a scale for each number
def rounding_errors(w):
    one = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    rmse = lambda w_hat: ((w_hat - w) ** 2).mean(dim=1).sqrt()
    return rmse(one), rmse(each)

# %% wrong: relative error
def rounding_errors(w):
    def error(back):
        return (back - w).square().mean(dim=1).sqrt() / w.square().mean(dim=1).sqrt()

    table = dequantise(*quantise(w.reshape(1, -1))).view_as(w)
    return error(table), error(dequantise(*quantise(w)))

# %% wrong: table not brought back to its shape, RuntimeError
def rounding_errors(w):
    q_t, s_t = quantise(w.reshape(1, -1))
    q_r, s_r = quantise(w)
    by_table = torch.sqrt(((dequantise(q_t, s_t) - w) ** 2).mean(dim=1))
    by_row = torch.sqrt(((dequantise(q_r, s_r) - w) ** 2).mean(dim=1))
    return by_table, by_row

# %% wrong: the two results in the other order
def rounding_errors(w):
    by_row = torch.sqrt((dequantise(*quantise(w)) - w).pow(2).mean(1))
    flat = w.flatten().unsqueeze(0)
    by_table = torch.sqrt((dequantise(*quantise(flat)).reshape(w.shape) - w).pow(2).mean(1))
    return by_row, by_table

# %% wrong: mean of the magnitudes
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).abs().mean(dim=1), (rows - w).abs().mean(dim=1)

# %% wrong: sum instead of mean (length of the error)
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return torch.linalg.norm(table - w, dim=1), torch.linalg.norm(rows - w, dim=1)

# %% right: helper function
def rounding_errors(w):
    """Root mean square error of each row, with one scale for the table and with one a row: (out,), (out,)."""
    def rmse(rounded):
        return (rounded - w).square().mean(dim=1).sqrt()

    single_row = w.reshape(1, -1)
    return rmse(dequantise(*quantise(single_row)).reshape(w.shape)), rmse(dequantise(*quantise(w)))

# %% right: by vector_norm, the one scale given to every row
def rounding_errors(w):
    n_out, n_in = w.shape
    q, s = quantise(w.flatten()[None])
    table_hat = dequantise(q.view(n_out, n_in), s.expand(n_out))
    row_hat = dequantise(*quantise(w))
    return tuple(torch.linalg.vector_norm(hat - w, dim=1) / math.sqrt(n_in) for hat in (table_hat, row_hat))

# %% right: loops
def rounding_errors(w):
    one = dequantise(*quantise(torch.cat(list(w)).unsqueeze(0)))[0].split(w.shape[1])
    by_table, by_row = [], []
    for i in range(w.shape[0]):
        alone = dequantise(*quantise(w[i : i + 1]))[0]
        by_table.append(torch.mean((one[i] - w[i]) ** 2) ** 0.5)
        by_row.append(torch.mean((alone - w[i]) ** 2) ** 0.5)
    return torch.stack(by_table), torch.stack(by_row)
# %% prelude
import torch

def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None]).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale[:, None]
# %% wrong: the two are returned in the other order
def rounding_errors(w):
    by_row = dequantise(*quantise(w))
    by_table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    return (by_row - w).square().mean(1).sqrt(), (by_table - w).square().mean(1).sqrt()
# %% wrong: the root is forgotten
def rounding_errors(w):
    table = dequantise(*quantise(w.flatten().unsqueeze(0))).view(w.shape)
    rows = dequantise(*quantise(w))
    return ((table - w) ** 2).mean(dim=1), ((rows - w) ** 2).mean(dim=1)
# %% wrong: the standard deviation of the differences, n - 1 and without their mean
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).std(dim=1), (rows - w).std(dim=1)
# %% wrong: one error of the whole table, repeated for each row
def rounding_errors(w):
    def rms(approx):
        return (approx - w).square().mean().sqrt().expand(len(w))
    return rms(dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)), rms(dequantise(*quantise(w)))
# %% wrong: reshaped to (-1, 1), so that every number has a scale of its own
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return torch.sqrt(((table - w) ** 2).mean(1)), torch.sqrt(((rows - w) ** 2).mean(1))
# %% wrong: for the table the whole numbers of the rows are multiplied by the largest scale
def rounding_errors(w):
    q, scale = quantise(w)
    common = scale.max().expand(len(scale))
    errors = [(dequantise(q, s) - w).square().mean(dim=-1).sqrt() for s in (common, scale)]
    return tuple(errors)
# %% wrong: mean over dim 0, an error for each column
def rounding_errors(w):
    table = dequantise(*quantise(w.view(1, -1))).view_as(w)
    return (table - w).pow(2).mean(0).sqrt(), (dequantise(*quantise(w)) - w).pow(2).mean(0).sqrt()
# %% wrong: the mean of the magnitudes, the root is taken before the mean
def rounding_errors(w):
    back = [dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape), dequantise(*quantise(w))]
    one, each = [((b - w) ** 2).sqrt().mean(dim=1) for b in back]
    return one, each
# %% wrong: the common scale is made from the mean of the rows' scales, so that large rows are cut off
def rounding_errors(w):
    q, scale = quantise(w)
    common = scale.mean()
    table = (w / common).round().clamp(-127, 127) * common
    rows = dequantise(q, scale)
    return (table - w).square().mean(1).sqrt(), (rows - w).square().mean(1).sqrt()
# %% right: row by row in a loop, lengths of vectors
def rounding_errors(w):
    q, scale = quantise(w.reshape(1, -1))
    flat = dequantise(q, scale)[0]
    n = w.shape[1]
    of_table, of_rows = [], []
    for r, row in enumerate(w):
        of_table.append((flat[r * n : (r + 1) * n] - row).norm() / n ** 0.5)
        of_rows.append((dequantise(*quantise(row[None]))[0] - row).norm() / n ** 0.5)
    return torch.stack(of_table), torch.stack(of_rows)
# %% right: the table in two shapes, einsum for the squares
def rounding_errors(w):
    errors = []
    for shape in ((1, w.numel()), w.shape):
        off = dequantise(*quantise(w.reshape(shape))).reshape(w.shape) - w
        errors.append((torch.einsum("oi,oi->o", off, off) / w.shape[1]) ** 0.5)
    one, each = errors
    return one, each
# %% prelude
import torch
import torch.nn.functional as F

def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q * scale.unsqueeze(1)
# %% wrong: the two errors are returned in the other order
def rounding_errors(w):
    """Root mean square error of each row, with one scale for the table and with one a row: (out,), (out,)."""
    def rmse(back):
        return (back - w).square().mean(dim=1).sqrt()
    per_row = dequantise(*quantise(w))
    per_table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    return rmse(per_row), rmse(per_table)
# %% wrong: standard deviation of the differences, which takes their mean off (and divides by n - 1)
def rounding_errors(w):
    one = dequantise(*quantise(w.flatten().unsqueeze(0))).view(w.shape)
    each = dequantise(*quantise(w))
    return (one - w).std(dim=1), (each - w).std(dim=1)
# %% wrong: the whole numbers of the row scales are read with the largest scale, instead of quantising the table anew
def rounding_errors(w):
    q, scale = quantise(w)
    by_row = dequantise(q, scale)
    by_table = dequantise(q, scale.max().expand(len(scale)))
    return ((by_table - w) ** 2).mean(1).sqrt(), ((by_row - w) ** 2).mean(1).sqrt()
# %% wrong: a table of one column instead of one row: every number gets its own scale
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    errors = []
    for back in (whole, rows):
        errors.append(torch.sqrt(torch.mean((back - w) ** 2, dim=1)))
    return errors[0], errors[1]
# %% wrong: root of the sum of squares, not of their mean
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).view_as(w)
    row = dequantise(*quantise(w))
    return torch.linalg.norm(table - w, dim=1), torch.linalg.norm(row - w, dim=1)
# %% wrong: mean of the magnitudes instead of the root of the mean square
def rounding_errors(w):
    q, s = quantise(w.view(1, w.numel()))
    by_table = (dequantise(q, s).view(*w.shape) - w).abs().mean(dim=1)
    q, s = quantise(w)
    by_row = (dequantise(q, s) - w).abs().mean(dim=1)
    return by_table, by_row
# %% wrong: errors of the columns (mean over dim 0) instead of the rows
def rounding_errors(w):
    rms = lambda error: error.pow(2).mean(dim=0).sqrt()
    by_table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    by_row = dequantise(*quantise(w))
    return rms(by_table - w), rms(by_row - w)
# %% right: mse_loss without reduction, the table as a single row
def rounding_errors(w):
    errors = []
    for shape in ((1, -1), w.shape):
        back = dequantise(*quantise(w.reshape(shape))).reshape(w.shape)
        errors.append(F.mse_loss(back, w, reduction="none").mean(dim=-1).sqrt())
    return tuple(errors)
# %% right: row by row, norms divided by the root of n
def rounding_errors(w):
    out, n = w.shape
    q, scale = quantise(torch.cat(list(w)).unsqueeze(0))
    steps, step = q[0].split(n), scale[0]
    table, each = [], []
    for i in range(out):
        table.append((steps[i] * step - w[i]).norm() / n ** 0.5)
        q_i, scale_i = quantise(w[i : i + 1])
        each.append((dequantise(q_i, scale_i)[0] - w[i]).norm() / n ** 0.5)
    return torch.stack(table), torch.stack(each)


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

# %% wrong: one scale: reshape(-1, 1), so that every NUMBER is a row
def rounding_errors(w):
    t = D(*Q(w.reshape(-1, 1))).reshape(w.shape)
    return (t - w).square().mean(1).sqrt(), (D(*Q(w)) - w).square().mean(1).sqrt()

# %% wrong: root of the SUM of squares (norm), no mean
def rounding_errors(w):
    t = D(*Q(w.reshape(1, -1))).reshape(w.shape)
    return (t - w).norm(dim=1), (D(*Q(w)) - w).norm(dim=1)

# %% wrong: table: whole numbers of the rows, read with the largest scale
def rounding_errors(w):
    q, s = Q(w)
    t = D(q, s.max().expand(len(s)))
    return (t - w).square().mean(1).sqrt(), (D(q, s) - w).square().mean(1).sqrt()

# %% wrong: no root AND the two tensors in the wrong order
def rounding_errors(w):
    t = D(*Q(w.reshape(1, -1))).reshape(w.shape)
    return (D(*Q(w)) - w).square().mean(1), (t - w).square().mean(1)

# %% right: no own quantise: steps by hand, rms by norm / sqrt(n)
def rounding_errors(w):
    def err(step):
        step = torch.where(step > 0, step, 1)
        return torch.linalg.vector_norm((w / step).round() * step - w, dim=1) / w.shape[1] ** 0.5
    return err(w.abs().max() / 127), err(w.abs().amax(1, keepdim=True) / 127)


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

# %% wrong: 10 std in place of root mean square (takes the mean off, n - 1)
def rounding_errors(w):
    one = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    return (one - w).std(dim=1), (each - w).std(dim=1)

# %% wrong: 11 a table with a single COLUMN: each number has its own scale
def rounding_errors(w):
    one = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    return (one - w).square().mean(dim=1).sqrt(), (each - w).square().mean(dim=1).sqrt()

# %% wrong: 12 counts steps with the row's scale and gives them back with the largest
def rounding_errors(w):
    q, scale = quantise(w)
    one = dequantise(q, scale.max().expand_as(scale))
    each = dequantise(q, scale)
    return (one - w).square().mean(dim=1).sqrt(), (each - w).square().mean(dim=1).sqrt()

# %% wrong: 13 root of each square, then the mean: the mean magnitude
def rounding_errors(w):
    one = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    return (one - w).square().sqrt().mean(dim=1), (each - w).square().sqrt().mean(dim=1)

# %% wrong: 14 the rows are made of the table already rounded with one scale (name w used again)
def rounding_errors(w):
    before = w
    w = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    by_table = (w - before).square().mean(dim=1).sqrt()
    w = dequantise(*quantise(w))
    by_row = (w - before).square().mean(dim=1).sqrt()
    return by_table, by_row

# %% wrong: 20 TWO: no root, and the two errors in the other order
def rounding_errors(w):
    by_row = (dequantise(*quantise(w)) - w).square().mean(dim=1)
    by_table = (dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape) - w).square().mean(dim=1)
    return by_row, by_table

# %% right: 23 RIGHT: no single-row table; every row with the largest of the scales; norm / sqrt(n)
def rounding_errors(w):
    _, scale = quantise(w)
    errors = []
    for s in (scale.max().expand_as(scale), scale):
        q = torch.clamp((w.T / s).T.round(), -127, 127).to(torch.int8)
        errors.append(torch.linalg.vector_norm(dequantise(q, s) - w, dim=-1) / w.size(-1) ** 0.5)
    return tuple(errors)


# %% prelude
import torch
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale.unsqueeze(1)

# %% wrong: std of the differences: its mean is taken off, and n - 1
def rounding_errors(w):
    flat = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (flat - w).std(dim=1), (rows - w).std(dim=1)

# %% wrong: one scale = the largest of the rows' scales, but the whole numbers are those of the rows' own scales
def rounding_errors(w):
    q, scale = quantise(w)
    rows = dequantise(q, scale)
    whole = dequantise(q, scale.max().expand(len(scale)))
    rms = lambda x: (x - w).square().mean(dim=1).sqrt()
    return rms(whole), rms(rows)

# %% wrong: laid out by columns (w.T), put back by rows: numbers land in other places
def rounding_errors(w):
    whole = dequantise(*quantise(w.T.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return ((whole - w) ** 2).mean(dim=1).sqrt(), ((rows - w) ** 2).mean(dim=1).sqrt()

# %% wrong: 'before and after rounding' misread: difference of the two root mean squares
def rms(x):
    return x.square().mean(dim=1).sqrt()
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (rms(whole) - rms(w)).abs(), (rms(rows) - rms(w)).abs()

# %% right: without quantise: the steps by hand, and the norm / sqrt(n)
def rounding_errors(w):
    errors = []
    for largest in (w.abs().max(), w.abs().amax(dim=1, keepdim=True)):
        step = largest / 127
        errors.append(torch.linalg.vector_norm((w / step).round() * step - w, dim=1) / w.shape[1] ** 0.5)
    return tuple(errors)


# %% prelude
import torch
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = torch.where(largest == 0, torch.ones_like(largest), largest / 127)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale.unsqueeze(1)

# %% wrong: the results exchanged: a scale for each row comes first
def rounding_errors(w):
    by_row = (dequantise(*quantise(w)) - w).square().mean(dim=1).sqrt()
    back = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    by_table = (back - w).square().mean(dim=1).sqrt()
    return by_row, by_table

# %% wrong: std of the differences: takes off their mean and divides by n - 1
def rounding_errors(w):
    back = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    by_table = (back - w).std(dim=1)
    by_row = (dequantise(*quantise(w)) - w).std(dim=1)
    return by_table, by_row

# %% wrong: whole numbers by row, read with the largest row's scale
def rounding_errors(w):
    q, scale = quantise(w)
    one = scale.max().expand(len(w))
    by_table = ((dequantise(q, one) - w) ** 2).mean(dim=1) ** 0.5
    by_row = ((dequantise(q, scale) - w) ** 2).mean(dim=1) ** 0.5
    return by_table, by_row

# %% wrong: reshape(-1, 1) in place of (1, -1): a scale for each number
def rounding_errors(w):
    back = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    by_table = (back - w).pow(2).mean(dim=1).sqrt()
    by_row = (dequantise(*quantise(w)) - w).pow(2).mean(dim=1).sqrt()
    return by_table, by_row

# %% right: vector norm / sqrt(n), table scale by hand
def rounding_errors(w):
    n = w.shape[1]
    def err(step):
        return torch.linalg.vector_norm(torch.round(w / step) * step - w, dim=1) / n ** 0.5
    return err(w.abs().max() / 127), err(w.abs().amax(1, keepdim=True) / 127)


# %% prelude
import torch
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale[:, None]).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale[:, None]

# %% wrong: mean over dim=0: one error per column
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return ((table - w) ** 2).mean(0).sqrt(), ((rows - w) ** 2).mean(0).sqrt()

# %% wrong: the root forgotten
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).square().mean(dim=1), (rows - w).square().mean(dim=1)

# %% wrong: two results in the other order
def rounding_errors(w):
    def rms(back):
        return (back - w).square().mean(dim=1).sqrt()
    by_row = rms(dequantise(*quantise(w)))
    by_table = rms(dequantise(*quantise(w.flatten().unsqueeze(0))).view_as(w))
    return by_row, by_table

# %% wrong: table as (n, 1): one scale for each number
def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).square().mean(dim=1).sqrt(), (rows - w).square().mean(dim=1).sqrt()

# %% right: own scales, norm / sqrt(n)
def rounding_errors(w):
    n = w.size(1)
    one = w.abs().max() / 127
    each = w.abs().max(dim=1, keepdim=True).values / 127
    out = []
    for step in (one, each):
        back = torch.round(w / step) * step
        out.append(torch.linalg.norm(back - w, dim=1) / n ** 0.5)
    return tuple(out)


# %% prelude
import torch
def quantise(w):
    largest = w.abs().amax(dim=1)
    scale = torch.where(largest == 0, torch.ones_like(largest), largest / 127)
    return (w / scale[:, None]).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale[:, None]

# %% wrong: one scale made with reshape(-1, 1): a scale for each number
def rounding_errors(w):
    flat = w.reshape(-1, 1)
    whole = dequantise(*quantise(flat)).reshape(w.shape)
    rows = dequantise(*quantise(w))
    rms = lambda x: (x - w).pow(2).mean(dim=1).sqrt()
    return rms(whole), rms(rows)

# %% wrong: mean over dim=0
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return ((whole - w) ** 2).mean(dim=0).sqrt(), ((rows - w) ** 2).mean(dim=0).sqrt()

# %% wrong: the order of the two swapped
def rounding_errors(w):
    q, s = quantise(w)
    per_row = ((dequantise(q, s) - w) ** 2).mean(1).sqrt()
    q, s = quantise(w.view(1, -1))
    per_table = ((dequantise(q, s).view_as(w) - w) ** 2).mean(1).sqrt()
    return per_row, per_table

# %% wrong: not reshaped back: w (out, in) minus (1, out*in) raises
def rounding_errors(w):
    q1, s1 = quantise(w.flatten().unsqueeze(0))
    q2, s2 = quantise(w)
    e1 = ((dequantise(q1, s1) - w) ** 2).mean(dim=1).sqrt()
    e2 = ((dequantise(q2, s2) - w) ** 2).mean(dim=1).sqrt()
    return e1, e2

# %% right: whole-table scale by hand, norm / sqrt(n)
def rounding_errors(w):
    n = w.shape[1]
    step = w.abs().max() / 127
    whole = torch.round(w / step) * step
    rows = dequantise(*quantise(w))
    return torch.linalg.norm(whole - w, dim=1) / n ** 0.5, torch.linalg.norm(rows - w, dim=1) / n ** 0.5

# %% prelude
import torch

# %% wrong: root before mean: (d ** 2).sqrt().mean() is the mean magnitude
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)


def rounding_errors(w):
    q, s = quantise(w.reshape(1, -1))
    table = dequantise(q, s).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return ((table - w) ** 2).sqrt().mean(1), ((rows - w) ** 2).sqrt().mean(1)

# %% wrong: one scale: the rows' whole numbers kept, read with the largest of the rows' scales
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)


def rounding_errors(w):
    q, scale = quantise(w)
    one = scale.max().expand_as(scale)          # the table's scale is the largest one
    by_table = (dequantise(q, one) - w).square().mean(dim=1).sqrt()
    by_row = (dequantise(q, scale) - w).square().mean(dim=1).sqrt()
    return by_table, by_row

# %% wrong: std of the differences: takes their mean away, and n - 1
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)


def rounding_errors(w):
    whole = dequantise(*quantise(w.flatten().unsqueeze(0))).view_as(w)
    each = dequantise(*quantise(w))
    return (whole - w).std(dim=1), (each - w).std(dim=1)

# %% wrong: reshape(-1, 1): one column, a scale for each number instead of one for all
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)


def rounding_errors(w):
    def error(back):
        return (back - w).pow(2).mean(dim=1).sqrt()
    single = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    return error(single), error(dequantise(*quantise(w)))

# %% right: right: loop over rows, the table's scale by hand
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)


def rounding_errors(w):
    step = w.abs().max().item() / 127
    first, second = [], []
    for row in w:
        back = torch.round(row / step) * step
        first.append(torch.sqrt(torch.mean((back - row) ** 2)))
        q, s = quantise(row[None])
        second.append(torch.sqrt(torch.mean((dequantise(q, s)[0] - row) ** 2)))
    return torch.stack(first), torch.stack(second)

# %% prelude
from course.page.rounding import dequantise, quantise
import math
import torch

# %% wrong: one scale: the error of the whole table, repeated for each row
def rounding_errors(w):
    flat = w.reshape(1, -1)
    table = (dequantise(*quantise(flat)) - flat).square().mean(dim=1).sqrt()
    rows = (dequantise(*quantise(w)) - w).square().mean(dim=1).sqrt()
    return table.expand(len(w)), rows

# %% wrong: one column in place of one row: reshape(-1, 1), each number its own scale
def rounding_errors(w):
    one = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    return ((one - w) ** 2).mean(dim=1).sqrt(), ((each - w) ** 2).mean(dim=1).sqrt()

# %% right: own formula with one step, vector_norm / sqrt(n), no quantise for the table
def rounding_errors(w):
    def error(step):
        rounded = torch.round(w / step) * step
        return torch.linalg.vector_norm(rounded - w, dim=-1) / math.sqrt(w.shape[1])
    return error(w.abs().max() / 127), error(w.abs().amax(dim=1, keepdim=True) / 127)

# %% prelude
import torch

# %% wrong: raises: w.flatten() (one dimension) given to quantise
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

def rounding_errors(w):
    table = dequantise(*quantise(w.flatten())).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return tuple((back - w).square().mean(dim=1).sqrt() for back in (table, rows))

# %% wrong: reshape(-1, 1): a scale for each number, not one for the table
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    by_table = (table - w).pow(2).mean(1).sqrt()
    by_row = (rows - w).pow(2).mean(1).sqrt()
    return by_table, by_row

# %% wrong: standard deviation (mean taken off, n - 1) instead of root mean square
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).std(dim=1), (rows - w).std(dim=1)

# %% wrong: one scale: whole numbers made with row scales, read back with the largest scale
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

def rounding_errors(w):
    q, scale = quantise(w)
    rows = dequantise(q, scale)
    table = q * scale.max()               # the table's scale is the largest of them
    return ((table - w) ** 2).mean(1).sqrt(), ((rows - w) ** 2).mean(1).sqrt()

# %% right: norm over root of n, a one-row table through expand of the scale
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q.to(scale.dtype) * scale.unsqueeze(1)

def rounding_errors(w):
    n = w.size(1)
    flat = w.reshape(1, -1)
    q, scale = quantise(flat)
    off = (dequantise(q, scale) - flat).reshape(w.shape)
    return (torch.linalg.norm(off, dim=1) / n ** 0.5,
            torch.linalg.norm(dequantise(*quantise(w)) - w, dim=1) / n ** 0.5)

# %% prelude
import torch

# %% wrong: one scale: q made with each row's scale, given back with the largest scale
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale.unsqueeze(1)

def rounding_errors(w):
    q, scale = quantise(w)
    one = scale.max().expand(len(w))
    table = dequantise(q, one)
    rows = dequantise(q, scale)
    return (table - w).square().mean(dim=1).sqrt(), (rows - w).square().mean(dim=1).sqrt()

# %% wrong: table not reshaped back: its error is one number, repeated for all rows
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale.unsqueeze(1)

def rounding_errors(w):
    flat = w.reshape(1, -1)
    by_table = (dequantise(*quantise(flat)) - flat).square().mean(dim=1).sqrt()
    by_row = (dequantise(*quantise(w)) - w).square().mean(dim=1).sqrt()
    return by_table.expand(len(w)), by_row

# %% wrong: .std(dim=1) of the differences in place of root mean square (mean removed, n - 1)
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale[scale == 0] = 1
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale
def dequantise(q, scale):
    return q * scale.unsqueeze(1)

def rounding_errors(w):
    table = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    rows = dequantise(*quantise(w))
    return (table - w).std(dim=1), (rows - w).std(dim=1)

# %% right: numpy-like without quantise: one helper with a scale, remainder by torch.linalg.norm / sqrt(n)
def rounding_errors(w):
    n = w.shape[1]
    def off(scale):
        back = torch.round(w / scale) * scale
        return torch.linalg.vector_norm(back - w, dim=1) / n ** 0.5
    return off(w.abs().max() / 127), off(w.abs().amax(dim=1, keepdim=True) / 127)

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
from course.page.rounding import quantise, dequantise

# %% wrong: reshape(-1, 1): a table with a single column, each number gets its own scale
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    each = dequantise(*quantise(w))
    rms = lambda back: (back - w).square().mean(dim=1).sqrt()
    return rms(whole), rms(each)

# %% wrong: whole numbers of the rows read back with the largest scale for all
def rounding_errors(w):
    q, scale = quantise(w)
    by_row = dequantise(q, scale)
    by_table = dequantise(q, scale.max().expand(len(scale)))
    return ((by_table - w) ** 2).mean(1).sqrt(), ((by_row - w) ** 2).mean(1).sqrt()

# %% wrong: standard deviation of the differences (their mean is subtracted)
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(1, -1))).view_as(w)
    each = dequantise(*quantise(w))
    return (whole - w).std(dim=1, unbiased=False), (each - w).std(dim=1, unbiased=False)

# %% wrong: one scale for the table: one error of the whole table, repeated for each row
def rounding_errors(w):
    flat = w.reshape(1, -1)
    one = (dequantise(*quantise(flat)) - flat).pow(2).mean(dim=1).sqrt()
    each = (dequantise(*quantise(w)) - w).pow(2).mean(dim=1).sqrt()
    return one.expand(len(w)), each

# %% right: largest of the row scales by hand; norm / sqrt(n)
def rounding_errors(w):
    q, scale = quantise(w)
    step = scale.amax()
    whole = torch.round(w / step) * step
    n = w.shape[1] ** 0.5
    return torch.linalg.vector_norm(whole - w, dim=1) / n, torch.linalg.vector_norm(torch.einsum("oi,o->oi", q.to(w.dtype), scale) - w, dim=1) / n

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
def quantise(w):
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return (w / scale.unsqueeze(1)).round().to(torch.int8), scale

def dequantise(q, scale):
    return q * scale.unsqueeze(1)

# %% wrong: one scale: takes the whole numbers of each row's own scale and multiplies them by the largest scale
def rounding_errors(w):
    q, scale = quantise(w)
    whole = dequantise(q, scale.max().expand(len(scale)))
    own = dequantise(q, scale)
    return (whole - w).square().mean(dim=1).sqrt(), (own - w).square().mean(dim=1).sqrt()

# %% wrong: standard deviation of the differences (their mean taken off) in place of the root mean square
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(1, -1))).reshape(w.shape)
    own = dequantise(*quantise(w))
    return (whole - w).std(dim=1, correction=0), (own - w).std(dim=1, correction=0)

# %% wrong: reshape(-1, 1) in place of (1, -1): each number has a scale of its own, nothing is lost
def rounding_errors(w):
    whole = dequantise(*quantise(w.reshape(-1, 1))).reshape(w.shape)
    own = dequantise(*quantise(w))
    return (whole - w).square().mean(dim=1).sqrt(), (own - w).square().mean(dim=1).sqrt()

# %% right: a loop over the rows, vector_norm / sqrt(n), the row by row error from one-row tables
def rounding_errors(w):
    n = w.shape[1]
    step = w.abs().max() / 127
    with_one, with_own = [], []
    for row in w.unbind(0):
        with_one.append(torch.linalg.vector_norm((row / step).round() * step - row) / n ** 0.5)
        q, scale = quantise(row[None])
        with_own.append(torch.nn.functional.mse_loss(dequantise(q, scale)[0], row) ** 0.5)
    return torch.stack(with_one), torch.stack(with_own)
