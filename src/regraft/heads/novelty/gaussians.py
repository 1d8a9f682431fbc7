"""How far features lie from the classes, relative to how far they lie from all images together.

Each class is a Gaussian around its mean, all of one covariance W; all images are one Gaussian of covariance W + B, with
B of the means. Relative Mahalanobis distance = least distance to a class - distance to all (Ren et al., "A simple fix
to Mahalanobis distance for improving near-OOD detection", 2021), on features of length 1 (Mueller and Hein,
"Mahalanobis++", 2025).

Few images in many dimensions: the covariances are shrunk towards a sphere (Ledoit and Wolf 2004), and only the main
directions keep variances of their own. What lies in the other directions speaks against every class, because the sphere
of W is smaller than that of W + B: without it two classes would be one direction, and all else would be blind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import HeadError, generator
from regraft.heads.row_lengths import normalise_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_N_FEW = 600
"""Images of which the matrix of products is solved faster than directions are found."""
_N_WITHIN = 64
"""Directions with variances of their own: 32 and 128 told strange classes apart no better (bench/unknown.py)."""
_N_BETWEEN = 256
"""Directions of the means; with more classes, what is left of the means counts as chance."""
_SHRINKAGE_MIN = 0.02
"""Images that differ in few directions only, as those of one camera, would leave the sphere without a radius."""
_VARIANCE_MIN = 1e-6
"""Of features of length 1, where all images of a class are equal."""
_N_SPARE, _N_PASSES = 16, 3
_ARRAYS = ("centre", "basis", "turn", "means", "background")


@dataclass(frozen=True, eq=False)
class ClassGaussians:
    """Gaussians of k classes, in coordinates where the shared covariance is 1 and that of all images is diagonal.

    Attributes:
        centre: (d,) float32, mean of the features of length 1.
        basis: (d, q) float32, orthonormal columns.
        turn: (q, q) float32; (normalise(f) - centre) basis turn are the coordinates.
        means: (k, q) float32, coordinates of the classes.
        background: (q,) float32, inverse variances of all images along the coordinates.
        rest_weight: Of the squared length outside of the basis.
    """

    centre: NDArray[np.float32]
    basis: NDArray[np.float32]
    turn: NDArray[np.float32]
    means: NDArray[np.float32]
    background: NDArray[np.float32]
    rest_weight: float

    @classmethod
    def fit(cls, features: NDArray[np.floating], labels: NDArray[np.int64]) -> ClassGaussians:
        """Learn from images of known classes.

        Args:
            features: (n, d) of any lengths.
            labels: (n,) of at least two classes.
        """
        rows = _unit_rows(features)
        _classes, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
        n_images, n_features = rows.shape
        centre = rows.mean(axis=0)
        rows -= centre
        means = np.stack([rows[codes == code].mean(axis=0) for code in range(len(sizes))])
        rows -= means[codes]
        spread = means * np.sqrt(sizes / n_images)[:, None]  # the covariance B is spread' spread
        within = _Within.of(rows, len(sizes))
        basis = np.hstack([within.directions, _other_directions(spread, within.directions)])
        variances = np.full(basis.shape[1], within.rest)
        variances[: len(within.variances)] = within.variances
        between, sphere = spread @ basis, within.shrinkage * float((spread**2).sum()) / n_features
        scaled = between / np.sqrt(variances)
        together = (1 - within.shrinkage) * scaled.T @ scaled + np.diag(1 + sphere / variances)
        inverse, vectors = _inverse_and_vectors(together)
        turn = vectors / np.sqrt(variances)[:, None]
        return cls(
            centre=centre.astype(np.float32),
            basis=basis.astype(np.float32),
            turn=turn.astype(np.float32),
            means=(means @ basis @ turn).astype(np.float32),
            background=inverse.astype(np.float32),
            rest_weight=float(1 / within.rest - 1 / (within.rest + sphere)),
        )

    def distances(self, features: NDArray[np.floating]) -> Array:
        """(n,) float64 relative Mahalanobis distances of features (n, d); greater is stranger.

        Raises:
            HeadError: The features have another length than those it was learnt from.
        """
        if features.ndim != 2 or features.shape[1] != len(self.centre):
            raise HeadError(
                f"The classes were learnt from {len(self.centre)} features; these have shape {features.shape}."
            )
        rows = _unit_rows(features)
        rows -= self.centre
        inside = rows @ self.basis.astype(np.float64)
        outside = np.maximum(np.einsum("nd,nd->n", rows, rows) - np.einsum("nq,nq->n", inside, inside), 0.0)
        places = inside @ self.turn.astype(np.float64)
        means = self.means.astype(np.float64)
        squares = np.einsum("nq,nq->n", places, places)
        nearest = ((means**2).sum(axis=1) - 2 * places @ means.T).min(axis=1) + squares
        return np.asarray(nearest - places**2 @ self.background.astype(np.float64) + self.rest_weight * outside)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """The arrays, by name."""
        return {name: getattr(self, name) for name in _ARRAYS}

    @classmethod
    def from_parts(cls, tensors: Mapping[str, NDArray[Any]], rest_weight: float) -> ClassGaussians:
        """What `tensors()` and `rest_weight` came from.

        Raises:
            HeadError: They do not fit together: names, types, shapes or values are wrong.
        """
        if set(tensors) != set(_ARRAYS):
            raise HeadError(f"The classes' Gaussians have the tensors {', '.join(_ARRAYS)}.")
        centre, basis, means = tensors["centre"], tensors["basis"], tensors["means"]
        n_places = basis.shape[1] if basis.ndim == 2 else 0
        expected = {
            "centre": (len(basis),),
            "basis": (len(basis), n_places),
            "turn": (n_places, n_places),
            "means": (len(means), n_places),
            "background": (n_places,),
        }
        for name, shape in expected.items():
            tensor = tensors[name]
            if tensor.dtype != np.float32 or tensor.shape != shape or not len(means) or not len(centre):
                raise HeadError(f"The tensor {name} of the classes' Gaussians is {tensor.dtype} {tensor.shape}.")
            if not np.isfinite(tensor).all():
                raise HeadError(f"The tensor {name} of the classes' Gaussians holds values that are no finite numbers.")
        return cls(**{name: tensors[name] for name in _ARRAYS}, rest_weight=rest_weight)


@dataclass(frozen=True, eq=False)
class _Within:
    """The classes' shared covariance: variances along some directions, one variance along all others."""

    directions: Array
    variances: Array
    rest: float
    shrinkage: float

    @classmethod
    def of(cls, deviations: Array, n_classes: int) -> _Within:
        """From the deviations (n, d) of the images from their classes' means."""
        n_images, n_features = deviations.shape
        squares = np.einsum("nd,nd->n", deviations, deviations)
        total = max(float(squares.mean()), _VARIANCE_MIN)
        n_main = max(min(_N_WITHIN, n_images - n_classes, n_features - 1), 0)
        directions, found = _main_directions(deviations, n_main)
        tail = max(total - float(found.sum()), 0.0)
        norm = float((found**2).sum()) + tail**2 / max(n_features - len(found), 1)
        shrinkage = _shrinkage(float((squares**2).mean()), norm, total, n_images, n_features)
        sphere = shrinkage * total / n_features
        rest = (1 - shrinkage) * max(total - float(found[:n_main].sum()), 0.0) / (n_features - n_main) + sphere
        unbiased = n_images / max(n_images - n_classes, 1)
        main = (1 - shrinkage) * found[:n_main] + sphere
        return cls(directions[:, :n_main], unbiased * main, unbiased * rest, shrinkage)


