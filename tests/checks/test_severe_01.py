"""Lesson 01: what was accepted and breaks the page, and what was told of code that does something else."""
import math

import numpy as np
import pytest

from classroom import evaluate, exercises

from .told import accepted, refused

pytestmark = pytest.mark.slow

softmax = exercises.get("1.2").reference


def shifted_by(largest):
    def answer(x):
        powers = np.exp(x - largest(x))
        return powers / powers.sum(-1, keepdims=True)
    return answer


def attending(change, own=softmax):
    """Attention with `change(scores, d_k)` before a softmax of one's own."""
    def answer(q, k, v):
        weights = own(change(q @ k.T, q.shape[1]))
        return weights @ v, weights
    return answer


def scaled(scores, d_k):
    return scores / np.sqrt(d_k)


def from_zero(x):
    return np.maximum(x.max(-1, keepdims=True), 0)


@pytest.mark.parametrize("largest", [
    lambda x: x.max(-1 if x.ndim < 3 else (-2, -1), keepdims=True),
    lambda x: x.max((-2, -1) if x.ndim > 1 else -1, keepdims=True),
    lambda x: x.max(tuple(range(1, x.ndim)) or None, keepdims=True),
    lambda x: x.max(None if x.ndim > 2 else -1, keepdims=True)])
def test_one_maximum_for_several_rows(largest):
    refused("1.2", shifted_by(largest), "one-maximum-for-several-rows", ["several rows at once"])


def test_the_first_row_of_an_array_is_not_its_first_part():
    refused("1.2", shifted_by(lambda x: x.reshape(-1, x.shape[-1])[0].max()), "maximum-of-the-first-row",
            ["the maximum of the first row"])


def test_a_maximum_that_begins_at_0():
    refused("1.2", shifted_by(from_zero), "shifted-only-if-large", ["0 or 50", "begin at 0"], ["no condition is"])
    refused("1.3", attending(scaled, shifted_by(from_zero)), "shifted-only-if-large", ["0 or 50"])


@pytest.mark.slow
def test_shifts_of_ones_own_softmax_in_attention():
    refused("1.3", attending(scaled, shifted_by(np.max)), "global-maximum", ["one maximum, that of all scores"])
    refused("1.3", attending(scaled, shifted_by(lambda x: x.max(-1, keepdims=True) * (x.max() > 700))),
            "shifted-only-if-large", ["such as 500"])
    refused("1.3", attending(scaled, shifted_by(lambda x: x[0].max())), "not-finite", never=["one maximum"])


@pytest.mark.slow
@pytest.mark.parametrize("never_small", [lambda shares: np.maximum(shares, 1e-7), lambda shares: shares + 1e-9])
def test_shares_that_are_kept_from_0_are_not_rounded(never_small):
    def attention(q, k, v):
        weights = never_small(softmax(q @ k.T / np.sqrt(q.shape[1])))
        return weights @ v, weights

    for id, answer in (("1.2", lambda x: never_small(softmax(x))), ("1.3", attention)):
        refused(id, answer, "shares-never-small", ["Is there a clip"], ["rounded"])
    refused("1.2", lambda x: softmax(x).round(4), "rounded", ["rounded to 4 places"])


def test_what_is_written_into_a_place_of_another_size():
    def answer(q, k, v):
        weights = softmax(q @ k.T / np.sqrt(q.shape[1]))
        output = np.zeros_like(q, dtype=float)
        for i in range(len(q)):
            output[i] = weights[i] @ v
        return output, weights

    refused("1.3", answer, "place-of-another-size", ["a place of the shape (4,)"], ["with a comma"])


def test_a_result_that_is_written_over_by_the_next_call():
    kept = {}

    def into_the_same(name, array):
        place = kept.setdefault((name, array.shape), np.empty(array.shape))
        place[...] = array
        return place

    def attention(q, k, v):
        weights = softmax(q @ k.T / np.sqrt(q.shape[1]))
        return weights @ v, into_the_same("weights", weights)

    for id, answer in (("1.1", lambda q, k: into_the_same("scores", q @ k.T)),
                       ("1.2", lambda x: into_the_same("shares", softmax(x))), ("1.3", attention)):
        refused(id, answer, "result-overwritten", ["a later call changes"])


def test_a_memory_that_gives_the_same_again_is_no_harm():
    known = {}
    accepted("1.2", lambda x: known.setdefault((x.shape, x.tobytes()), softmax(x)))


@pytest.mark.slow
def test_any_divisor_that_stays_the_same_is_told():
    for divisor, told in ((3, "divided by 3."), (0.1, "divided by 0.100."), (np.sqrt(3), "divided by 1.732.")):
        refused("1.3", attending(lambda scores, d_k, divisor=divisor: scores / divisor), "root-of-a-fixed-size", [told])
    assert evaluate("1.3", attending(lambda scores, d_k: scores / np.sqrt(d_k + 1))).mistake != "root-of-a-fixed-size"


def test_sizes_are_not_explained_where_an_input_is_ignored():
    others = np.array([[1, 0, 0, 1], [0, 2, 0, 0], [0, 1, 2, 1], [1, 1, 1, 0]])
    verdict = evaluate("1.1", lambda q, k: q @ others.T)
    assert verdict.mistake == "input-ignored" and "The size you have there" not in verdict.message


