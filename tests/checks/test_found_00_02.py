"""Learners' answers to the exercises of lessons 00 to 02, as they would write them: what each is told."""
import functools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from classroom import evaluate

pytestmark = pytest.mark.slow          # many answers, each on several cases

# ----------------------------------------------------------------------------------- lesson 00


def filled_like_the_scores(scores):
    result = np.zeros_like(scores)
    for i in range(len(scores)):
        result[i] = scores[i] / scores.sum()
    return result


def into_the_scores(scores):
    total = scores.sum()
    for i in range(len(scores)):
        scores[i] = scores[i] / total
    return scores


def divided_in_place(scores):
    scores /= scores.sum()
    return scores


def rows_filled_like_the_scores(scores):
    result = scores.copy()
    for i, row in enumerate(scores):
        result[i] = row / row.sum()
    return result


# ----------------------------------------------------------------------------------- lesson 01


def over_its_sum(powers):
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax(x):
    return over_its_sum(np.exp(x - x.max(axis=-1, keepdims=True)))


def by_math(x):
    powers = math.exp(x)
    return powers / powers.sum()


def by_math_in_a_loop(x):
    powers = np.array([math.exp(value) for value in x])
    return powers / powers.sum()


def attend(q, k, v, scores):
    weights = softmax(scores)
    return weights @ v, weights


def unprotected(q, k, v):
    weights = over_its_sum(np.exp(q @ k.T / np.sqrt(q.shape[-1])))
    return weights @ v, weights


def unprotected_in_more_bits(q, k, v):
    weights = over_its_sum(np.exp((q @ k.T / np.sqrt(q.shape[-1])).astype(np.longdouble)))
    return (weights @ v).astype(float), weights.astype(float)


def from_a_tutorial(query, key, value):
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    weights = F.softmax(scores, dim=-1)
    return torch.matmul(weights, value), weights


def from_another_tutorial(q, k, v):
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.shape[-1])
    weights = F.softmax(scores, dim=-1)
    return torch.matmul(weights, v), weights


def with_a_method(q, k, v):
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))).softmax(dim=-1)
    return weights @ v, weights


def in_tensors(q, k, v):
    q, k, v = torch.tensor(q), torch.tensor(k), torch.tensor(v)
    weights = F.softmax(q @ k.T / math.sqrt(q.shape[-1]), dim=-1)
    return weights @ v, weights


# ----------------------------------------------------------------------------------- lesson 02


