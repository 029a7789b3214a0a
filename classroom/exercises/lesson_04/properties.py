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


def _named(error) -> str:
    return f"{error.kind}: {error.text}".rstrip(" .:")


OF_LAYERS = [
    Property("shared-between-layers", _shared,
             "A model has several such layers, and each keeps its own numbers. What stands on `self` belongs to one "
             "layer; what stands on the class, or in a name outside of it, is the same for all.",
             "Where does your code store the number of heads?"),
]
