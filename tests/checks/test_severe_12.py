"""Lesson 12: answers that were told something that was not so, or nothing."""
import numpy as np
import pytest

from classroom import evaluate

from .told import refused

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("middle", [lambda b_a, means: b_a.mean(), lambda b_a, means: means.mean()])
def test_ends_as_distances_from_the_mean_are_named(middle):
    def bootstrap_interval(a, b, draws):
        means = (b - a)[draws].mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        return middle(b - a, means) - low, high - middle(b - a, means)
    refused("12.5", bootstrap_interval, "distances-from-the-mean", ["how far the right ends lie"])


def test_the_normal_interval_is_compared_with_a_normal_distribution():
    def bootstrap_interval(a, b, draws):
        means = (b - a)[draws].mean(axis=1)
        return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
    refused("12.5", bootstrap_interval, "normal", ["like a normal distribution"], ["symmetrically"])


def test_differences_without_their_sign_are_named_where_agree_is_right():
    def paired(losses, base):
        d = losses - losses[base]
        size = np.abs(d)
        return size.mean(1), np.ptp(size, axis=1) / 2, (d > 0).all(1) | (d < 0).all(1)
    refused("12.4", paired, "sign-dropped", ["difference and your spread", "looks worse"])


def test_a_spread_of_sizes_is_named():
    def paired(losses, base):
        d = losses - losses[base]
        return d.mean(1), np.ptp(np.abs(d), axis=1) / 2, (d > 0).all(1) | (d < 0).all(1)
    refused("12.4", paired, "sign-dropped", ["without their sign"])


@pytest.mark.parametrize(("drawn", "says"), [(lambda a, b, draws: b.mean() - a[draws].mean(1), "a is drawn and b is"),
                                             (lambda a, b, draws: b[draws].mean(1) - a.mean(), "b is drawn and a is")])
def test_one_model_drawn_and_the_other_not_is_named(drawn, says):
    def bootstrap_interval(a, b, draws):
        return np.percentile(drawn(a, b, draws), [2.5, 97.5])
    refused("12.5", bootstrap_interval, "only-one-drawn", [says])


def test_the_product_is_explained_for_the_four_seeds_of_the_case():
    def paired(losses, base):
        d = losses - losses[base]
        return d.mean(1), np.ptp(d, axis=1) / 2, d.prod(1) > 0
    refused("12.4", paired, "product-of-differences", ["with four, (+, +, −, −)"])


def test_a_standard_deviation_is_not_said_to_look_more_exact():
    refused("12.3", lambda losses: (losses.mean(1), losses.std(1)), "standard-deviation",
            ["With two seeds yours is the same"], ["more exact"])
    refused("12.3", lambda losses: (losses.mean(1), losses.std(1, ddof=1)), "sample-deviation", [],
            ["more exact", "yours is the same"])


def test_the_unfair_comparisons_are_told_as_the_question_turned_round():
    message = evaluate("12.1", {"B", "C", "D"}).message
    assert "exactly those that are not fair" in message and "You count" not in message
