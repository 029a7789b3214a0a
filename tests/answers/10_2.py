# %% prelude
import math
import torch

def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

# %% wrong: log_p of the beginnings not added
def beam_step(log_p, next_log_p, beam_size):
    scores, place = next_log_p.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: parent and token exchanged
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, place % V, place // V

# %% wrong: divided by K instead of V
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, place // K, place % K

# %% wrong: flattened the other way round
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    total = (log_p.unsqueeze(1) + next_log_p).T.reshape(-1)
    scores, place = total.topk(beam_size)
    return scores, place // V, place % V

# %% wrong: best token of each beginning only
def beam_step(log_p, next_log_p, beam_size):
    total = log_p[:, None] + next_log_p
    best, token = total.max(dim=1)
    scores, parent = best.topk(min(beam_size, len(best)))
    return scores, parent, token[parent]

# %% wrong: multiplied instead of added
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) * next_log_p
    scores, place = total.flatten().topk(beam_size)
    V = total.size(1)
    return scores, place // V, place % V

# %% wrong: log_p added along the vocabulary
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = (next_log_p.flatten() + log_p.repeat(V)).view(K, V)
    scores, place = total.flatten().topk(beam_size)
    return scores, place // V, place % V

# %% wrong: as many as there are beginnings, beam_size ignored
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, place = (log_p[:, None] + next_log_p).view(-1).topk(K)
    return scores, place // V, place % V

# %% wrong: best continuation not first
def beam_step(log_p, next_log_p, beam_size):
    total = (log_p[:, None] + next_log_p).flatten()
    place = total.argsort()[-beam_size:]
    V = next_log_p.shape[1]
    return total[place], place // V, place % V

# %% wrong: parent is a float
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    return scores, torch.floor(place / V), place % V

# %% wrong: scores are probabilities
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    p = log_p.exp()[:, None] * next_log_p.exp()
    scores, place = p.flatten().topk(beam_size)
    return scores, place // V, place % V

# %% wrong: lists instead of tensors
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).flatten().topk(beam_size)
    places = place.tolist()
    return scores.tolist(), [i // V for i in places], [i % V for i in places]

# %% wrong: beginnings normalised first, and size of the vocabulary typed in
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.log_softmax(0)[:, None] + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // 8, place % 8

# %% right: topk of the flattened table
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p                 # (K, V)
    scores, place = total.flatten().topk(beam_size)
    return scores, place // total.shape[1], place % total.shape[1]

# %% right: stable sort and divmod
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    flat = (log_p.view(K, 1) + next_log_p).reshape(K * V)
    order = torch.argsort(flat, descending=True, stable=True)[:beam_size]
    parent = torch.div(order, V, rounding_mode="floor")
    return flat[order], parent, order - parent * V

# %% right: sorted list of triples
def beam_step(log_p, next_log_p, beam_size):
    triples = [(next_log_p[k, v] + log_p[k], k, v)
               for k in range(next_log_p.shape[0]) for v in range(next_log_p.shape[1])]
    triples.sort(key=lambda triple: -triple[0].item())
    scores, parents, tokens = zip(*triples[:beam_size])
    return torch.stack(scores), torch.tensor(parents), torch.tensor(tokens)

# %% right: best of each beginning first, then the best of these
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    best, tokens = next_log_p.topk(min(beam_size, V), dim=1)
    totals = best + log_p[:, None]
    parents = torch.arange(K)[:, None].expand_as(totals)
    scores, place = totals.reshape(-1).topk(beam_size)
    return scores, parents.reshape(-1)[place], tokens.reshape(-1)[place]

# %% prelude
import math
import torch
# %% wrong: log_p of the beginning not added
def beam_step(log_p, next_log_p, beam_size):
    scores, index = next_log_p.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, index // V, index % V
# %% wrong: parents as floats
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[-1]
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    parent = place / V
    token = place - parent * V
    return scores, parent, token
# %% wrong: divided by K instead of V, another one
def beam_step(log_p, next_log_p, beam_size):
    K = len(next_log_p)
    total = log_p[:, None] + next_log_p
    scores, place = total.view(-1).topk(beam_size)
    return scores, place // K, place % K
# %% wrong: keeps K, beam_size ignored
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = next_log_p + log_p.unsqueeze(-1)
    scores, place = total.flatten().topk(K)
    return scores, place // V, place % V
# %% wrong: one child for each beginning
def beam_step(log_p, next_log_p, beam_size):
    best, token = (log_p.unsqueeze(1) + next_log_p).max(dim=1)
    scores, parent = best.topk(min(beam_size, len(best)))
    return scores, parent, token[parent]
# %% wrong: adds into next_log_p
def beam_step(log_p, next_log_p, beam_size):
    next_log_p += log_p.unsqueeze(1)
    scores, place = next_log_p.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]
