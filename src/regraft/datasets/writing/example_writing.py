"""`tf.train.Example` written piece by piece; its messages are in `regraft.data.shards.examples`."""

from __future__ import annotations


def encode_varint(value: int) -> bytes:
    """A non-negative integer, seven bits a byte, the lowest first."""
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    coded.append(value)
    return bytes(coded)


def encode_feature(name: str, value: bytes | int) -> bytes:
    """An entry of the map with one value."""
    return feature_head(name, len(value)) + value if isinstance(value, bytes) else _encode_integer(name, value)


def feature_head(name: str, n_bytes: int) -> bytes:
    """An entry of the map that holds bytes, as far as these."""
    listed = b"\x0a" + encode_varint(n_bytes)
    feature = b"\x0a" + encode_varint(len(listed) + n_bytes) + listed
    return _entry(name, feature, n_bytes)


def _encode_integer(name: str, value: int) -> bytes:
    packed = _field(1, encode_varint(value & 0xFFFF_FFFF_FFFF_FFFF))
    return _entry(name, _field(3, packed), 0)


def _entry(name: str, feature: bytes, n_more: int) -> bytes:
    inner = _field(1, name.encode()) + b"\x12" + encode_varint(len(feature) + n_more) + feature
    return b"\x0a" + encode_varint(len(inner) + n_more) + inner


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + encode_varint(len(content)) + content


def example_head(n_bytes: int) -> bytes:
    """What an Example with entries of so many bytes begins with."""
    return b"\x0a" + encode_varint(n_bytes)
