"""Lesson 02: how each share of a softmax reacts to each score."""
from functools import partial

import numpy as np
import torch

from classroom.ask.case import Case
from classroom.ask.decoding import WithoutGradients
from classroom.judge.exercise import Exercise, Misconception
from course._words import later


def softmax_jacobian(w):
    """Slopes (..., n, n) of a softmax with the shares w (..., n): entry (i, j) is that of share i for score j."""
    return torch.diag_embed(w) - w.unsqueeze(-1) * w.unsqueeze(-2)


def sloppy_jacobian(w, diagonal="w", product="both", sign=-1, factor=1.0, others="right", shares="given", form="right",
                    put=None):
    """`softmax_jacobian` with one thing done differently; `others` stands in all places off a right diagonal."""
    w = {"softmax": w.softmax(-1), "halved": w / 2, "exp": w.exp()}.get(shares, w)
    n = w.shape[-1]
    column, line = w.unsqueeze(-1), w.unsqueeze(-2)
    eye = torch.eye(n, dtype=w.dtype)
    on = {"w": eye * column, "ones": eye.expand(*w.shape, n), "none": 0 * eye * column, "squares": eye * column ** 2,
          "roots": eye * column ** 0.5, "rest": eye * (1 - column), "own slope": eye * column * (1 - column),
          "everywhere i": column.expand(*w.shape, n), "everywhere j": line.expand(*w.shape, n),
          "tanh": eye * (1 - column ** 2)}[diagonal]
    flat = w.reshape(-1, n)
    products = {"both": column * line, "row": line.expand_as(on), "column": column.expand_as(on),
                "none": torch.zeros_like(on), "sum": column + line, "inner": line @ column, "rest of j": column - on,
                "rest i": (1 - column) * line, "rests": (1 - column) * (1 - line), "square i": column ** 2,
                "square j": line ** 2, "all queries": flat.T @ flat, "mean": torch.full_like(on, 1 / n),
                "difference": column - line}[product]
    found = factor * (on + sign * products)
    if others != "right":
        off = {"zero": torch.zeros_like(on), "plus": column * line, "i": -column.expand_as(on),
               "j": -line.expand_as(on), "-i rest of j": -column * (1 - line),
               "-j rest of i": -line * (1 - column),
               "rests": -(1 - column) * (1 - line), "plus rests": (1 - column) * (1 - line),
               "shared out": -(column * (1 - column)).expand_as(on) / max(n - 1, 1),
               "shared out by j": -(line * (1 - line)).expand_as(on) / max(n - 1, 1)}[others]
        found = torch.where(eye.bool(), torch.diagonal(found, dim1=-2, dim2=-1).unsqueeze(-1), off)
    if put is not None:                      # into the diagonal, whatever was there
        found = torch.where(eye.bool(), {"w": column, "one": 0 * column + 1,
                                         "rest": 1 - column, "square": column ** 2}[put], found)
    return {"right": found, "vector": w * (1 - w), "one axis": found.reshape(-1, n, n),
            "in front": found.movedim((-2, -1), (0, 1))}[form]


def _divided(w, where):
    """Products of two shares, times something divided by a share."""
    column, line = w.unsqueeze(-1), w.unsqueeze(-2)
    products, eye = column * line, torch.eye(w.shape[-1], dtype=w.dtype)
    return {"diagonal": lambda: products * (torch.diag_embed(1 / w) - 1),
            "by i": lambda: products * (eye / column - 1), "by j": lambda: products * (eye / line - 1)}[where]()


def _stepped(w):
    """The slopes as steps of 0.001 give them."""
    scores, steps = w.log(), 0.001 * torch.eye(w.shape[-1], dtype=w.dtype)
    return torch.stack([((scores + step).softmax(-1) - w) / 0.001 for step in steps], -1)


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
    return Misconception(slug, wrong or partial(sloppy_jacobian, **slip), later(
        "Your table is exactly {says}.", says=says), why, look)


def _more(slug, everywhere, more, why, look, **slip):
    return _slip(slug, later("one with {everywhere} in all places, and {more} more on its diagonal",
                             everywhere=everywhere, more=more), why, look, **slip)


_SUM = ("What one share gains, the others lose: the slopes for one score, which are a column, sum to 0. Yours "
        "do not.")
_OWN = ("The shares have a common denominator, in which every score stands. So a score moves the shares of all the "
        "others, too.")
