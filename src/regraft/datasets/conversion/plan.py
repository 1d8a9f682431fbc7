"""Which image goes to which shard, decided before anything is written."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, OptionError, SilentProgress, digest_bytes, hash_key, in_threads
from regraft.data import StoredImage, assign_splits, fingerprint_manifest, n_readers
from regraft.datasets.writing import lay_out, make_shard_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import ImageFile, Manifest, Split
    from regraft.datasets.conversion.options import ConvertDatasetOptions

_N_SHARD_BYTES = 128_000_000
_N_PART_IMAGES = 500
"""Images of a folder that are written, and taken over from a run that was stopped, together."""
_VERSION = 1
"""Of what is written; another one makes earlier results others."""
_SPLITS: tuple[Split | None, ...] = ("train", "val", "test", None)


@dataclass(frozen=True, eq=False)
class Part:
    """Some images that are written together: a shard, or some files of a folder.

    Attributes:
        name: The shard's file name, or a name for the record of the part.
        split: Of its images.
        rows: (m,) int64, rows of the manifest.
        first: The number of its first image in the set.
    """

    name: str
    split: Split | None
    rows: NDArray[np.int64]
    first: int


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be written.

    Attributes:
        manifest: The images, with the splits that they will have.
        names: n file names to write.
        parts: In their order.
        digest: Of everything that the result depends on.
        n_bytes: About as many will be written.
        renamed: Classes whose names cannot be kept.
    """

    manifest: Manifest
    names: tuple[str, ...]
    parts: tuple[Part, ...]
    digest: str
    n_bytes: int
    renamed: dict[str, str]


def make_plan(manifest: Manifest, title: str, options: ConvertDatasetOptions, progress: Progress) -> Plan:
    """Plan a conversion; only if images have to be split are they read.

    Args:
        manifest: What to convert.
        title: What the data set is called in the names of shards.
        options: How.
        progress: Where to report.

    Raises:
        OptionError: A test is to be held out of a data set that has splits.
        DataError: The data set cannot be expressed in the format.
    """
    if options.test_fraction is not None:
        manifest = _with_test(manifest, options, progress)
    layout = lay_out(manifest) if options.to == "folder" else None
    names = layout.paths if layout else _plain_names(manifest)
    states = _states(manifest.files())
    sizes = np.array([size for _name, size, _time in states], np.float64)
    parts = _parts(manifest, names, sizes, _plain_title(title), options)
    classes = manifest.label_names
    depends = {
        "version": _VERSION,
        "options": options.model_dump(mode="json", include={"to", "reencode"}),
        "classes": manifest.class_names,
        "parts": [(part.name, part.rows.tolist()) for part in parts],
        "rows": list(zip(names, classes, manifest.splits, manifest.groups, states, strict=True)),
    }
    digest = digest_bytes(json.dumps(depends).encode())
    return Plan(manifest, names, parts, digest, int(sizes.sum()), layout.renamed if layout else {})


def _with_test(manifest: Manifest, options: ConvertDatasetOptions, progress: Progress) -> Manifest:
    assert options.test_fraction is not None
    if set(manifest.splits) != {None}:
        raise OptionError("The data set has splits of its own: leave --test-fraction away to keep them.")
    digests = fingerprint_manifest(manifest, progress=progress).digests
    readable = np.flatnonzero(np.array([digest is not None for digest in digests]))
    sides = assign_splits(
        manifest.select(readable),
        [str(digests[row]) for row in readable],
        test_fraction=options.test_fraction,
        seed=options.seed,
    )
    splits: list[Split] = ["train"] * len(manifest)  # what is unreadable is left out when it is written
    for row, side in zip(readable.tolist(), sides, strict=True):
        splits[row] = side
    return replace(manifest, splits=tuple(splits))


def _plain_names(manifest: Manifest) -> tuple[str, ...]:
    """The paths, relative whatever the table says, and without steps upwards."""
    return tuple(
        path if not path.startswith("/") and ".." not in path else "/".join(_inner_parts(path))
        for path in manifest.paths
    )


def _inner_parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".", "..")] or ["_"]


def _plain_title(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _states(files: Sequence[ImageFile]) -> list[tuple[str, int, int]]:
    """Shard (empty for a file), size and time of change of each image's file; of a shard an image's share of it."""
    counts: dict[Path, int] = {}
    for file in files:
        if isinstance(file, StoredImage):
            counts[file.shard.path] = counts.get(file.shard.path, 0) + 1
    shards = {path: _state(path) for path in counts}

    def state_of(file: ImageFile) -> tuple[str, int, int]:
        if not isinstance(file, StoredImage):
            return "", *_state(file)
        path = file.shard.path
        size, time = shards[path]
        return f"{path.name}#{file.number}", size // counts[path], time

    return in_threads(state_of, files, SilentProgress(), n_a_task=16, n_threads=n_readers(files) or 1)


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except (OSError, ValueError):  # it is told when it is to be read
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _parts(
    manifest: Manifest, names: Sequence[str], sizes: NDArray[np.float64], title: str, options: ConvertDatasetOptions
) -> tuple[Part, ...]:
    parts: list[Part] = []
    first = 0
    for split in _SPLITS:
        rows = np.array([row for row, found in enumerate(manifest.splits) if found == split], np.int64)
        if not len(rows):
            continue
        n_parts = _count_parts(len(rows), sizes[rows].sum(), options)
        for number, some in enumerate(np.array_split(_ordered(rows, names, options), n_parts)):
            if options.to == "folder":
                name = f"{split or 'images'}-{number:06d}"
            else:
                name = make_shard_name(options.to, title, split, number, n_parts)
            parts.append(Part(name, split, some, first))
            first += len(some)
    if not parts:
        raise DataError("There is no image to convert.")
    return tuple(parts)


def _count_parts(n_images: int, n_bytes: float, options: ConvertDatasetOptions) -> int:
    if options.to == "folder":
        return math.ceil(n_images / _N_PART_IMAGES)
    if options.shards is not None and options.shards > n_images:
        raise OptionError(f"--shards {options.shards:,} is more than the {n_images:,} images of a split. Take fewer.")
    return options.shards or min(n_images, max(1, math.ceil(n_bytes / _N_SHARD_BYTES)))


def _ordered(rows: NDArray[np.int64], names: Sequence[str], options: ConvertDatasetOptions) -> NDArray[np.int64]:
    """The order depends on names and the seed only."""
    if options.to == "folder" or options.order == "sorted":
        return rows
    keys = [hash_key(options.seed, "order of shards", names[row], str(row)) for row in rows]
    return rows[sorted(range(len(rows)), key=keys.__getitem__)]
