"""Two answers to the same images, and two ways to make the same pixels, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from regraft.exporting.answer_changes import largest
from regraft.exporting.claims import MARGIN, NOVELTY_TOLERANCE, PROBABILITY_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Classifier, Judgement

    Pixels: TypeAlias = Sequence[NDArray[np.uint8]]


@dataclass(frozen=True)
class Compared:
    """What two said of the same pixels.

    Attributes:
        n_images: That both were asked about.
        difference: The largest of a probability.
        changed: Images that get another class at a margin that is no tie.
        n_ties: Images that get another class at a margin that is one.
        novelty: Largest relative difference of the strangeness; None where nothing tells strangers.
        n_unknown: Images that are unknown to one of the two only.
        n_sets: Images whose prediction sets differ.
    """

    n_images: int
    difference: float
    changed: list[str]
    n_ties: int
    novelty: float | None
    n_unknown: int
    n_sets: int


@dataclass(frozen=True)
class Resized:
    """Pixels that were made in two ways, and what is said of them.

    Attributes:
        n_images: That they are of.
        n_values: Of these pixels.
        n_equal: Values that are the same.
        largest: Difference of two, in grey levels.
        changed: Images that get another class.
        difference: The largest of a probability.
    """

    n_images: int
    n_values: int
    n_equal: int
    largest: int
    changed: list[str]
    difference: float


def compare_pixels(
    ours: Pixels, theirs: Pixels, probabilities: tuple[NDArray[np.float64], NDArray[np.float64]], names: Sequence[str]
) -> Resized:
    """How pixels that were made in two ways differ, and what is said of them.

    Args:
        ours: For each input (m, h, w, 3) uint8.
        theirs: The same, made in another way.
        probabilities: (m, k) of both.
        names: m names of images.
    """
    differences = [np.abs(one.astype(np.int16) - two) for one, two in zip(ours, theirs, strict=True)]
    first, second = probabilities
    return Resized(
        n_images=len(names),
        n_values=sum(one.size for one in differences),
        n_equal=sum(int((one == 0).sum()) for one in differences),
        largest=max(int(one.max(initial=0)) for one in differences),
        changed=_named(names, first.argmax(axis=1) != second.argmax(axis=1)),
        difference=largest(second - first),
    )


def compare_answers(
    classifier: Classifier, reference: Judgement, answered: Judgement, names: Sequence[str]
) -> Compared:
    """How two answers to the same pixels differ.

    Args:
        classifier: Whose thresholds count.
        reference: What it says of m images.
        answered: What an export of it says.
        names: m names of images.
    """
    is_other = _best(answered) != _best(reference)
    ordered = np.sort(reference.probabilities, axis=1)
    is_tie = ordered[:, -1] - ordered[:, -2] <= MARGIN
    novelty, n_unknown = _compare_novelty(classifier, reference, answered)
    return Compared(
        n_images=len(names),
        difference=largest(answered.probabilities - reference.probabilities),
        changed=_named(names, is_other & ~is_tie),
        n_ties=int((is_other & is_tie).sum()),
        novelty=novelty,
        n_unknown=n_unknown,
        n_sets=_n_other_sets(classifier, reference, answered),
    )


def _compare_novelty(classifier: Classifier, reference: Judgement, answered: Judgement) -> tuple[float | None, int]:
    """The largest relative difference, and how many images are unknown to one of the two only."""
    if classifier.novelty is None or reference.novelty is None or reference.is_unknown is None:
        return None, 0
    if answered.novelty is None or answered.is_unknown is None:
        return float("inf"), len(reference.novelty)
    threshold = classifier.novelty.threshold.value
    scale = max(float(np.abs(reference.novelty).max(initial=0.0)), abs(threshold), 1e-9)
    is_near = np.abs(reference.novelty - threshold) <= NOVELTY_TOLERANCE * scale
    is_other = answered.is_unknown != reference.is_unknown
    return largest(answered.novelty - reference.novelty) / scale, int((is_other & ~is_near).sum())


def _n_other_sets(classifier: Classifier, reference: Judgement, answered: Judgement) -> int:
    if classifier.sets is None or reference.named is None:
        return 0
    if answered.named is None:
        return len(reference.named)
    is_near = np.abs(1 - reference.probabilities - classifier.sets.threshold.value) <= PROBABILITY_TOLERANCE
    highest = reference.probabilities.max(axis=1, keepdims=True)
    is_tied = highest - reference.probabilities <= MARGIN
    return int(((answered.named != reference.named) & ~is_near & ~is_tied).any(axis=1).sum())


def _named(names: Sequence[str], which: NDArray[np.bool_]) -> list[str]:
    return [name for name, is_one in zip(names, which.tolist(), strict=True) if is_one]


def _best(judgement: Judgement) -> NDArray[np.int64]:
    return np.asarray(judgement.probabilities.argmax(axis=1))
