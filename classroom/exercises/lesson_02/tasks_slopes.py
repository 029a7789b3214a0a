"""Lesson 02: how each share of a softmax reacts to each score."""
from functools import partial

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.judge.exercise import Exercise, Misconception


def softmax_jacobian(w):
    """Slopes (..., n, n) of a softmax with the shares w (..., n): entry (i, j) is that of share i for score j."""
    return torch.diag_embed(w) - w.unsqueeze(-1) * w.unsqueeze(-2)


def sloppy_jacobian(w, diagonal="w", product="both", sign=-1, factor=1.0, off=True, shares="given"):
    """`softmax_jacobian` with one thing done differently."""
    w = {"softmax": w.softmax(-1), "halved": w / 2}.get(shares, w)
    column, line = w.unsqueeze(-1), w.unsqueeze(-2)
    on = torch.diag_embed({"w": w, "ones": torch.ones_like(w), "none": torch.zeros_like(w), "squares": w ** 2,
                           "roots": w ** 0.5, "rest": 1 - w}[diagonal])
    products = {"both": column * line, "row": line.expand_as(on), "column": column.expand_as(on),
                "none": torch.zeros_like(on), "sum": column + line}[product]
    found = factor * (on + sign * products)
    return found if off else torch.diag_embed(torch.diagonal(found, dim1=-2, dim2=-1))


def _off_the_diagonal_positive(w):
    products = w.unsqueeze(-1) * w.unsqueeze(-2)
    return products - torch.diag_embed(w ** 2) + torch.diag_embed(w * (1 - w))


def _shares(rng):
    """Everything for 2.7."""
    def of(about, *shape, dtype="float64", sharp=1.0):
        powers = np.exp(sharp * rng.normal(size=shape))
        return Case(about, w=(powers / powers.sum(-1, keepdims=True)).astype(dtype))
    yield Case("a half and two quarters", w=np.array([0.5, 0.25, 0.25]))
    yield Case("a tenth, two tenths, three and four", w=np.array([0.1, 0.2, 0.3, 0.4]))
    yield of("five shares, float32", 5, dtype="float32")
    yield of("one row for each query", 3, 4)
    yield of("a batch", 2, 3, 5)
    yield of("as many queries as keys", 4, 4, 4)
    yield of("one share", 2, 1)
    yield Case("shares of 0 and of 1", w=np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]))
    yield of("sharp shares", 3, 6, sharp=4.0)


def _slip(slug, says, why, look, wrong=None, **slip):
    return Misconception(slug, wrong or partial(sloppy_jacobian, **slip), f"Your table is exactly {says}.", why, look)


_SUM = "What one share gains, the others lose: the slopes for one score sum to 0. Yours do not."
_OWN = ("The shares have a common denominator, in which every score stands. So a score moves the shares of all the "
        "others, too.")
_STEP = "Write share i as a fraction, e to its score over the sum, and take the slope for score j. What depends on it?"
SLOPES = [
    _slip("diagonal-only", "one with w(1 − w) on its diagonal, and 0 elsewhere", _OWN, _STEP, off=False),
    _slip("other-shares-forgotten", "one with the shares on its diagonal, and 0 elsewhere", _OWN, _STEP,
          product="none"),
    _slip("diagonal-forgotten", "the products −w_i · w_j, also where i = j", _SUM,
          "For i = j the score stands in the numerator as well.", diagonal="none"),
    _slip("ones-on-the-diagonal", "δ_ij − w_i · w_j", _SUM, "Which number belongs in front of δ_ij?", diagonal="ones"),
    *(_slip("of-the-logarithm", f"δ_ij − w_{index}", "These are slopes of the *logarithm* of a share. The slope of the "
            "share itself is its size times that.", _STEP, diagonal="ones", product=product)
      for index, product in (("j", "row"), ("i", "column"))),
    *(_slip("one-factor-forgotten", f"w_i · δ_ij − w_{index}", _SUM,
            "In w_i(δ_ij − w_j) the first factor stands before the whole bracket.", product=product)
      for index, product in (("j", "row"), ("i", "column"))),
    _slip("products-added", "w_i · δ_ij + w_i · w_j", _SUM, "Does a share grow when another one's score grows?",
          sign=1),
    _slip("sign-turned", "one with all signs turned", "A higher score gives its own share more.",
          "Which sign must the slope of a share for its own score have?", factor=-1.0),
    _slip("off-the-diagonal-positive", "one that is right on the diagonal, and has the other sign elsewhere", _SUM,
          "Does a share grow when another one's score grows?", _off_the_diagonal_positive),
    _slip("softmax-once-more", "that of the softmax of w", "w already are shares: the softmax has been taken.",
          "What is your function given, scores or shares?", shares="softmax"),
    _slip("squares-on-the-diagonal", "one in which w_i² stands where w_i · δ_ij should", _SUM,
          "What is the slope of e to the score? It is that very number.", diagonal="squares"),
    _slip("rest-on-the-diagonal", "(1 − w_i) · δ_ij − w_i · w_j", _SUM,
          "For i = j, w_i(1 − w_i) has to come out.", diagonal="rest"),
]

EXERCISES = [
    Exercise(
        id="2.7", title="the slopes of a softmax", names=("softmax_jacobian",), points=2, minutes=12, difficulty=3,
        takes={"w": "... n"}, gives={"slopes": "... n n"}, framework="torch", reference=softmax_jacobian, cases=_shares,
        misconceptions=SLOPES,
        hints=(
            "A share is a fraction, w_i = p_i / P with p_i = exp(s_i), and P the sum of all of them. When s_j grows, P "
            "grows at the rate p_j; p_i only grows if i is j. Both rates divided by P are shares again.",
            "A fraction grows at the rate (growth of numerator)/P − numerator/P · (growth of P)/P. Put in the two "
            "rates, once for i = j and once for i ≠ j, and write everything by shares.",
            "For i = j you get w_i − w_i · w_i, otherwise −w_i · w_j. All products at once: give `w` an axis of length "
            "1 at the end for one factor, and before its last axis for the other. `torch.diag_embed` puts numbers on a "
            "diagonal."),
        moral="Each row and each column sums to 0; where one share is nearly 1, all of it is nearly 0.",
    ),
]
