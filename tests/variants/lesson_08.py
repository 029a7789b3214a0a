"""Lesson 08: right answers, written otherwise than the solutions."""
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
    model.train()
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


VARIANTS = {
    "8.1": [_by_cross_entropy, _by_view, _by_channels, _by_distribution, _by_scatter, _by_loop, library_loss],
    "8.2": [_rate_by_cases, _rate_by_numpy, _rate_by_one_root, library.warmup_lr],
    "8.4": [_step_zero_at_the_end, _step_cleared_at_the_end, _step_model_zero_grad, _step_last_logits_dropped],
}
