"""Lesson 07: the decoder layer, the shift, a test for leaks, and the mask of cross-attention."""
import numpy as np
import torch

from classroom.ask.blocks import block_weights
from classroom.ask.case import Case
from classroom.ask.own import OwnBlock
from classroom.exercises import closed
from classroom.judge.exercise import Choice, Exercise, TestTask
from course import transformer as library
from course.transformer import DecoderLayer

from . import mistakes, mistakes_leaks
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

def _layers(rng):
    """Everything for 7.1."""
    def of(about, batch, t_q, t_k, d_model, n_heads, d_ff, self_mask=None, memory_mask=None, dtype="float64"):
        weights = block_weights(rng, d_model, d_ff, ["self_attention", "cross_attention"],
                                ["norm_1", "norm_2", "norm_3"], ["feed_forward"], dtype)
        x, memory = ((0.5 + 1.5 * rng.normal(size=(batch, t, d_model))).astype(dtype) for t in (t_q, t_k))
        masks = {} if self_mask is None and memory_mask is None else {"self_mask": self_mask}
        masks |= {} if memory_mask is None else {"memory_mask": memory_mask}
        return Case(about, d_model=d_model, n_heads=n_heads, d_ff=d_ff, x=x, memory=memory, weights=weights, **masks)

    def causal(batch, length):
        return np.tri(length, dtype=bool)[None].repeat(batch, 0)

    def padding(*lengths):
        return np.arange(max(lengths)) < np.array(lengths)[:, None, None]

    yield of("a small one, no masks", 1, 2, 3, 4, 2, 3)
    yield of("a causal mask", 1, 3, 2, 4, 2, 6, causal(1, 3))
    yield of("both masks", 2, 3, 4, 6, 3, 5, causal(2, 3), padding(4, 2))
    yield of("sizes that all differ", 2, 5, 4, 12, 3, 7, causal(2, 5) & padding(5, 3), padding(2, 4))
    yield of("padding of the source alone", 2, 4, 5, 6, 2, 8, None, padding(3, 5))
    yield of("as many target as source positions", 3, 4, 4, 6, 2, 5, causal(3, 4), padding(2, 4, 3))
    yield of("float32", 3, 4, 6, 10, 5, 12, causal(3, 4), padding(6, 2, 4), "float32")
    yield of("a mask that is not causal", 2, 3, 5, 8, 2, 6, rng.random((2, 3, 3)) < np.where(np.eye(3), 2, 0.5),
             rng.random((2, 3, 5)) < np.where(np.arange(5) == 0, 2, 0.5))
    yield of("one head", 2, 4, 3, 5, 1, 8, causal(2, 4))
    yield of("the first token", 3, 1, 4, 6, 2, 9, causal(3, 1), padding(4, 1, 2))


def _targets(rng):
    """ids for 7.2: bos is 2, eos is 3, padding 0."""
    def of(about, *lengths):
        ids = np.zeros((len(lengths), max(lengths)), dtype=np.int64)
        for row, length in enumerate(lengths):
            ids[row, :length] = [2, *rng.integers(4, 50, size=length - 2), 3]
        return Case(about, ids=ids)
    yield Case("el gato negro duerme", ids=np.array([[2, 8, 6, 9, 7, 3]]))
    yield of("two sentences of one length", 5, 5)
    yield of("padding", 7, 4, 5)
    yield of("as many sentences as tokens", 4, 3, 4, 2)
    yield of("a sentence without words", 2, 6)
    yield of("the shortest batch", 2, 2)
    yield of("a longer batch", 9, 12, 4, 7, 10)


# ---------------------------------------------------------------- right answers, written otherwise


def _small_layer():
    return block_weights(np.random.default_rng(3), 4, 6, ["self_attention", "cross_attention"],
                         ["norm_1", "norm_2", "norm_3"], ["feed_forward"])


# ------------------------------------------------------------------- 7.3: decoders and tests of them

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
        misconceptions=mistakes.LAYER,
        properties=[closed.of_block({"self_mask": "x", "memory_mask": "memory"},
                                    ("self_attention", "cross_attention"), _small_layer)],
        moral="One attention looks back at the target, the other across to the source.",
    ),
    Exercise(
        id="7.2", title="the shift", names=("shift_targets",), points=1, minutes=5, difficulty=1, framework="torch",
        takes={"ids": "B T"}, gives={"decoder_input": "B T-1", "labels": "B T-1"},
        reference=shift_targets, cases=_targets, misconceptions=mistakes.SHIFT,
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
        right={"a decoder of two layers": Decode(n_layers=2), "one layer": Decode(),
               "no attention, a running mean": _running_mean, "every prefix by itself": _one_by_one},
        buggy=mistakes_leaks.LEAKS,
        notices=mistakes_leaks.notices,
        hints=(
            "What comes out at position t must not depend on x at positions after t. How can you see whether one "
            "thing depends on another, without looking inside?",
            "Decode twice: once x, once a copy of x with other numbers from position t on. Compare what comes out "
            "*before* position t. Positions from t on may and should differ.",
            "`changed = x.clone()`, then `changed[:, t:] = torch.randn(...)`. Compare `[:, :t]` of both results with "
            "`torch.allclose`, for several t; take two sentences at least, and six positions."),
        misconceptions=mistakes_leaks.WEAK,
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
]
