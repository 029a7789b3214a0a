"""What the asking side needs to know of an exercise. In the confined child it is told so much, and no more."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

__all__ = ["Asked", "Probe"]


class Probe(Protocol):
    """How an answer is put to a case: outputs by name, or a `Problem`."""

    def __call__(self, answer: Callable, inputs: dict[str, Any], task: Any, /) -> dict[str, Any]: ...


class Asked(Protocol):
    """The part of an exercise that tells no answer: names of arguments and outputs, and the probe."""

    @property
    def id(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def framework(self) -> Literal["numpy", "torch"]: ...
    @property
    def seconds(self) -> float: ...
    @property
    def takes(self) -> Mapping[str, str]: ...
    @property
    def gives(self) -> Mapping[str, str]: ...
    @property
    def shares(self) -> Sequence[str]: ...
    @property
    def may_change(self) -> Sequence[str]: ...
    @property
    def probe(self) -> Any: ...
