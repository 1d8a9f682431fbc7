"""A set of shards as a manifest: names, labels and splits of its images, none of which is read."""

from __future__ import annotations

import stat
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, SilentProgress, in_threads, plural
from regraft.data.files import Reason, ShardFile, Unreadable, explain_os_error, n_readers
from regraft.data.folders import read_layout, remark_on_layout
from regraft.data.manifest import Manifest
from regraft.data.names import label_positions
from regraft.data.shards.class_names import name_classes
from regraft.data.shards.contents import ListedImage, ShardContents
from regraft.data.shards.conversion_record import WrittenShard, read_conversion
from regraft.data.shards.parquets import list_parquet
from regraft.data.shards.shard_names import find_missing, shard_format, shard_split
from regraft.data.shards.shard_remarks import say_noticed
from regraft.data.shards.tars import list_tar
from regraft.data.shards.tfrecords import list_tfrecord
from regraft.data.tables import are_classes, written_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from regraft.data.folders import Layout, Placement
    from regraft.data.reading import Reading, SplitFolders

_LISTERS = {"tfrecord": list_tfrecord, "webdataset": list_tar}


def read_shards(root: Path, names: Sequence[str], *, is_whole: bool, reading: Reading) -> Manifest:
    """List the images of shards. Nothing is unpacked: each row is a part of a file.

    The class of an image is the name that its record gives, else that of `labels.txt` beside the shards, else the
    number. The path of a row is the file name that the record gives where no other has the same, else
    `SHARD#NUMBER`. Rows are sorted by it, as a folder's are.

    Args:
        root: The folder that holds the shards.
        names: The shards, POSIX style, relative to it.
        is_whole: Whether these are all shards of their set: then those that are missing are reported.
        reading: What the user says: the column of labels of Parquet files, and whether folders are splits.

    Raises:
        DataError: There is no image in them.
        OptionError: There is no such column, or what the user says does not fit.
    """
    root = root.resolve()
    names = tuple(sorted(names))
    if reading.label_column is not None and "parquet" not in map(shard_format, names):
        raise OptionError("--label-column is for tables and Parquet files, and this data set has none: leave it out.")
    found = _list_shards(root, names, reading.label_column, is_whole=is_whole)
    if not (rows := found.rows):
        bad = found.unreadable
        first = f" (first: {bad[0].path}: {bad[0].detail})" if bad else ""
        told = "".join(f" {remark.message}" for remark in say_noticed(found.noticed))
        raise DataError(f"There is no image in {plural(len(names), 'shard')} of {root}{first}.{told}")
    rows, layout = _with_classes(rows, found.noticed, reading.split_folders)
    if layout is None and reading.split_folders != "auto":
        raise OptionError(
            "--split-folders is for folders, and the classes of these shards are said by no folders: leave it out."
        )
    manifest = _manifest(root, rows, found, names)
    remarks = () if layout is None else remark_on_layout(layout)
    return replace(manifest, remarks=(*manifest.remarks, *remarks))


@dataclass
class _Found:
    """What is in some shards, and what was noticed of them: names of cases by a code."""

    rows: list[ListedImage]
    unreadable: list[Unreadable]
    noticed: dict[str, list[str]]


def _list_shards(root: Path, names: tuple[str, ...], label_column: str | None, *, is_whole: bool) -> _Found:
    conversion = read_conversion(root)
    written = {} if conversion is None else {shard.name: shard for shard in conversion.shards}
    found = _Found([], _missing(root, names, written) if is_whole else [], {})

    def list_one(name: str) -> ShardContents:
        return _list_shard(root, name, written.get(name), label_column)

    n_threads = n_readers([root]) or 1
    for name, contents in zip(
        names, in_threads(list_one, names, SilentProgress(), n_a_task=1, n_threads=n_threads), strict=True
    ):
        found.unreadable += contents.unreadable
        split = written[name].split if name in written else shard_split(name)
        found.rows += [
            ListedImage(image, name, given, label, text, group, caption, split)
            for image, given, label, text, group, caption in contents.rows()
        ]
        for code, cases in contents.noticed.items():
            found.noticed.setdefault(code, []).extend(cases)
    return found


