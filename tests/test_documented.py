"""The library that lessons and commands are made of: each public thing says what it does and names its types."""
import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# All but the exercises: their functions are answers, typed by what the exercise asks for, and stubs come from them.
MODULES = sorted({*(ROOT / "course").rglob("*.py"), *(ROOT / "classroom").rglob("*.py")}
                 - {*(ROOT / "classroom" / "exercises").glob("*/*.py")})
EACH = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)).replace("/", "."))


def public(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The public functions, classes and methods of a module, by qualified name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.stem.startswith("_") and path.stem not in ("__init__", "__main__"):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


@pytest.mark.slow
@EACH
def test_public_things_have_docstrings(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "the module itself"
    # A method says it with its class; a function or class, for itself.
    bare = [name for name, node in public(path) if "." not in name and not ast.get_docstring(node)]
    assert not bare


@EACH
def test_public_functions_name_their_types(path):
    untyped = []
    for name, node in public(path):
        if not isinstance(node, ast.FunctionDef) or not ast.get_docstring(node):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        untyped += [f"{name}({argument.arg})" for argument in arguments
                    if argument.annotation is None and argument.arg not in ("self", "cls")]
        if node.returns is None:
            untyped.append(f"{name} -> ?")
    assert not untyped


@pytest.mark.slow
def test_the_list_of_public_names_is_up_to_date():
    run = subprocess.run([sys.executable, ROOT / "tools" / "api.py", "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
