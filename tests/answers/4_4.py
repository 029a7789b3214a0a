# %% prelude
import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, scaled_dot_product_attention


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: only the shape
def test_split_heads(split_heads):
    x = torch.randn(2, 3, 20)
    assert split_heads(x, 4).shape == (2, 4, 3, 5)

# %% wrong: there and back
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    assert torch.equal(heads.reshape(2, 3, 20), x)

# %% wrong: same numbers in any order
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
    assert torch.equal(heads.flatten().sort().values, x.flatten())

# %% wrong: one sentence only
def test_split_heads(split_heads):
    x = torch.arange(3 * 20).reshape(1, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (1, 4, 3, 5)
    for h in range(4):
        assert torch.equal(heads[0, h], x[0, :, 5 * h:5 * h + 5])

# %% wrong: the first head only
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    assert torch.equal(split_heads(x, 4)[:, 0, 0], x[:, 0, :5])

# %% wrong: a single word
def test_split_heads(split_heads):
    x = torch.arange(2 * 20).reshape(2, 1, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 1, 5)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5])

# %% wrong: a single head
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    assert torch.equal(split_heads(x, 1)[:, 0], x)

# %% wrong: all numbers alike
def test_split_heads(split_heads):
    x = torch.ones(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5])

# %% wrong: as many heads as numbers in a head
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 16).reshape(2, 3, 16)
    heads = split_heads(x, 4)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 4 * h:4 * h + 4])

# %% wrong: compared with the view
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    assert torch.equal(split_heads(x, 4), x.view(2, 4, 3, 5))

# %% wrong: compared with itself
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    expected = split_heads(x, 4)
    assert torch.equal(split_heads(x, 4), expected)

# %% wrong: message as the condition
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4):
        assert (torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5]), "wrong head")

# %% wrong: a contiguous result asked for
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.is_contiguous()
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5])

# %% wrong: words modulo the number of heads
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, h::4])

# %% wrong: sums of the heads compared
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    assert split_heads(x, 4).sum() == x.sum()

# %% wrong: any instead of all
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4):
        assert (heads[:, h].flatten() == x[:, :, 5 * h:5 * h + 5].flatten()).any()

# %% wrong: tests the function of the lesson
def split_heads(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).transpose(1, 2)

def test_split_heads(function):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5])

# %% right: head by head
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
    for h in range(4):
        assert torch.equal(heads[:, h], x[:, :, 5 * h:5 * h + 5])

# %% right: number by number
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.zeros(B, T, n_heads * d_head)
    for b in range(B):
        for t in range(T):
            for d in range(n_heads * d_head):
                x[b, t, d] = 10000 * b + 100 * t + d
    heads = split_heads(x.clone(), n_heads)
    assert tuple(heads.shape) == (B, n_heads, T, d_head)
    for b in range(B):
        for h in range(n_heads):
            for t in range(T):
                for d in range(d_head):
                    assert heads[b, h, t, d].item() == 10000 * b + 100 * t + h * d_head + d

# %% right: random numbers, compared with chunks
def test_split_heads(split_heads):
    torch.manual_seed(0)
    x = torch.randn(3, 7, 10)
    expected = torch.stack(x.chunk(5, dim=-1), dim=1)
    assert torch.equal(split_heads(x, 5), expected), "heads do not hold their columns"

# %% right: several sizes
def test_split_heads(split_heads):
    for B, T, h, d in [(2, 3, 4, 5), (3, 5, 2, 4), (4, 2, 3, 6), (2, 6, 5, 3)]:
        x = torch.arange(B * T * h * d).view(B, T, h * d)
        expected = x.view(B, T, h, d).permute(0, 2, 1, 3)
        result = split_heads(x, h)
        assert result.shape == expected.shape
        assert (result == expected).all()
# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention

def split_heads(x, n_heads):
    batch, length, d_model = x.shape
    return x.reshape(batch, length, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
# %% wrong: the function compared with itself
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 8).reshape(2, 3, 8)
    expected = split_heads(x, 4)
    assert torch.equal(split_heads(x, 4), expected)
# %% wrong: shape only
def test_split_heads(split_heads):
    x = torch.randn(2, 5, 12)
    out = split_heads(x, 3)
    assert out.shape == (2, 3, 5, 4)
# %% wrong: pieces as long as there are heads
def test_split_heads(split_heads):
    n_heads = 3
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, n_heads)
    for h in range(n_heads):
        assert torch.equal(out[:, h], x[:, :, h * n_heads:(h + 1) * n_heads])
# %% wrong: any instead of all (again)
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 6).view(2, 5, 6)
    out = split_heads(x, 2)
    for h in range(2):
        assert (out[:, h] == x[:, :, 3 * h:3 * h + 3]).any()
