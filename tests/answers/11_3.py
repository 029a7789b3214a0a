# %% prelude
import itertools
import random
from collections import defaultdict
import numpy as np
import torch

# %% wrong: shared among all source words of the table
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = t[:, f].sum()
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: equal shares, the old table ignored
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            for e in source:
                counts[e, f] += 1 / len(source)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: t counted without sharing out
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            for e in source:
                counts[e, f] += t[e, f]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shared out among the target words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for e in source:
            total = sum(t[e, f] for f in target)
            for f in target:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: columns divided by their sum
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    sums = counts.sum(axis=0)
    return counts / np.where(sums == 0, 1, sums)

# %% wrong: rows not divided at the end
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts

# %% wrong: repeated words counted once, sets
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in set(target):
            total = sum(t[e, f] for e in set(source))
            for e in set(source):
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: repeated words lost by += with a list of indices
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += block / block.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: the table changes while it is being used
def em_step(t, pairs):
    t = t.copy()
    for source, target in pairs:
        counts = np.zeros_like(t)
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
        for e in set(source):
            t[e] = counts[e] / counts[e].sum()
    return t

# %% wrong: counts begin with the old table
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: the winner takes all
def em_step(t, pairs):
    counts = np.full_like(t, 1e-9)
    for source, target in pairs:
        for f in target:
            best = max(source, key=lambda e: t[e, f])
            counts[best, f] += 1
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts are added into t itself, copy forgotten
def em_step(t, pairs):
    counts = t
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: divided by the sum of the whole table
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum()

# %% wrong: axes of t exchanged in the shares
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[f, e] for e in source)
            for e in source:
                counts[e, f] += t[f, e] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: three loops
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: one block for each pair and np.add.at
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        rows, columns = np.meshgrid(source, target, indexing="ij")
        block = t[rows, columns]
        np.add.at(counts, (rows, columns), block / block.sum(axis=0))
    return counts / counts.sum(axis=1)[:, None]

# %% right: how often each word occurs, as vectors
def em_step(t, pairs):
    n, m = t.shape
    expected = np.zeros((n, m))
    for source, target in pairs:
        a = np.bincount(source, minlength=n)
        b = np.bincount(target, minlength=m)
        shares = a[:, None] * t
        sums = shares.sum(axis=0)
        expected += np.divide(shares * b, sums, out=np.zeros((n, m)), where=(b > 0) & (sums > 0))
    return expected / np.einsum("ef->e", expected).reshape(-1, 1)

# %% right: a dictionary of counts
def shares_of(word, source, t):
    beliefs = [float(t[e, word]) for e in source]
    return [(e, belief / sum(beliefs)) for e, belief in zip(source, beliefs, strict=True)]

def em_step(t, pairs):
    counts, totals = defaultdict(float), defaultdict(float)
    for source, target in pairs:
        for word in target:
            for e, share in shares_of(word, source, t):
                counts[e, word] += share
                totals[e] += share
    return np.array([[counts[e, f] / totals[e] for f in range(t.shape[1])] for e in range(t.shape[0])])

