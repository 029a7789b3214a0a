# %% prelude
import numpy as np
import torch

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: a minus b
def bootstrap_interval(a, b, draws):
    means = (a - b)[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: mean over the drawings instead of the sentences
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=0)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: percentiles of single sentences, no means
def bootstrap_interval(a, b, draws):
    low, high = np.percentile((b - a)[draws], [2.5, 97.5])
    return low, high

# %% wrong: 90 of 100
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [5, 95])
    return low, high

# %% wrong: shares given to percentile
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high

# %% wrong: smallest and largest mean
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    return means.min(), means.max()

# %% wrong: normal approximation
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()

# %% wrong: draws again, the drawings given are ignored
def bootstrap_interval(a, b, draws):
    rng = np.random.default_rng(0)
    n = len(a)
    means = [(b - a)[rng.integers(0, n, size=n)].mean() for _ in range(len(draws))]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: not paired, b gets the drawings in another order
def bootstrap_interval(a, b, draws):
    means = b[draws[::-1]].mean(axis=1) - a[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: two intervals, one subtracted from the other
def bootstrap_interval(a, b, draws):
    low_a, high_a = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    low_b, high_b = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    return low_b - low_a, high_b - high_a

# %% wrong: each drawn sentence once only
def bootstrap_interval(a, b, draws):
    d = b - a
    means = [d[np.unique(row)].mean() for row in draws]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: median of each drawing, high before low
def bootstrap_interval(a, b, draws):
    middles = np.median((b - a)[draws], axis=1)
    high, low = np.percentile(middles, [97.5, 2.5])
    return high, low

# %% wrong: sums, divided by the number of drawings
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].sum(axis=1) / len(draws)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: b minus a written into b
def bootstrap_interval(a, b, draws):
    b -= a
    means = b[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: drawn differences
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: the two percentiles as they come
def bootstrap_interval(a, b, draws):
    means = b[draws].mean(axis=1) - a[draws].mean(axis=1)
    return np.percentile(means, [2.5, 97.5])

# %% right: how often each sentence was drawn
def bootstrap_interval(a, b, draws):
    n = len(a)
    times = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = times @ (np.asarray(b) - np.asarray(a)) / n
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))

# %% right: loops, percentile one at a time
def bootstrap_interval(a, b, draws):
    means = []
    for row in draws:
        total = 0.0
        for i in row:
            total += b[i] - a[i]
        means.append(total / len(row))
    return np.percentile(means, 2.5), np.percentile(means, 97.5)

