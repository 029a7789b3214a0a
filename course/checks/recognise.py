"""Which known mistake returns what the answer returned? Decided by values, never by source."""
from dataclasses import dataclass

from .exercise import Case, Exercise, Misconception, combine
from .outcome import Outcome, agree, ask, bare


@dataclass(frozen=True)
class Match:
    """Mistakes that explain the answer, and the cases that they explain."""

    mistakes: tuple[Misconception, ...]
    together: bool            # made at once in the same cases, rather than each in its own
    cases: tuple[Case, ...]   # the first mistake explains these
    everywhere: bool          # all cases are explained


def recognise(task: Exercise, got: list[Outcome], want: list[Outcome]) -> Match | None:
    """The mistake that explains every case; else two at once; else those that explain most cases."""
    wrong = [i for i, (g, w) in enumerate(zip(got, want, strict=True)) if not agree(g, w)]
    if not wrong:
        return None
    order = wrong + [i for i in range(len(got)) if i not in set(wrong)]
    cases = tuple(got[i].case for i in wrong)
    known: dict[tuple[int, int], Outcome] = {}           # by identity of the mistake, and case

    def explains(mistake: Misconception, i: int) -> bool:
        key = (id(mistake), i)
        if key not in known:
            known[key] = ask(task, mistake.wrong, got[i].case, bare)
        return agree(got[i], known[key])

    for mistake in task.misconceptions:
        if all(explains(mistake, i) for i in order) and _convincing(got, wrong, known, id(mistake)):
            return Match((mistake,), False, cases, True)
    for n, first in enumerate(task.misconceptions):
        for second in task.misconceptions[n + 1:]:
            both = combine(first, second)
            if both is None:
                continue
            if all(agree(got[i], ask(task, both, got[i].case, bare)) for i in order) \
                    and any(got[i].returned for i in wrong):
                return Match((first, second), True, cases, True)
    return _cover(task, got, wrong, explains)


def _cover(task: Exercise, got: list[Outcome], wrong: list[int], explains) -> Match | None:
    """The mistake that explains most of the wrong cases, and one more for the rest."""
    def explained(mistake: Misconception, among: list[int]) -> list[int]:
        return [i for i in among if got[i].returned and _telling(got[i]) and explains(mistake, i)]

    best, part = None, []
    for mistake in task.misconceptions:
        now = explained(mistake, wrong)
        if len(now) > len(part):
            best, part = mistake, now
    if best is None or 2 * len(part) < len(wrong):
        return None
    cases = tuple(got[i].case for i in part)
    rest = [i for i in wrong if not explains(best, i)]
    if not rest:
        return Match((best,), False, cases, False)
    for mistake in task.misconceptions:
        if mistake is not best and all(explains(mistake, i) for i in rest) and explained(mistake, rest):
            return Match((best, mistake), False, cases, True)
    return Match((best,), False, cases, False)


def _convincing(got: list[Outcome], wrong: list[int], known: dict, mistake: int) -> bool:
    """Equal values somewhere; where the answer only ever raises, the very same message."""
    if any(got[i].returned or got[i].problem for i in wrong):
        return True
    return all(got[i].error.text == known[mistake, i].error.text for i in wrong)


def _telling(outcome: Outcome) -> bool:
    """Enough numbers that two different mistakes would hardly agree on them."""
    return any(array.size >= 4 for array in outcome.values.values())
