# %% prelude
import math

import numpy as np

# %% wrong: transpose missing
def dot_product_scores(q, k):
    return q @ k

# %% wrong: keys by queries
def dot_product_scores(q, k):
    return k @ q.T

# %% wrong: the long axes meet
def dot_product_scores(q, k):
    return q.T @ k

# %% wrong: reshape for transpose
def dot_product_scores(q, k):
    return q @ k.reshape(k.shape[1], k.shape[0])

# %% wrong: scaled already
def dot_product_scores(q, k):
    return q @ k.T / math.sqrt(q.shape[-1])

# %% wrong: as many keys as queries
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(q)))
    for i in range(len(q)):
        for j in range(len(q)):
            scores[i, j] = q[i] @ k[j]
    return scores

# %% wrong: four numbers per key
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: whole numbers, as the loop of the text has them
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = (q[i] * k[j]).sum()
    return scores

# %% wrong: PyTorch's transpose of the last two
def dot_product_scores(q, k):
    return q @ k.transpose(-2, -1)

# %% wrong: word by word, only the diagonal
def dot_product_scores(q, k):
    return (q * k).sum(axis=-1)

# %% wrong: cosine of the angle
def dot_product_scores(q, k):
    q_len = np.linalg.norm(q, axis=1, keepdims=True)
    k_len = np.linalg.norm(k, axis=1, keepdims=True)
    return (q @ k.T) / (q_len * k_len.T)

# %% wrong: einsum with the result turned round
def dot_product_scores(q, k):
    return np.einsum("id,jd->ji", q, k)

# %% right: einsum
def dot_product_scores(q, k):
    return np.einsum("id,jd->ij", q, k)

# %% right: np.inner
def dot_product_scores(q, k):
    return np.inner(q, k)

# %% right: other way round, and transposed
def dot_product_scores(queries, keys):
    return (keys @ queries.T).T

# %% right: nested lists
def dot_product_scores(q, k):
    return np.array([[sum(a * b for a, b in zip(qi, kj)) for kj in k] for qi in q])

# %% right: broadcast product, then sum
def dot_product_scores(q, k):
    return (q[:, np.newaxis, :] * k[np.newaxis, :, :]).sum(-1)
# %% prelude
import math

import numpy as np

words = ["the", "black", "cat", "sleeps"]
q = np.array([0, 1, 2, 1])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
# %% wrong: loops copied from above, with whole-number zeros
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores
# %% wrong: torch's transpose on a NumPy array
def dot_product_scores(q, k):
    return q @ k.transpose(-2, -1)
# %% wrong: one score for each pair of equal places
def dot_product_scores(q, k):
    return (q * k).sum(axis=-1)
# %% wrong: keys as rows
def dot_product_scores(q, k):
    return k @ q.T
# %% wrong: summed over the words
def dot_product_scores(q, k):
    return q.T @ k
# %% wrong: cosine similarity
def dot_product_scores(q, k):
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    k = k / np.linalg.norm(k, axis=1, keepdims=True)
    return q @ k.T
# %% wrong: scaled already, as in the paper
def dot_product_scores(q, k):
    d_k = k.shape[1]
    return np.matmul(q, k.T) / np.sqrt(d_k)
# %% wrong: the notebook's K instead of the argument
def dot_product_scores(q, k):
    return q @ K.T
# %% right: einsum (again)
def dot_product_scores(q, k):
    return np.einsum("id,jd->ij", q, k)
# %% right: broadcasting and sum
def dot_product_scores(q, k):
    return (q[:, np.newaxis, :] * k[np.newaxis, :, :]).sum(axis=2)
# %% right: np.dot in a list comprehension
def dot_product_scores(q, k):
    return np.array([[np.dot(query, key) for key in k] for query in q])

# %% prelude
import math
import time
import numpy as np
words = ["the", "black", "cat", "sleeps"]
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
q = Q[1]

# %% right: einsum, once more
def dot_product_scores(q, k):
    return np.einsum("id,jd->ij", q, k)

# %% right: broadcast and sum
def dot_product_scores(q, k):
    return (q[:, None, :] * k[None, :, :]).sum(-1)

# %% right: np.inner, once more
def dot_product_scores(q, k):
    return np.inner(q, k)

# %% wrong: rows are keys: k @ q.T
def dot_product_scores(q, k):
    return k @ q.T

# %% wrong: word with itself only: (q*k).sum(axis=1)
def dot_product_scores(q, k):
    return (q * k).sum(axis=1)

# %% wrong: page loop with 4s hard coded (visible example only)
def dot_product_scores(q, k):
    scores = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: page loop generalised but dtype=int kept: decimals cut
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: prints instead of returns
def dot_product_scores(q, k):
    print(q @ k.T)

