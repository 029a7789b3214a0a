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
# %% prelude
import torch
# %% wrong: changes only the last position, so leaks between earlier positions go unseen
def test_no_leak(decode):
    x, memory = torch.randn(3, 12, 16), torch.randn(3, 7, 16)
    changed = x.clone()
    changed[:, -1] = torch.randn(3, 16)
    a, b = decode(x, memory), decode(changed, memory)
    assert torch.allclose(a[:, :-1], b[:, :-1], atol=1e-5)
# %% wrong: adds one number to whole vectors, which a layer norm removes
def test_no_leak(decode):
    x, memory = torch.randn(2, 10, 16), torch.randn(2, 6, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        y = x.clone()
        y[:, t:] += 3.0
        assert torch.allclose(decode(y, memory)[:, :t], before[:, :t], atol=1e-5), f"leak at {t}"
# %% wrong: off by one: also demands that the first changed position stays, so right decoders fail
def test_no_leak(decode):
    x, memory = torch.randn(2, 8, 16), torch.randn(2, 5, 16)
    original = decode(x, memory)
    for t in range(8):
        other = x.clone()
        other[:, t:] = torch.randn(2, 8 - t, 16)
        assert torch.allclose(original[:, :t + 1], decode(other, memory)[:, :t + 1], atol=1e-5)
# %% wrong: off by one: the position directly before the change is not looked at, so a leak from the next position passes
def test_no_leak(decode):
    B, T, D = 3, 10, 16
    x = torch.randn(B, T, D)
    memory = torch.randn(B, 4, D)
    y = decode(x, memory)
    for t in range(1, T):
        x2 = x.clone()
        x2[:, t:] = torch.randn(B, T - t, D)
        y2 = decode(x2, memory)
        assert torch.allclose(y[:, :t - 1], y2[:, :t - 1], atol=1e-5)
# %% wrong: only a sentence of 3 words is tried, so a leak in longer sentences passes
def test_no_leak(decode):
    x, memory = torch.randn(2, 3, 16), torch.randn(2, 4, 16)
    out = decode(x, memory)
    for t in (1, 2):
        changed = x.clone()
        changed[:, t:] = torch.randn_like(changed[:, t:])
        assert torch.allclose(out[:, :t], decode(changed, memory)[:, :t], atol=1e-5)
# %% wrong: a batch of one sentence, so a leak in some other sentence of a batch passes
def test_no_leak(decode):
    x, memory = torch.randn(1, 20, 16), torch.randn(1, 9, 16)
    with torch.no_grad():
        out = decode(x, memory)
        for t in range(1, 20):
            changed = x.clone()
            changed[:, t:] = torch.randn(1, 20 - t, 16)
            assert torch.allclose(out[:, :t], decode(changed, memory)[:, :t], atol=1e-5)
# %% wrong: no clone: both runs get the changed x, so nothing is ever found
def test_no_leak(decode):
    for t in range(1, 10):
        x, memory = torch.randn(3, 10, 16), torch.randn(3, 5, 16)
        changed = x
        changed[:, t:] = torch.randn(3, 10 - t, 16)
        first, second = decode(x, memory), decode(changed, memory)
        assert torch.allclose(first[:, :t], second[:, :t], atol=1e-5)
# %% wrong: compares the means over d_model, which are 0 behind a layer norm whatever leaks
def test_no_leak(decode):
    x, memory = torch.randn(4, 9, 16), torch.randn(4, 6, 16)
    base = decode(x, memory).mean(dim=-1)
    for t in range(1, 9):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 9 - t, 16)
        moved = (decode(changed, memory).mean(dim=-1) - base).abs()
        assert moved[:, :t].max() < 1e-5, f"position before {t} has moved"
# %% wrong: return inside the loop: only the first change is tried, and only position 0 is looked at
def test_no_leak(decode):
    x, memory = torch.randn(3, 12, 16), torch.randn(3, 7, 16)
    out = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(3, 12 - t, 16)
        return torch.allclose(out[:, :t], decode(changed, memory)[:, :t], atol=1e-5)
# %% right: for several lengths, one changed position at a time, all positions before it
def test_no_leak(decode):
    generator = torch.Generator().manual_seed(3)
    for length in (1, 2, 3, 7, 16, 33):
        x = torch.randn(4, length, 16, generator=generator)
        memory = torch.randn(4, 5, 16, generator=generator)
        with torch.no_grad():
            original = decode(x.clone(), memory.clone())
            for s in range(length - 1, 0, -1):
                other = x.clone()
                other[:, s] = torch.randn(4, 16, generator=generator)
                past = decode(other, memory.clone())[:, :s]
                assert torch.allclose(past, original[:, :s], atol=1e-5), (length, s)
