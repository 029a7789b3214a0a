"""Probes for what is to be built from its parts: neither searched for by a solver, nor left to PyTorch as a whole."""
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .call import Function
from .limits import Problem
from .modules import Module

__all__ = ["Built", "BuiltModule"]

_ATTENTION = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")      # of PyTorch's function
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
    """As `Module`, for answers that call none of the functions `whole`, each of which is all that is asked for.

    A case may have `beside`, inputs with which another object of the class is made after the first, and `training`,
    for an object in `train()` whose dropout drops nothing.
    """

    whole: tuple[str, ...] = ()

    def _build(self, answer: Callable, inputs: dict[str, Any], task):
        module = super()._build(answer, inputs, task)
        if "beside" in inputs:
            self._construct(answer, inputs["beside"], task)
        return module.train() if inputs.get("training") else module

    def _forward(self, module: Any, inputs: dict[str, Any], task) -> dict[str, Any]:
        with _called(dropping=not inputs.get("training")) as names:
            values = super()._forward(module, inputs, task)
        for name in names:
            if name in self.whole:
                raise Problem("torchs-own:whole", answer=task.names[0], name=name)
        return values


@contextlib.contextmanager
def _called(dropping: bool = True) -> Iterator[list[str]]:
    """The names of PyTorch's functions that are called inside, in order; without `dropping`, dropout drops nothing."""
    from torch.overrides import TorchFunctionMode
    names: list[str] = []

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            name, kwargs = getattr(function, "__name__", ""), kwargs or {}
            names.append(name)
            if not dropping and "dropout" in name:
                return args[0] if args else kwargs["input"]
            if not dropping and name == "scaled_dot_product_attention":
                kwargs = {**dict(zip(_ATTENTION, args, strict=False)), **kwargs, "dropout_p": 0.0}
                args = ()
            return function(*args, **kwargs)

    with Watch():
        yield names
