"""Lesson 14, to int8: what learners write instead, and what it means. Used by `lesson_14`."""
from functools import partial
from inspect import signature

import torch

from classroom.judge.exercise import Misconception
from course._words import later

# What is asked of a row, in place of whether all its numbers are 0.
_TAKEN_FOR_ZEROS = {
    "any": lambda w: (w == 0).any(1), "product": lambda w: w.prod(1) == 0, "sum": lambda w: w.sum(1) == 0,
    "first": lambda w: w[:, 0] == 0, "last": lambda w: w[:, -1] == 0,
    "smallest": lambda w: w.amin(1) == 0, "largest": lambda w: w.amax(1) == 0,
}


def _quantise(w, steps=127, measure="magnitude", per="row", rounding="round", limit=None, zeros="one", factor="divide",
              scale="step", result=torch.int8, of="w", gives="", more=0.0, before=""):
    """`quantise` with switches; `limit` is what the whole numbers are clamped to before they become int8."""
    along = {"row": 1, "column": 0, "table": (0, 1)}[per]
    largest = {
        "magnitude": lambda: w.abs().amax(along, keepdim=True), "largest": lambda: w.amax(along, keepdim=True),
        "largest, then abs": lambda: w.amax(along, keepdim=True).abs(),
        "range": lambda: w.amax(along, keepdim=True) - w.amin(along, keepdim=True),
        "mean": lambda: w.abs().mean(along, keepdim=True), "std": lambda: w.std(along, keepdim=True, correction=0),
        "std, n - 1": lambda: w.std(along, keepdim=True, correction=min(1, w.shape[1] - 1)),
        "length": lambda: w.square().sum(along, keepdim=True).sqrt(),
        "signed": lambda: w.gather(1, w.abs().argmax(1, keepdim=True)),
        "last row": lambda: w[-1:].abs().amax(1, keepdim=True), "first row": lambda: w[:1].abs().amax(1, keepdim=True),
        "smallest": lambda: w.abs().amin(along, keepdim=True), "place": lambda: w.abs().argmax(along, keepdim=True),
        "3 std": lambda: 3 * w.std(along, keepdim=True), "sum": lambda: w.abs().sum(along, keepdim=True),
        "3 std, n": lambda: 3 * w.std(along, keepdim=True, correction=0),
        "rms": lambda: w.square().mean(along, keepdim=True).sqrt(),
        "0.99": lambda: w.abs().quantile(0.99, dim=along, keepdim=True),
    }[measure]()
    step = largest / steps
    if scale == "whole":
        step = step.round()
    elif scale.endswith("digits"):
        step = step.round(decimals=int(scale[0]))
    if zeros == "one" or zeros == "one, for a table" and not w.any():
        step = torch.where(step == 0, torch.ones_like(step), step)
    elif zeros == "one, for all rows":
        step = torch.ones_like(step) if (step == 0).any() else step
    elif zeros == "largest one":
        step = torch.where(step == 0, torch.full_like(step, 1 / steps), step)
    elif zeros == "added":
        step = (largest + (steps * torch.finfo(w.dtype).eps if more == "eps" else more)) / steps
    elif zeros[0] == "below":
        step = torch.where(step < zeros[1], torch.ones_like(step), step)
    elif zeros in _TAKEN_FOR_ZEROS:
        step = torch.where(_TAKEN_FOR_ZEROS[zeros](w).unsqueeze(1), torch.ones_like(step), step)
    elif zeros not in ("zero", "one, for a table"):      # the smallest that the scale, or the largest number, may be
        of_what, least = zeros
        least = {"eps": torch.finfo(w.dtype).eps, "tiny": torch.finfo(w.dtype).tiny}.get(least, least)
        step = step.clamp(min=least if of_what == "scale" else least / steps)
    if scale == "power of 2":
        step = torch.where(step > 0, 2 ** step.log2().ceil(), step)
    numbers = w.abs() if of == "magnitude" else w
    if before:
        numbers = {"round": torch.round, "cut off": torch.trunc, "int8": lambda x: x.long().to(torch.int8)}[before](w)
    counted = {"divide": lambda: numbers / step, "multiply": lambda: numbers * step, "not": lambda: numbers,
               "in turn": lambda: numbers / step.reshape(-1).repeat(w.shape[1]).reshape(w.shape),
               "by steps": lambda: numbers * steps, "by largest": lambda: numbers / (step * steps),
               "largest of all": lambda: numbers / step.max(),
               "nothing": lambda: torch.zeros_like(w)}[factor]()
    if rounding == "//":
        counted = torch.floor_divide(numbers, step)
    counted = {"//": lambda x: x, "round": torch.round, "cut off": torch.trunc, "down": torch.floor, "up": torch.ceil,
               "half added": lambda x: (x + 0.5).trunc(),
               "away": lambda x: x.sign() * x.abs().ceil()}[rounding](counted)
    if limit is not None:
        counted = counted.clamp(*limit)
    # What does not fit is put into 8 bits as PyTorch does it.
    q = torch.nan_to_num(counted).long().to(result)
    shown = {"upside down": 1 / step, "largest": step * steps, "squared": step ** 2, "again": step / steps,
             "largest, or 1": torch.where(largest == 0, torch.ones_like(step), step * steps)}.get(scale, step)
    if gives == "back":
        return q * step, shown.reshape(-1)
    if gives == "transposed":
        return q.T, shown.reshape(-1)
    if gives == "axis kept":
        return q, shown
    if per == "table" or measure.endswith("row"):
        shown = {"": shown.reshape(-1).expand(len(w)), "one": shown.reshape(-1), "number": shown.reshape(())}[gives]
    else:
        shown = shown.reshape(-1)
    return (shown, q) if gives == "swapped" else (q, shown)


