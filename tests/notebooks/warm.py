"""Kernels that start at once: forks of one process that has loaded IPython, PyTorch and Matplotlib, nothing of ours.

    python warm.py serve SOCKET        # this process; it ends when its standard input does
    python warm.py SOCKET nbval ...    # pytest with these arguments, its kernels taken from there

A kernel is what it would be otherwise: IPython's, in a process and session of its own, in the folder and environment it
is given, with the hash seed of `kernel_environment`. What lessons import of other packages is there already. Kernels
that load everything themselves are tried in `test_untouched_student_notebook_runs_through`.
"""
import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

__all__ = ["kernels"]

LOADED = (
    "IPython", "anywidget", "ipykernel.ipkernel", "ipykernel.kernelapp", "ipywidgets",
    "matplotlib.backends.backend_agg", "matplotlib.figure", "matplotlib_inline.backend_inline", "numpy", "sacrebleu",
    "tokenizers", "torch", "tqdm.auto",
)


@contextlib.contextmanager
def kernels() -> Iterator[str | None]:
    """The socket of a process that makes kernels, as long as this lasts; None where processes do not fork well."""
    if not sys.platform.startswith("linux"):
        yield None
        return
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
                                "MPLBACKEND": "module://matplotlib_inline.backend_inline"}      # as ipykernel sets it
    with tempfile.TemporaryDirectory(prefix="kernels-") as folder:
        path = os.path.join(folder, "socket")
        server = subprocess.Popen([sys.executable, "-P", __file__, "serve", path], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, env=environment, start_new_session=True)
        try:
            assert server.stdout is not None and server.stdout.readline() == b"ready\n"
            yield path
        finally:
            server.communicate()


def serve(path: str) -> None:
    """Fork a kernel for whoever connects and tells its arguments, folder and environment."""
    for name in LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)              # nobody waits for a kernel here
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            connection, _ = server.accept()
            with connection, connection.makefile("r", encoding="utf-8") as talk:
                given = json.loads(talk.readline())
                if os.fork() == 0:
                    server.close()
                    _be_a_kernel(given, connection)            # open until the kernel's end, which is noticed by that


def _be_a_kernel(given: dict[str, Any], connection: socket.socket) -> None:
    """What `python -m ipykernel_launcher` would do, with nothing of the process that it comes from."""
    try:
        os.setsid()                                            # before anybody asks whom a signal would reach
        connection.sendall(f"{os.getpid()}\n".encode())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nowhere, number)
        os.environ.clear()
        os.environ.update(given["environment"], JPY_PARENT_PID=str(os.getppid()))      # it ends where that process ends
        os.chdir(given["folder"])
        random.seed()
        sys.modules["numpy"].random.seed()
        sys.argv = ["ipykernel_launcher", *given["arguments"]]
        sys.modules["ipykernel.kernelapp"].launch_new_instance()
    finally:
        os._exit(1)


class Kernel:
    """A kernel in the place of `subprocess.Popen`. Its end is the end of the connection."""

    stdin = stdout = stderr = None

    def __init__(self, path: str, given: dict[str, Any]):
        self.returncode: int | None = None
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(path)
        self.connection.sendall(json.dumps(given).encode() + b"\n")
        with self.connection.makefile("r") as talk:
            self.pid = int(talk.readline())

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self.connection], [], [], 0)[0]:
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None and not select.select([self.connection], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("a kernel", timeout or 0)
        self.returncode = 0
        return 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def launch(path: str, command: list[str], cwd: str | None = None, env: dict[str, str] | None = None, **_) -> Kernel:
    """In the place of `jupyter_client.launch_kernel`."""
    arguments = command[command.index("ipykernel_launcher") + 1:]
    return Kernel(path, {"arguments": arguments, "folder": cwd or os.getcwd(), "environment": env or dict(os.environ)})


def main(arguments: list[str]) -> int:
    if arguments[0] == "serve":
        serve(arguments[1])
        return 0
    import functools

    import pytest
    from jupyter_client.provisioning import local_provisioner
    vars(local_provisioner)["launch_kernel"] = functools.partial(launch, arguments[0])
    return pytest.main(arguments[1:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
