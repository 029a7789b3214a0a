"""Right answers to any sheet of an exam, in the styles in which learners write."""
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .loops import NUMBER_BY_NUMBER
from .tensors import WITH_TENSORS

__all__ = ["STYLES", "answer", "code"]

Solve = Callable[..., Any]


def _as_it_is(solve: Solve) -> Solve:
    return lambda *given: solve(*given)


def _back_to_arrays(solve: Solve) -> Solve:
    return lambda *given: _each(lambda part: part.numpy(), solve(*given))


def _single_precision(solve: Solve) -> Solve:
    """Computed in float32, which is also what is returned."""
    return lambda *given: solve(*(x.astype("float32") if str(getattr(x, "dtype", "")) == "float64" else x
                                  for x in given))


def _column_order(solve: Solve) -> Solve:
    """Arrays lie in memory as Fortran has them, and what is returned are views of larger arrays."""
    return lambda *given: _each(lambda part: np.stack([part, part], axis=-1)[..., 0],
                                solve(*(np.asfortranarray(x) if isinstance(x, np.ndarray) else x for x in given)))


def _rounded(solve: Solve) -> Solve:
    """To nine decimals."""
    return lambda *given: _each(lambda part: np.round(part, 9) if np.asarray(part).dtype.kind == "f" else part,
                                solve(*given))


def _each(change: Callable[[Any], Any], returned: Any) -> Any:
    return tuple(map(change, returned)) if isinstance(returned, tuple) else change(returned)


# Which of three independent ways of computing it, and what is done besides.
STYLES: dict[str, tuple[str, Callable[[Solve], Solve]]] = {
    "number by number, in loops": ("loops", _as_it_is),
    "all at once, with NumPy": ("arrays", _as_it_is),
    "with PyTorch": ("tensors", _back_to_arrays),
    "in single precision": ("arrays", _single_precision),
    "in column order, returning views": ("arrays", _column_order),
    "loops, rounded to nine decimals": ("loops", _rounded),
}


def answer(family: Any, variant: Mapping[str, str], style: str) -> Solve:
    """The right answer to a variant of a family, written in a style: a key of `STYLES`."""
    solve, change = _written(family, style)
    return change(lambda *given: solve(*given, **variant))


def code(family: Any, variant: Mapping[str, str], style: str, **slip: Any) -> str:
    """The same as the text of a cell; with the family's own function, `slip` makes it a mistake."""
    solve, change = _written(family, style)
    how = ", ".join(f"{name}={value!r}" for name, value in {**variant, **slip}.items())
    given = family.call[len(family.name):].strip("()")
    parts = "\n\n".join(map(inspect.getsource, (solve, _each, change)))
    return f"""import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

Solve = Callable[..., Any]

{parts}

def {family.call}:
    whole = {change.__name__}(lambda *given: {solve.__name__}(*given, {how}))
    return whole({given})
"""


def _written(family: Any, style: str) -> tuple[Solve, Callable[[Solve], Solve]]:
    way, change = STYLES[style]
    return {"loops": NUMBER_BY_NUMBER, "tensors": WITH_TENSORS}.get(way, {}).get(family.key, family.solve), change
