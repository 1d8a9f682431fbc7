"""Rows of joined networks that are in the store already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.features.joining import JoinedNetworks


def read_kept(networks: JoinedNetworks, digests: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features that are in the store; nothing is computed.

    Args:
        networks: Whose.
        digests: n content hashes.

    Returns:
        (n, d) float32, and (n,) whether all of a row is there; d is 0 where none is.

    Raises:
        StoreError: The store cannot be read.
    """
    read = [one.store.read(one.order.key, digests) for part in networks.every for one in part.extractors]
    found: NDArray[np.bool_] = np.stack([there for _rows, there in read]).min(axis=0)
    if not found.any():
        return np.zeros((len(digests), 0), np.float32), found
    return networks.joined([rows.astype(np.float32) for rows, _there in read]), found
