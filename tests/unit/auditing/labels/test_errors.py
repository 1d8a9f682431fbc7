"""Labels that may be wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import Action, NotChecked, find_label_errors, judge_labels
from regraft.core import generator


def test_wrong_labels_come_first_with_what_to_relabel_them(clouds, relabelled):
    """Twenty labels of 360 are wrong: they lead the list, and each is proposed the class that it is of."""
    images, _heads = clouds()
    rows = generator(1, "test").permutation(len(images))[:20]
    wrong, heads = relabelled(images, rows, (images.labels[rows] + 1) % 3)
    found = judge_labels(wrong, heads)
    assert set(np.argsort(-found.said.suspicions)[:15].tolist()) <= set(rows.tolist())
    (finding,) = find_label_errors(wrong, found)
    assert (finding.kind, finding.code) == ("labels", "label_errors")
    assert 12 <= finding.n <= 28
    assert found.n_at_least <= 20 <= found.n_at_most
    truth = dict(zip(wrong.paths, (wrong.class_names[label] for label in images.labels), strict=True))
    proposed = [case for case in finding.cases if case.actions[0].verb == "relabel"]
    assert len(proposed) >= 8
    assert all(case.actions[0].to == truth[case.paths[0]] for case in proposed)
    assert all(case.actions == (Action(verb="keep"),) for case in finding.cases if case not in proposed)
    row = wrong.paths.index(proposed[0].paths[0])
    label = wrong.class_names[wrong.labels[row]]
    assert proposed[0].note.startswith(f"labelled {label}, looks like {truth[wrong.paths[row]]} (")
    scores = [case.score for case in finding.cases]
    assert scores == sorted(scores, reverse=True)


def test_right_labels_of_plain_classes_make_no_finding(clouds):
    """Nothing is contradicted, and errors would be found if there were any."""
    images, heads = clouds()
    found = judge_labels(images, heads)
    assert not find_label_errors(images, found)
    assert found.n_at_most <= 4
    assert all(trial.recall > 0.9 for trial in found.trials.values())


def test_where_classes_cannot_be_told_nothing_is_said_of_labels(clouds):
    """Clouds that lie on each other: planted errors come up as by chance, and no label is accused."""
    images, heads = clouds(distance=0.0)
    found = judge_labels(images, heads)
    assert found.n_contradicted > 20
    with pytest.raises(NotChecked, match=r"of \d+ labels that were changed on trial no more came up than by chance"):
        find_label_errors(images, found)
    assert found.n_at_most > 100


def test_the_own_recall_is_about_what_is_true(clouds, relabelled):
    """Planted errors come up as often as those that are there, within what a few errors can tell."""
    images, _heads = clouds(distance=3.0, n_objects=80)
    rows = generator(2, "test").permutation(len(images))[:36]
    wrong, heads = relabelled(images, rows, (images.labels[rows] + 1) % 3)
    found = judge_labels(wrong, heads)
    first = np.argsort(-found.said.suspicions)[: len(images) // 20]
    assert found.trials["random"].recall == pytest.approx(np.isin(rows, first).mean(), abs=0.2)


def test_an_object_whose_images_are_all_labelled_wrong_is_found(clouds, relabelled):
    """The folds keep its images together, so they cannot speak for each other."""
    images, _heads = clouds(n_views=6)
    rows = np.flatnonzero([name in ("object 0", "object 50") for name in images.groups])
    wrong, heads = relabelled(images, rows, (images.labels[rows] + 1) % 3)
    found = judge_labels(wrong, heads)
    assert set(np.argsort(-found.said.suspicions)[: len(rows)].tolist()) == set(rows.tolist())


def test_a_label_of_which_no_other_image_tells_is_not_judged_and_that_is_said(clouds, relabelled):
    """All images of a class are of one object: no head that is asked about them has seen the class."""
    images, _heads = clouds(n_views=6, n_classes=4)
    object_of = np.array([int(name.split()[1]) for name in images.groups])
    few = images.select(object_of < 121)
    rows = np.arange(0, 720, 40)
    wrong, heads = relabelled(few, rows, (few.labels[rows] + 1) % 3)
    found = judge_labels(wrong, heads)
    assert np.flatnonzero(~found.said.is_judged).tolist() == np.flatnonzero(wrong.labels == 3).tolist()
    assert not found.said.suspicions[wrong.labels == 3].any()
    (finding,) = find_label_errors(wrong, found)
    assert finding.message.endswith(" 6 labels could not be judged: there are no others of these classes beside them.")
    assert finding.evidence["n_judged"] == 720
    lonely, heads = clouds(n_views=20, n_classes=3, n_objects=1)
    with pytest.raises(
        NotChecked, match="it takes 40 images with others of their class beside them, and there are none"
    ):
        judge_labels(lonely, heads)


def test_the_same_images_give_the_same_findings(clouds):
    """All chance is drawn from the seed."""
    images, heads = clouds(distance=3.0)
    one, other = (find_label_errors(images, judge_labels(images, heads)) for _ in range(2))
    assert one == other


def test_too_few_images_and_one_class_are_not_judged(clouds):
    """It is said what it takes; without folds there is nobody to ask."""
    images, heads = clouds()
    with pytest.raises(NotChecked, match="it takes 40 images, and there are 30"):
        judge_labels(images.select(np.arange(30)), heads)
    with pytest.raises(NotChecked, match="it takes 2 classes, and there is 1"):
        judge_labels(replace(images, labels=np.zeros_like(images.labels)), heads)
    with pytest.raises(ValueError, match="no folds"):
        judge_labels(replace(images, fold_of=None), heads)
