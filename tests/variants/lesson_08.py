"""Lesson 08: right answers, written otherwise than the solutions."""
import copy
import io
import math

import numpy as np
import torch
import torch.nn.functional as F

from course import training as library
from course.training import label_smoothing_loss as library_loss


def _by_cross_entropy(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id, label_smoothing=smoothing)


def _by_view(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=pad_id,
                           label_smoothing=smoothing)


def _by_channels(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)


def _by_distribution(logits, targets, pad_id, smoothing):
    vocab = logits.size(-1)
    wanted = F.one_hot(targets, vocab) * (1 - smoothing) + smoothing / vocab
    losses = -(wanted * F.log_softmax(logits, -1)).sum(-1)
    real = (targets != pad_id).to(losses.dtype)
    return (losses * real).sum() / real.sum()


def _by_scatter(logits, targets, pad_id, smoothing):
    wanted = torch.full_like(logits, smoothing / logits.size(-1))
    wanted.scatter_(-1, targets.unsqueeze(-1), 1 - smoothing + smoothing / logits.size(-1))
    losses = (logits.logsumexp(-1, keepdim=True) - logits).mul(wanted).sum(-1)
    return losses.masked_fill(targets == pad_id, 0.0).sum() / targets.ne(pad_id).sum()


def _by_loop(logits, targets, pad_id, smoothing):
    losses = []
    for row, labels in zip(logits, targets, strict=True):
        for scores, label in zip(row, labels, strict=True):
            if label != pad_id:
                logs = torch.log_softmax(scores, 0)
                losses.append(-(1 - smoothing) * logs[label] - smoothing * logs.sum() / len(logs))
    return torch.stack(losses).mean()


def _rate_by_cases(step, d_model, warmup):
    if step < warmup:
        return step / warmup / math.sqrt(warmup) / math.sqrt(d_model)
    return 1 / math.sqrt(step * d_model)


def _rate_by_numpy(step, d_model, warmup):
    return np.minimum(1 / np.sqrt(step), step / warmup ** 1.5) / np.sqrt(d_model)


def _step_zero_at_the_end(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target[:, :-1])
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target[:, 1:].reshape(-1), ignore_index=pad_id,
                           label_smoothing=smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=False)
    return float(loss)


def _step_model_zero_grad(model, optimiser, source, target, pad_id, smoothing):
    model.zero_grad()
    loss = _by_distribution(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
    loss.backward()
    optimiser.step()
    return loss


def _step_last_logits_dropped(model, optimiser, source, target, pad_id, smoothing):
    logits = model(source, target)[:, :-1]                  # the causal mask makes this the same
    loss = _by_channels(logits, target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()


def _step_cleared_at_the_end(model, optimiser, source, target, pad_id, smoothing):
    decoder_input, labels = target[:, :-1], target[:, 1:]
    loss = library_loss(model(source, decoder_input), labels, pad_id, smoothing)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.item()


def _rate_by_one_root(step, d_model, warmup):
    return 1 / math.sqrt(d_model * max(step, warmup ** 3 / step ** 2))


def _until_by_while(model, step, batches, validate, patience, max_epochs):
    history, best_epoch, saved = [], -1, None
    while len(history) < max_epochs and len(history) - best_epoch <= patience:
        model.train(True)
        [step(model, batch) for batch in batches]
        history.append(float(validate(model.train(False))))
        if history[-1] == min(history) and history.count(history[-1]) == 1:
            best_epoch, saved = len(history) - 1, {name: w.clone() for name, w in model.state_dict().items()}
    model.load_state_dict(saved)
    return history


def _until_with_copies(model, step, batches, validate, patience, max_epochs):
    best, losses = copy.deepcopy(model), []
    lowest, left = float("inf"), patience
    for epoch in range(1, max_epochs + 1):
        model.train()
        for n in range(len(batches)):
            step(model, batches[n])
        model.eval()
        with torch.no_grad():
            loss = torch.as_tensor(validate(model), dtype=torch.float64)
        losses.append(loss)
        left -= 1
        if loss < lowest:
            lowest, left, best = loss, patience, copy.deepcopy(model)
        if not left or epoch == max_epochs:
            model.load_state_dict(best.state_dict())
            return losses


def _until_through_a_file(model, step, batches, validate, patience, max_epochs):
    losses = np.array([])
    for _ in range(max_epochs):
        for batch in batches:
            model.train()
            step(model, batch)
        model.eval()
        losses = np.append(losses, validate(model))
        if losses.argmin() == len(losses) - 1:
            file = io.BytesIO()
            torch.save(model.state_dict(), file)
        if len(losses) - 1 - losses.argmin() >= patience:
            break
    file.seek(0)
    model.load_state_dict(torch.load(file, weights_only=True))
    return losses


def _until_by_parameters(model, step, batches, validate, patience, max_epochs):
    losses, waited = [], 0
    kept = [p.detach().clone() for p in model.parameters()]
    for _ in range(max_epochs):
        if waited >= patience:
            break
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        loss = validate(model)
        waited = 0 if all(loss < earlier for earlier in losses) else waited + 1
        losses.append(loss)
        if waited == 0:
            kept = [p.detach().clone() for p in model.parameters()]
    with torch.no_grad():
        for parameter, best in zip(model.parameters(), kept, strict=True):
            parameter.copy_(best)
    return tuple(losses)


def _until_in_parts(model, step, batches, validate, patience, max_epochs):
    def epoch():
        model.train()
        for batch in batches:
            step(model, batch)
        model.eval()
        return validate(model)

    found = {"losses": [], "best": math.inf, "at": 0}
    for n in range(max_epochs):
        found["losses"] += [epoch()]
        if found["losses"][-1] < found["best"]:
            found.update(best=found["losses"][-1], at=n, weights=copy.deepcopy(dict(model.state_dict())))
        elif n - found["at"] == patience:
            break
    model.load_state_dict(found["weights"], strict=True)
    return found["losses"]


VARIANTS = {
    "8.1": [_by_cross_entropy, _by_view, _by_channels, _by_distribution, _by_scatter, _by_loop, library_loss],
    "8.2": [_rate_by_cases, _rate_by_numpy, _rate_by_one_root, library.warmup_lr],
    "8.10": [_until_by_while, _until_with_copies, _until_through_a_file, _until_by_parameters, _until_in_parts],
    "8.4": [_step_zero_at_the_end, _step_cleared_at_the_end, _step_model_zero_grad, _step_last_logits_dropped],
}
