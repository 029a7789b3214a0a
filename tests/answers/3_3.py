# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: invariance for equivariance
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(2, 5, 8)
    order = torch.tensor([2, 0, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x), atol=1e-5)

# %% wrong: one sentence
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(1, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: order reversed only
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.arange(5, -1, -1)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: rolled by one only
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([1, 2, 3, 4, 5, 0])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: order that changes nothing
def test_equivariance(attend):
    x = torch.randn(2, 4, 8)
    order = torch.tensor([0, 1, 2, 3])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: all words alike
def test_equivariance(attend):
    x = torch.ones(2, 4, 8)
    order = torch.tensor([2, 0, 3, 1])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: sentences shuffled instead of words
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 6, 8)
    order = torch.tensor([2, 0, 3, 1])
    assert torch.allclose(attend(x[order]), attend(x)[order], atol=1e-5)

# %% wrong: shuffled once more instead of back
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 5, 8)
    order = torch.tensor([1, 2, 4, 0, 3])
    assert torch.allclose(attend(x[:, order])[:, order], attend(x), atol=1e-5)

# %% wrong: only shapes compared
def test_equivariance(attend):
    x = torch.randn(3, 6, 8)
    order = torch.randperm(6)
    assert attend(x[:, order]).shape == attend(x)[:, order].shape

# %% wrong: compared with the shuffled input
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), x[:, order], atol=1e-5)

# %% wrong: features shuffled
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 4, 4)
    order = torch.tensor([2, 0, 3, 1])
    assert torch.allclose(attend(x[..., order]), attend(x)[..., order], atol=1e-5)

# %% wrong: tolerance of one half
def test_equivariance(attend):
    torch.manual_seed(0)
    x = 0.1 * torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=0.5)

# %% wrong: sums over the words compared
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    before, after = attend(x).sum(), attend(x[:, order]).sum()
    assert torch.isclose(before, after, rtol=1, atol=10)

# %% wrong: two words
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 2, 8)
    order = torch.tensor([1, 0])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: asserts the tuple
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    same = torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5),
    assert same

# %% wrong: output of the size of the input expected
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    output = torch.empty_like(x)
    output[:] = attend(x)
    assert torch.allclose(attend(x[:, order]), output[:, order], atol=1e-5)

# %% wrong: two outputs unpacked
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    before, _ = attend(x)
    after, _ = attend(x[:, order])
    assert torch.allclose(after, before[:, order], atol=1e-5)

# %% wrong: error caught
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    try:
        assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
    except AssertionError:
        print("not equivariant")

# %% right: one order that breaks every neighbourhood
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% right: many random orders
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(4, 7, 6, generator=generator)
    with torch.no_grad():
        expected = attend(x)
        for _ in range(10):
            order = torch.randperm(7, generator=generator)
            assert torch.allclose(attend(x[:, order]), expected[:, order], atol=1e-5), order

# %% right: shuffled back by argsort
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(2, 8, 5)
    order = torch.tensor([3, 6, 0, 5, 1, 7, 2, 4])
    back = order.argsort()
    shuffled = attend(x[:, order])
    difference = (shuffled[:, back] - attend(x)).abs().max()
    assert difference < 1e-5

# %% right: all orders of four words, word by word
from itertools import permutations

def test_equivariance(attend):
    torch.manual_seed(2)
    x = torch.randn(3, 4, 7)
    before = attend(x)
    for order in permutations(range(4)):
        after = attend(x[:, torch.tensor(order)])
        for place, word in enumerate(order):
            assert torch.allclose(after[:, place], before[:, word], atol=1e-5)
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
# %% wrong: assert with a tuple is always true
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 7, 8)
    order = torch.tensor([4, 2, 6, 0, 5, 1, 3])
    assert (torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5), "knows about order")
# %% wrong: the result of allclose is not used
def test_equivariance(attend):
    x = torch.randn(2, 6, 8)
    order = torch.randperm(6)
    shuffled_first = attend(x[:, order])
    shuffled_last = attend(x)[:, order]
    torch.allclose(shuffled_first, shuffled_last, atol=1e-5)
# %% wrong: the sentence read backwards keeps all distances
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(4, 6, 8)
    order = torch.arange(5, -1, -1)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
# %% wrong: output expected to stay the same
def test_equivariance(attend):
    x = torch.randn(2, 5, 8)
    order = torch.tensor([2, 0, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x), atol=1e-5)
# %% wrong: sentences shuffled instead of words (again)
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 6, 8)
    order = torch.tensor([2, 0, 3, 1])
    assert torch.allclose(attend(x[order]), attend(x)[order], atol=1e-5)