# %% wrong: a return in the loop, so only head 0
def test_split_heads(split_heads):
    x = torch.arange(2 * 4 * 6).reshape(2, 4, 6)
    out = split_heads(x, 3)
    for h in range(3):
        return torch.equal(out[:, h], x[:, :, 2 * h:2 * h + 2])
# %% wrong: there and back with a reshape
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).reshape(2, 3, 20)
    back = split_heads(x, 4).reshape(2, 3, 20)
    assert torch.equal(back, x)
# %% wrong: only that all numbers are still there
def test_split_heads(split_heads):
    x = torch.randperm(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 4)
    assert out.shape == (2, 4, 5, 3)
    assert torch.equal(out.flatten().sort().values, x.flatten().sort().values)
# %% wrong: asks for a contiguous tensor too
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    assert out.is_contiguous()
    for h in range(3):
        assert torch.equal(out[:, h], x[..., 4 * h:4 * h + 4])
# %% right: chunk, several sizes
def test_split_heads(split_heads):
    for B, T, n_heads, d_head in [(2, 3, 4, 5), (3, 5, 2, 7), (4, 2, 3, 1)]:
        x = torch.arange(float(B * T * n_heads * d_head)).reshape(B, T, n_heads * d_head)
        out = split_heads(x, n_heads)
        assert out.shape == (B, n_heads, T, d_head)
        for h, piece in enumerate(x.chunk(n_heads, dim=-1)):
            assert torch.equal(out[:, h], piece)
# %% right: plain lists, number by number
def test_split_heads(split_heads):
    x = torch.tensor([[[1000 * b + 100 * t + d for d in range(15)] for t in range(4)] for b in range(2)])
    got = split_heads(x, 5).tolist()
    wanted = [[[[1000 * b + 100 * t + 3 * h + d for d in range(3)] for t in range(4)] for h in range(5)] for b in range(2)]
    assert got == wanted
# %% right: stacked slices, returns a bool
def test_split_heads(split_heads):
    torch.manual_seed(0)
    x = torch.randn(3, 4, 10)
    right = torch.stack((x[..., :5], x[..., 5:]), dim=1)
    answer = split_heads(x.clone(), 2)
    return answer.shape == right.shape and bool((answer == right).all())
# %% prelude
import torch
from torch import nn
# %% wrong: looks at the shape only
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20).float()
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
# %% wrong: one sentence only: what is wrong in a second one slips through
def test_split_heads(split_heads):
    x = torch.arange(1 * 3 * 10).reshape(1, 3, 10).float()
    heads = split_heads(x, 2)
    assert heads.shape == (1, 2, 3, 5)
    for h in range(2):
        assert torch.equal(heads[:, h], x[:, :, h * 5:(h + 1) * 5])
# %% wrong: n_heads = d_head: pieces of n_heads numbers look the same as n_heads pieces
def test_split_heads(split_heads):
    x = torch.randn(2, 5, 9)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 3)
    for h, piece in enumerate(x.chunk(3, dim=-1)):
        assert torch.equal(heads[:, h], piece)
# %% wrong: looks at the first and the last head only
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).view(2, 3, 20)
    heads = split_heads(x, 4)
    assert tuple(heads.shape) == (2, 4, 3, 5)
    assert (heads[:, 0] == x[:, :, :5]).all()
    assert (heads[:, -1] == x[:, :, -5:]).all()
# %% wrong: the expected heads are interleaved (every n_heads-th number), so right code fails
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).view(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4):
        assert torch.equal(heads[:, h], x[..., h::4]), f"head {h}"
# %% wrong: view on the result fails for right code whose result does not lie in one piece
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).view(2, 3, 20)
    want = torch.stack([x[..., 5 * h:5 * h + 5] for h in range(4)], dim=1)
    heads = split_heads(x, 4)
    assert heads.shape == want.shape
    assert heads.view(-1).tolist() == want.flatten().tolist()
# %% wrong: asks for a ValueError when n_heads does not divide d_model, which the exercise does not promise
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).view(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
    for b in range(2):
        for h in range(4):
            assert torch.equal(heads[b, h], x[b, :, h * 5:(h + 1) * 5])
    try:
        split_heads(x, 3)
    except ValueError:
        return
    assert False, "no ValueError"
# %% wrong: any() in place of all(): a single number that agrees is enough
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, -1).float()
    heads = split_heads(x, n_heads)
    assert heads.shape == (B, n_heads, T, d_head)
    for h in range(n_heads):
        want = x[:, :, h * d_head:(h + 1) * d_head]
        assert (heads[:, h] == want).any()
# %% wrong: two mistakes: compares sums over the words (other orders of the words slip through), and the last head is left out by an off-by-one
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20.0).view(2, 3, 20)
    heads = split_heads(x, 4)
    for h in range(4 - 1):
        got = heads[:, h].sum(dim=1)
        want = x[:, :, h * 5:(h + 1) * 5].sum(dim=1)
        assert torch.allclose(got, want)