# %% right: collects all that has moved under the diagonal of a table and returns True or False
def test_no_leak(decode):
    moved = []
    for batch, length in [(1, 5), (5, 12), (3, 40)]:
        x, memory = torch.randn(batch, length, 16), torch.randn(batch, length + 2, 16)
        out = decode(x, memory).detach()
        for t in range(1, length):
            future = torch.randn(batch, length - t, 16)
            changed = torch.cat([x[:, :t], future], dim=1)
            again = decode(changed, memory).detach()
            moved.append(not torch.allclose(again[:, :t], out[:, :t], atol=1e-5))
    return not any(moved)
# %% prelude
import torch
# %% wrong: assert with a tuple in brackets is always true, so every leak passes
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(3, 12, 16), torch.randn(3, 7, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t:] = torch.randn(3, 12 - t, 16)
        after = decode(changed, memory)
        assert (torch.allclose(before[:, :t], after[:, :t], atol=1e-5), f"position {t} leaks")
# %% wrong: changes one position and looks only at the one just before it, so leaks from further on pass
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(3, 12, 16), torch.randn(3, 7, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t] = torch.randn(3, 16)
        after = decode(changed, memory)
        assert torch.allclose(before[:, t - 1], after[:, t - 1], atol=1e-5)
# %% wrong: a batch of one sentence only, so a leak in the other sentences of a batch passes
def test_no_leak(decode):
    x = torch.randn(1, 12, 16)
    memory = torch.randn(1, 5, 16)
    with torch.no_grad():
        y = decode(x, memory)
        for t in range(1, x.shape[1]):
            x2 = x.clone()
            x2[:, t:] = torch.randn(1, x.shape[1] - t, 16)
            y2 = decode(x2, memory)
            assert torch.allclose(y[:, :t], y2[:, :t], atol=1e-5), f"leak before {t}"
# %% wrong: range(1, T - 1) stops too early: the last position alone is never changed
def test_no_leak(decode):
    B, T, d_model = 4, 12, 16
    x, memory = torch.randn(B, T, d_model), torch.randn(B, 6, d_model)
    y = decode(x, memory)
    for t in range(1, T - 1):
        other = x.clone()
        other[:, t:] = torch.randn(B, T - t, d_model)
        assert torch.allclose(y[:, :t], decode(other, memory)[:, :t], atol=1e-5)
# %% wrong: draws a new memory for the second run, so right decoders fail
def test_no_leak(decode):
    def run(x):
        memory = torch.randn(x.shape[0], 5, x.shape[2])
        return decode(x, memory)

    x = torch.randn(3, 10, 16)
    for t in range(1, 10):
        changed = x.clone()
        changed[:, t:] = torch.randn_like(changed[:, t:])
        assert torch.allclose(run(x)[:, :t], run(changed)[:, :t], atol=1e-5)
# %% wrong: compares one position too many, the first changed one, so right decoders fail
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(2, 10, 16), torch.randn(2, 4, 16)
    y = decode(x, memory)
    for t in range(10):
        z = x.clone()
        z[:, t:] = torch.randn(2, 10 - t, 16)
        assert torch.allclose(y[:, :t + 1], decode(z, memory)[:, :t + 1], atol=1e-5)
# %% wrong: only sentences of four positions, so a leak in longer ones passes
def test_no_leak(decode):
    for seed in range(5):
        torch.manual_seed(seed)
        x, memory = torch.randn(4, 4, 16), torch.randn(4, 4, 16)
        y = decode(x, memory)
        for t in (1, 2, 3):
            other = x.clone()
            other[:, t:] = torch.randn(4, 4 - t, 16)
            assert torch.allclose(y[:, :t], decode(other, memory)[:, :t], atol=1e-5)
# %% right: from the end to the beginning, one more position is changed each time; several sizes; returns True or False
def test_no_leak(decode):
    for batch, length, length_of_memory in ((1, 2, 3), (3, 5, 5), (8, 11, 4), (6, 60, 9)):
        x, memory = torch.randn(batch, length, 16), torch.randn(batch, length_of_memory, 16)
        with torch.no_grad():
            as_it_was = decode(x.clone(), memory.clone())
            other = x.clone()
            for t in reversed(range(1, length)):
                other[:, t] = torch.randn(batch, 16)
                now = decode(other.clone(), memory.clone())
                if not torch.allclose(now[:, :t], as_it_was[:, :t], atol=1e-5):
                    return False
    return True
