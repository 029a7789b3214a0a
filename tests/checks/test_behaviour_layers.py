"""What an object keeps between its calls, tensors on another device, weak masks inside layers, work done twice."""
import pytest
import torch

from classroom import evaluate, exercises
from classroom.exercises.lesson_04 import tasks
from course.attention import merge_heads, split_heads
from tests import variants


def assert_found(id, answer, slug, *words):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == ("wrong", slug), verdict.message
    for word in words:
        assert word in verdict.message, verdict.message


def layered(id, forward):
    """The reference of an exercise, whose forward pass goes through `forward(right, self, *inputs)`."""
    reference = exercises.get(id).reference

    class Answer(reference):
        def forward(self, *inputs):
            return forward(super().forward, self, *inputs)
    return Answer


def remembers_its_mask(right, self, x, mask=None):
    self.kept = getattr(self, "kept", mask)
    return right(x, self.kept)


def counts_its_calls(right, self, *inputs):
    self.calls = getattr(self, "calls", 0) + 1
    return right(inputs[0] * self.calls, *inputs[1:])


def remembers_the_memory(right, self, x, memory, *masks):
    self.seen = getattr(self, "seen", memory)
    return right(x, self.seen, *masks)


def remembers_memories_by_their_shapes(right, self, x, memory, *masks):
    self.__dict__.setdefault("memories", {}).setdefault(memory.shape, memory)
    return right(x, self.memories[memory.shape], *masks)


def encodes_once(right, self, source, target):
    self.__dict__.setdefault("sources", {}).setdefault(source.shape, source)
    return right(self.sources[source.shape], target)


@pytest.mark.slow
@pytest.mark.parametrize("id, forward", [
    ("3.1", remembers_its_mask), ("3.1", counts_its_calls), ("3.2", remembers_the_memory), ("4.3", counts_its_calls),
    ("6.2", counts_its_calls), ("6.3", remembers_its_mask), ("6.4", remembers_its_mask), ("7.1", remembers_the_memory),
    ("3.2", remembers_memories_by_their_shapes), ("7.1", remembers_memories_by_their_shapes),
    ("7.5", remembers_memories_by_their_shapes), ("7.6", encodes_once),
])
def test_what_an_object_keeps_between_calls(id, forward):
    assert_found(id, layered(id, forward), "not-repeatable")


def masked_when_evaluated(right, self, x, mask=None):
    return right(x, None if self.training else mask)


def raises_in_training(right, self, *inputs):
    if self.training:
        raise ValueError("not yet")
    return right(*inputs)


def halves_in_training(right, self, *inputs):
    result = right(*inputs)
    return result / 2 if self.training else result


@pytest.mark.slow
@pytest.mark.parametrize("id, forward, what", [
    ("6.3", masked_when_evaluated, "other numbers"),
    ("4.3", raises_in_training, "it raises ValueError: not yet."),
    ("7.6", raises_in_training, "it raises ValueError: not yet."),
    ("7.5", halves_in_training, "other numbers"), ("6.1", halves_in_training, "other numbers"),
])
def test_right_in_evaluation_mode_alone(id, forward, what):
    assert_found(id, layered(id, forward), "differs-in-training", what)


@pytest.mark.slow
@pytest.mark.parametrize("id", ["4.3", "6.1", "6.2", "6.3", "7.1", "13.2"])
def test_dropout_while_training_is_nobodys_business(id):
    def forward(right, self, *inputs):
        result = right(*inputs)
        if isinstance(result, tuple):
            return torch.nn.functional.dropout(result[0], 0.1, self.training), *result[1:]
        return torch.nn.functional.dropout(result, 0.1, self.training)
    for _ in range(5):
        assert evaluate(id, layered(id, forward)).status == "correct"


@pytest.mark.slow
def test_what_an_object_may_keep():
    def forward(right, self, *inputs):
        self.last = right(*inputs)
        return self.last

    for id in ("3.1", "4.3", "6.3", "7.1"):
        assert evaluate(id, layered(id, forward)).status == "correct"


