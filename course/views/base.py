"""What all interactive views share: how they reach JupyterLab, an exported page, and plain text.

A view is a subclass of `View` and one ES module `js/NAME.js`. What Python has computed goes into
`data`, rounded, once; what the learner does with the mouse or the keyboard is a trait of its own.
A view that needs Python to answer observes that trait and sets another one. So a view draws itself
from its traits alone, and that is what keeps it alive without a kernel: beside the widget it hands
out a page of its own, with the same module, the traits as they are, and a stand-in for the kernel.
Where scripts do not run, a table remains.
"""
import html
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course._words import ENGLISH, in_script, language, say, translated
from course.views._matrix import as_labels, columns_of, longest, number

__all__ = ["Table", "View", "module", "renewed", "rounded", "tokens", "weights_table"]

JS = Path(__file__).with_name("js")
_LARGE = 2000          # so many cells, and the table that stands for a view is cut off


class Table(NamedTuple):
    """What a reader gets where nothing can be drawn: a caption and rows of text, the first one a heading."""

    caption: str
    rows: list[list[str]]


@cache
def _text(name: str) -> str:
    return (JS / name).read_text(encoding="utf-8")


@cache
def module(name: str) -> str:
    """The ES module of a view: `js/NAME.js` with what it uses of `js/base.js` in the place of its import.

    Comments and indentation stay behind, so that a view, which every notebook carries whole, is small.
    """
    own, shared = _text(f"{name}.js"), _shared()
    imported = re.findall(r"^import \{([^}]*)\} from \"\./base\.js\";\n", own, flags=re.MULTILINE)
    if len(imported) != 1:
        raise ValueError(f"{name}.js must import from ./base.js, once")
    needed, found = re.findall(r"\w+", imported[0]), set()
    if unknown := set(needed) - set(shared):
        raise ValueError(f"{name}.js imports what base.js does not have: {', '.join(sorted(unknown))}")
    while needed:
        part = needed.pop()
        if part not in found:
            found.add(part)
            needed += [other for other in shared if re.search(rf"(?<![\w.]){other}\b", shared[part])]
    used = "".join(text for part, text in shared.items() if part in found)
    return re.sub(r"^import .*\n", lambda _: used, _bare(own), count=1, flags=re.MULTILINE)


@cache
def _shared() -> dict[str, str]:
    """What `js/base.js` declares at its outer level: name to text, in order."""
    start = r"^(?:export )?((?:const|let|function) (\w+).*\n(?:[^\w\n].*\n|\n)*)"
    declared = re.findall(start, _text("base.js"), flags=re.MULTILINE)
    return {name: _bare(text) for text, name in declared}


def _bare(script: str) -> str:
    """A script without comment lines, empty lines and indentation."""
    return re.sub(r"^[ \t]*(//.*\n|\n)?", "", script, flags=re.MULTILINE)


def spoken(script: str) -> dict[str, str]:
    """What the module of a view says, in the language of the reader; in English nothing, for it stands in the code."""
    return translated(in_script(module(script)))


def rounded(values: ArrayLike, digits: int = 4) -> list:
    """An array or tensor as nested lists, rounded; what is not finite becomes None, as JSON has no NaN."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().double().numpy()
    array = np.round(np.asarray(values, dtype=np.float64), digits) + 0.0
    return _listed(array)


def _listed(array: np.ndarray):
    if array.ndim:
        return [_listed(part) for part in array]
    if not np.isfinite(array):
        return None
    return int(array) if array == int(array) else float(array)


def weights_table(
    caption: str, values: ArrayLike, rows: Sequence[str], columns: Sequence[str], digits: int = 2
) -> Table:
    """A matrix (R, C) of numbers with its labels as a `Table`."""
    body = [[row, *("NaN" if x is None else number(float(x), digits) for x in line)]
            for row, line in zip(rows, rounded(values), strict=True)]
    return Table(caption, [["", *columns], *body])


def of_the_course(function: object) -> bool:
    """Whether a function stands in for the learner's, who has not written it yet: then nothing is judged."""
    return getattr(function, "of_the_course", False) is True


