"""Exercise 3.7: matrices with which adjectives look at other words than their nouns, and what it means."""
from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight, listing
from classroom.judge.exercise import Misconception
from course._words import later, say

BIG = 50.0
KINDS = (later("a noun"), later("an adjective"), later("another word"))


def sloppy_agreement(n_genders, n_numbers, noun=1.0, gender=1.0, number=1.0, found_as=(0,), next_one="",
                     factor=BIG, scaled=True, left_out="", genders=None, numbers=None, by_number="", first=0.0,
                     last=None):
    """`find_noun` with one thing done differently.

    `by_number` has one number for each gender, or number, from `first` on, or from `first` to `last`; `noun`, `gender`
    and `number` are how much each part counts; `found_as` are the kinds whose key says "noun"; `genders`
    and `numbers` are how many of them are filled in.
    """
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = (torch.zeros(d_k + 2, d_k, dtype=torch.float64) for _ in range(2))
    W_k[list(found_as), 0] = 1.0
    W_q[1, 0] = noun
    places = [*range(n_genders if genders is None else min(genders, n_genders)),
              *range(n_genders, n_genders + (n_numbers if numbers is None else min(numbers, n_numbers)))]
    skipped = {"first gender": [0], "last gender": [n_genders - 1], "first number": [n_genders],
               "last number": [n_genders + n_numbers - 1]}
    for place in places:
        if place in skipped.get(left_out, []):
            continue
        of_gender = place < n_genders
        W_k[3 + place, 1 + place] = 1.0
        size, base = (n_genders, 0) if of_gender else (n_numbers, n_genders)
        turned = next_one in ("gender" if of_gender else "number", "both")
        W_q[3 + place, 1 + ((place - base + 1) % size + base if turned else place)] = gender if of_gender else number
    if by_number:
        for name, base, size in (("gender", 3, n_genders), ("number", 3 + n_genders, n_numbers)):
            if by_number in (name, "both"):
                W_q[base : base + size] = W_k[base : base + size] = 0.0
                W_q[base : base + size, base - 2] = W_k[base : base + size, base - 2] = (
                    torch.arange(size) + first if last is None else torch.linspace(first, last, size)).double()
    return factor * (d_k ** 0.5 if scaled else 1.0) * W_q, W_k


def whole_vectors(n_genders, n_numbers, factor=BIG, scaled=True):
    """Query and key are the word's own vector."""
    d_model = 3 + n_genders + n_numbers
    W = torch.eye(d_model, dtype=torch.float64)
    return factor * (d_model ** 0.5 if scaled else 1.0) * W, W


def looks_for_one_kind(n_genders, n_numbers, kind=0, factor=BIG):
    """Everything but the kind is left out, in a d_k of 1."""
    W_q, W_k = (torch.zeros(3 + n_genders + n_numbers, 1) for _ in range(2))
    W_q[1], W_k[kind] = factor, 1.0
    return W_q, W_k


def shared_columns(n_genders, n_numbers):
    """Gender 0 and number 0 are found by the same number of the key, and so on."""
    d_k = 1 + max(n_genders, n_numbers)
    W_q, W_k = (torch.zeros(3 + n_genders + n_numbers, d_k, dtype=torch.float64) for _ in range(2))
    W_q[1, 0] = W_k[0, 0] = 1.0
    for base, size in ((3, n_genders), (3 + n_genders, n_numbers)):
        for W in (W_q, W_k):
            W[base : base + size, 1 : 1 + size] = torch.eye(size, dtype=torch.float64)
    return BIG * d_k ** 0.5 * W_q, W_k


def numbers_elsewhere(n_genders, n_numbers, sliced=False):
    """`find_noun` with the rows of the numbers behind as many rows as there are numbers."""
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = (torch.zeros(d_k + 2, d_k, dtype=torch.float64) for _ in range(2))
    W_q[1, 0] = W_k[0, 0] = 1.0
    base = 3 + n_numbers
    for W in (W_q, W_k):
        W[3 : 3 + n_genders, 1 : 1 + n_genders] = torch.eye(n_genders, dtype=torch.float64)
        if sliced:
            W[base : base + n_numbers, 1 + n_genders :] = torch.eye(n_numbers, dtype=torch.float64)
        for n in range(n_numbers):
            W[base + n, 1 + n_genders + n] = 1.0
    return BIG * d_k ** 0.5 * W_q, W_k


