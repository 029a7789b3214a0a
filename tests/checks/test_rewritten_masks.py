"""Mistakes of lessons 02 and 03, and right answers, as other people would write them."""
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from classroom import evaluate

pytestmark = pytest.mark.slow              # `make quick` does without


def attend(q, k, v, mask=None, divisor=None, fill=None, again=True, change=lambda weights: weights):
    """Attention from scratch, with the usual places for mistakes."""
    scores = torch.einsum("...id,...jd->...ij", q, k) / (divisor or math.sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min if fill is None else fill)
    weights = scores.log_softmax(-1).exp() if fill is None else scores.softmax(-1)
    if mask is not None and again:
        weights = weights * mask
    weights = change(weights)
    return torch.matmul(weights, v), weights


def only_three_axes(q, k, v, mask=None):
    return attend(q, k, v, mask if mask is None or mask.dim() == 3 else None)


def only_when_as_many(q, k, v, mask=None):
    return attend(q, k, v, mask if q.shape[-2] == k.shape[-2] else None)


def fused(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask), attend(q, k, v, mask)[1]


def flattened(q, k, v, mask=None):
    front, t_q, t_k = q.shape[:-2], q.shape[-2], k.shape[-2]
    if mask is not None:
        mask = mask.expand(*front, t_q, t_k).reshape(-1, t_q, t_k)
    rows = zip(q.reshape(-1, *q.shape[-2:]), k.reshape(-1, *k.shape[-2:]), v.reshape(-1, *v.shape[-2:]), strict=True)
    found = [attend(*row, None if mask is None else mask[i]) for i, row in enumerate(rows)]
    return tuple(torch.stack(x).reshape(*front, *x[0].shape) for x in zip(*found, strict=True))


def in_double_precision(q, k, v, mask=None):
    return tuple(x.to(q.dtype) for x in attend(q.double(), k.double(), v.double(), mask))


class Callable:
    def __call__(self, q, k, v, mask=None):
        return attend(q, k, v, mask)


@pytest.mark.parametrize("id, answer", [
    *(("2.1", answer) for answer in (fused, flattened, in_double_precision, Callable())),
    ("2.1", lambda query, key, value, mask=None, dropout=None: attend(query, key, value, mask)),
    ("2.1", lambda q, k, v, mask=None: list(attend(q, k, v, mask))),
    ("2.2", lambda n: torch.triu(torch.ones(n, n)).T > 0),
    ("2.2", lambda n: torch.stack([torch.arange(n) <= t for t in range(n)])),
    ("2.3", lambda ids, pad: (ids - pad).bool()[:, None]),
    ("2.3", lambda ids, pad: torch.stack([(row != pad).unsqueeze(0) for row in ids])),
    ("2.4", lambda ids, pad: torch.tril((ids != pad).unsqueeze(1).repeat(1, ids.shape[1], 1))),
    ("2.4", lambda ids, pad: ~((ids == pad)[:, None] | torch.ones(ids.shape[1], ids.shape[1]).triu(1).bool())),
], ids=lambda x: getattr(x, "__name__", x) if isinstance(x, str) or hasattr(x, "__name__") else type(x).__name__)
def test_right_in_another_way(id, answer):
    verdict = evaluate(id, answer)
    assert verdict.status == "correct", verdict.message


def past(size):
    return torch.ones(size, size, dtype=torch.bool).tril()


@pytest.mark.parametrize("id, answer, slug", [
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, divisor=k.shape[-2] ** 0.5), "divided-by-root-of-t-k"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, divisor=2.0), "root-of-a-fixed-size"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, divisor=8.0), "root-of-a-fixed-size"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, divisor=3.3), "scores-off-by-a-factor"),
    ("2.1", only_three_axes, "mask-ignored"), ("2.1", only_when_as_many, "mask-ignored"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, None if mask is None else mask[..., :1, :]),
     "mask-of-first-query"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask[:1] if mask is not None and mask.dim() > 2 else mask),
     "mask-of-first-sentence"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, fill=-20.0, again=False), "fill-not-low-enough"),
    ("2.1", lambda q, k, v, mask=None: (attend(q, k, v, mask)[0], attend(q, k, v)[1]), "weights-unmasked"),
    ("2.1", lambda q, k, v, mask=None: (attend(q, k, v)[0], attend(q, k, v, mask)[1]), "output-unmasked"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, change=lambda w: F.dropout(w, 0.1)), "not-repeatable"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, mask, change=lambda w: w / w.sum(-1, keepdim=True)),
     "empty-rows-nan"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v.detach(), mask), "gradient-cut"),
    ("2.1", lambda q, k, v, mask=None: attend(q, k, v, None if mask is None else mask | ~mask.any(-1, keepdim=True)),
     "empty-rows-not-zero"),
    ("2.2", lambda n: past(n).float(), "wrong-dtype"), ("2.2", lambda n: past(n).numpy(), "not-a-tensor"),
    ("2.2", lambda n: torch.arange(n)[:, None] < torch.arange(n), "inverted"),
    ("2.2", lambda n: torch.arange(n)[:, None] > torch.arange(n), "not-even-itself"),
    ("2.2", lambda n: torch.arange(n)[:, None] + 1 >= torch.arange(n), "one-step-ahead"),
    ("2.3", lambda ids, pad: ids.bool()[:, None], "pad-id-fixed"),
    ("2.3", lambda ids, pad: (ids == pad)[:, None], "inverted"),
    ("2.3", lambda ids, pad: (ids != pad)[:, :, None], "rows-instead-of-columns"),
    ("2.3", lambda ids, pad: (ids != pad)[None], "batch-axis-last"),
    ("2.4", lambda ids, pad: ids.bool()[:, None] & past(ids.shape[1]), "pad-id-fixed"),
    ("2.4", lambda ids, pad: (ids != pad)[:, None] + past(ids.shape[1]), "or-instead-of-and"),
    ("2.4", lambda ids, pad: ((ids != pad)[:, None] & past(ids.shape[1])) | torch.eye(ids.shape[1]).bool(),
     "padding-sees-itself"),
    ("2.4", lambda ids, pad: (ids != pad)[:, :, None] & past(ids.shape[1]), "rows-instead-of-columns"),
    ("2.4", lambda ids, pad: ((ids != pad)[:, None] & past(ids.shape[1]).T), "future-instead-of-past"),
    ("2.4", lambda ids, pad: (ids != pad)[:1, None] & past(ids.shape[1]).expand(len(ids), -1, -1),
     "mask-of-first-sentence"),
])
def test_it_is_recognised(id, answer, slug):
    verdict = evaluate(id, answer)
    assert verdict.status == "wrong" and verdict.mistake == slug, f"{verdict.mistakes}\n{verdict.message}"


