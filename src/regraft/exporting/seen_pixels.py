"""What graphs see of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.images import PLAIN, FixedView, read_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from regraft.exporting.description import SeenInput
    from regraft.images import ImageSource


def see_images(inputs: Sequence[SeenInput], images: Iterable[ImageSource]) -> list[NDArray[np.uint8]]:
    """What a graph sees of images.

    Args:
        inputs: Of the graph.
        images: m files, encoded images or arrays.

    Returns:
        For each input (m, h, w, 3) uint8.

    Raises:
        UnreadableImageError: One cannot be read.
        OptionError: An array is no image.
    """
    listed = [*images]
    return [np.stack([read_image(one, seen.transform, view_of(seen)).pixels for one in listed]) for seen in inputs]


def view_of(seen: SeenInput) -> FixedView:
    """The part of an image that an input shows, as a view."""
    return PLAIN if seen.window == PLAIN.window else FixedView("window", seen.window)
