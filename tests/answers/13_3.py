# %% prelude
import copy
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: written into an expanded mask, all sentences share memory
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    causal = torch.ones(size, size).tril().bool()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, n in enumerate(prefix_lengths):
        mask[b, :, :n] = True
    return mask

# %% wrong: and instead of or
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1)
    prefix = place < prefix_lengths.unsqueeze(1)
    return causal & prefix.unsqueeze(1)

# %% wrong: the Python word or
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = (place < prefix_lengths.unsqueeze(1)).unsqueeze(1)
    not_future = place <= place.unsqueeze(1)
    return in_prefix or not_future

# %% wrong: True = forbidden, PyTorch's way
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size).view(1, size, 1)
    s = torch.arange(size).view(1, 1, size)
    allowed = (s < prefix_lengths.view(-1, 1, 1)) | (s <= t)
    return ~allowed

# %% wrong: 0 and minus infinity, to be added to the scores
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size)[:, None]
    s = torch.arange(size)[None, :]
    ok = (s < prefix_lengths[:, None, None]) | (s <= t)
    return torch.zeros(ok.shape).masked_fill(~ok, float("-inf"))

# %% wrong: future instead of past (triu)
def prefix_mask(prefix_lengths, size):
    causal = torch.triu(torch.ones(size, size, dtype=torch.bool))
    prefix = torch.arange(size) < prefix_lengths[:, None]
    return prefix[:, None, :] | causal

# %% wrong: places counted from 1, prefix one short
def prefix_mask(prefix_lengths, size):
    place = torch.arange(1, size + 1)
    rows, columns = place.unsqueeze(1), place.unsqueeze(0)
    return (columns < prefix_lengths.view(-1, 1, 1)) | (columns <= rows)

# %% wrong: an axis for the heads added
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    prefix = place < prefix_lengths.view(-1, 1, 1, 1)
    return prefix | (place <= place.unsqueeze(1))

# %% right: broadcasting in one line
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    s = torch.arange(size)
    return (s < prefix_lengths[:, None, None]) | (s <= s[:, None])

# %% right: a loop, the square of the prefix opened
def prefix_mask(prefix_lengths, size):
    masks = []
    for n in prefix_lengths.tolist():
        m = torch.tril(torch.ones(size, size, dtype=torch.bool))
        m[:n, :n] = True          # below these rows the prefix is in the past anyway
        masks.append(m)
    return torch.stack(masks)

# %% right: how many places each row sees
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    seen = torch.maximum(prefix_lengths.unsqueeze(1), place + 1)          # (B, size)
    return seen.unsqueeze(2).gt(place)
# %% prelude
import torch
# %% wrong: the rows of the prefix are opened instead of the columns
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place[None, :] <= place[:, None]
    return causal | (place < prefix_lengths[:, None])[:, :, None]
# %% wrong: <= at the end of the prefix, which becomes one too long
def prefix_mask(prefix_lengths, size):
    s, t = torch.arange(size)[None, None, :], torch.arange(size)[None, :, None]
    return (s <= prefix_lengths[:, None, None]) | (s <= t)
# %% wrong: s < t, so that a target token does not see itself
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    past = place.unsqueeze(0) < place.unsqueeze(1)
    prefix = place < prefix_lengths.unsqueeze(1)
    return prefix.unsqueeze(1) | past
# %% wrong: expand shares one table among all sentences, and all get the longest prefix
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size).tril().bool()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, p in enumerate(prefix_lengths.tolist()):
        mask[b, :, :p] = True
    return mask
# %% wrong: what follows the prefix does not see the prefix: two separate blocks
def prefix_mask(prefix_lengths, size):
    i = torch.arange(size)
    inside = i[None] < prefix_lengths[:, None]                       # (B, size)
    source = inside[:, :, None] & inside[:, None, :]
    target = ~inside[:, :, None] & ~inside[:, None, :] & (i[None, :] <= i[:, None])
    return source | target
# %% wrong: the prefix of the first sentence is used for all
def prefix_mask(prefix_lengths, size):
    mask = torch.tril(torch.ones(len(prefix_lengths), size, size, dtype=torch.bool))
    mask[:, :, : int(prefix_lengths[0])] = True
    return mask
