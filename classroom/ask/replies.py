"""What a learner's answer to a question, and what a learner's test says, as plain values."""
import decimal
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["as_float", "plain", "said_no"]


def plain(value: Any) -> Any:
    """Strings, floats, and tuples or sets of them."""
    if isinstance(value, str):
        return " ".join(value.casefold().split()).strip(" .'\"")
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, (set, frozenset)):
        return frozenset(plain(item) for item in value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Iterable):
        items = tuple(plain(item) for item in value)
        return items[0] if len(items) == 1 else items
    raise TypeError(type(value).__name__)


def said_no(returned: Any) -> bool:
    """Whether a test rejects by what it returned: False, in one form or another."""
    if type(returned).__name__ == "Tensor" and returned.numel() == 1:
        return not bool(returned)
    return getattr(returned, "size", 1) == 1 and isinstance(returned, (bool, np.bool_)) and not returned


def as_float(value: Any) -> Any:
    """A number of any kind, a `Fraction`, a whole one or a tensor without axes, as a float; all else as it is."""
    if type(value).__name__ == "Tensor" and value.dim() == 0:
        value = value.item()
    if isinstance(value, (numbers.Real, decimal.Decimal)) and not isinstance(value, bool):
        return float(value)
    return value
