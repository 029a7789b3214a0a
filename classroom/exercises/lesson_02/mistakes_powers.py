"""Lesson 02, attention: masks that are laid over exponentials. Used by `lesson_02`."""
from functools import partial

from classroom.judge.exercise import Misconception

from .switches import sloppy_attention

_LEFT = {"powers": ": 0/0, NaN, where nothing is left", "powers, 1e-9": "", "powers, nan to 0": ", and NaN become 0"}

POWERS = [
    Misconception(
        "powers-under-the-mask", partial(sloppy_attention, empty=how, how=when),
        f"Your weights are exactly what comes out when the mask is laid over the exponentials of the scores as they "
        f"come{there}, and each row is divided by what is left of it{left}.",
        "That masks rightly as long as the scores are small. Scores of more than 88 in float32, or 709 in float64, are "
        "infinity after `exp`: infinity by infinity is NaN, and so is infinity times 0, if the place is forbidden. A "
        "softmax subtracts the largest score of a row before that.",
        "What does `exp` make of a large score? PyTorch's own softmax is protected, and so is yours of exercise 1.2.")
    for how, left in _LEFT.items() for when, there in (("", ""), ("only under a mask", ", where there is a mask"))]
