"""Lesson 04: splitting, merging and multi-head attention, in PyTorch."""
import functools
import math

import numpy as np
import torch
from torch import nn

from classroom.ask.built import BuiltModule
from classroom.ask.case import Case
from classroom.exercises import closed
from classroom.exercises.lesson_02.mistakes import STYLES
from classroom.judge.exercise import Exercise, Property, TestTask
from course import attention as library
from course._words import say
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

from . import mistakes, mistakes_attention, mistakes_heads, mistakes_tests, mistakes_weak, properties, tasks_parts


class MultiHeadAttention(nn.Module):
    """Several attentions side by side: (B, T_q, d_model) and weights (B, n_heads, T_q, T_k)."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"d_model = {d_model} is not divisible by n_heads = {n_heads}")
        self.n_heads = n_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.w_q(query), self.n_heads)      # (B, n_heads, T_q, d_head)
        k = split_heads(self.w_k(key), self.n_heads)
        v = split_heads(self.w_v(value), self.n_heads)
        if mask is not None:
            mask = mask.unsqueeze(1)                         # the same for every head
        mixed, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.w_o(merge_heads(mixed)), weights


# -------------------------------------------------------------------------------------- cases

def _sentences(rng):
    """x and n_heads for 4.1."""
    def of(about, batch, length, d_model, n_heads, dtype="float32"):
        return Case(about, x=rng.normal(size=(batch, length, d_model)).astype(dtype), n_heads=n_heads)
    yield Case("numbers in order", x=np.arange(12, dtype="float32").reshape(1, 3, 4), n_heads=2)
    yield of("sizes that all differ", 2, 5, 12, 3)
    yield of("float64", 3, 4, 10, 5, "float64")
    yield of("as many sentences as positions", 2, 2, 8, 4)
    yield of("as many heads as positions", 2, 3, 6, 3)
    yield of("one head", 2, 5, 7, 1)
    yield of("heads of one number", 2, 3, 4, 4)
    yield of("one position", 3, 1, 8, 2)
    yield of("one sentence", 1, 6, 9, 3)
    yield of("one head for one sentence", 1, 4, 6, 1)
    yield of("one head for one position", 2, 1, 5, 1)
    yield of("one number in all", 1, 1, 1, 1)


def _heads(rng):
    """x for 4.2."""
    def of(about, *shape, dtype="float32"):
        return Case(about, x=rng.normal(size=shape).astype(dtype))
    yield Case("numbers in order", x=np.arange(12, dtype="float32").reshape(1, 2, 3, 2))
    yield of("sizes that all differ", 2, 3, 5, 4)
    yield of("float64", 3, 5, 4, 2, dtype="float64")
    yield of("as many heads as positions", 2, 3, 3, 4)
    yield of("heads as large as sentences are long", 2, 3, 4, 4)
    yield of("one head", 2, 1, 5, 7)
    yield of("heads of one number", 2, 4, 3, 1)
    yield of("one position", 3, 2, 1, 4)
    yield of("one sentence", 1, 3, 6, 3)
    yield of("one head for one sentence", 1, 1, 4, 6)
    yield of("one head for one position", 2, 1, 1, 5)
    yield of("one head of one number", 2, 1, 3, 1)
    yield of("one number in all", 1, 1, 1, 1)


def _attentions(rng):
    """Everything for 4.3."""
    def of(about, batch, t_q, t_k, d_model, n_heads, mask=None, dtype="float64"):
        def normal(*shape, scale=1.0):
            return (scale * rng.normal(size=shape)).astype(dtype)
        weights = {f"w_{name}.weight": normal(d_model, d_model, scale=0.7 / math.sqrt(d_model)) for name in "qkvo"}
        weights |= {f"w_{name}.bias": normal(d_model, scale=0.3) for name in "qkvo"}
        inputs = {} if mask is None else {"mask": mask}
        return Case(about, d_model=d_model, n_heads=n_heads, query=normal(batch, t_q, d_model),
                    key=normal(batch, t_k, d_model), value=normal(batch, t_k, d_model), weights=weights, **inputs)

    def some(*shape):
        """A mask with at least one True, and where there is room one False, in each row."""
        mask = rng.random(shape) < 0.6
        mask[..., 0] |= ~mask.any(-1)
        mask[..., -1] &= ~mask.all(-1)
        return mask

    yield of("no mask", 1, 2, 3, 4, 2)
    yield of("sizes that all differ", 2, 4, 5, 21, 3)
    yield of("padding", 2, 4, 5, 12, 3, np.array([[[1, 1, 1, 0, 0]], [[1, 1, 1, 1, 0]]], dtype=bool))
    yield of("a mask for each query", 2, 3, 5, 6, 2, some(2, 3, 5))
    yield of("float32", 3, 4, 6, 10, 5, some(3, 1, 6), "float32")
    short = np.array([[[1, 1, 1, 1]], [[1, 1, 1, 0]]], dtype=bool)
    yield of("padding and future", 2, 4, 4, 8, 2, short & np.tri(4, dtype=bool))
    yield of("as many sentences as heads", 3, 4, 5, 6, 3, some(3, 4, 5))
    yield of("one head", 2, 3, 4, 5, 1, some(2, 1, 4))
    yield of("heads of one number", 2, 4, 4, 3, 3)
    yield of("vectors of one number", 2, 4, 3, 1, 1)
    yield of("one query", 2, 1, 5, 6, 2, some(2, 1, 5))
    yield of("one key", 2, 4, 1, 6, 3)
    yield of("one head, one sentence, one query", 1, 1, 5, 7, 1, some(1, 1, 5))
    empty = some(3, 4, 5)
    empty[0, 1] = empty[2] = False
    yield of("queries that may attend to nothing", 3, 4, 5, 6, 2, empty)
    front = np.array([[[1, 1, 0, 1, 0]], [[0, 1, 1, 1, 1]]], dtype=bool)
    yield _towering(of("a forbidden score far above the allowed ones", 2, 3, 5, 6, 2, front))
    yield _far_below(of("very low scores", 4, 3, 5, 6, 2, some(4, 3, 5)))


def _towering(case: Case) -> Case:
    """Scores of at least 5,000 for the forbidden keys of each head."""
    inputs = case.inputs
    weights = inputs["weights"] | {"w_q.bias": np.zeros_like(inputs["weights"]["w_q.bias"])}
    query, key = closed.towering(inputs["query"], inputs["key"], inputs["mask"][:, 0], weights, inputs["n_heads"])
    return case.without(query=query, key=key, weights=weights)


def _far_below(case: Case) -> Case:
    """All scores beyond ±20,000, those of half of the sentences negative, and those of a row within 2 of each other."""
    inputs, weights = case.inputs, case.inputs["weights"]
    d_head = inputs["d_model"] // inputs["n_heads"]
    query, one, noise = inputs["query"][0, 0], inputs["key"][0, 0], inputs["key"]

    def scores(key, bias=0.0):                               # of each head, for a query without bias
        products = (query @ weights["w_q.weight"].T) * (key @ weights["w_k.weight"].T + bias)
        return np.abs(products.reshape(*key.shape[:-1], -1, d_head).sum(-1)) / math.sqrt(d_head)

    factor = 2e4 / scores(one, weights["w_k.bias"]).min()
    key = one + noise / (factor * scores(noise).max())
    signs = np.resize([1.0, -1.0], (len(key), 1, 1))
    return case.without(query=signs * factor * np.broadcast_to(query, inputs["query"].shape), key=key)


# ---------------------------------------------------------------- right answers, written otherwise

def _split_by_slices(x, n_heads):
    d_head, rest = divmod(x.shape[-1], n_heads)
    assert rest == 0
    return torch.stack([x[..., i * d_head:(i + 1) * d_head] for i in range(n_heads)], dim=1)


def _split_by_chunks(x, n_heads):
    if x.size(-1) % n_heads != 0:
        raise RuntimeError("not divisible")
    return torch.stack(x.chunk(n_heads, dim=-1)).transpose(0, 1).contiguous()


def _split_by_view(x, n_heads):
    return x.view(x.size(0), -1, n_heads, x.size(-1) // n_heads).permute(0, 2, 1, 3)


def _accepts_remainder(ask) -> str | None:
    x = np.random.default_rng(0).normal(size=(2, 3, 10)).astype("float32")
    outcome = ask(x=x, n_heads=4)
    if outcome.error is not None:
        return None
    made = [array.shape[1] for array in outcome.values.values() if array.ndim == 4 and array.shape[1] != 4]
    came = say(", {made} heads came out", made=made[0]) if made else ""
    return say("One thing for later: 10 dimensions were to be cut into 4 heads{came}, and nothing was said.", came=came)


_UNEVEN = ((10, 4), (9, 2), (12, 8), (6, 4), (4, 8))      # d_model and n_heads that do not go together


def _made(ask, d_model: int, n_heads: int):
    """What happens in `__init__`: the weights do not fit, so that `forward` is never called."""
    x = np.random.default_rng(0).normal(size=(2, 3, d_model)).astype("float32")
    return ask(d_model=d_model, n_heads=n_heads, query=x, key=x, value=x, weights={"w_q.weight": x[0, :1, :1]})


def _accepts_any_size(ask, late: bool) -> str | None:
    for d_model, n_heads in _UNEVEN:
        if _made(ask, d_model, n_heads).error is None:
            x = np.random.default_rng(0).normal(size=(2, 3, d_model)).astype("float32")
            called = ask(d_model=d_model, n_heads=n_heads, query=x, key=x, value=x)
            if late == (called.error is None):
                return None
            if called.error is None:
                return say("A layer with d_model = {d_model} and n_heads = {n_heads} was made without a word.",
                           d_model=d_model, n_heads=n_heads)
            return say("A layer with d_model = {d_model} and n_heads = {n_heads} was made without a word; only when "
                       "it was called did the code stop, with {kind}: {text_}. The exercise asks for the `ValueError` "
                       "in `__init__`.", d_model=d_model, n_heads=n_heads, kind=called.error.kind,
                       text_=called.error.text)
    return None


def _raises(ask, asserted: bool) -> str | None:
    for d_model, n_heads in _UNEVEN:
        error = _made(ask, d_model, n_heads).error
        if error is None or error.kind == "ValueError" or asserted != (error.kind == "AssertionError"):
            continue
        if asserted:
            return say("For d_model = {d_model} and n_heads = {n_heads}, `__init__` stops with {kind}; the exercise "
                       "asks for a `ValueError`.", d_model=d_model, n_heads=n_heads, kind=error.kind)
        return say("For d_model = {d_model} and n_heads = {n_heads}, the code stops with {kind}: {text_}. The exercise "
                   "asks for a `ValueError`.", d_model=d_model, n_heads=n_heads, kind=error.kind,
                   text_=error.text.rstrip("."))
    return None


_TURNED = ((4, 2), (12, 3), (6, 1), (10, 4), (4, 6), (4, 4), (4, 8), (3, 9))      # in the last three d_model divides


def _turned_round(ask, failed) -> tuple[str, str] | None:
    """Is the error raised in `__init__` just where d_model does not divide n_heads?"""
    raised = [_made(ask, *sizes).error for sizes in _TURNED]
    if any((error is not None and error.kind == failed.error.kind) != (n_heads % d_model > 0)
           for error, (d_model, n_heads) in zip(raised, _TURNED, strict=True)):
        return None
    (d_model, n_heads), other = _TURNED[0], _TURNED[-2]
    return "divisibility-turned-round", say(
        "In all that was tried, `__init__` stops just where n_heads is not divisible by d_model: it stops for d_model "
        "= {d_model} and n_heads = {n_heads}, and not for d_model = {d_model2} and n_heads = {n_heads2}. It should "
        "stop where d_model is not divisible by n_heads. `a % b` is what remains when a is divided by b. Which of the "
        "two does your condition divide by the other, and in which order does the `def` of `__init__` name them? The "
        "call gives d_model, n_heads.", d_model=d_model, n_heads=n_heads, d_model2=other[0], n_heads2=other[1])


def _stops(ask, failed) -> tuple[str, str] | None:
    return _turned_round(ask, failed) or properties.mask_of_two_axes(ask, failed)


def _returns_the_error(ask) -> str | None:
    for d_model, n_heads in _UNEVEN:
        error = _made(ask, d_model, n_heads).error
        if error is not None and error.kind == "TypeError" and "should return None" in error.text:
            return say("For d_model = {d_model} and n_heads = {n_heads}, Python stops with {kind}: {text_}. The "
                       "exercise asks for a `ValueError`.", d_model=d_model, n_heads=n_heads, kind=error.kind,
                       text_=error.text.rstrip("."))
    return None


_FOUND_LATER = "A mistake that is reported where it is made costs a minute; found later, it costs a day."
_NOT_DIVISIBLE = ("If d_model is not divisible by n_heads, some numbers of every vector are lost, or the heads differ "
                  "in size, or there are more or fewer of them than asked for. A mistake that is reported where it is "
                  "made costs a minute; found later, it costs a day.")
_NOT_ASSERTED = ("An `assert` says what the code itself must guarantee, and `python -O` leaves all of them out. What "
                 "comes from the caller is checked with `if` and `raise`.")
_NOT_RAISED = ("`__init__` must not return anything. And an error that is returned is an object like any other: it "
               "stops nothing by itself.")
_OTHER_KIND = ("A caller can tell by the kind of error what was wrong. `ValueError` says that a value is.")


# ------------------------------------------------------------------------------------ tests of 4.4


def test_split_heads(split_heads):
    """Head h must hold the h-th piece of every position's own vector, and nothing else."""
    x = torch.arange(2 * 5 * 12.0).reshape(2, 5, 12)
    heads = split_heads(x, 3)
    assert heads.shape == (2, 3, 5, 4)
    for h in range(3):
        assert torch.equal(heads[:, h], x[:, :, 4 * h:4 * h + 4])


