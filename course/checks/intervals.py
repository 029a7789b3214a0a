"""How answers that return two ends of an interval are read."""
from dataclasses import dataclass

import numpy as np

from .probes import Function, invoke, read

__all__ = ["Ends"]


@dataclass(frozen=True)
class Ends(Function):
    """Two numbers, `low, high`; an array or a list of the two is as good as a tuple."""

    def __call__(self, answer, inputs, task):
        returned = invoke(answer, inputs, task.takes)
        if isinstance(returned, np.ndarray) and returned.shape == (2,):
            returned = tuple(returned)
        return read(returned, task.gives, task.framework)