# %% wrong: global Q, K in place of q, k
def dot_product_scores(q, k):
    return Q @ K.T

# %% wrong: reshape instead of transpose
def dot_product_scores(q, k):
    return q @ k.reshape(k.shape[1], k.shape[0])

# %% wrong: trailing comma: tuple of one
def dot_product_scores(q, k):
    return q @ k.T,

# %% wrong: last number of each list skipped (range - 1)
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1] - 1):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: return inside the loop: first row only
def dot_product_scores(q, k):
    for row in q:
        return k @ row

# %% wrong: cosine: each row divided by its length
def dot_product_scores(q, k):
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    k = k / np.linalg.norm(k, axis=1, keepdims=True)
    return q @ k.T

# %% wrong: torch tensors returned in a NumPy lesson
def dot_product_scores(q, k):
    import torch
    return torch.tensor(q) @ torch.tensor(k).T

# %% wrong: = in place of += in the loop: only last product
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] = q[i, d] * k[j, d]
    return scores

# %% wrong: q.T @ k
def dot_product_scores(q, k):
    return q.T @ k

# %% wrong: divided by d_k already
def dot_product_scores(q, k):
    return q @ k.T / q.shape[1]

# %% wrong: absolute values
def dot_product_scores(q, k):
    return abs(q @ k.T)

# %% wrong: np.outer
def dot_product_scores(q, k):
    return np.outer(q, k)

# %% wrong: np.vdot: one number / error
def dot_product_scores(q, k):
    return np.vdot(q, k)

# %% wrong: minus squared distance
def dot_product_scores(q, k):
    return -((q[:, None] - k[None]) ** 2).sum(-1)

# %% wrong: global T_q: NameError
def dot_product_scores(q, k):
    scores = np.zeros((T_q, T_k))
    for i in range(T_q):
        for j in range(T_k):
            scores[i, j] = q[i] @ k[j]
    return scores

# %% wrong: k.transpose without brackets
def dot_product_scores(q, k):
    return q @ k.transpose

# %% wrong: k.shape = ... changes the input in place
def dot_product_scores(q, k):
    k.shape = (k.shape[1], k.shape[0])
    return q @ k

# %% wrong: only global K used, q is right
def dot_product_scores(q, k):
    return q @ K.T

# %% wrong: j loop begins at i (upper triangle)
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(i, len(k)):
            scores[i, j] = q[i] @ k[j]
    return scores

# %% wrong: sizes of the array swapped
def dot_product_scores(q, k):
    scores = np.zeros((len(k), len(q)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[i] @ k[j]
    return scores

# %% wrong: both loops over len(q)
def dot_product_scores(q, k):
    return np.array([[q[i] @ k[j] for j in range(len(q))] for i in range(len(q))])

# %% wrong: flat list comprehension: one axis
def dot_product_scores(q, k):
    return np.array([row @ key for row in q for key in k])

# %% wrong: np.cross / * k.T
def dot_product_scores(q, k):
    return q * k.T

# %% wrong: result is an object array (dtype=object)
def dot_product_scores(q, k):
    return np.array([[sum(a * b for a, b in zip(x, y)) for y in k] for x in q], dtype=object)

# %% wrong: np.matrix returned
def dot_product_scores(q, k):
    return np.matrix(q) * np.matrix(k).T
# %% prelude
import math
import time

import numpy as np
# %% wrong: an integer table copied from the page, so the fractions of float scores are cut off
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = np.sum(q[i] * k[j])
    return scores
# %% wrong: = instead of += in the innermost loop, so only the last product is kept
def dot_product_scores(q, k):
    scores = np.zeros((q.shape[0], k.shape[0]))
    for i in range(q.shape[0]):
        for j in range(k.shape[0]):
            for d in range(q.shape[1]):
                scores[i, j] = q[i, d] * k[j, d]
    return scores
# %% wrong: reshapes the keys to (d_k, T_k) instead of transposing them
def dot_product_scores(q, k):
    T_k, d_k = k.shape
    return np.matmul(q, k.reshape(d_k, T_k))
# %% wrong: cosine similarity: each dot product is divided by the lengths of query and key
def dot_product_scores(q, k):
    lengths = np.linalg.norm(q, axis=1)[:, None] * np.linalg.norm(k, axis=1)[None, :]
    return (q @ k.T) / lengths
# %% wrong: already divided by the root of d_k (the scaling belongs to exercise 1.3)
def dot_product_scores(q, k):
    return q.dot(k.T) / math.sqrt(k.shape[-1])
# %% wrong: sums over the keys instead of over the numbers of a key (wrong axis of the broadcast product)
def dot_product_scores(q, k):
    products = q[:, None, :] * k[None, :, :]
    return products.sum(axis=1)
# %% wrong: the number of queries is used for the keys too (T_q = T_k only)
def dot_product_scores(q, k):
    T = len(q)
    scores = np.zeros((T, T))
    for i in range(T):
        for j in range(T):
            scores[i, j] = q[i] @ k[j]
    return scores
# %% right: one column for each key, stacked along the last axis
def dot_product_scores(queries, keys):
    columns = [(queries * key).sum(axis=1) for key in keys]
    return np.stack(columns, axis=-1)
# %% prelude
import math
import numpy as np
words = ["the", "black", "cat", "sleeps"]
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
# %% wrong: keys not transposed (q @ k), sums over the wrong axis of k
def dot_product_scores(q, k):
    return np.matmul(q, k)
# %% wrong: result transposed, keys as rows and queries as columns
def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    return np.einsum("qd,kd->kq", q, k)
# %% wrong: divides by the root of d_k already (scores of the paper's formula, not the plain dot products)
def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    d_k = q.shape[-1]
    return q @ k.T / math.sqrt(d_k)
# %% wrong: reshapes k to (d_k, T_k) instead of transposing it
def dot_product_scores(q, k):
    k_t = k.reshape(k.shape[1], k.shape[0])
    return q @ k_t
# %% wrong: multiplies and adds four numbers only (d_k = 4 of the example)
def dot_product_scores(q, k):
    T_q, T_k = q.shape[0], k.shape[0]
    scores = np.zeros((T_q, T_k))
    for i in range(T_q):
        for j in range(T_k):
            scores[i, j] = sum(q[i, d] * k[j, d] for d in range(4))
    return scores
# %% right: one row after the other
def dot_product_scores(queries, keys):
    rows = []
    for query in queries:
        rows.append([np.dot(query, key) for key in keys])
    return np.array(rows)


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
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])


