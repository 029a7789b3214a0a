"""The training loop of lesson 03, which lessons 04 to 06 train their small models with."""
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["fit"]


def fit(
    model: nn.Module, loss_of: Callable[[nn.Module, Any], Tensor], batches: Iterable[Any],
    optimiser: torch.optim.Optimizer,
) -> list[float]:
    """Train the model on each batch once, one step each.

    Args:
        model: is trained in training mode, and left in evaluation mode.
        loss_of: called as `loss_of(model, batch)`; returns a tensor with one number.
        batches: anything that a `for` loop goes through, once; a generator may draw fresh ones.
        optimiser: of the model's parameters.

    Returns:
        The loss of each batch, before its step.
    """
    losses = []
    model.train()
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses
