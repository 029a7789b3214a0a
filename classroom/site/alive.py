"""Views that ask a model, alive on a page: the modules of `course/page/` answer in Python's place.

Pages from disk may not fetch anything and not import modules. So the module and the weights are written as plain
scripts, once for the whole site, and `alive.js` answers what the frames of such views ask.
"""
import html
import json
import re
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from classroom.site.lesson import write
from course._words import speaking
from course.page import Saved, modules, pack
from course.views import interactive

__all__ = ["VIEWS", "bring_to_life", "first_view", "write_scripts"]

VIEWS = ("box", "switches", "tree")         # the scripts of views that a model can answer
_SRCDOC = re.compile(r'srcdoc="([^"]*)"([^>]*></iframe>)')
_KIND = re.compile(r'data-view="(\w+)"')
_EMBED = re.compile(r'<p><a href="translator\.html".*?<embed[^>]*>', re.DOTALL)
# A view tells the page around it that it is there; `alive.js` may come before or after it.
_CALL = '<script type="module">(parent.courseViews ??= []).push(window);</script></body>'


def first_view(label: str, language: str) -> str:
    """The view of the front page, as HTML: the numbers of lesson 01, stage by stage, by the course's own attention."""
    with speaking(language):
        return _first_view(label)


def _first_view(label: str) -> str:
    words = ["the", "black", "cat", "sleeps"]
    q = np.array([[0, -1, 1, 1], [0, 1, 2, 1], [1, 2, 0, 0], [1, 0, 2, 0]])
    k = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
    v = np.array([[0, 0, 0], [0, 4, 0], [4, 0, 3], [0, 0, 2]])

    def attention(q, k, v):
        """Never called: nobody's function is judged here."""

    vars(attention)["of_the_course"] = True
    view = interactive.view(attention, q, k, v, queries=words, keys=words, features=["masc.", "dark", "alive"])
    numbers = view.tables()[:2]
    view.label, view.data = label, {**view.data, "verdict": ""}
    setattr(view, "tables", lambda: numbers)  # noqa: B010
    bundle, _ = view._repr_mimebundle_()
    return bundle["text/html"]


def bring_to_life(notebook: NotebookNode, words: dict[str, str], translator: Saved | None) -> bool:
    """Let the views of a notebook that ask a model ask the page around them; whether there is one.

    Without a translator they stay as they are stored, and the frame of lesson 14's page gives way to a sentence.
    """
    alive = False

    def called(match: re.Match) -> str:
        nonlocal alive
        page = html.unescape(match[1])
        kind = _KIND.search(page)
        if kind is None or kind[1] not in VIEWS:
            return match[0]
        alive = True
        if kind[1] == "tree":                   # it stays; below it comes one for the reader's sentence
            return match[0] + f'<div class="own-beam" data-title="{html.escape(words["own_beam"])}"></div>'
        page = page.replace('"kernel":false', '"kernel":true', 1)
        before, _, after = page.rpartition("</body>")
        return (f'srcdoc="{html.escape(before + _CALL + after)}"{match[2]}'
                f'<p class="alive">{html.escape(words["alive"])}</p>')

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" not in data:
                continue
            if translator is None:
                data["text/html"] = _EMBED.sub(f"<p>{html.escape(words['no_page'])}</p>", data["text/html"])
            else:
                data["text/html"] = _SRCDOC.sub(called, data["text/html"])
    return alive


def write_scripts(target: Path, translator: Saved) -> None:
    """Write the weights and the Transformer as scripts into `assets/`.

    Raises:
        course.page.PageError: if a page cannot run this model.
    """
    file = json.dumps(pack(translator.model, translator.subwords), ensure_ascii=False, separators=(",", ":"))
    write(target / "assets/translator.js", f"window.translatorWeights = {file};\n")
    module = modules()
    names = ", ".join(re.findall(r"^export (?:class|const|function\*?) (\w+)", module, re.MULTILINE))
    plain = re.sub(r"^export ", "", module, flags=re.MULTILINE)
    write(target / "assets/transformer.js",
          f"window.courseTransformer = (() => {{\n{plain}\nreturn {{ {names} }};\n}})();\n")
