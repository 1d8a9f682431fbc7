"""Several networks whose features stand behind each other: for a head they are one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.features.extraction import Extraction, Kept
from regraft.features.stored_rows import StoredRows, take_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from regraft.backbones import Engine, EngineChoice
    from regraft.core import Progress
    from regraft.data import Unreadable
    from regraft.features.extraction import Extractor
    from regraft.features.loose_shards import LooseShards
    from regraft.features.tapping import TappedNetwork
    from regraft.images import ImageSource


@dataclass(frozen=True)
class JoinedNetworks:
    """Networks whose features make one row: for a head they are one.

    Rows of several networks are scaled one by one, so that each network's penultimate features have length 1; the
    penultimate features of all stand before what other layers add. One network's rows stay as they are.

    Attributes:
        parts: At least one.
        choice: What runs them.
        frozen: Networks as they came, beside trained ones. Their features, joined likewise, stand behind each row: a
            head does not read them.
    """

    parts: tuple[TappedNetwork, ...]
    choice: EngineChoice
    frozen: tuple[TappedNetwork, ...] = ()

    @property
    def name(self) -> str:
        """Of the networks that a head reads."""
        return "+".join(part.spec.name for part in self.parts)

    @property
    def n_penultimate(self) -> int:
        """How many leading features are of penultimate layers, those of frozen networks not counted."""
        return sum(part.spec.n_features for part in self.parts)

    @property
    def n_parameters(self) -> int:
        """Of the networks that a head reads, without their classifiers."""
        return sum(part.spec.n_parameters for part in self.parts)

    @property
    def is_single(self) -> bool:
        """Whether a head reads one network alone."""
        return len(self.parts) == 1

    @property
    def only(self) -> TappedNetwork:
        """The one network that there is; of several the first."""
        return self.parts[0]

    @property
    def has_crew(self) -> bool:
        """Whether other processes compute what is missing."""
        return self.only.extractors[0].crew is not None

    @property
    def n_passes(self) -> int:
        """How often each image is decoded: once for each view of each network."""
        return sum(len(part.extractors) for part in self.every)

    @property
    def keeps_new(self) -> bool:
        """Whether what is computed stays in the store."""
        return all(extractor.keeps_new for part in self.every for extractor in part.extractors)

    def changed(self, change: Callable[[Extractor], Extractor]) -> JoinedNetworks:
        """The same with other extractors.

        Args:
            change: Makes of each the new one.
        """
        return self._with(lambda part: replace(part, extractors=tuple(map(change, part.extractors))))

    def staying_open(self) -> JoinedNetworks:
        """The same; each network stays in memory after its first use."""
        return self._with(lambda part: part.staying_open())

    def for_head(self) -> JoinedNetworks:
        """The same without the frozen ones: what these would compute is left out."""
        return replace(self, frozen=())

    def extract(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Features of images, from the store where they are there, computed and kept where not.

        Args:
            sources: n files or images in memory.
            digests: As for `Extractor.extract`.
            progress: Where to report.

        Raises:
            InterruptedRunError: Ctrl-C; what was computed is kept.
            StoreError: The store cannot be written to, and must be.
        """
        known, found = list(digests), list[Extraction]()
        n_views = self.n_passes
        for part in self.every:
            for extractor in part.extractors:
                sharing = replace(extractor, memory_share=extractor.memory_share / n_views)
                found.append(sharing.extract(sources, known, progress=progress))
                rows = set(found[-1].rows.tolist())  # what one network's pixels cannot be made of is no row of any
                known = [digest if row in rows else None for row, digest in enumerate(known)]
        return self._joined(found)

    def keep(
        self,
        sources: Sequence[ImageSource],
        digests: Sequence[str | None],
        shards: LooseShards,
        *,
        progress: Progress | None = None,
    ) -> Kept:
        """What `Extractor.keep` does, with the same errors, for each network in turn.

        Args:
            sources: As there.
            digests: As there.
            shards: As there.
            progress: As there.
        """
        unreadable: dict[int, Unreadable] = {}
        n_computed = 0
        for part in self.every:
            for extractor in part.extractors:
                known = [None if row in unreadable else digest for row, digest in enumerate(digests)]
                kept = extractor.keep(sources, known, shards, progress=progress)
                unreadable.update(kept.unreadable)
                n_computed = max(n_computed, kept.n_computed)
        return Kept(unreadable, n_computed)

    def keeps_looks(self, digests: Sequence[str]) -> bool:
        """Whether looks at all images of some content hashes are in the store."""
        return self.only.extractors[0].keeps_looks(digests)

    def looks(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Looks at images: those that the first network's pass takes (`Extractor.looks`).

        Args:
            sources: n files or images in memory.
            digests: As for `Extractor.extract`.
            progress: Where to report.
        """
        return self.only.extractors[0].looks(sources, digests, progress=progress)

    def inputs(self, images: Iterable[ImageSource]) -> list[NDArray[np.uint8]]:
        """What the networks see of images.

        Args:
            images: m images, each read once for each view of each network.

        Returns:
            For each view of each network (m, h, w, 3) uint8.
        """
        listed = list(images)
        return [pixels for part in self.every for pixels in part.pixels(listed)]

    def engines(self) -> list[Engine]:
        """The networks, loaded.

        Raises:
            BackboneError: One cannot be had, or the process was forked after a network had been used.
        """
        return [part.extractors[0].order.open_engine() for part in self.every]

    def compute(self, inputs: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Features of what `inputs` gave.

        Args:
            inputs: For each view of each network (m, h, w, 3) uint8.

        Returns:
            (m, d) float32.

        Raises:
            BackboneError: As `engines`.
        """
        return self.joined(self.compute_views(inputs))

    def compute_views(self, inputs: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Features of what `inputs` gave, for each view of each network (m, d of the network) float32.

        Args:
            inputs: For each view of each network (m, h, w, 3) uint8.

        Raises:
            BackboneError: As `engines`.
        """
        parts = zip(self.every, self.by_network(inputs), strict=True)
        return [rows for part, views in parts for rows in part.compute(views)]

    def by_network(self, inputs: Sequence[NDArray[np.uint8]]) -> list[Sequence[NDArray[np.uint8]]]:
        """What `inputs` gave, the views of each network by themselves."""
        ends = np.cumsum([len(part.views) for part in self.every]).tolist()
        return [inputs[end - len(part.views) : end] for end, part in zip(ends, self.every, strict=True)]

    def _with(self, change: Callable[[TappedNetwork], TappedNetwork]) -> JoinedNetworks:
        return replace(self, parts=tuple(map(change, self.parts)), frozen=tuple(map(change, self.frozen)))

    def _joined(self, found: Sequence[Extraction]) -> Extraction:
        if len(found) == 1:
            return found[0]
        rows = found[-1].rows  # the fewest: what the others lacked was not asked for
        features = [take_rows(one.features, np.searchsorted(one.rows, rows)) for one in found]
        return Extraction(
            features=self._beside(features) if len(rows) else np.zeros((0, 0), np.float32),
            rows=rows,
            unreadable=tuple(record for one in found for record in one.unreadable),
            n_computed=max(one.n_computed for one in found),
            seconds=sum(one.seconds for one in found),
        )

    def _beside(self, features: Sequence[NDArray[Any] | StoredRows]) -> NDArray[np.float32] | StoredRows:
        """The joined rows; where some are in the store, they are joined when they are asked for."""
        if not any(isinstance(one, StoredRows) for one in features):
            return self.joined([np.asarray(one) for one in features])

        def take(rows: NDArray[np.int64]) -> NDArray[np.float32]:
            return self.joined([np.asarray(take_rows(one, rows)) for one in features])

        n_rows, n_features = len(features[0]), take(np.arange(1)).shape[1]
        return StoredRows(take, np.arange(n_rows), n_features, np.dtype(np.float32))

    def joined(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """One row an image.

        Args:
            features: For each view of each network (m, d of the network).
        """
        queue = iter(features)
        rows = [_row([[next(queue) for _view in part.views] for part in parts], parts) for parts in self._groups]
        return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=1)

    @property
    def _groups(self) -> tuple[tuple[TappedNetwork, ...], ...]:
        return (self.parts, self.frozen) if self.frozen else (self.parts,)

    @property
    def every(self) -> tuple[TappedNetwork, ...]:
        """All networks, the frozen ones last."""
        return (*self.parts, *self.frozen)


def _row(found: Sequence[Sequence[NDArray[np.float32]]], parts: Sequence[TappedNetwork]) -> NDArray[np.float32]:
    """Networks' features joined, from those of each one's views."""
    blocks = [views[0] if len(views) == 1 else np.asarray(np.mean(views, axis=0, dtype=np.float32)) for views in found]
    return blocks[0] if len(blocks) == 1 else _beside(blocks, [part.spec.n_features for part in parts])


def _beside(blocks: Sequence[NDArray[np.float32]], widths: Sequence[int]) -> NDArray[np.float32]:
    """Networks' rows scaled and joined: the first `widths` columns of each come before the others."""
    scaled = []
    for block, width in zip(blocks, widths, strict=True):
        lengths = np.sqrt(np.einsum("nd,nd->n", block[:, :width], block[:, :width]))[:, None]
        scaled.append(block / np.maximum(lengths, np.finfo(np.float32).tiny))
    heads = [block[:, :width] for block, width in zip(scaled, widths, strict=True)]
    return np.concatenate([*heads, *(block[:, width:] for block, width in zip(scaled, widths, strict=True))], axis=1)
