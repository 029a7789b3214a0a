"""Mechanical mutants of a reference solution, to measure whether the checks would notice.

`mutants(task)` changes one thing at a time: an operator, a comparison, a constant, an argument, a
name, a statement. `survey(task)` tells which of them are refused, and of the others which compute
something else on inputs that the checks do not use: there should be none.
"""
import ast
import contextlib
import copy
import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from classroom.ask import limits
from classroom.ask.case import Case
from classroom.ask.outcome import agree, ask
from classroom.judge import explain, judgement
from classroom.judge.exercise import Exercise

_BRIEF = 1.0           # seconds for a mutant's own work

_SWAPS = {
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Mod], ast.Mod: [ast.FloorDiv], ast.MatMult: [ast.Mult], ast.Pow: [ast.Mult],
    ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}
_TWINS = {
    "max": "min", "min": "max", "sum": "mean", "mean": "sum", "argmax": "argmin", "tril": "triu", "triu": "tril",
    "sin": "cos", "cos": "sin", "zeros": "ones", "ones": "zeros", "exp": "log1p", "sqrt": "square", "any": "all",
    "all": "any", "amax": "amin", "relu": "abs", "log_softmax": "softmax", "cumsum": "cumprod", "squeeze": "unsqueeze",
    "append": "extend", "update": "setdefault",
}


@dataclass(frozen=True)
class Mutant:
    """A changed reference: what was changed, and the changed answer."""

    change: str
    answer: Callable


@dataclass(frozen=True)
class Survey:
    """What became of the mutants of one exercise."""

    refused: list[Mutant]
    same: list[Mutant]           # accepted, and they compute the same
    survivors: list[Mutant]      # accepted, and they do not


def survey(task: Exercise, seed: int = 5) -> Survey:
    """Put all mutants of an exercise to the checks.

    A mutant that differs from the reference on the checks' own cases is refused by construction;
    `evaluate` is asked about every tenth of these all the same, and about all others.
    """
    def asked(answer, case, seconds):
        return ask(task, answer, case, lambda call: limits.run(call, limits.Clock(seconds), limits.Printed()))

    def beside_the_reference(cases):
        return [(case, asked(task.reference, case, 60.0)) for case in cases]

    def differs(mutant, pairs):
        return any(not agrees(mutant, case, right) for case, right in pairs)

    def agrees(mutant, case, right):
        outcome = asked(mutant.answer, case, 0.1)            # some never end
        if outcome.error and outcome.error.timed_out:        # and some were only held up, by the garbage collector say
            outcome = asked(mutant.answer, case, 0.4)
        return agree(outcome, right)

    brief = dataclasses.replace(task, seconds=_BRIEF)         # a mutant that does not end is refused sooner

    def refused(mutant):
        return judgement.judge(brief, mutant.answer, seed).status in ("wrong", "error")

    with limits.undisturbed(), _unnamed():
        own = beside_the_reference(task.cases(np.random.default_rng(seed)))
        found = Survey([], [], [])
        different, alike = [], []
        for mutant in mutants(task):
            (different if differs(mutant, own) else alike).append(mutant)
        for n, mutant in enumerate(different):
            (found.survivors if n % 10 == 0 and not refused(mutant) else found.refused).append(mutant)
        accepted = []
        for mutant in alike:
            (found.refused if refused(mutant) else accepted).append(mutant)
        wide = beside_the_reference(wide_cases(task) if accepted else ())
        for mutant in accepted:
            (found.survivors if differs(mutant, wide) else found.same).append(mutant)
    return found


@contextlib.contextmanager
def _unnamed() -> Iterator[None]:
    """Inside, it is not asked which known mistake an answer makes: for mutants it does not matter, and takes long."""
    before, vars(explain)["recognise"] = explain.recognise, lambda *_: None
    try:
        yield
    finally:
        vars(explain)["recognise"] = before


def mutants(task: Exercise) -> list[Mutant]:
    """Every mutant of the exercise's reference that compiles, each different in source."""
    original = _without_docstrings(ast.parse(task.source()))
    scope = vars(sys.modules[task.reference.__module__])
    found: dict[str, Mutant] = {}
    before = ast.unparse(original)
    for tree in _changed(original):
        source = ast.unparse(ast.fix_missing_locations(tree))
        if source == before or source in found:
            continue
        namespace = dict(scope)
        try:
            exec(compile(source, "<mutant>", "exec"), namespace)
        except Exception:
            continue
        found[source] = Mutant(_difference(before, source), namespace[task.reference.__name__])
    return list(found.values())


def _changed(tree: ast.Module) -> Iterator[ast.Module]:
    """Copies of a module, each with one change."""
    nodes = list(ast.walk(tree))
    for n, node in enumerate(nodes):
        for change in _changes(node, tree):
            fresh = copy.deepcopy(tree)
            change(list(ast.walk(fresh))[n])
            yield fresh


