"""PNG files of small images that come as bare numbers. Nothing is decoded here, and no library of images is needed."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file, 8 bits deep, without a filter (PNG specification, third edition, sections 5 and 11).

    Args:
        pixels: (h, w) uint8, grey; or (h, w, 3) uint8, red, green and blue.
    """
    height, width = pixels.shape[:2]
    lines = pixels.reshape(height, -1)
    filtered = np.zeros((height, 1 + lines.shape[1]), np.uint8)  # each line begins with its filter: none
    filtered[:, 1:] = lines
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
