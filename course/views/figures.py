"""The course's static figures: weights, scores, heads, shares, a matrix product, curves.

Every function checks what it is given, draws outside pyplot, and returns a `Picture`: the last
line of a cell shows it, and its alt text is computed from the same numbers. Arrays, nested lists
and tensors are all accepted. Weights and scores are (T_q, T_k): **rows are queries, columns are
keys**. Masks are boolean, **True = may attend**, and broadcast to the matrix; masked cells are
hatched, so that they are never mistaken for a weight of 0. Wrong shapes, labels and masks raise
ValueError.
"""
import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from course._words import later, listed, plural, say
from course.views._matrix import (
    READABLE,
    as_labels,
    as_mask,
    as_matrix,
    cell_size,
    check_matrix,
    describe_weights,
    digits_for,
    draw_matrix,
    join,
    longest,
    number,
    slanted,
)
from course.views.picture import HEAD_COLOURS, TOKEN_COLOURS, Picture, in_style, new_figure, use_style

__all__ = [
    "HEAD_COLOURS", "TOKEN_COLOURS", "Picture", "new_figure", "show_curves", "show_heads", "show_product",
    "show_scores", "show_shares", "show_steps", "show_weights", "use_style",
]


@in_style
def show_weights(
    weights: ArrayLike, queries: Sequence, keys: Sequence, title: str = later("Attention weights"),
    mask: ArrayLike | None = None,
) -> Picture:
    """Attention weights (T_q, T_k) as a table in blue, 0 to 1 whatever the numbers.

    A masked cell shows its number only if that is not 0, which is a mistake worth seeing.
    """
    table, queries, keys, allowed = check_matrix(weights, queries, keys, mask, "weights")
    title = say(title)
    figure = _table(table, queries, keys, title, allowed, signed=False)
    alt = say("{title}, {queries} queries by {keys} keys; {describe_weights}", title=title, queries=len(queries),
              keys=len(keys), describe_weights=describe_weights(table, queries, keys, allowed))
    return Picture(figure, alt)


@in_style
def show_scores(
    scores: ArrayLike, queries: Sequence, keys: Sequence, title: str = later("Scores"), mask: ArrayLike | None = None
) -> Picture:
    """Scores (T_q, T_k), or any signed table: white is 0, red above it, blue below."""
    scores, queries, keys, mask = check_matrix(scores, queries, keys, mask, "scores")
    title = say(title)
    figure = _table(scores, queries, keys, title, mask, signed=True)
    alt = say("{title}, {queries} queries by {keys} keys; {extremes}", title=title, queries=len(queries),
              keys=len(keys), extremes=_extremes(scores, queries, keys, mask))
    return Picture(figure, alt)


