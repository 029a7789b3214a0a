"""The builder: from each lesson's text twin to its executed solution and its student notebook.

`solutions/NN_name.py` is edited; `solutions/NN_name.ipynb` and `notebooks/NN_name.ipynb` are
built from it, by `python -m classroom build` or `make notebooks`. A solution is executed again only
when its code has changed. With Chinese prose in `solutions/zh/NN_name.md`, and the words of its code in
`solutions/zh/NN_name.po`, the same two are built in Chinese: see `classroom.build.translation`.
"""
import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from classroom import exercises
from course._paths import atomic_path

from .code_words import renew_words, words_of, words_problems
from .execute import OutputError, drop_progress_bars, execute, kernel_environment
from .notebook import adopt_outputs, code_cells, solution_notebook, student_notebook, to_text
from .translation import renew_translation, translated_notebook, translation_of, translation_problems
from .twin import BuildError, Twin, read

__all__ = ["BuildError", "Registry", "build", "main", "stale", "twins"]

ROOT = Path(__file__).resolve().parents[2]


def twins(root: Path, lessons: list[str] | None = None) -> list[Path]:
    """The text twins under `root`, all or those whose names begin with one of `lessons`.

    Raises:
        BuildError: if there are none, or none for one of the lessons.
    """
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise BuildError(f"{root / 'solutions'}: there are no lessons here; the builder works in the repository")
    for lesson in lessons or []:
        if not any(path.name.startswith(lesson) for path in found):
            raise BuildError(f"{root / 'solutions'}: there is no lesson {lesson!r}")
    return [path for path in found if not lessons or path.name.startswith(tuple(lessons))]


def build(path: Path, points: Mapping[str, float], force: bool = False) -> list[Path]:
    """Bring the two notebooks of a twin up to date.

    Args:
        path: `solutions/NN_name.py` of a repository.
        points: the exercises that exist, and what each is worth.
        force: execute also when the code is that of the stored outputs.

    Returns:
        The files that were written.

    Raises:
        BuildError: if the twin is wrong, or its code fails; nothing is written then.
    """
    twin = read(path, points)
    solutions = _solutions(twin, points)
    for target, solution in solutions.items():
        old = _load(target)
        if force or old is None or not adopt_outputs(solution, old):
            _run(twin, solution)
        _renew_outputs(solution)
    written = []
    for target, notebook in _targets(solutions).items():
        text = to_text(notebook)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            with atomic_path(target) as temporary:
                temporary.write_text(text, encoding="utf-8")
            written.append(target)
    return written


def stale(path: Path, points: Mapping[str, float]) -> list[str]:
    """What is not up to date with the twin at `path`, a line each, without executing anything.

    A Chinese translation that lacks cells, or has old ones, is not up to date either.

    Raises:
        BuildError: if the twin itself is wrong.
    """
    twin = read(path, points)
    solutions = _solutions(twin, points)
    for executed, solution in solutions.items():
        old = _load(executed)
        if old is None:
            return [f"{executed}: not built"]
        if not adopt_outputs(solution, old):
            return [f"{executed}: the outputs were made from other code than the twin's"]
        _renew_outputs(solution)
    chinese, problems = translation_of(path), []
    if chinese.exists():
        problems = translation_problems(twin.cells, chinese) + words_problems(twin.cells, words_of(path))
    return problems + [
        f"{target}: not what the twin gives"
        for target, notebook in _targets(solutions).items()
        if not target.exists() or target.read_text(encoding="utf-8") != to_text(notebook)
    ]


