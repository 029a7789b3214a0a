"""The patients of lesson 08 must show the symptoms that the lesson reads their bugs from."""
import pytest
import torch
from torch import nn

from course.patients import patient, reveal
from course.training import label_smoothing_loss

PAD, VOCAB = 0, 9
TARGET = torch.tensor([[2, 5, 7, 6, 3], [2, 8, 3, 0, 0]])          # bos … eos, then padding
NEXT = [[5, 7, 6, 3], [8, 3]]                                      # what each position should be asked for


class Blank(nn.Module):
    """Logits that depend on nothing."""

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(2, 5, VOCAB))

    def forward(self, source, target):
        return self.logits[:, : target.shape[1]] * 1


def pushes(step, times: int = 1) -> torch.Tensor:
    blank = Blank()
    optimiser = torch.optim.SGD(blank.parameters(), lr=0.0)
    for _ in range(times):
        step(blank, optimiser, TARGET, TARGET, PAD)
    return -blank.logits.grad


def healthy(model, optimiser, source, target, pad_id):
    loss = label_smoothing_loss(model(source, target[:, :-1]), target[:, 1:], pad_id, 0.0)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def strongest(pushed: torch.Tensor) -> list[list[int]]:
    """Per sentence the token that is pushed at each position at which something is."""
    return [[int(row.argmax()) for row in sentence if row.max() > 0] for sentence in pushed]


def test_the_healthy_step_pushes_the_next_token():
    assert strongest(pushes(healthy)) == NEXT


def test_a_pushes_what_it_has_read():
    assert strongest(pushes(patient("A"))) == [[2, 5, 7, 6, 3], [2, 8, 3]]


def test_b_pushes_the_right_tokens_far_too_feebly():
    pushed = pushes(patient("B"))
    assert strongest(pushed) == NEXT
    assert torch.allclose(VOCAB * pushed, pushes(healthy), atol=1e-6)


def test_c_pushes_twice_as_hard_the_second_time():
    assert torch.equal(pushes(patient("C")), pushes(healthy))
    assert torch.allclose(pushes(patient("C"), times=2), 2 * pushes(healthy))
    assert torch.equal(pushes(healthy, times=2), pushes(healthy))


def test_d_pushes_padding():
    assert strongest(pushes(patient("D"))) == [[5, 7, 6, 3], [8, 3, PAD, PAD]]


def test_e_pushes_other_tokens():
    assert strongest(pushes(patient("E"))) != NEXT


@pytest.mark.parametrize(("letter", "word"), [("A", "model(source, target)"), ("B", "softmax"), ("C", "zero_grad"),
                                              ("D", "cross_entropy"), ("E", "reshape")])
def test_the_bug_can_be_shown(letter, word):
    assert word in reveal(letter)


def test_there_are_five():
    with pytest.raises(KeyError):
        patient("F")
