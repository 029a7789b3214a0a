# %% prelude
import math
import numpy as np
import torch
# %% wrong: the variances multiplied, means forgotten
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * var_q * var_k
# %% wrong: d_k forgotten
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return (var_q + mean_q ** 2) * (var_k + mean_k ** 2) - (mean_q * mean_k) ** 2
# %% wrong: d_k squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k ** 2 * ((var_q + mean_q ** 2) * (var_k + mean_k ** 2) - (mean_q * mean_k) ** 2)
# %% wrong: the mean of the square, nothing subtracted
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q + mean_q ** 2) * (var_k + mean_k ** 2)
# %% wrong: standard deviation
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return math.sqrt(d_k * ((var_q + mean_q ** 2) * (var_k + mean_k ** 2) - (mean_q * mean_k) ** 2))
# %% wrong: means not squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + mean_q * var_k + mean_k * var_q)
# %% wrong: means beside the wrong variances
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + mean_q ** 2 * var_q + mean_k ** 2 * var_k)
# %% wrong: product of the variances left out
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (mean_q ** 2 * var_k + mean_k ** 2 * var_q)
# %% wrong: variances added
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q + var_k)
# %% wrong: the difference squared from outside
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q + mean_q ** 2) * (var_k + mean_k ** 2) - (d_k * mean_q * mean_k) ** 2
# %% wrong: estimated from random numbers
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q = mean_q + math.sqrt(var_q) * torch.randn(1000, d_k)
    k = mean_k + math.sqrt(var_k) * torch.randn(1000, d_k)
    return float((q * k).sum(1).var())
# %% wrong: divided by d_k already
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q ** 2) * (var_k + mean_k ** 2) - (mean_q * mean_k) ** 2) / d_k
# %% right: three terms
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + var_q * mean_k ** 2 + mean_q ** 2 * var_k)
# %% right: added up in a loop
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    total = 0
    for _ in range(d_k):
        total += var_q * var_k + var_q * mean_k * mean_k + var_k * mean_q * mean_q
    return total
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
# %% wrong: subtracts the square of the mean only once, outside of d_k
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q + mean_q**2) * (var_k + mean_k**2) - (mean_q * mean_k) ** 2
# %% wrong: mean of the product's square, never minus anything
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    eq2 = var_q + mean_q**2
    ek2 = var_k + mean_k**2
    return d_k * eq2 * ek2
# %% wrong: square of the mean of the whole sum from d_k second moments
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    second = d_k * (var_q + mean_q**2) * (var_k + mean_k**2)
    return second - (d_k * mean_q * mean_k) ** 2
# %% wrong: the third rule turned the wrong way, E[q^2] = var - mean^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    eq2, ek2 = var_q - mean_q**2, var_k - mean_k**2
    return d_k * (eq2 * ek2 - mean_q**2 * mean_k**2)
# %% wrong: mean of the product not squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q**2) * (var_k + mean_k**2) - mean_q * mean_k)
# %% wrong: variances squared, as if they were standard deviations
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q**2 + mean_q**2) * (var_k**2 + mean_k**2) - (mean_q * mean_k) ** 2)
# %% wrong: only the means of k count
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * var_q * (var_k + mean_k**2)
# %% wrong: divided by sqrt(d_k) once
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return math.sqrt(d_k) * ((var_q + mean_q**2) * (var_k + mean_k**2) - (mean_q * mean_k) ** 2)
# %% wrong: means added, not squared, E[q^2] = var + mean
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q) * (var_k + mean_k) - mean_q * mean_k)
# %% wrong: the caret for a power
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q ^ 2) * (var_k + mean_k ^ 2) - (mean_q * mean_k) ^ 2)
# %% wrong: right product, d_k squared as for a scaled sum
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    one = var_q * var_k + var_q * mean_k**2 + mean_q**2 * var_k
    return d_k**2 * one
