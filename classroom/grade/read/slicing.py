"""Which statements of a notebook an answer depends on.

A notebook trains models and draws pictures; an answer needs a few imports and definitions of it. From the answer's
definition we go backwards over the names it uses, and run only what binds or changes them, in the notebook's order.
So a heavy or a broken cell costs only what depends on it.

Nothing here calls itself over a learner's code, and each statement is looked at once for each name that it touches, so
that neither deep nor long code costs anybody but its author.
"""
import ast
import bisect
import builtins
import dis
import functools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import CodeType

from classroom.ask import stubs
from course._words import say

from . import effects
from .notebooks import Cell

__all__ = ["Missing", "Slice", "Slicer", "TooDeep"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Missing(Exception):
    """The notebook holds nothing that could be the answer."""


class TooDeep(Exception):
    """The answer is written in a way that cannot be read: nested too deeply, or with numbers of thousands of digits."""


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
    wild: bool = False                           # it binds names that cannot be seen: `exec`, `from numpy import *`

    @functools.cached_property
    def uses(self) -> set[str]:
        """Global names that it reads or sets, in functions and classes as well."""
        return self._used[0] | self._used[1]

    @property
    def at_once(self) -> set[str]:
        """Those that it reads when it is run, and not only when what it defines is called."""
        return self._used[0]

    @functools.cached_property
    def _used(self) -> tuple[set[str], set[str]]:
        known = vars(self.node)                          # cells that many learners have in common are read once
        if "uses" not in known:
            known["uses"] = effects.uses(self.code)
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
        self.binders: dict[str, list[Statement]] = {}         # by name, in the notebook's order
        self.changers: dict[str, list[Statement]] = {}
        self.touchers: dict[str, list[Statement]] = {}        # either
        self.of_cell: dict[int, list[Statement]] = {}
        for cell in cells:
            if cell.tree is not None:
                self._read(cell, cell.tree)
        self.wild = [s for s in self.statements if s.wild]
        for s in self.statements:
            self.of_cell.setdefault(s.cell.number, []).append(s)
            for names, index in ((s.binds, self.binders), (s.changes, self.changers),
                                 (s.binds | s.changes, self.touchers)):
                for name in names:
                    index.setdefault(name, []).append(s)
        self._written: dict[str, int] = {}

    def slice(self, id: str, names: tuple[str, ...]) -> Slice:
        """For the answer to an exercise. Raises Missing and TooDeep."""
        try:
            return self._slice(id, names)
        except (RecursionError, MemoryError, ValueError, OverflowError) as error:
            raise TooDeep(f"The code that belongs to it cannot be read ({type(error).__name__}: {str(error)[:80]})"
                          ) from None

    def _slice(self, id: str, names: tuple[str, ...]) -> Slice:
        place, given = self._check(id, names)
        answer = self._answer(id, names, place, given)
        walk = _Walk(self, place, id)
        if isinstance(answer, ast.expr):
            text, needed = ast.unparse(answer), {n.id for n in ast.walk(answer) if isinstance(n, ast.Name)}
        else:
            text, needed = answer, {answer} if answer.isidentifier() else set(names)
        for name in needed:
            start = self._definition(name, id, place)
            if start is None:
                hidden = any(not isinstance(s.node, ast.ImportFrom) for s in self.wild)      # `exec` may have made it
                if (name in names or len(needed) == 1) and not hidden:
                    faults = self._faulty(name)
                    if not faults:
                        raise Missing(say("Nothing in the notebook is called `{name}`.", name=name))
                    return Slice([], text, faults)
                walk.need(name, place)
                continue
            walk.choose(start)
            for later in self.changers.get(name, ())[_first(self.changers.get(name, ()), start.index + 1):]:
                if later.index >= place:
                    break
                if later.carries != id:
                    walk.choose(later)
        walk.finish()
        return Slice(sorted(walk.chosen, key=lambda s: s.index), text, [])

    def wide(self, id: str, names: tuple[str, ...]) -> list[Statement]:
        """What may belong to an answer though it cannot be seen: all that is defined, imported, bound or changed before
        the check, in the notebook's order."""
        place, _ = self._check(id, names)
        made = {name for name, found in self.binders.items() if any(isinstance(s.node, _DEFINITIONS) for s in found)}
        return [s for s in self.statements if s.index < place and s.carries != id and (
            s.binds or s.changes or s.wild or effects.hands_on(s.node, made))]

    # ------------------------------------------------------------------------ finding the answer

    def _check(self, id: str, names: tuple[str, ...]) -> tuple[int, list[ast.expr]]:
        """Where the exercise is checked, and what is passed; the end of the notebook if nowhere."""
        found = []
        for cell in self.cells:
            mine = self.of_cell.get(cell.number, [])
            for line, checks, given in cell.checks:
                if checks == id:
                    at = bisect.bisect_right(mine, line, key=lambda s: s.line) - 1
                    if at >= 0 and line <= (mine[at].node.end_lineno or mine[at].line):
                        found.append((mine[at].index, given))
        usual = [f for f in found if [getattr(a, "id", None) for a in f[1]] == list(names)]
        return (usual or found or [(len(self.statements), [])])[-1]

    def _answer(self, id: str, names: tuple[str, ...], place: int, given: list[ast.expr]) -> str | ast.expr:
        if len(names) > 1:
            return f"({', '.join(names)})"
        if len(given) == 1 and not (isinstance(given[0], ast.Name) and given[0].id == names[0]):
            used = {node.id for node in ast.walk(given[0]) if isinstance(node, ast.Name)}
            if isinstance(given[0], ast.Constant) or all(
                    (s := self._definition(name, id, place)) is not None and not is_stub(s.node) for name in used
                    if name in self.binders):
                return given[0]
        return names[0]

    def _definition(self, name: str, id: str, place: int) -> Statement | None:
        """The last definition before the check, or the last at all; one that is written rather than a stub."""
        found = [s for s in self.binders.get(name, ()) if s.carries != id]
        before = [s for s in found if s.index < place]
        for group in (before, found):
            written = next((s for s in reversed(group) if not is_stub(s.node)), None)
            if written is not None:
                return written
        return next(reversed(before or found), None)

    def _faulty(self, name: str) -> list[str]:
        return [say("Cell {number}, which holds `{name}`, {why}.", number=cell.number, name=name, why=cell.fault)
                for cell in self.cells if cell.tree is None and name in cell.source]

    def written_before(self, name: str, stub: Statement) -> bool:
        """Whether a stub stands below a definition of the same name that was written: a copy of the page's."""
        if not isinstance(stub.node, _DEFINITIONS) or not is_stub(stub.node):
            return False
        if name not in self._written:
            self._written[name] = next((s.index for s in self.binders.get(name, ()) if isinstance(s.node, _DEFINITIONS)
                                        and not is_stub(s.node)), len(self.statements))
        return self._written[name] < stub.index

    # -------------------------------------------------------------------------------- statements

    def _read(self, cell: Cell, tree: ast.Module) -> None:
        lines = cell.source.encode().split(b"\n")
        for node in tree.body:
            first, column = node.lineno, node.col_offset
            if isinstance(node, _DEFINITIONS) and node.decorator_list:
                first, column = node.decorator_list[0].lineno, 0
            last = node.end_lineno or first
            if first == last:
                code = lines[first - 1][column:node.end_col_offset]
            else:
                code = b"\n".join([lines[first - 1][column:], *lines[first:last - 1],
                                   lines[last - 1][:node.end_col_offset]])
            statement = Statement(cell, len(self.statements), node, code.decode(), first)
            known = vars(node)
            if "effects" in known:
                statement.binds, statement.changes, statement.carries, statement.wild = known["effects"]
                self.statements.append(statement)
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.future = self.future or any(a.name == "annotations" for a in node.names)
                continue
            effects.add(node, statement.binds, statement.changes)
            statement.carries, statement.wild = effects.carried(node), effects.wild(node)
            known["effects"] = statement.binds, statement.changes, statement.carries, statement.wild
            self.statements.append(statement)


class _Walk:
    """Backwards over the names that are used: what has been chosen, and what is still to be looked for."""

    def __init__(self, slicer: Slicer, place: int, id: str):
        self.slicer, self.place, self.id = slicer, place, id
        self.chosen: set[Statement] = set()
        self.todo: list[Statement] = []                      # chosen, and not yet asked what they use
        self.wanted: list[tuple[str, int]] = []              # names, as they are before a statement
        self.seen: set[tuple[str, int]] = set()              # of a name, the statements that have been passed

    def choose(self, statement: Statement) -> None:
        if statement not in self.chosen:
            self.chosen.add(statement)
            self.todo.append(statement)

    def need(self, name: str, limit: int) -> None:
        self.wanted.append((name, limit))

    def finish(self) -> None:
        """Until nothing more is used."""
        while self.todo or self.wanted:
            if self.wanted:
                self._find(*self.wanted.pop())
            else:
                self._uses(self.todo.pop())

    def _uses(self, statement: Statement) -> None:
        late = isinstance(statement.node, _DEFINITIONS)      # names in a body are looked up when it is called
        limit = statement.index
        for name in statement.uses:
            if name in statement.binds and late:
                if name in statement.at_once:                # `class X(X)`, `@wrapped` around one of the same name
                    self.need(name, limit)
                continue
            self.need(name, max(self.place, limit) if late else limit)
            if isinstance(statement.node, ast.ClassDef):
                self.need(name, limit)

    def _find(self, name: str, limit: int) -> None:
        """What binds or changes a name before a statement, back to where it is bound whatever happens."""
        touchers = self.slicer.touchers.get(name, ())
        if not touchers and not hasattr(builtins, name):
            for statement in self.slicer.wild:
                self.choose(statement)
        for n in range(_first(touchers, limit) - 1, -1, -1):
            if (name, n) in self.seen:                       # and so is all that comes before it
                break
            self.seen.add((name, n))
            statement = touchers[n]
            if statement.carries == self.id:
                continue
            binds = name in statement.binds and statement.definite
            if binds and self.slicer.written_before(name, statement):
                continue                                     # a stub, copied below what was written
            self.choose(statement)
            if binds:
                break
        binders = self.slicer.binders.get(name)
        if limit < len(self.slicer.statements) and touchers and (not binders or binders[0].index >= limit):
            self.need(name, len(self.slicer.statements))


def _first(statements: Sequence[Statement], index: int) -> int:
    """The place of the first of these that does not stand before this index of the notebook."""
    return bisect.bisect_left(statements, index, key=lambda s: s.index)


def is_stub(node: ast.stmt) -> bool:
    """Whether a statement binds nothing that was written: the rule of `classroom.ask.stubs`. It is never run."""
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant) and stubs.is_stub(node.value.value)
    if not isinstance(node, _DEFINITIONS):
        return False
    known = vars(node)                                       # as in `Statement.uses`
    if "stub" not in known:
        try:
            known["stub"] = _is_stub(node)
        except (RecursionError, MemoryError, ValueError, OverflowError):      # as where it cannot be compiled
            known["stub"] = False
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
