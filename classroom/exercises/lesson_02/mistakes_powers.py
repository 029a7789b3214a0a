"""Lesson 02, attention: masks that are laid over exponentials. Used by `lesson_02`."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later

from .switches import sloppy_attention

_LEFT = {"powers": ": 0/0, NaN, where nothing is left", "powers, 1e-9": "", "powers, nan to 0": ", and NaN become 0",
         "powers, 1e-6": " and 1e-6 more"}
_WHEN = (("", ""), ("only under a mask", ", where there is a mask"))
_FILLED = {how.replace("powers", "powers, filled"): left for how, left in _LEFT.items()}
_SHIFTED = {how.replace("powers", "powers, shifted"): left for how, left in _LEFT.items()}

_SMALL = ("A number as large as 1e-6 takes something from every row, and much from a row whose powers are small. And "
          "scores of more than 88 in float32, or 709 in float64, are infinity after `exp`.")
_INFINITE = (
    "That masks rightly as long as the scores are small. Scores of more than 88 in float32, or 709 in float64, are "
    "infinity after `exp`: infinity by infinity is NaN, and so is infinity times 0, if the place is forbidden. A "
    "softmax subtracts the largest score of a row before that.")

POWERS = [
    Misconception(
        "powers-under-the-mask", partial(sloppy_attention, empty=how, how=when),
        later("Your weights are exactly what comes out when the mask is laid over the exponentials of the scores as "
              "they come{there}, and each row is divided by what is left of it{left}.", there=there, left=left),
        _SMALL if how.endswith("1e-6") else _INFINITE,
        "What does `exp` make of a large score? PyTorch's own softmax is protected, and so is yours of exercise 1.2.")
    for how, left in (_LEFT | _FILLED).items() for when, there in _WHEN]
POWERS += [
    Misconception(
        "global-maximum", partial(sloppy_attention, empty=how, how=when),
        later("Your weights are exactly what comes out when the largest of *all* scores is subtracted before "
              "`exp`{there}, and each row is divided by its sum{left}.", there=there, left=left),
        "A row whose scores are all far below that one number becomes zeros, and 0/0. The shift has to fit each row by "
        "itself, and allowed scores alone.", "Along which axis does your maximum run, and over which scores?")
    for how, left in _SHIFTED.items() for when, there in _WHEN]
