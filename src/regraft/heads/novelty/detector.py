"""A measure of strangeness with the line drawn: what is saved, and what says "none of these"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from regraft.core import HeadError, quoted
from regraft.heads.novelty.gaussians import ClassGaussians
from regraft.heads.rates import RateThreshold, find_threshold
from regraft.heads.threads import share_work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.heads.known_images import KnownImages

NoveltyMeasure = Literal["relative Mahalanobis", "maximum probability", "energy"]
NOVELTY_MEASURES: tuple[NoveltyMeasure, ...] = get_args(NoveltyMeasure)
DEFAULT_MEASURE: NoveltyMeasure = "relative Mahalanobis"


@dataclass(frozen=True, eq=False)
class NoveltyDetector:
    """Says which images are of none of the classes; holds no image and no image's features.

    Attributes:
        measure: Of strangeness.
        gaussians: Of the classes; None for measures of the head's scores.
        threshold: Above which an image is unknown.
    """

    measure: NoveltyMeasure
    gaussians: ClassGaussians | None
    threshold: RateThreshold

    @property
    def n_features(self) -> int | None:
        """How many features of an image it takes; None for measures of the head's scores, which take any."""
        return None if self.gaussians is None else len(self.gaussians.centre)

    def novelty(self, features: NDArray[np.floating], head_scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n,) float64 how strange images look; greater is stranger.

        Args:
            features: (n, d) from the frozen network.
            head_scores: (n, k) of the head, divided by its temperature.

        Raises:
            HeadError: The features have another length than those it was fitted on.
        """
        return measure_novelty(self.measure, self.gaussians, features, head_scores)

    def is_unknown(self, novelty: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) whether images that look so strange are of none of the classes."""
        return np.asarray(novelty > self.threshold.value)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """The arrays, by name."""
        return {} if self.gaussians is None else self.gaussians.tensors()

    def settings(self) -> dict[str, Any]:
        """Everything else, as JSON values."""
        rest_weight = None if self.gaussians is None else self.gaussians.rest_weight
        return {"measure": self.measure, "rest_weight": rest_weight, "threshold": self.threshold.settings()}

    @classmethod
    def from_parts(cls, tensors: Mapping[str, NDArray[Any]], settings: Mapping[str, Any]) -> NoveltyDetector:
        """The detector that `tensors()` and `settings()` came from.

        Raises:
            HeadError: They do not make a detector: names, types, shapes or values are wrong.
        """
        if set(settings) != {"measure", "rest_weight", "threshold"}:
            raise HeadError("A novelty detector has the settings measure, rest_weight and threshold.")
        measure, rest_weight = settings["measure"], settings["rest_weight"]
        if measure not in NOVELTY_MEASURES:
            raise HeadError(f"There is no measure of novelty called {quoted(measure)}.")
        threshold = RateThreshold.from_settings(settings["threshold"])
        if measure != DEFAULT_MEASURE:
            if tensors or rest_weight is not None:
                raise HeadError(f"A novelty detector by {measure} has no tensors.")
            return cls(measure, None, threshold)
        if isinstance(rest_weight, bool) or not isinstance(rest_weight, (int, float)) or not 0 <= rest_weight < np.inf:
            raise HeadError(f"A novelty detector's rest_weight is a number; this one is {quoted(rest_weight)}.")
        return cls(measure, ClassGaussians.from_parts(tensors, float(rest_weight)), threshold)


@dataclass(frozen=True, eq=False)
class Rejection:
    """What a detector says of the images it was fitted on, by parts of it that had not seen them.

    Attributes:
        novelty: (n,) float64; NaN where an image's whole class was left out with it, or it is in no fold.
        threshold: Above which an image is unknown.
    """

    novelty: NDArray[np.float64]
    threshold: RateThreshold

    @property
    def is_rejected(self) -> NDArray[np.bool_]:
        """(n,) whether an image would be called unknown, wrongly."""
        return np.asarray(self.novelty > self.threshold.value)

    def curve(self, n_points: int = 101) -> NDArray[np.float64]:
        """(n_points, 2) thresholds, ascending, and the share of the images above each.

        Args:
            n_points: From the strangest image down to the least strange, at equal steps of the share.
        """
        values = np.sort(self.novelty[~np.isnan(self.novelty)])
        rates = np.linspace(1, 0, n_points)
        below = np.minimum(np.round((1 - rates) * len(values)).astype(np.int64), len(values))
        thresholds = np.concatenate([[values[0] - 1e-9 * max(abs(values[0]), 1.0)], values])[below]
        return np.stack([thresholds, 1 - below / len(values)], axis=1)


