"""Lesson 00: what learners write instead, and what it means. Used by `lesson_00`."""
from collections.abc import Callable
from functools import partial

import numpy as np

from classroom.judge.evidence import place, sums
from classroom.judge.exercise import Misconception

# Three ways to write it come out as the same numbers, so that the message names all three.
_CUT = {
    "says": "Your shares are exactly what comes out when each of them is cut down to a whole number.",
    "why": "A share is a fraction; cut down to a whole number nearly all of them are 0.",
    "look": "Three things keep whole numbers only: the sign `//`, `int(...)`, and a dtype of whole numbers. Which of "
            "them do you use?"}
_INTO_INTEGERS = {
    "says": "Where the scores are whole numbers, each of your shares is cut down to a whole number; where they are "
            "fractions, your shares are right.",
    "why": "An array of whole numbers cuts off the fraction of what is written into it, and says nothing. "
           "`np.zeros_like(scores)`, `scores.copy()` and `scores` itself are such arrays when the scores are whole.",
    "look": "Which dtype has the array that you write your shares into?"}
_IN_PLACE = {
    "says": "Where the scores are whole numbers, your code stops, as `/=` does.",
    "why": "`/=` writes the result back into `scores`, and an array of whole numbers cannot hold fractions. It would "
           "also change the scores of whoever called the function.",
    "look": "How do you get the result into a new array?"}
_WHOLE = "Shares of one whole sum to 1, whatever the scores were."
_DIVISOR = "Look at what you divide by."
_PERCENT = {
    "says": "Your shares are exactly 100 times too large: they are percentages.",
    "why": "The course counts shares as parts of 1, since they will be multiplied with other numbers.",
    "look": "Leave the factor out."}
_ROUNDED = {
    "why": "Rounded shares need not sum to 1 any more, and what is lost here is lost in every step after it. "
           "Round when you print, not when you compute.",
    "look": "Look at the last thing done to the result."}
_NEVER_RESET = ("The total of {0} is known only once all {1} scores are added up. A loop that adds and divides in "
                "the same round divides by what has been added so far.")

# ------------------------------------------------------------------------------------- 0.1 shares


def _all_but(score: int) -> Callable:
    return lambda scores: np.delete(scores, score).sum()


