"""Tests that the learner writes: they must accept what is right and reject what is not."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from classroom.ask import limits
from classroom.ask.call import to_numpy
from classroom.ask.outcome import elsewhere
from classroom.ask.replies import said_no
from classroom.ask.stubs import is_stub
from course._words import say

from . import advice
from .evidence import an, commas, joined, line_of, listing
from .exercise import TestTask
from .verdict import CheckError, Verdict, not_attempted, ruling, was_none

_KEPT = 20          # calls of an implementation that are looked at


@dataclass
class Trial:
    """One implementation put to the learner's test."""

    rejected: bool
    error: limits.Raised | None
    calls: list[str] = field(default_factory=list)   # how the test called the implementation
    inputs: list[dict[str, Any]] = field(default_factory=list)         # and with what
    returned: str = ""                               # what it returned, in words, if that is a text or several things
    stopped: str = ""                                # the call in which the implementation raised what came out


def judge(task: TestTask, answer: Any) -> Verdict:
    """Verdict on a test function. Raises CheckError where Python runs without `assert`."""
    verdict = _judge(task, answer)
    if not __debug__ and verdict.status != "correct" and not elsewhere(answer) and not _unwritten(answer):
        raise CheckError(say("Exercise {id} cannot be checked here: this Python runs with the option -O (or "
                             "PYTHONOPTIMIZE is set), which switches every `assert` off, and your test with them. "
                             "Nothing was recorded. Start Python without it, and check again.", id=task.id))
    return verdict


def _unwritten(answer: Any) -> bool:
    """Whether there is a stub's `raise NotImplementedError`. A test made of asserts is empty without them."""
    return answer is None or "NotImplementedError" in getattr(getattr(answer, "__code__", None), "co_names", ())


def _judge(task: TestTask, answer: Any) -> Verdict:
    if is_stub(answer):
        return not_attempted(task, was_none(task) if answer is None else "")
    if not callable(answer):
        kind = type(answer).__name__
        return ruling(task, "error", an(say("`check` was given a {name}. Pass the test function itself: "
                                            "`check(\"{id}\", {names})`.", name=kind, id=task.id,
                                            names=task.names[0]), kind), ("not-a-function",))
    clock, printed = limits.Clock(task.seconds), limits.Printed()
    for how, implementation in task.right.items():
        trial = _try(answer, implementation, task, clock, printed)
        if trial.error and trial.error.unwritten:
            return not_attempted(task)
        if trial.error and trial.error.timed_out:
            return ruling(task, "error", say("Your test had not finished after {total:g} seconds.", total=clock.total),
                          ("time-limit",), printed.kept)
        if not trial.calls and trial.error is None:
            return ruling(task, "wrong", say("Your test never calls the function that it is given, so it cannot tell "
                                             "a right implementation from a buggy one."),
                          ("calls-nothing",), printed.kept)
        if trial.rejected:
            turned = ""
            if trial.error is None or trial.error.kind == "AssertionError":
                every = [_try(answer, one, task, clock, printed) for one in (
                    *task.right.values(), *(bug.wrong for bug in task.buggy))]
                turned = _turned_round(every, len(task.right)) or _expects_a_bug(task, every)
            return _refuses(task, how, trial, printed, turned)
    trials = [(bug, _try(answer, bug.wrong, task, clock, printed)) for bug in task.buggy]
    if late := next((bug for bug, trial in trials if trial.error and trial.error.timed_out), None):
        return ruling(task, "error", say("Your test had not finished after {total:g} seconds, on this buggy "
                                         "implementation: {says} A test must end, whatever it is given.",
                                         total=clock.total, says=say(late.says)),
                      ("time-limit",), printed.kept)
    missed = [(bug, trial) for bug, trial in trials if not trial.rejected]
    if missed:
        return _misses(task, missed, [trial for _, trial in trials if trial.rejected], printed)
    return ruling(task, "correct", say("It accepts all {right} right implementations and rejects all {buggy} buggy "
                                       "ones. {moral}", right=len(task.right), buggy=len(task.buggy),
                                       moral=say(task.moral)), (), printed.kept)


