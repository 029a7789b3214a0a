"""In the checker: starting the fork server, and asking it for children."""
import contextlib
import errno
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Protocol

from course import _system
from course._words import say

from .channel import Channel, Gone

__all__ = ["IsolationError", "Server", "ServerError", "need_fork"]

_CLASSROOM = Path(__file__).resolve().parents[1]
_SHIPPED = ("ask", "grade/confine")        # these folders, whole: nothing else of the course is in the fork server
_START = 120.0             # seconds to import torch on a slow disk
_BEGIN = 20.0              # computing seconds for a child to confine itself
_BUSY = (0.1, 0.3, 1.0, 3.0, 6.0)      # seconds between tries to start a process, where others have taken all there are

# The server's first lines: modules come as text through its socket, so that nothing of this package needs to be on its
# path, and nothing of it is.
_BOOT = """
import importlib.abc, importlib.util, json, socket, struct, sys
control = socket.socket(fileno=int(sys.argv[1]))
def exactly(n):
    data = b""
    while len(data) < n:
        part = control.recv(n - len(data))
        if not part:
            raise SystemExit
        data += part
    return data
given = json.loads(exactly(struct.unpack(">I", exactly(4))[0]))
sources = given["modules"]
class Given(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in sources:
            return importlib.util.spec_from_loader(name, self, is_package=name in packages)
    def exec_module(self, module):
        name = module.__name__
        module.__file__ = "<" + name.replace(".", "/") + ">" if name in packages else \
            "<" + name.rpartition(".")[0].replace(".", "/") + ">/" + name.rpartition(".")[2] + ".py"
        exec(compile(sources[name], module.__file__, "exec", dont_inherit=True), module.__dict__)
packages = set(given["packages"])
sys.meta_path[:] = [Given()] + [f for f in sys.meta_path if "editable" not in repr(f).lower()]
sys.path[:] = [p for p in sys.path if p not in given["hidden"]]
sys.dont_write_bytecode = True
import numpy, torch
import torch.nn.functional, collections, copy, dataclasses, functools, inspect, itertools, math, random, re, typing
import importlib
for name in list(sources):
    importlib.import_module(name)
from classroom.grade.confine import server
sources = {}
server.main(control, given)
"""


class IsolationError(RuntimeError):
    """This computer cannot confine submissions as far as it was asked to."""


class ServerError(RuntimeError):
    """The grader's own processes failed: nothing that a learner did, or should lose a point for."""


class _Busy(ServerError):
    """The system has no process to spare at the moment."""


def need_fork() -> None:
    """Raise IsolationError where processes cannot be forked."""
    if not _system.forks():
        raise IsolationError(say("The grader needs to fork processes, which Windows cannot. Run it under WSL, Linux or "
                                 "macOS."))


class Standby(Protocol):
    """A process that has loaded PyTorch, and nothing of the course, and waits to become a fork server."""

    pid: int

    def become(self, boot: str, environment: dict[str, str], control: int, errors: int) -> None:
        """Run `boot` in it, as a new Python would; the two are its socket and its errors. Raises OSError."""

    def wait(self) -> int:
        """Wait for its end."""


standby: Standby | None = None         # taken by the first server, where memory is short: see book/autograder/warm.py


