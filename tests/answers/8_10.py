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
# %% prelude
import copy
import math
import torch
# %% wrong: keeps dict(state_dict()), a shallow copy whose tensors go on changing
def train_until(model, step, batches, validate, patience, max_epochs):
    best, best_weights, waited, losses = math.inf, None, 0, []
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, best_weights, waited = loss, dict(model.state_dict()), 0
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: train() only once before the loop, from the second epoch on it trains in evaluation mode
def train_until(model, step, batches, validate, patience, max_epochs):
    model.train()
    losses, best_weights, best_epoch = [], None, 0
    for epoch in range(max_epochs):
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if epoch == 0 or losses[-1] < losses[best_epoch]:
            best_epoch = epoch
            best_weights = copy.deepcopy(model.state_dict())
        if epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: an equal loss counts as a new lowest one (<=)
def train_until(model, step, batches, validate, patience, max_epochs):
    history, best, weights, bad = [], float("inf"), {}, 0
    while len(history) < max_epochs and bad < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        history.append(validate(model))
        if history[-1] <= best:
            best, bad = history[-1], 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
    model.load_state_dict(weights)
    return history
# %% wrong: off by one, stops only after patience + 1 epochs without a new best
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best_loss, since_best = math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best_loss:
            best_loss, since_best = loss, 0
            best_weights = copy.deepcopy(model.state_dict())
        else:
            since_best += 1
        if since_best > patience:
            break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: the counter of epochs without a new best is not set back by a new best
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, without = [], None, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if best is None or losses[-1] < best[0]:
            best = (losses[-1], copy.deepcopy(model.state_dict()))
        else:
            without += 1
        if without >= patience:
            break
    model.load_state_dict(best[1])
    return losses
# %% wrong: goes back to the best weights only when patience runs out, not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, lowest, waited = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < lowest:
            lowest, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited >= patience:
                model.load_state_dict(kept)
                return losses
    return losses
# %% wrong: compares with the epoch before, not with the best so far
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited, best_weights = [], 0, None
    previous = math.inf
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < previous:
            waited = 0
            best_weights = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        previous = loss
        if waited >= patience:
            break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: validates the untrained model first and lets it be the best one to beat
def train_until(model, step, batches, validate, patience, max_epochs):
    model.eval()
    best = validate(model)
    best_weights = copy.deepcopy(model.state_dict())
    losses, waited = [], 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            best_weights = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: leaves the loop before the loss of the last epoch is appended
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if loss < best:
            best, waited = loss, 0
            weights = {name: w.clone() for name, w in model.state_dict().items()}
        else:
            waited += 1
            if waited == patience:
                break
        losses.append(loss)
    model.load_state_dict(weights)
    return losses
# %% right: no counter: the place of the minimum in the list says how long ago the best epoch was
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, weights = [], {}
    while len(losses) < max_epochs:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        best = losses.index(min(losses))
        if best == len(losses) - 1:
            weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        elif len(losses) - 1 - best >= patience:
            break
    model.load_state_dict(weights)
    return losses
# %% right: a helper for one epoch, and the epochs left counted down from patience
def train_until(model, step, batches, validate, patience, max_epochs):
    def one_epoch():
        model.train(True)
        for i in range(len(batches)):
            step(model, batches[i])
        model.train(False)
        return validate(model)

    lowest = one_epoch()
    curve, snapshot, left = [lowest], copy.deepcopy(model.state_dict()), patience
    for _ in range(1, max_epochs):
        curve.append(one_epoch())
        left -= 1
        if curve[-1] < lowest:
            lowest, snapshot, left = curve[-1], copy.deepcopy(model.state_dict()), patience
        if left == 0:
            break
    model.load_state_dict(snapshot)
    return curve
# %% prelude
import copy
import math

import torch
# %% wrong: at the end only the local name model is set to the best copy, the caller's model keeps its last weights
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], math.inf, 0
    best_model = model
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, waited = loss, 0
            best_model = copy.deepcopy(model)
        else:
            waited += 1
            if waited >= patience:
                break
    model = best_model
    return losses
