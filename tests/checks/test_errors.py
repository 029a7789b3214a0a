"""An error inside an answer: what it means here, in a sentence that is true of the code that is there."""
import dataclasses
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate, exercises
from classroom.ask.case import Case
from classroom.ask.limits import Raised
from classroom.judge import advice, judgement
from course.attention import scaled_dot_product_attention

ATTENTION = exercises.get("2.1").reference


def assert_told(id, answer, slug, *words, status="error", without=()):
    verdict = evaluate(id, answer)
    assert verdict.status == status and verdict.mistakes == ((slug,) if slug else ()), verdict.message
    for text in words:
        assert text in verdict.message, verdict.message
    for text in without:
        assert text not in verdict.message, verdict.message


# ------------------------------------------------------------------------------------------- the signature

class Bare(nn.Module):
    def __init__(self, d_model, d_k, d_v):
        super().__init__()
        self.w_q, self.w_k = nn.Linear(d_model, d_k, bias=False), nn.Linear(d_model, d_k, bias=False)
        self.w_v = nn.Linear(d_model, d_v, bias=False)


class WithoutDefault(Bare):
    def forward(self, x, mask):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)


class OneTooFew(Bare):
    def forward(self, x):
        return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x))


def test_a_default_is_missing():
    assert_told("3.1", WithoutDefault, "wrong-number-of-arguments", "called without `mask`, with (x)", "`mask=None`",
                without=("2 arguments",))
    assert_told("2.1", lambda q, k, v, mask: ATTENTION(q, k, v, mask), "wrong-number-of-arguments",
                "called without `mask`, with (q, k, v)")


def test_an_argument_is_missing():
    assert_told("3.1", OneTooFew, "wrong-number-of-arguments", "called with 2 arguments: (x, mask)",
                without=("default",))


# ------------------------------------------------------------------------------------------ the other library

def test_pytorch_in_a_numpy_exercise():
    assert_told("1.2", lambda x: F.relu(x), "torch-in-numpy", "does not take them")
    assert_told("1.2", lambda x: x.unsqueeze(0), "torch-in-numpy", "`.unsqueeze` belongs to PyTorch's tensors")


def test_numpy_in_a_pytorch_exercise():
    def powers(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1)
        return np.max(scores, axis=-1, keepdims=True), scores

    assert_told("2.1", powers, "numpy-in-torch", "A function of NumPy was given one")
    assert_told("2.1", lambda q, k, v, mask=None: (q.astype(float), q), "numpy-in-torch", "`.astype` belongs to NumPy")


@pytest.mark.parametrize("framework, text, line, slug", [
    ("numpy", "'int' object is not callable", "d = q.size(-1)", "torch-in-numpy"),
    ("numpy", "_sum() got an unexpected keyword argument 'dim'", "x.sum(dim=-1)", "torch-in-numpy"),
    ("numpy", "axes don't match array", "k.transpose(-2, -1)", "torch-in-numpy"),
    ("numpy", "'int' object is not callable", "d = max(3)", "called-like-a-function"),
    ("torch", "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.", "np.exp(x)",
     "numpy-in-torch"),
    ("torch", "unsupported operand type(s) for -: 'Tensor' and 'torch.return_types.max'", "x - x.max(-1)",
     "max-gives-two-things"),
    ("torch", "a Tensor with 3 elements cannot be converted to Scalar", "x.item()", "one-number-of-many"),
    ("torch", "max(): Expected reduction dim to be specified for input.numel() == 0.", "x.max()",
     "nothing-to-choose-from"),
    ("numpy", "index 4 is out of bounds for axis 0 with size 4", "x[4]", "index-beyond-the-end"),
    ("torch", "'tuple' object does not support item assignment", "past[0] = k", "tuple-cannot-change"),
    ("numpy", "division by zero", "1 / len(x)", "divided-by-zero"),
    ("torch", "Subtraction, the `-` operator, with a bool tensor is not supported.", "1 - mask", "not-on-booleans"),
])
def test_by_text_and_line(framework, text, line, slug):
    task = exercises.get("1.3" if framework == "numpy" else "2.1")
    found, says = advice.on_error(task, Raised("TypeError", text, f"line 2 of `f`: `{line}`", "f", False))
    assert found == slug and bool(says) == bool(slug)


