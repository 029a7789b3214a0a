"""Lesson 00, shares: what learners write instead, and what it means. Used by `lesson_00`."""
from collections.abc import Callable
from functools import partial

import numpy as np

from classroom.judge.evidence import place, sums
from classroom.judge.exercise import Misconception
from course._words import later, say

# Three ways to write it come out as the same numbers, so that the message names all three.
CUT = {
    "says": "Your shares are exactly what comes out when each of them is cut down to a whole number.",
    "why": "A share is a fraction; cut down to a whole number nearly all of them are 0.",
    "look": "Three things keep whole numbers only: the sign `//`, `int(...)`, and a dtype of whole numbers. Which of "
            "them do you use?"}
INTO_INTEGERS = {
    "says": "Where the scores are whole numbers, each of your shares is cut down to a whole number; where they are "
            "fractions, your shares are right.",
    "why": "An array of whole numbers cuts off the fraction of what is written into it, and says nothing. "
           "`np.zeros_like(scores)`, `scores.copy()` and `scores` itself are such arrays when the scores are whole.",
    "look": "Which dtype has the array that you write your shares into?"}
IN_PLACE = {
    "says": "Where the scores are whole numbers, your code stops, as `/=` does.",
    "why": "`/=` writes its result into the array on its left. That array holds whole numbers here, as `scores` does "
           "and a copy of it, and it cannot hold fractions.",
    "look": "Which operation makes a new array for its result? Or, if you divide a copy: which dtype must the copy "
            "have?"}
NOT_DIVIDED = {
    "says": "Your function returns the scores as they came in.",
    "look": "Look at what the function should do to them before it returns them. If it does divide: where does the "
            "result go? In a loop, `x = ...` gives the name `x` to something new, and writes nothing into an array."}
WHOLE = "Shares of one whole sum to 1, whatever the scores were."
DIVISOR = "Look at what you divide by."
SUMMED_AGAIN = {
    "says": "Your shares are exactly what comes out when each score is replaced by its share, one after the other, and "
            "the total is summed again each time.",
    "why": "After the first one the total is another: it holds a share in place of a score. (And if the scores are "
           "whole numbers, an array of them cuts the shares down.)",
    "look": "How often is your total computed, and from what? And into which array are the shares written?"}
PERCENT = {
    "says": "Your shares are exactly 100 times too large: they are percentages.",
    "why": "The course counts shares as parts of 1, since they will be multiplied with other numbers.",
    "look": "Leave the factor out."}
ROUNDED = {
    "why": "Rounded shares need not sum to 1 any more, and what is lost here is lost in every step after it. "
           "Round when you print, not when you compute.",
    "look": "Look at the last thing done to the result."}
NEVER_RESET = ("The total of {0} is known only once all {1} scores are added up. A loop that adds and divides in "
                "the same round divides by what has been added so far.")

AT_LEAST_1 = {
    "says": "Where the scores sum to less than 1, your code leaves them as they are; elsewhere your shares are right.",
    "why": "A total below 1 is a total like any other: of the scores 0.1 and 0.3 the shares are 0.25 and 0.75. And a "
           "total of 0 does not come in.",
    "look": "Is there a `max`, a `maximum` or an `if` at the total?"}
RETURNED = {
    "why": "An array of zeros holds 0 wherever nothing has been written into it.",
    "look": "How far does your loop get? Does a `return` stand inside it?"}
ENDS = "`range(n)` ends at n − 1 already, and that is the last place."
BEGINS = "Python counts from 0, and that is the first place."

# ------------------------------------------------------------------------------------- 0.1 shares


def _all_but(score: int) -> Callable:
    return lambda scores: np.delete(scores, score).sum()


