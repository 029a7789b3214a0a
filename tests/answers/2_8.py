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
