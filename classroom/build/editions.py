"""Editions for other doors: the learner's notebooks with a first cell that fetches the course.

    build-a-transformer editions ADDRESS [--out editions/colab] [--branch editions]

Colab opens a single notebook on an empty machine. The first cell of this edition brings the course from the
repository at ADDRESS, and does nothing elsewhere. For a repository on GitHub each notebook begins with links that open
it in Colab, in Binder and in a Codespace, and `README.md` has them all; Colab finds the editions in the branch that is
named (`.github/workflows/editions.yml` puts them there).
"""
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from classroom.arguments import Parser
from course._paths import atomic_path
from course._words import say

__all__ = ["colab", "links", "main", "table"]

ROOT = Path(__file__).resolve().parents[2]
LACKING = ("anywidget", "filelock", "latex2mathml", "platformdirs", "sacrebleu", "tokenizers")   # on Colab's machines

# Run again after "Restart session", it finds the course there, and names its place to the new process.
FIRST_CELL = '''\
# For Colab: this fetches the course, once. Elsewhere it does nothing.
import importlib.util, os, shutil, subprocess, sys

if "google.colab" in sys.modules:
    course_folder = os.path.abspath("build-a-transformer")
    if not os.path.exists(course_folder):
        print("Fetching the course.")
        shutil.rmtree(course_folder + ".part", ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", {address!r}, course_folder + ".part"], check=True)
        os.rename(course_folder + ".part", course_folder)
    lacking = [name for name in {lacking!r} if importlib.util.find_spec(name) is None]
    if lacking:
        print("Installing", *lacking)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *lacking], check=True)
    if course_folder not in sys.path:
        sys.path.insert(0, course_folder)
'''


def colab(notebook: NotebookNode, address: str, badges: str = "") -> NotebookNode:
    """The notebook with the first cell for Colab, below `badges` if there are any; the given one is left as it is."""
    edition = nbformat.from_dict(notebook)
    cell = nbformat.v4.new_code_cell(FIRST_CELL.format(address=address, lacking=LACKING).rstrip(), id="for-colab")
    edition.cells[:0] = [cell] if not badges else [nbformat.v4.new_markdown_cell(badges, id="open-in"), cell]
    return edition


def links(address: str, name: str, branch: str) -> str:
    """What opens the lesson `name` elsewhere, as Markdown; "" for a repository that is not on GitHub."""
    parts = urlsplit(address)
    repository = parts.path.strip("/").removesuffix(".git")
    if parts.netloc != "github.com" or repository.count("/") != 1:
        return ""
    return " ".join(f"[![Open in {place}]({badge})]({target})" for place, badge, target in (
        ("Colab", "https://colab.research.google.com/assets/colab-badge.svg",
         f"https://colab.research.google.com/github/{repository}/blob/{branch}/{name}.ipynb"),
        ("Binder", "https://mybinder.org/badge_logo.svg",
         f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/notebooks/{name}.ipynb"),
        ("a Codespace", "https://github.com/codespaces/badge.svg", f"https://codespaces.new/{repository}")))


def table(address: str, titles: Mapping[str, str], branch: str) -> str:
    """The text of the editions' `README.md`: each lesson and what opens it.

    Args:
        address: of the repository.
        titles: of each lesson, by the name of its file without suffix.
        branch: where the editions are.
    """
    rows = [f"| {name[:2]} | {title} | {links(address, name, branch)} |" for name, title in titles.items()]
    return "\n".join([f"# Editions for other doors\n\nMade from the notebooks of [the course]({address}).\n",
                      "| | Lesson | Open in |", "|---|---|---|", *rows, ""])


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the edition of every lesson; returns the exit code."""
    parser = Parser(prog="build-a-transformer editions", description=say(
        "Editions for other doors: the learner's notebooks with a first cell that fetches the course."))
    add = parser.add_argument
    add("address", metavar=say("address"), help=say("where the repository can be cloned from: https://…"))
    add("--out", type=Path, default=Path("editions/colab"), metavar=say("OUT"), help=say(
        "a folder (default: editions/colab)"))
    add("--branch", default="editions", metavar=say("BRANCH"), help=say(
        "where Colab will find them (default: editions)"))
    options = parser.parse_args(arguments)
    parts = urlsplit(options.address)
    if parts.scheme != "https" or not parts.netloc or not parts.path.strip("/"):
        parser.error(say("expected the address of a repository that anybody can clone, https://…; got {given}",
                         given=repr(options.address)))
    paths = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        print(say("{folder}: there are no lessons here; editions are made in the repository",
                  folder=root / "notebooks"), file=sys.stderr)
        return 1
    titles = {}
    for path in tqdm(paths, unit=say("notebook"), disable=None):
        notebook = nbformat.read(path, as_version=4)
        titles[path.stem] = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
        edition = colab(notebook, options.address, links(options.address, path.stem, options.branch))
        with atomic_path(options.out / path.name) as temporary:
            nbformat.write(edition, temporary)
    if links(options.address, "", options.branch):
        with atomic_path(options.out / "README.md") as temporary:
            temporary.write_text(table(options.address, titles, options.branch), encoding="utf-8")
    print(say("{n} notebooks for Colab are in {folder}", n=len(paths), folder=options.out))
    return 0
