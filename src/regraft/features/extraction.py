"""Images in, features and looks in the store."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import InterruptedRunError, SilentProgress, StoreError, note_unkept, plural
from regraft.data import LOOK, Unreadable, reading_order
from regraft.features.key import look_key
from regraft.features.passes import FeaturePass, LookPass
from regraft.features.sharing import SharedWork, share_out
from regraft.features.store import FeatureStore
from regraft.features.stored_rows import MEMORY_SHARE
from regraft.features.unkept_rows import UnkeptRows
from regraft.images import source_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from regraft.backbones import Engine
    from regraft.core import Peers, Progress
    from regraft.features.crews import AnyPass, Crew, Order
    from regraft.features.loose_shards import LooseShards
    from regraft.features.stored_rows import StoredRows
    from regraft.images import ImageSource


@dataclass(frozen=True, eq=False)
class Extraction:
    """Features or looks of a list of images.

    Attributes:
        features: (m, d) of the key's dtype, in the store where they would take too much memory, or (m,) of
            `regraft.data.LOOK`: one row for each readable image, in the list's order.
        rows: (m,) int64, which images these are.
        unreadable: One record for each of the others.
        n_computed: How many images were computed now; the others were in the store.
        seconds: What computing them took.
    """

    features: NDArray[Any] | StoredRows
    rows: NDArray[np.int64]
    unreadable: tuple[Unreadable, ...]
    n_computed: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Kept:
    """What became of images whose features were computed where missing, and not read.

    Attributes:
        unreadable: One record for each image that could not be read, by its place in the list.
        n_computed: How many images were computed now.
    """

    unreadable: Mapping[int, Unreadable]
    n_computed: int


@dataclass(frozen=True)
class Extractor:
    """Everything that turns images into features: geometry, network, and where the results are kept.

    Attributes:
        order: What is computed.
        store: Where features are kept.
        must_keep: Whether it is an error that features cannot be kept. Else they are computed for this once, and
            `core.unkept_sentence` tells why.
        keeps_new: Whether what is computed is kept. What is kept already is read either way.
        memory_share: How much of the memory features may take; what would take more stays in the store.
        crew: Who computes what the store lacks; None for this process.
        peers: The processes that share the work, which all extract the same; None for one alone.
    """

    order: Order
    store: FeatureStore | UnkeptRows
    must_keep: bool = True
    keeps_new: bool = True
    memory_share: float = MEMORY_SHARE
    crew: Crew | None = None
    peers: Peers | None = None

    def opened_by(self, open_engine: Callable[[], Engine]) -> Extractor:
        """The same; its network is opened in another way."""
        return replace(self, order=replace(self.order, open_engine=open_engine))

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
            TrainingError: Another process that shared the work was lost.
        """
        told, n_shared = progress or SilentProgress(), 0
        if self.peers is not None:
            compute = partial(_compute, self, self.store, sources, digests, progress=told)
            work = SharedWork(self.peers, self.store, self.order.keys, self.keeps_new)
            n_shared = share_out(work, sources, digests, lambda some: compute(missing=some).n_computed)
        found = _kept_or_once(self, sources, digests, told)
        return replace(found, n_computed=found.n_computed + n_shared)

    def keep(
        self,
        sources: Sequence[ImageSource],
        digests: Sequence[str | None],
        shards: LooseShards,
        *,
        progress: Progress | None = None,
    ) -> Kept:
        """Compute what is missing, and leave it for the store to adopt; the store's index is not opened.

        Args:
            sources: n files or images in memory.
            digests: Their content hashes; None as for `extract`.
            shards: Where it is left.
            progress: Where to report.

        Raises:
            InterruptedRunError: Ctrl-C; what was computed is kept.
            StoreError: The store's folder cannot be written to.
        """
        known = [row for row, digest in enumerate(digests) if digest is not None]
        missing = shards.missing(self.order.key, [str(digests[row]) for row in known])
        if missing:
            shards.require_writable()
        return _compute(self, shards, sources, digests, missing=missing, progress=progress or SilentProgress())

    def keeps_looks(self, digests: Sequence[str]) -> bool:
        """Whether looks at all images of some content hashes are in the store."""
        try:
            return not self.store.missing(look_key(self.order.transform), digests)
        except StoreError:
            return False

    def looks(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Looks at images, from the store where they are there; the others are decoded again, and no network runs.

        Args:
            sources: n files or images in memory.
            digests: Their content hashes; None as for `extract`.
            progress: Where to report.

        Raises:
            InterruptedRunError: Ctrl-C; what was looked at is kept.
            StoreError: The store cannot be written to, and must be.
        """
        order = replace(self.order, key=look_key(self.order.transform), view=None)
        plain = replace(self, order=order, memory_share=np.inf)
        found = _kept_or_once(plain, sources, digests, progress or SilentProgress())
        rows = np.asarray(found.features)
        return replace(found, features=rows.view(LOOK)[:, 0] if len(rows) else np.zeros(0, LOOK))


def _kept_or_once(
    extractor: Extractor,
    sources: Sequence[ImageSource],
    digests: Sequence[str | None],
    progress: Progress,
) -> Extraction:
    if isinstance(extractor.store, UnkeptRows):
        return _extracted(extractor, sources, digests, progress)
    once = replace(extractor, store=UnkeptRows(extractor.store))
    if not extractor.keeps_new:
        return _extracted(once, sources, digests, progress)
    try:
        return _extracted(extractor, sources, digests, progress)
    except StoreError as error:
        if extractor.must_keep:
            raise
        note_unkept(extractor.store.folder.parent, error.__cause__ if isinstance(error.__cause__, OSError) else error)
    return _extracted(once, sources, digests, progress)


def _extracted(
    extractor: Extractor,
    sources: Sequence[ImageSource],
    digests: Sequence[str | None],
    progress: Progress,
) -> Extraction:
    began = time.perf_counter()
    known = [row for row, digest in enumerate(digests) if digest is not None]
    kept = _compute_missing(extractor, sources, digests, known, progress)
    n_computed = kept.n_computed
    rows = [row for row in known if row not in kept.unreadable]
    wanted = [str(digests[row]) for row in rows]
    features, found = extractor.store.open(extractor.order.key, wanted, extractor.memory_share)
    for is_last in (False, True):
        if found.all():
            break
        # Damage came to light: make the index again if it hides rows after all, and compute what is lost.
        if is_last:
            extractor.store.reindex()
        n_computed += _compute_missing(extractor, sources, digests, rows, progress).n_computed
        features, found = extractor.store.open(extractor.order.key, wanted, extractor.memory_share)
    if not found.all():
        raise StoreError(
            f"{plural(int((~found).sum()), 'feature row')} cannot be kept in {extractor.store.folder}. "
            "Check the disk, then run: regraft cache verify"
        )
    records = tuple(kept.unreadable[row] for row in sorted(kept.unreadable))
    return Extraction(features, np.array(rows, np.int64), records, n_computed, time.perf_counter() - began)


def _compute_missing(
    extractor: Extractor,
    sources: Sequence[ImageSource],
    digests: Sequence[str | None],
    rows: Sequence[int],
    progress: Progress,
) -> Kept:
    """Compute and keep what the store lacks, also after it has taken in what other processes left for it."""
    store, wanted = extractor.store, [str(digests[row]) for row in rows]
    missing = store.missing(extractor.order.key, wanted)
    if missing:
        adopted = store.adopt()
        if adopted.damaged:
            progress.say(adopted.warning(store.folder))
        missing = store.missing(extractor.order.key, missing) if adopted.n_shards else missing
    return _compute(extractor, store, sources, digests, missing=missing, progress=progress)


def _compute(
    extractor: Extractor,
    store: FeatureStore | UnkeptRows | LooseShards,
    sources: Sequence[ImageSource],
    digests: Sequence[str | None],
    *,
    missing: Collection[str],
    progress: Progress,
) -> Kept:
    """Compute and keep the rows of some contents."""
    if not missing:
        return Kept({}, 0)
    twins: dict[str, list[int]] = {}
    sought = set(missing)
    for row, digest in enumerate(digests):
        if digest in sought:
            twins.setdefault(str(digest), []).append(row)
    first = [alike[0] for alike in twins.values()]
    first = [first[place] for place in reading_order([sources[row] for row in first])]
    work = _new_pass(extractor, store, [sources[row] for row in first], [str(digests[row]) for row in first], progress)
    progress.start(work.task, len(first))
    try:
        work.run()
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"Stopped. {plural(work.n_kept, 'image')} of {len(first):,} finished and kept: "
            "run the same command again to go on."
        ) from None
    unreadable = {  # a content that cannot be read is reported for every file that has it
        row: record.at(source_name(sources[row], row))
        for position, record in work.unreadable
        for row in twins[work.digests[position]]
    }
    return Kept(unreadable, work.n_kept)


def _new_pass(
    extractor: Extractor,
    store: FeatureStore | UnkeptRows | LooseShards,
    sources: Sequence[ImageSource],
    digests: Sequence[str],
    progress: Progress,
) -> AnyPass:
    """What the extractor's key asks for."""
    order = extractor.order
    if extractor.crew is not None and isinstance(store, FeatureStore):
        return extractor.crew.begin_pass(order, store, sources, digests, progress)
    begin = LookPass if order.key == look_key(order.transform) else FeaturePass
    return begin(order, store, sources, digests, progress)