# %% prelude
import numpy as np
# %% wrong: a minus b, another one
def bootstrap_interval(a, b, draws):
    means = (a - b)[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
# %% wrong: quantiles given to percentile
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high
# %% wrong: mean plus and minus 1.96 standard deviations
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
# %% wrong: mean down the drawings
def bootstrap_interval(a, b, draws):
    d = b - a
    means = d[draws].mean(axis=0)
    return tuple(np.percentile(means, [2.5, 97.5]))
# %% wrong: draws its own sentences
def bootstrap_interval(a, b, draws):
    rng = np.random.default_rng(0)
    d = b - a
    means = [rng.choice(d, size=len(d)).mean() for _ in range(len(draws))]
    return np.percentile(means, 2.5), np.percentile(means, 97.5)
# %% wrong: percentiles of single sentences
def bootstrap_interval(a, b, draws):
    d = (b - a)[draws]
    low, high = np.percentile(d, [2.5, 97.5])
    return low, high
# %% wrong: 5 and 95
def bootstrap_interval(a, b, draws):
    means = np.mean((b - a)[draws], axis=1)
    low, high = np.percentile(means, [5, 95])
    return low, high
# %% wrong: an interval for each model, then subtracted
def bootstrap_interval(a, b, draws):
    a_low, a_high = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    b_low, b_high = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    return b_low - a_low, b_high - a_high
# %% right: plain
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a (N,), from drawings of sentences (R, N): low, high."""
    means = (b - a)[draws].mean(axis=1)
    return tuple(np.percentile(means, [2.5, 97.5]))
# %% right: loop over the drawings, quantile
def bootstrap_interval(a, b, draws):
    differences = []
    for row in draws:
        total = 0.0
        for i in row:
            total += b[i] - a[i]
        differences.append(total / len(row))
    return np.quantile(differences, 0.025), np.quantile(differences, 0.975)
# %% right: counts how often each sentence is drawn
def bootstrap_interval(a, b, draws):
    R, N = draws.shape
    counts = np.zeros((R, len(a)))
    np.add.at(counts, (np.arange(R)[:, None], draws), 1)
    means = np.sort(counts @ (b - a) / N)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)

# %% prelude
import numpy as np
# %% wrong: percentiles given as fractions
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high
# %% wrong: mean over the drawings, not over the sentences
def bootstrap_interval(a, b, draws):
    d = b - a
    means = d[draws].mean(axis=0)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
# %% wrong: mean plus and minus 1.96 standard errors
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
# %% wrong: percentiles of each model first, then the difference
def bootstrap_interval(a, b, draws):
    low_a, high_a = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    low_b, high_b = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    return low_b - low_a, high_b - high_a
# %% right: how often each sentence was drawn, then a product
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])      # (R, N)
    means = counts @ (b - a) / draws.shape[1]
    return tuple(np.quantile(means, q) for q in (0.025, 0.975))
# %% prelude
import numpy as np
# %% wrong: percentiles of each model's means are subtracted, the comparison is not paired
def bootstrap_interval(a, b, draws):
    of_a = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    of_b = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    low, high = of_b - of_a
    return low, high
# %% wrong: the 5th and the 95th percentile, that is 90 %
def bootstrap_interval(a, b, draws):
    means = [np.mean(b[row] - a[row]) for row in draws]
    return tuple(np.percentile(means, [5, 95]))
# %% wrong: mean ± 1.96 standard deviations in place of the percentiles
def bootstrap_interval(a, b, draws):
    means = (b[draws] - a[draws]).mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
# %% wrong: a sentence that is drawn twice counts once
def bootstrap_interval(a, b, draws):
    d = b - a
    means = np.array([d[np.unique(row)].mean() for row in draws])
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
# %% wrong: the reflected interval of another textbook, 2 * mean - percentile
def bootstrap_interval(a, b, draws):
    d = b - a
    means = d[draws].mean(axis=1)
    low, high = 2 * d.mean() - np.percentile(means, [97.5, 2.5])
    return low, high
# %% wrong: percentiles given as shares, 0.025 and 0.975 of 100
def bootstrap_interval(a, b, draws):
    means = np.take(b - a, draws).mean(axis=-1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high
# %% wrong: draws sentences of its own instead of those given
def bootstrap_interval(a, b, draws):
    rng = np.random.default_rng(0)
    d = b - a
    means = [rng.choice(d, size=len(d), replace=True).mean() for _ in range(len(draws))]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
# %% wrong: a - b instead of b - a
def bootstrap_interval(a, b, draws):
    diff = a - b
    means = diff[draws].mean(1)
    return np.percentile(means, 2.5), np.percentile(means, 97.5)
# %% right: counts how often each sentence was drawn, and one matrix product
def bootstrap_interval(a, b, draws):
    n = len(a)
    times = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = times @ (b - a) / n
    low, high = np.quantile(means, [0.025, 0.975])
    return low, high
# %% right: a loop, means of b and of a over the same drawing
def bootstrap_interval(a, b, draws):
    means = []
    for row in draws:
        means.append(b[row].mean() - a[row].mean())
    return np.percentile(means, 2.5), np.percentile(means, 97.5)
# %% prelude
import numpy as np
# %% wrong: draws its own sentences and does not use the drawings that are given
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a (N,), from drawings of sentences (R, N): low, high."""
    rng = np.random.default_rng(0)
    diff = b - a
    means = [rng.choice(diff, size=len(diff), replace=True).mean() for _ in range(len(draws))]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high
# %% wrong: not paired: an interval for each model, then their distance
def bootstrap_interval(a, b, draws):
    low_a, high_a = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    low_b, high_b = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    return low_b - high_a, high_b - low_a
# %% wrong: 0.025 and 0.975 given to np.percentile, which wants per cent
def bootstrap_interval(a, b, draws):
    means = (b[draws] - a[draws]).mean(axis=1)
    return np.percentile(means, 0.025), np.percentile(means, 0.975)
# %% wrong: mean ± 1.96 standard deviations of the drawings instead of percentiles
def bootstrap_interval(a, b, draws):
    means = np.array([np.mean(b[row] - a[row]) for row in draws])
    centre, sd = means.mean(), means.std(ddof=1)
    return centre - 1.96 * sd, centre + 1.96 * sd
# %% wrong: a sentence that was drawn twice counts once (np.unique)
def bootstrap_interval(a, b, draws):
    d = b - a
    means = []
    for row in draws:
        chosen = np.unique(row)
        means.append(d[chosen].mean())
    return tuple(np.percentile(means, [2.5, 97.5]))
# %% wrong: means over the drawings (axis 0) instead of over the sentences of a drawing
def bootstrap_interval(a, b, draws):
    diffs = (b - a)[draws]
    means = diffs.mean(axis=0)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
# %% right: counts how often each sentence was drawn, a product gives all means
def bootstrap_interval(a, b, draws):
    n = len(a)
    times = np.stack([np.bincount(row, minlength=n) for row in draws])        # (R, N)
    means = times @ (np.asarray(b, dtype=np.float64) - a) / n
    low, high = np.quantile(means, [0.025, 0.975])
    return low, high
# %% right: a loop over the drawings, one percentile at a time
def bootstrap_interval(a, b, draws):
    means = []
    for row in draws:
        total = 0.0
        for i in row:
            total += float(b[i]) - float(a[i])
        means.append(total / len(row))
    return float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))


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
import numpy as np
from fractions import Fraction
def ms(losses): return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
from itertools import combinations

