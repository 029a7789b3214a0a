"""Exercise 5.2: what learners write instead, and what it means. Used by `lesson_05`."""
import math
from functools import partial

import numpy as np
import torch

from classroom.judge.exercise import Misconception, Property
from course._words import later, say

from .mistakes import (
    BRACKETS,
    DIVIDED_BY_0,
    FAST,
    NO_BRACKETS,
    RANGE,
    REPEAT,
    TWICE,
    TYPED_IN,
    WHOLE,
    WHOLE_WHY,
    frequencies,
    too_fast,
)


def _shift(offset, d_model, exponent="2i/d", base=10000.0, signs=(1, 1, -1, 1), kinds="cssc", layout="pairs", sign=1,
           ignore=False, unit=1.0, each="pair", column=1,
           steps=0, how="", fast=""):
    """Rotations with switches; `signs` and `kinds` of the entries [[a, b], [c, d]] of a block.

    `each` "row" or "column" has a frequency of its own, base^(−`column` · its number / d_model). With "repeated" before
    it, they have the angles of all pairs, and then all of them again.
    """
    if ignore:
        return torch.eye(d_model)
    if how == "times offset":
        return offset * _shift(1, d_model)
    offset = offset + steps
    angle = sign * unit * offset * frequencies(d_model, exponent, base)
    if fast:
        angle = too_fast(torch.tensor(offset), d_model, fast)
    if how == "squared":
        angle = angle * offset
    if how == "in the power":
        angle = torch.tensor(offset * base, dtype=torch.float64) ** -(torch.arange(0, d_model, 2) / d_model)
    if how == "in the power, above":
        angle = torch.tensor(offset / base, dtype=torch.float64) ** (torch.arange(0, d_model, 2) / d_model)
    if how == "frequencies reversed":
        angle = angle.flip(0)
    four = [angle] * 4
    if each != "pair":
        own = sign * unit * offset * base ** (-column * torch.arange(d_model, dtype=torch.float64) / d_model)
        own = angle.repeat(2) if each.startswith("repeated") else own
        even, odd = own[0::2], own[1::2]
        four = {"row": [even, even, odd, odd], "column": [even, odd, even, odd],
                "cosine": [even, angle, angle, odd]}[each.split()[-1]]
    wave = {"c": torch.cos, "s": torch.sin, "q": lambda x: x.cos().abs(), "r": lambda x: x.sin().abs(),
            "1": torch.ones_like, "a": lambda x: x}
    a, b, c, d = (n * wave[kind](angle) for n, kind, angle in zip(signs, kinds, four, strict=True))
    matrix = torch.zeros(d_model, d_model)
    half = d_model // 2
    first, second = ((torch.arange(half), torch.arange(half) + half) if layout == "halves" else
                     (torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)))
    even, odd = slice(0, None, 2), slice(1, None, 2)
    for n, (rows, columns, entries) in enumerate((((first, even), (first, even), a), ((first, even), (second, odd), b),
                                                  ((second, odd), (first, even), c),
                                                  ((second, odd), (second, odd), d))):
        whole = layout == "quarters" or isinstance(layout, tuple) and n in layout          # slices in place of pairs
        matrix[rows[whole], columns[whole]] = entries.float()
    return matrix


def _shift_overlapping(offset, d_model, exponent):
    """A block for each number and the next one, so that every number but the first and last is in two pairs."""
    matrix = torch.zeros(d_model, d_model)
    for i in range(d_model - 1):
        angle = torch.tensor(offset / 10000 ** (exponent(i) / d_model), dtype=torch.float64)
        matrix[i, i], matrix[i, i + 1], matrix[i + 1, i] = angle.cos(), angle.sin(), -angle.sin()
        matrix[i + 1, i + 1] = angle.cos()
    return matrix


