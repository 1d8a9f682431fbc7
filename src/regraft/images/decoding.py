"""File bytes to uint8 RGB pixels of the size that the network wants.

The order is: look at the header, refuse what is too large, decode (JPEGs at a reduced scale where the target is
small, by a decoder that reports damage), make it 8-bit grey or RGB, crop and resize in one pass, turn it as its EXIF
orientation says.
"""

from __future__ import annotations

import io
import math
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import simplejpeg
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from regraft.core import DataError, digest_bytes
from regraft.data import Reason, explain_os_error
from regraft.images.colour import to_grey_or_rgb

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.images.transform import Transform

# Importing a plug-in registers its format; the many others of Pillow stay out.
_PLUGINS = (
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    PpmImagePlugin.PpmImageFile,
    BmpImagePlugin.BmpImageFile,
    GifImagePlugin.GifImageFile,
    WebPImagePlugin.WebPImageFile,
    TiffImagePlugin.TiffImageFile,
)
FORMATS = tuple(str(plugin.format) for plugin in _PLUGINS)
N_PIXELS_MAX = 178_956_970
"""A larger image is refused by its header: decoded it would take more than half a gigabyte."""
N_BYTES_MAX = 1 << 30

_FILL = 128
_OVERSAMPLING = 1.5
"""A JPEG is decoded at 1/2, 1/4 or 1/8 only if that still has 1.5 times the pixels per side that are needed."""
_N_PADDING_BYTES = 8
"""So many stray bytes before the end marker are a camera's padding; more are lost picture data."""
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


class UnreadableImageError(DataError):
    """A file is no image that can be used.

    Attributes:
        reason: The stable code.
        detail: What is wrong, in words.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"The image cannot be read ({reason}): {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """One file's pixels, (height, width, 3) uint8, and the hash of its bytes."""

    pixels: NDArray[np.uint8]
    digest: str


