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
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn


def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)
# %% wrong: zero_grad between backward and step, so that nothing is left to move by
def training_step(model, optimiser, source, target, pad_id, smoothing):
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()
# %% wrong: shift the wrong way round: reads target[:, 1:] and is asked for target[:, :-1], the token before
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, 1:], target[:, :-1]
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.detach()
# %% wrong: returns the loss after the change of the weights, computed anew
def training_step(model, optimiser, source, target, pad_id, smoothing):
    def batch_loss():
        return label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)

    optimiser.zero_grad()
    batch_loss().backward()
    optimiser.step()
    with torch.no_grad():
        return batch_loss().item()
# %% wrong: takes the end mark out of the decoder input in place, so that it is missing from the labels, too, and the caller's target is changed
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input = target[:, :-1]
    ends = (target != pad_id).sum(dim=1) - 1
    for row, end in enumerate(ends.tolist()):
        if end < decoder_input.shape[1]:
            decoder_input[row, end] = pad_id          # the decoder does not read <eos>
    labels = target[:, 1:]
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: loss is the mean of the losses of single sentences, not of all real tokens
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    losses = []
    for src, tgt in zip(source, target):
        logits = model(src[None], tgt[None, :-1])
        losses.append(label_smoothing_loss(logits, tgt[None, 1:], pad_id, smoothing))
    loss = torch.stack(losses).mean()
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: whole target read and asked for without any shift, and no zero_grad (two mistakes)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target)
    loss = label_smoothing_loss(logits, target, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% right: narrow for the shift, gradients by autograd.grad put in by hand
def training_step(model, optimiser, source, target, pad_id, smoothing):
    length = target.shape[1] - 1
    reads, asked = target.narrow(1, 0, length), target.narrow(1, 1, length)
    loss = label_smoothing_loss(model(source, reads), asked, pad_id, smoothing)
    weights = [p for p in model.parameters() if p.requires_grad]
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    optimiser.zero_grad()
    for p, gradient in zip(weights, gradients):
        p.grad = gradient
    optimiser.step()
    return loss.detach()
# %% right: zero_grad after the forward pass and just before backward; loss read before the step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    *_, columns = target.shape
    inputs = target[:, torch.arange(columns - 1)]
    labels = target[:, torch.arange(1, columns)]
    loss = label_smoothing_loss(model(source, inputs), labels, pad_id, smoothing)
    before = float(loss.detach())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return before
# %% prelude
import torch
import torch.nn.functional as F
from torch import nn


def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)
# %% wrong: clips the gradient before the step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    model.train()
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()
# %% wrong: returns the loss after the change (2)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    x, y = target[:, :-1], target[:, 1:]
    optimiser.zero_grad()
    label_smoothing_loss(model(source, x), y, pad_id, smoothing).backward()
    optimiser.step()
    with torch.no_grad():
        loss = label_smoothing_loss(model(source, x), y, pad_id, smoothing)
    return loss.item()
# %% wrong: the smoothing is always 0.1, whatever is asked for
def training_step(model, optimiser, source, target, pad_id, smoothing=0.1):
    criterion = nn.CrossEntropyLoss(ignore_index=pad_id, label_smoothing=0.1)
    optimiser.zero_grad()
    output = model(source, target[:, :-1])
    loss = criterion(output.reshape(-1, output.size(-1)), target[:, 1:].reshape(-1))
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: no teacher forcing: the decoder reads the tokens that the model itself has chosen
def training_step(model, optimiser, source, target, pad_id, smoothing):
    labels = target[:, 1:]
    decoder_input = target[:, :1]
    with torch.no_grad():
        while decoder_input.shape[1] < labels.shape[1]:
            next_token = model(source, decoder_input)[:, -1:].argmax(dim=-1)
            decoder_input = torch.cat([decoder_input, next_token], dim=1)
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% wrong: sentence by sentence, each divided by the number of sentences: a mean of sentences' means
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    total = 0.0
    for b in range(len(target)):
        loss = label_smoothing_loss(logits[b:b + 1], target[b:b + 1, 1:], pad_id, smoothing)
        total = total + loss / len(target)
    total.backward()
    optimiser.step()
    return total.item()
# %% wrong: the brackets of item() are missing, so a method is returned and no number
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item
# %% wrong: reads target[:, 1:] and is asked for the token before: the shift the wrong way round
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input = target[:, 1:]
    labels = target[:, :-1]
    optimiser.zero_grad()
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()
# %% right: gradients by torch.autograd.grad, put into .grad by hand
def training_step(model, optimiser, source, target, pad_id, smoothing):
    reads, asked = target.narrow(1, 0, target.size(1) - 1), target.narrow(1, 1, target.size(1) - 1)
    loss = label_smoothing_loss(model(source, reads), asked, pad_id, smoothing)
    weights = [w for group in optimiser.param_groups for w in group["params"] if w.requires_grad]
    optimiser.zero_grad()
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True), strict=True):
        weight.grad = gradient
    optimiser.step()
    return float(loss.detach())