_STEP = "Write share i as a fraction, e to its score over the sum, and take the slope for score j. What depends on it?"
SLOPES = [
    _slip("diagonal-only", "one with w(1 − w) on its diagonal, and 0 elsewhere", _OWN, _STEP, others="zero"),
    _slip("other-shares-forgotten", "one with the shares on its diagonal, and 0 elsewhere", _OWN, _STEP,
          product="none"),
    _slip("diagonal-forgotten", "the products −w_i · w_j, also where i = j", _SUM,
          "For i = j the score stands in the numerator as well.", diagonal="none"),
    _more("ones-on-the-diagonal", "−w_i · w_j", "1", _SUM, "For i = j, w_i(1 − w_i) has to come out.", diagonal="ones"),
    *(_more("of-the-logarithm", f"−w_{index}", "1", "These are slopes of the *logarithm* of a share. The slope of the "
            "share itself is its size times that.", _STEP, diagonal="ones", product=product)
      for index, product in (("j", "row"), ("i", "column"))),
    *(_more("one-factor-forgotten", f"−w_{index}", "w_i", _SUM,
            "For i ≠ j, a product of two shares has to come out. Which of the two is missing?", product=product)
      for index, product in (("j", "row"), ("i", "column"))),
    _more("products-added", "w_i · w_j", "w_i", _SUM, "Does a share grow when another one's score grows?",
          sign=1),
    _slip("sign-turned", "one with all signs turned", "A higher score gives its own share more.",
          "Which sign must the slope of a share for its own score have?", factor=-1.0),
    _slip("off-the-diagonal-positive", "one that is right on the diagonal, and has the other sign elsewhere", _SUM,
          "Does a share grow when another one's score grows?", others="plus"),
    _slip("softmax-once-more", "that of the softmax of w", "w already are shares: the softmax has been taken.",
          "What is your function given, scores or shares?", shares="softmax"),
    _more("squares-on-the-diagonal", "−w_i · w_j", "w_i²", _SUM,
          "What is the slope of e to the score? It is that very number.", diagonal="squares"),
    _more("rest-on-the-diagonal", "−w_i · w_j", "1 − w_i", _SUM,
          "For i = j, w_i(1 − w_i) has to come out.", diagonal="rest"),
    _slip("square-subtracted-twice", "one that is right everywhere but on the diagonal, and has w_i(1 − w_i) − w_i² "
          "there: w_i² is subtracted twice", _SUM, "Which term holds −w_i² already?", diagonal="own slope"),
    *(_slip("diagonal-overwritten", later("one with {says} on its diagonal, and −w_i · w_j elsewhere", says=says), _SUM,
            "For i = j there are two terms, of which one is there for all other pairs, too. "
            "Which of them are in your table?", put=put)
      for put, says in (("w", "w_i"), ("one", "1"), ("rest", "1 − w_i"), ("square", "w_i²"))),
    *(_slip("inner-product", later("one with −w · w in all places, in which w · w is *one* number, the sum of all "
                                  "squares, and {more} more on its diagonal", more=more),
            "An inner product is one number for all pairs. Here each pair i, j needs a product of its own.",
            "Which shapes meet in your product: a column times a row, or a row times a column?", product="inner",
            diagonal=diagonal) for diagonal, more in (("w", "w_i"), ("ones", "1"))),
    _slip("queries-mixed", "one in which the products of *all* queries are added up", "The shares of one query react "
          "to its own scores alone.", "Over which axis does your matrix product add up?", product="all queries"),
    *(_slip("delta-forgotten", later("{says} in all places",
                                     says=says), _SUM, "Which part of a slope is there for i = j alone?",
            diagonal=diagonal)
      for diagonal, says in (("everywhere i", "w_i(1 − w_j)"), ("everywhere j", "w_j(1 − w_i)"))),
    _slip("delta-forgotten", "(1 − w_i)(1 − w_j) in all places", _SUM, "Which part of a slope is there for "
          "i = j alone?", diagonal="none", product="rests", sign=1),
    _slip("delta-forgotten", "w_i − w_j in all places", _SUM, "Which part of a slope is there for i = j alone?",
          diagonal="none", product="difference", sign=1),
    *(_slip("wrong-off-the-diagonal", later("one that is right on the diagonal, and has {says} elsewhere",
                                            says=says), _SUM,
            "For i ≠ j score j stands in the denominator alone. How much does that grow with it?", others=others)
      for others, says in (("i", "−w_i"), ("j", "−w_j"), ("-i rest of j", "−w_i(1 − w_j)"),
                           ("-j rest of i", "−w_j(1 − w_i)"), ("rests", "−(1 − w_i)(1 − w_j)"),
                           ("plus rests", "(1 − w_i)(1 − w_j)"))),
    *(_slip("shared-out-equally", later("one that is right on the diagonal, and shares −w_{index}(1 − w_{index}) out "
                                        "equally elsewhere",
                                        index=index),
            "What one share gains, the others lose, but not equally: a large share loses more.",
            _STEP, others=others) for others, index in (("shared out", "i"), ("shared out by j", "j"))),
    *(_more("wrong-products", f"−{says}", "w_i", _SUM, "Which two shares meet for the pair i, j?", product=product)
      for product, says in (("square i", "w_i²"), ("square j", "w_j²"), ("mean", "1/n"), ("sum", "(w_i + w_j)"),
                            ("rests", "(1 − w_i)(1 − w_j)"), ("rest i", "(1 − w_i) · w_j"))),
    _slip("of-the-tanh", "one with 1 − w_i² on its diagonal, and 0 elsewhere", _OWN, _STEP, diagonal="tanh",
          product="none"),
    *(_slip("wrong-factor", later("{says} one that is asked for",
                                  says=says), "The slope follows from the shares alone, without another "
            "factor.", "Which number do you multiply or divide by?", factor=factor)
      for factor, says in ((2.0, "twice the"), (0.5, "half the"))),
    _slip("exponents-once-more", "that of e to the power of w", "w already are shares: the powers have been taken, and "
          "divided by their sum.", "What is your function given, scores or shares?", shares="exp"),
    *(Misconception(
        "axes-not-lined-up", wrong, later("Your code does exactly what comes of `{code}`: that is a table of products "
                                          "for one row of shares, and no longer for several.", code=code),
        "Axes are lined up from the right. A row of its own for each query, or for each sentence, then meets shares of "
        "another one, or sizes that differ.", "Which shape has each factor of your product if `w` is (3, 4)?")
      for code, wrong in (
          ("w.unsqueeze(-1) * w", lambda w: torch.diag_embed(w) - w.unsqueeze(-1) * w),
          ("w[:, None] * w", lambda w: torch.diag_embed(w) - w[:, None] * w))),
    Misconception(
        "wrong-products", lambda w: w * (torch.eye(w.shape[-1], dtype=w.dtype) - w),
        "Your code does exactly what comes of `w * (torch.eye(n) - w)`: for one row of shares, −w_j² stands where "
        "−w_i · w_j should.", "A row times a row is no table of all pairs: both factors are share j.",
        "Which of your two factors changes from row to row of the table?"),
    _slip("small-step", "the one that a step of 0.001 gives", "A step gives the slope between two points, and not the "
          "one at a point. The formula is exact.", "Where does the step in your code come from?", _stepped),
    *(_slip("divided-by-a-share", "one in which a product of shares is divided by a share",
            "A share may be 0. Then 0 / 0 is NaN, where the slope is simply 0.",
            "Can you write it without a division?", partial(_divided, where=where))
      for where in ("diagonal", "by i", "by j")),
    _slip("one-slope-each", "the slopes of each share for its own score, and no others", _OWN,
          "(..., n, n) is asked for: how many scores are there for each share?", form="vector"),
    _slip("one-axis-in-front", "right, with all axes before the last two made into one",
          "What comes in with the axes (..., n) has to come out with (..., n, n).",
          "What do you do with the axes in front, and is it undone at the end?", form="one axis"),
    _slip("axes-in-front", "right, with the two axes of the scores in front", "Axes for queries and sentences stay "
          "where they are.", "Which axes does your diagonal lie in?", form="in front"),
]

EXERCISES = [
    Exercise(
        id="2.7", title="the slopes of a softmax", names=("softmax_jacobian",), points=2, minutes=12, difficulty=3,
        takes={"w": "... n"}, gives={"slopes": "... n n"}, framework="torch", reference=softmax_jacobian, cases=_shares,
        probe=WithoutGradients(),        # formulas that use the sum of 1 have other slopes off it
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
