# %% prelude
import torch
# %% wrong: not made to sum to 1 again
def take_away(weights, lost):
    return weights.masked_fill(lost[:, None, None, :], 0.0)
# %% wrong: empty rows are NaN
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / left.sum(-1, keepdim=True)
# %% wrong: rows taken in place of columns
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, :, None], 0.0)
    return left / left.sum(-1, keepdim=True).clamp(min=1e-9)
# %% wrong: True kept
def take_away(weights, lost):
    left = weights.masked_fill(~lost[:, None, None, :], 0.0)
    total = left.sum(-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)
# %% wrong: softmax over what is left
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left.softmax(-1)
# %% wrong: minus infinity, then softmax
def take_away(weights, lost):
    return weights.masked_fill(lost[:, None, None, :], float("-inf")).softmax(-1).nan_to_num(0.0)
# %% wrong: lost is lined up from the right
def take_away(weights, lost):
    left = weights.masked_fill(lost, 0.0)
    total = left.sum(-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)
# %% wrong: divided by the sum over the heads as well
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    total = left.sum((1, 3), keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)
# %% wrong: what is left is shared out evenly
def take_away(weights, lost):
    left = (~lost)[:, None, None, :].expand_as(weights).to(weights.dtype)
    total = left.sum(-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)
# %% wrong: keepdim forgotten
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / left.sum(-1)
# %% wrong: changes its input
def take_away(weights, lost):
    weights.masked_fill_(lost[:, None, None, :], 0.0)
    total = weights.sum(-1, keepdim=True)
    return weights / total.masked_fill(total == 0, 1.0)
# %% wrong: 1 added to every sum
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / (left.sum(-1, keepdim=True) + 1)
# %% wrong: the missing weight added to the largest
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    missing = 1 - left.sum(-1, keepdim=True)
    return left + missing * (left == left.amax(-1, keepdim=True)) * ~lost[:, None, None, :]
# %% right: multiplied, and NaN never made
def take_away(weights, lost):
    kept = weights * (~lost).unsqueeze(1).unsqueeze(1)
    total = kept.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, kept / torch.where(total > 0, total, torch.ones_like(total)), kept)