def _with_zero_point(w, per="row", steps=255):
    """From the smallest to the largest number of each row, as for activations."""
    along = 1 if per == "row" else (0, 1)
    low, high = w.amin(along, keepdim=True), w.amax(along, keepdim=True)
    step = (high - low) / steps
    step = torch.where(step == 0, torch.ones_like(step), step)
    return ((w - low) / step).round().sub(128).long().to(torch.int8), step.reshape(-1).expand(len(w)).clone()


def _taken_off(w, what, steps, limit=(-999, 999)):
    """Counted from the middle, or from the mean, of each row."""
    low, high = w.amin(1, keepdim=True), w.amax(1, keepdim=True)
    off = w - ((low + high) / 2 if what == "middle" else w.mean(1, keepdim=True))
    step = (high - low) / steps if what == "middle" else off.abs().amax(1, keepdim=True) / steps
    step = torch.where(step == 0, torch.ones_like(step), step)
    return (off / step).round().clamp(*limit).long().to(torch.int8), step.squeeze(1)


_STEP = "The scale is the length of one step, and the row's number of largest magnitude is 127 steps from 0."


def _wrong(slug, says, why, look, **switches):
    """Only what is switched is kept, so that any two mistakes that do not switch the same are tried together."""
    usual = {name: parameter.default for name, parameter in signature(_quantise).parameters.items()}
    switched = {name: value for name, value in switches.items() if value != usual[name]}
    return Misconception(slug, partial(_quantise, **switched), says, why, look)


