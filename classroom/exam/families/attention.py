"""Masked attention: what True means, the scale, the base, empty rows, a sink, what is returned first."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch


def _solve(q, k, v, mask, *, true, scale, base, empty, sink, order, time, over=-1, late_mask=False, unmasked=False,
           shifted=False):
    """All of q, k, v (T, T), mask (T, T) -> output and weights, each (T, T)."""
    if time == "columns":
        q, k, v = q.T, k.T, v.T
    d_k = q.shape[-1]
    scores = q @ k.T * {"root": d_k ** -0.5, "width": 1 / d_k, "none": 1.0, "half": 0.5}[scale]
    if base == "two":
        scores = scores * np.log(2)                             # 2^s = e^(s ln 2)
    may = mask if true == "may" else ~mask
    if unmasked:
        may = np.ones_like(mask)
    if shifted:                                                 # no difference, but to a 1 that is added afterwards
        top = np.where(may, scores, -np.inf).max(axis=-1, keepdims=True)
        scores = scores - np.where(np.isfinite(top), top, 0)
    powers = np.exp(scores) if late_mask else np.where(may, np.exp(scores), 0)
    total = powers.sum(axis=over, keepdims=True) + (sink == "one")
    weights = np.where(may, powers / np.where(total == 0, 1, total), 0)
    if empty == "all":
        weights = np.where(may.any(axis=-1, keepdims=True), weights, 1 / len(k))
    output = weights @ v
    if time == "columns":
        output = output.T
    return (output, weights) if order == "output" else (weights, output)


def _cases(rng):
    """As many positions as numbers in a vector, so that every variant can be asked the same."""
    for about, size, scale in (("four of everything", 4, 1.0), ("six of everything", 6, 0.7), ("large scores", 5, 1.5)):
        mask = rng.random((size, size)) < 0.6
        mask[0], mask[-1] = False, True                        # whatever True means, one row has nothing
        yield Case(about, q=scale * rng.normal(size=(size, size)), k=scale * rng.normal(size=(size, size)),
                   v=rng.normal(size=(size, size)), mask=mask)


FAMILY = Family(
    key="attention", title="Masked attention", lesson=2, name="masked_attention",
    call="masked_attention(q, k, v, mask)",
    text="Write `masked_attention(q, k, v, mask)` with NumPy. It takes the scores of queries and keys, makes weights "
         "of them with a softmax over the keys, and mixes the values with these weights. `mask` is boolean, with a "
         "row for each query and a column for each key; a key that is hidden from a query gets the weight 0. In the "
         "tests there are as many positions as numbers in a vector: q, k, v and mask are all (T, T), and T is d_k.",
    takes={"q": "T T", "k": "T T", "v": "T T", "mask": "T T"}, gives={"output": "T T", "weights": "T T"},
    ordered=lambda gives, variant: dict(reversed(gives.items())) if variant["order"] == "weights" else gives,
    switches=(
        Switch("true", {"may": "`True` in the mask means that the query may attend to the key.",
                        "hidden": "`True` in the mask means that the key is hidden from the query."}),
        Switch("scale", {"root": "Scores are divided by √d_k before the softmax.",
                         "width": "Scores are divided by d_k, not by its root, before the softmax.",
                         "none": "Scores go into the softmax as they are, without any scale.",
                         "half": "Scores are multiplied by 0.5 before the softmax, whatever d_k is."}),
        Switch("base", {"e": "The softmax takes powers of e, as usual.",
                        "two": "The softmax takes powers of 2 instead of powers of e."}),
        Switch("empty", {"zero": "A query that may attend to nothing has the weight 0 for every key.",
                         "all": "A query that may attend to nothing has the same weight for every key, and these sum "
                                "to 1."}),
        Switch("sink", {"none": "The weights of a query that may attend to something sum to 1.",
                        "one": "The weights of a query that may attend to something sum to less than 1: the softmax "
                               "divides by 1 plus the sum of the powers."}),
        Switch("order", {"output": "Return `(output, weights)`.", "weights": "Return `(weights, output)`."}),
        Switch("time", {"rows": "Each row of q, k, v and of the output is a position.",
                        "columns": "Each column of q, k, v and of the output is a position. The weights still have a "
                                   "row for each query."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(
        Mistake("softmax-over-queries", {"over": 0}, "Your `masked_attention` takes the softmax over the queries."),
        Mistake("mask-after-softmax", {"late_mask": True},
                "Your `masked_attention` lays the mask over the weights after the softmax, so that they no longer sum "
                "to what they should."),
        Mistake("mask-ignored", {"unmasked": True}, "Your `masked_attention` does not use the mask."),
        Mistake("one-added-after-the-shift", {"shifted": True},
                "Your `masked_attention` subtracts the largest score before it takes powers, and adds 1 to the sum "
                "afterwards. Then the 1 is too large or too small beside them."),
    ))
