"""The grader says of every answer that the exercises come with what `evaluate` says of it."""
import ast
import functools
import importlib.util
import inspect
import os
import types
from pathlib import Path

import numpy as np
import pytest

from classroom import evaluate, exercises
from classroom.ask import limits
from classroom.ask.outcome import Outcome, ask, bare, known_outcomes
from classroom.grade import lending
from classroom.grade.read import effects
from classroom.grade.read.submissions import Submission
from classroom.judge import judgement
from classroom.judge.exercise import Choice, TestTask
from tests import variants

from .helpers import notebook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SEED = 7               # the grader's
ROOT = Path(__file__).resolve().parents[2]
OURS = ("course", "classroom", "tests")
BEGIN = """
import functools, types
def _module(name, source, **given):
    module = types.ModuleType(name)
    module.__dict__.update(given)
    exec(compile(source, name, "exec"), module.__dict__)
    return module
"""


class Untold(Exception):
    """An answer that cannot be written down as code of a cell."""


def written(answer) -> str:
    """Code of a cell that makes this answer, with all that it needs, under the name `__it`."""
    lines: list[str] = []
    made = _expression(answer, lines)
    return BEGIN + "\n".join([*lines, f"__it = {made}"])


def _expression(answer, lines: list[str]) -> str:
    if isinstance(answer, functools.partial):
        if answer.args:
            raise Untold
        arguments = "".join(f", {name}={_value(value, lines)}" for name, value in answer.keywords.items())
        return f"functools.partial({_expression(answer.func, lines)}{arguments})"
    if not isinstance(answer, (types.FunctionType, type)):
        raise Untold
    try:
        path = Path(inspect.getsourcefile(answer))
    except TypeError:                                   # a built-in
        raise Untold from None
    code = getattr(answer, "__code__", None)
    if ROOT not in path.parents or ".venv" in path.parts or code is not None and code.co_freevars:
        raise Untold
    if answer.__name__ != "<lambda>":
        if answer.__qualname__ != answer.__name__:
            raise Untold
        return f"{_module(path, {answer.__name__}, lines)}.{answer.__name__}"
    if answer.__defaults__ or answer.__kwdefaults__:    # made of what was bound where the lambda stood
        raise Untold
    found = [n for n in ast.walk(lending._definitions(path)[0]) if isinstance(n, ast.Lambda)
             and not n.args.defaults and not any(n.args.kw_defaults)
             and n.lineno == answer.__code__.co_firstlineno
             and _alike(eval(compile(ast.Expression(n), "?", "eval")).__code__, answer.__code__)]
    if not found or len({ast.dump(n) for n in found}) != 1:
        raise Untold
    return f"{_module(path, {n.id for n in ast.walk(found[0]) if isinstance(n, ast.Name)}, lines, found[0])}.__lambda"


def _alike(a: types.CodeType, b: types.CodeType) -> bool:
    plain = [[c for c in code.co_consts if not isinstance(c, (types.CodeType, str))] for code in (a, b)]
    return (a.co_code, a.co_names, a.co_varnames, plain[0]) == (b.co_code, b.co_names, b.co_varnames, plain[1])


def _value(value, lines: list[str]) -> str:
    if callable(value):
        return _expression(value, lines)
    try:
        same = eval(repr(value), {"nan": None, "inf": float("inf")}) == value
    except NameError:                                   # a dtype, say
        same = False
    if not same:
        raise Untold
    return repr(value).replace("inf", "float('inf')") if isinstance(value, float) else repr(value)


def _module(path: Path, names: set[str], lines: list[str], extra: ast.Lambda | None = None) -> str:
    tree, known = lending._definitions(path)
    kept, todo = set(), set(names)
    while todo:
        name = todo.pop()
        if name in known and name not in kept:
            kept.add(name)
            todo |= _globals(known[name])
    body = [node for node in tree.body if any(known[name] is node for name in kept)]
    if extra is not None:
        body.append(ast.Assign([ast.Name("__lambda", ast.Store())], extra, lineno=1))
    used = set().union(*map(_globals, body), names - known.keys())       # what is only handed on is imported there
    imports, given = [], {}
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in tree.body:
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            bound = (alias.asname or alias.name).split(".")[0]
            if bound not in used:
                continue
            if isinstance(node, ast.Import) or not node.level and not node.module.startswith(OURS):
                imports.append(type(node)(names=[alias], **({} if isinstance(node, ast.Import) else
                                                            {"module": node.module, "level": 0})))
                continue
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package) if node.level \
                else node.module
            whole = importlib.util.find_spec(f"{base}.{alias.name}") if _is_package(base) else None
            if whole is not None:
                wanted = {n.attr for b in body for n in ast.walk(b) if isinstance(n, ast.Attribute)
                          and isinstance(n.value, ast.Name) and n.value.id == bound}
                given[bound] = _module(Path(whole.origin), wanted, lines)
            else:
                origin = Path(importlib.util.find_spec(base).origin)
                made = _written("_words", lending._WORDS, {}, lines) if base == "course._words" else \
                    _module(origin, {alias.name}, lines)
                given[bound] = f"{made}.{alias.name}"
    return _written(path.stem, ast.unparse(ast.fix_missing_locations(ast.Module([*imports, *body], []))), given, lines)


