"""Writing TFRecord files as TF-Slim's converters do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import google_crc32c

from regraft.data import FeatureName, masked_crc32c
from regraft.datasets.writing.example_writing import encode_feature, example_head, feature_head

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regraft.datasets.writing.rows import ShardRow


def write_tfrecord(path: Path, rows: Iterable[ShardRow]) -> None:
    """Write a file of records; small features come first, so that they are found without reading the image.

    Args:
        path: The file to make.
        rows: Its images, one at a time.

    Raises:
        OSError: The disk is full, or forbids it.
    """
    with path.open("wb", buffering=1 << 20) as file:
        for row in rows:
            head = _example_before_image(row)
            length = (len(head) + len(row.content)).to_bytes(8, "little")
            checksum = masked_crc32c(google_crc32c.extend(google_crc32c.value(head), row.content))
            file.write(length + masked_crc32c(google_crc32c.value(length)).to_bytes(4, "little") + head)
            file.write(row.content)
            file.write(checksum.to_bytes(4, "little"))


def _example_before_image(row: ShardRow) -> bytes:
    values: dict[bytes, bytes | int] = {
        FeatureName.LABEL: row.label,
        FeatureName.TEXT: row.text.encode("utf-8", "surrogateescape"),
        FeatureName.FILE_NAME: row.name.encode("utf-8", "surrogateescape"),
        b"image/format": row.kind.encode(),
        FeatureName.GROUP: row.group.encode("utf-8", "surrogateescape"),
        b"image/height": row.height,
        b"image/width": row.width,
    }
    if not row.group:
        del values[FeatureName.GROUP]
    small = b"".join(encode_feature(name.decode(), value) for name, value in values.items())
    head = small + feature_head(FeatureName.ENCODED.decode(), len(row.content))
    return example_head(len(head) + len(row.content)) + head
