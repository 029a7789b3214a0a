# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: labels and input exchanged
def shift_targets(ids):
    return ids[:, 1:], ids[:, :-1]

# %% wrong: slices the batch axis
def shift_targets(ids):
    return ids[:-1], ids[1:]

# %% wrong: no shift, both lose the last token
def shift_targets(ids):
    decoder_input = ids[:, :-1]
    labels = ids[:, :-1]
    return decoder_input, labels

# %% wrong: both lose the first token
def shift_targets(ids):
    return ids[:, 1:], ids[:, 1:]

# %% wrong: the input keeps all T tokens
def shift_targets(ids):
    return ids, ids[:, 1:]

# %% wrong: shifted by two
def shift_targets(ids):
    return ids[:, :-2], ids[:, 2:]

# %% wrong: one token too many cut off at the end
def shift_targets(ids):
    T = ids.shape[1] - 1
    return ids[:, :T - 1], ids[:, 1:T]

# %% wrong: rolled the wrong way
def shift_targets(ids):
    return ids[:, :-1], ids.roll(1, dims=1)[:, :-1]

# %% wrong: rolled, but T tokens stay
def shift_targets(ids):
    labels = torch.roll(ids, shifts=-1, dims=1)
    return ids, labels

# %% wrong: length typed in from the example
def shift_targets(ids):
    return ids[:, 0:5], ids[:, 1:6]

# %% wrong: eos in the input overwritten, which changes ids
def shift_targets(ids):
    decoder_input, labels = ids[:, :-1], ids[:, 1:]
    decoder_input[decoder_input == 3] = 0        # the decoder need not read <eos>
    return decoder_input, labels

# %% wrong: only the first sentence
def shift_targets(ids):
    row = ids[0]
    return row[:-1].unsqueeze(0), row[1:].unsqueeze(0)

# %% wrong: nested lists instead of tensors
def shift_targets(ids):
    rows = ids.tolist()
    return [row[:-1] for row in rows], [row[1:] for row in rows]

# %% right: two slices
def shift_targets(ids):
    return ids[:, :-1], ids[:, 1:]

# %% right: narrow, with the length
def shift_targets(ids):
    T = ids.size(1)
    return ids.narrow(1, 0, T - 1), ids.narrow(1, 1, T - 1)

# %% right: rolled, then both cut
def shift_targets(ids):
    following = torch.roll(ids, -1, dims=1)
    return ids[:, :-1].clone(), following[:, :-1].clone()

# %% right: column by column
def shift_targets(ids):
    columns = list(ids.unbind(dim=1))
    reads = torch.stack(columns[:-1], dim=1)
    asked = torch.stack(columns[1:], dim=1)
    return reads, asked
