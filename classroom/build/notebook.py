"""From the cells of a twin to its two notebooks: the solution's and the student's."""
import copy
import hashlib
from collections import Counter
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .twin import Twin, regions

STUB = "# YOUR CODE HERE"
RAISE = "raise NotImplementedError"

_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3}, "file_extension": ".py", "mimetype": "text/x-python",
        "name": "python", "nbconvert_exporter": "python", "pygments_lexer": "ipython3",
    },
}


def solution_notebook(twin: Twin, points: Mapping[str, float]) -> NotebookNode:
    """The solution, not yet executed, with nbgrader's metadata (its schema 3).

    The digest of the code is kept in the notebook, as `course.code`: stored outputs belong to the
    current twin if and only if it is the same.
    """
    built = []
    solutions: Counter[str] = Counter()
    for cell in twin.cells:
        metadata: dict = {"tags": cell.tags} if cell.tags else {}
        if cell.solves:
            solutions[cell.solves] += 1
            metadata["nbgrader"] = _nbgrader("exercise", cell.solves, solutions[cell.solves], solution=True)
        if cell.grades:
            metadata["nbgrader"] = _nbgrader("check", cell.grades, grade=True, locked=True)
            metadata["nbgrader"]["points"] = points[cell.grades]
        new = new_code_cell if cell.kind == "code" else new_markdown_cell
        built.append(new(cell.source, id=cell.id, metadata=metadata))
    notebook = new_notebook(cells=built, metadata=copy.deepcopy(_KERNEL))
    notebook.metadata["course"] = {"code": digest(notebook)}
    return notebook


def student_notebook(solution: NotebookNode) -> NotebookNode:
    """The same notebook with stubs for solutions, without outputs and `solution-only` cells."""
    student = copy.deepcopy(solution)
    student.cells = [cell for cell in student.cells if "solution-only" not in cell.metadata.get("tags", [])]
    for cell in code_cells(student):
        cell.source = without_solution(cell.source)
        cell.outputs, cell.execution_count = [], None
    return student


def without_solution(source: str) -> str:
    """Put the stub in the place of each solution region.

    Inside a function it raises, which the checks read as "not attempted". At the outer level it
    is a comment alone, so that the untouched notebook runs through.
    """
    lines = source.splitlines()
    for begin, end in reversed(regions(source)):
        indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
        lines[begin : end + 1] = [indent + STUB, indent + RAISE] if indent else [STUB]
    return "\n".join(lines)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def digest(notebook: NotebookNode) -> str:
    """SHA-256 of the code of a notebook: what its outputs were made from."""
    code = "\0".join(cell.source for cell in code_cells(notebook))
    return hashlib.sha256(code.encode()).hexdigest()


def adopt_outputs(notebook: NotebookNode, executed: NotebookNode) -> bool:
    """Take over the outputs of `executed` if they were made from the same code and are complete."""
    if executed.metadata.get("course", {}).get("code") != digest(notebook) or digest(executed) != digest(notebook):
        return False
    if unexecuted(executed):
        return False
    for cell, old in zip(code_cells(notebook), code_cells(executed), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def unexecuted(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that were never run."""
    return [cell for cell in code_cells(notebook) if cell.source.strip() and cell.execution_count is None]


def to_text(notebook: NotebookNode) -> str:
    """A notebook as it is written to its file; nbformat has validated it."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def _nbgrader(role: str, exercise: str, count: int = 1, **true: bool) -> dict:
    grade_id = f"{role}-{exercise.replace('.', '-')}" + (f"-{count}" if count > 1 else "")
    return {
        "schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "locked": False, "task": False,
    } | true
