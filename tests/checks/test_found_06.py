"""Answers to lesson 06 whose second mistake belongs to one sub-layer, wherever that one stands."""
import pytest
from torch import nn

from classroom import evaluate
from course.attention import MultiHeadAttention
from course.transformer import FeedForward, LayerNorm

pytestmark = pytest.mark.slow


class Layer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention, self.feed_forward = MultiHeadAttention(d_model, n_heads), FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2 = LayerNorm(d_model), LayerNorm(d_model)


class AttentionLastAndRaw(Layer):
    def forward(self, x, mask=None):
        x = x + self.feed_forward(self.norm_1(x))
        return x + self.self_attention(x, x, x, mask)[0]


class FeedForwardFirstFromTheNorm(Layer):
    def forward(self, x, mask=None):
        x = self.norm_1(x)
        x = x + self.feed_forward(x)
        h = self.norm_2(x)
        return x + self.self_attention(h, h, h, mask)[0]


class AttentionLastFromTheNorm(Layer):
    def forward(self, x, mask=None):
        x = x + self.feed_forward(self.norm_1(x))
        x = self.norm_2(x)
        return x + self.self_attention(x, x, x, mask)[0]


class QueriesRawWithoutMask(Layer):
    def forward(self, x, mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(x, h, h)[0]
        return x + self.feed_forward(self.norm_2(x))


@pytest.mark.parametrize("answer, slugs", [
    (AttentionLastAndRaw, {"sublayers-in-wrong-order", "no-norm-before-attention"}),
    (FeedForwardFirstFromTheNorm, {"sublayers-in-wrong-order", "second-residual-from-normalised"}),
    (AttentionLastFromTheNorm, {"sublayers-in-wrong-order", "first-residual-from-normalised"}),
    (QueriesRawWithoutMask, {"queries-not-normalised", "mask-ignored"}),
])
def test_the_second_mistake_is_that_of_its_own_sub_layer(answer, slugs):
    verdict = evaluate("6.3", answer)
    assert set(verdict.mistakes) == slugs, verdict.message
