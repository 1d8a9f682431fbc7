"""Series that stand twice in the order of the files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import AuditedImages, NotChecked, find_repeats, measure_repeats
from regraft.data import LOOK


@pytest.fixture
def drawn():
    """300 images of two classes, whose pictures are blots; every fourth one is of the test."""
    rng = np.random.default_rng(0)
    looks = np.zeros(300, LOOK)
    coarse = rng.integers(20, 230, (300, 8, 8)).repeat(4, axis=1).repeat(4, axis=2)
    looks["thumbnail"] = coarse
    return AuditedImages(
        paths=tuple(f"img{row}.png" for row in range(300)),
        labels=rng.integers(0, 2, 300),
        class_names=("cat", "dog"),
        digests=tuple(f"{row:064x}" for row in range(300)),
        sides=tuple("test" if row % 4 == 0 else "train" for row in range(300)),
        groups=(None,) * 300,
        looks=looks,
    )


def repeated(images, first, second, n, noise=12):
    """The same, with n pictures from `first` on taken again from `second` on."""
    looks = images.looks.copy()
    again = looks["thumbnail"][first : first + n] + np.random.default_rng(1).normal(0, noise, (n, 32, 32))
    looks["thumbnail"][second : second + n] = np.clip(again, 0, 255)
    return replace(images, looks=looks)


def test_a_series_that_stands_twice_is_one_finding(drawn):
    """Forty pictures that were taken again: both series by their ends, with what the split and the labels say."""
    images = repeated(drawn, 20, 201, 40)
    repeats = measure_repeats(images)
    (finding,) = find_repeats(images, repeats)
    assert (finding.kind, finding.code, finding.severity, finding.n) == ("leakage", "repeated_series", "warning", 40)
    assert finding.message.startswith(
        "A series of 40 images stands twice: 'img20.png' to 'img59.png' look one by one like 'img201.png' to "
        "'img240.png'. 20 pairs lie on both sides of the split. "
    )
    assert finding.cases[0].note.endswith(": cat and dog") or finding.cases[0].note.endswith(": dog and cat")
    assert {one.verb for case in finding.cases for one in case.actions} == {"group"}
    units = repeats.units()
    assert (units[201:241] == units[20:60]).all()
    assert len(np.unique(units)) == 260


def test_a_harmless_one_is_a_note(drawn):
    """Without a split and with the same labels."""
    images = replace(repeated(drawn, 20, 201, 40), sides=(None,) * 300, labels=np.zeros(300, np.int64))
    (finding,) = find_repeats(images, measure_repeats(images))
    assert (finding.kind, finding.severity) == ("copies", "note")


def test_pictures_in_any_order_are_no_series(drawn):
    """Neither strangers, nor the same forty pictures where their order is another one."""
    images = repeated(drawn, 20, 201, 40)
    looks = images.looks.copy()
    looks[201:241] = looks[201:241][np.random.default_rng(2).permutation(40)]
    for one in (drawn, replace(images, looks=looks)):
        assert find_repeats(one, measure_repeats(one)) == ()


def test_two_places_where_all_pictures_are_alike_are_no_repetition(drawn):
    """Each picture of one is as near to all of the other: no order is shown twice."""
    looks, rng = drawn.looks.copy(), np.random.default_rng(3)
    for start in (20, 201):
        looks["thumbnail"][start : start + 40] = np.clip(
            looks["thumbnail"][20] + rng.normal(0, 12, (40, 32, 32)), 0, 255
        )
    alike = replace(drawn, looks=looks)
    assert find_repeats(alike, measure_repeats(alike)) == ()


def test_a_film_is_no_repetition_of_itself(drawn):
    """Neighbouring frames are alike, and each frame is like the next one all along."""
    looks, rng = drawn.looks.copy(), np.random.default_rng(4)
    walk = np.cumsum(rng.normal(0, 25, (300, 8, 8)), axis=0).repeat(4, axis=1).repeat(4, axis=2)
    looks["thumbnail"] = np.clip(128 + walk % 100, 0, 255)
    film = replace(drawn, looks=looks)
    assert find_repeats(film, measure_repeats(film)) == ()


def test_a_few_images_are_not_judged(drawn):
    """It is said how many it takes."""
    with pytest.raises(NotChecked, match="it takes 200 pictures with detail, and there are 60"):
        measure_repeats(drawn.select(np.arange(60)))
