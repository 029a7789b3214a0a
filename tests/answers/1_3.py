# %% prelude
import math

import numpy as np


def dot_product_scores(q, k):
    return q @ k.T


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: not divided
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k))
    return weights @ v, weights

# %% wrong: divided by d_k, not its root
def attention(q, k, v):
    d_k = k.shape[-1]
    weights = softmax(dot_product_scores(q, k) / d_k)
    return weights @ v, weights

# %% wrong: root of the number of keys
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(len(k)))
    return weights @ v, weights

# %% wrong: root of d_v
def attention(q, k, v):
    d = v.shape[1]
    weights = softmax(dot_product_scores(q, k) / np.sqrt(d))
    return weights @ v, weights

# %% wrong: halved, as on the page
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / 2)
    return weights @ v, weights

# %% wrong: scaled twice
def attention(q, k, v):
    d_k = q.shape[-1]
    q = q / math.sqrt(d_k)
    scores = dot_product_scores(q, k) / math.sqrt(d_k)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: multiplied by the root
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) * q.shape[-1] ** 0.5)
    return weights @ v, weights

# %% wrong: weights and output exchanged
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    output = weights @ v
    return weights, output

# %% wrong: output alone
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return weights @ v

# %% wrong: scores returned for weights
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    return softmax(scores) @ v, scores

# %% wrong: the output is scaled
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k))
    return weights @ v / math.sqrt(q.shape[-1]), weights

# %% wrong: keys ask, queries answer
def attention(q, k, v):
    weights = softmax(dot_product_scores(k, q) / math.sqrt(q.shape[-1]))
    return weights.T @ v, weights.T

# %% wrong: weights turned round before mixing
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return weights.T @ v, weights

# %% wrong: hard choice of the best key
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    weights = softmax(scores)
    return v[weights.argmax(axis=-1)], weights

# %% wrong: q scaled in place
def attention(q, k, v):
    q /= math.sqrt(q.shape[-1])
    weights = softmax(q @ k.T)
    return weights @ v, weights

# %% wrong: half of d_k for its root
def attention(q, k, v):
    scale = q.shape[-1] // 2
    weights = softmax(dot_product_scores(q, k) / scale)
    return weights @ v, weights

# %% right: einsum
def attention(q, k, v):
    scores = np.einsum("qd,kd->qk", q, k) / np.sqrt(q.shape[-1])
    w = softmax(scores)
    return np.einsum("qk,kv->qv", w, v), w

# %% right: query scaled first, power of -0.5
def attention(q, k, v):
    weights = softmax(dot_product_scores(q * q.shape[1] ** -0.5, k))
    return np.matmul(weights, v), weights

# %% right: fourth root on both sides
def attention(q, k, v):
    root = k.shape[-1] ** 0.25
    weights = softmax(dot_product_scores(q / root, k / root))
    return weights @ v, weights

# %% right: one query after another
def attention(q, k, v):
    outputs, all_weights = [], []
    for query in q:
        s = np.array([query @ key for key in k]) / math.sqrt(len(query))
        p = np.exp(s - s.max())
        w = p / p.sum()
        all_weights.append(w)
        outputs.append(sum(w[j] * v[j] for j in range(len(v))))
    return np.array(outputs), np.array(all_weights)

# %% right: a helper for the weights
def attention_weights(q, k):
    d_k = q.shape[-1]                                  # (T_q, d_k)
    return softmax(dot_product_scores(q, k) / math.sqrt(d_k))

def attention(q, k, v):
    weights = attention_weights(q, k)                  # (T_q, T_k)
    return (weights @ v, weights)
# %% prelude
import math

import numpy as np

words = ["the", "black", "cat", "sleeps"]
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
d_k = K.shape[1]


def dot_product_scores(q, k):
    return q @ k.T


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: the notebook's d_k (4) instead of the argument's
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(d_k)
    weights = softmax(scores)
    return weights @ v, weights
# %% wrong: divided by d_k to the power of -0.5
def attention(q, k, v):
    d = q.shape[-1]
    weights = softmax(dot_product_scores(q, k) / d ** -0.5)
    return weights @ v, weights
# %% wrong: queries and keys both divided by the root
def attention(q, k, v):
    scale = math.sqrt(k.shape[1])
    weights = softmax(dot_product_scores(q / scale, k / scale))
    output = weights @ v
    return output, weights
# %% wrong: root of the number of keys (again)
def attention(q, k, v):
    d_k = k.shape[0]
    scores = dot_product_scores(q, k) / np.sqrt(d_k)      # (T_q, T_k)
    weights = softmax(scores)                             # (T_q, T_k)
    return np.matmul(weights, v), weights                 # (T_q, d_v)
