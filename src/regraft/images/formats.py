"""Which formats there are, and decoding of all but JPEG, by Pillow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from regraft.data import READABLE_KINDS, Reason, UnreadableImageError
from regraft.images.colour import simplify_mode
from regraft.images.failures import check_size
from regraft.images.orientation import read_orientation
from regraft.images.pngs import check_png, check_rows
from regraft.images.resizing import Picture
from regraft.images.tiffs import check_tiff

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# A format's class is called directly: `Image.open` would try others too, and warns of images above a limit that is
# a global variable.
_READERS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "PPM": PpmImagePlugin.PpmImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
FORMATS = READABLE_KINDS
"""The formats that can be read; a file's content decides which it is, not its name."""


def decode_still(data: bytes, name: str) -> Picture:
    """Decode an image of the format `name`; of an animation or a set of pages the first.

    Raises:
        UnreadableImageError: It is damaged, cut off or too large.
        Exception: Whatever else Pillow raises on hostile bytes.
    """
    if name == "PNG":
        check_png(data)
    elif name == "WEBP":
        _check_webp_length(data)
    elif name == "TIFF":
        check_tiff(data)
    image = open_still(data, name)
    check_size(*image.size)
    image.load()
    if name == "PNG":
        check_rows(data, image)
    # The EXIF block may stand behind the pixels. Pillow has already turned a TIFF.
    exif = image.info.get("exif") if name != "TIFF" else None
    plain = simplify_mode(image)
    return Picture(plain, plain.size, orientation=read_orientation(exif if isinstance(exif, bytes) else b""))


def open_still(data: bytes, name: str) -> ImageFile:
    """Read the header of an image of the format `name`.

    Raises:
        Exception: Whatever Pillow raises on hostile bytes.
    """
    return _READERS[name](io.BytesIO(data))


def _check_webp_length(data: bytes) -> None:
    n_stated = int.from_bytes(data[4:8], "little") + 8
    if n_stated > len(data):
        raise UnreadableImageError(Reason.TRUNCATED, f"{n_stated - len(data):,} of {n_stated:,} bytes are missing")
