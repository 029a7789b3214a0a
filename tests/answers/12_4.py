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