def fit_detector(
    known: KnownImages, measure: NoveltyMeasure = DEFAULT_MEASURE, *, reject_rate: float = 0.05
) -> tuple[NoveltyDetector, Rejection]:
    """A detector that calls a stated share of new images of the known classes unknown, and what it says of these.

    Args:
        known: Images to learn from.
        measure: Of strangeness.
        reject_rate: The share; images of a new group each, where there are groups.

    Raises:
        HeadError: No image can be judged by others of its class: each class is in one fold.
    """
    fitted = known.folds.is_train[:, 0] if known.folds.n_folds == 1 else slice(None)  # one fold's judges stay unseen
    gaussians = fit_measure(measure, known.features[fitted], known.labels[fitted])
    novelty = _unseen_novelty(known, measure, gaussians)
    judged = known.is_judged
    if not judged.any():
        raise HeadError("No class has images in two folds, so nothing tells how strange a new image of it looks.")
    threshold = find_threshold(novelty[judged], known.units[judged], reject_rate)
    return NoveltyDetector(measure, gaussians, threshold), Rejection(novelty, threshold)


def _unseen_novelty(
    known: KnownImages, measure: NoveltyMeasure, gaussians: ClassGaussians | None
) -> NDArray[np.float64]:
    """(n,) how strange each image would look had the detector not seen it; NaN where its class was left out with it.

    What was not fitted on an image finds it stranger than what was. Gaussians of all images know more than those of a
    fold, and the gap shrinks with the images fitted on: it is added to what they say themselves, shrunk so. Without
    that, 2 of 100 handwritten digits were rejected where 5 were asked for.
    """
    n_images, folds = len(known.labels), known.folds
    unseen, seen = np.full(n_images, np.nan), np.zeros(n_images)
    if gaussians is None or folds.n_folds == 1:
        rows = folds.is_test.any(axis=1) & known.is_judged
        unseen[rows] = measure_novelty(measure, gaussians, known.features[rows], known.head_scores[rows])
        return unseen

    def of_fold(is_train: NDArray[np.bool_]) -> NDArray[np.float64]:
        return ClassGaussians.fit(known.features[is_train], known.labels[is_train]).distances(known.features)

    found = share_work(of_fold, list(folds.is_train.T), known.features)
    for novelty, is_train, is_test in zip(found, folds.is_train.T, folds.is_test.T, strict=True):
        rows = is_test & known.is_judged
        unseen[rows] = novelty[rows]
        seen[is_train] += novelty[is_train]
    gaps = unseen - seen / np.maximum(folds.is_train.sum(axis=1), 1)
    return np.asarray(gaussians.distances(known.features) + folds.is_train.mean() * gaps)


def fit_measure(
    measure: NoveltyMeasure, features: NDArray[np.floating], labels: NDArray[np.int64]
) -> ClassGaussians | None:
    """What a measure learns from images: nothing, where it looks at the head's scores.

    Args:
        measure: Of strangeness.
        features: (n, d).
        labels: (n,).
    """
    return ClassGaussians.fit(features, labels) if measure == "relative Mahalanobis" else None


def measure_novelty(
    measure: NoveltyMeasure,
    gaussians: ClassGaussians | None,
    features: NDArray[np.floating],
    head_scores: NDArray[np.floating],
) -> NDArray[np.float64]:
    """(n,) float64 how strange images look; greater is stranger.

    Sources: Hendrycks and Gimpel 2017 (maximum probability); Liu et al., "Energy-based out-of-distribution
    detection", 2020.

    Args:
        measure: Of strangeness.
        gaussians: From `fit_measure`.
        features: (n, d).
        head_scores: (n, k) divided by the temperature.
    """
    if gaussians is not None:
        return gaussians.distances(features)
    scores = head_scores.astype(np.float64)
    highest = scores.max(axis=1)
    log_total = np.log(np.exp(scores - highest[:, None]).sum(axis=1))  # -log of the greatest probability
    return np.asarray(-highest - log_total if measure == "energy" else log_total)
