"""What `check` says to somebody who sits over a sheet."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from classroom.ask import limits
from classroom.ask.outcome import ask
from classroom.ask.stubs import is_stub
from classroom.judge import judgement, words

from .families import FAMILIES
from .sheet import task_id

__all__ = ["check", "shape_of_it"]

_SEED = 20170612           # of the cases on which an answer is run here; those that decide a mark are others


def check(task: str, answer: Any, variant: int, practice: bool = False) -> None:
    """See `classroom.exam.check`. Raises ValueError for a task or a variant that does not exist."""
    ids = {task_id(key): key for key in FAMILIES}
    if task not in ids:
        raise ValueError(f"there is no task {task!r}; there are: {', '.join(ids)}")
    family = FAMILIES[ids[task]]
    if not 0 <= variant < len(family.variants):
        raise ValueError(f"there is no variant {variant} of task {task}; leave this cell as the sheet has it")
    exercise = family.exercise(family.variants[variant])
    if practice:
        verdict = judgement.judge(exercise, answer, seed=_SEED)
        print(f"{verdict.status.capitalize()}. {verdict.message}")
        return
    print(shape_of_it(exercise, answer))


def shape_of_it(exercise: Any, answer: Any) -> str:
    """Whether it runs and returns the right number of things in the right shapes, in a sentence."""
    if is_stub(answer):
        return "Not attempted yet."
    if not callable(answer):
        return f"`check` was given a {type(answer).__name__}; it wants the function `{exercise.names[0]}` itself."
    clock, printed = limits.Clock(exercise.seconds), limits.Printed()
    with limits.undisturbed():
        limits.seed_all()
        for case in exercise.cases(np.random.default_rng(_SEED)):
            try:
                got = ask(exercise, answer, case, lambda call: limits.run(call, clock, printed))
            except limits.Problem as problem:
                return words.say(problem)
            if got.error is not None and got.error.unwritten:
                return "Not attempted yet."
            if got.error is not None:
                where = f" ({got.error.where})" if got.error.where else ""
                return f"On {case.about}, your function stops with {got.error.kind}: {got.error.text}{where}"
            if got.problem is not None:
                return words.say(got.problem)
            want = ask(exercise, exercise.reference, case, lambda call: (call(), None))
            for name, value in want.values.items():
                if got.values[name].shape != value.shape:
                    return (f"On {case.about}, `{name}` has the shape {_shape(got.values[name].shape)}; your sheet "
                            f"asks for {_shape(value.shape)}.")
    return "It runs, and what it returns has the right shapes. Whether the numbers are right is not said here."


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "of a single number"
