"""What is told of sizes only where several cases agree, of what stops an answer, and in plain words."""
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from classroom import exercises
from classroom.ask.case import Case
from classroom.exercises.lesson_07.tasks import Transformer
from classroom.exercises.lesson_08.tasks import training_step
from course.attention import MultiHeadAttention, causal_mask, merge_heads
from course.page.rounding import quantise
from course.training import label_smoothing_loss
from course.transformer import DecoderLayer, FeedForward, LayerNorm, sinusoidal_encoding

from .told import accepted, refused

pytestmark = pytest.mark.slow

# ------------------------------------------------------------------------------------------ what stops a model

class Asserts(Transformer):
    def forward(self, source, target):
        assert source.shape == target.shape
        return super().forward(source, target)


class Misspelt(Transformer):
    def forward(self, source, target):
        return self.embeding(source)


class WithoutATable(Transformer):
    def forward(self, source, target):
        return torch.zeros(*target.shape, 7)


def test_what_stops_a_model_is_told_before_its_table_is():
    refused("7.6", Asserts, "stops-by-itself", ["Your own `assert` stops it"], ["table of embeddings"])
    refused("7.6", Misspelt, "no-such-attribute", ["`embeding`"], ["table of embeddings"])
    refused("7.6", WithoutATable, "missing-layer", ["table of embeddings"])


# ------------------------------------------------------------------------------------------ sizes

def heads(*shapes):
    def cases(rng):
        for n, shape in enumerate(shapes):
            yield Case(f"case {n}", x=rng.normal(size=shape))
    return dataclasses.replace(exercises.get("4.2"), cases=cases)


def right_if(condition):
    return lambda x: merge_heads(x) if condition(x) else merge_heads(x) * 1.37 + x.mean()


def test_two_sizes_that_are_taken_for_equal(monkeypatch):
    monkeypatch.setitem(exercises._known, "4.2", heads(
        (2, 4, 2, 3), (3, 2, 3, 5), (2, 4, 3, 3), (3, 2, 5, 4), (5, 4, 2, 3)))
    for answer in (right_if(lambda x: len(x) == x.shape[2]),
                   lambda x: merge_heads(x) + torch.zeros(len(x), len(x), 1, dtype=x.dtype)):
        refused("4.2", answer, "sizes-taken-for-equal", ["right in the cases where B = T, and in no other"],
                ["In all of these cases"])
    monkeypatch.setitem(exercises._known, "4.2", heads(
        (4, 3, 4, 2), (4, 2, 4, 3), (2, 3, 5, 2), (3, 2, 6, 3), (5, 3, 7, 2)))
    refused("4.2", right_if(lambda x: x.shape[2] == 4), "sizes-taken-for-equal", ["B = T", "or is a 4 in your code"])


def test_a_size_is_named_only_where_several_cases_agree(monkeypatch):
    def of_length(length):
        return lambda x: merge_heads(x)[:, :1].expand(-1, length(x), -1) + torch.arange(
            length(x), dtype=x.dtype)[:, None]
    monkeypatch.setitem(exercises._known, "4.2", heads((2, 4, 3, 5), (3, 5, 4, 2), (2, 3, 5, 4)))
    refused("4.2", of_length(lambda x: x.shape[1]), "wrong-shape", ["The size you have there is n_heads"])
    refused("4.2", of_length(lambda x: 4), "wrong-shape", [], ["The size you have there"])


def test_a_place_of_an_axis_whose_name_is_a_word():
    def answer(w):
        q, scale = quantise(w)
        q[1:2] = 0 if len(q) > 2 else q[1:2]
        return q, scale
    refused("14.1", answer, None, ["In your `q`, all that differs in this case is at place 1 of the axis `out`;"],
            ["of out"])


# ----------------------------------------------------------------------------------------------- nothing, and in place

def append_without_keeping(scores):
    result = np.array([])
    for score in scores:
        np.append(result, score / scores.sum())
    return result


@pytest.mark.parametrize("take", [append_without_keeping, lambda scores: scores[:0]])
def test_nothing_comes_back(take):
    refused("0.1", take, "empty", ["not one number", "begun empty", "where it begins"], ["loop"])


def test_what_changes_an_input():
    refused("4.2", lambda x: merge_heads(x.mul_(2)) / 2, "changes-inputs", ["Which line", "end in an underscore"])


# ------------------------------------------------------------------------------------------ mistakes that had no name

class Layer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, n_heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm_1, self.norm_2, self.norm_3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        h = self.norm_1(x)
        x = x + self.self_attention(h, h, h, self_mask)[0]
        return self.rest(x, self.cross_attention(self.norm_2(x), memory, memory, memory_mask)[0])


class CrossAttentionLost(Layer):
    def rest(self, x, found):
        return x + self.feed_forward(self.norm_3(found))


class CrossAttentionAlone(Layer):
    def rest(self, x, found):
        return x + found + self.feed_forward(self.norm_3(found))


