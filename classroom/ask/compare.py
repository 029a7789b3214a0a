"""When two arrays count as equal."""
import numpy as np

# Relative to the largest number of the array. Wide enough for another order of summation, for
# `+ 1e-9` under a fraction, and for float32 being float32; far narrower than any real mistake.
_TOLERANCE = {"float64": 2e-6, "float32": 3e-5, "float16": 3e-3, "bfloat16": 3e-2}
_PIECE = 1 << 16     # numbers that are compared at a time


def tolerance(*dtypes: str) -> float:
    """For numbers of these dtypes: that of the least precise floating-point one."""
    known = [_TOLERANCE[name] for name in dtypes if name in _TOLERANCE]
    return max(known, default=_TOLERANCE["float64"])


def differs(got: np.ndarray, want: np.ndarray, within: float = _TOLERANCE["float64"],
            at_least: float = 0.0) -> np.ndarray:
    """Where two arrays of one shape differ; NaN equals NaN, and infinities equal themselves.

    `within` is relative to the largest number of the array, or to `at_least` where that is larger.
    """
    if got.dtype.kind in "bui" and want.dtype.kind in "bui":
        return got != want
    got, want = got.astype(np.float64, copy=False), want.astype(np.float64, copy=False)
    with np.errstate(all="ignore"):
        size = np.abs(want)
        scale = size.max(initial=at_least)
        if np.isfinite(scale):
            return ~(np.abs(got - want) <= within * (size + scale))
        finite = np.isfinite(want)
        scale = size[finite].max(initial=at_least)
        near = finite & (np.abs(got - want) <= within * (np.abs(want) + scale))
        return ~(near | (got == want) | (np.isnan(got) & np.isnan(want)))


def leaks(got: np.ndarray, want: np.ndarray, within: float) -> np.ndarray:
    """Where something is left of what should be exactly 0: a forbidden place has no share, not a small one.

    What single precision rounds to 0 may be a very small number in double precision.
    """
    return (want == 0) & (np.abs(got) > (1e-300 if within <= _TOLERANCE["float64"] else 1e-40))


def equal(got: np.ndarray, want: np.ndarray, within: float = _TOLERANCE["float64"], at_least: float = 0.0) -> bool:
    """Same shape and same numbers."""
    if got.shape != want.shape:
        return False
    if bool((got == want).all()):            # an operator: a learner may have given NumPy's names to others
        return True
    pieces = [(got.ravel()[n : n + _PIECE], want.ravel()[n : n + _PIECE]) for n in range(0, want.size, _PIECE)]
    if len(pieces) > 1:                      # millions of numbers, of a row that met a column
        at_least = max(at_least, *(float(np.abs(w[np.isfinite(w)]).max(initial=0.0)) for _, w in pieces))
    return not any(differs(g, w, within, at_least).any() for g, w in pieces)
