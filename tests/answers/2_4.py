# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()


def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)

# %% wrong: or for and
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) | causal_mask(ids.shape[1])

# %% wrong: added, which is or
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) + causal_mask(ids.shape[-1])

# %% wrong: Python's and
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) and causal_mask(ids.shape[1])

# %% wrong: size of the batch
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(len(ids))

# %% wrong: future only
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    return causal_mask(T).expand(B, T, T)

# %% wrong: padding only
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id).repeat(1, ids.shape[1], 1)

# %% wrong: padding closes rows
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id).transpose(1, 2) & causal_mask(ids.shape[1])

# %% wrong: rows of the padding closed as well
def decoder_mask(ids, pad_id):
    real = ids != pad_id
    return real.unsqueeze(1) & real.unsqueeze(2) & causal_mask(ids.shape[1])

# %% wrong: padding 0 typed in
def decoder_mask(ids, pad_id):
    return padding_mask(ids, 0) & causal_mask(ids.shape[1])

# %% wrong: an axis for heads
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id).unsqueeze(1) & causal_mask(ids.shape[1])

# %% wrong: the past is closed
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(ids.shape[1]).T

# %% wrong: causal mask negated
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & ~causal_mask(ids.shape[1])

# %% wrong: mask of the first sentence for all
def decoder_mask(ids, pad_id):
    mask = causal_mask(ids.shape[1])
    return (padding_mask(ids, pad_id)[0] & mask).expand(len(ids), -1, -1)

# %% wrong: a product of numbers
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id).float() * causal_mask(ids.shape[1]).float()

# %% right: and
def decoder_mask(ids, pad_id):
    return causal_mask(ids.shape[1]) & padding_mask(ids, pad_id)

# %% right: lower triangle of the expanded padding
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    return padding_mask(ids, pad_id).expand(B, T, T).tril()

# %% right: product of booleans
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) * causal_mask(ids.size(-1)).unsqueeze(0)

# %% right: three loops
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                mask[b, t, j] = ids[b, j] != pad_id
    return mask
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn


def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()


def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)


pad_id = 0
ids = torch.tensor([[1, 2, 3, 4], [3, 4, 0, 0]])
# %% wrong: Python's and (again)
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) and causal_mask(ids.shape[1])
# %% wrong: plus on booleans
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) + causal_mask(ids.shape[1])
# %% wrong: size of the batch instead of the length
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(len(ids))
# %% wrong: padding rows closed too
def decoder_mask(ids, pad_id):
    pad = padding_mask(ids, pad_id)
    return pad & pad.transpose(1, 2) & causal_mask(ids.shape[1])
# %% wrong: an axis for the heads
def decoder_mask(ids, pad_id):
    tgt_pad_mask = padding_mask(ids, pad_id).unsqueeze(1)
    tgt_sub_mask = causal_mask(ids.shape[1])
    return tgt_pad_mask & tgt_sub_mask
# %% wrong: padding mask squeezed first
def decoder_mask(ids, pad_id):
    real = padding_mask(ids, pad_id).squeeze(1)
    return real & causal_mask(ids.size(1))
# %% wrong: product as floats
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id).float() * causal_mask(ids.shape[1]).float()
# %% wrong: the causal mask called with the ids
def decoder_mask(ids, pad_id):
    return torch.logical_and(padding_mask(ids, pad_id), causal_mask(ids))
# %% right: product of booleans (again)
def decoder_mask(ids, pad_id):
    T = ids.size(-1)
    return padding_mask(ids, pad_id) * causal_mask(T)[None]
# %% right: from scratch, sentence by sentence
def decoder_mask(ids, pad_id):
    masks = []
    for sentence in ids:
        real = sentence.ne(pad_id)
        masks.append(torch.stack([real & (torch.arange(len(real)) <= t) for t in range(len(real))]))
    return torch.stack(masks)
# %% right: expand and tril of the batch
def decoder_mask(ids, pad_id):
    batch, length = ids.shape
    return torch.tril(padding_mask(ids, pad_id).expand(batch, length, length))
