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
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()

def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
# %% wrong: or instead of and
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) | causal_mask(ids.shape[-1])
# %% wrong: the causal mask has the size of the batch, not of the sentence
def decoder_mask(ids, pad_id):
    size = len(ids)
    return padding_mask(ids, pad_id) & causal_mask(size)
# %% wrong: one causal mask is changed in place for sentence after sentence, so padding accumulates
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    pad = padding_mask(ids, pad_id)
    mask = causal_mask(T)
    masks = []
    for b in range(B):
        mask &= pad[b]
        masks.append(mask.clone())
    return torch.stack(masks)
# %% wrong: squeeze takes away the batch axis when there is one sentence
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    both = padding_mask(ids, pad_id).expand(B, T, T) & causal_mask(T).expand(B, T, T)
    return both.squeeze()
# %% wrong: drops the last token of the target first, (B, T-1, T-1), as a training loop does
def decoder_mask(ids, pad_id):
    tgt = ids[:, :-1]
    tgt_mask = (tgt != pad_id).unsqueeze(-2)
    return tgt_mask & causal_mask(tgt.size(-1))
# %% wrong: opens the diagonal for padding too, to avoid empty rows
def decoder_mask(ids, pad_id):
    T = ids.shape[1]
    mask = padding_mask(ids, pad_id) & causal_mask(T)
    return mask | torch.eye(T, dtype=torch.bool)
# %% wrong: closes the rows of the padding as well as its columns
def decoder_mask(ids, pad_id):
    real = ids != pad_id
    pairs = real[:, :, None] & real[:, None, :]
    return pairs & causal_mask(ids.shape[1])
# %% wrong: an axis for heads is put in, (B, 1, T, T)
def decoder_mask(ids, pad_id):
    pad = padding_mask(ids, pad_id).unsqueeze(1)
    return pad & causal_mask(ids.shape[1])[None, None]
# %% wrong: two mistakes: pad_id is ignored (0 is taken), and the product is a table of numbers, not booleans
def decoder_mask(ids, pad_id):
    pad = padding_mask(ids, 0).int()
    future = causal_mask(ids.size(1)).int()
    return pad * future
# %% right: three loops (2)
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                mask[b, t, j] = bool(ids[b, j] != pad_id)
    return mask
# %% right: the real tokens repeated for every query, then the lower triangle of each table
def decoder_mask(ids, pad_id):
    T = ids.shape[1]
    return ids.ne(pad_id)[:, None, :].repeat(1, T, 1).tril()
# %% prelude
import math
import torch

def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()

def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
# %% wrong: the size of the causal mask is the number of sentences, not of positions
def decoder_mask(ids, pad_id):
    """Real tokens that are not in the future: ids (B, T) -> bool (B, T, T)."""
    return padding_mask(ids, pad_id) & causal_mask(len(ids))
# %% wrong: closes the rows of the padding as well as its columns (2)
def decoder_mask(ids, pad_id):
    pad = padding_mask(ids, pad_id)                     # (B, 1, T)
    square = pad & pad.transpose(1, 2)                  # (B, T, T)
    return square & causal_mask(ids.size(1))
# %% wrong: the padding mask without its axis for the queries, (B, T) with (T, T): an error, or another sentence's padding
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    real = padding_mask(ids, pad_id).squeeze(1)
    return (real & causal_mask(T)).expand(B, T, T)
# %% wrong: one causal mask changed in place from sentence to sentence, so all sentences share all paddings
def decoder_mask(ids, pad_id):
    T = ids.shape[1]
    mask = causal_mask(T)
    result = []
    for sentence in ids:
        mask &= sentence != pad_id
        result.append(mask)
    return torch.stack(result)
# %% wrong: opens the diagonal again (to avoid empty rows), so padding may look at itself
def decoder_mask(ids, pad_id):
    T = ids.shape[-1]
    mask = padding_mask(ids, pad_id) & causal_mask(T)
    return mask | torch.eye(T, dtype=torch.bool)        # every position sees at least itself: no NaN
# %% wrong: product of whole numbers, so the mask is not boolean
def decoder_mask(ids, pad_id):
    pad = padding_mask(ids, pad_id).int()
    causal = causal_mask(ids.shape[1]).int()
    return pad * causal
# %% right: a mask for each sentence, three loops
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                mask[b, t, j] = ids[b, j].item() != pad_id
    return mask
