# %% prelude
import numpy as np
import torch

# %% wrong: standard deviation for the spread
def mean_and_spread(losses):
    return losses.mean(axis=1), losses.std(axis=1, ddof=1)

# %% wrong: the whole range
def mean_and_spread(losses):
    return losses.mean(axis=1), losses.max(axis=1) - losses.min(axis=1)

# %% wrong: mean and range over the variants
def mean_and_spread(losses):
    return losses.mean(axis=0), np.ptp(losses, axis=0) / 2

# %% wrong: last seed minus first, halved
def mean_and_spread(losses):
    return losses.mean(axis=1), np.abs(losses[:, -1] - losses[:, 0]) / 2

# %% wrong: two seeds taken for granted
def mean_and_spread(losses):
    a, b = losses[:, 0], losses[:, 1]
    return (a + b) / 2, abs(a - b) / 2

# %% wrong: middle of the range for the mean
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2

# %% wrong: median for the mean
def mean_and_spread(losses):
    return np.median(losses, axis=1), np.ptp(losses, axis=1) / 2

# %% wrong: largest distance from the mean
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, np.abs(losses - mean[:, None]).max(axis=1)

# %% wrong: spread before mean
def mean_and_spread(losses):
    return np.ptp(losses, axis=1) / 2, losses.mean(axis=1)

# %% wrong: one range for all variants
def mean_and_spread(losses):
    spread = (losses.max() - losses.min()) / 2
    return losses.mean(axis=1), np.full(len(losses), spread)

# %% wrong: sorts the array it was given
def mean_and_spread(losses):
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2

# %% wrong: sign of the spread, and an axis too many
def mean_and_spread(losses):
    mean = losses.mean(axis=1, keepdims=True)
    return mean, (losses.min(axis=1, keepdims=True) - losses.max(axis=1, keepdims=True)) / 2

# %% right: max minus min
def mean_and_spread(losses):
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% right: ptp
def mean_and_spread(losses):
    half_range = 0.5 * np.ptp(losses, axis=-1)
    return np.average(losses, axis=-1), half_range

# %% right: a sorted copy
def mean_and_spread(losses):
    ordered = np.sort(losses, axis=1)
    n_seeds = losses.shape[1]
    return ordered.sum(axis=1) / n_seeds, (ordered[:, -1] - ordered[:, 0]) / 2

# %% right: row by row
def mean_and_spread(losses):
    means, spreads = [], []
    for runs in losses.tolist():
        means.append(sum(runs) / len(runs))
        spreads.append((max(runs) - min(runs)) / 2)
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np
# %% wrong: standard deviation, equal for two seeds
def mean_and_spread(losses):
    return losses.mean(axis=1), losses.std(axis=1)
# %% wrong: distance from the mean to the highest
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, losses.max(axis=1) - mean
# %% wrong: middle of the range instead of the mean
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2
# %% wrong: two seeds taken for granted, another one
def mean_and_spread(losses):
    return losses.mean(axis=1), abs(losses[:, 0] - losses[:, 1]) / 2
# %% wrong: over the variants
def mean_and_spread(losses):
    return losses.mean(axis=0), (losses.max(axis=0) - losses.min(axis=0)) / 2
# %% wrong: whole range
def mean_and_spread(losses):
    return losses.mean(axis=1), np.ptp(losses, axis=1)
# %% wrong: sorts the caller's array
def mean_and_spread(losses):
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2
# %% wrong: last minus first, without sorting
def mean_and_spread(losses):
    mean = np.mean(losses, axis=-1)
    spread = (losses[:, -1] - losses[:, 0]) / 2
    return mean, spread
# %% right: plain
def mean_and_spread(losses):
    """Mean and half range over the seeds: (n_variants, n_seeds) -> (n_variants,), (n_variants,)."""
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2
# %% right: ptp, another one
def mean_and_spread(losses):
    return np.average(losses, axis=-1), 0.5 * np.ptp(losses, axis=-1)
# %% right: row by row, another one
def mean_and_spread(losses):
    means, spreads = [], []
    for row in losses:
        ordered = sorted(row)
        means.append(sum(ordered) / len(ordered))
        spreads.append((ordered[-1] - ordered[0]) / 2)
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np
# %% wrong: last seed minus first seed
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = (losses[:, -1] - losses[:, 0]) / 2
    return mean, spread
# %% wrong: middle of lowest and highest for the mean
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2
# %% wrong: standard deviation for the spread, once more
def mean_and_spread(losses):
    return losses.mean(axis=1), losses.std(axis=1, ddof=1)
