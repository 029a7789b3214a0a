"""What shapes and sizes tell of a wrong answer: results of another shape, and answers that are right for one size."""
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from classroom.ask import compare
from classroom.ask.outcome import Outcome, agree, sizes
from course._words import say

from .evidence import Sight, axis_name, axis_word, capital, clauses, have, listing, place, shape, the_axis
from .exercise import Exercise

__all__ = ["FOR_ONE_SIZE", "Said", "for_one_size", "wrong_shape"]

Said = tuple[str, str] | None         # a slug and a sentence, if the description holds
FOR_ONE_SIZE = ("size-typed-in", "sizes-taken-for-equal")
_MOST_EQUAL = 3                       # pairs of sizes; with more of them than that, it may be anything


def wrong_shape(sight: Sight, name: str, pairs: Sequence[Sight] = ()) -> Said:
    """A result of another shape than it should have; `pairs` are all the cases that are wrong."""
    got, want = sight.got.values[name], sight.want.values[name]
    if got.shape == want.shape:
        return None
    axes = sight.axes(name)
    named = f"{shape(want)}" + (f" = ({', '.join(axes)})" if axes else "")
    slug, text = "wrong-shape", say("{place}, your {have} the shape {got}; {named} is expected.", place=place(sight),
                                    have=have(name), got=shape(got), named=named)
    if not got.size and want.size:
        slug = "empty"
        text += say(" There is not one number in it. Does something stay empty that is begun empty (`np.append` and "
                    "`torch.cat` return something new and leave what they are given as it is), or does a slice end "
                    "where it begins?")
    elif (order := _order(got, want)) is not None:
        moved = [axes[i] for i in range(want.ndim) if order[i] != i]
        how = say("{moved} have changed places", moved=listing(moved)) if len(moved) == 2 else say(
            "{moved} stand in another order", moved=listing(moved))
        slug, text = "axes-exchanged", say("{text_} The numbers are right, but the axes {how}.", text_=text, how=how)
    elif got.ndim == want.ndim and sorted(got.shape) == sorted(want.shape):
        text += say(" These are the same sizes in another order.")
    elif (joined := _joined(got, want, axes)) is not None:
        slug, text = "axes-joined", text + joined
    elif (stacked := _stacked(got, want)) is not None:
        slug, text = "stacked", text + stacked
    elif (one := _one_of_several(sight, name, pairs)) is not None:
        slug, text = "several-for-one", f"{text} {one}"
    elif (paired := _each_with_each(sight, name, pairs)) is not None:
        slug, text = "each-with-each", text + paired
    elif (gathered := _gathered(got, want, [the_axis(label) for label in sight.labels(name)],
                                [(p.got.values[name], p.want.values[name]) for p in pairs])) is not None:
        slug, text = "axis-summed-up", text + gathered
    elif np.squeeze(got).shape == np.squeeze(want).shape:
        slug = "axis-of-one" if compare.equal(np.squeeze(got), np.squeeze(want)) else slug
        text += _missing(got, want, axes) if got.ndim < want.ndim else say(
            " An axis of length 1 is too many.") \
            if got.ndim > want.ndim else say(" An axis of length 1 stands elsewhere.")
    elif got.ndim == want.ndim:
        off = [say("{axis} is {g} and should be {w}", axis=axes[i], g=g, w=w) if axes[i] == axis_name(f"axis {i}") else
               say("axis {i} ({axes}) is {g} and should be {w}", i=i, axes=axes[i], g=g, w=w)
               for i, (g, w) in enumerate(zip(got.shape, want.shape, strict=True)) if g != w]
        text += say(" {Off}.", Off=capital(clauses(off)))
        if got.size == want.size:
            text += say(" There are as many numbers as there should be, in another shape: a `reshape` or `view`, or "
                        "a `cat` along another axis, perhaps.")
        elif (repeated := _repeated(got, want)) is not None:
            slug = "put-one-after-the-other"
            text += say(" It holds the right numbers and others beside them: {repeated}", repeated=repeated)
        elif (rest := _left_over(got, want)) is not None:
            axis, places, slug = rest
            if not places:
                which = say("some are missing") if slug == "entries-missing" else say(
                    "there are some that should not be there")
            elif slug == "entries-missing":
                which = say("those at {places} are missing", places=_places(places, want.shape[axis]))
            else:
                which = say("at {places} are some that should not be there", places=_places(places, got.shape[axis]))
            text += say(" All numbers are right, but along axis {axis} {which}.", axis=axis, which=which) \
                if got.ndim > 1 or len(places) != 1 or slug == "entries-missing" else \
                say(" The right numbers are there, and one besides them: that at {place}.",
                    place=_places(places, got.size).rstrip(",，"))
            if slug == "entries-missing" and places == [*range(1, want.shape[axis])]:
                text += say(" Only what stands first is there: does a `return` stand inside a loop, or is there an "
                            "index or a slice that takes nothing else?")
    elif not want.ndim:
        text += say(" One number is expected. What makes one of these {size}?", size=got.size)
    elif got.ndim < want.ndim:
        lost = say("{ndim} of the {ndim2} axes", ndim=want.ndim - got.ndim,
                   ndim2=want.ndim) if want.ndim > 1 else say("The axis")
        text += say(" {lost} got lost, by a sum, an `all` or an index perhaps.", lost=lost)
    match = [label for label, size in sight.sizes.items()
             if got.ndim == want.ndim and _one_off(got, want) == size > 1 and not label.endswith("_id")
             and _in_its_place(label, name, pairs)]
    if len(match) == 1:                                # of two that are alike in all cases, it says nothing
        text += say(" The size you have there is {match}.", match=axis_word(match[0]))
    return slug, text


