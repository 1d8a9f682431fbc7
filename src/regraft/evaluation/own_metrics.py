"""Numbers that the user defines, with intervals like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import OptionError, Value, explain_own_error, generator, line_of, load_function, own_file
from regraft.evaluation.bootstrap import percentile_interval, sampling_units
from regraft.evaluation.intervals import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions

N_RESAMPLES = 500
"""Fewer than for our own metrics: the user's function sees one resample at a time."""


class OwnMeasure(Value):
    """What the user's function says.

    Attributes:
        name: The function's name.
        estimate: Its value, and a bootstrap interval.
    """

    name: str
    estimate: Estimate


def own_measure(name: str, predictions: Predictions, *, confidence: float, seed: int) -> OwnMeasure:
    """Call the user's function on the predictions and on resamples of them.

    Args:
        name: `module:function` or `FILE.py:function`, called with labels (n,) int64 and probabilities (n, k) float64,
            giving a number.
        predictions: n >= 1 images, all with a known truth.
        confidence: How often the interval should hold the true number.
        seed: Chooses the resamples.

    Raises:
        OptionError: It cannot be imported, fails, or gives no number.
    """
    function = load_function(name)
    units = sampling_units(len(predictions), predictions.groups)
    value = _number(function, name, predictions, np.arange(len(predictions)))
    members = np.argsort(units.unit_of_image, kind="stable")
    ends = np.cumsum(np.bincount(units.unit_of_image, minlength=units.n_units))
    parts = np.split(members, ends[:-1])
    rng = generator(seed, "own metric")
    resampled = [
        _number(function, name, predictions, np.concatenate([parts[unit] for unit in drawn]))
        for drawn in (rng.integers(0, units.n_units, units.n_units) for _resample in range(N_RESAMPLES))
    ]
    low, high = percentile_interval(np.array(resampled), confidence)
    estimate = Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=len(predictions),
        n_groups=units.n_groups,
        method="bootstrap over groups" if units.grouped else "bootstrap over images",
    )
    return OwnMeasure(name=name.rpartition(":")[2], estimate=estimate)


def _number(function: Callable[..., Any], name: str, predictions: Predictions, rows: NDArray[np.int64]) -> float:
    try:
        value = float(function(predictions.labels[rows], predictions.probabilities[rows]))
    except Exception as error:
        raise OptionError(f"The metric {name} failed: {explain_own_error(error, own_file(name))}") from error
    if not np.isfinite(value):
        raise OptionError(f"{line_of(function)}: the metric {name} gave {value}, which is no number.")
    return value
