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

# %% prelude
import itertools
import random
import numpy as np
import torch
import torch.nn.functional as F

# %% right: sum over heads, torch.max
def align_from_attention(weights):
    total = weights.sum(dim=0)
    return torch.max(total[:-1, :-1], dim=1).indices

# %% right: python loop and lists
def align_from_attention(weights):
    heads, rows, columns = weights.shape
    mean = weights.mean(0).tolist()
    return [max(range(columns - 1), key=lambda j: mean[t][j]) for t in range(rows - 1)]

# %% right: NumPy, <eos> set to -1 on a copy
def align_from_attention(weights):
    table = weights.numpy().mean(axis=0).copy()
    table[:, -1] = -1
    return table.argmax(axis=1)[:-1]

# %% wrong: own row: [1:]
def align_from_attention(weights):
    return weights.mean(0)[1:, :-1].argmax(-1)

# %% wrong: <eos> column kept
def align_from_attention(weights):
    return weights.mean(0)[:-1].argmax(-1)

# %% wrong: <eos> set to 0 in place (input changed)
def align_from_attention(weights):
    weights[:, :, -1] = 0
    return weights.mean(0)[:-1].argmax(-1)

# %% wrong: strongest head, not mean
def align_from_attention(weights):
    return weights.max(dim=0).values[:-1, :-1].argmax(-1)

# %% wrong: argmax per head, then mean of the numbers
def align_from_attention(weights):
    return weights[:, :-1, :-1].argmax(-1).float().mean(0).long()

# %% wrong: argmax over the rows dim=0
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(0)

# %% wrong: mean over rows (dim=1)
def align_from_attention(weights):
    return weights.mean(1)[:, :-1].argmax(-1)

# %% wrong: first column left out, numbers shifted
def align_from_attention(weights):
    return weights.mean(0)[:-1, 1:].argmax(-1)

# %% wrong: weight instead of the number (max values)
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].max(-1).values

# %% wrong: argmax without dim: one number
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax()

# %% wrong: T_q numbers: row of <eos> kept
def align_from_attention(weights):
    return weights.mean(0)[:, :-1].argmax(-1)

# %% wrong: heads renormalised after cutting, each for itself
def align_from_attention(weights):
    words_only = weights[:, :-1, :-1]
    words_only = words_only / words_only.sum(-1, keepdim=True)
    return words_only.mean(0).argmax(-1)

# %% wrong: only head 0 (right for the example)
def align_from_attention(weights):
    return weights[0, :-1, :-1].argmax(-1)

# %% wrong: majority vote of the heads
def align_from_attention(weights):
    return weights[:, :-1, :-1].argmax(-1).mode(dim=0).values

# %% wrong: <eos> dropped after argmax (clamp)
def align_from_attention(weights):
    best = weights.mean(0)[:-1].argmax(-1)
    return best.clamp(max=weights.shape[-1] - 2)

# %% wrong: <eos> dropped after argmax: filter, other length
def align_from_attention(weights):
    best = weights.mean(0)[:-1].argmax(-1)
    return best[best < weights.shape[-1] - 1]

# %% wrong: float tensor of the numbers
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(-1).float()

# %% wrong: numpy call axis with keepdims: shape (T-1,1)
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(-1, keepdim=True)

# %% wrong: TWO: own row and one word number too large (1-based)
def align_from_attention(weights):
    return weights.mean(0)[1:, :-1].argmax(-1) + 1

# %% wrong: numbers counted from 1
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(-1) + 1

# %% wrong: only the last row cut twice [:-2]
def align_from_attention(weights):
    return weights.mean(0)[:-2, :-1].argmax(-1)

# %% wrong: greedy: each source word only once
def align_from_attention(weights):
    mean = weights.mean(0)[:-1, :-1].clone()
    found = []
    for row in mean:
        j = int(row.argmax())
        found.append(j)
        mean[:, j] = -1
    return torch.tensor(found)

# %% wrong: softmax again then int32?? / list of pairs (links)
def align_from_attention(weights):
    best = weights.mean(0)[:-1, :-1].argmax(-1)
    return {(int(i), j) for j, i in enumerate(best)}

