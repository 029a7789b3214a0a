"""Lesson 00: what was accepted and is wrong for some scores, and what led elsewhere; what errors say in any lesson."""
import numpy as np
import pytest
import torch

from classroom import evaluate, exercises
from classroom.ask.limits import Raised
from classroom.judge import advice

from .told import accepted, refused

pytestmark = pytest.mark.slow


def total_by_row(scores):
    return scores.sum(axis=1, keepdims=True)


def in_place_on_no_copy(scores):
    result = np.asarray(scores, dtype=float)
    result /= result.sum()
    return result


def four_unpacked(scores):
    a, b, c, d = scores
    total = a + b + c + d
    return np.array([a / total, b / total, c / total, d / total])


def first_of_the_largest(scores):
    result = np.zeros(scores.shape)
    result[(*np.indices(scores.shape[:-1]), scores.argmax(-1))] = 1
    return result


@pytest.mark.parametrize("id, answer", [
    ("0.1", lambda scores: scores / max(scores.sum(), 1)),
    ("0.1", lambda scores: scores / np.where(scores.sum() < 1, 1, scores.sum())),
    ("0.3", lambda scores: scores / np.maximum(total_by_row(scores), 1))])
def test_a_total_below_1_is_a_total(id, answer):
    refused(id, answer, "total-at-least-1", ["sum to less than 1", "`maximum`"])


def test_what_is_added_to_the_total_has_to_be_very_small():
    for small in (1e-5, 1e-6):
        refused("0.1", lambda scores, small=small: scores / (scores.sum() + small), "imprecise", ["Something small"])
        refused("0.3", lambda scores, small=small: scores / (total_by_row(scores) + small), "imprecise")
    for small in (1e-8, 1e-12, np.finfo(np.float32).eps):
        accepted("0.1", lambda scores, small=small: scores / (scores.sum() + small))
        accepted("0.3", lambda scores, small=small: scores / (total_by_row(scores) + small))


@pytest.mark.parametrize("answer", [
    lambda scores: scores / (scores[0] + scores[1] + scores[2] + scores[3]),
    lambda scores: scores / sum(scores[i] for i in range(4)), four_unpacked])
def test_four_scores_typed_in(answer):
    refused("0.1", answer, "size-typed-in", ["right in the cases where n is 4"], ["two lengths"])


def test_one_share_is_the_largest_in_all_cases_or_in_none():
    refused("0.1", lambda scores: scores[2] / scores.sum(), "one-share-only", ["the third score"], ["largest"])
    assert "largest" not in evaluate("0.1", lambda scores: scores[-2:][0] / scores.sum()).message


@pytest.mark.parametrize("id, answer, slug", [
    ("0.1", first_of_the_largest, "all-to-the-largest"), ("0.3", first_of_the_largest, "all-to-the-largest"),
    ("0.1", lambda scores: scores / sum(set(scores)), "equal-scores-counted-once"),
    ("0.1", lambda scores: scores / int(scores.sum()), "total-cut-down"),
    ("0.3", lambda scores: total_by_row(scores) / scores, "upside-down")])
def test_slips_that_had_no_name(id, answer, slug):
    refused(id, answer, slug)


def test_an_argument_by_another_name_or_in_another_place():
    refused("0.3", lambda scores: scores / scores.sum(axis=1, keep_dims=True), "argument-of-another-name",
            ["`sum` has no", "`keepdims`"], ["by its place"])
    refused("0.3", lambda scores: scores / scores.sum(axes=1, keepdims=True), "argument-of-another-name", ["`axis`"])
    refused("0.3", lambda scores: scores / scores.sum(1, True), "in-the-place-of-the-dtype", ["by their names"])


def test_a_division_in_place_is_among_what_changes_an_input():
    refused("0.1", in_place_on_no_copy, "changes-inputs", ["`/=`", "`asarray`"])


@pytest.mark.parametrize("id, raises", [
    ("0.3", lambda: np.arange(6).reshape(4, 4)), ("4.1", lambda: torch.arange(6).view(4, 4))])
