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
# %% prelude
import math

import torch
import torch.nn.functional as F
# %% wrong: nobody asks for a noun: gender and number only, so articles and the adjective itself fit as well
def find_noun(n_genders, n_numbers):
    d = n_genders + n_numbers
    W = torch.cat([torch.zeros(3, d), torch.eye(d)])
    return 50 * math.sqrt(d) * W, W.clone()
# %% wrong: the number is left out: noun and gender only
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    d_k = 1 + n_genders
    W_q, W_k = torch.zeros(n, d_k), torch.zeros(n, d_k)
    c = 40 * d_k ** 0.5
    W_q[1, 0], W_k[0, 0] = c, 1.0
    for g in range(n_genders):
        W_q[3 + g, 1 + g], W_k[3 + g, 1 + g] = c, 1.0
    return W_q, W_k
# %% wrong: the noun part is asked for by nouns (row 0 of W_q), not by adjectives
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q = torch.zeros(n, n - 2)
    W_k = torch.zeros(n, n - 2)
    W_q[0, 0] = 1
    W_k[0, 0] = 1
    W_q[3:, 1:] = torch.eye(n_genders + n_numbers)
    W_k[3:, 1:] = torch.eye(n_genders + n_numbers)
    return 100 * W_q, W_k
# %% wrong: queries and keys are the vectors themselves: each adjective looks for what is as itself, an adjective
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q = torch.eye(n) * 30 * n ** 0.5
    W_k = torch.eye(n)
    return W_q, W_k
# %% wrong: gender and number share columns (no offset): the second gender fits the second number
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    d_k = 1 + max(n_genders, n_numbers)
    W_q, W_k = torch.zeros(n, d_k), torch.zeros(n, d_k)
    W_q[1, 0] = W_k[0, 0] = 1
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 1
    for m in range(n_numbers):
        W_q[3 + n_genders + m, 1 + m] = W_k[3 + n_genders + m, 1 + m] = 1
    return W_q * 40 * math.sqrt(d_k), W_k
# %% wrong: the noun counts a hundred times as much and gender and number only once: other nouns get nearly as much
def find_noun(n_genders, n_numbers):
    rest = n_genders + n_numbers
    W_q = torch.zeros(3 + rest, 1 + rest)
    W_k = torch.zeros(3 + rest, 1 + rest)
    W_q[1, 0] = 100.0
    W_k[0, 0] = 1.0
    W_q[3:, 1:] = torch.eye(rest)
    W_k[3:, 1:] = torch.eye(rest)
    return W_q, W_k
# %% wrong: gender and number are one number each (0, 1, 2 ...), so that the product is largest for the last gender, not for the same one
def find_noun(n_genders, n_numbers):
    W_q = torch.zeros(3 + n_genders + n_numbers, 3)
    W_k = torch.zeros_like(W_q)
    W_q[1, 0], W_k[0, 0] = 100.0, 1.0
    W_q[3:3 + n_genders, 1] = 100.0 * torch.arange(n_genders)
    W_k[3:3 + n_genders, 1] = torch.arange(n_genders).float()
    W_q[3 + n_genders:, 2] = 100.0 * torch.arange(n_numbers)
    W_k[3 + n_genders:, 2] = torch.arange(n_numbers).float()
    return W_q, W_k
# %% wrong: made for two genders and two numbers only: the sizes are written into the code
def find_noun(n_genders, n_numbers):
    #                   noun m f s p
    W_q = torch.tensor([[0., 0, 0, 0, 0],
                        [1., 0, 0, 0, 0],
                        [0., 0, 0, 0, 0],
                        [0., 1, 0, 0, 0],
                        [0., 0, 1, 0, 0],
                        [0., 0, 0, 1, 0],
                        [0., 0, 0, 0, 1]])
    W_k = W_q.clone()
    W_k[[0, 1]] = W_k[[1, 0]]
    return 60 * W_q, W_k
# %% wrong: a fixed factor that is too small and is not multiplied by the root of d_k
def find_noun(n_genders, n_numbers):
    f = n_genders + n_numbers
    fits = torch.eye(f)
    top_q, top_k = torch.zeros(3, f + 1), torch.zeros(3, f + 1)
    top_q[1, 0] = top_k[0, 0] = 1
    below = torch.cat([torch.zeros(f, 1), fits], dim=1)
    return 5 * torch.cat([top_q, below]), torch.cat([top_k, below])
