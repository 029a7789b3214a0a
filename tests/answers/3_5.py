# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: gradients cleared once, before the loop
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    optimiser.zero_grad()
    for batch in batches:
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: losses kept as tensors
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss)
    model.eval()
    return losses

# %% wrong: training mode never switched on
def fit(model, loss_of, batches, optimiser):
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    model.eval()
    return losses

# %% wrong: loss computed again after the step
def fit(model, loss_of, batches, optimiser):
    history = []
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss_of(model, batch).backward()
        optimiser.step()
        with torch.no_grad():
            history.append(loss_of(model, batch).item())
    model.eval()
    return history

# %% wrong: running mean instead of the batch's loss
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    total = 0.0
    for i, batch in enumerate(batches):
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / (i + 1))
    model.eval()
    return losses

# %% wrong: eval inside the loop, train before it
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        model.eval()
    return losses

# %% wrong: step before backward, with the gradients just cleared
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        losses.append(loss.item())
        optimiser.zero_grad()
        optimiser.step()
        loss.backward()
    model.eval()
    return losses

# %% wrong: puts the model back into the mode it came in
def fit(model, loss_of, batches, optimiser):
    was_training = model.training
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.train(was_training)
    return losses

# %% wrong: goes through the batches twice, first for all losses
def fit(model, loss_of, batches, optimiser):
    model.train()
    with torch.no_grad():
        losses = [loss_of(model, batch).item() for batch in batches]
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
    model.eval()
    return losses

# %% right: the usual order
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% right: zero_grad after the step as well as at the start
def fit(model, loss_of, batches, optimiser):
    losses = []
    optimiser.zero_grad(set_to_none=True)
    for batch in batches:
        model.train()
        loss = loss_of(model, batch)
        losses += [float(loss.item())]
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    model.eval()
    return losses

# %% right: one step as an inner function, list comprehension
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        before = loss.item()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return before

    model.train()
    try:
        return [one_step(batch) for batch in batches]
    finally:
        model.eval()
