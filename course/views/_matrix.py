"""One labelled matrix: checked, drawn into given axes, and put into words."""
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from course._words import listed, say

CELL = 0.62            # inches
READABLE = 0.42        # below this size of cell the numbers are left out
LEAK = "#D55E00"       # a weight where the mask forbids one
MASK_FACE, MASK_LINES = "#E0E0E0", "#8A8A8A"
_ROWS_IN_WORDS = 6     # an alt text goes through this many rows, and names the strongest of a larger matrix
_FLAT = 1e-6           # weights closer than this count as equal


def as_matrix(values: Any, name: str, ndim: int = 2) -> np.ndarray:
    """Array or tensor -> float64 array with `ndim` axes, none of them empty. Raises ValueError."""
    if hasattr(values, "detach"):                        # a torch tensor, without importing torch
        values = values.detach().cpu().double()
    try:
        matrix = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(say("{name} must be an array of numbers, all rows of the same length", name=name)) from None
    if matrix.ndim != ndim:
        wrong = say("{name} must have {ndim} axes, but its shape is {shape}", name=name, ndim=ndim, shape=matrix.shape)
        raise ValueError(wrong if matrix.ndim < ndim else say("{wrong}; take one sentence or one head, for example "
                                                              "{name}[0]", wrong=wrong, name=name))
    if not matrix.size:
        raise ValueError(say("{name} is empty: its shape is {shape}", name=name, shape=matrix.shape))
    return matrix


def as_labels(labels: Sequence, count: int, what: str, other: int | None = None) -> list[str]:
    """`labels` as `count` strings. `other` is the length of the other axis, to notice a swap. Raises ValueError."""
    if isinstance(labels, str):
        raise ValueError(say("the labels for the {what} must be a list, not the one string {labels!r}", what=what,
                             labels=labels))
    labels = [str(label) for label in labels]
    if len(labels) != count:
        wrong = say("there are {count} {what}, but {labels} labels for them", count=count, what=what,
                    labels=len(labels))
        raise ValueError(wrong if len(labels) != other else say("{wrong}; are queries (rows) and keys (columns) "
                                                                "swapped?", wrong=wrong))
    return labels


