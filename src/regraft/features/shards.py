"""Immutable files of features, each named by the digest of its bytes.

A shard is a safetensors file with three tensors over its n rows:

    keys      (n, 32) uint8    BLAKE3 of the image file
    features  (n, d)  float32 or float16; looks as uint8, d bytes each
    sums      (n, 16) uint8    BLAKE3(fingerprint, key, feature bytes), first 16 bytes

and the metadata `key` (the FeatureKey as JSON) and `fingerprint`. The name proves the whole file, a sum
proves one row without reading the others.
"""

from __future__ import annotations

import errno
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import blake3
import numpy as np

from regraft.core import StoreError, digest_file, publish, read_tensor_header
from regraft.features.key import FeatureKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

N_SUM_BYTES = 16
SUFFIX = ".safetensors"
_SAFE_DTYPES = {"float32": "F32", "float16": "F16", "uint8": "U8"}


@dataclass(frozen=True, eq=False)
class Shard:
    """An opened shard; its rows are read from the disk only when they are asked for.

    Attributes:
        path: The file.
        key: How its rows were computed.
        fingerprint: Of the key.
        keys: (n, 32) uint8.
        features: (n, d) of the key's dtype, mapped.
        sums: (n, 16) uint8.
        offset: Of the features in the file, in bytes.
    """

    path: Path
    key: FeatureKey
    fingerprint: str
    keys: NDArray[np.uint8]
    features: NDArray[Any]
    sums: NDArray[np.uint8]
    offset: int

    @property
    def contents(self) -> list[bytes]:
        """The keys one by one."""
        raw = self.keys.tobytes()
        return [raw[start : start + 32] for start in range(0, len(raw), 32)]

    def rows(self, keys: Sequence[bytes], positions: Sequence[int]) -> NDArray[Any] | None:
        """Read rows and prove them.

        Args:
            keys: What each row should belong to.
            positions: Which rows.

        Returns:
            (len(positions), d), or None if any row is not what it should be.
        """
        if max(positions) >= len(self.features):
            return None
        chosen = self.features[list(positions)]
        proofs = self.sums[list(positions)]
        prefix = self.fingerprint.encode()
        for key, row, proof in zip(keys, chosen, proofs, strict=True):
            if _row_sum(prefix, key, row) != proof.tobytes():
                return None
        return chosen


def write_shard(folder: Path, key: FeatureKey, digests: Sequence[bytes], features: NDArray[Any]) -> Path:
    """Write rows as one shard, durably, in one step.

    Args:
        folder: Where shards of this fingerprint live.
        key: How the features were computed.
        digests: n keys of 32 bytes.
        features: (n, d); they are kept as the key's dtype.

    Returns:
        The shard's path.
    """
    from safetensors.numpy import save

    prefix = key.fingerprint.encode()
    features = np.ascontiguousarray(features, key.dtype)
    sums = b"".join(_row_sum(prefix, digest, row) for digest, row in zip(digests, features, strict=True))
    tensors: dict[str, NDArray[Any]] = {
        "features": features,
        "keys": np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), 32),
        "sums": np.frombuffer(sums, np.uint8).reshape(len(digests), N_SUM_BYTES),
    }
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        # Written by Python: a full disk is then an OSError, not one of another library's exceptions.
        aside.write_bytes(save(tensors, metadata={"key": key.model_dump_json(), "fingerprint": key.fingerprint}))
        path = folder / f"{digest_file(aside)}{SUFFIX}"
        publish(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return path


def open_shard(path: Path) -> Shard:
    """Open a shard and check its form (not yet its rows).

    Raises:
        StoreError: It is damaged or no shard.
        OSError: It cannot be read.
    """
    header = read_tensor_header(path)
    try:
        key = FeatureKey.model_validate_json(header.metadata["key"])
        features, keys, sums = (header.entries[name] for name in ("features", "keys", "sums"))
        n_rows, _n_features = features.shape
        formed = (features.dtype, keys.dtype, sums.dtype) == (_SAFE_DTYPES[key.dtype], "U8", "U8")
        formed &= keys.shape == (n_rows, 32) and sums.shape == (n_rows, N_SUM_BYTES) and n_rows > 0
    except (KeyError, ValueError) as error:
        raise StoreError(f"{path} is not a feature shard ({type(error).__name__}).") from error
    if not formed or key.fingerprint != header.metadata.get("fingerprint"):
        raise StoreError(f"{path} is a damaged feature shard: its tensors or metadata do not fit together.")
    mapped = np.memmap(path, np.uint8, mode="r")
    parts = {entry.name: mapped[entry.offset : entry.offset + entry.n_bytes] for entry in (features, keys, sums)}
    return Shard(
        path=path,
        key=key,
        fingerprint=key.fingerprint,
        keys=parts["keys"].reshape(keys.shape),
        features=parts["features"].view(np.dtype(key.dtype).newbyteorder("<")).reshape(features.shape),
        sums=parts["sums"].reshape(sums.shape),
        offset=features.offset,
    )


def holds_looks(path: Path) -> bool:
    """Whether a shard's rows are looks at images, not features; of a damaged one nobody knows."""
    try:
        return open_shard(path).features.dtype == np.uint8
    except (StoreError, OSError):
        return False


def is_whole(path: Path) -> bool:
    """Whether a shard's bytes are those that its name promises.

    Raises:
        OSError: The system refuses to read it for a reason that is not the file's.
    """
    try:
        return digest_file(path) == path.name.removesuffix(SUFFIX)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EIO):
            return False
        raise


def _row_sum(prefix: bytes, key: bytes, row: NDArray[Any]) -> bytes:
    return blake3.blake3(prefix + key + row.tobytes()).digest(length=N_SUM_BYTES)