# %% right: each position's own future, position by position, with the largest difference, measured by what allclose allows, in a table
def test_no_leak(decode):
    generator = torch.Generator().manual_seed(1)

    def numbers(*shape):
        return torch.randn(*shape, generator=generator)

    for B, T in ((2, 3), (7, 9), (5, 48)):
        x, memory = numbers(B, T, 16), numbers(B, 6, 16)
        first = decode(x, memory).detach()
        moved = torch.zeros(B, T)
        for t in range(T - 1):
            future_is_new = (torch.arange(T) > t)[None, :, None]
            other = torch.where(future_is_new, numbers(B, T, 16), x)
            second = decode(other, memory).detach()
            allowed = 1e-5 + 1e-5 * first[:, t].abs()
            moved[:, t] = ((second[:, t] - first[:, t]).abs() / allowed).amax(-1)
        assert not bool((moved > 1).any()), moved


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
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, EncoderLayer, FeedForward, LayerNorm
def layer(fwd, init_extra="", norms=None):
    norms = norms or """        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)
"""
    return f"""
class DecoderLayer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
{norms}{init_extra}
    def forward(self, x, memory, self_mask=None, memory_mask=None):
{fwd}
"""
def transformer(spec):
    o, flags = {}, set()
    for part in [p for p in spec.split(";") if p]:
        if "=" in part: k, v = part.split("=", 1); o[k] = v
        else: flags.add(part)
    g = o.get
    head = f"""
class Transformer(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, {g('pad', 'pad_id')}
"""
    if "max_len" in o: head += f"        max_len = {o['max_len']}\n"
    head += f"        self.embedding = {g('emb', 'nn.Embedding(vocab_size, d_model)')}\n"
    if "posinit" in o: head += f"        self.positions = {o['posinit']}\n"
    elif "tied" not in flags: head += "        self.register_buffer('positions', sinusoidal_encoding(max_len, d_model))\n"
    head += f"        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)\n        self.decoder = {g('decoder', 'Decoder(n_layers, d_model, n_heads, d_ff)')}\n"
    head += f"        {g('init', 'nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)')}\n"
    if "clone" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = nn.Parameter(self.embedding.weight.detach().clone())\n"
    if "tied" in flags: head += "        self.out = nn.Linear(d_model, vocab_size, bias=False)\n        self.out.weight = self.embedding.weight\n"
    if "cache" in flags: head += "        self.memory = None\n"
    scale = g("scale", "math.sqrt(self.d_model)")
    pos = g("pos", "sinusoidal_encoding(ids.shape[1], self.d_model)" if "tied" in flags else "self.positions[:ids.shape[1]]")
    out = g("out", "self.out(states)" if flags & {"clone", "tied"} else "states @ self.embedding.weight.T")
    body = f"""
    def embed(self, ids):
        return self.embedding(ids) * {scale} + {pos}
    def forward(self, source, target):
        src = {g('src', 'padding_mask(source, self.pad_id)')}
"""
    enc = f"self.encoder(self.embed(source), {g('enc_mask', 'src')})"
    if "nograd" in flags: body += f"        with torch.no_grad():\n            memory = {enc}\n"
    elif "cache" in flags: body += f"        if self.memory is None:\n            self.memory = {enc}\n        memory = self.memory\n"
    else: body += f"        memory = {enc}\n"
    if "memory" in o: body += f"        memory = {o['memory']}\n"
    tgt = "self.embed(target)"
    if "tpos" in o: body += f"        ids = target\n        tgt = self.embedding(ids) * {scale} + {o['tpos']}\n"; tgt = "tgt"
    body += f"        states = self.decoder({tgt}, memory, {g('self_mask', 'decoder_mask(target, self.pad_id)')}, {g('memory_mask', 'src')})\n        return {out}\n"
    return head + body

# %% wrong: assert with parentheses: a tuple, always true
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] = torch.randn(4, 10 - t, 16)
        after = decode(other, memory)
        assert (torch.allclose(before[:, :t], after[:, :t], atol=1e-5), f"leak at {t}")

# %% wrong: NaN as a marker in the future: 0 · NaN is NaN, so right decoders are accused
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] = float("nan")
        assert not decode(other, memory)[:, :t].isnan().any()

# %% wrong: gradient of a plain sum: always 0 after a layer norm
def test_no_leak(decode):
    x = torch.randn(4, 10, 16, requires_grad=True)
    memory = torch.randn(4, 7, 16)
    y = decode(x, memory)
    for t in range(9):
        g, = torch.autograd.grad(y[:, t].sum(), x, retain_graph=True)
        assert torch.allclose(g[:, t + 1:], torch.zeros_like(g[:, t + 1:]), atol=1e-5)

