"""The mistakes of a catalogue, as other code would compute them: to measure whether they are still recognised."""
import functools
import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from classroom.ask.call import is_floating, is_tensor
from classroom.judge.exercise import Exercise, Misconception, combine


def rewritings(task: Exercise, mistake: Misconception) -> Iterator[tuple[str, Callable]]:
    """The same mistake with rounding as of another order of summation, and, for functions, in double precision."""
    yield "other rounding", _after(mistake.wrong, _rounded_otherwise)
    if not hasattr(task.probe, "prepare"):
        yield "double precision", _in_double(mistake.wrong)


def pairs(task: Exercise, most: int = 10) -> list[tuple[Misconception, Misconception, Callable]]:
    """Pairs of mistakes made at once, at most so many, from all over the catalogue."""
    both = [(a, b, wrong) for a, b in itertools.combinations(task.misconceptions, 2)
            if a.slug != b.slug and (wrong := combine(a, b)) is not None]
    return both[::max(1, -(-len(both) // most))]


def _after(answer: Callable, change: Callable[[Any], Any]) -> Callable:
    """`answer` with `change` applied to all that it returns; of a module, to what `forward` returns."""
    def wrapped(*args, **kwargs):
        made = answer(*args, **kwargs)
        if hasattr(made, "register_forward_hook"):
            made.register_forward_hook(lambda module, given, returned: _each(returned, change))
            return made
        return _each(made, change)
    return _named_like(wrapped, answer)


def _each(returned: Any, change: Callable) -> Any:
    if isinstance(returned, (tuple, list)):
        return type(returned)(change(value) for value in returned)
    return change(returned)


def _rounded_otherwise(value: Any) -> Any:
    """Every other number off by one or two units in the last place, as sums in another order are."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim:
        wave = np.where(np.arange(value.size) % 2, 2, -1).reshape(value.shape)
        return (value * (1 + wave * np.finfo(value.dtype).eps)).astype(value.dtype)
    if is_floating(value) and value.dim():
        import torch
        wave = (torch.arange(value.numel()) % 2 * 3 - 1).reshape(value.shape)
        return value * (1 + wave * torch.finfo(value.dtype).eps).to(value.dtype)
    return value


def _in_double(answer: Callable) -> Callable:
    """Inputs to float64 and results back to what came in."""
    def wrapped(*args, **kwargs):
        import torch
        single = next((x.dtype for x in args if getattr(x, "dtype", None) in (np.float32, torch.float32)), None)

        def up(value):
            if is_tensor(value):
                return value.double() if value.dtype == torch.float32 else value
            return value.astype(np.float64) if getattr(value, "dtype", None) == np.float32 else value

        def down(value):
            if single is None:
                return value
            if is_tensor(value):
                return value.to(single) if value.dtype == torch.float64 else value
            return value.astype(single) if getattr(value, "dtype", None) == np.float64 else value

        returned = answer(*map(up, args), **{name: up(value) for name, value in kwargs.items()})
        return _each(returned, down)
    return _named_like(wrapped, answer)


def _named_like(wrapped: Callable, answer: Callable) -> Callable:
    inner = answer.func if isinstance(answer, functools.partial) else answer
    if inspect.isfunction(inner):
        wrapped.__name__ = inner.__name__
    return wrapped
