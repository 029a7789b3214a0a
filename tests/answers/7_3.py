# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask

# %% wrong: only the last position is changed
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    other = x.clone()
    other[:, -1] = torch.randn(2, 16)
    assert torch.allclose(decode(x, memory)[:, :-1], decode(other, memory)[:, :-1], atol=1e-5)

# %% wrong: a single sentence
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(1, 8, 16), torch.randn(1, 5, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = torch.randn(1, 8 - t, 16)
        after = decode(other, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5)

# %% wrong: compares the changed positions too
def test_no_leak(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 4, 16)
    for t in range(1, 6):
        other = x.clone()
        other[:, t:] = torch.randn(2, 6 - t, 16)
        assert torch.allclose(decode(x, memory), decode(other, memory), atol=1e-5)

# %% wrong: off by one, the first changed position must not move
def test_no_leak(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 4, 16)
    for t in range(1, 6):
        other = x.clone()
        other[:, t:] = torch.randn(2, 6 - t, 16)
        a, b = decode(x, memory), decode(other, memory)
        assert torch.allclose(a[:, :t + 1], b[:, :t + 1], atol=1e-5)

# %% wrong: spares the next position
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(6):
        other = x.clone()
        other[:, t + 2:] = torch.randn(2, 8 - t - 2, 16)
        assert torch.allclose(before[:, :t + 1], decode(other, memory)[:, :t + 1], atol=1e-5)

# %% wrong: clone forgotten, both runs see the same
def test_no_leak(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 4, 16)
    for t in range(1, 6):
        other = x
        other[:, t:] = torch.randn(2, 6 - t, 16)
        assert torch.allclose(decode(x, memory)[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% right: returns True or False instead of asserting
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = torch.randn(2, 8 - t, 16)
        if not torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5):
            return False
    return True

# %% wrong: tolerance of a tenth
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = torch.randn(2, 8 - t, 16)
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=0.1)

# %% wrong: changes the memory instead of the future
def test_no_leak(decode):
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(1, 5):
        other = memory.clone()
        other[:, t:] = torch.randn(2, 5 - t, 16)
        assert torch.allclose(before[:, :t], decode(x, other)[:, :t], atol=1e-5)

# %% wrong: one cut in the middle only
def test_no_leak(decode):
    torch.manual_seed(1)
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 4, 16)
    other = x.clone()
    other[:, 3:] = torch.randn(2, 3, 16)
    assert torch.allclose(decode(x, memory)[:, :3], decode(other, memory)[:, :3], atol=1e-5)

# %% wrong: the future is only put into another order
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = x[:, t:].flip(1)
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% wrong: constant vectors, the same after a norm
def test_no_leak(decode):
    x, memory = torch.ones(2, 8, 16), torch.ones(2, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = 5.0
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% wrong: only the first position is compared
def test_no_leak(decode):
    x, memory = torch.randn(3, 8, 16), torch.randn(3, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = torch.randn(3, 8 - t, 16)
        assert torch.allclose(before[:, 0], decode(other, memory)[:, 0], atol=1e-5)

# %% right: raises ValueError, not an assertion
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 4, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t:] = torch.randn(2, 8 - t, 16)
        if not torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5):
            raise ValueError("the future leaks")

# %% right: every cut, new words after it
def test_no_leak(decode):
    torch.manual_seed(0)
    B, T, d = 3, 10, 16
    x, memory = torch.randn(B, T, d), torch.randn(B, 5, d)
    before = decode(x, memory)
    for t in range(1, T):
        other = x.clone()
        other[:, t:] = torch.randn(B, T - t, d)
        after = decode(other, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5), f"position {t - 1} sees later ones"

# %% right: one later position changed at a time
def test_no_leak(decode):
    x, memory = torch.randn(4, 9, 16), torch.randn(4, 6, 16)
    normal = decode(x, memory)
    for j in range(1, x.shape[1]):
        poked = x.clone()
        poked[:, j] += torch.randn(4, 16)
        result = decode(poked, memory)
        for t in range(j):
            assert torch.allclose(normal[:, t], result[:, t], atol=1e-5)

# %% right: cutting the future off must not matter
def test_no_leak(decode):
    length = 12
    x = torch.randn(3, length, 16)
    memory = torch.randn(3, 7, 16)
    whole = decode(x, memory)
    for t in range(1, length):
        beginning = decode(x[:, :t].clone(), memory)
        assert torch.allclose(whole[:, :t], beginning, atol=1e-5)

