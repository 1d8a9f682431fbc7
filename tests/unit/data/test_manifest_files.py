"""Manifests as tables: written, read back, the same; what a table cannot hold is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.core import DataError, OptionError
from regraft.data import Manifest, read_manifest, write_manifest
from regraft.data.manifest_files import check_manifest_file


def listed(root, names, **columns):
    """Images of two classes below a folder."""
    n = len(names)
    given = {"labels": np.arange(n) % 2, "class_names": ("cat", "dog"), "splits": (None,) * n, "groups": (None,) * n}
    return Manifest(root, tuple(names), **given | columns)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("is_beside", [True, False])
def test_a_manifest_reads_back_as_it_was(write_files, tmp_path, suffix, is_beside):
    """Labels, splits, groups and the files that are meant are the same, wherever the table lies."""
    names = ["a,b/1 \u00fc.png", "a,b/2.png", 'say "x"/3.png', "4.png"]
    root = write_files(*names)
    manifest = listed(root, names, splits=("train", "test", "train", "test"), groups=("g1", "g1", None, "0012"))
    manifest = replace(manifest, columns={"site": ("A", "B", "A", "B"), "age": ("1", None, "0.5", "2")})
    table = (root if is_beside else tmp_path / "elsewhere") / f"cleaned{suffix}"
    write_manifest(manifest, table)
    again = read_manifest(table)
    rows = [names.index(str(path.relative_to(root))) for path in again.files()]
    assert sorted(rows) == [0, 1, 2, 3]
    assert again.labels.tolist() == manifest.labels[rows].tolist()
    assert again.splits == tuple(manifest.splits[row] for row in rows)
    assert again.groups == tuple(manifest.groups[row] for row in rows)
    assert again.columns == manifest.select(rows).columns
    assert all(not one.startswith("/") for one in again.paths) == is_beside


@pytest.mark.parametrize("name", ["nan", " cat", "NULL"])
def test_class_names_that_a_table_cannot_hold_are_refused(write_files, tmp_path, name):
    """A class that would be read as no label, or under another name, is named; nothing is written."""
    manifest = listed(write_files("1.png", "2.png"), ["1.png", "2.png"], class_names=(name, "dog"))
    table = tmp_path / "table.csv"
    with pytest.raises(DataError, match=r"^1 image would be read from table.csv with another path, label"):
        write_manifest(manifest, table)
    assert not table.exists()
    assert list(tmp_path.glob(".*")) == []


def test_what_is_no_table_of_files_is_refused(write_files, tmp_path):
    """Another ending, and images that are parts of shards."""
    manifest = listed(write_files("1.png"), ["1.png"])
    with pytest.raises(OptionError, match=r"must end in \.parquet or \.csv"):
        check_manifest_file(tmp_path / "cleaned.xlsx")
    with pytest.raises(DataError, match="regraft datasets convert"):
        write_manifest(replace(manifest, stored=(object(),)), tmp_path / "t.csv")
