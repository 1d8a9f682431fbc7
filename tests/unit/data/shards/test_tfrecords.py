"""Records as others than TF-Slim write them."""

from __future__ import annotations

import google_crc32c
import pytest

from regraft.data import masked_crc32c, read_manifest
from regraft.datasets.writing.example_writing import encode_feature, example_head


@pytest.fixture
def write_labels(tmp_path):
    """Write a record for each label, with the features `image` and `label`; returns the file."""

    def write(*labels):
        path = tmp_path / "x.tfrecord"
        with path.open("wb") as file:
            for label in labels:
                entries = encode_feature("label", label) + encode_feature("image", b"an image")
                for part in (
                    (len(example_head(len(entries)) + entries)).to_bytes(8, "little"),
                    example_head(len(entries)) + entries,
                ):
                    file.write(part + masked_crc32c(google_crc32c.value(part)).to_bytes(4, "little"))
        return path

    return write


def test_labels_as_text(write_labels, tmp_path):
    """A label means the same as in archives and tables: a number where it is one, with its name, else a class."""
    path = write_labels(b"1", b" 0 ", b"1.0")
    assert read_manifest(path).class_names == ("0", "1")
    (tmp_path / "labels.txt").write_text("0:cat\n1:dog\n")
    assert read_manifest(path).class_names == ("cat", "dog")
    assert read_manifest(write_labels(b"owl", 1)).class_names == ("dog", "owl")


def test_minus_one_as_text(write_labels):
    """It is no label, as a number is."""
    manifest = read_manifest(write_labels(b"-1", b"0", b"5"))
    assert (manifest.class_names, manifest.labels.tolist().count(-1)) == (("0", "5"), 1)
    assert [remark.code for remark in manifest.remarks] == ["label_minus_one"]
