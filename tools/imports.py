"""Which modules of this project a module imports, read from its source."""
import ast
import functools
from collections.abc import Collection, Iterable
from pathlib import Path

__all__ = ["FILES", "closure", "imports"]

ROOT = Path(__file__).parents[1]
FILES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
         for folder in ("course", "classroom", "tools", "tests/variants") for path in (ROOT / folder).rglob("*.py")}


@functools.cache
def imports(module: str) -> frozenset[str]:
    """The modules of ours that a module imports, at its outer level or in a function; with them their packages."""
    path, found = FILES[module], set()
    parts = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = parts[:len(parts) + 1 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {base, *(f"{base}.{name.name}" for name in node.names)}
    return frozenset(found & FILES.keys())


def closure(modules: Iterable[str], without: Collection[str] = ()) -> set[str]:
    """These modules and all that they need, directly or through others, `without` some and what these alone need."""
    found: set[str] = set()
    todo = list(modules)
    while todo:
        module = todo.pop()
        if module not in found and module not in without:
            found.add(module)
            todo += imports(module)
    return found
