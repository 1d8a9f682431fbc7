"""Pictures and files, made by hand where a library cannot make them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def encode():
    """An image or array as the bytes of a file."""

    def make(image, kind, **options) -> bytes:
        buffer = io.BytesIO()
        (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(buffer, kind, **options)
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def make_photo():
    """A picture with soft shapes, fine texture and all colours: (height, width, 3) uint8."""

    def make(height, width, seed=0):
        rng = np.random.default_rng(seed)
        coarse = Image.fromarray(rng.integers(0, 256, (9, 11, 3)).astype(np.uint8))
        soft = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(float)
        return (soft + rng.normal(0, 4, (height, width, 1))).clip(0, 255).astype(np.uint8)

    return make


@pytest.fixture(scope="session")
def png_chunk():
    """One chunk of a PNG, with its checksum."""

    def make(kind, content=b"") -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return make


@pytest.fixture(scope="session")
def make_png(png_chunk):
    """A PNG from its raw rows, of any depth and colour type."""

    def make(width, height, raw, *, depth=8, colour_type=0, extra=b"") -> bytes:
        header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
        body = extra + png_chunk(b"IDAT", zlib.compress(raw))
        return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND")

    return make


@pytest.fixture(scope="session")
def make_tiff():
    """An uncompressed grey TIFF with one strip, and any tags: {tag: (type, value)}; type 3 is short, 4 long."""

    def make(width, height, raw, bits=8, **more) -> bytes:
        tags = {256: (4, width), 257: (4, height), 258: (3, bits), 259: (3, 1), 262: (3, 1), 273: (4, 0), 277: (3, 1)}
        tags |= {278: (4, height), 279: (4, len(raw))} | {int(name[1:]): value for name, value in more.items()}
        start = 8 + 2 + 12 * len(tags) + 4
        tags[273] = (4, start)
        entries = b"".join(
            struct.pack("<HHII" if kind == 4 else "<HHIHxx", tag, kind, 1, value)
            for tag, (kind, value) in sorted(tags.items())
        )
        return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + raw

    return make
