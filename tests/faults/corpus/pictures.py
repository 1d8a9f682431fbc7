"""Pictures, and files made by hand where Pillow would not write them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
JPEG = {"quality": 95, "subsampling": 0}
"""Options of a JPEG that is close to its picture."""
JPEG_TOLERANCE = 16
"""How far a value of such a JPEG may be off, on the pictures below."""
CAMERA_MODEL = 0x0110
ORIENTATION = 0x0112


def soft(height: int = 40, width: int = 56, seed: int = 0) -> Pixels:
    """A picture of soft shapes in all colours, different everywhere: lost or moved data show."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(30, 226, (5, 6, 3)).astype(np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def quarters(height: int = 32, width: int = 48) -> Pixels:
    """Red and green over blue and white: the eight ways to hold it all differ."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return pixels


def plain(height: int, width: int, colour: tuple[int, int, int]) -> Pixels:
    """One colour."""
    return np.full((height, width, 3), colour, np.uint8)


def as_rgb(grey: NDArray[np.generic]) -> Pixels:
    """(h, w) grey levels as (h, w, 3)."""
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


def encode(image: Image.Image | NDArray[np.generic], kind: str, **options: object) -> bytes:
    """The file that Pillow writes."""
    buffer = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(buffer, kind, **options)
    return buffer.getvalue()


def exif_block(order: str = "<", *, tag: int = ORIENTATION, kind: int = 3, value: int = 1) -> bytes:
    """A minimal EXIF block with one entry, in either byte order; kind 1 is a byte, 3 a short, 4 a long."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    packed = struct.pack(f"{order}{ {1: 'B', 3: 'H', 4: 'I'}[kind] }", value).ljust(4, b"\0")
    return start + struct.pack(f"{order}IHHHI", 8, 1, tag, kind, 1) + packed + bytes(4)


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments behind its first two bytes."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """A chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, raw: bytes, *, depth: int = 8, colour: int = 2, before: bytes = b"") -> bytes:
    """A PNG of raw rows, each behind its filter's byte; `before` stands before the pixel data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND")


def png_rows(values: NDArray[np.generic]) -> bytes:
    """Rows of a PNG without filter; wide values are big-endian."""
    wide = values.astype(values.dtype.newbyteorder(">"))
    return b"".join(b"\0" + row.tobytes() for row in wide)


def tiff(
    width: int, height: int, raw: bytes, tags: dict[int, tuple[int, int]] | None = None, order: str = "<"
) -> bytes:
    """An uncompressed TIFF with one strip; tags are {number: (type, value)}, type 3 short, 4 long."""
    entries = {256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1), 262: (3, 1), 273: (4, 0), 277: (3, 1)}
    entries |= {278: (4, height), 279: (4, len(raw)), **(tags or {})}
    entries[273] = (4, 8 + 2 + 12 * len(entries) + 4)
    body = b"".join(
        struct.pack(f"{order}HHI", tag, kind, 1)
        + struct.pack(f"{order}{'H' if kind == 3 else 'I'}", value).ljust(4, b"\0")
        for tag, (kind, value) in sorted(entries.items())
    )
    start = b"II*\0" if order == "<" else b"MM\0*"
    return start + struct.pack(f"{order}IH", 8, len(entries)) + body + bytes(4) + raw


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP container."""
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2) for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
