"""Positions and dropout by themselves: against the paper's formulas, and their properties."""
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course.transformer import Dropout, sinusoidal_encoding

quick = settings(max_examples=20, deadline=None, derandomize=True)


def test_sinusoids_equal_the_papers_formula():
    encoding = sinusoidal_encoding(9, 6)
    assert encoding.shape == (9, 6) and encoding.dtype == torch.float32
    for position in range(9):
        for i in range(3):
            angle = position / 10000 ** (2 * i / 6)
            assert encoding[position, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert encoding[position, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


def test_far_positions_are_exact_too():
    """Angles in float32 would be off by 1e-3 here."""
    assert sinusoidal_encoding(50_001, 4)[50_000, 0].item() == pytest.approx(math.sin(50_000), abs=1e-6)


@quick
@given(shift=st.integers(0, 40), d_model=st.sampled_from([2, 6, 12]))
def test_a_shift_of_the_position_is_a_rotation(shift, d_model):
    encoding = sinusoidal_encoding(60, d_model).double()
    for i in range(d_model // 2):
        angle = shift / 10000 ** (2 * i / d_model)
        rotation = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]).double()
        pair = encoding[:, 2 * i : 2 * i + 2]
        torch.testing.assert_close(pair[shift:], pair[: 60 - shift] @ rotation.T, rtol=0, atol=1e-6)


@pytest.mark.parametrize("d_model", [1, 7])
def test_odd_d_model_ends_with_a_sine(d_model):
    encoding = sinusoidal_encoding(5, d_model)
    assert encoding.shape == (5, d_model)
    last = torch.tensor([math.sin(p / 10000 ** ((d_model - 1) / d_model)) for p in range(5)])
    torch.testing.assert_close(encoding[:, -1], last)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dropout_zeroes_a_share_and_keeps_the_mean(p, dtype):
    x = torch.ones(301, 1001, dtype=dtype, requires_grad=True)
    y = Dropout(p)(x)
    kept = y != 0
    n = kept.numel()
    assert y.dtype == dtype
    assert abs((~kept).sum().item() / n - p) < 5 * math.sqrt(p * (1 - p) / n)
    torch.testing.assert_close(y[kept], torch.full_like(y[kept], 1 / (1 - p)))
    y.sum().backward()
    torch.testing.assert_close(x.grad, y.detach())      # its derivative is the mask that it was multiplied with


def test_dropout_decides_about_each_number_for_itself():
    kept = Dropout(0.5)(torch.ones(64, 4096)) != 0
    for step in (1, 2, 3, 4, 8):                         # four neighbours come from one random word
        same = (kept[:, step:] == kept[:, :-step]).float().mean().item()
        assert abs(same - 0.5) < 0.01
    assert not torch.equal(kept[0], kept[1])


def test_dropout_follows_the_seed_and_the_mode():
    layer, x = Dropout(0.3), torch.randn(3, 5, 7)
    torch.manual_seed(4)
    first = layer(x)
    torch.manual_seed(4)
    assert torch.equal(layer(x), first)
    assert not torch.equal(layer(x), first)
    assert layer.eval()(x) is x
    assert Dropout(0.0)(x) is x
    assert not Dropout(1.0)(x).any()
    for p in (-0.1, 1.1):
        with pytest.raises(ValueError, match="from 0 to 1"):
            Dropout(p)
