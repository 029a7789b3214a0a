"""What the grader wants to know of one notebook: its exercises, and for each what an answer depends on.

`read` looks at the file; it is called in the reader's process (`reader.py`), for what a learner wrote can make any
parser slow or large. What it returns is plain JSON. `Notebook` is what the checker makes of that: strings, no more.
"""
import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course._words import say

from .notebooks import Cell, Unreadable, cells_of, content_of, digest, exercise_ids, sheet_of
from .slicing import Missing, Slice, Slicer, TooDeep

__all__ = ["Notebook", "Part", "majority", "read"]

_NAME = 60                                         # characters of a package's name
_ABSENT = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
_TEXT, _ITEMS, _BELOW = 2000, 100, 1 << 64         # of a value: the longest text, the most items, the largest number


def read(path: Path, name: str, lesson: int | None, exercises: list[tuple[str, list[str]]]) -> dict[str, Any]:
    """Read a notebook, and slice it for the exercises of one lesson.

    Args:
        name: what the file is called where it was handed in.
        lesson: None takes the one that most of the notebook's exercises belong to.
        exercises: all there are: id and names.

    Raises:
        NoFile, Unreadable: as `cells_of`.
    """
    content = content_of(path)
    cells = _cells(content, name)
    ids = exercise_ids(cells)
    chosen = majority(ids, [id for id, _ in exercises]) if lesson is None else lesson
    slicer = Slicer(cells)
    parts = {id: _part(slicer, id, tuple(names)) for id, names in exercises if _lesson(id) == chosen}
    return {"notes": [note[:300] for cell in cells for note in cell.notes][:20], "digest": digest(cells), "ids": ids,
            "future": slicer.future, "parts": parts, "sheet": sheet_of(content),
            "statements": [[s.cell.number, s.cell.file, s.line, s.code] for s in slicer.statements],
            "files": [[cell.number, cell.file, cell.source] for cell in cells], "imports": _imports(cells),
            "faults": [[cell.number, cell.fault[:500]] for cell in cells if cell.tree is None][:_ITEMS]}


def majority(ids: list[str], known: list[str]) -> int | None:
    """The lesson that most of these exercises belong to."""
    lessons = [_lesson(id) for id in ids if id in known]
    return max(set(lessons), key=lessons.count) if lessons else None


def _imports(cells: list[Cell]) -> list[list[Any]]:
    """What is imported, anywhere: the package, and the names that the import gives ("*" if they cannot be seen).

    Packages that the notebook can do without, for it catches their absence, are left out.
    """
    found: dict[str, set[str]] = {}
    for cell in cells:
        for node in _wanted(cell.tree) if cell.tree is not None and "import" in cell.source else []:
            given = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            packages = {alias.name for alias in node.names} if isinstance(node, ast.Import) else {node.module or ""}
            for package in packages:
                name = package.partition(".")[0]
                if name in found or len(found) < _ITEMS and len(name) <= _NAME and name.isidentifier():
                    found.setdefault(name, set()).update(given)
    return [[name, sorted(given)[:_ITEMS]] for name, given in found.items()]