# %% prelude
import numpy as np
# %% wrong: columns divided by their sum, another one
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=0, keepdims=True)
# %% wrong: each source word shared among the target words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for i in source:
            total = sum(t[i, j] for j in target)
            for j in target:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: += with index lists drops words that occur twice
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        part = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += part / part.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: a word that occurs twice counts once
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in set(target):
            total = sum(t[i, j] for i in set(source))
            for i in set(source):
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(1, keepdims=True)
# %% wrong: everything goes to the best source word
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            best = max(source, key=lambda i: t[i, j])
            counts[best, j] += 1
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
# %% wrong: shared among all source words of the table, another one
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            for i in source:
                counts[i, j] += t[i, j] / t[:, j].sum()
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: new counts added to the old table
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for j in target:
            total = t[source, j].sum()
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: keepdims forgotten
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = t[source, j].sum()
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1)
# %% right: loops
def em_step(t, pairs):
    """One round of IBM model 1: t (n_source, n_target) and pairs of lists of ids -> the new t."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% right: np.add.at
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        index = np.ix_(source, target)
        shares = t[index]
        shares = shares / shares.sum(axis=0)
        np.add.at(counts, index, shares)
    return (counts.T / counts.sum(axis=1)).T
# %% right: occurrences as matrices
def em_step(t, pairs):
    n_source, n_target = t.shape
    total = np.zeros((n_source, n_target))
    for source, target in pairs:
        e = np.bincount(source, minlength=n_source)          # how often each word occurs in the sentence
        f = np.bincount(target, minlength=n_target)
        given = e @ t                                        # what the sentence offers each target word
        share = np.divide(f, given, out=np.zeros(n_target), where=f > 0)
        total += e[:, None] * t * share
    return total / total.sum(1)[:, None]

# %% prelude
import itertools
import numpy as np
import torch
# %% wrong: += with a list of rows counts a repeated word once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            shares = t[source, j] / t[source, j].sum()
            counts[source, j] += shares
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: shared among all source words, not those of the sentence
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in target:
            for i in source:
                counts[i, j] += t[i, j] / t[:, j].sum()
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: columns divided by their sum at the end
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=0)
# %% wrong: counting begins with the old table
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% right: tables of counts as matrix products
def em_step(t, pairs):
    n_source, n_target = t.shape
    new = np.zeros((n_source, n_target))
    for source, target in pairs:
        in_source = np.bincount(source, minlength=n_source)[:, None]       # how often each word is there
        in_target = np.bincount(target, minlength=n_target)
        here = in_source * t
        total = here.sum(axis=0)
        new += here * np.divide(in_target, total, out=np.zeros(n_target), where=in_target > 0)
    return (new.T / new.sum(axis=1)).T

# %% prelude
import itertools
import random
import numpy as np
import torch
import torch.nn.functional as F

# %% right: np.add.at, once more
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        np.add.at(counts, np.ix_(source, target), block / block.sum(axis=0))
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: Counter dictionary
def em_step(t, pairs):
    from collections import Counter
    counts = Counter()
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    table = np.array([[counts[e, f] for f in range(t.shape[1])] for e in range(t.shape[0])])
    return table / table.sum(1)[:, None]

# %% right: one-hot matrices
def em_step(t, pairs):
    new = np.zeros_like(t)
    for source, target in pairs:
        s, g = np.eye(t.shape[0])[source], np.eye(t.shape[1])[target]
        share = s @ t @ g.T
        share = share / share.sum(0, keepdims=True)
        new = new + s.T @ share @ g
    new /= new.sum(1, keepdims=True)
    return new

# %% wrong: columns normalised
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=0, keepdims=True)

# %% wrong: shared among all source words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = t[:, f].sum()
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: equal shares, t ignored
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += 1 / len(source)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: winner takes all
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            best = max(source, key=lambda e: t[e, f])
            counts[best, f] += 1
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: set(source)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        source = set(source)
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: set(target)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in set(target):
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: fancy index += loses repeated words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += block / block.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts = t (alias, mutates)
def em_step(t, pairs):
    counts = t
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts start from old t (copy)
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: not divided at the end (half finished)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts

# %% wrong: return inside the loop of pairs
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
        return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: keepdims forgotten, once more
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1)

# %% wrong: source/target swapped in the loop head
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for target, source in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: zip(source, target): diagonal
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for e, f in zip(source, target):
            counts[e, f] += t[e, f]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: 3x3 hard coded
def em_step(t, pairs):
    counts = np.zeros((3, 3))
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares normalised over the target words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = 0
            for e in source:
                counts[e, f] += t[e, f] / sum(t[e, g] for g in target)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: integer counts
def em_step(t, pairs):
    counts = np.zeros(t.shape, dtype=int)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: TWO: set(source) and columns normalised
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        source = set(source)
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=0, keepdims=True)

# %% wrong: division inside the loop of pairs (table normalised each pair)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
        counts = counts / counts.sum(axis=1, keepdims=True)
    return counts

# %% wrong: t updated after each pair (online)
def em_step(t, pairs):
    t = t.copy()
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
        seen = counts.sum(1) > 0
        t[seen] = counts[seen] / counts[seen].sum(1, keepdims=True)
    return t

# %% wrong: smoothing: 1e-3 added to counts
def em_step(t, pairs):
    counts = np.full(t.shape, 1e-3)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: torch tensor returned
def em_step(t, pairs):
    counts = torch.zeros(*t.shape, dtype=torch.float64)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(dim=1, keepdim=True)

# %% wrong: .unsqueeze / torch methods on NumPy: AttributeError
def em_step(t, pairs):
    counts = t.new_zeros(t.shape)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: divided by the sum of the whole table, once more
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum()

# %% wrong: = in place of +=
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] = t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts multiplied with t at the end
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    counts = counts * t
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts[source][:, target] += has no effect
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        block = t[source][:, target]
        counts[source][:, target] += block / block.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: one total for the whole pair
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, g] for e in source for g in target)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: positions used in place of ids
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in range(len(target)):
            total = sum(t[i, j] for i in range(len(source)))
            for i in range(len(source)):
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: returns t (forgot counts)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    counts = counts / counts.sum(axis=1, keepdims=True)
    return t

# %% wrong: two rounds in one
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    t = counts / counts.sum(axis=1, keepdims=True)
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares not divided: raw t added
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: rows divided by max
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.max(axis=1, keepdims=True)

# %% wrong: softmax of rows
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    powers = np.exp(counts)
    return powers / powers.sum(axis=1, keepdims=True)

# %% wrong: empty word: source.insert(0, 0) changes pairs
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        source.insert(0, 0)
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: empty word added on a copy [0] + source
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        source = [0] + source
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: t[f, e]
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[f, e] for e in source)
            for e in source:
                counts[e, f] += t[f, e] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: total accumulates over target words (not reset)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        total = 0
        for f in target:
            for e in source:
                total += t[e, f]
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: total computed inside the source loop (partial total)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = 0
            for e in source:
                total += t[e, f]
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts reset in each pair
def em_step(t, pairs):
    for source, target in pairs:
        counts = np.zeros_like(t)
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: enumerate(pairs)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in enumerate(pairs):
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: each pair divided by its length (longer pairs count less)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total / len(target)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts of words that occur divided by their frequency before
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    seen = np.zeros(len(t))
    for source, target in pairs:
        for e in source:
            seen[e] += 1
    return counts / seen[:, None]

# %% wrong: last pair skipped: pairs[:-1]
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs[:-1]:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: squares: t**2 share
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] ** 2 for e in source)
            for e in source:
                counts[e, f] += t[e, f] ** 2 / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: t read and overwritten: t = counts/.. inside loop of targets? returns list
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return [[c / sum(row) for c in row] for row in counts]

# %% wrong: rounded to 3 digits
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return (counts / counts.sum(axis=1, keepdims=True)).round(3)

# %% right: vectorised with counts in float64 and np.divide, returns copy
def em_step(t, pairs):
    rows = [t[source].sum(0) for source, _ in pairs]
    counts = np.zeros(t.shape)
    for (source, target), total in zip(pairs, rows):
        for f in target:
            counts[:, f] += np.bincount(source, minlength=len(t)) * t[:, f] / total[f]
    return np.array([row / row.sum() for row in counts])

# %% wrong: indentation: counts line outside the inner loop
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[e, f] for e in source)
            for e in source:
                share = t[e, f] / total
            counts[e, f] += share
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: TWO: equal shares and set(target)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in set(target):
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += 1 / len(source)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: misspelt target: NameError
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in targets:
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% prelude
from collections import defaultdict

import numpy as np
# %% wrong: shares among all source words of the table, not only those of the own sentence
def em_step(t, pairs):
    counts = np.zeros_like(t)
    shares = t / t.sum(axis=0, keepdims=True)
    for source, target in pairs:
        for f in target:
            for e in source:
                counts[e, f] += shares[e, f]
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: equal shares, the present t is not used
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for f in target:
            for e in source:
                counts[e, f] += 1 / len(source)
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: += with an index array, so that a source word that occurs twice gets one share only
def em_step(t, pairs):
    new = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            column = t[source, f]
            new[source, f] += column / column.sum()
    return new / new.sum(1, keepdims=True)
# %% wrong: a target word that occurs twice in its sentence counts once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in set(target):
            total = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1)[:, None]
# %% wrong: the other way round: each source word shares its 1 among the target words of the sentence
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for e in source:
            total = sum(t[e, f] for f in target)
            for f in target:
                if total > 0:
                    counts[e, f] += t[e, f] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: the whole count goes to the best source word, nothing is shared
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            best = source[int(np.argmax([t[e, f] for e in source]))]
            counts[best, f] += 1
    sums = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
# %% wrong: the counts are not set to 0, they begin with the old table
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for f in target:
            norm = t[source, f].sum()
            for e in source:
                counts[e, f] += t[e, f] / norm
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: divides by the row sums without keepdims, which broadcasts along the columns
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        block = block / block.sum(axis=0)
        np.add.at(counts, np.ix_(source, target), block)
    return counts / counts.sum(axis=1)
# %% wrong: the table is renewed after each pair, so that later pairs are shared by the new table
def em_step(t, pairs):
    t = t.copy()
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            z = sum(t[e, f] for e in source)
            for e in source:
                if z > 0:
                    counts[e, f] += t[e, f] / z
        for e in source:
            if counts[e].sum() > 0:
                t[e] = counts[e] / counts[e].sum()
    return t
# %% right: np.add.at on whole blocks
def em_step(t, pairs):
    expected = np.zeros(t.shape)
    for source, target in pairs:
        rows, columns = np.array(source)[:, None], np.array(target)[None, :]
        share = t[rows, columns]
        share = share / share.sum(axis=0, keepdims=True)
        np.add.at(expected, (rows, columns), share)
    return (expected.T / expected.sum(axis=1)).T
# %% right: a dictionary of counts, filled in at the end
def em_step(t, pairs):
    count, total = defaultdict(float), defaultdict(float)
    for english, spanish in pairs:
        for f in spanish:
            z = sum(t[e][f] for e in english)
            for e in english:
                c = t[e][f] / z
                count[e, f] += c
                total[e] += c
    new = np.zeros(t.shape)
    for (e, f), c in count.items():
        new[e, f] = c / total[e]
    return new
# %% prelude
import numpy as np
from collections import Counter, defaultdict
# %% wrong: each source word shares 1 among the target words, instead of each target word among the source words
def em_step(t, pairs):
    """One round of IBM model 1: t (n_source, n_target) and pairs of lists of ids -> the new t."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for s in source:
            total = sum(t[s, f] for f in target)
            for f in target:
                counts[s, f] += t[s, f] / total
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: shares over all source words of the vocabulary, not those of its own sentence
def em_step(t, pairs):
    shares = t / t.sum(axis=0, keepdims=True)
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in target:
            for i in source:
                counts[i, j] += shares[i, j]
    return counts / counts.sum(axis=1)[:, None]
