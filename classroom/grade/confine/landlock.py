"""Landlock: which files a process may still open, decided by the process itself and irrevocable."""
import contextlib
import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from typing import Any

__all__ = ["abi", "make", "restrict"]

_CREATE, _ADD, _RESTRICT = 444, 445, 446           # the same numbers on every machine
READ_FILE, READ_DIR, WRITE_FILE, REMOVE_FILE, MAKE_REG, TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 5, 1 << 8, 1 << 14
READ = READ_FILE | READ_DIR
WRITE = WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE
_FOR_FILES = READ_FILE | WRITE_FILE | TRUNCATE | 1
_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}


def _syscall(number: int, *arguments: Any) -> int:
    if sys.platform != "linux":                        # elsewhere these numbers may be another call's
        raise OSError(errno.ENOSYS, "Landlock is Linux's")
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def abi() -> int:
    """The version that the kernel offers; 0 for none, and where there is no Linux."""
    try:
        return _syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except (OSError, AttributeError):
        return 0


def make(rules: Iterable[tuple[str, int]], refused: int | None = None) -> int:
    """A ruleset as a file descriptor: all access to files is refused but for these (path, rights).

    Where the kernel knows how (ABI 4 and 6), TCP, abstract sockets, and signals to processes outside are refused, too.
    With `refused` only these rights are: a second ruleset narrows what the first one leaves. Raises OSError where the
    kernel has no Landlock.
    """
    version = abi()
    handled = _ALL.get(version, (1 << 16) - 1)
    if refused is None:
        attributes = struct.pack("<Q", handled) + struct.pack("<Q", 3) * ((version >= 4) + (version >= 6))
    else:
        handled &= refused
        attributes = struct.pack("<Q", handled)
    ruleset = _syscall(_CREATE, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    for path, rights in rules:
        with contextlib.suppress(OSError):         # what is not there needs no rule
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                if not os.path.isdir(path):
                    rights &= _FOR_FILES
                rule = struct.pack("<Qi", rights & handled, parent)
                _syscall(_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.c_char_p(rule), ctypes.c_uint32(0))
            finally:
                os.close(parent)
    return ruleset


def restrict(ruleset: int) -> None:
    """Bind this process to the ruleset. Needs no_new_privs. Raises OSError."""
    _syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
