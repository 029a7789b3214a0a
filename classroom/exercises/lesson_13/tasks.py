"""Lesson 13: the parts that have been exchanged since 2017, in PyTorch."""
import functools
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from classroom.ask.built import Built, BuiltModule
from classroom.ask.case import Case
from classroom.ask.own import OwnModule
from classroom.exercises.lesson_02.mistakes import STYLES
from classroom.judge.exercise import Choice, Exercise
from course import modern as library
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

from . import mistakes, mistakes_attention, mistakes_positions, mistakes_prefix
from .precision import all_digits


def rms_norm(x, weight, eps=1e-6):
    """Divide each vector x (..., d_model) by its root mean square, then scale it by weight (d_model,)."""
    mean_square = x.square().mean(-1, keepdim=True)
    return x / torch.sqrt(mean_square + eps) * weight


class SwiGLU(nn.Module):
    """A feed-forward layer with a gate, without biases: (..., d_model) -> (..., d_model)."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_gate = nn.Linear(d_model, d_ff, bias=False)
        self.w_up = nn.Linear(d_model, d_ff, bias=False)
        self.w_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        return self.w_down(F.silu(self.w_gate(x)) * self.w_up(x))


def prefix_mask(prefix_lengths, size):
    """All may see the prefix, and what is not in the future: prefix_lengths (B,) -> bool (B, size, size)."""
    place = torch.arange(size)
    causal = place <= place.unsqueeze(1)                         # (size, size)
    in_prefix = place < prefix_lengths.unsqueeze(1)              # (B, size)
    return causal | in_prefix.unsqueeze(1)


class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups: (B, T, d_model) and weights (B, n_heads, T, T)."""

    def __init__(self, d_model, n_heads, n_kv_heads):
        super().__init__()
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        d_kv = d_model // n_heads * n_kv_heads
        self.w_q = nn.Linear(d_model, d_model, bias=False)
        self.w_k = nn.Linear(d_model, d_kv, bias=False)
        self.w_v = nn.Linear(d_model, d_kv, bias=False)
        self.w_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x, mask=None):
        q = split_heads(self.w_q(x), self.n_heads)               # (B, n_heads, T, d_head)
        k = split_heads(self.w_k(x), self.n_kv_heads)            # (B, n_kv_heads, T, d_head)
        v = split_heads(self.w_v(x), self.n_kv_heads)
        group = self.n_heads // self.n_kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        if mask is not None:
            mask = mask.unsqueeze(1)
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights


def rotate(x, positions):
    """Turn the pairs (i, i + d_head/2) of x (..., T, d_head) by their positions (T,) times their frequencies."""
    half = x.shape[-1] // 2
    frequency = 10000.0 ** (-torch.arange(half, dtype=x.dtype) / half)
    angle = positions.unsqueeze(-1) * frequency                  # (T, d_head / 2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


# -------------------------------------------------------------------------------------- cases


def _vectors(rng):
    """x, weight and eps for 13.1."""
    def of(about, *shape, scale=1.0, offset=0.0, dtype="float64", **given):
        x = (offset + scale * rng.normal(size=shape)).astype(dtype)
        return Case(about, x=x, weight=(1 + 0.4 * rng.normal(size=shape[-1])).astype(dtype), **given)
    # So large that eps plays no role: mistakes with eps show themselves in the tiny numbers after them.
    yield Case("whole numbers", x=np.array([[[10.0, -10.0, 70.0, 70.0], [30.0, 30.0, 30.0, 30.0]]]),
               weight=np.array([1.0, 2.0, 1.0, -1.0]))
    yield of("tiny numbers", 3, 2, 6, scale=1e-3)
    yield of("sizes that all differ", 2, 4, 5)
    yield of("numbers far from 0", 2, 3, 7, offset=100.0)
    # From vectors on which eps does next to nothing to those that are small beside it.
    yield of("another eps", 2, 5, 4, scale=np.array([[1.0], [3.0], [0.6], [0.2], [0.05]]), eps=0.5)
    yield of("a very small eps and tiny numbers", 3, 4, 2, scale=1e-3, eps=1e-9)
    yield of("numbers near 0.0003", 2, 3, 4, scale=3e-4)
    yield Case("zeros", x=np.zeros((1, 2, 3)), weight=np.ones(3))
    yield of("float32", 3, 4, 6, offset=2.0, dtype="float32")
    yield of("as many sentences as positions and dimensions", 3, 3, 3)
    yield of("as many positions as dimensions", 2, 4, 4)
    yield of("a single vector", 8)
    yield of("heads", 2, 3, 4, 5)
    yield of("one sentence of one word", 1, 1, 6)


