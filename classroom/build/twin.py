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
        line: the line of the twin with the cell's `# %%`.
        first: the line of the twin with the first line of `source`.
        tags: as written in the twin, `# %% tags=["solution-only"]`.
        id: made from the nearest heading and a counter, so that an edit elsewhere leaves it alone.
        solves: the exercise whose solution region is in this cell.
        grades: the exercise whose check this cell is.
    """

    kind: str
    source: str
    line: int
    first: int
    tags: list[str]
    id: str = ""
    solves: str | None = None
    grades: str | None = None


@dataclass(frozen=True)
class Twin:
    """A lesson's text: where it stands, and its cells."""

    path: Path
    cells: list[Cell]


def read(path: Path, exercises: Collection[str]) -> Twin:
    """The twin at `path`, with its cells' ids and exercises.

    Args:
        path: a Python file in jupytext's percent format.
        exercises: the ids that a check may name.

    Raises:
        BuildError: for markers that do not pair up, code that is no Python, a solution that no
            check follows, and a check that comes twice or is unknown.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines, 1) if _CELL.match(line)]
    parsed = jupytext.reads(text, fmt="py:percent")
    if len(parsed.cells) != len(begins):
        raise BuildError(f"{path}:1: there is text before the first `# %%`")
    cells = []
    for line, raw in zip(begins, parsed.cells, strict=True):
        if raw.cell_type not in ("code", "markdown"):
            raise BuildError(f"{path}:{line}: a {raw.cell_type} cell; only code and markdown are built")
        first = line + 1
        while first < len(lines) and not lines[first - 1].strip():   # jupytext drops these
            first += 1
        cells.append(Cell(raw.cell_type, raw.source, line, first, list(raw.metadata.get("tags", []))))
    _number(cells)
    _assign_exercises(path, cells, exercises)
    return Twin(path, cells)


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
            raise BuildError(f"{path}:{cell.first + index}: {message}") from None
        cell.grades = _checked(path, cell) if cell.kind == "code" else None
        if has_solution and cell.kind != "code":
            raise BuildError(f"{path}:{cell.line}: a solution region in a text cell")
        if has_solution and cell.grades:
            raise BuildError(f"{path}:{cell.line}: a solution and its check must be in different cells")
        if has_solution:
            unsolved.append(cell)
        if cell.grades:
            _register(path, cell, exercises, seen)
            for solution in unsolved:
                solution.solves = cell.grades
            unsolved.clear()
    if unsolved:
        raise BuildError(f"{path}:{unsolved[0].line}: no check follows this solution region")


def _register(path: Path, cell: Cell, exercises: Collection[str], seen: dict[str, int]) -> None:
    if cell.grades not in exercises:
        raise BuildError(f"{path}:{cell.line}: there is no exercise {cell.grades!r}")
    if cell.grades in seen:
        raise BuildError(
            f"{path}:{cell.line}: exercise {cell.grades} is checked a second time, first in line {seen[cell.grades]}"
        )
    seen[cell.grades] = cell.line


def _checked(path: Path, cell: Cell) -> str | None:
    """The exercise that a code cell checks with its first statement, unless it is meant to fail."""
    try:
        body = ast.parse(TransformerManager().transform_cell(cell.source)).body
    except SyntaxError as error:
        raise BuildError(f"{path}:{cell.first + (error.lineno or 1) - 1}: {error.msg}") from None
    if "raises-exception" in cell.tags or not body or not isinstance(body[0], ast.Expr | ast.Assign):
        return None
    match body[0].value:
        case ast.Call(func=ast.Name("check"), args=[ast.Constant(value=str(exercise)), *_]):
            return exercise
    return None
