"""IDX files that are damaged or lie about their sizes are errors in words."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from little_sets import digits, idx
from regraft.core import FetchError, SilentProgress
from regraft.datasets.unpacking.idx import read_idx_labels, write_idx_images

PIXELS, LABELS = digits("test")


@pytest.fixture
def read_labels(tmp_path):
    """Reads labels from a file of this content."""

    def run(content):
        (tmp_path / "labels.gz").write_bytes(content)
        return read_idx_labels(tmp_path / "labels.gz", n_classes=10)

    return run


@pytest.fixture
def write_images(tmp_path):
    """Writes the images of a file of this content."""

    def run(content):
        (tmp_path / "images.gz").write_bytes(content)
        return write_idx_images(tmp_path / "images.gz", LABELS.tobytes(), tmp_path / "out", progress=SilentProgress())

    return run


def message_of(part):
    """The name of a case: its message, since gzipped bytes hold the time."""
    return part if isinstance(part, str) else "file"


def header(*numbers):
    return gzip.compress(struct.pack(f">{len(numbers)}I", *numbers))


def test_whole_files(read_labels, write_images, tmp_path):
    """Labels are bytes, images are files."""
    assert list(read_labels(idx(LABELS))) == LABELS.tolist()
    assert write_images(idx(PIXELS)) == 10
    assert len(list((tmp_path / "out").glob("*/*.png"))) == 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cut off"),
        (b"<html>", "Not a gzipped file"),
        (idx(LABELS)[:20], "ended before|cut off"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x09123"), "cut off"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x031234"), "goes on after its end"),
        (idx(PIXELS), "does not begin as such a file does"),
        (header(0x0D01, 3), "does not begin as such a file does"),
        (header(0x0801, 0xFFFFFFFF), "does not begin as such a file does"),
        (idx(np.array([10], np.uint8)), "has the label 10, and there are 10 classes"),
    ],
    ids=message_of,
)
def test_labels_that_are_none(content, message, read_labels):
    """Nothing is taken for labels that is not."""
    with pytest.raises(FetchError, match=rf"labels\.gz is damaged \(.*({message})"):
        read_labels(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(PIXELS[:9]), "9 images of 28 x 28 pixels for 10 labels"),
        (header(0x0803, 10, 0xFFFF, 0xFFFF), "10 images of 65,535 x 65,535 pixels for 10 labels"),
        (header(0x0803, 10, 0, 28), "10 images of 0 x 28 pixels"),
        (header(0x0803, 10, 28, 28), "cut off"),
        (idx(PIXELS)[:-4] + b"\0\0\0\0", "Incorrect length"),
        (idx(PIXELS)[:-8] + b"\0\0\0\0" + idx(PIXELS)[-4:], "CRC check failed"),
        (idx(PIXELS)[:4000], "ended before"),
    ],
    ids=message_of,
)
def test_images_that_are_none(content, message, write_images):
    """Sizes are looked at before memory is taken, and the checksum at the end."""
    with pytest.raises(FetchError, match=rf"images\.gz is damaged \(.*{message}"):
        write_images(content)
