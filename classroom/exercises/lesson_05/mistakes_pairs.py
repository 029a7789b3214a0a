"""Exercise 5.4: what else is made of the two numbers of a pair. Used by `lesson_05`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception


def _made(x, second):
    """Each pair (a, b) becomes (a cos φ − b sin φ or a cos φ, `second`)."""
    d = x.shape[-1]
    frequency = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = torch.arange(x.shape[-2], dtype=torch.float64).unsqueeze(1) * frequency
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    new_a, new_b = {"b sin": (a * cos, b * sin), "a cos + b sin": (a * cos - b * sin, a * cos + b * sin)}[second]
    return torch.stack((new_a, new_b), dim=-1).flatten(-2)


PAIRS = [
    Misconception(
        "pair-not-mixed", partial(_made, second="b sin"),
        "Your result is exactly what comes out when the first number of each pair is multiplied by the cosine, and the "
        "second one by the sine.",
        "That is no turn: both new numbers are made of both old ones, a cos φ − b sin φ and a sin φ + b cos φ.",
        "What does the new second number take from the first one?"),
    Misconception(
        "sine-and-cosine-exchanged", partial(_made, second="a cos + b sin"),
        "Your result is exactly what comes out when the new second number is a cos φ + b sin φ.",
        "Turned by 0, the pair (a, b) has to stay as it is. With yours the second number would become a.",
        "In a sin φ + b cos φ, which number goes with which wave?"),
]
