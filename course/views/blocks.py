"""The parts of the Transformer as a drawing: what flows from block to block, and which lesson builds it."""
import html
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from course._words import listed, say
from course.views.picture import TOKEN_COLOURS, Picture, in_style, new_figure

__all__ = ["Link", "LinkedPicture", "show_blocks"]

_LESSONS = {"01": "01_dot_product_attention", "02": "02_scaling_and_masks", "03": "03_self_and_cross_attention",
            "04": "04_multi_head_attention", "05": "05_positional_encoding", "06": "06_encoder",
            "07": "07_decoder_and_transformer", "08": "08_training"}       # a notebook stands beside the others

_HEIGHT = 0.44           # of a block, in inches; so are all positions
_GREY = "#555555"


class _Block(NamedTuple):
    """A block with its centre; a circle with a plus has the label "+", an input or output no lesson."""

    label: str
    lesson: str
    x: float
    y: float
    width: float = 1.75

    @property
    def half(self) -> float:
        return 0.14 if self.label == "+" else _HEIGHT / 2


class Link(NamedTuple):
    """A part of a picture that leads somewhere: its box in shares of the picture's width and height, from top left."""

    href: str
    title: str
    left: float
    top: float
    width: float
    height: float


class LinkedPicture(Picture):
    """A picture, parts of which are links. As a plain picture, in print for example, it is the same without them."""

    def __init__(self, figure: Figure, alt: str, links: Sequence[Link]):
        super().__init__(figure, alt)
        self.links = list(links)

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = super()._repr_mimebundle_(include, exclude)
        anchors = "".join(
            f'<a href="{html.escape(link.href)}" title="{html.escape(link.title)}" '
            f'aria-label="{html.escape(link.title)}" style="position: absolute; left: {link.left:.2%}; '
            f'top: {link.top:.2%}; width: {link.width:.2%}; height: {link.height:.2%}"></a>' for link in self.links)
        data["text/html"] = (f'<div style="position: relative; display: inline-block; max-width: 100%">'
                             f'{data["text/html"]}{anchors}</div>')
        return data, metadata


class _Flow(NamedTuple):
    """An arrow from block to block, through points on its way; `label` says what flows."""

    start: str
    end: str
    label: str = ""
    through: tuple[tuple[float, float], ...] = ()


class _Drawing(NamedTuple):
    title: str
    blocks: dict[str, _Block]
    flows: list[_Flow]
    told: str            # what an alt text says of the way through the blocks


def _chain(names: Sequence[str], labels: Sequence[str] = ()) -> list[_Flow]:
    labels = [*labels, *[""] * (len(names) - 1 - len(labels))]
    return [_Flow(a, b, label) for a, b, label in zip(names, names[1:], labels, strict=False)]


def _attention() -> _Drawing:
    centre = 2.3
    blocks = {
        "query": _Block(say("query"), "", 0.7, 0.2, 1.0), "key": _Block(say("key"), "", 2.3, 0.2, 1.0),
        "value": _Block(say("value"), "", 3.9, 0.2, 1.0),
        **{f"w_{letter}": _Block(f"w_{letter}", "03", x, 1.0, 1.0)
           for letter, x in (("q", 0.7), ("k", 2.3), ("v", 3.9))},
        **{f"split_{letter}": _Block("split_heads", "04", x, 1.85, 1.3)
           for letter, x in (("q", 0.7), ("k", 2.3), ("v", 3.9))},
        "scores": _Block("q · k / √d_head", "01", 1.5, 2.75), "mask": _Block(say("mask"), "02", 1.5, 3.5),
        "softmax": _Block("softmax", "01", 1.5, 4.25), "mix": _Block(say("weights · v"), "01", centre, 5.15),
        "merge": _Block("merge_heads", "04", centre, 6.0), "w_o": _Block("w_o", "04", centre, 6.8, 1.0),
        "output": _Block(say("output"), "", centre, 7.6, 1.0)}
    flows = [*(flow for letter, name in (("q", "query"), ("k", "key"), ("v", "value"))
               for flow in _chain([name, f"w_{letter}", f"split_{letter}"], ["(B, T, d_model)"])),
             _Flow("split_q", "scores"), _Flow("split_k", "scores"),
             *_chain(["scores", "mask", "softmax", "mix"], ["(B, h, T_q, T_k)", "", say("weights")]),
             _Flow("split_v", "mix", "(B, h, T_k, d_head)"),
             *_chain(["mix", "merge", "w_o", "output"], ["(B, h, T_q, d_head)", "(B, T_q, d_model)"])]
    return _Drawing(say("Multi-head attention"), blocks, flows,
                    say("Query, key and value each go through a matrix of their own and are cut into heads. Scores "
                        "are made of queries and keys, masked, and turned into weights by a softmax; the weights mix "
                        "the values; the heads are joined and go through w_o."))


