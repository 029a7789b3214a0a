"""From what an attention function returned to the first of its stages that departs from the reference."""
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course._words import say

__all__ = ["STAGES", "Departure", "departure", "stages"]

STAGES = ("scores", "scale", "mask", "softmax", "mix")


class Departure(NamedTuple):
    """Where an answer leaves the reference.

    Attributes:
        stage: one of `STAGES`; "weights" if it lies before the mix, but the numbers do not tell where; "" if the
            answer agrees.
        text: what was seen, in a sentence or two.
    """

    stage: str
    text: str


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Shares along `axis` of scores in which −∞ is closed; zeros where everything is closed."""
    top = z.max(axis, keepdims=True)
    powers = np.exp(z - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis, keepdims=True)
    return powers / np.where(total > 0, total, 1.0)


def stages(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The five results of attention on q (T_q, d_k), k (T_k, d_k), v (T_k, d_v), by stage; mask True = may attend."""
    scores = q @ k.T
    scaled = scores / np.sqrt(q.shape[-1])
    masked = scaled if mask is None else np.where(mask, scaled, -np.inf)
    weights = softmax(masked)
    return {"scores": scores, "scale": scaled, "mask": masked, "softmax": weights, "mix": weights @ v}


@np.errstate(all="ignore")          # an answer may hold NaN or infinite numbers
def departure(
    output: np.ndarray, weights: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray,
    mask: np.ndarray | None = None,
) -> Departure:
    """The first stage at which (output, weights) leave the reference, as far as these numbers show it.

    Only the weights and the output are known. Scores, scale, mask and softmax are told apart by
    what the weights would be if one of them were done otherwise, and by the ratios within a row,
    which show what the scores were multiplied by.
    """
    steps = stages(q, k, v, mask)
    if weights.shape != steps["softmax"].shape:
        return Departure("weights", say("Your weights have the shape {shape}, not {shape2}.", shape=weights.shape,
                                        shape2=steps['softmax'].shape))
    if output.shape != steps["mix"].shape:
        return Departure("mix", say("Your output has the shape {shape}, not {shape2}.", shape=output.shape,
                                    shape2=steps['mix'].shape))
    if _same(weights, steps["softmax"]):
        if _same(output, steps["mix"]):
            return Departure("", say("On these numbers, your function agrees with the reference at every stage."))
        return _mix(output, weights, q, k, v)
    if _same(output, steps["mix"]):
        what = next((what for what, values in ((say("They are the scores."), steps["scores"]),
                                               (say("They are the scores, divided by √d_k."), steps["scale"]),
                                               (say("They are the scores after the mask."), steps["mask"]))
                     if _same(weights, values)), _sum_of_a_row(weights, np.ones(weights.shape, bool) if mask is None
                                                               else mask))
        return Departure("softmax", say("Your output is right. But what your function returns as the weights is not "
                                        "what the values were mixed with. {what}", what=what).rstrip())
    for stage, text, candidate in _suspects(steps, q, v, mask):
        if candidate.shape == weights.shape and _same(weights, candidate):
            return Departure(stage, text)
    return _by_ratios(weights, steps["scores"], q.shape[-1], mask)


def _suspects(steps, q, v, mask) -> Iterator[tuple[str, str, np.ndarray]]:
    """(stage, what it means, the weights that follow from it), earliest stage first."""
    d_k, d_v = q.shape[-1], v.shape[-1]
    scores, scaled, masked, right = (steps[name] for name in STAGES[:4])
    closed = np.zeros_like(scaled, dtype=bool) if mask is None else ~mask

    def close(z):
        return np.where(closed, -np.inf, z)

    yield "scores", say("Your weights are those of the scores turned over: keys times queries."), \
        softmax(close(scaled.T)) \
        if scaled.shape[0] == scaled.shape[1] else np.empty(0)
    yield "scale", say("Your weights are exactly what comes out when the scores are not divided by √d_k."), \
        softmax(close(scores))
    yield "scale", say("Your weights are what comes out when the division by √d_k comes after the softmax."), \
        softmax(close(scores)) / np.sqrt(d_k)
    for divisor, name in ((d_k, say("d_k, without the root")), (1 / np.sqrt(d_k), say("1/√d_k: multiplied by √d_k")),
                          (np.sqrt(d_v), "√d_v"), (np.sqrt(scores.shape[1]), "√T_k")):
        if abs(divisor - np.sqrt(d_k)) > 1e-9:
            yield "scale", say("Your weights are what comes out when the scores are divided by {name}.", name=name), \
                softmax(close(scores / divisor))
    if mask is not None:
        yield "mask", say("Your weights are those without the mask."), softmax(scaled)
        yield "mask", say("Your weights are those of the mask the wrong way round: closed where it is True."), \
            softmax(np.where(mask, -np.inf, scaled))
        yield "mask", say("The closed weights were set to 0 after the softmax, so the rows no longer add up to 1."), \
            np.where(mask, softmax(scaled), 0.0)
        if mask.shape[0] == mask.shape[1]:
            yield "mask", say("Your weights are those of the mask turned over: rows for columns."), \
                softmax(np.where(mask.T, scaled, -np.inf))
        yield "mask", say("Closed scores were set to 0 instead of −∞, and e⁰ = 1 is still a share."), \
            softmax(np.where(mask, scaled, 0.0))
        empty = closed.all(-1, keepdims=True)
        yield "mask", say("A query that may attend to nothing shares out all the same: closed scores were large "
                          "negative numbers, equal ones in this row."), np.where(empty, 1 / scaled.shape[1], right)
        yield "mask", say("A query that may attend to nothing shares out all the same."), \
            np.where(empty, softmax(scaled), right)
        yield "softmax", say("A query that may attend to nothing gets NaN: its softmax is 0 divided by 0."), \
            np.where(empty, np.nan, right)
    yield "softmax", say("Your weights are a softmax over the queries: the columns add up to 1, not the rows."), \
        softmax(masked, 0)
    yield "softmax", say("Your weights are a softmax over all cells at once."), softmax(masked.reshape(-1)).reshape(
        masked.shape)
    yield "softmax", say("Your weights are the scores themselves: there was no softmax."), masked
    yield "softmax", say("Your weights are e to the score, not yet divided by their sum."), np.exp(masked)


