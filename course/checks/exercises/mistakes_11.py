"""Lesson 11: what learners write instead, and what it means. Used by `lesson_11`."""
from functools import partial

import numpy as np
import torch

from ..evidence import Sight, first_difference, number, place, row, two_rows
from ..exercise import Misconception

# ------------------------------------------------------------------------- 11.1 error rate


def _counts(sight: Sight) -> str:
    """How large the sets of a case are, and both rates."""
    a, s, p = ({tuple(link) for link in sight.inputs[name].tolist()} for name in ("predicted", "sure", "possible"))
    return (f"{place(sight)} there are {len(a)} predicted and {len(s)} sure links; {len(a & s)} of the predicted are "
            f"sure and {len(a & p)} possible.\n\n    yours     {number(sight.got.values['rate'])}\n"
            f"    expected  {number(sight.want.values['rate'])}")


def _rate(predicted, sure, possible, first="sure", second="possible", below="A+S", flip=True, factor=1):
    """`alignment_error_rate` with switches."""
    sets = {"sure": sure, "possible": possible, "only possible": possible - sure, "none": set()}
    hits = len(predicted & sets[first]) + len(predicted & sets[second])
    total = {"A+S": len(predicted) + len(sure), "A+P": len(predicted) + len(possible), "A": len(predicted),
             "A or S": len(predicted | sure), "S": len(sure), "P": len(possible),
             "A+S+P": len(predicted) + len(sure) + len(possible), "A or P": len(predicted | possible)}[below]
    return factor * (1 - hits / total if flip else hits / total)


def _harmonic(predicted, sure, possible):
    precision, recall = len(predicted & possible) / len(predicted), len(predicted & sure) / len(sure)
    return 1 - 2 * precision * recall / (precision + recall) if precision + recall else 1.0


def _mean(predicted, sure, possible):
    return 1 - (len(predicted & possible) / len(predicted) + len(predicted & sure) / len(sure)) / 2


def _brackets_missing(predicted, sure, possible):
    return 1 - (len(predicted & sure) + len(predicted & possible)) / len(predicted) + len(sure)


def _and_for_intersection(predicted, sure, possible):
    return 1 - (len(predicted and sure) + len(predicted and possible)) / (len(predicted) + len(sure))


_TWO = ("A link counts as right in two ways: sure links have to be found (recall), and what is predicted has to be at "
        "least possible (precision).")


def _of(slug, says, why, look, **switches):
    return Misconception(slug, partial(_rate, **switches), says, why, look, _counts)


RATES = [
    _of("not-subtracted-from-one", "Your rate is exactly one minus the expected one: a rate of what is right.",
        "An error rate is 0 for a perfect alignment.", "What does the formula begin with?", flip=False),
    _of("possible-ignored", "Your rate is exactly what comes out when only sure links count as right.",
        f"{_TWO} An aligner would be punished for links that people disagree about.",
        "Which set does your second intersection use?", second="sure"),
    _of("sure-ignored", "Your rate is exactly what comes out when possible links count as much as sure ones.",
        f"{_TWO} An aligner would be praised for links that nobody insists on.",
        "Which set does your first intersection use?", first="possible"),
    _of("sure-links-count-once", "Your rate is exactly what comes out when each predicted link counts once at most: a "
        "sure one for being sure and not again for being possible, or the other way round.",
        "A sure link is possible too, and counts in both terms; below the line it stands twice as well. Yours never "
        "reaches 0.", "Are both terms there, and is one set taken out of the other?", second="only possible"),
    _of("precision-only", "Your rate is exactly the share of predicted links that are not possible.",
        f"{_TWO} One single safe link would be a perfect alignment.", "Where do the sure links come in?",
        first="none", below="A"),
    _of("precision-of-sure-links", "Your rate is exactly the share of predicted links that are not sure.",
        _TWO, "What stands below the line?", second="none", below="A"),
    _of("recall-only", "Your rate is exactly the share of sure links that were not found.",
        f"{_TWO} Linking everything with everything would be perfect.", "Where does the number of predicted links "
        "come in?", second="none", below="S"),
    _of("all-possible-required", "Your rate is exactly what comes out when |P| stands below the line instead of |S|.",
        "That asks for every possible link to be found; they may be there, they need not.",
        "Which two numbers are added below the line?", below="A+P"),
    _of("all-possible-required", "Your rate is exactly what comes out when |P| is added below the line as well.",
        "That asks for every possible link to be found; they may be there, they need not.",
        "Which numbers are added below the line?", below="A+S+P"),
    _of("possible-treated-as-sure", "Your rate is exactly what comes out when every possible link counts as sure.",
        "Possible links may be there, they need not.", "Which set does each of your terms use?",
        first="possible", below="A+P"),
    _of("union-below-the-line", "Your rate is exactly what comes out when |A ∪ S| stands below the line.",
        "There a link that is in both sets counts once, but above the line it counts twice.",
        "Do you add two numbers, or unite two sets?", below="A or S"),
    _of("jaccard", "Your rate is exactly one minus the share of links in A ∩ S among those in A ∪ S.",
        f"That is the Jaccard distance. {_TWO}", "Compare your quotient with the formula, term by term.",
        second="none", below="A or S"),
    _of("one-term-missing", "Your rate is exactly what comes out when |A ∩ P| is left out.",
        "A perfect alignment would get 0.5.", "How many terms stand above the line?", second="none"),
    _of("per-cent", "Your rate is exactly the expected one times 100.", "Rates of this course lie between 0 and 1.",
        "Is there a factor of 100?", factor=100),
    Misconception(
        "brackets-missing", _brackets_missing,
        "Your rate is exactly what comes out when |S| is added at the end instead of standing below the line.",
        "`/` binds more tightly than `+`.", "Where must brackets stand?", _counts),
    Misconception(
        "and-for-intersection", _and_for_intersection,
        "Your rate is exactly what comes out when sets are joined with `and`.",
        "`a and b` is simply b if a is not empty, and asks nothing about what is in both.",
        "How is an intersection written?", _counts),
    Misconception(
        "harmonic-mean", _harmonic,
        "Your rate is exactly one minus the harmonic mean of precision and recall.",
        "That is the F-measure with its two kinds of links. Och and Ney's rate adds the counts first and divides once.",
        "How many divisions does the formula have?", _counts),
    Misconception(
        "mean-of-precision-and-recall", _mean,
        "Your rate is exactly one minus the mean of precision and recall.",
        "That gives two quotients the same weight, however many links each stands for. Add first, divide once.",
        "How many divisions does the formula have?", _counts),
]

