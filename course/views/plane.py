"""A query and its keys as arrows in the plane, to be dragged."""
from collections.abc import Callable, Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course._words import say
from course.views._matrix import as_matrix
from course.views.base import Table, View, rounded, tokens
from course.views.stages import stages
from course.views.stepper import run

__all__ = ["Plane", "drag"]

_EDGE = 4.0            # the plane shows −4 to 4


class Plane(View):
    """A query and keys to drag in one plane; dot products, weights and the mixed value, in a second one, follow."""

    query: traitlets.List = traitlets.List(help="[x, y]").tag(sync=True)
    places: traitlets.List = traitlets.List(help="[[x, y], ...], a key for each word").tag(sync=True)
    scale = traitlets.Bool(True, help="divide by √2").tag(sync=True)
    yours = traitlets.Dict(help="weights, output and verdict of the learner's function, for these vectors").tag(
        sync=True)
    script = "plane"
    height = 640

    def __init__(self, attention: Callable | None = None, **traits):
        super().__init__(**traits)
        self._attention = attention
        self.observe(self._ask, ["query", "places"])
        self._ask()

    def _ask(self, _change=None) -> None:
        if self._attention is not None:
            arrays = [np.array(values, dtype=float) for values in ([self.query], self.places, self.data["values"])]
            found, seen = run(self._attention, arrays, None, arrays, None)
            self.yours = {"query": self.query, "places": self.places, "departs": seen.stage, "text": seen.text,
                          "weights": None if found is None else rounded(found[1][0]),
                          "output": None if found is None else rounded(found[0][0])}

    def tables(self) -> list[Table]:
        keys, values = np.array(self.places, dtype=float), np.array(self.data["values"], dtype=float)
        steps = stages(np.array([self.query], dtype=float), keys, values)
        rows = [[word, f"{key[0]:g}, {key[1]:g}", f"{score:.2f}", f"{weight:.2f}"] for word, key, score, weight in
                zip(self.data["words"], keys, steps["scores"][0], steps["softmax"][0], strict=True)]
        x, y = steps["mix"][0]
        return [Table(say("Query {query:g}, {query2:g}; the mixed value is {x:.2f}, {y:.2f}", query=self.query[0],
                          query2=self.query[1], x=x, y=y),
                      [[say("word"), say("key"), say("dot product"), say("weight")], *rows])]


def drag(
    query: ArrayLike, keys: ArrayLike, values: ArrayLike, words: Sequence | None = None,
    attention: Callable | None = None, predict: bool = False,
) -> Plane:
    """Drag a query and its keys, and see what attention makes of them.

    Args:
        query: (2,) between −4 and 4.
        keys: (T_k, 2).
        values: (T_k, 2), drawn in a plane of their own; what the query gets lies among them.
        words: labels for the keys.
        attention: your function `attention(q, k, v)` -> (output, weights), asked at every step while there is a kernel.
        predict: hide the weights until the learner has guessed the largest.

    Raises:
        ValueError: if a vector has not two numbers, if their numbers differ, or if one lies outside the plane.
    """
    query, keys, values = as_matrix(query, "query", 1), as_matrix(keys, "keys"), as_matrix(values, "values")
    for name, array in (("query", query[None]), ("keys", keys), ("values", values)):
        if array.shape[1] != 2:
            raise ValueError(say("{name} must be vectors of 2 numbers, not {shape}: they are drawn in a plane",
                                 name=name, shape=array.shape[1]))
        if not np.abs(array).max() <= _EDGE:
            raise ValueError(say("{name} must lie between −4 and 4", name=name))
    if len(keys) != len(values):
        raise ValueError(say("there are {keys} keys and {values} values; each key needs one", keys=len(keys),
                             values=len(values)))
    return Plane(
        attention, label=say("Drag the query q and the keys: dot products, weights and the mixed value follow."),
        data={"words": tokens(words, len(keys), say("keys")), "values": rounded(values)},
        query=rounded(query), places=rounded(keys), predict=predict,
    )
