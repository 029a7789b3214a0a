"""Exercise 12.5, the bootstrap: what learners write instead, and what it means. Used by `lesson_12`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception
from course._words import later


def _interval(a, b, draws, sign=1, ends=(2.5, 97.5), of="means", axis=1, pooled="mean", method="linear", own=None):
    """`bootstrap_interval` with one thing done differently."""
    if own is not None:
        draws = np.random.default_rng(own).integers(0, len(a), size=draws.shape)
    d = sign * (b - a)
    if of == "relative":
        d = d / a
    if of == "ratios":
        d = sign * b / a
    if of == "one place off":
        draws = draws - 1
    drawn = d[draws] - (d.mean() if of == "centred" else 0)
    if of == "sizes":
        drawn = np.abs(d)[draws]
    if of in ("half drawn", "other half drawn"):
        drawn = b[draws] - a if of == "half drawn" else b - a[draws]
    if of == "weighted":
        drawn = d * draws
    if of.startswith("unpaired"):
        other = draws[::-1] if of == "unpaired" else np.roll(draws, 1 if of == "unpaired, before" else -1, axis=0)
        drawn = sign * (b[draws] - a[other])
    means = {"mean": np.mean, "sum": np.sum, "median": np.median}.get(pooled, np.mean)(drawn, axis=axis)
    if pooled == "weights":
        means = (d * draws).sum(axis=1) / np.where(draws.any(axis=1), draws.sum(axis=1), np.nan)
    if pooled == "ratio":
        means = b[draws].mean(axis=1) / a[draws].mean(axis=1)
    if pooled == "n - 1":
        means = drawn.sum(axis=1) / (len(a) - 1)
    if pooled == "deviation":
        means = drawn.std(axis=1)
    if pooled == "first drawing":
        means = drawn[0]
    if pooled == "not reset":
        means = np.cumsum(drawn.sum(axis=1)) / len(a)
    if pooled == "by different":
        means = drawn.sum(axis=1) / (1 + (np.diff(np.sort(draws, axis=1), axis=1) > 0).sum(axis=1))
    if pooled == "without the first":
        means = drawn[1:].mean(axis=1)
    if pooled == "n drawings":
        means = drawn[np.arange(len(a))].mean(axis=1)
    if pooled == "one place less":
        means = drawn[:, 1:].sum(axis=1) / len(a)
    if of == "added once more":
        means = means + d.mean()
    if of == "inside":
        return tuple(np.percentile(drawn, ends, axis=1).mean(axis=1))
    if of == "share above":
        return (means > 0).mean(), (means < 0).mean()
    if of == "around the difference":
        return d.mean() - 1.96 * means.std(), d.mean() + 1.96 * means.std()
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
    if of in ("basic", "half width", "centre", "wide"):
        low, high = np.percentile(means, ends)
        return {"basic": (2 * d.mean() - high, 2 * d.mean() - low), "half width": (means.mean(), (high - low) / 2),
                "centre": ((low + high) / 2, (high - low) / 2),
                "wide": (np.percentile(b[draws].mean(1), ends[0]) - np.percentile(a[draws].mean(1), ends[1]),
                         np.percentile(b[draws].mean(1), ends[1]) - np.percentile(a[draws].mean(1), ends[0]))}[of]
    if of in ("two deviations", "one deviation", "sample deviation", "error of drawings"):
        far = {"two deviations": 2 * means.std(), "one deviation": means.std(),
               "sample deviation": 1.96 * means.std(ddof=int(len(means) > 1)),
               "error of drawings": 1.96 * means.std() / np.sqrt(len(means))}[of]
        return means.mean() - far, means.mean() + far
    if of in ("distances from the difference", "distances from the mean"):
        low, high = np.percentile(means, ends)
        middle = d.mean() if of == "distances from the difference" else means.mean()
        return middle - low, high - middle
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
_NORMAL = ("That is nearly the same where the means are spread like a normal distribution. The percentiles need no "
           "such assumption.")
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
    _end("fractions-for-per-cent", "Your interval is exactly what `np.percentile` gives for 0.025 and 0.975.",
         "`np.percentile` counts from 0 to 100; `np.quantile` counts from 0 to 1.",
         "In what unit does your function expect its second argument?", ends=(0.025, 0.975)),
    _end("over-drawings", "Your interval is exactly what comes out when means are taken over the drawings.",
         "Each row of `draws` is one test set; its mean is one number.",
         "Which axis of (R, N) counts the sentences?", axis=0),
    _end("ninety-nine-per-cent", "Your interval is exactly the one from the 0.5th to the 99.5th percentile.", _MIDDLE,
         "How much is left over below, and how much above?", ends=(0.5, 99.5)),
    *(_end(slug, later("Your interval is exactly {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("eighty-per-cent", {"ends": (10, 90)}, "the one from the 10th to the 90th percentile", _MIDDLE,
           "How much is left over below, and how much above?"),
          ("ninety-eight-per-cent", {"ends": (1, 99)}, "the one from the 1st to the 99th percentile", _MIDDLE,
           "How much is left over below, and how much above?"),
          ("relative", {"of": "relative"}, "that of the differences divided by a", "The question is about nats per "
           "sentence.",
           "What is done with the difference before it is averaged?"),
          ("ratio", {"pooled": "ratio"}, "that of the ratio of the two means", "The question is about a difference.",
           "What do you do with the two losses?"),
          ("ratio", {"of": "ratios"}, "that of the ratios b / a", "The question is about a difference.",
           "What do you do with the two losses?"),
          ("draws-as-weights", {"of": "weighted"}, "that of the differences multiplied by the numbers in `draws`",
           "`draws` holds the numbers of the sentences. They say which sentences are drawn, not how much each counts.",
           "Is `draws` a factor in your code, or an index?"),
          ("draws-as-weights", {"pooled": "weights"}, "that of means in which `draws` says how much each difference "
           "counts", "`draws` holds the numbers of the sentences. They say which sentences are drawn, not how much "
           "each counts.", "Is `draws` a factor in your code, or an index?"),
          ("deviations", {"pooled": "deviation"}, "that of the drawings' standard deviations", "The loss in the table "
           "is a mean.",
           "Which function turns a drawing into one number?"),
          ("first-drawing-only", {"pooled": "first drawing"},
           "that of the differences of the first drawing, one by one",
           "Each row of `draws` is one test set; its mean is one number.", "Is there an index 0?"),
          ("divided-by-one-less", {"pooled": "n - 1"}, "that of sums divided by N − 1", "A mean is a sum divided by N.",
           "By what is a sum to be divided?"),
          ("one-sentence-off", {"of": "one place off"}, "that of the sentences before those that were drawn",
           "Sentences are counted from 0.", "Is something subtracted from `draws`?"),
          ("shares-of-the-drawings", {"of": "share above"}, "no interval but two shares: of the drawings above 0, and "
           "below",
           "They say how sure the sign is. The exercise asks between which numbers the mean lies.", "What do you "
           "return?"),
          ("normal", {"of": "around the difference"}, "the mean difference ± 1.96 standard deviations of the drawings",
           _NORMAL,
           "Which of the drawn means are the ends?"))),
    _end("middle-half", "Your interval is exactly the one from the 25th to the 75th percentile.", _MIDDLE,
         "How much is left over below, and how much above?", ends=(25, 75)),
    *(_end("one-sided", later("Your interval is exactly the one from the {low} to the {high} percentile.", low=low,
                              high=high),
           later("{middle} Yours leaves out more on one side than on the other.", middle=_MIDDLE),
           "How much is left over below, and how much above?", ends=ends)
      for ends, low, high in (((0, 95), "lowest", "95th"), ((5, 100), "5th", "highest"), ((2.5, 95), "2.5th", "95th"),
                              ((5, 97.5), "5th", "97.5th"))),
    *(_end("drawn-anew", later("Your interval is exactly that of drawings of your own, with the seed {seed}.",
                               seed=seed),
           "`draws` says which sentences are drawn. Two models, or two people, are compared on the same drawings.",
           "Where does `draws` stand in your code, beside its shape?", own=seed) for seed in (0, 1, 42)),
    *(_end("another-percentile", later("Your ends are exactly the percentiles by NumPy's method “{method}”: each of "
                                       "them is one of the drawn means.",
                                       method=method),
            _BETWEEN, "Which `method` or `interpolation` do you ask for?", method=method)
      for method in ("nearest", "lower", "higher", "inverted_cdf", "closest_observation")),
    *(_end("another-percentile", later("Your ends are exactly the percentiles by NumPy's method “{method}”.",
                                       method=method),
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
    _end("mean-and-half-width", "Your two numbers are exactly the middle and half the width of the right interval.",
         "Two ends are asked for.", "What do you return?", of="centre"),
    *(_end("distances-from-the-mean", says, "Two ends are asked for: where they lie, not how far away from the mean.",
           "What is done with the two percentiles after they are found?", of=of)
      for of, says in (
          ("distances from the difference", "Your two numbers are exactly how far the right ends lie from the mean of "
           "b − a."),
          ("distances from the mean", "Your two numbers are exactly how far the right ends lie from the mean of the "
           "drawings."))),
    _end("ends-crossed", "Your interval is exactly from b's lower end minus a's upper end to b's upper end minus a's "
         "lower one.", "A hard sentence is hard for both models, and only in the difference does that cancel. Yours is "
         "much too wide.", "Where in your code is b − a?", of="wide"),
    _end("normal", "Your interval is exactly mean ± 2 standard deviations of the drawings.",
         _NORMAL,
         "Which of the drawn means are the ends?", of="two deviations"),
    _end("normal", "Your interval is exactly mean ± 1.96 standard deviations of the drawings, with R − 1 below.",
         _NORMAL,
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
    _end("smallest-and-largest", "Your interval is exactly the smallest and the largest mean.",
         later("{middle} The extremes wander further out the more often you draw.",
               middle=_MIDDLE), "Which percentiles do you take?",
         ends=(0, 100)),
    _end("not-resampled", "Your interval is exactly that of the sentences' differences, without any drawing.",
         "That says how much *sentences* differ. The question is how much their *mean* would.",
         "Where in your code are the drawn sentences averaged?", of="sentences"),
    _end("not-averaged", "Your interval is exactly that of all drawn differences, one by one.",
         "That says how much *sentences* differ. The question is how much their *mean* would.",
         "Where in your code are the drawn sentences averaged?", of="drawn"),
    *(_end("unpaired", "Your interval is exactly what comes out when a and b are averaged over different drawings.",
           "A hard sentence is hard for both models. Only if both are asked the same sentences does that cancel.",
           "Does one drawing serve both models?", of=of) for of in ("unpaired", "unpaired, before", "unpaired, after")),
    _end("all-in-one-mean", "Both of your ends are exactly the mean of all drawn differences.",
         "One number has no spread: every drawing needs a mean of its own.",
         "Which axis of (R, N) counts the sentences?", of="one mean"),
    _end("only-one-drawn", "Your interval is exactly what comes out when b is drawn and a is not.",
         "Then a sentence that was drawn twice counts twice for b and once for a: what is hard for both no longer "
         "cancels.",
         "Do both models get `draws`?", of="half drawn"),
    _end("only-one-drawn", "Your interval is exactly what comes out when a is drawn and b is not.",
         "Then a sentence that was drawn twice counts twice for a and once for b: what is hard for both no longer "
         "cancels.",
         "Do both models get `draws`?", of="other half drawn"),
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
         _NORMAL,
         "Which of the drawn means are the ends?", of="normal"),
    _end("standard-error", "Your interval is exactly mean ± 1.96 standard errors, without any drawing.",
         "That is nearly the same for many sentences. The percentiles need no formula, and work for BLEU as well.",
         "Where does `draws` stand in your code?", of="error"),
    *(_end(slug, later("Your interval is exactly {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("percentiles-averaged", {"of": "inside"}, "the mean of the percentiles inside each drawing", "That says how "
           "much *sentences* differ. The question is how much their *mean* would.",
           "Of which numbers do you take the percentiles?"),
          ("sum-not-reset", {"pooled": "not reset"}, "that of sums that go on from one drawing to the next, divided by "
           "N", "Each row of `draws` is one test set of its own.", "Where does your sum begin at 0?"),
          ("divided-by-the-different", {"pooled": "by different"}, "that of sums divided by the number of *different* "
           "sentences in the drawing", "What was drawn twice counts twice, in the sum and in what it is divided by.",
           "By what is a sum to be divided?"),
          ("first-drawing-left-out", {"pooled": "without the first"}, "that of all drawings but the first",
           "Drawings are counted from 0.", "With which number does your loop or your slice begin?"),
          ("first-place-left-out", {"pooled": "one place less"}, "that of sums without the first sentence of each "
           "drawing, divided by N", "Places are counted from 0.", "With which number does your loop or your slice "
           "begin?"),
          ("as-many-drawings-as-sentences", {"pooled": "n drawings"}, "that of the first N drawings",
           "There are R drawings, the rows of `draws`.", "Over what does your loop run, and how often?"),
          ("difference-added", {"of": "added once more"}, "the right one, with the mean of b − a added to both ends",
           "The drawn means lie around that mean already.", "What is added to the percentiles?"))),
]
