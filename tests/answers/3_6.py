# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: looks at the next word
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for t in range(n_places):
        W_k[n_words + t, t] = 1
        if t + 1 < n_places:
            W_q[n_words + t, t + 1] = 100
    return W_q, W_k

# %% wrong: entries of 1, softmax much too flat
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for t in range(n_places):
        W_k[n_words + t, t] = 1.0
        if t > 0:
            W_q[n_words + t, t - 1] = 1.0
    return W_q, W_k

# %% wrong: numbers of the places multiplied, hoping that equal ones fit best
def look_back(n_words, n_places):
    # query = t - 1, key = place: the score is largest when they agree
    W_q = torch.zeros(n_words + n_places, 1)
    W_k = torch.zeros(n_words + n_places, 1)
    for t in range(n_places):
        W_q[n_words + t, 0] = 20.0 * (t - 1)
        W_k[n_words + t, 0] = t
    return W_q, W_k

# %% wrong: words kept in the query and the key too
def look_back(n_words, n_places):
    n = n_words + n_places
    W_k = torch.eye(n)
    W_q = torch.eye(n)
    W_q[n_words:, n_words:] = torch.eye(n_places).roll(-1, dims=1)
    return 50 * W_q, W_k

# %% wrong: words shifted, places left out
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_words)
    W_k = torch.zeros(n_words + n_places, n_words)
    W_k[:n_words] = torch.eye(n_words)
    for i in range(1, n_words):
        W_q[i, i - 1] = 100.
    return W_q, W_k

# %% wrong: shift in the query and in the key, they cancel
def look_back(n_words, n_places):
    shift = torch.eye(n_places).roll(-1, dims=1)
    W = torch.cat([torch.zeros(n_words, n_places), shift])
    return 100 * W, W

# %% wrong: transposed, as nn.Linear keeps its weight
def look_back(n_words, n_places):
    W_q = torch.zeros(n_places, n_words + n_places)
    W_k = torch.zeros(n_places, n_words + n_places)
    for t in range(n_places):
        W_k[t, n_words + t] = 1
        if t > 0:
            W_q[t - 1, n_words + t] = 100
    return W_q, W_k

# %% wrong: the size of the notebook's example fixed
def look_back(n_words, n_places):
    W_q = torch.zeros(8, 4)
    W_k = torch.zeros(8, 4)
    W_q[5, 0] = 40
    W_q[6, 1] = 40
    W_q[7, 2] = 40
    for i in range(4):
        W_k[4 + i, i] = 1
    return W_q, W_k

# %% wrong: attends to all earlier words alike
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    W_q[n_words:] = 100 * torch.ones(n_places, n_places).tril(-1)
    W_k[n_words:] = torch.eye(n_places)
    return W_q, W_k

# %% right: shifted diagonal, large enough for any size
def look_back(n_words, n_places):
    d_k = n_places
    W_q = torch.zeros(n_words + n_places, d_k)
    W_k = torch.zeros(n_words + n_places, d_k)
    for t in range(n_places):
        W_k[n_words + t, t] = 1
        if t > 0:
            W_q[n_words + t, t - 1] = 20 * math.sqrt(d_k)
    return W_q, W_k

# %% right: whole table in the query, identity as key, first place wraps round
def look_back(n_words, n_places):
    n = n_words + n_places
    W_k = torch.eye(n)
    W_q = torch.zeros(n, n)
    W_q[n_words:, n_words:] = torch.eye(n_places).roll(-1, dims=1) * 30 * n ** 0.5
    return W_q, W_k

# %% right: minus the squared distance, with d_k = 2
def look_back(n_words, n_places):
    # -(t - 1 - j)^2 = 2 (t - 1) j - j^2 + something that is the same for all keys
    t = torch.arange(n_places, dtype=torch.float32)
    W_q = torch.zeros(n_words + n_places, 2)
    W_k = torch.zeros(n_words + n_places, 2)
    W_q[n_words:, 0] = 10 * 2 * (t - 1)
    W_q[n_words:, 1] = 10
    W_k[n_words:, 0] = t
    W_k[n_words:, 1] = -t ** 2
    return W_q, W_k
