"""Exercises 13.3 and 13.5: what learners write instead, and what it means. Used by `lesson_13`."""
import math
from functools import partial

import torch

from classroom.exercises.lesson_02.mistakes_masks import LOW, TO_BE_ADDED, added
from classroom.judge.exercise import Misconception
from course._words import later

# ------------------------------------------------------------------------------- 13.3 prefix_mask


def sloppy_prefix(prefix_lengths, size, join="or", start=0, more=0, invert=False, of="each", columns=True, side="first",
                  kind=torch.bool, axes="", square=False, low=None):
    """`prefix_mask` with switches."""
    lengths = {"each": prefix_lengths, "first": prefix_lengths[:1].expand_as(prefix_lengths),
               "longest": prefix_lengths.max().expand_as(prefix_lengths),
               "shortest": prefix_lengths.min().expand_as(prefix_lengths)}[of] + more
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1) + start
    inside = place < lengths.unsqueeze(1) if side == "first" else place >= size - lengths.unsqueeze(1)
    if side == "target":
        inside = place >= lengths.unsqueeze(1)
    inside = inside.unsqueeze(1) if columns else inside.unsqueeze(2)
    if square:
        inside = inside & inside.transpose(1, 2)
    both = inside.expand(-1, size, -1) if columns else inside.expand(-1, -1, size)
    mask = {"or": causal | both, "and": causal & both, "prefix": both, "xor": causal ^ both,
            "causal": causal.expand(len(lengths), -1, -1), "not": causal & ~both,
            "apart": causal & ~both | both & both.transpose(1, 2)}[join]
    mask = ~mask if invert else mask
    if axes == "heads":
        mask = mask.unsqueeze(1)
    elif axes == "turned":
        mask = mask.transpose(1, 2)
    elif axes == "no batch":
        mask = mask[0]
    elif axes == "flat":
        mask = mask.flatten(1)
    return added(mask, low) if low is not None else mask.to(kind)


def _prefix(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(sloppy_prefix, **switches), later(
        "Your mask is exactly {says}.", says=says), why, look)


_TWO = ("A place is open for one of two reasons: the key lies in the prefix, which everybody may see, or it does not "
        "lie in the future.")