# %% right: lower triangle of the padding mask repeated for every query
def decoder_mask(ids, pad_id):
    T = ids.shape[-1]
    return padding_mask(ids, pad_id).repeat(1, T, 1).tril()

# %% prelude

# %% wrong: the diagonal always open, so that no row is empty
import torch
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def decoder_mask(ids, pad_id):
    T = ids.shape[-1]
    return (padding_mask(ids, pad_id) & causal_mask(T)) | torch.eye(T, dtype=torch.bool)

# %% wrong: the rows of the padding closed as well
import torch
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def decoder_mask(ids, pad_id):
    real = padding_mask(ids, pad_id)
    return real & real.transpose(1, 2) & causal_mask(ids.shape[-1])

# %% prelude

# %% right: three loops, without the two masks
import torch
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    allowed = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                allowed[b, t, j] = bool(ids[b, j] != pad_id)
    return allowed

# %% prelude
import torch

# %% wrong: or instead of and, once more
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) | causal_mask(ids.shape[1])

# %% prelude
import torch

# %% wrong: causal mask of size len(ids), which is B and not T
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(len(ids))

# %% right: a loop over the sentences and the queries
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    mask = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                if ids[b, j] != pad_id:
                    mask[b, t, j] = True
    return mask

# %% prelude
import torch

# %% wrong: the rows of the padding closed as well as its columns
def decoder_mask(ids, pad_id):
    size = ids.shape[1]
    real = (ids != pad_id).unsqueeze(1)
    past = torch.ones(size, size, dtype=torch.bool).tril()
    return real & real.transpose(1, 2) & past

# %% right: each sentence's row repeated for all queries, then tril, then stacked
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    rows = [ids[b].ne(pad_id).repeat(T, 1).tril() for b in range(B)]
    return torch.stack(rows)

# %% prelude
import torch

# %% wrong: masks added: for booleans that is 'or'
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) + causal_mask(ids.shape[1])

# %% right: the padding mask repeated, then its lower triangle
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    return (ids != pad_id)[:, None, :].repeat(1, T, 1).tril()

# %% prelude
import torch

# %% wrong: also closes the rows of padding queries
def decoder_mask(ids, pad_id):
    real = ids != pad_id
    T = ids.shape[1]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return real.unsqueeze(1) & real.unsqueeze(2) & causal

# %% wrong: len(ids) is B, not T: raises or is wrong unless B == T
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(len(ids))

# %% right: loop over sentences, queries, keys
def decoder_mask(ids, pad_id):
    B, T = ids.shape
    out = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            for j in range(t + 1):
                out[b, t, j] = bool(ids[b, j] != pad_id)
    return out

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)

# %% wrong: rows of padding closed as well (real & real transposed & causal)
def decoder_mask(ids, pad_id):
    real = padding_mask(ids, pad_id)
    return real & real.transpose(1, 2) & causal_mask(ids.shape[1])

# %% wrong: bool + bool == 2: the sum of two booleans is a boolean in PyTorch, so all is False
def decoder_mask(ids, pad_id):
    return (padding_mask(ids, pad_id) + causal_mask(ids.shape[-1])) == 2

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)

# %% wrong: each place may also look at itself (against empty rows): padding sees its own padding
def decoder_mask(ids, pad_id):
    T = ids.shape[1]
    both = padding_mask(ids, pad_id) & causal_mask(T)
    return both | torch.eye(T, dtype=torch.bool)

# %% right: counts of real words up to key and query are compared (cumsum)
def decoder_mask(ids, pad_id):
    real = ids != pad_id
    count = real.cumsum(dim=-1)
    return real[:, None, :] & ~(count[:, None, :] > count[:, :, None])

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights
def causal_mask(size):
    return torch.ones(size, size, dtype=torch.bool).tril()
def padding_mask(ids, pad_id):
    return (ids != pad_id).unsqueeze(1)

# %% wrong: rows of the padding closed as well (2)
def decoder_mask(ids, pad_id):
    real = padding_mask(ids, pad_id)
    return real & real.transpose(1, 2) & causal_mask(ids.shape[1])

# %% wrong: causal_mask(len(ids)): B in the place of T
def decoder_mask(ids, pad_id):
    return padding_mask(ids, pad_id) & causal_mask(len(ids))

# %% right: three loops over nested lists
def decoder_mask(ids, pad_id):
    rows = ids.tolist()
    return torch.tensor([[[j <= t and row[j] != pad_id for j in range(len(row))] for t in range(len(row))] for row in rows])
