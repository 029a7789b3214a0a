"""What is written in an answer, read off its bytecode: only so that no message speaks of code that is not there."""
import dis
import functools
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from classroom.ask.outcome import elsewhere
from course._words import say

__all__ = ["Written", "written"]

_OURS = ("course", "classroom")
_LIBRARY = sysconfig.get_path("stdlib")
_MOST = 60                           # functions that are looked at
_INNER = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_COLLECTS = ("LIST_APPEND", "SET_ADD", "MAP_ADD")
_ONTO_ARRAYS = {"sort", "fill", "partition", "resize"}           # methods of NumPy's arrays that change them
_ONTO_ANY = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis", "shuffle"}
_SETTINGS = {"requires_grad_"}


@dataclass(frozen=True)
class Written:
    """Of an answer and of its own functions that it uses.

    Args:
        loops: whether there is a `for` or a `while`. Comprehensions are none.
        slices: whether something is cut out with `[a:b]`.
        names: of functions, methods and attributes.
        in_place: what changes a thing in place, as it is written, in backticks: "`+=`", "`mul_`".
    """

    loops: bool = False
    slices: bool = False
    names: frozenset[str] = frozenset()
    in_place: tuple[str, ...] = ()


def written(answer: Any, framework: str = "numpy") -> Written:
    """What is written there; nothing of an answer that lives in another process, and whose code is not here."""
    if elsewhere(answer):
        return Written()
    codes = list(_codes(answer))
    found = {text: None for code in codes if code.co_name != "__init__" for text in _in_place(code, framework)}
    return Written(any(map(_loops, codes)), any(map(_slices, codes)),
                   frozenset(name for code in codes for name in code.co_names), tuple(found))


def _codes(answer: Any) -> Iterator[CodeType]:
    """The code of an answer, and of the functions and classes of its own that this code uses."""
    seen: set[int] = set()
    todo = [answer]
    while todo and len(seen) < _MOST:
        thing = todo.pop(0)
        if isinstance(thing, (staticmethod, classmethod, MethodType)):
            thing = thing.__func__
        elif isinstance(thing, property):
            thing = thing.fget
        if isinstance(thing, functools.partial):
            todo += [thing.func, *thing.args, *thing.keywords.values()]
        if id(thing) in seen or not isinstance(thing, (type, FunctionType)) or not _own(thing):
            continue
        seen.add(id(thing))
        if isinstance(thing, type):
            todo += [*vars(thing).values(), *thing.__bases__]
            continue
        codes = list(_nested(thing.__code__))
        yield from codes
        todo += [cell.cell_contents for cell in thing.__closure__ or () if _full(cell)]
        todo += [thing.__globals__[name] for code in codes for name in code.co_names if name in thing.__globals__]


def _own(thing: type | FunctionType) -> bool:
    """Whether the learner has written it."""
    if isinstance(thing, FunctionType):
        file = thing.__code__.co_filename
        return (thing.__module__ or "").partition(".")[0] not in _OURS and "site-packages" not in file \
            and not file.startswith((_LIBRARY, "<frozen"))
    return any(isinstance(value, FunctionType) and _own(value) for value in vars(thing).values())


def _full(cell: Any) -> bool:
    try:
        return not isinstance(cell.cell_contents, ModuleType)
    except ValueError:
        return False


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _loops(code: CodeType) -> bool:
    """Whether there is a loop. A comprehension may stand in the code it belongs to: then it collects, deep enough."""
    if code.co_name in _INNER:
        return False
    steps = list(dis.get_instructions(code))
    rounds = sum(step.opname == "FOR_ITER" for step in steps)
    inner = sum((step.arg or 0) - 1 for step in steps if step.opname in _COLLECTS)
    return rounds > inner or not rounds and any("BACKWARD" in step.opname for step in steps)


def _slices(code: CodeType) -> bool:
    return any(step.opname in ("BUILD_SLICE", "BINARY_SLICE") or step.opname == "LOAD_CONST" and
               any(isinstance(part, slice) for part in (step.argval if isinstance(step.argval, tuple) else
                                                        (step.argval,)))
               for step in dis.get_instructions(code))


def _in_place(code: CodeType, framework: str) -> Iterator[str]:
    """What changes a thing in place. Methods that only do so in NumPy are left out where tensors come."""
    before = ""
    for step in dis.get_instructions(code):
        if step.opname == "BINARY_OP" and step.argrepr.endswith("="):
            yield f"`{step.argrepr}`"
        elif step.opname in ("STORE_SUBSCR", "STORE_SLICE"):
            yield say("an assignment to `[...]`")
        elif step.opname in ("LOAD_METHOD", "LOAD_ATTR", "LOAD_GLOBAL", "LOAD_DEREF") and isinstance(step.argval, str):
            name = step.argval
            if name.endswith("_") and not name.startswith("_") and name not in _SETTINGS or name in _ONTO_ANY or \
                    name in _ONTO_ARRAYS and framework == "numpy" and before not in ("np", "numpy"):
                yield f"`{name}`"
        before = step.argval if isinstance(step.argval, str) else ""
    if any(isinstance(constant, tuple) and "out" in constant for constant in code.co_consts):
        yield "`out=`"
