"""The command that tries answers on many seeds finds what it is there to find."""
import dataclasses

import pytest

from classroom import exercises
from tests import variants
from tools.measure.seeds import main, misnamed, refusals

SEEDS = range(40, 43)


@pytest.fixture
def known(monkeypatch):
    """Exercise 1.2 with something changed."""
    def change(**changes):
        task = dataclasses.replace(exercises.get("1.2"), **changes)
        monkeypatch.setitem(exercises._known, "1.2", task)
        return task
    return change


@pytest.mark.slow
def test_every_answer_is_tried_on_every_seed_or_one_on_each():
    task = exercises.get("1.2")
    assert refusals(task, SEEDS) == (3 * (1 + len(variants.of(task.id))), [])
    assert misnamed(task, SEEDS) == (3 * len(task.misconceptions), [])
    assert refusals(task, SEEDS, in_turn=True) == misnamed(task, SEEDS, in_turn=True) == (3, [])


def test_a_right_answer_that_is_refused_is_found(monkeypatch, capsys):
    task = exercises.get("1.2")
    monkeypatch.setattr(variants, "of", lambda id: (task.misconceptions[0].wrong,))
    trials, refused = refusals(task, SEEDS)
    assert trials == 6 and len(refused) == 3
    assert refused[0].startswith(f"1.2, right answer 1, seed 40: wrong ('{task.misconceptions[0].slug}',)")
    with pytest.raises(SystemExit, match="2 answers were refused"):
        main(["1.2", "--seeds", "2"])
    assert "1.2    2 seeds, 4 trials, 2 refused" in capsys.readouterr().out


@pytest.mark.slow
def test_a_mistake_that_is_accepted_or_called_by_another_name_is_found(known, capsys):
    first, second, *others = exercises.get("1.2").misconceptions
    task = known(misconceptions=(dataclasses.replace(first, wrong=exercises.get("1.2").reference), *others,
                                 dataclasses.replace(second, slug="called-so"), second))
    found = misnamed(task, SEEDS)[1]
    assert len(found) == 6
    assert found[0].startswith(f"1.2, {first.slug}, seed 40: correct")
    assert found[1].startswith(f"1.2, {second.slug}, seed 40: wrong ('called-so'")
    with pytest.raises(SystemExit, match="2 answers were accepted or misnamed"):
        main(["1.2", "--seeds", "1", "--mistakes"])


def test_nothing_found_is_no_failure(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["1.1", "--seeds", "2", "--in-turn", "--mistakes"])
    assert ended.value.code == 0
    assert "1.1    2 seeds, 2 trials, 0 accepted or misnamed" in capsys.readouterr().out
