"""Probes for exercises that ask the learner to write what PyTorch has ready-made.

A class that is PyTorch's module, inherits from it or holds one may compute the right numbers, and is not an answer.
Parameters that never learn are refused as well, and arguments that the pages could not pass by position.
"""
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .blocks import Block, Place
from .limits import Problem
from .modules import Module

if TYPE_CHECKING:
    from .asked import Asked

__all__ = ["OwnBlock", "OwnModule", "OwnNorm"]


@dataclass(frozen=True)
class _Own(Module):
    """What both have: names of classes of `torch.nn` and of functions that may not do the work.

    Args:
        classes: the answer may neither be one of them nor hold one: ("LayerNorm",).
        functions: `forward` may not call them: ("layer_norm",).
    """

    classes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    def _construct(self, answer: Callable, inputs: dict[str, Any], task: "Asked") -> Any:
        module = super()._construct(answer, inputs, task)
        self._settle(module, inputs)
        for part in module.modules():
            for base in type(part).__mro__:
                if base.__name__ in self.classes and base.__module__.startswith("torch."):
                    raise Problem("torchs-own", answer=task.names[0], name=base.__name__)
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                raise Problem("frozen", name=name)
        for argument in inspect.signature(module.forward).parameters.values():
            if argument.kind is argument.KEYWORD_ONLY and argument.name in task.takes:
                raise Problem("keyword-only", name=argument.name)
        return module

    def _settle(self, module: Any, inputs: dict[str, Any]) -> None:
        """Make one of two right ways of keeping something, before it is looked at."""

    def _forward(self, module: Any, inputs: dict[str, Any], task: "Asked") -> dict[str, Any]:
        if not self.functions:
            return super()._forward(module, inputs, task)
        from torch.overrides import TorchFunctionMode
        called: list[str] = []

        class Watch(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                called.append(getattr(function, "__name__", "").split(".")[0])      # "layer_norm.default"
                return function(*args, **(kwargs or {}))

        with Watch():
            values = super()._forward(module, inputs, task)
        for name in called:
            if name in self.functions:
                raise Problem("torchs-own:function", answer=task.names[0], name=name)
        return values


@dataclass(frozen=True)
class OwnModule(_Own):
    """As `Module`."""


@dataclass(frozen=True)
class OwnBlock(_Own, Block):
    """As `Block`."""

    optional: tuple[str, ...] = Block.optional

    def _find(self, module: Any, inputs: dict[str, Any], used: Sequence) -> dict[str, Place]:
        from torch import nn
        found = super()._find(module, inputs, used)
        layers = getattr(module, "layers", None)
        if isinstance(layers, nn.ModuleList) and len(layers) > 1:      # weights are copied by their numbers
            place = {id(parameter): n for n, parameter in enumerate(used)}
            first = [[place[id(p)] for p in layer.parameters() if id(p) in place] for layer in layers]
            order = [min(places) for places in first if places]
            if order != sorted(order):
                raise Problem("layers-out-of-order")
        return found


@dataclass(frozen=True)
class OwnNorm(OwnModule):
    """As `OwnModule`. What has four axes comes as heads do, cut out of (B, T, n_heads, d_head): not contiguous."""

    def _forward(self, module: Any, inputs: dict[str, Any], task: "Asked") -> dict[str, Any]:
        x = inputs["x"]
        laid = x.transpose(1, 2).contiguous().transpose(1, 2) if x.dim() == 4 else x
        return super()._forward(module, {**inputs, "x": laid}, task)
