"""Files hashed, and their features; of images in an object store block by block, so that each is fetched once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import SilentProgress
from regraft.data import Fingerprints, fingerprint_files, fingerprint_manifest, n_readers
from regraft.features import Extraction, Kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regraft.core import Progress
    from regraft.data import ImageFile, Manifest, Unreadable
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
    if n_readers(files) is None or networks.has_crew:  # a crew's workers fetch what they decode themselves
        prints = fingerprint_manifest(manifest, progress=progress)
        return prints, networks.extract(files, prints.digests, progress=progress)
    progress.start("Reading and computing", len(files))
    parts: list[tuple[Fingerprints, Extraction]] = []
    for block, prints in _hashed_ahead(files):
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
    parts: list[Fingerprints] = []
    unreadable: dict[int, Unreadable] = {}
    n_computed = 0
    for place, (block, prints) in enumerate(_hashed_ahead(files)):
        kept = networks.keep(block, prints.digests, shards, progress=_Part(progress))
        unreadable |= {row + place * _N_BLOCK: record for row, record in kept.unreadable.items()}
        n_computed += kept.n_computed
        parts.append(prints)
        progress.advance(len(block))
    return _prints_of(manifest, parts), Kept(unreadable, n_computed)


def _hashed_ahead(files: Sequence[ImageFile]) -> Iterator[tuple[Sequence[ImageFile], Fingerprints]]:
    """Blocks of files with their hashes; while one is used the next is fetched."""
    blocks = [files[start : start + _N_BLOCK] for start in range(0, len(files), _N_BLOCK)]
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        ahead = pool.submit(fingerprint_files, blocks[0]) if blocks else None
        for place, block in enumerate(blocks):
            assert ahead is not None
            prints = ahead.result()
            if place + 1 < len(blocks):
                ahead = pool.submit(fingerprint_files, blocks[place + 1])
            yield block, prints


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