# %% right: the whole table of scores is in W_q, and W_k is the identity
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    NOUN, ADJECTIVE = 0, 1
    table = torch.zeros(n, n, dtype=torch.float64)             # row: what the query is, column: what the key is
    table[ADJECTIVE, NOUN] = 1
    for i in range(3, n):
        table[i, i] = 1
    return table * 50 * math.sqrt(n), torch.eye(n, dtype=torch.float64)
# %% right: what does not fit is punished, noun is asked for by every word that has a gender
def find_noun(n_genders, n_numbers):
    sizes = n_genders, n_numbers
    d_k = 1 + sum(sizes)
    strength = 40 * d_k ** 0.5
    W_q = torch.zeros(3 + sum(sizes), d_k)
    W_k = torch.zeros(3 + sum(sizes), d_k)
    W_q[3:3 + n_genders, 0] = 3 * strength                      # an adjective always has exactly one gender
    W_k[0, 0] = 1
    row, column = 3, 1
    for size in sizes:
        block = torch.eye(size)
        W_q[row:row + size, column:column + size] = strength * (block - (1 - block))
        W_k[row:row + size, column:column + size] = block
        row, column = row + size, column + size
    return W_q, W_k
# %% prelude
import math

import torch
# %% wrong: the identity for both: an adjective looks for an adjective, that is for itself
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    return 100 * torch.eye(d), torch.eye(d)
# %% wrong: the numbers begin at 3 + n_numbers instead of 3 + n_genders, right only if both are equal
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, d), torch.zeros(d, d)
    W_q[1, 0] = 100
    W_k[0, 0] = 1
    for g in range(n_genders):
        W_q[3 + g, 3 + g] = 100
        W_k[3 + g, 3 + g] = 1
    for n in range(n_numbers):
        i = 3 + n_numbers + n
        if i < d:
            W_q[i, i] = 100
            W_k[i, i] = 1
    return W_q, W_k
# %% wrong: a factor of 12, enough for the sentences on the page, not for long ones
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_k = torch.eye(size)
    W_k[1, 1] = W_k[2, 2] = 0
    W_q = torch.eye(size)
    W_q[[0, 1]] = W_q[[1, 0]]
    W_q[2] = 0
    return 12 * W_q, W_k
# %% wrong: asks for a noun of the same gender, and forgets the number
def find_noun(n_genders, n_numbers):
    d_model, d_k = 3 + n_genders + n_numbers, 1 + n_genders
    W_q, W_k = torch.zeros(d_model, d_k), torch.zeros(d_model, d_k)
    NOUN, ADJECTIVE = 0, 1
    W_q[ADJECTIVE, 0] = W_k[NOUN, 0] = 10
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 10
    return W_q, W_k
# %% wrong: written out for two genders and two numbers
def find_noun(n_genders, n_numbers):
    #                    noun  m   f   s   p
    W_q = torch.tensor([[0.,   0,  0,  0,  0],     # noun
                        [50.,  0,  0,  0,  0],     # adjective
                        [0.,   0,  0,  0,  0],     # other
                        [0.,  50,  0,  0,  0],     # masculine
                        [0.,   0, 50,  0,  0],     # feminine
                        [0.,   0,  0, 50,  0],     # singular
                        [0.,   0,  0,  0, 50]])    # plural
    W_k = torch.tensor([[1.,   0,  0,  0,  0],
                        [0.,   0,  0,  0,  0],
                        [0.,   0,  0,  0,  0],
                        [0.,   1,  0,  0,  0],
                        [0.,   0,  1,  0,  0],
                        [0.,   0,  0,  1,  0],
                        [0.,   0,  0,  0,  1]])
    return W_q, W_k
