r"""EXIF: which way up a camera was held, what made the picture, when, and whether it says where.

Only EXIF blocks and a TIFF's own tags count; XMP does not, as in web browsers.

An EXIF block is a small TIFF file, perhaps after `Exif\0\0`: byte order, 42, the place of the first directory; there a
count and entries of 12 bytes: tag, type, count, value or its place (EXIF 2.32, 4.5 and 4.6). Whatever the bytes are,
reading them ends and raises nothing: what is cut off or senseless is as if it were not there.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

_MAKER, _MODEL, _ORIENTATION, _SOFTWARE, _CHANGED = 0x010F, 0x0110, 0x0112, 0x0131, 0x0132
_MORE, _GPS, _TAKEN = 0x8769, 0x8825, 0x9003
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}
_TEXTS = (2, 129)
"""ASCII, and since EXIF 3.0 UTF-8; many programs write UTF-8 as ASCII."""
_N_TEXT_BYTES_MAX = 256
_TIME = re.compile(r"(?!0000)\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")


class Origin(NamedTuple):
    """Where a picture comes from, as its EXIF block says; texts are empty where it says nothing."""

    orientation: int = 1
    camera: str = ""
    software: str = ""
    taken: str = ""
    has_place: bool = False


class _Entry(NamedTuple):
    """One entry of a directory."""

    kind: int
    n_values: int
    place: int
    """Of its last four bytes: the value itself, or where it is."""


def read_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, in an EXIF block; 1 where there is none or the block is damaged."""
    block, order = _opened(exif)
    return _orientation(block, order, _directory(block, order, _first_directory(block, order)))


def read_origin(exif: bytes) -> Origin:
    """What an EXIF block, or a TIFF, says of where the picture comes from."""
    block, order = _opened(exif)
    entries = _directory(block, order, _first_directory(block, order))
    if not entries:
        return Origin()
    more = _directory(block, order, _number(block, order, entries.get(_MORE)))
    taken = _text(block, order, more.get(_TAKEN)) or _text(block, order, entries.get(_CHANGED))
    return Origin(
        orientation=_orientation(block, order, entries),
        camera=_camera(_text(block, order, entries.get(_MAKER)), _text(block, order, entries.get(_MODEL))),
        software=_text(block, order, entries.get(_SOFTWARE)),
        taken=taken if _TIME.fullmatch(taken) else "",
        has_place=_GPS in entries,
    )


def _opened(exif: bytes) -> tuple[bytes, str]:
    """The block without what stands before it, and its byte order; an empty one where it is none."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    return (b"", "<") if order is None else (block, order)


def _first_directory(block: bytes, order: str) -> int | None:
    return struct.unpack_from(f"{order}I", block, 4)[0] if len(block) >= 8 else None


def _directory(block: bytes, order: str, start: int | None) -> dict[int, _Entry]:
    """A directory's entries by tag, as far as they are there; of several with one tag the first."""
    entries: dict[int, _Entry] = {}
    if start is None or start + 2 > len(block):
        return entries
    (n_entries,) = struct.unpack_from(f"{order}H", block, start)
    entry = struct.Struct(f"{order}HHI")
    for place in range(start + 2, min(start + 2 + 12 * n_entries, len(block) - 11), 12):
        tag, kind, n_values = entry.unpack_from(block, place)
        entries.setdefault(tag, _Entry(kind, n_values, place + 8))
    return entries


def _orientation(block: bytes, order: str, entries: dict[int, _Entry]) -> int:
    value = _number(block, order, entries.get(_ORIENTATION))
    return value if value is not None and 1 <= value <= 8 else 1


def _number(block: bytes, order: str, entry: _Entry | None) -> int | None:
    """An entry's whole number; None where it holds none."""
    if entry is None or entry.kind not in _WHOLE_NUMBERS:
        return None
    value: int = struct.unpack_from(f"{order}{_WHOLE_NUMBERS[entry.kind]}", block, entry.place)[0]
    return value


def _text(block: bytes, order: str, entry: _Entry | None) -> str:
    """An entry's text on one line, without characters that are not printed; empty where it holds none."""
    if entry is None or entry.kind not in _TEXTS:
        return ""
    start = entry.place if entry.n_values <= 4 else struct.unpack_from(f"{order}I", block, entry.place)[0]
    raw = block[start : start + min(entry.n_values, _N_TEXT_BYTES_MAX)].split(b"\0")[0]
    text = raw.decode("utf-8", "replace")
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())


def _camera(maker: str, model: str) -> str:
    """`Canon EOS 5D`, whether or not the model repeats the maker's name."""
    first_word = maker.split(" ", 1)[0].lower()
    return model if first_word and model.lower().startswith(first_word) else f"{maker} {model}".strip()
