"""Randomness that depends on a seed and on names only: never on order, threads or time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import blake3

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np


def hash_key(seed: int, *names: str) -> bytes:
    """A 32-byte key from a seed and some names; equal inputs give equal keys on every machine."""
    hasher = blake3.blake3(seed.to_bytes(16, "little", signed=True))
    for name in names:
        encoded = name.encode("utf-8", "surrogateescape")
        hasher.update(len(encoded).to_bytes(8, "little"))
        hasher.update(encoded)
    return hasher.digest()


def hash_beginnings(seed: int, purpose: str, names: Iterable[str]) -> Iterator[int]:
    """The first eight bytes of `hash_key(seed, purpose, name)` of each name, as a number: they sort as the keys do."""
    encoded = purpose.encode("utf-8", "surrogateescape")
    before = seed.to_bytes(16, "little", signed=True) + len(encoded).to_bytes(8, "little") + encoded
    for name in names:
        encoded = name.encode("utf-8", "surrogateescape")
        key = blake3.blake3(before + len(encoded).to_bytes(8, "little") + encoded).digest(8)
        yield int.from_bytes(key, "big")


def generator(seed: int, *names: str) -> np.random.Generator:
    """A random generator of its own for one purpose: `generator(seed, "bootstrap")`."""
    import numpy as np

    return np.random.default_rng(int.from_bytes(hash_key(seed, *names), "little"))
