"""In the checker: the line to one child. It believes nothing that comes back, waits no longer than it should, and
knows why a child is gone."""
import contextlib
import os
import secrets
import select
import signal
import socket
import struct
from pathlib import Path

from .confine import wire

__all__ = ["Channel", "Gone", "Interfered"]

_LOOK = 0.05               # seconds between looks at a child that is taking its time
_PATIENCE = 4              # waiting may take this many times as long as computing, as in the checks
_FOLDER = 64 << 20         # bytes and files that may lie in the working folder
_FILES = 1000


class Gone(Exception):
    """The child is not there any more: `why` is "timeout", "killed" or "memory"."""

    def __init__(self, why: str, detail: str):
        super().__init__(detail)
        self.why = why


class Interfered(Exception):
    """What came back is no answer to what was asked."""


class Channel:
    """Requests to a child and its replies, one at a time.

    Args:
        socket: our end.
        pid: of the child, to see how much it has computed.
        folder: where it may write.
    """

    def __init__(self, connection: socket.socket, pid: int, folder: str):
        self.connection = connection
        self.connection.setblocking(False)
        self.pid, self.folder = pid, folder
        self.nonce, self.buffer = b"", bytearray()
        self.allow(1.0)

    def allow(self, seconds: float) -> None:
        """From now on the child has this much time, over all requests together."""
        self.watch = _Watch(self.pid, self.folder, seconds)

    def ask(self, header: dict, arrays: list) -> tuple[dict, list]:
        """Send a request; return the reply. Each request has a new nonce, so that no reply fits two of them."""
        if self.buffer:
            raise Interfered("a reply to no question")
        self.nonce = secrets.token_bytes(wire.NONCE)
        self.send(header, arrays)
        return self.receive()

    def send(self, header: dict, arrays: list) -> None:
        """Send one frame. Raises Gone."""
        data = memoryview(wire.pack(self.nonce, header, arrays))
        while data:
            try:
                data = data[self.connection.send(data):]
            except BlockingIOError:
                self._wait(False)
            except OSError:
                raise Gone("killed", "it hung up") from None

    def receive(self) -> tuple[dict, list]:
        """Read one frame. Raises Gone, and Interfered where it is no frame or belongs to another request."""
        (size,) = struct.unpack(">I", self._exactly(4))
        if size > wire.MAX_FRAME:
            raise Interfered(f"a reply of {size} bytes")
        try:
            nonce, header, arrays = wire.unpack(self._exactly(size))
        except wire.WireError as error:
            raise Interfered(str(error)) from None
        if nonce != self.nonce:
            raise Interfered("a reply to another question")
        return header, arrays

    def hello(self) -> bytes:
        """The child's first words, before any of the learner's code runs. Raises Gone."""
        (size,) = struct.unpack(">I", self._exactly(4))
        return self._exactly(min(size, 1 << 16))

    def close(self) -> None:
        self.connection.close()

    def _exactly(self, n: int) -> bytes:
        while len(self.buffer) < n:
            self._wait(True)
            try:
                part = self.connection.recv(max(1 << 16, n - len(self.buffer)))
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise Gone("killed", "it hung up")
            self.buffer += part
        part, self.buffer = bytes(self.buffer[:n]), self.buffer[n:]
        return part

    def _wait(self, reading: bool) -> None:
        lists = ([self.connection], [], []) if reading else ([], [self.connection], [])
        while not any(select.select(*lists, _LOOK)):
            self.watch.look()


class _Watch:
    """Looks at a child that does not answer."""

    def __init__(self, pid: int, folder: str, seconds: float):
        self.pid, self.folder, self.seconds = pid, folder, seconds
        self.computed = computing_time(pid)
        self.waited = 0.0

    def look(self) -> None:
        self.waited += _LOOK                     # not what the clock says: a computer that was asleep has not waited
        if computing_time(self.pid) - self.computed > self.seconds or self.waited > _PATIENCE * self.seconds:
            raise Gone("timeout", f"no answer after {self.seconds:g} seconds")
        sizes = _sizes(self.folder)
        if len(sizes) > _FILES or sum(sizes) > _FOLDER:
            raise Gone("killed", "it filled its working folder")


def _sizes(folder: str) -> list[int]:
    """Bytes of the files in the working folders; no more files than it takes to say that they are too many."""
    sizes: list[int] = []
    for path, _, names in os.walk(folder):
        for name in names[:_FILES + 1]:
            with contextlib.suppress(OSError):       # what is removed meanwhile
                sizes.append(os.lstat(os.path.join(path, name)).st_size)
    return sizes


def computing_time(pid: int) -> float:
    """Seconds that a process has computed; 0 where that cannot be seen."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def ending(status: int | None) -> str:
    """How a child ended, in words, from what `waitpid` said."""
    if status is None:
        return "it ended"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"it was ended by {signal.Signals(number).name}"
    return f"it ended itself, with the code {os.WEXITSTATUS(status)}"
