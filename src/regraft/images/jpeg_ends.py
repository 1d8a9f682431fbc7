"""Ends of JPEGs: padding before the end marker, and no end marker at all, where the picture before is whole.

Recorders fill up to a fixed size, and copies lose the last bytes. Cut back to where the picture must end and closed by
an end marker, a whole picture decodes without a complaint; one that lost data there does not: its last blocks are
missing.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_N_SEGMENTS_MAX = 10_000
_END = b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\xff\x00]")
_SEQUENTIAL = (0xC0, 0xC1)


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment of a JPEG before its first scan (ITU-T T.81, B.1.1)."""
    place = 2
    while (found := _MARKER.search(data, place)) and (marker := data[found.end() - 1]) not in (0xD9, 0xDA):
        place = found.end()
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:  # these stand alone
            continue
        n_bytes = int.from_bytes(data[place : place + 2], "big")
        if n_bytes < 2:
            return
        yield marker, place + 2, place + n_bytes
        place += n_bytes


def with_plain_ends(data: bytes) -> Iterator[bytes]:
    """The same JPEG with what may be padding cut off, and with an end marker where there is none.

    A marker is put only behind a sequential JPEG's single scan: of others a missing scan would not be noticed.
    """
    place, n_components = 2, 0
    for marker, start, end in islice(segments(data), _N_SEGMENTS_MAX):
        place = end
        n_components = data[start + 5] if marker in _SEQUENTIAL and start + 5 < len(data) else n_components
    scan = data.find(b"\xff\xda", place)
    if scan < 0:
        return
    end = data.find(_END, scan)
    if end < 0 and data[scan + 4 : scan + 5] != bytes((n_components,)):
        return
    body = data.removesuffix(b"\xff") if end < 0 else data[:end]
    if end < 0:
        yield body + _END
    bare = body.rstrip(body[-1:])
    for n_kept in range(min(3, len(body) - len(bare))):
        yield bare + body[-1:] * n_kept + _END
