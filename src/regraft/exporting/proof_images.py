"""The images that an export and its bundle are asked about, to see whether they say the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.bundle import find_seen, make_pictures, read_golden
from regraft.core import plural
from regraft.data import (
    UNLABELLED,
    Unreadable,
    UnreadableImageError,
    caveat,
    fingerprint_manifest,
    make_finding,
)
from regraft.images import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding, ImageFile, Manifest
    from regraft.exporting.classifier_graph import View
    from regraft.exporting.description import SeenInput

N_IMAGES_MAX = 1000
N_CALIBRATING_MAX = 300
_N_MADE = 8
_N_BLOCK = 8


class Block(NamedTuple):
    """Some images.

    Attributes:
        names: Of those that could be read.
        images: Their pixels, (height, width, 3) uint8 each.
        files: Where they come from; empty for made pictures.
        rows: Which of the proof's files they are; empty for made pictures.
        unreadable: One record for each of the others.
    """

    names: list[str]
    images: list[NDArray[np.uint8]]
    files: list[ImageFile]
    rows: list[int]
    unreadable: list[Unreadable]


@dataclass(frozen=True, eq=False)
class ProofImages:
    """Golden inputs of a bundle, made pictures, of which a classifier is less sure, and a user's images.

    Attributes:
        golden: For each view of each network that the head reads (m, h, w, 3) uint8.
        files: n images of a user.
        names: Of these.
        labels: (n,) int64, positions in the classifier's classes; -1 where there is no label.
        groups: n names of what an image shows, None where unknown.
        is_measured: (n,) whether it has a label, and the classifier was not trained on it, as far as that is known.
        foreign: Labels of the images that are no class of the classifier.
        calibrating: Images of the training side.
        is_split: Whether these are known to be of the training side; else they are every other one of the images.
        why_unlabelled: Why what might have been a data set gives no labels, as sentences; empty where nothing is to be
            said.
        damaged: What could not be read when the images were listed, and is none of the files.
    """

    golden: tuple[NDArray[np.uint8], ...]
    files: tuple[ImageFile, ...] = ()
    names: tuple[str, ...] = ()
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    groups: tuple[str | None, ...] = ()
    is_measured: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    foreign: tuple[str, ...] = ()
    calibrating: tuple[ImageFile, ...] = ()
    is_split: bool = True
    why_unlabelled: str = ""
    damaged: tuple[Unreadable, ...] = ()

    def __len__(self) -> int:
        """How many images there are besides the golden inputs."""
        return len(self.files) + _N_MADE

    def told(self, n_unreadable: int) -> str:
        """What they are, for people.

        Args:
            n_unreadable: How many of the files could not be read.
        """
        n_read = len(self.files) - n_unreadable
        data = f", {plural(n_read, 'image')} of the data" if self.files else ""
        return f"{plural(len(self.golden[0]), 'golden input')}, {_N_MADE} made pictures{data}"

    def findings(self, *, measures: bool, calibrates: bool) -> Iterator[Finding]:
        """What of the images is not used as one might think.

        Args:
            measures: Whether accuracy is wanted.
            calibrates: Whether 8 bits are.
        """
        if not self.files:
            return
        if self.foreign:
            classes = plural(len(self.foreign), "label is no class", "labels are no classes")
            message = f"{classes} of the classifier: such images count as if they had none."
            yield make_finding("foreign_labels", "warning", message, len(self.foreign), self.foreign)
        if self.why_unlabelled:
            yield caveat(
                f"Accuracy was not measured, only answers compared: the images have no labels. {self.why_unlabelled}",
                "warning" if measures else "note",
            )
        elif measures and not self.is_measured.any():
            yield caveat(
                "Accuracy was not measured: no image has a label and is new to the classifier. Name one data set with "
                "labels, of which some were not trained on."
            )
        if calibrates and not self.is_split:
            yield caveat(
                "None of the images is known to be one that the classifier was trained on: 8 bits were calibrated on "
                "every other one of them."
            )

    def golden_inputs(self, inputs: Sequence[SeenInput], views: Sequence[Sequence[View]]) -> list[NDArray[np.uint8]]:
        """The golden inputs as an export takes them; black where only strangers are told by an input.

        Args:
            inputs: The export's.
            views: What each network sees of these.
        """
        n_images = len(self.golden[0])
        found = [np.zeros((n_images, one.transform.height, one.transform.width, 3), np.uint8) for one in inputs]
        seen = [view for part in views for view in part]
        for view, pixels in zip(seen, self.golden, strict=False):  # networks that the head does not read come last
            found[view.place] = np.ascontiguousarray(pixels[:, :, ::-1]) if view.is_mirrored else pixels
        return found

    def blocks(self) -> Iterator[Block]:
        """The images, a few at a time."""
        yield Block([f"made picture {number + 1}" for number in range(_N_MADE)], make_pictures(_N_MADE), [], [], [])
        for start in range(0, len(self.files), _N_BLOCK):
            block = Block([], [], [], [], [])
            for row in range(start, min(start + _N_BLOCK, len(self.files))):
                name, file = self.names[row], self.files[row]
                try:
                    block.images.append(read_whole(file))
                except UnreadableImageError as error:
                    block.unreadable.append(Unreadable(path=name, reason=error.reason, detail=error.detail))
                    continue
                block.names.append(name)
                block.files.append(file)
                block.rows.append(row)
            yield block


def gather_proof(
    folder: Path,
    classifier: Classifier,
    images: Manifest | None = None,
    *,
    why_unlabelled: str = "",
    calibrates: bool = False,
    progress: Progress | None = None,
) -> ProofImages:
    """What to prove an export of a bundle on.

    Args:
        folder: The bundle.
        classifier: What it holds.
        images: A user's, with labels or without; of more than a thousand some, evenly spread, first those that the
            classifier was not trained on. None: made pictures alone.
        why_unlabelled: Why these give no labels though they might have, as sentences.
        calibrates: Whether some of them are for calibrating 8 bits, and so not for measuring: those that the classifier
            was trained on, or every other one where that is not known.
        progress: Where to report.

    Raises:
        BundleError: The golden inputs, or the list of training images, are damaged.
    """
    golden, _scores = read_golden(folder, classifier)
    if images is None:
        return ProofImages(tuple(golden))
    digests = fingerprint_manifest(images, progress=progress).digests
    known = find_seen(folder, [digest or "" for digest in digests])
    is_seen = np.zeros(len(images), np.bool_) if known is None else known
    is_split = bool(is_seen.any())
    if calibrates and not is_split:
        is_seen = np.arange(len(images)) % 2 == 1
    labels = _labels(images, classifier.class_names)
    rows = _chosen(is_seen)
    chosen = images.select(rows)
    return ProofImages(
        tuple(golden),
        tuple(chosen.files()),
        tuple(chosen.paths),
        labels=labels[rows],
        groups=chosen.groups,
        is_measured=(labels[rows] != UNLABELLED) & ~is_seen[rows],
        foreign=tuple(sorted({*images.class_names} - {*classifier.class_names})),
        calibrating=tuple(images.select(_spread(np.flatnonzero(is_seen), N_CALIBRATING_MAX)).files()),
        is_split=is_split,
        why_unlabelled=why_unlabelled,
        damaged=images.named(images.unreadable),
    )


def _chosen(is_seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Positions of the images to compare on, in order: all that fit, those that are new to the classifier first."""
    new = _spread(np.flatnonzero(~is_seen), N_IMAGES_MAX)
    return np.sort(np.concatenate([new, _spread(np.flatnonzero(is_seen), N_IMAGES_MAX - len(new))]))


def _spread(rows: NDArray[np.int64], n_max: int) -> NDArray[np.int64]:
    """Some of these, evenly spread."""
    places = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), n_max)).astype(np.int64))
    return rows[places] if len(rows) else rows


def _labels(images: Manifest, class_names: Sequence[str]) -> NDArray[np.int64]:
    """(n,) as the classifier counts its classes; -1 for no label, or a class that it does not know."""
    place = {name: number for number, name in enumerate(class_names)}
    counted = np.array([*(place.get(name, UNLABELLED) for name in images.class_names), UNLABELLED], np.int64)
    return counted[images.labels]
