"""Archives as people write them: what belongs together is found, and what is not used is told."""

from __future__ import annotations

import importlib

import pytest

from regraft.core import DataError
from regraft.data import read_manifest


def labels(manifest):
    """Class by path."""
    names = [manifest.class_names[label] if label >= 0 else None for label in manifest.labels.tolist()]
    return dict(zip(manifest.paths, names, strict=True))


def told(manifest):
    """How many cases of each remark."""
    return {remark.code: remark.n for remark in manifest.remarks}


def test_keys_with_dots(read):
    """`a.v1.jpg` belongs to `a.v1.cls`, whatever stands behind the first dot; a label of the plain key is for all."""
    manifest = read(
        ("a.v1.jpg", b"1"), ("a.v1.cls", b"cat"), ("a.v2.jpg", b"2"), ("a.v2.cls", b"dog"),
        ("b.1.5.jpg", b"3"), ("b.1.5.json", b'{"label": "cat"}'),
        ("c.left.png", b"4"), ("c.right.png", b"5"), ("c.cls", b"dog"),
    )  # fmt: skip
    assert labels(manifest) == {
        "a.v1.jpg": "cat", "a.v2.jpg": "dog", "b.1.5.jpg": "cat", "c.left.png": "dog", "c.right.png": "dog",
    }  # fmt: skip
    assert told(manifest) == {"dotted_keys": 2}


def test_other_ways_to_name_a_label(read):
    """`a.jpg.cls`, `b.cls.txt`, capitals, fractions that are none."""
    manifest = read(
        ("a.jpg", b"1"), ("a.jpg.cls", b"1"), ("b.jpg", b"2"), ("b.cls.txt", b"2\n"),
        ("C.JPG", b"3"), ("C.CLS", b"1.0"),
    )  # fmt: skip
    assert labels(manifest) == {"a.jpg": "1", "b.jpg": "2", "C.JPG": "1"}
    assert told(manifest) == {}


@pytest.mark.parametrize("word", ["input", "image", "rgb", "img"])
def test_images_with_a_word(word, read):
    """`KEY.input.jpg` is the image of KEY; what else has a word is not, and is counted."""
    manifest = read(
        (f"a.{word}.jpg", b"1"), ("a.target.png", b"2"), ("a.cls", b"0"),
        ("b.seg.png", b"3"), ("b.jpg", b"4"), ("b.cls", b"1"), ("b.xml", b"<a/>"),
        ("c.photo7.jpg", b"5"), ("c.mask.png", b"6"), ("c.cls", b"1"),
    )  # fmt: skip
    assert labels(manifest) == {f"a.{word}.jpg": "0", "b.jpg": "1", "c.photo7.jpg": "1"}
    assert told(manifest) == {"unused_members": 4}


def test_companions_of_macos(read):
    """What macOS puts beside each file separates no label from its image."""
    manifest = read(
        *((name, b"3") for key in "ab" for name in (f"._{key}.cls", f"{key}.cls", f"._{key}.jpg", f"{key}.jpg"))
    )
    assert labels(manifest) == {"a.jpg": "3", "b.jpg": "3"}
    assert told(manifest) == {"system_members": 4}


def test_labels_that_stand_apart(read):
    """All images first and all labels behind them is an archive like any other; a label without image is told."""
    manifest = read(("a.jpg", b"1"), ("b.jpg", b"2"), ("a.cls", b"5"), ("b.cls", b"6"), ("c.cls", b"7"))
    assert labels(manifest) == {"a.jpg": "5", "b.jpg": "6"}
    assert told(manifest) == {"labels_without_image": 1}


def test_two_images_of_one_key(read):
    """The first is read, the other is named."""
    manifest = read(("a.jpg", b"1"), ("a.png", b"2"), ("a.cls", b"5"))
    assert labels(manifest) == {"a.jpg": "5"}
    assert [(one.code, one.severity, one.examples) for one in manifest.remarks] == [
        ("several_images", "warning", ("a.png",))
    ]


def test_texts_beside_images(read):
    """Short ones that repeat are classes, others are captions; either is told, and a `cls` comes first."""
    pairs = [
        (f"{n}.{kind}", content)
        for n in range(6)
        for kind, content in (("jpg", b"x"), ("txt", b"cat" if n % 2 else b"dog\n"))
    ]
    manifest = read(*pairs)
    assert (set(labels(manifest).values()), told(manifest)) == ({"cat", "dog"}, {"text_as_class": 6})
    captions = [
        (f"{n}.{kind}", content) for n in range(6) for kind, content in (("jpg", b"x"), ("txt", b"A cat, %d" % n))
    ]
    manifest = read(*captions)
    assert (set(labels(manifest).values()), told(manifest)) == ({None}, {"captions": 6})
    manifest = read(*captions, *((f"{n}.cls", b"1") for n in range(6)))
    assert (set(labels(manifest).values()), told(manifest)) == ({"1"}, {})


def test_json_without_a_label(read):
    """JSON says the class under several names; where it says none, that is told."""
    manifest = read(
        ("a.jpg", b"x"), ("a.json", b'{"class_id": 3}'), ("b.jpg", b"x"), ("b.json", b'{"category": ["cat"]}'),
        ("c.jpg", b"x"), ("c.json", b'{"width": 3}'), ("d.jpg", b"x"), ("d.json", b'{"label": [1, 2]}'),
    )  # fmt: skip
    assert labels(manifest) == {"a.jpg": "3", "b.jpg": "cat", "c.jpg": None, "d.jpg": None}
    assert told(manifest) == {"json_without_label": 1, "label_not_read": 1}


