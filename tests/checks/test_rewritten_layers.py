"""Mistakes of lessons 05 to 08, and right answers, as other people would write them."""
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, sinusoidal_encoding

pytestmark = pytest.mark.slow              # `make quick` does without


def norm(forward, make=None):
    class LayerNorm(nn.Module):
        def __init__(self, d_model, eps=1e-5):
            super().__init__()
            self.d, self.eps = d_model, eps
            self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
            if make:
                make(self)

    LayerNorm.forward = forward
    return LayerNorm


def standard(x, eps, unbiased=False, axis=-1):
    return (x - x.mean(axis, keepdim=True)) / torch.sqrt(x.var(axis, keepdim=True, unbiased=unbiased) + eps)


def block(forward):
    """An encoder or a decoder layer with other names."""
    class Layer(nn.Module):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__()
            self.one, self.two = MultiHeadAttention(d_model, n_heads), MultiHeadAttention(d_model, n_heads)
            self.ff = FeedForward(d_model, d_ff)
            self.n1, self.n2, self.n3 = (nn.LayerNorm(d_model) for _ in range(3))

    Layer.forward = forward
    return Layer


def around(x, layer_norm, part):
    return x + part(layer_norm(x))


def encoder(attend, order="attention first", second=None):
    def forward(self, x, mask=None):
        steps = [(self.n1, lambda h: attend(self, h, mask)), (second(self) if second else self.n2, self.ff)]
        for layer_norm, part in steps if order == "attention first" else steps[::-1]:
            x = around(x, layer_norm, part)
        return x
    return block(forward)


def decoder(self_attend, cross_attend):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = around(x, self.n1, lambda h: self_attend(self, h, self_mask, memory_mask)[0])
        x = around(x, self.n2, lambda h: cross_attend(self, h, memory, self_mask, memory_mask)[0])
        return around(x, self.n3, self.ff)
    return block(forward)


def feed(forward):
    class FeedForward(nn.Module):
        def __init__(self, d_model, d_ff):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    FeedForward.forward = forward
    return FeedForward


class InAPlainList(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.layers = [nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)]

    def forward(self, x):
        return self.layers[1](self.layers[0](x).relu())


def entropy(logits, targets, pad_id, smoothing, **switches):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=pad_id, label_smoothing=smoothing,
                           **switches)


def rate(step, d_model, warmup):
    return d_model ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)


