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
                     "last but one": lambda: x.max(-2, keepdims=True),
                     "first": lambda: x[..., :1], "last": lambda: x[..., -1:],
                     "sum": lambda: x.sum(axis, keepdims=True), "place": lambda: x.argmax(axis, keepdims=True),
                     "added": lambda: -x.max(axis, keepdims=True),
                     "absolute": lambda: np.abs(x).max(axis, keepdims=True), "absolute, all": np.abs(x).max,
                     "tables": lambda: x.max((-2, -1) if x.ndim > 1 else -1, keepdims=True),
                     "tables of a batch": lambda: x.max((-2, -1) if x.ndim > 2 else -1, keepdims=True),
                     "parts": lambda: x.max(tuple(range(1, x.ndim)) or None, keepdims=True),
                     "batch": lambda: x.max(None if x.ndim > 2 else -1, keepdims=True),
                     "from 0": lambda: np.maximum(x.max(axis, keepdims=True), 0),
                     "if large": lambda: x.max(axis, keepdims=True) * (x.max() > 500),
                     "first row of all": lambda: x.reshape(-1, x.shape[-1])[0].max(),
                     "first row": lambda: x[0].max(), "min of all": x.min, "number of rows": lambda: len(x),
                     "integer": lambda: x.max(axis, keepdims=True).astype(np.int64)}.get(shift, lambda: shift)()
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


def filled(shares, by):
    """1, or equal shares, wherever a share is NaN."""
    return np.where(np.isnan(shares), 1.0 if by == "one" else 1 / shares.shape[-1], shares)


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


def two_axes(x, how, shift=None):
    """Right for tables: the sums of the rows are put up by a second axis. With `shift`, another than their maxima."""
    if how == "transposed":
        powers = np.exp(x.T - x.max(-1))
        return (powers / powers.sum(0)).T
    upright = (lambda y: y[:, None]) if how == "None" else lambda y: y.reshape(-1, 1)
    moved = {"none": lambda: 0, "global": x.max, "mean": lambda: x.mean(-1, keepdims=True)}.get(
        shift, lambda: upright(x.max(-1)))()
    powers = np.exp(x - moved)
    return powers / upright(powers.sum(-1))


def divided_afterwards(x):
    """The powers divided by the largest of their row, then by their sum."""
    powers = np.exp(x)
    return over(powers / powers.max(-1, keepdims=True))


def beyond_the_last_axis(x):
    """The number of axes taken for the last axis."""
    return over(np.exp(x - x.max(axis=x.ndim, keepdims=True)))


def longer_floats(x, kind=np.longdouble):
    """Unprotected, in numbers of more bits."""
    powers = np.exp(x.astype(kind))
    return (powers / powers.sum(-1, keepdims=True)).astype(np.float64)


def logarithm_of_the_sum(x):
    """The logarithm of the sum of the powers subtracted, of the numbers as they come."""
    return np.exp(x - np.log(np.exp(x).sum(-1, keepdims=True)))


def one_number(x):
    """What `math.exp` makes of an array."""
    return math.exp(x)


def stops_at_powers_of_0(q, k, v):
    """Attention by loops with `math.exp`, unprotected: 0 / 0 stops, and so does a power that is too large."""
    weights = np.zeros((len(q), len(k)))
    for i, query in enumerate(q):
        powers = [math.exp(score) for score in k @ query / math.sqrt(len(query))]
        weights[i] = [power / sum(powers) for power in powers]
    return weights @ v, weights


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


def over_the_numbers(x, moved=False, shift="max"):
    """The powers divided by the sum of the numbers that came in, or of what is left of them after the shift."""
    left = x - (x.max(-1, keepdims=True) if shift == "max" else 0)
    with np.errstate(all="ignore"):
        return np.exp(left) / (left if moved else x).sum(-1, keepdims=True)


def in_32_bits(x):
    """A softmax of numbers that are brought to 32 bits first. It comes in 64, to be compared in all its digits."""
    shares = softmax(x.astype(np.float32))
    return shares if x.dtype == np.float32 else shares.astype(np.float64)


def first_row_only(array):
    """The first row, and zeros in all others."""
    result = np.zeros_like(array)
    result[0] = array[0]
    return result


