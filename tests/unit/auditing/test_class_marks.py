"""What only one class's files have."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages, find_class_marks
from regraft.data import LOOK


def drawn_images(n=120, n_classes=3, *, seed=0, groups=None):
    """Images whose files say nothing of their class."""
    rng = np.random.default_rng(seed)
    looks = np.zeros(n, LOOK)
    looks["format"] = rng.choice([b"JPEG", b"PNG"], n)
    looks["camera"] = rng.choice([b"", b"Canon EOS 5D", b"iPhone 12"], n)
    looks["width"], looks["height"] = rng.choice([640, 800], n), 480
    return AuditedImages(
        paths=tuple(f"{row}.jpg" for row in range(n)),
        labels=np.arange(n) % n_classes,
        class_names=tuple(["cat", "dog", "emu"][:n_classes]),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=groups or (None,) * n,
        looks=looks,
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("format", b"BMP", "BMP files"),
        ("camera", "Fuji µ".encode(), "by the camera 'Fuji µ'"),
        ("software", b"Adobe Photoshop", "by the program 'Adobe Photoshop'"),
        ("height", 481, "of 640 x 481 pixels"),
    ],
)
def test_what_one_class_alone_has_is_counted(field, value, words):
    """All of a class, and none of another."""
    images = drawn_images()
    images.looks[field][images.labels == 1] = value
    images.looks["width"][images.labels == 1] = 640
    (finding,) = find_class_marks(images)
    assert (finding.kind, finding.certainty, finding.severity) == ("shortcuts", "certain", "warning")
    assert finding.message.startswith(f"All 40 images of 'dog' are {words}, and none of another class is.")
    assert finding.evidence["p_value"] < 1e-6
    assert len(finding.cases[0].paths) == 3


def test_a_part_of_a_class_is_a_note_and_several_are_one_finding():
    """The largest part first."""
    images = drawn_images()
    images.looks["camera"][np.flatnonzero(images.labels == 0)[:14]] = b"Leica"
    images.looks["software"][np.flatnonzero(images.labels == 2)[:18]] = b"GIMP"
    (finding,) = find_class_marks(images)
    assert (finding.n, finding.severity) == (2, "note")
    first = "18 of 40 images of 'emu' are by the program 'GIMP', and none of another class is."
    assert finding.message == f"{first} There is 1 more such mark."
    assert "'Leica'" in finding.examples[1]


def test_chance_is_no_finding():
    """Of 200 data sets whose files say nothing of the class, few raise an alarm; nor does a class of two images."""
    assert sum(bool(find_class_marks(drawn_images(seed=seed, n_classes=2))) for seed in range(200)) <= 4
    images = drawn_images(43, 2)
    images.labels[:] = 0
    images.labels[:2] = 1
    images.looks["camera"][:2] = b"Leica"
    assert find_class_marks(images) == ()


def test_images_that_belong_together_count_once():
    """One film of forty frames has one camera, whatever its class."""
    groups = tuple(f"film{row % 3}" if row % 3 == 1 else None for row in range(120))
    images = drawn_images(groups=groups)
    images.looks["camera"][images.labels == 1] = b"Leica"
    assert find_class_marks(images) == ()