# %% wrong: an axis for the heads is put in, (B, 1, size, size)
def prefix_mask(prefix_lengths, size):
    at = torch.arange(size)
    return (at < prefix_lengths[:, None, None, None]) | (at <= at[:, None])
# %% wrong: True = forbidden, as PyTorch's attn_mask has it
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    future = torch.triu(torch.ones(size, size, dtype=torch.bool), diagonal=1)
    behind = place[None, None, :] >= prefix_lengths[:, None, None]
    return future & behind
# %% wrong: "and" in place of "or"
def prefix_mask(prefix_lengths, size):
    masks = []
    for p in prefix_lengths:
        masks.append(torch.tensor([[s < p and s <= t for s in range(size)] for t in range(size)]))
    return torch.stack(masks)
# %% right: a square of the prefix put into a triangle, sentence by sentence
def prefix_mask(prefix_lengths, size):
    mask = torch.ones(len(prefix_lengths), size, size, dtype=torch.bool).tril()
    for table, p in zip(mask, prefix_lengths.tolist()):
        table[:p, :p] = True
    return mask
# %% right: one comparison: s is below the larger of t + 1 and the prefix
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    reach = torch.maximum(place[None, :] + 1, prefix_lengths[:, None])     # (B, size): how far row t sees
    return place[None, None, :] < reach[:, :, None]
# %% prelude
import torch
# %% wrong: the prefix opens rows instead of columns
def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    pos = torch.arange(size)
    causal = pos[None, :] <= pos[:, None]
    in_prefix = pos[None, :] < prefix_lengths[:, None]
    return causal[None] | in_prefix[:, :, None]
# %% wrong: (B, size) meets (size, size) without a new axis: two axes for a batch of 1, an error for most others
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = place < prefix_lengths.unsqueeze(1)
    not_future = place <= place.unsqueeze(1)
    return in_prefix | not_future
# %% wrong: the longest prefix of the batch is used for all sentences
def prefix_mask(prefix_lengths, size):
    mask = torch.tril(torch.ones(len(prefix_lengths), size, size)).bool()
    mask[:, :, :int(prefix_lengths.max())] = True
    return mask
# %% wrong: writes into an expanded mask, whose sentences share their memory
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size, dtype=torch.bool).tril()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, n in enumerate(prefix_lengths.tolist()):
        mask[b, :, :n] = True
    return mask
# %% wrong: True means forbidden (PyTorch's MultiheadAttention convention)
def prefix_mask(prefix_lengths, size):
    future = torch.triu(torch.ones(size, size, dtype=torch.bool), diagonal=1)
    outside = torch.arange(size)[None, None, :] >= prefix_lengths[:, None, None]
    return future[None, :, :] & outside
# %% wrong: strictly smaller, so that a position behind the prefix does not see itself
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size).view(1, size, 1)
    s = torch.arange(size).view(1, 1, size)
    return (s < prefix_lengths.view(-1, 1, 1)) | (s < t)
# %% wrong: a mask of whole numbers 0 and 1, not boolean
def prefix_mask(prefix_lengths, size):
    B = prefix_lengths.shape[0]
    mask = torch.zeros(B, size, size, dtype=torch.long)
    for b in range(B):
        for t in range(size):
            for s in range(size):
                if s < prefix_lengths[b] or s <= t:
                    mask[b, t, s] = 1
    return mask
# %% right: column s is open up to the larger of the prefix and t + 1
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    ends = torch.maximum(prefix_lengths[:, None], place + 1)            # (B, size): one end a row
    return place < ends.unsqueeze(-1)
# %% right: a causal mask for each sentence, with a block of the prefix opened
def prefix_mask(prefix_lengths, size):
    masks = []
    for n in prefix_lengths.tolist():
        one = torch.tril(torch.ones(size, size)).bool()
        one[:n, :n] = True
        masks.append(one)
    return torch.stack(masks)


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
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
class _GQA(nn.Module):
    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_head = d_model // n_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_v = nn.Linear(d_model, n_kv_heads * d_head, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)
    def qkv(self, x):
        return (split_heads(self.w_q(x), self.n_heads), split_heads(self.w_k(x), self.n_kv_heads),
                split_heads(self.w_v(x), self.n_kv_heads))