# %% right: F.cross_entropy with the vocabulary on axis 1, zero_grad after the loss and once more at the end
def training_step(model, optimiser, source, target, pad_id, smoothing):
    scores = model(source, target[:, :-1]).movedim(-1, 1)
    loss = F.cross_entropy(scores, target[:, 1:], ignore_index=pad_id, label_smoothing=smoothing)
    optimiser.zero_grad(set_to_none=False)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.detach()


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

# %% wrong: shift the wrong way: reads target[:, 1:], is asked for target[:, :-1]
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, 1:])
    loss = label_smoothing_loss(logits, target[:, :-1], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: zero_grad between backward and step (warned at the end)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()

# %% wrong: returns the loss after the change (again)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        return label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing).item()

# %% wrong: labels by roll: whole target is read, the last label is <bos>
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    labels = target.roll(-1, dims=1)
    loss = label_smoothing_loss(model(source, target), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: arguments of the model exchanged
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(target[:, :-1], source)
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: zero_grad forgotten AND smoothing fixed at 0.1
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing=0.1)
    loss.backward()
    optimiser.step()
    return loss

# %% right: unzip; zero_grad(set_to_none=False) between forward and backward; keywords; returns tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target.narrow(1, 0, target.shape[1] - 1), target.narrow(1, 1, target.shape[1] - 1)
    loss = label_smoothing_loss(targets=labels, logits=model(source, decoder_input), smoothing=smoothing, pad_id=pad_id)
    optimiser.zero_grad(set_to_none=False)
    loss.backward()
    optimiser.step()
    return loss


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

# %% wrong: labels = target.roll(-1): after the last place comes <bos>, which is a real token and is learned
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target)
    loss = label_smoothing_loss(logits, target.roll(-1, dims=1), pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: no teacher forcing: decoder reads the model's own argmax
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input = target[:, :-1]
    with torch.no_grad():
        own = model(source, decoder_input).argmax(dim=-1)
    decoder_input = torch.cat([target[:, :1], own[:, :-1]], dim=1)
    loss = label_smoothing_loss(model(source, decoder_input), target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: the source is shifted, too: source[:, 1:]
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source[:, 1:], target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: returns the loss after the change (computed again)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    reads, asked = target[:, :-1], target[:, 1:]
    optimiser.zero_grad()
    label_smoothing_loss(model(source, reads), asked, pad_id, smoothing).backward()
    optimiser.step()
    with torch.no_grad():
        return label_smoothing_loss(model(source, reads), asked, pad_id, smoothing).item()

# %% wrong: model.train() inside the step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    model.train()
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: zero_grad between backward and step, and returns loss after... : labels unshifted AND zero_grad missing
def training_step(model, optimiser, source, target, pad_id, smoothing):
    loss = label_smoothing_loss(model(source, target[:, 1:]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: torch.autograd.grad, gradients put into .grad by hand; split of the target by unbind/narrow
def training_step(model, optimiser, source, target, pad_id, smoothing):
    n = target.shape[1] - 1
    loss = label_smoothing_loss(model(source, target.narrow(1, 0, n)), target.narrow(1, 1, n), pad_id, smoothing)
    weights = [w for group in optimiser.param_groups for w in group["params"]]
    for w, g in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True)):
        w.grad = g
    optimiser.step()
    return loss.detach()

# %% prelude
import copy, math, torch
import torch.nn.functional as F
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    logp = logits.log_softmax(dim=-1)
    real = targets != pad_id
    logp, t = logp[real], targets[real]
    right = logp.gather(-1, t[:, None]).squeeze(-1)
    return -((1 - smoothing) * right + smoothing * logp.mean(dim=-1)).mean()

# %% wrong: habit: model.train() at the start of the step
def training_step(model, optimiser, source, target, pad_id, smoothing):
    model.train()
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: zero_grad after the step; returns a detached tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[..., :-1].clone(), target[..., 1:].clone()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=False)
    return loss.detach()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: returns the loss after the change (the model is run once more)
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    read, asked = target[:, :-1], target[:, 1:]
    optimiser.zero_grad()
    label_smoothing_loss(model(source, read), asked, pad_id, smoothing).backward()
    optimiser.step()
    with torch.no_grad():
        loss = label_smoothing_loss(model(source, read), asked, pad_id, smoothing)
    return loss.item()

# %% wrong: input and labels swapped: reads target[:, 1:], is asked for target[:, :-1]
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, 1:], target[:, :-1]
    optimiser.zero_grad()
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: calls model.train() first, by habit: the mode is not left as it is
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    model.train()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: clears the gradients at the end, returns a detached tensor
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    T = target.size(1) - 1
    inputs = target.narrow(1, 0, T)
    labels = target.narrow(1, 1, T).clone()
    loss = label_smoothing_loss(model(source, inputs), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.detach()

# %% prelude
import torch
import torch.nn.functional as F
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: returns the loss after the change, by a second forward
def training_step(model, optimiser, source, target, pad_id, smoothing):
    read, asked = target[:, :-1], target[:, 1:]
    optimiser.zero_grad()
    label_smoothing_loss(model(source, read), asked, pad_id, smoothing).backward()
    optimiser.step()
    with torch.no_grad():
        return label_smoothing_loss(model(source, read), asked, pad_id, smoothing).item()

# %% right: zero_grad at the end; returns the tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.detach()

# %% prelude
import torch
import torch.nn.functional as F
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(-1, targets[real].unsqueeze(-1)).mean()
    return -(1 - smoothing) * right - smoothing * log_p.mean()

# %% wrong: last two arguments of the loss swapped
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], smoothing, pad_id)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: gradients cleared at the end; F.cross_entropy; loss returned as a detached tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    read, asked = target[:, :-1], target[:, 1:]
    scores = model(source, read).permute(0, 2, 1)
    loss = F.cross_entropy(scores, asked, ignore_index=pad_id, label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.detach()

# %% prelude
import copy, math, torch
import torch.nn.functional as F
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: switches to training mode for the step and back afterwards
def training_step(model, optimiser, source, target, pad_id, smoothing):
    was_training = model.training
    model.train()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    model.train(was_training)
    return loss.item()

# %% wrong: learns by the smoothed loss but returns the plain one
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    labels = target[:, 1:]
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        report = label_smoothing_loss(logits, labels, pad_id, 0.0)
    return report.item()

# %% right: clears the gradients after the step; F.cross_entropy on flat rows; returns a detached tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    reads, labels = target[:, :-1], target[:, 1:]
    out = model(source, reads)
    loss = F.cross_entropy(out.flatten(0, 1), labels.flatten(), ignore_index=pad_id, label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.detach()

# %% prelude
import copy, io, math
import torch
import torch.nn.functional as F

# %% wrong: calls model.train() at the start
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    model.train()
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: shift the wrong way round: reads target[:, 1:], is asked for target[:, :-1]
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, 1:], target[:, :-1]
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: smoothing written as 0.1, the argument ignored
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing=0.1)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: clears the gradients after the step, by model.zero_grad(); returns a tensor
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    reads, wanted = target.narrow(1, 0, target.size(1) - 1), target.narrow(1, 1, target.size(1) - 1)
    loss = label_smoothing_loss(model(source, reads), wanted, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    model.zero_grad()
    return loss.detach()

# %% prelude
import torch
import torch.nn.functional as F

# %% wrong: reads the whole target and drops the FIRST logits: logits[:, 1:] against target[:, 1:]
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target)
    loss = label_smoothing_loss(logits[:, 1:], target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: gradient of the loss divided by the batch size once more
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source, target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    (loss / len(source)).backward()
    optimiser.step()
    return loss.item()

# %% wrong: removes <eos> from the decoder input in place, and so from the labels and the batch
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)