# %% wrong: token and parent exchanged
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place % V, place // V
# %% wrong: log_p added along the vocabulary, another one
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = log_p + next_log_p
    scores, place = total.flatten().topk(beam_size)
    return scores, place // V, place % V
# %% right: topk on the flattened table
def beam_step(log_p, next_log_p, beam_size):
    """The best continuations of all beginnings: log_p (K,), next_log_p (K, V) -> scores, parent, token."""
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]
# %% right: sorted, unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = log_p.reshape(-1, 1).expand_as(next_log_p) + next_log_p
    scores, order = torch.sort(table.reshape(-1), descending=True, stable=True)
    parent, token = torch.unravel_index(order[:beam_size], table.shape)
    return scores[:beam_size], parent, token
# %% right: first the best of each row, then of all
def beam_step(log_p, next_log_p, beam_size):
    few = min(beam_size, next_log_p.shape[1])
    values, tokens = next_log_p.topk(few, dim=1)
    values = values + log_p[:, None]
    rows = torch.arange(len(log_p))[:, None].expand(-1, few)
    scores, place = values.flatten().topk(beam_size)
    return scores, rows.flatten()[place], tokens.flatten()[place]

# %% prelude
import math
import torch
# %% wrong: the log-probabilities of the beginnings are not added
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[-1]
    scores, places = next_log_p.flatten().topk(beam_size)
    return scores, places // V, places % V
# %% wrong: parent and token exchanged, once more
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[-1]
    scores, places = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    parent = places % V
    token = places // V
    return scores, parent, token
# %% wrong: added without an axis, along the vocabulary
def beam_step(log_p, next_log_p, beam_size):
    total = log_p + next_log_p
    scores, index = total.reshape(-1).topk(beam_size)
    return scores, index // next_log_p.shape[1], index % next_log_p.shape[1]
# %% wrong: parent is no whole number
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    total = log_p[:, None] + next_log_p
    scores, index = total.view(-1).topk(beam_size)
    parent = index / V
    token = index % V
    return scores, parent, token
# %% right: sorted, places by divmod
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = (next_log_p.T + log_p).T.reshape(K * V)
    order = torch.argsort(total, descending=True)[:beam_size]
    places = [divmod(place, V) for place in order.tolist()]
    parent, token = torch.tensor(places, dtype=torch.int64).reshape(-1, 2).unbind(1)
    return total[order], parent, token
# %% prelude
import torch
# %% wrong: log-probabilities of the beginnings are not added
def beam_step(log_p, next_log_p, beam_size):
    scores, places = next_log_p.flatten().topk(beam_size)
    return scores, places // next_log_p.shape[1], places % next_log_p.shape[1]
# %% wrong: parent and token changed over (% and //)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[-1]
    total = log_p.unsqueeze(-1) + next_log_p
    scores, index = total.view(-1).topk(beam_size)
    parent, token = index % V, index // V
    return scores, parent, token
# %% wrong: divides the place by K, the number of rows, not by V
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, index = (log_p[:, None] + next_log_p).reshape(-1).topk(beam_size)
    return scores, index // K, index % K
# %% wrong: parent is a float (/ and floor), not int64
def beam_step(log_p, next_log_p, beam_size):
    total = log_p[:, None] + next_log_p
    scores, index = total.flatten().topk(beam_size)
    parent = (index / total.shape[1]).floor()
    token = index - parent.long() * total.shape[1]
    return scores, parent, token