def for_one_size(n_genders, n_numbers, genders=2, numbers=2):
    """`find_noun` for a fixed number of genders and numbers, whatever it is given."""
    return sloppy_agreement(genders, numbers)


def for_two_of_each(n_genders, n_numbers):
    """Two genders and two numbers are filled in, at the places that they have in Spanish."""
    d_k = 1 + n_genders + n_numbers
    W_q, W_k = (torch.zeros(d_k + 2, d_k, dtype=torch.float64) for _ in range(2))
    W_q[1, 0] = W_k[0, 0] = 1.0
    for W in (W_q, W_k):
        for n in range(2):
            W[3 + n, 1 + n] = W[5 + n, 3 + n] = 1.0
    return BIG * d_k ** 0.5 * W_q, W_k


def word(features) -> str:
    """A word in words: "a noun of gender 0 and number 1"."""
    kind, gender, number = (int(one) for one in features)
    of = [say("gender {gender}", gender=gender)] if gender >= 0 else []
    if number >= 0:
        of.append(say("number {number}", number=number))
    return say("{kind} of {of}", kind=say(KINDS[kind]), of=listing(of)) if of else say(KINDS[kind])


def shown(sight: Sight) -> str:
    """Where one adjective looks, in words."""
    got, want = sight.got.values, sight.want.values
    wrong = (got["looks_at"] != want["looks_at"]) | (np.abs(got["share"] - want["share"]) > 1e-6)
    b, t = np.argwhere(wrong)[0]
    words = sight.inputs["words"][b]
    at, share, noun = int(got["looks_at"][b, t]), float(got["share"][b, t]), int(want["looks_at"][b, t])
    rival, second = int(got["rival"][b, t]), float(got["rival_share"][b, t])
    where, other = (say("itself") if n == t else say("place {n}, {word}", n=n, word=word(words[n]))
                    for n in (at, rival))
    if rival >= 0 and abs(second - share) < 2e-3:
        most = say("looks at its noun and at {other} alike", other=other)
    elif at != noun:
        most = say("looks most at {where}", where=where)
    elif rival >= 0:
        part = f"{second:.2f}" if second >= 0.01 else f"{second:.3f}"
        most = say("looks most at its noun, and {part} goes to {other}", part=part, other=other)
    else:
        most = say("looks most at its noun")
    gives = say("more than {share:.2f}", share=share) if share >= 0.9 else f"{share:.2f}"
    return say("With n_genders = {n_genders} and n_numbers = {n_numbers}, a sentence has at place {t} {word}, and "
               "its noun at place {noun}. The adjective {most}. To its noun it gives {gives} of its attention; more "
               "than 0.9 is asked for.", n_genders=sight.inputs['n_genders'], n_numbers=sight.inputs['n_numbers'],
               t=t, word=word(words[t]), noun=noun, most=most, gives=gives)


