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
# %% prelude
import torch
import torch.nn.functional as F
# %% wrong: the rows of lost tokens are set to 0, not the columns
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, :, None], 0.0)
    total = left.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, left / total, torch.zeros_like(left))
# %% wrong: a row of which nothing is left becomes NaN (0 / 0)
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0)
    return left / left.sum(dim=-1, keepdim=True)
# %% wrong: one axis too few, the sentences of lost fall on the axis of the heads
def take_away(weights, lost):
    left = weights.masked_fill(lost.unsqueeze(1), 0.0)
    total = left.sum(-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)
# %% wrong: softmax over the weights that are left, which does not keep their proportions
def take_away(weights, lost):
    gone = lost[:, None, None, :]
    new = weights.masked_fill(gone, float("-inf")).softmax(dim=-1)
    return new.nan_to_num(0.0)
# %% wrong: changes the weights it was given in place (masked_fill_ and /=) and returns them
def take_away(weights, lost):
    weights.masked_fill_(lost[:, None, None], 0.0)
    rest = weights.sum(-1, keepdim=True)
    weights /= torch.where(rest == 0, 1.0, rest)
    return weights
# %% wrong: a small number is added below the line, so that a row with little left does not sum to 1
def take_away(weights, lost):
    left = weights * ~lost[:, None, None, :]
    return left / (left.sum(dim=-1, keepdim=True) + 1e-6)
# %% wrong: what was taken away is spread equally over the rest, proportions are not kept
def take_away(weights, lost):
    gone = lost[:, None, None, :]
    taken = (weights * gone).sum(dim=-1, keepdim=True)
    n_left = (~gone).sum(dim=-1, keepdim=True).clamp(min=1)
    return (weights + taken / n_left).masked_fill(gone, 0.0)
# %% wrong: only sentences that lose every token get rows of 0; rows whose other weights are 0 anyway become NaN
def take_away(weights, lost):
    keep = ~lost[:, None, None, :]
    new = weights * keep
    new = new / new.sum(dim=-1, keepdim=True)
    nothing = lost.all(dim=1)[:, None, None, None]
    return new.masked_fill(nothing, 0.0)
# %% wrong: the result is float32, whatever the dtype of the weights
def take_away(weights, lost):
    left = weights.float() * (~lost).float()[:, None, None, :]
    total = left.sum(dim=-1, keepdim=True)
    total[total == 0] = 1.0
    return left / total
# %% right: sentence by sentence, in a loop
def take_away(weights, lost):
    new = weights.clone()
    for sentence, gone in zip(new, lost):
        sentence[:, :, gone] = 0
        rest = sentence.sum(dim=2, keepdim=True)
        rest[rest == 0] = 1
        sentence /= rest
    return new
# %% right: einsum for what is left, nan_to_num for the empty rows
def take_away(weights, lost):
    kept = (~lost).to(weights.dtype)
    left = torch.einsum("bhqk,bk->bhqk", weights, kept)
    share = torch.einsum("bhqk,bk->bhq", weights, kept).unsqueeze(-1)
    return torch.nan_to_num(left / share, nan=0.0)
# %% prelude
import torch
# %% wrong: lost gets one axis only (B, 1, T_k), which is matched with the heads instead of the sentences
def take_away(weights, lost):
    """Weights (B, n_heads, T_q, T_k) without the tokens that are lost (B, T_k): what is left grows to sum to 1."""
    kept = weights.masked_fill(lost.unsqueeze(1), 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, kept / total, torch.zeros_like(kept))
# %% wrong: takes away rows (queries) instead of columns
def take_away(weights, lost):
    w = weights.masked_fill(lost[:, None, :, None], 0)
    s = w.sum(-1, keepdim=True)
    s = s.masked_fill(s == 0, 1)
    return w / s
# %% wrong: a row of which nothing is left becomes NaN (0 / 0) (2)
def take_away(weights, lost):
    new = weights.masked_fill(lost[:, None, None, :], 0.0)
    return new / new.sum(dim=-1, keepdim=True)
# %% wrong: masked_fill_ in place, the weights that came in are changed
def take_away(weights, lost):
    weights.masked_fill_(lost[:, None, None], 0.0)
    total = weights.sum(-1, keepdim=True)
    return weights / total.where(total > 0, torch.ones_like(total))
