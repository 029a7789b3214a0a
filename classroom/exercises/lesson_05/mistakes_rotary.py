"""Exercise 5.4: what learners write instead, and what it means. Used by `lesson_05`."""
import math
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later
from course.transformer import sinusoidal_encoding

from .mistakes import BRACKETS, DIVIDED_BY_0, LOOP, NO_BRACKETS, RANGE, TYPED_IN, WHOLE, WHOLE_WHY, frequencies

# --------------------------------------------------------------------------------- 5.4 apply_rotary

# Ways to the same angles, from positions, even columns and d_head. In float32 each rounds differently.
_SINGLE = {
    "power": lambda t, even, d: t * 10000.0 ** (-even / d),
    "divided": lambda t, even, d: t / 10000.0 ** (even / d),
    "inverse": lambda t, even, d: t * (1.0 / 10000.0 ** (even / d)),
    "exp": lambda t, even, d: t * torch.exp(even * (-math.log(10000.0) / d)),
    "exp of a quotient": lambda t, even, d: t * torch.exp(-even / d * math.log(10000.0)),
}

# The same, multiplied by the power. In the dtype of x or in float32: what is left of the large angles depends on it.
_FAST = {
    "power": lambda t, even, d: t * 10000.0 ** (even / d),
    "divided": lambda t, even, d: t / 10000.0 ** (-even / d),
    "exp": lambda t, even, d: t * torch.exp(even * (math.log(10000.0) / d)),
    "exp of a quotient": lambda t, even, d: t * torch.exp(even / d * math.log(10000.0)),
}


# Axes that are made one with T, from this one on: positions then go on counting over them.
_COUNTED = {"over all": 0, "over the heads": 1}


def _turned(x, frequency, length=None, place=None):
    """With these frequencies, for `length` positions, or for those in `place`."""
    if place is None:
        place = torch.arange(x.shape[-2] if length is None else length, dtype=torch.float64)
    angle = place.unsqueeze(1) * frequency
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)


def _length_of(x, axis):
    """As many positions as axis `axis`, counted from the front, is long."""
    return _turned(x, frequencies(x.shape[-1]), x.shape[axis])


def _limited(x, most, how="cut"):
    """A table of `most` rows. Later positions get none, the last one, or the first ones again."""
    length = x.shape[-2]
    if how == "cut":
        return _turned(x, frequencies(x.shape[-1]), min(length, most))
    row = torch.arange(length, dtype=torch.float64)
    row = row.clamp(max=most - 1) if how == "clamped" else row % most
    return _turned(x, frequencies(x.shape[-1]), place=row)


def _over_heads(x):
    """Right without heads; with them, x is taken for (B, T, n_heads, d_head)."""
    return _rotate(x, time=-3) if x.dim() == 4 else _rotate(x)


def _width_of(x, size):
    """As many angles, and with the frequencies, of vectors of `size` numbers."""
    return _turned(x, frequencies(size))


