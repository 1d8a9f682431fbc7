"""Which heads the options let cross-validation choose from, and what becomes of classes that nobody was taught."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.core import digest_bytes
from regraft.experiments import ProbeOptions
from regraft.experiments.dataset_features import DatasetFeatures
from regraft.experiments.head_choice import choose_head, fit_head, for_all_classes

N_IMAGES = 24
LABELS = np.arange(N_IMAGES) % 2
DIGESTS = tuple(digest_bytes(bytes([row])) for row in range(N_IMAGES))
FEATURES = np.random.default_rng(0).normal(LABELS[:, None], 0.5, (N_IMAGES, 6)).astype(np.float32)


def chosen(features=FEATURES, labels=LABELS, digests=DIGESTS, groups=(None,) * N_IMAGES, **options):
    """The head of some features, of which the first four are the penultimate layer's."""
    options = ProbeOptions(n_strengths=2, **options)
    return choose_head(features, labels, digests=digests, groups=groups, n_penultimate=4, options=options)


@pytest.mark.parametrize(
    ("options", "tried"),
    [
        ({}, [("l2", 4), ("standard", 4), ("l2", 6)]),
        ({"normalisation": "l2"}, [("l2", 4), ("l2", 6)]),
        ({"layer": "penultimate"}, [("l2", 6), ("standard", 6)]),
        ({"layer": "penultimate", "normalisation": "standard"}, [("standard", 6)]),
    ],
)
def test_auto_tries_more_than_one_thing(options, tried):
    """Scalings, and the penultimate layer alone beside all features; what is named is all that is tried."""
    paths = chosen(n_folds=2, **options).paths
    assert [(path.normalisation, path.n_features) for path in paths] == tried


def test_images_that_belong_together_are_in_one_fold():
    """Pictures that differ in all but their pairs: who knows one of a pair knows the other, and nothing else."""
    rng = np.random.default_rng(0)
    pairs = np.arange(80) // 2
    features = rng.normal(size=(40, 200)).astype(np.float32)[pairs]
    labels = rng.permutation(40)[pairs] % 2
    groups = [str(pair) for pair in pairs]
    different, copies = ([digest_bytes(bytes([row])) for row in rows] for rows in (range(80), pairs))

    def accuracy(digests, groups=(None,) * 80):
        options = {"layer": "penultimate", "normalisation": "l2", "n_folds": 5}
        return chosen(features, labels, digests, groups, **options).chosen.scores.mean(1).max()

    assert accuracy(different) > 0.75
    assert accuracy(copies) < 0.65
    assert accuracy(different, groups) < 0.65


def test_a_class_without_training_images_is_never_predicted(make_manifest):
    """The head is fitted on the rows that it is given alone, and has a row for each class of the data set."""
    names = [*("ac"[label] for label in LABELS), "b"]
    features = np.concatenate([FEATURES, FEATURES[:1]])
    networks = SimpleNamespace(n_penultimate=6)
    data = DatasetFeatures(make_manifest(names), (*DIGESTS, "b"), features, (), 0, networks)
    selection = fit_head(data, np.arange(N_IMAGES), ProbeOptions(n_strengths=2, n_folds=2))
    assert selection.classes.tolist() == [0, 2]
    head = for_all_classes(selection, data)
    assert len(head.coef) == 3
    assert set(head.scores(features).argmax(1).tolist()) == {0, 2}