class _Sw(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
def _rot(x, phi):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos()], -1)
def _freq(x):
    half = x.shape[-1] // 2
    return 10000 ** (-torch.arange(half, dtype=x.dtype) / half)

# %% wrong: True = forbidden
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size)
    return (t[None, None, :] > t[None, :, None]) & (t[None, None, :] >= prefix_lengths[:, None, None])

# %% wrong: one prefix (the longest) for all sentences
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size)
    one = (t < prefix_lengths.max()) | (t <= t[:, None])
    return one.expand(len(prefix_lengths), size, size)

# %% wrong: s < t: a position does not see itself
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size)
    return (t[None, None, :] < prefix_lengths[:, None, None]) | (t[None, None, :] < t[None, :, None])

# %% right: s < max(prefix, t + 1)
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size)
    return s < torch.maximum(prefix_lengths[:, None], s + 1)[..., None]


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
from course.attention import MultiHeadAttention, fused_attention, merge_heads, scaled_dot_product_attention, split_heads
# Each answer: "#== id | exercise | wrong/right/double | what is wrong", then code; the last name is given to the check.

# %% wrong: ^ for |: what is in the prefix AND in the past gets closed
def prefix_mask(prefix_lengths, size):
    pos = torch.arange(size)
    causal = pos[None, :] <= pos[:, None]
    prefix = pos[None, :] < prefix_lengths[:, None]
    return causal ^ prefix[:, None, :]

# %% wrong: shape (B, 1, size, size), ready for heads
def prefix_mask(prefix_lengths, size):
    pos = torch.arange(size)
    return (pos <= pos[:, None]) | (pos < prefix_lengths[:, None, None, None])

# %% wrong: the longest prefix of the batch for all sentences
def prefix_mask(prefix_lengths, size):
    pos = torch.arange(size)
    longest = prefix_lengths.max()
    one = (pos <= pos[:, None]) | (pos < longest)
    return one.expand(len(prefix_lengths), size, size)

# %% wrong: only target rows (t >= p) see the prefix in full; source rows stay causal (a plain causal mask)
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size).view(1, 1, -1)
    t = torch.arange(size).view(1, -1, 1)
    p = prefix_lengths.view(-1, 1, 1)
    return ((s < p) & (t >= p)) | (s <= t)

# %% right: the last position that may be seen is max(t, p - 1)
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    last = torch.maximum(place[None, :], prefix_lengths[:, None] - 1)
    return place <= last[..., None]


# %% prelude
import torch

# %% wrong: brackets around the comparisons forgotten: raises
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    s = place[None, None, :]
    t = place[None, :, None]
    return s < prefix_lengths[:, None, None] | s <= t

# %% wrong: written in place into an expanded tensor: all sentences get the union of the prefixes
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size, dtype=torch.bool).tril()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, p in enumerate(prefix_lengths.tolist()):
        mask[b, :, :p] = True
    return mask

# %% wrong: causal part transposed: triu, s >= t
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size).triu().bool()
    in_prefix = torch.arange(size) < prefix_lengths[:, None]
    return causal | in_prefix[:, None, :]

# %% right: tril, and the square of the prefix opened, sentence by sentence
def prefix_mask(prefix_lengths, size):
    masks = []
    for p in prefix_lengths:
        m = torch.tril(torch.ones(size, size, dtype=torch.bool))
        m[:p, :p] = True
        masks.append(m)
    return torch.stack(masks)

# %% prelude
import torch

# %% wrong: one prefix for the whole batch: the longest
def prefix_mask(prefix_lengths, size):
    i = torch.arange(size)
    causal = i[None, :] <= i[:, None]
    prefix = (i < prefix_lengths.max())[None, :]
    return (causal | prefix).expand(len(prefix_lengths), size, size)

