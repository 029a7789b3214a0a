"""Exercises 13.1 and 13.2: what learners write instead, and what it means. Used by `lesson_13`."""
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from classroom.judge.evidence import entry, number, place
from classroom.judge.exercise import Misconception
from course._words import later, say

# ----------------------------------------------------------------------------------- 13.1 rms_norm


def sloppy_norm(x, weight, eps=None, default=1e-6, at="inside", centre="", of="mean square", over=(-1,), keep=True,
                root="divide", scale="times", fixed=False, gives="y", least=""):
    """`rms_norm` with switches."""
    eps = default if eps is None or fixed else eps
    if len(over) == 4:                              # everything, however many axes there are
        over = tuple(range(-x.dim(), 0))
    mean = x.mean(over, keepdim=True)
    y = x - mean if centre in ("both", "above") else x
    below = x - mean if centre in ("both", "below") else x + eps if at == "before the square" else x
    if scale == "before":
        y = below = y * weight
    if of == "mean of the root":
        square = below.square().sqrt().mean(over, keepdim=keep)
    elif of == "square of the mean":
        square = below.mean(over, keepdim=keep).square()
    elif of == "largest":
        square = below.abs().amax(over, keepdim=keep)
    else:
        square = (2 * below if of == "doubled" else below.square()).sum(over, keepdim=keep)
        count = x.numel() // square.numel()
        square = square / {"mean square": count, "sum": 1, "d_model - 1": max(count - 1, 1),
                           "doubled": count}[of]
    inside, outside = {"inside": (eps, 0), "outside": (0, eps), "both": (eps, eps), "none": (0, 0),
                       "squared": (eps ** 2, 0), "subtracted": (-eps, 0), "sum": (eps / x.shape[-1], 0),
                       "length": (0, eps / x.shape[-1] ** 0.5)}.get(at, (0, 0))
    floors = {"mean square": eps, "sum": eps / x.shape[-1]}
    square = square.clamp(min=floors[least]) if least in floors else square + inside
    divisor = square + outside if root in ("none", "multiply squares") or of in ("mean of the root", "largest") \
        else square.sqrt() + outside
    floors = {"root": eps, "length": eps / x.shape[-1] ** 0.5, "tiny": 1e-12}
    if least in floors:                             # as in `F.normalize`
        divisor = divisor.clamp(min=floors[least])
    if root == "twice":
        divisor = divisor.sqrt()
    if gives != "y":                                # without x itself
        y = torch.ones_like(x)
    y = y * divisor if gives == "divisor" or root in ("multiply", "multiply squares") else y / divisor
    return {"times": y * weight, "before": y, "none": y, "plus": y + weight, "1 + weight": y * (1 + weight),
            "divided": y / weight, "squared": y * weight * weight}[scale]


def _size(sight):
    """Evidence: the root mean square of a result's vector, before the weight."""
    got, inputs = sight.got.values["y"], sight.inputs
    if got.shape != inputs["x"].shape:
        return ""
    index = (0,) * (got.ndim - 1)
    plain = got[index] / inputs["weight"]
    return say("{place}, take {entry} and divide it by the weight: the mean of its squares is {mean}. It should be "
               "1, or a little less.", place=place(sight), entry=entry('y', index, sight.nouns('y')),
               mean=number((plain ** 2).mean()))


def _norm(slug: str, says: str, why: str, look: str, shows=None, **switches) -> Misconception:
    return Misconception(slug, partial(sloppy_norm, **switches), later(
        "Your result is exactly what comes out when {says}.", says=says),
                         why, look, shows)


_EPS = "eps is there so that nothing is ever divided by 0, and it has to match if weights are to be exchanged."
_ALONE = ("Each vector is scaled by itself. Otherwise the result for a word depends on the words around it, or on the "
          "other sentences of the batch.")
_ROOT_MEAN = "Three steps, from the last word of the name to the first: square, mean, root."

