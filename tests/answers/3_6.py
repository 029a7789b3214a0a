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
# %% prelude
import math

import torch
import torch.nn.functional as F
# %% wrong: the diagonal is on the wrong side: each word looks at the next one
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    strong = 50 * math.sqrt(n_places)
    W_q[n_words:] = strong * torch.diag(torch.ones(n_places - 1), diagonal=1)
    W_k[n_words:] = torch.eye(n_places)
    return W_q, W_k
# %% wrong: a fixed factor of 10 that does not grow with the root of d_k: enough for few places only
def look_back(n_words, n_places):
    n = n_words + n_places
    W_q, W_k = torch.zeros(n, n_places), torch.zeros(n, n_places)
    W_k[n_words:] = torch.eye(n_places)
    W_q[n_words + 1:, :-1] = 10 * torch.eye(n_places - 1)
    return W_q, W_k
# %% wrong: places are taken to begin after n_places numbers, not after n_words: fits only if the two are equal
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for t in range(1, n_places):
        W_q[n_places + t, t - 1] = 100.0
    for t in range(n_places):
        W_k[n_places + t, t] = 100.0
    return W_q, W_k
# %% wrong: looks at all earlier words alike, not only at the one before
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    W_q[n_words:] = 100 * math.sqrt(n_places) * torch.ones(n_places, n_places).tril(-1)
    W_k[n_words:] = torch.eye(n_places)
    return W_q, W_k
# %% wrong: the words take part in the scores as strongly as the places: each word looks at equal words, itself included, as much as at the one before
def look_back(n_words, n_places):
    d = n_words + n_places
    W_k = torch.eye(d)
    W_q = torch.eye(d)
    W_q[n_words:, n_words:] = torch.eye(n_places).roll(-1, dims=1)
    return 30 * d ** 0.5 * W_q, W_k
# %% wrong: the shift is in the queries and in the keys, so each word looks at itself
def look_back(n_words, n_places):
    shift = torch.eye(n_places).roll(-1, dims=1)
    nothing = torch.zeros(n_words, n_places)
    W_q = torch.cat([nothing, 40 * n_places ** 0.5 * shift])
    W_k = torch.cat([nothing, shift])
    return W_q, W_k
# %% wrong: off by one: the row of the last place is never filled
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    c = 20.0 * n_places ** 0.25
    for t in range(n_places):
        W_k[n_words + t, t] = c
    for t in range(1, n_places - 1):
        W_q[n_words + t, t - 1] = c
    return W_q, W_k
# %% wrong: the place is one number, and the score (t - 1) times j grows with j: it prefers the last word, not the one before
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, 1)
    W_k = torch.zeros(n_words + n_places, 1)
    W_q[n_words:, 0] = 10.0 * (torch.arange(n_places) - 1)
    W_k[n_words:, 0] = torch.arange(n_places).float()
    return W_q, W_k
# %% right: two numbers are enough: 2(t-1)j - j² is largest at j = t-1
def look_back(n_words, n_places):
    t = torch.arange(n_places, dtype=torch.float64)
    queries = torch.stack([2 * (t - 1), -torch.ones_like(t)], dim=1) * 20
    keys = torch.stack([t, t ** 2], dim=1)
    words = torch.zeros(n_words, 2, dtype=torch.float64)
    return torch.cat([words, queries]), torch.cat([words, keys])
# %% right: the queries are the keys rolled by one place; the first word looks at the last place
def look_back(n_words, n_places):
    keys = F.one_hot(torch.arange(n_places), n_places).float()
    queries = keys.roll(1, dims=0)
    sharp = (40 * math.sqrt(n_places)) ** 0.5
    pad = (0, 0, n_words, 0)
    return F.pad(sharp * queries, pad), F.pad(sharp * keys, pad)
# %% prelude
import math

import torch
# %% wrong: place t asks for place t + 1, the word after it
def look_back(n_words, n_places):
    d = n_words + n_places
    W_q = torch.zeros(d, n_places)
    W_k = torch.zeros(d, n_places)
    for t in range(n_places):
        W_k[n_words + t, t] = 1
    for t in range(1, n_places):
        W_q[n_words + t - 1, t] = 100
    return W_q, W_k
