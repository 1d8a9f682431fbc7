"""A set of shards as a manifest: names, labels and splits of its images, none of which is read."""

from __future__ import annotations

import stat
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, plural
from regraft.data.files import Reason, ShardFile, StoredImage, Unreadable, explain_os_error
from regraft.data.folders import read_layout, remark_on_layout
from regraft.data.manifest import Manifest, Split
from regraft.data.names import label_positions
from regraft.data.shards.class_lists import ClassList, gaps, read_class_list
from regraft.data.shards.contents import ShardContents
from regraft.data.shards.conversion_record import WrittenShard, read_conversion
from regraft.data.shards.parquets import list_parquet
from regraft.data.shards.shard_names import find_missing, shard_format, shard_split
from regraft.data.shards.shard_remarks import say_noticed
from regraft.data.shards.tars import list_tar
from regraft.data.shards.tfrecords import list_tfrecord
from regraft.data.tables import are_classes, placeholder_remark, without_placeholders, without_words, written_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from regraft.data.folders import Layout, Placement
    from regraft.data.reading import Reading, SplitFolders

_LISTERS = {"tfrecord": list_tfrecord, "webdataset": list_tar}


@dataclass(frozen=True)
class _Row:
    """One image, and what its shard says of it."""

    image: StoredImage
    shard: str
    name: str | None
    label: int | None
    text: str | None
    group: str | None
    caption: str | None
    split: Split | None


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
    label_column = reading.label_column
    root = root.resolve()
    names = tuple(sorted(names))
    if label_column is not None and "parquet" not in map(shard_format, names):
        raise OptionError("--label-column is for tables and Parquet files, and this data set has none: leave it out.")
    conversion = read_conversion(root)
    written = {} if conversion is None else {shard.name: shard for shard in conversion.shards}
    unreadable = _missing(root, names, written) if is_whole else []
    rows: list[_Row] = []
    noticed: dict[str, list[str]] = {}
    for name in names:
        contents = _list_shard(root, name, written.get(name), label_column)
        unreadable += contents.unreadable
        split = written[name].split if name in written else shard_split(name)
        rows += [
            _Row(image, name, given, label, text, group, caption, split)
            for image, given, label, text, group, caption in contents.rows()
        ]
        for code, cases in contents.noticed.items():
            noticed.setdefault(code, []).extend(cases)
    if not rows:
        first = f" (first: {unreadable[0].path}: {unreadable[0].detail})" if unreadable else ""
        told = "".join(f" {remark.message}" for remark in say_noticed(noticed))
        raise DataError(f"There is no image in {plural(len(names), 'shard')} of {root}{first}.{told}")
    rows, layout = _with_classes(rows, noticed, reading.split_folders)
    if layout is None and reading.split_folders != "auto":
        raise OptionError(
            "--split-folders is for folders, and the classes of these shards are said by no folders: leave it out."
        )
    manifest = _manifest(root, rows, (tuple(unreadable), noticed), names)
    remarks = () if layout is None else remark_on_layout(layout)
    return replace(manifest, remarks=(*manifest.remarks, *remarks))


def _with_classes(
    rows: list[_Row], noticed: dict[str, list[str]], split_folders: SplitFolders
) -> tuple[list[_Row], Layout | None]:
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


def _placed(row: _Row, place: Placement) -> _Row:
    """A row with the split of its folder, and with its class where nothing else says one."""
    split, name = place
    is_said = row.label is not None or row.text is not None
    return replace(row, text=row.text if is_said else name, split=row.split or split)


def _labelled(row: _Row) -> _Row:
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