def as_mask(mask: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """A boolean mask, True = may attend, broadcast to `shape`; None stays None. Raises ValueError."""
    if mask is None:
        return None
    if hasattr(mask, "detach"):
        mask = mask.detach().cpu()
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(say("the mask must be boolean with True = may attend, but its dtype is {dtype}",
                             dtype=mask.dtype))
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(say("a mask of shape {shape} does not fit a matrix of shape {shape2}", shape=mask.shape,
                             shape2=shape)) from None


def number(value: float, digits: int = 2) -> str:
    """2 -> '2.00', with a true minus sign and no negative zero."""
    if not np.isfinite(value):
        return str(value).replace("-", "−").replace("inf", "∞")
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def digits_for(matrix: np.ndarray) -> int:
    """0 if the matrix holds whole numbers only, else 2."""
    finite = matrix[np.isfinite(matrix)]
    return 0 if np.array_equal(finite, finite.round()) else 2


def cell_size(rows: int, columns: int, room: float = 8.5) -> float:
    """Side of a cell, in inches, for a matrix that may take `room` inches each way."""
    return min(CELL, room / max(rows, columns))


def columns_of(text: str) -> int:
    """How wide a text is, in letters: a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def longest(labels: Iterable[str]) -> int:
    """The width of the widest label, in letters."""
    return max(map(columns_of, labels))


def slanted(labels: Sequence[str], cell: float = CELL) -> bool:
    """Whether labels above columns of `cell` inches are too long, or too many, to stand level."""
    return longest(labels) > 7 * min(1.0, cell / CELL) or len(labels) > 10


def draw_matrix(
    ax: Axes, matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], *, signed: bool = False,
    mask: np.ndarray | None = None, numbers: bool = True, labels: bool = True, cell: float = CELL,
) -> None:
    """Draw `matrix` (R, C) into `ax`: blue from 0 to 1, or with `signed` red to blue around 0; masked cells hatched."""
    shown = matrix[np.isfinite(matrix) & (True if mask is None else mask)]
    limit = (max(np.abs(shown).max(initial=0.0), 1e-9)) if signed else 1.0
    norm = Normalize(-limit if signed else 0.0, limit)
    cmap = matplotlib.colormaps["RdBu_r" if signed else "Blues"]
    ax.imshow(np.ma.masked_invalid(matrix), cmap=cmap, norm=norm, aspect="equal")
    ax.set_facecolor("white")                            # where a number is not finite
    digits = digits_for(matrix) if signed else 2
    for (row, column), value in np.ndenumerate(matrix):
        allowed = mask is None or mask[row, column]
        if not allowed:
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, hatch="///", linewidth=0,
                                   facecolor=MASK_FACE, edgecolor=MASK_LINES))
        # A forbidden weight that is not 0 is a mistake, and is shown; a forbidden score never counts.
        if numbers and (allowed or (not signed and value != 0)):
            dark = abs(value) > 0.75 * limit if signed else value > 0.55
            text = ax.text(column, row, number(value, digits), ha="center", va="center",
                           color="white" if dark else "black", fontweight="bold" if dark else "normal")
            if not allowed:
                text.set(color=LEAK, fontweight="bold", bbox={"facecolor": "white", "linewidth": 0, "pad": 1.5})
    ax.set_xticks(np.arange(-0.5, matrix.shape[1]), minor=True)
    ax.set_yticks(np.arange(-0.5, matrix.shape[0]), minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="both", length=0, top=False, bottom=False, left=False, right=False)
    ax.tick_params(labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    if labels:
        slant: dict[str, Any] = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"}
        ax.set_xticks(range(matrix.shape[1]), columns, parse_math=False, **(slant if slanted(columns, cell) else {}))
        ax.set_yticks(range(matrix.shape[0]), rows, parse_math=False)
    else:
        ax.set_xticks([])
        ax.set_yticks([])


def join(words: Sequence[str]) -> str:
    """['a', 'b', 'c'] -> 'a, b and c'."""
    *first, last = words
    return say("{first} and {last}", first=listed(first), last=last) if first else last


def describe_row(weights: np.ndarray, query: str, keys: Sequence[str], mask: np.ndarray | None = None) -> str:
    """One row of weights (T_k,) in words: 'black attends most to cat (0.69)'."""
    if mask is not None and not mask.any():
        return say("{query} may attend to nothing", query=query)
    if not np.isfinite(weights).all():
        return say("{query} has weights that are not numbers", query=query)
    top = weights.max()
    best = [key for key, weight in zip(keys, weights, strict=True) if top - weight < _FLAT]
    if top < _FLAT:
        return say("{query} attends to nothing", query=query)
    if len(best) == len(keys) > 1:
        return say("{query} attends to all alike ({top})", query=query, top=number(top))
    return say("{query} attends most to {best} ({top})", query=query, best=join(best), top=number(top))


def describe_weights(weights: np.ndarray, queries: Sequence[str], keys: Sequence[str], mask=None) -> str:
    """All rows of a small matrix in words, or the three rows of a large one that are surest of their choice."""
    sentences = [
        describe_row(row, query, keys, None if mask is None else mask[i])
        for i, (row, query) in enumerate(zip(weights, queries, strict=True))
    ]
    if len(sentences) > _ROWS_IN_WORDS:
        surest = sorted(np.argsort(-np.nan_to_num(weights).max(-1).round(6), kind="stable")[:3])
        sentences = [sentences[i] for i in surest]
    text = listed(sentences, "{first}; {next}")
    if mask is not None and (~mask).any():
        text = say("{text_}; {sum} of {size} cells are masked", text_=text, sum=(~mask).sum(), size=mask.size)
        if leaks := int((weights[~mask] != 0).sum()):
            text = say("{text_}, and {leaks} of those have a weight all the same", text_=text, leaks=leaks)
    return text


def check_matrix(
    values: ArrayLike, queries: Sequence, keys: Sequence, mask: ArrayLike | None, name: str
) -> tuple[np.ndarray, list[str], list[str], np.ndarray | None]:
    """The four arguments of a labelled matrix, checked and converted."""
    matrix = as_matrix(values, name)
    n_queries, n_keys = matrix.shape
    rows = as_labels(queries, n_queries, say("queries (rows)"), n_keys)
    columns = as_labels(keys, n_keys, say("keys (columns)"), n_queries)
    return matrix, rows, columns, as_mask(mask, matrix.shape)
