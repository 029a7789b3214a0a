"""Lesson 14, what rounding costs each row: what learners write instead. Used by `lesson_14`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later


def _rounded(w, largest, steps=127.0, room=""):
    """Whole multiples of largest / steps, as near to w as they can be; `room`: how what is too large is put in int8."""
    step = largest / steps
    step = torch.where(step == 0, torch.ones_like(step), step)
    counted = (w / step).round()
    if room == "overflow":
        counted = counted.long().to(torch.int8)
    elif room:
        counted = counted.clamp(-int(room), 127)
    return counted * step


def _by_row(w):
    return _rounded(w, w.abs().amax(1, keepdim=True))


def _by_table(w):
    return _rounded(w, w.abs().max())


# What may stand in the place of w rounded with one scale, or with a scale for each row.
_OTHERWISE = {
    "not": lambda w: w, "whole": torch.round, "of the table": lambda w: _by_row(_by_table(w)),
    "of the rows": lambda w: _by_table(_by_row(w)), "first row": lambda w: _by_row(w[:1]).expand_as(w),
    "columns to rows": lambda w: _by_table(w).T.reshape(w.shape),
    "rows to columns": lambda w: _by_table(w).reshape(w.shape[1], -1).T,
    "magnitudes by table": lambda w: _by_table(w.abs()), "magnitudes by row": lambda w: _by_row(w.abs()),
}


def _errors(w, power="square", mean=1, root=True, order="table first", table="largest", row="row", relative=False,
            steps=127.0, sign=1, first="rounded", read="largest", room="", of="w"):
    """`rounding_errors` with switches."""
    def error(rounded, root=root, w=w):
        d = rounded - w
        if first == "mean":                                       # the mean of the differences, and then its size
            return d.mean(1).abs()
        if power.startswith("deviation"):
            spread = d.std(1, correction=int(power[-1]))
            return spread if root else spread.square()
        if power == "median":
            return d.abs().median(1).values
        if power.startswith("sizes"):                             # the sizes of the two, and then their difference
            grown = rounded.square().mean(1).sqrt() - w.square().mean(1).sqrt()
            return grown.abs() if power == "sizes, magnitude" else grown
        d = {"square": d.square, "magnitude": d.abs, "signed": lambda: d, "largest": d.abs}[power]()
        size = d.amax(1) if power == "largest" else d.sum(1) if mean in ("sum", "outside") else \
            d.sum(1) / (w.shape[1] - 1) if mean == "n - 1" else d.mean() if mean in ("all", "one") else d.mean(mean)
        if mean == "all":
            size = size.expand(len(w))
        size = size.sqrt() if root and power == "square" else size
        size = size / w.shape[1] if mean == "outside" else size
        if relative in ("row", "mean"):
            size = size / {"row": w.abs().amax(1), "mean": w.square().mean(1).sqrt()}[relative]
        return size

    each = w.abs().amax(1, keepdim=True)
    whole = {"largest": lambda: each.max(), "mean": lambda: each.mean(), "signed": lambda: w.max(),
             "first": lambda: each[0], "columns": lambda: w.abs().amax(0, keepdim=True),
             "median": lambda: each.median(), "smallest": lambda: each.min(), "sum": lambda: each.sum(),
             "last": lambda: each[-1], "each": lambda: each, "number": lambda: w.abs(),
             }.get(table, lambda: each)()
    own = {"number": lambda: w.abs(), "column": lambda: w.abs().amax(0, keepdim=True),
           "table": lambda: each.max()}.get(row, lambda: each)()
    given = w.abs() if of == "magnitudes" else w
    by_table = error(_rounded(given, whole, steps, room), root=root and root != "second")
    by_row = error(_rounded(given, own, steps), root=root and root != "first")
    if table in _OTHERWISE:
        by_table = error(_OTHERWISE[table](w))
    if row in _OTHERWISE:
        by_row = error(_OTHERWISE[row](w))
    elif row == "of the table, to it":
        by_row = error(_OTHERWISE["of the table"](w), w=_by_table(w))
    if table == "of the rows, to them":
        by_table = error(_by_table(_by_row(w)), w=_by_row(w))
    elif table == "to the rows":
        by_table = error(_by_table(w), w=_by_row(w))
    counts = (w / torch.where(each == 0, torch.ones_like(each), each / steps)).round()
    if table == "read":                                # counted in steps of the row, read in steps of another
        by_table = error(counts * {"largest": each.max(), "mean": each.mean(), "first": each[0]}[read] / steps)
    elif table == "read by row":
        by_table = error((w / (each.max() / steps)).round() * each / steps)
    if row == "read":
        by_row = error((w / (each.max() / steps)).round() * each / steps)
    if relative == "steps":
        by_table = by_table / (each.max() / steps)
        by_row = by_row / torch.where(each == 0, torch.ones_like(each), each / steps).squeeze(1)
    return {"table first": (by_table, by_row), "row first": (by_row, by_table),
            "difference": (by_table - by_row, by_row), "ratio": (by_table / by_row, by_row)}[order]


def _expected(w, of_the_scale):
    """What theory says of rounding, with the scales alone."""
    scale = w.abs().amax(1) / 127 * of_the_scale
    return scale.max().expand_as(scale), scale


def _of_quantised(w):
    """Whole numbers compared with w, without their scale."""
    each = w.abs().amax(1, keepdim=True)
    def error(largest):
        return ((w / (largest / 127)).round() - w).square().mean(1).sqrt()
    return error(each.max()), error(each)


def _one_for_the_table(w, shape=()):
    """A single error where one for each row is asked for, with one scale for the table."""
    by_table, by_row = _errors(w)
    return by_table.square().mean().sqrt().expand(len(w) if shape == "repeated" else shape), by_row


_ASKED = "The error of a row is asked for: the differences squared, their mean along the row, and the root of it."


def _wrong(slug, says, look, why=_ASKED, **switches):
    return Misconception(slug, partial(_errors, **switches), says, why, look)


_NO_ERROR = ("There is no error where a table is compared with itself. And none where each number has a scale of its "
             "own, as in a table with a single column: any number but 0 is 127 steps of it.")
_OTHERS = (("mean", "the mean of the rows' largest magnitudes"),
           ("signed", "the largest number, and not of the largest magnitude"), ("first", "the first row"),
           ("median", "the median of the rows' largest magnitudes"), ("last", "the last row"),
           ("smallest", "the smallest of the rows' largest magnitudes"))

ERRORS = [
    _wrong("results-in-the-other-order", "Your two results are exactly the right ones, in the other order.",
           "Which of the two does your `return` name first?",
           "The errors with one scale for the table come first, those with a scale for each row second.",
           order="row first"),
    _wrong("no-root", "Your errors are exactly the mean squares, without the root.", "In what unit is a square?",
           later("{asked} Without the root they cannot be compared with the weights.", asked=_ASKED), root=False),
    *(_wrong("no-root", says, "In what unit is a square?",
             later("{asked} Without the root they cannot be compared with the weights.", asked=_ASKED), root=root)
      for root, says in (
          ("first", "Your first result is exact. Your second one is exactly the mean squares, without the root."),
          ("second", "Your second result is exact. Your first one is exactly the mean squares, without the root."))),
    _wrong("mean-magnitude", "Your errors are exactly the mean magnitudes of the differences.",
           "What is done to the differences before their mean?", power="magnitude"),
    _wrong("largest-difference", "Your errors are exactly the largest differences of each row.",
           "Do all numbers of a row have a say in its error?", power="largest"),
    *(_wrong("signs-cancel", "Your errors are exactly the mean differences, in which errors of both signs cancel.",
             "What is the mean of −1 and 1?", first=first, power="signed")
      for first in ("rounded", "mean")),
    _wrong("median-not-mean", "Your errors are exactly the medians of the differences' magnitudes.",
           "What does the formula do with the differences?", power="median"),
    *(_wrong("deviation-not-size", later("Your errors are exactly the variances of the differences{words}.",
                                         words=words),
             "What does a variance leave out that a mean square has?",
             later("{asked} A variance measures distances from the mean difference, and is a square.", asked=_ASKED),
             power=f"deviation {correction}", root=False) for correction, words in ((1, ", with n − 1"), (0, ""))),
    *(_wrong("deviation-not-size", later("Your errors are exactly the standard deviations of the differences{words}.",
                                         words=words),
             "What does a standard deviation leave out that a root mean square has?",
             later("{asked} A standard deviation measures distances from the mean difference; where all differences "
                   "are equal, it is 0.", asked=_ASKED), power=f"deviation {correction}")
      for correction, words in ((1, ", with n − 1"), (0, ""))),
    _wrong("over-the-column", "Your errors are exactly those of the columns.",
           "Which axis of (out, in) is gone after your mean?", later(
               "{asked} A row has its scale, a column has none.", asked=_ASKED),
           mean=0),
    _wrong("one-error-for-all", "Your errors are exactly those of the whole table, not of each row.",
           "How many numbers does your mean leave?", later("{asked} In one number for the whole table the question, "
                                                           "who pays, cannot be answered.", asked=_ASKED), mean="all"),
    _wrong("one-error-for-all", "Your two errors are exactly those of the whole table, a number each.",
           "How many numbers does your mean leave?", later("{asked} In one number for the whole table the question, "
                                                           "who pays, cannot be answered.", asked=_ASKED), mean="one"),
    *(Misconception("one-error-for-all", one, "Your second result is exact. Your first one is exactly the error of the "
                    "whole table, not of each row.", later("{asked} One scale for the whole table still makes an "
                                                           "error in each row.",
                                                           asked=_ASKED),
                            "How many numbers does your first mean leave?")
      for one in (_one_for_the_table, partial(_one_for_the_table, shape="repeated"))),
    Misconception("one-error-for-all", partial(_one_for_the_table, shape=(1,)), "Your second result is exact. Your "
                  "first one is exactly the error of the whole table, as a single number.",
                  later("{asked} One scale for the whole table still makes an error in each row.", asked=_ASKED),
                  "Which shape has the table of your first error, and how many numbers does its mean leave?"),
    _wrong("sum-not-mean", "Your errors are exactly the roots of the sums of squares.",
           "By what is the sum to be divided?", later("{asked} A sum grows with the length of the row.",
                                                      asked=_ASKED), mean="sum"),
    _wrong("divided-after-the-root", "Your errors are exactly the roots of the sums of squares, divided by the length "
           "of the row.", "Does your division stand below the root, or behind it?",
           later("{asked} In the formula the division by n stands below the root, too.", asked=_ASKED), mean="outside"),
    _wrong("divided-by-n-minus-1", "Your errors are exactly what comes out when the sum of the squares is divided by n "
           "− 1, and not by n.", "By what do you divide?", later(
               "{asked} n − 1 belongs to the spread around a mean that was itself estimated. Here there is none.",
               asked=_ASKED), mean="n - 1"),
    *(_wrong("sizes-not-differences", later("Your errors are exactly by how much the root mean square of a row changes"
                                            "{words}.", words=words), "What is squared in your code, and what in the "
             "formula?", later("{asked} A row can keep its size though each of its numbers changes.", asked=_ASKED),
             power=power) for power, words in (("sizes", ""), ("sizes, magnitude", later(", without its sign")))),
    *(_wrong("no-error-at-all", "Your second result is exact. Your first one is 0 for every row, or hardly more.",
             "Which table goes into `quantise` for your first result, and which two tables do you subtract?",
             _NO_ERROR, table=table) for table in ("number", "not")),
    *(_wrong("no-error-at-all", "Your first result is exact. Your second one is 0 for every row, or hardly more.",
             "Which table goes into `quantise` for your second result, and which two tables do you subtract?",
             _NO_ERROR, row=row) for row in ("number", "not")),
    _wrong("no-error-at-all", "Both your results are 0 for every row.",
           "Which tables go into `quantise`, and which two do you subtract each time?", _NO_ERROR,
           table="not", row="not"),
    *(_wrong("rounded-twice", later("Your first result is exact. Your second one is exactly what comes out when the "
                                    "table that was rounded with one scale is rounded once more, with a scale for each "
                                    "row{words}.", words=words), "Which table goes into `quantise` the second time? "
             "Has a name got another value since then?", "What the first rounding has lost does not come back. Both "
             "errors are asked of the table that came in.", row=row)
      for row, words in (("of the table", ""), ("of the table, to it", later(", and compared with the one rounded "
                                                                             "once")))),
    *(_wrong("rounded-twice", later("Your second result is exact. Your first one is exactly what comes out when the "
                                    "table that was rounded with a scale for each row is rounded once more, with one "
                                    "scale{words}.", words=words), "Which table goes into `quantise` the second time? "
             "Has a name got another value since then?", "What the first rounding has lost does not come back. Both "
             "errors are asked of the table that came in.", table=table)
      for table, words in (("of the rows", ""), ("of the rows, to them", later(", and compared with the one rounded "
                                                                               "once")))),
    _wrong("compared-with-the-other", "Your second result is exact. Your first one is exactly the error of the table "
           "rounded with one scale, measured from the table rounded with a scale for each row.",
           "From which table do you take the first differences?",
           "Both errors are asked of the table that came in. The rows' own rounding is off as well.",
           table="to the rows"),
    *(_wrong("numbers-in-other-places", later("Your second result is exact. Your first one is exactly what comes out "
                                              "when the numbers rounded with one scale are {laid}.", laid=laid),
             "Do you read the table and write it down again in the same order?",
             "Each number is to be compared with itself. In a table whose numbers have changed places, differences say "
             "nothing of rounding.", table=table)
      for table, laid in (("columns to rows", later("read column by column and written down row by row")),
                          ("rows to columns", later("read row by row and written down column by column")))),
    _wrong("one-row-for-all", "Your second result is exact. Your first one is exactly what comes out when the first "
           "row, rounded, stands in the place of every row.", "Which part of w goes into `quantise` for your first "
                                                              "result?",
           "All numbers of the table are to be rounded with one scale, each in its own place.", table="first row"),
    _wrong("made-whole", "Your second result is exact. Your first one is exactly what comes out when w itself is "
           "rounded to whole numbers.", "Does your first result use `quantise` and `dequantise`?",
           "That is rounding with steps of length 1. The scale of the table comes from its largest magnitude.",
           table="whole"),
    _wrong("signs-lost", "Your errors are exactly what comes out when the magnitudes of w are rounded and compared "
           "with w.", "What do you give to `quantise`?", "A number below 0 then comes back above 0, and is off by "
           "twice its size.", of="magnitudes"),
    _wrong("signs-lost", "Your second result is exact. Your first one is exactly what comes out when the magnitudes of "
           "w are rounded and compared with w.", "What do you give to `quantise`?", "A number below 0 then comes back "
           "above 0, and is off by twice its size.", table="magnitudes by table"),
    _wrong("signs-lost", "Your first result is exact. Your second one is exactly what comes out when the magnitudes of "
           "w are rounded and compared with w.", "What do you give to `quantise`?", "A number below 0 then comes back "
           "above 0, and is off by twice its size.", row="magnitudes by row"),
    *(Misconception("expected-not-measured", partial(_expected, of_the_scale=part), later(
        "Your results are exactly the scales divided by {by}: no number of w but the largest has had a say.", by=by),
        later("{why} Measured errors are asked for, of each row's own numbers.", why=why),
        "Where are numbers rounded in your code?")
      for part, by, why in (
          (12 ** -0.5, "√12", later("That is the size to be expected for numbers that lie anywhere between two "
                                    "steps.")),
          (0.5, "2", later("That is how much a number can be off at most.")))),
    _wrong("both-results-by-row", "Your second result is exact, and your first one is the same: with a scale for each "
                                  "row.",
           "How many scales does your first table have?",
           "One scale for the whole table comes from the largest magnitude of the whole table.", table="each"),
    _wrong("both-results-by-table", "Your first result is exact, and your second one is the same: one scale for all "
                                    "rows.",
           "How many scales does your second table have?", "Each row has the scale of its own largest magnitude.",
           row="table"),
    *(_wrong("counted-and-read-with-two-scales", later("Your second result is exact. Your first one is exactly what "
                                                       "comes out when the whole numbers are counted with the scale "
                                                       "of each row and read with {name}.", name=name),
             "How often does your code call `quantise`, and with which table?",
             "Whole numbers count steps of the length that they were made with; with another length they mean other "
             "numbers. With one scale for the table, w is also divided by that scale.", table="read", read=read)
      for read, name in (("largest", "the largest scale"), ("mean", "the mean of the scales"),
                         ("first", "the first scale"))),
    _wrong("counted-and-read-with-two-scales", "Your second result is exact. Your first one is exactly what comes out "
           "when the whole numbers are counted with the scale of the table and read with the scale of each row.",
           "Which scale do you give to `dequantise` for the table?", "Whole numbers count steps of the length that "
           "they were made with; with another length they mean other numbers.", table="read by row"),
    _wrong("counted-and-read-with-two-scales", "Your first result is exact. Your second one is exactly what comes out "
           "when the whole numbers are counted with the scale of the table and read with the scale of each row.",
           "How often does your code call `quantise`, and with which table?", "Whole numbers count steps of the length "
           "that they were made with; with another length they mean other numbers.", row="read"),
    *(_wrong("another-scale-for-the-table", later("Your second result is exact. Your first one is exactly what comes "
                                                  "out with the scale of {name}.",
                                                  name=name),
            "Which number needs the most steps, if all rows have steps of one length?",
             "One scale for the whole table comes from the largest magnitude of the whole table; with a shorter step "
             "its number of largest magnitude would need more than 127 steps.", table=table)
      for table, name in (*_OTHERS, ("sum", "the sum of the rows' largest magnitudes"))),
    *(_wrong("another-scale-for-the-table", later("Your second result is exact. Your first one is exactly what comes "
                                                  "out with the scale of {name}, where {words}.", name=name,
                                                  words=words),
             "Which number needs the most steps, if all rows have steps of one length?",
             "One scale for the whole table comes from the largest magnitude of the whole table; with a shorter step "
             "its number of largest magnitude would need more than 127 steps.", table=table, room=room)
      for room, words in (("127", "all that needs more than 127 steps is cut off at 127"),
                          ("128", "all that needs more steps than int8 has is cut off at −128 and 127"),
                          ("overflow", "whole numbers that int8 has no room for turn into other ones"))
      for table, name in _OTHERS),
    _wrong("a-scale-for-each-column", "Your errors of the rows are exactly those with a scale for each column.",
           "Along which axis does the maximum run?", "The scale belongs to a row.", row="column"),
    _wrong("columns-for-the-table", "Your second result is exact. Your first one has a scale for each column.",
           "How many scales does your first table have?",
           "One scale for the whole table comes from the largest magnitude of the whole table.", table="columns"),
    *(_wrong("relative", later("Your errors are exactly the right ones divided by the {name} of the row.", name=name),
             "Is anything divided at the end?", later("{asked} In the unit of the weights, not as a share of them.",
                                                      asked=_ASKED),
             relative=relative) for relative, name in (("row", "largest magnitude"), ("mean", "root mean square"))),
    _wrong("counted-in-steps", "Your errors are exactly the right ones in steps: each is divided by its scale.",
           "Is anything divided at the end?", later("{asked} In the unit of the weights.", asked=_ASKED),
           relative="steps"),
    *(_wrong("another-number-of-steps", later("Your errors are exactly those of {steps:.0f} steps from 0 to the "
                                              "largest magnitude.",
                                              steps=steps),
            "How many steps does your `quantise` make?", "int8 has 127 above 0.", steps=steps)
      for steps in (7.0, 128.0, 255.0)),
    _wrong("second-result-subtracted-from-the-first", "Your first result is exactly by how much the error grows.",
           "Is one of the two subtracted from the other?", "Both errors are asked for, each by itself.",
           order="difference"),
    Misconception("scale-forgotten", _of_quantised, "Your errors are exactly the differences between the whole numbers "
                  "and the weights.", "Whole numbers count steps. They have to come back to weights before they can be "
                  "compared with weights.", "Which of your two functions turns whole numbers into weights?"),
]