# %% wrong: scores returned in place of the weights
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    return softmax(scores) @ v, scores
# %% wrong: causal mask from a GPT tutorial
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    scores = np.where(np.tril(np.ones_like(scores)) == 1, scores, -1e9)
    weights = softmax(scores)
    return weights @ v, weights
# %% wrong: dot_product_scores used for the mixing too
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(k.shape[-1]))
    output = dot_product_scores(weights, v)
    return output, weights
# %% wrong: only the output is returned
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(len(k[0])))
    return weights @ v
# %% right: query scaled first, einsum
def attention(q, k, v):
    scaled = q * k.shape[-1] ** -0.5
    weights = softmax(np.einsum("qd,kd->qk", scaled, k))
    return np.einsum("qk,kv->qv", weights, v), weights
# %% right: one query at a time
def attention(q, k, v):
    outputs, all_weights = [], []
    for query in q:
        w = softmax(k @ query / math.sqrt(len(query)))
        all_weights.append(w)
        outputs.append(sum(w[j] * v[j] for j in range(len(v))))
    return np.array(outputs), np.array(all_weights)
# %% right: nothing but NumPy, transposed and back
def attention(q, k, v):
    scores = (k @ q.T).T / np.sqrt(np.shape(q)[1])
    e = np.exp(scores - scores.max(1, keepdims=True))
    w = (e.T / e.sum(1)).T
    return (v.T @ w.T).T, w

# %% prelude
import math
import numpy as np

def dot_product_scores(q, k):
    return q @ k.T

def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: scaled by the number of keys
def attention(q, k, v):
    d_k = len(k)
    scores = dot_product_scores(q, k) / math.sqrt(d_k)
    weights = softmax(scores)
    return weights @ v, weights
# %% wrong: scaled by the size of the values
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    weights = softmax(scores / math.sqrt(v.shape[-1]))
    return weights @ v, weights
# %% wrong: returns the scaled scores where the weights are asked for
def attention(q, k, v):
    scores = dot_product_scores(q, k) / np.sqrt(k.shape[1])
    output = softmax(scores) @ v
    return output, scores
# %% wrong: multiplied by the root, once more
def attention(q, k, v):
    scores = dot_product_scores(q, k) * math.sqrt(q.shape[-1])
    weights = softmax(scores)
    output = weights @ v
    return output, weights
# %% right: both factors scaled by the fourth root, einsum
def attention(q, k, v):
    fourth_root = q.shape[1] ** 0.25
    weights = softmax(np.einsum("id,jd->ij", q / fourth_root, k / fourth_root))
    return np.einsum("ij,jf->if", weights, v), weights

# %% prelude
import math
import time
import numpy as np
words = ["the", "black", "cat", "sleeps"]
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
q = Q[1]
d_k = 4

def dot_product_scores(q, k):
    return q @ k.T

def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

def attention_by_loops(Q, K, V):
    all_outputs, all_weights = [], []
    for q in Q:
        scores = [sum(q[d] * k[d] for d in range(len(q))) / math.sqrt(len(q)) for k in K]
        powers = [math.exp(score) for score in scores]
        weights = [power / sum(powers) for power in powers]
        all_outputs.append([sum(weights[j] * V[j][f] for j in range(len(V))) for f in range(len(V[0]))])
        all_weights.append(weights)
    return all_outputs, all_weights

# %% right: everything by einsum
def attention(q, k, v):
    s = np.einsum("id,jd->ij", q, k) / np.sqrt(q.shape[1])
    w = np.exp(s - s.max(1, keepdims=True))
    w /= w.sum(1, keepdims=True)
    return np.einsum("ij,jf->if", w, v), w

# %% right: query scaled first; list returned
def attention(q, k, v):
    weights = softmax(dot_product_scores(q / k.shape[1] ** 0.5, k))
    return [weights @ v, weights]

# %% wrong: page loops, arrays at the end
def attention(q, k, v):
    o, w = attention_by_loops(q.tolist(), k.tolist(), v.tolist())
    return np.array(o), np.array(w)

# %% wrong: root of len(k) = T_k
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(len(k)))
    return weights @ v, weights

# %% wrong: root of v.shape[1] = d_v
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(v.shape[1]))
    return weights @ v, weights

# %% wrong: global d_k from the page (4)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(d_k))
    return weights @ v, weights

# %% wrong: output from scaled scores, softmax forgotten there
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[1])
    weights = softmax(scores)
    return scores @ v, weights

# %% wrong: multiplied by the root, once more, once more
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) * math.sqrt(q.shape[1]))
    return weights @ v, weights

# %% wrong: weights.T @ v
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return weights.T @ v, weights

# %% wrong: only the output
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return weights @ v

# %% wrong: softmax on the output
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[1])
    return softmax(scores @ v), softmax(scores)

# %% wrong: keys and queries exchanged in the call
def attention(q, k, v):
    weights = softmax(dot_product_scores(k, q) / math.sqrt(q.shape[1]))
    return weights @ v, weights