# %% right: every number by its four places, tens and ones, with lists
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    number = lambda b, t, i: float(1000 * (b + 1) + 100 * t + i)
    x = torch.tensor([[[number(b, t, i) for i in range(n_heads * d_head)] for t in range(T)] for b in range(B)])
    wanted = [[[[number(b, t, h * d_head + i) for i in range(d_head)] for t in range(T)] for h in range(n_heads)]
              for b in range(B)]
    assert split_heads(x, n_heads).tolist() == wanted
# %% right: expected from einsum with a table that says which number goes where, several sizes
def test_split_heads(split_heads):
    for B, T, n_heads, d_head in [(3, 4, 2, 5), (2, 5, 3, 4), (4, 2, 5, 3)]:
        d_model = n_heads * d_head
        x = torch.arange(1.0, B * T * d_model + 1).reshape(B, T, d_model)
        places = torch.zeros(d_model, n_heads, d_head)
        for i in range(d_model):
            places[i, i // d_head, i % d_head] = 1
        expected = torch.einsum("btm,mhd->bhtd", x, places)
        actual = split_heads(x.clone(), n_heads)
        assert actual.shape == expected.shape, (actual.shape, expected.shape)
        assert ((actual - expected).abs() < 1e-3).all()
# %% prelude
import torch
# %% wrong: a batch of one sentence only
def test_split_heads(split_heads):
    x = torch.arange(1 * 5 * 12).reshape(1, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (1, 3, 5, 4)
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 4 * h:4 * h + 4])
# %% wrong: the last head is never looked at
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).view(B, T, -1)
    result = split_heads(x, n_heads)
    assert tuple(result.shape) == (B, n_heads, T, d_head)
    for h in range(n_heads - 1):
        for b in range(B):
            assert result[b, h].tolist() == x[b, :, h * d_head:(h + 1) * d_head].tolist()
# %% wrong: as many heads as numbers in a head, so exchanging the two is not found
def test_split_heads(split_heads):
    x = torch.arange(3 * 5 * 4).reshape(3, 5, 4)
    out = split_heads(x, 2)
    assert out.shape == (3, 2, 5, 2)
    assert (out[:, 0] == x[:, :, :2]).all() and (out[:, 1] == x[:, :, 2:]).all()
# %% wrong: what it expects is the wrong view, so it fails right code
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).reshape(2, 3, 20)
    expected = x.reshape(2, 4, 3, 5)
    actual = split_heads(x, 4)
    assert actual.shape == expected.shape
    assert torch.equal(actual, expected)
# %% wrong: condition and message in one pair of brackets: a tuple, which is always true
def test_split_heads(split_heads):
    x = torch.arange(2. * 3 * 20).reshape(2, 3, 20)
    out = split_heads(x, 4)
    assert (out.shape == (2, 4, 3, 5), "wrong shape")
    for h in range(4):
        assert (torch.equal(out[:, h], x[:, :, 5 * h:5 * (h + 1)]), f"wrong numbers in head {h}")
# %% wrong: view on the result, which fails for right code whose result is not contiguous
def test_split_heads(split_heads):
    B, T, H, D = 2, 3, 4, 5
    x = torch.arange(B * T * H * D).reshape(B, T, H * D)
    out = split_heads(x, H)
    want = torch.stack([x[..., h * D:(h + 1) * D] for h in range(H)], 1)
    assert out.shape == want.shape
    assert (out.view(-1) == want.view(-1)).all()
# %% wrong: both sentences hold the same numbers, so mixing up sentences is not found
def test_split_heads(split_heads):
    word = torch.arange(5).unsqueeze(1) * 10
    dimension = torch.arange(6)
    x = (word + dimension).expand(2, 5, 6)            # tens: the word, ones: the dimension
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 2)
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 2 * h:2 * h + 2])
# %% right: each number says where it comes from, four loops
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 3, 5, 2, 4
    x = torch.zeros(B, T, n_heads * d_head, dtype=torch.long)
    for b in range(B):
        for t in range(T):
            for j in range(n_heads * d_head):
                x[b, t, j] = 100 * b + 10 * t + j
    heads = split_heads(x.clone(), n_heads)
    assert list(heads.shape) == [B, n_heads, T, d_head], heads.shape
    for b in range(B):
        for h in range(n_heads):
            for t in range(T):
                for i in range(d_head):
                    assert heads[b, h, t, i].item() == 100 * b + 10 * t + h * d_head + i
# %% right: several sizes, the expected heads from chunk, returns True or False
def test_split_heads(split_heads):
    def good(B, T, H, D):
        x = torch.randperm(B * T * H * D).to(torch.float32).reshape(B, T, H * D)
        expected = torch.stack(torch.chunk(x, H, dim=2), dim=1)
        got = split_heads(x, H)
        return got.size() == expected.size() and bool(torch.eq(got, expected).all())
    return all(good(*sizes) for sizes in [(2, 5, 3, 4), (3, 4, 2, 5), (4, 3, 5, 2), (5, 7, 4, 3)])


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
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

