"""Randomness that depends on a seed and on names only: never on order, threads or time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import blake3

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

_N_A_BLOCK = 4096


def hash_key(seed: int, *names: str) -> bytes:
    """A 32-byte key from a seed and some names; equal inputs give equal keys on every machine."""
    hasher = blake3.blake3(seed.to_bytes(16, "little", signed=True))
    for name in names:
        hasher.update(_with_length(name))
    return hasher.digest()


def hash_beginnings(seed: int, purpose: str, names: Iterable[str]) -> NDArray[np.uint64]:
    """The first eight bytes of `hash_key(seed, purpose, name)` of each name, as a number: they sort as the keys do."""
    import numpy as np

    parts, rest = [np.zeros(0, np.uint64)], iter(names)
    before = seed.to_bytes(16, "little", signed=True) + _with_length(purpose)
    while some := list(islice(rest, _N_A_BLOCK)):
        keys = [blake3.blake3(before + _with_length(name)).digest(8) for name in some]
        parts.append(np.frombuffer(b"".join(keys), ">u8").astype(np.uint64))
    return np.concatenate(parts)


def _with_length(name: str) -> bytes:
    encoded = name.encode("utf-8", "surrogateescape")
    return len(encoded).to_bytes(8, "little") + encoded


def generator(seed: int, *names: str) -> np.random.Generator:
    """A random generator of its own for one purpose: `generator(seed, "bootstrap")`."""
    import numpy as np

    return np.random.default_rng(int.from_bytes(hash_key(seed, *names), "little"))
