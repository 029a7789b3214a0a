"""What values alone do not show: changed inputs, lost dtypes, hidden state, cut gradients."""
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from classroom.ask import autograd, call, compare, limits, memory
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome, agree, ask, bare, elsewhere, recall, tolerance
from course._words import plural, say

from . import advice
from .evidence import have, joined, listing, number, row
from .exercise import Exercise
from .objects import differs_in_training, keeps_state
from .verdict import Finding

_NOTHING = 1e-5       # gradients below this are rounding, not learning
_SMALL = 1e-2         # of the largest gradient: smaller ones need not be more exact than this


def examine(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable) -> Finding | None:
    """The first thing that is not as it should be, or None. For answers whose values are right."""
    return (changed_inputs(task, got) or _dtypes_and_gradients(task, answer, got, want, run)
            or repeatable(task, answer, got[0], run) or keeps_state(task, answer, got, run)
            or _gradients(task, answer, got, want, run) or _properties(task, answer, run)
            or differs_in_training(task, answer, got, run))


def _dtypes_and_gradients(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable
                          ) -> Finding | None:
    """A dtype that is lost, and beside it a gradient that is cut: numbers made on the way are the cause of both."""
    lost = dtypes(task, got, want)
    if lost is None or lost.slug != "dtype-lost" or task.framework != "torch":
        return lost
    cut = _gradients(task, answer, got, want, run)
    if cut is None or cut.slug != "gradient-cut":
        return lost
    also = dtypes(task, got, want, right=False)
    return Finding(cut.slug, f"{cut.message}\n\n{also.message}" if also else cut.message)


def changed_inputs(task: Exercise, got: list[Outcome], right: bool = True) -> Finding | None:
    """The first input that the answer has written into, or None. `right` is whether its values are."""
    changed = next((g for g in got if g.changed), None)
    if changed is None:
        return None
    name = changed.changed[0]
    start = say("Your numbers are right, but your") if right else say("Your")
    hint = say("(In place work `+=`, `-=`, `*=`, `/=`, `|=` and the like, an assignment to `[...]`, methods that "
               "change their own array, such as `.sort()`, and `out=`. `asarray` makes no copy of an array that has "
               "the right dtype already.)") if task.framework == "numpy" else \
        say("(In place work `+=`, `-=`, `*=`, `/=`, `|=` and the like, an assignment to `[...]`, methods that end in "
            "an underscore, and `out=`. `asarray` and `to` make no copy of what has the right dtype already.)")
    return Finding("changes-inputs", say("{start} code changes its input `{name}`: after the call on the case "
                                         "“{about}” its numbers or its shape are no longer what they were. What uses "
                                         "the same `{name}` next gets something else. Which line changes a thing in "
                                         "place that is `{name}`, or a view of it? {hint}", start=start, name=name,
                                         about=say(changed.case.about), hint=hint))


def dtypes(task: Exercise, got: list[Outcome], want: list[Outcome], right: bool = True) -> Finding | None:
    """The first output whose dtype is not the reference's, or None. `right` is whether its values are."""
    for g, w in zip(got, want, strict=True):
        for name, dtype in g.dtypes.items():
            expected = w.dtypes[name]
            if _acceptable(dtype, expected, g.case, task.framework):
                continue
            inputs = sorted({str(x.dtype) for x in g.case.inputs.values() if isinstance(x, np.ndarray)})
            start = say("Your numbers are right, but your") if right else say("Your")
            message = say("{start} {have} the dtype {dtype}; {expected} is expected", start=start, have=have(name),
                          dtype=dtype, expected=expected)
            message = message + say(" (inputs: {inputs}). ", inputs=listing(inputs)) if inputs else \
                say("{sentence}. ", sentence=message)
            if expected == "bool":
                means = say("The functions of this course take boolean masks alone; PyTorch's own refuse whole "
                            "numbers, and add floating-point ones to the scores. Where is its dtype decided in your "
                            "code?") if "mask" in name else \
                    say("Each of these is a yes or a no. Numbers in their place do something else as an index, and "
                        "with `~`. Where does your code make numbers of them?")
                return Finding("wrong-dtype", message + means)
            slug, means = _another_dtype(dtype, expected, task.framework, inputs)
            return Finding(slug, message + means)
    return None


