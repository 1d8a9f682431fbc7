"""Splits that a data set has, and one that is held out where it has none."""

from __future__ import annotations

import re

import pytest

from regraft.core import DataError
from regraft.data.splits import assign_splits


@pytest.mark.parametrize(
    ("given_splits", "sides"),
    [
        (["train", "test"], ("train", "test")),
        (["train", "val"], ("train", "test")),
        (["train", "val", "test"], ("train", "train", "test")),
        (["val", "test"], ("train", "test")),
    ],
)
def test_given_splits_are_kept(make_manifest, make_digests, given_splits, sides):
    """A given test is the test; val is trained on beside a test, and is the test where there is none."""
    manifest = make_manifest(["cat"] * len(given_splits), splits=given_splits)
    assert assign_splits(manifest, make_digests(len(sides)), test_fraction=0.5, seed=0) == sides


@pytest.mark.parametrize(
    ("given_splits", "sides"),
    [
        (["train", "val", "test"], ("train", "val", "test")),
        (["train"] * 8 + ["val", "test"], ("train",) * 8 + ("val", "test")),
        (["val", "test"], ("train", "test")),
        (["train", "test"], ("train", "test")),
    ],
)
def test_validation_images_are_kept_for_who_needs_judges(make_manifest, make_digests, given_splits, sides):
    """Beside training images; without these they are what there is to train on."""
    manifest = make_manifest(["cat"] * len(given_splits), splits=given_splits)
    found = assign_splits(manifest, make_digests(len(sides)), test_fraction=0.5, seed=0, is_val_kept=True)
    assert found == sides


def test_what_judges_does_not_measure(make_manifest, make_digests):
    """Kept validation images without a test: it is held out of the training images, with groups on one side."""
    splits = ["train"] * 16 + ["val"] * 4
    manifest = make_manifest(["cat", "dog"] * 10, splits=splits, groups=["g"] * 4 + [None] * 16)
    digests = make_digests(20)
    sides = assign_splits(manifest, digests, test_fraction=0.25, seed=0, is_val_kept=True)
    assert sides[16:] == ("val",) * 4
    assert set(sides[:16]) == {"train", "test"}
    assert len(set(sides[:4])) == 1
    alone = assign_splits(manifest.select(range(16)), digests[:16], test_fraction=0.25, seed=0)
    assert sides[:16] == alone


@pytest.mark.parametrize("split", [None, "train"])
def test_no_given_test(make_manifest, make_digests, split):
    """Without a given test one is held out, with groups and exact copies on one side."""
    manifest = make_manifest(["cat", "dog"] * 10, splits=[split] * 20, groups=["g"] * 6 + [None] * 14)
    digests = make_digests(20)
    digests[19] = digests[7]
    sides = assign_splits(manifest, digests, test_fraction=0.25, seed=0)
    assert set(sides) == {"train", "test"}
    assert len(set(sides[:6])) == 1
    assert sides[19] == sides[7]


@pytest.mark.parametrize("split", ["train", "test"])
def test_some_without_a_split(make_manifest, make_digests, split):
    """Images without a split beside images with one are an error that counts them."""
    manifest = make_manifest(["cat", "dog", "cat"], splits=[split, None, None])
    sentence = (
        "2 images of 3 have no split while the others have one (first: '1.jpg'). Give every image a split, or none."
    )
    with pytest.raises(DataError, match=f"^{re.escape(sentence)}$"):
        assign_splits(manifest, make_digests(3), test_fraction=0.25, seed=0)
    manifest = make_manifest(["cat", "dog"] * 600, splits=[None, *[split] * 1199])
    with pytest.raises(DataError, match=r"^1 image of 1,200 has no split while the others have one"):
        assign_splits(manifest, make_digests(1200), test_fraction=0.25, seed=0)


@pytest.mark.parametrize("split", ["val", "test"])
def test_nothing_to_train_on(make_manifest, make_digests, split):
    """A data set that is all test is an error with a remedy."""
    manifest = make_manifest(["cat", "dog"], splits=[split] * 2)
    sentence = (
        f"All 2 images are in the split '{split}': there is nothing to train on. Add a train split, or give the "
        "split's own folder (or a table without splits) to have it divided."
    )
    with pytest.raises(DataError, match=f"^{re.escape(sentence)}$"):
        assign_splits(manifest, make_digests(2), test_fraction=0.25, seed=0)


def test_names_and_places_do_not_matter(make_manifest, make_digests):
    """The sides of images hang on their contents: moved and renamed files stay on their sides."""
    one = make_manifest(["cat", "dog"] * 20)
    two = make_manifest(["cat", "dog"] * 20, groups=[f"group {row}" for row in range(40)])
    digests = make_digests(40)
    sides = assign_splits(one, digests, test_fraction=0.25, seed=0)
    assert sides == assign_splits(two, digests, test_fraction=0.25, seed=0)
    assert sides.count("test") == 10
