"""A drawn table of words, in which equal words have equal colours: who supplies what."""
from collections.abc import Mapping, Sequence

from matplotlib.patches import Rectangle

from course._words import later, listed, say
from course.views._matrix import as_labels, join, longest
from course.views.picture import TOKEN_COLOURS, Picture, in_style, new_figure

__all__ = ["show_suppliers"]

_HALVES = (later("encoder"), later("decoder"))     # the halves of a translator, drawn in the reader's words


@in_style
def show_suppliers(
    suppliers: Mapping[str, Sequence[str]], columns: Sequence[str] = ("Q", "K", "V"),
    title: str = later("Who supplies what?"),
) -> Picture:
    """A table: a row for each attention, `{"cross-attention": ["Spanish", "English", "English"]}`.

    Every distinct word gets a colour of its own, in the order of appearance. Raises ValueError if
    there is no row, if a row has not as many words as there are columns, or if there are more
    than six different words.
    """
    if not suppliers:
        raise ValueError(say("there is no row to draw"))
    table = {name: as_labels(words, len(columns), say("columns of {name!r}", name=name))
             for name, words in suppliers.items()}
    table = {name: [say(word) for word in words] for name, words in table.items()}
    known = list(dict.fromkeys(word for words in table.values() for word in words))
    if len(known) > len(TOKEN_COLOURS):
        raise ValueError(say("there are {known} different words, but only {token_colours} colours for them",
                             known=len(known), token_colours=len(TOKEN_COLOURS)))
    height, width = 0.5, 0.35 + 0.09 * longest(known)
    left = 0.25 + 0.095 * longest(table)
    figure, [ax] = new_figure(left + width * len(columns) + 0.2, height * (len(table) + 1) + 0.5)
    for row, (name, words) in enumerate(table.items()):
        ax.text(-0.12, (row + 0.5) * height, name, ha="right", va="center", parse_math=False)
        for column, word in enumerate(words):
            colour = TOKEN_COLOURS[known.index(word)]
            for face, edge, alpha in ((colour, "none", 0.22), ("none", colour, 1.0)):
                ax.add_patch(Rectangle((column * width + 0.03, row * height + 0.03), width - 0.06, height - 0.06,
                                       facecolor=face, edgecolor=edge, alpha=alpha, linewidth=1.5))
            ax.text((column + 0.5) * width, (row + 0.5) * height, word, ha="center", va="center", parse_math=False)
    for column, name in enumerate(columns):
        ax.text((column + 0.5) * width, -0.1, name, ha="center", va="bottom", fontweight="bold", parse_math=False)
    ax.set(xlim=(-left, width * len(columns) + 0.05), ylim=(height * len(table) + 0.05, -height * 0.9), aspect="equal")
    ax.axis("off")
    title = say(title)
    figure.suptitle(title, x=0.01, ha="left")
    rows = (say("{name}: {told}", name=name, told=join([say("{column} from {word}", column=column, word=word)
                                                        for column, word in zip(columns, words, strict=True)]))
            for name, words in table.items())
    return Picture(figure, f"{title} {listed(rows, '{first}; {next}')}")
