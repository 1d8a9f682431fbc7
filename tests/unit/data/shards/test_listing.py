"""What labels, lists of classes and folders in archives say of the images."""

from __future__ import annotations

import pytest

from regraft.core import OptionError
from regraft.data import Reading, read_manifest


def labels(manifest):
    """Class by path."""
    names = [manifest.class_names[label] if label >= 0 else None for label in manifest.labels.tolist()]
    return dict(zip(manifest.paths, names, strict=True))


def told(manifest):
    """How many cases of each remark."""
    return {remark.code: remark.n for remark in manifest.remarks}


def folders(prefix="", n=2):
    """Images of two class folders."""
    return [(f"{prefix}{name}/{number}.jpg", b"x") for name in ("cat", "dog") for number in range(n)]


def test_an_archive_of_class_folders(read):
    """Images in folders, and nothing else that says a class: the folders are classes and splits."""
    names = [f"set/{split}/{name}/{n}.jpg" for split in ("train", "test") for name in ("cat", "dog") for n in range(2)]
    manifest = read(*((f"./{name}", name.encode()) for name in names))
    assert labels(manifest) == {name: name.split("/")[2] for name in names}
    assert list(manifest.splits) == [name.split("/")[1] for name in manifest.paths]
    assert [image.read().decode() for image in manifest.files()] == list(manifest.paths)
    assert told(manifest) == {"folders_as_classes": 8, "unwrapped": 1}


@pytest.mark.parametrize(
    ("text", "names", "codes"),
    [
        ("cat\ndog\nfish\n", {"cat", "fish"}, {}),
        ("0 cat\n1 dog\n2 fish\n", {"cat", "fish"}, {}),
        ("0,cat\r\n1,dog\r\n2,fish", {"cat", "fish"}, {}),
        ("0:cat\n1:dog\n2:fish\n", {"cat", "fish"}, {}),
        ("0:cat\ndog\n2:fish\n2:bird\n", {"cat", "fish"}, {"class_list_lines": 2}),
        ("2 wheels\n3 wheels\n4 wheels\n", {"2 wheels", "4 wheels"}, {}),
        ("cat\n", {"cat", "2"}, {"class_list_gaps": 1}),
        ("3:cat\n", {"0", "2"}, {"class_list_gaps": 2}),
    ],
)
def test_lists_of_classes(text, names, codes, read):
    """Names alone are numbered by their lines; numbers may stand before them; what disagrees is told."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"0"), ("b.jpg", b"x"), ("b.cls", b"2"), labels=text)
    assert (set(manifest.class_names), told(manifest)) == (names, codes)


def test_names_that_are_counted_from_one(read):
    """Labels from 1 to the number of names mean the first to the last line."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"1"), ("b.jpg", b"x"), ("b.cls", b"3"), labels="cat\ndog\nfish\n")
    assert labels(manifest) == {"a.jpg": "cat", "b.jpg": "fish"}
    assert told(manifest) == {"class_list_from_one": 3}


def test_words_that_mean_no_label(read):
    """As in tables, `nan` is what programs write for nothing."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"nan"), ("b.jpg", b"x"), ("b.cls", b"cat"))
    assert (labels(manifest), told(manifest)) == ({"a.jpg": None, "b.jpg": "cat"}, {"no_label_words": 1})


def test_minus_one_is_no_label(read):
    """As in tables: beside other numbers it is none, and counted; beside 1 alone it is the other class."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"-1"), ("b.jpg", b"x"), ("b.cls", b"0"))
    assert (labels(manifest), told(manifest)) == ({"a.jpg": None, "b.jpg": "0"}, {"label_minus_one": 1})
    manifest = read(("a.jpg", b"x"), ("a.cls", b"-1"), ("b.jpg", b"x"), ("b.cls", b"1"))
    assert (labels(manifest), told(manifest)) == ({"a.jpg": "-1", "b.jpg": "1"}, {})