# %% wrong: keeps as many continuations as there are beginnings (K), not beam_size
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, flat = (next_log_p + log_p.view(K, 1)).flatten().topk(K)
    return scores, flat // V, flat % V
# %% wrong: the best continuation is last (argsort upwards, last beam_size places)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    total = (log_p[:, None] + next_log_p).flatten()
    order = total.argsort()[-beam_size:]
    return total[order], order // V, order % V
# %% wrong: topk(beam_size) in each row first, which fails if beam_size is larger than V
def beam_step(log_p, next_log_p, beam_size):
    total = log_p[:, None] + next_log_p
    row_scores, row_tokens = total.topk(beam_size, dim=-1)
    scores, flat = row_scores.flatten().topk(beam_size)
    return scores, flat // beam_size, row_tokens.flatten()[flat]
# %% wrong: adds in place and so changes next_log_p of the caller
def beam_step(log_p, next_log_p, beam_size):
    next_log_p += log_p[:, None]
    scores, places = next_log_p.reshape(-1).topk(beam_size)
    return scores, places.div(next_log_p.shape[1], rounding_mode="floor"), places.remainder(next_log_p.shape[1])
# %% wrong: shares the places out evenly, the same number of children for every beginning, before it sorts
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    each = min(-(-beam_size // K), V)
    best, tokens = (log_p[:, None] + next_log_p).topk(each, dim=-1)
    scores, order = best.flatten().topk(beam_size)
    return scores, order // each, tokens.flatten()[order]
# %% right: in each row no more than needed, then the best of these
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    width = min(beam_size, V)
    per_row, tokens = torch.topk(next_log_p, width, dim=1)
    candidates = (per_row + log_p.reshape(K, 1)).reshape(-1)
    parents = torch.arange(K).repeat_interleave(width)
    scores, chosen = torch.topk(candidates, beam_size)
    return scores, parents[chosen], tokens.reshape(-1)[chosen]
# %% right: Python's sort over all cells
def beam_step(log_p, next_log_p, beam_size):
    total = torch.add(next_log_p, log_p.unsqueeze(1))
    table = total.tolist()
    cells = [(k, v) for k in range(len(table)) for v in range(len(table[k]))]
    cells.sort(key=lambda cell: table[cell[0]][cell[1]], reverse=True)
    parent, token = torch.tensor(cells[:beam_size], dtype=torch.long).unbind(dim=1)
    return total[parent, token], parent, token
# %% prelude
import torch
# %% wrong: forgets to add the log-probability of the beginning
def beam_step(log_p, next_log_p, beam_size):
    """The best continuations of all beginnings: log_p (K,), next_log_p (K, V) -> scores, parent, token."""
    V = next_log_p.shape[1]
    scores, place = next_log_p.flatten().topk(beam_size)
    return scores, place // V, place % V
# %% wrong: place is divided by K, the number of beginnings, instead of V, the length of a row
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = log_p.unsqueeze(1) + next_log_p
    scores, idx = torch.topk(total.view(-1), beam_size)
    parent = idx // K
    token = idx % K
    return scores, parent, token
# %% wrong: best continuation last (argsort ascending, the last beam_size)
def beam_step(log_p, next_log_p, beam_size):
    total = (log_p[:, None] + next_log_p).reshape(-1)
    order = total.argsort()[-beam_size:]
    V = next_log_p.size(-1)
    return total[order], torch.div(order, V, rounding_mode="floor"), order.remainder(V)
# %% wrong: keeps as many continuations as there are beginnings (K) instead of beam_size
def beam_step(log_p, next_log_p, beam_size):
    k, vocab = next_log_p.shape
    flat = (next_log_p + log_p.view(k, 1)).flatten()
    best = flat.topk(min(k, flat.numel()))
    return best.values, best.indices // vocab, best.indices % vocab
# %% wrong: true division for parent, which gives fractions in place of row numbers
def beam_step(log_p, next_log_p, beam_size):
    all_scores = log_p.unsqueeze(-1) + next_log_p
    scores, places = all_scores.flatten().topk(beam_size)
    parent = places / next_log_p.shape[1]
    token = places % next_log_p.shape[1]
    return scores, parent, token
# %% wrong: topk of each row first, then the column in the shortened table is returned as if it were the token
def beam_step(log_p, next_log_p, beam_size):
    # no need to look at more than the best few of each row
    m = min(beam_size, next_log_p.shape[1])
    row_best, row_tokens = next_log_p.topk(m, dim=1)
    candidates = row_best + log_p.unsqueeze(1)
    scores, place = candidates.flatten().topk(beam_size)
    return scores, place // m, place % m
# %% wrong: adds log_p into next_log_p in place and so changes its input
def beam_step(log_p, next_log_p, beam_size):
    next_log_p += log_p.unsqueeze(1)
    scores, place = next_log_p.flatten().topk(beam_size)
    n_tokens = next_log_p.shape[1]
    parent, token = place // n_tokens, place % n_tokens
    return scores, parent, token
# %% right: loops over all cells and sorts a Python list
def beam_step(log_p, next_log_p, beam_size):
    cells = []
    for k, row in enumerate(next_log_p.tolist()):
        for v, p in enumerate(row):
            cells.append((log_p[k].item() + p, k, v))
    cells.sort(key=lambda cell: cell[0], reverse=True)
    scores, parent, token = zip(*cells[:beam_size])
    return torch.tensor(scores, dtype=next_log_p.dtype), torch.tensor(parent), torch.tensor(token)
# %% right: sort descending and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = torch.add(next_log_p, log_p.reshape(-1, 1))
    ordered, places = table.reshape(-1).sort(descending=True)
    parent, token = torch.unravel_index(places[:beam_size], table.shape)
    return ordered[:beam_size], parent, token


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
from classroom import exercises

length_penalty_score, beam_step = (exercises.get(id).reference for id in ("10.1", "10.2"))

# %% wrong: best parent per token first (max over dim 0): a token can come once only
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    best, from_row = total.max(dim=0)
    scores, token = best.topk(beam_size)
    return scores, from_row[token], token

# %% wrong: topk per row, then over all; the place in the K x beam_size table is decoded with beam_size, but used itself a
def beam_step(log_p, next_log_p, beam_size):
    total = log_p[:, None] + next_log_p
    k = min(beam_size, total.shape[1])
    row_best, row_token = total.topk(k, dim=1)
    scores, place = row_best.flatten().topk(beam_size)
    return scores, place // k, place % k

# %% wrong: log_p.repeat instead of repeat_interleave: the beginnings' log p at the wrong cells
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    flat = next_log_p.flatten() + log_p.repeat(V)
    scores, place = flat.topk(beam_size)
    return scores, place // V, place % V

# %% wrong: adds in place, so the caller's next_log_p is changed
def beam_step(log_p, next_log_p, beam_size):
    next_log_p += log_p.unsqueeze(1)
    scores, place = next_log_p.flatten().topk(beam_size)
    return scores, place // next_log_p.shape[1], place % next_log_p.shape[1]

# %% right: sort of the flat table and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (next_log_p.T + log_p).T.reshape(-1).sort(descending=True, stable=True)
    parent, token = torch.unravel_index(place[:beam_size], next_log_p.shape)
    return scores[:beam_size], parent, token

# %% prelude

# %% wrong: topk(sorted=False): the best need not be first
def beam_step(log_p, next_log_p, beam_size):
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size, sorted=False)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: -inf replaced by -1e9 (HuggingFace/fairseq habit): an impossible token gets a finite log p
def beam_step(log_p, next_log_p, beam_size):
    table = (log_p.unsqueeze(1) + next_log_p).clamp(min=-1e9)
    scores, place = table.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: multiplies probabilities and takes the log after: underflows for long beginnings
def beam_step(log_p, next_log_p, beam_size):
    table = log_p.exp().unsqueeze(1) * next_log_p.exp()
    p, place = table.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return p.log(), place // V, place % V

# %% wrong: every beginning may place only ceil(beam_size / K) children (a quota)
def beam_step(log_p, next_log_p, beam_size):
    K = len(log_p)
    per = -(-beam_size // K)
    best, token = next_log_p.topk(per, dim=1)
    scores, place = (best + log_p[:, None]).flatten().topk(beam_size)
    return scores, place // per, token.flatten()[place]

# %% prelude
import torch

# %% wrong: topk on the next tokens alone, the beginnings not added
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = next_log_p.flatten().topk(beam_size)
    return scores, place // V, place % V

# %% wrong: transposed to make it broadcast: the table is (V, K), but cells are counted as in (K, V)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    total = log_p + next_log_p.T
    scores, place = total.flatten().topk(beam_size)
    return scores, place // V, place % V

# %% wrong: parent is a float tensor: floor of a true division
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).view(-1).topk(beam_size)
    parent = torch.floor(place / V)
    token = place % V
    return scores, parent, token

# %% wrong: topk in each row first: raises when beam_size > V
def beam_step(log_p, next_log_p, beam_size):
    best, tokens = (log_p.unsqueeze(1) + next_log_p).topk(beam_size, dim=1)   # (K, beam_size) each
    scores, place = best.flatten().topk(beam_size)
    parent = place // beam_size
    token = tokens.flatten()[place]
    return scores, parent, token

# %% right: argsort of the flat table, unravel_index
def beam_step(log_p, next_log_p, beam_size):
    total = next_log_p + log_p.reshape(-1, 1)
    order = torch.argsort(total.reshape(-1), descending=True)[:beam_size]
    parent, token = torch.unravel_index(order, total.shape)
    return total[parent, token], parent, token

# %% prelude
import torch

# %% wrong: log_p added along the tokens (no unsqueeze)
def beam_step(log_p, next_log_p, beam_size):
    total = log_p + next_log_p
    scores, place = total.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return scores, place // V, place % V

# %% wrong: topk per row first, then the token is the place in the short list
def beam_step(log_p, next_log_p, beam_size):
    k = min(beam_size, next_log_p.shape[1])
    best, ids = next_log_p.topk(k, dim=-1)
    total = log_p[:, None] + best
    scores, place = total.flatten().topk(beam_size)
    parent = place // k
    token = place % k
    return scores, parent, token

# %% wrong: divides the place by K instead of V
def beam_step(log_p, next_log_p, beam_size):
    K = len(log_p)
    total = log_p.unsqueeze(1) + next_log_p
    scores, place = total.view(-1).topk(beam_size)
    parent = place // K
    token = place % K
    return scores, parent, token

# %% wrong: parent is a float (floor of /)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[-1]
    total = (log_p.unsqueeze(-1) + next_log_p).reshape(-1)
    scores, place = torch.topk(total, beam_size)
    parent = torch.floor(place / V)
    token = place - parent * V
    return scores, parent, token

# %% right: sort and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = log_p.reshape(-1, 1) + next_log_p
    values, places = table.reshape(-1).sort(descending=True)
    parent, token = torch.unravel_index(places[:beam_size], table.shape)
    return values[:beam_size], parent, token

# %% prelude
import torch

# %% wrong: log_p added along the wrong axis by flattening with repeat instead of repeat_interleave
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = log_p.repeat(V) + next_log_p.flatten()
    scores, place = total.topk(beam_size)
    return scores, place // V, place % V

# %% wrong: divides by K instead of V
def beam_step(log_p, next_log_p, beam_size):
    K = len(log_p)
    total = (log_p.unsqueeze(1) + next_log_p).flatten()
    scores, place = total.topk(beam_size)
    return scores, place // K, place % K

# %% wrong: topk in each row first, then the token is the rank in the narrowed table, not the token id
def beam_step(log_p, next_log_p, beam_size):
    k = min(beam_size, next_log_p.shape[1])
    best, tokens = next_log_p.topk(k, dim=1)             # (K, k)
    total = log_p[:, None] + best
    scores, place = total.flatten().topk(beam_size)
    return scores, place // k, place % k

# %% wrong: true division: parent is a float
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).view(-1).topk(beam_size)
    parent = (place / V).floor()
    token = place - parent * V
    return scores, parent, token