# %% wrong: counts begin with the old table instead of zeros
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for f in target:
            norm = 0.0
            for e in source:
                norm += t[e, f]
            for e in source:
                counts[e, f] += t[e, f] / norm
    return counts / counts.sum(1, keepdims=True)
# %% wrong: fancy indexing with +=, by which a source word that occurs twice is counted once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for word in target:
            p = t[source, word]
            counts[source, word] += p / p.sum()
    return counts / counts.sum(axis=1, keepdims=True)
# %% wrong: shares equally among the source words, whatever their t (right in the first round only)
def em_step(t, pairs):
    new_t = np.zeros(t.shape)
    for source, target in pairs:
        share = 1 / len(source)
        for f in target:
            for e in source:
                new_t[e, f] += share
    for row in range(len(new_t)):
        new_t[row] /= new_t[row].sum()
    return new_t
# %% wrong: rows are divided by the sums laid along the columns (keepdims missing)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            z = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / z
    return counts / counts.sum(axis=1)
# %% wrong: the whole count goes to the likeliest source word (hard EM, no sharing)
def em_step(t, pairs):
    counts = np.full_like(t, 1e-12)
    for source, target in pairs:
        for f in target:
            best = source[int(np.argmax([t[e, f] for e in source]))]
            counts[best, f] += 1.0
    return counts / counts.sum(axis=1, keepdims=True)