def _another_dtype(got: str, expected: str, framework: str, inputs: list[str]) -> tuple[str, str]:
    """What it means that a result has this dtype and not that one: a slug and a sentence."""
    if expected in ("int8", "uint8") and expected not in inputs:
        return "dtype-lost", say("The exercise asks for {expected}, which no input has: the dtype is part of what is "
                                 "to be made here. Which line of your code turns the numbers into {expected}?",
                                 expected=expected)
    if expected.startswith(("int", "uint")) and not got.startswith(("int", "uint")):
        return "dtype-lost", say("These are whole numbers, used as ids or to count. Look for a `/`, a `.float()`, or "
                                 "for a dtype that is written down.")
    if got == "float64" and expected.startswith(("float", "bfloat")):
        return "dtype-widened", say("Nothing is lost, but a sum with {expected} becomes float64, too{and_products}. "
                                    "Look for `.double()`, for a dtype that is written down, or for NumPy on "
                                    "the way: its numbers have 64 bits.", expected=expected, and_products=""
                                    if framework == "numpy" else say(", and PyTorch multiplies no matrices of two "
                                                                     "dtypes"))
    if expected.startswith("float") and got.startswith(("int", "uint")):
        return "dtype-lost", say("Whole numbers hold no fractions: these are cut off, without a word. Look for an "
                                 "array that takes its dtype from an input, which may hold whole numbers, or for a "
                                 "dtype that is written down.")
    if expected == "float64" and framework == "numpy" and "float64" not in inputs:
        return "dtype-lost", say("Precision is lost on the way. A fraction that NumPy computes from whole numbers "
                                 "is float64, unless it is told otherwise: look for a dtype that is written down.")
    if expected == "float64" and framework == "numpy":
        return "dtype-lost", say("Precision is lost on the way. From float64 NumPy computes float64, unless it is told "
                                 "otherwise: look for a dtype that is written down, or taken from something of less "
                                 "precision.")
    if expected == "float64":
        return "dtype-lost", say("Precision is lost on the way. Look for a dtype that is written down instead of "
                                 "taken from the input, or for something made on the way without a dtype, which is "
                                 "float32.")
    return "dtype-lost", say("What it meets next has another dtype. Look for one that is written down, as by `.float()`"
                             ", instead of taken from the input.")


def _acceptable(dtype: str, expected: str, case: Case, framework: str) -> bool:
    if dtype == expected:
        return True
    if framework == "torch" or expected == "bool" or dtype == "bool":
        return False
    if expected.startswith(("int", "uint")) and dtype.startswith(("int", "uint")):
        return True                               # NumPy: whole numbers held as floats do no harm, either
    double = any(x.dtype == np.float64 for x in case.inputs.values() if isinstance(x, np.ndarray))
    return dtype in ("float64", "float128", "longdouble") or dtype == "float32" and not double


def never_written(task: Exercise, outcome: Outcome) -> Finding | None:
    """Places of a result that hold what `empty` gave, or None. See `classroom.ask.memory`."""
    for name, values in outcome.values.items():
        places = memory.unwritten(values)
        if places.any():
            source = say("`np.empty`, or from `np.divide` with `where=` and without `out=`") \
                if task.framework == "numpy" else "`torch.empty`"
            return Finding("never-written", say(
                "In your {name}, {mark} stands in {count} of the {size} places. The check writes this number into "
                "memory that comes unfilled, as from {source}. Otherwise such memory holds what was left there: by "
                "chance even the right numbers. So your code writes nothing into these places, or adds to what is "
                "there already. Which does it not reach, and what should they hold?", name=name,
                mark=number(values[places][0]), count=int(places.sum()), size=places.size, source=source))
    return None


def repeatable(task: Exercise, answer: Any, first: Outcome, run: Callable) -> Finding | None:
    """Ask the first case once more: the same numbers?"""
    again = ask(task, answer, first.case, run)
    if agree(again, first):
        return None
    cause = (say("it draws random numbers of its own") if task.framework == "numpy" else
             say("something is random: dropout that is still switched on (as `F.dropout` is without "
                 "`training=self.training`), layers made anew in each call, a result that is drawn"))
    bools = say(" Or does it return places of what `empty` gives, into which it never writes?") \
        if "bool" in first.dtypes.values() else ""
    return Finding("not-repeatable", say("Asked the same thing twice (the case “{about}”), your code gives two "
                                         "different answers. Either {cause}; or the code keeps something from one "
                                         "call to the next. Does it write into something that was made outside of it, "
                                         "such as an array of the page, or a list that is the default of "
                                         "an argument and is made only once?{bools}", about=say(first.case.about),
                                         cause=cause, bools=bools))