# %% right: stable argsort and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = next_log_p + log_p.reshape(-1, 1)
    order = torch.argsort(table.reshape(-1), descending=True, stable=True)[:beam_size]
    parent, token = torch.unravel_index(order, table.shape)
    return table[parent, token], parent, token

# %% prelude
import torch

# %% wrong: topk(beam_size) in each row first: raises if beam_size > V
def beam_step(log_p, next_log_p, beam_size):
    total = log_p[:, None] + next_log_p
    best, tokens = total.topk(beam_size, dim=1)          # the best of each row
    scores, place = best.flatten().topk(beam_size)
    return scores, place // beam_size, tokens.flatten()[place]

# %% wrong: transposed table (V, K), but places read as in (K, V)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    total = next_log_p.T + log_p                         # so that log_p broadcasts
    scores, place = total.reshape(-1).topk(beam_size)
    return scores, place // V, place % V

# %% wrong: log-probabilities multiplied instead of added
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    total = log_p.view(K, 1) * next_log_p                # probability of a way = product
    scores, place = total.flatten().topk(beam_size)
    return scores, place // V, place % V

# %% wrong: parent is a float tensor (true division and floor)
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, place = (log_p.view(K, 1) + next_log_p).flatten().topk(beam_size)
    parent = torch.floor(place / V)
    token = place - parent * V
    return scores, parent, token

