"""Probe for training steps: a tiny model and its optimiser are handed to the answer, several times in a row."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .limits import Problem


@dataclass(frozen=True)
class TrainingSteps:
    """Call `answer(model, optimiser, source, target, pad_id, smoothing)` `steps` times on the same batch.

    The model's logits at t are `of_last[target[:, t]]`, half of `of_last[target[:, t - 1]]` from t = 1 on, and a mean
    of `of_source[source]` in which later words count more: as in a real model the order of the words matters, and
    nothing depends on later target words. Both tables are (vocab, vocab), given by the case; in evaluation mode all
    logits are a tenth smaller. The model is handed over in training mode, unless a case has `training=False`. Read are
    the losses that the answer returns, and `of_last` afterwards. Plain gradient descent: unlike Adam it shows how long
    a gradient is.
    """

    rate: float = 2.0

    def __call__(self, answer: Callable, inputs: dict[str, Any], task) -> dict[str, Any]:
        import torch
        model = _model(inputs["of_last"], inputs["of_source"], inputs.get("stretch", 1.0))
        model.train(inputs.get("training", True))
        optimiser = _Descent(list(model.parameters()), self.rate)
        losses = []
        for _ in range(inputs["steps"]):
            returned = answer(model, optimiser, inputs["source"], inputs["target"], inputs["pad_id"],
                              inputs["smoothing"])
            losses.append(_number(returned))
        weights = model.of_last.detach()
        if torch.equal(weights, inputs["of_last"]):
            raise optimiser.why_nothing_moved(model.without_gradients)
        if not optimiser.steps:
            raise Problem("moved-without-the-optimiser")
        return {"losses": torch.tensor(losses, dtype=torch.float64), "weights": weights}


class _Descent:
    """`torch.optim.SGD`, which takes seconds to load, and a record of how it was used."""

    def __init__(self, parameters: list, rate: float):
        self.param_groups: list[dict[str, Any]] = [{"params": parameters, "lr": rate}]
        self.gradients = self.steps = 0
        for parameter in filter(lambda one: one.requires_grad, parameters):
            parameter.register_hook(self._count)

    def _count(self, gradient) -> None:
        self.gradients += 1

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.param_groups[0]["params"]:
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def step(self, closure: Callable | None = None) -> Any:
        import torch
        loss = self._loss(closure)
        self.steps += 1
        with torch.no_grad():
            for parameter in self.param_groups[0]["params"]:
                if parameter.grad is not None:
                    parameter -= self.param_groups[0]["lr"] * parameter.grad
        return loss

    @staticmethod
    def _loss(closure: Callable | None) -> Any:
        """What PyTorch's optimisers do with a function that computes loss and gradients: call it first."""
        import torch
        if closure is None:
            return None
        if not callable(closure):
            raise Problem("step-with-an-argument")
        with torch.enable_grad():
            return closure()

    def why_nothing_moved(self, without_gradients: bool) -> Problem:
        if not self.gradients:
            return Problem("no-gradient") if without_gradients else Problem("no-backward")
        if not self.steps:
            return Problem("no-step")
        return Problem("gradients-cleared-too-soon")


def _model(of_last, of_source, stretch):
    import torch
    from torch import nn

    class NextToken(nn.Module):
        def __init__(self):
            super().__init__()
            self.of_last, self.of_source = nn.Parameter(of_last.clone()), nn.Parameter(of_source.clone())
            self.without_gradients = False

        def forward(self, source, target):
            for name, ids in (("source", source), ("target", target)):
                if not isinstance(ids, torch.Tensor) or ids.dim() != 2 or ids.dtype != torch.int64:
                    shape = tuple(getattr(ids, "shape", ()))
                    raise Problem("model-called-wrongly", name=name, shape=shape)
            self.without_gradients = not torch.is_grad_enabled()
            scale = stretch if self.training else 0.9 * stretch
            last, places = self.of_last[target], torch.arange(1.0, source.shape[1] + 1).to(self.of_source).unsqueeze(1)
            before = torch.cat([torch.zeros_like(last[:, :1]), last[:, :-1]], dim=1)
            said = (places / places.sum() * self.of_source[source]).sum(1, keepdim=True)
            return scale * (last + before / 2 + said)

    return NextToken()


def _number(returned: Any) -> float:
    if returned is None:
        raise Problem("returns-nothing:loss")
    if isinstance(returned, tuple):
        raise Problem("returns-a-tuple:loss", count=len(returned))
    if callable(returned):
        raise Problem("returns-a-function:loss")
    if getattr(returned, "numel", lambda: 1)() != 1:
        raise Problem("not-a-number", shape=tuple(returned.shape))
    if not hasattr(returned, "__float__"):
        raise Problem("not-a-number:loss", kind=type(returned).__name__)
    return float(returned)
