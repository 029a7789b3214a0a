"""The reply parser: it reads what it wrote, and survives everything else."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from classroom.grade.confine import wire

NONCE = bytes(range(16))
KINDS = st.one_of(arrays.boolean_dtypes(), arrays.integer_dtypes(endianness="<"), arrays.unsigned_integer_dtypes(
    endianness="<"), arrays.floating_dtypes(endianness="<", sizes=(16, 32, 64)))
ARRAYS = KINDS.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0,
                                                                               max_side=4)))
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-2**70, 2**70), st.floats(allow_nan=False), st.text(max_size=9))
VALUES = st.recursive(PLAIN | ARRAYS, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=5), inner, max_size=3),
    st.frozensets(PLAIN, max_size=3)), max_leaves=6)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner,
                                                                                       max_size=4), max_leaves=12)


def frame(value) -> bytes:
    sent: list = []
    return wire.pack(NONCE, {"value": wire.encode(value, sent)}, sent)[4:]


def same(a, b) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def read(data: bytes):
    """All that the checker does with a reply before it compares. Anything but a WireError is a fault."""
    try:
        _, header, found = wire.unpack(data)
        for array in found:
            assert array.dtype.kind in "biuf" and not array.dtype.hasobject and array.nbytes <= wire.MAX_FRAME
        return wire.decode(header.get("value"), found)
    except wire.WireError:
        return None


@pytest.mark.slow
@given(VALUES)
def test_what_is_sent_arrives(value):
    nonce, header, found = wire.unpack(frame(value))
    assert nonce == NONCE and same(wire.decode(header["value"], found), value)


@given(st.binary(max_size=400))
def test_random_bytes(data):
    read(data)


@pytest.mark.slow
@given(VALUES, st.data())
@settings(max_examples=300)
def test_mutated_frames(value, data):
    content = bytearray(frame(value))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        what = data.draw(st.sampled_from(("change", "cut", "insert", "repeat")))
        if what == "change" and at < len(content):
            content[at] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del content[at:at + data.draw(st.integers(1, 9))]
        elif what == "insert":
            content[at:at] = data.draw(st.binary(max_size=9))
        else:
            content += content[:at]
    read(bytes(content))


@pytest.mark.slow
@given(JSON, st.binary(max_size=64))
@settings(max_examples=300)
def test_any_json_as_a_header(header, rest):
    import json
    head = json.dumps(header).encode()
    read(NONCE + len(head).to_bytes(4, "big") + head + rest)


@given(st.lists(st.tuples(st.sampled_from(("<f8", "|b1", "|O", "<U4", "<c16", "<i8", "<M8", "V8", "")),
                          st.lists(st.integers(-3, 2**40), max_size=4)), max_size=4), st.binary(max_size=64))
def test_any_description_of_arrays(described, rest):
    import json
    head = json.dumps({"value": {"array": 0}, "arrays": [list(d) for d in described]}).encode()
    read(NONCE + len(head).to_bytes(4, "big") + head + rest)


@pytest.mark.parametrize("value", [np.array([print]), np.array(["a"]), np.array([1j]), np.array(["2020"], "M8[D]"),
                                   print],
                         ids=["objects", "text", "complex", "dates", "a function"])
def test_only_numbers_are_sent(value):
    with pytest.raises(wire.WireError):
        frame(value)


def test_a_frame_is_not_larger_than_allowed():
    with pytest.raises(wire.WireError, match="at most"):
        frame(np.zeros(wire.MAX_FRAME // 8 + 1))
    assert read(bytes(wire.MAX_FRAME + 1)) is None


@pytest.mark.parametrize("depth", [10, 1000, 100_000])
def test_nesting(depth):
    head = b'{"value":' + b'{"list":[' * depth + b"]}" * depth + b"}"
    assert read(NONCE + len(head).to_bytes(4, "big") + head) is None


def test_a_subclass_of_arrays_arrives_as_an_array():
    class Own(np.ndarray):
        def __reduce__(self):
            raise AssertionError("was pickled")
    found = read(frame(np.zeros((2, 3)).view(Own)))
    assert type(found) is np.ndarray and found.shape == (2, 3)


def test_text_is_cut_and_fit_for_a_file():
    assert wire.text("a" * 5000) == "a" * 2000
    assert wire.text("\ud800\0b").encode("utf-8") == b"?b"
    assert wire.text(["no"]) == ""
