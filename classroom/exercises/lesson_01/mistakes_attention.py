"""Lesson 01, attention: what learners write instead, and what it means. Used by `lesson_01`."""
from functools import partial

import numpy as np

from classroom.judge.evidence import sums
from classroom.judge.exercise import Misconception
from course._words import later

from .mistakes import PYTORCH, named_functional, named_torch, with_torch
from .mistakes_tables import DIVISORS, LOOPS, TABLES
from .switches import attention, first_row_only, last_row_only, of_torch, softmax, stops_at_powers_of_0


def _for_torch(q, k, v, size=False, turned=False, own=False):
    """Attention as it is written for PyTorch, with one or several of its names."""
    root = np.sqrt(q.size(-1)) if size == "first" else None
    scores = q @ (k.transpose(-2, -1) if turned else k.T) / (root or np.sqrt(q.size(-1) if size else q.shape[-1]))
    weights = softmax(scores) if own else of_torch(scores)
    return weights @ v, weights


def _in_torch(torch, q, k, v):
    weights = (q @ k.T / q.shape[-1] ** 0.5).softmax(-1)
    return weights @ v, weights


_WHY_SCALE = ("A dot product of d_k numbers spreads about √d_k wide. Dividing by √d_k keeps the softmax about "
              "equally sharp for vectors of few and of many numbers.")


def _divided(by: str, words: str) -> Misconception:
    return Misconception(
        f"divided-by-root-of-{by.lower().replace('_', '-')}", partial(attention, scale=by),
        later("Your weights are exactly what comes out when the scores are divided by √{by}, where {by} is {words}.",
              by=by, words=words),
        _WHY_SCALE, "Which axis does the size under your root come from?")