def _positions(rng):
    """Everything for 13.2."""
    def of(about, *shape, d_ff, dtype="float64", scale=1.0):
        d_model = shape[-1]
        sizes = {"w_gate": (d_ff, d_model), "w_up": (d_ff, d_model), "w_down": (d_model, d_ff)}
        weights = {f"{name}.weight": (rng.normal(size=size) / math.sqrt(size[1])).astype(dtype)
                   for name, size in sizes.items()}
        return Case(about, d_model=d_model, d_ff=d_ff, x=(scale * rng.normal(size=shape)).astype(dtype),
                    weights=weights)
    yield of("a small one", 1, 2, 2, d_ff=5, scale=2.0)
    yield of("sizes that all differ", 2, 4, 5, d_ff=7)
    yield of("wider inside", 3, 2, 6, d_ff=16)
    yield of("float32", 2, 3, 5, d_ff=11, dtype="float32")
    yield of("narrower inside", 2, 5, 8, d_ff=3)
    yield of("as wide inside as outside", 2, 3, 4, d_ff=4)
    yield of("one hidden number", 2, 3, 4, d_ff=1)
    yield of("as many sentences as positions and dimensions", 3, 3, 3, d_ff=5)
    yield of("one word", 1, 1, 4, d_ff=6)
    yield of("large numbers", 2, 3, 4, d_ff=8, scale=30.0)
    yield of("as many positions as hidden numbers", 2, 4, 3, d_ff=4)


def _prefixes(rng):
    """Prefix lengths and sizes for 13.3."""
    def of(about, size, *lengths):
        return Case(about, prefix_lengths=np.array(lengths), size=size)
    yield of("a prefix of 2", 4, 2)
    yield of("prefixes that differ", 5, 3, 1)
    yield of("no prefix", 4, 0, 2)
    yield of("all of it", 4, 4, 3)
    yield of("as many sentences as positions", 3, 2, 0, 3)
    yield of("one position", 1, 0, 1)
    yield of("many positions", 9, *rng.integers(1, 9, size=6).tolist())
    yield of("two positions", 2, 1, 2)
    yield of("one sentence, nothing in the prefix", 3, 0)
    yield of("one sentence, all of it", 3, 3)


def _attentions(rng):
    """Everything for 13.4."""
    def of(about, batch, length, d_head, n_heads, n_kv_heads, mask=None, dtype="float64", scale=1.0):
        d_model, d_kv = d_head * n_heads, d_head * n_kv_heads
        sizes = {"w_q": (d_model, d_model), "w_k": (d_kv, d_model), "w_v": (d_kv, d_model), "w_o": (d_model, d_model)}
        weights = {f"{name}.weight": (rng.normal(size=size) / math.sqrt(d_model)).astype(dtype)
                   for name, size in sizes.items()}
        for name in ("w_q", "w_k"):
            weights[f"{name}.weight"] *= scale
        return Case(about, d_model=d_model, n_heads=n_heads, n_kv_heads=n_kv_heads,
                    x=rng.normal(size=(batch, length, d_model)).astype(dtype), weights=weights,
                    **({} if mask is None else {"mask": mask}))

    def some(*shape):
        """A mask with at least one True, and where there is room one False, in each row."""
        mask = rng.random(shape) < 0.6
        mask[..., 0] |= ~mask.any(-1)
        mask[..., -1] &= ~mask.all(-1)
        return mask

    def prefix(size, *lengths):
        place = np.arange(size)
        return (place <= place[:, None]) | (place < np.array(lengths)[:, None, None])

    yield of("no mask", 1, 2, 1, 4, 2)
    yield of("sizes that all differ", 2, 5, 3, 6, 2)
    yield of("a prefix", 2, 4, 2, 4, 2, prefix(4, 3, 1))
    yield of("three keys for six heads", 3, 4, 2, 6, 3, some(3, 4, 4))
    yield of("float32", 2, 3, 5, 4, 2, some(2, 3, 3), "float32")
    yield of("one key for all heads", 2, 4, 3, 4, 1, some(2, 4, 4))
    yield of("a key for each head", 2, 3, 2, 3, 3, some(2, 3, 3))
    yield of("one head", 2, 4, 5, 1, 1, some(2, 4, 4))
    yield of("as many sentences as heads", 4, 3, 2, 4, 2, some(4, 3, 3))
    yield of("as many sentences as positions and heads", 4, 4, 3, 4, 2, some(4, 4, 4))
    yield of("heads of one number", 2, 3, 1, 4, 2)
    yield of("one position", 3, 1, 2, 4, 2)
    yield of("one sentence of one word", 1, 1, 3, 2, 1)
    yield of("large scores", 2, 5, 4, 4, 2, some(2, 5, 5), scale=200.0)
    empty = some(3, 4, 4)
    empty[0, 1] = empty[2] = False
    yield of("queries that may attend to nothing", 3, 4, 2, 4, 2, empty)
    yield of("one sentence with a prefix", 1, 4, 2, 4, 2, prefix(4, 2))


