"""Sound files of every format and kind: what is cut and damaged elsewhere."""

from __future__ import annotations

from functools import cache

from PIL import Image

from corpus.pictures import JPEG, JPEG_TOLERANCE, Pixels, as_rgb, encode, exif_block, soft

SUFFIXES = {
    "jpeg": ".jpg", "png": ".png", "ppm": ".ppm", "pgm": ".pgm", "bmp": ".bmp", "gif": ".gif", "webp": ".webp",
    "tiff": ".tif",
}  # fmt: skip


@cache
def sound_files() -> dict[str, tuple[bytes, Pixels, int]]:
    """Name, then bytes, pixels and tolerance; a name begins with the format."""
    picture = soft()
    grey = picture[:, :, 1]
    paletted = Image.fromarray(picture).quantize(64)
    few = as_pixels(paletted)
    return {
        "jpeg": (encode(picture, "JPEG", **JPEG), picture, JPEG_TOLERANCE),
        "jpeg-progressive": (encode(picture, "JPEG", progressive=True, **JPEG), picture, JPEG_TOLERANCE),
        "jpeg-grey": (encode(grey, "JPEG", **JPEG), as_rgb(grey), JPEG_TOLERANCE),
        "jpeg-exif": (encode(picture, "JPEG", exif=b"Exif\0\0" + exif_block(), **JPEG), picture, JPEG_TOLERANCE),
        "jpeg-restarts": (encode(picture, "JPEG", restart_marker_rows=1, **JPEG), picture, JPEG_TOLERANCE),
        "png": (encode(picture, "PNG"), picture, 0),
        "png-palette": (encode(paletted, "PNG"), few, 0),
        "ppm": (encode(picture, "PPM"), picture, 0),
        "pgm": (encode(grey, "PPM"), as_rgb(grey), 0),
        "bmp": (encode(picture, "BMP"), picture, 0),
        "bmp-palette": (encode(paletted, "BMP"), few, 0),
        "gif": (encode(paletted, "GIF"), few, 0),
        "webp": (encode(picture, "WEBP", lossless=True), picture, 0),
        "webp-lossy": (encode(picture, "WEBP", quality=95), picture, 40),
        "tiff": (encode(picture, "TIFF"), picture, 0),
        "tiff-lzw": (encode(picture, "TIFF", compression="tiff_lzw"), picture, 0),
        "tiff-deflate": (encode(picture, "TIFF", compression="tiff_adobe_deflate"), picture, 0),
        "tiff-packbits": (encode(picture, "TIFF", compression="packbits"), picture, 0),
    }


def suffix_of(name: str) -> str:
    """The extension of a file of this name's format."""
    return SUFFIXES[name.partition("-")[0]]


def as_pixels(paletted: Image.Image) -> Pixels:
    """What a palette says, by hand."""
    import numpy as np

    colours = np.array(paletted.getpalette(), np.uint8).reshape(-1, 3)
    return colours[np.asarray(paletted)]
