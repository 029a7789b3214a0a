"""Exercise 11.3: loops that run otherwise, and what it means. Used by `lesson_11`."""
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception

from .mistakes_counts import _em, _sums, _with_pairs


def _by_places(t, pairs, share, total):
    """Counted by ids; but a share or its total is read at the places of words: both ("ij"), or source words ("iy")."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        def read(how, place, j, y, source=source):
            return t[source[place] if how == "sy" else place, j if how == "ij" else y]
        for j, y in enumerate(target):
            below = t[: len(source), y].sum() if total == "slice" else sum(
                read(total, i, j, y) for i in range(len(source)))
            for i, s in enumerate(source):
                counts[s, y] += read(share, i, j, y) / below
    return _over_rows(counts)


def _more_in_the_total(t, pairs):
    """Each total also gets what an empty word would take that all target words are equally likely for."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            counts_of = sum(t[i, j] for i in source) + 1 / t.shape[1]
            for i in source:
                counts[i, j] += t[i, j] / counts_of
    return _over_rows(counts)


def _as_it_is(x):
    return x


def _loops(t, pairs, total="new", gives="last source word too", of=_as_it_is, ids="own", empty=False):
    """`em_step` with another course of its loops."""
    counts, collected = np.zeros_like(t), 0.0
    for source, target in pairs:
        if total == "each pair":
            collected = 0.0
        source = [0, *source] if empty else source
        columns = range(len(target)) if ids == "places" else target
        rows = range(len(source)) if ids == "places" else source
        for j in columns:
            if total in ("each pair", "never"):
                collected += sum(t[i, j] for i in rows)
            elif total == "growing":
                collected = 0.0
            else:
                collected = sum(of(t[i, j]) for i in rows)
            for i in rows:
                if total == "growing":
                    collected += t[i, j]
                if gives == "last source word alone":
                    continue
                counts[i, j] += (1.0 if gives == "one" else of(t[i, j])) / collected
            if gives == "last source word alone":
                counts[i, j] += t[i, j] / collected
    return _over_rows(counts)


def _over_rows(counts, floor=0.0):
    """Each row divided by its sum, or by `floor` where that is larger."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return counts / np.maximum(counts.sum(1, keepdims=True), floor)


def _side_by_side(t, pairs, gives="t", floor=0.0):
    """Words in the same place of their sentences belong together."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for i, j in zip(source, target, strict=False):
            counts[i, j] += {"t": t[i, j], "one": 1.0, "share": t[i, j] / sum(t[k, j] for k in source)}[gives]
    return _over_rows(counts, floor)


def _axes_exchanged_throughout(t, pairs):
    """Rows of t, and of the counts, are taken for those of target words."""
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[j, i] for i in source)
            for i in source:
                counts[j, i] += t[j, i] / total
    return _over_rows(counts)


