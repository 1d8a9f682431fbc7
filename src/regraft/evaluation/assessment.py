"""All that can be said of some predictions: the record behind a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from regraft.core import DataError, Value, as_percent, plural, shortened
from regraft.data import Finding, caveat
from regraft.evaluation.class_results import ClassResult, class_results
from regraft.evaluation.intervals import Estimate, of_the_time
from regraft.evaluation.measures import measure
from regraft.evaluation.mistakes import ConfusedPair, Mistake, confused_pairs, surest_mistakes
from regraft.evaluation.own_metrics import OwnMeasure, own_measure
from regraft.evaluation.probability_scores import ReliabilityBin, reliability_bins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions

N_MISTAKES = 60
N_EXAMPLES = 4
_FEW_GROUPS = 30
_FEW_IMAGES = 30


class Baseline(Value):
    """What always naming the most frequent training class would give."""

    class_name: str
    accuracy: Estimate


class Assessment(Value):
    """Every number of an evaluation, with its uncertainty.

    The intervals hold the true number with probability `confidence`, for images that come to be as these did.
    """

    n_images: int = Field(description="Images with a known truth; all else rests on these.")
    n_unlabelled: int
    n_groups: int | None = Field(description="Independent groups of images; None where every image is independent.")
    confidence: float
    accuracy: Estimate
    balanced_accuracy: Estimate
    macro_f1: Estimate
    top5_accuracy: Estimate | None = Field(description="None for 5 classes or fewer, where it says nothing.")
    log_loss: Estimate = Field(description="Nats an image.")
    calibration_error: Estimate
    own: OwnMeasure | None = Field(None, description="The user's own metric.")
    baseline: Baseline | None = Field(description="None where the training counts are unknown.")
    classes: tuple[ClassResult, ...]
    confused: tuple[ConfusedPair, ...]
    n_mistakes: int
    mistakes: tuple[Mistake, ...]
    reliability: tuple[ReliabilityBin, ...]
    caveats: tuple[str, ...] = Field(description="What to keep in mind when reading the numbers, as sentences.")

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The caveats as pages and terminals show them."""
        return tuple(map(caveat, self.caveats))

    @property
    def n_classes(self) -> int:
        """Number of classes that can be predicted."""
        return len(self.classes)

    @property
    def sentence(self) -> str:
        """The result in plain words."""
        right = of_the_time(self.accuracy, self.confidence)
        text = f"On {plural(self.n_images, 'image')} it had not seen, it was right {right}"
        if self.baseline is not None:
            name, value = shortened(self.baseline.class_name, 40), self.baseline.accuracy.value
            text += f"; always answering '{name}' would be right {as_percent(value)}"
        return f"{text}."

    def confusion(self) -> NDArray[np.int64]:
        """(k, k) int64: how many images of class i (row) were taken for class j (column)."""
        position = {result.name: place for place, result in enumerate(self.classes)}
        matrix = np.diag(np.array([result.n_right for result in self.classes], np.int64))
        for pair in self.confused:
            matrix[position[pair.truth], position[pair.predicted]] = pair.n
        return matrix


def assess(
    predictions: Predictions,
    *,
    train_counts: Sequence[int] | NDArray[np.int64] | None,
    own_metric: str | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Assessment:
    """Measure predictions against the truth.

    Args:
        predictions: Images that the classifier has not seen; those without a truth are left out and counted.
        train_counts: (k,) training images of each class, for the baseline; None where they are unknown.
        own_metric: The user's own metric, `module:function` or `FILE.py:function` (`own_metrics.own_measure`).
        confidence: How often an interval should hold the true number.
        seed: Chooses the resamples.

    Raises:
        DataError: No image has a known truth.
        OptionError: The user's metric fails.
    """
    known = predictions.labelled()
    if not len(known):
        raise DataError(
            f"None of {plural(len(predictions), 'image')} has a known class: there is nothing to measure. "
            "Give labels, or use `regraft predict`."
        )
    baseline_class = None if train_counts is None else _most_frequent(train_counts, known.n_classes)
    estimates = measure(known, baseline_class=baseline_class, confidence=confidence, seed=seed)
    baseline = None
    if baseline_class is not None:
        baseline = Baseline(class_name=known.class_names[baseline_class], accuracy=estimates["baseline"])
    classes = class_results(known, confidence)
    return Assessment(
        n_images=len(known),
        n_unlabelled=len(predictions) - len(known),
        n_groups=estimates["accuracy"].n_groups,
        confidence=confidence,
        accuracy=estimates["accuracy"],
        balanced_accuracy=estimates["balanced_accuracy"],
        macro_f1=estimates["macro_f1"],
        top5_accuracy=estimates.get("top5_accuracy"),
        log_loss=estimates["log_loss"],
        calibration_error=estimates["calibration_error"],
        own=None if own_metric is None else own_measure(own_metric, known, confidence=confidence, seed=seed),
        baseline=baseline,
        classes=classes,
        confused=confused_pairs(known, N_EXAMPLES),
        n_mistakes=int((~known.right).sum()),
        mistakes=surest_mistakes(known, N_MISTAKES),
        reliability=reliability_bins(known.confidence, known.right),
        caveats=tuple(_caveats(estimates["accuracy"], baseline, classes, len(predictions) - len(known))),
    )


def _most_frequent(train_counts: Sequence[int] | NDArray[np.int64], n_classes: int) -> int:
    counts = np.asarray(train_counts)
    if counts.shape != (n_classes,):
        raise ValueError(
            f"train_counts has shape {counts.shape}, but there are {plural(n_classes, 'class', 'classes')}"
        )
    return int(counts.argmax())


def _caveats(
    accuracy: Estimate, baseline: Baseline | None, classes: Sequence[ClassResult], n_unlabelled: int
) -> list[str]:
    caveats = []
    if baseline is not None and accuracy.low is not None and accuracy.low <= baseline.accuracy.value:
        caveats.append(
            f"The accuracy is not clearly better than always answering '{shortened(baseline.class_name, 40)}' "
            f"({as_percent(baseline.accuracy.value)})."
        )
    if accuracy.n < _FEW_IMAGES:
        caveats.append(f"Measured on {plural(accuracy.n, 'image')} only: the numbers are rough.")
    if accuracy.n_groups is not None and accuracy.n_groups < _FEW_GROUPS:
        caveats.append(
            f"The images show {plural(accuracy.n_groups, 'independent group')} only: "
            "the intervals are rough, and too narrow if anything."
        )
    absent = [shortened(result.name, 40) for result in classes if not result.n]
    if absent:
        shown = ", ".join(absent[:3]) + (", ..." if len(absent) > 3 else "")
        caveats.append(
            f"{plural(len(absent), 'class has', 'classes have')} no test image ({shown}): not measured, "
            "and left out of means over classes."
        )
    if n_unlabelled:
        caveats.append(f"{plural(n_unlabelled, 'image has', 'images have')} no known class: not counted.")
    return caveats