# %% wrong: sorts the array that it was given
def mean_and_spread(losses):
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2
# %% right: ptp, Python loops
def mean_and_spread(losses):
    means = np.array([sum(row) / len(row) for row in losses])
    spreads = 0.5 * np.ptp(losses, axis=-1)
    return means, spreads
# %% prelude
import numpy as np
# %% wrong: the standard deviation in place of the half range (the same for two seeds only)
def mean_and_spread(losses):
    return np.mean(losses, axis=1), np.std(losses, axis=1)
# %% wrong: only the first two seeds count for the spread
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, np.abs(losses[:, 1] - losses[:, 0]) / 2
# %% wrong: last seed minus first seed instead of highest minus lowest, with a sign
def mean_and_spread(losses):
    means, spreads = [], []
    for row in losses:
        means.append(sum(row) / len(row))
        spreads.append((row[-1] - row[0]) / 2)
    return np.array(means), np.array(spreads)
# %% wrong: the largest distance from the mean in place of half the range
def mean_and_spread(losses):
    mean = losses.mean(axis=1, keepdims=True)
    return mean[:, 0], np.abs(losses - mean).max(axis=1)
# %% wrong: one spread for all variants, made from the whole table
def mean_and_spread(losses):
    mean = losses.mean(-1)
    spread = (losses.max() - losses.min()) / 2
    return mean, np.full_like(mean, spread)
# %% right: einsum for the mean, sorted rows for the spread
def mean_and_spread(losses):
    n_seeds = losses.shape[1]
    ordered = np.sort(losses, axis=1)
    return np.einsum("vs->v", losses) / n_seeds, 0.5 * (ordered[:, -1] - ordered[:, 0])
# %% right: a loop in plain Python
def mean_and_spread(losses):
    rows = [[float(x) for x in row] for row in losses]
    means = np.array([sum(row) / len(row) for row in rows])
    spreads = np.array([(max(row) - min(row)) / 2 for row in rows])
    return means, spreads
# %% prelude
import numpy as np
# %% wrong: standard deviation instead of half the range (the same for two seeds only)
def mean_and_spread(losses):
    """Mean and half range over the seeds: (n_variants, n_seeds) -> (n_variants,), (n_variants,)."""
    return losses.mean(axis=1), losses.std(axis=1)
# %% wrong: half the distance from the first to the last seed, not from lowest to highest
def mean_and_spread(losses):
    means = np.mean(losses, axis=1)
    spread = np.abs(losses[:, -1] - losses[:, 0]) / 2
    return means, spread
# %% wrong: keepdims, so that both are (n_variants, 1)
def mean_and_spread(losses):
    mean = losses.mean(axis=1, keepdims=True)
    spread = (losses.max(axis=1, keepdims=True) - losses.min(axis=1, keepdims=True)) / 2
    return mean, spread
# %% wrong: over the variants (axis 0) instead of the seeds
def mean_and_spread(losses):
    mean = np.average(losses, axis=0)
    spread = 0.5 * (np.max(losses, axis=0) - np.min(losses, axis=0))
    return mean, spread
# %% wrong: the whole range, not half of it
def mean_and_spread(losses):
    mean, spread = [], []
    for runs in losses:
        mean.append(sum(runs) / len(runs))
        spread.append(max(runs) - min(runs))
    return np.array(mean), np.array(spread)
# %% right: einsum and ptp
def mean_and_spread(losses):
    n_seeds = losses.shape[1]
    return np.einsum("vs->v", losses) / n_seeds, np.ptp(losses, axis=1) * 0.5
# %% right: loop over the variants
def mean_and_spread(losses):
    table = [(sum(row) / len(row), (max(row) - min(row)) / 2) for row in losses.tolist()]
    means, spreads = np.array(table).reshape(-1, 2).T
    return means, spreads


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

# %% wrong: spread is the standard deviation with ddof=1 (not half range)
def mean_and_spread(losses): return losses.mean(axis=1), losses.std(axis=1, ddof=1)

# %% wrong: numpy min without an axis: lowest of all variants
def mean_and_spread(losses): return losses.mean(axis=1), (losses.max(axis=1) - losses.min()) / 2

# %% wrong: first minus last seed: half of |losses[:, 0] - losses[:, -1]| (right only for two seeds)
def mean_and_spread(losses): return losses.mean(axis=1), np.abs(losses[:, 0] - losses[:, -1]) / 2

# %% wrong: mean is the mid-range (low + high) / 2 (right only for two seeds)
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2

# %% wrong: spread = largest distance from the mean (right only for two seeds)
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, np.abs(losses - mean[:, None]).max(axis=1)