# %% wrong: the counter is not set back by a new best, so bad epochs need not be in a row
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, bad = [], 0
    best, weights = math.inf, None
    while len(losses) < max_epochs and bad < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best = losses[-1]
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
    model.load_state_dict(weights)
    return losses
# %% wrong: each loss is compared with the one before, not with the lowest so far
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    previous = math.inf
    waiting = 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < previous:
            weights = copy.deepcopy(model.state_dict())
            waiting = 0
        else:
            waiting += 1
        previous = loss
        if waiting == patience:
            break
    model.load_state_dict(weights)
    return losses
# %% wrong: training mode is switched on once before the loop, so from the second epoch on it trains in evaluation mode
def train_until(model, step, batches, validate, patience, max_epochs):
    model.train()
    losses, best, since = [], math.inf, 0
    for epoch in range(max_epochs):
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, since, kept = loss, 0, copy.deepcopy(model.state_dict())
        else:
            since += 1
        if since >= patience:
            break
    model.load_state_dict(kept)
    return losses
# %% wrong: state_dict().copy() copies the dictionary but not the weights in it
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best_epoch = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if epoch == 0 or losses[epoch] < losses[best_epoch]:
            best_epoch = epoch
            best_weights = model.state_dict().copy()
        if epoch - best_epoch >= patience:
            break
    model.load_state_dict(best_weights)
    return losses
# %% wrong: two mistakes: an equal loss counts as a new best, and it stops one epoch too late
def train_until(model, step, batches, validate, patience, max_epochs):
    history, best_loss, n_bad = [], float("inf"), 0
    for _ in range(max_epochs):
        model.train()
        for b in batches:
            step(model, b)
        model.eval()
        v = validate(model)
        history.append(v)
        if v <= best_loss:
            best_loss, n_bad = v, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            n_bad += 1
        if n_bad > patience:
            break
    model.load_state_dict(best_state)
    return history
# %% right: no counter: the place of the minimum in the list says how long ago it was
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    for _ in range(max_epochs):
        model.train(True)
        for n in range(len(batches)):
            step(model, batches[n])
        model.train(False)
        losses.append(validate(model))
        epochs_since = len(losses) - 1 - losses.index(min(losses))
        if epochs_since == 0:
            kept = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        if epochs_since >= patience:
            break
    model.load_state_dict(kept)
    return losses
# %% right: a while loop, all weights kept in a list, an inner function for one epoch
def train_until(model, step, batches, validate, patience, max_epochs):
    def one_epoch():
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        return validate(model), copy.deepcopy(model.state_dict())

    found = [one_epoch()]
    best = 0
    while len(found) < max_epochs and len(found) - 1 - best < patience:
        found.append(one_epoch())
        if found[-1][0] < found[best][0]:
            best = len(found) - 1
    model.load_state_dict(found[best][1])
    return [loss for loss, _ in found]


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import copy
from course.training import label_smoothing_loss

# %% wrong: best model copied, and `model = best` at the end only binds a local name
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], copy.deepcopy(model), 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < min(losses):
            best, waited = copy.deepcopy(model), 0
        else:
            waited += 1
        losses.append(loss)
        if waited == patience:
            break
    model = best
    return losses

# %% wrong: the counter is never set back to 0
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, bad = [], math.inf, 0
    weights = None
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, weights = loss, copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad >= patience:
                break
    model.load_state_dict(weights)
    return losses

