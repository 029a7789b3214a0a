# %% prelude
import math
import torch

# %% wrong: multiplied instead of divided
def length_penalty_score(log_p, n, alpha):
    return log_p * ((5 + n) / 6) ** alpha

# %% wrong: precedence, 5 + n / 6
def length_penalty_score(log_p, n, alpha):
    return log_p / (5 + n / 6) ** alpha

# %% wrong: power taken before the division by 6
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) ** alpha / 6)

# %% wrong: alpha as a factor
def length_penalty_score(log_p, n, alpha):
    return log_p / (alpha * (5 + n) / 6)

# %% wrong: alpha typed in as 0.6
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** 0.6

# %% wrong: simply the length to the power alpha
def length_penalty_score(log_p, n, alpha):
    return log_p / n ** alpha

# %% wrong: eos not counted
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n - 1) / 6) ** alpha

# %% wrong: whole-number division
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) // 6) ** alpha

# %% wrong: n taken from the number of sentences
def length_penalty_score(log_p, n, alpha):
    n = len(log_p)
    return log_p / ((5 + n) / 6) ** alpha

# %% wrong: the longest length for all
def length_penalty_score(log_p, n, alpha):
    length = torch.as_tensor(n).max()
    return log_p / ((5 + length) / 6) ** alpha

# %% wrong: needs a tensor n
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n.float()) / 6).pow(alpha)
    return log_p / penalty

# %% wrong: changes log_p in place
def length_penalty_score(log_p, n, alpha):
    log_p /= ((5 + n) / 6) ** alpha
    return log_p

# %% wrong: divides probabilities, then takes the logarithm
def length_penalty_score(log_p, n, alpha):
    return (log_p.exp() / ((5 + n) / 6) ** alpha).log()

# %% right: the formula
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6) ** alpha

# %% right: penalty as a negative power
def length_penalty_score(log_p, n, alpha):
    lengths = torch.as_tensor(n)
    return log_p * torch.pow((5.0 + lengths) / 6.0, -alpha)

# %% right: sentence by sentence
def length_penalty_score(log_p, n, alpha):
    lengths = n.tolist() if isinstance(n, torch.Tensor) and n.dim() else [int(n)] * len(log_p)
    return torch.stack([log_p[i] / ((5 + length) / 6) ** alpha for i, length in enumerate(lengths)])

# %% right: through logarithms
def length_penalty_score(log_p, n, alpha):
    base = (5 + torch.as_tensor(n, dtype=log_p.dtype)) / 6
    return log_p / torch.exp(alpha * torch.log(base))

# %% prelude
import math
import torch
# %% wrong: divided by n to the power alpha
def length_penalty_score(log_p, n, alpha):
    return log_p / n ** alpha
# %% wrong: 5 + n / 6
def length_penalty_score(log_p, n, alpha):
    return log_p / (5 + n / 6) ** alpha
# %% wrong: changes log_p in place, another one
def length_penalty_score(log_p, n, alpha):
    log_p /= ((5 + n) / 6) ** alpha
    return log_p
# %% wrong: whole-number division, another one
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) // 6) ** alpha
# %% wrong: n must be a tensor
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n.float()) / 6).pow(alpha)
    return log_p / penalty
# %% wrong: multiplied
def length_penalty_score(log_p, n, alpha):
    return log_p * ((5 + n) / 6) ** alpha
# %% wrong: eos left out of the length
def length_penalty_score(log_p, n, alpha):
    length = n - 1
    return log_p / ((5 + length) / 6) ** alpha
# %% wrong: math.pow of a tensor
def length_penalty_score(log_p, n, alpha):
    return log_p / math.pow((5 + n) / 6, alpha)
# %% right: by the formula
def length_penalty_score(log_p, n, alpha):
    """Log-probabilities (N,) of sentences of n tokens, with a penalty for being short: scores (N,)."""
    return log_p / ((5 + n) / 6) ** alpha
# %% right: exp of a logarithm
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.exp(-alpha * (torch.log(5 + n) - math.log(6)))
# %% right: one sentence at a time
def length_penalty_score(log_p, n, alpha):
    lengths = n.tolist() if torch.is_tensor(n) and n.dim() else [int(n)] * len(log_p)
    scores = torch.empty_like(log_p)
    for i, length in enumerate(lengths):
        scores[i] = log_p[i] / ((5 + length) ** alpha / 6 ** alpha)
    return scores

# %% prelude
import math
import torch
# %% wrong: n to the power of alpha, without 5 and 6
def length_penalty_score(log_p, n, alpha):
    return log_p / n ** alpha
# %% wrong: only the numerator to the power of alpha
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) ** alpha / 6)
# %% wrong: alpha as a factor, once more
def length_penalty_score(log_p, n, alpha):
    penalty = alpha * (5 + n) / 6
    return log_p / penalty
# %% wrong: eos taken off the length
def length_penalty_score(log_p, n, alpha):
    n = n - 1
    return log_p / ((5 + n) / 6) ** alpha
