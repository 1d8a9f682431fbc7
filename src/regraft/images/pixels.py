"""Images that a user hands over: in memory, or by their paths."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from regraft.core import DataError, OptionError, as_place, described, several
from regraft.data import UnreadableImageError
from regraft.images.colour import flatten, simplify_mode, without_idle_opacity
from regraft.images.exif import read_orientation
from regraft.images.failures import explain_failure
from regraft.images.orientation import turn_upright

if TYPE_CHECKING:
    from pathlib import Path

PixelImage = NDArray[np.uint8] | Image.Image
"""An image in memory: (height, width, 3) RGB or (height, width) grey, uint8, or a Pillow image."""
GivenImage = str | bytes | PathLike[str] | PixelImage
GivenImages = GivenImage | Iterable[GivenImage]
"""What a user may hand over: one image, or any number of them."""
_FORM = "a uint8 array, (height, width, 3) RGB or (height, width) grey, or a Pillow image"


def is_image(item: object) -> TypeGuard[NDArray[np.uint8]]:
    """Whether this is one image: an array (h, w, 3) or (h, w) uint8 with pixels."""
    if not isinstance(item, np.ndarray) or item.dtype != np.uint8 or not item.size:
        return False
    return item.ndim == 2 or (item.ndim == 3 and item.shape[2] == 3)


def as_pixels(given: object) -> list[NDArray[np.uint8]]:
    """The images that a user has in memory: one, or any number of them.

    Args:
        given: One array (h, w, 3) or (h, w) uint8, one Pillow image, or a sequence, array or iterator of them.

    Raises:
        OptionError: It is something else, or one of them is.
        DataError: The file behind a Pillow image cannot be read.
    """
    if is_image(given) or isinstance(given, Image.Image):
        return [named_pixels(given, "The image")]
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise OptionError(f"Images in memory are a list of arrays; this is {described(given)}.{_advice(given)}")
    return [named_pixels(item, f"Image {position}") for position, item in enumerate(given)]


def as_images(given: object, name: str = "") -> list[Path | PixelImage]:
    """The images that a user means: paths, or what is in memory; one, or any number of them.

    Args:
        given: A path, a uint8 array (h, w, 3) or (h, w), a Pillow image; a list, an array or a column of these.
        name: What the user calls it, for messages: `X`.

    Raises:
        OptionError: It is no image and no list of images, or one of them is none.
    """
    if is_image(given) or isinstance(given, str | bytes | PathLike | Image.Image):
        return [_image(given, 0, name)]
    values: Any = given.to_numpy() if hasattr(given, "to_numpy") else given
    if isinstance(values, np.ndarray) and values.dtype != np.uint8 and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]  # a table with one column
    is_batch = isinstance(values, np.ndarray) and values.ndim
    items = list(values) if is_batch else several(values, name or "An image or folder")
    return [_image(item, place, name) for place, item in enumerate(items)]


def _image(item: Any, place: int, name: str) -> Path | PixelImage:
    what = f"Item {place} of {name or 'the list'}"
    if isinstance(item, str | bytes | PathLike):
        return as_place(item, what if name else "An image or folder")
    if is_image(item) or isinstance(item, Image.Image):
        return item
    raise OptionError(f"{what} is {described(item)}. An image is a path, {_FORM}.")


def named_pixels(item: Any, what: str) -> NDArray[np.uint8]:
    """The pixels of an image in memory.

    Args:
        item: An array or a Pillow image.
        what: What to call it, as the beginning of a sentence.

    Raises:
        OptionError: It is none.
        DataError: The file behind a Pillow image cannot be read.
    """
    if not is_image(item) and not isinstance(item, Image.Image):
        raise OptionError(f"{what} is {described(item)}; an image in memory is {_FORM}.{_advice(item)}")
    try:
        return to_pixels(item)
    except UnreadableImageError as error:
        raise DataError(f"{what} cannot be read: {error.detail}.") from error


def to_pixels(image: PixelImage) -> NDArray[np.uint8]:
    """The pixels of an image in memory: (h, w, 3) or (h, w) uint8, by the rules for files.

    It is turned upright as its EXIF says, which Pillow hands on to what is made of a file (converted, copied, resized):
    the file itself would be. `ImageOps.exif_transpose` turns an image and takes the orientation out.

    Raises:
        UnreadableImageError: The file behind a Pillow image cannot be read.
    """
    if isinstance(image, np.ndarray):
        return image
    try:
        shown = without_idle_opacity(simplify_mode(image))
        exif = image.info.get("exif")  # a TIFF has none here: Pillow has turned it
        return np.asarray(flatten(turn_upright(shown, read_orientation(exif if isinstance(exif, bytes) else b""))))
    except UnreadableImageError:
        raise
    except Exception as error:  # decoders raise errors of every kind
        raise explain_failure(error) from error


def _advice(given: object) -> str:
    if isinstance(given, str | bytes) or hasattr(given, "__fspath__"):
        return " For files there is predict, for encoded bytes PIL.Image.open(io.BytesIO(data))."
    return ""
