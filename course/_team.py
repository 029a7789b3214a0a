"""Processes that share the work of every training batch, one core each."""
import contextlib
import multiprocessing
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course._words import say
from course.tokens import Batch

__all__ = ["Team"]


class Team:
    """Computes the gradient of a batch that is cut into parts, a process for each part.

    The first part is computed here, the others in processes forked from this one. Parameters and
    gradients lie in shared memory, so that only ids are sent. Where a process cannot be forked
    safely (any system but Linux, any device but the CPU) the parts are computed one after the
    other: the result is the same.

    `flat` holds all parameters' entries in one row, and the parameters are views of it. It is what
    an optimiser is given: one long tensor is updated faster than many short ones.

    Args:
        loss_of: maps a `Batch` to its mean loss over the real tokens, a scalar.
        parameters: what the loss depends on.
        workers: number of parts.
        seed: decides, with the step's number, what dropout does in the other processes.
        fork: whether to use processes; by default where that is safe.
    """

    def __init__(
        self, loss_of: Callable[[Batch], Tensor], parameters: Iterable[nn.Parameter], workers: int,
        seed: int = 0, fork: bool | None = None,
    ):
        self.loss_of, self.seed = loss_of, seed
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.sizes = [parameter.numel() for parameter in self.parameters]
        self.flat = nn.Parameter(_in_one_row(self.parameters))
        self.threads = torch.get_num_threads()
        if fork is None:
            fork = sys.platform == "linux" and all(p.device.type == "cpu" for p in self.parameters)
        self.helpers: list[_Helper] = []
        try:
            if fork and workers > 1:
                helpers = [_Helper(self) for _ in range(workers - 1)]
                self.flat.data.share_memory_()
                self.helpers = helpers
        except (OSError, RuntimeError) as error:        # as in a container with hardly any /dev/shm
            warnings.warn(say("processes cannot share memory here ({error}), so the parts of a batch are computed one "
                              "after the other: slower, with the same result", error=str(error).splitlines()[0]),
                          stacklevel=3)
        if self.helpers:
            torch.set_num_threads(1)
        for parameter, piece in zip(self.parameters, self.flat.data.split(self.sizes), strict=True):
            parameter.data = piece.view_as(parameter)
        if self.helpers:
            for helper in self.helpers:
                helper.start([other.pipe for other in self.helpers])

    def compute_gradients(self, batches: Sequence[Batch], shares: Sequence[float], step: int) -> float:
        """Leave the gradient of the sum of share x loss in `flat.grad`; return that sum.

        Args:
            batches: one part for each worker.
            shares: of all real tokens, how many are in each part, as a fraction.
            step: number of the step.
        """
        seeds = [hash((self.seed, step, rank)) for rank in range(len(batches))]
        others = list(zip(batches[1:], shares[1:], seeds[1:], strict=True))
        for helper, (batch, share, seed) in zip(self.helpers, others, strict=False):
            helper.send_batch(batch, share, seed)
        loss, gradient = self.gradient(batches[0], shares[0])
        if self.helpers:
            for helper in self.helpers:
                loss += helper.receive()
                gradient += helper.gradient
        else:
            for batch, share, seed in others:
                part, part_gradient = self.gradient_in_turn(batch, share, seed)
                loss += part
                gradient += part_gradient
        self.flat.grad = gradient
        return loss

    def spread(self, work: Callable[[Tensor], Tensor], stacks: Sequence[Tensor]) -> list[Tensor]:
        """work(stack) for each of these stacks (n, ...) of tensors; each process does its share of each stack.

        `work` is a function of a module. It looks at each of the n by itself, and returns as many of the same shape.
        All stacks together have no more entries than `flat`.
        """
        parts = list(zip(*(stack.tensor_split(len(self.helpers) + 1) for stack in stacks), strict=True))
        for helper, part in zip(self.helpers, parts[1:], strict=True):
            helper.send_stacks(work, part)
        done = [[work(part) for part in parts[0]]]
        for helper in self.helpers:
            helper.receive()
            done.append(helper.stacks())
        return [torch.cat(pieces) for pieces in zip(*done, strict=True)]

    def gradient(self, batch: Batch, share: float, into: Tensor | None = None) -> tuple[float, Tensor]:
        """share x loss of a batch, and its gradient: all parameters' entries in one row, that of `into` if given."""
        loss = share * self.loss_of(batch)
        gradients = torch.autograd.grad(loss, self.parameters, materialize_grads=True)
        return loss.item(), _in_one_row(gradients, into)

    def gradient_in_turn(self, batch: Batch, share: float, seed: int) -> tuple[float, Tensor]:
        """What another process would compute, with its random numbers."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.gradient(batch, share)

    def close(self) -> None:
        """End the processes, give each parameter memory of its own again, and the threads back."""
        for helper in self.helpers:
            helper.stop()
        if self.helpers:
            torch.set_num_threads(self.threads)
        for parameter in self.parameters:
            parameter.data = parameter.data.clone()
        self.helpers = []


class _Helper:
    """One other process, seen from this one.

    Messages are pickled to bytes here: what `Connection.send` makes, a view of a buffer, can outlive its
    buffer when sending fails, and some Python versions (3.12.1 among them) crash in collecting it.
    """

    def __init__(self, team: Team):
        self.team = team
        self.gradient = torch.zeros(team.flat.shape, dtype=team.flat.dtype).share_memory_()
        self.pipe, self.far_end = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=self._work, daemon=True)

    def start(self, pipes: list[Connection]) -> None:
        self.near_ends = pipes
        with warnings.catch_warnings():     # from Python 3.12 on: that a process with threads is forked
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        self.far_end.close()

    def send_batch(self, batch: Batch, share: float, seed: int) -> None:
        self._send(self._gradient, batch.source.numpy(), batch.target.numpy(), share, seed)

    def send_stacks(self, work: Callable[[Tensor], Tensor], stacks: Sequence[Tensor]) -> None:
        self.shapes = [stack.shape for stack in stacks]
        for ours, theirs in zip(self.stacks(), stacks, strict=True):
            ours.copy_(theirs)
        self._send(self._in_stacks, work, self.shapes)

    def stacks(self) -> list[Tensor]:
        """What stands in the memory that both share, as tensors of the shapes that were sent."""
        sizes = [shape.numel() for shape in self.shapes]
        pieces = self.gradient[: sum(sizes)].split(sizes)
        return [piece.view(shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def _send(self, do: Callable[..., float], *arguments: Any) -> None:
        try:
            self.pipe.send_bytes(pickle.dumps((do.__name__, arguments)))
        except ConnectionError:
            raise self._ended() from None

    def receive(self) -> float:
        if self.pipe not in wait([self.pipe, self.process.sentinel]):
            raise self._ended()
        try:
            answer = pickle.loads(self.pipe.recv_bytes())
        except (EOFError, ConnectionError):
            raise self._ended() from None
        if isinstance(answer, str):
            raise RuntimeError(say("a training process stopped with an error:\n{answer}", answer=answer))
        return answer

    def _ended(self) -> RuntimeError:
        self.process.join(timeout=1)        # so that it has an exit code
        return RuntimeError(say("a training process ended unexpectedly (exit code {code}); it may have run out of "
                                "memory: try smaller batches, or `workers=1`", code=self.process.exitcode))

    def stop(self) -> None:
        with contextlib.suppress(OSError):              # it may have ended by itself
            self.pipe.send_bytes(pickle.dumps(None))
        self.pipe.close()
        self.process.join(timeout=5)
        if self.process.is_alive():                     # in the middle of a gradient that nobody wants any more
            self.process.kill()

    def _work(self) -> None:
        """The other process: gradients on demand, until it is told to stop or this one is gone."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # an interruption is the first process's business
        torch.set_num_threads(1)
        for pipe in self.near_ends:
            pipe.close()
        with contextlib.suppress(EOFError, ConnectionError):
            while (work := pickle.loads(self.far_end.recv_bytes())) is not None:
                self.far_end.send_bytes(pickle.dumps(self._answer(*work)))

    def _answer(self, name: str, arguments: tuple) -> float | str:
        try:
            return getattr(self, name)(*arguments)
        except Exception:
            return traceback.format_exc()

    def _gradient(self, source: np.ndarray, target: np.ndarray, share: float, seed: int) -> float:
        torch.manual_seed(seed)
        batch = Batch(torch.from_numpy(source), torch.from_numpy(target))
        return self.team.gradient(batch, share, into=self.gradient)[0]

    def _in_stacks(self, work: Callable[[Tensor], Tensor], shapes: list[torch.Size]) -> float:
        self.shapes = shapes
        for stack in self.stacks():
            stack.copy_(work(stack))
        return 0.0


def _in_one_row(tensors: Iterable[Tensor], into: Tensor | None = None) -> Tensor:
    return torch.cat([tensor.detach().flatten() for tensor in tensors], out=into)