# %% wrong: only sentence 0 of the batch is changed and looked at
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = x.clone()
        other[0, t:] = torch.randn(10 - t, 16)
        assert torch.allclose(before[0, :t], decode(other, memory)[0, :t], atol=1e-5)

# %% right: truncation: what comes out must not depend on whether the rest exists
def test_no_leak(decode):
    x, memory = torch.randn(5, 12, 16), torch.randn(5, 6, 16)
    whole = decode(x, memory)
    for t in range(1, 12):
        assert torch.allclose(whole[:, :t], decode(x[:, :t].clone(), memory), atol=1e-5), t

# %% wrong: the loop returns after the first change (return None inside)
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] = torch.randn(4, 10 - t, 16)
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5)
        return

# %% wrong: the same seed again: 'other' numbers are the same numbers for t = 0 only shape; whole tensor drawn again, past
def test_no_leak(decode):
    for t in range(1, 10):
        torch.manual_seed(0)
        x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
        torch.manual_seed(0)
        other = torch.randn(4, 10, 16)
        other[:, :t] = x[:, :t]
        assert torch.allclose(decode(x, memory)[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% wrong: a new memory for the second run
def test_no_leak(decode):
    x = torch.randn(4, 10, 16)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] = torch.randn(4, 10 - t, 16)
        assert torch.allclose(decode(x, torch.randn(4, 7, 16))[:, :t], decode(other, torch.randn(4, 7, 16))[:, :t], atol=1e-5)

# %% wrong: the future is reversed with flip: the middle/last single position does not move
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = torch.cat([x[:, :t], x[:, t:].flip(1)], dim=1)
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% wrong: the change is tiny (1e-4): a leak moves the past by less than atol
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] += 1e-4 * torch.randn(4, 10 - t, 16)
        assert torch.allclose(before[:, :t], decode(other, memory)[:, :t], atol=1e-5)

# %% wrong: compares the mean over the past positions and dimensions
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 10):
        other = x.clone()
        other[:, t:] = torch.randn(4, 10 - t, 16)
        assert abs(before[:, :t].mean() - decode(other, memory)[:, :t].mean()) < 1e-5

# %% wrong: range(1, 9): the last position is never changed alone
def test_no_leak(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(9):
        other = x.clone()
        other[:, t + 1:-1] = torch.randn_like(other[:, t + 1:-1])
        assert torch.allclose(before[:, :t + 1], decode(other, memory)[:, :t + 1], atol=1e-5)


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
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
DecoderLayer, Decoder = library.DecoderLayer, library.Decoder
class Parts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)
class Base(nn.Module):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.d_model, self.pad_id = d_model, pad_id
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)
    def embed(self, ids):
        return self.embedding(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]]
    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)
        memory = self.encoder(self.embed(source), source_mask)
        out = self.decoder(self.embed(target), memory, decoder_mask(target, self.pad_id), source_mask)
        return out @ self.embedding.weight.T

# %% wrong: off by one: compares the changed position t too, which may move
def test_no_leak(decode):
    x, memory = torch.randn(4, 8, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 8 - t, 16)
        assert torch.allclose(decode(changed, memory)[:, : t + 1], before[:, : t + 1], atol=1e-5)

# %% wrong: one cut in the middle only, instead of each
def test_no_leak(decode):
    x, memory = torch.randn(4, 20, 16), torch.randn(4, 5, 16)
    changed = x.clone()
    changed[:, 10:] = torch.randn(4, 10, 16)
    assert torch.allclose(decode(changed, memory)[:, :10], decode(x, memory)[:, :10], atol=1e-5)

# %% wrong: x.clone() forgotten: both names are one tensor when decode runs, so nothing ever differs
def test_no_leak(decode):
    x, memory = torch.randn(4, 20, 16), torch.randn(4, 5, 16)
    for t in range(1, 20):
        changed = x
        changed[:, t:] = torch.randn(4, 20 - t, 16)
        assert torch.allclose(decode(x, memory)[:, :t], decode(changed, memory)[:, :t], atol=1e-5)

# %% wrong: `return` inside the loop: only the first cut (t = 1) is ever tried
def test_no_leak(decode):
    x, memory = torch.randn(4, 20, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 20):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 20 - t, 16)
        return torch.allclose(decode(changed, memory)[:, :t], before[:, :t], atol=1e-5)

