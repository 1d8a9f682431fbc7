"""Why a classifier says of an image what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.evaluation import CellMap, Explanation, Occlusion, ScoreParts
from regraft.features import Locator
from regraft.heads import against as against_one
from regraft.heads import against_others, share_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.experiments.neighbours import TrainingImages
    from regraft.features import LocatedFeatures
    from regraft.images import FixedView, ImageSource

    Inputs = Sequence[NDArray[np.uint8]]

_GRID = 7
"""Rows and columns of cells that are covered where no network has a map."""


@dataclass(frozen=True, eq=False)
class Explained:
    """An explanation, and (h, w, 3) uint8, what the (first) network saw."""

    explanation: Explanation
    pixels: NDArray[np.uint8]


class Explainer:
    """Explains what a classifier says. Its networks stay in memory.

    Args:
        classifier: The classifier.
        training: The images that it learnt from, where these are known.
        occlusion: Whether cells are covered, too, where all that the score is made of has its place. Else they always
            are.

    Raises:
        BackboneError: A network cannot be had.
        MissingExtraError: A network has to be converted for it, and torch is not installed.
    """

    def __init__(
        self, classifier: Classifier, training: TrainingImages | None = None, *, occlusion: bool = False
    ) -> None:
        self.classifier = classifier
        self._training = training
        self._occlusion = occlusion
        self._locator = Locator(classifier.all_networks, classifier.cache)

    def explain(
        self, image: ImageSource, name: str, *, against: str | None = None, features: NDArray[np.float32] | None = None
    ) -> Explained:
        """Why the classifier says of an image what it says.

        Args:
            image: A file or an image in memory.
            name: What it is called.
            against: The class that the best one is compared with; None for the second best.
            features: Of the image (d,), where they are there.

        Raises:
            UnreadableImageError: The file cannot be read.
        """
        classifier, names = self.classifier, self.classifier.class_names
        inputs = classifier.all_networks.inputs([image])
        computed, located = self._locator.locate(inputs, None if features is None else features[None])
        judgement = classifier.judge(computed)
        probabilities = judgement.probabilities[0]
        best, second = np.argsort(-probabilities, kind="stable")[:2].tolist()
        other = second if against is None or names.index(against) == best else names.index(against)
        n_used = classifier.head.coef.shape[1]
        known = [part for part in located if (part.is_located & (part.columns < n_used)).any()]
        row = computed[0, : classifier.head.n_inputs]  # behind it stands what strangers are told by
        contrast = self._parts(row, known, best, other)
        is_covered = self._occlusion or contrast.unlocated != 0
        explanation = Explanation(
            path=name,
            label=names[best],
            probability=float(probabilities[best]),
            runner_up=names[other],
            runner_up_probability=float(probabilities[other]),
            unknown=None if judgement.is_unknown is None else bool(judgement.is_unknown[0]),
            own=self._parts(row, known, best, None),
            contrast=contrast,
            neighbours=() if self._training is None else self._training.nearest(row),
            occlusion=self._occluded(inputs, known, best, other) if is_covered else None,
        )
        return Explained(explanation, inputs[0][0])

    def _parts(
        self, features: NDArray[np.float32], known: Sequence[LocatedFeatures], code: int, against: int | None
    ) -> ScoreParts:
        head, names = self.classifier.head, self.classifier.class_names
        if against is None:
            shares = against_others(code, head.scores(features[None])[0].astype(np.float64) / head.temperature)
        else:
            shares = against_one(code, against, len(names))
        found = share_out(head, features, known, shares)
        return ScoreParts(
            label=names[code],
            against=None if against is None else names[against],
            score=found.score,
            maps=tuple(
                CellMap(network=part.network, cells=_as_rows(cells))
                for part, cells in zip(known, found.cells, strict=True)
            ),
            bias=found.bias,
            unlocated=found.unlocated,
            rounding=found.rounding,
        )

    def _occluded(self, inputs: Inputs, known: Sequence[LocatedFeatures], code: int, against: int) -> Occlusion:
        """Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2."""
        n_rows = known[0].cells.shape[1] if known else _GRID
        views = [view for part in self.classifier.networks.parts for view in part.views]
        covered = [
            np.stack([_cover(pixels[0], view, place, n_rows) for place in range(-1, n_rows * n_rows)])
            for pixels, view in zip(inputs[: len(views)], views, strict=True)
        ]
        scores = self.classifier.scores(covered).astype(np.float64)
        margins = scores[:, code] - scores[:, against]
        names = self.classifier.class_names
        drops = (margins[0] - margins[1:]).reshape(n_rows, n_rows)
        return Occlusion(label=names[code], against=names[against], cells=_as_rows(drops))


def _cover(pixels: NDArray[np.uint8], view: FixedView, place: int, n_rows: int) -> NDArray[np.uint8]:
    """A view's pixels with one cell of the plain view in the image's mean colour; with place -1 as they are."""
    if place < 0:
        return pixels
    left, top, right, bottom = view.window
    row, column = divmod(place, n_rows)
    rows = _edges(row, n_rows, top, bottom, len(pixels))
    first, last = _edges(column, n_rows, left, right, pixels.shape[1])
    columns = slice(pixels.shape[1] - last, pixels.shape[1] - first) if view.is_mirrored else slice(first, last)
    covered = pixels.copy()
    covered[slice(*rows), columns] = np.rint(pixels.mean(axis=(0, 1)))
    return covered


def _edges(place: int, n_cells: int, low: float, high: float, n_pixels: int) -> tuple[int, int]:
    """Where one of n cells of [0, 1] begins and ends among the pixels that show [low, high]."""
    ends = ((edge / n_cells - low) / (high - low) * n_pixels for edge in (place, place + 1))
    first, last = (min(max(round(end), 0), n_pixels) for end in ends)
    return first, last


def _as_rows(cells: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, cells.tolist()))
