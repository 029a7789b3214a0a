"""Exercise 8.10: training loops with one thing done differently, and what it means. Used by `lesson_08`."""
import copy
import math
from functools import partial
from itertools import pairwise

import numpy as np

from classroom.ask.compare import differs
from classroom.ask.outcome import tolerance
from classroom.judge.evidence import Sight, row, two_rows
from classroom.judge.exercise import Misconception
from course._words import later, say

# Ways to stop by the last `patience` + 1 losses, without a look at the lowest one.
_STOPS = {"not below": lambda last: last[-1] >= last[0], "above": lambda last: last[-1] > last[0],
          "rises": lambda last: all(a < b for a, b in pairwise(last)),
          "does not fall": lambda last: all(a <= b for a, b in pairwise(last))}


def sloppy_loop(model, step, batches, validate, patience, max_epochs, modes="right", stop="right", against="best",
                better="<", by=0.0, reset=True, restore="best", batch="all", when="after", gives="losses",
                best=math.inf, untrained="", slow=0.0, places=None, told=None):
    """`train_until` with one thing done differently."""
    losses, trained, waited, improved = [], [], 0, False
    kept = came_with = copy.deepcopy(model.state_dict())
    first, mark = None, math.inf
    if untrained:
        model.eval()
        first_loss = validate(model)
        best = first_loss if "best" in untrained else best
        losses += [first_loss] if "returned" in untrained else []
    limit = max_epochs + {"unlimited": 100, "one less": -1, "one more": 1}.get(stop, 0)
    if modes == "train once":
        model.train()
    for epoch in range(limit):
        before = last = copy.deepcopy(model.state_dict())
        if modes in ("right", "train only"):
            model.train()
        if when == "before":
            model.eval()
            losses.append(validate(model))
            model.train()
        for one in {"all": batches, "first": batches[:1], "all but the last": batches[:-1] or batches,
                    "all but the last, or none": batches[:-1], "all but the first": batches[1:],
                    "one in turn": [batches[epoch % len(batches)]],
                    "all at once": [list(batches)], "none": []}["none" if when == "trains last" else batch]:
            last = copy.deepcopy(model.state_dict())
            trained.append(step(model, one))
            if when == "each batch":
                model.eval()
                losses.append(validate(model))
                model.train()
        if restore == "one epoch after" and improved:
            kept = copy.deepcopy(model.state_dict())
        if modes in ("right", "eval only", "train once"):
            model.eval()
        if when in ("after", "trains last"):
            now = validate(model)
            losses.append(now if places is None else float(np.float32(now)) if places == "float32" else
                          round(float(now), places))
        loss = losses[-1]
        improved = {"<": loss < best - by, "<=": loss <= best, ">": loss > best or best == math.inf,
                    "<, in 32 bits": np.float32(loss) < np.float32(best),
                    "<, and not close": loss < best and not math.isclose(loss, best)}[better]
        counts = loss < mark - slow if slow else improved            # what the waiting begins anew with
        mark = loss if counts else mark
        if improved:
            best = loss
            if restore != "one epoch after":
                earlier = {"one epoch before": before, "one step before": last}
                kept = copy.deepcopy(earlier.get(restore, model.state_dict()))
            waited = (1 if stop == "begins with 1" else 0) if reset and counts else waited
            if stop == "begins with 1" and waited >= patience:
                break
        if not counts:
            waited += 1
            if restore == "each time":
                model.load_state_dict(kept)
            if waited >= {"late": patience + 1, "early": max(patience - 1, 1), "first rise": 1,
                               "never": math.inf}.get(stop, math.inf if stop in _STOPS else patience):
                if restore == "when stopped":
                    model.load_state_dict(kept)
                if gives == "without the last":
                    losses.pop()
                break
        if stop in _STOPS and len(losses) > patience and _STOPS[stop](losses[-patience - 1:]):
            break
        if against == "previous":
            best = loss
        if against == "nothing":
            best = math.inf
        if restore == "in the loop":
            model.load_state_dict(kept)
        if when == "trains last":
            model.train()
            for one in batches:
                step(model, one)
        first = first or kept                     # after the first epoch
    if restore in ("best", "first", "untrained", "one epoch before", "one epoch after", "one step before"):
        model.load_state_dict({"first": first, "untrained": came_with}.get(restore, kept))
    if gives == "best":
        return [best]
    if told is not None:
        return [round(float(loss), told) for loss in losses]
    of_epochs = np.array(trained).reshape(len(losses), -1) if "an epoch" in gives else np.zeros((1, 1))
    n = losses.index(min(losses)) + 1
    return {"losses": losses, "training": trained, "up to the best": losses[:n],
            "last of an epoch": of_epochs[:, -1].tolist(), "mean of an epoch": of_epochs.mean(1).tolist()}.get(
                gives, losses)


