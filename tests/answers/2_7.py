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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: plus instead of minus off the diagonal
def softmax_jacobian(w):
    outer = w.unsqueeze(-1) * w.unsqueeze(-2)
    eye = torch.eye(w.shape[-1], dtype=torch.bool)
    return torch.where(eye, torch.diag_embed(w * (1 - w)), outer)
# %% wrong: w_i (1 - w_j) everywhere, also off the diagonal
def softmax_jacobian(w):
    return torch.einsum("...i,...j->...ij", w, 1 - w)
# %% wrong: the diagonal is overwritten by w, not w added to it (w instead of w - w²)
def softmax_jacobian(w):
    J = -w[..., :, None] * w[..., None, :]
    for i in range(w.shape[-1]):
        J[..., i, i] = w[..., i]
    return J
# %% wrong: loops over one row of shares only, so leading axes are not allowed for
def softmax_jacobian(w):
    n = len(w)
    J = torch.zeros(n, n, dtype=w.dtype)
    for i in range(n):
        for j in range(n):
            J[i, j] = w[i] * ((1 if i == j else 0) - w[j])
    return J
# %% wrong: takes the shares for scores and applies softmax once more
def softmax_jacobian(w):
    p = F.softmax(w, dim=-1)
    return torch.diag_embed(p) - p.unsqueeze(-1) @ p.unsqueeze(-2)
# %% wrong: the diagonal is computed with a division by the share, NaN for shares of 0
def softmax_jacobian(w):
    outer = w.unsqueeze(-1) * w.unsqueeze(-2)
    own = w * w * (1 / w - 1)
    eye = torch.eye(w.shape[-1], dtype=torch.bool)
    return torch.where(eye, own.unsqueeze(-1), -outer)
# %% wrong: both factors have the axis put in at the same place, so w_j² stands where w_i w_j should
def softmax_jacobian(w):
    a = w.unsqueeze(-2)
    b = w.unsqueeze(-2)
    return torch.diag_embed(w) - a * b
# %% right: w_i (delta_ij - w_j) with an identity table
def softmax_jacobian(w):
    delta = torch.eye(w.shape[-1], dtype=w.dtype, device=w.device)
    return w[..., :, None] * (delta - w[..., None, :])
# %% right: two loops over i and j, all leading axes at once
def softmax_jacobian(shares):
    n = shares.shape[-1]
    table = []
    for i in range(n):
        row = []
        for j in range(n):
            slope = -shares[..., i] * shares[..., j]
            if i == j:
                slope = slope + shares[..., i]
            row.append(slope)
        table.append(torch.stack(row, dim=-1))
    return torch.stack(table, dim=-2)
# %% prelude
import math
import torch
import torch.nn.functional as F
# %% wrong: w(1 - w) on the diagonal and then w_i w_j subtracted there as well
def softmax_jacobian(w):
    own = torch.diag_embed(w * (1 - w))                       # i = j
    others = -w.unsqueeze(-1) * w.unsqueeze(-2)               # i != j
    return own + others
# %% wrong: eye - w without an axis for the rows: right for one row of shares, wrong or an error for a batch
def softmax_jacobian(w):
    """w_i * (delta_ij - w_j)"""
    n = w.shape[-1]
    return w.unsqueeze(-1) * (torch.eye(n, dtype=w.dtype) - w)
# %% wrong: divides by the shares on the way (w_i w_j (delta/w_i - 1)), NaN where a share is 0
def softmax_jacobian(w):
    outer = w[..., :, None] * w[..., None, :]
    return outer * (torch.diag_embed(1 / w) - 1)
# %% wrong: slopes of the logarithm of the share (delta - w_j), the factor w_i is missing
def softmax_jacobian(w):
    n = w.size(-1)
    eye = torch.eye(n, dtype=w.dtype, device=w.device)
    return eye - w.unsqueeze(-2)
# %% wrong: takes w for the scores and applies a softmax once more
def softmax_jacobian(w):
    s = F.softmax(w, dim=-1)
    return torch.diag_embed(s) - torch.einsum("...i,...j->...ij", s, s)
