"""Images and labels in Parquet files, as others write them."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regraft.core import OptionError
from regraft.data import Reading, read_manifest
from regraft.data.files.unreadable import UnreadableImageError
from regraft.data.shards import parquets, row_streams

CELL_LABELS = [
    [True, False, None],
    [1.0, 0.0, float("nan")],
    [[1], [0], []],
    [b"1", b"0", None],
    pa.array(["1", "0", None]).dictionary_encode(),
    pa.array([1, 0, None], pa.decimal128(9, 2)),
    pa.array([1, 0, None], pa.int8()),
    [[b"1"], [b"0"], None],
    [1, 0, -1],
    [" 1", "0", ""],
    ["1.0", "0", None],
    ["1", "0", "-1"],
]


@pytest.mark.parametrize("values", CELL_LABELS, ids=lambda values: type(values).__name__)
def test_labels_of_every_type_are_the_same_in_both_kinds_of_parquet(values, tmp_path):
    """Whether a file holds images or paths, its column of labels means the same."""
    names = [f"{n}.jpg" for n in range(3)]
    pq.write_table(pa.table({"path": names, "label": values}), tmp_path / "paths.parquet")
    cells = [{"bytes": b"x", "path": name} for name in names]
    pq.write_table(pa.table({"image": cells, "label": values}), tmp_path / "images.parquet")
    table, shard = read_manifest(tmp_path / "paths.parquet"), read_manifest(tmp_path / "images.parquet")
    assert table.class_names == shard.class_names == (("False", "True") if values[0] is True else ("0", "1"))
    assert table.labels.tolist() == shard.labels.tolist() == [1, 0, -1]
    codes = [{remark.code for remark in manifest.remarks} - {"no_file_found"} for manifest in (table, shard)]
    assert codes == [{"label_minus_one"} if -1 in values or "-1" in values else set()] * 2


def test_names_of_class_labels(tmp_path):
    """Numbers that gaps made fractions still have the names of the metadata; -1 has none; odd cells are told."""
    features = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": ["cat", "dog"]}}
    schema = {"huggingface": json.dumps({"info": {"features": features}})}
    images = [{"bytes": b"x", "path": f"{n}.jpg"} for n in range(3)]
    for values, labels in (
        ([1.0, None, -1.0], [0, -1, -1]),
        ([-1, 1, 1], [-1, 0, 0]),
        ([[0, 1], [1], []], [-1, 0, -1]),
    ):
        table = pa.table({"image": images, "label": values}).replace_schema_metadata(schema)
        pq.write_table(table, tmp_path / "t.parquet")
        manifest = read_manifest(tmp_path / "t.parquet")
        assert (manifest.class_names, manifest.labels.tolist()) == (("dog",), labels)
    assert [remark.code for remark in manifest.remarks] == ["label_not_read"]


def test_a_row_group_that_is_too_large_to_keep(tmp_path, monkeypatch, make_rows, write_shard):
    """It is read from front to back, in any order that is asked for, and the way to make it better is told."""
    monkeypatch.setattr(parquets, "N_GROUP_BYTES_MAX", 10)
    monkeypatch.setattr(row_streams, "_N_KEPT_BYTES", 40)
    rows = make_rows(9)
    manifest = read_manifest(write_shard(tmp_path / "big.parquet", rows))
    images = manifest.files()
    assert set(manifest.paths) == {row.name for row in rows}
    expected = [rows[image.number].content for image in images]
    assert [image.read() for image in images] == expected
    for place in (5, 0, 8, 8, 7, 1):
        assert images[place].read() == expected[place]
    assert [(remark.code, remark.n) for remark in manifest.remarks] == [("large_row_groups", 9)]
    assert "regraft datasets convert" in manifest.remarks[0].message
    (tmp_path / "big.parquet").write_bytes((tmp_path / "big.parquet").read_bytes()[:60])
    with pytest.raises(UnreadableImageError, match="damaged or cannot be read"):
        images[0].read()


def test_columns_of_labels_by_any_name(tmp_path):
    """The names that tables' labels have are known, another one can be said, and none at all is told."""
    images = [{"bytes": b"x", "path": f"{n}.jpg"} for n in range(2)]
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"image": images, "Breed": ["pug", "collie"], "hue": ["red", "blue"]}), path)
    assert read_manifest(path).class_names == ("collie", "pug")
    assert read_manifest(path, Reading(label_column="hue")).class_names == ("blue", "red")
    with pytest.raises(OptionError, match=r"no column 'size' \(--label-column\)\. There are: image, Breed, hue"):
        read_manifest(path, Reading(label_column="size"))
    pq.write_table(pa.table({"image": images, "hue": ["red", "blue"]}), path)
    manifest = read_manifest(path)
    assert (manifest.class_names, [remark.code for remark in manifest.remarks]) == ((), ["no_label_column"])
    assert manifest.remarks[0].examples == ("t.parquet: image, hue",)
