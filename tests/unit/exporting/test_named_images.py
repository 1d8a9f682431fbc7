"""What a user names is a data set, or images, or neither; what could not be read of it is told."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from regraft.core import DataError, OptionError
from regraft.data import Reading
from regraft.exporting import ProofImages
from regraft.exporting.named_images import list_named


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Two classes, an image of each, in the working folder."""
    for name in ("red", "blue"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8), name).save(tmp_path / "photos" / name / "a.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "photos"


def test_a_data_set_gives_its_labels(photos):
    """Nothing is to be said of it, nor of nothing."""
    named = list_named(photos)
    assert named.images.class_names == ("blue", "red")
    assert named.why_unlabelled == list_named(()).why_unlabelled == ""
    assert list_named(()).images is None


def test_images_by_themselves_are_no_data_set_that_failed(photos):
    """A file, by its name or by its content; several of anything."""
    shutil.copy(photos / "red" / "a.png", "nameless")
    for sources in ("nameless", photos / "red" / "a.png", [photos / "red", photos / "blue"]):
        named = list_named(sources)
        assert not named.images.class_names
        assert named.why_unlabelled == ""


def test_a_folder_without_classes_says_why(photos):
    """So does a table that names no labels: its images are listed, not the table."""
    named = list_named(photos / "red")
    assert len(named.images) == 1
    assert "in no class folder" in named.why_unlabelled
    (photos / "list.csv").write_text("image\nred/a.png\n")
    named = list_named(photos / "list.csv")
    assert named.images.paths == ("red/a.png",)
    assert named.why_unlabelled == f"{photos / 'list.csv'} names none."
    for sources in (photos / "red", [photos / "red", photos / "blue"]):
        with pytest.raises(OptionError, match="--group-by is for one data set with labels, and these are none"):
            list_named(sources, Reading(group_by="(.*)"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("list.csv", "no readable table"),
        ("list.parquet", "no readable Parquet"),
        ("notes.pdf", "is no data set"),
        ("photoz", "no folder or table"),
    ],
)
@pytest.mark.usefixtures("photos")
def test_what_is_neither_is_not_taken_for_an_image(tmp_path, name, message):
    """The sentence is the one that says why it is no data set."""
    if "." in name:
        (tmp_path / name).write_bytes(b"\xff\x00\x01")
    with pytest.raises(DataError, match=message):
        list_named(name)


@pytest.mark.parametrize(("measures", "severity"), [(False, "note"), (True, "warning")])
def test_why_there_are_no_labels_is_told_once(measures, severity):
    """Also where no accuracy was wanted; it takes the place of the general sentence."""
    proof = ProofImages((), ("a",), ("a",), np.array([-1]), (None,), np.zeros(1, np.bool_), why_unlabelled="No table.")
    (told,) = proof.findings(measures=measures, calibrates=False)
    assert told.severity == severity
    assert told.message.endswith("the images have no labels. No table.")
