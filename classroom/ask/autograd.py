"""What PyTorch itself can be asked about an answer: its gradients, and whether it stays on the device of its inputs."""
from collections.abc import Callable
from typing import Any

import numpy as np

from . import call, limits
from .asked import Asked
from .case import Case

__all__ = ["pull", "stays_on_device"]


def pull(task: Asked, answer: Any, case: Case) -> dict[str, np.ndarray | None]:
    """The gradients of a fixed number made of the answer's first output; None where none arrives."""
    import torch

    def project(outputs):
        output = outputs[next(iter(task.gives))]
        weights = torch.cos(torch.arange(output.numel(), dtype=output.dtype) * 1.7 + 0.3).reshape(output.shape)
        return (output * weights).sum()

    inputs = call.to_framework(case.inputs, "torch")
    found = task.probe.gradients(answer, inputs, task, project)
    return {name: None if g is None else call.to_numpy(g) for name, g in found.items()}


def stays_on_device(task: Asked, answer: Any, case: Case, run: Callable) -> tuple[bool, limits.Raised | None]:
    """Whether the answer would run with its inputs on a GPU, and what was raised.

    It runs on the CPU and is watched: inputs, parameters and buffers count as moved, also parameters made of inputs,
    and so does what is made from them or with a `device`. A tensor with axes that is made without one must not meet
    them. (PyTorch's "meta" device would tell the same, after loading PyTorch's compiler for many seconds.) With
    `torch.vmap` it cannot be told: True.
    """
    watch = _watch()
    inputs = call.to_framework(case.inputs, "torch")
    watch.move(inputs)

    def watched() -> None:
        with watch:
            task.probe(answer, inputs, task)

    try:
        _, error = run(watched)
    except limits.Problem:
        return False, limits.Raised("Problem", "", "", "", False)
    return error is None and (watch.unclear or not watch.mixed), error


def _watch() -> Any:
    """A mode of PyTorch's that notes which tensors would be on the GPU, and whether others meet them."""
    import torch
    from torch.overrides import TorchFunctionMode
    batched = torch._C._functorch.is_batchedtensor

    class Watch(TorchFunctionMode):
        def __init__(self) -> None:
            super().__init__()
            self.moved: dict[int, Any] = {}        # by id; kept, so that no id is used twice
            self.mixed = False
            self.unclear = False                   # inside `torch.vmap`, and after it, nothing has the id it had

        def move(self, value: Any) -> None:
            self.moved |= {id(tensor): tensor for tensor in _tensors(value)}

        def __torch_function__(self, function, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            name = getattr(function, "__name__", "")
            given = _tensors((args, kwargs))
            self.move([t for t in given if isinstance(t, torch.nn.Parameter) and t.numel()
                       and any(t.data_ptr() == moved.data_ptr() for moved in self.moved.values())])
            self.unclear = self.unclear or any(map(batched, given))
            there = any(id(tensor) in self.moved for tensor in given)
            if there and name not in _MEET and any(t.dim() and id(t) not in self.moved for t in given):
                self.mixed = True
            result = function(*args, **kwargs)
            told = kwargs.get("device") is not None or \
                name == "to" and any(isinstance(a, (torch.device, str)) for a in args)
            if name == "__set__" and there:        # `parameter.data = moved`, as `module.to(device)` does
                self.move(args[0])
            elif there or told:
                self.move(result)
            return result

    return Watch()


# What may take an index, a value or a pattern from the CPU.
_MEET = {"__getitem__", "__setitem__", "__set__", "_has_compatible_shallow_copy_type", "copy_", "to", "type_as"}


def _tensors(value: Any) -> list[Any]:
    """All tensors in it, however deep."""
    if call.is_tensor(value):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, (list, tuple)) else []
