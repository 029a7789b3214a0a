"""Softmax with switches for what learners write instead. Used by the mistakes of lesson 01."""
import math

import numpy as np


def softmax(x, axis=-1, shift="max", keep=True, base=np.e, sign=1, divide="sum", out=None, total="same", first=None,
            after=None, below=0.0):
    """Softmax with switches. `first` is done to the numbers, `after` to the shares; `below` is added under the line."""
    x = sign * x if first is None else first(sign * x)
    axis = tuple(range(1, x.ndim)) if axis == "all but the first" else axis
    if shift == "squares":
        return over((x - x.max(axis, keepdims=keep)) ** 2)
    if shift == "max":
        moved = x - x.max(axis, keepdims=keep)
    else:
        moved = x - {"none": lambda: 0, "global": x.max, "min": lambda: x.min(axis, keepdims=True),
                     "mean": lambda: x.mean(axis, keepdims=True), "column": lambda: x.max(0, keepdims=True),
                     "first": lambda: x[..., :1], "last": lambda: x[..., -1:],
                     "sum": lambda: x.sum(axis, keepdims=True), "place": lambda: x.argmax(axis, keepdims=True),
                     "added": lambda: -x.max(axis, keepdims=True),
                     "absolute": lambda: np.abs(x).max(axis, keepdims=True), "absolute, all": np.abs(x).max}.get(
                         shift, lambda: shift)()
    powers = np.exp(moved) if base == np.e else np.power(float(base), moved)
    if divide == "sum":
        summed = np.exp(x) if total == "of what came in" else powers
        along = {"everything": None, "column": 0}.get(total, axis)
        summed = summed[..., :-1] if total == "without the last" else summed
        powers = powers / (summed.sum(along, keepdims=keep) + below)
    elif divide == "count":
        powers = powers / x.shape[-1]
    elif divide == "largest":
        powers = powers / powers.max(axis, keepdims=True)
    elif divide == "length":
        powers = powers / np.linalg.norm(powers, axis=-1, keepdims=True)
    powers = powers if after is None else after(powers)
    return powers.astype(x.dtype) if out == "like" else powers


def clipped(x, limit, below=True):
    """Softmax of numbers that are clipped first, from below as well or not."""
    return softmax(x.clip(-limit if below else None, limit), shift="none")


def over(numbers):
    """Numbers divided by the sum of their row."""
    return numbers / numbers.sum(-1, keepdims=True)


def unprotected_above(x):
    """Shifted below the line alone."""
    return np.exp(x) / np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)


def shifted_afterwards(x):
    """The largest power subtracted from the powers."""
    powers = np.exp(x)
    return over(powers - powers.max(-1, keepdims=True))


def subtracted_from_the_powers(x):
    """The largest number subtracted from the powers."""
    return over(np.exp(x) - x.max(-1, keepdims=True))


def exp_of_the_sum(x):
    """exp(x) / exp(sum of x)."""
    return np.exp(x - x.sum(-1, keepdims=True))


def two_axes(x, how):
    """Right for tables: the sums of the rows are put up by a second axis."""
    if how == "transposed":
        powers = np.exp(x.T - x.max(-1))
        return (powers / powers.sum(0)).T
    upright = (lambda y: y[:, None]) if how == "None" else lambda y: y.reshape(-1, 1)
    powers = np.exp(x - upright(x.max(-1)))
    return powers / upright(powers.sum(-1))


def divided_afterwards(x):
    """The powers divided by the largest of their row, then by their sum."""
    powers = np.exp(x)
    return over(powers / powers.max(-1, keepdims=True))


def beyond_the_last_axis(x):
    """The number of axes taken for the last axis."""
    return over(np.exp(x - x.max(axis=x.ndim, keepdims=True)))


def longer_floats(x):
    """Unprotected, in numbers of more bits."""
    powers = np.exp(x.astype(np.longdouble))
    return (powers / powers.sum(-1, keepdims=True)).astype(np.float64)


def one_number(x):
    """What `math.exp` makes of an array."""
    return math.exp(x)


def one_row(x):
    """`math.exp` in a loop over the first axis."""
    powers = np.array([math.exp(value) for value in x])
    return powers / powers.sum()


def only_division_loses_axis(x):
    """The sum without `keepdims`."""
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1)


def only_maximum_loses_axis(x):
    """The maximum without `keepdims`."""
    return over(np.exp(x - x.max(-1)))


def shifted_if_large(x, limit, by="whole", where="whole"):
    """Shifted by the maximum `by` "whole" array or "row", `where` the one or the other is above `limit`."""
    largest = {"whole": x.max(), "row": x.max(-1, keepdims=True)}
    return over(np.exp(x - largest[by] * (largest[where] > limit)))


def two_shifts(x, above):
    """By the maximum of the row and by that of the whole array: one above the line, one below."""
    row, whole = np.exp(x - x.max(-1, keepdims=True)), np.exp(x - x.max())
    return row / whole.sum(-1, keepdims=True) if above == "row" else whole / row.sum(-1, keepdims=True)


def number_by_number(x):
    """A softmax of single numbers, by `np.vectorize`."""
    return np.vectorize(lambda value: np.exp(value - value.max()))(x)


def of_torch(x):
    """A softmax as it is written for PyTorch."""
    return x.softmax(dim=-1)


def torch_maximum(x):
    """The same, with PyTorch's maximum, which takes `dim` and `keepdim`."""
    powers = np.exp(x - x.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


def torch_sum(x):
    """The same, with only the sum written for PyTorch."""
    return np.exp(x - x.max(axis=-1, keepdims=True)) / np.exp(x).sum(dim=-1, keepdim=True)