def _slip(scores, divisor="sum", whole=False, times=1, digits=None, of=None, gives=None, kind=None):
    """`shares` with one thing done differently."""
    scores = scores if kind is None else scores.astype(kind)
    by = {
        "sum": np.sum, "largest": np.max, "smallest": np.min, "range": np.ptp, "count": len, "mean": np.mean,
        "length": np.linalg.norm, "nothing": lambda scores: 1, "page": lambda scores: 12, "first": lambda s: s[0],
        "last": lambda s: s[-1], "all but the first": _all_but(0), "all but the last": _all_but(-1),
        "running": np.cumsum, "others": lambda s: s.sum() - s, "left": lambda s: s[::-1].cumsum()[::-1],
        "spread": np.std, "indices": lambda s: np.arange(len(s)).sum(), "product": lambda s: s.astype(float).prod(),
    }[divisor](scores)
    numbers = scores if of is None else of(scores)
    with np.errstate(all="ignore"):
        result = times * (numbers // by if whole else numbers / by)
    result = result if digits is None else result.round(digits)
    return result if gives is None else gives(result)


def _softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _written_into(right, scores):
    """What comes out when the right shares are written into an array of the dtype of the scores."""
    return right(scores).astype(scores.dtype)


def _divided_in_place(scores, axis=None):
    """Whole numbers divided by `/=`: NumPy refuses."""
    scores = scores.copy()
    scores /= scores.sum(axis=axis, keepdims=axis is not None)
    return scores


def _upside_down(scores):
    with np.errstate(all="ignore"):
        return np.sum(scores) / scores


def _all_digits(sight):
    """Evidence: one number, with more digits than are usually shown."""
    got, want = sight.got.values["shares"], sight.want.values["shares"]
    index = int(np.argmax(np.abs(got - want)))
    return f"{place(sight)}, `shares[{index}]` is {got[index]:.6f}, and {want[index]:.6f} is expected."


def _smallest_taken_away(scores):
    return scores - scores.min()


def _divided(slug: str, words: str, why: str = _WHOLE, look: str = _DIVISOR, **switches) -> Misconception:
    return Misconception(slug, partial(_slip, **switches), f"Your shares are exactly the scores divided by {words}.",
                         why, look, sums("shares"))


SHARES = [
    _divided("divided-by-the-largest", "the largest of them",
             "The largest score then always gets 1, which is everything, and nothing would be left for the others.",
             divisor="largest"),
    _divided("divided-by-their-number", "how many there are", divisor="count"),
    _divided("divided-by-the-mean", "their mean",
             "They tell how many times the average a score is, and sum to the number of scores.", divisor="mean"),
    _divided("divided-by-the-length", "their length as a vector, √(s₁² + s₂² + …)",
             "Their squares sum to 1 then; shares themselves should.", divisor="length"),
    _divided("divided-by-the-smallest", "the smallest of them", divisor="smallest"),
    _divided("divided-by-the-range", "the distance from the smallest to the largest", divisor="range"),
    _divided("divided-by-the-first", "the first of them", divisor="first"),
    _divided("divided-by-the-last", "the last of them",
             f"{_WHOLE} (After a loop, its variable still holds the last score.)", divisor="last"),
    _divided("one-score-left-out", "the total of all but the first", look="Where does your sum begin?",
             divisor="all but the first"),
    _divided("one-score-left-out", "the total of all but the last", look="Where does your sum end?",
             divisor="all but the last"),
    _divided("running-total", "a running total: each by the sum of the scores up to itself",
             _NEVER_RESET.format("a list", "its"), "When is your total complete, and when do you divide by it?",
             divisor="running"),
    _divided("divided-by-what-is-left", "what is left: each by the sum of itself and those behind it",
             "All shares are parts of one and the same whole.", divisor="left"),
    _divided("divided-by-the-others", "the total of all the others",
             "That compares a score with its rivals; a share is its part of everything, itself included.",
             divisor="others"),
    _divided("indices-added-up", "the sum of their indices, 0 + 1 + 2 + …", divisor="indices",
             look="What does your loop add up: the scores, or the numbers that count them?"),
    _divided("multiplied-up", "their product", look="What does your loop do with the total in each round?",
             divisor="product"),
    _divided("divisor-typed-in", "12, whatever the scores are",
             "12 is right for the four scores on the page and for no others.",
             "Have the function compute that number from `scores`.", divisor="page"),
    Misconception(
        "not-divided", partial(_slip, divisor="nothing"),
        "Your function returns the scores as they came in.", _WHOLE,
        "Look at what the function should do to them before it returns them."),
    Misconception("whole-number-division", partial(_slip, whole=True), **_CUT, shows=sums("shares")),
    Misconception("written-into-integers", partial(_written_into, partial(_slip)), **_INTO_INTEGERS,
                  shows=sums("shares")),
    Misconception("divided-in-place", _divided_in_place, **_IN_PLACE),
    Misconception("in-percent", partial(_slip, times=100), **_PERCENT, shows=sums("shares")),
    *(Misconception(
        f"rounded-to-{digits}", partial(_slip, digits=digits), f"Your shares are rounded to {digits} decimals.",
        **_ROUNDED, shows=_all_digits) for digits in (2, 3, 4)),
    Misconception(
        "upside-down", _upside_down,
        "Your shares are exactly the total divided by each score.",
        "The smallest score gets the most that way.", "Look at which number is divided by which."),
    Misconception(
        "softmax", _softmax,
        "Your shares are exactly those of a softmax: exponentials first, then shares.",
        "That is where lesson 01 is going. Here the shares are to be those of the scores themselves, so that "
        "a score twice as large gets twice the share.",
        "Look at what happens to the scores before the division."),
    Misconception(
        "equal-shares", partial(_slip, of=np.ones_like, divisor="count"),
        "Your shares are exactly the same for everybody: 1 divided by how many there are.",
        "The page's scores are 1, 2, 6 and 3: the 6 should get six times what the 1 gets.",
        "Do the scores themselves come into what you return, or only their number?"),
    Misconception(
        "all-to-the-largest", lambda scores: (scores == scores.max()) / 1.0,
        "Your shares are exactly 1 for the largest score and 0 for all others.",
        "That is a choice; shares give every score its part.", "How much should the second largest get?"),
    *(Misconception(
        slug, partial(_slip, of=of, divisor=divisor), f"Your shares are exactly the scores {words}.",
        "That moves or stretches the scores. A score twice as large should get twice the share, and a score of 0 "
        "nothing.", "Is anything done to the scores before they are divided?", sums("shares"))
      for slug, of, divisor, words in (
          ("stretched-to-0-and-1", _smallest_taken_away, "range",
           "stretched so that the smallest becomes 0 and the largest 1"),
          ("standardised", lambda scores: scores - scores.mean(), "spread",
           "minus their mean, divided by their standard deviation"))),
    Misconception(
        "squared", lambda scores: np.square(scores) / np.square(scores).sum(),
        "Your shares are exactly those of the squares of the scores.",
        "A score twice as large then gets four times the share.", "What is done to the scores before they are added?",
        sums("shares")),
    Misconception(
        "scores-cut-first", partial(_slip, kind=int),
        "Your shares are exactly those of the scores cut down to whole numbers.",
        "Scores may be fractions, such as 0.5; cut down, that one is 0.", "Is there an `int` before the division?"),
    Misconception(
        "sorted", partial(_slip, gives=np.sort), "Your shares are exactly the right ones, in order of size.",
        "A share belongs to the score in the same place.", "Is anything sorted?"),
    Misconception(
        "running-sum-of-shares", partial(_slip, gives=np.cumsum),
        "What you return is exactly a running sum of the right shares.",
        "Each score has a share of its own.", "Is there a `cumsum`, or a share that is added to the one before?"),
    *(Misconception(
        slug, wrong, f"What you return is exactly {words}.", "There is a share for each score: as many as there are "
        "scores, in their order.", look)
      for slug, wrong, words, look in (
          ("total-returned", np.sum, "the total", "What is divided by the total?"),
          ("mean-returned", np.mean, "the mean of the scores", "What is divided, and by what?"),
          ("one-share-only", partial(_slip, gives=lambda shares: shares[0]), "the share of the first score",
           "Does a `return` stand inside a loop, or is there an index 0?"),
          ("one-share-only", partial(_slip, gives=np.max), "the largest share", "Is there a `max` too many?"),
          ("one-share-only", partial(_slip, gives=lambda shares: shares[-1]), "the share of the last score",
           "What does your loop do with the shares of the rounds before?"))),
]

# ------------------------------------------------------------------------- 0.3 shares, row by row


def _slip_by_row(scores, axis=1, keep=True, divisor="sum", whole=False, times=1, digits=None, of=None, gives=None):
    """`shares_by_row` with one thing done differently."""
    measure = {"sum": np.sum, "largest": np.max, "mean": np.mean, "length": np.linalg.norm, "smallest": np.min,
               "range": np.ptp, "spread": np.std, "count": lambda x, **how: np.ones_like(x).sum(**how),
               "others": lambda x, **how: x.sum(**how) - x}[divisor]
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


def _into_columns(scores):
    """The shares of each row, written into a column."""
    result = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        result[:, i] = row / row.sum()
    return result


def _rows_by_softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _columns_after_rows(scores):
    shares = _slip_by_row(scores)
    return shares / shares.sum(0)


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
    *(Misconception(
        slug, partial(_by_total, total=total), f"Your shares are exactly the scores divided by {words}.",
        why, look, sums("shares"))
      for slug, total, words, why, look in (
          ("first-total-for-all", lambda scores: scores[0].sum(), "the sum of the first row", _ROWS, _WHICH_AXIS),
          ("last-total-for-all", lambda scores: scores[-1].sum(), "the sum of the last row",
           f"{_ROWS} After a loop, a name holds what the last round gave it.", _WHICH_AXIS),
          ("mean-total-for-all", lambda scores: scores.sum(1).mean(), "the mean of the sums of the rows", _ROWS,
           _WHICH_AXIS),
          ("largest-total-for-all", lambda scores: scores.sum(1).max(), "the largest of the sums of the rows", _ROWS,
           _WHICH_AXIS),
          ("total-never-reset", lambda scores: scores.sum(1).cumsum(),
           "a running total: that of their row and all rows above it", _ROWS,
           "Where in your loops is the total set to zero?"),
          ("divided-by-the-first", lambda scores: scores[:, 0], "the first score of their row", _WHOLE, _DIVISOR),
          ("divided-by-the-last", lambda scores: scores[:, -1], "the last score of their row", _WHOLE, _DIVISOR),
          ("divided-by-the-number-of-rows", len, "how many rows there are", _WHOLE, _DIVISOR))),
    Misconception(
        "running-total", lambda scores: _over(scores, scores.cumsum(1)),
        "Your shares are exactly the scores divided by a running total: each by the sum of the scores up to itself.",
        _NEVER_RESET.format("a row", "its"), "When is the total of a row complete, and when do you divide by it?",
        sums("shares")),
    *(Misconception(
        f"divided-by-the-{divisor}", partial(_slip_by_row, divisor=divisor),
        f"Your shares are exactly the scores divided by the {divisor} of their row.", _WHOLE, _DIVISOR, sums("shares"))
      for divisor in ("largest", "mean", "length", "smallest", "range")),
    Misconception(
        "divided-by-their-number", partial(_slip_by_row, divisor="count"),
        "Your shares are exactly the scores divided by how many a row has.", _WHOLE, _DIVISOR, sums("shares")),
    Misconception(
        "divided-by-the-others", partial(_slip_by_row, divisor="others"),
        "Your shares are exactly the scores divided by the total of all the others in their row.",
        "That compares a score with its rivals; a share is its part of everything, itself included.", _DIVISOR,
        sums("shares")),
    Misconception(
        "not-divided", lambda scores: scores + 0, "Your function returns the scores as they came in.", _WHOLE,
        "Look at what the function should do to them before it returns them."),
    Misconception("whole-number-division", partial(_slip_by_row, whole=True), **_CUT, shows=sums("shares")),
    Misconception("written-into-integers", partial(_written_into, partial(_slip_by_row)), **_INTO_INTEGERS,
                  shows=sums("shares")),
    Misconception("divided-in-place", partial(_divided_in_place, axis=1), **_IN_PLACE),
    Misconception("in-percent", partial(_slip_by_row, times=100), **_PERCENT, shows=sums("shares")),
    *(Misconception(
        f"rounded-to-{digits}", partial(_slip_by_row, digits=digits), f"Your shares are rounded to {digits} decimals.",
        **_ROUNDED, shows=sums("shares")) for digits in (2, 3)),
    Misconception(
        "softmax", _rows_by_softmax,
        "Your shares are exactly those of a softmax over each row: exponentials first, then shares.",
        "The exponentials come in the cell below, from outside. Here a score twice as large gets twice the share.",
        "Look at what happens to the scores before the division."),
    Misconception(
        "transposed", partial(_slip_by_row, gives=np.transpose),
        "Your shares are exactly the right ones with rows and columns exchanged.",
        "Rows are the words that look, and stay so.", "Is there a transpose too many?"),
    Misconception(
        "reshaped-not-transposed", partial(_slip_by_row, gives=lambda shares: shares.T.reshape(shares.shape)),
        "Your shares are exactly the right ones, transposed and then reshaped to the shape of the table.",
        "`reshape` reads the numbers on in their order and cuts them anew; it does not exchange rows and columns.",
        "Which step gives a transposed table its old shape back?"),
    Misconception(
        "shares-of-the-rows", lambda scores: np.broadcast_to(scores.sum(1, keepdims=True) / scores.sum(), scores.shape),
        "Your shares are exactly those of whole rows in the total of the table.", _ROWS,
        "What stands above your fraction line: scores, or sums?", sums("shares")),
    *(Misconception(
        "lengths-confused", wrong,
        "Your code does exactly what happens when a loop over the rows takes the number of columns: "
        f"{words}, and where there are more columns than rows it stops.",
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
    Misconception(
        "written-into-columns", _into_columns,
        "Your code does exactly what happens when the shares of each row are written into a column: in a square table "
        "rows and columns are exchanged, and elsewhere it stops.",
        "Rows are the words that look, and stay so.",
        "In `result[a, b]`, which of the two counts the rows? And in `result[:, i]`?"),
    *(Misconception(
        "last-row-left-out", partial(_loop, rows="rows", start=start, cut=1),
        f"Your shares are right, except for the last row, which {words}.",
        "`range(n)` ends at n − 1 already, and that is the last row.", "Where does your loop end?")
      for start, words in (("zeros", "stays 0"), ("copy", "stays as it came in"))),
    Misconception(
        "equal-shares", partial(_slip_by_row, of=np.ones_like, divisor="count"),
        "Your shares are exactly the same for all columns: 1 divided by how many there are.",
        "A score twice as large gets twice the share.",
        "Do the scores themselves come into what you return, or only their number?"),
    Misconception(
        "all-to-the-largest", lambda scores: (scores == scores.max(1, keepdims=True)) / 1.0,
        "Your shares are exactly 1 for the largest score of each row and 0 for all others.",
        "That is a choice; shares give every score its part.", "How much should the second largest get?"),
    Misconception(
        "rows-then-columns", _columns_after_rows,
        "Your shares are exactly the right ones, divided once more by the sum of their column.", _ROWS,
        "Is there a second division?", sums("shares")),
    *(Misconception(
        slug, wrong, f"What you return is exactly {words}.",
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
