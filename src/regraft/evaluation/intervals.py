"""A number with its uncertainty."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

from regraft.core import Value, as_percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.evaluation.bootstrap import SamplingUnits

Method = Literal[
    "Wilson score",
    "Wilson score over groups",
    "bootstrap over images",
    "bootstrap over groups",
    "DeLong over images",
    "DeLong over groups",
    "none",
]


class Estimate(Value):
    """A measured number, the interval that holds the true one, and on how much it rests.

    `low` and `high` are None where the data allow no interval (one image says nothing about spread).
    """

    value: float
    low: float | None
    high: float | None
    n: int
    n_groups: int | None = None
    method: Method

    @property
    def ends(self) -> tuple[float, float]:
        """The interval, or the value twice where the data allow none."""
        return (self.value if self.low is None else self.low, self.value if self.high is None else self.high)

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def of_the_time(share: Estimate, confidence: float) -> str:
    """`87.0 % of the time (95 % interval 84.3 to 89.4)`."""
    text = f"{as_percent(share.value)} of the time"
    if share.low is None or share.high is None:
        return text
    return f"{text} ({confidence * 100:g} % interval {share.low * 100:.1f} to {share.high * 100:.1f})"


def wilson_interval(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion that stays honest near 0 and 1 and for small n.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); recommended
    by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).

    Args:
        share: Observed proportion, 0 to 1.
        n: Number of independent trials, above 0; an effective number may be fractional.
        confidence: How often the interval should hold the true proportion.

    Returns:
        Lower and upper end, 0 to 1.
    """
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def wilson_estimate(share: float, n: int, n_independent: int, confidence: float, *, grouped: bool) -> Estimate:
    """A share of images with its Wilson interval, on their groups where images are not independent.

    As if each group were one image, which is on the safe side.

    Args:
        share: Observed proportion, 0 to 1.
        n: Images.
        n_independent: Groups of them; as many as images where these are independent.
        confidence: How often the interval should hold the true proportion.
        grouped: Whether some group of the data holds several images.
    """
    low, high = wilson_interval(share, n_independent, confidence)
    return Estimate(
        value=share,
        low=low,
        high=high,
        n=n,
        n_groups=n_independent if grouped else None,
        method="Wilson score over groups" if grouped else "Wilson score",
    )


def estimate_share(is_so: NDArray[np.bool_], units: SamplingUnits, confidence: float) -> Estimate:
    """The share of images of which something is so.

    Args:
        is_so: (n,) of which it is.
        units: What of the images was drawn independently.
        confidence: How often the interval should hold the true share.
    """
    return wilson_estimate(float(is_so.mean()), units.n_images, units.n_units, confidence, grouped=units.grouped)
