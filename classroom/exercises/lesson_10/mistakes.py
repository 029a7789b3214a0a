"""Lesson 10, scores and steps: what learners write instead, and what it means. Used by `lesson_10`."""
from functools import partial

import numpy as np
import torch

from classroom.judge.evidence import Sight, first_difference, number
from classroom.judge.exercise import Misconception
from course._words import later, say

# -------------------------------------------------------------------------- evidence in words


def _as_score(sight: Sight) -> str:
    got, want = sight.got.values["scores"], sight.want.values["scores"]
    if got.shape != want.shape:
        return first_difference(sight)
    i = int(np.argmax(~np.isclose(got, want, rtol=1e-5)))
    log_p, n = sight.inputs["log_p"][i], np.broadcast_to(sight.inputs["n"], want.shape)[i]
    return say("For log p = {log_p}, n = {n} and α = {alpha} you get {got}; {want} is expected.", log_p=number(log_p),
               n=n, alpha=sight.inputs['alpha'], got=number(got[i]), want=number(want[i]))


def _as_round(sight: Sight) -> str:
    got, want = sight.got.values, sight.want.values
    if any(got[name].shape != want[name].shape for name in want):
        return first_difference(sight)

    def line(values):
        return "  ".join(f"{number(s)} ({p:g} → {t:g})" for s, p, t in
                         zip(values["scores"], values["parent"], values["token"], strict=True))
    shape = tuple(sight.inputs["next_log_p"].shape)
    return say("On {shape} beginnings and {shape2} tokens with beam_size = {beam_size} ({about}), score (parent → "
               "token):\n\n    yours     {line}\n    expected  {line2}", shape=shape[0], shape2=shape[1],
               beam_size=sight.inputs['beam_size'], about=say(sight.got.case.about), line=line(got), line2=line(want))


# --------------------------------------------------------------------------------- 10.1 score

