"""What new users of lessons drawn by lot wrote, and what they are told."""
import numpy as np
import pytest
import torch

from classroom import evaluate
from course.attention import split_heads as split


def told(id: str, answer) -> tuple[str, str]:
    verdict = evaluate(id, answer)
    return verdict.mistake or verdict.status, verdict.message


def over_the_words_of_the_page(scores):
    words, total = ["the", "black", "cat", "sleeps"], scores.sum()
    return np.array([score / total for _, score in zip(words, scores)])  # noqa: B905 - the mistake


def coarse_for_whole_numbers(scores):
    shares = scores / scores.sum()
    return shares.astype(np.float16) if scores.dtype.kind == "i" else shares


def test_shares():
    slug, message = told("0.1", over_the_words_of_the_page)
    assert slug == "words-of-the-page" and "never more than four" in message
    slug, message = told("0.1", coarse_for_whole_numbers)
    assert slug == "dtype-lost" and "From float64" not in message and "whole numbers" in message
    assert told("0.2", "negro")[0] == "chose-negro"


def test_the_power_of_whole_numbers_that_do_not_fit():
    def table(max_len, d_model):
        angle = torch.arange(max_len).unsqueeze(1) / (10000 ** torch.arange(0, d_model, 2) / d_model)
        found = torch.zeros(max_len, d_model)
        found[:, 0::2], found[:, 1::2] = angle.sin(), angle[:, :d_model // 2].cos()
        return found

    slug, message = told("5.1", table)
    assert slug == "power-before-division" and "second mistake" not in message


def asks_for_an_error(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    try:
        split_heads(x, 5)
    except ValueError:
        pass
    assert torch.equal(split_heads(x, 3), split(x, 3))


def compares_by_a_sign(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    assert split_heads(x, 3) == split(x, 3)


def reads_beyond_the_end(split_heads):
    x = torch.arange(120.0).reshape(2, 5, 12)
    assert split_heads(x, 3)[:, 3].shape == (2, 5, 4)


@pytest.mark.parametrize(("test", "slug", "says", "never"), [
    (asks_for_an_error, "refuses-right", "`n_heads = 5`, and there it raises", "compare things"),
    (compares_by_a_sign, "condition-on-an-array", "a single one", "demand beyond"),
    (reads_beyond_the_end, "refuses-right", "index is larger than the axis", "raises IndexError itself")])
def test_tests_that_ask_for_more(test, slug, says, never):
    name, message = told("4.4", test)
    assert name == slug and says in message and never not in message


def with_a_zero_point(w):
    low, high = w.amin(dim=1, keepdim=True), w.amax(dim=1, keepdim=True)
    scale = (high - low) / 254
    scale[scale == 0] = 1
    return ((w - (high + low) / 2) / scale).round().to(torch.int8), scale.squeeze(1)


def test_a_zero_point_in_the_middle():
    slug, message = told("14.1", with_a_zero_point)
    assert slug == "with-a-zero-point" and "the middle" in message


def divided_and_shared_again(t, pairs):
    counts = np.zeros_like(t)
    for source, target in pairs:
        for j in target:
            total = sum(t[i, j] for i in source)
            for i in source:
                counts[i, j] += t[i, j] / total
        with np.errstate(all="ignore"):
            t = counts / counts.sum(axis=1, keepdims=True)
    return t


def test_a_table_that_is_replaced_after_each_pair():
    assert told("11.3", divided_and_shared_again)[0] == "divided-after-each-pair"


def test_a_number_that_was_computed_otherwise():
    assert "two shares" in told("8.3", 0.32508)[1] and told("8.3", 0.6998)[0] == "correct"
