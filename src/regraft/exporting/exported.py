"""An export in use: what `bundle.Classifier` is for a bundle, without the bundle."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import Judgement, PredictionStream, StagedClassifier, Telling, ask
from regraft.core import BundleError, as_path, cache_folder, digest_file
from regraft.exporting.description import METADATA_KEY, read_description
from regraft.exporting.formats import SUFFIXES, look_through
from regraft.exporting.seen_pixels import see_images, view_of
from regraft.exporting.vetting import CLASSIFYING, RESIZING, require_fit, require_resizing
from regraft.features import Extraction
from regraft.images import decode_batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Unreadable
    from regraft.exporting.description import Description
    from regraft.exporting.runtimes import Graph
    from regraft.images import GivenImages, ImageSource

CLASSIFIER_FILES = tuple(f"classifier{suffix}" for suffix in SUFFIXES.values())
"""By one of these names the graph lies in an export's folder."""
N_BATCH = CLASSIFYING.length


@dataclass(frozen=True, eq=False)
class ExportedClassifier:
    """A classifier in a file of one of the formats.

    Attributes:
        description: What it says of itself.
        graph: Pixels in, answers out.
        file: That it lies in.
    """

    description: Description
    graph: Graph
    file: Path

    def __repr__(self) -> str:
        return f"<ExportedClassifier {self.description.name}: {self.file}>"

    @property
    def place(self) -> str:
        """The file, for sentences."""
        return str(self.file)

    def open_resizing(self) -> Graph | None:
        """The graph in the same folder that makes what this one takes of an image of any size; None without one.

        Raises:
            BundleError: It is damaged, does something else, or asks for what no export of ours does.
        """
        file = self.file.with_stem("any_size")
        if not os.path.lexists(file):
            return None
        found = look_through(file, RESIZING)
        require_resizing(found.signature, self.description, str(file))
        return found.open()

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the probabilities' columns."""
        return self.description.class_names

    def stream(self, images: GivenImages, *, top_k: int = 1, unknown: bool = True) -> PredictionStream:
        """The classes of images, one after the other: arguments and errors are those of `bundle.Classifier.stream`."""
        return PredictionStream(
            images=ask(images, top_k=top_k),
            networks=self,
            judge=partial(self.judge, looks_for_unknown=unknown),
            telling=Telling(self.class_names, top_k, looks_for_unknown=unknown),
            bundle=self.description.bundle,
            cache=cache_folder(),
        )

    def staged(self) -> StagedClassifier:
        """The same for images that are seen in one thread and answered in another: for servers."""
        told = self.description
        about = told.model_dump(mode="json", include={"name", "precision", "inputs", "versions"})
        return StagedClassifier(
            digest=digest_file(self.file),
            class_names=self.class_names,
            sight=self,
            judge=self.judge,
            about=about | {"bundle": told.bundle},
        )

    def inputs(self, images: Iterable[ImageSource]) -> list[NDArray[np.uint8]]:
        """What the graph sees of images.

        Args:
            images: m files, encoded images or arrays.

        Returns:
            For each input (m, h, w, 3) uint8.

        Raises:
            UnreadableImageError: One cannot be read.
            OptionError: An array is no image.
        """
        return see_images(self.description.inputs, images)

    def extract(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Answers to files as rows of numbers (`compute`); nothing is kept, and no progress reported."""
        del progress
        rows = [row for row, digest in enumerate(digests) if digest is not None]
        asked = [sources[row] for row in rows]
        unreadable: dict[int, Unreadable] = {}
        found: list[dict[int, NDArray[np.uint8]]] = []
        for seen in self.description.inputs:
            pixels: dict[int, NDArray[np.uint8]] = {}
            for batch in decode_batches(asked, seen.transform, batch_size=N_BATCH, view=view_of(seen)):
                pixels |= dict(zip(batch.indices.tolist(), batch.pixels, strict=True))
                unreadable |= dict(batch.unreadable)
            found.append(pixels)
        readable = [place for place in range(len(asked)) if all(place in pixels for pixels in found)]
        inputs = [np.stack([pixels[place] for place in readable]) for pixels in found] if readable else []
        return Extraction(
            features=self.compute(inputs) if inputs else np.zeros((0, 0), np.float32),
            rows=np.array([rows[place] for place in readable], np.int64),
            unreadable=tuple(unreadable[place] for place in sorted(unreadable)),
            n_computed=len(readable),
            seconds=0.0,
        )

    def compute(self, inputs: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """All outputs for images, behind each other in one row an image.

        Args:
            inputs: For each input (m, h, w, 3) uint8.
        """
        names = [one.name for one in self.description.inputs]
        blocks = []
        for start in range(0, len(inputs[0]), N_BATCH):
            given = {name: pixels[start : start + N_BATCH] for name, pixels in zip(names, inputs, strict=True)}
            outputs = self.graph.run(given)
            n_images = len(given[names[0]])
            parts = [outputs[name].reshape(n_images, -1).astype(np.float32) for name in self.description.outputs]
            blocks.append(np.concatenate(parts, axis=1))
        return np.concatenate(blocks)

    def judge(self, rows: NDArray[np.float32], *, looks_for_unknown: bool = True) -> Judgement:
        """What rows of `compute` say.

        Args:
            rows: (m, ...).
            looks_for_unknown: Whether it is told which images look like none of the classes.
        """
        outputs = self.unpacked(rows)
        probabilities = outputs["probabilities"].astype(np.float64)
        named = outputs["set"] > 0 if "set" in outputs else None
        if not looks_for_unknown or "novelty" not in outputs:
            return Judgement(probabilities, named=named)
        return Judgement(
            probabilities, outputs["novelty"][:, 0].astype(np.float64), outputs["unknown"][:, 0] > 0, named
        )

    def unpacked(self, rows: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """The outputs that rows of `compute` hold, (m, width) each, by name.

        Args:
            rows: (m, ...).
        """
        found, first = {}, 0
        for name in self.description.outputs:
            width = len(self.class_names) if name in ("scores", "probabilities", "set") else 1
            found[name] = rows[:, first : first + width] if len(rows) else np.zeros((0, width), np.float32)
            first += width
        return found


def find_export(path: str | Path) -> Path | None:
    """The graph that a path means: itself, or one in that folder; None where it is neither."""
    path = as_path(path, "An export")
    if path.is_dir():
        return next((path / name for name in CLASSIFIER_FILES if (path / name).is_file()), None)
    return path if path.suffix in SUFFIXES.values() else None


def open_export(path: str | Path) -> ExportedClassifier:
    """Load an export: a classifier in a file of one of the formats. Nothing of it is executed but its operations.

    Args:
        path: The file, or the folder that it lies in.

    Raises:
        BundleError: There is none, it is damaged, or it asks for what no export of ours does.
        MissingExtraError: It holds ONNX, and the extra `export` is missing.
    """
    file = find_export(path)
    if file is None:
        raise BundleError(
            f"There is no export at {path}: a folder with {' or '.join(CLASSIFIER_FILES)}, or such a file."
        )
    found = look_through(file, CLASSIFYING)
    texts = found.signature.metadata
    if METADATA_KEY not in texts:
        raise BundleError(f"{file} does not say what it is: Regraft's exports hold their class names and more.")
    description = read_description(texts[METADATA_KEY], str(file))
    require_fit(found.signature, description, str(file))
    return ExportedClassifier(description, found.open(), file)