# %% wrong: compares with the loss of the previous epoch, not with the lowest
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, previous, bad = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < previous:
            weights, bad = copy.deepcopy(model.state_dict()), 0
        else:
            bad += 1
        previous = loss
        if bad >= patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: model.train() once, before the loop (half warned)
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, bad = [], math.inf, 0
    model.train()
    for _ in range(max_epochs):
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, weights, bad = loss, copy.deepcopy(model.state_dict()), 0
        else:
            bad += 1
        if bad >= patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: best weights are put back only when stopped by patience
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, bad = [], math.inf, 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, weights, bad = loss, copy.deepcopy(model.state_dict()), 0
        else:
            bad += 1
        if bad >= patience:
            model.load_state_dict(weights)
            break
    return losses

# %% right: while, all copies kept in a list, best by index of the minimum
def train_until(model, step, batches, validate, patience, max_epochs):
    history, kept = [], []
    while len(history) < max_epochs and len(history) - (history.index(min(history)) + 1 if history else 0) < patience:
        model.train(True)
        [step(model, batch) for batch in batches]
        model.train(False)
        history += [validate(model)]
        kept += [{name: weight.detach().clone() for name, weight in model.state_dict().items()}]
    model.load_state_dict(kept[history.index(min(history))])
    return history


# %% prelude
import itertools
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
import copy
from course.training import label_smoothing_loss
LOOP = '''
def train_until(model, step, batches, validate, patience, max_epochs):
'''
NAMES = ["no shift", "padding counted", "softmax twice", "axes mixed", "zero_grad forgotten",
         "future visible", "learning rate too high", "learning rate too low"]
RIGHT = {"a": "no shift", "b": "softmax twice", "c": "zero_grad forgotten", "d": "padding counted", "e": "axes mixed"}

# %% wrong: model = best copy: only the local name is bound anew, the caller's model keeps the last weights
def train_until(model, step, batches, validate, patience, max_epochs):

    best, best_model, bad, losses = float("inf"), None, 0, []
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, best_model, bad = loss, copy.deepcopy(model), 0
        else:
            bad += 1
            if bad == patience:
                break
    model = best_model
    return losses

# %% wrong: best weights put back only when patience ran out, not when max_epochs is reached
def train_until(model, step, batches, validate, patience, max_epochs):

    best, bad, losses = float("inf"), 0, []
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, bad = loss, 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad >= patience:
                model.load_state_dict(weights)
                return losses
    return losses

# %% wrong: compares with the epoch before, not with the best (again)
def train_until(model, step, batches, validate, patience, max_epochs):

    losses, bad, before = [], 0, float("inf")
    weights = copy.deepcopy(model.state_dict())
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < before:
            bad = 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
        before = loss
        if bad == patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: a min_delta of 1e-3, as in Keras habits: small progress is no new best
def train_until(model, step, batches, validate, patience, max_epochs):

    losses, bad, best = [], 0, float("inf")
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best - 1e-3:
            best, bad = loss, 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
        if bad == patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: goes back to the best weights after every bad epoch, not only in the end
def train_until(model, step, batches, validate, patience, max_epochs):

    losses, bad, best = [], 0, float("inf")
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, bad = loss, 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            model.load_state_dict(weights)
        if bad == patience:
            break
    model.load_state_dict(weights)
    return losses

# %% wrong: one epoch too patient (bad > patience) AND no copy of the weights
def train_until(model, step, batches, validate, patience, max_epochs):

    losses, bad, best = [], 0, float("inf")
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, bad = loss, 0
            weights = model.state_dict()
        else:
            bad += 1
        if bad > patience:
            break
    model.load_state_dict(weights)
    return losses

# %% right: no counter: patience read off the list; weights kept by torch.save in memory
def train_until(model, step, batches, validate, patience, max_epochs):

    import io
    losses, kept = [], None
    while len(losses) < max_epochs and (len(losses) <= patience
                                        or min(losses[-patience:]) < min(losses[:-patience])):
        model.train()
        for batch in batches:
            step(model, batch)
        losses.append(validate(model.eval()))
        if losses.index(min(losses)) == len(losses) - 1:
            kept = io.BytesIO()
            torch.save(model.state_dict(), kept)
    kept.seek(0)
    model.load_state_dict(torch.load(kept))
    return losses

