"""Figure of a positional encoding as the hands of clocks."""
import numpy as np
from matplotlib.patches import Circle

from course.views._matrix import as_matrix, join
from course.views.picture import HEAD_COLOURS, Picture, in_style, new_figure

__all__ = ["show_hands"]


@in_style
def show_hands(encoding, pairs=None, title: str = "One clock for each pair") -> Picture:
    """Each pair (sine, cosine) of an encoding (T, d_model) as points on a circle, one for each position.

    The sine goes up and the cosine to the right, so that the hand starts at three o'clock and turns
    against the clock. `pairs` chooses which pairs to draw, by default all. Raises ValueError for an
    odd d_model, and for pairs that there are not.
    """
    encoding = as_matrix(encoding, "encoding")
    length, d_model = encoding.shape
    if d_model % 2:
        raise ValueError(f"d_model = {d_model} is odd: its last column is a sine without a cosine")
    pairs = list(range(d_model // 2) if pairs is None else pairs)
    if not pairs or not all(0 <= pair < d_model // 2 for pair in pairs):
        raise ValueError(f"pairs must be among 0 to {d_model // 2 - 1}, but are {pairs}")
    columns = min(len(pairs), 4)
    rows = -(-len(pairs) // columns)
    figure, axes = new_figure(2.3 * columns, 2.5 * rows + 0.4, rows, columns)
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
        ax.set_title(f"pair {pair}", loc="center")
        angle = np.degrees(np.unwrap(np.arctan2(sin, cos)))
        described.append(f"pair {pair} turns from {angle[0]:.0f}° to {angle[-1]:.0f}°")
    return Picture(figure, f"{title}, positions 0 to {length - 1} as hands: {join(described)}")
