"""Files that are there more than once, and what is proposed for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import AuditedImages, Copies, CopySet, find_copies, judge_copies


def files_of(contents, *, labels=None, sides=None, groups=None):
    """Files of these contents: a.png, b.png, ..."""
    n = len(contents)
    return AuditedImages(
        paths=tuple(f"{chr(97 + row)}.png" for row in range(n)),
        labels=np.zeros(n, np.int64) if labels is None else np.array(labels),
        class_names=("cat", "dog"),
        digests=tuple(contents),
        sides=(None,) * n if sides is None else tuple(sides),
        groups=(None,) * n if groups is None else tuple(groups),
    )


def test_different_files_give_no_finding():
    """Where no content is there twice, nothing is said."""
    images = files_of("123")
    assert judge_copies(images, find_copies(images)) == ()


def test_copies_on_both_sides_are_left_out_of_the_training_images():
    """The finding is of leakage and certain; the image that is measured stays."""
    images = files_of("1213", sides=["train", "test", "test", "train"])
    (found,) = judge_copies(images, find_copies(images))
    assert (found.kind, found.code, found.severity, found.certainty) == (
        "leakage",
        "exact_copies_across_splits",
        "warning",
        "certain",
    )
    assert found.message == "2 of 4 images are the same files on both sides of the split: 1 picture."
    (case,) = found.cases
    assert (case.paths, case.note) == (("a.png", "c.png"), "the same file: train and test")
    assert [(action.verb, action.to) for action in case.actions] == [("keep-one-side", "test"), ("keep", "")]


def test_where_sides_were_dealt_by_chance_copies_are_kept_together_instead():
    """Nothing has to be left out: the next split keeps a group whole."""
    images = replace(files_of("12", sides=["train", "test"]), is_split_given=False)
    (found,) = judge_copies(images, Copies((CopySet((0, 1), ("mirrored",), 0.9),), 2))
    assert (found.kind, found.severity) == ("leakage", "warning")
    assert "together" in found.advice
    assert {(action.verb, action.to) for action in found.cases[0].actions} == {("group", "copies of a.png")}


@pytest.mark.parametrize(
    ("labels", "verbs"),
    [([0, 1], ["quarantine"] * 2), ([0, 0, 1], ["keep", "keep", "quarantine"]), ([0, 0, 1, 1], ["quarantine"] * 4)],
)
def test_one_picture_under_two_labels_is_set_aside(labels, verbs):
    """All of them, or those that contradict twice as many others."""
    images = files_of("1" * len(labels), labels=labels)
    (found,) = judge_copies(images, find_copies(images))
    assert (found.code, found.severity) == ("exact_copies_across_classes", "warning")
    assert found.cases[0].note.endswith("the same file: cat and dog")
    assert [action.verb for action in found.cases[0].actions] == verbs


def test_other_copies_are_a_note():
    """The same files stay together without a group of their own; near copies get one."""
    images = files_of("1123", groups=[None, None, "pole", None])
    near = CopySet((2, 3), ("mirrored",), 0.9)
    exact, changed = judge_copies(images, Copies((*find_copies(images).sets, near), 4))
    assert (exact.severity, changed.severity, changed.certainty) == ("note", "note", "likely")
    assert {action.verb for action in exact.cases[0].actions} == {"keep"}
    assert [(action.verb, action.to) for action in changed.cases[0].actions] == [("keep", ""), ("group", "pole")]


def test_sets_that_share_an_image_are_not_chained():
    """An image belongs to the surest set that it is in; the same files always belong together."""
    sets = (
        CopySet((0, 1), ("mirrored",), 0.9),
        CopySet((1, 2), ("mirrored",), 0.8),
        CopySet((3, 4), ("the same file",)),
    )
    assert Copies(sets, 6).units().tolist() == [0, 0, 2, 3, 3, 5]
