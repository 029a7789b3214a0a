"""Lesson 01: right answers, written otherwise than the solutions."""
import numpy as np

from classroom.exercises.lesson_01.tasks import softmax


def _scores_by_loops(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = sum(a * b for a, b in zip(q[i], k[j], strict=True))
    return scores


def _softmax_by_rows(x):
    if x.ndim > 1:
        return np.array([_softmax_by_rows(part) for part in x])
    powers = [np.exp(value - max(x)) for value in x]
    return np.array(powers) / sum(powers)


def _softmax_by_logarithm(x):
    top = x.max(-1, keepdims=True)
    return np.exp(x - top - np.log(np.sum(np.exp(x - top), -1, keepdims=True)))


def _softmax_in_place(x):
    x = x.astype(float)
    x -= np.max(x, axis=-1)[..., None]
    np.exp(x, out=x)
    x /= np.sum(x, axis=-1)[..., None]
    return x


def _softmax_by_differences(x):
    with np.errstate(over="ignore"):
        return 1 / np.exp(x[..., None, :] - x[..., :, None]).sum(axis=-1)


def _attention_by_loops(q, k, v):
    output, weights = np.zeros((q.shape[0], v.shape[1])), np.zeros((q.shape[0], k.shape[0]))
    for i, query in enumerate(q):
        weights[i] = softmax(np.array([query @ key for key in k]) / len(query) ** 0.5)
        for j, value in enumerate(v):
            output[i] += weights[i, j] * value
    return output, weights


def _attention_by_einsum(q, k, v):
    weights = softmax(np.einsum("id,jd->ij", q / q.shape[-1] ** 0.25, k / k.shape[-1] ** 0.25))
    return [np.einsum("ij,jd->id", weights, v), weights]


def _attention_in_float64(q, k, v):
    q, k, v = (np.asarray(x, dtype=np.float64) for x in (q, k, v))
    powers = np.exp(q @ k.T / np.sqrt(k.shape[1]) - (q @ k.T / np.sqrt(k.shape[1])).max(1)[:, None])
    weights = powers / (powers.sum(1, keepdims=True) + 1e-9)
    return np.matmul(weights, v), weights


VARIANTS = {
    "1.1": [
            _scores_by_loops, lambda q, k: np.einsum("id,jd->ij", q, k), lambda q, k: (q[:, None] * k[None]).sum(-1),
            lambda q, k: np.dot(q, k.transpose()), lambda q, k: np.inner(q, k), lambda q, k: (k @ q.T).T,
            lambda q, k: q.astype(float) @ k.astype(float).T, lambda q, k: np.array([k @ query for query in q]),
        ],
    "1.2": [_softmax_by_rows, _softmax_by_logarithm, _softmax_in_place,
            lambda x: np.apply_along_axis(_softmax_by_rows, -1, x),
            lambda x: softmax(x.astype(np.float64)),
            lambda x: np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True)), _softmax_by_differences,
            lambda x: np.moveaxis(softmax(np.moveaxis(x, 0, 0)), 0, 0)],
    "1.3": [_attention_by_loops, _attention_by_einsum, _attention_in_float64],
}
