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
