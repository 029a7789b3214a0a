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
