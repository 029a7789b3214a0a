"""Lesson 03: loops and matrices that nearly do it. What is wrong with them is found, and called by its name."""
import math

import pytest
import torch

from classroom import evaluate

pytestmark = pytest.mark.slow          # many answers, each on several cases


def mode_of_the_model_alone(model, loss_of, batches, optimiser):
    model.training = True
    losses = [one_step(model, loss_of, batch, optimiser) for batch in batches]
    model.training = False
    return losses


def noted_on_its_own(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        losses.append(loss_of(model, batch).item())
        one_step(model, loss_of, batch, optimiser)
    model.eval()
    return losses


def frozen_afterwards(model, loss_of, batches, optimiser):
    model.train()
    losses = [one_step(model, loss_of, batch, optimiser) for batch in batches]
    model.eval().requires_grad_(False)
    return losses


def adam_of_its_own(model, loss_of, batches, optimiser):
    model.train()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = [one_step(model, loss_of, batch, optimiser) for batch in batches]
    model.eval()
    return losses


def one_step(model, loss_of, batch, optimiser):
    loss = loss_of(model, batch)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


@pytest.mark.parametrize("answer, expected", [
    (mode_of_the_model_alone, "outermost-mode-only"), (noted_on_its_own, "computed-twice"),
    (frozen_afterwards, "left-without-gradients"), (adam_of_its_own, "own-optimiser"),
])
def test_loops(answer, expected):
    verdict = evaluate("3.5", answer)
    assert verdict.mistake == expected, verdict.message


def on_a_circle(n_words, n_places):
    """Right, and too soft where there are many places."""
    angles = 2 * math.pi * torch.arange(n_places + 1, dtype=torch.float64) / (n_places + 1)
    points = torch.stack([angles.cos(), angles.sin()], dim=1)
    nothing = torch.zeros(n_words, 2, dtype=torch.float64)
    return 100 * torch.cat([nothing, points.roll(1, 0)[:-1]]), torch.cat([nothing, points[:-1]])


def without_the_square(n_words, n_places):
    at, nothing = torch.arange(n_places) * 1.0, torch.zeros(n_words, 2)
    return (torch.cat([nothing, 20 * torch.stack([at - 1, torch.ones(n_places)], 1)]),
            torch.cat([nothing, torch.stack([at, -at], 1)]))


def from_row_n_places(n_words, n_places):
    W_q, W_k = torch.zeros(2, n_words + n_places, n_places)
    for t in range(min(n_places, n_words)):
        W_k[n_places + t, t] = 1
        if t:
            W_q[n_places + t, t - 1] = 20 * math.sqrt(n_places)
    return W_q, W_k


@pytest.mark.parametrize("answer, expected, says", [
    (on_a_circle, "not-sharp-enough", "looks most at place 1"), (without_the_square, "looks-elsewhere", "alike"),
    (from_row_n_places, "sizes-exchanged", "looks at all 5 places alike"),
])
def test_looking_back(answer, expected, says):
    verdict = evaluate("3.6", answer)
    assert verdict.mistake == expected and says in verdict.message, verdict.message
