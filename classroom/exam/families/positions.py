"""Encodings of positions: interleaved or in halves, sine or cosine first, base, first position, size."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch
from course._words import later


def _solve(length, width, *, layout, first, base, count, size, steps, direction, same_wave=False, inverse=False):
    """length, width -> (length, width)."""
    place = np.arange(length, dtype=float) + (count == "one")
    if direction == "back":
        place = place[::-1]
    half = width // 2
    i = np.arange(half)
    exponent = 2 * i / width if steps == "paper" else i / max(half - 1, 1)
    frequency = float(base) ** (exponent if inverse else -exponent)
    angle = place[:, None] * frequency                                   # (length, width / 2)
    waves = [np.sin(angle), np.cos(angle)]
    if same_wave:
        waves[1] = waves[0]
    if first == "cosine":
        waves.reverse()
    table = np.stack(waves, axis=-1).reshape(length, width) if layout == "pairs" else np.concatenate(waves, axis=-1)
    return table / np.sqrt(width) if size == "small" else table


def _cases(rng):
    yield Case("three positions", length=3, width=4)
    yield Case("ten positions", length=10, width=6)
    yield Case("many positions", length=int(rng.integers(60, 90)), width=10)


FAMILY = Family(
    key="positions", title="A table of positions", lesson=5, name="position_table",
    call="position_table(length, width)",
    text="Write `position_table(length, width)` with NumPy: a table (length, width) with a row for each position. "
         "Every frequency f has two columns, which hold sin(p f) and cos(p f) for the position p. There are width / 2 "
         "frequencies, and the first one is 1. `width` is even and at least 4.",
    takes={"length": "", "width": ""}, gives={"table": "length width"},
    switches=(
        Switch("layout", {"pairs": "Sine and cosine of one frequency stand side by side.",
                          "halves": "One half of the columns holds the sines and the other half the cosines, both in "
                                    "the order of their frequencies."}),
        Switch("first", {"sine": "The sine comes first.", "cosine": "The cosine comes first."}),
        Switch("base", {base: later("The frequencies are powers of 1/{base}.", base=base)
                        for base in ("10000", "1000", "100", "500")}),
        Switch("steps", {"paper": "Their exponents are 2i / width, for i = 0, 1, 2 and so on.",
                         "even": "Their exponents are i / (width/2 − 1), for i = 0, 1, 2 and so on, so that the last "
                                 "one is 1."}),
        Switch("count", {"zero": "Positions are counted from 0.", "one": "Positions are counted from 1."}),
        Switch("size", {"one": "Sines and cosines are left as they are.",
                        "small": "All numbers are divided by the square root of the width."}),
        Switch("direction", {"forward": "The first position stands in the first row.",
                             "back": "The first position stands in the last row, and the last position in the first "
                                     "row."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(
        Mistake("no-cosine", {"same_wave": True}, "Your `position_table` has the sine in both places."),
        Mistake("frequencies-grow", {"inverse": True}, "Your `position_table` has frequencies that grow from column to "
                                                       "column in place of falling."),
    ))