# %% wrong: typo: NameError
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return wieghts @ v, weights

# %% wrong: v @ weights: own error
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return v @ weights, weights

# %% wrong: TWO: not scaled, and the pair reversed
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k))
    return weights, weights @ v

# %% wrong: TWO: root of T_q and values transposed by mistake (weights fine shape), output of keys
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(len(q)))
    return weights @ k, weights

# %% wrong: q /= root in place
def attention(q, k, v):
    q /= math.sqrt(q.shape[1])
    weights = softmax(dot_product_scores(q, k))
    return weights @ v, weights

# %% wrong: // in place of /
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) // math.sqrt(q.shape[1]))
    return weights @ v, weights

# %% wrong: passes axis to own softmax: TypeError
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]), axis=-1)
    return weights @ v, weights

# %% wrong: dict returned
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return {"output": weights @ v, "weights": weights}

# %% wrong: only best key taken (one-hot output)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return v[weights.argmax(axis=1)], weights

# %% wrong: returns scores as the second thing
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[1])
    return softmax(scores) @ v, scores

# %% wrong: elementwise weights * v
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return weights * v, weights

# %% wrong: calls dot_product_scores(weights, v) for the product
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return dot_product_scores(weights, v), weights

# %% wrong: np.sqrt(q.size)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / np.sqrt(q.size))
    return weights @ v, weights

# %% wrong: lists returned (loop version directly)
def attention(q, k, v):
    return attention_by_loops(q, k, v)

# %% wrong: output averaged over the keys: (w @ v) / T_k
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    return weights @ v / len(k), weights

# %% wrong: softmax only over all: two softmaxes (softmax of softmax)
def attention(q, k, v):
    scores = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[1]))
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: own naive softmax: overflow
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return weights @ v, weights

# %% wrong: weights rounded before mixing
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    weights = weights.round(3)
    return weights @ v, weights

# %% wrong: quotient not assigned
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    scores / math.sqrt(q.shape[-1])
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: both q and k divided by the root
def attention(q, k, v):
    root = math.sqrt(q.shape[-1])
    weights = softmax(dot_product_scores(q / root, k / root))
    return weights @ v, weights

# %% wrong: residual: v added to output / q
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return v + weights @ v, weights

# %% wrong: causal mask from another tutorial
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    scores = np.where(np.tril(np.ones(scores.shape)) == 1, scores, -1e9)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: np.array([output, weights])
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return np.array([weights @ v, weights])

# %% wrong: calls itself: RecursionError
def attention(q, k, v):
    output, weights = attention(q, k, v)
    return output, weights

# %% wrong: v.T @ weights.T: output transposed
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return v.T @ weights.T, weights

# %% wrong: plain shares instead of softmax
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    weights = scores / scores.sum(axis=1, keepdims=True)
    return weights @ v, weights

# %% wrong: global V
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return weights @ V, weights

# %% wrong: loop returns only the last query
def attention(q, k, v):
    for row in q:
        w = softmax(k @ row / math.sqrt(len(row)))
        o = w @ v
    return o, w

# %% wrong: math.sqrt(k.shape)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(k.shape))
    return weights @ v, weights

# %% wrong: int(sqrt)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / int(math.sqrt(q.shape[-1])))
    return weights @ v, weights

# %% right: d_k ** -0.5, np.matmul, intermediate prints
def attention(q, k, v):
    d = len(k[0])
    weights = softmax(d ** -0.5 * dot_product_scores(q, k))
    print(weights.shape)
    output = np.matmul(weights, v)
    return (output, weights)

# %% wrong: three things returned
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    return weights @ v, weights, dot_product_scores(q, k)

# %% wrong: output allocated like v and filled for each query
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    output = np.zeros_like(v)
    for i in range(len(q)):
        output[i] = weights[i] @ v
    return output, weights

# %% wrong: torch used for sqrt of tensor
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / torch.sqrt(q.shape[-1]))
    return weights @ v, weights

# %% wrong: TWO: keys into the mix and softmax over queries
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k).T / math.sqrt(q.shape[-1])).T
    return weights @ k, weights

# %% wrong: TWO: √T_k and values cut int
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(k.shape[0]))
    return (weights @ v).round(), weights

# %% wrong: scores scaled, weights from unscaled, output from scaled
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    weights = softmax(scores)
    output = softmax(scores / math.sqrt(q.shape[-1])) @ v
    return output, weights

# %% wrong: scales output
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k))
    return weights @ v / math.sqrt(q.shape[-1]), weights

# %% wrong: uses q.k product without own function: q @ k (square only)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k.T) / math.sqrt(q.shape[-1]))
    return weights @ v, weights

# %% wrong: sqrt(2 * d_k)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(2 * q.shape[-1]))
    return weights @ v, weights