PREFIX = [
    _prefix("causal-everywhere", "the causal mask, whatever the prefix", later(
        "{two} With yours, the first word of the source never sees the second.",
        two=_TWO), "Where does your code use `prefix_lengths`?", join="causal"),
    _prefix("prefix-only", "open for the prefix and closed for all else", later(
        "{two} With yours, a word of the translation does not see the words before it, nor itself.",
        two=_TWO), "What may the last position see?",
            join="prefix"),
    _prefix("both-reasons-needed", "open where the key lies in the prefix *and* not in the future", later(
        "{two} One of them is enough.", two=_TWO), "Do you join the two with `&` or with `|`?", join="and"),
    _prefix("exactly-one-reason", "open where the key lies either in the prefix or in the past, but not in both",
            later("{two} Both may hold at once.", two=_TWO), "How do you join the two?", join="xor"),
    _prefix("past-without-the-prefix", "causal, with the prefix closed", later(
        "{two} Yours hides the source.", two=_TWO),
            "Is there a `~` too many?", join="not"),
    _prefix("prefix-for-itself", "open for the prefix within the prefix, and causal behind it: what comes after the "
            "prefix does not see it", later("{two} With yours, the translation is written without a look at the "
                                            "source.", two=_TWO),
            "What may the first word behind the prefix see?", join="apart"),
    _prefix("rows-for-columns", "open in the *rows* of the prefix: its words see everything, also the translation",
            later("{two} It is the keys, the columns, that lie in the prefix. With yours, the source reads the "
                  "answer.", two=_TWO),
            "Which axis of your mask do the prefix lengths run along?", columns=False),
    _prefix("all-but-the-prefix-open", "causal, and open for all keys behind the prefix", later(
        "{two} With yours, the translation sees its own future and the source does not.",
        two=_TWO), "Which side of the prefix's end do you open?",
            side="target"),
    _prefix("prefix-at-the-end", "right for a prefix that stands at the end of the sentence",
            "A prefix stands at the beginning: positions 0 to prefix_length − 1.", "Which positions do you open?",
            side="last"),
    _prefix("one-too-many", "the one for a prefix that is longer by one", "Positions count from 0: a prefix of 2 holds "
            "positions 0 and 1. The third is the first word that is to be written.", "`<` or `<=`?", more=1),
    _prefix("one-too-few", "the one for a prefix that is shorter by one", "Positions count from 0: a prefix of 2 holds "
            "positions 0 and 1.", "Which positions does a prefix of 1 open?", more=-1),
    _prefix("not-even-itself", "the right one without the diagonal behind the prefix", "A position may see itself: it "
            "predicts the next one.", "`<` or `<=`, where you compare positions?", start=-1),
    _prefix("one-step-ahead", "the right one with one diagonal more: every position sees the next one",
            "One step ahead is precisely the word that is to be predicted.", "`<` or `<=`, and is there a + 1?",
            start=1),
    _prefix("inverted", "the right one with True and False exchanged", "In this course True means: may attend.",
            "What is `mask[0, 0, 0]`, and what should it be?", invert=True),
    _prefix("transposed", "the right one with queries and keys exchanged", "Rows are queries and columns are keys, "
            "everywhere in the course.", "Which of the two `arange`s runs along the columns?", axes="turned"),
    *(_prefix("one-length-for-all", later("the one that comes out when the {words} prefix is used for all sentences",
                                          words=words),
              "Each sentence has a prefix of its own.", "Where does a single number stand for all prefix lengths?",
              of=of) for of, words in (("first", "first sentence's"), ("longest", "longest"),
                                       ("shortest", "shortest"))),
    _prefix("no-batch-axis", "the one for the first sentence, without an axis for the sentences",
            "Prefixes differ, and so do the masks.", "Which shape is asked for?", axes="no batch"),
    _prefix("head-axis-added", "the right one with an axis more, for the heads", "The layers of this course add the "
            "axis for the heads themselves.", "Which shape is asked for?", axes="heads"),
    _prefix("flattened", "the right one with rows and columns in one", "Each query has a row, each key a column.",
            "Which shape is asked for?", axes="flat"),
    *(Misconception("mask-to-be-added", partial(sloppy_prefix, low=low), **TO_BE_ADDED,
                    why="PyTorch knows both kinds. Ours says yes or no: a boolean mask, True = may attend.")
      for low in LOW),
]

# ------------------------------------------------------------------------------------- 13.5 rotate


