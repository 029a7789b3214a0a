"""What the checks say of empty results, of results in order of size, of joined axes, and of 3.7 by what it does."""
import numpy as np
import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.judge import recognise
from course.attention import merge_heads, scaled_dot_product_attention, split_heads

pytestmark = pytest.mark.slow              # `make quick` does without


def _append_without_keeping(scores):
    result = np.array([])
    for score in scores:
        np.append(result, score / scores.sum())
    return result


@pytest.mark.parametrize("id, answer", [
    ("0.1", _append_without_keeping), ("0.1", lambda scores: scores[:0] / scores.sum()),
    ("0.3", lambda scores: scores[:0] / 1.0), ("4.1", lambda x, n_heads: split_heads(x, n_heads)[:0]),
    ("4.2", lambda x: x[:, :0].transpose(1, 2).flatten(2)), ("4.2", lambda x: torch.tensor([]))])
def test_what_is_empty_is_called_so(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.mistake == "empty" and "not one number" in verdict.message


@pytest.mark.parametrize("first", [np.sort, lambda scores: np.sort(scores)[::-1], np.unique])
def test_an_order_that_does_not_matter_is_no_input_that_does_not(first):
    verdict = evaluate("0.1", lambda scores: first(scores) / scores.sum())
    assert verdict.status != "correct" and verdict.mistake != "input-ignored"


class _Attention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError
        self.n_heads = n_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (split_heads(x, self.n_heads) for x in (self.w_q(query), self.w_k(key), self.w_v(value)))
        output, weights = scaled_dot_product_attention(q, k, v, self.masked(mask))
        return self.w_o(merge_heads(output)), self.shown(weights)

    def masked(self, mask):
        return None if mask is None else mask.unsqueeze(1)

    def shown(self, weights):
        return weights


class _WeightsMerged(_Attention):
    def shown(self, weights):
        return merge_heads(weights)


class _OnlyLongMasks(_Attention):
    def masked(self, mask):
        return None if mask is None or mask.shape[1] == 1 else mask.unsqueeze(1)


def test_what_is_common_to_the_cases_that_a_mistake_explains_is_told(monkeypatch):
    monkeypatch.setitem(recognise.patience, "module", 60)
    verdict = evaluate("4.3", _OnlyLongMasks)
    assert verdict.mistake == "mask-ignored" and "axis 1 of `mask` has the length 1" in verdict.message, verdict.message


def test_which_axes_were_joined_is_read_off_the_numbers(monkeypatch):
    monkeypatch.setitem(recognise.patience, "module", 0)           # no two mistakes are looked for
    verdict = evaluate("4.3", _WeightsMerged)
    assert verdict.mistake == "axes-joined" and "The axes n_heads and T_k have become one" in verdict.message


def test_a_new_axis_in_place_of_a_joined_one():
    verdict = evaluate("4.2", lambda x: torch.stack([x[:, h] for h in range(x.shape[1])], dim=-1))
    assert verdict.mistake == "stacked" and "`cat`" in verdict.message


def _matrices(noun=10.0, gender=10.0, number=10.0, key=10.0):
    def find_noun(n_genders, n_numbers):
        d_k = 1 + n_genders + n_numbers
        W_q, W_k = torch.zeros(d_k + 2, d_k), torch.zeros(d_k + 2, d_k)
        W_k[0, 0], W_q[1, 0] = key, noun
        W_k[3:, 1:] = key * torch.eye(d_k - 1)
        W_q[3:, 1:] = torch.diag(torch.tensor([gender] * n_genders + [number] * n_numbers))
        return W_q, W_k
    return find_noun


@pytest.mark.parametrize("answer, slug, says", [
    (_matrices(3.2, 3.2, 3.2, 3.2), "not-sharp-enough", "In 4 of the 12 cases"),
    (_matrices(gender=0.3), "one-part-too-soft", "is the part for the gender"),
    (_matrices(number=0.3), "one-part-too-soft", "is the part for the number"),
    (_matrices(noun=0.3), "one-part-too-soft", "is the part for the noun"),
    (_matrices(100.0, 1.0, 1.0, 1.0), "one-part-too-soft", "is gender and number"),
    (lambda g, n: (30 * torch.eye(3 + g + n), torch.eye(3 + g + n)), "looks-at-itself", "to itself"),
])
def test_3_7_is_described_by_where_adjectives_look(answer, slug, says):
    verdict = evaluate("3.7", answer)
    assert verdict.mistake == slug and says in verdict.message, verdict.message
    assert "a second mistake" not in verdict.message and "`share" not in verdict.message


def test_a_caret_is_no_power():
    verdict = evaluate("2.8", lambda d_k, mean_q, var_q, mean_k, var_k: d_k * (var_q + mean_q ^ 2))
    assert verdict.mistake == "caret-for-a-power" and "x ** 2" in verdict.message
