"""Resampling of images, or of whole groups of images of one object.

A resample is a vector of weights (how often each image was drawn), so any weighted metric can be resampled, thousands
of times at once. Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapters 6 and 13; for groups:
Field and Welsh, "Bootstrapping clustered data", JRSS B 69 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

N_RESAMPLES = 2000
N_RESAMPLES_MIN = 200
_N_DRAWS_MAX = 200_000_000
"""Of images in all resamples: beyond 100,000 images there are fewer resamples, of intervals that are narrow by then."""
_N_CELLS_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False)
class SamplingUnits:
    """What was drawn independently: n images, or fewer groups of them.

    Attributes:
        unit_of_image: (n,) int64, 0 to n_units - 1.
        n_units: Number of independent units.
        grouped: Whether some unit holds several images.
    """

    unit_of_image: NDArray[np.int64]
    n_units: int
    grouped: bool

    @property
    def n_images(self) -> int:
        """Number of images."""
        return len(self.unit_of_image)

    @property
    def n_groups(self) -> int | None:
        """Number of units, None where images are independent."""
        return self.n_units if self.grouped else None


def sampling_units(n_images: int, groups: Sequence[str | None] | None) -> SamplingUnits:
    """Units from the groups' names. An image without a group is a unit of its own."""
    if groups is None:
        return SamplingUnits(np.arange(n_images), n_images, grouped=False)
    positions: dict[str | int, int] = {}
    keys = (row if group is None else group for row, group in enumerate(groups))
    units = np.array([positions.setdefault(key, len(positions)) for key in keys], np.int64)
    return SamplingUnits(units, len(positions), grouped=len(positions) < n_images)


def units_by_class(labels: NDArray[np.int64], units: SamplingUnits, n_classes: int) -> NDArray[np.int64]:
    """(k,) independent units that show each class."""
    pairs = np.unique(np.stack([labels, units.unit_of_image]), axis=1)
    return np.bincount(pairs[0], minlength=n_classes)


def resample(
    metrics: Callable[[NDArray[np.float32]], Mapping[str, NDArray[np.float64]]],
    units: SamplingUnits,
    rng: np.random.Generator,
    n_resamples: int | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Compute metrics on many resamples.

    Args:
        metrics: Takes (n, b) weights of the images and gives (b,) values by name.
        units: What is drawn, with replacement, as many as there are.
        rng: Where the draws come from.
        n_resamples: How many; None for 2,000, and of very many images as few as 200.

    Returns:
        (n_resamples,) values by name.
    """
    if n_resamples is None:
        n_resamples = max(N_RESAMPLES_MIN, min(N_RESAMPLES, _N_DRAWS_MAX // units.n_images))
    parts = [metrics(weights) for weights in _weights(units, rng, n_resamples)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _weights(units: SamplingUnits, rng: np.random.Generator, n_resamples: int) -> Iterator[NDArray[np.float32]]:
    """(n, b) weights in pieces of bounded size."""
    n_units = units.n_units
    n_at_once = max(1, min(n_resamples, _N_CELLS_AT_ONCE // units.n_images))
    for begin in range(0, n_resamples, n_at_once):
        n_columns = min(n_at_once, n_resamples - begin)
        drawn = rng.integers(0, n_units, size=(n_units, n_columns)) * n_columns + np.arange(n_columns)
        counts = np.bincount(drawn.ravel(), minlength=n_units * n_columns)
        weights = counts.astype(np.float32).reshape(n_units, n_columns)
        yield weights[units.unit_of_image] if units.grouped else weights


def percentile_interval(resampled: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """The range of the middle `confidence` of the resampled values; NaN values are left out."""
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def basic_interval(value: float, resampled: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """The percentile interval mirrored at `value`, which takes out a bias that resampling doubles.

    Source: Davison and Hinkley, "Bootstrap methods and their application", 1997, equation 5.6. Widened where needed to
    hold `value`.
    """
    low, high = percentile_interval(resampled, confidence)
    return min(2 * value - high, value), max(2 * value - low, value)
