"""Editions for other doors: the learner's notebooks with a first cell that fetches the course.

    build-a-transformer editions ADDRESS [--out editions/colab]

Colab opens a single notebook on an empty machine. The first cell of this edition brings the course from the
repository at ADDRESS, and does nothing elsewhere.
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from course._paths import atomic_path

__all__ = ["colab", "main"]

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


def colab(notebook: NotebookNode, address: str) -> NotebookNode:
    """The notebook with the first cell for Colab; the given one is left as it is."""
    edition = nbformat.from_dict(notebook)
    cell = nbformat.v4.new_code_cell(FIRST_CELL.format(address=address, lacking=LACKING).rstrip(), id="for-colab")
    edition.cells.insert(0, cell)
    return edition


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the edition of every lesson; returns the exit code."""
    parser = argparse.ArgumentParser(prog="build-a-transformer editions", description=__doc__.splitlines()[0])
    parser.add_argument("address", help="where the repository can be cloned from: https://…")
    parser.add_argument("--out", type=Path, default=Path("editions/colab"), help="a folder (default: editions/colab)")
    options = parser.parse_args(arguments)
    parts = urlsplit(options.address)
    if parts.scheme != "https" or not parts.netloc or not parts.path.strip("/"):
        parser.error(f"expected the address of a repository that anybody can clone, https://…; got {options.address!r}")
    paths = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        print(f"{root / 'notebooks'}: there are no lessons here; editions are made in the repository", file=sys.stderr)
        return 1
    for path in tqdm(paths, unit="notebook", disable=None):
        edition = colab(nbformat.read(path, as_version=4), options.address)
        with atomic_path(options.out / path.name) as temporary:
            nbformat.write(edition, temporary)
    print(f"{len(paths)} notebooks for Colab are in {options.out}")
    return 0