# %% wrong: what was lost is spread in equal parts over what is left, which does not keep the proportions
def take_away(weights, lost):
    lost = lost[:, None, None, :].expand_as(weights)
    kept = weights.masked_fill(lost, 0.0)
    missing = 1 - kept.sum(-1, keepdim=True)
    n_left = (~lost).sum(-1, keepdim=True).clamp(min=1)
    return torch.where(lost, kept, kept + missing / n_left)
# %% wrong: adds 1e-6 to the sum, so that rows of which little is left do not sum to 1
def take_away(weights, lost):
    mask = (~lost).unsqueeze(1).unsqueeze(1).to(weights.dtype)
    weights = weights * mask
    return weights / (weights.sum(dim=-1, keepdim=True) + 1e-6)
# %% wrong: a second softmax over the weights that are left, as if they were scores
def take_away(weights, lost):
    hidden = lost.unsqueeze(1).unsqueeze(2)
    new = weights.masked_fill(hidden, torch.finfo(weights.dtype).min).softmax(dim=-1)
    return new.masked_fill(hidden, 0.0)
# %% right: product with the kept columns, 0 / 0 replaced by 0
def take_away(weights, lost):
    kept = torch.einsum("bhqk,bk->bhqk", weights, lost.logical_not().to(weights.dtype))
    return (kept / kept.sum(-1).unsqueeze(-1)).nan_to_num(nan=0.0)
# %% right: a loop over sentences and heads, rows divided only where something is left
def take_away(weights, lost):
    new = torch.zeros_like(weights)
    for b in range(weights.shape[0]):
        stay = (~lost[b]).nonzero().flatten()
        for h in range(weights.shape[1]):
            left = weights[b, h][:, stay]
            total = left.sum(1)
            for q in range(left.shape[0]):
                if total[q] > 0:
                    new[b, h, q, stay] = left[q] / total[q]
    return new


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

# %% wrong: clamp(min=1) copied from course's `uniform`: nothing is scaled up
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / left.sum(-1, keepdim=True).clamp(min=1)

# %% wrong: -inf and a softmax over the weights (taken for scores)
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], float("-inf"))
    return left.softmax(dim=-1).nan_to_num(0.0)

# %% wrong: what was lost is spread equally over what is left, proportions change
def take_away(weights, lost):
    away = lost[:, None, None, :]
    left = weights.masked_fill(away, 0.0)
    missing = 1 - left.sum(dim=-1, keepdim=True)
    n_left = (~away).sum(dim=-1, keepdim=True).clamp(min=1)
    return (left + missing / n_left).masked_fill(away, 0.0)

# %% wrong: lost put at the wrong axes: lost[None, None], (1, 1, B, T_k)
def take_away(weights, lost):
    left = weights.masked_fill(lost[None, None], 0.0)
    total = left.sum(-1, keepdim=True)
    return torch.where(total > 0, left / total, 0.0)

# %% right: softmax of the logarithm, as a masked softmax
def take_away(weights, lost):
    logs = weights.log().masked_fill(lost.unsqueeze(1).unsqueeze(1), float("-inf"))
    return torch.nan_to_num(logs.softmax(-1))


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

# %% wrong: divides by 1 - what was taken, not by what is left: rounding when little is left
def take_away(weights, lost):
    lost = lost[:, None, None, :]
    gone = (weights * lost).sum(-1, keepdim=True)
    left = weights.masked_fill(lost, 0.0)
    return torch.where(gone < 1, left / (1 - gone), torch.zeros_like(left))

# %% wrong: gives what was taken in equal parts to the remaining columns
def take_away(weights, lost):
    lost = lost[:, None, None, :]
    left = weights.masked_fill(lost, 0.0)
    gone = 1 - left.sum(-1, keepdim=True)
    n = (~lost).sum(-1, keepdim=True).clamp(min=1)
    return (left + gone / n).masked_fill(lost, 0.0)

# %% wrong: takes a token away from all sentences if any sentence has lost it
def take_away(weights, lost):
    gone = lost.any(dim=0)
    left = weights.masked_fill(gone, 0.0)
    total = left.sum(-1, keepdim=True)
    return torch.where(total > 0, left / total, torch.zeros_like(left))

