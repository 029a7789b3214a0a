"""Answers as learners write them in lesson 08: what is right is accepted, what is wrong is named."""
import contextlib
import copy
import math
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.training import label_smoothing_loss
from tests import variants

pytestmark = pytest.mark.slow          # many answers, each on several cases


def stops_at_the_first_padding(logits, targets, pad_id, smoothing):
    losses = [F.cross_entropy(row[:n], ids[:n], label_smoothing=smoothing, reduction="sum") for row, ids in
              zip(logits, targets, strict=True) for n in [int((ids != pad_id).long().cumprod(0).sum())]]
    return sum(losses) / (targets != pad_id).long().cumprod(1).sum()


def by_length(logits, targets, pad_id, smoothing):
    real = torch.arange(targets.shape[1]) < (targets != pad_id).sum(1, keepdim=True)
    return F.cross_entropy(logits[real], targets[real], label_smoothing=smoothing)


def without_transpose(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits, targets, ignore_index=pad_id, label_smoothing=smoothing)


def half_flattened(logits, targets, pad_id, smoothing):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets, ignore_index=pad_id,
                           label_smoothing=smoothing)


def loss_for(size):
    def loss(logits, targets, pad_id, smoothing):
        wanted = F.one_hot(targets, logits.shape[-1]) * (1 - smoothing) + smoothing / size
        return -(wanted * logits.log_softmax(-1)).sum(-1)[targets != pad_id].mean()
    return loss


def by_weights(dtype=None, **more):
    def loss(logits, targets, pad_id, smoothing):
        weight = torch.ones(logits.shape[-1], dtype=dtype or logits.dtype)
        weight[pad_id] = 0
        ignored = {name: pad_id for name in more}
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), weight, label_smoothing=smoothing, **ignored)
    return loss


def counted_by_losses(logits, targets, pad_id, smoothing):
    losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none", label_smoothing=smoothing)
    losses = losses * (targets != pad_id)
    return losses.sum() / (losses != 0).sum()


def probabilities_mixed(logits, targets, pad_id, smoothing):
    real = targets != pad_id
    shares = (1 - smoothing) * logits[real].softmax(-1) + smoothing / logits.shape[-1]
    return F.nll_loss(shares.log(), targets[real])


LOSSES = [
    (by_weights(), "weight-zero-for-padding"), (by_weights(torch.float32), "weight-zero-for-padding"),
    (by_weights(ignore_index=True), "weight-zero-for-padding"),
    (by_weights(torch.float32, ignore_index=True), "weight-zero-for-padding"),
    (counted_by_losses, "zero-losses-not-counted"), (probabilities_mixed, "probabilities-smoothed"),
    (stops_at_the_first_padding, "stops-at-the-first-padding"), (by_length, "counts-from-the-left"),
    (without_transpose, "vocabulary-not-on-axis-1"), (half_flattened, "only-the-logits-flattened"),
    (lambda logits, targets, pad_id, smoothing: F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=0, label_smoothing=smoothing), "pad-id-typed-in"),
    (lambda logits, targets, pad_id, smoothing: sum(
        (-(1 - smoothing) * row[y] + smoothing * row.mean()) / (targets != pad_id).sum()
        for row, y in zip(logits.log_softmax(-1).flatten(0, 1), targets.flatten(), strict=True) if y != pad_id),
     "smoothing-with-the-other-sign"),
    (loss_for(4), None), (loss_for(49), None),
]


def anew(late, factor=0.0):
    """Falls from the end of the warm-up."""
    return lambda step, d_model, warmup: d_model ** -0.5 * (
        step * warmup ** -1.5 if step < warmup + 1 - late else warmup ** -factor * (step - warmup + late) ** -0.5)


RATES = [
    *((anew(late, factor), "restarts-after-warm-up") for late in (0, 1) for factor in (0.0, 0.5)),
    (lambda step, d_model, warmup: d_model ** -1 / 2 * min(step ** -0.5, step * warmup ** -1.5),
     "exponent-without-brackets"),
    (lambda step, d_model, warmup: d_model ** -1/2 * min(step ** -1/2, step * warmup ** -3/2),
     "exponent-without-brackets"),
    (lambda step, d_model, warmup: d_model ** -0.5 * min(step ** -1/2, step * warmup ** -1.5),
     "exponent-without-brackets"),
    (lambda step, d_model, warmup: d_model ** -0.5 * min(step ** -0.5, step * warmup ** -3/2),
     "exponent-without-brackets"),
    (lambda step, d_model, warmup: d_model * -0.5 * min(step ** -0.5, step * warmup ** -1.5),
     "multiplied-by-the-exponent"),
    (lambda step, d_model, warmup: min(1 / math.sqrt(step), warmup / step ** 1.5) / math.sqrt(d_model),
     "step-and-warmup-exchanged"),
    (lambda step, d_model, warmup: torch.tensor(d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)),
     "not-an-array"),
]


