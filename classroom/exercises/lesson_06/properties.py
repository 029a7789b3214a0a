"""Lesson 06: what must hold of a new layer, one that has not been given any weights."""
import numpy as np

from classroom.judge.evidence import number
from classroom.judge.exercise import Property
from course._words import say


def in_float32(**sizes) -> Property:
    """For a class with a d_model of 4. `sizes` are the other arguments of its constructor."""
    def broken(ask) -> str | None:
        x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
        seen = ask(**sizes, d_model=4, x=x)
        if seen.error:
            return say("With given weights your numbers are right. But a new module of your class stops at an `x` in "
                       "float32: {kind}: {text}", kind=seen.error.kind, text=seen.error.text)
        if not seen.returned or seen.dtypes["y"] == "float32":
            return None
        return say("With given weights your numbers are right. But for an `x` in float32, a new module of your class "
                   "returns {dtype}.", dtype=seen.dtypes["y"])
    return Property("parameters-not-float32", broken, "The other parts of a model have float32, PyTorch's usual dtype, "
                    "and PyTorch multiplies no matrices of two dtypes.", "In which dtype are your parameters made? "
                    "`torch.from_numpy` keeps NumPy's, which is float64.")


def _normalises(ask) -> str | None:
    x = np.random.default_rng(0).normal(size=(2, 3, 5)).astype("float32")
    seen = ask(d_model=5, x=x)
    want = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    if seen.returned and seen.values["y"].shape == x.shape and np.allclose(seen.values["y"], want, atol=1e-4):
        return None
    return say("With given weights your numbers are right, but not with the ones your layer starts from.")


def _far_from_zero(ask) -> str | None:
    """Both are asked, since the one shows how much is lost and the other what may come of it."""
    rng = np.random.default_rng(0)
    x = (1000 + rng.normal(size=(2, 6))).astype("float32")
    alike = rng.uniform(300, 400, size=(200, 1)).astype("float32").repeat(6, axis=1)
    seen, of_alike = ask(d_model=6, x=x), ask(d_model=6, x=alike)
    if not seen.returned or not of_alike.returned or seen.values["y"].shape != x.shape:
        return None
    exact = x.astype("float64")
    want = (exact - exact.mean(-1, keepdims=True)) / np.sqrt(exact.var(-1, keepdims=True) + 1e-5)
    n = int((~np.isfinite(of_alike.values["y"])).any(-1).sum())
    got = seen.values["y"]
    if not n and np.allclose(got, want, atol=0.01):
        return None
    at = np.unravel_index(np.argmax(np.abs(np.nan_to_num(got, nan=1e9) - want)), want.shape)
    found = say("Far from 0, digits are lost. For float32 numbers around 1000 your new layer gives {got} where {want} "
                "is right.", got=number(got[at]), want=number(want[at]))
    return say("{found} Of 200 vectors of equal numbers, between 300 and 400, {n} come out as NaN.", found=found,
               n=n) if n else found


NORM = [
    Property("wrong-initial-values", _normalises, "A new layer should only normalise: it scales by 1 and shifts by 0.",
             "What do `weight` and `bias` hold at the start?"),
    in_float32(),
    Property("digits-lost-far-from-0", _far_from_zero, "float32 has about seven digits. That is enough for numbers "
             "around 1000, but not for a variance of 1 among their squares, which are around 1,000,000. What is left "
             "of it can even be negative, and has no root.", "What do you square, x or x − mean?"),
]