def masked(q, k, v, mask=None, scores=None, fill=None, dim=-1, again=True):
    """Right, but for what the arguments say."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]) if scores is None else scores
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min if fill is None else fill)
    weights = scores.softmax(dim=dim)
    if mask is not None and again:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights


def renormalised(q, k, v, mask=None, small=0.0, repair=lambda weights: weights):
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    if mask is not None:
        weights = weights * mask
        weights = repair(weights / (weights.sum(dim=-1, keepdim=True) + small))
    return weights @ v, weights


def mask_of_the_call_before(q, k, v, mask=None, kept=[None]):                 # noqa: B006 - that is the mistake
    before, kept[0] = kept[0], mask
    if mask is not None and before is not None and before.shape == mask.shape:
        mask = before
    return masked(q, k, v, mask)


def mask_of_the_first_call(q, k, v, mask=None, kept={}):                      # noqa: B006 - that is the mistake
    return masked(q, k, v, None if mask is None else kept.setdefault(tuple(mask.shape), mask))


def if_mask(q, k, v, mask=None):
    return masked(q, k, v, mask) if mask else masked(q, k, v)


def in_32_bits(q, k, v, mask=None):
    output, weights = masked(q.float(), k.float(), v.float(), mask)
    return output.to(q.dtype), weights.to(q.dtype)


def in_64_bits(q, k, v, mask=None):
    output, weights = masked(q.double(), k.double(), v.double(), mask)
    return output.to(q.dtype), weights.to(q.dtype)


def letters(q, k, v, mask=None):
    return masked(q, k, v, mask, torch.einsum("bij,bkj->bik", q, k) / math.sqrt(q.shape[-1]))


TABLE = torch.ones(100, 100, dtype=torch.bool).tril()


def first_table(size, kept={}):                                               # noqa: B006 - that is the mistake
    return kept.setdefault("table", torch.ones(size, size, dtype=torch.bool).tril())[:size, :size]


def to_be_added(mask, low=float("-inf")):
    return torch.zeros(mask.shape).masked_fill(~mask, low).squeeze(1)


def the_sign_before_the_plus(scores):
    total = 0
    for score in scores:
        total =+ score                                                        # noqa: E225 - that is the mistake
    return scores / total


def rows_into_columns(scores):
    result = np.empty(scores.shape)
    for i, row in enumerate(scores):
        result[:, i] = row / row.sum()
    return result


def first_four_numbers(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


def only_the_weights_of_the_last(q, k, v):
    outputs = []
    for query in q:
        weights = softmax(k @ query / math.sqrt(len(query)))
        outputs.append(weights @ v)
    return np.array(outputs), weights


def powers_above_a_limit(x, limit=700):
    return over_its_sum(np.exp(x - x.max() if x.max() > limit else x))


def zeros_by_index(q, k, v, mask=None, index=(...,)):
    _, weights = masked(q, k, v, mask)
    if mask is not None:
        weights = weights.clone()
        weights[(*index, ~mask)] = 0
    return weights @ v, weights


def output_repaired(q, k, v, mask=None):
    output, weights = masked(q, k, v, mask, fill=float("-inf"), again=False)
    return output.nan_to_num(0.0), weights


def closed_by_one(q, k, v, mask=None):
    _, weights = masked(q, k, v, mask)
    weights = weights if mask is None else weights * mask.all(-1, keepdim=True)
    return weights @ v, weights


def first_round_only(scores):
    result = np.zeros(scores.shape)
    for i in range(len(scores)):
        result[i] = scores[i] / (scores.sum() if scores.ndim == 1 else scores[i].sum())
        return result                                                         # in the loop - that is the mistake


def loops_of_the_page(q, k, kind=float):
    scores = np.zeros((4, 4), dtype=kind)
    for i in range(4):
        for j in range(4):
            for d in range(4):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


def by_root(q, k):
    return softmax(q @ k.T / np.sqrt(q.shape[-1]))


def size_of(size):
    return torch.ones(size, size, dtype=torch.bool).tril()


KINDS = [
    ("0.1", the_sign_before_the_plus, "divided-by-the-last"),
    ("0.1", lambda scores: scores / scores.cumsum(), "running-total"),
    ("0.1", lambda scores: np.ones(len(scores)) / len(scores), "equal-shares"),
    ("0.1", lambda scores: sum(scores) / len(scores), "mean-returned"),
    ("0.1", lambda scores: scores / sum(range(len(scores))), "indices-added-up"),
    ("0.3", rows_into_columns, "written-into-columns"),
    ("0.3", lambda scores: scores / scores.sum(axis=1).mean(), "mean-total-for-all"),
    ("0.3", lambda scores: (scores.T / scores.sum(axis=1)).reshape(scores.shape), "reshaped-not-transposed"),
    ("1.1", first_four_numbers, "numbers-of-a-vector-typed-in"),
    ("1.1", lambda q, k: np.einsum("ij,kl->ik", q, k), "product-of-sums"),
    ("1.1", lambda q, k: np.array([[q[i] @ k[i] for _ in k] for i in range(len(q))]), "one-index-for-both"),
    ("1.2", lambda x: np.exp(x - x.max(-1, keepdims=True)) / np.exp(x).sum(-1, keepdims=True), "shifted-in-one-place"),
    ("1.2", lambda x: over_its_sum(np.exp(x / x.max(axis=-1, keepdims=True))), "divided-before-exp"),
    ("1.2", lambda x: np.nan_to_num(over_its_sum(np.exp(x))), "nan-replaced"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x[..., -1:])), "last-subtracted"),
    ("1.2", lambda x: np.array([np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in x]),
     "loop-over-the-first-axis"),
    ("1.2", powers_above_a_limit, "shifted-only-if-large"),
    ("1.3", only_the_weights_of_the_last, "weights-of-last-query"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T / (q.shape[-1] // 2)), "half-for-root"),
    ("1.3", lambda q, k, v: attend(q, k, softmax(v), q @ k.T / np.sqrt(q.shape[-1])), "softmax-on-values"),
    ("0.1", first_round_only, "returned-too-early"), ("0.3", first_round_only, "returned-too-early"),
    ("1.1", lambda q, k: np.array([a @ b for a, b in zip(q, k, strict=False)]), "only-matching-pairs"),
    ("1.1", loops_of_the_page, "sizes-of-the-page"),
    ("1.1", functools.partial(loops_of_the_page, kind=int), "sizes-of-the-page"),
    ("1.2", lambda x: np.exp(x) / np.exp(x).sum(axis=-1), "axis-lost-and-no-shift"),
    ("1.2", lambda x: np.exp(x - x.max(-1)) / np.exp(x - x.max(-1)).sum(-1), "axis-lost"),
    ("1.2", lambda x: over_its_sum(x - x.max(-1, keepdims=True)), "no-exponential"),
    ("1.2", lambda x: softmax(x.astype(np.float32)), "in-32-bits"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x.max(-2, keepdims=True))), "maximum-of-the-column"),
    ("1.3", lambda q, k, v: (v.T @ by_root(q, k), by_root(q, k)), "values-first"),
    ("1.3", lambda q, k, v: attend(q, k, v, np.sqrt(q @ k.T / q.shape[-1])), "root-of-the-scores"),
    ("1.3", lambda q, k, v: (softmax(by_root(q, k) @ v), by_root(q, k)), "softmax-of-the-mix"),
    ("2.1", zeros_by_index, "mask-not-as-large-as-the-scores"),
    ("2.1", functools.partial(zeros_by_index, index=()), "mask-not-as-large-as-the-scores"),
    ("2.1", output_repaired, "only-the-output-repaired"), ("2.1", closed_by_one, "closed-by-a-single-place"),
    ("2.1", lambda q, k, v, mask=None: masked(q, k, v, None if mask is None else mask.unsqueeze(1)),
     "axis-put-into-the-mask"),
    ("2.2", lambda size: size_of(size)[None, None], "batch-and-head-axes-added"),
    ("2.2", lambda size: torch.arange(size)[:, None] >= torch.arange(size - 1), "not-square"),
    ("2.3", lambda ids, pad_id: (ids != pad_id).expand_dims(axis=1), "numpys-name"),
    ("2.3", lambda ids, pad_id: (ids is not pad_id).unsqueeze(1), "is-in-place-of-equals"),
    ("2.4", lambda ids, pad_id: (ids != pad_id).unsqueeze(1) & size_of(ids.shape), "shape-for-the-size"),
    ("2.4", lambda ids, pad_id: (ids != pad_id).unsqueeze(1) @ size_of(ids.shape[1]), "matrix-product"),
    ("2.6", lambda mask: ~mask.flatten(), "flattened"),
    ("2.6", lambda mask: ~mask.int().squeeze(1), "bits-turned-round"),
]

WRONG = [
    *KINDS,
    ("0.1", filled_like_the_scores, "written-into-integers"), ("0.1", into_the_scores, "written-into-integers"),
    ("0.1", lambda scores: np.array([int(s / scores.sum()) for s in scores]), "whole-number-division"),
    ("0.1", divided_in_place, "divided-in-place"), ("0.3", rows_filled_like_the_scores, "written-into-integers"),
    *(("1.2", lambda x, n=n: over_its_sum(np.exp(np.clip(x, -n, n))), "clipped") for n in (50, 500, 700)),
    *(("1.2", lambda x, n=n: over_its_sum(np.exp(np.minimum(x, n))), "clipped") for n in (88, 700)),
    ("1.2", lambda x: over_its_sum(np.exp(x.astype(np.longdouble))), "no-shift"),
    ("1.2", by_math, "one-number-at-a-time"), ("1.2", by_math_in_a_loop, "one-number-at-a-time"),
    ("1.2", lambda x: F.softmax(x, dim=-1), "pytorch-code"), ("1.2", lambda x: torch.exp(x), "pytorch-code"),
    ("1.1", lambda q, k: torch.matmul(q, k.T), "pytorch-code"),
    ("1.3", from_a_tutorial, "pytorch-code"), ("1.3", from_another_tutorial, "pytorch-code"),
    ("1.3", with_a_method, "pytorch-code"), ("1.3", in_tensors, "pytorch-code"),
    ("1.3", unprotected, "no-shift"), ("1.3", unprotected_in_more_bits, "no-shift"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T / q.shape[-1] ** 1/2), "root-as-one-half"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T / (q.shape[-1] ** 1/2)), "root-as-one-half"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T * q.shape[-1] ** -1/2), "root-as-one-half"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.transpose(-2, -1) / np.sqrt(q.shape[-1])), "no-transpose"),
    ("2.1", lambda q, k, v, mask=None: masked(q, k, v, mask, q @ k.transpose(-2, -1) / q.shape[-1] ** 1/2),
     "root-as-one-half"),
    *(("2.1", functools.partial(masked, dim=dim, fill=fill), slug) for fill in (None, -1e9, float("-inf"))
      for dim, slug in ((-2, "softmax-over-queries"), (1, "softmax-over-axis-1"), (0, "softmax-over-axis-0"))),
    ("2.1", renormalised, "renormalised-after-softmax"),
    *(("2.1", functools.partial(renormalised, small=small), "renormalised-after-softmax") for small in (1e-9, 1e-12)),
    ("2.1", functools.partial(renormalised, repair=lambda weights: weights.nan_to_num(0.0)),
     "renormalised-after-softmax"),
    ("2.1", functools.partial(masked, fill=float("-inf"), again=False), "empty-rows-nan"),
    ("2.1", functools.partial(masked, fill=0.0), "mask-fills-zero"),
    ("2.1", functools.partial(masked, fill=torch.finfo(torch.float64).min), "fill-too-low-for-float32"),
    ("2.1", if_mask, "mask-asked-for-truth"), ("2.1", in_32_bits, "dtype-lost"), ("2.1", letters, "three-axes-assumed"),
    ("2.1", mask_of_the_call_before, "not-repeatable"), ("2.1", mask_of_the_first_call, "input-ignored"),
    ("2.2", lambda size: TABLE[:8, :8][:size, :size], "table-cut-to-size"),
    ("2.2", lambda size: TABLE[:size, :size], "table-cut-to-size"), ("2.2", first_table, "table-cut-to-size"),
    ("2.6", to_be_added, "mask-to-be-added"), ("2.6", functools.partial(to_be_added, low=-1e9), "mask-to-be-added"),
    ("2.6", lambda mask: (~mask).squeeze(1).float(), "wrong-dtype"),
]

RIGHT = [
    ("0.1", lambda scores: np.array([s / scores.sum() for s in scores.tolist()])),
    ("0.3", lambda scores: scores / scores.sum(axis=1).reshape(-1, 1)),
    ("1.2", lambda x: over_its_sum(np.exp((x - x.max(axis=-1, keepdims=True)).clip(-700)))),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T * q.shape[-1] ** (-1/2))),
    ("2.1", functools.partial(masked, fill=-1e9)), ("2.1", functools.partial(masked, fill=float("-inf"))),
    ("2.1", in_64_bits),
    ("2.2", functools.lru_cache(lambda size: torch.ones(size, size, dtype=torch.bool).tril())),
    ("2.2", lambda size: torch.tensor([[key <= query for key in range(size)] for query in range(size)])),
    ("2.6", lambda mask: torch.where(mask, False, True).squeeze(1)),
]


@pytest.mark.parametrize("seed", [None, 4, 25])
@pytest.mark.parametrize("id, answer, slug", WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_a_wrong_answer_is_refused_by_its_own_name(id, answer, slug, seed):
    verdict = evaluate(id, answer, seed=seed)
    assert verdict.status in ("wrong", "error") and verdict.points == 0
    assert verdict.mistakes == (slug,), verdict.message


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("id, answer", RIGHT)
def test_a_right_answer_is_accepted(id, answer, seed):
    verdict = evaluate(id, answer, seed=seed)
    assert verdict.status == "correct", verdict.message


@pytest.mark.parametrize("limit", [100, 500, 600, 700, 709])
def test_the_limit_of_a_clip_is_the_one_that_was_used(limit):
    verdict = evaluate("1.2", lambda x: over_its_sum(np.exp(x.clip(-limit, limit))))
    assert f"clipped to ±{limit} first" in verdict.message


def test_an_exponential_without_a_shift_is_refused_whatever_is_drawn():
    assert [seed for seed in range(60) if evaluate("1.3", unprotected, seed=seed).status == "correct"] == []


@pytest.mark.parametrize("id, answer, words", [
    ("0.1", filled_like_the_scores, "Which dtype has the array"),
    ("0.1", lambda scores: scores // scores.sum(), "`//`"),
    ("1.3", lambda q, k, v: attend(q, k, v, q @ k.T / q.shape[-1] ** 0.5 / q.shape[-1] ** 0.5), "twice"),
    ("2.1", functools.partial(masked, fill=-1e9, again=False), "mask      False False False False False"),
    ("1.3", from_a_tutorial, "PyTorch comes in lesson 02"), ("2.1", renormalised, "divided by what is left"),
    ("2.6", to_be_added, "asks for the boolean kind"),
])
def test_the_message_names_the_cause(id, answer, words):
    assert words in evaluate(id, answer).message
