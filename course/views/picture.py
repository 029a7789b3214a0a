"""The style of the course's figures, and the object that carries a figure and its alt text to the page."""
import base64
import dataclasses
import functools
import html
import io
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text

from course._pair_checks import script
from course._words import say
from course.views._fonts import SCRIPTS, families, look_again, missing

__all__ = ["HEAD_COLOURS", "STYLE", "TOKEN_COLOURS", "Picture", "in_style", "new_figure", "use_style"]

HEAD_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
TOKEN_COLOURS = (*HEAD_COLOURS, "#E69F00", "#56B4E9")   # Okabe and Ito's palette, safe for colour-blind readers

fontManager.addfont(Path(__file__).with_name("fonts") / "course_cjk.ttf")
fontManager.ttflist.append(dataclasses.replace(fontManager.ttflist[-1], weight=700))    # it stands in for its own bold

STYLE: dict[Any, Any] = {
    "axes.facecolor": "white",
    "axes.labelsize": 11,
    "axes.prop_cycle": matplotlib.cycler(color=TOKEN_COLOURS),     # type: ignore[attr-defined] # the stubs lack it
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "figure.dpi": 96,
    "figure.facecolor": "white",
    "figure.figsize": (4.6, 4.0),
    "figure.titlesize": 11,
    # The first comes with matplotlib, so pictures are the same everywhere; the others have what it lacks.
    "font.family": families(),
    "font.size": 11,
    "hatch.linewidth": 1.0,
    "legend.frameon": False,
    "savefig.dpi": 96,
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
}


def use_style() -> None:
    """Give the figures a lesson draws itself, with pyplot, the look of the course's own."""
    matplotlib.rcParams.update(STYLE)


def in_style(draw: Callable) -> Callable:
    """Decorate a function that draws, so that the style holds while it runs and the learner's own is left alone."""
    @functools.wraps(draw)
    def styled(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)
    return styled


@in_style
def new_figure(width: float = 4.6, height: float = 4.0, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure in the course's style, outside pyplot, and its axes in reading order. Sizes in inches."""
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def _drawn(figure: Figure) -> tuple[bytes, bool]:
    """The PNG of a figure, and whether there was a glyph for each of its characters."""
    buffer = io.BytesIO()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        figure.savefig(buffer, format="png", metadata={"Software": None})
    glyphs = [one for one in said if str(one.message).startswith("Glyph ")]     # matplotlib's, one for each character
    for one in said:
        if one not in glyphs:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return buffer.getvalue(), not glyphs


class Picture:
    """A finished figure with the sentence that stands for it where it cannot be seen.

    As the last line of a cell it is shown as a picture; `repr`, screen readers and plain text
    get `alt`. The PNG depends on nothing but the figure. Where no font here has some of its characters, one warning
    names them, and a font to install.
    """

    def __init__(self, figure: Figure, alt: str):
        self.figure = figure
        self.alt = alt
        self.png, complete = _drawn(figure)
        if complete:
            return
        if look_again():
            STYLE["font.family"] = families()
            for text in figure.findobj(Text):
                text.set_fontfamily(families())
            self.png, _ = _drawn(figure)
        if lacking := missing("".join(text.get_text() for text in figure.findobj(Text))):
            fonts = [there.fonts[0] for there in SCRIPTS.values() if script(there.word) == script(lacking)]
            lacking = lacking[:20] + "…" * (len(lacking) > 20)
            warnings.warn(
                say("no font here has the characters {lacking} of this figure: install one, such as {font}, and draw "
                    "it again", lacking=lacking, font=fonts[0]) if fonts else
                say("no font here has the characters {lacking} of this figure: install one, and draw it again",
                    lacking=lacking), stacklevel=4)

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        encoded = base64.b64encode(self.png).decode("ascii")
        width, height = struct.unpack(">II", self.png[16:24])   # pixels, from the PNG's header
        # JupyterLab shows the HTML, since its own picture element has no alt text.
        image = (
            f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
            f'style="max-width: 100%; height: auto" src="data:image/png;base64,{encoded}">'
        )
        data = {"text/plain": self.alt, "text/html": image, "image/png": encoded}
        return data, {"image/png": {"alt": self.alt, "width": width, "height": height}}
