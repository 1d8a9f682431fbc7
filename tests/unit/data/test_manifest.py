from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from regraft.core import DataError, OptionError
from regraft.data.manifest import Manifest, require_classes


def test_counts(make_manifest):
    """A manifest knows how many images and classes it has, and how many images of each."""
    manifest = make_manifest(["cat", "dog", "cat", None])
    assert (manifest.n_images, manifest.n_classes, len(manifest)) == (4, 2, 4)
    assert manifest.class_counts().tolist() == [2, 1]
    assert repr(manifest) == "<Manifest of 4 images in 2 classes>"
    assert manifest.files()[0] == Path("/data/0.jpg")


def test_labels_are_read_only():
    """Labels cannot be changed, neither in the manifest nor through the array that it was made from."""
    given = np.array([0])
    manifest = Manifest(Path("/data"), ("a.jpg",), given, ("cat",), (None,), (None,))
    given[0] = 7
    assert manifest.labels.tolist() == [0]
    with pytest.raises(ValueError, match="read-only"):
        manifest.labels[0] = 1


@pytest.mark.parametrize(
    "changes",
    [
        {"paths": ("a.jpg",)},
        {"splits": (None,)},
        {"groups": (None,)},
        {"labels": np.array([0])},
        {"labels": np.array([[0], [1]])},
        {"labels": np.array([0, 2])},
        {"labels": np.array([0, -2])},
        {"class_names": ()},
        {"class_names": ("cat", "cat")},
        {"root": Path("data")},
    ],
)
def test_columns_must_fit_together(changes):
    """Columns of different lengths, labels without names, repeated names and a relative root are refused."""
    columns = {
        "root": Path("/data"),
        "paths": ("a.jpg", "b.jpg"),
        "labels": np.array([0, 1]),
        "class_names": ("cat", "dog"),
        "splits": (None, None),
        "groups": (None, None),
    }
    Manifest(**columns)
    with pytest.raises(ValueError, match=r"length|position|twice|absolute"):
        Manifest(**(columns | changes))


@pytest.mark.parametrize("rows", [[2, 0], np.array([2, 0]), (2, 0)])
def test_select_by_position(make_manifest, rows):
    """Positions choose rows in their order; class names stay, even those without images."""
    manifest = make_manifest(["cat", "dog", "eel"], splits=["train", "val", "test"], groups=["a", "b", "c"])
    chosen = manifest.select(rows)
    assert chosen.paths == ("2.jpg", "0.jpg")
    assert chosen.labels.tolist() == [2, 0]
    assert chosen.class_names == ("cat", "dog", "eel")
    assert chosen.splits == ("test", "train")
    assert chosen.groups == chosen.known_groups == ("c", "a")
    assert make_manifest(["cat"], groups=[None]).known_groups is None


def test_select_by_mask(make_manifest):
    """A mask, as an array or a list, chooses the rows that it marks."""
    manifest = make_manifest(["cat", "dog", "eel"])
    assert manifest.select(manifest.labels > 0).paths == ("1.jpg", "2.jpg")
    assert manifest.select([False, False, True]).paths == ("2.jpg",)
    with pytest.raises(ValueError, match="mask of 2 rows"):
        manifest.select([True, False])


def test_select_nothing(make_manifest):
    """An empty choice is an empty manifest."""
    assert len(make_manifest(["cat", "dog"]).select([])) == 0


SIGNS = ("00012/01153_00000.ppm", "00012/01153_00001.ppm", "00013/01153_00000.ppm")


def signs() -> Manifest:
    nothing = (None,) * 3
    return Manifest(Path("/signs"), SIGNS, np.array([0, 0, 1]), ("00012", "00013"), nothing, nothing)


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"(\d+)/(\d+)_", ("00012/01153", "00012/01153", "00013/01153")),
        (r"\d+/\d+", ("00012/01153", "00012/01153", "00013/01153")),
        (r"(?P<group>\d+)/(\d+)", ("00012", "00012", "00013")),
        (r"_(\d+)(x)?", ("00000/", "00001/", "00000/")),
    ],
)
def test_groups_from_paths(pattern, groups):
    """The part called group, else all parts in parentheses joined, else the whole match names the group."""
    assert signs().with_groups_from(pattern).groups == groups


def test_a_pattern_that_finds_nothing_is_shown_as_it_was_typed():
    """Its backslashes are not doubled."""
    with pytest.raises(DataError, match=re.escape(r"--group-by '^(\d+)_x' finds no group")):
        signs().with_groups_from(r"^(\d+)_x")


def test_a_pattern_that_is_none():
    """An invalid regular expression is an error of the option."""
    with pytest.raises(OptionError, match="no valid regular expression"):
        signs().with_groups_from("(")


@pytest.mark.parametrize("pattern", ["00013/(.*)", "^000(13)?", "00013"])
def test_a_pattern_that_does_not_match_everything(pattern):
    """Images without a group are counted, and the first is named; an empty match is none."""
    with pytest.raises(DataError, match=r"finds no group in 2 of 3 paths \(first: '00012/01153_00000.ppm'\)"):
        signs().with_groups_from(pattern)


def test_a_pattern_that_matches_nothing():
    """Where nothing matches, an example of a path shows why."""
    with pytest.raises(DataError, match=r"in 3 of 3 paths .*00012/01153_00000.ppm"):
        signs().with_groups_from("pole")


def test_a_pattern_that_matches_the_same_everywhere():
    """One group of all images would leave nothing to test on: refused before any work is done."""
    with pytest.raises(DataError, match="all 3 images into one group, 'ppm'"):
        signs().with_groups_from("ppm")


def test_two_classes_are_enough(make_manifest):
    """A manifest with labels and two classes can be trained on."""
    require_classes(make_manifest(["cat", "dog"]))


@pytest.mark.parametrize(
    ("names", "class_names", "message"),
    [
        (["cat", "cat"], None, r"There is 1 class with images \('cat'\), and a classifier needs at least 2"),
        (["cat"], ("cat", "dog"), r"There is 1 class with images \('cat'\)"),
        ([], ("cat", "dog"), "There are 0 classes with images, and"),
        ([None, None], None, r"None of 2 images has a label \(first: '0.jpg'\)"),
    ],
)
def test_what_cannot_be_trained_on(make_manifest, names, class_names, message):
    """One class, no class, and images without labels are refused with numbers and a remedy."""
    with pytest.raises(DataError, match=message):
        require_classes(make_manifest(names, class_names=class_names))


def test_images_without_a_label_are_left_out(make_manifest):
    """Beside labelled ones they are no reason to give up, and they are told."""
    manifest = require_classes(make_manifest(["cat", None, "dog", None]))
    assert manifest.paths == ("0.jpg", "2.jpg")
    assert [(remark.code, remark.n, remark.examples) for remark in manifest.remarks] == [
        ("unlabelled", 2, ("1.jpg", "3.jpg"))
    ]


def test_a_minimum_of_classes(make_manifest):
    """One class is enough where only one is asked for, and three are more than two."""
    require_classes(make_manifest(["cat"]), minimum=1)
    with pytest.raises(DataError, match="at least 3"):
        require_classes(make_manifest(["cat", "dog"]), minimum=3)
