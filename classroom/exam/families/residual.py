"""A sublayer: layer norm and residual connection, and where each stands."""
import numpy as np

from classroom.ask.case import Case
from classroom.exam.family import Family, Mistake, Switch


def _solve(x, w, gain, bias, eps, *, spread, root, where, amount, grows, centred, function, over=-1, no_residual=False):
    """x (T, d), w (d, d), gain (d,), bias (d,), eps -> (T, d)."""
    def norm(a):
        n = a.shape[over]
        middle = a.mean(axis=over, keepdims=True)
        away = a - middle
        square = (away if centred == "mean" else a) ** 2
        variance = square.sum(axis=over, keepdims=True) / (n if spread == "n" else n - 1)
        size = np.sqrt(variance + eps) if root == "inside" else np.sqrt(variance) + eps
        return (away if centred == "mean" else a) / size * (gain + (grows == "one")) + bias

    def f(a):
        return np.maximum(a @ w, 0) if function == "relu" else np.tanh(a @ w)

    kept = np.zeros_like(x) if no_residual else x
    added = f(norm(x)) if where in ("before", "both") else f(x)
    total = kept + added * {"whole": 1.0, "half": 0.5, "root": 0.5 ** 0.5}[amount]
    return norm(total) if where in ("after", "both") else total


def _cases(rng):
    for about, size, d, eps in (("two rows", 2, 4, 0.1), ("square", 5, 5, 0.3), ("wide", 3, 8, 0.05)):
        yield Case(about, x=rng.normal(size=(size, d)) + 0.7, w=rng.normal(size=(d, d)) / np.sqrt(d),
                   gain=1 + 0.3 * rng.normal(size=d), bias=0.3 * rng.normal(size=d), eps=eps)


FAMILY = Family(
    key="residual", title="A sublayer with its norm", lesson=6, name="sublayer", call="sublayer(x, w, gain, bias, eps)",
    text="Write `sublayer(x, w, gain, bias, eps)` with NumPy: a small layer with a layer norm and a residual "
         "connection, which adds x itself. The layer multiplies each row of its input by w (a row r becomes r w) and "
         "applies a function. x (T, d) holds a position in each row, w is (d, d), gain and bias are (d,), and eps is "
         "a number that is not small. The norm treats each position by itself. It has the same gain, bias and eps "
         "wherever it is used.",
    takes={"x": "T d", "w": "d d", "gain": "d", "bias": "d", "eps": ""}, gives={"output": "T d"},
    switches=(
        Switch("function", {"relu": "The layer's function replaces negative numbers by 0.",
                            "tanh": "The layer's function is the tanh."}),
        Switch("where", {"before": "The norm stands before the layer only.",
                         "after": "The norm stands after the sum only; the layer gets x as it is.",
                         "both": "The norm stands before the layer, and once more after the sum."}),
        Switch("amount", {"whole": "The layer's result is added to x as it is.",
                          "half": "Half of the layer's result is added to x.",
                          "root": "The layer's result is divided by √2 before it is added to x."}),
        Switch("centred", {"mean": "The norm subtracts the mean of the numbers first.",
                           "none": "The norm does not subtract the mean, and its variance is made of the squares of "
                                   "the numbers themselves."}),
        Switch("spread", {"n": "The variance is the sum of the squares divided by d.",
                          "n-1": "The variance is the sum of the squares divided by d − 1."}),
        Switch("root", {"inside": "eps is added to the variance, before the root is taken.",
                        "outside": "eps is added to the standard deviation, after the root is taken."}),
        Switch("grows", {"zero": "The normalised numbers are multiplied by gain, and bias is added.",
                         "one": "The normalised numbers are multiplied by 1 + gain, and bias is added."}),
    ),
    turned=3, solve=_solve, cases=_cases,
    mistakes=(
        Mistake("norm-over-positions", {"over": 0}, "Your `sublayer` takes the norm over the positions."),
        Mistake("no-residual", {"no_residual": True}, "Your `sublayer` does not add its input."),
    ))
