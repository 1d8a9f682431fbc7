"""What more images would bring to classes of a few independent images, which a cross-validation can hardly show.

Of two units of a class, one judges and one is learnt from, and of one unit nothing is: whatever part of the other
images is learnt from, so a curve is flat there, and a law through it would see a floor. But twice as many images let
heads learn from one unit where there was none, and from three where there was one. The odds of being right are taken
to grow as the units do that were learnt from, p = u / (u + h), as in the rule of succession; h is measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.auditing.learning_curve import MeasuredCurve

    Floats = NDArray[np.float64]
    Sums = Callable[[Floats], Floats]
    """Of values (n,) or (n, s) of images: (r,) or (r, s), in each way to draw the units."""

_SPREAD = 0.3
"""How widely the exponent of the odds lies about 1, in natural logarithms."""
_N_MORE = 20


def is_of_few(curve: MeasuredCurve) -> NDArray[np.bool_]:
    """(n,) whether an image's class has fewer units than there are folds."""
    few: NDArray[np.bool_] = curve.n_own[:, -1] < curve.n_folds - 1
    return few


def errors_of_few(curve: MeasuredCurve, factor: float, sums: Sums, rng: np.random.Generator) -> Floats:
    """(r,) how many of the images of such classes are told wrong with `factor` times the images.

    Args:
        curve: What was measured.
        factor: How many times the images.
        sums: Of values of images, in each way to draw the units; the first is as measured.
        rng: Draws the exponents for all but the first.
    """
    n_own, is_few = np.rint(curve.n_own[:, -1]), is_of_few(curve)
    is_one = np.abs(curve.n_own - 1) < 0.5
    of_one = _chances(sums((is_one * curve.is_right).sum(axis=1)), sums(is_one.sum(axis=1).astype(np.float64)))
    exponents = np.exp(_SPREAD * rng.standard_normal(len(of_one)))
    exponents[0] = 1
    wrong = np.zeros(len(of_one))
    for n_now in np.unique(n_own[is_few]):
        rows = (is_few & (n_own == n_now)).astype(np.float64)
        sizes = sums(rows)
        right = _chances(sums(rows * curve.is_right[:, -1]), sizes) if n_now else of_one
        mean = (factor - 1) * (n_now + 1 if n_now else _comes_again(curve))
        shares, n_units = _units_to_come(n_now + 1, mean)
        growth = (n_units - np.maximum(1, n_units / curve.n_folds)) / max(n_now, 1)
        odds = (right / (1 - right))[:, None] * growth ** exponents[:, None]
        wrong += sizes * ((1 / (1 + odds)) @ shares)
    return wrong


def _comes_again(curve: MeasuredCurve) -> float:
    """How many more units of a class of which there is one come with as many again: fewer than one where many are rare.

    Source: Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40
    (1953), with halves added as little is known of few.
    """
    n_own = np.rint(curve.n_own[:, -1])
    n_single, n_double = (len(np.unique(curve.units[n_own == n])) / (n + 1) for n in (0, 1))
    return min(1.0, (2 * n_double + 1) / (n_single + 0.5))


def _units_to_come(n_now: float, mean: float) -> tuple[Floats, Floats]:
    """How probably a class of so many units has how many then: more come by chance (Poisson), not one for one."""
    more = np.arange(_N_MORE, dtype=np.float64)
    logs = more * math.log(max(mean, 1e-9)) - mean - np.array([math.lgamma(n + 1) for n in range(_N_MORE)])
    shares: Floats = np.exp(logs)
    return shares / shares.sum(), n_now + more


def _chances(right: Floats, sizes: Floats) -> Floats:
    """(r,) of being right; neither nought nor one (Krichevsky and Trofimov, 1981)."""
    return (right + 0.5) / (sizes + 1)
