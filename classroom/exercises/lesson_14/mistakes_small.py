"""Lesson 14, rows of very small numbers, and a constant: what learners write instead. Used by `lesson_14`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later


def _small(w, constant, at, of, how):
    """`quantise` with a constant; a row of zeros has the scale 1 all the same.

    `constant`: a number, or "eps" of the dtype. `at`: whether it changes the "scales", or only what w is divided by,
    "below". `of`: the "scale" or the "largest" magnitude. `how`: it is "added", or is the "least" that there may be.
    """
    constant = torch.finfo(w.dtype).eps if constant == "eps" else constant
    largest = w.abs().amax(1, keepdim=True)
    steps = 127 if of == "scale" else 1
    changed = (largest + steps * constant if how == "added" else largest.clamp(min=steps * constant)) / 127
    ones = torch.ones_like(largest)
    scale = torch.where(largest > 0, changed if at == "scales" else largest / 127, ones)
    below = torch.where(largest > 0, changed, ones)
    return (w / below).round().to(torch.int8), scale.reshape(-1)


_CONDITION = ("Only a row of zeros needs something else than largest magnitude / 127. A row of very small numbers has "
              "the scale of the formula, too.")
_BELOW = ("A constant that is small beside most scales is large beside the scale of a row of very small numbers. Only "
          "a row of zeros needs something else than its scale.")


def _with(slug, says, why, look, constant, at="scales", of="scale", how="added"):
    return Misconception(slug, partial(_small, constant=constant, at=at, of=of, how=how), says, why, look)


def _power(n):
    return f"1e-{n}", float(f"1e-{n}")


_EPS = ("the `eps` of the dtype", "eps")

SMALL = [
    *(_with("constant-added", later(says, said=said), _CONDITION,
            "What does your code add, and in which rows is that needed?", constant, of=of)
      for of, says, powers in (
          ("scale", "Your scales are exactly what comes out when {said} is added to the scale of every row, but for "
                    "rows of zeros.", (5, 6, 7, 8, 9, 10, 12)),
          ("largest", "Your scales are exactly what comes out when {said} is added to the largest magnitude of every "
                      "row, but for rows of zeros.", (5, 6, 7, 8, 9, 10)))
      for said, constant in (*map(_power, powers), _EPS)),
    *(_with("smallest-scale", later(says, least=said), _CONDITION,
            "Which of your scales are made larger, and is that needed?", constant, of=of, how="least")
      for of, says, powers in (
          ("scale", "Your scales are exactly what comes out when no scale may be smaller than {least}, but for rows of "
                    "zeros.", (4, 5, 6, 7, 8, 9, 10)),
          ("largest", "Your scales are exactly what comes out when no largest magnitude may be smaller than {least}, "
                      "but for rows of zeros.", (4, 5, 6, 7, 8)))
      for said, constant in map(_power, powers)),
    *(_with("divided-by-another-scale", later(says, said=said), _BELOW,
            "By what do you divide w, and what do you return as the scale?", constant, at="below", how=how)
      for how, says, powers in (
          ("added", "Your scales are exact. Your whole numbers are exactly what comes out when w is divided by "
                    "something else: by scale + {said}, for example.", (8, 7, 9, 10, 12, 5, 4)),
          ("least", "Your scales are exact. Your whole numbers are exactly what comes out when w is divided by "
                    "something else: by {said} where the scale is smaller, for example.", (8, 9, 10)))
      for said, constant in map(_power, powers)),
]