def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input = target[:, :-1]
    decoder_input[decoder_input == 3] = pad_id          # the decoder shall not read <eos>
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

# %% right: clears the gradients after the step, F.cross_entropy on flattened logits, returns the tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    read, asked = target.narrow(1, 0, target.size(1) - 1), target.narrow(1, 1, target.size(1) - 1)
    scores = model(source, read).flatten(0, 1)
    loss = F.cross_entropy(scores, asked.flatten(), ignore_index=pad_id, label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.detach()

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
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    of_right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * of_right + smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: shifts the source as well: the encoder does not get its last column
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    logits = model(source[:, :-1], target[:, :-1])
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: no teacher forcing: the decoder reads the words that the model itself prefers
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    ids = target[:, :1]
    with torch.no_grad():
        for _ in range(target.shape[1] - 2):
            best = model(source, ids)[:, -1:].argmax(dim=-1)
            ids = torch.cat([ids, best], dim=1)
    logits = model(source, ids)
    loss = label_smoothing_loss(logits, target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: backward of the sum over the tokens, though the mean is returned
def training_step(model, optimiser, source, target, pad_id, smoothing):
    labels = target[:, 1:]
    logits = model(source, target[:, :-1])
    loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=pad_id,
                           label_smoothing=smoothing, reduction="sum")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item() / (labels != pad_id).sum().item()

# %% wrong: switches to training mode for the step and back afterwards (the box: leave the mode that the caller chose)
def training_step(model, optimiser, source, target, pad_id, smoothing):
    before = model.training
    model.train()
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    model.train(before)
    return loss.item()

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

# %% right: torch.autograd.grad instead of backward and zero_grad; returns the tensor
def training_step(model, optimiser, source, target, pad_id, smoothing):
    width = target.shape[1] - 1
    reads, labels = target.narrow(1, 0, width), target.narrow(1, 1, width)
    log_p = model(source, reads).log_softmax(-1)
    weight = (labels != pad_id).to(log_p.dtype)
    weight = weight / weight.sum()
    right = torch.einsum("btv,btv->bt", log_p, F.one_hot(labels, log_p.shape[-1]).to(log_p.dtype))
    each = (smoothing - 1) * right - smoothing * log_p.mean(-1)
    loss = torch.einsum("bt,bt->", each, weight)
    weights = [w for group in optimiser.param_groups for w in group["params"]]
    for w, gradient in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True)):
        w.grad = gradient
    optimiser.step()
    return loss.detach()

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
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.reshape(-1), ignore_index=pad_id, label_smoothing=smoothing)

