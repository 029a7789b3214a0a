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
# %% prelude
import torch
# %% wrong: every n_heads-th number is taken, as if the heads were interleaved
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    new[..., head::n_heads] = other[..., head::n_heads]
    return new
# %% wrong: writes into a view of mixed, so that mixed itself is changed
def patch(mixed, other, head, n_heads):
    by_head = mixed.view(*mixed.shape[:2], n_heads, -1)
    by_head[:, :, head] = other.view(*other.shape[:2], n_heads, -1)[:, :, head]
    return by_head.flatten(2)
# %% wrong: n_heads is taken for the size of a head
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    part = slice(head * n_heads, (head + 1) * n_heads)
    new[..., part] = other[..., part]
    return new
# %% wrong: puts in the numbers of head 0 of other, whatever the head
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[:, :, head * d_head : (head + 1) * d_head] = other[:, :, :d_head]
    return new
# %% wrong: torch.cat does not broadcast, so that other with B or T of 1 raises an error
def patch(mixed, other, head, n_heads):
    d_head = mixed.size(-1) // n_heads
    a, b = head * d_head, (head + 1) * d_head
    return torch.cat([mixed[..., :a], other[..., a:b], mixed[..., b:]], dim=-1)
# %% wrong: the slice has no end, all later heads are exchanged too
def patch(mixed, other, head, n_heads):
    start = head * (mixed.shape[2] // n_heads)
    out = mixed.clone()
    out[:, :, start:] = other[:, :, start:]
    return out
# %% wrong: d_head is computed from T instead of d_model
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[1] // n_heads
    new = mixed.clone()
    new[..., head * d_head : (head + 1) * d_head] = other[..., head * d_head : (head + 1) * d_head]
    return new
# %% wrong: reshapes to (B, n_heads, T, d_head) without a transpose, so that positions are exchanged instead of a head
def patch(mixed, other, head, n_heads):
    b, t, d_model = mixed.shape
    other = other.expand(b, t, d_model)
    heads = mixed.clone().reshape(b, n_heads, t, d_model // n_heads)
    heads[:, head] = other.reshape(b, n_heads, t, d_model // n_heads)[:, head]
    return heads.reshape(b, t, d_model)
# %% wrong: heads are counted from 1
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    result = torch.clone(mixed)
    result[:, :, (head - 1) * d : head * d] = other[:, :, (head - 1) * d : head * d]
    return result
# %% right: torch.where with the head that each number belongs to
def patch(mixed, other, head, n_heads):
    d_model = mixed.shape[-1]
    owner = torch.arange(d_model) // (d_model // n_heads)
    return torch.where(owner == head, other, mixed)
# %% right: chunks, one of them replaced
def patch(mixed, other, head, n_heads):
    parts = list(mixed.chunk(n_heads, dim=-1))
    parts[head] = other.expand_as(mixed).chunk(n_heads, dim=-1)[head]
    return torch.cat(parts, dim=-1)
# %% prelude
import torch
# %% wrong: writes into mixed itself (no clone)
def patch(mixed, other, head, n_heads):
    """What the heads have mixed (B, T, d_model), with one head's numbers from `other` (B or 1, T or 1, d_model)."""
    d_head = mixed.shape[-1] // n_heads
    mixed[..., head * d_head : (head + 1) * d_head] = other[..., head * d_head : (head + 1) * d_head]
    return mixed
# %% wrong: a head is taken to be n_heads numbers wide
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    start, stop = head * n_heads, (head + 1) * n_heads
    new[:, :, start:stop] = other[:, :, start:stop]
    return new
# %% wrong: reshapes other to the shape of mixed, which fails where its B or T is 1
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    new = mixed.clone().view(B, T, n_heads, d_model // n_heads)
    new[:, :, head] = other.reshape(B, T, n_heads, d_model // n_heads)[:, :, head]
    return new.view(B, T, d_model)
# %% wrong: reshape to (B, n_heads, T, d_head) without transpose: cuts the positions and not the heads
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    d_head = d_model // n_heads
    out = mixed.clone().reshape(B, n_heads, T, d_head)
    theirs = other.expand(B, T, d_model).reshape(B, n_heads, T, d_head)
    out[:, head] = theirs[:, head]
    return out.reshape(B, T, d_model)
# %% wrong: the slice ends one number too early
def patch(mixed, other, head, n_heads):
    result = mixed.clone()
    size = mixed.size(2) // n_heads
    first = head * size
    last = first + size - 1
    result[:, :, first:last] = other[:, :, first:last]
    return result
# %% wrong: adds the other head's numbers instead of replacing
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    s = slice(head * d, head * d + d)
    out = mixed.clone()
    out[..., s] += other[..., s]
    return out
# %% right: torch.where with the numbers of the head
def patch(mixed, other, head, n_heads):
    d_model = mixed.shape[-1]
    of_head = torch.arange(d_model, device=mixed.device).div(d_model // n_heads, rounding_mode="floor") == head
    return torch.where(of_head, other.to(mixed.dtype), mixed)
# %% right: three pieces side by side
def patch(mixed, other, head, n_heads):
    before = head * (mixed.shape[-1] // n_heads)
    after = before + mixed.shape[-1] // n_heads
    theirs = other.to(mixed.dtype).expand(mixed.shape)
    return torch.cat([mixed[..., :before], theirs[..., before:after], mixed[..., after:]], dim=-1)


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

# %% wrong: heads taken as interleaved: [..., head::n_heads]
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    new[..., head::n_heads] = other[..., head::n_heads]
    return new

# %% wrong: view to (B, n_heads, T, d_head) without a transpose
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    other = other.expand(B, T, d_model).reshape(B, n_heads, T, d_model // n_heads)
    new = mixed.clone().view(B, n_heads, T, d_model // n_heads)
    new[:, head] = other[:, head]
    return new.view(B, T, d_model)

# %% wrong: always the first sentence of `other`: other[0]
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    here = slice(head * d_head, (head + 1) * d_head)
    new = mixed.clone()
    new[..., here] = other[0][..., here]
    return new

# %% wrong: u+w: heads counted from 1, and no clone
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed
    new[..., (head - 1) * d_head : head * d_head] = other[..., (head - 1) * d_head : head * d_head]
    return new

# %% right: torch.where with a mask over d_model
def patch(mixed, other, head, n_heads):
    d_model = mixed.shape[-1]
    mine = torch.arange(d_model, device=mixed.device) // (d_model // n_heads) == head
    return torch.where(mine, other.to(mixed.dtype), mixed)


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

# %% wrong: the slice is n_heads wide and starts at head * n_heads (mixes up d_head and n_heads)
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    part = slice(head * n_heads, (head + 1) * n_heads)
    new[..., part] = other[..., part]
    return new

# %% wrong: always takes the first d_head numbers of other (head 0's)
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[..., head * d_head:(head + 1) * d_head] = other[..., :d_head]
    return new

# %% wrong: view to (B, n_heads, T, d_head) without a transpose: cuts positions, not heads
def patch(mixed, other, head, n_heads):
    B, T, d = mixed.shape
    new = mixed.clone().view(B, n_heads, T, d // n_heads)
    new[:, head] = other.expand(B, T, d).reshape(B, n_heads, T, d // n_heads)[:, head]
    return new.view(B, T, d)

# %% right: torch.where with a mask of the columns that belong to the head
def patch(mixed, other, head, n_heads):
    owner = torch.arange(mixed.shape[-1], device=mixed.device) * n_heads // mixed.shape[-1]
    return torch.where(owner == head, other.to(mixed.dtype), mixed)


# %% prelude
import torch

# %% wrong: no clone: written into a view of mixed, so mixed changes
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    heads = mixed.view(B, T, n_heads, d_model // n_heads)
    heads[:, :, head] = other.view(other.shape[0], other.shape[1], n_heads, -1)[:, :, head]
    return heads.reshape(B, T, d_model)

# %% right: boolean mask over the last axis and torch.where
def patch(mixed, other, head, n_heads):
    d_model = mixed.shape[-1]
    mine = torch.arange(d_model) // (d_model // n_heads) == head
    return torch.where(mine, other, mixed)


# %% prelude
import torch

# %% wrong: no clone, the slice of mixed itself is overwritten
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed
    new[..., head * d_head:(head + 1) * d_head] = other[..., head * d_head:(head + 1) * d_head]
    return new

# %% wrong: view to (B, n_heads, T, d_head), which mixes positions and heads
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    d_head = d_model // n_heads
    new = mixed.clone().view(B, n_heads, T, d_head)
    theirs = other.expand(B, T, d_model).reshape(B, n_heads, T, d_head)
    new[:, head] = theirs[:, head]
    return new.view(B, T, d_model)

# %% right: torch.cat of three pieces, other expanded first
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[2] // n_heads
    start, end = d_head * head, d_head * (head + 1)
    theirs = other.expand(mixed.shape)[:, :, start:end].to(mixed.dtype)
    return torch.cat([mixed[:, :, :start], theirs, mixed[:, :, end:]], dim=2)


# %% prelude
import torch

# %% wrong: slice counted in n_heads instead of d_head
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    s = slice(head * n_heads, (head + 1) * n_heads)
    new[..., s] = other[..., s]
    return new

# %% wrong: head is cut out of `other` at the front: other[..., :d_head]
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[:, :, head * d_head:(head + 1) * d_head] = other[:, :, :d_head]
    return new

# %% right: split into heads, a mask over the head axis, torch.where
def patch(mixed, other, head, n_heads):
    B, T, d = mixed.shape
    a = mixed.reshape(B, T, n_heads, d // n_heads)
    b = other.expand(B, T, d).reshape(B, T, n_heads, d // n_heads)
    mine = (torch.arange(n_heads) == head)[:, None]
    return torch.where(mine, b, a).reshape(B, T, d)

# %% prelude


# %% wrong: slice of n_heads numbers: start = head * n_heads
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    start = head * n_heads
    end = start + n_heads
    new[:, :, start:end] = other[:, :, start:end]
    return new

# %% wrong: view to heads without clone: mixed changed in place
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    heads = mixed.view(B, T, n_heads, d_model // n_heads)
    heads[:, :, head] = other.view(*other.shape[:2], n_heads, -1)[:, :, head]
    return heads.view(B, T, d_model)

# %% prelude
import torch

# %% wrong: clone forgotten: mixed itself is changed
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    start, end = head * d_head, (head + 1) * d_head
    new = mixed
    new[:, :, start:end] = other[:, :, start:end]
    return new

# %% right: torch.where with the number of the head of each column
def patch(mixed, other, head, n_heads):
    d_model = mixed.size(-1)
    of_head = torch.arange(d_model, device=mixed.device) // (d_model // n_heads)
    return torch.where(of_head == head, other, mixed)

# %% prelude
import torch

# %% wrong: no clone: mixed is changed
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    mixed[:, :, head * d_head:(head + 1) * d_head] = other[:, :, head * d_head:(head + 1) * d_head]
    return mixed

# %% right: a mask and torch.where
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    mine = torch.arange(mixed.shape[-1]) // d_head == head
    return torch.where(mine, other, mixed)

# %% prelude
import torch

# %% wrong: torch.cat of three slices: raises when B or T of other is 1
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    a, b = head * d_head, (head + 1) * d_head
    return torch.cat([mixed[..., :a], other[..., a:b], mixed[..., b:]], dim=-1)

# %% wrong: view (B, n_heads, T, d_head) without transpose: other numbers than the head's
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    new = mixed.clone().view(B, n_heads, T, d_model // n_heads)
    new[:, head] = other.expand(B, T, d_model).reshape(B, n_heads, T, d_model // n_heads)[:, head]
    return new.view(B, T, d_model)

# %% right: torch.where with the owner of each column
def patch(mixed, other, head, n_heads):
    d_model = mixed.size(-1)
    owner = torch.arange(d_model) // (d_model // n_heads)
    return torch.where(owner == head, other, mixed)

# %% prelude
import torch

# %% wrong: interleaved: splits the last axis as (d_head, n_heads)
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    other = other.expand(B, T, d_model)
    new = mixed.clone().reshape(B, T, d_model // n_heads, n_heads)
    new[..., head] = other.reshape(B, T, d_model // n_heads, n_heads)[..., head]
    return new.reshape(B, T, d_model)

# %% wrong: always takes the first sentence of `other`: other[0]
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    a, b = head * d_head, (head + 1) * d_head
    new = mixed.clone()
    new[..., a:b] = other[0, :, a:b]
    return new

# %% right: torch.where with a mask over the last axis
def patch(mixed, other, head, n_heads):
    d_head = mixed.size(-1) // n_heads
    mine = torch.arange(mixed.size(-1), device=mixed.device) // d_head == head
    return torch.where(mine, other.to(mixed.dtype), mixed)

# %% prelude
import torch

# %% wrong: slices the axis of positions: the ... forgotten
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    own = slice(head * d_head, (head + 1) * d_head)
    new = mixed.clone()
    new[:, own] = other[:, own]
    return new

# %% wrong: torch.cat without broadcasting: raises if B or T of other is 1
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    a, b = head * d, head * d + d
    return torch.cat([mixed[:, :, :a], other[:, :, a:b], mixed[:, :, b:]], dim=2)

# %% right: torch.where with a mask of the last axis
def patch(mixed, other, head, n_heads):
    of_head = torch.arange(mixed.shape[-1]) // (mixed.shape[-1] // n_heads)
    return torch.where(of_head == head, other.to(mixed.dtype), mixed)

# %% prelude
import torch

# %% wrong: view of mixed is written to, clone comes too late
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    d_head = d_model // n_heads
    parts = mixed.view(B, T, n_heads, d_head)
    parts[:, :, head] = other[..., head * d_head:(head + 1) * d_head]
    return parts.reshape(B, T, d_model).clone()

# %% wrong: always takes the first sentence of other
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    start = head * d_head
    new = mixed.clone()
    new[:, :, start:start + d_head] = other[0, :, start:start + d_head]
    return new

# %% right: torch.where with a mask of the last axis, once more
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    here = torch.arange(mixed.shape[-1]) // d_head == head
    return torch.where(here, other, mixed)

# %% prelude
import torch

# %% wrong: reshape to (d_head, n_heads): every n_heads-th number
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    d_head = mixed.shape[-1] // n_heads
    a = new.view(*mixed.shape[:2], d_head, n_heads)
    b = other.reshape(*other.shape[:2], d_head, n_heads)
    a[..., head] = b[..., head]
    return new

# %% wrong: view instead of a clone: changes mixed in place
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    new = mixed.view(B, T, n_heads, d_model // n_heads)
    new[:, :, head] = other.view(other.shape[0], other.shape[1], n_heads, -1)[:, :, head]
    return new.reshape(B, T, d_model)

# %% wrong: loop over sentences: raises where other has B = 1
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    d = mixed.shape[-1] // n_heads
    for b in range(mixed.shape[0]):
        new[b, :, head * d:(head + 1) * d] = other[b, :, head * d:(head + 1) * d]
    return new

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

# %% wrong: interleaved: every n_heads-th number belongs to the head
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    new[..., head::n_heads] = other[..., head::n_heads]
    return new

# %% wrong: right place, but always the first d_head numbers of other (head 0's)
def patch(mixed, other, head, n_heads):
    d_head = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[..., head * d_head : (head + 1) * d_head] = other[..., :d_head]
    return new

# %% wrong: reshape to (B, n_heads, T, d_head) without a transpose
def patch(mixed, other, head, n_heads):
    B, T, d_model = mixed.shape
    new = mixed.clone().reshape(B, n_heads, T, d_model // n_heads)
    new[:, head] = other.expand(B, T, d_model).reshape(B, n_heads, T, d_model // n_heads)[:, head]
    return new.reshape(B, T, d_model)

# %% right: torch.where with the number of the head each number belongs to
def patch(mixed, other, head, n_heads):
    owner = torch.arange(mixed.shape[-1]).div(mixed.shape[-1] // n_heads, rounding_mode="floor")
    return torch.where(owner.eq(head), other, mixed)

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

# %% wrong: puts in the mean of other over the sentences
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[..., head * d : (head + 1) * d] = other.mean(dim=0, keepdim=True)[..., head * d : (head + 1) * d]
    return new

# %% wrong: slice of all heads up to and including this one (starts at 0)
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[..., : (head + 1) * d] = other[..., : (head + 1) * d]
    return new

# %% wrong: only the last position is patched
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[:, -1, head * d : (head + 1) * d] = other[:, -1, head * d : (head + 1) * d]
    return new

# %% wrong: first row of other given to all positions
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    new = mixed.clone()
    new[..., head * d : (head + 1) * d] = other[:, :1, head * d : (head + 1) * d]
    return new

# %% wrong: scales other's part to the length of mixed's part
def patch(mixed, other, head, n_heads):
    d = mixed.shape[-1] // n_heads
    part = slice(head * d, (head + 1) * d)
    new = mixed.clone()
    put = other[..., part].expand_as(mixed[..., part])
    new[..., part] = F.normalize(put, dim=-1) * mixed[..., part].norm(dim=-1, keepdim=True)
    return new

# %% right: unflatten view of a clone, other.expand_as
def patch(mixed, other, head, n_heads):
    new = mixed.clone()
    new.unflatten(-1, (n_heads, -1))[:, :, head] = other.expand_as(mixed).unflatten(-1, (n_heads, -1))[:, :, head]
    return new

# %% right: chunk and cat
def patch(mixed, other, head, n_heads):
    parts = list(mixed.chunk(n_heads, dim=-1))
    parts[head] = other.chunk(n_heads, dim=-1)[head].expand_as(parts[head])
    return torch.cat(parts, dim=-1)
