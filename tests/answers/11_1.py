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