# %% wrong: log instead of root
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.log(q.shape[-1]))
    return weights @ v, weights

# %% wrong: uses softmax of each side before product
def attention(q, k, v):
    weights = dot_product_scores(softmax(q), softmax(k)) / math.sqrt(q.shape[-1])
    return weights @ v, weights

# %% wrong: weights fine, output uses v[::-1] by -1 step
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    output = np.array([sum(w * value for w, value in zip(row, v[1:])) for row in weights])
    return output, weights
# %% prelude
import math
import time

import numpy as np

K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])

def dot_product_scores(q, k):
    return q @ k.T

def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: divides by the root of the number of keys, not of the numbers in a key
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(len(k))
    weights = softmax(scores)
    return weights @ v, weights
# %% wrong: returns the scores in the place of the weights
def attention(q, k, v):
    scores = dot_product_scores(q, k) / np.sqrt(q.shape[-1])    # (T_q, T_k)
    output = softmax(scores) @ v                                # (T_q, d_v)
    return output, scores
# %% wrong: a softmax of its own that does not subtract the maximum (NaN for large scores)
def attention(q, k, v):
    d_k = q.shape[1]
    e = np.exp(q @ k.T / math.sqrt(d_k))
    weights = e / e.sum(axis=1, keepdims=True)
    return weights @ v, weights
# %% wrong: a causal mask that nobody asked for, copied from a decoder
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(k.shape[-1])
    future = np.triu(np.ones(scores.shape), k=1).astype(bool)
    scores = np.where(future, -np.inf, scores)
    weights = softmax(scores)
    return weights @ v, weights
# %% wrong: scales the queries in place and so changes a float array that is passed in
def attention(q, k, v):
    q = np.asarray(q, dtype=float)
    q /= math.sqrt(q.shape[-1])
    weights = softmax(dot_product_scores(q, k))
    return weights @ v, weights
# %% wrong: takes d_k from the K of the page, not from the argument k
def attention(q, k, v):
    d_k = K.shape[1]
    w = softmax(dot_product_scores(q, k) / math.sqrt(d_k))
    return w @ v, w
# %% wrong: multiplies by the root of d_k instead of dividing
def attention(q, k, v):
    scale = math.sqrt(k.shape[-1])
    weights = softmax(scale * dot_product_scores(q, k))
    return np.einsum("ij,jf->if", weights, v), weights
# %% wrong: the output has the shape of v (T_k rows), not a row for each query
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    output = np.zeros(v.shape)
    for i in range(len(q)):
        for j in range(len(k)):
            output[i] += weights[i, j] * v[j]
    return output, weights
# %% wrong: two mistakes: divides by d_k without the root, and returns weights before output
def attention(q, k, v):
    a = softmax(dot_product_scores(q, k) / k.shape[1])
    return a, a @ v
# %% right: one query after the other, with scaled queries
def attention(q, k, v):
    outputs, all_weights = [], []
    for query in q:
        w = softmax(k @ (query / len(query) ** 0.5))
        all_weights.append(w)
        outputs.append(sum(share * value for share, value in zip(w, v)))
    return np.array(outputs), np.array(all_weights)
# %% right: einsum for both products, softmax written out
def attention(queries, keys, values):
    s = np.einsum("qd,kd->qk", queries, keys) * keys.shape[1] ** -0.5
    p = np.exp(s - s.max(axis=1)[:, None])
    w = (p.T / p.sum(axis=1)).T
    return np.einsum("qk,kf->qf", w, values), w
# %% prelude
import math
import numpy as np

def dot_product_scores(q, k):
    return q @ k.T

def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
# %% wrong: d_k ** 1/2 is half of d_k, not its root
def attention(q, k, v):
    d_k = k.shape[-1]
    scores = dot_product_scores(q, k) / (d_k ** 1/2)      # (T_q, T_k)
    weights = softmax(scores)                              # (T_q, T_k)
    return weights @ v, weights
# %% wrong: returns the weights first and the output second
def attention(q, k, v):
    """Scaled dot-product attention, eq. 1 of the paper."""
    attn = softmax(dot_product_scores(q, k) / np.sqrt(q.shape[1]))
    out = np.matmul(attn, v)
    return attn, out
# %% wrong: divides the output by the root instead of the scores
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k))
    output = weights @ v / math.sqrt(k.shape[-1])
    return output, weights
# %% wrong: takes len(k), the number of keys, for d_k (len(k) of the loop version, where k is one key)
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(len(k))
    weights = softmax(scores)
    output = weights @ v
    return output, weights
# %% wrong: mixes the values with transposed weights (sums over the queries)
def attention(q, k, v):
    scores = np.einsum("id,jd->ij", q, k) / math.sqrt(q.shape[-1])
    weights = softmax(scores)
    output = np.einsum("ij,if->jf", weights, v)
    return output, weights
