"""Lesson 03: learned projections, self-attention and cross-attention."""
import functools
import math

import numpy as np
import torch
from torch import nn

from classroom.ask.case import Case
from classroom.ask.modules import Module
from classroom.exercises import closed
from classroom.exercises.lesson_02.mistakes import STYLES
from classroom.judge.exercise import Choice, Exercise, Misconception, TestTask
from course._words import later
from course.attention import scaled_dot_product_attention

from . import mistakes, mistakes_masks, mistakes_order, properties, refused, tasks_more
from .mistakes_order import ordered, weights_for


class SelfAttention(nn.Module):
    """A sentence looks at itself: x (B, T, d_model) -> output (B, T, d_v), weights (B, T, T)."""

    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)


class CrossAttention(nn.Module):
    """x (B, T_q, d_model) looks at memory (B, T_k, d_model): output (B, T_q, d_v), weights (B, T_q, T_k)."""

    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q = nn.Linear(d_model, d_k, bias=False)
        self.w_k = nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)

    def forward(self, x, memory, mask=None):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(memory), self.w_v(memory), mask)


# -------------------------------------------------------------------------------------- cases

def _weights(rng, d_model, d_k, d_v, dtype):
    sizes = {"q": d_k, "k": d_k, "v": d_v}
    return {f"w_{name}.weight": (rng.normal(size=(size, d_model)) * 0.8 / math.sqrt(d_model)).astype(dtype)
            for name, size in sizes.items()}


