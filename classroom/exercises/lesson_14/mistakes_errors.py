"""Lesson 14, what rounding costs each row: what learners write instead. Used by `lesson_14`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception


def _rounded(w, largest, steps=127.0):
    """Whole multiples of largest / steps, as near to w as they can be."""
    step = largest / steps
    step = torch.where(step == 0, torch.ones_like(step), step)
    return (w / step).round() * step


def _errors(w, power="square", mean=1, root=True, order="table first", table="largest", row="row", relative=False,
            steps=127.0, sign=1, first="rounded"):
    """`rounding_errors` with switches."""
    def error(rounded):
        d = rounded - w
        if first == "mean":                                       # the mean of the differences, and then its size
            return d.mean(1).abs()
        d = {"square": d.square, "magnitude": d.abs, "signed": lambda: d, "largest": d.abs}[power]()
        size = d.amax(1) if power == "largest" else d.sum(1) if mean == "sum" else \
            d.mean() if mean == "all" else d.mean(mean)
        if mean == "all":
            size = size.expand(len(w))
        size = size.sqrt() if root and power == "square" else size
        if relative:
            size = size / {"row": w.abs().amax(1), "mean": w.square().mean(1).sqrt()}[relative]
        return size

    each = w.abs().amax(1, keepdim=True)
    whole = {"largest": lambda: each.max(), "mean": lambda: each.mean(), "signed": lambda: w.max(),
             "first": lambda: each[0], "columns": lambda: w.abs().amax(0, keepdim=True),
             "median": lambda: each.median(), "each": lambda: each}[table]()
    own = {"row": lambda: each, "column": lambda: w.abs().amax(0, keepdim=True), "table": lambda: each.max()}[row]()
    by_table, by_row = error(_rounded(w, whole, steps)), error(_rounded(w, own, steps))
    return {"table first": (by_table, by_row), "row first": (by_row, by_table),
            "difference": (by_table - by_row, by_row), "ratio": (by_table / by_row, by_row)}[order]


def _of_quantised(w):
    """Whole numbers compared with w, without their scale."""
    each = w.abs().amax(1, keepdim=True)
    def error(largest):
        return ((w / (largest / 127)).round() - w).square().mean(1).sqrt()
    return error(each.max()), error(each)


_ASKED = "The error of a row is asked for: the differences squared, their mean along the row, and the root of it."


def _wrong(slug, says, look, why=_ASKED, **switches):
    return Misconception(slug, partial(_errors, **switches), says, why, look)


ERRORS = [
    _wrong("swapped", "Your two results are exactly the right ones, in the other order.",
           "Which of the two does your `return` name first?",
           "The errors with one scale for the table come first, those with a scale for each row second.",
           order="row first"),
    _wrong("no-root", "Your errors are exactly the mean squares, without the root.", "In what unit is a square?",
           f"{_ASKED} Without the root they cannot be compared with the weights.", root=False),
    _wrong("mean-magnitude", "Your errors are exactly the mean magnitudes of the differences.",
           "What is done to the differences before their mean?", power="magnitude"),
    _wrong("largest-difference", "Your errors are exactly the largest differences of each row.",
           "Do all numbers of a row have a say in its error?", power="largest"),
    *(_wrong("signs-cancel", "Your errors are exactly the mean differences, in which errors of both signs cancel.",
             "What is the mean of −1 and 1?", first=first, power="signed")
      for first in ("rounded", "mean")),
    _wrong("over-the-column", "Your errors are exactly those of the columns.",
           "Which axis of (out, in) is gone after your mean?", f"{_ASKED} A row has its scale, a column has none.",
           mean=0),
    _wrong("one-error-for-all", "Your errors are exactly those of the whole table, not of each row.",
           "How many numbers does your mean leave?", f"{_ASKED} In one number for the whole table the question, who "
           "pays, cannot be answered.", mean="all"),
    _wrong("sum-not-mean", "Your errors are exactly the roots of the sums of squares.",
           "By what is the sum to be divided?", f"{_ASKED} A sum grows with the length of the row.", mean="sum"),
    _wrong("twice-by-row", "Your second result is exact, and your first one is the same: with a scale for each row.",
           "How many scales does your first table have?",
           "One scale for the whole table comes from the largest magnitude of the whole table.", table="each"),
    _wrong("twice-by-table", "Your first result is exact, and your second one is the same: one scale for all rows.",
           "How many scales does your second table have?", "Each row has the scale of its own largest magnitude.",
           row="table"),
    *(_wrong("another-scale-for-the-table", f"Your second result is exact. Your first one is exactly what comes out "
             f"with the scale of {name}.", "Which number needs the most steps, if all rows have steps of one length?",
             "One scale for the whole table comes from the largest magnitude of the whole table; with a shorter step "
             "its largest number would need more than 127 steps.", table=table)
      for table, name in (("mean", "the mean of the rows' largest magnitudes"), ("signed", "the largest number, where "
                          "the largest magnitude is below 0"), ("first", "the first row"),
                          ("median", "the median of the rows' largest magnitudes"))),
    _wrong("a-scale-for-each-column", "Your errors of the rows are exactly those with a scale for each column.",
           "Along which axis does the maximum run?", "The scale belongs to a row.", row="column"),
    _wrong("columns-for-the-table", "Your second result is exact. Your first one has a scale for each column.",
           "How many scales does your first table have?",
           "One scale for the whole table comes from the largest magnitude of the whole table.", table="columns"),
    *(_wrong("relative", f"Your errors are exactly the right ones divided by the {name} of the row.",
             "Is anything divided at the end?", f"{_ASKED} In the unit of the weights, not as a share of them.",
             relative=relative) for relative, name in (("row", "largest magnitude"), ("mean", "root mean square"))),
    *(_wrong("another-number-of-steps", f"Your errors are exactly those of {steps:.0f} steps from 0 to the largest "
             "magnitude.", "How many steps does your `quantise` make?", "int8 has 127 above 0.", steps=steps)
      for steps in (7.0, 128.0, 255.0)),
    _wrong("difference", "Your first result is exactly by how much the error grows.",
           "Is one of the two subtracted from the other?", "Both errors are asked for, each by itself.",
           order="difference"),
    Misconception("scale-forgotten", _of_quantised, "Your errors are exactly the differences between the whole numbers "
                  "and the weights.", "Whole numbers count steps. They have to come back to weights before they can be "
                  "compared with weights.", "Which of your two functions turns whole numbers into weights?"),
]
