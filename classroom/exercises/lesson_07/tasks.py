"""Lesson 07: the decoder layer, the shift, a test for leaks, the decoder, and the whole Transformer."""
import math

import numpy as np
import torch
from torch import nn

from classroom.ask.blocks import block_weights
from classroom.ask.case import Case
from classroom.ask.own import OwnBlock
from classroom.ask.whole import Whole
from classroom.exercises import closed
from classroom.judge.exercise import Choice, Exercise, TestTask
from course import transformer as library
from course.attention import decoder_mask, padding_mask
from course.transformer import Decoder, DecoderLayer, Encoder, sinusoidal_encoding

from . import mistakes, mistakes_leaks, mistakes_shift, mistakes_stack, mistakes_table, mistakes_weak, mistakes_whole
from .mistakes_causal import CausalLayer, CausalStack, causal_cross_attention
from .mistakes_leaks import Decode

_LAYER = '''
class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention to the memory, feed-forward; norm before, residual around each."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, n_heads)
        self.cross_attention = MultiHeadAttention(d_model, n_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1 = LayerNorm(d_model)
        self.norm_2 = LayerNorm(d_model)
        self.norm_3 = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        h = self.norm_2(x)
        x = x + self.cross_attention(h, memory, memory, memory_mask)[0]
        return x + self.feed_forward(self.norm_3(x))
'''
_STACK = '''
class Decoder(nn.Module):
    """`n_layers` decoder layers that all read the same memory, and a norm at the end."""

    def __init__(self, n_layers, d_model, n_heads, d_ff):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)
'''


class Transformer(nn.Module):
    """Source ids (B, T_k) and decoder input ids (B, T_q) -> logits (B, T_q, vocab_size)."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__()
        self.pad_id, self.scale = pad_id, math.sqrt(d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model ** -0.5)
        self.register_buffer("positions", sinusoidal_encoding(max_len, d_model))
        self.encoder = Encoder(n_layers, d_model, n_heads, d_ff)
        self.decoder = Decoder(n_layers, d_model, n_heads, d_ff)

    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.shape[1]]

    def forward(self, source, target):
        source_mask = padding_mask(source, self.pad_id)                 # (B, 1, T_k)
        target_mask = decoder_mask(target, self.pad_id)                 # (B, T_q, T_q)
        memory = self.encoder(self.embed(source), source_mask)
        states = self.decoder(self.embed(target), memory, target_mask, source_mask)
        return states @ self.embedding.weight.T


class _CoursesTransformer(library.Transformer):
    """The library's, with the arguments of the exercise in their order."""

    def __init__(self, vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=0, max_len=256):
        super().__init__(vocab_size, d_model, n_heads, d_ff, n_layers, pad_id=pad_id, max_len=max_len)


_CoursesTransformer.__name__ = _CoursesTransformer.__qualname__ = "Transformer"


def shift_targets(ids):
    """What the decoder reads and what it is asked for: ids (B, T) -> two of (B, T - 1)."""
    return ids[:, :-1], ids[:, 1:]


def test_no_leak(decode):
    """Another future must not change what comes out for the past."""
    x, memory = torch.randn(2, 6, 16), torch.randn(2, 5, 16)
    before = decode(x, memory)
    for t in range(1, 6):
        changed = x.clone()
        changed[:, t:] = torch.randn(2, 6 - t, 16)
        after = decode(changed, memory)
        assert torch.allclose(before[:, :t], after[:, :t], atol=1e-5)


test_no_leak.__test__ = False


# -------------------------------------------------------------------------------------- cases

def _causal(batch, length):
    return np.tri(length, dtype=bool)[None].repeat(batch, 0)


def _padding(*lengths):
    return np.arange(max(lengths)) < np.array(lengths)[:, None, None]