# %% wrong: assert with brackets round condition and message: a tuple is always true
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    for h in range(3):
        assert (torch.equal(out[:, h], x[:, :, 4 * h:4 * h + 4]), f"head {h} is wrong")

# %% wrong: argument is called f, but the test calls split_heads, the learner's own
def test_split_heads(f):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    for h in range(3):
        assert torch.equal(out[:, h], x[:, :, 4 * h:4 * h + 4])

# %% right: right: every number says where it comes from; read off by divmod in plain Python
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 4, 3
    x = torch.tensor([[[10_000 * b + 100 * t + i for i in range(n_heads * d_head)] for t in range(T)] for b in range(B)])
    found = split_heads(x, n_heads).tolist()
    wanted = [[[[10_000 * b + 100 * t + d_head * h + i for i in range(d_head)] for t in range(T)]
               for h in range(n_heads)] for b in range(B)]
    assert found == wanted

# %% prelude

# %% wrong: assert (condition, message): a tuple, always true
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def test_split_heads(split_heads):
    B, T, H, D = 2, 5, 3, 4
    x = torch.arange(B * T * H * D).reshape(B, T, H * D)
    heads = split_heads(x, H)
    for h in range(H):
        assert (torch.equal(heads[:, h], x[:, :, h * D:(h + 1) * D]), f"head {h} is wrong")

# %% wrong: zip without strict: stops at the shorter one, so a result that lacks sentences, heads or words passes
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def test_split_heads(split_heads):
    B, T, H, D = 2, 5, 3, 4
    x = torch.arange(B * T * H * D).reshape(B, T, H * D)
    want = torch.stack([x[:, :, h * D:(h + 1) * D] for h in range(H)], dim=1)
    for got_sentence, want_sentence in zip(split_heads(x.clone(), H), want):
        for got_head, want_head in zip(got_sentence, want_sentence):
            for got_word, want_word in zip(got_head, want_head):
                assert got_word.tolist() == want_word.tolist()

# %% right: says each number by a formula, in four Python loops, and the shape
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import scaled_dot_product_attention, causal_mask

def split_heads(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

def test_split_heads(split_heads):
    B, T, H, D = 2, 5, 3, 4
    x = torch.tensor([[[1000 * b + 100 * t + i for i in range(H * D)] for t in range(T)] for b in range(B)])
    heads = split_heads(x, H)
    assert heads.shape == (B, H, T, D)
    for b in range(B):
        for h in range(H):
            for t in range(T):
                for j in range(D):
                    assert heads[b, h, t, j].item() == 1000 * b + 100 * t + h * D + j

# %% prelude
import torch

# %% wrong: no look at the shape: loops over its own n_heads, so one head too many passes
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    for b in range(B):
        for h in range(n_heads):
            assert torch.equal(out[b, h], x[b, :, h * d_head:(h + 1) * d_head])

# %% wrong: compares the numbers of a head as a set: the order inside a head is not tested
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    for b in range(B):
        for h in range(n_heads):
            assert set(out[b, h].flatten().tolist()) == set(x[b, :, h * d_head:(h + 1) * d_head].flatten().tolist())

# %% wrong: looks at out.view(-1), the tape: raises on right answers that only swap axes
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    tape = out.view(-1)
    expected = torch.cat([x[b, :, h * d_head:(h + 1) * d_head].flatten() for b in range(B) for h in range(n_heads)])
    assert torch.equal(tape, expected)

# %% right: nested lists in plain Python
def test_split_heads(split_heads):
    B, T, H, D = 3, 4, 2, 5
    number = lambda b, t, i: 1000 * b + 100 * t + i
    x = torch.tensor([[[number(b, t, i) for i in range(H * D)] for t in range(T)] for b in range(B)], dtype=torch.float32)
    want = [[[[number(b, t, h * D + i) for i in range(D)] for t in range(T)] for h in range(H)] for b in range(B)]
    got = split_heads(x, H)
    assert got.tolist() == want, "a number is in the wrong place"

# %% prelude
import torch

# %% wrong: one sentence only, once more
def test_split_heads(split_heads):
    T, n_heads, d_head = 5, 3, 4
    x = torch.arange(T * n_heads * d_head).reshape(1, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (1, n_heads, T, d_head)
    for h in range(n_heads):
        assert torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head])

# %% wrong: zip stops at the shorter: a missing or extra head is not seen
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    for got, want in zip(heads.unbind(1), x.chunk(3, dim=-1)):
        assert torch.equal(got, want)

# %% wrong: view(-1) of the result: right ones that are not contiguous raise
def test_split_heads(split_heads):
    B, T, H, D = 2, 5, 3, 4
    x = torch.arange(B * T * H * D).reshape(B, T, H * D)
    want = torch.stack([x[..., h * D:(h + 1) * D] for h in range(H)], dim=1)
    got = split_heads(x, H)
    assert got.shape == want.shape
    assert (got.view(-1) == want.view(-1)).all()

