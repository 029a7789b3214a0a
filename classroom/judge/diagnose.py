"""What can be said about a wrong answer that is no known mistake: only what has been established.

Each function that takes a `Sight` returns (slug, sentence) if its description holds, else None.
"""
import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from classroom.ask import compare, limits
from classroom.ask.outcome import Outcome, agree, tolerance, wrong_outputs
from course._words import say

from . import advice, own_line, words
from .evidence import (
    NOUNS,
    Sight,
    be,
    entry,
    first_difference,
    line_of,
    lines_of,
    number,
    place,
    row,
    smallest,
    telling_output,
    the_axis,
    verb,
    what_ran,
    which_cases,
    worded,
)
from .exercise import Exercise
from .shapes import FOR_ONE_SIZE, Said, for_one_size, wrong_shape


def error(task: Exercise, got: list[Outcome], want: list[Outcome], clock: limits.Clock) -> tuple[str | None, str]:
    """The answer raised something: a slug or None, and what, where, on which case, and what worked before."""
    failed, raised = next((g, g.error) for g in got if g.error)
    after = what_ran(got, want)
    if raised.timed_out:
        where = say(" It was stopped in {where}.", where=line_of(raised.where)) if raised.where else ""
        return "time-limit", say("{at}, your code had not finished after {total} seconds of computing.{where} Is "
                                 "there a loop whose condition never becomes false, or whose counter never moves, or "
                                 "something that waits, such as `sleep`?", at=_at(task, failed),
                                 total=number(clock.total), where=where)
    told = briefly(task, failed)
    slug, means = own_line.left_without_a_value(task, got, failed)
    if not means:
        slug, means = advice.on_error(task, raised, failed.case)
    typed = for_one_size(task, got, want) if slug in (
        "", "shapes-do-not-fit", "sizes-do-not-multiply", "index-beyond-the-end") else None
    if typed is not None:                       # which asks already for the length that is meant
        if beyond := re.search(r"index (\d+) is out of bounds for \w+ (\d+) with size (\d+)", raised.text):
            means = say("Counted from 0, place {place} is number {n}, and axis {axis} has only {size}.",
                        place=beyond[1], n=int(beyond[1]) + 1, axis=beyond[2], size=beyond[3])
        slug, means = typed[0], f"{typed[1]} {means}"
    return slug or None, told + ("" if told.endswith("\n") else " ") + f"{after}{means}"


def briefly(task: Exercise, outcome: Outcome) -> str:
    """One sentence about a case that failed."""
    if outcome.problem:
        return words.say(outcome.problem)
    if not outcome.error:
        return say("The case “{about}” comes out otherwise.", about=say(outcome.case.about))
    raised = outcome.error
    text = f": {raised.text}" if raised.text and raised.text != "None" else ""
    where = f"\n\n{lines_of(raised.where)}\n\n" if raised.where else ""
    told = say("{at}, your code raised {kind}{text_}", at=_at(task, outcome), kind=raised.kind, text_=text)
    return (told if text.endswith((".", "!", "?")) or where and not text else
            say("{sentence}.", sentence=told)) + where


def briefly_error(outcome: Outcome) -> str:
    """What a recognised answer raised."""
    if outcome.error is None:
        return say("On the case “{about}” it raised", about=say(outcome.case.about))
    where = f"\n\n{lines_of(outcome.error.where)}" if outcome.error.where else ""
    return say("On the case “{about}” it raised {kind}: {text_}{where}", about=say(outcome.case.about),
               kind=outcome.error.kind, text_=outcome.error.text, where=where)