# %% wrong: a fixed factor of 10, not sharp enough for more places than on the page
def look_back(n_words, n_places):
    size = n_words + n_places
    W_q, W_k = torch.zeros(size, size), torch.zeros(size, size)
    for t in range(1, n_places):
        W_q[n_words + t, n_words + t - 1] = 10
    for s in range(n_places):
        W_k[n_words + s, n_words + s] = 1
    return W_q, W_k
# %% wrong: shifts the numbers of the words as well, so words count and not only places
def look_back(n_words, n_places):
    n = n_words + n_places
    W_k = torch.eye(n)
    W_q = 100 * torch.eye(n).roll(-1, dims=1)
    return W_q, W_k
# %% wrong: takes n_words for n_places in the sizes, so it works only if both are equal
def look_back(n_words, n_places):
    scale = 50.0
    W_q = torch.cat([torch.zeros(n_words, n_words), scale * torch.diag(torch.ones(n_words - 1), -1)])
    W_k = torch.cat([torch.zeros(n_words, n_words), torch.eye(n_words)])
    return W_q, W_k
# %% wrong: the last place has no query, the loop ends one too early
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    W_k[n_words:] = torch.eye(n_places)
    t = 1
    while t < n_places - 1:
        W_q[n_words + t, t - 1] = 30 * math.sqrt(n_places)
        t = t + 1
    return W_q, W_k
# %% wrong: infinite entries, and 0 times infinity is NaN
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    t = torch.arange(1, n_places)
    W_q[n_words + t, t - 1] = float("inf")       # all the attention
    W_k[n_words:] = torch.eye(n_places)
    return W_q, W_k
# %% wrong: takes the first numbers of the vector for the places, the last for the words
def look_back(n_words, n_places):
    shift = torch.diag(torch.ones(n_places - 1), diagonal=-1) * 100
    nothing = torch.zeros(n_words, n_places)
    return torch.cat([shift, nothing]), torch.cat([torch.eye(n_places), nothing])
# %% right: two numbers only: the square of the distance from place t - 1
def look_back(n_words, n_places):
    # -(s - (t-1))^2  =  2 s (t-1) - s^2 - (t-1)^2 ; the last term is the same for all keys
    s = torch.arange(n_places, dtype=torch.float64)
    W_q = torch.zeros(n_words + n_places, 2, dtype=torch.float64)
    W_k = torch.zeros(n_words + n_places, 2, dtype=torch.float64)
    W_q[n_words:, 0] = 20 * 2 * (s - 1)
    W_q[n_words:, 1] = -20
    W_k[n_words:, 0] = s
    W_k[n_words:, 1] = s ** 2
    return W_q, W_k
# %% right: identity for the queries, the keys shifted, sharp for any number of places
def look_back(n_words, n_places):
    sharp = math.sqrt(n_places) * (10 + math.log(n_places))
    pad = torch.zeros(n_words, n_places)
    queries = torch.eye(n_places)
    keys = torch.roll(torch.eye(n_places), shifts=1, dims=1) * sharp    # place s is found by s + 1
    return torch.vstack([pad, queries]), torch.vstack([pad, keys])


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

# %% wrong: places looked for from row n_places on, not from row n_words on
def look_back(n_words, n_places):
    n = n_words + n_places
    W_q, W_k = torch.zeros(n, n_places), torch.zeros(n, n_places)
    c = 20 * math.sqrt(n_places)
    for t in range(n_places):
        if n_places + t < n:
            W_k[n_places + t, t] = 1
            if t:
                W_q[n_places + t, t - 1] = c
    return W_q, W_k

# %% wrong: shifts the whole identity, the words' part too: word i also asks for word i - 1
def look_back(n_words, n_places):
    n = n_words + n_places
    W_k = torch.eye(n)
    W_q = 20 * math.sqrt(n) * torch.eye(n).roll(-1, dims=1)
    W_q[n_words] = 0
    return W_q, W_k