ATTENTION = [
    Misconception(
        "no-scaling", partial(attention, scale="none"),
        "Your weights are exactly what comes out when the scores are not divided by anything.",
        later("{why_scale} Without it, vectors of many numbers often give one share close to 1, and a softmax that "
              "hardly reacts.", why_scale=_WHY_SCALE),
        "Which step stands between the scores and the softmax?"),
    Misconception(
        "divided-by-d-k", partial(attention, scale="d_k"),
        "Your weights are exactly what comes out when the scores are divided by d_k, without the root.",
        later("{why_scale} Divided by d_k itself, vectors of many numbers give nearly equal shares.",
              why_scale=_WHY_SCALE),
        "What are the scores divided by? And how often: dividing by √d_k twice is dividing by d_k."),
    *(Misconception(
        "root-as-one-half", partial(attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are divided by {words}.", words=words),
        later("Python computes `**` before `/`: `d_k ** 1/2` is (d_k ** 1) / 2, half of d_k and not its root. "
              "{why_scale}", why_scale=_WHY_SCALE),
        "If your root is an exponent 1/2: does this 1/2 stand in brackets of its own?")
      for scale, words in (("2 d_k", "d_k and then by 2"), ("d_k / 2", "half of d_k"))),
    Misconception(
        "scaled-after-softmax", partial(attention, scale="after"),
        "Your weights are exactly what comes out when the division by √d_k happens after the softmax.",
        "Dividing before the softmax changes how sharp the choice is; dividing after only makes all of it smaller.",
        "Look at the order of the two steps in your line.", sums("weights")),
    *(Misconception(
        "output-scaled", partial(attention, **switches),
        later("Your output is exactly what comes out when it is divided by √d_k at the end, {words}.", words=words),
        "Dividing the scores changes how sharp the choice is; dividing the output only makes all of it smaller.",
        "Which of your lines divides, and what?")
      for switches, words in (({"scale": "output"}, "and the scores are not divided by anything"),
                              ({"mix": "scaled"}, "besides the scores"))),
    Misconception(
        "multiplied-by-root", partial(attention, scale="up"),
        "Your weights are exactly what comes out when the scores are multiplied by √d_k.",
        later("{why_scale} Multiplying makes the choice sharper still.",
              why_scale=_WHY_SCALE), "Is the root above or below the fraction line?"),
    _divided("T_k", "the number of keys"),
    _divided("T_q", "the number of queries"),
    _divided("d_v", "the size of the values"),
    *(Misconception(
        slug, partial(attention, scale=scale),
        later("Your weights are exactly what comes out when the scores are divided by {words}.",
              words=words), _WHY_SCALE,
        "What is the divisor made of? Three things count: which size it is, of what, and whether its root is taken.")
      for slug, scale, words in (
          ("divided-by-number-of-keys", "keys", "T_k, the number of keys"),
          ("divided-by-number-of-queries", "queries", "T_q, the number of queries"),
          ("divided-by-size-of-values", "values", "d_v, the size of the values"),
          ("divided-by-root-of-all-numbers", "numbers of k",
           "the root of how many numbers `k` has in all, which is what `k.size` counts in NumPy"),
          ("divided-by-root-of-all-numbers", "numbers of the scores", "the root of how many scores there are in all"),
          ("mean-for-sum", "twice", "d_k · √d_k: they are means, not sums, and then divided by √d_k"),
          ("divided-by-root-of-all-numbers", "numbers of q",
           "the root of how many numbers `q` has in all, which is what `q.size` counts in NumPy"),
          ("divided-by-d-k-squared", "square", "d_k², the square"))),
    Misconception(
        "multiplied-by-d-k", partial(attention, scale="up d_k"),
        "Your weights are exactly what comes out when the scores are multiplied by d_k.", _WHY_SCALE,
        "Is the size above or below the fraction line, and is its root taken?"),
    *(Misconception(
        "root-of-the-scores", partial(attention, scale=scale),
        later("Your weights are exactly what comes out when a root is taken of the scores as well: {words}.",
              words=words),
        "The root belongs to the divisor alone. A root of the scores brings large ones closer together, and of a "
        "negative score it is NaN.", "What stands in the brackets of your root?")
      for scale, words in (("root of scores", "√(scores / d_k)"), ("root of scores, d_k", "√scores / d_k"))),
    Misconception(
        "half-for-root", partial(attention, scale="d_k // 2"),
        "Your weights are exactly what comes out when the scores are divided by half of d_k, rounded down.",
        later("For the vectors of this lesson, which have 4 numbers, half of d_k happens to be its root. {why_scale}",
              why_scale=_WHY_SCALE),
        "Which function makes your root?"),
    *(Misconception(
        "root-of-a-fixed-size", partial(attention, scale=f"fixed {n}"),
        later("Your weights are exactly what comes out when the scores are always divided by {n}.", n=n),
        later("{why}. Other vectors have another size.", why=why), "Where does your d_k come from?")
      for n, why in ((4, "That is d_k for our sentence, whose keys have 4 numbers, and not its root"),
                     (8, "That is √64, for the 64 numbers that the paper's vectors have"))),
    Misconception(
        "root-rounded", partial(attention, scale="rounded"),
        "Your weights are exactly what comes out when √d_k is rounded down to a whole number.",
        "√7 is 2.65, not 2; only for square numbers it makes no difference.",
        "Is there an `int`, a `//` or a `math.isqrt` near the root?"),
    Misconception(
        "root-of-a-fixed-size", partial(attention, scale="fixed"),
        "Your weights are exactly what comes out when the scores are always divided by 2.",
        "That is √d_k for our sentence, whose keys have 4 numbers, and for no other size.",
        "Where does your d_k come from?"),
    *DIVISORS,
    Misconception(
        "softmax-over-queries", partial(attention, axis=0),
        "Your weights are exactly what comes out when the softmax runs over the queries.",
        "Each query has 1 to give away among the keys. Yours lets the queries compete for each key instead.",
        "Along which axis does your softmax run? Rows are queries. (The same comes out where keys and queries change "
        "places before the softmax and the weights are transposed after it.)", sums("weights")),
    Misconception(
        "softmax-over-everything", partial(attention, axis=None),
        "Your weights are exactly what comes out when one softmax runs over the whole table.",
        "Each query has 1 to give away, whatever the other queries do.", "Along which axis does your softmax run?",
        sums("weights")),
    Misconception(
        "outputs-swapped", partial(attention, gives="swapped"),
        "You return exactly the right two arrays in the wrong order: the weights first.",
        "All functions of the course return (output, weights).", "Look at your `return` line."),
    *(Misconception(
        "scores-returned", partial(attention, gives=gives),
        later("In place of the weights you return exactly the scores, {words}.", words=words),
        "The weights are what the values were mixed with: shares, each row summing to 1.",
        "What does the second name in your `return` line hold: the scores, or what the softmax has made of them?",
        sums("weights"))
      for gives, words in (("scores", "divided by √d_k"), ("raw scores", "not divided by anything"))),
    Misconception(
        "weights-transposed", partial(attention, gives="transposed"),
        "The weights you return are exactly the right ones with rows and columns exchanged.",
        "Rows are queries and columns are keys, everywhere in the course.", "Is there a `.T` too many?"),
    Misconception(
        "mixed-by-scores", partial(attention, mix="scores"),
        "Your output is exactly what comes out when the values are mixed with the scores.",
        "Scores can be negative and sum to anything; the shares are made so that the output is an average of values.",
        "Which of your two tables meets `v`?"),
    Misconception(
        "no-softmax", partial(attention, gives="no softmax"),
        "Your weights are exactly the scaled scores: no softmax has been applied.",
        "Scores can be negative and sum to anything. Shares of 1 make the output an average of the values.",
        "Which step turns scores into shares?", sums("weights")),
    Misconception(
        "no-exponential", partial(attention, gives="no exp"),
        "Your weights are exactly the scaled scores divided by their sum, without `exp`.",
        "Negative scores give negative shares, and a sum near 0 gives huge ones.",
        "Which step makes everything positive?"),
    Misconception(
        "not-normalised", partial(attention, gives="no sum"),
        "Your weights are exactly the exponentials of the scaled scores, not divided by their sum.",
        "Each row has 1 to give away, so that the output is an average of the values.",
        "Which step makes the numbers of a row sum to 1?", sums("weights")),
    Misconception(
        "softmax-twice", partial(attention, gives="twice"),
        "Your weights are exactly what comes out when the softmax is applied twice.",
        "The second one gets numbers between 0 and 1 and makes nearly equal shares of them.",
        "Does one of the functions you call apply a softmax already?"),
    Misconception(
        "all-to-the-best-key", partial(attention, gives="one"),
        "Your weights are exactly 1 for the key with the largest score and 0 for all others.",
        "That is a hard choice, with no slope that a model could learn from. Attention gives every key its share.",
        "Where do you use `argmax` or `max`, and what should stand there?"),
    Misconception(
        "equal-shares", partial(attention, gives="equal"),
        "Your weights are exactly the same for all keys.",
        "Then the output is the plain mean of the values, whatever the query asks for.",
        "Do the scores reach your softmax? If all its numbers are equal, so are the shares."),
    Misconception(
        "keys-as-values", partial(attention, values="k"),
        "Your output is exactly a mixture of the keys.",
        "Keys say what a word can be found by; values say what it hands over.",
        "What do your weights multiply?"),
    Misconception(
        "softmax-on-values", partial(attention, values="softmax"),
        "Your output is exactly a mixture of the softmax of each value.",
        "Only scores become shares. The values are handed over as they are.", "What do your weights multiply?"),
    Misconception(
        "softmax-before-the-scores", partial(attention, gives="softmax before"),
        "Your weights are exactly the dot products of a softmax of each query with a softmax of each key.",
        "Scores come first; the softmax then makes shares of the scores of one query.",
        "What goes into your softmax?", sums("weights")),
    Misconception(
        "queries-as-values", partial(attention, values="q"),
        "Your output is exactly a mixture of the queries.",
        "Queries only ask. What is handed over are the values.", "What do your weights multiply?"),
    Misconception(
        "roles-swapped", partial(attention, roles="kq"),
        "Your weights are exactly what comes out when queries and keys change places.",
        "Rows are queries: each query spreads its attention over the keys, and there is one output for each query.",
        "In which order do you pass q and k to your scores?"),
    Misconception(
        "queries-as-keys", partial(attention, roles="qq"),
        "Your weights are exactly what comes out when the queries are compared with themselves.",
        "Each query is compared with the keys.", "Which two arrays go into your scores?"),
    Misconception(
        "keys-as-queries", partial(attention, roles="kk"),
        "Your weights are exactly what comes out when the keys are compared with themselves.",
        "Each query is compared with the keys.", "Which two arrays go into your scores?"),
    Misconception(
        "keys-reshaped", partial(attention, turned="reshaped"),
        "Your weights are exactly what comes out when k is reshaped to (d_k, T_k).",
        "That shape fits the product, but `reshape` keeps the numbers in their old order and cuts them into new rows: "
        "the columns are no longer the keys.", "Is there a `reshape` where two axes should change places?"),
    *(Misconception(
        slug, partial(attention, mix=mix), later("Your output is exactly {words}.", words=words), why, look)
      for slug, mix, words, why, look in (
          ("output-of-the-best-key", "best", "the value of the best key of each query",
           "That is a hard choice, with no slope that a model could learn from. Every value comes in, by its weight.",
           "What do your weights multiply?"),
          ("output-is-the-mean", "mean", "the mean of all values, the same for every query",
           "Each query mixes the values by its own weights.", "Do your weights come into the output?"),
          ("summed-over-queries", "over queries", "each value times the weights that all queries together give it",
           "An output belongs to one query, and is a sum over the keys.", "Along which axis do you sum?"),
          ("not-summed", "not summed", "the values times their weights, (T_q, T_k, d_v), before they are added up",
           "An output belongs to one query, and is a sum over the keys.", "Which axis should be gone at the end?"),
          ("mixed-with-the-powers", "powers", "the values mixed with the powers, before these are divided by their sum",
           "Only divided by their sum are the powers shares, and the mixture an average of the values.",
           "Do the output and the weights that you return use the same table?"),
          ("mixed-with-the-powers", "unshifted powers", "the values mixed with the powers, before these are divided by "
           "their sum, and nothing is subtracted from the scores for them",
           "Only divided by their sum are the powers shares, and the mixture an average of the values.",
           "Do the output and the weights that you return use the same table?"),
          ("output-divided-by-keys", "equal", "the right one divided by the number of keys",
           "The weights of a row sum to 1: what they give is an average already.",
           "Is there a `mean` where a sum should be?"),
          ("mixed-after-a-second-softmax", "softmax", "what comes out when the values are mixed with a softmax of the "
           "weights", "The weights are shares already.", "How often does `softmax` stand in your code?"))),
    *(Misconception(
        slug, partial(attention, shown=shown), later("{what} exactly {words}.", what=what, words=words),
        "The output has a row for each query, and so have the weights, with a column for each key.", look)
      for slug, shown, what, words, look in (
          ("output-transposed", lambda output, weights: (output.T, weights), "Your output is",
           "the right one with rows and columns exchanged", "Is there a `.T` too many?"),
          ("first-query-only", lambda output, weights: (output[0], weights[0]), "What you return is",
           "what belongs to query 0", "Does an index 0, or a `return` inside a loop, keep the other queries out?"),
          ("output-of-first-query", lambda output, weights: (output[0], weights), "Your output is",
           "the row of query 0", "Does an index 0, or a `return` inside a loop, keep the other queries out?"),
          ("output-of-last-query", lambda output, weights: (output[-1], weights), "Your output is",
           "the row of the last query", "What does your loop do with the outputs of the rounds before?"),
          ("weights-of-last-query", lambda output, weights: (output, weights[-1]), "Your second result is",
           "the weights of the last query alone", "What does your loop keep of the weights of the rounds before?"),
          ("weights-of-first-query", lambda output, weights: (output, weights[0]), "Your second result is",
           "the weights of query 0 alone", "Is there an index 0 on the weights?"),
          ("outputs-summed", lambda output, weights: (output.sum(0), weights), "Your output is",
           "the sum over all queries", "Over which axis do you sum? Each query has an output of its own."))),
    *(Misconception(
        "causal-mask", partial(attention, gives=gives),
        later("Your weights are exactly what comes out under a causal mask{how}.", how=how),
        "That hides from each query what stands behind it, as a model needs that writes a text word by word. "
        "Here every query may look at every key; masks come in lesson 02.",
        "Where does the triangle in your code come from?",
        sums("weights"))
      for gives, how in (("causal", ""), ("causal, square", ", with as many keys as there are queries"),
                         ("causal, over the shares", ", laid over the shares after the softmax"),
                         ("causal, 0 for scores", ", with 0 as the score of what is hidden"),
                         ("future", " the other way round: from each query on, to the end"))),
    Misconception(
        "rounded-down", partial(attention, scale="//"),
        "Your weights are exactly what comes out when the scores, divided by √d_k, are rounded down.",
        "In Python `/` divides, and `//` divides and rounds down.", "Which of the two signs is in your line?"),
    Misconception(
        "rounded-down", partial(attention, scale="// rounded"),
        "Your weights are exactly what comes out when √d_k is rounded down, and the scores divided by it are rounded "
        "down, too.",
        "In Python `/` divides, and `//` divides and rounds down. Neither the root nor a score has to be a whole "
        "number. (`scores /= ...` cannot write fractions into a table of whole numbers; `scores = scores / ...` makes "
        "a new table.)", "Is there a `//` in your line, and an `int` near the root?"),
    *(Misconception(
        slug, partial(attention, mix=mix), later("Your {says}", says=says), why, look)
      for slug, mix, says, why, look in (
          ("values-first", "values first", "code does exactly what `v @ weights` does.",
           "Row i of the weights says how the rows of v are mixed for query i: the weights stand on the left.",
           "Which of the two factors comes first?"),
          ("values-first", "transposed values first", "code does exactly what `v.T @ weights` does.",
           "Row i of the weights says how the rows of v are mixed for query i: the weights stand on the left, and "
           "neither of the two is transposed.", "Which of the two factors comes first?"),
          ("multiplied-in-pairs", "in pairs", "code does exactly what `weights * v` does: it multiplies number by "
           "number.", "The mixture for a query is a sum over the keys: a matrix product.",
           "Which sign makes a matrix product?"),
          ("values-added", "values added", "output is exactly the mixture, with `v` itself added to it.",
           "What comes out of attention is the mixture alone. (Such an addition comes in lesson 06, outside of "
           "attention.)", "What is added to the product?"),
          ("queries-added", "queries added", "output is exactly the mixture, with `q` itself added to it.",
           "What comes out of attention is the mixture alone. (Such an addition comes in lesson 06, outside of "
           "attention.)", "What is added to the product?"),
          *(("softmax-of-the-mix", mix, says,
             "Shares are made first, and then they mix the values. A softmax of the result would make shares of it.",
             "What goes through your softmax?")
            for mix, says in (("softmax of the mix", "output is exactly a softmax of the scores times `v`."),
                              ("softmax of the output", "output is exactly a softmax of the right one."))),
          ("values-shifted", "next value", "output is exactly what comes out when each weight meets the value of the "
           "*next* key, and the last weight none.", "Weight j belongs to value j.", "Where does your v begin?"),
          ("as-many-outputs-as-values", "into the values' shape", "output is exactly written into an array of the "
           "shape of `v`: it has a row for each key, or too few of them.", "There is an output for each *query*.",
           "Which shape has the array that you fill?"))),
    Misconception(
        "last-query-only", partial(attention, shown=lambda output, weights: (output[-1], weights[-1])),
        "Your output and your weights are exactly those of the last query.", "There is a row for each query.",
        "What does your loop do with the results of the rounds before?"),
    *(Misconception(
        "last-query-for-all", partial(attention, shown=shown), later(
            "Your {results} exactly the row of the last query everywhere.", results=results),
        "There is a row for each query.",
        "Do all rounds of your loop write into the same list or array, which is made once?")
      for results, shown in (
          ("output and your weights have", lambda output, weights: (last_row_only(output), last_row_only(weights))),
          ("output has", lambda output, weights: (last_row_only(output), weights)),
          ("weights have", lambda output, weights: (output, last_row_only(weights))))),
    Misconception(
        "first-query-only", partial(attention, shown=lambda output, weights: (output[0], weights[0])),
        "Your output and your weights are exactly those of query 0.", "There is a row for each query.",
        "Is the `return` inside the loop?"),
    Misconception(
        "returned-too-early", partial(attention, shown=lambda output, weights: (
            first_row_only(output), first_row_only(weights))),
        "Your output and your weights are right for query 0, and 0 for all others.",
        "An array of zeros holds 0 wherever nothing has been written into it.",
        "How far does your loop get? Does a `return` stand inside it?"),
    Misconception(
        "values-transposed", partial(attention, mix="values transposed"),
        "Your code does exactly what happens when the weights are multiplied by the transposed `v`.",
        "The sum runs over the keys: weights (T_q, T_k) and v (T_k, d_v) meet in T_k as they are. A function that "
        "makes scores transposes its second argument.", "What stands on the right of your last product?"),
    Misconception(
        "mixed-by-transposed", partial(attention, mix="transposed"),
        "Your output is exactly what the transposed weights give.",
        "Row i of the weights says how the values are mixed for query i.", "Is there a `.T` too many?"),
    *LOOPS,
    *TABLES,
    Misconception(
        "no-transpose", partial(_for_torch, turned=True, own=True),
        "Your weights are exactly what comes out when the rows of q meet the columns of k as it is.",
        "A score compares one query with one key, number by number: the axes that meet must both be d_k. (PyTorch's "
        "`k.transpose(-2, -1)` does nothing to a NumPy array with two axes: NumPy reads it as a list of all axes.)",
        "Is k transposed twice, in your code and in `dot_product_scores`, or not at all?"),
    *(Misconception("pytorch-code", wrong, **PYTORCH)
      for wrong in (*(partial(_for_torch, size=size, turned=turned, own=own) for size in ("first", "later", False)
                      for turned in (True, False) for own in (True, False) if size or not own),
                    named_torch, named_functional, with_torch(_in_torch, tensors=True),
                    with_torch(lambda torch, q, k, v: torch.matmul(q, k.T)))),
    Misconception(
        "no-shift", stops_at_powers_of_0,
        "Your code stops just as a softmax with `math.exp` does that subtracts nothing from the scores of a row.",
        "For very negative scores all powers of the row become 0, and so does their sum: 0/0. For very large scores "
        "`math.exp` stops by itself.",
        "A softmax depends on differences alone. Which number can be subtracted from all scores of a row first? Your "
        "`softmax` of 1.2 does it."),
    # Last: made together with another mistake, the other is named first.
    Misconception(
        "no-shift", partial(attention, shift="none"),
        "Your weights are exactly what an unprotected softmax gives: exp divided by its sum.",
        "It is right until the scores get large; then exp is infinity, and infinity divided by infinity is NaN.",
        "Does your softmax pass exercise 1.2? Is it the one you call here?"),
    *(Misconception(
        slug, partial(attention, shift=shift),
        later("Your weights are exactly what comes out when the softmax subtracts {words}.", words=words),
        "In some rows all powers are then 0, and 0/0 is NaN. The shift has to fit every row by itself.",
        "Does your softmax pass exercise 1.2? Is it the one you call here?")
      for slug, shift, words in (
          ("global-maximum", "global", "one maximum, that of all scores, from every row"),
          ("shifted-only-if-large", "from 0", "the maximum of a row only where that maximum is above a limit, such as "
           "0 or 50"),
          ("shifted-only-if-large", "if large", "the maximum of each row only where the largest score of all is above "
           "a limit, such as 500"))),
]