# %% right: several random tries, raises AssertionError by hand
def changed_after(x, t):
    other = x.clone()
    other[:, t + 1:] = 3 * torch.randn_like(other[:, t + 1:])
    return other

def test_no_leak(decode):
    for attempt in range(3):
        x, memory = torch.randn(2, 8 + attempt, 16), torch.randn(2, 4, 16)
        y = decode(x, memory)
        for t in range(x.shape[1] - 1):
            z = decode(changed_after(x, t), memory)
            if not torch.allclose(y[:, :t + 1], z[:, :t + 1], atol=1e-5):
                raise AssertionError(f"leak at {t}")

# %% prelude
import torch
from torch import nn
from course.attention import causal_mask
# %% wrong: no clone, both names are the same tensor
def test_no_leak(decode):
    x, memory = torch.randn(3, 10, 16), torch.randn(3, 6, 16)
    for t in range(1, 10):
        changed = x
        changed[:, t:] = torch.randn(3, 10 - t, 16)
        assert torch.allclose(decode(x, memory)[:, :t], decode(changed, memory)[:, :t], atol=1e-5)
# %% wrong: only the last position is changed, another one
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    other = x.clone()
    other[:, -1] = torch.randn(4, 16)
    a, b = decode(x, memory), decode(other, memory)
    assert torch.allclose(a[:, :-1], b[:, :-1], atol=1e-5)
# %% wrong: adds one to the whole vector
def test_no_leak(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] += 1.0
        after = decode(changed, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5), t
# %% wrong: looks only at the first sentence
def test_no_leak(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)[0]
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 12 - t, 16)
        after = decode(changed, memory)[0]
        assert torch.allclose(before[:t], after[:t], atol=1e-5)
# %% wrong: the changed position itself must not move either
def test_no_leak(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 12 - t, 16)
        a, b = decode(x, memory), decode(changed, memory)
        assert torch.allclose(a[:, :t + 1], b[:, :t + 1], atol=1e-5), f"leak at {t}"
# %% wrong: coarse tolerance on the mean
def test_no_leak(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    y = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 12 - t, 16)
        moved = (decode(changed, memory)[:, :t] - y[:, :t]).abs().mean()
        assert moved < 0.1
# %% wrong: a new memory in each call
def test_no_leak(decode):
    x = torch.randn(4, 12, 16)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 12 - t, 16)
        a = decode(x, torch.randn(4, 5, 16))
        b = decode(changed, torch.randn(4, 5, 16))
        assert torch.allclose(a[:, :t], b[:, :t], atol=1e-5)
# %% wrong: one cut only, in sentences of three
def test_no_leak(decode):
    x, memory = torch.randn(2, 3, 16), torch.randn(2, 3, 16)
    changed = x.clone()
    changed[:, 2:] = torch.randn(2, 1, 16)
    before, after = decode(x, memory), decode(changed, memory)
    assert torch.allclose(before[:, :2], after[:, :2], atol=1e-5)
# %% right: every cut, all positions before it
def test_no_leak(decode):
    """Pass if position t never depends on what comes after t."""
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 12 - t, 16)
        assert torch.allclose(before[:, :t], decode(changed, memory)[:, :t], atol=1e-5), f"position before {t} moved"
# %% right: returns a boolean, one changed position at a time
def test_no_leak(decode):
    ok = True
    with torch.no_grad():
        for length in (2, 5, 9, 24):
            x, memory = torch.randn(6, length, 16), torch.randn(6, 7, 16)
            y = decode(x, memory)
            for t in range(length):
                z = x.clone()
                z[:, t, :] = torch.randn(6, 16)
                ok = ok and torch.allclose(y[:, :t], decode(z, memory)[:, :t], atol=1e-5)
    return ok
# %% right: largest difference, position by position, own generator
def test_no_leak(decode):
    g = torch.Generator().manual_seed(42)
    B, T, D = 5, 16, 16
    x = torch.randn(B, T, D, generator=g)
    memory = torch.randn(B, 4, D, generator=g)
    original = decode(x.clone(), memory.clone()).detach()
    for t in range(T - 1):
        future = torch.randn(B, T - 1 - t, D, generator=g) * 3
        out = decode(torch.cat([x[:, : t + 1], future], dim=1), memory.clone()).detach()
        for position in range(t + 1):
            gap = (out[:, position] - original[:, position]).abs().max().item()
            assert gap < 1e-4, (t, position, gap)
