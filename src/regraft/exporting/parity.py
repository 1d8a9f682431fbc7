"""Whether an export gives the answers of its bundle: three claims, which are never mixed.

Same pixels, same scores; any image, the same pixels; any file, the same answer. The first is strict, the second allows
a grey level, the third is told: it is about who decodes the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from regraft.exporting.answer_changes import N_NAMED, largest
from regraft.exporting.claims import PixelParity, ScoreParity
from regraft.exporting.comparisons import Compared, Resized, compare_answers, compare_pixels
from regraft.exporting.diagnosis import Case, diagnose
from regraft.exporting.foreign_files import FileParity, decode_elsewhere
from regraft.exporting.seen_pixels import see_images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Classifier, Judgement
    from regraft.exporting.answer_changes import AnswerLog
    from regraft.exporting.classifier_graph import View
    from regraft.exporting.description import SeenInput
    from regraft.exporting.diagnosis import Answers
    from regraft.exporting.exported import ExportedClassifier
    from regraft.exporting.proof_images import Block
    from regraft.exporting.runtimes import Graph

    Pixels: TypeAlias = Sequence[NDArray[np.uint8]]

BATCH_SIZES = (1, 2, 3, 8, 32)
_N_DIAGNOSED = 16


class Shown(NamedTuple):
    """What all exports are shown of m images: it is decoded once.

    Attributes:
        inputs: What the exports' inputs are given of whole images, (m, h, w, 3) uint8 for each.
        of_files: What they are given of the files, which may be decoded at a smaller size; empty for made pictures.
        elsewhere: Whole images as another decoder reads them; None where it cannot.
    """

    inputs: Pixels
    of_files: Pixels
    elsewhere: Sequence[NDArray[np.uint8] | None]


def show(block: Block, inputs: Sequence[SeenInput]) -> Shown:
    """What is shown of some images.

    Args:
        block: The images.
        inputs: Of the exports.
    """
    return Shown(
        see_images(inputs, block.images),
        see_images(inputs, block.files) if block.files else (),
        [decode_elsewhere(file) for file in block.files],
    )


@dataclass(eq=False)
class Trial:
    """An export of a bundle, seen on images beside it.

    Attributes:
        classifier: In float32.
        exported: The export.
        views: For each of the classifier's networks, what it sees of the export's inputs.
        answers: Takes the answers to a user's images.
        resize: The graph for images of any size; None where there is none.
        batch_sizes: Batches to ask about.
    """

    classifier: Classifier
    exported: ExportedClassifier
    views: Sequence[Sequence[View]]
    answers: AnswerLog
    resize: Graph | None = None
    batch_sizes: tuple[int, ...] = BATCH_SIZES
    _compared: list[Compared] = field(default_factory=list, init=False)
    _pixels: list[Resized] = field(default_factory=list, init=False)
    _files: list[Resized] = field(default_factory=list, init=False)
    _n_foreign: int = field(default=0, init=False)
    _for_batches: list[list[NDArray[np.uint8]]] = field(default_factory=list, init=False)

    def see(self, block: Block, shown: Shown, reference: Judgement) -> None:
        """Compare on some images: by their pixels at the networks' size, whole, and as files.

        Args:
            block: m images.
            shown: What is shown of them.
            reference: What the bundle says of that.
        """
        answered = self.see_pixels(shown.inputs, block.names, reference)
        if block.rows:
            self.answers.add(block.rows, answered, reference)
        if self.resize is None:
            return
        given = self._resized(block.images)
        anew = self._anew(given, shown.inputs, answered.probabilities)
        self._pixels.append(compare_pixels(shown.inputs, given, (reference.probabilities, anew), block.names))
        if block.files:
            self._see_files(block, shown, self._anew(shown.of_files, shown.inputs, answered.probabilities))

    def _see_files(self, block: Block, shown: Shown, expected: NDArray[np.float64]) -> None:
        """Compare with what another decoder makes of the same files."""
        rows = [row for row, image in enumerate(shown.elsewhere) if image is not None]
        self._n_foreign += len(shown.elsewhere) - len(rows)
        if rows:
            given = self._resized([image for image in shown.elsewhere if image is not None])
            own, expected = [pixels[rows] for pixels in shown.of_files], expected[rows]
            anew = self._anew(given, own, expected)
            self._files.append(compare_pixels(own, given, (expected, anew), [block.names[row] for row in rows]))

    def _resized(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        """What the graph for images of any size makes of some, for each of the classifier's inputs."""
        assert self.resize is not None
        found = [self.resize.run({"image": image}) for image in images]
        return [np.concatenate([one[seen.name] for one in found]) for seen in self.exported.description.inputs]

    def _anew(self, given: Pixels, known: Pixels, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The export's probabilities of pixels: those that are known, where the pixels are the same."""
        is_other = np.any([(one != two).any(axis=(1, 2, 3)) for one, two in zip(given, known, strict=True)], axis=0)
        found = probabilities.copy()
        if is_other.any():
            rows = self.exported.compute([pixels[is_other] for pixels in given])
            found[is_other] = self.exported.judge(rows).probabilities
        return found

    def see_pixels(self, inputs: Pixels, names: Sequence[str], reference: Judgement) -> Judgement:
        """Compare on what the export's inputs are given.

        Args:
            inputs: For each input (m, h, w, 3) uint8.
            names: m names of images.
            reference: What the bundle says.

        Returns:
            What the export says.
        """
        answered = self.exported.judge(self.exported.compute(inputs))
        self._compared.append(compare_answers(self.classifier, reference, answered, names))
        if sum(len(one[0]) for one in self._for_batches) < max(self.batch_sizes):
            self._for_batches.append([*inputs])
        return answered

    def scores(self) -> ScoreParity:
        """The first claim, on all that was seen."""
        compared = self._compared
        changed = [name for one in compared for name in one.changed]
        novelty = [one.novelty for one in compared if one.novelty is not None]
        return ScoreParity(
            n_images=sum(one.n_images for one in compared),
            largest_difference=max(one.difference for one in compared),
            changed=tuple(changed[:N_NAMED]),
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

        def ask(pixels: Pixels) -> tuple[Answers, Answers]:
            features = self.classifier.all_networks.compute(_seen(self.views, pixels))
            judgement = self.classifier.judge(features)
            scores = self.classifier.head.scores(features[:, : self.classifier.head.n_inputs])
            reference: dict[str, NDArray[np.floating]] = {"scores": scores, "probabilities": judgement.probabilities}
            if judgement.novelty is not None:
                reference["novelty"] = judgement.novelty[:, None]
            return reference, self.exported.unpacked(self.exported.compute(pixels))

        return diagnose(Case(inputs, *ask(inputs), ask))

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
            changed=tuple(changed[:N_NAMED]),
            n_changed=len(changed),
        )

    def files(self) -> FileParity | None:
        """The third, which is only told; None where no files were seen."""
        seen = self._files
        if not seen and not self._n_foreign:
            return None
        changed = [name for one in seen for name in one.changed]
        return FileParity(
            n_images=sum(one.n_images for one in seen),
            n_changed=len(changed),
            changed=tuple(changed[:N_NAMED]),
            largest_difference=max((one.difference for one in seen), default=0.0),
            n_unreadable=self._n_foreign,
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
        return max(largest(asked(0, size) - alone[:size]) for size in self.batch_sizes)


def ask_bundle(classifier: Classifier, views: Sequence[Sequence[View]], inputs: Pixels) -> Judgement:
    """What a bundle says of what an export's inputs are given.

    Args:
        classifier: The bundle.
        views: For each of its networks, what it sees of the inputs.
        inputs: For each input (m, h, w, 3) uint8.
    """
    return classifier.judge(classifier.all_networks.compute(_seen(views, inputs)))


def _seen(views: Sequence[Sequence[View]], inputs: Pixels) -> list[NDArray[np.uint8]]:
    seen = [inputs[one.place][:, :, ::-1] if one.is_mirrored else inputs[one.place] for part in views for one in part]
    return [*map(np.ascontiguousarray, seen)]