def dot_product_scores(q, k):
    return q @ k.T


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: einsum with e in place of d in the second factor: sums each list by itself (product of the sums)
def dot_product_scores(q, k):
    return np.einsum("id,je->ij", q, k)

# %% wrong: the page's loops with its integer table dtype=int: decimals are cut off
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[i] @ k[j]
    return scores

# %% wrong: the page's loops, with the 4 of the last loop left: only 4 numbers of each list
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: divides by the length of each key (half a cosine)
def dot_product_scores(q, k):
    return q @ (k / np.linalg.norm(k, axis=1, keepdims=True)).T

# %% wrong: capital K: the notebook's keys in place of the argument
def dot_product_scores(q, k):
    return q @ K.T

# %% right: tensordot over the last axes
def dot_product_scores(q, k):
    return np.tensordot(q, k, axes=(-1, -1))


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
import math
import numpy as np
Q = np.array([[0,-1,1,1],[0,1,2,1],[1,2,0,0],[1,0,2,0]])
K = np.array([[1,0,0,1],[0,2,0,0],[0,1,2,1],[1,1,1,0]])
V = np.array([[0,0,0],[0,4,0],[4,0,3],[0,0,2]])
d_k = 4
def dot_product_scores(q, k): return q @ k.T
def softmax(x):
    p = np.exp(x - x.max(axis=-1, keepdims=True)); return p / p.sum(axis=-1, keepdims=True)

# %% wrong: loop copied from the page with dtype=int: fractions are cut off at each addition
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = (q[i] * k[j]).sum()
    return scores

# %% wrong: divides by sqrt(d_k) already here
def dot_product_scores(q, k): return q @ k.T / math.sqrt(q.shape[-1])

# %% wrong: cosine similarity: both lists brought to length 1
def dot_product_scores(q, k):
    q = q / np.linalg.norm(q, axis=-1, keepdims=True); k = k / np.linalg.norm(k, axis=-1, keepdims=True)
    return q @ k.T

# %% wrong: q.T @ k: transposes the wrong factor
def dot_product_scores(q, k): return q.T @ k

# %% wrong: loop over zip(q, k): pairs query i with key i only
def dot_product_scores(q, k): return np.array([qi @ ki for qi, ki in zip(q, k)])

# %% right: np.inner sums over the last axis of both
def dot_product_scores(q, k): return np.inner(q, k)

# %% prelude

# %% wrong: copied cell 9 with dtype=int: truncates scores of non-whole numbers
import numpy as np
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = sum(q[i, d] * k[j, d] for d in range(q.shape[1]))
    return scores

# %% wrong: key loop runs over len(q): right for T_q = T_k alone (columns stay 0, or IndexError)
import numpy as np
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(q)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: uses the notebook's global K instead of the argument k
import numpy as np
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
def dot_product_scores(q, k):
    return q @ K.T

# %% right: broadcast product, no matrix product
import numpy as np
def dot_product_scores(q, k):
    return (q[:, None, :] * k[None, :, :]).sum(axis=2)

