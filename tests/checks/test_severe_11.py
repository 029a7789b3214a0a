"""Lesson 11: answers that were told something that was not so."""
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


@pytest.mark.parametrize("elected, of_equals", [
    (lambda votes, n: votes.mode(0).values, "the first of them in the sentence"),
    (lambda votes, n: F.one_hot(votes, n).sum(0).argmax(-1), "the first of them in the sentence"),
    (lambda votes, n: [Counter(column).most_common(1)[0][0] for column in votes.T.tolist()],
     "the one that a head chose first, counted from head 0")])
def test_heads_that_vote_are_told_what_becomes_of_equal_votes(elected, of_equals):
    def answer(weights):
        return elected(weights[:, :-1, :-1].argmax(-1), weights.shape[2] - 1)
    refused("11.2", answer, "heads-vote", [f"equally many votes, {of_equals}."], ["most heads choose"])


@pytest.mark.parametrize("at, word", [(-1, "target"), (-2, "source")])
def test_links_of_which_one_word_is_looked_up(at, word):
    def answer(predicted, sure, possible):
        hits = [sum(link[at] in {other[at] for other in links} for link in predicted) for links in (sure, possible)]
        return 1 - sum(hits) / (len(predicted) + len(sure))
    refused("11.1", answer, f"{word}-words-counted", [f"only the {word} word of each predicted link is looked up"])


@pytest.mark.parametrize("divisor, over", [
    (lambda left: left.sum(), "everything"),
    (lambda left: left.sum((1, 2, 3), keepdim=True).clamp(min=1e-8), "the whole sentence, all heads")])
def test_one_sum_for_more_than_a_row(divisor, over):
    def answer(weights, lost):
        left = weights.masked_fill(lost[:, None, None, :], 0.0)
        return left / divisor(left)
    refused("11.5", answer, "grown-along-another-axis", [f"divided by the sum over {over}."])


@pytest.mark.parametrize("least", [1e-7, 1e-6, 1e-5, 2e-5, 1e-4, 1e-3, 0.01])
def test_rows_of_which_little_is_left_are_no_empty_rows(least):
    def answer(weights, lost):
        left = weights.masked_fill(lost[:, None, None, :], 0.0)
        total = left.sum(-1, keepdim=True)
        return torch.where(total > least, left / total, 0.0)
    refused("11.5", answer, "small-rows-emptied", ["of which hardly anything is left: there they are 0", "*nothing*"])


@pytest.mark.parametrize("answer, slug", [
    (lambda a, s, p: 1 - (len(a & s) + len(a & p)) / len(a) + len(s), "brackets-missing"),
    (lambda a, s, p: 1 - len(a & s) + len(a & p) / len(a) + len(s), "brackets-missing"),
    (lambda a, s, p: 1 - len(a & p) / len(a), "precision-only"),
    (lambda a, s, p: 1 - len(a & s) / len(a), "precision-of-sure-links"),
    (lambda a, s, p: 1 - len(a & s) / len(s), "recall-only"),
    (lambda a, s, p: 1 - (len(a & s) + len(a & p)) / len(a), "sizes-not-added"),
    (lambda a, s, p: 1 - (len(a & s) + len(a & p)) / len(s), "sizes-not-added"),
    (lambda a, s, p: 1 - (len(a & s) + len(a & p)) / (2 * (len(a) * len(s)) ** 0.5), "product-below-the-line")])
def test_what_divides_by_nothing_has_no_second_mistake(answer, slug):
    refused("11.1", answer, slug, ["is exactly"], ["second mistake", "Two things at once"])


def test_rows_divided_after_each_pair_weigh_the_pairs_before_too_much_or_too_little():
    def answer(t, pairs):
        counts = np.zeros(t.shape)
        for source, target in pairs:
            for f in target:
                for e in source:
                    counts[e, f] += t[e, f] / t[source, f].sum()
            total = counts.sum(1, keepdims=True)
            counts = np.divide(counts, total, out=np.zeros(t.shape), where=total > 0)
        return counts
    refused("11.3", answer, "divided-after-each-pair", ["too much or too little"], ["less and less"])


def test_a_head_that_begins_by_the_number_of_heads():
    def patch(mixed, other, head, n_heads):
        new, d_head = mixed.clone(), mixed.shape[-1] // n_heads
        start = head * n_heads
        new[..., start : start + d_head] = other.expand_as(mixed)[..., start : start + d_head]
        return new

    refused("11.6", patch, "wrong-place", ["from place `head * n_heads` on"])


def test_a_softmax_of_nothing_is_told_of_no_division():
    def answer(weights, lost):
        return weights.log().masked_fill(lost[:, None, None, :], -torch.inf).softmax(-1)
    refused("11.5", answer, "nan-where-nothing-is-left", ["A softmax over −∞ alone is NaN, too."], ["the sum of a row"])
