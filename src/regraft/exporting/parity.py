"""Whether an export gives the answers of its bundle: two claims, which are never mixed.

Same pixels, same scores; any image, the same pixels. The first is strict, the second allows a grey level. Files that
another library decodes are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.exporting.claims import (
    MARGIN,
    NOVELTY_TOLERANCE,
    PROBABILITY_TOLERANCE,
    PixelParity,
    ScoreParity,
)
from regraft.exporting.diagnosis import Case, diagnose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Classifier, Judgement
    from regraft.exporting.classifier_graph import View
    from regraft.exporting.diagnosis import Answers
    from regraft.exporting.exported import ExportedClassifier
    from regraft.exporting.runtimes import Graph

BATCH_SIZES = (1, 2, 3, 8, 32)
_N_NAMED = 20
_N_DIAGNOSED = 16


@dataclass(eq=False)
class Trial:
    """A bundle and an export of it, side by side on images.

    Attributes:
        classifier: In float32.
        exported: The export.
        views: For each of the classifier's networks, what it sees of the export's inputs.
        resize: The graph for images of any size; None where there is none.
        batch_sizes: Batches to ask about.
    """

    classifier: Classifier
    exported: ExportedClassifier
    views: Sequence[Sequence[View]]
    resize: Graph | None = None
    batch_sizes: tuple[int, ...] = BATCH_SIZES
    _compared: list[_Compared] = field(default_factory=list, init=False)
    _pixels: list[_Resized] = field(default_factory=list, init=False)
    _for_batches: list[list[NDArray[np.uint8]]] = field(default_factory=list, init=False)

    def see(self, images: Sequence[NDArray[np.uint8]], names: Sequence[str]) -> None:
        """Compare the two on some images.

        Args:
            images: m arrays (height, width, 3) uint8 of any sizes.
            names: Of these, for sentences.
        """
        inputs = self.exported.inputs(images)
        reference = self.see_pixels(inputs, names)
        if self.resize is None:
            return
        resized = [[*self.resize.run({"image": image}).items()] for image in images]
        order = [one.name for one in self.exported.description.inputs]
        given = [np.concatenate([dict(found)[name] for found in resized]) for name in order]
        answered = self.exported.judge(self.exported.compute(given))
        differences = [np.abs(ours.astype(np.int16) - theirs) for ours, theirs in zip(inputs, given, strict=True)]
        is_changed = _best(answered) != _best(reference)
        self._pixels.append(
            _Resized(
                n_images=len(images),
                n_values=sum(one.size for one in differences),
                n_equal=sum(int((one == 0).sum()) for one in differences),
                largest=max(int(one.max(initial=0)) for one in differences),
                changed=_named(names, is_changed),
            )
        )

    def see_pixels(self, inputs: Sequence[NDArray[np.uint8]], names: Sequence[str]) -> Judgement:
        """Compare the two on what the export's inputs are given.

        Args:
            inputs: For each input (m, h, w, 3) uint8.
            names: m names of images.

        Returns:
            What the bundle says.
        """
        reference = self.classifier.judge(self.classifier.all_networks.compute(self._seen(inputs)))
        answered = self.exported.judge(self.exported.compute(inputs))
        self._compared.append(_compare(self.classifier, reference, answered, names))
        if sum(len(one[0]) for one in self._for_batches) < max(self.batch_sizes):
            self._for_batches.append([*inputs])
        return reference

    def scores(self) -> ScoreParity:
        """The first claim, on all that was seen."""
        compared = self._compared
        changed = [name for one in compared for name in one.changed]
        novelty = [one.novelty for one in compared if one.novelty is not None]
        return ScoreParity(
            n_images=sum(one.n_images for one in compared),
            largest_difference=max(one.difference for one in compared),
            changed=tuple(changed[:_N_NAMED]),
            n_changed=len(changed),
            n_ties=sum(one.n_ties for one in compared),
            novelty_difference=max(novelty) if novelty else None,
            n_unknown_changed=sum(one.n_unknown for one in compared),
            n_sets_changed=sum(one.n_sets for one in compared),
            batch_difference=self._batch_difference(),
        )

    def diagnosis(self) -> str:
        """A sentence on why the answers differ; empty where nothing can be said."""
        inputs = [np.concatenate(parts)[:_N_DIAGNOSED] for parts in zip(*self._for_batches, strict=True)]

        def ask(pixels: Sequence[NDArray[np.uint8]]) -> tuple[Answers, Answers]:
            features = self.classifier.all_networks.compute(self._seen(pixels))
            judgement = self.classifier.judge(features)
            scores = self.classifier.head.scores(features[:, : self.classifier.head.n_inputs])
            reference: dict[str, NDArray[np.floating]] = {"scores": scores, "probabilities": judgement.probabilities}
            if judgement.novelty is not None:
                reference["novelty"] = judgement.novelty[:, None]
            return reference, self.exported.unpacked(self.exported.compute(pixels))

        return diagnose(Case(inputs, *ask(inputs), ask))

    def _seen(self, inputs: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        """What the classifier's networks see of the export's inputs."""
        seen = [
            inputs[one.place][:, :, ::-1] if one.is_mirrored else inputs[one.place]
            for part in self.views
            for one in part
        ]
        return [*map(np.ascontiguousarray, seen)]

    def pixels(self) -> PixelParity | None:
        """The second claim, on all that was seen; None where there is no graph for images of any size."""
        seen = self._pixels
        if not seen:
            return None
        changed = [name for one in seen for name in one.changed]
        return PixelParity(
            n_images=sum(one.n_images for one in seen),
            share_equal=sum(one.n_equal for one in seen) / sum(one.n_values for one in seen),
            largest_difference=max(one.largest for one in seen),
            changed=tuple(changed[:_N_NAMED]),
            n_changed=len(changed),
        )

    def _batch_difference(self) -> float:
        """Batches of several sizes, of different images: at each place one that was also asked about by itself."""
        inputs = [np.concatenate(parts) for parts in zip(*self._for_batches, strict=True)]
        n_images = max(self.batch_sizes)
        rows = np.arange(n_images) % len(inputs[0])
        inputs = [pixels[rows] for pixels in inputs]
        names = [one.name for one in self.exported.description.inputs]

        def asked(first: int, n_asked: int) -> NDArray[Any]:
            given = {name: pixels[first : first + n_asked] for name, pixels in zip(names, inputs, strict=True)}
            return self.exported.graph.run(given)["probabilities"]

        alone = np.concatenate([asked(row, 1) for row in range(n_images)])
        return max(float(np.abs(asked(0, size) - alone[:size]).max()) for size in self.batch_sizes)


@dataclass(frozen=True)
class _Compared:
    n_images: int
    difference: float
    changed: list[str]
    n_ties: int
    novelty: float | None
    n_unknown: int
    n_sets: int


@dataclass(frozen=True)
class _Resized:
    n_images: int
    n_values: int
    n_equal: int
    largest: int
    changed: list[str]


def _compare(classifier: Classifier, reference: Judgement, answered: Judgement, names: Sequence[str]) -> _Compared:
    is_other = _best(answered) != _best(reference)
    ordered = np.sort(reference.probabilities, axis=1)
    is_tie = ordered[:, -1] - ordered[:, -2] <= MARGIN
    novelty, n_unknown = _compare_novelty(classifier, reference, answered)
    return _Compared(
        n_images=len(names),
        difference=_largest(answered.probabilities - reference.probabilities),
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
    return _largest(answered.novelty - reference.novelty) / scale, int((is_other & ~is_near).sum())


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


def _largest(differences: NDArray[np.float64]) -> float:
    """The largest absolute value; infinite where one is no number."""
    largest = np.abs(differences).max(initial=0.0)
    return float(largest) if np.isfinite(largest) else float("inf")
