"""Data sets on the disk and in memory, as small as they can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from regraft.datasets.writing import ShardRow, write_parquet, write_tar, write_tfrecord


@pytest.fixture
def write_files(tmp_path):
    """Write files, each with a content of its own, below a folder; returns the folder."""

    def write(*names: str, folder: Path = tmp_path / "set") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"content of {name!a}")
        return folder

    return write


@pytest.fixture
def make_digests():
    """Distinct stand-ins for content hashes, the same at every call."""
    return lambda n, prefix="": [f"{prefix}{row:064x}" for row in range(n)]


@pytest.fixture
def make_rows():
    """Images to write to a shard: contents that are no pictures, and names that are hard to keep."""

    def make(n_images, **more) -> list[ShardRow]:
        return [
            ShardRow(
                number=row,
                name=f"cat/{'odd/' * (row % 2)}bild {row} ü\n'\"\U0001f408.jpg",
                content=f"image {row} ".encode() * (40 * row + 1),
                kind="jpg",
                height=3,
                width=4 + row,
                label=row % 3 - 1,
                text=("", "cat", 'say "cheese"\\')[row % 3],
                group=("", "pole 7")[row % 2],
                **more,
            )
            for row in range(n_images)
        ]

    return make


@pytest.fixture
def write_shard():
    """Write rows to a shard of a format."""

    def write(path, rows, class_names=("cat", 'say "cheese"\\')) -> Path:
        if path.suffix == ".parquet":
            write_parquet(path, rows, class_names)
        else:
            {".tfrecord": write_tfrecord, ".tar": write_tar}[path.suffix](path, rows)
        return path

    return write


@pytest.fixture
def table(tmp_path):
    """Write a CSV table."""

    def write(text: str):
        path = tmp_path / "t.csv"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def photos(tmp_path):
    """Empty files below the table's folder."""

    def make(*names: str, below: str = "."):
        for name in names:
            path = tmp_path / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return make
