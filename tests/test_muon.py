"""Muon: singular values that become alike, and a step made of them."""
import pytest
import torch

from course.muon import Muon, matrices_of, orthogonalise
from course.transformer import Transformer


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 5, 20), (2, 20, 5), (1, 1, 7)])
def test_singular_values_become_alike_and_the_directions_stay(shape):
    torch.manual_seed(0)
    left, _, right = torch.linalg.svd(torch.randn(shape, dtype=torch.float64), full_matrices=False)
    values = torch.logspace(0, -4, left.shape[2], dtype=torch.float64)
    made = left.mT @ orthogonalise(100 * left * values @ right) @ right.mT  # in the directions of the given matrices
    after = made.diagonal(dim1=1, dim2=2)
    torch.testing.assert_close(made, torch.diag_embed(after))               # nothing beside them
    known = values > values.norm() / 700
    assert ((after > 0.18) & (after < 1.87))[:, known].all() and (after > 0).all()


def test_what_is_said_of_singular_values_holds_for_each():
    values = torch.logspace(0, -6, 5000, dtype=torch.float64)
    after = orthogonalise(values.view(-1, 1, 1) * torch.tensor([[1.0, 0.0], [0.0, 0.0]]) +
                          (1 - values ** 2).sqrt().view(-1, 1, 1) * torch.tensor([[0.0, 0.0], [0.0, 1.0]]))[:, 0, 0]
    known = values > 1 / 700
    assert ((after > 0.18) & (after < 1.87))[known].all() and (after < 1.87).all()


def test_a_matrix_of_zeros_stays_one():
    assert not orthogonalise(torch.zeros(1, 4, 4)).any()


def test_which_are_the_matrices():
    model = Transformer(12, d_model=8, n_heads=2, d_ff=16, n_layers=1)
    found = matrices_of(model)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert len(found) == 4 + 2 + 8 + 2                                      # encoder and decoder, one layer each
    assert not any("embedding" in names[id(matrix)] for matrix in found)
    shapes = [tuple(matrix.shape) for matrix in found]
    assert shapes == sorted(shapes)
    found[0].requires_grad_(False)
    assert len(matrices_of(model)) == len(found) - 1


def optimiser(entries, **more):
    flat = torch.nn.Parameter(entries.clone())
    return flat, Muon(flat, [(3, 4), (3, 4), (8, 2)], 0.1, lr=0.01, **more)


def test_a_step_is_that_of_muon_for_matrices_and_of_adam_for_the_rest():
    torch.manual_seed(0)
    entries, gradients = torch.randn(45), torch.randn(3, 45)
    flat, muon = optimiser(entries)
    other = torch.nn.Parameter(entries[40:].clone())
    adam = torch.optim.Adam([other], lr=0.01)
    places = [(0, 12, 3, 4), (12, 24, 3, 4), (24, 40, 8, 2)]
    matrices = [entries[a:b].view(r, c).clone() for a, b, r, c in places]
    means = [torch.zeros_like(matrix) for matrix in matrices]
    for gradient in gradients:
        flat.grad, other.grad = gradient.clone(), gradient[40:].clone()
        muon.step()
        adam.step()
        for matrix, mean, (a, b, r, c) in zip(matrices, means, places, strict=True):
            now = gradient[a:b].view(r, c)
            mean.copy_(0.95 * mean + 0.05 * now)
            push = orthogonalise((0.05 * now + 0.95 * mean).unsqueeze(0))[0]
            matrix -= 0.1 * max(1, r / c) ** 0.5 * push
    torch.testing.assert_close(flat.data[40:], other.data)
    torch.testing.assert_close(flat.data[:40], torch.cat([matrix.flatten() for matrix in matrices]))


def test_matrices_may_wait_while_their_mean_goes_on():
    torch.manual_seed(0)
    entries, gradients = torch.randn(45), torch.randn(3, 45)
    flat, waiting = optimiser(entries, every=3)
    other, _ = optimiser(entries)
    adam = torch.optim.Adam([other], lr=0.01)
    mean = torch.zeros(40)
    for step, gradient in enumerate(gradients, 1):
        flat.grad, other.grad = gradient.clone(), gradient.clone()
        waiting.step()
        adam.step()
        mean = 0.95 * mean + 0.05 * gradient[:40]
        assert flat.data[:40].equal(entries[:40]) == (step < 3)
        torch.testing.assert_close(flat.data[40:], other.data[40:])
    push = orthogonalise((0.05 * gradients[2, :12] + 0.95 * mean[:12]).view(1, 3, 4))[0]
    torch.testing.assert_close(flat.data[:12], entries[:12] - 0.1 * push.flatten())


@pytest.mark.parametrize("every", [1, 3])
def test_it_goes_on_from_its_state(every):
    torch.manual_seed(0)
    entries, gradients = torch.randn(45), torch.randn(4, 45)
    flat, whole = optimiser(entries, every=every)
    for gradient in gradients:
        flat.grad = gradient
        whole.step()
    first, before = optimiser(entries, every=every)
    for gradient in gradients[:2]:
        first.grad = gradient
        before.step()
    second, after = optimiser(first.data, every=every)
    after.load_state_dict(before.state_dict())
    for gradient in gradients[2:]:
        second.grad = gradient
        after.step()
    assert second.data.equal(flat.data)


def test_rates_are_read_at_each_step():
    flat, muon = optimiser(torch.zeros(45))
    for group in muon.param_groups:
        group["lr"] = 0.0
    flat.grad = torch.ones(45)
    muon.step()
    assert not flat.data.any()