class View(anywidget.AnyWidget):
    """An interactive view; see the module for how one is made.

    Attributes:
        label: what the view shows, in a sentence: its title, and its name for a screen reader.
        data: what Python has computed, ready for JSON.
        kernel: whether Python answers; False in an exported page.
        predict: begin with the numbers hidden, until the learner chooses the cell expected to be largest.
        guess: the cell that was chosen, as [row, column]; empty before.
        words: what the module says, by its English; empty where it is English that is spoken.
        language: which it is.
    """

    label = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    kernel = traitlets.Bool(True).tag(sync=True)
    predict = traitlets.Bool(False).tag(sync=True)
    guess: traitlets.List = traitlets.List().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)

    script = ""            # the name of the module, without .js
    height = 420           # of the frame in an exported page, in pixels, until the page measures itself

    def __init_subclass__(cls, **options):
        if "script" in vars(cls):
            cls._esm = module(cls.script)
            cls._css = _text("base.css")
        super().__init_subclass__(**options)

    @traitlets.default("words")
    def _its_words(self) -> dict[str, str]:
        return spoken(self.script)

    @traitlets.default("language")
    def _its_language(self) -> str:
        return language()

    def tables(self) -> list[Table]:
        """The view as tables, for front ends that draw nothing."""
        raise NotImplementedError

    def state(self) -> dict:
        """The traits that the module reads, as an exported page begins with them."""
        own = [name for name in self.traits(sync=True) if not name.startswith("_") and name not in _OF_EVERY_WIDGET]
        state = {name: getattr(self, name) for name in sorted(own)} | {"kernel": False}
        if self.language == ENGLISH:
            del state["words"], state["language"]
        return state

    def page(self) -> str:
        """A page of its own that needs neither kernel nor network."""
        state = json.dumps(self.state(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return _page(self.script, html.escape(self.label), state)

    def _repr_mimebundle_(self, **options):
        widget = super()._repr_mimebundle_(**options)
        data, metadata = widget if isinstance(widget, tuple) else (widget or {}, {})
        tables = self.tables()
        frame = (
            f'<iframe title="{html.escape(self.label)}" srcdoc="{html.escape(self.page())}" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )
        text = "\n\n".join([self.label, *(_as_text(table) for table in tables)])
        plain = "".join(map(_as_html, tables))
        as_table = html.escape(say("{label} As a table", label=self.label))
        below = f"<details open><summary>{as_table}</summary>{plain}</details>"
        return {**data, "text/plain": text, "text/html": f"<div>{frame}{below}</div>"}, metadata


_OF_EVERY_WIDGET = set(anywidget.AnyWidget.class_traits(sync=True))


def _page(script: str, title: str, state: str) -> str:
    """A view's page; `title` is escaped HTML and `state` JSON without a "<"."""
    speaks = json.loads(state).get("language", ENGLISH)
    return (
        f'<!DOCTYPE html><html lang="{speaks}" data-view="{script}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>body{{margin:0}}\n{_text('base.css')}</style></head><body><main id=\"view\"></main>"
        f'<script type="application/json" id="state">{state}</script><script type="module">\n'
        f"{module(script).replace('export default', 'const view =')}\n{_text('page.js')}</script></body></html>"
    )


def renewed(stored: str) -> str:
    """The `text/html` of a view that was stored in a notebook, with the scripts and the style of today."""
    def anew(match: re.Match) -> str:
        page = html.unescape(match[1])
        parts = re.search(r'data-view="(\w+)".*?<title>(.*?)</title>.*?id="state">(.*?)</script>', page, re.DOTALL)
        if parts is None or not (JS / f"{parts[1]}.js").exists():
            return match[0]
        return f'srcdoc="{html.escape(_page(*parts.groups()))}"'
    return re.sub(r'srcdoc="([^"]*)"', anew, stored)


def _cut(table: Table) -> Table:
    wide = max(map(len, table.rows))
    most = max(2, _LARGE // wide)
    if len(table.rows) <= most:
        return table
    left_out = len(table.rows) - most
    return Table(say("{caption} (the last {left_out} rows are left out)", caption=table.caption, left_out=left_out),
                 table.rows[:most])


def _as_html(table: Table) -> str:
    caption, (head, *body) = _cut(table)
    cells = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in head)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(text)}</td>" for text in row[1:]) + "</tr>" for row in body
    )
    top = f"<caption>{html.escape(caption)}</caption><thead><tr>{cells}</tr></thead>"
    return f"<table>{top}<tbody>{rows}</tbody></table>"


def _as_text(table: Table) -> str:
    caption, rows = _cut(table)
    widths = [longest(column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(" " * (width - columns_of(text)) + text
                       for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([caption, *lines])


def tokens(labels: Sequence | None, count: int, what: str) -> list[str]:
    """Labels for `count` places, numbers if there are none. Raises ValueError for another number of them."""
    return [str(n) for n in range(count)] if labels is None else as_labels(labels, count, what)
