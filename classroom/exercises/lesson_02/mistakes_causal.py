"""Lesson 02, the causal mask: what learners write instead, and what it means. Used by `lesson_02`."""
from functools import partial

import numpy as np
import torch

from classroom.judge.exercise import Misconception, Property
from course._words import later, say

from .mistakes_masks import LOW, TO_BE_ADDED, added


def _causal(size, start=0, invert=False, turn=False, kind=torch.bool, shape=None, fixed=None, more=0):
    size = (fixed or size) + more
    mask = torch.ones(size, size, dtype=torch.bool).tril(start)
    mask = ~mask if invert else mask
    mask = mask.flip(-1) if turn else mask
    if shape is not None:
        mask = mask.reshape(shape(size))
    return mask.to(kind)


def _edited(size, row):
    mask = _causal(size)
    mask[row] = False
    return mask


def _strict_but_first(size):
    mask = _causal(size, start=-1)
    mask[0, 0] = True
    return mask


def _cut(size, length):
    return _causal(length)[:size, :size]


_LARGE = 1100          # positions: more than the tables have that are often kept


def _any_size(ask) -> str | None:
    """A large mask: a table that is kept and cut to size ends somewhere."""
    return _not_causal(ask("a large size", size=_LARGE))


def _any_length(ask) -> str | None:
    """The same for a sentence of that length, without padding."""
    return _not_causal(ask("a long sentence", ids=np.ones((1, _LARGE), dtype=np.int64), pad_id=0))


def _not_causal(outcome) -> str | None:
    if outcome.error is not None and outcome.error.timed_out:        # place by place, which is right
        return None
    if outcome.error is not None:
        return say("With {n} positions, your code raises {kind}.", n=_LARGE, kind=outcome.error.kind)
    if not outcome.returned or not np.array_equal(np.squeeze(outcome.values["mask"]), np.tri(_LARGE) > 0):
        return say("With {n} positions, your mask is not right any more.", n=_LARGE)
    return None


_ROWS = "Is there a table in your code, and how many rows has it?"
ANY_SIZE = Property("table-cut-to-size", _any_size, "`size` may be any number from 1 on.", _ROWS)
ANY_LENGTH = Property("table-cut-to-size", _any_length, "A sentence may have any length.", _ROWS)
_PAST = "Row t is the query at position t. It may look at positions 0 to t: itself and what came before."

