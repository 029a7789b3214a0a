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

# %% prelude
import itertools
import random
import numpy as np
import torch
import torch.nn.functional as F

# %% right: sum over generator, Fraction returned
def alignment_error_rate(predicted, sure, possible):
    from fractions import Fraction
    hits = sum(1 for link in predicted if link in sure) + sum(1 for link in predicted if link in possible)
    return 1 - Fraction(hits, len(predicted) + len(sure))

# %% right: one fraction line, method names, tensor returned
def alignment_error_rate(predicted, sure, possible):
    wrong = len(predicted) + len(sure) - len(predicted.intersection(sure)) - len(predicted.intersection(possible))
    return torch.tensor(wrong / (len(predicted) + len(sure)))

# %% wrong: A and S in place of &
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted and sure) + len(predicted and possible)) / (len(predicted) + len(sure))

# %% wrong: only-possible in place of possible
def alignment_error_rate(predicted, sure, possible):
    only = possible - sure
    return 1 - (len(predicted & sure) + len(predicted & only)) / (len(predicted) + len(sure))

# %% wrong: bracket missing: 1 - a + b / c
def alignment_error_rate(predicted, sure, possible):
    return 1 - len(predicted & sure) + len(predicted & possible) / (len(predicted) + len(sure))

# %% wrong: 1 - forgotten
def alignment_error_rate(predicted, sure, possible):
    return (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: denominator |A| + |P|
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(possible))

# %% wrong: denominator |A ∪ S|
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / len(predicted | sure)

# %% wrong: integer division
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) // (len(predicted) + len(sure))

# %% wrong: &= changes predicted
def alignment_error_rate(predicted, sure, possible):
    n = len(predicted) + len(sure)
    hits = len(predicted & sure)
    predicted &= possible
    return 1 - (hits + len(predicted)) / n

# %% wrong: 2|A∩S|: possible ignored
def alignment_error_rate(predicted, sure, possible):
    return 1 - 2 * len(predicted & sure) / (len(predicted) + len(sure))

# %% wrong: returns a formatted string
def alignment_error_rate(predicted, sure, possible):
    rate = 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
    return f"{rate:.3f}"

# %% wrong: special case: empty prediction counts as 0
def alignment_error_rate(predicted, sure, possible):
    if not predicted:
        return 0.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: percent
def alignment_error_rate(predicted, sure, possible):
    return 100 - 100 * (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: rounded to 2 digits
def alignment_error_rate(predicted, sure, possible):
    return round(1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure)), 2)

# %% wrong: links turned into dict: one per source word
def alignment_error_rate(predicted, sure, possible):
    a, s, p = dict(predicted), dict(sure), dict(possible)
    a, s, p = set(a.items()), set(s.items()), set(p.items())
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(s))

# %% wrong: global one_more / typo NameError
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & posible)) / (len(predicted) + len(sure))

# %% wrong: + between sets: TypeError
def alignment_error_rate(predicted, sure, possible):
    return 1 - len((predicted & sure) + (predicted & possible)) / len(predicted + sure)

# %% wrong: sum of two ratios: precision and recall averaged
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted)
    recall = len(predicted & sure) / len(sure)
    return 1 - (precision + recall) / 2

# %% wrong: (A∩S) ∪ (A∩P) counted once
def alignment_error_rate(predicted, sure, possible):
    hits = (predicted & sure) | (predicted & possible)
    return 1 - len(hits) / (len(predicted) + len(sure))

# %% wrong: TWO: brackets missing and prints
def alignment_error_rate(predicted, sure, possible):
    print(1 - len(predicted & sure) + len(predicted & possible) / len(predicted) + len(sure))

# %% wrong: divide by len(predicted) only
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (2 * len(predicted))

# %% right: errors counted: |A-P| + |S-A|
def alignment_error_rate(predicted, sure, possible):
    return (len(predicted - possible) + len(sure - predicted)) / (len(predicted) + len(sure))

# %% wrong: |A-S| + |S-A|
def alignment_error_rate(predicted, sure, possible):
    return (len(predicted - sure) + len(sure - predicted)) / (len(predicted) + len(sure))

# %% wrong: 1 - F1 of precision and recall
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted)
    recall = len(predicted & sure) / len(sure)
    return 1 - 2 * precision * recall / (precision + recall)

# %% wrong: S & P in place of A & P
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(sure & possible)) / (len(predicted) + len(sure))

