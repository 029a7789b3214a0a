"""Exercise 3.3: things with a sense of order. Used by `lesson_03`."""
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from classroom.judge.evidence import number
from classroom.judge.exercise import Misconception
from course._words import say


def weights_for(x, *sizes, seed=0):
    """The same random matrix at every call: (d, *sizes) for vectors of d numbers."""
    made = torch.randn(x.shape[-1], *sizes, generator=torch.Generator().manual_seed(seed))
    return made.to(x.dtype) / x.shape[-1] ** 0.5


def ordered(x, positions=0.0, causal=False, distance=0.0, shift=0, by_view=False, first=0.0, last=0.0, sentences="all",
            drift=0.0, growth=0.0, numbers=slice(None)):
    """Self-attention (..., T, d) -> (..., T, 4), with switches that give it a sense of order.

    `sentences` says in which ones it has it: "all", "later" (all but the first) or "first"; `numbers` in which numbers
    of the output.
    """
    if numbers != slice(None):
        output = ordered(x).clone()
        output[..., numbers] = ordered(x, causal=causal)[..., numbers]
        return output
    length = x.shape[-2]
    place = torch.arange(length, dtype=x.dtype)
    h = x + positions * place[:, None]
    q, k, v = (h @ weights_for(x, 4, seed=seed) for seed in (1, 2, 3))
    if by_view:                                          # two heads, poured instead of split
        q, k, v = (t.reshape(*t.shape[:-2], 2, length, 2) for t in (q, k, v))
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    scores = scores - distance * (place[:, None] - place).abs() + first * (place == 0) + last * (place == length - 1)
    if causal:
        closed = place[:, None] < place
        if sentences != "all":
            number = torch.arange(x.shape[0] if x.dim() > 2 else 1).view(-1, *[1] * (x.dim() - 1))
            closed = closed & (number > 0 if sentences == "later" else number == 0)
            closed = closed if x.dim() > 2 else closed[0]
        scores = scores.masked_fill(closed, float("-inf"))
    output = scores.softmax(-1) @ v.roll(shift, dims=-2) * (1 + growth * place[:, None]) + drift * place[:, None]
    return output.reshape(*x.shape[:-1], 4) if by_view else output


def sorted_first(x):
    """Sorts the words by their first number, and leaves the outputs in that order."""
    return ordered(x.gather(-2, x[..., :1].argsort(dim=-2).expand_as(x)))


def numbers_turned(x):
    """The numbers of each output, moved round by as many as its place."""
    output = ordered(x)
    size = output.shape[-1]
    column = (torch.arange(size) - torch.arange(x.shape[-2]).unsqueeze(-1)) % size
    return output.gather(-1, column.expand_as(output))


def notices(bug: Misconception, calls: Sequence[Mapping[str, Any]]) -> str:
    """Why a test sees nothing of a bug, as far as its inputs tell; empty if they do not.

    Args:
        bug: one of `ORDERED`, which the test accepted.
        calls: what the test called it with: `x` (B, T, d_model), NumPy arrays.
    """
    given = [call["x"] for call in calls if "x" in call]
    if bug.slug == "noise" or len(given) < 2 or any(x.ndim < 2 for x in given):
        return ""
    if all(np.array_equal(x, given[0]) for x in given):
        alike = _words_alike(given[0])
        if alike == "all":
            return say("It was called with the same `x` every time: within a sentence all words of your `x` are equal, "
                       "so that no order changes anything. Take words that differ.")
        if alike == "some":
            return say("It was called with the same `x` every time, although some of its words are equal: your order "
                       "changes nothing. Take words that all differ, and an order that moves them all.")
        return say("It was called with the same `x` every time: your order leaves each word in its place. Choose one "
                   "that moves them all.")
    moved = any(not np.array_equal(x, given[0]) for x in given)
    if moved and all(_sentences_shuffled(x, given[0]) for x in given) and "-sentence" not in bug.slug:
        return say("From one call to another the sentences of your `x` change places in the batch, and the words of "
                   "each stay where they are. On which axis of `x` are the words?")
    largest = max(float(np.abs(x).max(initial=0.0)) for x in given)
    if largest < _TINY and bug.slug == "values-shifted":
        return say("No number of your `x` is further from 0 than {largest}. With scores so close to 0 all shares "
                   "are nearly equal, and then it hardly counts whose value is handed over. How large are the numbers "
                   "that `torch.randn` makes?", largest=number(largest))
    if largest > _HUGE and bug.slug in ("prefers-neighbours", "first-word-favoured", "last-word-favoured"):
        return say("The numbers of your `x` go up to {largest} or down to −{largest}. With scores so far apart one "
                   "word gets everything, and 1 or 2 more or less in a score hardly counts. How large are the numbers "
                   "that `torch.randn` makes?", largest=number(largest))
    return ""


_TINY, _HUGE = 0.25, 50.0        # `torch.randn` makes numbers between these


def _words_alike(x: np.ndarray) -> str:
    """Which words within a sentence are equal: "all", "some", or none of them ("")."""
    sentences = x.reshape(-1, *x.shape[-2:])
    found = [len(np.unique(words, axis=0)) for words in sentences]
    return "all" if max(found, default=0) == 1 else "some" if min(found, default=0) < x.shape[-2] else ""


