"""Where one picture may lie on another: mirrorings and quarter turns, and the windows that cropping leaves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from regraft.data import THUMBNAIL_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

N_TURNS: Final = 8
"""Ways to lay a square on itself: turn // 2 quarter turns against the clock, then mirrored where the turn is odd."""
TURN_NAMES: Final = (
    "",
    "mirrored",
    "turned by a quarter",
    "turned by a quarter and mirrored",
    "turned by a half",
    "mirrored top to bottom",
    "turned by a quarter",
    "turned by a quarter and mirrored",
)
WHOLE: Final = np.array([0, 1, 0, 1], np.float32)
"""The window that leaves nothing out."""
_MARGIN = 12
_STEPS_PER_PIXEL = 128
_STEPS = ((0.92, 2), (0.84, 3), (0.76, 4))
_SIDE_STEPS = ((0.9, 3), (0.82, 3), (0.75, 5))


def turned(pictures: Floats, turn: int) -> Floats:
    """Pictures (..., p, p) laid down in one of the eight ways."""
    rotated = np.rot90(pictures, turn // 2, axes=(-2, -1))
    return rotated[..., ::-1] if turn % 2 else rotated


def list_windows() -> Floats:
    """Windows (w, 4) that cropping leaves: top, bottom, left and right as shares of the side; the whole comes first."""
    found = [(0.0, 1.0, 0.0, 1.0)]
    for size, n_places in _STEPS:
        places = np.linspace(0, 1 - size, n_places)
        found += [(top, top + size, left, left + size) for top in places for left in places]
    for size, n_places in _SIDE_STEPS:
        for place in np.linspace(0, 1 - size, n_places):
            found += [(place, place + size, 0.0, 1.0), (0.0, 1.0, place, place + size)]
    return np.array(found, np.float32)


def sampling(starts: Floats, ends: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How a side's pixels are found in those of another side, of which they are a window: cubic interpolation.

    Args:
        starts: (m,) where the windows begin, as shares of the other side; below 0 outside it.
        ends: (m,) where they end.

    Returns:
        (m, p, p) weights of the other's pixels for each pixel, and (m, p) whether a pixel lies inside the other.
    """
    middles = (np.arange(THUMBNAIL_PIXELS, dtype=np.float32) + 0.5) / THUMBNAIL_PIXELS
    places = (starts[:, None] + (ends - starts)[:, None] * middles) * THUMBNAIL_PIXELS - 0.5
    steps = np.rint((places + _MARGIN) * _STEPS_PER_PIXEL).astype(np.int64)
    weights = _table()[np.clip(steps, 0, len(_table()) - 1)]
    return weights, (places >= -0.25) & (places <= THUMBNAIL_PIXELS - 0.75)


@cache
def _table() -> Floats:
    """The weights of a side's pixels at every 128th of a pixel: Catmull and Rom's kernel."""
    places = np.arange((THUMBNAIL_PIXELS + 2 * _MARGIN) * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL - _MARGIN
    distances = np.abs(places[:, None] - np.arange(THUMBNAIL_PIXELS))
    near = (1.5 * distances - 2.5) * distances**2 + 1
    far = ((2.5 - 0.5 * distances) * distances - 4) * distances + 2
    kernel = np.where(distances <= 1, near, np.where(distances < 2, far, 0))
    table: Floats = (kernel / np.maximum(kernel.sum(axis=1, keepdims=True), 0.5)).astype(np.float32)
    return table
