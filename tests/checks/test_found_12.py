"""Lesson 12: what a mean, a spread and an agreement are taken for, and what is told."""
import numpy as np
import pytest

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def paired(agree):
    def answer(losses, base):
        d = losses - losses[base]
        return d.mean(1), (d.max(1) - d.min(1)) / 2, agree(d)
    return answer


@pytest.mark.parametrize("agree, slug, says", [
    (lambda d: ((d > 0).sum(1) > d.shape[1] / 2) | ((d < 0).sum(1) > d.shape[1] / 2), "most-seeds", "more than half"),
    (lambda d: np.abs(np.sign(d).sum(1)) == 2, "two-seeds-only", "must add up to 2"),
    (lambda d: ((d > 0).sum(1) == 2) | ((d < 0).sum(1) == 2), "two-seeds-only", "two seeds must say worse"),
    (lambda d: d.mean(1) != 0, "mean-not-zero", "mean of the differences"),
    (lambda d: d.all(axis=1) > 0, "none-is-zero", "no difference"),
    (lambda d: d[:, -1] > 0, "one-seed-decides", "the last seed alone"),
    (lambda d: (d.min(1) > 0) | (d.max(1) > 0), "one-seed-is-enough", "worse is enough"),
    (lambda d: (d > 0).all(0) | (d < 0).all(0), "agree-over-variants", "*variants*"),
    (lambda d: (d > 0).any(1) & (d < 0).any(1), "disagreement", "some seed better"),
])
def test_what_is_not_asked_of_every_seed_is_named(agree, slug, says):
    refused("12.4", paired(agree), slug, [says], ["In 5 of", "In 6 of", "All numbers are right"])


def test_a_variant_with_the_losses_of_the_base_is_neither_better_nor_worse():
    def alike(losses, base):
        difference, spread, agree = paired(lambda d: (np.sign(d) == np.sign(d[:, :1])).all(1))(losses, base)
        agree[base] = False
        return difference, spread, agree
    refused("12.4", alike, "zero-counts", ["whose losses are the base's"])


def against(rows):
    def answer(losses, base):
        d = rows(losses, losses[base])
        return d.mean(1), np.ptp(d, axis=1) / 2, (d > 0).all(1) | (d < 0).all(1)
    return answer


def test_what_a_run_is_compared_with_is_named_as_one_mistake():
    refused("12.4", against(lambda losses, row: losses - row.min()), "one-run-of-the-base", ["best run"],
            ["Two things"])
    refused("12.4", against(lambda losses, row: (losses[:, :, None] - row).reshape(len(losses), -1)),
            "every-run-with-every-run", never=["Two things"])

    def first_rule(losses, base):
        difference, spread, _ = paired(lambda d: d)(losses, base)
        return difference, spread, np.abs(difference) > np.ptp(losses[base])
    refused("12.4", first_rule, "mean-beyond-another-spread", ["first rule"], ["must lie beyond"])


def test_results_in_another_order_are_told_as_that():
    def exchanged(losses, base):
        difference, spread, agree = paired(lambda d: (d.min(1) * d.max(1) > 0))(losses, base)
        return difference, agree, spread
    refused("12.4", exchanged, "results-exchanged", never=["Precision"])


def test_a_loss_that_two_seeds_share_counts_twice():
    refused("12.3", lambda losses: (np.array([np.mean(list(set(row))) for row in losses]),
                                    np.ptp(losses, axis=1) / 2), "shared-losses-once")


@pytest.mark.parametrize("spread, slug", [
    (lambda losses: losses.mean(1) - losses.min(1), "from-the-mean-down"),
    (lambda losses: np.abs(losses[:, :, None] - losses[:, None]).mean((1, 2)), "mean-of-all-pairs"),
])
def test_what_two_seeds_do_not_tell_apart_is_not_told_of_the_number_of_variants(spread, slug):
    refused("12.3", lambda losses: (losses.mean(1), spread(losses)), slug, never=["n_variants is"])


def test_a_loop_in_which_a_loss_is_never_both_ends_is_named():
    def loop(losses):
        spreads = []
        for row in losses:
            low, high = np.inf, -np.inf
            for x in row:
                if x > high:
                    high = x
                elif x < low:
                    low = x
            spreads.append((high - low) / 2)
        return losses.mean(1), np.array(spreads)
    refused("12.3", loop, "one-end-a-loss", never=["logarithm"])


@pytest.mark.parametrize("ends, slug", [
    (lambda d, draws: np.percentile(d[draws], [2.5, 97.5], axis=1).mean(1), "percentiles-averaged"),
    (lambda d, draws: np.percentile([d[row].sum() / len(set(row)) for row in draws], [2.5, 97.5]),
     "divided-by-the-different"),
    (lambda d, draws: np.percentile(np.cumsum(d[draws].sum(1)) / len(d), [2.5, 97.5]), "sum-not-reset"),
    (lambda d, draws: d.mean() + np.percentile(d[draws].mean(1), [2.5, 97.5]), "difference-added"),
    (lambda d, draws: np.percentile([d[draws[i]].mean() for i in range(len(d))], [2.5, 97.5]),
     "as-many-drawings-as-sentences"),
])
def test_intervals_of_something_else_are_named(ends, slug):
    refused("12.5", lambda a, b, draws: ends(b - a, draws), slug)
