"""The picture of the target shift: each position is drawn with the token after the one it reads."""
import pytest
from matplotlib.patches import FancyBboxPatch

from course.views.picture import Picture
from course.views.shift import show_shift

TOKENS = ["<bos>", "el", "gato", "<eos>", "<pad>"]


def test_every_token_stands_where_it_is_said_to():
    picture = show_shift(TOKENS)
    assert isinstance(picture, Picture)
    ax = picture.figure.axes[0]
    by_row: dict[float, list[tuple[float, str]]] = {}
    for text in ax.texts:
        x, y = text.get_position()
        if text.get_text() and x > 0:
            by_row.setdefault(y, []).append((x, text.get_text()))
    rows = [[token for _, token in sorted(by_row[y])] for y in sorted(by_row, reverse=True)]
    assert [row for row in rows if row] == [TOKENS, TOKENS[:-1], TOKENS[1:]]


def test_a_token_keeps_its_colour_and_padding_is_grey():
    boxes = [p for p in show_shift(TOKENS).figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    target, reads, labels = boxes[:5], boxes[5:9], boxes[9:]
    colours = [box.get_edgecolor() for box in target]
    assert len(set(colours)) == 5
    assert [box.get_edgecolor() for box in reads] == colours[:-1]
    assert [box.get_edgecolor() for box in labels] == colours[1:]


def test_the_alt_text_says_what_each_position_is_asked_for():
    assert "position 1: reads el, is asked for gato" in show_shift(TOKENS).alt


def test_one_token_is_refused():
    with pytest.raises(ValueError, match="at least two"):
        show_shift(["<bos>"])
