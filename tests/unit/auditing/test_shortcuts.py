"""What tells classes apart without the thing that the images show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import AuditedImages, NotChecked, find_shortcuts
from regraft.data import LOOK


def drawn_images(n=400, *, seed=0, groups=None, accuracy=0.9):
    """Images of two classes with looks by chance, and probabilities that are right so often."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    looks = np.zeros(n, LOOK)
    looks["format"], looks["width"], looks["height"] = b"JPEG", 640, 480
    for name, low, high in (("brightness", 60, 180), ("contrast", 20, 60), ("sharpness", 50, 500)):
        looks[name] = rng.uniform(low, high, n)
    looks["colour"] = looks["brightness"][:, None] + rng.normal(0, 20, (n, 3))
    looks["border"] = rng.uniform(0, 255, (n, 3))
    looks["n_bytes"] = rng.integers(40_000, 90_000, n)
    predicted = np.where(rng.random(n) < accuracy, labels, 1 - labels)
    return AuditedImages(
        paths=tuple(f"{row}.jpg" for row in range(n)),
        labels=labels,
        class_names=("cat", "dog"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=groups or (None,) * n,
        looks=looks,
        probabilities=np.eye(2)[predicted],
    )


def test_a_format_that_goes_with_the_class_is_a_warning():
    """Most cats are PNG: one finding says so with its numbers, and shows a cat beside a dog."""
    images = drawn_images()
    images.looks["format"] = np.where((images.labels == 0) & (np.arange(400) % 10 > 0), b"PNG", b"JPEG")
    (finding,) = find_shortcuts(images)
    assert (finding.kind, finding.code, finding.severity, finding.certainty) == (
        *("shortcuts", "file_tells_class", "warning", "likely"),
    )
    assert finding.message.startswith("The file format alone tells '")
    assert finding.evidence["field"] == "format"
    assert finding.evidence["told_apart"] > 0.9
    assert finding.evidence["p_value"] < 0.01
    cat, dog = (int(path.removesuffix(".jpg")) for path in finding.cases[0].paths)
    assert images.labels[cat] != images.labels[dog]
    assert images.looks["format"][cat] != images.looks["format"][dog]
    assert "' in " in finding.cases[0].note


def test_a_darker_class_is_possible_and_a_note():
    """Brightness may be the thing's own: a person is asked to look."""
    images = drawn_images()
    images.looks["brightness"] -= 60 * (images.labels == 1)
    (finding,) = find_shortcuts(images)
    assert (finding.code, finding.severity, finding.certainty) == ("picture_tells_class", "note", "possible")
    assert "half of 'dog' lies at" in finding.cases[0].note or "half of 'cat' lies at" in finding.cases[0].note


def test_a_file_is_no_news_where_the_picture_explains_it():
    """Files of sharp pictures are larger: only the sharpness is told, unless the files differ more."""
    images = drawn_images()
    images.looks["sharpness"] += 300 * (images.labels == 1)
    images.looks["n_bytes"] = 100 * images.looks["sharpness"]
    assert [finding.code for finding in find_shortcuts(images)] == ["picture_tells_class"]
    images.looks["n_bytes"] = 50_000 + 40_000 * images.labels
    assert "file_tells_class" in [finding.code for finding in find_shortcuts(images)]


def test_what_the_network_does_not_need_does_not_matter():
    """A weak trace that no network would go for is told only where the network is hardly better itself."""
    images = drawn_images()
    images.looks["has_place"] = np.random.default_rng(5).random(400) < np.where(images.labels == 0, 0.6, 0.4)
    assert find_shortcuts(images) == ()
    guessing = drawn_images(accuracy=0.6)
    guessing.looks["has_place"] = images.looks["has_place"]
    assert [finding.evidence["field"] for finding in find_shortcuts(guessing)] == ["placed"]


@pytest.mark.parametrize("seed", range(3))
def test_objects_that_were_seen_often_are_not_many_proofs(seed):
    """Twenty objects with a camera each, twenty views: cameras go with classes by chance, and nothing is said."""
    groups = tuple(f"object {row // 20}" for row in range(400))
    images = drawn_images(groups=groups, accuracy=0.6, seed=seed)
    rng = np.random.default_rng(seed + 10)
    images.labels[:] = rng.permutation(20)[np.arange(400) // 20] % 2
    images.looks["camera"] = np.array([b"Canon", b"Nikon", b"Sony"])[rng.integers(0, 3, 20)[np.arange(400) // 20]]
    assert [finding for finding in find_shortcuts(images) if finding.evidence["field"] == "camera"] == []


def test_without_looks_or_with_one_class_there_is_nothing_to_tell():
    """Nor where all classes are small: it is said what it takes."""
    images = drawn_images(40)
    with pytest.raises(NotChecked, match="it takes 2 classes, and there is 1"):
        find_shortcuts(images.select(images.labels == 0))
    with pytest.raises(NotChecked, match="it takes a class of 10 independent images, and there are none"):
        find_shortcuts(images.select(np.arange(6)))
    with pytest.raises(NotChecked, match="no image was decoded"):
        find_shortcuts(replace(images, looks=None))


def test_what_tells_a_class_and_what_it_alone_has_are_one_finding():
    """A format of one class: how well it tells, and how many images have it, with the cases of both."""
    images = drawn_images()
    images.looks["format"] = np.where(images.labels == 1, b"PNG", b"JPEG")
    (finding,) = [one for one in find_shortcuts(images) if one.certainty != "possible"]
    assert (finding.code, finding.severity) == ("file_tells_class", "warning")
    assert finding.message.startswith("The file format alone tells ")
    assert ", and none of another class is. There is 1 more such mark." in finding.message
    assert finding.evidence["only_one_class_n_marked_elsewhere"] == 0
    assert len(finding.cases) == finding.n >= 2


def test_what_a_small_class_alone_has_is_told():
    """Eight images are too few to measure what a field tells, and enough to be no chance."""
    images = drawn_images(16)
    images.labels[:] = np.arange(16) % 2
    images.looks["camera"] = np.where(images.labels == 1, b"Leica", b"Canon")
    assert [one.code for one in find_shortcuts(images)] == ["only_one_class"]