def values(task: Exercise, got: list[Outcome], want: list[Outcome]) -> tuple[str | None, str]:
    """Other numbers: a slug if the kind of difference has a name, and a message."""
    sight = smallest(task, got, want)
    if sight is None:
        return None, briefly(task, next(g for g, w in zip(got, want, strict=True) if not agree(g, w)))
    name = telling_output(sight)
    pairs = [Sight(task, g, w) for g, w in zip(got, want, strict=True) if g.returned and wrong_outputs(g, w)]
    typed = for_one_size(task, got, want)
    if task.shows is None and (said := wrong_shape(sight, name, pairs)) is not None:
        if _shape_but_for_ones(sight, name):     # an axis may have the length 1 in this case only
            said = next((wrong_shape(p, name, pairs) for p in pairs if not _shape_but_for_ones(p, name)), said) or said
        return (typed[0], f"{said[1]} {typed[1]}") if typed and said[0] == "wrong-shape" else said
    factor = partial(_factor, stopped=not all(g.returned for g in got),
                     right=[Sight(task, g, w) for g, w in zip(got, want, strict=True) if agree(g, w)])
    general = (_not_finite, _forbidden, _rounded, _never_small, _imprecise, factor, _temperature, _transposed,
               _reordered, _shares)
    for describe in general if task.shows is None else (factor,):
        if (said := describe(sight, name, pairs)) is not None:
            slug, sentence = said
            break
    else:
        slug, sentence = None, ""
    shown = "" if slug == "fill-not-low-enough" else first_difference(sight, _TELLING.get(slug or ""))
    if typed is not None and slug in _SYMPTOMS and not all(_close(p, 1e-2) for p in pairs):
        slug, sentence = typed[0], f"{typed[1]} {sentence}".strip()
    parts = [sentence, shown, which_outputs(sight), _whereabouts(sight, name) if task.shows is None else "",
             which_cases(task, got, want)]
    return slug, "\n\n".join(part for part in parts if part)


# Which numbers to show where a row is to show them.
_TELLING: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "not-finite": lambda x: ~np.isfinite(x.astype(float)), "negative-shares": lambda x: x.astype(float) < 0}
# What can be seen, and has many causes.
_SYMPTOMS = (None, "not-finite", "negative-shares", "rows-do-not-sum-to-one")
# What says how the result is off, and not what the code does.
WITHOUT_A_CAUSE = (*_SYMPTOMS, "wrong-shape", "reordered", "imprecise", *FOR_ONE_SIZE, "forbidden-places-open")


def _shape_but_for_ones(sight: Sight, name: str) -> bool:
    return np.squeeze(sight.got.values[name]).shape == np.squeeze(sight.want.values[name]).shape


def _at(task: Exercise, outcome: Outcome) -> str:
    return place(Sight(task, outcome, outcome))


