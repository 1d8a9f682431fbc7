"""Pixel formats: whatever a file holds becomes 8-bit grey or RGB, by written rules.

* 16-bit values are divided by 257: the full range maps to the full range, nothing is clipped.
* 32-bit numbers do not say what white is. Floats in 0..1 are multiplied by 255. Integers in 0..255 count as 8-bit,
  in 0..65535 as 16-bit. Everything else is stretched from its minimum to its maximum. What is no finite number
  becomes the minimum.
* Transparency is laid over white. Where nothing can be seen at all, because the opacity of every pixel is 0 or 1 of
  255, opacity means nothing: the colours count that lie under it. Where these are all the same, there is no picture.
* CMYK, YCbCr, LAB, HSV and palettes are converted by Pillow. Colour profiles are not applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from regraft.data import Reason, UnreadableImageError
from regraft.images.tiffs import wide_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_IDLE_OPACITY = 1
"""No more than this, of 255, cannot be seen; a mask of 0 and 1 that was written as opacity has it."""
_N_VALUES_A_BLOCK = 1 << 20


def simplify_mode(image: Image.Image) -> Image.Image:
    """A loaded image in mode L, LA, RGB or RGBA, by the rules above."""
    mode = image.mode
    if mode.startswith(("I", "F")):
        is_16_bit = mode == "I" and image.format == "PPM"  # it knows its full range; Pillow scales to it
        values = wide_values(image)
        return Image.fromarray(_to_bytes(values, *((0.0, 65535.0) if is_16_bit else _range(values))))
    if image.has_transparency_data:
        return image if mode in ("LA", "RGBA") else image.convert("RGBA")
    if mode in ("L", "RGB"):
        return image
    return image.convert("L" if mode == "1" else "RGB")


def without_idle_opacity(image: Image.Image) -> Image.Image:
    """An image of mode L, LA, RGB or RGBA; the colours alone where its opacity hides all of it.

    Raises:
        UnreadableImageError: There is nothing under it.
    """
    if image.mode not in ("LA", "RGBA"):
        return image
    *colours, opacity = image.split()
    if _span(opacity)[1] > _IDLE_OPACITY:
        return image
    if all(low == high for low, high in map(_span, colours)):
        raise UnreadableImageError(
            Reason.BLANK, "it is transparent everywhere, and there is only one colour under that: there is no picture"
        )
    return colours[0] if len(colours) == 1 else Image.merge("RGB", colours)


def _span(channel: Image.Image) -> tuple[int, int]:
    low, high = channel.getextrema()
    return int(low), int(high)  # type: ignore[arg-type]  # one channel has one pair


def flatten(image: Image.Image) -> Image.Image:
    """An image of mode L, LA, RGB or RGBA as RGB; what is transparent shows white.

    Laying over white commutes with resizing (which weighs colours by their opacity), so it is done on the small image.
    """
    if image.mode in ("LA", "RGBA"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_bytes(values: NDArray[np.generic], black: float, span: float) -> NDArray[np.uint8]:
    """(h, w) numbers as uint8: `black` becomes 0, `black + span` 255."""
    pixels = np.empty(values.shape, np.uint8)
    for rows in _row_blocks(values.shape):
        numbers = values[rows].astype(np.float64)
        numbers[~np.isfinite(numbers)] = black
        pixels[rows] = np.rint((numbers - black) * (255 / span))
    return pixels


def _range(values: NDArray[np.generic]) -> tuple[float, float]:
    """The value that becomes black, and how far above it white is."""
    if values.dtype.itemsize == 2:
        return 0.0, 65535.0
    low, high = _extremes(values)
    for full in (1.0,) if values.dtype.kind == "f" else (255.0, 65535.0):
        if low >= 0 and high <= full:
            return 0.0, full
    return low, max(high - low, 1e-300)


def _extremes(values: NDArray[np.generic]) -> tuple[float, float]:
    """The smallest and the largest finite number; infinity and minus infinity where there is none."""
    low, high = np.inf, -np.inf
    for rows in _row_blocks(values.shape):
        numbers = values[rows].astype(np.float64)
        numbers = numbers[np.isfinite(numbers)]
        low, high = min(low, numbers.min(initial=np.inf)), max(high, numbers.max(initial=-np.inf))
    return low, high


def _row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Rows a megapixel at a time: a large image takes no second copy as 64-bit numbers."""
    n_rows = max(1, _N_VALUES_A_BLOCK // shape[1])
    return (slice(start, start + n_rows) for start in range(0, shape[0], n_rows))