# %% right: adds up one product after another
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return sum(var_q * var_k + var_q * mean_k * mean_k + var_k * mean_q * mean_q for _ in range(d_k))
# %% right: variance as mean of the conditional variance plus variance of the conditional mean
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    given_q = var_k * (var_q + mean_q**2)
    of_mean = mean_k**2 * var_q
    return (given_q + of_mean) * d_k
# %% right: lambda on the whole sums, with pow
def square_mean(mean, var):
    return var + pow(mean, 2)
score_variance = lambda n, m, v, mm, vv: n * square_mean(m, v) * square_mean(mm, vv) - n * pow(m, 2) * pow(mm, 2)
# %% right: through a tensor, item at the end
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    m = torch.tensor([mean_q, mean_k], dtype=torch.float64)
    v = torch.tensor([var_q, var_k], dtype=torch.float64)
    return (d_k * ((v + m**2).prod() - m.prod() ** 2)).item()
# %% wrong: d_k only before the first of three parts
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * var_q * var_k + var_q * mean_k**2 + var_k * mean_q**2
# %% wrong: square of the mean added, not subtracted
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q**2) * (var_k + mean_k**2) + (mean_q * mean_k) ** 2)
# %% wrong: squares only one factor of the mean
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q**2) * (var_k + mean_k**2) - mean_q * mean_k**2)
# %% wrong: standard deviations multiplied out, (sd_q mean_k + sd_k mean_q)^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    sd_q, sd_k = math.sqrt(var_q), math.sqrt(var_k)
    return d_k * (var_q * var_k + (sd_q * mean_k + sd_k * mean_q) ** 2)
# %% wrong: times 2 in place of squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q * 2) * (var_k + mean_k * 2) - mean_q * 2 * mean_k * 2)
# %% wrong: parentheses forgotten around the difference
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    eq2 = var_q + mean_q**2
    ek2 = var_k + mean_k**2
    return d_k * eq2 * ek2 - mean_q**2 * mean_k**2
# %% wrong: the squares of the two means subtracted, not of their product
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q**2) * (var_k + mean_k**2) - mean_q**2 - mean_k**2)
# %% wrong: cut to a whole number
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return int(d_k * (var_q * var_k + var_q * mean_k**2 + var_k * mean_q**2))
# %% wrong: answers the standard deviation
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return (d_k * (var_q * var_k + var_q * mean_k**2 + var_k * mean_q**2)) ** 0.5
# %% wrong: variance of mean only, var_q*var_k forgotten
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * mean_k**2 + var_k * mean_q**2)
# %% wrong: estimated from random numbers, once more
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q = mean_q + math.sqrt(var_q) * torch.randn(100_000, d_k)
    k = mean_k + math.sqrt(var_k) * torch.randn(100_000, d_k)
    return (q * k).sum(dim=-1).var().item()
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the square of the mean product is not subtracted (the mean square, not the variance)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q + mean_q**2
    square_k = var_k + mean_k**2
    return d_k * square_q * square_k
# %% wrong: the mean of the whole sum is squared, (d_k · mean)², instead of once for each product
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_square = d_k * (var_q + mean_q**2) * (var_k + mean_k**2)
    mean = d_k * mean_q * mean_k
    return mean_of_square - mean**2
# %% wrong: the arguments are in another order (both means, then both variances)
def score_variance(d_k, mean_q, mean_k, var_q, var_k):
    return d_k * (var_q * var_k + var_q * mean_k**2 + var_k * mean_q**2)
# %% wrong: the third rule solved with the wrong sign: mean of the square = variance - mean²
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q2 = var_q - mean_q**2
    k2 = var_k - mean_k**2
    return d_k * (q2 * k2 - (mean_q * mean_k) ** 2)
# %% wrong: an estimate from random numbers
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q = mean_q + math.sqrt(var_q) * torch.randn(5000, d_k)
    k = mean_k + math.sqrt(var_k) * torch.randn(5000, d_k)
    return (q * k).sum(dim=-1).var().item()
