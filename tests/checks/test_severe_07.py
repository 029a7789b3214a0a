"""Answers of a severe reader of lesson 07: what is kept between calls, what the mode decides, tests turned round."""
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom.exercises.lesson_07.tasks import Transformer
from course.attention import causal_mask, decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, sinusoidal_encoding

from .told import accepted, refused

pytestmark = pytest.mark.slow


class KeptByLayer(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return super().forward(x, self.__dict__.setdefault(("memory", tuple(memory.shape)), memory), self_mask,
                               memory_mask)


class KeptByStack(Decoder):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if getattr(self, "memory", None) is None or self.memory.shape != memory.shape:
            self.memory = memory
        return super().forward(x, self.memory, self_mask, memory_mask)


class InSteps(Transformer):
    def memory(self, source):
        return self.encoder(self.embed(source), padding_mask(source, self.pad_id))

    def own_mask(self, target):
        return decoder_mask(target, self.pad_id)

    def forward(self, source, target):
        states = self.decoder(self.embed(target), self.memory(source), self.own_mask(target),
                              padding_mask(source, self.pad_id))
        return states @ self.embedding.weight.T


class KeptByModel(InSteps):
    def memory(self, source):
        return self.__dict__.setdefault(("memory", tuple(source.shape)), super().memory(source))


class KeepsItsMask(InSteps):
    """The causal mask of a size is the same for all sentences."""

    def own_mask(self, target):
        size = target.shape[1]
        if size not in self.__dict__.setdefault("known", {}):
            self.known[size] = causal_mask(size)
        return self.known[size].unsqueeze(0)


@pytest.mark.parametrize("id, answer", [("7.1", KeptByLayer), ("7.5", KeptByStack), ("7.6", KeptByModel)])
@pytest.mark.slow
def test_a_memory_that_is_kept_between_calls(id, answer):
    refused(id, answer, "not-repeatable", ["other input of the same shape", "a memory"])


@pytest.mark.slow
def test_what_depends_on_sizes_alone_may_be_kept():
    accepted("7.6", KeepsItsMask)


class MaskedInTraining(InSteps):
    def own_mask(self, target):
        return super().own_mask(target) if self.training else padding_mask(target, self.pad_id)


class NormInTraining(Decoder):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x) if self.training else x


@pytest.mark.parametrize("id, answer", [("7.5", NormInTraining), ("7.6", MaskedInTraining)])
@pytest.mark.slow
def test_right_in_training_alone(id, answer):
    refused(id, answer, "right-in-training-only", ["self.training", "yours"], ["the model cannot write", "exactly"])


class SharesNumbers(InSteps):
    def __init__(self, vocab_size, d_model, *sizes, **more):
        super().__init__(vocab_size, d_model, *sizes, **more)
        self.out = nn.Linear(d_model, vocab_size, bias=False)
        self.out.weight.data = self.embedding.weight.data

    def forward(self, source, target):
        return self.out(self.decoder(self.embed(target), self.memory(source), self.own_mask(target),
                                     padding_mask(source, self.pad_id)))


class SharesItsParameter(SharesNumbers):
    def __init__(self, *sizes, **more):
        super().__init__(*sizes, **more)
        self.out.weight = self.embedding.weight


@pytest.mark.slow
def test_numbers_that_are_shared_are_no_shared_parameter():
    refused("7.6", SharesNumbers, "numbers-shared", ["`embedding.weight`", "`out.weight`"])
    accepted("7.6", SharesItsParameter)


def counted(start):
    """A model whose positions are counted from `start(pad_id)`, with a table that is long enough."""
    class Counted(InSteps):
        def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
            super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id, max_len)
            self.start = start(pad_id)
            self.positions = sinusoidal_encoding(max_len + self.start, d_model)

        def embed(self, ids):
            return self.embedding(ids) * self.scale + self.positions[self.start : self.start + ids.shape[1]]
    return Counted


class WordsAbovePadding(InSteps):
    def forward(self, source, target):
        real = (source > self.pad_id).unsqueeze(1)
        return self.decoder(self.embed(target), self.encoder(self.embed(source), real), self.own_mask(target),
                            real) @ self.embedding.weight.T


@pytest.mark.parametrize("answer, slug", [
    (counted(lambda pad_id: 1), "positions-from-1"), (counted(lambda pad_id: pad_id + 1), "positions-from-pad-id"),
    (WordsAbovePadding, "pad-id-as-a-bound")])
@pytest.mark.slow
def test_one_mistake_explains_all_cases_of_the_model(answer, slug):
    refused("7.6", answer, slug, ["exactly"], ["second mistake"])


class Layer(DecoderLayer):
    """Hands the masks over as `masks` returns them."""

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return super().forward(x, memory, *self.masks(self_mask, memory_mask))