# %% right: int32 returned
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(-1).to(torch.int32)

# %% wrong: two last columns dropped (full stop too)
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-2].argmax(-1)

# %% wrong: [:-1][:-1] chained slices
def align_from_attention(weights):
    return weights.mean(0)[:-1][:-1].argmax(-1)

# %% wrong: .max(-1) pair returned
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].max(-1)

# %% wrong: argmin
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmin(-1)

# %% wrong: softmax again before the mean
def align_from_attention(weights):
    return weights.softmax(-1).mean(0)[:-1, :-1].argmax(-1)

# %% wrong: product of the heads
def align_from_attention(weights):
    return weights.prod(0)[:-1, :-1].argmax(-1)

# %% wrong: median of the heads
def align_from_attention(weights):
    return weights.median(0).values[:-1, :-1].argmax(-1)

# %% wrong: mean of long: own error
def align_from_attention(weights):
    return weights[:, :-1, :-1].argmax(-1).mean(0)

# %% wrong: squeeze(0)
def align_from_attention(weights):
    return weights.squeeze(0)[:-1, :-1].argmax(-1)

# %% wrong: loop t+1: IndexError / own row
def align_from_attention(weights):
    mean = weights.mean(0)
    return [int(mean[t + 1, :-1].argmax()) for t in range(len(mean))]

# %% right: list of 0-d tensors
def align_from_attention(weights):
    mean = weights.mean(axis=0)
    return [row[:-1].argmax() for row in mean[:-1]]

# %% wrong: list of floats
def align_from_attention(weights):
    mean = weights.mean(0).numpy()
    aligned = np.zeros(len(mean) - 1)
    for t in range(len(mean) - 1):
        aligned[t] = mean[t, :-1].argmax()
    return aligned

# %% wrong: dict {token: source}
def align_from_attention(weights):
    return dict(enumerate(weights.mean(0)[:-1, :-1].argmax(-1).tolist()))

# %% wrong: row of <bos> dropped AND <eos> row dropped [1:-1]
def align_from_attention(weights):
    return weights.mean(0)[1:-1, :-1].argmax(-1)

# %% wrong: eos = largest column of the last row? column -1 of rows: [:-1, -1]
def align_from_attention(weights):
    return weights.mean(0)[:-1, -1].argmax(-1)

# %% wrong: roll by one: links shifted
def align_from_attention(weights):
    aligned = weights.mean(0)[:, :-1].argmax(-1)
    return torch.roll(aligned, 1)[1:] if False else torch.roll(aligned, 1)[:-1]

# %% wrong: uses cat_weights of the page
def align_from_attention(weights):
    return cat_weights.mean(dim=(0, 1))[:-1, :-1].argmax(-1)

# %% wrong: mean(dim=(0,1)) as in the page (4 axes there)
def align_from_attention(weights):
    return weights.mean(dim=(0, 1))[:-1].argmax(-1)

# %% wrong: TWO: first head only and <eos> kept
def align_from_attention(weights):
    return weights[0][:-1].argmax(-1)

# %% wrong: ties/threshold: only links above 0.5, else -1
def align_from_attention(weights):
    best = weights.mean(0)[:-1, :-1].max(-1)
    return torch.where(best.values > 0.3, best.indices, -1)

# %% right: renormalised mean, topk
def align_from_attention(weights):
    m = weights.mean(dim=0)[:-1, :-1]
    m = m / m.sum(-1, keepdim=True)
    return m.topk(1, dim=-1).indices.squeeze(-1)

# %% wrong: monotone: cummax
def align_from_attention(weights):
    return weights.mean(0)[:-1, :-1].argmax(-1).cummax(0).values

# %% wrong: last head only ([-1])
def align_from_attention(weights):
    return weights[-1][:-1, :-1].argmax(-1)

# %% wrong: print instead of return
def align_from_attention(weights):
    print(weights.mean(0)[:-1, :-1].argmax(-1))
