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
# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn
# %% wrong: the gradients are cleared between backward and step, so no step moves anything
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.zero_grad()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses
# %% right: the gradients are cleared after each step
def fit(model, loss_of, batches, optimiser):
    history = []
    model.train()
    for batch in batches:
        loss = loss_of(model, batch)
        history.append(loss.item())
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    model.eval()
    return history
# %% wrong: the loss is computed anew after the step, and that one is recorded
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss_of(model, batch).backward()
        optimiser.step()
        with torch.no_grad():
            losses.append(loss_of(model, batch).item())
    model.eval()
    return losses
# %% wrong: puts the model back into the mode in which it came, rather than into evaluation mode
def fit(model, loss_of, batches, optimiser):
    was_training = model.training
    model.train()
    try:
        result = []
        for b in batches:
            optimiser.zero_grad()
            l = loss_of(model, b)
            l.backward()
            optimiser.step()
            result.append(l.item())
        return result
    finally:
        model.train(was_training)
# %% wrong: gradient clipping, as in other tutorials, changes the steps
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses
# %% wrong: goes through the batches by index and length, which a generator does not have
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = [0.0] * len(batches)
    for i in range(len(batches)):
        loss = loss_of(model, batches[i])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses[i] = loss.item()
    model.eval()
    return losses
# %% wrong: records the running mean of the losses, not the loss of each batch
def fit(model, loss_of, batches, optimiser):
    model.train()
    total, losses = 0.0, []
    for n, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / n)
    model.eval()
    return losses
# %% wrong: two mistakes: zero_grad only once before the loop (gradients add up), and the losses stay tensors
def fit(model, loss_of, batches, optimiser):
    model.train()
    optimiser.zero_grad()
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    model.eval()
    return losses
# %% right: the three calls in a helper, list comprehension, eval in finally
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        before = loss.item()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return before

    model.train(True)
    try:
        return [one_step(batch) for batch in batches]
    finally:
        model.train(False)
# %% right: with a closure that the optimiser calls
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        def closure(batch=batch):
            optimiser.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            return loss

        losses.append(optimiser.step(closure).item())
    model.eval()
    return losses
# %% prelude
import torch
from torch import nn
# %% wrong: zero_grad between backward and step, so the step has no gradients
def fit(model, loss_of, batches, optimiser):
    model.train()
    history = []
    for batch in batches:
        loss = loss_of(model, batch)
        history.append(loss.item())
        loss.backward()
        optimiser.zero_grad()
        optimiser.step()
    model.eval()
    return history
# %% wrong: zero_grad only once before the loop, gradients add up over the batches
def fit(model, loss_of, batches, optimiser):
    optimiser.zero_grad()
    model.train()
    losses = []
    for b in batches:
        l = loss_of(model, b)
        l.backward()
        optimiser.step()
        losses += [l.item()]
    model.eval()
    return losses
# %% wrong: puts the model back into the mode it came in, instead of evaluation mode
def fit(model, loss_of, batches, optimiser):
    was_training = model.training
    model.train()
    try:
        losses = []
        for batch in batches:
            optimiser.zero_grad(set_to_none=True)
            loss = loss_of(model, batch)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses
    finally:
        model.train(was_training)
# %% wrong: takes len(batches), which a generator has not
def fit(model, loss_of, batches, optimiser):
    n = len(batches)
    losses = [0.0] * n
    model.train()
    for i, batch in enumerate(batches):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses[i] = loss.item()
    model.eval()
    return losses
# %% wrong: clips the gradients to norm 1, which nobody asked for
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        # Prevent exploding gradients
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses
# %% wrong: model.train and model.eval without brackets, so the mode never changes
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval
    return losses
# %% right: a helper for one step, list comprehension over the batches
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        value = loss.item()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return value

    model.train(True)
    values = [one_step(batch) for batch in batches]
    model.train(False)
    return values
# %% right: zero_grad before the loop and after each step, iterator with next
def fit(model, loss_of, batches, optimiser):
    result = []
    iterator = iter(batches)
    model.train()
    optimiser.zero_grad()
    while True:
        try:
            batch = next(iterator)
        except StopIteration:
            break
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        result.append(float(loss.detach()))
    model.eval()
    return result


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
import copy, math
import torch, torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, scaled_dot_product_attention
class Base(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

# %% wrong: clips the gradient to norm 1 before each step
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: puts the model back into the mode in which it came
def fit(model, loss_of, batches, optimiser):
    losses, was = [], model.training
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.train(was)
    return losses

# %% wrong: returns the running mean of the losses so far
def fit(model, loss_of, batches, optimiser):
    losses, total = [], 0.0
    model.train()
    for n, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / n)
    model.eval()
    return losses

# %% wrong: computes the loss a second time to note it (before the step): another dropout, another draw
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        losses.append(loss_of(model, batch).item())
        optimiser.zero_grad()
        loss_of(model, batch).backward()
        optimiser.step()
    model.eval()
    return losses

# %% wrong: gradient accumulation: a step for every second batch only
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    optimiser.zero_grad()
    for n, batch in enumerate(batches, start=1):
        loss = loss_of(model, batch)
        loss.backward()
        if n % 2 == 0:
            optimiser.step()
            optimiser.zero_grad()
        losses.append(loss.item())
    model.eval()
    return losses

# %% right: the step takes a closure, which computes the loss and its gradient
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        def closure():
            optimiser.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            return loss
        losses.append(float(optimiser.step(closure)))
    model.eval()
    return losses

