"""Lesson 00: three small exercises, to see how a check speaks."""
import numpy as np

from classroom.ask.call import OwnArray
from classroom.ask.case import Case
from classroom.judge.exercise import Choice, Exercise

from . import mistakes, mistakes_by_row


def shares(scores):
    """Each score's part of the whole: (n,) -> (n,), summing to 1."""
    return scores / scores.sum()


def _cases(rng):
    yield Case("the scores of this page", scores=np.array([1, 2, 6, 3]))
    yield Case("a score of 0", scores=np.array([0, 1, 4]))
    yield Case("equal scores", scores=np.full(5, 2))
    yield Case("one score", scores=np.array([7]))
    yield Case("many scores, some equal", scores=rng.integers(0, 5, size=60) + np.arange(60) % 2)
    yield Case("five scores", scores=rng.integers(1, 9, size=5) + np.arange(5) % 2)
    yield Case("fractions", scores=rng.uniform(0.1, 3.0, size=6))
    yield Case("a total below 1", scores=np.array([0.02, 0.005, 0.015, 0.01]))
    yield Case("more scores, not in order", scores=rng.integers(1, 30, size=9))
    yield Case("float32", scores=rng.uniform(0.5, 9.0, size=7).astype(np.float32))
    yield Case("shares already", scores=np.array([0.25, 0.5, 0.125, 0.125]))


# ------------------------------------------------------------------------- 0.3 shares, row by row


def shares_by_row(scores):
    """Each score's part of its row: (T_q, T_k) -> (T_q, T_k), every row summing to 1."""
    return scores / scores.sum(axis=1, keepdims=True)


def _tables(rng):
    yield Case("a small table", scores=np.array([[1, 3], [5, 0], [2, 4]]))
    yield Case("the scores of this page", scores=np.array([[4, 1, 2, 1], [0, 2, 4, 2], [0, 4, 2, 0], [0, 0, 0, 4]]))
    yield Case("more columns than rows", scores=rng.integers(1, 9, size=(2, 5)))
    yield Case("more rows than columns", scores=rng.uniform(0.1, 3.0, size=(6, 3)))
    yield Case("a square", scores=rng.uniform(0.1, 3.0, size=(3, 3)))
    yield Case("totals below 1", scores=np.array([[0.02, 0.005, 0.025], [0.01, 0.05, 0.03]]))
    yield Case("one row", scores=rng.integers(1, 9, size=(1, 4)))
    yield Case("one column", scores=rng.integers(1, 9, size=(4, 1)))
    yield Case("one number", scores=np.array([[5]]))
    yield Case("many rows", scores=rng.integers(0, 5, size=(20, 60)) + np.arange(60) % 2)
    yield Case("float32", scores=rng.uniform(0.5, 9.0, size=(4, 6)).astype(np.float32))
    yield Case("shares already", scores=np.array([[0.25, 0.5, 0.25], [0.5, 0.125, 0.375]]))


# --------------------------------------------------------------------------------------- all three

EXERCISES = [
    Exercise(
        id="0.1", title="shares", names=("shares",), points=1, minutes=5, difficulty=1,
        takes={"scores": "n"}, gives={"shares": "n"}, shares=("shares",),
        reference=shares, cases=_cases, probe=OwnArray(),
        moral="Further down you see for which scores that is not enough. Lesson 01 shows what is done about it.",
        hints=("Add up the four scores of the example on paper. Which fraction of that number is the 6?",
               "Every share is its score divided by one and the same number. A NumPy array can be divided by a number "
               "as a whole, without a loop.",
               "An array knows its total: `scores.sum()`."),
        misconceptions=mistakes.SHARES,
    ),
    Choice(
        id="0.2", title="where to look?", names=("looks_at",), points=1, minutes=2, difficulty=1,
        options=("the", "black", "cat", "sleeps"), reference="black",
        wrong={
            "the": "That is what *el* was made from, and it is written already. *negro* is a colour.",
            "cat": "It stands where *negro* will stand, in the third place. But it has been translated: *el gato* is "
                   "written, and from that you also know that the adjective must be masculine. What *negro* means is "
                   "still missing. Spanish puts the colour behind the animal.",
            "sleeps": "That will be needed for the last word, *duerme*. *negro* is a colour.",
            "negro": "That is the Spanish word that is to be written. Which English word do you need for it?",
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
        reference=shares_by_row, cases=_tables, probe=OwnArray(),
        misconceptions=mistakes_by_row.SHARES_BY_ROW,
        moral="Every attention picture of the course is such a table: rows are the words that look.",
        hints=("Take the table [[1, 3], [5, 0]] and write its shares down by hand. Which numbers did you add up for "
               "the first row, and which for the second?",
               "You need one sum for each row. `scores.sum(axis=...)` sums along one axis; print its shape for a table "
               "with 2 rows and 3 columns, and see which axis gives you two sums.",
               "Sums of the shape (T_q, 1) stand beside the rows like one more column, and NumPy divides every number "
               "of a row by the sum beside it. `keepdims=True` gives them that shape."),
    ),
]
