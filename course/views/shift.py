"""The target shift as a picture: what the decoder reads, and under it what it is asked for."""
from collections.abc import Sequence

from matplotlib.patches import FancyBboxPatch

from course._words import later, listed, say
from course.views._matrix import longest
from course.views.picture import TOKEN_COLOURS, Picture, in_style, new_figure

__all__ = ["show_shift"]

_GREY = "#BDBDBD"


@in_style
def show_shift(tokens: Sequence[str], title: str = later("One token ahead"), pad: str = "<pad>") -> Picture:
    """Three rows for one target sentence: the tokens, the decoder's input and the labels, one colour per token.

    Args:
        tokens: the target with its special tokens, at least two; those equal to `pad` are grey.

    Raises:
        ValueError: if there are fewer than two tokens.
    """
    tokens = [str(token) for token in tokens]
    if len(tokens) < 2:
        raise ValueError(say("a shift needs at least two tokens, got {tokens}", tokens=len(tokens)))
    width = max(0.85, 0.11 * longest(tokens) + 0.15)
    figure, [ax] = new_figure(1.3 + width * len(tokens), 2.7)
    title = say(title)
    rows = {say("target"): (3.0, tokens, 0), say("it reads"): (1.6, tokens[:-1], 0),
            say("is asked for"): (0.4, tokens[1:], 1)}
    for name, (y, row, first) in rows.items():
        ax.text(-0.15, y + 0.3, name, ha="right", va="center")
        for column, token in enumerate(row):
            colour = _GREY if token == pad else TOKEN_COLOURS[(column + first) % len(TOKEN_COLOURS)]
            ax.add_patch(FancyBboxPatch((column + 0.06, y), 0.88, 0.6, boxstyle="round,pad=0,rounding_size=0.08",
                                        facecolor="white", edgecolor=colour, linewidth=2.5))
            ax.text(column + 0.5, y + 0.3, token, ha="center", va="center", parse_math=False,
                    color="#757575" if token == pad else "black")
    for column in range(len(tokens) - 1):
        ax.annotate("", (column + 0.5, 1.02), (column + 0.5, 1.58),
                    arrowprops={"arrowstyle": "->", "color": "black", "linewidth": 1.2})
    ax.set(xlim=(-1.5 / width, len(tokens) + 0.05), ylim=(0.2, 3.8))
    ax.axis("off")
    ax.set_title(title, loc="left")
    steps = listed((say("position {t}: reads {read}, is asked for {label}", t=t, read=read, label=label)
                    for t, (read, label) in enumerate(zip(tokens[:-1], tokens[1:], strict=True))), "{first}; {next}")
    return Picture(figure, say("{title}. {told}", title=title, told=steps))
