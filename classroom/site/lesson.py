"""From an executed notebook to the text of a page: formulas, folded solutions, sections, what can be searched."""
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from course._paths import atomic_path
from course._words import say

__all__ = ["Section", "SiteError", "body", "read_lesson", "title", "write"]

_HERE = Path(__file__).parent
# Fenced and inline code first, so that a dollar sign in it is left alone.
_FORMULA = re.compile(
    r"(?P<code>^```.*?^```|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|\$\$(?P<display>.+?)\$\$|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$]*?[^\s$\\])?)\$(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(r'(href=")(?:\.\./)?(?:notebooks/|solutions/)?(\d\d_\w+)\.ipynb')
_TITLE = re.compile(r"^# +(.+?)\s*$", re.MULTILINE)
_MARKER = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
_HEADING = re.compile(r'<h([1-4]) id="([^"]*)">(.*?)(?:<a class="anchor-link".*?</a>)?</h\1>', re.DOTALL)
_UNSEARCHED = ("iframe", "math", "script", "style", "svg", "table", "button")


class SiteError(Exception):
    """The site cannot be made; the message says what is missing."""


class Section(NamedTuple):
    """A part of a page: the level of its heading (1 to 4), its anchor, its heading, and its text without outputs."""

    level: int
    anchor: str
    heading: str
    text: str

    @property
    def short(self) -> str:
        """The heading without what an exercise adds: difficulty, minutes, points."""
        return re.split(r"\s{2,}|\s*●", self.heading)[0]


def read_lesson(solution: Path, notebooks: Path, words: dict[str, str]) -> NotebookNode:
    """An executed solution, with what its page needs to fold the solutions in it.

    Args:
        solution: the notebook with all outputs.
        notebooks: the folder of the learners' notebooks. Stubs and prose are taken from the one with the same name, so
            that a folder of translated ones gives a translated lesson.
        words: see `classroom.site.words`.

    Raises:
        SiteError: if the solution has not been executed.
    """
    notebook = nbformat.read(solution, as_version=4)
    if any(cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
           for cell in notebook.cells):
        folder = "" if solution.parent.name == "solutions" else f"{solution.parent.name}/"
        raise SiteError(say("{file} has not been executed; run `make notebooks`",
                            file=f"solutions/{folder}{solution.name}"))
    path = notebooks / solution.name
    theirs = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells} if path.exists() else {}
    for cell in notebook.cells:
        learners = theirs.get(cell.id)
        if cell.cell_type == "markdown":
            cell.source = learners.source if learners else cell.source
        elif cell.cell_type == "code" and _MARKER.search(cell.source):
            cell.metadata.site_summary = words["solution"]
            cell.metadata.site_stub = learners.source if learners else ""
            cell.source = _MARKER.sub("", cell.source).rstrip()
        elif cell.cell_type == "code" and "solution-only" in cell.metadata.get("tags", []):
            cell.metadata.site_summary, cell.metadata.site_whole = words["solution"], True
    return notebook


def title(notebook: NotebookNode) -> str:
    """The first heading of a notebook. Raises SiteError if there is none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := _TITLE.search(cell.source)):
            return found[1]
    raise SiteError(say("a lesson has no heading"))


def body(notebook: NotebookNode) -> tuple[str, list[Section]]:
    """A lesson as HTML without its frame, and its sections in order."""
    notebook = nbformat.from_dict(notebook)
    formulas: list[str] = []
    frames: list[str] = []           # the pages of views: long, and nothing to be looked at by what follows

    def aside(match: re.Match) -> str:
        frames.append(match[1])
        return f'srcdoc="FRAME{len(frames) - 1}X"'

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _set_aside(cell.source, formulas)
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = re.sub(r'srcdoc="([^"]*)"', aside, output.data["text/html"])
    text, _ = _exporter().from_notebook_node(notebook)
    text = re.sub(r"FORMULA(\d+)X", lambda match: formulas[int(match[1])], text)
    text = _LINK.sub(r"\1\2.html", text)
    text = _with_anchors(text)
    reader = _Reader()
    reader.feed(text)
    return re.sub(r'srcdoc="FRAME(\d+)X"', lambda match: f'srcdoc="{frames[int(match[1])]}"', text), reader.sections()


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(template_name="basic", raw_template=(_HERE / "templates/cells.html").read_text("utf-8"))


def _set_aside(text: str, formulas: list[str]) -> str:
    """Formulas of a Markdown text as MathML in `formulas`, and marks in their places, which Markdown leaves alone."""
    def aside(match: re.Match) -> str:
        if match["code"]:
            return match[0]
        display = match["display"] is not None
        formula = convert((match["display"] if display else match["inline"]).strip(),
                          display="block" if display else "inline")
        formulas.append(f'<span class="formula">{formula}</span>' if display else formula)
        return f"FORMULA{len(formulas) - 1}X"
    return _FORMULA.sub(aside, text)


def _with_anchors(text: str) -> str:
    """Headings with short anchors, no two alike on a page, and links to them."""
    renamed: dict[str, str] = {}
    taken: set[str] = {"text", "menu", "search", "query", "results", "count", "theme", "lessons"}

    def named(match: re.Match) -> str:
        level, old, heading = match.groups()
        plain = re.split(r"\s{2,}|\s*●", re.sub(r"<math.*?</math>|<[^>]+>|&\w+;", "", heading))[0]
        base = anchor = re.sub(r"\W+", "-", plain.lower()).strip("-") or "section"
        n = 1
        while anchor in taken:
            n += 1
            anchor = f"{base}-{n}"
        taken.add(anchor)
        renamed.setdefault(old, anchor)
        return (f'<h{level} id="{anchor}">{heading}'
                f'<a class="anchor-link" href="#{anchor}" aria-hidden="true" tabindex="-1">¶</a></h{level}>')

    text = _HEADING.sub(named, text)
    return re.sub(r'href="#([^"]*)"', lambda match: f'href="#{renamed.get(match[1], match[1])}"', text)


class _Reader(HTMLParser):
    """Collects what stands under each heading: prose and code, without outputs and formulas."""

    def __init__(self) -> None:
        super().__init__()
        self._found: list[tuple[int, str, list[str], list[str]]] = []
        self._heading = False
        self._skipped = 0            # so many elements deep in something that is not searched

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if self._skipped:
            self._skipped += tag not in _VOID
        elif tag in _UNSEARCHED or given.get("class") in ("output_wrapper", "anchor-link", "prompt input_prompt"):
            self._skipped = 1
        elif re.fullmatch("h[1-4]", tag) and given.get("id"):
            self._found.append((int(tag[1]), given["id"] or "", [], []))
            self._heading = True

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif re.fullmatch("h[1-4]", tag):
            self._heading = False

    def handle_data(self, data: str) -> None:
        if self._found and not self._skipped:
            *_, heading, text = self._found[-1]
            (heading if self._heading else text).append(data)

    def sections(self) -> list[Section]:
        return [Section(level, anchor, "".join(heading).strip(), " ".join("".join(text).split()))
                for level, anchor, heading, text in self._found]


_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


def write(path: Path, text: str) -> Path:
    """Write a text file as a whole, or not at all; its folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path
