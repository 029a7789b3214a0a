"""Exercise 12.4, seed against seed: what learners write instead, and what it means. Used by `lesson_12`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception
from course._words import later


def _but_the_base(agree, base):
    return agree & (np.arange(len(agree)) != base)


def _paired(losses, base, sign=1, spread="paired", agree="all", reference="row", relative=False, order=False,
            middle="mean", places=(0, 1, 2), axis=1):
    """`paired` with one thing done differently."""
    if order:
        losses = np.sort(losses, 1)
    row = {"row": lambda: losses[base], "mean": lambda: losses[base].mean(), "first": lambda: losses[0],
           "best": lambda: losses.min(0), "seed": lambda: losses[base, :1],
           "its best": lambda: losses[base].min(), "its worst": lambda: losses[base].max(),
           "column": lambda: losses[:, base:base + 1], "every": lambda: losses[base],
           "all": lambda: losses.mean(0), "before": lambda: np.roll(losses, 1, axis=0),
           "0 is none": lambda: losses[base or 1],
           "others": lambda: np.delete(losses, base, 0).mean(0),
           "until base": lambda: np.where(np.arange(len(losses))[:, None] <= base, losses[base], 0.0)}[reference]()
    d = sign * (losses - row) if sign else np.abs(losses - row)
    if relative:
        d = d / row + (relative == "ratio")
    def half(x):
        return (x.max(axis) - x.min(axis)) / 2
    shown = {"paired": lambda: half(d), "signed": lambda: half(losses) - half(losses)[base],
             "difference": lambda: np.abs(half(losses) - half(losses)[base]),
             "sorted": lambda: half(np.sort(losses, 1) - np.sort(losses, 1)[base]),
             "own": lambda: half(losses), "sum": lambda: half(losses) + half(losses)[base],
             "hypot": lambda: np.hypot(half(losses), half(losses)[base]),
             "sizes": lambda: half(np.abs(d)), "far": lambda: np.abs(d).max(1),
             "error": lambda: d.std(1) / np.sqrt(d.shape[1]),
             "whole": lambda: 2 * half(d), "std": lambda: d.std(1)}[spread]()
    signs, at_least = np.sign(d).sum(1), np.maximum((d > 0).sum(1), (d < 0).sum(1))
    same = {"all": lambda: (d > 0).all(axis) | (d < 0).all(axis),
            "with signs": lambda: (losses > row).all(1) | (losses < row).all(1), "better": lambda: (d < 0).all(1),
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
            "neighbours": lambda: (d[:, 1:] * d[:, :-1] > 0).all(1), "mean not 0": lambda: d.mean(1) != 0,
            "none is 0": lambda: d.all(1), "over variants": lambda: (d > 0).all(0) | (d < 0).all(0),
            "most by sign": lambda: signs != 0, "more than half": lambda: at_least > d.shape[1] / 2,
            "signs make 2": lambda: np.abs(signs) == 2, "signs make 2 or more": lambda: np.abs(signs) >= 2,
            "just 2": lambda: ((d > 0).sum(1) == 2) | ((d < 0).sum(1) == 2), "2 or more": lambda: at_least >= 2,
            "last above": lambda: d[:, -1] > 0, "last below": lambda: d[:, -1] < 0,
            "first above": lambda: d[:, 0] > 0, "first below": lambda: d[:, 0] < 0,
            "any above": lambda: (d > 0).any(1), "any below": lambda: (d < 0).any(1),
            "first rule": lambda: np.abs(d.mean(1)) > np.ptp(losses[base]),
            "beyond the base's spread": lambda: np.abs(d.mean(1)) > half(losses)[base],
            "beyond its own spread": lambda: np.abs(d.mean(1)) > half(losses),
            "intervals apart": lambda: np.abs(d.mean(1)) > half(losses) + half(losses)[base],
            "both signs": lambda: (d > 0).any(1) & (d < 0).any(1), "always": lambda: np.ones(len(d), bool),
            "alike but the base": lambda: _but_the_base((np.sign(d) == np.sign(d[:, :1])).all(1), base),
            "zero but the base": lambda: _but_the_base((d >= 0).all(1) | (d <= 0).all(1), base),
            "none above but the base": lambda: _but_the_base((d > 0).all(1) | (d <= 0).all(1), base),
            "none below but the base": lambda: _but_the_base((d < 0).all(1) | (d >= 0).all(1), base),
            "zero but all": lambda: ((d >= 0).all(1) | (d <= 0).all(1)) & d.any(1),
            "most": lambda: np.abs(np.sign(d).sum(1)) > 0.5 * d.shape[1],
            "majority": lambda: (d > 0).mean(1) > 0.5, "tenth": lambda: (np.abs(d) > 0.1).all(1) & (
                (d > 0).all(1) | (d < 0).all(1)),
            "no": lambda: ~((d > 0).all(1) | (d < 0).all(1)), "zero": lambda: (d >= 0).all(1) | (d <= 0).all(1),
            "apart": lambda: (losses.min(1) > losses[base].max()) | (losses.max(1) < losses[base].min())}[agree]()
    first = {"mean": lambda: d.mean(axis), "sizes": lambda: np.abs(d).mean(axis), "losses": lambda: losses.mean(axis),
             "best": lambda: losses.min(1) - losses[base].min(), "worst": lambda: losses.max(1) - losses[base].max(),
             }[middle]()
    if reference == "every":
        shown, same = half(losses) + half(losses)[base], (losses.min(1) > losses[base].max()) | (
            losses.max(1) < losses[base].min())
    return tuple((first, shown, same)[place] for place in places)


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
    _pair("sign-dropped", "Your difference and your spread are exactly those of the differences without their sign.",
          "A variant that is better then looks worse.", "Where do you take an absolute value?", sign=0,
          agree="with signs"),
    _pair("sign-dropped", "Your spread is exactly that of the differences without their sign.",
          "The differences −0.2 and +0.2 lie 0.4 apart; without their sign they are the same.",
          "Where do you take an absolute value?", spread="sizes"),
    _pair("not-paired", "Your results are exactly what comes out when the base's *mean* is taken away from all seeds.",
          _BY_SEED, "With which run of the base is the run with seed 1 to be compared?", reference="mean"),
    _pair("base-0-taken-for-none", "Your results are exactly the right ones, but where `base` is 0: there they are "
          "those of base 1.", "0 is the number of the first row. For `or`, `if` and `not` it counts as False, like "
          "None.",
          "What does your code make of a `base` that is 0?", reference="0 is none"),
    _pair("one-seed-of-the-base", "Your results are exactly what comes out when every run is compared with the base's "
          "first seed.", _BY_SEED, "With which run of the base is the run with seed 1 to be compared?",
          reference="seed"),
    *(_pair("one-run-of-the-base", says, _BY_SEED,
            "With which run of the base is the run with seed 1 to be compared?", reference=reference)
      for reference, says in (
          ("its best", "Your results are exactly what comes out when every run is compared with the base's best run."),
          ("its worst", "Your results are exactly what comes out when every run is compared with the base's worst "
           "run."))),
    _pair("every-run-with-every-run", "Your spread and your `agree` are exactly those of the differences of every run "
          "of the variant to every run of the base.",
          later("{by_seed} Each seed is compared with the same seed only.", by_seed=_BY_SEED),
          "How many differences has a row of yours, and how many seeds are there?", reference="every"),
    _pair("losses-not-differences", "Your first two results are exactly the mean and the spread of the losses "
          "themselves.", later("{by_seed} The spread of the differences is what remains.", by_seed=_BY_SEED),
          "Of which array do you take the mean and the spread?", middle="losses", spread="own"),
    *(_pair("results-exchanged", "Your three results are exactly the right ones, in another order.",
            "They are asked for in this order: the mean of the differences, half their range, `agree`.",
            "In which order does your `return` name them?", places=places)
      for places in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))),
    _pair("over-variants", "Your results are exactly what comes out when variants are taken together, not seeds.",
          "Each variant has a mean, a spread and an answer of its own.",
          "Which axis of (n_variants, n_seeds) counts the seeds?", axis=0),
    _pair("agree-over-variants", "Your `agree` is exactly what comes out when, for each seed, all *variants* must say "
          "the same.", "Each variant has an answer of its own. And of the base, whose differences are 0, no seed says "
          "better or worse.", "Which axis of (n_variants, n_seeds) counts the seeds?", agree="over variants"),
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
          ("sizes-averaged", {"middle": "sizes"}, "differences are exactly the means of the differences without their "
           "sign", "Where one seed says better and another worse, they are to cancel.",
           "Where do you take an absolute value?"),
          ("best-against-best", {"middle": "best"}, "differences are exactly those of each variant's lowest loss to "
           "the base's lowest", "The best of several seeds looks the better the more of them were tried, and the two "
           "need not have the same seed.", "What is done first: the difference, or what makes one number of a row?"),
          ("best-against-best", {"middle": "worst"}, "differences are exactly those of each variant's highest loss to "
           "the base's highest", "One seed decides then, and the two need not be the same.",
           "What is done first: the difference, or what makes one number of a row?"),
          ("disagreement", {"agree": "both signs"}, "`agree` is exactly what comes out when some seed must say worse "
           "and some seed better", "True is to say that the seeds agree.",
           "What is true of the signs in a row for which your code says True?"),
          ("always-true", {"agree": "always"}, "`agree` is True for every row",
           "Of the base itself, whose differences are all 0, no seed says better or worse. A loss, for one, is always "
           "above 0, and a difference need not be.", "What do you compare with 0?"),
          ("one-seed-is-enough", {"agree": "any above"}, "`agree` is exactly what comes out when a single seed that "
           "says worse is enough", "All of them must say the same.", "What is asked of every single seed?"),
          ("one-seed-is-enough", {"agree": "any below"}, "`agree` is exactly what comes out when a single seed that "
           "says better is enough", "All of them must say the same.", "What is asked of every single seed?"),
          *(("one-seed-decides", {"agree": agree}, says, "All of them must say the same, worse or better.",
             "What becomes of the other seeds in your code?")
            for agree, says in (
                ("last above", "`agree` is exactly what comes out when the last seed alone decides: True if it says "
                 "worse"),
                ("last below", "`agree` is exactly what comes out when the last seed alone decides: True if it says "
                 "better"),
                ("first above", "`agree` is exactly what comes out when the first seed alone decides: True if it says "
                 "worse"),
                ("first below", "`agree` is exactly what comes out when the first seed alone decides: True if it says "
                 "better"))),
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
    *(_pair("mean-beyond-another-spread", later("Your `agree` is exactly what comes out when the mean is compared with "
                                                "{what}.", what=what),
            later("{by_seed} What is left in the differences tells whether the seeds agree.", by_seed=_BY_SEED),
            "What is asked of every single seed?", agree=agree)
      for agree, what in (
          ("first rule", "the distance between the base's lowest and its highest loss, as in the first "
           "rule of this lesson"),
          ("beyond the base's spread", "half the distance between the base's lowest and its highest loss"),
          ("beyond its own spread", "half the distance between the variant's lowest and its highest loss"),
          ("intervals apart", "the variant's spread and the base's together"))),
    *(_pair("two-seeds-only", later("Your `agree` is exactly what comes out when {what}.", what=what),
            "With two seeds that is the same thing. There may be any number of seeds, and all of them must say the "
            "same.", "Where does your code ask how many seeds there are?", agree=agree)
      for agree, what in (
          ("signs make 2", "the signs of a row, +1 and −1, must add up to 2 or to −2"),
          ("signs make 2 or more", "the signs of a row, +1 and −1, must add up to at least 2 or at most −2"),
          ("just 2", "two seeds must say worse, or two better, no fewer and no more"),
          ("2 or more", "at least two seeds must say worse, or at least two better"))),
    _pair("first-and-last-seed", "Your `agree` is exactly what comes out when only the first and the last seed count.",
          "With two seeds these are all; with more, those between may say the opposite.",
          "Which columns of the differences does your condition read?", agree="ends"),
    _pair("product-of-differences", "Your `agree` is exactly what comes out when the product of all differences must "
          "be above 0.", "The product of two negative numbers is positive: with three seeds, (+, −, −) counts as "
          "agreement and (−, −, −) as none; with four, (+, +, −, −) counts as agreement.",
          "Which sign has a product of three negative numbers?", agree="product"),
    _pair("most-seeds", "Your `agree` is exactly what comes out when a clear majority of the seeds is enough.",
          "All of them must say the same. Among many seeds a majority is common by chance.",
          "What is asked of every single seed?", agree="most"),
    _pair("most-seeds", "Your `agree` is exactly what comes out when more seeds must say the one than the other.",
          "All of them must say the same. Among many seeds a majority is common by chance.",
          "What is asked of every single seed?", agree="most by sign"),
    _pair("most-seeds", "Your `agree` is exactly what comes out when more than half of the seeds must say worse, or "
          "more than half better.", "All of them must say the same. Among many seeds a majority is common by chance.",
          "What is asked of every single seed?", agree="more than half"),
    _pair("mean-not-zero", "Your `agree` is exactly what comes out when the mean of the differences must not be 0.",
          "A mean is hardly ever 0, whatever the seeds say.", "What is asked of every single seed?",
          agree="mean not 0"),
    _pair("none-is-zero", "Your `agree` is exactly what comes out when no difference of a row may be 0.",
          "Two runs hardly ever have the very same loss; that says nothing of the signs.",
          "What does `all` ask of the numbers that you give it?", agree="none is 0"),
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
    *(_pair("zero-counts", says, "Of any row whose differences are all 0 nothing can be said to be better or worse, of "
            "the base's or of another's.", "What does your code say of a row whose differences are all 0?",
            agree=agree)
      for agree, says in (
          ("alike but the base", "Your `agree` is exactly the right one, except that it is True for a variant whose "
           "losses are the base's."),
          ("zero but the base", "Your `agree` is exactly what comes out when a difference of 0 counts for either side, "
           "and the base's own row is set to False."),
          ("none above but the base", "Your `agree` is exactly what comes out when all seeds are above 0 or none is, "
           "and the base's own row is set to False."),
          ("none below but the base", "Your `agree` is exactly what comes out when all seeds are below 0 or none is, "
           "and the base's own row is set to False."))),
    _pair("zero-counts", "Your `agree` is exactly what comes out when a difference of 0 counts for either side, unless "
          "all of a row are 0.",
          "A seed with a difference of 0 says neither worse nor better, and all seeds are asked.",
          "Is the comparison with 0 to be strict?", agree="zero but all"),
    _pair("zero-counts", "Your `agree` is exactly what comes out when a difference of 0 counts for either side.",
          "Of the base itself, whose differences are all 0, nothing can be said to be better or worse.",
          "Is the comparison with 0 to be strict?", agree="zero"),
]