def test_whether_folders_of_an_archive_are_splits(tmp_path, read):
    """The option is obeyed where folders say the classes, and refused where they say nothing."""
    manifest = read(*folders("train/"), *folders("test/"))
    assert set(manifest.splits) == {"train", "test"}
    manifest = read_manifest(tmp_path, Reading(split_folders="no"))
    assert (set(manifest.splits), set(manifest.class_names)) == ({None}, {"train", "test"})
    read(("0.jpg", b"x"), ("0.cls", b"cat"))
    with pytest.raises(OptionError, match="--split-folders is for folders"):
        read_manifest(tmp_path, Reading(split_folders="no"))
    (tmp_path / "t.csv").write_text("path,label\n1.jpg,cat\n")
    with pytest.raises(OptionError, match=r"--split-folders is for folders.*a table"):
        read_manifest(tmp_path / "t.csv", Reading(split_folders="yes"))


def test_folders_where_a_few_images_say_more(read):
    """A stray text is no class; one label of its own leaves the folders to the others; only those are counted."""
    manifest = read(*folders(n=3), ("dog/2.txt", b"a sleeping one"))
    assert [labels(manifest)[f"dog/{n}.jpg"] for n in range(3)] == ["dog"] * 3
    assert told(manifest) == {"few_texts": 1, "folders_as_classes": 6}
    manifest = read(("cat/9.jpg", b"x"), ("cat/9.cls", b"lion"), *folders(), ("top.jpg", b"x"))
    assert labels(manifest) == {name: name.partition("/")[0] for name, _content in folders()} | {
        "cat/9.jpg": "lion",
        "top.jpg": None,
    }
    assert told(manifest)["folders_as_classes"] == 4


@pytest.mark.parametrize(
    ("known", "label", "codes"),
    [
        (b'{"label": ', None, {"json_not_read": 1}),
        (b"[1]", None, {"json_not_read": 1}),
        (b'{"group": "' + b"g" * (1 << 20) + b'"}', None, {"json_not_read": 1}),
        (b'{"group": ', b"cat", {"json_not_read": 1}),
        (b"{}", b"c" * 4097, {"label_not_read": 1}),
        (b'{"label": "' + b"c" * 4097 + b'"}', None, {"label_not_read": 1}),
    ],
    ids=["broken", "list", "long", "beside", "long cls", "long label"],
)
def test_labels_that_cannot_be_read(known, label, codes, read):
    """What is broken or too long is said to be that, once, and never that it says no class."""
    more = [] if label is None else [("a.cls", label)]
    manifest = read(("a.jpg", b"x"), ("a.json", known), *more)
    assert told(manifest) == codes


def test_names_that_may_be_counted_from_one(read):
    """Where no label is 0 and the last name is not reached, what was guessed is said."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"1"), ("b.jpg", b"x"), ("b.cls", b"2"), labels="cat\ndog\nbird\n")
    assert labels(manifest) == {"a.jpg": "dog", "b.jpg": "bird"}
    assert told(manifest) == {"class_list_from_zero": 3}


def test_zeros_before_a_number(read):
    """`007` is another class than 7, as in tables, but the seventh of a list where there is one."""
    members = [
        (f"{n}.{kind}", content)
        for n, label in enumerate((b"007", b"7", b"7.0"))
        for kind, content in (("jpg", b"x"), ("cls", label))
    ]
    assert labels(read(*members)) == {"0.jpg": "007", "1.jpg": "7", "2.jpg": "7"}
    assert set(labels(read(*members, labels="7:cat\n")).values()) == {"cat"}


def test_labels_that_may_mean_none(read):
    """NA stays a class, and -1 beside 0 and 1 none: either is said with the way out."""
    manifest = read(("a.jpg", b"x"), ("a.cls", b"NA"), ("b.jpg", b"x"), ("b.cls", b"cat"))
    assert (labels(manifest), told(manifest)) == ({"a.jpg": "NA", "b.jpg": "cat"}, {"na_is_class": 1})
    three = [(f"{n}.{kind}", content) for n in (-1, 0, 1) for kind, content in (("jpg", b"x"), ("cls", b"%d" % n))]
    (remark,) = read(*three).remarks
    assert (remark.severity, remark.n) == ("warning", 1)
    assert "write them as words" in remark.message
