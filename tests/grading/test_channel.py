"""The line to a child, without a child: whatever comes, it ends, and with the right reason."""
import os
import socket
import struct

import numpy as np
import pytest

from classroom.grade.channel import Channel, Gone, Interfered
from classroom.grade.confine import wire


@pytest.fixture
def line(tmp_path):
    """Our end as a channel that waits a fifth of a second (four times 0.05), and the child's end."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours, os.getpid(), str(tmp_path))
    channel.allow(0.05)
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
def test_what_is_never_finished_is_not_waited_for(line, sent):
    """The announced bytes are waited for, but no longer than any answer."""
    channel, child = line
    child.sendall(sent)
    with pytest.raises(Gone) as gone:
        channel.receive()
    assert gone.value.why == "timeout"


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
    (tmp_path / "learner").mkdir()
    for n in range(1001):
        (tmp_path / "learner" / str(n)).touch()
    with pytest.raises(Gone, match="filled its working folder") as gone:
        channel.receive()
    assert gone.value.why == "killed"