# %% prelude
import numpy as np
import torch
# %% wrong: takes the row in which the token is read, one too low
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    return mean[1:, :-1].argmax(dim=-1)
# %% wrong: the largest of the heads is taken instead of their mean
def align_from_attention(weights):
    strongest = weights.amax(dim=0)
    return strongest[:-1, :-1].argmax(dim=1)
# %% wrong: removes the first column (as if it were <bos>) instead of the last one
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    return mean[:-1, 1:].argmax(dim=-1)
# %% wrong: the result is float, since it is filled into torch.zeros
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    mean = weights.sum(0) / n_heads
    result = torch.zeros(t_q - 1)
    for t in range(t_q - 1):
        result[t] = mean[t, : t_k - 1].argmax()
    return result
# %% wrong: keeps the last row too, which predicts <eos>: T_q numbers instead of T_q - 1
def align_from_attention(weights):
    mean = torch.einsum("hqk->qk", weights) / len(weights)
    return mean[:, :-1].argmax(dim=-1)
# %% wrong: argmax along the rows: for each source token the target position
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1, :-1]
    return mean.argmax(dim=0)
# %% right: plain Python loops, a list of whole numbers
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    links = []
    for t in range(t_q - 1):
        shares = [sum(weights[h, t, s].item() for h in range(n_heads)) for s in range(t_k - 1)]
        links.append(shares.index(max(shares)))
    return links
# %% right: the sum by einsum, <eos> set to minus infinity in a copy
def align_from_attention(weights):
    total = torch.einsum("hqk->qk", weights).clone()
    total[:, -1] = float("-inf")
    _, where = total.narrow(0, 0, total.shape[0] - 1).max(dim=1)
    return where
# %% prelude
import numpy as np
import torch
# %% wrong: each token's own row, in which it is read, instead of the row that predicts it
def align_from_attention(weights):
    """For each target token its source token: cross-attention (n_heads, T_q, T_k) -> (T_q - 1,) int64."""
    return weights.mean(0)[1:, :-1].argmax(-1)
# %% wrong: argmax along the target axis instead of the source axis
def align_from_attention(weights):
    avg = weights.mean(dim=0)
    avg = avg[:-1, :-1]
    return avg.argmax(dim=0)
# %% wrong: looks at the first head only
def align_from_attention(weights):
    links = []
    for row in weights[0][:-1]:
        links.append(int(row[:-1].argmax()))
    return torch.tensor(links)
# %% wrong: maximum over the heads instead of the mean
def align_from_attention(weights):
    strongest = weights.max(dim=0).values
    return strongest[:-1, :-1].max(dim=1).indices
# %% wrong: looks for the largest with <eos>, and then clips its number to the last word
def align_from_attention(weights):
    n_words = weights.shape[-1] - 1
    best = weights.mean(dim=0)[:-1].argmax(dim=-1)
    return best.clamp(max=n_words - 1)
# %% wrong: keeps the row that predicts <eos>, one link too many
def align_from_attention(weights):
    w = weights.numpy().mean(axis=0)
    w = np.delete(w, -1, axis=1)
    return torch.from_numpy(w.argmax(axis=1))
# %% right: sum over the heads with einsum, <eos> column set to -1 in a copy
def align_from_attention(weights):
    total = torch.einsum("hqk->qk", weights).clone()
    total[:, -1] = -1.0
    return total.argmax(dim=1)[: weights.shape[1] - 1]
# %% right: plain loops, a list of whole numbers
def align_from_attention(weights):
    n_heads, T_q, T_k = weights.shape
    links = []
    for t in range(T_q - 1):
        mean = [sum(weights[h, t, s].item() for h in range(n_heads)) / n_heads for s in range(T_k - 1)]
        links.append(max(range(T_k - 1), key=mean.__getitem__))
    return links


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
import itertools
from collections import Counter
from fractions import Fraction
import numpy as np
import torch

# %% wrong: the row in which the token is read, [1:], not the one that predicts it
def align_from_attention(weights):
    return weights.mean(0)[1:, :-1].argmax(-1)

