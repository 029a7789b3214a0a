"""Exercise 5.1: what learners write instead, and what it means. Used by `lesson_05`."""
import math
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

TYPED_IN = (2, 4, 6, 8, 10, 16, 32, 64, 128, 256, 512)      # sizes that stand on a page, and in other people's code
_EXPONENTS = {       # from the number of the pair, i, and d_model
    "2i/d": lambda i, d: 2 * i / d, "i/d": lambda i, d: i / d, "4i/d": lambda i, d: 4 * i / d,
    "integer": lambda i, d: (2 * i // d).to(torch.float64), "2i": lambda i, d: 2 * i,
    "inverse": lambda i, d: -2 * i / d,
    "zero": lambda i, d: 0 * i, "pairs": lambda i, d: i / max(-(-d // 2) - 1, 1),
    "shifted": lambda i, d: (2 * i + 2) / d, "rounded up": lambda i, d: 2 * i / (d + d % 2),
    "rounded down": lambda i, d: 2 * i / max(d - d % 2, 1),
    # d_model of the first call with as many frequencies: 5 is asked before 6, and 11 before 12.
    "kept": lambda i, d: 2 * i / {6: 5, 12: 11}.get(d, d),
    "power first": lambda i, d: 2 * i - math.log(d, 10000),
    "angle divided": lambda i, d: 2 * i + math.log(d, 10000),
    "one": lambda i, d: 0 * i + 1,
    **{f"2i/{n}": lambda i, d, n=n: 2 * i / n for n in TYPED_IN},
}


def frequencies(d, exponent="2i/d", base=10000.0):
    pair = torch.arange(-(-d // 2), dtype=torch.float64)
    if exponent == "no brackets":                # base ** 2*i / d below the line, and so infinity for the first pair
        return base ** -2 * d / pair
    if exponent == "power first, whole":         # int64: 10000 ** 6 does not fit, and of 10000 ** 16 nothing is left
        return d / 10000 ** torch.arange(0, d, 2)
    return base ** -_EXPONENTS[exponent](pair, d)


WHOLE = ", in whole numbers"
WHOLE_WHY = ("Python's `**` binds more strongly than `/`. And whole numbers of 64 bits end near 9·10¹⁸: 10000⁶ does "
             "not fit in them, and comes out as something else.")
FAST = ("power", "power below", "exp", "divided")


def too_fast(position, d, way):
    """Angles that grow instead of shrinking. So large that what remains of them in float32 depends on the way."""
    even = torch.arange(0, d, 2).float()
    if way == "power":
        return position.float() * 10000.0 ** (even / d)
    if way == "power below":
        return position.float() / 10000.0 ** (-even / d)
    if way == "exp":
        return position.float() * torch.exp(even * (math.log(10000.0) / d))
    return position.float() / torch.exp(even * (-math.log(10000.0) / d))


# ------------------------------------------------------------------------- 5.1 sinusoidal_encoding


def _encode(max_len, d_model, start=0, exponent="2i/d", base=10000.0, each_column=0, layout="interleaved",
            odd="sine", unit=1.0, shape="", factor=1.0, rows="position", fast="", single=False, most=None, filled="",
            turn=None, narrow="", kind=torch.float16):
    """The encoding with switches; `single` takes the angles in float32, `most` rows there are at most.

    `turn` is taken off the angles as often as it goes into them, `kind` is the dtype of what is `narrow`.
    """
    max_len = min(max_len, max_len if most is None else most(d_model) if callable(most) else most)
    position = torch.arange(start, start + max_len, dtype=torch.float64).unsqueeze(1) * unit
    if narrow == "positions":
        position = position.to(kind).to(torch.float64)
    if rows == "stretched":
        coarse = torch.float32 if single else torch.float64
        position = torch.linspace(start, start + max_len, max_len, dtype=coarse).unsqueeze(1) * unit
    angle = too_fast(position, d_model, fast) if fast else position * frequencies(d_model, exponent, base)
    if single:
        angle = (position / unit * frequencies(d_model, exponent, base)).float() * unit
    if narrow == "frequencies":
        angle = position * frequencies(d_model, exponent, base).to(kind).to(torch.float64)
    if narrow == "angles":
        angle = angle.to(kind).to(torch.float64)
    if turn:
        angle = (angle.float() % turn).to(torch.float64)
    if rows == "scaled":
        angle = angle / max_len
    if rows == "in the power":
        angle = (position / base) ** _EXPONENTS[exponent](torch.arange(-(-d_model // 2), dtype=torch.float64), d_model)
    if rows == "rounded down":
        angle = angle.floor()
    if rows == "slowest first":
        angle = angle.flip(1)
    sin, cos = angle.sin(), angle.cos()
    if layout == "root":
        cos = (1 - angle.float().sin() ** 2).sqrt()
    if layout == "waves divided":
        frequency = frequencies(d_model, exponent, base)
        sin, cos, layout = position.sin() * frequency, position.cos() * frequency, "interleaved"
    if each_column:
        column = torch.arange(d_model, dtype=torch.float64)
        each = position * base ** -(each_column * column / d_model)
        table = torch.where(column % 2 == 0, each.sin(), each.cos())
    elif layout == "halves":
        table = torch.cat((sin, cos), dim=1)[:, : None if odd == "one more" else d_model]
    elif layout == "repeated":
        wave = angle.repeat(1, 2)[:, :d_model]
        table = torch.where(torch.arange(d_model) % 2 == 0, wave.sin(), wave.cos())
    elif layout == "by position":
        wave = angle.repeat_interleave(2, dim=1)[:, :d_model]
        table = torch.where(position.round() % 2 == 0, wave.sin(), wave.cos())
    else:
        first, second = {"interleaved": (sin, cos), "cosine first": (cos, sin), "sines": (sin, sin),
                         "cosines": (cos, cos), "angles": (angle, angle), "minus": (sin, -cos),
                         "no cosines": (sin, 0 * cos), "no sines": (0 * sin, cos), "root": (sin, cos),
                         "no sign": (sin, cos.abs()), "cosine of the sine": (sin, sin.cos()),
                         "cut": (sin.float().trunc(), cos.float().trunc())}[layout]
        if odd == "next" and d_model % 2:
            second = torch.cat((second[:, 1:], second[:, :1]), dim=1)
        table = torch.stack((first, second), dim=2).flatten(1)
        table = _odd(table, cos, max_len, d_model, odd)
    if filled:
        rows_filled, columns_filled = _FILLED[filled](max_len, d_model)
        table[rows_filled:], table[:, columns_filled:] = 0, 0
    table = (table * factor(d_model) if callable(factor) else table * factor).float()
    if shape == "unit rows":
        table = torch.nn.functional.normalize(table, dim=-1)
    if shape == "batch axis":
        table = table.unsqueeze(0)
    elif shape == "transposed":
        table = table.T
    elif shape == "below each other":
        table = torch.cat((table[:, 0::2], table[:, 1::2])) if d_model % 2 == 0 else torch.cat((sin, cos)).float()
    return table


# How many rows and columns are filled where a loop ends too early.
_FILLED = {"first row": lambda n, d: (1, d), "first pair": lambda n, d: (n, 2),
           "first column": lambda n, d: (n, 1), "all but the last pair": lambda n, d: (n, d - 2 + d % 2),
           "half": lambda n, d: (n, (d // 2 + 1) // 2 * 2), "half, rounded up": lambda n, d: (n, (d + 3) // 4 * 2)}


def _odd(table, cos, max_len, d_model, odd):
    if d_model % 2 == 0 or odd == "one more":
        return table
    if odd == "crash":
        torch.empty(max_len, d_model)[:, 1::2] = cos
    if odd == "crash at the sines":
        torch.empty(max_len, d_model)[:, 0::2] = cos[:, : d_model // 2]
    if odd == "one less":
        return table[:, : d_model - 1]
    table = table[:, :d_model]
    if odd == "zero":
        table[:, -1] = 0
    elif odd == "cosine":
        table[:, -1] = cos[:, -1]
    return table


_FIRST = {4: 4, 6: 7, 12: 5, 16: 50, 8: 1, 2: 9}     # rows of the first table that the check asks for, by d_model


def _slip(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(_encode, **switches), later(
        "Your table is exactly what comes out when {says}.", says=says), why,
                         look)


_SPEEDS = ("The first pair is the fastest, one full turn in about 6 positions. Each later pair is slower: the last one "
           "100 times in 4 dimensions, nearly 10000 times in many.")

# Said in 5.2 and 5.4 as well.
TWICE = "Both numbers of a pair have one angle. So the order is 0 0 1 1 …, with the angle of each pair twice."
REPEAT = ("Is there a `repeat` or a `cat` in your code? They put whole rows side by side; `repeat_interleave(2)` "
          "writes each number twice.")
DIVIDED_BY_0 = ("the first pair is divided by 0, and each later one by so large a number that nothing is left of its "
                "angle")
NO_BRACKETS = ("`10000 ** 2*i / d` does just this: Python computes `**` before `*` and `/`, so it is 10000², times i, "
               "divided by d. For i = 0 that is 0.")
BRACKETS = "Python computes `**` before `*` and `/`. Which part of your line is the exponent?"
_DIVIDED_BY = ("What do you divide by in the exponent? If by d_model: is that the d_model that was asked for, or one "
               "more or less? And is anything kept from an earlier call?")
LOOP = "A `return` inside a loop ends it in the first round. How often does yours run?"
RANGE = "Which is the last pair that your loop reaches?"

ENCODING = [
    *(_slip("divided-for-multiplied",
            "the positions are multiplied by 10000^(2i/d_model) instead of divided by it",
            later("{speeds} Yours get faster: in many dimensions, the last one turns by thousands of radians from one "
                  "word to the next. A model can still train on it, so that its loss need not show the mistake.",
                  speeds=_SPEEDS),
            "Is your frequency 1 for the first pair and small for the last?", **switches)
      for switches in ({"exponent": "inverse"}, *({"fast": way} for way in FAST))),
    _slip("integer-exponent", "the exponent is 0 for every pair, so that all of them turn at the same speed", _SPEEDS,
          "Does your exponent hold the number of the pair? If so: `/` divides, `//` divides and rounds down.",
          exponent="integer"),
    _slip("exponent-of-each-column", "each column has a frequency of its own, 10000^(−column/d_model)",
          "A sine and the cosine after it belong together: only with the same angle are they a point on a circle.",
          "Does the exponent for column 3 equal that for column 2?", each_column=1),
    _slip("column-taken-for-i", "the number of the column is put in for i: 10000^(2·column/d_model)",
          "In the formula i counts pairs: 2i is the number of the even column already. A sine and the cosine after it "
          "belong together: only with the same angle are they a point on a circle.",
          "What is i for column 3, and what is it for column 2?", each_column=2),
    _slip("angles-repeated", "the angles of the columns stand in the order 0 1 … 0 1 …: those of all pairs, and "
          "then all of them again", TWICE, REPEAT, layout="repeated"),
    _slip("exponent-halved", "the exponent is i/d_model, where i counts the pairs",
          later("{speeds} Yours become slower by the root of that.",
                speeds=_SPEEDS), "What is your exponent for pair 1, and what is 2i/d_model there?",
          exponent="i/d"),
    _slip("exponent-doubled", "the exponent is doubled: 4i/d_model, where i counts the pairs",
          "If your index already runs 0, 2, 4, … it is the 2i of the formula, and must not be doubled again. (Or you "
          "have divided by half of d_model.)", "Write down your exponent for the columns 2 and 3.", exponent="4i/d"),
    _slip("exponent-not-divided", "the exponent is 2i, not divided by d_model",
          "10000 to the power of 2 or more leaves nothing of the angle from the second pair on.",
          "What is your exponent for the last pair? It should stay below 1.", exponent="2i"),
    _slip("power-before-division", "10000 is raised to the power 2i first, and the result divided by d_model",
          "Python's `**` binds more strongly than `/`.", "Where do the brackets belong?", exponent="power first"),
    _slip("power-before-division", later("10000 is raised to the power 2i first, and the result divided by {size}"
                                         "{whole}", size="d_model", whole=WHOLE), WHOLE_WHY,
          "Where do the brackets belong?", exponent="power first, whole"),
    _slip("power-before-division", "10000 is raised to the power 2i, and the angle is then divided by d_model",
          "In the formula, d_model stands in the exponent. Python's `**` binds more strongly than `*` and `/`.",
          "Where do the brackets belong?", exponent="angle divided"),
    _slip("exponent-without-brackets", DIVIDED_BY_0, NO_BRACKETS, BRACKETS, exponent="no brackets"),
    _slip("exponent-missing", "the angle of every pair is the position divided by 10000", _SPEEDS,
          "Where does the number of the pair come in?", exponent="one"),
    *(_slip("size-for-d-model", later("the exponent is 2i/{n}, whatever d_model is", n=n),
            "`d_model` is an argument; on the page, and in other people's code, the name may have another value.",
            "Where does the number come from that your exponent is divided by?", exponent=f"2i/{n}") for n in TYPED_IN),
    _slip("position-in-the-power", "the position is divided by 10000 first, and the quotient raised to the power "
          "2i/d_model", "Only the 10000 has an exponent. Python's `**` acts on whatever stands in the brackets before "
          "it.", "What is your angle at position 0? It should be 0 for every pair.", rows="in the power"),
    _slip("rows-of-length-one", "each row is divided by its length at the end", "Each pair is a point on a circle of "
          "radius 1, so that a row has the length √(d_model/2): position 0 is 0 1 0 1 …", "What happens to the table "
          "after the sines and cosines are in it?", shape="unit rows"),
    _slip("waves-divided", "sine and cosine are taken of the position alone, and then divided by 10000^(2i/d_model)",
          "That makes the later waves lower, not slower. Each pair should be a point on a circle of radius 1.",
          "Which brackets does the division stand in?", layout="waves divided"),
    _slip("last-pair-at-10000", "the exponents run from 0 to exactly 1",
          "Some libraries do it this way. In the paper the exponent is 2i/d_model, which never reaches 1.",
          "What do you divide by in the exponent? (`linspace` and `logspace` include both ends.)", exponent="pairs"),
    _slip("pairs-counted-from-one", "the exponent of the first pair is already 2/d_model",
          "i counts from 0: the first pair turns by 1 for each position.", "What is your exponent for column 0?",
          exponent="shifted"),
    *(_slip("another-base", later("the base is {base:g} instead of 10000", base=base),
            "It sets how slow the slowest pair is. Any base of that order would do, but this is the paper's.",
            "Count the zeros.", base=base) for base in (1000.0, 100000.0, 1e6, math.e, 10.0, 512.0, 2.0)),
    *(_slip("another-logarithm", later("the logarithm in the exponent is {words}", words=words),
            "exp(−2i/d_model · ln 10000) is 10000^(−2i/d_model) with the natural logarithm only.",
            "Which logarithm does `exp` undo?", base=math.exp(logarithm))
      for words, logarithm in (("that to base 2", math.log2(10000)), ("that to base 10", math.log10(10000)))),
    *(_slip("sines-then-cosines", "all sines come first and all cosines after them",
            "Many libraries do that, and a model does not mind. In the paper, and here, sine and cosine alternate; the "
            "next exercises rely on it.", "Which columns does `[:, 0::2]` name?", layout="halves", odd=odd)
      for odd in ("sine", "one more")),
    _slip("cosine-first", "the even columns hold the cosines and the odd ones the sines",
          "Position 0 should begin 0 1 0 1: sin 0 = 0 and cos 0 = 1.", "Which of the two goes into `[:, 0::2]`?",
          layout="cosine first"),
    _slip("sines-only", "every column is a sine",
          "A sine alone cannot tell whether it is rising or falling; sine and cosine together can.",
          "What goes into the odd columns?", layout="sines"),
    _slip("cosines-only", "every column is a cosine",
          "A cosine alone cannot tell positions before and after a turning point apart.",
          "What goes into the even columns?", layout="cosines"),
    _slip("odd-columns-empty", "the odd columns stay 0",
          "A sine alone cannot tell whether it is rising or falling; sine and cosine together can.",
          "What is written into `[:, 1::2]`?", layout="no cosines"),
    _slip("even-columns-empty", "the even columns stay 0",
          "A cosine alone cannot tell positions before and after a turning point apart.",
          "What is written into `[:, 0::2]`?", layout="no sines"),
    *(_slip("cosines-without-sign", "no cosine is negative",
            "cos² = 1 − sin² does not say whether the cosine is positive or negative, and past a quarter of a turn it "
            "is negative.", "How do you compute the cosines? A root, for one, is never negative.", layout=layout)
      for layout in ("no sign", "root")),
    _slip("cosines-negative", "every cosine has the opposite sign", "Position 0 should begin 0 1 0 1: cos 0 = 1.",
          "How do you compute the cosines? (A sine moved by a quarter of a turn is a cosine in one direction only.)",
          layout="minus"),
    _slip("sines-negative", "every sine has the opposite sign, as with negative angles",
          "Position 1 should begin with sin 1 = 0.841, which is positive.",
          "Is there a minus in your code, before 10000 perhaps? `-10000 ** x` is −(10000 ** x) in Python.", unit=-1.0),
    _slip("cosine-of-the-sine", "the odd columns hold the cosine of the sine, and not of the angle",
          "Only the sine and the cosine of the same angle are a point on a circle.",
          "What do you take the cosine of? If it is `table[:, 0::2]`: what does that hold by then?",
          layout="cosine of the sine"),
    _slip("whole-numbers", "every number is cut to a whole one, so that nearly all become 0",
          "Nearly all sines and cosines lie between −1 and 1, and are no whole numbers.",
          "What is the dtype of the tensor that you write into? One of whole numbers cuts what is written into it.",
          layout="cut"),
    _slip("frequencies-reversed", "the slowest pair comes first", _SPEEDS,
          "What is your exponent for the columns 0 and 1?", rows="slowest first"),
    _slip("parity-of-the-position", "sine and cosine alternate from row to row instead of from column to column",
          "The rows are positions. It is the dimensions that come in pairs.", "Which axis does `[0::2]` cut?",
          layout="by position"),
    _slip("angles-returned", "the angles themselves are returned, without sine and cosine",
          "They grow without bound. A sine stays between −1 and 1 for every position.",
          "Where do you call `sin` and `cos`?", layout="angles"),
    _slip("positions-from-one", "the first position is 1",
          "The first word has position 0, as everywhere in the course.", "What does your `arange` begin with?",
          start=1),
    _slip("degrees", "the angles are taken for degrees",
          "`torch.sin` takes radians, and so does the paper: no conversion is needed.",
          "Is there a 180 in your code, or a function that converts?", unit=math.pi / 180),
    *(_slip("degrees", "the angles are turned into degrees first",
            "`torch.sin` takes radians, and so does the paper: no conversion is needed.",
            "Is there a 180 in your code, or a function that converts?", unit=180 / math.pi, single=single)
      for single in (False, True)),
    *(_slip("whole-turns", "the angles are multiplied by 2π",
            "The fastest pair then makes a full turn from each position to the next, and says nothing.",
            "Is there a π in your code? The formula has none.", unit=2 * math.pi, single=single)
      for single in (False, True)),
    *(_slip("turn-not-exact", later("the angles are divided by {turn}, and the sines and cosines are those of the rest",
                                    turn=name),
            "A turn is 2π. As long as the angles are smaller than what they are divided by, nothing changes. And "
            "`sin` and `cos` take an angle of any size.", "Is there a `%` in your code, and what is it for?", turn=turn)
      for name, turn in (("π", math.pi), ("3.14", 3.14), ("6.28", 6.28), ("6.283", 6.283), ("6.2832", 6.2832),
                         ("360", 360.0), ("180", 180.0))),
    *(_slip("too-few-digits", later("the {what} are stored with 16 bits, as {dtype}", what=what, dtype=dtype), why,
            later("Which dtype do your {what} have?", what=what), narrow=what, kind=getattr(torch, dtype))
      for dtype, most, digits in (("float16", 2048, "three or four"), ("bfloat16", 256, "two or three"))
      for what, why in (
          ("positions", later("{dtype} holds every whole number up to {most}; of the larger ones it leaves some out.",
                              dtype=dtype, most=most)),
          *((what, later("{dtype} holds {digits} digits. Of a large angle these leave little behind the point.",
                         dtype=dtype, digits=digits)) for what in ("frequencies", "angles")))),
    _slip("divided-by-length", "the angles are also divided by max_len",
          "A position must look the same in a short table and in a long one.", "Where does `max_len` occur?",
          rows="scaled"),
    _slip("angles-rounded-down", "the angles are rounded down to whole numbers",
          "The hand of each clock moves a little with every word, the slow ones by much less than 1.",
          "Is there a `//` in your code? It divides and rounds down.", rows="rounded down"),
    *(_slip("positions-stretched", "the positions go from 0 to max_len, the end included, in even steps of more than 1",
            "A position must look the same in a short table and in a long one.",
            "What is the second of your positions? (`linspace` includes its end.)", rows="stretched", single=single)
      for single in (True, False)),
    _slip("multiplied-by-root-of-d-model", "the table is multiplied by √d_model",
          "It is the word embeddings that get this factor, not the positions.", "Is there a root in your code?",
          factor=lambda d: math.sqrt(d)),
    _slip("odd-size-crashes", "there is no care for an odd d_model: there are then more sines than cosines",
          "With 5 columns there are 3 even ones and only 2 odd ones.",
          "How many columns does `[:, 1::2]` have, and how many cosines do you put there?", odd="crash"),
    _slip("odd-size-crashes", "an odd d_model gets d_model // 2 frequencies, one less than it has sines",
          "5 columns hold two pairs, and one sine more.", "How many frequencies do you have for 5 columns?",
          odd="crash at the sines"),
    _slip("odd-size-one-column-more", "for an odd d_model there is one column too many",
          "The last pair has room for its sine only.", "How many columns should be left at the end?", odd="one more"),
    _slip("odd-size-one-column-less", "for an odd d_model the last sine is missing",
          "5 columns hold two pairs, and one sine more.", "How many frequencies do you have for 5 columns?",
          odd="one less"),
    _slip("odd-size-last-column-zero", "for an odd d_model the last column stays 0",
          "It holds the sine of one more pair.", "How many frequencies do you have for 5 columns?", odd="zero"),
    _slip("odd-size-last-column-cosine", "for an odd d_model the last column is a cosine",
          "Every pair begins with its sine, the incomplete one, too.", "What goes into the last column?", odd="cosine"),
    _slip("odd-size-cosines-of-next-pair", "for an odd d_model each sine has the cosine of the next pair beside it",
          "The sine and the cosine of a pair have one angle. It is the last angle that has no cosine.",
          "Which of the angles do you leave out for the cosines?", odd="next"),
    _slip("odd-size-rounded-up", "for an odd d_model the exponents are those of d_model + 1",
          "The formula divides by d_model, whatever it is.", _DIVIDED_BY, exponent="rounded up"),
    _slip("odd-size-rounded-down", "for an odd d_model the exponents are those of d_model − 1",
          "The formula divides by d_model, whatever it is.", _DIVIDED_BY, exponent="rounded down"),
    _slip("frequencies-kept-from-first-call", "frequencies are kept from the first call with as many of them: "
          "d_model = 6, asked after 5, gets those of 5",
          "5 and 6 dimensions both need three frequencies, but not the same ones.",
          "What is stored between two calls, and for which sizes is it right?", exponent="kept"),
    *(_slip("table-of-fixed-length", later("there are never more than {rows} positions", rows=rows),
            "Row t must exist for every t below max_len.",
            later("Where does the {rows} come from? The number of rows is an argument.", rows=rows), most=rows)
      for rows in (8, 10, 16, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 1024, 2000, 2048, 4096, 5000)),
    _slip("table-kept-from-first-call", "the table of the first call with some d_model is kept, and all later calls "
          "get its first rows", "A later call may ask for more positions than the first one did.",
          "What is stored between two calls, and for which sizes is it right?",
          most=lambda d_model: _FIRST.get(d_model, 1000)),
    *(_slip(slug, later("{what}, and the rest stays 0", what=what), why, look, filled=filled)
      for slug, filled, what, why, look in (
          ("only-the-first-row", "first row", "only the first row is filled", "Each position has a row.", LOOP),
          ("only-the-first-pair", "first column", "only the first column is filled",
           "Each row has d_model numbers.", LOOP),
          ("only-the-first-pair", "first pair", "only the first pair of columns is filled",
           "There is a pair for each frequency, d_model/2 of them for an even d_model.", LOOP),
          *(("half-of-the-pairs", filled, "only the first half of the pairs (rounded up) is filled",
             "There is a pair for each frequency, d_model/2 of them for an even d_model.", RANGE)
            for filled in ("half", "half, rounded up")),
          ("last-pair-missing", "all but the last pair", "the last pair is not filled",
           "There is a pair for each frequency, d_model/2 of them for an even d_model.", RANGE))),
    Misconception("angles-stay-at-zero", partial(_encode, unit=0.0),
                  "Every row of your table is that of position 0, as if all angles were 0 or hardly more.",
                  "The angles grow with the position: that of the first pair by 1 for each word.",
                  later("What are your angles at position 3? If they are tiny: {brackets}", brackets=BRACKETS)),
    _slip("batch-axis", "the table has an axis of length 1 in front",
          "Nothing is gained by it: (max_len, d_model) is added to a batch just as well. And `table[t]` is no longer "
          "the row of position t.",
          "Is there an `unsqueeze` or `[None]` at the end?", shape="batch axis"),
    _slip("waves-below-each-other", "all rows of sines come first, and all rows of cosines below them",
          "Each position has one row, with its sines and its cosines side by side.",
          "Along which axis do you put the two tables together?", shape="below each other"),
    _slip("transposed", "positions are the columns and dimensions the rows",
          "Rows are positions, so that row t can be added to word t.", "Which of the two axes comes first?",
          shape="transposed"),
]