def orphans(root: Path) -> list[str]:
    """Notebooks that no twin stands behind, a line each."""
    known = {path.stem for path in twins(root)}
    found = [*sorted((root / "solutions").glob("*.ipynb")), *sorted((root / "notebooks").rglob("*.ipynb"))]
    found += sorted((root / "solutions" / "zh").glob("[0-9][0-9]_*"))       # prose, words and notebooks
    return [f"{path}: there is no twin solutions/{path.stem}.py" for path in found if path.stem not in known]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `python -m classroom build`; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m classroom build", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons to build, as 01; all if none is named")
    parser.add_argument("--check", action="store_true", help="only name what is out of date; exit 1 if anything is")
    parser.add_argument("--translate", action="store_true",
                        help="mark in solutions/zh/ what is to be translated, build nothing; begins a translation")
    parser.add_argument("--force", action="store_true", help="execute every lesson, changed or not")
    options = parser.parse_args(arguments)
    try:
        chosen, points = twins(root, options.lessons), Registry()
    except BuildError as error:
        print(_relative(str(error), root), file=sys.stderr)
        return 1
    problems = orphans(root) if options.check and not options.lessons else []
    for path in chosen:
        try:
            if options.check:
                problems += stale(path, points)
                continue
            if options.translate:
                chinese = translation_of(path)
                if options.lessons or chinese.exists():
                    cells = read(path, points).cells
                    marked, words = renew_translation(cells, chinese), renew_words(cells, words_of(path))
                    print(f"{_relative(str(chinese), root)}: {marked} cells to translate, and {words} pieces in the "
                          "code")
                continue
            started = time.monotonic()
            written = build(path, points, options.force)
            what = ", ".join(_relative(str(target), root) for target in written) or "up to date"
            print(f"{path.stem}: {what} ({time.monotonic() - started:.0f} s)")
        except BuildError as error:
            problems.append(str(error))
    for problem in problems:
        print(_relative(problem, root), file=sys.stderr, flush=True)
    if options.check:
        print(f"{len(problems)} out of date: run `make notebooks`" if problems else "All notebooks are current.")
    return 1 if problems else 0


class Registry(Mapping):
    """The exercises of the course and their points; a lesson's are loaded when one is asked for."""

    def __getitem__(self, exercise: str) -> float:
        return exercises.get(exercise).points

    def __iter__(self):
        return iter(exercises.all_ids())

    def __len__(self) -> int:
        return len(exercises.all_ids())


def _run(twin: Twin, solution: NotebookNode) -> None:
    with tempfile.TemporaryDirectory(prefix="course-build-") as folder:
        try:
            execute(solution, twin.path.stem, kernel_environment(solution, Path(folder)))
        except OutputError as error:
            line = next((cell.line for cell in twin.cells if cell.id == error.cell_id), 1)
            raise BuildError(f"{twin.path}:{line}: {error}") from None


def _renew_outputs(solution: NotebookNode) -> None:
    """What needs no execution: stored views carry their scripts along, put today's in; no progress bars."""
    drop_progress_bars(solution)
    for cell in code_cells(solution):
        for output in cell.outputs:
            if "data-view=" in output.get("data", {}).get("text/html", ""):
                from course.views.base import renewed

                output.data["text/html"] = renewed(output.data["text/html"])


def _solutions(twin: Twin, points: Mapping[str, float]) -> dict[Path, NotebookNode]:
    """The solutions of a twin, not executed, by their files: in English and, where it is translated, in Chinese."""
    chinese, solution = translation_of(twin.path), solution_notebook(twin, points)
    made = {twin.path.with_suffix(".ipynb"): solution}
    return made | ({chinese.with_suffix(".ipynb"): translated_notebook(solution, chinese)} if chinese.exists() else {})


def _targets(solutions: Mapping[Path, NotebookNode]) -> dict[Path, NotebookNode]:
    """The files of the solutions, executed by now, and of the student's notebooks made from them."""
    targets = {}
    for path, solution in solutions.items():
        language = () if path.parent.name == "solutions" else (path.parent.name,)
        root = path.parents[1 + len(language)]
        targets |= {path: solution, Path(root, "notebooks", *language, path.name): student_notebook(solution)}
    return targets


def _load(path: Path) -> NotebookNode | None:
    return nbformat.read(path, as_version=4) if path.exists() else None


def _relative(text: str, root: Path) -> str:
    return text.replace(f"{root}/", "")
