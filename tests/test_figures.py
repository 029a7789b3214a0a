"""The static figures: what is drawn is what was given, and what is said agrees with what is drawn."""
import base64
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from course.views import figures
from course.views.figures import (
    HEAD_COLOURS,
    Picture,
    show_curves,
    show_heads,
    show_product,
    show_scores,
    show_shares,
    show_steps,
    show_weights,
)

pytestmark = pytest.mark.slow          # many figures

WORDS = ["the", "black", "cat", "sleeps"]
SCORES = np.array([[1, -2, 2, 0], [1, 2, 6, 3], [1, 4, 2, 3], [1, 0, 4, 3]])
CAUSAL = np.tril(np.ones((4, 4), dtype=bool))


def softmax(scores):
    exp = np.exp(scores)
    return exp / exp.sum(-1, keepdims=True)


WEIGHTS = softmax(SCORES / 2)


def shown_numbers(ax):
    """{(row, column): text} of the numbers written into the cells of `ax`."""
    return {(round(text.get_position()[1]), round(text.get_position()[0])): text for text in ax.texts}


def hatched(ax):
    return {(round(patch.get_y() + 0.5), round(patch.get_x() + 0.5))
            for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_hatch()}


def test_weights_are_drawn_as_given():
    [ax] = show_weights(WEIGHTS, WORDS, WORDS).figure.axes
    [image] = ax.images
    np.testing.assert_allclose(image.get_array(), WEIGHTS)
    assert image.get_cmap().name == "Blues"
    assert image.get_clim() == (0, 1)
    assert [label.get_text() for label in ax.get_xticklabels()] == WORDS
    assert [label.get_text() for label in ax.get_yticklabels()] == WORDS
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("keys", "queries")
    numbers = shown_numbers(ax)
    assert {cell: text.get_text() for cell, text in numbers.items()} == {
        cell: f"{value:.2f}" for cell, value in np.ndenumerate(WEIGHTS)}
    for cell, value in np.ndenumerate(WEIGHTS):
        assert numbers[cell].get_color() == ("white" if value > 0.55 else "black")


def test_rows_are_queries_when_lengths_differ():
    [ax] = show_weights(WEIGHTS[1:3], ["black", "cat"], WORDS).figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["black", "cat"]
    assert shown_numbers(ax)[0, 2].get_text() == "0.69"


def test_weights_are_put_into_words():
    picture = show_weights(WEIGHTS, WORDS, WORDS, title="Black cat")
    assert picture.alt == (
        "Black cat, 4 queries by 4 keys; the attends most to cat (0.47); black attends most to cat (0.69); "
        "cat attends most to black (0.46); sleeps attends most to cat (0.51)")
    assert repr(picture) == picture.alt


@pytest.mark.parametrize(("row", "said"), [
    ([0.5, 0.5, 0, 0], "a attends most to the and black (0.50)"),
    ([0.25] * 4, "a attends to all alike (0.25)"),
    ([0, 0, 0, 0], "a attends to nothing"),
    ([np.nan] * 4, "a has weights that are not numbers"),
])
def test_unusual_rows_are_put_into_words(row, said):
    assert show_weights([row], ["a"], WORDS).alt == f"Attention weights, 1 queries by 4 keys; {said}"


def test_a_large_matrix_is_put_into_few_words_and_drawn_without_numbers():
    weights = np.full((30, 30), 1 / 30)
    weights[[4, 17, 9]] = np.eye(30)[[8, 2, 0]] * [[0.9], [0.7], [0.8]]
    picture = show_weights(weights, range(30), range(30))
    assert picture.alt.endswith(
        "; 4 attends most to 8 (0.90); 9 attends most to 0 (0.80); 17 attends most to 2 (0.70)")
    ax, bar = picture.figure.axes
    assert not ax.texts
    assert bar.get_ylim() == (0, 1)
    assert max(picture.figure.get_size_inches()) < 12


def test_masked_cells_are_hatched_and_empty():
    masked = WEIGHTS * CAUSAL
    picture = show_weights(masked / masked.sum(-1, keepdims=True), WORDS, WORDS, mask=CAUSAL)
    [ax] = picture.figure.axes
    forbidden = set(map(tuple, np.argwhere(~CAUSAL)))
    assert hatched(ax) == forbidden
    assert set(shown_numbers(ax)) == set(map(tuple, np.argwhere(CAUSAL)))
    assert to_hex(ax.patches[0].get_facecolor()) == "#e0e0e0"
    assert picture.alt.endswith("; 6 of 16 cells are masked")


