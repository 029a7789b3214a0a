"""Lesson 14, from int8 back: what learners write instead, and what it means. Used by `lesson_14`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later


def _dequantise(q, scale, how="multiply", kind=None, shift=0.0, factor=1.0, per="row", rounded=False, gives=""):
    """`dequantise` with switches."""
    chosen = {"row": lambda: scale.unsqueeze(1), "column": lambda: scale, "column, upright": lambda: scale.unsqueeze(0),
              "in turn": lambda: scale.repeat(q.shape[1]).reshape(q.shape), "mean": scale.mean, "sum": scale.sum,
              "first": lambda: scale[0], "last": lambda: scale[-1], "largest": scale.max,
              "sorted": lambda: scale.sort().values.unsqueeze(1), "flipped": lambda: scale.flip(0).unsqueeze(1)}[per]()
    if kind == "rounded":
        chosen = chosen.round()
    elif kind == "int8":                               # the products, too, which start again from the other end
        return (q * chosen.to(torch.int8)).to(scale.dtype)
    elif kind is not None:
        chosen = chosen.to(kind)
    if gives == "unsigned":
        q = q.to(torch.uint8)
    numbers = (q.abs() if gives == "magnitudes" else q.to(scale.dtype) + shift) * factor
    w = {"multiply": lambda: numbers * chosen, "divide": lambda: numbers / chosen, "add": lambda: numbers + chosen,
         "not": lambda: numbers, "squared": lambda: numbers * chosen ** 2}[how]()
    w = w.to(scale.dtype) if kind in (None, torch.int8, "rounded") else w.to(kind).to(scale.dtype)
    if rounded in ("limited", "//"):
        return w.clamp(-1, 1) if rounded == "limited" else numbers // (1 / chosen)
    if rounded:
        w = w.round() if rounded.startswith("round") else w.trunc()
    if rounded and rounded.endswith("int8"):
        w = w.long().to(torch.int8).to(scale.dtype)
    return w.T if gives == "transposed" else w


def _summed(q, scale, over=0, keepdim=False):
    return (q * scale.unsqueeze(1)).sum(over, keepdim=keepdim)


def _back(slug, says, why, look, **switches):
    return Misconception(slug, partial(_dequantise, **switches), says, why, look)


DEQUANTISE = [
    *(_back("scales-along-columns", "Your numbers are exactly what comes out when scale j belongs to column j.",
            "There is a scale for each row. Aligned from the right, (out,) meets `in`: that fails for most sizes. In a "
            "square table it does not fail, and column j is multiplied by the scale of row j.",
            "With which axis of (out, in) does (out,) line up?", per=per) for per in ("column", "column, upright")),
    _back("scales-in-turn", "Your numbers are exactly what comes out when the scales are written down in turn, again "
          "and again, and that row is cut into the rows of the table.",
          "Each row then has the scales of several rows. Scale i belongs to all numbers of row i.",
          "For two rows of three numbers, in which order do your six scales stand?", per="in turn"),
    _back("divided", "Your numbers are exactly the whole numbers divided by their scale.",
          "The scale is the length of one step: 50 steps of 0.01 are 0.5.",
          "50 steps, each 0.01 long: how far is that?", how="divide"),
    _back("not-scaled", "Your numbers are exactly the whole numbers themselves.",
          "They count steps. How long a step is, each row's scale says.", "Where does `scale` come in?", how="not"),
    *(_back("rounded-again", "Your numbers are exactly the right ones, made whole again.",
            "Most weights lie between −1 and 1; of them hardly more than zeros are left.",
            "Which dtype does your result go through?", rounded=rounded) for rounded in ("round", "cut off")),
    _back("rounded-again", "Your numbers are exactly what comes out when the whole numbers are divided with `//` by "
          "1 / scale.", "`//` rounds down to a whole number. Most weights lie between −1 and 1, and of them nothing "
          "but 0 and −1 is left.", "What is 50 // 100, and what is −50 // 100?", rounded="//"),
    *(_back("rounded-again", "Your numbers are exactly the right ones, put into int8.",
            "Most weights lie between −1 and 1; of them hardly more than zeros are left. And what is above 127 turns "
            "into another number.", "Which dtype does your result go through?", rounded=rounded)
      for rounded in ("cut off, int8", "round, int8")),
    *(_back("scale-made-whole", "Your numbers are exactly what comes out when the scales are turned into whole "
            "numbers.", "A scale is usually far below 1, and 0 as a whole number.",
            "Which of the two should take the other's dtype?", kind=kind) for kind in (torch.int8, "rounded")),
    _back("scale-made-whole", "Your numbers are exactly what comes out when the scales are put into int8, and the "
          "products as well.", "A scale is usually far below 1, and 0 in int8: 0.01 becomes 0, and so does all that is "
          "multiplied by it. Products above 127 turn into other numbers.",
          "Which of the two should take the other's dtype?", kind="int8"),
    *(_back("one-scale-for-all", later("Your numbers are exactly what comes out with the {name} for all rows.",
                                       name=name),
            "Each row has its own scale.", "How many scales does your product use?", per=per)
      for per, name in (("mean", "mean of the scales"), ("first", "first scale"), ("last", "last scale"),
                        ("largest", "largest scale"), ("sum", "sum of the scales"))),
    *(_back("127-again", says, "The scale is one step already. 127 was needed to find it, and not any more.",
            "What is 127 steps of your scale?", factor=factor)
      for factor, says in ((127.0, "Your numbers are exactly the right ones times 127."),
                           (1 / 127, "Your numbers are exactly the right ones divided by 127."))),
    *(_back("shifted", later("Your numbers are exactly what comes out when {shift} is added to the whole numbers "
                             "first.", shift=f"{shift:g}".replace("-", "−")),
            "Symmetric means that 0 stays 0: nothing is shifted.", "Does 0 come back as 0?", shift=shift)
      for shift in (128.0, 127.0, -128.0, -127.0, 0.5, -0.5, 1.0, -1.0, 8.0, -8.0)),
    _back("added", "Your numbers are exactly whole number plus scale.", "A whole number counts steps of that length.",
          "50 steps, each 0.01 long: how far is that?", how="add"),
    _back("signs-lost", "Your numbers are exactly the right ones without their signs.",
          "What was below 0 is to be below 0 again.", "Is there an `abs` on the way?", gives="magnitudes"),
    _back("unsigned", "Your numbers are exactly what comes out when the whole numbers are put into uint8 first, which "
          "has no numbers below 0.", "What was below 0 becomes a large number above 0: −1 becomes 255.",
          "Which dtypes does your code name, and which of them has room for −127?", gives="unsigned"),
    _back("limited", "Your numbers are exactly the right ones, cut off at −1 and 1.",
          "Weights may be larger. `quantise` has a scale for each row so that the largest number fits, however large "
          "it is.", "Which numbers does your code cut off?", rounded="limited"),
    *(_back("scales-in-another-order", later("Your numbers are exactly what comes out when the scales are {laid} "
                                             "first.",
                                             laid=laid), "Scale i belongs to row i, in the order in which they come "
                                                         "in.",
            "What does your code do with `scale` before the product?", per=per)
      for per, laid in (("sorted", later("sorted")), ("flipped", later("put in reverse order")))),
    _back("transposed", "Your numbers are exactly the right ones with rows and columns exchanged.",
          "Row i of the result belongs to row i of q.", "Is there a `.T` that has no second one?", gives="transposed"),
    *(_back("half-precision", later("Your numbers are exactly the right ones rounded to {name}.", name=name),
            "The scales are given in the precision that is wanted back.", "Which dtypes does your code name?",
            kind=kind) for kind, name in ((torch.float16, "float16"), (torch.bfloat16, "bfloat16"))),
    _back("squared", "Your numbers are exactly what comes out when every scale is applied twice.",
          "The scale is one step already.", "How often does `scale` stand in your product?", how="squared"),
    Misconception("summed-over-rows", _summed, "Your result is exactly the sum of all rows, each times its scale.",
                  "Nothing is to be summed: each number of the table comes back.",
                  "What does `@` do with the axis that both have?"),
    Misconception("row-summed-up", partial(_summed, over=1, keepdim=True), "Your result is exactly the sum of each "
                  "row, times its scale, with an axis of length 1.", "Nothing is to be summed: each number of the "
                  "table comes back.", "Which axis of q has only the length 1 in your result?"),
]
