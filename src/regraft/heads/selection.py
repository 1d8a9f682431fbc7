"""Choosing a head by cross-validation, on plain arrays: what `HeadSearch` does, without scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.heads.calibration import Calibration, calibrate, softmax
from regraft.heads.folds import FoldTable
from regraft.heads.objectives import total_weights
from regraft.heads.row_blocks import computed_dtype
from regraft.heads.streamed_walk import StreamedData, StreamedWalk
from regraft.heads.streaming import Streaming, must_stream
from regraft.heads.threads import share_work
from regraft.heads.walk import Samples, StrengthPath, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.heads.candidates import Candidates
    from regraft.heads.linear import LinearHead, Normalisation
    from regraft.heads.objectives import ClassWeight
    from regraft.heads.row_blocks import RowSource

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What heads said of samples that they were not fitted on, at the best settings.

    Attributes:
        classes: (k,) the labels that there are.
        rows: (m,) the samples of which scores are kept: all, or of very many that were streamed some at even distances.
        folds: Which of these each fold was fitted on and asked about.
        scores: (m, k) out-of-fold scores; zeros where a sample is in no fold's test part.
        predicted: (n,) places in `classes` of what is said of each sample out of fold.
        calibration: Of the scores, and whether it is used.
        paths: One for each width and normalisation.
        chosen: The one of them with the best score.
        weights: (r + 1, f, k) of the folds' heads, for `turned`; one column for two classes.
        turn: Makes `turned`.
        streaming: How the samples were streamed; None where they were in memory.
    """

    classes: NDArray[Any]
    rows: NDArray[np.int64]
    folds: FoldTable
    scores: Array
    predicted: NDArray[np.int64]
    calibration: Calibration
    paths: tuple[StrengthPath, ...]
    chosen: StrengthPath
    weights: Array
    turn: Callable[[], Array]
    streaming: Streaming | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"turn": partial(np.asarray, self.turned)}

    @cached_property
    def turned(self) -> Array:
        """(m, r + 1) features of `rows` as the folds' heads take them, from `Basis`."""
        return self.turn()

    @property
    def strength(self) -> float:
        """The chosen C."""
        return float(self.chosen.strengths[self.chosen.best])

    @property
    def reason(self) -> str:
        """What was done to the scores and how the features were read, and why."""
        streamed = () if self.streaming is None else (self.streaming.sentence,)
        return " ".join((self.calibration.reason, *streamed))

    @property
    def temperature(self) -> float:
        """What the scores are divided by."""
        return self.calibration.temperature

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(m, k) calibrated out-of-fold probabilities."""
        return softmax(self.scores.astype(np.float64) / self.temperature)


@dataclass(frozen=True, eq=False)
class Selection:
    """A fitted, calibrated head, and how it was chosen.

    Attributes:
        head: Its classes are `classes`.
        found: What the folds' heads said, at its settings.
    """

    head: LinearHead
    found: CrossValidation

    @property
    def classes(self) -> NDArray[Any]:
        """(k,) the labels that there are."""
        return self.found.classes

    @property
    def paths(self) -> tuple[StrengthPath, ...]:
        """One for each width and normalisation."""
        return self.found.paths

    @property
    def chosen(self) -> StrengthPath:
        """The one of them with the best score; its best strength is the head's."""
        return self.found.chosen

    @property
    def strength(self) -> float:
        """The chosen C."""
        return self.found.strength

    @property
    def score(self) -> float:
        """Its cross-validated score."""
        return float(self.chosen.means[self.chosen.best])


def cross_validate(
    features: RowSource,
    labels: NDArray[Any],
    folds: FoldTable,
    candidates: Candidates,
    *,
    class_weight: ClassWeight = None,
    streams: bool | None = None,
) -> CrossValidation:
    """Choose by cross-validation, as `select_head`, and keep what the folds' heads said; none is fitted on all samples.

    Args:
        features: As for `select_head`.
        labels: (n,) of at least two different values.
        folds: Which samples each fold trains on and is judged on.
        candidates: What to try.
        class_weight: None, "balanced" or a dictionary.
        streams: As for `select_head`.

    Raises:
        ValueError: A setting makes no sense for these features.
    """
    labelled = _Labelled.of(features, labels, folds, class_weight=class_weight, sample_weight=None)
    return _searched(labelled, candidates, streams=streams)[1]


