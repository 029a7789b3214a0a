"""The fork server: torch and NumPy are loaded once; each request becomes a confined child.

It is started without this package on its path, and gets the few modules it needs as text. It never sees a reference,
an expected value or a submission: the child's channel is made by the checker and handed through.
"""
import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import struct
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from classroom.ask import limits

from . import borrowed, child, sandbox

_GONE = 5.0            # seconds in which killed processes have to be gone


def main(control: socket.socket, setting: dict) -> None:
    """Answer "fork" and "end" until the checker hangs up."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)               # die with the checker
        libc.prctl(36, 1, 0, 0, 0)                           # orphans of our children become our children
    _warm_up()
    borrowed.prepare(sys.modules)
    prison = sandbox.Prison(setting["work"], setting["hidden"])
    gc.collect()
    gc.freeze()
    _send(control, {"ready": True})
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, 1)
        if not message:
            os._exit(0)
        if message == b"fork":
            _fork(control, prison, descriptors[0], setting)
        elif message == b"end":
            ended = _end()
            prison.clean()
            _send(control, ended)


def _fork(control: socket.socket, prison: sandbox.Prison, channel: int, setting: dict) -> None:
    try:
        folder = prison.folder()
        pid = os.fork()
    except OSError as error:
        os.close(channel)
        _send(control, {"error": f"{type(error).__name__}: {error}"})
        return
    if pid == 0:
        try:
            _become_child(prison, folder, channel, setting)
        finally:
            os._exit(71)
    os.close(channel)
    _last[:] = [pid]
    _send(control, {"pid": pid})


def _become_child(prison: sandbox.Prison, folder: str, channel: int, setting: dict) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for n in (0, 1, 2):
        os.dup2(null, n)
    keep = prison.ruleset
    if keep is not None and keep <= 3:
        keep = prison.ruleset = os.dup(keep) if keep < 3 else _above(keep)
    os.dup2(channel, 3)
    for low, high in ((4, keep or 4), ((keep or 3) + 1, 4096)):
        os.closerange(low, high)
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    level, done = sandbox.enter(prison, folder, setting["cpu"])
    setting.clear()                                          # our frames are the learner's to look at: no path in them
    vars(prison).clear()
    hello = json.dumps({"level": level, "details": ["own session", *done, "empty working folder"]}).encode()
    os.write(3, struct.pack(">I", len(hello)) + hello)
    child.main()


def _above(descriptor: int) -> int:
    import fcntl
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)


def _end() -> dict:
    """Kill the child and everything that came from it; say how the child ended."""
    status, left, until = None, 0, time.monotonic() + _GONE
    while True:
        for pid in _children():
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return {"status": status, "left": 0}
        if pid and status is None:
            status = ended
        elif pid:
            left += 1
        elif time.monotonic() > until:
            return {"status": status, "left": len(_children())}
        else:
            time.sleep(0.0005)


def _children() -> list[int]:
    try:
        listed = Path("/proc/self/task", str(os.getpid()), "children").read_text(encoding="utf-8")
        return [int(pid) for pid in listed.split()]
    except OSError:                                          # no /proc: at least the child and its group
        return _last


_last: list[int] = []       # the child at work


def _send(control: socket.socket, message: dict) -> None:
    data = json.dumps(message).encode()
    control.sendall(struct.pack(">I", len(data)) + data)


def _warm_up() -> None:
    """Have torch load now what it loads at first use, or every child would pay for it. No gradients: they start state
    that does not survive a fork. Nothing on the device "meta", which costs 75 MB and seconds, and no question uses."""
    import torch
    from torch import nn
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")                          # for the children: nobody reads them there
    np.seterr(all="ignore")
    limits.seed_all()
    with torch.no_grad():
        x = torch.randn(2, 3, 4)
        torch.einsum("btd,bsd->bts", x, x).softmax(-1)
        attended = (nn.Linear(4, 4)(x) @ x.transpose(-2, -1)).masked_fill(torch.ones(3, 3, dtype=torch.bool), 0)
        torch.cat([attended.softmax(-1), attended], -1).reshape(2, -1).sum().cos()
        nn.functional.layer_norm(x, (4,))
        nn.functional.relu(x)
        nn.functional.embedding(torch.zeros(2, dtype=torch.long), torch.zeros(3, 4))
    import torch.overrides
    import torch.utils._pytree  # noqa: F401
