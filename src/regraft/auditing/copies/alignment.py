"""Whether two thumbnails show the same picture, once they are laid on each other to a fraction of a pixel.

The window that one of them shows of the other is fitted by least squares (Lucas and Kanade, "An iterative image
registration technique with an application to stereo vision", 1981), and brightness and contrast with it. The pixels
that disagree most, such as those of a watermark, are left out of fit and verdict (least trimmed squares: Rousseeuw,
1984).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.auditing.copies.placings import sampling
from regraft.data import THUMBNAIL_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

BLUR = 0.7
"""Pixels by which thumbnails are blurred before they are compared."""
_SHARE_KEPT = 0.8
_LARGEST_STEP = 0.06
_FURTHEST = 0.3
"""How far outside a picture a window may begin, as a share of its side."""
_SMALLEST = 0.55
_DAMPING = 1e-3
_NEAR = 0.25
"""As a share of a picture's spread of tones: what differs by less is not left out where what agrees is counted."""
_MUCH = 2.0
_ROUNDING = 1 / (12 * 4 * np.pi * BLUR**2)
"""The variance that rounding to grey levels leaves in a blurred thumbnail: what remains of a copy is mostly that."""
_NOISE = 0.06
"""Grey levels by which two thumbnails of one picture differ besides."""
_GAINS = (0.3, 3.0)
"""Between which contrast is taken to have enlarged what rounding left."""


class Aligned(NamedTuple):
    """How pairs of thumbnails lie on each other.

    Attributes:
        windows: (m, 4) what the first shows of the second: top, bottom, left, right as shares of the side.
        residuals: (m,) what remains of the first's variation inside the second, as a share, but for the pixels that
            disagree most: 0 where both show the same.
        overall: (m,) the same of all pixels.
        is_retoned: (m,) whether they are much more alike once brightness and contrast are fitted; else they are not.
        shares: (m,) how much of it lies in the pixels that agree; or of the second's, where that is more, as where the
            first has a mark.
        marks: (m,) grey levels by which the pixels that were left out differ.
    """

    windows: Floats
    residuals: Floats
    overall: Floats
    is_retoned: NDArray[np.bool_]
    shares: Floats
    marks: Floats

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Aligned:
        """Some of the pairs."""
        return Aligned._make(column[chosen] for column in self)


class _Fit(NamedTuple):
    """Brightness and contrast, fitted where two pictures agree best."""

    weights: Floats
    differences: Floats
    centred: Floats
    gains: Floats


def align(firsts: Floats, seconds: Floats, windows: Floats, n_steps: int, stride: int = 1) -> Aligned:
    """Lay pairs of thumbnails on each other.

    Args:
        firsts: (m, p, p) thumbnails, turned as the others are.
        seconds: (m, p, p) thumbnails.
        windows: (m, 4) about what the first shows of the second.
        n_steps: How often the windows are improved.
        stride: Of so many rows and columns, one is looked at.
    """
    firsts = np.ascontiguousarray(firsts[:, ::stride, ::stride])
    slopes = np.gradient(seconds, axis=(1, 2))
    weights = np.ones_like(firsts)
    for _step in range(n_steps):
        rows, columns, is_inside = _sampled(windows, stride)
        shown = rows @ seconds @ columns
        fit = _fit_tones(firsts, shown, weights * is_inside, is_inside)
        weights = fit.weights
        moves = _moves(fit, [rows @ slope @ columns for slope in slopes])
        windows = _kept_near(windows + np.clip(moves, -_LARGEST_STEP, _LARGEST_STEP))
    rows, columns, is_inside = _sampled(windows, stride)
    shown = rows @ seconds @ columns
    fit = _fit_tones(firsts, shown, weights * is_inside, is_inside, n_rounds=2)
    return _verdict(firsts, shown, windows, fit, is_inside)


def _sampled(windows: Floats, stride: int) -> tuple[Floats, Floats, Floats]:
    rows, is_row = sampling(windows[:, 0], windows[:, 1])
    columns, is_column = sampling(windows[:, 2], windows[:, 3])
    is_row, is_column = (_inner(part)[:, ::stride] for part in (is_row, is_column))
    is_inside = (is_row[:, :, None] & is_column[:, None, :]).astype(np.float32)
    return rows[:, ::stride], columns[:, ::stride].transpose(0, 2, 1), is_inside