# %% right: a block of the table for each pair, and np.add.at
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        cells = np.ix_(source, target)
        block = t[cells]
        np.add.at(counts, cells, block / block.sum(axis=0))
    return counts / counts.sum(axis=1, keepdims=True)
# %% right: products with one-hot matrices
def em_step(t, pairs):
    n_source, n_target = t.shape
    e_s, e_t = np.eye(n_source), np.eye(n_target)
    total = np.zeros((n_source, n_target))
    for source, target in pairs:
        S, T = e_s[list(source)], e_t[list(target)]               # one row a word of the sentence
        block = np.einsum("is,st,jt->ij", S, t, T)
        posterior = block / block.sum(0, keepdims=True)
        total += S.T @ posterior @ T
    return (total.T / total.sum(axis=1)).T


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
import itertools
from collections import Counter
from fractions import Fraction
import numpy as np
import torch

# %% wrong: counts[np.ix_(...)] += share loses all but one of a word that occurs twice
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += block / block.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares in the wrong direction: each source word gives 1 to the target words of the sentence
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for s in source:
            total = sum(t[s, f] for f in target)
            for f in target:
                counts[s, f] += t[s, f] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: renormalises t after every pair and goes on sharing by it (online EM)
def em_step(t, pairs):
    t = t.copy()
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[s, f] for s in source)
            for s in source:
                counts[s, f] += t[s, f] / total
        for s in source:
            t[s] = counts[s] / counts[s].sum()
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: divides by the sum of the whole column of t, also words that are not in the sentence
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            for s in source:
                counts[s, f] += t[s, f] / t[:, f].sum()
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: w+u: a repeated source word counts once (set), and the columns are divided instead of the rows
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            total = sum(t[s, f] for s in set(source))
            for s in set(source):
                counts[s, f] += t[s, f] / total
    return counts / counts.sum(axis=0, keepdims=True)


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
from collections import Counter
from fractions import Fraction
import numpy as np, torch

