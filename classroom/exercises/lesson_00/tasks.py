"""Lesson 00: three small exercises, to see how a check speaks."""
from functools import partial

import numpy as np

from classroom.ask.case import Case
from classroom.judge.evidence import place, sums
from classroom.judge.exercise import Choice, Exercise, Misconception


def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    return scores / scores.sum()


def _cases(rng):
    yield Case("the scores of this page", scores=np.array([1, 2, 6, 3]))
    yield Case("a score of 0", scores=np.array([4, 0, 1]))
    yield Case("equal scores", scores=np.full(5, 2))
    yield Case("one score", scores=np.array([7]))
    yield Case("fractions", scores=rng.uniform(0.1, 3.0, size=6))
    yield Case("more scores, not in order", scores=rng.integers(1, 30, size=9))
    yield Case("float32", scores=rng.uniform(0.5, 9.0, size=7).astype(np.float32))


def _slip(scores, divisor="sum", whole=False, times=1, digits=None):
    """`shares` with one thing done differently."""
    by = {
        "sum": np.sum, "largest": np.max, "smallest": np.min, "range": np.ptp, "count": len, "mean": np.mean,
        "length": np.linalg.norm, "nothing": lambda scores: 1, "page": lambda scores: 12,
    }[divisor](scores)
    with np.errstate(all="ignore"):
        result = times * (scores // by if whole else scores / by)
    return result if digits is None else result.round(digits)


def _softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _upside_down(scores):
    with np.errstate(all="ignore"):
        return np.sum(scores) / scores


def _all_digits(sight):
    """Evidence: one number, with more digits than are usually shown."""
    got, want = sight.got.values["shares"], sight.want.values["shares"]
    index = int(np.argmax(np.abs(got - want)))
    return f"{place(sight)}, `shares[{index}]` is {got[index]:.6f}, and {want[index]:.6f} is expected."


_WHOLE = "Shares of one whole sum to 1, whatever the scores were."
_DIVISOR = "Look at what you divide by."

# ------------------------------------------------------------------------- 0.3 shares, row by row


def shares_by_row(scores):
    """Each score's part of its row: (T_q, T_k) -> (T_q, T_k), every row summing to 1."""
    return scores / scores.sum(axis=1, keepdims=True)


def _tables(rng):
    yield Case("a small table", scores=np.array([[1, 3], [4, 0], [2, 2]]))
    yield Case("the scores of this page", scores=np.array([[4, 1, 2, 1], [0, 2, 4, 2], [0, 4, 2, 0], [0, 0, 0, 4]]))
    yield Case("more columns than rows", scores=rng.integers(1, 9, size=(2, 5)))
    yield Case("more rows than columns", scores=rng.uniform(0.1, 3.0, size=(6, 3)))
    yield Case("a square", scores=rng.uniform(0.1, 3.0, size=(3, 3)))
    yield Case("one row", scores=rng.integers(1, 9, size=(1, 4)))
    yield Case("one column", scores=rng.integers(1, 9, size=(4, 1)))
    yield Case("float32", scores=rng.uniform(0.5, 9.0, size=(4, 6)).astype(np.float32))


def _slip_by_row(scores, axis=1, keep=True, divisor="sum", whole=False, times=1, digits=None):
    """`shares_by_row` with one thing done differently."""
    measure = {"sum": np.sum, "largest": np.max, "mean": np.mean, "length": np.linalg.norm}[divisor]
    by = measure(scores, axis=axis, keepdims=keep)
    by = by[:1] if divisor == "first row" else by
    with np.errstate(all="ignore"):
        result = times * (scores // by if whole else scores / by)
    return result if digits is None else result.round(digits)


def _first_total(scores):
    return scores / scores[0].sum()


def _rows_by_softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


_ROWS = "A row is a word that looks, and each has 1 to give away among the columns, whatever the other rows do."
_WHICH_AXIS = "Which sum do you divide by: how many numbers has it, and what belongs to each of them?"

_ROW_SLIPS = [
    Misconception(
        "shares-by-column", partial(_slip_by_row, axis=0),
        "Your shares are exactly those of each column by itself.", _ROWS, _WHICH_AXIS, sums("shares")),
    Misconception(
        "shares-of-the-whole-table", partial(_slip_by_row, axis=None),
        "Your shares are exactly those of the whole table together.", _ROWS, _WHICH_AXIS, sums("shares")),
    Misconception(
        "axis-lost", partial(_slip_by_row, keep=False),
        "Your code does exactly what dividing by the row sums without `keepdims` does.",
        "The sums then lie in a row, (T_q,), and meet the columns: in a square table each column is divided by the sum "
        "of another row, and in any other table nothing fits.",
        "Print the shape of your sums. Which shape would stand beside the rows?", sums("shares")),
    Misconception(
        "first-total-for-all", _first_total,
        "Your shares are exactly the scores divided by the sum of the first row.", _ROWS, _WHICH_AXIS, sums("shares")),
    *(Misconception(
        f"divided-by-the-{divisor}", partial(_slip_by_row, divisor=divisor),
        f"Your shares are exactly the scores divided by the {divisor} of their row.", _WHOLE, _DIVISOR, sums("shares"))
      for divisor in ("largest", "mean", "length")),
    Misconception(
        "not-divided", lambda scores: scores + 0, "Your function returns the scores as they came in.", _WHOLE,
        "Look at what the function should do to them before it returns them."),
    Misconception(
        "whole-number-division", partial(_slip_by_row, whole=True),
        "Your shares are exactly what comes out when the division keeps whole numbers only.",
        "A share is a fraction; cut down to a whole number nearly all of them are 0.",
        "Python has two signs for division. Look at which one you use.", sums("shares")),
    Misconception(
        "in-percent", partial(_slip_by_row, times=100),
        "Your shares are exactly 100 times too large: they are percentages.",
        "The course counts shares as parts of 1, since they will be multiplied with other numbers.",
        "Leave the factor out.", sums("shares")),
    *(Misconception(
        f"rounded-to-{digits}", partial(_slip_by_row, digits=digits), f"Your shares are rounded to {digits} decimals.",
        "Rounded shares no longer sum to 1 exactly, and what is lost here is lost in every step after it. "
        "Round when you print, not when you compute.", "Look at the last thing done to the result.")
      for digits in (2, 3)),
    Misconception(
        "softmax", _rows_by_softmax,
        "Your shares are exactly those of a softmax over each row: exponentials first, then shares.",
        "The exponentials come in the cell below, from outside. Here a score twice as large gets twice the share.",
        "Look at what happens to the scores before the division."),
    Misconception(
        "transposed", lambda scores: shares_by_row(scores).T,
        "Your shares are exactly the right ones with rows and columns exchanged.",
        "Rows are the words that look, and stay so.", "Is there a transpose too many?"),
]

# --------------------------------------------------------------------------------------- all three

EXERCISES = [
    Exercise(
        id="0.1", title="shares", names=("shares",), points=1, minutes=5, difficulty=1,
        takes={"scores": "n"}, gives={"shares": "n"}, shares=("shares",),
        reference=shares, cases=_cases,
        moral="Lesson 01 starts from this line, and finds the kind of scores for which it is not enough.",
        hints=("Add up the four scores of the example on paper. Which fraction of that number is the 6?",
               "Every share is its score divided by one and the same number. A NumPy array can be divided by a number "
               "as a whole, without a loop.",
               "An array knows its total: `scores.sum()`."),
        misconceptions=[
            Misconception(
                "divided-by-the-largest", partial(_slip, divisor="largest"),
                "Your shares are exactly the scores divided by the largest of them.",
                "The largest score then always gets 1, which is everything, and nothing would be left for the others.",
                _DIVISOR, sums("shares")),
            Misconception(
                "divided-by-their-number", partial(_slip, divisor="count"),
                "Your shares are exactly the scores divided by how many there are.", _WHOLE, _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-mean", partial(_slip, divisor="mean"),
                "Your shares are exactly the scores divided by their mean.",
                "They tell how many times the average a score is, and sum to the number of scores.", _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-length", partial(_slip, divisor="length"),
                "Your shares are exactly the scores divided by their length as a vector, √(s₁² + s₂² + …).",
                "Their squares sum to 1 then; shares themselves should.", _DIVISOR, sums("shares")),
            Misconception(
                "divided-by-the-smallest", partial(_slip, divisor="smallest"),
                "Your shares are exactly the scores divided by the smallest of them.", _WHOLE, _DIVISOR,
                sums("shares")),
            Misconception(
                "divided-by-the-range", partial(_slip, divisor="range"),
                "Your shares are exactly the scores divided by the distance from the smallest to the largest.",
                _WHOLE, _DIVISOR, sums("shares")),
            Misconception(
                "divisor-typed-in", partial(_slip, divisor="page"),
                "Your shares are exactly the scores divided by 12, whatever the scores are.",
                "12 is right for the four scores on the page and for no others.",
                "Have the function compute that number from `scores`.", sums("shares")),
            Misconception(
                "not-divided", partial(_slip, divisor="nothing"),
                "Your function returns the scores as they came in.", _WHOLE,
                "Look at what the function should do to them before it returns them."),
            Misconception(
                "whole-number-division", partial(_slip, whole=True),
                "Your shares are exactly what comes out when the division keeps whole numbers only.",
                "A share is a fraction; cut down to a whole number nearly all of them are 0.",
                "Python has two signs for division. Look at which one you use.", sums("shares")),
            Misconception(
                "in-percent", partial(_slip, times=100),
                "Your shares are exactly 100 times too large: they are percentages.",
                "The course counts shares as parts of 1, since they will be multiplied with other numbers.",
                "Leave the factor out.", sums("shares")),
            *(Misconception(
                f"rounded-to-{digits}", partial(_slip, digits=digits),
                f"Your shares are rounded to {digits} decimals.",
                "Rounded shares no longer sum to 1 exactly, and what is lost here is lost in every step after it. "
                "Round when you print, not when you compute.", "Look at the last thing done to the result.",
                _all_digits) for digits in (2, 3, 4)),
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
        ],
    ),
    Choice(
        id="0.2", title="where to look?", names=("looks_at",), points=1, minutes=2, difficulty=1,
        options=("the", "black", "cat", "sleeps"), reference="black",
        wrong={
            "the": "That is what *el* was made from, and it is written already. *negro* is a colour.",
            "cat": "It stands where *negro* will stand, in the third place. But is it what *negro* means? Spanish puts "
                   "the colour behind the animal.",
            "sleeps": "That will be needed for the last word, *duerme*. *negro* is a colour.",
        },
        hints=("Do not count places. What does *negro* mean?",
               "*gato* is an animal and is written already. *negro* says what it looks like.",
               "One English word of the four names a colour."),
        solution_source='looks_at = "black"',
        moral="You looked at the second word to write the third. Attention must be able to do that: to look where "
              "something fits, and not where it stands.",
    ),
    Exercise(
        id="0.3", title="shares, row by row", names=("shares_by_row",), points=1, minutes=8, difficulty=1,
        takes={"scores": "T_q T_k"}, gives={"shares": "T_q T_k"}, shares=("shares",),
        reference=shares_by_row, cases=_tables, misconceptions=_ROW_SLIPS,
        moral="Every attention picture of the course is such a table: rows are the words that look.",
        hints=("Take the table [[1, 3], [4, 0]] and write its shares down by hand. Which numbers did you add up for "
               "the first row, and which for the second?",
               "You need one sum for each row. `scores.sum(axis=...)` sums along one axis; print its shape for a table "
               "with 2 rows and 3 columns, and see which axis gives you two sums.",
               "Sums of the shape (T_q, 1) stand beside the rows like one more column, and NumPy divides every number "
               "of a row by the sum beside it. `keepdims=True` gives them that shape."),
    ),
]