# %% wrong: the largest weight of any head (amax over heads) instead of the mean
def align_from_attention(weights):
    return weights.amax(dim=0)[:-1, :-1].argmax(dim=-1)

# %% wrong: argmax in each head first, then the heads vote (mode)
def align_from_attention(weights):
    return weights[:, :-1, :-1].argmax(dim=-1).mode(dim=0).values

# %% wrong: drops the first source column (believes it is <bos>) instead of the last
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, 1:].argmax(dim=-1)

# %% right: a plain list, with topk, and <eos> set to -1 in a copy
def align_from_attention(weights):
    total = weights.sum(dim=0)
    total[:, -1] = -1.0
    return [int(row.topk(1).indices[0]) for row in total[:-1]]


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
from collections import Counter
from fractions import Fraction
import numpy as np, torch

# %% wrong: softmax over weights that are already weights, before the mean over heads
def align_from_attention(weights):
    return weights.softmax(dim=-1).mean(dim=0)[:-1, :-1].argmax(dim=-1)

# %% wrong: <eos> not left out: a token that looks at <eos> is clamped to the last word
def align_from_attention(weights):
    return weights.mean(0)[:-1].argmax(-1).clamp(max=weights.shape[-1] - 2)

# %% wrong: each head votes with its own argmax, the majority wins, instead of mean of weights
def align_from_attention(weights):
    return weights[:, :-1, :-1].argmax(-1).mode(dim=0).values

# %% wrong: renormalises each head after <eos> is cut off, then takes the mean
def align_from_attention(weights):
    w = weights[:, :-1, :-1]
    w = w / w.sum(-1, keepdim=True)
    return w.mean(0).argmax(-1)

# %% wrong: reads the token's own row, and takes the largest over heads instead of the mean
def align_from_attention(weights):
    return weights.amax(dim=0)[1:, :-1].argmax(dim=-1)

# %% right: plain Python list: sum of heads, max with a key
def align_from_attention(weights):
    rows = weights.sum(dim=0).tolist()
    return [max(range(len(row) - 1), key=row.__getitem__) for row in rows[:-1]]


# %% prelude
import torch

# %% right: plain Python, sum instead of mean, a list
def align_from_attention(weights):
    table = weights.sum(dim=0).tolist()
    found = []
    for token in range(1, len(table)):
        row = table[token - 1][:-1]
        found.append(max(range(len(row)), key=lambda k: row[k]))
    return found


# %% prelude

# %% wrong: <eos> takes part in the argmax, clamped to the last word afterwards
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1]
    best = mean.argmax(dim=-1)
    return best.clamp(max=weights.shape[-1] - 2)

# %% right: plain Python loops, sums of floats, a list
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    found = []
    for row in range(t_q - 1):
        sums = [sum(float(weights[head, row, column]) for head in range(n_heads)) for column in range(t_k - 1)]
        found.append(sums.index(max(sums)))
    return found


# %% prelude
import numpy as np

# %% wrong: each head votes with its argmax, the mode is taken, no mean
def align_from_attention(weights):
    votes = weights[:, :-1, :-1].argmax(dim=-1)      # (n_heads, T_q - 1)
    return votes.mode(dim=0).values

# %% wrong: right rows and columns, but argmax along the target axis, T_k - 1 numbers
def align_from_attention(weights):
    rows = weights.mean(dim=0)[:-1, :-1]
    return rows.argmax(dim=0)

# %% right: NumPy, -inf at <eos>, a list of ints
def align_from_attention(weights):
    w = weights.detach().cpu().numpy().sum(axis=0)
    w = np.array(w)
    w[:, -1] = -np.inf
    return [int(np.argmax(row)) for row in w[:-1]]

# %% prelude
import numpy as np

# %% wrong: eos not left out before argmax: clamped to the last word afterwards
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    rows = mean[:-1]
    best = rows.argmax(dim=-1)
    return best.clamp(max=weights.shape[-1] - 2)

# %% wrong: majority vote of the heads instead of the mean of the weights
def align_from_attention(weights):
    words = weights[:, :-1, :-1]
    votes = words.argmax(dim=-1)
    return votes.mode(dim=0).values