# %% wrong: scales q in place, so the caller's queries are changed (asarray does not copy floats)
def attention(q, k, v):
    q = np.asarray(q, dtype=float)
    q *= 1 / math.sqrt(q.shape[-1])               # cheaper than scaling the table
    weights = softmax(dot_product_scores(q, k))
    return weights @ v, weights
# %% wrong: rounds the weights to the three decimals that the page prints
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    scores = scores / math.sqrt(k.shape[1])
    weights = np.round(softmax(scores), 3)        # 0.057 0.094 0.694 0.155
    return weights @ v, weights
# %% right: loops over queries and keys, without the helpers
def attention(q, k, v):
    T_q, d_k = q.shape
    T_k, d_v = v.shape
    weights = np.zeros((T_q, T_k))
    output = np.zeros((T_q, d_v))
    for i in range(T_q):
        row = [sum(q[i, d] * k[j, d] for d in range(d_k)) / math.sqrt(d_k) for j in range(T_k)]
        top = max(row)
        powers = [math.exp(s - top) for s in row]
        total = sum(powers)
        for j in range(T_k):
            weights[i, j] = powers[j] / total
            output[i] += weights[i, j] * v[j]
    return output, weights
# %% right: einsum, with the query scaled (a new array) before the product
def attention(q, k, v):
    scaled = q * q.shape[-1] ** -0.5
    logits = np.einsum("qd,kd->qk", scaled, k)
    logits = logits - np.amax(logits, axis=1)[:, np.newaxis]
    p = np.exp(logits)
    p = np.einsum("qk,q->qk", p, 1 / p.sum(axis=1))
    return np.einsum("qk,kv->qv", p, v), p


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

# %% wrong: uses the notebook's d_k (4) from above
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(d_k)   # (T_q, T_k)
    weights = softmax(scores)                            # (T_q, T_k)
    return weights @ v, weights

# %% wrong: math.isqrt: the whole-number root
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.isqrt(k.shape[1])
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: mean over the keys in place of sum
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1]))
    output = (weights[:, :, None] * v[None, :, :]).mean(axis=1)
    return output, weights

# %% wrong: // in place of / (again)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) // math.sqrt(q.shape[-1]))
    return weights @ v, weights

# %% wrong: bracket closed too late: softmax of (scores @ v)
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    output = softmax(scores @ v)
    return output, softmax(scores)

# %% wrong: the returned 'weights' are the scaled scores
def attention(q, k, v):
    weights = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    output = softmax(weights) @ v
    return output, weights

# %% wrong: root of d_v in place of d_k, and the output transposed
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(v.shape[-1]))
    return v.T @ weights.T, weights

# %% right: one query at a time, as rows of a list, then stacked
def attention(q, k, v):
    root = k.shape[-1] ** -0.5
    weights = np.stack([softmax(k @ (row * root)) for row in q])
    output = np.einsum("ij,jf->if", weights, v)
    return output, weights


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

# %% wrong: square root of the number of queries (len(q)) instead of d_k
def attention(q, k, v):
    w = softmax(dot_product_scores(q, k) / math.sqrt(len(q))); return w @ v, w

# %% wrong: the notebook's d_k = 4 used, as a global
def attention(q, k, v):
    w = softmax(dot_product_scores(q, k) / math.sqrt(d_k)); return w @ v, w

# %% wrong: d_k ** 1/2
def attention(q, k, v):
    w = softmax(dot_product_scores(q, k) / q.shape[-1] ** 1/2); return w @ v, w

# %% wrong: output mixed from the scores before the softmax
def attention(q, k, v):
    s = dot_product_scores(q, k) / math.sqrt(q.shape[-1]); w = softmax(s); return s @ v, w

# %% wrong: returns the scaled scores in place of the weights
def attention(q, k, v):
    s = dot_product_scores(q, k) / math.sqrt(q.shape[-1]); return softmax(s) @ v, s

# %% wrong: forgets the weights: returns the output alone
def attention(q, k, v):
    w = softmax(dot_product_scores(q, k) / math.sqrt(q.shape[-1])); return w @ v

# %% wrong: divides by d_k, and returns weights first
def attention(q, k, v):
    w = softmax(dot_product_scores(q, k) / q.shape[-1]); return w, w @ v

# %% right: divides the queries before the product, mixes with einsum, returns a list
def attention(q, k, v):
    w = softmax(dot_product_scores(q * q.shape[-1] ** -0.5, k))
    return [np.einsum("ij,jf->if", w, v), w]

# %% prelude

# %% wrong: uses the notebook's global d_k (= 4, set in cell 26)
import math
import numpy as np
d_k = 4
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention(q, k, v):
    weights = softmax(q @ k.T / math.sqrt(d_k))
    return weights @ v, weights

