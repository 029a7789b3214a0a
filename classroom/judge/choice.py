"""Predictions and questions: the answer is one of a few options, and each wrong one is explained."""
import math
from typing import Any

from classroom.ask import limits
from classroom.ask.replies import plain
from classroom.ask.stubs import is_stub
from course._words import say

from .evidence import an, commas
from .exercise import Choice
from .verdict import Verdict, not_attempted, ruling


def judge(task: Choice, answer: Any) -> Verdict:
    """Verdict on a chosen option; `answer` may be a function that returns it."""
    printed = limits.Printed()
    if is_stub(answer):
        return not_attempted(task, _offer(task))
    if callable(answer):
        answer, error = limits.run(answer, limits.Clock(task.seconds), printed)
        if error is not None:
            if error.unwritten:
                return not_attempted(task, _offer(task))
            return ruling(task, "error", say("Your code raised {kind}: {text_}.", kind=error.kind,
                                             text_=error.text), (), printed.kept)
        if answer is None or answer is ...:
            return not_attempted(task, _offer(task))
    written = answer
    try:
        answer = plain(answer)
    except Exception:
        kind = type(answer).__name__
        told = an(say("Your answer is a {name}. {offer}", name=kind, offer=_offer(task)), kind)
        return ruling(task, "error", told, ("wrong-type",), printed.kept)
    if same(answer, task.reference):
        return ruling(task, "correct", say(task.moral), (), printed.kept)
    for n, (option, explanation) in enumerate(task.wrong.items()):
        if same(answer, option):
            slug = task.misconceptions[n].slug if n < len(task.misconceptions) else f"chose-{_name(option)}"
            return ruling(task, "wrong", say(explanation), (slug,), printed.kept)
    if isinstance(answer, str) and isinstance(task.reference, tuple):
        return ruling(task, "wrong", say("Your answer, `{quoted}`, is one string. {n} are asked for: put each in "
                                         "quotes, with commas between them and brackets around all.",
                                         quoted=_quoted(written), n=len(task.reference)),
                      ("no-such-option",), printed.kept)
    return ruling(task, "wrong", say("Your answer, `{quoted}`, is none of the options. {offer}",
                                     quoted=_quoted(written), offer=_offer(task)),
                   ("no-such-option",), printed.kept)


def same(a: Any, b: Any) -> bool:
    """Whether two answers mean the same: case and space do not count, nor order against a set."""
    a, b = plain(a), plain(b)
    if isinstance(b, frozenset):
        return frozenset(a if isinstance(a, (frozenset, tuple)) else [a]) == b
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-6)
    return type(a) is type(b) and a == b


def _quoted(written: Any) -> str:
    """The answer as it was written, if that is short; otherwise its beginning."""
    if isinstance(written, (str, bool, int, float, tuple, list, set, frozenset, dict)):
        return f"{written!r:.80}"
    text = repr(plain(written))
    return text if len(text) <= 80 else f"{text[:79]}…"


def _offer(task: Choice) -> str:
    options = list(task.options) or sorted(map(str, [*task.wrong, task.reference]))
    kind = say("a set of some of") if isinstance(task.reference, (set, frozenset)) else say("one of")
    return say("Set `{names}` to {kind}: {option}.", names=task.names[0], kind=kind,
               option=commas([repr(option) for option in options]))


def _name(option: Any) -> str:
    return "-".join(sorted(map(str, option))) if isinstance(option, (set, frozenset)) else \
        str(option).replace(" ", "-")
