"""Statements in a form in which names of one's own and layout do not count, so that answers can be compared.

What learners wrote is taken apart in the reader's process (`reader.py`), what the course published anywhere.
"""
import ast
import itertools
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .notebooks import Forbidden, NoFile, Unreadable, cells_of, content_of

__all__ = ["answers", "statements"]

_LARGEST = 20_000                   # nodes of an answer's syntax tree
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def answers(path: Path, names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What a notebook defines under the names of these exercises, by exercise: the last definition of each."""
    try:
        cells = cells_of(content_of(path))
    except (NoFile, Unreadable, Forbidden):
        return {}
    defined: dict[str, tuple[str, _Definition]] = {}
    for cell in cells:
        for node in cell.tree.body if cell.tree is not None else ():
            if isinstance(node, _Definition):
                defined[node.name] = cell.source, node
    found = {}
    for id, wanted in names.items():
        parts = [ast.get_source_segment(*defined[name]) or "" for name in wanted if name in defined]
        if parts:
            found[id] = "\n\n".join(parts)
    return found


def statements(code: str) -> Counter[str]:
    """The statements of functions and classes as texts that do not depend on names of their own, nor on layout.

    None of code that is much larger, or more deeply nested, than answers are.
    """
    try:
        tree = ast.parse(textwrap.dedent(code))
        large = next(itertools.islice(ast.walk(tree), _LARGEST, None), None) is not None
        return Counter() if large else _statements(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Counter()


def _statements(tree: ast.Module) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in tree.body:
        own = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        own |= {n.name for n in ast.walk(node) if isinstance(n, _Definition) and n is not node}
        found.update(_normal(statement, own) for statement in _flat([node]))
    return found


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt | ast.expr]:
    """Simple statements, and of others what stands in their first line; without docstrings."""
    for statement in body:
        blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        if isinstance(statement, _Definition):
            yield from _flat(statement.body)
        elif any(blocks) or isinstance(statement, ast.Try | ast.Match):
            if isinstance(statement, ast.For | ast.AsyncFor):
                yield ast.Assign([statement.target], statement.iter, lineno=0)
            elif isinstance(statement, ast.If | ast.While):
                yield statement.test
            elif isinstance(statement, ast.With | ast.AsyncWith):
                yield from (item.context_expr for item in statement.items)
            for handler in getattr(statement, "handlers", []) + getattr(statement, "cases", []):
                blocks.append(handler.body)
            for block in blocks:
                yield from _flat(block)
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                  or isinstance(statement, ast.Pass)):
            yield statement


def _normal(statement: ast.stmt | ast.expr, own: set[str]) -> str:
    """Names that the answer gives itself become v0, v1, ... in the order in which this statement has them."""
    numbers: dict[str, str] = {}
    fields: dict[str, str] = {}

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.Name(numbers.setdefault(node.id, f"v{len(numbers)}") if node.id in own else node.id, node.ctx)

        def visit_arg(self, node: ast.arg) -> ast.AST:
            return ast.arg(numbers.setdefault(node.arg, f"v{len(numbers)}"))

        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            value = self.visit(node.value)
            own_field = isinstance(node.value, ast.Name) and node.value.id == "self"
            return ast.Attribute(value, fields.setdefault(node.attr, f"a{len(fields)}") if own_field else node.attr,
                                 node.ctx)

        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
            return self.visit(ast.Assign([node.target], node.value or ast.Constant(None), lineno=0))

    copy = ast.parse(ast.unparse(ast.fix_missing_locations(statement))).body[0]
    return ast.unparse(ast.fix_missing_locations(Rename().visit(copy)))
