"""Lesson 01, scores: what learners write instead, and what it means. Used by `lesson_01`."""
import sys
from functools import partial

import numpy as np

from classroom.judge.exercise import Misconception
from course._words import later

# ------------------------------------------------------------------------------- 1.1 scores


def _loops(q, k, start="each", stop=0, add=True, keys=None, kind=float, square=False, begin=0, numbers=None,
           rows=(0, 0), columns=(0, 0), factor=1.0, until=None):
    """Scores by three loops, with what goes wrong in loops. `rows`, `columns`: how many are left out at either end."""
    t_q, t_k, d_k = len(q), len(k), q.shape[1]
    numbers = {"queries": t_q, "keys": t_k}.get(numbers, numbers)
    scores = np.zeros((t_q, t_q if square else t_k), dtype=kind)
    total = 0.0
    for i in range(rows[0], t_q - rows[1]):
        total = 0.0 if start == "row" else total
        for j in range(columns[0], (t_q if keys == "queries" else t_k) - columns[1]):
            total = 0.0 if start == "each" else total
            for d in range(begin, (numbers or d_k) - stop):
                total = total + q[i, d] * k[j, d] if add else q[i, d] * k[j, d]
            scores[i, j] = factor * total
            if until == "key":
                return scores
        if until == "query":
            return scores
    return scores


