"""Why an answer is not right: status, slugs, and the message that the learner reads."""
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from classroom.ask.case import Case
from classroom.ask.limits import Clock
from classroom.ask.outcome import Outcome, agree, ask, bare
from course._words import ENGLISH, language, say

from . import behaviour, diagnose, experiments, words
from .evidence import Sight, capital, first_difference, joined, smallest
from .exercise import Exercise, Misconception
from .objects import right_in_training
from .recognise import Match, recognise
from .shapes import FOR_ONE_SIZE
from .verdict import Finding, Status


@dataclass(frozen=True)
class Explanation:
    """The status of an answer that is not right, what the learner reads, and the slugs of the mistakes found."""

    status: Status
    message: str
    mistakes: tuple[str, ...] = ()


def explain(
    task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable, clock: Clock
) -> Explanation:
    """The first that applies: like a known mistake in all cases, not repeatable, a known mistake, other numbers."""
    first, wanted = next((g, w) for g, w in zip(got, want, strict=True) if not agree(g, w))
    for g, w in zip(got, want, strict=True):
        if (finding := behaviour.never_written(task, g)) is not None:
            return Explanation("wrong", _paragraphs([finding.message, first_difference(Sight(task, g, w))]),
                               (finding.slug,))
    timed_out = any(g.error and g.error.timed_out for g in got)
    match = None if timed_out else recognise(task, got, want)
    if not timed_out and (match is None or not match.everywhere):        # what is like a known one is not random
        for outcome in (first, got[0], max(got, key=lambda g: g.case.size())):     # few numbers may escape dropout
            if outcome.returned and (finding := behaviour.repeatable(task, answer, outcome, run)) is not None:
                finding = behaviour.unexpected_layers(task, answer, outcome.case, run) or finding
                return Explanation("wrong", finding.message, (finding.slug,))
    if not timed_out:
        if first.returned and (finding := right_in_training(task, answer, got, want, run)) is not None:
            evidence = first_difference(Sight(task, first, wanted))
            return Explanation("wrong", _paragraphs([finding.message, evidence]), (finding.slug,))
        if (match is None or not match.everywhere or match.together) and (said := _described(task, got, want)):
            return Explanation("wrong", said[1], (said[0],))
        if match is not None:
            status: Status = "wrong" if any(g.error is None for g in got) else "error"
            return Explanation(status, _and_inputs(_tell(task, match, got, want), task, got),
                               tuple(mistake.slug for mistake in match.mistakes))
    if first.problem:
        more, besides = _besides_its_names(task, answer, got, want, run)
        where = "" if not first.problem.key.startswith("returns-nothing") or all(g.problem for g in got) else \
            say("That is so on the case “{about}”; on others something comes back.", about=say(first.case.about))
        return Explanation("wrong", _paragraphs([joined(words.say(first.problem), where), besides]),
                           (first.problem.slug, *((more,) if more else ())))
    if first.error or timed_out:
        own = task.stops(behaviour.Asking(task, answer, run), first) if task.stops and not timed_out else None
        slug, message = (own[0], _paragraphs([diagnose.briefly(task, first), own[1]])) if own else \
            diagnose.error(task, got, want, clock)
        if not timed_out and slug in (None, "shapes-do-not-fit", *FOR_ONE_SIZE) and \
                (seen := experiments.ask_further(task, answer, got, want, run)) is not None:
            slug, message = seen[0], f"{message}\n\n{seen[1]}"
        return Explanation("error", message if timed_out else _and_inputs(message, task, got),
                           ("time-limit",) if timed_out else (slug,) if slug else ())
    slug, message = diagnose.values(task, got, want)
    if slug in diagnose.WITHOUT_A_CAUSE and (seen := experiments.ask_further(task, answer, got, want, run)) is not None:
        sight = smallest(task, got, want)
        if (slug, seen[0]) == ("wrong-shape", "input-ignored") and sight is not None:
            message = first_difference(sight)               # whose sizes these are, is no question then
        slug, message = seen[0], f"{seen[1]}\n\n{message}"
    if slug in (None, "imprecise") and (lost := _another_dtype(task, got, want)) is not None:
        slug, message = lost.slug, f"{lost.message}\n\n{message}"
    if slug is None and (finding := behaviour.changed_inputs(task, got, right=False)) is not None:
        return Explanation("wrong", _paragraphs([finding.message, message]), (finding.slug,))
    return Explanation("wrong", _and_inputs(message, task, got), (slug,) if slug else ())


