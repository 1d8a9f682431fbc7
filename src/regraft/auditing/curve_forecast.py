"""What more images would bring: a power law through a measured learning curve, carried at most twice as far."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from regraft.auditing.few_units import errors_of_few, is_of_few
from regraft.core import Value, generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.auditing.learning_curve import MeasuredCurve

    Floats = NDArray[np.float64]

_EXPONENTS = np.linspace(0.1, 1.5, 15)
_USUAL_EXPONENT, _SPREAD = 0.5, 0.6
"""Where exponents of learning curves mostly lie, and how widely, in natural logarithms."""
_N_RESAMPLES = 400
_CONFIDENCE = 0.9
FARTHEST = 2.0
"""How many times the images that there are a curve may be carried: few points exaggerate what lies beyond."""


class Forecast(Value):
    """What is expected of more images.

    Attributes:
        factor: How many times as many images.
        accuracy: Expected then.
        low: Lower end of the interval in which 90 % of such measurements should lie.
        high: Its upper end.
        gain: Accuracy more than now.
        gain_low: As above; what the test images have in common has no part in it.
        gain_high: Likewise.
    """

    factor: float
    accuracy: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float


def forecast(curve: MeasuredCurve, factor: float, *, seed: int = 0) -> Forecast:
    """Carry a curve on: error = a + b / m^c with a, b >= 0, averaged over all c by how well each fits.

    Classes with fewer units than there are folds are carried by themselves (`few_units`).

    One exponent alone would be too sure of itself. Uncertainty is that of the test images (resampled by whole units),
    of the exponent, and of the measurement to come.

    Source: Cortes et al., "Learning curves: asymptotic values and rate of convergence", NIPS 1993, for the law; Hoeting
    et al., "Bayesian model averaging", Statistical Science 14 (1999), for the average.

    Args:
        curve: What was measured.
        factor: How many times the training images, 1 to 2.
        seed: Of the resampling.

    Raises:
        ValueError: The factor is beyond what such a curve can tell.
    """
    if not 1 <= factor <= FARTHEST:
        raise ValueError(f"a curve can be carried {FARTHEST:g} times as far as there are images, not {factor:g}")
    rng = generator(seed, "learning curve")
    draws = _Draws.of(curve, rng)
    now, drawn = _carried_by_parts(curve, draws, factor, rng)
    last, value = float(now[0]), float(drawn[0])
    gains = now[1:] - drawn[1:]
    n_units = len(np.unique(curve.units))
    likely = (value * n_units + 1) / (
        n_units + 2
    )  # Laplace: no error among few images does not mean that there is none
    to_come = np.sqrt(likely * (1 - likely) / (n_units * factor)) * rng.standard_normal(len(gains))
    low, high = _interval(value, drawn[1:] + to_come)
    gain_low, gain_high = _interval(last - value, gains)
    return Forecast(
        factor=factor,
        accuracy=1 - value,
        low=max(0.0, 1 - high),
        high=min(1.0, 1 - low),
        gain=last - value,
        gain_low=gain_low,
        gain_high=gain_high,
    )


def _interval(value: float, drawn: Floats) -> tuple[float, float]:
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return min(float(low), value), max(float(high), value)


class _Draws(NamedTuple):
    """Ways to draw the units.

    Attributes:
        place: (n,) which unit each image is of.
        counts: (r, u) how often each was drawn; in the first each once.
    """

    place: NDArray[np.int64]
    counts: Floats

    @classmethod
    def of(cls, curve: MeasuredCurve, rng: np.random.Generator) -> Self:
        """The units as they are, then with replacement."""
        _names, place = np.unique(curve.units, return_inverse=True)
        n_units = int(place.max()) + 1
        counts = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=_N_RESAMPLES)
        return cls(place, np.concatenate([np.ones((1, n_units)), counts]))

    def sums(self, values: Floats) -> Floats:
        """(r,) or (r, s) sums of values (n,) or (n, s) of the images that were drawn."""
        columns = values.reshape(len(values), -1).T
        by_unit = np.stack([np.bincount(self.place, weights=column) for column in columns], axis=1)
        return np.asarray(self.counts @ by_unit).reshape(-1, *values.shape[1:])


def _carried_by_parts(
    curve: MeasuredCurve, draws: _Draws, factor: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(r,) errors now and at `factor` times the images: classes of a few units are carried by themselves."""
    is_few = is_of_few(curve)
    n_images = draws.sums(np.ones(len(is_few)))
    now = 1 - draws.sums(curve.is_right[:, -1]) / n_images
    rows = (~is_few).astype(np.float64)
    sizes = draws.sums(rows)
    expected = np.zeros(len(now))
    if not is_few.all():
        part = curve.select(~is_few)
        errors = 1 - draws.sums(rows[:, None] * curve.is_right) / np.maximum(sizes, 1)[:, None]
        means, spreads = _carried(part, errors, factor, _noise(part))
        expected[0] = means[0]
        expected[1:] = means[1:] + spreads[1:] * rng.standard_normal(len(means) - 1)
    of_few = errors_of_few(curve, factor, draws.sums, rng) if is_few.any() else 0
    return now, (sizes * expected + of_few) / n_images


def _noise(curve: MeasuredCurve) -> float:
    """Variance of a point about any smooth curve: other training images of the same number, other folds."""
    errors = 1 - curve.accuracies
    bends = np.diff(errors, 2) if len(errors) > 2 else np.zeros(1)
    return float(max(np.mean(bends**2) / 6, 1e-6 + errors[-1] * (1 - errors[-1]) / (20 * len(curve.units))))


def _carried(curve: MeasuredCurve, errors: Floats, factor: float, noise: float) -> tuple[Floats, Floats]:
    """(r,) expected errors at `factor` times the images, and (r,) how far the exponents differ about it."""
    sizes = curve.sizes / curve.sizes[-1]
    weights = sizes / sizes.sum()  # far points tell more of what comes next
    prior = -0.5 * (np.log(_EXPONENTS / _USUAL_EXPONENT) / _SPREAD) ** 2
    predicted, misfit = [], []
    for exponent in _EXPONENTS:
        shape = sizes**-exponent
        floor, slope = _fitted(shape, errors, weights)
        residuals = errors - floor[:, None] - slope[:, None] * shape
        misfit.append((residuals**2 @ weights) * len(sizes))
        predicted.append(floor + slope * factor**-exponent)
    logs = prior[:, None] - 0.5 * np.stack(misfit) / noise
    shares = np.exp(logs - logs.max(axis=0))
    shares /= shares.sum(axis=0)
    values = np.stack(predicted)
    means = (shares * values).sum(axis=0)
    spreads = np.sqrt((shares * (values - means) ** 2).sum(axis=0))
    return means, spreads


def _fitted(shape: Floats, errors: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(r,) floor and slope, both at least 0, of weighted least squares."""
    mean_shape, mean_error = weights @ shape, errors @ weights
    spread = float(weights @ (shape - mean_shape) ** 2)
    slope = np.maximum(((errors - mean_error[:, None]) * (shape - mean_shape)) @ weights / max(spread, 1e-12), 0)
    floor = mean_error - slope * mean_shape
    through_zero = (errors * shape) @ weights / (weights @ shape**2)
    is_below = floor < 0
    return np.where(is_below, 0, floor), np.where(is_below, through_zero, slope)