# %% prelude
import math
import numpy as np

# %% wrong: products number by number: query i only with key i
def dot_product_scores(q, k):
    """How well each query fits each key: (T_q, d_k), (T_k, d_k) -> (T_q, T_k)."""
    return (q * k).sum(axis=-1)

# %% wrong: loops of the page with dtype=int kept: floats are cut
def dot_product_scores(q, k):
    T_q, d_k = q.shape
    T_k = k.shape[0]
    scores = np.zeros((T_q, T_k), dtype=int)
    for i in range(T_q):
        for j in range(T_k):
            for d in range(d_k):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: already divided by sqrt(d_k)
def dot_product_scores(q, k):
    d_k = q.shape[-1]
    return q @ k.T / math.sqrt(d_k)

# %% prelude
import math
import numpy as np

# %% wrong: the 4 numbers of the example are left in the loop (d in range(4))
def dot_product_scores(q, k):
    scores = np.zeros((q.shape[0], k.shape[0]))
    for i in range(q.shape[0]):
        for j in range(k.shape[0]):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: cosine similarity (habit from retrieval): divided by the lengths
def dot_product_scores(q, k):
    qn = q / np.linalg.norm(q, axis=1, keepdims=True)
    kn = k / np.linalg.norm(k, axis=1, keepdims=True)
    return qn @ kn.T

# %% prelude
import numpy as np

# %% wrong: last number of each list left out (range(d_k - 1))
def dot_product_scores(q, k):
    T_q, d_k = q.shape
    T_k = k.shape[0]
    scores = np.zeros((T_q, T_k))
    for d in range(d_k - 1):
        scores += q[:, d][:, None] * k[:, d][None, :]
    return scores

# %% right: np.inner, a third time
dot_product_scores = lambda q, k: np.inner(q, k)

# %% prelude
import numpy as np

# %% wrong: copied cell 9: integer table, so products of floats are cut off to whole numbers
def dot_product_scores(q, k):
    scores = np.zeros((q.shape[0], k.shape[0]), dtype=int)
    for i in range(q.shape[0]):
        for j in range(k.shape[0]):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: uses the notebook's global Q and K and not the arguments
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
def dot_product_scores(q, k):
    return Q @ K.T

# %% wrong: row-by-row product instead of every query with every key: raises for other T_q, T_k
def dot_product_scores(q, k):
    # multiply number by number, and add up
    return (q * k).sum(axis=1, keepdims=True)

# %% right: broadcasting and a sum over the last axis
def dot_product_scores(q, k):
    return np.sum(q[:, np.newaxis, :] * k[np.newaxis, :, :], axis=2)

# %% prelude
import math
import time

import numpy as np

from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights

# %% wrong: loops of cell 9 copied with dtype=int: fractions are cut off at each addition
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: reshape of k to (d_k, T_k) instead of the transpose
def dot_product_scores(q, k):
    return q @ k.reshape(k.shape[1], k.shape[0])

# %% wrong: negative scores set to 0, 'since no share may be negative'
def dot_product_scores(q, k):
    fit = q @ k.T
    return np.where(fit > 0, fit, 0)

# %% wrong: squeeze at the end: an axis is lost with one query or one key
def dot_product_scores(q, k):
    return np.squeeze(q[:, None, :] @ k.T)

# %% right: tensordot over the last axes, then a copy in Fortran layout
def dot_product_scores(q, k):
    return np.asfortranarray(np.tensordot(q, k, axes=[[1], [1]]))

# %% prelude
import math
import time

import numpy as np

from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights
import math
import time

import numpy as np

from classroom import carry_on, check, evaluate, hint, own, solution
from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights
np.set_printoptions(precision=3, suppress=True)

words = ["the", "black", "cat", "sleeps"]
q = np.array([0, 1, 2, 1])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
scores = Q @ K.T
d_k = K.shape[1]
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: loops copied from the page with np.zeros(..., dtype=int): fractions cut off
def dot_product_scores(q, k):
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores

# %% wrong: uses the notebook's Q and K, not the arguments
def dot_product_scores(q, k):
    return Q @ K.T

# %% wrong: broadcast product summed over the keys' axis (1) and not over the last: (T_q, d_k)
def dot_product_scores(q, k):
    products = q[:, None, :] * k[None, :, :]
    return products.sum(axis=1)

# %% wrong: inner loop over range(len(k)), as in the page's loops, but here len(k) is T_k and not d_k
def dot_product_scores(q, k):
    return np.array([[sum(a[d] * b[d] for d in range(len(k))) for b in k] for a in q])

# %% right: right: vdot for each pair
def dot_product_scores(q, k):
    return np.array([[np.vdot(a, b) for b in k] for a in q])