# ---------------------------------------------------------------------------- only of code that is there

def test_a_yes_or_no_is_explained_by_what_asks_for_it():
    def chained(x):
        return 0 < x < 1

    def condition(x):
        if x > 0:
            return x
        return -x

    assert_told("1.2", lambda x: x / max(1, x), "pythons-max", "`max` is Python's own", without=("`and`", "`if`"))
    assert_told("1.2", chained, "condition-on-an-array", "chain of comparisons", without=("`max`", "`or`"))
    assert_told("1.2", condition, "condition-on-an-array", "`if`, `while`", without=("`max`", "`&`"))
    assert_told("1.2", lambda x: x > 0 and x, "not-on-booleans", "`&`", without=("`if`",))
    assert_told("1.2", lambda x: bool(x), "", "One yes or no was asked of a whole array", without=("`and`", "`if`"))


@pytest.mark.slow
def test_layers_are_not_spoken_of_where_there_are_none():
    class MadeInForward(WithoutDefault):
        def forward(self, x, mask=None):
            return super().forward(nn.Linear(x.shape[-1], x.shape[-1])(x), mask)

    assert_told("3.1", MadeInForward, "dtypes-mixed", "layers are made in `__init__`")
    assert_told("2.1", lambda q, k, v, mask=None: ATTENTION(q, k, v @ torch.eye(v.shape[-1]), mask), "dtypes-mixed",
                "takes `dtype=x.dtype`", without=("layers",))


def test_whole_numbers():
    assert_told("4.1", lambda x, n_heads: x.long().mean(-1), "whole-numbers", "this step needs fractions")

    def in_place(x):
        x = x.astype(int)
        x /= 2
        return x
    assert_told("1.2", in_place, "in-place-on-integers", "An array keeps the dtype")


def test_an_error_on_the_way_back_is_explained_too():
    def in_place(q, k, v, mask=None):
        output, weights = ATTENTION(q, k, v, mask)
        powers = output.exp()
        doubled = powers * 1.0
        powers.mul_(1.0)
        return output + 0 * doubled, weights

    verdict = evaluate("2.1", in_place)
    assert verdict.mistake == "in-place-needs-gradient" and "without `_` makes a new tensor" in verdict.message


def test_a_table_in_numpy_is_told_to_be_a_tensor():
    verdict = evaluate("5.1", lambda max_len, d_model: np.zeros((max_len, d_model)))
    assert verdict.mistake == "not-a-tensor" and "gradient" not in verdict.message


# ----------------------------------------------------------------------------- super() with a name in it

SOURCE = """
from torch import nn
from course.attention import scaled_dot_product_attention

def make():
    class {name}(nn.Module):
        def __init__(self, d_model, d_k, d_v):
            super(SelfAttention, self).__init__()
            self.w_q, self.w_k = nn.Linear(d_model, d_k, bias=False), nn.Linear(d_model, d_k, bias=False)
            self.w_v = nn.Linear(d_model, d_v, bias=False)

        def forward(self, x, mask=None):
            return scaled_dot_product_attention(self.w_q(x), self.w_k(x), self.w_v(x), mask)
    return {name}
"""


@pytest.mark.parametrize("name", ["SelfAttention", "Mine"])
@pytest.mark.parametrize("lent", [False, True])
def test_super_may_name_the_class(name, lent):
    space = {"__name__": "__main__"}
    if lent:                                        # the course's stands under the name, as after `carry_on`
        space["SelfAttention"] = exercises.get("3.1").reference
    exec(SOURCE.format(name=name), space)
    before = dict(space)
    verdict = evaluate("3.1", space["make"]())
    assert verdict.status == "correct", verdict.message
    assert {n: value for n, value in space.items() if n != "__builtins__"} == \
        {n: value for n, value in before.items() if n != "__builtins__"}


def test_super_with_a_wrong_class_is_explained():
    class Wrong(Bare):
        def __init__(self, d_model, d_k, d_v):
            super(nn.Linear, self).__init__()
    assert_told("3.1", Wrong, "super-of-another-class", "needs no name")


# --------------------------------------------------------------------------------- numbers and shapes