def _described(task: Exercise, got: list[Outcome], want: list[Outcome]) -> tuple[str, str] | None:
    """What the exercise itself says of a wrong answer that returned something in all cases."""
    if task.describes is None or not all(g.returned for g in got):
        return None
    return task.describes([Sight(task, g, w) for g, w in zip(got, want, strict=True)])


def _another_dtype(task: Exercise, got: list[Outcome], want: list[Outcome]) -> Finding | None:
    """Another dtype than expected, if it is found in all cases that are wrong: in one alone it explains nothing."""
    found = [behaviour.dtypes(task, [g], [w], right=False) for g, w in zip(got, want, strict=True) if not agree(g, w)]
    return found[0] if found and all(found) else None


def _besides_its_names(task: Exercise, answer: Any, got: list[Outcome], want: list[Outcome], run: Callable
                       ) -> tuple[str, str]:
    """For a module whose parameters bear other names: is that all, or are its numbers wrong as well?"""
    found = experiments.by_other_names(task, answer, got, want, run)
    if found is None:
        return "", ""
    if all(agree(g, w) for g, w in zip(found, want, strict=True)):
        return "", say("With the names that the exercise gives, all your numbers would be right.")
    if (match := recognise(task, found, want)) is None or not match.everywhere or len(match.mistakes) > 1:
        return "", ""
    return match.mistakes[0].slug, say("It is not the names alone. With the weights given to yours in the order in "
                                       "which they are made:\n\n{tell}", tell=_tell(task, match, found, want))


def _tell(task: Exercise, match: Match, got: list[Outcome], want: list[Outcome]) -> str:
    """The message for recognised mistakes. "Exactly" is said only where all numbers of all cases agree."""
    first, *others = match.mistakes
    sight = smallest(task, got, want, match.cases)
    again = bool(others) and say(others[0].says) == say(first.says)          # the same mistake, in another form
    part = sum(not agree(g, w) for g, w in zip(got, want, strict=True)) if again else len(match.cases)
    some = say("In {cases} of the {got} cases: ", cases=part, got=len(got))
    if match.together:
        both = [case for case in match.cases if not any(_gives(task, m, case, got) for m in match.mistakes)]
        sight = smallest(task, got, want, both or match.cases)
        return _paragraphs([
            say("Two things at once, or one step that does the same. Your results are exactly what comes out of both "
                "together."),
            _evidence(None, sight, got),
            *(f"{n}. {_heading(m)} {_unsaid(joined(m.why, m.look), match.mistakes[: n - 1])}"
              for n, m in enumerate(match.mistakes, 1))])
    parts = [say(first.says) if match.everywhere and not others else some + _in_part(first.says),
             _evidence(first, sight, got),
             diagnose.which_outputs(sight) if sight and not _RIGHT.search(first.says) else "",
             diagnose.briefly_error(got[0]) if sight and got[0].error and match.everywhere else "",
             joined(first.why, first.look)]
    if others and not again and others[0].slug == first.slug:
        parts.append(say("In the other cases that are not right, another form of the same mistake gives your numbers."))
    elif others and not again:
        second = others[0]
        parts.append(say("In the other cases that are not right: {in_part} {why}",
                         in_part=_in_part(second.says), why=joined(second.why, second.look)))
    elif not others and not match.everywhere:
        parts.append(_besides(task, match, got, want))
    return _paragraphs(parts)


# A mistake that says itself which of several results is right.
_RIGHT = re.compile(r"\b[Yy]our [\w ]+ (?:is|are) (?:right|exact)\b")


def _unsaid(text: str, before: Sequence[Misconception]) -> str:
    """A text without the sentences that mistakes named before it have said already."""
    said = " ".join(joined(m.why, m.look) for m in before)
    sentences = re.findall(r".+?(?:[.?!](?=\s|$)|[。？！]|$)\s*", text, re.DOTALL)
    return "".join(sentence for sentence in sentences if sentence.strip() not in said).strip()


def _gives(task: Exercise, mistake: Misconception, case: Case, got: list[Outcome]) -> bool:
    """Whether this mistake alone gives what came back in this case."""
    return agree(next(g for g in got if g.case is case), ask(task, mistake.wrong, case, bare))