def _shown(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    curve = ", ".join(f"{loss:g}" for loss in sight.inputs["curve"][1:].tolist())
    given = say("The validation losses are {curve}, epoch by epoch, with patience = {patience} and max_epochs = "
                "{max_epochs} ({about}).", curve=curve, patience=sight.inputs['patience'],
                max_epochs=sight.inputs['max_epochs'], about=say(sight.got.case.about))
    if got["losses"].shape != want["losses"].shape:
        return say("{given} Your list has the length {losses}; {losses2} is expected:\n\n    yours     {losses3}\n    "
                   "expected  {losses4}", given=given, losses=len(got['losses']), losses2=len(want['losses']),
                   losses3=row(got['losses']), losses4=row(want['losses']))
    if differs(got["losses"], want["losses"], tolerance(sight.got, sight.want)).any():
        return say("{given} You return\n\n{two_rows}", given=given, two_rows=two_rows(got['losses'], want['losses']))
    best = int(np.argmin(want["losses"])) + 1
    return say("{given} The model is not left with the weights of epoch {best}, counted from 1:\n\n{two_rows}",
               given=given, best=best, two_rows=two_rows(got['weights'], want['weights']))


def _loop(slug: str, says: str, why: str, look: str, **slip) -> Misconception:
    return Misconception(slug, partial(sloppy_loop, **slip), says, why, look, _shown)


_MODES = ("`model.train()` switches dropout on, `model.eval()` switches it off. The model is to learn with it, and to "
          "be measured without.")
_BEST = "Where patience has run out, the best epoch lies `patience` epochs back."
_WAIT = "Validation losses go up and down by chance; `patience` says how long to wait for a new best one."
_RECORD = "What counts is the lowest loss of all epochs so far."
_PLACES = ((1, "1 place"), (2, "2 places"), (3, "3 places"), (4, "4 places"))
LOOP = [
    _loop("best-weights-not-restored", "Your loop is exactly one that leaves the model with the weights of the last "
          "epoch.", later("{best} Often it is one of four things. The best weights are never loaded. Or what was kept "
                          "is no copy: `model.state_dict()` gives the weights themselves, and they go on changing. "
                          "(`.copy()` and `dict()` copy the list of names alone.) Or "
                          "a copy is made in every epoch, not only at a new best. Or a line like `model = ...` gives "
                          "the name to another model, which changes nothing in the one that the loop was given.",
                          best=_BEST),
          "What do you keep at the best epoch, and what happens to it after the loop?", restore="never"),
    _loop("restored-only-when-stopped", "Your loop is exactly one that loads the best weights when patience has run "
          "out, and not when `max_epochs` is reached.",
          "Training can end in both ways, and after both the model is to have the weights of its best epoch.",
          "Is the line that loads them inside the loop?",
          restore="when stopped"),
    _loop("restored-each-time", "Your loop is exactly one that goes back to the best weights after every epoch without "
          "a new best.", "What was learnt since then is thrown away, although the next epochs might have made it "
          "better. Training goes on from where it is; only at the end it goes back.",
          "Is the line that loads the weights inside the loop?",
          restore="each time"),
    _loop("restored-in-the-loop", "Your loop is exactly one that loads the best weights at the end of each epoch in "
          "which it does not stop.", "Each epoch then starts from the best weights, and where patience runs out, those "
          "of the last epoch are left. Training goes on from where it is; only at the end it goes back.",
          "Is the line that loads the weights inside the loop?", restore="in the loop"),
    _loop("no-early-stopping", "Your loop is exactly one that always runs for `max_epochs`, and leaves the model with "
          "the weights of the last epoch.", "So does a loop without early stopping, and also one in which every epoch "
          "counts as a new best.", "With which number do you compare a new loss, and which lines change that number?",
          against="nothing"),
    _loop("first-weights-restored", "Your loop is exactly one that ends with the weights of the first epoch.",
          _BEST, "When is the copy renewed?", restore="first"),
    _loop("untrained-weights-restored", "Your loop is exactly one that leaves the model with the weights that it came "
          "with.", "Two things can lead to this. The copy that is loaded was made before the first epoch, and is not "
          "renewed at a new best. Or the steps changed another model, such as a copy of the one that the loop was "
          "given.", "When is the copy made that is loaded in the end, and which model do the steps change?",
          restore="untrained"),
    _loop("weights-of-the-epoch-before", "Your loop is exactly one that keeps the weights that the best epoch began "
          "with.", "The loss that `validate` returns is that of the weights after the epoch's steps.",
          "At which line is the copy made: before the steps of the epoch, or after them?",
          restore="one epoch before"),
    _loop("weights-of-the-epoch-after", "Your loop is exactly one that keeps the weights of the epoch after the "
          "best one.", "The loss that `validate` returns is that of the weights that the model has at this moment.",
          "How many steps lie between a new lowest loss and the copy?", restore="one epoch after"),
    _loop("weights-before-the-last-step", "Your loop is exactly one that keeps the weights from before the last step "
          "of the best epoch.", "The loss that `validate` returns is that of the weights after all steps of the epoch.",
          "Is the copy made inside the loop over the batches?", restore="one step before"),
    _loop("validated-in-training-mode", "Your loop is exactly one that measures in training mode.", _MODES,
          "Which mode is the model in when `validate` is called?", modes="train only"),
    _loop("modes-never-set", "Your loop is exactly one that leaves the model in the mode it came in.", _MODES,
          "Where are `model.train()` and `model.eval()` called?", modes="never"),
    _loop("trained-in-evaluation-mode", "Your loop is exactly one that calls `model.train()` only before the first "
          "epoch, so that all others train in evaluation mode.", _MODES,
          "Which mode is the model in when the second epoch begins?", modes="train once"),
    _loop("trained-in-evaluation-mode", "Your loop is exactly one that never calls `model.train()`.", _MODES,
          "Which mode is the model in when the second epoch begins?", modes="eval only"),
    _loop("patience-ignored", "Your loop is exactly one that stops at the first epoch without a new best, whatever "
          "`patience` is.", _WAIT, "Where is `patience` used?", stop="first rise"),
    _loop("one-epoch-too-patient", "Your loop is exactly one that waits one epoch more than `patience` says.", _WAIT,
          "Try patience = 1 on paper: after how many epochs without a new best does your loop stop?", stop="late"),
    _loop("one-epoch-too-impatient", "Your loop is exactly one that waits one epoch less than `patience` says.", _WAIT,
          "Try patience = 2 on paper: after how many epochs without a new best does your loop stop?", stop="early"),
    _loop("waiting-begins-with-1", "Your loop is exactly one whose counter begins with 1 at each new best.",
          "It stops one epoch too soon, and with patience = 1 at the new best itself.",
          "How many epochs have passed without a new best, when there has just been one?", stop="begins with 1"),
    _loop("never-stops-early", "Your loop is exactly one that always runs for `max_epochs`.", _WAIT,
          "Where is the loop left?", stop="never"),
    _loop("max-epochs-ignored", "Your loop is exactly one that runs on after `max_epochs`, until patience has run out.",
          "While the loss falls, however slowly, training would go on for ever.", "Where is `max_epochs` used?",
          stop="unlimited"),
    _loop("one-epoch-too-few", "Your loop is exactly one that stops one epoch before `max_epochs`.",
          "`range(n)` runs n times; `range(1, n)` runs n − 1 times.", "How often does your loop run at most?",
          stop="one less"),
    _loop("one-epoch-too-many", "Your loop is exactly one that stops one epoch after `max_epochs`.",
          "`range(n)` runs n times; a `while` with <= runs once more.", "How often does your loop run at most?",
          stop="one more"),
    _loop("waiting-not-reset", "Your loop is exactly one that counts all epochs without a new best, and not those in a "
          "row.", later("{wait} With each new best the waiting begins anew.",
                        wait=_WAIT), "What happens to the counter at a new best?",
          reset=False),
    _loop("compared-with-the-previous-epoch", "Your loop is exactly one that compares each loss with that of the epoch "
          "before.", later("{record} A loss that falls from bad to less bad is no new best.", record=_RECORD),
          "What is a new loss compared with?", against="previous"),
    *(_loop("compared-with-patience-epochs-ago", says, later(
        "{record} The loss of `patience` epochs before need not be the lowest one.", record=_RECORD),
            "Which epoch's loss decides whether yours goes on?", stop=stop)
      for stop, says in (
          ("not below", "Your loop is exactly one that stops when a loss is not below that of `patience` epochs "
           "before."),
          ("above", "Your loop is exactly one that stops when a loss is above that of `patience` epochs before."))),
    *(_loop("stops-when-losses-rise", says, later(
        "{record} A loss that falls for one epoch and is still above the lowest one is no new lowest loss: the waiting "
        "goes on.", record=_RECORD), "Is a loss compared with the one before it, or with the lowest one?", stop=stop)
      for stop, says in (
          ("rises", "Your loop is exactly one that stops when a loss has been above the one before it `patience` times "
           "in a row."),
          ("does not fall", "Your loop is exactly one that stops when a loss has not been below the one before it "
           "`patience` times in a row."))),
    *(_loop("little-progress-does-not-count", "Your loop is exactly one in which a loss that is lower than the lowest "
            "one by very little is no new lowest loss.", "Any lower loss is a new lowest one here, however little "
            "lower it is: otherwise slow progress is taken for none, and better weights are thrown away. (Some "
            "libraries ask for a smallest difference, which one can choose.)",
            "Do you subtract something, multiply or round before you compare?", by=by) for by in (1e-3, 0.01, 0.1)),
    *(_loop("little-progress-does-not-count", "Your loop is exactly one that keeps the weights of every lower loss, "
            "and goes on counting where it is lower by very little.", "Any lower loss is a new lowest one here, "
            "however little lower it is, and with it the waiting begins anew. (Some libraries ask for a smallest "
            "difference, which one can choose.)", "Which losses set your counter back?", slow=slow)
      for slow in (1e-3, 0.01, 0.1)),
    *(_loop("little-progress-does-not-count", later(
        "Your loop is exactly one that rounds each loss to {places}, so that one that is lower by very little is no "
        "new lowest loss.", places=written),
            "Any lower loss is a new lowest one here, however little lower it is.", "Where do you round?",
            places=places) for places, written in (*_PLACES, (5, "5 places"))),
    *(_loop("losses-rounded", later("Your losses are exactly the right ones, rounded to {places}.", places=written),
            "Two epochs that differ by little can then have the same loss in the list. Round where you print, not in "
            "the list.", "Where do you round?", told=places) for places, written in _PLACES),
    _loop("equal-counts-as-better", "Your loop is exactly one that takes an equal loss for a new best.",
          "A loss that stays where it is does not get lower, and training would go on for ever.",
          "Is it < or <=, or does an equal loss set the count back?", better="<="),
    *(_loop("compared-too-roughly", later("Your loop is exactly one {what}.", what=what),
            "A lower loss is a new best, however small the difference.", look, **switches)
      for what, look, switches in (
          ("that keeps the losses with 32 bits", "What are your losses kept in, and which dtype has it?",
           {"places": "float32"}),
          ("that compares the losses with 32 bits", "What are your losses compared in, and which dtype has it?",
           {"better": "<, in 32 bits"}),
          ("that takes a loss for no better if it is close to the best, as `math.isclose` says",
           "When are two losses equal in your code?", {"better": "<, and not close"}))),
    _loop("highest-loss-kept", "Your loop is exactly one that looks for the *highest* validation loss.",
          "A loss is better the lower it is.", "In which direction do you compare?", better=">"),
    _loop("first-batch-only", "Your loop is exactly one that trains on the first batch of each epoch only.",
          "An epoch goes through all batches once.", "Is something indented too far, or not far enough?",
          batch="first"),
    *(_loop("one-batch-left-out", later("Your loop is exactly one that leaves out the {which} batch of each epoch.",
                                        which=which), "An epoch goes through all batches once.",
            "Where does your loop over the batches begin, and where does it end?", batch=batch)
      for which, batch in (("last", "all but the last, or none"), ("first", "all but the first"))),
    _loop("one-batch-in-turn", "Your loop is exactly one that trains on one batch in each epoch, each time the next.",
          "An epoch goes through all batches once: it has as many steps as there are batches.",
          "How many loops does your code have, and what does each of them count?", batch="one in turn"),
    _loop("all-batches-at-once", "Your code stops exactly where `step` gets a list or a tuple, and not one batch.",
          "`batches` is a list or a tuple of batches; a step is made on one of them.",
          "What do you pass to `step`?", batch="all at once"),
    _loop("last-batch-left-out", "Your loop is exactly one that leaves out the last batch of each epoch.",
          "An epoch goes through all batches once.", "How far does the loop over the batches go?",
          batch="all but the last"),
    _loop("validated-before-the-epoch", "Your loop is exactly one that measures before each epoch instead of after it.",
          "The weights that are kept would then not be those that were measured.",
          "In which order do training and measuring come?", when="before"),
    _loop("validated-before-the-epoch", "Your loop is exactly one that measures, compares and keeps before the steps "
          "of each epoch.", "The first loss is then that of the untrained model, and no loss is measured after "
          "the steps of the last epoch.", "In which order do training and measuring come?", when="trains last"),
    _loop("validated-after-each-batch", "Your loop is exactly one that measures after each batch.",
          "`patience` counts epochs; and measuring costs as much as training.", "How far is `validate` indented?",
          when="each batch"),
    _loop("training-losses-returned", "You return exactly the losses of the training steps.",
          "How well the model does on what it has been trained on says nothing of overfitting.",
          "What do you collect?", gives="training"),
    *(_loop("training-losses-returned", later("You return exactly one loss of the training steps for each epoch: "
                                              "{which}.", which=which),
            "How well the model does on what it has been trained on says nothing of overfitting.",
            "What do you collect: what `step` returns, or what `validate` returns?", gives=gives)
      for gives, which in (("last of an epoch", "that of its last step"),
                           ("mean of an epoch", "the mean over its steps"))),
    _loop("best-loss-returned", "You return exactly the lowest loss, in a list of its own.",
          "The page draws the whole curve.", "What does the `return` line give?", gives="best"),
    _loop("curve-cut-at-the-best", "You return exactly the losses up to the best epoch.",
          "The epochs after it were trained, too, and one wants to see how the loss rises.",
          "What does the `return` line give?", gives="up to the best"),
    _loop("last-loss-lost", "You return exactly the right losses without the last one, where patience has run out.",
          "That epoch was trained and measured, too.", "Is the loss collected before the loop is left?",
          gives="without the last"),
    *(_loop("untrained-model-counted", says, why, "What is `validate` called for before the first epoch?",
            untrained=untrained)
      for untrained, says, why in (
          ("best", "Your loop is exactly one that takes the untrained model's loss for the first one to beat.",
           "Where no epoch beats it, the model is left with the weights that it came with, and patience may run out "
           "too soon. Asked for are the weights of the best epoch."),
          ("returned", "Your losses are exactly the right ones with that of the untrained model in front.",
           "The list has one loss for each epoch."),
          ("best, returned", "Your loop is exactly one that takes the untrained model's loss for the first one to "
           "beat, and returns it in front of the others.", "The list has one loss for each epoch, and the model should "
           "be left with the weights of the best epoch."))),
    *(_loop("best-begins-too-low", later("Your loop is exactly one in which the best loss so far begins with a number "
                                         "that is too low, such as {start:g}.", start=start),
            "A loss above that never counts as a new best, so that its weights are not kept.",
            "Which number is above every loss that there can be?", best=start)
      for start in (1.0, 10.0, 100.0, 1000.0, 0.0)),
]
