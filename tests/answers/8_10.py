# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

# %% wrong: whole model copied, local name rebound at the end
def train_until(model, step, batches, validate, patience, max_epochs):
    """Train with early stopping; return the validation loss after each epoch."""
    losses = []
    best = float("inf")
    best_model = copy.deepcopy(model)
    waited = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best = loss
            best_model = copy.deepcopy(model)
            waited = 0
        else:
            waited += 1
            if waited == patience:
                break
    model = best_model
    return losses

# %% wrong: waits one epoch too long
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited, weights = [], math.inf, 0, None
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited, weights = losses[-1], 0, copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited > patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: compares with the epoch before, not with the best
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    previous = float("inf")
    no_gain = 0
    weights = copy.deepcopy(model.state_dict())
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < previous:
            weights = copy.deepcopy(model.state_dict())
            no_gain = 0
        else:
            no_gain += 1
            if no_gain >= patience:
                break
        previous = loss
    model.load_state_dict(weights)
    return losses

# %% wrong: best weights put back only when it stops early
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best_loss = float("inf")
    counter = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        val_loss = validate(model)
        losses.append(val_loss)
        if val_loss < best_loss:
            best_loss = val_loss
            best_weights = copy.deepcopy(model.state_dict())
            counter = 0
        else:
            counter += 1
            if counter >= patience:
                model.load_state_dict(best_weights)
                return losses
    return losses

# %% wrong: validate called twice in an epoch
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    best = None
    bad = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        history.append(validate(model))
        if best is None or validate(model) < best:
            best = history[-1]
            state = copy.deepcopy(model.state_dict())
            bad = 0
        else:
            bad += 1
        if bad == patience:
            break
    model.load_state_dict(state)
    return history

# %% wrong: counter of bad epochs never set back to 0
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best = float("inf")
    bad_epochs = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best = loss
            weights = copy.deepcopy(model.state_dict())
        else:
            bad_epochs += 1
        if bad_epochs >= patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: keeps the weights from before the epoch's steps
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best, best_weights, since = float("inf"), None, 0
    while len(losses) < max_epochs and since < patience:
        weights = copy.deepcopy(model.state_dict())
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, best_weights, since = loss, weights, 0
        else:
            since += 1
    model.load_state_dict(best_weights)
    return losses

# %% wrong: state_dict without parentheses, TypeError
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best_loss = 1e9
    waiting = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best_loss:
            best_loss = loss
            best_weights = copy.deepcopy(model.state_dict)
            waiting = 0
        else:
            waiting += 1
            if waiting >= patience:
                break
    model.load_state_dict(best_weights)
    return losses

# %% right: the list of losses decides
def train_until(model, step, batches, validate, patience, max_epochs):
    """Train with early stopping; return the validation loss after each epoch."""
    losses = []
    while len(losses) < max_epochs:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        best_epoch = losses.index(min(losses))           # the first of equal ones
        if best_epoch == len(losses) - 1:
            kept = copy.deepcopy(model.state_dict())
        if len(losses) - 1 - best_epoch >= patience:
            break
    model.load_state_dict(kept)
    return losses

# %% right: cloned weights and a counter
def train_until(model, step, batches, validate, patience, max_epochs):
    best, best_weights, waited, losses = math.inf, None, 0, []
    for epoch in range(1, max_epochs + 1):
        model.train(True)
        for b in batches:
            step(model, b)
        model.train(False)
        with torch.no_grad():
            loss = validate(model)
        losses.append(loss)
        if loss >= best:
            waited += 1
            if waited == patience:
                break
            continue
        best, waited = loss, 0
        best_weights = {name: w.detach().clone() for name, w in model.state_dict().items()}
    if best_weights is not None:
        model.load_state_dict(best_weights)
    return losses

# %% right: weights saved with torch.save into memory, epoch as an inner function
import io

def train_until(model, step, batches, validate, patience, max_epochs):
    def one_epoch():
        model.train()
        for i in range(len(batches)):
            step(model, batches[i])
        model.eval()
        return validate(model)

    file = io.BytesIO()
    losses = []
    last_gain = 0
    for n in range(max_epochs):
        loss = one_epoch()
        if not losses or loss < min(losses):
            last_gain = n
            file = io.BytesIO()
            torch.save(model.state_dict(), file)
        losses += [loss]
        if n - last_gain == patience:
            break
    file.seek(0)
    model.load_state_dict(torch.load(file))
    return losses
