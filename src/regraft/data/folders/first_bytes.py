"""What files are by their first bytes, where their names do not say enough."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from regraft.core import N_REQUESTS, RemotePath, SilentProgress, in_threads
from regraft.data.files import N_END_BYTES, N_SIGNATURE_BYTES, identify_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.data.files import ContentKind

_NO_IMAGES = frozenset((
    ".txt", ".xml", ".json", ".jsonl", ".csv", ".tsv", ".yaml", ".yml", ".toml", ".md", ".rst", ".py", ".ipynb",
    ".npy", ".npz", ".pkl", ".h5", ".hdf5", ".log", ".html", ".htm", ".css", ".js", ".mat", ".pt", ".pth", ".onnx",
    ".safetensors", ".ckpt", ".parquet", ".tfrecord", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z",
    ".rar",
))  # fmt: skip
"""Endings of files that are certainly no images: with a file of notes beside each image, looking would cost most."""


def look_at_all(root: Path, names: Sequence[str]) -> dict[str, ContentKind | None]:
    """What each of some files is (`look_at`); a store is asked for many at once."""

    def look(name: str) -> ContentKind | None:
        return look_at(root, name)

    n_threads = N_REQUESTS if isinstance(root, RemotePath) else 1
    kinds = in_threads(look, names, SilentProgress(), n_a_task=16, n_threads=n_threads)
    return dict(zip(names, kinds, strict=True))


def look_at(root: Path, name: str) -> ContentKind | None:
    """What a file is by its first bytes; None where they say nothing, cannot be read, or its name says enough."""
    if os.path.splitext(name)[1].lower() in _NO_IMAGES:  # noqa: PTH122 - a million paths
        return None
    path = root / name
    try:
        if isinstance(path, RemotePath):  # one request tells enough
            return identify_content(path.read_range(0, N_SIGNATURE_BYTES))
        if not stat.S_ISREG(path.stat().st_mode):  # opening a named pipe would wait for ever
            return None
        with path.open("rb", buffering=0) as file:
            beginning = file.read(N_SIGNATURE_BYTES)
            file.seek(-min(N_END_BYTES, file.seek(0, os.SEEK_END) - len(beginning)), os.SEEK_END)
            return identify_content(beginning + file.read(N_END_BYTES))
    except OSError:
        return None
