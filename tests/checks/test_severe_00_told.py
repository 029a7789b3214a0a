"""Lesson 00: what is said of a copy, of a `return` in a loop, of a lost result, and of sizes of the page."""
import numpy as np
import pytest

from .told import refused

pytestmark = pytest.mark.slow


def a_copy_of_whole_numbers(scores):
    result = scores.copy()
    result /= scores.sum()
    return result


def the_rows_of_a_copy(scores):
    result = np.array(scores)
    for row in result:
        row /= row.sum()
    return result


def divided_in_place(scores):
    scores /= scores.sum()
    return scores


@pytest.mark.parametrize("id, answer", [("0.1", a_copy_of_whole_numbers), ("0.3", the_rows_of_a_copy)])
def test_a_copy_is_not_the_input(id, answer):
    refused(id, answer, "divided-in-place", ["and a copy of it", "which dtype must the copy have"],
            ["back into `scores`", "changes its input", "whoever called"])


def test_that_the_input_is_changed_is_said_where_it_is():
    refused("0.1", divided_in_place, "divided-in-place", ["Your code changes its input `scores`"])


def returned_inside_the_loop(scores):
    total = 0
    for score in scores:
        total += score
        return scores / total


def test_a_total_of_one_round():
    refused("0.1", returned_inside_the_loop, "divided-by-the-first", ["how many rounds", "Does a `return`"])


def a_name_given_to_each_row(scores):
    for row in scores:
        row = row / row.sum()  # noqa: PLW2901
    return scores


def a_name_given_to_each_score(scores):
    total = scores.sum()
    for score in scores:
        score = score / total  # noqa: F841, PLW2901
    return scores


@pytest.mark.parametrize("id, answer", [("0.1", a_name_given_to_each_score), ("0.3", a_name_given_to_each_row)])
def test_a_result_that_goes_nowhere(id, answer):
    refused(id, answer, "not-divided", ["where does the result go?"])


def lengths_taken_the_wrong_way_round(scores):
    columns, rows = scores.shape
    result = np.zeros((rows, columns))
    for i in range(rows):
        result[i] = scores[i] / scores[i].sum()
    return result


def an_array_turned_round(scores):
    result = np.zeros(scores.shape[::-1])
    for i, row in enumerate(scores):
        result[i] = row / row.sum()
    return result


@pytest.mark.parametrize("answer", [lengths_taken_the_wrong_way_round, an_array_turned_round])
def test_an_array_with_its_lengths_exchanged(answer):
    refused("0.3", answer, "lengths-confused", ["(T_k, T_q)"])


def four_rounds(scores):
    result = np.zeros((4, 4))
    for i in range(4):
        result[i] = scores[i] / np.sum(scores[i])
    return result


def as_many_rounds_as_rows(scores):
    result = np.zeros((4, 4))
    for i, row in enumerate(scores):
        result[i] = row / row.sum()
    return result


def sixteen_numbers(scores):
    result = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            result[i, j] = scores[i, j] / scores[i].sum()
    return result


@pytest.mark.parametrize("answer", [four_rounds, as_many_rounds_as_rows, sixteen_numbers])
def test_the_shape_of_the_page_typed_in(answer):
    refused("0.3", answer, "shape-typed-in", ["(4, 4)"])


def test_a_place_beyond_the_end_beside_a_size_typed_in():
    refused("0.1", lambda scores: scores / (scores[0] + scores[1] + scores[2] + scores[3]), "size-typed-in",
            ["where n is 4", "place 3 is number 4, and axis 0 has only 3"], ["Which length does your", "an id"])
