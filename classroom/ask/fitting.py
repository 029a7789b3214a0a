"""Probe for the loop over batches: the answer is handed a tiny model, its loss, batches and an optimiser."""
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .limits import Problem
from .training import _Descent

__all__ = ["Fitting"]


@dataclass(frozen=True)
class Fitting:
    """Call `answer(model, loss_of, batches, optimiser)`; read its losses, the weights, and what it leaves behind.

    The model multiplies x by its weights. A layer behind them makes that smaller in training mode only, by another
    factor the next time, so that the loss shows the mode, and whether it was computed twice. Left behind are the mode
    of the model and of this layer, and which parameters require gradients: the weights, and in a case with `frozen` a
    number that is added to each output, which the optimiser holds as well. The optimiser remembers its last
    step, so that a new one can be told from an old one. A case has `x` (n, m, d), `y` (n, m), the batches; `start`
    (d,); `training`, the mode in which the model is handed over; and `once`, whether the batches can be gone through
    once only.
    """

    rate: float = 0.05
    memory: float = 0.5

    def __call__(self, answer: Callable, inputs: dict[str, Any], task: Any) -> dict[str, Any]:
        import torch
        from torch import nn

        class Smaller(nn.Module):
            """What dropout is to other models: something else each time, while it is in training mode."""

            def __init__(self) -> None:
                super().__init__()
                self.times = 0

            def forward(self, x: Any) -> Any:
                if not self.training:
                    return x
                self.times += 1
                return x * (0.5 if self.times % 2 else 0.625)

        class Model(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear, self.smaller = nn.Linear(len(start), 1, bias=False, dtype=start.dtype), Smaller()
                if inputs["frozen"]:
                    self.frozen = nn.Parameter(torch.full((1,), 0.5, dtype=start.dtype), requires_grad=False)
                self.without_gradients = False

            def forward(self, x: Any) -> Any:
                self.without_gradients = not torch.is_grad_enabled()
                y = self.smaller(self.linear(x).squeeze(-1))
                return y + self.frozen if inputs["frozen"] else y

        start = inputs["start"]
        model = Model().train(inputs["training"])
        weight = model.linear.weight
        with torch.no_grad():
            weight[0] = start
        optimiser = OptimiserOfThisCheck(list(model.parameters()), lr=self.rate, momentum=self.memory)

        def loss_of(model: Any, batch: Any) -> Any:
            if not isinstance(model, nn.Module):
                raise Problem("loss-called-wrongly", kind=type(model).__name__)
            if not (isinstance(batch, tuple) and len(batch) == 2):
                raise Problem("loss-called-wrongly:batch", kind=type(batch).__name__)
            x, y = batch
            return (model(x) - y).square().mean()

        batches = [(x.clone(), y.clone()) for x, y in zip(inputs["x"], inputs["y"], strict=True)]
        returned = answer(model, loss_of, iter(batches) if inputs["once"] else batches, optimiser)
        losses = _numbers(returned)
        if torch.equal(weight.detach()[0], start):
            raise optimiser.why_nothing_moved(model.without_gradients)
        return {"losses": torch.tensor(losses, dtype=torch.float64), "weights": weight.detach()[0].clone(),
                "mode": torch.tensor([int(model.training), int(model.smaller.training)]),
                "requires_grad": torch.tensor([int(one.requires_grad) for one in model.parameters()])}


class OptimiserOfThisCheck(_Descent):
    """`torch.optim.SGD` with momentum, which takes seconds to load. PyTorch's own errors name its class."""

    def __init__(self, parameters: Any, lr: float, momentum: float):
        super().__init__(list(parameters), lr)
        self.defaults = {"lr": lr, "momentum": momentum}
        self.velocity: dict[int, Any] = {}

    def step(self, closure: Callable | None = None) -> Any:
        import torch
        loss = self._loss(closure)
        self.steps += 1
        with torch.no_grad():
            for n, parameter in enumerate(self.param_groups[0]["params"]):
                if parameter.grad is not None:
                    self.velocity[n] = self.defaults["momentum"] * self.velocity.get(n, 0.0) + parameter.grad
                    parameter -= self.param_groups[0]["lr"] * self.velocity[n]
        return loss


def _numbers(returned: Any) -> list[float]:
    if returned is None:
        raise Problem("returns-nothing:each-batch")
    try:
        given = list(returned)
    except TypeError:
        raise Problem("not-a-list:each-batch", kind=type(returned).__name__) from None
    if any(getattr(loss, "requires_grad", False) for loss in [returned, *given]):
        raise Problem("keeps-the-computation")
    try:
        numbers = [float(loss) for loss in given]
    except (TypeError, ValueError, RuntimeError):
        raise Problem("not-a-list:each-batch", kind=type(returned).__name__) from None
    if not all(map(math.isfinite, numbers)):
        raise Problem("not-a-list:finite", kind=type(returned).__name__)
    return numbers
