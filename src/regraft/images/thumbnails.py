"""Small pictures for reports."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from regraft.data import UnreadableImageError
from regraft.images.decoding import read_image
from regraft.images.transform import Transform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.data import ImageFile


def thumbnail_jpeg(path: ImageFile, *, pixels: int = 128) -> bytes | None:
    """A square picture of a file as JPEG, without any of the file's metadata.

    Args:
        path: The image, a file or a part of one.
        pixels: Height and width.

    Returns:
        JPEG bytes, or None where the file cannot be read.
    """
    transform = Transform(height=pixels, width=pixels, policy="letterbox", interpolation="bilinear")
    try:
        decoded = read_image(path, transform)
    except UnreadableImageError:
        return None
    return encode_jpeg(decoded.pixels)


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels (h, w, 3) uint8 as a JPEG for a page."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