class Server:
    """A fork server and the folder its children work in."""

    def __init__(self, cpu_seconds: int = 60):
        self.process: subprocess.Popen | Standby | None = None
        try:
            self.work = tempfile.mkdtemp(prefix="grading-")
            os.chmod(self.work, 0o711)
            self.control, theirs = socket.socketpair()
        except OSError as error:
            raise ServerError(f"The fork server did not start: {error}") from None
        try:
            self._start(theirs, cpu_seconds)
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()

    def _start(self, theirs: socket.socket, cpu_seconds: int) -> None:
        # matplotlib draws into nothing, and keeps its list of fonts in the folder that a child works in
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": self.work,
                       "TMPDIR": self.work, "MPLBACKEND": "Agg", "MPLCONFIGDIR": ".",
                       "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.errors = tempfile.TemporaryFile()
        for wait in (*_BUSY, None):
            if self._taken_over(theirs, environment):
                break
            try:
                self.process = subprocess.Popen(
                    [sys.executable, "-I", "-B", "-c", _BOOT, str(theirs.fileno())], pass_fds=[theirs.fileno()],
                    cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors,
                    start_new_session=True)
                break
            except OSError as error:                         # EAGAIN: no more processes, for now
                if wait is None or error.errno != errno.EAGAIN:
                    self.errors.close()
                    raise ServerError(f"The fork server did not start: {error}") from None
                time.sleep(wait)
        theirs.close()             # so that its end is heard at once
        hidden = [str(_CLASSROOM.parent), os.getcwd(), str(Path.home())]
        modules = _modules()
        given = json.dumps({"modules": modules, "packages": _PACKAGES, "hidden": hidden, "work": self.work,
                            "cpu": cpu_seconds}).encode()
        self.control.settimeout(_START)
        try:
            self.control.sendall(struct.pack(">I", len(given)) + given)
            self._reply()
        except OSError as error:
            raise ServerError(f"The fork server did not start: {self._said() or error}") from None

    def _taken_over(self, theirs: socket.socket, environment: dict[str, str]) -> bool:
        """Whether a process that stands by becomes this server."""
        global standby
        waiting, standby = standby, None
        if waiting is None:
            return False
        try:
            waiting.become(_BOOT, environment, theirs.fileno(), self.errors.fileno())
        except OSError:
            return False                                     # it is gone: a new one is started
        self.process = waiting
        return True

    def fork(self) -> tuple[Channel, dict]:
        """A new child, confined and waiting; and what it says about its confinement. Raises ServerError.

        Where a neighbour has taken all processes of this user, it is tried again for some seconds.
        """
        for wait in (*_BUSY, None):
            try:
                return self._fork()
            except _Busy:
                if wait is None:
                    raise
                time.sleep(wait)
        raise AssertionError

    def _fork(self) -> tuple[Channel, dict]:
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self.control, [b"fork"], [theirs.fileno()])
            reply = self._reply()
        except OSError as error:
            ours.close()
            raise ServerError(f"The fork server is gone: {self._said() or error}") from None
        finally:
            theirs.close()
        if "pid" not in reply:
            ours.close()
            raise _Busy(f"No child could be started: {reply.get('error')}")
        channel = Channel(ours, reply["pid"], self.work)
        channel.allow(_BEGIN)
        try:
            return channel, json.loads(channel.hello())
        except (Gone, ValueError):
            channel.close()
            ended = self.end()
            raise ServerError(f"A child could not be confined: {ended['status']}. {self._said()}") from None

    def end(self) -> dict:
        """Kill the child and all that came from it. Says how it ended. Raises ServerError."""
        try:
            self.control.sendall(b"end")
            reply = self._reply()
        except OSError as error:
            raise ServerError(f"The fork server is gone: {error}") from None
        if reply["left"]:
            raise ServerError("Processes of a submission could not be ended.")
        return reply

    def close(self) -> None:
        """End the server; its children die with it."""
        self.control.close()
        if self.process is not None:
            with contextlib.suppress(OSError):
                _system.end_group(self.process.pid)
            self.process.wait()
            self.errors.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def _reply(self) -> dict:
        (size,) = struct.unpack(">I", self._exactly(4))
        return json.loads(self._exactly(size))

    def _exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            part = self.control.recv(n - len(data))
            if not part:
                raise OSError("it hung up")
            data += part
        return data

    def _said(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self.errors.seek(0)
            return self.errors.read()[-2000:].decode("utf-8", "replace").strip()
        return ""


_PACKAGES = ("course", "classroom", *(f"classroom.{path.replace('/', '.')}" for path in _SHIPPED), "classroom.grade")


def _modules() -> dict[str, str]:
    """The text of the modules that a child needs, by name."""
    found = dict.fromkeys(_PACKAGES, "__path__ = []\n")
    for folder in _SHIPPED:
        for path in sorted((_CLASSROOM / folder).glob("*.py")):
            if path.stem != "__init__":
                found[f"classroom.{folder.replace('/', '.')}.{path.stem}"] = path.read_text(encoding="utf-8")
    return found
