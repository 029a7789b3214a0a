# %% prelude
import numpy as np
import torch

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: base minus variant
def paired(losses, base):
    d = losses[base] - losses
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: compared with the base's mean over the seeds
def paired(losses, base):
    d = losses - losses[base].mean()
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: base taken to be row 0
def paired(losses, base):
    d = losses - losses[0]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: spreads of the two added, not that of the differences
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = np.all(d > 0, axis=1) | np.all(d < 0, axis=1)
    return mean - mean[base], spread + spread[base], agree

# %% wrong: difference of the two spreads
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = np.all(d > 0, axis=1) | np.all(d < 0, axis=1)
    return mean - mean[base], abs(spread - spread[base]), agree

# %% wrong: seeds sorted first, best against best
def paired(losses, base):
    ordered = np.sort(losses, axis=1)
    d = ordered - ordered[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: agree only where all are worse
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1)

# %% wrong: 0 counts as agreement
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d >= 0).all(axis=1) | (d <= 0).all(axis=1)

# %% wrong: equal signs, so the base agrees with itself
def paired(losses, base):
    d = losses - losses[base]
    signs = np.sign(d)
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, (signs == signs[:, :1]).all(axis=1)

# %% wrong: any instead of all
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).any(axis=1) | (d < 0).any(axis=1)

# %% wrong: only two seeds looked at for agreement
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, d[:, 0] * d[:, 1] > 0

# %% wrong: agree if the mean is further from 0 than the spread
def paired(losses, base):
    mean, spread = mean_and_spread(losses - losses[base])
    return mean, spread, abs(mean) >= spread

# %% wrong: the base's row left out
def paired(losses, base):
    d = np.delete(losses, base, axis=0) - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: base's row becomes 0 before the others are compared with it
def paired(losses, base):
    for row in losses:
        row -= losses[base]
    mean, spread = mean_and_spread(losses)
    return mean, spread, (losses > 0).all(axis=1) | (losses < 0).all(axis=1)

# %% wrong: relative to the base, and the whole range
def paired(losses, base):
    d = (losses - losses[base]) / losses[base]
    return d.mean(axis=1), np.ptp(d, axis=1), (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% right: with mean_and_spread
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% right: lowest and highest difference
def paired(losses, base):
    gap = losses - losses[base][None, :]
    low, high = gap.min(axis=1), gap.max(axis=1)
    return gap.sum(axis=1) / gap.shape[1], (high - low) / 2, np.logical_or(low > 0, high < 0)

# %% right: variant by variant
def paired(losses, base):
    means, spreads, agree = [], [], []
    for row in losses:
        d = [float(x - b) for x, b in zip(row, losses[base], strict=True)]
        means.append(sum(d) / len(d))
        spreads.append((max(d) - min(d)) / 2)
        agree.append(all(x > 0 for x in d) or all(x < 0 for x in d))
    return np.array(means), np.array(spreads), np.array(agree)

# %% right: by the sum of the signs
def paired(losses, base):
    n_seeds = losses.shape[1]
    d = losses - np.tile(losses[base], (len(losses), 1))
    return np.mean(d, 1), np.ptp(d, axis=1) / 2, np.abs(np.sign(d).sum(axis=1)) == n_seeds

# %% prelude
import numpy as np

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
# %% wrong: base minus variant, another one
def paired(losses, base):
    d = losses[base] - losses
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)
# %% wrong: against the base's mean, not seed by seed
def paired(losses, base):
    d = losses - losses[base].mean()
    mean, spread = mean_and_spread(d)
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean, spread, agree
# %% wrong: equal signs, so that the base agrees with itself
def paired(losses, base):
    d = losses - losses[base]
    signs = np.sign(d)
    agree = (signs == signs[:, :1]).all(axis=1)
    return *mean_and_spread(d), agree
# %% wrong: agree where the interval does not contain 0
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, np.abs(mean) > spread
# %% wrong: agree only where all are worse, another one
def paired(losses, base):
    d = losses - losses[base]
    return d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2, (d > 0).all(axis=1)
