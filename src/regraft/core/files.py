"""Files that are either whole or not there: write aside, fsync, rename, fsync the folder."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import blake3

from regraft.core.errors import StoreError
from regraft.core.remote.remote_paths import RemotePath
from regraft.core.text import megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def digest_bytes(data: bytes | bytearray | memoryview) -> str:
    """BLAKE3 of `data` as 64 hexadecimal digits."""
    return blake3.blake3(data).hexdigest()


def digest_file(path: Path) -> str:
    """BLAKE3 of a file's bytes as 64 hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
    """
    hasher = blake3.blake3()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            hasher.update(chunk)
    return hasher.hexdigest()


def arrow_file(path: Path, mode: Literal["rb", "wb"] = "rb") -> Any:
    """A file opened by pyarrow itself, for tables. Given a path, pyarrow refuses names that are no UTF-8.

    Of an object in a store the ranges are read that pyarrow asks for.

    Raises:
        OSError: The file cannot be opened.
    """
    import pyarrow as pa

    if isinstance(path, RemotePath):
        return pa.PythonFile(path.open("rb"), "r")
    return pa.OSFile(os.fsencode(path) if os.name != "nt" else str(path), mode)


def require_space(folder: Path, n_bytes: int, purpose: str) -> None:
    """Refuse to begin what the disk cannot hold.

    Args:
        folder: Where it will be written; it is there.
        n_bytes: How much will be written.
        purpose: What will be written, as the beginning of a sentence.

    Raises:
        StoreError: There is less room.
    """
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise StoreError(
            f"{purpose} takes up to {megabytes(n_bytes)}, and the disk of {folder} has {megabytes(free)} left. "
            "Free some space, or choose a folder on another disk."
        )


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_PRIVATE = 0o600
"""The mode of temporary files, which some libraries leave on the files that they write."""


def follow_umask(path: Path) -> None:
    """Give a file that another library made for its owner alone the mode that the user's umask gives new files."""
    if os.name == "nt" or stat.S_IMODE(path.stat().st_mode) != _PRIVATE:
        return
    # The umask itself cannot be asked without changing it for all threads: a new file tells, also where ACLs decide.
    example = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        example.touch(exist_ok=False)
        path.chmod(stat.S_IMODE(example.stat().st_mode))
    finally:
        example.unlink(missing_ok=True)


def publish(aside: Path, target: Path) -> None:
    """Make a finished file on the same file system appear as `target`, whole, durable and for whom the umask says."""
    follow_umask(aside)
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(target)
    sync_folder(target.parent)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write to; on success it becomes `target` in one step.

    A crash at any moment leaves either the old file or the new one, whole. On an exception the
    temporary file is removed and the target is untouched.

    Args:
        target: The file to create or replace. Its folder is created.

    Yields:
        A path on the same file system, ending as `target` does.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{uuid.uuid4().hex}.tmp{target.suffix}")
    try:
        yield aside
        publish(aside, target)
    finally:
        aside.unlink(missing_ok=True)
