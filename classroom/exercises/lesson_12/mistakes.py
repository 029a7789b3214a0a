"""Exercise 12.3, mean and spread: what learners write instead, and what it means. Used by `lesson_12`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception
from course._words import later


def _spread(losses, middle=np.mean, axis=1, kind="half", swapped=False):
    """`mean_and_spread` with one thing done differently."""
    high, low = losses.max(axis), losses.min(axis)
    spread = {
        "half": lambda: (high - low) / 2, "whole": lambda: high - low, "std": lambda: losses.std(axis),
        "sample": lambda: losses.std(axis, ddof=1), "error": lambda: losses.std(axis) / np.sqrt(losses.shape[axis]),
        "variance": lambda: losses.var(axis),
        "above": lambda: high - losses.mean(axis), "no brackets": lambda: high - low / 2,
        "farthest": lambda: np.abs(losses - losses.mean(axis, keepdims=True)).max(axis),
        "deviation": lambda: np.abs(losses - losses.mean(axis, keepdims=True)).mean(axis),
        "two seeds": lambda: np.abs(losses[:, 0] - losses[:, 1]) / 2,
        "first and last": lambda: (losses[:, -1] - losses[:, 0]) / 2,
        "first and last apart": lambda: np.abs(losses[:, -1] - losses[:, 0]) / 2,
        "two seeds signed": lambda: (losses[:, 1] - losses[:, 0]) / 2,
        "lowest of all": lambda: (high - losses.min()) / 2, "highest of all": lambda: (losses.max() - low) / 2,
        "one for all": lambda: np.full(len(losses), (losses.max() - losses.min()) / 2),
        "mean down": lambda: losses.mean(axis) - low,
        "all pairs": lambda: np.abs(losses[:, :, None] - losses[:, None]).mean((1, 2)),
        "largest step": lambda: np.abs(np.diff(losses, axis=1)).max(1) / 2,
        "sample error": lambda: losses.std(axis, ddof=1) / np.sqrt(losses.shape[axis]),
        "from 0": lambda: high / 2, "rounded down": lambda: (high - low) // 2,
        "places": lambda: (losses.argmax(axis) - losses.argmin(axis)) / 2,
        "of the means": lambda: np.full(len(losses), np.ptp(losses.mean(axis)) / 2),
        "highest first": lambda: _by_elif(losses), "lowest first": lambda: _by_elif(-losses),
        "negative": lambda: (low - high) / 2, "relative": lambda: (high - low) / 2 / losses.mean(axis),
        "half std": lambda: losses.std(axis) / 2, "two std": lambda: 1.96 * losses.std(axis),
        "quartiles": lambda: np.subtract(*np.percentile(losses, [75, 25], axis=axis)) / 2,
        "by n": lambda: (high - low) / losses.shape[axis], "ends": lambda: losses.mean(axis) + (high - low) / 2,
        "extremes": lambda: high,
    }[kind]()
    first = {"ends": lambda: middle(losses, axis=axis) - (high - low) / 2, "extremes": lambda: low}
    both = (first.get(kind, lambda: middle(losses, axis=axis))(), spread)
    return both[::-1] if swapped else both


def _by_elif(losses):
    """Half the range as a loop finds it that starts at infinity and lets each loss be the highest *or* the lowest."""
    spreads = []
    for row in losses:
        high, low = -np.inf, np.inf
        for x in row:
            if x > high:
                high = x
            elif x < low:
                low = x
        spreads.append((high - low) / 2)
    return np.array(spreads)


def _halfway(losses, axis):
    return (losses.max(axis) + losses.min(axis)) / 2


def _half_the_sum(losses, axis):
    return losses.sum(axis) / 2


def _different(losses, axis):
    return np.array([np.mean(sorted(set(row))) for row in np.moveaxis(losses, axis, -1)])


def _by_variants(losses, axis):
    return losses.sum(axis) / len(losses)


def _by_one_less(losses, axis):
    with np.errstate(divide="ignore"):
        return losses.sum(axis) / (losses.shape[axis] - 1)


def _without_the_first(losses, axis):
    return losses[:, 1:].sum(1) / losses.shape[1]


def _of_two(losses, axis):
    return (losses[:, 0] + losses[:, 1]) / 2


_HALF = "The table prints mean ± half the distance between the best and the worst seed."
_TWO = "With two seeds yours is the same as what is asked for; with more it need not be."


def _with(slug, says, look, why=_HALF, **changes):
    return Misconception(slug, partial(_spread, **changes), says, why, look)


SPREADS = [
    _with("one-spread-for-all", "Your spread is exactly half the range of the whole table, for every variant.",
          "Along which axis do your largest and smallest run?", later(
              "{half} Each variant has a spread of its own.", half=_HALF),
          kind="one for all"),
    _with("lowest-of-the-table", "Your spread is exactly half the distance from the lowest loss of the whole table to "
          "the highest of each variant.", "Over which of the numbers does your minimum run?",
          later("{half} Each variant has a lowest loss of its own.", half=_HALF), kind="lowest of all"),
    _with("highest-of-the-table", "Your spread is exactly half the distance from the lowest loss of each variant to "
          "the highest of the whole table.", "What does your largest run over?",
          later("{half} Each variant has a highest loss of its own.", half=_HALF), kind="highest of all"),
    _with("negative-spread", "Your spread is exactly the right one, with a minus sign.",
          "What do you take away from what?", later("{half} A distance is not below 0.", half=_HALF), kind="negative"),
    _with("first-and-last", "Your spread is exactly half the distance between the first and the last seed.",
          "Are the first and the last seed always the best and the worst?",
          later("{half} A seed's number says nothing about its loss.", half=_HALF), kind="first and last apart"),
    _with("whole-range", "Your spread is exactly the whole distance between best and worst, not half of it.",
          "How far is it from the middle to either end?", kind="whole"),
    _with("over-variants", "Your results are exactly what comes out when variants are averaged, not seeds.",
          "Which axis of (n_variants, n_seeds) counts the seeds?",
          "Each variant has a mean of its own; a mean over variants answers no question.", axis=0),
    _with("standard-deviation", "Your spread is exactly the standard deviation of the seeds.",
          "Which two of the seeds decide the half range?",
          later("{half} {two}", half=_HALF, two=_TWO), kind="std"),
    _with("sample-deviation", "Your spread is exactly the standard deviation with n − 1 below.",
          "Which two of the seeds decide the half range?", kind="sample"),
    _with("variance", "Your spread is exactly the variance of the seeds.", "In what unit should a spread of losses be?",
          later("{half} A variance would be in squared nats.", half=_HALF), kind="variance"),
    _with("median", "Your mean is exactly the median.", "Which function gives the middle of your losses?",
          _TWO, middle=np.median),
    _with("only-the-best", "Your mean is exactly the best seed of each variant.",
          "What happens to the other seeds in your code?",
          "The best of several seeds looks the better the more of them were tried, whatever the variant.",
          middle=np.min),
    _with("sum", "Your mean is exactly the sum over the seeds.", "By what is the sum to be divided?",
          "A sum grows with the number of seeds.", middle=np.sum),
    _with("half-the-sum", "Your mean is exactly half the sum over the seeds.", "By what is the sum to be divided?",
          _TWO, middle=_half_the_sum),
    _with("swapped", "Your two results are exactly the right ones, in the other order.",
          "In which order does your `return` name them?", "The first is to be the mean, the second the spread.",
          swapped=True),
    _with("standard-error", "Your spread is exactly the standard error, the deviation divided by √n.",
          "Which two of the seeds decide the half range?", kind="error"),
    _with("from-the-mean-up", "Your spread is exactly the distance from the mean up to the worst seed.",
          "Is the mean always halfway between best and worst?",
          later("{half} {two}", half=_HALF, two=_TWO), kind="above"),
    _with("brackets-missing", "Your spread is exactly the largest loss minus *half* of the smallest.",
          "What does the `/ 2` belong to?", later("{half} `/` binds more tightly than `-`.",
                                                  half=_HALF), kind="no brackets"),
    _with("farthest-from-the-mean", "Your spread is exactly the largest distance of any seed from the mean.",
          "Is the mean always halfway between best and worst?",
          later("{half} {two}", half=_HALF, two=_TWO), kind="farthest"),
    _with("mean-deviation", "Your spread is exactly the mean distance of the seeds from their mean.",
          "Which two of the seeds decide the half range?",
          later("{half} {two}", half=_HALF, two=_TWO), kind="deviation"),
    _with("two-seeds-only", "Your spread is exactly half the distance between seeds 0 and 1.",
          "What happens to a third seed in your code?", later("{half} There may be any number of seeds.", half=_HALF),
          kind="two seeds"),
    *(_with(slug, later("Your spread is exactly {words}.", words=words), look, why, kind=kind)
      for slug, kind, words, look, why in (
          ("relative-spread", "relative", "the right one, divided by the mean", "What is done with the half range?",
           later("{half} In nats, as the mean is.", half=_HALF)),
          ("standard-deviation", "half std", "half the standard deviation of the seeds",
           "Which two of the seeds decide the half range?", _HALF),
          ("standard-deviation", "two std", "1.96 standard deviations of the seeds",
           "Which two of the seeds decide the half range?", _HALF),
          ("quartiles", "quartiles", "half the distance between the quartiles",
           "Which two of the seeds decide the half range?", _HALF),
          ("divided-by-the-seeds", "by n", "the whole range divided by the number of seeds", "By what do you divide?",
           _HALF),
          ("from-the-mean-down", "mean down", "the distance from the best seed up to the mean",
           "Is the mean always halfway between best and worst?",
           later("{half} {two}", half=_HALF, two=_TWO)),
          ("mean-of-all-pairs", "all pairs", "the mean distance of two seeds, each seed with itself included",
           "Which two of the seeds decide the half range?",
           later("{half} {two}", half=_HALF, two=_TWO)),
          ("largest-step", "largest step", "half the largest step from one seed to the next",
           "Do the best and the worst seed always stand side by side?",
           later("{half} A seed's number says nothing about its loss.", half=_HALF)),
          ("standard-error", "sample error", "the standard error, the deviation with n − 1 below divided by √n",
           "Which two of the seeds decide the half range?", _HALF),
          ("starts-at-zero", "from 0", "half the highest loss, as if the lowest were 0",
           "With which number does your lowest loss begin?", _HALF),
          ("rounded-down", "rounded down", "half the range, rounded down to a whole number",
           "Which sign divides in your code?", later("{half} In nats the fractions are what matters.", half=_HALF)),
          ("places-for-losses", "places", "half the distance between the *numbers* of the worst and of the best seed",
           "Does your function give the largest loss, or where it stands?",
           later("{half} A seed's number says nothing about its loss.", half=_HALF)),
          ("one-spread-for-all", "of the means", "half the range of the variants' means, for every variant",
           "Of which numbers do you take the range?", later("{half} Each variant has a spread of its own.",
                                                            half=_HALF)))),
    *(_with("one-end-a-loss", says, "Which word joins the two conditions in your loop?",
            "The first loss of a row is the highest so far, and the lowest so far as well.", kind=kind)
      for kind, says in (
          ("highest first", "Your spread is exactly what comes out of a loop that starts at infinity and takes each "
           "loss for the highest so far or else for the lowest, never for both."),
          ("lowest first", "Your spread is exactly what comes out of a loop that starts at infinity and takes each "
           "loss for the lowest so far or else for the highest, never for both."))),
    _with("shared-losses-once", "Your mean is exactly that of the *different* losses: a loss that several seeds have "
          "counts once.", "Is there a `set` or a `unique`?", "All seeds have a say in a mean, also where two of them "
          "say the same.", middle=_different),
    _with("divided-by-the-variants", "Your mean is exactly the sum over the seeds, divided by the number of variants.",
          "What does `len` count, if there is one?", "The sum has as many terms as there are seeds.",
          middle=_by_variants),
    _with("divided-by-one-less", "Your mean is exactly the sum over the seeds, divided by n_seeds − 1.",
          "By what is the sum to be divided?", "A mean is a sum divided by the number of its terms.",
          middle=_by_one_less),
    _with("first-seed-left-out", "Your mean is exactly the sum over all seeds but seed 0, divided by n_seeds.",
          "With which number does your loop or your slice begin?", "Seeds are counted from 0.",
          middle=_without_the_first),
    _with("lower-and-upper-end", "You return exactly mean − spread and mean + spread.", "What does your `return` name?",
          "The table prints mean ± spread; the two are asked for.", kind="ends"),
    _with("lowest-and-highest", "You return exactly the lowest and the highest loss of each variant.",
          "What does your `return` name?", "The table prints mean ± spread; the two are asked for.", kind="extremes"),
    _with("only-the-worst", "Your mean is exactly the worst seed of each variant.",
          "What happens to the other seeds in your code?", "All seeds have a say in a mean.", middle=np.max),
    _with("two-seeds-only", "Your mean and your spread are exactly those of seeds 0 and 1.",
          "What happens to a third seed in your code?", later("{half} There may be any number of seeds.", half=_HALF),
          kind="two seeds", middle=_of_two),
    _with("two-seeds-only", "Your spread is exactly half the distance from seed 0 up to seed 1.",
          "Is seed 0 always the best one, and what happens to a third seed in your code?",
          later("{half} A seed's number says nothing about its loss.", half=_HALF), kind="two seeds signed"),
    _with("middle-of-the-range", "Your mean is exactly the point halfway between the best and the worst seed.",
          "Do all seeds have a say in it?", _TWO,
          middle=_halfway),
    _with("first-and-last", "Your spread is exactly half the distance from the first seed to the last.",
          "Is the first seed always the best one?", later("{half} A seed's number says nothing about its loss.",
                                                          half=_HALF),
          kind="first and last"),
]
