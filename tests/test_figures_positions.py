"""The figures of a positional encoding."""
import numpy as np
import pytest

from course.transformer import sinusoidal_encoding
from course.views.positions import show_encoding, show_hands


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


def test_the_table_holds_the_encoding_and_its_alt_text_the_changes_of_sign():
    encoding = sinusoidal_encoding(10, 6)
    picture = show_encoding(encoding, title="Waves")
    ax = picture.figure.axes[0]
    np.testing.assert_array_equal(np.asarray(ax.images[0].get_array()), encoding.numpy())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("dimension", "position")
    # sin t changes its sign at π and 2π; cos 0.046 t and cos 0.002 t keep theirs up to t = 9.
    assert picture.alt == (
        "Waves, 10 positions by 6 dimensions, red above 0 and blue below; from the first position to the last, the "
        "first column changes its sign 2 times, the middle one 0 times, the last one 0 times")


def test_a_table_has_two_axes():
    with pytest.raises(ValueError):
        show_encoding(np.zeros((2, 3, 4)))