# --------------------------------------------------------------------- 11.2 links from attention


def _align(weights, rows=slice(None, -1), columns=slice(None, -1), heads="mean", axis=-1, add=0, pick="argmax"):
    """`align_from_attention` with switches."""
    joined = {"mean": lambda w: w.mean(0), "max": lambda w: w.amax(0), "first": lambda w: w[0],
              "last": lambda w: w[-1], "product": lambda w: w.log().sum(0)}[heads](weights)
    part = joined[rows, columns]
    if part.shape[0] == 0 or part.shape[1] == 0:
        return torch.zeros(part.shape[0], dtype=torch.long)
    if pick == "value":
        return part.max(axis).values
    return (part.argmin(axis) if pick == "argmin" else part.argmax(axis)) + add


def _votes(weights):
    return weights[:, :-1, :-1].argmax(-1).mode(0).values


def _numbers_averaged(weights):
    return weights[:, :-1, :-1].argmax(-1).float().mean(0)


def _numbers_averaged_and_cut(weights):
    return _numbers_averaged(weights).long()


def _mean_over_rows(weights):
    return weights.mean(1)[:-1, :-1].argmax(-1)


def _each_head(weights):
    return weights[:, :-1, :-1].argmax(-1)


_SHIFT = "The decoder reads a token and predicts the next: what it looks at in that row, it looks at for the next one."

