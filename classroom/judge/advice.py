"""What to look at when an answer raises an error."""
import re

from classroom.ask import limits

from .exercise import Exercise

__all__ = ["by_kind", "on_error"]

_BY_KIND = {
    "NameError": "A name is misspelt, or the cell that defines it has not been run.",
    "UnboundLocalError": "The name gets its value inside the function, but only after it is used, or on another path.",
    "RecursionError": "The function calls itself without end.",
    "SystemExit": "The code calls `exit` or `quit`. A function gives its result back with `return`.",
    "KeyboardInterrupt": "It was interrupted before it had finished.",
    "IndexError": "Most often an index is larger than the axis it is used on. Are two lengths confused?",
    "MemoryError": "It asked for more memory than there is. Is an array far larger than it should be?",
    "AxisError": "The array has fewer axes than the code names.",
}

_BY_TEXT = {      # a pattern: what it means, with the pattern's groups
    r"Sequential\.forward\(\)":
        "An `nn.Sequential` hands one thing from layer to layer, so that a mask has no way through.",
    r"before Module\.__init__":
        "`__init__` has to begin with `super().__init__()`, which prepares the module to hold layers.",
    r"missing the required": "The class has no method named `forward`.",
    r"mismatch in its core dimension|not aligned|could not be broadcast|must match the (?:existing )?size|"
    r"shapes cannot be multiplied|Expected size for first two":
        "Two sizes that should be equal are not. Write the shape of each factor beside it: which axes meet?",
    r"^(list|tuple|string) index out of range":
        "The last element of a {0} of n has the index n − 1. Which index do you use in the last round?",
    r"view size is not compatible":
        "`transpose` only changes how the numbers are read, and `view` cannot move them. The message names what can.",
    r"same dtype|expected scalar type":
        "Something has another dtype than what came in, float32 most likely: layers are made in `__init__`, not in "
        "`forward`, and a tensor that is made on the way takes `dtype=x.dtype`.",
    r"used as indices must be": "Ids are whole numbers. Which dtype has the tensor that you made?",
    r"unhashable type: 'list'":
        "What a dictionary, a set or a Counter counts must not be changeable: a tuple, not a list.",
    r"truth value of an array|Boolean value of Tensor":
        "`and`, `or`, `not` and `if` ask for one yes or no. Arrays are joined element by element by `&`, `|` and `~`.",
    r"too many values to unpack":
        "There are fewer names than values. (A loop over a dictionary gives its keys alone.)",
}


def by_kind(kind: str) -> str:
    """What errors of this class, "IndexError" for one, often come from; empty if there is nothing to say."""
    return _BY_KIND.get(kind, "")


def on_error(task: Exercise, raised: limits.Raised) -> str:
    """A sentence on the error that an answer to `task` raised; empty if there is nothing to say."""
    if raised.kind == "TypeError" and not raised.function:
        init = getattr(task.probe, "init", ())
        names = [name for name in task.takes if (name in init) == ("__init__" in raised.text)] if init else task.takes
        return f"It is called with {len(names)} arguments: ({', '.join(names)})."
    if (kind := re.search(r"must be Tensor, not (\w+)", raised.text)) is not None:
        layer = f" `nn.{kind[1]}(...)` only makes a layer, which is then to be called." if _is_layer(kind[1]) else ""
        return f"A {kind[1]} was given where a tensor is expected.{layer}"
    for pattern, says in _BY_TEXT.items():
        if (found := re.search(pattern, raised.text)) is not None:
            return says.format(*found.groups())
    return by_kind(raised.kind)


def _is_layer(name: str) -> bool:
    from torch import nn
    kind = getattr(nn, name, None)
    return isinstance(kind, type) and issubclass(kind, nn.Module)