def _shift_crowded(offset, d_model, rest=torch.zeros, in_turn=True):
    """The block of pair i at rows and columns i and i + 1. Entry by entry, not block by block, if not `in_turn`."""
    matrix, angle = rest(d_model, d_model), offset * frequencies(d_model)
    for i, cos in enumerate(angle.cos()):
        matrix[i, i], matrix[i, i + 1], matrix[i + 1, i] = cos, angle[i].sin(), -angle[i].sin()
        matrix[i + 1, i + 1] = cos
    if not in_turn:
        matrix[range(1, d_model // 2), range(1, d_model // 2)] = angle.cos()[:-1].float()
    return matrix


def _shift_raised(offset, d_model):
    """The numbers of one step raised to the offset, instead of the matrix."""
    one = _shift(1, d_model)
    blocks = torch.block_diag(*[torch.ones(2, 2)] * (d_model // 2)).bool()
    return (one.sign().masked_fill(one < 0, -1.0) * one.abs() ** offset).masked_fill(~blocks, 0)


def _shift_without_cosines(offset, d_model):
    matrix = _shift(offset, d_model)
    return matrix - torch.diag(matrix.diagonal()) + torch.eye(d_model)


def _shift_some_pairs(offset, d_model, pairs, rest=torch.eye):
    """The right blocks for as many pairs as `pairs(d_model)`; after them, the matrix `rest` makes."""
    n = 2 * pairs(d_model)
    matrix = rest(d_model, d_model)
    matrix[:n, :n] = _shift(offset, d_model)[:n, :n]
    return matrix


def _from_position_0(offset, d_model):
    """Leads from the row of position 0 to the right one, and from no other."""
    angle = offset * frequencies(d_model)
    target, start = torch.stack([angle.sin(), angle.cos()], -1).flatten(), torch.tensor([0.0, 1.0]).repeat(d_model // 2)
    return (torch.outer(target, start.double()) / (d_model // 2)).float()


def _first(d_model):
    return 1


def _half(d_model):
    return -(-d_model // 4)


def _all_but_the_last(d_model):
    return d_model // 2 - 1


def _shift_from_a_table(offset, d_model, rows=None):
    """The turn to row `offset` of a table, counted from the end where that is negative."""
    return _shift(offset if offset >= 0 else offset + (rows or abs(offset) + 1), d_model)


def _shift_of_negative_length(offset, d_model, make):
    """Asks for a tensor of `offset` + 1 numbers or rows, which raises if that is negative."""
    make(min(offset + 1, 1))
    return _shift(offset, d_model)


def _move(offset, d_model, sign, around=True):
    eye = torch.eye(d_model + (0 if around else 2 * abs(offset)))
    moved = torch.roll(eye, sign * offset, 0)
    return moved if around else moved[abs(offset):abs(offset) + d_model, abs(offset):abs(offset) + d_model]


def _turn(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(_shift, **switches), later(
        "Your matrix is exactly what comes out when {says}.", says=says), why,
                         look)


_SUMS = "sin(a + b) = sin a cos b + cos a sin b, and cos(a + b) = cos a cos b − sin a sin b."

SHIFT = [
    _turn("turned-backwards", "the minus stands in the other corner, so that it turns back instead of forward",
          later("Applied to the row of position 5, yours gives that of position 5 − offset. {sums} (The usual matrix "
                "of a rotation has its minus at the top right, because there the cosine comes first.)", sums=_SUMS),
          "Which row of your block makes the new sine? Does its formula have a minus?", signs=(1, -1, 1, 1)),
    _turn("no-minus", "no sine gets a minus", later("That is no rotation. {sums}",
                                                    sums=_SUMS), "Which of the two formulas has a minus?",
          signs=(1, 1, 1, 1)),
    _turn("two-minuses", "both sines get a minus", later("That is no rotation. {sums}", sums=_SUMS),
          "Which of the two formulas has a minus?", signs=(1, -1, -1, 1)),
    _turn("offset-squared", "the offset stands in the angle as its square", "The angle grows with the steps: three "
          "steps are three times the angle of one. For 0 steps and for 1 nothing is seen of it.",
          "How often does `offset` come into your angle?", how="squared"),
    *(_turn("offset-in-the-power", "the offset stands inside of the power", "Only the 10000 has an exponent: the angle "
            "is the offset *times* a power of 10000.", "Which part of your line is raised to a power?", how=how)
      for how in ("in the power", "in the power, above")),
    *(_turn("roots-for-waves", later("no {wave} is negative, before the minus of the formula is set", wave=wave),
            later("{square} does not say whether it is positive or negative.", square=square),
            later("How do you compute the {wave}s? A root, for one, is never negative.", wave=wave), kinds=kinds)
      for wave, square, kinds in (("sine", "sin² = 1 − cos²", "crrc"), ("cosine", "cos² = 1 − sin²", "qssq"))),
    _turn("sine-and-cosine-exchanged", "sines stand where cosines should, and cosines where sines should",
          later("For offset 0 nothing may change, so the diagonal must hold ones then: cos 0 = 1. {sums}", sums=_SUMS),
          "What does your matrix look like for offset 0?", kinds="sccs"),
    _turn("sine-and-cosine-exchanged", "the rows of each block have changed places",
          later("The first row of a block makes the new sine, the second the new cosine. {sums}", sums=_SUMS),
          "What does your matrix look like for offset 0?", signs=(-1, 1, 1, 1), kinds="sccs"),
    _turn("sine-and-cosine-exchanged", "the columns of each block have changed places",
          later("The first column of a block meets the old sine, the second the old cosine. {sums}", sums=_SUMS),
          "What does your matrix look like for offset 0?", signs=(1, 1, 1, -1), kinds="sccs"),
    *(_turn("reflection", later("the minus stands before the {which} cosine of each block", which=which),
            later("That is a mirror and no rotation: for offset 0 it would not leave the row as it is. {sums}",
                  sums=_SUMS),
            "Which of the two formulas has a minus, and before which product?", signs=signs)
      for which, signs in (("second", (1, 1, 1, -1)), ("first", (-1, 1, 1, 1)))),
    *(_turn("quarters-filled", later("all even rows and columns that cross get numbers, and not one place for each "
                                     "pair{turned}",
                                     turned=turned),
            "`M[0::2, 0::2]` is a whole quarter of the matrix: a row of numbers assigned to it is written "
            "into every line of the quarter. The clocks do not influence each other, so everything outside the blocks "
            "is 0.", "How many numbers of your matrix are not 0? Print it for d_model = 4, beside the one that least "
            "squares found.", layout="quarters", signs=signs)
      for turned, signs in (("", (1, 1, -1, 1)), (". The minus, too, stands in the other corner", (1, -1, 1, 1)))),
    *(_turn("quarters-filled", "in some of the four lines a whole quarter gets numbers, not one place for each pair",
            "`M[0::2, 1::2]` is a whole quarter of the matrix: a row of numbers assigned to it is written into every "
            "line of the quarter. The clocks do not influence each other, so everything outside the blocks is 0.",
            "How many numbers of your matrix are not 0? Print it for d_model = 4.", layout=("some", *lines))
      for lines in ((0,), (1,), (2,), (3,), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))),
    _turn("halves", "number i is paired with number i + d_model/2",
          "In your encoding the sine stands directly before its cosine.", "Which columns belong to pair 0?",
          layout="halves"),
    _turn("one-frequency", "all pairs turn by the same angle",
          "Each pair has its own speed: angle = offset · frequency, with the frequencies of the encoding.",
          "Where does the pair's number come in?", exponent="zero"),
    *(_turn("divided-for-multiplied", "the offset is multiplied by 10000^(2i/d_model) instead of divided by it",
            "The frequencies are those of the encoding, 1 for the first pair and smaller for each one after it.",
            "Compare your frequencies with those of exercise 5.1.", **switches)
      for switches in ({"exponent": "inverse"}, *({"fast": way} for way in FAST))),
    _turn("exponent-halved", "the exponent is i/d_model, where i counts the pairs",
          "The frequencies are those of the encoding.", "Compare your frequencies with those of exercise 5.1.",
          exponent="i/d"),
    _turn("exponent-doubled", "the exponent is 4i/d_model, where i counts the pairs",
          "The frequencies are those of the encoding.", "Compare your frequencies with those of exercise 5.1.",
          exponent="4i/d"),
    *(_turn("angle-of-each-column", later("each {each} has an angle of its own{twice}", each=each, twice=twice),
            "A sine and the cosine after it belong to one clock and turn by one angle: column 3 has the angle of "
            "column 2.", "How many different angles does your code compute? There are d_model/2 of them.",
            each=each, column=column)
      for each in ("row", "column") for column, twice in ((1, ""), (2, ", its number put in for i"))),
    *(_turn("angles-repeated", says, TWICE, REPEAT, each="repeated " + each)
      for each, says in (
          ("cosine", "the cosines on the diagonal stand in the order 0 1 … 0 1 …: those of all pairs, and then all of "
                     "them again"),
          ("row", "the angles of the rows stand in the order 0 1 … 0 1 …: those of all pairs, and then all of them "
                  "again"),
          ("column", "the angles of the columns stand in the order 0 1 … 0 1 …: those of all pairs, and then all of "
                     "them again"))),
    _turn("power-before-division", "10000 is raised to the power 2i first, and the result divided by d_model",
          "Python's `**` binds more strongly than `/`.", "Where do the brackets belong?", exponent="power first"),
    _turn("power-before-division", later("10000 is raised to the power 2i first, and the result divided by {size}"
          "{whole}", size="d_model", whole=WHOLE), WHOLE_WHY, "Where do the brackets belong?",
          exponent="power first, whole"),
    _turn("power-before-division", "10000 is raised to the power 2i, and the angle is then divided by d_model",
          "In the formula, d_model stands in the exponent. Python's `**` binds more strongly than `*` and `/`.",
          "Where do the brackets belong?", exponent="angle divided"),
    _turn("exponent-without-brackets", DIVIDED_BY_0, NO_BRACKETS, BRACKETS, exponent="no brackets"),
    _turn("pairs-counted-from-one", "the exponent of the first pair is already 2/d_model",
          "i counts from 0: the first pair turns by 1 for each position.", "What is your exponent for the first pair?",
          exponent="shifted"),
    *(_turn("size-for-d-model", later("the exponent is 2i/{n}, whatever d_model is", n=n),
            "`d_model` is an argument; on the page, and in other people's code, the name may have another value.",
            "Where does the number come from that your exponent is divided by?", exponent=f"2i/{n}") for n in TYPED_IN),
    *(_turn("another-base", later("the base is {base:g} instead of 10000", base=base),
            "The frequencies are those of the encoding.", "Count the zeros.", base=base)
      for base in (1000.0, 100000.0, math.e)),
    *(_turn("degrees", later("the angles are {words}", words=words),
            "`cos` and `sin` take radians, and offset · frequency is in radians: no conversion is needed.",
            "Is there a 180 in your code, or a function that converts?", unit=unit)
      for unit, words in ((180 / math.pi, "turned into degrees first"), (math.pi / 180, "taken for degrees"))),
    *(_turn("one-step-off", later("the offset is one {word}", word=word), "For an offset of 0 nothing may change.",
            "What is your angle for an offset of 0?", steps=steps) for steps, word in ((1, "more"), (-1, "less"))),
    _turn("multiplied-by-the-offset", "the matrix of one step is multiplied by `offset`",
          "Several steps turn several times as far; a matrix times 3 makes everything three times as long.",
          "Where does `offset` occur in your code, inside the cosine or in front of it?", how="times offset"),
    _turn("frequencies-reversed", "the slowest pair comes first", "The first pair is the fastest, as in the encoding.",
          "What is your angle for pair 0, and what for the last?", how="frequencies reversed"),
    _turn("last-pair-at-10000", "the exponents run from 0 to exactly 1",
          "The frequencies are those of the encoding; the exponent is 2i/d_model, which never reaches 1.",
          "What do you divide by in the exponent? (`linspace` and `logspace` include both ends.)", exponent="pairs"),
    *(_turn("one-wave-only", later("the {which} are left out", which=which), later(
        "Each new number is made of both old ones. {sums}", sums=_SUMS),
            "How many entries of each block have you filled?", signs=signs)
      for which, signs in (("cosines", (0, 1, -1, 0)), ("sines that make the new cosine", (1, 1, 0, 1)),
                           ("sines that make the new sine", (1, 0, -1, 1)),
                           ("cosines that make the new sine", (0, 1, -1, 1)),
                           ("cosines that make the new cosine", (1, 1, -1, 0)))),
    _turn("small-angles", "every cosine is taken for 1 and every sine for the angle itself",
          "That is nearly right for an angle near 0 alone. The first pair turns by 1 at each step.",
          "Where do you call `cos` and `sin`?", kinds="1aa1"),
    _turn("whole-turns", "the angles are multiplied by 2π",
          "The first pair then makes a whole turn at each step, and stays as it is.",
          "Is there a π in your code? The formula has none.", unit=2 * math.pi),
    Misconception("offset-ignored", partial(_shift, ignore=True),
                  "Your matrix is the one that changes nothing, whatever the offset, or hardly differs from it.",
                  "It must turn pair i by offset · frequency.",
                  later("Where does `offset` occur in your code, and what are your angles for an offset of 3? If they "
                        "are tiny: {brackets}", brackets=BRACKETS)),
    Misconception("direction-lost", lambda offset, d_model: _shift(abs(offset), d_model),
                  "For negative offsets, your matrix is exactly that of the positive one.",
                  "A step back is a turn the other way.", "What happens to the sign of `offset`: is it lost, or used "
                  "twice?"),
    Misconception("no-step-back", lambda offset, d_model: _shift(max(offset, 0), d_model),
                  "For negative offsets, your matrix is exactly the one that changes nothing.",
                  "A step back is a turn the other way.",
                  "What does a loop over `range(offset)` do for an offset of −2?"),
    *(Misconception("no-step-back", partial(_shift_of_negative_length, make=make),
                    "For a negative offset, your code asks for a tensor of negative length.",
                    "A step back is a turn the other way. (If you want a row of the table: a negative position has "
                    "none.)", "Which length does your code ask for, with an offset of −2?")
      for make in (torch.arange, torch.zeros)),
    *(Misconception("index-from-the-end", partial(_shift_from_a_table, rows=rows),
                    later("For negative offsets, your matrix is exactly what comes out when row `[offset]` is taken "
                          "from a table of {rows} rows.", rows=words),
                    "In Python a negative index counts from the end: row −2 is the last but one, and not that of "
                    "position −2.",
                    "What do you look up in the table for an offset of −2?")
      for rows, words in ((None, "|offset| + 1"), *((n, n) for n in (64, 100, 128, 256, 500, 512, 1000, 1024, 2000,
                                                                     5000)))),
    Misconception("only-for-one-step", lambda offset, d_model: _shift(1, d_model),
                  "Your matrix is exactly that of one step, whatever `offset` is.",
                  "Several steps turn several times as far.", "Where does `offset` occur in your code?"),
    *(Misconception("pairs-overlap", partial(_shift_overlapping, exponent=exponent),
                    "Your matrix is exactly what comes out when a block is put in for each number and the next one.",
                    "Numbers 0 and 1 are a pair, then 2 and 3. Yours has a pair of 1 and 2 as well. Between the pairs "
                    "there must be zeros.", "Where does the sine in row 1, column 2 come from? (In a loop: by how much "
                    "does the number that begins a block grow in each round?)")
      for exponent in (lambda i: i, lambda i: 2 * i, lambda i: i - i % 2)),
    *(Misconception("pairs-overlap", partial(_shift_crowded, rest=rest, in_turn=in_turn),
                    "Your matrix is exactly what comes out when the block of pair i stands at rows and columns i and "
                    "i + 1.",
                    "Each block but one then overwrites a number of another block.",
                    "Which two columns of the encoding belong to pair 1?")
      for rest in (torch.zeros, torch.eye) for in_turn in (True, False)),
    Misconception("numbers-raised", lambda offset, d_model: _shift(1, d_model) ** offset,
                  "Your matrix is exactly that of one step with each of its numbers raised to the power `offset`, the "
                  "zeros as well.",
                  "For tensors, `**` goes number by number. A power of a matrix is another thing; and several steps "
                  "are simply one larger turn.", "Where does `offset` belong: inside the cosine, or behind it?"),
    Misconception("numbers-raised", _shift_raised,
                  "Your matrix is exactly that of one step with each number raised to the power `offset`.",
                  later("A power of a matrix is another thing than the powers of its numbers; and several steps are "
                        "simply one larger turn. {sums}",
                        sums=_SUMS), "Where does `offset` belong: inside the cosine, or behind it?"),
    Misconception("ones-for-cosines", _shift_without_cosines,
                  "Your matrix is exactly the right one with ones on the diagonal.",
                  later("A hand that has turned keeps only part of what it was. {sums}", sums=_SUMS),
                  "Which entries of each block have you written into?"),
    *(Misconception(slug, partial(_shift_some_pairs, pairs=pairs, rest=rest),
                    later("Your matrix is exactly the right one for {which}, and {rest}.", which=which, rest=says),
                    "The other pairs turn as well, only by smaller angles.", look)
      for slug, pairs, which, look in (
          ("only-the-first-pair", _first, "the first pair", "How often is a block put in? There are d_model/2 of them. "
           "(A `return` inside a loop ends it in the first round.)"),
          ("half-of-the-pairs", _half, "the first half of the pairs (rounded up)", RANGE),
          ("last-pair-missing", _all_but_the_last, "all pairs but the last", RANGE))
      for rest, says in ((torch.eye, "changes nothing in the others"), (torch.zeros, "holds only 0 in the others"))),
    Misconception("right-from-position-0", _from_position_0,
                  "Your matrix is exactly the outer product of two rows of the table, that of position `offset` and "
                  "that "
                  "of position 0, divided by the square of the length.",
                  "It leads from position 0 to position `offset`, and from position 1 it misses already. One matrix "
                  "has to serve every t.", "Does your matrix depend on a row of the table?"),
    Misconception("identity-added", lambda offset, d_model: torch.eye(d_model) + _shift(offset, d_model),
                  "Your matrix is exactly the right one with 1 added to each number on the diagonal.",
                  "For offset 0 nothing may change: the diagonal must hold ones then, and yours holds twos.",
                  "What does your matrix hold before the first block is put in? (`+=` adds to what is there.)"),
    *(Misconception("dimensions-moved", partial(_move, **how),
                    "Your matrix is exactly the one that moves every number `offset` places along the row.",
                    later("The step is one along the positions. The row of the next position holds other numbers, "
                          "not the same ones in other places. {sums}",
                          sums=_SUMS), "What is the row of position 1, when that of position 0 "
                                                           "is 0 1 0 1 …?")
      for how in ({"sign": 1}, {"sign": -1}, {"sign": 1, "around": False}, {"sign": -1, "around": False})),
    Misconception("only-the-diagonal", lambda offset, d_model: torch.diag(_shift(offset, d_model).diagonal()),
                  "Your matrix is exactly the right one with everything off the diagonal set to 0.",
                  later("The new sine is made of the old sine *and* the old cosine. {sums}", sums=_SUMS),
                  "Which entries of each block have you filled?"),
]


def _any_offset(ask) -> str | None:
    """A large offset, with one pair: sines and cosines looked up in a table end somewhere."""
    for offset in (600, -600, 6000, -6000):       # 5000 rows are often kept
        outcome = ask("a large offset", offset=offset, d_model=2)
        if outcome.error is not None and (outcome.error.timed_out or outcome.error.kind == "RecursionError"):
            continue                           # step by step, which is right
        if outcome.error is not None:
            return say("With an offset of {offset}, your code raises {kind}.", offset=offset, kind=outcome.error.kind)
        if not outcome.returned or np.abs(outcome.values["matrix"] - _shift(offset, 2).numpy()).max() > 0.01:
            return say("With an offset of {offset}, your matrix is not right any more.", offset=offset)
    return None


ANY_OFFSET = Property("table-of-fixed-length", _any_offset, "`offset` may be any whole number.",
                      "Is there a table in your code, and how many rows has it?")
