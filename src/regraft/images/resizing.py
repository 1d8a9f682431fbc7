"""The last steps of every image: crop and resize in one pass, turn upright, lay over white, frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.images.colour import flatten
from regraft.images.orientation import lies_sideways, turn_upright
from regraft.images.resampling import as_image, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from regraft.images.transform import Box, Interpolation, Transform

_BARS = {"letterbox": 128, "pad": 0}
"""Grey level of what is laid about an image."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image that is not resized yet.

    Attributes:
        image: Mode L, LA, RGB or RGBA, or (height, width, 1 or 3) uint8, as it lies in the file.
        size: Width and height in the file, pixels.
        reduction: The decoder already made `image` so many times smaller per side.
        orientation: EXIF orientation, 1 to 8.
        kind: One of FORMATS; empty for an image in memory.
        exif: What the file says of itself: an EXIF block, a whole TIFF, or nothing.
        is_grey: The file holds no colours.
        has_opacity: It has an alpha channel or a transparent colour.
        is_uncovered: Its opacity hid all of it and was left out.
    """

    image: Image.Image | NDArray[np.uint8]
    size: tuple[int, int]
    reduction: int = 1
    orientation: int = 1
    kind: str = ""
    exif: bytes = b""
    is_grey: bool = False
    has_opacity: bool = False
    is_uncovered: bool = False


def as_stored(transform: Transform, orientation: int) -> Transform:
    """The transform of the pixels as they lie in the file, before they are turned upright."""
    return transform.turned() if lies_sideways(orientation) else transform


def finish(picture: Picture, transform: Transform) -> NDArray[np.uint8]:
    """Make a decoded image what the network wants.

    Returns:
        (transform.height, transform.width, 3) uint8, RGB, C-contiguous and writable.
    """
    return framed(show(picture, transform), transform)


def show(picture: Picture, transform: Transform) -> NDArray[np.uint8]:
    """What the network sees of a decoded image, without the frame that a transform may lay about it.

    Returns:
        (h, w, 3) uint8, RGB, C-contiguous and writable.
    """
    stored = as_stored(transform, picture.orientation)
    size = stored.target_size(*picture.size)
    return upright(resized(picture, stored.source_box(*picture.size), size, transform.interpolation), picture)


def framed(pixels: NDArray[np.uint8], transform: Transform) -> NDArray[np.uint8]:
    """What is shown of an image, as large as the network wants it."""
    height, width = pixels.shape[:2]
    if (height, width) == (transform.height, transform.width):
        return pixels
    frame = np.full((transform.height, transform.width, 3), _BARS[transform.policy], np.uint8)
    top, left = (transform.height - height) // 2, (transform.width - width) // 2
    frame[top : top + height, left : left + width] = pixels
    return frame


def upright(small: Image.Image | NDArray[np.uint8], picture: Picture) -> NDArray[np.uint8]:
    """A resized picture, turned and laid over white: (h, w, 3) uint8."""
    if isinstance(small, np.ndarray) and small.shape[2] == 3 and picture.orientation == 1:
        return small
    return np.array(flatten(turn_upright(as_image(small), picture.orientation)))


def resized(
    picture: Picture, box: Box, size: tuple[int, int], interpolation: Interpolation
) -> Image.Image | NDArray[np.uint8]:
    """A part of a picture, resized as it lies in the file.

    Args:
        picture: The picture.
        box: The part: left, top, right, bottom in the file's pixels.
        size: Width and height of the result.
        interpolation: The filter.
    """
    left, top, right, bottom = (edge / picture.reduction for edge in box)
    height, width = picture.image.shape[:2] if isinstance(picture.image, np.ndarray) else picture.image.size[::-1]
    return resample(picture.image, size, (left, top, min(right, width), min(bottom, height)), interpolation)
