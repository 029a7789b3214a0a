"""In the checker: the line to one child. It believes nothing that comes back, waits no longer than it should, and
knows why a child is gone."""
import contextlib
import os
import secrets
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Literal

from course._system import computing_time

from .confine import wire

__all__ = ["Channel", "Gone", "Interfered"]

_LOOK = 0.05               # seconds between looks at a child, whether it sends something or nothing
_PATIENCE = 4              # waiting may take this many times as long as computing, as in the checks
_FOLDER = 64 << 20         # bytes and files that may lie in the working folder
_FILES = 1000


Why = Literal["timeout", "killed"]


class Gone(Exception):
    """The child is not there any more, or is to be ended: `why` says which status that gives its answer."""

    def __init__(self, why: Why, detail: str):
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
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, connection: socket.socket, pid: int, folder: str, clock: Callable[[], float] = time.monotonic):
        self.connection = connection
        self.connection.setblocking(False)
        self.pid, self.folder, self.clock = pid, folder, clock
        self.nonce, self.buffer = b"", bytearray()
        self.allow(1.0)

    def allow(self, seconds: float) -> None:
        """From now on the child has this much time, over all requests together: of computing, and `_PATIENCE` times as
        much by the clock, however often it sends something."""
        self.watch = _Watch(self.pid, self.folder, seconds, self.clock)

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
        """Until there is something to read, or room to write. Raises Gone."""
        readers = [self.connection] if reading else []
        writers = [] if reading else [self.connection]
        ready = False
        while not ready:
            ready = any(select.select(readers, writers, [], _LOOK))
            self.watch.turn()


class _Watch:
    """Looks at a child from time to time, and says when its time is up."""

    def __init__(self, pid: int, folder: str, seconds: float, clock: Callable[[], float]):
        self.pid, self.folder, self.seconds, self.clock = pid, folder, seconds, clock
        self.computed = computing_time(pid)
        self.last = self.looked = clock()
        self.waited = 0.0

    def turn(self) -> None:
        """To be called at least every `_LOOK` seconds while we wait. Raises Gone.

        What lies between two calls counts as no more than two looks: longer than that it was not the child that kept
        us, but a computer that was asleep, or work of our own.
        """
        now = self.clock()
        self.waited += min(now - self.last, 2 * _LOOK)
        self.last = now
        if self.waited > _PATIENCE * self.seconds:
            raise Gone("timeout", f"no answer after {self.seconds:g} seconds")
        if now - self.looked >= _LOOK:
            self.looked = now
            self._look()

    def _look(self) -> None:
        if computing_time(self.pid) - self.computed > self.seconds:
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
