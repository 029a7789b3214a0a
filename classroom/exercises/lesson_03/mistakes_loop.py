"""Exercise 3.5: loops over batches with one thing done differently, and what it means."""
from functools import partial

import torch

from classroom.ask.compare import differs
from classroom.ask.outcome import tolerance
from classroom.judge.evidence import Sight, row, two_rows
from classroom.judge.exercise import Misconception


def sloppy_fit(model, loss_of, batches, optimiser, modes="right", zero="each", order="right", steps=1, sign=1,
               measured="before", batch="all", steps_by="given", gives="each"):
    """`fit` with one thing done differently."""
    batches = list(batches)
    chosen = {"first": batches[:1], "last left out": batches[:-1] or batches, "first left out": batches[1:] or batches,
              "the first each time": batches[:1] * len(batches), "backwards": batches[::-1]}.get(batch, batches)
    if modes in ("right", "train only", "each batch"):
        model.train()
    if modes == "eval first":
        model.eval()
    if zero == "once":
        optimiser.zero_grad()
    losses, total = [], 0.0
    for one in chosen:
        if steps_by == "new":
            optimiser = type(optimiser)(model.parameters(), **optimiser.defaults)
        loss = loss_of(model, one)
        if order == "step first":
            optimiser.step()
        if zero == "each":
            optimiser.zero_grad()
        if order == "all at once":
            total = total + loss
        else:
            (sign * loss).backward()
        if order == "right":
            for _ in range(steps):
                optimiser.step()
        if measured == "after":
            with torch.no_grad():
                loss = loss_of(model, one)
        losses.append(loss.item())
        if modes == "each batch":
            model.eval()
    if order == "all at once":
        total.backward()
    if order in ("all at once", "after the loop"):
        optimiser.step()
    if modes in ("right", "eval only"):
        model.eval()
    n = len(losses)
    return {"last": losses[-1:], "mean": [sum(losses) / n], "sum": [sum(losses)], "backwards": losses[::-1],
            "so far": [sum(losses[: i + 1]) for i in range(n)],
            "means so far": [sum(losses[: i + 1]) / (i + 1) for i in range(n)]}.get(gives, losses)


def _shown(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    given = f"The loop goes through {len(sight.inputs['x'])} batches ({sight.got.case.about})."
    if got["losses"].shape != want["losses"].shape:
        return (f"{given} You return {len(got['losses'])} losses where {len(want['losses'])} are expected:\n\n"
                f"    yours     {row(got['losses'])}\n    expected  {row(want['losses'])}")
    if differs(got["losses"], want["losses"], tolerance(sight.got, sight.want)).any():
        return f"{given} The losses:\n\n{two_rows(got['losses'], want['losses'])}"
    if differs(got["weights"], want["weights"], tolerance(sight.got, sight.want)).any():
        return (f"{given} The losses that you return are right, but the model's weights are not:\n\n"
                f"{two_rows(got['weights'], want['weights'])}")
    return (f"{given} Losses and weights are right. But in the end the model is in training mode "
            "(`model.training` is True); whoever uses it next would use it with its dropout on.")


def _loop(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_fit, **slip), f"Your loop is exactly one that {says}.", why, look, _shown)


_MODES = ("`model.train()` switches dropout on, `model.eval()` switches it off. A model learns with it, and is used "
          "without it.")
_ADDS = ("`backward` *adds* to the gradients that are there. Then each step follows the sum of all gradients so far, "
         "and most of them belong to weights that the model no longer has.")
