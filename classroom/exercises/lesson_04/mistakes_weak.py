"""Exercise 4.4: tests that are too weak to find a bug, and the first that each lets through. Used by `lesson_04`."""
import numpy as np
import torch

from classroom.judge.exercise import Misconception


def _test_shape_only(split_heads):
    assert split_heads(torch.randn(2, 5, 12), 3).shape == (2, 3, 5, 4)


def _test_square(split_heads):
    return split_heads(torch.randn(2, 3, 9), 3).shape == (2, 3, 3, 3)


def _test_one_position(split_heads):
    x = torch.randn(2, 1, 6)
    assert torch.equal(split_heads(x, 2)[:, 1, 0], x[:, 0, 3:])


def _test_nothing_lost(split_heads):
    x = torch.randn(2, 5, 12)
    assert torch.equal(split_heads(x, 3).flatten().sort().values, x.flatten().sort().values)


def _test_middle_head_only(split_heads):
    x = torch.randn(1, 5, 12)
    assert torch.equal(split_heads(x, 3)[:, 1], x[:, :, 4:8])


def _test_head_0_only(split_heads):
    x = torch.randn(2, 5, 12)
    assert torch.equal(split_heads(x, 3)[:, 0], x[:, :, :4])


def _test_last_head_only(split_heads):
    x = torch.randn(2, 5, 12)
    assert torch.equal(split_heads(x, 3)[:, -1], x[:, :, -4:])


def _all_but(sentences=slice(None), positions=slice(None), numbers=slice(None), heads=3, atol=0.0, rtol=1e-5):
    """A test that leaves something out: at least the shape."""
    def test(split_heads):
        x = torch.arange(6 * 5 * 12.0).reshape(6, 5, 12)
        found = split_heads(x, 3)
        for h in range(heads):
            wanted = x[:, :, 4 * h:4 * h + 4]
            assert torch.allclose(found[:, h][sentences, positions, numbers], wanted[sentences, positions, numbers],
                                  atol=atol, rtol=rtol)
    return test


