"""Shards of all formats: what is written is read, and damage is told."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regraft.core import DataError, OptionError
from regraft.data import Reading, fingerprint_manifest, list_images, read_manifest, stored
from regraft.data.shards import parquets, row_streams
from regraft.data.shards.class_lists import read_class_list
from regraft.data.unreadable import UnreadableImageError
from regraft.datasets.writing import ShardRow, format_class_list

SUFFIXES = (".tfrecord", ".tar", ".parquet")
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(manifest):
    """What a manifest says of each image, by its path."""
    names = [manifest.class_names[label] if label >= 0 else None for label in manifest.labels.tolist()]
    contents = [image.read() for image in manifest.files()]
    return dict(zip(manifest.paths, zip(names, manifest.splits, manifest.groups, contents, strict=True), strict=True))


def meant(rows, split=None):
    """The same of the rows that were written."""
    return {row.name: (row.text or None, split, row.group or None, row.content) for row in rows}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read(suffix, tmp_path, make_rows, write_shard):
    """Names, classes, groups, splits and bytes of two shards come back, sorted by path; images without label, too."""
    rows = make_rows(7)
    for split, some in (("train", rows[:4]), ("test", rows[4:])):
        write_shard(tmp_path / f"{split}-000000{suffix}", some)
    manifest = read_manifest(tmp_path)
    assert told(manifest) == meant(rows[:4], "train") | meant(rows[4:], "test")
    assert list(manifest.paths) == sorted(manifest.paths)
    assert manifest.class_names == ("cat", 'say "cheese"\\')
    assert not manifest.unreadable
    assert len(told(manifest.select([1, 2]))) == 2


@SETTINGS
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), text=NAMES, suffix=st.sampled_from(SUFFIXES))
def test_names_in_every_script(names, text, suffix, tmp_path, write_shard):
    """Any text is a name of images and classes: quotes, line ends, nothing printable."""
    rows = [ShardRow(row, name, b"x", "jpg", 1, 1, 0, text, "") for row, name in enumerate(names)]
    manifest = read_manifest(write_shard(tmp_path / f"s{suffix}", rows, (text,)))
    assert told(manifest) == meant(rows)


@pytest.mark.parametrize("suffix", [".tfrecord", ".tar"])
def test_names_that_are_no_unicode(suffix, tmp_path, write_shard):
    """Bytes of a file's name that are no UTF-8 are kept."""
    rows = [ShardRow(0, "caf\udce9.jpg", b"x", "jpg", 1, 1, 0, "cat", "")]
    assert read_manifest(write_shard(tmp_path / f"s{suffix}", rows)).paths == ("caf\udce9.jpg",)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_cut_off_anywhere(suffix, tmp_path, make_rows, write_shard):
    """A shard cut off at any byte gives whole images of those that are there, and says that something is missing."""
    rows = make_rows(3)
    whole = write_shard(tmp_path / f"w{suffix}", rows).read_bytes()
    ends = {"starts": set(), ".tfrecord": record_ends(whole) if suffix == ".tfrecord" else set()}
    step = 1 if suffix == ".tfrecord" else 13
    for n_bytes in range(0, len(whole), step):
        path = tmp_path / f"cut{suffix}"
        path.write_bytes(whole[:n_bytes])
        found, is_told = read_carefully(path)
        assert found.items() <= meant(rows).items(), n_bytes
        is_end = n_bytes in ends.get(suffix, set())
        is_whole = suffix == ".tar" and len(found) == 3  # half of the end mark is there
        assert is_told or is_end or is_whole, n_bytes


def record_ends(content):
    """Where records end: a file that ends there is a whole one, for all that the format knows."""
    place, ends = 0, set()
    while place < len(content):
        place += 16 + int.from_bytes(content[place : place + 8], "little")
        ends.add(place)
    return ends


