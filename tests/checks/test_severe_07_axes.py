"""Answers of a severe reader of lesson 07: the wrong axis, the wrong norm, the wrong mask."""
import pytest
import torch

from classroom.exercises.lesson_07.tasks import Transformer
from course.attention import decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer

from .told import accepted, refused

pytestmark = pytest.mark.slow


def sliced(change, compare, batch=4):
    """A test that puts new numbers at `change(t)` of x, and compares what comes out at `compare(t)`."""
    def test(decode):
        x, memory = torch.randn(batch, 12, 16), torch.randn(batch, 6, 16)
        before = decode(x, memory)
        for t in range(1, 12):
            changed = x.clone()
            changed[change(t)] = torch.randn_like(changed[change(t)])
            assert torch.allclose(decode(changed, memory)[compare(t)], before[compare(t)], atol=1e-5)
    return test


def late(t):
    return slice(None), slice(t, None)


def early(t):
    return slice(None), slice(None, t)


@pytest.mark.parametrize("test, slug, says, never", [
    (sliced(lambda t: slice(t, None), lambda t: slice(None, t)), "accepts-everything", ["whole sentences"], ["`map`"]),
    (sliced(lambda t: slice(t, None), lambda t: slice(None, t), 12), "accepts-everything", ["first axis"], ["`map`"]),
    (sliced(lambda t: slice(t, None), early), "refuses-right", ["whole sentences differ"], ["beyond what"]),
    (sliced(lambda t: (..., slice(t, None)), lambda t: (..., slice(None, t))), "refuses-right",
     ["some numbers of each vector"], ["beyond what"]),
    (sliced(early, late), "refuses-right", ["at position 0 alone. Nothing stands before"], ["beyond what"])])
def test_which_axis_a_test_slices(test, slug, says, never):
    refused("7.3", test, slug, says, never)


def test_either_all_that_follows_or_all_before():
    accepted("7.3", sliced(lambda t: (slice(None), slice(t, None)), lambda t: (slice(None), t - 1)))
    accepted("7.3", sliced(lambda t: (slice(None), t), early))


def steps(query, think):
    """A layer whose cross-attention asks with `query`, and whose feed-forward part gets `think`."""
    class Steps(DecoderLayer):
        def forward(self, x, memory, self_mask=None, memory_mask=None):
            h = self.norm_1(x)
            found = self.self_attention(h, h, h, self_mask)[0]
            x = x + found
            q = query(self, h, found, x)
            across = self.cross_attention(q, memory, memory, memory_mask)[0]
            x = x + across
            return x + self.feed_forward(think(self, q, across, x))
    return Steps


class ThinksTwice(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.feed_forward(self.norm_3(x))
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))


def new(n):
    return lambda layer, h, result, x: getattr(layer, f"norm_{n}")(x)


def old(n):
    return lambda layer, h, result, x: getattr(layer, f"norm_{n}")(h)


def alone(n):
    return lambda layer, h, result, x: getattr(layer, f"norm_{n}")(result)


def kept(layer, h, result, x):
    return h


@pytest.mark.parametrize("answer, slug", [
    (steps(kept, new(3)), "stale-norm"), (steps(kept, new(2)), "stale-norm"), (steps(old(2), new(3)), "stale-norm"),
    (steps(new(2), old(3)), "stale-norm"), (steps(old(2), old(3)), "stale-norm"),
    (steps(alone(2), new(3)), "cross-attention-of-self-attention-alone"),
    (steps(alone(2), alone(3)), "sublayers-chained"), (ThinksTwice, "feed-forward-twice")])
def test_of_what_a_norm_is(answer, slug):
    refused("7.1", answer, slug, ["exactly"])


def borrows(kind, always):
    """Cross-attention gets `self_mask` where `memory_mask` is None, and where it fits or always."""
    class Borrows(kind):
        def forward(self, x, memory, self_mask=None, memory_mask=None):
            if memory_mask is None and (always or x.shape[1] == memory.shape[1]):
                memory_mask = self_mask
            return super().forward(x, memory, self_mask, memory_mask)
    return Borrows


@pytest.mark.parametrize("id, answer, slug", [
    ("7.1", borrows(DecoderLayer, False), "self-mask-in-cross-attention"),
    ("7.1", borrows(DecoderLayer, True), "self-mask-in-cross-attention"),
    ("7.5", borrows(Decoder, False), "self-mask-for-both"), ("7.5", borrows(Decoder, True), "self-mask-for-both")])
def test_a_mask_that_is_none_is_no_other_mask(id, answer, slug):
    refused(id, answer, slug, ["exactly", "`memory_mask` is None"])


class MasksExchanged(Transformer):
    def forward(self, source, target):
        mask = padding_mask(source, self.pad_id)
        states = self.decoder(self.embed(target), self.encoder(self.embed(source), mask), mask,
                              decoder_mask(target, self.pad_id))
        return states @ self.embedding.weight.T


class Fifty(Transformer):
    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id, 50)


@pytest.mark.parametrize("answer, slug, says", [
    (MasksExchanged, "masks-swapped", ["exactly", "the two masks of the decoder"]),
    (Fifty, "max-len-ignored", ["longer than 50 tokens"])])
def test_what_stops_in_most_cases_is_named(answer, slug, says):
    refused("7.6", answer, slug, says)