def _try(test: Callable, implementation: Callable, task: TestTask, clock, printed) -> Trial:
    if elsewhere(test):
        return test.trial(task, implementation)
    calls: list[str] = []
    inputs: list[dict[str, Any]] = []
    inside: list[tuple[BaseException, str]] = []         # what the implementation raised, and how it was called
    came_out: list[BaseException] = []

    def watched(*args, **kwargs):
        if len(calls) < _KEPT:
            calls.append(describe_call(task, args, kwargs))
            if task.notices is not None:
                inputs.append(named_inputs(task, args, kwargs))
        try:
            return implementation(*args, **kwargs)
        except Exception as raised:
            inside[:] = [(raised, describe_call(task, args, kwargs))]
            raise

    def tried():
        try:
            return test(watched)
        except Exception as raised:
            came_out.append(raised)
            raise

    returned, error = limits.run(tried, clock, printed)
    stopped = inside[0][1] if error and inside and came_out and came_out[0] is inside[0][0] else ""
    return Trial(error is not None and not error.timed_out or said_no(returned), error, calls, inputs,
                 _in_words(returned), stopped)


def _in_words(returned: Any) -> str:
    """What a test returned that may have been meant as a no and is none; empty where there is nothing to say."""
    if isinstance(returned, str):
        return say("a text")
    if isinstance(returned, (list, tuple, set, dict)):
        return say("a {kind} of length {n}", kind=type(returned).__name__, n=len(returned))
    if isinstance(returned, BaseException):
        return say("an error, without raising it")
    if getattr(returned, "ndim", 0):
        return say("several numbers at once, with the shape {shape}", shape=tuple(returned.shape))
    return ""


def describe_call(task: TestTask, args: tuple, kwargs: dict) -> str:
    """How a test called the implementation: "`x` (2, 5, 12), `n_heads = 3`"."""
    named = dict(zip(task.takes, args, strict=False)) | kwargs
    return commas([f"`{name}` {tuple(value.shape)}" if hasattr(value, "shape") else f"`{name} = {value!r:.20}`"
                   for name, value in named.items()])


def named_inputs(task: TestTask, args: tuple, kwargs: dict) -> dict[str, Any]:
    """What a test called the implementation with, by name; tensors as NumPy copies."""
    named = dict(zip(task.takes, args, strict=False)) | kwargs
    return {name: to_numpy(value) if hasattr(value, "shape") else value for name, value in named.items()}


def _turned_round(trials: list[Trial], right: int) -> str:
    """What to say of a test that returns False for what is right, and not for what is wrong; else empty."""
    said_no = [trial.rejected and trial.error is None for trial in trials]
    errors = any(trial.error for trial in trials)
    of_right, of_buggy, buggy = sum(said_no[:right]), sum(said_no[right:]), len(trials) - right
    if errors or of_right < right or 2 * of_buggy >= buggy:
        return ""
    return say("It returns False for all {right} right implementations, and for {of_buggy} of the {buggy} buggy ones. "
               "False is the answer of a test that has found a fault. Which of the two answers does yours give when it "
               "has found one?", right=right, of_buggy=of_buggy, buggy=buggy)


def _expects_a_bug(task: TestTask, trials: list[Trial]) -> str:
    """What to say of a test that says no to all that is right, and not to one of the bugs, or to most; else empty."""
    right, buggy = len(task.right), len(task.buggy)
    accepted = [bug for bug, trial in zip(task.buggy, trials[right:], strict=True)
                if not trial.rejected and trial.error is None]
    if not all(trial.rejected and (trial.error is None or trial.error.kind == "AssertionError")
               for trial in trials[:right]):
        return ""
    if 2 * len(accepted) > buggy:
        return say("It rejects all {right} right implementations, and accepts {accepted} of the {buggy} buggy ones. "
                   "What does its comparison ask: whether something is as it should be, or whether it is not?",
                   right=right, accepted=len(accepted), buggy=buggy)
    if len(accepted) != 1:
        return ""
    return say("It rejects all {right} right implementations, and of the {buggy} buggy ones it accepts this one: "
               "{says} How does your test make the numbers that it expects?", right=right, buggy=buggy,
               says=say(accepted[0].says))