# %% wrong: counts[source, j] += ...: NumPy adds a repeated index only once, so a repeated source word counts once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            share = t[source, j] / t[source, j].sum()
            counts[source, j] += share
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts begin with the old table, not with zeros
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: each source word shares 1 among the target words (wrong direction of sharing)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for i in source:
            total = sum(t[i, j] for j in target)
            for j in target:
                if total > 0:
                    counts[i, j] += t[i, j] / total
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)

# %% wrong: winner takes all: the whole count goes to the most probable source word
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            best = max(source, key=lambda i: t[i, j])
            counts[best, j] += 1
    sums = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)

# %% right: matrices of counts per sentence: t * X.T (Y / X t)
def em_step(t, pairs):
    X = np.array([np.bincount(s, minlength=t.shape[0]) for s, _ in pairs])
    Y = np.array([np.bincount(np.array(f, int), minlength=t.shape[1]) for _, f in pairs])
    total = X @ t
    share = np.divide(Y, total, out=np.zeros_like(total), where=Y > 0)
    new = t * (X.T @ share)
    return new / new.sum(1, keepdims=True)


# %% prelude
import numpy as np

# %% wrong: counting begins with the old table instead of zeros
def em_step(t, pairs):
    new = t.copy()
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                new[i, j] += t[i, j] / total
    return new / new.sum(axis=1, keepdims=True)

# %% wrong: shares among all source words of the table, not of its own sentence
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    total = t.sum(axis=0)
    for source, target in pairs:
        for i in source:
            for j in target:
                counts[i, j] += t[i, j] / total[j]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: each row divided by how often its word occurs, not by its sum
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    occurs = np.zeros(len(t))
    for source, target in pairs:
        for i in source:
            occurs[i] += 1
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / occurs[:, None]

