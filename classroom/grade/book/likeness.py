"""Pairs of learners whose answers are alike, for the teacher to read. Never a mark, and never a proof.

An answer is taken apart into statements. Names of its own, layout, comments, docstrings and annotations do not count;
nor does what the stub or a published solution has, nor what many in the class wrote. What is left is compared.
"""
import ast
import inspect
import itertools
import math
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from classroom import exercises
from classroom.grade.read.notebooks import NoFile, Unreadable, cells_of, content_of

from . import adjust
from .gradebook import Gradebook
from .tables import write

_ROOT = Path(__file__).resolve().parents[3]
_LEAST, _SHARE = 4, 0.6             # statements in common, and their share of what the two have
_LARGEST = 20_000                   # nodes of an answer's syntax tree
_OFTEN, _PART = 5, 0.2              # what more learners than this have, is common
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Pair:
    """Two learners in one lesson.

    Attributes:
        share: of the statements that are left of both, how many they have in common, from 0 to 1.
        common: how many those are.
        answers: by exercise, what the first and the second wrote.
    """

    first: str
    second: str
    lesson: str
    share: float
    common: int
    answers: Mapping[str, tuple[str, str]]


def pairs(book: Gradebook, files: Mapping[tuple[str, str], Path]) -> list[Pair]:
    """Those who are alike, the most alike first.

    Args:
        book: says which submission counts, and whose it is.
        files: where a submission can be read, by its learner and name as in the records.
    """
    found: list[Pair] = []
    for lesson in book.lessons:
        ids = adjust.exercises_of(lesson)
        answers: dict[str, dict[str, str]] = {}
        handed_in: dict[str, Path] = {}
        groups = {learner.person.learner: mark.group for learner in book.learners
                  if (mark := learner.marks.get(lesson)) and mark.group}
        for learner in book.learners:
            record = (learner.marks[lesson].record if lesson in learner.marks else None) or {}
            path = files.get((str(record.get("learner")), str(record.get("submission"))))
            if path and ids:
                answers[learner.person.learner], handed_in[learner.person.learner] = _answers(path, ids), path
        known = {id: _published(lesson, id) for id in ids} if len(answers) > 1 else {}
        found += [pair for pair in _alike(lesson, answers, known)
                  if handed_in[pair.first] != handed_in[pair.second]         # a group's one submission
                  and (pair.first not in groups or groups[pair.first] != groups.get(pair.second))]
    return sorted(found, key=lambda pair: (-pair.share, -pair.common, pair.first, pair.second))


def write_csv(path: Path, found: Sequence[Pair], names: Mapping[str, str]) -> None:
    """`likeness.csv`."""
    header = "first", "first_name", "second", "second_name", "lesson", "share", "statements_in_common", "exercises"
    write(path, header, (
        (pair.first, names.get(pair.first), pair.second, names.get(pair.second), pair.lesson, round(pair.share, 2),
         pair.common, " ".join(pair.answers)) for pair in found), "utf-8-sig")


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


def _alike(lesson: str, answers: Mapping[str, Mapping[str, str]], known: Mapping[str, Counter[str]]) -> Iterator[Pair]:
    left = {who: Counter({(id, text): n for id, code in mine.items()
                          for text, n in (statements(code) - known.get(id, Counter())).items()})
            for who, mine in answers.items()}
    holders = defaultdict(list)
    for who, mine in left.items():
        for statement in mine:
            holders[statement].append(who)
    often = max(_OFTEN, math.floor(_PART * len(answers)))
    common_to_many = {statement for statement, who in holders.items() if len(who) > often}
    left = {who: Counter({s: n for s, n in mine.items() if s not in common_to_many}) for who, mine in left.items()}
    candidates = Counter(pair for statement, who in holders.items() if statement not in common_to_many
                         for pair in combinations(who, 2))
    for first, second in candidates:
        both = left[first] & left[second]
        share = 2 * both.total() / (left[first].total() + left[second].total())
        if both.total() >= _LEAST and share >= _SHARE:
            ids = [id for id in answers[first] if any(of == id for of, _ in both)]
            yield Pair(first, second, lesson, share, both.total(),
                       {id: (answers[first][id], answers[second][id]) for id in ids})


def _answers(path: Path, ids: Iterable[str]) -> dict[str, str]:
    """What a notebook defines under the names of these exercises, by exercise: the last definition of each."""
    try:
        cells = cells_of(content_of(path))
    except (NoFile, Unreadable):
        return {}
    defined: dict[str, tuple[str, _Definition]] = {}
    for cell in cells:
        for node in cell.tree.body if cell.tree is not None else ():
            if isinstance(node, _Definition):
                defined[node.name] = cell.source, node
    found = {}
    for id in ids:
        parts = [ast.get_source_segment(*defined[name]) or "" for name in exercises.get(id).names if name in defined]
        if parts:
            found[id] = "\n\n".join(parts)
    return found


def _published(lesson: str, id: str) -> Counter[str]:
    """The statements of the stub and of the solutions that everybody can read."""
    found: Counter[str] = Counter()
    for folder in ("notebooks", "solutions"):
        for path in sorted((_ROOT / folder).glob(f"{lesson[:2]}_*.ipynb")):
            found |= statements(_answers(path, [id]).get(id, ""))
    for name in ("reference", "fallback"):
        try:
            given = getattr(exercises.get(id), name)
            found |= statements(inspect.getsource(given() if name == "fallback" else given))
        except (AttributeError, TypeError, OSError):
            continue
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
