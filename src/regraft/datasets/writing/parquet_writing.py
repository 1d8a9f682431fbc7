"""Writing Parquet files that Hugging Face's datasets take for images with class labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regraft.core import arrow_file, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from regraft.datasets.writing.rows import ShardRow

_N_GROUP_ROWS = 100
"""As Hugging Face writes images: a reader that wants one of them reads all of its group."""
_N_GROUP_BYTES = 64 << 20


def write_parquet(path: Path, rows: Iterable[ShardRow], class_names: Sequence[str]) -> None:
    """Write a file, images uncompressed (they are compressed in themselves) and with checksums.

    Args:
        path: The file to make.
        rows: Its images, one at a time; names that are no UTF-8 are written with their odd bytes escaped.
        class_names: All class names; labels are positions in them.

    Raises:
        OSError: The disk is full, or forbids it.
    """
    from pyarrow import parquet

    schema = _schema(class_names)
    with (
        arrow_file(path, "wb") as file,
        parquet.ParquetWriter(
            file,
            schema,
            compression="none",
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
            store_schema=True,
        ) as writer,
    ):
        for some in _groups(rows):
            writer.write_table(_table(some, schema), row_group_size=len(some))


def _groups(rows: Iterable[ShardRow]) -> Iterable[list[ShardRow]]:
    some: list[ShardRow] = []
    n_bytes = 0
    for row in rows:
        some.append(row)
        n_bytes += len(row.content)
        if len(some) == _N_GROUP_ROWS or n_bytes >= _N_GROUP_BYTES:
            yield some
            some, n_bytes = [], 0
    if some:
        yield some


def _schema(class_names: Sequence[str]) -> Any:
    import pyarrow as pa

    features = {
        "image": {"_type": "Image"},
        "label": {"names": [printable(name) for name in class_names], "_type": "ClassLabel"},
        "group": {"dtype": "string", "_type": "Value"},
    }
    return pa.schema(
        [
            ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
            ("label", pa.int64()),
            ("group", pa.string()),
        ],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )


def _table(rows: Sequence[ShardRow], schema: Any) -> Any:
    import pyarrow as pa

    return pa.table(
        {
            "image": [{"bytes": row.content, "path": printable(row.name)} for row in rows],
            "label": [row.label if row.label >= 0 else None for row in rows],
            "group": [printable(row.group) or None for row in rows],
        },
        schema,
    )