def _of_decoder(rng, about, batch, t_q, t_k, d_model, n_heads, d_ff, self_mask=None, memory_mask=None, dtype="float64",
                n_layers=None):
    """A case of 7.1; of 7.5 with `n_layers`."""
    weights = block_weights(rng, d_model, d_ff, *_parts("", n_layers), dtype)
    x, memory = ((0.5 + 1.5 * rng.normal(size=(batch, t, d_model))).astype(dtype) for t in (t_q, t_k))
    masks = {} if self_mask is None and memory_mask is None else {"self_mask": self_mask}
    masks |= {} if memory_mask is None else {"memory_mask": memory_mask}
    sizes = {} if n_layers is None else {"n_layers": n_layers}
    return Case(about, **sizes, d_model=d_model, n_heads=n_heads, d_ff=d_ff, x=x, memory=memory, weights=weights,
                **masks)


def _parts(path, n_layers, attentions=("self_attention", "cross_attention")):
    """Paths of the attentions, norms and feed-forward parts of a layer, or of a stack with its norm, at `path`."""
    layers = [path] if n_layers is None else [f"{path}layers.{i}." for i in range(n_layers)]
    norms = [f"{layer}norm_{n}" for layer in layers for n in range(1, len(attentions) + 2)]
    return ([f"{layer}{name}" for layer in layers for name in attentions],
            norms + [f"{path}norm"] * (n_layers is not None), [f"{layer}feed_forward" for layer in layers])


# How likely a random mask allows: what is not causal is there, and the last row hides something.
_NOT_CAUSAL = np.array([[1, 0.5, 1], [0.5, 1, 0.5], [0, 0.5, 1]])


def _layers(rng):
    """Everything for 7.1."""
    def of(*given, **more):
        return _of_decoder(rng, *given, **more)

    causal, padding = _causal, _padding
    yield of("a small one, no masks", 1, 2, 3, 4, 2, 3)
    yield of("a causal mask", 1, 3, 2, 4, 2, 6, causal(1, 3))
    yield of("both masks", 2, 3, 4, 6, 3, 5, causal(2, 3), padding(4, 2))
    yield of("sizes that all differ", 2, 5, 4, 12, 3, 7, causal(2, 5) & padding(5, 3), padding(2, 4))
    yield of("padding of the source alone", 2, 4, 5, 6, 2, 8, None, padding(3, 5))
    yield of("as many target as source positions", 3, 4, 4, 6, 2, 5, causal(3, 4), padding(2, 4, 3))
    yield of("float32", 3, 4, 6, 10, 5, 12, causal(3, 4), padding(6, 2, 4), "float32")
    yield of("a mask that is not causal", 2, 3, 5, 8, 2, 6, rng.random((2, 3, 3)) < _NOT_CAUSAL,
             rng.random((2, 3, 5)) < np.where(np.arange(5) == 0, 2, 0.5))
    yield of("one head", 2, 4, 4, 5, 1, 8, causal(2, 4))
    yield of("the first token", 3, 1, 4, 6, 2, 9, causal(3, 1), padding(4, 1, 2))
    yield of("one sentence with padding", 1, 3, 4, 6, 3, 5, causal(1, 3), padding(4, 3)[1:])


def _stacks(rng):
    """Everything for 7.5."""
    def of(about, n_layers, *given, **more):
        return _of_decoder(rng, about, *given, **more, n_layers=n_layers)

    yield of("two layers, no masks", 2, 1, 2, 3, 4, 2, 3)
    yield of("both masks", 2, 2, 3, 4, 6, 3, 5, _causal(2, 3), _padding(4, 2))
    yield of("sizes that all differ", 3, 2, 5, 4, 12, 3, 7, _causal(2, 5) & _padding(5, 3), _padding(2, 4))
    yield of("one layer", 1, 2, 4, 5, 6, 2, 8, None, _padding(3, 5))
    yield of("as many target as source positions", 2, 3, 4, 4, 6, 2, 5, _causal(3, 4), _padding(2, 4, 3))
    yield of("float32", 2, 3, 4, 6, 10, 5, 12, _causal(3, 4), _padding(6, 2, 4), dtype="float32")
    yield of("masks that are not causal", 2, 2, 3, 5, 8, 2, 6,
             rng.random((2, 3, 3)) < _NOT_CAUSAL,
             rng.random((2, 3, 5)) < np.where(np.arange(5) == 0, 2, 0.5))
    yield of("four layers, a causal mask alone", 4, 2, 4, 4, 6, 1, 5, _causal(2, 4))
    yield of("the first token", 2, 3, 1, 4, 6, 2, 9, _causal(3, 1), _padding(4, 1, 2))
    yield of("one sentence with padding", 2, 1, 3, 4, 6, 3, 5, _causal(1, 3), _padding(4, 3)[1:])