# %% right: by gradient, as in stretch A; checks every output position against later inputs
def test_no_leak(decode):
    for length in (1, 2, 3, 7, 24):
        x = torch.randn(5, length, 16, requires_grad=True)
        memory = torch.randn(5, 4, 16)
        y = decode(x, memory)
        for t in range(length - 1):
            (g,) = torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True, allow_unused=True)
            assert g is None or g[:, t + 1:].abs().max() == 0, f"position {t} sees the future"

# %% prelude

# %% wrong: returns whether it leaks (True = leaks): the wrong way round
import torch
def test_no_leak(decode):
    x, memory = torch.randn(4, 16, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    leaks = False
    for t in range(1, 16):
        other = x.clone()
        other[:, t:] = torch.randn(4, 16 - t, 16)
        if not torch.allclose(decode(other, memory)[:, :t], before[:, :t], atol=1e-5):
            leaks = True
    return leaks

# %% wrong: no clone: x itself is overwritten, from t = 1 on, so later rounds compare a changed past
import torch
def test_no_leak(decode):
    x, memory = torch.randn(4, 16, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 16):
        other = x
        other[:, t:] = torch.randn(4, 16 - t, 16)
        assert torch.allclose(decode(other, memory)[:, :t], before[:, :t], atol=1e-5)

# %% wrong: signed mean of the difference: moves cancel
import torch
def test_no_leak(decode):
    x, memory = torch.randn(4, 16, 16), torch.randn(4, 7, 16)
    before = decode(x, memory)
    for t in range(1, 16):
        other = x.clone()
        other[:, t:] = torch.randn(4, 16 - t, 16)
        moved = decode(other, memory)[:, :t] - before[:, :t]
        assert abs(moved.mean().item()) < 1e-3, f"the past moves when position {t} changes"

# %% right: torch.testing.assert_close, from the end to the beginning, a new x for each change
import torch
def test_no_leak(decode):
    B, T, d = 6, 40, 16
    with torch.no_grad():
        for n_future in range(1, T):
            x, memory = torch.randn(B, T, d), torch.randn(B, 9, d)
            past = x[:, : T - n_future]
            other = torch.cat([past, torch.randn(B, n_future, d)], dim=1)
            torch.testing.assert_close(decode(x, memory)[:, : T - n_future],
                                       decode(other, memory)[:, : T - n_future], atol=1e-5, rtol=1e-5)

# %% prelude

# %% wrong: the return stands inside the loop: only t = 0 is tested, where nothing is before
import torch
def test_no_leak(decode):
    torch.manual_seed(0)
    x = torch.randn(4, 10, 16)
    memory = torch.randn(4, 7, 16)
    out = decode(x, memory)
    for t in range(10):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 10 - t, 16)
        return torch.allclose(out[:, :t], decode(changed, memory)[:, :t], atol=1e-5)

# %% wrong: a new random memory for the second run
import torch
def test_no_leak(decode):
    T = 12
    x = torch.randn(3, T, 16)
    for t in range(1, T):
        other = x.clone()
        other[:, t:] = torch.randn(3, T - t, 16)
        before = decode(x, torch.randn(3, 5, 16))
        after = decode(other, torch.randn(3, 5, 16))
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5), t

# %% wrong: one position changed, and only the position just before it looked at
import torch
def test_no_leak(decode):
    x = torch.randn(4, 12, 16)
    memory = torch.randn(4, 6, 16)
    y = decode(x, memory)
    for t in range(1, 12):
        x2 = x.clone()
        x2[:, t] = torch.randn(4, 16)
        y2 = decode(x2, memory)
        assert torch.allclose(y[:, t - 1], y2[:, t - 1], atol=1e-5)

# %% right: every position changed alone, the largest move of all earlier positions compared, several sizes
import torch
def test_no_leak(decode):
    gen = torch.Generator().manual_seed(7)
    for n, T in [(1, 2), (2, 5), (5, 16), (3, 33)]:
        x = torch.randn(n, T, 16, generator=gen)
        memory = torch.randn(n, 4, 16, generator=gen)
        with torch.no_grad():
            base = decode(x.clone(), memory)
            for t in range(T - 1, 0, -1):
                z = x.clone()
                z[:, t, :] = torch.randn(n, 16, generator=gen)
                moved = (decode(z, memory) - base)[:, :t].abs().max().item()
                if moved > 1e-5:
                    raise AssertionError(f"position {t} is seen before it is there: {moved}")

# %% prelude
import torch

# %% wrong: the range ends one too early, so that the last position is never the changed one
def test_no_leak(decode):
    torch.manual_seed(0)
    B, T, d = 4, 12, 16
    x = torch.randn(B, T, d)
    memory = torch.randn(B, 7, d)
    before = decode(x, memory)
    for t in range(T - 2):
        changed = x.clone()
        changed[:, t + 1] = torch.randn(B, d)
        after = decode(changed, memory)
        assert torch.allclose(before[:, :t + 1], after[:, :t + 1], atol=1e-5)

