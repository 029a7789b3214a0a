"""Exercise 6.2: what learners write instead, and what it means. Used by `lesson_06`."""
from functools import partial

import torch
from torch import nn

from classroom.judge.exercise import Misconception
from course._words import later

_ACTIVATIONS = {
    "relu": torch.relu, "none": lambda x: x, "gelu": nn.functional.gelu, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "leaky": nn.functional.leaky_relu, "softmax": lambda x: x.softmax(-1), "silu": nn.functional.silu,
    "abs": torch.abs, "square": lambda x: x.relu().square(), "gelu-tanh": lambda x: nn.functional.gelu(
        x, approximate="tanh"), "below": lambda x: x.clamp(max=0), "elu": nn.functional.elu, "selu": nn.functional.selu,
    "softplus": nn.functional.softplus, "relu6": nn.functional.relu6,
    "cut-off": lambda x: x.clamp(0, 1), "python": lambda x: max(0, x),
    "negated": lambda x: torch.relu(-x), "shares": lambda x: nn.functional.normalize(x.relu(), p=1, dim=-1),
    "largest": lambda x: x.amax(-1, keepdim=True).clamp(min=0).expand_as(x),
    "largest of the batch": lambda x: x.amax(0),
    "mean of positions": lambda x: x.mean(1, keepdim=True).expand_as(x),
}


class SloppyFeedForward(nn.Module):
    """Feed-forward with switches."""

    def __init__(self, d_model, d_ff, activation="relu", where="between", biases="12", residual=False, gives="",
                 norm="", late=False):
        super().__init__()
        self.norm = nn.LayerNorm(d_ff if norm in ("hidden", "bent") else d_model) if norm else None
        self.norm_at = norm
        self.w_1 = nn.Linear(d_model, d_ff, bias="1" in biases)
        self.w_2 = nn.Linear(d_ff, d_model, bias="2" in biases)
        self.activation, self.where, self.residual, self.gives = _ACTIVATIONS[activation], where, residual, gives
        self.late = late

    def forward(self, x):
        x = _ACTIVATIONS["mean of positions"](x) if self.where == "between, averaged" else x
        before, between, after = (self.activation if place in self.where else _ACTIVATIONS["none"]
                                  for place in ("before", "between", "after"))
        hidden = self.w_1(before(self._normed(x, "input")))
        bias = self.w_1.bias if self.late and self.w_1.bias is not None else 0
        hidden = self._normed(between(self._normed(hidden - bias, "hidden")) + bias, "bent")
        if self.gives == "first matrix":
            return hidden @ self.w_1.weight + self.w_2.bias
        if self.gives == "hidden":
            return hidden
        y = self._normed(after(self.w_2(hidden)), "result")
        y = x + y if self.residual else y
        return self._normed(y, "sum")

    def _normed(self, x, at):
        return self.norm(x) if self.norm_at == at else x


_BEND = ("Two linear layers with nothing between them are one linear layer: (x W₁) W₂ = x (W₁ W₂). The ReLU in the "
         "middle is what makes the second layer worth having.")


def _other(activation: str, words: str) -> Misconception:
    return Misconception(
        f"{activation}-for-relu", partial(SloppyFeedForward, activation=activation),
        later("Your result is exactly what comes out with {words} in place of ReLU.", words=words),
        "Other functions serve as well, and some newer models use them. The paper has max(0, ·), and with other "
        "functions the same weights give another result.", "What is done to the hidden numbers?")


