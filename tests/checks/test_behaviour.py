"""What values alone do not show: inputs, dtypes, state, gradients, parameters. And what must not be refused."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate, exercises
from classroom.exercises.lesson_04 import tasks
from course.attention import merge_heads, scaled_dot_product_attention, split_heads


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


class Right(tasks.MultiHeadAttention):
    """A right answer for lesson 04, to be spoilt."""


def spoilt(change):
    """A right answer whose forward pass goes through `change(self, query, key, value, mask)`."""
    class MultiHeadAttention(Right):
        def forward(self, query, key, value, mask=None):
            return change(super().forward, self, query, key, value, mask)
    return MultiHeadAttention


def assert_found(id, answer, slug, *words, status="wrong"):
    verdict = evaluate(id, answer)
    assert (verdict.status, verdict.mistake) == (status, slug), verdict.message
    for word in words:
        assert word in verdict.message, verdict.message


def test_inputs_changed_in_place():
    def answer(x):
        x -= x.max(-1, keepdims=True).astype(x.dtype)
        return softmax(x)

    assert_found("1.2", answer, "changes-inputs", "`x`", "Your numbers are right")


def test_a_wrong_answer_that_changes_its_input_hears_of_both():
    def answer(q, k):
        q[:] = 2 * q
        return k @ q.T / 2

    verdict = evaluate("1.1", answer)
    assert verdict.mistake != "changes-inputs" and "changes its input `q`" in verdict.message


def test_tensors_changed_in_place():
    assert_found("4.2", lambda x: merge_heads(x.mul_(2)) / 2, "changes-inputs", "`x`")

    def forward(forward, self, query, key, value, mask):
        return forward(query, key, value, None if mask is None else mask.logical_not_().logical_not())

    assert_found("4.3", spoilt(forward), "changes-inputs", "`mask`")


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_precision_lost(dtype):
    assert evaluate("1.2", lambda x: softmax(x).astype(dtype)).mistake in ("dtype-lost", "not-finite")


def test_precision_gained_does_no_harm():
    assert evaluate("1.2", lambda x: softmax(x.astype(np.float64))).status == "correct"
    assert evaluate("1.2", lambda x: softmax(x.astype(np.longdouble))).status == "correct"
    assert evaluate("1.1", lambda q, k: (q @ k.T).astype(float)).status == "correct"


def test_another_dtype_of_tensors():
    assert_found("4.1", lambda x, n_heads: split_heads(x, n_heads).double(), "dtype-widened", "float64", "float32")


def test_state_kept_between_calls():
    calls = []

    def answer(x):
        calls.append(x)
        return softmax(x) * (1 if len(calls) < 8 else 2)

    assert_found("1.2", answer, "not-repeatable", "from one call to the next")


@pytest.mark.slow
def test_randomness_left_on():
    assert_found("4.3", spoilt(lambda forward, self, q, k, v, mask: forward(F.dropout(q, 0.5), k, v, mask)),
                 "not-repeatable", "dropout")
    assert_found("1.2", lambda x: softmax(x + np.random.normal(size=x.shape)), "not-repeatable")


@pytest.mark.slow
def test_layers_made_anew_in_each_call():
    def forward(forward, self, q, k, v, mask):
        self.w_o = nn.Linear(q.shape[-1], q.shape[-1]).to(q.dtype)
        return forward(q, k, v, mask)

    assert_found("4.3", spoilt(forward), "not-repeatable", "anew")


def test_dropout_that_is_off_in_evaluation_is_right():
    class MultiHeadAttention(Right):
        def __init__(self, d_model, n_heads, dropout=0.5):
            super().__init__(d_model, n_heads)
            self.dropout = nn.Dropout(dropout)

        def forward(self, query, key, value, mask=None):
            return super().forward(self.dropout(query), key, value, mask)

    assert evaluate("4.3", MultiHeadAttention).status == "correct"


@pytest.mark.parametrize("cut, name", [
    (lambda x, h: split_heads(x.detach(), h), "`x`"), (lambda x, h: split_heads(x.data, h), "`x`"),
    (lambda x, h: split_heads(torch.tensor(x.tolist(), dtype=x.dtype), h), "`x`"),
    (torch.no_grad()(split_heads), "`x`"),
])
def test_gradients_cut_off(cut, name):
    assert_found("4.1", cut, "gradient-cut", name)


def test_numpy_inside_a_torch_exercise():
    assert_found("4.1", lambda x, h: split_heads(x, h).numpy(), "not-a-tensor", "gradient")
    assert evaluate("4.1", lambda x, h: torch.from_numpy(split_heads(x, h).detach().numpy())).mistake == "gradient-cut"


def test_a_gradient_cut_on_one_way():
    assert_found("4.3", spoilt(lambda forward, self, q, k, v, mask: forward(q, k.detach(), v, mask)), "gradient-cut",
                 "`key`")

    class MultiHeadAttention(Right):
        def forward(self, query, key, value, mask=None):
            self.w_k.weight.requires_grad_(False)
            return super().forward(query, key, value, mask)

    assert_found("4.3", MultiHeadAttention, "gradient-cut", "w_k.weight")


def test_part_of_a_gradient_missing():
    def forward(forward, self, query, key, value, mask):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        mixed, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask.unsqueeze(1))
        return self.w_o(merge_heads(mixed - 0.5 * v.mean() + 0.5 * v.mean().detach())), weights

    assert_found("4.3", spoilt(forward), "gradient-wrong", "value")


def test_a_gradient_that_is_nan():
    def forward(forward, self, query, key, value, mask):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if mask is not None:
            scores = scores + torch.where(mask, 0.0, float("-inf")).unsqueeze(1)
        weights = scores.softmax(-1).nan_to_num(0.0)
        return self.w_o(merge_heads(weights @ v)), weights

    assert_found("4.3", spoilt(forward), "gradient-nan", "queries that may attend to nothing")


def test_weights_returned_without_gradient_do_no_harm():
    def forward(forward, self, query, key, value, mask):
        output, weights = forward(query, key, value, mask)
        return output, weights.detach()

    assert evaluate("4.3", spoilt(forward)).status == "correct"


@pytest.mark.slow
def test_layers_hidden_from_parameters():
    class Hidden(nn.Module):
        def __init__(self, d_model, n_heads):
            super().__init__()
            self.projections = [nn.Linear(d_model, d_model) for _ in range(4)]

        @property
        def w_q(self):
            return self.projections[0]

    assert_found("4.3", Hidden, "not-registered", "`w_q.weight`", "parameters()")

    class Listed(nn.Module):
        def __init__(self, d_model, n_heads):
            super().__init__()
            self.heads = [nn.Linear(d_model, d_model // n_heads) for _ in range(n_heads)]

        def forward(self, query, key, value, mask=None):
            return query, key

    assert_found("4.3", Listed, "not-registered", "`heads`", "list")


@pytest.mark.slow
def test_stacked_layers_in_a_plain_list():
    class Listed(exercises.get("6.4").reference):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            layers = list(self.layers)
            del self.layers
            self.layers = layers

    assert_found("6.4", Listed, "not-registered", "`parameters()`", "plain list")


def test_a_stack_of_one_layer_and_its_copies():
    class Same(exercises.get("6.4").reference):
        def __init__(self, n_layers, *sizes):
            super().__init__(n_layers, *sizes)
            self.layers = nn.ModuleList([self.layers[0]] * n_layers)

    assert_found("6.4", Same, "layers-shared")


@pytest.mark.parametrize("make, slug, words", [
    (lambda self, d: setattr(self, "w_k", self.w_q), "shared-weights", ("`w_q`", "`w_k`", "same")),
    (lambda self, d: setattr(self.w_v, "weight", self.w_k.weight), "shared-weights", ("`w_k`", "`w_v`")),
    (lambda self, d: setattr(self, "w_k", nn.Linear(d, 2 * d)), "wrong-layer-shape", ("w_k.weight",)),
    (lambda self, d: delattr(self, "w_o"), "missing-layer", ("w_o.weight", "w_q.weight")),
    (lambda self, d: self.register_parameter("w_n", nn.Parameter(torch.zeros(d))) or delattr(self, "w_q"),
     "missing-layer", ("w_q.weight",)),
])
@pytest.mark.slow
def test_layers_that_are_not_as_asked(make, slug, words):
    class MultiHeadAttention(Right):
        def __init__(self, d_model, n_heads):
            super().__init__(d_model, n_heads)
            make(self, d_model)

    assert_found("4.3", MultiHeadAttention, slug, *words)


def test_bare_tensors_in_place_of_layers():
    class MultiHeadAttention(nn.Module):
        def __init__(self, d_model, n_heads):
            super().__init__()
            self.w_q = nn.Parameter(torch.zeros(d_model, d_model))

        def forward(self, *args):
            return args

    assert_found("4.3", MultiHeadAttention, "not-a-layer", "nn.Linear")


def test_classes_that_are_no_modules():
    class MultiHeadAttention:
        def __init__(self, d_model, n_heads):
            self.w_q = nn.Linear(d_model, d_model)

        def forward(self, *args):
            return args

    assert_found("4.3", MultiHeadAttention, "not-a-module", "nn.Module")
    assert_found("4.3", Right(6, 2), "not-a-function", "MultiHeadAttention", status="error")


def test_a_module_that_forgets_super_is_told():
    class MultiHeadAttention(nn.Module):
        def __init__(self, d_model, n_heads):
            self.w_q = nn.Linear(d_model, d_model)

        def forward(self, *args):
            return args

    verdict = evaluate("4.3", MultiHeadAttention)
    assert verdict.status == "error" and "super().__init__()" in verdict.message


def test_a_size_that_does_not_divide_is_to_be_refused():
    class MultiHeadAttention(Right):
        def __init__(self, d_model, n_heads):
            super().__init__(d_model, n_heads if d_model % n_heads == 0 else 1)

    assert_found("4.3", MultiHeadAttention, "no-divisibility-check", "d_model = 10")

    def dropping(x, n_heads):
        d_head = x.shape[-1] // n_heads
        return split_heads(x[..., :d_head * n_heads], n_heads)

    verdict = evaluate("4.1", dropping)              # its exercise promises that they divide
    assert verdict.status == "correct" and "4 heads" in verdict.message


@pytest.mark.parametrize("fill", [-20.0, -50.0, -100.0])
@pytest.mark.parametrize("how", ["fill", "add"])
@pytest.mark.slow
def test_fills_that_are_not_low_enough(fill, how):
    def forward(forward, self, query, key, value, mask):
        q, k, v = (split_heads(w(x), self.n_heads) for w, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value)))
        scores = q @ k.mT / q.shape[-1] ** 0.5
        weights = scores.softmax(-1)
        if mask is not None:
            mask = mask.unsqueeze(1)
            scores = scores.masked_fill(~mask, fill) if how == "fill" else scores + ~mask * fill
            weights = scores.softmax(-1) * mask.any(-1, keepdim=True)
        return self.w_o(merge_heads(weights @ v)), weights

    assert_found("4.3", spoilt(forward), "fill-not-low-enough")


def test_a_mask_in_place_of_none_may_be_given_by_keyword():
    class MultiHeadAttention(Right):
        def forward(self, query, key, value, *, mask=None):
            return super().forward(query, key, value, mask)

    assert evaluate("4.3", MultiHeadAttention).status == "correct"


def test_a_tensor_made_on_the_cpu_is_remarked_upon():
    def merging(x):
        return merge_heads(x) + torch.zeros(x.shape[2], 1, dtype=x.dtype)

    def on_its_device(x):
        return merge_heads(x) + torch.zeros(x.shape[2], 1, dtype=x.dtype, device=x.device)

    assert "on a GPU" in evaluate("4.2", merging).message
    assert "on a GPU" not in evaluate("4.2", on_its_device).message
    for answer in (merging, on_its_device, lambda x: merge_heads(x) * (1 if x.sum().item() < 1e9 else 2)):
        assert evaluate("4.2", answer).status == "correct"

    def forward(forward, self, query, key, value, mask):
        return forward(query * torch.ones(query.shape[-1], dtype=query.dtype), key, value, mask)

    verdict = evaluate("4.3", spoilt(forward))
    assert verdict.status == "correct" and "on a GPU" in verdict.message
