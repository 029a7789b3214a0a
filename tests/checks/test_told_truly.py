"""What the judge says of an answer, whatever the exercise, holds of this answer."""
import numpy as np
import pytest
import torch

from classroom import evaluate, exercises
from classroom.ask import compare, limits
from classroom.judge import explain
from course.transformer import sinusoidal_encoding

pytestmark = pytest.mark.slow

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
    """Or else the check itself fails: the reference of 3.5 needs gradients, too."""
    def answer(*inputs):
        losses = exercises.get("3.5").reference(*inputs)
        switch()
        return losses

    assert wrong("3.5", answer, "leaves it so").mistake == "left-switched"
    with pytest.raises(limits.Problem, match=what):
        limits.run(switch, limits.Clock(1.0), limits.Printed())
    assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32


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


@pytest.fixture
def unnamed(monkeypatch):
    """No mistake is recognised, so that something is said of the numbers."""
    monkeypatch.setattr(explain, "recognise", lambda *_: None)


def test_the_rest_is_right_only_where_it_is(unnamed):
    def encoding(off):
        def answer(n, d):
            table = sinusoidal_encoding(n, d)
            table[-1] += 1e-3 if n > 2 else 0
            return table + off * (table > 0.5)
        return answer

    wrong("5.1", encoding(0), "the rest is right")
    wrong("5.1", encoding(1e-5), but=["the rest is right"])         # passes for rounding, and is none


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


def test_an_input_matters_where_fractions_are_cut_off(unnamed):
    def answer(q, scale):
        return (q * scale.unsqueeze(1).to(q.dtype)).to(scale.dtype)

    assert "input-ignored" not in wrong("14.2", answer).mistakes
    assert "input-ignored" in wrong("14.2", lambda q, scale: q.to(scale.dtype)).mistakes


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


def test_after_vmap_nothing_is_said_of_a_gpu():
    attention = exercises.get("2.1").reference

    def right(q, k, v, mask=None):
        return attention(q, k, torch.vmap(lambda row: row * 1.0)(v), mask)

    def made_on_the_way(q, k, v, mask=None):
        return attention(q, k, v * torch.ones(v.shape), mask)

    for answer, told in ((right, False), (made_on_the_way, True)):
        verdict = evaluate("2.1", answer)
        assert verdict.status == "correct" and ("GPU" in verdict.message) == told, verdict.message
