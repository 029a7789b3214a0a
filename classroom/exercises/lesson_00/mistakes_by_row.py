"""Lesson 00, shares row by row: what learners write instead, and what it means. Used by `lesson_00`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes import (
    AT_LEAST_1,
    BEGINS,
    CUT,
    DIVISOR,
    ENDS,
    IN_PLACE,
    INTO_INTEGERS,
    NEVER_RESET,
    NOT_DIVIDED,
    PERCENT,
    RETURNED,
    ROUNDED,
    SUMMED_AGAIN,
    WHOLE,
    all_digits,
    divided_in_place,
    first_of_the_largest,
    total_summed_again,
    written_into,
)


def _slip_by_row(scores, axis=1, keep=True, divisor="sum", whole=False, times=1, digits=None, of=None, gives=None,
                 powers=False):
    """`shares_by_row` with one thing done differently; with `powers` it is a softmax."""
    scores = np.exp(scores - scores.max(axis=axis, keepdims=True)) if powers else scores
    measure = {"sum": np.sum, "largest": np.max, "mean": np.mean, "length": np.linalg.norm, "smallest": np.min,
               "range": np.ptp, "spread": np.std, "count": lambda x, **how: np.ones_like(x).sum(**how),
               "at least 1": lambda x, **how: np.maximum(x.sum(**how), 1),
               "one more": lambda x, **how: x.sum(**how) + 1, "others": lambda x, **how: x.sum(**how) - x}[divisor]
    by = measure(scores, axis=axis, keepdims=keep)
    numbers = scores if of is None else of(scores)
    with np.errstate(all="ignore"):
        result = times * (numbers // by if whole else numbers / by)
    result = result if digits is None else result.round(digits)
    return result if gives is None else gives(result)


def _by_total(scores, total):
    """Each row divided by one number, made of the table by `total`, or by one of several, one a row."""
    return _over(scores, np.reshape(total(scores), (-1, 1)))


def _over(scores, by):
    with np.errstate(all="ignore"):
        return scores / by


def _left_out(scores, place, start="zeros"):
    """The right shares, apart from a row or a column that keeps what the array had at the start."""
    result = np.zeros(scores.shape) if start == "zeros" else scores.astype(float)
    kept = result[place].copy()
    result[:] = scores / scores.sum(axis=1, keepdims=True)
    result[place] = kept
    return result


def _loop(scores, rows="columns", start="zeros", cut=0):
    """The shares of some rows, written in a loop into an array as large as the table."""
    result = np.zeros(scores.shape) if start == "zeros" else scores.astype(float)
    for i in range({"columns": scores.shape[1], "rows": scores.shape[0]}[rows] - cut):
        result[i] = scores[i] / scores[i].sum()
    return result


def _double_loop(scores):
    """Two loops, over the columns' number first."""
    result = np.zeros(scores.shape)
    for i in range(scores.shape[1]):
        for j in range(scores.shape[0]):
            result[i, j] = scores[i, j] / scores[i].sum()
    return result


def _square_loop(scores, axis):
    """Two loops that both run over the length of one axis, into a square array."""
    n = scores.shape[axis]
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = scores[i, j] / scores[i].sum()
    return result


def _filled(scores, shape, rounds=None):
    """The shares, written row by row into an array of this shape."""
    result = np.zeros(shape)
    for i in range(len(scores) if rounds is None else rounds):
        result[i] = scores[i] / scores[i].sum()
    return result


def _exchanged(scores, rounds):
    return _filled(scores, scores.T.shape, {"rows": None, "columns": scores.shape[1]}[rounds])


def _four_by_four(scores, rows=None, columns=None):
    """The shares, written number by number into an array of the page's shape."""
    result = np.zeros((4, 4))
    for i in range(rows or len(scores)):
        for j in range(columns or len(scores[0])):
            result[i, j] = scores[i, j] / scores[i].sum()
    return result


def _into_columns(scores):
    """The shares of each row, written into a column."""
    result = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        result[:, i] = row / row.sum()
    return result


