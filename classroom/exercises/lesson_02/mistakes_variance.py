"""Exercise 2.8: variances of a dot product with one term, factor or square done differently."""
from functools import partial

from classroom.judge.exercise import Misconception
from course._words import later


def sloppy_variance(d_k, mean_q, var_q, mean_k, var_k, both=1.0, of_q=1.0, of_k=1.0, means=0.0, given="variances",
                    power=2, swapped=False, terms="summed", size="d_k", form="variance", order="right", less="square"):
    """`score_variance` with one thing done differently; `both`, `of_q`, `of_k` and `means` are how often each of the
    products var_q·var_k, mean_q²·var_k, mean_k²·var_q and mean_q²·mean_k² counts."""
    if order == "means first":
        var_q, mean_k = mean_k, var_q
    elif order == "variances first":
        mean_q, var_q, mean_k, var_k = var_q, mean_q, var_k, mean_k
    if given == "deviations":
        var_q, var_k = var_q ** 2, var_k ** 2
    elif given == "roots":
        var_q, var_k = var_q ** 0.5, var_k ** 0.5
    a, b = (2 * mean_q, 2 * mean_k) if power == "twice" else (mean_q ** power, mean_k ** power)
    first, second = (a * var_q, b * var_k) if swapped else (a * var_k, b * var_q)
    one = {"summed": both * var_q * var_k + of_q * first + of_k * second + means * a * b,
           "added": var_q + var_k, "added with means": var_q + var_k + a + b, "mean": mean_q * mean_k,
           "square of the sum": (var_q * var_k) + (mean_q * var_k ** 0.5 + mean_k * var_q ** 0.5) ** 2,
           "correlated": (var_q * var_k) ** 0.5, "means alone": var_q * var_k + a + b,
           "means not squared": (var_q + mean_q) * (var_k + mean_k) - a * b,
           "brackets": (var_q + mean_q) ** 2 * (var_k + mean_k) ** 2 - a * b}[terms]
    mean = mean_q * mean_k
    one += a * b - {"square": a * b, "mean": mean, "only q": a * mean_k, "only k": mean_q * b, "once": a * b / d_k,
                    "twice": 2 * mean, "both": a + b, "of q": a, "of k": b, "of the sum": (mean_q + mean_k) ** 2}[less]
    whole = {"d_k": d_k, "one": 1, "square": d_k ** 2, "root": d_k ** 0.5, "less": d_k - 1, "inverse": 1 / d_k,
             "4": 4, "64": 64, "half": d_k / 2, "twice": 2 * d_k}.get(size, d_k) * one
    if size == "only the first":
        whole = d_k * both * var_q * var_k + (one - both * var_q * var_k)
    if size == "means squared":
        whole = d_k * both * var_q * var_k + d_k ** 2 * (one - both * var_q * var_k)
    if size == "not the first":
        whole = both * var_q * var_k + d_k * (one - both * var_q * var_k)
    if size in ("not the second", "only the second"):
        whole = of_q * first + d_k * (one - of_q * first) if "not" in size else one + (d_k - 1) * of_q * first
    if size in ("not the third", "only the third"):
        whole = of_k * second + d_k * (one - of_k * second) if "not" in size else one + (d_k - 1) * of_k * second
    mean = d_k * mean_q * mean_k
    return {"variance": whole, "deviation": abs(whole) ** 0.5, "mean of the square": whole + mean ** 2,
            "square of the whole mean": whole + d_k * a * b - mean ** 2, "minus mean": whole - mean,
            "square": whole ** 2, "rounded": float(round(whole)), "whole": int(whole)}[form]


def _off(slug, says, why, look, **slip):
    return Misconception(slug, partial(sloppy_variance, **slip), later(
        "Your number is exactly {says}.", says=says), why, look)


_PRODUCT = "Take one product q_1·k_1 first: the mean of its square, minus the square of its mean."
_SQUARES = ("The mean of a square is not the square of the mean: it is the variance *plus* the square of the mean, for "
            "q_1 as for k_1.")
