"""A notebook with slides as one HTML file: nbconvert's slides, reveal.js inside, formulas as MathML."""
import importlib.util
import re
from functools import cache
from pathlib import Path

from jinja2 import pass_context
from nbconvert import SlidesExporter
from nbformat import NotebookNode

from course._words import language, later, say

from .cells import LectureError
from .text import with_mathml

__all__ = ["deck"]

_HERE = Path(__file__).parent
# Above a slide, by its CSS.
_ABOVE = (later("What do you expect?"), later("What comes out"), later("Your turn"), later("A solution"))


def deck(notebook: NotebookNode, title: str) -> str:
    """The deck as an HTML page without any link to the outside, its own words in the language that is spoken.

    Args:
        notebook: cells with `slideshow.slide_type`, as `classroom.lecture.slides.notebook_of` makes them.
        title: what the window is called.

    Raises:
        LectureError: if the package that brings reveal.js is not installed.
    """
    exporter = _Exporter(raw_template=(_HERE / "deck.html").read_text(encoding="utf-8"))
    own = {name: (_HERE / f"deck.{name}").read_text(encoding="utf-8") for name in ("css", "js")}
    for words in _ABOVE:
        own["css"] = own["css"].replace(f'"{words}"', f'"{say(words)}"')
    text, _ = exporter.from_notebook_node(notebook, resources={
        "title": title, "language": language(), "own": own, "library": {name: _library(name) for name in
                                                ("dist/reset.css", "dist/reveal.css", "dist/reveal.js",
                                                 "plugin/notes/notes.js")}})
    return _TO_A_NOTEBOOK.sub("", text)


# Links that lie over the blocks of a diagram; no notebook lies beside the deck.
_TO_A_NOTEBOOK = re.compile(r'<a href="\d\d_\w+\.ipynb[^>]*></a>')


class _Exporter(SlidesExporter):
    @pass_context
    def markdown2html(self, context, source):
        return with_mathml(source)


@cache
def _library(name: str) -> str:
    """A file of reveal.js, which the package sphinx-revealjs brings along; of that package nothing is run."""
    found = importlib.util.find_spec("sphinx_revealjs")
    if found is None or not found.submodule_search_locations:
        raise LectureError(say("Slides need reveal.js, which comes with the package sphinx-revealjs, and that is not "
                               "installed here: pip install 'sphinx-revealjs>=3.2,<4'"))
    path = Path(found.submodule_search_locations[0]) / "_static" / "revealjs" / name
    if not path.exists():
        raise LectureError(say("{path}: not there. The package sphinx-revealjs has changed its layout; version 3.2.1 "
                               "has it: pip install sphinx-revealjs==3.2.1", path=path))
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")
