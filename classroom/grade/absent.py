"""Why an answer found nothing under a name: a package that is not installed here, or a cell that could not be read."""
import functools
import importlib.util
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classroom.ask.limits import Raised
from classroom.judge.evidence import line_of
from classroom.judge.prose import spaced
from classroom.judge.verdict import Verdict
from course._words import say

from .read.reading import Notebook

__all__ = ["explain", "installed", "not_installed"]

_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("course", "classroom")
_NAME = re.compile(r"name '(\w{1,200})' is not defined")
_MODULE = re.compile(r"No module named '(\w{1,60})")


def not_installed(book: Notebook) -> list[str]:
    """The packages that a notebook cannot do without, and that its answers cannot import where they are graded."""
    return [name for name in book.imports if name not in _OURS and not installed(name)]


@functools.cache
def installed(name: str) -> bool:
    """Whether answers can import a package of this name. Nothing is imported for it.

    What only lies in the folder in which the grader was started, or beside the course, is out of their reach.
    """
    if name in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None:
        return False
    places = [Path(place).parent for place in spec.submodule_search_locations or ([spec.origin] if spec.origin else [])]
    return not places or any(place not in (_ROOT, Path(os.getcwd())) for place in places)


def explain(book: Notebook, error: Raised | None, cells: Sequence[Raised], verdict: Verdict) -> Verdict:
    """The verdict, or the same with the reason for it.

    Args:
        error: what the answer stopped with, as the child says.
        cells: what the statements stopped with that were run for it.
    """
    if error is None or verdict.status == "correct":
        return verdict
    seen = say("What was seen: {error}",
               error=f"{error.kind}: {error.text}" + (f" ({line_of(error.where)})" if error.where else ""))
    package, name = _package(book, error, cells)
    if package:
        what = say("`{package}` is not installed here, where your notebook is graded, so that nothing is called "
                   "`{name}`.", package=package, name=name) if name and name != package else \
            say("`{package}` is not installed here, where your notebook is graded.", package=package)
        todo = say("Ask your teacher whether you may use it, or write this answer without it. If it is a file of your "
                   "own, copy what you need of it into the notebook.")
        return replace(verdict, mistake="not-installed", mistakes=("not-installed",),
                       message=spaced(f"{what} {todo}\n\n{seen}"))
    if error.kind == "NameError" and (found := _NAME.search(error.text)):
        for number, why in book.faults.items():
            if re.search(rf"\b{found[1]}\b", book.files[number][1]):
                return replace(verdict, mistake="syntax-error", mistakes=("syntax-error",), message=spaced(
                    say("Cell {number}, which holds `{name}`, {why}.", number=number, name=found[1], why=why)
                    + f"\n\n{seen}"))
    return verdict


def _package(book: Notebook, error: Raised, cells: Sequence[Raised] = ()) -> tuple[str, str]:
    """The package whose absence explains the error, and the name that is missing for it."""
    if error.kind == "ModuleNotFoundError" and (found := _MODULE.match(error.text)):
        return (found[1], "") if found[1] in not_installed(book) else ("", "")
    if error.kind == "NameError" and (found := _NAME.search(error.text)):
        for package in not_installed(book):
            if found[1] in book.imports[package]:
                return package, found[1]
        for package in not_installed(book):
            if "*" in book.imports[package]:
                return package, found[1]
        made = re.compile(rf"\b(?:def|class) {found[1]}\b|^{found[1]} ?[:=]", re.M)
        if any(made.search(code) for *_, code in book.statements):          # by a statement that stopped, then
            package = next((package for cell in cells if (package := _package(book, cell)[0])), "")
            return package, found[1]
    return "", ""
