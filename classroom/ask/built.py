"""Probes for what is to be built from its parts: neither searched for by a solver, nor left to PyTorch as a whole."""
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .call import Function
from .limits import Problem
from .modules import Module

__all__ = ["Built", "BuiltModule"]

_SOLVERS = frozenset({"linalg_lstsq", "lstsq", "linalg_pinv", "pinverse"})


@dataclass(frozen=True)
class Built(Function):
    """As `Function`, for answers that call no `lstsq` or `pinv` of PyTorch, and none of the functions `finished`."""

    finished: tuple[str, ...] = ()

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        with _called() as names:
            values = super().__call__(answer, inputs, task)
        for name in names:
            if name in _SOLVERS:
                raise Problem("searched-for", name=name)
            if name in self.finished:
                raise Problem("torchs-own:function", answer=task.names[0], name=name)
        return values


@dataclass(frozen=True)
class BuiltModule(Module):
    """As `Module`, for answers that call none of the functions `whole`, each of which is all that is asked for."""

    whole: tuple[str, ...] = ()

    def _forward(self, module: Any, inputs: dict[str, Any], task) -> dict[str, Any]:
        with _called() as names:
            values = super()._forward(module, inputs, task)
        for name in names:
            if name in self.whole:
                raise Problem("torchs-own:whole", answer=task.names[0], name=name)
        return values


@contextlib.contextmanager
def _called() -> Iterator[list[str]]:
    """The names of PyTorch's functions that are called inside, in order."""
    from torch.overrides import TorchFunctionMode
    names: list[str] = []

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            names.append(getattr(function, "__name__", ""))
            return function(*args, **(kwargs or {}))

    with Watch():
        yield names
