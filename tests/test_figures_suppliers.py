"""The drawn table of suppliers: what is drawn is what was given."""
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from course.views.picture import TOKEN_COLOURS
from course.views.suppliers import show_suppliers

TABLE = {
    "encoder self-attention": ["English", "English", "English"],
    "cross-attention": ["Spanish", "English", "English"],
}


def test_equal_words_have_equal_colours():
    [ax] = show_suppliers(TABLE).figure.axes
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle) and not patch.get_facecolor()[3]]
    english, spanish = (colour.lower() for colour in TOKEN_COLOURS[:2])
    expected = [english, english, english, spanish, english, english]
    assert [to_hex(frame.get_edgecolor()) for frame in frames] == expected


def test_alt_text_says_who_supplies_what():
    assert show_suppliers(TABLE, title="Who?").alt == (
        "Who? encoder self-attention: Q from English, K from English and V from English; "
        "cross-attention: Q from Spanish, K from English and V from English")


def test_words_are_drawn():
    [ax] = show_suppliers(TABLE).figure.axes
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("English") == 5 and texts.count("Spanish") == 1
    assert {"Q", "K", "V", *TABLE} <= set(texts)


@pytest.mark.parametrize(("table", "message"), [
    ({}, "no row"),
    ({"a": ["x", "y"]}, "3 columns of 'a'"),
    ({str(i): [f"{i}a", f"{i}b", f"{i}c"] for i in range(3)}, "9 different words"),
])
def test_errors(table, message):
    with pytest.raises(ValueError, match=message):
        show_suppliers(table)
