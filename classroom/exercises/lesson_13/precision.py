"""Exercises 13.1 and 13.5: in float64, all digits. The cases allow for the rounding of float32."""
import numpy as np
import torch

from classroom.judge.exercise import Property
from course._words import say

_DIGITS = 1e-11          # of the largest number: far above the rounding of float64, far below that of float32


def all_digits(reference, **inputs) -> Property:
    """In float64 the result is as exact as float64 allows."""
    def broken(ask):
        got = ask("float64", **inputs).values.get("y")
        want = reference(**{name: torch.from_numpy(x) for name, x in inputs.items()}).numpy()
        if got is None or got.shape != want.shape or np.abs(got - want).max() <= _DIGITS * np.abs(want).max():
            return None
        worst = np.unravel_index(np.abs(got - want).argmax(), want.shape)
        return say("In float64, your numbers have fewer right digits than they should: one of them is {got}, and "
                   "{want} is expected.", got=f"{got[worst]:.14f}", want=f"{want[worst]:.14f}")

    return Property("single-precision", broken, "A number that passes through float32 on its way keeps about 7 digits "
                    "and does not get the others back.", "Which line of yours makes float32 of something, as "
                    "`float()`, `torch.float32` or a new tensor without a dtype does?")