# %% right: torch.div and pow
def length_penalty_score(log_p, n, alpha):
    return torch.div(log_p, torch.as_tensor((5 + n) / 6).pow(alpha))
# %% prelude
import math
import torch
# %% wrong: eos not counted, n - 1
def length_penalty_score(log_p, n, alpha):
    words = n - 1
    return log_p / ((5 + words) / 6) ** alpha
# %% wrong: whole-number division (5 + n) // 6
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n) // 6) ** alpha
    return log_p / penalty
# %% wrong: works for n as a tensor only, one plain number for all fails
def length_penalty_score(log_p, n, alpha):
    return log_p / (5 + n.float()).div(6).pow(alpha)
# %% wrong: alpha is a factor, not an exponent
def length_penalty_score(log_p, n, alpha):
    return log_p / (alpha * (5 + n) / 6) if alpha else log_p
# %% wrong: n is made a column, so the scores are a table (N, N)
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n).reshape(-1, 1)
    return (log_p / ((5 + n) / 6) ** alpha).squeeze()
# %% right: by exponent and logarithm
def length_penalty_score(log_p, n, alpha):
    length = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.exp(-alpha * (torch.log(5 + length) - math.log(6)))
# %% right: a loop over the sentences
def length_penalty_score(log_p, n, alpha):
    lengths = torch.as_tensor(n).expand(log_p.shape).tolist()
    return torch.stack([one * (6 / (5 + length)) ** alpha for one, length in zip(log_p, lengths, strict=True)])
# %% prelude
import math
import torch
# %% wrong: divides by n to the power alpha (another library's length normalisation) instead of ((5 + n) / 6) ** alpha
def length_penalty_score(log_p, n, alpha):
    """Log-probabilities (N,) of sentences of n tokens, with a penalty for being short: scores (N,)."""
    return log_p / (n ** alpha)
# %% wrong: raises only 5 + n to the power alpha, the 6 stays outside of the power
def length_penalty_score(log_p, n, alpha):
    numerator = (5 + n) ** alpha
    denominator = 6
    lp = numerator / denominator
    return log_p / lp
# %% wrong: zips over n, so that one number for all sentences raises an error
def length_penalty_score(log_p, n, alpha):
    scores = []
    for p, length in zip(log_p, n):
        penalty = ((5 + length) / 6) ** alpha
        scores.append(p / penalty)
    return torch.stack(scores)
# %% wrong: takes eos off the length, though n counts it already (n - 1)
def length_penalty_score(log_p, n, alpha):
    n_words = n - 1      # eos is no word
    return log_p / torch.pow((5 + torch.as_tensor(n_words)) / 6, alpha)
# %% wrong: integer division of 5 + n by 6
def length_penalty_score(log_p, n, alpha):
    lp = ((5 + n) // (5 + 1)) ** alpha
    return log_p / lp
# %% wrong: multiplies by the penalty instead of dividing by it
def length_penalty_score(log_p, n, alpha):
    length_penalty = lambda n: ((5 + n) / 6) ** alpha
    return log_p * length_penalty(n)
# %% right: product with the power to minus alpha
def length_penalty_score(log_p, n, alpha):
    return ((5 + n) / 6) ** -alpha * log_p
# %% right: loop over the sentences, n expanded to one length for each
def length_penalty_score(log_p, n, alpha):
    lengths = torch.as_tensor(n).expand(log_p.shape)
    result = torch.empty_like(log_p)
    for i in range(len(log_p)):
        result[i] = log_p[i] / math.pow((5 + lengths[i].item()) / 6, alpha)
    return result


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

# %% wrong: floor division: (5 + n) // 6
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) // 6) ** alpha

# %% wrong: divides in place, so the caller's log_p is changed (the next α starts from it)
def length_penalty_score(log_p, n, alpha):
    log_p /= ((5 + n) / 6) ** alpha
    return log_p

# %% wrong: works for a tensor n only: torch.log of a plain number
def length_penalty_score(log_p, n, alpha):
    return log_p * torch.exp(-alpha * torch.log((5 + n) / 6))

# %% wrong: the penalty goes inside the logarithm: log(p / penalty)
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n) / 6) ** alpha
    return (log_p.exp() / penalty).log()

# %% right: torch.as_tensor, logarithms, exp
def length_penalty_score(log_p, n, alpha):
    log_penalty = alpha * (torch.as_tensor(n, dtype=log_p.dtype).add(5).log() - math.log(6))
    return log_p * log_penalty.neg().exp()

# %% prelude

# %% wrong: alpha cast to the dtype of n: for whole-number lengths 0.6 becomes 0
import torch
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n)
    alpha = torch.as_tensor(alpha).to(n.dtype)
    return log_p / ((5 + n) / 6) ** alpha

# %% wrong: divides in place: the caller's log_p becomes the scores
def length_penalty_score(log_p, n, alpha):
    log_p /= ((5 + n) / 6) ** alpha
    return log_p

