"""Lesson 01, softmax: what learners write instead, and what it means. Used by `lesson_01`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from . import switches
from .mistakes import PYTORCH, named_functional, named_torch, with_torch
from .mistakes_softmax_axes import AXES, STABILITY
from .switches import over, softmax

CLIPPED = (10, 20, 30, 50, 80, 88, 100, 200, 300, 500, 600, 700, 709)       # limits that people choose
CONSTANTS = (10, 11, 20, 30, 50, 80, 100, 200, 300, 400, 500, 600, 700, 709, 800, 900, 1000, 1500, 10000)

SOFTMAX = [
    *AXES,
    Misconception(
        "no-shift", partial(softmax, shift="none"),
        "Your shares are exactly what exp divided by its sum gives, on the numbers as they come.",
        "That is the right formula, and it fails for large numbers: exp(1000) is infinity, infinity divided by "
        "infinity is NaN, and one NaN spreads through the whole model.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?"),
    Misconception(
        "no-shift", switches.longer_floats,
        "Your shares are exactly what exp divided by its sum gives in numbers of more bits, such as `np.longdouble`.",
        "More bits move the limit and do not remove it: exp(12000) is too large for them, too. On many computers "
        "`np.longdouble` has no more bits than other numbers.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?"),
    Misconception(
        "no-shift", partial(switches.longer_floats, kind=np.float64),
        "Your shares are exactly what exp divided by its sum gives in numbers of 64 bits.",
        "64 bits move the limit and do not remove it: exp(710) is too large for them.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?"),
    Misconception(
        "no-shift", switches.logarithm_of_the_sum,
        "Your shares are exactly what comes out when the logarithm of the sum of the powers is subtracted, and these "
        "powers are those of the numbers as they come.",
        "The formula is right, and it fails for large numbers: their powers are infinite, and so are the sum and its "
        "logarithm. Where all powers of a row are 0, the logarithm of their sum is −∞.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?"),
    Misconception(
        "global-maximum", partial(softmax, shift="global"),
        "Your shares are exactly what comes out when one maximum, that of the whole array, is subtracted.",
        later("A row far below that maximum underflows: all its powers are 0, and 0/0 is NaN. {stability}",
              stability=STABILITY),
        "Over which axis is your maximum taken?"),
    *(Misconception(
        "one-maximum-for-several-rows", partial(softmax, shift=shift),
        later("Your shares are exactly what comes out when one maximum is subtracted from several rows at once: that "
              "of {words}.", words=words),
        later("A row far below that maximum underflows: all its powers are 0, and 0/0 is NaN. {stability}",
              stability=STABILITY),
        "Over which axes is your maximum taken?")
      for shift, words in (
          ("tables", "each table, along the last two axes"),
          ("tables of a batch", "each table, along the last two axes, where `x` has three axes or more"),
          ("parts", "each part of `x`: of `x[0]`, of `x[1]` and so on"),
          ("batch", "the whole array, where `x` has three axes or more"))),
    *(Misconception(
        "maximum-of-the-first-row", partial(softmax, shift=shift),
        later("Your shares are exactly what comes out when the maximum of {words} is subtracted from every number.",
              words=words),
        later("{why} {stability}", why=why, stability=STABILITY), "Of which rows do you take the maximum?")
      for shift, words, why in (
          ("first row", "`x[0]`",
           "In a table `x[0]` is the first row, and the other rows may be far above or below it."),
          ("first row of all", "the first row", "The other rows may be far above or below it."))),
    Misconception(
        "maximum-as-an-integer", partial(softmax, shift="integer"),
        "Your shares are exactly what comes out when the maximum of each row is turned into an integer before it is "
        "subtracted.",
        "An integer of 64 bits ends near 9.2 · 10¹⁸, and a floating-point number may be much larger. The maximum can "
        "be subtracted as it is.", "Is there an `int` near your maximum?"),
    *(Misconception(
        "maximum-of-the-column", partial(softmax, shift=shift),
        later("Your shares are exactly what comes out when the maximum of each column is subtracted{words}.",
              words=words),
        "A softmax depends on differences within a row. Taking another number from each column changes them. "
        "Where only one number is taken from a whole row, the shares stay.", "Along which axis is your maximum taken?")
      for shift, words in (("column", ""), ("last but one", ", along axis −2, which a single row does not have"))),
    *(Misconception(
        f"{which}-subtracted", partial(softmax, shift=which),
        later("Your shares are exactly what comes out when the {which} number of each row is subtracted.", which=which),
        later("A number far above the {which} still overflows. {stability}", which=which, stability=STABILITY),
        "Which number of a row is the one that may overflow?") for which in ("first", "last")),
    Misconception(
        "sum-subtracted", partial(softmax, shift="sum"),
        "Your shares are exactly what comes out when the sum of each row is subtracted.",
        later("The sum may be far from all numbers of the row. {stability}", stability=STABILITY),
        "Which number of a row is the one that may overflow?"),
    *(Misconception(
        "shifted-in-one-place", wrong,
        later("Your shares are exactly what comes out when the shift is made {words}.", words=words),
        "exp(x − c) / Σ exp(x − c) is the same for every c, but only if the c above the line and the c below it are "
        "the same.", "How often does `np.exp` stand in your code, and with what in its brackets?", sums("shares"))
      for wrong, words in ((partial(softmax, total="of what came in"), "above the line, and not in the sum"),
                           (switches.unprotected_above, "in the sum, and not above the line"),
                           (partial(switches.two_shifts, above="row"),
                            "by the maximum of the row above the line, and by that of the whole array in the sum"),
                           (partial(switches.two_shifts, above="whole"),
                            "by the maximum of the whole array above the line, and by that of the row in the sum"))),
    *(Misconception(
        "shifted-only-if-large", partial(switches.shifted_if_large, limit=limit),
        later("Your shares are exactly what comes out when the maximum of the whole array is subtracted only if it "
              "is large (above {limit}, or a number near it), and nothing otherwise.", limit=limit),
        later("That leaves out what is very negative, and rows that are far apart. A shift harms no row, so that no "
              "condition is needed. {stability}",
              stability=STABILITY), "Which rows does your condition leave as they are?")
      for limit in (100, 700)),
    *(Misconception(
        "shifted-only-if-large", partial(switches.shifted_if_large, limit=limit, by="row", where=where),
        later("Your shares are exactly what comes out when the maximum of each row is subtracted only where {words} is "
              "above a limit, such as {limit}.", words=words, limit=such_as),
        "A row of very negative numbers is then left as it is: all its powers are 0, and 0/0 is NaN. The shift harms "
        "no row.", look)
      for where, words in (("whole", "the largest number of the whole array"), ("row", "that maximum"))
      for limit, such_as, look in (
          (50, "0 or 50", "Is there a condition, or does the search for the maximum begin at 0 and not at the first "
           "number?"),
          *((n, n, "Which rows does your condition leave as they are?") for n in (100, 500)))),
    *(Misconception(
        "absolute-value-subtracted", partial(softmax, shift=shift),
        later("Your shares are exactly what comes out when an absolute value is subtracted from each row: {words}.",
              words=words),
        later("An absolute value moves large numbers towards 0 and negative ones away from it, until all powers of a "
              "row are 0, and 0/0 is NaN. {stability}", stability=STABILITY),
        "What is left of a row of −1000 and −1001 after your subtraction?")
      for shift, words in (("absolute", "the largest one of the row, or that of its maximum"),
                           ("absolute, all", "the largest one of the whole array, or that of its maximum"))),
    Misconception(
        "maximum-added", partial(softmax, shift="added"),
        "Your shares are exactly what comes out when the maximum of each row is added.",
        later("A row of large numbers then gets numbers twice as large, and overflows the sooner. {stability}",
              stability=STABILITY),
        "What is left of a row of 1000 and 1001 after your shift?"),
    Misconception(
        "place-of-the-maximum-subtracted", partial(softmax, shift="place"),
        "Your shares are exactly what comes out when the *place* of the maximum is subtracted from each row, as "
        "`argmax` gives it.",
        later("A place is 0, 1, 2 and so on, and hardly moves a number like 1000. {stability}", stability=STABILITY),
        "Does your function return the largest number, or where it stands?"),
    *(Misconception(
        "constant-subtracted", partial(softmax, shift=shift),
        later("Your shares are exactly what comes out when one number for all rows is subtracted, such as {words}.",
              words=words),
        later("One number fits the rows near it alone: far above it `exp` overflows, and far below it all powers are "
              "0, and 0/0 is NaN. {stability}", stability=STABILITY),
        "Where does the number come from that you subtract, and is it another one for another row?")
      for shift, words in (*((n, n) for n in CONSTANTS), (np.int64(10), 10), ("number of rows", "`len(x)`"))),
    *(Misconception(
        "shifted-after-exp", wrong, later("Your shares are exactly what comes out when {words} is subtracted after "
                                          "`exp`.", words=words),
        "The shift is there to keep `exp` in range: it has to come before. And afterwards it changes the shares.",
        "Where do the brackets of `np.exp` end?")
      for wrong, words in ((switches.shifted_afterwards, "the largest power"),
                           (switches.subtracted_from_the_powers, "the largest number of the row"))),
    Misconception(
        "scaled-after-exp", switches.divided_afterwards,
        "Your shares are exactly what comes out when the powers are divided by the largest of their row, and then by "
        "their sum.",
        "Dividing powers by exp(c) is the same as subtracting c before `exp`; but afterwards it is too late: what is "
        "infinity stays so.", "Could the same be done before `exp`?"),
    Misconception(
        "beyond-the-last-axis", switches.beyond_the_last_axis,
        "Your code stops, since it names an axis that `x` does not have: its number of axes.",
        "Axes are counted from 0, so that the last of n has the number n − 1.",
        "How do you name the last axis, whatever the number of axes?"),
    *(Misconception(
        "nan-replaced", partial(softmax, shift=shift, after=np.nan_to_num),
        later("Your shares are exactly what comes out {words}, with 0 wherever that is NaN.", words=words),
        "A NaN says that the computation failed: for large numbers infinity was divided by infinity, for very negative "
        "ones 0 by 0. A 0 in its place hides that, and the row has nothing to give away any more.",
        "What makes the NaN? Which shift would keep `exp` in range?", sums("shares"))
      for shift, words in (("none", "of exp divided by its sum, on the numbers as they come"),
                           ("global", "when one maximum, that of the whole array, is subtracted"),
                           ("min", "when the minimum of each row is subtracted"),
                           ("mean", "when the mean of each row is subtracted"))),
    *(Misconception(
        "nan-replaced", partial(softmax, shift="none", after=partial(switches.filled, by=by)),
        later("Your shares are exactly what comes out of exp divided by its sum, on the numbers as they come, with "
              "{what} "
              "wherever that is NaN.", what=what),
        "A NaN says that the computation failed: for large numbers infinity was divided by infinity, for very negative "
        "ones 0 by 0. Another number in its place hides that.",
        "What makes the NaN? Which shift would keep `exp` in range?", sums("shares"))
      for by, what in (("one", "1"), ("equal shares", "1 divided by the length of the row"))),
    Misconception(
        "nan-replaced", lambda x: over(np.nan_to_num(np.exp(x))),
        "Your shares are exactly what comes out when infinite powers are replaced by the largest number there is.",
        "Two such numbers sum to infinity again, and all powers beyond the limit have become equal.",
        "Which shift would keep `exp` in range?", sums("shares")),
    *(Misconception(
        "small-number-below", partial(softmax, shift="none", below=small),
        later("Your shares are exactly what exp divided by its sum and {small:g} gives, on the numbers as they come.",
              small=small),
        "A small number below the line prevents 0/0, and takes something from every share where all powers are small. "
        "Against infinity it does nothing.",
        "Adding the same number to a whole row does not change its shares. Which number keeps `exp` in range?",
        sums("shares")) for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)),
    Misconception(
        "minimum-subtracted", partial(softmax, shift="min"),
        "Your shares are exactly what comes out when the minimum of each row is subtracted.",
        later("That leaves the largest number largest: `exp` overflows as soon as a row is spread wide. {stability}",
              stability=STABILITY),
        "Which number of a row is the one that may overflow?"),
    Misconception(
        "minimum-subtracted", partial(softmax, shift="min of all"),
        "Your shares are exactly what comes out when one minimum, that of the whole array, is subtracted.",
        later("That leaves the largest number largest: `exp` overflows as soon as the numbers are spread wide. "
              "{stability}", stability=STABILITY),
        "Which number of a row is the one that may overflow?"),
    Misconception(
        "mean-subtracted", partial(softmax, shift="mean"),
        "Your shares are exactly what comes out when the mean of each row is subtracted, or another number from the "
        "middle of it.",
        later("A number far above the middle still overflows. {stability}", stability=STABILITY),
        "Which number of a row is the one that may overflow?"),
    *(Misconception(
        "not-normalised", partial(softmax, **how),
        "Your shares are exactly the powers, not divided by their sum.",
        "Shares of a row sum to 1; that is what makes them shares.",
        "Which step is still missing? (If the largest number is subtracted first, the largest power of the row is 1, "
        "and dividing by it changes nothing.)",
        sums("shares"))
      for how in ({"divide": "nothing"}, {"divide": "nothing", "shift": "none"})),
    *(Misconception(
        "divided-by-the-sum-of-the-numbers", partial(switches.over_the_numbers, moved=moved, shift=shift),
        later("Your shares are exactly the powers{shifted} divided by the sum of {what}.", shifted=shifted, what=what),
        "Shares of a row sum to 1 only if the powers are divided by the sum of the powers.",
        "Of which array do you take the sum: before `exp`, or after it?", sums("shares"))
      for moved, shift, shifted, what in (
          (False, "max", ", after the maximum is subtracted,", "the numbers that came in"),
          (True, "max", ", after the maximum is subtracted,", "what goes into `exp`"),
          (False, "none", "", "the numbers that came in"))),
    Misconception(
        "divided-by-count", partial(softmax, divide="count"),
        "Your shares are exactly the powers divided by how many there are.",
        "That is a mean; shares of a row sum to 1.", "What are the powers divided by?", sums("shares")),
    *(Misconception(
        f"divided-by-the-{divide}", partial(softmax, divide=divide, shift=shift), later(
            "Your shares are exactly {words}.", words=words),
        "Shares of a row sum to 1; that is what makes them shares.", "What are the powers divided by?", sums("shares"))
      for divide, shift, words in (
          ("largest", "none", "the powers divided by the largest of their row, on the numbers as they come"),
          ("length", "max", "the powers divided by the length of their row as a vector"),
          ("length", "none",
           "the powers, on the numbers as they come, divided by the length of their row as a vector"))),
    *(Misconception(
        slug, partial(softmax, first=first, shift=shift),
        later("Your shares are exactly what comes out when each number is {words} before `exp`.", words=words),
        later("A softmax depends on differences. Dividing makes them smaller or larger, and with that the choice "
              "flatter or sharper{more}. Subtracting a number leaves them as they are.", more=more),
        "What do you do to the numbers before `exp`, and is it a minus?")
      for slug, first, words, more in (
          ("divided-before-exp", lambda x: x / x.max(-1, keepdims=True), "divided by the maximum of its row",
           "; and a negative maximum turns the order around"),
          ("divided-before-exp", lambda x: x / x.max(), "divided by the maximum of the whole array",
           "; and a negative maximum turns the order around"),
          ("divided-before-exp", lambda x: x / np.abs(x).max(-1, keepdims=True),
           "divided by the largest absolute value of its row", ""),
          ("divided-before-exp", lambda x: x / x.sum(-1, keepdims=True), "divided by the sum of its row",
           "; and a negative sum turns the order around"),
          ("divided-before-exp", lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
           "divided by the length of its row as a vector", ""),
          ("scaled-already", lambda x: x / np.sqrt(x.shape[-1]), "divided by the root of how many there are", ""),
          ("standardised", lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
           "divided by the standard deviation of its row", ""),
          ("stretched-to-0-and-1",
           lambda x: (x - x.min(-1, keepdims=True)) / np.ptp(x, axis=-1, keepdims=True),
           "stretched so that its row runs from 0 to 1", ""))
      for shift in ("none", "max")),
    *(Misconception(
        "exponential-at-the-end", lambda x, along=along: np.exp(x / x.sum(along, keepdims=True)),
        later("What you return is exactly the exponential of the numbers divided by their sum{of}.", of=of),
        "Both steps are there, in the wrong order: the numbers of a row sum to 1 only if the division comes last.",
        "What happens first in your line, `exp` or the division?", sums("shares"))
      for along, of in ((-1, ""), (None, ", that of the whole array"))),
    Misconception(
        "exponential-of-the-sum", switches.exp_of_the_sum,
        "Your shares are exactly exp(x) divided by exp of the sum.",
        "The powers are added up, and not the numbers: that alone makes shares that sum to 1.",
        "Which comes first under the line, `exp` or `sum`?", sums("shares")),
    *(Misconception(
        "no-exponential", wrong, later("Your shares are exactly {words}, without `exp`.", words=words),
        "`exp` makes everything positive and keeps the order; and it makes differences into ratios, which nothing else "
        "does.", "Which function comes before the sum?")
      for wrong, words in (
          (lambda x: np.abs(x) / np.abs(x).sum(-1, keepdims=True), "the absolute values divided by their sum"),
          (lambda x: np.square(x) / np.square(x).sum(-1, keepdims=True), "the squares divided by their sum"),
          (lambda x: over(x - x.min(-1, keepdims=True)), "what lies above the minimum, divided by its sum"),
          (lambda x: over(x - x.max(-1, keepdims=True)), "what is left after the maximum is subtracted, divided by its "
                                                         "sum"))),
    Misconception(
        "no-exponential", lambda x: x / x.sum(-1, keepdims=True),
        "Your shares are exactly the numbers divided by their sum, without `exp`.",
        "Negative numbers then give negative shares, and a sum near 0 gives huge ones. `exp` makes everything positive "
        "first.", "Which function comes before the sum?"),
    Misconception(
        "subtracted-the-wrong-way-round", lambda x: over(np.exp(x.max(-1, keepdims=True) - x)),
        "Your shares are exactly what comes out when each number is subtracted from the largest, and not the largest "
        "from each number.",
        "The largest number then has exp(0), the smallest power of all, and the smallest number may overflow.",
        "Which of the two stands before the minus?"),
    Misconception(
        "sign-reversed", partial(softmax, sign=-1),
        "Your shares are exactly those of −x: the smallest number gets the largest share.",
        "The best fit should draw the most attention.", "Look at the signs inside `exp`."),
    Misconception(
        "logarithm", lambda x: x - x.max(-1, keepdims=True) - np.log(
            np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)),
        "What you return is exactly the logarithm of the shares.",
        "Log-softmax is of use in a loss; attention needs the shares themselves.", "Is there a `log` at the end?"),
    *(Misconception(
        "e-cut-short", partial(softmax, base=base), later("Your shares are exactly those of powers of {base}, not of "
                                                          "e.", base=base),
        "e is 2.718281828…, and cut short it gives other shares in the digits behind.",
        "NumPy has a function for the powers of e, and the number itself.") for base in (2.7, 2.71, 2.718, 2.7183)),
    Misconception(
        "squares-for-powers", partial(softmax, shift="squares"),
        "Your shares are exactly the squares of what is left after the subtraction, divided by their sum.",
        "The largest number then gets a share of 0. Powers of e grow with the number, also below 0.",
        "Which function makes your powers?"),
    *(Misconception(
        "sum-off-by-one", partial(softmax, below=below), later(
            "Your shares are exactly what comes out when {words} below the line.",
            words=words), "Then the shares of a row do not sum to 1.", "What do you divide by?", sums("shares"))
      for below, words in ((1.0, "1 is added to the sum"), (-1.0, "1 is taken from the sum"))),
    Misconception(
        "last-left-out-of-the-sum", partial(softmax, total="without the last"),
        "Your shares are exactly the powers divided by the sum of all of a row but the last.",
        "Then the shares of a row do not sum to 1.", "Which numbers does your sum run over?", sums("shares")),
    *(Misconception(
        "another-base", partial(softmax, base=base), later("Your shares are exactly those of powers of {base}.",
                                                           base=base),
        later("Powers of another base give a {kind} choice; softmax takes powers of e.", kind=kind),
        "Which function makes your powers?") for base, kind in ((2, "flatter"), (10, "sharper"))),
    Misconception(
        "sigmoid", lambda x: 1 / (1 + np.exp(-x)),
        "Your shares are exactly the sigmoid of each number by itself.",
        "A sigmoid decides about one number alone; shares compare the numbers of a row with each other.",
        "Does your result for one number depend on its neighbours?", sums("shares")),
    Misconception(
        "sigmoid", lambda x: over(1 / (1 + np.exp(-x))),
        "Your shares are exactly the sigmoid of each number, divided by the sum of its row.",
        "A sigmoid is close to 1 for all large numbers, so that 10 and 20 would get nearly equal shares.",
        "Which function makes your powers?"),
    Misconception(
        "hard-maximum", lambda x: (x == x.max(-1, keepdims=True)).astype(float),
        "Your shares are exactly 1 for the largest number and 0 for all others.",
        "That is a hard choice; it has no slope that a model could learn from. Softmax gives every number its part.",
        "How much should the second largest number get?"),
    *(Misconception(
        "clipped", partial(switches.clipped, limit=limit, below=below),
        later("Your shares are exactly what comes out when the numbers are clipped to {sign}{limit} first.", sign=sign,
              limit=limit),
        "Clipping makes all numbers beyond the limit equal. A softmax depends on differences alone, so any number may "
        "be subtracted from a whole row.",
        "What can be subtracted from a whole row without changing its shares?")
      for limit in CLIPPED for below, sign in ((True, "±"), (False, "at most "))),
    Misconception(
        "in-32-bits", switches.in_32_bits,
        "Your shares are exactly what comes out when `x` is brought to 32 bits first.",
        "A number of 32 bits has about 7 digits. Where the numbers are large, little is left of their differences, and "
        "a softmax depends on these alone.", "Where does your code name a dtype, and which one has `x`?"),
    Misconception(
        "softmax-twice", lambda x: softmax(softmax(x)),
        "Your shares are exactly those of a softmax applied to a softmax.",
        "The second one gets numbers between 0 and 1 and makes nearly equal shares of them.",
        "Is the function applied again to its own result?"),
    *(Misconception(
        "whole-numbers-truncated", partial(softmax, out="like", **how),
        "For whole numbers, your shares are exactly the right ones with everything after the decimal point cut off.",
        "An array made like an array of integers, by `zeros_like` or with its dtype, holds integers, and cuts off what "
        "is written into it, without an error.",
        "Which dtype has the array that you fill?")
      for how in ({}, {"shift": "none"})),
    Misconception(
        "every-share-is-one", lambda x: np.ones(x.shape), "Your shares are exactly 1 everywhere.",
        "That is what each number gets when it is alone. A share needs the whole row.",
        "Does your function see a row at once, or one number after another?", sums("shares")),
    *(Misconception(
        "one-number-at-a-time", wrong, later("Your code does exactly what happens when {what}.", what=what),
        "`math.exp` and `float` take one number. `x` is an array with any number of axes, and NumPy has functions that "
        "take all of it at once.", "Which function makes your powers?")
      for wrong, what in (
          (switches.number_by_number, "each number is given to a function by itself, as `np.vectorize` does"),
          (switches.one_number, "a whole array is given to a function for single numbers, such as `math.exp`"),
          (switches.one_row, "a loop over `x` calls `math.exp`: it is right for one row, and in a table the loop runs "
                             "over rows"))),
    *(Misconception("pytorch-code", wrong, **PYTORCH)
      for wrong in (switches.of_torch, switches.torch_maximum, switches.torch_sum, named_torch, named_functional,
                    with_torch(lambda torch, x: torch.exp(x)), with_torch(lambda torch, x: torch.softmax(x, dim=-1)),
                    with_torch(lambda torch, x: x.softmax(-1), tensors=True))),
]
