"""Exercise 7.3: decoders that let the future through, and tests too weak to notice. Used by `lesson_07`."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from classroom.judge.evidence import commas, number
from classroom.judge.exercise import Misconception
from course._words import say
from course.attention import MultiHeadAttention, causal_mask
from course.transformer import FeedForward, LayerNorm

_OPENED = {"one ahead": lambda row, length: row >= 0, "early": lambda row, length: row < 3,
           "late": lambda row, length: row >= 3, "first": lambda row, length: row == 0,
           "last": lambda row, length: row == length - 2}


class Decode:
    """A small decoder with causal self-attention, to be tested: `decode(x, memory)`; the switches let the future in.

    Any batch, lengths, d_model and dtype; the weights follow from d_model. `norm`: it ends in a layer norm.
    """

    def __init__(self, leak: str = "", n_layers: int = 1, norm: bool = False):
        self.leak, self.n_layers, self.norm = leak, n_layers, norm
        self.known: dict[int, nn.Module] = {}

    def __call__(self, x, memory):
        layers = self._layers(x.shape[-1]).to(x.dtype)
        for n, layer in enumerate(layers):
            x = self._layer(layer, x, memory, deeper=n > 0)
        return nn.functional.layer_norm(x, x.shape[-1:]) if self.norm else x

    def _layers(self, d_model):
        if d_model not in self.known:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(d_model)
                self.known[d_model] = nn.ModuleList(_Parts(d_model) for _ in range(self.n_layers)).eval()
        return self.known[d_model]

    def _layer(self, parts, x, memory, deeper):
        h = self._normed(parts, x)
        if self.leak == "weak":
            x = x + self._weakly_masked(parts.own, h)
        else:
            x = x + parts.own(h, h, h, self._mask(x, deeper))[0]
        if self.leak == "memory":                            # the whole target is laid beside the source
            memory = torch.cat([memory, x], dim=1)
        x = x + parts.cross(parts.norm_2(x), memory, memory)[0]
        return x + parts.feed_forward(parts.norm_3(x))

    def _normed(self, parts, x):
        if self.leak == "norm":                              # over positions instead of dimensions
            return (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, correction=0) + 1e-5).sqrt()
        return parts.norm_1(x)

    def _mask(self, x, deeper):
        length = x.shape[1]
        mask = causal_mask(length)
        next_one = torch.ones_like(mask).tril(1)
        rows = torch.arange(length)[:, None]
        if self.leak in _OPENED:                             # some rows see the next position, too
            mask = mask | next_one & _OPENED[self.leak](rows, length)
        elif self.leak == "two ahead":                       # the next is hidden, the one after it is not
            mask = mask | torch.ones_like(mask).tril(2) & ~next_one
        elif self.leak == "open" or self.leak == "deeper" and deeper:
            mask = torch.ones_like(mask)
        elif self.leak == "short":                           # made for four positions, open beyond
            mask = mask | (torch.arange(length) >= 4)
        elif self.leak == "inverted":
            mask = mask.T
        if self.leak in ("all but the first", "all but the last"):
            sentences = torch.arange(len(x))
            opened = sentences > 0 if self.leak == "all but the first" else sentences < len(x) - 1
            return mask[None] | opened[:, None, None]
        return mask[None]

    def _weakly_masked(self, attention, h):
        q = attention.queries(h)
        k, v = attention.keys_and_values(h, h)
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        weights = scores.masked_fill(~causal_mask(h.shape[1]), -6.0).softmax(-1)
        return attention.w_o((weights @ v).transpose(1, 2).flatten(2))


class _Parts(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        n_heads = 2 if d_model % 2 == 0 else 1
        self.own, self.cross = MultiHeadAttention(d_model, n_heads), MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, 2 * d_model)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))


_LEAK = "A model that sees the future reads off in training what it is asked for, and fails when it writes by itself."
LEAKS = [
    Misconception("no-mask", Decode("open"), "It has no mask at all.", _LEAK,
                  "Change something late in x, and look at what comes out early."),
    Misconception("one-ahead", Decode("one ahead"), "Its mask is off by one: every position sees the next, which is "
                  "exactly the one it is asked for.", _LEAK,
                  "Do you look at the very last position before the change?"),
    Misconception("early", Decode("early"), "Its mask is off by one for the first three positions, and right from "
                  "the fourth on.", _LEAK,
                  "Where do you change x? A change at the very end says nothing about early leaks."),
    Misconception("deeper-layers", Decode("deeper", n_layers=2, norm=True), "Its first layer has the mask, the second "
                  "has none, and a layer norm comes last.", _LEAK,
                  "Do you compare the vectors that come out, or something made of them?"),
    Misconception("inverted", Decode("inverted"), "Its mask is transposed: each position sees itself and the future.",
                  _LEAK, "Change something late in x, and look at what comes out early."),
    Misconception("short", Decode("short"), "Its mask was made for four positions; what comes later is open to all.",
                  _LEAK, "How long is your x? More than four positions would show it."),
    Misconception("first-sentence", Decode("all but the first"), "Only sentence 0 of the batch is masked.", _LEAK,
                  "How many sentences does your batch have, and do you look at more than the first?"),
    Misconception("last-sentence", Decode("all but the last"), "Only the last sentence of the batch is masked.", _LEAK,
                  "How many sentences does your batch have, and do you look at more than the last?"),
    Misconception("norm", Decode("norm"), "Its masks are right, but its norm takes mean and variance over the "
                  "positions, and so knows something of all of them.", _LEAK,
                  "A leak need not come through attention: compare what comes out, whatever is inside."),
    Misconception("weak", Decode("weak"), "It fills forbidden scores with −6, so that a little of the future comes "
                  "through.", _LEAK, "How large a difference does your test let pass?"),
    Misconception("memory", Decode("memory"), "Its cross-attention also sees the whole target, laid beside the memory.",
                  _LEAK, "Change something late in x and leave the memory alone."),
    Misconception("late", Decode("late"), "Its mask is right for the first three positions, and off by one from the "
                  "fourth on.", _LEAK,
                  "Which positions do you compare? What comes out at the first few says nothing about late leaks."),
    Misconception("first-position", Decode("first"), "The very first position sees the second; all others are masked "
                  "rightly.", _LEAK, "Is there a change that leaves nothing but position 0 as it was?"),
    Misconception("last-position", Decode("last"), "The last position but one sees the last; all others are masked "
                  "rightly.", _LEAK, "Is there a change of the last position alone?"),
    Misconception("two-ahead", Decode("two ahead"), "Its mask hides the next position, and shows the one after it.",
                  _LEAK, "Do you change only the one position that comes next?"),
]


def notices(bug: Misconception, calls: Sequence[Mapping[str, Any]]) -> str:
    """Why a test sees nothing of a leak, as far as its inputs tell; empty if they do not.

    Args:
        bug: one of `LEAKS`, which the test accepted.
        calls: what the test called it with: `x` (B, T, d_model) and `memory` (B, T_k, d_model), NumPy arrays.
    """
    given = [(call["x"], call["memory"]) for call in calls if {"x", "memory"} <= call.keys()]
    first, *others = given or [(None, None)]
    others = [(x, memory) for x, memory in others if x.shape == first[0].shape]
    if not others or len(others) < len(given) - 1:
        return ""
    changes = [x - first[0] for x, _ in others]
    in_pairs = len(given) % 2 == 0 and all(
        np.array_equal(one[0], two[0]) for one, two in zip(given[::2], given[1::2], strict=True))
    if not any(change.any() for change in changes) or in_pairs:
        return say("Both calls of a comparison got the very same `x`, so that nothing could move. Two things do that. "
                   "`x2 = x` gives a tensor a second name: a change through one name is a change of both. And numbers "
                   "that are drawn twice from the same seed are the same numbers. Which is it here, and do the two `x` "
                   "differ if you compare them yourself?")
    if len(given) < _KEPT and _nothing_kept(given):
        return say("Every change of x that your test made begins at position 0, and nothing stands before it: what "
                   "must not move then holds not one number, and two empty tensors are always equal. If there is a "
                   "loop in your test, does it come to its second round? A `return` inside a loop ends it.")
    if len(given) < _KEPT and (sliced := _whole_sentences(given)):
        return sliced
    if first[0].shape[-1] == 1:
        return say("Each vector of your `x` is a single number, and a number is its own mean: a layer norm makes 0 of "
                   "it, whatever it was. So attention gets what it got before. How many dimensions does your `x` need?")
    if all(np.allclose(change, change.mean(-1, keepdims=True), atol=1e-4 * (1 + np.abs(change).max()))
           for change in changes):
        return say("Where its second `x` differs from the first, one and the same number has been added to all "
                   "dimensions of a position. The layer norm subtracts the mean, and with it that number: attention "
                   "gets what it got before. Put in other random numbers.")
    if all(np.abs(_normed(x) - _normed(first[0])).max() <= 1e-3 * np.abs(x - first[0]).max() for x, _ in others):
        return say("Where its second `x` differs from the first, each vector has been multiplied by a positive number, "
                   "or that and one number added to all its dimensions. A layer norm removes both: attention gets what "
                   "it got before. Put in other random numbers.")
    moved, t, least, n = max((*_moved(bug.wrong, first, other), n) for n, other in enumerate(others))
    if moved < _SEEN:
        if all(_reordered(first[0], x) for x, _ in others):
            return say("Your second `x` holds the same vectors as the first, in another order. Attention takes a "
                       "weighted mean of all that it sees, and a mean does not depend on the order: what comes out "
                       "before the change is the same. Put in other random numbers.")
        apart = max(float(np.abs(change).max()) for change in changes)
        if moved > 0 and apart < _SMALL:
            return say("Your second `x` differs from the first by {apart} at most, and what came out before the change "
                       "moved by {moved} at most. How large a difference does your test let pass, and how large must a "
                       "change of x be for that?", apart=number(apart), moved=number(moved))
        return _too_few_changes(bug.wrong, given)
    where = _where(first, others[n], t)
    if bug.slug == "no-mask" and least > _SEEN:
        return say("In one of its calls your test changed x {where}, and what came out before it moved, at every "
                   "position and in every sentence, by {least} or more. Does your test compare two results there, and "
                   "how large a difference does it let pass? And does it fail if they differ? What makes it fail is an "
                   "`assert` that does not hold, False that is returned, or another error. A printed word or a "
                   "returned list does not, `assert (a, b)` always holds, and an `except` around an `assert` keeps its "
                   "error to itself.", where=where, least=number(least))
    if bug.wrong.norm:
        return say("In one of its calls your test changed x {where}, and what came out before it moved, by up to "
                   "{moved}. The mean of each vector and its length stayed as they were: behind a new layer norm they "
                   "always do. Which positions and sentences does your test compare, all of their numbers or something "
                   "made of them, how large a difference does it let pass, and is one such difference enough for it to "
                   "fail?", where=where, moved=number(moved))
    return say("In one of its calls your test changed x {where}, and what came out before it moved, by up to {moved}. "
               "Which of the positions and sentences does it compare, how large a difference does it let pass, and is "
               "one such difference enough for it to fail?", where=where, moved=number(moved))


_SMALL = 0.05         # of a change of x
_SEEN = 1e-3          # a difference that a test for equality within 1e-5 cannot overlook
_UNMOVED = 1e-6       # what rounding may do
_KEPT = 20            # of more calls than these, the first alone are known


def _normed(x):
    """What a new layer norm makes of each vector."""
    return (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + 1e-6)


def _reordered(one, other) -> bool:
    """Does each sentence of `other` hold the vectors of `one`, in another order?"""
    return all(np.array_equal(a[np.lexsort(a.T)], b[np.lexsort(b.T)]) for a, b in zip(one, other, strict=True))


def _nothing_kept(given: Sequence[tuple]) -> bool:
    """Does every call get the same memory, and in every sentence another first vector than each of the others?"""
    return all(np.array_equal(one[1], two[1]) and one[0].shape == two[0].shape
               and (one[0][:, 0] != two[0][:, 0]).any(-1).all() for n, one in enumerate(given) for two in given[:n])


def _whole_sentences(given: Sequence[tuple]) -> str:
    """What to say if each x is the first one with some of the sentences replaced, each from end to end; else empty."""
    (first, memory), *others = given
    if any(x.shape != first.shape or not np.array_equal(one, memory) for x, one in others):
        return ""
    changed = [(x != first).any(-1) for x, _ in others]              # (B, T) each
    if any((one.any(1) != one.all(1)).any() for one in changed) or not any(0 < one.mean() < 1 for one in changed):
        return ""
    return say("Where an `x` of your test differs from the first one, whole sentences differ, from position 0 on, and "
               "the others are the same. So there is no position that stands before a change. The first axis of `x` "
               "counts sentences, the second one positions. How do you slice the second axis and leave the first "
               "alone?")


def _where(one: tuple, other: tuple, t: int) -> str:
    """At which positions the x of two calls differ, of which `t` is the first."""
    changed = (one[0] != other[0]).any(axis=(0, 2))
    if changed[t:].all():
        return say("from position {t} on", t=t)
    return say("at position {t} alone", t=t) if changed.sum() == 1 else say("at position {t} and at later ones", t=t)


def _moved(decode: Decode, one: tuple, other: tuple) -> tuple[float, int, float]:
    """Two inputs that begin alike: by how much what comes out for that beginning differs, and how long it is.

    The third number is by how much the vector that moves least differs.
    """
    differs = np.abs(one[0] - other[0]).max(axis=(0, 2)) > 0
    t = int(np.argmax(differs)) if differs.any() else 0
    if t == 0 or one[1].shape != other[1].shape or (one[1] != other[1]).any():
        return 0.0, t, 0.0
    with torch.no_grad():
        a, b = (decode(torch.from_numpy(x), torch.from_numpy(memory))[:, :t] for x, memory in (one, other))
    moved = (a - b).abs().amax(-1)
    return float(moved.max()), t, float(moved.min())


def _too_few_changes(decode: Decode, given: Sequence[tuple]) -> str:
    """What to say if nothing moves before any change that the test has made, but something does with other changes.

    Args:
        given: x and memory of each call; all x have one shape.
    """
    made = set()
    for n, (x, memory) in enumerate(given):
        earlier = [(_begins_alike(one, (x, memory)), one) for one in given[:n]]
        t, one = max(earlier, key=lambda pair: pair[0], default=(0, None))
        if 0 < t < x.shape[1]:
            changed = (one[0] != x).any(axis=(0, 2))[t:]
            if not changed.all() or _moved(decode, one, (x, memory))[0] > _UNMOVED:
                return ""
            made.add(t)
    if not made or len(given) >= _KEPT:
        return ""
    x, memory = given[0]
    others = np.random.default_rng(0).normal(size=x.shape).astype(x.dtype)
    for t in set(range(1, x.shape[1])) - made:
        if _moved(decode, (x, memory), (np.concatenate([x[:, :t], others[:, t:]], 1), memory))[0] > _SEEN:
            break
    else:
        return ""
    if len(made) == 1:
        return say("Your test changed x from position {t} on, and from no other. Nothing that comes out before "
                   "position {t} moves then; after other changes of the same x, something does. Which changes are "
                   "needed, and does your test come to all of them?", t=made.pop())
    return say("Your test changed x from these positions on, and from no others: {ts}. Nothing that comes out before a "
               "change moves then; after other changes of the same x, something does. Which changes are needed, and "
               "does your test come to all of them?", ts=commas([str(t) for t in sorted(made)]))


def _begins_alike(one: tuple, other: tuple) -> int:
    """From which position on the x of two calls differ; 0 if the memory differs, or the shape."""
    if one[0].shape != other[0].shape or one[1].shape != other[1].shape or (one[1] != other[1]).any():
        return 0
    differs = (one[0] != other[0]).any(axis=(0, 2))
    return int(np.argmax(differs)) if differs.any() else len(differs)


def suspects(calls: Sequence[Mapping[str, Any]]) -> str:
    """Why a test refuses a right decoder, as far as its inputs tell; empty if they do not."""
    given = [(call["x"], call["memory"]) for call in calls if {"x", "memory"} <= call.keys()]
    if any(not np.isfinite(x).all() for x, _ in given):
        return say("Its `x` holds NaN or an infinite number. What the mask hides gets the weight 0, and 0 · NaN and "
                   "0 · ∞ are NaN: so NaN comes out of a right decoder, too, where nothing was changed. With which "
                   "numbers does nothing of what is hidden come through?")
    memories = [memory for _, memory in given]
    if len(memories) > 1 and not any(np.array_equal(a, b) for n, a in enumerate(memories) for b in memories[:n]):
        return say("No two of its calls got the same `memory`, and what comes out moves with that as well. What should "
                   "differ between the two calls of a comparison, and what should not?")
    return _change_that_failed(given)


def _change_that_failed(given: Sequence[tuple]) -> str:
    """How the last x of a test that failed differs from the first one."""
    if not 2 <= len(given) < _KEPT or given[-1][0].shape != given[0][0].shape:
        return ""
    if sliced := _whole_sentences(given):
        return sliced
    t, latest = (max(_begins_alike(one, given[-1]) for one in among) for among in (given[:1], given[1:-1] or given[:1]))
    if t == latest == 0:
        return _changed_from_the_start(given[0], given[-1])
    if not 0 < t < len(given[0][0][0]):
        return ""
    where = _where(given[0], given[-1], t)
    if t < latest < len(given[0][0][0]):
        return say("The last `x` of your test differs from the first one {where}, but from another one before it only "
                   "from position {latest} on: so one change was made on top of another. Does each change begin with a "
                   "new copy of the first `x`? `x2 = x` makes no copy, it gives the tensor a second name.", where=where,
                   latest=latest)
    return say("The last `x` of your test differs from the first one {where}. What comes out before position {t} is "
               "then the same, to within rounding; what comes out at position {t} and after it may differ. Which "
               "positions does your test compare?", where=where, t=t)


def _changed_from_the_start(one: tuple, other: tuple) -> str:
    """What to say of a test that failed after a change of x at position 0, in every sentence; else empty."""
    changed = one[0] != other[0]
    if not np.array_equal(one[1], other[1]) or not changed[:, 0].any(-1).all():
        return ""
    numbers = changed[0, 0]
    if (changed == numbers).all() and not numbers.all():
        return say("The last `x` of your test differs from the first one at every position, in some numbers of each "
                   "vector. The second axis of `x` counts positions, the third one the numbers of a vector. How do you "
                   "slice the second axis and leave the third alone?")
    return say("The last `x` of your test differs from the first one {where}. Nothing stands before position 0, and "
               "all that comes out may differ. Which positions does your test change, and which does it compare?",
               where=_where(one, other, 0))
