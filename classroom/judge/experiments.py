"""What one more question tells of a wrong answer that is no known mistake: asked only where nothing else was named."""
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from classroom.ask import call
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome, agree, ask, bare, elsewhere
from course._words import say

from .behaviour import biases, unexpected
from .evidence import Sight, listing, place
from .exercise import Exercise
from .shapes import Said

__all__ = ["ask_further", "by_other_names"]

_CASES = 2           # wrong cases, the smallest, that are asked once more
_LAYERS = 4          # with more of them than that, no orders are tried


def ask_further(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable) -> Said:
    """A slug and what was found, or None. `got` is wrong in at least one case."""
    wrong = [(g, w) for g, w in zip(got, want, strict=True) if g.returned and not agree(g, w)]
    if not wrong:
        return None
    wrong = wrong[:_CASES] + wrong[_CASES:][-1:]                       # and the last, in which there is most to see
    right = [(g, w) for g, w in zip(got, want, strict=True) if agree(g, w)]
    return _without_effect(task, answer, wrong, right, run) or _parameters_of_its_own(task, answer, wrong[0][0], run)


_Pairs = list[tuple[Outcome, Outcome]]


def _without_effect(task: Exercise, answer: Any, wrong: _Pairs, right: _Pairs, run: Callable) -> Said:
    """An input whose numbers do not matter: with others, the same comes back, where it is right as well.

    Not where NaN came back in some of the cases: there the numbers may matter, and nobody can see it.
    """
    if not all(np.isfinite(values).all() for g, _ in wrong for values in g.values.values()):
        return None
    found = []
    for name in task.takes:
        effects = [_effect(task, answer, g, w, name, run) for g, w in wrong]
        if False in effects and True not in effects and \
                not any(_effect(task, answer, g, w, name, run) for g, w in _with_numbers(right, name)[:_CASES]):
            found.append(name)
    if not found:
        return None
    g = max((g for g, _ in wrong), key=lambda g: sum(name in g.case.inputs for name in found))    # with most of them
    names = listing([f"`{name}`" for name in found], "or")
    return "input-ignored", say("What you return does not depend on {names}. {place}, other entries in {what} change "
                                "nothing. Does your code use a name of the page in that place, something kept from "
                                "an earlier call, or nothing?", names=names, place=place(Sight(task, g, g)),
                                what=say("it") if len(found) == 1 else say("them"))


def _with_numbers(pairs: _Pairs, name: str) -> _Pairs:
    """The cases in which this input holds numbers that can be changed."""
    return [(g, w) for g, w in pairs if _other_numbers(g.case.inputs.get(name))]


def _effect(task: Exercise, answer: Any, got: Outcome, want: Outcome, name: str, run: Callable) -> bool | None:
    """Whether other numbers in this input change the result. None if they should not, or where it cannot be told."""
    effects = [_effect_of(task, answer, got, want, name, other, run)
               for other in _other_numbers(got.case.inputs.get(name))]
    return True if True in effects else False if False in effects else None


def _effect_of(task: Exercise, answer: Any, got: Outcome, want: Outcome, name: str, other: np.ndarray, run: Callable
               ) -> bool | None:
    """Whether just these numbers in this input change the result."""
    case = got.case.without(**{name: other})
    expected = ask(task, task.reference, case, bare)
    if not expected.returned or agree(expected, want):
        return None
    found = ask(task, answer, case, run)
    return not found.returned or any(not np.array_equal(found.values[n], got.values[n]) for n in got.values)


def _other_numbers(value: Any) -> list[np.ndarray]:
    """Arrays of the same shape, dtype and kind of content, with other numbers in them."""
    if not isinstance(value, np.ndarray) or not value.size:
        return []
    if value.dtype == bool:
        return [~value, np.ones_like(value)]
    turned = value.ravel()[::-1].reshape(value.shape).copy()
    if value.dtype.kind == "f":
        return [(0.25 - turned).astype(value.dtype), (40 * turned + 3).astype(value.dtype)]    # some drop fractions
    fewer = np.where(turned == turned.max(), turned.min(), turned)    # not the same numbers in another order
    return [other for other in (turned, fewer) if not np.array_equal(other, value)]


def by_other_names(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable
                   ) -> list[Outcome] | None:
    """What a module returns if its parameters, which bear other names, get the weights of the exercise's.

    None if they are not as many and of the same shapes. Their order is that in which they were made, or another one if
    only that one makes all numbers right.
    """
    problem = got[0].problem
    if problem is None or problem.key != "missing-layer:has-others":
        return None
    own = _groups(re.findall(r"`([\w.]+)`", problem.facts["have"]))
    asked = _groups(list(got[0].case.inputs.get("weights", {})))
    if len(own) != len(asked) or len(own) > _LAYERS:
        return None
    in_order = None
    for order in itertools.permutations(own):
        names = dict(zip(asked, order, strict=True))
        first = _renamed(task, answer, got[0].case, names, run)
        if not first.returned or in_order is not None and not agree(first, want[0]):
            continue
        found = [first, *(_renamed(task, answer, g.case, names, run) for g in got[1:])]
        if all(agree(g, w) for g, w in zip(found, want, strict=True)):
            return found
        in_order = in_order or found
    return in_order


def _groups(names: list[str]) -> list[str]:
    """Layers by their names, and parameters that belong to no layer: "w_q." of "w_q.weight", and "gamma"."""
    return list(dict.fromkeys(name[:name.rindex(".") + 1] if "." in name else name for name in names))


def _renamed(task: Exercise, answer: Any, case: Case, names: dict[str, str], run: Callable) -> Outcome:
    weights = {}
    for name, value in case.inputs["weights"].items():
        layer, last = (name[:name.rindex(".") + 1], name[name.rindex(".") + 1:]) if "." in name else (name, "")
        weights[names[layer] + last] = value
    return replace(ask(task, answer, case.without(weights=weights), run), case=case)


def _parameters_of_its_own(task: Exercise, answer: Any, got: Outcome, run: Callable) -> Said:
    """For modules: layers that `forward` uses and that were not asked for."""
    if not hasattr(task.probe, "unexpected") or elsewhere(answer):
        return None
    inputs = call.to_framework(got.case.inputs, task.framework)
    found, _ = run(lambda: task.probe.unexpected(answer, inputs, task))
    if not found:
        return None
    if biases(found):
        return "unexpected-layer", unexpected(found)
    return "unexpected-layer", say("{unexpected} So your code does something that is not asked for. Which line "
                                   "does it, and what is it for?",
                                   unexpected=unexpected(found))
