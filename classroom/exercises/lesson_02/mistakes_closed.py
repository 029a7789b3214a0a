"""Lesson 02, attention: places and whole rows that are closed by something else than the mask. Used by `lesson_02`."""
from functools import partial

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .switches import sloppy_attention

_ALWAYS = ((", always", ", also without a mask, where all places are allowed"), ("", ""))

CLOSED = [
    *(Misconception(
        "allowed-places-filled", partial(sloppy_attention, how=f"allowed filled{fill}, closed{none}"),
        later("Your weights are exactly what comes out when the *allowed* scores are filled with {words}, and the "
              "forbidden shares are set to 0 afterwards{more}.", words=words, more=more),
        later("The softmax gives everything to the forbidden places, and then these get 0. {left}", left=left),
        "Which places does your first fill close, and which the second?")
      for fill, words, left in (
          ("", "a very low number", "Only a row that forbids nothing keeps shares, and these are all equal."),
          (", -inf", "−∞", "A row that forbids nothing has only −∞ left, and becomes NaN."))
      for none, more in _ALWAYS),
    *(Misconception(                                     # where None is kept apart, it is two mistakes at once
        "mask-inverted", partial(sloppy_attention, how=f"allowed filled{none}"),
        later("Your weights are exactly what comes out when the *allowed* scores are filled with a very low "
              "number{more}.", more=more),
        "In this course True means: may attend. The softmax gives everything to the forbidden places.",
        "Which places does your code fill?")
      for none, more in _ALWAYS if none),
    *(Misconception(
        "allowed-shares-closed", partial(sloppy_attention, how=f"allowed closed{none}"),
        later("Your weights are exactly 0, {where}, in each row that allows something, and equal shares in the "
              "others.", where=where),
        "After the softmax, 0 belongs to the forbidden places, or to the rows without any True.",
        "Which places does your line after the softmax set to 0?")
      for none, where in ((", always", "with and without a mask"), ("", "under a mask"))),
    *(Misconception(
        "zero-scores-closed", partial(sloppy_attention, how=how),
        "Your weights are exactly what comes out when every score of 0 is taken for a forbidden one.",
        "A score of 0 is an ordinary score. In our sentence \"sleeps\" has one for \"black\", and may look at it.",
        "What tells your code which places are forbidden: the mask, or a score?")
      for how in ("zeros closed", "zeros filled")),
    Misconception(
        "equal-shares-closed", partial(sloppy_attention, how="equal shares closed"),
        "Your weights are exactly what comes out when a query that may attend to every key, and finds all of them "
        "alike, gets zeros.",
        "A query of zeros does that: equal shares are right for it. Only the mask says who may attend to nothing.",
        "How does your code find out that a query may attend to nothing?", sums("weights")),
    Misconception(
        "rows-of-padding-closed", partial(sloppy_attention, how="rows as well"),
        "Your weights are exactly what comes out when a mask of one row closes the *queries* at its forbidden places, "
        "too, where there are as many queries as keys.",
        "The mask says which keys may be looked at, and nothing of the queries.",
        "Is the mask transposed somewhere, or laid over the output?"),
    Misconception(
        "queries-taken-for-sentences", partial(sloppy_attention, how="as sentences"),
        "Your weights are exactly what comes out when a mask (T_q, T_k) is taken for one of (B, T_k), since there are "
        "as many sentences as queries.",
        "Axes are lined up from the right, whatever their sizes: the axis before the last is that of the queries.",
        "Which line changes the shape of the mask, and how does it decide whether to?"),
    Misconception(
        "logarithm-of-the-sum", partial(sloppy_attention, axis="logarithm of the sum"),
        "Your weights are exactly what `exp(scores - logsumexp(scores))` gives.",
        "Beside a large score the logarithm of the sum is lost: 32 bits hold about seven digits. Each of several equal "
        "scores then gets a share of 1. `log_softmax` subtracts the largest score first.",
        "Which two numbers does your subtraction take, and how far apart are they?", sums("weights")),
    *(Misconception(
        "fill-not-low-enough", partial(sloppy_attention, how=f"lowest score, less{of}{closed}"),
        later("Your weights are exactly what comes out when forbidden places get a number that is a fixed amount, such "
              "as 100 or 10000, below the lowest score {words}.", words=words),
        "Beside large scores that is lost, since 32 bits hold about seven digits: the forbidden places then get the "
        "lowest score itself.", "Which number is below every score there can be?", sums("weights"))
      for of, where in (("", "of their row, or of all"), (", all", "of all"))
      for closed, words in (("", where), (", closed", f"{where}, and their shares are set to 0 afterwards"))),
]