# %% prelude
import copy
import math

import torch

# %% wrong: best weights go back only when patience ends, not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, bad = [], None, 0
    best_loss = float("inf")
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best_loss:
            best_loss, bad = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad >= patience:
                model.load_state_dict(best)
                break
    return losses

# %% wrong: one epoch too patient: epoch - best_epoch > patience
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best_epoch, best = [], 0, None
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if epoch == 0 or losses[-1] < losses[best_epoch]:
            best_epoch = epoch
            best = copy.deepcopy(model.state_dict())
        if epoch - best_epoch > patience:
            break
    model.load_state_dict(best)
    return losses

# %% wrong: state_dict().copy(): a shallow copy
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < min(losses):
            best, waited = model.state_dict().copy(), 0
        else:
            waited += 1
        losses.append(loss)
        if waited == patience:
            break
    model.load_state_dict(best)
    return losses

# %% right: while loop, clones in a dict, copies back with copy_
def train_until(model, step, batches, validate, patience, max_epochs):
    history, best_at, kept = [], -1, {}
    while len(history) < max_epochs and len(history) - 1 - best_at < patience or not history:
        model.train(True)
        [step(model, batch) for batch in batches]
        model.train(False)
        now = float(validate(model))
        if best_at < 0 or now < history[best_at]:
            best_at = len(history)
            kept = {name: w.detach().clone() for name, w in model.state_dict().items()}
        history.append(now)
    with torch.no_grad():
        for name, w in model.state_dict().items():
            w.copy_(kept[name])
    return history

# %% prelude
import copy

# %% wrong: state_dict().copy() is shallow: the best weights go on changing
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], float("inf"), 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, waited = loss, 0
            best_weights = model.state_dict().copy()
        else:
            waited += 1
            if waited >= patience:
                break
    model.load_state_dict(best_weights)
    return losses

# %% wrong: the counter of epochs without a new best is not put back to 0 by a new best (not in a row)
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best, weights = float("inf"), None
    bad = 0
    while len(losses) < max_epochs and bad < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best = losses[-1]
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
    model.load_state_dict(weights)
    return losses

# %% wrong: goes back to the best weights only where patience ends the loop, not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    best_loss = float("inf")
    without = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        val = validate(model)
        history.append(val)
        if val < best_loss:
            best_loss = val
            best_state = copy.deepcopy(model.state_dict())
            without = 0
        else:
            without += 1
        if without == patience:
            model.load_state_dict(best_state)
            return history
    return history

# %% right: keeps clones of the tensors; stops by the distance to the best epoch
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, kept, best_at = [], {}, 0
    for epoch in range(max_epochs):
        model.train(True)
        for n in range(len(batches)):
            step(model, batches[n])
        model.train(False)
        losses += [validate(model)]
        if epoch == 0 or losses[epoch] < losses[best_at]:
            best_at = epoch
            kept = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        if epoch - best_at >= patience:
            break
    model.load_state_dict(kept)
    return losses

# %% prelude
import copy
import math

# %% wrong: the counter is not reset at a new best (counts all bad epochs)
def train_until(model, step, batches, validate, patience, max_epochs):
    best, best_weights, bad, losses = math.inf, None, 0, []
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, best_weights = loss, copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(best_weights)
    return losses

# %% wrong: copy of the dict only: {name: w.detach()}, shares storage
def train_until(model, step, batches, validate, patience, max_epochs):
    best, bad, losses = math.inf, 0, []
    while len(losses) < max_epochs and bad < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, bad = losses[-1], 0
            kept = {name: w.detach() for name, w in model.state_dict().items()}
        else:
            bad += 1
    model.load_state_dict(kept)
    return losses

# %% wrong: model.train() once before the loop, eval() in each epoch
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best_epoch = [], -1
    model.train()
    for epoch in range(max_epochs):
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if best_epoch < 0 or losses[-1] < losses[best_epoch]:
            best_epoch = epoch
            best = copy.deepcopy(model.state_dict())
        if epoch - best_epoch >= patience:
            break
    model.load_state_dict(best)
    return losses

