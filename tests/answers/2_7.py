# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: plus instead of minus off the diagonal and on it
def softmax_jacobian(w):
    return torch.diag_embed(w) + w.unsqueeze(-1) * w.unsqueeze(-2)

# %% wrong: inner product instead of outer product
def softmax_jacobian(w):
    row = w.unsqueeze(-2)
    col = w.unsqueeze(-1)
    return torch.diag_embed(w) - row @ col

# %% wrong: square subtracted twice on the diagonal
def softmax_jacobian(w):
    diagonal = torch.diag_embed(w * (1 - w))
    others = -w[..., :, None] * w[..., None, :]
    return diagonal + others

# %% wrong: w_i (1 - w_j) for all pairs
def softmax_jacobian(w):
    wi = w.unsqueeze(-1)
    wj = w.unsqueeze(-2)
    return wi * (1 - wj)

# %% wrong: takes the shares for scores, softmax once more
def softmax_jacobian(w):
    p = torch.softmax(w, dim=-1)
    return torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)

# %% wrong: slope of the logarithm of the share, factor w_i lost
def softmax_jacobian(w):
    n = w.shape[-1]
    return torch.eye(n, dtype=w.dtype) - w.unsqueeze(-2).expand(*w.shape, n)

# %% wrong: w_i w_j factored out, divides by a share of 0
def softmax_jacobian(w):
    outer = w.unsqueeze(-1) * w.unsqueeze(-2)
    return outer * (torch.diag_embed(1 / w) - 1)

# %% wrong: only the diagonal, other scores thought not to matter
def softmax_jacobian(w):
    # a share depends only on its own score
    return torch.diag_embed(w * (1 - w))

# %% wrong: one row only, torch.outer takes no leading axes
def softmax_jacobian(w):
    w = w.flatten()
    return torch.diag_embed(w) - torch.outer(w, w)

# %% right: diagonal minus outer product
def softmax_jacobian(w):
    return torch.diag_embed(w) - w.unsqueeze(-1) @ w.unsqueeze(-2)

# %% right: w_i (delta_ij - w_j)
def softmax_jacobian(w):
    n = w.shape[-1]
    delta = torch.eye(n, dtype=w.dtype, device=w.device)
    return w[..., :, None] * (delta - w[..., None, :])

# %% right: two loops over i and j
def softmax_jacobian(w):
    n = w.shape[-1]
    J = torch.zeros(*w.shape, n, dtype=w.dtype)
    for i in range(n):
        for j in range(n):
            if i == j:
                J[..., i, j] = w[..., i] * (1 - w[..., i])
            else:
                J[..., i, j] = -w[..., i] * w[..., j]
    return J