def _in_its_place(label: str, name: str, pairs: Sequence[Sight]) -> bool:
    """Whether this size stands in the place of another one wherever one is wrong, in cases in which it differs."""
    found = [(_one_off(p.got.values[name], p.want.values[name]), p.sizes.get(label)) for p in pairs
             if p.got.values[name].ndim == p.want.values[name].ndim]
    found = [(off, size) for off, size in found if off is not None]
    return all(off == size for off, size in found) and len({off for off, _ in found}) > 1


def _missing(got: np.ndarray, want: np.ndarray, axes: list[str]) -> str:
    """Which axis of length 1 is missing, where that can be told."""
    found = [n for n in range(want.ndim) if want.shape[n] == 1 and want.shape[:n] + want.shape[n + 1:] == got.shape]
    if len(found) == 1 and len(axes) == want.ndim:
        return say(" An axis is missing: axis {n} ({axis}), which has the length 1 here.", n=found[0],
                   axis=axes[found[0]])
    return say(" An axis of length 1 is missing.")


def _order(got: np.ndarray, want: np.ndarray) -> tuple[int, ...] | None:
    """The order of axes that makes one of the other, numbers and all."""
    if got.ndim != want.ndim or sorted(got.shape) != sorted(want.shape) or got.ndim > 5:
        return None
    orders = sorted(itertools.permutations(range(got.ndim)), key=lambda order: sum(i != n for n, i in enumerate(order)))
    return next((order for order in orders if got.transpose(order).shape == want.shape
                 and compare.equal(got.transpose(order), want)), None)


