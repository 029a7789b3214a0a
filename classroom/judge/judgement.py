"""From an answer to a verdict."""
import contextlib
import contextvars
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from classroom.ask import call, limits
from classroom.ask.case import Case
from classroom.ask.outcome import KnownOutcomes, Outcome, agree, ask, bare, elsewhere, known_outcomes
from classroom.ask.stubs import is_module, is_stub
from course._words import say

from . import behaviour, choice, testing
from .evidence import an, series
from .exercise import Choice, Exercise, Task, TestTask
from .explain import explain
from .verdict import CheckError, Verdict, named, not_attempted, ruling, was_none


def judge(task: Task, given: Any, seed: int | None = None) -> Verdict:
    """Judge what was given as the answer to an exercise.

    Args:
        task: the exercise.
        given: the function, class or value itself.
        seed: of the random cases. None gives the same cases every time, so that a learner who
            corrects something sees the same numbers again.

    Returns:
        A Verdict. Nothing that the answer does comes out of here as an exception.

    Raises:
        CheckError: if the check itself fails.
        KeyboardInterrupt: if the process is interrupted.
    """
    if task.framework == "torch":
        import torch  # noqa: F401 - before the clock starts, and so that its state is kept
    with limits.undisturbed():
        limits.seed_all()
        try:
            if isinstance(task, Choice):
                return choice.judge(task, given)
            if isinstance(task, TestTask):
                return testing.judge(task, given)
            assert isinstance(task, Exercise)
            kept = _remembered(task, seed)
            if kept is None:
                return judge_on(task, given, _cases(task, seed))
            token = known_outcomes.set(kept)
            try:
                return judge_on(task, given, kept.own)
            finally:
                known_outcomes.reset(token)
        except CheckError:
            raise
        except Exception as error:  # the answer found a way to trip the engine itself
            return ruling(task, "error", say("The check could not read what your code returned ({name}: {error}).",
                                             name=type(error).__name__, error=error), ("unreadable",))


def _cases(task: Exercise, seed: int | None) -> list[Case]:
    try:
        return list(task.cases(np.random.default_rng(zlib.crc32(task.id.encode()) if seed is None else seed)))
    except Exception as error:
        raise _failed(task, say("its cases could not be made: {name}: {error}", name=type(error).__name__,
                                error=error)) from error


def _expected(task: Exercise, case: Case) -> Outcome:
    """What the reference returns. Raises CheckError if it does not: two equal errors are no agreement."""
    outcome = ask(task, task.reference, case, bare)
    if outcome.returned:
        return outcome
    what = say("raised {kind}: {text_}", kind=outcome.error.kind,
               text_=outcome.error.text) if outcome.error else say("could not be read")
    raise _failed(task, say("on the case “{about}” the course's own solution {what}", about=say(case.about), what=what))


def _failed(task: Exercise, what: str) -> CheckError:
    return CheckError(say("The check of exercise {id} has failed itself: {rstrip}. That says nothing about your "
                          "code, and nothing was recorded. Something in this session changes how NumPy, PyTorch or "
                          "the course compute. Restart the kernel, run the notebook from the top, and check again.",
                          id=task.id, rstrip=what.rstrip('.')))


class Remembered:
    """What is known of the exercises that were judged last. See `remembering`."""

    def __init__(self, most: int = 4):
        self.most = most
        self.kept: dict[tuple[int, int | None], tuple[Exercise, KnownOutcomes]] = {}

    def of(self, task: Exercise, seed: int | None) -> KnownOutcomes:
        """The cases of an exercise and what our own implementations return on them."""
        found = self.kept.pop((id(task), seed), None) or (task, known(task, _cases(task, seed)))
        self.kept[id(task), seed] = found               # the last one again
        if len(self.kept) > self.most:
            del self.kept[next(iter(self.kept))]
        return found[1]


_remembering: contextvars.ContextVar[Remembered | None] = contextvars.ContextVar("remembering", default=None)


@contextlib.contextmanager
def remembering(remembered: Remembered | None = None) -> Iterator[None]:
    """Inside, what the reference and the known mistakes return is computed once for many answers to the same cases."""
    token = _remembering.set(remembered or Remembered())
    try:
        yield
    finally:
        _remembering.reset(token)


def _remembered(task: Exercise, seed: int | None) -> KnownOutcomes | None:
    remembered = _remembering.get()
    return None if remembered is None else remembered.of(task, seed)