def _score(log_p, n, alpha, length="own", penalty="right", inside="log", sign=1):
    """`length_penalty_score` with one thing done differently."""
    alpha = {"alpha typed in": 0.6, "alpha typed in as 1": 1.0}.get(penalty, alpha)
    penalty = "right" if penalty.startswith("alpha typed") else penalty
    if penalty == "minus, as it comes":                # of a plain number, a complex one comes out
        return log_p / ((5 - n) / 6) ** alpha
    n = n if torch.is_tensor(n) else torch.full(log_p.shape, n)
    n = {"own": n, "first": n[0], "largest": n.max(), "count": len(n), "less": n - 1, "more": n + 1}[length]
    by = {
        "right": lambda: ((5 + n) / 6) ** alpha, "none": lambda: 1.0,
        "length": lambda: n ** alpha, "length alone": lambda: n,
        "without 5": lambda: (n / 6) ** alpha, "without 6": lambda: (5.0 + n) ** alpha,
        "6 outside": lambda: (5.0 + n) ** alpha / 6, "factor": lambda: alpha * (5 + n) / 6,
        "alpha 1": lambda: (5 + n) / 6, "5 alone": lambda: (5 + n / 6) ** alpha,
        "upside down": lambda: (6 / (5 + n)) ** alpha, "turned": lambda: (6 + n) ** alpha / 5 ** alpha,
        "minus": lambda: ((5 - n) / 6) ** alpha, "rounded": lambda: ((5 + n) // 6) ** alpha,
        "6 alone": lambda: (5 + n) * 6.0 ** alpha, "alpha below": lambda: alpha ** ((5 + n) / 6),
        "inverse": lambda: ((5 + n) / 6) ** (1 / alpha if alpha else 0.0),
    }[penalty]()
    if inside == "log of quotient":
        return log_p - torch.as_tensor(by, dtype=log_p.dtype).log()
    if inside == "reward":
        return log_p + alpha * n
    if inside == "subtracted":
        return log_p - by
    if inside == "softmax":
        return (log_p / by).softmax(0)
    if inside == "centred":
        return log_p / by - (log_p / by).mean()
    if inside == "times alpha":
        return log_p / ((5 + n) / 6) * alpha
    if inside == "power of all":
        return (log_p / ((5 + n) / 6)) ** alpha
    scores = sign * (log_p.exp() if inside == "p" else log_p) / by
    return scores.sort(descending=True).values if inside == "sorted" else scores


_SHORT = "Without it, or with another one, sentences of different lengths are not compared as they should be."


def _formula(slug, says, look, why=_SHORT, **switches):
    return Misconception(slug, partial(_score, **switches), says, why, look, _as_score)


SCORES = [
    _formula("no-penalty", "Your scores are exactly the log-probabilities, without any penalty.",
             "Where does `alpha` come in?", penalty="none"),
    _formula("divided-by-length", "Your scores are exactly the log-probabilities divided by n^α.",
             "What is raised to the power α?",
             "That is another penalty in use; it judges sentences of one or two words much more harshly. The formula "
             "here is (5 + n) / 6.", penalty="length"),
    _formula("divided-by-length-alone", "Your scores are exactly the log-probabilities per token: divided by n, "
             "whatever α is.", "Where do the 5, the 6 and `alpha` come in?",
             "The mean over tokens is another way to compare; it favours long sentences, and leaves no α to say how "
             "much length counts.", penalty="length alone"),
    _formula("alpha-typed-in", "Your scores are exactly those of α = 0.6, whatever `alpha` is.",
             "Where does `alpha` stand in your code?", "The caller says how much length counts.",
             penalty="alpha typed in"),
    *(_formula("n-subtracted", "Your scores are exactly what comes out with (5 − n) / 6 in place of (5 + n) / 6.",
               "Which sign stands between 5 and n?",
               "A longer sentence then gets a *smaller* divisor; from n = 6 on it is negative, and a negative number "
               "raised to the power 0.6 is NaN in a tensor, and a complex number in plain Python.", penalty=penalty)
      for penalty in ("minus, as it comes", "minus")),
    _formula("five-missing", "Your scores are exactly what comes out with n / 6 in place of (5 + n) / 6.",
             "Is the 5 there?", penalty="without 5"),
    _formula("six-missing", "Your scores are exactly what comes out with 5 + n in place of (5 + n) / 6.",
             "What is 5 + n divided by?", "The 6 makes the penalty 1 for a sentence of one token.",
             penalty="without 6"),
    _formula("power-before-division", "Your scores are exactly what comes out when only 5 + n is raised to the power "
             "α, and divided by 6 afterwards.", "`**` binds more tightly than `/`. Where must brackets stand?",
             penalty="6 outside"),
    _formula("brackets-missing", "Your scores are exactly what comes out with 5 + (n / 6).",
             "`/` binds more tightly than `+`. Where must brackets stand?", penalty="5 alone"),
    _formula("rounded-down", "Your scores are exactly what comes out when (5 + n) / 6 is rounded down to a whole "
             "number.", "`/` or `//`?", "Sentences of 1 to 6 tokens would all have the same penalty.",
             penalty="rounded"),
    _formula("power-of-six-only", "Your scores are exactly what comes out when only the 6 is raised to the power α, "
             "and log p divided by both.", "`**` binds more tightly than `/`. Where must brackets stand?",
             penalty="6 alone"),
    _formula("power-of-everything", "Your scores are exactly what comes out when the whole quotient, log p included, "
             "is raised to the power α.", "What is raised to the power α?",
             "log p is negative, and a negative number has no 0.6th power: NaN.", inside="power of all"),
    _formula("penalty-subtracted", "Your scores are exactly log p minus the logarithm of the penalty.",
             "What does the formula divide, p or log p?",
             "That is what comes out when the *probability* is divided by the penalty: it pushes long sentences "
             "further down, and was meant to bring them up.", inside="log of quotient"),
    _formula("scores-sorted", "Your scores are exactly the expected ones, sorted.", "Is there a `sort`?",
             "Score i belongs to sentence i; sorted, nobody knows whose it is.", inside="sorted"),
    _formula("alpha-as-factor", "Your scores are exactly what comes out when α multiplies the penalty.",
             "α stands in the exponent.", penalty="factor"),
    _formula("scores-times-alpha", "Your scores are exactly log p / ((5 + n) / 6), multiplied by α.",
             "Is α in the exponent?", "As a factor it changes all scores alike, so that it never changes which "
             "sentence is the best.", inside="times alpha"),
    *(_formula(slug, later("Your scores are exactly {words}.", words=words), look, why, **switch)
      for slug, switch, words, look, why in (
          ("reward-for-length", {"inside": "reward"}, "log p plus α for each token", "Which step does the formula "
           "begin with?",
           "That is another remedy in use. The formula here divides."),
          ("penalty-taken-away", {"inside": "subtracted"}, "log p minus the penalty", "Is it divided, or subtracted?",
           "Longer sentences would get lower scores still."),
          ("scores-sum-to-one", {"inside": "softmax"}, "the right ones after a softmax over the sentences",
           "What happens to the scores at the end?", "A score is to be compared with those of later rounds, too."),
          ("scores-centred", {"inside": "centred"}, "the right ones minus their mean", "What happens to the scores at "
           "the end?",
           "A score is to be compared with those of later rounds, too."),
          ("base-and-exponent-exchanged", {"penalty": "alpha below"}, "what comes out with α^((5 + n) / 6)",
           "What is raised to which power?", _SHORT),
          ("exponent-upside-down", {"penalty": "inverse"}, "what comes out with 1/α in the exponent",
           "What is raised to which power?", _SHORT))),
    _formula("alpha-always-1", "Your scores are exactly those of α = 1, whatever α is.",
             "Where does `alpha` come in?", "α says how much length counts: 0 for not at all.", penalty="alpha 1"),
    _formula("multiplied", "Your scores are exactly what comes out when log p is multiplied by the penalty.",
             "Log-probabilities are negative. Which way does dividing by 1.3 move them, which way multiplying?",
             "That punishes long sentences twice: their log-probability is lower anyway.", penalty="upside down"),
    _formula("five-and-six-exchanged", "Your scores are exactly what comes out with (6 + n) / 5.",
             "Compare the numbers in the formula.", penalty="turned"),
    _formula("probability-instead-of-log", "Your scores are exactly what comes out when the *probability* is divided "
             "by the penalty.", "Is there an `exp`?",
             "Dividing a positive number by more makes it smaller: long sentences would be punished, not short ones.",
             inside="p"),
    _formula("sign-turned", "Your scores are exactly the expected ones with the sign turned.", "Where is the minus?",
             "The best sentence would have the lowest score.", sign=-1),
    _formula("one-length-for-all", "Your scores are exactly what comes out when every sentence is given the length of "
             "the first.", "Is there an index on n?",
             "A penalty that is the same for all changes no order: it is without effect.", length="first"),
    _formula("longest-for-all", "Your scores are exactly what comes out when every sentence is given the length of the "
             "longest.", "Is there a `max` on n?",
             "A penalty that is the same for all changes no order: it is without effect.", length="largest"),
    _formula("sentences-counted", "Your scores are exactly what comes out when n is the number of sentences.",
             "Do you use the argument n?", "A penalty that is the same for all changes no order: it is without effect.",
             length="count"),
    _formula("one-token-more", "Your scores are exactly those of sentences with one token more.",
             "n counts the tokens already, eos included.", length="more"),
    _formula("one-token-less", "Your scores are exactly those of sentences with one token less.",
             "n counts the tokens already, eos included.", length="less"),
]


# ---------------------------------------------------------------------------------- 10.2 step

def _step(log_p, next_log_p, beam_size, table="sum", back="right", order="best", gives="right"):
    """`beam_step` with one thing done differently."""
    past, vocab_size = log_p.unsqueeze(1), next_log_p.shape[1]
    candidates = {
        "sum": lambda: past + next_log_p, "next only": lambda: next_log_p + 0 * past.nan_to_num(neginf=0.0),
        "product": lambda: past * next_log_p, "probabilities": lambda: past.exp() + next_log_p.exp(),
        "exp": lambda: (past + next_log_p).exp(), "mean": lambda: (past + next_log_p) / 2,
        "renormalised": lambda: (past + next_log_p).flatten().log_softmax(0).view_as(next_log_p),
        "difference": lambda: next_log_p - past,
        "past renormalised": lambda: past.log_softmax(0) + next_log_p,
        "best past": lambda: past.max() + next_log_p,
        "tiled": lambda: (next_log_p.flatten() + log_p.repeat(vocab_size)).view_as(next_log_p),
        "log of next": lambda: past + next_log_p.log(), "log of past": lambda: past.log() + next_log_p,
        "log of both": lambda: past.log() + next_log_p.log(), "log of sum": lambda: (past + next_log_p).log(),
    }[table]()
    candidates = candidates.T if back == "transposed" else candidates
    if order == "lowest":                                     # as "worst", where several are equally bad
        index = candidates.flatten().argsort()[:beam_size]
        scores = candidates.flatten()[index]
    else:
        scores, index = candidates.flatten().topk(beam_size, largest=order != "worst")
    if order == "ascending":
        scores, index = scores.flip(0), index.flip(0)
    parent, token = index // vocab_size, index % vocab_size
    if back == "by beams":
        parent, token = index // len(log_p), index % len(log_p)
    if back == "one less":
        parent, token = index // max(vocab_size - 1, 1), index % max(vocab_size - 1, 1)
    if back == "rest by beams":
        token = index % len(log_p)
    if back == "first parent":
        parent = torch.zeros_like(parent)
    if back == "from one":
        parent = parent + 1
    if back == "by beam size":
        parent, token = index // beam_size, index % beam_size
    if isinstance(back, int):
        parent, token = index // back, index % back
    if back == "index":
        token = index
    if back == "fraction":
        parent = index / vocab_size
    if gives == "swapped":
        parent, token = token, parent
    if gives == "next":
        scores = next_log_p[parent, token]
    return scores, parent, token


def _step_each_alone(log_p, next_log_p, beam_size):
    best, token = next_log_p.max(-1)
    scores, parent = (log_p + best).topk(min(beam_size, len(log_p)))
    return scores, parent, token[parent]


def _step_each_alone_unless_too_few(log_p, next_log_p, beam_size):
    best, token = (log_p.unsqueeze(1) + next_log_p).max(-1)
    scores, parent = best.topk(beam_size)
    return scores, parent, token[parent]


def _step_best_of_each(log_p, next_log_p, beam_size):
    return _step_each_alone_unless_too_few(log_p, next_log_p, min(beam_size, len(log_p)))


def _step_all_of_each(log_p, next_log_p, beam_size):
    best, token = (log_p.unsqueeze(1) + next_log_p).topk(min(beam_size, next_log_p.shape[1]))
    parent = torch.arange(len(log_p)).unsqueeze(1).expand_as(token)
    return best.flatten(), parent.flatten(), token.flatten()


def _step_as_many_as_beginnings(log_p, next_log_p, beam_size):
    return _step(log_p, next_log_p, len(log_p))


def _step_in_rows(log_p, next_log_p, beam_size):
    scores, index = (log_p.unsqueeze(1) + next_log_p).topk(beam_size)
    return scores, index // next_log_p.shape[1], index % next_log_p.shape[1]


def _step_first_beam(log_p, next_log_p, beam_size):
    scores, token = (log_p[0] + next_log_p[0]).topk(min(beam_size, next_log_p.shape[1]))
    return scores, torch.zeros_like(token), token


def _axes_confused(log_p, next_log_p, beam_size):
    return _step(torch.zeros(len(log_p), dtype=log_p.dtype), log_p + next_log_p, beam_size)


def _round(slug, says, why, look, **switches):
    return Misconception(slug, partial(_step, **switches), says, why, look, _as_round)


_ROW = "The flattened table has V places for each beginning: place i lies in row i // V and column i % V."

STEPS = [
    _round("past-ignored", "Your scores are exactly those of the next tokens alone.",
           "A likely word after an unlikely beginning would then win against a good sentence.",
           "Where does `log_p` come in?", table="next only"),
    _round("logs-multiplied", "Your scores are exactly the *products* of the log-probabilities.",
           "Probabilities are multiplied, and so their logarithms are added. The product of two negative numbers is "
           "positive: the least likely pairs would win.", "Which sign stands between the two?", table="product"),
    _round("probabilities-summed", "Your scores are exactly sums of *probabilities*.",
           "The probability of a sequence is a product. A sum does not become small when one of its parts is "
           "impossible.", "Is there an `exp`?", table="probabilities"),
    _round("probabilities-returned", "Your scores are exactly the probabilities, not their logarithms.",
           "They choose the same tokens, but the next round adds them to logarithms.", "Is there an `exp`?",
           table="exp"),
    *(_round("logarithm-taken-twice", later("Your scores are exactly what comes out when the logarithm is taken of "
                                            "{what}, a second time.",
                                            what=what),
            "Log-probabilities are negative, and a negative number has no logarithm: NaN.",
             "Is there a `log`? Which of your numbers are probabilities, and which logarithms already?", table=table)
      for table, what in (("log of next", "`next_log_p`"), ("log of past", "`log_p`"), ("log of both", "both inputs"),
                          ("log of sum", "the sum"))),
    _round("subtracted", "Your scores are exactly next_log_p minus log_p.",
           "That rewards beginnings for being unlikely.", "Which sign stands between the two?", table="difference"),
    _round("averaged", "Your scores are exactly half of what they should be.",
           "The log-probability of the whole is the sum of its parts, not their mean.", "What do you divide by?",
           table="mean"),
    _round("renormalised", "Your scores are exactly what comes out when the table goes through one more softmax.",
           "The logarithms are right as they are. Made to sum to 1 among the candidates, they are no longer those of "
           "the sentences.", "How many times is there a softmax?", table="renormalised"),
    _round("renormalised", "Your scores are exactly what comes out when the log-probabilities of the beginnings go "
           "through one more softmax.", "The logarithms are right as they are. Made to sum to 1 among the beginnings, "
           "they are no longer those of the sentences.", "What happens to `log_p` before it is added?",
           table="past renormalised"),
    _round("axes-confused", "Your scores are exactly what comes out when `log_p` is laid along the flattened table "
           "again and again.", "V places in a row belong to the same beginning there; yours gives each another one.",
           "How often does each number of `log_p` have to stand in a row, if V continuations belong to it?",
           table="tiled"),
    _round("rows-and-columns-confused", "Your parents and tokens are exactly what comes out when places are turned "
           "back with the number of beginnings.", _ROW, "What do you divide the place by?", back="by beams"),
    _round("divided-by-the-beam", "Your parents and tokens are exactly what comes out when places are turned back "
           "with the beam size.", _ROW, "What do you divide the place by?", back="by beam size"),
    *(_round(slug, later("Your {words}.", words=words), why, look, **switch)
      for slug, switch, words, why, look in (
          ("rows-and-columns-confused", {"back": "rest by beams"}, "parents are right, and your tokens exactly what "
           "is left of "
           "the places when the number of beginnings is taken off", _ROW, "What do you take off the place?"),
          ("divided-by-one-less", {"back": "one less"}, "parents and tokens are exactly what comes out when places "
           "are turned "
           "back with V − 1", _ROW, "What do you divide the place by?"),
          ("first-parent-for-all", {"back": "first parent"}, "parents are all 0", _ROW, "Where do your parents come "
           "from?"),
          ("counted-from-one", {"back": "from one"}, "parents are exactly the right ones plus 1",
           "Beginnings are counted from 0.", "What is added at the end?"),
          ("one-past-for-all", {"table": "best past"}, "scores are exactly what comes out when every beginning gets "
           "the "
           "log-probability of the best one", "A likely word after an unlikely beginning would then win.",
           "Which axis does `log_p` have where it is added?"))),
    *(_round("vocabulary-size-typed-in", later("Your parents and tokens are exactly what comes out when places are "
                                               "turned back with {size}, however many tokens there are.",
                                               size=size), _ROW, "How many columns has `next_log_p`?", back=size)
      for size in (8, 2000)),
    _round("place-as-token", "Your tokens are exactly the places in the flattened table.",
           later("A place is no id of a token. {row}",
                 row=_ROW), "What is left of the place when whole rows are taken off?",
           back="index"),
    _round("fraction-as-parent", "Your parents are exactly places divided by V, with what comes after the point.",
           "A beginning is found by a whole number.", "`/` or `//`?", back="fraction"),
    _round("parent-and-token-swapped", "You return exactly the right things, with parent and token exchanged.",
           "Both are whole numbers, so nothing complains; the sentences are nonsense.",
           "Compare the order with the one in the box.", gives="swapped"),
    _round("last-step-returned", "Your parents and tokens are right, and your scores exactly the log-probabilities of "
           "the last token alone.", "The next round has to know how likely the whole beginning is.",
           "Which values do you return?", gives="next"),
    _round("worst-kept", "You keep exactly the *least* likely continuations.", "A beam keeps the best.",
           "Which end of the order do you take?", order="worst"),
    _round("worst-kept", "You keep exactly the *least* likely continuations.", "A beam keeps the best.",
           "Which end of the order do you take?", order="lowest"),
    _round("table-transposed", "Your scores are right, and your parents and tokens exactly those of a table (V, K), "
           "read as if it were (K, V).", _ROW, "Which axis comes first in the table that you flatten?",
           back="transposed"),
    _round("worst-first", "You return exactly the right continuations, the best one last.",
           "What follows takes the first for the best.", "In which order does your sorting go?", order="ascending"),
    Misconception(
        "each-beginning-alone", _step_each_alone,
        "Your continuations are exactly the one best of each beginning.",
        "Then no beginning could have two children and none could die out: several greedy searches side by side. All "
        "K · V continuations compete with each other.", "Over how many numbers does your `topk` or `max` go?",
        _as_round),
    Misconception(
        "each-beginning-alone", _step_best_of_each,
        "Your continuations are exactly the one best of each beginning.",
        "Then no beginning could have two children and none could die out: several greedy searches side by side. All "
        "K · V continuations compete with each other.", "Over how many numbers does your `topk` or `max` go?",
        _as_round),
    Misconception(
        "each-beginning-alone-too-few", _step_each_alone_unless_too_few,
        "Your continuations are exactly the one best of each beginning. Where there are fewer beginnings than places, "
        "`topk` finds too few to choose from and raises an error.",
        "All K · V continuations compete with each other: a beginning may have two children, or die out.",
        "Over how many numbers does your `topk` or `max` go?", _as_round),
    Misconception(
        "nothing-pruned", _step_all_of_each,
        "Your continuations are exactly the beam_size best of *each* beginning.",
        "The beam would grow by the factor beam_size in every round.", "Over how many numbers does your `topk` go?",
        _as_round),
    Misconception(
        "beam-size-ignored", _step_as_many_as_beginnings,
        "You return exactly as many continuations as there were beginnings, whatever `beam_size` is.",
        "In the first round there is one beginning, and the beam has to grow; later it becomes narrower.",
        "Where does `beam_size` stand in your code?", _as_round),
    Misconception(
        "rows-not-flattened", _step_in_rows,
        "Your `topk` chooses in each row of the table by itself: you return exactly one row for each beginning.",
        "All K · V continuations compete with each other, and only beam_size of them stay.",
        "Over how many numbers does your `topk` go?", _as_round),
    Misconception(
        "first-beginning-only", _step_first_beam,
        "Your continuations are exactly those of beginning 0.", "The others never get a chance.",
        "Is there an index 0?", _as_round),
    Misconception(
        "axes-confused", _axes_confused,
        "Your table is exactly `log_p + next_log_p`, where the axes meet the wrong way round.",
        "Axes are lined up from the right: the K beginnings meet the V tokens. That stops with an error, or, where K "
        "happens to be V, gives wrong numbers without one.", "Which axis is `log_p` missing?", _as_round),
]