def test_rows_of_the_queries_before():
    refused("1.1", lambda q, k: (q @ k.T).cumsum(0), "running-total", ["over the queries"])

    def one_list(q, k, v):
        weights = softmax(q @ k.T / np.sqrt(q.shape[1]))
        return np.broadcast_to(weights[-1] @ v, (len(q), v.shape[1])), weights

    refused("1.3", one_list, "last-query-for-all", ["Your output has exactly the row of the last query"])


def test_weights_of_the_last_query_alone_in_every_row():
    def attention(q, k, v):
        shares, output, weights = np.zeros(len(k)), [], []
        for query in q:
            shares[:] = softmax(k @ query / np.sqrt(len(query)))
            weights.append(shares)
            output.append(shares @ v)
        return np.array(output), np.array(weights)

    refused("1.3", attention, "last-query-for-all", ["Your weights have exactly the row of the last query"])


def test_brackets_around_the_whole_power_are_not_the_missing_ones():
    for power in (lambda scores, d_k: scores / (d_k ** 1/2), lambda scores, d_k: scores / d_k ** 1/2):
        refused("1.3", attending(power), "root-as-one-half", ["brackets of its own"], ["without brackets"])


@pytest.mark.parametrize("x", [np.array([1.7e308, -1.7e308]), np.array([3e38, -3e38], dtype=np.float32),
                               np.array([5, 5 - 2000])])
def test_the_softmax_is_right_for_all_numbers_that_the_page_names(x):
    with np.errstate(over="ignore"):
        assert softmax(x).tolist() == [1, 0]


@pytest.mark.parametrize("limit", [100, 300, 700])
def test_a_condition_on_an_absolute_value_whose_limit_is_too_high_for_32_bits(limit):
    refused("1.2", shifted_by(lambda x: x.max(-1, keepdims=True) * (np.abs(x).max() > limit)), "too-large-for-32-bits",
            ["exp(89)", "does it need a condition?"], ["0/0", "start value"])


def test_a_limit_on_the_maximum_that_is_too_high_for_32_bits():
    refused("1.2", shifted_by(lambda x: x.max(-1, keepdims=True) * (x.max() > 100)), "shifted-only-if-large")


def test_a_limit_that_fits_32_bits_is_no_harm():
    accepted("1.2", shifted_by(lambda x: x.max(-1, keepdims=True) * (np.abs(x).max() > 80)))


def test_the_loops_of_the_page_stop_for_want_of_a_shift():
    def by_loops(q, k, v):
        all_outputs, all_weights = [], []
        for query in q:
            scores = [sum(query[d] * key[d] for d in range(len(key))) / math.sqrt(len(key)) for key in k]
            powers = [math.exp(score) for score in scores]
            weights = [power / sum(powers) for power in powers]
            all_outputs.append([sum(weights[j] * v[j][f] for j in range(len(v))) for f in range(len(v[0]))])
            all_weights.append(weights)
        return np.array(all_outputs), np.array(all_weights)

    refused("1.3", by_loops, "no-shift", ["subtracts nothing", "Your `softmax` of 1.2"], ["Which count"])


def test_floor_division_by_a_whole_root():
    refused("1.3", attending(lambda scores, d_k: scores // int(math.sqrt(d_k))), "rounded-down", ["Is there a `//`"])


@pytest.mark.parametrize("size, dtype", [(200, np.float32), (1e6, np.float64)])
def test_what_adds_the_logarithm_of_the_sum_to_the_maximum_is_right_for_the_sizes_that_the_page_names(size, dtype):
    x = np.array([[0, 0.5, 1, 0.25], [1, 0, -1, 0.75]]).astype(dtype) + dtype(size)
    for y in (x, -x):
        assert np.allclose(np.exp(y - np.logaddexp.reduce(y, axis=-1, keepdims=True)), softmax(y), rtol=1e-4)


def test_how_many_numbers_a_vector_has_is_not_called_its_length():
    for change in (lambda scores, d_k: scores, lambda scores, d_k: scores / d_k,
                   lambda scores, d_k: scores / math.sqrt(len(scores.T))):
        message = evaluate("1.3", attending(change)).message
        assert "vectors of few and of many numbers" in message and "long" not in message
    assert "length of a query as a vector" in evaluate("1.4", "sharper").message
    assert "length" not in evaluate("1.2", softmax).message


def test_which_scores_stand_in_place_of_the_weights():
    for divisor, told in ((np.sqrt, "exactly the scores, divided by √d_k."),
                          (np.ones_like, "exactly the scores, not divided by anything.")):
        def answer(q, k, v, divisor=divisor):
            scores = q @ k.T
            return softmax(scores / np.sqrt(q.shape[1])) @ v, scores / divisor(float(q.shape[1]))

        refused("1.3", answer, "scores-returned", [told])


def test_clipping_is_not_said_to_prevent_overflow():
    for limit in (50, 100, 700):           # exp(100) overflows in 32 bits
        def answer(x, limit=limit):
            powers = np.exp(np.clip(x, -limit, limit))
            return powers / powers.sum(-1, keepdims=True)

        refused("1.2", answer, "clipped", [f"the numbers are clipped to ±{limit} first"], ["overflow"])
