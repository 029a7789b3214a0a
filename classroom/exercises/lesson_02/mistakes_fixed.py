"""Lesson 02, attention: forbidden places that get a number which is not low enough. Used by `lesson_02`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .switches import sloppy_attention

_NUMBERS = (("-50", "−50"), ("-100", "−100"), ("-1e3", "−1000"), ("-1e4", "−10000"), ("-1e5", "−10⁵"), ("-1e6", "−10⁶"))
_LOWER = (("-5e6", "−5·10⁶"), ("-1e7", "−10⁷"))     # of all scores, only the lowest are below these
_CLOSED = (("", ""), (", closed", ", and their shares are set to 0 afterwards"))

FIXED = [
    *(Misconception(
        "fill-not-low-enough", partial(sloppy_attention, how=f"fixed {low}{closed}"),
        later("Your weights are exactly what comes out when forbidden places get a fixed score, such as {low}{then}.",
              low=words, then=then),
        "All the others can be lower than that; then the forbidden places win. (A row that is taken for closed because "
        "all of its scores are below such a number comes out the same.)" if closed else
        "All the others can be lower than that; then the forbidden places win.",
        "Which number is below every score there can be?")
      for low, words in (*_NUMBERS, *_LOWER) for closed, then in _CLOSED),
    *(Misconception(
        "fill-not-low-enough", partial(sloppy_attention, how=f"fixed {low}, added{closed}"),
        later("Your weights are exactly what comes out when a fixed number, such as {low}, is *added* to the scores "
              "of forbidden places{then}.", low=words, then=then),
        "The sum is still high if the score was high enough; then the forbidden place wins.",
        "Which number is below every score there can be? And what is left of a score when a number is added to it?")
      for low, words in (*_NUMBERS, ("-1e9", "−10⁹")) for closed, then in _CLOSED
      if (low, closed) != ("-50", ", closed")),          # that gives what "renormalised, 1e-9" does
]
