"""Exercise 6.1: what learners write instead, and what it means. Used by `lesson_06`."""
from functools import partial

import torch
from torch import nn

from classroom.judge.evidence import entry, number, place
from classroom.judge.exercise import Misconception
from course._words import later, say


class SloppyNorm(nn.Module):
    """Layer norm with switches."""

    def __init__(self, d_model, eps=None, default=1e-5, over=(-1,), spread=None, unbiased=False, place="inside",
                 centre=True, divisor="root", affine="both", fixed=False, keep=True):
        super().__init__()
        self.eps = default if eps is None or fixed else eps
        self.over, self.spread, self.unbiased, self.place = over, spread or over, unbiased, place
        self.centre, self.divisor, self.affine, self.keep = centre, divisor, affine, keep
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        over, spread = ([d for d in dims if -x.dim() <= d < x.dim()] or [-1] for dims in (
            range(1, x.dim()) if dims == "but the first" else dims for dims in (self.over, self.spread)))
        mean = x.mean(over, keepdim=self.keep)
        variance = x.var(spread, keepdim=self.keep, unbiased=self.unbiased)
        if self.divisor == "mean square":
            variance = x.square().mean(spread, keepdim=True)
        elif self.divisor == "sum of squares":
            variance = variance * x.shape[-1]
        elif self.divisor == "by positions":
            variance = variance * x.shape[-1] / x.shape[1]
        elif self.divisor == "distances":
            variance = (x - mean).abs().mean(spread, keepdim=True)
        mean = x.median(-1, keepdim=True).values if self.centre == "median" else mean
        y = (x - mean if self.centre else x) / self._divisor(variance)
        y = -y if self.centre == "turned" else y
        if self.divisor == "multiplied":
            y = (x - mean) * torch.sqrt(variance + self.eps)
        if self.divisor == "of the mean":
            y = x - mean / self._divisor(variance)
        elif self.divisor == "of all":
            return ((x - mean) * self.weight + self.bias) / self._divisor(variance)
        elif self.divisor == "of the mean, weighted":
            return x - mean / self._divisor(variance) * self.weight + self.bias
        elif self.divisor == "of x":
            y = x / self._divisor(variance) - mean
        elif self.divisor == "length":
            y = nn.functional.normalize(x, dim=-1)
        elif self.divisor == "range":
            low, high = x.aminmax(dim=-1, keepdim=True)
            y = (x - low) / (high - low + self.eps)
        y = y + self.eps if self.place == "after" else y
        if self.place == "before weight":
            return y + self.eps * self.weight + self.bias
        return {"both": y * self.weight + self.bias, "none": y, "no bias": y * self.weight, "no weight": y + self.bias,
                "bias first": (y + self.bias) * self.weight, "swapped": y * self.bias + self.weight,
                "one more": y * (1 + self.weight) + self.bias, "bias subtracted": y * self.weight - self.bias,
                "by weight": y / self.weight + self.bias, "by the sum": y * (self.weight + self.bias),
                "input added": x + y * self.weight + self.bias}[self.affine]

    def _divisor(self, variance):
        inside, outside = {"inside": (self.eps, 0), "outside": (0, self.eps), "both": (self.eps, self.eps),
                           "roots": (0, self.eps ** 0.5), "none": (0, 0), "squared": (self.eps ** 2, 0),
                           "subtracted": (-self.eps, 0),
                           "floor": (0, 0), "floor of the root": (0, 0), "floor of the length": (0, 0),
                           "after": (0, 0), "before weight": (0, 0), "only for 0": (0, 0)}[self.place]
        if self.place == "floor":
            variance = variance.clamp(min=self.eps)
        elif self.place == "only for 0":
            variance = torch.where(variance == 0, torch.ones_like(variance), variance)
        elif self.place == "floor of the root":
            return variance.sqrt().clamp(min=self.eps)
        elif self.place == "floor of the length":
            return variance.sqrt().clamp(min=self.eps / self.weight.numel() ** 0.5)
        if self.divisor in ("variance", "distances", "half", "double"):
            return (variance + self.eps) * {"half": 0.5, "double": 2}.get(self.divisor, 1)
        if self.divisor == "square root twice":
            return torch.sqrt(torch.sqrt(variance + inside))
        return torch.sqrt(variance + inside) + outside


