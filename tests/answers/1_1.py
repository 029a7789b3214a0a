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