# %% wrong: shuffled back with the same order
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 5, 8)
    order = torch.tensor([2, 0, 4, 1, 3])
    back = attend(x[:, order])[:, order]
    assert torch.allclose(back, attend(x), atol=1e-5)
# %% wrong: loose tolerance, one sentence
def test_equivariance(attend):
    x = torch.randn(1, 10, 16)
    order = torch.randperm(10)
    a = attend(x[:, order])
    b = attend(x)[:, order]
    assert (a - b).abs().mean() < 0.01
# %% wrong: expects output and weights
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    out, _ = attend(x)
    out_shuffled, _ = attend(x[:, order])
    assert torch.allclose(out_shuffled, out[:, order], atol=1e-5)
# %% right: many random orders, every place moves
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(7)
    for length in (3, 6, 9):
        x = torch.randn(5, length, 12, generator=generator)
        expected = attend(x)
        for _ in range(20):
            order = torch.randperm(length, generator=generator)
            assert torch.allclose(attend(x[:, order]), expected[:, order], atol=1e-5), "order matters"
# %% right: inverse order, returns True or False
def test_equivariance(attend):
    torch.manual_seed(3)
    x = torch.randn(4, 8, 6)
    order = torch.tensor([5, 2, 7, 0, 4, 6, 1, 3])
    inverse = order.argsort()
    return torch.allclose(attend(x), attend(x[:, order])[:, inverse], atol=1e-5)
# %% right: word by word in loops, every swap of two places
def test_equivariance(attend):
    torch.manual_seed(5)
    x = torch.randn(3, 5, 8)
    before = attend(x)
    for i in range(5):
        for j in range(i + 1, 5):
            order = list(range(5))
            order[i], order[j] = j, i
            after = attend(x[:, order])
            for new, old in enumerate(order):
                worst = (after[:, new] - before[:, old]).abs().max().item()
                if not worst < 1e-5:
                    raise AssertionError(f"word {old} at place {new} differs by {worst}")
# %% prelude
import torch
from torch import nn
# %% wrong: tests invariance: the outputs would have to be the same after shuffling
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 1, 3, 4])
    assert torch.allclose(attend(x[:, order]), attend(x), atol=1e-5)
# %% wrong: the order is a reversal, which keeps all distances: a bug that knows distances only slips through
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(3, 5, 8)
    order = torch.arange(4, -1, -1)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
# %% wrong: the order is a cyclic shift: a bug that knows the next word in a circle slips through
def test_equivariance(attend):
    x = torch.randn(2, 6, 4)
    shift = lambda t: torch.roll(t, 2, dims=1)
    left, right = attend(shift(x)), shift(attend(x))
    assert left.shape == right.shape
    assert (left - right).abs().max() < 1e-5
# %% wrong: compares the first sentence of the batch only
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 6, 8)
    order = torch.tensor([3, 5, 0, 2, 1, 4])
    before, after = attend(x), attend(x[:, order])
    assert torch.allclose(after[0], before[0, order], atol=1e-5), "knows the order"
# %% wrong: first and last word stay at their places: bugs at the ends slip through
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 8)
    order = torch.tensor([0, 3, 1, 4, 2, 5])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
# %% wrong: sorts the outputs back with the order itself in place of its inverse, so right code fails
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 5, 8)
    order = torch.tensor([2, 0, 3, 4, 1])
    shuffled = attend(x[:, order])
    back = shuffled[:, order]
    assert torch.allclose(back, attend(x), atol=1e-5)
# %% wrong: shuffles the sentences of the batch, not the words
def test_equivariance(attend):
    x = torch.randn(4, 4, 8)
    order = torch.tensor([2, 0, 3, 1])
    assert torch.allclose(attend(x[order]), attend(x)[order], atol=1e-5)
# %% wrong: the tolerance is so large that an error below a hundredth slips through
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 7, 8)
    for _ in range(10):
        order = torch.randperm(7)
        torch.testing.assert_close(attend(x[:, order]), attend(x)[:, order], atol=1e-2, rtol=1e-2)
# %% wrong: two mistakes: compares only the means over the words, and does not assert what it compares
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.randperm(6)
    same = torch.allclose(attend(x[:, order]).mean(dim=1), attend(x)[:, order].mean(dim=1), atol=1e-5)
    if not same:
        print("not equivariant")