# %% right: clones instead of deepcopy, index of the minimum, early break
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        history.append(validate(model))
        best_epoch = history.index(min(history))
        if best_epoch == epoch:
            saved = {k: v.clone() for k, v in model.state_dict().items()}
        elif epoch - best_epoch == patience:
            break
    model.load_state_dict(saved)
    return history

# %% prelude
import copy
import torch

# %% wrong: state_dict().copy(): a shallow copy, once again
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waiting = [], float("inf"), 0
    best_weights = None
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, waiting = loss, 0
            best_weights = model.state_dict().copy()
        else:
            waiting += 1
            if waiting == patience:
                break
    model.load_state_dict(best_weights)
    return losses

# %% wrong: deepcopy of the model, and at the end `model = best_model`, which only rebinds the name
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best_loss = float("inf")
    best_model = copy.deepcopy(model)
    no_improvement = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        val_loss = validate(model)
        losses.append(val_loss)
        if val_loss < best_loss:
            best_loss = val_loss
            best_model = copy.deepcopy(model)
            no_improvement = 0
        else:
            no_improvement += 1
        if no_improvement >= patience:
            break
    model = best_model
    return losses

# %% wrong: patience counted against the loss of the epoch before, not against the lowest
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = []
    best = float("inf")
    worse = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best = losses[-1]
            weights = copy.deepcopy(model.state_dict())
        if len(losses) > 1 and losses[-1] >= losses[-2]:
            worse += 1
        else:
            worse = 0
        if worse == patience:
            break
    model.load_state_dict(weights)
    return losses

# %% right: while loop; position of the first minimum; weights cloned by hand
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, kept = [], {}
    def since_best():
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0
    while len(losses) < max_epochs and since_best() < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if since_best() == 0:
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return losses

# %% prelude
import copy, math, torch
import torch.nn.functional as F
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: the count of epochs without a new best is never set back to 0
def train_until(model, step, batches, validate, patience, max_epochs):
    best, weights, bad, losses = float("inf"), None, 0, []
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
            bad += 1
            if bad >= patience:
                break
    model.load_state_dict(weights)
    return losses

# %% wrong: keeps a copy of the best model and rebinds the name; the caller's model keeps the last weights
def train_until(model, step, batches, validate, patience, max_epochs):
    best, best_model, bad, losses = float("inf"), None, 0, []
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, best_model, bad = losses[-1], copy.deepcopy(model), 0
        else:
            bad += 1
        if bad == patience:
            break
    model = best_model
    return losses

# %% wrong: goes back to the best weights only if stopped by patience, not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    best, bad, losses = float("inf"), 0, []
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, bad = loss, 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
            if bad == patience:
                model.load_state_dict(weights)
                break
    return losses

# %% right: while loop; clones; the place of the first minimum says when to stop; eval copies weights in place
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    while len(history) < max_epochs:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        history.append(validate(model))
        best_at = history.index(min(history))
        if best_at == len(history) - 1:
            keep = {name: w.detach().clone() for name, w in model.state_dict().items()}
        if len(history) - 1 - best_at >= patience:
            break
    with torch.no_grad():
        for name, w in model.state_dict().items():
            w.copy_(keep[name])
    return history

# %% prelude
import copy, io, math
import torch
import torch.nn.functional as F

# %% wrong: compares with the epoch before, not with the best so far, once more
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    best = copy.deepcopy(model.state_dict())
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if epoch == 0 or losses[-1] < losses[-2]:
            best, waited = copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best)
    return losses

# %% wrong: state_dict().copy(): a shallow copy, once more
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best_loss, waited = [], float("inf"), 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best_loss:
            best_loss, waited = loss, 0
            best = model.state_dict().copy()
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best)
    return losses

