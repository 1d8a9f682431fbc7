"""Which images a classifier has learnt from: hashes of their contents, so that a measure on them is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle.reading import check_tensor_file, read_record, read_tensors
from regraft.bundle.record import SEEN_FILE
from regraft.core import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

N_HASH_BYTES = 16
"""Of each image's BLAKE3: among a million images no two are alike by chance (1e-27)."""


def pack_digests(digests: Sequence[str]) -> NDArray[np.uint8]:
    """The beginnings of content hashes, each once, in order: (n, 16) uint8.

    Args:
        digests: Hexadecimal content hashes.
    """
    short = sorted({bytes.fromhex(digest[: 2 * N_HASH_BYTES]) for digest in digests})
    return np.frombuffer(b"".join(short), np.uint8).reshape(-1, N_HASH_BYTES)


def read_seen(folder: Path) -> list[str] | None:
    """The beginnings of the content hashes of the images that a classifier was trained on, or was chosen by.

    Args:
        folder: Its bundle.

    Returns:
        Hexadecimal, 32 digits each; None where the bundle does not say, because it is an old one or its list was
        removed.

    Raises:
        BundleError: The list is damaged.
    """
    digest = read_record(folder).digests.get(SEEN_FILE)
    if digest is None or not (folder / SEEN_FILE).exists():
        return None
    check_tensor_file(folder, SEEN_FILE, digest)
    rows = read_tensors(folder / SEEN_FILE).get("digests")
    if rows is None or rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != N_HASH_BYTES:
        raise BundleError(f"{folder / SEEN_FILE} is no list of images. Remove it, or make the classifier again.")
    return [row.tobytes().hex() for row in rows]


def find_seen(folder: Path, digests: Sequence[str]) -> NDArray[np.bool_] | None:
    """Which of some images the classifier of a bundle has seen.

    Args:
        folder: The bundle.
        digests: n content hashes.

    Returns:
        (n,) bool; None where the bundle does not say.

    Raises:
        BundleError: The list is damaged.
    """
    seen = read_seen(folder)
    if seen is None:
        return None
    known = frozenset(seen)
    return np.array([digest[: 2 * N_HASH_BYTES] in known for digest in digests], np.bool_)