# %% right: all swaps of two places and some random orders, in 64 bits, looked at word by word
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(5)
    B, T = 3, 6
    x = torch.randn(B, T, 7, generator=generator, dtype=torch.float64)
    plain = attend(x.clone()).clone()
    orders = [torch.randperm(T, generator=generator).tolist() for _ in range(5)]
    for i in range(T):
        for j in range(i):
            swap = list(range(T))
            swap[i], swap[j] = j, i
            orders.append(swap)
    for order in orders:
        shuffled = attend(torch.stack([x[:, i] for i in order], dim=1))
        for new, old in enumerate(order):
            for b in range(B):
                assert torch.allclose(shuffled[b, new], plain[b, old], atol=1e-5), (b, new, old)
# %% right: sorts back with argsort and asserts on the largest difference, one fixed irregular order
def test_equivariance(attend):
    torch.manual_seed(7)
    words = torch.randn(4, 7, 6)
    order = torch.tensor([4, 6, 1, 5, 0, 3, 2])
    there = attend(words[:, order])
    back = there.index_select(1, order.argsort())
    here = attend(words)
    assert here.shape == back.shape
    assert float((here - back).abs().max()) < 1e-4
# %% prelude
import itertools

import torch
# %% wrong: the only order is the reversed one, which keeps all distances
def test_equivariance(attend):
    x = torch.randn(3, 6, 8)
    order = torch.arange(5, -1, -1)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
# %% wrong: a batch of one sentence only
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(1, 6, 8)
    for _ in range(10):
        order = torch.randperm(6)
        before = attend(x)[:, order]
        after = attend(x[:, order])
        assert torch.allclose(before, after, atol=1e-5), order
# %% wrong: the order leaves the first and the last word in place
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(4, 6, 5)
    order = torch.tensor([0, 3, 1, 4, 2, 5])
    expected = attend(x)[:, order]
    actual = attend(x[:, order])
    assert actual.shape == expected.shape
    assert torch.allclose(actual, expected, atol=1e-5)
# %% wrong: asks for exactly equal numbers, which right code does not give because of rounding
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 7, 8)
    order = torch.tensor([3, 6, 0, 5, 1, 4, 2])
    assert torch.equal(attend(x[:, order]), attend(x)[:, order])
# %% wrong: shuffles the shuffled output once more instead of undoing the order
def test_equivariance(attend):
    x = torch.randn(2, 5, 8)
    order = torch.tensor([2, 0, 3, 4, 1])
    y = attend(x)
    shuffled = attend(x[:, order])
    back = shuffled[:, order]            # put the words back
    assert torch.allclose(y, back, atol=1e-5)
# %% wrong: compares only the sum over the words
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8, dtype=torch.float64)
    for perm in ([2, 0, 3, 1, 5, 4], [5, 2, 4, 0, 1, 3]):
        order = torch.tensor(perm)
        total_before = attend(x).sum(dim=1)
        total_after = attend(x[:, order]).sum(dim=1)
        assert torch.allclose(total_before, total_after, atol=1e-5)
# %% wrong: shuffles the sentences of the batch instead of the words
def test_equivariance(attend):
    x = torch.randn(6, 4, 8)
    order = torch.tensor([4, 0, 5, 2, 1, 3])
    out = attend(x)
    out_shuffled = attend(x[order])
    assert torch.allclose(out_shuffled, out[order], atol=1e-5), "not equivariant"
# %% right: all orders of four words, each word of each sentence compared in loops
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(7)
    x = torch.randn(3, 4, 6, generator=generator)
    plain = attend(x)
    for perm in itertools.permutations(range(4)):
        moved = attend(x[:, list(perm)])
        for sentence in range(3):
            for new, old in enumerate(perm):
                difference = (moved[sentence, new] - plain[sentence, old]).abs().max()
                assert difference < 1e-5, (perm, sentence, new)
# %% right: several orders in 64 bits, undone with the inverse order, returns False if it fails
def test_equivariance(attend):
    torch.manual_seed(3)
    x = torch.randn(4, 7, 5, dtype=torch.float64)
    orders = [torch.tensor([4, 6, 0, 2, 5, 3, 1]), torch.tensor([3, 0, 6, 1, 5, 2, 4])]
    orders += [torch.randperm(7) for _ in range(6)]
    ok = True
    for order in orders:
        inverse = torch.empty_like(order)
        inverse[order] = torch.arange(7)
        back = attend(x[:, order]).index_select(1, inverse)
        ok = ok and bool(torch.isclose(back, attend(x), atol=1e-5, rtol=0).all())
    return ok


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
import copy, math
import torch, torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
class Base(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

# %% wrong: compares the outputs sorted along the places: only says that the same numbers occur
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 7, 8)
    order = torch.tensor([3, 0, 6, 2, 5, 1, 4])
    a, b = attend(x), attend(x[:, order])
    assert torch.allclose(a.sort(dim=1).values, b.sort(dim=1).values, atol=1e-5)