def _besides(task: Exercise, match: Match, got: list[Outcome], want: list[Outcome]) -> str:
    """What the recognised mistakes leave unexplained."""
    others = [g for g, w in zip(got, want, strict=True) if not agree(g, w) and g.case not in match.cases]
    stops = [g for g in others if g.error and ask(task, match.mistakes[0].wrong, g.case, bare).error]
    rest = next((g for g in others if all(g is not one for one in stops)), None)
    if rest is None and stops:
        return say("In the other cases that are not right your code stops, as it does where this alone is done. "
                   "{briefly}", briefly=diagnose.briefly(task, stops[0]))
    if rest is None:
        if common := _what_they_share(match, got, want):
            return say("{common} In the others your numbers are right. What does your code do otherwise there?",
                       common=common)
        return say("In some of the others this mistake would show, too, but your numbers are right there. So your "
                   "code does it only now and then, or does something else that looks like it.")
    return say("In the other cases that are not right, something else comes out than of this alone. Your line may do "
               "still more there, or there is a second mistake. {briefly}", briefly=diagnose.briefly(task, rest))


def _what_they_share(match: Match, got: list[Outcome], want: list[Outcome]) -> str:
    """An axis that is of length 1 in just the cases that a mistake explains, in one array; or ""."""
    for name, value in match.cases[0].inputs.items():
        for axis in range(getattr(value, "ndim", 0)):
            sizes = [case.inputs[name].shape[axis] if getattr(case.inputs.get(name), "ndim", 0) > axis else None
                     for case in match.cases]
            right = [g.case.inputs[name].shape[axis] for g, w in zip(got, want, strict=True)
                     if agree(g, w) and getattr(g.case.inputs.get(name), "ndim", 0) > axis]
            if set(sizes) == {1} and right and 1 not in right:
                return say("These are just the cases in which axis {axis} of `{name}` has the length 1.", axis=axis,
                           name=name)
    return ""


def _evidence(mistake: Misconception | None, sight: Sight | None, got: list[Outcome]) -> str:
    if sight is None:
        failed = next((g for g in got if g.error), None)
        return diagnose.briefly_error(failed) if failed else ""
    if mistake is not None and mistake.shows is not None:
        return mistake.shows(sight)
    return first_difference(sight)


def _in_part(says: str) -> str:
    """What a mistake says, where some numbers are not explained by it alone."""
    return say(says).replace(say("exactly "), "")


# What is said of one mistake, in Chinese: that the numbers are "exactly" what comes of it, in one of these ways.
_CHINESE = (r"恰好都?(?:是|等于|相当于)\s*这样(?:得来|得到|算出)?的：(.+?)。",
            r"恰好都?(?:是|等于|相当于)[:：]?\s*(.+?)\s*(?:所?得到|算出|得出)?的(?:结果|数|那种|那张|那个)\s*[。，：；]",
            r"恰好都?(?:是|等于|相当于)[:：]?\s*(.+?)\s*[。；：]", r"^[^。]*对的?。(.+?)。?$")


def _heading(mistake: Misconception) -> str:
    """What was done, in a few words: "The scores are divided by √T_k". In languages that we know less, the sentence.

    What one mistake alone leaves right, beside another it need not: of that, nothing is said.
    """
    if language() != ENGLISH:
        said = say(mistake.says)
        matches = (re.search(pattern, said) for pattern in _CHINESE if language() == "zh")
        return next((f"{match[1]}。" for match in matches if match), _in_part(mistake.says))
    for pattern, begins in ((r"what comes out (?:when|where) (.+)", ""), (r"what comes out (without .+)", ""),
                            (r"\bone in which (.+)", ""), (r"what happens when (.+)", "")):
        if found := re.search(pattern, mistake.says):
            said = begins + re.split(r"[.:;]\s|[.:;]$", found[1])[0].strip()
            return f"{capital(said)}."
    words = mistake.slug.replace("-", " ")
    for plain, sign in (("t q", "T_q"), ("t k", "T_k"), ("d k", "d_k"), ("d v", "d_v"), ("d model", "d_model"),
                        ("nan", "NaN")):
        words = re.sub(rf"\b{plain}\b", sign, words)
    return f"{words if re.match('[A-Za-z]_', words) else capital(words)}."


def _and_inputs(message: str, task: Exercise, got: list[Outcome]) -> str:
    finding = behaviour.changed_inputs(task, got, right=False)
    return _paragraphs([message, finding.message]) if finding else message


def _paragraphs(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