def who_wins(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """Who comes too near to the noun, or before it: read off the places, since every matrix has numbers of its own."""
    rivals: Counter[str] = Counter()
    wrong, ahead = [], []
    ever_often: set[str] = set()
    for sight in sights:
        got, words = sight.got.values, sight.inputs["words"]
        here = Counter(_kind_of_rival(words[b], t, int(got["rival"][b, t])) for b, t in np.argwhere(got["rival"] >= 0))
        rivals += here
        ever_often |= _often(here)
        for b, t in np.argwhere(got["rival"] >= 0):
            ahead.append(got["share"][b, t] > got["rival_share"][b, t] + 2e-3)
            wrong = wrong if wrong and wrong[-1] is sight else [*wrong, sight]
    if not wrong:
        return None
    often = _often(rivals)
    named = {rival: say(_ITSELF if all(ahead) and rival is _RIVALS[0] else rival) for rival in rivals}
    who = listing([named[rival] for rival in sorted(rivals, key=_RIVALS.index)], "or") if len(rivals) < 4 else \
        say("words of several kinds, most often {most_common}", most_common=named[rivals.most_common(1)[0][0]])
    some = "" if len(wrong) == len(sights) else say("In {wrong} of the {sights} cases: ", wrong=len(wrong),
                                                    sights=len(sights))
    if all(ahead):
        parts = [(say("the part for the gender"), {_RIVALS[3]}), (say("the part for the number"), {_RIVALS[4]}),
                 (say("gender and number"), _NOUNS), (say("the part for the noun"), _AGREEING)]
        part = next((say(" What tells them apart is {part}.", part=part) for part, of in parts if ever_often <= of), "")
        says = say("{some}Each adjective looks most at its noun, and too softly.{larger_ones}", some=some,
                   larger_ones=_larger_ones(sights, wrong))
        return "one-part-too-soft" if part else "not-sharp-enough", say(
            "{says}\n\n{shown}\n\nWhat the noun does not get goes to {who}.{part} {soft} {how_far}", says=says,
            shown=shown(wrong[0]), who=who, part=part, soft=say(_SOFT), how_far=say(_HOW_FAR))
    near = say(", or nearly as much") if any(ahead) else ""
    slug, asks = next((said for of, said in _OUTWEIGHED if often <= of), ("outweighed", _THREE))
    return slug, say("{some}With your matrices an adjective gives as much as to its noun, or more{near}, to "
                     "{who}.\n\n{shown}\n\n{sum} {asks}", some=some, near=near, who=who, shown=shown(wrong[0]),
                     sum=say(_SUM), asks=say(asks))


def _often(rivals: Counter[str]) -> set[str]:
    """One of five, or more."""
    return {rival for rival, n in rivals.items() if 5 * n >= rivals.total()}


def _larger_ones(sights: Sequence[Sight], wrong: Sequence[Sight]) -> str:
    """Are the wrong cases those with the most genders and numbers, so that d_k may be larger?"""
    sizes = [(sight in wrong, sight.inputs["n_genders"] + sight.inputs["n_numbers"]) for sight in sights]
    right = [size for off, size in sizes if not off]
    if not right or min(size for off, size in sizes if off) <= max(right):
        return ""
    return say(" These are the cases with the most genders and numbers: how large is d_k there?")


def _kind_of_rival(words: np.ndarray, adjective: int, rival: int) -> str:
    """What the rival is, seen from the adjective: one of `_RIVALS`."""
    kind = int(words[rival, 0])
    gender, number = words[rival, 1:] == words[adjective, 1:]
    if kind == 0:
        return _RIVALS[3 if number else 4 if gender else 5]
    return _RIVALS[6] if not (gender and number) else _RIVALS[0] if rival == adjective else _RIVALS[kind]


_RIVALS = [later("itself"), later("other adjectives that agree"), later("other words that agree, such as an article"),
           later("nouns of its number and another gender"), later("nouns of its gender and another number"),
           later("nouns of another gender and number"), later("words that neither are nouns nor agree")]
_ITSELF = later("the adjective itself")
_AGREEING, _NOUNS = set(_RIVALS[:3]), set(_RIVALS[3:6])


def _looks(slug: str, says: str, why: str, look: str, how=sloppy_agreement, **slip) -> Misconception:
    return Misconception(slug, partial(how, **slip), later("With your matrices {says}.", says=says), why, look, shown)


_SUM = ("A score is a sum, one part for each thing that fits. The noun has to get more parts than any other word, and "
        "each part has to count.")
_THREE = "Which words agree with the adjective in two of the three: kind, gender, number?"
_ROWS = "Which rows of your two matrices are not 0, and what does each of them say?"
_SOFT = ("The scores are right in their order, but too close to each other: the softmax turns a difference of 1 into "
         "a factor of 2.7 only. And attention divides by √d_k before that.")
_WHICH_ROWS = ("What tells a noun from an adjective that agrees with it? And in which row of `W_q` does it stand, in "
               "which row of `W_k`? It is the adjective that looks, and the noun that is to be found.")
_WHERE_THEY_BEGIN = ("Gender and number begin in row 3, the numbers behind all genders: which rows do your lines fill? "
                     "And is the part for each of them largest where both words have the same one?")
_ASK_AGAIN = {_RIVALS[3]: later("What tells its own noun from another one of the same number? {where_they_begin}",
                                where_they_begin=_WHERE_THEY_BEGIN),
              _RIVALS[4]: later("What tells its own noun from another one of the same gender? {where_they_begin}",
                                where_they_begin=_WHERE_THEY_BEGIN)}
_OUTWEIGHED = [(set(_RIVALS[:2]), ("looks-at-itself", _WHICH_ROWS)), (_AGREEING, ("kind-outweighed", _WHICH_ROWS)),
               *(({rival}, ("agreement-outweighed", asks)) for rival, asks in _ASK_AGAIN.items()),
               (_NOUNS, ("agreement-outweighed", _WHERE_THEY_BEGIN))]
_ONE_NUMBER = {"gender": later("the gender is one number"), "number": later("the number is one number"),
               "both": later("the gender is one number, and so is the number")}
_HOW_FAR = "How far above the next best must the noun's score be? And by what is it divided?"
AGREEMENT = [
    *(_looks("looks-at-itself", "an adjective looks for an adjective of its own gender and number, and finds itself",
             "What a word is and what it looks for are two things: an adjective looks for a *noun*.", _ROWS, **slip)
      for slip in ({"found_as": (1,)}, {"how": whole_vectors}, {"how": whole_vectors, "scaled": False},
                   {"how": whole_vectors, "factor": 10.0}, {"how": whole_vectors, "factor": 1.0},
                   {"how": whole_vectors, "factor": 1.0, "scaled": False})),
    *(_looks("kind-left-out", "an adjective looks at every word of its gender and number alike, itself among them",
             _SUM, _WHICH_ROWS, **slip)
      for slip in ({"noun": 0.0}, {"noun": 0.0, "factor": 10.0}, {"noun": 0.0, "factor": 1.0},
                   {"noun": 0.0, "factor": 1.0, "scaled": False}, {"noun": 0.0, "factor": 10.0, "scaled": False})),
    _looks("kind-left-out", "an adjective looks at every noun and every adjective of its gender and number alike, "
           "itself among them", _SUM, "What tells a noun from an adjective that agrees with it?", found_as=(0, 1)),
    _looks("agreement-left-out", "an adjective looks at all nouns alike", _SUM,
           "What tells its own noun from another noun?", gender=0.0, number=0.0),
    _looks("gender-left-out", "an adjective looks at all nouns of its number alike", _SUM,
           _ASK_AGAIN[_RIVALS[3]], gender=0.0),
    _looks("number-left-out", "an adjective looks at all nouns of its gender alike", _SUM,
           _ASK_AGAIN[_RIVALS[4]], number=0.0),
    *(_looks("kind-left-out-and-more", later("an adjective looks at all words of its {kept} alike",
                                             kept=kept), _SUM, _THREE, noun=0.0,
             **{lost: 0.0}) for kept, lost in (("gender", "number"), ("number", "gender"))),
    _looks("looks-at-other-kinds", "an adjective looks for a word of its gender and number that is neither noun nor "
           "adjective, such as an article", "Row 0 of the matrices meets nouns, row 1 adjectives, row 2 all others.",
           "Which row of `W_k` says what a noun is found by?", found_as=(2,)),
    _looks("looks-at-other-kinds", "an adjective looks at nouns and at other words that agree, such as an article, "
           "alike", "Row 0 of the matrices meets nouns, row 1 adjectives, row 2 all others.",
           "Which row of `W_k` says what a noun is found by?", found_as=(0, 2)),
    *(_looks("avoids-nouns", "an adjective looks at everything but nouns", "The part for the kind has to make the "
             "noun's score larger.", "Which sign has it?", noun=-1.0, **slip) for slip in ({}, {"factor": 10.0})),
    *(_looks("disagrees", later("an adjective looks for a noun that does *not* have its {name}",
                                name=name), "What fits has to make the "
             "score larger.", later("Which sign has the part for the {name}?", name=name), **slip)
      for name, slip in (("gender", {"gender": -1.0}), ("number", {"number": -1.0}),
                         ("gender or its number", {"gender": -1.0, "number": -1.0}))),
    *(_looks("next-gender", later("an adjective looks for a noun of the *next* {name}",
                                  name=name), "Here nothing has to be shifted, as "
             "it had to be for the places: gender and number shall be the same.",
             "In which column does a row of `W_q` have its number, and in which the same row of `W_k`?", next_one=which)
      for which, name in (("gender", "gender"), ("number", "number"), ("both", "gender and the next number"))),
    _looks("columns-shared", "gender 0 and number 0 are found in the same column, gender 1 and number 1 in the next",
           "A word of gender 0 is then found by whoever looks for number 0.",
           "How many columns does it take for each gender and each number to have its own?", how=shared_columns),
    *(_looks("one-left-out", later("the {name} is looked for by nobody, or found by nobody",
                                   name=name), "Every gender and every number "
             "needs a row.", "Where do your loops begin, and where do they end?", left_out=name)
      for name in ("first gender", "last gender", "first number", "last number")),
    *(_looks("not-sharp-enough", "each adjective looks most at its noun, but not always sharply "
                                 "enough", _SOFT, _HOW_FAR,
             factor=factor, scaled=scaled)
      for factor, scaled in ((1.0, True), (1.0, False), (2.0, True), (2.0, False), (3.0, True), (3.0, False),
                             (4.0, False), (5.0, False))),
    *(_looks("one-part-too-soft", later("an adjective tells nouns apart too softly by their {name}",
                                        name=name), "Each of the three "
             "parts has to decide alone if the other two are equal. Each has to be large enough.",
             "Which part of your score is the smallest?", **{name: part})
      for name in ("gender", "number") for part in (0.02, 0.04)),
    *(_looks("one-part-too-soft", "an adjective tells its noun too softly from other words that agree", "Each of the "
             "three parts has to decide alone if the other two are equal. Each has to be large enough.",
             "Which part of your score is the smallest?", noun=part) for part in (0.02, 0.04)),
    *(_looks("kind-alone", later("an adjective looks at {says} alike, whatever their gender and number",
                                 says=says), _SUM,
             "What tells its own noun from another noun?", how=looks_for_one_kind, kind=kind)
      for kind, says in ((1, "all adjectives"), (2, "all other words"))),
    *(_looks("numbers-multiplied", later("{parts}, and a score has a product of two such numbers", parts=parts), "A "
             "product is largest where the other number is largest, not where both are equal; and 0 times anything "
             "is 0.", "Take gender 1 and the genders 0, 1, 2: which product is the largest?", by_number=which)
      for which, parts in _ONE_NUMBER.items()),
    *(_looks("numbers-multiplied", later("{parts}, {range}, and a score has a product of two such numbers",
                                         parts=parts, range=which_ones), "A product of two numbers need not "
             "be largest where both are equal.", "Take the middle one of three numbers: with which "
             "of the three is its product the largest?", by_number=which, noun=noun, first=first, last=last)
      for noun in (1.0, 2.0, 3.0)
      for which_ones, first, last in (("from 1 on", 1.0, None), ("from −1 to 1", -1.0, 1.0), ("from 0 to 1", 0.0, 1.0))
      for which, parts in _ONE_NUMBER.items()),
    *(_looks("numbers-in-other-rows", "the rows of the numbers begin at 3 + n_numbers", "A vector has the three kinds "
             "first, then all genders, then all numbers. With more numbers than genders, your lines go beyond the last "
             "row.", "In which row does the first number stand, and which sizes stand before it?",
             how=numbers_elsewhere, sliced=sliced) for sliced in (False, True)),
    *(_looks("for-one-size", later("there are {genders} genders and {numbers} numbers, whatever the function is given",
                                   genders=genders, numbers=numbers),
             "Other languages have others: `n_genders` and `n_numbers` say how many.",
             "Which numbers in your function should be its arguments?", how=for_one_size, genders=genders,
             numbers=numbers) for genders, numbers in ((2, 2), (3, 2), (3, 3))),
    _looks("for-one-size", "two genders and two numbers are filled in, at the rows and columns that they have where "
           "there are two of each, whatever the function is given",
           "Other languages have others: `n_genders` and `n_numbers` say how many.",
           "Which numbers in your function should be its arguments?", how=for_two_of_each),
    *(_looks("for-one-size", later("only the first {n} {name}s are filled in, whatever the function is given", n=n,
                                   name=name), "Other "
             "languages have others: `n_genders` and `n_numbers` say how many.",
             "Which numbers in your function should be its arguments?", **{f"{name}s": n})
      for name in ("gender", "number") for n in (1, 2)),
]
