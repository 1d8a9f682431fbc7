"""The images that an export and its bundle are asked about, to see whether they say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.bundle import make_pictures, read_golden
from regraft.core import plural
from regraft.data import Unreadable, UnreadableImageError, list_images
from regraft.images import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.data import ImageFile, Manifest
    from regraft.exporting.classifier_graph import View
    from regraft.exporting.description import SeenInput

N_IMAGES_MAX = 1000
_N_MADE = 8
_N_BLOCK = 8


class Block(NamedTuple):
    """Some images.

    Attributes:
        names: Of those that could be read.
        images: Their pixels, (height, width, 3) uint8 each.
        unreadable: One record for each of the others.
    """

    names: list[str]
    images: list[NDArray[np.uint8]]
    unreadable: list[Unreadable]


@dataclass(frozen=True)
class ProofImages:
    """Golden inputs of a bundle, made pictures, of which a classifier is less sure, and a user's images.

    Attributes:
        golden: For each view of each network that the head reads (m, h, w, 3) uint8.
        files: A user's images.
        names: Of these.
    """

    golden: tuple[NDArray[np.uint8], ...]
    files: tuple[ImageFile, ...] = ()
    names: tuple[str, ...] = ()

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
        yield Block([f"made picture {number + 1}" for number in range(_N_MADE)], make_pictures(_N_MADE), [])
        for start in range(0, len(self.files), _N_BLOCK):
            block = Block([], [], [])
            for name, file in zip(self.names[start:][:_N_BLOCK], self.files[start:][:_N_BLOCK], strict=True):
                try:
                    block.images.append(read_whole(file))
                    block.names.append(name)
                except UnreadableImageError as error:
                    block.unreadable.append(Unreadable(path=name, reason=error.reason, detail=error.detail))
            yield block


def list_named(sources: str | Path | Iterable[str | Path]) -> Manifest | None:
    """The images that were named; None where none were.

    Args:
        sources: Files, or folders with everything below them; an empty tuple for none.

    Raises:
        OptionError: That is no list of files.
        DataError: A folder holds no image.
    """
    return None if isinstance(sources, tuple) and not sources else list_images(sources)


def gather_proof(folder: Path, classifier: Classifier, images: Manifest | None = None) -> ProofImages:
    """What to prove an export of a bundle on.

    Args:
        folder: The bundle.
        classifier: What it holds.
        images: A user's; of more than a thousand some, evenly spread. None: made pictures alone.

    Raises:
        BundleError: The golden inputs are damaged.
    """
    golden, _scores = read_golden(folder, classifier)
    if images is None:
        return ProofImages(tuple(golden))
    n_images = len(images.paths)
    rows = np.unique(np.linspace(0, n_images - 1, min(n_images, N_IMAGES_MAX)).astype(np.int64))
    chosen = images.select(rows)
    return ProofImages(tuple(golden), tuple(chosen.files()), tuple(chosen.paths))
