"""What lesson 12's exercises accept beside the usual: a set in any form, an interval as an array."""
import numpy as np
import pytest

from classroom import evaluate


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