# %% wrong: no mean per drawing: percentiles of the drawn differences
def bootstrap_interval(a, b, draws):
    low, high = np.percentile((b - a)[draws], [2.5, 97.5]); return low, high

# %% wrong: not paired: a is not drawn, its plain mean is taken off
def bootstrap_interval(a, b, draws):
    low, high = np.percentile(b[draws].mean(axis=1) - a.mean(), [2.5, 97.5]); return low, high

# %% wrong: percentiles of each model first, then the difference (again)
def bootstrap_interval(a, b, draws):
    low, high = (np.percentile(b[draws].mean(1), [2.5, 97.5]) - np.percentile(a[draws].mean(1), [2.5, 97.5])); return low, high

# %% wrong: normal formula: mean of the means +- 1.96 standard deviations
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1); return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()

# %% wrong: two: mean along axis 0, and a - b
def bootstrap_interval(a, b, draws):
    low, high = np.percentile((a - b)[draws].mean(axis=0), [2.5, 97.5]); return low, high

# %% right: right: counts of each sentence times the differences; returns the array of two
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    return np.percentile(counts @ (b - a) / draws.shape[1], [2.5, 97.5])

# %% right: right: two means, take, np.quantile, unpacked generator of floats
def bootstrap_interval(a, b, draws):
    gap = np.take(b, draws).mean(-1) - np.take(a, draws).mean(-1)
    return tuple(float(np.quantile(gap, p)) for p in (.025, .975))


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
import numpy as np
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
fairs = "all 32 subsets of ABCDE; mine by thought: {'A','E'}; and other forms: list, string, lower case"
predictions = ["lower", "higher", "the same", "Lower", "lower ", "smaller", "same", -1]

# %% wrong: a is not drawn: b[draws] - a puts a drawn sentence against another one
def bootstrap_interval(a, b, draws):
    means = (b[draws] - a).mean(axis=1)
    return np.percentile(means, [2.5, 97.5])

# %% wrong: each drawn sentence counted once (unique)
def bootstrap_interval(a, b, draws):
    d = b - a
    means = [d[np.unique(row)].mean() for row in draws]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: divides by R (len(draws)), not by N
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].sum(axis=1) / len(draws)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: centres the means on 0 (takes the observed mean away)
def bootstrap_interval(a, b, draws):
    d = b - a
    means = d[draws].mean(axis=1) - d.mean()
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: percentiles of the drawn differences, all in one heap, without means
def bootstrap_interval(a, b, draws):
    low, high = np.percentile((b - a)[draws], [2.5, 97.5])
    return low, high

# %% wrong: mirrors the interval: 2*mean - percentile ('basic bootstrap'), not the percentiles
def bootstrap_interval(a, b, draws):
    d = b - a
    low, high = np.percentile(d[draws].mean(axis=1), [2.5, 97.5])
    return 2 * d.mean() - high, 2 * d.mean() - low

