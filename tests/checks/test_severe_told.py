"""What is said whatever the exercise: of places, axes and lines, and only of what an answer has."""
import math

import numpy as np
import pytest
import torch

from classroom import evaluate
from classroom.ask import limits
from classroom.ask.limits import Problem
from classroom.judge import explain, words
from classroom.judge.evidence import an, be, have
from classroom.judge.reductions import axis_taken_away
from course.attention import scaled_dot_product_attention
from course.views.stages import departure, softmax
from course.views.stages import stages as steps

from .told import refused


@pytest.fixture
def unnamed(monkeypatch):
    """No mistake is recognised, so that something is said of the numbers."""
    monkeypatch.setattr(explain, "recognise", lambda *_: None)


def test_a_place_is_told_only_if_it_is_the_same_in_all_cases(unnamed):
    refused("0.3", lambda scores: scores / scores.sum(axis=1, keepdims=True)[:, None], "each-with-each",
            ["axis 0 and axis 1", "an axis more than the other"], ["place 0", "a column"])
    refused("0.3", lambda scores: np.stack([scores / scores.sum(1, keepdims=True), scores * 7.0]), "several-for-one",
            ["at place 0, the first."])
    refused("0.3", lambda scores: np.stack([scores * 7.0] * len(scores) + [scores / scores.sum(1, keepdims=True)]),
            "several-for-one", ["the last."])


def test_an_is_said_before_a_vowel():
    assert "was given an int." in evaluate("0.1", 3).message and "was given a float." in evaluate("0.1", 3.0).message
    assert "was given an int." in evaluate("7.3", 3).message
    assert "Your score is an int;" in words.say(Problem("wrong-type:score", kind="int"))
    assert an("`a in b` is a int, a list", "int", "in", "list") == "`a in b` is an int, a list"


def test_a_view_without_a_mask_speaks_of_none():
    q, k, v = np.random.default_rng(0).normal(size=(3, 4, 4))
    others = softmax(q @ k[::-1].T)
    for weights in (others, np.full_like(others, np.nan)):
        assert "mask" not in departure(weights @ v, weights, q, k, v).text
        assert "mask" in departure(weights @ v, weights, q, k, v, np.ones((4, 4), dtype=bool)).text
    assert not departure(steps(q, k, v)["mix"], steps(q, k, v)["softmax"], q, k, v).stage


def for_one_row(w):
    return torch.diag(w) - torch.outer(w, w)


def by_loops(w):
    slopes = torch.zeros(len(w), len(w), dtype=w.dtype)
    for i in range(len(w)):
        for j in range(len(w)):
            slopes[i, j] = w[i] * ((1.0 if i == j else 0.0) - w[j])
    return slopes


def test_what_means_another_axis_is_asked_for(unnamed):
    for answer in (for_one_row, by_loops):
        refused("2.7", answer, "number-of-axes", ["a function or an index that is made for fewer axes"])


def attending(closes):
    def answer(q, k, v, mask=None):
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is None:
            return scores.softmax(-1) @ v, scores.softmax(-1)
        weights = closes(scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1), mask)
        return weights @ v, weights
    return answer


def test_a_lost_axis_is_told_where_two_shapes_do_not_fit():
    refused("2.1", attending(lambda weights, mask: weights * mask.any(dim=-1)), "shapes-do-not-fit",
            ["`mask.any(dim=-1)` takes an axis away", "`keepdim=True`"])
    told = "operands could not be broadcast together with shapes {} {} "
    line = "x / np.sum(x, axis=1)"
    assert axis_taken_away(told.format("(3,2)", "(3,)"), line) == "np.sum(x, axis=1)"
    assert not axis_taken_away(told.format("(3,2)", "(4,)"), line)
    assert not axis_taken_away(told.format("(3,2)", "(3,)"), "x / np.sum(x, axis=1, keepdims=True)")
    for joined in ("return x - x.mean(axis=1)", "x /= x.max(axis=1)", "y = np.where(x > 0, x, x.sum(axis=1))",
                   "if x > x.sum(axis=1):"):
        assert axis_taken_away(told.format("(3,2)", "(3,)"), joined)
    for alone in ("return ((x - y) ** 2).mean(axis=1)", "z = np.sqrt(np.mean((x - y) ** 2, axis=1))"):
        assert not axis_taken_away(told.format("(3,2)", "(3,)"), alone)


