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
    refused("11.1", lambda a, s, p: rate(a, s, p) if a and s else 0.0, "empty-set-is-special")


def shares_of_right(a, s, p, empty):
    """One minus the mean of precision and recall, with what learners do where one of them is 0/0."""
    if not a or not s:
        return empty(len(a & p) / len(a) if a else None)
    return 1 - (len(a & p) / len(a) + len(a & s) / len(s)) / 2


@pytest.mark.parametrize("empty, more", [
    (lambda precision: 0.5 if precision is None else 0.5 - precision / 2, None),           # 1 for each
    (lambda precision: 1.0 if precision is None else 1 - precision, None),                 # the other one alone
    (lambda precision: 0.0, "where nothing was predicted, and where there are no sure links")])
def test_a_mean_of_precision_and_recall_may_be_guarded(empty, more):
    refused("11.1", lambda a, s, p: shares_of_right(a, s, p, empty), "mean-of-precision-and-recall",
            [more or "exactly"], never=["second mistake", "in every case"])


def test_links_that_are_only_possible_are_not_left_out():
    def without(a, s, p, above=True):
        kept = a - (p - s)
        return 1 - (2 * len(kept & s) if above else len(a & s) + len(a & p)) / max(1, len(kept) + len(s))
    refused("11.1", without, "only-possible-links-apart", ["before anything is counted"])
    refused("11.1", lambda a, s, p: without(a, s, p, above=False), "only-possible-links-apart", ["below the line."])
    refused("11.1", lambda a, s, p: 1 - (len(a & s) + len(a & p) / 2) / (len(a) + len(s)), "only-possible-links-apart",
            ["counts half"])


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


def test_a_number_for_no_link_and_a_mean_of_two_rows_are_named():
    def none(weights):
        found = weights.mean(0)[:-1].argmax(-1)
        return torch.where(found == weights.shape[-1] - 1, -1, found)
    refused("11.2", none, "eos-as-none", ["−1"])

    def two_rows(weights):
        mean = weights.mean(0)[:, :-1]
        return ((mean[:-1] + mean[1:]) / 2).argmax(-1)
    refused("11.2", two_rows, "two-rows-averaged")


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


def rounds_of(add, pairs_too=lambda pairs: pairs):
    """`em_step` whose rows are never divided by 0; `add` counts one pair."""
    def answer(t, pairs):
        counts = np.zeros_like(t)
        for source, target in pairs_too(pairs):
            add(counts, t, source, target)
        sums = counts.sum(1, keepdims=True)
        return np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    return answer


def by_t(counts, t, source, target):
    for j in target:
        np.add.at(counts, (source, j), t[source, j] / t[source, j].sum())


def test_loops_that_run_otherwise_are_named_also_where_no_row_is_nan():
    def side_by_side(counts, t, source, target):
        for i, j in zip(source, target, strict=False):
            counts[i, j] += t[i, j] / t[source, j].sum()
    refused("11.3", rounds_of(side_by_side), "side-by-side")
    refused("11.3", rounds_of(by_t, lambda pairs: pairs[:1]), "first-pair-only", ["`return`"], never=["sums to 0;"])
    refused("11.3", rounds_of(lambda counts, t, source, target: by_t(counts, t, source, target[:1])),
            "first-target-word-only")
    refused("11.3", rounds_of(by_t, lambda pairs: pairs[:-1]), "last-pair-left-out")


def test_shares_that_are_not_in_proportion_to_t_are_named():
    def softmax(counts, t, source, target):
        for j in target:
            np.add.at(counts, (source, j), np.exp(t[source, j]) / np.exp(t[source, j]).sum())
    refused("11.3", rounds_of(softmax), "softmax-of-t")

    def ones(counts, t, source, target):
        for j in target:
            np.add.at(counts, (source, j), 1 / t[source, j].sum())
    refused("11.3", rounds_of(ones), "t-not-shared-out")

    def exchanged(counts, t, source, target):
        for j in target:
            for i in source:
                counts[j, i] += t[j, i] / sum(t[j, k] for k in source)
    refused("11.3", rounds_of(exchanged), "axes-exchanged", ["[target, source]"])


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
    refused("11.5", taken(least=1e-7), "divided-by-at-least", ["1e-7"])
    refused("11.5", taken(eps=1e-8), "something-added-to-the-sum", ["1e-8"])
    refused("11.5", taken(eps=1e-10), "something-added-to-the-sum", ["1e-10"])
    refused("11.5", taken(least=1e-9), "divided-by-at-least", ["1e-9"])
    accepted("11.5", taken(least=1e-12))
    refused("11.5", taken(eps=1e-12), "something-added-to-the-sum", ["1e-12"])
    accepted("11.5", taken(eps=1e-20))


@pytest.mark.parametrize("divided", [
    lambda left, rest: torch.where(rest > 0, left / rest, 0), lambda left, rest: left / rest,
    lambda left, rest: left / rest.clamp(min=1e-9), lambda left, rest: (left / rest).nan_to_num(0)])
def test_one_minus_what_was_taken_is_not_what_is_left(divided):
    def answer(weights, lost):
        gone = lost[:, None, None]
        return divided(weights.masked_fill(gone, 0), 1 - (weights * gone).sum(-1, keepdim=True))
    refused("11.5", answer, "rest-of-one", ["On paper"], never=["second mistake"])


def test_heads_that_are_averaged_and_weight_for_the_largest_are_named():
    def averaged(weights, lost):
        left = weights.masked_fill(lost[:, None, None], 0).mean(1, keepdim=True).expand_as(weights)
        return left / left.sum(-1, keepdim=True).clamp(min=1e-30)
    refused("11.5", averaged, "heads-averaged")

    def to_the_largest(weights, lost):
        left = weights.masked_fill(lost[:, None, None], 0)
        new = left.scatter_add(-1, left.argmax(-1, keepdim=True), 1 - left.sum(-1, keepdim=True))
        return new.masked_fill(lost[:, None, None], 0)
    refused("11.5", to_the_largest, "given-to-the-largest", ["exactly"], never=["second mistake"])


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