# %% wrong: (5 + n) // 6, as in Python 2
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) // 6) ** alpha

# %% right: in log space: log_p * exp(alpha * (log 6 - log(5 + n)))
import math, torch
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.exp(alpha * (math.log(6.0) - torch.log(5 + n)))

# %% prelude
import torch

# %% wrong: n.float(): raises when n is one number for all
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n.float()) / 6) ** alpha
    return log_p / penalty

# %% right: multiplied by the inverse ratio
def length_penalty_score(log_p, n, alpha):
    shrink = (6 / (n + 5)) ** alpha
    return shrink * log_p

# %% prelude
import torch

# %% wrong: alpha multiplies instead of being an exponent
def length_penalty_score(log_p, n, alpha):
    penalty = (5 + n) / 6
    return log_p / penalty * alpha

# %% wrong: loops over n, raises when n is one number for all
def length_penalty_score(log_p, n, alpha):
    scores = torch.zeros(len(log_p))
    for i in range(len(log_p)):
        scores[i] = log_p[i] / ((5 + n[i]) / 6) ** alpha
    return scores

# %% right: by exp of a logarithm, n made a tensor
def length_penalty_score(log_p, n, alpha):
    lengths = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.exp(-alpha * torch.log((5 + lengths) / 6))

# %% prelude
import torch

# %% wrong: alpha as a factor, not as a power
def length_penalty_score(log_p, n, alpha):
    penalty = (5 + n) / 6 * alpha
    return log_p / penalty

# %% wrong: precedence: only the 6 gets the power alpha
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6 ** alpha)

# %% wrong: n.float(): fails when n is one number for all
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n.float()) / 6).pow(alpha)

# %% right: exp of -alpha times log of the length factor
def length_penalty_score(log_p, n, alpha):
    length = torch.as_tensor(n, dtype=log_p.dtype, device=log_p.device)
    return log_p * torch.exp(-alpha * torch.log((length + 5) / 6))

# %% prelude
import torch

# %% wrong: brackets: only the 6 is raised to alpha
def length_penalty_score(log_p, n, alpha):
    penalty = (5 + n) / 6 ** alpha
    return log_p / penalty

# %% wrong: n.float(): forgets that n may be one number
def length_penalty_score(log_p, n, alpha):
    lengths = n.float()
    return log_p / ((5 + lengths) / 6).pow(alpha)

# %% right: negative power, as_tensor
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.pow(n / 6 + 5 / 6, -alpha)

# %% prelude
import torch

# %% wrong: alpha multiplied instead of used as a power
def length_penalty_score(log_p, n, alpha):
    return log_p / ((5 + n) / 6 * alpha)

# %% wrong: adds eos again: n + 1
def length_penalty_score(log_p, n, alpha):
    n = n + 1                       # eos counts as well
    return log_p / ((5 + n) / 6) ** alpha

# %% right: right: product with the inverse, via exp and log
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p * torch.exp(-alpha * torch.log((n + 5) / 6))

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

# %% wrong: we are in log space, so 'divide' becomes 'subtract the log': log p - α log((5+n)/6)
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n)
    return log_p - alpha * torch.log((5 + n) / 6)

# %% wrong: bracket slip: (5+n)^α / 6, the power only over the numerator
def length_penalty_score(log_p, n, alpha):
    penalty = (5 + n) ** alpha / 6
    return log_p / penalty

# %% wrong: adds one for eos although n already counts it
def length_penalty_score(log_p, n, alpha):
    length = n + 1            # and eos
    return log_p / ((5 + length) / 6) ** alpha

# %% right: right: exp of -α log1p((n-1)/6), einsum product
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype).expand_as(log_p)
    factor = torch.exp(-alpha * torch.log1p((n - 1) / 6))
    return torch.einsum("i,i->i", log_p, factor)

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

# %% wrong: whole-number division: (5 + n) // 6
def length_penalty_score(log_p, n, alpha):
    penalty = ((5 + n) // 6) ** alpha
    return log_p / penalty

# %% wrong: dividing in the log domain = subtracting: log_p - alpha * log((5+n)/6)
def length_penalty_score(log_p, n, alpha):
    n = torch.as_tensor(n, dtype=log_p.dtype)
    return log_p - alpha * ((5 + n) / 6).log()

# %% wrong: edge only: n.to(dtype), fails where n is one plain number
def length_penalty_score(log_p, n, alpha):
    n = n.to(log_p.dtype)
    return log_p / ((5 + n) / 6).pow(alpha)

# %% right: exp of -alpha times a log, n by as_tensor
def length_penalty_score(log_p, n, alpha):
    longer = torch.as_tensor(n, dtype=log_p.dtype, device=log_p.device).add(5).div(6)
    return torch.einsum("n,n->n", log_p, torch.exp(-alpha * longer.log()).expand_as(log_p))