def test_which_result_is_right_is_said_once():
    def answer(q, k, v, mask=None):
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return output, weights if mask is None else weights.masked_fill(~mask.any(-1, keepdim=True), math.nan)

    refused("2.1", answer, "only-the-output-repaired", ["Your output is right."], ["right in this case"])


def changed(how, kept):
    def test(decode):
        x, memory = torch.randn(4, 6, 16), torch.randn(4, 5, 16)
        before = decode(x, memory)
        for t in range(1, 6):
            z = x.clone()
            z[how(t)] = torch.randn_like(z[how(t)])
            assert torch.allclose(decode(z, memory)[kept(t)], before[kept(t)], atol=1e-5)
    return test


def beginning(t):
    return slice(None), slice(None, t)


@pytest.mark.parametrize("how, kept, slug, says", [
    (lambda t: slice(t, None), lambda t: slice(None, t), "accepts-everything", "whole sentences"),
    (lambda t: slice(t, None), beginning, "refuses-right", "whole sentences"),
    (lambda t: (..., slice(t, None)), lambda t: (..., slice(None, t)), "refuses-right", "some numbers of each vector")])
def test_how_the_calls_of_a_test_differ(how, kept, slug, says):
    refused("7.3", changed(how, kept), slug, [says], ["`map`"])


def test_lines_of_methods_bear_the_names_of_their_classes():
    class Inner:
        def forward(self):
            return [][0]

    class Outer:
        def forward(self):
            return Inner().forward()

    _, raised = limits.run(Outer().forward, limits.Clock(1.0), limits.Printed())
    alone = limits.run(Inner().forward, limits.Clock(1.0), limits.Printed())[1]
    assert ["of `Inner.forward`" in raised.where.split("\n")[0], "of `Outer.forward`" in raised.where.split("\n")[1],
            "of `forward`" in alone.where, raised.function] == [True, True, True, "forward"]


@pytest.mark.parametrize("spoilt", [lambda shares: shares + 0.5 * np.eye(*shares.shape), lambda shares: 2 * shares])
def test_cases_that_raise_are_not_among_those_that_differ(unnamed, spoilt):
    def answer(scores):
        if scores.shape[1] == 3:
            raise ValueError("three")
        shares = scores / scores.sum(1, keepdims=True)
        return spoilt(shares) if len(scores) in (4, 20) else shares

    verdict = evaluate("0.3", answer)
    differ, _, stopped = verdict.message.partition("Your code raises an error in ")
    assert "a square" not in differ and "a square" in stopped, verdict.message
    assert "other cases are right" not in differ, verdict.message


def test_rows_that_lack_only_their_own_sum(unnamed):
    told = "would be right if it was divided by its own sum"
    refused("0.3", lambda scores: scores / scores.sum(), "rows-do-not-sum-to-one", [told])
    refused("0.3", lambda scores: (scores + 1.0) / scores.sum(), "rows-do-not-sum-to-one", [], [told])


def test_an_output_whose_name_is_no_word_is_marked():
    assert (have("w"), have("output"), be(["weights", "decoder_input"])) == (
        "`w` has", "output has", "weights and `decoder_input` are")


def test_one_number_too_many_is_told_as_one(unnamed):
    refused("0.1", lambda scores: np.concatenate([[-1.0], scores / scores.sum()]), "entries-too-many",
            ["one besides them: that at place 0, the first."], ["axis 0"])


def expected_numbers_of(bug):
    def test(split_heads):
        x = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 20)
        assert torch.equal(split_heads(x, 4), bug(x))
    return test


def test_a_test_that_expects_a_bug_or_asks_the_other_way_round():
    verdict = evaluate("4.4", expected_numbers_of(lambda x: x.view(2, 4, 3, 5)))
    assert verdict.mistake == "refuses-right"
    assert "rejects all 4 right" in verdict.message and "as they lie in memory" in verdict.message

    def turned_round(split_heads):
        x = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 20)
        assert not torch.equal(split_heads(x, 4), x.view(2, 3, 4, 5).transpose(1, 2))

    assert "whether it is not?" in evaluate("4.4", turned_round).message
    nothing_like_it = evaluate("4.4", expected_numbers_of(lambda x: x.view(2, 4, 3, 5) + 1)).message
    assert "beyond what the exercise asks for" in nothing_like_it