# %% wrong: base taken to be row 0, another one
def paired(losses, base):
    d = losses - losses[0]
    mean, spread = mean_and_spread(d)
    return mean, spread, np.all(d > 0, axis=1) | np.all(d < 0, axis=1)
# %% wrong: base's row left out
def paired(losses, base):
    d = np.delete(losses, base, axis=0) - losses[base]
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(1) | (d < 0).all(1)
# %% wrong: difference of the two spreads, another one
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean - mean[base], spread - spread[base], agree
# %% right: plain
def paired(losses, base):
    """Differences to the base, seed by seed: mean, half range, whether all seeds agree; (n_variants,) each."""
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean, spread, agree
# %% right: sum of the signs
def paired(losses, base):
    d = np.subtract(losses, losses[base : base + 1])
    n_seeds = d.shape[1]
    return d.mean(1), np.ptp(d, axis=1) / 2, np.abs(np.sign(d).sum(axis=1)) == n_seeds
# %% right: loops, lowest and highest on one side of 0
def paired(losses, base):
    n_variants, n_seeds = losses.shape
    means, spreads, agree = np.zeros(n_variants), np.zeros(n_variants), np.zeros(n_variants, dtype=bool)
    for v in range(n_variants):
        differences = [losses[v, s] - losses[base, s] for s in range(n_seeds)]
        low, high = min(differences), max(differences)
        means[v] = sum(differences) / n_seeds
        spreads[v] = (high - low) / 2
        agree[v] = low > 0 or high < 0
    return means, spreads, agree
# %% prelude
import numpy as np

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
# %% wrong: agree only where all seeds say worse; all better is forgotten
def paired(losses, base):
    d = losses - losses[base]
    return d.mean(1), (d.max(1) - d.min(1)) / 2, (d > 0).all(1)
# %% wrong: the base's row is overwritten with zeros in the loop, and later rows are compared with zeros
def paired(losses, base):
    d = losses.copy()
    for i in range(len(d)):
        d[i] -= d[base]
    mean, spread = mean_and_spread(d)
    agree = np.array([all(row > 0) or all(row < 0) for row in d])
    return mean, spread, agree
# %% wrong: agree where the mean is larger than the spread (the same for two seeds only)
def paired(losses, base):
    mean, spread = mean_and_spread(losses - losses[base])
    return mean, spread, np.abs(mean) > spread
# %% wrong: agree by the sign of the product (right for two seeds only)
def paired(losses, base):
    d = losses - losses[base : base + 1]
    mean, half = mean_and_spread(d)
    return mean, half, d.prod(axis=1) > 0
# %% wrong: base - variant, the sign is reversed
def paired(losses, base):
    d = np.array([losses[base] - row for row in losses])
    mean, spread = mean_and_spread(d)
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)
# %% right: signs summed up
def paired(losses, base):
    d = losses - losses[[base]]
    votes = np.sign(d).sum(axis=1)
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, np.abs(votes) == d.shape[1]
# %% right: a loop, variant by variant
def paired(losses, base):
    n_variants, n_seeds = losses.shape
    mean, spread, agree = np.empty(n_variants), np.empty(n_variants), np.zeros(n_variants, dtype=bool)
    for i in range(n_variants):
        row = [losses[i, s] - losses[base, s] for s in range(n_seeds)]
        mean[i] = sum(row) / n_seeds
        spread[i] = (max(row) - min(row)) / 2
        agree[i] = min(row) > 0 or max(row) < 0
    return mean, spread, agree
# %% prelude
import numpy as np

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
# %% wrong: spread is the sum of the two spreads, not the half range of the differences
def paired(losses, base):
    """Differences to the base, seed by seed: mean, half range, whether all seeds agree; (n_variants,) each."""
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean - mean[base], spread + spread[base], agree
# %% wrong: agree from the sign of the product, which is right for two seeds only
def paired(losses, base):
    diff = losses - losses[base]
    mean, spread = mean_and_spread(diff)
    return mean, spread, diff.prod(axis=1) > 0
