"""Which measure of strangeness serves a data set best: classes are left out, and must look strange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import generator
from regraft.heads.calibration import fit_temperature
from regraft.heads.novelty.detector import DEFAULT_MEASURE, NOVELTY_MEASURES, fit_measure, measure_novelty
from regraft.heads.objectives import build_loss
from regraft.heads.solver import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads.known_images import KnownImages
    from regraft.heads.linear import HeadKind
    from regraft.heads.novelty.detector import NoveltyMeasure
    from regraft.heads.selection import CrossValidation

    Array = NDArray[Any]

N_CLASSES_MIN = 6
"""With fewer, the classes that are left say too little of all."""
_N_ROUNDS = 6
_N_FOLDS_MAX = 2
_N_IMAGES_MAX = 4000
_GAIN_MIN = 0.01
"""Another measure must be better by this much, and by two standard errors."""
_TOLERANCE, _N_ITERATIONS = 1e-2, 50


@dataclass(frozen=True)
class MeasureScore:
    """How well a measure told images of left-out classes from images of the others.

    Attributes:
        measure: Its name.
        auroc: Mean over the rounds of the chance that a strange image looks stranger than a known one.
        deviation: Standard deviation over the rounds.
    """

    measure: NoveltyMeasure
    auroc: float
    deviation: float


@dataclass(frozen=True)
class MeasureChoice:
    """The chosen measure of strangeness, and why.

    Attributes:
        measure: The chosen one.
        reason: Why, in a sentence.
        scores: One for each measure; none where too few classes could be left out.
        n_classes: How many there are.
        n_left_out: How many were left out in each round.
        n_rounds: How often classes were left out.
    """

    measure: NoveltyMeasure
    reason: str
    scores: tuple[MeasureScore, ...]
    n_classes: int
    n_left_out: int
    n_rounds: int


def choose_measure(known: KnownImages, kind: HeadKind, heads: CrossValidation, *, seed: int = 0) -> MeasureChoice:
    """Leave half of the classes out, several times, and see to which measure their images look strange.

    The default stays where there are too few classes, and where no other is clearly better.

    Args:
        known: Images of all classes.
        kind: Of the head.
        heads: How it was chosen, on the same images.
        seed: Chooses the classes.
    """
    classes = _usable_classes(known)
    if len(classes) < N_CLASSES_MIN:
        reason = (
            f"Of {len(classes)} classes with images in several folds none can be left out: that takes {N_CLASSES_MIN}. "
            "This measure does best elsewhere."
        )
        return MeasureChoice(DEFAULT_MEASURE, reason, (), len(classes), 0, 0)
    rng = generator(seed, "left-out classes")
    n_left_out = len(classes) // 2
    rows = _sample(known.units, rng)
    rounds = np.array(
        [
            _left_out_round(known, kind, heads, np.sort(rng.permutation(classes)[n_left_out:]), rows)
            for _ in range(_N_ROUNDS)
        ]
    )
    means, deviations = rounds.mean(axis=0), rounds.std(axis=0, ddof=1)
    scores = tuple(
        MeasureScore(name, float(mean), float(deviation))
        for name, mean, deviation in zip(NOVELTY_MEASURES, means, deviations, strict=True)
    )
    measure, reason = judge_rounds(rounds)
    return MeasureChoice(measure, reason, scores, len(classes), n_left_out, _N_ROUNDS)


def judge_rounds(rounds: NDArray[np.float64]) -> tuple[NoveltyMeasure, str]:
    """The choice, and why.

    Args:
        rounds: (rounds, measures) AUROC.
    """
    default = NOVELTY_MEASURES.index(DEFAULT_MEASURE)
    gains = rounds - rounds[:, [default]]
    best = int(gains.mean(axis=0).argmax())
    gain = float(gains[:, best].mean())
    error = float(gains[:, best].std(ddof=1) / np.sqrt(len(rounds)))
    name = NOVELTY_MEASURES[best]
    if best == default:
        return DEFAULT_MEASURE, "It told left-out classes apart best."
    if gain < max(_GAIN_MIN, 2 * error):
        return DEFAULT_MEASURE, f"By {name} left-out classes were told apart better, but by no more than chance allows."
    return name, f"It told left-out classes apart clearly better than {DEFAULT_MEASURE}, by {gain:.3f} of AUROC."


def _used_folds(known: KnownImages) -> range:
    return range(min(known.folds.n_folds, _N_FOLDS_MAX))


def _usable_classes(known: KnownImages) -> NDArray[np.int64]:
    """Classes with images to be fitted on, and others to be asked about, in one of the folds that are used."""
    return np.unique(
        np.concatenate(
            [
                np.intersect1d(known.labels[known.folds.is_train[:, fold]], known.labels[known.folds.is_test[:, fold]])
                for fold in _used_folds(known)
            ]
        )
    )


def _sample(units: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of whole units, no more than are needed."""
    names, codes, sizes = np.unique(units, return_inverse=True, return_counts=True)
    order = rng.permutation(len(names))
    n_kept = int(np.searchsorted(np.cumsum(sizes[order]), _N_IMAGES_MAX, side="right"))
    is_kept = np.zeros(len(names), np.bool_)
    is_kept[order[: max(n_kept, 1)]] = True
    return np.flatnonzero(is_kept[codes])


