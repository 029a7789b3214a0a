"""Is there anything to check yet?

A stub's body is a docstring, `pass`, `...`, `return None`, or one `raise NotImplementedError`, with a message or
without. That is judged by its bytecode: of a function that is there, or of one that was compiled and never run.
"""
import dis
import inspect
from collections.abc import Collection, Iterable
from types import CodeType
from typing import Any

__all__ = ["idle", "idle_class", "is_module", "is_stub", "nothing_written"]

_NOTHING = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "MAKE_CELL", "POP_TOP", "RETURN_VALUE", "NOT_TAKEN"}
_BEFORE = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "MAKE_CELL", "PUSH_NULL"}
_ENTRANCES = ("LOAD_GLOBAL", "LOAD_NAME")
_ELSEWHERE = ("JUMP", "POP_JUMP", "FOR_ITER", "STORE", "DELETE", "YIELD", "POP_TOP", "RETURN", "SEND")
_NAMES = {"super", "__init__", "NotImplementedError", "nn", "torch", "Module"}   # in an `__init__` that does nothing
_NOT_METHODS = ("__annotate__", "__annotate_func__", "<")       # annotations, lambdas, comprehensions


def is_stub(answer: Any) -> bool:
    """Nothing, `...`, a function that is a stub, or a class all of whose own methods are."""
    if answer is None or answer is ...:
        return True
    if inspect.isclass(answer):
        members = vars(answer).items()
        methods = [(name, code) for name, value in members for code in _codes(value)]
        fields = [name for name, value in members if not name.startswith("__") and not list(_codes(value))]
        return answer.__module__ != "builtins" and \
            idle_class(methods, fields, [base.__name__ for base in answer.__mro__[1:]])
    return inspect.isfunction(answer) and idle(answer.__code__)


def is_module(answer: Any) -> bool:
    """An instance of `nn.Module`, where the class may have been wanted."""
    return any(base.__name__ == "Module" and base.__module__.startswith("torch.") for base in type(answer).__mro__)


def idle(code: CodeType) -> bool:
    """Whether a function's code does nothing, or only says that it is not implemented."""
    instructions = list(dis.get_instructions(code))
    if all(i.opname in _NOTHING or i.opname in ("LOAD_CONST", "RETURN_CONST") and i.argval in (None, ...)
           for i in instructions):
        return True
    return _only_raises([i for i in instructions if i.opname not in _BEFORE], code)


def nothing_written(code: CodeType) -> bool:
    """Whether a function is a stub, or an `__init__` that has nothing but the call of the one above it."""
    return idle(code) or code.co_name == "__init__" and _only_calls_super(code)


def idle_class(methods: Iterable[tuple[str, CodeType]], fields: Collection[str], bases: Iterable[str]) -> bool:
    """Whether a class holds nothing that was written.

    Args:
        methods: names and codes of its own. An `__init__` that only calls the one above it does nothing.
        fields: names of what else it holds. Beside methods that are stubs they are no answer; alone they are one.
        bases: names of the classes above it. One that inherits from more than `nn.Module` has its methods from there.
    """
    methods = [(name, code) for name, code in methods if not name.startswith(_NOT_METHODS)]
    if any(name not in ("object", "Module") for name in bases):
        return False
    return all(idle(code) or name == "__init__" and _only_calls_super(code) for name, code in methods) and \
        (bool(methods) or not fields)


def _only_raises(instructions: list[dis.Instruction], code: CodeType) -> bool:
    """A single statement: it begins with the exception's name and ends by raising it; nothing leads elsewhere."""
    if not instructions or code.co_exceptiontable:
        return False
    first, last = instructions[0], instructions[-1]
    return first.opname in _ENTRANCES and first.argval == "NotImplementedError" and \
        last.opname == "RAISE_VARARGS" and not any(i.opname.startswith(_ELSEWHERE) for i in instructions)


def _only_calls_super(code: CodeType) -> bool:
    return set(code.co_names) <= _NAMES and not any(i.opname == "STORE_ATTR" for i in dis.get_instructions(code))


def _codes(value: Any) -> Iterable[CodeType]:
    """Of a method, be it static, a class's, or a property."""
    value = getattr(value, "fget", None) or getattr(value, "__func__", value)
    return [value.__code__] if inspect.isfunction(value) else []