# %% wrong: changes weights in place, and makes all heads together sum to 1 (sum over heads too)
def take_away(weights, lost):
    weights.masked_fill_(lost[:, None, None, :], 0.0)
    total = weights.sum(dim=(1, 3), keepdim=True)
    return torch.where(total > 0, weights / total, torch.zeros_like(weights))


# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: masked with -inf and softmax taken again over weights
def take_away(weights, lost):
    masked = weights.masked_fill(lost[:, None, None, :], float("-inf"))
    return torch.softmax(masked, dim=-1).nan_to_num(0.0)

# %% wrong: the lost weight is given in equal parts to what is left: proportions not kept
def take_away(weights, lost):
    gone = lost[:, None, None, :]
    left = weights.masked_fill(gone, 0.0)
    missing = 1 - left.sum(dim=-1, keepdim=True)
    n_left = (~gone).sum(dim=-1, keepdim=True).clamp(min=1)
    return (left + missing / n_left).masked_fill(gone, 0.0)

# %% right: F.normalize(p=1)
def take_away(weights, lost):
    keep = ~lost[:, None, None]
    return F.normalize(weights * keep, p=1, dim=-1)


# %% prelude
import torch

# %% wrong: 0 / 0 is NaN in a row of which nothing is left
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / left.sum(dim=-1, keepdim=True)

# %% wrong: 1e-9 added below the line, a row with 5e-8 left sums to 0.98
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / (left.sum(dim=-1, keepdim=True) + 1e-9)

# %% wrong: softmax over the weights with -inf, as over scores, nan_to_num for empty rows
def take_away(weights, lost):
    masked = weights.masked_fill(lost[:, None, None, :], float("-inf"))
    return masked.softmax(dim=-1).nan_to_num(0.0)

# %% right: times a mask that is a view, torch.where twice for empty rows
def take_away(weights, lost):
    B, H, Q, K = weights.shape
    keep = (~lost).view(B, 1, 1, K).to(weights.dtype)
    left = weights * keep
    total = left.sum(-1, keepdim=True)
    return torch.where(total > 0, left / torch.where(total > 0, total, torch.ones_like(total)), torch.zeros_like(left))


# %% prelude
import torch

# %% wrong: divides by 1 - (weight lost) instead of by what is left: cancels for 5e-8
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    gone = (weights * mask).sum(-1, keepdim=True)
    kept = weights.masked_fill(mask, 0.0)
    left = 1 - gone
    return torch.where(left > 0, kept / left, torch.zeros_like(kept))

# %% wrong: what is lost is spread equally over the tokens that stay (proportions not kept)
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    kept = weights.masked_fill(mask, 0.0)
    missing = 1 - kept.sum(dim=-1, keepdim=True)
    n = (~mask).sum(dim=-1, keepdim=True)
    return (kept + missing / n.clamp(min=1)).masked_fill(mask, 0.0)

# %% wrong: sums over the rows (dim=-2) instead of over the source tokens
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, None, :], 0.0)
    total = kept.sum(dim=-2, keepdim=True)
    return torch.where(total > 0, kept / total, 0.0)

# %% prelude
import torch

# %% wrong: lost put on the query axis
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, :, None], 0.0)
    total = left.sum(-1, keepdim=True)
    return left / total.masked_fill(total == 0, 1.0)

# %% wrong: the lost weight is spread equally over the columns left instead of in proportion
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    left = weights.masked_fill(mask, 0.0)
    gone = 1 - left.sum(-1, keepdim=True)
    n_left = (~mask).sum(-1, keepdim=True)
    return (left + gone / n_left.clamp(min=1)).masked_fill(mask, 0.0)

# %% right: torch.where and einsum
def take_away(weights, lost):
    keep = (~lost).to(weights.dtype)
    left = torch.einsum("bhqk,bk->bhqk", weights, keep)
    total = left.sum(dim=3, keepdim=True)
    return torch.where(total > 0, left / total, torch.zeros_like(left))

# %% prelude
import torch

# %% wrong: masks with -inf and takes a softmax of the weights, as in the attention lessons
def take_away(weights, lost):
    masked = weights.masked_fill(lost[:, None, None, :], float("-inf"))
    new = torch.softmax(masked, dim=-1)
    return torch.nan_to_num(new, nan=0.0)