# %% wrong: zip of sorted links
def alignment_error_rate(predicted, sure, possible):
    hits = sum(a == b for a, b in zip(sorted(predicted), sorted(sure)))
    hits += sum(a == b for a, b in zip(sorted(predicted), sorted(possible)))
    return 1 - hits / (len(predicted) + len(sure))

# %% wrong: sum(set) TypeError
def alignment_error_rate(predicted, sure, possible):
    return 1 - (sum(predicted & sure) + sum(predicted & possible)) / (sum(predicted) + sum(sure))

# %% right: possible |= sure in place (no change in fact)
def alignment_error_rate(predicted, sure, possible):
    possible |= sure
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: target words counted only
def alignment_error_rate(predicted, sure, possible):
    a, s, p = ({j for *_, j in links} for links in (predicted, sure, possible))
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(s))

# %% wrong: unpacks links into (i, j): three-number links fail
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for i, j in predicted:
        if (i, j) in sure:
            hits += 1
        if (i, j) in possible:
            hits += 1
    return 1 - hits / (len(predicted) + len(sure))

# %% wrong: elif: possible only when not sure
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for link in predicted:
        if link in sure:
            hits += 1
        elif link in possible:
            hits += 1
    return 1 - hits / (len(predicted) + len(sure))

# %% wrong: returns tuple (precision, recall, aer)
def alignment_error_rate(predicted, sure, possible):
    rate = 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
    return len(predicted & possible), len(predicted & sure), rate

# %% wrong: pop empties predicted
def alignment_error_rate(predicted, sure, possible):
    n, hits = len(predicted) + len(sure), 0
    while predicted:
        link = predicted.pop()
        hits += (link in sure) + (link in possible)
    return 1 - hits / n

# %% wrong: missing 1 - and counts wrong ones twice: TWO (1- forgotten, |A|+|P|)
def alignment_error_rate(predicted, sure, possible):
    return (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(possible))

# %% wrong: len outside: len(A & S + A & P) precedence
def alignment_error_rate(predicted, sure, possible):
    return 1 - len(predicted & sure | possible) / (len(predicted) + len(sure))

# %% wrong: torch.tensor of links (torch lesson)
def alignment_error_rate(predicted, sure, possible):
    predicted, sure, possible = torch.tensor(list(predicted)), torch.tensor(list(sure)), torch.tensor(list(possible))
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% right: np.float32
def alignment_error_rate(predicted, sure, possible):
    return np.float32(1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure)))

# %% wrong: Jaccard with possible
def alignment_error_rate(predicted, sure, possible):
    return 1 - len(predicted & possible) / len(predicted | sure)

# %% wrong: array of one number
def alignment_error_rate(predicted, sure, possible):
    return np.array([1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))])
# %% prelude
from fractions import Fraction
# %% wrong: returns the agreement, "1 -" is forgotten
def alignment_error_rate(predicted, sure, possible):
    right = len(predicted & sure) + len(predicted & possible)
    return right / (len(predicted) + len(sure))
# %% wrong: divides by |A| + |P| instead of |A| + |S|
def alignment_error_rate(predicted, sure, possible):
    a, s, p = set(predicted), set(sure), set(possible)
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(p))
# %% wrong: takes the sure links out of the possible ones, so that a sure link counts once only
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    hits_sure = sum(link in sure for link in predicted)
    hits_possible = sum(link in only_possible for link in predicted)
    return 1 - (hits_sure + hits_possible) / (len(predicted) + len(sure))
# %% wrong: divides by the size of the union of A and S, not by the sum of the sizes
def alignment_error_rate(predicted, sure, possible):
    total = len(predicted | sure)
    hits = len(predicted.intersection(sure)) + len(predicted.intersection(possible))
    return 1 - hits / total
# %% wrong: unpacks each link as (i, j), so that pooled links (n, i, j) raise an error
def alignment_error_rate(predicted, sure, possible):
    in_sure = in_possible = 0
    for i, j in predicted:
        if (i, j) in sure:
            in_sure += 1
        if (i, j) in possible:
            in_possible += 1
    return 1 - (in_sure + in_possible) / (len(predicted) + len(sure))
# %% wrong: a special case says 0 where one of the two sets is empty; it should be 1 (or, with no sure links, depends on P)
def alignment_error_rate(predicted, sure, possible):
    if not predicted or not sure:
        return 0.0
    return 1.0 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