# %% wrong: brackets around the comparisons forgotten
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size)
    t = s.unsqueeze(1)
    p = prefix_lengths[:, None, None]
    return s < p | s <= t

# %% wrong: prefix (B, size) not lifted to (B, 1, size)
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size)
    in_prefix = s < prefix_lengths.unsqueeze(1)
    past = s <= s.unsqueeze(1)
    return in_prefix | past

# %% right: tril and a block for each sentence, in a loop
def prefix_mask(prefix_lengths, size):
    mask = torch.ones(len(prefix_lengths), size, size, dtype=torch.bool).tril()
    for b, n in enumerate(prefix_lengths.tolist()):
        mask[b, :n, :n] = True
    return mask

# %% prelude
import torch

# %% wrong: brackets round the comparisons forgotten
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    return place < prefix_lengths[:, None, None] | place <= place[:, None]

# %% wrong: one causal table expanded, then written in place: all sentences share it
def prefix_mask(prefix_lengths, size):
    B = len(prefix_lengths)
    mask = torch.tril(torch.ones(size, size, dtype=torch.bool)).expand(B, size, size)
    for b, n in enumerate(prefix_lengths):
        mask[b, :, :n] = True
    return mask

# %% wrong: square of the prefix only: rows behind the prefix by s <= t, but `<` taken for the causal part
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size)
    t = s.unsqueeze(1)
    causal = s < t
    prefix = s < prefix_lengths.unsqueeze(1)
    return causal.unsqueeze(0) | prefix.unsqueeze(1)

# %% prelude
import torch

# %% wrong: <= at the end of the prefix
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place[None, :] <= place[:, None]
    prefix = place[None, :] <= prefix_lengths[:, None]
    return causal[None] | prefix[:, None, :]

# %% wrong: inverted: True = masked out, habit of PyTorch's attn_mask
def prefix_mask(prefix_lengths, size):
    t = torch.arange(size).view(1, size, 1)
    s = torch.arange(size).view(1, 1, size)
    n = prefix_lengths.view(-1, 1, 1)
    return (s >= n) & (s > t)

# %% wrong: the brackets around the comparisons forgotten
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size)
    t = s[:, None]
    n = prefix_lengths[:, None, None]
    return s < n | s <= t

# %% right: tril and a loop over sentences
def prefix_mask(prefix_lengths, size):
    mask = torch.ones(len(prefix_lengths), size, size).tril().bool()
    for b, n in enumerate(prefix_lengths.tolist()):
        mask[b, :, :n] = True
    return mask

# %% prelude
import torch

# %% wrong: one mask, changed in place for each sentence: all sentences share its final state
def prefix_mask(prefix_lengths, size):
    causal = torch.tril(torch.ones(size, size, dtype=torch.bool))
    masks = []
    for n in prefix_lengths:
        mask = causal
        mask[:, :n] = True
        masks.append(mask)
    return torch.stack(masks)

# %% wrong: an axis for the heads is added: (B, 1, size, size)
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place[None, :] <= place[:, None]
    prefix = place[None, None, None, :] < prefix_lengths[:, None, None, None]
    return prefix | causal

# %% wrong: no brackets round the comparisons (raises)
def prefix_mask(prefix_lengths, size):
    s = torch.arange(size).view(1, 1, size)
    t = torch.arange(size).view(1, size, 1)
    n = prefix_lengths.view(-1, 1, 1)
    return s < n | s <= t

# %% prelude
import torch

# %% wrong: one causal tensor written into for every sentence: all share the longest prefix
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size, dtype=torch.bool).tril()
    masks = []
    for n in prefix_lengths.tolist():
        causal[:, :n] = True
        masks.append(causal)
    return torch.stack(masks)

# %% wrong: s < t: the position itself is closed
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = place < prefix_lengths[:, None, None]
    past = place[None, :] < place[:, None]
    return in_prefix | past

# %% wrong: prefix_lengths with one new axis only: (B, size) against (size, size)
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1)
    prefix = place < prefix_lengths.unsqueeze(1)
    return prefix | causal

