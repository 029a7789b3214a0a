"""Muon: a step for matrices that pushes in all directions alike (Jordan et al., 2024).

Adam looks at each number of a weight matrix by itself. But a matrix maps vectors to vectors, and its gradient is mostly
the sum of a few strong patterns, beside which the weak ones hardly move. Muon takes the gradient as a matrix, and makes
its singular values much more alike before the step.
"""
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Muon", "matrices_of", "orthogonalise"]

# Polynomials a s + b s³ + c s⁵ that bring singular values nearer to 1, each made for what the one before leaves
# (Amsel et al., 2025: The Polar Express).
_ROUNDS = [(8.2051, -22.9019, 16.4607), (4.0664, -2.8612, 0.5184), (3.9096, -2.8234, 0.5250)]


def orthogonalise(matrices: Tensor) -> Tensor:
    """Matrices with the same singular vectors, whose singular values are much more alike.

    (n, rows, columns) -> the same shape, floating point. A polynomial of the singular values can be computed without
    knowing them, by products of the matrix with itself: X Xᵀ X has them to the third power (*Newton-Schulz iteration*).
    All those from the matrix's length down to 1/700 of it come out between 0.18 and 1.87; smaller ones stay smaller.
    """
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)       # no singular value is above the length
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for a, b, c in _ROUNDS:
        square = x @ x.mT                                                   # singular values to the second power
        fourth = torch.baddbmm(square, square, square, beta=b, alpha=c)     # b XXᵀ + c XXᵀXXᵀ, in one go
        x = torch.baddbmm(x, fourth, x, beta=a)                             # a X + (that) X
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
        matrix_lr: the learning rate for matrices. A step changes each by 0.2 to 1.9 times that much in every
            direction, but for the weakest, times √(rows / columns) where there are more rows.
        momentum: share of the running mean of the gradients that is kept at each step.
        every: 2 changes the matrices at every second step only. That saves half of the time that pushes take, and the
            mean of the gradients goes on with every step; about twice the rate makes up for it.
        spread: what maps `orthogonalise` over stacks of matrices; by default one stack after the other.
        adam: settings of `torch.optim.Adam` for the rest, its learning rate among them.
    """

    def __init__(
        self, flat: nn.Parameter, shapes: Sequence[tuple[int, ...]], matrix_lr: float, momentum: float = 0.95,
        every: int = 1, spread: Callable[[Callable[[Tensor], Tensor], list[Tensor]], Iterable[Tensor]] = map,
        **adam: Any,
    ):
        self.flat, self.size = flat, sum(math.prod(shape) for shape in shapes)
        self.blocks = [(shape, shapes.count(shape)) for shape in dict.fromkeys(shapes)]
        self.rest = nn.Parameter(flat.data[self.size:])
        self.adam = torch.optim.Adam([self.rest], **adam)
        self.mean = torch.zeros_like(flat.data[: self.size])
        self.momentum, self.every, self.steps, self.spread = momentum, every, 0, spread
        self.param_groups = [*self.adam.param_groups, {"params": [], "lr": matrix_lr}]

    @torch.no_grad()
    def step(self) -> None:
        """Change the parameters by what `flat.grad` says."""
        gradient = self.flat.grad
        assert gradient is not None
        self.rest.grad = gradient[self.size:]
        self.adam.step()
        self.mean.lerp_(gradient[: self.size], 1 - self.momentum)
        self.steps += 1
        if self.steps % self.every:
            return
        ahead = gradient[: self.size].lerp(self.mean, self.momentum)        # Nesterov's momentum
        pushes = self.spread(orthogonalise, self._cut(ahead))
        for weights, push in zip(self._cut(self.flat.data), pushes, strict=True):
            rows, columns = push.shape[-2:]
            weights.sub_(push, alpha=self.param_groups[-1]["lr"] * max(1.0, rows / columns) ** 0.5)

    def state_dict(self) -> dict[str, Any]:
        """What is needed to go on later."""
        return {"adam": self.adam.state_dict(), "mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.adam.load_state_dict(state["adam"])
        self.mean.copy_(state["mean"])
        self.steps = state["steps"]
        self.param_groups[:-1] = self.adam.param_groups

    def _cut(self, row: Tensor) -> list[Tensor]:
        """The matrices that a row begins with, those of one shape in one tensor (n, rows, columns)."""
        pieces = row[: self.size].split([n * math.prod(shape) for shape, n in self.blocks])
        return [piece.view(n, *shape) for piece, (shape, n) in zip(pieces, self.blocks, strict=True)]