# %% wrong: goes back to the best weights only where patience ends, not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best_loss, waited = [], math.inf, 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best_loss:
            best_loss, waited = losses[-1], 0
            best = copy.deepcopy(model.state_dict())
            continue
        waited += 1
        if waited == patience:
            model.load_state_dict(best)
            return losses
    return losses

# %% right: the best weights in a buffer (torch.save), while loop, index of the minimum
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, kept = [], io.BytesIO()
    best_epoch = -1
    while len(losses) < max_epochs and len(losses) - 1 - best_epoch < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        with torch.no_grad():
            losses.append(validate(model))
        if losses.index(min(losses)) == len(losses) - 1:
            best_epoch = len(losses) - 1
            kept = io.BytesIO()
            torch.save(model.state_dict(), kept)
    kept.seek(0)
    model.load_state_dict(torch.load(kept))
    return losses

# %% prelude
import copy

# %% wrong: compares with the epoch before, not with the best, once more
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    best_weights = None
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < losses[-1]:
            best_weights = copy.deepcopy(model.state_dict())
            waited = 0
        else:
            waited += 1
        losses.append(loss)
        if waited >= patience:
            break
    model.load_state_dict(best_weights)
    return losses

# %% wrong: goes back to the best weights only when patience ran out, not at max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], float("inf"), 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            weights = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                model.load_state_dict(weights)
                return losses
    return losses

# %% wrong: copies the model and at the end only rebinds the local name
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], float("inf"), 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        losses.append(loss)
        if loss < best:
            best, waited = loss, 0
            best_model = copy.deepcopy(model)
        else:
            waited += 1
        if waited >= patience:
            break
    model = best_model
    return losses

# %% right: no counter: the place of the first minimum in the list; clones instead of deepcopy
def train_until(model, step, batches, validate, patience, max_epochs):
    history, kept = [], {}
    while len(history) < max_epochs:
        model.train(True)
        for batch in batches:
            step(model, batch)
        model.train(False)
        history.append(validate(model))
        best_at = history.index(min(history))
        if best_at == len(history) - 1:
            kept = {name: value.detach().clone() for name, value in model.state_dict().items()}
        elif len(history) - 1 - best_at >= patience:
            break
    model.load_state_dict(kept)
    return history

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: keeps a deep copy of the model, and at the end binds the local name `model` to it: the caller's model keeps the last weights
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    best_model = None
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < min(losses):
            best_model, waited = copy.deepcopy(model), 0
        else:
            waited += 1
        losses.append(loss)
        if waited >= patience:
            break
    model = best_model
    return losses

# %% wrong: patience starts anew whenever the loss is lower than in the epoch before, not only at a new lowest one
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited, best, kept = [], 0, float("inf"), None
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if loss < best:
            best, kept = loss, copy.deepcopy(model.state_dict())
        if not losses or loss < losses[-1]:
            waited = 0
        else:
            waited += 1
        losses.append(loss)
        if waited == patience:
            break
    model.load_state_dict(kept)
    return losses

# %% wrong: epochs without a new best are counted in all, not in a row: the counter never goes back to 0
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, bad, kept = [], 0, None
    while len(losses) < max_epochs and bad < patience:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < min(losses):
            kept = copy.deepcopy(model.state_dict())
        else:
            bad += 1
        losses.append(loss)
    model.load_state_dict(kept)
    return losses

# %% right: keeps the weights of every epoch; position of the minimum decides; copies numbers back in place
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    def where():
        return min(range(len(history)), key=lambda n: history[n][0])
    while len(history) < max_epochs and (not history or len(history) - where() <= patience):
        model.train(True)
        any(step(model, batch) is NotImplemented for batch in batches)
        model.train(False)
        loss = validate(model)
        history.append((loss, {name: w.clone() for name, w in model.state_dict().items()}))
    best = history[where()][1]
    with torch.no_grad():
        for name, w in model.state_dict().items():
            w.copy_(best[name])
    return [loss for loss, _ in history]

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: losses kept in a float32 tensor: tiny differences and large losses are rounded
def train_until(model, step, batches, validate, patience, max_epochs):
    losses = torch.full((max_epochs,), math.inf)
    best = 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses[epoch] = validate(model)
        if epoch == 0 or losses[epoch] < losses[best]:
            best = epoch
            kept = copy.deepcopy(model.state_dict())
        elif epoch - best == patience:
            break
    model.load_state_dict(kept)
    return losses[: epoch + 1].tolist()

