"""ImageNet's texts and names: only what looks like them is taken."""

from __future__ import annotations

import pytest

from regraft.core import FetchError
from regraft.datasets.unpacking.imagenet import place_training, place_validation, read_validation_labels, read_words


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("n01440764/n01440764_10026.JPEG", "train/n01440764/n01440764_10026.JPEG"),
        ("n01440764/n01440764_10026.jpg", None),
        ("n01440764/x.JPEG", None),
        ("n01440764.tar", None),
        ("n0144076/n01440764_1.JPEG", None),
        ("deep/n01440764/n01440764_1.JPEG", None),
    ],
)
def test_places_of_training_images(name, place):
    """A synset, a slash, and a numbered image of it."""
    assert place_training(name) == place


def test_places_of_validation_images():
    """The number picks the label, counted from 1; a synset folder has the last word."""
    place = place_validation(("n00000001", "n00000002"), "labels.txt")
    assert place("ILSVRC2012_val_00000002.JPEG") == "val/n00000002/ILSVRC2012_val_00000002.JPEG"
    assert place("n00000009/ILSVRC2012_val_00000002.JPEG") == "val/n00000009/ILSVRC2012_val_00000002.JPEG"
    assert place("ILSVRC2012_val_2.JPEG") is None
    for number in (0, 3):
        with pytest.raises(FetchError, match=rf"labels\.txt has 2 labels, and none for ILSVRC2012_val_0000000{number}"):
            place(f"ILSVRC2012_val_0000000{number}.JPEG")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"n00000001\n../../x\n", r"line 2 is '\.\./\.\./x'"),
        (b"n00000001\n\n", "line 2 is ''"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"n00000001\n" * 500_000, "more than 4,000,000 bytes"),
    ],
)
def test_labels_that_are_none(content, message, tmp_path):
    """A label becomes the name of a folder: nothing but a synset is taken."""
    (tmp_path / "labels.txt").write_bytes(content)
    with pytest.raises(FetchError, match=rf"labels\.txt .*{message}"):
        read_validation_labels(tmp_path / "labels.txt")


def test_words_of_synsets(tmp_path):
    """A tab divides synset and words; what cannot be printed does not stay."""
    path = tmp_path / "words.txt"
    path.write_text("n00000001\ttench, Tinca tinca\nn00000002\tb\x1b[2J\n")
    assert read_words(path) == {"n00000001": "tench, Tinca tinca", "n00000002": "b\\x1b[2J"}
    path.write_text("n00000001 tench\n")
    with pytest.raises(FetchError, match=r"no list of synsets and words \(one line is 'n00000001 tench'\)"):
        read_words(path)
