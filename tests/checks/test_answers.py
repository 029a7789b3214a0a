"""Answers written from the learners' notebooks alone."""
import os

import pytest

from classroom import exercises
from classroom.judge import judgement
from classroom.judge.exercise import Choice
from tools.measure import published, report
from tools.measure.answers import Answer, Tally, answers, judged, tally

ALL = list(answers())
ALWAYS = ("3.1", "8.4", "11.3")
OLD = exercises.all_ids() if "MEASURE_ALL" in os.environ else report.out_of_date()
MEASURED = {id: found for id, (_, found) in published.read().items()}
IDS = sorted({answer.id for answer in ALL}, key=lambda id: [int(part) for part in id.split(".")])


def test_every_exercise_that_is_code_has_some():
    assert IDS == [id for id in exercises.all_ids() if not isinstance(exercises.get(id), Choice)]
    assert len(ALL) > 800 and len({(answer.id, answer.about) for answer in ALL}) == len(ALL)
    for id in IDS:
        kinds = [answer.right for answer in ALL if answer.id == id]
        assert kinds.count(False) >= 8 and kinds.count(True) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("id", [id for id in IDS if id in ALWAYS or id in OLD])
def test_wrong_ones_are_caught_and_right_ones_accepted(id):
    """Of some exercises each time; of those of which something has changed since; of all, where MEASURE_ALL is set."""
    with judgement.remembering():
        found = [(answer, judged(answer)) for answer in ALL if answer.id == id]
    astray = [(answer.about, verdict.message) for answer, verdict in found
              if (verdict.status == "correct") != answer.right]
    assert not astray
    assert tally(found) == MEASURED[id], "out of date: run `python -m tools.measure.report`"


def test_the_published_figures_are_their_sum():
    for id, found in MEASURED.items():
        kinds = [answer.right for answer in ALL if answer.id == id]
        assert (found.wrong, found.right) == (kinds.count(False), kinds.count(True)), id
        assert (found.caught, found.accepted) == (found.wrong, found.right), id
        assert found.named >= 0.75 * found.wrong, f"{id}: less than three in four are named"
    figures = sum(MEASURED.values(), Tally())
    assert figures.named >= 0.92 * figures.wrong
    assert str(figures) in " ".join(report.PATH.read_text(encoding="utf-8").split())


def test_an_answer_that_raises_when_it_is_run_is_not_taken_for_one():
    with pytest.raises(ZeroDivisionError):
        Answer("1.2", False, "stops", "", "softmax = 1 / 0").given()