def _turned(rng):
    """Queries or keys and their positions for 13.5."""
    def of(about, *shape, positions=None, dtype="float32"):
        positions = np.arange(shape[-2]) if positions is None else np.array(positions)
        return Case(about, x=rng.normal(size=shape).astype(dtype), positions=positions)
    yield Case("the point (1, 0) at four positions", x=np.array([[1, 0]] * 4, dtype="float32"), positions=np.arange(4))
    yield Case("whole numbers", x=rng.integers(-3, 4, size=(3, 4)).astype("float32"), positions=np.array([0, 1, 2]))
    yield of("a batch, from position 5 on", 2, 5, 6, positions=[5, 6, 7, 8, 9])
    yield of("heads", 2, 3, 4, 8)
    yield of("padding in the middle", 2, 6, 4, positions=[0, 1, 2, 2, 2, 3])
    yield of("positions in another order", 3, 4, 6, positions=[3, 0, 2, 1])
    yield of("the same position for all", 2, 3, 4, positions=[2, 2, 2])
    yield of("one new position behind a cache", 2, 3, 1, 8, positions=[17])
    yield of("as many positions as dimensions", 2, 6, 6)
    yield of("as many positions as pairs", 2, 3, 6, positions=[4, 1, 9])
    yield of("as many heads as positions", 2, 4, 4, 6)
    yield of("many positions", 1, 40, 16)
    # Of equal numbers: its only frequency is 1, so that it is right with most mistakes and points to none.
    yield Case("one pair, of equal numbers", x=np.full((3, 7, 2), 0.5, dtype="float32"),
               positions=np.array([1, 2, 3, 5, 8, 13, 21]))
    yield of("float64", 2, 3, 4, dtype="float64")
    yield of("600 positions in float64", 1, 600, 16, dtype="float64")
    yield of("far positions in float64", 2, 5, 8, positions=[40001, 50003, 60007, 70009, 80021], dtype="float64")


