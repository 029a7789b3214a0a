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