def read_carefully(path):
    """The images of a shard that can be read, and whether anything was told of others."""
    try:
        manifest = read_manifest(path)
    except DataError:
        return {}, True
    prints = fingerprint_manifest(manifest)
    readable = manifest.select([row for row, digest in enumerate(prints.digests) if digest])
    return told(readable), bool(prints.unreadable)


def test_flipped_bits_of_a_tfrecord(tmp_path, make_rows, write_shard):
    """Each bit of a record is under a checksum: a flipped one is told, and never gives another image or label."""
    rows = make_rows(3)
    whole = bytearray(write_shard(tmp_path / "w.tfrecord", rows).read_bytes())
    path = tmp_path / "flipped.tfrecord"
    for place in range(len(whole)):
        whole[place] ^= 1 << place % 8
        path.write_bytes(whole)
        found, is_told = read_carefully(path)
        assert is_told, place
        assert found.items() <= meant(rows).items(), place
        whole[place] ^= 1 << place % 8


@pytest.mark.parametrize("suffix", [".tar", ".parquet"])
def test_flipped_bytes_never_crash(suffix, tmp_path, make_rows, write_shard):
    """Damage anywhere gives images and reasons, or an error of the data."""
    whole = bytearray(write_shard(tmp_path / f"w{suffix}", make_rows(2)).read_bytes())
    path = tmp_path / f"flipped{suffix}"
    for place in range(0, len(whole), 11):
        whole[place] ^= 0xFF
        path.write_bytes(whole)
        read_carefully(path)
        whole[place] ^= 0xFF


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_shard_that_changes_after_it_was_listed(suffix, tmp_path, make_rows, write_shard):
    """A file that becomes shorter, or is gone before it is opened again, is a reason and no crash."""
    path = write_shard(tmp_path / f"s{suffix}", make_rows(3))
    images = read_manifest(path).files()
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UnreadableImageError):
        images[2].read()
    images = read_manifest(write_shard(path, make_rows(3))).files()
    path.unlink()
    stored._open.cache_clear()
    with pytest.raises(UnreadableImageError, match=r"missing|damaged"):
        images[2].read()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_ways_to_name_shards(suffix, tmp_path, make_rows, write_shard, monkeypatch):
    """A folder, one shard, and a pattern of names; a folder with pictures in it is no set of shards."""
    rows = make_rows(4)
    (tmp_path / "deep").mkdir()
    write_shard(tmp_path / "deep" / f"train-000000{suffix}", rows[:2])
    write_shard(tmp_path / "deep" / f"test-000000{suffix}", rows[2:])
    assert len(read_manifest(tmp_path)) == 4
    assert len(read_manifest(tmp_path / "deep" / f"test-000000{suffix}")) == 2
    assert set(read_manifest(f"{tmp_path}/deep/train-*").splits) == {"train"}
    with pytest.raises(DataError, match="No shard is called like"):
        read_manifest(f"{tmp_path}/deep/val-*")
    monkeypatch.chdir(tmp_path)
    listed = list_images(["deep", f"deep/test-000000{suffix}"])
    assert len(listed) == 4
    assert all(path.startswith("deep/cat/") for path in listed.paths)
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.jpg").write_bytes(b"x")
    assert read_manifest(tmp_path).paths == ("cat/1.jpg",)


def test_missing_and_empty_shards(tmp_path, make_rows, write_shard):
    """What the names count and is not there, and a shard of no bytes, are reported."""
    write_shard(tmp_path / "x_00000-of-00003.tfrecord", make_rows(2))
    (tmp_path / "x_00002-of-00003.tfrecord").touch()
    reasons = {record.path.rpartition("/")[2]: record.reason for record in read_manifest(tmp_path).unreadable}
    assert reasons == {"x_00001-of-00003.tfrecord": "missing", "x_00002-of-00003.tfrecord": "empty"}
    (tmp_path / "x_00000-of-00003.tfrecord").unlink()
    with pytest.raises(DataError, match="There is no image in 1 shard of"):
        read_manifest(tmp_path)


