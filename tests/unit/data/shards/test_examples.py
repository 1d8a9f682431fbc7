"""The wire format of tf.train.Example, against protobuf's own reader and writer."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from tfrecord import example_pb2

from regraft.data.shards.examples import find_features
from regraft.datasets.writing.example_writing import encode_feature, encode_varint, example_head, feature_head

VALUES = st.one_of(st.binary(max_size=400), st.integers(-(2**63), 2**63 - 1))
FEATURES = st.dictionaries(st.text(max_size=140), VALUES, max_size=8)


def find(content, names, start=0):
    """What is found in an Example that lies somewhere in a file."""
    file = bytes(start) + content + b"what follows"
    fetched = []

    def fetch(offset, n_bytes):
        fetched.append(n_bytes)
        return file[offset : offset + n_bytes]

    wanted = frozenset(name.encode() for name in names)
    found = find_features(file[start : start + 300], start, start + len(content), wanted, fetch)
    values = {
        name.decode(): value if isinstance(value, int) else file[value[0] : value[1]] for name, value in found.items()
    }
    return values, fetched


@given(FEATURES)
def test_protobuf_reads_what_is_written(features):
    """Every name and value comes back from protobuf's own reader."""
    entries = b"".join(encode_feature(name, value) for name, value in features.items())
    example = example_pb2.Example.FromString(example_head(len(entries)) + entries)
    found = {
        name: feature.bytes_list.value[0] if feature.bytes_list.value else feature.int64_list.value[0]
        for name, feature in example.features.feature.items()
    }
    assert found == features


@given(FEATURES, st.integers(0, 40))
def test_what_protobuf_writes_is_found(features, start):
    """Values are found wherever the Example lies in its file, in whatever order the features stand."""
    example = example_pb2.Example()
    for name, value in features.items():
        feature = example.features.feature[name]
        (feature.bytes_list if isinstance(value, bytes) else feature.int64_list).value.append(value)
    content = example.SerializeToString()
    if content:
        assert find(content, features, start)[0] == features


def test_long_values_are_not_read():
    """A megabyte between two small features is passed over."""
    image = bytes(1_000_000)
    entries = (
        encode_feature("image/class/label", 3)
        + feature_head("image/encoded", len(image))
        + image
        + encode_feature("image/class/text", b"cat")
    )
    values, fetched = find(example_head(len(entries)) + entries, ["image/class/label", "image/class/text"])
    assert values == {"image/class/label": 3, "image/class/text": b"cat"}
    assert sum(fetched) < 2000


def test_other_ways_of_writing_the_same():
    """Unpacked integers, several values, fields of other kinds, values before names, empty lists: the first value."""
    example = example_pb2.Example()
    example.features.feature["two"].bytes_list.value.extend([b"first", b"second"])
    example.features.feature["many"].int64_list.value.extend([-7, 8, 9])
    example.features.feature["none"].int64_list.SetInParent()
    example.features.feature["float"].float_list.value.append(1.5)
    assert find(example.SerializeToString(), ["two", "many", "none", "float"])[0] == {"two": b"first", "many": -7}
    unpacked = b"\x12\x04\x1a\x02\x08\x05" + b"\x0a\x03key"
    assert find(b"\x0a" + encode_varint(len(unpacked) + 2) + b"\x0a" + bytes((len(unpacked),)) + unpacked, ["key"])[
        0
    ] == {"key": 5}


@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_read_or_refused(content):
    """Bytes that are no Example are a ValueError, never anything else."""
    try:
        values, _fetched = find(content, ["a", ""])
    except ValueError:
        return
    assert set(values) <= {"a", ""}


def test_a_flipped_bit_leads_nowhere():
    """Damage within an Example never makes a value of bytes outside of it."""
    entries = encode_feature("image/class/label", 3) + encode_feature("image/class/text", b"cat" * 50)
    content = bytearray(example_head(len(entries)) + entries)
    for place, bit in product(range(60), range(8)):
        content[place] ^= 1 << bit
        try:
            values, _fetched = find(bytes(content), ["image/class/label", "image/class/text"])
        except ValueError:
            values = {}
        assert all(isinstance(value, int) or len(value) <= len(content) for value in values.values()), (place, bit)
        content[place] ^= 1 << bit