# %% right: returns the truth value, number by number from the coordinates
def test_split_heads(split_heads):
    B, T, H, D = 3, 7, 2, 5
    x = torch.arange(B * T * H * D, dtype=torch.float32).reshape(B, T, H * D)
    got = split_heads(x, H)
    if tuple(got.shape) != (B, H, T, D):
        return False
    return all(got[b, h, t, d].item() == x[b, t, h * D + d].item()
               for b in range(B) for h in range(H) for t in range(T) for d in range(D))

# %% prelude
import torch

# %% wrong: looks only at the first sentence
def test_split_heads(split_heads):
    B, T, H, d = 2, 5, 3, 4
    x = torch.arange(B * T * H * d).reshape(B, T, H * d)
    out = split_heads(x, H)
    assert out.shape == (B, H, T, d)
    for h in range(H):
        assert torch.equal(out[0, h], x[0, :, h * d : (h + 1) * d])

# %% wrong: does not look at the shape: one head too many passes
def test_split_heads(split_heads):
    B, T, H, d = 2, 5, 3, 4
    x = torch.arange(B * T * H * d).reshape(B, T, H * d)
    out = split_heads(x, H)
    for h in range(H):
        assert torch.equal(out[:, h], x[:, :, h * d : (h + 1) * d])

# %% right: number by number, from index arithmetic
def test_split_heads(split_heads):
    B, T, H, d = 3, 5, 2, 4
    x = torch.tensor([[[1000 * b + 100 * t + i for i in range(H * d)] for t in range(T)] for b in range(B)])
    out = split_heads(x, H)
    assert list(out.shape) == [B, H, T, d]
    for b in range(B):
        for h in range(H):
            for t in range(T):
                for i in range(d):
                    assert out[b, h, t, i].item() == 1000 * b + 100 * t + h * d + i, (b, h, t, i)

# %% prelude
import torch

# %% wrong: == without assert: the comparison is computed and thrown away
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    out.shape == (B, n_heads, T, d_head)
    for h in range(n_heads):
        torch.equal(out[:, h], x[:, :, h * d_head:(h + 1) * d_head])

# %% wrong: compares only the heads' contents by a loop over heads, one sentence (x[0]); no shape
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    for h in range(3):
        assert out[0, h].tolist() == x[0, :, 4 * h:4 * h + 4].tolist()

# %% wrong: expected value built by the wrong view: refuses the right ones
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).view(B, T, n_heads * d_head)
    expected = x.view(B, n_heads, T, d_head)
    assert torch.equal(split_heads(x, n_heads), expected)

# %% right: loop over every single number, with floats and shape by tuple
def test_split_heads(split_heads):
    B, T, H, D = 3, 5, 2, 4
    x = torch.zeros(B, T, H * D)
    for b in range(B):
        for t in range(T):
            for j in range(H * D):
                x[b, t, j] = 1000 * b + 10 * t + j / 10
    out = split_heads(x.clone(), H)
    assert list(out.shape) == [B, H, T, D]
    for b in range(B):
        for h in range(H):
            for t in range(T):
                for j in range(D):
                    assert out[b, h, t, j].item() == x[b, t, h * D + j].item()

# %% prelude
import torch

# %% wrong: only compares the shape and head 0
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    assert out.shape == (2, 3, 5, 4)
    assert torch.equal(out[:, 0], x[:, :, :4])

# %% wrong: there and back with own merge, x random - shape not looked at; wrong: round trip by reshape
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    for h in range(n_heads):
        for t in range(T):
            assert torch.equal(heads[0, h, t], x[0, t, h * d_head:(h + 1) * d_head])

# %% right: element by element with tens and ones
def test_split_heads(split_heads):
    B, T, H, D = 3, 5, 2, 4
    x = torch.zeros(B, T, H * D)
    for b in range(B):
        for t in range(T):
            for i in range(H * D):
                x[b, t, i] = 100 * b + 10 * t + i
    got = split_heads(x.clone(), H)
    assert tuple(got.shape) == (B, H, T, D)
    for b in range(B):
        for h in range(H):
            for t in range(T):
                for j in range(D):
                    assert got[b, h, t, j].item() == 100 * b + 10 * t + h * D + j

# %% prelude
import torch

# %% wrong: loops over the heads of the RESULT, so a missing head is not seen
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    for h in range(heads.shape[1]):
        assert torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head])

# %% wrong: shape and head 0 only, of all sentences
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 20).view(2, 3, 20)
    heads = split_heads(x, 4)
    assert heads.shape == (2, 4, 3, 5)
    assert (heads[:, 0] == x[:, :, :5]).all()