# %% wrong: a - b, and 90 % (5, 95)
def bootstrap_interval(a, b, draws):
    low, high = np.percentile((a - b)[draws].mean(axis=1), [5, 95])
    return low, high

# %% right: counts how often each sentence is drawn, matrix product with b - a
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    return tuple(np.quantile(counts @ (b - a) / n, (0.025, 0.975)))

# %% right: means of b and of a over the same drawing, subtracted; sorted and interpolated by np.interp
def bootstrap_interval(a, b, draws):
    means = sorted(b.take(draws).mean(-1) - a.take(draws).mean(-1))
    at = np.array([0.025, 0.975]) * (len(means) - 1)
    low, high = np.interp(at, np.arange(len(means)), means)
    return float(low), float(high)

# %% prelude
import numpy as np

# %% wrong: np.percentile with fractions, as for np.quantile
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    return tuple(np.percentile(means, [0.025, 0.975]))

# %% wrong: only b is drawn, a stays in its order (broadcast)
def bootstrap_interval(a, b, draws):
    means = (b[draws] - a).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: by counts of each sentence, a matrix product, np.quantile
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(d, minlength=n) for d in draws])
    means = counts @ (b - a) / draws.shape[1]
    return np.quantile(means, 0.025), np.quantile(means, 0.975)

# %% prelude
import numpy as np

# %% wrong: mean over the drawings (axis 0) instead of over the sentences
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=0)
    return tuple(np.percentile(means, [2.5, 97.5]))

# %% wrong: normal approximation: mean +- 1.96 standard deviations of the means, no percentiles
def bootstrap_interval(a, b, draws):
    d = b - a
    means = np.array([d[row].mean() for row in draws])
    return d.mean() - 1.96 * means.std(), d.mean() + 1.96 * means.std()

# %% right: matrix of counts times differences; quantile with shares
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = counts @ (np.asarray(b) - np.asarray(a)) / draws.shape[1]
    return np.quantile(means, 0.025), np.quantile(means, 0.975)

# %% prelude
import numpy as np

# %% wrong: mean over the drawings (axis 0), not over the sentences of a drawing
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=0)
    return np.percentile(means, [2.5, 97.5])

# %% wrong: draws forgotten: percentiles of the single sentences
def bootstrap_interval(a, b, draws):
    low, high = np.percentile(b - a, [2.5, 97.5])
    return low, high

# %% right: list comprehension over the drawings, percentile array returned
def bootstrap_interval(a, b, draws):
    means = [b[row].mean() - a[row].mean() for row in draws]
    return np.percentile(means, [2.5, 97.5])

# %% prelude
import numpy as np

# %% wrong: mean over the drawings and not over the sentences (axis 0)
def bootstrap_interval(a, b, draws):
    d = b - a
    means = d[draws].mean(0)
    return tuple(np.percentile(means, [2.5, 97.5]))

