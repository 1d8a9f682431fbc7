"""Headers that lie: wrong numbers in front of sound pixel data."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from corpus.case import Case
from corpus.pictures import as_rgb, chunk, encode, png_rows, riff, soft, tiff
from corpus.whole import as_pixels
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = soft()
GREY = np.ascontiguousarray(PICTURE[:, :, 1])


def bmps_with_wrong_headers() -> Iterator[Case]:
    """Depths, compressions and places that are not there."""
    data = encode(PICTURE, "BMP")
    for name, place, form, value, reason in (
        ("depth of 3 bits", 28, "<H", 3, Reason.UNSUPPORTED),
        ("depth of 65535 bits", 28, "<H", 65_535, Reason.UNSUPPORTED),
        ("compression 99", 30, "<I", 99, Reason.UNSUPPORTED),
        ("header of 5 bytes", 14, "<I", 5, Reason.UNSUPPORTED),
        ("pixel data beyond its end", 10, "<I", 1 << 30, Reason.TRUNCATED),
        ("one row more than it has", 22, "<I", 41, Reason.TRUNCATED),
    ):
        yield Case(f"bmp of a {name}", _with(data, place, struct.pack(form, value)), reason, 0, ".bmp")
    for name, place in (("file size", 2), ("size of its pixel data", 34), ("resolution", 38)):
        yield Case(f"bmp of a wrong {name}", _with(data, place, b"\xff\xff\xff\x7f"), PICTURE, 0, ".bmp")


def gifs_with_wrong_headers() -> Iterator[Case]:
    """Code sizes, places of the frame and data that end early."""
    paletted = Image.fromarray(PICTURE).quantize(64)
    data, pixels = encode(paletted, "GIF"), as_pixels(paletted)
    frame = data.index(b",\0\0\0\0")
    yield Case("gif without a frame", data[:frame] + b";", Reason.TRUNCATED, 0, ".gif")
    yield Case("gif of a code size of 13", _with(data, frame + 10, b"\x0d"), Reason.DAMAGED, 0, ".gif")
    yield Case("gif whose pixel data end at once", data[: frame + 11] + b"\0;", Reason.TRUNCATED, 0, ".gif")
    block = frame + 11
    after = block + 1 + data[block]
    yield Case("gif of its first block of pixel data", data[:after] + b"\0;", Reason.TRUNCATED, 0, ".gif")
    without = data[:block] + data[after:]
    yield Case("gif without its first block of pixel data", without, Reason.DAMAGED, 0, ".gif")
    note = b"!\xfe\x19<script>alert(1)</script>\0"
    yield Case("gif with a comment of markup", data[:frame] + note + data[frame:], pixels, 0, ".gif")
    yield Case("gif with a thousand comments", data[:frame] + note * 1000 + data[frame:], pixels, 0, ".gif")
    unknown = b"!\x77\x03abc\0"
    yield Case("gif with an unknown extension", data[:frame] + unknown + data[frame:], pixels, 0, ".gif")
    yield Case("gif with junk before its frame", data[:frame] + b"\0\0\0" + data[frame:], pixels, 0, ".gif")
    yield Case("gif of 1987", b"GIF87a" + data[6:], pixels, 0, ".gif")


def pngs_with_wrong_streams() -> Iterator[Case]:
    """Pixel data in many pieces, without their end, with a wrong sum."""
    packed = zlib.compress(png_rows(PICTURE))
    start = encode(PICTURE, "PNG")[:33]
    end = chunk(b"IEND")
    pieces = b"".join(chunk(b"IDAT", packed[place : place + 1]) for place in range(len(packed)))
    yield Case("png of one byte a chunk", start + pieces + end, PICTURE, 0, ".png")
    empty = chunk(b"IDAT") * 50 + chunk(b"IDAT", packed)
    yield Case("png with empty chunks of pixel data", start + empty + end, PICTURE, 0, ".png")
    half = chunk(b"IDAT", packed[: len(packed) // 2])
    yield Case("png that lost its second half", start + half + end, Reason.TRUNCATED, 0, ".png")
    parts = [chunk(b"IDAT", packed[place : place + 500]) for place in range(0, len(packed), 500)]
    yield Case("png that lost a chunk", start + b"".join(parts[:2] + parts[3:]) + end, Reason.DAMAGED, 0, ".png")
    swapped = b"".join([parts[1], parts[0], *parts[2:]])
    yield Case("png with two chunks in the wrong order", start + swapped + end, Reason.DAMAGED, 0, ".png")
    filters = bytearray(png_rows(PICTURE))
    filters[0] = 9
    yield Case("png of filter 9", start + chunk(b"IDAT", zlib.compress(filters)) + end, Reason.DAMAGED, 0, ".png")
    lying = start + struct.pack(">I", 1 << 31) + b"IDAT" + packed
    yield Case("png with a chunk of 2 GB", lying, Reason.TRUNCATED, 0, ".png")


def tiffs_with_wrong_tags() -> Iterator[Case]:
    """Tags that contradict the pixels, point elsewhere or cannot be understood."""
    grey, raw = as_rgb(GREY), GREY.tobytes()
    for name, tags, reason in (
        ("compression 9999", {259: (3, 9999)}, Reason.UNSUPPORTED),
        ("77 bits", {258: (3, 77)}, Reason.UNSUPPORTED),
        ("photometry 99", {262: (3, 99)}, Reason.UNSUPPORTED),
        ("9 samples", {277: (3, 9)}, Reason.DAMAGED),
        ("twice its rows", {257: (4, 80), 278: (4, 80)}, Reason.TRUNCATED),
    ):
        yield Case(f"tiff of {name}", tiff(56, 40, raw, tags), reason, 0, ".tif")
    yield Case("tiff of a private tag", tiff(56, 40, raw, {65_000: (4, 1 << 31)}), grey, 0, ".tif")
    yield Case("tiff of a senseless resolution", tiff(56, 40, raw, {296: (3, 77)}), grey, 0, ".tif")
    for tag, name, expected in ((270, "description", Reason.TRUNCATED), (700, "block of XMP", grey)):
        data = bytearray(tiff(56, 40, raw, {tag: (4, 1 << 31)}))
        place = data.index(struct.pack("<HH", tag, 4))
        data[place + 2 : place + 8] = struct.pack("<HI", 2, 1000)
        yield Case(f"tiff of a {name} beyond its end", bytes(data), expected, 0, ".tif")
    yield Case("tiff without a directory", b"II*\0" + struct.pack("<I", 0), Reason.TRUNCATED, 0, ".tif")
    yield Case("tiff of an empty directory", b"II*\0" + struct.pack("<IHI", 8, 0, 0), Reason.DAMAGED, 0, ".tif")
    beyond = b"II*\0" + struct.pack("<I", 1 << 31) + raw
    yield Case("tiff of a directory beyond its end", beyond, Reason.TRUNCATED, 0, ".tif")
    big = b"II+\0" + struct.pack("<HHQ", 8, 0, 1 << 63) + raw
    yield Case("big tiff of a directory beyond its end", big, Reason.TRUNCATED, 0, ".tif")
    packed = zlib.compress(raw)
    sound = tiff(56, 40, packed, {259: (3, 8)})
    yield Case("tiff with its directory first", sound, grey, 0, ".tif")
    yield Case("tiff with its directory first, cut", sound[: -len(packed) // 2], Reason.DAMAGED, 0, ".tif")
    short = zlib.compress(raw[: len(raw) // 2])
    yield Case("tiff of half its rows", tiff(56, 40, short, {259: (3, 8)}), Reason.DAMAGED, 0, ".tif")
    yield Case("big tiff", _big_tiff(), grey, 0, ".tif")
    yield Case("big tiff, cut in its directory", _big_tiff()[:-30], Reason.TRUNCATED, 0, ".tif")
    yield Case("big tiff, cut in its pixels", _big_tiff()[:900], Reason.TRUNCATED, 0, ".tif")


def webps_with_wrong_headers() -> Iterator[Case]:
    """Containers that promise more or less than they hold."""
    data = encode(PICTURE, "WEBP", lossless=True)
    stated = int.from_bytes(data[4:8], "little")
    yield Case("webp with bytes behind it", data + b"<html>", PICTURE, 0, ".webp")
    yield Case("webp of one byte too many", _with(data, 4, struct.pack("<I", stated + 1)), Reason.TRUNCATED, 0, ".webp")
    yield Case("webp of 4 GB", _with(data, 4, b"\xff\xff\xff\xff"), Reason.TRUNCATED, 0, ".webp")
    yield Case("webp of no chunk", riff(), Reason.DAMAGED, 0, ".webp")
    yield Case("webp of an unknown chunk", riff((b"ABCD", b"x" * 50)), Reason.DAMAGED, 0, ".webp")
    yield Case("webp without its signature byte", _with(data, 20, b"\0"), Reason.DAMAGED, 0, ".webp")
    body = data[20:]
    odd = riff((b"VP8X", b"\x08\0\0\0\x37\0\0\x27\0\0"), (b"VP8L", body), (b"EXIF", b"\xa5" * 100))
    yield Case("webp with a garbage EXIF block", odd, PICTURE, 0, ".webp")
    wrong = riff((b"VP8X", b"\0\0\0\0\x37\0\0\x99\0\0"), (b"VP8L", body))
    yield Case("webp whose canvas is not its picture", wrong, Reason.DAMAGED, 0, ".webp")


def _with(data: bytes, place: int, content: bytes) -> bytes:
    return data[:place] + content + data[place + len(content) :]


def _big_tiff() -> bytes:
    """The layout of files above 4 GB: 8-byte numbers; the directory stands behind the pixels."""
    raw = GREY.tobytes()
    tags = {256: 56, 257: 40, 258: 8, 259: 1, 262: 1, 273: 16, 277: 1, 278: 40, 279: len(raw)}
    entries = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in tags.items())
    return b"II+\0" + struct.pack("<HHQ", 8, 0, 16 + len(raw)) + raw + struct.pack("<Q", len(tags)) + entries + bytes(8)