def _slip(scores, divisor="sum", whole=False, times=1, digits=None, of=None, gives=None, kind=None, skipped=None,
          start="zeros", powers=False):
    """`shares` with one thing done differently; the place `skipped` keeps what the result had at the start."""
    scores = scores if kind is None else scores.astype(kind)
    scores = np.exp(scores - scores.max()) if powers else scores
    by = {
        "sum": np.sum, "largest": np.max, "smallest": np.min, "range": np.ptp, "count": len, "mean": np.mean,
        "length": np.linalg.norm, "nothing": lambda scores: 1, "page": lambda scores: 12, "first": lambda s: s[0],
        "last": lambda s: s[-1], "all but the first": _all_but(0), "all but the last": _all_but(-1),
        "running": np.cumsum, "one more": lambda s: s.sum() + 1, "others": lambda s: s.sum() - s,
        "left": lambda s: s[::-1].cumsum()[::-1],
        "spread": np.std, "indices": lambda s: np.arange(len(s)).sum(), "product": lambda s: s.astype(float).prod(),
        "at least 1": lambda s: max(s.sum(), 1), "different": lambda s: np.unique(s).sum(),
        "whole": lambda s: np.trunc(s.sum()), "what is above the smallest": lambda s: (s - s.min()).sum(),
    }[divisor](scores)
    numbers = scores if of is None else of(scores)
    with np.errstate(all="ignore"):
        result = times * (numbers // by if whole else numbers / by)
    result = result if digits is None else result.round(digits)
    if skipped is not None:
        result[skipped] = 0 if start == "zeros" else scores[skipped]
    return result if gives is None else gives(result)


def _parts(scores):
    with np.errstate(all="ignore"):
        return scores / scores.sum()


def written_into(right, scores):
    """What comes out when the right shares are written into an array of the dtype of the scores."""
    return right(scores).astype(scores.dtype)


def divided_in_place(scores, axis=None):
    """Whole numbers divided by `/=`: NumPy refuses."""
    scores = scores.copy()
    scores /= scores.sum(axis=axis, keepdims=axis is not None)
    return scores


def total_summed_again(scores, kind=None):
    """Each score replaced by its share of a total that is summed anew, from what has been replaced and what has not."""
    scores = scores.copy() if kind is None else scores.astype(kind)
    for row in scores[None] if scores.ndim == 1 else scores:
        for i in range(len(row)):
            row[i] = row[i] / row.sum()
    return scores


def first_of_the_largest(scores):
    """1 for the largest score of a row, the first of them if several are equal, and 0 for all others."""
    return np.eye(scores.shape[-1])[scores.argmax(-1)]


def _upside_down(scores):
    with np.errstate(all="ignore"):
        return np.sum(scores) / scores


def all_digits(sight):
    """Evidence: one number, with more digits than are usually shown."""
    got, want = sight.got.values["shares"], sight.want.values["shares"]
    worst = np.unravel_index(np.argmax(np.abs(got - want)), got.shape)
    index = ", ".join(str(int(i)) for i in worst)
    return say("{place}, `shares[{index}]` is {got:.6f}, and {want:.6f} is expected.", place=place(sight), index=index,
               got=got[worst], want=want[worst])


def _largest_first(shares):
    return np.sort(shares)[::-1]


def _first_only(shares):
    return shares * (np.arange(len(shares)) == 0)


def _rest(shares):
    return 1 - shares


def _those_above_0(scores):
    return scores[scores > 0]


def _rest_to_the_last(scores):
    shares = _parts(scores).round(2)
    shares[-1] = 1 - shares[:-1].sum()
    return shares


def _smallest_taken_away(scores):
    return scores - scores.min()


def _divided(slug: str, words: str, why: str = WHOLE, look: str = DIVISOR, **switches) -> Misconception:
    return Misconception(slug, partial(_slip, **switches), later(
        "Your shares are exactly the scores divided by {words}.", words=words),
                         why, look, sums("shares"))


SHARES = [
    _divided("divided-by-the-largest", "the largest of them",
             "The largest score then always gets 1, which is everything, and nothing would be left for the others.",
             divisor="largest"),
    _divided("divided-by-their-number", "how many there are", divisor="count"),
    _divided("divided-by-the-mean", "their mean",
             "They tell how many times the average a score is, and sum to the number of scores.", divisor="mean"),
    _divided("divided-by-the-length", "their length as a vector, √(s₁² + s₂² + …)",
             "Their squares sum to 1 then; shares themselves should.", divisor="length"),
    _divided("divided-by-the-smallest", "the smallest of them", divisor="smallest"),
    _divided("divided-by-the-range", "the distance from the smallest to the largest", divisor="range"),
    _divided("divided-by-the-first", "the first of them", divisor="first",
             look="Look at what you divide by. If you add up the total in a loop: how many rounds has it gone when the "
                  "division is done? Does a `return` stand inside it?"),
    _divided("divided-by-the-last", "the last of them",
             later("{whole} (After a loop, its variable still holds the last score.)", whole=WHOLE), divisor="last"),
    _divided("one-score-left-out", "the total of all but the first", look="Where does your sum begin?",
             divisor="all but the first"),
    _divided("one-score-left-out", "the total of all but the last", look="Where does your sum end?",
             divisor="all but the last"),
    *(_divided("running-total", "a running total: each by the sum of the scores up to itself",
               NEVER_RESET.format("a list", "its"), "When is your total complete, and when do you divide by it?",
               divisor="running", gives=gives)
      for gives in (None, np.nan_to_num)),                     # the second where a total of 0 is seen to
    _divided("divided-by-what-is-left", "what is left: each by the sum of itself and those behind it",
             "All shares are parts of one and the same whole.", divisor="left"),
    _divided("divided-by-the-others", "the total of all the others",
             "That compares a score with its rivals; a share is its part of everything, itself included.",
             divisor="others"),
    _divided("indices-added-up", "the sum of their indices, 0 + 1 + 2 + …", divisor="indices",
             look="What does your loop add up: the scores, or the numbers that count them?"),
    _divided("multiplied-up", "their product", look="What does your loop do with the total in each round?",
             divisor="product"),
    _divided("divisor-typed-in", "12, whatever the scores are",
             "12 is the total of the four scores on the page. Other scores mostly have another total.",
             "Is there a 12 in your code, or a name of the page where the name of the argument should stand?",
             divisor="page"),
    _divided("equal-scores-counted-once", "the total of those that differ: equal scores are counted once",
             "Two equal scores are two scores.", "Is there a `set` or a `unique`?", divisor="different"),
    _divided("total-cut-down", "their total, cut down to a whole number",
             "Scores may be fractions, and so may their total.", "Is there an `int` round the total?",
             divisor="whole"),
    Misconception("total-at-least-1", partial(_slip, divisor="at least 1"), **AT_LEAST_1, shows=sums("shares")),
    Misconception("total-at-least-1", lambda scores: scores if scores.sum() <= 1 else scores / scores.sum(),
                  "Where the scores sum to less than 1, your code leaves them as they are, and where they sum to 1 it "
                  "gives back `scores` itself; elsewhere your shares are right.", AT_LEAST_1["why"],
                  AT_LEAST_1["look"], sums("shares")),
    Misconception("not-divided", partial(_slip, divisor="nothing"), **NOT_DIVIDED, why=WHOLE),
    Misconception("whole-number-division", partial(_slip, whole=True), **CUT, shows=sums("shares")),
    Misconception("written-into-integers", partial(written_into, partial(_slip)), **INTO_INTEGERS,
                  shows=sums("shares")),
    Misconception("divided-in-place", divided_in_place, **IN_PLACE),
    *(Misconception("total-summed-again", partial(total_summed_again, kind=kind), **SUMMED_AGAIN)
      for kind in (None, float)),
    Misconception("in-percent", partial(_slip, times=100), **PERCENT, shows=sums("shares")),
    Misconception(
        "whole-percent", partial(_slip, times=100, gives=np.floor),
        "Your shares are exactly percentages, cut down to whole numbers.",
        "The course counts shares as parts of 1; and what is cut off is lost in every step after it.",
        "Look at the last two things done to the shares.", sums("shares")),
    *(Misconception(
        "sizes-reversed", lambda scores, of=of: _parts(of(scores)), later(
            "Your shares are exactly those of {words}.", words=words),
        "The largest score then gets the smallest share.", "What is done to the scores before they are added?")
      for of, words in ((lambda scores: scores.max() - scores, "what each score lacks to the largest"),
                        (lambda scores: scores.sum() - scores, "all the others together"))),
    *(Misconception(
        f"rounded-to-{digits}", partial(_slip, digits=digits), later(
            "Your shares are rounded to {digits} decimals.", digits=digits),
        **ROUNDED, shows=all_digits) for digits in (2, 3, 4)),
    Misconception(
        "upside-down", _upside_down,
        "Your shares are exactly the total divided by each score.",
        "The smallest score gets the most that way.", "Look at which number is divided by which."),
    Misconception(
        "softmax", partial(_slip, powers=True),
        "Your shares are exactly those of a softmax: exponentials first, then shares.",
        "That is where lesson 01 is going. Here the shares are to be those of the scores themselves, so that "
        "a score twice as large gets twice the share.",
        "Look at what happens to the scores before the division."),
    Misconception(
        "equal-shares", partial(_slip, of=np.ones_like, divisor="count"),
        "Your shares are exactly the same for everybody: 1 divided by how many there are.",
        "The page's scores are 1, 2, 6 and 3: the 6 should get six times what the 1 gets.",
        "Do the scores themselves come into what you return, or only their number?"),
    *(Misconception(
        "all-to-the-largest", wrong, "Your shares are exactly 1 for the largest score and 0 for all others.",
        "That is a choice; shares give every score its part.", "How much should the second largest get?")
      for wrong in (lambda scores: (scores == scores.max()) / 1.0, first_of_the_largest)),
    *(Misconception(
        slug, partial(_slip, of=of, divisor=divisor), later("Your shares are exactly the scores {words}.", words=words),
        "That moves or stretches the scores. A score twice as large should get twice the share, and a score of 0 "
        "nothing.", "Is anything done to the scores before they are divided?", sums("shares"))
      for slug, of, divisor, words in (
          ("stretched-to-0-and-1", _smallest_taken_away, "range",
           "stretched so that the smallest becomes 0 and the largest 1"),
          ("smallest-taken-away", _smallest_taken_away, "what is above the smallest",
           "minus the smallest of them, and then divided by their total"),
          ("standardised", lambda scores: scores - scores.mean(), "spread",
           "minus their mean, divided by their standard deviation"))),
    Misconception(
        "squared", lambda scores: np.square(scores) / np.square(scores).sum(),
        "Your shares are exactly those of the squares of the scores.",
        "A score twice as large then gets four times the share.", "What is done to the scores before they are added?",
        sums("shares")),
    Misconception(
        "scores-cut-first", partial(_slip, kind=int),
        "Your shares are exactly those of the scores cut down to whole numbers.",
        "Scores may be fractions, such as 0.5; cut down, that one is 0.", "Is there an `int` before the division?"),
    Misconception(
        "sorted", partial(_slip, gives=np.sort), "Your shares are exactly the right ones, in order of size.",
        "A share belongs to the score in the same place.", "Is anything sorted?"),
    Misconception(
        "sorted", partial(_slip, gives=_largest_first),
        "Your shares are exactly the right ones, in order of size, the largest first.",
        "A share belongs to the score in the same place.", "Is anything sorted?"),
    Misconception(
        "one-added-to-the-total", partial(_slip, divisor="one more"),
        "Your shares are exactly the scores divided by their total and 1.",
        "Whatever is added to the total is missing from the shares: they sum to less than 1.", DIVISOR,
        sums("shares")),
    *(Misconception(
        f"{which}-share-left-out", partial(_slip, skipped=place, start=start),
        later("Your shares are right, except for the {which} one, which {words}.", which=which, words=words), why, look,
        sums("shares"))
      for which, place, why, look in (("last", -1, ENDS, "Where does your loop end?"),
                                      ("first", 0, BEGINS, "Where does your loop begin?"))
      for start, words in (("zeros", "stays 0"), ("copy", "stays as it came in"))),
    Misconception(
        "returned-too-early", partial(_slip, gives=_first_only), "Your first share is right, and all others are 0.",
        RETURNED["why"], RETURNED["look"], sums("shares")),
    *(Misconception(
        f"{which}-share-left-out", partial(_slip, gives=gives),
        later("Your shares are right, but the {which} one is missing: there is one share less than there are scores.",
              which=which), why, look)
      for which, gives, why, look in (
          ("last", lambda shares: shares[:-1], ENDS, "Where does your loop, or your slice, end?"),
          ("first", lambda shares: shares[1:], BEGINS, "Where does your loop, or your slice, begin?"))),
    Misconception(
        "scores-of-0-left-out", partial(_slip, of=_those_above_0),
        "Your shares are right, but the scores that are 0 have none.",
        "The share of a score of 0 is 0, and keeps its place: there are as many shares as scores.",
        "Is there an `if`, or an index such as `scores > 0`, that lets nothing but other scores pass?"),
    Misconception(
        "rest-to-the-last", _rest_to_the_last,
        "Your shares are exactly the right ones rounded to 2 decimals, all but the last, which gets the rest.",
        ROUNDED["why"], "Is there a `round`?", all_digits),
    Misconception(
        "words-of-the-page", partial(_slip, gives=lambda shares: shares[:4]),
        "Your shares are right, but there are never more than four of them.",
        "The page has four words. Other inputs have more scores, and `zip` ends with the shorter of the two.",
        "Does your loop run over `words`, or over something else that is not `scores`?"),
    Misconception(
        "what-is-left-of-1", partial(_slip, gives=_rest),
        "What you return is exactly 1 minus the right share, for each score.",
        "That is what all the others get together; the largest score then has the smallest number.",
        "What is subtracted from 1, and what for?", sums("shares")),
    Misconception(
        "running-sum-of-shares", partial(_slip, gives=np.cumsum),
        "What you return is exactly a running sum of the right shares.",
        "Each score has a share of its own.", "Is there a `cumsum`, or a share that is added to the one before?"),
    *(Misconception(
        slug, wrong, later("What you return is exactly {words}.",
                           words=words), "There is a share for each score: as many as there are "
        "scores, in their order.", look)
      for slug, wrong, words, look in (
          ("total-returned", np.sum, "the total", "What is divided by the total?"),
          ("mean-returned", np.mean, "the mean of the scores", "What is divided, and by what?"),
          ("one-share-only", partial(_slip, gives=lambda shares: shares[0]), "the share of the first score",
           "Does a `return` stand inside a loop, or is there an index 0?"),
          ("one-share-only", partial(_slip, gives=lambda shares: shares[2]), "the share of the third score",
           "Is there an index 2? It is one share, and all are asked for."),
          ("one-share-only", partial(_slip, gives=np.max), "the largest share", "Is there a `max` too many?"),
          ("one-share-only", partial(_slip, gives=lambda shares: shares[-1]), "the share of the last score",
           "What does your loop do with the shares of the rounds before?"))),
]
