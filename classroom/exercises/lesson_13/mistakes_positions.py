"""Exercise 13.5: what learners write instead, and what it means. Used by `lesson_13`."""
import math
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later

# ------------------------------------------------------------------------------------- 13.5 rotate


def sloppy_rotate(x, positions, pairing="halves", join="halves", sign=1, exponent="2i/d", base=10000.0, how="",
                  signs=(-1, 1, 1), kinds="cssc", angles="", places="given", unit=1.0, single=False, axis="right",
                  in_single="", fast=""):
    """`rotate` with switches."""
    d, length = x.shape[-1], x.shape[-2]
    i = torch.arange(d // 2, dtype=torch.float64)
    power = {"2i/d": 2 * i / d, "i/d": i / d, "4i/d": 4 * i / d, "zero": 0 * i, "inverse": -2 * i / d,
             "2i": 2 * i, "pairs": i / max(d // 2 - 1, 1), "i+1": 2 * (i + 1) / d, "i": i, "2i/T": 2 * i / length,
             "reversed": (2 * i / d).flip(0), "rounded down": (i > 0) * 1.0,
             "no brackets": 0 * i, "half the brackets": 2 * i, "each twice": 2 * (i // 2) / d}[exponent]
    if places == "counted":
        positions = torch.arange(length)
    place = positions.to(torch.float64)
    place = {"from zero": place - place[..., :1], "from one": place + 1, "reversed": place.flip(-1),
             "of the whole": place / length, "counted on": place[..., :1] + torch.arange(length),
             "first for all": place[..., :1].expand_as(place), "last for all": place[..., -1:].expand_as(place),
             "counted back": place[..., -1:] - torch.arange(length - 1, -1, -1)}.get(places, place)
    frequency = base ** -power if not in_single else _frequencies(d, in_single)
    if exponent == "no brackets":
        frequency = base ** -2 * i / d
    elif exponent == "half the brackets":
        frequency = frequency / d
    if axis == "right":
        angle = place.unsqueeze(-1) * frequency
        if single == "product":                    # in float32 from end to end
            angle = place.float().unsqueeze(-1) * frequency
    else:
        angle = place * frequency if axis == "none" else place * frequency.unsqueeze(-1)
    if fast:                                       # large angles: what is left of them depends on each rounding
        way, _, coarse = fast.partition(" in ")
        dtype = torch.float32 if coarse else x.dtype
        angle = _FAST[way](place.to(dtype).unsqueeze(-1), torch.arange(0, d, 2, dtype=dtype), d)
    angle = (sign * unit * angle).to(torch.float32 if single else x.dtype)
    waves = {"c": angle.cos().to(x.dtype), "s": angle.sin().to(x.dtype)}
    if pairing == "neighbours":
        a, b = x[..., 0::2], x[..., 1::2]
    else:
        a, b = x[..., :d // 2], x[..., d // 2:]
        b = b.flip(-1) if pairing == "ends" else b
        a, b = (b, a) if pairing == "exchanged" else (a, b)
    p, q, r, s = (waves[kind] for kind in kinds)
    if angles == "of d":             # d_head angles for d_head / 2 pairs
        more = place.unsqueeze(-1) * base ** (-2 * torch.arange(d, dtype=torch.float64) / d)
        p, q, r, s = (f(part) for f, part in ((torch.cos, more[..., :d // 2]), (torch.sin, more[..., :d // 2]),
                                              (torch.sin, more[..., d // 2:]), (torch.cos, more[..., d // 2:])))
        p, q, r, s = (wave.to(x.dtype) for wave in (p, q, r, s))
    elif angles:                     # each number of a pair has the angle that belongs to another way of pairing
        both = angle.repeat_interleave(2, -1)
        if pairing == "neighbours":
            both = torch.cat((angle, angle), -1)
        halves, neighbours = (both[..., :d // 2], both[..., d // 2:]), (both[..., 0::2], both[..., 1::2])
        one, two = halves if pairing == "halves" else neighbours
        p, q, r, s = one.cos(), one.sin(), two.sin(), two.cos()
    new_a = a * p + signs[0] * b * q
    new_b = signs[1] * (new_a if how == "in turn" else a) * r + signs[2] * b * s
    if how == "scaled":
        new_a, new_b = a * p, b * s
    elif how == "sines only":
        new_a, new_b = -b * q, a * r
    elif how == "only a":
        new_b = b
    elif how == "only b":
        new_a = a
    elif how == "x added":
        new_a, new_b = a + new_a, b + new_b
    elif how == "added":
        new_a, new_b = a + waves["s"], b + waves["c"]
    elif how == "multiplied":
        new_a, new_b = a * waves["s"], b * waves["c"]
    if pairing == "ends":
        new_b = new_b.flip(-1)
    if join == "swapped":
        return torch.cat((new_b, new_a), -1)
    if join in ("along T", "along axis 0"):
        return torch.cat((new_a, new_b), 0 if join == "along axis 0" else -2)
    if join == "pairs":
        return torch.stack((new_a, new_b), -1)
    return torch.cat((new_a, new_b), -1) if join == "halves" else torch.stack((new_a, new_b), -1).flatten(-2)


# Multiplied by the power, as different formulas round it: from positions, even numbers and d_head.
_FAST = {
    "power": lambda t, even, d: t * 10000.0 ** (even / d),
    "divided": lambda t, even, d: t / 10000.0 ** (-even / d),
    "one over": lambda t, even, d: t * (1.0 / 10000.0 ** (-even / d)),
    "rounded": lambda t, even, d: t * (10000.0 ** (even.double() / d)).to(t.dtype),
    "exp": lambda t, even, d: t * torch.exp(even * (math.log(10000.0) / d)),
    "exp of a quotient": lambda t, even, d: t * torch.exp(even / d * math.log(10000.0)),
}


def _frequencies(d, how):
    """10000^(-2i/d) in float32, as different formulas round it."""
    i = torch.arange(d // 2)
    return {"power": lambda: 10000.0 ** (-i / (d // 2)), "power of 2i": lambda: 10000.0 ** (-2 * i / d),
            "one over": lambda: 1.0 / 10000.0 ** (2 * i / d), "quotient": lambda: 1.0 / 10000.0 ** (i / (d // 2)),
            "rounded": lambda: (10000.0 ** (-i.double() / (d // 2))).float(),
            "exp": lambda: torch.exp(-math.log(10000.0) * i / (d // 2)),
            "exp of 2i": lambda: torch.exp(2 * i * (-math.log(10000.0) / d))}[how]()


def _rotate(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(sloppy_rotate, **switches),
                         later("Your result is exactly what comes out when {says}.", says=says), why, look)


_TURN = "A point (a, b) turned by the angle φ is (a cos φ − b sin φ, a sin φ + b cos φ)."
_PAIR = "Here number i and number i + d_head/2 are a pair, before and after."
_PLACES = ("In a batch with padding, or behind a cache, a vector's place in the tensor is not its position in the "
           "sentence. That is why `positions` is an argument.")

ROTATE = [
    _rotate("neighbours-paired", "neighbours are paired, as in exercise 5.4", later(
        "Both ways work, but not beside each other: the weights of a model trained with one give nonsense with the "
        "other. {pair}", pair=_PAIR),
            "Which number belongs to number 0?", pairing="neighbours", join="neighbours"),
    _rotate("halves-in-neighbours-out", "number i is paired with number i + d_head/2, and the results are stored as "
            "neighbours", _PAIR, "How do you put the two halves of the result together?", join="neighbours"),
    _rotate("neighbours-in-halves-out", "neighbours are paired, and all new a are stored before all new b", _PAIR,
            "Which number belongs to number 0, before and after?", pairing="neighbours"),
    _rotate("angles-paired-otherwise", "number i is paired with number i + d_head/2, but the angles are laid out for "
            "neighbours", later("Both numbers of a pair must be turned by one angle. {pair}", pair=_PAIR),
            "Which angle meets number 0, and which number d_head/2?", angles="other"),
    _rotate("angles-paired-otherwise", "neighbours are paired, but the angles are laid out for halves",
            later("Both numbers of a pair must be turned by one angle. {pair}",
                  pair=_PAIR), "Which angle meets number 0, and which "
            "number 1?", angles="other", pairing="neighbours", join="neighbours"),
    _rotate("an-angle-for-each-number", "there are d_head angles, and the two numbers of a pair are turned by "
            "different ones", later("i counts pairs, from 0 to d_head/2 − 1. {pair}", pair=_PAIR),
            "How many frequencies does your code make?",
            angles="of d"),
    _rotate("positions-ignored", "the positions are 0, 1, 2, …, whatever `positions` says", _PLACES,
            "Where does your code use `positions`?", places="counted"),
    _rotate("positions-from-zero", "the first position is subtracted from all",
            later("Scores within one call stay the same; beside keys of an earlier call they do not. {places}",
                  places=_PLACES),
            "What happens to `positions` before the angles are made?", places="from zero"),
    _rotate("positions-counted-on", "only the first of the positions is used, and counted on from", _PLACES,
            "How many of the numbers in `positions` does your code use?", places="counted on"),
    _rotate("positions-counted-on", "only the last of the positions is used, and counted back from", _PLACES,
            "How many of the numbers in `positions` does your code use?", places="counted back"),
    *(_rotate("one-position-for-all", later("all vectors have the {which} of the positions",
                                            which=which), "Then nothing is said of their "
              "order: a score depends on the difference of two positions, which would always be 0.",
              "How many of the numbers in `positions` does your code use?", places=f"{which} for all")
      for which in ("first", "last")),
    *(Misconception("no-axis-for-the-pairs", partial(sloppy_rotate, axis=axis), later(
        "Your code does exactly what happens when {words}.",
        words=words), "Each position has an angle for each pair, (T, d_head/2). PyTorch lines up (T,) "
                    "and (d_head/2,) from the right: where both are as long, it multiplies position 0 by frequency 0, "
                    "position 1 by frequency 1, and so on; where one is 1, there are too many angles or too few; and "
                    "otherwise it stops.", "Write down the shapes of positions and frequencies. Which of them needs "
                    "an axis of length 1, and where?")
      for axis, words in (("none", "positions and frequencies are multiplied as they are, (T,) and (d_head/2,)"),
                          ("turned", "the angles have the shape (d_head/2, T) instead of (T, d_head/2)"))),
    _rotate("positions-from-one", "all positions are larger by one", "The positions are given; nothing is to be added "
            "to them.", "What happens to `positions` before the angles are made?", places="from one"),
    _rotate("positions-reversed", "the positions are taken in reverse order", _PLACES,
            "Which position meets the first vector?", places="reversed"),
    _rotate("divided-by-length", "the positions are also divided by T", "A step must be the same turn in a short "
            "sentence and in a long one.", "What happens to `positions` before the angles are made?",
            places="of the whole"),
    _rotate("turned-backwards", "every pair is turned the other way", later(
        "Scores still depend only on the difference of two positions, but that for t − s is now the one for s − t, and "
        "weights trained with the one do not fit the other. {turn}",
        turn=_TURN), "Where does the minus belong?", sign=-1),
    _rotate("no-minus", "no sine is subtracted", later("That is no rotation: lengths change. {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(1, 1, 1)),
    _rotate("two-minuses", "both sines are subtracted", later(
        "That is no rotation: lengths change. {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(-1, -1, 1)),
    _rotate("minus-at-the-cosine", "the minus stands before b cos φ", later(
        "That is a mirror, not a rotation: position 0 would turn (a, b) into (a, −b). {turn}",
        turn=_TURN), "Which of the two formulas has a minus?", signs=(1, 1, -1)),
    _rotate("sine-and-cosine-exchanged", "sine and cosine have changed places", later(
        "Position 0 should not be turned at all: cos 0 = 1. {turn}",
        turn=_TURN), "What happens at position 0?", kinds="sccs"),
    _rotate("new-a-used-for-b", "the new b is made of the *new* a", later(
        "Both new numbers are made of the old ones. {turn}",
        turn=_TURN), "Is `a` still the old one when the new b is computed?", how="in turn"),
    _rotate("only-cosines", "every number is only multiplied by the cosine of its angle", later(
        "A point that is turned also moves along the other axis. {turn}",
        turn=_TURN), "What does b contribute to the new a?", how="scaled"),
    _rotate("only-sines", "the products with the cosine are left out", later(
        "A point that is turned keeps part of what it was. {turn}",
        turn=_TURN), "How many products does each formula have?", how="sines only"),
    *(_rotate("half-of-the-pair-turned", later("only the {one} number of each pair is new", one=one),
              later("A point that is turned moves along both axes, except by accident. {turn}", turn=_TURN),
              "What do you put together at the end?", how=how)
      for how, one in (("only a", "first"), ("only b", "second"))),
    _rotate("x-added", "`x` is added to the turned pairs", "A rotation takes the place of what was there: lengths must "
            "stay as they are.", "What is your result the sum of?", how="x added"),
    _rotate("added", "sines and cosines are added to the two halves", "Rotary encoding adds nothing: it turns the "
            "pairs that are there.", "Which operation puts the positions in?", how="added"),
    _rotate("multiplied", "the two halves are multiplied by sines and cosines, number by number",
            later("Position 0 would lose its first half. {turn}", turn=_TURN), "Which operation puts the positions in?",
            how="multiplied"),
    _rotate("halves-swapped", "the new b stand before the new a", _PAIR, "In which order do you put the two together?",
            join="swapped"),
    _rotate("halves-exchanged", "the second half of `x` is taken for the a, and the first half for the b", _PAIR,
            "Which half of `x` is your a, and which your b?", pairing="exchanged"),
    *(_rotate("joined-along-another-axis", later("the new a and the new b are joined along {axis}", axis=axis),
              "Each vector should be as long as before, and there should be as many vectors as before.",
              "Along which axis does your code join the two?", join=join)
      for axis, join in (("axis 0, the first", "along axis 0"), ("the axis of the positions", "along T"))),
    _rotate("pairs-not-joined", "the turned pairs keep an axis of their own, of length 2, at the end",
            "The result should have the shape of `x`.", "How do you put the two halves together?", join="pairs"),
    _rotate("exponent-halved", "the exponent is −i/d_head, where i counts the pairs",
            "The frequency of pair i is 10000^(−2i/d_head).",
            "By how much does your exponent change from pair to pair?",
            exponent="i/d"),
    _rotate("exponent-doubled", "the exponent is −4i/d_head, where i counts the pairs",
            "The frequency of pair i is 10000^(−2i/d_head).", "Write down your exponent for the second pair.",
            exponent="4i/d"),
    _rotate("one-frequency", "all pairs turn at the same speed", "Each pair is slower than the one before.",
            "Where does the pair's number come in?", exponent="zero"),
    *(_rotate("divided-for-multiplied", "the positions are multiplied by 10000^(2i/d_head) instead of divided by it",
              "Each pair is slower than the one before.", "Is your frequency small for the last pair?", **switches)
      for switches in ({"exponent": "inverse"}, *({"fast": way + dtype} for dtype in ("", " in float32")
                                                  for way in _FAST))),
    *(_rotate("minus-before-the-power", "the angles are −position · 10000^(2i/d_head)",
              "Each pair is slower than the one before, and all turn the same way. In Python `-a ** b` is −(a ** b).",
              "Where is the minus in your formula: before the power, or in its exponent?", sign=-1, **switches)
      for switches in ({"exponent": "inverse"}, *({"fast": way} for way in _FAST))),
    *(_rotate("brackets-missing", later("the frequencies are {words}", words=words),
              "Python computes a power before products and quotients: what belongs to the exponent needs brackets.",
              "Where does your exponent end?", exponent=exponent)
      for exponent, words in (("no brackets", "10000⁻² · i / d_head"),
                              ("half the brackets", "10000^(−2i) / d_head"))),
    _rotate("frequencies-reversed", "the frequencies come in reverse order: the first pair is the slowest",
            "The frequency of pair i is 10000^(−2i/d_head): 1 for pair 0.", "What is your first frequency?",
            exponent="reversed"),
    _rotate("paired-from-the-end", "number i is paired with number d_head − 1 − i", _PAIR,
            "Which number belongs to number 0?", pairing="ends"),
    _rotate("exponent-not-divided", "the frequencies are 10000^(−i), where i counts the pairs",
            "The frequency of pair i is 10000^(−2i/d_head). With yours, each pair turns ten thousand times more slowly "
            "than the one before.",
            "What do you divide by in the exponent?", exponent="i"),
    _rotate("each-frequency-twice", "two pairs, one after the other, have the same frequency: the exponents are "
            "those of pairs 0, 0, 2, 2, 4, 4 and so on", "The exponent is 2i/d_head, where i counts the pairs, and so "
            "each pair is slower than the one before.", "What does i count in your code, numbers or pairs?",
            exponent="each twice"),
    _rotate("exponent-rounded-down", "the exponents are whole numbers: 0 for the first pair and −1 for all others",
            "The exponent 2i/d_head is a fraction, and each pair is slower than the one before. `//` rounds down to "
            "the next whole number, `/` does not.", "Which division stands in your exponent?",
            exponent="rounded down"),
    _rotate("divided-by-t", "the frequencies are 10000^(−2i/T): the number of positions is in the place of d_head",
            "A pair must turn equally fast in short and in long sentences.", "Which axis of `x` is your d_head?",
            exponent="2i/T"),
    _rotate("last-pair-at-10000", "the exponents run from 0 to exactly 1", "The exponent is 2i/d_head, which never "
            "reaches 1.", "With d_head = 8 there are 4 pairs. What is your exponent for the last of them?",
            exponent="pairs"),
    _rotate("exponents-from-one", "the pairs are counted from 1", "The first pair turns by the position itself: its "
            "frequency is 1.", "What is your first frequency?", exponent="i+1"),
    _rotate("only-the-first-pair", "only the first pair is turned, as happens with an exponent of 2i that is not "
            "divided by d_head", "All pairs turn, each by less than the one before.",
            "What is your angle for the last pair at position 1?", exponent="2i"),
    *(_rotate("another-base", later("the base is {base:g} instead of 10000",
                                    base=base), "Many models of today have another base, but "
              "each always the same.", "Count the zeros.", base=base) for base in (1000.0, 100000.0, 500000.0)),
    _rotate("another-base", "the base is e = 2.718 instead of 10000",
            "`exp(y)` is e^y, and the base that is asked for is 10000.",
            "What is raised to a power in your code?", base=math.e),
    _rotate("another-base", "the base is e⁴ = 54.6 instead of 10000, as with log₁₀ 10000 = 4 in the place of "
            "ln 10000 = 9.21", "`exp` belongs to the natural logarithm.", "Which logarithm do you take?",
            base=math.e ** 4),
    *(_rotate("degrees", later("the angles are {words}",
                               words=words), "`cos` and `sin` take radians: no conversion is needed.",
              "Is there a 180 or a π in your code, or a function that converts?", unit=unit)
      for unit, words in ((180 / math.pi, "turned into degrees first"), (math.pi / 180, "taken for degrees"),
                          (2 * math.pi, "multiplied by 2π"))),
    Misconception("single-precision", partial(sloppy_rotate, single=True),
                  "In float64, your result is exactly what comes out when the angles are rounded to float32.",
                  "A float64 number promises 15 digits; of some of yours only the first 7 or fewer are right.",
                  "Which line of yours makes float32 of something, as `float()`, `torch.float32` or a new tensor "
                  "without a dtype does?"),
    *(Misconception("single-precision", partial(sloppy_rotate, single=single, in_single=how),
                    later("In float64, your result is exactly what comes out when the {of} computed in float32.",
                          of=of),
                    "A float64 number promises 15 digits; of some of yours only the first 7 or fewer are right.",
                    "Which line of yours makes float32 of something, as `float()`, `torch.float32` or a new tensor "
                    "without a dtype does?")
      for how in ("rounded", "power", "power of 2i", "one over", "quotient", "exp", "exp of 2i")
      for single, of in ((False, "frequencies are"), ("product", "frequencies and the angles are"))),
    Misconception("not-turned", lambda x, positions: x + 0.0, "Your result is exactly `x`.",
                  "Every vector whose position is not 0 is to be turned.", "Is what you compute also what you return?"),
]
