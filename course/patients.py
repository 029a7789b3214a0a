"""The training clinic of lesson 08: five training steps, each with one planted bug.

**Reading on spoils the exercises 8.5 to 8.9.** A patient is asked for by its letter and behaves
like the learner's own `training_step(model, optimiser, source, target, pad_id)`.
"""
import inspect
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course._words import say

__all__ = ["patient", "reveal"]

Step = Callable[[Any, torch.optim.Optimizer, Tensor, Tensor, int], float]


def patient(letter: str) -> Step:
    """The training step of patient "A" to "E". Raises KeyError for other letters."""
    return _PATIENTS[letter][0]


def reveal(letter: str) -> str:
    """The lines with the bug, as they stand in the patient's code."""
    step, marks = _PATIENTS[letter]
    lines = inspect.getsource(step).splitlines()
    shown = [line.strip() for line in lines if any(mark in line for mark in marks)]
    return "\n".join(shown) or say("(missing: {marks})", marks=marks[0])


def _update(optimiser: torch.optim.Optimizer, loss: Tensor) -> float:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def _a(model, optimiser, source, target, pad_id):
    logits = model(source, target)
    loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=pad_id)
    return _update(optimiser, loss)


def _b(model, optimiser, source, target, pad_id):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    probabilities = model(source, decoder_input).softmax(dim=-1)
    loss = F.cross_entropy(probabilities.flatten(0, 1), labels.flatten(), ignore_index=pad_id)
    return _update(optimiser, loss)


def _c(model, optimiser, source, target, pad_id):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)
    loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=pad_id)
    loss.backward()
    optimiser.step()
    return loss.item()


def _d(model, optimiser, source, target, pad_id):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)
    loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
    return _update(optimiser, loss)


def _e(model, optimiser, source, target, pad_id):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)
    batch, length, vocab_size = logits.shape
    loss = F.cross_entropy(logits.reshape(batch, vocab_size, length), labels, ignore_index=pad_id)
    return _update(optimiser, loss)


# Each with words that stand in the lines to be shown.
_PATIENTS: dict[str, tuple[Step, tuple[str, ...]]] = {
    "A": (_a, ("logits =", "cross_entropy")), "B": (_b, ("softmax", "cross_entropy")),
    "C": (_c, ("optimiser.zero_grad()",)), "D": (_d, ("cross_entropy",)), "E": (_e, ("reshape",)),
}
