"""Muon: a step for matrices that pushes in all directions alike (Jordan et al., 2024).

Adam looks at each number of a weight matrix by itself. But a matrix maps vectors to vectors, and its gradient is mostly
the sum of a few strong patterns, beside which the weak ones hardly move. Muon takes the gradient as a matrix, and makes
all its singular values about 1 before the step.
"""
import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Muon", "matrices_of", "orthogonalise"]

# Of the polynomial a s + b s³ + c s⁵ that brings singular values from 0.003..1 to about 1 when applied again and again.
_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonalise(matrices: Tensor, rounds: int = 5) -> Tensor:
    """Matrices with the same singular vectors whose singular values are all about 1, from 0.7 to 1.2.

    (..., rows, columns) -> the same shape, floating point. A polynomial of the singular values can be computed without
    knowing them, by products of the matrix with itself: X Xᵀ X has them to the third power (*Newton-Schulz iteration*).
    Five rounds reach the singular values down to about 1/300 of the matrix's length; those below stay smaller.
    """
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)       # no singular value is above the length
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for _ in range(rounds):
        square = x @ x.mT                                                   # singular values to the second power
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.mT if tall else x


def matrices_of(model: nn.Module) -> list[nn.Parameter]:
    """The weight matrices of a model, tables of embeddings apart: those of one shape side by side."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    found = [parameter for parameter in model.parameters() if parameter.dim() == 2 and id(parameter) not in tables]
    return sorted((parameter for parameter in found if parameter.requires_grad), key=lambda p: tuple(p.shape))


class Muon:
    """Muon for matrices, Adam for everything else; what `course.training.train` asks of an optimiser.

    Args:
        flat: all parameters' entries in one row, the matrices first.
        shapes: of the matrices, in their order; matrices of one shape stand side by side.
        matrix_lr: the learning rate for matrices. A step changes each by that much in every direction, times
            √(rows / columns) where there are more rows.
        momentum: share of the mean gradient of the last steps that is kept from step to step.
        adam: settings of `torch.optim.Adam` for the rest, its learning rate among them.
    """

    def __init__(
        self, flat: nn.Parameter, shapes: Sequence[tuple[int, ...]], matrix_lr: float, momentum: float = 0.95,
        **adam: Any,
    ):
        self.flat, self.size = flat, sum(math.prod(shape) for shape in shapes)
        self.blocks = [(shape, shapes.count(shape)) for shape in dict.fromkeys(shapes)]
        self.rest = nn.Parameter(flat.data[self.size:])
        self.adam = torch.optim.Adam([self.rest], **adam)
        self.mean = torch.zeros_like(flat.data[: self.size])
        self.momentum = momentum
        self.param_groups = [*self.adam.param_groups, {"params": [], "lr": matrix_lr}]

    @torch.no_grad()
    def step(self) -> None:
        """Change the parameters by what `flat.grad` says."""
        gradient = self.flat.grad
        assert gradient is not None
        self.rest.grad = gradient[self.size:]
        self.adam.step()
        self.mean.lerp_(gradient[: self.size], 1 - self.momentum)
        ahead = gradient[: self.size].lerp(self.mean, self.momentum)        # Nesterov's momentum
        for weights, push in zip(self._cut(self.flat.data), self._cut(ahead), strict=True):
            rows, columns = push.shape[-2:]
            weights.sub_(orthogonalise(push), alpha=self.param_groups[-1]["lr"] * max(1.0, rows / columns) ** 0.5)

    def state_dict(self) -> dict[str, Any]:
        """What is needed to go on later."""
        return {"adam": self.adam.state_dict(), "mean": self.mean}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.adam.load_state_dict(state["adam"])
        self.mean.copy_(state["mean"])
        self.param_groups[:-1] = self.adam.param_groups

    def _cut(self, row: Tensor) -> Iterable[Tensor]:
        """The matrices that a row begins with, those of one shape in one tensor (n, rows, columns)."""
        start = 0
        for shape, n in self.blocks:
            end = start + n * math.prod(shape)
            yield row[start:end].view(n, *shape)
            start = end