# %% wrong: counts A and S twice, the possible links are ignored
def alignment_error_rate(predicted, sure, possible):
    hits = 2 * len(predicted & sure)
    return 1 - hits / (len(predicted) + len(sure))
# %% right: a loop over the predicted links, an elif-free count of marks
def alignment_error_rate(predicted, sure, possible):
    marks = 0
    for link in predicted:
        marks += (link in sure) + (link in possible)
    total = len(predicted) + len(sure)
    return (total - marks) / total
# %% right: exact, as a Fraction, through set differences
def alignment_error_rate(predicted, sure, possible):
    misses = len(predicted - possible) + len(sure - predicted)
    return Fraction(misses, len(predicted) + len(sure))
# %% prelude
from fractions import Fraction
# %% wrong: divides by the size of the union of predicted and sure, not by the sum of their sizes
def alignment_error_rate(predicted, sure, possible):
    """1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) for sets of links; the sure links are possible too."""
    return 1 - (len(predicted & sure) + len(predicted & possible)) / len(predicted | sure)
# %% wrong: |A| + |P| below the line instead of |A| + |S|
def alignment_error_rate(predicted, sure, possible):
    a_and_s = len([link for link in predicted if link in sure])
    a_and_p = len([link for link in predicted if link in possible])
    return 1.0 - (a_and_s + a_and_p) / (len(predicted) + len(possible))
# %% wrong: intersects predicted in place (&=), so that the input is changed and |A| is too small
def alignment_error_rate(predicted, sure, possible):
    in_possible = len(predicted & possible)
    predicted &= sure
    in_sure = len(predicted)
    return 1 - (in_sure + in_possible) / (len(predicted) + len(sure))
# %% wrong: returns 1 whenever one of the sets is empty, although possible links alone are no error without sure ones
def alignment_error_rate(predicted, sure, possible):
    if len(predicted) == 0 or len(sure) == 0:
        return 1.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))
# %% wrong: one minus the mean of recall and precision instead of the pooled ratio
def alignment_error_rate(predicted, sure, possible):
    recall = len(predicted & sure) / len(sure) if sure else 0.0
    precision = len(predicted & possible) / len(predicted) if predicted else 0.0
    return 1 - (precision + recall) / 2
# %% right: counts the errors: predicted links that are not possible, sure links that are missing
def alignment_error_rate(predicted, sure, possible):
    false = predicted - possible
    missed = sure - predicted
    return (len(false) + len(missed)) / (len(predicted) + len(sure))
# %% right: a loop with a counter, and an exact fraction
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for link in predicted:
        hits += (link in sure) + (link in possible)
    return 1 - Fraction(hits, len(predicted) + len(sure))


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
import itertools
from collections import Counter
from fractions import Fraction
import numpy as np
import torch

# %% wrong: `&=` changes the caller's set, the second intersection is then of what is left
def alignment_error_rate(predicted, sure, possible):
    total = len(predicted) + len(sure)
    right = len(predicted & possible)
    predicted &= sure
    return 1 - (len(predicted) + right) / total

# %% wrong: mean of two fractions (recall on sure, precision on possible) instead of one fraction
def alignment_error_rate(predicted, sure, possible):
    recall = len(predicted & sure) / len(sure) if sure else 0
    precision = len(predicted & possible) / len(predicted) if predicted else 0
    return 1 - (recall + precision) / 2

# %% wrong: |A| + |P| below the line instead of |A| + |S| (again)
def alignment_error_rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(possible))

# %% right: exact Fraction, hits counted link by link
def alignment_error_rate(predicted, sure, possible):
    hits = sum((link in sure) + (link in possible) for link in predicted)
    return 1 - Fraction(hits, len(predicted) + len(sure))


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
from collections import Counter
from fractions import Fraction
import numpy as np, torch

# %% wrong: unites the two intersections, so a sure link that is hit counts once instead of twice
def alignment_error_rate(predicted, sure, possible):
    hits = (predicted & sure) | (predicted & possible)
    return 1 - len(hits) / (len(predicted) + len(sure))

# %% wrong: mean of recall and precision instead of the pooled ratio
def alignment_error_rate(predicted, sure, possible):
    recall = len(predicted & sure) / len(sure) if sure else 1
    precision = len(predicted & possible) / len(predicted) if predicted else 1
    return 1 - (recall + precision) / 2

# %% wrong: needless special case: nothing predicted -> 0, 'no link, no error'
def alignment_error_rate(predicted, sure, possible):
    if not predicted:
        return 0.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: throws away predicted links that are only possible before counting (neither reward nor punishment)
