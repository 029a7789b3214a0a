"""What an error says of the line of the learner's own code that raised it."""
import re
import types

import numpy as np

from classroom.ask import limits
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome

from .evidence import listing
from .exercise import Exercise

__all__ = ["its_own_raise", "left_without_a_value", "not_called", "unknown_name"]

_NOTHING = ("", "")


def its_own_raise(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """The learner's own `raise` or `assert` has stopped the code: with which numbers?"""
    found = re.search(r"(?:^|:\s*)(raise|assert)\b", line)
    if found is None or found[1] == "assert" and raised.kind != "AssertionError" or case is None:
        return _NOTHING
    numbers = [f"{name} = {value}" for name, value in case.inputs.items()
               if name in task.takes and isinstance(value, (int, float, np.number))]
    where = f" with {listing(numbers)}" if numbers else " in this case"
    holds = "its condition holds" if found[1] == "raise" else "its condition does not hold"
    return "stops-by-itself", (f"Your own `{found[1]}` stops it: {holds}{where}. This is a case that should go through. "
                               "What does the condition ask, and when is that true?")


def not_called(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """A method or function was used without brackets, so that it was not called."""
    if not re.search(r"builtin_function_or_method|'(?:function|method|method_descriptor|ufunc)'|"
                     r"must be Tensor, not (?:builtin_)?(?:function|method)", raised.text):
        return _NOTHING
    kinds: list[type] = [np.ndarray]
    if task.framework == "torch":
        import torch
        kinds = [torch.Tensor]
    names = [name for name in re.findall(r"\.([A-Za-z_]\w*)(?!\w*\s*\()", line)
             if any(isinstance(getattr(kind, name, None), (types.MethodDescriptorType, types.FunctionType))
                    for kind in kinds)]
    which = f"`{names[0]}` has none" if names else "one on this line has none"
    return "not-called", (f"A method does nothing until it is called, with brackets behind its name: here {which}.")


def unknown_name(task: Exercise, raised: limits.Raised, line: str, case: Case | None) -> tuple[str, str]:
    """A name that nothing has been given to."""
    if raised.kind != "NameError" or (found := re.search(r"name '(\w+)' is not defined", raised.text)) is None:
        return _NOTHING
    return "unknown-name", (f"Nothing has been called `{found[1]}`: it is misspelt, or the cell that defines it has not "
                            "been run.")


def left_without_a_value(task: Exercise, got: list[Outcome], failed: Outcome) -> tuple[str, str]:
    """A name of the function that has no value yet where it is used: in which cases?"""
    raised = failed.error
    if raised is None or raised.kind != "UnboundLocalError":
        return _NOTHING
    found = re.search(r"variable '(\w+)'", raised.text)
    name = f"`{found[1]}`" if found else "A name"
    stopped = [g for g in got if g.error is not None and g.error.kind == raised.kind]
    ran = [g for g in got if g not in stopped]
    for given in task.takes:
        if ran and all(g.case.inputs.get(given) is None for g in stopped) and \
                all(g.case.inputs.get(given) is not None for g in ran):
            return "name-without-a-value", (f"It stops in just those cases in which no `{given}` is given: {name} gets "
                                            f"its value only where there is one.")
    if not ran:
        return "name-without-a-value", (f"{name} is used before it gets its value. A name that gets one anywhere in a "
                                        "function belongs to the function, from its first line on.")
    return "name-without-a-value", (f"{name} gets its value on one path through the function only: under an `if`, or "
                                    "in a loop that had no round here. In this case another path was taken.")
