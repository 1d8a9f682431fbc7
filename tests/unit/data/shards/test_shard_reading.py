"""Shards of all formats: what is written is read, and damage is told."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regraft.core import DataError, OptionError
from regraft.data import Reading, fingerprint_manifest, list_images, read_manifest
from regraft.data.files import stored
from regraft.data.files.unreadable import UnreadableImageError
from regraft.datasets.writing import ShardRow

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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_shards_in_any_order_are_hashed_in_theirs(tmp_path, make_rows, write_shard):
    """Digests stand in the manifest's order, whatever the order in which the images lie."""
    rows = make_rows(40)
    write_shard(tmp_path / "a.parquet", rows[20:])
    write_shard(tmp_path / "b.parquet", rows[:20])
    manifest = read_manifest(tmp_path)
    digests = fingerprint_manifest(manifest).digests
    for row in range(len(manifest)):
        assert fingerprint_manifest(manifest.select([row])).digests == (digests[row],)


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