def _shrinkage(fourth: float, norm: float, total: float, n_images: int, n_features: int) -> float:
    """How far a covariance is moved towards a sphere.

    Source: Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004, lemma 3.

    Args:
        fourth: Mean of |x|^4.
        norm: Squared Frobenius norm of the covariance.
        total: Its trace.
        n_images: n.
        n_features: d.
    """
    error = max(fourth - norm, 0.0) / n_images
    distance = norm - total**2 / n_features
    return float(np.clip(error / distance, _SHRINKAGE_MIN, 1.0)) if distance > 0 else 1.0


def _main_directions(deviations: Array, n_main: int) -> tuple[Array, Array]:
    """The first directions (d, m) of the covariance and their variances (m,), descending, m a few more than asked for.

    Of few images from their products; of many by subspace iteration from random directions (Halko, Martinsson and Tropp
    2011, algorithm 4.4).
    """
    n_images, n_features = deviations.shape
    if not n_main:
        return np.zeros((n_features, 0)), np.zeros(0)
    n_directions = min(n_main + _N_SPARE, n_features)
    if n_images <= min(_N_FEW, n_features):
        return _directions_of_few(deviations, n_directions)
    guess = generator(0, "directions").standard_normal((n_features, n_directions))
    for _ in range(_N_PASSES + 1):
        guess = np.linalg.qr(deviations.T @ (deviations @ guess))[0]
    places = deviations @ guess
    variances, vectors = np.linalg.eigh(places.T @ places / n_images)
    return guess @ vectors[:, ::-1], np.maximum(variances[::-1], 0.0)


def _directions_of_few(deviations: Array, n_directions: int) -> tuple[Array, Array]:
    """The same for fewer images than features: the n x n matrix of their products has the same variances."""
    values, vectors = np.linalg.eigh(deviations @ deviations.T / len(deviations))
    values, vectors = values[::-1][:n_directions], vectors[:, ::-1][:, :n_directions]
    is_real = values > 1e-12 * max(float(values[0]), np.finfo(np.float64).tiny)
    values, vectors = values[is_real], vectors[:, is_real]
    return deviations.T @ (vectors / np.sqrt(len(deviations) * values)), values


def _other_directions(spread: Array, directions: Array) -> Array:
    """Orthonormal directions (d, b) in which the means differ, outside of those that there are."""
    outside = spread - (spread @ directions) @ directions.T
    outside -= (outside @ directions) @ directions.T
    _left, lengths, right = np.linalg.svd(outside, full_matrices=False)
    is_real = lengths > 1e-6 * max(float(np.linalg.norm(spread)), np.finfo(np.float64).tiny)
    return np.ascontiguousarray(right[is_real][:_N_BETWEEN].T)


def _inverse_and_vectors(matrix: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(matrix)
    return 1 / values, vectors


def _unit_rows(features: NDArray[np.floating]) -> Array:
    """A new array."""
    return np.asarray(normalise_rows(features.astype(np.float64)), np.float64)
