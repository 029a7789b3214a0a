"""One thing that an answer is asked."""
from typing import Any

__all__ = ["Case"]


class Case:
    """One thing the answer is asked: `Case("one query", q=..., k=...)`.

    Args:
        about: a noun phrase for the learner, different for every case of an exercise.
        inputs: named arguments. NumPy arrays (they become tensors in torch exercises), numbers,
            None, or dicts of these.

    `within` is how far apart two right answers may be here, where that is more than the dtypes say.
    """

    within = 0.0

    def __init__(self, about: str, /, **inputs: Any):
        self.about = about
        self.inputs = inputs

    def size(self) -> int:
        """How many numbers there are to read, so that the smallest case can be shown."""
        return sum(getattr(value, "size", 1) for value in self.inputs.values())

    def without(self, **inputs: Any) -> "Case":
        """The same case with some inputs replaced."""
        return Case(self.about, **{**self.inputs, **inputs}).up_to(self.within)

    def up_to(self, within: float) -> "Case":
        """Itself, with another `within`: relative to the largest number of an output."""
        self.within = within
        return self