# %% right: triangle, and a square block of the prefix for each sentence
def prefix_mask(prefix_lengths, size):
    mask = torch.tril(torch.ones(len(prefix_lengths), size, size)).bool()
    for b, n in enumerate(prefix_lengths.tolist()):
        mask[b, :n, :n] = True
    return mask

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: tril(diagonal=p - 1): the diagonal is shifted by the prefix
def prefix_mask(prefix_lengths, size):
    everything = torch.ones(size, size, dtype=torch.bool)
    return torch.stack([everything.tril(diagonal=p - 1) for p in prefix_lengths.tolist()])

# %% wrong: slice [: -(size - p)]: at p == size it is [: 0], nothing is opened
def prefix_mask(prefix_lengths, size):
    closed = torch.ones(size, size, dtype=torch.bool).triu(1).repeat(len(prefix_lengths), 1, 1)
    for i, p in enumerate(prefix_lengths.tolist()):
        closed[i, :, :-(size - p)] = False          # all but the target
    return ~closed

# %% wrong: two separate blocks: the target does not see the source
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    source = place < prefix_lengths[:, None]                             # (B, size)
    target = ~source
    causal = place <= place[:, None]
    return (source[:, :, None] & source[:, None, :]) | (target[:, :, None] & target[:, None, :] & causal)

# %% right: one comparison: s < max(p, t + 1)
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    first_closed = torch.maximum(prefix_lengths[:, None], place + 1)     # (B, size)
    return place.expand(len(prefix_lengths), size, size).lt(first_closed[..., None])

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: tril(...).expand, then written sentence by sentence: shared memory, so every sentence gets the longest prefix
def prefix_mask(prefix_lengths, size):
    causal = torch.ones(size, size).tril().bool()
    mask = causal.expand(len(prefix_lengths), size, size)
    for b, n in enumerate(prefix_lengths.tolist()):
        mask[b][:, :n] = True
    return mask

# %% wrong: ^ (exclusive or) in place of |: what both rules allow is closed
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = (place < prefix_lengths[:, None])[:, None, :]
    return in_prefix ^ (place <= place[:, None])

# %% right: a causal square for each sentence, and the top left block opened by slicing, in a loop
def prefix_mask(prefix_lengths, size):
    squares = []
    for n in prefix_lengths.tolist():
        square = ~torch.ones(size, size, dtype=torch.bool).triu(1)
        square[:n, :n] = True
        squares.append(square)
    return torch.stack(squares)

# %% prelude
import copy
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

import course.modern as library
from course.ablation import Config, Result, common_pairs, results_table, run, sentence_losses, task_from
from course.attention import merge_heads, scaled_dot_product_attention, split_heads
from course.data import load_pairs, short_pairs
from course.modern import Cache, DecoderOnly, Design, generate
from course.training import linear_schedule, train
from course.transformer import Transformer, layer_norm
from course.views.ablation import show_differences
from course.views.figures import show_curves, show_weights

# %% wrong: diagonal shifted by the prefix: each row sees prefix-1 further, not only the prefix
def prefix_mask(prefix_lengths, size):
    full = torch.ones(size, size, dtype=torch.bool)
    return torch.stack([full.tril(diagonal=max(int(n) - 1, 0)) for n in prefix_lengths])

# %% wrong: ^ (exclusive or) instead of |: the prefix's own past is closed
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    in_prefix = (place < prefix_lengths[:, None])[:, None, :]
    causal = (place[None, :] <= place[:, None])[None]
    return in_prefix ^ causal

# %% wrong: longest prefix of the batch used for every sentence
def prefix_mask(prefix_lengths, size):
    place = torch.arange(size)
    open_ = (place < prefix_lengths.max()) | (place <= place[:, None])
    return open_.expand(len(prefix_lengths), size, size)

# %% right: right: row AND column in the prefix, or causal, with loops over sentences and in-place blocks
def prefix_mask(prefix_lengths, size):
    out = torch.zeros(prefix_lengths.numel(), size, size, dtype=torch.bool)
    for b, n in enumerate(prefix_lengths.tolist()):
        for t in range(size):
            out[b, t, : max(t + 1, n if t < n else 0)] = True
    return out
