# %% prelude
import numpy as np
import torch

# %% wrong: one part in n for everybody
def shares(scores):
    return np.ones(len(scores)) / len(scores)

# %% wrong: floor division
def shares(scores):
    return scores // scores.sum()

# %% wrong: divided by how many there are
def shares(scores):
    return scores / len(scores)

# %% wrong: percent
def shares(scores):
    return scores / scores.sum() * 100

# %% wrong: softmax, known from elsewhere
def shares(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()

# %% wrong: running total instead of total
def shares(scores):
    return scores / scores.cumsum()

# %% wrong: result kept in an array of whole numbers
def shares(scores):
    total = scores.sum()
    result = np.zeros(len(scores), dtype=int)
    for i in range(len(scores)):
        result[i] = scores[i] / total
    return result

# %% wrong: rounded to two digits
def shares(scores):
    return (scores / scores.sum()).round(2)

# %% wrong: divided in place, an error for whole numbers
def shares(scores):
    scores /= scores.sum()
    return scores

# %% wrong: unit length
def shares(scores):
    return scores / np.linalg.norm(scores)

# %% wrong: loop over the first four
def shares(scores):
    total = scores[0] + scores[1] + scores[2] + scores[3]
    return scores / total

# %% right: np.sum
def shares(scores):
    return scores / np.sum(scores)

# %% right: loop that counts the total
def shares(scores):
    total = 0
    for s in scores:
        total += s
    return np.array([s / total for s in scores])

# %% right: times the reciprocal, float array first
def shares(scores: np.ndarray) -> np.ndarray:
    scores = np.asarray(scores, dtype=float)
    return np.multiply(scores, 1 / scores.sum())

# %% right: divided by the last entry of the running total
def shares(s):
    return np.divide(s, np.cumsum(s)[-1])
# %% prelude
import numpy as np
import torch
words = ["the", "black", "cat", "sleeps"]
# %% wrong: int array for the results (zeros_like)
def shares(scores):
    result = np.zeros_like(scores)
    total = scores.sum()
    for i in range(len(scores)):
        result[i] = scores[i] / total
    return result
# %% wrong: total is recomputed while the input is overwritten
def shares(scores):
    for i in range(len(scores)):
        scores[i] = scores[i] / scores.sum()
    return scores
# %% wrong: in-place division
def shares(scores):
    scores /= scores.sum()
    return scores
# %% wrong: divided by the number of words
def shares(scores):
    return scores / len(scores)
# %% wrong: rounded to percent, two digits
def shares(scores):
    total = sum(scores)
    return np.round(scores / total, 2)
# %% wrong: sum without parentheses
def shares(scores):
    return scores / scores.sum
# %% wrong: unit length (again)
def shares(scores):
    return scores / np.linalg.norm(scores)
# %% wrong: prints and returns nothing
def shares(scores):
    total = scores.sum()
    fractions = scores / total
    print(fractions)
# %% right: list comprehension
def shares(scores):
    total = sum(scores)
    return np.array([score / total for score in scores])
# %% right: np.divide and np.sum
def shares(scores):
    return np.divide(scores, np.sum(scores, axis=0))
# %% right: times the reciprocal, float loop
def shares(scores):
    out = np.empty(len(scores))
    whole = 0.0
    for s in scores:
        whole += s
    for i, s in enumerate(scores):
        out[i] = s * (1 / whole)
    return out
