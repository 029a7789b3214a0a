"""Lesson 06: layer norm, feed-forward, the encoder layer and the stack."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from classroom.ask.blocks import block_weights
from classroom.ask.case import Case
from classroom.ask.own import OwnBlock, OwnNorm
from classroom.exercises import closed
from classroom.judge.exercise import Choice, Exercise
from course import transformer as library
from course.transformer import EncoderLayer, FeedForward

from . import mistakes, mistakes_feed_forward, mistakes_layers, mistakes_stack, properties

_FEED_FORWARD = '''
class FeedForward(nn.Module):
    """Two linear layers with a ReLU between, at each position alike (eq. 2 of the paper)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.w_2(self.w_1(x).relu())
'''
_LAYER = '''
class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward, each with a norm before it and a residual connection around it."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)

    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, mask)[0]
        return x + self.feed_forward(self.norm_2(x))
'''
_STACK = '''
class Encoder(nn.Module):
    """`n_layers` encoder layers, one after the other, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)
'''



class LayerNorm(nn.Module):
    """Give each vector (..., d_model) mean 0 and variance 1, then scale by `weight` and shift by `bias`."""

    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).square().mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias


# -------------------------------------------------------------------------------------- cases


def _vectors(rng):
    """Everything for 6.1."""
    def of(about, *shape, scale=1.0, offset=0.0, dtype="float64", **given):
        x = (offset + scale * rng.normal(size=shape)).astype(dtype)
        return Case(about, d_model=shape[-1], **given, x=x, weights=block_weights(rng, shape[-1], norms=[""],
                                                                                 dtype=dtype))
    plain = {"weight": np.array([1.0, 2.0, 1.0, -1.0]), "bias": np.array([0.0, 0.0, 1.0, 0.0])}
    # So large that eps plays no role: mistakes with eps show themselves in the tiny numbers after them.
    whole = np.array([[[10.0, 20.0, 30.0, 60.0], [0.0, -10.0, 40.0, 10.0]]])
    yield Case("whole numbers", d_model=4, x=whole, weights=plain)
    yield of("tiny numbers", 3, 2, 6, scale=1e-3)
    yield of("sizes that all differ", 2, 4, 5)
    yield of("numbers far from 0", 2, 3, 7, offset=100.0)
    yield of("another eps", 2, 5, 4, scale=0.5, eps=0.5)
    yield of("a very small eps and tiny numbers", 3, 4, 2, scale=1e-3, eps=1e-9)
    yield of("numbers that hardly differ", 2, 3, 4, scale=1e-7)
    yield Case("numbers that are all equal", d_model=3, x=np.array([[[2.0, 2.0, 2.0], [0.0, 0.0, 0.0]]]),
               weights=block_weights(rng, 3, norms=[""]))
    yield of("float32", 3, 4, 6, offset=2.0, dtype="float32")
    yield of("as many sentences as positions and dimensions", 3, 3, 3)
    yield of("as many positions as dimensions", 2, 4, 4)
    yield of("a single vector", 8)
    yield of("heads", 2, 3, 4, 5)
    yield of("one sentence of one word", 1, 1, 6)


def _positions(rng):
    """Everything for 6.2."""
    def of(about, batch, length, d_model, d_ff, dtype="float64", scale=1):
        x = scale * rng.normal(size=(batch, length, d_model)).astype(dtype)
        return Case(about, d_model=d_model, d_ff=d_ff, x=x,
                    weights=block_weights(rng, d_model, d_ff, feed_forwards=[""], dtype=dtype))
    yield of("a small one", 1, 2, 2, 3)
    yield of("sizes that all differ", 2, 4, 5, 7)
    yield of("four times as wide", 3, 2, 6, 24)
    yield of("float32", 2, 3, 5, 11, "float32")
    yield of("narrower inside", 2, 5, 8, 3)
    yield of("one hidden number", 2, 3, 4, 1)
    yield of("as many sentences as positions and dimensions", 3, 3, 3, 5)
    yield of("one word", 1, 1, 4, 6)
    yield of("large numbers", 2, 3, 4, 8, scale=30)


def _layers(rng, n_layers=None):
    """Everything for 6.3; for 6.4 with `n_layers` of them."""
    def of(about, batch, length, d_model, n_heads, d_ff, mask=None, dtype="float64", n=n_layers):
        paths = [""] if n_layers is None else [f"layers.{i}." for i in range(n)]
        norms = [f"{path}norm_{i}" for path in paths for i in (1, 2)] + ["norm"] * (n_layers is not None)
        weights = block_weights(rng, d_model, d_ff, [f"{path}self_attention" for path in paths], norms,
                                [f"{path}feed_forward" for path in paths], dtype)
        sizes = {} if n_layers is None else {"n_layers": n}
        sizes |= {"d_model": d_model, "n_heads": n_heads, "d_ff": d_ff}
        x = (0.5 + 1.5 * rng.normal(size=(batch, length, d_model))).astype(dtype)
        return Case(about, **sizes, x=x, weights=weights, **({} if mask is None else {"mask": mask}))

    def padding(*lengths):
        return np.arange(max(lengths)) < np.array(lengths)[:, None, None]

    yield of("a small one", 1, 2, 4, 2, 3)
    yield of("padding", 2, 4, 6, 3, 10, padding(4, 2))
    yield of("sizes that all differ", 2, 5, 12, 3, 7)
    yield of("a mask for each query", 2, 3, 8, 2, 5, rng.random((2, 3, 3)) < np.where(np.eye(3), 2, 0.4))
    yield of("float32", 3, 4, 10, 5, 12, padding(2, 4, 3), "float32")
    yield of("as many sentences as positions and heads", 3, 3, 6, 3, 4, padding(3, 1, 2))
    yield of("one head", 2, 4, 5, 1, 8)
    yield of("one position", 3, 1, 6, 2, 9)
    yield of("causal", 2, 4, 6, 2, 4, np.tri(4, dtype=bool)[None].repeat(2, 0))
    if n_layers is not None:
        yield of("one layer", 2, 3, 6, 2, 5, padding(3, 2), n=1)
        yield of("four layers", 2, 4, 6, 3, 5, padding(2, 4), n=4)
    yield of("one sentence with padding", 1, 4, 6, 2, 5, np.array([[[True, True, True, False]]]))


def _stacks(rng):
    return _layers(rng, n_layers=2)

# --------------------------------------------------------------------------------- exercises


def _small_layer():
    return block_weights(np.random.default_rng(3), 4, 6, ["self_attention"], ["norm_1", "norm_2"], ["feed_forward"])


def _small_stack():
    return block_weights(np.random.default_rng(3), 4, 6, ["layers.0.self_attention"],
                         ["layers.0.norm_1", "layers.0.norm_2", "norm"], ["layers.0.feed_forward"])


# All finished norms of PyTorch's. What measures a length (`norm`, `normalize`) or draws numbers is none.
_KINDS = ("layer_norm", "group_norm", "batch_norm", "instance_norm", "rms_norm", "response_norm")
_NORM_CLASSES = tuple(name for name in dir(nn) if "Norm" in name or "LRN" in name)
_NORM_FUNCTIONS = tuple(name for name in {*dir(torch), *dir(F)} if any(kind in name for kind in _KINDS))
_SIZES = {"d_model": "", "n_heads": "", "d_ff": "", "x": "B T d_model", "mask": "B T T"}

EXERCISES = [
    Exercise(
        id="6.1", title="layer norm", names=("LayerNorm",), points=3, minutes=15, difficulty=2, framework="torch",
        takes={"d_model": "", "eps": "", "x": "... d_model"}, gives={"y": "... d_model"},
        reference=LayerNorm, cases=_vectors,
        probe=OwnNorm(init=("d_model", "eps"), optional=(), classes=_NORM_CLASSES, functions=_NORM_FUNCTIONS),
        hints=(
            "Take the vector 1, 2, 3, 6 and do it on paper: its mean, the mean of the squared distances from it, the "
            "root of that. Then do the same with `x`, along its last axis.",
            "`x.mean(-1, keepdim=True)` is the mean of each vector. The variance is the mean of (x − mean)². `eps` is "
            "added before the root is taken. `weight` starts with ones, `bias` with zeros, both `nn.Parameter`.",
            "Three lines in `forward`: the mean; the variance (if by `x.var`, then with `unbiased=False`); and "
            "(x − mean) divided by the root of (variance + eps), times weight, plus bias."),
        misconceptions=mistakes.NORM,
        properties=properties.NORM,
        moral="With the same weights `torch.nn.LayerNorm` gives these numbers, too.",
    ),
    Exercise(
        id="6.2", title="feed-forward", names=("FeedForward",), points=2, minutes=5, difficulty=1, framework="torch",
        takes={"d_model": "", "d_ff": "", "x": "B T d_model"}, gives={"y": "B T d_model"},
        reference=FeedForward, library=library.FeedForward, solution_source=_FEED_FORWARD, cases=_positions,
        probe=OwnBlock(init=("d_model", "d_ff")),
        hints=(
            "From d_model numbers to d_ff, set the negative ones to 0, and back to d_model. An `nn.Linear` works on "
            "the last axis of any tensor, so that positions need no loop.",
            "Two layers in `__init__`, `nn.Linear(d_model, d_ff)` and the one that leads back. In `forward` call the "
            "first, then ReLU, then the second.",
            "`torch.relu(h)` or `h.relu()` sets negative numbers to 0. Equation 2: the ReLU acts on x W₁ + b₁, and "
            "its result goes through the second layer."),
        misconceptions=mistakes_feed_forward.FEED_FORWARD,
        properties=[properties.in_float32(d_ff=6)],
        moral="Two thirds of an encoder layer's weights are in these two matrices, if d_ff is four times d_model.",
    ),
    Exercise(
        id="6.3", title="the encoder layer", names=("EncoderLayer",), points=4, minutes=20, difficulty=3,
        framework="torch", takes=_SIZES, gives={"y": "B T d_model"},
        reference=EncoderLayer, library=library.EncoderLayer, solution_source=_LAYER, cases=_layers,
        probe=OwnBlock(init=("d_model", "n_heads", "d_ff"),
                       classes=("TransformerEncoderLayer", "TransformerDecoderLayer")),
        hints=(
            "Two steps of the same form: x = x + sublayer(norm(x)). The first sub-layer is attention, the second the "
            "feed-forward part.",
            "`__init__` makes four parts: a `MultiHeadAttention`, a `FeedForward` and two `LayerNorm`s. In "
            "self-attention query, key and value are the same tensor, here the normalised x.",
            "`h = self.norm_1(x)`, then attention from h to h, with the mask; it returns a pair, and you need its "
            "first half. Add that to x, not to h. The second step is one line."),
        misconceptions=mistakes_layers.LAYER,
        properties=[properties.in_float32(n_heads=2, d_ff=6),
                    closed.of_block({"mask": "x"}, ("self_attention",), _small_layer)],
        moral="What goes in comes out in the same shape, so that layers can be stacked.",
    ),
    Exercise(
        id="6.4", title="a stack of layers", names=("Encoder",), points=2, minutes=10, difficulty=2, framework="torch",
        takes={"n_layers": "", **_SIZES}, gives={"y": "B T d_model"},
        reference=library.Encoder, solution_source=_STACK, cases=_stacks,
        probe=OwnBlock(init=("n_layers", "d_model", "n_heads", "d_ff"),
                       classes=("TransformerEncoder", "TransformerEncoderLayer")),
        hints=(
            "Each layer gets what the one before it returned. The last thing is a norm.",
            "A plain list hides its layers from `parameters()`. `nn.ModuleList` is a list that does not, and it takes "
            "a list or a generator that makes each layer anew.",
            "A loop over the layers, in which the result of one becomes the input of the next; every layer gets the "
            "same mask. The norm is called once, after the loop."),
        misconceptions=mistakes_stack.STACK,
        properties=[properties.in_float32(n_layers=2, n_heads=2, d_ff=6),
                    closed.of_block({"mask": "x"}, ("layers.0.self_attention",), _small_stack, n_layers=1)],
        moral="With the same weights it gives the same numbers as `torch.nn.TransformerEncoder` with `norm_first=True` "
              "and a `norm` at the end.",
    ),
    Choice(
        id="6.5", title="who learns?", names=("prediction",), points=1, minutes=3, difficulty=2,
        options=("pre-norm", "post-norm", "both", "neither"), reference="pre-norm",
        wrong={
            "post-norm": "To write a sentence backwards, each position has to know which word stands where. In the "
                         "picture, whose words have become more alike after six layers?",
            "both": "In the picture, the words of one of the two become much more alike than those of the other, as "
                    "with bare attention at the beginning of this lesson. Will that one find its way in 175 steps?",
            "neither": "The learning rate is high, but one of the two bears it. In the picture, whose words differ "
                       "more "
                       "after six layers?",
        },
        hints=(
            "What must the model know at the first position, in order to write the last word there?",
            "At the beginning of this lesson bare attention made all words alike. Which curve of the picture comes "
            "closest to that?",
            "In the picture, one of the two curves falls much lower. Which of the two models will find it harder to "
            "tell which word stood where?"),
        moral="In a new model its words differ more. Below you test whether that is the reason.",
    ),
]
