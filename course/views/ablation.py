"""The figure of lesson 12: how far each variant is from the base, seed by seed."""
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course._words import listed, say
from course.views._matrix import as_labels, as_matrix, number
from course.views.picture import HEAD_COLOURS, Picture, in_style, new_figure

__all__ = ["show_differences"]


@in_style
def show_differences(differences: ArrayLike, labels: Sequence, xlabel: str, title: str) -> Picture:
    """Differences to a base (n_variants, n_seeds): one row a variant, a dot a seed, a bar for the mean; 0 is marked."""
    differences = as_matrix(differences, "differences")
    labels = as_labels(labels, len(differences), say("rows of differences"))
    figure, [ax] = new_figure(6.2, 1.3 + 0.36 * len(labels))
    rows = np.arange(len(labels))
    ax.axvline(0, color="black", linewidth=0.8)
    ax.barh(rows, differences.mean(1), color="#D0D0D0", height=0.6)
    for seed, column in enumerate(differences.T):
        ax.plot(column, rows, linestyle="none", marker="os^D"[seed % 4], color=HEAD_COLOURS[seed % len(HEAD_COLOURS)],
                label=say("seed {seed}", seed=seed))
    ax.set_yticks(rows, labels, parse_math=False)
    ax.invert_yaxis()
    ax.set(xlabel=xlabel, title=title)
    ax.grid(axis="x", color="#E6E6E6")
    ax.set_axisbelow(True)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    told = listed((f"{label} {listed(map(number, row), '{first} and {next}')}"
                   for label, row in zip(labels, differences, strict=True)), "{first}; {next}")
    return Picture(figure, say("{title}; {xlabel}, one number for each seed: {told}", title=title, xlabel=xlabel,
                               told=told))
