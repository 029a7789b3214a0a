"""Which statements of a notebook an answer depends on.

A notebook trains models and draws pictures; an answer needs a few imports and definitions of it. From the answer's
definition we go backwards over the names it uses, and run only what binds or changes them, in the notebook's order.
So a heavy or a broken cell costs only what depends on it.
"""
import ast
import dis
import functools
import symtable
import warnings
from dataclasses import dataclass, field
from types import CodeType

from classroom.ask import stubs

from .notebooks import Cell

__all__ = ["Missing", "Slice", "Slicer"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Missing(Exception):
    """The notebook holds nothing that could be the answer."""


@dataclass(eq=False)
class Statement:
    """One statement at the outer level of a cell."""

    cell: Cell
    index: int                                   # in the notebook
    node: ast.stmt
    code: str
    line: int
    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    carries: str | None = None                   # `x = carry_on("1.1", x)`

    @functools.cached_property
    def uses(self) -> set[str]:
        """Global names that it reads, in functions and classes as well."""
        known = vars(self.node)                          # cells that many learners have in common are read once
        if "uses" not in known:
            known["uses"] = _uses(self.code)
        return known["uses"]

    @property
    def definite(self) -> bool:
        """It binds its names whatever happens."""
        return isinstance(self.node, (*_DEFINITIONS, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom))


@dataclass
class Slice:
    """What to run for one answer, and the expression that then is the answer."""

    statements: list[Statement]
    answer: str
    faults: list[str]                            # cells that are no Python and hold the name


class Slicer:
    """The statements of one notebook."""

    def __init__(self, cells: list[Cell]):
        self.cells = cells
        self.statements: list[Statement] = []
        self.future = False
        for cell in cells:
            if cell.tree is not None:
                self._read(cell, cell.tree)

    def slice(self, id: str, names: tuple[str, ...]) -> Slice:
        """For the answer to an exercise. Raises Missing."""
        place, given = self._check(id, names)
        answer = self._answer(id, names, place, given)
        chosen: set[Statement] = set()
        done: set[tuple[str, int]] = set()
        if isinstance(answer, ast.expr):
            text, needed = ast.unparse(answer), {n.id for n in ast.walk(answer) if isinstance(n, ast.Name)}
        else:
            text, needed = answer, {answer} if answer.isidentifier() else set(names)
        for name in needed:
            start = self._definition(name, id, place)
            if start is None:
                if name in names or len(needed) == 1:
                    faults = self._faulty(name)
                    if not faults:
                        raise Missing(f"Nothing in the notebook is called `{name}`.")
                    return Slice([], text, faults)
                self._need(name, place, place, id, chosen, done)
                continue
            chosen.add(start)
            self._uses(start, place, id, chosen, done)
            for later in self.statements[start.index + 1:max(place, start.index + 1)]:
                if name in later.changes and later.carries != id:
                    chosen.add(later)
                    self._uses(later, place, id, chosen, done)
        return Slice(sorted(chosen, key=lambda s: s.index), text, [])

    # ------------------------------------------------------------------------ finding the answer

    def _check(self, id: str, names: tuple[str, ...]) -> tuple[int, list[ast.expr]]:
        """Where the exercise is checked, and what is passed; the end of the notebook if nowhere."""
        found = []
        for cell in self.cells:
            for line, checks, given in cell.checks:
                if checks == id:
                    found += [(s.index, given) for s in self.statements
                              if s.cell is cell and s.line <= line <= (s.node.end_lineno or s.line)][:1]
        usual = [f for f in found if [getattr(a, "id", None) for a in f[1]] == list(names)]
        return (usual or found or [(len(self.statements), [])])[-1]

    def _answer(self, id: str, names: tuple[str, ...], place: int, given: list[ast.expr]) -> str | ast.expr:
        if len(names) > 1:
            return f"({', '.join(names)})"
        if len(given) == 1 and not (isinstance(given[0], ast.Name) and given[0].id == names[0]):
            used = {node.id for node in ast.walk(given[0]) if isinstance(node, ast.Name)}
            if isinstance(given[0], ast.Constant) or all(
                    (s := self._definition(name, id, place)) is not None and not is_stub(s.node) for name in used
                    if name in self._bound()):
                return given[0]
        return names[0]

    def _bound(self) -> set[str]:
        return set().union(*(s.binds for s in self.statements)) if self.statements else set()

    def _definition(self, name: str, id: str, place: int) -> Statement | None:
        """The last definition before the check, or the last at all; one that is written rather than a stub."""
        found = [s for s in self.statements if name in s.binds and s.carries != id]
        before = [s for s in found if s.index < place]
        for group in (before, found):
            written = [s for s in group if not is_stub(s.node)]
            if written:
                return written[-1]
        return next(reversed(before or found), None)

    def _faulty(self, name: str) -> list[str]:
        return [f"Cell {cell.number}, which holds `{name}`, is no Python. {cell.fault}" for cell in self.cells
                if cell.tree is None and name in cell.source]

    # -------------------------------------------------------------------------------- dependencies

    def _uses(self, statement: Statement, place: int, id: str, chosen: set, done: set) -> None:
        late = isinstance(statement.node, _DEFINITIONS)      # names in a body are looked up when it is called
        for name in statement.uses:
            if name in statement.binds and late:
                continue
            limit = statement.index
            self._need(name, max(place, limit) if late else limit, place, id, chosen, done)
            if isinstance(statement.node, ast.ClassDef):
                self._need(name, limit, place, id, chosen, done)

    def _need(self, name: str, limit: int, place: int, id: str, chosen: set, done: set) -> None:
        if (name, limit) in done:
            return
        done.add((name, limit))
        for statement in reversed(self.statements[:limit]):
            if name not in statement.binds and name not in statement.changes or statement.carries == id:
                continue
            binds = name in statement.binds and statement.definite
            if binds and self._written_before(name, statement):
                continue                                     # a stub, copied below what was written
            chosen.add(statement)
            self._uses(statement, place, id, chosen, done)
            if binds:
                return
        if limit < len(self.statements) and not any(name in s.binds for s in self.statements[:limit]):
            self._need(name, len(self.statements), place, id, chosen, done)

    def _written_before(self, name: str, stub: Statement) -> bool:
        return isinstance(stub.node, _DEFINITIONS) and is_stub(stub.node) and any(
            name in s.binds and isinstance(s.node, _DEFINITIONS) and not is_stub(s.node)
            for s in self.statements[:stub.index])

    # -------------------------------------------------------------------------------- statements

    def _read(self, cell: Cell, tree: ast.Module) -> None:
        lines = cell.source.encode().split(b"\n")
        for node in tree.body:
            first, column = node.lineno, node.col_offset
            if isinstance(node, _DEFINITIONS) and node.decorator_list:
                first, column = node.decorator_list[0].lineno, 0
            part = [*lines[first - 1:node.end_lineno]]
            part[-1] = part[-1][:node.end_col_offset]
            part[0] = part[0][column:]
            statement = Statement(cell, len(self.statements), node, b"\n".join(part).decode(), first)
            known = vars(node)
            if "effects" in known:
                statement.binds, statement.changes, statement.carries = known["effects"]
                self.statements.append(statement)
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.future = self.future or any(a.name == "annotations" for a in node.names)
                continue
            if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
                statement.binds |= _starred(node.module or "")
            _Effects(statement).visit(node)
            statement.carries = _carried(node)
            known["effects"] = statement.binds, statement.changes, statement.carries
            self.statements.append(statement)


class _Effects(ast.NodeVisitor):
    """Names that a statement binds or changes at the outer level."""

    def __init__(self, statement: Statement):
        self.to = statement

    def visit_FunctionDef(self, node) -> None:
        self.to.binds.add(node.name)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node) -> None:
        pass

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda

    def visit_Name(self, node) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.to.binds.add(node.id)

    def visit_Import(self, node) -> None:
        self.to.binds |= {a.asname or a.name.split(".")[0] for a in node.names}

    def visit_ImportFrom(self, node) -> None:
        self.to.binds |= {a.asname or a.name for a in node.names}

    def visit_ExceptHandler(self, node) -> None:
        if node.name:
            self.to.binds.add(node.name)
        self.generic_visit(node)

    def visit_AugAssign(self, node) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            self.to.changes.add(node.target.id)

    def _target(self, node) -> None:
        root = _root(node)
        if root and not isinstance(node.ctx, ast.Load):
            self.to.changes.add(root)
        self.generic_visit(node)

    visit_Attribute = visit_Subscript = _target

    def visit_Expr(self, node) -> None:
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            root = _root(node.value.func)
            if root and root not in ("plt", "np", "torch", "nn", "F"):
                self.to.changes.add(root)
        self.generic_visit(node)


