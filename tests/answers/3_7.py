# %% prelude
import torch
# %% wrong: gender alone
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1 + n_genders), torch.zeros(d, 1 + n_genders)
    W_q[1, 0] = W_k[0, 0] = 100
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 100
    return W_q, W_k
# %% wrong: number alone
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1 + n_numbers), torch.zeros(d, 1 + n_numbers)
    W_q[1, 0] = W_k[0, 0] = 100
    for n in range(n_numbers):
        W_q[3 + n_genders + n, 1 + n] = W_k[3 + n_genders + n, 1 + n] = 100
    return W_q, W_k
# %% wrong: kind of word not asked, so that it finds itself too
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 100
    return W_q, W_k
# %% wrong: too soft
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[1, 0] = W_k[0, 0] = 1
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 1
    return W_q, W_k
# %% wrong: exchanged
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[0, 0] = W_k[1, 0] = 50
    for i in range(3, d):
        W_q[i, i] = W_k[i, i] = 50
    return W_q, W_k
# %% wrong: looks for an adjective
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    return 50 * torch.eye(d), 50 * torch.eye(d)
# %% wrong: two genders and two numbers typed in
def find_noun(n_genders, n_numbers):
    W_q, W_k = torch.zeros(7, 5), torch.zeros(7, 5)
    W_q[1, 0] = W_k[0, 0] = 50
    for i in range(4):
        W_q[3 + i, 1 + i] = W_k[3 + i, 1 + i] = 50
    return W_q, W_k
# %% wrong: any noun
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 1), torch.zeros(d, 1)
    W_q[1, 0] = W_k[0, 0] = 50
    return W_q, W_k
# %% wrong: minus, so that it avoids its noun
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[1, 0], W_k[0, 0] = -50, 50
    for i in range(3, d):
        W_q[i, i], W_k[i, i] = -50, 50
    return W_q, W_k
# %% wrong: all zeros
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    return torch.zeros(d, d), torch.zeros(d, d)
# %% wrong: only W_q is returned
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.zeros(d, d)
    W_q[1, 0] = 50
    for i in range(3, d):
        W_q[i, i] = 50
    return W_q
# %% right: keys are the vectors themselves
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.zeros(d, d)
    W_q[1, 0] = 200.0
    W_q[3:, 3:] = 200.0 * torch.eye(d - 3)
    return W_q, torch.eye(d)
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention
# %% wrong: identity twice, each word looks for its like
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    return 30 * torch.eye(n), torch.eye(n)
# %% wrong: gender and number fit, noun is not asked for
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W = torch.zeros(n, n_genders + n_numbers)
    W[3:] = torch.eye(n_genders + n_numbers)
    return 50 * W, W
# %% wrong: asks for a noun from the row of the noun
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(3 + n_genders + n_numbers, d)
    W_k = torch.zeros(3 + n_genders + n_numbers, d)
    W_q[0, 0] = W_k[0, 0] = 1
    W_q[3:, 1:] = W_k[3:, 1:] = torch.eye(n_genders + n_numbers)
    return 60 * W_q, W_k
# %% wrong: scale of 1, shares too flat
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 1
    W_q[3:, 1:] = W_k[3:, 1:] = torch.eye(d - 1)
    return W_q, W_k
# %% wrong: noun counts for much more than gender and number
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0], W_k[0, 0] = 100, 1
    W_q[3:, 1:] = W_k[3:, 1:] = torch.eye(d - 1)
    return W_q, W_k
# %% wrong: gender only, the numbers forgotten
def find_noun(n_genders, n_numbers):
    W_q = torch.zeros(3 + n_genders + n_numbers, 1 + n_genders)
    W_k = torch.zeros(3 + n_genders + n_numbers, 1 + n_genders)
    W_q[1, 0] = W_k[0, 0] = 10
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 10
    return W_q, W_k