@pytest.mark.parametrize("id", ["3.1", "6.1", "6.2", "6.3", "6.4", "7.1"])
@pytest.mark.slow
def test_layers_that_make_tensors_on_the_cpu(id):
    def on_cpu(right, self, x, *others):
        return right(x + torch.zeros(x.shape[-1], dtype=x.dtype), *others)

    def on_its_device(right, self, x, *others):
        return right(x + torch.zeros_like(x), *others)

    verdict = evaluate(id, layered(id, on_cpu))
    assert verdict.status == "correct" and "on a GPU" in verdict.message
    assert "on a GPU" not in evaluate(id, layered(id, on_its_device)).message


def weak(closed):
    """Attention of lesson 04 that fills forbidden places with −10000, and perhaps sets their shares to 0 afterwards."""
    class MultiHeadAttention(tasks.MultiHeadAttention):
        def forward(self, query, key, value, mask=None, need_weights=True):
            q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                       ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
            scores = q @ k.mT / q.shape[-1] ** 0.5
            if mask is None:
                weights = scores.softmax(-1)
            else:
                mask = mask.unsqueeze(1)
                weights = scores.masked_fill(~mask, -1e4).softmax(-1)
                weights = weights * (mask if closed else mask.any(-1, keepdim=True))
            return self.w_o(merge_heads(weights @ v)), weights
    return MultiHeadAttention


@pytest.mark.slow
@pytest.mark.parametrize("closed", [False, True])
def test_fills_that_are_not_low_enough_inside_layers(closed):
    assert_found("4.3", weak(closed), "fill-not-low-enough")

    def inside(id, *names):
        class Answer(exercises.get(id).reference):
            def __init__(self, d_model, n_heads, d_ff):
                super().__init__(d_model, n_heads, d_ff)
                for name in names:
                    setattr(self, name, weak(closed)(d_model, n_heads))
        return Answer

    assert_found("6.3", inside("6.3", "self_attention"), "fill-not-low-enough")
    assert_found("7.1", inside("7.1", "self_attention"), "fill-not-low-enough")
    assert_found("7.1", inside("7.1", "cross_attention"), "fill-not-low-enough")


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("id", ["3.1", "3.2"])
@pytest.mark.slow
def test_fills_that_are_not_low_enough_in_one_head(id, closed):
    class Answer(exercises.get(id).reference):
        def forward(self, x, *others):
            memory, mask = (*others, None)[:2] if id == "3.2" else (x, *others, None)[:2]
            scores = self.w_q(x) @ self.w_k(memory).mT / self.w_q.out_features ** 0.5
            if mask is None:
                weights = scores.softmax(-1)
            else:
                weights = scores.masked_fill(~mask, -20.0).softmax(-1)
                weights = weights * (mask if closed else mask.any(-1, keepdim=True))
            return weights @ self.w_v(memory), weights

    assert_found(id, Answer, "fill-not-low-enough")


@pytest.mark.slow
@pytest.mark.parametrize("id", ["9.4", "10.3"])
def test_decoding_that_begins_again_for_each_token_is_remarked_upon(id):
    decode = exercises.get(id).reference

    def again(*inputs):
        for length in range(1, inputs[-1] + 1):
            written = decode(*inputs[:-1], length)
            if id == "9.4" and (written == inputs[3]).any(1).all():        # all have ended
                break
        return written

    verdict = evaluate(id, again)
    assert verdict.status == "correct" and "square" in verdict.message, verdict.message
    for answer in (decode, *variants.of(id)):
        assert "square" not in evaluate(id, answer).message


@pytest.mark.slow
def test_rounded_results():
    softmax = exercises.get("1.2").reference
    assert_found("1.2", lambda x: softmax(x).round(3), "rounded", "3 places")
    assert evaluate("8.2", lambda step, d_model, warmup: 0.0).mistake != "rounded"


def test_small_gradients_need_not_be_exact():
    renormalised = variants.of("4.3")[2]          # has 1e-9 below a fraction
    verdict = evaluate("4.3", renormalised, seed=1007)             # one whose smallest gradients show it
    assert verdict.status == "correct", verdict.message
