"""A mask to click: which key may be seen by which query, and what is left of the weights."""
from collections.abc import Callable, Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course._words import listed, say
from course.views._matrix import as_mask, as_matrix
from course.views.base import Table, View, rounded, tokens, weights_table
from course.views.stages import stages
from course.views.stepper import run

__all__ = ["Masking", "masks"]


class Masking(View):
    """A mask and the weights under it, side by side; a cell of the mask opens and closes, the rows renormalise."""

    mask: traitlets.List = traitlets.List(help="T_q rows of T_k booleans, True = may attend").tag(sync=True)
    yours = traitlets.Dict(help="weights and verdict of the learner's function under that mask").tag(sync=True)
    script = "masking"
    height = 480

    def __init__(self, attention: Callable | None = None, inputs: tuple = (), **traits):
        super().__init__(**traits)
        self._attention, self._inputs = attention, inputs
        self.observe(self._ask, "mask")
        self._ask()

    def _ask(self, _change=None) -> None:
        if self._attention is None:
            return
        allowed = np.array(self.mask, dtype=bool)
        mask = allowed
        if hasattr(self._inputs[0], "new_tensor"):
            mask = self._inputs[0].new_tensor(allowed).bool()
        arrays = [as_matrix(values, "inputs") for values in self._inputs]
        found, seen = run(self._attention, self._inputs, mask, arrays, allowed)
        self.yours = {"mask": self.mask, "departs": seen.stage, "text": seen.text,
                      "weights": None if found is None else rounded(found[1])}

    def tables(self) -> list[Table]:
        scores, mask = np.array(self.data["scores"], dtype=float), np.array(self.mask, dtype=bool)
        words = self.data["queries"], self.data["keys"]
        opened = [[query, *(say("open") if cell else say("closed") for cell in row)]
                  for query, row in zip(words[0], self.mask, strict=True)]
        weights = stages(scores, np.eye(len(words[1])) * np.sqrt(len(words[1])), np.eye(len(words[1])), mask)["softmax"]
        return [Table(say("Mask"), [["", *words[1]], *opened]), weights_table(say("Weights under it"), weights, *words)]


def masks(
    q: ArrayLike, k: ArrayLike, v: ArrayLike, queries: Sequence | None = None, keys: Sequence | None = None,
    mask: ArrayLike | None = None, pad: Sequence[int] = (), attention: Callable | None = None, predict: bool = False,
) -> Masking:
    """Click the cells of a mask, and see the weights of each row share out what is left.

    Args:
        q, k, v: (T_q, d_k), (T_k, d_k), (T_k, d_v), arrays or tensors; the scores are q·kᵀ/√d_k.
        queries, keys: labels.
        mask: to begin with, boolean, True = may attend, broadcasts to (T_q, T_k); by default all is open.
        pad: the keys that the preset "padding" closes.
        attention: your function `attention(q, k, v, mask)` -> (output, weights), asked at every click while there
            is a kernel.
        predict: hide the weights until the learner has guessed the largest.

    Raises:
        ValueError: if the shapes do not fit together, or `pad` names a key that is not there.
    """
    arrays = [as_matrix(values, name) for values, name in ((q, "q"), (k, "k"), (v, "v"))]
    if arrays[0].shape[1] != arrays[1].shape[1] or len(arrays[1]) != len(arrays[2]):
        raise ValueError(say("q (T_q, d_k), k (T_k, d_k) and v (T_k, d_v) do not fit together: their shapes are "
                             "{shapes}", shapes=listed(str(array.shape) for array in arrays)))
    shape = len(arrays[0]), len(arrays[1])
    if outside := [n for n in pad if not 0 <= n < shape[1]]:
        raise ValueError(say("pad names key {outside}, but there are {shape}, counted from 0", outside=outside[0],
                             shape=shape[1]))
    allowed = as_mask(mask, shape)
    if allowed is None:
        allowed = np.ones(shape, dtype=bool)
    return Masking(
        attention, (q, k, v), label=say("A mask to click: what is closed gets no share, and the others share more."),
        data={"queries": tokens(queries, shape[0], say("queries (rows)")),
              "keys": tokens(keys, shape[1], say("keys (columns)")),
              "scores": rounded(stages(*arrays)["scale"]), "pad": list(pad)},
        mask=allowed.tolist(), predict=predict,
    )
