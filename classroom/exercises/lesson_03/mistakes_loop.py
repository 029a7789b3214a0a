"""Exercise 3.5: loops over batches with one thing done differently, and what it means."""
from functools import partial

import torch

from classroom.ask.compare import differs
from classroom.ask.outcome import tolerance
from classroom.judge.evidence import Sight, row, two_rows
from classroom.judge.exercise import Misconception
from course._words import later, say


def sloppy_fit(model, loss_of, batches, optimiser, modes="right", zero="each", order="right", steps=1, sign=1,
               measured="before", batch="all", steps_by="given", gives="each", repeats=1, weight="one", clipped="none",
               every=1, stops="never", keeps="last", freezes=False, thaws=False):
    """`fit` with one thing done differently."""
    batches = list(batches)
    chosen = {"first": batches[:1], "last left out": batches[:-1] or batches, "first left out": batches[1:] or batches,
              "the first each time": batches[:1] * len(batches), "backwards": batches[::-1],
              "twice": batches * 2}.get(batch, batches)
    chosen = [one for one in chosen for _ in range(repeats)]
    came_in = model.training
    if thaws:
        model.requires_grad_(True)
    if modes in ("right", "train only", "each batch", "restored") or modes.endswith("in the end"):
        model.train()
    if modes in ("eval first", "exchanged"):
        model.eval()
    model.training = model.training or modes == "outermost"
    for layer in model.children() if modes == "layers" else ():
        layer.train()
    if zero == "once":
        optimiser.zero_grad()
    losses, total, best = [], 0.0, None
    adam = None if isinstance(steps_by, str) else _adam(model, steps_by)
    for i, one in enumerate(chosen):
        if steps_by == "new":
            optimiser = type(optimiser)(model.parameters(), **optimiser.defaults)
        noted = loss_of(model, one).item() if measured == "first of two" else None
        loss = loss_of(model, one)
        noted = loss_of(model, one).item() if measured == "second of two" else noted
        if modes == "late":
            model.train()
        rises = bool(losses) and loss.item() > losses[-1]
        if stops == "before its step" and rises:
            break
        if stops in ("noted, before its step", "no step") and rises:
            losses.append(loss.item())
            if stops == "no step":
                continue
            break
        if keeps == "best before" and loss.item() < min(losses, default=float("inf")):
            best = _copied(model)
        if order == "step first":
            optimiser.step()
        if zero == "each" and i % every == 0:
            optimiser.zero_grad()
        if order == "all at once":
            total = total + loss
        else:
            scale = {"one": 1, "per batch": 1 / len(chosen), "half": 0.5, "twice": 2, "per example": 1 / len(one[0]),
                     "times examples": len(one[0])}[weight]
            (sign * scale * loss).backward()
        if clipped == "norm":
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if clipped == "values":
            torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)
        if order == "right" and (i + 1) % every == 0:
            for _ in range(steps):
                optimiser.step() if adam is None else adam(i + 1)
        if measured == "after":
            with torch.no_grad():
                loss = loss_of(model, one)
        losses.append(loss.item() if noted is None else noted)
        if keeps == "best after" and losses[-1] <= min(losses):
            best = _copied(model)
        if modes == "each batch":
            model.eval()
        if stops == "after its step" and i and losses[-1] > losses[-2]:
            break
    if order == "all at once":
        total.backward()
    if order in ("all at once", "after the loop"):
        optimiser.step()
    if best is not None:
        model.load_state_dict(best)
    if modes in ("right", "eval only", "late"):
        model.eval()
    if modes in ("restored", "exchanged"):
        model.train(came_in or modes == "exchanged")
    if modes.startswith("outermost"):
        model.training = False
    for layer in model.children() if modes.startswith("layers") else ():
        layer.eval()
    if freezes:
        model.requires_grad_(False)
    return _given_back(losses, gives, chosen)


