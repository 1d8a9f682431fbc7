"""Parquet files in the layout of Hugging Face's datasets: `image` is a struct of bytes and path, `label` a number.

The names of the classes stand in the schema's metadata under `huggingface`.
(https://huggingface.co/docs/datasets/image_dataset)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, quoted, shortened
from regraft.data.files import Reason, ShardFile, StoredImage, UnreadableImageError
from regraft.data.shards.contents import N_NAME_CHARACTERS_MAX, ShardContents
from regraft.data.shards.row_groups import N_GROUP_BYTES_MAX, RowGroups, batches, leaf, open_parquet, stated_bytes
from regraft.data.shards.row_streams import RowStreams
from regraft.data.tables import LABEL_WORDS, CellError, label_of, squashed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_N_ROWS_MAX = 20_000_000
_GROUPS = RowGroups()
_STREAMS = RowStreams()
_IMAGE_NAMES = ("image", "img", "jpg", "png", "jpeg", "picture", "photo")
_LABEL_NAMES = ("label", "labels", "fine_label", "class", "target", "category", "class_name")
_ERRORS = (OSError, ValueError, KeyError, TypeError, MemoryError, OverflowError)
"""What pyarrow raises on damaged files; its own errors are kinds of these."""


@dataclass(frozen=True, eq=False, slots=True)
class CellImage(StoredImage):
    """An image in a Parquet file.

    Attributes:
        column: The leaf column of the bytes.
        row_group: Where it is.
        row: Its row in the group.
        is_large: Whether the group is too large to be kept in memory.
    """

    column: str
    row_group: int
    row: int
    is_large: bool = False

    def read(self) -> bytes:
        """The encoded image; its row group is kept for the next ones, in bounds.

        Raises:
            UnreadableImageError: The row group is damaged or too large, or the row has no bytes.
        """
        if self.is_large:
            return _content(_STREAMS.read(self.shard, self.column, self.row_group, self.row))
        cells = _GROUPS.read(self.shard, self.column, self.row_group)
        if self.row >= len(cells):
            raise UnreadableImageError(Reason.TRUNCATED, "its row group has become shorter")
        return _content(cells[self.row])


def _content(cell: bytes | None) -> bytes:
    if cell is None:
        raise UnreadableImageError(Reason.MISSING, "the row holds no image, only the name of one")
    return cell


@dataclass(frozen=True)
class _Layout:
    """Which columns of a file hold what."""

    content: str
    path: str | None
    label: str | None
    group: str | None
    class_names: tuple[str, ...]


def is_image_parquet(path: Path) -> bool:
    """Whether a file holds images themselves, not names of them; a damaged file does not."""
    try:
        with open_parquet(path) as file:
            return _find_layout(file.schema_arrow) is not None
    except _ERRORS:
        return False


def list_parquet(shard: ShardFile, label_column: str | None = None) -> ShardContents:
    """The images of a file; only labels and names are read.

    Whatever is damaged is told in the answer, never raised.
    """
    contents = ShardContents()
    try:
        with open_parquet(shard.path) as file:
            layout = _find_layout(file.schema_arrow, label_column)
            if layout is None:
                contents.spoil(shard, None, Reason.NOT_AN_IMAGE, "it has no column of images")
            elif file.metadata.num_rows > _N_ROWS_MAX:
                contents.spoil(shard, None, Reason.TOO_LARGE, f"it has more than {_N_ROWS_MAX:,} rows")
            else:
                if layout.label is None and len(file.schema_arrow.names) > 1:
                    contents.notice("no_label_column", f"{shard.path.name}: {', '.join(file.schema_arrow.names)}")
                _add_rows(contents, shard, file, layout)
    except _ERRORS as error:
        contents.spoil(shard, None, Reason.DAMAGED, f"it is no readable Parquet file: {shortened(str(error), 160)}")
    return contents


def _add_rows(contents: ShardContents, shard: ShardFile, file: Any, layout: _Layout) -> None:
    columns = [name for name in (layout.path, layout.label, layout.group) if name]
    for row_group in range(file.metadata.num_row_groups):
        n_rows = file.metadata.row_group(row_group).num_rows
        is_large = stated_bytes(file, row_group, [layout.content]) > N_GROUP_BYTES_MAX
        rows = _small_cells(file, columns, layout, row_group) if columns else iter(())
        found = list(islice(rows, n_rows))
        found += [(None, None, None)] * (n_rows - len(found))
        for row, (path, label, group) in enumerate(found):
            number = len(contents.images)
            try:
                value, text = label_of(label)
            except CellError:
                contents.notice("label_not_read", f"{shard.path.name}#{number}")
                value, text = None, None
            is_known = value is not None and 0 <= value < len(layout.class_names)
            contents.add(
                CellImage(shard, number, layout.content, row_group, row, is_large),
                name=_string(path),
                label=value,
                text=layout.class_names[value or 0] if is_known else text,
                group=_string(group),
            )
            if is_large:
                contents.notice("large_row_groups", f"{shard.path.name}#{number}")


def _small_cells(file: Any, columns: list[str], layout: _Layout, row_group: int) -> Iterator[tuple[Any, Any, Any]]:
    """Path, label and group of each row."""
    for batch in batches(file, row_group, columns):
        cells = {name: leaf(batch, name).to_pylist() for name in columns}
        nothing = [None] * len(batch)
        named = (cells[name] if name else nothing for name in (layout.path, layout.label, layout.group))
        yield from zip(*named, strict=True)


def _find_layout(schema: Any, label_column: str | None = None) -> _Layout | None:
    """The columns of images and labels; None where no column holds images."""
    features = _features(schema)
    declared = [name for name, kind in features.items() if _kind(kind) == "Image" and name in schema.names]
    for name in dict.fromkeys((*declared, *_by_name(schema.names, _IMAGE_NAMES), *schema.names)):
        if (leaves := _image_leaves(schema.field(name).type, name, is_declared=name in declared)) is not None:
            content, path = leaves
            labels = [name for name, kind in features.items() if _kind(kind) == "ClassLabel" and name in schema.names]
            known = (
                *_by_name(labels, _LABEL_NAMES),
                *labels,
                *_by_name(schema.names, _LABEL_NAMES),
                *_like(schema.names),
            )
            label = next(iter(known), None) if label_column is None else _named(schema.names, label_column)
            group = "group" if "group" in schema.names else None
            return _Layout(content, path, label, group, _class_names(features.get(label or "")))
    return None


def _image_leaves(kind: Any, name: str, *, is_declared: bool) -> tuple[str, str | None] | None:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        inner = {kind.field(place).name: kind.field(place).type for place in range(kind.num_fields)}
        if "bytes" in inner and _is_binary(inner["bytes"]):
            return f"{name}.bytes", f"{name}.path" if "path" in inner else None
        return None
    return (name, None) if _is_binary(kind) and (is_declared or name in _IMAGE_NAMES) else None


def _is_binary(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _like(names: list[str]) -> list[str]:
    """Columns with one of the names that tables' labels have."""
    return [name for word in LABEL_WORDS for name in names if squashed(name) == word]


def _named(names: list[str], wanted: str) -> str:
    found = next((name for name in names if squashed(name) == squashed(wanted)), None)
    if found is None:
        raise OptionError(f"There is no column {quoted(wanted)} (--label-column). There are: {', '.join(names)}.")
    return found


def _by_name(names: list[str], wanted: tuple[str, ...]) -> list[str]:
    return [name for name in wanted if name in names]


def _features(schema: Any) -> dict[str, Any]:
    """What Hugging Face's metadata say of the columns; nothing where they say nothing sensible."""
    try:
        known = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _kind(feature: Any) -> str | None:
    kind = feature.get("_type") if isinstance(feature, dict) else None
    return kind if isinstance(kind, str) else None


def _class_names(feature: Any) -> tuple[str, ...]:
    names = feature.get("names") if isinstance(feature, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ()
    return tuple(name[:N_NAME_CHARACTERS_MAX] for name in names)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= N_NAME_CHARACTERS_MAX else None
