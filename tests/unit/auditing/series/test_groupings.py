"""Names, folders and days that may be tracks."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from regraft.auditing import AuditedImages
from regraft.auditing.series.groupings import Grouping, candidate_groupings, numbered, within_folders
from regraft.data import LOOK, group_names


def images_called(*paths):
    """Images of the classes that the paths begin with."""
    labels = numbered([path.partition("/")[0] for path in paths])
    n = len(paths)
    return AuditedImages(
        paths=paths,
        labels=labels,
        class_names=tuple(f"c{label}" for label in range(int(labels.max()) + 1)),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=(None,) * n,
    )


def proposed(paths):
    """The distinct groupings, as sets of sets of rows."""
    found = candidate_groupings(images_called(*paths))
    return {grouping.expression: grouping for grouping in found}


def grouped_like(paths, key):
    """Whether a proposed grouping is that by a key of the path."""
    wanted = numbered([key(path) for path in paths])
    return any((grouping.codes == wanted).all() for grouping in proposed(paths).values())


NAMES = {
    "pole and view": ("{c}/{t:05d}_{v:05d}.ppm", 3),
    "patient and slice": ("{c}/patient{t}-slice{v}.png", 3),
    "video and frame": ("{c}/vid{t}frame{v:04d}.jpg", 4),
    "person in the middle": ("{c}/scan_p{t}_{v}.png", 3),
    "chest x-rays": ("{c}/person{t}_virus_{v}.jpeg", 3),
    "UUID and view": ("{c}/{t:08x}-12ab-4cde-8f00-{t:012x}_{v}.jpg", 3),
    "augmented at random": ("{c}/img{t}_jpg.rf.{h}.jpg", 3),
    "plant and date": ("{c}/plant {t} day {v}.jpg", 3),
    "session folders": ("{c}/session{t}/img{v}.jpg", 3),
    "dates": ("{c}/IMG_202305{t:02d}_0{v}3000.jpg", 3),
}


@pytest.mark.parametrize(("form", "n_views"), NAMES.values(), ids=NAMES)
def test_tracks_in_names_are_proposed(form, n_views):
    """Names that say which object, patient, video, session or day an image is of give that grouping."""
    keys, paths = [], []
    for c, t, v in product("ab", range(1, 13), range(n_views)):
        number = t + 13 * (c == "b")
        paths.append(
            form.format(c=c, t=number if "202305" not in form else t + 12 * (c == "b"), v=v, h=f"{hash((t, v)):x}")
        )
        keys.append(number)
    wanted = dict(zip(paths, keys, strict=True))
    assert grouped_like(paths, wanted.__getitem__)


def test_augmented_copies_are_a_track():
    """An image and its turned, flipped and brightened copies are one object, the original without any mark."""
    marks = ("", "_aug0", "_rot90", "_flip", "_bright_2", " (1)")
    paths = [f"{'ab'[number % 2]}/img_{number}{mark}.png" for number in range(20) for mark in marks]
    assert grouped_like(paths, lambda path: path.partition("img_")[2].split("_")[0].split(" ")[0].split(".")[0])


NO_TRACKS = {
    "counters": "{c}/{i:04d}.png",
    "counters that begin anew": "{c}/{r:04d}.png",
    "the class in the name": "{c}/{c}_{i}.jpg",
    "class and counter": "{c}/{c}.{r}.jpg",
    "camera and counter": "{c}/DSC_{i:05d}.JPG",
    "hashes": "{c}/{h}.jpg",
    "UUIDs and classes": "{c}/{h}-{h}___{c} leaf {i}.JPG",
    "class folders in a folder": "all/{c}/{i}.png",
    "numbers in brackets": "{c}/{c} ({r}).jpg",
}


@pytest.mark.parametrize("form", NO_TRACKS.values(), ids=NO_TRACKS)
def test_what_names_no_object_is_no_track(form):
    """Counters, hashes and the class's own name give no grouping."""
    rng = np.random.default_rng(0)
    paths = [
        form.format(c="cat" if number % 2 else "dog", i=number, r=number // 2, h=rng.bytes(8).hex())
        for number in range(120)
    ]
    labels = numbered(["cat" in path for path in paths])
    found = candidate_groupings(replace(images_called(*paths), labels=labels, class_names=("dog", "cat")))
    assert [grouping.expression for grouping in found] == []


def test_expressions_say_what_they_are_proposed_for():
    """Each expression, given to --group-by, makes the groups that were looked at; the simplest goes before."""
    paths = [
        f"{label:05d}/{pole + 100 * label:05d}_{view:05d}.ppm"
        for label in range(2)
        for pole in range(20)
        for view in range(3)
    ]
    found = proposed(paths)
    assert r"(\d+)_" in found
    for expression, grouping in found.items():
        assert (numbered(group_names(paths, expression)) == grouping.codes).all()


def test_few_names_of_another_form_are_groups_of_their_own():
    """A few files that are called otherwise do not hide the tracks of the others."""
    paths = [f"a/{pole}_{view}.png" for pole in range(60) for view in range(3)] + ["a/cover.png", "a/other.png"]
    assert grouped_like(paths, lambda path: path.partition("_")[0])


def test_names_within_their_folders():
    """Where names begin anew in each folder, the expression takes the folder along."""
    paths = [f"{label}/{pole}_{view}.png" for label in ("cat", "dog") for pole in range(10) for view in range(3)]
    codes = numbered(group_names(paths, r"(\d+)_"))
    inside = within_folders(paths, Grouping("names", r"(\d+)_", codes))
    assert inside.expression == r"([^/]+)/(\d+)_"
    assert inside.n_groups == 20
    assert Grouping("names", r"(\d+)_", codes).n_groups == 10


def test_sides_of_a_split_are_no_track():
    """Folders that are the split's sides say nothing of objects; equal names in them may."""
    paths = [f"{side}/{label}/{row}.png" for side in ("train", "val", "test") for label in "ab" for row in range(20)]
    images = replace(images_called(*paths), labels=numbered([path.split("/")[1] for path in paths]))
    assert {grouping.kind for grouping in candidate_groupings(images)} == {"folders", "names"}
    sides = tuple(path.partition("/")[0] for path in paths)
    (found,) = candidate_groupings(replace(images, sides=sides))
    assert (found.kind, found.expression) == ("names", "([^/]+)$")


def test_days_come_from_looks():
    """The day on which a picture was taken is a grouping without an expression; where most have none there is none."""
    images = images_called(*(f"{'ab'[row % 2]}/{row}.jpg" for row in range(60)))
    looks = np.zeros(60, LOOK)
    looks["taken"] = [f"2024:05:{1 + row // 10:02d} 10:00:{row:02d}".encode() for row in range(60)]
    found = candidate_groupings(replace(images, looks=looks))
    assert [(grouping.kind, grouping.expression, grouping.n_groups) for grouping in found] == [("days", "", 6)]
    looks["taken"][:30] = b""
    assert candidate_groupings(replace(images, looks=looks)) == []


def test_names_that_are_made_to_take_long_do_not():
    """Words of copies again and again, digits without end and very long names are looked through, or passed over."""
    for name in ("flip" * 30 + "!", "flip_" * 24 + "!", "1" * 120, "1_" * 60, "a" * 240, "_" * 120):
        assert candidate_groupings(images_called(*(f"{'ab'[row % 2]}/{name}{row}" for row in range(24)))) == []
