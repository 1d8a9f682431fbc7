"""What a look counts in pixels, as whole numbers: by our compiled loops, or the same by NumPy and Pillow."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

try:
    from regraft.images import _looking
except ImportError:  # installed from source without a C compiler: slower, the same numbers
    compiled = None
else:
    compiled = _looking.measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_ROWS = 32


class Levels(NamedTuple):
    """Luminance in some rows of a picture, and its Laplacian there."""

    n: int
    total: int
    squares: int
    darkest: int
    """The lowest level that is not below 5 % of the pixels."""
    brightest: int
    """Likewise 95 %."""
    n_laplacian: int
    laplacian: int
    laplacian_squares: int

    @property
    def brightness(self) -> float:
        """Mean luminance, 0 to 255."""
        return self.total / self.n

    @property
    def contrast(self) -> float:
        """Standard deviation of the luminance."""
        return float(_variance(self.n, self.total, self.squares) ** 0.5)

    @property
    def sharpness(self) -> float:
        """Variance of the Laplacian; 0 where no pixel has neighbours on all sides."""
        return _variance(self.n_laplacian, self.laplacian, self.laplacian_squares) if self.n_laplacian else 0.0


class Colours(NamedTuple):
    """Sums over a square, (red, green, blue) each."""

    all: tuple[int, int, int]
    inner: tuple[int, int, int]
    """Without the border."""
    saturation: int
    """Of the differences between the largest and the smallest of the three."""


def count_pixels(
    shown: NDArray[np.uint8], small: NDArray[np.uint8], *, border: int
) -> tuple[Levels, Colours, NDArray[np.uint8]]:
    """Count levels in 32 rows of a picture at even distances, and colours of a small square.

    Args:
        shown: (h, w, 3) uint8, C-contiguous.
        small: (s, s, 3) uint8, C-contiguous.
        border: Width of the square's border.

    Returns:
        The levels, the colours, and the square's luminance, (s, s) uint8.
    """
    rows = _sampled(shown.shape[0], shown.shape[1])
    if compiled is None:
        return _levels(shown, rows), _colours(small, border), _luminance(small)
    luminance = np.empty(small.shape[:2], np.uint8)
    levels, sums, inner, saturation = compiled(
        shown, shown.shape[0], shown.shape[1], rows, small, len(small), border, luminance
    )
    return Levels(*levels), Colours(sums, inner, saturation), luminance


@cache
def _sampled(height: int, width: int) -> NDArray[np.int32]:
    """Rows at even distances, each with one above and one below, where the picture is large enough for that."""
    edge = int(min(height, width) > 2)
    n_rows = min(_N_ROWS, height - 2 * edge)
    return np.linspace(edge, height - 1 - edge, n_rows).round().astype(np.int32)


def _variance(n: int, total: int, squares: int) -> float:
    return (squares * n - total * total) / (n * n)


def _luminance(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rec. 601, as Pillow has it."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def _levels(shown: NDArray[np.uint8], rows: NDArray[np.int32]) -> Levels:
    row = _luminance(shown[rows])
    counts, levels = np.bincount(row.ravel(), minlength=256), np.arange(256)
    darkest, brightest = np.searchsorted(20 * counts.cumsum(), (row.size, 19 * row.size)).tolist()
    found = (row.size, int(counts @ levels), int(counts @ levels**2), darkest, brightest)
    if min(shown.shape[:2]) < 3:
        return Levels(*found, 0, 0, 0)
    laplacian = row[:, 1:-1].astype(np.int32) * -4
    for part in (row[:, :-2], row[:, 2:], *(_luminance(shown[rows + step])[:, 1:-1] for step in (-1, 1))):
        laplacian += part
    return Levels(*found, laplacian.size, int(laplacian.sum()), int((laplacian**2).sum()))


def _colours(small: NDArray[np.uint8], border: int) -> Colours:
    inner = small[border : len(small) - border, border : len(small) - border]
    red, green, blue = small.astype(np.int64).sum((0, 1)).tolist()
    inner_red, inner_green, inner_blue = inner.astype(np.int64).sum((0, 1)).tolist()
    saturation = int((small.max(axis=2).astype(np.int64) - small.min(axis=2)).sum())
    return Colours((red, green, blue), (inner_red, inner_green, inner_blue), saturation)
