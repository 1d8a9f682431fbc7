"""The tags of a TIFF: whether they are there, and what they say about wide pixels, where Pillow does not listen."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.data import Reason, UnreadableImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image, TiffImagePlugin

# TIFF 6.0, sections 3, 8 and 19
_BITS_PER_SAMPLE = 258
_PHOTOMETRIC = 262
_SAMPLE_FORMAT = 339
_WHITE_IS_ZERO = 0
_UNSIGNED = (1,)
_LAST_PIXEL_TAG = 347
"""Tags are sorted, and Pillow stops at one whose values are cut off: behind this one it misses nothing."""
_N_VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8, 18: 8}
_N_TAGS_MAX = 65_535


def check_tiff(data: bytes) -> None:
    """Look whether the tags of a TIFF's first picture are all there; most programs write them behind the pixels.

    Where they are cut off Pillow warns on standard error, goes on without them and fails for another reason.

    Raises:
        UnreadableImageError: The file ends before them.
    """
    order = "<" if data.startswith(b"II") else ">"
    is_big = b"+" in data[2:4]
    word, short, n_inline = ("Q", "Q", 8) if is_big else ("I", "H", 4)
    try:
        (start,) = struct.unpack_from(f"{order}{word}", data, n_inline)
        (n_tags,) = struct.unpack_from(f"{order}{short}", data, min(start, len(data)))
        place = start + struct.calcsize(short)
        for _ in range(min(n_tags, _N_TAGS_MAX)):
            tag, kind, n_values, value = struct.unpack_from(f"{order}HH{word}{word}", data, place)
            n_bytes = n_values * _N_VALUE_BYTES.get(kind, 0)
            if tag <= _LAST_PIXEL_TAG and n_bytes > n_inline and value + n_bytes > len(data):
                raise UnreadableImageError(Reason.TRUNCATED, f"the file ends before the values of its tag {tag}")
            place += struct.calcsize(f"{order}HH{word}{word}")
        struct.unpack_from(f"{order}{word}", data, place)
    except struct.error:
        raise UnreadableImageError(Reason.TRUNCATED, "the file ends before its tags do") from None


def wide_values(image: Image.Image) -> NDArray[np.generic]:
    """Pixels of a loaded image in a mode of more than 8 bits, (h, w), black low.

    Of a TIFF, 12 bits are spread over 16, 32 unsigned bits are not taken for signed ones, and an image in which zero
    is white is inverted. 16-bit numbers are uint16.
    """
    values: NDArray[np.generic] = np.asarray(image)
    if values.dtype.itemsize == 2:
        values = values.astype(np.uint16)
    from PIL import TiffImagePlugin  # few files need it

    return _as_tagged(values, image.tag_v2) if isinstance(image, TiffImagePlugin.TiffImageFile) else values


def _as_tagged(values: NDArray[Any], tags: TiffImagePlugin.ImageFileDirectory_v2) -> NDArray[np.generic]:
    if values.dtype == np.uint16 and tags.get(_BITS_PER_SAMPLE) == (12,):
        values = (values << 4) | (values >> 8)
    elif values.dtype == np.int32 and tags.get(_BITS_PER_SAMPLE) == (32,):
        values = values.view(np.uint32) if tags.get(_SAMPLE_FORMAT, _UNSIGNED) == _UNSIGNED else values
    if values.dtype.kind == "u" and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        values = ~values
    return values
