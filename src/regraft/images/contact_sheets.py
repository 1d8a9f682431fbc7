"""A picture of pictures: images and their random views, as a network sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from regraft.images.decoding import read_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.images.augmentation import View
    from regraft.images.decoding import ImageSource
    from regraft.images.transform import Transform


def contact_sheet(
    sources: Sequence[ImageSource], transform: Transform, views: Sequence[View], *, cell: int = 112
) -> NDArray[np.uint8]:
    """One row for each image: the image as it is, then its views.

    Args:
        sources: Readable images.
        transform: Their geometry.
        views: What to show of each.
        cell: Height and width of each, pixels.

    Returns:
        (h, w, 3) uint8.
    """
    rows = []
    for source in sources:
        cells = [read_image(source, transform, view).pixels for view in (None, *views)]
        rows.append(np.hstack([np.array(Image.fromarray(pixels).resize((cell, cell))) for pixels in cells]))
    return np.vstack(rows)
