"""Where images lie among each other: their features in two dimensions, and the most and least typical of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.core import Value
from regraft.heads import normalise_rows, read_some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions
    from regraft.heads import RowSource

    Rows = NDArray[np.floating[Any]]

MapKind = Literal["pca", "tsne"]
"""How features are laid out: principal components, or t-SNE (van der Maaten and Hinton 2008)."""

_N_POINTS = 1000
_N_A_BLOCK = 1 << 13
_N_CLASSES = 12
_N_TRIED, _N_ROUNDS = 8, 12
"""Directions that are looked for at once, and how often they are made better."""


class MapPoint(Value):
    """An image's place, its class, and what it was taken for; the path only of mistakes."""

    x: float
    y: float
    truth: str
    predicted: str
    path: str = ""


class TypicalImages(Value):
    """Of a class the images nearest to, and farthest from, the mean of its features, by the angle between them."""

    class_name: str
    most: str
    least: str


class FeatureMap(Value):
    """Features in two dimensions.

    Attributes:
        kind: Whether by the two directions in which they differ most, or so that neighbours stay neighbours.
        points: At most a thousand images, at even distances in the list.
        n_images: How many there are.
        share: Of the features' variance, what the two directions show; None for t-SNE, which shows none.
        typical: Of each class with three images or more; at most twelve classes.
    """

    kind: MapKind = "pca"
    points: tuple[MapPoint, ...]
    n_images: int
    share: float | None
    typical: tuple[TypicalImages, ...]


def map_features(
    features: RowSource, predictions: Predictions, kind: MapKind = "pca", *, n_features: int | None = None
) -> FeatureMap | None:
    """The map of some images; None of fewer than three.

    Args:
        features: (n, d), in memory or read in blocks; only directions count, not lengths.
        predictions: Of the same images, with the truth.
        kind: How they are laid out.
        n_features: How many of the leading features are looked at; None for all.
    """
    n_images = features.shape[0]
    if n_images < 3:
        return None
    chosen = np.linspace(0, n_images - 1, min(n_images, _N_POINTS)).astype(np.int64)
    rows = normalise_rows(read_some(features, chosen)[:, :n_features])
    places, share = _principal(rows) if kind == "pca" else (_neighbourly(rows), None)
    names, right = predictions.class_names, predictions.right
    points = (
        MapPoint(
            x=round(x, 4),
            y=round(y, 4),
            truth=names[predictions.labels[row]],
            predicted=names[predictions.predicted[row]],
            path="" if right[row] else predictions.paths[row],
        )
        for row, (x, y) in zip(chosen.tolist(), places.tolist(), strict=True)
    )
    typical = _typical(features, n_features, predictions)
    return FeatureMap(kind=kind, points=tuple(points), n_images=n_images, share=share, typical=typical)


def _principal(rows: Rows) -> tuple[Rows, float]:
    """Rows in the two directions of largest variance, and its share; by subspace iteration (Halko et al. 2011, 4.4)."""
    centred = rows - rows.mean(axis=0)
    total = float(np.square(centred).sum())
    basis = np.random.default_rng(0).normal(size=(rows.shape[1], min(_N_TRIED, *rows.shape))).astype(rows.dtype)
    for _ in range(_N_ROUNDS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    left, values, _right = np.linalg.svd(centred @ basis, full_matrices=False)
    places = np.zeros((len(rows), 2), rows.dtype)
    n_found = min(2, len(values))
    places[:, :n_found] = left[:, :n_found] * values[:n_found]
    places *= np.sign(places[np.abs(places).argmax(axis=0), range(2)])  # a direction and its opposite are the same
    return places, min(float(np.square(values[:n_found]).sum()) / total, 1.0) if total > 0 else 0.0


def _neighbourly(rows: Rows) -> Rows:
    """Rows by t-SNE, which begins with principal components (Kobak and Berens 2019): the same each time."""
    from sklearn.manifold import TSNE  # half a second, and seldom asked for

    start = _principal(rows)[0].astype(np.float32)
    start *= 1e-4 / max(float(start[:, 0].std()), float(np.finfo(np.float32).tiny))
    perplexity = min(30.0, (len(rows) - 1) / 3)
    return np.asarray(TSNE(perplexity=perplexity, init=start, random_state=0).fit_transform(rows))


def _typical(features: RowSource, n_features: int | None, predictions: Predictions) -> tuple[TypicalImages, ...]:
    """In two passes over the images: the means of the classes first."""
    labels, counts = predictions.labels, np.bincount(predictions.labels, minlength=predictions.n_classes)
    shown = np.flatnonzero(counts >= 3)[:_N_CLASSES].tolist()
    sums: dict[int, Any] = dict.fromkeys(shown, 0.0)
    for block, rows in _in_blocks(features, n_features):
        for label in shown:
            sums[label] = sums[label] + rows[labels[block] == label].sum(axis=0, dtype=np.float64)
    nearness = np.zeros(len(labels))
    for block, rows in _in_blocks(features, n_features):
        for label in shown:
            own = labels[block] == label
            nearness[block][own] = rows[own] @ (sums[label] / counts[label]).astype(rows.dtype)
    found = []
    for label in shown:
        own = np.flatnonzero(labels == label)
        most, least = (predictions.paths[own[place]] for place in (nearness[own].argmax(), nearness[own].argmin()))
        found.append(TypicalImages(class_name=predictions.class_names[label], most=most, least=least))
    return tuple(found)


def _in_blocks(features: RowSource, n_features: int | None) -> Iterator[tuple[slice, Rows]]:
    """Rows of length 1, some after the other."""
    for start in range(0, features.shape[0], _N_A_BLOCK):
        block = slice(start, start + _N_A_BLOCK)
        yield block, normalise_rows(np.asarray(features[block])[:, :n_features])
