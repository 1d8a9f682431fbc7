"""From a file to an answer, where another library decodes it: Pillow, as the scripts beside exports use it."""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.images import read_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.data import ImageFile

_REFUSALS = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What Pillow raises for files that are damaged: turned by a broken EXIF entry it is any of these."""


class FileParity(Value):
    """From files to answers: what another decoder changes. It is told, nothing is demanded of it.

    Attributes:
        n_images: Files that both decoders read.
        n_changed: That get another class.
        changed: The first of them.
        largest_difference: Of a probability.
        n_unreadable: Files that only Regraft reads.
    """

    n_images: int
    n_changed: int
    changed: tuple[str, ...]
    largest_difference: float
    n_unreadable: int


def decode_elsewhere(file: ImageFile) -> NDArray[np.uint8] | None:
    """A picture as Pillow reads it: upright, over white where it is transparent; None where Pillow cannot.

    Args:
        file: That Regraft can read.

    Returns:
        (height, width, 3) uint8.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(read_bytes(file))) as image:
            warnings.simplefilter("ignore")
            seen = ImageOps.exif_transpose(image).convert("RGBA")
            return np.asarray(Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB"))
    except (*_REFUSALS, Image.DecompressionBombError):
        return None