# %% wrong: the standard deviation, not the variance
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    one = (var_q + mean_q**2) * (var_k + mean_k**2) - (mean_q * mean_k) ** 2
    return math.sqrt(d_k * one)
# %% wrong: one of the two mixed terms is missing: the mean of k does not count
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    total = 0
    for _ in range(d_k):
        total += var_q * var_k + mean_q**2 * var_k
    return total
# %% wrong: two mistakes: the means are not squared in the mixed terms, and the sum over d_k is missing
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return var_q * var_k + var_q * mean_k + var_k * mean_q
# %% right: a helper for one product, summed in a loop
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    def of_product():
        return var_q * (var_k + mean_k * mean_k) + mean_q * mean_q * var_k
    total = 0.0
    for _ in range(d_k):
        total += of_product()
    return total
# %% right: the three terms multiplied out, with other names
def score_variance(n, a, s, b, t):
    return sum(n * term for term in (s * t, s * b**2, t * a**2))
# %% prelude
import math
import torch
# %% wrong: forgets to subtract the square of the mean; this is the mean of the squares
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    e_q2 = var_q + mean_q ** 2
    e_k2 = var_k + mean_k ** 2
    return d_k * e_q2 * e_k2
# %% wrong: pairs each variance with its own squared mean instead of the other's
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    """The variance of q·k: d_k independent products of numbers with these means and variances."""
    one = var_q * var_k + var_q * mean_q ** 2 + var_k * mean_k ** 2
    return d_k * one
# %% wrong: subtracts the mean of the product, not its square
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_square = (var_q + mean_q * mean_q) * (var_k + mean_k * mean_k)
    mean = mean_q * mean_k
    return d_k * (mean_of_square - mean)
# %% wrong: subtracts the squared mean of the whole sum, (d_k mean_q mean_k)^2, from the sum of the mean squares
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    sum_of_squares = d_k * (var_q + mean_q**2) * (var_k + mean_k**2)
    mean_of_sum = d_k * mean_q * mean_k
    return sum_of_squares - mean_of_sum**2
# %% wrong: takes the variances for standard deviations and squares them
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    one = var_q**2 * var_k**2 + var_q**2 * mean_k**2 + var_k**2 * mean_q**2
    return d_k * one
# %% wrong: an estimate from random numbers instead of the exact variance
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q = mean_q + math.sqrt(var_q) * torch.randn(20_000, d_k)
    k = mean_k + math.sqrt(var_k) * torch.randn(20_000, d_k)
    return (q * k).sum(dim=-1).var().item()
# %% right: the three rules with named steps, and the variances added in a loop
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_square_q = var_q + mean_q ** 2
    mean_square_k = var_k + mean_k ** 2
    one_product = mean_square_q * mean_square_k - (mean_q * mean_k) ** 2
    total = 0
    for _ in range(d_k):
        total += one_product
    return total
# %% right: written as var_q times the mean square of k, plus what the mean of q adds
def score_variance(n, mq, vq, mk, vk):
    return n * (vq * (vk + mk * mk) + mq * mq * vk)


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
import math, torch, torch.nn.functional as F
from functools import wraps
LOW = lambda s: torch.finfo(s.dtype).min
def core(q,k): return q @ k.transpose(-2,-1)/math.sqrt(q.shape[-1])
def pm(ids,pad_id): return (ids!=pad_id).unsqueeze(1)
def cm(n): return torch.ones(n,n,dtype=torch.bool).tril()

# %% wrong: mean in place of its square
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q*var_k + mean_q*var_k + mean_k*var_q)

# %% wrong: square of mean subtracted after the sum: d_k*E - (d_k mq mk)^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q+mean_q**2)*(var_k+mean_k**2) - (d_k*mean_q*mean_k)**2

# %% wrong: takes var for a standard deviation (squares them)
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*((var_q**2+mean_q**2)*(var_k**2+mean_k**2) - (mean_q*mean_k)**2)

# %% wrong: d_k multiplies the first term only (brackets)
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*var_q*var_k + mean_q**2*var_k + mean_k**2*var_q