def test_a_weight_that_the_mask_forbids_is_shown_and_said():
    picture = show_weights(WEIGHTS, WORDS, WORDS, mask=CAUSAL)
    leak = shown_numbers(picture.figure.axes[0])[1, 2]
    assert (leak.get_text(), leak.get_color()) == ("0.69", HEAD_COLOURS[1])
    assert picture.alt.endswith("6 of 16 cells are masked, and 6 of those have a weight all the same")


def test_a_query_without_any_key_is_said():
    mask = np.array([[True] * 4, [False] * 4, [True] * 4, [True] * 4])
    assert "; black may attend to nothing; " in show_weights(WEIGHTS * mask, WORDS, WORDS, mask=mask).alt


def test_a_mask_broadcasts():
    picture = show_weights(WEIGHTS, WORDS, WORDS, mask=np.array([True, True, True, False]))
    assert hatched(picture.figure.axes[0]) == {(row, 3) for row in range(4)}


def test_scores_are_centred_on_zero():
    picture = show_scores(SCORES, WORDS, WORDS)
    [ax] = picture.figure.axes
    [image] = ax.images
    assert image.get_cmap().name == "RdBu_r"
    assert image.get_clim() == (-6, 6)
    assert shown_numbers(ax)[0, 1].get_text() == "−2"
    assert picture.alt == "Scores, 4 queries by 4 keys; highest 6 (black, cat), lowest −2 (the, black)"


def test_of_equal_scores_the_first_is_named_whatever_their_last_bits():
    scores = np.array([[1.0, 4.95, 0.0], [4.95, 2.0, 0.0]])
    scores[1] += 1e-6
    scores[1, 2] = -1e-6
    assert show_scores(scores, ("a", "b"), WORDS[:3]).alt.endswith(
        f"highest 4.95 (a, {WORDS[1]}), lowest 0.00 (a, {WORDS[2]})")


def test_masked_scores_do_not_set_the_scale():
    scores = np.where(CAUSAL, SCORES, -1e9)
    picture = show_scores(scores, WORDS, WORDS, mask=CAUSAL)
    [ax] = picture.figure.axes
    assert ax.images[0].get_clim() == (-4, 4)
    assert set(shown_numbers(ax)) == set(map(tuple, np.argwhere(CAUSAL)))
    assert "highest 4 (cat, black), lowest 0 (sleeps, black); 6 of 16 cells are masked" in picture.alt
    assert show_scores(np.where(CAUSAL, SCORES, -np.inf), WORDS, WORDS).figure.axes[0].images[0].get_clim() == (-4, 4)


def test_up_to_four_heads_have_their_colours_and_numbers():
    weights = softmax(np.random.default_rng(0).normal(size=(3, 4, 5)))
    picture = show_heads(weights, WORDS, [*WORDS, "<eos>"])
    panels = [ax for ax in picture.figure.axes if ax.get_visible()]
    assert len(panels) == 3
    for head, ax in enumerate(panels):
        np.testing.assert_allclose(ax.images[0].get_array(), weights[head])
        title = ax.get_title()
        assert title == f"head {head}"
        assert ax.title.get_color() == HEAD_COLOURS[head]
        assert to_hex(ax.spines["left"].get_edgecolor()).upper() == HEAD_COLOURS[head]
        assert shown_numbers(ax)[3, 4].get_text() == f"{weights[head, 3, 4]:.2f}"
        assert f"Head {head}: the attends most to {[*WORDS, '<eos>'][weights[head, 0].argmax()]}" in picture.alt


def test_many_heads_are_thumbnails_with_a_scale():
    weights = softmax(np.random.default_rng(1).normal(size=(6, 4, 4)))
    *panels, bar = (ax for ax in show_heads(weights, WORDS, WORDS).figure.axes if ax.get_visible())
    assert [ax.get_title() for ax in panels] == [f"head {head}" for head in range(6)]
    assert not any(ax.texts or ax.get_xticks().size for ax in panels)
    assert bar.get_ylim() == (0, 1)


def test_heads_may_share_a_mask_or_have_their_own():
    weights = np.full((2, 4, 4), 0.25)
    shared = show_heads(weights, WORDS, WORDS, mask=CAUSAL).figure.axes
    assert [len(hatched(ax)) for ax in shared] == [6, 6]
    own = show_heads(weights, WORDS, WORDS, mask=np.stack([CAUSAL, CAUSAL | True])).figure.axes
    assert [len(hatched(ax)) for ax in own] == [6, 0]