# %% wrong: whole-number root: right for d_k = 4, 16, 64 alone
import math
import numpy as np
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention(q, k, v):
    weights = softmax(q @ k.T / math.isqrt(k.shape[1]))
    return weights @ v, weights

# %% wrong: weights rounded to 3 digits (as printed) before they are returned and mixed
import math
import numpy as np
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention(q, k, v):
    weights = np.round(softmax(q @ k.T / math.sqrt(k.shape[1])), 3)
    return weights @ v, weights

# %% wrong: copied from a GPT: causal mask
import math
import numpy as np
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention(q, k, v):
    scores = q @ k.T / math.sqrt(k.shape[1])
    scores = np.where(np.tril(np.ones(scores.shape)) == 0, -1e9, scores)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: scales q in place: the caller's q is changed (and whole numbers raise)
import math
import numpy as np
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention(q, k, v):
    if q.dtype.kind == "f":
        q /= math.sqrt(q.shape[-1])
    else:
        q = q / math.sqrt(q.shape[-1])
    weights = softmax(q @ k.T)
    return weights @ v, weights

# %% right: one query at a time, keys and queries each scaled by the 4th root
import numpy as np
def attention(q, k, v):
    s = k.shape[-1] ** -0.25
    weights = np.empty((len(q), len(k)))
    for i, row in enumerate(q):
        x = (k * s) @ (row * s)
        e = np.exp(x - np.max(x))
        weights[i] = e / np.sum(e)
    return np.einsum("ij,jf->if", weights, v), weights

# %% prelude
import math
import numpy as np
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

# %% wrong: q /= root in place, which raises for whole numbers and changes others
def attention(q, k, v):
    q /= math.sqrt(q.shape[-1])
    weights = softmax(dot_product_scores(q, k))
    output = weights @ v
    return output, weights

# %% wrong: the d_k of the notebook, a global, with the shapes written beside each step
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(d_k)   # (T_q, T_k)
    weights = softmax(scores)                            # (T_q, T_k)
    output = weights @ v                                 # (T_q, d_v)
    return output, weights

# %% wrong: softmax applied to its own result
def attention(q, k, v):
    scores = softmax(dot_product_scores(q, k) / math.sqrt(k.shape[1]))
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: the exponentials returned, and divided by their sum in the output alone
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[1])
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    output = (weights @ v) / weights.sum(axis=1, keepdims=True)
    return output, weights

# %% wrong: half finished, the output only
def attention(q, k, v):
    scores = dot_product_scores(q, k) / np.sqrt(q.shape[-1])
    weights = softmax(scores)
    return weights @ v

# %% right: a query at a time with a softmax of its own, stacked in the end
def attention(q, k, v):
    outputs, all_weights = [], []
    for query in q:
        s = (k * query).sum(axis=1) * k.shape[1] ** -0.5
        e = np.exp(s - max(s))
        w = e / sum(e)
        all_weights.append(w)
        outputs.append((v * w[:, None]).sum(axis=0))
    return np.stack(outputs), np.stack(all_weights)

# %% prelude
import math
import numpy as np
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
d_k = K.shape[1]
def dot_product_scores(q, k):
    return q @ k.T
scores = dot_product_scores(Q, K)
def softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: scores /= ... in place: raises for whole numbers
def attention(q, k, v):
    scores = dot_product_scores(q, k)      # (T_q, T_k)
    scores /= math.sqrt(q.shape[-1])
    weights = softmax(scores)
    output = weights @ v                   # (T_q, d_v)
    return output, weights

# %% wrong: sqrt of the number of keys (len(k)) instead of d_k
def attention(q, k, v):
    scores = dot_product_scores(q, k) / np.sqrt(len(k))
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: scales twice: q and k each by sqrt(d_k)
def attention(q, k, v):
    root = math.sqrt(k.shape[1])
    scores = dot_product_scores(q / root, k / root)
    weights = softmax(scores)
    output = weights @ v
    return output, weights

# %% wrong: returns the output only
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(q.shape[-1])
    weights = softmax(scores)
    output = weights @ v
    return output

# %% right: query scaled first, einsum for both products, own softmax inside
def attention(q, k, v):
    s = np.einsum("id,jd->ij", q / np.sqrt(q.shape[1]), k)
    e = np.exp(s - s.max(axis=1)[:, None])
    w = e / e.sum(axis=1)[:, None]
    return np.einsum("ij,jf->if", w, v), w

# %% wrong: loops with np.array at the end, exp still overflows
def attention(q, k, v):
    all_outputs, all_weights = [], []
    for query in q:
        scores = [sum(query[d] * key[d] for d in range(len(key))) / math.sqrt(len(key)) for key in k]
        powers = [math.exp(score) for score in scores]
        weights = [power / sum(powers) for power in powers]
        output = [sum(weights[j] * v[j][f] for j in range(len(v))) for f in range(len(v[0]))]
        all_outputs.append(output)
        all_weights.append(weights)
    return np.array(all_outputs), np.array(all_weights)

