# %% prelude
import math
import random
import torch
import torch.nn.functional as F
from torch import nn

def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: zero_grad forgotten
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: zero_grad between backward and step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()

# %% wrong: step before backward
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.step()
    loss.backward()
    return loss.item()

# %% wrong: optimiser never steps
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    return loss.item()

# %% wrong: no shift, input and labels are the same
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target)
    loss = label_smoothing_loss(logits, target, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: shift in the wrong direction
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    decoder_input, labels = target[:, 1:], target[:, :-1]
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: reads all of target, and takes the logits one position too late
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target)[:, 1:]
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: smoothing typed in as 0.1
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing=0.1)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: padding typed in as 0
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], 0, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: returns the loss after the change
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    return loss.item()

# %% wrong: the weights are changed twice
def training_step(model, optimiser, source, target, pad_id, smoothing):
    for _ in range(2):
        optimiser.zero_grad()
        loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
        loss.backward()
        optimiser.step()
    return loss.item()

# %% wrong: nothing is returned
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()

# %% wrong: the model reads its own guesses instead of the right words
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    written = target[:, :1]
    for _ in range(target.shape[1] - 1):
        logits = model(source, written)
        written = torch.cat([written, logits[:, -1:].argmax(dim=-1)], dim=1)
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: zero_grad forgotten and the batch axis shifted
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source[:-1], target[:-1])
    loss = label_smoothing_loss(logits, target[1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: the usual order
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: cleared just before backward, tensor returned
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()

# %% right: cross_entropy written out, gradients set to zero instead of None
def training_step(model, optimiser, source, target, pad_id, smoothing):
    length = target.size(1) - 1
    scores = model(source, target.narrow(1, 0, length))
    answers = target.narrow(1, 1, length)
    cost = F.cross_entropy(scores.reshape(-1, scores.size(-1)), answers.reshape(-1),
                           ignore_index=pad_id, label_smoothing=smoothing)
    optimiser.zero_grad(set_to_none=False)
    cost.backward()
    optimiser.step()
    return float(cost)

# %% right: cleared before and after
def loss_of(model, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    return label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = loss_of(model, source, target, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    value = loss.item()
    optimiser.zero_grad()
    return value

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.training import label_smoothing_loss
# %% wrong: decoder input and labels exchanged
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, 1:], target[:, :-1]
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: gradients clipped to 1
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()
# %% wrong: item() before backward
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing).item()
    loss.backward()
    optimiser.step()
    return loss
# %% wrong: returns the loss after the change, another one
def training_step(model, optimiser, source, target, pad_id, smoothing):
    def compute():
        return label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)

    optimiser.zero_grad()
    compute().backward()
    optimiser.step()
    with torch.no_grad():
        return compute().item()
# %% wrong: step without parentheses
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step
    return loss.item()
# %% wrong: smoothing always 0.1
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing=0.1)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: last column cut away on both sides
def training_step(model, optimiser, source, target, pad_id, smoothing):
    target = target[:, :-1]                      # without <eos>
    decoder_input, labels = target[:, :-1], target[:, 1:]
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: step before backward, another one
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    optimiser.step()
    loss.backward()
    return loss.item()
# %% right: plain
def training_step(model, optimiser, source, target, pad_id, smoothing):
    """One step of teacher forcing; returns the loss before the change."""
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
# %% right: cross_entropy directly, returns a tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad(set_to_none=True)
    logits = model(source, target[:, :-1].contiguous())
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target[:, 1:].reshape(-1),
                           ignore_index=pad_id, label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    return loss.detach()
# %% right: gradients set by autograd.grad
def training_step(model, optimiser, source, target, pad_id, smoothing):
    steps = target.shape[1] - 1
    read, asked = target.narrow(1, 0, steps), target.narrow(1, 1, steps)
    parameters = [p for p in model.parameters() if p.requires_grad]
    loss = label_smoothing_loss(model(source, read), asked, pad_id, smoothing)
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient
    optimiser.step()
    return float(loss)

# %% prelude
import math
import torch
import torch.nn.functional as F
from torch import nn
from course.training import label_smoothing_loss
# %% wrong: step before backward, once more
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.step()
    loss.backward()
    return loss.item()
# %% wrong: clips the gradients out of habit
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimiser.step()
    return loss.item()
# %% wrong: smoothing and pad_id in the wrong order
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], smoothing, pad_id)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: loss computed once more after the step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, :-1], target[:, 1:]

    def compute():
        return label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)

    optimiser.zero_grad()
    compute().backward()
    optimiser.step()
    with torch.no_grad():
        loss = compute()
    return loss.item()
# %% right: gradients by autograd.grad, put in by hand
def training_step(model, optimiser, source, target, pad_id, smoothing):
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    weights = [w for w in model.parameters() if w.requires_grad]
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    for w, gradient in zip(weights, gradients):
        w.grad = gradient
    optimiser.step()
    return loss.detach()