def test_a_reshape_that_cannot_be_read_is_no_product(id, raises):
    with pytest.raises((ValueError, RuntimeError)) as failed:
        raises()
    for where in ("line 2 of `answer`", "line 2 of `answer`: `return x.reshape(4, 4)`"):
        raised = Raised(failed.type.__name__, str(failed.value), where, "answer", False)
        slug, means = advice.on_error(exercises.get(id), raised)
        assert slug == "sizes-do-not-multiply" and "6 here" in means, means
    raised = Raised(failed.type.__name__, str(failed.value), "line 2 of `answer`: `return q @ k`", "answer", False)
    assert advice.on_error(exercises.get(id), raised)[0] == "shapes-do-not-fit"


# ----------------------------------------------------------------- which sums meet which rows


def all_rows_one_list(scores):
    rows, columns = scores.shape
    result = [[0] * columns] * rows
    for i in range(rows):
        for j in range(columns):
            result[i][j] = scores[i][j] / scores[i].sum()
    return np.array(result)


def each_round_into_all_rows(scores):
    result = np.zeros(scores.shape)
    for row in scores:
        result[:] = row / row.sum()
    return result


@pytest.mark.parametrize("answer", [
    lambda scores: scores / total_by_row(scores)[:, None], lambda scores: scores / scores.sum(1)[:, None, None],
    lambda scores: np.array([scores / row.sum() for row in scores])])
def test_every_row_meets_every_sum(answer):
    refused("0.3", answer, "whole-table-by-each-sum", ["(3, 3, 2)", "once for each row"], ["at place"])


@pytest.mark.parametrize("answer", [
    lambda scores: scores.T / total_by_row(scores), lambda scores: (scores / scores.sum(axis=1)).T])
def test_a_transpose_too_many_beside_a_column_of_sums(answer):
    refused("0.3", answer, "transposed-before-the-division", ["Take the transpose away"], ["`keepdims`", "Two things"])


@pytest.mark.parametrize("answer", [all_rows_one_list, each_round_into_all_rows])
def test_the_last_row_stands_in_all_rows(answer):
    refused("0.3", answer, "last-row-everywhere", ["the shares of the last row"])


def running_total_with_a_guard(scores):
    total, result = 0, []
    for score in scores:
        total += score
        result.append(score / total if total else 0.0)
    return np.array(result)


def whole_numbers_after_a_first_0(scores):
    total = scores.sum()
    return np.vectorize(lambda score: score / total if score else 0)(scores)


def test_a_score_of_0_in_the_first_place():
    refused("0.1", running_total_with_a_guard, "running-total", ["exactly"])
    refused("0.1", whole_numbers_after_a_first_0, "rows-do-not-sum-to-one", ["[0 0.200 0.800]"])


def itself_where_they_sum_to_1(scores):
    return scores if scores.sum() == 1 else scores / scores.sum()


def a_view_where_all_rows_sum_to_1(scores):
    return scores[:] if (scores.sum(axis=1) == 1).all() else scores / total_by_row(scores)


@pytest.mark.parametrize("id, answer, name", [
    ("0.1", itself_where_they_sum_to_1, "gives-back-its-input"),
    ("0.3", a_view_where_all_rows_sum_to_1, "gives-back-its-input"),
    ("0.1", in_place_on_no_copy, "changes-inputs"), ("0.1", lambda scores: scores, "not-divided")])
def test_the_very_array_is_no_new_one(id, answer, name):
    refused(id, answer, name)


def with_whole_numbers_in(dtype):
    return lambda scores: (scores / scores.sum()).astype(dtype if scores.dtype.kind == "i" else scores.dtype)


def test_from_whole_numbers_come_float32_or_float64_as_the_page_says():
    for dtype in (np.float32, np.float64):
        accepted("0.1", with_whole_numbers_in(dtype))
    refused("0.1", with_whole_numbers_in(np.float16), "dtype-lost", ["float16"])