def test_steps_show_scores_weights_and_output():
    values = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])
    picture = show_steps(SCORES / 2, WEIGHTS, WEIGHTS @ values, WORDS, WORDS, ["gender", "dark", "alive"])
    drawn = [ax.images[0].get_array() for ax in picture.figure.axes]
    for array, expected in zip(drawn, (SCORES / 2, WEIGHTS, WEIGHTS @ values), strict=True):
        np.testing.assert_allclose(array, expected)
    assert [ax.images[0].get_cmap().name for ax in picture.figure.axes] == ["RdBu_r", "Blues", "RdBu_r"]
    boxes = [ax.get_window_extent() for ax in picture.figure.axes]
    assert len({(round(box.y0), round(box.height)) for box in boxes}) == 1, "one query stands level in all three"
    assert [round(box.width / box.height, 3) for box in boxes] == [1, 1, 0.75], "cells are square"
    assert "black gets gender 2.78, dark 0.38, alive 2.39" in picture.alt


def test_shares_are_bars_from_zero_to_one():
    picture = show_shares(WEIGHTS[1], WORDS)
    [ax] = picture.figure.axes
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], WEIGHTS[1])
    assert [text.get_text() for text in ax.texts] == ["0.06", "0.09", "0.69", "0.15"]
    assert ax.get_ylim() == (0, 1)
    assert picture.alt == "Shares: the 0.06, black 0.09, cat 0.69, sleeps 0.15"
    low, high = show_shares([1, -2, 2, 0], WORDS).figure.axes[0].get_ylim()
    assert low < -2 and high > 2


def test_a_product_marks_the_row_and_the_column_of_one_cell():
    left, right = np.arange(6).reshape(2, 3), np.array([[1, 0, 2, 1], [0, -1, 1, 0], [2, 1, 0, 3]])
    picture = show_product(left, right, (1, 3), rows=["a", "b"], columns=list("wxyz"))
    assert picture.alt == (
        "QKᵀ: row 1 of Q meets column 3 of Kᵀ; 2 by 3 times 3 by 4; cell (1, 3) is 3·1 + 4·0 + 5·3 = 18")
    [ax] = picture.figure.axes
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == ["3", "4", "5", "1", "0", "3", "18"]
    assert sum(to_hex(patch.get_facecolor()) == "#ffe3b3" for patch in ax.patches) == len(bold)


def test_curves_are_drawn_and_told_from_end_to_end():
    picture = show_curves([4, 16, 64], {"measured": [4.1, 15, 66], "theory": [4, 16, 64]},
                          "d_k", "variance", "Variance of q·k", xscale="log", yscale="log")
    [ax] = picture.figure.axes
    for line, expected in zip(ax.lines, ([4.1, 15, 66], [4, 16, 64]), strict=True):
        np.testing.assert_allclose(line.get_ydata(), expected)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert picture.alt == ("Variance of q·k; variance against d_k from 4 to 64; "
                           "measured goes from 4.1 to 66 and theory goes from 4 to 64")


def test_measured_times_are_told_with_three_digits_and_steps_in_full():
    assert "against s from 9.15 to 300;" in show_curves([9.15003, 299.663], {"a": [5.83, 1.98]}, "s", "loss", "t").alt
    assert "against n from 200 to 20000;" in show_curves([200, 20000], {"a": [1, 2]}, "n", "loss", "t").alt


def test_lists_and_tensors_are_accepted():
    expected = show_weights(WEIGHTS, WORDS, WORDS)
    tensor = torch.tensor(WEIGHTS, requires_grad=True)
    assert show_weights(tensor, WORDS, WORDS, mask=torch.ones(4, 4, dtype=torch.bool)).alt == expected.alt
    assert show_weights(WEIGHTS.tolist(), WORDS, WORDS).png == expected.png
    assert show_weights(torch.tensor(WEIGHTS).bfloat16(), WORDS, WORDS).alt.startswith("Attention weights, 4 queries")