def _models(rng):
    """Everything for 7.6: sentences of ids, filled up with padding at the end."""
    def of(about, targets, sources, vocab, d_model, n_heads, d_ff, n_layers, dtype="float64", more=0, **given):
        pad_id = given.get("pad_id", 0)
        encoder = _parts("encoder.", n_layers, ("self_attention",))
        decoder = _parts("decoder.", n_layers)
        weights = block_weights(rng, d_model, d_ff, *(a + b for a, b in zip(encoder, decoder, strict=True)), dtype)
        for name, shape in [*((f"embedding{n}.weight", (vocab, d_model)) for n in ("", "_2", "_3")),
                            ("output.bias", (vocab,))]:
            weights[name] = (rng.normal(size=shape) / math.sqrt(d_model)).astype(dtype)
        ids = {}
        for name, lengths in (("source", sources), ("target", targets)):
            ids[name] = np.full((len(lengths), max(lengths) + more), pad_id)
            for row, length in enumerate(lengths):
                ids[name][row, :length] = rng.choice([i for i in range(vocab) if i != pad_id], size=length)
            if pad_id:                             # token 0 is a word then, and stands in the first sentence
                ids[name][0, 1:2] = 0
        return Case(about, vocab_size=vocab, d_model=d_model, n_heads=n_heads, d_ff=d_ff, n_layers=n_layers, **given,
                    **ids, weights=weights)

    yield of("one sentence", [3], [4], 7, 4, 2, 5, 1)
    yield of("two sentences without padding", [3, 3], [4, 4], 9, 6, 2, 10, 2)
    yield of("padding", [4, 2], [3, 5], 11, 8, 2, 7, 2)
    yield of("padding that is not token 0", [5, 3, 4], [2, 6, 4], 10, 6, 3, 8, 2, pad_id=3)
    yield of("as many source as target tokens", [4, 4, 2], [4, 3, 4], 9, 8, 4, 6, 2)
    yield of("four layers", [3, 5], [4, 2], 8, 6, 1, 9, 4)
    yield of("float32", [4, 3, 6], [5, 5, 2], 12, 10, 5, 14, 2, "float32")
    yield of("a sentence as long as max_len", [6, 2], [3, 6], 9, 4, 2, 6, 1, pad_id=0, max_len=6)
    yield of("the first token", [1, 1], [5, 3], 8, 6, 2, 5, 2, pad_id=1)
    yield of("a long sentence", [150], [256], 6, 4, 1, 3, 1)
    yield of("one sentence with padding", [3], [4], 9, 6, 2, 5, 1, more=2)
    yield of("a max_len of 300, and a sentence of 300 tokens", [2], [300], 9, 6, 1, 4, 1, max_len=300)


def _targets(rng):
    """ids for 7.2: bos is 2, eos is 3, padding 0."""
    def of(about, *lengths):
        ids = np.zeros((len(lengths), max(lengths)), dtype=np.int64)
        for row, length in enumerate(lengths):
            ids[row, :length] = [2, *rng.integers(4, 50, size=length - 2), 3]
        return Case(about, ids=ids)
    yield Case("el gato negro duerme", ids=np.array([[2, 8, 9, 10, 11, 3]]))
    yield of("two sentences of one length", 5, 5)
    yield of("padding", 7, 4, 5)
    yield of("as many sentences as tokens", 4, 3, 4, 2)
    yield of("a sentence without words", 2, 6)
    yield of("the shortest batch", 2, 2)
    yield of("a longer batch", 9, 12, 4, 7, 10)



def _small_layer():
    return block_weights(np.random.default_rng(3), 4, 6, ["self_attention", "cross_attention"],
                         ["norm_1", "norm_2", "norm_3"], ["feed_forward"])


def _small_stack():
    return block_weights(np.random.default_rng(3), 4, 6, *_parts("", 1))


# ------------------------------------------------------------------- 7.3: decoders and tests of them