# %% prelude

# %% wrong: Keras convention: the running mean of the losses so far
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses, total = [], 0.0
    for seen, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / seen)
    model.eval()
    return losses

# %% wrong: gradient clipping to norm 1, copied from a trainer
import torch
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: sets the mode of the layers, not of the model itself
def fit(model, loss_of, batches, optimiser):
    for layer in model.children():
        layer.train()
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    for layer in model.children():
        layer.eval()
    return losses

# %% right: next() with a sentinel, model.zero_grad, try/finally
def fit(model, loss_of, batches, optimiser):
    stream, end = iter(batches), object()
    losses = []
    model.train(True)
    try:
        while (batch := next(stream, end)) is not end:
            model.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
    finally:
        model.train(False)
    return losses

# %% prelude

# %% wrong: goes through batches by index and len(): they may have no length
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for i in range(len(batches)):
        optimiser.zero_grad()
        loss = loss_of(model, batches[i])
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: model.training = False at the end: only the outer module, not its layers
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.training = False
    return losses

# %% right: helper function, loss before zero_grad, try/finally, float()
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        optimiser.zero_grad(set_to_none=False)
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    model.train(True)
    try:
        return [one_step(batch) for batch in batches]
    finally:
        model.train(False)

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math, torch
import torch.nn.functional as F

# %% wrong: zero_grad between backward and step: nothing is learned
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.zero_grad()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: sets model.training only on the outermost module, not its layers
def fit(model, loss_of, batches, optimiser):
    model.training = True
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.training = False
    return losses

# %% wrong: returns the running average of the losses (as a progress bar shows)
def fit(model, loss_of, batches, optimiser):
    model.train()
    history, total = [], 0.0
    for n, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        history.append(total / n)
    model.eval()
    return history

# %% right: gradients forgotten after each step; try/finally; float(loss.detach())
def fit(model, loss_of, batches, optimiser):
    history = []
    model.train(True)
    try:
        for batch in batches:
            loss = loss_of(model, batch)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            history += [float(loss.detach())]
    finally:
        model.train(False)
    return history

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention

# %% right: zero_grad(set_to_none=False) after the step; list by a helper
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        value = loss.item()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)
        return value
    model.train()
    result = [one_step(b) for b in batches]
    model.eval()
    return result

# %% prelude
from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from torch import nn
import math
import torch
import torch.nn.functional as F

# %% wrong: returns the running mean of the losses so far (as a progress bar shows it), not each batch's loss
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses, total = [], 0.0
    for n, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / n)
    model.eval()
    return losses

# %% wrong: clips the gradients to norm 1 before the step (habit from other training loops)
def fit(model, loss_of, batches, optimiser):
    model.train()
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% right: inner function, gradients forgotten after the step, detached tensors, map
def fit(model, loss_of, batches, optimiser):
    def one_step(batch):
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        return loss.detach().clone()

    optimiser.zero_grad(set_to_none=True)
    try:
        return [one_step(batch) for batch in set_mode(model, batches)]
    finally:
        model.train(False)

def set_mode(model, batches):
    model.train(True)
    yield from batches

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: sets the attribute model.training by hand: the layers keep their mode
def fit(model, loss_of, batches, optimiser):
    model.training = True
    losses = []
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.training = False
    return losses

# %% wrong: returns the running mean of the losses, as Keras prints it
def fit(model, loss_of, batches, optimiser):
    model.train()
    history, total = [], 0.0
    for i, batch in enumerate(batches, start=1):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        history.append(total / i)
    model.eval()
    return history

# %% wrong: puts the model back into the mode in which it came, in place of evaluation mode
def fit(model, loss_of, batches, optimiser):
    was_training = model.training
    model.train()
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.train(was_training)
    return losses

# %% right: optimiser.step(closure) does all three calls and returns the loss
def fit(model, loss_of, batches, optimiser):
    model.train(True)
    losses = []
    for batch in batches:
        def closure():
            optimiser.zero_grad(set_to_none=False)
            loss = loss_of(model, batch)
            loss.backward()
            return loss
        losses.append(float(optimiser.step(closure)))
    model.train(False)
    return losses

# %% prelude
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from course.attention import causal_mask, padding_mask, scaled_dot_product_attention
from course.views import interactive
from course.views.figures import show_curves, show_weights
from course.views.suppliers import show_suppliers

# %% wrong: clips the gradient's norm to 1 before each step (habit from other training loops)
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    return losses

# %% wrong: returns the running mean of the losses so far (as Keras shows it), not each batch's loss
def fit(model, loss_of, batches, optimiser):
    total, losses = 0.0, []
    model.train()
    for i, batch in enumerate(batches):
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        total += loss.item()
        losses.append(total / (i + 1))
    model.eval()
    return losses

# %% wrong: sets the flag model.training = True/False instead of calling train()/eval(): layers inside keep their mode
def fit(model, loss_of, batches, optimiser):
    losses = []
    model.training = True
    for batch in batches:
        optimiser.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.training = False
    return losses

# %% right: optimiser.step(closure): zero_grad, loss and backward inside the closure
def fit(model, loss_of, batches, optimiser):
    def closure_for(batch):
        def closure():
            optimiser.zero_grad(set_to_none=False)
            loss = loss_of(model, batch)
            loss.backward()
            return loss
        return closure

    model.train(True)
    try:
        return [optimiser.step(closure_for(batch)).detach() for batch in batches]
    finally:
        model.train(False)