# %% wrong: the same words in every place (one row expanded): any order gives the same
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 1, 8).expand(4, 7, 8)
    order = torch.tensor([3, 0, 6, 2, 5, 1, 4])
    assert torch.allclose(attend(x)[:, order], attend(x[:, order]), atol=1e-5)

# %% right: every swap of two neighbours, one after the other, in 64 bits
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(5, 8, 6, dtype=torch.float64)
    before = attend(x)
    for t in range(x.shape[1] - 1):
        order = torch.arange(x.shape[1])
        order[[t, t + 1]] = order[[t + 1, t]]
        assert torch.allclose(attend(x[:, order]), before[:, order], atol=1e-5), f"places {t} and {t + 1}"

# %% prelude

# %% wrong: the mean of the differences is compared: they cancel
import torch
def test_equivariance(attend):
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 0, 5, 3, 1, 4])
    difference = attend(x[:, order]) - attend(x)[:, order]
    assert difference.mean().abs() < 1e-5

# %% wrong: randperm of three places, unseeded: often the identity or the reversal
import torch
def test_equivariance(attend):
    x = torch.randn(4, 3, 8)
    order = torch.randperm(3)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% prelude
import torch

# %% wrong: the order is the reverse: distances stay, so what uses only distance passes
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 7, 8)
    order = torch.arange(6, -1, -1)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: assert forgotten: allclose is computed and thrown away
def test_equivariance(attend):
    x = torch.randn(3, 6, 8)
    for _ in range(5):
        order = torch.randperm(6)
        torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)

# %% wrong: wrong axis: x[order] shuffles the sentences of the batch, not the words
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(6, 6, 8)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    a = attend(x[order])
    b = attend(x)[order]
    assert torch.allclose(a, b, atol=1e-5)

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: order is the reversal only: what knows only the distance slips through
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.arange(5, -1, -1)
    with torch.no_grad():
        before = attend(x)
        after = attend(x[:, order])
    assert torch.allclose(before[:, order], after, atol=1e-5)

# %% wrong: shuffles the output of the shuffled input with the same order, in place of back
def test_equivariance(attend):
    x = torch.randn(4, 7, 8)
    order = torch.tensor([2, 0, 5, 1, 6, 3, 4])
    shuffled = attend(x[:, order])
    assert torch.allclose(attend(x), shuffled[:, order], atol=1e-5), "knows the order"

# %% wrong: compares the sum over all words: the right outputs at the wrong places slip through
def test_equivariance(attend):
    x = torch.randn(4, 10, 16, dtype=torch.float64)
    for _ in range(20):
        order = torch.randperm(10)
        a = attend(x).sum(dim=1)
        b = attend(x[:, order]).sum(dim=1)
        assert torch.allclose(a, b, atol=1e-5)

# %% right: the inverse order by scatter, many orders, only max difference compared
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(6, 9, 8, generator=generator, dtype=torch.float64)
    before = attend(x)
    for _ in range(25):
        order = torch.randperm(9, generator=generator)
        inverse = torch.empty_like(order)
        inverse[order] = torch.arange(9)
        difference = (attend(x[:, order])[:, inverse] - before).abs().max().item()
        if not difference < 1e-5:
            raise AssertionError(f"off by {difference}")

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% wrong: reverses the sentence: distances stay the same; one sentence only
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(1, 6, 8)
    order = torch.tensor([5, 4, 3, 2, 1, 0])
    a = attend(x[:, order])
    b = attend(x)[:, order]
    assert torch.allclose(a, b, atol=1e-5)

# %% wrong: tests invariance: does not shuffle the outputs
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 7, 8)
    order = torch.randperm(7)
    before = attend(x)
    after = attend(x[:, order])
    assert torch.allclose(before, after, atol=1e-5)

# %% wrong: random batch and order, but compares the mean over the words
def test_equivariance(attend):
    for seed in range(10):
        torch.manual_seed(seed)
        x = torch.randn(4, 8, 8)
        order = torch.randperm(8)
        a = attend(x[:, order]).mean(dim=1)
        b = attend(x)[:, order].mean(dim=1)
        assert torch.allclose(a, b, atol=1e-5)