# %% right: whole table at once with bincount, one matrix formula per pair
def em_step(t, pairs):
    n_source, n_target = t.shape
    counts = np.zeros((n_source, n_target))
    for source, target in pairs:
        s = np.bincount(source, minlength=n_source)
        g = np.bincount(target, minlength=n_target)
        total = s @ t
        factor = np.divide(g, total, out=np.zeros(n_target), where=g > 0)
        counts += s[:, None] * t * factor[None, :]
    return counts / counts.sum(axis=1, keepdims=True)


# %% prelude
import numpy as np

# %% wrong: counts[np.ix_(...)] += ..., a repeated word is added only once
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        part = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += part / part.sum(axis=0, keepdims=True)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: each source word gives 1, shared among the target words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for i in source:
            total = sum(t[i, j] for j in target)
            for j in target:
                counts[i, j] += t[i, j] / total if total > 0 else 0
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares equally, 1 / len(source), as in the table of round 1
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            for i in source:
                counts[i, j] += 1 / len(source)
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: a matrix of counts for each sentence, all target words at once
def em_step(t, pairs):
    n_source, n_target = t.shape
    counts = np.zeros((n_source, n_target), dtype=float)
    for source, target in pairs:
        s = np.bincount(source, minlength=n_source)[:, None]      # how often each source word is here
        g = np.bincount(target, minlength=n_target)[None, :]
        weighted = s * t
        below = weighted.sum(axis=0, keepdims=True)
        counts += np.where(g > 0, g * weighted / np.where(below > 0, below, 1), 0)
    return counts / counts.sum(axis=1, keepdims=True)


# %% prelude
import numpy as np

# %% wrong: keepdims forgotten in the last division (divides columns by row sums)
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for f in target:
            z = sum(t[e, f] for e in source)
            for e in source:
                counts[e, f] += t[e, f] / z
    return counts / counts.sum(axis=1)

# %% wrong: counts begin with a copy of t instead of zeros
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for f in target:
            p = t[source, f]
            p = p / p.sum()
            np.add.at(counts, (source, f), p)
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: matrices of counts: one-hot products
def em_step(t, pairs):
    n_s, n_t = t.shape
    S = np.array([np.bincount(s, minlength=n_s) for s, _ in pairs], dtype=float)
    T = np.array([np.bincount(f, minlength=n_t) for _, f in pairs], dtype=float)
    Z = S @ t                                    # (N, n_target): sum of t over the sentence
    R = np.divide(T, Z, out=np.zeros_like(T), where=T > 0)
    counts = t * (S.T @ R)
    return counts / counts.sum(1)[:, None]

# %% prelude
import numpy as np

# %% wrong: fancy-index += loses repeated words
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        part = t[np.ix_(source, target)]
        part = part / part.sum(axis=0, keepdims=True)
        counts[np.ix_(source, target)] += part
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares each source word among the target words (axis swapped)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for s in source:
            z = sum(t[s, w] for w in target)
            for w in target:
                counts[s, w] += t[s, w] / z
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: counts added on top of a copy of t
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for w in target:
            z = t[source, w].sum()
            for s in source:
                counts[s, w] += t[s, w] / z
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: keepdims forgotten in the last division
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for w in target:
            z = sum(t[s, w] for s in source)
            for s in source:
                counts[s, w] += t[s, w] / z
    return counts / counts.sum(axis=1)

# %% right: np.add.at, by another author
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        where = np.ix_(source, target)
        np.add.at(counts, where, t[where] / t[where].sum(0))
    return (counts.T / counts.sum(1)).T

# %% prelude
import numpy as np

# %% wrong: counts[source, j] += shares loses a source word that occurs twice
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            column = t[source, j]
            counts[source, j] += column / column.sum()
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: keepdims forgotten in the row sums
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1)

# %% wrong: each source word shares among the target words (shares the wrong way round)
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for i in source:
            total = sum(t[i, j] for j in target)
            for j in target:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares with the column sum over all source words, not those of the sentence
def em_step(t, pairs):
    shares = t / t.sum(axis=0, keepdims=True)
    counts = np.zeros_like(t)
    for source, target in pairs:
        for s in source:
            for w in target:
                counts[s, w] += shares[s, w]
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: arrays, np.ix_ and np.add.at
def em_step(t, pairs):
    new = np.zeros(t.shape)
    for src, tgt in pairs:
        block = t[np.ix_(src, tgt)]
        np.add.at(new, np.ix_(src, tgt), block / block.sum(axis=0))
    return (new.T / new.sum(axis=1)).T

