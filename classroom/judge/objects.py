"""What an object of the learner's class does from one call to the next, and from one mode to the other."""
from collections.abc import Callable
from typing import Any

import numpy as np

from classroom.ask.case import Case
from classroom.ask.outcome import Outcome, agree, ask, axis_names, bare
from course._words import say

from .exercise import Exercise
from .verdict import Finding

__all__ = ["differs_in_training", "keeps_state", "right_in_training"]


def keeps_state(task: Exercise, answer: Any, got: list[Outcome], run: Callable) -> Finding | None:
    """For modules: is the same object right a second time, after it was called with something else?"""
    if not hasattr(task.probe, "prepare"):
        return None
    masks = [name for name in task.takes if name.endswith("mask")]
    masked = _masked(got, masks)
    for once in (got[0], masked)[:1 + (masked is not got[0])]:
        for earlier, before in ((_earlier(task, once.case, shorter=True), say("other, shorter input")),
                                (_earlier(task, once.case), say("other input of the same shape"))):
            again = ask(task, answer, once.case.without(earlier=earlier), run)
            if not agree(again, once):
                return _kept(once.case, before, again)
    return _keeps_mask(task, answer, masked.case, masks, run) or _keeps_numbers(task, answer, masked, run)


def _kept(case: Case, before: str, again: Outcome) -> Finding:
    what = say("it raises {kind}: {text_}", kind=again.error.kind,
               text_=again.error.text) if again.error else say("it gives other numbers")
    return Finding("not-repeatable", say("Your numbers are right while an object of your class is called only once. "
                                         "Called with {before} before, and then with that of the case “{about}”, "
                                         "{what} It keeps something from one call to the next: a mask, keys, a memory, "
                                         "a length or a counter. What is stored in `forward`, and read again in the "
                                         "next?", before=before, about=say(case.about),
                                         what=what if what.endswith('.') else say("{sentence}.", sentence=what)))


def _keeps_mask(task: Exercise, answer: Any, case: Case, masks: list[str], run: Callable) -> Finding | None:
    """The same input without its masks: does a call with them before make a difference?"""
    inputs = case.inputs
    if not any(inputs.get(name) is not None for name in masks):
        return None
    bare_case = Case(case.about, **{name: value for name, value in inputs.items() if name not in masks})
    alone = ask(task, answer, bare_case, run)
    earlier = {name: inputs[name] for name in task.takes if isinstance(inputs.get(name), np.ndarray)}
    after = ask(task, answer, bare_case.without(earlier=earlier), run)
    if not alone.returned or agree(after, alone):
        return None
    return Finding("not-repeatable", say("Your numbers are right while an object of your class is called only once. "
                                         "Called with a mask and then without one (the input of the case “{about}”), "
                                         "it does something else than without the call before. What do you store on "
                                         "`self` in `forward`, and which line reads it again?", about=say(case.about)))


def _keeps_numbers(task: Exercise, answer: Any, once: Outcome, run: Callable) -> Finding | None:
    """The same tensors again, after the weights have changed: are all numbers computed with the new ones?"""
    again = ask(task, answer, once.case.without(relearned=True), run)
    if agree(again, once):
        return None
    return Finding("not-repeatable", say("Your numbers are right while the weights stay what they are. Called with the "
                                         "same tensors before and after a change of the weights (the input of the case "
                                         "“{about}”), as it is in training, your code gives other numbers: it keeps "
                                         "something that was computed with the old weights. What do you store on "
                                         "`self` in `forward`, and when is it computed anew?",
                                         about=say(once.case.about)))


def differs_in_training(task: Exercise, answer: Any, got: list[Outcome], run: Callable) -> Finding | None:
    """For modules: the same numbers in training mode? Of what draws there, as dropout does, nothing is said."""
    if not hasattr(task.probe, "prepare"):
        return None
    masks = [name for name in task.takes if name.endswith("mask")]
    masked = [g for g in got if any(g.case.inputs.get(name) is not None for name in masks)]
    for once in {id(g): g for g in (max(among, key=lambda g: g.case.size())           # in a small one, nothing may drop
                                    for among in (masked, got) if among)}.values():
        case = once.case.without(training=True)
        there = ask(task, answer, case, run)
        if not agree(there, once) and agree(ask(task, task.reference, case, bare), once) \
                and all(agree(ask(task, answer, case, run), there) for _ in range(2)):
            return _in_training(case, there)
    return None


def _in_training(case: Case, there: Outcome) -> Finding:
    what = say("it raises {kind}: {text_}", kind=there.error.kind, text_=there.error.text.rstrip(".")) \
        if there.error else say("other numbers come out") if there.returned else say("it stops")
    return Finding("differs-in-training", say(
        "Your numbers are right in evaluation mode, in which the check has put your module by `.eval()`. After "
        "`.train()`, on the case “{about}”, {what}. What is asked for here is the same in both modes. Where does your "
        "code ask for `self.training`, or use a layer that does, such as `nn.BatchNorm1d`?", about=say(case.about),
        what=what))


def right_in_training(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable
                      ) -> Finding | None:
    """For modules whose numbers are wrong: are they right in all cases in training mode?"""
    if not hasattr(task.probe, "prepare"):
        return None
    pairs = sorted(zip(got, want, strict=True), key=lambda pair: agree(*pair))      # the wrong ones first
    if not all(agree(ask(task, answer, g.case.without(training=True), run), w) for g, w in pairs):
        return None
    return Finding("right-in-training-only", say(
        "In training mode all your numbers are right. In evaluation mode, in which the check asks and in which a "
        "model is used, they are not. Which line of your code asks for `self.training`, or for something that depends "
        "on it?"))


def _masked(got: list[Outcome], masks: list[str]) -> Outcome:
    """The first case that has a mask, else the first."""
    return next((g for g in got if any(g.case.inputs.get(name) is not None for name in masks)), got[0])


def _earlier(task: Exercise, case: Case, shorter: bool = False) -> dict[str, Any]:
    """The arrays of a case, numbers negated and ids exchanged; `shorter`: one position less where there are several."""
    found = {}
    for name, axes in task.takes.items():
        value = case.inputs.get(name)
        if not isinstance(value, np.ndarray):
            continue
        for i, axis in enumerate(axis_names(axes, value.ndim)):
            if shorter and axis.startswith("T") and value.shape[i] > 1:
                value = value.take(range(value.shape[i] - 1), axis=i)
        found[name] = -value if value.dtype.kind == "f" else _other_ids(value, case.inputs.get("pad_id", 0))
    return found


def _other_ids(ids: np.ndarray, pad_id: int) -> np.ndarray:
    """The same ids in reverse order, padding where it was. What is no array of ids stays as it is."""
    if ids.dtype.kind not in "iu":
        return ids
    other, real = ids.copy(), ids != pad_id
    other[real] = ids[real][::-1]
    return other
