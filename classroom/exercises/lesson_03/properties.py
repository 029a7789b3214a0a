"""Lesson 03: what holds of self-attention and of cross-attention beyond their values."""
import numpy as np

from classroom.exercises import closed
from classroom.judge.evidence import number
from classroom.judge.exercise import Property
from course._words import say


def of(*inputs):
    """The properties of a layer with these inputs: "x", or "x" and "memory"."""
    return [_has_bias(*inputs), closed.of_projections(memory="memory" in inputs), _masked_while_it_learns(*inputs),
            _learns(*inputs), _can_begin(*inputs)]


def _has_bias(*inputs):
    """A property: no layer accepts a bias."""
    def broken(ask) -> str | None:
        rng = np.random.default_rng(0)
        vectors = {name: rng.normal(size=(2, 3, 5)).astype("float32") for name in inputs}
        for name, size in (("w_q", 4), ("w_k", 4), ("w_v", 2)):
            bias = np.zeros(size, dtype="float32")
            if ask(d_model=5, d_k=4, d_v=2, weights={f"{name}.bias": bias}, **vectors).returned:
                return say("Your `{name}` has a bias.", name=name)
        return None
    return Property("has-bias", broken, "The projections of this lesson are matrices and nothing else, so that they "
                    "can be compared with products on paper.", "`nn.Linear` adds a bias unless it is told not to.")


_FORBIDDEN = np.array([[False, False, True, True], [True, False, False, True]])


def _masked_while_it_learns(*inputs):
    """A property: the mask closes in training mode, too. (Dropout may be on there, so that no numbers are compared.)"""
    def broken(ask) -> str | None:
        x = np.where(_FORBIDDEN, 1e6, 1.0)[..., None]
        weights = {"w_q.weight": np.zeros((2, 1)), "w_k.weight": np.zeros((2, 1)), "w_v.weight": np.ones((1, 1))}
        seen = ask(d_model=1, d_k=2, d_v=1, training=True, weights=weights, mask=~_FORBIDDEN[:, None],
                   **dict.fromkeys(inputs, x))
        if not seen.returned:
            return say("In training mode, after `.train()`, your layer does not return two tensors as it does in "
                       "evaluation mode.")
        largest = float(np.abs(seen.values["output"]).max(initial=0.0))
        if not largest > 1e4:
            return None
        return say("In evaluation mode all your numbers are right. In training mode, after `.train()`, the mask does "
                   "not close: two words are allowed, and their values are 1; two are forbidden, and their values "
                   "are a million; and your output goes up to {largest}.", largest=number(largest))
    return Property("mask-off-in-training", broken, "A layer learns in training mode. If the mask is off there, it "
                    "learns to read what it must not see.", "What does your `forward` do with `self.training`?")


def _learns(*inputs):
    """A property: in training mode, too, gradients reach all that they should."""
    def broken(ask) -> str | None:
        rng = np.random.default_rng(0)
        sizes = {"w_q.weight": (6, 8), "w_k.weight": (6, 8), "w_v.weight": (5, 8)}
        found = ask.pull(d_model=8, d_k=6, d_v=5, training=True,
                         weights={name: rng.normal(size=size) / 3 for name, size in sizes.items()},
                         **{name: rng.normal(size=(3, 6, 8)) for name in inputs})
        cut = next((name for name in (*sizes, *inputs) if found is not None and (
            found.get(name) is None or not np.abs(found[name]).max() > 1e-9)), None)
        if cut is None:
            return None
        return say("In evaluation mode all gradients are right. In training mode, after `.train()`, none reaches "
                   "`{name}`.", name=cut)
    return Property("gradient-cut-in-training", broken, "A layer learns in training mode, by these gradients.",
                    "What does your `forward` do with `self.training`?")


def _can_begin(*inputs):
    """A property: queries and keys are not both 0 as they are drawn."""
    def broken(ask) -> str | None:
        rng = np.random.default_rng(0)
        vectors = {name: rng.normal(size=(2, 3, 5)).astype("float32") for name in inputs}
        for given in ("w_q", "w_k"):
            weights = {f"{given}.weight": rng.normal(size=(4, 5)).astype("float32")}
            seen = ask(d_model=5, d_k=4, d_v=2, weights=weights, **vectors)
            if not seen.returned or float(np.ptp(seen.values["weights"])) > 1e-6:
                return None
        return say("In a new layer of yours `w_q` and `w_k` are both 0.")
    return Property("never-learns", broken, "The gradient of each is computed with the other: it is 0 as well, and "
                    "stays 0. Such a layer never learns where to look.",
                    "`nn.Linear` draws its weights at random. Which of your lines changes them?")