# %% wrong: numbers' rows start at n_genders, without the 3
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(3 + n_genders + n_numbers, d)
    W_k = torch.zeros(3 + n_genders + n_numbers, d)
    W_q[1, 0] = W_k[0, 0] = 10
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 10
    for m in range(n_numbers):
        W_q[n_genders + m, 1 + n_genders + m] = W_k[n_genders + m, 1 + n_genders + m] = 10
    return W_q, W_k
# %% wrong: genders and numbers share their columns
def find_noun(n_genders, n_numbers):
    d = 1 + max(n_genders, n_numbers)
    W_q = torch.zeros(3 + n_genders + n_numbers, d)
    W_k = torch.zeros(3 + n_genders + n_numbers, d)
    W_q[1, 0] = W_k[0, 0] = 10
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 10
    for m in range(n_numbers):
        W_q[3 + n_genders + m, 1 + m] = W_k[3 + n_genders + m, 1 + m] = 10
    return W_q, W_k
# %% wrong: returned as nn.Linear has them, (d_k, n)
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d, 3 + n_genders + n_numbers)
    W_k = torch.zeros(d, 3 + n_genders + n_numbers)
    W_q[0, 1] = W_k[0, 0] = 12
    W_q[1:, 3:] = W_k[1:, 3:] = 12 * torch.eye(d - 1)
    return W_q, W_k
