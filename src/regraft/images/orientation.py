"""EXIF orientation: which way up a camera was held.

Only EXIF blocks and the TIFF tag count; XMP does not, as in web browsers.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as it was meant to be seen."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def lies_sideways(orientation: int) -> bool:
    """Whether width and height change places when the image is turned upright."""
    return 5 <= orientation <= 8


def read_orientation(exif: bytes) -> int:
    r"""The orientation, 1 to 8, in an EXIF block; 1 where there is none or the block is damaged.

    An EXIF block is a small TIFF file, perhaps after `Exif\0\0`: byte order, 42, the place of the first directory;
    there a count and entries of 12 bytes: tag, type, count, value (EXIF 2.32, 4.5 and 4.6.2).
    """
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return 1
    try:
        for tag, value in _directory(block, order):
            if tag == _ORIENTATION_TAG:
                return value if value in _TURNS else 1
    except struct.error:  # the block is cut off
        pass
    return 1


def _directory(block: bytes, order: str) -> Iterator[tuple[int, int]]:
    """Tags and values of the entries that hold a whole number."""
    (place,) = struct.unpack_from(f"{order}I", block, 4)
    (n_entries,) = struct.unpack_from(f"{order}H", block, place)
    for start in range(place + 2, place + 2 + 12 * n_entries, 12):
        tag, kind, _count = struct.unpack_from(f"{order}HHI", block, start)
        if kind in _WHOLE_NUMBERS:
            (value,) = struct.unpack_from(f"{order}{_WHOLE_NUMBERS[kind]}", block, start + 8)
            yield tag, value
