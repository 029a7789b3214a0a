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