# %% wrong: sign of the off-diagonal slopes is plus instead of minus
def softmax_jacobian(w):
    *lead, n = w.shape
    J = torch.zeros(*lead, n, n, dtype=w.dtype)
    for i in range(n):
        for j in range(n):
            if i == j:
                J[..., i, j] = w[..., i] * (1 - w[..., i])
            else:
                J[..., i, j] = w[..., i] * w[..., j]
    return J
# %% right: minus the outer product, then w added along the diagonal of the last two axes
def softmax_jacobian(w):
    J = -torch.einsum("...i,...j->...ij", w, w)
    J.diagonal(dim1=-2, dim2=-1).add_(w)
    return J
# %% right: column by column with a loop over the score
def softmax_jacobian(w):
    n = w.shape[-1]
    columns = []
    for j in range(n):
        wj = w[..., j:j + 1]
        slope = -w * wj                                       # (..., n)
        slope[..., j] = w[..., j] * (1 - w[..., j])
        columns.append(slope)
    return torch.stack(columns, dim=-1)


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
import math, torch, torch.nn.functional as F
from functools import wraps
LOW = lambda s: torch.finfo(s.dtype).min
def core(q,k): return q @ k.transpose(-2,-1)/math.sqrt(q.shape[-1])
def pm(ids,pad_id): return (ids!=pad_id).unsqueeze(1)
def cm(n): return torch.ones(n,n,dtype=torch.bool).tril()

# %% wrong: forgets an unsqueeze: outer product right for one row only (w of row b lands in wrong axis)
def softmax_jacobian(w): return torch.diag_embed(w) - w.unsqueeze(-1) * w

# %% wrong: slopes of the LOG share (delta - w_j)
def softmax_jacobian(w): return torch.eye(w.shape[-1], dtype=w.dtype) - w.unsqueeze(-2).expand(*w.shape, w.shape[-1])

# %% wrong: goes back to scores by log, autograd; NaN at share 0
def softmax_jacobian(w):
    s = w.log(); p = s.softmax(-1)
    return p.unsqueeze(-1) * (torch.eye(w.shape[-1], dtype=w.dtype) - w.unsqueeze(-2)) + 0 * s.unsqueeze(-1)

# %% wrong: diag_embed(w*(1-w)) minus whole outer product: diagonal subtracted twice
def softmax_jacobian(w): return torch.diag_embed(w*(1-w)) - w.unsqueeze(-1)*w.unsqueeze(-2)

# %% wrong: w_i (1 - w_j) everywhere, also off the diagonal (again)
def softmax_jacobian(w): return w.unsqueeze(-1) * (1 - w.unsqueeze(-2))

# %% wrong: takes w for scores: softmax again
def softmax_jacobian(w):
    w = w.softmax(-1); return torch.diag_embed(w) - w.unsqueeze(-1)*w.unsqueeze(-2)

# %% wrong: off-diagonal: forgot to square the denominator -> -w_i (no w_j)
def softmax_jacobian(w):
    n = w.shape[-1]; off = -w.unsqueeze(-1).expand(*w.shape, n)
    return torch.where(torch.eye(n, dtype=torch.bool), torch.diag_embed(w*(1-w)), off)

# %% wrong: matmul Gram over the batch instead of an outer product
def softmax_jacobian(w): return torch.diag_embed(w) - w.reshape(-1, w.shape[-1]).T @ w.reshape(-1, w.shape[-1])

# %% wrong: writes into a float32 table (torch.zeros without dtype) - float64 loses digits
def softmax_jacobian(w):
    n = w.shape[-1]; J = torch.zeros(*w.shape, n)
    for i in range(n):
        for j in range(n): J[..., i, j] = w[..., i]*(float(i == j) - w[..., j])
    return J

# %% right: Laplacian form: row sums are 0
def softmax_jacobian(w):
    pairs = torch.einsum("...i,...j->...ij", w, w); return torch.diag_embed(pairs.sum(-1)) - pairs

