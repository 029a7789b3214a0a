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