def unexpected_layers(task: Exercise, answer: Any, case: Case, run: Callable) -> Finding | None:
    """For an answer that is not repeatable: does it use layers that were not asked for, filled at random?"""
    if not hasattr(task.probe, "unexpected"):
        return None
    inputs = call.to_framework(case.inputs, task.framework)
    found, _ = run(lambda: task.probe.unexpected(answer, inputs, task))
    if not found:
        return None
    if biases(found):
        return Finding("unexpected-layer", say("{unexpected} A bias starts with random numbers, so that nothing can "
                                               "be said of the rest yet: it is looked at once there is no bias.",
                                               unexpected=unexpected(found)))
    return Finding("unexpected-layer", say("{unexpected} The check gives the layers of the exercise their weights; "
                                           "what else there is starts with random ones, so that the result is "
                                           "another one each time. With weights copied from PyTorch's own module it "
                                           "would be no different. What is it for?", unexpected=unexpected(found)))


def biases(found: dict[str, tuple[int, ...]]) -> bool:
    """Whether all of these are biases of layers that were asked for."""
    return all(name.endswith(".bias") and f"{name.removesuffix('bias')}weight" not in found for name in found)


def unexpected(found: dict[str, tuple[int, ...]]) -> str:
    """A sentence on parameters, by name and shape, that nobody asked for."""
    names = listing([f"`{name}` {shape}" for name, shape in found.items()])
    if biases(found):
        return plural("Your layer has a bias, {names}; the exercise asks for one without (`bias=False`).",
                      "Your layers have biases, {names}; the exercise asks for layers without (`bias=False`).",
                      len(found), names=names)
    return plural("Your code also uses {names}, which is none of the layers that are asked for.",
                  "Your code also uses {names}, which are none of the layers that are asked for.", len(found),
                  names=names)


def _of_masks() -> str:
    return say("Something on the way is NaN or infinite, and is put aside later, as by `where` or `nan_to_num`. That "
               "comes too late: the gradient still passes through it, and 0 · ∞ is NaN. A row of scores does this to "
               "which −∞ is *added* from end to end; and the `exp` of a forbidden score that is far above the others. "
               "Are forbidden scores replaced before the softmax, or before your `exp`?")


def _of_slopes() -> str:
    return say("Somewhere on the way a slope is infinite, or something is NaN or infinite and is put aside later, as "
               "by `where`: 0 · ∞ is NaN. The slope of a root is infinite at exactly 0, and that of `abs` and of a "
               "norm may be NaN there. Is what keeps a root or a divisor away from 0 added before it is taken?")