def _not_finite(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    got, want = sight.got.values[name], sight.want.values[name]
    bad = ~np.isfinite(got.astype(float)) & np.isfinite(want.astype(float))
    if not bad.any():
        return None
    nan = np.isnan(got.astype(float)[bad])
    what = "NaN" if nan.all() else say("NaN or infinity") if nan.any() else say("infinity")
    return "not-finite", say("Your {name} {verb} {what} in {sum} of {size} places. That may come from dividing by "
                             "0, from a number too large for its dtype, from the logarithm or root of a negative "
                             "number, from −∞ meeting another −∞ or a 0, or from a start value of ∞ that nothing has "
                             "replaced.", name=worded(name),
                             verb=verb(name, 'hold'), what=what, sum=int(bad.sum()), size=bad.size)


def _forbidden(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    """Right to a few digits, but forbidden places have a small share instead of none."""
    got, want = sight.got.values[name], sight.want.values[name]
    if name not in sight.task.shares or sight.inputs.get("mask") is None:
        return None
    leaks = np.argwhere(compare.leaks(got, want, tolerance(sight.got, sight.want)))
    if not len(leaks):
        return None
    index = tuple(int(i) for i in leaks[0])
    if not _close(sight, 1e-3):
        row = index[:-1]
        closed = say(" And in the same row, allowed places have 0: what your code applies there is not this row of the "
                     "mask. Which one is it?") if ((got[row] == 0) & (want[row] > 0)).any() else ""
        return "forbidden-places-open", say("{place}, {name} is forbidden by the mask and has a share of {got}; it "
                                            "should be 0.", place=place(sight), got=number(got[index]),
                                            name=entry(name, index, sight.nouns(name))) + closed
    return "fill-not-low-enough", say("{place}, {name} is forbidden by the mask and has a share of {got}; it should "
                                      "be 0. Whatever you put into forbidden places is not low enough: a larger "
                                      "score next to it, and the share is no longer small.", place=place(sight),
                                      name=entry(name, index, sight.nouns(name)), got=number(got[index]))


def _rounded(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    if sum(np.count_nonzero(p.got.values[name]) for p in pairs) < 4:
        return None                                # zeros would be no evidence
    for places in range(1, 7):
        if all(_fraction(p.want.values[name]) and _as_rounded(p.got.values[name], places) and compare.equal(
                p.got.values[name], np.round(p.want.values[name], places), tolerance(p.got, p.want)) for p in pairs):
            return "rounded", say("Your {be} exactly what is expected, rounded to {places} places. Round what you "
                                  "print, not what others go on computing with.", be=be(name), places=places)
    return None


def _as_rounded(array: np.ndarray, places: int) -> bool:
    """Whether its numbers have no more places than these: what only lies near a rounded number has not been rounded."""
    return bool((np.abs(array - np.round(array, places)) <= 4 * np.finfo(array.dtype).eps * np.abs(array)).all()) \
        if array.dtype.kind == "f" else array.dtype.kind in "iu"


def _never_small(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    """Shares that are nearly right, and none of them is as small as the smallest should be."""
    if name not in sight.task.shares or not all(_close(p, 1e-3) for p in pairs):
        return None
    low = min(p.got.values[name].min(initial=np.inf) for p in pairs)
    if low <= 0 or not all(p.want.values[name].min(initial=np.inf) < low / 2 for p in pairs):
        return None
    return "shares-never-small", say("Your numbers are nearly right, but none of your {name} is smaller than {low}, "
                                     "where some should be. Is there a clip, a `maximum`, or a small number that is "
                                     "added?", name=name, low=f"{low:.2e}")


def _fraction(array: np.ndarray) -> bool:
    return array.dtype.kind == "f" and bool(np.isfinite(array).all())


def _imprecise(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    if not all(_close(p, 1e-4) for p in pairs):
        return None
    return "imprecise", say("Your numbers are nearly right, and too far off for rounding. Something small is "
                            "different: a constant that is larger or smaller than it should be, such as eps, or a "
                            "lower precision on the way.")


def _close(sight: Sight, within: float) -> bool:
    return all(compare.equal(sight.got.values[n], sight.want.values[n], within) for n in sight.want.values)


def _factor(sight: Sight, name: str, pairs: Sequence[Sight], right: Sequence[Sight] = (), stopped: bool = False
            ) -> Said:
    """The same factor throughout each case: the constant, or the size it is made of. `stopped`: some cases raised."""
    factors = []
    for pair in (p for p in pairs if name in wrong_outputs(p.got, p.want)):
        got, want = pair.got.values[name].astype(float), pair.want.values[name].astype(float)
        if got.shape != want.shape or not np.any(want):
            return None
        at = np.unravel_index(np.argmax(np.abs(want)), want.shape)
        c = got[at] / want[at]
        if not np.isfinite(c) or c == 0 or not compare.equal(got, c * want, tolerance(pair.got, pair.want)):
            return None
        factors.append((c, pair))
    if len(factors) < 2:
        return None
    formula, factor = _formula(factors) or (None, lambda sizes: factors[0][0])
    if formula is None and not _precedence(factors) and np.ptp([c for c, _ in factors]) > 1e-5 * abs(factors[0][0]):
        return None
    spared = any(np.any(p.want.values[name]) and abs(factor(p.sizes) - 1) > 1e-4 for p in right)
    if spared and (formula or not _precedence(factors)):
        exactly = say(" In all of them it is {formula}.", formula=formula) if formula else ""
        told = say("In the cases that differ, your {be} off by a factor: here it is {factors}.{exactly} What sets them "
                   "apart from those that are right?", be=be(name), factors=number(factors[0][0]), exactly=exactly) \
            if stopped else say("In the cases that differ, your {be} off by a factor: here it is {factors}.{exactly} "
                                "The other cases are right. What sets them apart?", be=be(name),
                                factors=number(factors[0][0]), exactly=exactly)
        return "off-by-a-factor", told
    exactly = say(" In every case it is {formula}.", formula=formula) if formula else _precedence(factors)
    return "off-by-a-factor", say("Your {be} right up to a factor: here every number is {factors} times what is "
                                  "expected.{exactly}", be=be(name), factors=number(factors[0][0]), exactly=exactly)


def _temperature(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    """Shares of scores that are all multiplied by one number: the logarithms in each row are in proportion."""
    if name not in sight.task.shares:
        return None
    factors: list[tuple[float, Sight]] = []
    for pair in (p for p in pairs if name in wrong_outputs(p.got, p.want)):
        got, want = (x.values[name].astype(float) for x in (pair.got, pair.want))
        held = (want > 1e-6).all(-1) if want.ndim else np.array(False)
        if got.shape != want.shape or want.shape[-1] < 2 or not held.any() or not (got[held] > 0).all():
            continue
        a, b = (np.log(x[held]) - np.log(x[held]).mean(-1, keepdims=True) for x in (got, want))
        if (square := (b * b).sum()) == 0:
            continue
        if np.abs(got[held].sum(-1) - 1).max() > 1e-4:
            return None                            # not the shares of any scores
        factors.append(((c := (a * b).sum() / square), pair))
        if c < 1e-3 or not compare.equal(a, c * b, 30 * tolerance(pair.got, pair.want)):
            return None
    if len(factors) < 2:
        return None
    numbers = [c for c, _ in factors]
    always = say("in every case") if np.ptp(numbers) < 1e-4 * numbers[0] else say(
        "in this case, and by another number in others")
    if max(abs(c - 1) for c in numbers) < 5e-3:
        return "scores-off-by-a-factor", say("Your {be} exactly what comes out when the right scores are multiplied by "
                                             "{numbers} before the softmax: {always}. So the scaling is nearly right. "
                                             "Is the divisor rounded, or of a lower precision?", be=be(name),
                                             numbers=f"{numbers[0]:.6f}", always=always)
    return "scores-off-by-a-factor", say("Your {be} exactly what comes out when the right scores are multiplied by "
                                         "{numbers} before the softmax: {always}. It is the scaling that is off, not "
                                         "the softmax.{precedence}", be=be(name), numbers=number(numbers[0]),
                                         always=always, precedence=_precedence(factors))


_SHAPES: dict[str, Callable[[float], float]] = {
    "{}": lambda n: n, "√{}": np.sqrt, "1/{}": lambda n: 1 / n, "1/√{}": lambda n: 1 / np.sqrt(n)}


def _formula(factors) -> tuple[str, Callable[[dict[str, int]], float]] | None:
    """A size, its root, or one over it, as text and as a function of the sizes."""
    for label in factors[0][1].sizes:
        if not all(p.sizes.get(label, 0) > 0 for _, p in factors):
            continue
        for text, f in _SHAPES.items():
            if all(abs(c / f(p.sizes[label]) - 1) < 1e-4 for c, p in factors):
                return text.format(label), lambda sizes, f=f, label=label: f(sizes.get(label, 0) or 1)
    return None


def _precedence(factors: Sequence[tuple[float, Sight]]) -> str:
    """Does an exponent 1/2 without brackets explain the factors? `n ** 1/2` is half of n."""
    for label in factors[0][1].sizes:
        sizes = [p.sizes.get(label, 0) for _, p in factors]
        if min(sizes) < 1 or len(set(sizes)) < 2:
            continue                               # of one size alone, many factors could be made
        for sign, makes in (("", lambda n: np.sqrt(n) / 2), ("", lambda n: 2 / np.sqrt(n)),
                            ("-", lambda n: 1 / (2 * np.sqrt(n)))):
            if all(abs(c / makes(n) - 1) < 1e-4 for (c, _), n in zip(factors, sizes, strict=True)):
                return say(" An exponent {sign}1/2 without brackets gives just this: Python computes `**` before "
                           "`/`, so that `{label} ** {sign}1/2` is ({label} ** {sign}1) / 2.", sign=sign, label=label)
    return ""


def _transposed(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    got, want, axes = sight.got.values[name], sight.want.values[name], sight.axes(name)
    for a in range(want.ndim):
        for b in range(a + 1, want.ndim):
            if want.shape[a] == want.shape[b] and compare.equal(got.swapaxes(a, b), want) and all(
                    compare.equal(p.got.values[name].swapaxes(a, b), p.want.values[name]) for p in pairs
                    if p.got.values[name].ndim == want.ndim):
                return "transposed", say("Your {name} {verb} the right numbers with two axes exchanged: {axes} and "
                                         "{axes2}.", name=worded(name), verb=verb(name, 'hold'), axes=axes[a],
                                         axes2=axes[b])
    return None


def _reordered(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    for p in pairs:
        got, want = p.got.values[name].ravel(), p.want.values[name].ravel()
        if got.size != want.size or got.size < 3 or not compare.equal(np.sort(got), np.sort(want), 1e-6):
            return None
    return "reordered", say("Your {name} {verb} the right numbers, but in other places.", name=worded(name),
                            verb=verb(name, 'hold'))


def _shares(sight: Sight, name: str, pairs: Sequence[Sight]) -> Said:
    if name not in sight.task.shares:
        return None
    got = sight.got.values[name].astype(float)
    allowed = sight.want.values[name].sum(-1) > 0
    if (got < -1e-6).any():
        return "negative-shares", say("Your {name} {verb} negative numbers; a share lies between 0 and 1.", name=name,
                                      verb=verb(name, 'hold'))
    totals = got.sum(-1)[allowed]
    if np.abs(totals - 1).max() < 1e-4:
        return None
    index = tuple(int(i) for i in np.argwhere(allowed & (np.abs(got.sum(-1) - 1) > 1e-4))[0])
    named = entry(name, index, sight.nouns(name))
    named = say("In what you return, {name}", name=named) if name in sight.task.takes else named
    here = say("{name} = {got} sums to {sum}; a row of shares sums to 1.", name=named, got=row(got[index]),
               sum=number(got[index].sum()))
    for axis in range(got.ndim - 1):
        if got.shape[axis] > 1 and np.abs(got.sum(axis) - 1).max() < 1e-4:
            a, b = sight.axes(name)[axis], sight.axes(name)[-1]
            return "rows-do-not-sum-to-one", say("Your {name} sum to 1 over {a} instead of {b}. {here}", name=name,
                                                 a=a, b=b, here=here)
    if all(_right_but_for_a_factor(p, name) for p in pairs if name in wrong_outputs(p.got, p.want)):
        here += say(" Each of your rows would be right if it was divided by its own sum, where that is not 0.") \
            if got.ndim > 1 else say(" Yours would be right if they were divided by their own sum.")
    return "rows-do-not-sum-to-one", here


def _right_but_for_a_factor(sight: Sight, name: str) -> bool:
    """Whether each row would be right if it was divided by its sum; rows in which nothing is shared out are right."""
    got, want = (x.values[name].astype(float) for x in (sight.got, sight.want))
    if got.shape != want.shape or not want.ndim:
        return False
    sums, wanted = got.sum(-1, keepdims=True), want.sum(-1, keepdims=True)
    return bool(np.isfinite(got).all()) and bool(((sums > 0) | (wanted == 0)).all()) and compare.equal(
        got / np.where(sums == 0, 1.0, sums), want, tolerance(sight.got, sight.want))


def which_outputs(sight: Sight) -> str:
    """Where several things are returned: which of them are right."""
    wrong = wrong_outputs(sight.got, sight.want)
    right = [name for name in sight.want.values if name not in wrong]
    return say("Your {be} right in this case; your {be2} not.", be=be(right),
               be2=be(wrong)) if right and not sight.task.read_off else ""


def _off_elsewhere(got: np.ndarray, want: np.ndarray, index: int, axis: int) -> bool:
    """Whether the numbers beside this place of an axis are off as well, if less: they only pass."""
    with np.errstate(all="ignore"):
        off = np.nan_to_num(np.abs(got.astype(np.float64) - want), nan=0.0, posinf=1e300)
    return bool(np.delete(off, index, axis).max(initial=0.0) > 1e-3 * off.take(index, axis).max(initial=0.0))


def _whereabouts(sight: Sight, name: str) -> str:
    """Are the differences confined to one place of an axis?"""
    got, want, axes = sight.got.values[name], sight.want.values[name], sight.labels(name)
    wrong = compare.differs(got, want, tolerance(sight.got, sight.want))
    for axis, label in enumerate(axes):
        where = np.flatnonzero(wrong.any(tuple(i for i in range(want.ndim) if i != axis)))
        if len(where) == 1 and want.shape[axis] > 2:
            i, noun = int(where[0]), say(NOUNS[sight.nouns(name)[axis]]) if label in NOUNS else say("index")
            if got.dtype.kind == "f" and _off_elsewhere(got, want, i, axis):
                return ""
            which = say(", the first") if i == 0 else say(", the last") if i == want.shape[axis] - 1 else ""
            if label not in NOUNS:
                return say("In your `{name}`, all that differs in this case is at place {i} of {axis}{which}; the rest "
                           "is right.", name=name, i=i, axis=the_axis(label), which=which)
            return say("All that differs in this case belongs to {noun} {i}{which}; the rest is right.", noun=noun,
                       i=i, which=which)
    return ""