NORM = [
    _norm("mean-subtracted", "the mean is subtracted first, above and below the line: layer norm without a bias",
          "That is what RMSNorm leaves out. The vectors keep their mean, and an axis less is to be computed.",
          "What is your numerator?", centre="both"),
    _norm("mean-subtracted-above", "the mean is subtracted above the line, and the squares are those of x itself",
          "RMSNorm subtracts nothing.", "What is your numerator?", centre="above"),
    _norm("divided-by-the-deviation", "the division is by the standard deviation, that is by the root of the variance",
          "A variance is made of distances from the mean, a mean square of the numbers themselves. For the vector "
          "3, 3, 3 the one is 0 and the other 9.", "What exactly do you square?", _size, centre="below"),
    _norm("divided-by-the-deviation", "the division is by the standard deviation with d_model − 1, as `std` has it",
          "A standard deviation is made of distances from the mean, a root mean square of the numbers themselves.",
          "What exactly do you square?", _size, centre="below", of="d_model - 1"),
    _norm("eps-outside-root", "`eps` is added to the root instead of under it",
          later("For ordinary vectors nothing is seen of it; for tiny numbers the two are far apart. {eps}", eps=_EPS),
          "Which comes first in your line, the addition of eps or the root?", at="outside"),
    _norm("no-root", "the division is by the mean of the squares + eps, without the root", later(
        "{root_mean} Double all numbers, and the mean of the squares is four times as large; its root doubles, too.",
        root_mean=_ROOT_MEAN),
          "Which of the three steps is missing?", _size, root="none"),
    _norm("root-taken-twice", "the root is taken twice", _ROOT_MEAN, "How many roots are there in your code?", _size,
          root="twice"),
    _norm("sum-of-squares", "the squares are added up and not divided by d_model", later(
        "{root_mean} With the sum, every vector gets the length 1, and its numbers become the smaller the more there "
        "are.", root_mean=_ROOT_MEAN),
          "Is it the sum of the squares or their mean?", _size, of="sum"),
    *(_norm("divided-by-the-length", says, later(
        "{root_mean} With the sum, every vector gets the length 1, and its numbers become the smaller the more there "
        "are.", root_mean=_ROOT_MEAN),
            "Is it the sum of the squares or their mean, and where is `eps`?", _size, of="sum", at="none", least=least)
      for least, says in (
          ("tiny", "each vector is divided by its length, the root of the sum of its squares, and there is no eps"),
          ("root", "each vector is divided by its length, the root of the sum of its squares, and eps is not added, "
           "but is the smallest value that the length may have, as in `F.normalize`"))),
    _norm("mean-of-d-model-minus-1", "the sum of the squares is divided by d_model − 1",
          "The mean square is a plain mean. With d_model − 1 one estimates a variance from a sample.",
          "How many numbers do you divide by?", _size, of="d_model - 1"),
    _norm("root-before-mean", "the root is taken before the mean: the mean of |x| + eps", later(
        "{root_mean} The root of a square is the number without its sign.",
        root_mean=_ROOT_MEAN), "In which order do your three steps come?", _size,
          of="mean of the root"),
    _norm("mean-before-square", "the mean is taken first and squared afterwards", later(
        "{root_mean} Positive and negative numbers cancel in a mean, in a mean of squares they cannot.",
        root_mean=_ROOT_MEAN), "In which order do your three steps come?",
          _size, of="square of the mean"),
    _norm("doubled-instead-of-squared", "x is doubled and not squared: under the root is the mean of 2x, plus eps",
          "A double keeps the sign: such a mean may be negative, and then the root is NaN.",
          "Which operation makes the squares in your code?", of="doubled"),
    _norm("divided-by-the-largest", "the division is by the largest |x| + eps",
          "One number alone then decides about all the others.", "What do you divide by?", _size, of="largest"),
    _norm("multiplied-instead-of-divided", "x is multiplied by the root mean square",
          "Large vectors then become larger still, and small ones smaller.", "Which operation stands before the root?",
          _size, root="multiply"),
    _norm("no-eps", "there is no eps", later("{eps} A vector of zeros would give 0/0 = NaN.", eps=_EPS),
          "Where does `eps` occur in your code?", at="none"),
    _norm("no-eps", "there is no eps, and a vector of zeros stays one", _EPS,
          "Where does `eps` occur in your code, and what does it change there?", at="none", least="tiny"),
    _norm("eps-inside-and-outside", "eps is added twice, under the root and to it", _EPS,
          "How often does `eps` occur in your code?", at="both"),
    _norm("eps-squared", "the square of eps stands under the root", _EPS, "What exactly is added to the mean square?",
          at="squared"),
    _norm("eps-before-the-square", "eps is added to `x` itself, before the squares are taken", _EPS,
          "Which comes first in your code, the addition of eps or the squares?", at="before the square"),
    _norm("eps-as-a-floor", "eps is not added, but is the smallest value that the mean square may have",
          later("The result differs where the mean square is about as large as eps, by a factor of up to √2. {eps}",
                eps=_EPS),
          "What happens to the mean square where it is larger than eps?", at="none", least="mean square"),
    *(_norm("eps-as-a-floor", says, later("A lower bound changes nothing above it; what is added always counts. {eps}",
                               eps=_EPS),
            "To what does the formula add eps?", at="none", least=least)
      for least, says in (
          ("length", "eps is not added, but is the smallest value that the length of a vector may have, as in "
           "`F.normalize`"),
          ("root", "eps is not added, but is the smallest value that the root mean square may have"),
          ("sum", "eps is not added, but is the smallest value that the sum of the squares may have"))),
    *(_norm("eps-at-another-place", says, _EPS, "To what does the formula add eps?", at=at)
      for at, says in (
          ("sum", "eps is added to the sum of the squares, and not to their mean"),
          ("length", "eps is added to the length of the vector, and not to the mean of its squares"))),
    _norm("eps-ignored", "eps is 1e-6, whatever `eps` is given", "Some models have been trained with another eps.",
          "Does your code use its argument?", fixed=True),
    *(_norm("another-default-eps", later("eps is {words} where none is given",
                                         words=words), "The exercise says 1e-6. With another one "
            "the weights of a trained model give other results.", "Look at the signature.", default=default)
      for default, words in ((1e-5, "1e-5, as in layer norm,"), (1e-8, "1e-8"), (1e-12, "1e-12"), (1e-3, "1e-3"),
                             (1.1920928955078125e-07, "that of float32, as in `nn.RMSNorm`,"))),
    _norm("no-weight", "`weight` is left out", "With it the model can learn how large each dimension should be.",
          "Where does your code use `weight`?", scale="none"),
    _norm("weight-added", "`weight` is added", "`weight` is a scale: with ones, nothing may change.",
          "What does your code do with `weight`?", scale="plus"),
    _norm("weight-before-the-norm", "`x` is multiplied by `weight` first and then divided by the root mean square of "
          "the product", "Then the size of the result is always the same, and `weight` can only say which dimensions "
          "are larger than others.", "At which place does `weight` come in?", scale="before"),
    _norm("weight-twice", "the normalised vector is multiplied by `weight` twice", "Its scale is then the square of "
          "what the model has learned, and the sign of `weight` is lost.",
          "How often does `weight` stand in your code?", scale="squared"),
    _norm("one-plus-weight", "the scale is 1 + weight", "Some models store it so, and start it with zeros. Here it is "
          "the scale itself, and starts with ones.", "What is multiplied with the normalised vector?",
          scale="1 + weight"),
    _norm("divided-by-weight", "the result is divided by `weight`", "`weight` is a scale, as in layer norm.",
          "What does your code do with `weight`?", scale="divided"),
    *(_norm(slug, says, _ALONE, "Along which axis does your mean run?", over=over)
      for slug, says, over in (
          ("over-the-time-axis", "the mean of the squares is taken over the positions", (-2,)),
          ("over-the-batch-axis", "the mean of the squares is taken over the sentences", (-3,)),
          ("over-positions-and-dimensions", "the mean of the squares is taken over all numbers of a sentence",
           (-2, -1)),
          ("over-axis-1", "the mean of the squares is taken over axis 1, counted from the front", (1,)),
          ("over-axis-0", "the mean of the squares is taken over axis 0, counted from the front", (0,)),
          ("over-everything", "the mean of the squares is that of the whole tensor", (-4, -3, -2, -1)))),
    _norm("axis-lost", "the mean is taken without `keepdim`",
          "It then has one axis less than x, and PyTorch lays it beside the wrong numbers, or can lay it nowhere.",
          "Which shape has your mean, and which has x?", keep=False),
    Misconception("only-the-root-mean-square", lambda x, weight, eps=1e-6: (x.square().mean(-1, keepdim=True) + eps)
                  .sqrt().expand_as(x), "Your result is exactly the root mean square of each vector.",
                  "It is what the vector is to be divided by.", "What happens to `x` itself?"),
    *(Misconception("only-the-root-mean-square", partial(sloppy_norm, gives=gives, scale=scale), says, why,
                    "What happens to `x` itself?")
      for gives, scale, says, why in (
          ("divisor", "times", "Your result is exactly the root mean square of each vector, times the weight.",
           "It is what the vector is to be divided by, and the vector itself is missing."),
          ("one over", "times", "Your result is exactly 1 divided by the root mean square of each vector, times the "
           "weight.", "The vector itself is to be divided by it, and is missing."),
          ("one over", "none", "Your result is exactly 1 divided by the root mean square of each vector.",
           "The vector itself is to be divided by it, and is missing."))),
]