def _by_ratios(weights, scores, d_k, mask) -> Departure:
    """What the ratios of the weights within rows show; the logarithm of a ratio is a difference of scores."""
    opened = np.ones(scores.shape, dtype=bool) if mask is None else mask
    if not np.isfinite(weights).all():
        bad = (~np.isfinite(weights)).sum()
        if mask is None:
            return Departure("weights", say("{sum} of your weights are not numbers. Whether the scores, the scale or "
                                            "the softmax is to blame, the weights do not show.", sum=bad))
        return Departure("weights", say("{sum} of your weights are not numbers. Whether the scores, the scale, the "
                                        "mask or the softmax is to blame, the weights do not show.", sum=bad))
    found: tuple[list, list] = [], []
    for s_row, w_row, open_row in zip(scores, weights, opened, strict=True):
        use = open_row & (w_row > 1e-5)
        if use.sum() > 1:
            found[0].append(s_row[use] - s_row[use].mean())
            found[1].append(np.log(w_row[use]) - np.log(w_row[use]).mean())
    x, y = (np.concatenate([*parts, [0.0]]) for parts in found)
    if (x @ x) > 1e-9:
        factor = (x @ y) / (x @ x)
        if np.abs(y - factor * x).max() < 1e-3 and abs(factor * np.sqrt(d_k) - 1) > 1e-3:
            return Departure("scale", say("Your weights are those of scores multiplied by {factor:.3g}; 1/√d_k = "
                                          "{sqrt:.3g}.", factor=factor, sqrt=1 / np.sqrt(d_k)))
    if (np.abs(weights[~opened]) > 1e-9).any():
        return Departure("mask", say("Places that the mask closes have a weight."))
    if told := _sum_of_a_row(weights, opened):
        return Departure("softmax", told)
    if mask is None:
        return Departure("weights", say("Your weights are shares, but they are shares of other scores. Whether the "
                                        "scores or their scale went wrong, the weights alone do not show."))
    return Departure("weights", say("Your weights are shares and keep to the mask, but they are shares of other "
                                    "scores. Whether the scores or their scale went wrong, the weights alone do not "
                                    "show."))


def _sum_of_a_row(weights, opened) -> str:
    """What is wrong with the sum of a row that is not empty; else empty."""
    sums = weights.sum(-1)[opened.any(-1)]
    if np.abs(sums - 1).max(initial=0) <= 1e-4:
        return ""
    return say("A row of your weights adds up to {sums:.3g}; a row of shares adds up to 1.",
               sums=sums[np.abs(sums - 1).argmax()])


def _mix(output, weights, q, k, v) -> Departure:
    guesses = [(say("the keys were mixed instead of the values"), weights, k),
               (say("the queries were mixed"), weights, q),
               (say("the weights were turned over"), weights.T, v)]
    for text, left, right in guesses:
        if left.shape[1] == right.shape[0] and left.shape[0] == len(output) and right.shape[1] == output.shape[1] \
                and _same(output, left @ right):
            return Departure("mix", say("Your weights agree, your output does not: {text_}.", text_=text))
    return Departure("mix", say("Your weights agree with the reference, your output does not."))


def _same(a, b) -> bool:
    return np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)