# %% wrong: argmax along the rows (dim 0): for each source token a target token
def align_from_attention(weights):
    mean = weights.mean(0)
    mean = mean[:-1, :-1]
    return torch.argmax(mean, 0)
import torch

# %% right: numpy, list comprehension, sum instead of mean
def align_from_attention(weights):
    total = np.asarray(weights.detach().cpu()).sum(axis=0)
    n_words = total.shape[1] - 1
    return [max(range(n_words), key=lambda i: row[i]) for row in total[:-1]]

# %% prelude
import torch

# %% wrong: <eos> not left out
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    mean = mean[:-1]
    return mean.argmax(dim=-1)

# %% wrong: first row dropped (a token's own row)
def align_from_attention(weights):
    return weights.mean(0)[1:, :-1].argmax(dim=1)

# %% wrong: most weight of any head (max) instead of the mean
def align_from_attention(weights):
    best = weights.max(dim=0).values
    return best[:-1, :-1].argmax(dim=-1)

# %% prelude
import torch

# %% wrong: drops the first row instead of the last: each token's own row
def align_from_attention(weights):
    w = weights.mean(0)
    w = w[1:, :-1]      # without <bos>, without <eos>
    return w.argmax(dim=-1)

# %% wrong: argmax per head first, then mean of the indices
def align_from_attention(weights):
    best = weights[:, :-1, :-1].argmax(dim=-1)
    return best.float().mean(dim=0).round().long()

# %% right: a list, in plain loops
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    links = []
    for t in range(t_q - 1):
        summed = [sum(weights[h, t, k].item() for h in range(n_heads)) for k in range(t_k - 1)]
        links.append(summed.index(max(summed)))
    return links

# %% prelude
import numpy as np
import torch

# %% wrong: cuts <eos> per head and makes each head's row sum to 1 again before the mean
def align_from_attention(weights):
    w = weights[:, :-1, :-1]
    w = w / w.sum(dim=-1, keepdim=True)
    return w.mean(dim=0).argmax(dim=-1)

# %% wrong: argmax with <eos> still there, then clamps the number to the last word
def align_from_attention(weights):
    mean = weights.mean(0)
    aligned = mean[:-1].argmax(-1)
    last_word = weights.shape[-1] - 2
    return aligned.clamp(max=last_word)

# %% right: NumPy and a loop, returns a list of ints
def align_from_attention(weights):
    w = weights.detach().numpy()
    n_heads, t_q, t_k = w.shape
    links = []
    for token in range(t_q - 1):
        row = sum(w[head, token, : t_k - 1] for head in range(n_heads)) / n_heads
        links.append(int(np.argmax(row)))
    return links

# %% prelude
import numpy as np
import torch

# %% right: NumPy, loop, list of ints
def align_from_attention(weights):
    w = np.asarray(weights, dtype=np.float64)
    n_heads, n_rows, n_columns = w.shape
    links = []
    for row in range(n_rows - 1):
        scores = [sum(w[h, row, k] for h in range(n_heads)) / n_heads for k in range(n_columns - 1)]
        links.append(int(np.argmax(scores)))
    return links

# %% prelude
import torch

# %% wrong: last row dropped, the <eos> column kept
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    return mean[:-1].argmax(dim=-1)

# %% wrong: argmax in each head first, then the mean of the numbers, rounded
def align_from_attention(weights):
    best = weights[:, :-1, :-1].argmax(dim=-1)          # (n_heads, T_q - 1)
    return best.float().mean(dim=0).round().long()

# %% wrong: skips <bos>: the row that reads each token
def align_from_attention(weights):
    averaged = weights.mean(0)
    words = averaged[1:, :-1]        # without <bos>, without <eos>
    return words.argmax(1)

# %% right: a list by plain loops, sums in place of means
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    links = []
    for row in range(t_q - 1):
        totals = [sum(float(weights[h, row, k]) for h in range(n_heads)) for k in range(t_k - 1)]
        links.append(max(range(t_k - 1), key=totals.__getitem__))
    return links

