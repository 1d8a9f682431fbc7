"""Where a classifier was wrong, and how sure it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions


_N_PAIRS_WITH_EXAMPLES = 500


class Mistake(Value):
    """One image that was taken for another class."""

    path: str
    truth: str
    predicted: str
    confidence: float
    truth_probability: float


class ConfusedPair(Value):
    """Images of class `truth` that were taken for class `predicted`.

    `n` of the `n_truth` images of that class; `examples` are those it was surest of, surest first.
    """

    truth: str
    predicted: str
    n: int
    n_truth: int
    examples: tuple[Mistake, ...]


def surest_mistakes(predictions: Predictions, n_mistakes: int) -> tuple[Mistake, ...]:
    """The most confident wrong predictions, surest first.

    Args:
        predictions: n images, all with a known truth.
        n_mistakes: How many to give, at most.
    """
    return _mistakes(predictions, _wrong_rows(predictions)[:n_mistakes])


def confused_pairs(predictions: Predictions, n_examples: int) -> tuple[ConfusedPair, ...]:
    """Every pair of classes that was confused, most often first; of equals the larger part of its class first.

    Of very many pairs the first 500 have examples: a report of any number of images stays small.

    Args:
        predictions: n images, all with a known truth.
        n_examples: How many images to name for each pair, at most.
    """
    names = predictions.class_names
    n_of_class = np.bincount(predictions.labels, minlength=predictions.n_classes)
    rows_of: dict[tuple[int, int], list[int]] = {}
    for row in _wrong_rows(predictions).tolist():
        pair = (int(predictions.labels[row]), int(predictions.predicted[row]))
        rows_of.setdefault(pair, []).append(row)
    ordered = sorted(rows_of, key=lambda pair: (-len(rows_of[pair]), int(n_of_class[pair[0]]), pair))
    return tuple(
        ConfusedPair(
            truth=names[pair[0]],
            predicted=names[pair[1]],
            n=len(rows_of[pair]),
            n_truth=int(n_of_class[pair[0]]),
            examples=_mistakes(predictions, rows_of[pair][: n_examples if place < _N_PAIRS_WITH_EXAMPLES else 0]),
        )
        for place, pair in enumerate(ordered)
    )


def _wrong_rows(predictions: Predictions) -> NDArray[np.int64]:
    """Rows of the wrong predictions, surest first; of equals the first row first."""
    wrong = np.flatnonzero(~predictions.right)
    return wrong[np.argsort(-predictions.confidence[wrong], kind="stable")]


def _mistakes(predictions: Predictions, rows: Iterable[int]) -> tuple[Mistake, ...]:
    names = predictions.class_names
    return tuple(
        Mistake(
            path=predictions.paths[row],
            truth=names[predictions.labels[row]],
            predicted=names[predictions.predicted[row]],
            confidence=float(predictions.confidence[row]),
            truth_probability=float(predictions.probabilities[row, predictions.labels[row]]),
        )
        for row in rows
    )
