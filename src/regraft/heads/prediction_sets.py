"""The classes that an image may be of, so many that the true one is among them at a stated rate.

A class is named if its probability reaches a threshold, which is learnt from images that the head was not fitted on
(Sadinle, Lei and Wasserman, "Least ambiguous set-valued classifiers with bounded error levels", 2019). These sets are
the smallest on average; those that add up probabilities are larger (bench/sets.py). The most probable class is always
named, so that no set is empty: where the classifier is right more often than is asked for, the sets cover more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import HeadError
from regraft.heads.calibration import softmax
from regraft.heads.rates import RateThreshold, effective_number, find_threshold, rate_band

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.heads.known_images import KnownImages

_NUMBERS = ("miss_rate", "mean_size", "size_deviation")


@dataclass(frozen=True)
class PredictionSets:
    """Names every class that an image may well be of.

    Attributes:
        threshold: Of 1 - probability; what lies above is not named. Its rate is that of truths left out.
        miss_rate: The share of images out of fold whose truth their set leaves out.
        mean_size: Classes in a set, mean over the images out of fold.
        size_deviation: Standard deviation of the size.
    """

    threshold: RateThreshold
    miss_rate: float
    mean_size: float
    size_deviation: float

    @property
    def coverage(self) -> float:
        """How often the truth is to be in the set."""
        return 1 - self.threshold.rate

    @property
    def attainable_coverage(self) -> float:
        """How often that can be promised from so few images."""
        return 1 - self.threshold.attainable_rate

    def sets(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(n, k) which classes are named, of probabilities (n, k); at least one in each row."""
        return _named(probabilities, self.threshold.value)

    def coverage_band(self, units: NDArray[np.int64], *, confidence: float = 0.95) -> tuple[float, float]:
        """Between which shares of some new images the sets hold the truth, if they are like those learnt from.

        Args:
            units: (m,) which group each new image belongs to.
            confidence: How often the share lies in the band.
        """
        n_new = effective_number(units, self.threshold.correlation)
        seen = max(
            self.miss_rate, 1 / (self.threshold.n_effective + 1)
        )  # of n images without a miss the next may be one
        rate = min(self.threshold.attainable_rate, seen)
        low, high = rate_band(rate, self.threshold.n_effective, n_new, confidence)
        return 1 - high, 1 - low

    def size_band(self, units: NDArray[np.int64]) -> tuple[float, float]:
        """Between which mean sizes the sets of some new images lie, 95 times of 100.

        Args:
            units: (m,) which group each new image belongs to.
        """
        n_new = effective_number(units, self.threshold.correlation)
        half = 1.96 * self.size_deviation * math.sqrt(1 / self.threshold.n_effective + 1 / n_new)
        return max(self.mean_size - half, 1.0), self.mean_size + half

    def settings(self) -> dict[str, Any]:
        """All of it, as JSON values."""
        return {"threshold": self.threshold.settings()} | {name: getattr(self, name) for name in _NUMBERS}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> PredictionSets:
        """The sets that `settings()` came from.

        Raises:
            HeadError: Names, types or values are wrong.
        """
        if set(settings) != {"threshold", *_NUMBERS}:
            raise HeadError(f"Prediction sets have the settings threshold, {', '.join(_NUMBERS)}.")
        numbers = [settings[name] for name in _NUMBERS]
        if any(isinstance(one, bool) or not isinstance(one, (int, float)) or not 0 <= one < np.inf for one in numbers):
            raise HeadError(f"The settings {', '.join(_NUMBERS)} of prediction sets are numbers from 0 on.")
        return cls(RateThreshold.from_settings(settings["threshold"]), *(float(one) for one in numbers))


def fit_sets(known: KnownImages, *, coverage: float = 0.9) -> PredictionSets:
    """Sets that hold the truth at a stated rate.

    Args:
        known: Images, with calibrated scores of heads that have not seen them.
        coverage: How often the truth is to be in the set; for images of a new group each, where there are groups.

    Raises:
        HeadError: No image can be judged by others of its class: each class is in one fold.
    """
    rows = np.flatnonzero(known.is_judged)
    if not len(rows):
        raise HeadError("No class has images in two folds, so nothing tells how often a set holds the truth.")
    probabilities = softmax(known.head_scores[rows].astype(np.float64))
    return find_sets(probabilities, known.labels[rows], known.units[rows], coverage=coverage)


def find_sets(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64], units: NDArray[np.int64], *, coverage: float = 0.9
) -> PredictionSets:
    """Sets that hold the truth at a stated rate, from what was said of images that were held out.

    Args:
        probabilities: (n, k) calibrated, n >= 1, of classifiers that have not seen the image.
        labels: (n,) columns of the truths.
        units: (n,) which group, or copies, each image belongs to.
        coverage: As for `fit_sets`.
    """
    truths = np.arange(len(labels)), labels
    threshold = find_threshold(1 - probabilities[truths], units, 1 - coverage)
    named = _named(probabilities, threshold.value)
    sizes = named.sum(axis=1)
    return PredictionSets(threshold, float((~named[truths]).mean()), float(sizes.mean()), float(sizes.std()))


def _named(probabilities: NDArray[np.floating], threshold: float) -> NDArray[np.bool_]:
    named = np.asarray(1 - probabilities <= threshold)
    named[np.arange(len(named)), probabilities.argmax(axis=1)] = True
    return named