def _divided_by_length(x):
    """T for d_head in the exponent."""
    return _turned(x, 10000.0 ** (-2 * torch.arange(x.shape[-1] // 2, dtype=torch.float64) / x.shape[-2]))


def _hardly(x, step):
    """Turned by angles so small that little is seen of them: the exponent is a number, and 2i/d a factor."""
    return _turned(x, 10000.0 ** -2 * step * torch.arange(x.shape[-1] // 2, dtype=torch.float64) / x.shape[-1])


_WHICH = "Which pairs does your code turn?"


def _some_pairs(x, pairs, rest="stay"):
    """As many pairs turned as `pairs(d_head)`; the others stay as they are, or become 0."""
    n = 2 * pairs(x.shape[-1])
    return torch.cat((_rotate(x)[..., :n], x[..., n:] * (rest == "stay")), dim=-1)


def _rotate_a_part(x):
    """The first half of the numbers turned, with the frequencies of vectors that are half as long."""
    n = max(2, x.shape[-1] // 4 * 2)
    return torch.cat((_rotate(x[..., :n]), x[..., n:]), dim=-1)


# What stands beside each number where its partner should.
_PARTNERS = {"before": lambda x: x.roll(1, -1), "after": lambda x: x.roll(-1, -1), "flipped": lambda x: x.flip(-1)}


def _rotate(x, sign=1, pairing="neighbours", join="back", start=0, exponent="2i/d", base=10000.0, time=-2,
            signs=(-1, 1, 1), kinds="cssc", how="rotate", angles="", single="", fast="", unit=1.0, axes=0,
            places="in order"):
    """`apply_rotary` with switches; `single` names what is done in float32, `axes` how many x must have."""
    if axes == 2:
        length, d = x.shape
    elif axes == 3:
        batch, length, d = x.shape
    elif axes == 4:
        batch, heads, length, d = x.shape
    if places in _COUNTED and x.dim() > _COUNTED[places] + 2:
        flat = x.flatten(_COUNTED[places], -2)
        turned = _rotate(flat, sign, pairing, join, start, exponent, base, time, signs, kinds, how, angles, single,
                         fast, unit)
        return turned.reshape(x.shape[:-1] + turned.shape[flat.dim() - 1:])
    if single == "all":
        return _rotate(x.float(), sign, pairing, join, start, exponent, base, time, signs, kinds, how,
                       angles).to(x.dtype)
    d = x.shape[-1]
    axis = time if x.dim() >= -time else -2
    length = x.shape[axis]
    place = torch.arange(length, dtype=torch.float64) + start
    place = {"one": torch.ones_like(place),
             "reversed": place.flip(0), "last": place[-1:].expand(length), "of the whole": place / length}.get(
        places, place)
    angle = sign * place.unsqueeze(1) * frequencies(d, exponent, base)
    if single in _SINGLE:
        even = torch.arange(d // 2) * {"i/d": 1, "4i/d": 4}.get(exponent, 2)
        angle = sign * _SINGLE[single](torch.arange(start, start + length).unsqueeze(1), even, d)
    if fast:
        way, _, coarse = fast.partition(" in ")
        dtype = torch.float32 if coarse else x.dtype
        angle = _FAST[way](torch.arange(length, dtype=dtype).unsqueeze(1), torch.arange(0, d, 2, dtype=dtype), d)
    angle = angle * unit
    angle = angle.reshape([length] + [1] * (-axis - 2) + [d // 2]).to(x.dtype)
    if how == "added":
        return x + sinusoidal_encoding(length, d)
    if how == "multiplied":
        return x * sinusoidal_encoding(length, d)
    if pairing == "halves":
        a, b = x[..., :d // 2], x[..., d // 2:]
    else:
        a, b = x[..., 0::2], x[..., 1::2]
    waves = {"c": angle.cos(), "s": angle.sin()}
    p, q, r, s = (waves[kind] for kind in kinds)
    if pairing in _PARTNERS:
        beside = _PARTNERS[pairing](x)
        return torch.stack((a * p + signs[0] * beside[..., 0::2] * q, signs[1] * beside[..., 1::2] * r
                            + signs[2] * b * s), dim=-1).flatten(-2)
    if angles:                       # each number of a pair has the angle that belongs to another way of pairing
        both = angle.repeat_interleave(2, -1) if angles == "neighbours" else torch.cat((angle, angle), -1)
        halves = (both[..., :d // 2], both[..., d // 2:])
        one, two = halves if pairing == "halves" else (both[..., 0::2], both[..., 1::2])
        p, q, r, s = one.cos(), one.sin(), two.sin(), two.cos()
    new_a = a * p + signs[0] * b * q
    new_b = signs[1] * (new_a if how == "in turn" else a) * r + signs[2] * b * s
    if how in ("only a", "only b"):
        new_a, new_b = (new_a, b) if how == "only a" else (a, new_b)
    if how == "sines only":
        new_a, new_b = -b * q, a * r
    if how == "x added":
        new_a, new_b = a + new_a, b + new_b
    if how == "scaled":
        new_a, new_b = a * p, b * s
    if join == "pairs":
        return torch.stack((new_a, new_b), -1)
    if join == "swapped":
        new_a, new_b = new_b, new_a
    return torch.cat((new_a, new_b), -1) if join == "halves" else torch.stack((new_a, new_b), -1).flatten(-2)


def _rotate_a_view(x):
    return _rotate(x.view(-1, *x.shape[-2:])).view(x.shape)


def _rotary(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(_rotate, **switches), later(
        "Your result is exactly what comes out when {says}.", says=says), why,
                         look)


_TURN = "A point (a, b) turned by the angle φ is (a cos φ − b sin φ, a sin φ + b cos φ)."

ROTARY = [
    _rotary("turned-backwards", "every pair is turned the other way",
            later("Scores still depend only on the difference of two positions, but that for t − s is now the one for "
                  "s − t, and weights trained with the one do not fit the other. {turn} (In exercise 5.2 the minus "
                  "stands in the other corner, because there the sine comes first.)",
                  turn=_TURN),
            "Where does the minus belong?", sign=-1),
    _rotary("halves", "number i is paired with number i + d_head/2",
            "Several large models do that, and theirs works as well. Here, as in the paper on rotary encoding, "
            "neighbours are pairs.", "Which numbers belong to pair 0?", pairing="halves", join="halves"),
    _rotary("not-interleaved-again", "the turned pairs are not put back as neighbours: all first numbers come before "
            "all second ones", "The result should be in the order of `x`.",
            "How do you put the two halves of the result together?", join="halves"),
    _rotary("halves-in-neighbours-out", "number i is paired with number i + d_head/2, and the results are stored as "
            "neighbours", "The result should be in the order of `x`, and pairs are neighbours in both.",
            "Which numbers belong to pair 0, before and after?", pairing="halves"),
    _rotary("pairs-not-joined", "the turned pairs keep an axis of their own, of length 2, at the end",
            "The result should have the shape of `x`, with the numbers of a row in one row again.",
            "What comes after `stack`?", join="pairs"),
    _rotary("pairs-swapped", "the new b of each pair stands before its new a",
            "The result should be in the order of `x`: the first number of a pair stays the first.",
            "In which order do you stack the two?", join="swapped"),
    _rotary("new-a-used-for-b", "the new b is made of the *new* a",
            later("Both new numbers are made of the old ones. {turn} Beware: a slice such as `x[..., 0::2]` is "
                  "a view. Who writes into x, or into the copy that was cut, changes the slice as well.",
                  turn=_TURN), "Is `a` still the old one when the new b is computed?", how="in turn"),
    *(_rotary("half-of-the-pair-turned", later("only the {one} number of each pair is new, and the {other} stays as "
                                               "it was", one=one, other=other),
              later("A point that is turned moves along both axes, except by accident. {turn}", turn=_TURN),
              "What do you put together at the end?", how=how)
      for how, one, other in (("only a", "first", "second"), ("only b", "second", "first"))),
    _rotary("angles-paired-otherwise", "number i is paired with number i + d_head/2, but the angles are laid out for "
            "pairs of neighbours", "Both numbers of a pair must be turned by one angle, and pairs are neighbours.",
            "Which numbers belong to pair 0, and which angles meet them?", pairing="halves", join="halves",
            angles="neighbours"),
    _rotary("angles-paired-otherwise", "neighbours are paired, but the angles are laid out for pairs of number i and "
            "number i + d_head/2", "Both numbers of a pair must be turned by one angle.",
            "Which angle meets the first number of pair 0, and which the second?", angles="halves"),
    *(_rotary("partner-of-another-pair", says,
              later("The partner of a number is the other number of its own pair. {turn}", turn=_TURN),
              "Print what stands beside each number of the row 0 1 2 3. (`roll` and `flip` move the whole row.)",
              pairing=pairing)
      for pairing, says in (
          ("before", "the new a of each pair is made with the b of the pair before it"),
          ("after", "the new b of each pair is made with the a of the pair after it"),
          ("flipped", "the partner of the first number is the last, that of the second the last but one, and so on"))),
    _rotary("time-on-another-axis", "the angles follow the third axis from the end instead of the second",
            "With heads, x is (B, n_heads, T, d_head). The positions are the last axis but one.",
            "Which axis does your `arange` get its length from?", time=-3),
    *(Misconception("time-on-another-axis", partial(_length_of, axis=axis),
                    later("Your code does exactly what happens when the number of positions is taken from axis "
                          "{axis}.", axis=axis),
                    "x may be (T, d_head), (B, T, d_head) or (B, n_heads, T, d_head). The positions are the last axis "
                    "but one: counted from the end, they are always in the same place.",
                    "Which axis does your `arange` get its length from?") for axis in (0, 1)),
    Misconception("time-on-another-axis", _over_heads,
                  "With two axes before T, your result is exactly what comes out when the angles follow axis 1, that "
                  "of the heads.", "With heads, x is (B, n_heads, T, d_head). The positions are the last axis but one: "
                  "counted from the end, they are always in the same place.",
                  "Which axis does your `arange` get its length from?"),
    *(Misconception("table-of-fixed-length", partial(_limited, most=most, how=how), later(
        "Your code does what a table of {most} rows does{says}.", most=most, says=says),
        "A sentence may be longer than that, and each of its words needs a row of its own.",
        "Where does the number of rows in your table come from?")
      for most in (10, 16, 32, 50, 64, 100, 128, 256, 500, 512, 1000, 1024, 2000, 2048, 4096, 5000)
      for how, says in (
          ("cut", ", however long the sentence is"), ("clamped", " when all later words get the last one"),
          ("in a ring", " when later words begin again at the first"))),
    _rotary("positions-from-one", "the first position is 1", "The first word has position 0 and is not turned at all.",
            "What does your `arange` begin with?", start=1),
    _rotary("no-minus", "no sine is subtracted", later("That is no rotation: lengths change. {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(1, 1, 1)),
    _rotary("two-minuses", "both sines are subtracted", later(
        "That is no rotation: lengths change. {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(-1, -1, 1)),
    _rotary("minus-at-the-cosine", "the minus stands before b cos φ",
            later("That is a mirror, not a rotation: position 0 would turn (a, b) into (a, −b). {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(1, 1, -1)),
    _rotary("minus-at-the-cosine", "a minus stands before b cos φ as well",
            later("That is a mirror, not a rotation: position 0 would turn (a, b) into (a, −b). {turn}", turn=_TURN),
            "Which of the two formulas has a minus?", signs=(-1, 1, -1)),
    _rotary("sine-and-cosine-exchanged", "sine and cosine have changed places",
            later("Position 0 should not be turned at all: cos 0 = 1. {turn}",
                  turn=_TURN), "What happens at position 0?", kinds="sccs"),
    _rotary("only-cosines", "every number is only multiplied by the cosine of its angle",
            later("A point that is turned also moves along the other axis. {turn}",
                  turn=_TURN), "What does b contribute to the new a?",
            how="scaled"),
    _rotary("added", "the sinusoidal encoding is added",
            "Rotary encoding adds nothing: it turns the pairs that are there.", "Which operation puts the positions "
                                                                               "in?", how="added"),
    _rotary("multiplied", "`x` is multiplied by the sinusoidal encoding, number by number",
            later("Position 0 holds a 0 in every other place: half of the first word would be wiped out. {turn}",
                  turn=_TURN),
            "Which operation puts the positions in?", how="multiplied"),
    _rotary("one-frequency", "all pairs turn at the same speed",
            "The frequencies are those of exercise 5.1: each pair slower than the one before.",
            "Where does the pair's number come in?", exponent="zero"),
    *(_rotary("divided-for-multiplied", "the positions are multiplied by 10000^(2i/d_head) instead of divided by it",
              "The frequencies are those of exercise 5.1.", "Is your frequency small for the last pair?", **switches)
      for switches in ({"exponent": "inverse"}, *({"fast": way + coarse} for way in _FAST
                                                  for coarse in ("", " in float32")))),
    _rotary("power-before-division", "10000 is raised to the power 2i first, and the result divided by d_head",
            "Python's `**` binds more strongly than `/`.", "Where do the brackets belong?", exponent="power first"),
    _rotary("power-before-division", later("10000 is raised to the power 2i first, and the result divided by {size}"
            "{whole}", size="d_head", whole=WHOLE), WHOLE_WHY, "Where do the brackets belong?",
            exponent="power first, whole"),
    _rotary("power-before-division", "10000 is raised to the power 2i, and the angle is then divided by d_head",
            "In the formula, d_head stands in the exponent. Python's `**` binds more strongly than `*` and `/`.",
            "Where do the brackets belong?", exponent="angle divided"),
    _rotary("exponent-without-brackets", DIVIDED_BY_0, NO_BRACKETS, BRACKETS, exponent="no brackets"),
    _rotary("pairs-counted-from-one", "the exponent of the first pair is already 2/d_head",
            "i counts from 0: the first pair turns by 1 for each position.",
            "What is your exponent for the first pair?", exponent="shifted"),
    Misconception("length-for-d-head", _divided_by_length,
                  "Your result is exactly what comes out when the exponent is 2i/T, with the number of positions for "
                  "d_head.",
                  "A step must be the same turn in a short sentence and in a long one.",
                  "Which axis of `x` does the size in your exponent come from?"),
    *(_rotary("size-for-d-head", later("the exponent is 2i/{n}, whatever d_head is", n=n),
              "d_head is the size of the last axis of x; on the page, a name may have another value.",
              "Where does the number come from that your exponent is divided by?", exponent=f"2i/{n}")
      for n in TYPED_IN),
    *(Misconception("size-for-d-head", partial(_width_of, size=n),
                    later("Your code does exactly what happens when there are {n} angles, whatever d_head is.",
                          n=n // 2),
                    "d_head is the size of the last axis of x; on the page, a name may have another value.",
                    "Where does the number of your frequencies come from?") for n in (4, 8, 16, 64, 128)),
    *(_rotary("another-base", later("the base is {base:g} instead of 10000",
                                    base=base), "The frequencies are those of exercise 5.1.",
              "Count the zeros.", base=base) for base in (1000.0, 100000.0, 500000.0, math.e)),
    *(Misconception("not-turned", wrong, "Your result is `x`, or so near it that hardly anything has been turned.",
                    "Every position but the first is to be turned, the first pair by 1 for each position.",
                    later("Is what you compute also what you return? If so, what are your angles at position 3? If "
                          "they are tiny: {brackets}", brackets=BRACKETS))
      for wrong in (lambda x: x + 0.0, partial(_hardly, step=1), partial(_hardly, step=2))),
    _rotary("whole-turns", "the angles are multiplied by 2π",
            "The first pair then makes a whole turn at each step, and stays as it is.",
            "Is there a π in your code? The formula has none.", unit=2 * math.pi),
    _rotary("last-pair-at-10000", "the exponents run from 0 to exactly 1",
            "The frequencies are those of exercise 5.1; the exponent is 2i/d_head, which never reaches 1.",
            "What do you divide by in the exponent? (`linspace` and `logspace` include both ends.)", exponent="pairs"),
    _rotary("only-the-first-pair", "only the first pair is turned, and the others hardly, as happens with an exponent "
            "of 2i that is not divided by d_head", "All pairs turn, each by less than the one before. (10000 to the "
            "power of 2 or more leaves nothing of the angle from the second pair on.)",
            "What is your angle for the last pair at position 1?", exponent="2i"),
    *(Misconception(slug, partial(_some_pairs, pairs=pairs, rest=rest),
                    later("Your result is exactly what comes out when only {which} turned, and {rest}.", which=which,
                          rest=says), "All pairs turn, each by less than the one before.", look)
      for slug, pairs, which, look in (
          ("only-the-first-pair", lambda d: 1, "the first pair is", LOOP),
          ("half-of-the-pairs", lambda d: -(-d // 4), "the first half of the pairs (rounded up) is", _WHICH),
          ("half-of-the-pairs", lambda d: max(d // 4, 1), "the first half of the pairs (rounded down, at least one) is",
           _WHICH),
          ("half-of-the-pairs", lambda d: d // 4, "the first half of the pairs (rounded down) is", _WHICH),
          ("last-pair-missing", lambda d: d // 2 - 1, "the pairs before the last are", RANGE))
      for rest, says in (("stay", "the rest stays as it is"), ("0", "the rest is 0"))),
    Misconception("half-of-the-pairs", _rotate_a_part,
                  "Your result is exactly what comes out when only the first half of the numbers is turned, with the "
                  "frequencies of vectors half as long.",
                  "Some models turn a part of each vector only. Here all pairs turn, each by less than the one before.",
                  "How many numbers of `x` reach your formula?"),
    _rotary("turned-twice", "every pair is turned by twice its angle", "At position 1 the first pair turns by 1.",
            "Is each pair turned once only? And what is your angle for the first pair at position 1?", sign=2),
    *(_rotary("positions-count-on", later("the positions go on counting from one {axis} to the next", axis=axis),
              "Every sentence and every head begins with position 0.",
              "How far do your positions count, and where do they begin anew?", places=places)
      for places, axis in (("over all", "sentence or head"), ("over the heads", "head"))),
    *(_rotary(slug, says, why, "Which numbers are your positions, from the first word to the last?", places=places)
      for slug, places, says, why in (
          ("positions-reversed", "reversed", "the last word has position 0", "The first word has position 0."),
          ("same-position-for-all", "last", "all words are turned by the angles of the last position",
           "If all words turn alike, scores stay as they were, and say nothing of the order."),
          ("positions-left-out", "one", "all words are turned by the frequencies alone, as if each had position 1",
           "If all words turn alike, scores stay as they were, and say nothing of the order."),
          ("divided-by-length", "of the whole", "the positions are also divided by T",
           "A step must be the same turn in a short sentence and in a long one."))),
    _rotary("only-sines", "the products with the cosine are left out",
            later("A point that is turned keeps part of what it was. {turn}",
                  turn=_TURN), "How many products does each formula have?",
            how="sines only"),
    _rotary("x-added", "`x` is added to the turned pairs",
            "A rotation takes the place of what was there: lengths must stay as they are.",
            "What is your result the sum of?", how="x added"),
    *(_rotary("degrees", later("the angles are {words}", words=words),
              "`cos` and `sin` take radians, and so does the paper: no conversion is needed.",
              "Is there a 180 in your code, or a function that converts?", unit=unit)
      for unit, words in ((180 / math.pi, "turned into degrees first"), (math.pi / 180, "taken for degrees"))),
    *(_rotary("number-of-axes", later("`x` must have {axes} axes", axes=axes),
              "There may be none, one or two axes before T; yours stops where there is another number of them. "
              "Counted from the end, T and d_head are always in the same place.",
              "How many names stand on the left of `= x.shape`?", axes=axes) for axes in (2, 3, 4)),
    Misconception("view-of-heads", _rotate_a_view,
                  "Your code does exactly what happens when sentences and heads are made one axis with `view`.",
                  "In this case x comes as heads do: cut out of (B, T, n_heads, d_head) by `transpose(1, 2)`. Its "
                  "numbers then stand in another order in memory, and `view` only gives a new shape to what stands in "
                  "a row.",
                  "Which line makes one axis of several? And do you need that here? The axes before T may stay."),
    _rotary("exponent-halved", "the exponent is i/d_head, where i counts the pairs",
            "The frequencies are those of exercise 5.1.", "The first number of pair i stands in place 2i.",
            exponent="i/d"),
    _rotary("exponent-doubled", "the exponent is 4i/d_head, where i counts the pairs",
            "The frequencies are those of exercise 5.1.", "Write down your exponent for the second pair.",
            exponent="4i/d"),
    *(Misconception("single-precision", partial(_rotate, single=single),
                    later("In float64, your result has no more digits than when {what}.", what=what),
                    "A float64 number promises 15 digits; of some of yours only the first 7 or fewer are right.",
                    "`torch.arange` divided by a number is float32, unless it is given `dtype=x.dtype`. So is the "
                    "table of exercise 5.1, as it should be; `.to(x.dtype)` does not bring back the digits that it "
                    "lacks.")
      for single, what in (*((way, "the angles, or their sines and cosines, are computed in float32")
                             for way in _SINGLE),
                           ("all", "`x` is turned in float32 and converted back at the end"))),
]