def read_image(path: Path, transform: Transform) -> DecodedImage:
    """Read a file once: its content hash and its pixels.

    Raises:
        UnreadableImageError: The file cannot be read, or is no usable image.
    """
    try:
        if path.stat().st_size > N_BYTES_MAX:
            raise UnreadableImageError(Reason.TOO_LARGE, f"the file has more than {N_BYTES_MAX:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        record = explain_os_error(path, error)
        raise UnreadableImageError(record.reason, record.detail) from error
    return DecodedImage(decode_image(data, transform), digest_bytes(data))


def decode_image(data: bytes, transform: Transform) -> NDArray[np.uint8]:
    """Pixels of an encoded image.

    Args:
        data: A file's bytes; the content decides what format it is, not a name.
        transform: The geometry.

    Returns:
        (height, width, 3) uint8, RGB.

    Raises:
        UnreadableImageError: It is no image, unsupported, damaged or too large.
    """
    if not data:
        raise UnreadableImageError(Reason.EMPTY, "the file has no bytes")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            turn = _orientation(image)
            wanted = transform.turned() if turn >= 5 else transform
            return _finished(_decode(image, data, wanted), wanted, turn)
    except UnreadableImageError:
        raise
    except MemoryError as error:
        raise UnreadableImageError(Reason.TOO_LARGE, "there is not enough memory to decode it") from error
    except Exception as error:  # noqa: BLE001 - decoders raise errors of every kind on hostile bytes
        _explain(error, data)


def transform_array(pixels: NDArray[np.uint8], transform: Transform) -> NDArray[np.uint8]:
    """The transform of an image that is in memory.

    Args:
        pixels: (height, width, 3) RGB or (height, width) grey, uint8.
        transform: The geometry.

    Returns:
        (transform.height, transform.width, 3) uint8.
    """
    return _finished(Image.fromarray(np.ascontiguousarray(pixels)), transform, 1)


def _decode(image: Image.Image, data: bytes, transform: Transform) -> Image.Image:
    """The opened image in mode L or RGB; a JPEG perhaps smaller than it is."""
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB"):
        decoded = _decode_jpeg(data, transform, *image.size, is_grey=image.mode == "L")
        if decoded is not None:
            return decoded
    return to_grey_or_rgb(image)


def _decode_jpeg(data: bytes, transform: Transform, width: int, height: int, *, is_grey: bool) -> Image.Image | None:
    """Decode by libjpeg-turbo, which reports damage; None where it does not know the kind of JPEG."""
    left, top, right, bottom = transform.source_box(width, height)
    target_width, target_height = transform.target_size(width, height)
    part = min(1.0, _OVERSAMPLING * max(target_width / (right - left), target_height / (bottom - top)))
    try:
        pixels = simplejpeg.decode_jpeg(
            data,
            "GRAY" if is_grey else "RGB",
            min_height=math.ceil(height * part),
            min_width=math.ceil(width * part),
            min_factor=2,  # 7/8 and 5/8 have no fast path
            strict=True,
        )
    except ValueError as error:
        _refuse_damage(str(error))
        return None
    return Image.fromarray(pixels[:, :, 0] if is_grey else pixels)


def _refuse_damage(message: str) -> None:
    """Raise if a decoder's warning means that picture data is lost; other warnings are harmless."""
    if "remature end" in message:
        raise UnreadableImageError(Reason.TRUNCATED, message)
    if message.startswith("Corrupt JPEG data"):
        stray = re.search(r"(\d+) extraneous bytes before marker 0xd9", message)
        if stray is None or int(stray.group(1)) > _N_PADDING_BYTES:
            raise UnreadableImageError(Reason.DAMAGED, message)


def _finished(image: Image.Image, transform: Transform, turn: int) -> NDArray[np.uint8]:
    """Crop and resize in one pass, turn, and make it RGB."""
    size = transform.target_size(*image.size)
    box = transform.source_box(*image.size)
    small = image.resize(size, _RESAMPLING[transform.interpolation], box)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
        size = size if turn < 5 else (size[1], size[0])
        transform = transform if turn < 5 else transform.turned()
    if small.mode != "RGB":
        small = small.convert("RGB")
    pixels = np.asarray(small)
    if size == (transform.width, transform.height):
        return pixels
    framed = np.full((transform.height, transform.width, 3), _FILL, np.uint8)
    top, left = (transform.height - size[1]) // 2, (transform.width - size[0]) // 2
    framed[top : top + size[1], left : left + size[0]] = pixels
    return framed


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or it is damaged."""
    try:
        turn = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - a picture with damaged EXIF data is still a picture
        return 1
    return turn if turn in _TURNS else 1


def _check_size(width: int, height: int) -> None:
    if width * height > N_PIXELS_MAX:
        raise UnreadableImageError(
            Reason.TOO_LARGE, f"{width:,} x {height:,} pixels are more than the {N_PIXELS_MAX:,} that are allowed"
        )


def _explain(error: Exception, data: bytes) -> NoReturn:
    """Turn whatever a decoder raised into a reason code."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        reason = Reason.TOO_LARGE
    elif isinstance(error, UnidentifiedImageError):
        reason, text = _unidentified(data)
    elif "truncated" in text.lower() or isinstance(error, (EOFError, struct.error)):
        reason = Reason.TRUNCATED
    elif isinstance(error, (NotImplementedError, KeyError)) or "unsupported" in text.lower():
        reason = Reason.UNSUPPORTED
    else:
        reason = Reason.DAMAGED
    raise UnreadableImageError(reason, text) from error


_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")


def _unidentified(data: bytes) -> tuple[Reason, str]:
    """Tell a broken image from something that never was one."""
    if data.startswith(_SIGNATURES):
        return Reason.DAMAGED, "it begins like an image, but its header is damaged or cut off"
    return Reason.NOT_AN_IMAGE, f"its content is none of {', '.join(FORMATS)}"