def _sentences_shuffled(x: np.ndarray, first: np.ndarray) -> bool:
    """Whether x has the sentences of `first`, word by word, in the same order or another one."""
    if x.shape != first.shape or x.ndim != 3:
        return False
    return sorted(sentence.tobytes() for sentence in x) == sorted(sentence.tobytes() for sentence in first)


_SMALL = "Small differences come from a mistake as well as large ones. Rounding is far smaller still."
_HOW_FAR = ("Do you compare the numbers of the outputs themselves? And how far apart may two of them be that your test "
            "takes for equal?")
_HOLDS = "Without positions and masks, self-attention treats all places alike."


def _noise(x):
    return torch.randn(*x.shape[:-1], 4, dtype=x.dtype)


ORDERED = [
    Misconception("noise", _noise, "It returns random numbers, others at each call.",
                  "No comparison of two outputs could hold for it.",
                  "Do you compare numbers, and is there an `assert` in front? `torch.allclose(a, b)` alone is True or "
                  "False, and nobody looks at it; and an `assert` with a condition and a message in one pair of "
                  "brackets is always true."),
    Misconception("positions-added", partial(ordered, positions=0.3),
                  "It adds something to every vector that depends on its place in the sentence.",
                  "Any order that moves a word shows it, if the outputs of the same word are compared, before and "
                  "after.", "Which words does your order move? And which outputs do you compare?"),
    Misconception("looks-back-only", partial(ordered, causal=True),
                  "It has a causal mask: each place sees itself and the places before it.", _HOLDS,
                  "Do you compare numbers, and all of them?"),
    Misconception("prefers-neighbours", partial(ordered, distance=1.0),
                  "It subtracts the distance of two places from their score, so that near words count more.",
                  "Reversing a sentence keeps all distances, and neighbours stay neighbours.",
                  "Is your new order one that tears neighbours apart?"),
    Misconception("values-shifted", partial(ordered, shift=1),
                  "It hands over the value of the place before the one that was looked at.",
                  "What is handed over must come from the place that was looked at.",
                  "Is your new order one that tears neighbours apart? When a sentence is moved round in a circle, "
                  "every place keeps the one before it."),
    Misconception("heads-poured", partial(ordered, by_view=True),
                  "It has two heads, made by pouring the numbers into a new shape, so that a head mixes places.",
                  _HOLDS, "Do you compare numbers, and all of them?"),
    Misconception("first-word-favoured", partial(ordered, first=2.0),
                  "It raises the score of whatever stands at place 0.", _HOLDS,
                  "Does another word come first in your new order? (With an order drawn at random it may stay: choose "
                  "one, or try several.)"),
    Misconception("last-word-favoured", partial(ordered, last=2.0),
                  "It raises the score of whatever stands at the last place.", _HOLDS,
                  "Does another word come last in your new order? (With an order drawn at random it may stay: choose "
                  "one, or try several.)"),
    Misconception("words-sorted", sorted_first,
                  "It sorts the words of each sentence by their first number, and does not put the outputs back: they "
                  "are the right ones, at the wrong places.",
                  "That a number, or an output, occurs somewhere in the other result is not enough.",
                  "Do you compare the output at each place with the one that belongs to the same word, number by "
                  "number? A mean over the words no longer says at which place an output was; and in a sum or a mean "
                  "of differences some cancel others."),
    Misconception("numbers-turned", numbers_turned,
                  "It moves the numbers within each output round, by as many as the place of the word.",
                  "Length, sum, mean and largest number of an output stay the same.",
                  "Do you compare the numbers of an output themselves, or something made of them?"),
    Misconception("only-last-number", partial(ordered, causal=True, numbers=slice(-1, None)),
                  "It looks back only, but just in the last number of each output; all others are right.", _HOLDS,
                  "Do you compare all numbers of an output?"),
    Misconception("small-difference", partial(ordered, drift=0.005),
                  "It adds 0.005 to the output at place 1, 0.010 at place 2, and so on.",
                  _SMALL, _HOW_FAR),
    Misconception("smaller-difference", partial(ordered, drift=0.0012),
                  "It adds 0.0012 to the output at place 1, 0.0024 at place 2, and so on.", _SMALL, _HOW_FAR),
    Misconception("larger-by-place", partial(ordered, growth=0.004),
                  "It makes the output at place 1 larger by 0.4 %, at place 2 by 0.8 %, and so on.", _SMALL,
                  "Do you compare the numbers of the outputs themselves? And what does your test allow two numbers to "
                  "differ by: `rtol` is a share of the number, and counts beside `atol`."),
    Misconception("first-sentence-only", partial(ordered, causal=True, sentences="first"),
                  "In the first sentence of the batch it looks back only; in all others it is right.",
                  "What holds for the second sentence need not hold for the first.",
                  "Do you look at all sentences of your x? And is one number that differs enough to make your test "
                  "fail?"),
    Misconception("later-sentences-only", partial(ordered, causal=True, sentences="later"),
                  "In the first sentence of the batch it is right; in all others it looks back only.",
                  "What holds for the first sentence need not hold for the second.",
                  "How many sentences does your x have, and do you look at all of them?"),
]