_EACH = "One loss for each batch, in order, is the curve that shows whether the model learns."
LOOP = [
    _loop("zero-grad-missing", "never clears the gradients, or does so only once, before the first batch", _ADDS,
          "What is in `.grad` when the second batch begins?", zero="never"),
    _loop("zero-grad-missing", "never clears the gradients, or does so only once, before the first batch", _ADDS,
          "What is in `.grad` when the second batch begins?", zero="once"),
    _loop("step-before-backward", "takes its step before `backward`",
          "The step then follows the gradient of the batch before, and that of the last batch is never used.",
          "In which order do the three calls come? A step needs a gradient.", order="step first"),
    _loop("step-outside-the-loop", "takes one step at the end, along the gradient of the last batch",
          "The gradients of all other batches are computed and thrown away.", "How far is `step` indented?",
          order="after the loop"),
    _loop("one-step-for-all", "adds up the losses of all batches, and takes one step at the end",
          "Many small steps are the point of batches: each begins where the last one has led.",
          "Which lines belong inside the loop?", order="all at once"),
    _loop("new-optimiser-each-step", "makes a new optimiser for each batch",
          "An optimiser may remember earlier steps, as Adam does. A new one has forgotten them.",
          "Which optimiser takes the step: the one that your function was given?", steps_by="new"),
    _loop("two-steps", "takes two steps with each gradient",
          "After the first step the gradient belongs to weights that the model no longer has.",
          "How often is `step` called for one batch?", steps=2),
    _loop("uphill", "makes the loss larger: it goes *along* the gradient",
          "The gradient says where the loss grows. The optimiser goes against it by itself.",
          "Is there a minus sign where none is needed?", sign=-1),
    _loop("never-in-evaluation-mode", "leaves the model in training mode", _MODES,
          "Which mode is the model in when your function returns?", modes="train only"),
    _loop("never-in-training-mode", "never calls `model.train()`", f"{_MODES} Your function does not know in which "
          "mode it gets the model.", "Which mode is the model in when the first batch comes?", modes="eval only"),
    _loop("modes-never-set", "leaves the model in the mode in which it came", _MODES,
          "Where are `model.train()` and `model.eval()` called?", modes="never"),
    _loop("trained-in-evaluation-mode", "calls `model.eval()` at the beginning, and trains in evaluation mode", _MODES,
          "Which mode is the model in while it learns?", modes="eval first"),
    _loop("evaluation-mode-too-soon", "calls `model.eval()` inside the loop, so that all batches but the first train "
          "in evaluation mode", _MODES, "How far is `model.eval()` indented?", modes="each batch"),
    _loop("measured-after-the-step", "computes the loss of each batch once more, after the step",
          "It costs a second pass through the model, and on the batch just learned the loss always looks better.",
          "You have the loss of the batch already. When?", measured="after"),
    _loop("last-loss-only", "returns the loss of the last batch, and no other", _EACH,
          "Where is the list made, and where is it filled?", gives="last"),
    _loop("mean-loss", "returns one number, the mean of the losses", _EACH, "What does the `return` line give?",
          gives="mean"),
    _loop("summed-loss", "returns one number, the sum of the losses", _EACH, "What does the `return` line give?",
          gives="sum"),
    _loop("running-sum", "returns running sums in place of losses", _EACH,
          "What is put into the list: the loss of this batch?", gives="so far"),
    _loop("running-mean", "returns running means in place of losses", _EACH,
          "What is put into the list: the loss of this batch?", gives="means so far"),
    _loop("losses-in-reverse", "returns the losses from the last batch to the first", _EACH,
          "At which end of the list does a new loss go?", gives="backwards"),
    _loop("first-batch-only", "stops after the first batch", "A model sees as much of the data as the loop shows it.",
          "Is the `return` indented too far?", batch="first"),
    _loop("same-batch-each-time", "trains on the first batch again and again",
          "It learns that batch by heart, and nothing else.", "What does `loss_of` get in the second round?",
          batch="the first each time"),
    _loop("last-batch-left-out", "leaves out the last batch", "A loop goes through all that there is.",
          "How far does your loop go?", batch="last left out"),
    _loop("first-batch-left-out", "leaves out the first batch", "A loop goes through all that there is.",
          "Where does your loop begin?", batch="first left out"),
]
