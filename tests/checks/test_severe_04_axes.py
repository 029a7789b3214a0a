"""Lesson 04: axes that were joined, cut or lined up otherwise, and what is said of it."""
import pytest
import torch
from torch import nn

from classroom import evaluate
from course import attention as library
from course.attention import merge_heads, split_heads

from .told import refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def exchange_lost(x):
    x.transpose(1, 2)
    return x.flatten(2)


def sizes_misread(x):
    batch, length, n_heads, d_head = x.shape
    return x.reshape(batch, length, n_heads * d_head)


@pytest.mark.parametrize("answer", [lambda x: x.flatten(2), lambda x: x.flatten(-2), exchange_lost, sizes_misread])
def test_positions_joined_with_dimensions(answer):
    refused("4.2", answer, "positions-joined-with-dimensions", says=("is its result kept?",), never=("taken for each",))


def test_sizes_read_after_the_exchange():
    def answer(x):
        batch, length, n_heads, d_head = x.shape
        return x.transpose(1, 2).reshape(batch, length, n_heads * d_head)
    refused("4.2", answer, "sizes-read-after-the-exchange")


def overlapping(heads, W_o):
    d_head = heads.shape[-1]
    return torch.stack([heads[:, h] @ W_o[h : h + d_head] for h in range(heads.shape[1])], dim=1)


def test_rows_of_the_output_projection():
    refused("4.5", overlapping, "rows-overlap", says=("begin at row h of W_o",))
    refused("4.5", lambda heads, W_o: heads @ W_o.reshape(heads.shape[1], heads.shape[3], -1)[:, None],
            "blocks-meet-sentences", says=("from one sentence, n_heads come out",))


def layer(masked=lambda mask: mask.unsqueeze(1), attend=library.scaled_dot_product_attention, merged=merge_heads):
    class Answer(library.MultiHeadAttention):
        def forward(self, query, key, value, mask=None):
            q, k, v = (split_heads(w(x), self.n_heads) for w, x in (
                (self.w_q, query), (self.w_k, key), (self.w_v, value)))
            output, weights = attend(q, k, v, None if mask is None else masked(mask))
            return self.w_o(merged(output)), weights
    return Answer


def joined_by_reshape(x):
    batch, n_heads, length, d_head = x.shape
    return x.transpose(1, 2).reshape(batch, length, n_heads * d_head)


@pytest.mark.parametrize("merged", [merge_heads, joined_by_reshape])
@pytest.mark.parametrize("masked", [lambda mask: mask[:, None, None], lambda mask: mask.unsqueeze(1).unsqueeze(1)])
def test_a_mask_with_an_axis_too_many(masked, merged):
    refused("4.3", layer(masked, merged=merged), "mask-of-two-axes", says=("Without a mask your code runs",))


def test_other_stops_are_not_taken_for_it():
    for answer in (layer(lambda mask: mask), layer(lambda mask: mask.reshape(7)), layer(merged=lambda x: x)):
        assert evaluate("4.3", answer).mistake != "mask-of-two-axes"


def test_a_softmax_of_the_weights_that_meets_the_values():
    def twice(q, k, v, mask):
        weights = library.scaled_dot_product_attention(q, k, v, mask)[1].softmax(dim=-1)
        return weights @ v, weights
    refused("4.3", layer(attend=twice), "softmax-twice", says=("once more, and the values",))


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("added", [True, False])
def test_a_fill_that_is_not_low_enough(added, closed):
    def weak(q, k, v, mask):
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if mask is None:
            return scores.softmax(-1) @ v, scores.softmax(-1)
        scores = scores + ~mask * -1e4 if added else scores.masked_fill(~mask, -1e4)
        weights = scores.softmax(-1)
        weights = weights * mask if closed else weights.masked_fill(~mask.any(-1, keepdim=True), 0)
        return weights @ v, weights
    refused("4.3", layer(attend=weak), "fill-not-low-enough", never=("For large scores", "Scores can be lower") if added
            else ("For large scores", "further apart"))
    said = "further apart than that" if added else "For scores far below 0"
    assert said in evaluate("4.3", layer(attend=weak)).message


class BiasTwice(library.MultiHeadAttention):
    def forward(self, *given, **named):
        output, weights = super().forward(*given, **named)
        return output + self.w_o.bias, weights


def test_a_fresh_layer_of_pytorch_has_no_bias_to_see():
    theirs = nn.MultiheadAttention(12, 3)
    assert not theirs.in_proj_bias.any() and not theirs.out_proj.bias.any()
    assert evaluate("4.3", BiasTwice).status == "wrong"


def in_five_heads(x, n_heads):
    size = x.shape[-1] // n_heads
    return x.unfold(-1, size, size).transpose(1, 2)


def all_numbers(split):
    x = torch.arange(4 * 3 * 14.0).reshape(4, 3, 14)
    assert split(x, 2).tolist() == torch.stack(x.chunk(2, dim=-1), dim=1).tolist()


def test_what_a_right_answer_is_told_of_sizes():
    assert "5 heads came out" in (told := evaluate("4.1", in_five_heads)).message and told.status == "correct"
    assert "more or fewer of them than asked for" in told.message
    assert "not see that they have changed places" in (told := evaluate("4.4", all_numbers)).message
    assert told.status == "correct"


class VeryLow(library.MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(layer(x), self.n_heads) for layer, x in (
            (self.w_q, query), (self.w_k, key), (self.w_v, value)))
        scores = q @ k.mT / q.shape[-1] ** 0.5
        weights = (scores if mask is None else scores.masked_fill(~mask[:, None], -1e9)).softmax(-1)
        return self.w_o(merge_heads(weights @ v)), weights


def test_a_query_that_may_attend_to_nothing_still_gets_the_bias():
    refused("4.3", VeryLow, "empty-rows-not-zero", says=("no value comes through",), never=("adds nothing",))
