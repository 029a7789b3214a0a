"""Lesson 06, answers of a severe reader: eps that is not used, parts that are not float32, layers that are not used."""
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate
from course import transformer as library
from course.attention import MultiHeadAttention
from course.transformer import EncoderLayer, LayerNorm

from .told import accepted, refused

pytestmark = pytest.mark.slow


def norm(body, eps=1e-5, made=torch.ones):
    """A layer norm whose `forward` is `body(self, x, x - mean)`, times weight, plus bias."""
    class Norm(nn.Module):
        def __init__(self, d_model, eps=eps):
            super().__init__()
            self.eps, self.weight, self.bias = eps, nn.Parameter(made(d_model)), nn.Parameter(0 * made(d_model))

        def forward(self, x):
            return body(self, x, x - x.mean(-1, keepdim=True)) * self.weight + self.bias

    return Norm


def variance(c):
    return c.square().mean(-1, keepdim=True)


def right(self, x, c):
    return c / (variance(c) + self.eps).sqrt()


def if_it_is_0(self, x, c):
    v = variance(c)
    return c / torch.where(v == 0, v + self.eps, v).sqrt()


@pytest.mark.parametrize("body", [
    lambda self, x, c: c / x.std(-1, keepdim=True, unbiased=False).clamp(min=1e-6),
    lambda self, x, c: c / variance(c).clamp(min=1e-5).sqrt(),
    lambda self, x, c: torch.nan_to_num(c / variance(c).sqrt()),
    lambda self, x, c: F.normalize(c, dim=-1) * math.sqrt(x.shape[-1]),
    if_it_is_0,
])
def test_a_guard_against_0_that_does_not_use_eps(body):
    refused("6.1", norm(body), "eps-only-against-0", ["added to the variance of every vector"], ["signature", "1e-8"])


@pytest.mark.parametrize("value", ["1e-8", "1e-6", "1e-12"])
def test_an_eps_of_its_own_is_one_mistake(value):
    refused("6.1", norm(lambda self, x, c: c / (variance(c) + float(value)).sqrt()), "eps-ignored",
            [f"eps is {value}, whatever `eps` is given"], ["signature", "Two things"])


def test_the_well_known_tutorial_is_told_in_sentences():
    refused("6.1", norm(lambda self, x, c: c / (x.std(-1, keepdim=True) + self.eps), eps=1e-6),
            "unbiased-and-eps-outside", ["The standard deviation is made with d_model − 1 and eps is added to it"],
            ["Unbiased and eps outside."])


def by_moments(self, x, c):
    return c / (x.square().mean(-1, keepdim=True) - x.mean(-1, keepdim=True) ** 2 + self.eps).sqrt()


def test_digits_lost_far_from_0():
    refused("6.1", norm(by_moments), "digits-lost-far-from-0", ["come out as NaN", "around 1000"])
    accepted("6.1", norm(right))


def test_parameters_in_64_bits_do_not_go_on():
    refused("6.1", norm(right, made=lambda n: torch.from_numpy(np.ones(n))), "parameters-not-float32", ["float64"])


def test_a_view_of_heads_stops():
    def flat(self, x, c):
        rows = x.view(-1, x.shape[-1])
        return right(self, rows, rows - rows.mean(-1, keepdim=True)).view(x.shape)
    refused("6.1", norm(flat), "view-of-a-transpose")


def test_names_for_three_axes():
    def unpacked(self, x, c):
        B, T, d_model = x.shape
        return right(self, x, c)
    refused("6.1", norm(unpacked), "number-of-axes", ["names to a fixed number of axes"], ["a maximum"])


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dtype=None):
        super().__init__()
        self.w_1, self.w_2 = nn.Linear(d_model, d_ff, dtype=dtype), nn.Linear(d_ff, d_model, dtype=dtype)

    def forward(self, x):
        return self.w_2(self.w_1(x).relu())


class Smooth(FeedForward):
    def forward(self, x):
        return self.w_2(F.softplus(self.w_1(x), beta=50))


class Double(FeedForward):
    def __init__(self, d_model, d_ff):
        super().__init__(d_model, d_ff, torch.float64)


class WideConvolution(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.w_1, self.w_2 = nn.Conv1d(d_model, d_ff, 3, padding=1), nn.Conv1d(d_ff, d_model, 1)

    def forward(self, x):
        return self.w_2(self.w_1(x.transpose(1, 2)).relu()).transpose(1, 2)


def test_feed_forward():
    refused("6.2", Double, "parameters-not-float32", ["stops at an `x` in float32"])
    refused("6.2", WideConvolution, "missing-layer", ["(3, 2, 3)"], ["plain list"])
    for seed in (None, 1):
        verdict = evaluate("6.2", Smooth, seed=seed)
        assert verdict.status == "wrong" and verdict.mistake is None, verdict.message


class Encoder(nn.Module):
    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)


