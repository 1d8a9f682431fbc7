"""Small files that promise enormous pictures: they are refused by their header."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from corpus.case import Case
from corpus.pictures import JPEG, chunk, encode, plain, png, riff, soft, tiff
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def bombs() -> Iterator[Case]:
    """Too many pixels, too long a side, and headers that state no pixels at all."""
    for width, height in ((60_000, 60_000), (2_000_000, 100), (100, 2_000_000), (2**31 - 1, 2**31 - 1)):
        size = f"{width} x {height}"
        yield Case(f"png of {size}", png(width, height, b""), Reason.TOO_LARGE, 0, ".png")
        yield Case(f"ppm of {size}", b"P6 %d %d 255\n" % (width, height) + bytes(99), Reason.TOO_LARGE, 0, ".ppm")
        yield Case(f"tiff of {size}", tiff(width, height, bytes(99)), Reason.TOO_LARGE, 0, ".tif")
        yield Case(f"bmp of {size}", _bmp(width, height), Reason.TOO_LARGE, 0, ".bmp")
    yield Case("jpeg of 65535 x 65535", _jpeg(65_535, 65_535), Reason.TOO_LARGE)
    yield Case("gif of 65535 x 65535", _gif(65_535, 65_535), Reason.TOO_LARGE, 0, ".gif")
    yield Case("webp of 16777215 x 256", _webp(16_777_215, 256), Reason.TOO_LARGE, 0, ".webp")
    yield Case("webp of 16384 x 16384", _webp(16_384, 16_384), Reason.TOO_LARGE, 0, ".webp")
    yield Case("png of 20000 x 20000 zeros", _compressed(20_000, 20_000), Reason.TOO_LARGE, 0, ".png")
    yield Case("png of 0 x 5", png(0, 5, b""), Reason.DAMAGED, 0, ".png")
    yield Case("ppm of 0 x 5", b"P6 0 5 255\n", Reason.DAMAGED, 0, ".ppm")
    yield Case("tiff of 0 x 5", tiff(0, 5, bytes(9)), Reason.DAMAGED, 0, ".tif")
    yield Case("bmp of 0 x 5", _bmp(0, 5), Reason.DAMAGED, 0, ".bmp")
    yield Case("jpeg of 0 x 5", _jpeg(0, 5), Reason.DAMAGED)
    yield Case("gif of 0 x 5", _gif(0, 5), Reason.DAMAGED, 0, ".gif")
    yield Case("bmp of a negative width", _bmp(-5, 5), Reason.TOO_LARGE, 0, ".bmp")
    text = b"comment\0\0" + _zeros(50_000_000)
    yield Case("png with 50 MB of compressed text", _with_chunk(b"zTXt", text), soft(), 0, ".png")
    profile = b"profile\0\0" + _zeros(50_000_000)
    yield Case("png with 50 MB of colour profile", _with_chunk(b"iCCP", profile), soft(), 0, ".png")
    yield Case("png with 100000 empty chunks", _with_chunk(b"teXt", b"", 100_000), soft(), 0, ".png")
    yield Case("png with 300000 empty chunks", _with_chunk(b"teXt", b"", 300_000), Reason.DAMAGED, 0, ".png")
    zeros = _zeros(100_000_000)
    dark = png(8, 8, b"")[:33] + chunk(b"IDAT", zeros) + chunk(b"IEND")
    yield Case("png of 8 x 8 with 100 MB of pixel data", dark, plain(8, 8, (0, 0, 0)), 0, ".png")
    yield Case("ppm of a number with 5000 digits", b"P6 " + b"9" * 5000 + b" 1 255\n", Reason.DAMAGED, 0, ".ppm")
    yield Case("tiff of a directory that names itself", _circular_tiff(), soft()[:, :, :1].repeat(3, 2), 0, ".tif")


def _bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + header + bytes(100)


def _jpeg(width: int, height: int) -> bytes:
    data = bytearray(encode(soft(), "JPEG", **JPEG))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _gif(width: int, height: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0;"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frame


def _webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff((b"VP8X", b"\x10\0\0\0" + size), (b"VP8L", b"\x2f" + bytes(20)))


def _zeros(n_bytes: int) -> bytes:
    """So many zeros, compressed; all but the last megabyte are one that is repeated."""
    n_pieces, n_left = divmod(n_bytes, 1_000_000)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(bytes(n_left)) + packer.flush()
    checksum = (n_bytes % 65_521) << 16 | 1
    return b"\x78\xda" + piece * n_pieces + end + struct.pack(">I", checksum)


def _compressed(width: int, height: int) -> bytes:
    raw = _zeros((1 + 3 * width) * (height // 50))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", raw) + chunk(b"IEND")


def _with_chunk(kind: bytes, content: bytes, n_times: int = 1) -> bytes:
    data = encode(soft(), "PNG")
    return data[:33] + chunk(kind, content) * n_times + data[33:]


def _circular_tiff() -> bytes:
    grey = soft()[:, :, 0]
    data = bytearray(tiff(grey.shape[1], grey.shape[0], grey.tobytes()))
    n_entries = int.from_bytes(data[8:10], "little")
    place = 10 + 12 * n_entries
    data[place : place + 4] = struct.pack("<I", 8)
    return bytes(data)
