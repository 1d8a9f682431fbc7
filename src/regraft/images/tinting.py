"""Cells of an image coloured by numbers: a map on a picture, as coarse as it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FOR, _AGAINST = (13.0, 122.0, 112.0), (214.0, 96.0, 36.0)
"""Teal and orange, as in the pages."""
_STRONGEST = 0.75
"""Of the colour that the strongest cell is painted with."""
_GAP = 8


def tint_cells(pixels: NDArray[np.uint8], cells: NDArray[np.floating], *, side: int = 336) -> NDArray[np.uint8]:
    """A picture in grey whose cells are teal as far as their numbers are above 0, and orange below.

    Args:
        pixels: (h, w, 3) uint8.
        cells: (rows, columns); the largest of all, whatever its sign, has the strongest colour. Nothing is smoothed.
        side: Height and width of the result.

    Returns:
        (side, side, 3) uint8.
    """
    grey = np.asarray(enlarge(pixels, side=side).astype(np.float32).mean(axis=2, keepdims=True))
    strengths = cells / max(float(np.abs(cells).max(initial=0.0)), np.finfo(np.float64).tiny) * _STRONGEST
    rows, columns = (np.arange(side) * n // side for n in cells.shape)
    spread = strengths[rows][:, columns, None]
    colour = np.where(spread > 0, np.array(_FOR), np.array(_AGAINST))
    return np.asarray(np.rint(grey * (1 - np.abs(spread)) + colour * np.abs(spread))).astype(np.uint8)


def enlarge(pixels: NDArray[np.uint8], *, side: int = 336) -> NDArray[np.uint8]:
    """A picture (side, side, 3) of another size."""
    return np.array(Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR))


def encode_strip(pictures: Sequence[NDArray[np.uint8]]) -> bytes:
    """Pictures of one height beside each other, as a PNG."""
    height = pictures[0].shape[0]
    gap = np.full((height, _GAP, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)][1:]
    buffer = io.BytesIO()
    Image.fromarray(np.hstack(parts)).save(buffer, "PNG")
    return buffer.getvalue()
