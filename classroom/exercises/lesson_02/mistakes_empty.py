"""Lesson 02, attention: queries that may attend to nothing. Used by `lesson_02`."""
from functools import partial

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .switches import sloppy_attention

NOTHING = ("A query that may attend to nothing, in a sentence that is all padding for instance, gets zero weights and "
          "adds nothing: that is the course's convention.")
_KEPT = ("kept", "opened, kept")        # ways in which such a row keeps shares

_LEFT = ("That repairs a row as long as something is left. Where a forbidden score is far above the allowed ones, the "
         "softmax gives it all there is, and the shares of the allowed ones are 0 already.")

EMPTY = [
    Misconception(
        "empty-rows-nan", partial(sloppy_attention, empty="nan"),
        "Your weights are right, except for queries that may attend to nothing, while others may: there they are NaN.",
        later("NaN is what 0/0 gives: the softmax of a row of nothing but −∞ is 0/0, and so is a row of zeros "
              "divided by its sum. One NaN spreads through the whole model. {empty}", empty=NOTHING),
        "What do the rows without any True need?"),
    Misconception(
        "only-the-output-repaired", partial(sloppy_attention, empty="nan", gives="output repaired"),
        "Your output is right. Your weights are NaN for queries that may attend to nothing.",
        later("The weights are returned as well, and NaN spreads through all that is made of them. {empty}",
              empty=NOTHING),
        "On which line are the NaN replaced, and what is computed from the weights before it?"),
    Misconception(
        "only-the-weights-repaired", partial(sloppy_attention, empty="nan", gives="weights repaired"),
        "Your weights are right. Your output is NaN for queries that may attend to nothing.",
        "NaN times anything is NaN: the output was computed from weights that still held it.",
        "On which line are the NaN replaced, and what is computed from the weights before it?"),
    *(Misconception(
        "only-the-output-closed", partial(sloppy_attention, empty=how, gives="output closed"),
        "Your output is right. Your weights for queries that may attend to nothing are those of a softmax over "
        "forbidden places.", later("However low all scores of a row are, the softmax makes shares of them. {empty}",
                                   empty=NOTHING),
        "What is set to 0, and what is returned beside it?") for how in _KEPT),
    *(Misconception(
        "only-the-weights-closed", partial(sloppy_attention, empty=how, gives="weights closed"),
        "Your weights are right. Your output for queries that may attend to nothing is a mixture of values at "
        "forbidden places.",
        later("The output was made with other weights than those that are returned. {empty}", empty=NOTHING),
        "On which line does your output get its weights, and what happens to them after it?")
      for how in _KEPT),
    *(Misconception(
        "all-closed-by-an-empty-row", partial(sloppy_attention, empty=how),
        later("Your weights are exactly what comes out when one query that may attend to nothing sets the weights of "
              "{words} to 0.", words=words),
        later("The other queries have keys that they may attend to, and keep their shares. {empty}", empty=NOTHING),
        "What do you set to 0: a row, or a whole tensor?", sums("weights"))
      for how, words in (("all together", "all queries, in all sentences,"),
                         ("by sentence", "all queries of its sentence"))),
    Misconception(
        "renormalised-after-softmax", partial(sloppy_attention, empty="renormalised"),
        "Your weights are exactly what comes out when the mask is laid over the shares, or over the powers, and each "
        "row is then divided by what is left of it: 0/0 or ∞ · 0, NaN, where nothing is left.",
        later("{left} {empty}", left=_LEFT, empty=NOTHING), "Do the forbidden scores get into your softmax?"),
    Misconception(
        "renormalised-after-softmax", partial(sloppy_attention, empty="renormalised, nan to 0"),
        "Your weights are exactly what comes out when the mask is laid over the shares, or over the powers, and each "
        "row is then divided by what is left of it; where nothing is left, they are 0.", _LEFT,
        "Do the forbidden scores get into your softmax?"),
    Misconception(
        "renormalised-after-softmax", partial(sloppy_attention, empty="renormalised, 1e-9"),
        "Your weights are exactly what comes out when forbidden scores get into the softmax as they are, and each row "
        "is then divided by what is left of it; or when they are made lower by a small number, such as 50, and their "
        "shares are set to 0 afterwards. Nothing is left where a forbidden score is high.",
        _LEFT, "Do the forbidden scores get into your softmax, as they are or a little lower?"),
    *(Misconception(
        "empty-rows-not-zero", partial(sloppy_attention, empty=how),
        "Queries that may attend to nothing get exactly the weights of a softmax over forbidden places.",
        later("However low all scores of a row are, the softmax makes shares of them. {empty}", empty=NOTHING),
        "What do the rows without any True need after the softmax? If your code asks whether anything is allowed: does "
        "it ask each row, or the whole mask once?")
      for how in _KEPT),
    Misconception(
        "columns-for-rows", partial(sloppy_attention, empty="columns"),
        "Your weights are exactly what comes out when shares are set to 0 at the keys that *no query* may look at, and "
        "not in the rows of the queries that may look at nothing.",
        later("Rows of the mask are queries, columns are keys. {empty}", empty=NOTHING),
        "Over which axis does your `any` or `all` run: does it ask about a query, or about a key?"),
]