def train(order="zbs", clip=None, cut=None, context=contextlib.nullcontext, keep=True, gives="number"):
    """A training step: z for zero_grad, b for backward, s for step."""
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        with context():
            loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
        loss = loss if cut is None else cut(loss)
        for call in order:
            if call == "z":
                optimiser.zero_grad(set_to_none=keep)
            elif call == "b":
                loss.backward()
                if clip is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), clip)
            elif call == "s":
                optimiser.step()
            elif call == "c":
                optimiser.step(lambda: loss)         # a function that PyTorch's optimisers call first
            elif call == "l":
                optimiser.step(loss)
            else:
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter -= optimiser.param_groups[0]["lr"] * parameter.grad
        return loss.item() if gives == "number" else loss
    return training_step


STEPS = [
    (train(clip=1.0), "gradients-clipped"), (train(clip=5.0), "gradients-clipped"),
    (train(cut=lambda loss: loss.item()), "number-before-backward"),
    (train(context=torch.no_grad), "loss-without-gradients"),
    (train(cut=lambda loss: loss.detach()), "loss-without-gradients"),
    (train(context=torch.no_grad, cut=lambda loss: loss.requires_grad_()), "no-gradient"),
    (train("zbh"), "moved-without-the-optimiser"), (train("zb"), "no-step"),
    (train("zbl"), "step-with-an-argument"), (train("bs"), "zero-grad-forgotten"),
    (train("bzs"), "gradients-cleared-too-soon"),
]


