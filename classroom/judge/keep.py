"""A right answer is kept as a file of the learner's own, which lesson 09 builds its translator from.

The file stands by itself: beside the answer it has what the answer uses, other functions of the notebook, imports and
plain values. What cannot be written down like that is not kept, and the file says why.
"""
import ast
import inspect
import linecache
import symtable
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from course._paths import atomic_path, state_dir
from course._words import say

from .evidence import an

__all__ = ["CannotKeep", "keep", "kept_source", "path"]

_NOT = "# Not kept: "
_LIBRARY = ("attention", "transformer", "training", "tokens", "decoding")


class CannotKeep(Exception):
    """Why an answer cannot be written to a file of its own."""


def path(id: str) -> Path:
    """The file of an exercise, `parts/7_1.py` in the folder for the course's state."""
    return state_dir() / "parts" / f"{id.replace('.', '_')}.py"


def keep(id: str, answer: Any) -> None:
    """Write the source of a right answer to its file. What fails here never stops a check.

    Args:
        id: of the exercise.
        answer: the function or class.
    """
    head = say("# Exercise {id}: your answer, kept by `check` when it was right. Lesson 09 builds from such files.",
               id=id)
    try:
        text = f"{head}\n{kept_source(answer)}\n"
    except Exception as error:  # an answer may be anything at all
        why = str(error) if isinstance(error, CannotKeep) else \
            say("it could not be read ({kind}).", kind=type(error).__name__)
        text = f"{head}\n{_NOT}{why}\n"
    try:
        with atomic_path(path(id)) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        print(say("Your answer could not be kept for lesson 09: {error}", error=error), file=sys.stderr)


def kept_source(answer: Any) -> str:
    """The answer as a module: imports, what else it uses, and itself, last, under the name `__answer__`.

    Raises:
        CannotKeep: with the reason.
    """
    found = _Collector()
    name = found.define(answer)
    before = "\n".join([*sorted(found.imports), *found.values])
    text = f"{before}\n\n\n" * bool(before) + "\n\n\n".join([*found.definitions, f"__answer__ = {name}"])
    try:
        compile(text, "<kept>", "exec")
    except SyntaxError:
        raise CannotKeep(say("`{name}` is written in a way that cannot be taken out of its cell.", name=name)) from None
    return text


class _Collector:
    """What an answer needs, in an order in which it can be run."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.values: list[str] = []
        self.definitions: list[str] = []
        self.seen: set[str] = set()

    def define(self, thing: Any) -> str:
        """Write its definition, after those of what it uses; the name that it has there."""
        code = next(_codes(thing), None)
        if code is None:
            raise CannotKeep(say("no Python source is known of `{name}`.",
                                 name=getattr(thing, "__name__", type(thing).__name__)))
        if code.co_freevars and set(code.co_freevars) != {"__class__"}:
            raise CannotKeep(say("`{name}` is made inside another function, and uses what belongs to that one.",
                                 name=thing.__name__))
        source, own = _statement(code, thing.__name__)
        if source in self.seen:
            return own
        self.seen.add(source)
        known = _globals(thing)
        for name in sorted(_needs(source) - {own}):
            if name in known:
                self._take(name, known[name])
        self.definitions.append(source)
        return own

    def _take(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType):
            self.imports.add(f"import {value.__name__}" + f" as {name}" * (value.__name__ != name))
        elif (where := _home(name, value)) is not None:
            module, original = where
            self.imports.add(f"from {module} import {original}" + f" as {name}" * (original != name))
        elif inspect.isfunction(value) or inspect.isclass(value):
            if (own := self.define(value)) != name:
                self.definitions.append(f"{name} = {own}")
        elif _plain(value):
            if (line := f"{name} = {value!r}") not in self.values:
                self.values.append(line)
        else:
            kind = type(value).__name__
            raise CannotKeep(an(say("it uses `{name}`, a {kind} that only the notebook has.", name=name, kind=kind),
                                kind))


def _codes(thing: Any) -> Iterator[CodeType]:
    """The code of a function; of a class, that of its own methods."""
    for value in vars(thing).values() if inspect.isclass(thing) else [thing]:
        value = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(value):
            yield value.__code__


def _globals(thing: Any) -> dict[str, Any]:
    for value in vars(thing).values() if inspect.isclass(thing) else [thing]:
        value = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(value):
            return value.__globals__
    return {}


def _statement(code: CodeType, name: str) -> tuple[str, str]:
    """The statement at the outer level of a cell or file that has this code in it, and the name that it binds."""
    text = "".join(linecache.getlines(code.co_filename))
    try:
        body = ast.parse(text).body
    except SyntaxError:                               # `%time` or `!ls` in the same cell
        text = "".join("\n" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines(True))
        try:
            body = ast.parse(text).body
        except SyntaxError:
            raise CannotKeep(say("the cell of `{name}` could not be read.", name=name)) from None
    for node in body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        if first <= code.co_firstlineno <= (node.end_lineno or first):
            targets = node.targets if isinstance(node, ast.Assign) else []
            own = targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else \
                getattr(node, "name", "")
            is_lambda = name == "<lambda>" and isinstance(getattr(node, "value", None), ast.Lambda)
            if not own or name != own and not is_lambda:
                raise CannotKeep(say("`{name}` is made inside another statement.", name=name))
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno]), own
    raise CannotKeep(say("the source of `{name}` was not found.", name=name))


def _needs(source: str) -> set[str]:
    """Names that a statement takes from around it."""
    found: set[str] = set()

    def visit(table: symtable.SymbolTable, outer: bool) -> None:
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or outer and not symbol.is_assigned()):
                found.add(symbol.get_name())
        for child in table.get_children():
            visit(child, False)

    visit(symtable.symtable(source, "<kept>", "exec"), True)
    return found


def _home(name: str, value: Any) -> tuple[str, str] | None:
    """A module, and the name in it, from which a thing can be imported; None if that is the notebook itself."""
    module, original = getattr(value, "__module__", None), getattr(value, "__qualname__", None) or name
    if isinstance(module, str) and module.startswith("classroom."):       # lent by `carry_on`
        original = original.removeprefix("_Courses")
        for library in _LIBRARY:
            if hasattr(sys.modules.get(f"course.{library}"), original):
                return f"course.{library}", original
    if not _installed(module):
        return None
    for candidate in filter(None, (module, "torch", "torch.nn.functional", "math", "builtins")):
        if getattr(sys.modules.get(candidate), original, None) is value:
            return candidate, original
    return None


def _installed(module: Any) -> bool:
    """Whether it will be there in another session, wherever that begins: no notebook, and no file beside one."""
    file = getattr(sys.modules.get(module), "__file__", None) if isinstance(module, str) else None
    if module == "__main__" or file is None:
        return module != "__main__"
    places = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    return module.partition(".")[0] in ("course", "classroom") or \
        any(Path(file).is_relative_to(place) for place in places)


def _plain(value: Any) -> bool:
    """Whether Python can read back what it writes of it."""
    try:
        text = repr(value)
        return len(text) < 1000 and bool(ast.literal_eval(text) == value)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False
