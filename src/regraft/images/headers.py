"""What an image's header says, without decoding; and pixels in another format, without loss."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import simplejpeg

from regraft.data import Reason, UnreadableImageError, require_readable
from regraft.images.failures import check_size, explain_failure
from regraft.images.formats import GREY_MODES, decode_still, open_still

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
"""Every PNG begins so."""


@dataclass(frozen=True)
class ImageHeader:
    """Format and size of an encoded image.

    Attributes:
        kind: One of FORMATS.
        width: Pixels as they lie in the file, before any turning.
        height: Likewise.
        is_grey: It has no colours.
    """

    kind: str
    width: int
    height: int
    is_grey: bool = False


def read_header(data: bytes) -> ImageHeader:
    """Format and size of an image.

    Raises:
        UnreadableImageError: Its header is none, damaged, or states more pixels than are allowed.
    """
    try:
        kind = require_readable(data)
        if kind == "JPEG":
            height, width, space, _subsampling = simplejpeg.decode_jpeg_header(data, strict=False)
            is_grey = space == "Gray"
        else:
            image = open_still(data, kind)
            (width, height), is_grey = image.size, image.mode in GREY_MODES
        check_size(width, height)
    except UnreadableImageError:
        raise
    except Exception as error:  # readers of headers raise errors of every kind on hostile bytes
        raise explain_failure(error) from error
    return ImageHeader(kind, width, height, is_grey)


def _read_size(data: bytes) -> ImageHeader:
    """The same, of a PNG at once: its size stands at the beginning, and thousands of chunks may follow."""
    if data.startswith(_PNG):
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        return ImageHeader("PNG", width, height)
    return read_header(data)


def reencode_png(data: bytes) -> bytes | None:
    """An image as PNG with the same pixels.

    Args:
        data: An encoded image of any format.

    Returns:
        The PNG; None where a PNG cannot hold the same (an animation, CMYK, floats), or the image is damaged.
    """
    try:
        kind = require_readable(data)
        image = open_still(data, kind)
        check_size(*image.size)
        if getattr(image, "n_frames", 1) > 1:
            return None
        image.load()
        buffer = io.BytesIO()
        exif = image.info.get("exif") if kind != "TIFF" else None  # Pillow has turned a TIFF already
        image.save(buffer, "PNG", exif=exif if isinstance(exif, bytes) else b"")
        before, after = decode_still(data, kind), decode_still(buffer.getvalue(), "PNG")
    except Exception:  # noqa: BLE001 - as above
        return None
    is_same = np.array_equal(np.asarray(before.image), np.asarray(after.image))
    return buffer.getvalue() if is_same and before.orientation == after.orientation else None


def require_pixels(data: bytes, n_pixels_max: int) -> None:
    """Refuse an image whose header states more pixels than some number; nothing is decoded.

    What has no header that can be read is left to decoding, which says why.

    Raises:
        UnreadableImageError: It does.
    """
    try:
        header = _read_size(data)
    except UnreadableImageError as error:
        if error.reason is Reason.TOO_LARGE:
            raise
        return
    if header.width * header.height > n_pixels_max:
        raise UnreadableImageError(
            Reason.TOO_LARGE,
            f"{header.width:,} x {header.height:,} pixels are more than is allowed ({n_pixels_max:,})",
        )