# %% right: argsort and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = torch.stack([row + p for row, p in zip(next_log_p, log_p)])
    order = table.ravel().argsort(descending=True)[:beam_size]
    parent, token = torch.unravel_index(order, table.shape)
    return table[parent, token], parent, token

# %% prelude
import torch

# %% wrong: only the best child of each beginning competes (argmax per row first)
def beam_step(log_p, next_log_p, beam_size):
    total = log_p.unsqueeze(1) + next_log_p
    k = -(-beam_size // len(log_p))                  # as many of each beginning
    values, tokens = total.topk(k, dim=1)            # best of each row
    parents = torch.arange(len(log_p)).unsqueeze(1).expand(-1, k)
    scores, place = values.flatten().topk(beam_size)
    return scores, parents.flatten()[place], tokens.flatten()[place]

# %% wrong: divides the place by K instead of V, once more
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    scores, place = (log_p.unsqueeze(1) + next_log_p).flatten().topk(beam_size)
    return scores, place // K, place % K

# %% wrong: parent is a float tensor (torch.floor of a true division)
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p[:, None] + next_log_p).reshape(-1).topk(beam_size)
    parent = torch.floor(place / V)
    token = place % V
    return scores, parent, token

# %% wrong: log_p (K,) added to (K, V) without a new axis: raises, or is added along the tokens
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.shape[1]
    scores, place = (log_p + next_log_p).flatten().topk(beam_size)
    return scores, place // V, place % V