def _gradients(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable) -> Finding | None:
    """Does a learning signal reach everything that the output depends on?"""
    first = next(iter(task.gives))
    if not hasattr(task.probe, "gradients") or task.framework != "torch":
        return None
    if not want[0].dtypes[first].startswith("float"):
        return None
    for g, w in zip(got, want, strict=True):
        expected = recall("pull", task.reference, g.case,
                          functools.partial(autograd.pull, task, task.reference, g.case))
        if elsewhere(answer):
            found, error = answer.pull(task, g.case)
        else:
            found, error = run(functools.partial(autograd.pull, task, answer, g.case))
        largest = max((np.abs(x).max(initial=0.0) for x in expected.values() if x is not None), default=0.0)
        if error is not None or found is None:
            slug, means = advice.on_error(task, error, g.case) if error else ("", "")
            raised = say("{sentence}.", sentence=f" {error.kind}: {error.text.rstrip('.')}") if error else \
                say(" an error.")
            return Finding(slug or "gradient-error", say("The values are right, but computing gradients through them "
                                                         "raised{raised} {means}", raised=raised,
                                                         means=means), "error")
        for name, want_gradient in expected.items():
            gradient = found[name]
            where = say("On the case “{about}”", about=say(g.case.about))
            if gradient is not None and not np.isfinite(gradient).all():
                return Finding("gradient-nan", say(
                    "The values are right, but the gradient is not: on the case “{about}” it holds NaN or infinity "
                    "for `{name}`, and one training step would spoil every weight. {cause}", about=say(g.case.about),
                    name=name, cause=_of_masks() if any("mask" in taken for taken in task.takes) else _of_slopes()))
            if want_gradient is None or np.abs(want_gradient).max() < _NOTHING:
                continue
            if gradient is None or np.abs(gradient).max() < _NOTHING * np.abs(want_gradient).max():
                if name in g.case.inputs.get("weights", {}):
                    return Finding("gradient-cut", say("The values are right, but `{name}` gets no gradient, so "
                                                       "that training would never change it. {where}, the gradient of "
                                                       "your {first} with respect to `{name}` is missing or zero. Look "
                                                       "for `requires_grad`, `.detach()`, `.data`, `.item()`, "
                                                       "`.numpy()`, `no_grad` or a tensor built anew from numbers.",
                                                       name=name, where=where, first=first))
                return Finding("gradient-cut", say("The values are right, but no gradient reaches `{name}`, so "
                                                   "nothing behind it could learn. {where}, the gradient of your "
                                                   "{first} with respect to `{name}` is missing or zero. Look for "
                                                   "`.detach()`, `.data`, `.item()`, `.numpy()`, `no_grad` or a "
                                                   "tensor built anew from numbers.", name=name, where=where,
                                                   first=first))
            if not compare.equal(gradient, want_gradient, 30 * tolerance(g, w), _SMALL * largest):
                a, b = row(gradient.ravel()[:4]), row(want_gradient.ravel()[:4])
                return Finding("gradient-wrong", say("The values are right, but the gradient for `{name}` is not. "
                                                     "{where}, it begins {a} instead of {b}. Part of the computation "
                                                     "is hidden from PyTorch: look for `.detach()`, `.data` or "
                                                     "`no_grad` on one of the ways from input to output.", name=name,
                                                     where=where, a=a, b=b))
    return None


@dataclass(frozen=True)
class Asking:
    """Puts further inputs to an answer, for the properties of an exercise."""

    task: Exercise
    answer: Any
    run: Callable

    def __call__(self, about: str = "", /, **inputs: Any) -> Outcome:
        return ask(self.task, self.answer, Case(about, **inputs), self.run)

    def pull(self, **inputs: Any) -> dict[str, np.ndarray | None] | None:
        """Gradients as of `autograd.pull`; None where computing them failed."""
        case = Case("", **inputs)
        if elsewhere(self.answer):
            return self.answer.pull(self.task, case)[0]
        try:
            return self.run(functools.partial(autograd.pull, self.task, self.answer, case))[0]
        except limits.Problem:
            return None


def _properties(task: Exercise, answer: Any, run: Callable) -> Finding | None:
    for rule in task.properties:
        if not rule.refuses:
            continue
        seen = rule.broken(Asking(task, answer, run))
        if seen:
            return Finding(rule.slug, joined(seen, rule.why, rule.look))
    return None


def remark(task: Exercise, answer: Any, case: Case, run: Callable) -> str:
    """What a right answer is told besides."""
    said = [joined(seen, rule.why, rule.look) for rule in task.properties if not rule.refuses
            and (seen := rule.broken(Asking(task, answer, run)))]
    return "\n\n".join([*said, *_device(task, answer, case, run)])


def _device(task: Exercise, answer: Any, case: Case, run: Callable) -> list[str]:
    """Whether it would run on a GPU, as far as that can be seen here."""
    known = task.framework == "torch" and recall("device", task.reference, case, functools.partial(
        autograd.stays_on_device, task, task.reference, case, bare))
    if not known or not known[0]:
        return []
    stays, error = answer.stays_on_device(task, case) if elsewhere(answer) else \
        autograd.stays_on_device(task, answer, case, run)
    if stays or error:
        return []                                    # nothing has been established
    return [say("One thing for later: on a GPU it would stop, because on the way a tensor is made on the CPU. Give "
                "it the device of an input, or, if it is made in `__init__`, register it as a buffer.")
            if hasattr(task.probe, "prepare") else
            say("One thing for later: on a GPU it would stop, because on the way a tensor is made on the CPU. Give "
                "it the device of an input.")]