# %% wrong: goes back to the best weights only where patience ran out (as Keras once did), not after max_epochs
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    for _ in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        if not losses or loss < min(losses):
            kept, waited = copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        losses.append(loss)
        if waited == patience:
            model.load_state_dict(kept)
            break
    return losses

# %% wrong: model.train() once before the loop: from the second epoch on it trains in evaluation mode
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, best, waited = [], float("inf"), 0
    model.train()
    while len(losses) < max_epochs and waited < patience:
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        waited += 1
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return losses

# %% right: keeps clones of every epoch's weights, picks the first minimum at the end; patience by comparing minima
def train_until(model, step, batches, validate, patience, max_epochs):
    diary = []
    while len(diary) < max_epochs:
        model.train(True)
        for n in range(len(batches)):
            step(model, batches[n])
        model.train(False)
        diary.append((validate(model), {k: v.clone() for k, v in model.state_dict().items()}))
        so_far = [loss for loss, _ in diary]
        if len(so_far) > patience and min(so_far[:-patience]) <= min(so_far[-patience:]):
            break
    model.load_state_dict(min(diary, key=lambda entry: entry[0])[1])
    return [loss for loss, _ in diary]

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves

# %% wrong: deep copy of the whole model; at the end only the local NAME model is set to it: the caller's model keeps the last weights
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    best_model, best = None, math.inf
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, best_model, waited = losses[-1], copy.deepcopy(model), 0
        else:
            waited += 1
            if waited == patience:
                break
    model = best_model
    return losses

# %% wrong: goes back to the best weights only where patience ends it, not when max_epochs does
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited, best = [], 0, math.inf
    while len(losses) < max_epochs:
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited >= patience:
            model.load_state_dict(kept)
            return losses
    return losses

# %% wrong: an epoch counts as better when it is lower than the epoch BEFORE it, not than the best so far (resets patience; the copy is right)
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    for epoch in range(max_epochs):
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] == min(losses) and losses.count(losses[-1]) == 1:
            kept = copy.deepcopy(model.state_dict())
        if epoch == 0 or losses[-1] < losses[-2]:
            waited = 0
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(kept)
    return losses

# %% wrong: model.train() once before the loop: from the second epoch on it trains in evaluation mode (2)
def train_until(model, step, batches, validate, patience, max_epochs):
    losses, waited, best = [], 0, math.inf
    model.train()
    for epoch in range(max_epochs):
        for batch in batches:
            step(model, batch)
        model.eval()
        losses.append(validate(model))
        if losses[-1] < best:
            best, waited = losses[-1], 0
            kept = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(kept)
    return losses

# %% prelude
import copy
import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from course.patients import patient, reveal
from course.tokens import Encoded, token_batches
from course.transformer import Dropout, EncoderLayer, Transformer
from course.views.figures import show_curves
import io

# %% right: weights kept as bytes (torch.save in BytesIO); stop by the index of the first minimum; train(False) for eval
def train_until(model, step, batches, validate, patience, max_epochs):
    history = []
    while True:
        model.train(True)
        [step(model, batch) for batch in batches]
        model.train(False)
        history += [validate(model)]
        best = history.index(min(history))
        if best == len(history) - 1:
            box = io.BytesIO()
            torch.save(model.state_dict(), box)
        if len(history) == max_epochs or len(history) - 1 - best == patience:
            break
    box.seek(0)
    model.load_state_dict(torch.load(box))
    return history
