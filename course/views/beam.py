"""A picture of beam search: the tree of beginnings, with what was kept, pruned and finished."""
from collections.abc import Sequence
from typing import NamedTuple

from course._words import later, listed, say
from course.views._matrix import join, longest, number
from course.views.picture import HEAD_COLOURS, Picture, in_style, new_figure

__all__ = ["Node", "show_beam"]

FATES = ("kept", "pruned", "finished", "best")
_PRUNED = "#767676"
_BLUE, _GREEN = HEAD_COLOURS[0], HEAD_COLOURS[2]
_LOOK = {       # of a node: text, frame, face; width and style of the line that leads to it
    "kept": (("black", _BLUE, "white"), 1.8, "-"),
    "pruned": ((_PRUNED, "white", "white"), 1.0, ":"),
    "finished": (("black", _GREEN, "white"), 1.8, "-"),
    "best": (("white", _GREEN, _GREEN), 3.2, "-"),
}


class Node(NamedTuple):
    """A token in the tree.

    Attributes:
        parent: the number of the node of the round before that it continues; None in the first round.
        label: the token.
        log_p: the log-probability of everything up to this token.
        fate: "kept", "pruned", "finished", or "best" for the one finished sentence that was chosen.
    """

    parent: int | None
    label: str
    log_p: float
    fate: str = "kept"


@in_style
def show_beam(rounds: Sequence[Sequence[Node]], title: str = later("The beam")) -> Picture:
    """The rounds of a beam search from left to right, each a list of `Node`s.

    Blue frames are kept, grey words without a frame are pruned, green frames are finished, a full
    green one was chosen. Under each token stands the log-probability of the sentence up to it.
    Raises ValueError for a parent that is not in the round before, and for an unknown fate.
    """
    rounds = [[Node(*node) for node in nodes] for nodes in rounds]
    _check(rounds)
    heights, n_leaves = _layout(rounds)
    widest = longest(node.label for nodes in rounds for node in nodes)
    step = 0.62 + 0.1 * widest                                          # inches from round to round
    figure, [ax] = new_figure(step * len(rounds) + 1.0, 0.48 * n_leaves + 0.6)
    ways = _ways_to_the_best(rounds)
    root = sum(heights[0]) / len(heights[0])
    ax.text(0, root, "<bos>", ha="center", va="center", bbox=_box("black", "white"))
    for x, nodes in enumerate(rounds, start=1):
        for i, node in enumerate(nodes):
            (colour, frame, face), width, dashes = _LOOK[node.fate]
            y, above = heights[x - 1][i], root if node.parent is None else heights[x - 2][node.parent]
            chosen = (x - 1, i) in ways
            ax.plot([x - 1, x], [above, y], color=_GREEN if chosen else frame if node.fate != "pruned" else _PRUNED,
                    linewidth=3.2 if chosen else width, linestyle=dashes, zorder=1)
            ax.text(x, y, f"{node.label}\n{number(node.log_p)}", ha="center", va="center", color=colour, zorder=2,
                    fontsize=9.5, linespacing=1.1, parse_math=False, bbox=_box(frame, face))
    title = say(title)
    ax.set(xlim=(-0.45, len(rounds) + 0.5), ylim=(n_leaves - 0.4, -0.6), title=title)
    ax.axis("off")
    return Picture(figure, say("{title}: {told}", title=title, told=_in_words(rounds)))


def _box(frame: str, face: str) -> dict:
    return {"boxstyle": "round,pad=0.25", "edgecolor": frame, "facecolor": face, "linewidth": 1.5}


def _check(rounds: Sequence[Sequence[Node]]) -> None:
    if not rounds or not all(rounds):
        raise ValueError(say("there must be at least one round, and a node in each"))
    for n, nodes in enumerate(rounds):
        for node in nodes:
            if node.fate not in FATES:
                raise ValueError(say("unknown fate {fate!r}; there are {fates}", fate=node.fate,
                                     fates=listed(FATES)))
            known = [None] if n == 0 else range(len(rounds[n - 1]))
            if node.parent not in known:
                raise ValueError(say("{label!r} in round {n} continues node {parent} of the round before, which is "
                                     "not there", label=node.label, n=n, parent=node.parent))


def _layout(rounds: Sequence[Sequence[Node]]) -> tuple[list[list[float]], int]:
    """The height of each node, counted in leaves from the top: a parent stands amid its children."""
    heights = [[0.0] * len(nodes) for nodes in rounds]
    leaves = 0

    def place(n: int, i: int) -> float:
        nonlocal leaves
        below = [j for j, node in enumerate(rounds[n + 1]) if node.parent == i] if n + 1 < len(rounds) else []
        if below:
            heights[n][i] = sum([place(n + 1, j) for j in below]) / len(below)
        else:
            heights[n][i] = leaves
            leaves += 1
        return heights[n][i]

    for i in range(len(rounds[0])):
        place(0, i)
    return heights, leaves


def _ways_to_the_best(rounds: Sequence[Sequence[Node]]) -> set[tuple[int, int]]:
    """(round, number) of the best node and of those that lead to it."""
    ways = set()
    for n, nodes in enumerate(rounds):
        for i, node in enumerate(nodes):
            if node.fate == "best":
                m, at = n, i
                while True:
                    ways.add((m, at))
                    if (above := rounds[m][at].parent) is None:
                        break
                    m, at = m - 1, above
    return ways


def _sentence(rounds: Sequence[Sequence[Node]], n: int, i: int | None) -> str:
    words = []
    while i is not None:
        words.append(rounds[n][i].label)
        n, i = n - 1, rounds[n][i].parent
    return " ".join(reversed(words))


def _in_words(rounds: Sequence[Sequence[Node]]) -> str:
    parts = []
    for n, nodes in enumerate(rounds):
        said = []
        for fate in FATES:
            named = [f"“{_sentence(rounds, n, i)}” ({number(node.log_p)})" for i, node in enumerate(nodes)
                     if node.fate == fate]
            if named:
                names = join(named)
                said.append(say("kept {names}", names=names) if fate == "kept" else
                            say("pruned {names}", names=names) if fate == "pruned" else
                            say("finished {names}", names=names) if fate == "finished" else
                            say("chosen {names}", names=names))
        parts.append(say("round {n}: {said}", n=n + 1, said=listed(said, "{first}; {next}")))
    return listed(parts, "{first}. {next}")
