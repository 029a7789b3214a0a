"""Masks that only discourage are refused in every exercise that has a mask; masks that close are not."""
import math

import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.exercises.lesson_03 import tasks
from classroom.exercises.lesson_04 import tasks as lesson_04
from course import attention, transformer

pytestmark = pytest.mark.slow              # `make quick` does without


def attend_with(fill, how):
    """Attention whose forbidden scores are filled with `fill`, or get it added."""
    def attend(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is None:
            return scores.softmax(-1) @ v, scores.softmax(-1)
        scores = scores.masked_fill(~mask, fill) if how == "filled" else scores + ~mask * fill
        weights = scores.softmax(-1) * mask.any(-1, keepdim=True)
        return weights @ v, weights
    return attend


def answers(attend):
    """Right answers to all exercises with a mask, but for `attend`."""
    class SelfAttention(tasks.SelfAttention):
        def forward(self, x, mask=None):
            return attend(self.w_q(x), self.w_k(x), self.w_v(x), mask)

    class CrossAttention(tasks.CrossAttention):
        def forward(self, x, memory, mask=None):
            return attend(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)

    class MultiHeadAttention(lesson_04.MultiHeadAttention):
        def forward(self, query, key, value, mask=None, need_weights=True):
            q, k, v = (attention.split_heads(w(x), self.n_heads) for w, x in
                       ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
            mixed, weights = attend(q, k, v, None if mask is None else mask.unsqueeze(1))
            return self.w_o(attention.merge_heads(mixed)), weights

    class EncoderLayer(transformer.EncoderLayer):
        def __init__(self, d_model, n_heads, d_ff):
            super().__init__(d_model, n_heads, d_ff)
            self.self_attention = MultiHeadAttention(d_model, n_heads)

    class Encoder(transformer.Encoder):
        def __init__(self, n_layers, d_model, n_heads, d_ff):
            super().__init__(n_layers, d_model, n_heads, d_ff)
            self.layers = nn.ModuleList(EncoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))

    def decoder_layer(part):
        class DecoderLayer(transformer.DecoderLayer):
            def __init__(self, d_model, n_heads, d_ff):
                super().__init__(d_model, n_heads, d_ff)
                setattr(self, part, MultiHeadAttention(d_model, n_heads))
        return DecoderLayer

    return [("2.1", attend), ("3.1", SelfAttention), ("3.2", CrossAttention), ("4.3", MultiHeadAttention),
            ("6.3", EncoderLayer), ("6.4", Encoder), ("7.1", decoder_layer("self_attention")),
            ("7.1", decoder_layer("cross_attention"))]


@pytest.mark.parametrize("n", range(8))
@pytest.mark.parametrize("how", ["filled", "added"])
def test_ten_thousand_is_not_low_enough(n, how):
    id, answer = answers(attend_with(-1e4, how))[n]
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == ("wrong", "fill-not-low-enough"), verdict.message
    asked = "is that what you add" if (id, how) == ("4.3", "added") else "below every score"
    assert asked in verdict.message


@pytest.mark.parametrize("n", range(8))
@pytest.mark.parametrize("how, fill", [("filled", -1e9), ("added", -1e9), ("filled", torch.finfo(torch.float32).min)])
def test_a_billion_is(n, how, fill):
    id, answer = answers(attend_with(fill, how))[n]
    verdict = evaluate(id, answer)
    if (id, how) == ("2.1", "added"):                 # its text: however high the score of a forbidden place is
        assert verdict.mistakes == ("fill-not-low-enough",) and "such as −10⁹, is *added*" in verdict.message
    else:
        assert verdict.status == "correct", verdict.message


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("how, fill, words", [
    *(("filled", fill, f"a fixed score, such as {words}") for fill, words in (
        (-50.0, "−50"), (-100.0, "−100"), (-1000.0, "−1000"), (-1e4, "−10000"), (-1e5, "−10⁵"), (-1e6, "−10⁶"),
        (-3e6, "−10⁶"), (-5e6, "−5·10⁶"), (-9e6, "−5·10⁶"), (-1e7, "−10⁷"))),
    *(("added", fill, f"a fixed number, such as {words}, is *added*") for fill, words in (
        (-100.0, "−100"), (-1000.0, "−1000"), (-1e4, "−10000"), (-1e5, "−10⁵"), (-1e6, "−10⁶"), (-1e9, "−10⁹"))),
])
def test_how_low_it_was_is_said(how, fill, words, closed):
    def answer(q, k, v, mask=None):
        weights = attend_with(fill, how)(q, k, v, mask)[1]
        weights = weights * mask if closed and mask is not None else weights
        return weights @ v, weights

    verdict = evaluate("2.1", answer)
    assert verdict.mistakes == ("fill-not-low-enough",) and words in verdict.message, verdict.message
    assert ("set to 0 afterwards" in verdict.message) == closed