@pytest.mark.parametrize("fill", [-math.inf, -1e9])
@pytest.mark.parametrize("change, slug", [
    (lambda scores, mask, fill: scores.masked_fill(mask, fill), "mask-inverted"),
    (lambda scores, mask, fill: scores.masked_fill(~mask[..., :1, :], fill), "mask-of-first-query"),
])
def test_beside_empty_rows_left_to_the_softmax(change, slug, fill):
    """Nobody thinks of the rows without any True at first, so that every other mistake comes together with that one."""
    def answer(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        weights = (scores if mask is None else change(scores, mask, fill)).softmax(-1)
        return weights @ v, weights

    verdict = evaluate("2.1", answer)
    empty = "empty-rows-nan" if fill == -math.inf else "empty-rows-not-zero"
    assert verdict.status == "wrong" and {slug, empty} <= {*verdict.mistakes}, verdict.message



def layer(forward, make=None):
    """A class for 3.1 or 3.2 with this `forward`, and whatever `make` adds to it."""
    class Attention(nn.Module):
        def __init__(self, d_model, d_k, d_v):
            super().__init__()
            self.d_model, self.d_k = d_model, d_k
            self.w_q, self.w_k = (nn.Linear(d_model, d_k, bias=False) for _ in range(2))
            self.w_v = nn.Linear(d_model, d_v, bias=False)
            if make:
                make(self)

    Attention.forward = forward
    return Attention


def own(self, x, mask=None, **slip):
    return attend(self.w_q(x), self.w_k(x), self.w_v(x), mask, **slip)


@pytest.mark.parametrize("id, answer, slug", [
    ("3.1", layer(lambda self, x, mask=None: own(self, x, mask, divisor=self.d_model ** 0.5)),
     "divided-by-root-of-d-model"),
    ("3.1", layer(lambda self, x, mask=None: own(self, x, mask, divisor=x.shape[1] ** 0.5)), "divided-by-root-of-t-k"),
    ("3.1", layer(lambda self, x, mask=None: own(self, x)), "mask-ignored"),
    ("3.1", layer(lambda self, x, mask=None: own(self, x, mask)[0]), "returns-one-thing"),
    ("3.1", layer(lambda self, x, mask=None: own(self, x, None if mask is None else mask[:, :1])),
     "mask-of-first-query"),
    ("3.1", layer(own, lambda self: setattr(self, "w_q", nn.Linear(self.d_model, self.d_k))), "has-bias"),
    ("3.1", layer(own, lambda self: setattr(self, "w_k", self.w_q)), "shared-weights"),
    ("3.1", layer(lambda self, x, mask=None: own(self, x, mask, divisor=self.d_k ** 0.5 + self.scale.abs()),
                  lambda self: setattr(self, "scale", nn.Parameter(torch.randn(1)))), "unexpected-layer"),
    ("3.2", layer(lambda self, x, memory, mask=None: attend(
        self.w_q(x), self.w_k(memory), self.w_v(memory), None if mask is None else mask[:1])),
     "mask-of-first-sentence"),
    ("3.2", layer(lambda self, x, memory, mask=None: attend(
        self.w_q(memory), self.w_k(x), self.w_v(x), None if mask is None else mask.mT)), "inputs-swapped"),
], ids=lambda x: x if isinstance(x, str) else "layer")
def test_it_is_recognised_in_a_layer(id, answer, slug):
    verdict = evaluate(id, answer)
    assert verdict.status == "wrong" and verdict.mistake == slug, f"{verdict.mistakes}\n{verdict.message}"
