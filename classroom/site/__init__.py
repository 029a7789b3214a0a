"""The solved lessons as a static site: pages that open from disk, without network, kernel or server.

`python -m classroom site FOLDER` takes the executed solutions as they are. Formulas become MathML, which browsers
draw themselves; pictures are inside the pages; views bring their scripts along.
"""
import argparse
import html
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from tqdm import tqdm

from course._paths import atomic_path

__all__ = ["SiteError", "export", "main", "page"]

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent
# Fenced and inline code first, so that a dollar sign in it is left alone.
_FORMULA = re.compile(
    r"(?P<code>^```.*?^```|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|\$\$(?P<display>.+?)\$\$|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$]*?[^\s$\\])?)\$(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(r'(href=")(?:\.\./)?(?:notebooks/|solutions/)?(\d\d_\w+)\.ipynb')
_TITLE = re.compile(r"^# +(.+?)\s*$", re.MULTILINE)


class SiteError(Exception):
    """The site cannot be made; the message says what is missing."""


def export(root: Path, target: Path) -> list[Path]:
    """Write `index.html`, `style.css` and a page for each solved lesson into `target`.

    Args:
        root: a repository with `solutions/NN_name.ipynb`, executed.
        target: a folder, made if it is not there. Each file is replaced as a whole.

    Returns:
        The pages that were written, the index first.

    Raises:
        SiteError: if there are no lessons, or one has not been executed.
    """
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise SiteError(f"{root / 'solutions'}: there are no lessons here; the site is made in the repository")
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    for name, notebook in notebooks.items():
        if any(cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
               for cell in notebook.cells):
            raise SiteError(f"solutions/{name}.ipynb has not been executed; run `make notebooks`")
    titles = {name: title(notebook) for name, notebook in notebooks.items()}
    names = list(notebooks)
    written = [target / "index.html"]
    for n, name in enumerate(tqdm(names, desc="site", unit="page", disable=None, leave=False)):
        beside = [(names[m], titles[names[m]]) if 0 <= m < len(names) else None for m in (n - 1, n + 1)]
        written.append(_write(target / f"{name}.html", page(notebooks[name], titles[name], *beside)))
    items = "".join(f'<li><a href="{name}.html">{html.escape(titles[name])}</a></li>' for name in names)
    _write(target / "index.html", _framed("Build a Transformer", (_HERE / "index.html").read_text(
        encoding="utf-8").replace("LESSONS", items), ""))
    _write(target / "style.css", (_HERE / "style.css").read_text(encoding="utf-8"))
    return written


def title(notebook: NotebookNode) -> str:
    """The first heading of a notebook. Raises SiteError if there is none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := _TITLE.search(cell.source)):
            return found[1]
    raise SiteError("a lesson has no heading")


def page(
    notebook: NotebookNode, heading: str, before: tuple[str, str] | None = None, after: tuple[str, str] | None = None
) -> str:
    """A lesson as an HTML page; `before` and `after` are (name, title) of its neighbours, or None."""
    notebook = nbformat.from_dict(notebook)
    formulas: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _set_aside(cell.source, formulas)
    body, _ = _exporter().from_notebook_node(notebook)
    body = re.sub(r"FORMULA(\d+)X", lambda match: formulas[int(match[1])], body)
    body = _LINK.sub(r"\1\2.html", body)
    links = ['<a href="index.html">All lessons</a>']
    if before:
        links.insert(0, f'<a rel="prev" href="{before[0]}.html">← {html.escape(before[1])}</a>')
    if after:
        links.append(f'<a rel="next" href="{after[0]}.html">{html.escape(after[1])} →</a>')
    return _framed(heading, body, f'<nav aria-label="lessons">{" ".join(links)}</nav>')


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(template_name="basic")


def _set_aside(text: str, formulas: list[str]) -> str:
    """Formulas of a Markdown text as MathML in `formulas`, and marks in their places, which Markdown leaves alone."""
    def aside(match: re.Match) -> str:
        if match["code"]:
            return match[0]
        display = match["display"] is not None
        formulas.append(convert((match["display"] if display else match["inline"]).strip(),
                                display="block" if display else "inline"))
        return f"FORMULA{len(formulas) - 1}X"
    return _FORMULA.sub(aside, text)


def _framed(heading: str, body: str, navigation: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(heading)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="style.css">'
        f"</head><body>{navigation}<main>{body}</main>"
        f"{navigation.replace('lessons', 'lessons, again', 1)}</body></html>\n"
    )


def _write(path: Path, text: str) -> Path:
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `python -m classroom site`; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m classroom site", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="site", help="where to put it; by default `site`")
    options = parser.parse_args(arguments)
    try:
        written = export(root, Path(options.folder))
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(written)} pages: open {written[0]}")
    return 0