_SUM = "A dot product is a sum of d_k products, and variances of independent numbers add up."
VARIANCE = [
    _off("means-forgotten", "d_k · var_q · var_k", "A number that is not 0 on average makes what it is multiplied by "
         "larger, and so how far the product strays.", _PRODUCT, of_q=0.0,
         of_k=0.0),
    *(_off("one-mean-forgotten", later("what comes out when mean_{kept} counts and mean_{lost} does not", kept=kept,
                                       lost=lost), "Both factors of "
           "a product are alike: what is true of q is true of k.", _PRODUCT, **{f"of_{lost}": 0.0})
      for kept, lost in (("q", "k"), ("k", "q"))),
    _off("product-of-variances-forgotten", "d_k · (mean_q² · var_k + mean_k² · var_q)", "This is the rule for small "
         "errors, which leaves out var_q · var_k. With means of 0 nothing would be left.", _PRODUCT, both=0.0),
    *(_off("product-of-variances-forgotten", f"d_k · {says}", "A product strays although one mean is 0, or both.",
           _PRODUCT, both=0.0, **{lost: 0.0})
      for says, lost in (("mean_q² · var_k", "of_k"), ("mean_k² · var_q", "of_q"))),
    _off("square-of-the-mean-not-subtracted", "d_k · (var_q + mean_q²) · (var_k + mean_k²)", "The mean of the "
         "*square* of a product is more than its variance: the square of the product's mean has to go.", _PRODUCT,
         means=1.0),
    *(_off("means-not-squared", f"d_k · ((var_q + mean_q) · (var_k + mean_k) − {says})", later(
        "{squares} (For a mean of 0 or 1 the square makes no difference.)", squares=_SQUARES),
           "What does the third rule add to the variance?", terms="means not squared", less=less)
      for says, less in (("mean_q² · mean_k²", "square"), ("mean_q · mean_k", "mean"))),
    _off("mean-of-the-square", "the mean of the square of the whole dot product", "The variance is that, minus the "
         "square of the mean of the dot product.", "What is the mean of q·k?", form="mean of the square"),
    _off("subtracted-once", "d_k · (var_q + mean_q²) · (var_k + mean_k²) − mean_q² · mean_k²", "Each of the d_k "
         "products has a mean, so that its square is subtracted d_k times.",
         "Does d_k stand before a bracket that holds all the rest?", less="once"),
    *(_off("mean-of-the-product-not-squared", f"d_k · ((var_q + mean_q²) · (var_k + mean_k²) − {says})",
           "What is subtracted is the *square* of the product's mean, and that mean is mean_q · mean_k.", look,
           less=less)
      for says, less, look in (
          ("mean_q · mean_k", "mean", "Is there a square behind what you subtract?"),
          *((says, less, "What does a square stand behind in your code: a whole product, or one factor of it?")
            for says, less in (("mean_q² · mean_k", "only q"), ("mean_q · mean_k²", "only k"))))),
    _off("mean-of-the-product-not-squared", "d_k · ((var_q + mean_q²) · (var_k + mean_k²) − 2 · mean_q · mean_k)",
         "What is subtracted is the *square* of the product's mean. In Python a square is `x ** 2`; `x * 2` is twice "
         "that number.", "With which sign do you take the square that is subtracted?", less="twice"),
    *(_off("squares-of-other-means-subtracted", f"d_k · ((var_q + mean_q²) · (var_k + mean_k²) − {says})",
           "The variance of a product is asked for: what is subtracted is the square of the *product's* mean, and that "
           "of two independent numbers is the product of their means.", "Of which number do you take the mean?",
           less=less)
      for says, less in (("mean_q² − mean_k²", "both"), ("mean_q²", "of q"), ("mean_k²", "of k"),
                         ("(mean_q + mean_k)²", "of the sum"))),
    _off("whole-mean-subtracted", "d_k · (var_q + mean_q²) · (var_k + mean_k²) − (d_k · mean_q · mean_k)²",
         "The first part is about d_k single products, the second about their sum. For one product subtract the "
         "square of *its* mean; add up afterwards.", _PRODUCT, form="square of the whole mean"),
    _off("d_k-forgotten", "the variance of one product", _SUM, "How many products does q·k add up?", size="one"),
    _off("d_k-squared", "d_k² times the variance of one product", "That would be so if all d_k products were the same "
         "number. They are independent: what one strays upwards another strays downwards.",
         "What is the variance of the sum of two independent numbers?", size="square"),
    _off("d_k-squared", "d_k · var_q · var_k + d_k² · (mean_q² · var_k + mean_k² · var_q)", "The square of a sum of "
         "d_k equal means is d_k² times as large. But here independent products are added, and each adds the same to "
         "the variance.", _PRODUCT, size="means squared"),
    _off("root-of-d_k", "√d_k times the variance of one product", "√d_k belongs to the standard deviation.", _SUM,
         size="root"),
    _off("one-less-than-d_k", "d_k − 1 times the variance of one product", "d_k − 1 is for a variance that is "
         "estimated from d_k numbers. Here variances are given, and d_k of them are added.", _SUM, size="less"),
    _off("divided-by-d_k", "the variance of one product, divided by d_k", "That is the variance of the *mean* of d_k "
         "products. A dot product is their sum.", _SUM, size="inverse"),
    *(_off("d_k-on-a-part", later("what comes out when only {says} is multiplied by d_k", says=says), _SUM,
           "Does the whole variance of one product stand in your bracket?", size=size)
      for says, size in (("var_q · var_k", "only the first"), ("the part with the means", "not the first"),
                         ("mean_q² · var_k", "only the second"), ("mean_k² · var_q", "only the third"),
                         ("what stands beside mean_q² · var_k", "not the second"),
                         ("what stands beside mean_k² · var_q", "not the third"))),
    *(_off("for-one-size", later("what comes out for d_k = {size}, whatever d_k is",
                                 size=size), "d_k differs from call to call.",
           "Which number in your function should be its argument?", size=size) for size in ("4", "64")),
    *(_off("wrong-factor", says, "Nothing else stands before it but d_k.",
           "Which number do you multiply or divide by?", size=size)
      for says, size in (("half the variance", "half"), ("twice the variance", "twice"))),
    _off("standard-deviation", "the standard deviation, the root of the variance", "The variance is asked for.",
         "Where do you take a root?", form="deviation"),
    _off("variance-squared", "the square of the variance", "A variance is a mean of squares already.",
         "What is squared in your function, and when?", form="square"),
    _off("variances-squared", "what comes out when var_q and var_k are squared first", "They are variances already, "
         "and not standard deviations.", "What do var_q and var_k stand for?", given="deviations"),
    _off("variances-rooted", "what comes out when roots are taken of var_q and var_k first", "The rules of this "
         "exercise speak of variances, not of standard deviations.", "Where do you take a root?", given="roots"),
    _off("means-not-squared", "d_k · (var_q · var_k + mean_q · var_k + mean_k · var_q)", "A mean of −2 makes the "
         "product stray as far as a mean of 2. And the units do not fit: a variance is a square.", _SQUARES, power=1),
    _off("doubled-in-place-of-squared", "d_k · (var_q · var_k + 2 · mean_q · var_k + 2 · mean_k · var_q)", "A square "
         "is a number times itself, in Python `x ** 2`; `x * 2` is twice that number.",
         "Where do you take squares, and with which sign?", power="twice"),
    _off("doubled-in-place-of-squared", "d_k · ((var_q + 2 · mean_q) · (var_k + 2 · mean_k) − 2 · mean_q · mean_k)",
         "A square is a number times itself, in Python `x ** 2`; `x * 2` is twice that number.",
         "Where do you take squares, and with which sign?", power="twice", less="twice"),
    _off("mean-with-its-own-variance", "d_k · (var_q · var_k + mean_q² · var_q + mean_k² · var_k)", "If q_1 is "
         "always 3, then the variance of 3 · k_1 is 9 · var_k: the square of a mean multiplies the variance of the "
         "*other* number.", _PRODUCT,
         swapped=True),
    _off("variances-added", "d_k · (var_q + var_k)", "That is the variance of q_1 + k_1, of a *sum*. Here the two are "
         "multiplied.", _PRODUCT, terms="added"),
    _off("variances-added", "d_k · (var_q + var_k + mean_q² + mean_k²)", "A sum's rule for a product.", _PRODUCT,
         terms="added with means"),
    _off("mean-without-the-other-variance", "d_k · (var_q · var_k + mean_q² + mean_k²)", "A mean multiplies what the "
         "*other* number strays: if k_1 is always the same, a mean of q_1 changes nothing.", _PRODUCT,
         terms="means alone"),
    _off("variance-and-mean-squared-together", "d_k · ((var_q + mean_q)² · (var_k + mean_k)² − mean_q² · mean_k²)",
         _SQUARES, "What stands in the bracket that you square?", terms="brackets"),
    _off("standard-deviations-multiplied", "d_k times the root of var_q · var_k", "Variances are asked for.",
         "Where do you take a root?", terms="correlated"),
    _off("bracket-squared", "d_k · (var_q · var_k + (mean_q · √var_k + mean_k · √var_q)²)", "In the square of a sum "
         "there is a term too many: what q_1 and k_1 stray are independent, so that it is 0 on average.", _PRODUCT,
         terms="square of the sum"),
    _off("mean-instead", "d_k · mean_q · mean_k", "That is the *mean* of q·k.", _PRODUCT, terms="mean"),
    _off("mean-subtracted", "the variance minus the mean of q·k", "What is subtracted is a *square* of a mean, and "
         "that of one product.", _PRODUCT, form="minus mean"),
    *(_off("terms-subtracted", later("what comes out when {says} is subtracted",
                                     says=says), "All three terms are squares, or products "
           "of variances; each makes the product stray further.", _PRODUCT, **slip)
      for says, slip in (("mean_q² · var_k", {"of_q": -1.0}), ("mean_k² · var_q", {"of_k": -1.0}))),
    _off("means-subtracted-from-variances", "d_k · (var_q − mean_q²) · (var_k − mean_k²)", _SQUARES, _PRODUCT,
         of_q=-1.0, of_k=-1.0, means=1.0),
    _off("means-subtracted-from-variances", "d_k · ((var_q − mean_q²) · (var_k − mean_k²) − mean_q² · mean_k²)",
         _SQUARES, _PRODUCT, of_q=-1.0, of_k=-1.0),
    _off("square-of-the-means-added", "d_k · ((var_q + mean_q²) · (var_k + mean_k²) + mean_q² · mean_k²)", "The square "
         "of the product's mean is subtracted.", "Which sign stands before the last term?", means=2.0),
    _off("product-of-means-subtracted", "d_k · (var_q · var_k − mean_q² · mean_k²)", "The mean of a square is not the "
         "product of the variances.", _SQUARES, of_q=0.0, of_k=0.0, means=-1.0),
    _off("product-of-means-added", "d_k · (var_q · var_k + mean_q² · mean_k²)", "With k always 3 and q always 2 the "
         "product is always 6, and strays by nothing. Yours would be 36 for each.", _PRODUCT, of_q=0.0, of_k=0.0,
         means=1.0),
    _off("arguments-exchanged", "what comes out when var_q and mean_k change places", "The arguments are d_k, mean_q, "
         "var_q, mean_k, var_k, in this order.", "Compare your first line with the stub.", order="means first"),
    _off("arguments-exchanged", "what comes out when each mean and its variance change places", "The arguments are "
         "d_k, mean_q, var_q, mean_k, var_k, in this order.", "Compare your first line with the stub.",
         order="variances first"),
    *(_off("made-whole", later("the variance {says}",
                               says=says), "A variance need not be a whole number.", "Where do you round?",
           form=form) for says, form in (("rounded to a whole number", "rounded"),
                                         ("cut off to a whole number", "whole"))),
]