# %% wrong: only one cross term (keys' mean forgotten)
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q*var_k + mean_q**2*var_k)

# %% wrong: cross terms crossed: mean_q^2 var_q + mean_k^2 var_k
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q*var_k + mean_q**2*var_q + mean_k**2*var_k)

# %% wrong: int() cuts the fraction off
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return int(d_k*((var_q+mean_q**2)*(var_k+mean_k**2) - (mean_q*mean_k)**2))

# %% wrong: second moment with the wrong sign: var - mean^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*((var_q-mean_q**2)*(var_k-mean_k**2) - (mean_q*mean_k)**2)

# %% wrong: sum of the variances of q and k (as for a sum, not a product)
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q+mean_q**2 + var_k+mean_k**2 - (mean_q+mean_k)**2)

# %% wrong: subtracts mean_q*mean_k, not squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*((var_q+mean_q**2)*(var_k+mean_k**2) - mean_q*mean_k)

# %% wrong: second moment not diminished by squared mean, and divided by sqrt(d_k) (already scaled)
def score_variance(d_k, mean_q, var_q, mean_k, var_k): return d_k*(var_q+mean_q**2)*(var_k+mean_k**2)/math.sqrt(d_k)

# %% right: enumerates two-point distributions with the same moments
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    qs = [mean_q - var_q**.5, mean_q + var_q**.5]; ks = [mean_k - var_k**.5, mean_k + var_k**.5]
    p = [x*y for x in qs for y in ks]; m = sum(p)/4
    return d_k*sum((x-m)**2 for x in p)/4

# %% prelude

# %% wrong: rule 3 applied to the whole sum: d_k E[q^2]E[k^2] - (d_k mq mk)^2 (cross terms forgotten)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_square = d_k * (var_q + mean_q**2) * (var_k + mean_k**2)
    mean = d_k * mean_q * mean_k
    return mean_of_square - mean**2

# %% wrong: means not squared (right for means 0 and 1)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + mean_q * var_k + mean_k * var_q)

# %% wrong: each mean with its own variance: mq^2 var_q + mk^2 var_k
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + mean_q**2 * var_q + mean_k**2 * var_k)

# %% prelude

# %% wrong: term mean_k^2 * var_q forgotten (only the page's example, mean_k = 0, worked out)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    # mean of q_1^2 is var_q + mean_q^2; times var_k
    return d_k * (var_q + mean_q ** 2) * var_k

# %% wrong: third rule applied to the whole sum, with the squares named first
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q + mean_q ** 2
    square_k = var_k + mean_k ** 2
    mean_of_square = d_k * square_q * square_k
    mean = d_k * mean_q * mean_k
    return mean_of_square - mean ** 2

# %% right: a sum over the d_k products, each by rule 3
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    total = 0
    for _ in range(d_k):
        mean_square = (var_q + mean_q * mean_q) * (var_k + mean_k * mean_k)
        total += mean_square - (mean_q * mean_k) ** 2
    return total

# %% prelude

# %% wrong: mean of the square of the product, square of its mean not subtracted
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_q_squared = var_q + mean_q ** 2
    mean_k_squared = var_k + mean_k ** 2
    return d_k * mean_q_squared * mean_k_squared

# %% wrong: third rule turned round: E[q^2] = var - mean^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q2 = var_q - mean_q ** 2
    k2 = var_k - mean_k ** 2
    return d_k * (q2 * k2 - (mean_q * mean_k) ** 2)

# %% wrong: square of the mean of the SUM subtracted: (d_k m m)^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_square = d_k * (var_q + mean_q ** 2) * (var_k + mean_k ** 2)
    mean = d_k * mean_q * mean_k
    return mean_of_square - mean ** 2

# %% prelude

# %% wrong: mean of the squared product only; minus squared mean forgotten
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q + mean_q ** 2
    square_k = var_k + mean_k ** 2
    return d_k * square_q * square_k