# %% wrong: differences of 0 count as agreement (>= and <=), so that the base agrees with itself
def paired(losses, base):
    d = losses - losses[base][None, :]
    worse = (d >= 0).all(axis=1)
    better = (d <= 0).all(axis=1)
    return (*mean_and_spread(d), np.logical_or(worse, better))
# %% wrong: always takes row 0 as the base
def paired(losses, base):
    d = losses - losses[0]
    mean, half = mean_and_spread(d)
    agree = np.all(d > 0, axis=1) | np.all(d < 0, axis=1)
    return mean, half, agree
# %% wrong: subtracts in place, row by row: changes the input, and after the base's row nothing is subtracted any more
def paired(losses, base):
    for i in range(len(losses)):
        losses[i] -= losses[base]
    mean, spread = mean_and_spread(losses)
    agree = (losses > 0).all(1) | (losses < 0).all(1)
    return mean, spread, agree
# %% wrong: takes the column of the base instead of its row
def paired(losses, base):
    diff = losses - losses[:, base:base + 1]
    mean, spread = mean_and_spread(diff)
    agree = np.abs(np.sign(diff).sum(axis=1)) == diff.shape[1]
    return mean, spread, agree
# %% wrong: agree only where all seeds are worse, not where all are better
def paired(losses, base):
    differences = np.array([[x - b for x, b in zip(row, losses[base])] for row in losses])
    mean, spread = mean_and_spread(differences)
    agree = np.array([all(x > 0 for x in row) for row in differences])
    return mean, spread, agree
# %% right: lowest and highest difference have the same strict sign
def paired(losses, base):
    d = np.subtract(losses, losses[[base]])
    low, high = d.min(axis=-1), d.max(axis=-1)
    return d.mean(axis=-1), (high - low) / 2, (low > 0) | (high < 0)
# %% right: loops over variants, and a set of signs
def paired(losses, base):
    means, spreads, agree = [], [], []
    for row in losses:
        d = [float(mine) - float(theirs) for mine, theirs in zip(row, losses[base], strict=True)]
        means.append(sum(d) / len(d))
        spreads.append((max(d) - min(d)) / 2)
        agree.append({(x > 0) - (x < 0) for x in d} in ({1}, {-1}))
    return np.array(means), np.array(spreads), np.array(agree)


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

# %% wrong: compares with the mean of the base, not seed by seed
def paired(losses, base):
    d = losses - losses[base].mean()
    return *ms(d), (d > 0).all(1) | (d < 0).all(1)

# %% wrong: ignores `base`: row 0
def paired(losses, base):
    d = losses - losses[0]
    return *ms(d), (d > 0).all(1) | (d < 0).all(1)

# %% wrong: agree = |mean| > spread (right for two seeds; for more it is not the same)
def paired(losses, base):
    mean, spread = ms(losses - losses[base])
    return mean, spread, np.abs(mean) > spread

# %% wrong: agree = product of the signs > 0 (two of three seeds below 0 count as agreeing)
def paired(losses, base):
    d = losses - losses[base]
    return *ms(d), d.prod(axis=1) > 0

# %% wrong: spread: of the variants' losses themselves, not of the differences
def paired(losses, base):
    d = losses - losses[base]
    return d.mean(1), ms(losses)[1], (d > 0).all(1) | (d < 0).all(1)

# %% wrong: relative differences: (variant - base) / base
def paired(losses, base):
    d = (losses - losses[base]) / losses[base]
    return *ms(d), (d > 0).all(1) | (d < 0).all(1)

# %% wrong: leaves the row of the base out
def paired(losses, base):
    d = np.delete(losses, base, axis=0) - losses[base]
    return *ms(d), (d > 0).all(1) | (d < 0).all(1)

# %% wrong: agree: all signs equal, so that 0 and 0 agree (base row True)
def paired(losses, base):
    s = np.sign(losses - losses[base])
    return *ms(losses - losses[base]), (s == s[:, :1]).all(axis=1)

# %% wrong: two: base - variant, and full range instead of half
def paired(losses, base):
    d = losses[base] - losses
    return d.mean(1), d.max(1) - d.min(1), (d > 0).all(1) | (d < 0).all(1)