# %% prelude

# %% wrong: w_i (delta_ij - w_i): the share of the row twice, off-diagonal is -w_i^2
import torch
def softmax_jacobian(w):
    n = w.shape[-1]
    wi = w.unsqueeze(-1)
    return wi * (torch.eye(n, dtype=w.dtype) - wi)

# %% wrong: diagonal w(1-w) written, and the outer product subtracted from it once more: w - 2w^2 on the diagonal
import torch
def softmax_jacobian(w):
    return torch.diag_embed(w * (1 - w)) - w.unsqueeze(-1) * w.unsqueeze(-2)

# %% right: scores back by log w, then autograd share by share
import torch
def softmax_jacobian(w):
    s = w.detach().log().requires_grad_()
    shares = s.softmax(dim=-1)
    rows = [torch.autograd.grad(shares[..., i].sum(), s, retain_graph=True)[0] for i in range(w.shape[-1])]
    return torch.stack(rows, dim=-2)

# %% prelude

# %% wrong: torch.diag and torch.outer: only for one axis, not (..., n)
import torch
def softmax_jacobian(w):
    return torch.diag(w) - torch.outer(w, w)

# %% wrong: diagonal corrected twice: w(1-w) put there, and w*w subtracted again
import torch
def softmax_jacobian(w):
    # i = j: w(1-w);  i != j: -w_i w_j
    same = torch.diag_embed(w * (1 - w))
    other = -w.unsqueeze(-1) * w.unsqueeze(-2)
    return same + other

# %% wrong: second factor without its own axis: w[..., None] * w is an outer product only for (n,)
import torch
def softmax_jacobian(w):
    return torch.diag_embed(w) - w[..., None] * w

# %% right: two einsums and a unit matrix
import torch
def softmax_jacobian(w):
    eye = torch.eye(w.shape[-1], dtype=w.dtype)
    return torch.einsum("...i,ij->...ij", w, eye) - torch.einsum("...i,...j->...ij", w, w)

# %% prelude
import torch

# %% wrong: minus forgotten off the diagonal: +w_i w_j (diagonal right)
def softmax_jacobian(w):
    outer = w.unsqueeze(-1) * w.unsqueeze(-2)
    eye = torch.eye(w.shape[-1], dtype=w.dtype)
    return outer * (1 - eye) + torch.diag_embed(w * (1 - w))

# %% wrong: diagonal of 1 instead of w: I - w w^T
def softmax_jacobian(w):
    n = w.shape[-1]
    return torch.eye(n, dtype=w.dtype) - w[..., :, None] * w[..., None, :]

# %% right: w_i (delta_ij - w_j), written with eye
def softmax_jacobian(w):
    delta = torch.eye(w.shape[-1]).to(w)
    return torch.einsum("...i,...ij->...ij", w, delta - w.unsqueeze(-2))

# %% prelude
import torch

# %% wrong: diagonal w(1-w), then the whole outer product subtracted: its diagonal counted twice
def softmax_jacobian(w):
    same = torch.diag_embed(w * (1 - w))                # i = j
    different = -w.unsqueeze(-1) * w.unsqueeze(-2)      # i != j
    return same + different

# %% right: w_i (delta_ij - w_j) with eye and None indexing
def softmax_jacobian(w):
    n = w.shape[-1]
    delta = torch.eye(n, dtype=w.dtype)
    return w[..., :, None] * (delta - w[..., None, :])

# %% prelude
import torch

# %% wrong: slopes of the logarithm of the share: delta_ij - w_j, the factor w_i forgotten
def softmax_jacobian(w):
    eye = torch.eye(w.shape[-1], dtype=w.dtype)
    return eye - w.unsqueeze(-2)

# %% right: einsum for the outer product, then the shares added to the diagonal in place
def softmax_jacobian(w):
    table = -torch.einsum("...i,...j->...ij", w, w)
    table.diagonal(dim1=-2, dim2=-1).add_(w)
    return table

