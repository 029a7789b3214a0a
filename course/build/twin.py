"""Reading a lesson's text twin: its cells, their exercises, and what is wrong with it, by line."""
import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import jupytext
from IPython.core.inputtransformer2 import TransformerManager

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"   # nbgrader's markers

_CELL = re.compile(r"^# %%")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


class BuildError(Exception):
    """A lesson cannot be built; the message begins with file and line."""


@dataclass
class Cell:
    """One cell of a twin.

    Attributes:
        kind: "code" or "markdown".
        source: the text of the cell.
        line: where the cell begins in the twin.
        tags: as written in the twin, `# %% tags=["solution-only"]`.
        id: made from the nearest heading and a counter, so that an edit elsewhere leaves it alone.
        solves: the exercise whose solution region is in this cell.
        grades: the exercise whose check this cell is.
    """

    kind: str
    source: str
    line: int
    tags: list[str]
    id: str = ""
    solves: str | None = None
    grades: str | None = None


def read(path: Path, exercises: Collection[str]) -> list[Cell]:
    """The cells of the twin at `path`, with their ids and exercises.

    Args:
        path: a Python file in jupytext's percent format.
        exercises: the ids that a check may name.

    Raises:
        BuildError: for markers that do not pair up, code that is no Python, a solution that no
            check follows, and a check that comes twice or is unknown.
    """
    text = path.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _CELL.match(line)]
    parsed = jupytext.reads(text, fmt="py:percent").cells
    if len(parsed) != len(lines):
        raise BuildError(f"{path}:1: there is text before the first `# %%`")
    cells = []
    for line, raw in zip(lines, parsed, strict=True):
        if raw.cell_type not in ("code", "markdown"):
            raise BuildError(f"{path}:{line}: a {raw.cell_type} cell; only code and markdown are built")
        cells.append(Cell(raw.cell_type, raw.source, line, list(raw.metadata.get("tags", []))))
    _number(cells)
    _assign_exercises(path, cells, exercises)
    return cells


def regions(source: str) -> list[tuple[int, int]]:
    """Where the solution regions of a cell begin and end: line indices of the markers.

    Raises:
        ValueError: if the markers do not pair up; the second argument is the line index.
    """
    found: list[tuple[int, int]] = []
    begin = None
    lines = source.splitlines()
    for index, line in enumerate(lines):
        if line.strip() == BEGIN:
            if begin is not None:
                raise ValueError(f"`{BEGIN}` inside a solution region", index)
            begin = index
        elif line.strip() == END:
            if begin is None:
                raise ValueError(f"`{END}` without `{BEGIN}`", index)
            found.append((begin, index))
            begin = None
        elif "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            raise ValueError(f"this marker must be exactly `{BEGIN}` or `{END}`, alone on its line", index)
    if begin is not None:
        raise ValueError(f"`{BEGIN}` without `{END}`", begin)
    return found


def _number(cells: list[Cell]) -> None:
    slug, counter = "start", Counter()
    for cell in cells:
        headings = _HEADING.findall(_FENCED.sub("", cell.source)) if cell.kind == "markdown" else []
        slug = _slug(headings[0]) if headings else slug
        counter[slug] += 1
        cell.id = f"{slug}-{counter[slug]}"
        slug = _slug(headings[-1]) if headings else slug


def _slug(heading: str) -> str:
    heading = re.split("[●○]", heading)[0]   # what follows, difficulty and minutes, may change
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:48].strip("-") or "section"


def _assign_exercises(path: Path, cells: list[Cell], exercises: Collection[str]) -> None:
    unsolved: list[Cell] = []
    seen: dict[str, int] = {}
    for cell in cells:
        try:
            has_solution = bool(regions(cell.source))
        except ValueError as error:
            message, index = error.args
            raise BuildError(f"{path}:{_line_in(path, cell, index)}: {message}") from None
        if cell.kind != "code":
            if has_solution:
                raise BuildError(f"{path}:{cell.line}: a solution region in a text cell")
            continue
        cell.grades = _checked(path, cell)
        if has_solution:
            if cell.grades:
                raise BuildError(f"{path}:{cell.line}: a solution and its check must be in different cells")
            unsolved.append(cell)
        if cell.grades:
            if cell.grades not in exercises:
                raise BuildError(f"{path}:{cell.line}: there is no exercise {cell.grades!r}")
            if cell.grades in seen:
                raise BuildError(
                    f"{path}:{cell.line}: exercise {cell.grades} is checked a second time, "
                    f"first in line {seen[cell.grades]}"
                )
            seen[cell.grades] = cell.line
            for solution in unsolved:
                solution.solves = cell.grades
            unsolved.clear()
    if unsolved:
        raise BuildError(f"{path}:{unsolved[0].line}: no check follows this solution region")


def _checked(path: Path, cell: Cell) -> str | None:
    """The exercise that a cell checks with its first statement, unless it is meant to fail."""
    try:
        body = ast.parse(TransformerManager().transform_cell(cell.source)).body
    except SyntaxError as error:
        line = _line_in(path, cell, (error.lineno or 1) - 1)
        raise BuildError(f"{path}:{line}: {error.msg}") from None
    if "raises-exception" in cell.tags or not body or not isinstance(body[0], ast.Expr | ast.Assign):
        return None
    match body[0].value:
        case ast.Call(func=ast.Name("check"), args=[ast.Constant(value=str(exercise)), *_]):
            return exercise
    return None


def _line_in(path: Path, cell: Cell, index: int) -> int:
    """The line of the twin at which line `index` of a cell stands."""
    wanted = cell.source.splitlines()[index].strip()
    below = path.read_text(encoding="utf-8").splitlines()[cell.line:]
    blanks = next((n for n, line in enumerate(below) if line.strip()), 0)   # dropped by jupytext
    exact = cell.line + 1 + blanks + index
    text_lines = below[blanks:]
    return exact if index < len(text_lines) and wanted in text_lines[index] else cell.line
