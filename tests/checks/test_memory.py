"""Memory into which nothing has been written is seen each time, and told of: see `classroom.ask.memory`."""
import numpy as np
import pytest
import torch

from classroom import evaluate, exercises
from classroom.ask.limits import undisturbed
from classroom.ask.memory import mark, unwritten


def no_share_for_zeros(scores):
    shares = np.empty(len(scores))
    for i, score in enumerate(scores):
        if score > 0:
            shares[i] = score / scores.sum()
    return shares


def zeros_passed_over(scores):
    return np.divide(scores, scores.sum(), where=scores > 0)


def added_to_what_is_there(scores):
    shares = np.empty_like(scores, dtype=float)
    shares += scores / scores.sum()
    return shares


def last_row_left_out(scores):
    shares = np.empty(scores.shape)
    for i in range(len(scores) - 1):
        shares[i] = scores[i] / scores[i].sum()
    return shares


def last_cosine_left_out(max_len, d_model):
    table = torch.empty(max_len, d_model)
    angles = torch.arange(max_len)[:, None] / 10000 ** (torch.arange(0, d_model, 2) / d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1:-1:2] = angles.cos()[:, :table[:, 1:-1:2].shape[1]]
    return table


def first_label_left_out(ids):
    labels = ids.new_empty(len(ids), ids.shape[1] - 1)
    labels[:, 1:] = ids[:, 2:]
    return ids[:, :-1], labels


@pytest.mark.parametrize(("id", "answer", "says"), [
    ("0.1", no_share_for_zeros, "stands in 1 of the 3 places"), ("0.1", zeros_passed_over, "`np.divide` with `where=`"),
    ("0.1", added_to_what_is_there, "or adds to what is there"), ("0.3", last_row_left_out, "in 2 of the 6 places"),
    ("5.1", last_cosine_left_out, "`torch.empty`"), ("7.2", first_label_left_out, "in your labels, 6.51e+18")])
def test_places_that_are_never_written_to(id, answer, says):
    for _ in range(3):
        evaluate(id, exercises.get(id).reference)                # leaves the right numbers in memory
        verdict = evaluate(id, answer)
        assert (verdict.status, verdict.mistake) == ("wrong", "never-written")
        assert says.lower() in verdict.message.lower()


def test_a_mask_with_places_that_are_never_written_to():
    def open_below(size):
        mask = torch.empty(size, size, dtype=torch.bool)
        for i in range(size):
            mask[i, i + 1:] = False
        return mask

    verdict = evaluate("2.2", open_below)
    assert verdict.mistake == "not-repeatable" and "what `empty` gives, into which it never writes" in verdict.message


def test_memory_that_is_filled_is_as_good_as_any():
    def shares(scores):
        made = np.empty(len(scores))
        made[:] = scores / scores.sum()
        return made

    def causal_mask(size):
        return torch.empty(size, size, dtype=torch.bool).fill_(True).tril_()

    assert evaluate("0.1", shares).status == evaluate("2.2", causal_mask).status == "correct"


def test_what_comes_of_each_way_to_ask_for_memory():
    with undisturbed():
        for made in (np.empty(3), np.empty((2, 2), np.float32, "F"), np.empty_like([1, 2]), torch.empty(2, 3),
                     torch.empty(2, requires_grad=True), torch.empty_like(torch.ones(2, dtype=torch.long)),
                     torch.ones(2, dtype=torch.double).new_empty(4)):
            values = made.detach().numpy() if isinstance(made, torch.Tensor) else made
            assert unwritten(values).all() and np.isfinite(values).all()
        assert np.empty(2, object).tolist() == [None, None] and np.empty((0, 3)).shape == (0, 3)
        assert torch.empty(2, device="meta").is_meta
        assert np.empty(2, bool).all() != np.empty(2, bool).all()        # True and False in turn
    assert not unwritten(np.full(2, 0x5A, np.int8)).any() and unwritten(np.full(2, mark("int64"))).all()


def test_afterwards_memory_comes_as_before():
    before = np.empty, np.empty_like, torch.empty, torch.empty_like
    with pytest.raises(ZeroDivisionError), undisturbed(), undisturbed():
        assert np.empty is not before[0]
        raise ZeroDivisionError
    assert (np.empty, np.empty_like, torch.empty, torch.empty_like) == before
    assert "new_empty" not in vars(torch.Tensor)
