"""Lesson 08: what is told where one of two things is cut, and the other is not; and where nothing was kept."""
import copy

import pytest
import torch
import torch.nn.functional as F

from course.training import label_smoothing_loss

from .told import accepted, refused

pytestmark = pytest.mark.slow


def by_axis(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id, label_smoothing=smoothing)


def flat(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id, label_smoothing=smoothing)


def by_gather(logits, targets, pad_id, smoothing):
    logs = logits.log_softmax(-1)
    right = logs.gather(-1, targets[..., None])[..., 0]
    return -((1 - smoothing) * right + smoothing * logs.mean(-1))[targets != pad_id].mean()


def by_rows(logits, targets, pad_id, smoothing):
    shares = torch.eye(logits.shape[-1])[targets].to(logits.dtype) * (1 - smoothing) + smoothing / logits.shape[-1]
    return -(shares * logits.log_softmax(-1)).sum(-1)[targets != pad_id].mean()


def by_view(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1), ignore_index=pad_id,
                           label_smoothing=smoothing)


def step(loss, reads, labels):
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        optimiser.zero_grad()
        found = loss(model(source, target[reads]), target[labels], pad_id, smoothing)
        found.backward()
        optimiser.step()
        return found.item()
    return training_step


WHOLE, BUT_LAST, BUT_FIRST = (slice(None),), (slice(None), slice(-1)), (slice(None), slice(1, None))
LOSSES = [by_axis, flat, label_smoothing_loss, by_gather, by_rows]


@pytest.mark.parametrize("loss", LOSSES)
def test_only_one_of_the_two_is_cut(loss):
    refused("8.4", step(loss, WHOLE, BUT_FIRST), "one-of-the-two-not-cut", ["T + 1 = 5", "reads the last column"])
    refused("8.4", step(loss, BUT_LAST, WHOLE), "one-of-the-two-not-cut", ["T + 1 = 5", "as it should"])
    accepted("8.4", step(loss, BUT_LAST, BUT_FIRST))


@pytest.mark.parametrize("loss", LOSSES[:-1])
def test_cut_on_the_batch_axis(loss):
    refused("8.4", step(loss, BUT_LAST, slice(1, None)), "sentences-shifted", ["B − 1"], ["its axes B and T"])


@pytest.mark.parametrize("loss", LOSSES[:-1])
def test_both_cut_on_the_batch_axis(loss):
    refused("8.4", step(loss, slice(-1), slice(1, None)), "sentences-shifted", ["B − 1"], ["its axes B and T"])


def test_other_errors_keep_their_message():
    refused("8.4", step(lambda logits, *others: by_axis(logits.transpose(1, 2), *others), BUT_LAST, BUT_FIRST),
            "vocabulary-not-on-axis-1")
    refused("8.4", step(by_view, BUT_LAST, BUT_FIRST), "view-of-a-transpose", ["in a slice such as"])
    accepted("8.1", by_view)


def until(start, keep):
    def train_until(model, step, batches, validate, patience, max_epochs):
        losses, best, waited, kept = [], start, 0, None
        for _ in range(max_epochs):
            model.train()
            for batch in batches:
                step(model, batch)
            model.eval()
            losses.append(validate(model))
            if losses[-1] < best:
                best, waited, kept = losses[-1], 0, keep(model)
            else:
                waited += 1
                if waited == patience:
                    break
        model.load_state_dict(kept)
        return losses
    return train_until


@pytest.mark.parametrize("start", [0, 10.0, 100.0])
def test_nothing_was_kept(start):
    refused("8.10", until(start, lambda model: copy.deepcopy(model.state_dict())), "nothing-kept",
            ["can a loss be above"])


def test_a_model_is_kept():
    refused("8.10", until(float("inf"), copy.deepcopy), "not-a-state-dict", ["of the type Linear"])


def kl(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    logs, size = logits[real].log_softmax(-1), logits.shape[-1]
    shares = torch.full_like(logs, smoothing / size)
    shares.scatter_(-1, targets[real][:, None], 1 - smoothing + smoothing / size)
    return F.kl_div(logs, shares, reduction="mean")


def test_small_ones():
    refused("8.1", kl, "kl-divergence", ["divided by V as well"])
    last = (slice(None), slice(-1, None))
    refused("8.4", step(lambda logits, *others: by_axis(logits[:, -1:], *others), BUT_LAST, last), "last-position-only")
    refused("8.2", lambda step, d_model, warmup: d_model ** -0.5 * min(step ** -0.5, step) * warmup ** -1.5,
            "bracket-closed-too-early")
    refused("8.1", lambda logits, targets, pad_id, smoothing: by_axis(logits, targets, -100, smoothing),
            "padding-counted", ["Before that, it may be higher"])