# %% wrong: precedence: max - min / 2
def mean_and_spread(losses): return losses.mean(axis=1), losses.max(axis=1) - losses.min(axis=1) / 2

# %% right: right: sort, matrix product for the mean
def mean_and_spread(losses):
    s = np.sort(losses, axis=-1); n = losses.shape[-1]
    return losses @ np.full(n, 1 / n), 0.5 * (s[:, -1] - s[:, 0])


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

# %% wrong: spread = greatest deviation from the mean (same as half range for 2 seeds only)
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, np.abs(losses - mean[:, None]).max(axis=1)

# %% wrong: mean = middle between lowest and highest (same for 2 seeds only)
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2

# %% wrong: sorts the caller's array in place
def mean_and_spread(losses):
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2

# %% wrong: brackets: max - min / 2
def mean_and_spread(losses):
    return losses.mean(axis=1), losses.max(axis=1) - losses.min(axis=1) / 2

# %% wrong: divides the sum by len(losses) = n_variants, not by n_seeds
def mean_and_spread(losses):
    return losses.sum(axis=1) / len(losses), (losses.max(axis=1) - losses.min(axis=1)) / 2

# %% wrong: spread = half the largest step between neighbouring seeds
def mean_and_spread(losses):
    return losses.mean(axis=1), np.abs(np.diff(losses, axis=1)).max(axis=1) / 2

# %% right: matrix product for the mean; percentiles 0 and 100 for the range
def mean_and_spread(losses):
    n = losses.shape[1]
    low, high = np.percentile(losses, [0, 100], axis=1)
    return losses @ np.full(n, 1 / n), 0.5 * (high - low)

# %% prelude
import numpy as np

# %% wrong: wrong axis: over variants
def mean_and_spread(losses):
    return losses.mean(0), (losses.max(0) - losses.min(0)) / 2

# %% wrong: whole range, not halved
def mean_and_spread(losses):
    return np.mean(losses, axis=1), np.ptp(losses, axis=1)

# %% wrong: only first and last seed (as if there were always two), absolute value taken
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = np.abs(losses[:, 1] - losses[:, 0]) / 2
    return mean, spread

# %% right: loop, sorting each row, lists to arrays
def mean_and_spread(losses):
    means, spreads = [], []
    for row in losses:
        row = sorted(row)
        means.append(sum(row) / len(row))
        spreads.append(0.5 * (row[-1] - row[0]))
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np

# %% wrong: sample standard deviation in place of half the range
def mean_and_spread(losses):
    mean = np.mean(losses, axis=1)
    spread = np.std(losses, axis=1, ddof=1)
    return mean, spread

# %% wrong: brackets forgotten: max - min / 2
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = losses.max(axis=1) - losses.min(axis=1) / 2
    return mean, spread

# %% wrong: first and last seed instead of lowest and highest (right for two seeds only)
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = np.abs(losses[:, -1] - losses[:, 0]) / 2
    return mean, spread

# %% right: sorted rows, comprehension
def mean_and_spread(losses):
    ordered = np.sort(losses, axis=-1)
    means = np.array([sum(row) / len(row) for row in losses])
    return means, 0.5 * (ordered[:, -1] - ordered[:, 0])

# %% prelude
import numpy as np

# %% wrong: whole range, not halved (again)
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = losses.max(axis=1) - losses.min(axis=1)
    return mean, spread

# %% wrong: axis 0: over the variants
def mean_and_spread(losses):
    mean = losses.mean(axis=0)
    half = (losses.max(axis=0) - losses.min(axis=0)) / 2
    return mean, half

# %% right: sorting, loop and lists turned to arrays
def mean_and_spread(losses):
    means, spreads = [], []
    for row in losses:
        row = sorted(row)
        means.append(sum(row) / len(row))
        spreads.append((row[-1] - row[0]) / 2)
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np

# %% wrong: highest minus mean: equals half the range for two seeds only
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = losses.max(axis=1) - mean
    return mean, spread

# %% wrong: one array of pairs (n_variants, 2) and not two arrays
def mean_and_spread(losses):
    rows = []
    for row in losses:
        rows.append((row.mean(), (row.max() - row.min()) / 2))
    return np.array(rows)

# %% wrong: axis forgotten in max and min: one range of the whole table
def mean_and_spread(losses):
    mean = losses.mean(axis=-1)
    half = (losses.max() - losses.min()) / 2
    return mean, np.full_like(mean, half)

