from __future__ import annotations

import os

import pytest

from regraft.core import DataError
from regraft.data.folders.folder_reading import read_folder
from regraft.data.manifest import require_classes
from regraft.data.reading import Reading
from regraft.data.sources import list_images

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def found(folder, reading=None):
    """The remarks of a folder by their codes."""
    return {remark.code: remark for remark in read_folder(folder, reading).remarks}


def test_unlabelled_test_images(write_files):
    """A split without class folders is left out, with how many images, where, and what to do."""
    folder = write_files("train/cat/1.jpg", "train/dog/1.jpg", "test/1.jpg", "test/2.jpg", "train/3.jpg")
    assert read_folder(folder).paths == ("train/cat/1.jpg", "train/dog/1.jpg")
    remark = found(folder)["unlabelled_images"]
    assert remark.severity == "warning"
    assert remark.message.startswith(
        "3 images in no class folder are left out ('test', 'train'). To learn from them, put"
    )
    assert remark.message.endswith("use regraft predict.")
    assert remark.examples == ("test/1.jpg", "test/2.jpg", "train/3.jpg")


def test_unlabelled_images_can_be_kept(write_files):
    """Whoever needs no labels gets all images, and the remark says so."""
    folder = write_files("train/cat/1.jpg", "train/dog/1.jpg", "test/1.jpg", "x.jpg")
    manifest = read_folder(folder, Reading(keep_unlabelled=True))
    assert manifest.n_images == 4
    assert manifest.labels.tolist() == [-1, 0, 1, -1]
    assert manifest.splits == ("test", "train", "train", None)
    assert manifest.remarks[0].message.startswith("2 images in no class folder are without a label")
    assert read_folder(write_files("1.jpg", folder=folder / "flat"), Reading(keep_unlabelled=True)).n_images == 1


def test_images_beside_splits(write_files):
    """Folders beside the splits are in none: they are left out with a warning and two ways out."""
    folder = write_files("train/cat/1.jpg", "test/cat/1.jpg", "extra/cat/1.jpg", "extra/dog/2.jpg")
    remark = found(folder)["outside_splits"]
    assert (remark.severity, remark.n) == ("warning", 2)
    assert "in 'extra' are left out: beside the splits ('train', 'test'), and in none." in remark.message.replace(
        "('test', 'train')", "('train', 'test')"
    )
    assert "--split-folders no" in remark.message
    assert read_folder(folder, Reading(split_folders="no")).class_names == ("extra", "test", "train")


def test_masks(write_files):
    """Masks beside the images are left out, and named."""
    remark = found(write_files("images/cat/1.jpg", "images/dog/1.jpg", "masks/1.png"))["annotations"]
    assert remark.examples == ("masks/1.png",)


def test_what_was_guessed_is_said(write_files):
    """Splits by a guess, classes called like a split, wrappings and joined sets are each a note with the way out."""
    intel = found(
        write_files("seg_train/seg_train/a/1.jpg", "seg_train/seg_train/b/1.jpg", "seg_test/seg_test/a/2.jpg")
    )
    assert intel["split_folders"].examples == ("seg_test: test", "seg_train: train")
    assert "--split-folders no" in intel["split_folders"].message
    assert intel["unwrapped"].examples == ("seg_test/seg_test", "seg_train/seg_train")


def test_a_class_called_train(write_files):
    """A class called like a split is said, with the way out."""
    folder = write_files("car/1.jpg", "plane/1.jpg", "train/1.jpg")
    remark = found(folder)["class_like_split"]
    assert (remark.examples, remark.severity) == (("train",), "note")
    assert "--split-folders yes" in remark.message
    assert read_folder(folder, Reading(split_folders="yes")).class_names == ("car", "plane")
    assert found(folder, Reading(split_folders="yes"))["unlabelled_images"].examples == ("train/1.jpg",)
    assert "class_like_split" not in found(folder, Reading(split_folders="no"))


def test_plain_folders_need_no_word(write_files):
    """Classes, or plain splits of classes, are read without a remark."""
    assert not found(write_files("train/cat/1.jpg", "test/dog/1.jpg"))
    assert not found(write_files("1/a.jpg", "2/b.jpg", folder=write_files() / "other"))