# ------------------------------------------------------------------------------------ 13.2 SwiGLU

_ACTIVATIONS = {
    "silu": F.silu, "none": lambda x: x, "relu": torch.relu, "gelu": F.gelu, "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"), "softmax": lambda x: x.softmax(-1),
    "mish": F.mish, "hardswish": F.hardswish, "quick gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "softplus": F.softplus, "leaky": F.leaky_relu, "twice": lambda x: F.silu(F.silu(x)),
    "gate times silu": lambda x: x * F.silu(x), "sigmoid of silu": lambda x: torch.sigmoid(F.silu(x)),
    "elu": F.elu, "square": lambda x: torch.relu(x).square(), "negative": lambda x: F.silu(-x),
    "log-sigmoid": F.logsigmoid, "minus inside": lambda x: x * torch.sigmoid(-x),
    "sigmoid twice": lambda x: F.silu(x) * torch.sigmoid(x),
}


class SloppySwiGLU(nn.Module):
    """SwiGLU with switches: the function, what it is applied to, and how the two paths meet."""

    def __init__(self, d_model, d_ff, activation="silu", at="gate", join="product", roles="gud", residual=False,
                 gives="", paths="both", before=""):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)
        self.bend, self.at, self.join, self.roles = _ACTIVATIONS[activation], at, join, roles
        self.residual, self.gives, self.paths, self.before = residual, gives, paths, before

    def forward(self, x):
        gate, up = (layer(self.bend(x) if name in self.before.split() else x)
                    for name, layer in (("gate", self.w_gate), ("up", self.w_up)))
        if self.roles == "ugd":
            gate, up = up, gate
        elif self.roles in ("ggd", "uud"):
            gate = up = gate if self.roles == "ggd" else up
        gate = self.bend(gate) if "gate" in self.at else gate
        up = self.bend(up) if "up" in self.at else up
        hidden = {"product": gate * up, "sum": gate + up, "difference": gate - up, "gate": gate, "up": up,
                  "max": torch.maximum(gate, up), "product + up": gate * up + up,
                  "product + gate": gate * up + gate}.get(self.join)
        if self.join == "after down":
            return self.w_down(gate) * self.w_down(up)
        if "@" in self.join:
            hidden = (gate.mT if self.join == "T @" else gate) @ (up.mT if self.join == "@ T" else up)
        hidden = self.bend(hidden) if "hidden" in self.at else hidden
        if self.gives == "hidden":
            return hidden
        y = self.w_down(hidden)
        y = self.bend(y) if "result" in self.at else y
        if self.gives == "normed":
            return F.layer_norm(y, y.shape[-1:])
        return x + y if self.residual else y


