"""Workers that share a batch: the gradient is that of the whole batch, whoever computes it."""
import os
import signal
import sys

import pytest
import torch

from course._team import Team
from course.muon import orthogonalise
from course.tokens import Encoded
from course.training import training_loss
from course.transformer import Transformer

forks = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
WAYS = [pytest.param(True, id="processes", marks=forks), pytest.param(False, id="in turn")]


def task(dropout=0.0):
    """A small model, a batch of unequal sentences, and the same batch in two unequal parts."""
    torch.manual_seed(0)
    model = Transformer(12, d_model=8, n_heads=2, d_ff=16, n_layers=1, dropout=dropout)
    ids = torch.randint(3, 12, (9, 6))
    for row, length in enumerate([2, 3, 4, 6, 6, 5, 3, 2, 6]):
        ids[row, length:] = 0
    lengths = (ids != 0).sum(1)
    data = Encoded(ids, ids, lengths, lengths)
    rows = torch.arange(9)
    return model, data.batch(rows), [data.batch(rows[:3]), data.batch(rows[3:])]


def shares(parts):
    real = [int((part.target[:, 1:] != 0).sum()) for part in parts]
    return [count / sum(real) for count in real]


def gradients(team):
    return team.flat.grad.clone()


@pytest.mark.parametrize("fork", WAYS)
def test_parts_give_the_loss_and_the_gradient_of_the_whole(fork):
    model, whole, parts = task()
    expected = training_loss(model, whole)
    expected.backward()
    wanted = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2, fork=fork)
    try:
        loss = team.compute_gradients(parts, shares(parts), 0)
    finally:
        team.close()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    torch.testing.assert_close(gradients(team), wanted)


@forks
def test_the_other_process_sees_what_the_optimiser_changes():
    model, whole, parts = task()
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2)
    try:
        for step in range(3):
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.mul_(1.1)
            loss = team.compute_gradients(parts, shares(parts), step)
            assert loss == pytest.approx(training_loss(model, whole).item(), rel=1e-5)
    finally:
        team.close()


@pytest.mark.slow
@forks
def test_dropout_is_the_same_with_processes_and_in_turn():
    results = []
    for fork in (True, False):
        model, _, parts = task(dropout=0.3)
        team = Team(lambda batch, model=model: training_loss(model, batch), model.parameters(), 2, seed=7, fork=fork)
        torch.manual_seed(1)
        try:
            results.append((team.compute_gradients(parts, shares(parts), 5), gradients(team)))
        finally:
            team.close()
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-6)
    for one, other in zip(results[0][1], results[1][1], strict=True):
        torch.testing.assert_close(one, other)


@forks
@pytest.mark.parametrize("fork", WAYS)
def test_work_on_stacks_is_shared(fork):
    model, whole, parts = task()
    torch.manual_seed(1)
    stacks = [torch.randn(5, 3, 4), torch.randn(2, 6, 6), torch.randn(1, 2, 7)]
    given = [stack.clone() for stack in stacks]
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2, fork=fork)
    try:
        for done, stack in zip(team.spread(orthogonalise, stacks), given, strict=True):
            torch.testing.assert_close(done, orthogonalise(stack))
        assert all(a.equal(b) for a, b in zip(stacks, given, strict=True))
        assert len(team.helpers) == fork
        loss = team.compute_gradients(parts, shares(parts), 0)          # the same memory serves both
        assert loss == pytest.approx(training_loss(model, whole).item(), rel=1e-5)
    finally:
        team.close()


def no_ones(stack):
    if stack.any():
        raise ValueError("ones cannot be had")
    return stack


@forks
def test_an_error_in_shared_work_is_told():
    model, *_ = task()
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2)
    try:
        with pytest.raises(RuntimeError, match="(?s)stopped with an error.*ones cannot be had"):
            team.spread(no_ones, [torch.tensor([[0.0], [1.0]])])
    finally:
        team.close()


def test_afterwards_the_model_is_an_ordinary_one():
    model, _, parts = task()
    threads, before = torch.get_num_threads(), [parameter.detach().clone() for parameter in model.parameters()]
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 3)
    processes = [helper.process for helper in team.helpers]
    assert len(processes) == 2 and all(parameter.is_shared() for parameter in model.parameters())
    team.close()
    assert not any(process.is_alive() for process in processes)
    assert torch.get_num_threads() == threads
    for parameter, value in zip(model.parameters(), before, strict=True):
        assert not parameter.is_shared()
        torch.testing.assert_close(parameter.detach(), value)


@forks
def test_two_teams_at_once_end_in_either_order():
    model, _, _ = task()
    teams = [Team(lambda batch: training_loss(model, batch), model.parameters(), 2) for _ in range(2)]
    processes = [team.helpers[0].process for team in teams]
    for team in teams:
        team.close()
    assert [process.exitcode for process in processes] == [0, 0]


@forks
def test_an_error_in_the_other_process_is_told():
    model, _, parts = task()

    def loss_of(batch):
        if len(batch.source) == len(parts[1].source):
            raise ValueError("no such token")
        return training_loss(model, batch)

    team = Team(loss_of, model.parameters(), 2)
    try:
        with pytest.raises(RuntimeError, match="(?s)stopped with an error.*no such token"):
            team.compute_gradients(parts, shares(parts), 0)
    finally:
        team.close()


@forks
def test_a_process_that_is_killed_is_told():
    model, _, parts = task()
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2)
    try:
        os.kill(team.helpers[0].process.pid, signal.SIGKILL)
        team.helpers[0].process.join()
        with pytest.raises(RuntimeError, match="ended unexpectedly.*workers=1"):
            team.compute_gradients(parts, shares(parts), 0)
    finally:
        team.close()


@pytest.mark.parametrize("fork", WAYS)
def test_a_parameter_that_the_loss_does_not_use_gets_a_zero_gradient(fork):
    model, _, parts = task()
    model.unused = torch.nn.Parameter(torch.ones(3))
    team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2, fork=fork)
    try:
        team.compute_gradients(parts, shares(parts), 0)
    finally:
        team.close()
    assert team.flat.grad[:3].tolist() == [0, 0, 0]      # its own parameters come before its layers'


@forks
def test_without_shared_memory_the_parts_are_computed_in_turn(monkeypatch):
    def no_room(self):
        raise RuntimeError("unable to allocate shared memory(shm): No space left on device (28)")

    monkeypatch.setattr(torch.Tensor, "share_memory_", no_room)
    model, whole, parts = task()
    with pytest.warns(UserWarning, match="cannot share memory here.*same result"):
        team = Team(lambda batch: training_loss(model, batch), model.parameters(), 2)
    assert not team.helpers
    expected = training_loss(model, whole).item()
    assert team.compute_gradients(parts, shares(parts), 0) == pytest.approx(expected, rel=1e-5)
    team.close()