# %% wrong: two genders and two numbers built in
def find_noun(n_genders, n_numbers):
    W_q = 12 * torch.tensor([[0., 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0],
                             [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    W_k = 12 * torch.tensor([[1., 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0],
                             [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    return W_q, W_k
# %% wrong: the columns of the key push adjectives away, but so little that others win
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q, W_k = 20 * torch.eye(n), torch.eye(n)
    W_k[1, 1] = -1
    return W_q, W_k
# %% wrong: keys and queries exchanged
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    for_adj = torch.zeros(d + 2, d)
    for_noun = torch.zeros(d + 2, d)
    for_adj[1, 0] = for_noun[0, 0] = 12
    for_adj[3:, 1:] = for_noun[3:, 1:] = 12 * torch.eye(d - 1)
    return for_noun, for_adj
# %% right: queries are the words themselves, all in W_k
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    fits = torch.eye(n)
    fits[:3, :3] = 0
    fits[0, 1] = 1
    return torch.eye(n), 20 * math.sqrt(n) * fits
# %% right: pairs of gender and number, one column each
def find_noun(n_genders, n_numbers):
    rows = 3 + n_genders + n_numbers
    W_k = torch.zeros(rows, n_genders * n_numbers + 1)
    for g in range(n_genders):
        for m in range(n_numbers):
            W_k[3 + g, g * n_numbers + m] += 1
            W_k[3 + n_genders + m, g * n_numbers + m] += 1
    W_q = W_k.clone()
    W_q[1, -1] = 1
    W_k[0, -1] = 2 * (n_genders + n_numbers)
    return 100 * W_q, W_k
# %% right: others and adjectives pushed down, mismatches made negative
def find_noun(n_genders, n_numbers):
    s = n_genders + n_numbers
    W_q = torch.zeros(3 + s, 2 + s, dtype=torch.float64)
    W_k = torch.zeros(3 + s, 2 + s, dtype=torch.float64)
    W_q[1, 0] = W_q[1, 1] = 40.
    W_k[1, 0] = W_k[2, 1] = -40.
    W_q[3:, 2:] = torch.eye(s)
    W_k[3:, 2:] = 60 * torch.eye(s) - 30
    return W_q, W_k
# %% right: different scales of the three wishes, d_k padded to 64
def find_noun(n_genders, n_numbers):
    W_q = torch.zeros(3 + n_genders + n_numbers, 64)
    W_k = torch.zeros_like(W_q)
    W_q[1, 0], W_k[0, 0] = 300, 3
    for i in range(n_genders + n_numbers):
        W_q[3 + i, 10 + i] = 25 if i < n_genders else 35
        W_k[3 + i, 10 + i] = 15
    return W_q, W_k
# %% wrong: gender is asked for much less strongly than noun and number
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 10
    for i in range(n_genders):
        W_q[3 + i, 1 + i] = W_k[3 + i, 1 + i] = 1
    for i in range(n_genders, n_genders + n_numbers):
        W_q[3 + i, 1 + i] = W_k[3 + i, 1 + i] = 10
    return W_q, W_k
# %% wrong: sharp enough for small d_k only
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 3.2
    W_q[3:, 1:] = W_k[3:, 1:] = 3.2 * torch.eye(d - 1)
    return W_q, W_k
# %% wrong: rows of the features start at 2
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 12
    for i in range(n_genders + n_numbers):
        W_q[2 + i, 1 + i] = W_k[2 + i, 1 + i] = 12
    return W_q, W_k
# %% wrong: n_genders rounds for the numbers, too
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 12
    for i in range(n_genders):
        W_q[3 + i, 1 + i] = W_k[3 + i, 1 + i] = 12
        if 3 + n_genders + i < d + 2:
            W_q[3 + n_genders + i, 1 + n_genders + i] = W_k[3 + n_genders + i, 1 + n_genders + i] = 12
    return W_q, W_k
# %% wrong: the adjective's row asks for everything
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q = torch.zeros(n, n)
    W_q[1, 0] = 50
    W_q[1, 3:] = 50
    return W_q, torch.eye(n)
# %% wrong: everything in one column
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q = torch.zeros(n, 1)
    W_k = torch.zeros(n, 1)
    W_q[1] = W_k[0] = 10
    W_q[3:] = W_k[3:] = 10
    return W_q, W_k
# %% wrong: gender and number numbered 0, 1, 2 in one column each
def find_noun(n_genders, n_numbers):
    W_q = torch.zeros(3 + n_genders + n_numbers, 3)
    W_k = torch.zeros(3 + n_genders + n_numbers, 3)
    W_q[1, 0] = W_k[0, 0] = 10
    W_q[3 : 3 + n_genders, 1] = W_k[3 : 3 + n_genders, 1] = torch.arange(n_genders) * 10.
    W_q[3 + n_genders :, 2] = W_k[3 + n_genders :, 2] = torch.arange(n_numbers) * 10.
    return W_q, W_k
# %% wrong: NumPy arrays
def find_noun(n_genders, n_numbers):
    import numpy as np
    d = 1 + n_genders + n_numbers
    W_q = np.zeros((d + 2, d))
    W_k = np.zeros((d + 2, d))
    W_q[1, 0] = W_k[0, 0] = 12
    W_q[3:, 1:] = W_k[3:, 1:] = 12 * np.eye(d - 1)
    return W_q, W_k
# %% wrong: noun outweighed, an agreeing word that is no noun as good
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0] = W_k[0, 0] = 1
    W_q[3:, 1:] = W_k[3:, 1:] = 12 * torch.eye(d - 1)
    return W_q, W_k
# %% wrong: minus at the noun
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W_q = torch.zeros(d + 2, d)
    W_k = torch.zeros(d + 2, d)
    W_q[1, 0], W_k[0, 0] = -12, 12
    W_q[3:, 1:] = W_k[3:, 1:] = 12 * torch.eye(d - 1)
    return W_q, W_k
# %% right: weights of two nn.Linear, transposed, still with gradient
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    q, k = nn.Linear(n, n, bias=False), nn.Linear(n, n, bias=False)
    nn.init.zeros_(q.weight)
    nn.init.eye_(k.weight)
    with torch.no_grad():
        q.weight[0, 1] = 80
        q.weight[3:, 3:] = 80 * torch.eye(n - 3)
    return q.weight.T, k.weight.T
# %% right: one stacked tensor, unpacked into two
def find_noun(n_genders, n_numbers):
    d = 1 + n_genders + n_numbers
    W = torch.zeros(2, d + 2, d)
    W[0, 1, 0] = W[1, 0, 0] = 15
    W[:, 3:, 1:] = 15 * torch.eye(d - 1)
    return W[0], W[1]
