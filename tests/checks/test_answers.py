"""Answers written from the learners' notebooks alone."""
import pytest

from classroom import exercises
from classroom.judge import judgement
from classroom.judge.exercise import Choice
from tools.measure import report
from tools.measure.answers import Answer, answers, judged, named, tally

ALL = list(answers())
IDS = sorted({answer.id for answer in ALL}, key=lambda id: [int(part) for part in id.split(".")])


def test_every_exercise_that_is_code_has_some():
    assert IDS == [id for id in exercises.all_ids() if not isinstance(exercises.get(id), Choice)]
    assert len(ALL) > 800 and len({(answer.id, answer.about) for answer in ALL}) == len(ALL)
    for id in IDS:
        kinds = [answer.right for answer in ALL if answer.id == id]
        assert kinds.count(False) >= 8 and kinds.count(True) >= 1


@pytest.mark.slow
def test_wrong_ones_are_caught_right_ones_accepted_and_the_published_figures_are_these():
    with judgement.remembering():
        found = [(answer, judged(answer)) for answer in ALL]
    astray = [(answer.id, answer.about, verdict.message) for answer, verdict in found
              if (verdict.status == "correct") != answer.right]
    assert not astray
    for id in IDS:
        wrong = [named(verdict) for answer, verdict in found if answer.id == id and not answer.right]
        assert sum(wrong) >= 0.75 * len(wrong), f"{id}: less than three in four are named"
    figures = tally(found)
    assert figures.named >= 0.92 * figures.wrong
    assert str(figures) in " ".join(report.PATH.read_text(encoding="utf-8").split())


def test_an_answer_that_raises_when_it_is_run_is_not_taken_for_one():
    with pytest.raises(ZeroDivisionError):
        Answer("1.2", False, "stops", "", "softmax = 1 / 0").given()
