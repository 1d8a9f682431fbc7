"""Two classifiers on the same images: how much better one is, and whether that could be chance."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from regraft.core import Value
from regraft.evaluation.bootstrap import basic_interval, resample, sampling_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.evaluation.bootstrap import SamplingUnits

_N_SIGN_FLIPS = 10_000


class PairedDifference(Value):
    """The accuracy of a first classifier minus that of a second one, on the same images.

    Images that both get right or both get wrong say nothing about which is better: the others decide.
    """

    value: float = Field(description="Difference of the accuracies, -1 to 1.")
    low: float
    high: float
    p_value: float = Field(description="Chance of a difference as large in either direction if both were equally good.")
    n_only_first: int = Field(description="Images that only the first got right.")
    n_only_second: int = Field(description="Images that only the second got right.")
    n: int
    n_groups: int | None = Field(None, description="Independent groups of images; None where images are independent.")
    method: Literal["McNemar mid-p, adjusted Wald", "sign flips of groups, bootstrap over groups"]

    def __str__(self) -> str:
        value, low, high = (f"{100 * share:+.1f}" for share in (self.value, self.low, self.high))
        return f"{value} points ({low} to {high}), p = {self.p_value:.2g}"


def compare_paired(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    *,
    groups: Sequence[str | None] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedDifference:
    """Compare two classifiers that answered for the same images.

    Independent images: McNemar's test with mid-p values (McNemar, Psychometrika 12, 1947; Fagerland, Lydersen and
    Laake, BMC Medical Research Methodology 13:91, 2013), interval by Bonett and Price's adjustment of Wald's (Journal
    of Educational and Behavioral Statistics 37, 2012, equation 4). Grouped images: the signs of the groups'
    differences are flipped at random, the interval is a bootstrap over groups.

    Args:
        first: (n,) whether the first was right.
        second: (n,) whether the second was right.
        groups: n names of groups of images that are not independent; None in place of a name for an image by itself.
        confidence: How often the interval should hold the true difference.
        seed: Chooses the flips and resamples.

    Raises:
        ValueError: The arrays differ in length, or are empty.
    """
    if first.shape != second.shape or not len(first):
        raise ValueError(f"The answers must be for the same images; there are {len(first)} and {len(second)}.")
    n_first, n_second = int((first & ~second).sum()), int((second & ~first).sum())
    units = sampling_units(len(first), groups)
    difference = first.astype(np.float64) - second
    if units.grouped:
        rng = np.random.default_rng(seed)
        p_value = _flip_signs(difference, units, rng)
        low, high = _bootstrap(difference, units, rng, confidence)
    else:
        p_value = mcnemar_mid_p(n_first, n_second)
        low, high = _adjusted_wald(n_first, n_second, len(first), confidence)
    return PairedDifference(
        value=float(difference.mean()),
        low=low,
        high=high,
        p_value=p_value,
        n_only_first=n_first,
        n_only_second=n_second,
        n=len(first),
        n_groups=units.n_groups,
        method="sign flips of groups, bootstrap over groups" if units.grouped else "McNemar mid-p, adjusted Wald",
    )


def mcnemar_mid_p(n_only_first: int, n_only_second: int) -> float:
    """Two-sided mid-p value of McNemar's exact test, from the images that only one of the two got right."""
    from scipy.special import bdtr

    n, smaller = n_only_first + n_only_second, min(n_only_first, n_only_second)
    if not n:
        return 1.0
    fewer = float(bdtr(smaller - 1, n, 0.5)) if smaller else 0.0
    return min(1.0, float(bdtr(smaller, n, 0.5)) + fewer)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values of several tests, adjusted so that the chance of any false alarm stays what it is for one.

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)


def pareto_front(values: Sequence[float], costs: Sequence[float]) -> tuple[bool, ...]:
    """Which candidates no other one beats: none is at least as good and as cheap, and better in one of the two.

    Args:
        values: What should be large.
        costs: What should be small, for the same candidates.
    """
    points = list(zip(values, costs, strict=True))
    return tuple(
        not any(
            other_value >= value and other_cost <= cost and (other_value > value or other_cost < cost)
            for other_value, other_cost in points
        )
        for value, cost in points
    )


def _adjusted_wald(n_first: int, n_second: int, n: int, confidence: float) -> tuple[float, float]:
    first, second = (n_first + 1) / (n + 2), (n_second + 1) / (n + 2)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt((first + second - (first - second) ** 2) / (n + 2))
    value = (n_first - n_second) / n
    return max(-1.0, min(first - second - half, value)), min(1.0, max(first - second + half, value))


def _flip_signs(difference: NDArray[np.float64], units: SamplingUnits, rng: np.random.Generator) -> float:
    """Two-sided p value of a randomisation test (Phipson and Smyth, 2010: the observed result counts as one flip)."""
    sums = np.bincount(units.unit_of_image, difference, minlength=units.n_units)
    sums = sums[sums != 0]
    signs = rng.integers(0, 2, (_N_SIGN_FLIPS, len(sums)), np.int8) * np.int8(2) - np.int8(1)
    return float((np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9).sum() + 1) / (_N_SIGN_FLIPS + 1)


def _bootstrap(
    difference: NDArray[np.float64], units: SamplingUnits, rng: np.random.Generator, confidence: float
) -> tuple[float, float]:
    def means(weights: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        return {"mean": (difference @ weights) / weights.sum(axis=0)}

    low, high = basic_interval(float(difference.mean()), resample(means, units, rng)["mean"], confidence)
    return max(-1.0, low), min(1.0, high)
