"""What a finished classifier says of its limits, and its probabilities of themselves, on test images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.evaluation import measure_limits, simulate_calibration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.evaluation import CalibrationNoise, Limits, Predictions

_N_NOISY_MAX = 50_000
"""Of more images the calibration error owes nothing to chance, and a thousand drawings would fill the memory."""


def limits_of(classifier: Classifier, features: NDArray[np.float32], predictions: Predictions) -> Limits | None:
    """What a classifier rejects, and which classes it thinks possible; None where it says nothing of both.

    Args:
        classifier: What is measured.
        features: (n, d) of the test images.
        predictions: Of these.
    """
    novelty, sets = classifier.novelty, classifier.sets
    if novelty is None or sets is None:
        return None
    found = classifier.judge(features)
    assert found.novelty is not None
    assert found.named is not None
    return measure_limits(
        predictions, found.novelty, found.named, measure=novelty.measure, threshold=novelty.threshold, sets=sets
    )


def noise_of(predictions: Predictions) -> CalibrationNoise | None:
    """How large the calibration error of so few images is by chance; None of very many."""
    return simulate_calibration(predictions) if len(predictions) <= _N_NOISY_MAX else None
