"""Change one thing in a reference, mechanically: the checks refuse every mutant that computes something else."""
import dataclasses

import numpy as np
import pytest

from classroom import exercises
from classroom.ask import limits
from classroom.ask.case import Case
from classroom.judge.exercise import Exercise
from tools.measure.mutants import mutants, survey

# Of the others, and of these, test_documentation.py counts the mutants again, among all that is published.
QUICK = [task for task in map(exercises.get, exercises.all_ids())
         if isinstance(task, Exercise) and task.framework == "numpy" and int(task.id.split(".")[0]) < 9]


@pytest.mark.parametrize("task", QUICK, ids=lambda task: task.id)
def test_mutants_are_refused(task, monkeypatch):
    task = dataclasses.replace(task, seconds=0.5)
    monkeypatch.setitem(exercises._known, task.id, task)
    found = survey(task)
    assert not [mutant.change for mutant in found.survivors]
    assert found.refused


def test_mutation_changes_operators_axes_constants_names_and_statements():
    changes = "\n".join(mutant.change for mutant in mutants(exercises.get("1.3")))
    for piece in ("weights * v", "q.shape[--1]", "dot_product_scores(k, q)", ") * np.sqrt", "pass",
                  "(weights, weights @ v)"):
        assert piece in changes, piece
    assert "x.min(axis=-1" in "\n".join(mutant.change for mutant in mutants(exercises.get("1.2")))
    assert "ids[:, :], ids[:, 1:]" in "\n".join(mutant.change for mutant in mutants(exercises.get("7.2")))


def test_mutants_that_poor_checks_would_miss_are_reported(monkeypatch):
    task = exercises.get("1.1")
    poor = dataclasses.replace(task, cases=lambda rng: [Case("the identity", q=np.eye(2), k=np.eye(2))])
    monkeypatch.setitem(exercises._known, "1.1", poor)
    changes = [mutant.change for mutant in survey(poor).survivors]
    assert any("return k.T @ q" in change for change in changes) and any("return q @ k" in change for change in changes)


@pytest.mark.slow
def test_an_answer_that_is_held_up_once_is_not_taken_for_another_one(monkeypatch):
    """A long garbage collection is enough for it, in the reference as well as in a mutant."""
    task, run, calls, late = exercises.get("4.2"), limits.run, [], -1

    def held_up(call, clock, printed):
        if clock.left < 0.5:
            calls.append(call)
            if len(calls) == late:
                return None, limits.Raised("TimeLimit", "", "", "", False, timed_out=True)
        return run(call, clock, printed)

    def counts():
        calls.clear()
        found = survey(task)
        return len(found.refused), len(found.same), len(found.survivors)

    monkeypatch.setattr(limits, "run", held_up)
    undisturbed, total = counts(), len(calls)
    for late in range(1, total, total // 15):
        assert counts() == undisturbed, f"call {late} of {total}"
