"""The headline numbers of some predictions, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator
from regraft.evaluation.bootstrap import basic_interval, percentile_interval, resample, sampling_units, units_by_class
from regraft.evaluation.class_counts import balanced_accuracy, count_classes, macro_f1
from regraft.evaluation.intervals import Estimate, Method, wilson_interval
from regraft.evaluation.probability_scores import calibration_error, log_losses, top_hits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions

_BY_CLASS = ("balanced_accuracy", "macro_f1")
_BY_BIN = ("calibration_error",)
_NOT_SHARES = ("log_loss", "calibration_error")


class Measurement:
    """Metrics of labelled predictions, as functions of the images' weights.

    Args:
        predictions: n >= 1 images, all with a known truth.
        baseline_class: The class that the baseline always names; None for no baseline.
    """

    def __init__(self, predictions: Predictions, baseline_class: int | None) -> None:
        self.predictions = predictions
        self.units = sampling_units(len(predictions), predictions.groups)
        labels, probabilities = predictions.labels, predictions.probabilities
        self.per_image: dict[str, NDArray[np.floating | np.bool_]] = {
            "accuracy": predictions.right,
            "log_loss": log_losses(probabilities, labels),
        }
        if predictions.n_classes > 5:
            self.per_image["top5_accuracy"] = top_hits(probabilities, labels, 5)
        if baseline_class is not None:
            self.per_image["baseline"] = labels == baseline_class
        self._stacked = np.stack([values.astype(np.float64) for values in self.per_image.values()])

    def values(self, weights: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
        """(b,) values by metric for (n, b) weights of the images."""
        predictions = self.predictions
        # einsum, not a matrix product: BLAS threads that wait for busy cores cost more than they give here
        totals = np.einsum("mn,nb->mb", self._stacked.astype(weights.dtype), weights) / weights.sum(axis=0)
        counts = count_classes(predictions.labels, predictions.predicted, predictions.n_classes, weights)
        return dict(zip(self.per_image, totals.astype(np.float64), strict=True)) | {
            "balanced_accuracy": balanced_accuracy(counts),
            "macro_f1": macro_f1(counts),
            "calibration_error": calibration_error(predictions.confidence, predictions.right, weights),
        }

    def effective_size(self, name: str) -> float:
        """How many independent trials a share rests on.

        A mean over k classes with u_c units each varies as one over k^2 / sum(1 / u_c) units would.
        """
        if name not in _BY_CLASS:
            return float(self.units.n_units)
        n_units = units_by_class(self.predictions.labels, self.units, self.predictions.n_classes)
        present = n_units[n_units > 0]
        return float(len(present) ** 2 / (1 / present).sum())


def measure(
    predictions: Predictions, *, baseline_class: int | None, confidence: float, seed: int
) -> dict[str, Estimate]:
    """Every headline metric with its interval.

    Shares of independent images (accuracy, top-5, baseline) have a Wilson interval; all else, and everything where a
    group holds several images, is resampled: images or whole groups, 2,000 times (very many less often). The
    calibration error, which resampling inflates, has a basic bootstrap interval, the others the percentile one. Where
    the resamples do not differ (everything right, a single group) shares have a Wilson interval on the effective number
    of units.

    Args:
        predictions: n >= 1 images, all with a known truth.
        baseline_class: The class that the baseline always names.
        confidence: How often an interval should hold the true number.
        seed: Chooses the resamples.

    Returns:
        Estimates by name: accuracy, top5_accuracy (for more than 5 classes), log_loss, baseline (where there is one),
        balanced_accuracy, macro_f1, calibration_error.
    """
    measurement = Measurement(predictions, baseline_class)
    values = {name: float(value[0]) for name, value in measurement.values(np.ones((len(predictions), 1))).items()}
    resampled = resample(measurement.values, measurement.units, generator(seed, "bootstrap"))
    return {name: _estimate(name, value, measurement, resampled, confidence) for name, value in values.items()}


def _estimate(
    name: str,
    value: float,
    measurement: Measurement,
    resampled: Mapping[str, NDArray[np.float64]],
    confidence: float,
) -> Estimate:
    units = measurement.units
    plain_share = name in measurement.per_image and name not in _NOT_SHARES
    ends: tuple[float | None, float | None] = (None, None)
    method: Method = "none"
    if not (plain_share and not units.grouped) and float(np.ptp(resampled[name])) > 0:
        method = "bootstrap over groups" if units.grouped else "bootstrap over images"
        ends = _resampled_ends(name, value, resampled[name], confidence)
    elif name not in _NOT_SHARES:
        method = "Wilson score over groups" if units.grouped else "Wilson score"
        ends = wilson_interval(value, measurement.effective_size(name), confidence)
    return Estimate(value=value, low=ends[0], high=ends[1], n=units.n_images, n_groups=units.n_groups, method=method)


def _resampled_ends(name: str, value: float, resampled: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    if name in _BY_BIN:
        low, high = basic_interval(value, resampled, confidence)
        return max(low, 0.0), min(high, 1.0)
    low, high = percentile_interval(resampled, confidence)
    return min(low, value), max(high, value)
