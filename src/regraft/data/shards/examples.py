"""`tf.train.Example` on the wire: a map from names to lists of bytes, numbers or integers.

    message Example   { Features features = 1; }
    message Features  { map<string, Feature> feature = 1; }     each entry: key = 1, value = 2
    message Feature   { oneof: BytesList = 1; FloatList = 2; Int64List = 3 }
    message BytesList { repeated bytes value = 1; }             Int64List: repeated int64 value = 1, packed or not

The encoding is protobuf's (https://protobuf.dev/programming-guides/encoding/); nothing else of protobuf is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Span = tuple[int, int]
FeatureValue = int | Span
"""An integer, or where bytes begin and end."""
_N_VARINT_BYTES_MAX = 10
_WINDOW = 1024
_ROOM = 256
"""More than an entry takes before its content."""
_BYTES, _INTEGERS = 1, 3


class _UnusualError(Exception):
    """It is written in another way than all known writers do; that says nothing of whether it is right."""


def find_features(
    window: bytes, start: int, end: int, names: frozenset[bytes], fetch: Callable[[int, int], bytes]
) -> dict[bytes, FeatureValue]:
    """The first value of some features of an Example, without reading the long ones.

    Args:
        window: The file's bytes from `start` on, at least one.
        start: Where the Example begins in the file.
        end: Where it ends.
        names: Which features.
        fetch: Reads bytes from an offset.

    Returns:
        Integers, and for bytes where they lie in the file. A feature without values is left out.

    Raises:
        ValueError: It is no Example.
    """
    try:
        return _find_quickly(window, start, end, names, fetch)
    except (_UnusualError, IndexError):
        pass
    content = fetch(start, end - start)
    return {name: _shifted(value, start) for name, value in _all_features(content) if name in names}


def _shifted(value: FeatureValue, start: int) -> FeatureValue:
    return value if isinstance(value, int) else (value[0] + start, value[1] + start)


def _find_quickly(
    window: bytes, start: int, end: int, names: frozenset[bytes], fetch: Callable[[int, int], bytes]
) -> dict[bytes, FeatureValue]:
    found: dict[bytes, FeatureValue] = {}
    base = start
    size, place = _varint(window, 1)
    if window[0] != 0x0A or base + place + size != end:
        raise _UnusualError
    while base + place < end:
        if len(window) - place < _ROOM and base + len(window) < end:
            base += place
            window, place = fetch(base, min(_WINDOW, end - base)), 0
        size = window[place + 1]
        if window[place] != 0x0A or (window[place + 2] != 0x0A and size <= 0x7F):
            raise _UnusualError
        if size <= 0x7F:  # then all lengths in it are single bytes
            entry_end = place + 2 + size
            value = place + 4 + window[place + 3]
            name = window[place + 4 : value]
            if name in names:
                _add_short(found, name, window, (value, entry_end, base))
        else:
            size, inner = _varint(window, place + 1)
            entry_end = inner + size
            _add_long(found, names, window, (inner, entry_end, base))
        place = entry_end
    if base + place != end:
        raise _UnusualError
    return found


def _add_short(found: dict[bytes, FeatureValue], name: bytes, window: bytes, where: tuple[int, int, int]) -> None:
    """A value whose lengths are single bytes: 18, length, kind, length, and if there is a value 10, length, value."""
    value, end, base = where
    if window[value] != 0x12 or value + 2 + window[value + 1] != end or value + 4 + window[value + 3] != end:
        raise _UnusualError
    if value + 4 == end:
        return
    kind, content = window[value + 2], value + 6
    if window[value + 4] != 0x0A or content + window[value + 5] > end:
        raise _UnusualError
    if kind == 0x0A and content + window[value + 5] == end:
        found[name] = (base + content, base + end)
    elif kind == 0x1A and content < end:
        first = window[content]
        found[name] = first if first < 0x80 else _signed(_varint(window, content)[0])
    else:
        raise _UnusualError


def _add_long(
    found: dict[bytes, FeatureValue], names: frozenset[bytes], window: bytes, where: tuple[int, int, int]
) -> None:
    """A value with longer lengths: one string of bytes, or it is left to the thorough way."""
    place, end, base = where
    if window[place] != 0x0A or window[place + 1] > 0x7F:
        raise _UnusualError
    value = place + 2 + window[place + 1]
    name = window[place + 2 : value]
    if name not in names:
        return
    for tag in (0x12, 0x0A, 0x0A):
        size, after = _varint(window, value + 1)
        if window[value] != tag or after + size != end:
            raise _UnusualError
        value = after
    found[name] = (base + value, base + end)


def _all_features(content: bytes) -> Iterator[tuple[bytes, FeatureValue]]:
    """Name and first value of all features, whatever the order of the fields; of a name that is twice, the last."""
    for begin, end in _messages(content, (0, len(content)), 1):
        for entry in _messages(content, (begin, end), 1):
            name = b""
            for first, last in _messages(content, entry, 1):
                name = content[first:last]
            for feature in _messages(content, entry, 2):
                for value in _values(content, feature):
                    yield name, value
                    break


def _values(content: bytes, feature: Span) -> Iterator[FeatureValue]:
    for number, listed in _fields(content, feature):
        if number not in (_BYTES, _INTEGERS) or isinstance(listed, int):
            continue
        for _number, value in _fields(content, listed):
            if number == _BYTES or isinstance(value, int):
                yield _signed(value) if isinstance(value, int) else value
            elif value[0] < value[1]:
                yield _signed(_varint(content, value[0])[0])


def _messages(content: bytes, span: Span, wanted: int) -> Iterator[Span]:
    for number, value in _fields(content, span):
        if number == wanted and not isinstance(value, int):
            yield value


def _fields(content: bytes, span: Span) -> Iterator[tuple[int, FeatureValue]]:
    """Number and value of each field: an integer, or the span of what has a length.

    Raises:
        ValueError: It is no message.
    """
    place, end = span
    while place < end:
        tag, place = _checked_varint(content, place, end)
        kind = tag & 7
        if kind == 0:
            value, place = _checked_varint(content, place, end)
            yield tag >> 3, value
            continue
        if kind == 2:
            size, place = _checked_varint(content, place, end)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"its byte {place:,} begins nothing")
        if place + size > end:
            raise ValueError(f"a length at byte {place:,} leads out of it")
        if kind == 2:
            yield tag >> 3, (place, place + size)
        place += size


def _checked_varint(content: bytes, place: int, end: int) -> tuple[int, int]:
    try:
        value, after = _varint(content, place)
    except (IndexError, _UnusualError):
        raise ValueError(f"its byte {place:,} begins no number") from None
    if after > end:
        raise ValueError(f"a number at byte {place:,} leads out of it")
    return value, after


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    for after in range(place, place + _N_VARINT_BYTES_MAX):
        byte = data[after]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, after + 1
        shift += 7
    raise _UnusualError


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