def select_head(
    features: RowSource,
    labels: NDArray[Any],
    folds: FoldTable,
    candidates: Candidates,
    *,
    class_weight: ClassWeight = None,
    sample_weight: Array | None = None,
    streams: bool | None = None,
) -> Selection:
    """Choose by cross-validation, refit on all samples, and calibrate.

    Args:
        features: (n, d) float16, float32 or float64, an array or anything that gives rows by slices. float64 is
            computed in float64, everything else in float32.
        labels: (n,) of at least two different values.
        folds: Which samples each fold trains on and is judged on.
        candidates: What to try.
        class_weight: None, "balanced" or a dictionary.
        sample_weight: (n,) or None.
        streams: Whether features are read in blocks, again and again, instead of held in memory; None for where they
            would take too much of it (`must_stream`).

    Raises:
        ValueError: A setting makes no sense for these features.
    """
    labelled = _Labelled.of(features, labels, folds, class_weight=class_weight, sample_weight=sample_weight)
    best, found = _searched(labelled, candidates, streams=streams)
    return Selection(best.refitted(found.temperature), found)


@dataclass(frozen=True, eq=False)
class _Labelled:
    """What heads are fitted on: features (n, d), the classes, and for each sample its class, weight and folds."""

    features: RowSource
    classes: NDArray[Any]
    codes: NDArray[np.int64]
    weights: Array
    folds: FoldTable

    @classmethod
    def of(
        cls,
        features: RowSource,
        labels: NDArray[Any],
        folds: FoldTable,
        *,
        class_weight: ClassWeight,
        sample_weight: Array | None,
    ) -> _Labelled:
        classes, codes = np.unique(labels, return_inverse=True)
        codes = codes.astype(np.int64)
        weights = total_weights(codes, classes, sample_weight, class_weight, computed_dtype(features))
        return cls(features, classes, codes, weights, folds)


def _searched(
    labelled: _Labelled, candidates: Candidates, *, streams: bool | None
) -> tuple[Walk | StreamedWalk, CrossValidation]:
    """The best walk, and what came of all."""
    if streams is None:
        streams = must_stream(labelled.features, len(labelled.classes), labelled.folds.n_folds)
    return _streamed(labelled, candidates) if streams else _in_memory(labelled, candidates)


def _in_memory(labelled: _Labelled, candidates: Candidates) -> tuple[Walk, CrossValidation]:
    features = np.asarray(labelled.features, computed_dtype(labelled.features))
    codes, folds = labelled.codes, labelled.folds
    samples = Samples(features, codes, len(labelled.classes), labelled.weights)

    def walked(shape: tuple[int, Normalisation]) -> Walk:
        n_features, name = shape
        walk = Walk(
            candidates.kind, samples, folds, n_features=n_features, normalisation=name, scoring=candidates.scoring
        )
        walk.run(candidates.strengths_for(name), can_grow=candidates.strengths is None)
        return walk

    walks = share_work(walked, candidates.shapes(features.shape[1]), features)
    best = max(walks, key=lambda walk: walk.best_score)  # of equal ones the first
    return best, CrossValidation(
        labelled.classes,
        np.arange(len(codes)),
        folds,
        best.held_out_scores,
        best.held_out_scores.argmax(axis=1),
        calibrate(best.held_out_scores, codes, folds, labelled.weights),
        tuple(walk.path for walk in walks),
        best.path,
        best.best_weights,
        lambda: best.turned,
    )


def _streamed(labelled: _Labelled, candidates: Candidates) -> tuple[StreamedWalk, CrossValidation]:
    """Path after path: each has threads of its own, and one matrix of products is enough."""
    data = StreamedData(labelled.features, labelled.codes, len(labelled.classes), labelled.weights, labelled.folds)
    walks = []
    for n_features, name in candidates.shapes(labelled.features.shape[1]):
        walk = StreamedWalk(
            candidates.kind, data, n_features=n_features, normalisation=name, scoring=candidates.scoring
        )
        walk.run(candidates.strengths_for(name), can_grow=candidates.strengths is None)
        walks.append(walk)
    best = max(walks, key=lambda walk: walk.best_score)
    streaming = Streaming.of(labelled.features, data.n_classes, sum(walk.n_passes for walk in walks))
    scores, predicted = best.held_out(streaming.kept)
    folds = FoldTable(labelled.folds.is_train[streaming.kept], labelled.folds.is_test[streaming.kept])
    return best, CrossValidation(
        labelled.classes,
        streaming.kept,
        folds,
        scores,
        predicted,
        calibrate(scores, labelled.codes[streaming.kept], folds, labelled.weights[streaming.kept]),
        tuple(walk.path for walk in walks),
        best.path,
        best.best_weights,
        lambda: best.samples.basis.read_turned(streaming.kept),
        streaming,
    )
