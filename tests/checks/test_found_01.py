"""Lesson 01: answers that were accepted, or called by another name, and are refused by their own."""
import numpy as np
import pytest

from classroom import evaluate, exercises

pytestmark = pytest.mark.slow          # many answers, each on several cases
scores_of, softmax = (exercises.get(id).reference for id in ("1.1", "1.2"))


def over_its_sum(powers):
    return powers / powers.sum(-1, keepdims=True)


def by_other_scores(change):
    """Attention whose scores are `change(q, k, undivided scores)`."""
    def attention(q, k, v):
        weights = softmax(change(q, k, scores_of(q, k)))
        return weights @ v, weights
    return attention


def by_other_results(change):
    """Attention that returns `change(weights, v, undivided scores)`."""
    return lambda q, k, v: change(softmax(scores_of(q, k) / np.sqrt(k.shape[1])), v, scores_of(q, k))


def divided_in_place(q, k, scores):
    for i in range(len(scores)):
        scores[i] = scores[i] / np.sqrt(k.shape[1])
    return scores


def into_a_table_like_the_scores(q, k, scores):
    table = np.zeros_like(scores)
    table[:] = scores / np.sqrt(k.shape[1])
    return table


def into_integers(q, k, scores):
    table = np.zeros(scores.shape, dtype=int)
    table[:] = scores / np.sqrt(k.shape[1])
    return table


def closed_diagonal(q, k, scores):
    scores = scores / np.sqrt(k.shape[1])
    np.fill_diagonal(scores, -1e9)
    return scores


def total_never_reset(weights, v, scores):
    output, total = np.zeros((len(weights), v.shape[1])), np.zeros(v.shape[1])
    for i in range(len(weights)):
        for j in range(len(v)):
            total += weights[i, j] * v[j]
        output[i] = total
    return output, weights


def replaced_each_time(weights, v, scores):
    output = np.zeros((len(weights), v.shape[1]))
    for i in range(len(weights)):
        for j in range(len(v)):
            output[i] = weights[i, j] * v[j]
    return output, weights


def index_of_the_query(weights, v, scores):
    output = np.zeros((len(weights), v.shape[1]))
    for i in range(len(weights)):
        for j in range(len(v)):
            output[i] += weights[i, j] * v[i]
    return output, weights


WRONG = [
    ("1.1", lambda q, k: np.outer(q[:, 0], k[:, 0]), "first-product-only"),
    ("1.1", lambda q, k: q @ np.rot90(k), "turned-not-transposed"),
    ("1.1", lambda q, k: (q[:, None] * k).prod(-1), "multiplied-together"),
    ("1.1", lambda q, k: (q - q.mean(1, keepdims=True)) @ (k - k.mean(1, keepdims=True)).T, "centred"),
    *(("1.2", lambda x, c=c: over_its_sum(np.exp(x - c)), "constant-subtracted") for c in (
        4, 5, 10, 50, 300, 1000.5, 1003, np.int64(6))),
    ("1.2", lambda x: over_its_sum(np.exp(x - x.shape[-1])), "constant-subtracted"),
    ("1.2", lambda x: over_its_sum(np.exp(x - len(x))), "constant-subtracted"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x.argmax(-1, keepdims=True))), "place-of-the-maximum-subtracted"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x.max(-1, keepdims=True).astype(int))), "maximum-as-an-integer"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x[0].max())), "maximum-of-the-first-row"),
    ("1.2", lambda x: over_its_sum(np.exp(x - x.min())), "minimum-subtracted"),
    ("1.2", lambda x: np.exp(x - np.log(np.exp(x).sum(-1, keepdims=True))), "no-shift"),
    ("1.2", lambda x: over_its_sum(np.exp(x.astype(float))), "no-shift"),
    ("1.2", lambda x: np.exp(x / x.sum(-1, keepdims=True)), "exponential-at-the-end"),
    ("1.2", lambda x: np.exp(x) / np.exp(x).sum(-1)[:, None], "two-axes-assumed-and-no-shift"),
    ("1.2", lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(-1)[:, None],
     "two-axes-assumed-and-global-maximum"),
    *(("1.3", by_other_scores(change), "cut-off") for change in (
        divided_in_place, into_a_table_like_the_scores, into_integers,
        lambda q, k, scores: (scores / np.sqrt(k.shape[1])).astype(q.dtype))),
    ("1.3", by_other_scores(closed_diagonal), "no-look-at-itself"),
    ("1.3", by_other_scores(lambda q, k, scores: scores / scores.std()), "divided-by-their-spread"),
    ("1.3", by_other_scores(lambda q, k, scores: scores / np.linalg.norm(k, axis=1)),
     "divided-by-the-lengths-of-the-keys"),
    ("1.3", by_other_scores(lambda q, k, scores: scores / -np.sqrt(k.shape[1])), "sign-reversed"),
    ("1.3", by_other_scores(lambda q, k, scores: np.abs(scores) / np.sqrt(k.shape[1])), "absolute-scores"),
    ("1.3", by_other_scores(lambda q, k, scores: scores / np.sqrt(k.shape[1]) ** k.shape[1]),
     "divided-once-for-each-number"),
    ("1.3", by_other_scores(lambda q, k, scores: scores / np.sqrt(k.ndim)), "root-of-the-number-of-axes"),
    ("1.3", by_other_results(lambda weights, v, scores: (weights @ v, softmax(scores))),
     "weights-of-undivided-scores"),
    ("1.3", by_other_results(lambda weights, v, scores: (softmax(scores) @ v, weights)),
     "output-of-undivided-scores"),
    ("1.3", by_other_results(lambda weights, v, scores: (np.array([weights[0] @ v for _ in weights]), weights)),
     "first-weights-for-all"),
    ("1.3", by_other_results(total_never_reset), "running-total"),
    ("1.3", by_other_results(replaced_each_time), "last-key-only"),
    ("1.3", by_other_results(index_of_the_query), "index-of-the-query-for-the-value"),
]


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize(("id", "answer", "slug"), WRONG)
def test_a_wrong_answer_is_refused_by_its_own_name(id, answer, slug, seed):
    verdict = evaluate(id, answer) if seed is None else evaluate(id, answer, seed=seed)
    assert verdict.mistakes == (slug,), verdict.message


def test_a_number_that_is_not_the_learners_is_only_an_example():
    verdict = evaluate("1.2", lambda x: over_its_sum(np.exp(x - 4)))
    assert "one number for all rows" in verdict.message and "such as 10" in verdict.message


def test_the_logarithm_of_the_sum_is_right_where_it_is_protected():
    def protected(x):
        return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))

    assert evaluate("1.2", protected).status == "correct"
