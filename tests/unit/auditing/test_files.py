"""Suspicious files: by their names, sizes and formats alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from regraft.auditing import AuditedImages, NotChecked, find_suspicious_files, find_unusual_files
from regraft.data import LOOK


def drawn_images(n=200, *, paths=None, seed=0, sides=None):
    """Coloured JPEGs of 640 x 480 with thumbnails that have nothing in common."""
    rng = np.random.default_rng(seed)
    looks = np.zeros(n, LOOK)
    looks["format"], looks["width"], looks["height"], looks["saturation"] = b"JPEG", 640, 480, 30
    for row in range(n):
        soft = Image.fromarray(rng.integers(0, 256, (5, 5), np.uint8)).resize((32, 32), Image.Resampling.BICUBIC)
        looks["thumbnail"][row] = np.asarray(soft)
    return AuditedImages(
        paths=tuple(paths or (f"cat/{row}.jpg" for row in range(n))),
        labels=np.arange(n) % 2,
        class_names=("cat", "dog"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=sides or (None,) * n,
        groups=(None,) * n,
        looks=looks,
    )


def found_in(images):
    unusual = find_unusual_files(images) if len(images) >= 20 else ()
    return {finding.code: finding for finding in (*find_suspicious_files(images), *unusual)}


def test_nothing_is_said_of_ordinary_files():
    """Images that were not decoded cannot be judged, and of a few none is unusual."""
    images = drawn_images()
    assert found_in(images) == {}
    with pytest.raises(NotChecked, match="no image was decoded"):
        find_suspicious_files(AuditedImages(**{**vars(images), "looks": None}))
    with pytest.raises(NotChecked, match="it takes 20 images, and there are 19"):
        find_unusual_files(images.select(np.arange(19)))


def test_a_name_that_says_another_format_is_told():
    """By its ending; an ending that nobody knows says nothing."""
    images = drawn_images(6, paths=("a.jpg", "b.PNG", "c.jpeg", "d.tiff", "shard.tar#7", "e.png"))
    finding = found_in(images)["misnamed"]
    assert finding.message == "3 files are not what the name says: 2 .png are JPEG, 1 .tiff is JPEG."
    assert [case.paths[0] for case in finding.cases] == ["b.PNG", "d.tiff", "e.png"]
    assert (finding.kind, finding.certainty, finding.severity, finding.n) == ("files", "certain", "note", 3)


def test_opacity_that_hides_everything_is_told():
    """As `scan` tells it."""
    images = drawn_images(3)
    images.looks["is_uncovered"][1] = True
    finding = found_in(images)["hidden_colours"]
    assert finding.message.startswith("1 image is transparent everywhere, so programs show nothing")
    assert finding.examples == ("cat/1.jpg",)


def test_tiny_images_are_tiny_among_the_others():
    """A quarter of the usual side and far outside; among images of all sizes, or icons alone, none is."""
    images = drawn_images()
    images.looks["width"][:2], images.looks["height"][:2] = (120, 64), (90, 64)
    finding = found_in(images)["tiny"]
    assert "2 images of 200 are tiny: the smallest has 64 x 64 pixels, the usual one 640 x 480." in finding.message
    assert [case.paths[0] for case in finding.cases] == ["cat/1.jpg", "cat/0.jpg"]
    images.looks["width"] = images.looks["height"] = np.geomspace(20, 2000, 200)
    assert "tiny" not in found_in(images)
    images.looks["width"] = images.looks["height"] = 16
    assert "tiny" not in found_in(images)


@pytest.mark.parametrize(("part", "code"), [(0.02, "grey_among_colour"), (0.98, "colour_among_grey"), (0.5, None)])
def test_a_few_of_a_kind_are_told(part, code):
    """Grey is also a picture without colours in a file that could hold some; a data set of both kinds is no news."""
    images = drawn_images()
    images.looks["is_grey"][: int(200 * part) - 1] = True
    images.looks["saturation"][int(200 * part) - 1] = 0
    found = found_in(images)
    assert set(found) == ({code} if code else set())
    if code:
        assert found[code].n == 4
        assert found[code].message.startswith("4 images of 200 are ")


SMALL_NAMES = ["cat/7-150x150.jpg", "cat/thumb_7.jpg", "cat/7_small.png", "cat/thumbs/7.jpg", "cat/anything.jpg"]


@pytest.mark.parametrize("name", SMALL_NAMES)
def test_a_small_version_lies_beside_its_original(name):
    """By its name or without; it is the same picture up to what its quality changed."""
    images = drawn_images(paths=[*(f"cat/{row}.jpg" for row in range(199)), name])
    looks = images.looks
    looks["width"][199], looks["height"][199], looks["format"][199] = 150, 112, b""
    assert "smaller_versions" not in found_in(images)
    rng = np.random.default_rng(0)
    looks["thumbnail"][199] = np.clip(looks["thumbnail"][7].astype(int) + rng.integers(-3, 4, (32, 32)), 0, 255)
    finding = found_in(images)["smaller_versions"]
    assert finding.message == "1 image is a small version of another one."
    assert finding.cases[0].paths == (name, "cat/7.jpg")
    assert finding.cases[0].note == "150 x 112 and 640 x 480 pixels"
    assert [action.verb for action in finding.cases[0].actions] == ["quarantine", "keep"]
    assert finding.severity == "note"


def test_a_small_version_on_another_side_is_a_warning():
    """What was trained on is measured on."""
    images = drawn_images(sides=(*["train"] * 100, *["test"] * 100))
    images.looks["width"][150], images.looks["height"][150] = 80, 60
    images.looks["thumbnail"][150] = images.looks["thumbnail"][3]
    finding = found_in(images)["smaller_versions"]
    assert finding.severity == "warning"
    assert finding.message.endswith("1 of them lies on another side of the split.")


def test_flat_images_are_no_versions_of_each_other():
    """A dark thumbnail is like any dark picture, whatever its name."""
    images = drawn_images(paths=[*(f"{row}.jpg" for row in range(100)), *(f"{row}_small.jpg" for row in range(100))])
    rng = np.random.default_rng(1)
    images.looks["thumbnail"] = rng.integers(9, 12, (200, 32, 32))
    images.looks["width"][100:], images.looks["height"][100:] = 64, 48
    assert "smaller_versions" not in found_in(images)