@pytest.mark.parametrize(("draw", "message"), [
    (lambda: show_weights(WEIGHTS[None], WORDS, WORDS), r"shape is \(1, 4, 4\).*weights\[0\]"),
    (lambda: show_weights(WEIGHTS[0], WORDS, WORDS), r"2 axes, but its shape is \(4,\)"),
    (lambda: show_weights(np.zeros((0, 4)), [], WORDS), "empty"),
    (lambda: show_weights([[0.5, 0.5], [1]], WORDS, WORDS), "array of numbers"),
    (lambda: show_weights(WEIGHTS[:2], WORDS, WORDS), r"2 queries \(rows\), but 4 labels.*swapped"),
    (lambda: show_weights(WEIGHTS, WORDS, WORDS[:3]), r"4 keys \(columns\), but 3 labels for them$"),
    (lambda: show_weights(WEIGHTS, "the black cat sleeps", WORDS), "must be a list, not the one string"),
    (lambda: show_weights(WEIGHTS, WORDS, WORDS, mask=CAUSAL.astype(float)), "boolean with True = may attend"),
    (lambda: show_weights(WEIGHTS, WORDS, WORDS, mask=CAUSAL[:3]), r"\(3, 4\) does not fit"),
    (lambda: show_scores(SCORES[0], WORDS, WORDS), "scores must have 2 axes"),
    (lambda: show_heads(WEIGHTS, WORDS, WORDS), "weights must have 3 axes"),
    (lambda: show_steps(SCORES, WEIGHTS, WEIGHTS[:2], WORDS, WORDS, WORDS), "output has 2 rows"),
    (lambda: show_product(SCORES, SCORES[:3], (0, 0)), "4 columns, 3 rows"),
    (lambda: show_product(SCORES, SCORES, (4, 0)), "outside the product"),
    (lambda: show_shares(WEIGHTS[1], WORDS[:2]), "4 shares, but 2 labels"),
    (lambda: show_curves([1, 2], {"a": [1, 2, 3]}, "x", "y", "t"), "'a' has 3 points, but x has 2"),
    (lambda: show_curves([1, 2], {}, "x", "y", "t"), "no curve"),
])
def test_what_cannot_be_drawn_is_explained(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_a_picture_carries_its_alt_text_into_the_notebook():
    picture = show_weights(WEIGHTS, ['"the" <b>', *WORDS[1:]], WORDS)
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == picture.alt
    assert '<img alt="Attention weights, 4 queries by 4 keys; &quot;the&quot; &lt;b&gt; attends' in data["text/html"]
    assert data["image/png"] in data["text/html"]
    assert base64.b64decode(data["image/png"]) == picture.png
    assert picture.png.startswith(b"\x89PNG")
    size = metadata["image/png"]["width"], metadata["image/png"]["height"]
    np.testing.assert_allclose(size, 96 * picture.figure.get_size_inches(), atol=1)
    assert f'width="{size[0]}" height="{size[1]}"' in data["text/html"]


def test_the_background_is_opaque_white():
    assert matplotlib.colors.to_rgba(show_weights(WEIGHTS, WORDS, WORDS).figure.get_facecolor()) == (1, 1, 1, 1)


def test_labels_are_never_read_as_mathematics():
    picture = show_weights(WEIGHTS, ["$x$", "a$b$", "▁the", "c"], WORDS)
    assert [label.get_text() for label in picture.figure.axes[0].get_yticklabels()] == ["$x$", "a$b$", "▁the", "c"]
    assert not any(label.get_parse_math() for label in picture.figure.axes[0].get_yticklabels())


def test_the_same_numbers_make_the_same_picture_whatever_the_learner_has_set():
    before = show_weights(WEIGHTS, WORDS, WORDS)
    with matplotlib.rc_context({"font.size": 20, "figure.facecolor": "red", "savefig.dpi": 30}):
        own_settings = dict(matplotlib.rcParams)
        after = show_weights(WEIGHTS, WORDS, WORDS)
        assert dict(matplotlib.rcParams) == own_settings
    assert before.png == after.png


def test_use_style_sets_the_look_of_a_lessons_own_figures():
    with matplotlib.rc_context():
        figures.use_style()
        assert matplotlib.rcParams["figure.facecolor"] == "white"
        assert matplotlib.rcParams["figure.dpi"] == 96
        assert matplotlib.rcParams["font.size"] == 11
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        assert tuple(colours[:4]) == HEAD_COLOURS


def test_a_lessons_own_figure_becomes_a_picture():
    figure, axes = figures.new_figure(5, 3, rows=1, columns=2)
    assert len(axes) == 2
    assert Picture(figure, "two empty plots").png.startswith(b"\x89PNG")


def test_figures_need_neither_torch_nor_pyplot_nor_the_checks():
    code = ("import sys; from course.views.figures import show_weights; show_weights([[1.0]], ['a'], ['b']); "
            "loaded = {'torch', 'matplotlib.pyplot', 'classroom', 'course.data'} & set(sys.modules); "
            "sys.exit(f'loaded: {loaded}' if loaded else 0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
