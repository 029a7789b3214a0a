"""In the confined child: load what an answer needs, and say what it returns. It knows no expected value.

Nothing here is trusted once a learner's code has begun to run: that code can replace any of it. All it could change
are the values that are sent, and these are compared elsewhere.
"""
import ast
import builtins
import contextlib
import importlib
import inspect
import linecache
import os
import re
import struct
import sys
import types
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from classroom.ask import autograd, limits, stubs
from classroom.ask.call import to_framework
from classroom.ask.case import Case
from classroom.ask.outcome import ask
from classroom.ask.replies import plain, said_no

from . import borrowed, wire

_CHANNEL = 3
_ANSWER = "__answer__"


class Frames:
    """Requests from the checker, and the replies to it."""

    def __init__(self):
        self.nonce = b"\0" * wire.NONCE

    def receive(self) -> tuple[dict, list]:
        (size,) = struct.unpack(">I", self._exactly(4))
        self.nonce, header, arrays = wire.unpack(self._exactly(size))
        return header, arrays

    def send(self, header: dict, arrays: Sequence[np.ndarray] = ()) -> None:
        try:
            data = wire.pack(self.nonce, header, list(arrays))
        except wire.WireError as error:
            problem = ["unreadable:values", {"text": str(error)}]
            data = wire.pack(self.nonce, {"problem": problem}, [])
        view = memoryview(data)
        while view:
            view = view[os.write(_CHANNEL, view):]

    def _exactly(self, n: int) -> bytes:
        parts = []
        while n:
            part = os.read(_CHANNEL, min(n, 1 << 20))
            if not part:
                os._exit(0)
            parts.append(part)
            n -= len(part)
        return b"".join(parts)


class Session:
    """The exercises of one learner, one after the other."""

    def __init__(self, frames: Frames):
        self.frames = frames
        self.printed = limits.Printed()
        self.answer: Any = None
        self.task: Any = None
        self.clock = limits.Clock(1.0)
        self.room = contextlib.ExitStack()

    def serve(self) -> None:
        while True:
            header, arrays = self.frames.receive()
            if header.get("fresh"):
                self.clock.left = self.clock.total
            if header["op"] == "load":
                self.room.close()
            try:
                reply, sent = getattr(self, f"do_{header['op']}")(header, arrays)
            except limits.Problem as problem:
                reply, sent = {"problem": [problem.key, problem.facts]}, []
            except Exception as error:       # the answer tripped the reading of what it returned
                reply, sent = {"tripped": [type(error).__name__, str(error)[:300]]}, []
            if header["op"] == "load":       # whatever the notebook has set, its answer is asked as in `evaluate`
                self.room.enter_context(limits.undisturbed())
            self.frames.send({**reply, "printed": self.printed.kept}, sent)

    def run(self, call: Callable) -> tuple:
        return limits.run(call, self.clock, self.printed)

    # ------------------------------------------------------------------------------------- load

    def do_load(self, header: dict, arrays: list) -> tuple[dict, list]:
        """Run the statements that the answer depends on, each by itself, and find the answer."""
        self.task, self.answer, self.printed = _task(header["task"]), None, limits.Printed()
        self.clock = limits.Clock(header["seconds"])
        module = types.ModuleType("__main__")
        module.__dict__.update(get_ipython=lambda: None, display=lambda *_, **__: None, __builtins__=builtins)
        sys.modules["__main__"] = module
        borrowed.install(header["lent"], header["lend"], sys.modules)
        for name, source in header["files"]:
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        limits.seed_all()
        failed, again = self._run_all(header["statements"], header["future"], module.__dict__)
        if again:                                # the cells may be in another order
            failed, _ = self._run_all(failed, header["future"], module.__dict__)
        errors = [[file, *(_raised(error) or ())] for file, _, _, error in failed]
        self.clock = limits.Clock(self.task.seconds)
        self.answer = module.__dict__.get(_ANSWER, None)
        limits.seed_all()
        answer = self.answer
        return {"errors": errors, "found": _ANSWER in module.__dict__, "facts": {
            "stub": stubs.is_stub(answer), "callable": callable(answer), "module": stubs.is_module(answer),
            "type": type(answer).__name__, "name": getattr(answer, "__name__", ""),
            "result": isinstance(answer, tuple) or hasattr(answer, "shape")}}, []

    def _run_all(self, statements: list, future: bool, namespace: dict) -> tuple[list, bool]:
        flags, failed, again = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | (_ANNOTATIONS if future else 0), [], False
        for file, line, code, *_ in statements:
            def execute(file=file, line=line, code=code):
                _execute(compile("\n" * (line - 1) + code, file, "exec", flags, dont_inherit=True), namespace)
            try:
                _, error = self.run(execute)
            except limits.Problem as problem:
                error = limits.Raised("Problem", str(problem), "", "", False)
            if error is not None:
                failed.append([file, line, code, error])
                again = again or error.kind == "NameError"
        return failed, again

    # -------------------------------------------------------------------------- questions to it

    def do_ask(self, header: dict, arrays: list) -> tuple[dict, list]:
        case = _case(header, arrays)
        sent: list = []
        outcome = ask(self.task, self.answer, case, self.run)
        reply = {"changed": outcome.changed, "error": _raised(outcome.error),
                 "problem": [outcome.problem.key, outcome.problem.facts] if outcome.problem else None,
                 "values": [[name, wire.encode(value, sent), outcome.dtypes[name]]
                            for name, value in outcome.values.items()]}
        return reply, sent

    def do_names(self, header: dict, arrays: list) -> tuple[dict, list]:
        inputs = to_framework(_case(header, arrays).inputs, self.task.framework)
        names, error = self.run(lambda: self.task.probe.parameters(self.answer, inputs, self.task))
        return {"names": None if error else sorted(names)}, []

    def do_pull(self, header: dict, arrays: list) -> tuple[dict, list]:
        sent: list = []
        found, error = self.run(lambda: autograd.pull(self.task, self.answer, _case(header, arrays)))
        return {"error": _raised(error), "values": [] if error else
                [[name, wire.encode(value, sent)] for name, value in found.items()]}, sent

    def do_device(self, header: dict, arrays: list) -> tuple[dict, list]:
        stays, error = autograd.stays_on_device(self.task, self.answer, _case(header, arrays), self.run)
        return {"stays": bool(stays), "error": _raised(error)}, []

    def do_choose(self, header: dict, arrays: list) -> tuple[dict, list]:
        value, error = self.answer, None
        sent: list = []
        if callable(value):
            value, error = self.run(value)
        if error is None and value is not None and value is not ...:
            try:
                value = plain(value)
            except Exception:
                return {"type": type(value).__name__}, []
        return {"error": _raised(error), "value": wire.encode(None if value is ... or error else value, sent)}, sent

    def do_trial(self, header: dict, arrays: list) -> tuple[dict, list]:
        """Put the learner's test to an implementation that the checker holds."""
        called = []

        def implementation(*args, **kwargs):
            called.append(1)
            return _Elsewhere.call(self.frames, self.task, args, kwargs)

        returned, error = self.run(lambda: self.answer(implementation))
        return {"error": _raised(error), "said_no": bool(said_no(returned)), "called": bool(called)}, []


