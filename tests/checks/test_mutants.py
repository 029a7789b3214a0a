"""Change one thing in a reference, mechanically: the checks refuse every mutant that computes something else."""
import dataclasses

import numpy as np
import pytest

from course.checks import evaluate, exercises, explain, guard
from course.checks.exercise import Exercise
from course.checks.mutation import mutants, wide_cases
from course.checks.outcome import agree, ask

TASKS = [task for task in map(exercises.get, exercises.all_ids()) if isinstance(task, Exercise)]
SEED = 5


def run(call):
    """Some mutants never end."""
    return guard.run(call, guard.Clock(0.3), guard.Printed())


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_mutants_are_refused(task, monkeypatch):
    task = dataclasses.replace(task, seconds=0.5)
    monkeypatch.setitem(exercises._known, task.id, task)
    monkeypatch.setattr(explain, "recognise", lambda *args: None)  # which mistake it is does not matter here

    def beside_the_reference(cases):
        return [(case, ask(task, task.reference, case, run)) for case in cases]

    def differs(mutant, pairs):
        return any(not agree(ask(task, mutant.answer, case, run), right) for case, right in pairs)

    with guard.undisturbed():
        # What differs on the checks' own cases is refused; `evaluate` is asked about every tenth of
        # these, and about all the others.
        own = beside_the_reference(task.cases(np.random.default_rng(SEED)))
        different, same = [], []
        for mutant in mutants(task):
            (different if differs(mutant, own) else same).append(mutant)
        for mutant in different[::10]:
            assert evaluate(task.id, mutant.answer, seed=SEED).status in ("wrong", "error"), mutant.change
        accepted = [m for m in same if evaluate(task.id, m.answer, seed=SEED).status not in ("wrong", "error")]
        wide = beside_the_reference(wide_cases(task, seeds=8) if accepted else ())
        assert not [mutant.change for mutant in accepted if differs(mutant, wide)]


def test_mutation_changes_operators_axes_constants_names_and_statements():
    changes = "\n".join(mutant.change for mutant in mutants(exercises.get("1.3")))
    for piece in ("weights * v", "q.shape[--1]", "dot_product_scores(k, q)", ") * np.sqrt", "pass",
                  "(weights, weights @ v)"):
        assert piece in changes, piece