# %% right: number by number in plain Python, no tensors compared
def test_split_heads(split_heads):
    B, T, H, D = 3, 4, 2, 5
    x = torch.randperm(B * T * H * D).float().reshape(B, T, H * D)
    got = split_heads(x.clone(), H).tolist()
    expected = [[[[x[b, t, h * D + i].item() for i in range(D)] for t in range(T)] for h in range(H)] for b in range(B)]
    assert got == expected, "wrong heads"

# %% prelude
import torch

# %% wrong: assert with brackets: a tuple is always true
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert (heads.shape == (B, n_heads, T, d_head), "wrong shape")
    for h in range(n_heads):
        assert (torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head]), f"head {h} is wrong")

# %% wrong: heads.view(-1): a right implementation that only swaps axes raises
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (B, n_heads, T, d_head)
    expected = [x[b, t, h * d_head + i].item() for b in range(B) for h in range(n_heads)
                for t in range(T) for i in range(d_head)]
    assert heads.view(-1).tolist() == expected

# %% right: nested Python lists compared as a whole
def test_split_heads(split_heads):
    x = torch.arange(210.0).reshape(5, 3, 14)
    want = [[[[x[b, t, 7 * h + i].item() for i in range(7)] for t in range(3)] for h in range(2)] for b in range(5)]
    if split_heads(x, 2).tolist() != want:
        raise AssertionError("a number is not where it should be")

# %% prelude
import torch

# %% wrong: no look at the shape: goes over the heads that came back, so a missing head is not seen
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    for h, head in enumerate(out.unbind(dim=1)):
        assert torch.equal(head, x[:, :, h * d_head : (h + 1) * d_head])

# %% wrong: view on the result: right ones that only swap axes raise an error and are refused
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).view(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    expected = torch.stack([x[..., h * d_head : (h + 1) * d_head] for h in range(n_heads)], dim=1)
    assert out.view(-1).tolist() == expected.view(-1).tolist()

# %% wrong: sets: looks which numbers a head holds, not where they are
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 3, 4, 5
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    for b in range(B):
        for h in range(n_heads):
            expected = x[b, :, h * d_head : (h + 1) * d_head]
            assert set(out[b, h].flatten().tolist()) == set(expected.flatten().tolist())

# %% right: other style: digits that say where they come from, compared as nested lists
def test_split_heads(split_heads):
    B, T, H, D = 5, 4, 3, 2
    x = torch.tensor([[[1000 * b + 100 * t + 10 * h + d for h in range(H) for d in range(D)]
                       for t in range(T)] for b in range(B)])
    want = [[[[1000 * b + 100 * t + 10 * h + d for d in range(D)] for t in range(T)]
             for h in range(H)] for b in range(B)]
    assert split_heads(x, H).tolist() == want

# %% prelude
import torch

# %% wrong: return inside the loops: only the first head of the first sentence is compared
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    for b in range(B):
        for h in range(n_heads):
            return torch.equal(out[b, h], x[b, :, h * d_head:(h + 1) * d_head])

# %% wrong: n_heads = d_head = 4: cannot see the two exchanged
def test_split_heads(split_heads):
    x = torch.arange(2 * 3 * 16).reshape(2, 3, 16)      # 4 heads
    out = split_heads(x, 4)
    assert out.shape == (2, 4, 3, 4)
    for h in range(4):
        assert torch.equal(out[:, h], x[:, :, 4 * h : 4 * h + 4])

# %% right: number by number, shuffled floats, plain Python lists
def test_split_heads(split_heads):
    B, T, H, D = 3, 7, 2, 5
    x = torch.randperm(B * T * H * D).float().view(B, T, H * D)
    out = split_heads(x, H)
    assert list(out.shape) == [B, H, T, D], out.shape
    want = [[[[x[b, t, h * D + i].item() for i in range(D)] for t in range(T)] for h in range(H)] for b in range(B)]
    assert out.tolist() == want

# %% prelude
import itertools
import torch

# %% wrong: assert forgotten: the comparison is made, and thrown away
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    torch.equal(heads, torch.stack(x.chunk(n_heads, dim=-1), dim=1))

# %% wrong: asks the result how many heads there are: a missing head is not seen
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    for h in range(heads.shape[1]):
        assert torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head])

# %% wrong: also asks for a ValueError if n_heads does not divide d_model
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (B, n_heads, T, d_head)
    for h in range(n_heads):
        assert torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head])
    try:
        split_heads(x, 5)
    except ValueError:
        pass
    else:
        assert False, "12 numbers cannot be cut into 5 heads"

# %% right: number by number, with a random permutation
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 3, 4, 5, 2
    x = torch.randperm(B * T * n_heads * d_head).double().view(B, T, -1)
    heads = split_heads(x, n_heads)
    assert list(heads.shape) == [B, n_heads, T, d_head], f"shape {tuple(heads.shape)}"
    for b, h, t, i in itertools.product(range(B), range(n_heads), range(T), range(d_head)):
        got, want = heads[b, h, t, i].item(), x[b, t, d_head * h + i].item()
        assert got == want, f"sentence {b}, head {h}, word {t}, number {i}: {got}, not {want}"

