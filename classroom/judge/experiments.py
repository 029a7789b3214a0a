"""What one more question tells of a wrong answer that is no known mistake: asked only where nothing else was named."""
from collections.abc import Callable
from typing import Any

import numpy as np

from classroom.ask import call
from classroom.ask.outcome import Outcome, agree, ask, bare, elsewhere

from .behaviour import unexpected
from .evidence import Sight, listing, place
from .exercise import Exercise
from .shapes import Said

__all__ = ["ask_further"]

_CASES = 2           # wrong cases, the smallest, that are asked once more


def ask_further(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable) -> Said:
    """A slug and what was found, or None. `got` is wrong in at least one case."""
    wrong = [(g, w) for g, w in zip(got, want, strict=True) if g.returned and not agree(g, w)][:_CASES]
    if not wrong:
        return None
    return _without_effect(task, answer, wrong, run) or _parameters_of_its_own(task, answer, wrong[0][0], run)


def _without_effect(task: Exercise, answer: Any, wrong: list[tuple[Outcome, Outcome]], run: Callable) -> Said:
    """An input whose numbers do not matter: with others, the same comes back."""
    found = []
    for name in task.takes:
        effects = [_effect(task, answer, g, w, name, run) for g, w in wrong]
        if False in effects and True not in effects:
            found.append(name)
    if not found:
        return None
    g = wrong[0][0]
    names = listing([f"`{name}`" for name in found], "or")
    return "input-ignored", (f"What you return does not depend on {names}. {place(Sight(task, g, g))}, other numbers "
                             f"in {'it' if len(found) == 1 else 'them'} change nothing. Does your code use a name "
                             "of the page in that place, something kept from an earlier call, or nothing?")


def _effect(task: Exercise, answer: Any, got: Outcome, want: Outcome, name: str, run: Callable) -> bool | None:
    """Whether other numbers in this input change the result. None if they should not, or where it cannot be told."""
    other = _other_numbers(got.case.inputs.get(name))
    if other is None:
        return None
    case = got.case.without(**{name: other})
    expected = ask(task, task.reference, case, bare)
    if not expected.returned or agree(expected, want):
        return None
    if not all(np.isfinite(values).all() for values in got.values.values()):
        return None                        # NaN comes of anything
    found = ask(task, answer, case, run)
    return not found.returned or any(not np.array_equal(found.values[n], got.values[n]) for n in got.values)


def _other_numbers(value: Any) -> Any:
    """An array of the same shape, dtype and kind of content, with other numbers in it; None if there is none."""
    if not isinstance(value, np.ndarray) or not value.size:
        return None
    if value.dtype == bool:
        return ~value
    turned = value.ravel()[::-1].reshape(value.shape).copy()
    if value.dtype.kind == "f":
        return (0.25 - turned).astype(value.dtype)
    return None if np.array_equal(turned, value) else turned


def _parameters_of_its_own(task: Exercise, answer: Any, got: Outcome, run: Callable) -> Said:
    """For modules: layers that `forward` uses and that were not asked for."""
    if not hasattr(task.probe, "unexpected") or elsewhere(answer):
        return None
    inputs = call.to_framework(got.case.inputs, task.framework)
    found, _ = run(lambda: task.probe.unexpected(answer, inputs, task))
    if not found:
        return None
    return "unexpected-layer", f"{unexpected(found)} Whatever they do comes on top of what is asked for. What for?"