def _adam(model, rate, beta=0.9, gamma=0.999, eps=1e-8):
    """Step n of `torch.optim.Adam`, which takes seconds to load."""
    kept = [(one, torch.zeros_like(one), torch.zeros_like(one)) for one in model.parameters() if one.requires_grad]

    def step(n):
        with torch.no_grad():
            for one, mean, square in kept:
                mean.mul_(beta).add_((1 - beta) * one.grad)
                square.mul_(gamma).add_((1 - gamma) * one.grad ** 2)
                one -= rate * (mean / (1 - beta ** n)) / ((square / (1 - gamma ** n)) ** 0.5 + eps)
    return step


def _copied(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def _given_back(losses, gives, batches):
    """What is made of the losses."""
    n = len(losses)
    return {"last": losses[-1:], "mean": [sum(losses) / n], "sum": [sum(losses)], "backwards": losses[::-1],
            "so far": [sum(losses[: i + 1]) for i in range(n)],
            "means so far": [sum(losses[: i + 1]) / (i + 1) for i in range(n)],
            "best so far": [min(losses[: i + 1]) for i in range(n)], "smallest": [min(losses)], "first": losses[:1],
            "sorted": sorted(losses), "sorted down": sorted(losses, reverse=True), "first half": losses[: n // 2],
            "second half": losses[n // 2 :], "first of two": losses[::2], "second of two": losses[1::2],
            "zero first": [0.0, *losses], "but the first": losses[1:], "but the last": losses[:-1],
            "changes": [b - a for a, b in zip([0.0, *losses], losses, strict=False)],
            "smoothed": [sum(losses[max(0, i - 1) : i + 1]) / min(2, i + 1) for i in range(n)],
            "per batch": [loss / n for loss in losses], "roots": [loss ** 0.5 for loss in losses],
            "per example": [loss / len(one[0]) for loss, one in zip(losses, batches, strict=False)],
            "times examples": [loss * len(one[0]) for loss, one in zip(losses, batches, strict=False)],
            "halves": [loss / 2 for loss in losses], **{f"{d} digits": [round(loss, d) for loss in losses]
                                                        for d in (1, 2, 3, 4)}}.get(gives, losses)


def two_passes(model, loss_of, batches, optimiser, when="before", evaluating=False, listed=False):
    """`fit` that computes the losses in a pass of their own: before or after all steps, or batch by batch."""
    def now(some):
        before = model.training
        model.train(not evaluating)
        with torch.no_grad():
            found = [loss_of(model, one).item() for one in some]
        model.train(before)
        return found

    if listed:
        batches = list(batches)
    losses = now(batches) if when == "before" else []
    model.train()
    for one in batches:
        if when == "each before":
            losses += now([one])
        optimiser.zero_grad()
        loss_of(model, one).backward()
        optimiser.step()
        if when == "each after":
            losses += now([one])
    if when == "after":
        losses = now(batches)
    model.eval()
    return losses


def two_rounds(model, loss_of, batches, optimiser, gives="each"):
    """`fit` that goes through the batches two times, as far as they can be gone through two times."""
    losses = []
    model.train()
    for _ in range(2):
        if gives == "second half":
            losses = []
        for one in batches:
            optimiser.zero_grad()
            loss = loss_of(model, one)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    model.eval()
    return losses


def _shown(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    given = say("Batches that are given: {x} ({about}).", x=len(sight.inputs['x']),
                about=say(sight.got.case.about))
    if got["losses"].shape != want["losses"].shape:
        return say("{given} Your list has the length {losses}; {losses2} is expected:\n\n    yours     {losses3}\n    "
                   "expected  {losses4}", given=given, losses=len(got['losses']), losses2=len(want['losses']),
                   losses3=row(got['losses']), losses4=row(want['losses']))
    if differs(got["losses"], want["losses"], tolerance(sight.got, sight.want)).any():
        return say("{given} The losses:\n\n{two_rows}", given=given, two_rows=two_rows(got['losses'], want['losses']))
    if differs(got["weights"], want["weights"], tolerance(sight.got, sight.want)).any():
        return say("{given} The model's weights:\n\n{two_rows}", given=given,
                   two_rows=two_rows(got['weights'], want['weights']))
    if not differs(got["mode"], want["mode"], tolerance(sight.got, sight.want)).any():
        if not got["requires_grad"][0]:
            return say("{given} In the end the model's weights take no gradients any more (`requires_grad` is False): "
                       "the next call of `fit` would stop at `backward`.", given=given)
        return say("{given} The model came with a frozen parameter (`requires_grad` was False). In the end its "
                   "`requires_grad` is True, and the next optimiser may change it.", given=given)
    if not got["mode"][0]:
        return say("{given} In the end a layer inside the model is in training mode, while `model.training` is False; "
                   "whoever uses the model next would use it with its dropout on.", given=given)
    if not got["mode"][1]:
        return say("{given} In the end the layers inside the model are in evaluation mode, but not the model itself "
                   "(`model.training` is True).", given=given)
    return say("{given} In the end the model is in training mode (`model.training` is True); whoever uses it next "
               "would use it with its dropout on.", given=given)


def _loop(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_fit, **slip), later(
        "Your loop is exactly one that {says}.", says=says), why, look, _shown)


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
    _loop("new-optimiser-each-step", "takes plain steps, against the gradient and nothing else: with an optimiser of "
          "its own, with a new one for each batch, or with none",
          "An optimiser may remember earlier steps, as Adam does, and the one that your function is given does so.",
          "Which optimiser takes the step: the one that your function was given?", steps_by="new"),
    *(_loop("own-optimiser", later("takes its steps with an Adam of its own, with a learning rate of {rate}",
                                   rate=rate),
            "Whoever calls `fit` has chosen an optimiser and its learning rate, and hands it over.",
            "Which optimiser takes the step: the one that your function was given?", steps_by=rate)
      for rate in (0.05, 0.01, 0.001)),
    _loop("two-steps", "takes two steps with each gradient",
          "After the first step the gradient belongs to weights that the model no longer has.",
          "How often is `step` called for one batch?", steps=2),
    _loop("uphill", "makes the loss larger: it goes *along* the gradient",
          "The gradient says where the loss grows. The optimiser goes against it by itself.",
          "Is there a minus sign where none is needed?", sign=-1),
    _loop("never-in-evaluation-mode", "leaves the model in training mode", _MODES,
          "Which mode is the model in when your function returns?", modes="train only"),
    _loop("never-in-training-mode", "never calls `model.train()`", later(
        "{modes} Your function does not know in which mode it gets the model. (`model.train` without brackets calls "
        "nothing.)",
        modes=_MODES), "Which mode is the model in when the first batch comes?", modes="eval only"),
    _loop("modes-never-set", "leaves the model in the mode in which it came", _MODES,
          "Where are `model.train()` and `model.eval()` called?", modes="never"),
    _loop("trained-in-evaluation-mode", "calls `model.eval()` at the beginning, and trains in evaluation mode", _MODES,
          "Which mode is the model in while it learns?", modes="eval first"),
    _loop("evaluation-mode-too-soon", "calls `model.eval()` inside the loop, so that all batches but the first train "
          "in evaluation mode", _MODES, "How far is `model.eval()` indented?", modes="each batch"),
    _loop("outermost-mode-only", "sets `training` of the model itself, and leaves the layers inside it in the mode in "
          "which they came", "Dropout is a layer inside a model, and looks at its own `training`. `model.train` and "
          "`model.eval` are functions that set it in all layers.", "Which line of yours sets the mode, and of what?",
          modes="outermost"),
    _loop("outermost-mode-only", "in the end sets `training` of the model itself, and leaves the layers inside it in "
          "training mode", "Dropout is a layer inside a model, and looks at its own `training`. `model.eval()` sets it "
          "in all layers.", "Which line of yours sets the mode in the end?", modes="outermost in the end"),
    _loop("layers-mode-only", "sets the mode of the layers inside the model, and leaves the model itself in the mode "
          "in which it came", "A model may ask for its own `training`, as its layers do for theirs. `model.train()` "
          "and `model.eval()` set both.", "Of what do your lines set the mode?", modes="layers"),
    _loop("layers-mode-only", "in the end sets the mode of the layers inside the model, and leaves the model itself in "
          "training mode", "A model may ask for its own `training`, as its layers do. `model.eval()` sets both.",
          "Of what do your lines set the mode in the end?", modes="layers in the end"),
    _loop("frozen-parameters-freed", "makes all parameters of the model learnable, frozen ones among them",
          "Whoever calls `fit` may have frozen a part of the model, as we shall do with word vectors.",
          "Which line of yours changes `requires_grad`?", thaws=True),
    _loop("left-without-gradients", "leaves the model's weights with `requires_grad` False", "Evaluation mode is "
          "another thing: it switches dropout off. Weights without gradients cannot be trained any further, and `fit` "
          "is called again for the next epoch.", "Which line of yours changes `requires_grad`?", freezes=True),
    *(_loop("computed-twice", "computes the loss of each batch two times before its step, and notes the one from "
            "which the step is *not* computed", "In training mode dropout makes another number of it each time; and it "
            "costs a second pass through the model.", "How often does your loop call `loss_of` for one batch?",
            measured=measured) for measured in ("first of two", "second of two")),
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
    _loop("mode-restored", "puts the model back into the mode in which it came", later(
        "{modes} Whoever calls `fit` relies on evaluation mode at its end.",
        modes=_MODES), "Which mode is the model in when your function returns, if it came in "
          "training mode?", modes="restored"),
    _loop("training-mode-too-late", "calls `model.train()` only after the first loss has been computed", _MODES,
          "Which mode is the model in when the first batch comes?", modes="late"),
    _loop("modes-exchanged", "trains in evaluation mode, and leaves the model in training mode", _MODES,
          "Which of the two calls comes first?", modes="exchanged"),
    *(Misconception("losses-in-a-pass-of-their-own", partial(two_passes, when=when, evaluating=evaluating,
                                                             listed=listed), says,
                    "Asked for is the loss of each batch right before its own step. All at once they belong to one "
                    "and the same model; and what is no list can be gone through only once.",
                    "You have each loss already. When, and in which loop?", _shown)
      for when, evaluating, says in (
          ("before", False, "Your loop is exactly one that computes all losses before all steps."),
          ("before", True, "Your loop is exactly one that computes all losses before all steps, in evaluation mode."),
          ("after", False, "Your loop is exactly one that computes all losses after all steps."),
          ("after", True, "Your loop is exactly one that computes all losses after all steps, in evaluation mode."))
      for listed in (False, True)),
    *(Misconception("measured-in-evaluation-mode", partial(two_passes, when=when, evaluating=True), says,
                    "It costs a second pass through the model, and it is not the loss that the step makes smaller.",
                    "You have the loss of the batch already. When?", _shown)
      for when, says in (
          ("each before", "Your loop is exactly one that computes each loss once more, in evaluation mode, before the "
                          "step."),
          ("each after", "Your loop is exactly one that computes each loss once more, in evaluation mode, after the "
                         "step."))),
    *(Misconception("batches-gone-through-twice", partial(two_rounds, gives=gives),
                    "Your loop is exactly one that goes through all batches two times.", "`fit` is one round; whoever "
                    "wants two calls it twice. And what is no list can be gone through only once.",
                    "How many loops does your function have?", _shown) for gives in ("each", "second half")),
    *(_loop("batches-gone-through-twice", "goes through all batches two times", "`fit` is one round; whoever wants two "
            "calls it twice.", "How many loops does your function have?", batch="twice", gives=gives)
      for gives in ("each", "first half", "second half")),
    *(_loop("each-batch-twice", "learns each batch two times in a row", "Asked for is one step for each batch.",
            "How often does a batch meet `loss_of` and `step`?", repeats=2, gives=gives)
      for gives in ("each", "first of two", "second of two")),
    _loop("batches-in-reverse", "goes through the batches from the last to the first", "They come in the order in "
          "which they shall be learned.", "Where does your loop begin?", batch="backwards"),
    _loop("batches-in-reverse", "goes through the batches from the last to the first", "They come in the order in "
          "which they shall be learned.", "Where does your loop begin?", batch="backwards", gives="backwards"),
    *(_loop("loss-rescaled", later("{says} each loss before `backward`",
                                   says=says), "`loss_of` gives the loss that is wanted. Another "
            "factor makes all steps longer or shorter.", "By what do you multiply or divide?", weight=weight)
      for weight, says in (("per batch", "divides by the number of batches"), ("half", "halves"), ("twice", "doubles"),
                           ("per example", "divides by the number of examples"),
                           ("times examples", "multiplies by the number of examples"))),
    *(_loop("losses-rescaled", later("returns losses that are {says}",
                                     says=says), "`loss_of` gives the loss that is wanted.",
            "What is put into the list: the loss of this batch?", gives=gives)
      for gives, says in (("per batch", "divided by the number of batches"), ("halves", "halved"), ("roots", "roots"),
                          ("per example", "divided by the number of examples"),
                          ("times examples", "multiplied by the number of examples"))),
    *(_loop("losses-rounded", later("rounds its losses to {d} digits",
                                    d=d), "A curve near its end changes in digits that "
            "rounding takes away. Round where you print.", "What is put into the list: the loss of this batch?",
            gives=f"{d} digits") for d in (4, 3, 2, 1)),
    *(_loop("losses-sorted", "returns the losses in order of size", _EACH, "What happens to the list after the loop?",
            gives=gives) for gives in ("sorted", "sorted down")),
    _loop("best-loss", "returns for each batch the smallest loss so far", _EACH, "What is put into the list: the loss "
          "of this batch?", gives="best so far"),
    _loop("best-loss", "returns the smallest loss, and no other", _EACH, "What does the `return` line give?",
          gives="smallest"),
    _loop("first-loss-only", "returns the loss of the first batch, and no other, after learning them all", _EACH,
          "Where is the list filled?", gives="first"),
    _loop("one-loss-too-many", "returns a 0 before the losses", _EACH, "What is in the list when the loop begins?",
          gives="zero first"),
    *(_loop("one-loss-missing", says, _EACH, "Is each loss put into the list?", gives=gives)
      for gives, says in (("but the first", "returns the losses of all batches but the first"),
                          ("but the last", "returns the losses of all batches but the last"))),
    _loop("changes-of-the-loss", "returns by how much the loss changes from batch to batch", _EACH,
          "What is put into the list: the loss of this batch?", gives="changes"),
    _loop("running-mean", "returns means of two losses each in place of losses", _EACH,
          "What is put into the list: the loss of this batch?", gives="smoothed"),
    *(_loop("gradients-clipped", says, "That has its place where gradients explode. Here it was not asked for, and "
            "changes the steps.", "What happens between `backward` and `step`?", clipped=clipped)
      for clipped, says in (("norm", "cuts the gradients' norm down to 1"),
                            ("values", "cuts the gradients' values down to 1"))),
    *(_loop("step-every-few-batches", later("takes a step for every {n} batches only", n=n),
            "Asked for is one step for each batch.", "Does `step` stand below an `if`?", every=n) for n in (2, 3, 4)),
    *(_loop("stops-early", "stops as soon as the loss of a batch is larger than that before it", "Losses go up and "
            "down from batch to batch, as the batches differ.", "Is there a `break` or a `return` in the loop?",
            stops=stops) for stops in ("before its step", "after its step")),
    _loop("stops-early", "stops as soon as the loss of a batch is larger than that before it: it returns this loss, "
          "too, and does not take its step", "Losses go up and down from batch to batch, as the batches differ.",
          "Is there a `break` or a `return` in the loop?", stops="noted, before its step"),
    _loop("steps-left-out", "takes no step where the loss of a batch is larger than that before it", "Losses go up and "
          "down from batch to batch, as the batches differ. Each is to be learned from.", "Is there a `continue` or an "
          "`if` in the loop?", stops="no step"),
    *(_loop("best-weights-kept", "ends with the weights that had the smallest loss", "Each batch has another loss "
            "with the same weights: the smallest says little about the model.",
            "What happens to the model after the loop?", keeps=keeps) for keeps in ("best before", "best after")),
]