def _transposed_over_a_column(scores):
    with np.errstate(all="ignore"):
        return scores.T / scores.sum(axis=1, keepdims=True)


def _columns_after_rows(scores):
    shares = _slip_by_row(scores)
    return shares / shares.sum(0)


def _over_rows(shares):
    return _over(shares, shares.sum(1, keepdims=True))


def _table_after_rows(scores):
    shares = _slip_by_row(scores)
    return shares / shares.sum()


_ROWS = "A row is a word that looks, and each has 1 to give away among the columns, whatever the other rows do."
_WHICH_AXIS = "Which sum do you divide by: how many numbers has it, and what belongs to each of them?"

SHARES_BY_ROW = [
    Misconception(
        "shares-by-column", partial(_slip_by_row, axis=0),
        "Your shares are exactly those of each column by itself.", _ROWS, _WHICH_AXIS, sums("shares")),
    Misconception(
        "shares-of-the-whole-table", partial(_slip_by_row, axis=None),
        "Your shares are exactly those of the whole table together.", _ROWS, _WHICH_AXIS, sums("shares")),
    Misconception(
        "axis-lost", partial(_slip_by_row, keep=False),
        "Your code does exactly what dividing by the row sums without `keepdims` does.",
        "The sums then lie in a row, (T_q,), and meet the columns: in a square table column j is divided by the sum of "
        "row j, and in most other tables nothing fits.",
        "Print the shape of your sums. Which shape would stand beside the rows?", sums("shares")),
    Misconception(
        "transposed-before-the-division", _transposed_over_a_column,
        "Your code does exactly what happens when `scores.T` is divided by a column of the row sums.",
        "Row j of the result is then column j of `scores`, divided by the sum of row j. In most tables that are not "
        "square nothing fits.",
        "Take the transpose away. If the result is still wrong then, print the shape of your sums."),
    Misconception(
        "whole-table-by-each-sum", lambda scores: scores / scores.sum(1)[:, None, None],
        "What you return is exactly the whole table once for each row, divided by the sum of that row.",
        "A row and its own sum belong together; here every row meets every sum.",
        "In a loop: is the row divided, or the table? Without one: print the shape of your sums. Two axes are enough."),
    Misconception(
        "last-row-everywhere", partial(_slip_by_row, gives=lambda shares: np.broadcast_to(shares[-1], shares.shape)),
        "Each row of your result is exactly the shares of the last row.",
        "Each row of the table has shares of its own.",
        "Is there one list that stands in all rows, as in `[[0] * T_k] * T_q`? Or does each round of your loop write "
        "into all rows?"),
    *(Misconception(
        slug, partial(_by_total, total=total), later("Your shares are exactly the scores divided by {words}.",
                                                     words=words),
        why, look, sums("shares"))
      for slug, total, words, why, look in (
          ("first-total-for-all", lambda scores: scores[0].sum(), "the sum of the first row", _ROWS, _WHICH_AXIS),
          ("last-total-for-all", lambda scores: scores[-1].sum(), "the sum of the last row",
           later("{rows} After a loop, a name holds what the last round gave it.", rows=_ROWS), _WHICH_AXIS),
          ("mean-total-for-all", lambda scores: scores.sum(1).mean(), "the mean of the sums of the rows", _ROWS,
           _WHICH_AXIS),
          ("largest-total-for-all", lambda scores: scores.sum(1).max(), "the largest of the sums of the rows", _ROWS,
           _WHICH_AXIS),
          ("total-never-reset", lambda scores: scores.sum(1).cumsum(),
           "a running total: that of their row and all rows above it", _ROWS,
           "Where in your loops is the total set to zero?"),
          ("divided-by-the-first", lambda scores: scores[:, 0], "the first score of their row", WHOLE, DIVISOR),
          ("divided-by-the-last", lambda scores: scores[:, -1], "the last score of their row", WHOLE, DIVISOR),
          ("divided-by-the-number-of-rows", len, "how many rows there are", WHOLE, DIVISOR),
          ("one-score-left-out", lambda scores: scores[:, 1:].sum(1), "the total of all but the first of their row",
           WHOLE, "Where does your sum begin?"),
          ("one-score-left-out", lambda scores: scores[:, :-1].sum(1), "the total of all but the last of their row",
           WHOLE, "Where does your sum end?"))),
    Misconception(
        "running-total", lambda scores: _over(scores, scores.cumsum(1)),
        "Your shares are exactly the scores divided by a running total: each by the sum of the scores up to itself.",
        NEVER_RESET.format("a row", "its"), "When is the total of a row complete, and when do you divide by it?",
        sums("shares")),
    *(Misconception(
        f"divided-by-the-{divisor}", partial(_slip_by_row, divisor=divisor),
        later("Your shares are exactly the scores divided by the {divisor} of their row.",
              divisor=divisor), WHOLE, DIVISOR, sums("shares"))
      for divisor in ("largest", "mean", "length", "smallest", "range")),
    Misconception(
        "divided-by-their-number", partial(_slip_by_row, divisor="count"),
        "Your shares are exactly the scores divided by how many a row has.", WHOLE, DIVISOR, sums("shares")),
    Misconception(
        "divided-by-the-others", partial(_slip_by_row, divisor="others"),
        "Your shares are exactly the scores divided by the total of all the others in their row.",
        "That compares a score with its rivals; a share is its part of everything, itself included.", DIVISOR,
        sums("shares")),
    Misconception(
        "total-at-least-1", partial(_slip_by_row, divisor="at least 1"),
        "Where the scores of a row sum to less than 1, your code leaves them as they are; elsewhere your shares are "
        "right.", AT_LEAST_1["why"], AT_LEAST_1["look"], sums("shares")),
    Misconception(
        "upside-down", lambda scores: _over(scores.sum(1, keepdims=True), scores),
        "Your shares are exactly the total of each row divided by each of its scores.",
        "The smallest score gets the most that way.", "Look at which number is divided by which."),
    Misconception("not-divided", lambda scores: scores + 0, **NOT_DIVIDED, why=WHOLE),
    Misconception("whole-number-division", partial(_slip_by_row, whole=True), **CUT, shows=sums("shares")),
    Misconception("written-into-integers", partial(written_into, partial(_slip_by_row)), **INTO_INTEGERS,
                  shows=sums("shares")),
    Misconception("divided-in-place", partial(divided_in_place, axis=1), **IN_PLACE),
    *(Misconception("total-summed-again", partial(total_summed_again, kind=kind), **SUMMED_AGAIN)
      for kind in (None, float)),
    Misconception("in-percent", partial(_slip_by_row, times=100), **PERCENT, shows=sums("shares")),
    *(Misconception(
        f"rounded-to-{digits}", partial(_slip_by_row, digits=digits), later(
            "Your shares are rounded to {digits} decimals.", digits=digits),
        **ROUNDED, shows=all_digits) for digits in (2, 3)),
    Misconception(
        "softmax", partial(_slip_by_row, powers=True),
        "Your shares are exactly those of a softmax over each row: exponentials first, then shares.",
        "The exponentials come in the cell below, from outside. Here a score twice as large gets twice the share.",
        "Look at what happens to the scores before the division."),
    Misconception(
        "transposed", partial(_slip_by_row, gives=np.transpose),
        "Your shares are exactly the right ones with rows and columns exchanged.",
        "Rows are the words that look, and stay so.", "Is there a transpose too many, or one missing at the end, or do "
        "two indices stand in each other's place?"),
    Misconception(
        "reshaped-not-transposed", partial(_slip_by_row, gives=lambda shares: shares.T.reshape(shares.shape)),
        "Your shares are exactly the right ones, transposed and then reshaped to the shape of the table.",
        "`reshape` keeps the numbers in their old order and cuts them into new rows; it does not exchange rows and "
        "columns.",
        "Which step gives a transposed table its old shape back?"),
    Misconception(
        "shares-of-the-rows", lambda scores: np.broadcast_to(scores.sum(1, keepdims=True) / scores.sum(), scores.shape),
        "Your shares are exactly those of whole rows in the total of the table.", _ROWS,
        "What stands above your fraction line: scores, or sums?", sums("shares")),
    *(Misconception(
        "lengths-confused", wrong,
        later("Your code does exactly what happens when a loop over the rows takes the number of columns: {words}, "
              "and where there are more columns than rows it stops.", words=words),
        "A table has two lengths, and they are equal only in a square such as the one on the page.",
        "Which length does each of your loops take?")
      for wrong, words in ((partial(_loop), "where there are fewer columns than rows, the last rows stay 0"),
                           (partial(_loop, start="copy"),
                            "where there are fewer columns than rows, the last rows stay as they came in"))),
    Misconception(
        "lengths-confused", _double_loop,
        "Your code does exactly what happens when two loops exchange the number of rows and the number of columns: it "
        "stops unless they are equal.",
        "A table has two lengths, and they are equal only in a square such as the one on the page.",
        "Which length does each of your loops take?"),
    *(Misconception(
        "lengths-confused", partial(_square_loop, axis=axis),
        later("Your code does exactly what happens when the number of {taken} is also taken for that of {other}.",
              taken=taken, other=other),
        "A table has two lengths, and they are equal only in a square such as the one on the page. "
        "`len(scores)` is the number of its rows.", "Which length does each of your loops take?")
      for axis, taken, other in ((0, "rows", "columns"), (1, "columns", "rows"))),
    *(Misconception(
        "lengths-confused", partial(_exchanged, rounds=rounds),
        "Your code does exactly what happens when the shares are written into an array with the two lengths exchanged, "
        "(T_k, T_q): in most tables that are not square it stops.",
        "A table has two lengths, and they are equal only in a square such as the one on the page.",
        "`scores.shape` holds the number of rows first. In which order do you take the two lengths from it, and in "
        "which order does the new array get them?")
      for rounds in ("columns", "rows")),
    *(Misconception(
        "shape-typed-in", wrong,
        "Your code does exactly what happens when the shares are written into an array of the shape (4, 4), whatever "
        "the shape of `scores` is.",
        "That is the shape of the table on the page. Other tables have other shapes.",
        "Where does a 4 stand in your code, or something that has this size on the page alone?")
      for wrong in (partial(_filled, shape=(4, 4), rounds=4), partial(_filled, shape=(4, 4)),
                    partial(_four_by_four, rows=4, columns=4), _four_by_four)),
    Misconception(
        "written-into-columns", _into_columns,
        "Your code does exactly what happens when the shares of each row are written into a column: in a square table "
        "rows and columns are exchanged, and elsewhere it stops.",
        "Rows are the words that look, and stay so.",
        "In `result[a, b]`, which of the two counts the rows? And in `result[:, i]`?"),
    *(Misconception(
        "last-row-left-out", partial(_loop, rows="rows", start=start, cut=1),
        later("Your shares are right, except for the last row, which {words}.", words=words),
        "`range(n)` ends at n − 1 already, and that is the last row.", "Where does your loop end?")
      for start, words in (("zeros", "stays 0"), ("copy", "stays as it came in"))),
    Misconception(
        "returned-too-early", partial(_left_out, place=slice(1, None)),
        "Your shares of the first row are right, and all others are 0.", RETURNED["why"], RETURNED["look"],
        sums("shares")),
    *(Misconception(
        f"{which}-{line}-left-out", partial(_left_out, place=place, start=start),
        later("Your shares are right, except for {place}, which {words}.", place=says, words=words), why, look)
      for which, line, says, place, why, look in (
          ("first", "row", "the first row", 0, BEGINS, "Where does your loop begin?"),
          ("first", "column", "the first column", (slice(None), 0), BEGINS,
           "Where does your loop over the columns begin?"),
          ("last", "column", "the last column", (slice(None), -1), ENDS,
           "Where does your loop over the columns end?"))
      for start, words in (("zeros", "stays 0"), ("copy", "stays as it came in"))),
    *(Misconception(
        f"{which}-row-left-out", partial(_slip_by_row, gives=gives),
        later("Your shares are right, but {place} is missing: there is one row less than in the table.", place=says),
        why, look)
      for which, says, gives, why, look in (
          ("last", "the last row", lambda shares: shares[:-1], ENDS, "Where does your loop, or your slice, end?"),
          ("first", "the first row", lambda shares: shares[1:], BEGINS,
           "Where does your loop, or your slice, begin?"))),
    *(Misconception(
        "sorted", partial(_slip_by_row, gives=gives), later("Your shares are exactly the right ones, each row in "
                                                            "order of size{words}.",
                                                            words=words),
                "A share belongs to the score in the same place.", "Is anything sorted?")
      for gives, words in ((np.sort, ""), (lambda shares: np.sort(shares)[:, ::-1], ", the largest first"))),
    Misconception(
        "one-added-to-the-total", partial(_slip_by_row, divisor="one more"),
        "Your shares are exactly the scores divided by the total of their row and 1.",
        "Whatever is added to the total is missing from the shares: they sum to less than 1.",
        "Look at what you divide by.", sums("shares")),
    Misconception(
        "what-is-left-of-1", partial(_slip_by_row, gives=lambda shares: 1 - shares),
        "What you return is exactly 1 minus the right share, for each score.",
        "That is what all the others get together; the largest score then has the smallest number.",
        "What is subtracted from 1, and what for?", sums("shares")),
    Misconception(
        "equal-shares", partial(_slip_by_row, of=np.ones_like, divisor="count"),
        "Your shares are exactly the same for all columns: 1 divided by how many there are.",
        "A score twice as large gets twice the share.",
        "Do the scores themselves come into what you return, or only their number?"),
    *(Misconception(
        "all-to-the-largest", wrong,
        "Your shares are exactly 1 for the largest score of each row and 0 for all others.",
        "That is a choice; shares give every score its part.", "How much should the second largest get?")
      for wrong in (lambda scores: (scores == scores.max(1, keepdims=True)) / 1.0, first_of_the_largest)),
    Misconception(
        "rows-then-columns", _columns_after_rows,
        "Your shares are exactly the right ones, divided once more by the sum of their column.", _ROWS,
        "Is there a second division?", sums("shares")),
    Misconception(
        "columns-then-rows", lambda scores: _over_rows(_slip_by_row(scores, axis=0)),
        "Your shares are exactly those of each column, divided once more by the sum of their row.", _ROWS,
        "Is there a second division?", sums("shares")),
    Misconception(
        "rows-then-table", _table_after_rows,
        "Your shares are exactly the right ones, divided once more by the sum of the whole table.", _ROWS,
        "Is there a second division?", sums("shares")),
    *(Misconception(
        slug, wrong, later("What you return is exactly {words}.", words=words),
        "The result is a table like the one that came in: a row for each row, a column for each column.", look)
      for slug, wrong, words, look in (
          ("totals-returned", lambda scores: scores.sum(1), "the sums of the rows", "What is divided by these sums?"),
          ("first-row-only", partial(_slip_by_row, gives=lambda shares: shares[0]), "the shares of the first row",
           "Does a `return` stand inside the loop, or is there an index 0?"),
          ("first-row-only", partial(_slip_by_row, gives=lambda shares: shares[:1]), "the shares of the first row",
           "Does a `return` stand inside the loop, or is there a slice that ends early?"),
          ("last-row-only", partial(_slip_by_row, gives=lambda shares: shares[-1]), "the shares of the last row",
           "What does your loop do with the rows of the rounds before?"),
          ("flattened", partial(_slip_by_row, gives=np.ravel), "the right shares, all in one row",
           "How are the rows put together at the end: behind each other, or under each other?"))),
]