ALIGNERS = [
    Misconception(
        "no-shift", partial(_align, rows=slice(1, None)),
        "Your links are exactly those of the rows in which the target tokens are *read*.",
        f"{_SHIFT} Your links tell where the word after each word comes from.",
        "Which row predicts the first target token?"),
    Misconception(
        "no-shift", partial(_align, rows=slice(1, None), columns=slice(None)),
        "Your links are exactly those of the rows in which the target tokens are *read*, with <eos> among the columns.",
        f"{_SHIFT} Your links tell where the word after each word comes from. And <eos> is no word.",
        "Which row predicts the first target token?"),
    Misconception(
        "last-row-kept", partial(_align, rows=slice(None)),
        "You return exactly one number too many: the last row is there as well.",
        "The last row predicts <eos>, which is no token of the sentence.", "How many target tokens are there?"),
    Misconception(
        "last-row-kept", partial(_align, rows=slice(None), columns=slice(None)),
        "You return exactly one number too many, and <eos> may be among the source tokens.",
        "The last row predicts <eos>, and the last column belongs to <eos>; neither is a token of the sentence.",
        "How many target tokens are there, and how many source tokens?"),
    Misconception(
        "eos-as-source", partial(_align, columns=slice(None)),
        "Your links are exactly what comes out when a word may be linked to <eos>.",
        "<eos> often gets the weight that is of no use elsewhere. It is no word, and nothing is a translation of it.",
        "Which column is that of <eos>?"),
    Misconception(
        "first-column-dropped", partial(_align, columns=slice(1, None)),
        "Your links are exactly what comes out when the *first* column is left out instead of the last.",
        "The source has no <bos> in this course, only an <eos> at its end. Besides, all numbers are then off by one.",
        "Which special tokens does the source have, and where?"),
    Misconception(
        "first-column-dropped", partial(_align, columns=slice(1, None), add=1),
        "Your links are exactly what comes out when the *first* source token may not be chosen, but <eos> may.",
        "The source has no <bos> in this course, only an <eos> at its end.",
        "Which special tokens does the source have, and where?"),
    Misconception(
        "over-the-target", partial(_align, axis=0),
        "Your numbers are exactly those of the target token that looks hardest at each source token.",
        "The question goes the other way: for each target token, a row, one source token, a column.",
        "Along which axis does your argmax run?"),
    Misconception(
        "largest-of-all-heads", partial(_align, heads="max"),
        "Your links are exactly what comes out when the largest weight of any head decides.",
        "One head that is sure of itself then outvotes all others; the exercise asks for the average.",
        "How do you join the heads?"),
    Misconception(
        "product-of-heads", partial(_align, heads="product"),
        "Your links are exactly what comes out when the weights of the heads are multiplied.",
        "One head that does not look at a word then forbids it; the exercise asks for the average.",
        "How do you join the heads?"),
    Misconception(
        "heads-vote", _votes,
        "Your links are exactly those that most heads choose, each by itself.",
        "A head that hardly prefers one word counts as much as one that is certain; average first, choose afterwards.",
        "What comes first, the argmax or the average?"),
    *(Misconception(
        "numbers-averaged", wrong,
        "Your links are exactly the mean of the token *numbers* that the heads choose.",
        "A number is a name here, not an amount: between token 1 and token 3 lies no answer of 2. The weights are to "
        "be averaged.", "What comes first, the argmax or the average?")
      for wrong in (_numbers_averaged, _numbers_averaged_and_cut)),
    Misconception(
        "averaged-over-rows", _mean_over_rows,
        "Your numbers are exactly what comes out when the average runs over the rows, T_q, and not over the heads.",
        "Then there is one number for each head, and the target tokens are lost.",
        "Which axis of (n_heads, T_q, T_k) counts the heads?"),
    Misconception(
        "first-head-only", partial(_align, heads="first"),
        "Your links are exactly those of head 0.", "The exercise asks for the average of all heads.",
        "Is there an index 0 where a mean should be?"),
    Misconception(
        "last-head-only", partial(_align, heads="last"),
        "Your links are exactly those of the last head.", "The exercise asks for the average of all heads.",
        "Is there an index -1 where a mean should be?"),
    Misconception(
        "heads-not-joined", _each_head,
        "You return exactly one row of links for each head.",
        "One source token is asked for, for each target token; the heads are averaged before anything is chosen.",
        "Which axis is one too many?"),
    Misconception(
        "counted-from-one", partial(_align, add=1),
        "Your links are exactly the expected ones plus 1.", "Tokens are counted from 0.", "What is added at the end?"),
    Misconception(
        "least-weight", partial(_align, pick="argmin"),
        "Your links are exactly those with the *smallest* weight.", "Look for where most of the weight is.",
        "Which end of the row do you take?"),
    Misconception(
        "weights-instead-of-numbers", partial(_align, pick="value"),
        "What you return is exactly the largest weight of each row, not where it stands.",
        "A link needs the number of the column.", "What do `max` and `argmax` return?"),
]

# ------------------------------------------------------------------------------ 11.3 EM step


def _em(t, pairs, rows="source", by="sentence", weigh="t", start="zero", reset=False, once=(), drop=False,
        lost=False):
    """`em_step` with switches."""
    counts = {"zero": np.zeros_like, "t": np.array, "one": np.ones_like}[start](t)
    for source, target in pairs:
        if reset:
            counts = np.zeros_like(t)
        source, target = _once(source, "source" in once), _once(target, "target" in once)
        before = counts.copy()
        for j in target:
            best = max(source, key=lambda i, j=j: t[i, j])
            total = {"sentence": sum(t[i, j] for i in source), "vocabulary": t[:, j].sum(), "nothing": 1.0}.get(by)
            for i in source:
                if by == "target":
                    total = sum(t[i, k] for k in target)
                if weigh == "best":
                    counts[i, j] += i == best
                elif weigh == "even":
                    counts[i, j] += 1 / len(source)
                elif drop or lost:             # lost: what `counts[np.ix_(source, target)] += ...` does
                    counts[i, j] = t[i, j] / total + (before[i, j] if lost else 0)
                else:
                    counts[i, j] += t[i, j] / total
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"source": lambda c: c / c.sum(1, keepdims=True), "target": lambda c: c / c.sum(0, keepdims=True),
                "all": lambda c: c / c.sum(), "none": lambda c: c,
                "axis lost": lambda c: c / c.sum(1)}[rows](counts)


