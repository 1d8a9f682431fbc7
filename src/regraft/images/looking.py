"""A look at an image while it is decoded: what an audit needs to know of it besides its features.

Levels, contrast and sharpness are those of what the network sees, at its size, in 32 rows at even distances: all rows
would take as long as resizing. Thumbnail, colours and border are those of the whole image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.data import LOOK, THUMBNAIL_PIXELS
from regraft.images.exif import read_origin
from regraft.images.orientation import lies_sideways
from regraft.images.pixel_counts import count_pixels
from regraft.images.resampling import resample
from regraft.images.resizing import resized, upright

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.images.resizing import Picture
    from regraft.images.transform import Transform

_BORDER = THUMBNAIL_PIXELS // 16
_N_PIXELS = THUMBNAIL_PIXELS**2
_N_BORDER_PIXELS = _N_PIXELS - (THUMBNAIL_PIXELS - 2 * _BORDER) ** 2
_TEXTS = {name: LOOK[name].itemsize for name in ("camera", "software", "taken")}


def take_look(picture: Picture, shown: NDArray[np.uint8], transform: Transform, n_bytes: int) -> NDArray[Any]:
    """The record of a decoded image.

    Args:
        picture: What the decoder made of it.
        shown: What the network sees of it, (h, w, 3) uint8, upright, without a frame.
        transform: The geometry that made it.
        n_bytes: Of the file.

    Returns:
        () of LOOK.
    """
    look = np.zeros((), LOOK)
    width, height = picture.size
    look["width"], look["height"] = (height, width) if lies_sideways(picture.orientation) else (width, height)
    look["n_bytes"], look["format"] = n_bytes, picture.kind
    look["is_grey"], look["has_opacity"] = picture.is_grey, picture.has_opacity
    look["is_uncovered"] = picture.is_uncovered
    _note_origin(look, picture)
    _note_pixels(look, shown, _whole(picture, shown, transform))
    return look


def _note_origin(look: NDArray[Any], picture: Picture) -> None:
    look["orientation"] = picture.orientation
    if picture.exif:
        origin = read_origin(picture.exif)
        look["orientation"], look["has_place"] = origin.orientation, origin.has_place
        for name, n_bytes in _TEXTS.items():
            look[name] = _cut(getattr(origin, name), n_bytes)


def _cut(text: str, n_bytes: int) -> bytes:
    """A text as UTF-8 without half a character at its end."""
    return text.encode()[:n_bytes].decode("utf-8", "ignore").encode()


def _whole(picture: Picture, shown: NDArray[np.uint8], transform: Transform) -> NDArray[np.uint8]:
    """All of the image as a small square, (32, 32, 3) uint8."""
    whole = (0.0, 0.0, float(picture.size[0]), float(picture.size[1]))
    size = (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
    height, width = shown.shape[:2]
    if transform.source_box(*picture.size) != whole or min(height, width) < THUMBNAIL_PIXELS:
        return upright(resized(picture, whole, size, "bilinear"), picture)
    if (width, height) == size:
        return shown
    # Never averaged down first: that would cost a copy of what is small enough.
    return np.asarray(resample(shown, size, (0.0, 0.0, width, height), "bilinear", reducing_gap=np.inf))


def _note_pixels(look: NDArray[Any], shown: NDArray[np.uint8], small: NDArray[np.uint8]) -> None:
    levels, colours, look["thumbnail"] = count_pixels(shown, small, border=_BORDER)
    look["colour"] = tuple(total / _N_PIXELS for total in colours.all)
    look["border"] = tuple(
        (total - inner) / _N_BORDER_PIXELS for total, inner in zip(colours.all, colours.inner, strict=True)
    )
    look["saturation"] = colours.saturation / _N_PIXELS
    for name in ("brightness", "contrast", "darkest", "brightest", "sharpness"):
        look[name] = getattr(levels, name)
