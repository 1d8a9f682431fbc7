from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.core import DataError
from regraft.data.folders.folder_reading import read_folder
from regraft.data.sources import list_images


def remarks(manifest):
    """The remarks' codes, with their counts."""
    return {remark.code: remark.n for remark in manifest.remarks}


def test_a_folder_for_each_class(write_files):
    """Sub-folders are classes, in natural order; images are sorted by path."""
    manifest = read_folder(write_files("10/a.jpg", "9/b.PNG", "9/a.ppm"))
    assert manifest.paths == ("10/a.jpg", "9/a.ppm", "9/b.PNG")
    assert manifest.class_names == ("9", "10")
    assert manifest.labels.tolist() == [1, 0, 0]
    assert manifest.splits == manifest.groups == (None, None, None)
    assert all(file.is_file() for file in manifest.files())


@pytest.mark.parametrize(
    "extension", ["jpg", "jpeg", "png", "ppm", "pgm", "pbm", "bmp", "gif", "webp", "tif", "tiff", "JPG", "Tiff"]
)
def test_extensions(write_files, extension):
    """Every extension is known, in any case."""
    assert read_folder(write_files(f"cat/1.{extension}")).n_images == 1


@pytest.mark.parametrize(
    ("path", "split", "name"),
    [
        ("train/cat/1.jpg", "train", "cat"),
        ("Training/cat/1.jpg", "train", "cat"),
        ("VAL/cat/1.jpg", "val", "cat"),
        ("valid/cat/1.jpg", "val", "cat"),
        ("validation/cat/1.jpg", "val", "cat"),
        ("test/cat/1.jpg", "test", "cat"),
        ("x/Testing/00001/a.ppm", "test", "00001"),
        ("test/cat/siamese/old/1.jpg", "test", "cat"),
        ("train/cat/test/1.jpg", "train", "cat"),
        ("cat/siamese/1.jpg", None, "cat"),
    ],
)
def test_places(write_files, path, split, name):
    """A split folder at any depth names the split, the folder below it the class; deeper folders belong to it."""
    manifest = read_folder(write_files(path))
    assert manifest.splits == (split,)
    assert manifest.class_names == (name,)


def test_classes_above_splits(write_files):
    """Where every class folder holds the split folders, these are splits of the class."""
    manifest = read_folder(write_files("set/cat/train/1.jpg", "set/cat/test/2.jpg", "set/dog/train/3.jpg"))
    assert manifest.class_names == ("cat", "dog")
    assert manifest.splits == ("test", "train", "train")


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("1.jpg", "2.jpg"), r"All images are in no class folder: 2 images \(first: '1.jpg'\).*set/CLASS/image.jpg$"),
        (("x/train/1.jpg", "x/test/1.jpg"), r"All images are in no class folder: 2 images"),
        (
            ("train/1.jpg", "test/1.jpg"),
            r"set/test/CLASS/image.jpg. \(A folder called 'test' is taken for a split.*--split-folders no",
        ),
        (("train/1.jpg", "test/1.jpg", "labels.csv"), r"'labels.csv' has the labels, give the table: set/labels.csv"),
    ],
)
def test_no_image_has_a_label(write_files, paths, message):
    """Where no image is in a class folder it is an error that counts them, names the first and shows the remedies."""
    with pytest.raises(DataError, match=message):
        read_folder(write_files(*paths))


def test_hidden_files_are_left_out(write_files):
    """Leading dots and the leavings of macOS and Windows are no images; those that look like some are a remark."""
    folder = write_files("cat/1.jpg", "cat/Thumbs.db", "cat/desktop.ini", ".DS_Store", "SOURCE.json", "cat/._1.jpg")
    assert read_folder(folder).paths == ("cat/1.jpg",)
    assert remarks(read_folder(folder)) == {"leftovers": 1}
    write_files("cat/.2.jpg", ".git/3.jpg", ".git/4.txt", "__MACOSX/cat/4.jpg", ".idea/x.xml")
    manifest = read_folder(folder)
    assert manifest.paths == ("cat/1.jpg",)
    (remark,) = manifest.remarks
    assert remark.message == "4 files and folders of systems and programs are left out, 3 of them with images."
    assert remark.examples[:2] == (".git: hidden: its name begins with a dot", "__MACOSX: macOS's notes on an archive")


def test_other_files_are_counted(write_files):
    """Files with other extensions are counted and named."""
    manifest = read_folder(write_files("cat/1.jpg", "readme", *(f"cat/{number}.txt" for number in range(9))))
    (remark,) = manifest.remarks
    assert (remark.code, remark.n) == ("other_files", 10)
    assert remark.examples == (*(f"cat/{number}.txt" for number in range(9)), "readme")


def test_an_empty_folder(write_files):
    """An empty folder is an error that says what was looked for."""
    with pytest.raises(DataError, match=r"set is empty: there is no image in it \(looked for: bmp, gif.*webp\)"):
        read_folder(write_files())


def test_a_folder_of_other_files(write_files):
    """A folder without images is an error that says what was found instead."""
    with pytest.raises(DataError, match=r"no image in .*: 2 files with other extensions \(first: 'cat/a.txt'\)"):
        read_folder(write_files("cat/a.txt", "cat/b.heic"))