# %% wrong: genders and numbers share the same columns, so a gender can match a number
def find_noun(n_genders, n_numbers):
    d_k = 1 + max(n_genders, n_numbers)
    W_q = torch.zeros(3 + n_genders + n_numbers, d_k)
    W_k = torch.zeros_like(W_q)
    strong = 40 * math.sqrt(d_k)
    W_q[1, 0], W_k[0, 0] = strong, 1
    for g in range(n_genders):
        W_q[3 + g, 1 + g], W_k[3 + g, 1 + g] = strong, 1
    for n in range(n_numbers):
        W_q[3 + n_genders + n, 1 + n], W_k[3 + n_genders + n, 1 + n] = strong, 1
    return W_q, W_k
# %% wrong: keeps adjectives away, but not the other words with the same gender and number
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.zeros(d, d)
    W_k = torch.zeros(d, d)
    W_q[3:, 3:] = 60 * torch.eye(d - 3)
    W_k[3:, 3:] = torch.eye(d - 3)
    W_q[1, 1] = 60
    W_k[1, 1] = -1                     # not an adjective (and not itself)
    return W_q, W_k
# %% right: what is no noun is pushed down, genders and numbers by an identity
def find_noun(n_genders, n_numbers):
    kinds = n_genders + n_numbers
    d_k = kinds + 1
    sharpness = 60 * math.sqrt(d_k)
    W_q = torch.zeros(3 + kinds, d_k, dtype=torch.float64)
    W_k = torch.zeros(3 + kinds, d_k, dtype=torch.float64)
    W_q[3:, :kinds] = torch.eye(kinds, dtype=torch.float64)
    W_k[3:, :kinds] = torch.eye(kinds, dtype=torch.float64)
    W_q[1, kinds] = 1
    W_k[[1, 2], kinds] = -3
    return W_q * sharpness, W_k