def _moments(sight):
    """Evidence: the mean of a result's vector, before weight and bias, and its spread."""
    got, inputs = sight.got.values["y"], sight.inputs
    if got.shape != inputs["x"].shape:
        return ""
    index = (0,) * (got.ndim - 1)
    plain = (got[index] - inputs["weights"]["bias"]) / inputs["weights"]["weight"]
    return say("{place}, take {entry} and undo weight and bias: its numbers have mean {round} and variance {var}. "
               "They should have 0 and 1, or a little less than 1.", place=place(sight),
               entry=entry('y', index, sight.nouns('y')), round=number(round(plain.mean(), 9)), var=number(plain.var()))


_ALONE = ("Each vector is normalised by itself. Otherwise the result for a word depends on the words around it, or on "
          "the other sentences of the batch.")
_EPS = "eps is there so that nothing is ever divided by 0, and it has to match if weights are to be exchanged."
_FLOOR = ("For ordinary vectors nothing is seen of it. A vector of tiny numbers is then divided by far too little: "
          "√eps is 0.003, and eps only 0.00001. {eps}")

NORM = [
    Misconception(
        "eps-outside-root", partial(SloppyNorm, place="outside"),
        "Your result is exactly what comes out when `eps` is added to the root instead of under it.",
        later("For ordinary vectors nothing is seen of it. For vectors of tiny numbers, √variance + eps and "
              "√(variance + eps) are far apart: eps = 0.00001 alone, but √eps = 0.003. {eps}", eps=_EPS),
        "Which comes first in your line, the addition of eps or the root?"),
    Misconception(
        "roots-added", partial(SloppyNorm, place="roots"),
        "Your result is exactly what comes out when the root of the variance and the root of eps are added.",
        "The root of a sum is not the sum of the roots: √(9 + 16) is 5, and √9 + √16 is 7.",
        "Which comes first in your line, the addition or the root?"),
    Misconception(
        "unbiased-variance", partial(SloppyNorm, unbiased=True),
        "Your result is exactly what comes out when the variance is a sum divided by d_model − 1.",
        "That is what statisticians estimate from a sample, and what `var` and `std` of PyTorch do unless told "
        "otherwise. Here the vector is all there is: its variance is a plain mean.",
        "Look up the argument `unbiased` (or `correction`) of `var`.", _moments),
    Misconception(
        "unbiased-and-eps-outside", partial(SloppyNorm, unbiased=True, place="outside"),
        "Your result is exactly what comes out when the standard deviation is made with d_model − 1 and eps is added "
        "to it, as in a well-known tutorial.",
        "It normalises nearly as well, and gives other numbers than PyTorch's LayerNorm with the same weights.",
        "The variance is a plain mean of squares, and eps is added under the root.", _moments),
    Misconception(
        "divided-by-the-variance", partial(SloppyNorm, divisor="variance"),
        "Your result is exactly what comes out when the division is by the variance + eps, without the root.",
        "The variance counts squares. Double all numbers, and it becomes four times as large; the root doubles, too.",
        "What do you divide by?", _moments),
    Misconception(
        "sum-of-squares", partial(SloppyNorm, divisor="sum of squares"),
        "Your result is exactly what comes out when the squares are added up and not divided by d_model.",
        "The variance is their mean. With the sum, every vector gets the length 1, and its numbers become the smaller "
        "the more there are.", "Is it the sum of the squares or their mean?", _moments),
    Misconception(
        "absolute-distances", partial(SloppyNorm, divisor="distances"),
        "Your result is exactly what comes out when the division is by the mean distance from the mean, |x − mean|.",
        "The variance is made of squares: large distances count for more.", "What do you take the mean of?", _moments),
    Misconception(
        "only-the-mean-divided", partial(SloppyNorm, divisor="of the mean"),
        "Your result is exactly what comes out when only the mean is divided by the root, and not x − mean.",
        "Division binds more strongly than subtraction.", "Is there a pair of brackets around x − mean?", _moments),
    Misconception(
        "only-the-mean-divided", partial(SloppyNorm, divisor="of the mean, weighted"),
        "Your result is exactly what comes out when only the mean is divided by the root and multiplied by `weight`, "
        "and then taken from x.",
        "Division and multiplication bind more strongly than subtraction.", "Is there a pair of brackets around "
        "x − mean?"),
    Misconception(
        "mean-subtracted-after-division", partial(SloppyNorm, divisor="of x"),
        "Your result is exactly what comes out when x alone is divided by the root, and the mean subtracted after "
        "that.", "The mean is that of x, not of x / root. So it has to go before the division.",
        "What exactly is divided by the root?", _moments),
    *(Misconception(
        "power-of-one-halved", partial(SloppyNorm, divisor=divisor),
        later("Your result is exactly what comes out when the division is by {words} (variance + eps), without the "
              "root.", words=words),
        "The variance counts squares, so that its root is needed. In Python `a ** 1 / 2` is no root: the power binds "
        "more strongly than the division, and it means `(a ** 1) / 2`.", "How do you take the root?", _moments)
      for divisor, words in (("half", "half of"), ("double", "twice"))),
    Misconception(
        "divided-by-the-number-of-positions", partial(SloppyNorm, divisor="by positions"),
        "Your result is exactly what comes out when the squares are added up and divided by the length of axis 1, not "
        "by d_model.", "In a batch (B, T, d_model) axis 1 counts the positions. Each vector has d_model numbers.",
        "By what do you divide the sum of the squares?", _moments),
    Misconception(
        "root-taken-twice", partial(SloppyNorm, divisor="square root twice"),
        "Your result is exactly what comes out when the root is taken twice.",
        "`std` has taken it already.", "Is there a `sqrt` around a standard deviation?", _moments),
    Misconception(
        "no-eps", partial(SloppyNorm, place="none"),
        "Your result is exactly what comes out without eps.",
        later("{eps} A vector of equal numbers would give 0/0 = NaN.",
              eps=_EPS), "Is eps added to anything in `forward`?"),
    Misconception(
        "eps-inside-and-outside", partial(SloppyNorm, place="both"),
        "Your result is exactly what comes out when eps is added twice, under the root and to it.", _EPS,
        "How often does `eps` occur in `forward`?"),
    *(Misconception(
        "eps-added-to-the-quotient", partial(SloppyNorm, place=place),
        later("Your result is exactly what comes out when eps is not added to the variance, but {what} is added after "
              "the division.", what=what),
        _EPS, "Where does the bracket of the root end in your line?")
      for place, what in (("after", "eps"), ("before weight", "eps times `weight`"))),
    *(Misconception(
        "eps-as-a-floor", partial(SloppyNorm, place=place),
        later("Your result is exactly what comes out when eps is not added, but is the smallest value that {what} "
              "may have.", what=what), later(why, eps=_EPS), look)
      for place, what, why, look in (
          ("floor", "the variance", "Where the variance is about as large as eps, the result then differs, by a factor "
           "of up to √2. {eps}", "What happens to the variance where it is larger than eps?"),
          ("floor of the root", "the root", _FLOOR, "What happens to the root where it is larger than eps?"),
          ("floor of the length", "the length of x − mean", _FLOOR, "What happens to the length where it is larger "
           "than eps?"))),
    Misconception(
        "eps-squared", partial(SloppyNorm, place="squared"),
        "Your result is exactly what comes out with the square of eps under the root.", _EPS,
        "What exactly is added to the variance?"),
    *(Misconception(
        "eps-ignored", partial(SloppyNorm, fixed=True, default=value),
        later("Your result is exactly what comes out when eps is {words}, whatever `eps` is given.", words=words),
        "Some models have been trained with another eps.", "Does `forward` use the `eps` that `__init__` was given?")
      for value, words in ((1e-5, "0.00001"), (1e-6, "1e-6"), (1e-8, "1e-8"), (1e-12, "1e-12"), (1e-3, "1e-3"))),
    Misconception(
        "eps-only-against-0", partial(SloppyNorm, place="only for 0"),
        "Your result is exactly what comes out when nothing is added to the variance, and only a vector of equal "
        "numbers, whose variance is 0, is treated otherwise.",
        "`eps` is added to the variance of every vector. For ordinary vectors nothing is seen of it, for those of tiny "
        "numbers it decides.", "Is `eps` added for every vector?"),
    *(Misconception(
        "eps-only-against-0", partial(SloppyNorm, place=place, fixed=True, default=value),
        later("Your result is exactly what comes out when nothing is added to the variance, and {what} is at least "
              "{words}, whatever `eps` is given.", what=what, words=words),
        "`eps` is added to the variance of every vector. For ordinary vectors nothing is seen of it, for those of tiny "
        "numbers it decides.", "Is `eps` added for every vector?")
      for place, what, value, words in (
          ("floor of the root", "the root", 1e-6, "0.000001"), ("floor of the root", "the root", 1e-5, "0.00001"),
          ("floor of the root", "the root", 1e-4, "0.0001"), ("floor of the root", "the root", 1e-3, "0.001"),
          ("floor", "the variance", 1e-5, "0.00001"))),
    *(Misconception(
        "another-default-eps", partial(SloppyNorm, default=default),
        later("Your result is exactly what comes out when eps is {words} where none is given.", words=words),
        "PyTorch's default, and ours, is 1e-5. With another one the weights of a trained model give other results.",
        "Look at the signature of `__init__`.")
      for default, words in ((1e-6, "1e-6"), (1e-8, "1e-8"), (1e-12, "1e-12"), (1e-3, "1e-3"), (1e-4, "1e-4"))),
    Misconception(
        "over-the-time-axis", partial(SloppyNorm, over=(-2,)),
        "Your result is exactly what comes out when mean and variance are taken over the positions.",
        later("{alone} Over the positions, even the future would leak into the past.", alone=_ALONE),
        "Along which axis do `mean` and `var` run?"),
    Misconception(
        "over-the-batch-axis", partial(SloppyNorm, over=(0,)),
        "Your result is exactly what comes out when mean and variance are taken over the first axis, the sentences.",
        later("{alone} Batch norm is of that kind; for a single sentence there would be no others to average over.",
              alone=_ALONE),
        "Along which axis do `mean` and `var` run?"),
    Misconception(
        "over-positions-and-dimensions", partial(SloppyNorm, over=(-2, -1)),
        "Your result is exactly what comes out when mean and variance are taken over the last two axes together.",
        later("{alone} Padding at the end of a sentence would count, too.",
              alone=_ALONE), "How many axes do `mean` and `var` run over?"),
    Misconception(
        "over-all-axes-but-the-first", partial(SloppyNorm, over="but the first"),
        "Your result is exactly what comes out when mean and variance are taken over all axes but the first.",
        later("{alone} Padding at the end of a sentence would count, too.",
              alone=_ALONE), "How many axes do `mean` and `var` run over?"),
    Misconception(
        "over-everything", partial(SloppyNorm, over=(-4, -3, -2, -1)),
        "Your result is exactly what comes out when mean and variance are those of the whole tensor.",
        _ALONE, "Which axis did you give to `mean` and `var`?"),
    Misconception(
        "axes-of-mean-and-variance-differ", partial(SloppyNorm, spread=(-4, -3, -2, -1)),
        "Your result is exactly what comes out when the mean is that of each vector, but the variance that of the "
        "whole tensor.", _ALONE, "Do `mean` and `var` run over the same axis?"),
    Misconception(
        "axes-of-mean-and-variance-differ", partial(SloppyNorm, over=(-4, -3, -2, -1), spread=(-1,)),
        "Your result is exactly what comes out when the variance is that of each vector, but the mean that of the "
        "whole tensor.", _ALONE, "Do `mean` and `var` run over the same axis?"),
    Misconception(
        "mean-not-subtracted", partial(SloppyNorm, centre=False),
        "Your result is exactly what comes out when the mean is not subtracted.",
        "The variance says how far the numbers lie from their mean, so that they have to be moved to 0 first.",
        "What is the numerator?", _moments),
    Misconception(
        "axis-lost", partial(SloppyNorm, keep=False),
        "Your code does exactly what mean and variance without `keepdim` do.",
        "They then have one axis less than x, and PyTorch lays them beside the wrong numbers, or can lay them nowhere.",
        "Which shape has your mean, and which has x?"),
    Misconception(
        "divided-by-the-length", partial(SloppyNorm, divisor="length"),
        "Your result is exactly x divided by its length, √(x₁² + x₂² + …), times weight, plus bias.",
        "Layer norm makes mean 0 and variance 1 of every vector. Its length then is about √d_model.",
        "Where do you subtract the mean, and what do you divide by?", _moments),
    Misconception(
        "scaled-to-0-and-1", partial(SloppyNorm, divisor="range"),
        "Your result is exactly x stretched so that its smallest number is 0 and its largest 1, times weight, plus "
        "bias.", "Two numbers alone then decide about all the others. Layer norm asks for mean 0 and variance 1.",
        "What do you subtract, and what do you divide by?", _moments),
    Misconception(
        "root-mean-square", partial(SloppyNorm, centre=False, divisor="mean square"),
        "Your result is exactly x divided by its root mean square: RMSNorm, as in many newer models.",
        "It works as well in practice. This exercise is about LayerNorm, which subtracts the mean first.",
        "Where do you subtract the mean?", _moments),
    Misconception(
        "spread-around-zero", partial(SloppyNorm, divisor="mean square"),
        "Your result is exactly what comes out when the mean is subtracted above the line, but the squares below are "
        "those of x itself.", "The variance is the mean of (x − mean)².", "What do you square?", _moments),
    Misconception(
        "no-weight-and-bias", partial(SloppyNorm, affine="none"),
        "Your result is exactly the normalised vectors, without `weight` and `bias`.",
        "With them the model can learn how large each dimension should be, and around which number.",
        "Where does `forward` use the two parameters?"),
    Misconception(
        "no-bias", partial(SloppyNorm, affine="no bias"), "Your result is exactly what comes out without `bias`.",
        "Without it the result always has mean 0 before the next layer.", "Where does `forward` use `bias`?"),
    Misconception(
        "no-weight", partial(SloppyNorm, affine="no weight"), "Your result is exactly what comes out without `weight`.",
        "Without it all dimensions are always equally large.", "Where does `forward` use `weight`?"),
    Misconception(
        "bias-divided-too", partial(SloppyNorm, divisor="of all"),
        "Your result is exactly what comes out when the bias is divided by the root, too.",
        "The bias is added to what has been normalised and weighted; it is learned as it is.",
        "Where does the bracket of the numerator end?"),
    Misconception(
        "bias-before-weight", partial(SloppyNorm, affine="bias first"),
        "Your result is exactly what comes out when `bias` is added before the multiplication with `weight`.",
        "The same functions can be learned, but the same parameters mean something else than in PyTorch.",
        "Scale first, then shift."),
    *(Misconception(
        slug, partial(SloppyNorm, **switch), later("Your result is exactly what comes out when {words}.",
                                                   words=words), why, look)
      for slug, switch, words, why, look in (
          ("one-added-to-weight", {"affine": "one more"}, "1 is added to `weight`",
           "Here `weight` starts at ones and is the scale itself.", "What is the normalised vector multiplied with?"),
          ("bias-subtracted", {"affine": "bias subtracted"}, "`bias` is subtracted", "It is to be added.",
           "Which sign stands before `bias`?"),
          ("divided-by-weight", {"affine": "by weight"}, "the normalised vector is divided by `weight`",
           "A weight of 2 is to make a dimension twice as large.", "What happens before `bias` is added?"),
          ("multiplied-by-the-sum", {"affine": "by the sum"}, "the normalised vector is multiplied by `weight` + "
           "`bias`", "The weight scales, the bias shifts.", "Which brackets stand around `weight` and `bias`?"),
          ("input-added", {"affine": "input added"}, "x is added to the right result",
           "The residual connection belongs to the layer, not to the norm.", "What is added up in your `return` line?"),
          ("sign-turned", {"centre": "turned"}, "x is taken from the mean, and not the mean from x",
           "What was above the mean is then below it.", "What do you take away from what?"),
          ("median-for-mean", {"centre": "median"}, "the median is subtracted, not the mean",
           "With another middle the result does not have the mean 0.", "Which middle do you subtract?"),
          ("multiplied-by-the-root", {"divisor": "multiplied"}, "x − mean is multiplied by the root",
           "What is spread wide would become wider still.", "Do you divide, or multiply?"))),
    Misconception(
        "weight-and-bias-exchanged", partial(SloppyNorm, affine="swapped"),
        "Your result is exactly what comes out when `weight` is added and `bias` multiplied.",
        "The weight starts at 1 and scales, the bias starts at 0 and shifts.", "Which of the two do you multiply?"),
]