@pytest.mark.parametrize("name", ["BZ_0001.jpg", "\x1f\x8b.jpg", "(µ.jpg", "GIF89a.jpg"])
def test_any_name_of_the_first_member(name, read):
    """An archive begins with the name of its first member, which says nothing of compression."""
    manifest = read((name, b"1"), (f"{name[:-4]}.cls", b"cat"))
    assert labels(manifest) == {name: "cat"}


@pytest.mark.parametrize(
    ("module", "ending", "command"),
    [("gzip", ".gz", "gunzip -k"), ("bz2", ".bz2", "bunzip2 -k"), ("lzma", ".xz", "unxz -k")],
)
def test_compressed_under_the_name_of_a_plain_archive(module, ending, command, tmp_path, read):
    """What the file is, how it should be called, and the command that unpacks it."""
    read(("0.jpg", b"1"), ("0.cls", b"cat"))
    path = tmp_path / "x.tar"
    path.write_bytes(importlib.import_module(module).compress(path.read_bytes()))
    with pytest.raises(DataError, match=rf"call it x\.tar{ending}, and unpack it \({command} x\.tar{ending}\)"):
        read_manifest(path)


def test_archives_that_were_joined(read):
    """Where a name repeats, another sample begins: each image keeps its own label."""
    manifest = read(("0.jpg", b"1"), ("0.cls", b"cat"), ("0.jpg", b"2"), ("0.cls", b"dog"))
    assert labels(manifest) == {"x.tar#0": "cat", "x.tar#1": "dog"}
    manifest = read(("0.cls", b"cat"), ("0.jpg", b"1"), ("0.cls", b"dog"), ("0.jpg", b"2"))
    assert labels(manifest) == {"x.tar#0": "cat", "x.tar#1": "dog"}


def test_a_second_label_of_one_image(read):
    """The first one counts, the other is named."""
    manifest = read(("0.jpg", b"1"), ("0.cls", b"cat"), ("0.cls", b"dog"))
    assert labels(manifest) == {"0.jpg": "cat"}
    assert told(manifest) == {"unused_members": 1}


def test_other_files_beside_shards(tmp_path, read):
    """They are named; packed ones with a warning and the command, and hidden ones are told and match no pattern."""
    for name, content in {"train-003.tar.zst": b"\x28\xb5\x2f\xfd", "a.part": b"\1", "labels.csv": b"x,y\n"}.items():
        (tmp_path / name).write_bytes(content)
    manifest = read(("0.jpg", b"1"), ("0.cls", b"cat"))
    assert [(remark.code, remark.severity, remark.examples) for remark in manifest.remarks] == [
        ("packed_files", "warning", ("train-003.tar.zst",)),
        ("other_files", "note", ("a.part", "labels.csv")),
    ]
    assert "unzstd" in manifest.remarks[0].message
    (tmp_path / "x.tar").rename(tmp_path / ".hid.tar")
    read(("1.jpg", b"1"), ("1.cls", b"cat"))
    (tmp_path / "._x.tar").write_bytes(b"of macOS")
    assert {one.code: one.examples for one in read_manifest(tmp_path).remarks}["hidden_shards"] == (".hid.tar",)
    manifest = read_manifest(f"{tmp_path}/*")
    assert (manifest.paths, told(manifest)) == (("1.jpg",), {"packed_files": 1, "other_files": 2})


def test_one_archive_beside_images_without_extensions(tmp_path, read):
    """Images that are known by their content win over a stray archive, as those by name do."""
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1").write_bytes(b"\xff\xd8\xff\xe0" + bytes(40))
    manifest = read(("0.jpg", b"1"), name="backup.tar")
    assert manifest.paths == ("cat/1", "dog/1")
    assert told(manifest) == {"by_content": 2, "other_files": 1}


def test_a_folder_with_a_compressed_archive_alone(tmp_path):
    """The error says how to unpack it."""
    (tmp_path / "y.tar.gz").write_bytes(b"\x1f\x8b\x08\0")
    with pytest.raises(DataError, match=r"1 file with other extensions.* gunzip -k .*y\.tar\.gz"):
        read_manifest(tmp_path)


def folders(prefix="", n=2):
    """Images of two class folders."""
    return [(f"{prefix}{name}/{number}.jpg", b"x") for name in ("cat", "dog") for number in range(n)]


def test_names_that_begin_with_a_slash_or_lead_upwards(read):
    """Neither hides the folders, nor the images."""
    assert set(labels(read(*folders("/abs/"))).values()) == {"cat", "dog"}
    assert set(labels(read(*folders("../"))).values()) == {"cat", "dog"}


def test_content_decides_in_archives(read):
    """An image of another extension is read; one of a format that cannot be read is unreadable, with what to do."""
    jpeg = b"\xff\xd8\xff\xe0" + bytes(40)
    manifest = read(
        ("0.jpeg2", jpeg), ("0.cls", b"cat"), ("1.jpg", b"x"), ("1.cls", b"dog"), ("1.seg", jpeg),
        ("2.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    )  # fmt: skip
    assert labels(manifest) == {"0.jpeg2": "cat", "1.jpg": "dog"}
    assert told(manifest) == {"by_content": 1, "unused_members": 1}
    assert [(one.path.rpartition("#")[2], one.reason) for one in manifest.unreadable] == [("2.heic", "unsupported")]


def test_an_archive_without_an_image_says_what_it_holds(read):
    """What was noticed is not thrown away with the error."""
    with pytest.raises(
        DataError, match=r"There is no image in 1 shard.* 1 member was passed over: .* 1 member was not"
    ):
        read((".hidden/0.jpg", b"x"), ("0.xml", b"<a/>"))