# %% wrong: backward of the SUM over the real tokens, the mean is only returned
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    decoder_input, labels = target[:, :-1], target[:, 1:]
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    n_tokens = (labels != pad_id).sum()
    (loss * n_tokens).backward()
    optimiser.step()
    return loss.item()

# %% wrong: labels = target.roll(-1): reads the whole target, last position is asked for <bos>
def training_step(model, optimiser, source, target, pad_id, smoothing):
    labels = target.roll(-1, dims=1)
    optimiser.zero_grad()
    loss = label_smoothing_loss(model(source, target), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: sentence by sentence, each sentence's mean divided by B: a mean of means, wrong where there is padding
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    total = 0.0
    for s, t in zip(source, target):
        s, t = s[None], t[None]
        loss = label_smoothing_loss(model(s, t[:, :-1]), t[:, 1:], pad_id, smoothing) / len(source)
        loss.backward()
        total += loss.item()
    optimiser.step()
    return total

# %% right: torch.autograd.grad, the gradients put into .grad by hand; index_select for the shift
def training_step(model, optimiser, source, target, pad_id, smoothing):
    T = target.shape[1] - 1
    places = torch.arange(T, device=target.device)
    reads, wants = target.index_select(1, places), target.index_select(1, places + 1)
    loss = label_smoothing_loss(model(source, reads), wants, pad_id, smoothing)
    weights = [w for w in model.parameters() if w.requires_grad]
    for w, g in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True)):
        w.grad = g
    optimiser.step()
    return loss.detach()

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
def label_smoothing_loss(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    log_p = logits[real].log_softmax(dim=-1)
    of_right = log_p.gather(-1, targets[real].unsqueeze(-1)).squeeze(-1)
    return -((1 - smoothing) * of_right + smoothing * log_p.mean(dim=-1)).mean()

# %% wrong: labels by torch.roll: the last position is asked for <bos>, which wraps round and counts
def training_step(model, optimiser, source, target, pad_id, smoothing):
    labels = torch.roll(target, shifts=-1, dims=1)
    loss = label_smoothing_loss(model(source, target), labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong: one backward per sentence, each divided by B: mean of the sentences' means, long sentences count too little
def training_step(model, optimiser, source, target, pad_id, smoothing):
    optimiser.zero_grad()
    total = 0.0
    for n in range(len(source)):
        s, t = source[n : n + 1], target[n : n + 1]
        loss = label_smoothing_loss(model(s, t[:, :-1]), t[:, 1:], pad_id, smoothing) / len(source)
        loss.backward()
        total += loss.item()
    optimiser.step()
    return total

# %% wrong: shifted the wrong way: reads target[:, 1:], is asked for the token BEFORE
def training_step(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, 1:], target[:, :-1]
    logits = model(source, decoder_input)
    loss = label_smoothing_loss(logits, labels, pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()

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

# %% right: zero_grad LAST (nothing there before the first step), the loss by F.cross_entropy(V on axis 1), returned detached
def training_step(model, optimiser, source, target, pad_id, smoothing):
    T = target.size(1) - 1
    scores = model(source, target.narrow(1, 0, T)).permute(0, 2, 1)
    loss = F.cross_entropy(scores, target.narrow(1, 1, T), ignore_index=pad_id, label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.detach()
