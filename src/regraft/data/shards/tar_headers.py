"""Headers of a tar archive (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names), read with suspicion.

A member is: a header of 512 bytes, then its content, filled up to a multiple of 512. Two blocks of zeros end the
archive. (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.data.files import Reason, UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.data.files import ShardFile

BLOCK = 512
N_AHEAD = 2 * BLOCK
"""Bytes read for each header: small members come along."""
_N_EXTENSION_BYTES_MAX = 1 << 20
"""Of a header that only lengthens the next one's fields."""
_ZEROS = bytes(BLOCK)
_N_ZEROS_AT_ONCE = 64 * BLOCK
_REGULAR = (b"0", b"\0", b"7")
_EXTENSIONS = (b"x", b"g", b"L", b"K")


@dataclass(frozen=True, slots=True)
class Member:
    """An ordinary file in an archive.

    Attributes:
        name: As it stands there; it is never used as a path.
        offset: Where its content begins in the archive.
        n_bytes: Of its content.
        beginning: The first bytes of its content, at most a block.
    """

    name: str
    offset: int
    n_bytes: int
    beginning: bytes


def list_members(shard: ShardFile) -> Iterator[Member]:
    """The ordinary files of an archive in their order; folders, links and devices are passed over.

    Archives that were put one behind the other are read to the end: a header that was zeroed is no end mark.

    Raises:
        UnreadableImageError: From here on the archive is damaged or cut off.
    """
    place = 0
    more: dict[str, str] = {}
    has_ended = False
    while place < shard.n_bytes:
        window = shard.read(place, min(N_AHEAD, shard.n_bytes - place))
        header = window[:BLOCK]
        if has_ended := header == _ZEROS:
            place = _skip_zeros(shard, place)
            continue
        name, n_bytes, kind = _parse(header)
        if kind not in _EXTENSIONS:
            name, n_bytes = more.get("path", name), _number(more["size"]) if "size" in more else n_bytes
            more = {}
        offset = place + BLOCK
        if offset + n_bytes > shard.n_bytes:
            raise UnreadableImageError(
                Reason.TRUNCATED, f"the archive ends {offset + n_bytes - shard.n_bytes:,} bytes too early"
            )
        if kind in _EXTENSIONS:
            more |= _extension(kind, shard, offset, n_bytes)
        elif kind in _REGULAR:
            yield Member(name, offset, n_bytes, window[BLOCK : BLOCK + n_bytes])
        place = offset + -(-n_bytes // BLOCK) * BLOCK
    if not has_ended:
        raise UnreadableImageError(Reason.TRUNCATED, "the archive has no end mark: members may be missing")


def _skip_zeros(shard: ShardFile, place: int) -> int:
    """Where the blocks of zeros at `place` end."""
    while place < shard.n_bytes:
        piece = shard.read(place, min(_N_ZEROS_AT_ONCE, shard.n_bytes - place))
        n_zeros = len(piece) - len(piece.lstrip(b"\0"))
        if n_zeros < len(piece):
            return place + n_zeros // BLOCK * BLOCK
        place += len(piece)
    return place


def _parse(header: bytes) -> tuple[str, int, bytes]:
    """Name, size and kind of a member."""
    if len(header) < BLOCK:
        raise UnreadableImageError(Reason.TRUNCATED, "the archive ends within a header")
    stated = header[148:156].strip(b"\0 ")
    if not stated or _octal(stated) != sum(header[:148]) + sum(b" " * 8) + sum(header[156:]):
        raise UnreadableImageError(Reason.DAMAGED, "the checksum of a header is wrong")
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    size = header[124:136]
    n_bytes = int.from_bytes(size[1:], "big") if size[0] & 0x80 else _octal(size.strip(b"\0 ") or b"0")
    return _decoded(name), n_bytes, header[156:157]


def _octal(digits: bytes) -> int:
    if not digits.isdigit() or max(digits) > ord("7"):
        raise UnreadableImageError(Reason.DAMAGED, "a number in a header is damaged")
    return int(digits, 8)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise UnreadableImageError(Reason.DAMAGED, "a size in an extended header is damaged")
    return int(text)


def _extension(kind: bytes, shard: ShardFile, offset: int, n_bytes: int) -> dict[str, str]:
    """What a header of a header says of the next member's name and size."""
    if n_bytes > _N_EXTENSION_BYTES_MAX:
        raise UnreadableImageError(Reason.DAMAGED, f"an extended header has {n_bytes:,} bytes")
    content = shard.read(offset, n_bytes)
    if kind == b"L":
        return {"path": _decoded(content.rstrip(b"\0"))}
    return _pax_records(content) if kind == b"x" else {}


def _pax_records(content: bytes) -> dict[str, str]:
    """A length, a key and `=` with a value, one behind the other; the length counts the whole record."""
    records: dict[str, str] = {}
    place = 0
    while place < len(content):
        digits = content[place : place + 20].partition(b" ")[0]
        n_bytes = _number(digits.decode("ascii", "replace") or "x")
        record = content[place + len(digits) + 1 : place + n_bytes]
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n") or place + n_bytes > len(content):
            raise UnreadableImageError(Reason.DAMAGED, "an extended header is damaged")
        records[_decoded(key)] = _decoded(value[:-1])
        place += n_bytes
    return records


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
