"""A positional encoding to slide through: one position, one dimension, and how alike positions are."""
from collections.abc import Callable, Sequence

import numpy as np
import traitlets

from course._words import say
from course.views._matrix import as_matrix
from course.views.base import Table, View, rounded, weights_table

__all__ = ["Waves", "positions"]


class Waves(View):
    """Sliders for the position, the dimension and d_model; the encoding, one wave and the similarities follow."""

    position = traitlets.Int(0).tag(sync=True)
    dimension = traitlets.Int(0).tag(sync=True)
    size = traitlets.Int(1, help="index into the values of d_model").tag(sync=True)
    script = "waves"
    height = 640

    def tables(self) -> list[Table]:
        encoding = np.array(self.data["encodings"][self.size], dtype=float)
        places = [str(t) for t in range(len(encoding))]
        d_model = self.data["sizes"][self.size]
        return [weights_table(say("Encoding, d_model = {d_model}", d_model=d_model), encoding, places,
                              [str(c) for c in range(d_model)]),
                weights_table(say("Dot products of positions"), encoding @ encoding.T, places, places)]


def positions(encoding: Callable, length: int = 24, sizes: Sequence[int] = (4, 8, 16, 32, 64),
              predict: bool = False) -> Waves:
    """Slide through a positional encoding: positions, dimensions, and the similarity of positions.

    Args:
        encoding: your function `encoding(max_len, d_model)` -> (max_len, d_model), called once for each size.
        length: how many positions, 2 to 40.
        sizes: the values of d_model to choose from.
        predict: hide the similarities until the learner has guessed the largest.

    Raises:
        ValueError: if length or sizes are not in these limits, or what `encoding` returns has another shape.
            An error inside `encoding` is passed on.
    """
    if not 2 <= length <= 40 or not sizes:
        raise ValueError(say("length must be between 2 and 40, and sizes not empty; got {length} and {list}",
                             length=length, list=list(sizes)))
    found = []
    for d_model in sizes:
        matrix = as_matrix(encoding(length, d_model), say("the encoding"))
        if matrix.shape != (length, d_model):
            raise ValueError(say("encoding({length}, {d_model}) must have the shape {what}, but it is {shape}",
                                 length=length, d_model=d_model, what=(length, d_model), shape=matrix.shape))
        found.append(rounded(matrix, 3))
    return Waves(label=say("Positions as vectors: slide through positions and dimensions."), predict=predict,
                 data={"sizes": list(sizes), "length": length, "encodings": found}, size=min(1, len(sizes) - 1))