@in_style
def show_heads(
    weights: ArrayLike, queries: Sequence, keys: Sequence, title: str = later("Attention weights"),
    mask: ArrayLike | None = None,
) -> Picture:
    """The weights (n_heads, T_q, T_k) of one sentence, head by head, each framed in its colour.

    More than four heads become thumbnails without numbers. The mask broadcasts to (T_q, T_k),
    or to (n_heads, T_q, T_k).
    """
    weights = as_matrix(weights, "weights", ndim=3)
    n_heads, n_queries, n_keys = weights.shape
    queries = as_labels(queries, n_queries, say("queries (rows)"), n_keys)
    keys = as_labels(keys, n_keys, say("keys (columns)"), n_queries)
    mask = as_mask(mask, weights.shape)
    few = n_heads <= len(HEAD_COLOURS)
    columns = min(n_heads, 2 if few else 4)
    rows = -(-n_heads // columns)
    cell = cell_size(n_queries, n_keys, 3.6 if few else 1.7)
    figure, axes = new_figure(
        columns * (cell * n_keys + (1.2 if few else 0.3)) + (0 if few else 0.6),
        rows * (cell * n_queries + (0.9 if few else 0.35)) + 0.4, rows, columns,
    )
    title = say(title)
    figure.suptitle(title, x=0.01, ha="left")
    for head, ax in enumerate(axes):
        if head >= n_heads:
            ax.set_visible(False)
            continue
        draw_matrix(ax, weights[head], queries, keys, mask=None if mask is None else mask[head],
                    numbers=few and cell >= READABLE, labels=few, cell=cell)
        colour = HEAD_COLOURS[head] if few else "black"
        ax.set_title(say("head {head}", head=head), color=colour, fontweight="bold" if few else "normal", loc="center",
                     pad=8)
        if few:
            ax.spines[:].set(visible=True, color=colour, linewidth=2)
    if not few or cell < READABLE:
        _colour_bar(figure, axes[:n_heads])
    described = (describe_weights(w, queries, keys, None if mask is None else mask[head])
                 for head, w in enumerate(weights))
    alt = plural("{title}, {n_heads} head, {n_queries} queries by {n_keys} keys. {told}",
                 "{title}, {n_heads} heads, {n_queries} queries by {n_keys} keys. {told}", n_heads, title=title,
                 n_heads=n_heads, n_queries=n_queries, n_keys=n_keys, told=" ".join(
                  say("Head {head}: {text_}.", head=head, text_=text) for head, text in enumerate(described)))
    return Picture(figure, alt)


@in_style
def show_steps(
    scores: ArrayLike, weights: ArrayLike, output: ArrayLike, queries: Sequence, keys: Sequence, features: Sequence,
    mask: ArrayLike | None = None,
    titles: Sequence[str] = (later("1 scores: QKᵀ / √d_k"), later("2 weights: softmax"),
                             later("3 output: weights · V")),
) -> Picture:
    """The three steps of attention side by side: scores, weights (T_q, T_k) and output (T_q, d_v)."""
    score_table, queries, keys, allowed = check_matrix(scores, queries, keys, mask, "scores")
    weight_table = check_matrix(weights, queries, keys, None, "weights")[0]
    output = as_matrix(output, "output")
    if len(output) != len(queries):
        raise ValueError(say("the output has {output} rows, but there are {queries} queries", output=len(output),
                             queries=len(queries)))
    features = as_labels(features, output.shape[1], say("columns of the output"))
    panels = [(score_table, keys, True, allowed), (weight_table, keys, False, allowed), (output, features, True, None)]
    cell = cell_size(len(queries), len(keys), 3.0)
    # Placed by hand, in inches, so that the row of one query is level in all three.
    left, below = 0.12 + 0.09 * longest(queries), 0.1
    slant = 0.08 * longest([*keys, *features]) if slanted(keys) or slanted(features) else 0.0
    width = sum(left + cell * len(columns) for _, columns, _, _ in panels) + 0.3
    height = below + cell * len(queries) + 0.65 + slant
    figure = Figure(figsize=(width, height), layout="none")  # type: ignore[arg-type] # the stubs lack it
    x = 0.0
    for title, (matrix, columns, signed, panel_mask) in zip(titles, panels, strict=True):
        size = (cell * len(columns), cell * len(queries))
        ax = figure.add_axes(((x + left) / width, below / height, size[0] / width, size[1] / height))
        draw_matrix(ax, matrix, queries, columns, signed=signed, mask=panel_mask, numbers=cell >= READABLE)
        ax.text(0, 1 + (0.4 + slant) / size[1], say(title), transform=ax.transAxes)
        x += left + size[0] + 0.1
    outputs = listed((say("{query} gets {listed}", query=query, listed=_listed(row, features))
                      for query, row in zip(queries, output, strict=True)), "{first}; {next}")
    alt = say("Three steps of attention, {queries} queries by {keys} keys. Scores: {extremes}. Weights: "
              "{describe_weights}. Output: {outputs}", queries=len(queries), keys=len(keys),
              extremes=_extremes(score_table, queries, keys, allowed),
              describe_weights=describe_weights(weight_table, queries, keys, allowed), outputs=outputs)
    return Picture(figure, alt)


@in_style
def show_shares(
    shares: ArrayLike, labels: Sequence, title: str = later("Shares"), colours: Sequence[str] | None = None
) -> Picture:
    """Shares (n,) as bars from 0 to 1, the number above each."""
    shares = as_matrix(shares, "shares", ndim=1)
    labels = as_labels(labels, len(shares), say("shares"))
    figure, [ax] = new_figure(max(3.2, 1.2 + 0.85 * len(shares)), 3.0)
    bars = ax.bar(range(len(shares)), shares, color=colours or HEAD_COLOURS[0], width=0.7)
    ax.bar_label(bars, [number(share) for share in shares], padding=2)
    ax.set_xticks(range(len(shares)), labels, parse_math=False)
    ax.set_ylim(min(0.0, 1.15 * np.nanmin(shares)), max(1.0, 1.15 * np.nanmax(shares)))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.tick_params(axis="x", length=0)
    title = say(title)
    ax.set_title(title)
    return Picture(figure, say("{title}: {told}", title=title, told=_listed(shares, labels)))


@in_style
def show_product(
    left: ArrayLike, right: ArrayLike, cell: tuple[int, int], names: tuple[str, str, str] = ("Q", "Kᵀ", "QKᵀ"),
    title: str | None = None,
    rows: Sequence | None = None, columns: Sequence | None = None,
) -> Picture:
    """A matrix product (m, n) @ (n, p), with the row and the column that make one cell marked.

    `right` stands above the product and `left` beside it, so that the marked row and column meet
    in the marked cell. `names` are those of left, right and product; `rows` and `columns` label
    the rows of `left` and the columns of `right`.
    """
    left, right = as_matrix(left, "left"), as_matrix(right, "right")
    (m, n), (n_right, p) = left.shape, right.shape
    if n != n_right:
        raise ValueError(say("shapes {shape} and {shape2} cannot be multiplied: {n} columns, {n_right} rows",
                             shape=left.shape, shape2=right.shape, n=n, n_right=n_right))
    i, j = cell
    if not (0 <= i < m and 0 <= j < p):
        raise ValueError(say("cell {cell} lies outside the product, whose shape is {what}", cell=cell, what=(m, p)))
    rows = as_labels(rows, m, say("rows")) if rows is not None else [""] * m
    columns = as_labels(columns, p, say("columns")) if columns is not None else [""] * p
    product = left @ right
    gap = 0.5
    size = cell_size(m + n + 1, p + n + 1)
    label_room = 0.09 * longest(rows)
    figure, [ax] = new_figure(size * (n + p + gap) + 0.4 + label_room, size * (m + n + gap) + 0.9)
    for matrix, name, x, y, marked in (
        (left, names[0], 0, n + gap, lambda row, column: row == i),
        (right, names[1], n + gap, 0, lambda row, column: column == j),
        (product, names[2], n + gap, n + gap, lambda row, column: (row, column) == (i, j)),
    ):
        digits = digits_for(matrix)
        for (row, column), value in np.ndenumerate(matrix):
            mark = marked(row, column)
            ax.add_patch(Rectangle((x + column, y + row), 1, 1, edgecolor="#BBBBBB", linewidth=0.8,
                                   facecolor="#FFE3B3" if mark else "white"))
            ax.text(x + column + 0.5, y + row + 0.5, number(value, digits), ha="center", va="center", fontsize=11,
                    fontweight="bold" if mark else "normal")
        ax.text(x - 0.15 if matrix is right else x, y + 0.6 if matrix is right else y - 0.15, f"{name} {matrix.shape}",
                ha="right" if matrix is right else "left", va="center" if matrix is right else "bottom")
    for row, label in enumerate(rows):
        ax.text(-0.15, n + gap + row + 0.5, label, ha="right", va="center", parse_math=False)
    for column, label in enumerate(columns):
        ax.text(n + gap + column + 0.5, -0.15, label, ha="center", va="bottom", parse_math=False)
    for x, y, width, height in ((0, n + gap + i, n, 1), (n + gap + j, 0, 1, n), (n + gap + j, n + gap + i, 1, 1)):
        ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=HEAD_COLOURS[1], linewidth=2))
    ax.set(xlim=(-0.1 - label_room / size, n + gap + p + 0.1), ylim=(m + n + gap + 0.1, -0.6), aspect="equal")
    ax.axis("off")
    digits = max(digits_for(left), digits_for(right))
    terms = " + ".join(f"{number(a, digits)}·{number(b, digits)}" for a, b in zip(left[i], right[:, j], strict=True))
    title = title or say("{names}: row {i} of {names2} meets column {j} of {names3}", names=names[2], i=i,
                         names2=names[0], j=j, names3=names[1])
    ax.set_title(title)
    return Picture(figure, say("{title}; {m} by {n} times {n} by {p}; cell ({i}, {j}) is {terms} = {product}",
                               title=title, m=m, n=n, p=p, i=i, j=j, terms=terms,
                               product=number(product[i, j], digits_for(product))))


