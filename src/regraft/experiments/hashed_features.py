"""Files hashed, and their features; of images in an object store block by block, so that each is fetched once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import SilentProgress, megabytes, plural
from regraft.data import Fingerprints, fingerprint_files, fingerprint_manifest, forget_contents, make_finding, n_readers
from regraft.experiments.networks import taking_looks
from regraft.features import MEMORY_SHARE, Extraction, Kept, StoredRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Finding, ImageFile, Manifest, Unreadable
    from regraft.features import JoinedNetworks, LooseShards

_N_BLOCK = 256
"""Images of a block, a shard of the store: this block and the next are held in memory, encoded."""


class _Part(SilentProgress):
    """A part of a task that is reported as a whole."""

    def __init__(self, whole: Progress) -> None:
        self.say = whole.say  # type: ignore[method-assign]


def hash_and_extract(
    manifest: Manifest, networks: JoinedNetworks, progress: Progress
) -> tuple[Fingerprints, Extraction]:
    """The hashes of a manifest's images, and their features.

    Args:
        manifest: The images.
        networks: Whose features.
        progress: Where to report.

    Raises:
        RegraftError: From the engine or the store.
    """
    files = manifest.files()
    if not _goes_in_blocks(files, [networks]):
        prints = fingerprint_manifest(manifest, progress=progress)
        return prints, networks.extract(files, prints.digests, progress=progress)
    progress.start("Reading and computing", len(files))
    networks = networks.staying_open()  # from block to block
    parts: list[tuple[Fingerprints, Extraction]] = []
    for block, prints in _hashed_ahead(files, networks.n_passes):
        parts.append((prints, networks.extract(block, prints.digests, progress=_Part(progress))))
        progress.advance(len(block))
    return _joined(manifest, parts)


def hash_and_keep(
    manifest: Manifest, networks: JoinedNetworks, shards: LooseShards, progress: Progress
) -> tuple[Fingerprints, Kept]:
    """The hashes of a manifest's images; their features are left for the store to adopt, and not read.

    Args:
        manifest: The images.
        networks: Whose features.
        shards: Where they are left.
        progress: Where to report.

    Raises:
        RegraftError: From the engine or the store.
    """
    files = manifest.files()
    if n_readers(files) is None:
        prints = fingerprint_manifest(manifest, progress=progress)
        return prints, networks.keep(files, prints.digests, shards, progress=progress)
    progress.start("Reading and computing", len(files))
    networks = networks.staying_open()
    parts: list[Fingerprints] = []
    unreadable: dict[int, Unreadable] = {}
    n_computed = 0
    for place, (block, prints) in enumerate(_hashed_ahead(files, networks.n_passes)):
        kept = networks.keep(block, prints.digests, shards, progress=_Part(progress))
        unreadable |= {row + place * _N_BLOCK: record for row, record in kept.unreadable.items()}
        n_computed += kept.n_computed
        parts.append(prints)
        progress.advance(len(block))
    return _prints_of(manifest, parts), Kept(unreadable, n_computed)


def told_of_stored(features: NDArray[Any] | StoredRows) -> tuple[Finding, ...]:
    """The note on features that are read in blocks, because they are more than memory should hold."""
    if not isinstance(features, StoredRows):
        return ()
    n_images, n_features = features.shape
    message = (
        f"The features of {plural(n_images, 'image')} ({megabytes(n_images * n_features * features.dtype.itemsize)}) "
        f"would take more than {MEMORY_SHARE:.0%} of the memory: they stay in the cache, and are read in blocks."
    )
    return (make_finding("features_in_blocks", "note", message, n_images),)


def hash_for_all(manifest: Manifest, candidates: Sequence[JoinedNetworks], progress: Progress) -> Fingerprints:
    """The hashes of a manifest's images; of those in an object store the features of all networks are computed, too.

    So each is fetched once. The features are in the store, where whoever extracts them finds them.

    Args:
        manifest: The images.
        candidates: Networks that are used one after the other.
        progress: Where to report.

    Raises:
        RegraftError: From an engine or the store.
    """
    files = manifest.files()
    if not _goes_in_blocks(files, candidates) or not all(networks.keeps_new for networks in candidates):
        return fingerprint_manifest(manifest, progress=progress)
    progress.start("Reading and computing", len(files))
    opened = [taking_looks(networks).staying_open() for networks in candidates]
    parts: list[Fingerprints] = []
    for block, prints in _hashed_ahead(files, sum(networks.n_passes for networks in opened)):
        for networks in opened:
            networks.extract(block, prints.digests, progress=_Part(progress))
        parts.append(prints)
        progress.advance(len(block))
    return _prints_of(manifest, parts)


def _goes_in_blocks(files: Sequence[ImageFile], candidates: Sequence[JoinedNetworks]) -> bool:
    """Whether images lie in an object store; a crew's workers fetch what they decode themselves."""
    return n_readers(files) is not None and not any(networks.has_crew for networks in candidates)


def _hashed_ahead(files: Sequence[ImageFile], n_passes: int) -> Iterator[tuple[Sequence[ImageFile], Fingerprints]]:
    """Blocks of files with their hashes; while one is used the next is fetched, and held for so many passes."""
    blocks = [files[start : start + _N_BLOCK] for start in range(0, len(files), _N_BLOCK)]
    fetch = partial(fingerprint_files, n_reads=n_passes)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        ahead = pool.submit(fetch, blocks[0]) if blocks else None
        for place, block in enumerate(blocks):
            assert ahead is not None
            prints = ahead.result()
            if place + 1 < len(blocks):
                ahead = pool.submit(fetch, blocks[place + 1])
            yield block, prints
            forget_contents(block)


def _prints_of(manifest: Manifest, parts: Sequence[Fingerprints]) -> Fingerprints:
    unreadable = [record for prints in parts for record in prints.unreadable]
    return Fingerprints(
        tuple(digest for prints in parts for digest in prints.digests),
        manifest.named((*manifest.unreadable, *unreadable)),
    )


def _joined(manifest: Manifest, parts: list[tuple[Fingerprints, Extraction]]) -> tuple[Fingerprints, Extraction]:
    prints = _prints_of(manifest, [prints for prints, _found in parts])
    found = [found for _prints, found in parts]
    with_rows = [one.features for one in found if len(one.rows)] or [np.zeros((0, 0), np.float32)]
    return prints, Extraction(
        features=np.concatenate(with_rows),
        rows=np.concatenate([[0][:0], *(one.rows + place * _N_BLOCK for place, one in enumerate(found))]).astype(
            np.int64
        ),
        unreadable=tuple(record for one in found for record in one.unreadable),
        n_computed=sum(one.n_computed for one in found),
        seconds=sum(one.seconds for one in found),
    )
