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
# %% prelude
import math

import numpy as np
import torch
# %% wrong: out made like the whole numbers that came in
def shares(scores):
    total = scores.sum()
    result = np.zeros_like(scores)
    for i in range(len(scores)):
        result[i] = scores[i] / total
    return result
# %% wrong: percent, once more
def shares(scores):
    return 100 * scores / scores.sum()
# %% wrong: rounded to two places
def shares(scores):
    return np.round(scores / np.sum(scores), 2)
# %% wrong: divides by the total so far
def shares(scores):
    total = 0
    result = []
    for score in scores:
        total += score
        result.append(score / total)
    return np.array(result)
# %% wrong: return stands inside the loop
def shares(scores):
    result = []
    for score in scores:
        result.append(score / scores.sum())
        return np.array(result)
# %% wrong: prints, returns nothing
def shares(scores):
    print(scores / scores.sum())
# %% wrong: stretched from 0 to 1
def shares(scores):
    return (scores - scores.min()) / (scores.max() - scores.min())
# %% wrong: a list
def shares(scores):
    total = sum(scores)
    return [score / total for score in scores]
# %% wrong: 1 added to the total against division by zero
def shares(scores):
    return scores / (scores.sum() + 1)
# %% wrong: the total divided by each score
def shares(scores):
    return scores.sum() / scores
# %% right: a list made into an array, total with fsum
def shares(scores):
    total = math.fsum(scores)
    return np.array([s / total for s in scores])
# %% right: times the reciprocal of a dot product with ones
def shares(scores):
    return scores * (1 / np.dot(scores, np.ones(len(scores))))
# %% right: via torch and back
def shares(scores):
    t = torch.from_numpy(scores.astype(float))
    return (t / t.sum()).numpy()
# %% wrong: the total overwritten in each round, so the last score
def shares(scores):
    for score in scores:
        total = score
    return scores / total
# %% wrong: sorted first
def shares(scores):
    scores = np.sort(scores)[::-1]
    return scores / scores.sum()
# %% wrong: only the share of the largest
def shares(scores):
    return scores.max() / scores.sum()
# %% wrong: the last score left out of the total
def shares(scores):
    total = 0
    for i in range(len(scores) - 1):
        total += scores[i]
    return scores / total
# %% wrong: axis 1 of a vector
def shares(scores):
    return scores / scores.sum(axis=1)
# %% wrong: result as a column
def shares(scores):
    return (scores / scores.sum()).reshape(-1, 1)
# %% wrong: append without keeping
def shares(scores):
    result = np.array([])
    for s in scores:
        np.append(result, s / scores.sum())
    return result
# %% wrong: share of the others, 1 minus
def shares(scores):
    return 1 - scores / scores.sum()
# %% prelude
import math

import numpy as np
import torch
# %% wrong: softmax instead of plain shares (exponential taken first)
def shares(scores):
    e = np.exp(scores - np.max(scores))
    return e / e.sum()
# %% wrong: divides in place, so a float array that is passed in is changed (asking astype for no copy)
def shares(scores):
    scores = scores.astype(float, copy=False)
    scores /= scores.sum()
    return scores
# %% wrong: the result array has the dtype of scores, so integer scores are cut to 0
def shares(scores):
    total = scores.sum()
    result = np.zeros_like(scores)
    for i, s in enumerate(scores):
        result[i] = s / total
    return result
# %% wrong: divides by the running total, summed in the same loop, not by the whole total
def shares(scores):
    total = 0
    out = []
    for s in scores:
        total += s
        out.append(s / total if total else 0.0)
    return np.array(out, dtype=float)
# %% wrong: drops the scores that are 0, so the result is shorter
def shares(scores):
    positive = scores[scores > 0]
    return positive / positive.sum()
# %% wrong: rounds the shares to three decimals, as the page prints them
def shares(scores):
    return (scores / scores.sum()).round(3)
# %% wrong: off by one, the last score gets no share
def shares(scores):
    n = len(scores)
    result = np.zeros(n)
    for i in range(n - 1):
        result[i] = scores[i] / np.sum(scores)
    return result
# %% wrong: two mistakes: whole-number division, and percent instead of fractions
def shares(scores):
    return 100 * scores // scores.sum()
