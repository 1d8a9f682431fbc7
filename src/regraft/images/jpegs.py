"""JPEGs: decoded at a reduced scale where the target is small, by a decoder that reports damage.

A JPEG has no checksum, but a decoder that loses the thread mostly ends too early or too late. libjpeg-turbo in strict
mode says so; Pillow returns a picture that is grey or shifted from there on and says nothing. Of 400 photos each with
some bytes cut out or zeroed and an intact end marker, strict mode reported

    bytes lost      16    64   512  4096  32768
    reported      57 %  72 %  89 %  98 %  100 %       (Pillow: none to 1 %)

The few files at which it stumbles for another reason (odd chroma subsampling, a strange version number) are left to
Pillow.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import simplejpeg
from PIL import Image, ImageChops

from regraft.data import Reason, UnreadableImageError
from regraft.images.exif import read_orientation
from regraft.images.failures import DAMAGED, TRUNCATED, UNSUPPORTED, check_size
from regraft.images.jpeg_ends import segments, with_plain_ends
from regraft.images.resizing import Picture, as_stored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.images.transform import Transform

_REDUCTIONS = (8, 4, 2)
"""Scales with a fast path in libjpeg-turbo; 3/8 takes longer than 1/2."""
_OVERSAMPLING = 1.5
"""A reduced scale must still have 1.5 times the pixels per side that are needed. On a 12-megapixel photo 1.5 is
.7 grey levels from a full decode, 2 is .3 and takes 1.5 times as long."""
_N_PADDING_BYTES = 8
"""So many stray bytes before the end marker are a camera's padding, whatever they are; more are lost picture data."""
_N_SCANS_MAX = 100
"""A progressive JPEG has about 10 scans. Each costs a pass over the whole picture, however few bytes it has."""
_N_SEGMENTS_MAX = 10_000
_STRAY_BYTES = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_WANTED_SPACE = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}
_HARMLESS = (
    "determine subsampling",
    "unknown JFIF revision",
    "Unknown Adobe color",
    "Invalid SOS parameters",
    "bad ICC marker",
)
_UNSUPPORTED = ("Unsupported JPEG process", "Unsupported JPEG data precision", "Unsupported color conversion")


def decode_jpeg(data: bytes, transform: Transform) -> Picture | None:
    """Decode a JPEG, no larger than the transform needs it; None where Pillow has to try.

    Raises:
        UnreadableImageError: It is damaged, cut off, too large or of an unsupported kind.
    """
    try:
        return _decode(data, transform)
    except KeyError:  # no colour space, no picture: the header itself is cut off or overwritten
        raise _explain_jpeg("", data) from None
    except ValueError as error:
        picture = _decode_with_plain_end(data, transform) if _is_of_the_end(str(error)) else None
        if picture is not None or _is_harmless(str(error)):
            return picture
        raise _explain_jpeg(str(error), data) from error


def _decode_with_plain_end(data: bytes, transform: Transform) -> Picture | None:
    """The picture, where all of it is there and only what should follow it is odd."""
    for mended in with_plain_ends(data):
        try:
            return _decode(mended, transform)
        except (KeyError, ValueError):
            continue
    return None


def _decode(data: bytes, transform: Transform) -> Picture:
    height, width, space, _subsampling = simplejpeg.decode_jpeg_header(data, strict=False)
    check_size(width, height)
    exif = _find_exif_and_count_scans(data)
    orientation = read_orientation(exif)
    reduction = _choose_reduction(width, height, as_stored(transform, orientation))
    pixels = simplejpeg.decode_jpeg(
        data,
        _WANTED_SPACE.get(space, "RGB"),
        min_width=-(-width // reduction),
        min_height=-(-height // reduction),
        min_factor=reduction,
        strict=True,
    )
    return Picture(
        _as_rgb(pixels), (width, height), reduction, orientation, kind="JPEG", exif=exif, is_grey=space == "Gray"
    )


def _choose_reduction(width: int, height: int, transform: Transform) -> int:
    left, top, right, bottom = transform.source_box(width, height)
    target_width, target_height = transform.target_size(width, height)
    spare = min((right - left) / target_width, (bottom - top) / target_height) / _OVERSAMPLING
    return next((reduction for reduction in _REDUCTIONS if reduction <= spare), 1)


def _as_rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | Image.Image:
    if pixels.shape[2] < 4:
        return pixels
    return ImageChops.invert(Image.fromarray(pixels, "CMYK")).convert("RGB")  # all programs write it as Adobe: inverted


def _is_harmless(message: str) -> bool:
    """Whether a decoder's complaint is about something else than picture data."""
    stray = _STRAY_BYTES.search(message)
    if stray is not None:
        return int(stray.group(1)) <= _N_PADDING_BYTES
    return any(text in message for text in _HARMLESS)


def _is_of_the_end(message: str) -> bool:
    """Whether a decoder complains of what stands behind the picture data, or should."""
    return _STRAY_BYTES.search(message) is not None or "Premature end of JPEG file" in message


def _explain_jpeg(message: str, data: bytes) -> UnreadableImageError:
    if "Premature end of" in message or _is_cut_off(data):
        return UnreadableImageError(Reason.TRUNCATED, TRUNCATED)
    if any(text in message for text in _UNSUPPORTED):
        return UnreadableImageError(Reason.UNSUPPORTED, UNSUPPORTED)
    return UnreadableImageError(Reason.DAMAGED, DAMAGED)


def _is_cut_off(data: bytes) -> bool:
    """Whether a JPEG ends before its first scan, or has no end marker behind it."""
    scan = data.find(b"\xff\xda")
    return scan < 0 or data.find(b"\xff\xd9", scan) < 0


def _find_exif_and_count_scans(data: bytes) -> bytes:
    """The EXIF block of a JPEG, empty where there is none.

    Raises:
        UnreadableImageError: It has more scans than a picture needs.
    """
    exif, is_sequential = b"", False
    for marker, start, end in islice(segments(data), _N_SEGMENTS_MAX):
        if marker == 0xE1 and not exif and data.startswith(b"Exif\0\0", start):
            exif = data[start:end]
        is_sequential = is_sequential or marker in (0xC0, 0xC1)
    if not is_sequential and (n_scans := data.count(b"\xff\xda")) > _N_SCANS_MAX:
        raise UnreadableImageError(Reason.DAMAGED, f"it has {n_scans:,} scans, a picture has about 10")
    return exif
