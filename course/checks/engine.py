"""From an answer to a verdict."""
import inspect
import zlib
from typing import Any

import numpy as np

from . import behaviour, diagnose, exercises, guard
from .evidence import first_difference, smallest
from .exercise import Case, Choice, Exercise, Misconception, TestTask
from .outcome import Outcome, agree, ask, bare
from .recognise import Match, recognise
from .stubs import is_stub
from .verdict import Verdict


def evaluate(id: str, *answer: Any, seed: int | None = None) -> Verdict:
    """Judge an answer to exercise `id`.

    Args:
        id: for example "1.3".
        answer: the function, class or value itself (several where an exercise asks for several).
        seed: of the random cases. None gives the same cases every time, so that a learner who
            corrects something sees the same numbers again.

    Returns:
        A Verdict. Nothing that the answer does comes out of here as an exception.

    Raises:
        KeyError: if there is no such exercise; lists those there are.
    """
    task = exercises.get(id)
    given = answer[0] if len(answer) == 1 else answer
    rng = np.random.default_rng(zlib.crc32(id.encode()) if seed is None else seed)
    if task.framework == "torch":
        import torch  # noqa: F401 - before the clock starts, and so that its random state is kept
    with guard.undisturbed():
        if isinstance(task, Choice):
            from .choice import judge
        elif isinstance(task, TestTask):
            from .testing import judge
        else:
            judge = _judge
        return judge(task, given, rng)


def verdict(task, status: str, message: str, mistakes: tuple[str, ...] = (), printed: str = "") -> Verdict:
    points = task.points if status == "correct" else 0
    return Verdict(task.id, task.title, status, points, task.points, message.strip(),
                   mistakes[0] if mistakes else None, mistakes, printed)


def not_attempted(task, why: str = "") -> Verdict:
    named = listing_of(task)
    return verdict(task, "not attempted", why or f"There is nothing to check yet: {named} is still to be written. "
                   f"`hint(\"{task.id}\")` opens a first hint.")


def listing_of(task) -> str:
    return " and ".join(f"`{name}`" for name in task.names)


def _judge(task: Exercise, answer: Any, rng: np.random.Generator) -> Verdict:
    if is_stub(answer):
        return not_attempted(task)
    if not callable(answer):
        return verdict(task, "error", _not_callable(task, answer), ("not-a-function",))
    clock, printed = guard.Clock(task.seconds), guard.Printed()

    def run(call):
        return guard.run(call, clock, printed)

    cases: list[Case] = []
    got: list[Outcome] = []
    prepare = getattr(task.probe, "prepare", lambda answer, case, task, run: case)
    for case in task.cases(rng):
        try:
            case = prepare(answer, case, task, run)
            outcome = ask(task, answer, case, run)
        except guard.Problem as problem:
            outcome = Outcome(case, problem=problem)
        if outcome.error and outcome.error.unwritten:
            return _unwritten(task, outcome.error)
        cases.append(case)
        got.append(outcome)
        if outcome.error and outcome.error.timed_out:
            break
    want = [ask(task, task.reference, case, bare) for case in cases]
    shown = printed.kept
    if not all(agree(g, w) for g, w in zip(got, want, strict=True)):
        status, message, mistakes = _explain(task, got, want, clock)
        return verdict(task, status, message, mistakes, shown)
    found = behaviour.examine(task, answer, got, want, run)
    if found is not None:
        return verdict(task, found.status, found.message, (found.slug,), shown)
    return verdict(task, "correct", _praise(task, cases), (), shown)


def _explain(task: Exercise, got: list[Outcome], want: list[Outcome], clock) -> tuple[str, str, tuple[str, ...]]:
    """Status, message and slugs for an answer that is not right."""
    first = next(g for g, w in zip(got, want, strict=True) if not agree(g, w))
    if first.problem:
        return "wrong", first.problem.message, (first.problem.slug,)
    timed_out = any(g.error and g.error.timed_out for g in got)
    match = None if timed_out else recognise(task, got, want)
    if match is not None:
        status = "error" if not any(g.returned for g in got) else "wrong"
        return status, _tell(task, match, got, want), tuple(m.slug for m in match.mistakes)
    if first.error:
        return "error", diagnose.error(task, got, want, clock), ("too-slow",) if timed_out else ()
    slug, message = diagnose.values(task, got, want)
    return "wrong", message, (slug,) if slug else ()


def _tell(task: Exercise, match: Match, got: list[Outcome], want: list[Outcome]) -> str:
    """The message for recognised mistakes."""
    first, *others = match.mistakes
    if match.together:
        return "\n\n".join([
            "Two things at once. What you return is exactly what comes out of both together.",
            *(f"{n}. {m.says} {m.why} {m.look}" for n, m in enumerate(match.mistakes, 1)),
            _shows(None, smallest(task, got, want), got, want)])
    parts = [first.says if match.everywhere and not others else
             f"In {len(match.cases)} of the {len(got)} cases: {_lower(first.says)}",
             _shows(first, smallest(task, got, want, match.cases), got, want), f"{first.why} {first.look}"]
    if others:
        second = others[0]
        parts.append(f"In the other cases that are not right: {_lower(second.says)} {second.why} {second.look}")
    elif not match.everywhere:
        rest = next((g for g, w in zip(got, want, strict=True) if not agree(g, w) and g.case not in match.cases), None)
        if rest is not None:
            parts.append(f"There is something else besides: {diagnose.briefly(task, rest)}")
    return "\n\n".join(part for part in parts if part)


def _shows(mistake: Misconception | None, sight, got, want) -> str:
    if sight is None:
        failed = next((g for g in got if g.error), None)
        return f"On the case “{failed.case.about}” it raised {failed.error.kind}: {failed.error.text}" if failed else ""
    if mistake is not None and mistake.shows is not None:
        return mistake.shows(sight)
    return first_difference(sight)


def _unwritten(task: Exercise, error: guard.Raised) -> Verdict:
    names = {*task.names, "forward", "__init__", "__call__", ""}
    if error.function in names:
        return not_attempted(task)
    return not_attempted(task, f"{listing_of(task).capitalize()} calls `{error.function}`, which is still to be written.")


def _not_callable(task: Exercise, answer: Any) -> str:
    name = task.names[0]
    kind = type(answer).__name__
    if isinstance(answer, tuple) or hasattr(answer, "shape"):
        return (f"`check` was given a result ({kind}), not the function that computes it. Pass the function itself, "
                f"without brackets: `check(\"{task.id}\", {name})`.")
    return f"`check` was given a {kind}. Pass `{name}` itself: `check(\"{task.id}\", {name})`."


def _praise(task: Exercise, cases: list[Case]) -> str:
    abouts = [case.about for case in cases]
    return f"Right on all {len(cases)} cases: {', '.join(abouts)}." + (f"\n\n{task.moral}" if task.moral else "")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:] if not sentence.startswith("`") else sentence


def is_class(answer: Any) -> bool:
    return inspect.isclass(answer)