class LastWithoutMask(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers[:-1]:
            x = layer(x, mask)
        return self.norm(self.layers[-1](x))


class PlainNorm(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return F.layer_norm(x, x.shape[-1:])


class WithShapes(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x), mask


def test_stacks():
    refused("6.4", LastWithoutMask, "mask-dropped-in-the-last-layer", ["exactly"])
    refused("6.4", PlainNorm, "final-norm-without-weights", ["exactly"])
    refused("6.4", WithShapes, "returns-a-tuple", ["Your code returned a tuple"])


class ResultLost(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            layer(x, mask)
        return self.norm(x)


class LoopForgotten(Encoder):
    def forward(self, x, mask=None):
        return self.norm(x)


def test_layers_that_are_not_used_are_not_told_as_a_mask_that_is_not():
    refused("6.4", ResultLost, "layers-unused", ["What the layers return is used nowhere"], ["`mask`."])
    refused("6.4", LoopForgotten, "layers-unused", ["No layer is called"], ["`mask`."])


def layer(body):
    """An encoder layer whose `forward` is `body(self, x, attend)`; `attend` makes of one tensor what attention does."""
    class Layer(nn.Module):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__()
            self.attention, self.feed_forward = MultiHeadAttention(d_model, n_heads), FeedForward(d_model, d_ff)
            self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)

        def forward(self, x, mask=None):
            return body(self, x, lambda h: self.attention(h, h, h, mask)[0])

    return Layer


def right_layer(self, x, attend):
    x = x + attend(self.norm_1(x))
    return x + self.feed_forward(self.norm_2(x))


def added_twice_around_attention(self, x, attend):
    x = x + (x + attend(self.norm_1(x)))
    return x + self.feed_forward(self.norm_2(x))


def added_twice_around_feed_forward(self, x, attend):
    x = x + attend(self.norm_1(x))
    return x + (x + self.feed_forward(self.norm_2(x)))


def stale(self, x, attend):
    normed = self.norm_1(x)
    return x + attend(normed) + self.feed_forward(self.norm_2(normed))


def test_layers():
    accepted("6.3", layer(right_layer))
    for name in ("norm_1", "norm_2"):
        refused("6.3", layer(lambda self, x, attend, name=name: getattr(self, name)(right_layer(self, x, attend))),
                "norm-at-the-end", ["exactly the right one with a norm on top"])
    refused("6.3", layer(added_twice_around_attention), "residual-twice", ["around attention"])
    refused("6.3", layer(added_twice_around_feed_forward), "residual-twice", ["around the feed-forward part"])
    refused("6.3", layer(stale), "stale-norm", ["has the result of attention been added"], ["`h`"])


def first_sentence(self, x, attend):
    x = x + attend(self.norm_1(x))[0]
    return x + self.feed_forward(self.norm_2(x))


def second_adds_the_input(self, x, attend):
    return x + self.feed_forward(self.norm_2(x + attend(self.norm_1(x))))


def test_what_attention_found_for_the_first_sentence():
    refused("6.3", layer(first_sentence), "first-sentence-of-attention", ["one more `[0]`"])
    refused("6.3", layer(second_adds_the_input), "second-residual-from-input", ["reaches only the second one"],
            ["lost on the way"])


def as_channels(x):
    """All vectors, each a channel of one sentence."""
    return x.reshape(1, -1, x.shape[-1])


FINISHED = [
    lambda self, x, c: F.rms_norm(c, c.shape[-1:], None, self.eps),
    lambda self, x, c: torch.rms_norm(c, c.shape[-1:], None, self.eps),
    lambda self, x, c: nn.RMSNorm(c.shape[-1], self.eps, elementwise_affine=False)(c),
    lambda self, x, c: F.batch_norm(as_channels(x), None, None, training=True, eps=self.eps).view(x.shape),
    lambda self, x, c: torch.native_layer_norm(x, x.shape[-1:], None, None, self.eps)[0],
    lambda self, x, c: torch.ops.aten.layer_norm.default(x, x.shape[-1:], None, None, self.eps),
    lambda self, x, c: F.instance_norm(as_channels(x), eps=self.eps).view(x.shape),
    lambda self, x, c: F.local_response_norm(c.reshape(-1, c.shape[-1], 1), 2 * c.shape[-1], alpha=2.0, beta=0.5,
                                             k=self.eps).view(x.shape),
]


@pytest.mark.parametrize("body", FINISHED)
def test_every_finished_norm_of_pytorch_earns_no_points(body):
    refused("6.1", norm(body), "torchs-own", ["calls PyTorch's own `"])


def test_a_length_is_no_finished_norm():
    accepted("6.1", norm(lambda self, x, c: c / (c.norm(dim=-1, keepdim=True) ** 2 / x.shape[-1] + self.eps).sqrt()))


def test_a_norm_that_is_held():
    class Norm(nn.Module):
        def __init__(self, d_model, eps=1e-5):
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
            self.inner = nn.RMSNorm(d_model, eps=eps, elementwise_affine=False)

        def forward(self, x):
            return self.inner(x - x.mean(-1, keepdim=True)) * self.weight + self.bias
    refused("6.1", Norm, "torchs-own", ["`nn.RMSNorm`"])


@pytest.mark.parametrize("body, says", [
    (lambda self, x, c: c / variance(c).clamp(min=self.eps).sqrt(), "by a factor of up to √2"),
    (lambda self, x, c: c / variance(c).sqrt().clamp(min=self.eps), "divided by far too little"),
])
def test_a_floor_says_where_it_shows(body, says):
    refused("6.1", norm(body), "eps-as-a-floor", [says], ["everything for tiny"])


def feed_forward(drop):
    """The layer with `drop(self, hidden)` between ReLU and the second matrix."""
    class Layer(nn.Module):
        def __init__(self, d_model, d_ff):
            super().__init__()
            self.w_1, self.w_2, self.dropout = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model), nn.Dropout(0.1)

        def forward(self, x):
            return self.w_2(drop(self, self.w_1(x).relu()))

    return Layer


@pytest.mark.parametrize("drop", [lambda self, h: self.dropout(h),
                                  lambda self, h: F.dropout(h, 0.1, training=self.training)])
def test_dropout_that_knows_of_evaluation_mode(drop):
    accepted("6.2", feed_forward(drop))


def test_dropout_that_always_drops():
    refused("6.2", feed_forward(lambda self, h: F.dropout(h, 0.5)), "not-repeatable", ["dropout that is still"])


def test_the_right_stack_is_told_of_which_stack_of_pytorchs():
    assert "`norm_first=True`" in evaluate("6.4", library.Encoder).message
