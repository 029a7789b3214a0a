"""Exercise 11.3, a round of expected counts: what learners write instead. Used by `lesson_11`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import Sight, commas, first_difference, number, row, shape, two_rows
from classroom.judge.exercise import Misconception
from course._words import say


def _em(t, pairs, rows="source", by="sentence", weigh="t", start="zero", reset=False, once=(), drop=False,
        lost=False, often=(), least=0.0, floor=0.0, through=slice(None), words=slice(None)):
    """`em_step` with switches."""
    counts = {"zero": np.zeros_like, "t": np.array, "one": np.ones_like}[start](t) + least
    for source, target in pairs[through]:
        if reset:
            counts = np.zeros_like(t)
        source, target = _once(source, "source" in once), _once(target[words], "target" in once)
        before = counts.copy()
        for j in target:
            best = max(source, key=lambda i, j=j: t[i, j])
            own = [t[i, j] for i in source]
            total = {"sentence": sum(own), "vocabulary": t[:, j].sum(), "nothing": 1.0, "largest": max(own),
                     "mean": sum(own) / len(source), "each word once": sum(t[i, j] for i in set(source)),
                     "sentence and length": sum(own) * len(target), "length": len(source)}.get(by)
            for i in source:
                if by == "target":
                    total = sum(t[i, k] for k in target)
                if weigh == "best":
                    counts[i, j] += i == best
                elif weigh == "best once":
                    counts[i, j] += (i == best) / source.count(best)
                elif weigh == "squared":
                    counts[i, j] += (t[i, j] / total) ** 2
                elif weigh == "log":
                    counts[i, j] -= np.log(t[i, j] / total)
                elif weigh == "even":
                    counts[i, j] += 1 / len(source)
                elif drop or lost:             # lost: what `counts[np.ix_(source, target)] += ...` does
                    counts[i, j] = t[i, j] / total + (before[i, j] if lost else 0)
                else:
                    times = source.count(i) if "source" in often else target.count(j) if "target" in often else 1
                    counts[i, j] += times * t[i, j] / total
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"times t": lambda c: t * c / (t * c).sum(1, keepdims=True),
                "half t": lambda c: (t + c / c.sum(1, keepdims=True)) / 2,
                "source": lambda c: c / np.maximum(c.sum(1, keepdims=True), floor),
                "target": lambda c: c / c.sum(0, keepdims=True),
                "all": lambda c: c / c.sum(), "none": lambda c: c,
                "axis lost": lambda c: c / c.sum(1), "largest": lambda c: c / c.max(1, keepdims=True),
                "softmax": lambda c: _softmax(c, 1), "softmax of columns": lambda c: _softmax(c, 0)}[rows](counts)


def _softmax(x, axis):
    shares = np.exp(x - x.max(axis, keepdims=True))
    return shares / shares.sum(axis, keepdims=True)


def _once(ids, once):
    return list(dict.fromkeys(ids)) if once else ids


def _list_as_index(t, pairs):
    """`counts[source, j] += ...` with a list as index: of several values for one place only one is kept."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            counts[source, j] += t[source, j] / t[source, j].sum()
    return counts / counts.sum(1, keepdims=True)


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


def _updated_after_each_pair(t, pairs):
    """What one pair has taught is used for the next one."""
    new = t.copy()
    for source, target in pairs:
        counts = _em(new, [(source, target)], rows="none")
        for i in set(source):
            new[i] = counts[i] / counts[i].sum()
    return new


def _axes_exchanged(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[j, i] for i in source)
            for i in source:
                counts[i, j] += t[j, i] / total
    return counts / counts.sum(1, keepdims=True)


def _sides_exchanged(t, pairs):
    return _em(t, [(target, source) for source, target in pairs])


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


def _listed(inputs):
    """The pairs of a case as the learner gets them."""
    return [tuple([int(i) for i in ids if i >= 0] for ids in pair)
            for pair in zip(inputs["sources"], inputs["targets"], strict=True)]


def _with_pairs(sight: Sight) -> str:
    """The pairs of a case as the learner gets them, and the first row that differs."""
    got, want = sight.got.values["t"], sight.want.values["t"]
    if got.shape != want.shape:
        return first_difference(sight)
    pairs = _listed(sight.inputs)
    shown = ", ".join(f"({source}, {target})" for source, target in pairs[:3]) + ", …" * (len(pairs) > 3)
    i = int(np.argmax(~np.isclose(got, want).all(1)))
    return say("With pairs = [{shown}] and t[{i}] = {t} before, row {i} afterwards:\n\n{two_rows}", shown=shown, i=i,
               t=row(sight.inputs['t'][i]), two_rows=two_rows(got[i], want[i]))