# %% prelude
import torch

# %% wrong: diagonal already w(1-w), and then the outer product is subtracted there again
def softmax_jacobian(w):
    own = w * (1 - w)
    others = w.unsqueeze(-1) * w.unsqueeze(-2)
    return torch.diag_embed(own) - others

# %% wrong: both factors from the same axis: w_j (delta - w_j), off the diagonal -w_j^2
def softmax_jacobian(w):
    row = w.unsqueeze(-2)
    return row * (torch.eye(w.shape[-1], dtype=w.dtype) - row)

# %% right: einsum
def softmax_jacobian(w):
    return torch.diag_embed(w) - torch.einsum("...i,...j->...ij", w, w)

# %% prelude
import torch

# %% wrong: diag of w(1-w) and then -w_i w_j for ALL entries: the square is subtracted twice on the diagonal
def softmax_jacobian(w):
    own_slope = torch.diag_embed(w * (1 - w))
    others = -w.unsqueeze(-1) * w.unsqueeze(-2)
    return own_slope + others

# %% right: w_i (delta_ij - w_j) with an identity
def softmax_jacobian(w):
    same = torch.eye(w.shape[-1], dtype=w.dtype)
    return w[..., :, None] * (same - w[..., None, :])

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: diagonal counted twice: w(1-w) on the diagonal, and then w_i*w_j taken off everywhere
def softmax_jacobian(w):
    own_slope = torch.diag_embed(w * (1 - w))
    return own_slope - w.unsqueeze(-1) * w.unsqueeze(-2)

# %% wrong: slope of the LOGARITHM of the share (delta - w_j), the factor w_i forgotten
def softmax_jacobian(w):
    n = w.shape[-1]
    return torch.eye(n, dtype=w.dtype) - w.unsqueeze(-2).expand(*w.shape[:-1], n, n)

# %% right: RIGHT: scores are recovered as log w, autograd share by share
def softmax_jacobian(w):
    s = w.detach().log().requires_grad_()
    shares = s.softmax(dim=-1)
    rows = [torch.autograd.grad(shares[..., i].sum(), s, retain_graph=True)[0] for i in range(w.shape[-1])]
    return torch.stack(rows, dim=-2)

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: w_i*w_i in place of w_i*w_j (unsqueeze(-1) twice): diagonal right, off-diagonal w_i^2
def softmax_jacobian(w):
    column = w.unsqueeze(-1)
    return torch.diag_embed(w) - column * column

# %% wrong: w(1-w) on the diagonal AND w_i*w_j subtracted everywhere, also on the diagonal (w - 2w^2)
def softmax_jacobian(w):
    own = torch.diag_embed(w * (1 - w))
    others = w.unsqueeze(-1) * w.unsqueeze(-2)
    return own - others

# %% right: diag(w) @ (I - 1 w^T), as a matrix product
def softmax_jacobian(w):
    n = w.shape[-1]
    ones = torch.ones(n, 1, dtype=w.dtype)
    return torch.diag_embed(w) @ (torch.eye(n, dtype=w.dtype) - ones @ w.unsqueeze(-2))

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: slopes of the LOGARITHM of the share: delta - w_j (factor w_i lost)
def softmax_jacobian(w):
    n = w.shape[-1]
    return torch.eye(n, dtype=w.dtype) - w.unsqueeze(-2).expand(*w.shape[:-1], n, n)

# %% wrong: diagonal set through J[i, i], the first two axes: fine for one row only
def softmax_jacobian(w):
    jac = -w.unsqueeze(-1) * w.unsqueeze(-2)
    for i in range(w.shape[-1]):
        jac[i, i] = w[i] * (1 - w[i])
    return jac

# %% right: einsum with (eye - w_j): w_i (delta_ij - w_j)
def softmax_jacobian(w):
    eye = torch.eye(w.shape[-1], dtype=w.dtype)
    return torch.einsum("...i,ij->...ij", w, eye) - torch.einsum("...i,...j->...ij", w, w)
