"""How large the calibration error of so few images is by chance alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value, generator
from regraft.evaluation.bootstrap import sampling_units
from regraft.evaluation.class_counts import sum_by
from regraft.evaluation.probability_scores import N_BINS, calibration_error, confidence_bins
from regraft.heads import group_correlation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.evaluation.bootstrap import SamplingUnits
    from regraft.evaluation.predictions import Predictions

_N_SIMULATIONS = 1000
_N_SIMULATIONS_MIN = 200
_N_DRAWS_MAX = 200_000_000
_N_DRAWS_AT_ONCE = 1 << 24
"""Of images in simulations: 128 MB."""


class CalibrationNoise(Value):
    """A calibration error beside those of the same images if the probabilities were right.

    Attributes:
        error: The measured one.
        mean: Of the simulated ones: the noise floor.
        high: What 95 of 100 simulated ones do not exceed.
        p_value: The share of simulated ones that are as large as the measured one.
    """

    error: float
    mean: float
    high: float
    p_value: float

    @property
    def is_chance(self) -> bool:
        """Whether right probabilities would give such an error more often than one time in twenty."""
        return self.error <= self.high


def simulate_calibration(predictions: Predictions, *, seed: int = 0) -> CalibrationNoise:
    """Draw the truth of each image from its own probabilities, a thousand times (of very many images less often).

    Images of one group are right or wrong together as often as they were seen to be.

    Sources: Broecker and Smith, "Increasing the reliability of reliability diagrams", 2007; Vaicenavicius et al.,
    "Evaluating model calibration in classification", 2019.

    Args:
        predictions: n >= 1 images, all with a known truth.
        seed: Chooses the draws.
    """
    confidence, right = predictions.confidence, predictions.right
    units = sampling_units(len(predictions), predictions.groups)
    spread = np.sqrt(np.maximum(confidence * (1 - confidence), 1e-12))
    correlation = group_correlation(np.clip((right - confidence) / spread, -10, 10), units.unit_of_image)
    bins = confidence_bins(confidence)
    gaps = [
        sum_by(bins, (draws < confidence[:, None]) - confidence[:, None], N_BINS)
        for draws in _draws(units, correlation, generator(seed, "calibration"))
    ]
    simulated = np.abs(np.hstack(gaps)).sum(axis=0) / len(confidence)
    error = float(calibration_error(confidence, right)[0])
    n_as_large = int((simulated >= error - 1e-12).sum())
    return CalibrationNoise(
        error=error,
        mean=float(simulated.mean()),
        high=float(np.quantile(simulated, 0.95)),
        p_value=(1 + n_as_large) / (1 + len(simulated)),
    )


def _draws(units: SamplingUnits, correlation: float, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """(n, some simulations) uniform numbers, in parts of bounded size; of very many images there are fewer in all."""
    n_simulations = max(_N_SIMULATIONS_MIN, min(_N_SIMULATIONS, _N_DRAWS_MAX // units.n_images))
    n_at_once = max(1, min(n_simulations, _N_DRAWS_AT_ONCE // units.n_images))
    for begin in range(0, n_simulations, n_at_once):
        yield _draw(units, correlation, rng, min(n_at_once, n_simulations - begin))


def _draw(
    units: SamplingUnits, correlation: float, rng: np.random.Generator, n_simulations: int
) -> NDArray[np.float64]:
    """(n, simulations) uniform numbers; two of one unit are the same one as often as the correlation says."""
    shape = (units.n_images, n_simulations)
    own = rng.random(shape)
    if not correlation:
        return own
    common = rng.random((units.n_units, n_simulations))[units.unit_of_image]
    return np.where(rng.random(shape) < np.sqrt(correlation), common, own)
