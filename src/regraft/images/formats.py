"""Which formats there are, and decoding of all but JPEG, by Pillow."""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING

from regraft.data import READABLE_KINDS, Reason, UnreadableImageError
from regraft.images.colour import simplify_mode, without_idle_opacity
from regraft.images.exif import read_orientation
from regraft.images.failures import check_size
from regraft.images.openings import N_STEPS_MAX, check_gif_frames, check_opening
from regraft.images.pngs import check_png, check_rows, with_pixels_only
from regraft.images.resizing import Picture
from regraft.images.tiffs import check_tiff

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

_NAMES = {"JPEG": "Jpeg", "PNG": "Png", "PPM": "Ppm", "BMP": "Bmp", "GIF": "Gif", "WEBP": "WebP", "TIFF": "Tiff"}
"""What Pillow calls the formats; its module of one is imported when there is such an image."""
_N_BLANK_FRAMES_MAX = 32
GREY_MODES = frozenset(("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F"))
"""Pillow's modes without colours."""
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
    exif = image.info.get("exif")  # the block may stand behind the pixels
    exif = exif if isinstance(exif, bytes) else b""
    is_grey, has_opacity = image.mode in GREY_MODES, image.has_transparency_data
    plain, is_uncovered = _first_visible(image, data, name)
    return Picture(
        plain,
        plain.size,
        orientation=1 if name == "TIFF" else read_orientation(exif),  # Pillow has already turned a TIFF
        kind=name,
        exif=data if name == "TIFF" else exif,
        is_grey=is_grey,
        has_opacity=has_opacity,
        is_uncovered=is_uncovered,
    )


def _first_visible(image: ImageFile, data: bytes, kind: str) -> tuple[Image.Image, bool]:
    """The first frame that shows anything, and whether its opacity had to be left out for that."""
    for number in range(_N_BLANK_FRAMES_MAX):
        try:
            simple = simplify_mode(image)
            shown = without_idle_opacity(simple)
        except UnreadableImageError:
            if number == 0 and kind == "GIF":
                check_gif_frames(data)
            if number + 1 >= getattr(image, "n_frames", 1):
                raise
        else:
            return shown, shown is not simple
        image.seek(number + 1)
        image.load()
    raise UnreadableImageError(Reason.BLANK, f"its first {_N_BLANK_FRAMES_MAX} frames are transparent everywhere")


def open_still(data: bytes, name: str) -> ImageFile:
    """Read the header of an image of the format `name`.

    Raises:
        UnreadableImageError: What stands before its pixels does not end.
        Exception: Whatever Pillow raises on hostile bytes.
    """
    check_opening(data, name)
    if name == "PNG":
        data = with_pixels_only(data)
    elif name == "WEBP":
        data += bytes(_n_missing(data) == 1 and _lacks_padding(data))
    # The class is called directly: `Image.open` would try others too, and warns of images above a limit that is a
    # global variable.
    plugin = importlib.import_module(f"PIL.{_NAMES[name]}ImagePlugin")
    image: ImageFile = getattr(plugin, f"{_NAMES[name]}ImageFile")(io.BytesIO(data))
    return image


def _check_webp_length(data: bytes) -> None:
    if (n_missing := _n_missing(data)) > _lacks_padding(data):
        raise UnreadableImageError(Reason.TRUNCATED, f"{n_missing:,} of {len(data) + n_missing:,} bytes are missing")


def _n_missing(data: bytes) -> int:
    """How many bytes a WebP states that it has, and has not."""
    return max(0, int.from_bytes(data[4:8], "little") + 8 - len(data))


def _lacks_padding(data: bytes) -> bool:
    """Whether the last chunk of a WebP is there, but not the byte behind it that makes its length even."""
    place = 12
    for _ in range(N_STEPS_MAX):
        if place + 8 > len(data):
            return False
        n_bytes = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + n_bytes
        if place == len(data):
            return n_bytes % 2 == 1
        place += n_bytes % 2
    raise UnreadableImageError(Reason.DAMAGED, f"it has more than {N_STEPS_MAX:,} chunks")
