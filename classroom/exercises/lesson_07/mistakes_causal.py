"""Exercises 7.1 and 7.5: cross-attention that is causal. Used by `lesson_07`."""
from functools import partial

import torch

from classroom.judge.exercise import Misconception
from course._words import later
from course.transformer import Decoder, DecoderLayer


class CausalLayer(DecoderLayer):
    """A decoder layer whose cross-attention is causal: `when` no mask is given, or one is, as well or instead.

    The triangle is as `long` as "x" or the "memory" on both sides, or as the "scores" of both.
    """

    def __init__(self, *sizes, when, long):
        super().__init__(*sizes)
        self.when, self.long = when, long

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        mask = causal_as_well(x, memory, memory_mask, self.when, self.long)
        x = x + self.cross_attention(self.norm_2(x), memory, memory, mask)[0]
        return x + self.feed_forward(self.norm_3(x))


class CausalStack(Decoder):
    """The same for a stack of layers."""

    def __init__(self, *sizes, when, long):
        super().__init__(*sizes)
        self.when, self.long = when, long

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return super().forward(x, memory, self_mask, causal_as_well(x, memory, memory_mask, self.when, self.long))


def causal_as_well(x, memory, mask, when, long):
    rows, columns = {"x": (x, x), "memory": (memory, memory), "scores": (x, memory)}[long]
    past = torch.ones(1, rows.shape[1], columns.shape[1], dtype=torch.bool).tril()
    if when == "instead" or mask is None:
        return mask if when == "given" else past
    return mask if when == "no mask" else mask & past


def causal_cross_attention(cls) -> list[Misconception]:
    """What comes out when the source, too, is hidden beyond the place of the query."""
    return [Misconception(
        "causal-cross-attention", partial(cls, when=when, long=long),
        later("Your code does exactly what happens when cross-attention gets a causal mask {words}.", words=words)
        if long == "scores" else
        later("Your code does exactly what happens when cross-attention gets a square causal mask {words}: it fits "
              "only where `x` and `memory` are equally long.", words=words),
        "The source is known from end to end; nothing of it is the future.", "Where does the triangle come from?")
        for long in ("scores", "x", "memory")
        for when, words in (("no mask", later("where `memory_mask` is None")),
                            ("given", later("besides `memory_mask`, where one is given")),
                            ("as well", later("besides what `memory_mask` says")),
                            ("instead", later("whatever `memory_mask` says")))]
