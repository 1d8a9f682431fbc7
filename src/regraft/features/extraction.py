"""Images in, features in the store: decoding and inference overlapped, every shard kept as soon as it is full."""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import InterruptedRunError, SilentProgress, StoreError, note_unkept, plural
from regraft.data import Reason, Unreadable, reading_order
from regraft.features.unkept_rows import UnkeptRows
from regraft.images import decode_batches, source_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.backbones import Engine
    from regraft.core import Progress
    from regraft.features.key import FeatureKey
    from regraft.features.store import FeatureStore
    from regraft.images import Batch, ImageSource, Transform, View

SHARD_ROWS = 256
"""Rows of a shard: what a killed run can lose, about a second's work on two cores."""


@dataclass(frozen=True, eq=False)
class Extraction:
    """Features of a list of images.

    Attributes:
        features: (m, d) of the key's dtype, one row for each readable image, in the list's order.
        rows: (m,) int64, which images these are.
        unreadable: One record for each of the others.
        n_computed: How many images were computed now; the others were in the store.
        seconds: What computing them took.
    """

    features: NDArray[Any]
    rows: NDArray[np.int64]
    unreadable: tuple[Unreadable, ...]
    n_computed: int
    seconds: float


@dataclass(frozen=True)
class Extractor:
    """Everything that turns images into features: geometry, network, and where the results are kept.

    Attributes:
        key: What the features depend on; it describes `transform` and the engine.
        transform: From file bytes to pixels.
        open_engine: Called only when something has to be computed: a warm run loads no network.
        store: Where features are kept.
        view: Which random view of each image; the key names it.
        must_keep: Whether it is an error that features cannot be kept. Else they are computed for this once, and
            `core.unkept_sentence` tells why.
    """

    key: FeatureKey
    transform: Transform
    open_engine: Callable[[], Engine]
    store: FeatureStore | UnkeptRows
    view: View | None = None
    must_keep: bool = True

    def extract(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Features of images, from the store where they are there, computed and kept where not.

        Args:
            sources: n files or images in memory.
            digests: Their content hashes; None for a file that is known to be unreadable (it is left out
                and not reported again).
            progress: Where to report.

        Raises:
            InterruptedRunError: Ctrl-C; what was computed is kept.
            StoreError: The store cannot be written to, and must be.
        """
        try:
            return self._extracted(sources, digests, progress or SilentProgress())
        except StoreError as error:
            if self.must_keep or isinstance(self.store, UnkeptRows):
                raise
            note_unkept(self.store.folder.parent, error.__cause__ if isinstance(error.__cause__, OSError) else error)
            once = replace(self, store=UnkeptRows(self.store))
        return once.extract(sources, digests, progress=progress)

    def _extracted(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], progress: Progress
    ) -> Extraction:
        began = time.perf_counter()
        known = [row for row, digest in enumerate(digests) if digest is not None]
        unreadable, n_computed = self._compute_missing(sources, digests, known, progress)
        rows = [row for row in known if row not in unreadable]
        wanted = [str(digests[row]) for row in rows]
        features, found = self.store.read(self.key, wanted)
        for is_last in (False, True):
            if found.all():
                break
            # Damage came to light: make the index again if it hides rows after all, and compute what is lost.
            if is_last:
                self.store.reindex()
            _again, n_again = self._compute_missing(sources, digests, rows, progress)
            n_computed += n_again
            features, found = self.store.read(self.key, wanted)
        if not found.all():
            raise StoreError(
                f"{plural(int((~found).sum()), 'feature row')} cannot be kept in {self.store.folder}. "
                "Check the disk, then run: regraft cache verify"
            )
        records = tuple(unreadable[row] for row in sorted(unreadable))
        return Extraction(features, np.array(rows, np.int64), records, n_computed, time.perf_counter() - began)

    def _compute_missing(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], rows: Sequence[int], progress: Progress
    ) -> tuple[dict[int, Unreadable], int]:
        """Compute and keep what the store lacks; returns what could not be read by row, and a count."""
        missing = set(self.store.missing(self.key, [str(digests[row]) for row in rows]))
        if not missing:
            return {}, 0
        self.store.require_writable()
        twins: dict[str, list[int]] = {}
        for row in rows:
            if (digest := digests[row]) in missing:
                twins.setdefault(str(digest), []).append(row)
        first = [alike[0] for alike in twins.values()]
        first = [first[place] for place in reading_order([sources[row] for row in first])]
        progress.start("Computing features", len(first))
        work = _Work(self, [sources[row] for row in first], [str(digests[row]) for row in first], progress)
        try:
            work.run()
        except KeyboardInterrupt:
            raise InterruptedRunError(
                f"Stopped. {plural(work.n_kept, 'image')} of {len(first):,} finished and kept: "
                "run the same command again to go on."
            ) from None
        # A content that cannot be read is reported for every file that has it.
        unreadable = {
            row: record.at(source_name(sources[row], row))
            for position, record in work.unreadable
            for row in twins[work.digests[position]]
        }
        return unreadable, work.n_kept


class _Work:
    """One pass over images whose features are missing."""

    def __init__(
        self, extractor: Extractor, sources: list[ImageSource], digests: list[str], progress: Progress
    ) -> None:
        self.extractor = extractor
        self.sources = sources
        self.digests = digests
        self.progress = progress
        self.unreadable: list[tuple[int, Unreadable]] = []
        self.n_kept = 0
        self._full: list[str] = []
        self._rows: list[NDArray[Any]] = []

    def run(self) -> None:
        """Compute everything; on any exception what is finished is kept first."""
        engine = self.extractor.open_engine()
        under_way: deque[Batch] = deque()
        try:
            batches = decode_batches(
                self.sources, self.extractor.transform, batch_size=engine.batch_size, view=self.extractor.view
            )
            with closing(batches):
                for features in engine.stream(self._pixels(batches, under_way)):
                    self._finish(under_way.popleft(), features)
        finally:
            self._keep()

    def _pixels(self, batches: Iterator[Batch], under_way: deque[Batch]) -> Iterator[NDArray[np.uint8]]:
        for batch in batches:
            self.unreadable.extend(batch.unreadable)
            self.progress.advance(len(batch.unreadable))
            if len(batch.indices):
                under_way.append(batch)
                yield batch.pixels

    def _finish(self, batch: Batch, features: NDArray[np.float32]) -> None:
        kept = _as_kept(features, self.extractor.key.dtype)
        for position, digest, row in zip(batch.indices.tolist(), batch.digests, kept, strict=True):
            if digest != self.digests[position]:
                changed = Unreadable(
                    path=source_name(self.sources[position], position),
                    reason=Reason.DAMAGED,
                    detail="it changed during the run",
                )
                self.unreadable.append((position, changed))
                continue
            self._full.append(digest)
            self._rows.append(row)
        self.progress.advance(len(features))
        if len(self._full) >= SHARD_ROWS:
            self._keep()

    def _keep(self) -> None:
        if self._full:
            self.extractor.store.add(self.extractor.key, self._full, np.stack(self._rows))
            self.n_kept += len(self._full)
            self._full, self._rows = [], []


def _as_kept(features: NDArray[np.float32], dtype: str) -> NDArray[Any]:
    """Rows as the store keeps them; float16 has a largest number, which must not become infinity."""
    if dtype == "float32":
        return features
    limit = np.finfo(dtype).max
    return features.clip(-limit, limit).astype(dtype)