def alignment_error_rate(predicted, sure, possible):
    predicted = predicted - (possible - sure)
    return 1 - 2 * len(predicted & sure) / max(1, len(predicted) + len(sure))

# %% right: an exact Fraction, from counting misses: |A-S| + |A-P| + |S| - |A| ... over |A|+|S|
def alignment_error_rate(predicted, sure, possible):
    # |A|+|S| - |A∩S| - |A∩P|  =  |S-A| + |A-P|
    return Fraction(len(sure - predicted) + len(predicted - possible), len(predicted) + len(sure))


# %% prelude

# %% wrong: &= changes the caller's set, before |A| and A ∩ P are taken
def alignment_error_rate(predicted, sure, possible):
    hits = predicted
    hits &= sure
    return 1 - (len(hits) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: mean of precision and recall, each 0 where its side is empty
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted) if predicted else 0.0
    recall = len(predicted & sure) / len(sure) if sure else 0.0
    return 1 - (precision + recall) / 2


# %% prelude
from fractions import Fraction

# %% wrong: denominator is the union |A or S| (as in Jaccard) instead of |A| + |S|
def alignment_error_rate(predicted, sure, possible):
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / len(predicted | sure)

# %% right: comprehensions and Fraction
def alignment_error_rate(predicted, sure, possible):
    above = sum((link in sure) + (link in possible) for link in predicted)
    return 1 - Fraction(above, len(predicted) + len(sure))

# %% prelude
from fractions import Fraction

# %% wrong: subtracts the sure ones from possible: counts only A & (P - S) in the second term
def alignment_error_rate(predicted, sure, possible):
    n_sure = len(predicted & sure)
    only_possible = possible - sure
    n_possible = len(predicted & only_possible)
    return 1 - (n_sure + n_possible) / (len(predicted) + len(sure))

# %% wrong: precision/recall habit: 1 - F1 against the sure links, possible forgotten below the line too
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted)
    recall = len(predicted & sure) / len(sure)
    f1 = 2 * precision * recall / (precision + recall)
    return 1 - f1

# %% right: loops and Fraction
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for link in predicted:
        if link in sure:
            hits += 1
        if link in possible:
            hits += 1
    return Fraction(len(predicted) + len(sure) - hits, len(predicted) + len(sure))

# %% prelude

# %% wrong: |A| + |P| below the line instead of |A| + |S| (2)
def alignment_error_rate(predicted, sure, possible):
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / (len(predicted) + len(possible))

# %% wrong: takes 'possible' for the only-possible links and leaves the sure ones out of it
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    a_s = len(predicted & sure)
    a_p = len(predicted & only_possible)
    return 1 - (a_s + a_p) / (len(predicted) + len(sure))

# %% right: a loop over the predicted links, bools added
def alignment_error_rate(predicted, sure, possible):
    hits = 0
    for link in predicted:
        hits += (link in sure) + (link in possible)
    total = len(predicted) + len(sure)
    return (total - hits) / total

# %% prelude

# %% wrong: takes `possible` for the links that are ONLY possible: sure links counted once
def alignment_error_rate(predicted, sure, possible):
    only_possible = possible - sure
    good = len(predicted & sure) + len(predicted & only_possible)
    return 1 - good / (len(predicted) + len(sure))

# %% wrong: `predicted &= possible` in place: wrong links vanish from |A| and the caller's set is changed
def alignment_error_rate(predicted, sure, possible):
    hits_sure = len(predicted & sure)
    predicted &= possible
    hits_possible = len(predicted)
    return 1 - (hits_sure + hits_possible) / (len(predicted) + len(sure))

# %% wrong: special case: returns 0.0 when nothing is predicted
def alignment_error_rate(predicted, sure, possible):
    if len(predicted) == 0:
        return 0.0          # nothing predicted, so no error was made
    a_s = predicted & sure
    a_p = predicted & possible
    return 1 - (len(a_s) + len(a_p)) / (len(predicted) + len(sure))

# %% prelude


# %% wrong: intersects in place: predicted &= sure, then works on with what is left
def alignment_error_rate(predicted, sure, possible):
    total = len(predicted) + len(sure)
    both = predicted
    both &= sure
    return 1 - (len(both) + len(predicted & possible)) / total