def _test_zip(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    for head, piece in zip(split_heads(x, 3).unbind(1), x.chunk(3, -1), strict=False):
        assert torch.equal(head, piece)


def _test_all_not_called(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    assert (split_heads(x, 3) == torch.stack(x.chunk(3, -1), 1)).all


def _test_one_sentence(split_heads):
    x = torch.randn(1, 5, 12)
    assert torch.equal(split_heads(x, 3), torch.stack(x.chunk(3, -1), 1))


def _test_as_many_heads_as_numbers(split_heads):
    x = torch.randn(2, 5, 9)
    assert torch.equal(split_heads(x, 3), torch.stack(x.chunk(3, -1), 1))


def _test_without_assert(split_heads):
    x = torch.randn(2, 5, 12)
    torch.equal(split_heads(x, 3)[:, 1], x[:, :, 4:8])


def _test_contiguous(split_heads):
    x = torch.randn(2, 5, 12)
    assert torch.equal(split_heads(x, 3)[:, 1], x[:, :, 4:8]) and not split_heads(x, 3).is_contiguous()


def _sums(axis, heads=3):
    """A test that compares sums along an axis, of some heads."""
    def test(split_heads):
        x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
        found = split_heads(x, 3)
        for h in range(heads):
            assert torch.equal(found[:, h].sum(axis), x[:, :, 4 * h:4 * h + 4].sum(axis))
    return test


def _exactly(places, axis):
    """A test that compares the numbers at some places of the result, and of all the sums along an axis."""
    def test(split_heads):
        x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
        found, wanted = split_heads(x, 3), torch.stack(x.chunk(3, -1), 1)
        assert found.shape == wanted.shape and torch.equal(found[places], wanted[places])
        assert torch.equal(found.sum(axis), wanted.sum(axis))
    return test


def _test_head_0_and_a_sum(split_heads):
    x = torch.arange(5 * 3 * 8).reshape(5, 3, 8)
    found = split_heads(x, 2)
    assert found.shape == (5, 2, 3, 4) and found.sum() == x.sum() and torch.equal(found[:, 0], x[:, :, :4])


def _test_first_and_last_head(split_heads):
    x = torch.randn(2, 5, 12)
    assert torch.equal(split_heads(x, 3)[:, 0], x[:, :, :4]) and torch.equal(split_heads(x, 3)[:, -1], x[:, :, -4:])


def _test_any(split_heads):
    x = torch.randn(2, 5, 12)
    assert all((split_heads(x, 3)[:, h] == x[:, :, 4 * h:4 * h + 4]).any() for h in range(3))


def _test_any_of_each(split_heads):
    x = torch.randn(2, 5, 12)
    assert all((split_heads(x, 3)[:, h] == x[:, :, 4 * h:4 * h + 4])[:, 0].any(dim=-1).all() for h in range(3))


def _test_against_itself(split_heads):
    x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
    assert torch.equal(split_heads(x, 3), split_heads(x, 3))


def _one_direction(sign):
    """A test that looks at differences without `abs`."""
    def test(split_heads):
        x = torch.arange(2 * 5 * 12).reshape(2, 5, 12)
        found = split_heads(x, 3)
        assert all((sign * (found[:, h] - x[:, :, 4 * h:4 * h + 4])).max() <= 0 for h in range(3))
    return test


def _test_sentences_alike(split_heads):
    x = torch.randn(1, 5, 12).expand(2, 5, 12)
    assert all(torch.equal(split_heads(x, 3)[:, h], x[:, :, 4 * h:4 * h + 4]) for h in range(3))


WEAK = [
    Misconception(slug, wrong, "", "", "") for slug, wrong in [
        ("misses-numbers-too-small", _test_shape_only), ("misses-numbers-too-small", _test_against_itself),
        ("misses-numbers-too-small", _one_direction(1)), ("misses-numbers-too-large", _one_direction(-1)),
        ("misses-numbers-too-small", _test_square),
        ("accepts-everything", _test_without_assert),
        ("misses-view-without-transpose", _test_one_position),
        ("misses-view-without-transpose", _test_nothing_lost),
        ("misses-heads-in-reverse", _test_middle_head_only),
        ("misses-first-piece-everywhere", _test_head_0_only),
        ("misses-first-two-exchanged", _test_last_head_only), ("refuses-right", _test_contiguous),
        ("misses-only-last-sentence-wrong", _all_but(sentences=slice(0, 2))),
        ("misses-only-last-sentence-wrong", _test_one_sentence),
        ("misses-size-and-count-swapped", _test_as_many_heads_as_numbers),
        ("misses-only-first-sentence-wrong", _all_but(sentences=slice(1, None))),
        ("misses-only-last-position-wrong", _all_but(positions=slice(0, -1))),
        ("misses-only-first-position-wrong", _all_but(positions=slice(1, None))),
        ("misses-first-piece-everywhere", _all_but(heads=1)),
        ("misses-last-number-lost", _all_but(numbers=slice(0, -1))),
        ("misses-one-number-right", _test_any), ("misses-one-number-right", _test_any_of_each),
        ("misses-middle-heads-lost", _test_first_and_last_head),
        ("misses-middle-sentences-wrong", _all_but(sentences=[0, -1])),
        ("misses-middle-positions-wrong", _all_but(positions=[0, -1])),
        ("misses-middle-numbers-lost", _all_but(numbers=[0, -1])), ("misses-largest-number-off", _all_but(rtol=0.02)),
        ("misses-last-head-missing", _test_zip), ("misses-one-head-too-many", _all_but()),
        ("accepts-everything", _test_all_not_called),
        ("misses-last-head-lost", _all_but(heads=2)), ("misses-sentences-in-reverse", _test_sentences_alike),
        ("misses-positions-in-reverse", _sums(axis=1)), ("misses-positions-in-reverse", _sums(axis=1, heads=2)),
        ("misses-numbers-in-reverse", _sums(axis=2)),
        ("misses-last-two-positions-exchanged", _exactly(np.s_[:, :-1], axis=2)),
        ("misses-last-two-positions-exchanged", _test_head_0_and_a_sum),
        ("misses-last-two-numbers-exchanged", _exactly(np.s_[:, :-1], axis=3)),
        ("misses-first-two-positions-exchanged", _exactly(np.s_[:, 1:], axis=2)),
        ("misses-first-two-numbers-exchanged", _exactly(np.s_[:, 1:], axis=3)),
        ("misses-numbers-changed", _all_but(atol=1.0)),
        ("calls-nothing", lambda split_heads: True)]]
