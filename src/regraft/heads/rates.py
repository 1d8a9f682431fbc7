"""A threshold that a stated share of new images exceeds, and how far the share may turn out to lie from it.

Images of one object are alike: n images in groups are worth fewer independent ones. How many, the correlation of what
happens to images of one group tells (Kish, "Survey sampling", 1965, section 5.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import HeadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_N_DRAWS_MAX = 100_000
"""More images than these move a band by nothing that can be seen."""


@dataclass(frozen=True)
class RateThreshold:
    """The value that a stated share of new images exceeds.

    Attributes:
        value: What is exceeded; the largest value seen where the images are too few for the share.
        rate: The share that was asked for.
        n_images: Images that it was learnt from.
        n_effective: How many independent ones they are worth.
        correlation: Of exceeding it, between images of one group; 0 where no image shares a group.
    """

    value: float
    rate: float
    n_images: int
    n_effective: float
    correlation: float

    @property
    def attainable_rate(self) -> float:
        """The share that can be promised: of n images the largest is exceeded by one new image in n + 1."""
        return max(self.rate, 1 / (self.n_effective + 1))

    def band(self, units: NDArray[np.int64], *, confidence: float = 0.95) -> tuple[float, float]:
        """Between which shares of some new images exceed it, if they are like those it was learnt from.

        Beta-binomial: the threshold is itself random (Vovk, "Conditional validity of inductive conformal
        predictors", 2012; Angelopoulos and Bates 2023, section 3.2).

        Args:
            units: (m,) which group each new image belongs to.
            confidence: How often the share lies in the band.
        """
        return rate_band(self.attainable_rate, self.n_effective, effective_number(units, self.correlation), confidence)

    def settings(self) -> dict[str, Any]:
        """All of it, as JSON values."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> RateThreshold:
        """The threshold that `settings()` came from.

        Raises:
            HeadError: Names, types or values are wrong.
        """
        if not isinstance(settings, dict) or set(settings) != set(_FIELDS):
            raise HeadError(f"A threshold has the settings {', '.join(_FIELDS)}.")
        numbers = list(settings.values())
        if any(isinstance(one, bool) or not isinstance(one, (int, float)) or not math.isfinite(one) for one in numbers):
            raise HeadError("A threshold's settings are finite numbers.")
        found = cls(**settings)
        if not (0 < found.rate < 1 and 0 <= found.correlation <= 1 and found.n_images >= 1 and found.n_effective >= 1):
            raise HeadError("A threshold's rate lies between 0 and 1, and it is learnt from at least one image.")
        return found


_FIELDS = ("value", "rate", "n_images", "n_effective", "correlation")


def find_threshold(values: NDArray[np.floating], units: NDArray[np.int64], rate: float) -> RateThreshold:
    """The threshold that new images exceed at a rate, on average over samples such as this one.

    Without groups the ceil((1 - rate) (n + 1))-th smallest value, which holds for any distribution (Vovk, Gammerman
    and Shafer 2005); with them n is the effective number in the share of values that lie below.

    Args:
        values: (n,) of images that nothing was fitted on, n >= 1.
        units: (n,) which group each image belongs to; images of different groups are independent.
        rate: Between 0 and 1.

    Raises:
        ValueError: There are no values, or the rate is none.
    """
    if not len(values) or not 0 < rate < 1:
        raise ValueError(f"A threshold needs values and a rate between 0 and 1; got {len(values)} and {rate}.")
    ordered = np.sort(np.asarray(values, np.float64))
    n_images = len(ordered)
    first = ordered[_position(rate, n_images, n_images)]
    correlation = group_correlation((values > first).astype(np.float64), units)
    n_effective = effective_number(units, correlation)
    value = ordered[_position(rate, n_images, n_effective)]
    return RateThreshold(float(value), rate, n_images, n_effective, correlation)


def _position(rate: float, n_images: int, n_effective: float) -> int:
    share = (1 - rate) * (1 + 1 / n_effective)
    return min(math.ceil(share * n_images - 1e-9), n_images) - 1


def effective_number(units: NDArray[np.int64], correlation: float) -> float:
    """How many independent images some images in groups are worth, at least 1.

    Args:
        units: (n,) which group each image belongs to.
        correlation: Between images of one group.
    """
    _units, sizes = np.unique(units, return_counts=True)
    mean_size = float((sizes**2).sum() / len(units)) if len(units) else 1.0  # of the group of a random image
    return max(len(units) / (1 + correlation * (mean_size - 1)), 1.0)


def group_correlation(values: NDArray[np.float64], units: NDArray[np.int64]) -> float:
    """Correlation of values between images of one group, over all pairs; 0 to 1.

    Source: Donner, "A review of inference procedures for the intraclass correlation coefficient", 1986: the pairwise
    estimator.

    Args:
        values: (n,).
        units: (n,) which group each image belongs to.
    """
    _names, codes, sizes = np.unique(units, return_inverse=True, return_counts=True)
    deviations = values - values.mean()
    variance = float((deviations**2).mean())
    n_pairs = float((sizes * (sizes - 1)).sum())
    if not n_pairs or not variance:
        return 0.0
    sums = np.bincount(codes, weights=deviations)
    squares = np.bincount(codes, weights=deviations**2)
    return float(np.clip((sums**2 - squares).sum() / n_pairs / variance, 0.0, 1.0))


def rate_band(rate: float, n_learnt: float, n_new: float, confidence: float = 0.95) -> tuple[float, float]:
    """Between which shares of new images something of a known rate happens, where n images taught that rate.

    Args:
        rate: Between 0 and 1.
        n_learnt: Independent images that the rate was learnt from.
        n_new: Independent new images.
        confidence: How often the share lies in the band.
    """
    from scipy.special import betaln, gammaln

    n = max(1, min(round(n_new), _N_DRAWS_MAX))
    first, second = max(rate * (n_learnt + 1), 1e-9), max((1 - rate) * (n_learnt + 1), 1e-9)
    counts = np.arange(n + 1)
    choices = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    masses = np.exp(choices + betaln(counts + first, n - counts + second) - betaln(first, second))
    below = np.cumsum(masses) / masses.sum()
    tail = (1 - confidence) / 2
    low, high = (int(np.searchsorted(below, share)) for share in (tail, 1 - tail))
    return max((low - 0.5) / n, 0.0), min((high + 0.5) / n, 1.0)  # half a step: n is rounded
