"""Lesson 12: fair comparisons, and what a few runs can establish."""
from itertools import combinations

import numpy as np

from classroom.ask.call import Ends
from classroom.ask.case import Case
from classroom.judge.exercise import Choice, Exercise
from course._words import later

from . import mistakes, mistakes_intervals, mistakes_pairs


def mean_and_spread(losses):
    """Mean and half range over the seeds: (n_variants, n_seeds) -> (n_variants,), (n_variants,)."""
    return losses.mean(axis=1), (losses.max(axis=1) - losses.min(axis=1)) / 2


def paired(losses, base):
    """Differences to the base, seed by seed: mean, half range, whether all seeds agree; (n_variants,) each."""
    difference = losses - losses[base]
    agree = (difference > 0).all(axis=1) | (difference < 0).all(axis=1)
    return difference.mean(axis=1), (difference.max(axis=1) - difference.min(axis=1)) / 2, agree


def bootstrap_interval(a, b, draws):
    """95 % interval of the mean of b - a (N,), from drawings of sentences (R, N): low, high."""
    means = (b - a)[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return low, high


# ------------------------------------------------------------------------------------ cases

def _tables(rng):
    def of(about, variants, seeds, dtype="float64"):
        return Case(about, losses=rng.gamma(9, 0.2, size=(variants, seeds)).astype(dtype))
    yield Case("round numbers", losses=np.array([[1.5, 1.7], [2.4, 2.0], [1.6, 1.6]]))
    yield of("three seeds", 2, 3)
    yield of("sizes that differ", 4, 5)
    yield of("as many seeds as variants", 4, 4)
    yield of("one variant", 1, 6)
    yield of("one seed", 3, 1)
    yield of("float32", 5, 3, "float32")
    yield of("two seeds", 5, 2)
    yield Case("two seeds of three are alike", losses=np.array([[1.5, 1.5, 1.8], [1.2, 2.0, 2.0], [1.9, 1.6, 1.9]]))


def _comparisons(rng):
    def of(about, variants, seeds, base, dtype="float64"):
        # Seeds that differ more than variants do, and variants that help, harm, or do neither.
        effect = 0.2 * rng.permutation(np.linspace(-1, 1, variants))[:, None]
        losses = 2 + 0.3 * rng.normal(size=seeds) + effect + 0.06 * rng.normal(size=(variants, seeds))
        return Case(about, losses=losses.astype(dtype), base=base)
    yield Case("round numbers, row 0 is the base", losses=np.array([[1.5, 1.9], [1.6, 2.2], [1.3, 1.8], [1.7, 1.8]]),
               base=0)
    yield Case("four seeds, the base is row 1", base=1, losses=np.array(
        [[1.9, 2.3, 2.0, 3.0], [1.8, 2.1, 1.9, 2.0], [1.2, 2.0, 1.6, 1.9], [1.7, 2.2, 1.6, 2.1], [1.1, 1.7, 1.5, 1.6]]))
    yield Case("three seeds, every pattern of signs", base=0, losses=np.array(
        [[1.5, 1.7, 1.6], [1.6, 1.5, 1.9], [1.7, 1.6, 1.5], [1.3, 1.6, 1.5], [1.9, 1.8, 1.7], [1.2, 1.8, 1.9],
         [1.5, 1.8, 1.7], [1.4, 1.9, 1.2], [1.5, 1.6, 1.4]]))
    yield Case("five seeds, one of them against the others", base=2, losses=np.array(
        [[1.9, 1.8, 1.9, 1.6, 2.2], [1.2, 1.3, 1.6, 1.1, 1.5], [1.6, 1.7, 1.5, 1.8, 1.9], [1.9, 1.9, 1.3, 2.1, 2.3]]))
    yield of("three seeds", 4, 3, 2)
    yield of("as many seeds as variants", 4, 4, 3)
    yield of("many variants", 7, 5, 4)
    yield of("two seeds", 5, 2, 1)
    yield of("float32", 6, 3, 2, "float32")
    yield Case("the last row has the base's losses", base=1, losses=np.array(
        [[1.7, 1.6, 1.9, 1.2], [1.6, 1.5, 1.8, 1.7], [1.7, 2.6, 2.7, 2.6], [1.5, 1.4, 1.7, 2.3], [1.9, 1.6, 1.6, 1.5],
         [1.8, 1.6, 1.8, 1.7], [1.6, 1.5, 1.8, 1.7]]))


def _drawings(rng):
    def of(about, sentences, times, dtype="float64", apart=0.0):
        hard = rng.gamma(2, 2, size=sentences)
        a, b = hard + rng.gamma(2, 0.3, size=sentences), hard + rng.gamma(2, 0.4, size=sentences) + apart
        return Case(about, a=a.astype(dtype), b=b.astype(dtype), draws=rng.integers(0, sentences, (times, sentences)))
    yield Case("three sentences, four drawings", a=np.array([2.0, 5.0, 3.0]), b=np.array([3.0, 4.0, 7.0]),
               draws=np.array([[0, 1, 2], [2, 2, 0], [1, 1, 2], [0, 0, 1]]))
    yield of("sizes that differ", 8, 40)
    yield of("as many drawings as sentences", 9, 9)
    yield of("many sentences", 60, 200)
    yield of("79 drawings", 10, 79)
    yield of("one drawing", 6, 1)
    # Far from 0: the difference of two float32 means has no digits left near 0, and is a right answer.
    yield of("float32", 12, 50, "float32", apart=2.0)


# -------------------------------------------------------------------- right answers, written otherwise


# ----------------------------------------------------------------------------- 12.1 fair comparisons

_FAIR = frozenset("AE")
_WHY = {
    "A": "A changes one switch, the number of heads, and nothing else: the same steps, seeds, data and measure. That "
         "the heads become smaller when there are more of them belongs to the switch.",
    "B": "In B each side is judged by its own training loss, and smoothing changes that loss itself: what is measured "
         "is not the same quantity.",
    "C": "In C one side gets twice the steps. It may well need them, but then two things differ, and the result does "
         "not show which of them made the difference.",
    "D": "In D one side shows its best of five. Even a switch that does nothing would look better that way, on "
         "average, than in a single run.",
    "E": "E changes one switch, and runs both sides with the same seeds, steps, data and measure. That a learned table "
         "adds parameters, and begins with other values, belongs to the switch.",
}


def _explain(chosen):
    """The first letter on which a choice is not right; of all five, that the choice is turned round."""
    if chosen == frozenset("ABCDE") - _FAIR:
        return "You chose exactly those that are not fair. Which are left over?"
    letter = min(chosen ^ _FAIR, key=lambda letter: (letter not in chosen, letter))
    if letter in chosen:
        return later("You count {letter} as fair. {why}", letter=letter, why=_WHY[letter])
    return later("You leave {letter} out. {why}", letter=letter, why=_WHY[letter])


_SUBSETS = [frozenset(chosen) for n in range(6) for chosen in combinations("ABCDE", n)]

EXERCISES = [
    Choice(
        id="12.1", title="which comparison is fair?", names=("fair",), points=1, minutes=6, difficulty=1,
        options=("A", "B", "C", "D", "E"), reference=_FAIR,
        wrong={chosen: _explain(chosen) for chosen in _SUBSETS if chosen != _FAIR},
        hints=("For each line, write down everything in which the two sides differ. A fair line has one entry.",
               "Steps, seeds, data and measure are entries, too. Is the measure the same quantity on both sides?",
               "Two of the five are fair. The others give a side more steps or more tries, or measure two things."),
        solution_source='fair = {"A", "E"}',
        moral="One switch; everything else, the measure included, alike.",
    ),
    Choice(
        id="12.2", title="with and without smoothing", names=("prediction",), points=1, minutes=4, difficulty=2,
        options=("lower", "higher", "the same"), reference="lower",
        wrong={
            "higher": "That can happen, after a training so long that the model learns its sentences by heart: then it "
                      "is certain of wrong tokens, too, and smoothing helps. 600 steps are too few for that. How much "
                      "does the right token cost a model that was asked to keep a tenth of its certainty back?",
            "the same": "At another budget it may come out the same; after 600 steps it does not. The two models were "
                        "trained towards different goals, one of them to be a little unsure. What does that do to the "
                        "probability of the right token, and so to the loss?",
        },
        hints=("Suppose a model knows the next token for certain. What probability does smoothing want it to give?",
               "With smoothing 0.1 it should give about 0.9, which costs −log 0.9 = 0.105 nats. And without?",
               "Without smoothing it may give 1, which costs nothing. Both are measured by the same plain loss, after "
               "600 steps: too few to learn the sentences by heart."),
        solution_source='prediction = "lower"',
        moral="The paper says so, too (§5.4): smoothing makes the model less sure, and so the loss worse. In this "
              "table, that is, after 600 steps; stretch exercise B looks at longer trainings.",
    ),
    Exercise(
        id="12.3", title="mean and spread", names=("mean_and_spread",), points=1, minutes=6, difficulty=1,
        takes={"losses": "n_variants n_seeds"}, gives={"mean": "n_variants", "spread": "n_variants"},
        reference=mean_and_spread, cases=_tables,
        misconceptions=mistakes.SPREADS,
        hints=("Both results have one number for each variant, that is for each row.",
               "`losses.mean(axis=1)` goes along a row. The largest and the smallest of a row are found the same way.",
               "The spread is half of a difference, and a division comes before a subtraction unless brackets say "
               "otherwise. Return two arrays, the mean first."),
        moral="Two seeds give a first idea of the spread, and hardly more.",
    ),
    Exercise(
        id="12.4", title="seed against seed", names=("paired",), points=2, minutes=12, difficulty=2,
        takes={"losses": "n_variants n_seeds", "base": ""},
        gives={"difference": "n_variants", "spread": "n_variants", "agree": "n_variants"},
        reference=paired, cases=_comparisons,
        misconceptions=mistakes_pairs.PAIRS,
        hints=("Make the table of differences first: of every run, take away the base's run with the same seed.",
               "`losses[base]` is the base's row, and `losses - losses[base]` lines it up with every row. Mean and "
               "spread are then those of exercise 12.3, on this table.",
               "All seeds agree if all differences of a row are above 0, or all below: `(d > 0).all(axis=1)`, and the "
               "same for the other sign, joined by `|`."),
        moral="What both runs of a pair have in common cancels. That is why the pairs should have as much as possible "
              "in common.",
    ),
    Exercise(
        id="12.5", title="other sentences", names=("bootstrap_interval",), points=2, minutes=12, difficulty=2,
        takes={"a": "N", "b": "N", "draws": "R N"}, gives={"low": "", "high": ""},
        reference=bootstrap_interval, cases=_drawings, probe=Ends(),
        misconceptions=mistakes_intervals.INTERVALS,
        hints=("Each row of `draws` is a test set made of N sentences of ours, some of them twice, some not at all.",
               "`(b - a)[draws]` has the shape (R, N): the difference of each drawn sentence. You want one mean for "
               "each drawing.",
               "By hand, for the differences 1, −1 and 4: the drawing (2, 2, 0) has the mean (4 + 4 + 1) / 3 = 3. "
               "With R such means, one for each row, the two percentiles say between which numbers nearly all of them "
               "lie."),
        moral="If 0 lies outside, another choice of sentences would hardly reverse the order. Another seed still "
              "might.",
    ),
]