# %% wrong: no clone, and the first output is computed after the change
def test_no_leak(decode):
    x = torch.randn(4, 12, 16)
    memory = torch.randn(4, 7, 16)
    for t in range(1, 12):
        other = x
        other[:, t:] = torch.randn(4, 12 - t, 16)
        a = decode(x, memory)
        b = decode(other, memory)
        assert torch.allclose(a[:, :t], b[:, :t], atol=1e-5), f"position {t} leaks"

# %% right: for each position all that follows it is changed, and it alone is looked at
def test_no_leak(decode):
    x = torch.randn(3, 10, 16)
    memory = torch.randn(3, 6, 16)
    y = decode(x, memory)
    for t in range(9):
        x2 = x.clone()
        x2[:, t + 1:] = torch.randn(3, 9 - t, 16)
        y2 = decode(x2, memory)
        assert torch.allclose(y[:, t], y2[:, t], atol=1e-5)

# %% right: one position at a time, the largest difference, several lengths
def test_no_leak(decode):
    with torch.no_grad():
        for T in (2, 3, 5, 16, 24):
            x = torch.randn(6, T, 16)
            memory = torch.randn(6, 5, 16)
            y = decode(x, memory)
            for t in range(1, T):
                z = x.clone()
                z[:, t] = 3 * torch.randn(6, 16)
                difference = (decode(z, memory) - y).abs()[:, :t].max().item()
                assert difference < 1e-5

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
import course.transformer as library
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask, scaled_dot_product_attention
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding

# %% wrong: off by one: changes t itself and looks at t
def test_no_leak(decode):
    x, memory = torch.randn(3, 12, 16), torch.randn(3, 5, 16)
    y = decode(x, memory)
    for t in range(12):
        other = x.clone()
        other[:, t:] = torch.randn(3, 12 - t, 16)
        assert torch.allclose(y[:, : t + 1], decode(other, memory)[:, : t + 1], atol=1e-5)

# %% wrong: changes only t + 1 and looks only at t: far leaks are missed
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(4, 20, 16), torch.randn(4, 6, 16)
    y = decode(x, memory)
    for t in range(19):
        other = x.clone()
        other[:, t + 1] = torch.randn(4, 16)
        assert torch.allclose(y[:, t], decode(other, memory)[:, t], atol=1e-5)

# %% wrong: a batch of one sentence: a leak in only some sentences of a batch is missed
def test_no_leak(decode):
    T = 20
    x, memory = torch.randn(1, T, 16), torch.randn(1, 4, 16)
    before = decode(x, memory)
    for t in range(T - 1):
        other_future = x.clone()
        other_future[:, t + 1:] = torch.randn(1, T - t - 1, 16)
        after = decode(other_future, memory)
        assert torch.allclose(before[:, t], after[:, t], atol=1e-5)

# %% right: changes t alone, looks at all before it; returns a bool, no assert
def test_no_leak(decode):
    B, T, d = 5, 24, 16
    with torch.no_grad():
        x, memory = torch.randn(B, T, d), torch.randn(B, 7, d)
        y = decode(x, memory)
        worst = 0.0
        for t in range(1, T):
            z = x.clone()
            z[:, t] = torch.randn(B, d)
            worst = max(worst, (decode(z, memory)[:, :t] - y[:, :t]).abs().max().item())
    return worst < 1e-5

# %% prelude
import torch

# %% wrong: no clone: the comparison x is the same tensor, changed in place before both runs
def test_no_leak(decode):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 16)
    memory = torch.randn(2, 4, 16)
    for t in range(5):
        changed = x
        changed[:, t + 1:] = torch.randn(2, 5 - t, 16)
        assert torch.allclose(decode(x, memory)[:, :t + 1], decode(changed, memory)[:, :t + 1], atol=1e-5)

# %% wrong: one cut only, in the middle (as in the page's cell)
def test_no_leak(decode):
    x, memory = torch.randn(1, 5, 16), torch.randn(1, 4, 16)
    other_future = x.clone()
    other_future[:, 3:] = torch.randn(1, 2, 16)
    a = decode(x, memory)
    b = decode(other_future, memory)
    assert torch.allclose(a[:, :3], b[:, :3], atol=1e-5)