# %% right: right: sort and unravel_index
def beam_step(log_p, next_log_p, beam_size):
    table = next_log_p + log_p.view(-1, 1)
    order = table.flatten().sort(descending=True, stable=True).indices[:beam_size]
    parent, token = torch.unravel_index(order, table.shape)
    return table[parent, token], parent, token

# %% prelude
import math
import time

import sacrebleu
import torch
from sacrebleu.significance import PairedTest

import course.decoding as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.decoding import CachedDecoder, UncachedDecoder
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.beam import Node, show_beam
from course.views.figures import show_curves, show_weights

# %% wrong: a fair share: each beginning may have at most ceil(beam_size / K) children
def beam_step(log_p, next_log_p, beam_size):
    K, V = next_log_p.shape
    share = math.ceil(beam_size / K)
    values, tokens = next_log_p.topk(share, dim=1)          # (K, share)
    total = (values + log_p[:, None]).flatten()
    scores, index = total.topk(beam_size)
    return scores, index // share, tokens.flatten()[index]

# %% wrong: takes the row width as (number of cells) // beam_size, i.e. supposes K == beam_size
def beam_step(log_p, next_log_p, beam_size):
    total = (log_p.unsqueeze(1) + next_log_p).reshape(-1)
    scores, index = total.topk(beam_size)
    width = len(total) // beam_size
    parent = index // width
    token = index % width
    return scores, parent, token