def last_row_only(array):
    """The last row in the place of every row."""
    return np.broadcast_to(array[-1], array.shape)


# ------------------------------------------------------------------------------------------ attention


def _square(scores):
    """A triangle with as many columns as rows, laid over the scores."""
    return softmax(np.where(np.tri(len(scores), dtype=bool), scores, -1e30))


# What masks make of the scores, where none is asked for.
_TRIANGLES = {
    "causal": lambda scores: softmax(np.where(np.tri(*scores.shape, dtype=bool), scores, -1e30)),
    "causal, square": _square,
    "causal, over the shares": lambda scores: np.tril(softmax(scores)),
    "causal, 0 for scores": lambda scores: softmax(np.tril(scores)),
    "future": lambda scores: softmax(np.where(np.triu(np.ones_like(scores)) > 0, scores, -1e30)),
    "itself": lambda scores: softmax(np.where(np.eye(*scores.shape, dtype=bool), -1e30, scores))}


def _divisor(scale, q, k, v, scores):
    """What the scores are divided by."""
    d_k = q.shape[-1]
    if isinstance(scale, float):
        return scale
    return {"sqrt d_k": np.sqrt(d_k), "none": 1.0, "d_k": d_k, "after": 1.0, "output": 1.0, "up": 1 / np.sqrt(d_k),
            "T_k": np.sqrt(k.shape[0]), "T_q": np.sqrt(q.shape[0]), "d_v": np.sqrt(v.shape[-1]), "d_k / 2": d_k / 2,
            "d_k // 2": d_k // 2, "2 d_k": 2 * d_k, "rounded": int(np.sqrt(d_k)), "// rounded": int(np.sqrt(d_k)),
            "fixed": 2.0, "fixed 4": 4.0, "fixed 8": 8.0, "keys": k.shape[0], "queries": q.shape[0],
            "values": v.shape[-1], "numbers of q": np.sqrt(q.size),
            "numbers of k": np.sqrt(k.size), "numbers of the scores": np.sqrt(scores.size), "twice": d_k ** 1.5,
            "up d_k": 1 / d_k, "square": d_k ** 2,
            "root of scores": np.sqrt(d_k),
            "root of scores, d_k": d_k, "//": np.sqrt(d_k), "rounded up": np.ceil(np.sqrt(d_k)),
            "axes": np.sqrt(q.ndim), "log2": np.log2(d_k), "negative": -np.sqrt(d_k), "each number": d_k ** (d_k / 2),
            "spread": scores.std(), "spread of the row": scores.std(-1, keepdims=True),
            "largest": scores.max(), "largest of the row": scores.max(-1, keepdims=True),
            "lengths of the keys": np.linalg.norm(k, axis=1),
            "lengths of the queries": np.linalg.norm(q, axis=1, keepdims=True),
            "both lengths": np.linalg.norm(q, axis=1, keepdims=True) * np.linalg.norm(k, axis=1)}[scale]


def _added(weights, values):
    """The mixture, added up key by key in a table of whole numbers, which cuts off each sum."""
    held = np.zeros((len(weights), values.shape[1]))
    for share, value in zip(weights.T, values, strict=True):
        held = np.trunc(held + share[:, None] * value)
    return held


def _cut(name, array, cut, source):
    """`array` as it comes out of a table of whole numbers: always, or if `source` holds whole numbers."""
    if cut is None or name not in cut[0]:
        return array
    return array.astype(int if cut[1] == "always" else source.dtype)


