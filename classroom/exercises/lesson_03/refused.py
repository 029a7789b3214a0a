"""Exercise 3.3: tests that refuse self-attention itself. Used by `lesson_03`."""
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from course._words import say


def suspects(calls: Sequence[Mapping[str, Any]]) -> str:
    """What to say of a test that refuses what is right: which outputs belong together, if its inputs tell.

    Args:
        calls: what the test called it with: `x` (B, T, d_model), NumPy arrays.
    """
    given = [call["x"] for call in calls if "x" in call]
    for one, other in combinations([x for x in given if x.ndim == 3], 2):
        if (places := _moved(one, other)) is not None:
            return say("Your test called it with the same words in two orders: `x[:, {s}]` of one call is "
                       "`x[:, {t}]` of a later one. The outputs are shuffled along: output `[:, {s}]` of the one "
                       "belongs to output `[:, {t}]` of the other. Are these the outputs that your test compares? "
                       "Does it allow for rounding, as `torch.allclose` does and `torch.equal` and `==` do not? And "
                       "does it demand nothing else?", s=places[0], t=places[1])
    return ""


def _moved(one: np.ndarray, other: np.ndarray) -> tuple[int, int] | None:
    """A place, and another one at which the same words stand in `other`; None unless all words are there again."""
    if one.shape != other.shape:
        return None
    before, after = ([x[:, t].tobytes() for t in range(x.shape[1])] for x in (one, other))
    if len(set(before)) < len(before) or set(before) != set(after):
        return None
    return next(((s, after.index(word)) for s, word in enumerate(before) if after[s] != word), None)