test_split_heads.__test__ = False


EXERCISES = [
    Exercise(
        id="4.1", title="split the heads", names=("split_heads",), points=2, minutes=10, difficulty=2,
        takes={"x": "B T d_model", "n_heads": ""}, gives={"heads": "B n_heads T d_head"}, framework="torch",
        reference=split_heads, cases=_sentences,
        hints=(
            "Take one vector of 4 numbers and 2 heads: which numbers go to head 0? Nothing may cross from one "
            "position to another.",
            "Two steps: cut the last axis into two, without touching the others; then bring the axes into the order "
            "that is asked for. A single reshape to the final shape looks right and is not.",
            "After the first step the shape is (B, T, n_heads, d_head). `transpose(a, b)` exchanges two axes; which "
            "two turn that into (B, n_heads, T, d_head)?"),
        misconceptions=mistakes.SPLIT,
        properties=[Property("remainder-dropped", _accepts_remainder, _NOT_DIVISIBLE,
                             "What is left over when you divide d_model by n_heads?", refuses=False)],
        moral="Every head has its own piece of every vector, and attention can now run on all heads at once.",
    ),
    Exercise(
        id="4.2", title="merge the heads", names=("merge_heads",), points=1, minutes=5, difficulty=1,
        takes={"x": "B n_heads T d_head"}, gives={"result": "B T d_model"}, framework="torch",
        reference=merge_heads, cases=_heads,
        hints=(
            "It undoes `split_heads`, so the same two steps happen in the opposite order.",
            "Before two axes can become one they have to stand next to each other, in the right order.",
            "First exchange the axes of heads and positions. Then join the last two; `reshape` and `flatten` can do "
            "that for any tensor, `view` only for one that lies in memory in this order."),
        misconceptions=mistakes.MERGE,
        moral="After `split_heads` it gives back what went in. (The next cells show that this alone proves little.)",
    ),
    Exercise(
        id="4.3", title="multi-head attention", names=("MultiHeadAttention",), points=4, minutes=25, difficulty=3,
        takes={"d_model": "", "n_heads": "", "query": "B T_q d_model", "key": "B T_k d_model", "value": "B T_k d_model",
               "mask": "B T_q T_k"},
        gives={"output": "B T_q d_model", "weights": "B n_heads T_q T_k"}, shares=("weights",), framework="torch",
        reference=MultiHeadAttention, library=library.MultiHeadAttention, cases=_attentions,
        probe=BuiltModule(init=("d_model", "n_heads"),
                          whole=("multi_head_attention_forward", "_native_multi_head_attention")),
        hints=(
            "Five steps: project query, key and value; split; attend; merge; project once more. You have written all "
            "of them, apart from four layers.",
            "`scaled_dot_product_attention` takes any number of axes in front, so all heads go through in one call. "
            "The mask (B, T_q, T_k) needs an axis for the heads before it does.",
            "In `forward`: q, k and v each are `split_heads(…)` of their own projection; the mask gets an axis of "
            "length 1 at place 1, if there is a mask; `w_o` comes last, on the merged heads."),
        misconceptions=mistakes_attention.MULTI_HEAD, stops=_stops,
        styles=[functools.partial(mistakes_heads.Sloppy, empty=style) for style in STYLES],
        properties=[closed.of_projections(memory=True, heads=True),
                    *(Property("no-divisibility-check", functools.partial(_accepts_any_size, late=late), why,
                               "What should `__init__` do when d_model is not divisible by n_heads, and is there a "
                               "`raise` in it?")
                      for late, why in ((False, _NOT_DIVISIBLE), (True, _FOUND_LATER))),
                    Property("error-returned", _returns_the_error, _NOT_RAISED,
                             "Which word stands in front of your error?"),
                    Property("not-a-value-error", functools.partial(_raises, asserted=True), _NOT_ASSERTED,
                             "Which line of `__init__` stops?"),
                    Property("not-a-value-error", functools.partial(_raises, asserted=False), _OTHER_KIND,
                             "Which line stops, and what does it do?"),
                    *properties.OF_LAYERS],
        moral="With its weights copied, it gives the same numbers as `torch.nn.MultiheadAttention`, wherever each "
              "query may attend to something.",
    ),
    TestTask(
        id="4.4", title="a test that finds the bug", names=("test_split_heads",), points=2, minutes=10, difficulty=2,
        takes={"x": "B T d_model", "n_heads": ""}, framework="torch", reference=test_split_heads,
        right={"a reshape and a transpose": split_heads, "slices, stacked": _split_by_slices,
               "chunks, copied to be contiguous": _split_by_chunks, "a view and a permute": _split_by_view},
        buggy=mistakes_tests.BUGGY, notices=mistakes_tests.notices,
        hints=(
            "A right shape proves little: nearly all of the bugs have it. Choose an x in which every number is "
            "different, so that you can see where each one went.",
            "Say in one sentence what head h holds, in terms of x, and turn that sentence into an `assert`.",
            "Head h of the result is `heads[:, h]`, and it should equal a slice of the last axis of x. Use at least "
            "two sentences, several positions, more than one number per head, and look at every head."),
        misconceptions=mistakes_weak.WEAK,
        moral="Where two numbers are equal, or two sizes, a test may not see that they have changed places.",
    ),
    *tasks_parts.EXERCISES,
]