class ThinksTooEarly(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        thought = self.feed_forward(self.norm_3(x))
        return x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0] + thought


class SeesItself(Layer):
    def masks(self, self_mask, memory_mask):
        return self_mask if self_mask is None else self_mask | torch.eye(self_mask.shape[-1]).bool(), memory_mask


class AllRows(Layer):
    def masks(self, self_mask, memory_mask):
        return self_mask, memory_mask if memory_mask is None else memory_mask.all(1, keepdim=True)


class PlainNorm(Decoder):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return F.layer_norm(x, x.shape[-1:])


def last_only(which):
    class LastOnly(Decoder):
        def forward(self, x, memory, self_mask=None, memory_mask=None):
            for layer in self.layers:
                last = layer is self.layers[-1]
                masks = (self_mask if last or which else None, memory_mask if last or not which else None)
                x = layer(x, memory, *masks)
            return self.norm(x)
    return LastOnly


@pytest.mark.parametrize("id, answer, slug", [
    ("7.1", ThinksTooEarly, "one-step-behind"), ("7.1", SeesItself, "self-mask-opened-at-itself"),
    ("7.1", AllRows, "memory-mask-of-all-rows"), ("7.5", PlainNorm, "norm-without-weights"),
    ("7.5", last_only(0), "self-mask-in-last-layer-only"), ("7.5", last_only(1), "memory-mask-in-last-layer-only")])
@pytest.mark.slow
def test_layers_and_stacks(id, answer, slug):
    refused(id, answer, slug, ["exactly"])


# ------------------------------------------------------------------------------------------ a test for leaks

def looks(copy=torch.Tensor.clone, upto=0, says=lambda same: same):
    """A test for leaks: `copy(x)` is changed, one position too many or too few is compared, and `says` what is said."""
    def test(decode):
        x, memory = torch.randn(3, 7, 16), torch.randn(3, 4, 16)
        before, same, changed = decode(x, memory), True, x
        for t in range(1, 7):
            changed = copy(x)
            changed[:, t:] = torch.randn(3, 7 - t, 16)
            same = same and torch.allclose(decode(changed, memory)[:, : t + upto], before[:, : t + upto], atol=1e-5)
        return says(same)
    return test


@pytest.mark.parametrize("test, says, never", [
    (looks(says=lambda same: not same), ["for all 5 right", "for 0 of the 15"], ["beyond what"]),
    (looks(copy=lambda x: x), ["from position 1 on", "only from position", "makes no copy"], ["beyond what"]),
    (looks(upto=1), ["from position 1 on", "Which positions does your test compare?"], ["makes no copy", "for all 5"])])
def test_why_a_test_refuses_what_is_right(test, says, never):
    refused("7.3", test, "refuses-right", says, never)


def test_the_same_test_written_rightly():
    accepted("7.3", looks())


# ------------------------------------------------------------------------------- one cut, one road, one loop

def placed(rows):
    """A model that adds the rows `rows(table, ids, length of the source)` of the positions to both sides."""
    class Placed(Transformer):
        def forward(self, source, target):
            x, y = (self.embedding(ids) * self.scale + rows(self.positions, ids, source.shape[1])
                    for ids in (source, target))
            mask = padding_mask(source, self.pad_id)
            return self.decoder(y, self.encoder(x, mask), decoder_mask(target, self.pad_id),
                                mask) @ self.embedding.weight.T
    return Placed


@pytest.mark.parametrize("rows, slug, says", [
    (lambda table, ids, length: table[:length], "positions-of-the-source", ["positions of the target"]),
    (lambda table, ids, length: table[ids], "positions-looked-up-by-id", ["exactly"]),
    (lambda table, ids, length: table[-ids.shape[1]:], "last-positions", ["exactly"])])
@pytest.mark.slow
def test_which_positions_a_side_gets(rows, slug, says):
    refused("7.6", placed(rows), slug, says, ["d_ff is", "in your code"])


class ShiftedInside(Transformer):
    def forward(self, source, target):
        return super().forward(source, target[:, :-1])


@pytest.mark.slow
def test_the_target_is_cut_once_more():
    refused("7.6", ShiftedInside, "shifted-inside", ["for the target without its last token"], ["n_heads."])


class AroundTheNorm(Decoder):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x + self.norm(x)


class NormedInTheLoop(Decoder):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            memory = self.norm(memory)
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)