FEED_FORWARD = [
    Misconception(
        "relu-missing", partial(SloppyFeedForward, activation="none"),
        "Your result is exactly what the two layers give without ReLU between them.", _BEND,
        "What happens to the hidden numbers between the two layers?"),
    Misconception(
        "relu-after-second", partial(SloppyFeedForward, where="after"),
        "Your result is exactly what comes out when the ReLU follows the second layer.",
        later("{bend} And at the end it forbids every negative result: the block could only ever add to a word's "
              "vector.", bend=_BEND),
        "Which layer does the ReLU belong behind?"),
    Misconception(
        "relu-after-both", partial(SloppyFeedForward, where="between after"),
        "Your result is exactly what comes out with a ReLU behind both layers.",
        "At the end it forbids every negative result: the block could only ever add to a word's vector.",
        "How many ReLUs does equation 2 of the paper have?"),
    Misconception(
        "relu-before-first", partial(SloppyFeedForward, where="before"),
        "Your result is exactly what comes out when the ReLU is applied to `x`, before the first layer.",
        later("All that is negative in `x` is lost before anyone has looked at it. {bend}", bend=_BEND),
        "Which layer does the ReLU belong behind?"),
    Misconception(
        "relu-before-and-between", partial(SloppyFeedForward, where="before between"),
        "Your result is exactly what comes out with a ReLU before the first layer as well as behind it.",
        "All that is negative in `x` is lost before anyone has looked at it.",
        "How many ReLUs does equation 2 of the paper have?"),
    _other("gelu", "GELU"), _other("gelu-tanh", "GELU, approximated by tanh,"), _other("silu", "SiLU"),
    _other("sigmoid", "a sigmoid"), _other("tanh", "tanh"), _other("leaky", "a leaky ReLU"), _other("elu", "ELU"),
    _other("selu", "SELU"), _other("softplus", "softplus"), _other("relu6", "ReLU6, which also cuts off above 6,"),
    _other("cut-off", "`clamp(0, 1)`, which also cuts off above 1,"),
    _other("softmax", "a softmax"), _other("abs", "the absolute value"), _other("square", "the square of ReLU"),
    Misconception(
        "pythons-max", partial(SloppyFeedForward, activation="python"),
        "Your code stops exactly where a whole tensor is asked for one yes or no, as Python's own `max(0, h)` and "
        "`if h > 0` do.",
        "Python's `max` compares two things and keeps one of them. Here each of the hidden numbers is to be compared "
        "with 0 by itself.", "Which function of PyTorch does that for a whole tensor at once?"),
    Misconception(
        "min-for-max", partial(SloppyFeedForward, activation="below"),
        "Your result is exactly what comes out when the positive numbers are set to 0 and the negative ones kept.",
        "ReLU is max(0, x).", "Which side of 0 do you keep?"),
    Misconception(
        "largest-number-only", partial(SloppyFeedForward, activation="largest"),
        "Your result is exactly what comes out when only the largest of the hidden numbers is kept, for all of them.",
        "max(0, ·) compares each number with 0, not the numbers with one another.",
        "What is compared with what in your `forward`?"),
    Misconception(
        "largest-of-the-batch", partial(SloppyFeedForward, activation="largest of the batch"),
        "Your result is exactly what comes out when of each hidden number only the largest in the batch is kept.",
        "max(0, ·) compares each number with 0. In PyTorch, `torch.max(h, 0)` goes along axis 0, and takes the largest "
        "there.", "What does the 0 stand for where you compare: a number, or an axis?"),
    Misconception(
        "sign-turned", partial(SloppyFeedForward, activation="negated"),
        "Your result is exactly what comes out when the ReLU gets the hidden numbers with their sign turned.",
        "ReLU is max(0, x).", "Is there a minus before the hidden numbers?"),
    Misconception(
        "hidden-numbers-shared-out", partial(SloppyFeedForward, activation="shares"),
        "Your result is exactly what comes out when the hidden numbers, after the ReLU, are divided by their sum.",
        "They are no shares: how large they are is what the second layer works with.",
        "What happens to the hidden numbers after the ReLU?"),
    Misconception(
        "first-matrix-twice", partial(SloppyFeedForward, gives="first matrix"),
        "Your result is exactly what comes out when the way back takes the matrix of the first layer, transposed.",
        "Equation 2 has two matrices, W₁ and W₂, and both are learned.", "Is your second layer called?"),
    Misconception(
        "positions-mixed", partial(SloppyFeedForward, where="between, averaged"),
        "Your result is exactly what comes out when the mean over the positions goes through the layers.",
        "Each position is worked on by itself, with the same weights. Words are mixed in attention alone.",
        "Over which axis do you take a mean, and what for?"),
    Misconception(
        "residual-inside", partial(SloppyFeedForward, residual=True),
        "Your result is exactly the right one with `x` added to it.",
        "The residual connection belongs to the layer around this module. In both places, x would count twice.",
        "What is added up in your `return` line?"),
    *(Misconception(
        "norm-inside", partial(SloppyFeedForward, norm=at),
        later("Your result is exactly what comes out when a norm is applied to {words}.", words=words),
        "The norms belong to the layer around this module, which has one for each of its sub-layers.",
        "Which layers does equation 2 of the paper have?")
      for at, words in (("input", "`x`, before the first layer"), ("hidden", "the hidden numbers, before the ReLU"),
                        ("bent", "the hidden numbers, after the ReLU"), ("result", "the result"))),
    Misconception(
        "residual-inside", partial(SloppyFeedForward, residual=True, norm="sum"),
        "Your result is exactly the right one with `x` added to it, and a norm over the sum.",
        "Both belong to the layer around this module. Here, each would come twice.",
        "What happens after your second layer?"),
    Misconception(
        "second-layer-missing", partial(SloppyFeedForward, gives="hidden"),
        "You return exactly the hidden numbers, before the second layer.",
        "The result has to have d_model numbers again, so that it can be added to `x`.",
        "Which of your two layers does `forward` not call?"),
    Misconception(
        "no-bias", partial(SloppyFeedForward, biases=""),
        "Your result is exactly what comes out without the two biases.",
        "Equation 2 of the paper has b₁ and b₂. Without b₁, all ReLUs have their bend at 0.",
        "Do your layers have biases, and does `forward` add them?"),
    Misconception(
        "no-first-bias", partial(SloppyFeedForward, biases="2"),
        "Your result is exactly what comes out without the bias of the first layer.",
        "Equation 2 of the paper has b₁ and b₂. Without b₁, all ReLUs have their bend at 0.",
        "Does your first layer have a bias, and does `forward` add it?"),
    Misconception(
        "no-second-bias", partial(SloppyFeedForward, biases="1"),
        "Your result is exactly what comes out without the bias of the second layer.",
        "Equation 2 of the paper has b₁ and b₂.", "Does your second layer have a bias, and does `forward` add it?"),
    Misconception(
        "first-bias-after-relu", partial(SloppyFeedForward, late=True),
        "Your result is exactly what comes out when the bias of the first layer is added after the ReLU.",
        "In equation 2, b₁ stands inside max(0, ·): it says from where on each hidden number counts. After the ReLU "
        "it only adds the same to every word.", "What exactly does the ReLU get?"),
]