def _layer(title: str, parts: Sequence[tuple[str, str, str]], norm: str, told: str) -> _Drawing:
    """Sub-layers one above the other, each with a norm before it and a plus after it."""
    x, side = 1.6, 3.0
    blocks = {"x": _Block("x", "", x, 0.2, 0.9)}
    flows, before, y = [], "x", 0.2
    for n, (name, lesson, extra) in enumerate(parts, 1):
        blocks |= {f"norm_{n}": _Block(f"norm_{n}", norm, x, y + 0.95, 1.2),
                   name: _Block(name, lesson, x, y + 1.75, 2.1), f"plus_{n}": _Block("+", "", x, y + 2.4)}
        flows += _chain([before, f"norm_{n}", name, f"plus_{n}"])
        turn = y + 0.45
        flows.append(_Flow(before, f"plus_{n}", "", ((x, turn), (side, turn), (side, y + 2.4))))
        if extra:
            label = {"mask": say("mask"), "causal mask": say("causal mask"), "memory": say("memory")}[extra]
            blocks[extra] = _Block(label, "", -0.75, y + 1.75, 1.3 if " " in extra else 0.9)
            flows.append(_Flow(extra, name, "K, V" if extra == "memory" else ""))
        before, y = f"plus_{n}", y + 2.4
    blocks["output"] = _Block(say("output"), "", x, y + 0.65, 0.9)
    return _Drawing(title, blocks, [*flows, _Flow(before, "output", "(B, T, d_model)")], told)


def _encoder() -> _Drawing:
    return _layer(say("The encoder layer (pre-norm)"), [
        ("self_attention", "04", "mask"), ("feed_forward", "06", "")], "06",
                  say("x goes through a norm and self-attention, and is added to the result; that goes through a "
                      "norm and the feed-forward layer, and is added once more."))


def _decoder() -> _Drawing:
    return _layer(say("The decoder layer (pre-norm)"), [
        ("self_attention", "04", "causal mask"), ("cross_attention", "04", "memory"), ("feed_forward", "06", "")], "06",
        say("x goes through a norm and self-attention under a causal mask, then through a norm and cross-attention, "
            "whose keys and values are the memory, then through a norm and the feed-forward layer. After each of the "
            "three, what was there before is added."))


def _transformer() -> _Drawing:
    left, right = 1.1, 3.9
    blocks = {"source": _Block(say("source ids"), "", left, 0.2, 1.3),
              "target": _Block(say("target ids"), "", right, 0.2, 1.3)}
    flows = []
    for side, x, ids, layers, lesson in (("s", left, "source", say("N encoder layers"), "06"),
                                         ("t", right, "target", say("N decoder layers"), "07")):
        blocks |= {f"embed_{side}": _Block(say("embedding · √d_model"), "05", x, 1.0, 2.2),
                   f"places_{side}": _Block(say("+ positions"), "05", x, 1.8),
                   f"layers_{side}": _Block(layers, lesson, x, 2.7, 2.0),
                   f"norm_{side}": _Block(say("norm"), "06", x, 3.5, 1.2)}
        flows += _chain([ids, f"embed_{side}", f"places_{side}", f"layers_{side}", f"norm_{side}"],
                        ["(B, T)", "(B, T, d_model)"])
    blocks |= {"logits": _Block(say("logits (tied embedding)"), "07", right, 4.3, 2.3),
               "loss": _Block(say("loss"), "08", right, 5.1, 1.2)}
    flows += [*_chain(["norm_t", "logits", "loss"], ["", say("(B, T_q, vocabulary)")]),
              _Flow("norm_s", "layers_t", say("memory"), ((left, 4.0), (2.5, 4.0), (2.5, 2.7)))]
    return _Drawing(say("The Transformer"), blocks, flows,
                    say("Source ids are turned into vectors, positions are added, and N encoder layers and a norm "
                        "make the memory. Target ids go the same way through N decoder layers, which read the "
                        "memory, and a norm; the table of embeddings turns the result into logits, and these go into "
                        "the loss."))


_DRAWINGS = {"attention": _attention, "encoder": _encoder, "decoder": _decoder, "transformer": _transformer}