def _swiglu(slug: str, says: str, why: str, look: str, **switches) -> Misconception:
    return Misconception(slug, partial(SloppySwiGLU, **switches), later(
        "Your result is exactly {says}.", says=says), why, look)


def _other(activation: str, slug: str, words: str, known: str = "") -> Misconception:
    return _swiglu(slug, later("what comes out with {words} in place of SiLU", words=words),
                   later("{known}Here the function is silu(z) = z · sigmoid(z); with another one the same weights "
                         "give another result.", known=known), "What is done to the gate?", activation=activation)


_GATE = "The gate, and the gate alone, goes through SiLU; then it opens or closes each of the hidden numbers."

SWIGLU = [
    _swiglu("silu-on-the-other-path", "what comes out when SiLU is applied to `w_up(x)` and not to `w_gate(x)`",
            later("Trained from nothing, it learns as well; with the weights of a trained model it gives other "
                  "numbers. {gate}", gate=_GATE), "Which of the two paths goes through SiLU?", roles="ugd"),
    _swiglu("silu-on-both", "what comes out when both paths go through SiLU", _GATE,
            "How often does SiLU occur in the formula?", at="gate up"),
    _swiglu("silu-on-the-product", "what comes out when SiLU is applied to the product of the two paths", _GATE,
            "What stands in the brackets of SiLU?", at="hidden"),
    *(_swiglu("silu-before-the-matrix", says,
              later("{gate} SiLU of x is the same whatever the gate has learned.", gate=_GATE),
              "What stands in the brackets of SiLU?", before=before, at=at)
      for before, at, says in (
          ("gate", "", "what comes out when `w_gate` reads silu(x), and SiLU is used nowhere else"),
          ("up", "", "what comes out when `w_up` reads silu(x), and SiLU is used nowhere else"),
          ("gate up", "", "what comes out when `w_gate` and `w_up` both read silu(x), and SiLU is used nowhere else"),
          ("gate", "gate", "what comes out when `w_gate` reads silu(x), and the gate goes through SiLU as well"),
          ("up", "gate", "what comes out when `w_up` reads silu(x), and the gate goes through SiLU as well"),
          ("gate up", "gate", "what comes out when `w_gate` and `w_up` both read silu(x), and the gate goes through "
           "SiLU as well"))),
    _swiglu("silu-on-gate-and-product", "what comes out when SiLU is applied to the gate and to the product once more",
            _GATE, "How often does SiLU occur in the formula?", at="gate hidden"),
    _swiglu("silu-at-the-end", "what comes out when SiLU is applied after `w_down`", _GATE,
            "What stands in the brackets of SiLU?", at="result"),
    _swiglu("silu-at-gate-and-end", "what comes out when SiLU is applied to the gate and once more after `w_down`",
            _GATE, "How often does SiLU occur in the formula?", at="gate result"),
    _swiglu("no-activation", "what comes out when the gate is not bent by SiLU",
            later("A product of two linear layers bends already: that is the *bilinear* layer of Shazeer's paper. "
                  "SwiGLU has one function more. {gate}", gate=_GATE), "What is done to the gate?", activation="none"),
    _swiglu("sum-instead-of-product", "what comes out when the two paths are added",
            "A gate multiplies: where it is 0, nothing gets through.", "How do the two paths meet?", join="sum"),
    _swiglu("difference-instead-of-product", "what comes out when one path is subtracted from the other",
            "A gate multiplies: where it is 0, nothing gets through.", "How do the two paths meet?",
            join="difference"),
    _swiglu("larger-instead-of-product", "what comes out when the larger of the two paths is taken",
            "A gate multiplies: where it is 0, nothing gets through.", "How do the two paths meet?", join="max"),
    *(Misconception("matrix-product-of-the-paths", partial(SloppySwiGLU, join=join), says,
                    "The dot in the formula is a product number by number, and the two have the same shape already.",
                    "Which sign multiplies number by number in PyTorch?")
      for join, says in (
          ("@", "Your code does exactly what happens when the two paths are joined by a matrix product."),
          ("@ T", "Your code does exactly what happens when the two paths are joined by a matrix product, the second "
           "of them transposed."),
          ("T @", "Your code does exactly what happens when the two paths are joined by a matrix product, the first "
           "of them transposed."))),
    *(_swiglu("added-to-the-product", later("what comes out when {what} is added to the product of the two", what=what),
              "A gate multiplies: where it is 0, nothing gets through.", "What is the input of `w_down` the sum of?",
              join=join) for what, join in (("the path of `w_up`", "product + up"),
                                            ("the path of the gate, after SiLU,", "product + gate"))),
    _swiglu("down-before-the-product", "what comes out when `w_down` is applied to each of the two paths, and then the "
            "results are multiplied", "The gate opens and closes hidden numbers, of which there are d_ff. After "
            "`w_down` there are none left.", "Which comes first in your code, the product or `w_down`?",
            join="after down"),
    _swiglu("up-missing", "what comes out without `w_up`: w_down(silu(w_gate(x)))",
            "That is the feed-forward layer of lesson 06 with SiLU for ReLU. SwiGLU has a second path, which the gate "
            "opens and closes.", "Where does `forward` use `w_up`?", join="gate"),
    _swiglu("gate-missing", "what comes out without `w_gate`: w_down(w_up(x))",
            "Two linear layers with nothing between them are one linear layer.", "Where does `forward` use `w_gate`?",
            join="up"),
    _swiglu("gate-missing", "what comes out without `w_gate`: w_down(silu(w_up(x)))",
            "That is the feed-forward layer of lesson 06 with SiLU for ReLU. SwiGLU has a second path.",
            "Where does `forward` use `w_gate`?", join="gate", roles="ugd"),
    *(_swiglu("one-path-twice", later("what comes out when both factors come from `{name}`", name=name),
              "The two paths learn different things: one what there is, the other whether it counts.",
              "Which layers do the two factors come from?", roles=roles)
      for name, roles in (("w_gate", "ggd"), ("w_up", "uud"))),
    _other("sigmoid", "sigmoid-for-silu", "the sigmoid alone", "That is the GLU of Dauphin et al. (2017). "),
    _other("relu", "relu-for-silu", "ReLU", "That is ReGLU in Shazeer's paper. "),
    _other("gelu", "gelu-for-silu", "GELU", "That is GEGLU in Shazeer's paper. "),
    _other("gelu-tanh", "gelu-for-silu", "GELU, approximated by tanh,", "That is GEGLU in Shazeer's paper. "),
    _other("quick gelu", "gelu-for-silu", "z · sigmoid(1.702 z), an approximation of GELU,"),
    _other("tanh", "tanh-for-silu", "tanh"), _other("softmax", "softmax-for-silu", "a softmax"),
    _other("mish", "mish-for-silu", "Mish"), _other("hardswish", "hardswish-for-silu", "hard swish"),
    _other("softplus", "softplus-for-silu", "softplus"), _other("leaky", "leaky-relu-for-silu", "a leaky ReLU"),
    _other("twice", "silu-twice", "SiLU applied twice"), _other("elu", "elu-for-silu", "ELU"),
    _other("square", "squared-relu-for-silu", "the square of ReLU"),
    _other("log-sigmoid", "log-sigmoid-for-silu", "the logarithm of the sigmoid"),
    _swiglu("silu-taken-for-the-sigmoid", "what comes out when the gate is multiplied by its own SiLU: z · silu(z)",
            "silu(z) is z · sigmoid(z) already, so that the gate comes in once too often.",
            "What does `F.silu` compute of its input?", activation="gate times silu"),
    _swiglu("sigmoid-of-silu", "what comes out when the sigmoid of SiLU is taken for SiLU",
            "silu(z) is z · sigmoid(z) already.", "What does `F.silu` compute of its input?",
            activation="sigmoid of silu"),
    _swiglu("sigmoid-once-too-often", "what comes out when the gate is multiplied by its sigmoid twice: "
            "z · sigmoid(z) · sigmoid(z)", "silu(z) is z · sigmoid(z) already.",
            "How often does the sigmoid come in, inside `F.silu` and outside?", activation="sigmoid twice"),
    _swiglu("sign-in-the-sigmoid", "what comes out with z · sigmoid(−z) in place of z · sigmoid(z)",
            "Then the gate closes where it should open: sigmoid(z) is 1 / (1 + e^(−z)), near 1 for large z.",
            "Which sign does z have in your sigmoid, or in your exponential?", activation="minus inside"),
    _swiglu("sign-of-the-gate", "what comes out when SiLU is applied to the gate with its sign changed", _GATE,
            "Is there a minus too many?", activation="negative"),
    _swiglu("residual-inside", "the right one with `x` added to it", "The residual connection belongs to the layer "
            "around this module. In both places, x would count twice.", "What is added up in your `return` line?",
            residual=True),
    _swiglu("result-normalised", "the right one after a layer norm", "The norm of the layer around this module stands "
            "before it.", "What is done to what `w_down` gives?", gives="normed"),
    _swiglu("down-missing", "the hidden numbers, before `w_down`", "They are d_ff numbers; the layer's input and "
            "output have d_model.", "Which of the three layers is never called?", gives="hidden"),
]