# %% right: right: loop over rows; agree by min * max > 0; np.array of list
def paired(losses, base):
    rows = [row - losses[base] for row in losses]
    mean, spread, agree = zip(*[(np.average(d), np.ptp(d) / 2, bool(d.min() * d.max() > 0)) for d in rows])
    return np.array(mean), np.array(spread), np.array(agree)


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

# %% wrong: sorts both rows first: best against best, not seed against seed
def paired(losses, base):
    ordered = np.sort(losses, axis=1)
    d = ordered - ordered[base]
    return *mean_and_spread(d), (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: agree = |mean| > spread (same for 2 seeds only)
def paired(losses, base):
    mean, spread = mean_and_spread(losses - losses[base])
    return mean, spread, np.abs(mean) > spread

# %% wrong: agree = all signs equal the first seed's sign, so the base (all 0) agrees
def paired(losses, base):
    d = losses - losses[base]
    s = np.sign(d)
    return *mean_and_spread(d), (s == s[:, :1]).all(axis=1)

# %% wrong: agree = product of the signs is positive (same for 2 seeds only)
def paired(losses, base):
    d = losses - losses[base]
    return *mean_and_spread(d), np.prod(np.sign(d), axis=1) > 0

# %% wrong: takes the column of number `base` (a seed), not the row
def paired(losses, base):
    d = losses - losses[:, [base]]
    return *mean_and_spread(d), (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: alias: overwrites losses row by row; after the base's row it subtracts zeros
def paired(losses, base):
    d = losses
    for i in range(len(d)):
        d[i] = d[i] - d[base]
    return *mean_and_spread(d), (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: base - variant, and agree with >= and <=
def paired(losses, base):
    d = losses[base] - losses
    return *mean_and_spread(d), (d >= 0).all(axis=1) | (d <= 0).all(axis=1)

# %% right: agree: lowest times highest > 0; lists by row, put together by zip
def paired(losses, base):
    rows = []
    for row in losses:
        d = [x - y for x, y in zip(row, losses[base])]
        rows.append((sum(d) / len(d), (max(d) - min(d)) / 2, min(d) * max(d) > 0))
    means, spreads, agree = map(np.array, zip(*rows))
    return means, spreads, agree

# %% prelude
import numpy as np

def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: base - variant in place of variant - base
def paired(losses, base):
    d = losses[base] - losses
    mean, spread = mean_and_spread(d)
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean, spread, agree

# %% wrong: loop in place: base's row becomes 0 when its turn comes, later rows lose nothing
def paired(losses, base):
    losses = losses.copy()
    for i in range(len(losses)):
        losses[i] = losses[i] - losses[base]
    mean = losses.mean(axis=1)
    spread = (losses.max(axis=1) - losses.min(axis=1)) / 2
    agree = (losses > 0).all(axis=1) | (losses < 0).all(axis=1)
    return mean, spread, agree

# %% wrong: agree by the product of the differences (right for 2 seeds only)
def paired(losses, base):
    d = losses - losses[base]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, d.prod(axis=1) > 0

# %% wrong: base ignored: always row 0
def paired(losses, base):
    d = losses - losses[0]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: agree = the interval mean +- spread does not contain 0 (equal for 2 seeds only)
def paired(losses, base):
    d = losses - losses[base][None, :]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    agree = np.abs(mean) > spread
    return mean, spread, agree

# %% wrong: >= and <=: a difference of exactly 0 (the base itself) counts as agreeing
def paired(losses, base):
    d = losses - losses[base]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    agree = np.all(d >= 0, axis=1) | np.all(d <= 0, axis=1)
    return mean, spread, agree

# %% right: agree by the sum of signs; tuple of arrays from a stack
def paired(losses, base):
    losses = np.asarray(losses, dtype=float)
    d = np.stack([row - losses[base] for row in losses])
    mean = d.sum(axis=-1) / d.shape[-1]
    spread = np.ptp(d, axis=-1) * 0.5
    agree = np.abs(np.sign(d).sum(axis=-1)) == d.shape[-1]
    return mean, spread, agree

# %% prelude
import numpy as np


def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: spread not of the differences: the spread of the variant's own losses
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    difference = mean - mean[base]
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return difference, spread, agree

# %% wrong: agree by comparing the signs of neighbours: the base's zeros 'agree'
def paired(losses, base):
    d = losses - losses[base]
    signs = np.sign(d)
    agree = (signs == signs[:, :1]).all(axis=1)
    return d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2, agree

# %% wrong: in place: losses -= losses[base] changes the caller's array
def paired(losses, base):
    losses -= losses[base].copy()
    agree = (losses > 0).all(axis=1) | (losses < 0).all(axis=1)
    return losses.mean(axis=1), np.ptp(losses, axis=1) / 2, agree

# %% wrong: the base's own row removed: n_variants - 1 results
def paired(losses, base):
    others = np.delete(losses, base, axis=0)
    d = others - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2, agree

# %% right: loop over the variants, counting signs
def paired(losses, base):
    n_variants, n_seeds = losses.shape
    mean, half, agree = np.zeros(n_variants), np.zeros(n_variants), np.zeros(n_variants, dtype=bool)
    for v in range(n_variants):
        d = [losses[v, s] - losses[base, s] for s in range(n_seeds)]
        mean[v] = sum(d) / n_seeds
        half[v] = (max(d) - min(d)) / 2
        worse = sum(x > 0 for x in d)
        better = sum(x < 0 for x in d)
        agree[v] = worse == n_seeds or better == n_seeds
    return mean, half, agree

# %% prelude
import numpy as np


def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: unpaired: difference of the means, and the spread of the variant itself
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean - mean[base], spread, agree

# %% wrong: agree by equal signs: True also where all differences are 0 (the base itself)
def paired(losses, base):
    diff = losses - losses[base]
    mean, spread = mean_and_spread(diff)
    signs = np.sign(diff)
    agree = (signs == signs[:, :1]).all(axis=1)
    return mean, spread, agree

# %% wrong: subtracts row by row in place: the base's row is 0 when later rows need it
def paired(losses, base):
    for i in range(len(losses)):
        losses[i] -= losses[base]
    mean, spread = mean_and_spread(losses)
    agree = (losses > 0).all(axis=1) | (losses < 0).all(axis=1)
    return mean, spread, agree

# %% right: count of signs, ptp
def paired(losses, base):
    losses = np.asarray(losses, dtype=float)
    d = losses - losses[base:base + 1] if base >= 0 else losses - losses[base][None]
    n_seeds = d.shape[1]
    agree = np.abs(np.sign(d).sum(axis=1)) == n_seeds
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, agree

# %% prelude
import numpy as np


def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: in place in a loop: once the base's row is 0, later rows lose nothing
def paired(losses, base):
    for i in range(len(losses)):
        losses[i] -= losses[base]
    mean = losses.mean(axis=1)
    spread = (losses.max(axis=1) - losses.min(axis=1)) / 2
    agree = (losses > 0).all(axis=1) | (losses < 0).all(axis=1)
    return mean, spread, agree

# %% wrong: agree = |mean| > half range: the same as agreement for two seeds only
def paired(losses, base):
    d = losses - losses[base]
    mean = d.mean(axis=1)
    spread = np.ptp(d, axis=1) / 2
    agree = np.abs(mean) > spread
    return mean, spread, agree

# %% wrong: the base's row is deleted: n_variants - 1 entries
def paired(losses, base):
    others = np.delete(losses, base, axis=0)
    d = others - losses[base]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean, spread, agree

# %% right: a loop over rows, the signs counted
def paired(losses, base):
    n_variants, n_seeds = losses.shape
    reference = losses[base].copy()
    means, spreads, agree = np.zeros(n_variants), np.zeros(n_variants), np.zeros(n_variants, dtype=bool)
    for v in range(n_variants):
        differences = [losses[v, s] - reference[s] for s in range(n_seeds)]
        means[v] = sum(differences) / n_seeds
        spreads[v] = (max(differences) - min(differences)) / 2
        agree[v] = abs(sum(np.sign(x) for x in differences)) == n_seeds
    return means, spreads, agree

# %% prelude
import numpy as np

# %% wrong: row -= base in place: after the base's own row, 0 is subtracted
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

def paired(losses, base):
    for i in range(len(losses)):
        losses[i] -= losses[base]
    mean, spread = mean_and_spread(losses)
    agree = (losses > 0).all(axis=1) | (losses < 0).all(axis=1)
    return mean, spread, agree

# %% wrong: agree = |mean| > spread (true for two seeds only)
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

def paired(losses, base):
    mean, spread = mean_and_spread(losses - losses[base])
    return mean, spread, abs(mean) > spread

# %% wrong: `or` between arrays: raises ValueError
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    agree = (d > 0).all(axis=1) or (d < 0).all(axis=1)
    return mean, spread, agree

# %% wrong: spread of the losses, not of the differences
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean - mean[base], spread, agree

# %% wrong: not-above counted as below: differences of 0 (the base's row) agree
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    worse = (d > 0).sum(axis=1)
    agree = (worse == 0) | (worse == d.shape[1])
    return mean, spread, agree

# %% right: signs summed; numpy only
def paired(losses, base):
    differences = np.stack([row - losses[base] for row in losses])
    signs = np.sign(differences).sum(axis=-1)
    return differences.mean(-1), np.ptp(differences, axis=-1) / 2, np.abs(signs) == losses.shape[-1]

# %% prelude
import numpy as np

# %% wrong: agree: all signs like the first one, so the base's row of zeros agrees
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = mean_and_spread(d)
    signs = np.sign(d)
    agree = (signs == signs[:, :1]).all(axis=1)
    return mean, spread, agree

# %% wrong: the spread is of the losses, not of the differences
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
def paired(losses, base):
    mean, spread = mean_and_spread(losses)
    difference = losses - losses[base]
    agree = (difference > 0).all(axis=1) | (difference < 0).all(axis=1)
    return mean - mean[base], spread, agree

# %% wrong: always row 0 as the base
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
def paired(losses, base):
    differences = losses - losses[0]
    mean, spread = mean_and_spread(differences)
    agree = np.all(differences > 0, axis=1) | np.all(differences < 0, axis=1)
    return mean, spread, agree

# %% wrong: leaves the base's own row out
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
def paired(losses, base):
    others = np.delete(losses, base, axis=0)
    differences = others - losses[base]
    mean, spread = mean_and_spread(differences)
    agree = np.all(differences > 0, axis=1) | np.all(differences < 0, axis=1)
    return mean, spread, agree

# %% wrong: agree taken from mean and spread: |mean| > spread; the same for two seeds, not for more
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
def paired(losses, base):
    mean, spread = mean_and_spread(losses - losses[base])
    agree = np.abs(mean) > spread
    return mean, spread, agree

# %% right: lowest and highest difference, no mean_and_spread
def paired(losses, base):
    reference = losses[base].copy()
    d = np.stack([row - reference for row in losses])
    lowest, highest = np.min(d, axis=-1), np.max(d, axis=-1)
    agree = lowest * highest > 0
    return np.average(d, axis=-1), 0.5 * (highest - lowest), agree

# %% prelude
import numpy as np

# %% wrong: takes away the base's mean, not the base's run with the same seed
def paired(losses, base):
    d = losses - losses[base].mean()
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2, agree

# %% wrong: in place in a loop: base's row becomes 0, later rows are not changed; input is altered
def paired(losses, base):
    for i in range(len(losses)):
        losses[i] -= losses[base]
    half = (losses.max(axis=1) - losses.min(axis=1)) / 2
    agree = np.all(losses > 0, axis=1) | np.all(losses < 0, axis=1)
    return losses.mean(axis=1), half, agree

# %% wrong: agree only where all seeds say worse; 'all better' forgotten
def paired(losses, base):
    d = losses - losses[base]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, (d > 0).all(axis=1)

# %% right: plain Python loops, agree by lowest above 0 or highest below 0
def paired(losses, base):
    means, halves, agree = [], [], []
    for row in losses:
        d = [float(x) - float(y) for x, y in zip(row, losses[base], strict=True)]
        means.append(sum(d) / len(d))
        halves.append((max(d) - min(d)) / 2)
        agree.append(min(d) > 0 or max(d) < 0)
    return np.array(means), np.array(halves), np.array(agree)

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

# %% wrong: agree = mean +- spread does not contain 0 (same thing for two seeds only)
def paired(losses, base):
    """Differences to the base, seed by seed."""
    d = losses - losses[base]
    mean = d.mean(axis=1)
    spread = (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, np.abs(mean) > spread

# %% wrong: spread = spread of the variant minus spread of the base
def paired(losses, base):
    """Differences to the base, seed by seed."""
    mean = losses.mean(axis=1)
    spread = (losses.max(axis=1) - losses.min(axis=1)) / 2
    d = losses - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return mean - mean[base], np.abs(spread - spread[base]), agree

# %% wrong: leaves the base's own row out of the result (n_variants - 1)
def paired(losses, base):
    """Differences to the base, seed by seed."""
    d = np.delete(losses, base, axis=0) - losses[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, agree

# %% wrong: agree = the most frequent sign: a seed with difference exactly 0 counts as agreeing (>= and <=)
def paired(losses, base):
    """Differences to the base, seed by seed."""
    d = losses - losses[base]
    agree = np.logical_or((d >= 0).all(axis=1), (d <= 0).all(axis=1))
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, agree

# %% wrong: best against best: sorts each row's seeds before the subtraction, so the pairs are lost
def paired(losses, base):
    """Differences to the base, seed by seed."""
    ordered = np.sort(losses, axis=1)
    d = ordered - ordered[base]
    agree = (d > 0).all(axis=1) | (d < 0).all(axis=1)
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, agree

# %% right: torch, einsum for the mean, signs counted for agree, back to numpy
def paired(losses, base):
    """Differences to the base, seed by seed."""
    t = torch.tensor(losses, dtype=torch.float64)
    d = t - t[base:base + 1].expand_as(t)
    n = d.shape[1]
    mean = torch.einsum("vs,s->v", d, torch.full((n,), 1 / n, dtype=torch.float64))
    half = (d.amax(1) - d.amin(1)).mul(0.5)
    agree = d.sign().sum(1).abs().eq(n)
    return [mean.numpy(), half.numpy(), agree.numpy()]

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

# %% wrong: agree = |mean| > spread (right for two seeds only)
def paired(losses, base):
    d = losses - losses[base]
    mean, spread = d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, np.abs(mean) > spread

# %% wrong: sorts the seeds of each row before subtracting: best against best
def paired(losses, base):
    ordered = np.sort(losses, axis=1)
    d = ordered - ordered[base]
    mean, spread = d.mean(axis=1), (d.max(axis=1) - d.min(axis=1)) / 2
    return mean, spread, (d > 0).all(axis=1) | (d < 0).all(axis=1)

# %% wrong: agree = all signs equal: a difference of exactly 0 in all seeds agrees (edge)
def paired(losses, base):
    d = losses - losses[base]
    signs = np.sign(d)
    return d.mean(axis=1), np.ptp(d, axis=1) / 2, (signs == signs[:, :1]).all(axis=1)

# %% wrong: subtracts row by row in place: after the base's row is 0, later rows stay as they are
def paired(losses, base):
    for row in range(len(losses)):
        losses[row] -= losses[base]
    mean, spread = losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
    return mean, spread, (losses > 0).all(axis=1) | (losses < 0).all(axis=1)

# %% right: Python loops, |sum of signs| == number of seeds
def paired(losses, base):
    n_variants, n_seeds = losses.shape
    mean, half, agree = [], [], []
    for v in range(n_variants):
        d = [losses[v, s] - losses[base, s] for s in range(n_seeds)]
        mean.append(sum(d) / n_seeds)
        half.append((max(d) - min(d)) / 2)
        agree.append(abs(sum(np.sign(x) for x in d)) == n_seeds)
    return np.array(mean), np.array(half), np.array(agree)
