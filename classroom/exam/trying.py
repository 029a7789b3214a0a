"""What `check` says to somebody who practises: what is wrong. It has the answer at hand, and so is for no exam."""
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from classroom.ask.case import Case
from classroom.ask.outcome import agree, ask, bare
from classroom.judge import judgement
from classroom.judge.exercise import Exercise
from classroom.judge.prose import spaced
from classroom.judge.verdict import Verdict
from course._words import listed, say

from .families import FAMILIES

__all__ = ["as_in_exams", "check"]

_PRECISION = ("dtype-lost", "dtype-widened")           # said of right numbers, and of wrong ones

_SEED = 20170612           # of the cases on which an answer is run here; those that decide a mark are others


def check(id: str, answer: Any, task: str, variant: int) -> None:
    """See `classroom.exam.check`. Raises ValueError for a task or a variant that does not exist."""
    if task not in FAMILIES:
        raise ValueError(say("there is no task {task}; there are: {known}. Leave this cell as the sheet has it.",
                             task=repr(task), known=listed(FAMILIES)))
    family = FAMILIES[task]
    if not 0 <= variant < len(family.variants):
        raise ValueError(say("there is no variant {variant} of task {task}; leave this cell as the sheet has it",
                             variant=variant, task=task))
    exercise = family.exercise(family.variants[variant], id)
    verdict = as_in_exams(exercise, answer, list(exercise.cases(np.random.default_rng(_SEED))),
                          judgement.judge(exercise, answer, seed=_SEED))
    print(spaced(f"{verdict.heading} {verdict.message}"))


def as_in_exams(task: Exercise, answer: Any, cases: Sequence[Case], verdict: Verdict) -> Verdict:
    """A verdict as exams have it: right numbers are right in any precision, and there are no hints.

    Args:
        answer: here, or in a child.
        cases: those that it was judged on.
    """
    if verdict.status == "wrong" and verdict.mistake in _PRECISION and all(
            agree(ask(task, answer, case, bare), ask(task, task.reference, case, bare)) for case in cases):
        return replace(verdict, status="correct", points=verdict.max_points, mistake=None, mistakes=())
    if verdict.status == "not attempted":
        return replace(verdict, message=say("Nothing was written here."))
    return verdict