# %% prelude
import torch

# %% wrong: argmax of each head, then mean of the numbers
def align_from_attention(weights):
    places = weights[:, :-1, :-1].argmax(dim=-1)
    return places.float().mean(dim=0).round().long()

# %% wrong: <eos> left out after argmax: clamped to the last word
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1]
    return mean.argmax(dim=-1).clamp(max=weights.shape[-1] - 2)

# %% right: plain Python loop, list of ints, sum in place of mean
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    found = []
    for row in range(t_q - 1):
        totals = [sum(float(weights[h, row, k]) for h in range(n_heads)) for k in range(t_k - 1)]
        found.append(totals.index(max(totals)))
    return found

# %% prelude


# %% wrong: largest over the heads instead of the mean, once more
def align_from_attention(weights):
    best = weights.amax(dim=0)
    return best[:-1, :-1].argmax(dim=-1)

# %% wrong: cuts the first column (takes it for <bos>) instead of the last
def align_from_attention(weights):
    w = weights.mean(dim=0)
    return w[:-1, 1:].argmax(dim=-1)

# %% wrong: leaves out the tokens whose largest is <eos> instead of the column
def align_from_attention(weights):
    w = weights.mean(dim=0)[:-1]
    aligned = w.argmax(dim=-1)
    eos = w.shape[-1] - 1
    return aligned[aligned != eos]

# %% right: a list, by loops
def align_from_attention(weights):
    n_heads, t_q, t_k = weights.shape
    result = []
    for row in range(t_q - 1):
        sums = [sum(float(weights[h, row, k]) for h in range(n_heads)) for k in range(t_k - 1)]
        result.append(max(range(len(sums)), key=sums.__getitem__))
    return result

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: majority vote of the heads (mode of each head's argmax)
def align_from_attention(weights):
    votes = weights[:, :-1, :-1].argmax(dim=-1)      # (n_heads, T_q - 1)
    return votes.mode(dim=0).values

# %% wrong: <eos> left in the argmax, then clamped to the last word
def align_from_attention(weights):
    mean = weights.mean(dim=0)
    return mean[:-1].argmax(dim=-1).clamp(max=mean.shape[-1] - 2)

# %% wrong: each head's row is scaled to sum 1 without <eos> before the mean over heads
def align_from_attention(weights):
    w = weights[:, :-1, :-1]
    w = w / w.sum(dim=-1, keepdim=True)
    return w.mean(dim=0).argmax(dim=-1)

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: geometric mean of heads (mean of logs) in place of the mean
def align_from_attention(weights):
    return (weights + 1e-12).log().mean(dim=0)[:-1, :-1].argmax(dim=-1)

# %% wrong: leaves out row of <eos> right, but renormalises columns: divides each column by its sum before argmax
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1, :-1]
    mean = mean / (mean.sum(dim=0, keepdim=True) + 1e-9)
    return mean.argmax(dim=-1)

# %% right: einsum, -inf in <eos>, list of ints by loops
def align_from_attention(weights):
    mean = torch.einsum("hqk->kq", weights) / len(weights)
    mean[-1] = -float("inf")
    return [max(range(mean.shape[0]), key=lambda k: float(mean[k, q])) for q in range(mean.shape[1] - 1)]

# %% wrong: columns cut by T_q - 1 instead of T_k - 1
def align_from_attention(weights):
    n = weights.shape[1] - 1
    return weights.mean(dim=0)[:n, :n].argmax(dim=-1)

# %% wrong: each source word used once (greedy one-to-one, taken words hidden) while any is free
def align_from_attention(weights):
    mean = weights.mean(dim=0)[:-1, :-1].clone()
    found = []
    for row in mean:
        free = [k for k in range(len(row)) if k not in found] or list(range(len(row)))
        found.append(max(free, key=lambda k: float(row[k])))
    return torch.tensor(found)

# %% wrong: monotone: running maximum of links (never goes back)
def align_from_attention(weights):
    return weights.mean(dim=0)[:-1, :-1].argmax(dim=-1).cummax(dim=0).values
