"""Lesson 01, attention: divisors, loops that mix the values, and tables of whole numbers. Used by
`mistakes_attention`."""
from functools import partial

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .switches import attention

_WHY_MADE_OF_SCORES = ("The divisor depends on d_k alone. Then the scores of a query do not depend on which other "
                       "queries and keys there are, and large scores stay larger than small ones.")

# What the scores are divided by, besides the sizes that are taken for d_k.
DIVISORS = [
    Misconception(
        "root-rounded", partial(attention, scale="rounded up"),
        "Your weights are exactly what comes out when √d_k is rounded up to a whole number.",
        "√7 is 2.65, not 3; only for square numbers it makes no difference.", "Is there a `ceil` near the root?"),
    Misconception(
        "root-of-the-number-of-axes", partial(attention, scale="axes"),
        "Your weights are exactly what comes out when the scores are divided by √2, whatever d_k is.",
        "2 is how many axes `q` and `k` have, which `q.ndim` and `len(q.shape)` count. d_k is how many numbers a query "
        "has.", "Which number stands under your root?"),
    Misconception(
        "logarithm-for-root", partial(attention, scale="log2"),
        "Your weights are exactly what comes out when the scores are divided by the logarithm of d_k to base 2.",
        "For the vectors of this lesson, which have 4 numbers, that happens to be the root of d_k, and for few others.",
        "Which function makes your root?"),
    Misconception(
        "sign-reversed", partial(attention, scale="negative"),
        "Your weights are exactly what comes out when the scores are divided by −√d_k.",
        "The best fit then gets the smallest weight.", "Is there a minus too many?"),
    Misconception(
        "divided-once-for-each-number", partial(attention, scale="each number"),
        "Your weights are exactly what comes out when the scores are divided by √d_k again and again, d_k times in "
        "all.", "The scores are divided by √d_k once.", "Does your division stand inside a loop?"),
    *(Misconception(
        slug, partial(attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are divided by {words}.", words=words),
        _WHY_MADE_OF_SCORES, "What is your divisor made of?")
      for slug, scale, words in (
          ("divided-by-their-spread", "spread", "the standard deviation of all scores"),
          ("divided-by-their-spread", "spread of the row", "the standard deviation of their row"),
          ("divided-by-the-largest-score", "largest", "the largest of all scores"),
          ("divided-by-the-largest-score", "largest of the row", "the largest of their row"))),
    Misconception(
        "divided-by-the-lengths-of-the-keys", partial(attention, scale="lengths of the keys"),
        "Your weights are exactly what comes out when the scores of each key are divided by its length as a vector.",
        "A dot product also counts how long a key is. The divisor √d_k is made of *how many* numbers a key has, and is "
        "the same for all keys.", "Is there a norm in your divisor?"),
    *(Misconception(
        slug, partial(attention, scale=scale),
        later("Your weights are exactly what comes out when {words}.", words=words), why,
        "Is there a norm in your divisor?")
      for slug, scale, words, why in (
          ("divided-by-the-lengths-of-the-queries", "lengths of the queries",
           "the scores of each query are divided by its length as a vector",
           "√d_k is made of *how many* numbers a query has, and is the same for all queries."),
          ("cosines", "both lengths",
           "the scores are cosines: each is divided by the lengths, as vectors, of its query and of its key",
           "A dot product also counts how long the two are. √d_k is made of *how many* numbers they have, and is the "
           "same for all of them."))),
]

# What goes wrong between the scores and the output.
LOOPS = [
    Misconception(
        "absolute-scores", partial(attention, gives="absolute"),
        "Your weights are exactly what comes out when the absolute values of the scores go into the softmax.",
        "A negative score says that query and key point away from each other; it should get less than a score of 0.",
        "What is done to the scores before the softmax?"),
    Misconception(
        "no-look-at-itself", partial(attention, gives="itself"),
        "Your weights are exactly what comes out when query i may not look at key i.",
        "Here every query may look at every key; masks come in lesson 02. And key i need not belong to the same word: "
        "there may be more or fewer keys than queries.", "What do you write into the diagonal of the scores?"),
    *(Misconception(
        slug, partial(attention, **switches), later("Your {says}", says=says),
        "Both results belong to the same weights: those of the divided scores.",
        "How often does your code make scores, and a softmax of them?")
      for slug, switches, says in (
          ("weights-of-undivided-scores", {"gives": "undivided"},
           "returned weights are exactly a softmax of the scores before the division."),
          ("output-of-undivided-scores", {"mix": "undivided"},
           "output is exactly what comes out when the values are mixed by a softmax of the "
           "scores before the division."))),
    *(Misconception(
        "powers-returned", partial(attention, gives=gives),
        later("In place of the weights you return exactly the exponentials of the divided scores{shifted}.",
              shifted=shifted),
        "The weights are what the values are mixed with: shares, each row summing to 1.",
        "Where in your code is the division by the sum, and what is divided?", sums("weights"))
      for gives, shifted in (("powers", ""), ("shifted powers", ", less the largest of their row"))),
    *(Misconception(
        slug, partial(attention, mix=mix), later("Your output is exactly {words}.", words=words), why, look)
      for slug, mix, words, why, look in (
          ("last-key-only", "last key", "the value of the last key times its weight",
           "An output is a sum over all keys. Each of these products replaced the one before, where all of them should "
           "be added up.", "What happens to the output at each turn of the loop over the keys?"),
          *((f"{which}-value-left-out", f"all but the {which}", f"the right one without the {which} value",
             "Each key has a weight, and each weight its value.",
             f"At which number does your loop over the keys {turn}?")
            for which, turn in (("first", "begin"), ("last", "end"))),
          ("running-total", "running total", "a running total: the output of each query holds those of the queries "
           "before it as well", "Every output starts from zero.",
           "At which level of your loops is the total set to zero?"),
          ("index-of-the-query-for-the-value", "value of the query's number", "value i times the sum of all weights "
           "of query i, which is 1", "Weight j belongs to value j: the sum runs over the keys.",
           "Which index do your values have?"),
          ("first-weights-for-all", "first weights", "what the weights of query 0 give, the same for every query",
           "Each query mixes the values by its own weights.", "Which row of the weights meets the values?"),
          ("output-is-the-sum", "sum", "the sum of all values, the same for every query",
           "Weight j belongs to value j, and the two are multiplied before anything is added up. (In `einsum`, both "
           "need the same letter for the axis that they share.)", "Do your weights come into the output?"),
          ("output-made-into-shares", "shares of the output", "the right one, with each row divided by its sum",
           "The weights sum to 1 already, and the output is a mixture of values. It need not sum to anything.",
           "What do you do after the mixture?"))),
]

_LIKE = (", wherever the inputs hold whole numbers", "An array made like an array of integers, by `zeros_like` or with "
         "its dtype, holds integers, and cuts off what is written into it, without an error.")
_ALWAYS = ("", "An array of integers cuts off what is written into it, without an error.")

# Tables that cannot hold fractions.
TABLES = [
    Misconception(
        "cut-off", partial(attention, cut=(tables, kind)),
        later("Your {results} exactly what comes out when everything after the decimal point is cut off from "
              "{words}{where}.", results=results, words=words, where=where),
        why, "Which dtype has the array that you fill? Or which one do you turn the numbers into?")
    for kind, (where, why) in (("like", _LIKE), ("always", _ALWAYS))
    for tables, results, words in (
        (("scores",), "weights are", "the divided scores"),
        (("products",), "weights are", "the scores before the division"),
        (("queries",), "weights are", "the queries, after they are divided by √d_k"),
        (("weights",), "output and weights are", "the weights, before they mix the values"),
        (("second",), "weights are", "the weights, after they have mixed the values"),
        (("output",), "output is", "the output"),
        (("sums",), "output is", "the output after each addition"),
        (("output", "second"), "output and weights are", "both, after the weights have mixed the values"),
        (("output", "weights"), "output and weights are", "the weights, and then from the output"))
    # Products of whole numbers are whole. An output of whole numbers is told by its dtype, in any exercise.
    if kind == "always" or tables not in (("products",), ("output",), ("sums",))
]