def _left_out_round(
    known: KnownImages, kind: HeadKind, heads: CrossValidation, kept: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(measures,) AUROC on some of the images, those of classes that are not kept being strange."""
    labels, features, folds = known.labels[rows], known.features[rows], _used_folds(known)
    is_kept = np.isin(labels, kept)
    is_train = known.folds.is_train[rows, : len(folds)] & is_kept[:, None]
    codes = np.minimum(np.searchsorted(kept, labels), len(kept) - 1)  # those of strange images are not looked at
    scores = _head_scores(heads, kind, rows, codes, is_train)
    found = []
    for fold in folds:
        train = is_train[:, fold]
        test = known.folds.is_test[rows, fold] & np.isin(labels, labels[train])
        if test.any() and not is_kept.all():
            head_scores = scores[:, fold] / fit_temperature(scores[test, fold], codes[test], prior_spread=1.0)
            novelty = [
                measure_novelty(name, fit_measure(name, features[train], labels[train]), features, head_scores)
                for name in NOVELTY_MEASURES
            ]
            found.append([separability(values[test], values[~is_kept]) for values in novelty])
    return np.asarray(np.mean(found, axis=0))


def _head_scores(
    heads: CrossValidation,
    kind: HeadKind,
    rows: NDArray[np.int64],
    codes: NDArray[np.int64],
    is_train: NDArray[np.bool_],
) -> Array:
    """(n, f, k) scores of heads like the chosen one, each fitted on some of the rows."""
    turned = heads.turned[rows]
    loss, n_columns = build_loss(kind, codes, int(codes.max()) + 1, turned.dtype)
    problem = Problem.of(turned, loss, is_train.astype(turned.dtype))
    start = problem.zero_solution(n_columns)
    scores = problem.solve(heads.strength, start, tolerance=_TOLERANCE, n_iterations_max=_N_ITERATIONS).scores
    return np.concatenate([-scores / 2, scores / 2], axis=2) if n_columns == 1 else scores


def separability(known: NDArray[np.floating], strange: NDArray[np.floating]) -> float:
    """AUROC: the chance that a strange image looks stranger than a known one; equal ones count half.

    Args:
        known: (n,) novelty of images of known classes.
        strange: (m,) novelty of images of none of them.
    """
    ordered = np.sort(strange)
    below = np.searchsorted(ordered, known, side="left") + np.searchsorted(ordered, known, side="right")
    return float(1 - below.mean() / (2 * len(ordered)))