def sloppy_rotate(x, positions, pairing="halves", join="halves", sign=1, exponent="2i/d", base=10000.0, how="",
                  signs=(-1, 1, 1), kinds="cssc", angles="", places="given", unit=1.0, single=False, axis="right",
                  in_single=""):
    """`rotate` with switches."""
    d, length = x.shape[-1], x.shape[-2]
    i = torch.arange(d // 2, dtype=torch.float64)
    power = {"2i/d": 2 * i / d, "i/d": i / d, "4i/d": 4 * i / d, "zero": 0 * i, "inverse": -2 * i / d,
             "2i": 2 * i, "pairs": i / max(d // 2 - 1, 1), "i+1": 2 * (i + 1) / d}[exponent]
    if places == "counted":
        positions = torch.arange(length)
    place = positions.to(torch.float64)
    place = {"from zero": place - place[..., :1], "from one": place + 1, "reversed": place.flip(-1),
             "of the whole": place / length, "counted on": place[..., :1] + torch.arange(length),
             "first for all": place[..., :1].expand_as(place), "last for all": place[..., -1:].expand_as(place),
             "counted back": place[..., -1:] - torch.arange(length - 1, -1, -1)}.get(places, place)
    frequency = base ** -power if not in_single else _frequencies(d, in_single)
    if axis == "right":
        angle = place.unsqueeze(-1) * frequency
        if single == "product":                    # in float32 from end to end
            angle = place.float().unsqueeze(-1) * frequency
    else:
        angle = place * frequency if axis == "none" else place * frequency.unsqueeze(-1)
    angle = (sign * unit * angle).to(torch.float32 if single else x.dtype)
    waves = {"c": angle.cos().to(x.dtype), "s": angle.sin().to(x.dtype)}
    if pairing == "halves":
        a, b = x[..., :d // 2], x[..., d // 2:]
    else:
        a, b = x[..., 0::2], x[..., 1::2]
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
    if join == "swapped":
        return torch.cat((new_b, new_a), -1)
    if join == "pairs":
        return torch.stack((new_a, new_b), -1)
    return torch.cat((new_a, new_b), -1) if join == "halves" else torch.stack((new_a, new_b), -1).flatten(-2)


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
    _rotate("positions-from-zero", "the first position of each sentence is subtracted from all",
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
    _rotate("positions-from-one", "all positions are larger by one", "They are given; nothing is to be added.",
            "What happens to `positions` before the angles are made?", places="from one"),
    _rotate("positions-reversed", "the positions are taken in reverse order", _PLACES,
            "Which position meets the first vector?", places="reversed"),
    _rotate("divided-by-length", "the positions are also divided by T", "A step must be the same turn in a short "
            "sentence and in a long one.", "What happens to `positions` before the angles are made?",
            places="of the whole"),
    _rotate("turned-backwards", "every pair is turned the other way", later(
        "Scores between queries and keys would come out the same, but not beside code that turns forward. {turn}",
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
    _rotate("pairs-not-joined", "the turned pairs keep an axis of their own, of length 2, at the end",
            "The result should have the shape of `x`.", "How do you put the two halves together?", join="pairs"),
    _rotate("exponent-halved", "the exponent is i/d_head, where i counts the pairs",
            "The frequency of pair i is 10000^(−2i/d_head).", "How many pairs are there, and what do you divide by?",
            exponent="i/d"),
    _rotate("exponent-doubled", "the exponent is 4i/d_head, where i counts the pairs",
            "The frequency of pair i is 10000^(−2i/d_head).", "Write down your exponent for the second pair.",
            exponent="4i/d"),
    _rotate("one-frequency", "all pairs turn at the same speed", "Each pair is slower than the one before.",
            "Where does the pair's number come in?", exponent="zero"),
    _rotate("divided-for-multiplied", "the positions are multiplied by 10000^(2i/d_head) instead of divided by it",
            "Each pair is slower than the one before.", "Is your frequency small for the last pair?",
            exponent="inverse"),
    _rotate("last-pair-at-10000", "the exponents run from 0 to exactly 1", "The exponent is 2i/d_head, which never "
            "reaches 1.", "What do you divide by in the exponent?", exponent="pairs"),
    _rotate("exponents-from-one", "the pairs are counted from 1", "The first pair turns by the position itself: its "
            "frequency is 1.", "What is your first frequency?", exponent="i+1"),
    _rotate("only-the-first-pair", "only the first pair is turned, as happens with an exponent of 2i that is not "
            "divided by d_head", "All pairs turn, each by less than the one before.",
            "What is your angle for the last pair at position 1?", exponent="2i"),
    *(_rotate("another-base", later("the base is {base:g} instead of 10000",
                                    base=base), "Many models of today have another base, but "
              "each always the same.", "Count the zeros.", base=base) for base in (1000.0, 100000.0, 500000.0)),
    *(_rotate("degrees", later("the angles are {words}",
                               words=words), "`cos` and `sin` take radians: no conversion is needed.",
              "Is there a 180 in your code, or a π?", unit=unit)
      for unit, words in ((180 / math.pi, "turned into degrees first"), (math.pi / 180, "taken for degrees"),
                          (2 * math.pi, "multiplied by 2π"))),
    Misconception("single-precision", partial(sloppy_rotate, single=True),
                  "In float64, your result is exactly what comes out when the angles are rounded to float32.",
                  "A float64 number promises 15 digits; of yours only the first 7 or fewer are right.",
                  "`torch.arange` divided by a number is float32, unless it is given `dtype=x.dtype`."),
    *(Misconception("single-precision", partial(sloppy_rotate, single=single, in_single=how),
                    later("In float64, your result is exactly what comes out when the {of} computed in float32.",
                          of=of),
                    "A float64 number promises 15 digits; of yours only the first 7 or fewer are right.",
                    "Which dtype has `torch.arange(...)`, divided by a number, unless it is given `dtype=x.dtype`?")
      for how in ("rounded", "power", "power of 2i", "one over", "quotient", "exp", "exp of 2i")
      for single, of in ((False, "frequencies are"), ("product", "frequencies and the angles are"))),
    Misconception("not-turned", lambda x, positions: x + 0.0, "Your result is exactly `x`.",
                  "Every vector whose position is not 0 is to be turned.", "Is what you compute also what you return?"),
]
