"""What crosses between the checker and a child: one JSON header and plain numbers, never an object.

A frame is its length (4 bytes), the request's nonce (16 bytes), the header's length (4 bytes), the header, and the
arrays' raw bytes. It holds what an npz file without pickle would hold, and is simpler to distrust: no archive, no
decompression, no header to evaluate. Both sides use this module; only the checker has to fear what it reads.
"""
import json
import math
import struct
from typing import Any

import numpy as np

__all__ = ["MAX_FRAME", "NONCE", "WireError", "decode", "encode", "pack", "text", "unpack"]

MAX_FRAME = 32 << 20          # bytes
MAX_HEADER = 1 << 20
MAX_ARRAYS = 256
MAX_AXES = 16
NONCE = 16

_DTYPES = {str(np.dtype(t).str): np.dtype(t) for t in
           ("?", "i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")}
_SIZE = struct.Struct(">I")


class WireError(ValueError):
    """Bytes that are no frame, or one that is too large."""


def pack(nonce: bytes, header: dict, arrays: list[np.ndarray]) -> bytes:
    """A frame, with its length in front. Arrays of other dtypes than bool, int and float raise WireError."""
    described, parts = [], []
    if (size := sum(array.nbytes for array in arrays)) > MAX_FRAME or len(arrays) > MAX_ARRAYS:
        raise WireError(f"{len(arrays)} arrays of {size} bytes; at most {MAX_ARRAYS} and {MAX_FRAME} are taken")
    for array in arrays:
        dtype = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
        if dtype not in _DTYPES:
            raise WireError(f"an array of dtype {array.dtype}; numbers are expected")
        described.append([dtype, list(array.shape)])
        parts.append(array.astype(_DTYPES[dtype], copy=False).tobytes())
    head = json.dumps({**header, "arrays": described}).encode("utf-8", "replace")
    size = len(nonce) + _SIZE.size + len(head) + sum(map(len, parts))
    if size > MAX_FRAME or len(head) > MAX_HEADER:
        raise WireError(f"{size} bytes; at most {MAX_FRAME} are taken")
    return b"".join((_SIZE.pack(size), nonce, _SIZE.pack(len(head)), head, *parts))


def unpack(frame: bytes) -> tuple[bytes, dict, list[np.ndarray]]:
    """Nonce, header and arrays of a frame without its length. Raises WireError for whatever is no frame."""
    try:
        return _unpack(frame)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError, OverflowError, struct.error) as error:
        raise WireError(f"{type(error).__name__}: {error}"[:200]) from None


def _unpack(frame: bytes) -> tuple[bytes, dict, list[np.ndarray]]:
    if not NONCE + _SIZE.size <= len(frame) <= MAX_FRAME:
        raise WireError(f"a frame of {len(frame)} bytes")
    (length,) = _SIZE.unpack_from(frame, NONCE)
    start = NONCE + _SIZE.size
    if length > min(MAX_HEADER, len(frame) - start):
        raise WireError(f"a header of {length} bytes")
    header = json.loads(frame[start:start + length].decode("utf-8", "replace"))
    if not isinstance(header, dict):
        raise WireError("the header is no object")
    described = header.pop("arrays", [])
    if not isinstance(described, list) or len(described) > MAX_ARRAYS:
        raise WireError("too many arrays")
    arrays, at = [], start + length
    for entry in described:
        dtype, shape = _described(entry)
        count = math.prod(shape)
        size = count * dtype.itemsize
        if size > len(frame) - at:
            raise WireError("an array is longer than the frame")
        raw = np.frombuffer(frame, np.uint8 if dtype.kind == "b" else dtype, count, at)
        if dtype.kind == "b":
            if (raw > 1).any():
                raise WireError("a bool that is neither 0 nor 1")
            raw = raw.astype(bool)
        arrays.append(raw.reshape(shape).copy())
        at += size
    if at != len(frame):
        raise WireError(f"{len(frame) - at} bytes too many")
    return frame[:NONCE], header, arrays


def _described(entry: Any) -> tuple[np.dtype, tuple[int, ...]]:
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str) or entry[0] not in _DTYPES:
        raise WireError("an array of an unknown dtype")
    shape = entry[1]
    if not isinstance(shape, list) or len(shape) > MAX_AXES or any(
            type(n) is not int or not 0 <= n <= MAX_FRAME for n in shape):
        raise WireError("an impossible shape")
    if 0 in shape and max(shape) > 1 << 20:
        raise WireError("an impossible shape")
    return _DTYPES[entry[0]], tuple(shape)


def encode(value: Any, arrays: list[np.ndarray]) -> Any:
    """Arrays, numbers, text, None, and dicts, lists, tuples and sets of them, as JSON; arrays go into the list."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, np.generic):
        arrays.append(np.asarray(value))
        return {"number": len(arrays) - 1}
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"plain": value}
    if isinstance(value, dict):
        return {"dict": [[name, encode(item, arrays)] for name, item in value.items()]}
    for name, kind in _KINDS.items():
        if isinstance(value, kind):
            return {name: [encode(item, arrays) for item in value]}
    raise WireError(f"a {type(value).__name__}")


_KINDS = {"list": list, "tuple": tuple, "set": frozenset}


def decode(value: Any, arrays: list[np.ndarray], depth: int = 0) -> Any:
    """The inverse of `encode`. Raises WireError for what `encode` did not make."""
    if depth > 6 or not isinstance(value, dict) or len(value) != 1:
        raise WireError("an unknown value")
    (kind, content), = value.items()
    if kind == "plain" and (content is None or isinstance(content, (bool, int, float, str))):
        return content
    if kind in ("array", "number") and type(content) is int and 0 <= content < len(arrays):
        return arrays[content] if kind == "array" else arrays[content][()]
    if isinstance(content, list) and len(content) <= 10_000:
        if kind == "dict" and all(isinstance(p, list) and len(p) == 2 and isinstance(p[0], str) for p in content):
            return {name: decode(item, arrays, depth + 1) for name, item in content}
        if kind in _KINDS:
            try:
                return _KINDS[kind](decode(item, arrays, depth + 1) for item in content)
            except TypeError:
                raise WireError("a set of lists") from None
    raise WireError("an unknown value")


def text(value: Any, limit: int = 2000) -> str:
    """A string of the child's, cut, and fit to be written to a file."""
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode("utf-8").replace("\0", "")
