# %% prelude
import itertools
import random
import numpy as np
import torch

# %% wrong: one minus forgotten
def alignment_error_rate(predicted, sure, possible):
    return (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: divided by all possible links
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(possible))

# %% wrong: union for intersection
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted | sure) + len(predicted | possible)) / (len(predicted) + len(sure))

# %% wrong: sure links counted twice, possible ones never
def alignment_error_rate(predicted, sure, possible):
    return 1 - 2 * len(predicted & sure) / (len(predicted) + len(sure))

# %% wrong: possible links counted twice
def alignment_error_rate(predicted, sure, possible):
    return 1 - 2 * len(predicted & possible) / (len(predicted) + len(sure))

# %% wrong: sure links taken out of the possible ones
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    return 1 - (len(predicted & sure) + len(predicted & only_possible)) / (len(predicted) + len(sure))

# %% wrong: brackets forgotten in the denominator
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / len(predicted) + len(sure)

# %% wrong: mean of precision and recall
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted)
    recall = len(predicted & sure) / len(sure)
    return 1 - (precision + recall) / 2

# %% wrong: sizes multiplied
def alignment_error_rate(predicted, sure, possible):
    right = len(predicted & sure) + len(predicted & possible)
    return 1 - right / (len(predicted) * len(sure)) ** 0.5 / 2

# %% wrong: in per cent
def alignment_error_rate(predicted, sure, possible):
    right = len(predicted & sure) + len(predicted & possible)
    return 100 * (1 - right / (len(predicted) + len(sure)))

# %% wrong: whole-number division
def alignment_error_rate(predicted, sure, possible):
    right = len(predicted & sure) + len(predicted & possible)
    return 1 - right // (len(predicted) + len(sure))

# %% wrong: impossible links thrown out before they are counted
def alignment_error_rate(predicted, sure, possible):
    predicted &= possible
    right = len(predicted & sure) + len(predicted)
    return 1 - right / (len(predicted) + len(sure))

# %% wrong: a link and its reverse are the same
def alignment_error_rate(predicted, sure, possible):
    a, s, p = ({tuple(sorted(link)) for link in links} for links in (predicted, sure, possible))
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(s))

# %% right: the formula
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% right: counted in a loop
def alignment_error_rate(predicted, sure, possible):
    right = 0
    for link in predicted:
        right += (link in sure) + (link in possible)
    return 1.0 - right / (len(predicted) + len(sure))

# %% right: share of what is wrong or missing
def alignment_error_rate(predicted, sure, possible):
    outside = sum(1 for link in predicted if link not in possible)
    missed = len(sure.difference(predicted))
    return (outside + missed) / (len(predicted) + len(sure))

# %% right: with names for the four sizes
def alignment_error_rate(predicted, sure, possible):
    n_sure = len(predicted.intersection(sure))
    n_possible = len(predicted.intersection(possible))
    n_a, n_s = len(predicted), len(sure)
    return (n_a + n_s - n_sure - n_possible) / (n_a + n_s)

# %% prelude
import numpy as np
# %% wrong: divided by |A| + |P|
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(possible))
# %% wrong: possible without the sure ones
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    hits = len(predicted & sure) + len(predicted & only_possible)
    return 1 - hits / (len(predicted) + len(sure))
# %% wrong: and instead of &
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted and sure) + len(predicted and possible)) / (len(predicted) + len(sure))
# %% wrong: parentheses forgotten
def alignment_error_rate(predicted, sure, possible):
    return 1 - len(predicted & sure) + len(predicted & possible) / (len(predicted) + len(sure))
# %% wrong: &= empties the caller's set
def alignment_error_rate(predicted, sure, possible):
    total = len(predicted) + len(sure)
    predicted &= possible
    hits = len(predicted)
    predicted &= sure
    hits += len(predicted)
    return 1 - hits / total
# %% wrong: nothing predicted, no error
def alignment_error_rate(predicted, sure, possible):
    if not predicted or not sure:
        return 0.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
# %% wrong: links in both counted once below
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / len(predicted | sure)
# %% wrong: possible links forgotten
def alignment_error_rate(predicted, sure, possible):
    f1 = 2 * len(predicted & sure) / (len(predicted) + len(sure))
    return 1 - f1
# %% right: by the formula
def alignment_error_rate(predicted, sure, possible):
    """1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) for sets of links; the sure links are possible too."""
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
# %% right: counted link by link
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for link in predicted:
        if link in sure:
            hits += 1
        if link in possible:
            hits += 1
    return float(np.float64(1.0) - hits / (len(predicted) + len(sure)))
# %% right: misses over total, as a fraction
from fractions import Fraction

def alignment_error_rate(predicted, sure, possible):
    bad = len(predicted - possible)                 # predicted, and not even possible
    missed = len(sure - predicted)                  # sure, and not predicted
    return Fraction(bad + missed, len(predicted) + len(sure))

# %% prelude
import itertools
import numpy as np
import torch
# %% wrong: and in place of &
def alignment_error_rate(predicted, sure, possible):
    hits = len(predicted and sure) + len(predicted and possible)
    return 1 - hits / (len(predicted) + len(sure))
# %% wrong: brackets around the sum forgotten
def alignment_error_rate(predicted, sure, possible):
    return 1 - len(predicted & sure) + len(predicted & possible) / (len(predicted) + len(sure))
# %% wrong: divided by the size of the union
def alignment_error_rate(predicted, sure, possible):
    right = len(predicted & sure) + len(predicted & possible)
    return 1 - right / len(predicted | sure)
# %% wrong: sure links taken out of the possible ones, once more
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    right = len(predicted & sure) + len(predicted & only_possible)
    return 1 - right / (len(predicted) + len(sure))
# %% right: misses counted in place of hits
def alignment_error_rate(predicted, sure, possible):
    impossible = sum(link not in possible for link in predicted)
    missed = sum(link not in predicted for link in sure)
    return (impossible + missed) / (len(predicted) + len(sure))
