"""Ranking hypotheses: the penalty for length, what counts as length, ties, and what is done with the unfinished."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch
from course._words import later


def _solve(log_p, lengths, ended, *, penalty, alpha, counted, unfinished, scores, best, no_penalty=False):
    """log_p (n,), lengths (n,) with eos, ended (n,) -> order (n,) and scores (n,)."""
    n = lengths - (counted == "words") * ended
    n, a = np.maximum(n, 1).astype(float), 0.0 if no_penalty else float(alpha)
    if penalty == "wu":
        score = log_p / ((5 + n) / 6) ** a
    elif penalty == "power":
        score = log_p / n ** a
    else:
        score = log_p + a * n
    if unfinished == "last":
        rank = np.lexsort((np.arange(len(n)), -score if best == "high" else score, ~ended))
    elif unfinished == "fined":
        score = score - 2.0 * ~ended
        rank = np.argsort(-score if best == "high" else score, kind="stable")
    else:
        rank = np.argsort(-score if best == "high" else score, kind="stable")
    told = score[rank] if scores == "ranked" else score
    return rank, told


def _cases(rng):
    for about, size in (("four hypotheses", 4), ("seven hypotheses", 7), ("twelve hypotheses", 12)):
        ended = rng.random(size) < 0.6
        ended[0], ended[-1] = True, False
        yield Case(about, log_p=-6 * rng.random(size) - 0.5, lengths=rng.integers(2, 12, size=size), ended=ended)


FAMILY = Family(
    key="beam", title="Ranking hypotheses", lesson=10, name="rank", call="rank(log_p, lengths, ended)",
    text="Write `rank(log_p, lengths, ended)` with NumPy: it puts the hypotheses of a beam into their order. `log_p` "
         "(n,) holds their log probabilities, `lengths` (n,) their numbers of tokens, the end token included where "
         "there is one, and `ended` (n,) says which have ended, that is, which have an end token. Return `(order, "
         "scores)`, both (n,): `order` holds the numbers of the hypotheses, counted from 0. Of equal scores, the "
         "smaller number comes first.",
    takes={"log_p": "n", "lengths": "n", "ended": "n"}, gives={"order": "n", "scores": "n"},
    switches=(
        Switch("penalty", {"wu": "The score is log p / ((5 + n) / 6)^α, where n is the length.",
                           "power": "The score is log p / n^α, where n is the length.",
                           "reward": "The score is log p + α n, where n is the length."}),
        Switch("alpha", {name: later("α is {name}.", name=name) for name in ("0.6", "0.8", "1.0", "0.3")}),
        Switch("counted", {"all": "The end token counts in n.",
                           "words": "The end token does not count in n, but n is at least 1."}),
        Switch("unfinished", {"same": "Hypotheses that have not ended are ranked together with the others.",
                              "last": "Hypotheses that have not ended come after all that have, whatever their scores.",
                              "fined": "Hypotheses that have not ended lose 2 from their scores, also in what is "
                                       "returned."}),
        Switch("best", {"high": "The highest score comes first.", "low": "The lowest score comes first."}),
        Switch("scores", {"given": "`scores` are in the order in which the hypotheses were given.",
                          "ranked": "`scores` are in the order of the ranking."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(Mistake("no-penalty", {"no_penalty": True}, "Your `rank` does not use the length."),))
