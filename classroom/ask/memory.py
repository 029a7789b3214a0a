"""Memory into which nothing has been written, made visible.

What `empty` gives holds what lay in memory: often the right numbers of an earlier call, by chance. Inside `marked` it
is filled with a number of its own, so that an answer that never writes there is wrong each time, and can be told why.
Booleans have no such number: there it is True and False in turn, and the same call gives two answers.
"""
import contextlib
import functools
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

_BYTE = 0x5A
_DTYPES = ("float32", "float64", "int32", "int64")     # in fewer bits the mark is a number like any other
_COPIES = 4           # what an answer makes on the way takes some of this memory


@functools.cache
def mark(dtype: str) -> Any:
    """The number that stands in memory of this dtype into which nothing has been written."""
    return np.frombuffer(bytes([_BYTE]) * np.dtype(dtype).itemsize, dtype)[0]


def unwritten(values: np.ndarray) -> np.ndarray:
    """Where the mark stands, or where something was added to it that it swallows: bool, of the same shape."""
    if str(values.dtype) not in _DTYPES:
        return np.zeros(values.shape, bool)
    return values == mark(str(values.dtype))


@contextlib.contextmanager
def marked() -> Iterator[None]:
    """Inside, `empty`, `empty_like` and `new_empty` of NumPy and PyTorch give memory with the mark in it."""
    with contextlib.ExitStack() as stack:
        turns = itertools.cycle((True, False))
        for name in ("empty", "empty_like"):
            _replace(stack, np, name, functools.partial(_fill_array, turns))
        if (torch := sys.modules.get("torch")) is not None:
            fill = functools.partial(_fill_tensor, torch, turns)
            for name in ("empty", "empty_like"):
                _replace(stack, torch, name, fill)
            _replace(stack, torch.Tensor, "new_empty", fill)
        yield


def soil(inputs: Iterable[Any]) -> None:
    """Leave the mark in the memory that an array of such a size gets next: `np.divide(..., where=...)` fills none."""
    sizes = {x.shape for x in inputs if isinstance(x, np.ndarray)}
    made = [np.full(shape, mark("float64")) for shape in sizes for _ in range(_COPIES)]
    del made


def _replace(stack: contextlib.ExitStack, owner: Any, name: str, fill: Callable[[Any], None]) -> None:
    original, own = getattr(owner, name), name in vars(owner)

    @functools.wraps(original, updated=())
    def filled(*args, **kwargs):
        made = original(*args, **kwargs)
        fill(made)
        return made

    setattr(owner, name, filled)
    stack.callback(functools.partial(setattr, owner, name, original) if own else
                   functools.partial(delattr, owner, name))


def _fill_array(turns: Iterator[bool], array: np.ndarray) -> None:
    if array.dtype.kind in "fiu":
        array.fill(mark(str(array.dtype)))
    elif array.dtype.kind == "b":
        array.fill(next(turns))


def _fill_tensor(torch: Any, turns: Iterator[bool], tensor: Any) -> None:
    dtype = str(tensor.dtype).removeprefix("torch.")
    if tensor.device.type != "meta" and (dtype in _DTYPES or dtype == "bool"):
        tensor.detach().fill_(next(turns) if dtype == "bool" else mark(dtype).item())