# %% right: list comprehension in plain Python, then an array
def shares(scores):
    numbers = [float(s) for s in scores]
    whole = math.fsum(numbers)
    return np.array([s / whole for s in numbers])
# %% right: total as a dot product with ones, np.divide into a fresh float array
def shares(scores):
    total = np.dot(scores, np.ones(len(scores)))
    out = np.empty(scores.shape, dtype=float)
    np.divide(scores, total, out=out)
    return out
# %% prelude
import math
import numpy as np
words = ["the", "black", "cat", "sleeps"]
scores = np.array([1, 2, 6, 3])
# %% wrong: a softmax (exponentials first) instead of plain parts of the total
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    e = np.exp(scores - np.max(scores))
    return e / e.sum()
# %% wrong: divides in place; asarray does not copy an array of floats, so the caller's scores are overwritten
def shares(scores):
    result = np.asarray(scores, dtype=float)
    result /= result.sum()
    return result
# %% wrong: rounds the shares to two decimals, so they are inexact and need not sum to 1
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    total = sum(scores)
    return np.round(scores / total, 2)
# %% wrong: the result array takes over the dtype of scores; for whole numbers all fractions are cut to 0
def shares(scores):
    total = scores.sum()
    out = np.zeros_like(scores)
    for i in range(len(scores)):
        out[i] = scores[i] / total
    return out
# %% wrong: returns a Python list instead of an array
def shares(scores):
    total = 0
    for s in scores:
        total = total + s
    return [float(s / total) for s in scores]
# %% wrong: divides by the Euclidean length (L2 norm) instead of by the sum
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    return scores / np.linalg.norm(scores)
# %% wrong: divides inside the adding loop, so by the running total up to that score and not by the whole total
def shares(scores):
    result = np.zeros(len(scores))
    total = 0
    for i in range(len(scores)):
        total += scores[i]
        if total > 0:
            result[i] = scores[i] / total
    return result
# %% right: loop over a Python list, then an array
def shares(scores):
    as_list = scores.tolist()
    total = math.fsum(as_list)
    parts = []
    for s in as_list:
        parts.append(s / total)
    return np.array(parts)
# %% right: dot product with ones for the total, then a factor
def shares(scores):
    n = scores.shape[0]
    x = scores.astype(np.float64)          # a copy
    total = x @ np.ones(n)
    x *= 1.0 / total
    return x


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
import numpy as np, torch
def Q(w):
    s = w.abs().amax(dim=1) / 127
    s = torch.where(s == 0, torch.ones_like(s), s)
    return (w / s.unsqueeze(1)).round().to(torch.int8), s
def D(q, s): return q * s.unsqueeze(1)

