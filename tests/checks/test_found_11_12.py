"""Lessons 11 and 12: answers as learners write them, each for a kind, and what they are to be told."""
from fractions import Fraction

import numpy as np
import pytest
import torch

from classroom import evaluate

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ----------------------------------------------------------------------------------------- 11

def rate(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / (len(predicted) + len(sure))


def test_an_error_rate_without_links_follows_the_formula():
    accepted("11.1", lambda a, s, p: Fraction(len(a) + len(s) - len(a & s) - len(a & p), len(a) + len(s)))
    refused("11.1", lambda a, s, p: rate(a, s, p) if a else 0.0, "nothing-predicted-is-special")
    refused("11.1", lambda a, s, p: rate(a, s, p) if s else 0.0, "no-sure-links-is-special")
    refused("11.1", lambda a, s, p: rate(a, s, p) if a and s else 0.0, "nothing-predicted-is-special",
            ["No sure links is special"])


def test_a_rate_that_is_always_the_same_is_told_as_that():
    for value in (0, 0.5, 1):
        refused("11.1", lambda a, s, p, value=value: value, "the-same-for-all", never=["Jaccard", "dtype"])


def test_counts_and_rounded_rates_are_not_told_about_dtypes():
    refused("11.1", lambda a, s, p: 1 - (len(a & s) + len(a & p)) // (len(a) + len(s)), "rounded-down", never=["dtype"])
    refused("11.1", lambda a, s, p: len(a) + len(s) - len(a & s) - len(a & p), "not-divided", never=["dtype"])


def test_links_may_be_arrays_of_any_whole_numbers():
    accepted("11.2", lambda weights: weights.numpy().mean(0)[:-1, :-1].argmax(-1))
    accepted("11.2", lambda weights: weights.mean(0)[:-1, :-1].argmax(-1).to(torch.int32))
    accepted("11.2", lambda weights: weights.mean(0)[:-1, :-1].argmax(-1).tolist())


def test_links_to_eos_that_are_moved_afterwards_are_named():
    refused("11.2", lambda w: w.mean(0)[:-1].argmax(-1).clamp(max=w.shape[-1] - 2), "eos-replaced", ["*second*"])


def test_what_becomes_of_repeated_words_is_named():
    def list_as_index(t, pairs):
        counts = np.zeros_like(t)
        for source, target in pairs:
            for j in target:
                counts[source, j] += t[source, j] / t[source, j].sum()
        return counts / counts.sum(1, keepdims=True)
    refused("11.3", list_as_index, "repeated-words-lost", ["np.add.at"])

    def too_often(t, pairs):
        counts = np.zeros_like(t)
        for source, target in pairs:
            for j in target:
                for i in source:
                    counts[i, j] += source.count(i) * t[i, j] / sum(t[k, j] for k in source)
        return counts / counts.sum(1, keepdims=True)
    refused("11.3", too_often, "repeated-words-counted-too-often", never=["counted once."])


@pytest.mark.parametrize("least", [1e-12, 1e-10, 1e-8])
def test_a_pseudo_count_is_not_called_rounding(least):
    def with_pseudo_counts(t, pairs):
        counts = np.full_like(t, least)
        for source, target in pairs:
            for j in target:
                for i in source:
                    counts[i, j] += t[i, j] / sum(t[k, j] for k in source)
        return counts / counts.sum(1, keepdims=True)
    refused("11.3", with_pseudo_counts, "pseudo-count", never=["rounded"])


def test_a_table_that_is_replaced_after_each_pair_is_named_in_all_cases():
    def online(t, pairs):
        t, counts = t.copy(), np.zeros_like(t)
        for source, target in pairs:
            for j in target:
                total = sum(t[i, j] for i in source)
                for i in source:
                    counts[i, j] += t[i, j] / total
            for i in source:
                t[i] = counts[i] / counts[i].sum()
        return t
    with np.errstate(invalid="ignore"):
        refused("11.3", online, "changed-while-reading", ["0/0 is NaN"], ["In 7 of"])


def em(share, total, words=list):
    def answer(t, pairs):
        counts = np.zeros_like(t)
        for source, target in pairs:
            for j, y in enumerate(words(target)):
                below = total(t, source, j, y)
                for i, s in enumerate(source):
                    counts[s, y] += share(t, i, s, j, y) / below
        return counts / counts.sum(1, keepdims=True)
    return answer


def test_places_taken_for_ids_are_named():
    refused("11.3", em(lambda t, i, s, j, y: t[i, j], lambda t, source, j, y: t[: len(source), j].sum()),
            "places-for-ids")
    refused("11.3", em(lambda t, i, s, j, y: t[s, y], lambda t, source, j, y: t[: len(source), y].sum()),
            "places-for-ids", ["source words"])


def test_lists_as_indices_are_spoken_of_only_where_one_may_be():
    refused("11.3", em(lambda t, i, s, j, y: t[s, y], lambda t, source, j, y: t[source, y].sum(), set),
            "repeated-words-lost", ["a target word"], ["lists as indices"])


def test_numbers_that_nothing_explains_can_be_redone():
    refused("11.3", em(lambda t, i, s, j, y: t[s, y] ** 1.5, lambda t, source, j, y: t[source, y].sum() ** 1.3), None,
            ["pairs = [([0, 1], [0, 1])", "t = [["])


@pytest.mark.parametrize("turned, slug", [
    (lambda link: tuple(sorted(link)), "direction-ignored"), (frozenset, "direction-ignored"),
    (lambda link: link[-2:], "sentence-number-lost"), (lambda link: link[:2], "sentence-number-lost")])
def test_links_that_are_cut_or_sorted_are_named_in_all_cases(turned, slug):
    refused("11.1", lambda *sets: rate(*({turned(link) for link in links} for links in sets)), slug,
            never=["something else"])


def test_only_a_row_of_which_nothing_is_left_is_not_divided():
    def taken(least=0.0, eps=0.0):
        def answer(weights, lost):
            left = weights.masked_fill(lost[:, None, None], 0)
            return left / (left.sum(-1, keepdim=True).clamp(min=least) + eps)
        return answer
    refused("11.5", taken(least=1e-3), "divided-by-at-least", ["0.001"])
    refused("11.5", taken(least=2e-3), "rows-do-not-sum-to-one")
    refused("11.5", taken(eps=1e-8), "something-added-to-the-sum", ["1e-8"])
    accepted("11.5", taken(eps=1e-10))


# ----------------------------------------------------------------------------------------- 12

def paired(agree):
    def answer(losses, base):
        d = losses - losses[base]
        return d.mean(1), (d.max(1) - d.min(1)) / 2, agree(d)
    return answer


def test_agreement_is_asked_of_every_seed():
    refused("12.4", paired(lambda d: d[:, 0] * d[:, -1] > 0), "first-and-last-seed")
    refused("12.4", paired(lambda d: d.prod(1) > 0), "product-of-differences")
    accepted("12.4", paired(lambda d: d.min(1) * d.max(1) > 0))


def interval(ends):
    return lambda a, b, draws: ends((b - a)[draws].mean(1), b - a)


@pytest.mark.parametrize("ends, slug", [
    (lambda means, d: np.percentile(means, [0.5, 99.5]), "ninety-nine-per-cent"),
    (lambda means, d: np.percentile(means, [0, 95]), "one-sided"),
    (lambda means, d: np.percentile(means, [2.5, 97.5], method="nearest"), "another-percentile"),
    (lambda means, d: np.percentile(means, [2.5, 97.5], method="hazen"), "another-percentile"),
    (lambda means, d: (sorted(means)[len(means) // 40], sorted(means)[-1 - len(means) // 40]), "sorted-and-cut"),
    (lambda means, d: 2 * d.mean() - np.percentile(means, [97.5, 2.5]), "basic-bootstrap"),
    (lambda means, d: (means.mean() - 2 * means.std(), means.mean() + 2 * means.std()), "normal"),
    (lambda means, d: (means.mean() - means.std(), means.mean() + means.std()), "one-deviation"),
    (lambda means, d: (means.mean(), np.ptp(np.percentile(means, [2.5, 97.5])) / 2), "mean-and-half-width"),
    (lambda means, d: means.mean() + 1.96 * means.std() / len(means) ** 0.5 * np.array([-1, 1]),
     "error-of-the-drawings"),
])
def test_other_intervals_are_named(ends, slug):
    refused("12.5", interval(ends), slug)


def test_drawings_of_ones_own_are_told_as_that():
    def own(a, b, draws):
        draws = np.random.default_rng(0).integers(0, len(a), size=draws.shape)
        return np.percentile((b - a)[draws].mean(1), [2.5, 97.5])
    refused("12.5", own, "drawn-anew", ["`draws`"], ["dropout"])


def test_predictions_of_12_2_are_about_600_steps():
    for option in ("higher", "the same"):
        assert "600 steps" in evaluate("12.2", option).message
    assert "after 600 steps" in evaluate("12.2", "lower").message
