"""Exercise 5.4: in float64, positions that are float64 beside frequencies that are not; the number of positions taken
from the wrong axis. Used by `lesson_05`."""
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from classroom.judge.exercise import Misconception, Property
from course._words import later, say

_WITHIN = 1e-8           # of the largest number: far above the rounding of float64, below that of float32

# Exponents of 10000, and of e, in float32.
_TENS = {"divided": lambda even, d: -even / d, "multiplied": lambda even, d: -even * (1.0 / d)}
_ES = {"factor": lambda even, d: even * (-math.log(10000.0) / d),
       "quotient": lambda even, d: -even / d * math.log(10000.0)}


def _frequencies(d: int, exponent: str, whole: bool) -> torch.Tensor:
    """Of vectors of d numbers. They are float32, or, with `whole`, only their exponents are."""
    even = torch.arange(0, d, 2)
    if exponent == "below":
        return (1.0 / 10000.0 ** (even / d)).double()
    power = {**_TENS, **_ES}[exponent](even, d)
    power = power.double() if whole else power
    return (10000.0 ** power if exponent in _TENS else power.exp()).double()


def _turned(x: torch.Tensor, frequency: torch.Tensor) -> torch.Tensor:
    angle = torch.arange(x.shape[-2], dtype=torch.float64).unsqueeze(1) * frequency
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)


def _coarse(x: torch.Tensor, exponent: str, whole: bool) -> torch.Tensor:
    return _turned(x, _frequencies(x.shape[-1], exponent, whole))


_FEWER = "A float64 number promises 15 digits; of some of yours only the first 7 or fewer are right."
_LOOK = ("`torch.arange` divided by a number is float32, unless it is given `dtype=x.dtype`, and so is `torch.tensor` "
         "of Python's fractions; `.to(x.dtype)` does not bring the digits back. Where are the frequencies made, and "
         "does x itself stay float64 on the way?")
COARSE = [Misconception("single-precision", partial(_coarse, exponent=exponent, whole=whole), later(
    "In float64, your result is exactly what comes out when the positions are float64, but {what}.", what=what),
    _FEWER, _LOOK)
    for whole, what in ((False, "the frequencies are float32"), (True, "the exponents of the frequencies are float32"))
    for exponent in (*_TENS, *_ES, *(("below",) if not whole else ()))]


def _fewer_digits(ask: Callable) -> str | None:
    d = 6                # with 8 or 16 the exponents are exact in float32
    x = torch.from_numpy(np.random.default_rng(5).normal(size=(1, 600, d)))
    found = ask("600 positions in float64", x=x.numpy()).values.get("y")
    want = _turned(x, 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)).numpy()
    if found is None or found.shape != want.shape or _near(found, want):
        return None
    for mistake in COARSE:
        if _near(found, mistake.wrong(x).numpy()):
            return say(mistake.says)
    worst = np.unravel_index(np.abs(found - want).argmax(), want.shape)
    return say("In float64, your numbers have fewer right digits than they should: one of them is {got}, and {want} is "
               "expected.", got=f"{found[worst]:.14f}", want=f"{want[worst]:.14f}")


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() <= _WITHIN * np.abs(b).max())


def time_on_axis_1(ask: Callable, failed: Any) -> tuple[str, str] | None:
    """Does it run, and rightly, just where axis 1, counted from the front, is as long as there are positions?"""
    def right(*shape: int) -> bool:
        x = np.random.default_rng(4).normal(size=shape)
        seen = ask(x=x)
        frequency = 10000.0 ** (-torch.arange(0, shape[-1], 2, dtype=torch.float64) / shape[-1])
        return seen.returned and _near(seen.values["y"], _turned(torch.from_numpy(x), frequency).numpy())

    if not all(right(*shape) for shape in ((4, 4), (2, 5, 6), (2, 4, 4, 6))) or \
            any(right(*shape) for shape in ((4, 2), (3, 4), (2, 3, 4, 8))):
        return None
    return "time-on-another-axis", say("It is right where axis 1, counted from the front, is as long as there "
                                       "are positions, and nowhere else. x may be (T, d_head), (B, T, d_head) or (B, "
                                       "n_heads, T, d_head): counted from the end, T is always in the same place.")


# The cases allow for the rounding of float32.
ALL_DIGITS = Property("single-precision", _fewer_digits, _FEWER, _LOOK)