# %% prelude
import numpy as np

# %% wrong: += with fancy indices: a word that occurs twice counts once
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        share = t[np.ix_(source, target)]
        share = share / share.sum(axis=0)
        counts[np.ix_(source, target)] += share
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: denominator over the whole vocabulary, not the sentence
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    p = t / t.sum(axis=0, keepdims=True)
    for source, target in pairs:
        for f in target:
            for s in source:
                counts[s, f] += p[s, f]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: divides columns at the end (axis=0)
def em_step(t, pairs):
    new = np.zeros_like(t)
    for source, target in pairs:
        for f in target:
            new[:, f] += 0
            total = t[source, f].sum()
            for s in source:
                new[s, f] += t[s, f] / total
    return new / np.maximum(new.sum(axis=0, keepdims=True), 1e-12)

# %% right: np.add.at, vectorised
def em_step(t, pairs):
    counts = np.zeros(t.shape, dtype=float)
    for source, target in pairs:
        s, f = np.array(source), np.array(target)
        block = t[s[:, None], f[None, :]]
        np.add.at(counts, (s[:, None], f[None, :]), block / block.sum(0))
    return (counts.T / counts.sum(1)).T

# %% prelude
import numpy as np

# %% wrong: counts[np.ix_] += : a word that occurs twice is written once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        p = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += p / p.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: count vectors of words per pair, whole tables, no loop over words
def em_step(t, pairs):
    n_source, n_target = t.shape
    counts = np.zeros((n_source, n_target))
    for source, target in pairs:
        s = np.bincount(source, minlength=n_source).astype(float)   # how often each source word occurs
        f = np.bincount(target, minlength=n_target).astype(float)
        total = s @ t                                                # (n_target,)
        per_word = np.divide(f, total, out=np.zeros(n_target), where=f > 0)
        counts += s[:, None] * t * per_word[None, :]
    return (counts.T / counts.sum(axis=1)).T

# %% prelude
import numpy as np

# %% wrong: counts[np.ix_(...)] += share: a word that occurs twice is counted once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        part = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += part / part.sum(axis=0, keepdims=True)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares among all source words of the vocabulary, not of the sentence
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    share = t / t.sum(axis=0, keepdims=True)
    for source, target in pairs:
        for i in source:
            for j in target:
                counts[i, j] += share[i, j]
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: np.add.at on index grids
def em_step(t, pairs):
    new = np.zeros_like(t, dtype=float)
    for source, target in pairs:
        rows, columns = np.meshgrid(source, target, indexing="ij")
        share = t[rows, columns]
        np.add.at(new, (rows, columns), share / share.sum(0))
    return (new.T / new.sum(1)).T

# %% prelude
import numpy as np

# %% right: arrays with np.add.at and einsum
def em_step(t, pairs):
    counts = np.zeros(t.shape, dtype=float)
    for source, target in pairs:
        s, g = np.asarray(source)[:, None], np.asarray(target)[None, :]
        share = t[s, g]
        np.add.at(counts, (s, g), share / share.sum(0))
    return np.einsum("ij,i->ij", counts, 1 / counts.sum(1))

# %% prelude
import numpy as np

# %% wrong: shares among all source words of the table, not of the sentence
def em_step(t, pairs):
    counts = np.zeros_like(t)
    column_sums = t.sum(axis=0)
    for source, target in pairs:
        for j in target:
            for i in source:
                counts[i, j] += t[i, j] / column_sums[j]
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: one-hot matrices per pair
def em_step(t, pairs):
    n, m = t.shape
    counts = np.zeros((n, m))
    for source, target in pairs:
        here = np.eye(n)[np.array(source)].sum(axis=0)      # how often each source word
        there = np.eye(m)[np.array(target)].sum(axis=0)
        weighted = here[:, None] * t
        total = weighted.sum(axis=0)
        share = np.divide(weighted, total, out=np.zeros((n, m)), where=total > 0)
        counts += share * there
    return counts / counts.sum(axis=1)[:, None]