CAUSAL = [
    Misconception(
        "future-instead-of-past", lambda size: torch.ones(size, size, dtype=torch.bool).triu(),
        "Your mask is exactly the upper triangle: every position sees itself and its future.",
        later("{past} A translator with your mask reads the next word instead of predicting it.", past=_PAST),
        "Which words does row 0 of your mask allow?"),
    Misconception(
        "inverted", partial(_causal, invert=True),
        "Your mask is exactly the right one with True and False exchanged.",
        later("{past} In this course True means: may attend. A mask that says what is forbidden is PyTorch's layers' "
              "convention.", past=_PAST), "What is `mask[0, 0]`, and what should it be?"),
    Misconception(
        "not-even-itself", partial(_causal, start=-1),
        "Your mask is exactly the lower triangle without its diagonal.",
        later("{past} Row 0 of yours has nothing to attend to at all.",
              past=_PAST), "What is `mask[0, 0]`, and what should it be?"),
    Misconception(
        "one-step-ahead", partial(_causal, start=1),
        "Your mask is exactly the lower triangle and one diagonal more: every position sees the next one as well.",
        later("{past} One step ahead is precisely the word that is to be predicted.",
              past=_PAST), "What is `mask[0, 1]`?"),
    Misconception(
        "everything-allowed", lambda size: torch.ones(size, size, dtype=torch.bool),
        "Your mask is exactly True everywhere.", later("{past} Nothing is hidden by yours.", past=_PAST),
        "Is the result of `tril` kept, if you call it? It returns a new tensor. And `mask[i, j] = True` writes into "
        "places, `mask[indices] = True` with one tensor of indices into whole rows."),
    Misconception(
        "only-itself", lambda size: torch.eye(size, dtype=torch.bool),
        "Your mask is exactly the diagonal: every position sees only itself.", _PAST, "What is `mask[2, 0]`?"),
    Misconception(
        "only-the-last", lambda size: torch.ones(size, size, dtype=torch.bool).tril().triu(-1),
        "Your mask is exactly the diagonal and the one below: every position sees itself and one before.", _PAST,
        "What is `mask[2, 0]`?"),
    Misconception(
        "mirrored", partial(_causal, turn=True), "Your mask is exactly the right one, mirrored left to right.",
        later("{past} Keys run from left to right.", past=_PAST), "Which word does row 0 of your mask allow?"),
    Misconception(
        "mirrored", lambda size: torch.ones(size, size, dtype=torch.bool).tril().flip(0),
        "Your mask is exactly the right one, mirrored top to bottom.",
        later("{past} Queries run from top to bottom.", past=_PAST), "Which words does row 0 of your mask allow?"),
    *(Misconception(
        "mask-to-be-added", lambda size, low=low: added(_causal(size), low), **TO_BE_ADDED,
        why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.") for low in LOW),
    *(Misconception(
        slug, partial(_causal, shape=shape), later("Your mask is exactly the right one, {words}.", words=words), why,
        "Which shape is asked for?")
      for slug, shape, words, why in (
          ("batch-axis-added", lambda n: (1, n, n), "with an axis in front",
           "It is the same for all sentences; broadcasting adds axes in front where they are needed."),
          ("batch-and-head-axes-added", lambda n: (1, 1, n, n), "with two axes in front",
           "It is the same for all sentences and all heads; broadcasting adds axes in front where they are needed."),
          ("flattened", lambda n: (n * n,), "all in one row", "Every query has a row of its own."))),
    *(Misconception(
        "one-size-off", partial(_causal, more=more), later("Your mask is exactly the one for one word {words}.",
                                                           words=words),
        "`size` is the number of words. `range(n)` and `arange(n)` have n numbers, from 0 to n − 1.",
        "What do you add to `size`, or take from it?") for more, words in ((1, "more"), (-1, "less"))),
    *(Misconception(
        slug, wrong, later("Your mask is exactly the right one, except for {words}.", words=words), _PAST, look)
      for slug, wrong, words, look in (
          ("first-row-left-out", partial(_edited, row=0), "row 0, which is all False",
           "Where does your loop over the rows begin?"),
          ("not-even-itself", _strict_but_first, "the diagonal, which is False behind its first place",
           "Which words does row 1 of your mask allow?"),
          ("last-row-left-out", partial(_edited, row=-1), "the last row, which is all False",
           "Where does your loop over the rows end?"))),
    *(Misconception(
        "not-square", lambda size, rows=rows, columns=columns: torch.arange(max(size + columns, 0))
        <= torch.arange(max(size + rows, 0))[:, None],
        later("Your mask is exactly the right one with one {words}.", words=words),
        "There are as many keys as queries. `arange(n)` has n numbers, from 0 to n − 1.",
        "How many numbers does each of your `arange` or `range` have?")
      for rows, columns, words in ((0, -1, "column less"), (0, 1, "column more"), (-1, 0, "row less"),
                                   (1, 0, "row more"))),
    Misconception(
        "first-word-only", lambda size: (torch.arange(size) < 1).expand(size, size).clone(),
        "Your mask is exactly True in column 0 and False elsewhere: every position sees the first word only.", _PAST,
        "What is `mask[2, 1]`?"),
    Misconception(
        "nothing-allowed", lambda size: torch.zeros(size, size, dtype=torch.bool),
        "Your mask is exactly False everywhere.", later("{past} Everything is hidden by yours.", past=_PAST),
        "Is what your loop computes written into the mask? Does a comparison compare a thing with itself?"),
    Misconception(
        "rows-of-different-length", lambda size: torch.tensor([[True] * (i + 1) for i in range(size)]),
        "Your code does exactly what `torch.tensor` does with rows of different length: it stops.",
        "A table has the same number of columns in every row: what is forbidden has a place, too, and False in it.",
        "How long is each of your rows?"),
    Misconception(
        "triangle-of-one-axis", lambda size: torch.ones(size).tril(),
        "Your code does exactly what `tril` does with a tensor of one axis: it stops.",
        "A triangle needs rows and columns: there is a row for each query, and a column for each key.",
        "Which shape has the tensor before `tril`?"),
    Misconception(
        "fixed-size", partial(_causal, fixed=4), "Your mask is exactly the one for 4 words, whatever the size.",
        "The size is an argument.", "Is there a number in your code that should be `size`?"),
    *(Misconception(
        "table-cut-to-size", partial(_cut, length=length),
        later("Your mask is exactly the one for {length} words, cut to the size that is asked for.", length=length),
        "A longer sentence gets a mask that is too small. A table that is kept from an earlier call does the same.",
        "What does your function return for a size larger than any before?")
      for length in (4, 5, 8, 10, 12, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512)),
    *(Misconception(
        "one-row-only", lambda size, shape=shape: torch.ones(size, dtype=torch.bool).reshape(shape),
        later("Your mask is exactly {words} of True.",
              words=words), "Every query has a row of its own, and every key a column.",
        "How many axes should the mask have, and how long is each?")
      for shape, words in (((-1,), "a single row"), ((1, -1), "a single row, (1, T),"),
                           ((-1, 1), "a single column, (T, 1),"))),
]