# %% wrong: + 1e-8 below the line against 0 / 0 (a row with 5e-8 left sums to 0.83)
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / (left.sum(dim=-1, keepdim=True) + 1e-8)

# %% right: multiplies with ~lost, nan_to_num after the division
def take_away(weights, lost):
    b, t_k = lost.shape
    left = weights * (~lost).view(b, 1, 1, t_k)
    return (left / left.sum(-1, keepdim=True)).nan_to_num(0.0)

# %% prelude
import torch

# %% wrong: the freed weight is shared out equally among the tokens that are left
def take_away(weights, lost):
    gone = lost[:, None, None, :]
    left = weights.masked_fill(gone, 0.0)
    freed = 1 - left.sum(dim=-1, keepdim=True)
    n_left = (~gone).sum(dim=-1, keepdim=True).clamp(min=1)
    return (left + freed / n_left).masked_fill(gone, 0.0)

# %% wrong: log, -inf, softmax: a row of which nothing is left is NaN
def take_away(weights, lost):
    scores = weights.log().masked_fill(lost[:, None, None, :], float("-inf"))
    return scores.softmax(dim=-1)

# %% right: multiplies by the kept ones, divides by 1 where nothing is left
def take_away(weights, lost):
    keep = (~lost).to(weights.dtype).unsqueeze(1).unsqueeze(1)
    left = weights * keep
    total = torch.sum(left, -1, keepdim=True)
    return left / torch.where(total > 0, total, torch.ones_like(total))

# %% prelude
import torch

# %% wrong: clamp(min=1e-6): a row with 5e-8 left does not sum to 1
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, None, :], 0.0)
    return kept / kept.sum(dim=-1, keepdim=True).clamp(min=1e-6)

# %% wrong: softmax once more over the weights, -inf in lost columns
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    new = weights.masked_fill(mask, float("-inf")).softmax(dim=-1)
    return torch.nan_to_num(new, nan=0.0)

# %% wrong: gives the freed weight in equal parts to the columns that are left
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    kept = weights.masked_fill(mask, 0.0)
    missing = 1 - kept.sum(dim=-1, keepdim=True)
    n_left = (~mask).sum(dim=-1, keepdim=True)
    new = kept + missing / n_left.clamp(min=1)
    return new.masked_fill(mask, 0.0)

# %% wrong: only one axis added: lost[:, None] is (B, 1, T_k), B falls on the axis of heads
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None], 0)
    total = kept.sum(-1, keepdim=True)
    return torch.where(total > 0, kept / total, kept)

# %% right: product with the complement, torch.where for empty rows
def take_away(weights, lost):
    stays = (~lost).to(weights.dtype)
    kept = torch.einsum("bhqk,bk->bhqk", weights, stays)
    total = kept.sum(-1, keepdim=True)
    return torch.where(total > 0, kept / total, torch.zeros_like(kept))

# %% prelude
import torch

# %% wrong: empty rows forgotten: 0 / 0 is nan
def take_away(weights, lost):
    kept = weights.masked_fill(lost.unsqueeze(1).unsqueeze(1), 0)
    return kept / kept.sum(-1, keepdim=True)

# %% wrong: axes of length 1 in the wrong places: takes rows (queries) away, or raises
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, :, None], 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, kept / total, torch.zeros_like(kept))

# %% right: einsum, multiplication and nan_to_num
def take_away(weights, lost):
    kept = torch.einsum("bhqk,bk->bhqk", weights, (~lost).to(weights.dtype))
    return torch.nan_to_num(kept / kept.sum(-1)[..., None], nan=0.0)

# %% prelude
import torch

# %% right: multiplication by the boolean, nan_to_num
def take_away(weights, lost):
    kept = weights * (~lost).unsqueeze(1).unsqueeze(2)
    return torch.nan_to_num(kept / kept.sum(-1, keepdim=True), nan=0.0)

# %% prelude
import torch

# %% wrong: lost on the axis of the queries
def take_away(weights, lost):
    new = weights.masked_fill(lost[:, None, :, None], 0.0)
    total = new.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, new / total, torch.zeros_like(new))

# %% wrong: 1e-9 added below the line: rows of 5e-8 sum to 0.98
def take_away(weights, lost):
    new = weights.masked_fill(lost[:, None, None, :], 0)
    return new / (new.sum(dim=-1, keepdim=True) + 1e-9)