# %% right: d_k = 2: score -(s - (t - 1))^2 without its constant
def look_back(n_words, n_places):
    at = torch.arange(n_places, dtype=torch.float64)
    nothing = torch.zeros(n_words, 2, dtype=torch.float64)
    W_q = torch.cat([nothing, torch.stack([2 * (at - 1), torch.ones_like(at)], dim=1)])
    W_k = torch.cat([nothing, torch.stack([at, -at ** 2], dim=1)])
    return 20 * W_q, W_k

# %% prelude

# %% wrong: places on a circle, query turned back by one step (as RoPE): too blunt for many places
import math
import torch
def look_back(n_words, n_places):
    angle = 2 * math.pi * torch.arange(n_places) / n_places
    step = 2 * math.pi / n_places
    W_q, W_k = torch.zeros(n_words + n_places, 2), torch.zeros(n_words + n_places, 2)
    W_k[n_words:] = torch.stack([angle.cos(), angle.sin()], dim=1)
    W_q[n_words:] = 100 * torch.stack([(angle - step).cos(), (angle - step).sin()], dim=1)
    return W_q, W_k

# %% wrong: strength 2 log(n_places): enough for many places, too weak for few
import math
import torch
def look_back(n_words, n_places):
    d_k = n_places
    strength = 2 * math.log(n_places) * math.sqrt(d_k)
    W_q, W_k = torch.zeros(n_words + n_places, d_k), torch.zeros(n_words + n_places, d_k)
    for place in range(n_places):
        W_k[n_words + place, place] = 1
        if place > 0:
            W_q[n_words + place, place - 1] = strength
    return W_q, W_k

# %% right: a parabola: -(i - 1 - j)^2 with d_k = 2
import torch
def look_back(n_words, n_places):
    j = torch.arange(n_places, dtype=torch.float64)
    words = torch.zeros(n_words, 2, dtype=torch.float64)
    W_q = torch.cat([words, torch.stack([20 * (j - 1), -10 * torch.ones_like(j)], dim=1)])
    W_k = torch.cat([words, torch.stack([j, j * j], dim=1)])
    return W_q, W_k

# %% prelude
import math

import torch

# %% wrong: wrong direction: query of place i asks for i + 1, so each word looks at the next
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for i in range(n_places):
        W_k[n_words + i, i] = 100.
        if i + 1 < n_places:
            W_q[n_words + i, i + 1] = 100.
    return W_q, W_k

# %% wrong: a lead of 10 in all: divided by sqrt(d_k) it is enough for 4 places, not for many
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    W_k[n_words:] = torch.eye(n_places)
    for i in range(1, n_places):
        W_q[n_words + i, i - 1] = 10.
    return W_q, W_k

# %% right: d_k = 2, the places on a circle, the query turned back by one place
def look_back(n_words, n_places):
    angle = torch.arange(n_places, dtype=torch.float64) * (2 * math.pi / max(n_places, 2))
    step = 2 * math.pi / max(n_places, 2)
    W_k = torch.zeros(n_words + n_places, 2, dtype=torch.float64)
    W_q = torch.zeros(n_words + n_places, 2, dtype=torch.float64)
    W_k[n_words:, 0], W_k[n_words:, 1] = angle.cos(), angle.sin()
    W_q[n_words:, 0], W_q[n_words:, 1] = (angle - step).cos(), (angle - step).sin()
    return 1e6 * W_q, W_k

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: the wrong way: looks at the next word
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for t in range(n_places - 1):
        W_q[n_words + t, t + 1] = 100.0
    for t in range(n_places):
        W_k[n_words + t, t] = 1.0
    return W_q, W_k

# %% wrong: strength 10 whatever d_k: too weak where there are many places
def look_back(n_words, n_places):
    strength = 10.0
    zeros = torch.zeros(n_words, n_places)
    W_k = torch.cat([zeros, torch.eye(n_places)])
    W_q = torch.cat([zeros, strength * torch.eye(n_places).roll(-1, dims=1)])
    return W_q, W_k

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: ones, no factor: the lead is far too small
def look_back(n_words, n_places):
    d = n_words + n_places
    W_q = torch.zeros(d, n_places)
    W_k = torch.zeros(d, n_places)
    for p in range(n_places):
        W_k[n_words + p, p] = 1
        if p > 0:
            W_q[n_words + p, p - 1] = 1
    return W_q, W_k

