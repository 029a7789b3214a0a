"""What lesson 12's exercises accept beside the usual: a set in any form, an interval as an array."""
import math

import numpy as np
import pytest

from classroom import evaluate
from classroom.judge import recognise


@pytest.mark.parametrize("answer", [{"A", "E"}, ["e", "a"], ("A", "E")], ids=["set", "list", "tuple"])
def test_fair_comparisons_in_any_form(answer):
    assert evaluate("12.1", answer).status == "correct"


@pytest.mark.parametrize(("answer", "says"), [
    ({"A", "C", "E"}, "You count C as fair"), ({"A"}, "You leave E out"), ("E", "You leave A out"),
    (set(), "You leave A out"), ({"A", "B"}, "You count B as fair"), ({"A", "Z"}, "to a set of some of: 'A', 'B'"),
], ids=["one too many", "one missing", "a letter", "nothing", "two wrong", "no such letter"])
def test_first_wrong_letter_is_explained(answer, says):
    verdict = evaluate("12.1", answer)
    assert verdict.status == "wrong" and says in verdict.message


def test_interval_may_be_an_array_but_not_of_three():
    def by_array(a, b, draws):
        return np.percentile((b - a)[draws].mean(1), [2.5, 97.5])

    def three(a, b, draws):
        return np.percentile((b - a)[draws].mean(1), [2.5, 50, 97.5])
    assert evaluate("12.5", by_array).status == "correct"
    assert evaluate("12.5", three).status != "correct"


@pytest.mark.parametrize(("agree", "slug", "says"), [
    (lambda d: (np.sign(d) == np.sign(d)[:, :1]).all(1), "zero-counts", "where all differences are 0"),
    (lambda d: np.isin((d > 0).sum(1), (0, d.shape[1])), "zero-counts", "counts as better"),
    (lambda d: (d < 0).all(1) | (d >= 0).all(1), "zero-counts", "counts as worse"),
    (lambda d: (d.min(1) * d.max(1)) >= 0, "zero-counts", "counts for either side"),
    (lambda d: (d[:, 0] > 0) == (d[:, -1] > 0), "first-and-last-seed", "only the first and the last seed"),
    (lambda d: np.sign(d[:, 0]) == np.sign(d[:, 1]), "two-seeds-only", "only the first two seeds"),
], ids=["signs", "none above", "none below", "either side", "ends", "two"])
def test_every_way_to_let_a_difference_of_0_agree_is_told_as_what_it_is(agree, slug, says):
    def paired(losses, base):
        d = losses - losses[base]
        return d.mean(1), (d.max(1) - d.min(1)) / 2, agree(d)
    verdict = evaluate("12.4", paired)
    assert verdict.mistake == slug and says in verdict.message and "exactly" in verdict.message


@pytest.mark.slow
def test_base_that_is_said_to_agree_with_itself(monkeypatch):
    monkeypatch.setattr(recognise, "patience", dict.fromkeys(recognise.patience, math.inf))

    def paired(losses, base):
        d = losses - losses[base]
        agree = (d > 0).all(1) | (d < 0).all(1)
        agree[base] = True
        return d.mean(1), (d.max(1) - d.min(1)) / 2, agree
    assert evaluate("12.4", paired).mistake == "zero-counts"
    monkeypatch.setattr(recognise, "patience", dict.fromkeys(recognise.patience, -1.0))
    assert evaluate("12.4", paired).mistake in ("zero-counts", None), "what there is no time for is not guessed"
