"""Which files of a folder are the shards of a data set."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, quoted
from regraft.data.file_listing import has_image_name, walk_files
from regraft.data.shards.listing import read_shards
from regraft.data.shards.parquets import is_image_parquet
from regraft.data.shards.shard_names import shard_format

if TYPE_CHECKING:
    from regraft.data.manifest import Manifest

_WILDCARDS = frozenset("*?[")


def read_shard_folder(folder: Path, label_column: str | None = None) -> Manifest | None:
    """The shards below a folder as one data set; None where it has none, or has image files beside them.

    Raises:
        DataError: There is no image in the shards, or a folder cannot be read.
    """
    root = folder.resolve()
    names = []
    for name in walk_files(root):
        if has_image_name(name):
            return None
        if is_shard(root / name):
            names.append(name)
    return read_shards(root, names, is_whole=True, label_column=label_column) if names else None


def is_shard(path: Path) -> bool:
    """Whether a file holds many images, as its name says; of a Parquet file, as its columns say."""
    kind = shard_format(path.name)
    return kind is not None and (kind != "parquet" or is_image_parquet(path))


def read_shard_file(path: Path, label_column: str | None = None) -> Manifest:
    """One shard as a data set.

    Raises:
        DataError: There is no image in it.
    """
    return read_shards(path.parent, [path.name], is_whole=False, label_column=label_column)


def read_shard_pattern(pattern: str, label_column: str | None = None) -> Manifest | None:
    """The shards of one folder whose names a pattern (`set/flowers_train_*.tfrecord`) matches; None for no pattern.

    Raises:
        DataError: It matches no shard, or there is no image in them.
    """
    path = Path(pattern)
    if not _WILDCARDS & set(path.name):
        return None
    try:
        names = [file.name for file in path.parent.iterdir() if fnmatch.fnmatchcase(file.name, path.name)]
    except OSError:
        names = []
    shards = [name for name in names if is_shard(path.parent / name)]
    if not shards:
        raise DataError(f"No shard is called like {quoted(pattern)} (.tfrecord, .tar or .parquet).")
    return read_shards(path.parent, shards, is_whole=False, label_column=label_column)