def _with_classes(
    rows: list[ListedImage], noticed: dict[str, list[str]], split_folders: SplitFolders
) -> tuple[list[ListedImage], Layout | None]:
    """Rows with the classes that are said in other ways than by a label; and how folders were read, if they were."""
    missing = [row for row in rows if row.label is None and row.text is None]
    texts = [row.caption for row in missing if row.caption is not None]
    if 2 * len(texts) > len(missing) and are_classes(texts):
        noticed["text_as_class"] = [str(row.name) for row in missing if row.caption is not None]
        labelled = [_labelled(row) if row.label is None and row.text is None and row.caption else row for row in rows]
        return labelled, None
    if texts:
        noticed["captions" if 2 * len(texts) > len(missing) else "few_texts"] = texts
    if 2 * len(missing) <= len(rows) or not all(row.name for row in rows):
        return rows, None
    paths = [str(row.name).lstrip("/") for row in rows]
    layout = read_layout(paths, split_folders)
    places = layout.place_all(paths)
    if len({name for _split, name in places} - {None}) < 2:
        return rows, None
    placed = [_placed(row, place) for row, place in zip(rows, places, strict=True)]
    noticed["folders_as_classes"] = [
        str(row.name) for row, after in zip(rows, placed, strict=True) if row.text != after.text
    ]
    return placed, layout


def _placed(row: ListedImage, place: Placement) -> ListedImage:
    """A row with the split of its folder, and with its class where nothing else says one."""
    split, name = place
    is_said = row.label is not None or row.text is not None
    return replace(row, text=row.text if is_said else name, split=row.split or split)


def _labelled(row: ListedImage) -> ListedImage:
    label, text = written_label(str(row.caption))
    return replace(row, label=label, text=text)


def _list_shard(root: Path, name: str, written: WrittenShard | None, label_column: str | None) -> ShardContents:
    path = root / name
    kind = shard_format(name)
    contents = ShardContents()
    try:
        status = path.stat()
    except OSError as error:
        contents.unreadable.append(explain_os_error(path, error))
        return contents
    shard = ShardFile(path, status.st_size)
    if not stat.S_ISREG(status.st_mode) or kind is None:  # opening a named pipe would wait for ever
        contents.spoil(shard, None, Reason.NOT_AN_IMAGE, "it is no ordinary file")
    elif written is not None and not written.n_images:
        return contents
    elif not shard.n_bytes:
        contents.spoil(shard, None, Reason.EMPTY, "the shard has no bytes")
    else:
        contents = list_parquet(shard, label_column) if kind == "parquet" else _LISTERS[kind](shard)
    if written is not None and not contents.unreadable and len(contents.images) != written.n_images:
        detail = f"{len(contents.images):,} images are in it, and {written.n_images:,} were written"
        contents.spoil(shard, None, Reason.TRUNCATED, detail)
    return contents


def _missing(root: Path, names: tuple[str, ...], written: Mapping[str, WrittenShard]) -> list[Unreadable]:
    counted = {shard.name: f"it is one of {plural(shard.n_expected, 'shard')}" for shard in find_missing(names)}
    recorded = dict.fromkeys(set(written) - set(names), "it was written with the others")
    return [
        Unreadable(path=str(root / name), reason=Reason.MISSING, detail=f"{why}, and is not there")
        for name, why in sorted((counted | recorded).items())
    ]


def _manifest(root: Path, rows: Sequence[ListedImage], found: _Found, names: Sequence[str]) -> Manifest:
    counts = Counter(row.name for row in rows)
    paths = [row.name if row.name and counts[row.name] == 1 else f"{row.shard}#{row.image.number}" for row in rows]
    order = sorted(range(len(rows)), key=lambda place: (paths[place], rows[place].shard, rows[place].image.number))
    rows, paths = [rows[place] for place in order], [paths[place] for place in order]
    classes, remarks = name_classes(rows, paths, {root, *((root / name).parent for name in names)})
    labels, class_names = label_positions(classes)
    return Manifest(
        root=root,
        paths=tuple(paths),
        labels=labels,
        class_names=class_names,
        splits=tuple(row.split for row in rows),
        groups=tuple(row.group for row in rows),
        stored=tuple(row.image for row in rows),
        unreadable=tuple(found.unreadable),
        remarks=(*say_noticed(found.noticed), *remarks),
    )