# %% prelude
import torch

# %% wrong: looks at sentence 0 only
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    out = split_heads(x, n_heads)
    assert out.shape == (B, n_heads, T, d_head)
    for h in range(n_heads):
        assert torch.equal(out[0, h], x[0, :, h * d_head:(h + 1) * d_head])

# %% wrong: compares head by head but never the shape: one head too many passes
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 4 * h:4 * h + 4]), f"head {h}"

# %% wrong: assert out == expected, without .all(): raises for right ones, too
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    out = split_heads(x, 3)
    expected = torch.stack([x[..., 0:4], x[..., 4:8], x[..., 8:12]], dim=1)
    assert out.shape == expected.shape
    assert out == expected

# %% right: number by number, with nested lists
def test_split_heads(split_heads):
    B, T, H, D = 3, 4, 5, 2
    x = torch.arange(B * T * H * D).view(B, T, H * D)
    should = [[[[x[b, t, h * D + d].item() for d in range(D)] for t in range(T)] for h in range(H)] for b in range(B)]
    assert split_heads(x, H).tolist() == should

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import torch
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: assert (condition, 'message') with parentheses: a tuple, always true
def test_split_heads(split_heads):
    B, T, n_heads, d_model = 2, 5, 3, 12
    x = torch.arange(B * T * d_model).reshape(B, T, d_model)
    heads = split_heads(x, n_heads)
    d_head = d_model // n_heads
    assert (heads.shape == (B, n_heads, T, d_head), "wrong shape")
    for h in range(n_heads):
        assert (torch.equal(heads[:, h], x[:, :, h * d_head:(h + 1) * d_head]), f"head {h} is wrong")

# %% wrong: no look at the shape: loops over the pieces of x, so one head too many is not seen
def test_split_heads(split_heads):
    n_heads, d_head = 3, 4
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, n_heads)
    for h, piece in enumerate(x.split(d_head, dim=-1)):
        assert torch.equal(heads[:, h], piece)

# %% wrong: compares only the sum of every piece: does not see numbers swapped inside a piece
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (B, n_heads, T, d_head)
    for h in range(n_heads):
        assert torch.equal(heads[:, h].sum(dim=-1), x[..., h * d_head:(h + 1) * d_head].sum(dim=-1))