# %% wrong: off by one: compares also a position that was itself changed
def test_no_leak(decode):
    B, T, D = 3, 7, 16
    x, memory = torch.randn(B, T, D), torch.randn(B, 4, D)
    before = decode(x, memory)
    for t in range(1, T):
        x2 = x.clone()
        x2[:, t:] = torch.randn(B, T - t, D)
        after = decode(x2, memory)
        assert torch.allclose(before[:, :t + 1], after[:, :t + 1], atol=1e-5), f"leak at {t}"

# %% right: changes one position alone and returns a bool
@torch.no_grad()
def test_no_leak(decode):
    x = torch.randn(4, 8, 16)
    memory = torch.randn(4, 5, 16)
    y = decode(x, memory)
    ok = True
    for s in range(1, 8):
        z = torch.cat([x[:, :s], torch.randn(4, 1, 16), x[:, s + 1:]], dim=1)
        d = (decode(z, memory) - y)[:, :s].abs().max().item()
        ok = ok and d < 1e-5
    return ok

# %% prelude
import math
import torch
from torch import nn
import torch.nn.functional as F
from course.attention import MultiHeadAttention, causal_mask, decoder_mask, padding_mask
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding, DecoderLayer, Decoder

# %% wrong: a batch of one sentence only
def test_no_leak(decode):
    x = torch.randn(1, 8, 16)
    memory = torch.randn(1, 6, 16)
    before = decode(x, memory)
    for t in range(7):
        other = x.clone()
        other[:, t + 1:] = torch.randn(1, 7 - t, 16)
        after = decode(other, memory)
        assert torch.allclose(before[:, t], after[:, t], atol=1e-5), t

# %% wrong: no clone: both runs read the same changed tensor
def test_no_leak(decode):
    x = torch.randn(4, 8, 16)
    memory = torch.randn(4, 6, 16)
    for t in range(x.shape[1] - 1):
        other = x
        other[:, t + 1:] = torch.randn(4, 7 - t, 16)
        assert torch.allclose(decode(x, memory)[:, t], decode(other, memory)[:, t], atol=1e-5)

# %% wrong: changes from t on (x[:, t:]) and looks at t: position t itself is changed
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(3, 7, 16), torch.randn(3, 5, 16)
    y = decode(x, memory)
    for t in range(7):
        future = x.clone()
        future[:, t:] = torch.randn_like(future[:, t:])
        z = decode(future, memory)
        assert torch.allclose(y[:, t], z[:, t], atol=1e-5), f"leak at {t}"

# %% right: changes t alone, looks at all before, several sizes, returns a bool
@torch.no_grad()
def test_no_leak(decode):
    clean = True
    for batch, size in [(1, 2), (5, 9), (3, 12)]:
        x, memory = torch.randn(batch, size, 16), torch.randn(batch, 4, 16)
        y = decode(x.clone(), memory)
        for t in range(1, size):
            changed = torch.cat([x[:, :t], torch.randn(batch, 1, 16), x[:, t + 1:]], dim=1)
            clean &= torch.allclose(decode(changed, memory)[:, :t], y[:, :t], atol=1e-5)
    return clean

# %% prelude
import torch

# %% wrong: no clone: x itself is changed in place, both runs see the changed x
def test_no_leak(decode):
    B, T, D = 3, 6, 16
    x, memory = torch.randn(B, T, D), torch.randn(B, 4, D)
    for t in range(T - 1):
        other = x
        other[:, t + 1:] = torch.randn(B, T - t - 1, D)
        a = decode(x, memory)
        b = decode(other, memory)
        assert torch.allclose(a[:, t], b[:, t], atol=1e-5)

# %% wrong: a new random memory in the second run: refuses every right decoder
def test_no_leak(decode):
    def run(x):
        memory = torch.randn(3, 4, 16)
        return decode(x, memory)
    x = torch.randn(3, 6, 16)
    for t in range(5):
        other = x.clone()
        other[:, t + 1:] = torch.randn(3, 5 - t, 16)
        assert torch.allclose(run(x)[:, t], run(other)[:, t], atol=1e-5), t