# %% wrong: the lost weight is spread equally over the columns left
def take_away(weights, lost):
    gone = lost[:, None, None, :]
    new = weights.masked_fill(gone, 0.0)
    free = 1 - new.sum(dim=-1, keepdim=True)
    n_left = (~gone).sum(dim=-1, keepdim=True).clamp(min=1)
    return torch.where(gone, 0.0, new + free / n_left).to(weights.dtype)

# %% right: product with the mask and nan_to_num
def take_away(weights, lost):
    kept = torch.einsum("bhqk,bk->bhqk", weights, (~lost).to(weights.dtype))
    return torch.nan_to_num(kept / kept.sum(-1, keepdim=True), nan=0.0)

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

# %% wrong: sum + 1e-9 against division by zero: rows of which hardly anything is left do not sum to 1
def take_away(weights, lost):
    left = weights.masked_fill(lost[:, None, None, :], 0.0)
    return left / (left.sum(dim=-1, keepdim=True) + 1e-9)

# %% wrong: divides by 1 - (what was taken away): rounding when hardly anything is left
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    taken = weights.masked_fill(~mask, 0.0).sum(dim=-1, keepdim=True)
    left = weights.masked_fill(mask, 0.0)
    rest = 1 - taken
    return torch.where(rest > 0, left / rest, torch.zeros_like(left))

# %% wrong: the lost weight is spread evenly over the tokens that stay, not in proportion
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    left = weights.masked_fill(mask, 0.0)
    n_left = (~mask).sum(dim=-1, keepdim=True).clamp(min=1)
    missing = 1 - left.sum(dim=-1, keepdim=True)
    return (left + missing / n_left).masked_fill(mask, 0.0)

# %% right: einsum with the kept columns, nan_to_num for the empty rows
def take_away(weights, lost):
    left = torch.einsum("bhqk,bk->bhqk", weights, (~lost).to(weights.dtype))
    return torch.nan_to_num(left / torch.einsum("bhqk->bhq", left).unsqueeze(-1), nan=0.0)

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

# %% wrong: sum over heads as well: mean row over heads sums to 1
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, None], 0.0)
    total = kept.sum(dim=(1, 3), keepdim=True) / weights.shape[1]
    return torch.where(total > 0, kept / total, kept)

# %% right: softmax of masked logs, nan_to_num
def take_away(weights, lost):
    logs = weights.log().masked_fill(lost.unsqueeze(1).unsqueeze(1), float("-inf"))
    return logs.softmax(dim=-1).nan_to_num(nan=0.0)

# %% wrong: row of which nothing is left: uniform over tokens that stay
def take_away(weights, lost):
    mask = lost[:, None, None, :]
    kept = weights.masked_fill(mask, 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    stay = (~mask).to(weights.dtype)
    even = (stay / stay.sum(dim=-1, keepdim=True).clamp(min=1)).expand_as(weights)
    return torch.where(total > 0, kept / total, even)

# %% wrong: computed and returned in float64
def take_away(weights, lost):
    kept = weights.double().masked_fill(lost[:, None, None, :], 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    return kept / total.masked_fill(total == 0, 1.0)

# %% wrong: rows of lost tokens silenced too (as in self-attention) if T_q == T_k
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, None, :], 0.0)
    if weights.shape[-1] == weights.shape[-2]:
        kept = kept.masked_fill(lost[:, None, :, None], 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    return kept / total.masked_fill(total == 0, 1.0)

# %% wrong: a token lost in one sentence is lost in all (lost.any(0))
def take_away(weights, lost):
    kept = weights.masked_fill(lost.any(dim=0), 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    return kept / total.masked_fill(total == 0, 1.0)

# %% wrong: returns float32 result, rows rounded: sum over -1 of weights in half where row is sharp (weights below 1e-3 set to 0)
def take_away(weights, lost):
    kept = weights.masked_fill(lost[:, None, None, :], 0.0)
    total = kept.sum(dim=-1, keepdim=True)
    new = kept / total.masked_fill(total == 0, 1.0)
    return new.masked_fill(new < 1e-3, 0.0)

# %% right: F.normalize with p=1
def take_away(weights, lost):
    return F.normalize(torch.einsum("bhqk,bk->bhqk", weights, (~lost).to(weights)), p=1, dim=-1)