def _wanted(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    known = vars(tree)                                       # cells that many learners have in common are read once
    if "imports" in known:
        return known["imports"]
    found: list[ast.Import | ast.ImportFrom] = []
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and not node.level:
            found.append(node)
        elif isinstance(node, ast.Try) and any(_catches(handler.type) for handler in node.handlers):
            todo += [*node.handlers, *node.orelse, *node.finalbody]
        else:
            todo += ast.iter_child_nodes(node)
    known["imports"] = found
    return found


def _catches(kind: ast.expr | None) -> bool:
    """Whether a handler takes the absence of a package."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or isinstance(one, ast.Name) and one.id in _ABSENT for one in kinds)


def _lesson(id: str) -> int:
    return int(id.split(".")[0])


def _cells(content: bytes, name: str) -> list[Cell]:
    """The cells, whatever the file is called; where it is no notebook by its name either, that is what is said."""
    try:
        return cells_of(content)
    except Unreadable:
        if content.strip() and not name.lower().endswith((".ipynb", ".ipynb.txt", ".json")) and "." in name:
            raise Unreadable(say("`{name}` is no notebook. Hand in the file that ends in .ipynb: your notebook itself, "
                                 "neither printed nor exported.", name=name.rpartition("/")[2][:100])) from None
        raise


def _part(slicer: Slicer, id: str, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        part = slicer.slice(id, names)
    except Missing as error:
        return {"missing": str(error)}
    except TooDeep as error:
        return {"deep": str(error)}
    made = {"run": [s.index for s in part.statements], "wide": [s.index for s in slicer.wide(id, names)],
            "carries": sorted({s.carries for s in part.statements if s.carries}),
            "answer": part.answer, "faults": part.faults}
    try:
        return made | {"value": _encoded(_value(part))}
    except (ValueError, TypeError, SyntaxError, KeyError, RecursionError, MemoryError):
        return made                                          # it has to be run


def _value(part: Slice) -> Any:
    """The value of an answer that is written down as it is, `prediction = "sharper"`; nothing of it is run.

    Raises ValueError and others where it is more than that.
    """
    values: dict[str, Any] = {}
    for statement in part.statements:
        node = statement.node
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            raise ValueError
        if not isinstance(target, ast.Name):
            raise ValueError
        values[target.id] = ast.literal_eval(value)
    answer = ast.parse(part.answer, mode="eval").body
    if isinstance(answer, ast.Tuple):
        return tuple(values[part.id] if isinstance(part, ast.Name) else ast.literal_eval(part) for part in answer.elts)
    return values[answer.id] if isinstance(answer, ast.Name) else ast.literal_eval(answer)


def _encoded(value: Any, depth: int = 0) -> dict[str, Any]:
    """As `confine.wire` writes values. Raises ValueError for others."""
    if value is ...:
        value = None
    if value is None or isinstance(value, (bool, float)) or isinstance(value, str) and len(value) <= _TEXT \
            or isinstance(value, int) and abs(value) < _BELOW:
        return {"plain": value}
    for kind, types in (("list", list), ("tuple", tuple), ("set", (set, frozenset))):
        if isinstance(value, types) and len(value) <= _ITEMS and depth < 3:
            return {kind: [_encoded(item, depth + 1) for item in value]}
    raise ValueError(type(value).__name__)


@dataclass(frozen=True)
class Part:
    """What one answer depends on.

    Attributes:
        run: which statements are to be run.
        wide: which are, where that was not enough: they bind or change something, and come before the check.
        carries: the exercises that `carry_on` is called for in those to be run.
        answer: the expression that then is the answer.
        faults: why there is nothing to run: cells that are no Python.
        value: where it is written down as it is, as `wire.encode` writes it; else None.
        missing, deep: why there is no such answer; why it cannot be read.
    """

    run: list[int] = field(default_factory=list)
    wide: list[int] = field(default_factory=list)
    carries: frozenset[str] = frozenset()
    answer: str = ""
    faults: list[str] = field(default_factory=list)
    value: dict[str, Any] | None = None
    missing: str = ""
    deep: str = ""


@dataclass(frozen=True)
class Notebook:
    """What the reader says of a notebook.

    Attributes:
        notes: for the record.
        digest: of the code alone.
        ids: the exercises that it checks.
        future: whether annotations are to be left unevaluated.
        statements: the cell's number, its name as a file, the line, the code.
        files: of each cell, its name as a file and its source.
        parts: what the answers depend on, by exercise.
        sheet: of an exam, as `notebooks.sheet_of` has it.
        imports: packages that it cannot do without, and the names that importing each of them gives.
        faults: the cells that cannot be parsed, by their numbers, and why.
    """

    notes: list[str]
    digest: str
    ids: list[str]
    future: bool
    statements: list[tuple[int, str, int, str]]
    files: dict[int, tuple[str, str]]
    parts: dict[str, Part]
    sheet: dict[str, str]
    imports: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: dict[str, Any]) -> "Notebook":
        """From what `read` returned."""
        parts = {id: Part(**(part | {"carries": frozenset(part.get("carries", ()))}))
                 for id, part in reply["parts"].items()}
        return cls(reply["notes"], reply["digest"], reply["ids"], reply["future"],
                   [(number, file, line, code) for number, file, line, code in reply["statements"]],
                   {number: (file, source) for number, file, source in reply["files"]}, parts, reply["sheet"],
                   dict(reply["imports"]), dict(reply["faults"]))
