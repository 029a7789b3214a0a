"""Lesson 02, read severely: answers that close by something else than the mask, and what is said of them."""
import math

import pytest
import torch

from .told import accepted, refused

pytestmark = pytest.mark.slow          # many answers, each on several cases


def attend(q, k, v, mask=None, mask_as=lambda mask, scores: mask, fill=None, softmax=lambda scores: scores.softmax(-1),
           change=lambda scores, mask: scores, close=lambda weights, mask, q: weights.masked_fill(~mask, 0)):
    scores = change(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), mask)
    if mask is None:
        weights = softmax(scores)
        return weights @ v, weights
    mask = mask_as(mask, scores)
    low = torch.finfo(scores.dtype).min if fill is None else fill(scores)
    weights = close(softmax(scores.masked_fill(~mask, low)), mask, q)
    return weights @ v, weights


def answer(**how):
    return lambda q, k, v, mask=None: attend(q, k, v, mask, **how)


def multiplied(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return scores.softmax(-1) @ v, scores.softmax(-1)
    scores = scores * mask
    weights = scores.masked_fill(scores == 0, -1e30).softmax(-1).masked_fill(scores == 0, 0)
    return weights @ v, weights


def as_sentences(mask, scores):
    return mask.unsqueeze(1) if mask.dim() == 2 and scores.dim() == 3 and len(mask) == len(scores) else mask


def rows_as_well(mask, scores):
    fits = mask.dim() == 3 and mask.shape[1] == 1 and scores.shape[-2] == scores.shape[-1]
    return mask & mask.transpose(1, 2) if fits else mask


def causal_if_square(scores, mask):
    if mask is None and scores.shape[-2] == scores.shape[-1]:
        return scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return scores


@pytest.mark.parametrize("wrong, slug", [
    (multiplied, "zero-scores-closed"),
    (answer(change=lambda scores, mask: scores.masked_fill(scores == 0, -1e30)), "zero-scores-closed"),
    (answer(mask_as=rows_as_well), "rows-of-padding-closed"),
    (answer(mask_as=as_sentences), "queries-taken-for-sentences"),
    (answer(fill=lambda scores: (scores.min() - 100).item()), "fill-not-low-enough"),
    *((answer(fill=lambda scores, low=low: low), "fill-not-low-enough") for low in (-3e6, -5e6, -9e6, -1e7)),
    (answer(softmax=lambda scores: (scores - scores.logsumexp(-1, keepdim=True)).exp()), "logarithm-of-the-sum"),
    (answer(close=lambda w, mask, q: w.masked_fill((w == w[..., :1]).all(-1, keepdim=True), 0)), "equal-shares-closed"),
    (answer(close=lambda w, mask, q: w * mask * (q.abs().sum(-1, keepdim=True) > 0)), "equal-shares-closed"),
    (answer(change=causal_if_square), "causal-without-a-mask"),
])
def test_what_closes_by_something_else_than_the_mask_is_named(wrong, slug):
    refused("2.1", wrong, slug)


def test_the_best_key_alone_is_named_when_several_are_equal():
    refused("2.1", answer(softmax=lambda scores: (scores == scores.amax(-1, keepdim=True)).to(scores.dtype)),
            "hard-maximum")


def test_a_threshold_for_closed_rows_is_not_told_to_be_a_fill():
    wrong = answer(fill=lambda scores: -1e9, close=lambda w, mask, q: w * mask * (w.amax(-1, keepdim=True) < 2))

    def by_threshold(q, k, v, mask=None):
        weights = wrong(q, k, v, mask)[1]
        if mask is not None:
            scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(~mask, -1e9)
            weights = weights.masked_fill(scores.amax(-1, keepdim=True) < -1e6, 0)
        return weights @ v, weights
    refused("2.1", by_threshold, "fill-not-low-enough", ["A row that is taken for closed"], ["about"])


@pytest.mark.parametrize("right", [
    answer(fill=lambda scores: -1e9), answer(fill=lambda scores: -math.inf, close=lambda w, mask, q: w.nan_to_num(0)),
    answer(softmax=lambda scores: scores.log_softmax(-1).exp()),
    answer(softmax=lambda scores: scores.double().softmax(-1).to(scores.dtype)),
    lambda q, k, v, mask=None: attend(q * q.shape[-1] ** 0.25, k * q.shape[-1] ** 0.25 / q.shape[-1] ** 0.5, v, mask),
    lambda q, k, v, mask=None: tuple(x.to(q.dtype) for x in attend(q.double(), k.double(), v.double(), mask)),
])
def test_right_ones_stay_right(right):
    accepted("2.1", right)


def causal(ids):
    return torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()


def first_column(ids, pad_id):
    mask = (ids != pad_id).unsqueeze(1) & causal(ids)
    mask[:, :, 0] = True
    return mask


def second_column(ids, pad_id):
    mask = (ids != pad_id).unsqueeze(1) & causal(ids)
    mask[:, :, 1:2] = False
    return mask


def test_masks_of_ids():
    refused("2.4", first_column, "first-place-opened", ["for every query"], ["belongs to"])
    refused("2.4", second_column, None, ["belongs to key 1"], ["position"])
    refused("2.3", lambda ids, pad_id: ((ids != pad_id) & (ids != 0)).unsqueeze(1), "zero-is-padding-too")
    refused("2.4", lambda ids, pad_id: ((ids != pad_id) & (ids != 0)).unsqueeze(1) & causal(ids), "zero-is-padding-too")


def test_an_input_that_is_written_into_by_or():
    def opened(q, k, v, mask=None):
        if mask is not None:
            nothing = ~mask.any(-1, keepdim=True)
            mask |= nothing
            weights = attend(q, k, v, mask)[1].masked_fill(nothing, 0)
            return weights @ v, weights
        return attend(q, k, v)
    refused("2.1", opened, "changes-inputs", ["`|=`"])


def test_a_padding_mask_with_the_sentences_on_its_second_axis():
    """With one sentence it is right, and so not told to be wrong there; with one word each it is no error."""
    def sentences_second(ids, pad_id):
        return causal(ids).unsqueeze(0) & (ids != pad_id)
    refused("2.4", sentences_second, "batch-axis-last", ["right with one sentence", "or one word each"])
    refused("2.4", lambda ids, pad_id: (ids != pad_id) & causal(ids), "no-query-axis", ["or one word each"])
    for row in ([5, 1, 0, 0], [0, 5, 1, 4], [5]):
        ids = torch.tensor([row])
        assert torch.equal(sentences_second(ids, 0), (ids != 0).unsqueeze(1) & causal(ids))
    assert sentences_second(torch.tensor([[5], [0]]), 0).shape == (1, 2, 1)


def test_what_the_padding_looks_at_is_not_called_harmless():
    """Its outputs count in a mean over all positions."""
    for wrong, slug in ((lambda ids, pad_id: (ids != pad_id).unsqueeze(2) & causal(ids), "rows-instead-of-columns"),
                        (lambda ids, pad_id: (ids != pad_id).unsqueeze(1) & (ids != pad_id).unsqueeze(2)
                         & causal(ids), "rows-and-columns")):
        refused("2.4", wrong, slug, ["padding"], ["no harm"])


@pytest.mark.parametrize("wrong, slug, said", [
    (lambda w: torch.diag_embed(w) - w.unsqueeze(-2) * w.unsqueeze(-2), "wrong-products",
     "one with −w_j² in all places, and w_i more on its diagonal"),
    (lambda w: torch.eye(w.shape[-1], dtype=w.dtype) - w.unsqueeze(-1) * w.unsqueeze(-2), "ones-on-the-diagonal",
     "one with −w_i · w_j in all places, and 1 more on its diagonal"),
    (lambda w: torch.diag_embed(w) - w.unsqueeze(-2), "one-factor-forgotten",
     "one with −w_j in all places, and w_i more on its diagonal"),
    (lambda w: torch.diag_embed(w ** 2) - w.unsqueeze(-1) * w.unsqueeze(-2), "squares-on-the-diagonal",
     "one with −w_i · w_j in all places, and w_i² more on its diagonal"),
])
def test_slopes_are_told_without_a_sign_that_the_page_does_not_have(wrong, slug, said):
    refused("2.7", wrong, slug, [said], ["δ"])


def fills(first=lambda mask: ~mask, second=lambda mask: ~mask, low=None, always=False, times=1.0):
    """Attention with two fills, of places that are made from the mask. `always`: None becomes one that allows all."""
    def attention(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is None and not always:
            return scores.softmax(-1) @ v, scores.softmax(-1)
        mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
        weights = scores.masked_fill(first(mask), torch.finfo(scores.dtype).min if low is None else low).softmax(-1)
        weights = times * weights.masked_fill(second(mask), 0)
        return weights @ v, weights
    return attention


@pytest.mark.parametrize("always", [True, False])
def test_a_sign_that_is_forgotten_in_one_of_the_two_fills(always):
    def same(mask):
        return mask
    for low in (None, -1e9, -math.inf):
        refused("2.1", fills(first=same, low=low, always=always), "allowed-places-filled", ["first fill"])
    refused("2.1", fills(first=same, second=torch.zeros_like, always=always), "mask-inverted",
            ["*allowed* scores" if always else "True and False of the mask are exchanged"])
    refused("2.1", fills(second=same, always=always), "allowed-shares-closed", ["after the softmax"])
    accepted("2.1", fills(low=-1e9, always=always))


def test_a_mask_that_closes_all_or_nothing_is_not_called_ignored():
    """Weights of 0 as soon as a place is forbidden: the mask decides, though its opposite gives the same."""
    wrong = fills(first=lambda mask: mask, always=True, times=0.5)
    refused("2.1", wrong, "input-ignored", ["does not depend on `q` or `k`."], ["`mask`."])


def test_a_number_that_is_low_enough_may_be_added():
    def added(low):
        def of(q, k, v, mask=None):
            scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
            weights = (scores if mask is None else scores + (~mask) * low).softmax(-1)
            weights = weights if mask is None else weights * mask
            return weights @ v, weights
        return of
    accepted("2.1", added(-1e30))
    refused("2.1", added(-1e9), "fill-not-low-enough")