def _changes(node: ast.AST, tree: ast.Module) -> Iterable[Callable]:
    """Functions that change a node in place."""
    operator = getattr(node, "op", None)
    if operator is not None:
        for other in _SWAPS.get(type(operator), []):
            yield lambda x, other=other: setattr(x, "op", other())
    if isinstance(node, ast.BinOp):
        yield lambda x: x.__dict__.update(left=x.right, right=x.left)
    if isinstance(node, ast.Compare):
        for other in _SWAPS.get(type(node.ops[0]), []):
            yield lambda x, other=other: x.ops.__setitem__(0, other())
    if isinstance(node, ast.Constant):
        yield from _constants(node.value)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in _names(tree, node.id):
            yield lambda x, other=other: setattr(x, "id", other)
    if isinstance(node, ast.Call):
        yield from _calls(node)
    if isinstance(node, ast.AugAssign):
        yield lambda x: _become(x, ast.Assign(targets=[x.target], value=x.value))
    if isinstance(node, (ast.If, ast.While)):
        yield lambda x: setattr(x, "test", ast.UnaryOp(ast.Not(), x.test))
    if isinstance(node, ast.UnaryOp):
        yield lambda x: _become(x, x.operand)
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
        yield lambda x: x.elts.reverse()
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda x: _become(x, x.value)
    if isinstance(node, ast.Attribute) and node.attr in _TWINS:
        yield lambda x: setattr(x, "attr", _TWINS[x.attr])
    if isinstance(node, ast.Name) and node.id in ("max", "min"):
        yield lambda x: setattr(x, "id", _TWINS[x.id])
    if isinstance(node, ast.Slice):
        for bound in ("lower", "upper", "step"):
            if getattr(node, bound) is not None:
                yield lambda x, bound=bound: setattr(x, bound, None)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield lambda x: _become(x, x.value)
    if isinstance(node, ast.IfExp):
        yield lambda x: x.__dict__.update(body=x.orelse, orelse=x.body)
    if isinstance(node, ast.BoolOp):
        for i in range(len(node.values)):
            yield lambda x, i=i: x.values.pop(i)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        for by in (ast.Add(), ast.Sub()):                  # one turn more, one less
            yield lambda x, by=by: x.args.__setitem__(-1, ast.BinOp(x.args[-1], by, ast.Constant(1)))
    for field in ("body", "orelse"):
        statements = getattr(node, field, [])
        for i, statement in enumerate(statements if isinstance(statements, list) else []):
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Return, ast.Pass)):
                yield lambda x, field=field, i=i: getattr(x, field).__setitem__(i, ast.Pass())


def _constants(value) -> Iterable[Callable]:
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = {value + 1, value - 1, -value} - {value}
    elif isinstance(value, float):
        others = {value * 2, value + 1, -value} - {value}
    else:
        others = []
    for other in others:
        yield lambda x, other=other: setattr(x, "value", other)


def _calls(node: ast.Call) -> Iterable[Callable]:
    for i in range(len(node.args) - 1):
        yield lambda x, i=i: x.args.__setitem__(slice(i, i + 2), [x.args[i + 1], x.args[i]])
    for i in range(len(node.args)):
        yield lambda x, i=i: x.args.pop(i)
    for i in range(len(node.keywords)):
        yield lambda x, i=i: x.keywords.pop(i)
    if node.args:
        yield lambda x: _become(x, x.args[0])
    if isinstance(node.func, ast.Attribute):
        yield lambda x: _become(x, x.func.value)


def _names(tree: ast.Module, name: str) -> list[str]:
    """Other local names that could stand in for this one."""
    arguments = {arg.arg for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for arg in node.args.args}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local = (arguments | assigned) - {"self"}
    return sorted(local - {name}) if name in local else []


def _become(node: ast.AST, other: ast.AST) -> None:
    node.__class__ = type(other)
    node.__dict__ = dict(other.__dict__)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _difference(before: str, after: str) -> str:
    """The first line that changed."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{a.strip()}  ->  {b.strip()}" for a, b in pairs if a != b), after[-60:])


def wide_cases(task: Exercise, seeds: int = 8) -> Iterator[Case]:
    """Many inputs that the checks do not use, to tell which mutants compute something else.

    Random sizes where all inputs are arrays with named axes; else the exercise's own cases with
    other seeds.
    """
    rng = np.random.default_rng(20170612)                    # the day the paper appeared
    plain = all(axes and "..." not in axes for axes in task.takes.values())
    first = next(iter(task.cases(rng)))
    if plain and all(isinstance(x, np.ndarray) and x.dtype.kind in "fi" for x in first.inputs.values()) \
            and type(task.probe).__name__ == "Function":
        for _ in range(10 * seeds):
            sizes = {axis: int(rng.integers(1, 7)) for axes in task.takes.values() for axis in axes.split()}
            yield Case("random", **{name: rng.normal(size=[sizes[axis] for axis in axes.split()]).astype(dtype)
                                    for dtype in (rng.choice(["float32", "float64"]),)
                                    for name, axes in task.takes.items()})
    for seed in range(seeds):
        yield from task.cases(np.random.default_rng([7, seed]))
