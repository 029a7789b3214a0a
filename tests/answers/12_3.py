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
