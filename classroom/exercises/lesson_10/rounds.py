"""Lesson 10, a round of the beam: what is shown of it, and what must hold besides the numbers. Used by `lesson_10`."""
from collections.abc import Sequence

import numpy as np

from classroom.ask.outcome import Outcome, agree
from classroom.judge.evidence import Sight, first_difference, number
from classroom.judge.exercise import Property
from course._words import say

# -------------------------------------------------------------------------- evidence in words


def as_round(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    if any(got[name].shape != want[name].shape for name in want):
        return first_difference(sight)

    def line(values):
        return "  ".join(f"{number(s)} ({p:g} → {t:g})" for s, p, t in
                         zip(values["scores"], values["parent"], values["token"], strict=True))
    shape = tuple(sight.inputs["next_log_p"].shape)
    return say("With K = {shape}, V = {shape2} and beam_size = {beam_size} ({about}), score (parent → token):\n\n"
               "    yours     {line}\n    expected  {line2}", shape=shape[0], shape2=shape[1],
               beam_size=sight.inputs["beam_size"], about=say(sight.got.case.about), line=line(got), line2=line(want))


def in_another_order(sights: Sequence[Sight]) -> tuple[str, str] | None:
    """The right continuations, all of them, and not the best one first."""
    wrong = [sight for sight in sights if not agree(sight.got, sight.want)]
    if not all(_rows(sight.got) == _rows(sight.want) for sight in wrong):
        return None
    told = as_round(min(wrong, key=lambda sight: sight.got.case.size()))
    return "not-the-best-first", "\n\n".join([
        say("You return exactly the right continuations, in another order."), told,
        say("The best one comes first: what follows takes the first for the best. Is there a `sorted=False`, or does "
            "something change the order after `topk`?")])


def _rows(outcome: Outcome) -> list | None:
    values = [outcome.values[name] for name in ("scores", "parent", "token")]
    if any(part.ndim != 1 or len(part) != len(values[0]) for part in values):
        return None
    return sorted(zip(*(part.round(4).tolist() for part in values), strict=True), reverse=True)


def _impossible(ask) -> str | None:
    """Does a continuation that is impossible have log p −∞?"""
    with np.errstate(divide="ignore"):
        rows = np.log([[0.9, 0.1, 0.0, 0.0]]), np.log([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]])
    for log_p, next_log_p in zip(([0.0], [-1.0, -np.inf]), rows, strict=True):
        scores = ask(log_p=np.array(log_p), next_log_p=next_log_p, beam_size=4).values.get("scores")
        if scores is not None and scores.shape == (4,) and scores[-1] != -np.inf:
            return say("Your continuations are right. But where only {possible} of {all} continuations are possible, "
                       "and 4 are asked for, the log-probability of the last one is −∞, and yours is {score}.",
                       possible=int(np.isfinite(np.add.outer(log_p, [0]) + next_log_p).sum()), all=next_log_p.size,
                       score=number(scores[-1]))
    return None


def _as_many(ask) -> str | None:
    """Are `beam_size` continuations returned where fewer are possible?"""
    found = ask(log_p=np.array([-1.0, -np.inf]), next_log_p=np.log([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]]), beam_size=4)
    lengths = {name: len(values) for name, values in found.values.items() if values.ndim}
    if not lengths or set(lengths.values()) == {4}:
        return None
    return say("Your continuations are right. But where one of two beginnings has the log-probability −∞, so that 3 of "
               "6 continuations are possible, you return {have} for beam_size = 4.", have=min(lengths.values()))


PROPERTIES = [
    Property("impossible-ones-left-out", _as_many, "The exercise asks for tensors of length `beam_size`. One that is "
             "impossible has log p −∞, and so comes last by itself.", "What in your code makes the result shorter?"),
    Property("impossible-made-possible", _impossible, "log 0 is −∞. With a number in its place, an impossible "
             "continuation may win against a long sentence that is possible.",
             "Does something replace −∞, such as `clamp` or `nan_to_num`, or is a small number added before a `log`?"),
]