# %% wrong: percentiles as fractions: 0.025 and 0.975 given to np.percentile
def bootstrap_interval(a, b, draws):
    means = (b[draws] - a[draws]).mean(axis=1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high

# %% right: how often each sentence was drawn, times the differences; np.quantile
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = counts @ (b - a) / draws.shape[1]
    return np.quantile(means, 0.025), np.quantile(means, 0.975)

# %% prelude
import numpy as np

# %% wrong: mean left out: percentiles of all drawn differences
def bootstrap_interval(a, b, draws):
    d = b[draws] - a[draws]
    low, high = np.percentile(d, [2.5, 97.5])
    return low, high

# %% wrong: each drawing's sentences counted once (np.unique)
def bootstrap_interval(a, b, draws):
    means = []
    for draw in draws:
        chosen = np.unique(draw)
        means.append((b[chosen] - a[chosen]).mean())
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: counts of each sentence times the differences
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = counts @ (b - a) / n
    return tuple(np.percentile(means, [2.5, 97.5]))

# %% prelude
import numpy as np

# %% wrong: mean +- 1.96 standard deviations of the means instead of percentiles
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    centre, s = means.mean(), means.std()
    return centre - 1.96 * s, centre + 1.96 * s

# %% wrong: the mean over the drawn sentences is forgotten
def bootstrap_interval(a, b, draws):
    drawn = (b - a)[draws]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return low, high

# %% right: how often each sentence was drawn, times b - a
def bootstrap_interval(a, b, draws):
    R, N = draws.shape
    counts = np.stack([np.bincount(row, minlength=N) for row in draws])     # (R, N)
    means = counts @ (np.asarray(b) - np.asarray(a)) / N
    return tuple(np.percentile(means, [2.5, 97.5]))

# %% prelude
import numpy as np

# %% wrong: ignores the drawings given and draws its own
def bootstrap_interval(a, b, draws):
    rng = np.random.default_rng(0)
    own = rng.integers(0, len(a), size=draws.shape)
    means = (b[own] - a[own]).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: bincount of each drawing as weights, np.quantile
def bootstrap_interval(a, b, draws):
    n = len(a)
    means = [np.bincount(row, minlength=n) @ (b - a) / len(row) for row in draws]
    return tuple(float(x) for x in np.quantile(means, (0.025, 0.975)))

# %% prelude
from collections import Counter
from dataclasses import replace

import numpy as np
import sacrebleu
import torch
from tqdm import tqdm

from course.ablation import (
    Config,
    Variant,
    common_pairs,
    differences,
    results_table,
    run,
    sentence_losses,
    task_from,
)
from course.counting import begin_with, count_vectors
from course.data import Split, load_pairs, pairs_that_fit, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.languages import SpacedSubwords, space_characters
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.views.ablation import show_differences
from course.views.figures import show_weights

# %% wrong: normal approximation: mean of the means +- 1.96 standard deviations
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a."""
    means = (b - a)[draws].mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()

# %% wrong: takes each row of draws for how often each sentence was drawn (weights)
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a."""
    means = (draws * (b - a)).sum(axis=1) / draws.sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: each drawn sentence counted once (np.unique)
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a."""
    d = b - a
    means = [d[np.unique(row)].mean() for row in draws]
    return tuple(np.percentile(means, [2.5, 97.5]))

# %% wrong: not paired: a gets the next drawing, b this one
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a."""
    means = b[draws].mean(axis=1) - a[np.roll(draws, 1, axis=0)].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% right: counts per sentence by bincount, product with b - a, quantile
def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a."""
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = counts @ np.subtract(b, a) / n
    return np.quantile(means, (0.025, 0.975))

# %% prelude
from collections import Counter
from dataclasses import replace

import numpy as np
import sacrebleu
import torch
from tqdm import tqdm

from course.ablation import (
    Config,
    Variant,
    common_pairs,
    differences,
    results_table,
    run,
    sentence_losses,
    task_from,
)
from course.counting import begin_with, count_vectors
from course.data import Split, load_pairs, pairs_that_fit, short_pairs, split_pairs
from course.decoding import translate
from course.inspection import record_attention
from course.languages import SpacedSubwords, space_characters
from course.tokens import Subwords, encode_pairs
from course.training import train
from course.views.ablation import show_differences
from course.views.figures import show_weights

# %% wrong: percentiles of b's means minus percentiles of a's means: not paired
def bootstrap_interval(a, b, draws):
    of_a = np.percentile(a[draws].mean(axis=1), [2.5, 97.5])
    of_b = np.percentile(b[draws].mean(axis=1), [2.5, 97.5])
    low, high = of_b - of_a
    return low, high

# %% wrong: a sentence that is drawn twice is counted once (np.unique)
def bootstrap_interval(a, b, draws):
    d = b - a
    means = [d[np.unique(row)].mean() for row in draws]
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high

# %% wrong: the 'basic' bootstrap of other libraries: mirrored at the mean difference
def bootstrap_interval(a, b, draws):
    d = b - a
    low, high = np.percentile(d[draws].mean(axis=1), [2.5, 97.5])
    return 2 * d.mean() - high, 2 * d.mean() - low

# %% wrong: np.percentile with shares [0.025, 0.975] as for np.quantile
def bootstrap_interval(a, b, draws):
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [0.025, 0.975])
    return low, high

# %% right: how often each sentence was drawn, one matrix product, torch.quantile
def bootstrap_interval(a, b, draws):
    n = len(a)
    counts = np.stack([np.bincount(row, minlength=n) for row in draws])
    means = torch.from_numpy(counts @ (np.asarray(b, float) - np.asarray(a, float)) / draws.shape[1])
    low, high = torch.quantile(means, torch.tensor([0.025, 0.975], dtype=means.dtype)).tolist()
    return low, high