def test_a_folder_that_is_gone(tmp_path):
    """A folder that cannot be listed is an error, not an empty data set."""
    with pytest.raises(DataError, match="gone cannot be read"):
        read_folder(tmp_path / "gone")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_class_folder(write_files):
    """A class folder that may not be listed is an error: its images must not vanish silently."""
    folder = write_files("cat/1.jpg", "dog/1.jpg")
    (folder / "dog").chmod(0)
    try:
        with pytest.raises(DataError, match="dog cannot be read"):
            read_folder(folder)
    finally:
        (folder / "dog").chmod(0o700)


def test_linked_folders(write_files, tmp_path):
    """A linked class folder belongs to the data set, also where two links lead to the same one."""
    outside = write_files("1.jpg", folder=tmp_path / "elsewhere")
    folder = write_files("cat/1.jpg")
    (folder / "dog").symlink_to(outside)
    (folder / "eel").symlink_to(outside)
    assert read_folder(folder).paths == ("cat/1.jpg", "dog/1.jpg", "eel/1.jpg")


def test_links_in_a_circle(write_files):
    """Links to a folder above, to each other and to themselves end."""
    folder = write_files("cat/1.jpg", "dog/1.jpg")
    (folder / "cat" / "up").symlink_to(folder)
    (folder / "cat" / "here").symlink_to(folder / "cat")
    (folder / "cat" / "dog").symlink_to(folder / "dog")
    (folder / "dog" / "cat").symlink_to(folder / "cat")
    (folder / "dog" / "self").symlink_to("self")
    manifest = read_folder(folder)
    assert set(manifest.paths) == {"cat/1.jpg", "cat/dog/1.jpg", "dog/1.jpg", "dog/cat/1.jpg"}


def test_a_dangling_link_is_listed(write_files):
    """A link to a file that is gone is an image that cannot be read later, not one that was never there."""
    folder = write_files("cat/1.jpg")
    (folder / "cat" / "2.jpg").symlink_to("nowhere.jpg")
    assert read_folder(folder).paths == ("cat/1.jpg", "cat/2.jpg")


def test_a_folder_that_is_called_like_an_image(write_files):
    """A folder is a folder, whatever its name."""
    assert read_folder(write_files("cat.jpg/1.jpg", "dog.jpg/1.jpg")).class_names == ("cat.jpg", "dog.jpg")


NAMES = st.binary(min_size=1, max_size=8).filter(lambda name: not set(name) & set(b"\0/") and not name.startswith(b"."))


@given(classes=st.lists(NAMES, min_size=2, max_size=3, unique=True), name=NAMES)
def test_names_of_any_bytes(tmp_path_factory, classes, name):
    """Classes and files may be called anything: newlines, quotes, bytes that are no UTF-8."""
    folder = tmp_path_factory.mktemp("set")
    for place in classes:
        path = folder / "train" / os.fsdecode(b"x" + place)
        path.mkdir(parents=True)
        (path / os.fsdecode(name + b".jpg")).write_bytes(b"pixels")
    manifest = read_folder(folder)
    assert manifest.n_classes == len(classes)
    assert all(file.read_bytes() == b"pixels" for file in manifest.files())
    "".join(manifest.class_names).encode("utf-8")


def test_images_to_predict(write_files, monkeypatch):
    """Files and folders are listed in the order in which they are named, each file once, relative to where we are."""
    folder = write_files("b.jpg", "sub/a.jpg", "sub/deep/c.png", "sub/d.txt")
    monkeypatch.chdir(folder)
    manifest = list_images(["sub", "b.jpg", Path("sub/a.jpg"), folder / "b.jpg", "./b.jpg"])
    assert manifest.paths == ("sub/a.jpg", "sub/deep/c.png", "b.jpg")
    assert manifest.labels.tolist() == [-1, -1, -1]
    assert manifest.class_names == ()
    assert [(one.code, one.n, one.examples) for one in manifest.remarks] == [("other_files", 1, ("sub/d.txt",))]
    assert all(file.is_file() for file in manifest.files())


def test_images_elsewhere(write_files, tmp_path, monkeypatch):
    """Images that are not below the working folder have absolute paths."""
    folder = write_files("cat/1.jpg")
    monkeypatch.chdir(write_files("x", folder=tmp_path / "work"))
    assert list_images([folder]).paths == (f"{folder.as_posix()}/cat/1.jpg",)
    assert list_images(["../set"]).paths == (f"{folder.as_posix()}/cat/1.jpg",)


def test_the_working_folder(write_files, monkeypatch):
    """`.` is everything below the working folder."""
    monkeypatch.chdir(write_files("cat/1.jpg", "2.jpg"))
    assert list_images(["."]).paths == ("2.jpg", "cat/1.jpg")


def test_files_that_are_not_there(tmp_path, monkeypatch):
    """A named file is taken as it is, whatever its extension and whether it exists: reading it will tell."""
    monkeypatch.chdir(tmp_path)
    names = ("gone.jpg", "notes.txt", "x" * 5000)
    assert list_images(names).paths == names


def test_a_folder_without_images_to_predict(write_files):
    """A folder that holds no image is an error, not an empty answer."""
    with pytest.raises(DataError, match=r"1 file with other extensions \(first: 'a.txt'\)"):
        list_images([write_files("a.txt")])


def test_nothing_to_predict():
    """No places are no images."""
    assert len(list_images([])) == 0
