"""Lesson 10, scores: what learners write instead, and what it means. Used by `lesson_10`."""
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


# --------------------------------------------------------------------------------- 10.1 score

def _score(log_p, n, alpha, length="own", penalty="right", inside="log", sign=1):
    """`length_penalty_score` with one thing done differently."""
    alpha = {"alpha typed in": 0.6, "alpha down": int(alpha), "alpha to the nearest": round(alpha)}.get(penalty, alpha)
    penalty = "right" if penalty in ("alpha typed in", "alpha down", "alpha to the nearest") else penalty
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
        "6 alone": lambda: (5 + n) * 6.0 ** alpha, "6 inside": lambda: (5 + n) / 6.0 ** alpha,
        "alpha below": lambda: alpha ** ((5 + n) / 6),
        "inverse": lambda: ((5 + n) / 6) ** (1 / alpha if alpha else 0.0),
        "n and 6": lambda: (5 + n ** alpha) / 6 ** alpha, "n only": lambda: (5 + n ** alpha) / 6,
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
    if inside == "power of all, no brackets":
        return (log_p / (5 + n) / 6) ** alpha
    if inside == "power of all, 6 under n":
        return (log_p / (5 + n / 6)) ** alpha
    scores = sign * (log_p.exp() if inside == "p" else log_p) / by
    return scores.sort(descending=True).values if inside == "sorted" else scores


_SHORT = "Without the penalty, or with another, sentences of different lengths are not compared as they should be."


def _formula(slug, says, look, why=_SHORT, **switches):
    return Misconception(slug, partial(_score, **switches), says, why, look, _as_score)


SCORES = [
    _formula("no-penalty", "Your scores are exactly the log-probabilities, without any penalty.",
             "Where does `alpha` come in?", penalty="none"),
    _formula("divided-by-length", "Your scores are exactly the log-probabilities divided by n^α.",
             "What is raised to the power α?",
             "That is another penalty in use; it judges sentences of one or two words much more harshly. The formula "
             "here is (5 + n) / 6.", penalty="length"),
    _formula("divided-by-length-alone", "Your scores are exactly the log-probabilities per token: divided by n.",
             "Where do the 5, the 6 and `alpha` come in?",
             "The mean over tokens is another way to compare; it favours long sentences, and leaves no α to say how "
             "much length counts.", penalty="length alone"),
    _formula("alpha-typed-in", "Your scores are exactly those of α = 0.6.",
             "Where does `alpha` stand in your code?", "The caller says how much length counts.",
             penalty="alpha typed in"),
    _formula("alpha-rounded", "Your scores are exactly those of α rounded down to a whole number.",
             "Is α converted by `int`, or to the dtype of `n`, which holds whole numbers?",
             "α = 0.6 becomes 0, and so there is no penalty.", penalty="alpha down"),
    _formula("alpha-rounded", "Your scores are exactly those of α rounded to the nearest whole number.",
             "Is there a `round`?", "α = 0.6 becomes 1, and that is another penalty.", penalty="alpha to the nearest"),
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
    _formula("power-of-six-only", "Your scores are exactly what comes out when only the 6 is raised to the power α, "
             "and log p divided by (5 + n) / 6^α.", "`**` binds more tightly than `/`. Where must brackets stand?",
             penalty="6 inside"),
    _formula("power-inside-the-brackets", "Your scores are exactly what comes out when n and 6 are each raised to the "
             "power α, and the 5 is not.", "What is raised to the power α in the formula, and what stands in its "
             "brackets?", "A power of a sum is not the sum of the powers.", penalty="n and 6"),
    _formula("power-inside-the-brackets", "Your scores are exactly what comes out when n alone is raised to the power "
             "α.", "What is raised to the power α in the formula, and what stands in its brackets?",
             "A power of a sum is not the sum of the powers.", penalty="n only"),
    _formula("power-of-everything", "Your scores are exactly what comes out when the whole quotient, log p included, "
             "is raised to the power α.", "What is raised to the power α?",
             "log p is negative, and a negative number has no 0.6th power: NaN.", inside="power of all"),
    *(_formula("power-of-everything", later("Your scores are exactly what comes out when {words}, and all of it, log p "
               "included, is raised to the power α.", words=words),
               "What is raised to the power α, and where must brackets stand?",
               "log p is negative, and a negative number has no 0.6th power: NaN.", inside=inside)
      for inside, words in (("power of all, no brackets", "log p is divided by 5 + n and once more by 6"),
                            ("power of all, 6 under n", "log p is divided by 5 + (n / 6)"))),
    _formula("penalty-subtracted", "Your scores are exactly log p minus the logarithm of the penalty.",
             "What does the formula divide, p or log p?",
             "That is what comes out when the *probability* is divided by the penalty: it pushes long sentences "
             "further down, and was meant to bring them up.", inside="log of quotient"),
    _formula("scores-sorted", "Your scores are exactly the expected ones, sorted.", "Is there a `sort`?",
             "Score i belongs to sentence i; sorted, nobody knows whose it is.", inside="sorted"),
    _formula("alpha-as-factor", "Your scores are exactly what comes out when α multiplies the penalty.",
             "α stands in the exponent.", penalty="factor"),
    _formula("scores-times-alpha", "Your scores are exactly log p / ((5 + n) / 6), multiplied by α.",
             "Is α in the exponent?", "As a factor it changes all scores alike: a positive one never changes which "
             "sentence is the best, and 0 makes all scores 0.", inside="times alpha"),
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
    _formula("alpha-always-1", "Your scores are exactly those of α = 1.",
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
