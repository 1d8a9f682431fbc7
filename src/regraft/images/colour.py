"""Pixel formats: whatever a file holds becomes 8-bit grey or RGB, by written rules.

* 16-bit values are divided by 257: the full range maps to the full range, nothing is clipped.
* 32-bit integers in 0..65535 count as 16-bit; others, and floats outside of 0..1, are stretched from their
  minimum to their maximum. Floats in 0..1 are multiplied by 255. What is no number becomes 0.
* Transparency is laid over white.
* CMYK, YCbCr, LAB, HSV and palettes are converted by Pillow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray


def to_grey_or_rgb(image: Image.Image) -> Image.Image:
    """An image in mode L or RGB, by the rules above. The pixels are decoded here at the latest."""
    mode = image.mode
    if mode in ("RGB", "L"):
        return image
    if mode == "1":
        return image.convert("L")
    if mode.startswith(("I", "F")):
        return Image.fromarray(_to_bytes(np.asarray(image)))
    if mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _to_bytes(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    if values.dtype.itemsize == 2:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    numbers = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min(initial=0.0)), float(numbers.max(initial=0.0))
    if low >= 0 and values.dtype.kind in "iu" and high <= 65535:
        return np.rint(numbers / 257).astype(np.uint8)
    if low >= 0 and high <= 1:
        return np.rint(numbers * 255).astype(np.uint8)
    low = float(numbers.min())
    return np.rint((numbers - low) * (255 / max(high - low, 1e-300))).astype(np.uint8)