EXERCISES = [
    Exercise(
        id="13.1", title="norm without the mean", names=("rms_norm",), points=2, minutes=8, difficulty=1,
        takes={"x": "... d_model", "weight": "d_model", "eps": ""}, gives={"y": "... d_model"}, framework="torch",
        reference=rms_norm, cases=_vectors, probe=Built(finished=("rms_norm", "_fused_rms_norm")),
        hints=(
            "The name is read from its end: square all numbers of a vector, take the mean of the squares, take its "
            "root. For 1, −1, 7, 7 that gives 5.",
            "It is your layer norm of exercise 6.1 with one thing left out above the line and the same thing left out "
            "below it, and without the shift at the end.",
            "Two lines: the mean of `x.square()` along the last axis, with the axis kept; then x divided by the root "
            "of that plus eps, times the weight."),
        properties=[all_digits(rms_norm, x=np.linspace(-1.3, 2.9, 12).reshape(3, 4), weight=np.linspace(0.3, 1.7, 4))],
        misconceptions=mistakes.NORM,
        moral="With the same weight it gives the same numbers as `torch.nn.RMSNorm`.",
    ),
    Exercise(
        id="13.2", title="a gate in the feed-forward layer", names=("SwiGLU",), points=2, minutes=8, difficulty=1,
        takes={"d_model": "", "d_ff": "", "x": "... d_model"}, gives={"y": "... d_model"}, framework="torch",
        reference=SwiGLU, library=library.SwiGLU, cases=_positions,
        probe=OwnModule(init=("d_model", "d_ff"), optional=(), classes=("Bilinear",)),
        hints=(
            "Three layers. Two of them lead from d_model numbers to d_ff, side by side; the third leads back.",
            "`nn.Linear` has a bias unless it is told `bias=False`. The function SiLU is `F.silu`, and it belongs to "
            "one of the two paths only.",
            "In `forward`: SiLU of what `w_gate` makes of x, times what `w_up` makes of x, number by number; and "
            "`w_down` of the product."),
        misconceptions=mistakes.SWIGLU,
        moral="Where the gate is near 0 a hidden number counts for nothing, whatever the other path says.",
    ),
    Exercise(
        id="13.3", title="the mask of a prefix", names=("prefix_mask",), points=2, minutes=10, difficulty=2,
        takes={"prefix_lengths": "B", "size": ""}, gives={"mask": "B T T"}, framework="torch",
        reference=prefix_mask, cases=_prefixes,
        hints=(
            "Draw it for a prefix of 2 and 4 positions. Which columns are open for every row? Which places besides?",
            "Two masks, joined by `|`: the causal one (size, size), and one that says for each sentence which keys lie "
            "in its prefix, (B, size).",
            "`torch.arange(size) < prefix_lengths.unsqueeze(1)` says which positions lie in the prefix. It is about "
            "keys, so it needs an axis of length 1 for the queries before it meets the causal mask."),
        misconceptions=mistakes_prefix.PREFIX,
        moral="A prefix of length 0 gives the causal mask, and one of full length no mask at all.",
    ),
    Exercise(
        id="13.4", title="heads that share keys and values", names=("GroupedQueryAttention",), points=4, minutes=20,
        difficulty=3,
        takes={"d_model": "", "n_heads": "", "n_kv_heads": "", "x": "B T d_model", "mask": "B T T"},
        gives={"output": "B T d_model", "weights": "B n_heads T T"}, shares=("weights",), framework="torch",
        reference=GroupedQueryAttention, library=library.GroupedQueryAttention, cases=_attentions,
        probe=BuiltModule(init=("d_model", "n_heads", "n_kv_heads"), optional=(),
                          whole=("multi_head_attention_forward", "_native_multi_head_attention")),
        hints=(
            "It is your multi-head attention of exercise 4.3 with one input instead of three. Only two layers have "
            "another size, and only one step is new.",
            "A head has d_model // n_heads numbers, in keys and values, too. So `w_k` and `w_v` lead to that, times "
            "n_kv_heads. `split_heads` cuts them into n_kv_heads pieces.",
            "Before attention, keys and values must have n_heads heads again. `repeat_interleave(n, dim=1)` writes "
            "each head n times in a row; how many heads share one key? The mask needs an axis for the heads."),
        misconceptions=mistakes_attention.GROUPED, stops=mistakes_attention.one_axis,
        styles=[functools.partial(mistakes_attention.Sloppy, empty=style) for style in STYLES],
        moral="What has to be kept of each word while writing is as many times smaller as a group has heads.",
    ),
    Exercise(
        id="13.5", title="rotate by given positions", names=("rotate",), points=3, minutes=12, difficulty=2,
        takes={"x": "... T d_head", "positions": "T"}, gives={"y": "... T d_head"}, framework="torch",
        reference=rotate, cases=_turned,
        hints=(
            "It is your `apply_rotary` of exercise 5.4 with two changes: where the positions come from, and which "
            "numbers are a pair.",
            "The angles are positions times frequencies, (T, d_head / 2). `x[..., :half]` is the first number of every "
            "pair, `x[..., half:]` the second.",
            "Compute the new a and the new b as before. `torch.cat` along the last axis puts all new a before all new "
            "b. Give `arange` the dtype of x."),
        properties=[all_digits(rotate, x=np.linspace(-1.3, 2.9, 12).reshape(2, 6), positions=np.array([3, 4]))],
        misconceptions=mistakes_positions.ROTATE,
        moral="Scores depend on the difference of two positions, wherever the count begins.",
    ),
    Choice(
        id="13.6", title="what one stack costs", names=("prediction",), points=1, minutes=5, difficulty=2,
        options=("half as many", "as many", "twice as many", "four times as many"), reference="twice as many",
        wrong={
            "half as many": "The one stack has nearly as many weights as the two together, and every token goes "
                            "through all of it. Through how many of the weights does a source token go in the "
                            "encoder-decoder?",
            "as many": "They have nearly equal numbers of weights. But which of them does a token meet? In the "
                       "encoder-decoder, does a source token ever go through the decoder's feed-forward layers?",
            "four times as many": "Both models read the same tokens, so that their number makes no difference. Count "
                                  "for one token, in layers: two of the encoder or two of the decoder on the one "
                                  "side. How many on the other, and how large are they in comparison?",
        },
        hints=(
            "Follow one token of the source, and then one of the target, through each of the two models.",
            "In the encoder-decoder a source token goes through the encoder only, a target token through the decoder "
            "only (apart from the keys and values of cross-attention).",
            "Each of its tokens meets about half of the weights. In the other model each token meets all of them."),
        moral="Equal numbers of weights, of tokens and of multiplications are three different things. Say which one is "
              "equal.",
    ),
]