def _each_by_itself(x, memory):
    """No attention to the target at all. What comes out at a position moves if, and only if, x was changed there."""
    return x + memory.mean(1, keepdim=True)


def _running_mean(x, memory):
    """No attention at all: each position gets the mean of the positions so far."""
    counts = torch.arange(1, x.shape[1] + 1, dtype=x.dtype).unsqueeze(-1)
    return x + x.cumsum(1) / counts + memory.mean(1, keepdim=True)


def _one_by_one(x, memory):
    """The whole decoder anew for every prefix, as when a model writes."""
    decode = Decode()
    return torch.cat([decode(x[:, : t + 1], memory)[:, -1:] for t in range(x.shape[1])], dim=1)


EXERCISES = [
    Exercise(
        id="7.1", title="the decoder layer", names=("DecoderLayer",), points=4, minutes=20, difficulty=3,
        framework="torch",
        takes={"d_model": "", "n_heads": "", "d_ff": "", "x": "B T_q d_model", "memory": "B T_k d_model",
               "self_mask": "B T_q T_q", "memory_mask": "B T_q T_k"},
        gives={"y": "B T_q d_model"},
        reference=DecoderLayer, library=library.DecoderLayer, solution_source=_LAYER, cases=_layers,
        probe=OwnBlock(init=("d_model", "n_heads", "d_ff"),
                       classes=("TransformerDecoderLayer", "TransformerEncoderLayer")),
        hints=(
            "Take your encoder layer and put one more sub-layer into the middle. All three have the same form: "
            "x = x + sublayer(norm(x)).",
            "`__init__` makes two `MultiHeadAttention`s, a `FeedForward` and three `LayerNorm`s. In cross-attention "
            "the query comes from the decoder, normalised; key and value are the memory as it is.",
            "Normalise x to h, attend from h to h with `self_mask`, add to x. Normalise x to h again, attend from h to "
            "the memory with `memory_mask`, add to x. Feed-forward on the third norm of x, add to x."),
        misconceptions=[*mistakes.LAYER, *causal_cross_attention(CausalLayer)],
        properties=[closed.of_block({"self_mask": "x", "memory_mask": "memory"},
                                    ("self_attention", "cross_attention"), _small_layer)],
        moral="One attention looks back at the target, the other across to the source.",
    ),
    Exercise(
        id="7.2", title="the shift", names=("shift_targets",), points=1, minutes=5, difficulty=1, framework="torch",
        takes={"ids": "B T"}, gives={"decoder_input": "B T-1", "labels": "B T-1"},
        reference=shift_targets, cases=_targets, misconceptions=mistakes_shift.SHIFT,
        hints=(
            "Write the ids of one sentence on two lines, one for what is read and one for what is asked for, so that "
            "the next token always stands under the one before it. What sticks out at each end?",
            "One of the two lacks the last column, the other the first.",
            "A slice of the second axis that leaves the first alone is `ids[:, start:stop]`; −1 as stop leaves out "
            "the last."),
        moral="One sentence of n words has become n + 1 little exercises: predict the next token.",
    ),
    TestTask(
        id="7.3", title="a test for leaks", names=("test_no_leak",), points=2, minutes=15, difficulty=2,
        takes={"x": "B T d_model", "memory": "B T_k d_model"}, framework="torch", reference=test_no_leak,
        right={"x plus the mean of the memory, so that what comes out moves wherever x was changed": _each_by_itself,
               "a decoder of two layers": Decode(n_layers=2), "one layer": Decode(),
               "no attention, a running mean": _running_mean, "every prefix by itself": _one_by_one},
        buggy=mistakes_leaks.LEAKS,
        notices=mistakes_leaks.notices, suspects=mistakes_leaks.suspects,
        hints=(
            "What comes out at position t must not depend on x at positions after t. How can you see whether one "
            "thing depends on another, without looking inside?",
            "Decode twice: once x, once a copy of x with other numbers from position t on. Compare what comes out "
            "*before* position t. Positions from t on may and should differ.",
            "`changed = x.clone()`, then `changed[:, t:] = torch.randn(...)`. Compare `[:, :t]` of both results with "
            "`torch.allclose`, for several t; take two sentences at least, and six positions."),
        misconceptions=mistakes_weak.WEAK,
        moral="It needs no training, no data, and no second implementation: a property is enough.",
    ),
    Choice(
        id="7.4", title="how many runs?", names=("runs",), points=1, minutes=3, difficulty=1,
        options=((1, 1), (1, 5), (5, 1), (5, 5)), reference=(1, 5),
        wrong={
            (1, 1): "For training that is right. But to write its second word the model must read the first one, and "
                    "that is not known before it has run once.",
            (5, 1): "It is the other way round. In training all words are there to be read from the start; in writing "
                    "each must be found before the next can be asked for.",
            (5, 5): "For writing that is right. In training one could do it like that, a longer beginning each time. "
                    "But what comes out at position t under a causal mask: does it depend on what follows?",
        },
        hints=("Which words must be known before the decoder can run? Are they known in training, and in writing?",
               "Under the causal mask position t gets what it would get if the sentence ended there.",
               "One run over the whole target answers all of its positions at once. When writing, each run yields one "
               "new word."),
        solution_source="runs = (1, 5)",
        moral="That training needs one run where writing needs five is what the causal mask is worth.",
    ),
    Exercise(
        id="7.5", title="the decoder", names=("Decoder",), points=2, minutes=8, difficulty=1, framework="torch",
        takes={"n_layers": "", "d_model": "", "n_heads": "", "d_ff": "", "x": "B T_q d_model",
               "memory": "B T_k d_model", "self_mask": "B T_q T_q", "memory_mask": "B T_q T_k"},
        gives={"y": "B T_q d_model"},
        reference=Decoder, solution_source=_STACK, cases=_stacks,
        probe=OwnBlock(init=("n_layers", "d_model", "n_heads", "d_ff"),
                       classes=("TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder",
                                "TransformerEncoderLayer")),
        hints=(
            "It is the stack of lesson 06, with one more thing that every layer gets.",
            "`__init__` makes a `nn.ModuleList` of layers, each made anew, and one `LayerNorm`. In `forward` the "
            "result of a layer becomes the x of the next; what else the layers get stays the same.",
            "One loop over the layers. Each is called with x, the memory and both masks, and what it returns is the "
            "new x. The memory is never assigned to. After the loop comes the norm, once."),
        misconceptions=[*mistakes_stack.DECODER, *causal_cross_attention(CausalStack)],
        properties=[closed.of_block({"self_mask": "x", "memory_mask": "memory"},
                                    ("layers.0.self_attention", "layers.0.cross_attention"), _small_stack,
                                    n_layers=1)],
        moral="All layers read the same memory, so that it is computed once for a sentence.",
    ),
    Exercise(
        id="7.6", title="the Transformer", names=("Transformer",), points=5, minutes=25, difficulty=3,
        framework="torch",
        takes={"vocab_size": "", "d_model": "", "n_heads": "", "d_ff": "", "n_layers": "", "pad_id": "", "max_len": "",
               "source": "B T_k", "target": "B T_q"},
        gives={"logits": "B T_q vocab_size"},
        reference=Transformer, library=_CoursesTransformer, cases=_models,
        probe=Whole(init=("vocab_size", "d_model", "n_heads", "d_ff", "n_layers", "pad_id", "max_len"),
                    classes=("Transformer", "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder",
                             "TransformerEncoderLayer")),
        hints=(
            "Follow the diagram from left to right: ids become vectors, vectors a memory; with the memory the other "
            "vectors become states, and the states are compared with all rows of the table.",
            "Source and target go through the same steps, so write one method `embed(ids)`: table, times √d_model, "
            "plus as many positions as there are tokens. The encoder needs the padding mask of the source. The decoder "
            "needs two masks: `decoder_mask` of the target, and that of the source once more.",
            "The logits are the matrix product of the decoder's states (B, T_q, d_model) and the transposed weight of "
            "the embedding (d_model, vocab_size). It is the same `nn.Embedding` that the ids went through: there is no "
            "second table, no bias, and no softmax."),
        misconceptions=mistakes_whole.WHOLE, properties=mistakes_table.BEGINNINGS,
        moral="From the dot product of two vectors up to here, you have written every part but `nn.Linear`, "
              "`nn.Embedding` and dropout.",
    ),
]