# %% wrong: brackets forgotten: d_k multiplies only the first of three terms
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * var_q * var_k + var_q * mean_k ** 2 + var_k * mean_q ** 2

# %% prelude

# %% wrong: mean of the squares summed, minus the square of the mean of the whole sum
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square = (var_q + mean_q**2) * (var_k + mean_k**2)
    mean_of_sum = d_k * mean_q * mean_k
    return d_k * square - mean_of_sum**2

# %% wrong: var_q and var_k read as standard deviations and squared
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q**2 + mean_q**2
    square_k = var_k**2 + mean_k**2
    return d_k * (square_q * square_k - (mean_q * mean_k)**2)

# %% right: three terms of one product, added d_k times
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    one = var_q * var_k + mean_q * mean_q * var_k + mean_k * mean_k * var_q
    total = 0
    for _ in range(d_k):
        total += one
    return total

# %% prelude


# %% wrong: generalised from the page's example with mean_k = 0: the term mean_k^2 var_q is missing
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q + mean_q ** 2
    return d_k * square_q * var_k

# %% wrong: parentheses: the square of the mean is subtracted once, not for each of the d_k products
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square_q = var_q + mean_q ** 2
    square_k = var_k + mean_k ** 2
    return d_k * square_q * square_k - (mean_q * mean_k) ** 2

# %% right: the expanded form
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    one = var_q * var_k
    one += mean_q * mean_q * var_k
    one += mean_k * mean_k * var_q
    return sum(one for _ in range(d_k))

# %% prelude


# %% wrong: the warm-up of the page (k has mean 0) taken as the general case: mean_k left out
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_q_squared = var_q + mean_q ** 2
    return d_k * mean_of_q_squared * var_k

# %% wrong: mean of the product subtracted, not its square
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    q2 = var_q + mean_q ** 2
    k2 = var_k + mean_k ** 2
    return d_k * (q2 * k2 - mean_q * mean_k)

# %% right: expanded form, three terms in a sum over the places
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    total = 0.0
    for _ in range(d_k):
        total += var_q * var_k + var_q * mean_k * mean_k + var_k * mean_q * mean_q
    return total

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: means not squared: var_q*var_k + mean_q*var_k + mean_k*var_q
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * (var_q * var_k + mean_q * var_k + mean_k * var_q)

# %% wrong: third rule on the whole sum: d_k * mean of square of ONE product, minus square of the mean of the SUM
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    square = d_k * (var_q + mean_q ** 2) * (var_k + mean_k ** 2)
    mean = d_k * mean_q * mean_k
    return square - mean ** 2

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: third rule on the sum: d_k * mean of squares - (d_k * mean)^2
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    mean_of_square = (var_q + mean_q ** 2) * (var_k + mean_k ** 2)
    mean = mean_q * mean_k
    return d_k * mean_of_square - (d_k * mean) ** 2

# %% wrong: var_q, var_k taken for standard deviations (squared once more)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    v_q, v_k = var_q ** 2, var_k ** 2
    return d_k * ((v_q + mean_q ** 2) * (v_k + mean_k ** 2) - mean_q ** 2 * mean_k ** 2)

# %% right: population variance of the four products of two-valued numbers, times d_k
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    sd_q, sd_k = math.sqrt(var_q), math.sqrt(var_k)
    products = [(mean_q + a * sd_q) * (mean_k + b * sd_k) for a in (-1, 1) for b in (-1, 1)]
    mean = sum(products) / 4
    return d_k * sum((p - mean) ** 2 for p in products) / 4

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.views import interactive
from course.views.figures import show_curves, show_weights

# %% wrong: d_k multiplies the first term only (brackets forgotten)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * var_q * var_k + mean_q ** 2 * var_k + mean_k ** 2 * var_q

# %% wrong: third rule misread: mean of the square = variance + mean (mean not squared)
def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    return d_k * ((var_q + mean_q) * (var_k + mean_k) - (mean_q * mean_k) ** 2)