# %% wrong: shifts to the wrong side: looks at the next word
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for p in range(n_places - 1):
        W_q[n_words + p, p + 1] = 100.0
    for p in range(n_places):
        W_k[n_words + p, p] = 1.0
    return W_q, W_k

# %% right: torch.roll of an identity, the first place wraps round; float64, d_k = d
def look_back(n_words, n_places):
    d = n_words + n_places
    zeros = torch.zeros(n_words, d, dtype=torch.float64)
    left = torch.zeros(n_places, n_words, dtype=torch.float64)
    eye = torch.eye(n_places, dtype=torch.float64)
    W_k = torch.cat([zeros, torch.cat([left, eye], dim=1)])
    W_q = torch.cat([zeros, torch.cat([left, eye.roll(-1, dims=1)], dim=1)])
    W_q = torch.cat([zeros, torch.cat([left, eye.roll(-1, dims=1)], dim=1)]) * 50 * d ** 0.5
    return W_q, W_k

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: forgets that the places come after the n_words numbers: uses the first n_places rows
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for place in range(n_places):
        W_k[place, place] = 100.0
        if place > 0:
            W_q[place, place - 1] = 100.0
    return W_q, W_k

# %% wrong: constant 5 * 5 = 25: enough for the page's four places, too little for 40 (sqrt(d_k) and more rivals)
def look_back(n_words, n_places):
    places = 5 * torch.eye(n_places)
    nothing = torch.zeros(n_words, n_places)
    W_k = torch.cat([nothing, places])
    W_q = torch.cat([nothing, places.roll(1, dims=0)])
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

# %% wrong: a lead of 10 whatever the number of places: enough for few places, too little for many
def look_back(n_words, n_places):
    W_q = torch.zeros(n_words + n_places, n_places)
    W_k = torch.zeros(n_words + n_places, n_places)
    for place in range(n_places):
        W_k[n_words + place, place] = 1
        if place > 0:
            W_q[n_words + place, place - 1] = 10
    return W_q, W_k

# %% wrong: d_k = 1: query p - 1, key p as numbers, and takes the product for a measure of likeness
def look_back(n_words, n_places):
    places = torch.arange(n_places, dtype=torch.float64)
    W_q = torch.cat([torch.zeros(n_words, dtype=torch.float64), places - 1]).unsqueeze(1) * 50
    W_k = torch.cat([torch.zeros(n_words, dtype=torch.float64), places]).unsqueeze(1) * 50
    return W_q, W_k

# %% right: d_k = 2: places on a circle, the query turned back by one place
def look_back(n_words, n_places):
    angle = torch.arange(n_places, dtype=torch.float64) * 2 * math.pi / max(n_places, 2)
    def on_circle(a):
        return torch.stack([a.cos(), a.sin()], dim=1)
    nothing = torch.zeros(n_words, 2, dtype=torch.float64)
    step = 2 * math.pi / max(n_places, 2)
    return torch.cat([nothing, 3000 * on_circle(angle - step)]), torch.cat([nothing, on_circle(angle)])

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

# %% wrong: numbers large enough for 4 places, but not for 24 (forgets √d_k and the many competitors)
def look_back(n_words, n_places):
    W_q, W_k = torch.zeros(n_words + n_places, n_places), torch.zeros(n_words + n_places, n_places)
    for place in range(n_places):
        W_k[n_words + place, place] = 4.0
        if place > 0:
            W_q[n_words + place, place - 1] = 4.0
    return W_q, W_k

# %% wrong: the words take part as well (identity for words): a word that occurs twice draws attention to its like
def look_back(n_words, n_places):
    n = n_words + n_places
    W_q = torch.eye(n)
    W_q[n_words:, n_words:] = torch.diag(torch.ones(n_places - 1), -1)    # the place before
    W_k = torch.eye(n)
    return 40 * W_q, W_k