def judge_on(task: Exercise, answer: Any, cases: list[Case]) -> Verdict:
    """Judge an answer, here or `elsewhere`, on these cases."""
    if is_stub(answer):
        return not_attempted(task, was_none(task) if answer is None else "")
    if not callable(answer) or is_module(answer) and hasattr(task.probe, "prepare"):
        return ruling(task, "error", _not_callable(task, answer), ("not-a-function",))
    clock, printed = limits.Clock(task.seconds), limits.Printed()

    def run(action):
        return limits.run(action, clock, printed)

    got = _ask_all(task, answer, cases, run, printed)
    last = got[-1].error
    if last and last.unwritten and len(got) == 1:
        return _unwritten(task, answer, last)
    want = [_expected(task, outcome.case) for outcome in got]
    clock.left, on_the_way = clock.total, printed.kept
    printed.turn_to("")
    if not all(agree(g, w) for g, w in zip(got, want, strict=True)):
        found = explain(task, answer, got, want, run, clock)
        return ruling(task, found.status, found.message, found.mistakes,
                      _of_the_case(found.message, printed) or on_the_way)
    finding = behaviour.examine(task, answer, got, want, run)
    if finding is not None:
        return ruling(task, finding.status, finding.message, (finding.slug,),
                      _of_the_case(finding.message, printed) or on_the_way)
    remark = behaviour.remark(task, answer, got[-1].case, run)
    return ruling(task, "correct", say("Right on all {got} cases: {about}. {moral}\n\n{remark}", got=len(got),
                                       about=series([say(g.case.about) for g in got]), moral=say(task.moral),
                                       remark=remark), (), on_the_way)


def known(task: Exercise, cases: list[Case]) -> KnownOutcomes:
    """To keep what the reference and the known mistakes return on these cases, while many answers are judged."""
    return KnownOutcomes((task.reference, *(mistake.wrong for mistake in task.misconceptions)), cases)


def _of_the_case(message: str, printed: limits.Printed) -> str:
    """What was printed in the case that the message names first; "" if it names none, or nothing was printed there."""
    named = [(found.start(), about) for about in printed.by_case
             if (found := re.search(rf"[(（“]{re.escape(say(about))}[)）”]", message))]
    if not named:
        return ""
    about = min(named)[1]
    return say("in the case “{about}”", about=say(about)) + "\n" + printed.by_case[about]


def _ask_all(task: Exercise, answer: Any, cases: list[Case], run, printed: limits.Printed) -> list[Outcome]:
    """Put the answer to every case; stop early where it is not written yet or its time is up."""
    got: list[Outcome] = []
    suit, kept = _suit(task, answer, cases[0], run), known_outcomes.get()
    for case in cases:
        made = suit(case)
        printed.turn_to(case.about)
        got.append(ask(task, answer, made if kept is None else kept.suited(case, made), run))
        error = got[-1].error
        if error and (error.timed_out or error.unwritten and len(got) == 1):
            break
    return got


def _suit(task: Exercise, answer: Any, case: Case, run) -> Callable[[Case], Case]:
    """How cases are changed to suit the answer (a module without biases, say)."""
    prepare = getattr(task.probe, "prepare", None)
    suit = None
    if prepare is not None:
        if elsewhere(answer):
            return answer.suit(task, case)
        try:
            suit, _ = run(lambda: prepare(answer, call.to_framework(case.inputs, task.framework), task))
        except limits.Problem:                        # will show itself again on the case itself
            pass
    return suit or (lambda case: case)


def _unwritten(task: Exercise, answer: Any, error: limits.Raised) -> Verdict:
    own = {*task.names, getattr(answer, "__name__", ""), "forward", "__init__", "__call__", "<lambda>", ""}
    if error.function in own:
        return not_attempted(task)
    return not_attempted(task, say("{named} calls `{function}`, which is still to be written.", named=named(task),
                                   function=error.function))


def _not_callable(task: Exercise, answer: Any) -> str:
    name = task.names[0]
    if isinstance(answer, tuple) or hasattr(answer, "shape"):
        return say("`check` was given a result ({name}), not what computes it. Pass the function itself, without "
                   "brackets: `check(\"{id}\", {name2})`.", name=type(answer).__name__, id=task.id, name2=name)
    kind = type(answer).__name__
    return an(say("`check` was given a {name}. Pass `{name2}` itself: `check(\"{id}\", {name2})`.",
                  name=kind, name2=name, id=task.id), kind)