def _some(rng, *shape):
    """A mask with at least one True, and where there is room one False, in each row."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(-1)
    mask[..., -1] &= ~mask.all(-1)
    return mask


# Padding in front and in the middle.
_IN_FRONT = np.array([[[1, 1, 0, 1, 0]], [[0, 1, 1, 1, 1]]], dtype=bool)
# For each of 4 queries in 3 sentences: all keys or none.
_OPEN = (np.arange(12) % 3 != 1).reshape(3, 4, 1)


def _alone(rng):
    """Everything for 3.1."""
    def of(about, batch, length, d_model, d_k, d_v, mask=None, dtype="float64"):
        inputs = {} if mask is None else {"mask": mask}
        return Case(about, d_model=d_model, d_k=d_k, d_v=d_v, x=rng.normal(size=(batch, length, d_model)).astype(dtype),
                    weights=_weights(rng, d_model, d_k, d_v, dtype), **inputs)
    yield of("no mask", 1, 3, 4, 2, 3)
    yield of("sizes that all differ", 2, 4, 7, 5, 6)
    yield of("float32", 3, 5, 8, 4, 2, dtype="float32")
    yield of("a causal mask", 2, 4, 6, 3, 5, np.tri(4, dtype=bool))
    yield of("padding", 2, 5, 6, 4, 3, np.array([[[1, 1, 1, 0, 0]], [[1, 1, 1, 1, 0]]], dtype=bool))
    yield of("a mask for each query", 3, 4, 7, 5, 2, _some(rng, 3, 4, 4))
    yield of("everything square", 4, 4, 4, 4, 4, _some(rng, 4, 4, 4))
    yield of("one word", 2, 1, 6, 3, 5)
    yield of("one sentence", 1, 5, 8, 6, 4)
    yield of("keys of one number", 2, 3, 5, 1, 1)
    yield of("keys longer than the vectors", 2, 3, 4, 9, 7)
    empty = _some(rng, 3, 4, 4)
    empty[0, 1] = empty[2] = False
    yield of("queries that may attend to nothing", 3, 4, 7, 5, 6, empty)
    both = _IN_FRONT & _IN_FRONT.swapaxes(1, 2)
    far = of("a forbidden score far above the allowed ones", 2, 5, 7, 4, 6, both)
    near, x = closed.towering(far.inputs["x"], far.inputs["x"], _IN_FRONT[:, 0], far.inputs["weights"])
    yield far.without(x=np.where(_IN_FRONT[:, 0, :, None], near, x))
    zeros = of("a word whose numbers are all 0", 2, 4, 5, 3, 2)
    zeros.inputs["x"][0, 1] = zeros.inputs["x"][1, 3] = 0.0
    yield zeros
    yield of("one mask for as many sentences as words", 4, 4, 5, 3, 2, _some(rng, 4, 4))
    yield of("a mask with a first axis of 1", 3, 4, 6, 2, 5, _some(rng, 1, 4, 4))
    yield of("a mask of one row", 2, 5, 4, 3, 6, np.array([[True, True, False, True, False]]))
    yield of("queries that may attend to all or to nothing", 3, 4, 5, 6, 2, _OPEN)
    yield of("one sentence with padding", 1, 4, 6, 3, 5, np.array([[[True, True, True, False]]]))


def _across(rng):
    """Everything for 3.2."""
    def of(about, batch, t_q, t_k, d_model, d_k, d_v, mask=None, dtype="float64"):
        inputs = {} if mask is None else {"mask": mask}
        return Case(about, d_model=d_model, d_k=d_k, d_v=d_v, x=rng.normal(size=(batch, t_q, d_model)).astype(dtype),
                    memory=rng.normal(size=(batch, t_k, d_model)).astype(dtype),
                    weights=_weights(rng, d_model, d_k, d_v, dtype), **inputs)
    yield of("no mask", 1, 2, 3, 4, 2, 3)
    yield of("sentences of one length", 2, 3, 3, 5, 4, 2)
    yield of("sizes that all differ", 2, 4, 5, 8, 7, 6)
    yield of("a longer target", 3, 6, 4, 7, 2, 5)
    yield of("float32", 3, 5, 2, 8, 4, 6, dtype="float32")
    yield of("padding in the source", 2, 4, 5, 6, 3, 7, np.array([[[1, 1, 1, 0, 0]], [[1, 1, 1, 1, 0]]], dtype=bool))
    yield of("a mask for each query", 3, 4, 5, 7, 6, 2, _some(rng, 3, 4, 5))
    yield of("everything square", 4, 4, 4, 4, 4, 4, _some(rng, 4, 4, 4))
    yield of("one query", 2, 1, 5, 6, 3, 4, _some(rng, 2, 1, 5))
    yield of("one source word", 2, 4, 1, 6, 3, 5)
    yield of("one sentence", 1, 4, 5, 7, 6, 2)
    yield of("keys of one number", 2, 3, 4, 5, 1, 1)
    empty = _some(rng, 3, 4, 5)
    empty[0, 1] = empty[2] = False
    yield of("queries that may attend to nothing", 3, 4, 5, 8, 7, 6, empty)
    far = of("a forbidden score far above the allowed ones", 2, 3, 5, 7, 4, 6, _IN_FRONT)
    x, memory = closed.towering(far.inputs["x"], far.inputs["memory"], _IN_FRONT[:, 0], far.inputs["weights"])
    yield far.without(x=x, memory=memory)
    zeros = of("a source word whose numbers are all 0", 2, 3, 4, 5, 3, 2)
    zeros.inputs["memory"][0, 1] = zeros.inputs["memory"][1, 3] = 0.0
    yield zeros
    yield of("one mask for as many sentences as queries", 4, 4, 5, 5, 3, 2, _some(rng, 4, 5))
    yield of("a mask with a first axis of 1", 3, 4, 5, 6, 2, 5, _some(rng, 1, 4, 5))
    yield of("a mask of one row, for a long source", 2, 3, 9, 4, 3, 6, np.arange(9)[None] % 4 != 2)
    yield of("queries that may attend to all or to nothing", 3, 4, 5, 5, 6, 2, _OPEN)
    yield of("one sentence with padding", 1, 3, 4, 6, 3, 5, np.array([[[True, True, True, False]]]))


# ------------------------------------------------------------------------------------ tests of 3.3

def test_equivariance(attend):
    """Shuffling the words must shuffle the outputs in the same way."""
    x = torch.randn(3, 6, 8)
    order = torch.tensor([2, 5, 0, 3, 1, 4])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


test_equivariance.__test__ = False


def _without_projections(x):
    return scaled_dot_product_attention(x, x, x)[0]


def _two_heads(x):
    heads = [scaled_dot_product_attention(*(x @ weights_for(x, 3, seed=10 * h + i) for i in range(3)))[0]
             for h in range(2)]
    return torch.cat(heads, dim=-1)


def _equal_shares(x):
    return (x @ weights_for(x, 5)).mean(-2, keepdim=True).expand(*x.shape[:-1], 5)


def _test_reversed(attend):
    x = torch.randn(2, 5, 8)
    assert torch.allclose(attend(x.flip(1)), attend(x).flip(1), atol=1e-5)


def _test_rolled(attend):
    x = torch.randn(2, 5, 8)
    assert torch.allclose(attend(x.roll(1, dims=1)), attend(x).roll(1, dims=1), atol=1e-5)


def _test_one_sentence(attend):
    x, order = torch.randn(1, 5, 8), torch.tensor([3, 0, 4, 2, 1])
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


def _test_shape_only(attend):
    assert attend(torch.randn(2, 5, 8)).shape[:2] == (2, 5)


def _test_same_order(attend):
    x, order = torch.randn(2, 5, 8), torch.arange(5)
    assert torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


def _test_nothing_changes(attend):
    x, order = torch.randn(2, 5, 8), torch.tensor([3, 0, 4, 2, 1])
    assert torch.allclose(attend(x[:, order]), attend(x), atol=1e-5)


def _test_sentences_shuffled(attend):
    x, order = torch.randn(3, 5, 8), torch.tensor([2, 0, 1])
    assert torch.allclose(attend(x[order]), attend(x)[order], atol=1e-5)


def _weak(order=(2, 5, 0, 3, 1, 4), sentences=slice(None), numbers=slice(None), atol=1e-5):
    """A test that leaves something out."""
    def test(attend):
        x, places = torch.randn(3, 6, 8), torch.tensor(order)
        before, after = attend(x)[:, places], attend(x[:, places])
        assert torch.allclose(after[sentences, ..., numbers], before[sentences, ..., numbers], atol=atol)
    return test


def _weak_in(what, **tolerance):
    """A test that compares something made of the outputs, or with another tolerance."""
    def test(attend):
        x, places = torch.randn(3, 6, 8), torch.tensor([2, 5, 0, 3, 1, 4])
        before, after = what(attend(x)[:, places]), what(attend(x[:, places]))
        assert torch.allclose(after, before, **{"atol": 1e-5, **tolerance})
    return test


def _test_without_assert(attend):
    x, order = torch.randn(3, 6, 8), torch.tensor([2, 5, 0, 3, 1, 4])
    torch.allclose(attend(x[:, order]), attend(x)[:, order], atol=1e-5)


def _test_undone_the_wrong_way(attend):
    x, order = torch.randn(2, 5, 8), torch.tensor([3, 0, 4, 2, 1])
    assert torch.allclose(attend(x[:, order])[:, order], attend(x), atol=1e-5)


# ------------------------------------------------------------------------------- suppliers of 3.4

_SUPPLIERS = {
    ("encoder", "encoder", "encoder"):
        "Then English words would look at English words, and nothing would depend on what has been written in Spanish "
        "so far. That is the self-attention of the encoder.",
    ("decoder", "decoder", "decoder"):
        "Then Spanish words would look at Spanish words, and the English sentence would never be read. That is the "
        "self-attention of the decoder.",
    ("encoder", "decoder", "decoder"):
        "The other way round: with queries from the encoder there would be an output for each English word. Who is "
        "it that has a question?",
    ("decoder", "encoder", "decoder"):
        "Every key must come with its value: the weights say how much of each English word is taken, so it must be "
        "English words that hand something over.",
    ("decoder", "decoder", "encoder"):
        "The weights have a column for each key. They would say how much to take of each Spanish word, and then be "
        "applied to values of English words.",
    ("encoder", "encoder", "decoder"):
        "There is one output for each query, and it is the Spanish positions that need one. And each key must come "
        "with its value.",
    ("encoder", "decoder", "encoder"):
        "There is one output for each query, and it is the Spanish positions that need one. And each key must come "
        "with its value.",
}


_RIGHT = ("decoder", "encoder", "encoder")
_WORDS = [{"decoder": decoder, "encoder": encoder} for decoder, encoder in (("target", "source"), ("x", "memory"),
                                                                            ("target", "memory"))]
_IN_OTHER_WORDS = {
    tuple(words[half] for half in halves): later("In the words that the exercise asks for, that is `{halves}`. "
                                                  "{says}", halves=halves, says=says)
    for halves, says in {_RIGHT: "You have understood it: now set `suppliers` to the three words \"encoder\" or "
                                 "\"decoder\", the halves that read the source and write the target.",
                         **_SUPPLIERS}.items()
    for words in _WORDS}


def _option(suppliers) -> Misconception:
    slug = "in-other-words" if suppliers in _IN_OTHER_WORDS else "-".join(("supplied-by", *suppliers))
    return Misconception(slug, lambda: suppliers, "", "", "")


_SIZES = dict(d_model="", d_k="", d_v="")
_INIT = ("d_model", "d_k", "d_v")

EXERCISES = [
    Exercise(
        id="3.1", title="self-attention", names=("SelfAttention",), points=3, minutes=15, difficulty=2,
        takes={**_SIZES, "x": "B T d_model", "mask": "B T T"}, gives={"output": "B T d_v", "weights": "B T T"},
        shares=("weights",), framework="torch", reference=SelfAttention, cases=_alone, probe=Module(init=_INIT),
        hints=(
            "Three layers in `__init__`, and one line in `forward`. Which sizes does each layer turn into which?",
            "`nn.Linear(inputs, outputs, bias=False)`: all three take vectors of d_model numbers. Queries and keys "
            "must have the same size, since they are compared; values may have another.",
            "In `forward`, x goes through each of the three layers, and the three results, with the mask, through "
            "`scaled_dot_product_attention`, which returns just the two things that are asked for."),
        misconceptions=[*mistakes.SELF, *mistakes_masks.SELF],
        styles=[functools.partial(mistakes.SloppySelf, empty=style) for style in STYLES],
        properties=properties.of("x"),
        moral="Queries, keys and values are three views of the same words, and all three are learned.",
    ),
    Exercise(
        id="3.2", title="cross-attention", names=("CrossAttention",), points=2, minutes=10, difficulty=2,
        takes={**_SIZES, "x": "B T_q d_model", "memory": "B T_k d_model", "mask": "B T_q T_k"},
        gives={"output": "B T_q d_v", "weights": "B T_q T_k"}, shares=("weights",), framework="torch",
        reference=CrossAttention, cases=_across, probe=Module(init=_INIT),
        hints=(
            "It is `SelfAttention` with a second input. What changes is only which input goes through which layer.",
            "There must be one output for each position of x: so who asks? And what is mixed must be what was looked "
            "at: keys and values belong together.",
            "`w_q` gets x; `w_k` and `w_v` get memory."),
        misconceptions=[*mistakes.CROSS, *mistakes_masks.CROSS],
        styles=[functools.partial(mistakes.Sloppy, empty=style) for style in STYLES],
        properties=properties.of("x", "memory"),
        moral="One output for each target position, made of values of the source.",
    ),
    TestTask(
        id="3.3", title="a test for blindness to order", names=("test_equivariance",), points=2, minutes=15,
        difficulty=2, takes={"x": "B T d_model"}, framework="torch", reference=test_equivariance,
        right={"self-attention with learned projections": ordered, "without projections": _without_projections,
               "two heads side by side": _two_heads, "equal shares for all words": _equal_shares},
        buggy=mistakes_order.ORDERED, notices=mistakes_order.notices, suspects=refused.suspects,
        hints=(
            "Say it in words first: if I shuffle the words and then attend, I get the same as if I attend and then "
            "shuffle the ...",
            "An order is a tensor of positions, such as `torch.tensor([2, 0, 3, 1])`, and `x[:, order]` puts the words "
            "of every sentence into it. The same works for outputs.",
            "`attend(x[:, order])` against `attend(x)[:, order]`, by `torch.allclose` with `atol=1e-5`. Take several "
            "sentences, and an order in which few neighbours stay neighbours. An order drawn at random may leave the "
            "first or the last word where it is."),
        misconceptions=[
            Misconception(slug, wrong, "", "", "") for slug, wrong in [
                ("misses-prefers-neighbours", _test_reversed), ("misses-values-shifted", _test_rolled),
                ("misses-later-sentences-only", _test_one_sentence), ("accepts-everything", _test_shape_only),
                ("accepts-everything", _test_without_assert), ("misses-positions-added", _test_same_order),
                ("misses-small-difference", _weak(atol=1.0)), ("misses-small-difference", _weak(atol=0.1)),
                ("misses-smaller-difference", _weak(atol=0.01)), ("misses-smaller-difference", _weak(atol=0.005)),
                ("misses-first-sentence-only", _weak(sentences=slice(1, None))),
                ("misses-later-sentences-only", _weak(sentences=slice(0, 1))),
                ("misses-last-word-favoured", _weak(order=(2, 4, 0, 3, 1, 5))),
                ("misses-first-word-favoured", _weak(order=(0, 4, 2, 5, 1, 3))),
                ("misses-only-last-number", _weak(numbers=slice(0, -1))),
                ("misses-words-sorted", _weak_in(lambda y: y.sort(dim=1).values)),
                ("misses-words-sorted", _weak_in(lambda y: torch.stack([y.mean(1), y.std(1)]))),
                ("misses-words-sorted", _weak_in(lambda y: y.sum(1), atol=1e-4)),
                ("misses-numbers-turned", _weak_in(lambda y: y.norm(dim=-1))),
                ("misses-numbers-turned", _weak_in(lambda y: y.mean(-1))),
                ("misses-larger-by-place", _weak_in(lambda y: y, rtol=0.1)),
                ("refuses-right", _test_nothing_changes),
                ("misses-positions-added", _test_sentences_shuffled), ("refuses-right", _test_undone_the_wrong_way),
                ("calls-nothing", lambda attend: True)]],
        moral="The property holds for all weights, so that your test needs no training and no expected numbers.",
    ),
    Choice(
        id="3.4", title="who supplies what?", names=("suppliers",), points=1, minutes=3, difficulty=1,
        options=sorted([_RIGHT, *_SUPPLIERS]), reference=_RIGHT, wrong={**_SUPPLIERS, **_IN_OTHER_WORDS},
        misconceptions=[_option(suppliers) for suppliers in (*_SUPPLIERS, *_IN_OTHER_WORDS)],
        hints=(
            "Who needs an answer: the English words or the Spanish ones?",
            "There is one output for each query. The decoder needs an output for each of its positions.",
            "The Spanish side asks the question. The English side is searched (keys), and hands something over "
            "(values)."),
        solution_source='suppliers = ("decoder", "encoder", "encoder")',
        moral="The target asks; the source is looked at, and hands over.",
    ),
    *tasks_more.EXERCISES,
]
