"""The builder: from each lesson's text twin to its executed solution and its student notebook.

`solutions/NN_name.py` is edited; `solutions/NN_name.ipynb` and `notebooks/NN_name.ipynb` are
built from it, by `python -m course build` or `make notebooks`. A solution is executed again only
when its code has changed.
"""
import argparse
import copy
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.build.execute import OutputError, execute, kernel_environment
from course.build.notebook import adopt_outputs, solution_notebook, student_notebook, to_text
from course.build.twin import BuildError, Cell, read
from course.checks import exercises
from course.paths import atomic_path

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


def build(twin: Path, points: Mapping[str, float], force: bool = False) -> list[Path]:
    """Bring the two notebooks of `twin` up to date.

    Args:
        twin: `solutions/NN_name.py` of a repository.
        points: the exercises that exist, and what each is worth.
        force: execute also when the code is that of the stored outputs.

    Returns:
        The files that were written.

    Raises:
        BuildError: if the twin is wrong, or its code fails; nothing is written then.
    """
    cells = read(twin, points)
    solution = solution_notebook(cells, points)
    old = _load(_solution_path(twin))
    if force or old is None or not adopt_outputs(solution, old):
        _run(twin, cells, solution)
    written = []
    for path, notebook in _targets(twin, solution).items():
        text = to_text(notebook)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            with atomic_path(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def stale(twin: Path, points: Mapping[str, float]) -> list[str]:
    """What is not up to date with `twin`, a line each, without executing anything.

    Raises:
        BuildError: if the twin itself is wrong.
    """
    solution = solution_notebook(read(twin, points), points)
    old = _load(_solution_path(twin))
    if old is None:
        return [f"{_solution_path(twin)}: not built"]
    if not adopt_outputs(solution, old):
        return [f"{_solution_path(twin)}: the outputs were made from other code than the twin's"]
    return [
        f"{path}: not what the twin gives"
        for path, notebook in _targets(twin, solution).items()
        if not path.exists() or path.read_text(encoding="utf-8") != to_text(notebook)
    ]


def orphans(root: Path) -> list[str]:
    """Notebooks that no twin stands behind, a line each."""
    known = {path.stem for path in twins(root)}
    found = [*sorted((root / "solutions").glob("*.ipynb")), *sorted((root / "notebooks").glob("*.ipynb"))]
    return [f"{path}: there is no twin solutions/{path.stem}.py" for path in found if path.stem not in known]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command `python -m course build`; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m course build", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons to build, as 01; all if none is named")
    parser.add_argument("--check", action="store_true", help="only name what is out of date; exit 1 if anything is")
    parser.add_argument("--force", action="store_true", help="execute every lesson, changed or not")
    options = parser.parse_args(arguments)
    try:
        chosen, points = twins(root, options.lessons), Registry()
    except BuildError as error:
        print(_relative(str(error), root), file=sys.stderr)
        return 1
    problems = orphans(root) if options.check and not options.lessons else []
    for twin in chosen:
        try:
            if options.check:
                problems += stale(twin, points)
                continue
            started = time.monotonic()
            written = build(twin, points, options.force)
            what = ", ".join(_relative(str(path), root) for path in written) or "up to date"
            print(f"{twin.stem}: {what} ({time.monotonic() - started:.0f} s)")
        except BuildError as error:
            problems.append(str(error))
    for problem in problems:
        print(_relative(problem, root), file=sys.stderr)
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


def _run(twin: Path, cells: list[Cell], solution: NotebookNode) -> None:
    with tempfile.TemporaryDirectory(prefix="course-build-") as folder:
        try:
            execute(solution, twin.stem, kernel_environment(Path(folder)))
        except OutputError as error:
            line = next((cell.line for cell in cells if cell.id == error.cell_id), 1)
            raise BuildError(f"{twin}:{line}: {error}") from None


def _targets(twin: Path, solution: NotebookNode) -> dict[Path, NotebookNode]:
    student = student_notebook(copy.deepcopy(solution))
    return {_solution_path(twin): solution, twin.parents[1] / "notebooks" / f"{twin.stem}.ipynb": student}


def _solution_path(twin: Path) -> Path:
    return twin.with_suffix(".ipynb")


def _load(path: Path) -> NotebookNode | None:
    return nbformat.read(path, as_version=4) if path.exists() else None


def _relative(text: str, root: Path) -> str:
    return text.replace(f"{root}/", "")