# %% wrong: softmax instead of a division by the sum (read too many blogs)
def shares(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()

# %% prelude
import numpy as np

# %% wrong: returns a plain list
def shares(scores):
    total = sum(scores)
    return [s / total for s in scores]

# %% wrong: zeros_like of an int array: fractions are cut to 0
def shares(scores):
    out = np.zeros_like(scores)
    total = scores.sum()
    for i, s in enumerate(scores):
        out[i] = s / total
    return out

# %% wrong: running total: the sum is divided before the loop has finished (indentation)
def shares(scores):
    total = 0
    result = []
    for s in scores:
        total = total + s
        result.append(s / total if total else 0.0)
    return np.array(result)

# %% right: list comprehension, then array
def shares(x):
    total = sum(float(s) for s in x)
    return np.array([s / total for s in x])

# %% prelude
import numpy as np

# %% wrong: in place: the shares are written into the scores that came in
def shares(scores):
    total = scores.sum()
    for i in range(len(scores)):
        scores[i] = scores[i] / total
    return scores

# %% wrong: the total is taken anew in each round, after an element of the copy was changed
def shares(scores):
    result = scores.astype(float)
    for i in range(len(result)):
        result[i] = result[i] / result.sum()
    return result

# %% wrong: float32 from float64, a habit from PyTorch
def shares(scores):
    scores = scores.astype(np.float32)
    return scores / scores.sum()

# %% right: a loop that adds up, and a list comprehension made an array
def shares(x):
    total = 0
    for s in x:
        total = total + s
    return np.array([s / total for s in x])

# %% prelude
import numpy as np

# %% wrong: divides in place: the array that came in is changed, or whole numbers raise
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    total = scores.sum()
    scores /= total
    return scores

# %% wrong: floor division // instead of /
def shares(scores):
    return scores // np.sum(scores)

# %% wrong: loop writes into zeros_like(scores): an integer array cuts the fractions off
def shares(scores):
    total = sum(scores)
    result = np.zeros_like(scores)
    for i in range(len(scores)):
        result[i] = scores[i] / total
    return result

# %% wrong: the total is still growing while the loop divides by it
def shares(scores):
    total = 0
    result = []
    for s in scores:
        total += s
        result.append(s / total)
    return np.array(result)

# %% wrong: passes the result, not the function
scores = np.array([1, 2, 6, 3])

def shares(scores):
    return scores / scores.sum()

shares = shares(scores)

# %% wrong: prints instead of returning
def shares(scores):
    total = np.sum(scores)
    print(scores / total)

# %% right: a loop with a list, an array at the end
def shares(scores):
    total = 0.0
    for s in scores:
        total = total + s
    return np.array([s / total for s in scores])

# %% prelude
import numpy as np

# %% wrong: in place: scores /= total changes what was given (and fails on whole numbers)
def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    scores /= scores.sum()
    return scores

# %% wrong: rounds the shares to two decimals, as on paper
def shares(scores):
    total = scores.sum()
    return np.round(scores / total, 2)

# %% wrong: percent instead of shares of 1
def shares(scores):
    total = np.sum(scores)
    return scores / total * 100

# %% wrong: returns a Python list, not an array
def shares(scores):
    total = sum(scores)
    result = []
    for s in scores:
        result.append(s / total)
    return result

# %% wrong: total taken while looping: divides by the total so far
def shares(scores):
    result = np.zeros(len(scores))
    total = 0
    for i in range(len(scores)):
        total = total + scores[i]
        result[i] = scores[i] / total if total > 0 else 0
    return result

# %% wrong: divides by the number of words (thinks total = len)
def shares(scores):
    total = len(scores)
    return scores / total

# %% right: loop into an array of floats
def shares(x):
    total = 0.0
    for v in x:
        total += v
    out = np.empty(len(x), dtype=float)
    for i, v in enumerate(x):
        out[i] = v / total
    return out

# %% prelude
import numpy as np

# %% wrong: changes the caller's array in place when it is float already (asarray does not copy)
def shares(scores):
    scores = np.asarray(scores, dtype=float)
    scores /= scores.sum()
    return scores

# %% wrong: result made with zeros_like: whole-number dtype cuts the fractions to 0
def shares(scores):
    result = np.zeros_like(scores)
    for i in range(len(scores)):
        result[i] = scores[i] / scores.sum()
    return result

# %% wrong: total is still growing while dividing (one loop instead of two)
def shares(scores):
    total = 0
    out = []
    for s in scores:
        total += s
        out.append(s / total)
    return np.array(out)

# %% wrong: rounds the shares to two digits
def shares(scores):
    return np.round(scores / scores.sum(), 2)

# %% right: plain Python loop over floats, then an array
def part_of_total(values):
    total = 0.0
    for v in values:
        total = total + float(v)
    parts = []
    for v in values:
        parts.append(float(v) / total)
    return np.array(parts)

shares = part_of_total

# %% prelude
from math import fsum
import numpy as np

# %% wrong: copied the page's loop over zip(words, scores): stops after the four words
words = ["the", "black", "cat", "sleeps"]
def shares(scores):
    total = scores.sum()
    out = []
    for word, score in zip(words, scores):
        out.append(score / total)
    return np.array(out)

# %% wrong: result array by zeros_like: whole scores give whole (0) shares
def shares(scores):
    out = np.zeros_like(scores)
    total = sum(scores)
    for i in range(len(scores)):
        out[i] = scores[i] / total
    return out

# %% wrong: in a copy, but the total is taken anew in each turn, after entries have been replaced
def shares(scores):
    s = scores.astype(float)
    for i in range(len(s)):
        s[i] = s[i] / s.sum()
    return s

# %% wrong: returns a Python list
def shares(scores):
    total = sum(scores)
    return [float(s) / float(total) for s in scores]

# %% wrong: divides by the running total (the sum so far)
def shares(scores):
    out = np.empty(len(scores))
    total = 0
    for i, s in enumerate(scores):
        total += s
        out[i] = s / total if total > 0 else 0.0
    return out

# %% wrong: return is indented into the loop: returns after the first score
def shares(scores):
    result = np.zeros(len(scores))
    for i in range(len(scores)):
        result[i] = scores[i] / scores.sum()
        return result

# %% right: plain Python with a list, made into an array at the end
def shares(numbers):
    numbers = numbers.tolist()
    whole = fsum(numbers)
    return np.array([n / whole for n in numbers])

# %% right: product with the reciprocal, by a lambda


shares = lambda s: np.multiply(s, 1 / np.add.reduce(s))

# %% prelude
import platform

import numpy as np
import torch

from course.views.figures import show_shares, show_weights

# %% wrong: W1 int-only: out = zeros_like(scores) truncates fractions when scores are whole numbers
def shares(scores):
    out = np.zeros_like(scores)
    total = scores.sum()
    for i in range(len(scores)):
        out[i] = scores[i] / total
    return out

# %% wrong: W2 divides each by the running total (total grows in the same loop)
def shares(scores):
    total = 0
    out = []
    for s in scores:
        total = total + s
        if total == 0:
            out.append(0.0)
        else:
            out.append(s / total)
    return np.array(out)

# %% wrong: W3 divides by the total of the OTHER scores (odds)
def shares(scores):
    return scores / (scores.sum() - scores)

# %% wrong: W4 total forgets the first score (range(1, n))
def shares(scores):
    total = 0
    for i in range(1, len(scores)):
        total += scores[i]
    return scores / total

# %% wrong: W5 rounds the shares to two decimals
def shares(scores):
    return np.round(scores / scores.sum(), 2)

# %% wrong: W6 mutates only float64 input: asarray(scores, float) is no copy, then /=
def shares(scores):
    out = np.asarray(scores, dtype=float)
    out /= out.sum()
    return out

# %% wrong: W7 drops the scores that are 0 (shorter array)
def shares(scores):
    some = scores[scores > 0]
    return some / some.sum()

# %% right: R1 torch.nn.functional.normalize(p=1), back to numpy
def shares(scores):
    t = torch.tensor(scores, dtype=torch.float64)
    return torch.nn.functional.normalize(t, p=1, dim=0).numpy()

# %% right: R2 plain Python numbers, np.fromiter
def shares(scores):
    numbers = scores.tolist()
    total = sum(numbers)
    return np.fromiter((n / total for n in numbers), dtype=np.float64, count=len(numbers))

# %% prelude
import platform

import numpy as np
import torch

from course.views.figures import show_shares, show_weights
import numpy as np
words = ["the", "black", "cat", "sleeps"]
scores = np.array([1, 2, 6, 3])

# %% wrong: parameter renamed, but the page's global `scores` is summed
def shares(x):
    total = scores.sum()
    return x / total

# %% wrong: divided by the running total (cumsum) instead of the total
def shares(scores):
    return scores / np.cumsum(scores)

# %% wrong: total recomputed in the loop, from numbers already divided
def shares(scores):
    result = scores.astype(float)
    for i in range(len(result)):
        result[i] = result[i] / result.sum()
    return result

# %% wrong: total of the different scores only (set): wrong when scores are equal
def shares(scores):
    total = sum(set(scores.tolist()))
    return scores / total

# %% wrong: words with score 0 are dropped (shorter array)
def shares(scores):
    positive = scores[scores > 0]
    return positive / positive.sum()

# %% wrong: writes the shares into the given array (whole numbers cut them to 0) and returns it
def shares(scores):
    total = scores.sum()
    for i, score in enumerate(scores):
        scores[i] = score / total
    return scores

# %% wrong: fraction upside down: total / score
def shares(scores):
    return scores.sum() / scores

# %% right: einsum, product with the reciprocal of the total
def shares(scores):
    total = np.einsum("i->", scores)
    return np.einsum("i,->i", scores, 1 / total)
