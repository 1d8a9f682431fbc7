"""One pass over images: decoding and computing overlapped, every shard kept as soon as it is full."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from regraft.data import Reason, Unreadable
from regraft.features.key import look_key
from regraft.images import decode_batches, source_name

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.features.crews import Order
    from regraft.features.key import FeatureKey
    from regraft.features.loose_shards import LooseShards
    from regraft.features.store import FeatureStore
    from regraft.features.unkept_rows import UnkeptRows
    from regraft.images import AnyView, Batch, ImageSource

SHARD_ROWS = 256
"""Rows of a shard: what a killed run can lose, about a second's work on two cores."""
_N_LOOKS_A_BATCH = 16

Rows = dict["FeatureKey", "NDArray[Any]"]
"""What was computed of a batch: one row for each of its images, by what it is kept under."""


@dataclass(eq=False)
class Pass(ABC):
    """One pass over images of which something is missing.

    Attributes:
        order: What is computed.
        store: Where it is kept.
        sources: The images.
        digests: Their content hashes.
        progress: Its task is started.
        unreadable: (position, why) for each image that could not be read so far.
        n_kept: How many were finished and kept so far.
    """

    task: ClassVar[str]

    order: Order
    store: FeatureStore | UnkeptRows | LooseShards
    sources: Sequence[ImageSource]
    digests: Sequence[str]
    progress: Progress
    unreadable: list[tuple[int, Unreadable]] = field(default_factory=list, init=False)
    n_kept: int = field(default=0, init=False)
    _full: list[str] = field(default_factory=list, init=False)
    _rows: dict[FeatureKey, list[NDArray[Any]]] = field(default_factory=dict, init=False)

    @abstractmethod
    def computed(self) -> Generator[tuple[Batch, Rows], None, None]:
        """Batches with what was computed of each."""

    def run(self) -> None:
        """Compute everything; on any exception what is finished is kept first."""
        try:
            with closing(self.computed()) as computed:
                for batch, rows in computed:
                    self._finish(batch, rows)
        finally:
            self._keep()

    def decoded(self, batch_size: int, *, looks: bool, view: AnyView | None = None) -> Generator[Batch, None, None]:
        """Batches with at least one image that can be read."""
        batches = decode_batches(self.sources, self.order.transform, batch_size=batch_size, view=view, looks=looks)
        with closing(batches):
            for batch in batches:
                self.unreadable.extend(batch.unreadable)
                self.progress.advance(len(batch.unreadable))
                if len(batch.indices):
                    yield batch

    def look_rows(self, batch: Batch) -> Rows:
        """A batch's looks as rows of bytes; nothing where none were taken."""
        if batch.looks is None:
            return {}
        return {look_key(self.order.transform): batch.looks.view(np.uint8).reshape(len(batch.looks), -1)}

    def _finish(self, batch: Batch, rows: Rows) -> None:
        for place, (position, digest) in enumerate(zip(batch.indices.tolist(), batch.digests, strict=True)):
            if digest != self.digests[position]:
                changed = Unreadable(
                    path=source_name(self.sources[position], position),
                    reason=Reason.DAMAGED,
                    detail="it changed during the run",
                )
                self.unreadable.append((position, changed))
                continue
            self._full.append(digest)
            for key, some in rows.items():
                self._rows.setdefault(key, []).append(some[place])
        self.progress.advance(len(batch.indices))
        if len(self._full) >= SHARD_ROWS:
            self._keep()

    def _keep(self) -> None:
        if self._full:
            for key, rows in self._rows.items():
                self.store.add(key, self._full, np.stack(rows))
            self.n_kept += len(self._full)
            self._full, self._rows = [], {}


@dataclass(eq=False)
class FeaturePass(Pass):
    """Features by a network; on the way looks, of all images that are decoded, where some of them have none."""

    task: ClassVar[str] = "Computing features"

    def computed(self) -> Generator[tuple[Batch, Rows], None, None]:
        """Batches with their features, and looks."""
        order = self.order
        looks = any(self.store.missing(key, self.digests) for key in order.keys[:-1])
        engine = order.open_engine()
        under_way: deque[Batch] = deque()

        def pixels(batches: Iterator[Batch]) -> Iterator[NDArray[np.uint8]]:
            for batch in batches:
                under_way.append(batch)
                yield batch.pixels

        with closing(self.decoded(engine.batch_size, looks=looks, view=order.view)) as batches:
            for features in engine.stream(pixels(batches)):
                batch = under_way.popleft()
                # Looks come first: of an image with features one is kept, whenever the run ends.
                yield batch, self.look_rows(batch) | {order.key: _as_kept(features, order.key.dtype)}


@dataclass(eq=False)
class LookPass(Pass):
    """Looks alone: of images whose features were kept before looks were."""

    task: ClassVar[str] = "Looking at images"

    def computed(self) -> Generator[tuple[Batch, Rows], None, None]:
        """Batches with their looks."""
        with closing(self.decoded(_N_LOOKS_A_BATCH, looks=True)) as batches:
            for batch in batches:
                yield batch, self.look_rows(batch)


def _as_kept(features: NDArray[np.float32], dtype: str) -> NDArray[Any]:
    """Rows as the store keeps them; float16 has a largest number, which must not become infinity."""
    if dtype == "float32":
        return features
    limit = np.finfo(dtype).max
    return features.clip(-limit, limit).astype(dtype)
