"""Probe for training loops: the answer is handed a tiny model, a step and a validation loss, all of them scripted."""
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .limits import Problem

__all__ = ["TrainingLoop"]


@dataclass(frozen=True)
class TrainingLoop:
    """Call `answer(model, step, batches, validate, patience, max_epochs)`; read its losses, and the model's weights.

    A step mixes the batch into the weights, ten times as much in evaluation mode. `validate` says `curve[n]` after n
    epochs; a quarter more in training mode, and a tenth more in the middle of an epoch. Who measures the same weights
    again, and does so twice or more, has not measured once an epoch, or has not made steps in each; nor has who
    measures in the middle of epochs, too, and returns one loss for each. A case has `batches` (n, d), which are a list
    or a tuple, `curve` (epochs + 1,), and `training`, the mode in which the model is handed over.
    """

    def __call__(self, answer: Callable, inputs: dict[str, Any], task: Any) -> dict[str, Any]:
        import torch
        from torch import nn
        curve = inputs["curve"].tolist()
        batches = list(inputs["batches"]) if inputs["training"] else tuple(inputs["batches"])
        model = nn.Linear(batches[0].numel(), 1, bias=False).to(batches[0].dtype).train(inputs["training"])
        with torch.no_grad():
            model.weight.zero_()
        done, measured, again, amid, calls = 0, 0, 0, 0, 0

        def step(model: Any, batch: Any) -> float:
            nonlocal done
            _a_model(model, nn)
            with torch.no_grad():
                model.weight.mul_(0.9).add_(batch * (1.0 if model.training else 10.0))
            done += 1
            return 2.0 + 1 / done

        def validate(model: Any) -> float:
            nonlocal measured, again, amid, calls
            _a_model(model, nn)
            calls += 1
            again += 0 < done == measured
            measured = done
            epochs, more = divmod(done, len(batches))
            amid += more > 0
            return curve[min(epochs, len(curve) - 1)] + 0.25 * model.training + 0.1 * (more > 0)

        returned = answer(model, step, batches, validate, inputs["patience"], inputs["max_epochs"])
        if again > 1 and calls == getattr(returned, "__len__", lambda: 0)():
            raise Problem("epochs-without-steps", again=again, calls=calls)
        if again > 1:
            raise Problem("measured-again", again=again, calls=calls)
        losses = _numbers(returned)
        if amid and done == len(losses) * len(batches):
            raise Problem("measured-amid-epochs", amid=amid, epochs=len(losses), batches=len(batches))
        return {"losses": torch.tensor(losses, dtype=torch.float64), "weights": model.weight.detach()[0]}


def _a_model(given: Any, nn: Any) -> None:
    if not isinstance(given, nn.Module):
        raise Problem("not-the-model", kind=type(given).__name__)


def _numbers(returned: Any) -> list[float]:
    if returned is None:
        raise Problem("returns-nothing:losses")
    try:
        numbers = [float(loss) for loss in returned]
    except (TypeError, ValueError):
        raise Problem("not-a-list:losses", kind=type(returned).__name__) from None
    if not all(map(math.isfinite, numbers)):
        raise Problem("not-a-list:losses", kind="list")
    return numbers
