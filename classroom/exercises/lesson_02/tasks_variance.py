"""Lesson 02: how far a dot product of random numbers strays."""
from classroom.ask.case import Case
from classroom.judge.exercise import Exercise
from course._words import later, listed

from .mistakes_variance import VARIANCE


def score_variance(d_k, mean_q, var_q, mean_k, var_k):
    """The variance of q·k: d_k independent products of numbers with these means and variances."""
    square = (var_q + mean_q ** 2) * (var_k + mean_k ** 2)       # the mean of the square of one product
    return d_k * (square - (mean_q * mean_k) ** 2)


def _numbers(rng):
    """Everything for 2.8."""
    def of(about, d_k, mean_q, var_q, mean_k, var_k):
        return Case(about, d_k=d_k, mean_q=mean_q, var_q=var_q, mean_k=mean_k, var_k=var_k)
    yield of("as in lesson 01", 4, 0.0, 1.0, 0.0, 1.0)
    yield of("keys as long as in the paper", 64, 0.0, 1.0, 0.0, 1.0)
    yield of("queries that stray further", 4, 0.0, 9.0, 0.0, 1.0)
    yield of("both stray otherwise", 3, 0.0, 4.0, 0.0, 0.25)
    yield of("queries that are 1 on average", 2, 1.0, 1.0, 0.0, 1.0)
    yield of("keys that are 3 on average", 2, 0.0, 1.0, 3.0, 2.0)
    yield of("both with a mean of their own", 5, 2.0, 1.5, -1.0, 0.5)
    yield of("queries that are −2 on average", 3, -2.0, 1.0, 0.0, 0.5)
    yield of("one product", 1, -1.5, 0.5, 2.0, 3.0)
    yield of("keys that are always 2", 3, 1.0, 2.0, 2.0, 0.0)
    yield of("nothing strays", 8, 1.0, 0.0, 2.0, 0.0)
    for _ in range(4):
        means, variances = rng.normal(size=2).round(2), rng.uniform(0.1, 3.0, size=2).round(2)
        yield of(later("means of {means} and {means2}", means=means[0],
                       means2=means[1]), int(rng.integers(2, 40)), float(means[0]), float(variances[0]),
                 float(means[1]), float(variances[1]))


def _with_these(inputs) -> str:
    return listed(f"{name} = {value:g}" for name, value in inputs.items())


EXERCISES = [
    Exercise(
        id="2.8", title="the variance of q·k", names=("score_variance",), points=2, minutes=12, difficulty=3,
        takes={"d_k": "", "mean_q": "", "var_q": "", "mean_k": "", "var_k": ""}, gives={"variance": ""},
        reference=score_variance, cases=_numbers, place=_with_these, misconceptions=VARIANCE,
        hints=(
            "Begin with one product, q_1·k_1. The third rule says what its variance is, once you know the mean of its "
            "square and the square of its mean. Then think of all d_k products.",
            "The square of q_1·k_1 is q_1² · k_1², again a product of independent numbers: its mean is the mean of "
            "q_1² times the mean of k_1². And the third rule, read the other way round, gives the mean of q_1² from "
            "mean_q and var_q.",
            "The mean of q_1² is var_q + mean_q², that of k_1² in the same way. Multiply the two, subtract the square "
            "of mean_q · mean_k, and there are d_k such products."),
        moral="With means of 0 and variances of 1 it is d_k. Its root is what scores have to be divided by to stray by "
              "about 1.",
    ),
]
