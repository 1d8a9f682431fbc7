"""What the tags of a TIFF say about wide pixels, where Pillow does not listen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, TiffImagePlugin

if TYPE_CHECKING:
    from numpy.typing import NDArray

# TIFF 6.0, sections 3, 8 and 19
_BITS_PER_SAMPLE = 258
_PHOTOMETRIC = 262
_SAMPLE_FORMAT = 339
_WHITE_IS_ZERO = 0
_UNSIGNED = (1,)


def wide_values(image: Image.Image) -> NDArray[np.generic]:
    """Pixels of a loaded image in a mode of more than 8 bits, (h, w), black low.

    Of a TIFF, 12 bits are spread over 16, 32 unsigned bits are not taken for signed ones, and an image in which zero
    is white is inverted. 16-bit numbers are uint16.
    """
    values: NDArray[np.generic] = np.asarray(image)
    if values.dtype.itemsize == 2:
        values = values.astype(np.uint16)
    return _as_tagged(values, image.tag_v2) if isinstance(image, TiffImagePlugin.TiffImageFile) else values


def _as_tagged(values: NDArray[Any], tags: TiffImagePlugin.ImageFileDirectory_v2) -> NDArray[np.generic]:
    if values.dtype == np.uint16 and tags.get(_BITS_PER_SAMPLE) == (12,):
        values = (values << 4) | (values >> 8)
    elif values.dtype == np.int32 and tags.get(_BITS_PER_SAMPLE) == (32,):
        values = values.view(np.uint32) if tags.get(_SAMPLE_FORMAT, _UNSIGNED) == _UNSIGNED else values
    if values.dtype.kind == "u" and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        values = ~values
    return values