class BackToTheInput(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        y = x + self.self_attention(h, h, h, self_mask)[0]
        y = y + self.cross_attention(self.norm_2(y), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(y))


class NormedOnTop(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return self.norm_3(super().forward(x, memory, self_mask, memory_mask))


@pytest.mark.parametrize("id, answer, slug", [
    ("7.1", BackToTheInput, "third-residual-from-input"), ("7.1", NormedOnTop, "norm-at-the-end"),
    ("7.5", AroundTheNorm, "residual-around-the-norm"), ("7.5", NormedInTheLoop, "memory-normalised")])
@pytest.mark.slow
def test_roads_and_norms(id, answer, slug):
    refused(id, answer, slug, ["exactly"])


@pytest.mark.parametrize("shift, says", [
    (lambda ids: (ids[:, :-1], ids[1:]), "Your labels are exactly `ids` without the first sentence"),
    (lambda ids: (ids[:-1], ids[:, 1:]), "Your decoder input is exactly `ids` without the last sentence")])
def test_one_of_the_two_is_cut_along_the_sentences(shift, says):
    refused("7.2", shift, "sentences-cut", [says, "The first axis of `ids` counts sentences"], ["loop"])


def ends_at_once(decode):
    x, memory = torch.randn(4, 10, 16), torch.randn(4, 7, 16)
    out = decode(x, memory)
    for t in range(10):
        changed = x.clone()
        changed[:, t:] = torch.randn(4, 10 - t, 16)
        assert torch.allclose(out[:, :t], decode(changed, memory)[:, :t], atol=1e-5)
        return True


def looks_just_before(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 6, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t] = torch.randn(4, 16)
        assert torch.allclose(before[:, t - 1], decode(changed, memory)[:, t - 1], atol=1e-5)


def looks_at_the_changed_one(decode):
    x, memory = torch.randn(4, 12, 16), torch.randn(4, 6, 16)
    before = decode(x, memory)
    for t in range(1, 12):
        changed = x.clone()
        changed[:, t] = torch.randn(4, 16)
        assert torch.allclose(before[:, : t + 1], decode(changed, memory)[:, : t + 1], atol=1e-5)


@pytest.mark.parametrize("test, slug, says, never", [
    (ends_at_once, "accepts-everything", ["begins at position 0", "second round"], ["`map`"]),
    (looks_just_before, "misses-two-ahead", ["alone, and what came out before it moved"], [" on, and what"]),
    (looks_at_the_changed_one, "refuses-right", ["at position 1 alone"], ["from position"])])
def test_where_a_test_changes_x(test, slug, says, never):
    refused("7.3", test, slug, says, never)


def begun(scale=math.sqrt, every=False, closing=False):
    """`scale(d_model)` for √d_model; `every`: all numbers begin alike; `closing`: the output is scaled, too."""
    class Begun(Transformer):
        def __init__(self, vocab_size, d_model, *sizes, **more):
            super().__init__(vocab_size, d_model, *sizes, **more)
            self.scale = scale(d_model)
            for parameter in self.parameters() if every else ():
                nn.init.normal_(parameter, std=d_model ** -0.5)

        def forward(self, source, target):
            return super().forward(source, target) * (self.scale if closing else 1)
    return Begun


@pytest.mark.parametrize("answer, slug, says, never", [
    (begun(lambda d_model: d_model ** 1 / 2), "scaled-by-half", ["multiplied by d_model / 2"], ["Is there a 4"]),
    (begun(lambda d_model: math.sqrt(16)), "scaled-by-√16", ["√16, whatever d_model is"], ["twice"]),
    (begun(every=True), "table-begins-too-large-or-small", ["If it is the table that holds"], ["With smaller"]),
    (begun(closing=True), "logits-scaled", ["only where ids become vectors?"], ["what it gives"])])
@pytest.mark.slow
def test_the_factor_and_where_it_stands(answer, slug, says, never):
    refused("7.6", answer, slug, says, never)


def past(x, memory, long):
    rows, columns = {"x": (x, x), "memory": (memory, memory), "scores": (x, memory)}[long]
    return torch.ones(rows.shape[1], columns.shape[1]).tril().bool()


class Layer(DecoderLayer):
    """As learners write it: attention makes its weights, too."""

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        x = x + self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))


COMBINED = {"none": lambda past, mask: past if mask is None else mask, "given": lambda past, mask: mask if mask is None
            else mask & past, "as well": lambda past, mask: past if mask is None else mask & past,
            "instead": lambda past, mask: past}


@pytest.mark.parametrize("long", ["x", "memory", "scores"])
@pytest.mark.parametrize("when", COMBINED)
@pytest.mark.parametrize("base, exercise", [(Layer, "7.1"), (Decoder, "7.5")])
def test_a_causal_mask_in_cross_attention(base, exercise, when, long):
    class Answer(base):
        def forward(self, x, memory, self_mask=None, memory_mask=None):
            return super().forward(x, memory, self_mask, COMBINED[when](past(x, memory, long), memory_mask))

    refused(exercise, Answer, "causal-cross-attention", says=() if long == "scores" else ("it fits only where",))