def test_joined_sets(write_files):
    """Two data sets in one folder are read as one, and that is said."""
    assert found(write_files("a/train/x/1.jpg", "a/test/x/1.jpg", "b/train/y/1.jpg"))["joined_sets"].examples == (
        "a",
        "b",
    )


def test_folders_without_images(write_files):
    """A class folder that is empty or holds other files only is no class, and a warning names it, in every split."""
    folder = write_files("train/cat/1.jpg", "train/dog/1.jpg", "train/eel/1.txt", "val/cat/1.jpg", "docs/readme.txt")
    (folder / "val" / "dog").mkdir()
    (folder / "test").mkdir()
    (folder / "train" / "cat" / "old").mkdir()
    write_files("train/gnu/.DS_Store", "train/gnu/.ipynb_checkpoints/1.jpg")
    write_files("train/runs/exp/run.json", "train/runs/exp/report.html")
    (folder / "train" / "fox").mkdir()
    (folder / "train" / "fox" / "1.heic").write_bytes(HEIC)
    manifest = read_folder(folder)
    assert manifest.class_names == ("cat", "dog")
    remark = found(folder)["empty_folder"]
    assert remark.severity == "warning"
    assert remark.examples == (
        "test (empty)",
        "train/eel (1 other file)",
        "train/fox (1 other file)",
        "train/gnu (empty)",
        "val/dog (empty)",
    )


def test_a_second_copy(write_files):
    """A folder with the classes once more is left out with a warning, not a class of its own."""
    folder = write_files("yes/1.jpg", "no/2.jpg", "brain/yes/1.jpg", "brain/no/2.jpg")
    assert read_folder(folder).class_names == ("no", "yes")
    remark = found(folder)["second_copy"]
    assert (remark.severity, remark.n) == ("warning", 2)


@pytest.mark.parametrize(
    ("names", "are_parts"),
    [
        (("images_001", "images_002"), True),
        (("HAM10000_images_part_1", "HAM10000_images_part_2"), True),
        (("fold1", "fold2"), True),
        (("c0", "c1"), False),
        (("1", "2"), False),
        (("cat_part_1", "dog_part_1"), False),
    ],
)
def test_parts_that_look_like_classes(write_files, names, are_parts):
    """Folders that are numbered parts are read as classes, because they may be, but with a warning."""
    assert ("parts_as_classes" in found(write_files(*(f"{name}/1.jpg" for name in names)))) == are_parts


def test_too_few_classes(write_files):
    """Where a single class is left, the error says what the reading left out, with the first cases."""
    folder = write_files("cat/1.jpg", "dog/readme.txt", "2.jpg")
    with pytest.raises(DataError) as caught:
        require_classes(read_folder(folder))
    message = str(caught.value)
    assert "There is 1 class with images ('cat')" in message
    assert "1 image in no class folder is left out ('the top folder')" in message
    assert "('dog (1 other file)')" in message


def test_nested_classes(write_files):
    """Folders in class folders are said; where all hold the same ones, as a warning."""
    folder = write_files("animals/cat/1.jpg", "animals/dog/1.jpg", "vehicles/car/1.jpg")
    remark = found(folder)["nested_classes"]
    assert (remark.severity, remark.examples) == ("note", ("animals: 'cat', 'dog'",))
    folds = write_files("1/cat/1.jpg", "1/dog/1.jpg", "2/cat/1.jpg", "2/dog/1.jpg", folder=folder / "folds")
    assert found(folds)["nested_classes"].severity == "warning"
    assert "nested_classes" not in found(write_files("a/img/1.jpg", "b/img/1.jpg", folder=folder / "plain"))