def _inner(is_inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """But for the outermost pixels: what lies beside them is blurred into them, and is cut off in a crop."""
    inner = np.zeros_like(is_inside)
    inner[:, 1:-1] = is_inside[:, 1:-1] & is_inside[:, :-2] & is_inside[:, 2:]
    return inner


def _fit_tones(firsts: Floats, shown: Floats, weights: Floats, is_inside: Floats, n_rounds: int = 1) -> _Fit:
    for _round in range(n_rounds):
        centred, gains, differences = _tones(firsts, shown, weights)
        weights = _agreeing(differences, is_inside)
    centred, gains, differences = _tones(firsts, shown, weights)
    return _Fit(weights, differences, centred, gains)


def _tones(firsts: Floats, shown: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """What is shown about its mean, its gain, and what it leaves of the first (m, p, p)."""
    one, other = firsts - _per_pair(_mean(firsts, weights)), shown - _per_pair(_mean(shown, weights))
    weighted = weights * other
    gains = _sum(weighted, one) / np.maximum(_sum(weighted, other), 1e-3)
    return other, gains, one - _per_pair(gains) * other


def _agreeing(differences: Floats, is_inside: Floats) -> Floats:
    """1 for the four fifths of the pixels inside that differ least, 0 for the others."""
    squares = np.where(is_inside > 0, differences * differences, np.inf)
    squares = squares.reshape(len(squares), math.prod(squares.shape[1:]))
    n_kept = np.maximum(1, _SHARE_KEPT * is_inside.sum(axis=(1, 2))).astype(np.int64)
    limits = np.sort(squares, axis=1)[np.arange(len(squares)), n_kept - 1]
    weights: Floats = (squares <= limits[:, None]).reshape(differences.shape).astype(np.float32)
    return weights


def _moves(fit: _Fit, slopes: list[Floats]) -> Floats:
    """(m, 4) by how much the windows' edges should move."""
    n_pixels = math.prod(slopes[0].shape[1:])
    stride = THUMBNAIL_PIXELS // slopes[0].shape[1]
    later = (np.arange(0, THUMBNAIL_PIXELS, stride, dtype=np.float32) + 0.5) / THUMBNAIL_PIXELS
    down, across = (slope * _per_pair(fit.gains) * THUMBNAIL_PIXELS for slope in slopes)
    columns = (
        down * (1 - later)[:, None],
        down * later[:, None],
        across * (1 - later),
        across * later,
        fit.centred,
        np.ones_like(down),
    )
    effects = np.stack(columns, axis=1).reshape(len(down), len(columns), n_pixels)
    weighted = effects * fit.weights.reshape(-1, 1, n_pixels)
    normal = weighted @ effects.transpose(0, 2, 1)
    sizes = np.trace(normal, axis1=1, axis2=2)[:, None, None] / len(columns) + 1
    normal += np.eye(len(columns), dtype=np.float32) * (_DAMPING * sizes)
    moves: Floats = np.linalg.solve(normal, weighted @ fit.differences.reshape(-1, n_pixels, 1))[:, :4, 0]
    return moves


def _kept_near(windows: Floats) -> Floats:
    limits = np.array([[-_FURTHEST, 1 - _SMALLEST], [_SMALLEST, 1 + _FURTHEST]] * 2, np.float32)
    return np.clip(windows, limits[:, 0], limits[:, 1])


def _verdict(firsts: Floats, shown: Floats, windows: Floats, fit: _Fit, is_inside: Floats) -> Aligned:
    plain = firsts - shown
    squares = [is_inside * (part - _per_pair(_mean(part, is_inside))) ** 2 for part in (firsts, shown)]
    spreads = _mean(squares[0], is_inside)
    gains = np.clip(np.abs(fit.gains), *_GAINS)
    fitted, all_fitted = (_remaining(fit.differences, part, gains, spreads) for part in (fit.weights, is_inside))
    agreeing = _agreeing(plain, is_inside)
    unfitted, all_unfitted = (_remaining(plain, part, np.ones_like(gains), spreads) for part in (agreeing, is_inside))
    is_retoned = unfitted > _MUCH * fitted
    is_near = np.abs(fit.differences) <= _per_pair(_NEAR * np.sqrt(spreads))
    agreeing = np.maximum(fit.weights, is_inside * is_near)
    return Aligned(
        windows,
        residuals=np.where(is_retoned, fitted, unfitted),
        overall=np.where(is_retoned, all_fitted, all_unfitted),
        is_retoned=is_retoned,
        shares=np.maximum(*(_sum(agreeing, part) / np.maximum(1, part.sum(axis=(1, 2))) for part in squares)),
        marks=np.sqrt(_mean(fit.differences**2, is_inside - fit.weights)),
    )


def _remaining(differences: Floats, weights: Floats, gains: Floats, spreads: Floats) -> Floats:
    """(m,) what remains as a share of a spread of tones (m,), without what rounding leaves in both thumbnails."""
    squares = np.maximum(0, _mean(differences**2, weights) - _ROUNDING * (1 + gains**2))
    remaining: Floats = np.sqrt((squares + _NOISE**2) / (spreads + _NOISE**2))
    return remaining


def _mean(values: Floats, weights: Floats) -> Floats:
    means: Floats = _sum(values, weights) / np.maximum(1, weights.sum(axis=(1, 2)))
    return means


def _sum(ones: Floats, others: Floats) -> Floats:
    """(m,) sums of the products."""
    sums: Floats = np.einsum("mij,mij->m", ones, others)
    return sums


def _per_pair(values: Floats) -> Floats:
    return values[:, None, None]