def corpus(inputs) -> str:
    """What follows "On" in messages: numbers to redo it with, where there are few."""
    pairs, t = _listed(inputs), inputs["t"]
    if t.size > 25:
        return say("`t` {shape} and {n} pairs", shape=shape(t), n=len(pairs))
    shown = ", ".join(f"({source}, {target})" for source, target in pairs)
    return say("pairs = [{pairs}] and t = [{rows}]", pairs=shown, rows=", ".join(row(values) for values in t))


def _sums(sight: Sight) -> str:
    if sight.got.values["t"].shape != sight.want.values["t"].shape:
        return first_difference(sight)
    return say("{with_pairs}\n\nThe rows of yours sum to {x}; those of t sum to 1.", with_pairs=_with_pairs(sight),
               x=commas([number(x) for x in sight.got.values['t'].sum(1)[:6]]))


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
    *(_round(
        "softmax-of-counts", partial(_em, rows=rows),
        f"Your table is exactly what comes out when the counts go through a softmax over {what}.",
        "Counts become shares by dividing: twice the count, twice the share. A softmax gives a share to words that "
        "never met, too.", "What makes shares of counts?", _sums)
      for rows, what in (("softmax", "each row"), ("softmax of columns", "each column"))),
    _round(
        "divided-by-the-largest", partial(_em, rows="largest"),
        "Your table is exactly the counts, each row divided by its largest.", "Rows of t sum to 1.",
        "By what is a row to be divided?", _sums),
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
    *(_round(
        "winner-takes-all", partial(_em, weigh=weigh),
        "Your table is exactly what comes out when each target word gives everything to its most probable source "
        f"word{repeated}.", f"{_SHARE} A choice that is made too early is never taken back.", "Is there an argmax?")
      for weigh, repeated in (("best once", ""), ("best", ", and twice if that occurs twice"))),
    _round(
        "winner-takes-all", partial(_em, weigh="best once", floor=1.0),
        "Your table is exactly what comes out when each target word gives everything to its most probable source word, "
        "and a row without counts stays 0.",
        f"{_SHARE} A choice that is made too early is never taken back, and some words get no target word at all.",
        "Is there an argmax?", _sums),
    _round(
        "divided-by-at-least-one", partial(_em, floor=1.0),
        "Your table is exactly what comes out when no row is divided by less than 1.",
        "A source word of a long sentence can have less than 1 in all. Its row, too, has to sum to 1.",
        "What is your `max(..., 1)` for? The exercise rules out a row whose sum is 0.", _sums),
    _round(
        "counts-begin-with-t", partial(_em, start="t"),
        "Your table is exactly what comes out when the counts begin with the old t instead of 0.",
        "The old t decides the shares already. Counted again, it slows learning down.",
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
    _round(
        "repeated-words-lost", partial(_em, lost=True),
        "Your table is exactly what comes out when a word that occurs twice in a sentence is counted once. (A source "
        "word that does so still takes part in the totals twice.)",
        "Each occurrence has 1 to give, or takes part in sharing. With lists as indices, `counts[...] += ...` keeps "
        "only one of several values for the same place.",
        "What becomes of a repeated word: is there a set, or a list as an index?"),
    *(_round(
        "repeated-words-lost", partial(_em, once=once),
        f"Your table is exactly what comes out when a {what} that occurs twice in a sentence counts as one.", why,
        "What becomes of a repeated word: is there a set, or a dictionary?")
      for once, what, why in (
          (("source", "target"), "word", "Each occurrence of a target word has 1 to give, and each occurrence of a "
           "source word takes part in sharing."),
          (("source",), "source word", "Each occurrence of a source word takes part in sharing. (Target words that "
           "occur twice are counted twice, which is right.)"),
          (("target",), "target word", "Each occurrence of a target word has 1 to give. (Source words that occur twice "
           "take part twice, which is right.)"))),
    _round(
        "repeated-words-lost", _list_as_index,
        "Your table is exactly what comes out when a source word that occurs twice in a sentence takes two shares of "
        "the total, and gets one of them.",
        "With a list as index, `counts[source, j] += ...` keeps only one of several values for the same place. "
        "`np.add.at` adds them all, and so does a loop.", "What becomes of a repeated source word?"),
    *(_round(
        "repeated-words-counted-too-often", partial(_em, often=often),
        f"Your table is exactly what comes out when a {what} word that occurs twice in a sentence counts four times.",
        "Each occurrence has its turn in the loop already, and is counted once there.",
        "Is something multiplied by how often a word occurs, inside a loop over all occurrences?")
      for often, what in ((("source",), "source"), (("target",), "target"))),
    *(_round(
        slug, partial(_em, **switch), f"Your table is exactly what comes out when {words}.", why, look)
      for slug, switch, words, why, look in (
          ("shared-by-the-mean", {"by": "mean"}, "a share is divided by the *mean* of the sentence's t, not by their "
           "sum",
           f"{_SHARE} Divided by the mean, words of long sentences have more than 1 to give.", "What is t[i, j] "
           "divided by?"),
          ("shared-by-the-mean", {"by": "length"}, "t is divided by the number of source words",
           f"{_SHARE}", "What is t[i, j] divided by?"),
          ("shared-by-the-largest", {"by": "largest"}, "a share is divided by the largest t of the sentence, not by "
           "their sum",
           f"{_SHARE}", "What is t[i, j] divided by?"),
          ("repeated-words-lost", {"by": "each word once"}, "a source word that occurs twice takes two shares, and "
           "counts once in "
           "their total", "Each occurrence takes part in sharing: the shares of one target word add up to 1.",
           "Over what does your total run: over the words, or over a set of them?"),
          ("shared-over-the-pair", {"by": "sentence and length"}, "each share is also divided by the number of target "
           "words",
           "Every target word has 1 to give, however long its sentence is.", "What is t[i, j] divided by?"),
          ("shares-squared", {"weigh": "squared"}, "the squares of the shares are added up", f"{_SHARE}",
           "What do you add to the counts?"),
          ("logarithms-of-shares", {"weigh": "log"}, "minus the logarithms of the shares are added up", f"{_SHARE}",
           "What do you add to the counts?"),
          ("counts-times-t", {"rows": "times t"},
           "the counts are multiplied with the old t before the rows are divided",
           "The old t decides the shares already.", "What do you do with the counts at the end?"),
          ("half-of-the-old-table", {"rows": "half t"}, "the mean of the old and the new table is taken",
           "That slows learning down. A round replaces the table.", "What do you do with the old t at the end?"))),
    *(_round(
        "pseudo-count", partial(_em, least=least),
        f"Your table is exactly what comes out when the counts begin with {begin} instead of 0.",
        "Then words that never meet get a probability too: a small one, but one that can grow in the next rounds. And "
        "it is not needed: the exercise rules out a row whose sum is 0.", "What do the counts begin with?")
      for least, begin in ((1e-12, "a tiny number"), (1e-9, "a tiny number"), (1e-6, "a millionth"), (0.1, "0.1"),
                           (1e-3, "0.001"), (1e-5, "0.00001"), (1e-4, "0.0001"), (0.01, "0.01"))),
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
        "changed-while-reading", _updated_after_each_pair,
        "Your table is exactly what comes out when the rows of a pair's words are replaced as soon as the pair is "
        "counted.",
        "All shares of a round are computed with the *old* t, and a word that occurs in several pairs collects from "
        "all of them.", "When does your table change: after each pair, or after all of them?"),
    _round(
        "axes-exchanged", _axes_exchanged,
        "Your table is exactly what comes out when the shares are read from t[target, source].",
        "Rows of t belong to source words, columns to target words. Where there are more of one than of the other, it "
        "stops with an error.", "Which of your two indices is the row?"),
    _round(
        "sides-exchanged", _sides_exchanged,
        "Your table is exactly what comes out when the first of each pair is taken for the target.",
        "Each pair is (source, target): rows of t for the one, columns for the other. Where there are more of one "
        "than of "
        "the other, it stops with an error.", "In which order does your loop unpack a pair?"),
    _round(
        "divided-after-each-pair", _divided_after_each_pair,
        "Your table is exactly what comes out when the counts are divided after each pair.",
        "After each division a row sums to 1, whatever its counts were: the pairs before then weigh too much or too "
        "little. All pairs are counted first, and the rows divided once.", "How far is your division indented?"),
    *(_round(
        slug, partial(_em, **switch), f"Your table is exactly what comes out when only {words} is counted.",
        "All pairs are counted. The row of a source word without counts is 0 divided by 0, which is NaN; or it stays "
        "0, if you prevent that.", "How far is your `return` indented?")
      for slug, switch, words in (
          ("first-pair-only", {"through": slice(1)}, "the first pair"),
          ("first-target-word-only", {"through": slice(1), "words": slice(1)}, "the first target word of the first pair"
           ))),
    _round(
        "first-target-word-only", partial(_em, words=slice(1)),
        "Your table is exactly what comes out when only the first target word of each pair is counted.",
        "Every target word has 1 to give. The row of a source word without counts is 0 divided by 0, which is NaN; or "
        "it stays 0, if you prevent that.", "Which target words of a pair does your code go through?"),
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

# Right ways to keep a row without counts from being divided by 0; there is none unless a mistake has emptied it.
STYLES = [partial(_em, floor=1e-12)]
