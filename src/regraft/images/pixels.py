"""Images that a user has in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from regraft.core import OptionError, described

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORM = "uint8, (height, width, 3) RGB or (height, width) grey"


def is_image(item: object) -> TypeGuard[NDArray[np.uint8]]:
    """Whether this is one image: an array (h, w, 3) or (h, w) uint8 with pixels."""
    if not isinstance(item, np.ndarray) or item.dtype != np.uint8 or not item.size:
        return False
    return item.ndim == 2 or (item.ndim == 3 and item.shape[2] == 3)


def as_pixels(given: object) -> list[NDArray[np.uint8]]:
    """The images that a user has in memory: one, or any number of them.

    Args:
        given: One array (h, w, 3) or (h, w) uint8, or a sequence, array or iterator of them.

    Raises:
        OptionError: It is something else, or one of them is.
    """
    if is_image(given):
        return [given]
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise OptionError(f"Images in memory are a list of arrays; this is {described(given)}.{_advice(given)}")
    images: list[Any] = list(given)
    for position, image in enumerate(images):
        if not is_image(image):
            raise OptionError(f"Image {position} is {described(image)}; images are {_FORM}.{_advice(image)}")
    return images


def _advice(given: object) -> str:
    if isinstance(given, str | bytes) or hasattr(given, "__fspath__"):
        return " For files there is predict_files, for encoded bytes numpy.asarray(PIL.Image.open(io.BytesIO(data)))."
    return " numpy.asarray(image.convert('RGB')) makes an array of it." if hasattr(given, "getpixel") else ""
