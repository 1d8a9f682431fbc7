"""EXIF orientations, sound and senseless, in every format that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corpus.case import Case
from corpus.pictures import (
    CAMERA_MODEL,
    JPEG,
    JPEG_TOLERANCE,
    Pixels,
    chunk,
    encode,
    exif_block,
    segment,
    soft,
    tiff,
    with_segments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}
"""Where the camera's rows and columns belong (EXIF 2.32, 4.6.4): 6 is turned to the right, 8 to the left."""


def turned_files() -> Iterator[Case]:
    """Eight orientations in JPEG, PNG, WebP and TIFF; both byte orders; three widths of the number; senseless ones."""
    for orientation, turn in UPRIGHT.items():
        upright = np.ascontiguousarray(turn(soft()))
        block = exif_block(value=orientation)
        yield from _in_each_format(f"orientation {orientation}", block, upright)
        yield Case(f"tiff of orientation {orientation}", _tiff(orientation), as_grey(upright), 0, ".tif")
        big = exif_block(">", value=orientation)
        yield Case(f"jpeg of big-endian orientation {orientation}", _jpeg(big), upright, JPEG_TOLERANCE)
    for kind, name in ((1, "byte"), (4, "long")):
        yield from _in_each_format(f"orientation 3 as a {name}", exif_block(kind=kind, value=3), soft()[::-1, ::-1])
    for value in (0, 9, 65_535):
        yield from _in_each_format(f"orientation {value}", exif_block(value=value), soft())
        yield Case(f"tiff of orientation {value}", _tiff(value), as_grey(soft()), 0, ".tif")


def broken_blocks() -> Iterator[Case]:
    """EXIF blocks that are cut off, endless, empty or something else: the picture counts, upright."""
    block = exif_block(value=6)
    blocks = {
        "cut in its header": block[:6],
        "cut in its directory": block[:12],
        "with a directory beyond its end": block[:4] + b"\xff\xff\xff\x7f" + block[8:],
        "that promises 65535 entries": block[:8] + b"\xff\xff" + exif_block(tag=CAMERA_MODEL, value=6)[10:],
        "that is empty": b"",
        "of text": b"<script>alert(1)</script>",
        "of an unknown byte order": b"XX" + block[2:],
        "without orientation": exif_block(tag=CAMERA_MODEL, value=6),
    }
    for name, broken in blocks.items():
        yield from _in_each_format(f"an EXIF block {name}", broken, soft())
    giant = exif_block(value=6) + bytes(65_000)
    yield Case("jpeg of a giant EXIF block", _jpeg(giant), np.rot90(soft(), -1), JPEG_TOLERANCE)
    several = with_segments(_jpeg(exif_block(value=1)), *[segment(0xE1, b"Exif\0\0" + exif_block(value=6))] * 50)
    yield Case("jpeg of fifty-one EXIF blocks, the first counts", several, np.rot90(soft(), -1), JPEG_TOLERANCE)


def as_grey(pixels: Pixels) -> Pixels:
    """The red channel alone."""
    return pixels[:, :, :1].repeat(3, axis=2)


def _in_each_format(name: str, block: bytes, expected: Pixels) -> Iterator[Case]:
    picture = soft()
    yield Case(f"jpeg of {name}", _jpeg(block), expected, JPEG_TOLERANCE)
    png = encode(picture, "PNG")
    yield Case(f"png of {name}", png[:33] + chunk(b"eXIf", block) + png[33:], expected, 0, ".png")
    if block:  # Pillow writes no empty one
        yield Case(f"webp of {name}", encode(picture, "WEBP", lossless=True, exif=block), expected, 0, ".webp")


def _jpeg(block: bytes) -> bytes:
    return with_segments(encode(soft(), "JPEG", **JPEG), segment(0xE1, b"Exif\0\0" + block))


def _tiff(orientation: int) -> bytes:
    grey = soft()[:, :, 0]
    return tiff(grey.shape[1], grey.shape[0], grey.tobytes(), {274: (3, orientation)})
