"""Which files of a folder are the shards of a data set."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import TYPE_CHECKING

from regraft.core import DataError, RemotePath, as_place, plural, quoted
from regraft.data.files import explain_packed
from regraft.data.finding import make_finding, passed_over, was
from regraft.data.folders import COMPANION, has_image_name, is_hidden, leftover_reason, look_at, walk_files
from regraft.data.shards.shard_names import shard_format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.data.finding import Finding
    from regraft.data.manifest import Manifest
    from regraft.data.reading import Reading

_WILDCARDS = frozenset("*?[")


def read_shard_folder(folder: Path, reading: Reading) -> Manifest | None:
    """The shards below a folder as one data set; None where it has none, or has image files beside them.

    Raises:
        DataError: There is no image in the shards, or a folder cannot be read.
    """
    root = folder.resolve()
    names: list[str] = []
    others: list[str] = []
    hidden: list[str] = []
    for name in walk_files(root, hidden.append):
        if has_image_name(name):
            return None
        (names if is_shard(root / name) else others).append(name)
    if not names or any(_is_image(root, name) for name in others):
        return None
    manifest = _read(root, names, others, is_whole=True, reading=reading)
    return replace(manifest, remarks=(*manifest.remarks, *_hidden_shards(hidden)))


def _hidden_shards(names: Sequence[str]) -> tuple[Finding, ...]:
    shards = [name for name in names if shard_format(name) and leftover_reason(name.rpartition("/")[2]) != COMPANION]
    if not (n := len(shards)):
        return ()
    message = f"{plural(n, 'hidden shard')} {was(n)} passed over. To have {'it' if n == 1 else 'them'} read, rename."
    return (make_finding("hidden_shards", "note", message, n, sorted(shards)),)


def _is_image(root: Path, name: str) -> bool:
    kind = look_at(root, name)
    return kind is not None and kind.is_readable


def _read(root: Path, shards: Sequence[str], beside: Sequence[str], *, is_whole: bool, reading: Reading) -> Manifest:
    """The shards as one data set, with remarks on the files beside them."""
    from regraft.data.shards.class_lists import LABELS_FILE
    from regraft.data.shards.listing import read_shards  # readers of three formats, and most images lie in none

    manifest = read_shards(root, shards, is_whole=is_whole, reading=reading)
    others = sorted(name for name in beside if name.rpartition("/")[2] != LABELS_FILE)
    packed = {name: why for name in others if (why := explain_packed(root / name)) is not None}
    remarks = passed_over([name for name in others if name not in packed])
    if n := len(packed):
        message = (
            f"{plural(n, 'file')} beside the shards {'is' if n == 1 else 'are'} packed, and {was(n)} passed over. If "
            f"{'it belongs' if n == 1 else 'they belong'} to the data set: {next(iter(packed.values()))}"
        )
        remarks = (make_finding("packed_files", "warning", message, n, packed), *remarks)
    return replace(manifest, remarks=(*manifest.remarks, *remarks))


def is_shard(path: Path) -> bool:
    """Whether a file holds many images, as its name says; of a Parquet file, as its columns say."""
    kind = shard_format(path.name)
    if kind != "parquet":
        return kind is not None
    from regraft.data.shards.parquets import is_image_parquet

    return is_image_parquet(path)


def read_shard_file(path: Path, reading: Reading) -> Manifest:
    """One shard as a data set.

    Raises:
        DataError: There is no image in it.
    """
    return _read(path.parent, [path.name], [], is_whole=False, reading=reading)


def is_pattern(name: str) -> bool:
    """Whether the last part of a place stands for several."""
    return bool(_WILDCARDS & set(name.rstrip("/").rpartition("/")[2]))


def read_shard_pattern(pattern: str, reading: Reading) -> Manifest | None:
    """The shards of one folder whose names a pattern (`set/flowers_train_*.tfrecord`) matches; None for no pattern.

    Raises:
        DataError: It matches no shard, or there is no image in them.
    """
    if not is_pattern(pattern):
        return None
    path = as_place(pattern)
    try:
        names = sorted(
            file.name
            for file in path.parent.iterdir()
            if fnmatch.fnmatchcase(file.name, path.name)
            and (path.name.startswith(".") or not is_hidden(file.name))
            and file.is_file()
        )
    except FileNotFoundError:
        names = []
    except OSError as error:
        if isinstance(path, RemotePath):
            raise DataError(f"{path.parent} cannot be read: {error.strerror or error}.") from error
        names = []
    shards = [name for name in names if is_shard(path.parent / name)]
    if not shards:
        raise DataError(f"No shard is called like {quoted(pattern)} (.tfrecord, .tar or .parquet).")
    others = [name for name in names if name not in shards]
    return _read(path.parent, shards, others, is_whole=False, reading=reading)
