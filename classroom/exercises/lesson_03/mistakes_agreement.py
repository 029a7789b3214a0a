"""Exercise 3.7: matrices with which adjectives look at other words than their nouns, and what it means."""
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight
from classroom.judge.exercise import Misconception

BIG = 50.0
KINDS = ("a noun", "an adjective", "another word")


def sloppy_agreement(n_genders, n_numbers, noun=1.0, gender=1.0, number=1.0, found_as=(0,), next_one="",
                     factor=BIG, scaled=True, left_out="", genders=None, numbers=None, by_number=""):
    """`find_noun` with one thing done differently.

    `noun`, `gender` and `number` are how much each part counts; `found_as` are the kinds whose key says "noun";
    `genders` and `numbers` are how many of them are filled in.
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
                W_q[base : base + size, base - 2] = W_k[base : base + size, base - 2] = torch.arange(size).double()
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


def for_one_size(n_genders, n_numbers, genders=2, numbers=2):
    """`find_noun` for a fixed number of genders and numbers, whatever it is given."""
    return sloppy_agreement(genders, numbers)


def word(features) -> str:
    """A word in words: "a noun of gender 0 and number 1"."""
    kind, gender, number = (int(one) for one in features)
    of = [f"{name} {one}" for name, one in (("gender", gender), ("number", number)) if one >= 0]
    return KINDS[kind] + (f" of {' and '.join(of)}" if of else "")


def shown(sight: Sight) -> str:
    """Where one adjective looks, in words."""
    got, want = sight.got.values, sight.want.values
    wrong = (got["looks_at"] != want["looks_at"]) | (np.abs(got["share"] - want["share"]) > 1e-6)
    b, t = np.argwhere(wrong)[0]
    words = sight.inputs["words"][b]
    at, share, noun = int(got["looks_at"][b, t]), float(got["share"][b, t]), int(want["looks_at"][b, t])
    where = "itself" if at == t else f"place {at}, {word(words[at])}"
    return (f"With n_genders = {sight.inputs['n_genders']} and n_numbers = {sight.inputs['n_numbers']}, a sentence has "
            f"at place {t} {word(words[t])}, and its noun at place {noun}. The adjective looks most at {where}. To its "
            f"noun it gives {'more than ' if share >= 0.9 else ''}{share:.2f} of its attention; more than 0.9 is asked "
            "for.")


def _looks(slug: str, says: str, why: str, look: str, how=sloppy_agreement, **slip) -> Misconception:
    return Misconception(slug, partial(how, **slip), f"With your matrices {says}.", why, look, shown)


_SUM = ("A score is a sum, one part for each thing that fits. The noun has to get more parts than any other word, and "
        "each part has to count.")
_THREE = "Which words agree with the adjective in two of the three: kind, gender, number?"
_ROWS = "Which rows of your two matrices are not 0, and what does each of them say?"
_SOFT = ("The scores are right in their order, but too close to each other: the softmax turns a difference of 1 into a "
         "factor of 2.7 only. And attention divides by √d_k before that.")
_HOW_FAR = "How far above the next best must the noun's score be? And by what is it divided?"
AGREEMENT = [
    *(_looks("looks-at-itself", "an adjective looks for an adjective of its own gender and number, and finds itself",
             "What a word is and what it looks for are two things: an adjective looks for a *noun*.", _ROWS, **slip)
      for slip in ({"found_as": (1,)}, {"how": whole_vectors}, {"how": whole_vectors, "scaled": False},
                   {"how": whole_vectors, "factor": 10.0}, {"how": whole_vectors, "factor": 1.0},
                   {"how": whole_vectors, "factor": 1.0, "scaled": False})),
    *(_looks("kind-left-out", "an adjective looks at every word of its gender and number alike, itself among them",
             _SUM, "What tells a noun from an adjective that agrees with it?", **slip)
      for slip in ({"noun": 0.0}, {"noun": 0.0, "factor": 10.0}, {"noun": 0.0, "factor": 1.0},
                   {"noun": 0.0, "factor": 1.0, "scaled": False}, {"noun": 0.0, "factor": 10.0, "scaled": False})),
    _looks("kind-left-out", "an adjective looks at every noun and every adjective of its gender and number alike, "
           "itself among them", _SUM, "What tells a noun from an adjective that agrees with it?", found_as=(0, 1)),
    _looks("agreement-left-out", "an adjective looks at all nouns alike", _SUM,
           "What tells its own noun from another noun?", gender=0.0, number=0.0),
    _looks("gender-left-out", "an adjective looks at all nouns of its number alike", _SUM,
           "What tells its own noun from another one of the same number?", gender=0.0),
    _looks("number-left-out", "an adjective looks at all nouns of its gender alike", _SUM,
           "What tells its own noun from another one of the same gender?", number=0.0),
    *(_looks("kind-left-out-and-more", f"an adjective looks at all words of its {kept} alike", _SUM, _THREE, noun=0.0,
             **{lost: 0.0}) for kept, lost in (("gender", "number"), ("number", "gender"))),
    _looks("looks-at-other-kinds", "an adjective looks for a word of its gender and number that is neither noun nor "
           "adjective, such as an article", "Row 0 of the matrices meets nouns, row 1 adjectives, row 2 all others.",
           "Which row of `W_k` says what a noun is found by?", found_as=(2,)),
    _looks("looks-at-other-kinds", "an adjective looks at nouns and at other words that agree, such as an article, "
           "alike", "Row 0 of the matrices meets nouns, row 1 adjectives, row 2 all others.",
           "Which row of `W_k` says what a noun is found by?", found_as=(0, 2)),
    *(_looks("avoids-nouns", "an adjective looks at everything but nouns", "The part for the kind has to make the "
             "noun's score larger.", "Which sign has it?", noun=-1.0, **slip) for slip in ({}, {"factor": 10.0})),
    *(_looks("disagrees", f"an adjective looks for a noun that does *not* have its {name}", "What fits has to make the "
             "score larger.", f"Which sign has the part for the {name}?", **slip)
      for name, slip in (("gender", {"gender": -1.0}), ("number", {"number": -1.0}),
                         ("gender or its number", {"gender": -1.0, "number": -1.0}))),
    *(_looks("next-gender", f"an adjective looks for a noun of the *next* {name}", "Here nothing has to be shifted, as "
             "it had to be for the places: gender and number shall be the same.",
             "In which column does a row of `W_q` have its number, and in which the same row of `W_k`?", next_one=which)
      for which, name in (("gender", "gender"), ("number", "number"), ("both", "gender and the next number"))),
    *(_looks("one-left-out", f"the {name} is looked for by nobody, or found by nobody", "Every gender and every number "
             "needs a row.", "Where do your loops begin, and where do they end?", left_out=name)
      for name in ("first gender", "last gender", "first number", "last number")),
    *(_looks("not-sharp-enough", "each adjective looks most at its noun, and too softly", _SOFT, _HOW_FAR,
             factor=factor, scaled=scaled)
      for factor, scaled in ((1.0, True), (1.0, False), (2.0, True), (2.0, False), (3.0, True), (3.0, False),
                             (4.0, False), (5.0, False))),
    *(_looks("one-part-too-soft", f"an adjective tells nouns apart too softly by their {name}", "Each of the three "
             "parts has to decide alone if the other two are equal. Each has to be large enough.",
             "Which part of your score is the smallest?", **{name: part})
      for name in ("gender", "number") for part in (0.02, 0.04)),
    *(_looks("one-part-too-soft", "an adjective tells its noun too softly from other words that agree", "Each of the "
             "three parts has to decide alone if the other two are equal. Each has to be large enough.",
             "Which part of your score is the smallest?", noun=part) for part in (0.02, 0.04)),
    *(_looks("kind-alone", f"an adjective looks at {says} alike, whatever their gender and number", _SUM,
             "What tells its own noun from another noun?", how=looks_for_one_kind, kind=kind)
      for kind, says in ((1, "all adjectives"), (2, "all other words"))),
    *(_looks("numbers-multiplied", f"the {name} is one number, and a score has a product of two such numbers", "A "
             "product is largest where the other number is largest, not where both are equal; and 0 times anything "
             "is 0.", "Take gender 1 and the genders 0, 1, 2: which product is the largest?", by_number=which)
      for which, name in (("gender", "gender"), ("number", "number"), ("both", "gender and the number"))),
    *(_looks("for-one-size", f"there are {genders} genders and {numbers} numbers, whatever the function is given",
             "Other languages have others: `n_genders` and `n_numbers` say how many.",
             "Which numbers in your function should be its arguments?", how=for_one_size, genders=genders,
             numbers=numbers) for genders, numbers in ((2, 2), (3, 2), (3, 3))),
    *(_looks("for-one-size", f"only the first {n} {name}s are filled in, whatever the function is given", "Other "
             "languages have others: `n_genders` and `n_numbers` say how many.",
             "Which numbers in your function should be its arguments?", **{f"{name}s": n})
      for name in ("gender", "number") for n in (1, 2)),
]