def _replaced_by_all_so_far(t, pairs, care="rows"):
    """After each pair the rows seen so far become what has been counted so far; 0/0 is left out, or not."""
    t, counts = t.copy(), np.zeros_like(t)
    for source, target in pairs:
        if care == "totals":
            target = [j for j in target if sum(t[i, j] for i in source) > 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            counts += _em(t, [(source, target)], rows="none")
            seen = counts.sum(1) > 0 if care == "rows" else np.isin(np.arange(len(t)), source)
            t[seen] = counts[seen] / counts[seen].sum(1, keepdims=True)
    return t


def _divided_at_once(t, pairs):
    """The whole table is divided after each pair, rows without counts as well."""
    counts = np.zeros_like(t)
    for pair in pairs:
        counts = _over_rows(counts + _em(t, [pair], rows="none"))
    return counts


def _by_occurrences(t, pairs):
    seen = np.zeros(len(t))
    for source, _ in pairs:
        for i in source:
            seen[i] += 1
    return _em(t, pairs, rows="none") / seen[:, None]


def _of(slug, wrong, says, why, look, shows=_with_pairs):
    return Misconception(slug, wrong, says, why, look, shows)


_OWN = "Each target word has a total of its own: the sum of t over the source words of its sentence."
_ALL = "Every target word of every pair has 1 to give."

def _replaced_after_each_pair(t, pairs):
    """All counts so far, divided after each pair, are the table from which the next pair is shared."""
    counts = np.zeros_like(t)
    with np.errstate(all="ignore"):
        for pair in pairs:
            counts = counts + _em(t, [pair], rows="none")
            t = counts / counts.sum(1, keepdims=True)
    return t


LOOPS = [
    _of("divided-after-each-pair", _replaced_after_each_pair, "Your table is exactly what comes out when the counts "
        "are divided after each pair, and the next pair is shared by the quotients.",
        "A round shares all pairs by the old table, and divides once, at the end. Words that have no count yet are 0 "
        "divided by 0, which is NaN.", "How far is your division indented, and what is its result called?"),
    _of("old-table-returned", lambda t, pairs: t.copy(), "Your table is exactly the old one.",
        "A round replaces it by the counts, divided.", "What does your `return` give back?"),
    _of("two-rounds", lambda t, pairs: _em(_em(t, pairs), pairs), "Your table is exactly what comes out after two "
        "rounds.", "One round is asked for: the cell below calls it again and again.", "How many loops over the pairs "
        "are there?"),
    _of("total-not-begun-anew", partial(_loops, total="each pair"), "Your table is exactly what comes out when the "
        "total begins at 0 once for each pair, and goes on growing from one target word to the next.", _OWN,
        "Inside which of the loops does the total become 0?"),
    _of("total-not-begun-anew", partial(_loops, total="never"), "Your table is exactly what comes out when the total "
        "begins at 0 once, and then only grows.", _OWN, "Inside which of the loops does the total become 0?"),
    _of("total-still-growing", partial(_loops, total="growing"), "Your table is exactly what comes out when the total "
        "is still growing while it divides.", f"{_OWN} It has to be complete before the first share is computed.",
        "How many loops over the source words are there, and how many are needed?"),
    _of("last-source-word-alone", partial(_loops, gives="last source word alone"), "Your table is exactly what comes "
        "out when only the last source word of a pair is counted.", "Each source word gets its share.",
        "How far is the line indented that adds to the counts?"),
    _of("shares-of-squares", partial(_loops, of=np.square), "Your table is exactly what comes out when the shares are "
        "in proportion to the squares of t.", "They are in proportion to t itself.", "Is there a power, or t twice?"),
    _of("softmax-of-t", partial(_loops, of=np.exp), "Your table is exactly what comes out when the shares are a "
        "softmax of the t of the sentence.", "They are in proportion to t itself: twice the t, twice the share. A "
        "softmax of numbers between 0 and 1 is nearly even.", "What makes shares of t?"),
    _of("t-not-shared-out", partial(_loops, gives="one"), "Your table is exactly what comes out when 1 divided by the "
        "total is added, the same for each source word of the sentence.", "The share of a source word is in proportion "
        "to its own t.", "What stands above the line?"),
    _of("axes-exchanged", _axes_exchanged_throughout, "Your table is exactly what comes out when t is read, and the "
        "counts are written, at [target, source].", "Rows of t belong to source words, columns to target words. Where "
        "there are more of one than of the other, it stops with an error.", "Which of your two indices is the row?"),
    _of("places-for-ids", partial(_loops, ids="places"), "Your table is exactly what comes out when the *places* of "
        "words in their sentences are taken for their ids.", "A word's row is that of its id, wherever it stands.",
        "What does your loop run over: `source`, or `range(len(source))`?"),
    *(_of("places-for-ids", partial(_by_places, share=share, total=total), f"Your table is exactly what comes out when "
          f"{what} read from t at the *places* of {whose} in their sentences, and not at their ids.",
          "A word's row is that of its id, and so is its column, wherever it stands in its sentence.",
          "With which two numbers do you read t each time?")
      for share, total, what, whose in (
          ("ij", "ij", "shares and their totals are", "words"), ("sy", "ij", "the totals are", "words"),
          ("iy", "iy", "shares and their totals are", "source words"),
          ("sy", "iy", "the totals are", "source words"), ("sy", "slice", "the totals are", "source words"))),
    _of("empty-word-added", _more_in_the_total, "Your table is exactly what comes out when 1 divided by the number of "
        "target words of t is added to each total.", "Then the shares of a target word do not add up to 1. In this "
        "exercise there is no empty word that takes the rest.", "What is in your total besides t of the source words?"),
    _of("empty-word-added", partial(_loops, empty=True), "Your table is exactly what comes out when each source "
        "sentence gets a word more, with the id 0.", "Here row 0 belongs to a word like any other. The course's own "
        "`IBMModel1` has an empty word, with a row of its own; the exercise has none.",
        "What do you put in front of the source?"),
    *(_of("side-by-side", partial(_side_by_side, gives=gives, floor=floor), "Your table is exactly what comes out when "
          "each word is counted with the one in the same place of the other sentence alone.",
          f"{_ALL} It shares it out among *all* source words of its sentence.",
          "What does `zip(source, target)` go through, and what do two loops?")
      for gives in ("t", "one", "share") for floor in (0.0, 1e-12)),
    *(_of(slug, partial(_em, through=which), f"Your table is exactly what comes out when the {words} is left "
          "out.", _ALL, "Through which pairs does your loop go?")
      for slug, which, words in (("last-pair-left-out", slice(None, -1), "last pair"),
                                 ("first-pair-left-out", slice(1, None), "first pair"))),
    *(_of("changed-while-reading", partial(_replaced_by_all_so_far, care=care), "Your table is exactly what comes out "
          f"when t is replaced after each pair by what has been counted so far{more}.",
          "All shares of a round are computed with the *old* t.",
          "When does your table change: after each pair, or after all of them?")
      for care, more in (
          ("rows", ""),
          ("totals", ", and a target word is left out if no source word of its sentence has a share for it any more"),
          ("none", ": then a target word may find that all t of its sentence are 0 by now, and 0/0 is NaN"))),
    _of("divided-after-each-pair", _divided_at_once, "Your table is exactly what comes out when all counts are divided "
        "after each pair: rows without counts become 0/0 = NaN.", "All pairs are counted first, and the rows divided "
        "once.", "How far is your division indented?"),
    _of("divided-by-occurrences", _by_occurrences, "Your table is exactly the counts, divided by how often each source "
        "word occurs.", "The counts of a row need not sum to that. A row is divided by its own sum.",
        "What do you divide a row by?", _sums),
    _of("nothing-counted", lambda t, pairs: np.full_like(t, np.nan), "Your table is NaN from end to end, as 0 divided "
        "by 0: nothing has been counted.", "`counts[source][:, target] += ...` adds to a copy, which nobody keeps: the "
        "first pair of brackets has made a new array.", "Print `counts` before you divide. Where are they added to?"),
]