def _root(node: ast.AST) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _uses(code: str) -> set[str]:
    try:
        tables = [symtable.symtable(code, "?", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    outer, found = tables[0], set()
    found |= {s.get_name() for s in outer.get_symbols() if s.is_referenced()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        if table is not outer:
            found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return found


def _carried(node: ast.stmt) -> str | None:
    call = getattr(node, "value", None)
    if isinstance(node, ast.Assign) and isinstance(call, ast.Call) and isinstance(call.func, ast.Name) \
            and call.func.id == "carry_on" and call.args and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    return None


def _starred(module: str) -> set[str]:
    return {"math": {"sqrt", "exp", "log", "sin", "cos", "pi", "inf", "floor", "ceil"},
            "numpy": {"exp", "sqrt", "sum", "max", "array", "zeros", "matmul", "dot", "einsum"},
            "torch.nn": {"Module", "Linear", "Parameter", "LayerNorm", "ModuleList", "Dropout"}}.get(module, set())


def is_stub(node: ast.stmt) -> bool:
    """Whether a statement binds nothing that was written: the rule of `classroom.ask.stubs`. It is never run."""
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant) and stubs.is_stub(node.value.value)
    if not isinstance(node, _DEFINITIONS):
        return False
    known = vars(node)                                       # as in `Statement.uses`
    if "stub" not in known:
        known["stub"] = _is_stub(node)
    return known["stub"]


def _is_stub(node: _Definition) -> bool:
    code = _compiled(node)
    if code is None:
        return False
    if not isinstance(node, ast.ClassDef):
        return stubs.idle(code)
    methods = [(part.co_name, part) for part in code.co_consts if isinstance(part, CodeType)]
    names = {name for name, _ in methods}
    fields = [i.argval for i in dis.get_instructions(code) if i.opname == "STORE_NAME" and i.argval not in names
              and not i.argval.startswith("__")]
    return stubs.idle_class(methods, fields, [ast.unparse(base).rpartition(".")[2] for base in node.bases])


def _compiled(node: _Definition) -> CodeType | None:
    """The code of a definition's body; None if it cannot be compiled, however it was made so."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            todo = [compile(ast.Module([node], []), "?", "exec", dont_inherit=True)]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError, SystemError):
        return None
    while todo:                                              # type parameters have a code around it
        for part in todo.pop().co_consts:
            if isinstance(part, CodeType):
                if part.co_name == node.name:
                    return part
                todo.append(part)
    return None
