"""Exercise 4.4: implementations with a bug, and what a test sees of it. Used by `lesson_04`."""
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from classroom.judge.evidence import joined, number
from classroom.judge.exercise import Misconception
from course._words import later, say
from course.attention import split_heads

from . import mistakes

# ------------------------------------------------------------------------------------ with a bug

_SILENT = "Such a bug raises no error, and training does not always show it."


def _first_piece_everywhere(x, n_heads):
    return split_heads(x, n_heads)[:, :1].repeat(1, n_heads, 1, 1)


def _first_two_exchanged(x, n_heads):
    heads = split_heads(x, n_heads)
    return torch.cat([heads[:, :2].flip(1), heads[:, 2:]], dim=1)


def _noise(x, n_heads):
    return torch.randn(split_heads(x, n_heads).shape)


def _other_pieces(x, n_heads, place, axis):
    """The heads come in reverse order, but only at one place of an axis of the result; the last of one is right."""
    heads = split_heads(x, n_heads).clone()
    if place == -1 and heads.shape[axis] == 1:
        return heads
    part = heads.select(axis, place)
    part.copy_(part.flip(1 if axis != 0 else 0).clone())
    return heads


def _last_number_lost(x, n_heads):
    heads = split_heads(x, n_heads).clone()
    heads[..., -1] = heads[..., 0]
    return heads


def _last_two_exchanged(x, n_heads):
    heads = split_heads(x, n_heads)
    return torch.cat([heads[:, :-2], heads[:, -2:].flip(1)], dim=1)


def _middle_lost(x, n_heads):
    """All heads between the first and the last hold the first piece; two heads are exchanged."""
    heads = split_heads(x, n_heads).clone()
    if n_heads == 2:
        return heads.flip(1)
    heads[:, 1:-1] = heads[:, :1]
    return heads


def _last_head_lost(x, n_heads):
    heads = split_heads(x, n_heads)
    return torch.cat([heads[:, :-1], heads[:, -2:-1] if n_heads > 1 else heads], dim=1)


def _middle_wrong(x, n_heads, axis):
    """Between the first and the last place of an axis heads are reversed; everywhere, if there is no such place."""
    heads = split_heads(x, n_heads)
    if heads.shape[axis] < 3:
        return heads.flip(1)
    first, middle, last = heads.tensor_split((1, heads.shape[axis] - 1), dim=axis)
    return torch.cat([first, middle.flip(1), last], dim=axis)


def _middle_numbers_lost(x, n_heads):
    heads = split_heads(x, n_heads).clone()
    if heads.shape[3] < 3:
        return heads.flip(3)
    heads[..., 1:-1] = heads[..., :1]
    return heads


def _two_exchanged(x, n_heads, place, axis):
    """Two neighbours along an axis have changed places, at the beginning (0) or the end (-1) of all the axes before."""
    heads = split_heads(x, n_heads).clone()
    part = heads[place, place] if axis == 2 else heads[place, place, place]
    two = part[:2] if place == 0 else part[-2:]
    two.copy_(two.flip(0))
    return heads


def _largest_off(x, n_heads):
    heads = split_heads(x, n_heads).clone(memory_format=torch.contiguous_format)
    for head in heads.unbind(1):
        head[head == head.max()] += 1
    return heads


def _one_too_many(x, n_heads):
    heads = split_heads(x, n_heads)
    return torch.cat([heads, heads[:, :1]], dim=1)


def _one_number_right(x, n_heads):
    heads = split_heads(x, n_heads)
    wrong = heads + 1000
    wrong[:, :, 0, 0] = heads[:, :, 0, 0]
    return wrong


def notices(bug: Misconception, calls: Sequence[Mapping[str, Any]]) -> str:
    """Why a test sees nothing of a bug, as far as its inputs tell; empty if they do not.

    Args:
        bug: one of `BUGGY`, which the test accepted.
        calls: what the test called it with: `x` (B, T, d_model), a NumPy array, and `n_heads`.
    """
    if bug.slug in ("numbers-too-small", "numbers-too-large", "noise"):
        return ""
    try:
        found = [(x, h, split_heads(x, h), bug.wrong(x, h)) for x, h in
                 ((torch.from_numpy(np.array(call["x"])), int(call["n_heads"])) for call in calls)]
    except Exception:  # whatever the test gave: what can be said of it is said without
        return ""
    if all(torch.equal(right, wrong) for _, _, right, wrong in found):
        return _nothing_to_find(bug, [(x, h) for x, h, _, _ in found])
    other = next(((right, wrong) for _, _, right, wrong in found if right.shape != wrong.shape), None)
    if other is not None:
        return say("What it returned has the shape {found}, and {right} would be right. Does your test look at the "
                   "shape, or at how many heads there are?", found=tuple(other[1].shape), right=tuple(other[0].shape))
    apart = max(float((right.double() - wrong.double()).abs().max()) for _, _, right, wrong in found)
    largest = max(float(right.double().abs().max()) for _, _, right, _ in found)
    if apart < _NEAR or apart <= _RELATIVE * largest:
        return say("With this `x`, no number that it returned is further than {apart} from the right one. How far "
                   "apart may two numbers be that your test takes for equal, and how far apart are the numbers of your "
                   "`x`?", apart=number(apart))
    return ""


