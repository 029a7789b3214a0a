# %% prelude
import itertools
import random
import numpy as np
import torch
import torch.nn.functional as F

# %% wrong: each token's own row
def align_from_attention(weights):
    return weights.mean(dim=0)[1:, :-1].argmax(dim=-1)

# %% wrong: eos not excluded
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1].argmax(dim=-1)

# %% wrong: one link too many, the row that predicts eos is kept
def align_from_attention(weights):
    return weights.mean(dim=0)[:, :-1].argmax(dim=-1)

# %% wrong: first column left out instead of the last
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, 1:].argmax(dim=-1)

# %% wrong: argmax over the target tokens
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, :-1].argmax(dim=0)

# %% wrong: only the first head
def align_from_attention(weights):
    return weights[0, :-1, :-1].argmax(dim=-1)

# %% wrong: maximum over the heads instead of their mean
def align_from_attention(weights):
    return weights.max(dim=0).values[:-1, :-1].argmax(dim=-1)

# %% wrong: mean over the wrong axis
def align_from_attention(weights):
    return weights.mean(dim=1)[:, :-1].argmax(dim=-1)

# %% wrong: each head's favourite, then the most frequent one
def align_from_attention(weights):
    favourites = weights[:, :-1, :-1].argmax(dim=-1)          # (n_heads, T_q - 1)
    return favourites.mode(dim=0).values

# %% wrong: mean of the favourites' numbers
def align_from_attention(weights):
    favourites = weights[:, :-1, :-1].argmax(dim=-1)
    return favourites.float().mean(dim=0).round().long()

# %% wrong: a link to eos becomes one to the last word
def align_from_attention(weights):
    best = weights.mean(dim=0)[:-1].argmax(dim=-1)
    return best.clamp(max=weights.shape[-1] - 2)

# %% wrong: smallest weight, and int32
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, :-1].argmin(dim=-1).int()

# %% right: mean, two slices, argmax
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, :-1].argmax(dim=-1)

# %% right: sum by einsum, eos hidden
def align_from_attention(weights):
    total = torch.einsum("hqk->qk", weights)
    eos = torch.arange(total.shape[1]) == total.shape[1] - 1
    return total.masked_fill(eos, -torch.inf)[:-1].max(dim=1).indices

# %% right: row by row
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    links = []
    for row in range(t_q - 1):
        shares = [sum(weights[h, row, k].item() for h in range(n_heads)) / n_heads for k in range(t_k - 1)]
        links.append(shares.index(max(shares)))
    return torch.tensor(links, dtype=torch.int64)

# %% right: cut first, heads stacked in a list
def align_from_attention(weights):
    words_only = weights.narrow(1, 0, weights.size(1) - 1).narrow(2, 0, weights.size(2) - 1)
    average = torch.stack(list(words_only)).sum(0) / len(words_only)
    return average.topk(1, dim=-1).indices.squeeze(-1)

# %% prelude
import torch
import numpy as np
# %% wrong: largest over the heads instead of the mean
def align_from_attention(weights):
    return weights.amax(dim=0)[:-1, :-1].argmax(dim=-1)
# %% wrong: heads vote
def align_from_attention(weights):
    votes = weights[:, :-1, :-1].argmax(dim=-1)
    return votes.mode(dim=0).values
# %% wrong: first column cut off instead of the last
def align_from_attention(weights):
    return weights.mean(0)[:-1, 1:].argmax(-1)
# %% wrong: eos looked at, then clamped
def align_from_attention(weights):
    best = weights.mean(dim=0).argmax(dim=-1)[:-1]
    return best.clamp(max=weights.shape[-1] - 2)
# %% wrong: puts zeros into the caller's weights
def align_from_attention(weights):
    weights[:, :, -1] = 0
    return weights.mean(dim=0)[:-1].argmax(dim=1)
# %% wrong: the weight instead of its place
def align_from_attention(weights):
    best, _ = weights.mean(0)[:-1, :-1].max(dim=-1)
    return best
# %% wrong: last row kept
def align_from_attention(weights):
    return weights.mean(0)[:, :-1].argmax(dim=-1)
# %% wrong: argmax down the columns
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(dim=0)
# %% right: plain
def align_from_attention(weights):
    """For each target token its source token: cross-attention (n_heads, T_q, T_k) -> (T_q - 1,) int64."""
    return weights.mean(dim=0)[:-1, :-1].argmax(dim=-1)
# %% right: loops
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    result = []
    for t in range(1, t_q):
        row = sum(weights[h, t - 1] for h in range(n_heads)) / n_heads
        best = 0
        for s in range(t_k - 1):
            if row[s] > row[best]:
                best = s
        result.append(best)
    return torch.tensor(result, dtype=torch.int64)
# %% right: eos masked, einsum, topk
def align_from_attention(weights):
    total = torch.einsum("hqk->qk", weights)
    eos = torch.arange(total.shape[1]) == total.shape[1] - 1
    total = total.masked_fill(eos, -1.0)
    return total.topk(1, dim=1).indices.squeeze(1)[:-1]

# %% prelude
import itertools
import numpy as np
import torch
import torch.nn.functional as F
# %% wrong: largest head in place of the mean
def align_from_attention(weights):
    table = weights.max(dim=0).values
    return table[:-1, :-1].argmax(dim=-1)
# %% wrong: each head votes
def align_from_attention(weights):
    votes = weights[:, :-1, :-1].argmax(dim=-1)          # (n_heads, T_q - 1)
    return votes.mode(dim=0).values
# %% wrong: eos moved to the last word after the search for the largest
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1]
    last_word = mean.shape[-1] - 2
    return mean.argmax(dim=-1).clamp(max=last_word)
# %% wrong: the row that predicts eos is kept
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    return mean[:, :-1].argmax(dim=-1)
# %% right: NumPy, a list of whole numbers
def align_from_attention(weights):
    table = np.asarray(weights.detach().sum(0))
    n_rows, n_columns = table.shape
    return [max(range(n_columns - 1), key=lambda j: table[t, j]) for t in range(n_rows - 1)]