def test_an_exponent_without_brackets_is_told_by_its_factor():
    from classroom.judge.diagnose import _precedence

    class Sized:
        def __init__(self, n):
            self.sizes = {"d_k": n, "T": 5}
    for makes, words in ((lambda n: math.sqrt(n) / 2, "`d_k ** 1/2` is (d_k ** 1) / 2"),
                         (lambda n: 2 / math.sqrt(n), "`d_k ** 1/2`"), (lambda n: 0.5 / math.sqrt(n), "`d_k ** -1/2`")):
        assert words in _precedence([(makes(n), Sized(n)) for n in (4, 7, 9)])
        assert _precedence([(makes(4), Sized(4)), (makes(4), Sized(4))]) == "", "one size alone proves nothing"
    assert _precedence([(0.3, Sized(4)), (0.4, Sized(7))]) == ""


def test_a_size_that_is_typed_in(monkeypatch):
    merge = exercises.get("4.2").reference

    def lengths(*found):
        def cases(rng):
            for n, length in enumerate(found):
                yield Case(f"case {n}", x=rng.normal(size=(2, 2, length, 3)))
        return dataclasses.replace(exercises.get("4.2"), cases=cases)

    def typed(x):
        table = torch.arange(4.0, dtype=x.dtype).reshape(1, 4, 1)          # of four positions
        return merge(x) + 0 * (table if x.shape[2] == 4 else table[:, :3])

    def odd(x):
        return merge(x) if x.shape[2] == 4 else merge(x) * 1.37 + x.mean()

    monkeypatch.setitem(exercises._known, "4.2", lengths(4, 4, 5, 6, 7))
    for answer, status in ((typed, "error"), (odd, "wrong")):
        assert_told("4.2", answer, "size-typed-in",
                    "right in the cases where T is 4, and in no other (T is also 5, 6 and 7)", status=status)
    monkeypatch.setitem(exercises._known, "4.2", lengths(4, 4, 5, 5))
    assert "size-typed-in" not in evaluate("4.2", odd).mistakes, "one other size proves little"
    monkeypatch.setitem(exercises._known, "4.2", lengths(1, 1, 5, 6))
    assert "size-typed-in" not in evaluate("4.2", lambda x: merge(x) + (x.shape[2] > 1)).mistakes


def test_a_number_of_axes_is_taken_for_granted():
    softmax = exercises.get("1.2").reference
    assert_told("1.2", lambda x: softmax(x) if x.ndim == 2 else softmax(x) * 1.3 + x.mean(), "number-of-axes",
                "right in the cases where `x` has 2 axes, and in no other", status="wrong")


@pytest.mark.slow
def test_shapes_are_explained():
    merge = exercises.get("4.2").reference
    told = evaluate("4.2", lambda x: torch.cat([merge(x), merge(x) + 1], -1))
    assert told.mistake == "put-one-after-the-other" and "2 results" in told.message
    told = evaluate("2.1", lambda *inputs: tuple(x.mT for x in ATTENTION(*inputs)))
    assert told.mistake == "axes-exchanged" and "T_q and T_k have changed places" in told.message
    told = evaluate("2.1", lambda *inputs: tuple(x.unsqueeze(-1) for x in ATTENTION(*inputs)))
    assert told.mistake == "axis-of-one" and "too many" in told.message
    told = evaluate("4.1", lambda x, n_heads: x.reshape(len(x), n_heads, x.shape[1], x.shape[2] / n_heads))
    assert told.mistake == "sizes-are-whole-numbers" and "`//`" in told.message
    told = evaluate("4.1", lambda x, n_heads: x.reshape(*x.shape[:2], n_heads, 2).transpose(1, 2))
    assert told.mistake in ("sizes-do-not-multiply", "size-typed-in") and "must multiply to" in told.message

    def flat(q, k, v, mask=None):
        output, weights = ATTENTION(q, k, v, mask)
        return output, weights.flatten(-2)
    assert "The axes T_q and T_k have become one" in evaluate("2.1", flat).message


@pytest.mark.slow
def test_a_test_that_hangs_on_a_bug_has_not_rejected_it():
    task = exercises.get("3.3")

    def hangs(attend):
        try:
            task.reference(attend)
        except AssertionError:
            while True:
                pass

    verdict = judgement.judge(dataclasses.replace(task, seconds=1.0), hangs)
    assert (verdict.status, verdict.mistake) == ("error", "time-limit") and "on this buggy" in verdict.message