def _written(name: str, source: str, given: dict[str, str], lines: list[str]) -> str:
    passed = "".join(f", {bound}={text}" for bound, text in given.items())
    line = f"({name!r}, {source!r}{passed})"
    for n, old in enumerate(lines):
        if old.partition(" = _module")[2] == line:
            return f"_m{n}"
    lines.append(f"_m{len(lines)} = _module{line}")
    return f"_m{len(lines) - 1}"


def _globals(node: ast.stmt) -> set[str]:
    return set().union(*effects.uses(ast.unparse(ast.fix_missing_locations(node))))


def _is_package(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.submodule_search_locations is not None


@pytest.fixture
def grade(grader, tmp_path):
    path = tmp_path / "x.ipynb"

    def grade(id: str, code: str) -> dict:
        name = exercises.get(id).names[0]
        path.write_bytes(notebook(f"from classroom import check\n{code}\n{name} = __it", f'check("{id}", {name})'))
        record = grader.grade(Submission("anna", "x.ipynb", path))
        assert record["status"] == "graded", record
        return next(r for r in record["exercises"] if r["id"] == id)
    return grade


@pytest.mark.parametrize("id", exercises.all_ids())
def test_the_same_as_evaluate(grader, grade, id):
    task = exercises.get(id)
    if isinstance(task, Choice):
        for option in (task.reference, *task.wrong):
            if isinstance(option, frozenset):
                option = set(option)
            result, verdict = grade(id, f"__it = {option!r}"), evaluate(id, option, seed=SEED)
            assert (result["status"], result["mistake"], result["points"]) == (
                verdict.status, verdict.mistake, verdict.points)
        return
    remembered = judgement.Remembered()
    if not isinstance(task, TestTask):                  # what our own answers give is computed once, for both
        grader.known[id] = remembered.of(task, SEED)
    with judgement.remembering(remembered):
        told_the_same(grade, task, remembered)


def told_the_same(grade, task, remembered):
    id, wrong = task.id, mistakes(task, remembered)
    kinds = [[answer] for answer in (task.reference, *variants.of(id))] + wrong
    untold = 0
    for answers in kinds:
        answer, code = next(filter(None, map(told, answers)), (None, ""))
        if answer is None:
            untold += 1
            continue
        verdict = evaluate(id, answer, seed=SEED)
        result = grade(id, code)
        seen = result["status"], result["points"], result["mistakes"]
        expected = verdict.status, verdict.points, list(verdict.mistakes)
        if isinstance(task, TestTask):                  # which bugs a weak test misses hangs on the weights
            seen, expected = seen[:2], expected[:2]
        if "holds more than 4 MB" in result["message"]:     # what an answer may send has a limit, elsewhere it has none
            seen, expected = seen[:2], expected[:2]
        assert seen == expected, (answer, result["message"])
        assert answer is not task.reference or (verdict.status, verdict.points) == ("correct", task.points)
        assert verdict.status != "correct" or answers not in wrong
    assert untold <= len(kinds) / 2, f"{untold} of {len(kinds)} could not be written down"


def told(answer) -> tuple | None:
    """It, and its code; None for one that cannot be written down."""
    try:
        return answer, written(answer)
    except Untold:
        return None


def mistakes(task, remembered) -> list[list]:
    """The known mistakes, those together that differ only in the numbers that they send: one of these is enough.

    ALL_MISTAKES=1 takes each by itself.

    What crosses to the checker is the same for them otherwise, and `test_wire.py` says that numbers arrive as they are.
    """
    every = [m.wrong for m in task.misconceptions]
    if isinstance(task, TestTask) or os.environ.get("ALL_MISTAKES"):
        return [[wrong] for wrong in every]
    kinds: dict[frozenset, list] = {}
    known = remembered.of(task, SEED)
    token = known_outcomes.set(known)
    try:
        with limits.undisturbed():
            right = [ask(task, task.reference, case, bare) for case in known.own]
            for wrong in every:
                crosses = frozenset(_crosses(ask(task, wrong, w.case, bare), w) for w in right)
                kinds.setdefault(crosses, []).append(wrong)
            return list(kinds.values())
    finally:
        known_outcomes.reset(token)


def _crosses(got: Outcome, want: Outcome) -> tuple:
    """What a reply says of one case besides its numbers."""
    if not got.returned:
        return ("raised", got.error.kind) if got.error else ("problem", got.problem.key)
    return *got.changed, *((name, got.dtypes[name], value.ndim, value.shape == want.values[name].shape,
                            value.dtype.kind != "f" or bool(np.isfinite(value).all()))
                           for name, value in got.values.items())