def _refuses(task: TestTask, how: str, trial: Trial, printed, turned: str) -> Verdict:
    start = say("Your test rejects a right implementation ({how})", how=say(how))
    if trial.error is not None and trial.stopped:
        text = f": {trial.error.text}" if trial.error.text else ""
        return ruling(task, "wrong" if trial.error.kind == "AssertionError" else "error", say(
            "{start}: {line} calls it with {call}, and there it raises {kind} itself{text_}.\n\nWhat does the exercise "
            "ask for with such inputs? Where it asks for nothing, right implementations may differ.", start=start,
            line=line_of(trial.error.where), call=trial.stopped, kind=trial.error.kind, text_=text),
            ("refuses-right",), printed.kept)
    if trial.error is None or trial.error.kind == "AssertionError":
        where = say(": {line}", line=line_of(trial.error.where)) if trial.error and trial.error.where else \
            say(", by returning False")
        suspected = turned or (task.suspects(trial.inputs) if task.suspects and trial.inputs else "")
        if suspected:
            return ruling(task, "wrong", joined(say("{start}{where}.", start=start, where=where), suspected),
                          ("refuses-right",), printed.kept)
        return ruling(task, "wrong", say("{start}{where}.\n\nA test that fails for right code gets switched off by "
                                         "the next person who meets it. What does it demand beyond what the exercise "
                                         "asks for, or does it compare things that do not belong together?",
                                         start=start, where=where),
                      ("refuses-right",), printed.kept)
    asked = "Boolean value of Tensor" in trial.error.text         # an `assert` of many truth values, for one
    means = say("`==` between two tensors gives a True or False for each number, and `assert` needs a single one. How "
                "do you ask whether all of them are equal?") if asked else advice.by_kind(trial.error.kind) or \
        say("What does this line demand beyond what the exercise asks for?")
    return ruling(task, "error", say("{start}: it raised {kind}: {text_}\n\n    {replace}\n\n{by_kind}", start=start,
                                     kind=trial.error.kind, text_=trial.error.text,
                                     replace=line_of(trial.error.where).replace('`', ''), by_kind=means),
                  ("condition-on-an-array",) * asked + ("refuses-right",), printed.kept)


def _says_no(trial: Trial) -> bool:
    """Whether the test itself has said no: an error of another kind may come from shapes that do not fit."""
    return trial.error is None or trial.error.kind not in ("RuntimeError", "IndexError")


def _misses(task: TestTask, missed, rejected, printed) -> Verdict:
    bug, trial = missed[0]
    everything = len(missed) > 3 * len(rejected) and not any(map(_says_no, rejected))
    numbers = {"missed": len(missed), "buggy": len(task.buggy)}
    start = say("Your test lets all {missed} buggy implementations through. One of them:",
                missed=len(missed)) if not rejected else \
        say("Your test lets {missed} of the {buggy} buggy implementations through, and with the other one it stops by "
            "an error of the computation, not by a comparison. The first:", **numbers) \
        if everything and len(rejected) == 1 else \
        say("Your test lets {missed} of the {buggy} buggy implementations through, and with the others it stops by an "
            "error of the computation, not by a comparison. The first:", **numbers) if everything else \
        say("Your test lets {missed} of the {buggy} buggy implementations through. The first:", **numbers) \
        if len(missed) > 1 else \
        say("Your test lets {missed} of the {buggy} buggy implementations through:", **numbers)
    seen = listing(list(dict.fromkeys(trial.calls))[:3])
    why = joined(bug.why, bug.look)
    if task.notices is not None and trial.inputs and (noticed := task.notices(bug, trial.inputs)):
        seen, why = joined(say("{sentence}.", sentence=seen), noticed), say(bug.why)
    elif everything and trial.returned:
        seen += say(", and did not fail.")
        why = say("It returned {what}. A test says no by an `assert` that fails, by another error, or by returning "
                  "a single False. What does yours return for a right implementation, and what for a wrong one?",
                  what=trial.returned)
    elif everything:
        seen += say(", and did not fail.")
        why = say("Does a comparison in your test ever come out False, and what happens then? Only an `assert`, a "
                  "`raise` or a returned False says no; an `except` catches the first two, and a `map` that is not "
                  "read runs none. A text, a list, a function that is not called (`.all`, `torch.equal`) and brackets "
                  "with a comma or a `for` inside count as true. And a result that is compared with itself is always "
                  "equal.")
    else:
        seen += say(", and did not fail.")
    slugs = ("accepts-everything",) * everything + tuple(f"misses-{b.slug}" for b, _ in missed)
    return ruling(task, "wrong", say("{start} {says}\n\nYour test called it with {seen} {why}", start=start,
                                     says=say(bug.says), seen=seen, why=why), slugs, printed.kept)