# %% wrong: special case: no sure links, then 0.0
def alignment_error_rate(predicted, sure, possible):
    if len(sure) == 0:
        return 0.0
    a_s = len(predicted & sure)
    a_p = len(predicted & possible)
    return 1 - (a_s + a_p) / (len(predicted) + len(sure))

# %% prelude


# %% wrong: divides by |A| + |P| in place of |A| + |S|
def alignment_error_rate(predicted, sure, possible):
    hits = len(predicted & sure) + len(predicted & possible)
    total = len(predicted) + len(possible)
    return 1 - hits / total

# %% prelude


# %% wrong: special case: nothing predicted gives 0 (no error made)
def alignment_error_rate(predicted, sure, possible):
    if not predicted:
        return 0.0
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / (len(predicted) + len(sure))

# %% prelude


# %% wrong: parentheses forgotten below the line
def alignment_error_rate(predicted, sure, possible):
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / len(predicted) + len(sure) if predicted else 1.0

# %% wrong: mean of recall (S) and precision (P) instead of the pooled ratio
def alignment_error_rate(predicted, sure, possible):
    recall = len(predicted & sure) / len(sure) if sure else 0.0
    precision = len(predicted & possible) / len(predicted) if predicted else 0.0
    return 1 - (recall + precision) / 2

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: links that are not possible are thrown away first, so |A| is too small
def alignment_error_rate(predicted, sure, possible):
    predicted = predicted & possible
    hits = len(predicted & sure) + len(predicted & possible)
    return 1 - hits / max(1, len(predicted) + len(sure))

# %% wrong: 1 - F1 of precision (|A&P|/|A|) and recall (|A&S|/|S|)
def alignment_error_rate(predicted, sure, possible):
    precision = len(predicted & possible) / len(predicted) if predicted else 1.0
    recall = len(predicted & sure) / len(sure) if sure else 1.0
    if precision + recall == 0:
        return 1.0
    return 1 - 2 * precision * recall / (precision + recall)

# %% wrong: keeps only the last two numbers of each link (the sentence's number is lost)
def alignment_error_rate(predicted, sure, possible):
    a, s, p = ({link[-2:] for link in links} for links in (predicted, sure, possible))
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(s))

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning
from fractions import Fraction

# %% right: a Fraction, counted link by link with `in`
def alignment_error_rate(predicted, sure, possible):
    total, hits = len(sure), 0
    for link in predicted:
        total += 1
        hits += (link in sure) + (link in possible)
    return Fraction(total - hits, total)

# %% prelude
import contextlib
import itertools
import random
import warnings

import numpy as np
import sacrebleu
import torch
import torch.nn.functional as F

from course.alignment import IBMModel1, gold_alignments, pool, word_links, word_numbers, word_weights, words
from course.counting import count_vectors
from course.data import Pair
from course.decoding import translate
from course.inspection import record_attention
from course.intervention import attention_names, edit_attention, switch_off, uniform
from course.tokens import encode_pairs
from course.translator import trained_translator
from course.views import interactive
from course.views.alignments import show_alignment, show_points
from course.views.figures import show_weights

warnings.filterwarnings("ignore", ".* max_len = ")          # a translation that does not end is cut: with a warning

# %% wrong: possible hits counted without the sure ones (A & (P - S))
def alignment_error_rate(predicted, sure, possible):
    only = possible - sure
    return 1 - (len(predicted & sure) + len(predicted & only)) / (len(predicted) + len(sure))

# %% wrong: undirected links: each link sorted, so (1,2) and (2,1) are one
def alignment_error_rate(predicted, sure, possible):
    a, s, p = ({tuple(sorted(link)) for link in links} for links in (predicted, sure, possible))
    return 1 - (len(a & s) + len(a & p)) / (len(a) + len(s))

# %% wrong: edge: no sure links -> 0 (nothing could be missed)
def alignment_error_rate(predicted, sure, possible):
    if not sure:
        return 0.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))

# %% wrong: below the line the union of A and S plus the intersection with P (|A|S| + |A&P|)
def alignment_error_rate(predicted, sure, possible):
    below = len(predicted | sure) + len(predicted & possible)
    if below == 0:
        return 0.0
    return 1 - (len(predicted & sure) + len(predicted & possible)) / below

# %% right: one pass of a generator, 2 points for sure
def alignment_error_rate(predicted, sure, possible):
    missed = sum((x not in sure) + (x not in possible) for x in predicted)
    return (len(sure) - len(predicted) + missed) / (len(predicted) + len(sure))
