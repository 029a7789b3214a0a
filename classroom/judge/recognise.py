"""Which known mistake returns what the answer returned? Decided by values, never by source."""
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from classroom.ask import compare
from classroom.ask.case import Case
from classroom.ask.outcome import Outcome, agree, ask, bare, combined, tolerance

from .exercise import Exercise, Misconception, both

# Seconds of computing for each step beyond single mistakes that explain all: for the same in other styles, for two at
# once, for those that explain most cases (half a second at least). Where they are not enough, a rare pair stays without
# its names. The tests and the report have no such limit.
patience = {"function": 0.17, "module": 1.1}


@dataclass(frozen=True)
class Match:
    """Mistakes that explain the answer, and the cases that they explain."""

    mistakes: tuple[Misconception, ...]
    together: bool            # made at once in the same cases, rather than each in its own
    cases: tuple[Case, ...]   # the first mistake explains these
    everywhere: bool          # all cases are explained


def recognise(task: Exercise, got: list[Outcome], want: list[Outcome]) -> Match | None:
    """The mistake that explains every case, in some style; else two at once; else those that explain most cases."""
    wrong = [i for i, (g, w) in enumerate(zip(got, want, strict=True)) if not agree(g, w)]
    if not wrong:
        return None
    order = wrong + [i for i in range(len(got)) if i not in set(wrong)]
    cases = tuple(got[i].case for i in wrong)
    known: dict[tuple[int, int], Outcome] = {}           # by identity of the mistake, and case

    def gives(mistake: Misconception, i: int) -> Outcome:
        key = (id(mistake), i)
        if key not in known:
            known[key] = ask(task, mistake.wrong, got[i].case, bare)
        return known[key]

    def explains(mistake: Misconception, i: int) -> bool:
        return agree(got[i], gives(mistake, i))

    for mistake in task.misconceptions:
        if all(explains(mistake, i) for i in order) and _convincing(got, wrong, known, id(mistake)):
            return Match((mistake,), False, cases, True)
    seconds = patience["module" if hasattr(task.probe, "prepare") else "function"]
    until = time.thread_time() + seconds
    for mistake, otherwise in _in_other_styles(task):
        if time.thread_time() > until:
            return None                    # something simpler than two mistakes has not been ruled out
        found = _explained(task, otherwise, got, order)
        if found is not None and _convincing(got, wrong, found, id(otherwise)):
            return Match((mistake,), False, cases, True)
    back = [got[i] for i in wrong if got[i].returned and _telling(got[i], want[i])]
    for mistake in task.misconceptions if _enough(back) else ():
        if all(explains(mistake, i) or _both_stop(got[i], gives(mistake, i)) for i in order):
            return Match((mistake,), False, cases, True)
    return _pair(task, got, want, wrong, gives, time.thread_time() + seconds) or \
        _cover(task, got, want, wrong, explains, time.thread_time() + max(seconds, 0.5))


def _both(first: Callable, second: Callable) -> Callable | None:
    return combined(first, second, lambda: both(first, second))


def _in_other_styles(task: Exercise) -> Iterator[tuple[Misconception, Callable]]:
    """Each mistake made in each of the styles in which the rest may be written."""
    for style in task.styles:
        for mistake in task.misconceptions:
            if (otherwise := _both(mistake.wrong, style)) is not None:
                yield mistake, otherwise


def _explained(
    task: Exercise, wrong: Callable, got: list[Outcome], order: list[int]
) -> dict[tuple[int, int], Outcome] | None:
    """What it returns in all cases, if that is what came back in all of them."""
    found = {}
    for i in order:
        found[id(wrong), i] = ask(task, wrong, got[i].case, bare)
        if not agree(got[i], found[id(wrong), i]):
            return None
    return found


def _pair(task: Exercise, got: list[Outcome], want: list[Outcome], wrong: list[int],
          gives: Callable, until: float) -> Match | None:
    """Two mistakes at once, made by switches of the same function, that explain every case."""
    returned = [i for i in wrong if got[i].returned]
    if not returned:
        return None
    for first, second, c in _candidates(task, got, want, returned, gives):
        if time.thread_time() > until:
            break
        together = _both(first.wrong, second.wrong)
        if together is None or not agree(got[c], ask(task, together, got[c].case, bare)):
            continue
        if _explained(task, together, got, [*wrong, *range(len(got))]) is None:
            continue
        if any(_telling(got[i], want[i]) for i in returned):
            order = (first, second) if task.misconceptions.index(first) < task.misconceptions.index(second) \
                else (second, first)
            return Match(order, True, tuple(got[i].case for i in wrong), True)
    return None


