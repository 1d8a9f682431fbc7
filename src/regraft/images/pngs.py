"""PNGs carry checksums, and Pillow looks at all but those of the pixel data: here they are checked.

Pillow says nothing either where the pixel data end properly, but too early.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from regraft.data import Reason, UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

_N_CHUNKS_MAX = 200_000
_ENDLESS = f"it has more than {_N_CHUNKS_MAX:,} chunks"
_N_SIGNATURE_BYTES = 8
_UNUSED = frozenset((b"tEXt", b"zTXt", b"iTXt", b"iCCP"))
_N_FRAME_BYTES = 12
"""Of a chunk: length, type and checksum, 4 bytes each."""
_N_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of each colour type."""
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of an interlaced picture: first column, first row, steps right and down."""
_N_BYTES_AT_ONCE = 1 << 20


def check_png(data: bytes) -> None:
    """Compare the checksums of a PNG's critical chunks, about 4 GB/s (PNG 1.2, 3.2 and 3.4).

    The end marker may be missing: the picture is not.

    Raises:
        UnreadableImageError: A checksum is wrong, pixel data are cut off, or the chunks are endless.
    """
    view = memoryview(data)
    place = _N_SIGNATURE_BYTES
    has_pixels = False
    for _ in range(_N_CHUNKS_MAX):
        kind = data[place + 4 : place + 8]
        end = place + _N_FRAME_BYTES + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            if kind == b"IDAT":
                raise UnreadableImageError(Reason.TRUNCATED, f"the file ends {end - len(data):,} bytes too early")
            if not has_pixels:
                raise UnreadableImageError(Reason.TRUNCATED, "the file ends before its pixels")
            return
        is_critical = not kind[0] & 0x20
        if is_critical and zlib.crc32(view[place + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            name = kind.decode("ascii", "backslashreplace")
            raise UnreadableImageError(Reason.DAMAGED, f"the checksum of {name} at byte {place:,} is wrong")
        if kind == b"IEND":
            return
        has_pixels = has_pixels or kind == b"IDAT"
        place = end
    raise UnreadableImageError(Reason.DAMAGED, _ENDLESS)


def with_pixels_only(data: bytes) -> bytes:
    """A PNG without texts and colour profiles, which are not used, and without other ancillary chunks that are damaged.

    Pillow refuses the whole picture for a wrong checksum or a large text in one of them. Transparency stays as it
    is: it is a part of the pixels. The EXIF block stays, too, which says which way is up.

    Raises:
        UnreadableImageError: The chunks are endless.
    """
    kept: list[bytes] = []
    place = begin = _N_SIGNATURE_BYTES
    for _ in range(_N_CHUNKS_MAX):
        kind = data[place + 4 : place + 8]
        end = place + _N_FRAME_BYTES + int.from_bytes(data[place : place + 4], "big")
        if end > len(data) or kind == b"IEND":
            break
        checksum = b"" if kind in _UNUSED else _true_checksum(data, place, end)
        if checksum != data[end - 4 : end]:
            kept += [data[begin:place], data[place : end - 4] + checksum if kind == b"eXIf" else b""]
            begin = end
        place = end
    else:
        raise UnreadableImageError(Reason.DAMAGED, _ENDLESS)
    return b"".join([data[:_N_SIGNATURE_BYTES], *kept, data[begin:]]) if kept else data


def _true_checksum(data: bytes, place: int, end: int) -> bytes:
    """Of an ancillary chunk; of one that matters for the pixels, what is stated."""
    kind = data[place + 4 : place + 8]
    if not kind[0] & 0x20 or kind == b"tRNS":
        return data[end - 4 : end]
    return zlib.crc32(memoryview(data)[place + 4 : end - 4]).to_bytes(4, "big")


def check_rows(data: bytes, image: Image.Image) -> None:
    """Refuse a decoded PNG whose pixel data stop before its last row: Pillow leaves such rows 0.

    Counting the pixel data takes nearly as long as decoding them, so it is done only where one of the last two rows
    is 0 (of an interlaced picture the last pass, which holds every other row, ends there).

    Raises:
        UnreadableImageError: Rows are missing.
    """
    width, height = image.size
    last_rows = [image.crop((0, row, width, row + 1)).tobytes() for row in range(max(0, height - 2), height)]
    if all(map(any, last_rows)):
        return
    n_expected = _n_pixel_bytes(width, height, depth=data[24], colour=data[25], is_interlaced=bool(data[28]))
    n_there = _n_inflated_bytes(data, n_expected)
    if n_there < n_expected:
        raise UnreadableImageError(Reason.TRUNCATED, f"{n_expected - n_there:,} of {n_expected:,} bytes are missing")


def _n_pixel_bytes(width: int, height: int, *, depth: int, colour: int, is_interlaced: bool) -> int:
    """Bytes of all rows, each behind the byte of its filter (PNG 1.2, 2.3 and 2.6)."""
    bits = depth * _N_CHANNELS[colour]
    grids = _ADAM7 if is_interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - left) // right), -(-(height - top) // down)) for left, top, right, down in grids]
    return sum(n_rows * (1 + -(-n_columns * bits // 8)) for n_columns, n_rows in sizes if n_columns > 0 < n_rows)


def _n_inflated_bytes(data: bytes, n_enough: int) -> int:
    """How many bytes the pixel data become, counted up to `n_enough` without keeping them."""
    inflater = zlib.decompressobj()
    n_bytes = 0
    for part in _pixel_data(data):
        while part and n_bytes < n_enough:
            n_bytes += len(inflater.decompress(part, _N_BYTES_AT_ONCE))
            part = inflater.unconsumed_tail  # noqa: PLW2901
        if n_bytes >= n_enough:
            return n_bytes
    return n_bytes + len(inflater.flush())


def _pixel_data(data: bytes) -> Iterator[bytes]:
    """The contents of the chunks of pixel data."""
    place = _N_SIGNATURE_BYTES
    while place < len(data):
        n_bytes = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            yield data[place + 8 : place + 8 + n_bytes]
        place += _N_FRAME_BYTES + n_bytes
