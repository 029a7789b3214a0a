# %% prelude
import torch
# %% wrong: the two changed over
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = other.expand_as(mixed).clone()
    out[:, :, head * d:(head + 1) * d] = mixed[:, :, head * d:(head + 1) * d]
    return out
# %% wrong: everything replaced
def patch(mixed, other, head, n_heads):
    out = mixed.clone()
    out[:] = other
    return out
# %% wrong: changes its input
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    mixed[:, :, head * d:(head + 1) * d] = other[:, :, head * d:(head + 1) * d]
    return mixed
# %% wrong: only the head comes back
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()[:, :, head * d:(head + 1) * d]
    out[:] = other[:, :, head * d:(head + 1) * d]
    return out
# %% wrong: every n_heads-th number
def patch(mixed, other, head, n_heads):
    out = mixed.clone()
    out[..., head::n_heads] = other[..., head::n_heads]
    return out
# %% wrong: heads counted from 1
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()
    out[..., (head - 1) * d:head * d] = other[..., (head - 1) * d:head * d]
    return out
# %% wrong: viewed with the heads before the positions
def patch(mixed, other, head, n_heads):
    B, T, D = mixed.shape
    out = mixed.clone().view(B, n_heads, T, D // n_heads)
    out[:, head] = other.expand(B, T, D).reshape(B, n_heads, T, D // n_heads)[:, head]
    return out.view(B, T, D)
# %% wrong: one number
def patch(mixed, other, head, n_heads):
    out = mixed.clone()
    out[..., head] = other[..., head]
    return out
# %% wrong: the head as a position
def patch(mixed, other, head, n_heads):
    out = mixed.clone()
    i = head % mixed.shape[1]
    out[:, i] = other.expand_as(mixed)[:, i]
    return out
# %% wrong: added
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()
    out[..., head * d:(head + 1) * d] += other[..., head * d:(head + 1) * d]
    return out
# %% wrong: zeros
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()
    out[..., head * d:(head + 1) * d] = 0
    return out
# %% wrong: last number forgotten
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    start, stop = head * d, head * d + d - 1
    out = mixed.clone()
    out[..., start:stop] = other[..., start:stop]
    return out
# %% wrong: the first d numbers of other
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()
    out[..., head * d:(head + 1) * d] = other[..., :d]
    return out
# %% wrong: averaged over the positions
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    out = mixed.clone()
    out[..., head * d:(head + 1) * d] = other[..., head * d:(head + 1) * d].mean(dim=1, keepdim=True)
    return out
# %% wrong: from the head on
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    return torch.cat([mixed[..., :head * d], other.expand_as(mixed)[..., head * d:]], dim=-1)
# %% right: cut into three pieces
def patch(mixed, other, head, n_heads):
    d = mixed.size(-1) // n_heads
    a, b = head * d, (head + 1) * d
    return torch.cat([mixed[..., :a], other.expand_as(mixed)[..., a:b], mixed[..., b:]], dim=-1)
# %% right: heads on an axis of their own
def patch(mixed, other, head, n_heads):
    B, T, D = mixed.shape
    out = mixed.reshape(B, T, n_heads, D // n_heads).clone()
    new = other.reshape(other.shape[0], other.shape[1], n_heads, D // n_heads)
    out[:, :, head] = new[:, :, head]
    return out.reshape(B, T, D)
