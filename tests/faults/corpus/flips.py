"""Files with wrong bytes. Where a format carries no checksum a wrong pixel is a pixel like any other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from corpus.case import Case
from corpus.pictures import JPEG, JPEG_TOLERANCE, Pixels, as_rgb, encode, soft, tiff
from corpus.whole import sound_files, suffix_of
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
NOTICED = {
    ("gif", 0.2): Reason.TRUNCATED,
    ("gif", 0.65): Reason.TRUNCATED,
    ("gif", 0.95): Reason.TRUNCATED,
    ("jpeg", 0.2): Reason.DAMAGED,
    ("jpeg", 0.65): Reason.DAMAGED,
}
"""What the code words give away where a format has no checksum: they end too early or too late."""


def flipped_pixels() -> Iterator[Case]:
    """A byte of the pixel data is inverted."""
    picture = soft()
    grey = picture[:, :, 1]
    plain = {
        "ppm": (encode(picture, "PPM"), picture),
        "pgm": (encode(grey, "PPM"), grey),
        "tiff": (tiff(56, 40, grey.tobytes()), grey),
    }
    for share in SHARES:
        for name in ("png", "png-palette"):
            data = sound_files()[name][0]
            start = data.index(b"IDAT")
            place = start + int((len(data) - 16 - start) * share)
            yield Case(f"{name} flipped at {share:.0%}", _flipped(data, place), Reason.DAMAGED, 0, ".png")
        for name, (data, values) in plain.items():
            offset = int(values.size * share)
            wrong = values.copy()
            wrong.flat[offset] ^= 0xFF
            expected = wrong if wrong.ndim == 3 else as_rgb(wrong)
            harmed = _flipped(data, len(data) - values.size + offset)
            yield Case(f"{name} flipped at {share:.0%}", harmed, expected, 0, suffix_of(name))
        bmp = encode(picture, "BMP")
        row, column = int(40 * share), int(56 * share)
        wrong = picture.copy()
        wrong[row, column, 2] ^= 0xFF  # blue stands first, the last row at the top
        yield Case(f"bmp flipped at {share:.0%}", _flipped(bmp, 54 + (39 - row) * 168 + 3 * column), wrong, 0, ".bmp")
        for name in ("gif", "tiff-deflate", "tiff-lzw", "webp", "webp-lossy"):
            data, _pixels, tolerance = sound_files()[name]
            harmed = _flipped(data, int(len(data) * share))
            expected = NOTICED.get((name, share)) or _as_pillow_reads(harmed)
            yield Case(f"{name} flipped at {share:.0%}", harmed, expected, tolerance, suffix_of(name))
    data = encode(picture, "JPEG", **JPEG)
    start = data.index(b"\xff\xda") + 14
    for share in SHARES:
        harmed = _flipped(data, start + int((len(data) - start - 2) * share))
        expected = NOTICED.get(("jpeg", share)) or _as_pillow_reads(harmed)
        yield Case(f"jpeg flipped at {share:.0%}", harmed, expected, JPEG_TOLERANCE)


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


def _as_pillow_reads(data: bytes) -> Pixels | Reason:
    """Of data without a checksum: what any reader makes of it; damaged where that is nothing."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError):
        return Reason.DAMAGED
