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
