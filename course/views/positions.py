"""Figures of a positional encoding: as a table, and as the hands of clocks."""
from collections.abc import Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from course._words import later, say
from course.views._matrix import as_matrix, draw_matrix, join
from course.views.picture import HEAD_COLOURS, Picture, in_style, new_figure

__all__ = ["show_encoding", "show_hands"]


@in_style
def show_encoding(encoding: ArrayLike, title: str = later("Positions and dimensions")) -> Picture:
    """An encoding (T, d_model) as a coloured table: rows are positions, columns dimensions, white is 0."""
    encoding = as_matrix(encoding, "encoding")
    length, d_model = encoding.shape
    cell = min(0.3, 6.0 / max(length, d_model))
    figure, [ax] = new_figure(max(3.4, cell * d_model + 1.8), cell * length + 1.2)
    draw_matrix(ax, encoding, [str(t) for t in range(length)], [str(c) for c in range(d_model)], signed=True,
                numbers=False, labels=False)
    for axis, size in ((ax.xaxis, d_model), (ax.yaxis, length)):
        axis.set_ticks(range(0, size, 1 if size <= 8 else 2 if size <= 16 else 4))
    ax.xaxis.tick_bottom()
    ax.tick_params(length=0)
    title = say(title)
    ax.set(xlabel=say("dimension"), ylabel=say("position"), title=title)
    figure.colorbar(ScalarMappable(ax.images[0].norm, ax.images[0].cmap), ax=ax, shrink=0.8, pad=0.02)
    turns = [int((np.diff(np.sign(column[column != 0])) != 0).sum()) for column in encoding.T]
    return Picture(figure, say("{title}, {length} positions by {d_model} dimensions, red above 0 and blue below; "
                               "from the first position to the last, the first column changes its sign {turns} "
                               "times, the middle one {turns2} times, the last one {turns3} times", title=title,
                               length=length, d_model=d_model, turns=turns[0], turns2=turns[d_model // 2],
                               turns3=turns[-1]))


@in_style
def show_hands(
    encoding: ArrayLike, pairs: Sequence[int] | None = None, title: str = later("One clock for each pair")
) -> Picture:
    """Each pair (sine, cosine) of an encoding (T, d_model) as points on a circle, one for each position.

    The sine goes up and the cosine to the right, so that the hand starts at three o'clock and turns
    against the clock. `pairs` chooses which pairs to draw, by default all. Raises ValueError for an
    odd d_model, and for pairs that there are not.
    """
    encoding = as_matrix(encoding, "encoding")
    length, d_model = encoding.shape
    if d_model % 2:
        raise ValueError(say("d_model = {d_model} is odd: its last column is a sine without a cosine", d_model=d_model))
    pairs = list(range(d_model // 2) if pairs is None else pairs)
    if not pairs or not all(0 <= pair < d_model // 2 for pair in pairs):
        raise ValueError(say("pairs must be among 0 to {d_model}, but are {pairs}", d_model=d_model // 2 - 1,
                             pairs=pairs))
    columns = min(len(pairs), 4)
    rows = -(-len(pairs) // columns)
    figure, axes = new_figure(2.3 * columns, 2.5 * rows + 0.4, rows, columns)
    title = say(title)
    figure.suptitle(title, x=0.01, ha="left")
    described = []
    for ax in axes[len(pairs):]:
        ax.set_visible(False)
    for ax, pair in zip(axes, pairs, strict=False):
        sin, cos = encoding[:, 2 * pair], encoding[:, 2 * pair + 1]
        ax.add_patch(Circle((0, 0), 1, fill=False, color="#BBBBBB"))
        for t, (x, y) in enumerate(zip(cos, sin, strict=True)):
            shade = 0.25 + 0.75 * (t + 1) / length
            ax.plot([0, x], [0, y], color=HEAD_COLOURS[0], alpha=shade, linewidth=1)
            ax.plot(x, y, marker="o", color=HEAD_COLOURS[0], alpha=shade)
            if t == 0 or np.hypot(x - cos[:t], y - sin[:t]).min() > 0.2:      # numbers do not cover each other
                ax.text(1.24 * x, 1.24 * y, str(t), ha="center", va="center")
        ax.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal")
        ax.axis("off")
        ax.set_title(say("pair {pair}", pair=pair), loc="center")
        angle = np.degrees(np.unwrap(np.arctan2(sin, cos)))
        described.append(say("pair {pair} turns from {angle:.0f}° to {angle2:.0f}°", pair=pair, angle=angle[0],
                             angle2=angle[-1]))
    return Picture(figure, say("{title}, positions 0 to {length} as hands: {described}", title=title,
                               length=length - 1, described=join(described)))
