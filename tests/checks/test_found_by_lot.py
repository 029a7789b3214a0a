"""What new users of lessons drawn by lot wrote, and what they are told."""
import inspect

import numpy as np
import pytest
import torch
from torch import nn

from classroom import evaluate, exercises
from course.attention import merge_heads, scaled_dot_product_attention
from course.attention import split_heads as split
from course.training import label_smoothing_loss


def told(id: str, answer) -> tuple[str, str]:
    verdict = evaluate(id, answer)
    return verdict.mistake or verdict.status, verdict.message


def over_the_words_of_the_page(scores):
    words, total = ["the", "black", "cat", "sleeps"], scores.sum()
    return np.array([score / total for _, score in zip(words, scores)])  # noqa: B905 - the mistake


def coarse_for_whole_numbers(scores):
    shares = scores / scores.sum()
    return shares.astype(np.float16) if scores.dtype.kind == "i" else shares


def test_shares():
    slug, message = told("0.1", over_the_words_of_the_page)
    assert slug == "words-of-the-page" and "never more than four" in message
    slug, message = told("0.1", coarse_for_whole_numbers)
    assert slug == "dtype-lost" and "From float64" not in message and "whole numbers" in message
    assert told("0.2", "negro")[0] == "chose-negro"


def test_the_power_of_whole_numbers_that_do_not_fit():
    def table(max_len, d_model):
        angle = torch.arange(max_len).unsqueeze(1) / (10000 ** torch.arange(0, d_model, 2) / d_model)
        found = torch.zeros(max_len, d_model)
        found[:, 0::2], found[:, 1::2] = angle.sin(), angle[:, :d_model // 2].cos()
        return found

    slug, message = told("5.1", table)
    assert slug == "power-before-division" and "second mistake" not in message


def asks_for_an_error(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    try:
        split_heads(x, 5)
    except ValueError:
        pass
    assert torch.equal(split_heads(x, 3), split(x, 3))


def compares_by_a_sign(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    assert split_heads(x, 3) == split(x, 3)


def reads_beyond_the_end(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    assert split_heads(x, 3)[:, 3].shape == (2, 5, 4)


@pytest.mark.parametrize(("test", "slug", "says", "never"), [
    (asks_for_an_error, "refuses-right", "`n_heads = 5`, and there it raises", "compare things"),
    (compares_by_a_sign, "condition-on-an-array", "a single one", "demand beyond"),
    (reads_beyond_the_end, "refuses-right", "index is larger than the axis", "raises IndexError itself")])
def test_tests_that_ask_for_more(test, slug, says, never):
    name, message = told("4.4", test)
    assert name == slug and says in message and never not in message


def with_a_zero_point(w):
    low, high = w.amin(dim=1, keepdim=True), w.amax(dim=1, keepdim=True)
    scale = (high - low) / 254
    scale[scale == 0] = 1
    return ((w - (high + low) / 2) / scale).round().to(torch.int8), scale.squeeze(1)


def test_a_zero_point_in_the_middle():
    slug, message = told("14.1", with_a_zero_point)
    assert slug == "with-a-zero-point" and "the middle" in message


def divided_and_shared_again(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
        with np.errstate(all="ignore"):
            t = counts / counts.sum(axis=1, keepdims=True)
    return t


def test_a_table_that_is_replaced_after_each_pair():
    assert told("11.3", divided_and_shared_again)[0] == "divided-after-each-pair"


def test_a_number_that_was_computed_otherwise():
    assert "two shares" in told("8.3", 0.32508)[1] and told("8.3", 0.6998)[0] == "correct"


def step_with(change):
    """A right training step, but for what is done to source, decoder input and labels."""
    def training_step(model, optimiser, source, target, pad_id, smoothing):
        source, reads, labels = change(source, target[:, :-1], target[:, 1:], pad_id)
        optimiser.zero_grad()
        loss = label_smoothing_loss(model(source, reads), labels, pad_id, smoothing)
        loss.backward()
        optimiser.step()
        return loss.item()
    return training_step


@pytest.mark.parametrize(("change", "slug"), [
    (lambda source, reads, labels, pad_id: (source, reads.flip(1), labels.flip(1)), "target-backwards"),
    (lambda source, reads, labels, pad_id: (source.flip(1), reads, labels), "source-in-another-order"),
    (lambda source, reads, labels, pad_id: (source.sort(1).values, reads, labels), "source-in-another-order"),
    (lambda source, reads, labels, pad_id: (source[:, :reads.shape[1]], reads, labels), "source-cut"),
    (lambda source, reads, labels, pad_id: (
        source, reads, labels.masked_fill(torch.arange(labels.shape[1]) == 0, pad_id)), "first-word-not-asked-for")])
def test_a_step_in_which_the_order_of_words_is_lost(change, slug):
    assert told("8.4", step_with(change))[0] == slug
    assert told("8.4", step_with(lambda source, reads, labels, pad_id: (source, reads, labels)))[0] == "correct"


def test_a_search_that_computes_the_whole_beginning_anew_in_each_round():
    length_penalty_score, beam_step = (exercises.get(id).reference for id in ("10.1", "10.2"))

    def beam_search(model, source, bos_id, eos_id, beam_size, alpha, max_len):
        target, finished = torch.tensor([[bos_id]]), []
        for n in range(1, max_len + 1):
            table = model(source.expand(len(target), -1), target).log_softmax(-1)
            log_p = table[:, :-1].gather(2, target[:, 1:, None]).sum((1, 2))
            log_p, parent, token = beam_step(log_p, table[:, -1], beam_size - len(finished))
            target = torch.cat([target[parent], token.unsqueeze(1)], dim=1)
            scores, ended = length_penalty_score(log_p, torch.full((len(log_p),), n), alpha), token == eos_id
            finished += [(score.item(), row[1:]) for score, row in zip(scores[ended], target[ended].tolist(),
                                                                       strict=True)]
            rest = scores[~ended], target[~ended]
            target = target[~ended]
            if not len(target):
                break
        score, ids = max(finished) if finished else (rest[0][0].item(), rest[1][0, 1:].tolist())
        return ids, score

    assert told("10.3", beam_search)[0] == "correct"


@pytest.mark.parametrize("id", ["2.1", "3.1", "3.2", "4.3", "6.3", "6.4", "7.1", "7.5", "13.4"])
def test_a_mask_that_is_used_for_several_sentences_alone(id):
    reference = exercises.get(id).reference

    def without(function):
        names = list(inspect.signature(function).parameters)

        def called(*given, **more):
            inputs = dict(zip(names, given, strict=False)) | more
            one = len(next(value for name, value in inputs.items() if name != "self")) == 1
            return function(**{name: None if one and name.endswith("mask") else value
                               for name, value in inputs.items()})
        return called

    answer = without(reference) if not isinstance(reference, type) else type(
        reference.__name__, (reference,), {"forward": without(reference.forward)})
    verdict = evaluate(id, answer)
    assert verdict.status == "wrong" and verdict.mistake != "fill-not-low-enough"


@pytest.mark.parametrize("sizes", [(3, 5, 3, 4), (4, 5, 3, 4), (2, 3, 3, 4), (2, 4, 3, 4)])
def test_a_test_in_which_two_sizes_are_equal(sizes):
    def test_split_heads(split_heads):
        B, T, n, d = sizes
        x = torch.arange(B * T * n * d).reshape(B, T, n * d)
        heads = split_heads(x, n)
        assert heads.shape == (B, n, T, d)
        for h in range(n):
            assert torch.equal(heads[:, h], x[:, :, h * d:(h + 1) * d])

    verdict = evaluate("4.4", test_split_heads)
    assert verdict.status == "wrong" and "Which of the four sizes B, T, n_heads and d_head are equal" in verdict.message


def test_a_row_of_which_next_to_nothing_is_left():
    def take_away(weights, lost):
        left = weights.masked_fill(lost[:, None, None, :], 0)
        return left / left.sum(-1, keepdim=True).clamp(min=1e-8)

    assert told("11.5", take_away)[0] == "divided-by-at-least"


def test_the_root_of_a_vector_of_zeros_has_no_slope():
    def rms_norm(x, weight, eps=1e-6):
        root = x.square().mean(-1, keepdim=True).sqrt()
        return weight * x / (root.square() + eps).sqrt()

    slug, message = told("13.1", rms_norm)
    assert slug == "gradient-nan" and "root is infinite at exactly 0" in message and "softmax" not in message


def test_values_that_are_right_where_the_rest_stops():
    V = np.arange(8.0).reshape(4, 2)

    def attention(q, k, v):
        scores = q @ k.T / np.sqrt(q.shape[-1])
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        weights = powers / powers.sum(-1, keepdims=True)
        return weights @ V, weights

    verdict = evaluate("1.3", attention)
    assert verdict.status == "error" and "your weights are right; your output is not" in verdict.message


def test_what_was_printed_in_the_case_that_the_message_names():
    def softmax(x):
        print("rows", x.shape, x.dtype)
        powers = np.exp(x - x.max(-1, keepdims=True))
        shares = powers / powers.sum(-1, keepdims=True)
        return shares * 1.5 if x.dtype == np.float32 else shares

    verdict = evaluate("1.2", softmax)
    assert verdict.status == "wrong"
    lines = verdict.printed.splitlines()
    assert lines[0].startswith("in the case “") and lines[0].rstrip("”").split("“")[1] in verdict.message
    assert lines[1:] and all(line.endswith("float32") for line in lines[1:])


def test_where_positions_are_given_the_first_place_is_not_position_0():
    def rotate(x, positions):
        half = x.shape[-1] // 2
        frequencies = 10000.0 ** (-torch.arange(half, dtype=x.dtype) / half)
        angles = (positions - positions[0]).unsqueeze(-1) * frequencies
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1)

    slug, message = told("13.5", rotate)
    assert slug == "positions-from-zero" and "position 0" not in message and "(place 0)" in message


def test_a_feed_forward_layer_that_shrinks_itself():
    class SwiGLU(nn.Module):
        def __init__(self, d_model, d_ff):
            super().__init__()
            inner = max(1, 2 * d_ff // 3)
            self.w_gate, self.w_up = (nn.Linear(d_model, inner, bias=False) for _ in range(2))
            self.w_down = nn.Linear(inner, d_model, bias=False)

        def forward(self, x):
            return self.w_down(nn.functional.silu(self.w_gate(x)) * self.w_up(x))

    slug, message = told("13.2", SwiGLU)
    assert slug == "wrong-layer-shape" and "two thirds of d_ff" in message


def test_the_number_of_keys_taken_for_that_of_a_group():
    class GroupedQueryAttention(nn.Module):
        def __init__(self, d_model, n_heads, n_kv_heads):
            super().__init__()
            self.n_heads, self.n_keys, self.group = n_heads, n_heads // n_kv_heads, n_kv_heads
            d_kv = self.n_keys * (d_model // n_heads)
            self.w_q, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
            self.w_k, self.w_v = (nn.Linear(d_model, d_kv, bias=False) for _ in range(2))

        def forward(self, x, mask=None):
            k, v = (split(layer(x), self.n_keys).repeat_interleave(self.group, 1) for layer in (self.w_k, self.w_v))
            mask = mask if mask is None else mask.unsqueeze(1)
            output, weights = scaled_dot_product_attention(split(self.w_q(x), self.n_heads), k, v, mask)
            return self.w_o(merge_heads(output)), weights

    slug, message = told("13.4", GroupedQueryAttention)
    assert slug == "wrong-layer-shape" and "keys in all, 3." in message


def test_what_is_right_for_one_step_alone_is_not_put_down_to_a_size():
    def shift_matrix(offset, d_model):
        angle = offset ** 2 * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
        matrix = torch.zeros(d_model, d_model)
        even, odd = torch.arange(0, d_model, 2), torch.arange(1, d_model, 2)
        matrix[even, even], matrix[even, odd] = angle.cos(), angle.sin()
        matrix[odd, even], matrix[odd, odd] = -angle.sin(), angle.cos()
        return matrix

    slug, message = told("5.2", shift_matrix)
    assert slug == "offset-squared" and "in the place of d_model" not in message


def test_rows_that_are_filled_evenly_with_the_tokens_that_stay():
    def take_away(weights, lost):
        stay = ~lost[:, None, None, :].expand_as(weights)
        left = weights * stay
        total = left.sum(-1, keepdim=True)
        return torch.where(total > 0, left / total, stay / stay.sum(-1, keepdim=True).clamp(min=1))

    slug, message = told("11.5", take_away)
    assert slug == "empty-rows-filled" and "the tokens that stay" in message