@pytest.mark.parametrize("id, answer", [
    ("5.1", lambda n, d: sinusoidal_encoding(n + 5, d)[:n]),
    ("6.1", norm(lambda self, x: standard(x.double(), self.eps).to(x.dtype) * self.weight + self.bias)),
    ("6.2", feed(lambda self, x: torch.stack([self.net(x[:, t]) for t in range(x.shape[1])], 1))),
    ("6.3", encoder(lambda self, h, mask: self.one(h, h, h, mask=mask)[0])),
    ("7.1", decoder(lambda self, h, a, b: self.one(h, h, h, a), lambda self, h, m, a, b: self.two(h, m, m, b))),
    ("7.2", lambda ids: torch.unbind(torch.stack([ids[:, :-1], ids[:, 1:]]))),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, s, reduction="none")[
        targets.flatten() != pad].mean()),
    ("8.2", lambda step, d, warmup: (1 / math.sqrt(d)) * (1 / math.sqrt(max(step, warmup))) * min(1, step / warmup)),
], ids=lambda x: x if isinstance(x, str) else "right")
def test_right_in_another_way(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.status == "correct", verdict.message


@pytest.mark.parametrize("id, answer, slug", [
    ("5.1", lambda n, d: torch.cat([sinusoidal_encoding(n, d)[:, 0::2], sinusoidal_encoding(n, d)[:, 1::2]], 1),
     "sines-then-cosines"),
    ("5.1", lambda n, d: sinusoidal_encoding(n, d)[None], "batch-axis"),
    ("5.1", lambda n, d: sinusoidal_encoding(n, d).double(), "dtype-widened"),
    ("5.1", lambda n, d: sinusoidal_encoding(n + 1, d)[1:], "positions-from-one"),
    ("5.1", lambda n, d: sinusoidal_encoding(n, d) * math.sqrt(d), "multiplied-by-root-of-d-model"),
    ("5.1", lambda n, d: sinusoidal_encoding(n, d).numpy(), "not-a-tensor"),
    ("6.1", norm(lambda self, x: standard(x, self.eps, True) * self.weight + self.bias), "unbiased-variance"),
    ("6.1", norm(lambda self, x: (x - x.mean(-1, True)) / (x.std(-1, keepdim=True) + self.eps) * self.weight
                 + self.bias), "unbiased-and-eps-outside"),
    ("6.1", norm(lambda self, x: standard(x, self.eps, axis=-2 if x.dim() > 1 else 0) * self.weight + self.bias),
     "over-the-time-axis"),
    ("6.1", norm(lambda self, x: standard(x, self.eps) * self.weight), "no-bias"),
    ("6.1", norm(lambda self, x: (x - x.mean()) / torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + self.eps)
                 * self.weight + self.bias), "axes-of-mean-and-variance-differ"),
    ("6.1", norm(lambda self, x: standard(x, self.eps) * self.weight + self.bias,
                 lambda self: nn.init.zeros_(self.weight)), "wrong-initial-values"),
    ("6.1", norm(lambda self, x: standard(x.detach(), self.eps) * self.weight + self.bias),
     "gradient-cut"),
    ("6.2", InAPlainList, "not-registered"),
    ("6.2", feed(lambda self, x: self.net(x) + x), "residual-inside"),
    ("6.2", feed(lambda self, x: self.net[2](F.gelu(self.net[0](x)))), "gelu-for-relu"),
    ("6.2", feed(lambda self, x: self.net[2](self.net[0](x))), "relu-missing"),
    ("6.2", feed(lambda self, x: F.dropout(self.net(x), 0.1)), "not-repeatable"),
    ("6.3", encoder(lambda self, h, mask: self.one(h, h, h)[0]), "mask-ignored"),
    ("6.3", encoder(lambda self, h, mask: self.one(h, h, h, mask)[0], "feed-forward first"),
     "sublayers-in-wrong-order"),
    ("6.3", encoder(lambda self, h, mask: self.one(h, h, h, mask)[0], second=lambda self: self.n1), "one-norm-shared"),
    ("6.3", encoder(lambda self, h, mask: self.one(h, h, h, mask)), "weights-not-unpacked"),
    ("7.1", decoder(lambda self, h, a, b: self.one(h, h, h, a), lambda self, h, m, a, b: self.two(h, m, m, a)),
     "self-mask-in-cross-attention"),
    ("7.1", decoder(lambda self, h, a, b: self.one(h, h, h, b), lambda self, h, m, a, b: self.two(h, m, m, a)),
     "masks-swapped"),
    ("7.1", decoder(lambda self, h, a, b: self.one(h, h, h, a), lambda self, h, m, a, b: self.two(h, m, m)),
     "memory-mask-ignored"),
    ("7.1", decoder(lambda self, h, a, b: self.one(h, h, h, a), lambda self, h, m, a, b: self.one(h, m, m, b)),
     "attentions-shared"),
    ("7.2", lambda ids: (ids, ids.roll(-1, 1)), "rolled-around"),
    ("7.2", lambda ids: (ids[:-1], ids[1:]), "sentences-cut"),
    ("7.2", lambda ids: (ids[:, :-1].float(), ids[:, 1:].float()), "dtype-lost"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, -100, s), "padding-counted"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits.softmax(-1), targets, pad, s), "softmax-twice"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, 0, s), "pad-id-typed-in"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, 0.1), "smoothing-typed-in"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, 0.0), "smoothing-ignored"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, s, reduction="sum"), "not-averaged"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, s).exp(), "perplexity"),
    ("8.1", lambda logits, targets, pad, s: entropy(logits, targets, pad, s).detach().requires_grad_(), "gradient-cut"),
    ("8.1", lambda logits, targets, pad, s: F.cross_entropy(
        logits.reshape(len(logits), logits.shape[2], -1), targets, ignore_index=pad, label_smoothing=s), "axes-mixed"),
    ("8.2", lambda step, d, warmup: rate(step, 512, warmup), "d-model-typed-in"),
    ("8.2", lambda step, d, warmup: rate(step, d, 4000), "warmup-typed-in"),
    ("8.2", lambda step, d, warmup: rate(step + 1, d, warmup), "counted-from-0"),
    ("8.2", lambda step, d, warmup: rate(step, d, warmup) * d, "times-root-of-d-model"),
], ids=lambda x: x if isinstance(x, str) else "wrong")
def test_it_is_recognised(id, answer, slug):
    verdict = evaluate(id, answer)
    assert verdict.status in ("wrong", "error") and verdict.mistake == slug, f"{verdict.mistakes}\n{verdict.message}"
