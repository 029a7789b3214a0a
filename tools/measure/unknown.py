"""Wrong answers that no catalogue knows, made from a right one: to measure what a check does with them."""
import functools
import inspect
from collections.abc import Callable
from typing import Any

from classroom.judge.exercise import Exercise


def scaled_slightly(task: Exercise) -> Callable:
    """The reference, with every floating-point result times 1.01 (others are negated or shifted by one)."""
    return _changed(task, lambda count, value: _nudged(value))


def wrong_in_one_case(task: Exercise) -> Callable:
    """The reference, with the fourth call and every eighth after it wrong: state that no case explains."""
    return _changed(task, lambda count, value: _nudged(value) if count % 8 == 4 else value)


def _changed(task: Exercise, change: Callable[[int, Any], Any]) -> Callable:
    calls = 0

    def after(function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            nonlocal calls
            calls += 1
            returned = function(*args, **kwargs)
            if isinstance(returned, (tuple, list)):
                return tuple(change(calls, value) for value in returned)
            return change(calls, returned)
        return wrapped

    if not inspect.isclass(task.reference):
        return after(task.reference)
    return type(task.names[0], (task.reference,), {"forward": after(task.reference.forward)})


def _nudged(value: Any) -> Any:
    dtype = str(getattr(value, "dtype", type(value).__name__))
    if "bool" in dtype:
        return not value if isinstance(value, bool) else ~value
    if "int" in dtype:
        return value + 1
    return value * 1.01 if "float" in dtype else value