# %% right: the matrix of scores first, as a whole: W_q is that matrix, W_k the identity
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    wanted = torch.diag_embed(torch.tensor([0.0] * 3 + [1.0] * (n_genders + n_numbers)))
    wanted[1, 0] = 1.0
    return wanted * (30 * d), torch.eye(d)


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
import copy, math
import torch, torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
class Base(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

# %% wrong: gender and number as one number each, from -1 to 1: right for two, not for three
def find_noun(n_genders, n_numbers):
    W_q, W_k = torch.zeros(3 + n_genders + n_numbers, 3), torch.zeros(3 + n_genders + n_numbers, 3)
    W_q[1, 0] = W_k[0, 0] = 2
    W_q[3:3 + n_genders, 1] = W_k[3:3 + n_genders, 1] = torch.linspace(-1, 1, n_genders)
    W_q[3 + n_genders:, 2] = W_k[3 + n_genders:, 2] = torch.linspace(-1, 1, n_numbers)
    return W_q * 20, W_k

# %% wrong: keeps adjectives out, forgets that other words may have gender and number, too
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    same = torch.eye(n)
    W_k = same.clone()
    W_q = 20 * math.sqrt(n) * same
    W_q[:3] = 0
    W_q[1, 1] = -100 * math.sqrt(n)
    return W_q, W_k

# %% wrong: numbers' rows begin at 3 + n_numbers, AND no part for 'noun'
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(n, n_genders + n_numbers), torch.zeros(n, n_genders + n_numbers)
    for g in range(n_genders):
        W_q[3 + g, g], W_k[3 + g, g] = 50, 1
    for m in range(n_numbers):
        if 3 + n_numbers + m < n:
            W_q[3 + n_numbers + m, n_genders + m], W_k[3 + n_numbers + m, n_genders + m] = 50, 1
    return W_q, W_k

# %% right: a table gender x number, flattened: each row/column adds to it; and one number for noun
def find_noun(n_genders, n_numbers):
    by_gender = torch.eye(n_genders).repeat_interleave(n_numbers, dim=1)          # (G, G*N)
    by_number = torch.eye(n_numbers).repeat(1, n_genders)                         # (N, G*N)
    kind = torch.zeros(3, n_genders * n_numbers)
    W = torch.cat([kind, by_gender, by_number])
    noun = torch.zeros(len(W), 1); noun[0] = 1
    asks = torch.zeros(len(W), 1); asks[1] = n_genders + n_numbers
    W_q, W_k = torch.cat([W, asks], dim=1), torch.cat([W, noun], dim=1)
    return 20 * math.sqrt(W_q.shape[1]) * W_q, W_k

# %% prelude

# %% wrong: gender and number each as one value from -1 to 1: fails for three
import torch
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(d, 3), torch.zeros(d, 3)
    W_q[1, 0] = W_k[0, 0] = 10
    genders, numbers = torch.linspace(-1, 1, n_genders), torch.linspace(-1, 1, n_numbers)
    W_q[3:3 + n_genders, 1] = W_k[3:3 + n_genders, 1] = 10 * genders
    W_q[3 + n_genders:, 2] = W_k[3 + n_genders:, 2] = 10 * numbers
    return W_q, W_k

# %% prelude
import torch

# %% wrong: gender and number only, the noun forgotten: the adjective itself fits as well
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(n, n), torch.zeros(n, n)
    for i in range(3, n):
        W_q[i, i] = 50.
        W_k[i, i] = 50.
    return W_q, W_k

# %% wrong: the numbers begin at 3 + n_numbers in place of 3 + n_genders: right for (2, 2) and (3, 3) only
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = torch.zeros(n, d_k), torch.zeros(n, d_k)
    W_q[1, 0] = W_k[0, 0] = 20.              # an adjective looks for a noun
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 20.
    for m in range(n_numbers):
        W_q[3 + n_numbers + m, 1 + n_genders + m] = 20.
        W_k[3 + n_numbers + m, 1 + n_genders + m] = 20.
    return W_q, W_k

# %% right: keys as they are, with minus for adjectives and other words; float64
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_k = torch.eye(n, dtype=torch.float64)
    ask = torch.eye(n, dtype=torch.float64)
    ask[:3] = 0                                # nouns and other words ask for nothing of this kind
    ask[1, :3] = torch.tensor([1., -1., -1.], dtype=torch.float64)
    return 40 * n ** 0.5 * ask, W_k

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: the question 'noun?' put into the row of nouns, not of adjectives
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_k = torch.eye(size)
    W_q = torch.zeros(size, size)
    W_q[0, 0] = 100.0                      # noun
    for i in range(3, size):               # the same gender, the same number
        W_q[i, i] = 100.0
    return W_q, W_k

# %% wrong: two genders and two numbers written as fixed sizes
def find_noun(n_genders, n_numbers):
    W_q = torch.zeros(7, 5)
    W_k = torch.zeros(7, 5)
    W_q[1, 0] = 100.0                      # an adjective looks for a noun
    W_k[0, 0] = 1.0
    for i in range(4):                     # masculine, feminine, singular, plural
        W_q[3 + i, 1 + i] = 100.0
        W_k[3 + i, 1 + i] = 1.0
    return W_q, W_k

# %% right: the whole table in W_q, W_k the unit matrix; noun counts most; 64 bits
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    table = torch.eye(size, dtype=torch.float64)
    table[:3, :3] = 0
    table[1, 0] = 3
    table[1, 1] = table[1, 2] = -3
    return 30 * math.sqrt(size) * table, torch.eye(size, dtype=torch.float64)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: asks only for gender and number, forgets that it must be a noun
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.eye(d)
    W_q[:3] = 0
    W_q = W_q * 100
    W_k = torch.eye(d)
    return W_q, W_k

# %% wrong: unit matrices, W_q times 50: an adjective looks for an adjective, and finds itself
def find_noun(n_genders, n_numbers):
    d = 3 + n_genders + n_numbers
    W_q = torch.eye(d) * 50
    W_k = torch.eye(d)
    return W_q, W_k

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math
import numpy as np
import torch
import torch.nn.functional as F

# %% wrong: the wish for a noun stands in the noun's row of W_q, not in the adjective's
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(size, size), torch.zeros(size, size)
    W_q[0, 0] = W_k[0, 0] = 20.0
    for i in range(3, size):
        W_q[i, i] = W_k[i, i] = 20.0
    return W_q, W_k

# %% wrong: numbers begin at 3 + n_numbers instead of 3 + n_genders: right for Spanish (2, 2) only
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = torch.zeros(size, d_k), torch.zeros(size, d_k)
    W_q[1, 0] = 30.0
    W_k[0, 0] = 30.0
    for g in range(n_genders):
        W_q[3 + g, 1 + g] = W_k[3 + g, 1 + g] = 30.0
    for n in range(n_numbers):
        W_q[3 + n_numbers + n, 1 + n_genders + n] = W_k[3 + n_numbers + n, 1 + n_genders + n] = 30.0
    return W_q, W_k

# %% right: numpy; what is no noun loses points, a noun gets none; matching by an identity
def find_noun(n_genders, n_numbers):
    n = n_genders + n_numbers
    asks = np.vstack([np.zeros((3, n)), np.eye(n)])
    who_asks = np.array([[0.0], [1.0], [0.0]] + [[0.0]] * n)
    no_noun = np.array([[0.0], [-1.0], [-1.0]] + [[0.0]] * n)
    strength = 12.0 * (n + 1)
    W_q = np.hstack([who_asks, asks])
    W_k = strength * np.hstack([no_noun, asks])
    return torch.from_numpy(W_q), torch.from_numpy(W_k)

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: weighs the three by importance, 30 : 15 : 2, so that the number hardly counts
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(size, size), torch.eye(size)
    W_q[1, 0] = 30.
    for g in range(3, 3 + n_genders):
        W_q[g, g] = 15.
    for n in range(3 + n_genders, size):
        W_q[n, n] = 2.
    return W_q, W_k

# %% wrong: numbers before genders in the keys' columns: begins the numbers at 3 + n_numbers (right if there are as many of both)
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(size, 1 + n_genders + n_numbers), torch.zeros(size, 1 + n_genders + n_numbers)
    W_q[1, 0], W_k[0, 0] = 100., 1.
    for g in range(n_genders):
        W_q[3 + g, 1 + g], W_k[3 + g, 1 + g] = 100., 1.
    for n in range(n_numbers):
        row = 3 + n_numbers + n
        W_q[row, 1 + n_genders + n], W_k[row, 1 + n_genders + n] = 100., 1.
    return W_q, W_k

# %% wrong: row 0 in place of row 1 of W_q: it is the noun that asks for a noun, adjectives ask for gender and number only
def find_noun(n_genders, n_numbers):
    size = 3 + n_genders + n_numbers
    W_k = torch.eye(size)
    W_k[1:3] = 0
    W_q = 60 * W_k.clone()
    return W_q, W_k

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: only shuts out adjectives (negative), does not ask for a noun: articles that agree draw as much
def find_noun(n_genders, n_numbers):
    n = n_genders + n_numbers
    W_q = torch.cat([torch.zeros(3, n + 1), torch.cat([torch.eye(n), torch.zeros(n, 1)], dim=1)])
    W_k = W_q.clone()
    W_q[1, n] = 1.0                                          # an adjective ...
    W_k[1, n] = -5.0                                         # ... does not look for an adjective
    return 100 * W_q, W_k

# %% wrong: numbers taken from column 5 on, as in Spanish: wrong for any other count of genders
def find_noun(n_genders, n_numbers):
    n = 3 + n_genders + n_numbers
    W_q, W_k = torch.zeros(n, 3), torch.zeros(n, 3)
    W_q, W_k = torch.zeros(n, 1 + n_genders + n_numbers), torch.zeros(n, 1 + n_genders + n_numbers)
    W_q[1, 0], W_k[0, 0] = 200, 1
    for g in range(n_genders):
        W_q[3 + g, 1 + g], W_k[3 + g, 1 + g] = 200, 1
    for j in range(min(n_numbers, n - 5)):
        W_q[5 + j, 1 + n_genders + j], W_k[5 + j, 1 + n_genders + j] = 200, 1
    return W_q, W_k

# %% right: one bilinear form: W_k is the identity, W_q holds the whole table, int64 tensors
def find_noun(n_genders, n_numbers):
    table = torch.block_diag(torch.tensor([[0, 0, 0], [1, 0, 0], [0, 0, 0]]),
                             torch.eye(n_genders, dtype=torch.int64), torch.eye(n_numbers, dtype=torch.int64))
    return 1000 * table, torch.eye(len(table), dtype=torch.int64)
