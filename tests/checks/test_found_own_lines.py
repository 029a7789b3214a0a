"""What an answer is told of its own line that stopped it, and what one more question finds. No catalogue is needed."""
import numpy as np
import pytest
import torch
from torch import nn

from classroom import evaluate
from classroom.exercises import get
from course.attention import MultiHeadAttention, scaled_dot_product_attention, split_heads

pytestmark = pytest.mark.slow              # `make quick` does without

K = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
padding_mask, causal_mask = get("2.3").reference, get("2.2").reference


def remainder_the_wrong_way_round(d_model, n_heads):
    if n_heads % d_model != 0:
        raise ValueError("n_heads must divide d_model")
    return MultiHeadAttention(d_model, n_heads)


def three_axes_alone(q, k, v, mask=None):
    assert q.dim() == 3, "a batch"
    return scaled_dot_product_attention(q, k, v, mask)


def weights_with_a_mask_alone(q, k, v, mask=None):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if mask is not None:
        weights = scores.masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


def total_never_begun(scores):
    for score in scores:
        total += score                                     # noqa: F821 - that is the mistake
    return scores / total


class OneNormMore(MultiHeadAttention):
    """Normalises its query: not in the catalogue."""

    def __init__(self, d_model, n_heads):
        super().__init__(d_model, n_heads)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, query, key, value, mask=None):
        return super().forward(self.norm(query), key, value, mask)


class LayerAsMatrix(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k, self.w_v = (nn.Linear(d_model, size, bias=False) for size in (d_k, d_k, d_v))

    def forward(self, x, mask=None):
        return scaled_dot_product_attention(self.w_q @ x, self.w_k @ x, self.w_v @ x, mask)


@pytest.mark.parametrize("id, answer, slug, words", [
    ("4.3", remainder_the_wrong_way_round, "stops-by-itself",
     "Your own `raise` stops it: its condition holds with d_model = 4 and n_heads = 2."),
    ("2.1", three_axes_alone, "stops-by-itself", "Your own `assert` stops it: its condition does not hold"),
    ("2.1", weights_with_a_mask_alone, "name-without-a-value", "those cases in which no `mask` is given: `weights`"),
    ("0.1", total_never_begun, "name-without-a-value", "`total` is used before it gets its value"),
    ("0.1", lambda scores: scores / scores.sum, "not-called", "`sum` has none"),
    ("0.1", lambda scores: scores / np.sum, "not-called", "brackets"),
    ("1.1", lambda q, k: q @ k.transpose, "not-called", "`transpose` has none"),
    ("4.2", lambda x: x.transpose(1, 2).contiguous.flatten(2), "not-called", "`contiguous` has none"),
    ("0.1", lambda scores: scores / total, "unknown-name", "`total`: it is misspelt"),        # noqa: F821
    ("0.1", lambda scores: scores(0) / scores.sum(), "called-like-a-function", "Square ones"),
    ("0.1", lambda scores: scores / scores.total(), "no-such-attribute", "`total`"),
    ("2.4", lambda ids, pad_id: padding_mask(ids) & causal_mask(ids.shape[1]), "argument-left-out", "'pad_id'"),
    ("3.1", LayerAsMatrix, "layer-not-called", "The layer is then to be called"),
    ("4.1", lambda x, n_heads: split_heads(x, n_heads, dim=1), "argument-of-another-name", "`dim`"),
    ("5.3", lambda embedded: embedded * torch.sqrt(4), "function-for-tensors", "Python's `math`"),
    ("1.1", lambda q, k: q @ K.T, "input-ignored", "does not depend on `k`"),
    ("1.1", lambda q, k: k @ k.T, "input-ignored", "does not depend on `q`"),
    ("4.3", OneNormMore, "unexpected-layer", "`norm.weight` (4,) and `norm.bias` (4,)"),
])
def test_an_answer_is_told_what_its_own_line_does(id, answer, slug, words):
    verdict = evaluate(id, answer)
    assert (verdict.status in ("wrong", "error"), verdict.mistake) == (True, slug), verdict.message
    assert words in " ".join(verdict.message.split()), verdict.message


def test_nothing_is_said_of_inputs_where_only_nan_comes_out():
    assert evaluate("1.2", lambda x: np.exp(x - 3000) / np.exp(x - 3000).sum(-1, keepdims=True)).mistake == "not-finite"


def test_a_size_is_not_typed_in_where_one_case_alone_is_right():
    def right_for_whole_numbers(q, k):
        return (q @ k.T).astype(int)

    verdict = evaluate("1.1", right_for_whole_numbers)
    assert verdict.mistake == "truncated" and "in no other" not in verdict.message


def by_name(function):
    def scaled_dot_product_attention(q, k, v, *, mask=None):
        return function(q, k, v, mask)
    return scaled_dot_product_attention


class SizesByName(MultiHeadAttention):
    def __init__(self, *, d_model, n_heads):
        super().__init__(d_model, n_heads)


class MaskByName(MultiHeadAttention):
    def forward(self, query, key, value, *, mask=None):
        return super().forward(query, key, value, mask)


@pytest.mark.parametrize("id, answer, mistake", [
    ("2.1", by_name(scaled_dot_product_attention), "keyword-only"), ("4.3", SizesByName, "keyword-only"),
    ("4.3", MaskByName, None),
])
def test_what_the_cells_pass_by_its_place_can_be_passed_by_its_place(id, answer, mistake):
    verdict = evaluate(id, answer)
    assert (verdict.mistake, verdict.status) == (mistake, "wrong" if mistake else "correct"), verdict.message


def renormalised(cls):
    """`cls` with a mask that is laid over the shares, and each row divided by what is left."""
    class Renormalised(cls):
        def forward(self, *inputs):
            *others, mask = inputs if len(inputs) == self.most else (*inputs, None)
            output, weights = super().forward(*others, None)
            if mask is None:
                return output, weights
            closed = weights * (mask.unsqueeze(1) if weights.dim() == 4 else mask)
            closed = closed / (closed.sum(-1, keepdim=True) + 1e-9)
            if weights.dim() == 3:
                return closed @ self.w_v(others[-1]), closed
            mixed = closed @ split_heads(self.w_v(others[-1]), self.n_heads)
            return self.w_o(mixed.transpose(1, 2).flatten(2)), closed
    return Renormalised


@pytest.mark.parametrize("id, most", [("3.1", 2), ("3.2", 3), ("4.3", 4)])
def test_dividing_by_what_is_left_is_refused_in_the_layers_too(id, most):
    answer = renormalised(get(id).reference)
    answer.most = most
    verdict = evaluate(id, answer)
    assert verdict.mistake == "renormalised-after-softmax", verdict.message
    assert "far above" in verdict.message
