"""Lesson 12: what learners write instead, and what it means. Used by `lesson_12`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception

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
        "one for all": lambda: np.full(len(losses), (losses.max() - losses.min()) / 2),
        "negative": lambda: (low - high) / 2,
    }[kind]()
    both = (middle(losses, axis=axis), spread)
    return both[::-1] if swapped else both


def _halfway(losses, axis):
    return (losses.max(axis) + losses.min(axis)) / 2


def _of_two(losses, axis):
    return (losses[:, 0] + losses[:, 1]) / 2


_HALF = "The table prints mean ± half the distance between the best and the worst seed."


def _with(slug, says, look, why=_HALF, **changes):
    return Misconception(slug, partial(_spread, **changes), says, why, look)


SPREADS = [
    _with("one-spread-for-all", "Your spread is exactly half the range of the whole table, for every variant.",
          "Along which axis do your largest and smallest run?", f"{_HALF} Each variant has a spread of its own.",
          kind="one for all"),
    _with("negative-spread", "Your spread is exactly the right one, with a minus sign.",
          "What do you take away from what?", f"{_HALF} A distance is not below 0.", kind="negative"),
    _with("first-and-last", "Your spread is exactly half the distance between the first and the last seed.",
          "Are the first and the last seed always the best and the worst?",
          f"{_HALF} A seed's number says nothing about its loss.", kind="first and last apart"),
    _with("whole-range", "Your spread is exactly the whole distance between best and worst, not half of it.",
          "How far is it from the middle to either end?", kind="whole"),
    _with("over-variants", "Your results are exactly what comes out when variants are averaged, not seeds.",
          "Which axis of (n_variants, n_seeds) counts the seeds?",
          "Each variant has a mean of its own; a mean over variants answers no question.", axis=0),
    _with("standard-deviation", "Your spread is exactly the standard deviation of the seeds.",
          "Which two of the seeds decide the half range?",
          f"{_HALF} From so few numbers a standard deviation looks more exact than it is.", kind="std"),
    _with("sample-deviation", "Your spread is exactly the standard deviation with n − 1 below.",
          "Which two of the seeds decide the half range?",
          f"{_HALF} From so few numbers a standard deviation looks more exact than it is.", kind="sample"),
    _with("variance", "Your spread is exactly the variance of the seeds.", "In what unit should a spread of losses be?",
          f"{_HALF} A variance would be in squared nats.", kind="variance"),
    _with("median", "Your mean is exactly the median.", "Which function gives the middle of your losses?",
          "With two seeds both are the same; with more they are not.", middle=np.median),
    _with("only-the-best", "Your mean is exactly the best seed of each variant.",
          "What happens to the other seeds in your code?",
          "The best of several seeds looks the better the more of them were tried, whatever the variant.",
          middle=np.min),
    _with("sum", "Your mean is exactly the sum over the seeds.", "By what is the sum to be divided?",
          "A sum grows with the number of seeds.", middle=np.sum),
    _with("swapped", "Your two results are exactly the right ones, in the other order.",
          "In which order does your `return` name them?", "The first is to be the mean, the second the spread.",
          swapped=True),
    _with("standard-error", "Your spread is exactly the standard error, the deviation divided by √n.",
          "Which two of the seeds decide the half range?", kind="error"),
    _with("from-the-mean-up", "Your spread is exactly the distance from the mean up to the worst seed.",
          "Is the mean always halfway between best and worst?",
          f"{_HALF} With two seeds both are the same; with more they are not.", kind="above"),
    _with("brackets-missing", "Your spread is exactly the largest loss minus *half* of the smallest.",
          "What does the `/ 2` belong to?", f"{_HALF} `/` binds more tightly than `-`.", kind="no brackets"),
    _with("farthest-from-the-mean", "Your spread is exactly the largest distance of any seed from the mean.",
          "Is the mean always halfway between best and worst?",
          f"{_HALF} With two seeds both are the same; with more they are not.", kind="farthest"),
    _with("mean-deviation", "Your spread is exactly the mean distance of the seeds from their mean.",
          "Which two of the seeds decide the half range?",
          f"{_HALF} With two seeds both are the same; with more they are not.", kind="deviation"),
    _with("two-seeds-only", "Your spread is exactly half the distance between seeds 0 and 1.",
          "What happens to a third seed in your code?", f"{_HALF} There may be any number of seeds.",
          kind="two seeds"),
    _with("two-seeds-only", "Your mean and your spread are exactly those of seeds 0 and 1.",
          "What happens to a third seed in your code?", f"{_HALF} There may be any number of seeds.",
          kind="two seeds", middle=_of_two),
    _with("middle-of-the-range", "Your mean is exactly the point halfway between the best and the worst seed.",
          "Do all seeds have a say in it?", "With two seeds both are the same; with more they are not.",
          middle=_halfway),
    _with("first-and-last", "Your spread is exactly half the distance from the first seed to the last.",
          "Is the first seed always the best one?", f"{_HALF} A seed's number says nothing about its loss.",
          kind="first and last"),
]

# ------------------------------------------------------------------------- 12.4 paired comparison


def _paired(losses, base, sign=1, spread="paired", agree="all", reference="row", relative=False):
    """`paired` with one thing done differently."""
    row = {"row": lambda: losses[base], "mean": lambda: losses[base].mean(), "first": lambda: losses[0],
           "best": lambda: losses.min(0), "seed": lambda: losses[base, :1],
           "column": lambda: losses[:, base:base + 1],
           "all": lambda: losses.mean(0),
           "until base": lambda: np.where(np.arange(len(losses))[:, None] <= base, losses[base], 0.0)}[reference]()
    d = sign * (losses - row) if sign else np.abs(losses - row)
    if relative:
        d = d / row
    def half(x):
        return (x.max(1) - x.min(1)) / 2
    shown = {"paired": lambda: half(d), "signed": lambda: half(losses) - half(losses)[base],
             "difference": lambda: np.abs(half(losses) - half(losses)[base]),
             "sorted": lambda: half(np.sort(losses, 1) - np.sort(losses, 1)[base]),
             "own": lambda: half(losses), "sum": lambda: half(losses) + half(losses)[base],
             "whole": lambda: 2 * half(d), "std": lambda: d.std(1)}[spread]()
    same = {"all": lambda: (d > 0).all(1) | (d < 0).all(1), "better": lambda: (d < 0).all(1),
            "worse": lambda: (d > 0).all(1), "large": lambda: np.abs(d.mean(1)) > half(d),
            "any": lambda: (d != 0).any(1), "both": lambda: (d > 0).all(1) & (d < 0).all(1),
            "two": lambda: d[:, 0] * d[:, 1 if d.shape[1] > 1 else 0] > 0,
            "ends": lambda: d[:, 0] * d[:, -1] > 0, "product": lambda: d.prod(1) > 0,
            "neighbours": lambda: (d[:, 1:] * d[:, :-1] > 0).all(1), "signs": lambda: d.sum(1) != 0,
            "most": lambda: np.abs(np.sign(d).sum(1)) > 0.5 * d.shape[1],
            "zero": lambda: (d >= 0).all(1) | (d <= 0).all(1),
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
          "Better and worse then look alike, and every variant agrees with itself.",
          "Where do you take an absolute value?", sign=0),
    _pair("not-paired", "Your results are exactly what comes out when the base's *mean* is taken away from all seeds.",
          _BY_SEED, "With which run of the base is the run with seed 1 to be compared?", reference="mean"),
    _pair("one-seed-of-the-base", "Your results are exactly what comes out when every run is compared with the base's "
          "first seed.", _BY_SEED, "With which run of the base is the run with seed 1 to be compared?",
          reference="seed"),
    _pair("spread-of-the-variant", "Your spread is exactly that of the variant's losses, not that of its differences.",
          f"{_BY_SEED} The spread of the differences is what remains.", "Of which numbers do you take the spread?",
          spread="own"),
    _pair("spreads-subtracted", "Your spread is exactly the distance between the variant's spread and the base's.",
          f"{_BY_SEED} Two spreads may be alike although the runs have nothing in common.",
          "Of which numbers do you take the spread?", spread="difference"),
    _pair("spreads-subtracted", "Your spread is exactly the variant's spread minus the base's.",
          f"{_BY_SEED} Two spreads may be alike although the runs have nothing in common; and no spread is below 0.",
          "Of which numbers do you take the spread?", spread="signed"),
    _pair("seeds-sorted", "Your spread is exactly what comes out when the runs are sorted first: best against best, "
          "worst against worst.", f"{_BY_SEED} Sorted, the runs that are compared no longer have the same seed.",
          "Is there a `sort`?", spread="sorted"),
    _pair("two-seeds-only", "Your `agree` is exactly what comes out when only the first two seeds count.",
          "There may be any number of seeds, and all of them must say the same.",
          "Which columns of the differences does your condition read?", agree="two"),
    _pair("spreads-added", "Your spread is exactly the variant's and the base's together.",
          f"{_BY_SEED} Adding the spreads would be right if the runs had nothing in common, and were unlucky.",
          "Of which numbers do you take the spread?", spread="sum"),
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
          "runs of the base.", f"{_BY_SEED} Each seed is compared with the same seed only.",
          "Which numbers need to have the same sign?", agree="apart"),
    _pair("zero-counts", "Your `agree` is exactly what comes out when a difference of 0 counts for either side.",
          "Of the base itself, whose differences are all 0, nothing can be said to be better or worse.",
          "Is the comparison with 0 to be strict?", agree="zero"),
]

# --------------------------------------------------------------------------------- 12.5 bootstrap


def _interval(a, b, draws, sign=1, ends=(2.5, 97.5), of="means", axis=1, pooled="mean", method="linear", own=None):
    """`bootstrap_interval` with one thing done differently."""
    if own is not None:
        draws = np.random.default_rng(own).integers(0, len(a), size=draws.shape)
    d = sign * (b - a)
    drawn = d[draws] - (d.mean() if of == "centred" else 0)
    if of == "sizes":
        drawn = np.abs(d)[draws]
    if of == "half drawn":
        drawn = b[draws] - a
    if of == "unpaired":
        drawn = sign * (b[draws] - a[draws[::-1]])
    means = {"mean": np.mean, "sum": np.sum, "median": np.median}.get(pooled, np.mean)(drawn, axis=axis)
    if pooled == "each once":
        means = np.array([d[np.unique(row)].mean() for row in draws])
    if pooled == "by drawings":
        means = drawn.sum(axis=1) / len(draws)
    if of == "ends apart":
        low, high = (np.percentile(b[draws].mean(axis=1), ends) - np.percentile(a[draws].mean(axis=1), ends))
        return sign * low, sign * high
    if of == "places":
        means = np.sort(means)
        return means[int(0.025 * len(means))], means[int(0.975 * len(means))]
    if of == "cut":
        means, k = np.sort(means), int(0.025 * len(means))
        return means[k], means[len(means) - 1 - k]
    if of == "one mean":
        means = drawn.mean()
    if of in ("basic", "half width", "wide"):
        low, high = np.percentile(means, ends)
        return {"basic": (2 * d.mean() - high, 2 * d.mean() - low), "half width": (means.mean(), (high - low) / 2),
                "wide": (np.percentile(b[draws].mean(1), ends[0]) - np.percentile(a[draws].mean(1), ends[1]),
                         np.percentile(b[draws].mean(1), ends[1]) - np.percentile(a[draws].mean(1), ends[0]))}[of]
    if of in ("two deviations", "one deviation", "sample deviation", "error of drawings"):
        far = {"two deviations": 2 * means.std(), "one deviation": means.std(),
               "sample deviation": 1.96 * means.std(ddof=int(len(means) > 1)),
               "error of drawings": 1.96 * means.std() / np.sqrt(len(means))}[of]
        return means.mean() - far, means.mean() + far
    if of == "sample error":
        far = 1.96 * d.std(ddof=1) / np.sqrt(len(d))
        return d.mean() - far, d.mean() + far
    if of == "normal":
        return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()
    if of == "error":
        error = d.std() / np.sqrt(len(d))
        return d.mean() - 1.96 * error, d.mean() + 1.96 * error
    low, high = np.percentile({"sentences": d, "drawn": drawn}.get(of, means), ends, method=method)
    return low, high


def _end(slug, says, why, look, **changes):
    return Misconception(slug, partial(_interval, **changes), says, why, look)


_MIDDLE = "Between the two ends lie 95 of 100 drawings; 2.5 are left over on each side."
_BETWEEN = ("With thousands of drawings that is nearly the same; with few it is not. `np.percentile`, as it comes, "
            "goes between two neighbours where a percentile falls between them.")

INTERVALS = [
    _end("sign-reversed", "Your interval is exactly that of a − b.",
         "A positive number is to say that the variant b has the larger loss.", "What do you take away from what?",
         sign=-1),
    _end("upside-down", "Your interval is exactly the right one, with its two ends exchanged.",
         "The first is to be the lower end.", "In which order do you ask for the percentiles?", ends=(97.5, 2.5)),
    _end("ninety-per-cent", "Your interval is exactly the one from the 5th to the 95th percentile.", _MIDDLE,
         "How much is left over below, and how much above?", ends=(5, 95)),
    _end("ninety-nine-per-cent", "Your interval is exactly the one from the 0.5th to the 99.5th percentile.", _MIDDLE,
         "How much is left over below, and how much above?", ends=(0.5, 99.5)),
    _end("middle-half", "Your interval is exactly the one from the 25th to the 75th percentile.", _MIDDLE,
         "How much is left over below, and how much above?", ends=(25, 75)),
    *(_end("one-sided", f"Your interval is exactly the one from the {low} to the {high} percentile.",
           f"{_MIDDLE} Yours leaves out more on one side than on the other.",
           "How much is left over below, and how much above?", ends=ends)
      for ends, low, high in (((0, 95), "lowest", "95th"), ((5, 100), "5th", "highest"), ((2.5, 95), "2.5th", "95th"),
                              ((5, 97.5), "5th", "97.5th"))),
    *(_end("drawn-anew", f"Your interval is exactly that of drawings of your own, with the seed {seed}.",
           "`draws` says which sentences are drawn. Two models, or two people, are compared on the same drawings.",
           "Where does `draws` stand in your code, beside its shape?", own=seed) for seed in (0, 1, 42)),
    *(_end("another-percentile", f"Your ends are exactly the percentiles by NumPy's method “{method}”: each of them is "
           "one of the drawn means.", _BETWEEN, "Which `method` or `interpolation` do you ask for?", method=method)
      for method in ("nearest", "lower", "higher", "inverted_cdf", "closest_observation")),
    *(_end("another-percentile", f"Your ends are exactly the percentiles by NumPy's method “{method}”.",
           "It is another rule for what lies between two neighbours. The exercise asks for the usual one.",
           "Which `method` or `interpolation` do you ask for?", method=method)
      for method in ("midpoint", "hazen", "weibull", "median_unbiased")),
    _end("sorted-and-cut", "Your ends are exactly the lowest and the highest of the sorted means after 2.5 % of them, "
         "rounded down, were cut off at each end.", _BETWEEN, "How many means do you cut off, if there are 40 of them?",
         of="cut"),
    _end("basic-bootstrap", "Your interval is exactly the right one, mirrored at the mean difference: what is called "
         "the basic bootstrap interval.", "That is another interval in use. The exercise asks for the percentiles "
         "themselves.", "What is done with the two percentiles after they are found?", of="basic"),
    _end("mean-and-half-width", "Your two numbers are exactly the mean of the drawings and half the width of the right "
         "interval.", "Two ends are asked for: they need not lie equally far from the mean.",
         "What do you return?", of="half width"),
    _end("ends-crossed", "Your interval is exactly from b's lower end minus a's upper end to b's upper end minus a's "
         "lower one.", "A hard sentence is hard for both models, and only in the difference does that cancel. Yours is "
         "much too wide.", "Where in your code is b − a?", of="wide"),
    _end("normal", "Your interval is exactly mean ± 2 standard deviations of the drawings.",
         "That is nearly the same where the means are spread symmetrically. The percentiles need no such assumption.",
         "Which of the drawn means are the ends?", of="two deviations"),
    _end("normal", "Your interval is exactly mean ± 1.96 standard deviations of the drawings, with R − 1 below.",
         "That is nearly the same where the means are spread symmetrically. The percentiles need no such assumption.",
         "Which of the drawn means are the ends?", of="sample deviation"),
    _end("one-deviation", "Your interval is exactly mean ± one standard deviation of the drawings.",
         "About two thirds of the drawings lie there, not 95 of 100.", "Which of the drawn means are the ends?",
         of="one deviation"),
    _end("error-of-the-drawings", "Your interval is exactly mean ± 1.96 standard deviations, divided by √R.",
         "That would become as narrow as you like if only you drew often enough. But there are no more sentences than "
         "before: the spread of the drawn means *is* the uncertainty.", "What does the number of drawings do in your "
         "code?", of="error of drawings"),
    _end("standard-error", "Your interval is exactly mean ± 1.96 standard errors (N − 1 below), without any drawing.",
         "That is nearly the same for many sentences. The percentiles need no formula, and work for BLEU as well.",
         "Where does `draws` stand in your code?", of="sample error"),
    _end("fractions-for-per-cent", "Your interval is exactly what `np.percentile` gives for 0.025 and 0.975.",
         "`np.percentile` counts from 0 to 100; `np.quantile` counts from 0 to 1.",
         "In what unit does your function expect its second argument?", ends=(0.025, 0.975)),
    _end("smallest-and-largest", "Your interval is exactly the smallest and the largest mean.",
         f"{_MIDDLE} The extremes wander further out the more often you draw.", "Which percentiles do you take?",
         ends=(0, 100)),
    _end("not-resampled", "Your interval is exactly that of the sentences' differences, without any drawing.",
         "That says how much *sentences* differ. The question is how much their *mean* would.",
         "Where in your code are the drawn sentences averaged?", of="sentences"),
    _end("not-averaged", "Your interval is exactly that of all drawn differences, one by one.",
         "That says how much *sentences* differ. The question is how much their *mean* would.",
         "Where in your code are the drawn sentences averaged?", of="drawn"),
    _end("unpaired", "Your interval is exactly what comes out when a and b are averaged over different drawings.",
         "A hard sentence is hard for both models. Only if both are asked the same sentences does that cancel.",
         "Does one drawing serve both models?", of="unpaired"),
    _end("over-drawings", "Your interval is exactly what comes out when means are taken over the drawings.",
         "Each row of `draws` is one test set; its mean is one number.",
         "Which axis of (R, N) counts the sentences?", axis=0),
    _end("all-in-one-mean", "Both of your ends are exactly the mean of all drawn differences.",
         "One number has no spread: every drawing needs a mean of its own.",
         "Which axis of (R, N) counts the sentences?", of="one mean"),
    _end("only-one-drawn", "Your interval is exactly what comes out when b is drawn and a is not.",
         "Then the loss of b on one sentence is compared with that of a on another.",
         "Do both models get `draws`?", of="half drawn"),
    _end("ends-subtracted", "Your interval is exactly the end of b's own interval minus the same end of a's, for both "
         "ends.", "A hard sentence is hard for both models, and only in the difference does that cancel.",
         "Where in your code is b − a?", of="ends apart"),
    _end("sign-dropped", "Your interval is exactly that of the differences without their sign.",
         "Where one model is better on one sentence and the other on the next, they are to cancel.",
         "Where do you take an absolute value?", of="sizes"),
    _end("centred", "Your interval is exactly the right one, moved so that it lies around 0.",
         "It is to tell where the difference itself lies, and whether 0 is among the likely values.",
         "What is taken away from the means?", of="centred"),
    _end("places-for-percentiles", "Your ends are exactly the sorted means at the places 0.025 · R and 0.975 · R, "
         "rounded down.", _BETWEEN,
         "How many means lie below your lower end, and how many above your upper one?", of="places"),
    _end("each-sentence-once", "Your interval is exactly that of drawings in which a sentence that was drawn twice "
         "counts once.", "Drawn with replacement, a sentence may well count twice: that is how the drawings differ.",
         "Is there a `set` or a `unique`?", pooled="each once"),
    _end("divided-by-the-drawings", "Your interval is exactly that of sums, divided by the number of drawings.",
         "Each drawing has N sentences, and its mean is its sum divided by N.", "By what is a sum to be divided?",
         pooled="by drawings"),
    _end("sums", "Your interval is exactly that of the sums.", "The question is about nats per sentence.",
         "By what is a sum to be divided?", pooled="sum"),
    _end("medians", "Your interval is exactly that of the medians.", "The loss in the table is a mean.",
         "Which function turns a drawing into one number?", pooled="median"),
    _end("normal", "Your interval is exactly mean ± 1.96 standard deviations of the drawings.",
         "That is nearly the same where the means are spread symmetrically. The percentiles need no such assumption.",
         "Which of the drawn means are the ends?", of="normal"),
    _end("standard-error", "Your interval is exactly mean ± 1.96 standard errors, without any drawing.",
         "That is nearly the same for many sentences. The percentiles need no formula, and work for BLEU as well.",
         "Where does `draws` stand in your code?", of="error"),
]
