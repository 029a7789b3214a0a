"""Every lesson's notebooks, run as a learner and as a teacher would run them.

nbval re-executes the solutions and compares what they print with what is stored. A cell whose
output may differ is tagged `nbval-ignore-output` in the twin; pictures are not compared.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from classroom import build
from classroom.build.execute import execute, kernel_environment
from classroom.build.notebook import code_cells, unexecuted

from . import warm

SANITISE = Path(__file__).with_name("sanitise.cfg")
REBUILD = "\nIf the new outputs are right: make notebooks FORCE=1 LESSONS={}"
LESSONS = [twin.stem for twin in build.twins(build.ROOT)]


TRANSLATOR = ("09", "10", "11", "14")         # 12 and 13 train models of their own


def group(lesson: str) -> pytest.MarkDecorator:
    """What is trained is cached: one worker runs what uses it, one after the other, so that it is trained once."""
    return pytest.mark.xdist_group("translator" if lesson[:2] in TRANSLATOR else lesson)


EACH_LESSON = pytest.mark.parametrize("lesson", [pytest.param(name, marks=group(name)) for name in LESSONS])
IN_A_KERNEL = ("00", "01", "03")       # with views, an answer in pieces, PyTorch's layers
CHINESE_IN_A_KERNEL = ("01", "02")
COUNTED_OTHERWISE = {"two-heads-by-hand-6", "dropout-4", "the-model-4"}       # cells that write a number as a word


@pytest.fixture(scope="session")
def points():
    return build.Registry()


@pytest.fixture(scope="session")
def kernels():
    with warm.kernels() as path:
        yield path


@pytest.mark.slow
@EACH_LESSON
def test_notebooks_are_current(lesson, points):
    assert build.stale(build.ROOT / "solutions" / f"{lesson}.py", points) == []


def test_every_notebook_has_a_twin():
    assert build.orphans(build.ROOT) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [
    *(pytest.param(build.ROOT / "solutions" / f"{name}.ipynb", marks=group(name), id=name) for name in LESSONS),
    *(pytest.param(build.ROOT / "solutions" / "zh" / f"{name}.ipynb", marks=group(name), id=f"{name}-chinese")
      for name in LESSONS if name[:2] in CHINESE_IN_A_KERNEL)])
def test_solution_reproduces_its_outputs_and_full_marks(path, points, kernels, tmp_path):
    finished = reproduce(path, tmp_path, kernels)
    assert finished.returncode == 0, finished.stdout + REBUILD.format(path.stem[:2])
    assert marks(tmp_path) == {exercise: points[exercise] for exercise in graded(read(path))}


@EACH_LESSON
def test_the_chinese_solution_prints_the_numbers_of_the_english_one(lesson):
    """Their code differs in its words alone, and the English one is run by the test above."""
    english, chinese = (read(build.ROOT / "solutions" / folder / f"{lesson}.ipynb") for folder in ("", "zh"))
    astray = {}
    for ours, theirs in zip(code_cells(english), code_cells(chinese), strict=True):
        assert ours.id == theirs.id
        if "nbval-ignore-output" in ours.metadata.get("tags", []) or ours.id in COUNTED_OTHERWISE:
            continue
        if numbers(ours) != numbers(theirs):
            astray[ours.id] = numbers(ours), numbers(theirs)
    assert not astray


@pytest.mark.slow
@EACH_LESSON
def test_the_chinese_solution_runs_through_with_full_marks(lesson, points, tmp_path, monkeypatch):
    """In a fork of this process, with little training."""
    solution = read(build.ROOT / "solutions" / "zh" / f"{lesson}.ipynb")
    run_in_a_fork(lesson, "solutions/zh", tmp_path, monkeypatch)
    assert marks(tmp_path) == {exercise: points[exercise] for exercise in graded(solution)}


@pytest.mark.slow
@EACH_LESSON
def test_student_notebook_with_the_solutions_put_in(lesson, points, kernels, tmp_path):
    """The solution notebook, whose run is tested above, or its beginning; or else a run of its own."""
    solution = read(build.ROOT / "solutions" / f"{lesson}.ipynb")
    filled = put_in(solution, read(build.ROOT / "notebooks" / f"{lesson}.ipynb"))
    assert not any("YOUR CODE HERE" in cell.source for cell in code_cells(filled))
    code = [cell.source for cell in code_cells(filled)]
    assert len(code) > 10
    if code != [cell.source for cell in code_cells(solution)][:len(code)]:
        path = tmp_path / f"{lesson}.ipynb"
        nbformat.write(filled, path)
        finished = reproduce(path, tmp_path, kernels)
        assert finished.returncode == 0, finished.stdout + REBUILD.format(lesson[:2])
        assert marks(tmp_path) == {exercise: points[exercise] for exercise in graded(solution)}


@pytest.mark.slow
@EACH_LESSON
def test_untouched_student_notebook_runs_through(lesson, tmp_path, monkeypatch):
    """Some in a kernel, as learners run them; the others in a fork of this process, with little training."""
    notebook = read(build.ROOT / "notebooks" / f"{lesson}.ipynb")
    assert not any(cell.outputs for cell in code_cells(notebook))
    if lesson[:2] in IN_A_KERNEL:
        execute(notebook, lesson, kernel_environment(notebook, tmp_path))
    else:
        run_in_a_fork(lesson, "notebooks", tmp_path, monkeypatch)
    record = progress(tmp_path)
    assert {exercise: record[exercise]["status"] for exercise in record} == {
        exercise: "not attempted" for exercise in graded(notebook)
    }
    assert marks(tmp_path) == dict.fromkeys(graded(notebook), 0)


def test_an_unexecuted_solution_fails(tmp_path):
    path = write(tmp_path, nbformat.v4.new_code_cell("1 + 1"))
    finished = reproduce(path, tmp_path)
    assert finished.returncode == 1
    assert "not executed" in finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("printed", "code"), [("2\n", 0), ("3\n", 1)])
def test_another_output_fails(kernels, tmp_path, printed, code):
    output = nbformat.v4.new_output("stream", text=printed)
    path = write(tmp_path, nbformat.v4.new_code_cell("print(1 + 1)", execution_count=1, outputs=[output]))
    assert reproduce(path, tmp_path, kernels).returncode == code


def run_in_a_fork(lesson: str, notebooks: str, folder: Path, monkeypatch) -> None:
    """All cells, with little training; progress in `folder`. Where there are no forks, in a kernel and as they are."""
    if not hasattr(os, "fork"):
        notebook = read(build.ROOT / notebooks / f"{lesson}.ipynb")
        execute(notebook, lesson, kernel_environment(notebook, folder))
        return
    from .test_accepted import run_all
    monkeypatch.setenv("COURSE_STATE", str(folder / "state"))
    monkeypatch.setenv("COURSE_LANG", "zh" if notebooks.endswith("zh") else "en")
    monkeypatch.chdir(folder)
    assert run_all(lesson, notebooks) is None


def numbers(cell) -> list[str]:
    """All numbers in the text that a cell printed, whatever their order: another language has another one."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs
             if "text/html" not in output.get("data", {})]
    return sorted(re.findall(r"[-−+]?\d[\d,]*(?<!,)(?:\.\d+)?(?:e[-+]?\d+)?", "\n".join(texts)))