def test_names_that_two_images_share(tmp_path, write_shard):
    """An image without a name of its own is called by its shard and its place."""
    rows = [
        ShardRow(row, name, b"x", "jpg", 1, 1, 0, "cat", "") for row, name in enumerate(("1.jpg", "1.jpg", "2.jpg"))
    ]
    manifest = read_manifest(write_shard(tmp_path / "x_train.tfrecord", rows))
    assert manifest.paths == ("2.jpg", "x_train.tfrecord#0", "x_train.tfrecord#1")
    assert str(manifest.files()[1]) == f"{tmp_path / 'x_train.tfrecord'}#0"


def test_class_names(tmp_path, write_shard):
    """A number's name comes from the records, else from labels.txt, else it is the number; an empty class is none."""

    def classes(*pairs):
        rows = [ShardRow(row, f"{row}", b"x", "jpg", 1, 1, *pair, "") for row, pair in enumerate(pairs)]
        return read_manifest(write_shard(tmp_path / "s.tfrecord", rows)).class_names

    assert classes((1, ""), (2, ""), (10, "")) == ("1", "2", "10")
    (tmp_path / "labels.txt").write_text("0:background\n1:tench: a fish\n\nnonsense\n2:crane\n3:crane\n", "utf-8")
    assert classes((1, ""), (2, "")) == ("crane", "tench: a fish")
    assert classes((2, ""), (3, "")) == ("crane (2)", "crane (3)")
    assert classes((1, "shark"), (7, "")) == ("7", "shark")
    assert classes((1, "shark"), (1, "whale")) == ("tench: a fish",)


@given(st.lists(NAMES, max_size=5))
def test_the_list_of_classes_has_one_line_for_each(names):
    """Whatever a class is called, it takes one line of labels.txt."""
    assert [line.partition(":")[0] for line in format_class_list(names).split("\n")[:-1]] == [
        str(number) for number in range(len(names))
    ]


def test_a_list_of_classes_that_is_none(tmp_path):
    """Where there is no list, or it is no text, there are no names."""
    assert read_class_list(tmp_path).names == {}
    (tmp_path / "labels.txt").write_bytes(b"\xff\xfe\x00:\x99\n5:ok\r\n")
    assert read_class_list(tmp_path).names == {5: "ok"}


def test_a_list_of_classes_with_a_long_line(tmp_path):
    """Blanks behind a number are passed in one go, however many there are."""
    (tmp_path / "labels.txt").write_text("0" + " " * 1_000_000 + "\n1 cat\n")
    assert read_class_list(tmp_path).names == {0: "0", 1: "1 cat"}


def test_shards_in_any_order_are_hashed_in_theirs(tmp_path, make_rows, write_shard):
    """Digests stand in the manifest's order, whatever the order in which the images lie."""
    rows = make_rows(40)
    write_shard(tmp_path / "a.parquet", rows[20:])
    write_shard(tmp_path / "b.parquet", rows[:20])
    manifest = read_manifest(tmp_path)
    digests = fingerprint_manifest(manifest).digests
    for row in range(len(manifest)):
        assert fingerprint_manifest(manifest.select([row])).digests == (digests[row],)


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
    assert told(manifest) == meant(rows)
    images = manifest.files()
    expected = [rows[image.number].content for image in images]
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


def test_columns_are_for_tables(tmp_path, make_rows, write_shard):
    """What is said of columns where there are none is an error, never ignored."""
    with pytest.raises(OptionError, match="--label-column is for tables and Parquet files"):
        read_manifest(write_shard(tmp_path / "s.tfrecord", make_rows(2)), Reading(label_column="x"))
    with pytest.raises(OptionError, match="--root is for tables"):
        read_manifest(tmp_path / "s.tfrecord", Reading(root=tmp_path))
    for name in ("cat", "dog"):
        (tmp_path / "set" / name).mkdir(parents=True)
        (tmp_path / "set" / name / "1.jpg").touch()
    with pytest.raises(OptionError, match="--label-column is for tables"):
        read_manifest(tmp_path / "set", Reading(label_column="x"))
