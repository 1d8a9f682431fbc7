"""The operations of RandAugment (Cubuk et al. 2019, arXiv:1909.13719, table 6).

Those of torchvision and timm draw from random states that all threads share; these take what was drawn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageEnhance, ImageOps

if TYPE_CHECKING:
    from collections.abc import Callable

_DEGREES = 30.0
_SHEAR = 0.3
_SHIFT = 0.45
_ENHANCE = 0.9


def operate(image: Image.Image, name: str, strength: float) -> Image.Image:
    """Apply an operation.

    Args:
        image: RGB.
        name: One of `OPERATIONS`.
        strength: -1 to 1; operations without a direction use its size.
    """
    return OPERATIONS[name](image, strength)


def _turned(image: Image.Image, strength: float) -> Image.Image:
    """Turn about the centre; what comes in from outside is the mirrored image, not black."""
    angle = math.radians(_DEGREES * strength)
    x, y = image.width / 2, image.height / 2
    cosine, sine = math.cos(angle), math.sin(angle)
    return _moved(image, (cosine, sine, x - cosine * x - sine * y, -sine, cosine, y + sine * x - cosine * y))


def _moved(image: Image.Image, matrix: tuple[float, float, float, float, float, float]) -> Image.Image:
    """An affine map of a picture that goes on as its mirror image beyond its edges."""
    margin_x, margin_y = image.width // 2, image.height // 2
    wide = Image.new("RGB", (image.width + 2 * margin_x, image.height + 2 * margin_y))
    across, upright = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
    for column, x in enumerate((margin_x - image.width, margin_x, margin_x + image.width)):
        for row, y in enumerate((margin_y - image.height, margin_y, margin_y + image.height)):
            tile = image if column == 1 else image.transpose(across)
            wide.paste(tile if row == 1 else tile.transpose(upright), (x, y))
    a, b, c, d, e, f = matrix
    return wide.transform(
        image.size, Image.Transform.AFFINE, (a, b, c + margin_x, d, e, f + margin_y), Image.Resampling.BILINEAR
    )


def _enhanced(kind: Callable[[Image.Image], Any]) -> Callable[[Image.Image, float], Image.Image]:
    return lambda image, strength: kind(image).enhance(1 + _ENHANCE * strength)


OPERATIONS: dict[str, Callable[[Image.Image, float], Image.Image]] = {
    "identity": lambda image, _strength: image,
    "autocontrast": lambda image, _strength: ImageOps.autocontrast(image),
    "equalize": lambda image, _strength: ImageOps.equalize(image),
    "rotate": _turned,
    "solarize": lambda image, strength: ImageOps.solarize(image, round(255 * (1 - abs(strength)))),
    "posterize": lambda image, strength: ImageOps.posterize(image, 8 - round(4 * abs(strength))),
    "contrast": _enhanced(ImageEnhance.Contrast),
    "brightness": _enhanced(ImageEnhance.Brightness),
    "colour": _enhanced(ImageEnhance.Color),
    "sharpness": _enhanced(ImageEnhance.Sharpness),
    "shear-x": lambda image, strength: _moved(
        image, (1, _SHEAR * strength, -_SHEAR * strength * image.height / 2, 0, 1, 0)
    ),
    "shear-y": lambda image, strength: _moved(
        image, (1, 0, 0, _SHEAR * strength, 1, -_SHEAR * strength * image.width / 2)
    ),
    "shift-x": lambda image, strength: _moved(image, (1, 0, _SHIFT * strength * image.width, 0, 1, 0)),
    "shift-y": lambda image, strength: _moved(image, (1, 0, 0, 0, 1, _SHIFT * strength * image.height)),
}
"""Each from an image and a strength to an image."""