def reproduce(path: Path, folder: Path, kernels: str | None = None) -> subprocess.CompletedProcess:
    """Run nbval on a notebook, its kernel's progress in `folder`; a cell that was never run is a failure.

    nbval compares nothing for cells without an execution count, so these are looked for here. `kernels` is where the
    kernel comes from, where it need not load everything itself: see `warm`.
    """
    notebook = read(path)
    if cells := unexecuted(notebook):
        return subprocess.CompletedProcess([], 1, f"{path.name}: {len(cells)} cells were not executed")
    command = [
        sys.executable, *(["-m", "pytest"] if kernels is None else [warm.__file__, str(kernels)]),
        "--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITISE}",
        "--nbval-cell-timeout=3600", "-p", "no:cacheprovider", "-c", os.devnull, "--color=no", "-q", str(path),
    ]
    return subprocess.run(command, env=kernel_environment(notebook, folder), capture_output=True, encoding="utf-8")


def put_in(solution, student):
    """The student notebook as a learner hands it in who has solved everything, with the outputs that must come."""
    solved = {cell.id: cell for cell in solution.cells}
    for cell in code_cells(student):
        cell.outputs, cell.execution_count = solved[cell.id].outputs, solved[cell.id].execution_count
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = solved[cell.id].source
    return student


def graded(notebook) -> list[str]:
    """The exercises that a notebook checks, by the ids of its grading cells: check-1-3 -> 1.3."""
    ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [grade_id.removeprefix("check-").replace("-", ".") for grade_id in ids]


def progress(folder: Path) -> dict:
    path = folder / "state" / "progress.json"
    return json.loads(path.read_text(encoding="utf-8"))["exercises"] if path.exists() else {}


def marks(folder: Path) -> dict[str, float]:
    """The points of each exercise that the run in `folder` has checked."""
    return {exercise: entry["points"] for exercise, entry in progress(folder).items()}


def read(path: Path):
    return nbformat.read(path, as_version=4)


def write(folder: Path, *cells) -> Path:
    path = folder / "made_up.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path
