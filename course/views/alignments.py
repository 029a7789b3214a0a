"""Figures of lesson 11: weights beside hand-made links, and labelled points."""
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from course._words import later, listed, say
from course.views._matrix import (
    READABLE,
    as_labels,
    as_matrix,
    cell_size,
    check_matrix,
    draw_matrix,
    join,
    longest,
    slanted,
)
from course.views.picture import HEAD_COLOURS, Picture, in_style, new_figure

__all__ = ["show_alignment", "show_points"]


@in_style
def show_alignment(
    weights: ArrayLike, target: Sequence, source: Sequence, sure: Iterable[tuple[int, int]],
    possible: Iterable[tuple[int, int]] = (), title: str = later("Attention and links made by hand"),
) -> Picture:
    """Weights (n_target, n_source) in blue; links made by hand framed, sure ones solid, possible ones dashed.

    Rows are target words and columns source words, as in cross-attention; a link is
    (source word, target word). Raises ValueError for a link outside the table.
    """
    table, target, source, _ = check_matrix(weights, target, source, None, "weights")
    sure, possible = set(sure), set(possible) - set(sure)
    for i, j in sure | possible:
        if not (0 <= i < len(source) and 0 <= j < len(target)):
            raise ValueError(say("the link {what} lies outside {source} source and {target} target words", what=(i, j),
                                 source=len(source), target=len(target)))
    cell = cell_size(*table.shape)
    slant = 0.08 * longest(source) if slanted(source) else 0.0
    figure, [ax] = new_figure(max(4.2, 1.4 + 0.085 * longest(target) + cell * len(source)),
                              1.5 + slant + cell * len(target))
    draw_matrix(ax, table, target, source, numbers=cell >= READABLE)
    for links, dashes in ((possible, "--"), (sure, "-")):
        for i, j in links:
            ax.add_patch(Rectangle((i - 0.44, j - 0.44), 0.88, 0.88, fill=False, edgecolor=HEAD_COLOURS[1],
                                   linewidth=2.2, linestyle=dashes))
    title = say(title)
    figure.suptitle(say("{title}\nframed: links made by hand (dashed: possible)", title=title), x=0.01, ha="left")
    told, hits = [], 0
    for j, word in enumerate(target):
        best = int(table[j].argmax())
        hits += (best, j) in sure
        kind = say("sure") if (best, j) in sure else say("possible") if (best, j) in possible else say("not linked")
        told.append(say("{word} looks most at {source} ({kind})", word=word, source=source[best], kind=kind))
    return Picture(figure, say("{title}, {target} target by {source} source words; the largest weight of {hits} rows "
                               "lies on a sure link: {told}", title=title, target=len(target), source=len(source),
                               hits=hits, told=listed(told, "{first}; {next}")))


@in_style
def show_points(
    x: ArrayLike, y: ArrayLike, labels: Sequence, xlabel: str, ylabel: str, title: str, groups: Sequence | None = None
) -> Picture:
    """Labelled points (n,), coloured by group, with both axes beginning at 0 or below."""
    x, y = as_matrix(x, "x", ndim=1), as_matrix(y, "y", ndim=1)
    if len(x) != len(y):
        raise ValueError(say("there are {x} numbers in x, but {y} in y", x=len(x), y=len(y)))
    labels = as_labels(labels, len(x), say("points"))
    groups = [""] * len(x) if groups is None else as_labels(groups, len(x), say("points"))
    figure, [ax] = new_figure(5.6, 4.0)
    for n, group in enumerate(dict.fromkeys(groups)):
        rows = [i for i, name in enumerate(groups) if name == group]
        ax.scatter(x[rows], y[rows], color=HEAD_COLOURS[n % len(HEAD_COLOURS)], marker="os^D"[n % 4], s=50, label=group)
    wide, high = 0.15 * max(np.ptp(x), x.max(), 1e-9), 0.07 * max(np.ptp(y), y.max(), 1e-9)
    corners = [(1, 1), (-1, -1), (1, -1), (-1, 1)]                  # right or left, above or below the point
    taken: list[tuple[float, float]] = []
    for a, b, label in zip(x, y, labels, strict=True):
        places = [(a + side * wide / 2, b + up * high / 2) for side, up in corners]
        crowds = [sum(abs(p - c) < wide and abs(q - d) < high for c, d in taken)
                  + sum(abs(p - c) < wide / 2 and abs(q - d) < high / 2 for c, d in zip(x, y, strict=True))
                  for p, q in places]
        best = int(np.argmin(crowds))
        side, up = corners[best]
        taken.append(places[best])
        ax.annotate(label, (a, b), xytext=(6 * side, 4 * up), textcoords="offset points",
                    ha="left" if side > 0 else "right", va="bottom" if up > 0 else "top", parse_math=False)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.set_xlim(min(0.0, 1.1 * x.min()), 1.15 * max(x.max(), 1e-9))
    ax.set_ylim(min(0.0, 1.2 * y.min()), 1.15 * max(y.max(), 1e-9))
    ax.grid(color="#E6E6E6")
    ax.set_axisbelow(True)
    if any(groups):
        ax.legend()
    points = join([say("{label} at {a:.3g}, {b:.3g}", label=label, a=a, b=b) if not group else say(
        "{group} {label} at {a:.3g}, {b:.3g}", group=group, label=label, a=a, b=b)
                   for label, group, a, b in zip(labels, groups, x, y, strict=True)])
    if len(x) > 2 and np.ptp(x) and np.ptp(y):
        points = say("{points}; correlation {r:.2f}", points=points, r=np.corrcoef(x, y)[0, 1])
    return Picture(figure, say("{title}; {ylabel} against {xlabel}: {points}", title=title, ylabel=ylabel,
                               xlabel=xlabel, points=points))