def _once(ids, once):
    return list(dict.fromkeys(ids)) if once else ids


def _in_place(t, pairs):
    """The table is changed while it is still being read."""
    new = t.copy()
    for source, target in pairs:
        for j in target:
            total = sum(new[i, j] for i in source)
            for i in source:
                new[i, j] = new[i, j] / total
    return new / new.sum(1, keepdims=True)


def _added_in_place(t, pairs):
    """As `_in_place`, with `+=`."""
    new = t.copy()
    for source, target in pairs:
        for j in target:
            total = sum(new[i, j] for i in source)
            for i in source:
                new[i, j] += new[i, j] / total
    return new / new.sum(1, keepdims=True)


def _divided_after_each_pair(t, pairs):
    counts = np.zeros_like(t)
    for pair in pairs:
        counts = counts + _em(t, [pair], rows="none")
        counts = counts / np.maximum(counts.sum(1, keepdims=True), 1e-12)
    return counts


def _first_pair_only(t, pairs):
    return _em(t, pairs[:1])


def _whole_numbers(t, pairs):
    counts = np.zeros(t.shape, dtype=int)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
    with np.errstate(invalid="ignore", divide="ignore"):
        return counts / counts.sum(1, keepdims=True)


def _shared_over_the_pair(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        total = sum(t[i, j] for i in source for j in target)
        for j in target:
            for i in source:
                counts[i, j] += t[i, j] / total
    return counts / counts.sum(1, keepdims=True)


def _hard_rows(t, pairs):
    counts = _em(t, pairs, rows="none")
    return (counts == counts.max(1, keepdims=True)).astype(t.dtype)


def _with_pairs(sight: Sight) -> str:
    """The pairs of a case as the learner gets them, and the first row that differs."""
    got, want = sight.got.values["t"], sight.want.values["t"]
    if got.shape != want.shape:
        return first_difference(sight)
    pairs = [tuple([int(i) for i in ids if i >= 0] for ids in pair)
             for pair in zip(sight.inputs["sources"], sight.inputs["targets"], strict=True)]
    shown = ", ".join(f"({source}, {target})" for source, target in pairs[:3]) + ", …" * (len(pairs) > 3)
    i = int(np.argmax(~np.isclose(got, want).all(1)))
    return (f"With pairs = [{shown}] and t[{i}] = {row(sight.inputs['t'][i])} before, row {i} afterwards:\n\n"
            f"{two_rows(got[i], want[i])}")


def _sums(sight: Sight) -> str:
    if sight.got.values["t"].shape != sight.want.values["t"].shape:
        return first_difference(sight)
    return (f"{_with_pairs(sight)}\n\nThe rows of yours sum to "
            f"{', '.join(number(x) for x in sight.got.values['t'].sum(1)[:6])}; those of t sum to 1.")


_SHARE = ("Every target word has 1 to give. It shares it out among the source words of its own sentence, in proportion "
          "to how probable each of them makes it.")

def _round(slug, wrong, says, why, look, shows=_with_pairs):
    return Misconception(slug, wrong, says, why, look, shows)


ROUNDS = [
    _round(
        "normalised-over-source", partial(_em, rows="target"),
        "Your table is exactly what comes out when every *column* is divided by its sum.",
        "t(target | source) is a distribution over target words for each source word: rows sum to 1.",
        "Along which axis does your last sum run?", _sums),
    _round(
        "not-normalised", partial(_em, rows="none"),
        "Your table is exactly the counts, not yet divided.", "Rows of t sum to 1.", "Which step is still missing?",
        _sums),
    _round(
        "normalised-by-everything", partial(_em, rows="all"),
        "Your table is exactly the counts divided by the sum of all counts.",
        "t(target | source) is a distribution for each source word: every row sums to 1.",
        "Along which axis does your last sum run?", _sums),
    _round(
        "axis-lost", partial(_em, rows="axis lost"),
        "Your table is exactly what comes out when the sums of the rows lose their axis before the division.",
        "NumPy then divides column j by the sum of row j; for unequal sizes it fails.",
        "Which shape does your sum have, and which would line up with the rows?", _sums),
    _round(
        "shared-over-vocabulary", partial(_em, by="vocabulary"),
        "Your table is exactly what comes out when a target word is shared out among *all* source words, and those of "
        "other sentences keep their share.",
        f"{_SHARE} Words that are not in the sentence cannot be what it translates.",
        "Over which source words does your total run?"),
    _round(
        "source-word-shared-out", partial(_em, by="target"),
        "Your table is exactly what comes out when each source word is shared out among the target words.",
        f"{_SHARE} Yours goes the other way.", "Over which words does your total run?"),
    _round(
        "not-shared-out", partial(_em, by="nothing"),
        "Your table is exactly what comes out when t itself is added up, without being divided.",
        f"{_SHARE} Undivided, rare words hardly count.", "What is t[i, j] to be divided by?"),
    _round(
        "t-not-used", partial(_em, weigh="even"),
        "Your table is exactly what comes out when every source word of the sentence gets an equal share.",
        f"{_SHARE} With equal shares every round gives the same table again, and nothing is learned after the first.",
        "Where does your code use the old t?"),
    _round(
        "winner-takes-all", partial(_em, weigh="best"),
        "Your table is exactly what comes out when each target word gives everything to its most probable source word.",
        f"{_SHARE} A choice that is made too early is never taken back.", "Is there an argmax?"),
    _round(
        "counts-begin-with-t", partial(_em, start="t"),
        "Your table is exactly what comes out when the counts begin with the old t instead of 0.",
        "The old t has its say in the shares; counted again it slows learning down and never forgets its start.",
        "What do the counts begin with?"),
    _round(
        "counts-begin-with-one", partial(_em, start="one"),
        "Your table is exactly what comes out when the counts begin with 1 instead of 0.",
        "Then words that never meet get a probability too.", "What do the counts begin with?"),
    _round(
        "last-pair-only", partial(_em, reset=True),
        "Your table is exactly what comes out when only the last pair is counted.",
        "All pairs together make the counts.", "Where are the counts set to zero?"),
    _round(
        "counts-replaced", partial(_em, drop=True),
        "Your table is exactly what comes out when a share replaces the one before instead of being added.",
        "A word that occurs in many sentences collects from all of them.", "Is it `=` or `+=`?"),
    *(_round(
        "repeated-words-lost", wrong,
        "Your table is exactly what comes out when a word that occurs twice in a sentence is counted once.",
        "Each occurrence has 1 to give, or takes part in sharing. With lists as indices, `counts[...] += ...` keeps "
        "only one of several values for the same place.",
        "What becomes of a repeated word?")
      for wrong in (partial(_em, lost=True), partial(_em, once=("source", "target")), partial(_em, once=("source",)),
                    partial(_em, once=("target",)))),
    _round(
        "changed-while-reading", _in_place,
        "Your table is exactly what comes out when t is changed while it is still being read.",
        "All shares of a round are computed with the *old* t.", "Into which array do you write?"),
    _round(
        "changed-while-reading", _added_in_place,
        "Your table is exactly what comes out when shares are added to t itself while it is still being read.",
        "All shares of a round are computed with the *old* t, and the counts begin with 0.",
        "Into which array do you write?"),
    _round(
        "divided-after-each-pair", _divided_after_each_pair,
        "Your table is exactly what comes out when the counts are divided after each pair.",
        "The counts of the pairs before then weigh less and less. All pairs are counted first, and the rows divided "
        "once.", "How far is your division indented?"),
    _round(
        "first-pair-only", _first_pair_only,
        "Your table is exactly what comes out when only the first pair is counted.",
        "Source words that do not occur in it have no counts, and 0 divided by 0 is NaN.",
        "How far is your `return` indented?"),
    _round(
        "counts-are-whole-numbers", _whole_numbers,
        "Your table is exactly what comes out when the counts can only hold whole numbers.",
        "A share of 0.5 is cut to 0, and 0 divided by 0 is NaN.", "With which dtype do the counts begin?"),
    _round(
        "shared-over-the-pair", _shared_over_the_pair,
        "Your table is exactly what comes out when a whole pair has 1 to give, and not each of its target words.",
        f"{_SHARE} Yours divides by a sum over all words of the pair.", "Over which words does your total run?"),
    _round(
        "only-the-best-kept", _hard_rows,
        "Your table is exactly 1 for each source word's largest count and 0 elsewhere.",
        "The other target words may still turn out to be right; keep their share.", "Is there a max at the end?"),
]
