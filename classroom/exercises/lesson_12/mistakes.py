"""Lesson 12: what learners write instead, and what it means. Used by `lesson_12`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception
from course._words import later

# ------------------------------------------------------------------------- 12.3 mean and spread


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
        "negative": lambda: (low - high) / 2, "relative": lambda: (high - low) / 2 / losses.mean(axis),
        "half std": lambda: losses.std(axis) / 2, "two std": lambda: 1.96 * losses.std(axis),
        "quartiles": lambda: np.subtract(*np.percentile(losses, [75, 25], axis=axis)) / 2,
        "by n": lambda: (high - low) / losses.shape[axis], "ends": lambda: losses.mean(axis) + (high - low) / 2,
        "extremes": lambda: high,
    }[kind]()
    first = {"ends": lambda: middle(losses, axis=axis) - (high - low) / 2, "extremes": lambda: low}
    both = (first.get(kind, lambda: middle(losses, axis=axis))(), spread)
    return both[::-1] if swapped else both


def _halfway(losses, axis):
    return (losses.max(axis) + losses.min(axis)) / 2


def _half_the_sum(losses, axis):
    return losses.sum(axis) / 2


def _of_two(losses, axis):
    return (losses[:, 0] + losses[:, 1]) / 2


_HALF = "The table prints mean ± half the distance between the best and the worst seed."


def _with(slug, says, look, why=_HALF, **changes):
    return Misconception(slug, partial(_spread, **changes), says, why, look)


SPREADS = [
    _with("one-spread-for-all", "Your spread is exactly half the range of the whole table, for every variant.",
          "Along which axis do your largest and smallest run?", later(
              "{half} Each variant has a spread of its own.", half=_HALF),
          kind="one for all"),
    _with("lowest-of-the-table", "Your spread is exactly half the distance from the lowest loss of the whole table to "
          "the highest of each variant.", "What does your smallest run over?",
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
          later("{half} From so few numbers a standard deviation looks more exact than it is.",
                half=_HALF), kind="std"),
    _with("sample-deviation", "Your spread is exactly the standard deviation with n − 1 below.",
          "Which two of the seeds decide the half range?",
          later("{half} From so few numbers a standard deviation looks more exact than it is.",
                half=_HALF), kind="sample"),
    _with("variance", "Your spread is exactly the variance of the seeds.", "In what unit should a spread of losses be?",
          later("{half} A variance would be in squared nats.", half=_HALF), kind="variance"),
    _with("median", "Your mean is exactly the median.", "Which function gives the middle of your losses?",
          "With two seeds both are the same; with more they are not.", middle=np.median),
    _with("only-the-best", "Your mean is exactly the best seed of each variant.",
          "What happens to the other seeds in your code?",
          "The best of several seeds looks the better the more of them were tried, whatever the variant.",
          middle=np.min),
    _with("sum", "Your mean is exactly the sum over the seeds.", "By what is the sum to be divided?",
          "A sum grows with the number of seeds.", middle=np.sum),
    _with("half-the-sum", "Your mean is exactly half the sum over the seeds.", "By what is the sum to be divided?",
          "With two seeds both are the same; with more they are not.", middle=_half_the_sum),
    _with("swapped", "Your two results are exactly the right ones, in the other order.",
          "In which order does your `return` name them?", "The first is to be the mean, the second the spread.",
          swapped=True),
    _with("standard-error", "Your spread is exactly the standard error, the deviation divided by √n.",
          "Which two of the seeds decide the half range?", kind="error"),
    _with("from-the-mean-up", "Your spread is exactly the distance from the mean up to the worst seed.",
          "Is the mean always halfway between best and worst?",
          later("{half} With two seeds both are the same; with more they are not.", half=_HALF), kind="above"),
    _with("brackets-missing", "Your spread is exactly the largest loss minus *half* of the smallest.",
          "What does the `/ 2` belong to?", later("{half} `/` binds more tightly than `-`.",
                                                  half=_HALF), kind="no brackets"),
    _with("farthest-from-the-mean", "Your spread is exactly the largest distance of any seed from the mean.",
          "Is the mean always halfway between best and worst?",
          later("{half} With two seeds both are the same; with more they are not.", half=_HALF), kind="farthest"),
    _with("mean-deviation", "Your spread is exactly the mean distance of the seeds from their mean.",
          "Which two of the seeds decide the half range?",
          later("{half} With two seeds both are the same; with more they are not.", half=_HALF), kind="deviation"),
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
           _HALF))),
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
          "Do all seeds have a say in it?", "With two seeds both are the same; with more they are not.",
          middle=_halfway),
    _with("first-and-last", "Your spread is exactly half the distance from the first seed to the last.",
          "Is the first seed always the best one?", later("{half} A seed's number says nothing about its loss.",
                                                          half=_HALF),
          kind="first and last"),
]

# ------------------------------------------------------------------------- 12.4 paired comparison


def _paired(losses, base, sign=1, spread="paired", agree="all", reference="row", relative=False, order=False):
    """`paired` with one thing done differently."""
    if order:
        losses = np.sort(losses, 1)
    row = {"row": lambda: losses[base], "mean": lambda: losses[base].mean(), "first": lambda: losses[0],
           "best": lambda: losses.min(0), "seed": lambda: losses[base, :1],
           "column": lambda: losses[:, base:base + 1],
           "all": lambda: losses.mean(0), "before": lambda: np.roll(losses, 1, axis=0),
           "others": lambda: np.delete(losses, base, 0).mean(0),
           "until base": lambda: np.where(np.arange(len(losses))[:, None] <= base, losses[base], 0.0)}[reference]()
    d = sign * (losses - row) if sign else np.abs(losses - row)
    if relative:
        d = d / row + (relative == "ratio")
    def half(x):
        return (x.max(1) - x.min(1)) / 2
    shown = {"paired": lambda: half(d), "signed": lambda: half(losses) - half(losses)[base],
             "difference": lambda: np.abs(half(losses) - half(losses)[base]),
             "sorted": lambda: half(np.sort(losses, 1) - np.sort(losses, 1)[base]),
             "own": lambda: half(losses), "sum": lambda: half(losses) + half(losses)[base],
             "hypot": lambda: np.hypot(half(losses), half(losses)[base]),
             "far": lambda: np.abs(d).max(1), "error": lambda: d.std(1) / np.sqrt(d.shape[1]),
             "whole": lambda: 2 * half(d), "std": lambda: d.std(1)}[spread]()
    same = {"all": lambda: (d > 0).all(1) | (d < 0).all(1), "better": lambda: (d < 0).all(1),
            "worse": lambda: (d > 0).all(1), "large": lambda: np.abs(d.mean(1)) > half(d),
            "any": lambda: (d != 0).any(1), "both": lambda: (d > 0).all(1) & (d < 0).all(1),
            "two": lambda: d[:, 0] * d[:, 1 if d.shape[1] > 1 else 0] > 0,
            "ends": lambda: d[:, 0] * d[:, -1] > 0, "ends above": lambda: (d[:, 0] > 0) == (d[:, -1] > 0),
            "ends below": lambda: (d[:, 0] < 0) == (d[:, -1] < 0),
            "ends alike": lambda: np.sign(d[:, 0]) == np.sign(d[:, -1]),
            "ends with 0": lambda: d[:, 0] * d[:, -1] >= 0, "two with 0": lambda: d[:, 0] * d[:, 1] >= 0,
            "two above": lambda: (d[:, 0] > 0) == (d[:, 1] > 0), "two below": lambda: (d[:, 0] < 0) == (d[:, 1] < 0),
            "two alike": lambda: np.sign(d[:, 0]) == np.sign(d[:, 1]),
            "none above": lambda: (d > 0).all(1) | (d <= 0).all(1),
            "none below": lambda: (d < 0).all(1) | (d >= 0).all(1),
            "alike": lambda: (np.sign(d) == np.sign(d[:, :1])).all(1), "product": lambda: d.prod(1) > 0,
            "neighbours": lambda: (d[:, 1:] * d[:, :-1] > 0).all(1), "signs": lambda: d.sum(1) != 0,
            "most": lambda: np.abs(np.sign(d).sum(1)) > 0.5 * d.shape[1],
            "majority": lambda: (d > 0).mean(1) > 0.5, "tenth": lambda: (np.abs(d) > 0.1).all(1) & (
                (d > 0).all(1) | (d < 0).all(1)),
            "no": lambda: ~((d > 0).all(1) | (d < 0).all(1)), "zero": lambda: (d >= 0).all(1) | (d <= 0).all(1),
            "apart": lambda: (losses.min(1) > losses[base].max()) | (losses.max(1) < losses[base].min())}[agree]()
    return d.mean(1), shown, same


_BY_SEED = "The same seed means the same first weights and the same batches, so that what both runs share cancels."


def _pair(slug, says, why, look, **changes):
    return Misconception(slug, partial(_paired, **changes), says, why, look)


PAIRS = [
    _pair("sign-reversed", "Your differences are exactly the right ones with the other sign.",
          "A positive number is to say that the variant is worse: its loss is larger than the base's.",
          "What do you take away from what?", sign=-1),
    _pair("sign-dropped", "Your differences are exactly the right ones without their sign.",
          "Better and worse then look alike: one seed may say better and another worse, and they seem to agree.",
          "Where do you take an absolute value?", sign=0),
    _pair("not-paired", "Your results are exactly what comes out when the base's *mean* is taken away from all seeds.",
          _BY_SEED, "With which run of the base is the run with seed 1 to be compared?", reference="mean"),
    _pair("one-seed-of-the-base", "Your results are exactly what comes out when every run is compared with the base's "
          "first seed.", _BY_SEED, "With which run of the base is the run with seed 1 to be compared?",
          reference="seed"),
    _pair("spread-of-the-variant", "Your spread is exactly that of the variant's losses, not that of its differences.",
          later("{by_seed} The spread of the differences is what remains.",
                by_seed=_BY_SEED), "Of which numbers do you take the spread?",
          spread="own"),
    _pair("spreads-subtracted", "Your spread is exactly the distance between the variant's spread and the base's.",
          later("{by_seed} Two spreads may be alike although the runs have nothing in common.", by_seed=_BY_SEED),
          "Of which numbers do you take the spread?", spread="difference"),
    _pair("spreads-subtracted", "Your spread is exactly the variant's spread minus the base's.",
          later("{by_seed} Two spreads may be alike although the runs have nothing in common; and no spread is below "
                "0.", by_seed=_BY_SEED),
          "Of which numbers do you take the spread?", spread="signed"),
    _pair("seeds-sorted", "Your spread is exactly what comes out when the runs are sorted first: best against best, "
          "worst against worst.", later("{by_seed} Sorted, the runs that are compared no longer have the same seed.",
                                        by_seed=_BY_SEED),
          "Is there a `sort`?", spread="sorted"),
    _pair("seeds-sorted", "Your results are exactly what comes out when the runs of each variant are sorted first: "
          "best against best, worst against worst.",
          later("{by_seed} Sorted, the runs that are compared no longer have the same seed.", by_seed=_BY_SEED),
          "Is there a `sort`?", order=True),
    _pair("two-seeds-only", "Your `agree` is exactly what comes out when only the first two seeds count.",
          "There may be any number of seeds, and all of them must say the same.",
          "Which columns of the differences does your condition read?", agree="two"),
    _pair("spreads-added", "Your spread is exactly the variant's and the base's together.",
          later("{by_seed} Adding the spreads would be right if the runs had nothing in common, and were unlucky.",
                by_seed=_BY_SEED),
          "Of which numbers do you take the spread?", spread="sum"),
    _pair("spreads-added-as-squares", "Your spread is exactly the root of the variant's spread squared plus the base's "
          "squared.", later("{by_seed} Squares are added for the standard deviations of runs that have nothing in "
                            "common.", by_seed=_BY_SEED),
          "Of which numbers do you take the spread?", spread="hypot"),
    _pair("whole-range", "Your spread is exactly the whole range of the differences, not half of it.",
          "The table prints ± half the range.", "How far is it from the middle to either end?", spread="whole"),
    _pair("standard-deviation", "Your spread is exactly the standard deviation of the differences.",
          "The table prints ± half the range.", "Which two of the seeds decide the half range?", spread="std"),
    _pair("relative", "Your differences are exactly the right ones, divided by the base's loss.",
          "The question was about nats per token.", "What is done with the difference after it was taken?",
          relative=True),
    _pair("first-row-as-base", "Your results are exactly what comes out when the first row is taken for the base.",
          "`base` says which row it is.", "Where in your code does `base` stand?", reference="first"),
    _pair("column-for-row", "Your results are exactly what comes out when each run is compared with the run of its own "
          "variant that has the number `base`.", "`base` is the number of a variant, that is of a row.",
          "Which axis of (n_variants, n_seeds) does your index stand on?", reference="column"),
    _pair("base-changed-on-the-way", "Your results are exactly what comes out when the rows after the base's are "
          "compared with 0.", "When the base is taken away from its own row, that row becomes 0; and what comes after "
          "it is compared with that.", "Into which array do you write, and does the base's row still hold its losses?",
          reference="until base"),
    _pair("against-the-best", "Your results are exactly what comes out when each seed is compared with the best "
          "variant of that seed.", "One switch at a time is compared with the base.",
          "Where in your code does `base` stand?", reference="best"),
    *(_pair(slug, later("Your {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("ratio", {"relative": "ratio"}, "differences are exactly the losses divided by the base's",
           "The question was about nats per token.", "What do you do with the two losses?"),
          ("against-the-row-before", {"reference": "before"}, "results are exactly what comes out when each variant "
           "is compared "
           "with the row before it", "All are compared with the base.", "Where in your code does `base` stand?"),
          ("against-the-others", {"reference": "others"}, "results are exactly what comes out when each seed is "
           "compared with "
           "the mean of all variants but the base", "All are compared with the base.",
           "Where in your code does `base` stand?"),
          ("largest-difference", {"spread": "far"},
           "spread is exactly the largest of the differences, without its sign",
           "The table prints ± half the range.", "How far is it from the middle to either end?"),
          ("standard-error", {"spread": "error"}, "spread is exactly the standard error of the differences",
           "The table prints ± half the range.", "Which two of the seeds decide the half range?"),
          ("most-seeds", {"agree": "majority"}, "`agree` is exactly what comes out when more than half of the seeds "
           "say worse",
           "All of them must say the same, worse or better.", "What is asked of every single seed?"),
          ("agrees-from-a-tenth-on", {"agree": "tenth"}, "`agree` is exactly what comes out when each difference must "
           "be larger "
           "than 0.1", "Any difference counts, as long as all have the same sign.",
           "Which number do you compare with?"),
          ("disagreement", {"agree": "no"}, "`agree` is exactly the opposite of the right one",
           "True is to say that the seeds agree.", "Is there a `~` or a `not` too many?"))),
    _pair("against-the-mean-of-all", "Your results are exactly what comes out when each seed is compared with the mean "
          "of all variants.", "One switch at a time is compared with the base.",
          "Where in your code does `base` stand?", reference="all"),
    _pair("only-better-counts", "Your `agree` is exactly right for variants that are better in all seeds, and says no "
          "to those that are worse in all.", "Seeds that agree on harm agree, too.",
          "Which signs can n numbers have when they agree?", agree="better"),
    _pair("only-worse-counts", "Your `agree` is exactly right for variants that are worse in all seeds, and says no to "
          "those that are better in all.", "Seeds that agree on a gain agree, too.",
          "Which signs can n numbers have when they agree?", agree="worse"),
    _pair("mean-beyond-spread", "Your `agree` is exactly what comes out when the mean is compared with the spread.",
          "With two seeds that is the same thing. With more, all of them can agree although one is far ahead.",
          "What is asked of every single seed?", agree="large"),
    _pair("first-and-last-seed", "Your `agree` is exactly what comes out when only the first and the last seed count.",
          "With two seeds these are all; with more, those between may say the opposite.",
          "Which columns of the differences does your condition read?", agree="ends"),
    _pair("product-of-differences", "Your `agree` is exactly what comes out when the product of all differences must "
          "be above 0.", "The product of two negative numbers is positive: with three seeds, (+, −, −) counts as "
          "agreement and (−, −, −) as none.", "Which sign has a product of three negative numbers?", agree="product"),
    _pair("most-seeds", "Your `agree` is exactly what comes out when a clear majority of the seeds is enough.",
          "All of them must say the same. Among many seeds a majority is common by chance.",
          "What is asked of every single seed?", agree="most"),
    _pair("not-equal", "Your `agree` is exactly what comes out when any difference will do.",
          "Two runs hardly ever have the very same loss.", "What is asked of every single seed?", agree="any"),
    _pair("both-at-once", "Your `agree` is exactly what comes out when all seeds must be better *and* worse: it is "
          "never true.", "Either will do: all better, or all worse.", "Which sign joins your two conditions?",
          agree="both"),
    _pair("ranges-apart", "Your `agree` is exactly what comes out when all runs of the variant must lie beyond all "
          "runs of the base.", later("{by_seed} Each seed is compared with the same seed only.", by_seed=_BY_SEED),
          "Which numbers need to have the same sign?", agree="apart"),
    *(_pair("first-and-last-seed", says, "With two seeds these are all; with more, those between may say the opposite. "
            "And a difference of 0 is neither worse nor better.",
            "Which columns of the differences does your condition read?", agree=agree)
      for agree, says in (
          ("ends above", "Your `agree` is exactly what comes out when only the first and the last seed count, and both "
           "are above 0 or neither is."),
          ("ends below", "Your `agree` is exactly what comes out when only the first and the last seed count, and both "
           "are below 0 or neither is."),
          ("ends with 0", "Your `agree` is exactly what comes out when only the first and the last seed count, and a "
           "difference of 0 agrees with every other."),
          ("ends alike", "Your `agree` is exactly what comes out when only the first and the last seed count, and two "
           "differences of 0 agree as well."))),
    *(_pair("two-seeds-only", says, "There may be any number of seeds, and all of them must say the same. And a "
            "difference of 0 is neither worse nor better.",
            "Which columns of the differences does your condition read?", agree=agree)
      for agree, says in (
          ("two above", "Your `agree` is exactly what comes out when only the first two seeds count, and both are "
           "above 0 or neither is."),
          ("two below", "Your `agree` is exactly what comes out when only the first two seeds count, and both are "
           "below 0 or neither is."),
          ("two with 0", "Your `agree` is exactly what comes out when only the first two seeds count, and a difference "
           "of 0 agrees with every other."),
          ("two alike", "Your `agree` is exactly what comes out when only the first two seeds count, and two "
           "differences of 0 agree as well."))),
    *(_pair("zero-counts", says, "Of the base itself, whose differences are all 0, nothing can be said to be better or "
            "worse.", "What does your code say of a row whose differences are all 0?", agree=agree)
      for agree, says in (
          ("none above", "Your `agree` is exactly what comes out when all seeds are above 0 or none is: a difference "
           "of 0 then counts as better."),
          ("none below", "Your `agree` is exactly what comes out when all seeds are below 0 or none is: a difference "
           "of 0 then counts as worse."),
          ("alike", "Your `agree` is exactly the right one, except that it is True where all differences are 0, as "
           "they are in the base's own row."))),
    _pair("zero-counts", "Your `agree` is exactly what comes out when a difference of 0 counts for either side.",
          "Of the base itself, whose differences are all 0, nothing can be said to be better or worse.",
          "Is the comparison with 0 to be strict?", agree="zero"),
]
