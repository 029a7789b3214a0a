"""Gradescope's autograder, started with little memory: PyTorch is loaded once, for two processes that need it.

Run as `python -I -B warm.py SOURCE OPTIONS`. It loads NumPy and PyTorch, splits off the process that is to become the
fork server, in which learners' code will run, and only then puts the course (SOURCE) on the path and grades. So the
fork server holds nothing of the course, as if it had been started anew; the two share the memory of what was loaded.
"""
import gc
import json
import os
import socket
import sys

import numpy  # noqa: F401
import torch  # noqa: F401


class Standby:
    """The process that waits; see `classroom.grade.launch.Standby`."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()                                          # a collection would touch, and so copy, all of it
        self.line, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.line.close()
                _wait(theirs)
            finally:
                os._exit(70)
        theirs.close()

    def become(self, boot: str, environment: dict[str, str], control: int, errors: int) -> None:
        """Run `boot` there."""
        given = json.dumps({"boot": boot, "environment": environment}).encode()
        with self.line:
            socket.send_fds(self.line, [str(len(given)).encode().rjust(12)], [control, errors])
            self.line.sendall(given)

    def wait(self) -> int:
        """Wait for its end."""
        return os.waitpid(self.pid, 0)[1]


def _wait(line: socket.socket) -> None:
    """As a new process: no terminal, no files, no environment but what is given."""
    size, descriptors, _, _ = socket.recv_fds(line, 12, 2)
    if not size:
        return                                               # the checker has ended
    control, errors = descriptors
    left, parts = int(size), []
    while left and (part := line.recv(left)):
        parts.append(part)
        left -= len(part)
    given = json.loads(b"".join(parts))
    line.close()
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for target, source in ((0, null), (1, null), (2, errors)):
        os.dup2(source, target)
    for descriptor in (null, errors):
        if descriptor > 2 and descriptor != control:
            os.close(descriptor)
    os.environ.clear()
    os.environ.update(given["environment"])
    sys.argv = ["-c", str(control)]
    exec(compile(given["boot"], "<boot>", "exec"), {"__name__": "__main__"})


def main(source: str, options: list[str]) -> int:
    """Grade; see `classroom.grade.book.gradescope`."""
    standby = Standby()
    sys.path.insert(0, source)
    from classroom.grade import launch
    from classroom.grade.book import gradescope
    launch.standby = standby
    return gradescope.main(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
