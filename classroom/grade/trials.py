"""In the checker: our implementations, right and buggy, while a learner's test is put to them."""
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from classroom.ask import call, limits
from classroom.judge.exercise import TestTask
from classroom.judge.testing import describe_call

from .channel import Gone, Interfered
from .confine import wire

__all__ = ["STOPPED", "Tried"]

STOPPED = "the function that your test was given stopped with an error"
_ARGUMENT = 100_000        # numbers in one argument
_LONGEST = 256             # the longest axis, and the largest whole number
_SIZES = 12                # sizes of the last axis for which one implementation is asked


class Tried:
    """One of our implementations, while a learner's test is put to it. What a test may learn of it is what it returns.

    Args:
        seed: its weights differ from one seed to the next, so that no test can know numbers that only they give.
        clock: how long the implementations of this exercise may compute, all together.
    """

    def __init__(self, task: TestTask, implementation: Callable, seed: int, clock: limits.Clock):
        self.task, self.implementation, self.seed, self.clock = task, implementation, seed, clock
        self.calls: list[str] = []
        self.inputs: list[dict[str, Any]] = []           # of these calls, where the exercise looks at them
        self.sizes: set[tuple] = set()         # of last axes: weights are kept for each
        self.raised: limits.Raised | None = None
        self.stopped = ""                      # the call in which it raised that

    def serve(self, request: dict, arrays: list) -> tuple[dict, list]:
        """Answer a call, or a call of its backward. Raises Gone where the clock has run out."""
        try:
            given, gradient = (wire.decode(request.get(key), arrays) for key in ("given", "gradient"))
        except wire.WireError as fault:
            raise Interfered(str(fault)) from None
        if not isinstance(given, dict):
            raise Interfered("arguments without names")
        takes = list(self.task.takes)
        if set(given) != set(takes):
            return {"raise": ["TypeError", f"the function that a test is given is called with {', '.join(takes)}, and "
                                           "nothing else"]}, []
        for value in given.values():
            if isinstance(value, np.ndarray):
                if value.size > _ARGUMENT or max(value.shape, default=0) > _LONGEST:
                    return {"raise": ["ValueError", f"the grader tries tests with at most {_ARGUMENT} numbers in a "
                                                    f"tensor, and {_LONGEST} along an axis"]}, []
            elif not isinstance(value, (bool, int, float)) or abs(value) > _LONGEST:
                return {"raise": ["ValueError", "the grader tries tests with tensors, and with numbers up to "
                                                f"{_LONGEST}"]}, []
        self.sizes |= {value.shape[-1:] for value in given.values() if isinstance(value, np.ndarray)}
        if len(self.sizes) > _SIZES:
            return {"raise": ["ValueError", f"the grader tries tests with at most {_SIZES} sizes of the last axis"]}, []
        if request["op"] == "call" and len(self.calls) < 20:
            named = {name: given[name] for name in takes}
            self.calls.append(describe_call(self.task, (), named))
            if self.task.notices is not None:
                self.inputs.append({name: np.array(value) if isinstance(value, np.ndarray) else value
                                    for name, value in named.items()})
        with _salted(self.seed):
            returned, error = limits.run(lambda: _computed(self.task, self.implementation, given, gradient), self.clock,
                                         limits.Printed())
        if error is not None and error.timed_out:
            raise Gone("timeout", "your test has the function compute for too long")
        sent: list = []
        try:
            if error is None:
                return {"value": wire.encode(returned, sent)}, sent
        except wire.WireError:
            error = limits.Raised("ValueError", "it returned nothing that can be sent", "", "", False)
        self.raised, self.stopped = error, describe_call(self.task, (), {name: given[name] for name in takes})
        return {"raise": ["RuntimeError", STOPPED]}, []


_salting = threading.Lock()


@contextlib.contextmanager
def _salted(seed: int) -> Iterator[None]:
    """Implementations that draw their weights from a number of their own get others with each seed of the grader.

    Only in this thread: graders in others go on undisturbed.
    """
    import torch
    here, salt = threading.get_ident(), 1 + seed % 1_000_003

    def salted(number: int) -> int:
        return int(number) + salt * (threading.get_ident() == here)

    class Generator(torch.Generator):
        def manual_seed(self, number: int) -> torch.Generator:
            return super().manual_seed(salted(number))

    with _salting:
        plain = torch.manual_seed, torch.Generator
        torch.manual_seed, torch.Generator = lambda number: plain[0](salted(number)), Generator    # type: ignore
        try:
            yield
        finally:
            torch.manual_seed, torch.Generator = plain                                             # type: ignore


def _computed(task: TestTask, implementation: Callable, given: dict, gradient: Any) -> Any:
    """What our implementation returns, or the gradients that it passes on."""
    if task.framework != "torch":
        return np.asarray(implementation(*(given[name] for name in task.takes)))
    import torch
    tensors = {name: torch.from_numpy(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    leaves = {name: x.requires_grad_() for name, x in tensors.items() if gradient is not None and x.is_floating_point()}
    values = {**given, **tensors}
    returned = implementation(*(values[name] for name in task.takes))
    if gradient is None:
        return call.to_numpy(returned)
    found = torch.autograd.grad(returned, list(leaves.values()), torch.from_numpy(gradient), allow_unused=True)
    return dict.fromkeys(tensors) | {name: None if g is None else call.to_numpy(g)
                                     for name, g in zip(leaves, found, strict=True)}
