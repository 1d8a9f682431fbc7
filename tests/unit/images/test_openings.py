"""Files with endless parts before their pixels are refused; such with many are read."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from regraft.data import Reason, UnreadableImageError
from regraft.images import read_whole
from regraft.images.headers import read_header
from regraft.images.openings import N_STEPS_MAX

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
PLACES = {"PPM": 3, "JPEG": 2, "PNG": 33}
"""Bytes before which something can be put in."""
PARTS = {
    "comments of a GIF": ("GIF", b"\x21\xfe\x00"),
    "parts of a GIF's comment": ("GIF", b"\x21\xfe\x01a\x00"),
    "bytes between a GIF's blocks": ("GIF", b"\x00"),
    "lines of a PPM's header": ("PPM", b"#\n"),
    "space in a PPM's header": ("PPM", b" "),
    "comments of a JPEG": ("JPEG", b"\xff\xfe\x00\x02"),
    "bytes before a JPEG's segments": ("JPEG", b"\xff"),
    "chunks of a PNG": ("PNG", struct.pack(">I", 0) + b"vpAg" + struct.pack(">I", zlib.crc32(b"vpAg"))),
}


def encoded(kind, image=None):
    """A picture's file."""
    buffer = io.BytesIO()
    image = image or Image.fromarray(PIXELS)
    image.convert("P" if kind == "GIF" else "RGB").save(buffer, kind)
    return buffer.getvalue()


def filled(kind, part, n_parts):
    """A file with parts put in before its pixels."""
    data = encoded(kind)
    place = 13 + 3 * (2 << (data[10] & 7)) if kind == "GIF" else PLACES[kind]
    return data[:place] + part * n_parts + data[place:]


@pytest.mark.parametrize("name", PARTS)
def test_endless_parts_end(name):
    """Where pixels are wanted, and where only the size is; libjpeg finds that of a JPEG at once."""
    kind, part = PARTS[name]
    data = filled(kind, part, 1_100_000)
    for read in (read_whole, read_header):
        if (kind, read) != ("JPEG", read_header):
            with pytest.raises(UnreadableImageError) as caught:
                read(data)
            assert caught.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("name", PARTS)
def test_many_parts_change_nothing(name):
    """A file with ten thousand is odd, and whole."""
    kind, part = PARTS[name]
    np.testing.assert_array_equal(read_whole(filled(kind, part, 10_000)), read_whole(encoded(kind)))


def test_frames_that_show_nothing_are_not_walked_for_ever():
    """A GIF whose first frame is transparent, with endless parts behind it."""
    frame = Image.new("P", (4, 4), 0)
    buffer = io.BytesIO()
    frame.save(buffer, "GIF", transparency=0)
    data = buffer.getvalue()[:-1] + b"\x21\xfe\x01a\x00" * N_STEPS_MAX + b";"
    with pytest.raises(UnreadableImageError, match="parts"):
        read_whole(data)


def test_a_webp_of_nothing_but_chunks_ends():
    """Its last byte is missing, so its chunks are looked through."""
    data = encoded("WEBP")
    body = data[12:] + b"abcd\0\0\0\0" * (N_STEPS_MAX + 10) + b"abcd\x01\0\0\0a"
    with pytest.raises(UnreadableImageError, match="chunks"):
        read_whole(b"RIFF" + struct.pack("<I", len(body) + 5) + b"WEBP" + body)
