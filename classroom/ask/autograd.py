"""What PyTorch itself can be asked about an answer: its gradients, and whether it stays on the device of its inputs."""
from collections.abc import Callable
from typing import Any

import numpy as np

from . import call, limits
from .case import Case
from .task import Task

__all__ = ["on_meta", "pull"]


def pull(task: Task, answer: Any, case: Case) -> dict[str, np.ndarray | None]:
    """The gradients of a fixed number made of the answer's first output; None where none arrives."""
    import torch

    def project(outputs):
        output = outputs[next(iter(task.gives))]
        weights = torch.cos(torch.arange(output.numel(), dtype=output.dtype) * 1.7 + 0.3).reshape(output.shape)
        return (output * weights).sum()

    inputs = call.to_framework(case.inputs, "torch")
    found = task.probe.gradients(answer, inputs, task, project)
    return {name: None if g is None else call.to_numpy(g) for name, g in found.items()}


def on_meta(task: Task, answer: Any, case: Case, run: Callable) -> tuple[bool, limits.Raised | None]:
    """Whether all outputs are on the device of the inputs, and what was raised."""
    def moved(value):
        if isinstance(value, dict):
            return {name: moved(item) for name, item in value.items()}
        return value.to("meta") if call.is_tensor(value) else value

    try:
        inputs = moved(call.to_framework(case.inputs, "torch"))
        outputs, error = run(lambda: task.probe(answer, inputs, task))
    except limits.Problem:
        return False, limits.Raised("Problem", "", "", "", False)
    return error is None and all(x.device.type == "meta" for x in outputs.values() if call.is_tensor(x)), error
