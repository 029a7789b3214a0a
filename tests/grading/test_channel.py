"""The line to a child, without a child: whatever comes, it ends, and with the right reason."""
import os
import socket
import struct

import numpy as np
import pytest

from classroom.grade import channel as channels
from classroom.grade.channel import Channel, Gone, Interfered
from classroom.grade.confine import wire

pytestmark = pytest.mark.slow          # they wait, on purpose


class Clock:
    """Seconds that pass when the clock is read, so that no test depends on how fast the machine is."""

    def __init__(self):
        self.now, self.step, self.also = 1000.0, 0.05, lambda: None

    def __call__(self) -> float:
        self.also()
        self.now += self.step
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def computed(monkeypatch):
    """How much the child has computed, as its file in /proc would say."""
    seconds = [0.0]
    monkeypatch.setattr(channels, "computing_time", lambda pid: seconds[0])
    return seconds


@pytest.fixture
def line(tmp_path, clock, computed):
    """Our end as a channel that allows half a second, and so waits for two, and the child's end."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours, os.getpid(), str(tmp_path), clock)
    channel.allow(0.5)
    with theirs:
        yield channel, theirs
    channel.close()


def framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def answer(nonce: bytes) -> bytes:
    return framed(wire.pack(nonce, {"a": 1}, [np.arange(3.0)])[4:])


def test_an_answer_is_read(line):
    channel, child = line
    child.sendall(answer(bytes(wire.NONCE)))
    channel.nonce = bytes(wire.NONCE)
    header, arrays = channel.receive()
    assert header == {"a": 1}
    np.testing.assert_array_equal(arrays[0], np.arange(3.0))


@pytest.mark.parametrize("sent", [b"", b"\0\0", struct.pack(">I", wire.MAX_FRAME), framed(b"x" * 100)[:-1]],
                         ids=["nothing", "half a size", "a size alone", "one byte short"])
def test_what_is_never_finished_is_not_waited_for(line, sent, clock):
    """The announced bytes are waited for, but no longer than any answer."""
    channel, child = line
    child.sendall(sent)
    started = clock.now
    with pytest.raises(Gone) as gone:
        channel.receive()
    assert gone.value.why == "timeout"
    assert clock.now - started == pytest.approx(2, abs=0.11)


@pytest.fixture
def dripping(line, clock):
    """A child that begins a long reply, and then sends a byte of it every 20 ms."""
    channel, child = line
    clock.step, clock.also = 0.02, lambda: child.send(b"x")
    child.sendall(struct.pack(">I", wire.MAX_FRAME))
    return channel


def test_a_reply_that_drips_is_not_waited_for_any_longer(dripping, clock):
    started = clock.now
    with pytest.raises(Gone, match="no answer after 0.5 seconds") as gone:
        dripping.receive()
    assert gone.value.why == "timeout"
    assert clock.now - started == pytest.approx(2, abs=0.05)


def test_computing_is_seen_while_a_reply_drips(dripping, clock, computed):
    started, drip = clock.now, clock.also

    def also():
        drip()
        computed[0] = clock.now - started

    clock.also = also
    with pytest.raises(Gone) as gone:
        dripping.receive()
    assert gone.value.why == "timeout"
    assert clock.now - started == pytest.approx(0.5, abs=0.15)


def test_a_folder_filled_while_a_reply_drips(dripping, tmp_path, clock):
    drip = clock.also

    def also():
        drip()
        for n in range(100):
            (tmp_path / f"{clock.now:.2f}-{n}").touch()

    clock.also = also
    with pytest.raises(Gone, match="filled its working folder") as gone:
        dripping.receive()
    assert gone.value.why == "killed"


def test_a_child_that_reads_in_drips_is_not_waited_for(line, clock):
    channel, child = line
    clock.step, clock.also = 0.02, lambda: child.recv(1)
    with pytest.raises(Gone) as gone:
        channel.send({}, [np.zeros(1 << 20)])
    assert gone.value.why == "timeout"


def test_it_is_looked_at_every_50_ms(dripping, clock, monkeypatch):
    """Not with every byte: a look reads a file of the kernel's, and a folder."""
    looks = []
    monkeypatch.setattr(channels, "_sizes", lambda folder: looks.append(clock.now) or [])
    with pytest.raises(Gone):
        dripping.receive()
    gaps = np.diff(looks)
    assert len(looks) > 20 and gaps.min() >= 0.05 - 1e-9 and gaps.max() < 0.09


def test_a_computer_that_was_asleep_has_not_waited(line, clock):
    channel, child = line
    channel.nonce = bytes(wire.NONCE)

    def wakes():
        clock.now += 3600
        clock.also = lambda: child.sendall(answer(channel.nonce))
        child.send(b"")

    clock.also = wakes
    header, _ = channel.receive()
    assert header == {"a": 1}


@pytest.mark.parametrize("sent, said", [
    (struct.pack(">I", wire.MAX_FRAME + 1), "a reply of 33554433 bytes"),
    (b"\xff\xff\xff\xff", "a reply of 4294967295 bytes"),
    (framed(b""), "bytes"),
    (framed(b"\x80" * 200), "bytes"),
    (answer(b"\1" * wire.NONCE), "another question"),
], ids=["too long by one", "4 GB", "empty", "garbage", "another nonce"])
def test_what_is_no_answer_is_refused(line, sent, said):
    channel, child = line
    channel.nonce = bytes(wire.NONCE)
    child.sendall(sent)
    with pytest.raises(Interfered, match=said):
        channel.receive()


def test_a_reply_before_its_question_is_refused(line):
    """The nonce is drawn when the question is asked, so that nobody can know it before."""
    channel, child = line
    child.sendall(answer(bytes(wire.NONCE)) * 2)
    channel.nonce = bytes(wire.NONCE)
    channel.receive()
    with pytest.raises(Interfered, match="a reply to no question"):
        channel.ask({}, [])


def test_hanging_up(line):
    channel, child = line
    child.sendall(framed(b"x" * 100)[:50])
    child.close()
    with pytest.raises(Gone, match="hung up") as gone:
        channel.receive()
    assert gone.value.why == "killed"
    with pytest.raises(Gone, match="hung up"):
        channel.send({}, [])


def test_a_folder_filled_while_waiting(line, tmp_path):
    channel, _ = line
    channel.allow(60)
    (tmp_path / "learner").mkdir()
    for n in range(1001):
        (tmp_path / "learner" / str(n)).touch()
    with pytest.raises(Gone, match="filled its working folder") as gone:
        channel.receive()
    assert gone.value.why == "killed"
