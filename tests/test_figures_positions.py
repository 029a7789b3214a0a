"""The figure of a positional encoding as clocks."""
import numpy as np
import pytest

from course.transformer import sinusoidal_encoding
from course.views.positions import show_hands


def test_alt_text_says_how_far_each_hand_turns():
    alt = show_hands(sinusoidal_encoding(6, 4)).alt
    assert "positions 0 to 5" in alt
    assert "pair 0 turns from 0° to 286°" in alt      # 5 radians
    assert "pair 1 turns from 0° to 3°" in alt        # 0.05 radians


def test_one_clock_for_each_pair_with_every_position():
    figure = show_hands(sinusoidal_encoding(6, 8), pairs=(0, 2)).figure
    visible = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_title(loc="center") for ax in visible] == ["pair 0", "pair 2"]
    for ax, pair in zip(visible, (0, 2), strict=True):
        ends = np.array([[line.get_xdata()[-1], line.get_ydata()[-1]] for line in ax.lines])[::2]
        np.testing.assert_allclose(ends, sinusoidal_encoding(6, 8)[:, [2 * pair + 1, 2 * pair]], atol=1e-6)


@pytest.mark.parametrize(("d_model", "pairs"), [(5, None), (4, (2,)), (4, (-1,)), (4, ())])
def test_wrong_sizes_are_refused(d_model, pairs):
    with pytest.raises(ValueError):
        show_hands(sinusoidal_encoding(3, d_model), pairs)