class _Elsewhere:
    """A function that is computed by the checker. Gradients go through it."""

    @classmethod
    def call(cls, frames: Frames, task, args: tuple, kwargs: dict) -> Any:
        if len(args) > len(task.takes) or kwargs.keys() & list(task.takes)[:len(args)]:
            raise TypeError(f"the function that a test is given is called with {', '.join(task.takes)}")
        given = dict(zip(task.takes, args, strict=False)) | kwargs
        if task.framework != "torch":
            return cls._ask(frames, "call", {n: np.asarray(v) if hasattr(v, "shape") else v for n, v in given.items()})
        import torch
        tensors = {name: value for name, value in given.items() if isinstance(value, torch.Tensor)}
        rest = {name: value for name, value in given.items() if name not in tensors}

        def numpy(values):
            return {name: value.detach().numpy() for name, value in values.items()}

        class Function(torch.autograd.Function):
            @staticmethod
            def forward(context, *values):
                context.given = numpy(dict(zip(tensors, values, strict=True)))
                return torch.from_numpy(cls._ask(frames, "call", context.given | rest))

            @staticmethod
            def backward(context, gradient):
                found = cls._ask(frames, "back", context.given | rest, gradient.detach().numpy())
                return tuple(None if found[name] is None else torch.from_numpy(found[name]) for name in tensors)

        return Function.apply(*tensors.values())

    @staticmethod
    def _ask(frames: Frames, op: str, given: dict, gradient=None) -> Any:
        sent: list = []
        frames.send({"op": op, "given": wire.encode(given, sent), "gradient": wire.encode(gradient, sent)}, sent)
        header, arrays = frames.receive()
        if "raise" in header:
            kind, text = header["raise"]
            error = getattr(builtins, kind, RuntimeError)
            raise (error if isinstance(error, type) and issubclass(error, Exception) else RuntimeError)(text)
        return wire.decode(header["value"], arrays)


def _execute(code: types.CodeType, namespace: dict) -> None:
    """Run a statement. One that awaits, as a notebook may at the outer level, has nothing to wait for here."""
    if not code.co_flags & inspect.CO_COROUTINE:
        exec(code, namespace)
        return
    waiting = eval(code, namespace)
    try:
        while True:
            waiting.send(None)
    except StopIteration:
        pass


_ANNOTATIONS = __import__("__future__").annotations.compiler_flag


def _task(given: dict) -> SimpleNamespace:
    """As much of an exercise as probes need to know."""
    task = SimpleNamespace(**given)
    if task.probe is not None:
        module, name, fields = task.probe
        if not re.fullmatch(r"classroom\.ask\.[a-z]+", module):
            raise ValueError(module)
        fields = {n: tuple(v) if isinstance(v, list) else v for n, v in fields.items()}
        task.probe = getattr(importlib.import_module(module), name)(**fields)
    return task


def _case(header: dict, arrays: list) -> Case:
    return Case(header["about"], **wire.decode(header["inputs"], arrays))


def _raised(error) -> list | None:
    if error is None:
        return None
    return [error.kind, error.text, error.where, error.function, error.unwritten, error.timed_out]



def main() -> None:
    """Serve until the checker hangs up."""
    Session(Frames()).serve()
