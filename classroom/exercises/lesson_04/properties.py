"""Exercise 4.3: what must hold of a layer beyond single cases. Used by `tasks`."""
import numpy as np

from classroom.ask.outcome import agree
from classroom.judge.exercise import Property
from course._words import say

_D_MODEL, _N_HEADS = 12, 3


def _given() -> dict:
    """A layer with its weights, and what it is called with."""
    rng = np.random.default_rng(4)
    query, key, value = rng.normal(size=(2, 4, _D_MODEL)), *rng.normal(size=(2, 2, 5, _D_MODEL))
    weights = {f"w_{name}.weight": rng.normal(size=(_D_MODEL, _D_MODEL)) / 4 for name in "qkvo"}
    return {"d_model": _D_MODEL, "n_heads": _N_HEADS, "query": query, "key": key, "value": value, "weights": weights}


def _shared(ask) -> str | None:
    alone, after = ask(**_given()), ask(**_given(), beside={"d_model": _D_MODEL, "n_heads": 2})
    if not alone.returned or agree(alone, after):
        return None
    made = {"d_model": _D_MODEL, "n_heads": _N_HEADS, "other": 2}
    if after.error:
        return say("A layer with d_model = {d_model} and n_heads = {n_heads} was made, and after it another one with "
                   "n_heads = {other}. Called then, the first stops with {error}.", **made, error=_named(after.error))
    return say("A layer with d_model = {d_model} and n_heads = {n_heads} was made, and after it another one with "
               "n_heads = {other}. Called then, the first gives something else than without the other.", **made)


def mask_of_two_axes(ask, failed) -> tuple[str, str] | None:
    """Is it right without a mask, and with a mask (B, T_k), and does it stop with (B, 1, T_k) alone?"""
    if "mask" not in failed.case.inputs:
        return None
    mask = np.array([[True, True, True, False, True], [True, False, True, True, False]])
    free, flat, given = ask(**_given()), ask(**_given(), mask=mask), ask(**_given(), mask=mask[:, None])
    if not free.returned or not flat.returned or given.error is None:
        return None
    left = free.values["weights"] * mask[:, None, None]
    wanted, got = left / left.sum(-1, keepdims=True), flat.values["weights"]
    if got.shape != wanted.shape or not np.allclose(got, wanted):
        return None
    return "mask-of-two-axes", say(
        "Without a mask your code runs. With a mask {flat}, one axis less than asked for, your weights were right; "
        "with {given} it stops. So your code is written for masks of two axes. How many axes has `mask` when it comes "
        "in, how many do you add, and how many have the weights?", flat=str(mask.shape), given=str(mask[:, None].shape))


def _named(error) -> str:
    return f"{error.kind}: {error.text}".rstrip(" .:")


OF_LAYERS = [
    Property("shared-between-layers", _shared,
             "A model has several such layers, and each keeps its own numbers. What stands on `self` belongs to one "
             "layer; what stands on the class, or in a name outside of it, is the same for all.",
             "Where does your code store the number of heads?"),
]