# %% right: sorted, then first and last; einsum for the mean
def mean_and_spread(losses):
    ordered = np.sort(np.asarray(losses, dtype=float), axis=1)
    n = ordered.shape[1]
    return np.einsum("vs->v", ordered) / n, 0.5 * (ordered[:, -1] - ordered[:, 0])

# %% prelude
import numpy as np

# %% wrong: sorts the caller's array in place; later cells then pair the wrong seeds
def mean_and_spread(losses):
    losses.sort(axis=1)
    spread = (losses[:, -1] - losses[:, 0]) / 2
    return losses.mean(axis=1), spread

# %% right: row by row with a list
def mean_and_spread(losses):
    rows = [(sum(row) / len(row), np.ptp(row) / 2) for row in losses]
    means, spreads = zip(*rows)
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np

# %% wrong: standard deviation (ddof 0) instead of half the range; equal for two seeds only
def mean_and_spread(losses):
    """Mean and half range over the seeds."""
    mean = losses.mean(axis=1)
    spread = losses.std(axis=1)
    return mean, spread

# %% wrong: half the distance of first and second seed only, other seeds forgotten
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    spread = np.abs(losses[:, 0] - losses[:, 1]) / 2
    return mean, spread

# %% wrong: sorts the given array in place (the pairing of the seeds is lost for 12.4)
def mean_and_spread(losses):
    losses.sort(axis=1)
    lowest, highest = losses[:, 0], losses[:, -1]
    return losses.mean(axis=1), (highest - lowest) / 2

# %% wrong: torch habit: dim= and .values on a NumPy array; raises
def mean_and_spread(losses):
    mean = losses.mean(dim=1)
    spread = (losses.max(dim=1).values - losses.min(dim=1).values) / 2
    return mean, spread

# %% right: row by row in a loop, with np.ptp
def mean_and_spread(losses):
    means, spreads = [], []
    for row in losses:
        means.append(sum(row) / len(row))
        spreads.append(np.ptp(row) / 2)
    return np.array(means), np.array(spreads)

# %% prelude
import numpy as np

# %% wrong: axis forgotten in min: lowest loss of the whole table
def mean_and_spread(losses):
    mean = np.mean(losses, axis=1)
    spread = (np.max(losses, axis=1) - np.min(losses)) / 2
    return mean, spread

# %% right: ptp, axis -1, returned as a list of two arrays from a comprehension
def mean_and_spread(losses):
    n_seeds = losses.shape[-1]
    middle = losses @ np.full(n_seeds, 1 / n_seeds)
    half = np.array([np.ptp(row) / 2 for row in losses])
    return middle, half

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

# %% wrong: spread = np.std(ddof=0): equals half the range for two seeds only
def mean_and_spread(losses):
    """Mean and half range over the seeds."""
    return losses.mean(axis=1), losses.std(axis=1)

# %% wrong: sorts the caller's array in place to find lowest and highest
def mean_and_spread(losses):
    """Mean and half range over the seeds."""
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2

# %% wrong: mean = middle of lowest and highest (right for two seeds only)
def mean_and_spread(losses):
    """Mean and half range over the seeds."""
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2

# %% right: plain Python loop, fmean and sorted, lists turned into arrays
from statistics import fmean

def mean_and_spread(losses):
    """Mean and half range over the seeds."""
    means, spreads = [], []
    for row in losses.tolist():
        low, *_, high = sorted(row) if len(row) > 1 else row * 2
        means.append(fmean(row))
        spreads.append(0.5 * (high - low))
    return np.array(means), np.array(spreads)

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

# %% wrong: mean = middle of the range (right for two seeds only)
def mean_and_spread(losses):
    low, high = losses.min(axis=1), losses.max(axis=1)
    return (low + high) / 2, (high - low) / 2

# %% wrong: spread = largest distance from the mean (right for two seeds only)
def mean_and_spread(losses):
    mean = losses.mean(axis=1)
    return mean, np.abs(losses - mean[:, None]).max(axis=1)

# %% wrong: sorts the losses in place: numbers right, input mutated
def mean_and_spread(losses):
    losses.sort(axis=1)
    return losses.mean(axis=1), (losses[:, -1] - losses[:, 0]) / 2

# %% wrong: first against last seed, in place of lowest against highest
def mean_and_spread(losses):
    return losses.mean(axis=1), np.abs(losses[:, -1] - losses[:, 0]) / 2

# %% right: einsum for the mean, torch.aminmax for the range
def mean_and_spread(losses):
    low, high = torch.aminmax(torch.tensor(losses), dim=1)
    return np.einsum("vs->v", losses) / losses.shape[1], ((high - low) / 2).numpy()
