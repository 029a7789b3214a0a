"""Exercises 5.1 and 5.2: what learners write instead, and what it means. Used by `lesson_05`."""
import math
from functools import partial

import torch

from classroom.judge.exercise import Misconception

_EXPONENTS = {       # from the number of the pair, i, and d_model
    "2i/d": lambda i, d: 2 * i / d, "i/d": lambda i, d: i / d, "4i/d": lambda i, d: 4 * i / d,
    "integer": lambda i, d: (2 * i // d).to(torch.float64), "2i": lambda i, d: 2 * i,
    "inverse": lambda i, d: -2 * i / d,
    "zero": lambda i, d: 0 * i, "pairs": lambda i, d: i / max(-(-d // 2) - 1, 1),
    "shifted": lambda i, d: (2 * i + 2) / d, "rounded up": lambda i, d: 2 * i / (d + d % 2),
    "power first": lambda i, d: 2 * i - math.log(d, 10000),
}


def frequencies(d, exponent="2i/d", base=10000.0):
    pair = torch.arange(-(-d // 2), dtype=torch.float64)
    return base ** -_EXPONENTS[exponent](pair, d)


def _too_fast(position, d, way):
    """Angles that grow instead of shrinking. So large that what remains of them in float32 depends on the way."""
    even = torch.arange(0, d, 2).float()
    if way == "power":
        return position.float() * 10000.0 ** (even / d)
    if way == "exp":
        return position.float() * torch.exp(even * (math.log(10000.0) / d))
    return position.float() / torch.exp(even * (-math.log(10000.0) / d))


# ------------------------------------------------------------------------- 5.1 sinusoidal_encoding


def _encode(max_len, d_model, start=0, exponent="2i/d", base=10000.0, each_column=0, layout="interleaved",
            odd="sine", unit=1.0, shape="", factor=1.0, rows="position", fast="", single=False, most=None):
    """The encoding with switches; `single` takes the angles in float32, `most` rows there are at most."""
    max_len = min(max_len, max_len if most is None else most(d_model) if callable(most) else most)
    position = torch.arange(start, start + max_len, dtype=torch.float64).unsqueeze(1) * unit
    angle = _too_fast(position, d_model, fast) if fast else position * frequencies(d_model, exponent, base)
    if single:
        angle = (position / unit * frequencies(d_model, exponent, base)).float() * unit
    if rows == "scaled":
        angle = angle / max_len
    if rows == "in the power":
        angle = (position / base) ** _EXPONENTS[exponent](torch.arange(-(-d_model // 2), dtype=torch.float64), d_model)
    sin, cos = angle.sin(), angle.cos()
    if layout == "waves divided":
        frequency = frequencies(d_model, exponent, base)
        sin, cos, layout = position.sin() * frequency, position.cos() * frequency, "interleaved"
    if each_column:
        column = torch.arange(d_model, dtype=torch.float64)
        each = position * base ** -(each_column * column / d_model)
        table = torch.where(column % 2 == 0, each.sin(), each.cos())
    elif layout == "halves":
        table = torch.cat((sin, cos), dim=1)[:, : None if odd == "one more" else d_model]
    elif layout == "by position":
        wave = angle.repeat_interleave(2, dim=1)[:, :d_model]
        table = torch.where(position.round() % 2 == 0, wave.sin(), wave.cos())
    else:
        first, second = {"interleaved": (sin, cos), "cosine first": (cos, sin), "sines": (sin, sin),
                         "cosines": (cos, cos), "angles": (angle, angle), "minus": (sin, -cos),
                         "no cosines": (sin, 0 * cos), "no sines": (0 * sin, cos)}[layout]
        table = torch.stack((first, second), dim=2).flatten(1)
        table = _odd(table, cos, max_len, d_model, odd)
    table = (table * factor(d_model) if callable(factor) else table * factor).float()
    if shape == "batch axis":
        table = table.unsqueeze(0)
    elif shape == "transposed":
        table = table.T
    return table


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
    return Misconception(slug, partial(_encode, **switches), f"Your table is exactly what comes out when {says}.", why,
                         look)


_SPEEDS = ("The first pair is the fastest, one full turn in about 6 positions. Each later pair is slower, the last one "
           "nearly 10000 times, so that no two positions look alike.")

ENCODING = [
    *(_slip("divided-for-multiplied",
            "the positions are multiplied by 10000^(2i/d_model) instead of divided by it",
            f"{_SPEEDS} Yours get faster, up to thousands of turns from one word to the next, which looks like noise. "
            "Models still train on it, so that training does not show the mistake.",
            "Is your frequency 1 for the first pair and small for the last?", **switches)
      for switches in ({"exponent": "inverse"}, {"fast": "power"}, {"fast": "exp"}, {"fast": "divided"})),
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
    _slip("exponent-halved", "the exponent is i/d_model, where i counts the pairs",
          f"{_SPEEDS} Yours become slower only half as far.", "The first column of pair i has the number 2i.",
          exponent="i/d"),
    _slip("exponent-doubled", "the exponent is doubled: 4i/d_model, where i counts the pairs",
          "If your index already runs 0, 2, 4, … it is the 2i of the formula, and must not be doubled again. (Or you "
          "have divided by half of d_model.)", "Write down your exponent for the columns 2 and 3.", exponent="4i/d"),
    _slip("exponent-not-divided", "the exponent is 2i, not divided by d_model",
          "10000 to the power of 2 or more leaves nothing of the angle from the second pair on.",
          "What is your exponent for the last pair? It should stay below 1.", exponent="2i"),
    _slip("power-before-division", "10000 is raised to the power 2i first, and the result divided by d_model",
          "Python's `**` binds more strongly than `/`.", "Where do the brackets belong?", exponent="power first"),
    _slip("position-in-the-power", "the position is divided by 10000 first, and the quotient raised to the power "
          "2i/d_model", "Only the 10000 has an exponent. Python's `**` acts on whatever stands in the brackets before "
          "it.", "What is your angle at position 0? It should be 0 for every pair.", rows="in the power"),
    _slip("waves-divided", "sine and cosine are taken of the position alone, and then divided by 10000^(2i/d_model)",
          "That makes the later waves lower, not slower. Each pair should be a point on a circle of radius 1.",
          "Which brackets does the division stand in?", layout="waves divided"),
    _slip("last-pair-at-10000", "the exponents run from 0 to exactly 1",
          "Some libraries do it this way. In the paper the exponent is 2i/d_model, which never reaches 1.",
          "What do you divide by in the exponent?", exponent="pairs"),
    _slip("pairs-counted-from-one", "the exponent of the first pair is already 2/d_model",
          "i counts from 0: the first pair turns by 1 for each position.", "What is your exponent for column 0?",
          exponent="shifted"),
    *(_slip("another-base", f"the base is {base:g} instead of 10000",
            "It sets how slow the slowest pair is. Any base of that order would do, but this is the paper's.",
            "Count the zeros.", base=base) for base in (1000.0, 100000.0, 1e6, math.e, 10.0, 512.0, 2.0)),
    *(_slip("another-logarithm", f"the logarithm in the exponent is {words}",
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
          "`torch.sin` takes radians, and so does the paper: no conversion is needed.", "Is there a 180 in your code?",
          unit=math.pi / 180),
    *(_slip("degrees", "the angles are turned into degrees first",
            "`torch.sin` takes radians, and so does the paper: no conversion is needed.",
            "Is there a 180 in your code?", unit=180 / math.pi, single=single) for single in (False, True)),
    *(_slip("whole-turns", "the angles are multiplied by 2π",
            "The fastest pair then makes a full turn from each position to the next, and says nothing.",
            "Is there a π in your code? The formula has none.", unit=2 * math.pi, single=single)
      for single in (False, True)),
    _slip("divided-by-length", "the angles are also divided by max_len",
          "A position must look the same in a short table and in a long one.", "Where does `max_len` occur?",
          rows="scaled"),
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
    _slip("odd-size-rounded-up", "for an odd d_model the exponents are those of d_model + 1",
          "The formula divides by d_model, whatever it is.", "What do you divide by in the exponent?",
          exponent="rounded up"),
    *(_slip("table-of-fixed-length", f"there are never more than {rows} positions",
            "Row t must exist for every t below max_len.",
            f"Where does the {rows} come from? The number of rows is an argument.", most=rows)
      for rows in (8, 10, 16, 32, 50, 64, 100, 128, 200, 256, 500, 512)),
    _slip("table-kept-from-first-call", "the table of the first call with some d_model is kept, and all later calls "
          "get its first rows", "A later call may ask for more positions than the first one did.",
          "What is stored between two calls, and for which sizes is it right?",
          most=lambda d_model: _FIRST.get(d_model, 1000)),
    _slip("batch-axis", "the table has an axis of length 1 in front",
          "Nothing is lost by it, and nothing gained: (max_len, d_model) is added to a batch just as well.",
          "Is there an `unsqueeze` or `[None]` at the end?", shape="batch axis"),
    _slip("transposed", "positions are the columns and dimensions the rows",
          "Rows are positions, so that row t can be added to word t.", "Which of the two axes comes first?",
          shape="transposed"),
]

# -------------------------------------------------------------------------------- 5.2 shift_matrix


def _shift(offset, d_model, exponent="2i/d", base=10000.0, signs=(1, 1, -1, 1), kinds="cssc", layout="pairs", sign=1,
           ignore=False, unit=1.0, each="pair", column=1,
           steps=0, how=""):
    """Rotations with switches; `signs` and `kinds` of the entries [[a, b], [c, d]] of a block.

    `each` "row" or "column" has a frequency of its own, base^(−`column` · its number / d_model).
    """
    if ignore:
        return torch.eye(d_model)
    if how == "times offset":
        return offset * _shift(1, d_model)
    offset = offset + steps
    angle = sign * unit * offset * frequencies(d_model, exponent, base)
    if how == "frequencies reversed":
        angle = angle.flip(0)
    four = [angle] * 4
    if each != "pair":
        own = sign * unit * offset * base ** (-column * torch.arange(d_model, dtype=torch.float64) / d_model)
        even, odd = own[0::2], own[1::2]
        four = [even, even, odd, odd] if each == "row" else [even, odd, even, odd]
    a, b, c, d = (n * (angle.cos() if kind == "c" else angle.sin())
                  for n, kind, angle in zip(signs, kinds, four, strict=True))
    matrix = torch.zeros(d_model, d_model)
    half = d_model // 2
    first, second = ((torch.arange(half), torch.arange(half) + half) if layout == "halves" else
                     (torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)))
    if layout == "quarters":
        first, second = slice(0, None, 2), slice(1, None, 2)
    for rows, columns, entries in ((first, first, a), (first, second, b), (second, first, c), (second, second, d)):
        matrix[rows, columns] = entries.float()
    return matrix


def _shift_overlapping(offset, d_model, exponent):
    """A block for each number and the next one, so that every number but the first and last is in two pairs."""
    matrix = torch.zeros(d_model, d_model)
    for i in range(d_model - 1):
        angle = torch.tensor(offset / 10000 ** (exponent(i) / d_model), dtype=torch.float64)
        matrix[i, i], matrix[i, i + 1], matrix[i + 1, i] = angle.cos(), angle.sin(), -angle.sin()
        matrix[i + 1, i + 1] = angle.cos()
    return matrix


def _shift_first_pair(offset, d_model):
    matrix = torch.eye(d_model)
    matrix[:2, :2] = _shift(offset, d_model)[:2, :2]
    return matrix


def _move(offset, d_model, sign, around=True):
    eye = torch.eye(d_model + (0 if around else 2 * abs(offset)))
    moved = torch.roll(eye, sign * offset, 0)
    return moved if around else moved[abs(offset):abs(offset) + d_model, abs(offset):abs(offset) + d_model]


def _turn(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(_shift, **switches), f"Your matrix is exactly what comes out when {says}.", why,
                         look)


_SUMS = "sin(a + b) = sin a cos b + cos a sin b, and cos(a + b) = cos a cos b − sin a sin b."

SHIFT = [
    _turn("turned-backwards", "the minus stands in the other corner, so that it turns back instead of forward",
          f"Applied to the row of position 5, yours gives that of position 5 − offset. {_SUMS} (The usual matrix of a "
          "rotation has its minus at the top right, because there the cosine comes first.)",
          "Which row of your block makes the new sine? Does its formula have a minus?", signs=(1, -1, 1, 1)),
    _turn("no-minus", "no entry is negative", f"That is no rotation. {_SUMS}", "Which of the two formulas has a minus?",
          signs=(1, 1, 1, 1)),
    _turn("two-minuses", "both sines are negative", f"That is no rotation. {_SUMS}",
          "Which of the two formulas has a minus?", signs=(1, -1, -1, 1)),
    _turn("sine-and-cosine-exchanged", "sines stand where cosines should, and cosines where sines should",
          f"For offset 0 nothing may change, so the diagonal must hold ones then: cos 0 = 1. {_SUMS}",
          "What does your matrix look like for offset 0?", kinds="sccs"),
    _turn("sine-and-cosine-exchanged", "the rows of each block have changed places",
          f"The first row of a block makes the new sine, the second the new cosine. {_SUMS}",
          "What does your matrix look like for offset 0?", signs=(-1, 1, 1, 1), kinds="sccs"),
    _turn("sine-and-cosine-exchanged", "the columns of each block have changed places",
          f"The first column of a block meets the old sine, the second the old cosine. {_SUMS}",
          "What does your matrix look like for offset 0?", signs=(1, 1, 1, -1), kinds="sccs"),
    *(_turn("reflection", f"the minus stands before the {which} cosine of each block",
            f"That is a mirror and no rotation: for offset 0 it would not leave the row as it is. {_SUMS}",
            "Which of the two formulas has a minus, and before which product?", signs=signs)
      for which, signs in (("second", (1, 1, 1, -1)), ("first", (-1, 1, 1, 1)))),
    *(_turn("quarters-filled", "all even rows and columns that cross get numbers, and not one place for each pair"
            f"{turned}", "`M[0::2, 0::2]` is a whole quarter of the matrix: a row of numbers assigned to it is written "
            "into every line of the quarter. The clocks do not influence each other, so everything outside the blocks "
            "is 0.", "How many numbers of your matrix are not 0? Print it for d_model = 4, beside the one that least "
            "squares found.", layout="quarters", signs=signs)
      for turned, signs in (("", (1, 1, -1, 1)), (". The minus, too, stands in the other corner", (1, -1, 1, 1)))),
    _turn("halves", "number i is paired with number i + d_model/2",
          "In your encoding the sine stands directly before its cosine.", "Which columns belong to pair 0?",
          layout="halves"),
    _turn("one-frequency", "all pairs turn by the same angle",
          "Each pair has its own speed: angle = offset · frequency, with the frequencies of the encoding.",
          "Where does the pair's number come in?", exponent="zero"),
    _turn("divided-for-multiplied", "the offset is multiplied by 10000^(2i/d_model) instead of divided by it",
          "The frequencies are those of the encoding, 1 for the first pair and smaller for each one after it.",
          "Compare your frequencies with those of exercise 5.1.", exponent="inverse"),
    _turn("exponent-halved", "the exponent is i/d_model, where i counts the pairs",
          "The frequencies are those of the encoding.", "Compare your frequencies with those of exercise 5.1.",
          exponent="i/d"),
    _turn("exponent-doubled", "the exponent is 4i/d_model, where i counts the pairs",
          "The frequencies are those of the encoding.", "Compare your frequencies with those of exercise 5.1.",
          exponent="4i/d"),
    *(_turn("angle-of-each-column", f"each {each} has an angle of its own{twice}",
            "A sine and the cosine after it belong to one clock and turn by one angle: column 3 has the angle of "
            "column 2.", "How many different angles does your code compute? There are d_model/2 of them.",
            each=each, column=column)
      for each in ("row", "column") for column, twice in ((1, ""), (2, ", its number put in for i"))),
    *(_turn("another-base", f"the base is {base:g} instead of 10000",
            "The frequencies are those of the encoding.", "Count the zeros.", base=base)
      for base in (1000.0, 100000.0, math.e)),
    *(_turn("degrees", f"the angles are {words}",
            "`cos` and `sin` take radians, and offset · frequency is in radians: no conversion is needed.",
            "Is there a 180 in your code, or a function that converts?", unit=unit)
      for unit, words in ((180 / math.pi, "turned into degrees first"), (math.pi / 180, "taken for degrees"))),
    *(_turn("one-step-off", f"the offset is one {word}", "For an offset of 0 nothing may change.",
            "What is your angle for an offset of 0?", steps=steps) for steps, word in ((1, "more"), (-1, "less"))),
    _turn("multiplied-by-the-offset", "the matrix of one step is multiplied by `offset`",
          "Several steps turn several times as far; a matrix times 3 makes everything three times as long.",
          "Where does `offset` occur in your code, inside the cosine or in front of it?", how="times offset"),
    _turn("frequencies-reversed", "the slowest pair comes first", "The first pair is the fastest, as in the encoding.",
          "What is your angle for pair 0, and what for the last?", how="frequencies reversed"),
    _turn("last-pair-at-10000", "the exponents run from 0 to exactly 1",
          "The frequencies are those of the encoding; the exponent is 2i/d_model, which never reaches 1.",
          "What do you divide by in the exponent?", exponent="pairs"),
    *(_turn("one-wave-only", f"the {which} are left out", f"Each new number is made of both old ones. {_SUMS}",
            "How many entries of each block have you filled?", signs=signs)
      for which, signs in (("cosines", (0, 1, -1, 0)), ("sines that make the new cosine", (1, 1, 0, 1)))),
    _turn("whole-turns", "the angles are multiplied by 2π",
          "The first pair then makes a whole turn at each step, and stays as it is.",
          "Is there a π in your code? The formula has none.", unit=2 * math.pi),
    _turn("offset-ignored", "the offset plays no role: yours is the matrix that changes nothing",
          "It must turn pair i by offset · frequency.", "Where does `offset` occur in your code?", ignore=True),
    Misconception("direction-lost", lambda offset, d_model: _shift(abs(offset), d_model),
                  "For negative offsets, your matrix is exactly that of the positive one.",
                  "A step back is a turn the other way.", "What happens to the sign of `offset`?"),
    Misconception("no-step-back", lambda offset, d_model: _shift(max(offset, 0), d_model),
                  "For negative offsets, your matrix is exactly the one that changes nothing.",
                  "A step back is a turn the other way.",
                  "What does a loop over `range(offset)` do for an offset of −2?"),
    Misconception("only-for-one-step", lambda offset, d_model: _shift(1, d_model),
                  "Your matrix is exactly that of one step, whatever `offset` is.",
                  "Several steps turn several times as far.", "Where does `offset` occur in your code?"),
    *(Misconception("pairs-overlap", partial(_shift_overlapping, exponent=exponent),
                    "Your matrix is exactly what comes out when a block is put in for each number and the next one.",
                    "Numbers 0 and 1 are a pair, then 2 and 3. Yours has a pair of 1 and 2 as well, which writes over "
                    "both of its neighbours.", "By how much does the number that begins a block grow in each round?")
      for exponent in (lambda i: i, lambda i: 2 * i, lambda i: i - i % 2)),
    Misconception("only-the-first-pair", _shift_first_pair,
                  "Your matrix is exactly the right one for the first pair, and changes nothing in the others.",
                  "The other pairs turn as well, only by smaller angles.",
                  "How often is a block put in? There are d_model/2 of them."),
    *(Misconception("dimensions-moved", partial(_move, **how),
                    "Your matrix is exactly the one that moves every number `offset` places along the row.",
                    "The step is one along the positions. The row of the next position holds other numbers, not the "
                    f"same ones in other places. {_SUMS}", "What is the row of position 1, when that of position 0 "
                                                           "is 0 1 0 1 …?")
      for how in ({"sign": 1}, {"sign": -1}, {"sign": 1, "around": False}, {"sign": -1, "around": False})),
    Misconception("only-the-diagonal", lambda offset, d_model: torch.diag(_shift(offset, d_model).diagonal()),
                  "Your matrix is exactly the right one with everything off the diagonal set to 0.",
                  f"The new sine is made of the old sine *and* the old cosine. {_SUMS}",
                  "Which entries of each block have you filled?"),
]