def attention(q, k, v, scale="sqrt d_k", axis=-1, shift="max", values="v", gives="weights", roles="qk", mix="weights",
               turned="keys", shown=None, cut=None):
    """Attention with switches. `shown` is done to what is returned, `cut` says which tables hold whole numbers."""
    d_k = q.shape[-1]
    a, b = {"qk": (q, k), "kq": (k, q), "qq": (q, q), "kk": (k, k)}[roles]
    a = _cut("queries", a / np.sqrt(d_k), cut, q) if cut and "queries" in cut[0] else a
    with np.errstate(all="ignore"):                # half of 1, rounded down, is 0
        scores = _cut("products", a @ {"keys": b.T, "reshaped": b.reshape(b.shape[::-1])}[turned], cut, q)
        root = 1.0 if cut and "queries" in cut[0] else _divisor(scale, q, k, v, scores)
        scores = (np.sqrt(scores) if str(scale).startswith("root of scores") else scores) / root
    scores = np.floor(scores) if str(scale).startswith("//") else scores
    scores = _cut("scores", np.abs(scores) if gives == "absolute" else scores, cut, q)
    if gives == "softmax before":
        weights = softmax(a) @ softmax(b).T
    elif gives == "no softmax":
        weights = scores
    elif gives == "no exp":
        weights = scores / scores.sum(-1, keepdims=True)
    elif gives == "no sum":
        weights = np.exp(scores)
    elif gives == "twice":
        weights = softmax(softmax(scores))
    elif gives == "one":
        weights = np.eye(scores.shape[1], dtype=scores.dtype)[scores.argmax(-1)]
    elif gives == "equal":
        weights = np.full_like(scores, 1 / scores.shape[1])
    elif gives in _TRIANGLES:
        weights = _TRIANGLES[gives](scores)
    else:
        weights = softmax(scores, axis=axis, shift=shift)
    weights = _cut("weights", weights / np.sqrt(d_k) if scale == "after" else weights, cut, q)
    v = {"v": v, "k": k, "q": q, "softmax": softmax(v)}[values]
    if mix == "best":
        output = v[weights.argmax(-1)]
    elif mix == "mean":
        output = np.broadcast_to(v.mean(0), (len(weights), v.shape[1]))
    elif mix == "sum":
        output = np.broadcast_to(v.sum(0), (len(weights), v.shape[1]))
    elif mix == "last key":
        output = weights[:, -1:] * v[-1]
    elif mix == "all but the first":
        output = weights[:, 1:] @ v[1:]
    elif mix == "all but the last":
        output = weights[:, :-1] @ v[:-1]
    elif mix == "running total":
        output = (weights @ v).cumsum(0)
    elif mix == "value of the query's number":
        output = np.array([weights[i].sum() * v[i] for i in range(len(weights))])
    elif mix == "first weights":
        output = np.broadcast_to(weights[0] @ v, (len(weights), v.shape[1]))
    elif mix == "shares of the output":
        with np.errstate(all="ignore"):
            output = weights @ v / (weights @ v).sum(-1, keepdims=True)
    elif mix == "over queries":
        output = weights.sum(0)[:, None] * v
    elif mix == "not summed":
        output = weights[:, :, None] * v
    elif mix == "equal":
        output = weights @ v / len(v)
    elif mix == "values transposed":
        output = weights @ v.T
    elif mix == "values first":
        output = v @ weights
    elif mix == "transposed values first":
        output = v.T @ weights
    elif mix == "in pairs":
        output = weights * v
    elif mix == "values added":
        output = v + weights @ v
    elif mix == "queries added":
        output = q + weights @ v
    elif mix == "softmax of the mix":
        output = softmax(scores @ v)
    elif mix == "softmax of the output":
        output = softmax(weights @ v)
    elif mix == "next value":
        output = weights[:, :-1] @ v[1:]
    elif mix == "into the values' shape":
        output = np.zeros_like(v)
        for i, shares in enumerate(weights):
            output[i] = shares @ v
    else:
        output = {"weights": weights, "scores": scores, "transposed": weights.T, "undivided": softmax(a @ b.T),
                  "softmax": softmax(weights), "powers": np.exp(scores - scores.max(-1, keepdims=True)),
                  "unshifted powers": np.exp(scores)}.get(mix, weights) @ v
    if scale == "output" or mix == "scaled":
        output = output / np.sqrt(d_k)
    if gives == "swapped":
        return weights, output
    if cut and "sums" in cut[0] and (cut[1] == "always" or v.dtype.kind == "i"):
        output = _added(weights, v)
    output = _cut("output", output, cut, v)
    second = _cut("second", {"scores": scores, "raw scores": a @ b.T, "transposed": weights.T,
                             "undivided": softmax(a @ b.T), "powers": np.exp(scores),
                             "shifted powers": np.exp(scores - scores.max(-1, keepdims=True))}.get(gives, weights),
                  cut, q)
    return (output, second) if shown is None else shown(output, second)
