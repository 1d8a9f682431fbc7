from __future__ import annotations

from dataclasses import replace

import pytest

from regraft.core import DataError
from regraft.data.folders.layouts import place_images
from regraft.datasets.writing.folder_paths import lay_out


def test_a_class_called_like_a_split(make_manifest):
    """A folder can say that train is a class, where others beside it say so."""
    manifest = make_manifest(["car", "plane", "train", "train"])
    layout = lay_out(manifest)
    assert [name for _split, name in place_images(layout.paths)] == ["car", "plane", "train", "train"]


def test_classes_that_are_called_like_splits_alone(make_manifest):
    """Where all classes are called like splits no folder can say so, and that is an error."""
    with pytest.raises(DataError, match=r"a class is called like a split. Choose another format with --to"):
        lay_out(make_manifest(["train", "test"]))


def test_paths_are_kept_where_they_say_the_same(make_manifest):
    """Wrapped folders read back as they are; where kept paths would mean something else together, all are made anew."""
    wrapped = replace(make_manifest(["cat", "dog"]), paths=("set/cat/1.jpg", "set/dog/1.jpg"))
    assert lay_out(wrapped).paths == wrapped.paths
    mixed = replace(make_manifest(["cat", "dog"], splits=["train", "test"]), paths=("train/cat/1.jpg", "dog/2.jpg"))
    paths = lay_out(mixed).paths
    assert place_images(paths) == [("train", "cat"), ("test", "dog")]
