"""A look at an image while it is decoded: what an audit needs to know of it besides its features.

Levels, contrast and sharpness are those of what the network sees, at its size, in 32 rows at even distances: all rows
would take as long as resizing. Thumbnail, colours and border are those of the whole image.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from regraft.data import LOOK, THUMBNAIL_PIXELS
from regraft.images.exif import read_origin
from regraft.images.orientation import lies_sideways
from regraft.images.resampling import resample
from regraft.images.resizing import resized, upright

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.images.resizing import Picture
    from regraft.images.transform import Transform

_N_ROWS = 32
_BORDER = THUMBNAIL_PIXELS // 16
_LEVELS = np.arange(256)
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
    _note_colours(look, _whole(picture, shown, transform))
    _note_levels(look, shown)
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


def _note_colours(look: NDArray[Any], small: NDArray[np.uint8]) -> None:
    look["thumbnail"] = Image.fromarray(small).convert("L")
    red, green, blue = planes = small.transpose(2, 0, 1).copy()
    sums = planes.sum((1, 2), np.uint32)
    inner = planes[:, _BORDER:-_BORDER, _BORDER:-_BORDER]
    n_inner = (THUMBNAIL_PIXELS - 2 * _BORDER) ** 2
    look["colour"] = sums / THUMBNAIL_PIXELS**2
    look["border"] = (sums - inner.sum((1, 2), np.uint32)) / (THUMBNAIL_PIXELS**2 - n_inner)
    largest, smallest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    look["saturation"] = (largest - smallest).mean()


def _note_levels(look: NDArray[Any], shown: NDArray[np.uint8]) -> None:
    height, width = shown.shape[:2]
    rows = _sampled(height)
    luminance = np.asarray(Image.fromarray(shown[rows].reshape(-1, width, 3)).convert("L")).reshape(3, -1, width)
    upper, middle, lower = luminance
    counts = np.bincount(middle.ravel(), minlength=256)
    n_values, passed = middle.size, counts.cumsum()
    mean, mean_square = float(counts @ _LEVELS) / n_values, float(counts @ _LEVELS**2) / n_values
    look["brightness"], look["contrast"] = mean, max(0.0, mean_square - mean**2) ** 0.5
    look["darkest"], look["brightest"] = np.searchsorted(passed, (0.05 * n_values, 0.95 * n_values))
    if min(height, width) > 2:
        laplacian = middle[:, 1:-1].astype(np.int16) * -4
        for neighbours in (middle[:, :-2], middle[:, 2:], upper[:, 1:-1], lower[:, 1:-1]):
            laplacian += neighbours
        look["sharpness"] = laplacian.var(dtype=np.float32)


@cache
def _sampled(height: int) -> NDArray[np.int64]:
    """(3, n) rows at even distances, between the row above each and the row below."""
    if height < 3:
        return np.tile(np.arange(height), (3, 1))
    middle = np.linspace(1, height - 2, min(_N_ROWS, height - 2)).round().astype(np.int64)
    return np.stack([middle - 1, middle, middle + 1])
