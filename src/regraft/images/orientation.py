"""Turning a picture as its EXIF orientation says."""

from __future__ import annotations

from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as it was meant to be seen."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def lies_sideways(orientation: int) -> bool:
    """Whether width and height change places when the image is turned upright."""
    return 5 <= orientation <= 8