def swapped_in_the_call(model, optimiser, source, target, pad_id, smoothing):
    loss = F.cross_entropy(model(target[:, :-1], source).transpose(1, 2), target[:, 1:], ignore_index=pad_id,
                           label_smoothing=smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def ignores_the_smoothing_id(model, optimiser, source, target, pad_id, smoothing):
    loss = F.cross_entropy(model(source, target[:, :-1]).transpose(1, 2), target[:, 1:], ignore_index=smoothing,
                           label_smoothing=pad_id)
    loss.backward()


STEPS += [(swapped_in_the_call, "source-and-target-swapped"), (ignores_the_smoothing_id, "arguments-exchanged")]


def guessing(model, optimiser, source, target, pad_id, smoothing):
    with torch.no_grad():
        guesses = model(source, target[:, :-1]).argmax(-1)
    read = torch.cat([target[:, :1], guesses[:, :-1]], 1)
    loss = label_smoothing_loss(model(source, read), target[:, 1:], pad_id, smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def in_mode(before=None, after=None):
    def training_step(model, *others):
        if before is not None:
            model.train(before)
        loss = train()(model, *others)
        if after is not None:
            model.train(after)
        return loss
    return training_step


STEPS += [
    (guessing, "reads-its-own-guesses"), (in_mode(True), "switched-to-training-mode"),
    (in_mode(True, False), "switched-to-training-mode"), (in_mode(after=True), "switched-to-training-mode"),
    (in_mode(False), "trained-in-evaluation-mode"), (in_mode(after=False), "trained-in-evaluation-mode"),
]


def until(remembers=True, reset=0, first="train", load="after", whole=False, lower=lambda loss, best: loss < best,
          start=math.inf, enough=None, one=False):
    """A training loop."""
    def stops(losses, waited, patience):
        return enough(losses[-patience - 1:], patience) if enough else waited >= patience

    def train_until(model, step, batches, validate, patience, max_epochs):
        losses, best, waited, kept = [], start, 0, copy.deepcopy(model.state_dict())
        for epoch in range(max_epochs):
            for part in (("train", "measure") if first == "train" else ("measure", "train")):
                if part == "train":
                    model.train()
                    for batch in [batches] if whole else [batches[epoch % len(batches)]] if one else batches:
                        step(model, batch)
                    continue
                losses.append(validate(model.eval()))
                waited += 1
                if lower(losses[-1], best):
                    best, waited = losses[-1] if remembers else best, reset
                    kept = copy.deepcopy(model.state_dict())
                if stops(losses, waited, patience):
                    break
            if stops(losses, waited, patience):
                break
            if load == "inside":
                model.load_state_dict(kept)
        if load == "rebound":
            model = copy.deepcopy(model)
        if load in ("after", "rebound"):
            model.load_state_dict(kept)
        return losses
    return train_until


LOOPS = [
    (until(remembers=False), "no-early-stopping"), (until(reset=1), "waiting-begins-with-1"),
    (until(first="measure"), "validated-before-the-epoch"), (until(load="inside"), "restored-in-the-loop"),
    (until(load="rebound"), "best-weights-not-restored"), (until(whole=True), "all-batches-at-once"),
    *((until(lower=lambda loss, best, by=by: loss < best - by), "little-progress-does-not-count")
      for by in (1e-5, 1e-3, 0.1, 0.45)),
    (until(lower=lambda loss, best: round(loss, 2) < best), "little-progress-does-not-count"),
    (until(lower=lambda loss, best: best == math.inf or loss < 0.999 * best), "little-progress-does-not-count"),
    (until(enough=lambda last, patience: len(last) > patience and last[-1] >= last[0]),
     "compared-with-patience-epochs-ago"),
    (until(enough=lambda last, patience: len(last) > patience and last == sorted(set(last))), "stops-when-losses-rise"),
    *((until(start=start), "best-begins-too-low") for start in (0.0, 1.0, 10.0, 100.0, 1000.0, 1e6)),
    (until(one=True), "one-batch-in-turn"),
]
FOUND = {"8.1": LOSSES, "8.2": RATES, "8.4": STEPS, "8.10": LOOPS}
WRONG = [(id, *one) for id, those in FOUND.items() for one in those]
TRIED = [(id, answer) for id in ("8.1", "8.2", "8.4") for answer in variants.of(id)]
RIGHT = [("8.4", train("zbc")), ("8.10", until()), *TRIED]


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("id, answer, slug", WRONG, ids=[f"{id}-{n}-{slug}" for n, (id, _, slug) in enumerate(WRONG)])
def test_what_is_wrong_is_refused_and_named(id, answer, slug, seed):
    verdict = evaluate(id, answer, seed=seed)
    assert verdict.status in ("wrong", "error") and verdict.points == 0
    assert slug is None or verdict.mistake == slug, f"{verdict.mistakes} {verdict.message}"


@pytest.mark.parametrize("id, answer", RIGHT, ids=[f"{id}-{n}" for n, (id, _) in enumerate(RIGHT)])
def test_what_is_right_is_accepted(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.status == "correct", verdict.message


def test_measuring_amid_epochs_is_told_with_the_run_in_which_it_happened():
    def train_until(model, step, batches, validate, patience, max_epochs):
        losses = []
        for _ in range(max_epochs):
            for batch in batches:
                model.train()
                step(model, batch)
                loss = validate(model.eval())
            losses.append(loss)
        return losses

    verdict = evaluate("8.10", train_until)
    assert "In a run here of 7 epochs with 3 batches each, `validate` was called 14 times" in verdict.message


def test_numbers_made_on_the_way_are_told_with_the_gradient_and_the_dtype():
    def rebuilt(logits, targets, pad_id, smoothing):
        return torch.tensor(by_length(logits, targets, pad_id, smoothing).tolist())

    def rebuilt_right(logits, targets, pad_id, smoothing):
        return torch.tensor(F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=pad_id,
                                            label_smoothing=smoothing).tolist())

    verdict = evaluate("8.1", rebuilt_right)
    assert verdict.mistake == "gradient-cut" and "float64 is expected" in verdict.message
    assert evaluate("8.1", rebuilt).mistake == "counts-from-the-left"


def test_the_losses_shown_differ_or_it_is_the_weights_that_are_shown():
    def doubled(model, optimiser, source, target, pad_id, smoothing):
        loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
        optimiser.zero_grad()
        (2 * loss).backward()
        optimiser.step()
        return loss.item()

    def uphill(model, optimiser, source, target, pad_id, smoothing):
        loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, smoothing)
        optimiser.zero_grad()
        (-loss).backward()
        optimiser.step()
        return loss

    assert evaluate("8.4", uphill).mistake == "climbs" and evaluate("8.4", doubled).mistake == "moved-twice"
    for answer in (train("bs"), train(clip=1.0), doubled):
        for verdict in (evaluate("8.4", answer), evaluate("8.4", answer, seed=3)):
            rows = dict(re.findall(r"^ +(yours|expected) +(.*)$", verdict.message, re.M))
            assert not rows or rows["yours"] != rows["expected"], verdict.message