def _repeated(got: np.ndarray, want: np.ndarray) -> str | None:
    """One axis is a multiple, and begins or ends with what is expected."""
    axis = [i for i, (g, w) in enumerate(zip(got.shape, want.shape, strict=True)) if g != w]
    if len(axis) != 1 or not min(got.size, want.size) or got.shape[axis[0]] % want.shape[axis[0]]:
        return None
    parts = np.split(got, got.shape[axis[0]] // want.shape[axis[0]], axis[0])
    if not any(compare.equal(part, want) for part in parts):
        return None
    return say("{parts} results have been put one after the other along this axis.", parts=len(parts))


def _one_more(sight: Sight, name: str, pairs: Sequence[Sight]) -> list[tuple[np.ndarray, np.ndarray]]:
    """What came and what was expected, in this case and all others in which there is one axis too many."""
    both = [(p.got.values[name], p.want.values[name]) for p in (sight, *pairs)]
    return [(got, want) for got, want in both if got.ndim == want.ndim + 1]


def _one_of_several(sight: Sight, name: str, pairs: Sequence[Sight]) -> str | None:
    """One axis too many, and at one of its places what is expected, at the same place in all cases that have it."""
    got, found = sight.got.values[name], _one_more(sight, name, pairs)
    if got.ndim != sight.want.values[name].ndim + 1:
        return None
    for axis in [i for i in range(got.ndim) if got.shape[i] > 1]:
        for i in (*range(got.shape[axis]), -1):                   # the last one may stand elsewhere in other cases
            if all(_there(g, w, axis, i) for g, w in found):
                place = i % got.shape[axis]
                return say("Axis {axis} is one too many: it holds {shape} results, and the right one is at {rstrip}.",
                           axis=axis, shape=got.shape[axis], rstrip=_places([place], got.shape[axis]).rstrip(',，'))
    return None


def _there(got: np.ndarray, want: np.ndarray, axis: int, place: int) -> bool:
    """Whether what is expected stands at this place of an axis, if the axis has more places than one."""
    if axis >= got.ndim or got.shape[axis] < 2:
        return compare.equal(got.ravel(), want.ravel())
    return place < got.shape[axis] and compare.equal(got.take(place, axis), want)


def _each_with_each(sight: Sight, name: str, pairs: Sequence[Sight]) -> str | None:
    """One axis too many, and what is expected on a diagonal: places met that do not belong together."""
    got, found = sight.got.values[name], _one_more(sight, name, pairs)
    if got.ndim != sight.want.values[name].ndim + 1:
        return None
    for i, j in itertools.combinations(range(got.ndim), 2):
        if got.shape[i] == got.shape[j] > 1 and all(_on_the_diagonal(g, w, i, j) for g, w in found):
            if got.ndim > 2:
                return say(" The right numbers stand where the places along axis {i} and axis {j} are the same: each "
                           "place was combined with each, and not only with its own partner. Of two things that meet "
                           "in your code, has one an axis more than the other? Print both shapes.", i=i, j=j)
            return say(" The right numbers stand on its diagonal: each number was combined with each, and not only "
                       "with its own partner. Has an axis been put into one of two things that have the same "
                       "length, so that the one is a column and the other a row?")
    return None


def _on_the_diagonal(got: np.ndarray, want: np.ndarray, i: int, j: int) -> bool:
    """Whether what is expected stands on the diagonal of these two axes, if both have more places than one."""
    if j < got.ndim and 1 in (got.shape[i], got.shape[j]):
        return compare.equal(got.ravel(), want.ravel())
    if j >= got.ndim or got.shape[i] != got.shape[j]:
        return False
    diagonal = np.diagonal(got, axis1=i, axis2=j)
    return any(compare.equal(np.moveaxis(diagonal, -1, at), want) for at in range(want.ndim))


def _gathered(got: np.ndarray, want: np.ndarray, axes: list[str], others: Sequence[tuple[np.ndarray, np.ndarray]]
              ) -> str | None:
    """One axis too few: what is expected, summed over it, its mean or largest, in all other wrong cases as well."""
    for axis in [i for i in range(want.ndim) if got.ndim == want.ndim - 1 and want.shape[i] > 1]:
        if want.dtype.kind not in "iuf":
            return None
        makes: dict[str, Callable] = {say("the sum"): np.sum, say("the mean"): np.mean, say("the largest"): np.max}
        for what, make in makes.items():
            if got.size and all(g.ndim == w.ndim - 1 and w.size and w.ndim == want.ndim and compare.equal(
                    g, np.asarray(make(w, axis))) for g, w in [(got, want), *others]):
                return say(" It holds {what} of the right numbers along {axis}.", what=what, axis=axes[axis])
    return None


def _left_over(got: np.ndarray, want: np.ndarray) -> tuple[int, list[int], str] | None:
    """One of the two is the other without some places of one axis: the axis, the places, and a slug."""
    axis = [i for i, (g, w) in enumerate(zip(got.shape, want.shape, strict=True)) if g != w]
    if len(axis) != 1 or not min(got.size, want.size) or got.ndim == 1 and got.dtype.kind == "b":
        return None                        # a few times yes and no are found in the right order nearly anywhere
    fewer = got.shape[axis[0]] < want.shape[axis[0]]
    part, whole = (np.moveaxis(x, axis[0], 0) for x in ((got, want) if fewer else (want, got)))
    left = _without(part, whole)
    if left is None:
        return None
    back = _without(part[::-1], whole[::-1]) or []
    if left != sorted(len(whole) - 1 - i for i in back):      # which of equal ones are left out cannot be told
        left = []
    return axis[0], left, "entries-missing" if fewer else "entries-too-many"


def _without(part: np.ndarray, whole: np.ndarray) -> list[int] | None:
    """Which entries of `whole` are not in `part`, if its others are `part`, the first of several ways; else None."""
    left, n = [], 0
    for i, one in enumerate(whole):
        if n < len(part) and compare.equal(np.asarray(part[n]), np.asarray(one)):
            n += 1
        else:
            left.append(i)
    return left if n == len(part) else None


def _places(places: list[int], of: int) -> str:
    """"place 0, the first,"; "the places 0 and 3"."""
    if len(places) > 1:
        return say("the places {n}", n=listing([str(n) for n in places]))
    end = say(", the first,") if places[0] == 0 else say(", the last,") if places[0] == of - 1 else ""
    return say("place {places}{end}", places=places[0], end=end)


def _joined(got: np.ndarray, want: np.ndarray, axes: list[str]) -> str | None:
    """Two axes that have become one: which, if the numbers or the sizes leave no doubt."""
    if got.ndim != want.ndim - 1 or not want.size:
        return None
    pairs = []                                           # that would make an array of this shape: the numbers, too?
    for i, j in itertools.permutations(range(want.ndim), 2):
        for at in range(got.ndim):
            rest = [n for n in range(want.ndim) if n not in (i, j)]
            made = want.transpose(*rest[:at], i, j, *rest[at:])
            made = made.reshape(*made.shape[:at], -1, *made.shape[at + 2:])
            if made.shape == got.shape and min(want.shape[i], want.shape[j]) > 1:
                if compare.equal(got, made):
                    return _become_one(axes[i], axes[j])
                pairs.append({i, j})
    if not pairs or any(pair != pairs[0] for pair in pairs):
        return None
    i, j = sorted(pairs[0])
    return _become_one(axes[i], axes[j])


def _become_one(first: str, second: str) -> str:
    return say(" The axes {axes} and {axes2} have become one: flattened one too many, or joined along an axis that is "
               "there? (`stack` makes a new one.)", axes=first, axes2=second)


def _stacked(got: np.ndarray, want: np.ndarray) -> str | None:
    """One axis too many, and what is expected where it is joined with another one."""
    if got.ndim != want.ndim + 1 or got.size != want.size or not got.size or got.ndim > 5:
        return None
    for i, j in itertools.permutations([n for n in range(got.ndim) if got.shape[n] > 1], 2):
        for at in range(want.ndim):
            rest = [n for n in range(got.ndim) if n not in (i, j)]
            made = got.transpose(*rest[:at], i, j, *rest[at:])
            if compare.equal(made.reshape(*made.shape[:at], -1, *made.shape[at + 2:]), want):
                return say(" The numbers are right, and there is an axis too many: the axes {i} and {j} are to be "
                           "one. `stack` lays things along a new axis; `cat` and `concatenate` join them along one "
                           "that is there.", i=i, j=j)
    return None


def _one_off(got: np.ndarray, want: np.ndarray) -> int | None:
    sizes_off = [g for g, w in zip(got.shape, want.shape, strict=True) if g != w]
    return sizes_off[0] if len(sizes_off) == 1 else None


def for_one_size(task: Exercise, got: list[Outcome], want: list[Outcome]) -> Said:
    """Right in just those cases in which an input has one number of axes, two sizes are equal, or one is this one?"""
    if task.shows is not None:
        return None
    if (said := _for_axes(task, got, want)) is not None:
        return said
    found = [(sizes(task, g), agree(g, w)) for g, w in zip(got, want, strict=True)]
    right, wrong = [s for s, fine in found if fine], [s for s, fine in found if not fine]
    if sum(agree(g, w) and _with_different_numbers(g) for g, w in zip(got, want, strict=True)) < 2 or not wrong:
        return None                        # one case may be right for any reason
    if (said := _for_equal_sizes(right, wrong)) is not None:
        return said
    telling = []
    for label, size in right[0].items():
        others = {s.get(label) for s in wrong}
        if size > 1 and not label.endswith("_id") and all(s.get(label) == size for s in right) \
                and size not in others and len(others - {None}) > 1:
            telling.append((label, size, sorted(n for n in others if n is not None)))
    if not 1 <= len(telling) <= 3:
        return None
    if len(telling) > 1:
        only = listing([say("{label} is {size}", label=axis_word(label), size=size) for label, size, _ in telling])
        return "size-typed-in", say("It is right in the cases where {only}, and in no other; there, all of these "
                                    "differ. Is one of the numbers in your code, or something that has just this "
                                    "size on the page? Or does a mistake not show at these sizes?", only=only)
    label, size, elsewhere = axis_word(telling[0][0]), *telling[0][1:]
    return "size-typed-in", say("It is right in the cases where {label} is {size}, and in no other ({label} is "
                                "also {n}). Is there a {size} in your code, or something that is {size} on the page, "
                                "in the place of {label}? Or does a mistake not show at this size?", label=label,
                                size=size, n=listing([str(n) for n in elsewhere]))


def _for_equal_sizes(right: list[dict[str, int]], wrong: list[dict[str, int]]) -> Said:
    """Right in just those cases in which two sizes are equal, or one of them is 1, which is spread?"""
    known = [(a, b) for a, b in itertools.combinations(right[0], 2) if not (a + b).count("_id")
             and all(a in s and b in s for s in (*right, *wrong)) and all(s[a] != s[b] for s in wrong)]
    pairs = [(a, b) for a, b in known if all(s[a] == s[b] for s in right) and any(s[a] > 1 for s in right)]
    spread = not pairs
    if spread:
        pairs = [(a, b) for a, b in known if all(s[a] == s[b] or 1 in (s[a], s[b]) for s in right)
                 and sum(s[a] == s[b] > 1 for s in right) > 1]
    if not 1 <= len(pairs) <= _MOST_EQUAL:
        return None
    equal = listing([f"{axis_word(a)} = {axis_word(b)}" for a, b in pairs])
    equal = say("{equal}, or one of them is 1", equal=equal) if spread else equal
    found = {s[a] for s in right for a, _ in pairs}
    also = say(" In all of these cases they are {n}: or is a {n} in your code, or something that is {n} on the page?",
               n=next(iter(found))) if len(found) == 1 and not spread else ""
    return "sizes-taken-for-equal", say("It is right in the cases where {equal}, and in no other. Does your code take "
                                        "these sizes for the same, or one of them in the place of the other? Or does "
                                        "a mistake not show there?{also}", equal=equal, also=also)


def _with_different_numbers(outcome: Outcome) -> bool:
    """Whether the arrays of a case hold more than one number each: of equal numbers, much comes out right."""
    arrays = [x for x in outcome.case.inputs.values() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    return all(x.size == 1 or np.ptp(x) > 0 for x in arrays)


def _with_fractions(outcome: Outcome) -> bool:
    """Whether an array of a case holds numbers that are not whole: with whole ones, much comes out right."""
    return any(x.dtype.kind == "f" and (x != np.round(x)).any() for x in outcome.case.inputs.values()
               if isinstance(x, np.ndarray))


def _for_axes(task: Exercise, got: list[Outcome], want: list[Outcome]) -> Said:
    """Right in just those cases in which an input has certain numbers of axes?"""
    for name in task.takes:
        right: set[Any] = set()
        wrong: set[Any] = set()
        telling = 0
        for g, w in zip(got, want, strict=True):
            axes = getattr(g.case.inputs.get(name), "ndim", None)
            (right if agree(g, w) else wrong).add(axes)
            telling += agree(g, w) and _with_fractions(g)
        if right and wrong and telling and not right & wrong and None not in right | wrong:
            some = listing([str(n) for n in sorted(right)], "or")
            if any(g.error and "to unpack" in g.error.text for g in got):
                return "number-of-axes", say("It is right in the cases where `{name}` has {some} {what}, and in no "
                                             "other: it may also have {n}. The line gives names to a fixed number of "
                                             "axes. Which of them does your code need?", name=name, some=some,
                                             what=say("axis") if right == {1} else say("axes"),
                                             n=listing([str(n) for n in sorted(wrong)], 'or'))
            return "number-of-axes", say("It is right in the cases where `{name}` has {some} {what}, and in no other: "
                                         "it may also have {n}. Which line of yours does another thing there? Look "
                                         "for an axis that is named by a number, for one that a sum or a maximum "
                                         "takes away, and for a function or an index that is made for fewer axes.",
                                         name=name, some=some,
                                         what=say("axis") if right == {1} else say("axes"),
                                         n=listing([str(n) for n in sorted(wrong)], 'or'))
    return None