# %% wrong: multiplies probabilities and takes the log at the end: underflow for long beginnings in float32
def beam_step(log_p, next_log_p, beam_size):
    p = log_p.exp()[:, None] * next_log_p.exp()
    best, index = p.flatten().topk(beam_size)
    V = next_log_p.shape[1]
    return best.log(), torch.div(index, V, rounding_mode="floor"), index.remainder(V)

# %% wrong: right choice, but scores holds the log-probability of the last token only
def beam_step(log_p, next_log_p, beam_size):
    V = next_log_p.size(1)
    index = (log_p.view(-1, 1) + next_log_p).view(-1).topk(beam_size).indices
    parent, token = index // V, index % V
    scores = next_log_p[parent, token]
    return scores, parent, token

# %% right: right: best min(beam_size, V) of each beginning first, then the best of these, by sort
def beam_step(log_p, next_log_p, beam_size):
    width = min(beam_size, next_log_p.size(-1))
    values, tokens = next_log_p.sort(dim=-1, descending=True)
    values, tokens = values[:, :width] + log_p[:, None], tokens[:, :width]
    owner = torch.arange(len(log_p)).repeat_interleave(width)
    order = values.reshape(-1).argsort(descending=True)[:beam_size]
    return values.reshape(-1)[order], owner[order], tokens.reshape(-1)[order]

# %% prelude
import math
import time

import sacrebleu
import torch
from sacrebleu.significance import PairedTest

import course.decoding as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.decoding import CachedDecoder, UncachedDecoder
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.beam import Node, show_beam
from course.views.figures import show_curves, show_weights

# %% wrong: topk inside each beginning first, then over all; place in the shortlist returned as token
def beam_step(log_p, next_log_p, beam_size):
    m = min(beam_size, next_log_p.shape[1])
    best, best_token = next_log_p.topk(m, dim=1)             # (K, m)
    scores, index = (log_p.unsqueeze(1) + best).flatten().topk(beam_size)
    return scores, index // m, index % m

# %% wrong: logaddexp in place of the sum of logarithms
def beam_step(log_p, next_log_p, beam_size):
    table = torch.logaddexp(log_p.unsqueeze(1), next_log_p)
    scores, index = table.flatten().topk(beam_size)
    return scores, index // table.shape[1], index % table.shape[1]

# %% wrong: edge only: impossible continuations (-inf) dropped, so fewer than beam_size come back
def beam_step(log_p, next_log_p, beam_size):
    table = log_p.unsqueeze(1) + next_log_p
    scores, index = table.flatten().topk(beam_size)
    possible = scores > -math.inf
    scores, index = scores[possible], index[possible]
    return scores, index // table.shape[1], index % table.shape[1]

# %% wrong: parent by (index / V).floor(): a float tensor, not usable as an index
def beam_step(log_p, next_log_p, beam_size):
    table = log_p.unsqueeze(1) + next_log_p
    scores, index = table.flatten().topk(beam_size)
    V = table.shape[1]
    parent = (index / V).floor()
    return scores, parent, (index - parent * V).long()

# %% prelude
import math
import time

import sacrebleu
import torch
from sacrebleu.significance import PairedTest

import course.decoding as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.decoding import CachedDecoder, UncachedDecoder
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.beam import Node, show_beam
from course.views.figures import show_curves, show_weights
import heapq

# %% right: python loops, heapq.nlargest, columns first
def beam_step(log_p, next_log_p, beam_size):
    cells = []
    for t in range(next_log_p.shape[1]):
        for k in range(next_log_p.shape[0]):
            cells.append(((log_p[k] + next_log_p[k, t]).item(), -k, -t))
    best = heapq.nlargest(beam_size, cells)
    scores = torch.tensor([s for s, _, _ in best], dtype=next_log_p.dtype)
    return scores, torch.tensor([-k for _, k, _ in best]), torch.tensor([-t for _, _, t in best])
