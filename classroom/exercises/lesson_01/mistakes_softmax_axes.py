"""Lesson 01, softmax: what goes wrong with axes, and what it means. Used by `mistakes_softmax`."""
from functools import partial

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .switches import only_division_loses_axis, only_maximum_loses_axis, softmax, two_axes

STABILITY = ("The shift that keeps `exp` in range has to fit every row by itself: then the largest exponent of each "
             "row is 0, nothing overflows, and no row becomes 0/0.")

SHIFTS = (
    ("no-shift", "none", "nothing is subtracted before `exp`", "Which number keeps `exp` in range?"),
    ("global-maximum", "global", "the maximum of the whole array is subtracted",
     "Over which axis is your maximum taken?"),
    ("mean-subtracted", "mean", "the mean of each row is subtracted",
     "Which number of a row is the one that may overflow?"))

AXES = [
    Misconception(
        "first-axis", partial(softmax, axis=0),
        "Your shares are exactly those taken along the first axis.",
        "With one row the first axis is also the last, so that looks right; with more, every column sums to 1 where "
        "every row should.", "Which `axis` do your maximum and your sum run over?", sums("shares")),
    Misconception(
        "over-everything", partial(softmax, axis=None),
        "Your shares are exactly those of all numbers together: the whole array sums to 1.",
        "Each row is a choice of its own, with 1 to give away.",
        "What do `sum` and `max` do when they are not told an axis?", sums("shares")),
    Misconception(
        "divided-by-the-whole-sum", partial(softmax, total="everything"),
        "Your shares are exactly the powers divided by the sum of the whole array.",
        "Each row is a choice of its own, with 1 to give away.",
        "What does `sum` do when it is not told an axis?", sums("shares")),
    Misconception(
        "divided-by-the-sum-of-the-column", partial(softmax, total="column"),
        "Your shares are exactly the powers divided by the sums along the first axis.",
        "Each row is a choice of its own, with 1 to give away. Your maximum runs along the rows, your sum does not.",
        "Which `axis` does your sum run over?", sums("shares")),
    Misconception(
        "loop-over-the-first-axis", partial(softmax, axis="all but the first"),
        "Your shares are exactly what comes out when `x` is taken apart along its first axis, and each part by itself "
        "gets shares that sum to 1.",
        "In a table these parts are the rows. A single row falls apart into numbers, each with a share of 1; a batch "
        "falls apart into tables, each of which shares out 1 in all.",
        "What does `for row in x` give when `x` has one axis, and when it has three?", sums("shares")),
    *(Misconception(
        "two-axes-assumed", partial(two_axes, how=how),
        later("Your code does exactly what happens when {words}: it is right for tables alone.", words=words),
        "`x` may be a single row, or a batch of tables. Counted from the end, the axis of a row is always the last.",
        look)
      for how, words, look in (
          ("None", "the sums get a second axis by `[:, None]`",
           "How does a sum keep its axis by itself, wherever it is?"),
          ("reshape", "the sums get the shape (-1, 1)", "How does a sum keep its axis by itself, wherever it is?"),
          ("transposed", "the table is transposed, divided, and transposed back",
           "What does `.T` do to three axes?"))),
    *(Misconception(
        f"two-axes-assumed-and-{slug}", partial(two_axes, how=how, shift=shift),
        later("Your code does exactly what happens when {words}, and the sums get a second axis by {by}: it is right "
              "for tables alone, and not for all of them.", words=words, by=by),
        later("`x` may be a single row, or a batch of tables. Counted from the end, the axis of a row is always the "
              "last. The other slip shows only in some arrays of large numbers. {stability}", stability=STABILITY),
        later("Two questions. How does a sum keep its axis by itself, wherever it is? {other}", other=other))
      for how, by in (("None", "`[:, None]`"), ("reshape", "`reshape(-1, 1)`"))
      for slug, shift, words, other in SHIFTS),
    Misconception(
        "last-but-one-axis", partial(softmax, axis=-2),
        "Your shares are exactly those taken along the last axis but one.",
        "Every column then sums to 1 where every row should, and a single row has no such axis.",
        "Which `axis` do your maximum and your sum run over?", sums("shares")),
    Misconception(
        "third-axis", partial(softmax, axis=2),
        "Your shares are exactly those taken along axis 2.",
        "In a batch of tables that is the last axis; tables and single rows have no axis 2.",
        "How do you name the last axis, whatever the number of axes?"),
    Misconception(
        "second-axis", partial(softmax, axis=1),
        "Your shares are exactly those taken along axis 1.",
        "In a table that is the last axis; in a single row there is no axis 1, and in a batch of tables it is the "
        "wrong one.", "How do you name the last axis, whatever the number of axes?"),
    Misconception(
        "axis-lost", only_division_loses_axis,
        "Your shares are exactly what comes out when the sum loses its axis before the division.",
        "NumPy then lines the sums of the rows up with the columns. For most sizes that fails; for square tables it "
        "divides each column by the sum of some row.",
        "Which shape does your sum have, and which would line up with the rows?"),
    Misconception(
        "axis-lost", partial(softmax, keep=False),
        "Your shares are exactly what comes out when both the maximum and the sum lose their axis.",
        "NumPy then lines the numbers made from the rows up with the columns. For most sizes that fails; in a square "
        "table each column meets the maximum and the sum of some row.",
        "Which shapes do your maximum and your sum have, and which would line up with the rows?"),
    *(Misconception(
        f"axis-lost-and-{slug}", lambda x, shift=shift: softmax(x, shift=shift, keep=False),
        later("Your shares are exactly what comes out when {words}, and the sum loses its axis before the division.",
              words=words),
        later("NumPy then lines the sums of the rows up with the columns, which fails for most sizes. The other slip "
              "shows only in some arrays of large numbers. {stability}", stability=STABILITY),
        later("Two questions. Which shape does your sum have, and which would line up with the rows? {other}",
              other=other))
      for slug, shift, words, other in SHIFTS),
    *(Misconception(
        f"divided-by-the-whole-sum-and-{which}-subtracted",
        lambda x, shift=shift: softmax(x, shift=shift, total="everything"),
        later("Your shares are exactly what comes out when the {which} of each row is subtracted, and the powers are "
              "divided by the sum of the whole array.", which=which),
        later("Each row is a choice of its own, with 1 to give away. The other slip shows only in some arrays of large "
              "numbers. {stability}", stability=STABILITY),
        "Two questions. What does `sum` do when it is not told an axis? Which number of a row is the one that may "
        "overflow?", sums("shares")) for which, shift in (("mean", "mean"), ("minimum", "min"))),
    Misconception(
        "axis-lost-by-the-maximum", only_maximum_loses_axis,
        "Your shares are exactly what comes out when the maximum loses its axis before it is subtracted.",
        "NumPy then lines the maxima of the rows up with the columns. For most sizes that fails; in a square table the "
        "maximum of some row is taken from each column, and that changes the shares.",
        "Which shape does your maximum have, and which would line up with the rows?"),
]