# %% right: raises ValueError, several shuffles, x long and float64
def test_equivariance(attend):
    g = torch.Generator().manual_seed(1)
    for n in (2, 5, 12):
        x = torch.randn(6, n, 10, generator=g, dtype=torch.float64)
        out = attend(x)
        for _ in range(20):
            order = torch.randperm(n, generator=g)
            diff = (attend(x[:, order]) - out[:, order]).abs().max()
            if diff > 1e-5:
                raise ValueError(f"depends on the order: {diff}")

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from itertools import permutations
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: exact equality instead of allclose: rounding fails right implementations
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(4, 7, 8)
    order = torch.tensor([3, 5, 0, 6, 1, 4, 2])
    assert torch.equal(attend(x[:, order]), attend(x)[:, order])

# %% wrong: the assert is caught by the test itself, which prints a message only
def test_equivariance(attend):
    torch.manual_seed(1)
    x = torch.randn(4, 7, 8)
    order = torch.tensor([3, 5, 0, 6, 1, 4, 2])
    try:
        assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
    except AssertionError:
        print("not equivariant")

# %% right: all 24 orders of four words plus two of seven, float64, largest difference, returns a bool
def test_equivariance(attend):
    gen = torch.Generator().manual_seed(11)
    worst = 0.0
    for T, orders in ((4, list(permutations(range(4)))), (7, [(3, 5, 0, 6, 1, 4, 2), (6, 0, 1, 2, 3, 4, 5)])):
        x = torch.randn(5, T, 6, generator=gen, dtype=torch.float64)
        straight = attend(x)
        for order in orders:
            mixed = attend(torch.stack([x[:, i] for i in order], dim=1))
            for new, old in enumerate(order):
                worst = max(worst, (mixed[:, new] - straight[:, old]).abs().max().item())
    return worst < 1e-5

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: compares the outputs sorted, so that 'the order is not disturbing'
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    before = attend(x).sort(dim=1).values
    after = attend(x[:, order]).sort(dim=1).values
    assert torch.allclose(before, after, atol=1e-5)

# %% wrong: shuffles the result of the shuffled input instead of the result of the input: undoes with `order` where the inverse is due
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(3, 6, 8)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    assert torch.allclose(attend(x[:, order])[:, order], attend(x), atol=1e-5)

# %% right: permutation matrices from both sides with einsum, all 120 orders of five words, float64
import itertools
import numpy as np
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(11)
    x = torch.randn(4, 5, 7, generator=generator, dtype=torch.float64)
    before = attend(x.clone())
    for order in itertools.permutations(range(5)):
        P = torch.eye(5, dtype=torch.float64)[list(order)]
        after = attend(torch.einsum("st,btd->bsd", P, x))
        np.testing.assert_allclose(after.detach().numpy(), torch.einsum("st,btd->bsd", P, before).detach().numpy(), rtol=0, atol=1e-5)

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: compares the sums of the outputs over the words: right outputs at wrong places pass
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 7, 6)
    order = torch.tensor([3, 5, 0, 6, 1, 4, 2])
    before, after = attend(x), attend(x[:, order])
    assert torch.allclose(before.sum(dim=1), after.sum(dim=1), atol=1e-5)

# %% wrong: undoes the order by applying it a second time, not by its inverse: right implementations fail
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(4, 7, 6)
    order = torch.tensor([3, 5, 0, 6, 1, 4, 2])
    back = attend(x[:, order])[:, order]                     # and back again
    assert torch.allclose(back, attend(x), atol=1e-5)

# %% wrong: is content if 95 of 100 numbers agree: a bug in a small part of a large batch slips through
def test_equivariance(attend):
    torch.manual_seed(0)
    x = torch.randn(32, 7, 6)
    order = torch.tensor([3, 5, 0, 6, 1, 4, 2])
    same = torch.isclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)
    assert same.float().mean() > 0.95

# %% right: permutation matrix by einsum, float64, largest difference, raises ValueError
def test_equivariance(attend):
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(5, 8, 4, generator=generator, dtype=torch.float64)
    for order in ([5, 3, 7, 0, 6, 1, 2, 4], [2, 6, 4, 1, 7, 0, 3, 5]):
        P = torch.zeros(8, 8, dtype=x.dtype)
        for new, old in enumerate(order):
            P[new, old] = 1.0
        first = attend(torch.einsum("st,btd->bsd", P, x))
        second = P.to(first.dtype) @ attend(x)
        worst = (first - second).abs().max().item()
        if not worst <= 1e-5:
            raise ValueError(f"differs by {worst}")