@in_style
def show_blocks(which: str) -> LinkedPicture:
    """A part of the model as a drawing, read from the bottom to the top; each block links to the lesson that builds it.

    Args:
        which: "attention", "encoder", "decoder" (one layer each) or "transformer" (all of it).

    Raises:
        ValueError: for another word.
    """
    if which not in _DRAWINGS:
        raise ValueError(say("there is no drawing {which!r}; there are {map}", which=which,
                             map=listed(map(repr, _DRAWINGS))))
    drawing = _DRAWINGS[which]()
    blocks = drawing.blocks
    left = min(block.x - block.width / 2 for block in blocks.values()) - 0.1
    right = max([block.x + block.width / 2 for block in blocks.values()] +
                [x for flow in drawing.flows for x, _ in flow.through]) + 0.75
    top = max(block.y for block in blocks.values()) + 0.35
    figure, [ax] = new_figure(right - left, top + 0.4)
    lessons = sorted({block.lesson for block in blocks.values()} - {""})
    for flow in drawing.flows:
        _arrow(ax, blocks[flow.start], blocks[flow.end], flow)
    for block in blocks.values():
        _block(ax, block)
    ax.set(xlim=(left, right), ylim=(-0.1, top), aspect="equal")
    ax.axis("off")
    figure.suptitle(drawing.title, x=0.01, ha="left")
    by_lesson = listed((say("lesson {lesson} builds {parts}", lesson=lesson, parts=listed(dict.fromkeys(
        block.label for block in blocks.values() if block.lesson == lesson))) for lesson in lessons), "{first}; {next}")
    figure.draw_without_rendering()                # so that it is known where the blocks lie
    links = [_link(ax, block) for block in blocks.values() if block.lesson or block.label == "+"]
    return LinkedPicture(figure, say("{title}, a block diagram. {told} Of its blocks {by_lesson}.",
                                     title=drawing.title, told=drawing.told, by_lesson=by_lesson), links)


def _link(ax: Axes, block: _Block) -> Link:
    """From the box of a block to its lesson; a plus is a residual connection, of lesson 06."""
    width = 2 * block.half if block.label == "+" else block.width
    corners = [(block.x - width / 2, block.y + block.half), (block.x + width / 2, block.y - block.half)]
    (left, top), (right, bottom) = ax.figure.transFigure.inverted().transform(ax.transData.transform(corners)).tolist()
    lesson, label = (block.lesson, block.label) if block.lesson else ("06", say("+, a residual connection"))
    return Link(f"{_LESSONS[lesson]}.ipynb", say("{label}: to lesson {lesson}, which builds it", label=label,
                                                 lesson=lesson),
                left, 1 - top, right - left, top - bottom)


def _block(ax, block: _Block) -> None:
    if block.label == "+":
        ax.add_patch(Circle((block.x, block.y), block.half, facecolor="white", edgecolor="black", linewidth=1.3,
                            zorder=3))
        ax.text(block.x, block.y - 0.01, "+", ha="center", va="center", fontsize=12, zorder=4)
        return
    if not block.lesson:
        ax.text(block.x, block.y, block.label, ha="center", va="center", fontweight="bold", parse_math=False)
        return
    colour = TOKEN_COLOURS[(int(block.lesson) - 1) % len(TOKEN_COLOURS)]      # the same in all drawings
    corner = block.x - block.width / 2 + 0.06, block.y - _HEIGHT / 2 + 0.06
    size = block.width - 0.12, _HEIGHT - 0.12
    for face, edge, alpha in (("white", "none", 1.0), (colour, "none", 0.2), ("none", colour, 1.0)):
        ax.add_patch(FancyBboxPatch(corner, *size, boxstyle="round,pad=0.06", facecolor=face, edgecolor=edge,
                                    alpha=alpha, linewidth=1.5, zorder=3))
    ax.text(block.x, block.y + 0.07, block.label, ha="center", va="center", fontsize=10, parse_math=False, zorder=4)
    ax.text(block.x, block.y - 0.11, say("lesson {lesson}", lesson=block.lesson), ha="center", va="center",
            fontsize=7.5, color=_GREY, zorder=4)


def _arrow(ax, start: _Block, end: _Block, flow: _Flow) -> None:
    """A line through the points of the flow, with a head at its end and its label beside the first piece."""
    points = [(start.x, start.y), *flow.through, (end.x, end.y)]
    if flow.through or start.y != end.y:
        points[0] = start.x, start.y + (start.half if start.lesson or start.label == "+" else 0.14)
    else:
        points[0] = start.x + start.width / 2, start.y
    sideways = points[-2][1] == end.y
    reach = end.half if end.label == "+" else end.width / 2
    points[-1] = (end.x + (reach if points[-2][0] > end.x else -reach), end.y) if sideways else (
        end.x, end.y - (end.half if end.lesson or end.label == "+" else 0.14))
    for a, b in zip(points[:-2], points[1:-1], strict=True):
        ax.plot([a[0], b[0]], [a[1], b[1]], color=_GREY, linewidth=1.2, solid_capstyle="round", zorder=1)
    ax.add_patch(FancyArrowPatch(points[-2], points[-1], arrowstyle="-|>", mutation_scale=9, shrinkA=0, shrinkB=0,
                                 color=_GREY, linewidth=1.2, zorder=2))
    if flow.label:
        a, b = points[0], points[1]
        flat, rising = a[1] == b[1], b[0] > a[0]
        shift = 0.0 if flat else -0.12 if rising else 0.06
        ax.text((a[0] + b[0]) / 2 + shift, (a[1] + b[1]) / 2 + (0.05 if flat else 0), flow.label,
                ha="center" if flat else "right" if rising else "left", va="bottom" if flat else "center", fontsize=8,
                color=_GREY, parse_math=False)