def _candidates(task: Exercise, got: list[Outcome], want: list[Outcome], wrong: list[int],
                gives: Callable) -> Iterator[tuple[Misconception, Misconception, int]]:
    """Pairs, the likeliest first, and a wrong case on which to try each.

    Likely is a mistake that explains the first wrong case by itself: the other one may only show where
    there is a mask, or several sentences. It is tried where the first alone does not explain what came back.
    """
    c = wrong[0]
    alone = [m for m in task.misconceptions if agree(got[c], gives(m, c))]
    for first in alone:
        rest = next((i for i in wrong if not agree(got[i], gives(first, i))), c)
        yield from ((first, second, rest) for second in task.misconceptions if second is not first)
    # Next, what gives part of the wrong numbers: the other one may show only in some rows, as an empty mask does.
    part = {id(m): _likeness(gives(m, c), got[c], want[c]) for m in task.misconceptions if m not in alone}
    partly = sorted((m for m in task.misconceptions if part.get(id(m))), key=lambda m: -part[id(m)])
    for first in partly:
        yield from ((first, second, c) for second in task.misconceptions if second is not first)
    # Elsewhere, a mistake that changes nothing in a case will not do so beside another one.
    active = [m for m in task.misconceptions if part.get(id(m)) == 0 and not agree(gives(m, c), want[c])]
    for n, first in enumerate(active):
        yield from ((first, second, c) for second in active[n + 1:])


def _likeness(known: Outcome, got: Outcome, want: Outcome) -> float:
    """The share of the answer's wrong numbers, NaN and infinities apart, that a known mistake gives as well."""
    if not known.returned:
        return 0.0
    wrong = same = 0
    for name, array in got.values.items():
        if array.shape != want.values[name].shape or array.shape != known.values[name].shape:
            continue
        within = tolerance(got, want)
        off = np.asarray(compare.differs(array, want.values[name], within) & np.isfinite(array))
        wrong += int(off.sum())
        same += int((off & ~compare.differs(array, known.values[name], within)).sum())
    return same / wrong if wrong else 0.0


def _cover(task: Exercise, got: list[Outcome], want: list[Outcome], wrong: list[int],
           explains: Callable, until: float) -> Match | None:
    """The mistake that explains most of the wrong cases, at least half, and one more for the rest.

    One that leaves wrong cases unexplained is named only if more cases speak for it than against it: those that it
    would spoil, and that are right, speak against it, too. One that explains all that is wrong must do so twice.
    """
    def explained(mistake: Misconception, among: list[int], may_miss: float) -> list[int]:
        found: list[int] = []
        for n, i in enumerate(among):
            if n - len(found) > may_miss:
                return []
            if got[i].returned and _telling(got[i], want[i]) and explains(mistake, i):
                found.append(i)
        return found

    best: Misconception | None = None
    part: list[int] = []
    for mistake in task.misconceptions:
        if time.thread_time() > until:
            return None                    # one that has not been tried may explain more
        now = explained(mistake, wrong, len(wrong) - max(len(wrong) / 2, len(part)))
        if len(now) > len(part) and 2 * len(now) >= len(wrong):
            best, part = mistake, now
    if best is None or not _enough([got[i] for i in part]):
        return None
    cases = tuple(got[i].case for i in wrong if got[i].returned and explains(best, i))
    rest = [i for i in wrong if not explains(best, i)]
    others = [m for m in task.misconceptions if rest and m is not best and all(explains(m, i) for i in rest)
              and explained(m, rest, len(rest))]
    right = [i for i in range(len(got)) if i not in wrong]
    if others:                            # sooner one that also leaves right what is right
        second = next((m for m in others if all(explains(m, i) for i in right)), others[0])
        return Match((best, second), False, cases, True)
    spoilt = sum(not explains(best, i) for i in right)
    convinced = len(part) > len(rest) + spoilt if rest else len(part) > 1 or not spoilt
    return Match((best,), False, cases, False) if convinced else None


def _convincing(got: list[Outcome], wrong: list[int], known: dict, mistake: int) -> bool:
    """Equal values somewhere; where the answer only ever raises, the very same message."""
    if any(got[i].returned or got[i].problem for i in wrong):
        return True
    return all(_raised(got[i]) == _raised(known[mistake, i]) for i in wrong)


def _both_stop(got: Outcome, known: Outcome) -> bool:
    """Whether both raised something, which depends on how a line is written: beside equal values, that is the same."""
    return got.error is not None and known.error is not None


def _raised(outcome: Outcome) -> str:
    return outcome.error.text if outcome.error else ""


def _telling(got: Outcome, want: Outcome) -> bool:
    """Enough numbers, and different ones, that two mistakes would hardly agree on them; and wrong ones among them.

    That NaN stands where it should not is no evidence: many roads lead to NaN.
    """
    return any(_telling_array(array, want.values[name], tolerance(got, want)) for name, array in got.values.items())


def _enough(explained: list[Outcome]) -> bool:
    """Four fractions prove something, in one case or in several; of yes and no, many mistakes make the same."""
    sizes = [array.size for outcome in explained for array in outcome.values.values() if array.dtype.kind == "f"]
    return sum(sizes) >= 4 or not sizes and len(explained) >= 2


def _telling_array(got: np.ndarray, want: np.ndarray, within: float) -> bool:
    if got.size > 1 and got.dtype.kind != "b" and len(np.unique(got)) == 1:      # nothing but zeros, say
        return False
    if got.size >= 4 and got.dtype.kind == "f" and len(np.unique(got[np.isfinite(got)])) < 3:
        return False
    if got.size < 4 and got.dtype.kind != "f":
        return False
    if got.shape != want.shape or got.dtype.kind != "f":
        return True
    return bool((compare.differs(got, want, within) & np.isfinite(got)).any())