@in_style
def show_curves(
    x: ArrayLike, curves: Mapping[str, Sequence[float]], xlabel: str, ylabel: str, title: str, xscale: str = "linear",
    yscale: str = "linear",
) -> Picture:
    """Curves over a common x (n,), each with its name and points marked; log axes by `xscale`, `yscale`."""
    x = as_matrix(x, "x", ndim=1)
    if not curves:
        raise ValueError(say("there is no curve to draw"))
    beside = min(len(curves), max(1, 60 // (8 + longest(curves))))
    figure, [ax] = new_figure(5.6, 3.6 + 0.24 * math.ceil(len(curves) / beside))
    for (name, y), dashes in zip(curves.items(), itertools.cycle(["-", "--", ":", "-."])):
        heights = as_matrix(y, say("curve {name!r}", name=name), ndim=1)
        if len(heights) != len(x):
            raise ValueError(say("curve {name!r} has {heights} points, but x has {x}", name=name, heights=len(heights),
                                 x=len(x)))
        ax.plot(x, heights, marker="o", markersize=4, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, xscale=xscale, yscale=yscale)
    if yscale == "linear" and all((as_matrix(y, name, 1) >= 0).all() for name, y in curves.items()):
        ax.set_ylim(bottom=0)
    if xscale == "log" and len(x) <= 8:
        ax.set_xticks(x, [f"{value:g}" for value in x])
        ax.xaxis.set_minor_locator(NullLocator())
    elif xscale == "linear":
        ax.xaxis.set_major_locator(MaxNLocator(6))            # long numbers would run into each other
    ax.grid(color="#E6E6E6")
    figure.legend(loc="outside lower center", ncols=beside, frameon=False)     # clear of the curves
    ends = join([say("{name} goes from {y:.3g} to {y2:.3g}", name=name, y=float(y[0]), y2=float(y[-1]))
                 for name, y in curves.items()])
    first, last = (f"{value:g}" if value.is_integer() else f"{value:.3g}" for value in (float(x[0]), float(x[-1])))
    return Picture(figure, say("{title}; {ylabel} against {xlabel} from {first} to {last}; {ends}", title=title,
                               ylabel=ylabel, xlabel=xlabel, first=first, last=last, ends=ends))


def _table(matrix, rows, columns, title, mask, signed) -> Figure:
    cell = cell_size(*matrix.shape)
    numbers = cell >= READABLE
    label_room = 0.085 * longest(rows)
    slant = 0.08 * longest(columns) if slanted(columns, cell) else 0.0
    figure, [ax] = new_figure(
        max(3.4, 1.4 + label_room + cell * matrix.shape[1]), 1.4 + slant + cell * matrix.shape[0])
    draw_matrix(ax, matrix, rows, columns, signed=signed, mask=mask, numbers=numbers, cell=cell)
    ax.set_xlabel(say("keys"), labelpad=9)
    ax.xaxis.set_label_position("top")
    ax.set_ylabel(say("queries"))
    figure.suptitle(title, x=0.01, ha="left")
    if not numbers:
        _colour_bar(figure, [ax])
    return figure


def _colour_bar(figure: Figure, axes) -> None:
    """The scale of the pictures in `axes`, for cells too small to hold their numbers."""
    image = axes[0].images[0]
    figure.colorbar(ScalarMappable(image.norm, image.cmap), ax=axes, shrink=0.8, pad=0.02)


def _extremes(scores, queries, keys, mask) -> str:
    """'highest 6 (black, cat), lowest −2 (the, black)' over the unmasked cells."""
    allowed = np.isfinite(scores) & (True if mask is None else mask)
    if not allowed.any():
        return say("no cell is open")
    digits = digits_for(scores)
    found = []
    for masked, pick in ((-np.inf, np.argmax), (np.inf, np.argmin)):
        # Rounded, so that of cells that are equal but for the last bits the first is named on every machine.
        row, column = np.unravel_index(pick(np.where(allowed, scores, masked).round(4)), scores.shape)
        found.append(f"{number(scores[row, column], digits)} ({queries[row]}, {keys[column]})")
    text = say("highest {highest}, lowest {lowest}", highest=found[0], lowest=found[1])
    return text if mask is None or mask.all() else say("{text_}; {sum} of {size} cells are masked", text_=text,
                                                       sum=(~mask).sum(), size=mask.size)


def _listed(values, labels) -> str:
    digits = digits_for(np.asarray(values))
    return listed(f"{label} {number(value, digits)}" for label, value in zip(labels, values, strict=True))