def test_content_decides(write_files):
    """Images by their content are read whatever they are called; formats that cannot be read are counted as such."""
    folder = write_files("cat/1.jpg", "dog/1.png", "cat/notes.txt", "cat/BM.txt", "cat/P5.txt")
    for name in ("cat/2.HEIC", "cat/3.jpg~", "cat/4", "dog/5.tif2", "dog/6.JPG_large"):
        (folder / name).write_bytes(JPEG)
    for name in ("cat/7.heic", "dog/8.AVIF", "dog/9"):
        (folder / name).write_bytes(HEIC)
    manifest = read_folder(folder)
    assert manifest.n_images == 7
    remark = found(folder)["by_content"]
    assert (remark.n, remark.examples[0]) == (5, "cat/2.HEIC: JPEG")
    assert found(folder)["other_files"].n == 3
    assert [record.reason for record in manifest.unreadable] == ["unsupported"] * 3
    assert manifest.unreadable[0].path == str(folder / "cat/7.heic")
    assert manifest.unreadable[0].detail.startswith("it is HEIC; convert it")
    assert list_images([folder]).n_images == 7
    assert {remark.code for remark in list_images([folder]).remarks} == {"by_content", "other_files"}
    assert len(list_images([folder]).unreadable) == 3


def test_only_foreign_images(write_files):
    """A folder of photos of another format is an error that says which, and what to do."""
    folder = write_files("cat/readme.txt")
    (folder / "cat" / "1.heic").write_bytes(HEIC)
    with pytest.raises(DataError, match=r"1 image of other formats \(first: 'cat/1.heic': it is HEIC; convert it"):
        read_folder(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_a_named_pipe_is_not_opened(write_files):
    """What is no ordinary file is passed over, and nothing waits for it."""
    folder = write_files("cat/1.jpg")
    os.mkfifo(folder / "cat" / "pipe")
    assert found(folder)["other_files"].examples == ("cat/pipe",)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_folder_of_the_system(write_files):
    """`lost+found` belongs to the administrator: it is left out and named; a class folder is an error as before."""
    folder = write_files("cat/1.jpg", "dog/1.jpg", "lost+found/1.jpg")
    (folder / "lost+found").chmod(0)
    try:
        remark = found(folder)["leftovers"]
        assert remark.examples == ("lost+found: the file system's place for what it salvaged; it cannot be read",)
    finally:
        (folder / "lost+found").chmod(0o700)


def test_classes_inside_of_domains(write_files):
    """Folders that may be the classes are told also where single folders stand between: `amazon/images/bike`."""
    places = (f"{domain}/images/{name}/1.jpg" for domain in ("amazon", "dslr") for name in ("backpack", "bike"))
    remark = found(write_files(*places))["nested_classes"]
    assert (remark.severity, remark.examples[0]) == ("warning", "amazon: 'backpack', 'bike'")


def test_advice_that_can_be_followed(write_files, tmp_path):
    """Folders taken for masks are named with a way out, and no option is advised that would be refused."""
    with pytest.raises(DataError, match=r"called 'boxes' is taken for masks .* list paths and labels in a table"):
        read_folder(write_files("boxes/1.jpg", "photos/1.jpg"))
    remark = found(write_files("train_cats/1.jpg", "test_cats/1.jpg", folder=tmp_path / "other"))["class_like_split"]
    assert "--split-folders" not in remark.message
    assert "put a folder for each class into each of them" in remark.message


def test_links_inside_of_links(write_files):
    """Folders that all link each other are listed once for each link, not in every order, and that is told."""
    names = [f"c{number}" for number in range(12)]
    folder = write_files(*(f"{name}/1.jpg" for name in names))
    for name in names:
        for other in names:
            if name != other:
                (folder / name / f"to {other}").symlink_to(folder / other)
    assert read_folder(folder).n_images == 12 * 12
    assert found(folder)["repeated_links"].n > 0


def test_endings_that_are_no_images(write_files):
    """A file whose ending says that it is none is not opened; one with any other ending, or none, is looked into."""
    folder = write_files("cat/1.jpg", "dog/1.jpg")
    for name in ("2.txt", "2.JSON", "2.npy", "3.dat", "3.HEIC", "3"):
        (folder / "cat" / name).write_bytes(JPEG)
    remarks = found(folder)
    assert remarks["by_content"].n == 3
    assert remarks["other_files"].examples == ("cat/2.JSON", "cat/2.npy", "cat/2.txt")