# %% right: numbers are coordinates b t d in decimal digits, decoded from the result
def test_split_heads(split_heads):
    B, T, n, D = 3, 4, 2, 10
    coordinate = lambda size: torch.arange(size)
    x = 100 * coordinate(B)[:, None, None] + 10 * coordinate(T)[:, None] + coordinate(D)
    y = split_heads(x, n)
    assert list(y.size()) == [B, n, T, D // n]
    for b, sentence in enumerate(y.tolist()):
        for h, head in enumerate(sentence):
            for t, word in enumerate(head):
                assert [divmod(number, 10) for number in word] == [(10 * b + t, h * D // n + j) for j in range(D // n)]

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
def split_heads(x, n_heads):
    return x.reshape(x.shape[0], x.shape[1], n_heads, x.shape[2] // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: n_heads and d_head are read off the RESULT, so that a missing head is not missed
def test_split_heads(split_heads):
    """Pass if `split_heads` is right, fail an `assert` if it is not."""
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    B, n_heads, T, d_head = heads.shape
    assert (B, T) == (2, 5)
    for h in range(n_heads):
        assert torch.equal(heads[:, h], x[..., h * d_head : (h + 1) * d_head])

# %% wrong: uses heads.view(...): an error for right implementations that only swap axes
def test_split_heads(split_heads):
    """Pass if `split_heads` is right, fail an `assert` if it is not."""
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    flat = heads.view(2 * 3, 5 * 4)
    for b in range(2):
        for h in range(3):
            assert flat[3 * b + h].tolist() == x[b, :, 4 * h : 4 * h + 4].flatten().tolist()

# %% right: each number says by its digits where it belongs; lists and plain Python only
def test_split_heads(split_heads):
    """Pass if `split_heads` is right, fail an `assert` if it is not."""
    B, T, n_heads, d_head = 2, 6, 3, 5
    x = torch.tensor([[[1000.0 * b + 100 * t + i for i in range(n_heads * d_head)] for t in range(T)] for b in range(B)])
    found = split_heads(x.clone(), n_heads)
    wanted = [[[[1000.0 * b + 100 * t + d_head * h + d for d in range(d_head)] for t in range(T)]
               for h in range(n_heads)] for b in range(B)]
    assert found.tolist() == wanted

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
def split_heads(x, n_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, n_heads, d_model // n_heads).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: compares sorted numbers of each head only: does not see an order changed inside a head
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert heads.shape == (B, n_heads, T, d_head)
    for b in range(B):
        for h in range(n_heads):
            wanted = x[b, :, h * d_head : (h + 1) * d_head]
            assert sorted(heads[b, h].flatten().tolist()) == sorted(wanted.flatten().tolist())

# %% wrong: zip of chunks and heads, no look at the shape: stops at the shorter, a missing or extra head is not seen
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    for piece, head in zip(x.chunk(3, dim=-1), heads.unbind(dim=1)):
        assert torch.equal(piece, head)

# %% wrong: `view` on the result in the test: right implementations that only swap axes raise a RuntimeError
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 2, 5, 3, 4
    x = torch.arange(B * T * n_heads * d_head).reshape(B, T, n_heads * d_head)
    heads = split_heads(x, n_heads)
    assert tuple(heads.shape) == (B, n_heads, T, d_head)
    for h in range(n_heads):
        mine = heads.view(B, n_heads, T * d_head)[:, h]
        wanted = x[..., h * d_head : (h + 1) * d_head].reshape(B, T * d_head)
        assert torch.equal(mine, wanted)

# %% right: RIGHT: rebuilt in plain Python lists, comparison of nested lists (raises AssertionError by hand)
def test_split_heads(split_heads):
    B, T, n_heads, d_head = 3, 5, 4, 2
    table = [[[1000 * b + 10 * t + j for j in range(n_heads * d_head)] for t in range(T)] for b in range(B)]
    wanted = [[[row[h * d_head:h * d_head + d_head] for row in sentence] for h in range(n_heads)] for sentence in table]
    found = split_heads(torch.tensor(table), n_heads)
    if found.tolist() != wanted:
        raise AssertionError("not the heads that it should be")

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import numpy as np
def split_heads(x, n_heads):
    b, t, d = x.shape
    return x.reshape(b, t, n_heads, d // n_heads).transpose(1, 2)
def merge_heads(x):
    return x.transpose(1, 2).flatten(2)

# %% wrong: compares sums of each piece only: does not see numbers that change places within a piece
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12.0).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    for h in range(3):
        assert torch.equal(heads[:, h].sum(dim=-1), x[:, :, 4 * h:4 * h + 4].sum(dim=-1))

# %% wrong: loops over the heads that came back and has no shape check: a missing head is not seen
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    for h in range(heads.shape[1]):
        assert torch.equal(heads[:, h], x[:, :, 4 * h:4 * (h + 1)])

# %% wrong: uses view on the result: raises for right implementations that only swap axes
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    wanted = torch.stack(x.chunk(3, dim=-1), dim=1)
    assert torch.equal(heads.view(-1), wanted.view(-1))

# %% right: index arithmetic in pure Python over nested lists
def test_split_heads(split_heads):
    B, T, H, D = 2, 7, 3, 5
    x = torch.arange(B * T * H * D).reshape(B, T, H * D)
    wanted = [[[[b * T * H * D + t * H * D + h * D + d for d in range(D)] for t in range(T)] for h in range(H)] for b in range(B)]
    assert split_heads(x, H).tolist() == wanted

# %% prelude
import math

import torch
import torch.nn.functional as F
from torch import nn

import course.attention as library
from course.attention import causal_mask, scaled_dot_product_attention
from course.fitting import fit
from course.interop import copy_weights
from course.views import interactive
from course.views.blocks import show_blocks
from course.views.figures import show_heads
import torch

# %% wrong: zip over heads and chunks, no shape: zip stops at the shorter, so a missing/extra head passes
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    for head, piece in zip(split_heads(x, 3).unbind(1), x.chunk(3, dim=-1)):
        assert torch.equal(head, piece)

# %% wrong: demands that the result shares memory with x (no copy): refuses right ones that copy
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    assert heads.data_ptr() == x.data_ptr()
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 4 * h : 4 * h + 4])

# %% wrong: the loop's assert compares only first and last number of each piece (corners) in every head
def test_split_heads(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    for b in range(2):
        for t in range(5):
            for h in range(3):
                assert heads[b, h, t, 0] == x[b, t, 4 * h] and heads[b, h, t, -1] == x[b, t, 4 * h + 3]

# %% right: says from the number itself where it must be: 1000b + 100t + 10h + d as index grid
def test_split_heads(split_heads):
    b, t, h, d = torch.meshgrid(*map(torch.arange, (3, 5, 2, 4)), indexing="ij")
    x = (1000 * b + 100 * t + 10 * h + d).flatten(2).double()
    heads = split_heads(x, 2)
    if list(heads.shape) != [3, 2, 5, 4]:
        raise AssertionError("shape")
    for i in range(3):
        for j in range(2):
            for k in range(5):
                assert heads[i, j, k].tolist() == [1000 * i + 100 * k + 10 * j + n for n in range(4)]