_NEAR = 0.2          # numbers this close may look equal to a test with a tolerance
_RELATIVE = 1e-5     # and so may these, with the tolerance that `allclose` has by itself: a share of the number


def _nothing_to_find(bug: Misconception, given: list[tuple[torch.Tensor, int]]) -> str:
    """On these x, for these numbers of heads, the bug returns what is right. Why?"""
    start = say("With this `x` it returns exactly what is right, so that no test could find it.")
    x, h = given[0]
    numbered = torch.arange(x.numel()).reshape(x.shape)
    if not torch.equal(bug.wrong(numbered, h), split_heads(numbered, h)):
        why = say("At the same sizes an `x` in which all numbers differ would show it. Your `x` has {all} numbers; how "
                  "many different ones are among them?", all=x.numel())
    elif 1 in (*x.shape[:2], h, x.shape[2] // h):
        why = say("Which of the four sizes B, T, n_heads and d_head is 1 there?")
    else:
        why = say("Which of the four sizes B, T, n_heads and d_head are equal there?")
    return joined(start, why)


def _bug(slug: str, says: str, look: str, why: str = _SILENT):
    wrong = next(m.wrong for m in mistakes.SPLIT if m.slug == slug)
    return Misconception(slug, wrong, says, why, look)


BUGGY = [
    *(Misconception(f"numbers-too-{size}", lambda x, n_heads, by=by: split_heads(x, n_heads) + by, says,
                    "Splitting moves numbers and changes none.", look)
      for size, by, says, look in (
          ("small", -1000, "Every number is 1000 too small.",
           "What does your test compare, and is there an `assert` in front? Do the numbers that it compares with come "
           "from x? And would it notice a difference in either direction?"),
          ("large", 1000, "Every number is 1000 too large.",
           "Would your test notice a difference between two numbers in either direction?"))),
    Misconception("noise", _noise, "It returns random numbers of the right shape, others at each call.",
                  "No comparison of numbers could hold for it.",
                  "What does your test compare, and is there an `assert` in front? `torch.equal(a, b)` alone is True "
                  "or False, and nobody looks at it; and an `assert` with a condition and a message in one pair of "
                  "brackets is always true."),
    Misconception("one-number-right", _one_number_right, "In each head of each sentence one number is right, the first "
                  "of the first position, and all others are 1000 too large.", "Numbers can agree by chance.",
                  "How many numbers have to be equal for your test to pass? `.any()` asks for one, `.all()` for all."),
    _bug("view-without-transpose", "The numbers are poured into (B, n_heads, T, d_head) as they lie in memory, so "
         "that a head mixes several positions.",
         "Which numbers of x should be found in one head at one position? Does your test compare each of them with its "
         "own place?"),
    _bug("interleaved", "Each head gets every n_heads-th number of a vector, not a piece of it.",
         "Do you look at which numbers a head holds, or only at which positions?"),
    _bug("features-scrambled", "The numbers are poured into (B, n_heads, d_head, T), and the last two axes "
         "exchanged.", "Do you compare with numbers of x, each in its place?"),
    _bug("sentences-mixed", "Numbers move from one sentence of the batch to another.",
         "How many sentences does your batch have, and do you look at more than the first?"),
    _bug("heads-in-reverse", "The heads come in reverse order.", "Do you look at more than one head?"),
    Misconception("first-piece-everywhere", _first_piece_everywhere, "Every head holds the first piece of the "
                  "vectors, and the rest of them is lost.", _SILENT,
                  "Do you look at every head? (A `return` ends a loop in its first round.)"),
    Misconception("first-two-exchanged", _first_two_exchanged, "The first two heads have changed places.",
                  _SILENT, "Do you look at every head?"),
    *(Misconception(f"only-{name}-wrong", partial(_other_pieces, place=place, axis=axis), later(
        "It is right apart from the {replace}, where the heads come in reverse order.",
        replace=name.replace('-', ' ')), _SILENT, look)
      for name, place, axis, look in (
          ("first-sentence", 0, 0, "Do you look at all sentences, the first one too?"),
          ("last-sentence", -1, 0, "How many sentences does your batch have, and do you look at all of them?"),
          ("first-position", 0, 2, "Do you look at all positions, the first one too?"),
          ("last-position", -1, 2, "Do you look at all positions, up to the last?"))),
    Misconception("last-two-exchanged", _last_two_exchanged, "The last two heads have changed places.",
                  _SILENT, "Do you look at every head, up to the last?"),
    Misconception("middle-heads-lost", _middle_lost, "Every head between the first and the last holds the first piece "
                  "of the vectors. (If there are only two heads, they have changed places.)",
                  "The pieces are then not in the heads that they belong to, and no error says so.",
                  "Do you look at every head, those in the middle too?"),
    *(Misconception(f"{what}-in-reverse", lambda x, n_heads, axis=axis: split_heads(x, n_heads).flip(axis), says,
                    why, "Do you compare each number with its own place, or only sums or sets of numbers?")
      for what, axis, says, why in (
          ("positions", 2, "Within each head, the positions come in reverse order.",
           "Words are then out of their places, and a mask closes other words than it should."),
          ("numbers", 3, "Within each piece, the numbers come in reverse order.", _SILENT))),
    Misconception("last-head-lost", _last_head_lost, "The last head holds the same piece as the one before it.",
                  _SILENT, "Do you look at every head, up to the last?"),
    Misconception("sentences-in-reverse", lambda x, n_heads: split_heads(x, n_heads).flip(0), "The sentences of the "
                  "batch come in reverse order.", "Each sentence is then translated as if it were another one.",
                  "Would your test notice two sentences that have changed places? They must not be alike."),
    Misconception("last-number-lost", _last_number_lost, "The last number of each piece is lost; the first one stands "
                  "in its place.", _SILENT, "Do you look at all numbers of a piece?"),
    Misconception("numbers-changed", lambda x, n_heads: split_heads(x, n_heads) + 0.01, "It adds 0.01 to every number.",
                  "Splitting moves numbers and changes none.", "How far apart may two numbers be that your test takes "
                  "for equal? Here they can be equal exactly."),
    _bug("heads-after-positions", "The axes are (B, T, n_heads, d_head).",
         "Would your test notice two axes that have changed places? Choose sizes that all differ."),
    _bug("size-and-count-swapped", "The number of heads and their size are exchanged.",
         "Would your test notice two sizes that have changed places? Choose sizes that all differ."),
    *(Misconception(f"middle-{name}-wrong", partial(_middle_wrong, axis=axis), later(
        "In the {name} between the first and the last, the heads come in reverse order. (If there are no more than two "
        "{name}, in all of them.)", name=name), _SILENT, later("Do you look at all {name}, those in the middle too?",
                                                               name=name))
      for name, axis in (("sentences", 0), ("positions", 2))),
    Misconception("middle-numbers-lost", _middle_numbers_lost, "In each piece, all numbers between the first and the "
                  "last are lost; the first one stands in their places. (If a piece has only two numbers, they have "
                  "changed places.)", _SILENT, "Do you look at all numbers of a piece, those in the middle too?"),
    Misconception("largest-number-off", _largest_off, "The largest number of each head is 1 too large, and all others "
                  "are right.", "Splitting moves numbers and changes none.", "How far apart may two numbers be that "
                  "your test takes for equal? `rtol` is a share of the number: 0.1 takes 110 for 119."),
    *(Misconception(f"{which}-for-{what}", wrong, later(
        "It takes the number of {words} for {other}.", words=words, other=other),
                    "Where the two are equal, nobody can tell, and elsewhere it stops or returns another shape.",
                    "Would your test notice two sizes that are taken for each other? Choose sizes that all differ.")
      for which, words, place in (("sentences", "sentences", 0), ("positions", "positions", 1))
      for what, other, wrong in (
          ("heads", "the number of heads",
           lambda x, n_heads, i=place: x.reshape(*x.shape[:2], x.shape[i], -1).transpose(1, 2)),
          ("size", "the size of a head",
           lambda x, n_heads, i=place: x.reshape(*x.shape[:2], -1, x.shape[i]).transpose(1, 2)))),
    _bug("last-head-missing", "There is a head too few: the last one is missing.",
         "Would your test notice that a head is missing? `zip` stops where the shorter of two ends.",
         "`merge_heads` then makes vectors of another length."),
    Misconception("one-head-too-many", _one_too_many, "There is a head too many: behind the last one, the first one "
                  "stands again.", "What follows takes it for a head like the others, and `merge_heads` makes vectors "
                  "of another length.", "Would your test notice a head too many?"),
    *(Misconception(f"{which}-two-{what}-exchanged", partial(_two_exchanged, place=place, axis=axis), later(
        says, which=which), _SILENT, "Do you compare each number with its own place, or only sums or sets of numbers?")
      for what, axis, says in (
          ("positions", 2, "In the {which} head of the {which} sentence, two neighbouring positions have changed "
           "places, the {which} one among them; all else is right."),
          ("numbers", 3, "In the {which} head of the {which} sentence, at the {which} position, two neighbouring "
           "numbers have changed places, the {which} one among them; all else is right."))
      for which, place in (("last", -1), ("first", 0))),
]