# %% prelude
import numpy as np

# %% wrong: counts[source, j] += with a repeated source word adds only once
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            p = t[source, j]
            counts[source, j] += p / p.sum()
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: indentation: divides and replaces t after every pair
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
        t = counts / counts.sum(axis=1, keepdims=True)
    return t

# %% right: one-hot matrices, once more
def em_step(t, pairs):
    n, m = t.shape
    counts = np.zeros((n, m))
    for source, target in pairs:
        S, T = np.eye(n)[source], np.eye(m)[target]
        block = S @ t @ T.T
        counts += S.T @ (block / block.sum(axis=0)) @ T
    return (counts.T / counts.sum(axis=1)).T

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: counts[np.ix_(source, target)] += shares: repeated words do not add up
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        block = t[np.ix_(source, target)]
        counts[np.ix_(source, target)] += block / block.sum(axis=0, keepdims=True)
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares among all source words of the vocabulary (whole column of t)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    column = t.sum(axis=0)
    for source, target in pairs:
        for i in source:
            for j in target:
                counts[i, j] += t[i, j] / column[j]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: each SOURCE word has 1 to give, shared among the target words of the pair
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for i in source:
            total = sum(t[i, j] for j in target)
            for j in target:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: bincount of each sentence, one formula for the whole table
def em_step(t, pairs):
    n, m = t.shape
    S = np.stack([np.bincount(s, minlength=n) for s, _ in pairs]).astype(float)     # pairs x source words
    T = np.stack([np.bincount(g, minlength=m) for _, g in pairs]).astype(float)
    totals = S @ t
    given = np.divide(T, totals, out=np.zeros_like(totals), where=T > 0)
    counts = t * np.einsum("pi,pj->ij", S, given)
    return (counts / counts.sum(1)[:, None]).astype(t.dtype)

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: counts begin with the old table (a prior)
def em_step(t, pairs):
    counts = t.copy()
    for source, target in pairs:
        for y in target:
            total = sum(t[x, y] for x in source)
            for x in source:
                counts[x, y] += t[x, y] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: shares updated sentence by sentence (online): t changes after each pair
def em_step(t, pairs):
    t = t.copy()
    counts = np.zeros_like(t)
    for source, target in pairs:
        for y in target:
            total = sum(t[x, y] for x in source)
            for x in source:
                counts[x, y] += t[x, y] / total
        sums = counts.sum(axis=1, keepdims=True)
        t = np.where(sums > 0, counts / np.where(sums > 0, sums, 1), t)
    return t

# %% wrong: rows divided by the number of target words seen with the source word, not by the sum of counts
def em_step(t, pairs):
    counts, seen = np.zeros_like(t), np.zeros((len(t), 1))
    for source, target in pairs:
        for x in source:
            seen[x] += len(target)
        for y in target:
            total = sum(t[x, y] for x in source)
            for x in source:
                counts[x, y] += t[x, y] / total
    return counts / seen

# %% wrong: the shares multiplied by t once more
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for y in target:
            p = np.array([t[x, y] for x in source])
            for x, share in zip(source, p / p.sum()):
                counts[x, y] += share * t[x, y]
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: a target word with two equal source words: total over the set, loop over the list
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for y in target:
            total = sum(t[x, y] for x in set(source))
            for x in source:
                counts[x, y] += t[x, y] / total
    return counts / counts.sum(axis=1, keepdims=True)

# %% wrong: target words with more pairs: each pair weighs 1 / len(target)
def em_step(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for y in target:
            total = sum(t[x, y] for x in source)
            for x in source:
                counts[x, y] += t[x, y] / total / len(target)
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: np.add.at on meshgrids
def em_step(t, pairs):
    counts = np.zeros(t.shape)
    for source, target in pairs:
        s, y = np.meshgrid(source, target, indexing="ij")
        np.add.at(counts, (s, y), t[s, y] / t[s, y].sum(0))
    return counts / counts.sum(1)[:, None]
