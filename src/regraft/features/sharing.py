"""Extraction by several processes, with one disk or one each: nothing is read or computed twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import StoreError
from regraft.data import reading_order
from regraft.features.unkept_rows import UnkeptRows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from regraft.core import Peers
    from regraft.features.key import FeatureKey
    from regraft.features.store import FeatureStore
    from regraft.images import ImageSource

_N_ROWS_SENT = 1024
"""At once: rows of activations take tens of kilobytes each."""


@dataclass(frozen=True)
class SharedWork:
    """What is shared by whom.

    Attributes:
        peers: The processes.
        store: This one's.
        keys: What is kept of each image; the last says which images lack something.
        keeps_new: Whether anything is kept.
    """

    peers: Peers
    store: FeatureStore | UnkeptRows
    keys: tuple[FeatureKey, ...]
    keeps_new: bool

    def can_keep(self) -> bool:
        """Whether rows that others computed can be kept; what waits to be taken in is."""
        if not self.keeps_new or isinstance(self.store, UnkeptRows):
            return False
        try:
            self.store.require_writable()
            self.store.adopt()
        except StoreError:
            return False
        return True


def share_out(
    work: SharedWork, sources: Sequence[ImageSource], digests: Sequence[str | None], compute: Callable[[list[str]], int]
) -> int:
    """Compute a part of what no process has, and give each what it lacks: then its store has all that can be had.

    Parts are stretches of what lies one behind the other, so that each process reads its own shards. A process whose
    store cannot be written to computes for itself, and so do all.

    Args:
        work: What is shared by whom.
        sources: n images, the same in all processes.
        digests: Their content hashes; None for what cannot be read.
        compute: Computes and keeps the rows of some content hashes; returns of how many.

    Returns:
        How many images all processes have computed.
    """
    peers, store = work.peers, work.store
    if not all(peers.together(work.can_keep)) or isinstance(store, UnkeptRows):
        return 0
    rows = [row for row, digest in enumerate(digests) if digest is not None]
    rows = [rows[place] for place in reading_order([sources[row] for row in rows])]
    contents = list(dict.fromkeys(str(digests[row]) for row in rows))
    lacks = np.array(peers.together(lambda: _lacks(store, work.keys[-1], contents))).all(axis=0)
    mine = np.array_split(np.flatnonzero(lacks), peers.size)[peers.rank]
    n_computed = 0
    if lacks.any():
        n_computed = sum(peers.together(lambda: compute([contents[place] for place in mine])))
    for key in work.keys:
        _exchange(store, key, contents, peers)
    return n_computed


def _lacks(store: FeatureStore, key: FeatureKey, contents: Sequence[str]) -> NDArray[np.bool_]:
    """(n,) which rows a store lacks."""
    missing = set(store.missing(key, contents))
    return np.array([content in missing for content in contents], np.bool_)


def _exchange(store: FeatureStore, key: FeatureKey, contents: Sequence[str], peers: Peers) -> None:
    """Each row that somebody lacks is sent by the first that has it."""
    lacks = np.array(peers.together(lambda: _lacks(store, key, contents)))
    sender = lacks.argmin(axis=0)
    is_sent = lacks.any(axis=0) & ~lacks.all(axis=0)
    for source in range(peers.size):
        places = np.flatnonzero(is_sent & (sender == source))
        for start in range(0, len(places), _N_ROWS_SENT):
            some = places[start : start + _N_ROWS_SENT]
            rows, found = store.read(key, [contents[place] for place in some]) if peers.rank == source else (None, None)
            rows, found = peers.spread(rows, source), peers.spread(found, source)
            is_new = lacks[peers.rank][some] & found
            if is_new.any():
                store.add(key, [contents[place] for place in some[is_new]], rows[is_new])
