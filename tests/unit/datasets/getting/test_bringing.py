"""Files that the user brings: which, where to, checked as downloads are, and never removed."""

from __future__ import annotations

import re

import pytest

from little_sets import MAKERS, little_row, make_imagenet, photo
from regraft.core import FetchError, OptionError
from regraft.data import read_manifest

TRAIN, VAL, LABELS, WORDS = make_imagenet()


def test_offline_the_files_are_named(get_little):
    """The error names each file with size and address, and what to type; with the files it works."""
    with pytest.raises(FetchError) as caught:
        get_little("mnist", is_offline=True)
    text = str(caught.value)
    for name in MAKERS["mnist"]():
        assert re.search(rf"{name} \(0\.0 MB, https://storage\.googleapis\.com/cvdf-datasets/mnist/{name}\)", text)
    assert "Put what you have into one folder and run the same command with --archives FOLDER" in text
    result = get_little("mnist", is_offline=True, brought=MAKERS["mnist"]())
    assert all(archive.is_brought and archive.is_verified for archive in result.provenance.archives)


def test_what_was_fetched_is_not_asked_for(get_little, publisher):
    """Only the files that are still missing are named, and only they are fetched."""
    some = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    with pytest.raises(
        FetchError, match=r"To bring from elsewhere: t10k-images\S+ \(.*\), t10k-labels\S+ \([^()]*\)\."
    ):
        get_little("mnist", is_offline=True, brought=some)
    publisher.requests.clear()
    get_little("mnist", brought=some)
    assert len(publisher.requests) == 2


def test_what_is_brought_stays(get_little, tmp_path):
    """The user's file is read where it lies, and is there afterwards."""
    get_little("flowers", is_offline=True, brought=["flower_photos.tgz"])
    assert [path.name for path in (tmp_path / "brought").iterdir()] == ["flower_photos.tgz"]
    assert not (tmp_path / ".flowers.getting").exists()


def test_another_file_of_the_same_name_is_refused_and_left(get_little, tmp_path):
    """It is verified as a download is; but the user's own file is never removed."""
    files = MAKERS["flowers"]()
    row = little_row("flowers", files)
    with pytest.raises(FetchError, match=r"is not the published file: .* It is at \S+: bring another copy of it"):
        get_little("flowers", files={"flower_photos.tgz": b"another"}, row=row, brought=files)
    assert (tmp_path / "brought" / "flower_photos.tgz").read_bytes() == b"another"


def test_a_damaged_file_without_a_digest_is_left(get_little, tmp_path):
    """Also where only its content tells."""
    files = make_imagenet() | {LABELS: b"tench\n"}
    with pytest.raises(
        FetchError, match=r"no list of synsets \(line 1 is 'tench'\)\. It is at \S+: bring another copy"
    ):
        get_little("imagenet", files=files, brought=files)
    assert (tmp_path / "brought" / LABELS).exists()


def test_a_licence_that_needs_an_account(get_little, publisher, tmp_path):
    """The error says where to register and what to bring; no server is asked, nothing is made."""
    with pytest.raises(FetchError) as caught:
        get_little("imagenet")
    text = str(caught.value)
    assert "Register at https://image-net.org/download-images" in text
    assert re.search(rf"bring from elsewhere: {TRAIN} \([^)]*MB, or the folder train\), {VAL} \([^)]*\)\. Put", text)
    assert "--archives FOLDER" in text
    with pytest.raises(FetchError, match=rf"bring from elsewhere: {VAL} "):
        get_little("imagenet", brought=[TRAIN])
    assert publisher.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["brought"]


def test_words_may_be_missing(get_little, tmp_path):
    """Without the file of words the data set is whole, and the user is told."""
    result = get_little("imagenet", is_offline=True, brought=[TRAIN, VAL, LABELS])
    assert result.provenance.class_words == {}
    assert read_manifest(tmp_path / "imagenet").n_images == 10


def test_labels_that_do_not_belong_to_the_images(get_little):
    """Too few and too many labels are noticed."""
    for n_lines, message in (
        (3, "has 3 labels, and none for ILSVRC2012_val_00000004"),
        (5, "4 images, .* has 5 labels"),
    ):
        files = make_imagenet() | {LABELS: n_lines * b"n01440764\n"}
        with pytest.raises(FetchError, match=message):
            get_little("imagenet", files=files, brought=files)


@pytest.mark.parametrize("inner", ["", "n01443537/"])
def test_unpacked_folders_stand_for_archives(inner, get_little, tmp_path):
    """Synset folders and flat or sorted validation images are linked, and stay where they are."""
    brought = tmp_path / "brought"
    for name in ("train/n01440764/n01440764_1.JPEG", "train/n01443537/n01443537_7.JPEG", "train/README"):
        (brought / name).parent.mkdir(parents=True, exist_ok=True)
        (brought / name).write_bytes(photo(name))
    (brought / "val" / inner).mkdir(parents=True)
    (brought / "val" / inner / "ILSVRC2012_val_00000001.JPEG").write_bytes(photo("val"))
    files = make_imagenet() | {LABELS: b"n01443537\n"}
    result = get_little("imagenet", files=files, brought=[LABELS])
    made = {path.relative_to(tmp_path / "imagenet").as_posix() for path in (tmp_path / "imagenet").rglob("*.JPEG")}
    assert made == {
        "train/n01440764/n01440764_1.JPEG",
        "train/n01443537/n01443537_7.JPEG",
        "val/n01443537/ILSVRC2012_val_00000001.JPEG",
    }
    assert [archive.url.rpartition("/")[2] for archive in result.provenance.archives] == [LABELS, WORDS]
    original = brought / "train" / "n01440764" / "n01440764_1.JPEG"
    assert original.samefile(tmp_path / "imagenet" / "train" / "n01440764" / "n01440764_1.JPEG")


def test_copies_where_there_can_be_no_links(get_little, tmp_path, monkeypatch):
    """Another disk gets copies."""

    def refuse(*_arguments):
        raise OSError("another disk")

    monkeypatch.setattr("os.link", refuse)
    brought = tmp_path / "brought"
    (brought / "val2017").mkdir(parents=True)
    files = MAKERS["visualwakewords"]()
    for number in range(100, 104):
        (brought / "val2017" / f"{number:012d}.jpg").write_bytes(photo(number))
    get_little("visualwakewords", files=files, brought=["train2017.zip"])
    copy = tmp_path / "visualwakewords" / "val" / "person" / "000000000100.jpg"
    assert copy.read_bytes() == photo(100)
    assert copy.stat().st_nlink == 1


def test_a_folder_with_nothing_of_it(get_little, tmp_path):
    """A wrong folder is a mistake, and not a reason to fetch gigabytes."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(OptionError, match=r"empty has none of the files of flowers, .*: flower_photos\.tgz\."):
        get_little("flowers", archives=tmp_path / "empty")