# %% wrong: changes only the next position t+1 and looks only at t: misses far leaks
def test_no_leak(decode):
    x, memory = torch.randn(4, 8, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(x.shape[1] - 1):
        other = x.clone()
        other[:, t + 1] = torch.randn(4, 16)
        after = decode(other, memory)
        assert torch.allclose(before[:, t], after[:, t], atol=1e-5), f"position {t} sees {t + 1}"

# %% right: change t alone, look at all before; several lengths; raises by assert with all()
@torch.no_grad()
def test_no_leak(decode):
    for size in (2, 5, 9):
        x = torch.randn(5, size, 16)
        memory = torch.randn(5, 3, 16)
        first = decode(x.clone(), memory.clone())
        same = []
        for t in range(1, size):
            other = x.clone()
            other[:, t] = 3 * torch.randn(5, 16)
            second = decode(other, memory.clone())
            same.append(torch.allclose(first[:, :t], second[:, :t], atol=1e-5))
        assert all(same)

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift

# %% wrong: changes the later positions of the MEMORY and asserts that position t does not move
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(3, 7, 16), torch.randn(3, 7, 16)
    before = decode(x, memory)
    for t in range(6):
        future = memory.clone()
        future[:, t + 1:] = torch.randn(3, 6 - t, 16)
        assert torch.allclose(decode(x, future)[:, t], before[:, t], atol=1e-5)

# %% wrong: begins at t = 1 and looks at t alone: a leak into position 0 is never looked for
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(4, 8, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 7):                      # position 0 is <bos>, nothing to see there
        other = x.clone()
        other[:, t + 1:] = torch.randn(4, 7 - t, 16)
        assert torch.allclose(decode(other, memory)[:, t], before[:, t], atol=1e-5), f"leak at {t}"

# %% wrong: compares only the sum of all numbers of the past (which a last layer norm makes 0)
def test_no_leak(decode):
    torch.manual_seed(0)
    x, memory = torch.randn(4, 8, 16), torch.randn(4, 5, 16)
    before = decode(x, memory)
    for t in range(1, 8):
        other = x.clone()
        other[:, t] = torch.randn(4, 16)
        after = decode(other, memory)
        assert torch.allclose(after[:, :t].sum(), before[:, :t].sum(), atol=1e-4)

# %% right: from the back, one more position replaced each time (cumulative), torch.testing.assert_close in float64, two shapes
def test_no_leak(decode):
    generator = torch.Generator().manual_seed(7)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
    for B, T, S in [(5, 9, 4), (3, 6, 8)]:
        x, memory = draw(B, T, 16), draw(B, S, 16)
        with torch.no_grad():
            wanted = decode(x.clone(), memory.clone())
            other = x.clone()
            for t in reversed(range(1, T)):
                other[:, t] = draw(B, 16)
                torch.testing.assert_close(decode(other.clone(), memory.clone()).narrow(1, 0, t), wanted.narrow(1, 0, t),
                                           rtol=0, atol=1e-7)

# %% prelude
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

import course.transformer as library
from course.attention import (
    MultiHeadAttention,
    causal_mask,
    decoder_mask,
    padding_mask,
    scaled_dot_product_attention,
)
from course.inspection import record_attention
from course.interop import copy_weights
from course.transformer import Encoder, FeedForward, LayerNorm, sinusoidal_encoding
from course.views import interactive
from course.views.figures import show_weights
from course.views.shift import show_shift

# %% wrong: off by one: changes t+1.. and compares only positions before t
def test_no_leak(decode):
    x, memory = torch.randn(3, 7, 16), torch.randn(3, 5, 16)
    before = decode(x, memory)
    for t in range(7):
        other = x.clone()
        other[:, t + 1:] = torch.randn(3, 7 - t - 1, 16)
        after = decode(other, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5)

# %% wrong: compares one number for each position, the sum of its vector (0 after a last layer norm)
def test_no_leak(decode):
    x, memory = torch.randn(3, 7, 16), torch.randn(3, 5, 16)
    before = decode(x, memory).sum(dim=-1)
    for t in range(6):
        other = x.clone()
        other[:, t + 1:] = torch.randn(3, 7 - t - 1, 16)
        after = decode(other, memory).sum(dim=-1)
        assert torch.allclose(before[:, t], after[:, t], atol=1e-5), t

# %% wrong: a new random memory for every call: right decoders differ, too
def test_no_leak(decode):
    x = torch.randn(3, 7, 16)
    for t in range(7):
        other = x.clone()
        other[:, t + 1:] = torch.randn(3, 7 - t - 1, 16)
        a = decode(x, torch.randn(3, 5, 16))
        b = decode(other, torch.randn(3, 5, 16))
        assert torch.allclose(a[:, t], b[:, t], atol=1e-5)

# %% right: RIGHT: by gradient (stretch A), several sentences, T = 7
def test_no_leak(decode):
    x = torch.randn(4, 7, 16, requires_grad=True)
    memory = torch.randn(4, 5, 16)
    y = decode(x, memory)
    for t in range(6):
        gradient, = torch.autograd.grad(y[:, t].cos().sum(), x, retain_graph=True)
        assert gradient[:, t + 1:].abs().max() == 0
