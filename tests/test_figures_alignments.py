"""The figures of lesson 11."""
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course.views.alignments import show_alignment, show_points

SOURCE, TARGET = ["the", "black", "cat", "sleeps"], ["el", "gato", "negro"]
WEIGHTS = [[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1], [0.1, 0.3, 0.2, 0.4]]


def frames(picture):
    patches = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Rectangle)]
    return {(round(p.get_x() + 0.44), round(p.get_y() + 0.44)): p.get_linestyle() for p in patches}


@pytest.mark.slow
def test_links_are_framed_where_they_belong():
    picture = show_alignment(WEIGHTS, TARGET, SOURCE, sure={(0, 0), (2, 1), (1, 2)}, possible={(0, 0), (0, 1)})
    assert frames(picture) == {(0, 0): "-", (2, 1): "-", (1, 2): "-", (0, 1): "--"}
    ax = picture.figure.axes[0]
    np.testing.assert_allclose(ax.images[0].get_array(), WEIGHTS)
    assert [label.get_text() for label in ax.get_yticklabels()] == TARGET
    assert picture.alt.endswith("2 rows lies on a sure link: el looks most at the (sure); gato looks most at cat "
                                "(sure); negro looks most at sleeps (not linked)")


def test_a_possible_link_is_told_from_a_sure_one():
    picture = show_alignment(WEIGHTS, TARGET, SOURCE, sure=[(2, 1)], possible=[(3, 2)])
    assert "negro looks most at sleeps (possible)" in picture.alt


def test_points_keep_their_labels_and_groups():
    picture = show_points([0.2, 0.4, 0.3], [1, 3, -0.5], ["a", "b", "$c$"], "x", "y", "Points", ["one", "one", "two"])
    ax = picture.figure.axes[0]
    assert [text.get_text() for text in ax.texts] == ["a", "b", "$c$"]
    assert [len(c.get_offsets()) for c in ax.collections] == [2, 1]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]
    assert ax.get_ylim()[0] < -0.5 and ax.get_xlim()[0] == 0
    assert "one b at 0.4, 3 and two $c$ at 0.3, -0.5; correlation 0.57" in picture.alt
    assert show_points([1, 2], [1, 2], ["a", "b"], "x", "y", "t").figure.axes[0].get_legend() is None


@pytest.mark.parametrize(("draw", "message"), [
    (lambda: show_alignment(WEIGHTS, SOURCE, TARGET, set()), "swapped"),
    (lambda: show_alignment(WEIGHTS, TARGET, SOURCE, {(0, 3)}), r"\(0, 3\) lies outside 4 source and 3 target"),
    (lambda: show_points([1, 2], [1], ["a", "b"], "x", "y", "t"), "2 numbers in x, but 1 in y"),
    (lambda: show_points([1, 2], [1, 2], ["a"], "x", "y", "t"), "1 labels"),
])
def test_what_cannot_be_drawn_is_explained(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