class Zeroed(DecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if memory_mask is not None:
            memory = memory * self.kept(memory_mask)
        return super().forward(x, memory, self_mask)


@pytest.mark.slow
def test_a_decoder_layer_whose_cross_attention_is_lost_and_a_memory_of_zeros():
    refused("7.1", CrossAttentionLost, "feed-forward-of-cross-attention-alone", ["added to nothing"])
    refused("7.1", CrossAttentionAlone, "feed-forward-of-cross-attention-alone", ["not what it was added to"])
    for kept in (lambda mask: mask[:, 0, :, None], lambda mask: mask.transpose(1, 2),
                 lambda mask: mask.any(1).unsqueeze(-1), lambda mask: mask[:, 0].unsqueeze(-1)):
        refused("7.1", type("Zeroed", (Zeroed,), {"kept": staticmethod(kept)}), "memory-zeroed-by-the-mask")


def stepping(penalty=0.0, returned=True, ends=True):
    def step(model, optimiser, source, target, pad_id, smoothing):
        labels = target[:, 1:].clone()
        if not ends:
            for row in labels:
                row[(row != pad_id).nonzero()[-1]] = pad_id
        optimiser.zero_grad()
        loss = label_smoothing_loss(model(source, target[:, :-1]), labels, pad_id, smoothing)
        whole = loss + penalty * sum((weight ** 2).sum() for weight in model.parameters())
        whole.backward()
        optimiser.step()
        return (whole if returned else loss).item()
    return step


@pytest.mark.slow
def test_a_penalty_on_the_weights_and_an_end_that_is_never_asked_for():
    refused("8.4", stepping(0.01), "weights-penalised", ["adds 0.01 times"], ["returns the loss without"])
    refused("8.4", stepping(0.001, returned=False), "weights-penalised", ["returns the loss without"])
    refused("8.4", stepping(ends=False), "end-not-asked-for", ["eos"])
    accepted("8.4", stepping())
    accepted("8.4", training_step)


def looping(apart, kept=True):
    def train_until(model, step, batches, validate, patience, max_epochs):
        losses, waited, mark, best = [], 0, float("inf"), float("inf")
        for _ in range(max_epochs):
            model.train()
            for batch in batches:
                step(model, batch)
            model.eval()
            losses.append(validate(model))
            if losses[-1] < (best if kept else mark - apart):
                best, weights = losses[-1], {name: value.clone() for name, value in model.state_dict().items()}
            waited = 0 if losses[-1] < mark - apart else waited + 1
            mark = losses[-1] if not waited else mark
            if waited >= patience:
                break
        model.load_state_dict(weights)
        return losses
    return train_until


@pytest.mark.slow
def test_a_smallest_difference_of_losses():
    accepted("8.10", looping(0.0))
    for apart in (1e-4, 1e-3, 0.01, 0.1):
        refused("8.10", looping(apart, kept=False), "little-progress-does-not-count", ["no new lowest loss"])
        refused("8.10", looping(apart), "little-progress-does-not-count", ["goes on counting"])


KEPT = torch.ones(1024, 1024, dtype=torch.bool).tril()
ROWS = sinusoidal_encoding(5000, 2)


def place_by_place(size):
    return torch.tensor([[j <= i for j in range(size)] for i in range(size)])


def looked_up(offset, d_model):
    step = torch.arange(0, d_model, 2)
    if d_model > 2:
        return exercises.get("5.2").reference(offset, d_model)
    sine, cosine = ROWS[abs(offset)] * torch.tensor([1.0 if offset >= 0 else -1.0, 1.0])
    matrix = torch.zeros(d_model, d_model)
    matrix[step, step] = matrix[step + 1, step + 1] = cosine
    matrix[step, step + 1], matrix[step + 1, step] = sine, -sine
    return matrix


def test_tables_that_end_somewhere():
    refused("2.2", lambda size: KEPT[:size, :size], "table-cut-to-size", ["1100 positions"])
    refused("2.4", lambda ids, pad_id: (ids != pad_id)[:, None] & KEPT[:ids.shape[1], :ids.shape[1]],
            "table-cut-to-size", ["raises RuntimeError"])
    refused("5.2", looked_up, "table-of-fixed-length", ["6000"])
    for answer in (causal_mask, place_by_place):
        accepted("2.2", answer)


def compared_with(losses, base):
    difference = losses - losses[base or 1]
    agree = (difference > 0).all(axis=1) | (difference < 0).all(axis=1)
    return difference.mean(axis=1), (difference.max(axis=1) - difference.min(axis=1)) / 2, agree


def test_a_whole_division_and_a_base_that_is_0():
    refused("14.2", lambda q, scale: q // (1 / scale)[:, None], "rounded-again", ["`//`"])
    refused("12.4", compared_with, "base-0-taken-for-none", ["where `base` is 0"])


def rows_multiplied(weights, lost):
    return weights * ~lost[:, None, :, None]


def rows_filled(weights, lost):
    return weights.masked_fill(lost[:, None, :, None], 0.0)


def rows_picked(weights, lost):
    left = weights.clone()
    left[lost[:, None, :, None].expand_as(weights)] = 0.0
    return left


def rows_at_once(weights, lost):
    if lost.shape[1] not in (weights.shape[2], 1):
        raise IndexError("too many rows")
    return weights.masked_fill(lost[:, None, :, None].expand_as(weights), 0.0)


@pytest.mark.parametrize("take", [rows_multiplied, rows_filled, rows_picked, rows_at_once])
def test_a_mistake_that_stops_in_the_first_case_is_named(take):
    def answer(weights, lost):
        left = take(weights, lost)
        total = left.sum(-1, keepdim=True)
        return left / total.masked_fill(total == 0, 1.0)
    refused("11.5", answer, "rows-taken", ["everything square", "On the case “one word of four” it raised"])


def one_length(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1]) + np.zeros((len(q), len(q)))
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    weights = powers / powers.sum(-1, keepdims=True)
    return weights @ v, weights


def test_a_length_that_is_taken_for_the_other_one_where_it_is_not_spread():
    refused("1.3", one_length, "sizes-taken-for-equal", ["T_q = T_k, or one of them is 1"], ["In all of these cases"])
