"""What of the course's library an answer may use: what belongs to lessons before it, and nothing that answers it.

A lesson's notebook imports from `course`, and `course` holds the answers. So the child gets no module of the library,
but the text of those parts of it that the lesson may use: a public name whose own exercise, and those of all that it
is made of, lie in earlier lessons. Everything else is a stand-in that says so when it is called.
"""
import ast
import functools
import importlib.util
import inspect
import math
import re
from pathlib import Path

from classroom import exercises

__all__ = ["fallback", "lent"]

_LIBRARY = ("attention", "transformer", "training", "decoding", "tokens", "data", "alignment", "interop", "inspection",
            "intervention", "paths")
# Names that are no exercise's, and would answer one all the same: the first lesson whose answers may use them.
_EQUAL = {
    "attention.fused_attention": 3, "transformer.layer_norm": 7, "transformer.residual": 7,
    "training.train": 9, "training.training_loss": 9, "decoding.CachedDecoder": 11, "decoding._penalised": 11,
    "alignment.IBMModel1": 12, "intervention.edit_attention": 5,
}


# `course._words` as an answer gets it. In the child all is said in English: it has no catalogues.
_WORDS = """
def say(text, /, **facts):
    return text.format_map(facts) if facts else text

later = say

def plural(one, many, n, /, **facts):
    return say(one if n == 1 else many, **facts)

def listed(words, joint="{first}, {next}"):
    return joint.format(first="", next="").join(words)
"""


def lent(lesson: int, modules: set[str]) -> dict[str, str]:
    """Source text of the named modules of `course` and those they import, as far as a lesson's answers may use it."""
    found: dict[str, str] = {}
    todo = list(modules)
    while todo:
        module = todo.pop().removeprefix("course.")
        if module == "_words":
            found["course._words"] = _WORDS
        elif module in _LIBRARY and f"course.{module}" not in found:
            names = [name for name in _parsed(module)[1] if _since(module, name) <= lesson]
            found[f"course.{module}"] = source = _part(_path(module), names)
            todo += re.findall(r"^from course\.(\w+) import", source, re.M)
    return found


@functools.cache
def fallback(id: str) -> tuple[str, str] | None:
    """What `carry_on` gives where an exercise is not solved, as source text and a name; None if it gives no code."""
    given = exercises.get(id).fallback()
    if not inspect.isfunction(given) and not inspect.isclass(given):
        return None
    path, name = Path(inspect.getfile(given)), given.__name__
    source = _part(path, [name])
    return (source, name) if source else None


@functools.cache
def _path(module: str) -> Path:
    spec = importlib.util.find_spec(f"course.{module}")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"course.{module}")
    return Path(spec.origin)


@functools.cache
def _parsed(module: str) -> tuple[ast.Module, dict[str, ast.stmt]]:
    return _definitions(_path(module))


@functools.cache
def _definitions(path: Path) -> tuple[ast.Module, dict[str, ast.stmt]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for name in (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)):
                found[name] = node
    found.pop("__all__", None)
    return tree, found


def _used(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


@functools.cache
def _answers() -> dict[str, int]:
    """The last lesson that asks for a function or class of this name."""
    return {name: int(id.split(".")[0]) for id in exercises.all_ids() for name in exercises.get(id).names}


@functools.cache
def _since(module: str, name: str, seen: frozenset = frozenset()) -> float:
    """The first lesson whose answers may use a name of the library: one after all that asks for it or its parts."""
    if (module, name) in seen:
        return 0
    tree, known = _parsed(module)
    first: float = max(_answers().get(name, -1) + 1, _EQUAL.get(f"{module}.{name}", 0))
    imported = {a.asname or a.name: (n.module or "", a.name) for n in tree.body if isinstance(n, ast.ImportFrom)
                for a in n.names}
    for used in _used(known[name]) - {name}:
        inside = seen | {(module, name)}
        if used in known:
            first = max(first, _since(module, used, inside))
        elif (source := imported.get(used, ("", ""))[0]).startswith("course.") and source != "course._words":
            other, theirs = imported[used]
            other = other.removeprefix("course.")
            first = max(first, _since(other, theirs, inside) if other in _LIBRARY and theirs in _parsed(other)[1]
                        else math.inf)
    return first


@functools.cache
def _part_cached(path: Path, names: tuple[str, ...]) -> str:
    tree, known = _definitions(path)
    todo, kept = [n for n in names if n in known], set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo += [used for used in _used(known[name]) if used in known]
    body = [node for node in tree.body if any(known[name] is node for name in kept)]
    needed = set().union(*map(_used, body)) if body else set()
    imports = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            chosen = [a for a in node.names if (a.asname or a.name).split(".")[0] in needed]
            if chosen and not (isinstance(node, ast.ImportFrom) and node.level):
                imports.append(ast.Import(chosen) if isinstance(node, ast.Import)
                               else ast.ImportFrom(node.module, chosen, 0))
    return ast.unparse(ast.fix_missing_locations(ast.Module([*imports, *body], [])))


def _part(path: Path, names: list[str]) -> str:
    """Some of a module's definitions, all that they need, and the imports for that."""
    return _part_cached(path, tuple(names))
