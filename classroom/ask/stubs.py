"""Is there anything to check yet?"""
import dis
import inspect
from typing import Any

_IDLE = {"RESUME", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP", "NOP", "COPY_FREE_VARS", "MAKE_CELL"}


def is_stub(answer: Any) -> bool:
    """Nothing, `...`, or a function whose body is only a docstring, `pass`, `...` or `return None`."""
    if answer is None or answer is ...:
        return True
    if inspect.isclass(answer):
        own = [value for value in vars(answer).values() if inspect.isfunction(value)]
        return all(_is_idle(f) or f.__name__ == "__init__" and _only_calls_super(f) for f in own) and \
            answer.__module__ != "builtins" and not _inherits_something(answer)
    return inspect.isfunction(answer) and _is_idle(answer)


def is_module(answer: Any) -> bool:
    """An instance of `nn.Module`, where the class may have been wanted."""
    return any(base.__name__ == "Module" and base.__module__.startswith("torch.") for base in type(answer).__mro__)


def _is_idle(function) -> bool:
    code = function.__code__
    allowed = {None, Ellipsis, function.__doc__}
    return all(i.opname in _IDLE for i in dis.get_instructions(code)) and \
        all(const in allowed for const in code.co_consts)


def _only_calls_super(function) -> bool:
    return set(function.__code__.co_names) <= {"super", "__init__"}


def _inherits_something(answer: type) -> bool:
    """From a class that is neither object nor nn.Module."""
    return any(base.__name__ not in ("object", "Module") for base in answer.__mro__[1:])
