"""One door to every kind of data set: folder, table or shards; and to images without labels."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, OptionError, RemotePath, as_paths, as_place, as_source, quoted
from regraft.data import tables
from regraft.data.folders import has_image_name, list_files, read_folder, relative_path, remark_on_files
from regraft.data.manifest import Manifest
from regraft.data.names import UNLABELLED
from regraft.data.reading import Reading
from regraft.data.shards import is_pattern, is_shard, read_shard_file, read_shard_folder, read_shard_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from regraft.data.files import ImageFile, Unreadable
    from regraft.data.finding import Finding


def refuse_name(name: str) -> Manifest:
    """There is nothing of this name.

    Raises:
        DataError: Always.
    """
    raise DataError(f"There is no folder or table {quoted(name)}.")


def read_manifest(
    source: str | Path, reading: Reading | None = None, *, by_name: Callable[[str], Manifest] = refuse_name
) -> Manifest:
    """List a data set.

    Args:
        source: A folder with one sub-folder for each class; a folder of shards, one shard, or a pattern of their names
            (`set/flowers_train_*.tfrecord`); or a `.csv`, `.tsv` or `.parquet` table. A path that exists wins over a
            pattern. Each of them can be in an object store (`s3://bucket/set`).
        reading: What the user says of it: columns, groups, where paths start, whether folders are splits.
        by_name: Lists what is called so where nothing lies there.

    Raises:
        DataError: There is no such source, or nothing usable in it.
        OptionError: What the user says does not fit.
    """
    source = as_source(source)
    path = as_place(source)
    said = reading or Reading()
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:  # forbidden, or too long
        reason = error.strerror or error
        raise DataError(f"The data set {quoted(source)} cannot be read: {reason}.") from error
    if is_file and is_shard(path):
        manifest = read_shard_file(path, said)
    elif is_file and path.suffix.lower() in tables.SUFFIXES:
        if said.split_folders != "auto":
            raise OptionError("--split-folders is for folders, and this data set is a table: leave it out.")
        return tables.read_table(path, reading)
    elif is_file:
        from regraft.data.other_files import explain_other_file

        raise DataError(explain_other_file(path))
    elif isinstance(path, RemotePath) and not is_folder and not is_pattern(source):
        raise DataError(f"There is nothing at {path}: no object is called so, or begins so.")
    elif is_folder:
        manifest = read_shard_folder(path, said) or read_folder(path, reading)
    else:
        manifest = read_shard_pattern(source, said) or _read_named(source, said, by_name)
    _refuse_table_options(said, is_parquet=bool(manifest.stored))
    return _grouped(manifest, said)


def _read_named(name: str, reading: Reading, by_name: Callable[[str], Manifest]) -> Manifest:
    manifest = by_name(name)
    if reading.split_folders != "auto":
        raise OptionError(
            f"--split-folders is for folders of your own, and {quoted(name)} is known by its name: leave it out."
        )
    return manifest


def _refuse_table_options(reading: Reading, *, is_parquet: bool) -> None:
    """What a user says of a table's columns does not fit a data set that is none."""
    of_tables = ("--path-column", "--root") if is_parquet else ("--path-column", "--root", "--label-column")
    given = reading.options_given()
    for option in of_tables:
        if option in given:
            raise OptionError(f"{option} is for tables, and this data set is none: leave it out.")


def _grouped(manifest: Manifest, reading: Reading) -> Manifest:
    return manifest if reading.group_by is None else manifest.with_groups_from(reading.group_by)


def list_images(places: Iterable[str | Path] | str | Path, reading: Reading | None = None) -> Manifest:
    """Images without labels: files as they are named, folders with everything below them, shards with all they hold.

    Args:
        places: Files, folders and shards, or one of them. A file is taken whatever its extension; a repeated one is
            taken once.
        reading: What the user says of a data set: nothing of it fits images by themselves.

    Returns:
        The images in the order of `places`, those of one folder or shard sorted; paths are relative to the working
        folder where they lie below it.

    Raises:
        DataError: A folder holds no image, or cannot be read.
        OptionError: Something is said of a data set.
    """
    if said := (reading or Reading()).options_given():
        raise OptionError(f"{said[0]} is for one data set with labels, and these are none: leave it out.")
    here = Path.cwd()
    paths: dict[str, ImageFile | None] = {}
    unreadable: list[Unreadable] = []
    remarks: list[Finding] = []
    for place in as_paths(places, "An image or folder"):
        name = relative_path(place, here)
        is_folder = _is_folder(place)
        shards = _read_shards(place, is_folder=is_folder)
        prefix = _prefix(name if is_folder else name.rpartition("/")[0])
        if shards is not None:
            paths |= {prefix + path: image for path, image in zip(shards.paths, shards.files(), strict=True)}
            unreadable += shards.unreadable
            remarks += shards.remarks
        elif is_folder:
            remote = place if isinstance(place, RemotePath) else None
            listing = list_files(remote or here / name)
            paths |= {prefix + path: remote and remote / path for path in listing.images}
            unreadable += listing.unreadable
            remarks += remark_on_files(listing, prefix)
        else:
            paths[name] = place if isinstance(place, RemotePath) else None
    return replace(_unlabelled(here, paths), unreadable=tuple(unreadable), remarks=tuple(remarks))


def _is_folder(place: Path) -> bool:
    """Whether a place is a folder; an object's whose name is an image's is not asked for."""
    if not isinstance(place, RemotePath):
        return os.path.isdir(place)  # noqa: PTH112 - Path.is_dir raises where a name is too long
    try:
        return not has_image_name(place.name) and place.is_dir()
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror or error}.") from error


def _unlabelled(root: Path, paths: Mapping[str, ImageFile | None]) -> Manifest:
    nothing = (None,) * len(paths)
    labels = np.full(len(paths), UNLABELLED, np.int64)
    stored = tuple(paths.values()) if any(paths.values()) else ()
    return Manifest(root, tuple(paths), labels, (), nothing, nothing, stored=stored)


def _read_shards(place: Path, *, is_folder: bool) -> Manifest | None:
    if is_folder:
        return read_shard_folder(place, Reading())
    is_there = isinstance(place, RemotePath) or os.path.isfile(place)  # noqa: PTH113 - as above
    return read_shard_file(place, Reading()) if is_shard(place) and is_there else None


def _prefix(folder: str) -> str:
    return "" if folder in ("", ".") else f"{folder.rstrip('/')}/"