def _sizes_of_the_page(q, k, numbers=4, filled="four by four", kind=float):
    """The loops of the page over 4 queries and 4 keys, and over 4 numbers or all of them."""
    scores = np.zeros((4, 4) if filled == "four by four" else (len(q), len(k)), dtype=kind)
    for i in range(4):
        for j in range(4):
            for d in range(numbers or q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


def _added_into_integers(q, k):
    """Products added one by one to an array of whole numbers, which cuts off each sum."""
    scores = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


def _one_index(q, k, axis):
    """Scores by two loops that use the index of one of them for both vectors."""
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[i] @ k[i] if axis == "query" else q[j] @ k[j]
    return scores


def _in_steps(q, k, gives):
    """All products of numbers, (T_q, T_k, d_k), and what `gives` makes of them."""
    return gives(q[:, None, :] * k[None, :, :])


def _cosine(q, k):
    return (q / np.linalg.norm(q, axis=1, keepdims=True)) @ (k / np.linalg.norm(k, axis=1, keepdims=True)).T


def _stable(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def named_torch(*inputs):
    """Code that needs PyTorch, where PyTorch has not been imported under that name."""
    raise NameError("name 'torch' is not defined")


def named_functional(*inputs):
    """The same for its module of functions."""
    raise NameError("name 'F' is not defined")


def with_torch(function, tensors=False):
    """`function(torch, *inputs)`, on tensors if asked. Where no answer has imported PyTorch, its name is unknown."""
    def wrong(*inputs):
        torch = sys.modules.get("torch")
        return named_torch() if torch is None else function(torch, *(map(torch.tensor, inputs) if tensors else inputs))
    return wrong


PYTORCH = {
    "says": "Your code stops as code written for PyTorch does.",
    "why": "The functions of this lesson are called with NumPy arrays. NumPy has the same steps under other names. "
           "PyTorch comes in lesson 02, where you write all of it once more.",
    "look": "In NumPy it is `np.exp` for `torch.exp`, `np.sqrt` for `torch.sqrt`, `@` for `torch.matmul`, "
            "`q.shape[-1]` for `q.size(-1)`, `k.T` for a transpose, `axis` and `keepdims` for `dim` and `keepdim`, and "
            "your own `softmax`."}


SCORES = [
    Misconception(
        "no-transpose", lambda q, k: q @ k,
        "Your scores are exactly what comes out when the rows of q meet the columns of k.",
        "A score compares one query with one key, number by number: the axes that meet must both be d_k. Here d_k of "
        "q meets T_k of k, which fails for most sizes, and where it does not fail it compares the wrong things.",
        "Write the shapes of both factors beside your product. Which axes stand next to each other? (PyTorch's "
        "`k.transpose(-2, -1)` does nothing to a NumPy array with two axes: NumPy reads it as a list of all axes.)"),
    Misconception(
        "keys-as-rows", lambda q, k: k @ q.T,
        "Your scores are exactly the expected ones with rows and columns exchanged.",
        "Everywhere in the course a row belongs to a query and a column to a key; the softmax of the next exercise "
        "runs along rows.", "Which of the two comes first in your product? (In an `einsum`: which letter comes first "
        "behind the arrow?)"),
    Misconception(
        "multiplied-in-pairs", lambda q, k: q * k,
        "Your scores are exactly the product number by number, query 0 with key 0, query 1 with key 1, without a sum.",
        "A score is one number for one query and one key, and every query meets every key.",
        "Compute the score of query 0 and key 1 on paper. Where would it stand in your result?"),
    Misconception(
        "squeezed", lambda q, k: np.squeeze(q @ k.T),
        "Your scores are exactly the right ones without their axes of length 1.",
        "With one query, or with one key, the table still has two axes. `squeeze` takes away all that have the length "
        "1.", "Which shape do your scores have for one query and five keys, and which one is asked for?"),
    *(Misconception(
        "only-matching-pairs", lambda q, k, keep=keep: (q * k).sum(-1, keepdims=keep),
        "Your scores are exactly those of query 0 with key 0, query 1 with key 1, and so on.",
        "Every query is compared with every key, so that each word can look at all words.",
        "How many scores are there for 2 queries and 3 keys?") for keep in (False, True)),
    Misconception(
        "only-matching-pairs", lambda q, k: np.array([query @ key for query, key in zip(q, k, strict=False)]),
        "Your scores are exactly those of query 0 with key 0, query 1 with key 1, and so on, until one of the two "
        "runs out.",
        "Every query is compared with every key, so that each word can look at all words.",
        "Which key does your loop give to query 0? (`zip` goes through two lists side by side.)"),
    Misconception(
        "scaled-already", lambda q, k: q @ k.T / np.sqrt(q.shape[-1]),
        "Your scores are exactly the dot products divided by √d_k.",
        "The scaling belongs to attention, in exercise 1.3; done here as well, it would happen twice.",
        "What does the exercise ask you to return?"),
    Misconception(
        "mean-instead-of-sum", lambda q, k: q @ k.T / q.shape[-1],
        "Your scores are exactly the dot products divided by d_k: a mean where a sum is asked for.",
        "A dot product adds the products up.", "How do you put the d_k products together?"),
    Misconception(
        "cosine", _cosine,
        "Your scores are exactly the cosines of the angles: the dot products after every vector got length 1.",
        "A dot product also counts how long the vectors are; a long key may draw more attention than a short one.",
        "Is anything divided by a length or a norm?"),
    Misconception(
        "reshaped-not-transposed", lambda q, k: q @ k.reshape(k.shape[1], k.shape[0]),
        "Your scores are exactly what comes out when k is reshaped to (d_k, T_k).",
        "That shape fits the product, but `reshape` keeps the numbers in their old order and cuts them into new rows: "
        "the columns are no longer the keys.", "Write down a key of your k after the step. Is it still a column?"),
    Misconception(
        "distance", lambda q, k: np.linalg.norm(q[:, None] - k[None], axis=-1),
        "Your scores are exactly the distances between queries and keys.",
        "A distance is smallest for the best fit; a score is largest for it.",
        "Is there a difference of vectors where a product should be?"),
    Misconception(
        "distance", lambda q, k: -((q[:, None] - k[None]) ** 2).sum(-1),
        "Your scores are exactly the squared distances between queries and keys, with a minus.",
        "That too is largest for the best fit, and some models use it. A dot product multiplies; it also counts how "
        "long the vectors are.", "Is there a difference of vectors where a product should be?"),
    Misconception(
        "summed-over-tokens", lambda q, k: q.T @ k,
        "Your scores are exactly what comes out when the sum runs over the tokens.",
        "The sum in a dot product runs over the d_k numbers of one query and one key. The result has one row for each "
        "query and one column for each key.", "Which axis is gone from your result, and which should be?"),
    Misconception(
        "first-query-only", lambda q, k: q[0] @ k.T,
        "Your scores are exactly the row of query 0.", "There is one such row for every query.",
        "Does an index 0, or a `return` inside a loop, keep the other queries out?"),
    Misconception(
        "already-softmaxed", lambda q, k: _stable(q @ k.T),
        "Your scores are exactly the softmax of the dot products.",
        "Scores come first, shares second; `attention` will apply the softmax itself.",
        "What does the exercise ask you to return?"),
    Misconception(
        "loop-stops-early", partial(_loops, stop=1),
        "Your scores are exactly the dot products without the last number of each vector.",
        "Every number counts, the last one as well.", "Where does the innermost loop, or the slice, end?"),
    Misconception(
        "last-product-only", partial(_loops, add=False),
        "Your scores are exactly the products of the last numbers of each vector.",
        "Each product replaced the one before, where all of them should be added up.",
        "What happens to the total at each turn of the innermost loop?"),
    *(Misconception(
        "running-total", partial(_loops, start=start),
        "Your scores are exactly a running total: each holds the dot products before it as well.",
        "Every score starts from zero.", "At which level of your loops is the total set to zero?")
      for start in ("row", "never")),
    Misconception(
        "running-total", lambda q, k: (q @ k.T).cumsum(0),
        "Your scores are exactly a running total over the queries: each holds the scores of the queries before it as "
        "well.", "Every score starts from zero.", "At which level of your loops is the total set to zero?"),
    Misconception(
        "truncated", _added_into_integers,
        "Your scores are exactly what comes out when products are added to an array of whole numbers: each sum is cut "
        "off after the decimal point.", "An array of integers cuts off what is written into it, without an error.",
        "Which dtype has the array that you add to?"),
    Misconception(
        "truncated", partial(_loops, kind=int),
        "Your scores are exactly the right ones with everything after the decimal point cut off.",
        "An array of integers cuts off what is written into it, without an error.",
        "Which dtype has the array that you fill?"),
    *(Misconception(
        "lengths-confused", partial(_loops, **switches),
        "Your scores are exactly what comes out when the number of queries is also taken for the number of keys.",
        "The two lengths differ as soon as one sentence looks at another.",
        "Which length does each loop, and each axis of the result, take?")
      for switches in ({"keys": "queries"}, {"keys": "queries", "square": True})),
    Misconception(
        "first-product-only", partial(_loops, numbers=1),
        "Your scores are exactly the products of the first numbers of each vector.",
        "A dot product adds up the products of all numbers.",
        "How many rounds does your innermost loop make? Does a `break`, a `return` or an index 0 keep the other "
        "numbers out?"),
    *(Misconception(
        "numbers-of-a-vector-typed-in", wrong,
        later("Your scores are exactly the dot products of the first {n} numbers of each vector{stops}.", n=n,
              stops=stops),
        later("{why}The size of a vector is d_k, the last number of `q.shape`, and another one in every model.",
              why=why),
        "Where does the number of rounds of your innermost loop, or the end of your slice, come from?")
      for n, why in ((4, "The vectors on the page have 4 numbers. "), (3, ""), (2, ""))
      for wrong, stops in ((partial(_loops, numbers=n), later(
          ", and your code stops where a vector has fewer than {n}", n=n)),
                           (lambda q, k, n=n: q[:, :n] @ k[:, :n].T, ""))),
    *(Misconception(
        "lengths-confused", wrong,
        later("Your scores are exactly the dot products of the first {size} numbers of each vector, where {size} is "
              "the number of {what}{stops}.", size=size, what=what, stops=stops),
        "The numbers of a vector are d_k, and that has nothing to do with how many vectors there are.",
        "Where does the number of rounds of your innermost loop, or the end of your slice, come from?")
      for size, what, which in (("T_q", "queries", 0), ("T_k", "keys", 1))
      for wrong, stops in ((partial(_loops, numbers=what), ", and your code stops where a vector has fewer"),
                           (lambda q, k, which=which: q[:, :len((q, k)[which])] @ k[:, :len((q, k)[which])].T, ""))),
    *(Misconception(
        "sizes-of-the-page", partial(_sizes_of_the_page, numbers=numbers, filled=filled, kind=kind),
        later("Your code does exactly what happens when 4 is taken for the number of queries and of keys{words}: it "
              "stops where there are fewer, and what is beyond is left out.", words=words),
        later("On the page these sizes are all 4. Elsewhere they are T_q, T_k and d_k, and mostly differ.{more}",
              more=more), "Where does a 4 stand in your code, and what does it count?")
      for numbers, words in ((4, ", and for the numbers of a vector"), (None, ""))
      for filled in ("four by four", "as it should be")
      for kind, more in ((float, ""), (int, " (And an array of integers cuts off fractions.)"))),
    *(Misconception(
        "returned-too-early", partial(_loops, until=until), later("{right}, and all others are 0.", right=right),
        "An array of zeros holds 0 wherever nothing has been written into it.",
        "How far do your loops get? Does a `return` stand inside one of them?")
      for until, right in (("query", "Your scores are right for query 0"),
                           ("key", "Your score of query 0 and key 0 is right"))),
    Misconception(
        "added-not-multiplied", lambda q, k: (q[:, None] + k[None]).sum(-1),
        "Your scores are exactly the sums of all numbers of a query and a key together.",
        "A dot product multiplies number by number, and adds up the products.",
        "Which sign stands between a number of the query and one of the key?"),
    Misconception(
        "loop-begins-late", partial(_loops, begin=1),
        "Your scores are exactly the dot products without the first number of each vector.",
        "Every number counts, number 0 as well.", "Where does the innermost loop, or the slice, begin?"),
    *(Misconception(
        f"{which}-{what}-left-out", partial(_loops, **{axis: ends}),
        later("Your scores are right, except for the {which} {what}: its scores stay 0.", which=which, what=what),
        later("Every {what} has its scores. Python counts from 0, and `range(n)` ends at n − 1.", what=what),
        later("Over which numbers does your loop over the {plural} run?", plural=plural))
      for axis, what, plural in (("rows", "query", "queries"), ("columns", "key", "keys"))
      for which, ends in (("first", (1, 0)), ("last", (0, 1)))),
    *(Misconception(
        slug, partial(_in_steps, gives=gives), later("What you return is exactly {words}.", words=words),
        "A score is one number for one query and one key: the products of their numbers, added up.", look)
      for slug, gives, words, look in (
          ("not-summed", lambda products: products, "the products, (T_q, T_k, d_k), before they are added up",
           "Which axis should be gone at the end?"),
          ("summed-over-queries", lambda products: products.sum(0), "the products, added up over the queries",
           "Which of the three axes do you sum along?"),
          ("summed-over-keys", lambda products: products.sum(1), "the products, added up over the keys",
           "Which of the three axes do you sum along?"),
          ("summed-over-everything", np.sum, "the sum of all scores together, one number",
           "Does your sum know along which axis to run? Or is the total never set to zero?"),
          ("one-score-only", lambda products: products[0, 0].sum(), "the score of query 0 and key 0 alone",
           "Does a `return` stand inside a loop?"),
          ("one-score-only", lambda products: products[-1, -1].sum(), "the score of the last query and the last key",
           "What does your loop do with the scores of the rounds before?"),
          ("first-key-only", lambda products: products[:, 0].sum(-1), "the scores of key 0",
           "Does an index 0, or a `return` inside a loop, keep the other keys out?"),
          ("flattened", lambda products: products.sum(-1).ravel(), "the right scores, all in one row",
           "How are the rows put together: behind each other, or under each other?"),
          ("largest-product-only", lambda products: products.max(-1), "the largest product of each pair",
           "How do you put the d_k products together?"),
          ("multiplied-together", lambda products: products.prod(-1),
           "the products of each pair, multiplied together instead of added up",
           "How do you put the d_k products together?"))),
    *(Misconception(
        "one-index-for-both", partial(_one_index, axis=axis),
        later("Your code does exactly what happens when the index of the {axis} is used for both vectors.", axis=axis),
        "Every query meets every key, and each of the two needs an index of its own.",
        "Which index does each of your two vectors have?")
      for axis in ("query", "key")),
    Misconception(
        "product-of-sums", lambda q, k: q.sum(1)[:, None] * k.sum(1),
        "Your scores are exactly the sum of each query's numbers times the sum of each key's numbers.",
        "A dot product multiplies number by number first, and adds up afterwards. (In `einsum`, both need the same "
        "letter for the axis that they share.)", "Which axis do q and k have in common?"),
    *(Misconception(
        slug, lambda q, k, change=change: change(q @ k.T), later("Your scores are exactly {words}.", words=words), why,
        "What is done to the dot products?")
      for slug, change, words, why in (
          ("absolute-values", np.abs, "the absolute values of the dot products",
           "A negative score says that two vectors point away from each other; it must stay below 0."),
          ("squared", np.square, "the squares of the dot products",
           "A negative score says that two vectors point away from each other; its square is a large fit."),
          ("negative-ones-cut", lambda scores: np.maximum(scores, 0), "the dot products with 0 for the negative ones",
           "A softmax tells −1 from −5; with zeros in their place it cannot."),
          ("upper-triangle-only", np.triu, "the right ones where the key's number is not below the query's, and 0 "
           "elsewhere", "Every query meets every key. A loop that begins at i leaves those before it out."),
          ("lower-triangle-only", np.tril, "the right ones where the key's number is not above the query's, and 0 "
           "elsewhere", "Every query meets every key. A loop that ends at i leaves those behind it out."),
          ("keys-reversed", lambda scores: scores[:, ::-1], "the right ones, with the keys from last to first",
           "Column j belongs to key j."),
          ("rounded", np.round, "the dot products, rounded to whole numbers", "Others go on computing with them."),
          ("divided-by-the-largest", lambda scores: scores / scores.max(), "the dot products divided by the largest",
           "How large scores are says how sharp the choice is to be."))),
    Misconception(
        "centred", lambda q, k: (q - q.mean(1, keepdims=True)) @ (k - k.mean(1, keepdims=True)).T,
        "Your scores are exactly the dot products of vectors from which their mean has been subtracted.",
        "That is on the way to a correlation. A dot product takes the numbers as they are.",
        "What is done to q and k before they are multiplied?"),
    Misconception(
        "turned-not-transposed", lambda q, k: q @ k[:, ::-1].T,
        "Your scores are exactly what comes out when the numbers of each key are read from last to first.",
        "Number 0 of a query belongs to number 0 of a key. (`np.rot90` turns an array by a quarter. It has the shape "
        "of the transpose, and the numbers of the keys are in reverse order.)",
        "Write down a key of your k after the step. Are its numbers in their old order?"),
    Misconception(
        "outer-product", np.outer,
        "What you return is exactly every number of `q` times every number of `k`, as `np.outer` does.",
        "A score compares whole vectors: number 0 with number 0, number 1 with number 1, and adds up.",
        "What does `np.outer` do to arrays with two axes?"),
    Misconception(
        "multiplied-in-pairs", lambda q, k: q * k.T,
        "Your code does exactly what `*` does with `q` and the transposed `k`: it multiplies number by number.",
        "A score is one number for one query and one key: d_k products, added up.",
        "Which sign makes a matrix product?"),
    *(Misconception(
        "one-length-taken-out", lambda q, k, which=which: q @ k.T / (
            np.linalg.norm(q, axis=1)[:, None] if which == "query" else np.linalg.norm(k, axis=1)),
        later("Your scores are exactly the dot products divided by the length of the {which}.", which=which),
        "A dot product also counts how long the vectors are.", "Is anything divided by a length or a norm?")
      for which in ("query", "key")),
    Misconception(
        "sign-reversed", partial(_loops, factor=-1.0), "Your scores are exactly the right ones with the sign reversed.",
        "The best fit has the largest score.", "Is there a minus too many?"),
    *(Misconception("pytorch-code", wrong, **PYTORCH)
      for wrong in (named_torch, lambda q, k: q.matmul(k.T), with_torch(lambda torch, q, k: torch.matmul(q, k.T)),
                    with_torch(lambda torch, q, k: torch.mm(q, k.T)))),
]
