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