# %% wrong: cast to int-safe by astype(int) of the root
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    scores //= int(math.sqrt(q.shape[-1]))
    weights = softmax(scores)
    return weights @ v, weights

# %% prelude
import math
import numpy as np

K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
d_k = K.shape[1]
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)

# %% wrong: uses the notebook's variable d_k (4) and not the keys' own size
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / np.sqrt(d_k))
    output = weights @ v
    return output, weights

# %% wrong: output with dot_product_scores(weights, v): weights @ v.T
def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(k.shape[1])      # (T_q, T_k)
    weights = softmax(scores)                                      # (T_q, T_k)
    output = dot_product_scores(weights, v)                        # (T_q, d_v)
    return output, weights

# %% wrong: q and k both divided by sqrt(d_k): in all divided by d_k
def attention(q, k, v):
    root = math.sqrt(q.shape[1])
    weights = softmax(dot_product_scores(q / root, k / root))
    return weights @ v, weights

# %% right: query by query, own softmax, values added up by broadcasting
def attention(q, k, v):
    outputs, weights = [], []
    for row in q:
        s = (k * row).sum(axis=1) * k.shape[1] ** -0.5
        p = np.exp(s - s.max())
        p = p / p.sum()
        weights.append(p)
        outputs.append((p[:, None] * v).sum(axis=0))
    return np.array(outputs), np.array(weights)

# %% prelude
import math
import numpy as np

# %% wrong: root of the number of keys, not of d_k
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(len(k)))
    return weights @ v, weights

# %% wrong: // instead of /: scores rounded down
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    d_k = q.shape[1]
    scores = dot_product_scores(q, k) // math.sqrt(d_k)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: q /= sqrt(d_k) in place
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    q /= math.sqrt(q.shape[-1])              # (T_q, d_k)
    weights = softmax(dot_product_scores(q, k))   # (T_q, T_k)
    return weights @ v, weights

# %% wrong: scaled twice: queries and keys each divided by sqrt(d_k)
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    root = math.sqrt(q.shape[-1])
    scores = dot_product_scores(q / root, k / root)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: loop over the keys begins at 1: the first value never enters the output
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(k.shape[-1]))
    output = np.zeros((len(q), v.shape[1]))
    for i in range(len(q)):
        for j in range(1, len(k)):
            output[i] += weights[i, j] * v[j]
    return output, weights

# %% right: einsum, each side divided by d_k ** 0.25
def attention(q, k, v):
    s = np.einsum("id,jd->ij", q / q.shape[1] ** 0.25, k / k.shape[1] ** 0.25)
    p = np.exp((s.T - s.max(1)).T)
    p = (p.T / p.sum(1)).T
    return np.einsum("ij,jf->if", p, v), p

# %% right: one query after the other, then stacked
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def attention(q, k, v):
    weights = np.stack([softmax(k @ one / np.sqrt(one.size)) for one in q])
    output = np.stack([(w[:, None] * v).sum(axis=0) for w in weights])
    return output, weights

# %% prelude
import math
import numpy as np

# %% wrong: uses the notebook's global d_k (= 4, cell 26)
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(d_k)
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: len(k) as in attention_by_loops, but here k is all keys: sqrt(T_k)
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    scores = dot_product_scores(q, k) / math.sqrt(len(k))
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: q and k are each divided by sqrt(d_k): scaled twice
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    root = math.sqrt(q.shape[-1])
    q = q / root                              # (T_q, d_k)
    k = k / root                              # (T_k, d_k)
    weights = softmax(dot_product_scores(q, k))   # (T_q, T_k)
    return weights @ v, weights

# %% wrong: mean over the keys instead of the sum (mixture divided by T_k)
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(k.shape[1]))
    mixed = weights[:, :, None] * v[None, :, :]      # (T_q, T_k, d_v)
    output = mixed.mean(axis=1)                      # (T_q, d_v)
    return output, weights

# %% wrong: returns the scaled scores as second result in place of the weights
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    weights = dot_product_scores(q, k) / math.sqrt(k.shape[1])
    output = softmax(weights) @ v
    return output, weights

# %% right: query by query, the scale on the query, lists stacked at the end
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
d_k = 4

def attention(q, k, v):
    rows, mixtures = [], []
    for one in q / np.sqrt(q.shape[1]):
        w = softmax(k @ one)
        rows.append(w)
        mixtures.append((w[:, None] * v).sum(axis=0))
    return np.stack(mixtures), np.stack(rows)

# %% prelude
import math
import time

import numpy as np

