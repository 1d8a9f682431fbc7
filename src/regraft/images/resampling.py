"""Cropping and resizing in one pass: Pillow's pixels, by our compiled loops where these were built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

try:
    from regraft.images import _resample
except ImportError:  # installed from source without a C compiler: slower, the same pixels
    compiled = None
else:
    compiled = _resample.resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.images.transform import Box, Interpolation

HAS_COMPILED_RESAMPLING = compiled is not None
"""Whether resizing takes a quarter of Pillow's time."""

_REDUCING_GAP = 3.0
"""An image more than 6 times too large is first averaged down to 3 times: a quarter of the time, and within a quarter
of a grey level (12 megapixels to 224 x 224: 59 -> 14 ms)."""
_RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_COMPILED_KERNELS = {"bilinear": 0, "bicubic": 1, "lanczos": 2}


def resample(
    image: Image.Image | NDArray[np.uint8],
    size: tuple[int, int],
    box: Box,
    interpolation: Interpolation,
    *,
    reducing_gap: float = _REDUCING_GAP,
) -> Image.Image | NDArray[np.uint8]:
    """Resize a part of an image.

    Args:
        image: Mode L, LA, RGB or RGBA, or (height, width, 1 or 3) uint8, C-contiguous.
        size: Width and height of the result.
        box: The part: left, top, right, bottom in pixels, inside the image.
        interpolation: The filter, widened where the image shrinks.
        reducing_gap: An image more than twice so many times too large is first averaged down to so many times.

    Returns:
        An image of the same mode, as an array or as Pillow's: whichever needs no copy.
    """
    if not _is_plain(image, size, box, interpolation, reducing_gap):
        gap = None if interpolation == "nearest" else reducing_gap
        return as_image(image).resize(size, _RESAMPLING[interpolation], box, gap)
    if compiled is None:
        return _resample_by_pillow(as_image(image), size, box, _RESAMPLING[interpolation])
    pixels = image if isinstance(image, np.ndarray) else np.asarray(image)
    height, width, n_channels = (*pixels.shape, 1)[:3]
    result = np.empty((size[1], size[0], n_channels), np.uint8)
    kernel = _COMPILED_KERNELS[interpolation]
    compiled(pixels, height, width, n_channels, box, kernel, result, size[1], size[0])
    return result


def as_image(image: Image.Image | NDArray[np.uint8]) -> Image.Image:
    """(height, width, 1 or 3) uint8 as Pillow's kind of image."""
    if not isinstance(image, np.ndarray):
        return image
    return Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)


def _is_plain(
    image: Image.Image | NDArray[np.uint8],
    size: tuple[int, int],
    box: Box,
    interpolation: Interpolation,
    reducing_gap: float,
) -> bool:
    """Whether two passes over opaque pixels are all there is to do: no averaging first."""
    is_opaque = isinstance(image, np.ndarray) or image.mode in ("L", "RGB")
    factor = max((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])
    return is_opaque and interpolation in _COMPILED_KERNELS and factor < 2 * reducing_gap


def _resample_by_pillow(image: Image.Image, size: tuple[int, int], box: Box, kernel: Image.Resampling) -> Image.Image:
    """Across, then down: in one call Pillow chooses the order, and from 13.0 on it chooses differently."""
    left, top, right, bottom = box
    across = image.resize((size[0], image.height), kernel, (left, 0, right, image.height))
    return across.resize(size, kernel, (0, top, size[0], bottom))
