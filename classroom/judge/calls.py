"""What the calls of a learner's test show: in what a later input differs from the first, if it does so oddly."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course._words import say

__all__ = ["differences"]


def differences(takes: Mapping[str, str], calls: Sequence[Mapping[str, Any]]) -> str:
    """For tests that change an input from some position on: what to say if none of its changes spares position 0.

    Args:
        takes: the inputs and the names of their axes: {"x": "B T d_model"}.
        calls: what the test called it with, by name, as NumPy arrays.
    """
    for name, axes in takes.items():
        given = [call[name] for call in calls if getattr(call.get(name), "ndim", 0) == 3]
        if axes.split()[:2] != ["B", "T"] or len(given) < 2:
            continue
        changed = [x != given[0] for x in given[1:] if x.shape == given[0].shape]
        changed = [where for where in changed if where.any() and not where.all()]
        if not changed or not all(where[:, 0].any() for where in changed):
            continue
        if all(map(_whole_sentences, changed)):
            return say("In a later call, `{name}` differs from that of the first call in whole sentences, from "
                       "position 0 on, and other sentences are the same. The first axis counts sentences, the second "
                       "positions: which of the two does your slice or index take?", name=name)
        if all(where.any(-1).all() and not where.any((0, 1)).all() for where in changed):
            return say("In a later call, `{name}` differs from that of the first call at every position, but only in "
                       "some numbers of each vector. The second axis counts positions, the last the numbers of a "
                       "vector: which of the two does your slice or index take?", name=name)
        if not any(where[:, -1].any() for where in changed):
            return say("In a later call, `{name}` differs from that of the first call from position 0 on, and is the "
                       "same at the end. Which positions may come out otherwise after such a change, and which does "
                       "your test compare?", name=name)
    return ""


def _whole_sentences(where: np.ndarray) -> bool:
    """Whether some sentences have changed at all positions, and the others at none."""
    sentences = where.any((1, 2))
    return not sentences.all() and bool(np.asarray(where.any(-1))[sentences].all())
