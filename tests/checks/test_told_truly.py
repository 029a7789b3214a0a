"""What the judge says of an answer, whatever the exercise, holds of this answer."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from classroom import evaluate, exercises
from classroom.ask import compare
from course.transformer import sinusoidal_encoding

softmax = exercises.get("1.2").reference


def wrong(id, answer, *said, but=()):
    """The verdict, which is not right and says all of `said` and nothing of `but`."""
    verdict = evaluate(id, answer)
    assert verdict.points == 0
    for text in said:
        assert text in verdict.message, verdict.message
    for text in but:
        assert text not in verdict.message, verdict.message
    return verdict


@pytest.mark.parametrize(("switch", "what"), [
    (lambda: torch.set_grad_enabled(False), "gradients"), (lambda: torch.set_default_dtype(torch.float64), "dtype")])
def test_what_an_answer_has_switched_is_told_and_switched_back(switch, what):
    def answer(ids, pad_id):
        switch()
        return exercises.get("2.3").reference(ids, pad_id)

    assert wrong("2.3", answer, "leaves it so").mistake == "left-switched"
    assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32
    assert evaluate("2.3", exercises.get("2.3").reference).status == "correct"


def test_none_on_some_cases_names_one():
    wrong("1.2", lambda x: softmax(x) if x.ndim < 3 else None, "`None` here", "on the case “a batch of tables”",
          "on others something comes back")
    wrong("1.2", lambda x: print(softmax(x)), "`None` here", but=["on others"])


def test_one_yes_or_no_is_no_number():
    wrong("2.6", lambda mask: mask is None, "is False: one yes or no for everything", but=["gradient"])


def test_an_operation_in_place_that_does_not_fit_is_told_as_such():
    def answer(q, k, v, mask=None):
        scores = q[..., :1, :] @ k.mT
        scores += q @ k.mT
        return scores.softmax(-1) @ v, scores.softmax(-1)

    wrong("2.1", answer, "An operation in place", "`a = a & b` makes a new one")


def test_whole_numbers_cut_off_fractions_and_single_precision_is_no_default_of_numpys():
    def answer(q, k, v):
        output, weights = exercises.get("1.3").reference(q, k, v)
        return output.astype(v.dtype), weights

    wrong("1.3", answer, "Whole numbers hold no fractions", "takes its dtype from an input", but=["float32"])
    wrong("1.2", lambda x: softmax(x).astype(np.float32), "unless it is told otherwise", but=["without a dtype"])


def test_the_rest_is_right_only_where_it_is():
    wrong("5.1", lambda n, d: sinusoidal_encoding(n, d).round(decimals=4), but=["the rest is right"])


def test_the_line_that_called_is_shown_besides_the_one_that_stopped():
    def joined(a, b):
        return np.concatenate([a, b], axis=3)

    def answer(q, k):
        return joined(q, k)

    wrong("1.1", answer, "of joined: return np.concatenate([a, b], axis=3)", "of answer: return joined(q, k)")


def test_brackets_around_comparisons():
    def answer(prefix_lengths, size):
        place = torch.arange(size)
        return place < prefix_lengths[:, None] | place <= place

    wrong("13.3", answer, "Put each comparison in brackets", but=["joined by `&`."])


def test_a_mistake_that_does_more_elsewhere_is_not_said_to_be_two():
    def answer(q, k):
        return q @ k.T / np.sqrt(k.shape[1]) + (len(q) > 3)

    wrong("1.1", answer, "or there is a second mistake", but=["another mistake altogether"])


def test_an_input_matters_where_fractions_are_cut_off():
    def answer(q, scale):
        return (q * scale.unsqueeze(1).to(q.dtype)).to(scale.dtype)

    assert "input-ignored" not in wrong("14.2", answer).mistakes


def test_a_bias_too_many_is_called_a_bias():
    class GroupedAttention(exercises.get("13.4").reference):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            for name, layer in list(self.named_children()):
                setattr(self, name, torch.nn.Linear(layer.in_features, layer.out_features))

    wrong("13.4", GroupedAttention, "`bias=False`", but=["What is it for?"])


def test_millions_of_numbers_are_compared_piece_by_piece():
    got = np.zeros((3000, 400))
    want = got.copy()
    want[0, 0] = 1e6
    assert not compare.equal(got, want)
    got[0, 0], got[-1, -1] = 1e6, 0.5                    # little beside the largest, wherever that stands
    assert compare.equal(got, want)
    got[-1, -1] = np.nan
    assert not compare.equal(got, want)
    want[-1, -1] = np.nan
    assert compare.equal(got, want)


def test_what_vmap_holds_is_where_its_inputs_are():
    def answer(q, k, v, mask=None):
        weights = F.softmax(torch.vmap(lambda a, b: a @ b.mT)(q, k) / q.shape[-1] ** 0.5, dim=-1)
        return weights @ v

    assert "GPU" not in evaluate("2.1", answer).message
