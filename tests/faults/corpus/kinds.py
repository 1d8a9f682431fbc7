"""Pixel formats: bits, palettes, transparency, interlacing, compressions; and odd sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from corpus.case import Case
from corpus.pictures import (
    JPEG,
    JPEG_TOLERANCE,
    Pixels,
    as_rgb,
    chunk,
    encode,
    plain,
    png,
    png_rows,
    quarters,
    soft,
    tiff,
)
from corpus.whole import as_pixels
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

RAMP = np.tile(np.linspace(0, 65_535, 64).astype(np.uint16), (8, 1))
RAMP_AS_RGB = as_rgb(np.rint(RAMP / 257))
HALF_OVER_WHITE = 127
"""Black of opacity 128/255 over white."""


def wide_files() -> Iterator[Case]:
    """Sixteen bits and more keep their whole range."""
    big, little = RAMP.astype(">u2"), RAMP.astype("<u2")
    yield Case("png of 16 bits", png(64, 8, png_rows(RAMP), depth=16, colour=0), RAMP_AS_RGB, 0, ".png")
    colours = np.repeat(RAMP[:, :, None], 3, axis=2)
    yield Case("png of 48 bits", png(64, 8, png_rows(colours), depth=16, colour=2), RAMP_AS_RGB, 1, ".png")
    yield Case("pgm of 16 bits", b"P5 64 8 65535\n" + big.tobytes(), RAMP_AS_RGB, 0, ".pgm")
    ten = (RAMP >> 6).astype(">u2")
    yield Case(
        "pgm of 10 bits", b"P5 64 8 1023\n" + ten.tobytes(), as_rgb(np.rint((RAMP >> 6) / 1023 * 255)), 1, ".pgm"
    )
    low = (RAMP >> 12).astype(np.uint8)
    yield Case("pgm of 4 bits", b"P5 64 8 15\n" + low.tobytes(), as_rgb(low * 17.0), 1, ".pgm")
    for order, values in (("<", little), (">", big)):
        data = tiff(64, 8, values.tobytes(), {258: (3, 16)}, order)
        yield Case(f"tiff of 16 bits, byte order {order}", data, RAMP_AS_RGB, 0, ".tif")
    inverted = tiff(64, 8, (65_535 - RAMP).astype("<u2").tobytes(), {258: (3, 16), 262: (3, 0)})
    yield Case("tiff of 16 bits, zero is white", inverted, RAMP_AS_RGB, 0, ".tif")
    signed = tiff(64, 8, RAMP.astype("<u4").tobytes(), {258: (3, 32)})
    yield Case("tiff of 32 bits", signed, RAMP_AS_RGB, 1, ".tif")
    floats = (RAMP / 65_535).astype("<f4")
    yield Case("tiff of floats", tiff(64, 8, floats.tobytes(), {258: (3, 32), 339: (3, 3)}), RAMP_AS_RGB, 1, ".tif")
    floats[:, :8] = np.nan
    lost = tiff(64, 8, floats.tobytes(), {258: (3, 32), 339: (3, 3)})
    black = RAMP_AS_RGB.copy()
    black[:, :8] = 0
    yield Case("tiff of floats that are no numbers", lost, black, 1, ".tif")


def narrow_files() -> Iterator[Case]:
    """One, two and four bits."""
    stripes = np.tile(np.arange(32) // 4 % 2, (8, 1)).astype(np.uint8)
    expected = as_rgb(stripes * 255)
    image = Image.fromarray(stripes * 255).convert("1")
    for kind, suffix in (("PNG", ".png"), ("PPM", ".pbm"), ("BMP", ".bmp"), ("TIFF", ".tif"), ("GIF", ".gif")):
        yield Case(f"{kind.lower()} of one bit", encode(image, kind), expected, 0, suffix)
    fax = encode(image, "TIFF", compression="group4")
    yield Case("tiff of a fax", fax, expected, 0, ".tif")
    yield Case("tiff of one bit, zero is white", _bits_tiff(1 - stripes, 0), expected, 0, ".tif")
    text = b"P1\n# a comment\n32 8\n" + b"\n".join(b" ".join(b"%d" % (1 - bit) for bit in row) for row in stripes)
    yield Case("pbm in letters", text, expected, 0, ".pbm")
    for depth in (2, 4):
        levels = np.tile(np.arange(32) % 2**depth, (8, 1)).astype(np.uint8)
        raw = b"".join(b"\0" + _packed(row, depth) for row in levels)
        grey = as_rgb(levels * (255 // (2**depth - 1)))
        yield Case(f"png of {depth} bits", png(32, 8, raw, depth=depth, colour=0), grey, 0, ".png")


def see_through_files() -> Iterator[Case]:
    """Transparency is laid over white, however it is written."""
    alpha = np.zeros((8, 8, 4), np.uint8)
    alpha[:, 3:] = (0, 0, 0, 128)
    alpha[:, 6:] = (200, 100, 50, 255)
    shown = plain(8, 8, (255, 255, 255))
    shown[:, 3:], shown[:, 6:] = HALF_OVER_WHITE, (200, 100, 50)
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        data = encode(alpha, kind, **options)
        yield Case(f"{kind.lower()} of colour and opacity", data, shown, 1, f".{kind[:4].lower()}")
        hidden = alpha.copy()
        hidden[:, :, 3] = 0
        data = encode(hidden, kind, **options)
        yield Case(f"{kind.lower()} of opacity 0", data, hidden[:, :, :3].copy(), 0, f".{kind[:4].lower()}")
        hidden[:] = 0
        yield Case(
            f"{kind.lower()} of nothing", encode(hidden, kind, **options), Reason.BLANK, 0, f".{kind[:4].lower()}"
        )
    grey = np.ascontiguousarray(alpha[:, :, [0, 3]])
    grey_shown = shown[:, :, :1].repeat(3, axis=2)
    yield Case("png of grey and opacity", png(8, 8, png_rows(grey), colour=4), grey_shown, 1, ".png")
    wide = grey.astype(np.uint16) * 257
    yield Case("png of 16-bit grey and opacity", png(8, 8, png_rows(wide), depth=16, colour=4), grey_shown, 1, ".png")
    key = chunk(b"tRNS", b"\0\0\0\0\0\0")
    coloured = alpha[:, :, :3].copy()
    keyed = np.where(coloured.any(axis=2, keepdims=True), coloured, 255).astype(np.uint8)
    yield Case("png of a see-through colour", png(8, 8, png_rows(coloured), before=key), keyed, 0, ".png")
    levels = coloured[:, :, 0]
    grey_key = png(8, 8, png_rows(levels), colour=0, before=chunk(b"tRNS", b"\0\0"))
    yield Case("png of a see-through grey", grey_key, keyed[:, :, :1].repeat(3, axis=2), 0, ".png")
    places = np.tile(np.array([0, 0, 0, 1, 1, 1, 2, 2], np.uint8), (8, 1))
    palette = chunk(b"PLTE", bytes([9, 9, 9, 0, 0, 0, 200, 100, 50])) + chunk(b"tRNS", bytes([0, 128]))
    yield Case("png of a see-through palette", png(8, 8, png_rows(places), colour=3, before=palette), shown, 1, ".png")
    image = Image.fromarray(places, "P")
    image.putpalette([9, 9, 9, 0, 0, 0, 200, 100, 50])
    opaque = shown.copy()
    opaque[:, 3:6] = 0
    yield Case("gif of a see-through palette", encode(image, "GIF", transparency=0), opaque, 0, ".gif")


def odd_pngs() -> Iterator[Case]:
    """PNGs with interlacing, garbage profiles, and what their rules forbid."""
    picture = soft()
    data = encode(picture, "PNG")
    yield Case("png interlaced", _interlaced(picture), picture, 0, ".png")
    for name, more in (
        ("a garbage colour profile", chunk(b"iCCP", b"name\0\0" + b"\xa5" * 100)),
        ("a profile of unknown compression", chunk(b"iCCP", b"name\0\x09" + bytes(9))),
        ("a damaged chunk of text", chunk(b"tEXt", b"key\0value")[:-1] + b"\0"),
        ("garbage text", chunk(b"zTXt", b"key\0\0" + b"\xa5" * 50)),
        ("a chunk nobody knows", chunk(b"prVt", b"\xff" * 99)),
        ("a gamma of zero", chunk(b"gAMA", bytes(4))),
        ("a senseless resolution", chunk(b"pHYs", b"\xff" * 9)),
        ("two headers", data[8:33]),
        ("an unknown critical chunk", chunk(b"ABCD", b"x")),
    ):
        yield Case(f"png with {name}", data[:33] + more + data[33:], picture, 0, ".png")
    refused = {
        "of bit depth 3": png(8, 8, bytes(72), depth=3),
        "of colour type 5": png(8, 8, bytes(72), colour=5),
        "without pixel data": data[:33] + chunk(b"IEND"),
        "without a palette": png(8, 8, bytes(72), colour=3),
        "with a wrong checksum": data[:40] + bytes([data[40] ^ 1]) + data[41:],
        "of garbage pixel data": data[:33] + chunk(b"IDAT", b"\xa5" * 500) + chunk(b"IEND"),
    }
    for name, odd in refused.items():
        yield Case(f"png {name}", odd, Reason.DAMAGED, 0, ".png")
    rows = png_rows(picture)
    for n_rows in (0, 1, 20, 39):
        yield Case(f"png of {n_rows} of its 40 rows", png(56, 40, rows[: n_rows * 169]), Reason.TRUNCATED, 0, ".png")
    yield Case("png whose last row lacks a byte", png(56, 40, rows[:-1]), Reason.TRUNCATED, 0, ".png")
    yield Case("png with rows too many", png(56, 40, rows + rows), picture, 0, ".png")
    for n_lost in (1, 1000):
        yield Case(f"png interlaced, {n_lost} bytes short", _interlaced(picture, n_lost), Reason.TRUNCATED, 0, ".png")
    dark = picture.copy()
    dark[-9:] = 0
    yield Case("png with a black edge", encode(dark, "PNG"), dark, 0, ".png")
    yield Case("png interlaced with a black edge", _interlaced(dark), dark, 0, ".png")


def files_of_odd_sizes() -> Iterator[Case]:
    """One pixel, one row, one column, and sizes that fill no block."""
    for height, width in ((1, 1), (1, 301), (301, 1), (17, 33)):
        picture = soft(height, width)
        for kind, suffix in (("PNG", ".png"), ("PPM", ".ppm"), ("BMP", ".bmp"), ("TIFF", ".tif")):
            yield Case(f"{kind.lower()} of {width} x {height}", encode(picture, kind), picture, 0, suffix)
        lossless = encode(picture, "WEBP", lossless=True)
        yield Case(f"webp of {width} x {height}", lossless, picture, 0, ".webp")
        yield Case(f"jpeg of {width} x {height}", encode(picture, "JPEG", **JPEG), picture, JPEG_TOLERANCE)
        few = Image.fromarray(picture).quantize(200)
        yield Case(f"gif of {width} x {height}", encode(few, "GIF"), as_pixels(few), 0, ".gif")


def odd_containers() -> Iterator[Case]:
    """BMPs from below and above, PPMs in letters, TIFFs of inks and tiles."""
    picture = soft()
    below = encode(picture, "BMP")
    raw = b"".join(row.tobytes() for row in picture[:, :, ::-1])
    above = below[:22] + (-40).to_bytes(4, "little", signed=True) + below[26:54] + raw
    yield Case("bmp from above", above, picture, 0, ".bmp")
    letters = b"P3\n56 40\n# comment\n255\n" + " ".join(map(str, picture.ravel().tolist())).encode()
    yield Case("ppm in letters", letters, picture, 0, ".ppm")
    yield Case("ppm in letters, cut", letters[: len(letters) // 2], Reason.TRUNCATED, 0, ".ppm")
    yield Case("ppm in letters with a word", letters[:-1] + b"x", Reason.DAMAGED, 0, ".ppm")
    yield Case("ppm of comments", b"P6\n# a\n#b\n56 #c\n40\n255\n" + picture.tobytes(), picture, 0, ".ppm")
    yield Case("ppm of a maximum of 0", b"P6 56 40 0\n" + picture.tobytes(), Reason.DAMAGED, 0, ".ppm")
    yield Case("ppm of a maximum of 70000", b"P6 56 40 70000\n" + picture.tobytes(), Reason.DAMAGED, 0, ".ppm")
    yield Case("ppm with bytes behind it", encode(picture, "PPM") + b"<html>", picture, 0, ".ppm")
    inks = Image.fromarray(quarters()).convert("CMYK")
    yield Case("tiff of inks", encode(inks, "TIFF"), quarters(), 0, ".tif")
    yield Case("tiff of JPEG data", encode(picture, "TIFF", compression="jpeg", quality=95), picture, 40, ".tif")
    white = tiff(56, 40, (255 - picture[:, :, 1]).tobytes(), {262: (3, 0)})
    yield Case("tiff of 8 bits, zero is white", white, as_rgb(picture[:, :, 1]), 0, ".tif")


def _packed(values: Pixels, depth: int) -> bytes:
    bits = np.unpackbits(values[:, None], axis=1)[:, 8 - depth :]
    return np.packbits(bits.ravel()).tobytes()


def _bits_tiff(bits: Pixels, photometric: int) -> bytes:
    height, width = bits.shape
    return tiff(width, height, np.packbits(bits, axis=1).tobytes(), {258: (3, 1), 262: (3, photometric)})


def _interlaced(picture: Pixels, n_lost: int = 0) -> bytes:
    """Adam7: seven passes over finer and finer grids (PNG 1.2, 8.2)."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    raw = b"".join(png_rows(picture[top::down, left::right]) for top, left, down, right in passes)
    data = bytearray(png(picture.shape[1], picture.shape[0], raw[: len(raw) - n_lost]))
    data[28] = 1
    data[8:33] = chunk(b"IHDR", bytes(data[16:29]))
    return bytes(data)
