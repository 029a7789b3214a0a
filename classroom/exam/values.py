"""What right answers return: by their values, variants are told apart and answers are recognised."""
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .family import Family, Variant

__all__ = ["all_differ", "equal", "idle", "values"]


def values(family: Family, variant: Variant, cases: Iterable[Any]) -> list[np.ndarray]:
    """What the right answer to a variant returns on the cases: all arrays, in order."""
    found: list[np.ndarray] = []
    for case in cases:
        returned = family.reference(variant)(**{name: _copy(value) for name, value in case.inputs.items()})
        found += [np.asarray(value, dtype=float) for value in
                  (returned if isinstance(returned, tuple) else (returned,))]
    return found


def equal(a: Sequence[np.ndarray], b: Sequence[np.ndarray], within: float = 1e-4) -> bool:
    """Whether two answers returned the same, everywhere."""
    return len(a) == len(b) and all(x.shape == y.shape and np.allclose(x, y, rtol=within, atol=within)
                                    for x, y in zip(a, b, strict=True))


def all_differ(family: Family, seed: int) -> bool:
    """Whether any two variants, and the lessons' own conventions, differ on the cases of this seed."""
    cases = list(family.cases(np.random.default_rng(seed)))
    known: dict[tuple, list[np.ndarray]] = {}
    for variant in [family.usual, *family.variants]:
        own = values(family, variant, cases)
        flat = np.concatenate([array.ravel() for array in own])
        alike = known.setdefault(tuple(array.shape for array in own), [])
        if alike and np.isclose(np.stack(alike), flat, rtol=1e-4, atol=1e-4).all(axis=1).any():
            return False
        alike.append(flat)
    return True


def idle(family: Family, seed: int) -> list[tuple[int, str]]:
    """Variants, by number, with a switch that is turned and makes no difference: they would be easier than others."""
    cases = list(family.cases(np.random.default_rng(seed)))
    found = []
    for number, variant in enumerate(family.variants):
        own = values(family, variant, cases)
        found += [(number, switch.name) for switch in family.switches if variant[switch.name] != switch.usual
                  and equal(own, values(family, {**variant, switch.name: switch.usual}, cases))]
    return found


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value
