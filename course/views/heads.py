"""Many heads at a glance, one at a size to read: a layer's heads, or all heads of a whole model."""
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course._words import later, say
from course.views.base import Table, View, rounded, tokens, weights_table

__all__ = ["Attention", "Heads", "heads", "layers"]


class Attention(NamedTuple):
    """The weights of one kind of attention, for `layers`.

    Attributes:
        weights: (n_layers, n_heads, T_q, T_k), or a list of (n_heads, T_q, T_k), one for each layer.
        queries, keys: labels.
    """

    weights: Sequence
    queries: Sequence
    keys: Sequence


class Heads(View):
    """Thumbnails of all heads, one head large, and the lines from one query to its keys."""

    kind = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(0).tag(sync=True)
    head = traitlets.Int(0).tag(sync=True)
    query = traitlets.Int(0, help="the row whose lines are drawn").tag(sync=True)
    script = "heads"
    height = 620

    def tables(self) -> list[Table]:
        return [
            weights_table(say("{name}, layer {i}, head {j}", name=kind["name"], i=i, j=j) if len(kind["weights"]) > 1
                          else say("{name}, head {j}", name=kind["name"], j=j), head, kind["queries"], kind["keys"])
            for kind in self.data["kinds"] for i, layer in enumerate(kind["weights"]) for j, head in enumerate(layer)
        ]


def heads(weights: ArrayLike, queries: Sequence | None = None, keys: Sequence | None = None,
          title: str = later("The heads of one attention"), predict: bool = False) -> Heads:
    """The heads of one layer, weights (n_heads, T_q, T_k): thumbnails, one large, lines between tokens.

    Raises:
        ValueError: for another number of axes, labels that do not fit, or weights that are not finite.
    """
    return _view({say("attention"): ([weights], queries, keys)}, title, predict)


def layers(kinds: Mapping[str, Attention], title: str = later("Every head of the model"),
           predict: bool = False) -> Heads:
    """Layer by head, for each kind of attention, `{"encoder": Attention(weights, queries, keys), ...}`.

    Raises:
        ValueError: as `heads`, and if there is no kind or no layer.
    """
    if not kinds:
        raise ValueError(say("there is no attention to show"))
    return _view(kinds, title, predict)


def _view(kinds: Mapping[str, tuple], title: str, predict: bool) -> Heads:
    shown = [_checked(name, *kind) for name, kind in kinds.items()]
    return Heads(label=say("{title}.", title=say(title)), data={"kinds": shown}, predict=predict)


def _checked(name: str, weights, queries, keys) -> dict:
    stacked = [np.asarray(layer.detach().cpu() if hasattr(layer, "detach") else layer, dtype=float)
               for layer in weights]
    if not stacked:
        raise ValueError(say("{name}: there is no layer", name=name))
    for layer in stacked:
        if layer.ndim != 3 or layer.shape != stacked[0].shape or not layer.size:
            raise ValueError(say("{name}: the weights of a layer must be (n_heads, T_q, T_k), the same for all; the "
                                 "shapes are {shape}; take one sentence of a batch", name=name,
                                 shape=[array.shape for array in stacked]))
        if not np.isfinite(layer).all():
            raise ValueError(say("{name}: {sum} weights are not numbers", name=name, sum=(~np.isfinite(layer)).sum()))
    _, n_queries, n_keys = stacked[0].shape
    return {"name": name, "queries": tokens(queries, n_queries, say("queries (rows)")),
            "keys": tokens(keys, n_keys, say("keys (columns)")), "weights": rounded(np.stack(stacked))}