QUANTISE = [
    *(_wrong("one-scale-for-the-table", "Your numbers are exactly what comes out with one scale for the whole table.",
             "Then the largest number of the whole table decides how long the steps of every row are. Each row is to "
             "have its own.", "Along which axis does your maximum run?", per="table", gives=gives)
      for gives in ("", "one", "number")),
    *(_wrong("a-scale-for-each-column", "Your numbers are exactly what comes out with a scale for each column.",
             "A row of w makes one number of the output, and the scale can be applied to that number at the end. A "
             "column belongs to all outputs.", "Which of the two axes is gone after your maximum, `out` or `in`?",
             per="column", zeros=zeros) for zeros in ("one", "zero")),
    *(_wrong("largest-not-magnitude", "Your scales are exactly the largest numbers of the rows, divided by 127: large "
             "numbers below 0 have not been considered.",
             "A row may have its number of largest magnitude below 0. With a step made for a smaller one, that number "
             "would need more than 127 steps, and int8 has no room for it.",
             "What is the largest magnitude of the row −3, 1, 2?", measure="largest", limit=limit, zeros=zeros)
      for limit in (None, (-127, 127), (-128, 127)) for zeros in ("one", "zero")),
    *(_wrong("largest-not-magnitude", "Your scales are exactly the magnitudes of the largest numbers of the rows, "
             "divided by 127: the magnitude is taken after the largest number was found.",
             "Of −3, 1 and 2 the largest number is 2, and the largest magnitude 3.",
             "Which comes first in your code, `abs` or `amax`, and which should?", measure="largest, then abs",
             limit=limit, zeros=zeros)
      for limit in (None, (-127, 127), (-128, 127)) for zeros in ("one", "zero")),
    *(_wrong("cut-off", "Your whole numbers are exactly what comes out when everything after the point is cut off.",
             "That is off by up to a whole step; the nearest whole number is off by half a step at most. And "
             "cutting off makes magnitudes smaller, never larger.", "What does `.to(torch.int8)` do to 2.9?",
             rounding="cut off",
             zeros=zeros) for zeros in ("one", "zero")),
    _wrong("rounded-down", "Your whole numbers are exactly what comes out when all are rounded down.",
           "Rounded down, every number is too small, by half a step on average, and a sum of many such numbers is off "
           "by a lot. To the nearest one, errors of both signs cancel.", "What does `floor` make of 2.9 and of −2.1?",
           rounding="down"),
    _wrong("rounded-down", "Your whole numbers are exactly what comes out of `//`, which rounds down.",
           "Rounded down, every number is too small, by half a step on average, and one that is just as many steps "
           "long may lose one by the last digit of a division. To the nearest one, errors of both signs cancel.",
           "What does `//` make of 2.9 and of −2.1?", rounding="//"),
    *(_wrong("rounded-up", says, "The nearest whole number is off by half a step at most, this one by up to a whole "
             "step.", "What does your rounding make of 2.1?", rounding=rounding, limit=limit)
      for rounding, says in (
          ("up", "Your whole numbers are exactly what comes out when all are rounded up."),
          ("away", "Your whole numbers are exactly what comes out when all are rounded up in magnitude."))
      for limit in (None, (-127, 127), (-128, 127))),
    _wrong("signed-scale", "Your scales are exactly the right ones, but below 0 where the number of largest magnitude "
           "is below 0.", "The scale is the length of a step, and a length has no sign.",
           "What does your code do to the number that it finds?", measure="signed"),
    _wrong("counted-in-other-steps", "Your scales are right, but your whole numbers are exactly those that are counted "
           "with the largest scale of all rows.", "The numbers of a row are read with the scale of that row.",
           "By which scale are the numbers of a row divided?", factor="largest of all"),
    _wrong("half-added", "Your whole numbers are exactly what comes out when a half is added and everything after the "
           "point is cut off.", "That rounds numbers above 0. Below 0, −2.9 becomes −2.4, and that is cut off to −2.",
           "Which function rounds to the nearest whole number, on both sides of 0?", rounding="half added"),
    _wrong("scale-made-whole", "Your scales are exactly the right ones, rounded to whole numbers.",
           "Most weights lie between −1 and 1, so that a step is far shorter than 1. It is how many *steps* a number "
           "is from 0 that is whole.", "Which of the two is to be a whole number?", scale="whole"),
    *(_wrong("scale-rounded", later("Your scales are exactly the right ones, rounded to {places} places.",
                                    places=places),
             later("{step} A rounded step has another length: the largest number then needs more or fewer than 127. "
                   "And a short step becomes 0.", step=_STEP), "Is something rounded in your code besides w in steps?",
             scale=f"{places} digits", limit=limit)
      for places in (2, 3, 4) for limit in (None, (-127, 127), (-128, 127))),
    _wrong("power-of-2", "Your scales are exactly the right ones, made longer up to the next power of 2.",
           later("{step} With a longer step it needs fewer, and all numbers of the row are less exact.", step=_STEP),
           "How many steps is the largest number of a row from 0, with your scale?", scale="power of 2"),
    *(_wrong("128-steps-instead-of-127", "Your scales are exactly the largest magnitudes divided by 128.",
             "With 128 steps a row's number of largest magnitude would become 128 or −128. int8 has a −128, but no "
             "128: that turns into another number, or has to be cut to 127.", "How many whole numbers of int8 lie "
                                                                              "above 0?",
             steps=128, limit=limit) for limit in (None, (-128, 127), (-127, 127))),
    *(_wrong("255-steps-instead-of-127", later("Your scales are exactly the largest magnitudes divided by {steps}.",
                                               steps=steps),
             "int8 has 256 numbers, and half of them lie below 0. From 0 up to the largest magnitude there is room for "
             "127 steps.", "How many whole numbers of int8 lie above 0?", steps=steps, limit=limit)
      for steps in (255, 256, 254) for limit in (None, (-128, 127), (-127, 127))),
    *(_wrong("127.5-steps-instead-of-127", "Your scales are exactly the largest magnitudes divided by 127.5.",
             "That is right for a range from the smallest to the largest number. Here the middle is 0, and the largest "
             "magnitude is to be a whole number of steps: 127.", "By what do you divide the largest magnitude?",
             steps=127.5, limit=limit) for limit in (None, (-128, 127), (-127, 127))),
    *(_wrong("one-step", "Your scales are exactly the largest magnitudes, and your whole numbers are w divided by "
             "them: nothing but −1, 0 and 1.", "With one step as long as the largest number, hardly anything is left "
             "of the others. int8 has room for 127 steps above 0.", "How many steps is the largest number of a row "
             "from 0, with your scale?", steps=1, rounding=rounding) for rounding in ("round", "cut off")),
    *(_wrong("four-bits", later("Your scales are exactly the largest magnitudes divided by {steps}: a step of whole "
                                "numbers of {bits} bits.", steps=steps,
                                bits=bits), "int8 has 8 bits, and the larger the whole numbers, the "
             "shorter the steps.", "How large is the largest number of int8?", steps=steps)
      for steps, bits in ((7, 4), (15, 5), (63, 7), (100, "about 7"))),
    *(Misconception("with-a-zero-point", partial(_taken_off, what=what, steps=steps, limit=limit), later(
        "Your numbers are exactly what comes out when {words} of each row is taken off before the steps are counted.",
        words="the mean" if what == "mean" else "the middle between the smallest and the largest number"),
                    "Whoever reads your whole numbers would have to add it again, so it would have to be stored as "
                    "well. Here 0 stays 0: symmetric.", "Is anything subtracted from w?")
      for what, steps, limit in (*(("middle", steps, (-999, 999)) for steps in (127, 254, 255)),
                                 ("middle", 255, (-128, 127)), ("mean", 127, (-999, 999)))),
    *(Misconception("with-a-zero-point", partial(_with_zero_point, per=per), says,
                    "This needs a third thing to be stored, the number that 0 stands for. Weights lie about evenly on "
                    "both sides of 0, so that it is hardly worth it. Here 0 stays 0: symmetric.",
                    "Is anything subtracted from w, or from the whole numbers?")
      for per, says in (
          ("row", "Your numbers are exactly what comes out when the steps are counted from the smallest number of the "
                  "row to the largest."),
          ("table", "Your numbers are exactly what comes out when the steps are counted from the smallest number of "
                    "the table to the largest."))),
    *(_wrong("range-not-magnitude", later("Your scales are exactly the distance from the smallest to the largest "
                                          "number of each row, divided by {steps}.", steps=steps),
             later(why, step=_STEP), "What is the largest magnitude of the row 2, 3, 4, and by what is it divided?",
             measure="range", steps=steps, limit=limit)
      for steps, limit, why in (
          *((127, limit, "{step} The distance from the smallest number to the largest is something else.")
            for limit in (None, (-127, 127), (-128, 127))),
          *((steps, None, "{step} With a shorter step it needs more than 127, for which int8 has no room: it turns "
                          "into another number, and no error is raised.") for steps in (254, 255)),
          *((steps, limit, "{step} With a shorter step it needs more than 127, for which int8 has no room.")
            for steps in (254, 255) for limit in ((-127, 127), (-128, 127))))),
    _wrong("scale-upside-down", "Your whole numbers are exact. Your scales are exactly 127 / largest magnitude, the "
           "right ones turned upside down.",
           "What is to come back is whole number times scale. Yours is how many steps there are in 1, and not how long "
           "one step is.", "With your scale, do you multiply or divide to get the numbers back?", scale="upside down"),
    _wrong("scale-not-divided", "Your whole numbers are exact. Your scales are exactly the largest magnitudes.",
           later("{step} 127 times your scale is not the row's largest number.", step=_STEP),
           "Which number times your scale gives back the largest of a row?", scale="largest"),
    _wrong("scale-not-divided", "Your whole numbers are exact. Your scales are exactly the largest magnitudes, and 1 "
           "for rows of zeros.", later("{step} 127 times your scale is not the row's largest number.", step=_STEP),
           "Which number times your scale gives back the largest of a row?", scale="largest, or 1"),
    _wrong("scale-divided-again", "Your whole numbers are exact. Your scales are exactly the right ones, divided by "
           "127 once more.", _STEP, "How often is something divided by 127 on the way to the scale that you return?",
           scale="again"),
    _wrong("scales-with-one-axis-too-many", "Your numbers are exact, but your scales have a second axis of length 1.",
           "One number for each row is asked for, (out,). `dequantise` in the next exercise is given scales of this "
           "shape.",
           "What does `keepdim=True` leave behind?", gives="axis kept"),
    _wrong("results-in-the-other-order", "Your two results are exactly the right ones, in the other order.",
           "The whole numbers come first, the scales second.", "In which order does your `return` name them?",
           gives="swapped"),
    _wrong("scale-of-zeros", "Your numbers are exact but for rows of zeros, whose scale is 0, or nearly.",
           "Zero steps of any length are 0, so that any scale would do, but 0 divided by 0 is NaN. Agreed here: such a "
           "row has the scale 1.", "Which scale does your code give to a row of zeros, and what is 0 / 0?",
           zeros="zero"),
    _wrong("scale-of-zeros", "Your numbers are exact but for rows of zeros, whose scale is 1/127.", "Agreed here: the "
           "scale of such a row is 1. Yours has 1 as its largest magnitude.", "Is it the scale that becomes 1 in your "
           "code, or the largest magnitude?", zeros="largest one"),
    _wrong("scale-of-zeros", "Your numbers are exact, also for a table of zeros. Where one row of several is all "
           "zeros, its scale is 0.",
           "0 divided by 0 is NaN, in one row as in a whole table. Agreed here: each row of zeros has the scale 1.",
           "Of what does your code ask whether it is 0: of a row, or of the whole table?", zeros="one, for a table"),
    *(_wrong("not-all-zeros", later("Your numbers are exact but for rows {which}, whose scale is 1.", which=which),
             "Such a row may have other numbers than 0, and needs a step that fits them; with a step of 1 "
             "magnitudes below a half are rounded to 0. Only where all numbers of a row are 0 is it set to 1.",
             later("Of what does your code ask whether it is 0? Is it 0 for the row {row}?", row=row), zeros=zeros)
      for zeros, which, row in (
          ("any", "with a 0 in them", "0, 0.5, −0.3"), ("first", "that begin with 0", "0, 0.5, −0.3"),
          ("last", "that end with 0", "0.5, −0.3, 0"), ("smallest", "whose smallest number is 0", "0.5, 0, 0.3"),
          ("largest", "whose largest number is 0", "−0.5, 0, −0.3"), ("sum", "that sum to 0", "1, −0.75, −0.25"),
          ("product", "with a 0 in them and rows of very small numbers", "0, 0.5, −0.3"))),
    _wrong("small-not-zero", "Your numbers are exact but for rows of very small numbers, whose scale is 1.",
           "Small numbers need short steps. With a step of 1 they are all rounded to 0, and nothing is left of the "
           "row. Only for a row of zeros is the scale set to 1.",
           "Which scales does your code replace by 1: those that are 0, or others as well?",
           zeros=("below", 1e-6)),
    *(_wrong("small-not-zero", later("Your scales are exactly what comes out when all that are below {least} become 1.",
                                     least=least),
             "Most weights lie between −1 and 1. With a step of 1 hardly more than zeros are left of them. Only a row "
             "of zeros has the scale 1.",
             "Which scales does your code replace by 1: those that are 0, or others as well?",
             zeros=("below", float(least))) for least in ("1", "0.1", "0.01")),
    *(_wrong("all-scales-one", "Your numbers are exactly what comes out when one row of zeros makes the scales of all "
             "rows 1.", "Only for a row of zeros is the scale set to 1. The other rows have steps of their own.",
             "How many scales does your code set to 1 when one row is 0?", zeros="one, for all rows", limit=limit)
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("scales-in-turn", "Your scales are exact. Your whole numbers are exactly what comes out when the scales "
             "are written down in turn, again and again, and that row is cut into the rows of the table.",
             "Each row then has the scales of several rows. Scale i belongs to all numbers of row i.",
             "For two rows of three numbers, in which order do your six scales stand?", factor="in turn", limit=limit)
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("constant-added", later("Your scales are exactly what comes out when {said} is added to {what} of every "
                                     "row.", said=said,
                                     what='the scale' if factor > 1 else 'the largest magnitude'),
            "A row of zeros has the scale "
             "1 here, which a condition says; all other scales are the largest magnitude / 127, with nothing added.",
             "Which rows need something else than largest magnitude / 127?", zeros="added", more=factor * more)
      for factor in (1, 127) for said, more in (("1", 1.0), *(
          (f"1e-{n}", float(f"1e-{n}")) for n in (3, 4, 5, 6, 7, 8, 9, 10, 12)))),
    _wrong("constant-added", "Your scales are exactly what comes out when the `eps` of the dtype is added to the scale "
           "of every row.", "A row of zeros has the scale 1 here, which a condition says; all other scales are the "
           "largest magnitude / 127, with nothing added.",
           "Which rows need something else than largest magnitude / 127?", zeros="added", more="eps"),
    *(_wrong("scale-of-zeros", "Your numbers are exact but for rows of zeros, whose scale is 0, or nearly.",
             "Zero steps of any length are 0, so that any scale would do. Agreed here: such a row has the scale 1, so "
             "that all who compare scales see the same.", "Which scale does your code give to a row of zeros?",
             zeros=(of_what, least)) for of_what, all_least in (
                 ("scale", (1e-12, 1e-20, 1e-30, "tiny")), ("largest", (1e-12, 1e-10, 1e-9, 1e-20, 1e-30, "tiny")))
      for least in all_least),
    *(_wrong("scale-of-zeros", later("Your scales are exactly what comes out when no {what} may be smaller than "
                                     "{least}.", what=what, least=said),
             "Agreed here: a row of zeros has the scale 1, so that all who compare scales see the same. All other "
             "rows, of small numbers too, have the scale largest magnitude / 127.",
             "Which scale does your code give to a row of zeros, and which to a row of very small numbers?",
             zeros=(of_what, least))
      for of_what, what, first, last in (("scale", "scale of a row", ("0.1", "0.01"), 10),
                                         ("largest", "largest magnitude", ("1", "0.1", "0.01"), 8))
      for said, least in (("the `eps` of the dtype", "eps"), *(
          (one, float(one)) for one in (*first, *(f"1e-{n}" for n in range(3, last + 1)))))),
    _wrong("signs-lost", "Your whole numbers are exactly the magnitudes: none is below 0.",
           "The magnitudes are needed for the scale alone.", "Of what do you compute the whole numbers?",
           of="magnitude"),
    *(_wrong("typical-not-largest", says,
             later("{step} With a typical number in its place, the larger ones need more than 127 steps, for which "
                   "int8 has no room.",
                   step=_STEP), "Which number of a row needs the most steps?", measure=measure, limit=limit)
      for measure, says in (
          ("mean", "Your scales are exactly the mean magnitude of each row, divided by 127."),
          ("std", "Your scales are exactly the standard deviation of each row, divided by 127."),
          ("std, n - 1", "Your scales are exactly the standard deviation of each row, divided by 127."),
          ("rms", "Your scales are exactly the root of the mean of each row's squares, divided by 127."),
          ("smallest", "Your scales are exactly the smallest magnitude of each row, divided by 127."))
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("more-than-the-largest", says,
             later("{step} What you take is larger as soon as two numbers of the row are not 0: the steps are then "
                   "longer than need be, and no number is 127 of them from 0.", step=_STEP),
             "Which one number of a row decides how long a step has to be?", measure=measure, limit=limit)
      for measure, says in (
          ("length", "Your scales are exactly the length of each row, divided by 127."),
          ("sum", "Your scales are exactly the sum of each row's magnitudes, divided by 127."))
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("typical-not-largest", says, later("{step} The largest magnitude of a row may be smaller than that, and "
                                                "it may be larger.", step=_STEP), "Which number of a row is to be 127 "
             "steps from 0?", measure=measure, limit=limit)
      for measure, says in (
          ("3 std", "Your scales are exactly three standard deviations of each row, divided by 127."),
          ("3 std, n", "Your scales are exactly three standard deviations of each row, divided by 127."),
          ("0.99", "Your scales are exactly the quantile 0.99 of each row's magnitudes, divided by 127."))
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("place-not-magnitude", "Your scales are exactly the places of the largest magnitudes in their rows, "
             "counted from 0 and divided by 127.", _STEP, "Does your code take how large the largest magnitude is, or "
             "where it stands? `max(dim=1)` gives both.", measure="place", limit=limit)
      for limit in (None, (-127, 127), (-128, 127))),
    *(_wrong("one-row-for-all", says, "Each row has its own largest magnitude.",
             "Where does your code say which row the scale is of?", measure=measure, limit=limit, gives=gives)
      for measure, says in (
          ("first row", "Your numbers are exactly what comes out with the scale of the first for all rows."),
          ("last row", "Your numbers are exactly what comes out with the scale of the last for all rows."))
      for limit in (None, (-127, 127)) for gives in ("", "number")),
    *(_wrong("multiplied", "Your whole numbers are exactly what comes out when w is multiplied by the scale.",
             later("{step} How many steps a number is from 0 is asked by dividing.", step=_STEP),
             "A number of 0.5 and steps of 0.01: how many steps is it from 0, and how did you compute that?",
             factor="multiply", rounding=rounding) for rounding in ("round", "cut off")),
    *(_wrong("not-divided", "Your scales are exact. Your whole numbers are exactly w itself, rounded.",
             "Most weights lie between −1 and 1, and little is left of them that way. They are to be counted in steps "
             "of their row.", "Is w divided by anything before it is rounded?", factor="not", rounding=rounding)
      for rounding in ("round", "cut off")),
    *(_wrong("made-whole-too-early", says, "Most weights lie between −1 and 1. Made whole, hardly more than zeros are "
             "left of them. It is the number of *steps* that is to be whole.", "Which comes first in your code, "
             "dividing by the scale or making whole?", before=before, rounding=rounding)
      for before, says in (
          ("round", "Your scales are exact. Your whole numbers are exactly what comes out when w is rounded first, and "
                    "then divided by the scale."),
          ("cut off", "Your scales are exact. Your whole numbers are exactly what comes out when everything after the "
                      "point of w is cut off first, and the rest divided by the scale."),
          ("int8", "Your scales are exact. Your whole numbers are exactly what comes out when w is put into int8 "
                   "first, and then divided by the scale."))
      for rounding in ("round", "cut off")),
    *(_wrong("divided-by-the-largest", "Your scales are exact. Your whole numbers are exactly w divided by the largest "
             "magnitude of the row, made whole: nothing but −1, 0 and 1.", _STEP,
             "By what do you divide w, and by what the largest magnitude?", factor="by largest", rounding=rounding)
      for rounding in ("round", "cut off")),
    _wrong("nothing-left", "Your scales are exact. Your whole numbers are all 0.",
           "The number of largest magnitude of each row is to be 127 or −127.",
           "In which line do the numbers become 0? Print what is there before you round, and what is there after it.",
           factor="nothing"),
    *(_wrong("times-127", "Your whole numbers are exactly 127 · w, rounded.",
             "That is right for rows whose largest magnitude is 1, and for no others.",
             "Where does the largest magnitude of the row come in?", factor="by steps", limit=limit)
      for limit in (None, (-127, 127), (-128, 127))),
    _wrong("already-back", "Your first result is exactly the rounded numbers, multiplied by their scale again.",
           "That is what `dequantise` is for. What is stored are the whole numbers.",
           "What does your `return` name first?", gives="back"),
    _wrong("transposed", "Your whole numbers are exactly the right ones with rows and columns exchanged.",
           "Row i of q belongs to row i of w and to scale i.", "Is there a `.T` left from the division?",
           gives="transposed"),
    *(_wrong("unsigned", "Your whole numbers are exactly the right ones in uint8, which has no numbers below 0.",
             "Those below 0 have become large ones above 0.", "Which dtype has room for −127?", result=torch.uint8,
             rounding=rounding) for rounding in ("round", "cut off")),
    _wrong("scale-squared", "Your whole numbers are exact. Your scales are exactly the right ones, squared.",
           _STEP, "Is something divided or multiplied twice on the way to the scale?", scale="squared"),
]