from course.views import interactive
from course.views.figures import show_curves, show_product, show_scores, show_shares, show_steps, show_weights
words = ["the", "black", "cat", "sleeps"]
Q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
V = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
d_k = K.shape[1]
def dot_product_scores(q, k):
    return q @ k.T
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
def attention_by_loops(Q, K, V):
    all_outputs, all_weights = [], []
    for q in Q:
        scores = [sum(q[d] * k[d] for d in range(len(k))) / math.sqrt(len(k)) for k in K]
        powers = [math.exp(score) for score in scores]
        weights = [power / sum(powers) for power in powers]
        output = [sum(weights[j] * V[j][f] for j in range(len(V))) for f in range(len(V[0]))]
        all_outputs.append(output)
        all_weights.append(weights)
    return all_outputs, all_weights

# %% wrong: the notebook's global d_k (4) instead of the d_k of the arguments
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(d_k))
    return weights @ v, weights

# %% wrong: math.isqrt: the root rounded down, wrong unless d_k is a square
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.isqrt(q.shape[-1]))
    return weights @ v, weights

# %% wrong: the page's attention_by_loops, made into arrays: math.exp overflows for large scores
def attention(q, k, v):
    output, weights = attention_by_loops(q.tolist(), k.tolist(), v.tolist())
    return np.array(output), np.array(weights)

# %% wrong: scores /= root, in place: stops on whole numbers (right for fractions)
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    scores /= np.sqrt(q.shape[-1])
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: divides by the length of each query as a vector instead of the root of how many numbers it has
def attention(q, k, v):
    length = np.sqrt((q ** 2).sum(axis=-1, keepdims=True))
    weights = softmax(dot_product_scores(q, k) / length)
    return weights @ v, weights

# %% right: d_k ** 0.25 shared by both factors (einsum), division by the sum only after the mixture
def attention(q, k, v):
    root = q.shape[1] ** 0.25
    fit = np.einsum("id,jd->ij", q / root, k / root)
    powers = np.exp(fit - fit.max(1)[:, None])
    total = powers.sum(1)[:, None]
    return np.einsum("ij,jf->if", powers, v) / total, powers / total

# %% right: one key at a time with a running maximum (online softmax), weights from the kept scores
def attention(q, k, v):
    outputs, tables = [], []
    for query in q.astype(float):
        best, total, mixed, kept = -np.inf, 0.0, np.zeros(v.shape[1]), []
        for key, value in zip(k, v):
            score = float(query @ key) * len(query) ** -0.5
            new = max(best, score)
            old = math.exp(best - new) if kept else 0.0
            total = total * old + math.exp(score - new)
            mixed = mixed * old + math.exp(score - new) * value
            best = new
            kept.append(score)
        outputs.append(mixed / total)
        tables.append([math.exp(s - best) / total for s in kept])
    return np.stack(outputs), np.array(tables)

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

# %% wrong: the notebook's global d_k (4) instead of the d_k of the arguments (2)
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / math.sqrt(d_k))
    return weights @ v, weights

# %% wrong: scores /= sqrt(d_k) in place: stops where q and k are whole numbers
def attention(q, k, v):
    scores = dot_product_scores(q, k)
    scores /= math.sqrt(q.shape[1])
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: * d_k ** -1/2, which is 1 / (2 d_k)
def attention(q, k, v):
    scores = dot_product_scores(q, k) * k.shape[-1] ** -1/2
    weights = softmax(scores)
    return weights @ v, weights

# %% wrong: divides by the length of the query as a vector and not by sqrt(d_k)
def attention(q, k, v):
    length = np.sqrt((q ** 2).sum(axis=-1, keepdims=True))
    weights = softmax(dot_product_scores(q, k) / length)
    return weights @ v, weights

# %% wrong: sqrt(k.size): T_k * d_k numbers, not d_k
def attention(q, k, v):
    weights = softmax(dot_product_scores(q, k) / np.sqrt(k.size))
    return weights @ v, weights

# %% right: right: torch's scaled_dot_product_attention, weights with the identity as values
import torch
def attention(q, k, v):
    q, k, v = (torch.tensor(a, dtype=torch.float64)[None] for a in (q, k, v))
    f = torch.nn.functional.scaled_dot_product_attention
    eye = torch.eye(k.shape[1], dtype=torch.float64)[None]
    return f(q, k, v)[0].numpy(), f(q, k, eye)[0].numpy()

# %% right: right: keys in rows, exp2, a column of ones beside the values gives the divisor
def attention(q, k, v):
    s = np.einsum("jd,id->ji", k, q * (math.log2(math.e) * q.shape[1] ** -0.5))
    e = np.exp2(s - s.max(axis=0))
    mixed = np.einsum("ji,jf->if", e, np.concatenate([v, np.ones((len(v), 1))], axis=1))
    return mixed[:, :-1] / mixed[:, -1:], (e / mixed[:, -1]).T