def _manifest(
    root: Path,
    rows: Sequence[_Row],
    found: tuple[tuple[Unreadable, ...], dict[str, list[str]]],
    names: Sequence[str],
) -> Manifest:
    counts = Counter(row.name for row in rows)
    paths = [row.name if row.name and counts[row.name] == 1 else f"{row.shard}#{row.image.number}" for row in rows]
    listed = _read_class_lists({root, *((root / name).parent for name in names)}, rows)
    rows = [_numbered(row, listed.names) for row in rows]
    texts, no_words = without_words([row.text if row.label is None else None for row in rows], paths)
    rows = [row if row.label is not None else replace(row, text=text) for row, text in zip(rows, texts, strict=True)]
    rows, dropped = _without_placeholders(rows, has_names=bool(listed.names))
    classes = _name_classes({(row.label, row.text) for row in rows}, listed.names)
    order = sorted(range(len(rows)), key=lambda place: (paths[place], rows[place].shard, rows[place].image.number))
    unlabelled = [paths[place] for place in order if place in dropped]
    minus_one = placeholder_remark(len(unlabelled), unlabelled, {_written(row) for row in rows})
    rows = [rows[place] for place in order]
    labels, class_names = label_positions([classes[row.label, row.text] for row in rows])
    return Manifest(
        root=root,
        paths=tuple(paths[place] for place in order),
        labels=labels,
        class_names=class_names,
        splits=tuple(row.split for row in rows),
        groups=tuple(row.group for row in rows),
        stored=tuple(row.image for row in rows),
        unreadable=found[0],
        remarks=(*say_noticed(found[1]), *listed.remarks, *no_words, *minus_one),
    )


def _read_class_lists(folders: set[Path], rows: Sequence[_Row]) -> ClassList:
    labels = {label for label in map(_number, rows) if label is not None and label >= 0}
    lists = [read_class_list(folder).fitted(labels) for folder in sorted(folders)]
    names = {number: name for one in lists for number, name in one.names.items()}
    unnamed = {label for row in rows if row.text is None and (label := row.label) is not None and label >= 0} - {*names}
    remarks = (remark for one in lists for remark in (*one.remarks, *(gaps(unnamed) if one.names else ())))
    return ClassList(names, remarks=tuple(dict.fromkeys(remarks)))


def _number(row: _Row) -> int | None:
    """A label as a number, zeros before it or not."""
    text = row.text or ""
    return int(text) if row.label is None and text.isascii() and text.isdigit() and len(text) <= 18 else row.label


def _numbered(row: _Row, names: Mapping[int, str]) -> _Row:
    """A row whose label is written with zeros before it, as the number that a list names."""
    number = _number(row)
    return replace(row, label=number, text=None) if row.label is None and number in names else row


def _written(row: _Row) -> str | None:
    return row.text if row.label is None else str(row.label)


def _without_placeholders(rows: Sequence[_Row], *, has_names: bool) -> tuple[list[_Row], set[int]]:
    """Rows without labels of -1, and which they were; numbers with names are never negative."""
    named = has_names or any(row.label is not None and row.text is not None for row in rows)
    numbers = [None if row.label is None and named else _written(row) for row in rows]
    if named:
        kept: Sequence[str | None] = [
            None if number is None or number.startswith("-") else number for number in numbers
        ]
    else:
        kept, _n = without_placeholders(numbers)
    dropped = {place for place, (before, after) in enumerate(zip(numbers, kept, strict=True)) if before != after}
    return [_unlabelled(row) if place in dropped else row for place, row in enumerate(rows)], dropped


def _unlabelled(row: _Row) -> _Row:
    return replace(row, label=None, text=None if row.label is None else row.text)


def _name_classes(
    pairs: set[tuple[int | None, str | None]], listed: Mapping[int, str]
) -> dict[tuple[int | None, str | None], str | None]:
    """The class of each pair of number and text. A name that two numbers share is told apart by the number."""
    texts: dict[int, set[str]] = {}
    for label, text in pairs:
        if label is not None and text is not None:
            texts.setdefault(label, set()).add(text)
    plain = {label: _plain_name(label, texts.get(label, set()), listed) for label, _text in pairs if label is not None}
    shared = {name for name, n in Counter(plain.values()).items() if n > 1}
    by_label = {label: f"{name} ({label})" if name in shared else name for label, name in plain.items()}
    return {(label, text): text if label is None else by_label[label] for label, text in pairs}


def _plain_name(label: int, texts: set[str], listed: Mapping[int, str]) -> str:
    if len(texts) == 1:
        return next(iter(texts))
    return listed.get(label) or "/".join(sorted(texts)) or str(label)
